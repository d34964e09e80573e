"""Two automatic rules that can be true at once: does it matter which comes first?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import z3

from clmstate.analysis.findings import Evidence, Finding, finding
from clmstate.analysis.proofs.playing import evidence, log_for, play
from clmstate.analysis.proofs.study import Study
from clmstate.conditions.nodes import Cond, Constant
from clmstate.conditions.smt import UndecidedError
from clmstate.errors import Diagnostic
from clmstate.kernel import Rule

__all__ = ["overlaps"]

_MOST_WAYS: Final = 300


def overlaps(study: Study) -> Iterator[Finding]:
    """CLM515: two rules without an event that are true at once, where the order of writing decides in which phase a customer comes to rest.

    Silent: rules that come to rest in the same phase; a special case before the general one; what ``after=`` says is meant.
    """
    told: dict[tuple[int, int], dict[int, tuple[z3.BoolRef, ...]]] = {}
    for phase in range(len(study.program.phases)):
        rules = [
            rule for rule in study.silent(phase) if rule.index not in study.dead and phase not in study.covered.get(rule.index, ())
        ]
        for place, second in enumerate(rules):
            for first in rules[:place]:
                claims = () if _meant(first, second) else _parted(study, first, second, phase)
                if claims:
                    told.setdefault((first.index, second.index), {})[phase] = claims
    for (first_index, second_index), phases in told.items():
        first, second = study.program.rules[first_index], study.program.rules[second_index]
        shown = next(
            (found for phase, claims in phases.items() if (found := _shown(study, first, second, phase, claims)) is not None), None
        )
        if shown is None:
            continue  # nobody who stands there can be shown on the engine: no false alarm
        phase, example = shown
        a, b = first.transition.name, second.transition.name
        where = " or ".join(study.label(one) for one in phases)
        yield finding(
            "CLM515",
            study.name,
            b,
            (b, a),
            f"in {where} it can be true at the same time as {a}, which stands first and wins; the other way round the customer would come to rest elsewhere",
            f"make the two exclude each other, or write after={a} if {a} is meant to win",
            evidence=(example,),
        )


def _meant(first: Rule, second: Rule) -> bool:
    return first.transition.name in second.transition.after


def _parted(study: Study, first: Rule, second: Rule, phase: int) -> tuple[z3.BoolRef, ...]:
    """What holds of those for whom both are true, and who would come to rest elsewhere if the second were asked first; () if nobody."""
    both, here = [study.taken(first, phase), study.true(second)], study.here(phase)
    if not study.prover.possible(*both) or not study.prover.possible(here, study.true(first), z3.Not(study.true(second))):
        return ()  # never together, or a special case of the other
    return _parting(study, first, second, phase)


def _parting(study: Study, first: Rule, second: Rule, phase: int) -> tuple[z3.BoolRef, ...]:
    """What holds of customers who come to rest elsewhere; () if there is nobody. Each way is looked at once, then put aside.

    Raises:
        UndecidedError: there are too many ways.
    """
    aside: list[z3.BoolRef] = []
    both = (study.taken(first, phase), study.true(second))
    for _ in range(_MOST_WAYS):
        model = study.prover.model(*both, *aside)
        if model is None:
            return ()
        here, why = study.way(model, study.led(model, first))
        there, why_not = study.way(model, study.led(model, second))
        lead = [study.target(rule) == study.led(model, rule) for rule in (first, second) if rule.resumes is not None]
        if here is not None and there is not None and here != there:
            return (*both, *lead, *why, *why_not)
        aside.append(z3.Not(z3.And([*lead, *why, *why_not])))
    cause = f"{first.transition.name} and {second.transition.name} lead on in more than {_MOST_WAYS} ways"
    raise UndecidedError([Diagnostic("CLM521", study.name, cause, "simplify what follows them")])


def _shown(study: Study, first: Rule, second: Rule, phase: int, claims: tuple[z3.BoolRef, ...]) -> tuple[int, Evidence] | None:
    """Somebody for whom it matters, played: as it is, and as if the second rule had just moved them."""
    conds: list[Cond] = [rule.transition.when or Constant(True) for rule in (first, second)]
    example = study.prover.satisfy(*conds, *claims, beside=study.conditions, phase=study.path(phase))
    log = None if example is None else log_for(study, example, phase)
    if example is None or log is None:
        return None
    ours = play(study.definition, log)
    if not ours.last or ours.last[0][:2] != (first.transition.name, study.path(phase)):
        return None
    theirs = play(study.definition, log, led=study.path(second.target))
    if theirs.circle or ours.phase == theirs.phase:
        return None
    phases = study.definition.phases
    shows = f"{first.transition.name} leads to {phases[ours.phase].label}, {second.transition.name} would lead to {phases[theirs.phase].label}"
    return phase, evidence(study, example, shows, log, replayed=True)
