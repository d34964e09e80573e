"""What the second source says must hold, of the lifecycle in `models/journey`."""

from __future__ import annotations

from typing import Any

import pytest

from clmstate.analysis import by_calendar, chain, value
from clmstate.gaps import impacts, next_to_build, rise_in_log, rise_in_rules, touchpoint_findings
from clmstate.replay import read_log
from clmstate.replay.money import retained
from clmstate.replay.run import run
from clmstate.signals import instant
from clmstate.testing import scenario
from models.gap_analysis import Client
from models.journey import Account, SmallAccount
from tests.models.rules import MODELS, lacking, shows

TWELVE = [
    "Sales handover",
    "Onboarding",
    "Integration",
    "KO call",
    "Product training",
    "Advanced integrations and training",
    "Onboarding review",
    "Success plan",
    "Strategic meeting",
    "Renewal or expansion",
    "Planning ahead",
    "Growth by value",
]


@shows("S1.1", "S1.2", "S1.3", of=Account, without=["onboarding/KO call", "ongoing: touchpoints"])
def test_four_stages_with_twelve_touchpoints_in_order(account: Any) -> None:
    stages = [phase for phase in account.definition.phases.values() if not phase.final]
    assert len(stages) == 4
    touchpoints = [touchpoint for stage in stages for touchpoint in stage.touchpoints]
    assert [touchpoint.label for touchpoint in touchpoints] == TWELVE
    assert [touchpoint.ref for touchpoint in touchpoints] == [f"S1.{number}" for number in range(24, 36)]
    assert all(touchpoint.why and touchpoint.how for touchpoint in touchpoints)


def settled(account: Any, **values: Any) -> Any:
    known: dict[str, Any] = {"integrated": True, "usage": 0.9, "features": 0.5, "results": 0.9, "experience": 9}
    return scenario(account).given(account.ongoing, at="2026-06-01", **(known | values))


def hasty(account: Any) -> Any:
    """An account in which results alone count."""

    class ResultsOnly(account):  # type: ignore[misc]  # the class is an argument
        ripen = account.ripen.evolve(when=account.integrated & (account.results >= 0.8) & (account.usage >= account.settled_at))

    return ResultsOnly


@shows("S1.4", of=Account, without=["ripen", ("experience", hasty)])
def test_results_without_a_good_experience_are_no_outcome(account: Any) -> None:
    acme = settled(account, experience=6).on("2026-06-02").stays()
    assert [gap.name for gap in acme.customer.open_gaps] == ["bad_experience"]
    acme.on("2026-06-09", experience=8).takes("ripen").reaches("outcome_reached")


def by_date(account: Any) -> Any:
    """An account in which a quarter decides."""
    from clmstate import days_in_phase

    class ByDate(account):  # type: ignore[misc]  # the class is an argument
        settle_in = account.settle_in.evolve(when=days_in_phase >= 90)

    return ByDate


@shows("S1.5", of=Account, without=["settle_in", ("the touchpoints", by_date)])
def test_touchpoints_and_milestones_set_the_length_of_a_stage(account: Any) -> None:
    assert by_calendar(account) == ()
    done: dict[str, Any] = {"integrated": True, "kicked_off": True, "trained": 0.5, "usage": 0.5}
    quick = scenario(account).on("2026-01-05", account.signed).on("2026-01-06", reviewed=True, **done)
    quick.is_in(account.ongoing).reaches("first_use")
    scenario(account).on("2026-01-05", account.signed).on("2027-01-05", **done).is_in(account.onboarding)


def falling(account: Any) -> Any:
    """An account that asks for less use later than earlier."""

    class Falling(account):  # type: ignore[misc]  # the class is an argument
        ripen = account.ripen.evolve(when=account.integrated & (account.results >= 0.8))

    return Falling


