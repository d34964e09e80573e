"""What the business reads: one table, from conditions to phrases."""

from __future__ import annotations

import datetime as dt

import pytest

from clmstate import Condition, DefinitionError, Event, Lifecycle, Phase, Signal, Threshold, days_in_phase, never, unless
from clmstate.conditions import phrase, words
from clmstate.conditions.nodes import And, Cond, Constant, DaysInPhase, InPhase, IsMissing, Not, Or, walk


class D(Lifecycle):
    health = Signal.score("health", 0, 100)
    calm = Signal.score("calm", 0, 100, default=50)
    rating = Signal.score("rating", 0, 5, step=0.1, unit="stars")
    adopted = Signal.share("users adopted")
    trend = Signal.change("usage this month")
    tickets = Signal.count("open ticket", default=0)
    calls = Signal.count("call")
    used = Signal.count("seat used", plural="seats used")
    bought = Signal.count("seat bought", plural="seats bought")
    spend = Signal.money("spend", unit="EUR")
    ttv = Signal.days("time to first value")
    hours = Signal.number("hours saved", step=0.5, unit="h")
    signed = Signal.flag("contract signed")
    live = Signal.flag("live", opposite="not yet live", default=False)
    plan = Signal.choice("plan", "Team", "Pro", "Max")
    renewal_on = Signal.date("renewal")
    signed_on = Signal.date("signature")
    notice = Event("notice received")
    adopted_at = Threshold(0.8)
    term = Threshold(120)
    new = Phase("New", initial=True)
    won = Phase("Won")

    class renewal(Phase.Group, label="Renewal"):
        happy = Phase("Happy", initial=True)


days = D.renewal_on.days_until
since = D.signed_on.days_since
healthy = ((D.health >= 70) & (D.tickets == 0)).named("healthy")
both = (D.health >= 70) & D.signed
either = (D.health < 60) | D.signed

