"""Two automatic rules that can be true at once: does it matter which comes first?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs
import z3

from clmstate.analysis.findings import Evidence, Finding, finding
from clmstate.analysis.proofs.playing import evidence, log_for, play
from clmstate.analysis.proofs.study import Study
from clmstate.conditions.nodes import Cond, Constant
from clmstate.kernel import Rule
from clmstate.lifecycle import LifecycleDefinition

__all__ = ["overlaps"]

_SOONER: Final = " (sooner)"


def overlaps(study: Study) -> Iterator[Finding]:
    """CLM515: two rules without an event that are true at once, where the order of writing decides in which phase a customer comes to rest.

    Silent: rules that come to rest in the same phase; a special case before the general one; what ``after=`` says is meant.
    """
    told: dict[tuple[int, int], list[int]] = {}
    for phase in range(len(study.program.phases)):
        rules = [
            rule for rule in study.silent(phase) if rule.index not in study.dead and phase not in study.covered.get(rule.index, ())
        ]
        for place, second in enumerate(rules):
            for first in rules[:place]:
                if not _meant(first, second) and _matters(study, first, second, phase):
                    told.setdefault((first.index, second.index), []).append(phase)
    for (first_index, second_index), phases in told.items():
        first, second = study.program.rules[first_index], study.program.rules[second_index]
        shown = next((found for phase in phases if (found := _shown(study, first, second, phase)) is not None), None)
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


def _matters(study: Study, first: Rule, second: Rule, phase: int) -> bool:
    claims = [
        *_both(study, first, second, phase),
        study.after(first) != study.after(second),
        study.after(first) >= 0,
        study.after(second) >= 0,
    ]
    if not study.prover.possible(*claims):
        return False
    special = not study.prover.possible(study.here(phase), study.true(first), z3.Not(study.true(second)))
    return not special


def _both(study: Study, first: Rule, second: Rule, phase: int) -> list[z3.BoolRef]:
    """Both are true, and none that stands before the first: which one is asked first decides."""
    return [study.taken(first, phase), study.true(second)]


def _shown(study: Study, first: Rule, second: Rule, phase: int) -> tuple[int, Evidence] | None:
    """Somebody for whom it matters, played in both orders."""
    conds: list[Cond] = [rule.transition.when or Constant(True) for rule in (first, second)]
    claims = [
        *_both(study, first, second, phase),
        study.after(first) != study.after(second),
        study.after(first) >= 0,
        study.after(second) >= 0,
    ]
    example = study.prover.satisfy(*conds, *claims, beside=study.conditions, phase=study.path(phase))
    log = None if example is None else log_for(study, example, phase)
    if example is None or log is None:
        return None
    ours = play(study.definition, log)
    theirs = play(_swapped(study, second, phase), log)
    first_taken = bool(ours.last) and ours.last[0][:2] == (first.transition.name, study.path(phase))
    if not first_taken or not theirs.last or not theirs.last[0][0].endswith(_SOONER) or ours.phase == theirs.phase:
        return None
    phases = study.definition.phases
    shows = f"{first.transition.name} leads to {phases[ours.phase].label}, {second.transition.name} would lead to {phases[theirs.phase].label}"
    return phase, evidence(study, example, shows, log, replayed=True)


def _swapped(study: Study, second: Rule, phase: int) -> LifecycleDefinition:
    """The same lifecycle with the second rule before all others of the phase."""
    sooner = attrs.evolve(second.transition, sources=(study.path(phase),), name=f"{second.transition.name}{_SOONER}")
    return attrs.evolve(study.definition, transitions={sooner.name: sooner, **study.definition.transitions})
