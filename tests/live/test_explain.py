"""Explanations as people read them: each leaf with its value, each exception where it belongs, and what stands in the way."""

from __future__ import annotations

from typing import Any

import pytest

from clmstate import ClmstateError, Event, Lifecycle, Phase, Risk, Signal, SuccessGap, Threshold, days_in_phase, unless


class Deal(Lifecycle):
    signed = Signal.flag("setup signed off", default=False)
    sponsor = Signal.flag("sponsor met")
    health = Signal.score("health")
    used = Signal.share("seats used")
    bugs = Signal.count("open bug", plural="open bugs", default=0)
    plan = Signal.choice("plan", "Pro", "Team")
    renewal = Signal.date("renewal")
    notice = Event("notice received")
    enough = Threshold(0.8)
    strong = ((health >= 70) & (bugs == 0)).named("healthy")
    new = Phase("New", initial=True)
    won = Phase("Won")

    class care(Phase.Group):
        calm = Phase("Calm", initial=True)
        tense = Phase("Tense")

    a_flag = new.to(won, when=signed)
    b_unless = new.to(won, when=unless(sponsor))
    c_all = new.to(won, when=signed & (health >= 70) & unless((bugs >= 3) | sponsor))
    d_any = new.to(won, when=(used >= enough) | plan.one_of("Team"))
    e_held = new.to(won, when=unless(used >= enough).for_days(14))
    f_dates = new.to(won, when=(renewal.days_until <= 30) & (notice.days_since <= 10) & (days_in_phase >= 3))
    g_named = new.to(won, when=strong)
    h_sum = new.to(won, when=health + 10 * used >= 90)
    i_known = new.to(won, when=health.is_missing() & ~sponsor.is_missing())
    j_event = new.to(won, on=notice, when=health.between(20, 40))
    k_counts = new.to(won, when=(notice.times >= 2) | (new.visits >= 2))
    l_held = new.to(won, when=((health >= 70) & (bugs == 0)).for_days(7))
    m_denied = new.to(won, when=~signed | unless(signed))
    back = won.to(care, when=bugs >= 5)
    quiet = Risk("Silence", sign=days_in_phase >= 10, mitigation="escalate")
    unknown = SuccessGap("Nobody knows", ours="a", theirs="b", plan="c", when=sponsor.is_missing())


@pytest.fixture
def acme() -> Any:
    deal = Deal("Acme")
    deal.move("won", by="Ann", reason="so that nothing moves", at="2026-01-01", hold_until="2027-01-01")
    deal.observe(at="2026-01-01", health=55, bugs=1, used=0.5, renewal="2026-03-01")
    deal.send("notice", at="2026-01-02")
    deal.tick("2026-01-05")
    return deal


TREES = {
    "a_flag": "✗ setup signed off (no)",
    "b_unless": "✓ not sponsor met, or unknown (unknown)",
    "c_all": """\
✗ all of
  ✗ setup signed off (no)
  ✗ health at least 70 (health 55)
  ✓ unless
    ? at least one of
      ✗ at least 3 open bugs (open bugs 1)
      ? sponsor met (unknown)""",
    "d_any": """\
? at least one of
  ✗ seats used at least 80 % (seats used 50 %)
  ? plan is Team (unknown)""",
    "e_held": "✗ (seats used below 80 % or unknown) for 14 days (seats used 50 %, since 2026-01-01, 4 days)",
    "f_dates": """\
✗ all of
  ✗ at most 30 days to renewal (renewal 2026-03-01, 55 days to go)
  ✓ at most 10 days since notice received (notice received 3 days ago)
  ✓ in this phase for at least 3 days (4 days so far)""",
    "g_named": """\
✗ healthy
  ✗ all of
    ✗ health at least 70 (health 55)
    ✗ no open bugs (open bugs 1)""",
    "h_sum": "✗ health plus 10 times seats used at least 90 (health 55, seats used 50 %: 60)",
    "i_known": """\
✗ all of
  ✗ health unknown (55)
  ✗ sponsor met known (unknown)""",
    "j_event": "✗ health between 20 and 40 (health 55)",
    "k_counts": """\
✗ at least one of
  ✗ notice received at least twice (once so far)
  ✗ New entered at least twice (once so far)""",
    "l_held": """\
✗ for 7 days
  ✗ all of
    ✗ health at least 70 (health 55)
    ✗ no open bugs (open bugs 1)""",
    "m_denied": """\
✓ at least one of
  ✓ not setup signed off (setup signed off no)
  ✓ not setup signed off (setup signed off no)""",
}


@pytest.mark.parametrize("name", sorted(TREES))
def test_a_tree_reads_well(acme: Any, name: str) -> None:
    reason = acme.explain(name).reason
    assert "\n".join(reason.lines()) == TREES[name]


def test_what_stands_in_the_way(acme: Any) -> None:
    told = str(acme.explain(Deal.j_event)).splitlines()
    assert told[:3] == ["j_event, New → Won: not yet", "  ✗ the customer is in Won", "  ✗ notice received"]
    assert str(acme.explain(Deal.back)).splitlines()[1] == "  ✗ held by hand until 2027-01-01"
    fresh = Deal()
    fresh.move("won", by="Ann", reason="x")
    assert str(
        fresh.explain()
    ) == "ways out of Won: not yet\n  back, Won → care: not yet\n    ✗ at least 5 open bugs (open bugs 0)".replace(
        "care", Deal.definition.groups["care"].label
    )


def test_phases_groups_and_where_the_customer_is(acme: Any) -> None:
    assert str(acme.explain(Deal.won)) == "the customer is in Won: yes"
    assert [part.subject.split(",")[0] for part in acme.explain(Deal.care).parts] == ["back"]
    assert acme.explain("care") == acme.explain(Deal.care)
    assert [part.subject.split(",")[0] for part in acme.explain(Deal.care.calm).parts] == ["back"]
    assert acme.explain("new").needs == ("no transition leads there",)


def test_who_comes_first() -> None:
    deal = Deal()
    deal.start("new", at="2026-01-01", signed=True)
    assert deal.explain(Deal.a_flag).possible
    assert deal.explain(Deal.b_unless).needs == ("'a_flag' comes first",)


def test_a_foreign_phase_is_none_of_ours(acme: Any) -> None:
    class Other(Lifecycle):
        won = Phase("Won", initial=True)

    with pytest.raises(ClmstateError, match="CLM203"):
        acme.explain(Other.won)
    with pytest.raises(ClmstateError, match=r"CLM203 Deal: 'wonn' is neither a transition nor a phase of Deal. Did you mean 'won'"):
        acme.explain("wonn")


def test_signs_and_gaps_by_the_clock(acme: Any) -> None:
    assert [gap.label for gap in acme.open_gaps] == ["Nobody knows"]
    assert acme.warning_signs == ()
    assert str(acme.next_check) == "2026-01-11"
    acme.tick("2026-01-11")
    assert [risk.label for risk in acme.warning_signs] == ["Silence"]
    acme.observe(sponsor=True)
    assert acme.open_gaps == ()