TABLE: list[tuple[str, Condition]] = [
    # flags
    ("contract signed", D.signed),
    ("not contract signed", ~D.signed),
    ("not contract signed, or unknown", unless(D.signed)),
    ("not yet live", ~D.live),
    ("not yet live", unless(D.live)),
    ("contract signed", ~~D.signed),
    ("contract signed unknown", D.signed.is_missing()),
    ("contract signed known", ~D.signed.is_missing()),
    # numbers of each kind
    ("health at least 70", D.health >= 70),
    ("health below 70", ~(D.health >= 70)),
    ("health below 70 or unknown", unless(D.health >= 70)),
    ("calm below 70", unless(D.calm >= 70)),
    ("health above 70", D.health > 70),
    ("health at most 70", D.health <= 70),
    ("health exactly 70", D.health == 70),
    ("health other than 70", D.health != 70),
    ("health unknown", D.health.is_missing()),
    ("rating at least 4.5 stars", D.rating >= 4.5),
    ("users adopted at least 80 %", D.adopted >= 0.8),
    ("users adopted at least 80 %", D.adopted >= D.adopted_at),
    ("users adopted at least 80 %", D.adopted_at <= D.adopted),
    ("users adopted below 12.5 %", D.adopted < 0.125),
    ("users adopted below 33.3333333 %", D.adopted < 1 / 3),
    ("usage this month at most -20 %", D.trend <= -0.2),
    ("spend at least 12,000 EUR", D.spend >= 12_000),
    ("spend above 1,234,567.89 EUR", D.spend > 1_234_567.89),
    ("spend exactly 12,345,678 EUR", D.spend == 12_345_678),
    ("time to first value at most 14 days", D.ttv <= 14),
    ("time to first value above 1 day", D.ttv > 1),
    ("hours saved at least 2.5 h", D.hours >= 2.5),
    # counts
    ("no open tickets", D.tickets == 0),
    ("no open tickets", D.tickets < 1),
    ("no open tickets", D.tickets <= 0),
    ("no open tickets", ~(D.tickets > 0)),
    ("at least 1 open ticket", D.tickets > 0),
    ("at least 1 open ticket", D.tickets != 0),
    ("at least 1 open ticket", unless(D.tickets == 0)),
    ("at least 1 call or unknown", unless(D.calls == 0)),
    ("exactly 1 open ticket", D.tickets == 1),
    ("at most 1 open ticket", D.tickets <= 1),
    ("at least 2 open tickets", D.tickets >= 2),
    ("fewer than 2 open tickets", D.tickets < 2),
    ("more than 1,000,000 open tickets", D.tickets > 1_000_000),
    ("not exactly 3 open tickets", D.tickets != 3),
    ("number of open tickets unknown", D.tickets.is_missing()),
    ("number of open tickets known", ~D.tickets.is_missing()),
    # between
    ("health between 40 and 69", D.health.between(40, 69)),
    ("health not between 40 and 69", ~D.health.between(40, 69)),
    ("health not between 40 and 69 or unknown", unless(D.health.between(40, 69))),
    ("users adopted between 50 and 80 %", D.adopted.between(0.5, D.adopted_at)),
    ("spend between 1,000 and 2,000 EUR", D.spend.between(1000, 2000)),
    ("time to first value between 1 and 14 days", D.ttv.between(1, 14)),
    ("between 2 and 5 open tickets", D.tickets.between(2, 5)),
    ("not between 2 and 5 open tickets", ~D.tickets.between(2, 5)),
    # choices
    ("plan is Pro", D.plan == "Pro"),
    ("plan is not Pro", D.plan != "Pro"),
    ("plan is not Pro, or unknown", unless(D.plan == "Pro")),
    ("plan is Team or Pro", D.plan.one_of("Team", "Pro")),
    ("plan is neither Team nor Pro", ~D.plan.one_of("Team", "Pro")),
    ("plan is none of Team, Pro and Max", ~D.plan.one_of("Team", "Pro", "Max")),
    ("plan unknown", D.plan.is_missing()),
    # dates
    ("renewal on or before 2026-12-31", D.renewal_on <= "2026-12-31"),
    ("renewal after 2026-12-31", ~(D.renewal_on <= dt.date(2026, 12, 31))),
    ("renewal before 2026-12-31 09:30", D.renewal_on < "2026-12-31T09:30"),
    ("renewal on 2026-12-31", D.renewal_on == "2026-12-31"),
    ("renewal not on 2026-12-31", D.renewal_on != "2026-12-31"),
    ("signature before renewal", D.signed_on < D.renewal_on),
    ("renewal unknown", D.renewal_on.is_missing()),
    # clocks
    ("at most 120 days to renewal", days <= D.term),
    ("more than 120 days to renewal", ~(days <= 120)),
    ("more than 120 days to renewal or unknown", unless(days <= 120)),
    ("exactly 1 day to renewal", days == 1),
    ("renewal is past", days < 0),
    ("renewal is not past", days >= 0),
    ("at most 30 days past renewal", days >= -30),
    ("more than 30 days past renewal", days < -30),
    ("at least 180 days since signature", since >= 180),
    ("more than 7 days before signature", since < -7),
    ("between 30 and 60 days to renewal", days.between(30, 60)),
    ("not between 30 and 60 days to renewal", ~days.between(30, 60)),
    ("in this phase for at least 30 days", days_in_phase >= 30),
    ("in this phase for less than 1 day", days_in_phase < 1),
    ("in this phase for 10 to 20 days", days_in_phase.between(10, 20)),
    ("at most 30 days since notice received", D.notice.days_since <= 30),
    ("more than 30 days since notice received or never", unless(D.notice.days_since <= 30)),
    ("notice received at least twice", D.notice.times >= 2),
    ("notice received more than 3 times", D.notice.times > 3),
    ("notice received exactly once", D.notice.times == 1),
    ("notice received never", D.notice.times == 0),
    ("notice received at least once", unless(D.notice.times == 0)),
    ("notice received between 2 and 5 times", D.notice.times.between(2, 5)),
    ("Won entered at least once", D.won.visits > 0),
    ("Renewal entered fewer than 3 times", D.renewal.visits < 3),
    # arithmetic
    ("seats used at least 80 % of seats bought", D.used >= 0.8 * D.bought),
    ("seats used at least 80 % of seats bought", D.used >= D.adopted_at * D.bought),
    ("seats used above seats bought", D.used > D.bought),
    ("seats used plus 5 at most 2 times seats bought", D.used + 5 <= 2 * D.bought),
    ("seats bought minus seats used at most 10", D.bought - D.used <= 10),
    ("seats bought minus (seats used plus 5) at most 10", D.bought - (D.used + 5) <= 10),
    ("50 % of (seats used plus seats bought) at least 100", (D.used + D.bought) / 2 >= 100),
    ("100 minus health above 50", 100 - D.health > 50),
    ("minus health below 5", -D.health < 5),
    ("spend plus 500 EUR above 1,000 EUR", D.spend + 500 > 1000),
    ("seats used plus seats bought unknown", (D.used + D.bought).is_missing()),
    # for some days
    ("contract signed for 14 days", D.signed.for_days(14)),
    ("health below 60 for 1 day", (D.health < 60).for_days(1)),
    ("(health below 70 or unknown) for 120 days", unless(D.health >= 70).for_days(D.term)),
    ("(health at least 70 and contract signed) for 14 days", both.for_days(14)),
    ("not (contract signed for 14 days)", ~D.signed.for_days(14)),
    ("unless contract signed for 14 days", unless(D.signed.for_days(14))),
    # unknown conditions
    ("unknown whether health at least 70", (D.health >= 70).is_missing()),
    ("known whether health at least 70", ~(D.health >= 70).is_missing()),
    ("unknown whether (health at least 70 and contract signed)", both.is_missing()),
    # names
    ("healthy", healthy),
    ("not healthy", ~healthy),
    ("unless healthy", unless(healthy)),
    # lists
    ("health at least 70 and contract signed", both),
    ("health at least 70, contract signed and live", both & D.live),
    ("health below 60 or contract signed", either),
    ("health below 60, contract signed or live", either | D.live),
    ("live and (health below 60 or contract signed)", D.live & either),
    ("live or (health at least 70 and contract signed)", D.live | both),
    ("live and (plan is Team or Pro)", D.live & D.plan.one_of("Team", "Pro")),
    ("live and plan is neither Team nor Pro", D.live & ~D.plan.one_of("Team", "Pro")),
    ("live and (health below 70 or unknown)", D.live & unless(D.health >= 70)),
    ("live and (not contract signed, or unknown)", D.live & unless(D.signed)),
    ("health below 70 or not contract signed", ~both),
    ("live and (health below 70 or not contract signed)", D.live & ~both),
    ("health at least 60 and not contract signed", ~either),
    # exceptions stand last
    ("unless health at least 70 and contract signed", unless(both)),
    ("unless health below 60 or contract signed", unless(either)),
    ("live, unless health at least 70 and contract signed", D.live & unless(both)),
    ("live and health above 5, unless healthy", D.live & unless(healthy) & (D.health > 5)),
    ("live, unless healthy or (health at least 70 and contract signed)", D.live & unless(healthy) & unless(both)),
    ("unless healthy or (health at least 70 and contract signed)", unless(healthy) & unless(both)),
    ("live or (unless healthy)", D.live | unless(healthy)),
    ("live or (health above 5, unless healthy)", D.live | ((D.health > 5) & unless(healthy))),
    ("contract signed", unless(unless(D.signed))),
    ("contract signed", ~unless(D.signed)),
    ("contract signed or unknown", unless(~D.signed)),
]


