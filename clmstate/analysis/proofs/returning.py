"""Events that lead a customer away, and rules that lead the same customer straight back."""

from __future__ import annotations

from collections.abc import Iterator

from clmstate.analysis.findings import Evidence, Finding, finding
from clmstate.analysis.proofs.playing import evidence, log_for, play
from clmstate.analysis.proofs.study import Study
from clmstate.kernel import Rule

__all__ = ["straight_back"]


def straight_back(study: Study) -> Iterator[Finding]:
    """CLM534: somebody whom an event moves is moved back within the same observation, so that nothing is left of it but its plays.

    Shown is only what the engine plays so. Rules that resume a group are not asked.
    """
    for rule, phases in study.ways():
        if rule.event is None or rule.index in study.dead or rule.resumes is not None:
            continue
        for phase in phases:
            for back in study.silent(rule.target) if phase != rule.target else ():
                if back.resumes is None and back.target == phase and back.index not in study.dead:
                    example = _example(study, rule, back, phase)
                    if example is not None:
                        yield _told(study, rule, back, phase, example)


def _example(study: Study, rule: Rule, back: Rule, phase: int) -> Evidence | None:
    """Somebody who rests in the phase, leaves it by one rule, and comes back by the other."""
    claims = [study.rests(phase), study.taken(rule, phase), study.taken(back, rule.target, entered=True)]
    claims.append(study.rests(phase, entered=True))
    asked = [each.transition.when for each in (rule, back) if each.transition.when is not None]
    example = study.prover.satisfy(*asked, *claims, beside=study.conditions, phase=study.path(phase))
    log = None if example is None else log_for(study, example, phase, event=rule.event)
    if example is None or log is None:
        return None
    there, again = study.path(rule.target), study.path(phase)
    wanted = ((rule.transition.name, again, there), (back.transition.name, there, again))
    if play(study.definition, log).last != wanted:
        return None
    shows = f"they go to {study.label(rule.target)} and straight back to {study.label(phase)}"
    return evidence(study, example, shows, log, replayed=True)


def _told(study: Study, rule: Rule, back: Rule, phase: int, example: Evidence) -> Finding:
    name, other = rule.transition.name, back.transition.name
    message = (
        f"'{other}' may move a customer who takes it straight back to {study.label(phase)}: then only its plays are left of it"
    )
    remedy = f"let '{other}' wait for something that changes with it, such as unless({rule.event}.days_since <= 30), if that is not meant"
    return finding("CLM534", study.name, name, (name, other), message, remedy, evidence=(example,))
