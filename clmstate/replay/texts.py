"""Texts taken in as columns: instants as they are usually written, and the plain lines of a table.

Only what can mean one thing is taken here; everything else is marked, and read by :mod:`clmstate.replay.understand` like any other row.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

__all__ = ["instants_in", "plain_lines", "put_together"]

_jit: Any = nb.njit(cache=True, nogil=True, error_model="numpy")
_inside: Any = nb.njit(cache=True, nogil=True, error_model="numpy", forceinline=True)

_SECOND = 1_000_000
_DASH, _COLON, _DOT, _PLUS, _T, _Z, _BLANK = 45, 58, 46, 43, 84, 90, 32
_QUOTE, _TAB, _RETURN, _LINE = 34, 9, 13, 10
_LONG = 100_000
"""Bytes of a line that is too long to be plain; Python's own reader has a limit for fields that is not far from it."""

# mypy: disable-error-code="no-untyped-def"


@_inside
def _digits(data, begin, count):
    """A whole number of so many digits; -1 if it is none."""
    found: Any = 0
    for i in range(begin, begin + count):
        digit = np.int64(data[i]) - 48
        if digit < 0 or digit > 9:
            return np.int64(-1)
        found = 10 * found + digit
    return np.int64(found)


@_jit
def _day(data, begin):
    """The day that `YYYY-MM-DD` names, from 1970-01-01 on; -(2**62) if it names none."""
    year, month, day = _digits(data, begin, 4), _digits(data, begin + 5, 2), _digits(data, begin + 8, 2)
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    longest = 31 - (month - 1) % 7 % 2 if month != 2 else 29 if leap else 28
    if year < 1 or month < 1 or month > 12 or day < 1 or day > longest or data[begin + 4] != _DASH or data[begin + 7] != _DASH:
        return np.int64(-(2**62))
    before = year - 1 if month <= 2 else year  # years begin in March, so that the day that leaps is the last
    months = month + 9 if month <= 2 else month - 3
    return 365 * before + before // 4 - before // 100 + before // 400 + (153 * months + 2) // 5 + day - 1 - 719_468


@_jit
def _moment(data, begin, end):
    """Microseconds that are said by a date, or a date with a time and perhaps a zone; -(2**62) if it is said in another way."""
    none = np.int64(-(2**62))
    size = end - begin
    if size < 10:
        return none
    day = _day(data, begin)
    if day == none or size == 10:
        return day * 86_400 * _SECOND if day != none else none
    if size < 16 or (data[begin + 10] != _T and data[begin + 10] != _BLANK) or data[begin + 13] != _COLON:
        return none
    hour, minute, second, part = _digits(data, begin + 11, 2), _digits(data, begin + 14, 2), np.int64(0), np.int64(0)
    at = begin + 16
    if end - at >= 3 and data[at] == _COLON:
        second = _digits(data, at + 1, 2)
        at += 3
        if end - at >= 4 and data[at] == _DOT:
            long = end - at >= 7 and _digits(data, at + 1, 6) >= 0
            part = _digits(data, at + 1, 6) if long else _digits(data, at + 1, 3)
            part = part if long or part < 0 else 1000 * part
            at += 7 if long else 4
    away = np.int64(0)
    if end - at == 1 and data[at] == _Z:
        at += 1
    elif end - at == 6 and (data[at] == _PLUS or data[at] == _DASH) and data[at + 3] == _COLON:
        hours, minutes = _digits(data, at + 1, 2), _digits(data, at + 4, 2)
        if hours < 0 or hours > 23 or minutes < 0 or minutes > 59 or day < -719_000 or day > 2_932_000:
            return none
        away = (3600 * hours + 60 * minutes) * (1 if data[at] == _PLUS else -1)
        at += 6
    if at != end or hour < 0 or hour > 23 or minute < 0 or minute > 59 or second < 0 or second > 59 or part < 0:
        return none
    return (86_400 * day + 3600 * hour + 60 * minute + second - away) * _SECOND + part


@_jit
def instants_in(data, offsets, out, plain):
    """The instants that texts name.

    Args:
        data: the bytes of all texts.
        offsets: where each begins; one more than there are texts.
        out: microseconds, to be filled.
        plain: whether each names one in a usual way, to be filled.
    """
    for i in range(out.size):
        found = _moment(data, offsets[i], offsets[i + 1])
        plain[i] = found != -(2**62)
        out[i] = found if plain[i] else 0


@_jit
def plain_lines(data, delimiter, fields, starts, plain):
    """Where lines begin, and which of them are plain: as many fields as there should be, not all of them blank, quotes around whole fields only.

    Args:
        data: bytes that end with a line.
        delimiter: between fields.
        fields: how many there should be.
        starts: where each line begins, to be filled; behind the last, where that ends.
        plain: to be filled.

    Returns:
        How many lines there are.
    """
    count, i, n = 0, 0, data.size
    while i < n:
        starts[count] = i
        found, blank, good, begun, quoted = 1, True, True, True, False
        while i < n and data[i] != _LINE:
            c = data[i]
            if c == _QUOTE:
                closes = quoted and (i + 1 == n or data[i + 1] in (delimiter, _LINE, _RETURN))
                good = good and (closes or (begun and not quoted))
                quoted = not quoted
                begun = blank = False
            elif c == delimiter and not quoted:
                found += 1
                begun = True
            else:
                begun = False
                blank = blank and (c in (_BLANK, _TAB, _RETURN))
                good = good and (c >= _BLANK or c == _TAB or (c == _RETURN and i + 1 < n and data[i + 1] == _LINE))
            i += 1
        plain[count] = good and not blank and not quoted and found == fields and i - starts[count] < _LONG
        count += 1
        i += 1
    starts[count] = n
    return count


@_jit
def put_together(data, starts, plain, out):
    """Copies plain lines one behind the other, each with one byte at its end; returns how many bytes that are."""
    size = 0
    for line in range(plain.size):
        if plain[line]:
            end = starts[line + 1]
            while end > starts[line] and (data[end - 1] == _LINE or data[end - 1] == _RETURN):
                end -= 1
            for i in range(starts[line], end):
                out[size] = data[i]
                size += 1
            out[size] = _LINE
            size += 1
    return size
