"""What the fourth source says must hold, of the customer in `models/events`."""

from __future__ import annotations

from typing import Any

import pytest

from clmstate import Composition, Many
from clmstate.analysis import chain, handoffs, visits
from clmstate.analysis.space import prove
from clmstate.gaps import gap_analysis, late_only
from clmstate.testing import scenario
from models.dynamic.calendar import CalendarContract
from models.events import Agreement, Collaboration, Customer, LargeAgreement, Product, SmallAgreement, User
from models.events.categories import ALL, COLLABORATION, USAGE
from tests.models.rules import seen, shows

MANAGED: dict[str, Any] = {
    "trust_confirmed": True,
    "key_product_works": True,
    "users_started": 0.9,
    "nps": 8,
    "goal_progress": 0.8,
    "last_talk": "2026-09-28",
    "intent": "yes",
    "renewal_on": "2027-01-31",
}


def plays(acme: Any) -> list[str]:
    """The labels of a customer's open plays."""
    return [opened.play.label for opened in acme.customer.open_plays]


def proven(agreement: Any, **values: Any) -> Any:
    """A customer whose value is proven, the day before the renewal window opens."""
    return scenario(agreement).given(agreement.proven, at="2026-10-01", **(MANAGED | values))


@pytest.mark.parametrize("model", [Agreement, Product, User, Collaboration])
def test_every_event_milestone_and_touchpoint_is_in_one_of_seven_categories(model: Any) -> None:
    d = model.definition
    touchpoints = [touchpoint for phase in d.phases.values() for touchpoint in phase.touchpoints]
    assert all(each.category in ALL for each in (*d.events.values(), *d.milestones.values(), *touchpoints))


def test_all_seven_categories_are_used() -> None:
    parts = [model.definition for model in (Agreement, Product, User, Collaboration)]
    assert {event.category for part in parts for event in part.events.values()} == set(ALL)


@shows("S3.18", "S3.19", of=Agreement, without=["sign: plays", "renew_quietly: plays", "question: plays", "no_trust"])
def test_both_hand_overs_get_the_same_care(agreement: Any) -> None:
    assert "sign" in {h.transition.name for h in handoffs(agreement)}
    assert agreement.sign.plays[0].label.startswith("Introduce everybody")
    late = [h.transition for h in handoffs(agreement) if (h.giver.name, h.taker.name) == ("Customer Success", "Renewals")]
    assert {t.name for t in late} == {"renew_quietly", "question"}
    assert all(t.plays and t.plays[0].label.startswith("Introduce Renewals") for t in late)
    acme = scenario(agreement).on("2026-01-05", agreement.signed).on("2026-01-20")
    acme.warns("no_trust")  # signing does not bring trust along
    acme.on("2026-01-21", trust_confirmed=True)
    assert not acme.customer.warning_signs


@shows("S3.20", of=Agreement, without=["sign", "prospect: touchpoints"])
def test_it_begins_before_the_contract(agreement: Any) -> None:
    acme = agreement("Acme")
    acme.tick("2026-01-05")
    assert acme.phase.label == "Not yet a customer"
    assert [each.touchpoint.label for each in acme.open_touchpoints] == ["Meet the people who stay"]
    acme.send(agreement.signed, at="2026-02-02")
    assert acme.phase == agreement.onboarding


class OneProduct(Composition):
    """A customer without a place for several products."""

    users = Many(User)


class AllAlike(Customer):
    """A customer whose products all count alike."""

    wiring = (Customer.agreement[Agreement.key_product_works].fed_by(Customer.products.any_in(Product.in_use)),)


@shows("S3.34", "S3.35", of=Customer, without=[("a lifecycle for each", lambda _: OneProduct), ("priorities", lambda _: AllAlike)])
def test_one_lifecycle_for_each_product_with_its_own_priority(customer: Any) -> None:
    acme = customer("Acme")
    joins = ["products/Planning", "products/Boards"]
    acme.observe_all("2026-01-05", {"products/Planning": {"priority": 1}, "products/Boards": {"priority": 5}}, joins=joins)
    acme.observe_all("2026-01-06", {"agreement": {"trust_confirmed": True}}, events=[("agreement", "signed")])
    acme.observe_all("2026-02-02", {"products/Boards": {"onboarded": True}})
    assert acme.phases["products/Boards"].path == "in_use"
    assert acme.phases["products/Planning"].path == "setting_up"
    assert acme.phases["agreement"].path == "onboarding"  # the product that matters least runs, and it does not count
    acme.observe_all("2026-03-02", {"products/Planning": {"onboarded": True}})
    assert acme.phases["agreement"].path == "finding"


