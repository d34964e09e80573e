"""From a way through states to a log that does the same on the compiled engine, as short as it can be made.

A way says which facts each part must have at each observation. What is reported is told; what is remembered (clocks, days in a phase, events of
earlier days) is brought about by waiting, and where that is not enough by telling the same a while before. Every attempt is played; only what
happens is kept.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import attrs

from clmstate.analysis.findings import Report
from clmstate.analysis.space.blueprint import Blueprint, Slot
from clmstate.analysis.space.explore import Settled, Step
from clmstate.analysis.space.facts import Key
from clmstate.analysis.space.replays import Replay, replayed
from clmstate.analysis.space.watches import Before, Leads, Never
from clmstate.analysis.space.ways import NOBODY_ELSE, Flight, Local
from clmstate.signals import DAY, instant

__all__ = ["breach_in", "log_of", "nothing_told", "shortened"]

NAMES: Final = ("dana", "eli", "femi", "gita", "hana", "ivo", "june", "kofi")
BEGIN: Final = instant("2026-01-05")
MOST_TRIED: Final = 120


@attrs.frozen
class Told:
    """What one part is told in one observation of a way."""

    part: str
    instance: str
    slot: Slot
    flight: Flight
    sample: dict[Key, Any]
    act: str = ""


def log_of(plan: Blueprint, way: Sequence[tuple[Settled, Step]], wanted: Callable[[Replay], bool]) -> tuple[Report, ...] | None:
    """A log that goes a way; None where none was found.

    Args:
        plan: the model, laid out.
        way: states and the observations taken in them.
        wanted: whether a replay shows what is to be shown.
    """
    told = list(_told(plan, way))
    tried = 0

    def look(done: tuple[Report, ...], rest: list[list[Told]]) -> tuple[Report, ...] | None:
        nonlocal tried
        if not rest:
            return done if wanted(replayed(plan, done)) else None
        for rows in _attempts(done, rest[0]):
            tried += 1
            if tried > MOST_TRIED:
                return None
            found = look((*done, *rows), rest[1:])
            if found is not None:
                return found
        return None

    return look((), told)


def nothing_told(plan: Blueprint, wanted: Callable[[Replay], bool]) -> tuple[Report, ...] | None:
    """The log of a customer of whom nothing is told but that time passes; None if that does not show it."""
    log = (Report(BEGIN),)
    return log if wanted(replayed(plan, log)) else None


def shortened(plan: Blueprint, log: tuple[Report, ...], wanted: Callable[[Replay], bool]) -> tuple[Report, ...]:
    """The same log without what it does not need.

    Observations, rows, events and values are left out one by one, and neighbouring observations are told as one where that does as well.
    """
    best = log
    changed = True
    while changed:
        changed = False
        for candidate in _smaller(best):
            if candidate and wanted(replayed_or_none(plan, candidate)):
                best, changed = candidate, True
                break
    return best


def replayed_or_none(plan: Blueprint, log: tuple[Report, ...]) -> Replay:
    """A replay; of a log that tells somebody who is not there, one without pictures."""
    present: set[tuple[str, str]] = set()
    for row in log:
        if row.event == "@join":
            present.add((row.part, row.instance))
        elif row.instance and not any(row.instance == name and _within(row.part, part) for part, name in present):
            return Replay((), replayed(plan, ()).customer)
    return replayed(plan, log)


def _within(part: str, group: str) -> bool:
    return part == group or part.startswith(f"{group}.")


def _smaller(log: tuple[Report, ...]) -> Iterator[tuple[Report, ...]]:
    instants = sorted({row.at for row in log})
    for at in instants:
        yield tuple(row for row in log if row.at != at)
    for first, second in itertools.pairwise(instants):
        told = [(row.part, row.instance, name) for row in log if row.at in (first, second) for name in row.values]
        if len(told) == len(set(told)):
            yield tuple(attrs.evolve(row, at=first) if row.at == second else row for row in log)
    for i, row in enumerate(log):
        yield (*log[:i], *log[i + 1 :])
        if (row.values or row.event) and sum(other.at == row.at for other in log) == 1:
            yield (*log[:i], Report(row.at), *log[i + 1 :])  # that time passes may be enough
        for name in row.values:
            fewer = {key: value for key, value in row.values.items() if key != name}
            if fewer or row.event:
                yield (*log[:i], attrs.evolve(row, values=fewer), *log[i + 1 :])
        if row.values and row.event and not row.event.startswith("@"):
            yield (*log[:i], attrs.evolve(row, event="", details={}), *log[i + 1 :])


def breach_in(watch: Never | Before | Leads, replay: Replay) -> int | None:
    """The number of the observation in which a promise is broken; None if it is kept."""
    seen = 0
    for number, pictures in enumerate(replay.pictures):
        if number == 0:
            seen = watch.begin(pictures[0])
        for picture in pictures:
            seen, breach = watch.passing(seen, picture)
            if breach is not None:
                return number
        seen, breach = watch.settled(seen, pictures[-1])
        if breach is not None:
            return number
    return None


# ---- who is told what ------------------------------------------------------------------------------------------------------


def _told(plan: Blueprint, way: Sequence[tuple[Settled, Step]]) -> Iterator[list[Told]]:
    """For each observation, what everybody is told; members get names and keep them."""
    names: list[dict[str, tuple[Local, ...]]] = [{} for _ in plan.groups]
    used = 0
    for number, (state, step) in enumerate(way):
        together: list[Told] = []
        if number == 0:
            for i, (group, members) in enumerate(zip(plan.groups, state.groups, strict=True)):
                for where, count in members:
                    for _ in range(count):
                        name, used = _name(used), used + 1
                        names[i][name] = where
                        together.append(Told(".".join(group.path), name, group.slots[0], _IDLE, {}, "@join"))
        for slot, flight in zip(plan.ones, step.node.ones, strict=True):
            together.append(_of(slot, ".".join(slot.path), "", flight))
        for i, (group, units) in enumerate(zip(plan.groups, step.node.groups, strict=True)):
            part = ".".join(group.path)
            for where in step.left[i]:
                name = next(n for n, at in names[i].items() if at == where)
                del names[i][name]
                together.append(Told(part, name, group.slots[0], _IDLE, {}, "@leave"))
            now: dict[str, tuple[Local, ...]] = {}
            for unit, count in units:
                for _ in range(count):
                    if unit[0].start is None:
                        name, used = _name(used), used + 1
                        together.append(Told(part, name, group.slots[0], _IDLE, {}, "@join"))
                    else:
                        start = tuple(flight.start for flight in unit)
                        name = next(n for n, at in names[i].items() if at == start and n not in now)
                    now[name] = tuple(flight.local for flight in unit)
                    for slot, flight in zip(group.slots, unit, strict=True):
                        together.append(_of(slot, ".".join((*group.path, *slot.path)), name, flight))
            names[i] = now
        yield together


_IDLE: Final = Flight((0, ()), frozenset(), False, NOBODY_ELSE, None)


def _name(number: int) -> str:
    return NAMES[number] if number < len(NAMES) else f"user {number + 1}"


def _of(slot: Slot, part: str, instance: str, flight: Flight) -> Told:
    sample: dict[Key, Any] = {}
    if flight.event != NOBODY_ELSE:
        for stand in slot.ways.letter(flight).values():
            sample |= stand.sample
    return Told(part, instance, slot, flight, sample)


def _attempts(done: tuple[Report, ...], told: list[Told]) -> Iterator[tuple[Report, ...]]:
    """Ways to tell it: at once, the next day, after as long as it takes, and after having told the same a while before."""
    last = max((row.at for row in done), default=None)
    before = BEGIN - DAY if last is None else last
    ran = max((int(value) for one in told for key, value in one.sample.items() if key[0] == "held"), default=0)
    stay = max(
        (int(value) for one in told for key, value in one.sample.items() if key[0] == "stay" and not one.flight.event), default=0
    )
    ago = max((int(value) for one in told for key, value in one.sample.items() if key[0] == "ago" and value is not None), default=0)
    waits = dict.fromkeys((max(1, stay), max(1, stay, ran), max(1, stay, ran, ago)))
    if not ran and not ago:
        yield from (_rows(done, told, before + days * DAY) for days in waits)
        return
    events = [
        (one, key[1])
        for one in told
        for key, value in one.sample.items()
        if key[0] == "ago" and value is not None and key[1] != one.flight.event
    ]
    for days in waits:
        if not ran:
            yield _rows(done, told, before + days * DAY)
        for offered in (events, []) if events else ([],):
            first = _rows(done, told, before + DAY, quiet=True)
            first += tuple(_event(one, name, before + DAY) for one, name in offered)
            yield (*first, *_rows(done, told, before + (days + 1) * DAY, again=True))
    for days in waits:
        yield _rows(done, told, before + days * DAY)


def _rows(done: tuple[Report, ...], told: list[Told], at: int, *, quiet: bool = False, again: bool = False) -> tuple[Report, ...]:
    """One observation, as rows; `quiet` without events, `again` without those who join or leave."""
    rows: list[Report] = []
    for one in told:
        if one.act:
            if not again:
                rows.append(Report(at, event=one.act, part=one.part, instance=one.instance))
            continue
        values: dict[str, Any] = {}
        for (what, name), value in one.sample.items():
            spec = one.slot.ways.definition.signals.get(name)
            if (
                what not in ("value", "until")
                or spec is None
                or (what == "value" and ("until", name) in one.sample and value is None)
            ):
                continue
            key = f"{one.part}.{name}" if one.part else name
            if value is None:
                if any(key in row.values for row in done if row.instance == one.instance):
                    rows.append(Report(at, event="@clear", part=one.part, instance=one.instance, details={"signals": [name]}))
                continue
            values[key] = value if what == "value" else at + int(value) * DAY
        event = "" if quiet or one.flight.event in ("", NOBODY_ELSE) else one.flight.event
        if event:
            rows.append(_event(one, event, at, values))
        elif values:
            rows.append(Report(at, values, part=one.part, instance=one.instance))
    return tuple(rows) or (Report(at),)


def _event(one: Told, event: str, at: int, values: dict[str, Any] | None = None) -> Report:
    names = one.slot.ways.definition.events[event].names_instance
    return Report(at, values or {}, event, one.part, one.instance, {"instance": f"{event} {at // DAY}"} if names else {})
