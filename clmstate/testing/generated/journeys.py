"""Journeys that show what a lifecycle does: for each transition one that takes it, and its neighbours one step away that do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from clmstate.conditions.lower import literals
from clmstate.conditions.nodes import Compare, SignalRef, own_terms
from clmstate.kernel import Compiled, Rule, State, compiled, take_in
from clmstate.lifecycle import LifecycleDefinition
from clmstate.signals import DAY
from clmstate.testing.critical import critical_values

__all__ = ["Shown", "Told", "Unreached", "pair_journeys", "shown_transitions"]


@attrs.frozen
class Told:
    """One report, and what it does.

    Attributes:
        at: when, as an instant.
        values: stored values by signal; None forgets one.
        event: what happens; "" if nothing does.
        takes: the names of the transitions that it causes.
        phase: where the customer stands afterwards.

    Example:
        >>> Told(0, {"health": 80}, "", (), "new").takes
        ()
    """

    at: int
    values: dict[str, Any]
    event: str
    takes: tuple[str, ...]
    phase: str


@attrs.frozen
class Shown:
    """A transition, and how it is shown.

    Attributes:
        name: the transition; "" for a journey that shows pairs.
        steps: the journey; its last step takes the transition.
        just: other last steps that take it, at a limit.
        short: other last steps, one step short of a limit, that do not.

    Example:
        >>> Shown("win", ()).short
        ()
    """

    name: str
    steps: tuple[Told, ...]
    just: tuple[tuple[str, Told], ...] = ()
    short: tuple[tuple[str, Told], ...] = ()


@attrs.frozen
class Unreached:
    """A transition (or pair) that was not reached.

    Attributes:
        name: which.
        why: why not.
        proved: whether it is proved that nobody can.

    Example:
        >>> Unreached("win", "its condition is never true", proved=True).proved
        True
    """

    name: str
    why: str
    proved: bool


def shown_transitions(definition: LifecycleDefinition) -> tuple[list[Shown], list[Unreached]]:
    """For each transition a journey with its neighbours, or why there is none.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        >>> shown, unreached = shown_transitions(Deal.definition)
        >>> [told.values for told in shown[0].steps], [told.values for _, told in shown[0].short]
        ([{'health': 0}], [{'health': 60}, {'health': 61}])
    """
    from clmstate.analysis.proofs.following import all_taken, never_taken
    from clmstate.analysis.proofs.witness import Witnesses

    witnesses = Witnesses(definition)
    all_taken(witnesses)
    engine = compiled(definition)
    found: list[Shown] = []
    unreached: list[Unreached] = []
    for rule in engine.program.rules:
        name = rule.transition.name
        evidence = witnesses.taking(name)
        if evidence is None:
            proved = never_taken(witnesses, rule)
            why = (
                "no customer can take it: whenever its condition is true, another transition comes first, or it is never true"
                if proved
                else "no journey was found that takes it; that is no proof that there is none"
            )
            unreached.append(Unreached(name, why, proved))
            continue
        steps = tuple(_played(engine, evidence.log))
        just, short = _neighbours(engine, steps, name)
        found.append(Shown(name, steps, just, short))
    return found, unreached


def pair_journeys(definition: LifecycleDefinition) -> tuple[list[Shown], list[Unreached]]:
    """Few journeys that show all pairs of consecutive transitions, and the pairs that were not reached.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health", default=80)
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        ...     calm = alarm.to(fine, when=health >= 70)
        >>> shown, unreached = pair_journeys(Deal.definition)
        >>> [told.takes for told in shown[0].steps]
        [('worry',), ('calm',), ('worry',)]
    """
    from clmstate.analysis.proofs.following import following
    from clmstate.analysis.proofs.witness import Witnesses
    from clmstate.testing.coverage.asking import Asking
    from clmstate.testing.coverage.obligations import after

    engine = compiled(definition)
    asking = Asking(engine.program)
    pairs = [(first, second) for first in definition.transitions for second in after(asking, first)]
    logs, missing = following(Witnesses(definition), pairs)
    why = "no journey was found that takes one right after the other; that is no proof that there is none"
    return (
        [Shown("", tuple(_played(engine, one.log))) for one in logs],
        [Unreached(f"{first}, then {second}", why, proved=False) for first, second in missing],
    )


def _played(engine: Compiled, log: Sequence[Any]) -> Iterator[Told]:
    state = engine.new()
    for report in log:
        yield _told(engine, state, report.at, dict(report.values), report.event)


def _told(engine: Compiled, state: State, at: int, values: dict[str, Any], event: str) -> Told:
    signals = engine.program.definition.signals
    stored = {name: signals[name].absent if value is None else value for name, value in values.items()}
    plan, _ = take_in(state, at, stored, (event,) if event else ())
    takes = tuple(engine.program.rules[step[0]].transition.name for step in plan)
    return Told(at, values, event, takes, engine.program.phases[state.phase])


Others = tuple[tuple[str, Told], ...]


def _neighbours(engine: Compiled, steps: tuple[Told, ...], name: str) -> tuple[Others, Others]:
    """Last steps at the limits of a transition's condition: those that still take it, and those that do not."""
    definition = engine.program.definition
    before = engine.new()
    for step in steps[:-1]:
        _told(engine, before, step.at, step.values, step.event)
    saved, last = engine.save(before), steps[-1]
    just: dict[tuple[Any, ...], tuple[str, Told]] = {}
    short: dict[tuple[Any, ...], tuple[str, Told]] = {}

    def tried(said: str, at: int, values: dict[str, Any]) -> None:
        trial = engine.new()
        engine.load(trial, saved)
        told = _told(engine, trial, at, values, last.event)
        key = (at, tuple(sorted(values.items(), key=repr)))
        if (at, values) != (last.at, last.values):
            (just if name in told.takes else short).setdefault(key, (said, told))

    rule = next(rule for rule in engine.program.rules if rule.transition.name == name)
    cond = rule.transition.when
    if cond is None:
        return (), ()
    for signal in _compared(rule):
        spec = definition.signals[signal]
        for value in critical_values(definition, signal, last.at, [cond]):
            if value == value and not isinstance(value, str):
                tried(f"{spec.label} {spec.show(value)}", last.at, {**last.values, signal: value})
    if rule.timed and last.at - DAY > (steps[-2].at if len(steps) > 1 else 0):
        tried("a day earlier", last.at - DAY, last.values)
    return tuple(just.values()), tuple(short.values())


def _compared(rule: Rule) -> list[str]:
    """The signals that a transition compares with a limit."""
    leaves = [literal.leaf for literal in literals(rule.formula)]
    names: list[str] = [
        name
        for leaf in leaves
        if isinstance(leaf, Compare)
        for term in own_terms(leaf)
        if (name := term.name if isinstance(term, SignalRef) else getattr(term, "signal", None)) is not None
    ]
    return list(dict.fromkeys(names))