@shows("S3.36", of=(Product, Agreement, User))
def test_usage_milestones_are_celebrated(parts: Any) -> None:
    product, agreement, user = parts
    d = product.definition
    usage = [t for t in d.transitions.values() if t.on is not None and d.events[t.on].category == USAGE]
    celebrated = [*usage, product.run, product.fulfil, *(m for m in d.milestones.values() if m.category == USAGE)]
    assert len(celebrated) == 6
    assert all(any("Celebrate" in play.label for play in each.plays) for each in celebrated)
    for name in ("discover", "discover_more", "solve", "run", "fulfil", "first_need"):
        assert name in {each.name for each in celebrated}
    assert [play.label for play in agreement.prove.plays] == ["Celebrate together"]
    assert [play.label for play in user.begin.plays] == ["Welcome by name"]


@shows("S3.37", of=Product, without=["fulfil", "basics_only", "in_use/Advanced features on their own case"])
def test_the_advanced_features_are_brought_to_use(product: Any) -> None:
    acme = scenario(product).given(product.in_use, at="2026-03-02", onboarded=True).on("2026-03-03", needs_met=0.9).stays()
    assert [gap.name for gap in acme.customer.open_gaps] == ["basics_only"]
    assert [each.touchpoint.label for each in acme.customer.open_touchpoints] == ["Advanced features on their own case"]
    acme.on("2026-04-06", advanced_used=0.5).takes("fulfil")
    acme.on("2026-05-04", only_simple=True).takes("shrink").opens("Show the advanced part on their own case")


@shows("S3.38", of=Agreement, without=["may_be_asked", "proven/Ask for their word"])
def test_nobody_is_asked_for_a_word_right_away(agreement: Any) -> None:
    early = scenario(agreement).on("2026-01-05", agreement.signed, nps=10, warm=True)
    assert "Ask for their word" not in plays(early)
    acme = proven(agreement, nps=9).on("2026-10-02").stays()
    assert "Ask for their word" not in plays(acme)
    acme.on("2026-10-03", warm=True)
    assert "Ask for their word" in plays(acme)
    asked = {path for path, phase in agreement.definition.phases.items() for t in phase.touchpoints if t.category == "Advocacy"}
    assert asked == {"proven"}


@shows("S3.39", of=Agreement, without=["busy_not_better", "prove"])
def test_use_alone_proves_nothing(agreement: Any) -> None:
    known = MANAGED | {"goal_progress": 0.3, "renewal_on": "2028-01-31"}
    acme = scenario(agreement).given(agreement.finding, at="2026-06-01", **known).on("2026-06-02", users_started=1).stays()
    assert "busy_not_better" in [gap.name for gap in acme.customer.open_gaps]
    acme.on("2026-07-06", goal_progress=0.7).takes("prove")
    acme.on("2026-08-03", goal_progress=0.3).on("2026-08-31").takes("fall_short")  # everybody uses it, and goals are far again


@shows("S3.40", of=Agreement, without=["no_way_back", "review: plays"])
def test_a_review_with_a_shortfall_needs_a_way_back(agreement: Any) -> None:
    known = MANAGED | {"goal_progress": 0.5, "renewal_on": "2028-01-31"}
    acme = scenario(agreement).given(agreement.finding, at="2026-06-01", **known)
    assert "Executive review" in [each.touchpoint.label for each in acme.customer.open_touchpoints]
    acme.on("2026-06-02", agreement.review_held).takes("review")
    assert "Agree on the way back" in plays(acme)
    assert "no_way_back" in [gap.name for gap in acme.customer.open_gaps]
    acme.on("2026-06-03", way_back_agreed=True)
    assert "no_way_back" not in [gap.name for gap in acme.customer.open_gaps]
    fell = scenario(agreement).given(agreement.proven, at="2026-06-01", **(known | {"goal_progress": 0.3})).on("2026-06-02")
    fell.on("2026-06-30").takes("fall_short").opens("Agree on the way back")
    asked = proven(agreement, nps=3, renewal_on="2027-01-31").on("2026-10-05").is_in(agreement.renewal.in_question)
    assert "What is missing" in [each.touchpoint.label for each in asked.customer.open_touchpoints]


