"""Customers of one lifecycle: snapshots, refusals, listeners, touchpoints, plays, signs, and what is done by hand."""

from __future__ import annotations

import asyncio
import json
from random import Random
from typing import Any

import pytest

from clmstate import (
    ClmstateError,
    Days,
    Event,
    Lifecycle,
    LivelockError,
    Milestone,
    Phase,
    Play,
    Signal,
    Touchpoint,
    days_in_phase,
)
from tests.conformance.harness import Compiled, Counts, Live, lives


class Contract(Lifecycle):
    live = Signal.flag("live", default=False)
    health = Signal.score("health")
    called = Signal.flag("called", default=False)
    spins = Signal.flag("spins", default=False)
    renewal = Signal.date("renewal")
    notice = Event("notice")
    new = Phase(
        "New",
        initial=True,
        touchpoints=[
            Touchpoint("Kick-off call", why="agree", how="call", due=Days(3)),
            Touchpoint("Check-in", why="listen", how="call", done=called),
            Touchpoint("Letter", why="thank", how="post"),
        ],
    )
    good = Phase("Good")
    risky = Phase("Risky")
    gone = Phase("Gone", final=True)
    go = new.to(good, when=live, plays=[Play("Say hello"), Play("Book a review")])
    worry = good.to(risky, when=(health < 50) & (days_in_phase >= 2))
    calm = risky.to(good, when=health >= 50)
    lose = (new | good | risky).to(gone, on=notice)
    spin = good.to(risky, when=spins)
    spin_back = risky.to(good, when=spins)
    first = Milestone("first value", when=health >= 80, plays=[Play("Celebrate")])


def fresh(engine: Any = "live") -> Contract:
    acme = Contract("Acme", engine=engine)
    acme.observe(at="2026-01-01", health=40)
    return acme


# ---- snapshots ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("engine", "seed"), [(Compiled, 11), (Live, 12)])
def test_a_snapshot_anywhere_has_the_same_future(engine: type[Compiled], seed: int) -> None:
    rng = Random(seed)
    lived = 0
    for case, model in lives(rng, 3_000, Counts()):
        customer = engine(model)
        cut = rng.randint(0, len(case.steps))
        for step in case.steps[:cut]:
            customer.ask(step)
        copy = engine(model)
        copy.customer = model.restore(json.dumps(customer.customer.snapshot()), engine=engine.engine)
        for step in case.steps[cut:]:
            assert copy.ask(step) == customer.ask(step)
            assert copy.customer.snapshot() == customer.customer.snapshot()
        assert copy.customer.journey == customer.customer.journey
        assert copy.customer.open_plays == customer.customer.open_plays
        assert copy.customer.next_check == customer.customer.next_check
        lived += 1
    assert lived >= 50


# ---- refusals ------------------------------------------------------------------------------------------------------------------


def test_a_refused_observation_leaves_no_trace() -> None:
    acme = fresh()
    acme.observe(at="2026-01-02", live=True)
    heard: list[Any] = []
    acme.listen(heard.append)
    chart = acme.chart
    before = acme.snapshot(), acme.journey, acme.open_plays, acme.open_touchpoints, set(chart.configuration_values)
    for code, deed in (
        ("CLM204", lambda: acme.observe(at="2026-02-01", health=130)),
        ("CLM201", lambda: acme.observe(at="2026-02-01", helth=60)),
        ("CLM202", lambda: acme.send("ended", at="2026-02-01", health=60)),
        ("CLM205", lambda: acme.observe(at="2025-12-31", health=60)),
        ("CLM206", lambda: acme.observe(at="soon", health=60)),
        ("CLM210", lambda: acme.observe(at="2026-02-01", health=90, spins=True)),
        ("CLM203", lambda: acme.move("nowhere", by="Ann", reason="x", at="2026-02-01")),
        ("CLM213", lambda: acme.move("risky", by="Ann", reason=" ", at="2026-02-01")),
        ("CLM214", lambda: acme.start("risky", at="2026-02-01")),
        ("CLM208", lambda: acme.skip("Lunch", by="Ann", why="x")),
    ):
        with pytest.raises(ClmstateError, match=code):
            deed()
        assert (acme.snapshot(), acme.journey, acme.open_plays, acme.open_touchpoints, set(chart.configuration_values)) == before
    assert heard == []
    with pytest.raises(LivelockError, match=r"never settles: Risky → \(calm\) Good → \(spin\) Risky"):
        acme.observe(spins=True, health=90)


# ---- listeners ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["live", "compiled"])
def test_listeners_hear_of_each_move_once_and_in_order(engine: Any) -> None:
    acme = fresh(engine)
    heard: list[str] = []
    acme.listen(lambda move: heard.append(f"first: {move.target.label}"))
    acme.listen(lambda move: heard.append(f"second: {move.target.label}"))
    acme.observe(at="2026-01-02", live=True)
    acme.observe(at="2026-01-02")
    assert heard == ["first: Good", "second: Good"]


def test_one_who_fails_keeps_nobody_from_being_told() -> None:
    acme = fresh()
    heard: list[Any] = []

    def fails(move: Any) -> None:
        raise RuntimeError(f"cannot hear of {move.target.label}")

    acme.listen(fails)
    acme.listen(heard.append)
    with pytest.raises(RuntimeError, match="cannot hear of Good"):
        acme.observe(at="2026-01-02", live=True)
    assert (acme.phase.label, len(heard)) == ("Good", 1)
    acme.listen(fails)
    with pytest.raises(ExceptionGroup, match="2 listeners failed after Contract had moved"):
        acme.send("notice")
    assert (acme.phase.label, len(heard)) == ("Gone", 2)


