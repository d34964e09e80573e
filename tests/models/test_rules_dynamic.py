"""What the fifth source says must hold, of the customer in `models/dynamic`."""

from __future__ import annotations

from typing import Any

from clmstate import Composition, Many
from clmstate.analysis import by_calendar, check, loops, unsaid
from clmstate.analysis.space import prove
from clmstate.replay import play, read_log
from clmstate.testing import scenario
from models.dynamic import AddOn, CalendarContract, Contract, Customer, User
from models.events import Agreement
from tests.models.rules import MODELS, shows

GOOD: dict[str, Any] = {
    "setup_done": True,
    "users_adopted": 0.9,
    "health": 80,
    "renewal_on": "2026-12-31",
    "last_contact": "2026-03-01",
}


def good(contract: Any, **values: Any) -> Any:
    """A good customer far from renewal, placed on 1 March 2026."""
    return scenario(contract).given(contract.success, at="2026-03-01", **(GOOD | values))


class Linear(Agreement):
    """An agreement in which nobody ever goes back."""

    start_over = type(Agreement.start_over).dropped()
    fall_short = type(Agreement.fall_short).dropped()
    next_term = type(Agreement.next_term).dropped()
    worry = type(Agreement.worry).dropped()


@shows("S4.1", of=Agreement, without=[("the loops", lambda _: Linear)])
def test_selling_is_a_line_and_what_follows_is_not(agreement: Any) -> None:
    in_loops = {phase.path for path in loops(agreement) for phase in path.phases}
    assert "prospect" not in in_loops
    assert {"onboarding", "finding", "proven"} <= in_loops


@shows("S4.2", of=Contract, without=["lose", "next_term"])
def test_it_ends_with_a_renewal_or_a_loss(contract: Any) -> None:
    assert contract.definition.finals == ("churned",)
    acme = good(contract).on("2026-10-05", last_contact="2026-10-05").is_in(contract.renewal.happy)
    acme.on("2026-12-01", contract.renewed, renewal_on="2027-12-31").is_in(contract.success)
    acme.on("2027-12-31", contract.ended).is_in(contract.churned)


def lifelong(customer: Any) -> Any:
    """A customer whose contract nobody has to renew."""

    class Lifelong(Composition):
        users = Many(User)

    return Lifelong


@shows("S4.24", of=Customer, without=[("the term", lifelong)])
def test_it_begins_with_a_signature_for_a_few_users_and_a_year(customer: Any) -> None:
    first = next(iter(play(customer, read_log(MODELS / "dynamic" / "customer_acme.csv", customer))))
    assert [path for path in first.life.phases if path.startswith("users/")] == ["users/dana", "users/eli"]
    assert (first.life.contract.renewal_on - first.life.at).days in range(350, 390)


@shows("S4.3", of=Contract, without=["onboarding: contributors", "adoption: contributors"])
def test_many_people_take_part_on_both_sides(contract: Any) -> None:
    teams = contract.definition.teams
    assert {team.side for team in teams} == {"ours", "customer"}
    assert len(teams) >= 8
    for phase in (contract.onboarding, contract.adoption):
        assert {team.side for team in (phase.owner, *phase.contributors)} == {"ours", "customer"}


class Mended(CalendarContract):
    """The calendar, replaced by behaviour."""

    from clmstate import Signal

    live = Signal.flag("live", default=False)
    adopt = CalendarContract.adopt.evolve(when=live)
    renew = CalendarContract.renew.evolve(when=live)
    grow = CalendarContract.grow.evolve(when=live)


@shows("S4.4", of=CalendarContract, without=[("the calendar", lambda _: Mended)])
def test_check_recognises_phases_by_the_calendar(calendar: Any) -> None:
    found = [finding for finding in check(calendar) if finding.code == "CLM505"]
    assert [finding.about[0] for finding in found] == ["onboarding", "adoption", "renewal"]
    assert all("anti-pattern on purpose" in finding.accepted for finding in found)
    assert by_calendar(Contract) == ()


@shows("S4.5", "S4.10", of=(Contract, AddOn, User))
def test_customers_move_back_as_well_as_forward(parts: Any) -> None:
    contract, product, user = parts
    acme = good(contract).on("2026-03-10", users_adopted=0.5).on("2026-03-25").takes("relapse").is_in(contract.adoption)
    acme.on("2026-04-06", users_adopted=0.9).is_in(contract.success)
    acme.on("2026-04-10", contract.notice).on("2026-04-20", contract.saved, users_adopted=0.7).takes("go_back").is_in(
        contract.adoption
    )
    good(contract).on("2026-03-10", contract.strategy_changed).takes("refocus")
    acme.by_hand(contract.onboarding, at="2026-04-21", hold_until="2026-05-31").is_in(contract.onboarding)
    used = scenario(product).given(product.running.success, at="2026-03-01", set_up=True, users_active=0.9, contract_open=True)
    used.on("2026-03-10", users_active=0.3).on("2026-03-24").takes("relapse")
    used.on("2026-03-25", contract_open=False).on("2026-03-26", contract_open=True).takes("go_on")
    dana = scenario(user).given(user.adopted, at="2026-03-01", logins_28d=8).on("2026-03-10", logins_28d=3).takes("slip")
    dana.on("2026-03-20", logins_28d=0).on("2026-03-30", logins_28d=1).takes("wake")
    assert [p.kind for p in contract.definition.promises if p.ref == "S4.5"] == ["always_possible_until"]


