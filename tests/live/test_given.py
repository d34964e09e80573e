"""Checked values by position, beside keywords: the spelling that editors check."""

from __future__ import annotations

import pytest

from clmstate import BadValueError, Event, Lifecycle, Phase, Signal, UnknownNameError


class Deal(Lifecycle):
    """Two numbers and an event."""

    health = Signal.score("health")
    tickets = Signal.count("open ticket", default=0)
    won = Event("won")
    new = Phase("New", initial=True)
    done = Phase("Done")
    close = new.to(done, on=won, when=health >= 70)


class Other(Lifecycle):
    """Another lifecycle with a signal of the same name."""

    health = Signal.score("health")
    new = Phase("New", initial=True)


def test_several_checked_values_stand_beside_keywords() -> None:
    deal = Deal("Acme")
    deal.observe(Deal.health.now(60), Deal.tickets.now(2), at="2026-01-02")
    assert (deal.health, deal.tickets) == (60, 2)
    moves = deal.send(Deal.won, Deal.health.now(70), Deal.tickets.now(0), at="2026-01-03")
    assert [move.name for move in moves] == ["close"]
    assert (deal.health, deal.tickets) == (70, 0)


def test_what_is_given_without_a_name_is_refused() -> None:
    deal = Deal("Acme")
    for nameless in ("2026-01-02", 80, None):
        with pytest.raises(BadValueError, match="CLM204"):
            deal.observe(nameless)  # type: ignore[arg-type]
    with pytest.raises(BadValueError, match="given twice"):
        deal.observe(Deal.health.now(60), health=61)
    with pytest.raises(BadValueError, match="given twice"):
        deal.observe(Deal.health.now(60), Deal.health.now(61))
    with pytest.raises(UnknownNameError, match="another lifecycle"):
        deal.observe(Other.health.now(60))
    assert deal.health is None
    assert not deal.journey
