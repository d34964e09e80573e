"""What stands before the generated Python: whatever comes, it does the same."""

from __future__ import annotations

import datetime as dt
import gc
import sys
import types
import weakref
from random import Random
from typing import Any

import pytest

from clmstate import BadValueError, ClmstateError, Event, Lifecycle, Milestone, Phase, Signal, Touchpoint
from clmstate.kernel import gate
from clmstate.kernel.compile import ungated
from clmstate.kernel.stand_in import standing_in

pytestmark = pytest.mark.skipif(not gate.AVAILABLE, reason="there is no C compiler, so there is no gate")


def model() -> type[Lifecycle]:
    class Deal(Lifecycle):
        live, warm = Signal.flag("live"), Signal.flag("warm", default=False)
        seats, margin = Signal.count("seat"), Signal.number("margin", low=-5, high=5, step=0.5)
        health = Signal.score("health", 0, 100)
        plan = Signal.choice("plan", "red", "green")
        due_on = Signal.date("due")
        called = Event("called")

        new = Phase("New", initial=True, touchpoints=[Touchpoint("Visit", why="w", how="h", done=seats >= 2)])

        class running(Phase.Group, label="Running"):
            well = Phase("Well", initial=True)
            badly = Phase("Badly")

        late = Phase("Late")
        begin = new.to(running, when=live & (seats > 3))
        worse = running.well.to(running.badly, when=health < 50)
        better = running.badly.to(running.well, when=(health >= 50).for_days(10))
        delay = running.to(late, when=due_on.days_since >= 5)
        back = late.to(running.resume, when=due_on.days_since < 5)
        stop = late.to(new, when=plan == "red", on=called)
        large = Milestone("Large", when=seats > 100)

    return Deal


@pytest.fixture
def pair() -> tuple[Lifecycle, Lifecycle]:
    """One customer behind the gate, and one with nothing before the Python."""
    deal = model()
    with standing_in({deal.definition: ungated(deal.definition)}):
        plain = deal("Acme", engine="compiled")
    return deal("Acme", engine="compiled"), plain


class Text(str):
    """Text of somebody's own."""


class Number(int):
    """A number of somebody's own."""


class Nowhere(dt.tzinfo):
    """A time zone that does not work."""

    def utcoffset(self, when: dt.datetime | None) -> dt.timedelta:
        raise RuntimeError("nowhere")


ODD: tuple[dict[str, Any], ...] = (
    {"live": 1},
    {"live": None},
    {"seats": True},
    {"seats": 3.0},
    {"seats": -1},
    {"seats": 2**53},
    {"seats": 2**53 + 1},
    {"seats": 2**70},
    {"seats": Number(4)},
    {"margin": float("nan")},
    {"margin": float("inf")},
    {"margin": 5.000000001},
    {"margin": 5},
    {"margin": "1"},
    {"health": 100.00001},
    {"health": -0.0},
    {"plan": "blue"},
    {"plan": Text("red")},
    {"plan": "".join(["r", "ed"])},
    {"due_on": "2026-02-30"},
    {"due_on": dt.date(2026, 3, 1)},
    {"due_on": dt.datetime(2026, 3, 1, 12)},
    {"due_on": dt.datetime(2026, 3, 1, 12, tzinfo=Nowhere())},
    {"due_on": "0001-01-01"},
    {"due_on": dt.date.max},
    {"at": "2025-12-31"},
    {"at": "soon"},
    {"at": dt.datetime(2026, 2, 1, 12, 30, 15, 7, dt.UTC)},
    {"at": dt.datetime(2026, 2, 1, tzinfo=dt.timezone(dt.timedelta(hours=2)))},
    {"at": dt.datetime(2026, 2, 1, tzinfo=Nowhere())},
    {"at": dt.date(2026, 2, 2)},
    {"at": 7},
    {"nobody": 1},
    {"live": True, "seats": 5, "margin": 9},
    {"live": True, "seats": 5, "at": "2026-02-03", "nobody": 2},
    {"".join(["se", "ats"]): 7},
)


def answer(customer: Lifecycle, event: str | None, values: dict[str, Any]) -> Any:
    """What an observation answers."""
    try:
        return [str(move) for move in (customer.observe(**values) if event is None else customer.send(event, **values))]
    except ClmstateError as error:
        return str(error)


def said(customer: Lifecycle, event: str | None, values: dict[str, Any]) -> list[Any]:
    """What an observation answers, and how it leaves a customer."""
    return [answer(customer, event, values), customer.snapshot()]


@pytest.mark.parametrize("values", ODD, ids=" ".join)
@pytest.mark.parametrize("event", [None, "called", "nothing"])
def test_what_is_odd_is_answered_alike(pair: tuple[Lifecycle, Lifecycle], event: str | None, values: dict[str, Any]) -> None:
    first, *others = ({}, {"at": "2026-01-05", "live": True, "seats": 1}, {"health": 80, "due_on": "2026-02-01"}, {"seats": 9})
    answers = [[said(one, None, step) for step in (first, *others)] for one in pair]
    assert answers[0] == answers[1]
    found = [said(one, event, values) for one in pair]
    assert found[0] == found[1]
    after = [said(one, None, {"at": "2026-06-01", "health": 20, "seats": 200}) for one in pair]
    assert after[0] == after[1]


