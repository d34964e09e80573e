"""The first year of a customer in intervals: everything that a gap analysis finds is pinned to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from clmstate.lifecycle import Days

__all__ = ["FIRST_YEAR", "Interval", "interval_named", "interval_over"]


@attrs.frozen
class Interval:
    """A stretch of time, counted in days from signature.

    Attributes:
        name: as a team calls it.
        days: from the first to the last day.

    Example:
        >>> str(Interval("first month", Days(0, 30)))
        'first month (day 0 to 30)'
    """

    name: str
    days: Days

    def __str__(self) -> str:
        return f"{self.name} (day {self.days.least:g} to {self.days.most:g})"


FIRST_YEAR: Final = (
    Interval("first month", Days(0, 30)),
    Interval("first quarter", Days(31, 90)),
    Interval("second quarter", Days(91, 180)),
    Interval("second half", Days(181, 365)),
)
"""The intervals at which a team looks, unless it names others; the source that asks for them shows none, so they are ours."""


def interval_named(said: str, intervals: Sequence[Interval] = FIRST_YEAR) -> Interval | None:
    """The interval that somebody means: by its name, or by a day such as ``45`` or ``day 45``; None if there is none.

    Example:
        >>> interval_named("Day 45").name
        'first quarter'
    """
    word = " ".join(said.lower().split())
    named = next((each for each in intervals if each.name.lower() == word), None)
    number = word.removeprefix("day").strip()
    if named is not None or not number.isdecimal():
        return named
    return next((each for each in intervals if each.days.least <= int(number) <= each.days.most), None)


def interval_over(days: Days | None, intervals: Sequence[Interval] = FIRST_YEAR) -> Interval | None:
    """The interval in which a range of days begins; None if nothing is said, or it begins later.

    Example:
        >>> interval_over(Days(31, 90)).name
        'first quarter'
    """
    if days is None:
        return None
    return next((each for each in intervals if each.days.least <= days.least <= each.days.most), None)
