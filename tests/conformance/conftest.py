"""Lets an agreement hand over what it has met, for the summary that `tests/conftest.py` prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from tests.conftest import COUNTED

_RECORD: list[Callable[[str, object], None]] = []


def told(who: str, counts: Mapping[str, int]) -> None:
    """Notes what one agreement has met."""
    for record in _RECORD:
        record(COUNTED, [who, dict(counts)])


@pytest.fixture(autouse=True)
def _hand_over(record_property: Callable[[str, object], None]) -> None:
    _RECORD[:] = [record_property]
