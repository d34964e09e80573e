"""Planted faults are found where they were planted; their clean twins are silent. Brute force says which is which."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import pytest

from clmstate.analysis import check
from clmstate.conditions import nodes as n
from clmstate.conditions import reads
from clmstate.conditions.evaluate import evaluate
from clmstate.lifecycle import LifecycleDefinition
from tests.analysis.proofs import brute
from tests.analysis.proofs.brute import customers, settle, target, true
from tests.analysis.proofs.planting import TEMPLATES, Case, cases


def label(d: LifecycleDefinition, code: str) -> bool:
    """Whether brute force finds the fault about the planted element."""
    t: Any = d.transitions.get("planted")
    if code in ("CLM510", "CLM511", "CLM512", "CLM513"):
        return of_rule(d, t, code)
    if code == "CLM514":
        first: Any = d.transitions["own"] if "own" in d.transitions else d.transitions["first"]
        return all(true(first, one) for one in customers(d, (t.when, first.when)) if true(t, one))
    if code == "CLM515":
        first = d.transitions.get("own", d.transitions.get("first"))
        both = (one for one in customers(d, (t.when, first.when)) if true(t, one) and true(first, one))
        return any(settle(d, target(d, t), one) != settle(d, target(d, first), one) for one in both)
    if code == "CLM516":
        rules = (d.transitions["up"], t)
        everybody = customers(d, [one.when for one in rules if one.when is not None], untimed=False)
        return any(not any(true(one, somebody) for one in rules) for somebody in everybody)
    if code == "CLM518":
        return swings(d)
    if code == "CLM519":
        back: Any = d.transitions["back"]
        return any(true(t, one) and true(back, one) for one in customers(d, (t.when, back.when)))
    sign, lose = d.risks["planted"].sign, d.transitions["lose"]
    assert sign is not None
    assert lose.when is not None
    return not any(evaluate(sign, one) is True and not true(lose, one) for one in customers(d, (sign, lose.when)))


def of_rule(d: LifecycleDefinition, t: Any, code: str) -> bool:
    everybody = list(customers(d, (t.when,)))
    if t.on is not None and t.on in reads(t.when).events:  # whoever may take it has just been offered its event
        everybody = [one for one in everybody if one.last.get(t.on) == one.at and one.times.get(t.on)]
    truths = {evaluate(t.when, one) for one in everybody}
    if code == "CLM510":
        return True not in truths
    if code == "CLM511":
        return truths == {True}
    if code == "CLM512":
        return truths == {True, None}
    lists = [items for items in (t.when.items,) for _ in items]
    shorter = [items[:k] + items[k + 1 :] for k, items in enumerate(lists)]
    return any(all(true(t, one) is all(evaluate(item, one) is True for item in rest) for one in everybody) for rest in shorter)


def swings(d: LifecycleDefinition) -> bool:
    there, back = d.transitions["planted"], d.transitions["back"]
    assert there.when is not None
    assert back.when is not None
    (name,) = {term.name for term in n.terms(there.when) if isinstance(term, n.SignalRef)}
    known = [one for one in customers(d, (there.when, back.when)) if name in one.values and one.at is not None]
    return any(
        true(there, a) and true(back, b) and abs(float(a.values[name]) - float(b.values[name])) <= brute.step_of(d, name) + 1e-9
        for a in known
        for b in known
    )


def judge(case: Case) -> None:
    template = case.template
    fault, twin = (cls.definition for cls in case.classes)
    assert label(fault, template.code), f"brute force does not see it: {case}"
    assert not label(twin, template.code), f"brute force sees it in the twin: {case}"
    found = [one for one in check(fault) if one.code == template.code and template.about in one.about]
    assert found, f"not found: {case}"
    assert all(evidence.replayed for one in found for evidence in one.evidence)
    silent_twin = [one for one in check(twin) if template.about in one.about and one.severity != "info"]
    assert not silent_twin, f"the twin is not silent: {case}\n{silent_twin}"


def test_every_flavour_is_planted_often_enough() -> None:
    flavours = Counter(template.flavour for template in TEMPLATES)
    assert len(TEMPLATES) >= 50
    assert all(flavours[flavour] >= 5 for flavour in ("missing", "clock", "linear", "group", "port"))


def test_planted_faults_are_found_and_twins_are_silent() -> None:
    for case in itertools.islice(cases(1, 1), 0, None, 2):  # every other one; all of them, often, in the long run
        judge(case)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(2, 6))
def test_more_planted_faults_are_found(seed: int) -> None:
    for case in cases(seed, 5):
        judge(case)
