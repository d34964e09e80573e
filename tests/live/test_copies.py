"""Customers are copied and pickled as their snapshots, so that no copy shares what the original knows."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from clmstate import Composition, Event, Lifecycle, Many, ObservationError, One, Phase, Play, Signal

COPIES: list[Callable[[Any], Any]] = [copy.copy, copy.deepcopy, lambda customer: pickle.loads(pickle.dumps(customer))]


class Deal(Lifecycle):
    health = Signal.score("health")
    ended = Event("contract ended")
    new = Phase("New", initial=True)
    won = Phase("Won")
    lost = Phase("Lost", final=True)
    win = new.to(won, when=health >= 70, plays=Play("Celebrate"))
    lose = won.to(lost, on=ended)


class Account(Composition):
    deal = One(Deal)
    others = Many(Deal)


@pytest.mark.parametrize("copied", COPIES)
def test_a_copy_goes_its_own_way(copied: Callable[[Any], Any]) -> None:
    acme = Deal("Acme")
    acme.observe(at="2026-01-05", health=80)
    acme.note = "ours"  # type: ignore[attr-defined]
    twin = copied(acme)
    assert (twin.name, twin.phase, twin.health, str(twin.journey), len(twin.open_plays)) == (
        ("Acme", Deal.won, 80, str(acme.journey), 1)
    )
    assert twin.note == "ours"
    twin.send(Deal.ended, at="2026-02-01")
    assert (acme.phase, twin.phase) == (Deal.won, Deal.lost)
    acme.observe(at="2026-01-06", health=10)
    assert (acme.health, twin.health) == (10, 80)


@pytest.mark.parametrize("copied", COPIES)
def test_a_copy_of_a_whole_customer_goes_its_own_way(copied: Callable[[Any], Any]) -> None:
    acme = Account("Acme")
    acme.others.join("eu", at="2026-01-05", health=75)
    twin = copied(acme)
    twin.deal.observe(at="2026-01-06", health=90)
    twin.others["eu"].send(Deal.ended, at="2026-01-07")
    assert {path: phase.label for path, phase in acme.phases.items()} == {"deal": "New", "others/eu": "Won"}
    assert {path: phase.label for path, phase in twin.phases.items()} == {"deal": "Won", "others/eu": "Lost"}


def test_a_part_is_not_copied_apart_from_its_customer() -> None:
    with pytest.raises(ObservationError, match="CLM214"):
        copy.copy(Account("Acme").deal)


@pytest.mark.parametrize("base", [Lifecycle, Composition])
def test_nobody_is_a_customer_of_what_others_inherit_from(base: Callable[[str], object]) -> None:
    with pytest.raises(ObservationError, match=r"CLM212 (Lifecycle|Composition): it is what others inherit from.* Write class C"):
        base("Acme")
