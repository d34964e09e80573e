"""Warning signs that come too late, and what is good to know about rules and silence."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from clmstate.analysis.findings import Evidence, Finding, finding
from clmstate.analysis.proofs.parts import parts, shared
from clmstate.analysis.proofs.playing import evidence, log_for, play
from clmstate.analysis.proofs.rules import clashing
from clmstate.analysis.proofs.study import Study
from clmstate.conditions import reads
from clmstate.conditions.examples import label_of
from clmstate.conditions.lower import FALSE, literals
from clmstate.conditions.nodes import Compare, Cond, IsTrue, OneOf
from clmstate.conditions.smt import NOT_TRUE, Said
from clmstate.conditions.words import words
from clmstate.kernel import Rule

__all__ = ["already_ensured", "signs_too_late", "stays_unseen", "waits_for_no"]


def signs_too_late(study: Study) -> Iterator[Finding]:
    """CLM520: warning signs that nobody can see, because whoever has them has already been moved away, or because they cannot be."""
    d = study.definition
    for name, risk in d.risks.items():
        if risk.sign is None:
            continue
        paths = tuple(dict.fromkeys(leaf for path in risk.phases for leaf in d.leaves(path))) or tuple(d.phases)
        watched = [study.program.number[path] for path in paths if not d.phases[path].final and d.phases[path].standing != "lost"]
        if any(study.prover.possible(risk.sign, study.rests(phase), study.here(phase)) for phase in watched):
            continue
        if not study.prover.possible(risk.sign):
            why = clashing(study, risk.sign)
            yield finding("CLM520", study.name, name, (name,), f"its warning sign is never seen: {why}", "ask for less")
            continue
        movers = list(dict.fromkeys(m for phase in watched for m in _movers(study, risk.sign, phase)))
        said = " or ".join(movers) if movers else "a rule"
        yield finding(
            "CLM520",
            study.name,
            name,
            (name, *movers),
            f"its warning sign is never seen in time: whoever shows it has already been moved by {said}",
            "watch for an earlier sign, or let the rule wait",
            evidence=_moved_away(study, risk.sign, watched),
        )


def _moved_away(study: Study, sign: Cond, watched: list[int]) -> tuple[Evidence, ...]:
    """Somebody who shows a sign and is moved before anybody sees it, played."""
    for phase in watched:
        example = study.prover.satisfy(sign, study.here(phase), beside=study.conditions, phase=study.path(phase))
        log = None if example is None else log_for(study, example, phase)
        if example is None or log is None:
            continue
        played = play(study.definition, log)
        if played.last and played.last[0][1] == study.path(phase):
            shows = f"{played.last[0][0]} moves them from {study.label(phase)} to {study.definition.phases[played.phase].label}"
            return (evidence(study, example, shows, log, replayed=True),)
    return ()


def _movers(study: Study, sign: Cond, phase: int) -> Iterator[str]:
    """The rules that together move everybody who shows a sign."""
    rules = study.silent(phase)
    claims = [sign, study.here(phase), *(z3.Not(study.true(rule)) for rule in rules)]
    yield from (rules[place - 2].transition.name for place in study.prover.clash(claims) if place >= 2)


def waits_for_no(study: Study) -> Iterator[Finding]:
    """CLM530: a rule that needs somebody to report a "no"; while nobody does, nothing happens."""
    for rule, phases in study.ways():
        cond = rule.transition.when
        if cond is None or not phases or rule.index in study.dead:
            continue
        names: dict[str, str] = {}
        for literal in literals(rule.formula):
            if literal.truths == FALSE and isinstance(literal.leaf, IsTrue | OneOf | Compare):
                missing = [n for n in reads(literal.leaf).signals if not study.definition.signals[n].never_missing]
                names.update(dict.fromkeys(missing, words(literal.leaf, study.definition)))
        for signal, said in names.items():
            if study.prover.possible(study.true(rule), z3.Not(study.prover.symbols.known(signal))):
                continue  # something else may move them
            label = label_of(study.definition.signals[signal])
            name = rule.transition.name
            yield finding(
                "CLM530",
                study.name,
                name,
                (name, signal),
                f"it waits until somebody reports that '{said}' is not so; while {label} is unknown, nobody is moved",
                "write unless(...) if not knowing should count as well, or give the signal a default",
            )


def already_ensured(study: Study) -> Iterator[Finding]:
    """CLM531: a part of a condition that the rules before it already see to."""
    conditions = tuple(study.definition.conditions.values())
    for rule, phases in study.ways():
        cond = rule.transition.when
        if cond is None or not phases or rule.index in study.dead or rule.event is not None:
            continue
        if not all(study.earlier(rule, phase) for phase in phases):
            continue
        for part in parts(cond, conditions, shared(conditions)):
            if part.timed is None and all(_ensured(study, rule, part.without, phase) for phase in phases):
                if not _ensured(study, rule, part.without, None):
                    name = rule.transition.name
                    said = study.said(part.said)
                    yield finding(
                        "CLM531",
                        study.name,
                        name,
                        (name,),
                        f"the part '{said}' is already ensured by the rules that are asked before it",
                        "leave it as it is if it reads better so; the order of rules is then what it says anyway",
                    )
                break


def _ensured(study: Study, rule: Rule, without: Cond, phase: int | None) -> bool:
    assert rule.transition.when is not None
    before = [] if phase is None else [study.here(phase), *(z3.Not(study.true(other)) for other in study.earlier(rule, phase))]
    cond, possible = rule.transition.when, study.prover.possible
    return not possible(without, Said(cond, NOT_TRUE), *before) and not possible(cond, Said(without, NOT_TRUE), *before)


def stays_unseen(study: Study) -> Iterator[Finding]:
    """CLM532: while a signal is missing, no rule moves anybody out of certain phases."""
    stuck: dict[str, list[str]] = {}
    for number in range(len(study.program.phases)):
        rules = [rule for rule in study.silent(number) if rule.index not in study.dead]
        for name in dict.fromkeys(name for rule in rules for name in rule.signals):
            if study.definition.signals[name].never_missing:
                continue
            missing = z3.Not(study.prover.symbols.known(name))
            if not any(study.prover.possible(study.true(rule), study.here(number), missing) for rule in rules):
                stuck.setdefault(name, []).append(study.path(number))
    for name, paths in stuck.items():
        where = ", ".join(study.definition.phases[path].label for path in paths)
        spec = study.definition.signals[name]
        yield finding(
            "CLM532",
            study.name,
            name,
            (name, *paths),
            f"while {label_of(spec)} {'are' if spec.kind == 'count' else 'is'} unknown, no rule moves anybody out of {where}",
            "make sure that somebody reports it, or add a rule with is_missing()",
        )
