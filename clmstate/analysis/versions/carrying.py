"""Snapshots of one version carried over to another: nothing is lost unless the mapping says that it may be.

What a snapshot holds: values, phase, resume memory, counts of events and visits, clocks of ``for_days``, milestones, touchpoints, the journey and
which plays are done. Everything keeps its meaning under its new name. A clock is recognised by what it measures, not by how the condition is
spelt; one that measures something new begins at the next observation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from clmstate.analysis.versions.document import canonical
from clmstate.analysis.versions.fingerprints import meant
from clmstate.analysis.versions.migrating import Gone, Mapped, Migration
from clmstate.composition import CompositionDefinition
from clmstate.conditions import reads
from clmstate.conditions.nodes import Cond, ForDays, PhaseVisits, terms, walk
from clmstate.errors import Diagnostic, InputError, shown
from clmstate.lifecycle import LifecycleDefinition

__all__ = ["carried"]

Json = Any

_FORMAT: Final = "clmstate-snapshot-1"


def carried(snapshot: Mapping[str, Json], way: Migration) -> dict[str, Json]:
    """A snapshot of the old version, as one of the new version.

    Args:
        snapshot: what ``snapshot()`` returned.
        way: what belongs where.

    Raises:
        InputError: CLM378, it is not a snapshot of the old version; CLM377, it holds something that has no place in the new one.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> from clmstate.analysis.versions.migrating import migration
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Other(Lifecycle):
        ...     fresh = Phase("New", initial=True)
        >>> moved = carried(Deal("Acme").snapshot(), migration(Deal, Other, {"new": "fresh"}))
        >>> Other.restore(moved).phase
        <Phase fresh>
    """
    what = "lifecycle" if isinstance(way.old, LifecycleDefinition) else "composition"
    if snapshot.get("format") != _FORMAT or snapshot.get(what) != way.old.name:
        cause = f"it is a snapshot of {shown(snapshot.get(what, snapshot.get('format')))}, not of {way.old.name}"
        raise InputError([Diagnostic("CLM378", "the snapshot", cause, "give what snapshot() of the old version returned")])
    try:
        return _alone(snapshot, way) if what == "lifecycle" else _Whole(way).carried(snapshot)
    except (LookupError, ValueError, TypeError, AttributeError, AssertionError) as error:
        if isinstance(error, InputError):
            raise
        cause = f"it does not fit {way.old.name} ({type(error).__name__}: {str(error)[:120]})"
        raise InputError(
            [Diagnostic("CLM378", "the snapshot", cause, "give what snapshot() of the old version returned")]
        ) from None


def _alone(snapshot: Mapping[str, Json], way: Migration) -> dict[str, Json]:
    life = _Life(way.alone)
    journey = [life.entry(entry) for entry in snapshot["journey"]]
    return {
        "format": _FORMAT,
        "lifecycle": way.alone.new.name,
        "market": way.alone.new.market,
        "version": way.alone.new.version,
        "name": snapshot["name"],
        **life.state(snapshot, snapshot["journey"]),
        "done_plays": _done(
            snapshot["done_plays"], [(life, old, new) for old, new in zip(snapshot["journey"], journey, strict=True)]
        ),
        "journey": [entry for entry in journey if entry is not None],
    }


class _Life:
    """One lifecycle's share of a snapshot."""

    def __init__(self, mapped: Mapped) -> None:
        self.m = mapped
        self.clocks = _clocks(mapped.new)

    def state(self, data: Mapping[str, Json], journey: Iterable[list[Json]]) -> dict[str, Json]:
        m = self.m
        group = {path: m.get("groups", path) for path in data["resume"]}
        return {
            "at": data["at"],
            "phase": m.get("phases", data["phase"]),
            "entered": data["entered"],
            "hold": data["hold"],
            "unsettled": data["unsettled"],
            "values": self.values(data["values"]),
            "events": self.events(data["events"]),
            "clocks": self.running(data["clocks"]),
            "visits": self.visits(data, list(journey)),
            "resume": {
                new: self.inside(new, m.get("phases", data["resume"][old]), old) for old, new in group.items() if new is not None
            },
            "milestones": [name for name in map(self.milestone, data["milestones"]) if name is not None],
            "touchpoints": [
                label for label in (self.touchpoint(data["phase"], label) for label in data["touchpoints"]) if label is not None
            ],
        }

    def inside(self, group: str, leaf: str | None, old: str) -> str | None:
        """A remembered phase, which must lie in its group."""
        if leaf not in self.m.new.groups[group].children:
            cause = f"what is remembered of '{old}' is '{leaf}' now, which does not lie in '{group}'"
            raise Gone(
                [Diagnostic("CLM377", f"{self.m.old.name}.{old}", cause, f"map both to one group, or forget it with --as {old}=")]
            )
        return leaf

    def values(self, old: Mapping[str, Json]) -> dict[str, Json]:
        specs = self.m.new.signals
        new = {name: spec.to_user(spec.default) if spec.kind == "date" else spec.default for name, spec in specs.items()}
        new |= {name: int(spec.default) for name, spec in specs.items() if spec.kind == "date" and spec.default is not None}
        for name, value in old.items():
            was = self.m.old.signals[name]
            if name not in specs and name not in self.m.given and value in (None, was.default):
                continue  # nothing was known, or no more than everybody is told
            wanted = self.m.get("signals", name)
            if wanted is None:
                continue
            if value is not None:
                self.fits(name, wanted, value)
                new[wanted] = value
        return new

    def fits(self, name: str, wanted: str, value: Json) -> None:
        """A value that the new version would refuse is refused here, with the old name."""
        spec = self.m.new.signals[wanted]
        dates = (spec.kind == "date", self.m.old.signals[name].kind == "date")
        if any(dates):
            fault = None if all(dates) else "is not of the kind that it is"
        else:  # members count in whole steps, so a port may come to a little more than its bound
            fault = (attrs.evolve(spec, low=None, high=None) if spec.port else spec).fault(value)
        if fault is not None:
            cause = f"{shown(value)} {fault} in {self.m.new.name}"
            remedy = f"clear it before, or forget it with --as {name}="
            raise Gone([Diagnostic("CLM377", f"{self.m.old.name}.{name}", cause, remedy)])

    def events(self, old: Mapping[str, Json]) -> dict[str, Json]:
        new: dict[str, Json] = {name: {"at": None, "times": 0} for name in self.m.new.events}
        for name, told in old.items():
            if not told["times"] and name not in self.m.given and name not in new:
                continue
            wanted = self.m.get("events", name)
            if wanted is not None:
                new[wanted] = told
        return new

    def running(self, old: Mapping[str, Json]) -> dict[str, Json]:
        """Clocks by what they measure; those of the old version are found again by their spelling."""
        since: dict[bytes, Json] = {}
        for clock in _clocks(self.m.old):
            since[_measured(clock, self.m.old, self.m)] = old[repr(clock)]
        return {repr(clock): since.get(_measured(clock, self.m.new, None)) for clock in self.clocks}

    def visits(self, data: Mapping[str, Json], journey: list[list[Json]]) -> dict[str, Json]:
        """Visits that were counted, and those of phases that are counted only now, told from the journey."""
        told = {self.m.get("phases" if path in self.m.old.phases else "groups", path): n for path, n in data["visits"].items()}
        counted = sorted({term.phase for cond in _conditions(self.m.new) for term in terms(cond) if isinstance(term, PhaseVisits)})
        if set(counted) <= told.keys():
            return {path: told[path] for path in counted}
        new = self.m.new
        moves = [
            (entry[1], entry[2]) if entry[0] == "hand" else (entry[2], entry[3])
            for entry in journey
            if entry[0] == "hand" or (entry[0] == "move" and not self.m.old.transitions[entry[1]].stay)
        ]
        here = moves[0][0] if moves else data["phase"]
        entered: list[str | None] = []
        for source, target in [("", here), *moves]:
            at, to = (self.m.get("phases", path) if path else None for path in (source, target))
            left, came = (new.group_of(path) if path is not None else None for path in (at, to))
            entered += [to, came if came != left else None]
        return {path: told.get(path, entered.count(path)) for path in counted}

    def milestone(self, name: str) -> str | None:
        return self.m.get("milestones", name)

    def touchpoint(self, path: str, label: str) -> str | None:
        """A touchpoint of a phase, by its label."""
        wanted = self.m.given.get(label, label)
        phase = self.m.new.phases[self.m.get("phases", path) or ""]
        if wanted is None or wanted in (touchpoint.label for touchpoint in phase.touchpoints):
            return wanted
        cause = f"the touchpoint {shown(label)} was done or skipped, and is not in '{phase.path}' of {self.m.new.name}"
        raise Gone([Diagnostic("CLM377", f"{self.m.old.name}.{path}", cause, f"map it, or forget it with --as '{label}='")])

    def entry(self, entry: list[Json]) -> list[Json] | None:
        """An entry of the journey; None is one that may be forgotten. A move by a rule that is gone stays, in words."""
        m = self.m
        match entry:
            case ["hand", source, target, *rest]:
                return ["hand", m.get("phases", source), m.get("phases", target), *rest]
            case ["reached", name, at]:
                wanted = self.milestone(name)
                return None if wanted is None else ["reached", wanted, at]
            case ["touchpoint", path, label, *rest]:
                kept = self.touchpoint(path, label)
                return None if kept is None else ["touchpoint", m.get("phases", path), kept, *rest]
            case ["move", name, source, target, number, at, values, due]:
                wanted = m.get("transitions", name)
                places = [m.get("phases", source), m.get("phases", target)]
                old = m.old.transitions[name]
                if wanted is None:
                    return ["hand", *places, at, f"{m.old.name} {m.old.version}".strip(), f"{name}: {m.old.why(old)}", None]
                when = m.new.transitions[wanted].when
                read = dict(zip(_read(old.when), values, strict=True))
                told = {self.m.given.get(signal, signal): value for signal, value in read.items()}
                return ["move", wanted, *places, number, at, [told.get(signal) for signal in _read(when)], due]
        raise ValueError(entry)

    def plays(self, entry: list[Json] | None, d: LifecycleDefinition) -> list[str]:
        """The plays that an entry opened, by label."""
        match entry:
            case ["move", name, *_]:
                return [play.label for play in d.transitions[name].plays]
            case ["reached", name, _]:
                return [play.label for play in d.milestones[name].plays]
            case _:
                return []


