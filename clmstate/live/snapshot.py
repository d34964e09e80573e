"""Snapshots: a customer as JSON-ready data, and back."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from clmstate.composition import Composition
from clmstate.errors import BadValueError, Diagnostic, InputError, ObservationError, did_you_mean, shown
from clmstate.kernel import EARLIEST, LATEST, Member, Room
from clmstate.lifecycle import Engine, Lifecycle
from clmstate.live.customer import CustomerLife
from clmstate.live.life import Life
from clmstate.live.part import PartLife
from clmstate.signals import MISSING, SignalSpec

if TYPE_CHECKING:
    from clmstate.kernel import State

__all__ = ["FORMAT", "restore_customer", "restore_life", "snapshot_of", "snapshot_of_customer"]

FORMAT: Final = "clmstate-snapshot-1"


def snapshot_of(life: Life) -> dict[str, Any]:
    """Everything about a customer as JSON-ready data. Instants are microseconds since 1970-01-01 UTC; null is missing.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> snapshot_of(Life(Deal, "Acme"))["format"]
        'clmstate-snapshot-1'
    """
    return {
        "format": FORMAT,
        "lifecycle": life.definition.name,
        "market": life.definition.market,
        "version": life.definition.version,
        "name": life.name,
        **_state_out(life),
        "done_plays": sorted(life.done),
        "journey": [_entry_out(life, step) for step in life.state.journal],
    }


def _state_out(life: Life) -> dict[str, Any]:
    s, p = life.sync() if isinstance(life, PartLife) else life.state, life.engine.program
    return {
        "at": _us(s.at),
        "phase": p.phases[s.phase],
        "entered": _us(s.entered),
        "hold": _us(s.hold),
        "unsettled": s.unsettled,
        "values": {name: _value(spec, getattr(s, f"v_{name}")) for name, spec in p.definition.signals.items()},
        "events": {name: {"at": _us(getattr(s, f"e_{name}")), "times": getattr(s, f"n_{name}")} for name in p.definition.events},
        "clocks": {repr(clock): _us(getattr(s, f"k{i}")) for i, clock in enumerate(p.clocks)},
        "visits": dict(zip(p.visited, s.visits, strict=True)),
        "resume": {group: p.phases[leaf] for group, leaf in s.resume.items()},
        "milestones": [name for i, (name, _) in enumerate(p.milestones) if s.reached & 1 << i],
        "touchpoints": [t.label for n, t in enumerate(life.phase.touchpoints) if s.seen & 1 << n],
    }


def snapshot_of_customer(customer: CustomerLife) -> dict[str, Any]:
    """Everything about a composed customer as JSON-ready data; members that have left are kept for their journeys.

    Example:
        >>> from clmstate import Lifecycle, One, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> Account("Acme").snapshot()["rooms"]
        []
    """
    whole = customer.whole
    waiting = set(whole.waiting)
    present = list(whole.room.leaves())
    gone = list(dict.fromkeys(member for member, _ in whole.journal if not member.present))
    members = present + gone
    lives = [customer.life_of(member) for member in members]
    number = {member: i for i, member in enumerate(members)}
    return {
        "format": FORMAT,
        "composition": customer.definition.name,
        "name": customer.name,
        "at": _us(whole.at),
        "rooms": sorted(room.path for room in whole.room.rooms() if room.path),
        "members": [
            {"path": m.path, "present": m.present, "waiting": m in waiting, "state": _state_out(life)}
            for m, life in zip(members, lives, strict=True)
        ],
        "done_plays": sorted(customer.done),
        "journey": [[number[member], _entry_out(customer.life_of(member), entry)] for member, entry in whole.journal],
    }


def restore_customer(composition: type[Composition], snapshot: Mapping[str, Any] | str, engine: Engine = "live") -> Composition:
    """A composed customer from its snapshot; nobody is told, and no play is opened.

    Raises:
        InputError: CLM302, what is wrong with the snapshot.

    Example:
        >>> from clmstate import Lifecycle, One, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> restore_customer(Account, Account("Acme").snapshot()).name
        'Acme'
    """
    name = composition.definition.name
    data = _read(snapshot, name, "composition")
    customer = CustomerLife(composition, str(data.get("name", "")), engine)
    with _fitting(name):
        _fill_customer(customer, data)
    instance = composition.__new__(composition)
    customer.attach(instance)
    return instance


def _fill_customer(customer: CustomerLife, data: Mapping[str, Any]) -> None:
    whole = customer.whole
    rows = [entry["path"] for entry in data["members"] if entry["present"]]
    for path in sorted({*data["rooms"], *rows}, key=lambda path: str(path).count("/")):
        place = customer.found(path, (path,))
        if place.here is None and place.room is not None:
            place.room.joined(place.part, place.instance, [])
    members: list[Member] = []
    for entry in data["members"]:
        found = customer.found(entry["path"]).here if entry["present"] else _departed(whole.room, entry["path"].split("/"))
        if not isinstance(found, Member):
            raise ValueError(entry["path"])
        _fill_state(customer.life_of(found), entry["state"])
        members.append(found)
    whole.at = _instant(data["at"])
    for member in whole.room.leaves():
        for index, reading in enumerate(member.readings):
            reading.total.take(member.counted[index])
            member.counted[index] = reading.of(member.state)
            reading.total.add(member.counted[index])
    whole.settle_ports()
    for member, entry in zip(members, data["members"], strict=True):
        _fill_state(customer.life_of(member), entry["state"])  # ports as they were told, with the defaults of their own time
        if member.present:
            whole.schedule(member, [])
    whole.waiting = [member for member, entry in zip(members, data["members"], strict=True) if entry["waiting"]]
    customer.done = {int(n) for n in data["done_plays"]}
    for index, entry in data["journey"]:
        raw = _entry_in(customer.life_of(members[index]), list(entry))
        members[index].state.journal.append(raw)
        whole.journal.append((members[index], raw))


def _departed(room: Room, steps: list[str]) -> Member:
    """Somebody who has left, perhaps with the composition around: nobody else sees what is made for them here."""
    part, *inside = steps
    instance = inside.pop(0) if room.definition.parts[part].many else ""
    one = room.manys[part].get(instance) if instance and inside else None if instance else room.ones[part]
    if one is None or (instance and not inside):
        one = room.made(part, instance)
    if isinstance(one, Room):
        return _departed(one, inside)
    if one.present:  # the only one of its kind, in a composition that has left
        one = room.made(part, instance)
        assert isinstance(one, Member)
    one.present = False
    return one


def _us(instant: float) -> int | None:
    return None if instant != instant else int(instant)


def _value(spec: SignalSpec, value: Any) -> Any:
    return None if value != value else int(value) if spec.kind == "date" else value


def _entry_out(life: Life, step: tuple[Any, ...]) -> list[Any]:
    p = life.engine.program
    match step[0]:
        case -1:
            return ["hand", p.phases[step[1]], p.phases[step[2]], _us(step[4]), step[5], step[6], _us(step[7])]
        case -2:
            return ["reached", p.milestones[step[1]][0], _us(step[2])]
        case -3:
            path = p.phases[step[1]]
            return ["touchpoint", path, life.definition.phases[path].touchpoints[step[2]].label, _us(step[3]), *step[4:]]
        case rule:
            name = p.rules[rule].transition.name
            return [
                "move",
                name,
                p.phases[step[1]],
                p.phases[step[2]],
                step[3],
                _us(step[4]),
                [_value(p.definition.signals[n], v) for n, v in zip(p.rules[rule].signals, step[5], strict=True)],
                step[6],
            ]


def _entry_in(life: Life, entry: list[Any]) -> tuple[Any, ...]:
    p = life.engine.program
    match entry:
        case ["hand", source, target, at, str(person), str(why), hold]:
            return (-1, p.number[source], p.number[target], 0, _instant(at), person, why, _instant(hold))
        case ["reached", name, at]:
            return (-2, [n for n, _ in p.milestones].index(name), _instant(at))
        case ["touchpoint", path, label, at, "done" | "skipped" as outcome, str(person), str(why)]:
            labels = [t.label for t in life.definition.phases[path].touchpoints]
            return (-3, p.number[path], labels.index(label), _instant(at), outcome, person, why)
        case ["move", name, source, target, int(number), at, values, due]:
            rule = next(r for r in p.rules if r.transition.name == name)
            specs = [p.definition.signals[n] for n in rule.signals]
            read = tuple(_stored(life, spec, value) for spec, value in zip(specs, values, strict=True))
            since = None if due is None else int(_instant(due))
            return (rule.index, p.number[source], p.number[target], number, _instant(at), read, since)
    raise ValueError(entry)


def restore_life(lifecycle: type[Lifecycle], snapshot: Mapping[str, Any] | str, engine: Engine = "live") -> Lifecycle:
    """A customer from its snapshot; nobody is told, and no play is opened.

    Raises:
        InputError: CLM302, what is wrong with the snapshot.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> restore_life(Deal, '{"format": "something else"}')
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM302 Deal: the snapshot has the format 'something else'. Give what snapshot() returned, as data or JSON text.
    """
    name = lifecycle.definition.name
    data = _read(snapshot, name, "lifecycle")
    life = Life(lifecycle, str(data.get("name", "")), engine)
    with _fitting(name):
        _fill_state(life, data)
        life.done = {int(n) for n in data["done_plays"]}
        life.state.journal = [_entry_in(life, list(entry)) for entry in data["journey"]]
    instance = lifecycle.__new__(lifecycle)
    life.attach(instance)
    return instance


def _read(snapshot: Mapping[str, Any] | str, name: str, what: str) -> Mapping[str, Any]:
    remedy = "give what snapshot() returned, as data or JSON text"
    try:
        data = json.loads(snapshot) if isinstance(snapshot, str) else snapshot
    except ValueError as error:
        raise InputError([Diagnostic("CLM302", name, f"the snapshot is not JSON: {error}", remedy)]) from None
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        given = data.get("format") if isinstance(data, Mapping) else type(data).__name__
        raise InputError([Diagnostic("CLM302", name, f"the snapshot has the format {shown(given)}", remedy)])
    if data.get(what) != name:
        cause = f"the snapshot is of {shown(data.get('lifecycle', data.get('composition')))}"
        raise InputError([Diagnostic("CLM302", name, cause, f"restore it with the {what} that made it")])
    return data


@contextmanager
def _fitting(name: str) -> Iterator[None]:
    """Says of a snapshot that does not fit its definition what does not fit."""
    try:
        yield
    except ObservationError as error:
        raise InputError(
            [Diagnostic("CLM302", d.place, f"the snapshot does not fit: {d.cause}", d.remedy) for d in error.diagnostics]
        ) from None
    except (LookupError, ValueError, TypeError, AttributeError, StopIteration, RuntimeError, OverflowError) as error:
        cause = f"the snapshot does not fit this definition ({type(error).__name__}: {error})"
        raise InputError(
            [Diagnostic("CLM302", name, cause, "restore it with the definition that made it, or migrate it")]
        ) from None


def _fill_state(life: Life, data: Mapping[str, Any]) -> None:
    s: State = life.state
    p = life.engine.program
    if data["phase"] not in p.number:
        raise BadValueError(
            [Diagnostic("CLM203", life.place, f"{shown(data['phase'])} is not a phase", did_you_mean(str(data["phase"]), p.number))]
        )
    for slot in ("at", "entered", "hold"):
        setattr(s, slot, _instant(data[slot]))
    s.phase = p.number[data["phase"]]
    s.unsettled = bool(data["unsettled"])
    s.busy = True  # the next observation looks at everything
    for name, spec in p.definition.signals.items():
        value = data["values"][name]
        setattr(s, f"v_{name}", _stored(life, spec, value))
        if value is None and spec.never_missing:
            raise ValueError(name)
    for name in p.definition.events:
        setattr(s, f"e_{name}", _instant(data["events"][name]["at"]))
        setattr(s, f"n_{name}", int(data["events"][name]["times"]))
    for i, clock in enumerate(p.clocks):
        setattr(s, f"k{i}", _instant(data["clocks"][repr(clock)]))
    s.visits = tuple(int(data["visits"][path]) for path in p.visited)
    s.resume = {group: p.number[leaf] for group, leaf in data["resume"].items()}
    names = [name for name, _ in p.milestones]
    s.reached = sum(1 << names.index(name) for name in set(data["milestones"]))
    labels = [t.label for t in life.phase.touchpoints]
    s.seen = sum(1 << labels.index(label) for label in set(data["touchpoints"]))


def _stored(life: Life, spec: SignalSpec, value: Any) -> Any:
    if value is None:
        return MISSING
    if spec.kind == "date":
        return _instant(value)
    if isinstance(life, PartLife) and spec.port and spec.numeric and type(value) in (int, float):
        return value  # members count in whole steps, so a roll-up may come to a step more than the port's bound
    return spec.accept(value)


def _instant(us: Any) -> float:
    if us is None:
        return math.nan
    if isinstance(us, bool) or not isinstance(us, int):
        raise TypeError(f"{shown(us)} is not an instant")
    if not EARLIEST <= us <= LATEST:
        raise ValueError(f"{us} is an instant that no date can show")
    return us
