"""What the third source says must hold, of the lifecycle in `models/management` and its target markets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clmstate.analysis import handoffs, unanswered_questions, unsaid
from clmstate.cli import main
from clmstate.gaps import gap_analysis, next_to_build, read_team_input
from clmstate.testing import scenario
from models.gap_analysis import Client
from models.journey import Account
from models.management import EnterpriseRelationship, MidMarketRelationship, Relationship, SmallBusinessRelationship
from tests.models.rules import MODELS, seen, shows

MARKETS = (SmallBusinessRelationship, MidMarketRelationship, EnterpriseRelationship)


@shows("S2.1", of=Relationship, without=["enquire", "become_loyal", "return_to_us"])
def test_from_attention_to_a_customer_for_life_and_back(relationship: Any) -> None:
    acme = scenario(relationship).on("2026-01-05", relationship.enquired).is_in(relationship.engage)
    acme.on("2026-02-02", problem_named=True, fit=80).on("2026-03-02", listened=True, value_shown=True, effort_days=5)
    acme.on("2026-03-16", relationship.signed, price=100).on("2026-04-06", first_value=True, users_active=0.9)
    acme.on("2026-10-05", cost_saved=150, satisfied=10).is_in(relationship.for_life)
    acme.on("2027-03-01", relationship.terminated).is_in(relationship.gone)
    acme.on("2028-03-06", relationship.came_back, problem_named=False).is_in(relationship.engage)


@shows("S2.3", of=Relationship, without=["attract: goal", "engage: goal"])
def test_the_lifecycle_comes_before_its_journey_maps(relationship: Any) -> None:
    assert not next_to_build(relationship.definition).startswith("stages")


@shows("S2.4", "S2.11", of=MARKETS, without=[("own touchpoints", lambda _: (Relationship,) * 3)])
def test_each_target_market_has_a_journey_of_its_own(markets: Any) -> None:
    small = markets[0]
    assert [market.definition.market for market in markets] == ["SMB", "Mid-market", "Enterprise"]
    windows = [market.definition.thresholds["window_opens"].value for market in markets]
    assert windows == [30, 120, 180]
    owners = [market.definition.phases["benefit"].owner.name for market in markets]
    assert owners == ["Support", "Customer Success", "Account team"]
    labels = [{t.label for phase in market.definition.phases.values() for t in phase.touchpoints} for market in markets]
    assert "Guided trial" in labels[0] - labels[1]
    assert "Security and purchasing review" in labels[2] - labels[1]
    scenario(small).given(small.engage, at="2026-01-05").on("2026-01-06", small.trial_asked).is_in(small.evaluate)
    for market in markets:
        assert all(phase.questions for phase in market.definition.phases.values())


@shows("S2.5", of=(Client, Account, Relationship), without=[("freedom", lambda _: (Account, Account, Account))])
def test_as_many_stages_as_it_takes(models: Any) -> None:
    assert len({len(model.definition.phases) for model in models}) == 3


AREAS = {"Marketing", "Sales", "Solution consulting", "Finance and Legal", "Onboarding", "Support", "Product", "Customer Success"}


@shows("S2.6", of=Relationship, without=["evaluate: owner", "buy: contributors", "attract: owner"])
def test_every_area_that_a_customer_meets_is_in_it(relationship: Any) -> None:
    phases = relationship.definition.phases.values()
    meets = {team.name for phase in phases for team in (phase.owner, *phase.contributors) if team and team.side == "ours"}
    assert meets == AREAS
    assert all(phase.owner is not None for phase in phases)


@shows("S2.7", of=Relationship, without=["attract: goal", "for_life: goal"])
def test_each_stage_has_a_goal(relationship: Any) -> None:
    assert [str(each) for each in unsaid(relationship) if each.what == "goal"] == []


@shows("S2.8", of=Relationship, without=["enquire: plays", "sign: plays", "bring_value: plays"])
def test_where_organisations_meet_somebody_hands_over(relationship: Any) -> None:
    forward = [h for h in handoffs(relationship) if "S2.8" in h.transition.ref]
    assert [str(h) for h in forward] == [
        "Marketing → Sales, when Attract → Engage",
        "Sales → Solution consulting, when Engage → Find the solution",
        "Sales → Onboarding, when Decide → Get started",
        "Onboarding → Customer Success, when Get started → Get value",
    ]
    assert all(h.transition.plays for h in forward)
    back = [h for h in handoffs(relationship) if h.transition.name == "propose"]  # Sales gets them back, with what was found out
    assert [[play.label for play in h.transition.plays] for h in back] == [["Prepare the contract"]]


def nameless(relationship: Any) -> Any:
    class Nameless(relationship):  # type: ignore[misc]  # the class is an argument
        attract = relationship.attract.evolve(label="Stage 1")

    return Nameless


@shows("S2.9", of=Relationship, without=[("own names", nameless)])
def test_stages_have_names_of_ones_own(relationship: Any) -> None:
    labels = [phase.label for phase in relationship.definition.phases.values()]
    assert len(set(labels)) == len(labels)
    assert labels[0] == "Attract"
    assert "Customer for life" in labels


def unversioned(relationship: Any) -> Any:
    class Unversioned(relationship, version=""):  # type: ignore[misc]  # the class is an argument
        pass

    return Unversioned


@shows("S2.10", of=Relationship, without=[("a version", unversioned)])
def test_stages_are_revised_and_versions_compared(relationship: Any) -> None:
    from clmstate.analysis.versions import diff, fingerprint

    class Next(relationship):  # type: ignore[misc]  # the class is an argument
        adopted_at = type(relationship.adopted_at)(0.9)

    assert relationship.definition.version == "2"
    assert [play.label for play in relationship.leave_us.plays] == ["Ask why"]  # every loss is a reason to look at them again
    assert fingerprint(Next).rules != fingerprint(relationship).rules
    assert diff(relationship, Next)


def bolder(relationship: Any) -> Any:
    class Relationship(relationship):  # type: ignore[misc]  # the class is an argument
        adopted_at = type(relationship.adopted_at)(0.5)

    return Relationship


@shows("S2.12", of=Relationship, without=[("the same rules", bolder)])
def test_leaders_agree_on_rules_and_are_asked_again_when_they_change(relationship: Any) -> None:
    from clmstate.analysis.versions import approve, approved

    agreed = approve(Relationship, "Dana, VP CS", on="2026-11-02")
    (found,) = approved(relationship, [agreed])
    assert found.state == "stands"


@pytest.mark.shows("S2.13")
def test_it_can_be_shown_at_an_all_hands(tmp_path: Path) -> None:
    out = tmp_path / "relationship.pptx"
    assert main(["deck", str(MODELS / "management" / "relationship.py"), "--out", str(out)]) == 0
    from pptx import Presentation

    said = {shape.text_frame.text for slide in Presentation(str(out)).slides for shape in slide.shapes if shape.has_text_frame}
    assert {phase.label for phase in Relationship.definition.phases.values()} <= said
    assert any(text == "What this means for Customer Success" for text in said)


@pytest.mark.shows("S2.14")
def test_roles_are_printed_for_each_team(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["roles", str(MODELS / "management" / "relationship.py"), "--team", "Customer Success"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "owns Get value:" in told
    assert "hands over" in told


@shows("S2.14", of=Relationship, without=["benefit: owner", "attract: owner"])
def test_everybody_sees_what_they_own_and_contribute(relationship: Any) -> None:
    phases = relationship.definition.phases.values()
    owns = {team.name: [p.label for p in phases if p.owner == team] for team in relationship.definition.teams}
    assert owns["Customer Success"] == ["Get value", "In doubt", "Customer for life"]
    assert owns["Marketing"] == ["Attract", "Gone"]
    contributes = {team.name: [p.label for p in phases if team in p.contributors] for team in relationship.definition.teams}
    assert contributes["Product"] == ["Attract", "Find the solution", "Customer for life"]


def deaf(client: Any) -> Any:
    class Deaf(client):  # type: ignore[misc]  # the class is an argument
        growth = client.growth.evolve(owner="Board")

    return Deaf


@shows("S2.15", of=Client, without=[("nobody else", deaf)])
def test_departments_that_were_not_heard_are_named(client: Any) -> None:
    said = read_team_input(MODELS / "gap_analysis" / "team_input.csv", client.definition)
    assert gap_analysis(client, said).unheard == ("Management",)


@shows("S2.16", of=Client)
def test_customer_data_and_interviews_go_in(client: Any) -> None:
    said = read_team_input(MODELS / "gap_analysis" / "team_input.csv", client.definition)
    assert "Customer interview" in {one.team for one in said}
    assert gap_analysis(client, said, seen(client, "gap_analysis/clients.csv")).customers == 4


ASKED = {
    "S2.18": "How do I hear of you, and of what you could do for me?",
    "S2.19": "Do you understand what hurts most?",
    "S2.20": "Why should I spend an hour with you?",
    "S2.21": "Can you solve it soon, and for what it is worth?",
    "S2.22": "Have you listened to how we work today?",
    "S2.23": "How do I see the value without giving you half a year of my people?",
    "S2.24": "How do you make it easy for me to buy?",
    "S2.25": "What happens now, and what do you need from us?",
    "S2.26": "What do we do to get more out of it?",
    "S2.27": "What do you plan, and may we have a say?",
}


@shows(
    "S2.18", "S2.19", "S2.20", "S2.21", "S2.22", "S2.23", "S2.24", "S2.25", "S2.26", "S2.27",
    of=Relationship,
    without=[f"{phase}: questions" for phase in ("attract", "engage", "evaluate", "buy", "onboard", "benefit", "for_life")],
)  # fmt: skip
def test_each_question_of_customers_is_asked_where_they_ask_it(relationship: Any) -> None:
    for ref, question in ASKED.items():
        asked = [phase for phase in relationship.definition.phases.values() if question in phase.questions]
        places = [touchpoint.ref for phase in asked for touchpoint in phase.touchpoints]
        assert any(ref in place for place in (*(phase.ref for phase in asked), *places)), ref


@shows("S2.17", of=Relationship, without=["attract: questions", "benefit: questions"])
def test_stages_answer_what_customers_ask(relationship: Any) -> None:
    phases = relationship.definition.phases.values()
    assert all(question.endswith("?") for phase in phases for question in phase.questions)
    assert all(phase.questions for phase in phases)
    assert [phase.path for phase, _ in unanswered_questions(relationship)] == []


@shows("S2.28", of=Relationship, without=["become_loyal", "no_profit"])
def test_it_is_the_customers_own_profit_that_counts(relationship: Any) -> None:
    acme = scenario(relationship).given(relationship.benefit, at="2026-01-05", first_value=True, users_active=0.9, price=100)
    acme.on("2026-02-02", satisfied=10, revenue_gained=60, cost_saved=40).stays()  # it only pays back what it costs
    assert [gap.name for gap in acme.customer.open_gaps] == ["no_profit"]
    acme.on("2026-03-02", cost_saved=41).takes("become_loyal").reaches("paid_back")
