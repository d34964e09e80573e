"""Time is a whole number of microseconds, and only that."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clmstate.errors import BadValueError
from clmstate.signals import DAY, from_instant, instant, show_instant

# whole seconds: Python itself reads "+00:00:00.000001" back as UTC
zones = st.none() | st.integers(-14 * 3600, 14 * 3600).map(lambda seconds: dt.timezone(dt.timedelta(seconds=seconds)))


@given(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1), timezones=zones))
def test_an_instant_survives_the_round_trip(moment: dt.datetime) -> None:
    us = instant(moment)
    assert instant(from_instant(us)) == us
    assert instant(moment.isoformat()) == us
    assert instant(show_instant(us)) == us


@given(st.dates())
def test_a_date_is_its_midnight(day: dt.date) -> None:
    assert instant(day) % DAY == 0
    assert from_instant(instant(day)) == day
    assert show_instant(instant(day)) == day.isoformat()


def test_without_a_zone_it_is_utc() -> None:
    assert instant("2026-01-30T09:00") == instant("2026-01-30T10:00+01:00") == instant("2026-01-30T09:00Z")


@pytest.mark.parametrize("value", [None, 5, 0.5, "", "soon", "2026-13-01", b"2026-01-01", [], dt.timedelta(1), dt.time(9)])
def test_what_is_no_point_in_time_is_refused(value: object) -> None:
    with pytest.raises(BadValueError) as raised:
        instant(value, place="observe")  # type: ignore[arg-type]
    (found,) = raised.value.diagnostics
    assert (found.code, found.place) == ("CLM206", "observe")


def test_the_shortest_spelling_is_shown() -> None:
    assert show_instant(instant("2026-01-30T09:30:05")) == "2026-01-30 09:30:05"
    assert show_instant(instant("2026-01-30T09:30")) == "2026-01-30 09:30"
    assert show_instant(instant("2026-01-30")) == "2026-01-30"
