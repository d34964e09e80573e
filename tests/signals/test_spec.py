"""What a signal accepts, and how it is shown."""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
import math
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clmstate.errors import BadValueError
from clmstate.signals import CLEAR, LARGEST, MISSING, Kind, SignalSpec, instant, plain, show_number

HEALTH = SignalSpec("health", "score", "health", low=0, high=100, step=1)
SEATS = SignalSpec("seats", "count", "seat", plural="seats", low=0)
SIGNED = SignalSpec("signed", "flag", "signed")
PLAN = SignalSpec("plan", "choice", "plan", choices=("Team", "Pro"))
RENEWAL = SignalSpec("renewal", "date", "renewal")
SPEND = SignalSpec("spend", "money", "spend", unit="EUR")


@pytest.mark.parametrize(
    ("spec", "value", "stored"),
    [
        (HEALTH, 80, 80),
        (HEALTH, 80.5, 80.5),
        (HEALTH, fractions.Fraction(1, 2), 0.5),
        (SEATS, 3.0, 3),
        (SEATS, 0, 0),
        (SIGNED, True, True),
        (PLAN, "Pro", "Pro"),
        (RENEWAL, "2026-12-31", instant("2026-12-31")),
        (RENEWAL, dt.date(2026, 12, 31), instant("2026-12-31")),
        (RENEWAL, dt.datetime(2026, 12, 31, 9, tzinfo=dt.UTC), instant("2026-12-31T09:00")),
        (SPEND, -5, -5),
        (SPEND, 10**400, None),
    ],
)
def test_what_is_right_is_stored(spec: SignalSpec, value: object, stored: object) -> None:
    if stored is None:
        with pytest.raises(BadValueError):
            spec.accept(value)
        return
    accepted = spec.accept(value)
    assert accepted == stored
    assert type(accepted) is type(stored)
    assert spec.fault(value) is None


@pytest.mark.parametrize(
    ("spec", "value", "cause"),
    [
        (HEALTH, 130, "130 is above 100, the most that 'health' can be"),
        (HEALTH, -0.5, "-0.5 is below 0, the least that 'health' can be"),
        (HEALTH, "80", "'80' is not a number"),
        (HEALTH, True, "True is not a number"),
        (HEALTH, None, "None is no value of 'health'"),
        (HEALTH, math.nan, "nan is not a finite number"),
        (HEALTH, math.inf, "inf is not a finite number"),
        (HEALTH, 1j, "1j is not a number"),
        (HEALTH, decimal.Decimal("80"), "Decimal('80') is not a number"),
        (HEALTH, CLEAR, "CLEAR is not a number"),
        (SEATS, 2.5, "2.5 is not a whole number"),
        (SEATS, LARGEST + 1, f"{LARGEST + 1} is above {LARGEST:,}, the most that 'seat' can be"),
        (SIGNED, 1, "1 is not allowed for 'signed'"),
        (SIGNED, None, "None is no value of 'signed'"),
        (PLAN, "Gold", "'Gold' is not allowed for 'plan'"),
        (PLAN, ["Pro"], "['Pro'] is not allowed for 'plan'"),
        (RENEWAL, "soon", "'soon' is not a point in time"),
        (RENEWAL, 5, "5 is not a point in time"),
        (RENEWAL, None, "None is not a point in time"),
    ],
)
def test_what_is_wrong_is_refused_with_signal_value_and_what_is_allowed(spec: SignalSpec, value: object, cause: str) -> None:
    with pytest.raises(BadValueError) as raised:
        spec.accept(value, place="Deal.x")
    (found,) = raised.value.diagnostics
    assert (found.code, found.place, found.cause) == ("CLM204", "Deal.x", cause)
    assert spec.allowed in found.remedy


@pytest.mark.parametrize(
    ("kind", "low", "high", "allowed"),
    [
        ("score", None, None, "a number"),
        ("score", 0, None, "a number, at least 0"),
        ("score", None, 0.5, "a number, at most 0.5"),
        ("count", 0, 10_000, "a whole number from 0 to 10,000"),
        ("flag", None, None, "True or False"),
    ],
)
def test_what_is_allowed_is_said(kind: Kind, low: float | None, high: float | None, allowed: str) -> None:
    assert SignalSpec("x", kind, "x", low=low, high=high).allowed == allowed


@pytest.mark.parametrize(
    ("spec", "value", "said"),
    [
        (HEALTH, 80, "80"),
        (HEALTH, MISSING, "unknown"),
        (HEALTH, None, "unknown"),
        (SIGNED, True, "yes"),
        (SIGNED, False, "no"),
        (PLAN, "Pro", "Pro"),
        (RENEWAL, instant("2026-12-31"), "2026-12-31"),
        (SPEND, 1234567.5, "1,234,567.5 EUR"),
        (SEATS, 12345678, "12,345,678"),
        (SignalSpec("x", "share", "x"), 0.07, "7 %"),
        (SignalSpec("x", "change", "x"), -0.125, "-12.5 %"),
        (SignalSpec("x", "days", "x"), 1, "1 day"),
        (SignalSpec("x", "days", "x"), 1.5, "1.5 days"),
        (SignalSpec("x", "number", "x", unit="h"), 2.5, "2.5 h"),
    ],
)
def test_values_are_shown_in_the_business_words(spec: SignalSpec, value: Any, said: str) -> None:
    assert spec.show(value) == said


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_no_digit_is_lost(number: float) -> None:
    said = show_number(number)
    if isinstance(number, int):
        assert int(said.replace(",", "")) == number
    else:
        assert float(said.replace(",", "")) == pytest.approx(number, rel=1e-15, abs=1e-9)
    assert not said.endswith(".")


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.fractions()
    | st.decimals()
    | st.text()
    | st.binary()
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.timedeltas()
    | st.sampled_from(["Pro", CLEAR, object(), int, ...])
)


@given(SCALARS | st.lists(SCALARS) | st.dictionaries(st.text(), SCALARS) | st.tuples(SCALARS))
def test_anything_is_accepted_or_refused(value: object) -> None:
    for spec in (HEALTH, SEATS, SIGNED, PLAN, RENEWAL, SPEND):
        if spec.fault(value) is None:
            stored = spec.accept(value)
            assert spec.accept(spec.to_user(stored)) == stored
        else:
            with pytest.raises(BadValueError, match="CLM204"):
                spec.accept(value)


def test_absence_has_one_meaning() -> None:
    assert math.isnan(SIGNED.absent)
    assert not SIGNED.never_missing
    assert SignalSpec("x", "flag", "x", default=False).absent is False
    assert HEALTH.to_user(MISSING) is None
    assert RENEWAL.to_user(0) == dt.date(1970, 1, 1)


def test_clear_is_one_of_its_kind() -> None:
    assert pickle.loads(pickle.dumps(CLEAR)) is CLEAR
    assert repr(CLEAR) == "CLEAR"


def test_scalars_of_arrays_are_taken_as_what_they_are() -> None:
    numpy = pytest.importorskip("numpy")
    assert plain(numpy.float64(0.5)) == 0.5
    assert SEATS.accept(numpy.int64(3)) == 3
    assert SIGNED.accept(numpy.bool_(True)) is True
    with pytest.raises(BadValueError):
        HEALTH.accept(numpy.array([1, 2]))
