"""What is wrong with one rule: nobody can take it, everybody takes it, a part of it says nothing, or another one is always faster."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from clmstate.analysis.findings import Evidence, Finding, finding
from clmstate.analysis.proofs.parts import parts, shared
from clmstate.analysis.proofs.playing import evidence, log_for, play
from clmstate.analysis.proofs.study import Study
from clmstate.conditions import reads
from clmstate.conditions.lower import FALSE
from clmstate.conditions.nodes import And, Between, Compare, Cond, Named, OneOf, walk
from clmstate.conditions.smt import NOT_TRUE, Said
from clmstate.kernel import Rule

__all__ = ["always_true", "clashing", "dead_rules", "makes_no_difference", "shadowed", "true_as_soon_as_known"]


def dead_rules(study: Study) -> Iterator[Finding]:
    """CLM510: conditions that nobody can make true. Notes the rules in ``study.dead``."""
    for rule, phases in study.ways():
        cond = rule.transition.when
        if cond is None or not phases:
            continue
        if any(study.can_take(rule, phase) for phase in phases):
            continue
        if any(study.prover.possible(study.here(phase, rule.event), study.true(rule)) for phase in phases):
            continue  # somebody could, if others were not asked first
        study.dead.add(rule.index)
        why = clashing(study, cond, study.here(phases[0], rule.event))
        name = rule.transition.name
        yield finding("CLM510", study.name, name, (name,), f"nobody can ever take it: {why}", "ask for less, or leave it out")
    yield from _dead_elsewhere(study)


def _dead_elsewhere(study: Study) -> Iterator[Finding]:
    """Milestones, success gaps and touchpoints whose condition nobody can make true."""
    d = study.definition
    asked: list[tuple[str, str, Cond | None]] = [
        (name, "the milestone is never reached", m.when) for name, m in d.milestones.items()
    ]
    asked += ((name, "nobody ever has this success gap", gap.when) for name, gap in d.gaps.items())
    asked += (
        (f"{path} ({touchpoint.label})", "the touchpoint is never done", touchpoint.done)
        for path, phase in d.phases.items()
        for touchpoint in phase.touchpoints
    )
    for name, what, cond in asked:
        if cond is not None and not study.prover.possible(cond):
            why = clashing(study, cond)
            about = (name.partition(" ")[0],)
            yield finding("CLM510", study.name, name, about, f"{what}: {why}", "ask for less, or leave it out")


def clashing(study: Study, cond: Cond, here: z3.BoolRef | None = None) -> str:
    """Which parts of a condition cannot be true together, in words."""
    inner = cond.of if isinstance(cond, Named) else cond
    items = inner.items if isinstance(inner, And) else (inner,)
    claims = [*items, *([] if here is None else [here])]
    places = study.prover.clash(claims)
    named = [study.said(items[place]) for place in places if place < len(items)]
    if len(named) == 1:
        return f"{named[0]} can never be" + ("" if len(items) == 1 else " true") if named[0] else "it can never be true"
    return f"{', '.join(named[:-1])} and {named[-1]} cannot be true of the same customer" if named else "it can never be true"


def always_true(study: Study) -> Iterator[Finding]:
    """CLM511: conditions that are true even of customers of whom nothing is known."""
    for rule, phases in study.ways():
        cond = rule.transition.when
        if cond is None or not phases or rule.index in study.dead:
            continue
        if study.prover.possible(Said(cond, NOT_TRUE)):
            continue
        name = rule.transition.name
        remedy = "leave the condition out" if rule.event is not None else "say what should move a customer"
        yield finding(
            "CLM511",
            study.name,
            name,
            (name,),
            f"its condition ({study.said(cond)}) is true of every customer, even when nothing is known",
            remedy,
            evidence=_shown(study, rule, phases[0], "they are moved at once, whatever is known"),
        )


def _shown(study: Study, rule: Rule, phase: int, shows: str) -> tuple[Evidence, ...]:
    """Somebody who takes a rule, played."""
    cond = rule.transition.when
    claims = [study.taken(rule, phase)] if cond is None else [cond, study.taken(rule, phase)]
    example = study.prover.satisfy(*claims, beside=study.conditions, phase=study.path(phase))
    if example is None:
        return ()
    log = log_for(study, example, phase, event=rule.event)
    if log is None or not any(name == rule.transition.name for name, _, _ in play(study.definition, log).last):
        return ()
    return (evidence(study, example, shows, log, replayed=True),)


def true_as_soon_as_known(study: Study) -> Iterator[Finding]:
    """CLM512: conditions, or parts of them, that ask only whether something is known."""
    seen: set[Cond] = set()
    for rule, phases in study.ways():
        cond = rule.transition.when
        if cond is None or not phases or rule.index in study.dead or not study.prover.possible(Said(cond, NOT_TRUE)):
            continue
        name = rule.transition.name
        if not study.prover.possible(Said(cond, FALSE)) and _all_known_is_true(study, cond):
            yield finding(
                "CLM512",
                study.name,
                name,
                (name,),
                f"its condition ({study.said(cond)}) is true as soon as its values are known, whatever they are",
                "compare with a value that some customers miss, or ask is_missing()",
                evidence=_shown(study, rule, phases[0], "they are moved as soon as somebody reports anything"),
            )
            continue
        for part in walk(cond):
            if not isinstance(part, Compare | Between | OneOf) or part in seen:
                continue
            seen.add(part)
            if study.prover.possible(part) and not study.prover.possible(Said(part, FALSE)):
                yield finding(
                    "CLM512",
                    study.name,
                    name,
                    (name,),
                    f"the part '{study.said(part)}' is true whatever the value is, as soon as it is known",
                    "leave it out, or ask is_missing() if that is what is meant",
                )


def _all_known_is_true(study: Study, cond: Cond) -> bool:
    """Whether a condition is true of everybody of whom all is known that it reads, and some time was told."""
    symbols = study.prover.symbols
    read = reads(cond)
    known = [symbols.known(name) for name in read.signals] + [symbols.at_least_once(event) for event in read.events]
    return not study.prover.possible(Said(cond, NOT_TRUE), symbols.timed, *known)


def makes_no_difference(study: Study) -> Iterator[Finding]:
    """CLM513: parts of a condition that can be left out. What rules share is looked at once, where it was given its name."""
    d = study.definition
    rules = {rule.transition.when for rule, phases in study.ways() if rule.transition.when is not None}
    shared_conditions = {name: cond for name, cond in d.conditions.items() if cond not in rules}
    atoms, units = frozenset(shared_conditions.values()), shared(tuple(shared_conditions.values()))
    for name, cond in shared_conditions.items():
        others = frozenset(other for other in atoms if other != cond)
        yield from _needless(study, name, cond, others, tuple(unit for unit in units if unit != _items(cond)))
    for rule, phases in study.ways():
        asked = rule.transition.when
        if asked is None or not phases or rule.index in study.dead or not study.prover.possible(Said(asked, NOT_TRUE)):
            continue
        yield from _needless(study, rule.transition.name, asked, atoms, units)


def _items(cond: Cond) -> frozenset[Cond]:
    return frozenset(cond.items) if isinstance(cond, And) else frozenset()


def _needless(study: Study, name: str, cond: Cond, atoms: frozenset[Cond], units: tuple[frozenset[Cond], ...]) -> Iterator[Finding]:
    if not study.prover.possible(cond):
        return  # nobody can make it true, which is said of the rules that ask for it
    for part in parts(cond, atoms, units):
        if same(study, cond, part.without) if part.timed is None else _same_clock(study, *part.timed):
            yield finding(
                "CLM513",
                study.name,
                name,
                (name,),
                f"the part '{study.said(part.said)}' makes no difference: without it the condition holds for the same customers",
                "leave it out, or write what was meant",
            )
            return  # one at a time: without it, another may be needed


def same(study: Study, a: Cond, b: Cond) -> bool:
    """Whether two conditions are true of the same customers."""
    return not study.prover.possible(a, Said(b, NOT_TRUE)) and not study.prover.possible(b, Said(a, NOT_TRUE))


def _same_clock(study: Study, a: Cond, b: Cond) -> bool:
    possible = study.prover.possible
    return (
        same(study, a, b)
        and not possible(Said(a, FALSE), Said(b, ~FALSE & 7))
        and not possible(Said(b, FALSE), Said(a, ~FALSE & 7))
    )


def shadowed(study: Study) -> Iterator[Finding]:
    """CLM514: rules that somebody could take, if others were not always taken first. Notes them in ``study.covered``."""
    for rule, phases in study.ways():
        if rule.index in study.dead or not phases:
            continue
        covered = [phase for phase in phases if not study.can_take(rule, phase)]
        if covered:
            study.covered[rule.index] = set(covered)
        if len(covered) < len(phases):
            continue  # a special case elsewhere
        phase = covered[0]
        before = study.earlier(rule, phase)
        claims = [study.here(phase, rule.event), study.true(rule), *(z3.Not(study.true(other)) for other in before)]
        winners = [before[place - 2] for place in study.prover.clash(claims) if place >= 2]
        names = [other.transition.name for other in winners]
        name = rule.transition.name
        yield finding(
            "CLM514",
            study.name,
            name,
            (name, *names),
            f"it is never taken: whenever it could be, {_listed(names)} {'comes' if len(names) == 1 else 'come'} first",
            f"put it above {_listed(names)}, ask for something else, or leave it out",
            evidence=_beaten(study, rule, phase),
        )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _beaten(study: Study, rule: Rule, phase: int) -> tuple[Evidence, ...]:
    cond = rule.transition.when
    here = study.here(phase, rule.event)
    claims = [here, study.true(rule)] if cond is None else [cond, here]
    example = study.prover.satisfy(*claims, beside=study.conditions, phase=study.path(phase))
    log = None if example is None else log_for(study, example, phase, event=rule.event)
    if example is None or log is None:
        return ()
    played = play(study.definition, log)
    if not played.last or played.last[0][1] != study.path(phase) or played.last[0][0] == rule.transition.name:
        return ()
    taken = played.last[0][0]
    return (evidence(study, example, f"{rule.transition.name} could be taken, and {taken} is", log, replayed=True),)
