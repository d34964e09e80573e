"""Customers whom the rules move in a circle within one observation."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx

from clmstate.analysis.findings import Evidence, Finding, finding
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
    graph = _automatic(study)
    for circle in sorted((sorted(part) for part in nx.strongly_connected_components(graph)), key=lambda part: part[0]):
        if len(circle) > 1:
            found = _found(study, circle)
            if found is not None:
                yield found


def _automatic(study: Study) -> nx.DiGraph[int]:
    """From phase to phase by rules that need no event and that somebody can take right after entering."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    for phase in range(len(study.program.phases)):
        for rule in study.silent(phase):
            if rule.index not in study.dead and study.prover.possible(study.taken(rule, phase, entered=True)):
                graph.add_edges_from((phase, target) for target in study.targets(rule))
    return graph


def _found(study: Study, circle: list[int]) -> Finding | None:
    for phase in circle:
        endless = study.settled(phase) == -1
        if not study.prover.possible(study.here(phase), endless):
            continue
        rules = [rule for rule in study.silent(phase) if set(study.targets(rule)) & set(circle)]
        for rule in rules:
            shown = _shown(study, rule, phase)
            if shown is not None:
                names, said, example = shown
                remedy = f"give {' and '.join(sorted(names))} conditions that cannot both be true"
                return finding(
                    "CLM519",
                    study.name,
                    sorted(names)[0],
                    tuple(sorted(names)),
                    f"a customer never settles: {said}",
                    remedy,
                    evidence=(example,),
                )
    return None


def _shown(study: Study, rule: Rule, phase: int) -> tuple[set[str], str, Evidence] | None:
    conds: list[Cond] = [] if rule.transition.when is None else [rule.transition.when]
    claims = [study.taken(rule, phase, entered=True), study.taken(rule, phase), study.settled(phase) == -1]
    example = study.prover.satisfy(*conds, *claims, beside=study.conditions, phase=study.path(phase))
    log = None if example is None else log_for(study, example, phase)
    if example is None or log is None:
        return None
    played = play(study.definition, log)
    if not played.circle:
        return None
    said = played.circle.partition(": ")[2]
    names = {name for name in study.definition.transitions if f"({name})" in said}
    return names, said, evidence(study, example, said, log, replayed=True)
