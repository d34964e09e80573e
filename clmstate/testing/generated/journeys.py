"""Journeys that show what a lifecycle does: for each transition one that takes it, and its neighbours one step away that do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from clmstate.conditions.lower import literals
from clmstate.conditions.nodes import Compare, SignalRef, own_terms
from clmstate.errors import LivelockError
from clmstate.kernel import Compiled, Rule, State, compiled, take_in
from clmstate.lifecycle import LifecycleDefinition
from clmstate.signals import DAY
from clmstate.testing.critical import critical_values

if TYPE_CHECKING:
    from clmstate.analysis.proofs.travelling import Shows
    from clmstate.analysis.proofs.witness import Witnesses

__all__ = ["Journeys", "Shown", "Told", "Unreached", "fewest_journeys", "pair_journeys", "played", "shown_transitions", "told_to"]


_NOBODY: Final = "no customer can take it: whenever its condition is true, another transition comes first, or it is never true"


@attrs.frozen
class Told:
    """One report, and what it does.

    Attributes:
        at: when, as an instant.
        values: stored values by signal; None forgets one.
        event: what happens; "" if nothing does.
        takes: the names of the transitions that it causes.
        phase: where the customer stands afterwards.
        also: a further event that happens at the same time; "" if none does.

    Example:
        >>> Told(0, {"health": 80}, "", (), "new").takes
        ()
    """

    at: int
    values: dict[str, Any]
    event: str
    takes: tuple[str, ...]
    phase: str
    also: str = ""

    @property
    def events(self) -> tuple[str, ...]:
        """What happens, all of it."""
        return tuple(event for event in (self.event, self.also) if event)


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


@attrs.frozen
class Journeys:
    """Journeys that together show something.

    Attributes:
        shown: the journeys.
        unreached: what none of them shows.
        moves: how many transitions they take together.
        fewest: so many are needed at least, by proof, to show the same.

    Example:
        >>> Journeys((), (), 0, 0).moves
        0
    """

    shown: tuple[Shown, ...]
    unreached: tuple[Unreached, ...]
    moves: int
    fewest: int


def shown_transitions(definition: LifecycleDefinition, witnesses: Witnesses | None = None) -> tuple[list[Shown], list[Unreached]]:
    """For each transition a journey with its neighbours, or why there is none.

    Args:
        definition: the lifecycle.
        witnesses: logs that were found before, if somebody has looked for some.

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

    witnesses = Witnesses(definition) if witnesses is None else witnesses
    all_taken(witnesses)
    engine = compiled(definition)
    found: list[Shown] = []
    unreached: list[Unreached] = []
    for rule in engine.program.rules:
        name = rule.transition.name
        evidence = witnesses.taking(name)
        if evidence is None:
            proved = never_taken(witnesses, rule)
            why = _NOBODY if proved else "no journey was found that takes it; that is no proof that there is none"
            unreached.append(Unreached(name, why, proved))
            continue
        steps = tuple(played(engine, evidence.log))
        just, short = _neighbours(engine, steps, name)
        found.append(Shown(name, steps, just, short))
    return found, unreached


def pair_journeys(definition: LifecycleDefinition, witnesses: Witnesses | None = None) -> Journeys:
    """The shortest journeys that were found for all pairs of consecutive transitions, with what is proved of them.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health", default=80)
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        ...     calm = alarm.to(fine, when=health >= 70)
        >>> found = pair_journeys(Deal.definition)
        >>> [told.takes for told in found.shown[0].steps]
        [('worry',), ('calm',), ('worry',)]
        >>> found.moves, found.fewest
        (3, 3)
    """
    from clmstate.testing.coverage.asking import Asking
    from clmstate.testing.coverage.obligations import after

    asking = Asking(compiled(definition).program)
    pairs = [(first, second) for first in definition.transitions for second in after(asking, first)]
    return _journeys(definition, witnesses, "pairs", pairs)


def fewest_journeys(definition: LifecycleDefinition, witnesses: Witnesses | None = None) -> Journeys:
    """The shortest journeys that were found in which every transition is taken.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health", default=80)
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        ...     calm = alarm.to(fine, when=health >= 70)
        >>> [told.takes for told in fewest_journeys(Deal.definition).shown[0].steps]
        [('worry',), ('calm',)]
    """
    return _journeys(definition, witnesses, "transitions", [(name,) for name in definition.transitions])


def _journeys(
    definition: LifecycleDefinition,
    witnesses: Witnesses | None,
    shows: Shows,
    wanted: Sequence[tuple[str, ...]],
) -> Journeys:
    from clmstate.analysis.proofs.travelling import travelled
    from clmstate.analysis.proofs.witness import Witnesses

    found = travelled(Witnesses(definition) if witnesses is None else witnesses, shows, wanted)
    engine = compiled(definition)
    return Journeys(
        tuple(Shown("", tuple(played(engine, one.log))) for one in found.logs),
        tuple(Unreached(", then ".join(one.key), _why_not(shows, proved=one.proved), one.proved) for one in found.missing),
        found.moves,
        found.fewest,
    )


def _why_not(shows: Shows, *, proved: bool) -> str:
    if not proved:
        what = "takes one right after the other" if shows == "pairs" else "takes it"
        return f"no journey was found that {what}; that is no proof that there is none"
    if shows == "pairs":
        return (
            "nobody can: where the first leads, the condition of the second is never true, or another transition always comes first"
        )
    return _NOBODY


def played(engine: Compiled, log: Sequence[Any]) -> Iterator[Told]:
    """What the reports of a log do to a customer.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.analysis.findings import Report
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        >>> [told.takes for told in played(compiled(Deal.definition), [Report(0, {"health": 59})])]
        [('worry',)]
    """
    state = engine.new()
    for report in log:
        yield told_to(engine, state, report.at, dict(report.values), report.event)


def told_to(engine: Compiled, state: State, at: int, values: dict[str, Any], event: str, also: str = "") -> Told:
    """Tells something to a state, which is changed, and says what it did.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        >>> engine = compiled(Deal.definition)
        >>> told_to(engine, engine.new(), 0, {"health": 59}, "").takes
        ('worry',)
    """
    signals = engine.program.definition.signals
    stored = {name: signals[name].absent if value is None else value for name, value in values.items()}
    plan, _ = take_in(state, at, stored, tuple(one for one in (event, also) if one))
    takes = tuple(engine.program.rules[step[0]].transition.name for step in plan)
    return Told(at, values, event, takes, engine.program.phases[state.phase], also)


Others = tuple[tuple[str, Told], ...]


def _neighbours(engine: Compiled, steps: tuple[Told, ...], name: str) -> tuple[Others, Others]:
    """Last steps at the limits of a transition's condition: those that still take it, and those that do not."""
    definition = engine.program.definition
    before = engine.new()
    for step in steps[:-1]:
        told_to(engine, before, step.at, step.values, step.event)
    saved, last = engine.save(before), steps[-1]
    just: dict[tuple[Any, ...], tuple[str, Told]] = {}
    short: dict[tuple[Any, ...], tuple[str, Told]] = {}

    def tried(said: str, at: int, values: dict[str, Any], event: str = last.event) -> None:
        trial = engine.new()
        engine.load(trial, saved)
        try:
            told = told_to(engine, trial, at, values, event)
        except LivelockError:  # such a customer never settles: there is nothing to be expected of them
            return
        key = (at, event, tuple(sorted(values.items(), key=repr)))
        if (at, values, event) != (last.at, last.values, last.event):
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
    if rule.event is not None:
        tried(f"without {definition.events[rule.event].label}", last.at, last.values, "")
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
