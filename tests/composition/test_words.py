"""Feeds and promises have one wording, whoever shows them."""

from __future__ import annotations

from typing import Any

import pytest

from clmstate import Composition, Lifecycle, Many, One, Phase, Signal, always_possible, leads_to, never
from clmstate.composition import feed_words, promise_words


class Deal(Lifecycle):
    new, won, lost = Phase("New", initial=True), Phase("Won"), Phase("Lost", final=True)
    promises = leads_to(new, won), always_possible(won).until(lost)


class Person(Lifecycle):
    health = Signal.score("health")
    seats = Signal.count("seats")
    lead = Signal.flag("team lead")
    in_use, away = Phase("In use", initial=True), Phase("Away")


class Account(Composition):
    deal = One(Deal, label="first deal")
    people = Many(Person)
    promises = never(deal.is_in(Deal.won)).before(people.share_in(Person.in_use) >= 0.145)


DEAL, PEOPLE = Account.deal, Account.people


@pytest.mark.parametrize(
    ("feed", "said"),
    [
        (DEAL.is_in(Deal.new, Deal.won), "first deal in New or Won"),
        (~DEAL.is_in(Deal.lost), "first deal not in Lost"),
        (~PEOPLE.any_in(Person.away), "not (any people in Away)"),
        (PEOPLE.none_in(Person.away), "no people in Away"),
        (PEOPLE.all_in(Person.in_use), "all people in In use"),
        (PEOPLE.count() >= 3, "number of people at least 3"),
        (PEOPLE.share_in(Person.in_use) < 0.07, "share of people in In use below 7 %"),
        (PEOPLE.where(Person.lead).any_in(Person.away), "any people (team lead) in Away"),
        (PEOPLE.sum(Person.seats) > 1000, "sum of seats of people above 1,000"),
        (PEOPLE.min(Person.health), "least health of people"),
        (PEOPLE.mean(Person.health, weight=Person.seats), "mean of health of people, weighed by seats"),
        (
            PEOPLE.any_in(Person.away) & (DEAL.is_in(Deal.won) | DEAL.is_in(Deal.lost)),
            "any people in Away and (first deal in Won or first deal in Lost)",
        ),
    ],
)
def test_a_feed(feed: Any, said: str) -> None:
    assert feed_words(feed.node, Account.definition) == said


def test_promises() -> None:
    assert [promise_words(promise, Deal.definition) for promise in Deal.definition.promises] == [
        "whoever is in New can only go on to be in Won",
        "in Won is always possible until in Lost",
    ]
    assert [promise_words(promise, Account.definition) for promise in Account.definition.promises] == [
        "never first deal in Won before share of people in In use at least 14.5 %"
    ]
