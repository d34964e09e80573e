"""Composed customers: who joins and leaves, what is refused and leaves no trace, what never settles, and what it costs."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from clmstate import (
    ClmstateError,
    Composition,
    Event,
    Lifecycle,
    LivelockError,
    Many,
    Milestone,
    One,
    Phase,
    Play,
    Signal,
    days_in_phase,
)
from clmstate.signals import DAY


class User(Lifecycle):
    logins = Signal.count("login", default=0)
    champion = Signal.flag("champion", default=False)
    supported = Signal.flag("supported", port=True)
    closed = Event("access closed")
    invited = Phase("Invited", initial=True)
    active = Phase("Active")
    lapsed = Phase("Lapsed")
    gone = Phase("Gone", final=True)
    begin = invited.to(active, when=logins >= 5, plays=[Play("Say hello")])
    lapse = active.to(lapsed, when=(days_in_phase >= 30) & (logins == 0))
    wake = lapsed.to(active, when=logins >= 1)
    lose_support = (active | lapsed).to(gone, when=~supported)
    close = (invited | active | lapsed).to(gone, on=closed)
    first = Milestone("first login", when=logins >= 1)


class Product(Lifecycle):
    live = Signal.flag("live", default=False)
    setup = Phase("Set-up", initial=True)
    running = Phase("Running")
    run = setup.to(running, when=live)


class Suite(Composition):
    core = One(Product)
    seats = Many(Product)


class Contract(Lifecycle):
    adopted = Signal.share("users adopted", port=True)
    health = Signal.score("health", 0, 100)
    steady = Signal.flag("steady", default=False)
    alarmed = Signal.flag("alarm", port=True, default=False)
    bought = Event("product bought", names_instance=True)
    suite_bought = Event("suite bought", names_instance=True)
    ended = Event("contract ended")
    onboarding = Phase("Onboarding", initial=True)
    success = Phase("Success")
    calm = Phase("Calm")
    nervous = Phase("Nervous")
    over = Phase("Over", final=True)
    adopt = onboarding.to(success, when=adopted >= 0.5)
    relapse = success.to(onboarding, when=(adopted < 0.5).for_days(14))
    settle_down = success.to(calm, when=steady & ~alarmed)
    worry = calm.to(nervous, when=alarmed)
    relax = nervous.to(calm, when=~alarmed)
    end = (onboarding | success | calm | nervous).to(over, on=ended)


class Guard(Lifecycle):
    """Chases the contract: alarmed when it is calm, calm when it is nervous."""

    calm = Signal.flag("contract calm", port=True)
    off = Phase("Off", initial=True)
    alarm = Phase("Alarm")
    raise_it = off.to(alarm, when=calm)
    drop_it = alarm.to(off, when=~calm)


class Customer(Composition):
    contract = One(Contract)
    guard = One(Guard)
    products = Many(Product, opens_on=Contract.bought)
    suites = Many(Suite, opens_on=Contract.suite_bought)
    users = Many(User)
    wiring = (
        contract[Contract.adopted].fed_by(users.share_in(User.active)),
        contract[Contract.alarmed].fed_by(guard.is_in(Guard.alarm)),
        guard[Guard.calm].fed_by(contract.is_in(Contract.calm)),
        users[User.supported].fed_by(~contract.is_in(Contract.over)),
    )


def opened(name: str = "Acme", engine: Any = "live") -> Customer:
    acme = Customer(name, engine=engine)
    acme.observe_all("2026-01-01", {"users/dana": {"logins": 7}}, joins=["users/dana", "users/eli", "users/fay"])
    return acme


def labels(customer: Any) -> dict[str, str]:
    return {path: phase.label for path, phase in customer.phases.items()}


# ---- joining and leaving -----------------------------------------------------------------------------------------------------


def test_a_rejoiner_begins_a_new_life() -> None:
    acme = opened()
    old = acme.users["dana"]
    acme.users.leave("dana", at="2026-01-05")
    with pytest.raises(ClmstateError, match="CLM216 Customer Acme, users/dana: it has left"):
        old.observe(logins=9)
    with pytest.raises(ClmstateError, match="CLM217 Customer Acme: 'users/dana' is not there"):
        acme.observe_all(None, {"users/dana": {"logins": 9}})
    acme.users.join("dana", at="2026-01-09")
    new = acme.users["dana"]
    assert new is not old
    assert (new.phase.label, new.logins, len(new.journey), old.phase.label, len(old.journey)) == ("Invited", 0, 0, "Active", 2)
    with pytest.raises(ClmstateError, match="CLM216"):
        old.observe(logins=9)
    new.observe(at="2026-01-10", logins=5)
    told = [str(move) for move in acme.journey.moves if move.part == "users/dana"]
    assert told == [
        "2026-01-01 users/dana: Invited → Active (at least 5 logins)",
        "2026-01-10 users/dana: Invited → Active (at least 5 logins)",
    ]


def test_a_leaver_does_not_settle_and_its_events_are_untaken() -> None:
    acme = opened()
    moves = acme.observe_all(
        "2026-01-09", {"users/eli": {"logins": 9}}, events=[("users/dana", User.closed)], leaves=["users/dana", "users/eli"]
    )
    assert [move.part for move in moves] == []
    assert [(untaken.part, untaken.event, untaken.why) for untaken in moves.untaken] == [("users/dana", "closed", "it has left")]
    assert acme.contract.adopted == 0.0


def test_joining_and_leaving_in_one_observation() -> None:
    acme = opened()
    before = acme.phases
    acme.observe_all("2026-01-09", {"users/gus": {"logins": 9}}, joins=["users/gus"], leaves=["users/gus"])
    assert acme.phases == before
    assert "gus" not in acme.users


def test_children_leave_with_their_composition() -> None:
    acme = opened()
    acme.observe_all("2026-02-01", {"suites/pro/seats/a": {"live": True}}, joins=["suites/pro", "suites/pro/seats/a"])
    suite = acme.suites["pro"]
    core, seat = suite.core, suite.seats["a"]
    assert labels(suite) == {"core": "Set-up", "seats/a": "Running"}
    acme.suites.leave("pro", at="2026-03-01")
    assert not [path for path in acme.phases if path.startswith("suites/")]
    for deed in (
        lambda: core.observe(live=True),
        lambda: seat.observe(live=False),
        lambda: suite.seats.join("b"),
        lambda: suite.observe_all(None, {"core": {"live": True}}),
        lambda: suite.send("x"),
    ):
        with pytest.raises(ClmstateError, match="CLM216"):
            deed()
    assert [str(move) for move in suite.journey] == ["2026-02-01 suites/pro/seats/a: Set-up → Running (live)"]
    again = Customer.restore(json.loads(json.dumps(acme.snapshot())))
    assert again.journey == acme.journey
    assert again.snapshot() == acme.snapshot()
    acme.suites.join("pro", at="2026-03-02")
    assert labels(acme.suites["pro"]) == {"core": "Set-up"}


def test_an_event_opens_a_branch_whether_it_is_taken_or_not() -> None:
    acme = opened()
    moves = acme.contract.send(Contract.bought, at="2026-02-01", instance="crm", health=80)
    assert [untaken.event for untaken in moves.untaken] == ["bought"]
    assert labels(acme)["products/crm"] == "Set-up"
    moves = acme.observe_all(
        "2026-02-02",
        {"products/erp": {"live": True}, "suites/pro/core": {"live": True}},
        events=[("contract", "bought", "erp"), ("contract", "suite_bought", "pro")],
    )
    assert [move.part for move in moves] == ["products/erp", "suites/pro/core"]
    for instance, code in ((None, "CLM204"), ("crm", "CLM219"), ("a/b", "CLM204"), ("", "CLM204")):
        with pytest.raises(ClmstateError, match=code):
            acme.contract.send("bought", instance=instance)
    acme.products.leave("crm", at="2026-03-01")
    acme.send(Contract.bought, at="2026-03-02", instance="crm")
    assert labels(acme)["products/crm"] == "Set-up"


def test_events_to_all_of_a_kind_and_to_the_customer() -> None:
    acme = opened()
    assert [move.part for move in acme.users.send(User.closed, at="2026-01-09")] == ["users/dana", "users/eli", "users/fay"]
    moves = acme.send("ended", at="2026-01-10")
    assert [str(move) for move in moves] == ["2026-01-10 contract: Onboarding → Over (contract ended)"]
    assert [untaken.part for untaken in acme.users.send("closed").untaken] == ["users/dana", "users/eli", "users/fay"]


def test_an_event_offered_twice_is_counted_twice() -> None:
    class Bell(Lifecycle):
        rung = Event("rung")
        silent = Phase("Silent", initial=True)
        loud = Phase("Loud")
        wake = silent.to(loud, when=rung.times >= 2)

    class House(Composition):
        bell = One(Bell)

    house = House()
    assert len(house.observe_all("2026-01-01", events=[("bell", "rung"), ("bell", Bell.rung)])) == 1


# ---- one meaning, however it is stored and told ---------------------------------------------------------------------------------


def traffic(rng: Random, steps: int) -> list[Callable[[Any, Random], Any]]:
    """Observations; each may shuffle what it tells with a generator of its own."""
    present: set[str] = set()
    at = 0
    deeds: list[Callable[[Any, Random], Any]] = []
    for _ in range(steps):
        at += rng.choice([0, 1, 1, 3, 20])
        joins = [f"users/u{i}" for i in range(12) if f"users/u{i}" not in present and rng.random() < 0.15]
        leaves = [path for path in sorted(present) if rng.random() < 0.05]
        present |= set(joins)
        values: dict[str, dict[str, Any]] = {
            p: {"logins": rng.choice([0, 0, 1, 5, 9])} for p in sorted(present) if rng.random() < 0.3
        }
        if rng.random() < 0.2:
            values["contract"] = {"health": rng.randint(0, 100)}
        events = [(path, "closed") for path in sorted(present) if rng.random() < 0.03]
        present -= set(leaves)
        day = f"2026-{1 + at // 28 % 12:02}-{1 + at % 28:02}"
        if at >= 28 * 12:
            break

        def deed(
            acme: Any,
            order: Random,
            day: Any = day,
            values: Any = values,
            events: Any = events,
            joins: Any = joins,
            leaves: Any = leaves,
        ) -> Any:
            def shuffled(items: Any) -> list[Any]:
                return order.sample(list(items), len(items))

            return acme.observe_all(
                day, dict(shuffled(values.items())), events=shuffled(events), joins=shuffled(joins), leaves=shuffled(leaves)
            )

        deeds.append(deed)
    return deeds


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_storage_and_of_telling_changes_nothing(seed: int) -> None:
    deeds = traffic(Random(seed), 60)
    one, two = Customer("Acme", engine="compiled"), Customer("Acme")
    order = Random(seed + 100)
    moved = 0
    for deed in deeds:
        moves = deed(one, Random(0))
        assert deed(two, order) == moves
        moved += len(moves)
    assert moved >= 20
    assert one.journey == two.journey
    assert one.snapshot() == two.snapshot()


@pytest.mark.parametrize("seed", range(4))
def test_a_snapshot_in_the_middle_has_the_same_future(seed: int) -> None:
    deeds = traffic(Random(seed), 40)
    acme = Customer("Acme", engine="compiled")
    for i, deed in enumerate(deeds):
        copy = Customer.restore(json.dumps(acme.snapshot()))
        assert copy.snapshot() == acme.snapshot()
        for later in deeds[i : i + 4]:
            copy_moves = later(copy, Random(1))
            if later is deed:
                assert copy_moves == deed(acme, Random(2))
                assert copy.snapshot() == acme.snapshot()
                assert copy.next_check == acme.next_check
    assert Customer.restore(acme.snapshot()).open_plays == acme.open_plays


def test_part_by_part_or_all_at_once() -> None:
    """Where nothing depends on being told together, it is the same; and it is one instant, with one round of moves."""
    apart, together = opened("Acme"), opened("Acme")
    told = {"users/dana": {"logins": 0}, "users/eli": {"logins": 9}, "contract": {"health": 70}}
    apart.users["dana"].observe(at="2026-01-09", logins=0)
    apart.users["eli"].observe(logins=9)
    apart.contract.observe(health=70)
    together.observe_all("2026-01-09", told)
    assert labels(apart) == labels(together)


# ---- what is refused leaves no trace ----------------------------------------------------------------------------------------


def refusals(acme: Customer) -> list[tuple[str, Callable[[], Any]]]:
    dana = acme.users["dana"]
    return [
        ("CLM204", lambda: dana.observe(at="2026-02-01", logins=-1)),
        ("CLM204", lambda: acme.observe_all("2026-02-01", {"users/eli": {"logins": 9}, "contract": {"health": 130}})),
        ("CLM201", lambda: dana.observe(at="2026-02-01", seats=1)),
        ("CLM202", lambda: dana.send("notice", at="2026-02-01")),
        ("CLM202", lambda: acme.send("notice", at="2026-02-01")),
        ("CLM205", lambda: acme.tick("2025-12-31")),
        ("CLM205", lambda: dana.observe(at="2025-12-31")),
        ("CLM206", lambda: acme.tick("tomorrow")),
        ("CLM215", lambda: acme.contract.observe(at="2026-02-01", adopted=0.9)),
        ("CLM215", lambda: acme.observe_all("2026-02-01", {"users/eli": {"logins": 9}, "guard": {"calm": True}})),
        ("CLM217", lambda: acme.users["nobody"]),
        ("CLM217", lambda: acme.users.leave("nobody", at="2026-02-01")),
        ("CLM218", lambda: acme.observe_all("2026-02-01", {"seats": {}})),
        ("CLM219", lambda: acme.users.join("dana", at="2026-02-01")),
        ("CLM213", lambda: dana.move("lapsed", by="", reason="x", at="2026-02-01")),
        ("CLM214", lambda: acme.start({"contract": "success"}, at="2026-02-01")),
        ("CLM210", lambda: acme.contract.observe(at="2026-02-01", steady=True)),
        ("CLM210", lambda: acme.observe_all("2026-02-20", {"contract": {"steady": True}, "users/eli": {"logins": 9}}, events=[("users/dana", "closed"), ("contract", "bought", "crm")], joins=["users/gus", "suites/pro", "suites/pro/seats/a"], leaves=["users/fay"])),
    ]  # fmt: skip


def test_what_is_refused_leaves_no_trace_and_nobody_is_told() -> None:
    acme = opened()
    acme.users["eli"].observe(at="2026-01-02", logins=9)  # dana and eli of three: adopted
    assert acme.contract.phase.label == "Success"
    heard: list[Any] = []
    acme.listen(heard.append)
    acme.users["dana"].listen(heard.append)
    charts = [acme.contract.chart, acme.users["dana"].chart]
    shown = [chart.configuration_values for chart in charts]
    before, journey, plays, signs = acme.snapshot(), acme.journey, acme.open_plays, acme.next_check
    for code, deed in refusals(acme):
        with pytest.raises(ClmstateError, match=code):
            deed()
        assert acme.snapshot() == before, code
        assert (acme.journey, acme.open_plays, acme.next_check) == (journey, plays, signs)
        assert [chart.configuration_values for chart in charts] == shown
    assert heard == []
    twin = Customer.restore(before)
    for customer in (acme, twin):
        customer.observe_all("2026-03-01", {"users/dana": {"logins": 0}, "users/eli": {"logins": 0}}, joins=["users/gus"])
    assert acme.journey == twin.journey
    assert acme.snapshot() == twin.snapshot()


def test_two_parts_that_chase_each_other_are_refused_with_the_cycle() -> None:
    acme = opened()
    acme.users["eli"].observe(at="2026-01-02", logins=9)
    with pytest.raises(LivelockError) as told:
        acme.contract.observe(steady=True)
    (diagnostic,) = told.value.diagnostics
    assert diagnostic.place == "Customer Acme"
    assert (
        "contract: Calm → (worry) Nervous; guard: Alarm → (drop_it) Off; contract: Nervous → (relax) Calm"
        in diagnostic.cause.replace("guard: Off → (raise_it) Alarm; ", "")
    )
    assert "Success" not in diagnostic.cause, "what led into the cycle is no part of it"
    assert "Contract.worry" in diagnostic.remedy
    assert "Guard.drop_it" in diagnostic.remedy


# ---- by hand, and time -----------------------------------------------------------------------------------------------------------


def test_a_part_that_is_held_moves_by_events_only() -> None:
    acme = opened()
    dana = acme.users["dana"]
    acme.tick("2026-01-20")
    with pytest.raises(ClmstateError, match="CLM205"):
        dana.move("lapsed", by="Ann", reason="on leave", hold_until="2026-01-15")
    dana.move(User.lapsed, by="Ann", reason="on leave", hold_until="2026-03-01")
    assert dana.observe(at="2026-02-01", logins=9) == ()
    assert str(acme.next_check) == "2026-02-15" or acme.next_check is not None
    moves = acme.tick("2026-03-01")
    assert [(move.part, move.name, str(move.due_since)) for move in moves if move.part == "users/dana"] == [
        ("users/dana", "wake", "2026-02-01")
    ]


def test_due_since_does_not_depend_on_who_has_looked() -> None:
    looked, alone = opened(), opened()
    for acme in (looked, alone):
        acme.users["dana"].observe(at="2026-01-02", logins=0)
        acme.tick("2026-01-20")
    _ = looked.users["dana"].at, looked.explain(), looked.next_check, looked.snapshot()
    assert str(looked.next_check) == "2026-01-31"
    (a, *_), (b, *_) = looked.tick("2026-02-20"), alone.tick("2026-02-20")
    assert a == b
    assert (
        str(a) == "2026-02-20 users/dana: Active → Lapsed (in this phase for at least 30 days and no logins), due since 2026-01-31"
    )


def test_start_places_everybody_and_the_next_observation_settles() -> None:
    acme = Customer("Acme")
    heard: list[Any] = []
    acme.listen(heard.append)
    acme.start(
        {"contract": Contract.success, "users/dana": "active", "suites/pro/core": Product.running, "suites/pro/seats/a": "setup"},
        at="2026-03-01",
        since={"contract": "2025-06-01", "users/dana": "2026-02-20"},
        values={"users/dana": {"logins": 3}, "suites/pro/seats/a": {"live": True}},
    )
    assert labels(acme) == {
        "contract": "Success", "guard": "Off", "suites/pro/core": "Running", "suites/pro/seats/a": "Set-up", "users/dana": "Active",
    }  # fmt: skip
    assert (heard, len(acme.journey), acme.open_plays, acme.contract.adopted) == ([], 0, (), 1.0)
    assert str(acme.next_check) == "2026-03-01"
    assert [move.part for move in acme.tick("2026-03-02")] == ["suites/pro/seats/a"]
    assert str(acme.users["dana"].journey[0]) == "2026-03-02 users/dana: reached first login"


# ---- what it costs, counted ---------------------------------------------------------------------------------------------------------


def asked(users: int) -> tuple[int, int, int]:
    """How often rules are asked by the same traffic among so many users: observations, moves, questions."""
    acme = Customer("Acme", engine="compiled")
    acme.observe_all("2026-01-01", joins=[f"users/u{i}" for i in range(users)])
    rng = Random(1)
    ten = [acme.users[f"u{i}"] for i in range(10)]
    moves = 0
    before = acme._whole.whole.asked
    number = 2_000
    for i in range(number):
        user = ten[i % 10]
        logins = 9 if rng.random() < 0.1 and user.phase.label == "Invited" else 3
        moves += len(user.observe(at=f"2026-01-{2 + i * 20 // number:02}", logins=logins))
        if rng.random() < 0.04 and user.phase.label == "Active":
            moves += len(user.move("invited", by="Ann", reason="again"))
    return number, moves, acme._whole.whole.asked - before


def test_the_cost_of_an_observation_does_not_grow_with_the_number_of_users() -> None:
    few, many = asked(10), asked(10_000)
    observations, moves, questions = few
    assert 0.02 * observations <= moves <= 0.1 * observations
    assert questions <= 1.3 * observations
    assert abs(few[2] - many[2]) <= 0.02 * observations  # the contract is adopted at another moment, and by nothing else


def test_a_live_customer_knows_nobody_whom_nobody_asks_for() -> None:
    acme = Customer("Acme")
    acme.observe_all("2026-01-01", joins=[f"users/u{i}" for i in range(100)])
    assert all(member.handle is None for member in acme._whole.room.leaves())
    assert acme.users["u5"] is acme.users["u5"]


def test_the_queue_of_what_time_may_move_stays_small() -> None:
    acme = opened(engine="compiled")
    at = acme._whole.whole.at
    dana = acme.users["dana"]
    for i in range(6_000):
        dana.observe(logins=i % 2)
        dana.move(
            "active", by="Ann", reason="again", at=None if i % 3 else f"2026-01-01T{i // 500:02}:{i // 10 % 60:02}"
        ) if i % 500 == 0 else None
    assert len(acme._whole.whole.queue) <= 2_048
    assert acme._whole.whole.at - at < DAY


class Term(Lifecycle):
    """Something that ends."""

    ends_on = Signal.date("end")
    running = Phase("Running", initial=True)
    late = Phase("Late")
    near = running.to(late, when=ends_on.days_until <= 30)
    renew = late.to(running, when=ends_on.days_until > 30)


class Terms(Composition):
    """Several of them."""

    terms = Many(Term)
    others = Many(Term)


def test_a_date_that_comes_nearer_is_noticed_in_time_whoever_reports_next() -> None:
    acme = Terms("Acme", engine="compiled")
    acme.others.join("erp", at="2026-01-01")
    acme.terms.join("crm", at="2026-01-01", ends_on="2028-12-31")
    crm = acme.terms["crm"]
    assert crm.observe(at="2026-01-02", ends_on="2028-12-30") == ()
    assert crm.observe(at="2026-01-03", ends_on="2026-12-31") == ()  # two years earlier, and nothing moves yet
    assert [str(move) for move in acme.others["erp"].observe(at="2026-12-24", ends_on="2031-12-31")] == [
        "2026-12-24 terms/crm: Running → Late (at most 30 days to end), due since 2026-11-30"
    ]