def _read(cond: Cond | None) -> tuple[str, ...]:
    """The signals that a move tells of."""
    return () if cond is None else reads(cond).signals


def _done(done: Iterable[int], entries: list[tuple[_Life, list[Json], list[Json] | None]]) -> list[int]:
    """Plays that are done, by their numbers in the new journey; an open one that no longer exists is refused."""
    finished, numbers = set(done), []
    was = now = 0
    lost: list[Diagnostic] = []
    for life, old, new in entries:
        before, after = life.plays(old, life.m.old), life.plays(new, life.m.new)
        numbered = {label: now + place for place, label in enumerate(after, 1)}
        for place, label in enumerate(before, 1):
            name = str(old[1])
            if label in numbered:
                numbers += [numbered[label]] if was + place in finished else []
            elif (
                was + place not in finished
                and life.m.given.get(name, name) is not None
                and life.m.given.get(label, label) is not None
            ):
                cause = f"the play {shown(label)} of '{name}' is open, and is no longer there"
                lost.append(
                    Diagnostic(
                        "CLM377", f"{life.m.old.name}.{name}", cause, f"mark it done before, or forget it with --as '{label}='"
                    )
                )
        before_labels = set(before)
        numbers += [
            numbered[label] for label in after if label not in before_labels
        ]  # what was never asked for is not to be done now
        was, now = was + len(before), now + len(after)
    if lost:
        raise Gone(dict.fromkeys(lost))
    return sorted(numbers)


