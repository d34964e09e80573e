"""Witnesses of pairs: a log in which one transition is taken right after another, and few logs that show all pairs."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from clmstate.analysis.findings import Evidence
from clmstate.analysis.proofs.witness import Stand, Witnesses
from clmstate.conditions.smt import UndecidedError
from clmstate.kernel import Rule
from clmstate.signals import DAY

__all__ = ["all_taken", "following", "never_taken"]


def following(
    witnesses: Witnesses, pairs: Iterable[tuple[str, str]], *, longest: int = 16
) -> tuple[list[Evidence], list[tuple[str, str]]]:
    """Few logs that together show all pairs of consecutive transitions, as far as logs were found.

    Each log goes on with a pair that no log has shown yet for as long as there is one, at most one step away, so that few and long logs come
    out; whether fewer would do is not asked.

    Args:
        witnesses: the witnesses of single transitions.
        pairs: the names that are to follow each other.
        longest: a log is ended after so many reports.

    Returns:
        The logs, and the pairs that none of them shows.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health", default=80)
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        ...     calm = alarm.to(fine, when=health >= 70)
        >>> logs, missing = following(Witnesses(Deal), [("worry", "calm"), ("calm", "worry")])
        >>> [len(one.log) for one in logs], missing
        ([3], [])
    """
    all_taken(witnesses)
    open_pairs = dict.fromkeys(pairs)
    logs: list[Evidence] = []
    missing: list[tuple[str, str]] = []
    while open_pairs:
        first, second = next(iter(open_pairs))
        found = next(_ending(witnesses, first, second), None)
        if found is None:
            missing.append((first, second))
            del open_pairs[first, second]
            continue
        stand, shown = found
        open_before = dict(open_pairs)
        while True:
            for pair in shown:
                open_pairs.pop(pair, None)
            last, bridged = shown[-1][1], shown[-1] not in open_before
            open_before = dict(open_pairs)
            more = None if len(stand.log) >= longest else _further(witnesses, stand, last, open_pairs)
            if more is None and not bridged and len(stand.log) < longest:  # one step that shows nothing new, to where something is
                more = _further(witnesses, stand, last, {(last, first): None for first, _ in open_pairs})
            if more is None:
                break
            stand, shown = more
        logs.append(witnesses._evidence(stand, "pairs of transitions are taken"))
    return logs, missing


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
            after = next((found for stand in before for found in _resting(witnesses, stand, rule)), None)
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


Shown = tuple[Stand, list[tuple[str, str]]]


def _ending(witnesses: Witnesses, first: str, second: str) -> Iterator[Shown]:
    """Logs that end with a pair."""
    definition = witnesses.study.definition
    for source in (path for path in definition.phases if definition.transitions[first] in definition.ways_out(path)):
        if witnesses.taking(first, source=source) is None:
            continue
        rule = next(rule for rule in witnesses.study.program.rules if rule.transition.name == first)
        before = [stand for stand in witnesses._reached.values() if stand.phase == witnesses.study.program.number[source]]
        for stand in (after for one in before for after in _resting(witnesses, one, rule)):
            found = _further(witnesses, stand, first, {(first, second): None})
            if found is not None:
                yield found
        stand = witnesses._taken[f"{first} from {source}"]
        names = _names(witnesses, stand)
        if (first, second) in list(itertools.pairwise(names)):
            yield stand, list(itertools.pairwise(names))
        elif names and names[-1] == first:
            found = _further(witnesses, stand, first, {(first, second): None})
            if found is not None:
                yield found


def _resting(witnesses: Witnesses, stand: Stand, rule: Rule) -> Iterator[Stand]:
    """Where one takes a rule and then rests, so that anything may follow."""
    study = witnesses.study
    for before in (stand, *witnesses._prepared(stand, rule)):
        for days in witnesses._spans(rule):
            at = witnesses._now(before) + days * DAY
            claims = [study.taken(rule, stand.phase), study.rests(rule.target, entered=True)]
            claims += witnesses._history(before, at, rule.event)
            example = witnesses._example(rule.transition.when, claims, before, at)
            after = None if example is None else witnesses._told(before, example, at, rule.event)
            if after is not None and witnesses._takes(rule, stand.phase, after[1]) and len(after[1]) == 1:
                yield after[0]


def _further(witnesses: Witnesses, stand: Stand, last: str, wanted: dict[tuple[str, str], None]) -> Shown | None:
    """A log that goes on with a pair that is wanted."""
    program = witnesses.study.program
    for rule in (*program.silent[stand.phase], *program.offered[stand.phase]):
        if (last, rule.transition.name) not in wanted or rule.index in witnesses.study.dead:
            continue
        try:
            after = next(itertools.chain(_resting(witnesses, stand, rule), witnesses._tried(stand, rule)), None)
        except UndecidedError:
            continue
        if after is not None:
            names = _names(witnesses, after)
            return after, list(itertools.pairwise(names))
    return None


def _names(witnesses: Witnesses, stand: Stand) -> list[str]:
    """The transitions that a log takes, in order: it is played again."""
    from clmstate.kernel import take_in

    engine, definition = witnesses.engine, witnesses.study.definition
    state = engine.new()
    names: list[str] = []
    for report in stand.log:
        stored = {name: definition.signals[name].absent if value is None else value for name, value in report.values.items()}
        plan, _ = take_in(state, report.at, stored, (report.event,) if report.event else ())
        names += (engine.program.rules[step[0]].transition.name for step in plan)
    return names
