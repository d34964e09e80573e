"""Events that lead straight back: only what the engine plays so is said."""

from __future__ import annotations

import pytest

from clmstate import Event, Lifecycle, Phase, Signal, anywhere, days_in_phase
from clmstate.analysis import check


def straight_back(model: type[Lifecycle]) -> list[tuple[str, ...]]:
    return [found.about for found in check(model) if found.code == "CLM534"]


class Back(Lifecycle):
    health = Signal.score("health", default=80)
    saved, ended = Event("save plan closed"), Event("contract ended")
    fine = Phase("Fine", initial=True)

    class risk(Phase.Group):
        low = Phase("Low", initial=True)
        high = Phase("High")

    gone = Phase("Gone", final=True)
    worry = fine.to(risk.low, when=health < 60)
    despair = fine.to(risk.high, when=health < 40)
    save = risk.to(fine, on=saved)
    lose = anywhere.to(gone, on=ended)


def test_a_customer_who_comes_straight_back_is_shown() -> None:
    (found,) = [one for one in check(Back) if one.code == "CLM534"]
    assert (found.about, found.severity) == (("save", "worry"), "info")  # despair is never asked first
    (example,) = found.evidence
    assert (example.replayed, example.shows) == (True, "they go to Fine and straight back to Low")
    assert example.log[-1].event == "saved"


class Waits(Back):
    worry = Back.fine.to(Back.risk.low, when=(Back.health < 60) & (days_in_phase >= 1))


class Asks(Back):
    save = Back.risk.to(Back.fine, on=Back.saved, when=Back.health >= 60)


class Remembers(Back):
    worry = Back.fine.to(Back.risk.low, when=(Back.health < 60).for_days(5) & (Back.saved.times == 0))


@pytest.mark.parametrize("model", [Waits, Asks, Remembers])
def test_who_stays_is_no_finding(model: type[Lifecycle]) -> None:
    assert ("save", "worry") not in straight_back(model)