def test_long_lives_are_alike(pair: tuple[Lifecycle, Lifecycle]) -> None:
    rng = Random(3)
    at, moved = dt.date(2026, 1, 1), 0
    for step in range(4000):
        at += dt.timedelta(days=rng.choice((0, 0, 1, 1, 3, 9)))
        values: dict[str, Any] = {
            "live": rng.random() < 0.9,
            "warm": rng.random() < 0.5,
            "seats": rng.choice((0, 1, 2, 3, 4, 5, 99, 101)),
            "margin": rng.choice((-5, 0, 0.5, 5.0)),
            "health": rng.choice((0, 49, 49.9, 50, 51, 100)),
            "plan": rng.choice(("red", "green")),
            "due_on": at - dt.timedelta(days=rng.choice((-3, 0, 4, 5, 6))),
        }
        given = {name: value for name, value in values.items() if rng.random() < 0.3} | {"at": at}
        event = "called" if rng.random() < 0.1 else None
        found = [answer(one, event, given) for one in pair]
        assert found[0] == found[1]
        assert step % 100 or pair[0].snapshot() == pair[1].snapshot()
        moved += bool(found[0])
    assert moved > 400


def test_more_pictures_than_are_remembered() -> None:
    """Forgetting costs time only."""
    names = [f"x{i}" for i in range(6)]

    def body(space: Any) -> None:
        for name in names:
            space[name] = Signal.count(name)
        space["low"], space["high"] = Phase("Low", initial=True), Phase("High")
        rising = [space[name] >= cut for name in names for cut in range(1, 8)]
        for number, condition in enumerate(rising):
            space[f"m{number}"] = Milestone(f"m{number}", when=condition)
        space["rise"] = space["low"].to(space["high"], when=(space["x0"] >= 4) & (space["x1"] >= 4))
        space["fall"] = space["high"].to(space["low"], when=space["x0"] < 2)

    many = types.new_class("Many", (Lifecycle,), exec_body=body)
    with standing_in({many.definition: ungated(many.definition)}):
        plain = many("Acme", engine="compiled")
    behind = many("Acme", engine="compiled")
    rng, pictures = Random(1), set()
    for one in (behind, plain):
        one.observe(at="2026-01-01", **dict.fromkeys(names, 0))
    for _ in range(80_000):
        values = {name: rng.randrange(8) for name in names}
        pictures.add(tuple(values.values()))
        assert len(behind.observe(**values)) == len(plain.observe(**values))
    assert len(pictures) > 40_000  # of 65,536 at most, half of which fill the table
    assert behind.snapshot() == plain.snapshot()


def test_a_listener_that_fails_leaves_both_alike(pair: tuple[Lifecycle, Lifecycle]) -> None:
    def failing(*told: Any) -> None:
        raise BadValueError([])

    found = []
    for one in pair:
        one.observe(at="2026-01-05", live=True, seats=1)
        one.listen(failing)
        with pytest.raises(Exception) as error:
            one.observe(seats=7)
        found.append((type(error.value), str(error.value), one.snapshot()))
    assert found[0] == found[1]


def test_nothing_is_kept_alive() -> None:
    deal = model()
    customer = deal("Acme", engine="compiled")
    customer.observe(at="2026-01-05", live=True, seats=5, health=20, due_on="2026-01-01")
    customer.send("called", at="2026-01-06")
    gone = weakref.ref(deal)
    del deal, customer
    gc.collect()
    assert gone() is None


def test_references_are_given_back() -> None:
    customer = model()("Acme", engine="compiled")
    values = [123_456.5, 55.5, "green", "2026-03-01", dt.datetime(2026, 4, 1, tzinfo=dt.UTC), 3_000_001]
    steps: list[dict[str, Any]] = [
        {"at": "2026-01-05", "live": True, "seats": 3_000_001, "health": 55.5},
        {"margin": 123_456.5},  # refused
        {"plan": "green", "due_on": "2026-03-01"},
        {"at": dt.datetime(2026, 1, 6, tzinfo=dt.UTC), "health": 12},
        {"health": 88.5},
    ]

    def life() -> None:
        for step in steps:
            said(customer, None, {name: value for name, value in step.items() if name != "at"})

    said(customer, None, steps[0])
    life()
    before = [sys.getrefcount(value) for value in values]
    states = sys.getrefcount(customer._life.state), sys.getrefcount(gate.Gate)
    for _ in range(1000):
        life()
    assert (sys.getrefcount(customer._life.state), sys.getrefcount(gate.Gate)) == states
    for value, count in zip(values, before, strict=True):
        assert sys.getrefcount(value) - count < 100  # the journey tells of values, once a move
