"""Roll-ups: over nobody, over what is unknown, exactly, in any order, and through compositions inside compositions."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clmstate import CLEAR, Composition, Lifecycle, Many, One, Phase, Signal


class User(Lifecycle):
    share = Signal.share("share")
    score = Signal.score("score", 0, 100)
    ratio = Signal.number("ratio", step=0.5)
    visits = Signal.count("visit")
    seats = Signal.count("seat")
    admin = Signal.flag("admin", default=False)
    runs = Signal.flag("runs", default=False)
    new = Phase("New", initial=True)
    active = Phase("Active")
    begin = new.to(active, when=runs)
    stop = active.to(new, when=~runs)


def number() -> Any:
    return Signal.number("number", step=0.001, port=True)


def flag() -> Any:
    return Signal.flag("flag", port=True)


class Reader(Lifecycle):
    count = number()
    count_in = number()
    share_in = number()
    any_in = flag()
    all_in = flag()
    none_in = flag()
    share_where = number()
    total = number()
    total_ratio = number()
    middle = number()
    weighted = number()
    least = number()
    most = number()
    admins = number()
    new = Phase("New", initial=True)


class Account(Composition):
    reader = One(Reader)
    users = Many(User)
    wiring = (
        reader[Reader.count].fed_by(users.count()),
        reader[Reader.count_in].fed_by(users.count_in(User.active)),
        reader[Reader.share_in].fed_by(users.share_in(User.active)),
        reader[Reader.any_in].fed_by(users.any_in(User.active)),
        reader[Reader.all_in].fed_by(users.all_in(User.active)),
        reader[Reader.none_in].fed_by(users.none_in(User.active)),
        reader[Reader.share_where].fed_by(users.share_where(User.score >= 50)),
        reader[Reader.total].fed_by(users.sum(User.share)),
        reader[Reader.total_ratio].fed_by(users.sum(User.ratio)),
        reader[Reader.middle].fed_by(users.mean(User.share)),
        reader[Reader.weighted].fed_by(users.mean(User.score, weight=User.seats)),
        reader[Reader.least].fed_by(users.min(User.score)),
        reader[Reader.most].fed_by(users.max(User.score)),
        reader[Reader.admins].fed_by(users.where(User.admin).mean(User.score)),
    )


def ports(account: Any) -> dict[str, Any]:
    return {name: getattr(account.reader, name) for name in Reader.definition.signals}


NOBODY = {
    "count": 0, "count_in": 0, "share_in": None, "any_in": False, "all_in": None, "none_in": True, "share_where": None, "total": 0,
    "total_ratio": 0, "middle": None, "weighted": None, "least": None, "most": None, "admins": None,
}  # fmt: skip


def test_over_nobody() -> None:
    account = Account("Acme")
    assert ports(account) == NOBODY
    account.users.join("dana", at="2026-01-01", runs=True, score=3)
    account.users.leave("dana", at="2026-01-02")
    assert ports(account) == NOBODY


def test_over_what_is_unknown() -> None:
    account = Account("Acme")
    account.users.join("dana", at="2026-01-01")
    unknown = {"count": 1, "share_in": 0.0, "all_in": False, "total": None, "total_ratio": None}
    assert ports(account) == NOBODY | unknown
    account.users.join("eli", score=80, share=0.25, seats=2)
    assert ports(account) == NOBODY | unknown | {
        "count": 2, "share_where": 1.0, "total": 0.25, "middle": 0.25, "weighted": 80.0, "least": 80, "most": 80,
    }  # fmt: skip
    account.users["eli"].observe(score=CLEAR, share=CLEAR)
    assert ports(account) == NOBODY | unknown | {"count": 2}


def test_a_mean_of_those_who_all_weigh_nothing_is_missing() -> None:
    account = Account("Acme")
    account.users.join("dana", at="2026-01-01", score=80, seats=0)
    assert account.reader.weighted is None
    account.users.join("eli", score=20, seats=3)
    assert account.reader.weighted == 20
    account.users["dana"].observe(seats=1)
    assert account.reader.weighted == 35


def test_halves_are_rounded_up_to_whole_steps() -> None:
    account = Account("Acme")
    account.users.join("dana", at="2026-01-01", share=0.285, ratio=-1.25, score=49.5)
    assert (account.reader.total, account.reader.total_ratio) == (0.29, -1.0)
    assert account.reader.least == 49.5  # the least and the greatest are values as they are
    assert account.reader.share_where == 0.0  # a condition reads the value itself
    account.users["dana"].observe(share=0.2849, ratio=-1.2501)
    assert (account.reader.total, account.reader.total_ratio) == (0.28, -1.5)


def test_where_and_where_again() -> None:
    class Few(Composition):
        reader = One(Plain)
        users = Many(User)
        wiring = reader[Plain.number].fed_by(users.where(User.admin).where(User.score >= 50).count())

    account = Few("Acme")
    for name, admin, score in (("a", True, 60), ("b", True, 40), ("c", False, 60), ("d", True, 50)):
        account.users.join(name, at="2026-01-01", admin=admin, score=score)
    assert account.reader.number == 2
    account.users["d"].observe(admin=False)
    assert account.reader.number == 1
    account.users.leave("a")
    assert account.reader.number == 0


class Plain(Lifecycle):
    number = Signal.number("number", step=0.001, port=True)
    new = Phase("New", initial=True)


# ---- against plain arithmetic, in any order -----------------------------------------------------------------------------------

VALUES = st.fixed_dictionaries(
    {},
    optional={
        "share": st.integers(0, 1000).map(lambda n: n / 1000),
        "score": st.integers(0, 1000).map(lambda n: n / 10),
        "ratio": st.integers(-400, 400).map(lambda n: n / 100),
        "seats": st.integers(0, 5),
        "admin": st.booleans(),
        "runs": st.booleans(),
    },
)
DEEDS = st.lists(st.tuples(st.sampled_from("abcdef"), st.none() | VALUES), max_size=25)


def steps(value: float, step: str) -> Fraction:
    width = Fraction(step)
    return math.floor(Fraction(str(value)) / width + Fraction(1, 2)) * width


def expected(users: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The same by definition."""
    known = lambda name: [u[name] for u in users.values() if name in u]  # noqa: E731
    active = [bool(u.get("runs")) for u in users.values()]
    shares, ratios = ([steps(v, s) for v in known(n)] for n, s in (("share", "0.01"), ("ratio", "0.5")))
    both = [(steps(u["score"], "1"), u["seats"]) for u in users.values() if "score" in u and "seats" in u]
    weight = sum(w for _, w in both)
    admins = [steps(u["score"], "1") for u in users.values() if u.get("admin") and "score" in u]
    high = [u["score"] >= 50 for u in users.values() if "score" in u]
    mean = lambda items: float(Fraction(sum(items)) / len(items)) if items else None  # noqa: E731
    return {
        "count": len(users), "count_in": sum(active), "share_in": sum(active) / len(users) if users else None, "any_in": any(active),
        "all_in": all(active) if users else None, "none_in": not any(active), "share_where": sum(high) / len(high) if high else None,
        "total": float(sum(shares)) if shares or not users else None, "total_ratio": float(sum(ratios)) if ratios or not users else None,
        "middle": mean(shares), "weighted": float(sum(v * w for v, w in both) / weight) if weight else None,
        "least": min(known("score"), default=None), "most": max(known("score"), default=None), "admins": mean(admins),
    }  # fmt: skip


