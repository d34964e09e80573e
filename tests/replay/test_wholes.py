"""Whole customers in columns against the oracle and the compiled engine, over random compositions and logs: the same tables, row for row."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest

from clmstate import Composition, Event, Lifecycle, Many, Milestone, One, Phase, Risk, Signal, anywhere, days_in_phase, unless
from clmstate.errors import InputError
from clmstate.replay import Log, Row, inputs
from clmstate.replay.choosing import in_columns
from clmstate.replay.columnar import Source
from clmstate.replay.one_by_one import one_by_one
from clmstate.replay.run import replay_file, replay_frame
from clmstate.replay.tables import Found
from clmstate.replay.wholes import fleet
from clmstate.replay.wholes.columns import frame_of_rows
from clmstate.replay.wholes.fleet import Wholes
from clmstate.replay.wholes.layout import columns_of
from clmstate.signals import DAY, instant
from models.dynamic.customer import Customer
from tests.conformance.whole_columns import agree, differing, in_pieces


def test_columns_find_what_the_oracle_and_the_compiled_engine_find() -> None:
    seed = 5 if os.environ.get("CI") else int.from_bytes(os.urandom(4), "big")
    assert agree(seed, 15_000, often=6)["moves"] > 2_500


@pytest.mark.full
def test_columns_find_what_the_oracle_finds_for_long() -> None:
    assert agree(int.from_bytes(os.urandom(4), "big"), 300_000, often=6)["moves"] > 60_000


# ---- what is not plain, case by case


class User(Lifecycle):
    """Somebody who works with it."""

    logins = Signal.count("login", default=0)
    plan = Signal.choice("plan", "Team", "Pro")
    seen_on = Signal.date("last seen")
    departure = Event("user left the company")
    invited = Phase("Invited", initial=True)
    active = Phase("Active")
    gone = Phase("Gone", final=True)
    start_using = invited.to(active, when=logins >= 5)
    stop = active.to(invited, when=logins == 0)
    go = anywhere.to(gone, on=departure)
    first_login = Milestone("First login", when=logins >= 1)
    idle = Risk("Never came", sign=days_in_phase > 14, phases=[invited], mitigation="communicate")


class AddOn(Lifecycle):
    """A product."""

    active = Signal.share("users active", port=True)
    open_ = Signal.flag("contract open", port=True)
    trial = Phase("Trial", initial=True)
    used = Phase("Used")
    paused = Phase("Paused")
    use = trial.to(used, when=active >= 0.5)
    pause = (trial | used).to(paused, when=~open_)


class Product(Composition, embedded=True):
    """A product with its own users."""

    life = One(AddOn)
    users = Many(User)
    wiring = (life[AddOn.active].fed_by(users.share_in(User.active)),)


class Contract(Lifecycle):
    """The contract."""

    health = Signal.score("health")
    adopted = Signal.share("users adopted", port=True)
    logins = Signal.number("logins for each user", 0, port=True, step=0.01)
    bought = Event("product bought", names_instance=True)
    ended = Event("contract ended")
    departure = Event("somebody left")
    fresh = Phase("Fresh", initial=True)
    success = Phase("Success")
    lost = Phase("Lost", final=True)
    adopt = fresh.to(success, when=(adopted >= 0.8) | (logins >= 100))
    relapse = success.to(fresh, when=unless(adopted >= 0.5).for_days(7))
    lose = anywhere.to(lost, on=ended)


class Account(Composition):
    """All of it."""

    contract = One(Contract)
    products = Many(Product)
    addons = Many(User, opens_on=Contract.bought)
    users = Many(User)
    wiring = (
        contract[Contract.adopted].fed_by(users.share_in(User.active)),
        contract[Contract.logins].fed_by(users.mean(User.logins)),
        products.life[AddOn.open_].fed_by(~contract.is_in(Contract.lost)),
    )


def at(day: float) -> int:
    return instant("2026-01-01") + int((day - 1) * DAY)


def join(part: str, name: str, day: float = 1, **values: Any) -> Row:
    return Row("Acme", at(day), part, name, "@join", values={f"{part}.{k}": v for k, v in values.items()})


def told(part: str, name: str, day: float, event: str = "", details: Any = None, **values: Any) -> Row:
    return Row("Acme", at(day), part, name, event, details or {}, {f"{part}.{k}": v for k, v in values.items()})


TEAM = [join("users", name, logins=7) for name in ("dana", "eli", "hugo")]
CASES: dict[str, tuple[int, list[Row]]] = {
    "joins and leaves": (
        0,
        [*TEAM, told("users", "eli", 2, "@leave"), told("users", "dana", 3, logins=0), told("contract", "", 30)],
    ),
    "rejoins": (
        0,
        [*TEAM, told("users", "eli", 2, "@leave"), join("users", "eli", 3, logins=2), told("users", "eli", 4, logins=9)],
    ),
    "an event of one": (0, [*TEAM, told("users", "dana", 2, "departure")]),
    "an event of all of a kind": (0, [*TEAM, told("users", "", 2, "departure")]),
    "an event of everybody": (0, [*TEAM, told("", "", 2, "departure")]),
    "an event of nobody": (1, [told("users", "", 2, "departure")]),
    "a branch opens": (0, [told("contract", "", 2, "bought", {"instance": "crm"}), told("addons", "crm", 3, logins=9)]),
    "a branch opens, and is told of at once": (
        0,
        [told("contract", "", 2, "bought", {"instance": "crm"}), told("addons", "crm", 2, logins=9)],
    ),
    "a branch that is open": (1, [told("contract", "", day, "bought", {"instance": "crm"}) for day in (2, 3)]),
    "a branch without a name": (1, [told("contract", "", 2, "bought"), told("contract", "", 2, health=80)]),
    "members in members": (
        0,
        [
            join("products", "crm"),
            join("products.users", "crm/dana", logins=9),
            told("products.users", "crm/dana", 3, logins=0),
            told("contract", "", 4, "ended"),
            told("products", "crm", 5, "@leave"),
            join("products", "crm", 6),
            told("products.life", "crm", 7),
        ],
    ),
    "nobody of that name": (1, [*TEAM, told("users", "ghost", 2, logins=3), told("users", "dana", 3, logins=0)]),
    "somebody who is there joins": (1, [*TEAM, join("users", "dana", 2), told("users", "dana", 3, logins=0)]),
    "somebody who is not there leaves": (1, [*TEAM, told("users", "ghost", 2, "@leave")]),
    "joins and leaves at once": (
        0,
        [*TEAM, join("users", "guest", 2), told("users", "guest", 2, "@leave"), join("users", "guest", 3)],
    ),
    "two values at one instant": (1, [*TEAM, told("users", "dana", 2, logins=0), told("users", "dana", 2, logins=9)]),
    "the same said twice": (1, [*TEAM, told("users", "dana", 2, logins=0), told("users", "dana", 2, logins=0)]),
    "nothing said twice": (1, [told("contract", "", 2), told("contract", "", 2)]),
    "one event told twice": (1, [told("contract", "", 2, "ended"), told("contract", "", 2, "ended")]),
    "cleared": (1, [*TEAM, told("users", "dana", 2, "@clear", {"signals": ["logins"]})]),
    "moved by hand": (1, [*TEAM, told("users", "dana", 2, "@move", {"to": "gone", "by": "Eli", "reason": "he told me"})]),
    "placed": (1, [told("contract", "", 1, "@start", {"phase": "success", "since": "2025-01-01"}), told("contract", "", 30)]),
    "words and dates": (0, [*TEAM, told("users", "dana", 2, plan="Pro", seen_on=at(2))]),
    "sums beyond float64": (1, [*TEAM, told("users", "dana", 2, logins=2**52), told("users", "eli", 3, logins=2**52)]),
    "a value for the customer as a whole": (0, [Row("Acme", at(2), values={"contract.health": 80}), told("contract", "", 3)]),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("as_of", [None, 2, 40])
def test_every_way_in_finds_the_same(case: str, as_of: int | None) -> None:
    alone, rows = CASES[case]
    other = [attrs.evolve(row, customer="Beta") for row in CASES["members in members"][1]]
    log = Log("log", tuple(attrs.evolve(row, number=number) for number, row in enumerate([*rows, *other], 1)))
    until = None if as_of is None else at(as_of)
    work, found, used = in_pieces(Account, log, as_of_us=until)
    theirs, used_there = one_by_one(Account, log, as_of_us=until)
    assert differing(found, theirs) == []
    assert used == used_there
    assert (as_of is not None) or work.played_alone == alone


def test_moves_of_one_round_are_told_in_order_of_declaration_and_name() -> None:
    rows = [join("users", name, logins=7) for name in ("10", "b", "9", "Z")] + [told("contract", "", 1)]
    rows += [join("products", "b"), join("products", "a")] + [
        join("products.users", f"{p}/{u}", logins=7) for p in "ba" for u in "yx"
    ]
    log = Log("log", tuple(attrs.evolve(row, number=number) for number, row in enumerate(rows, 1)))
    _, found, _ = in_pieces(Account, log)
    assert found.moves.filter(pl.col("round") == 1)["part"].to_list() == [
        *("products/a/users/x", "products/a/users/y", "products/b/users/x", "products/b/users/y"),
        *("users/10", "users/9", "users/Z", "users/b"),
    ]


def test_many_members_and_small_pieces() -> None:
    rows = [join("users", f"u{number}", 1 + number / 100, logins=number % 9) for number in range(900)]
    rows += [told("users", f"u{number}", 20, logins=9) for number in range(0, 900, 2)]
    log = Log("log", tuple(attrs.evolve(row, number=number) for number, row in enumerate(rows, 1)))
    work, found, used = in_pieces(Account, log, range(100, 1_300, 100))
    theirs, _ = one_by_one(Account, log)
    assert differing(found, theirs) == []
    assert (used, work.played_alone) == (1_350, 0)


def test_what_was_found_is_given_away_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "_MANY", 8)
    rows = [
        attrs.evolve(row, customer=f"c{n:02}")
        for n in range(12)
        for row in CASES["rejoins" if n % 3 else "one event told twice"][1]
    ]
    log = Log("log", tuple(attrs.evolve(row, number=number) for number, row in enumerate(rows, 1)))
    given: list[Found] = []
    work = Wholes(Account, Source(log), at(30), sink=given.append)
    frame = frame_of_rows(log.rows, work.specs).sort("customer", "at", maintain_order=True)
    for piece in frame.iter_slices(9):
        work.take(piece, more=True)
    found, used = work.finish()
    assert len(given) > 2
    theirs, used_there = one_by_one(Account, log, as_of_us=at(30))
    assert differing(Found.empty().with_more(*given, found), theirs) == []
    assert used == used_there


def test_pieces_must_be_sorted() -> None:
    rows = [Row(name, at(1), "contract", number=n) for n, name in enumerate("ba", 1)]
    work = Wholes(Account, Source(Log("log", tuple(rows))))
    frame = frame_of_rows(rows, work.specs)
    work.take(frame, more=True)
    with pytest.raises(InputError, match="CLM351"):
        work.finish()


# ---- frames as they come


def texts(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("at").dt.strftime("%Y-%m-%d"), pl.col("users.logins", "contract.health").cast(pl.String))


FRAMES: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "typed": lambda frame: frame,
    "texts": texts,
    "mixed order": lambda frame: frame.sample(fraction=1.0, shuffle=True, seed=3),
    "integers": lambda frame: frame.with_columns(pl.col("users.logins", "contract.health").cast(pl.Int32)),
    "in chunks": lambda frame: pl.concat([frame[:7], frame[7:]], rechunk=False),
    "without chunks of its own": lambda frame: pl.concat([frame[3:4], frame])[1:],
    "categories": lambda frame: frame.with_columns(pl.col("part", "event").cast(pl.Categorical)),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_frames_of_every_kind(kind: str) -> None:
    said = [
        ("users", "dana", "@join", None, 7.0, None, None),
        ("users", " eli ", "@join", None, 7.0, None, None),
        ("users", "eli", None, None, 3.0, None, None),
        ("users", "dana", None, None, None, None, 3.0),  # a value of another part
        ("users", "dana", None, None, -1.0, None, None),
        ("users", "dana/x", None, None, 1.0, None, None),
        ("users", "dana", None, None, 2.5, None, None),
        ("user", "dana", None, None, 2.0, None, None),
        ("users", None, None, None, 2.0, None, None),
        ("contract", "dana", None, None, None, None, None),
        ("contract", None, None, None, None, 0.5, None),  # a port
        ("contract", None, "bought", '{"instance": "crm"}', None, None, None),
        ("contract", None, "bought", '{ "instance" : "erp" }', None, None, None),
        ("contract", None, "bought", '{"instance": 7}', None, None, None),
        ("contract", None, "bought", "not JSON", None, None, None),
        ("contract", None, "ended", '{"instance": "crm"}', None, None, None),
        ("contract", None, "@join", None, None, None, None),
        ("products", "crm", "@join", None, None, None, None),
        ("products", "crm", None, None, None, None, None),
        ("products.users", "crm/dana", "@join", None, None, None, None),
        ("products.life", "crm", None, None, None, None, None),
        ("addons", "crm", "departure", None, None, None, None),
        ("addons", "erp", "departed", None, None, None, None),
        (None, None, "departure", None, None, None, 70.0),
        (None, None, "bought", None, None, None, None),
    ]
    columns = ["part", "instance", "event", "details", "users.logins", "contract.adopted", "contract.health"]
    types = dict.fromkeys(columns[:4], pl.String) | dict.fromkeys(columns[4:], pl.Float64)
    frame = pl.DataFrame(said, schema=types, orient="row")
    days = pl.Series("at", [at(1 + number) for number in range(len(said))]).cast(pl.Datetime("us", "UTC"))
    frame = pl.concat([frame.with_columns(pl.lit(name).alias("customer"), days) for name in ("Acme", "Beta")])
    if kind == "integers":
        frame = frame.with_columns(pl.col("users.logins").replace(2.5, 2))
    frame = FRAMES[kind](frame)
    ours, theirs = (replay_frame(Account, frame, engine=engine) for engine in ("columnar", "compiled"))
    assert ours.counts == theirs.counts
    for (name, mine), (_, yours) in zip(ours.tables, theirs.tables, strict=True):
        assert mine.sort(mine.columns, nulls_last=True).equals(yours.sort(yours.columns, nulls_last=True)), name


@pytest.mark.parametrize("order", ["sorted", "mixed"])
def test_a_file_in_pieces(order: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        attrs.evolve(row, customer=f"c{n:02}") for n in range(30) for row in CASES["members in members" if n % 2 else "rejoins"][1]
    ]
    frame = frame_of_rows(rows, columns_of(Account)).drop("__row").sort("customer", "at", maintain_order=True)
    frame = frame if order == "sorted" else frame.sample(fraction=1.0, shuffle=True, seed=3)
    frame.write_parquet(tmp_path / "log.parquet", row_group_size=50)
    monkeypatch.setattr(inputs, "AT_ONCE", 50)
    ours, theirs = (replay_file(Account, tmp_path / "log.parquet", engine=engine) for engine in ("columnar", "compiled"))
    assert ours.counts == theirs.counts
    assert (ours.engine, theirs.engine) == ("columnar", "compiled")
    for (name, mine), (_, yours) in zip(ours.tables, theirs.tables, strict=True):
        assert mine.sort(mine.columns, nulls_last=True).equals(yours.sort(yours.columns, nulls_last=True)), name


def test_a_whole_customer_of_the_book() -> None:
    rows = [Row("Acme", at(1), "contract", values={"contract.setup_done": True, "contract.health": 80.0})]
    rows += [
        Row(
            "Acme",
            at(2),
            "users",
            f"u{n}",
            "@join",
            values={"users.logins_28d": 10.0, "users.features": 4.0, "users.trained": True},
        )
        for n in range(50)
    ]
    rows += [Row("Acme", at(3), "contract", event="product_bought", details={"instance": f"p{n}"}) for n in range(1)]
    rows += [Row("Acme", at(4 + n), "users", f"u{n}", values={"users.logins_28d": 0.0}) for n in range(20)]
    log = Log("log", tuple(attrs.evolve(row, number=number) for number, row in enumerate(rows, 1)))
    work = in_columns(Customer, Source(log))
    assert isinstance(work, Wholes)
    work.take(frame_of_rows(log.rows, work.specs))
    found, used = work.finish()
    theirs, _ = one_by_one(Customer, log)
    assert differing(found, theirs) == []
    assert (used, work.played_alone) == (len(rows), 0)
