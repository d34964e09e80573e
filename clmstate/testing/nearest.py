"""The nearest observation that would have passed: the fewest facts to tell differently, found by the solver and tried out on the engine.

What the solver finds is played before it is shown, so that it cannot be wrong. Where the solver gives no answer in the effort that it is
given, values next to the limits of conditions are tried on the engine itself: one change before two, two before three.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any, Final

import attrs

from clmstate.errors import ObservationError
from clmstate.kernel import LATEST, State, instants_of, take_in
from clmstate.lifecycle import LifecycleDefinition
from clmstate.signals import DAY, Value, show_instant
from clmstate.testing.critical import critical_values, relevant

__all__ = ["Near", "nearest"]

MOST_TRIED: Final = 40_000
"""Observations that are tried before the search gives up."""

MOST_CHANGES: Final = 3


@attrs.frozen
class _Change:
    """One fact told differently.

    Attributes:
        what: the signal; "" for time; an event with a plus or minus before it.
        value: the stored value, or the instant.
        far: how far it is from what was told, to be sorted by.
    """

    what: str
    value: Any
    far: tuple[float, ...]


@attrs.frozen
class Near:
    """What would have passed.

    Attributes:
        changes: what to tell differently, in words; empty if nothing was found.
        impossible: whether it is proved that nothing that could be told would do.

    Example:
        >>> Near(("health 70, instead of 65",)).impossible
        False
    """

    changes: tuple[str, ...] = ()
    impossible: bool = False


def nearest(before: State, now: State, expected: tuple[str, ...], *, free_ports: bool) -> Near:
    """The fewest changes to an observation that make a part take exactly these transitions.

    Args:
        before: the part before the observation.
        now: the part after it; what it knows is what was told.
        expected: names of the transitions that are to be taken.
        free_ports: whether ports are told by people.
    """
    from clmstate.analysis.proofs.nearest import nearest_report
    from clmstate.conditions.smt import UndecidedError

    definition = now.c.program.definition
    told = [name for name in definition.events if getattr(now, f"n_{name}") > getattr(before, f"n_{name}")]
    values = {name: getattr(now, f"v_{name}") for name in definition.signals}
    try:
        found = nearest_report(before, now, told, expected, ports=free_ports)
    except UndecidedError:
        pass
    else:
        if found is None:
            return Near(impossible=True)
        chosen = tuple(_as_changes(found, now))
        trial = before.c.new()
        trial.c.load(trial, before.c.save(before))
        if _plays(trial, now, values, told, chosen) == list(expected):
            return Near(tuple(_said(definition, change, values, now) for change in chosen))
    return Near(tuple(_tried(before, now, expected, told, values, free_ports=free_ports)))


def _as_changes(found: Any, now: State) -> Iterator[_Change]:
    if found.days:
        yield _Change("", now.at + found.days * DAY, ())
    yield from (_Change(name, value, ()) for name, value in found.values.items())
    yield from (_Change(f"+{name}", None, ()) for name in found.more)
    yield from (_Change(f"-{name}", None, ()) for name in found.fewer)


def _tried(
    before: State, now: State, expected: tuple[str, ...], told: list[str], values: dict[str, Any], *, free_ports: bool
) -> list[str]:
    """The same by trying."""
    definition = now.c.program.definition
    saved = before.c.save(before)
    trial = before.c.new()
    tried = 0
    changes = sorted(_changes(before, now, expected, told, free_ports=free_ports), key=lambda change: change.far)
    by_fact: dict[str, list[_Change]] = {}
    for change in changes:
        by_fact.setdefault(change.what, []).append(change)
    for number in range(1, MOST_CHANGES + 1):
        for facts in combinations(by_fact, number):
            for chosen in product(*(by_fact[fact] for fact in facts)):
                tried += 1
                if tried > MOST_TRIED:
                    return []
                trial.c.load(trial, saved)
                if _plays(trial, now, values, told, chosen) == list(expected):
                    return [_said(definition, change, values, now) for change in chosen]
    return []


def _plays(trial: State, now: State, values: dict[str, Any], told: list[str], chosen: tuple[_Change, ...]) -> list[str] | None:
    """The transitions that a changed observation leads to; None if it is refused."""
    said, events, at = dict(values), list(told), now.at
    for change in chosen:
        if change.what == "":
            at = change.value
        elif change.what[0] == "+":
            events.append(change.what[1:])
        elif change.what[0] == "-":
            events.remove(change.what[1:])
        else:
            said[change.what] = change.value
    try:
        plan, _ = take_in(trial, None if at != at else int(at), said, events)
    except ObservationError:
        return None
    rules = trial.c.program.rules
    return [rules[step[0]].transition.name for step in plan if step[0] >= 0]


def _changes(before: State, now: State, expected: tuple[str, ...], told: list[str], *, free_ports: bool) -> Iterator[_Change]:
    definition = now.c.program.definition
    phase = now.c.program.phases[before.phase]
    rules = [definition.transitions[name] for name in expected] or list(definition.ways_out(phase))
    signals, events = relevant(rules)
    if not expected:
        events = ()
    for name in signals:
        spec = definition.signals[name]
        if spec.port and not free_ports:
            continue
        known = getattr(now, f"v_{name}")
        for value in critical_values(definition, name, now.at):
            if not (value == known or (value != value and known != known)):
                yield _Change(name, value, _distance(spec.range, known, value))
    for name in events:
        if name not in told:
            yield _Change(f"+{name}", None, (2.0,))
    for name in told:
        yield _Change(f"-{name}", None, (2.5,))
    for at in _times(before, now):
        yield _Change("", at, (1.0, at - now.at))


def _times(before: State, now: State) -> Iterator[float]:
    """Later instants at which time alone changes something."""
    from clmstate.kernel.timed import timed_literals

    program = now.c.program
    for rule in program.silent[before.phase]:
        for literal in timed_literals(rule.formula):
            for at in (*instants_of(program, literal.leaf, now), *instants_of(program, literal.leaf, before)):
                if now.at < at <= LATEST:
                    yield at


def _distance(bounds: tuple[float, float], known: Value, value: Value) -> tuple[float, ...]:
    """How far a value is from what is known; forgetting is further than any value."""
    if value != value:
        return (3.0,)
    if known != known or isinstance(value, str) or isinstance(known, str):
        return (2.0, abs(float(value)) if not isinstance(value, str) else 0.0)
    width = min(bounds[1] - bounds[0], 1e9)
    return (1.0, abs(float(value) - float(known)) / (width or 1.0))


def _said(definition: LifecycleDefinition, change: _Change, values: dict[str, Any], now: State) -> str:
    if change.what == "":
        days = (change.value - now.at) / DAY
        when = f"{abs(days):g} day{'' if abs(days) == 1 else 's'} {'later' if days > 0 else 'earlier'}"
        return f"the same on {show_instant(int(change.value))}, {when}"
    if change.what[0] in "+-":
        label = definition.events[change.what[1:]].label
        return f"{label}, too" if change.what[0] == "+" else f"no {label}"
    spec = definition.signals[change.what]
    label = spec.plural if spec.kind == "count" and spec.plural else spec.label
    was = values[change.what]
    new = "unknown" if change.value != change.value else spec.show(change.value)
    instead = "which is unknown" if was != was else f"instead of {spec.show(was)}"
    return f"{label} {new}, {instead}"
