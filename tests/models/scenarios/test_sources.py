"""The models of the five sources, as agreed: each file of scenarios beside this one is played on its model."""

from __future__ import annotations

from typing import Any

import pytest

from models.dynamic.calendar import CalendarContract
from models.events import Agreement, Collaboration, Product, User
from models.gap_analysis import Client
from models.journey import Account
from models.management import Relationship


@pytest.mark.journey(Client, file="client.md")
def test_client(journey: Any) -> None:
    assert journey.steps


@pytest.mark.journey(Account, file="account.md")
def test_account(journey: Any) -> None:
    assert journey.steps


@pytest.mark.journey(Relationship, file="relationship.md")
def test_relationship(journey: Any) -> None:
    assert journey.steps


@pytest.mark.journey(Agreement, file="agreement.md")
def test_agreement(journey: Any) -> None:
    assert journey.steps


@pytest.mark.journey(Product, file="product.md")
def test_product(journey: Any) -> None:
    assert journey.steps


@pytest.mark.journey(User, file="events_user.md")
def test_user(journey: Any) -> None:
    assert journey.steps


@pytest.mark.journey(Collaboration, file="collaboration.md")
def test_collaboration(journey: Any) -> None:
    assert journey.steps


@pytest.mark.journey(CalendarContract, file="calendar.md")
def test_calendar(journey: Any) -> None:
    assert journey.steps
