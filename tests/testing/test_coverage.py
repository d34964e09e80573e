"""Coverage of a model: what is owed, what cannot be seen, and what was seen."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

import models.dynamic
import models.events
from clmstate import Event, InputError, Lifecycle, Phase, Signal, unless
from clmstate.kernel import compiled
from clmstate.kernel.stand_in import standing_in
from clmstate.lifecycle import Engine
from clmstate.testing import Scenario, scenario
from clmstate.testing.coverage import Asking, Ledger, Seen, Watch, duties, settle
from clmstate.testing.coverage.report import as_data, missing_lines, table_lines
from clmstate.testing.coverage.wiring import wiring_ledger
from models.dynamic import Contract
from tests.testing.deal import Deal, Site


def watched(model: type[Lifecycle], *stories: object) -> Ledger:
    watch = Watch([model.definition])
    with standing_in(watch.engines):
        for story in stories:
            story()  # type: ignore[operator]
    asking = Asking(compiled(model.definition).program)
    return settle(asking, watch.seen[model.definition.name], *duties(asking))


def test_two_of_one_name_are_not_counted_as_one() -> None:
    with pytest.raises(InputError, match="CLM390 User"):
        Watch([models.dynamic.User.definition, models.events.User.definition])
    Watch([models.dynamic.Customer.definition, models.dynamic.User.definition])  # the same one twice is one


class Two(Lifecycle):
    """Two leaves that share a signal, and one that does not."""

    health = Signal.score("health")
    signed = Signal.flag("signed", default=False)
    begun = Phase("Begun", initial=True)
    fine = Phase("Fine")
    go = begun.to(fine, when=((health >= 70) | (health < 20)) & signed)


def test_what_can_decide_alone_is_owed_and_nothing_else() -> None:
    owed, impossible = duties(Asking(compiled(Two.definition).program))
    causes = {duty.words for duty in owed if duty.kind == "mcdc"}
    assert causes == {
        "health at least 70: true or false decides go alone",
        "health below 20: true or false decides go alone",
        "signed: true or false decides go alone",
    }  # unknown health makes both leaves unknown: neither is ever unknown alone
    assert "health at least 70: true or unknown decides go alone" in {duty.words for duty in impossible}


def test_unique_cause_is_what_was_seen() -> None:
    def story() -> None:
        scenario(Two).on("2026-01-05", health=70).stays().then(signed=True).takes("go")

    ledger = watched(Two, story)
    assert {duty.words for duty in ledger.met if duty.kind == "mcdc"} == {"signed: true or false decides go alone"}
    more = watched(Two, story, lambda: scenario(Two).on("2026-01-05", health=69, signed=True).stays())
    assert "health at least 70: true or false decides go alone" in {duty.words for duty in more.met}
    assert more.count("boundary") == (2, 4)
    assert [duty.words for duty in more.missing("outcome")] == ["go is unknown"]


def test_everything_can_be_seen_that_is_owed() -> None:
    """The prover's answer is compared with all customers there are: every small journey."""

    def stories() -> None:
        for health, signed in itertools.product((None, 19, 20, 50, 69, 70), (False, True)):
            known: dict[str, Any] = {} if health is None else {"health": health}
            scenario(Two).on("2026-01-05", signed=signed, **known)

    ledger = watched(Two, stories)
    assert ledger.missing() == ()
    assert ledger.percent() == 100.0


def test_rules_that_are_not_asked_are_not_covered() -> None:
    class Ordered(Lifecycle):
        health = Signal.score("health")
        stop = Event("stop")
        begun, fine, bad = Phase("Begun", initial=True), Phase("Fine"), Phase("Bad")
        good = begun.to(fine, when=health >= 70)
        other = begun.to(bad, when=unless(health >= 50))
        end = begun.to(bad, on=stop, when=health < 10)

    ledger = watched(Ordered, lambda: scenario(Ordered).on("2026-01-05", health=70))
    assert "other is false" in {duty.words for duty in ledger.missing("outcome")}
    assert {duty.words for duty in ledger.met if duty.of in ("other", "end")} == set()
    heard = watched(Ordered, lambda: scenario(Ordered).on("2026-01-05", Ordered.stop, health=60))
    assert "end is false" in {duty.words for duty in heard.met}