def _conditions(d: LifecycleDefinition) -> Iterable[Cond]:
    """The conditions whose clocks and visits are kept: all that an engine may be asked about."""
    held = [
        *(t.when for t in d.transitions.values()),
        *(m.when for m in d.milestones.values()),
        *(touchpoint.done for phase in d.phases.values() for touchpoint in phase.touchpoints),
        *(r.sign for r in d.risks.values()),
        *(g.when for g in d.gaps.values()),
        *(cond for promise in d.promises for cond in (promise.subject, promise.other)),
    ]
    return [cond for cond in held if cond is not None]


def _clocks(d: LifecycleDefinition) -> tuple[ForDays, ...]:
    return tuple(dict.fromkeys(node for cond in _conditions(d) for node in walk(cond) if isinstance(node, ForDays)))


def _measured(clock: ForDays, d: LifecycleDefinition, mapped: Mapped | None) -> bytes:
    """What a clock measures; how many days it is asked for does not matter, for it counts from the beginning."""
    return canonical(_renamed(meant(clock.of, d), mapped))


def _renamed(data: Json, mapped: Mapped | None) -> Json:
    if isinstance(data, dict):
        return {
            key: mapped.given.get(value, value) if mapped is not None and key in ("flag", "signal") else _renamed(value, mapped)
            for key, value in data.items()
        }
    return [_renamed(item, mapped) for item in data] if isinstance(data, list) else data


# ---- compositions ----------------------------------------------------------------------------------------------------------


class _Whole:
    """A composed customer: members by their paths, each with a state of its own."""

    def __init__(self, way: Migration) -> None:
        self.way = way

    def path(self, path: str) -> tuple[str, Mapped | None] | None:
        """The new path of a member or room, and where its elements belong; None if it may be forgotten."""
        steps, said = path.split("/"), []
        way: Migration | Mapped | None = self.way
        while steps:
            assert isinstance(way, Migration)
            assert isinstance(way.old, CompositionDefinition)
            name = steps.pop(0)
            part = way.parts[name]
            if part is None:
                return None
            said.append(part.name)
            if way.old.parts[name].many and steps:
                said.append(steps.pop(0))
            way = part.inside
        return "/".join(said), way if isinstance(way, Mapped) else None

    def carried(self, snapshot: Mapping[str, Json]) -> dict[str, Json]:
        rooms = [found[0] for found in map(self.path, snapshot["rooms"]) if found is not None]
        members: list[dict[str, Json]] = []
        lives: dict[int, tuple[int, _Life]] = {}
        for number, member in enumerate(snapshot["members"]):
            found = self.path(member["path"])
            if found is None:
                continue
            path, mapped = found
            assert mapped is not None
            life = _Life(mapped)
            own = [entry for whose, entry in snapshot["journey"] if whose == number]
            lives[number] = len(members), life
            members.append({**member, "path": path, "state": life.state(member["state"], own)})
        told = [(*lives[number], entry) for number, entry in snapshot["journey"] if number in lives]
        entries = [(place, life, entry, life.entry(entry)) for place, life, entry in told]
        return {
            "format": _FORMAT,
            "composition": self.way.new.name,
            "name": snapshot["name"],
            "at": snapshot["at"],
            "rooms": sorted(rooms),
            "members": members,
            "done_plays": _done(snapshot["done_plays"], [(life, old, new) for _, life, old, new in entries]),
            "journey": [[place, new] for place, _, _, new in entries if new is not None],
        }