@shows("S4.5", of=Customer, without=["promise S4.5"])
def test_there_is_always_a_way_back_to_success(customer: Any) -> None:
    promised = [p for p in customer.definition.promises if p.ref == "S4.5"]
    assert [p.kind for p in promised] == ["always_possible_until"]
    assert [proof.verdict for proof in prove(customer, promised)] == ["holds"]


class NoBranches(Composition):
    """A customer with people, and without anything that could be added."""

    users = Many(User)


@shows("S4.6", "S4.13", of=Customer, without=[("branches", lambda _: NoBranches)])
def test_products_and_users_open_branches_that_go_their_own_way(customer: Any) -> None:
    acme = customer("Acme")
    acme.observe_all("2026-01-05", {"users/dana": {"logins_28d": 9}}, joins=["users/dana"])
    acme.contract.send(Contract.product_bought, at="2026-05-04", instance="Analytics")
    assert acme.phases["products/Analytics"].path == "running.implementation"
    moves = acme.observe_all("2026-05-05", {"products/Analytics": {"set_up": True, "users_active": 0.4}})
    assert [move.part for move in moves] == ["products/Analytics"]  # nobody else moves along
    moves = acme.observe_all("2026-05-06", {}, joins=["users/eli"])
    assert acme.phases["users/eli"].path == "invited"


@shows("S4.7", of=Contract, without=["relapse: plays", "answer: plays", "alarm: plays"])
def test_plays_follow_data_and_movement(contract: Any) -> None:
    acme = good(contract).on("2026-03-10", users_adopted=0.5)
    before = len(acme.customer.open_plays)
    acme.on("2026-03-25").opens("Retrain the teams that stopped")
    assert len(acme.customer.open_plays) == before + 1
    good(contract).on("2026-03-11").on("2026-03-12", contract.let_down).opens("Call and make it good")
    good(contract).on("2026-03-11").on("2026-03-12", contract.notice).opens("Call the decision maker", "Agree on a save plan")
    calm = good(contract).on("2026-03-11")
    for month in range(4, 9):  # time alone asks nobody to do anything
        calm.on(f"2026-0{month}-10", last_contact=f"2026-0{month}-10").opens()


@shows("S4.8", of=(Contract, AddOn, User))
def test_who_is_not_live_on_day_180_is_seen_and_kept(parts: Any) -> None:
    contract, product, user = parts
    acme = scenario(contract).on("2026-01-05", renewal_on="2026-12-31").on("2026-07-06").stays()
    acme.warns("stuck").is_in(contract.onboarding)
    acme.on("2026-09-15").warns("stuck", "late").is_in(contract.onboarding)
    scenario(product).on("2026-01-05").on("2026-07-06").warns("slow_start").is_in(product.running.implementation)
    scenario(user).on("2026-01-05").on("2026-07-06").warns("never_came").is_in(user.invited)


@shows("S4.9", of=Contract, without=["go_live", "adopt"])
def test_behaviour_and_data_decide_the_phase(contract: Any) -> None:
    assert by_calendar(contract) == ()
    quick = scenario(contract).on("2026-01-05", setup_done=True, users_adopted=0.9).is_in(contract.success)
    assert quick.phase.label == "Success"  # on the first day
    scenario(contract).on("2026-01-05").on("2028-01-05").is_in(contract.onboarding)  # not after two years


def without_users(_customer: Any) -> Any:
    class NoUsers(Composition):
        products = Many(AddOn)

    return NoUsers


@shows("S4.11", of=Customer, without=[("users", without_users)])
def test_a_user_learns_while_the_account_renews(customer: Any) -> None:
    acme = customer("Acme")
    users = {f"users/{name}": {"logins_28d": 20, "features": 4, "trained": True} for name in ("ana", "ben", "chloe", "dev")}
    users["users/ana"]["decides"] = True
    new = {"users/eli": {"logins_28d": 2}}
    facts = {"contract": {"setup_done": True, "health": 90, "renewal_on": "2026-06-30", "last_contact": "2026-05-01"}}
    acme.observe_all("2026-05-04", facts | users | new, joins=[*users, *new])
    assert acme.phases["contract"].path == "renewal.happy"
    assert acme.phases["users/eli"].path == "activated"  # on the way to Adopted, at their own pace


@shows("S4.12", of=Contract, without=["success: goal", "adopt", "go_live"])
def test_every_phase_has_criteria_that_the_team_defined(contract: Any) -> None:
    assert [str(each) for each in unsaid(contract) if each.what != "owner"] == []
    assert contract.definition.why(contract.adopt) == "users adopted at least 80 %, no open escalations and on good terms"
    assert contract.definition.why(contract.go_live) == "setup signed off and users adopted at least 50 %"


@shows("S4.14", of=(Contract, User), without=[("signs", lambda _: (CalendarContract, User))])
def test_each_customer_and_each_user_can_be_helped_early(both: Any) -> None:
    contract, user = both
    acme = good(contract).on("2026-05-10")
    assert "silent" in [risk.name for risk in acme.customer.warning_signs]
    dana = scenario(user).on("2026-01-05").on("2026-01-20").warns("never_came")
    assert dana.customer.warning_signs[0].plays[0].owner is not None