@shows("S3.41", of=(LargeAgreement, Agreement, SmallAgreement), without=[("sizes", lambda _: (Agreement,) * 3)])
def test_reviews_are_due_on_need_and_by_size(models: Any) -> None:
    late = []
    for model in models:
        known = MANAGED | {"goal_progress": 0.5, "renewal_on": "2028-01-31"}
        days = (60, 75, 105, 130)
        missing = []
        for day in days:
            now = scenario(model).given(model.finding, at="2026-01-05", **known)
            assert "Executive review" in [each.touchpoint.label for each in now.customer.open_touchpoints]
            now.on("2026-01-06", model.review_held)
            now.after(day)
            if "review_missing" in [risk.name for risk in now.customer.warning_signs]:
                missing.append(day)
        late.append(missing[0])
    assert late == [75, 105, 130]  # after two, three and four months
    calm = proven(Agreement, goal_progress=0.9, renewal_on="2028-01-31").after(400)
    assert "review_missing" not in [risk.name for risk in calm.customer.warning_signs]  # no need, no review: no quarter decides


@shows("S3.42", of=Agreement, without=["meet", "meet_again"])
def test_whenever_executives_are_involved_it_is_a_review(agreement: Any) -> None:
    for phase in (agreement.finding, agreement.proven):
        acme = scenario(agreement).given(phase, at="2026-06-01", **(MANAGED | {"goal_progress": 0.65}))
        acme.on("2026-06-02", agreement.executives_met)
        assert "Prepare it as an executive review" in plays(acme)


def aimless(agreement: Any) -> Any:
    """An agreement with a meeting that has no goal."""
    from clmstate import Touchpoint

    class Aimless(agreement):  # type: ignore[misc]  # the class is an argument
        proven = agreement.proven.evolve(touchpoints=[Touchpoint("Monthly call", how="by phone")])

    return Aimless


@shows("S3.43", of=Agreement, without=[("goals", aimless)])
def test_each_meeting_has_a_clear_goal(agreement: Any) -> None:
    touchpoints = [t for phase in agreement.definition.phases.values() for t in phase.touchpoints]
    assert all(t.why and t.ours and t.theirs for t in touchpoints)
    assert {"Executive review", "What is missing"} <= {t.label for t in touchpoints}


def unspoken(agreement: Any) -> Any:
    """An agreement that is content with numbers."""

    class Unspoken(agreement):  # type: ignore[misc]  # the class is an argument
        silent_after = type(agreement.silent_after)(3650)

    return Unspoken


@shows("S3.44", of=Agreement, without=["only_numbers", ("the talk", unspoken)])
def test_numbers_do_not_replace_a_talk(agreement: Any) -> None:
    silent = proven(agreement, last_talk="2026-07-01").on("2026-10-02").warns("only_numbers")
    assert [play.label for risk in silent.customer.warning_signs for play in risk.plays] == ["Call, without an agenda"]
    silent.on("2026-10-05").is_in(agreement.renewal.in_question)  # all numbers are good
    proven(agreement).on("2026-10-05").is_in(agreement.renewal.quiet)


@shows("S3.45", of=Product, without=["set_up_again"])
def test_the_better_onboarding_is_done_the_less_often(product: Any) -> None:
    def times(well: float) -> float:
        rows = {"setting_up": {"in_use": 1.0}, "in_use": {"in_use": well - 0.1, "setting_up": 1 - well, "given_back": 0.1}}
        return visits(chain(rows, of=product))["setting_up"]["setting_up"]

    assert times(0.95) < times(0.7)
    acme = scenario(product).on("2026-01-05", onboarded=True).on("2026-02-02", onboarded=False).takes("set_up_again")
    acme.warns("momentum_lost")


def unmanaged(agreement: Any) -> Any:
    """An agreement that puts every renewal in question."""

    class Doubting(agreement):  # type: ignore[misc]  # the class is an argument
        settle = type(agreement.settle).dropped()

    return Doubting


