"""One cell of a log as the value that it means, by the kind of its signal.

Text is read the way tables are written: `yes`, `true` and `1` are a flag, `80 %` is the share 0.8. What is ambiguous, such as
`1,5` or `12 000`, is refused with what to write instead; nothing is guessed.
"""

from __future__ import annotations

import datetime as dt
import decimal
import math
import re
from typing import Any, Final

from clmstate.errors import BadValueError, Diagnostic
from clmstate.signals import SignalSpec, Value, instant, show_instant

__all__ = ["Instant", "read_cell", "read_instant", "write_cell"]

_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_FLAGS: Final = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}
_NOTHING: Final = frozenset(("", "nan", "null", "none"))
_LONGEST: Final = 400
"""Characters of a number; a float needs at most about 330."""

_EARLIEST: Final = instant(dt.date.min)
_LATEST: Final = instant(dt.datetime.max)


class Instant(int):
    """Microseconds since 1970-01-01 UTC, read from a column of times.

    Example:
        >>> read_instant(Instant(0), "at")
        0
    """


def read_instant(raw: object, place: str) -> int:
    """The instant that a cell names.

    Raises:
        BadValueError: CLM206, when it is no time, or outside the years 1 to 9999.

    Example:
        >>> read_instant(" 1970-01-01 ", "at")
        0
    """
    us = raw if isinstance(raw, Instant) else instant(raw.strip() if isinstance(raw, str) else raw, place=place)  # type: ignore[arg-type]
    if not _EARLIEST <= us <= _LATEST:
        raise BadValueError([Diagnostic("CLM206", place, "the time is outside the years 1 to 9999", "correct it, or leave it out")])
    return int(us)


def read_cell(spec: SignalSpec, raw: object, place: str) -> Value | None:
    """The stored value that a cell means; None if it says nothing (the signal keeps its value).

    Args:
        spec: the signal.
        raw: text, or what a typed format holds.
        place: what a diagnostic names.

    Raises:
        BadValueError: CLM204 or CLM206, when it is no value of this signal.

    Example:
        >>> read_cell(SignalSpec("adopted", "share", "users adopted", low=0, high=1), "80 %", "row 2")
        0.8
        >>> read_cell(SignalSpec("signed", "flag", "signed"), "Yes", "row 2")
        True
    """
    value = _from_text(spec, raw, place) if isinstance(raw, str) else raw
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if spec.kind == "date":
        return read_instant(value, place)
    if spec.kind == "flag" and isinstance(value, int | float) and value in (0, 1):
        value = bool(value)
    if isinstance(value, decimal.Decimal):
        value = float(value)
    try:
        return spec.accept(value, place=place)
    except BadValueError as error:
        raise _with_hint(error, spec, value) from None


def write_cell(spec: SignalSpec, stored: Value) -> str:
    """A stored value as text that :func:`read_cell` reads back exactly.

    Example:
        >>> write_cell(SignalSpec("signed", "flag", "signed"), True)
        'yes'
    """
    match spec.kind:
        case "flag":
            return "yes" if stored else "no"
        case "date":
            return show_instant(int(stored))
        case "choice":
            return str(stored)
    return repr(stored)


def _from_text(spec: SignalSpec, raw: str, place: str) -> Any:
    """A Python value for a text, None for one that says nothing."""
    if spec.kind == "choice" and raw in spec.choices:
        return raw
    text = raw.strip()
    if spec.kind == "choice":
        return None if text == "" or (text.lower() in _NOTHING and text not in spec.choices) else text
    if text.lower() in _NOTHING:
        return None
    match spec.kind:
        case "date":
            return text
        case "flag":
            if text.lower() not in _FLAGS:
                raise _refused(spec, text, place, "write yes or no, true or false, 1 or 0")
            return _FLAGS[text.lower()]
    return _number(spec, text, place)


def _number(spec: SignalSpec, text: str, place: str) -> int | float:
    percent = spec.kind in ("share", "change") and text.endswith("%")
    digits = text[:-1].rstrip() if percent else text
    if len(digits) > _LONGEST or not _NUMBER.fullmatch(digits):
        hint = f"give {spec.allowed}, with a decimal point and without thousands separators or units"
        if spec.kind in ("share", "change"):
            hint = "write a fraction such as 0.8, or a percentage such as 80 %"
        raise _refused(spec, text, place, hint)
    if percent:
        exponent = "e" in digits.lower()
        return float(digits) / 100 if exponent else float(f"{digits}e-2")  # the latter is the decimal as written
    whole = digits.lstrip("+-").isdigit() and len(digits) <= 30
    return int(digits) if whole else float(digits)


def _refused(spec: SignalSpec, text: str, place: str, hint: str) -> BadValueError:
    shown = repr(text) if len(text) <= 60 else repr(text[:57]) + "..."
    return BadValueError([Diagnostic("CLM204", place, f"{shown} is no value of '{spec.label}'", hint)])


def _with_hint(error: BadValueError, spec: SignalSpec, value: object) -> BadValueError:
    """Says what was probably meant, where a share was written as a percentage without its sign."""
    first = error.diagnostics[0]
    if spec.kind == "share" and isinstance(value, int | float) and not isinstance(value, bool) and 1 < value <= 100:
        return BadValueError(
            [Diagnostic(first.code, first.place, first.cause, f"for {value:g} percent write {value / 100:g} or {value:g} %")]
        )
    return error
