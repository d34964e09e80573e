"""Customers whom the rules move in a circle within one observation."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from clmstate.analysis.findings import Evidence, Finding, finding
from clmstate.analysis.onward import components
from clmstate.analysis.proofs.playing import evidence, log_for, play
from clmstate.analysis.proofs.study import Study
from clmstate.conditions.nodes import Cond
from clmstate.kernel import Rule

__all__ = ["never_settles"]


def never_settles(study: Study) -> Iterator[Finding]:
    """CLM519: somebody who still moves after as many rounds as there are phases, with the circle, played.

    After its first round an observation only reads what stays as it is, so whoever moves so often moves for ever. (Counted visits do
    change; an example that the engine settles after all is not shown.)
    """
    for circle in sorted(sorted(part) for part in components(_automatic(study))):
        if len(circle) > 1:
            found = _found(study, circle)
            if found is not None:
                yield found


def _automatic(study: Study) -> dict[int, set[int]]:
    """From phase to phase by rules that need no event and that somebody can take right after entering."""
    steps: dict[int, set[int]] = {}
    for phase in range(len(study.program.phases)):
        for rule in study.silent(phase):
            if rule.index not in study.dead and study.prover.possible(study.taken(rule, phase, entered=True)):
                steps.setdefault(phase, set()).update(study.targets(rule))
    return steps


def _found(study: Study, circle: list[int]) -> Finding | None:
    """Somebody who still moves after as many rounds as the circle has phases, without ever leaving it."""
    ends = _unrolled(study, circle)
    model = study.prover.model_apart(z3.Or([ends[phase] == -1 for phase in circle]))
    if model is None:
        return None
    start = next(phase for phase in circle if z3.is_true(model.eval(ends[phase] == -1, model_completion=True)))
    passed: list[tuple[Rule, int]] = []
    phase = start
    while phase not in [at for _, at in passed]:
        rule = next(r for r in study.silent(phase) if z3.is_true(model.eval(study.true(r, entered=True), model_completion=True)))
        passed.append((rule, phase))
        phase = study.led(model, rule)
    passed = passed[[at for _, at in passed].index(phase) :]
    for first in range(len(passed)):
        shown = _shown(study, passed[first:] + passed[:first])
        if shown is not None:
            names, said, example = shown
            remedy = f"give {' and '.join(sorted(names))} conditions that cannot both be true"
            about = tuple(sorted(names))
            return finding("CLM519", study.name, about[0], about, f"a customer never settles: {said}", remedy, evidence=(example,))
    return None


def _unrolled(study: Study, circle: list[int]) -> dict[int, z3.ArithRef]:
    """Where each phase of a circle leads in as many rounds as it has phases; -1 is nowhere yet, any other number is out or at rest."""
    ends: dict[int, z3.ArithRef] = {phase: z3.IntVal(-1) for phase in circle}
    for _ in circle:
        before = ends
        ends = {}
        for phase in circle:
            end: z3.ArithRef = z3.IntVal(phase)
            for rule in reversed(study.silent(phase)):
                end = z3.If(study.true(rule, entered=True), _led(study, rule, before), end)
            ends[phase] = end
    return ends


def _led(study: Study, rule: Rule, ends: dict[int, z3.ArithRef]) -> z3.ArithRef:
    first, *others = study.targets(rule)
    end = ends.get(first, z3.IntVal(first))
    for target in others:
        end = z3.If(study.target(rule) == target, ends.get(target, z3.IntVal(target)), end)
    return end


def _shown(study: Study, passed: list[tuple[Rule, int]]) -> tuple[set[str], str, Evidence] | None:
    """Somebody who goes round in this circle, played from its first phase."""
    (first, phase), *_ = passed
    claims = [study.taken(rule, at, entered=True) for rule, at in passed]
    claims += [
        study.target(rule) == passed[(k + 1) % len(passed)][1] for k, (rule, _) in enumerate(passed) if rule.resumes is not None
    ]
    conds: list[Cond] = [] if first.transition.when is None else [first.transition.when]
    example = study.prover.satisfy(*conds, *claims, study.taken(first, phase), beside=study.conditions, phase=study.path(phase))
    log = None if example is None else log_for(study, example, phase)
    if example is None or log is None:
        return None
    played = play(study.definition, log)
    if not played.circle:
        return None
    said = played.circle.partition(": ")[2]
    names = {name for name in study.definition.transitions if f"({name})" in said}
    return names, said, evidence(study, example, said, log, replayed=True)