@given(DEEDS, st.randoms(use_true_random=False))
def test_running_totals_are_what_the_definition_says_in_any_order(deeds: Any, rng: Random) -> None:
    account = Account("Acme", engine="compiled")
    users: dict[str, dict[str, Any]] = {}
    for name, values in deeds:
        if values is None and name in users:
            account.users.leave(name)
            del users[name]
        elif values is not None and name in users:
            account.users[name].observe(**values)
            users[name].update(values)
        elif values is not None:
            account.users.join(name, **values)
            users[name] = dict(values)
    assert ports(account) == expected(users)
    names = list(users)
    rng.shuffle(names)
    other = Account("Acme")
    other.observe_all(None, {f"users/{name}": users[name] for name in names}, joins=[f"users/{name}" for name in reversed(names)])
    assert ports(other) == ports(account)  # to the last bit
    assert {path: phase.path for path, phase in other.phases.items()} == {
        path: phase.path for path, phase in account.phases.items()
    }
    assert ports(Account.restore(account.snapshot())) == ports(account)


def test_a_long_life_does_not_fill_the_memory() -> None:
    account = Account("Acme", engine="compiled")
    account.observe_all("2026-01-01", {"users/a": {"score": 0}, "users/b": {"score": 9}}, joins=["users/a", "users/b"])
    for i in range(5_000):
        account.users["b"].observe(score=9 + i % 50)
    totals = account._whole.room.totals.values()
    assert max(len(total._heap) for total in totals) < 300
    assert (account.reader.least, account.reader.most) == (0, 58)


