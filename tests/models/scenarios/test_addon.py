"""Added products, as agreed: the scenarios stand in `addon.md`."""

from __future__ import annotations

from typing import Any

import pytest

from models.dynamic import AddOn


@pytest.mark.journey(AddOn, file="addon.md")
def test_addon(journey: Any) -> None:
    assert journey.steps
