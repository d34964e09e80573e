"""Witnesses of more than one transition: logs that take each of them, and logs in which one comes right after another."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from clmstate.analysis.proofs.witness import Stand, Witnesses
from clmstate.conditions.smt import UndecidedError
from clmstate.kernel import Rule
from clmstate.signals import DAY

__all__ = ["all_taken", "ending", "names_of", "never_taken", "resting"]


def all_taken(witnesses: Witnesses) -> None:
    """Looks for a log of every transition, also where the plainest customer would never come to rest.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health, late = Signal.score("health"), Signal.flag("late", default=False)
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=(health < 60) | late)
        ...     calm = alarm.to(fine, when=health >= 70)
        >>> found = Witnesses(Deal)
        >>> all_taken(found)
        >>> found.taking("calm") is None
        False
    """
    rules = witnesses.study.program.rules
    grown = True
    while grown:
        grown = False
        for rule in rules:
            if witnesses.taking(rule.transition.name) is not None or rule.index in witnesses.study.dead:
                continue
            sources = witnesses.study.sources(rule)
            before = [stand for stand in witnesses._reached.values() if stand.phase in sources]
            after = next((found for stand in before for found in resting(witnesses, stand, rule)), None)
            if after is not None:
                witnesses._note(after)
                grown = True


def never_taken(witnesses: Witnesses, rule: Rule) -> bool:
    """Whether it is proved that nobody can take a transition: wherever it leads from, its condition and those before it exclude it.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=(health < 60) & (health > 70))
        >>> found = Witnesses(Deal)
        >>> never_taken(found, found.study.program.rules[0])
        True
    """
    study = witnesses.study
    try:
        return not any(study.prover.possible(study.taken(rule, phase)) for phase in study.sources(rule))
    except UndecidedError:
        return False


def ending(witnesses: Witnesses, first: str, second: str) -> Iterator[Stand]:
    """Where logs lead that end with one transition right after another; whatever has to come before is sought, too.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health", default=80)
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        ...     calm = alarm.to(fine, when=health >= 70)
        >>> found = Witnesses(Deal)
        >>> names_of(found, next(ending(found, "calm", "worry")))
        ['worry', 'calm', 'worry']
    """
    study = witnesses.study
    rules = {rule.transition.name: rule for rule in study.program.rules}
    for source in study.sources(rules[first]):
        if witnesses.taking(first, source=study.path(source)) is None:
            continue
        for before in [stand for stand in witnesses._reached.values() if stand.phase == source]:
            for stand in resting(witnesses, before, rules[first]):
                yield from _then(witnesses, stand, rules[second])
        stand = witnesses._taken[f"{first} from {study.path(source)}"]
        names = names_of(witnesses, stand)
        if names[-2:] == [first, second]:
            yield stand
        elif names[-1:] == [first]:
            yield from _then(witnesses, stand, rules[second])


def _then(witnesses: Witnesses, stand: Stand, rule: Rule) -> Iterator[Stand]:
    """Where one takes a rule next, and rests afterwards if that can be."""
    if stand.phase in witnesses.study.sources(rule) and rule.index not in witnesses.study.dead:
        try:
            yield from itertools.chain(resting(witnesses, stand, rule), witnesses._tried(stand, rule))
        except UndecidedError:
            return


def resting(witnesses: Witnesses, stand: Stand, rule: Rule) -> Iterator[Stand]:
    """Where one takes a rule and then rests, so that anything may follow.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine, alarm, bad = Phase("Fine", initial=True), Phase("Alarm"), Phase("Bad")
        ...     worry = fine.to(alarm, when=health < 60)
        ...     despair = alarm.to(bad, when=health < 40)
        >>> found = Witnesses(Deal)
        >>> begun = next(iter(found._reached.values()))
        >>> next(resting(found, begun, found.study.program.rules[0])).log[0].values["health"] >= 40
        True
    """
    study = witnesses.study
    for before in itertools.chain((stand,), witnesses._prepared(stand, rule)):
        for days in witnesses._spans(rule):
            at = witnesses._now(before) + days * DAY
            claims = [study.taken(rule, stand.phase), study.rests(rule.target, entered=True)]
            claims += witnesses._history(before, at, rule.event)
            example = witnesses._example(rule.transition.when, claims, before, at)
            after = None if example is None else witnesses._told(before, example, at, rule.event)
            if after is not None and witnesses._takes(rule, stand.phase, after[1]) and len(after[1]) == 1:
                yield after[0]


def names_of(witnesses: Witnesses, stand: Stand) -> list[str]:
    """The transitions that a log takes, in order: it is played again.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> found = Witnesses(Deal)
        >>> names_of(found, next(iter(found._reached.values())))
        []
    """
    from clmstate.kernel import take_in

    engine, definition = witnesses.engine, witnesses.study.definition
    state = engine.new()
    names: list[str] = []
    for report in stand.log:
        stored = {name: definition.signals[name].absent if value is None else value for name, value in report.values.items()}
        plan, _ = take_in(state, report.at, stored, (report.event,) if report.event else ())
        names += (engine.program.rules[step[0]].transition.name for step in plan)
    return names
