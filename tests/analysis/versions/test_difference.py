"""What differs is told, what does not is not, and who is shown as treated differently really is."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

import pytest

from clmstate import (
    Days,
    Event,
    Lifecycle,
    Phase,
    Play,
    Risk,
    Signal,
    Threshold,
    Touchpoint,
    Transition,
    anywhere,
    days_in_phase,
    never,
    unless,
)
from clmstate.analysis.versions import diff, fingerprint, frozen, spans, thaw
from clmstate.conditions import evaluate
from clmstate.conditions.bound import bound
from clmstate.errors import ClmstateError, InputError
from models.dynamic.contract import Contract
from models.dynamic.customer import Customer, EnterpriseCustomer
from models.dynamic.user import User
from tests.analysis.versions.test_hostile import places
from tests.analysis.versions.test_migration import renamed
from tests.conformance.compose import compositions
from tests.conformance.generate import models


class Deal(Lifecycle):
    """How a deal is won."""

    health = Signal.score("health")
    quiet = Signal.flag("quiet", default=False)
    ended = Event("contract ended")
    limit = Threshold(70)
    healthy = (health >= limit).named("healthy")
    fresh = Phase("Fresh", initial=True, owner="Sales", touchpoints=Touchpoint("Kick-off", due=Days(3)))
    won = Phase("Won", standing="good")
    doubt = Phase("Doubt", standing="at_risk")
    lost = Phase("Lost", final=True)
    win = fresh.to(won, when=healthy)
    fall = won.to(doubt, when=unless(health >= 50))
    slip = won.to(doubt, when=quiet.for_days(14))
    lose = anywhere.to(lost, on=ended)


def only(old: Any, new: Any) -> Any:
    (change,) = diff(old, new).changes
    return change


def test_nothing_differs_from_itself() -> None:
    for model in (Deal, Contract, Customer):
        found = diff(model, thaw(json.dumps(frozen(model))))
        assert (found.same, found.same_rules, found.changes) == (True, True, ())


@pytest.mark.parametrize(
    ("rule", "relation", "before", "now"),
    [
        (Deal.health >= 50, "equal", None, None),
        (Deal.health >= 60, "different", "health below", "health"),
        ((Deal.health < 50), "stronger", "", None),
        (unless(Deal.health >= 50) | Deal.quiet, "weaker", None, "quiet"),
        (unless(Deal.health >= 51), "weaker", None, "health"),
    ],
)
def test_rule_by_rule(rule: Any, relation: str, before: str | None, now: str | None) -> None:
    rule = unless(rule) if relation == "equal" else rule

    class Other(Deal):
        fall = Deal.fall.evolve(when=rule | (Deal.health < 0) if relation == "equal" else rule)

    change = only(Deal, Other)
    assert (change.what, change.name, change.kind, change.rules) == ("transition", "fall", "changed", relation != "equal")
    assert change.verdict.relation == relation
    assert (change.verdict.only_old is None, change.verdict.only_new is None) == (before is None, now is None)


def test_a_limit_is_told_with_the_rules_that_it_changes() -> None:
    class Other(Deal):
        limit = Threshold(80)

    changes: Any = diff(Deal, Other).changes
    limit, condition, win = changes
    assert (limit.what, limit.aspects[0].old, limit.aspects[0].new) == ("threshold", "70", "80")
    assert (condition.what, condition.name, condition.through) == ("condition", "healthy", ("limit",))
    assert (win.name, win.through, win.verdict.relation) == ("win", ("healthy",), "stronger")
    assert (win.aspects[0].old, win.aspects[0].new) == ("health at least 70", "health at least 80")
    assert win.verdict.only_old.words == "health 70"


def test_a_limit_is_told_with_the_unit_of_what_is_compared() -> None:
    class Patient(Lifecycle):
        seen_on = Signal.date("last visit")
        live = Signal.flag("live", default=False)
        soon, late, long = Threshold(30), Threshold(60), Threshold(14)
        new = Phase("New", initial=True)
        gone = Phase("Gone")
        forget = new.to(gone, when=seen_on.days_since >= late)
        tire = new.to(gone, when=unless(live) & (days_in_phase > long))
        silent = Risk("Silent", sign=seen_on.days_since >= soon, phases=[new])

    class Hasty(Patient):
        soon, late, long = Threshold(7), Threshold(1), Threshold(5)

    limits = [change.aspects[0] for change in diff(Patient, Hasty, prove=False).changes if change.what == "threshold"]
    assert [(a.old, a.new) for a in limits] == [("30 days", "7 days"), ("60 days", "1 day"), ("14 days", "5 days")]


def test_without_proof_it_is_told_too_what_made_a_rule_change() -> None:
    class Other(Deal):
        limit = Threshold(80)

    win = next(change for change in diff(Deal, Other, prove=False).changes if change.name == "win")
    assert (win.through, win.verdict) == (("healthy",), None)


def test_a_promise_whose_words_have_come_to_mean_something_else_is_changed() -> None:
    class Sure(Deal):
        promises = never(Deal.doubt).when(Deal.healthy)

    class Other(Sure):
        limit = Threshold(80)
        promises = never(Sure.doubt).when(Sure.healthy)

    (promise,) = (change for change in diff(Sure, Other, prove=False).changes if change.what == "promise")
    assert (promise.kind, promise.name) == ("changed", "never in Doubt and healthy")
    assert promise.aspects[0].new == "never in Doubt and health at least 80"


def test_people_and_words_are_no_rules() -> None:
    class Other(Deal):
        fresh = Deal.fresh.evolve(owner="Partners", label="Brand new")
        win = Deal.win.evolve(plays=Play("Celebrate", owner="CSM"))

    found = diff(Deal, Other)
    assert found.same_rules
    assert {(c.name, a.field, a.old, a.new) for c in found.changes for a in c.aspects} == {
        ("fresh", "owner", "Sales", "Partners"),
        ("fresh", "label", "Fresh", "Brand new"),
        ("win", "plays", "", "Celebrate (CSM)"),
    }


def test_what_comes_and_goes() -> None:
    class Other(Deal):
        slip = Transition.dropped()
        paused = Phase("Paused")
        fresh = Deal.fresh.evolve(touchpoints=())
        pause = Deal.won.to(paused, when=Deal.quiet)
        promises = never(Deal.doubt).before(Deal.won)

    found = {(c.what, c.name): c.kind for c in diff(Deal, Other).changes}
    assert found == {
        ("phase", "paused"): "added",
        ("touchpoint", "fresh, Kick-off"): "removed",
        ("transition", "pause"): "added",
        ("transition", "slip"): "removed",
        ("promise", "never in Doubt before in Won"): "added",
    }


def test_the_order_of_rules_is_told() -> None:
    data = frozen(Deal)
    del data["fingerprint"]
    rules = data["lifecycles"]["Deal"]["transitions"]
    rules[1], rules[2] = rules[2], rules[1]
    change = only(Deal, thaw(json.dumps(data)))
    assert (change.what, change.name) == ("order", "won")
    assert (change.aspects[0].old, change.aspects[0].new) == ("fall, slip, lose", "slip, fall, lose")


def test_a_fact_of_another_kind_is_not_compared_by_one_customer() -> None:
    class Other(Deal):
        health = Signal.score("health", 0, 10)
        limit = Threshold(7)
        fall = Deal.fall.evolve(when=unless(health >= 5))

    verdict: Any = next(c for c in diff(Deal, Other).changes if c.name == "win").verdict
    assert (verdict.relation, "another kind of fact" in verdict.why) == ("undecided", True)


def test_compositions_differ_by_parts_ports_and_what_they_are_made_of() -> None:
    class Fewer(Customer):
        wiring: Any = (Customer.contract[Contract.users_adopted].fed_by(Customer.users.share_in(User.champion)),)

    change = only(Customer, Fewer)
    assert (change.what, change.name) == ("port", "contract.users_adopted")
    assert [(s.mark, s.text) for s in change.aspects[0].words if s.mark != "="] == [("-", "Adopted or ")]
    whole = diff(Customer, EnterpriseCustomer)
    assert {change.lifecycle for change in whole.changes} == {"EnterpriseCustomer", "EnterpriseContract"}
    with pytest.raises(InputError, match="CLM375"):
        diff(Customer, Contract)


def mutated(data: Any, rng: Random) -> Any:
    """A copy in which one plain value is another one, or one item is gone, or two have changed places."""
    twin = copy.deepcopy(data)
    spots = [path for path in places(twin) if len(path) > 3]
    *way, last = rng.choice(spots)
    around = twin
    for step in way:
        around = around[step]
    value = around[last]
    if isinstance(around, list) and rng.random() < 0.4:
        del around[last]
    elif isinstance(around, list) and rng.random() < 0.5:
        other = rng.randrange(len(around))
        around[last], around[other] = around[other], around[last]
    elif isinstance(value, bool):
        around[last] = not value
    elif isinstance(value, int | float):
        around[last] = value + rng.choice((1, -1, 0.5))
    elif value in ("<", "<=", ">", ">=", "==", "!="):
        around[last] = rng.choice(("<", "<=", ">", ">=", "==", "!="))
    elif last == "label":
        around[last] = f"{value} more"
    elif isinstance(around, dict):
        del around[last]
    return twin


def check(seed: int, pairs: int, *, prove: bool) -> None:
    """Whatever differs in the documents is told, and nothing else; customers do what is said of them."""
    rng = Random(seed)
    pool: list[Any] = [model for _, (_, model) in zip(range(20), models(rng), strict=False)]
    pool += [model for _, (_, model) in zip(range(6), compositions(rng), strict=False)]
    pool += [Contract, User] if pairs > 1_000 else []
    told = proved = 0
    while told < pairs:
        old = rng.choice(pool)
        data = frozen(old)
        del data["fingerprint"]
        try:
            new = thaw(json.dumps(mutated(data, rng)))
        except ClmstateError:
            continue
        found = diff(old, new, prove=prove)
        a, b = fingerprint(old), fingerprint(new)
        assert found.same == (a.whole == b.whole), mutated
        if a.rules == b.rules:
            assert found.same_rules, found.changes
        told += not found.same
        for change in found.changes:
            if change.verdict is None or change.what not in ("transition", "condition"):
                continue
            rules = [pick(d, change) for d in (old.definition, new.definition)]
            for customer, yes, no in ((change.verdict.only_old, *rules), (change.verdict.only_new, *rules[::-1])):
                if customer is not None:
                    proved += 1
                    assert yes is None or evaluate(yes, customer.example) is True
                    assert no is not None
                    assert evaluate(no, customer.example) is not True
    assert proved > 3 or not prove


def pick(definition: Any, change: Any) -> Any:
    found = definition
    if hasattr(definition, "parts"):
        found = next(d for d in members(definition) if d.name == change.lifecycle)
    cond = found.transitions[change.name].when if change.what == "transition" else found.conditions[change.name]
    return None if cond is None else bound(cond, found.thresholds)


def members(definition: Any) -> Any:
    for part in definition.parts.values():
        if hasattr(part.member, "parts"):
            yield from members(part.member)
        else:
            yield part.member


def test_whatever_differs_is_told() -> None:
    check(1, 50, prove=False)


def test_customers_show_what_is_proved() -> None:
    check(2, 12, prove=True)


@pytest.mark.full
def test_whatever_differs_is_told_for_long() -> None:
    check(3, 2_000, prove=False)
    check(4, 150, prove=True)


def test_words_are_told_apart() -> None:
    said = [(s.mark, s.text) for s in spans("users adopted at least 80 % and calm", "users adopted at least 70 % and calm")]
    assert said == [("=", "users adopted at least "), ("-", "80"), ("+", "70"), ("=", " % and calm")]
    assert [(s.mark, s.text) for s in spans("Customer Success", "Named CSM")] == [("-", "Customer Success"), ("+", "Named CSM")]


def test_what_is_called_otherwise_is_the_same_under_its_new_name() -> None:
    rng = Random(11)
    pool: list[Any] = [model for _, (_, model) in zip(range(12), models(rng), strict=False)]
    pool += [model for _, (_, model) in zip(range(6), compositions(rng), strict=False)]
    for old in (*pool, Contract):
        new, names = renamed(old)
        found = diff(old, new, renames=names, prove=False)
        assert all(a.field == "name" for c in found.changes for a in c.aspects), (old, found.changes)
        assert len(found.changes) >= 3
        assert not diff(old, new, prove=False).same
    with pytest.raises(InputError, match=r"Did you mean 'won'"):
        diff(Deal, Deal, renames={"wno": "live"})
