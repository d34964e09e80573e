"""Instants: time as whole microseconds since 1970-01-01 UTC.

Time enters with observations only; nothing here reads the wall clock. A date is its midnight, a time without a zone is UTC, and
a day is 86,400 seconds.
"""

from __future__ import annotations

import datetime as dt

from clmstate.errors import BadValueError, Diagnostic, shown

__all__ = ["DAY", "When", "from_instant", "instant", "show_instant"]

When = str | dt.date | dt.datetime
"""What is accepted as a point in time: an ISO 8601 string, a date or a datetime."""

DAY = 86_400_000_000
"""Microseconds in a day."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def instant(at: When, *, place: str = "at") -> int:
    """Microseconds since 1970-01-01 UTC of a point in time.

    Args:
        at: an ISO 8601 string (``2026-01-30``, ``2026-01-30T09:00+02:00``), a date or a datetime; without a zone it is UTC.
        place: what the diagnostic names if it is refused.

    Raises:
        BadValueError: CLM206 when it is none of these.

    Example:
        >>> instant("1970-01-02") == DAY
        True
        >>> instant(dt.datetime(1970, 1, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=2))))
        0
    """
    try:
        moment = dt.datetime.fromisoformat(at) if isinstance(at, str) else at
        if isinstance(moment, dt.datetime):
            aware = moment if moment.utcoffset() is not None else moment.replace(tzinfo=dt.UTC)
            return (aware - _EPOCH) // _MICROSECOND
        if isinstance(moment, dt.date):
            return (moment.toordinal() - _EPOCH.toordinal()) * DAY
    except (ValueError, OverflowError, TypeError):
        pass  # said below, in one way for all
    remedy = "give an ISO date or time such as '2026-01-30' or '2026-01-30T09:00+01:00', a date or a datetime"
    raise BadValueError([Diagnostic("CLM206", place, f"{shown(at)} is not a point in time", remedy)])


def from_instant(us: int) -> dt.date:
    """The date, or the UTC datetime when it is not a midnight, of an instant.

    Example:
        >>> from_instant(instant("2026-01-30"))
        datetime.date(2026, 1, 30)
    """
    moment = _EPOCH + dt.timedelta(microseconds=us)
    return moment.date() if us % DAY == 0 else moment


def show_instant(us: int) -> str:
    """The shortest ISO spelling of an instant: a date at midnight, else date and UTC time.

    Example:
        >>> show_instant(instant("2026-01-30T09:30"))
        '2026-01-30 09:30'
    """
    moment = from_instant(us)
    if not isinstance(moment, dt.datetime):
        return moment.isoformat()
    naive = moment.replace(tzinfo=None)
    return naive.isoformat(sep=" ", timespec="minutes" if us % 60_000_000 == 0 else "auto")
