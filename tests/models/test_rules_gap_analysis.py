"""What the first source says must hold, of the lifecycle in `models/gap_analysis`."""

from __future__ import annotations

from typing import Any

from clmstate.analysis import needed
from clmstate.analysis.space import prove
from clmstate.gaps import FIRST_YEAR, concerns, gap_analysis, interval_over, read_team_input
from clmstate.testing import scenario
from models.gap_analysis import Client, ConsumerClient
from models.gap_analysis.costs import EMPLOYEES, SUPPORT_HOURS, TRUST, VALUE
from tests.models.rules import MODELS, seen, shows


def shortcut(client: Any) -> Any:
    """A lifecycle in which a prospect can grow without ever having been set up."""

    class Hasty(client):  # type: ignore[misc]  # the class is an argument
        jump = client.presales.to(client.growth, on=client.goal_set)

    return Hasty


@shows("S0.7", of=Client, without=["promise S0.7", ("no shortcut", shortcut)])
def test_nobody_is_mature_who_was_not_set_up(client: Any) -> None:
    promises = [p for p in client.definition.promises if p.ref == "S0.7"]
    assert len(promises) == 3
    assert [proof.verdict for proof in prove(client, promises)] == ["holds"] * 3
    ways = {n.phase.path: [p.path for p in n.before] for n in needed(client)}
    assert ways["growth"] == ["presales", "onboarding", "launch", "engagement", "measurement"]


def answers(acme: Any) -> list[str]:
    """The plays that answer the warning signs that are seen now."""
    return [play.label for risk in acme.customer.warning_signs for play in risk.plays]


def in_engagement(client: Any, **values: Any) -> Any:
    known: dict[str, Any] = {"outcome_agreed": True, "setup_done": True, "users_active": 0.6, "key_contact": True}
    return scenario(client).given(client.engagement, at="2026-06-01", **(known | values))


@shows("S0.8", of=Client, without=["bad_start"])
def test_a_bad_start_is_carried_along_until_it_is_made_good(client: Any) -> None:
    acme = in_engagement(client, start_health=45).on("2026-06-02").warns("bad_start")
    acme.on("2026-09-01", users_active=0.85, outcome=0.9).is_in(client.growth).warns("bad_start")
    assert answers(acme) == ["Say openly that the start was bad, and make it good"]
    acme.on("2026-09-02", start_mended=True)
    assert "bad_start" not in [risk.name for risk in acme.customer.warning_signs]
    fine = in_engagement(client, start_health=85).on("2026-06-02")
    assert "bad_start" not in [risk.name for risk in fine.customer.warning_signs]


@shows("S0.9", of=ConsumerClient, without=[("the variant", lambda _: Client)])
def test_stages_vary_with_the_kind_of_customer(consumer: Any) -> None:
    acme = scenario(consumer).on("2026-01-05", consumer.signed, setup_done=True, trained=0.2).is_in(consumer.launch)
    acme.on("2026-01-06", users_active=0.5).is_in(consumer.engagement)  # nobody held an event
    assert "undo_setup" not in consumer.definition.transitions


@shows("S0.10", of=Client, without=["onboarding: goal"])
def test_undefined_work_is_found(client: Any) -> None:
    assert not concerns(client.definition)[0].open


@shows("S0.11", of=Client, without=["onboarding: expected"])
def test_unknown_effort_is_found(client: Any) -> None:
    assert not concerns(client.definition)[1].open


@shows("S0.12", of=Client, without=["onboarding: owner"])
def test_blurred_roles_are_found(client: Any) -> None:
    assert not concerns(client.definition)[2].open


@shows("S0.13", of=Client)
def test_varying_launches_are_found_in_real_customers(client: Any) -> None:
    assert not concerns(client.definition)[3].asked
    where = concerns(client.definition, seen(client, "gap_analysis/clients.csv"))[3].where
    assert any(place.startswith("Launch: median 14 days, from 7 to 42") for place in where)


@shows("S0.14", of=Client, without=["engagement: touchpoints"])
def test_idleness_after_going_live_is_found(client: Any) -> None:
    assert not concerns(client.definition)[4].open


