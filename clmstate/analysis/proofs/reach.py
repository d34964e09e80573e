"""Findings about the shape of a lifecycle, as it is written and as its conditions leave it.

What follows from a dead rule (nobody gets into a phase, or out of it) is said beneath that rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import attrs

from clmstate.analysis.findings import Finding, finding
from clmstate.analysis.graph import ways
from clmstate.analysis.proofs.study import Study
from clmstate.analysis.structure import no_good_outcome, no_way_out, traps, unreachable
from clmstate.analysis.upkeep import by_calendar, touchpoints_without_why, unanswered_questions, unsaid
from clmstate.lifecycle import LifecycleDefinition, Phase

__all__ = ["shape_findings", "upkeep_findings"]

_MESSAGES: Final[Mapping[str, tuple[str, str]]] = {
    "CLM501": ("no customer ever gets into it", "add a transition that leads here, or leave the phase out"),
    "CLM502": ("it is not final, but nothing leads out of it", "add a way out, or declare it final=True"),
    "CLM504": ("no phase of good standing can be reached from here any more", "add a way back, or say standing='lost'"),
}


def shape_findings(study: Study, roots: Iterable[Finding]) -> Iterator[Finding]:
    """CLM501 to CLM505."""
    d = study.definition
    live = _without_dead(study)
    by_rule = {one.about[0]: one.key for one in roots if one.code in ("CLM510", "CLM514")}
    asked: tuple[tuple[str, Callable[[LifecycleDefinition], tuple[Phase, ...]]], ...] = (
        ("CLM501", unreachable),
        ("CLM502", no_way_out),
        ("CLM504", no_good_outcome),
    )
    unreached = {phase.path for phase in unreachable(live)}
    stuck = {phase.path for phase in no_way_out(live)}
    for code, ask in asked:
        written = {phase.path for phase in ask(d)}
        for phase in ask(live):
            if code != "CLM501" and phase.path in unreached:
                continue  # nobody is there to be stuck
            if code == "CLM504" and phase.path in stuck:
                continue  # said already
            beneath = "" if phase.path in written and code != "CLM501" else _root(study, phase, code, by_rule)
            if code == "CLM501" and not beneath:
                beneath = _earlier_unreached(d, phase.path, unreached)
            message, remedy = _MESSAGES[code]
            yield finding(code, d.name, phase.path, (phase.path,), message, remedy, beneath=beneath)
    yield from _traps(d, live, unreached, by_rule)
    for calendar in by_calendar(d):
        names = tuple(t.name for t in calendar.transitions)
        message = f"customers leave it because time has passed, and for no other reason ({', '.join(names)})"
        path = calendar.phase.path
        yield finding("CLM505", d.name, path, (path, *names), message, "let behaviour or data decide, not the calendar")


def _without_dead(study: Study) -> LifecycleDefinition:
    """The lifecycle without the rules that nobody can take, phase by phase."""
    kept = {}
    for rule, phases in study.ways():
        transition = rule.transition
        lost = set(phases) if rule.index in study.dead else study.covered.get(rule.index, set())
        if not lost:
            kept[transition.name] = transition
            continue
        left = tuple(study.path(phase) for phase in phases if phase not in lost)
        if left:
            kept[transition.name] = attrs.evolve(transition, sources=left)
    return (
        study.definition
        if len(kept) == len(study.definition.transitions) and not study.covered
        else attrs.evolve(study.definition, transitions=kept)
    )


def _root(study: Study, phase: Phase, code: str, by_rule: Mapping[str, str]) -> str:
    """The finding about a rule that would lead into a phase, or out of it, if anybody could take it."""
    for way in ways(study.definition):
        there = way.target if code == "CLM501" else way.source
        if there == phase.path and way.transition.name in by_rule:
            return by_rule[way.transition.name]
    return next(iter(by_rule.values()), "") if code == "CLM504" else ""


def _earlier_unreached(d: LifecycleDefinition, path: str, unreached: set[str]) -> str:
    """The finding about another phase that nobody gets into, if this one is entered only from there."""
    order = list(d.phases)
    sources = [way.source for way in ways(d) if way.moves and way.target == path and way.source != path]
    before = [source for source in sources if source in unreached and order.index(source) < order.index(path)]
    return f"CLM501 {d.name}.{before[0]}" if before else ""


def _traps(d: LifecycleDefinition, live: LifecycleDefinition, unreached: set[str], by_rule: Mapping[str, str]) -> Iterator[Finding]:
    written = [{phase.path for phase in trap.phases} for trap in traps(d)]
    for trap in traps(live):
        paths = tuple(phase.path for phase in trap.phases)
        if unreached.issuperset(paths):
            continue
        beneath = "" if set(paths) in written else next(iter(by_rule.values()), "")
        said = ", ".join(phase.label for phase in trap.phases)
        message = f"customers move between {said} and never leave them"
        yield finding("CLM503", d.name, paths[0], paths, message, "add a way out, or declare an end final=True", beneath=beneath)


def upkeep_findings(definition: LifecycleDefinition) -> Iterator[Finding]:
    """CLM540 to CLM543: what a lifecycle leaves unsaid. A lifecycle that says nothing of the kind anywhere is a sketch, and left alone."""
    d = definition
    phases = d.phases.values()
    asked = {"goal": ("CLM540", any(p.goal.strip() for p in phases)), "owner": ("CLM541", any(p.owner is not None for p in phases))}
    words = {
        "goal": ("it does not say what it is for, from the customer's side", "give it a goal"),
        "owner": ("nobody owns it", "give it an owner"),
    }
    for one in unsaid(d):
        if one.what in asked and asked[one.what][1]:
            message, remedy = words[one.what]
            yield finding(asked[one.what][0], d.name, one.phase.path, (one.phase.path,), message, remedy)
    for phase, touchpoint in touchpoints_without_why(d):
        message = f"the touchpoint '{touchpoint.label}' does not say why it is worth the customer's time"
        yield finding("CLM542", d.name, phase.path, (phase.path,), message, "say why, or leave it out")
    for phase, questions in unanswered_questions(d):
        message = f"customers ask '{questions[0]}', and nobody is due to talk to them"
        yield finding("CLM543", d.name, phase.path, (phase.path,), message, "plan a touchpoint or a play that answers")