@pytest.mark.parametrize(("said", "condition"), TABLE, ids=[said for said, _ in TABLE])
def test_it_reads_as_the_business_would_say_it(said: str, condition: Condition) -> None:
    assert condition.words(D.definition) == said


NODES: list[tuple[str, Cond]] = [
    ("always", Constant(True)),
    ("never", Constant(False)),
    ("never", Not(Constant(True))),
    ("always", And(())),
    ("never", Or(())),
    ("in New", InPhase(("new",))),
    ("in New or Won", InPhase(("new", "won"))),
    ("not in New", Not(InPhase(("new",)))),
    ("in neither New nor Renewal", Not(InPhase(("new", "renewal")))),
    ("in none of New, Won and Happy", Not(InPhase(("new", "won", "renewal.happy")))),
    ("unknown whether (in New or Won)", IsMissing(InPhase(("new", "won")))),
]


@pytest.mark.parametrize(("said", "node"), NODES, ids=[said for said, _ in NODES])
def test_nodes_that_are_not_written_by_hand_read_well_too(said: str, node: Cond) -> None:
    assert words(node, D.definition) == said


def test_every_kind_of_node_is_in_the_tables() -> None:
    seen = {type(inner) for _, condition in TABLE for inner in walk(condition.node)} | {type(node) for _, node in NODES}
    assert seen == set(Cond.__args__)


def test_a_promise_is_said_too() -> None:
    assert words(never(D.new | D.renewal).subject, D.definition) == "in New or Renewal"


def test_a_term_is_said_alone() -> None:
    assert phrase(DaysInPhase(), D.definition) == "days in this phase"


def test_another_lifecycle_has_no_words_for_it() -> None:
    class Other(Lifecycle):
        heath = Signal.score("heath")

    with pytest.raises(DefinitionError, match=r"CLM104 words: there is no word for the signal 'health'. Did you mean 'heath'\?"):
        (D.health >= 70).words(Other.definition)
