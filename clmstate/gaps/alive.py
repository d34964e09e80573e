"""Which elements of a model come alive when sample customers walk through it, and on which day of whose life."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from clmstate.composition import Composition, CompositionDefinition
from clmstate.conditions import reads
from clmstate.conditions.nodes import Cond
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, Move
from clmstate.replay import Log, Row, Step, play
from clmstate.replay.shape import shape_of
from clmstate.signals import show_instant

__all__ = ["Alive", "Alives", "alive_in"]

Key = tuple[str, str, str]
"""A model's class name, a kind of element, and its name, as in :class:`clmstate.gaps.Cited`."""


@attrs.frozen
class Alive:
    """When an element first came alive.

    Example:
        >>> str(Alive("accounts.csv", "Acme", "2026-01-30"))
        'accounts.csv: Acme, 2026-01-30'
    """

    log: str
    customer: str
    at: str

    def __str__(self) -> str:
        return f"{self.log}: {self.customer}, {self.at}"


Alives = dict[Key, Alive]


def alive_in(model: type[Lifecycle] | type[Composition], log: Log, name: str = "") -> Alives:
    """Plays a log and notes for every element when it first came alive.

    A phase comes alive when somebody stands in it, a transition when it is taken, an event when it happens, a signal when it is
    reported, a milestone when it is reached, a risk when its sign is on, a success gap when it is open, a touchpoint when it is done or
    skipped (without ``done=``, when its phase is entered), a play when it is opened, a threshold when a rule that reads it was decisive, a
    team when its phase is entered or its play opened, a part when somebody is in it.

    Args:
        model: the lifecycle or composition.
        log: what was observed.
        name: how the log is called in the answer; by default as its file.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.signals import instant
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("contract signed", default=False)
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = open.to(won, when=signed)
        >>> log = Log("deals.csv", (Row("Acme", instant("2026-01-30"), values={"signed": True}),))
        >>> print(alive_in(Deal, log)["Deal", "transition", "win"])
        deals.csv: Acme, 2026-01-30
    """
    watch = _Watch(model, name or log.source)
    for step in play(model, log):
        watch.see(step)
    return watch.seen