# ---- compositions inside ---------------------------------------------------------------------------------------------------


class AddOn(Lifecycle):
    contract_open = Signal.flag("contract open", port=True)
    used = Signal.share("used", port=True)
    setup = Phase("Set-up", initial=True)
    running = Phase("Running")
    closed = Phase("Closed", final=True)
    run = setup.to(running, when=used >= 0.5)
    close = (setup | running).to(closed, when=~contract_open)


class Product(Composition, embedded=True):
    addon = One(AddOn)
    users = Many(User)
    wiring = addon[AddOn.used].fed_by(users.share_in(User.active))


class Contract(Lifecycle):
    running = Signal.share("products running", port=True)
    ended = Signal.flag("ended", default=False)
    live = Phase("Live", initial=True)
    grown = Phase("Grown")
    over = Phase("Over", final=True)
    grow = live.to(grown, when=running >= 0.5)
    end = (live | grown).to(over, when=ended)


class Company(Composition):
    contract = One(Contract)
    products = Many(Product)
    wiring = (
        contract[Contract.running].fed_by(products.addon.share_in(AddOn.running)),
        products.addon[AddOn.contract_open].fed_by(~contract.is_in(Contract.over)),
    )


class Parent(Lifecycle):
    lost = Signal.count("lost accounts", port=True)
    fine = Phase("Fine", initial=True)
    alarmed = Phase("Alarmed")
    alarm = fine.to(alarmed, when=lost >= 1)


class Group(Composition):
    parent = One(Parent)
    accounts = Many(Company)
    wiring = parent[Parent.lost].fed_by(accounts.contract.count_in(Contract.over))


def test_users_of_products_of_accounts_of_a_parent_company() -> None:
    north = Group("North")
    where = "accounts/acme/products/crm"
    moves = north.observe_all(
        "2026-01-01",
        {f"{where}/users/dana": {"runs": True}},
        joins=[f"{where}/users/dana", "accounts/acme", where, "accounts/umbrella", "accounts/acme/products/erp"],
    )
    assert [(move.round, move.part, move.target.label) for move in moves] == [
        (1, f"{where}/users/dana", "Active"),
        (2, f"{where}/addon", "Running"),
        (3, "accounts/acme/contract", "Grown"),
    ]
    acme = north.accounts["acme"]
    assert acme.products["crm"].addon.contract_open is True
    moves = acme.contract.observe(at="2026-02-01", ended=True)
    assert [(move.round, move.part, move.target.label) for move in moves] == [
        (1, "accounts/acme/contract", "Over"),
        (2, "parent", "Alarmed"),
        (2, f"{where}/addon", "Closed"),
        (2, "accounts/acme/products/erp/addon", "Closed"),
    ]
    assert north.accounts["umbrella"].contract.phase.label == "Live"
    assert acme.contract.running == 0.0
    assert acme.phases == {path.removeprefix("accounts/acme/"): phase for path, phase in north.phases.items() if "acme" in path}
    assert [move.part for move in acme.products["crm"].journey] == [f"{where}/users/dana", f"{where}/addon", f"{where}/addon"]


def test_a_port_fed_from_outside_is_known_to_a_product_from_its_first_instant() -> None:
    company = Company("Acme")
    company.contract.observe(at="2026-01-01", ended=True)
    moves = company.products.join("crm")
    assert [(move.part, move.target.label) for move in moves] == [("products/crm/addon", "Closed")]


@pytest.mark.parametrize("many", [3, 4_000])
def test_a_port_that_reaches_everybody_reaches_everybody(many: int) -> None:
    company = Company("Acme", engine="compiled")
    company.observe_all("2026-01-01", joins=[f"products/{i}" for i in range(many)])
    moves = company.contract.observe(ended=True)
    assert len(moves) == 1 + many
    assert {phase.label for path, phase in company.phases.items() if path != "contract"} == {"Closed"}