@shows("S0.15", "S0.16", "S0.17", "S0.18", of=Client)
def test_the_four_steps(client: Any) -> None:
    said = read_team_input(MODELS / "gap_analysis" / "team_input.csv", client.definition)
    analysis = gap_analysis(client, said, seen(client, "gap_analysis/clients.csv"))
    assert [phase.label for phase in analysis.phases][:2] == ["Presales", "Onboarding"]
    assert {one.kind for one in analysis.said or ()} == {"pain point", "risk", "strength"}
    assert analysis.hot[0].where == "Engagement"
    assert analysis.unheard == ("Management",)
    assert not analysis.unwatched
    assert len(analysis.gaps) == 8
    assert analysis.customers == 4


@shows("S0.19", "S0.32", of=Client, without=["misheard: sign", "silent_launch: sign"])
def test_every_phase_has_signs_of_a_client_at_risk(client: Any) -> None:
    analysis = gap_analysis(client)
    assert not analysis.unwatched
    assert all(sign.sign for phase in analysis.risks for sign in phase.signs)
    looks = {phase.path: [sign.risk.label for sign in phase.signs] for phase in analysis.risks}
    assert looks["onboarding"][0] == "Bought without a goal"  # at risk, there, looks like this
    assert looks["launch"][1] == "Launched, and nothing follows"
    asked = scenario(client).given(client.onboarding, at="2026-02-02").on("2026-02-03").warns("unclear")
    asked.on("2026-02-04", outcome_agreed=True).warns()


@shows("S0.20", of=Client, without=["unskilled: mitigation", "contact_gone: plays"])
def test_every_risk_is_answered_in_one_of_three_ways(client: Any) -> None:
    risks = client.definition.risks.values()
    assert {way for risk in risks for way in risk.mitigation} == {"escalate", "educate", "communicate"}
    assert all(risk.mitigation and risk.plays for risk in risks)
    acme = in_engagement(client).on("2026-06-02", skills_missing=1).warns("unskilled")
    assert acme.customer.warning_signs[0].mitigation == ("educate",)
    assert answers(acme) == ["Fill the missing skills"]
    acme.on("2026-06-03", skills_missing=0, best_practices=0.4).warns("own_ways")
    assert answers(acme) == ["Show how others do it"]


@shows("S0.21", of=Client, without=["some_classes: plan", "worn_out: plan"])
def test_every_success_gap_has_a_plan(client: Any) -> None:
    assert all(gap.plan for gap in client.definition.gaps.values())
    acme = in_engagement(client, user_classes=4, classes_active=2).on("2026-06-02")
    assert [gap.plan for gap in acme.customer.open_gaps] == ["one champion for each class that is missing, one task to begin with"]


@shows("S0.22", of=Client, without=["tired: interval", "weak_launch: interval"])
def test_everything_is_pinned_to_the_first_year(client: Any) -> None:
    d = client.definition
    pinned = [interval_over(each.interval) for each in (*d.risks.values(), *d.gaps.values())]
    assert None not in pinned
    assert {each.name for each in pinned if each} == {each.name for each in FIRST_YEAR}


@shows("S0.31", "S0.33", of=Client, without=["unread_data: ours", "no_next_step: theirs", "no_next_step: when"])
def test_a_success_gap_has_two_sides_and_opens_while_it_works(client: Any) -> None:
    gaps = client.definition.gaps.values()
    assert all(gap.ours and gap.theirs and gap.when is not None for gap in gaps)
    acme = in_engagement(client, reads_own_data=False, users_active=0.9, overdue=1).on("2026-06-02")
    assert "unread_data" in [gap.name for gap in acme.customer.open_gaps]


@shows("S0.42", "S0.43", "S0.44", "S0.45", of=Client, without=["worn_out: cost", "unread_data: cost"])
def test_open_gaps_cost_in_four_ways(client: Any) -> None:
    assert {gap.cost for gap in client.definition.gaps.values()} == {VALUE, SUPPORT_HOURS, EMPLOYEES, TRUST}


@shows("S0.46", of=Client, without=["grow", "promise S0.46"])
def test_who_reaches_the_outcome_grows(client: Any) -> None:
    in_engagement(client).on("2026-09-01", users_active=0.85, outcome=0.9).is_in(client.growth)
    assert [p.kind for p in client.definition.promises if p.ref == "S0.46"] == ["always_possible_until"]