def test_pairs_phases_and_moves_by_hand() -> None:
    def story() -> None:
        told = scenario(Deal).on("2026-01-05", signed=True, health=80, seats=9).takes("win")
        told.after(1, health=50).takes("worry").by_hand("offered").then(health=80).takes("win")

    ledger = watched(Deal, story)
    assert {duty.key for duty in ledger.met if duty.kind == "pair"} == {("win", "worry")}
    assert ledger.hits["win"] == 2


def test_clocks_decide_alone_too() -> None:
    def stories() -> None:
        low = scenario(Deal).given(Deal.won, at="2026-01-05", health=80, seats=4, due_on="2027-01-05")
        low.again().after(13).stays().after(1).takes("doze")
        low.again().after(20, seats=5).stays()

    ledger = watched(Deal, stories)
    words = {duty.words for duty in ledger.met if duty.of == "doze" and duty.kind == "mcdc"}
    assert words == {
        "at least 5 seats: true or false decides doze alone",
        "the clock of (fewer than 5 seats for 14 days): true or false decides doze alone",
    }


def test_wires_and_parts() -> None:
    watch = Watch([Site.definition])
    with standing_in(watch.engines):
        scenario(Site).on("2026-01-05")
    ledger = wiring_ledger(Site.definition, watch)
    assert [duty.words for duty in ledger.missing()] == [
        "somebody is in people",
        "office.used is fed some value",
        "office.used is fed another value",
    ]
    with standing_in(watch.engines):
        scenario(Site).on("2026-01-05").join("people/dana", logins=9)
    assert wiring_ledger(Site.definition, watch).missing() == ()
    assert watch.seen["Office"].taken["turn_on"] == 1


@pytest.mark.parametrize("engine", ["compiled", "live"])
def test_watching_changes_nothing(engine: Engine) -> None:
    def play() -> str:
        told: Scenario[Contract] = scenario(Contract, engine=engine)
        told.on("2026-01-05", setup_done=True, users_adopted=0.9, health=80, renewal_on="2026-12-31")
        told.after(30, Contract.let_down, Contract.notice).after(400, users_adopted=0.1, health=90).after(15)
        return str(told.customer.journey)

    plain = play()
    with standing_in(Watch([Contract.definition]).engines):
        assert play() == plain
    assert play() == plain


def test_restored_customers_are_watched_from_now_on() -> None:
    old = scenario(Deal).on("2026-01-05", signed=True, health=80, seats=9).takes("win").customer.snapshot()
    watch = Watch([Deal.definition])
    with standing_in(watch.engines):
        Deal.restore(old).observe(at="2026-01-06", health=50)
    assert dict(watch.seen["Deal"].taken) == {"worry": 1}


def test_what_workers_saw_adds_up() -> None:
    watch = Watch([Deal.definition])
    with standing_in(watch.engines):
        scenario(Deal).on("2026-01-05", signed=True, health=80).after(1, health=50)
    seen = watch.seen["Deal"]
    again = Seen.of(seen.data())
    assert again == seen
    assert again.add(seen).taken["win"] == 2


def test_reports() -> None:
    ledger = watched(Two, lambda: scenario(Two).on("2026-01-05", health=70))
    assert table_lines([ledger])[1].startswith("Two")
    assert "Two, MC/DC not seen:" in missing_lines([ledger])
    assert "  ... and 1 more" in missing_lines([ledger], most=2)
    data = as_data([ledger])["models"]["Two"]
    assert data["overlay"] == {"phases": {"begun": 1, "fine": 0}, "transitions": {"go": 0}}
    assert data["kinds"]["phase"] == {"met": 1, "owed": 2}