@shows("S3.46", of=Agreement, without=["renew_quietly", "promise S3.46", ("the rest", unmanaged)])
def test_a_renewal_is_no_event_if_all_else_is_managed(agreement: Any) -> None:
    acme = proven(agreement).on("2026-10-05").takes("renew_quietly").is_in(agreement.renewal.quiet)
    assert "Send the two pages" in plays(acme)
    assert "Prepare it as an executive review" not in plays(acme)
    assert acme.phase.label == "A non-event"
    promise = [p for p in agreement.definition.promises if p.ref == "S3.46" and p.kind == "never"]
    assert [proof.verdict for proof in prove(agreement, promise)] == ["holds"]


@shows("S3.47", of=Agreement, without=["finding: touchpoints", "proven: touchpoints", "prospect: touchpoints"])
def test_nobody_shows_up_only_at_the_renewal(agreement: Any) -> None:
    assert late_only(agreement.definition) == ()
    assert agreement.definition.thresholds["window_opens"].value > 90
    assert len(late_only(CalendarContract.definition)) == 2


def assuming(agreement: Any) -> Any:
    """An agreement that takes silence for a yes."""

    class Assuming(agreement):  # type: ignore[misc]  # the class is an argument
        question = type(agreement.question).dropped()

    return Assuming


@shows("S3.48", of=Agreement, without=["never_asked", "finding/Ask about renewing", ("the question", assuming)])
def test_who_was_not_asked_is_not_assumed_to_renew(agreement: Any) -> None:
    unasked = {key: value for key, value in MANAGED.items() if key != "intent"}
    acme = scenario(agreement).given(agreement.proven, at="2026-06-01", **unasked).on("2026-09-07").warns("never_asked")
    acme.on("2026-10-05", last_talk="2026-10-05").is_in(agreement.renewal.in_question)
    asks = [t for t in agreement.definition.phases["finding"].touchpoints if t.category == "Renewal"]
    assert asks[0].due is not None
    assert asks[0].due.most <= 90  # long before the window


def without_air(_customer: Any) -> Any:
    """A customer of agreement and users alone."""

    class Airless(Composition):
        users = Many(User)

    return Airless


@shows("S3.49", of=Customer, without=[("the ambient part", without_air)])
def test_collaboration_is_the_air_for_all_others(customer: Any) -> None:
    part = customer.definition.parts["collaboration"]
    assert not part.many
    assert part.member.finals == ()
    acme = customer("Acme")
    acme.observe_all("2026-01-05", {}, joins=["users/mona"])
    for day, event in (("06", "ticket_opened"), ("07", "bought_more"), ("08", "idea_shared"), ("09", "friction_felt")):
        moves = acme.observe_all(f"2026-01-{day}", {}, events=[("collaboration", event)])
        assert {move.part for move in moves} == {"collaboration"}  # nobody else is moved by it
    ambient = [e for e in Agreement.definition.events.values() if e.category == COLLABORATION]
    assert ambient == []


@shows("S3.50", of=User, without=["no_link", "win", "active/Link to the company's goal"])
def test_each_user_knows_what_it_is_good_for(user: Any) -> None:
    dana = scenario(user).given(user.active, at="2026-03-02").on("2026-03-03", logins_28d=20, nps=10).stays()
    assert [gap.name for gap in dana.customer.open_gaps] == ["no_link"]
    assert [each.touchpoint.label for each in dana.customer.open_touchpoints] == ["Link to the company's goal"]
    dana.on("2026-04-06", knows_goal=True).takes("win")


def deaf(collaboration: Any) -> Any:
    class Deaf(collaboration):  # type: ignore[misc]  # the class is an argument
        listen_to = collaboration.listen_to.evolve(plays=())
        ask_again = collaboration.ask_again.evolve(plays=())

    return Deaf


@shows("S3.51", of=(Agreement, Collaboration), without=[("plays", lambda both: (both[0], deaf(both[1])))])
def test_what_one_customer_teaches_serves_all(both: Any) -> None:
    agreement, collaboration = both
    labels = {play.label for play in (*agreement.end.plays, *collaboration.listen_to.plays, *collaboration.ask_again.plays)}
    assert {"Ask what we should have done", "Tell the product team"} <= labels
    from models.gap_analysis import Client

    everybody = gap_analysis(Client, seen=seen(Client, "gap_analysis/clients.csv"))  # all customers together, phase by phase
    assert any(sign.customers and len(sign.customers) > 1 for phase in everybody.risks for sign in phase.signs)