class _Watch:
    def __init__(self, model: type[Lifecycle] | type[Composition], name: str) -> None:
        self.definition = model.definition
        self.shape = shape_of(model)
        self.name = name
        self.seen: Alives = {}
        self.entries = self.plays = 0
        self.customer: str | None = None

    def see(self, step: Step) -> None:
        if step.customer != self.customer:
            self.customer, self.entries, self.plays = step.customer, 0, 0
        self.when = Alive(self.name, step.customer, show_instant(step.at_us))
        self.mark(self.definition.name, "lifecycle", "")
        for row in step.used:
            self.row(row)
        for part, phase in self.stands(step.life):
            self.phase(part, phase)
        entries = step.life.journey.entries
        for entry in entries[self.entries :]:
            self.entry(entry)
        self.entries = len(entries)
        opened = step.life.open_plays
        for play_ in opened[self.plays :]:
            self.play(self.of(play_.part), play_.play)
        self.plays = len(opened)
        self.signs(step.life)

    def mark(self, model: str, kind: str, name: str) -> None:
        self.seen.setdefault((model, kind, name), self.when)

    def of(self, part: str) -> LifecycleDefinition:
        """The lifecycle of a part by its path in a log or its address in a customer; ``users/dana`` is one of the users."""
        path = part if part in self.shape.parts else self.shape.part_at(part)
        found: LifecycleDefinition | CompositionDefinition = self.definition
        for name in filter(None, path.split(".")):
            assert isinstance(found, CompositionDefinition)
            self.mark(found.name, "part", name)
            found = found.parts[name].member
        assert isinstance(found, LifecycleDefinition), part
        self.mark(found.name, "lifecycle", "")
        return found

    def row(self, row: Row) -> None:
        if row.event and not row.event.startswith("@"):
            for hearer in [self.of(row.part)] if row.part in self.shape.parts else self.everybody():
                if row.event in hearer.events:
                    self.mark(hearer.name, "event", row.event)
        for column in row.values:
            part, _, signal = column.rpartition(".")
            self.mark(self.of(part).name, "signal", signal)

    def everybody(self) -> list[LifecycleDefinition]:
        return [part.definition for part in self.shape.parts.values()]

    def stands(self, life: Any) -> Iterator[tuple[str, str]]:
        if isinstance(self.definition, LifecycleDefinition):
            yield "", life.phase.path
        else:
            yield from ((path, phase.path) for path, phase in life.phases.items())

    def phase(self, part: str, path: str) -> None:
        definition = self.of(part)
        self.mark(definition.name, "phase", path)
        group = definition.group_of(path)
        if group is not None:
            self.mark(definition.name, "group", group)
        phase = definition.phases[path]
        for team in (phase.owner, *phase.contributors):
            if team is not None:
                self.mark(definition.name, "team", team.name)
        for touchpoint in phase.touchpoints:
            if touchpoint.done is None:
                self.mark(definition.name, "touchpoint", f"{path}/{touchpoint.label}")
            if touchpoint.owner is not None:
                self.mark(definition.name, "team", touchpoint.owner.name)

    def entry(self, entry: Any) -> None:
        definition = self.of(entry.part)
        if isinstance(entry, Move):
            self.phase(entry.part, entry.source.path)
            self.phase(entry.part, entry.target.path)
            if entry.transition is not None:
                self.mark(definition.name, "transition", entry.name)
                self.decided(definition, entry.transition.when)
        elif hasattr(entry, "outcome"):
            self.mark(definition.name, "touchpoint", f"{entry.phase}/{entry.label}")
        else:
            self.mark(definition.name, "milestone", entry.name)
            self.decided(definition, definition.milestones[entry.name].when)

    def play(self, definition: LifecycleDefinition, opened: Any) -> None:
        self.mark(definition.name, "play", opened.label)
        if opened.owner is not None:
            self.mark(definition.name, "team", opened.owner.name)

    def signs(self, life: Any) -> None:
        for part, member in lives(life, self.definition):
            definition = self.of(part)
            for risk in member.warning_signs:
                self.mark(definition.name, "risk", risk.name)
                self.decided(definition, risk.sign)
                for play_ in risk.plays:  # what a sign asks for is as alive as the sign
                    self.play(definition, play_)
            for gap in member.open_gaps:
                self.mark(definition.name, "success gap", gap.name)
                self.decided(definition, gap.when)

    def decided(self, definition: LifecycleDefinition, cond: Cond | None) -> None:
        if cond is not None:
            read = reads(cond)
            for threshold in read.thresholds:
                self.mark(definition.name, "threshold", threshold)
            for signal in read.signals:
                self.mark(definition.name, "signal", signal)
            for event in read.events:
                self.mark(definition.name, "event", event)


def lives(life: Any, definition: LifecycleDefinition | CompositionDefinition) -> Iterator[tuple[str, Any]]:
    """Every lifecycle of a customer with the address of its part, members included.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> [path for path, _ in lives(Deal("Acme"), Deal.definition)]
        ['']
    """
    if isinstance(definition, LifecycleDefinition):
        yield "", life
        return
    for name, part in definition.parts.items():
        inside = getattr(life, name)
        members: Iterable[tuple[str, Any]] = ((f"/{m.name}", m) for m in inside) if part.many else (("", inside),)
        for suffix, member in members:
            for path, leaf in lives(member, part.member):
                yield f"{name}{suffix}" + (f"/{path}" if path else ""), leaf


def merged(alives: Iterable[Mapping[Key, Alive]]) -> Alives:
    """Several of them as one; the first that saw an element is kept.

    Example:
        >>> merged([{("Deal", "phase", "new"): Alive("a.csv", "Acme", "2026-01-30")}, {}])["Deal", "phase", "new"].log
        'a.csv'
    """
    found: Alives = {}
    for alive in alives:
        for key, when in alive.items():
            found.setdefault(key, when)
    return found