@shows("S1.6", of=Account, without=[("the order", falling)])
def test_use_rises_with_the_stages(account: Any) -> None:
    assert rise_in_rules(account, "usage").holds
    assert rise_in_log(account, read_log(MODELS / "journey" / "accounts.csv", account), "usage").holds
    assert rise_in_rules(Client, "users_active").holds


@shows("S1.7", of=Account, without=["onboarding/Integration", "settle_in", "set_back"])
def test_what_happens_in_a_stage_is_known_to_change_it_and_the_next(account: Any) -> None:
    found = {impact.touchpoint: impact for impact in impacts(account)}
    assert found["Integration"].here == ("settle_in",)
    assert {"set_back", "come_due"} <= set(found["Integration"].next)
    assert all(transition.why for transition in account.definition.transitions.values())


@shows("S1.8", of=SmallAccount, without=[("the variant", lambda _: Account)])
def test_the_journey_is_fitted_to_a_customer(account: Any) -> None:
    acme = account("Acme")
    acme.send(account.signed, at="2026-01-05")
    assert "Advanced integrations and training" not in [each.touchpoint.label for each in acme.open_touchpoints]
    acme.skip("KO call", by="their CSM", why="one person is everybody")
    assert "KO call" not in [each.touchpoint.label for each in acme.open_touchpoints]
    assert str(acme.journey).endswith("skipped 'KO call' by their CSM: one person is everybody")


@shows("S1.9", of=Account, without=["onboarding: goal", "ongoing: touchpoints"])
def test_first_stages_then_touchpoints_then_how(account: Any) -> None:
    assert next_to_build(account.definition) == ""
    assert next_to_build(lacking(Account, "ongoing: goal").definition).startswith("stages: Ongoing")
    assert next_to_build(lacking(Account, "ongoing: touchpoints").definition).startswith("touchpoints: Ongoing")


def vague(account: Any) -> Any:
    """An account with a touchpoint that nobody can give a reason for."""
    from clmstate import Touchpoint

    class Vague(account):  # type: ignore[misc]  # the class is an argument
        ongoing = account.ongoing.evolve(touchpoints=[*account.ongoing.touchpoints, Touchpoint("Newsletter")])

    return Vague


@shows("S1.10", "S1.11", of=Account, without=[("reasons", vague)])
def test_each_touchpoint_has_a_why_and_a_verdict(account: Any) -> None:
    assert touchpoint_findings(account.definition) == ()
    verdicts = {t.verdict for phase in account.definition.phases.values() for t in phase.touchpoints}
    assert {"keep", "improve", "skip"} <= verdicts
    found = touchpoint_findings(vague(Account).definition)
    assert any("Newsletter: no reason why it is worth their time: improve, skip or remove it" in text for text in found)


@shows("S1.36", of=Account)
def test_lifetime_value_is_what_better_retention_raises(account: Any) -> None:
    def worth(stays: float) -> float:
        ongoing = {"ongoing": stays, "churned": 1 - stays}
        years = chain({"sales_process": {"onboarding": 1.0}, "onboarding": {"ongoing": 1.0}, "ongoing": ongoing})
        return value(years, {"ongoing": 24_000}, discount=0.1)["onboarding"]

    assert round(worth(0.8)) == 80_000  # 24,000 * (1 / 1.1) / (1 - 0.8 / 1.1)
    assert worth(0.9) > worth(0.8)
    assert account.definition.signals["yearly_value"].kind == "money"


@pytest.mark.shows("S4.34")
def test_net_and_gross_revenue_retention_of_the_sample_accounts() -> None:
    log = read_log(MODELS / "journey" / "accounts.csv", Account)
    found = retained(run(Account, log), log.rows, "yearly_value", instant("2026-03-01"), instant("2027-06-01"))
    assert (found.customers, found.before, found.after) == (2, 36_000, 44_000)  # Fern and Gorse; Heath's worth nobody told
    assert found.nrr == pytest.approx(44 / 36)
    assert found.grr == 1.0
