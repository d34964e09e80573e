"""Users, as agreed: the scenarios stand in `user.md`."""

from __future__ import annotations

from typing import Any

import pytest

from models.dynamic import User


@pytest.mark.journey(User, file="user.md")
def test_user(journey: Any) -> None:
    assert journey.steps