def test_who_is_told_may_not_report() -> None:
    acme = fresh()
    refused: list[str] = []

    def reports(_: Any) -> None:
        for deed in (
            lambda: acme.observe(health=90),
            lambda: acme.send("notice"),
            lambda: acme.tick("2026-03-01"),
            lambda: acme.move("risky", by="Ann", reason="x"),
            lambda: acme.start("risky"),
            lambda: acme.skip("Letter", by="Ann", why="x"),
        ):
            with pytest.raises(ClmstateError, match="CLM209"):
                deed()
            refused.append(acme.phase.label)

    acme.listen(reports)
    acme.observe(at="2026-01-02", live=True)
    assert refused == ["Good"] * 6
    assert acme.health == 40
    acme.observe(health=90)
    assert acme.health == 90


def test_coroutines_are_awaited_with_and_without_a_running_loop() -> None:
    heard: list[str] = []

    async def told(move: Any) -> None:
        await asyncio.sleep(0)
        heard.append(move.target.label)

    acme = fresh()
    acme.listen(told)
    acme.observe(at="2026-01-02", live=True)
    assert heard == ["Good"]

    async def in_a_loop() -> None:
        other = fresh()
        other.listen(told)
        other.observe(at="2026-01-02", live=True)
        assert heard == ["Good"], "it is told when the loop has time"
        await asyncio.sleep(0.01)
        assert heard == ["Good", "Good"]

    asyncio.run(in_a_loop())


# ---- what is to be done ----------------------------------------------------------------------------------------------------------


def test_touchpoints_are_open_until_done_or_skipped() -> None:
    acme = fresh()
    assert [(still.touchpoint.label, str(still.due)) for still in acme.open_touchpoints] == [
        ("Kick-off call", "2026-01-04"),
        ("Check-in", "None"),
        ("Letter", "None"),
    ]
    assert repr(acme.open_touchpoints[0]) == "<OpenTouchpoint 'Kick-off call', due 2026-01-04>"
    acme.observe(at="2026-01-02", called=True)
    acme.skip("Letter", by="Ann", why="no stamps")
    assert [still.touchpoint.label for still in acme.open_touchpoints] == ["Kick-off call"]
    assert [str(entry) for entry in acme.journey.touchpoints] == [
        "2026-01-02 done 'Check-in'",
        "2026-01-02 skipped 'Letter' by Ann: no stamps",
    ]
    with pytest.raises(ClmstateError, match="CLM208 Contract: 'Letter' is already done or skipped"):
        acme.skip("Letter", by="Ann", why="no stamps")
    acme.move("good", by="Ann", reason="x")
    acme.move("new", by="Ann", reason="x")  # another stay
    assert [still.touchpoint.label for still in acme.open_touchpoints] == ["Kick-off call", "Letter"]


def test_plays_are_open_until_done() -> None:
    acme = fresh()
    acme.observe(at="2026-01-02", live=True)
    acme.observe(at="2026-01-03", health=85)
    assert [repr(play) for play in acme.open_plays] == [
        "<OpenPlay 1 'Say hello' because of go>",
        "<OpenPlay 2 'Book a review' because of go>",
        "<OpenPlay 3 'Celebrate' because of first>",
    ]
    acme.done_play(2)
    assert [play.number for play in acme.open_plays] == [1, 3]
    assert [play.number for play in Contract.restore(acme.snapshot()).open_plays] == [1, 3]
    with pytest.raises(ClmstateError, match=r"CLM208 Contract: no open play has the number 2. Open are: 1, 3"):
        acme.done_play(2)


def test_moves_by_hand_and_their_holds() -> None:
    acme = fresh()
    moves = acme.move(Contract.risky, by="Ann", reason="bad press", at="2026-01-05", hold_until="2026-02-01")
    assert [str(move) for move in moves] == ["2026-01-05 New → Risky by hand: bad press"]
    assert acme.observe(at="2026-01-10", health=70) == ()
    assert "held by hand until 2026-02-01" in str(acme.explain(Contract.calm))
    assert str(acme.next_check) == "2026-02-01"
    (move,) = acme.tick("2026-02-03")
    assert (move.name, str(move.due_since)) == ("calm", "2026-01-10")
    acme.move(Contract.risky, by="Ann", reason="again", hold_until="2026-03-01")
    acme.send(Contract.notice, at="2026-02-10")
    assert acme.phase.label == "Gone"
    acme.move(Contract.good, by="Ann", reason="they came back")
    assert acme.phase.label == "Good"


def test_start_places_without_plays_and_without_settling() -> None:
    acme = Contract("Acme")
    heard: list[Any] = []
    acme.listen(heard.append)
    acme.start(Contract.good, at="2026-01-10", since="2025-12-01", health=30, called=True)
    assert (acme.phase.label, len(acme.journey), acme.open_plays, heard) == ("Good", 0, (), [])
    assert str(acme.next_check) == "2026-01-10"
    (move,) = acme.tick("2026-01-11")
    assert str(move) == "2026-01-11 Good → Risky (health below 50 and in this phase for at least 2 days), due since 2026-01-10"
    with pytest.raises(ClmstateError, match="CLM205"):
        Contract().start("good", at="2026-01-10", since="2026-01-11")
    with pytest.raises(ClmstateError, match="no time is told"):
        Contract().start("good", since="2026-01-11")


def test_short_reprs() -> None:
    acme = fresh()
    moves = acme.observe(at="2026-01-02", live=True)
    assert repr(moves) == "(<Move 2026-01-02 New → Good>,)"
    assert repr(acme.phase) == "<Phase good>"
    assert repr(acme) == "<Contract 'Acme' in Good>"
