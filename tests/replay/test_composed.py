"""Logs of compositions: parts and instances as paths, joins and leaves, and rows that are rejected alone."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from clmstate import Composition, Event, Lifecycle, Many, One, Phase, Signal, anywhere
from clmstate.replay import Log, Row, Step, play, read_log, shape_of, write_log
from clmstate.signals import instant


class User(Lifecycle):
    """Somebody who works with it."""

    logins = Signal.count("login", default=0)
    departure = Event("user left the company")
    invited = Phase("Invited", initial=True)
    active = Phase("Active")
    gone = Phase("Gone", final=True)
    start_using = invited.to(active, when=logins >= 5)
    go = anywhere.to(gone, on=departure)


class AddOn(Lifecycle):
    """A product."""

    active = Signal.share("users active", port=True)
    trial = Phase("Trial", initial=True)
    used = Phase("Used")
    use = trial.to(used, when=active >= 0.5)


class Product(Composition, embedded=True):
    """A product with its own users."""

    life = One(AddOn)
    users = Many(User)
    wiring = (life[AddOn.active].fed_by(users.share_in(User.active)),)


class Contract(Lifecycle):
    """The contract."""

    health = Signal.score("health")
    adopted = Signal.share("users adopted", port=True)
    bought = Event("product bought", names_instance=True)
    ended = Event("contract ended")
    departure = Event("somebody left")
    fresh = Phase("Fresh", initial=True)
    success = Phase("Success")
    lost = Phase("Lost", final=True)
    adopt = fresh.to(success, when=adopted >= 0.8)
    lose = anywhere.to(lost, on=ended)


class Customer(Composition):
    """All of it."""

    contract = One(Contract)
    products = Many(Product)
    addons = Many(User, opens_on=Contract.bought)
    users = Many(User)
    wiring = (contract[Contract.adopted].fed_by(users.share_in(User.active)),)


def at(day: int) -> int:
    return instant(f"2026-01-{day:02}")


def steps(*rows: Row) -> list[Step]:
    numbered = [Row(r.customer, r.at_us, r.part, r.instance, r.event, r.details, r.values, i + 2) for i, r in enumerate(rows)]
    played = list(play(Customer, Log("log.csv", tuple(numbered))))
    assert sum(len(s.used) + len(s.rejected) for s in played) == len(rows)
    return played


def codes(step: Step) -> list[tuple[int, str]]:
    return [(r.number, d.code) for r in step.rejected for d in r.diagnostics]


def join(part: str, name: str, day: int = 1, **values: int) -> Row:
    return Row("Acme", at(day), part, name, "@join", values={f"{part}.{k}": v for k, v in values.items()})


def test_the_shape_of_a_composition() -> None:
    shape = shape_of(Customer)
    assert {path: part.way.many for path, part in shape.parts.items()} == {
        "contract": 0,
        "products.life": 1,
        "products.users": 2,
        "addons": 1,
        "users": 1,
    }
    assert shape.way("products.users").address("crm/dana") == "products/crm/users/dana"
    assert shape.part_at("products/crm/users/dana") == "products.users"
    assert shape.part_at("products/crm/life") == "products.life"
    assert "products.users.logins" in shape.columns


def test_reading(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "customer,part,instance,at,event,details,contract.health,users.logins,products.users.logins\n"
        "Acme,contract,,2026-01-01,,,80,,\n"
        "Acme,users,dana,2026-01-01,@join,,,7,\n"
        "Acme,products.users,crm/dana,2026-01-01,,,,,3\n"
        "Acme,,,2026-01-01,departure,,70,,\n"
        "Acme,users,,2026-01-01,departure,,,,\n"
        "Acme,user,dana,2026-01-01,,,,7,\n"
        "Acme,users,,2026-01-01,,,,7,\n"
        "Acme,users,,2026-01-01,departure,,,7,\n"
        "Acme,users,crm/dana,2026-01-01,,,,7,\n"
        "Acme,contract,dana,2026-01-01,,,,,\n"
        "Acme,contract,,2026-01-01,@join,,,,\n"
        "Acme,contract,,2026-01-01,,,,7,\n"
        "Acme,,,2026-01-01,departed,,,,\n"
        "Acme,,dana,2026-01-01,,,,,\n"
        "Acme,,,2026-01-01,@leave,,,,\n"
        "Acme,,,2026-01-01,,,,7,\n"
    )
    log = read_log(path, Customer)
    assert [row.number for row in log.rows] == [2, 3, 4, 5, 6]
    assert log.rows[2].values == {"products.users.logins": 3}
    assert [(r.number, {d.code for d in r.diagnostics}) for r in log.rejected] == [
        (7, {"CLM312"}),
        (8, {"CLM312"}),
        (9, {"CLM312"}),
        (10, {"CLM312"}),
        (11, {"CLM312"}),
        (12, {"CLM314"}),
        (13, {"CLM312"}),
        (14, {"CLM314"}),
        (15, {"CLM312"}),
        (16, {"CLM312"}),
        (17, {"CLM312"}),
    ]
    assert "did you mean 'users'?" in str(log.rejected[0]).lower()


def test_a_port_is_fed_by_others(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("customer,part,at,contract.adopted\nAcme,contract,2026-01-01,0.9\n")
    assert [d.code for r in read_log(path, Customer).rejected for d in r.diagnostics] == ["CLM319"]


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_round_trip(tmp_path: Path, ending: str) -> None:
    rows = [
        join("users", "dana", 1, logins=7),
        Row("Acme", at(2), "contract", event="bought", details={"instance": "crm"}, values={"contract.health": 80}),
        Row("Acme", at(3), "products.users", "crm/dana", values={"products.users.logins": 3}),
        Row("Acme", at(4), "users", "dana", "@leave"),
    ]
    path = tmp_path / f"log{ending}"
    write_log(path, rows, Customer)
    assert list(read_log(path, Customer).rows) == rows


def test_one_instant_is_one_observation() -> None:
    (step,) = steps(
        Row("Acme", at(1), "users", "dana", values={"users.logins": 7}),  # before the row that lets her join
        join("users", "dana"),
        Row("Acme", at(1), "contract", event="bought", details={"instance": "crm"}),
        Row("Acme", at(1), "addons", "crm", values={"addons.logins": 9}),  # a branch that opens at this instant
        join("products.life", "bi"),
    )
    assert [str(m).split(" (")[0] for m in step.moves] == [
        "2026-01-01 addons/crm: Invited → Active",
        "2026-01-01 users/dana: Invited → Active",
        "2026-01-01 contract: Fresh → Success",
    ]
    assert codes(step) == [(6, "CLM217")]  # a product joins, not its life


def test_members_that_are_compositions_join_and_leave_as_a_whole(tmp_path: Path) -> None:
    first, second = steps(
        join("products.users", "crm/dana", logins=7),
        join("products", "crm"),
        Row("Acme", at(2), "products", "crm", "@leave"),
        Row("Acme", at(2), "products.users", "bi/dana", "departure"),
    )
    assert [m.part for m in first.moves] == ["products/crm/users/dana", "products/crm/life"]
    assert codes(second) == [(5, "CLM217")]
    assert list(second.life.phases) == ["contract"]
    path = tmp_path / "log.csv"
    path.write_text(
        "customer,part,instance,at,event,products.users.logins\n"
        "Acme,products,crm,2026-01-01,@join,\n"
        "Acme,products,,2026-01-01,@join,\n"
        "Acme,products,crm,2026-01-01,,\n"
        "Acme,products,crm,2026-01-01,@join,7\n"
    )
    log = read_log(path, Customer)
    assert [row.number for row in log.rows] == [2]
    assert all(d.code == "CLM312" for r in log.rejected for d in r.diagnostics)
    assert "name products.life or products.users" in str(log.rejected[1]).lower()


def test_rows_are_rejected_alone() -> None:
    first, second, third = steps(
        join("users", "dana", logins=7),
        Row("Acme", at(1), "users", "eli", values={"users.logins": 7}),
        Row("Acme", at(1), "users", "hugo", "@leave"),
        Row("Acme", at(1), "contract", values={"contract.health": 80}),
        join("users", "dana", 2),
        Row("Acme", at(2), "users", "dana", values={"users.logins": 2}),
        Row("Acme", at(3), "users", "dana", "@leave"),
        Row("Acme", at(3), "contract", event="bought"),
    )
    assert codes(first) == [(3, "CLM217"), (4, "CLM217")]
    assert codes(second) == [(6, "CLM219")]
    assert codes(third) == [(9, "CLM204")]
    assert third.life.contract.health == 80
    assert third.life.users.names == ()


def test_events_to_one_to_all_of_a_kind_and_to_the_customer() -> None:
    people = [join("users", name) for name in ("dana", "eli")]
    *_, one = steps(*people, Row("Acme", at(2), "users", "dana", "departure"))
    assert [m.part for m in one.moves] == ["users/dana"]
    *_, kind = steps(*people, Row("Acme", at(2), "users", "", "departure"))
    assert [m.part for m in kind.moves] == ["users/dana", "users/eli"]
    *_, everybody = steps(*people, Row("Acme", at(2), "", "", "departure"))
    assert [m.part for m in everybody.moves] == ["users/dana", "users/eli"]
    assert [(u.event, u.part) for u in everybody.moves.untaken] == [("departure", "contract")]
    (nobody,) = steps(Row("Acme", at(2), "users", "", "departure"))
    assert codes(nobody) == [(2, "CLM217")]


def test_starting_and_moving_by_hand() -> None:
    first, second = steps(
        Row("Acme", at(1), "contract", "", "@start", {"phase": "success", "since": "2025-01-01"}, {"contract.health": 90}),
        Row("Acme", at(1), "users", "dana", "@start", {"phase": "active"}),
        join("users", "eli"),
        Row("Acme", at(1), "contract", event="ended"),
        Row("Acme", at(2), "users", "eli", "@move", {"to": "active", "by": "Dana", "reason": "he told me"}),
        Row("Acme", at(2), "users", "hugo", "@move", {"to": "active", "by": "Dana", "reason": "he told me"}),
    )
    assert codes(first) == [(5, "CLM318")]
    assert {path: phase.label for path, phase in first.life.phases.items()} == {
        "contract": "Success",
        "users/dana": "Active",
        "users/eli": "Active",
    }
    assert [str(m) for m in second.moves] == ["2026-01-02 users/eli: Invited → Active by hand: he told me"]
    assert codes(second) == [(7, "CLM217")]


def test_nobody_leaves_a_member_that_only_joins() -> None:
    (step,) = steps(join("products", "crm"), Row("Acme", at(1), "products.users", "crm/dana", "@leave"))
    assert codes(step) == [(3, "CLM217")]


def test_random_traffic_is_accounted_for() -> None:
    chance = random.Random(11)
    rows = []
    for _ in range(3000):
        part = chance.choice(["contract", "users", "users", "users", "products.users", "products", "addons", ""])
        many = 0 if not part else shape_of(Customer).way(part).many
        names = [chance.choice(["a", "b", "c"]) for _ in range(many)]
        kind = chance.choice(["", "", "@join", "@join", "@leave", "departure"]) if many else chance.choice(["", "", "departure"])
        instance = "" if kind == "departure" and chance.random() < 0.2 else "/".join(names)
        if part == "products.users" and kind == "@leave":
            kind = ""  # see test_nobody_leaves_a_member_that_only_joins
        if part == "products":
            kind, instance = chance.choice(["@join", "@join", "@leave"]), names[0]
        values = {f"{part}.logins": chance.randrange(9)} if many and part != "products" and kind in ("", "@join") else {}
        if part == "contract" and chance.random() < 0.2:
            kind = "bought"
        details = {"instance": chance.choice("abc")} if kind == "bought" else {}
        rows.append(
            Row(f"C{chance.randrange(40)}", at(1 + chance.randrange(28)), part, instance, kind, details, values, len(rows) + 2)
        )
    played = list(play(Customer, Log("log.csv", tuple(rows))))
    counts = Counter(used=sum(len(s.used) for s in played), rejected=sum(len(s.rejected) for s in played))
    counts["moves"] = sum(len(s.moves) for s in played)
    print(dict(counts))
    assert counts["used"] + counts["rejected"] == 3000
    assert sorted(r.number for s in played for r in (*s.used, *s.rejected)) == list(range(2, 3002))
    assert counts["used"] > 800
    assert counts["rejected"] > 500
    assert counts["moves"] > 200
