"""What is known about a customer, as plain data: signals and thresholds.

A :class:`SignalSpec` says what a fact is called, which values it may take, in which steps, and what absence means. It carries no
operators: conditions over signals are built in :mod:`clmstate.conditions`.
"""

from __future__ import annotations

import math
import numbers
import sys
from typing import Any, Final, Literal

import attrs

from clmstate.errors import BadValueError, Diagnostic, shown
from clmstate.signals.instants import from_instant, instant, show_instant

__all__ = ["CLEAR", "LARGEST", "MISSING", "Clear", "Kind", "SignalSpec", "ThresholdSpec", "Value", "plain", "show_number"]

Kind = Literal["flag", "count", "integer", "number", "share", "change", "score", "days", "date", "money", "choice"]
Value = bool | int | float | str
"""A stored value: dates are stored as instants (int), choices as text."""

MISSING: Final = math.nan
"""How a missing value is stored: it compares False with everything, which is what Kleene logic asks of a comparison."""

LARGEST: Final = 2**53
"""Whole numbers beyond this are not exact as float64, which is what columns hold."""

_WHOLE = {"count", "integer"}


class Clear:
    """The type of :data:`CLEAR`.

    Example:
        >>> CLEAR
        CLEAR
    """

    _only: Clear | None = None

    def __new__(cls) -> Clear:
        """The only one there is, so that `value is CLEAR` can be asked."""
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __repr__(self) -> str:
        return "CLEAR"

    def __reduce__(self) -> str:
        return "CLEAR"


CLEAR: Final = Clear()
"""Given as a value, it forgets the signal: its default comes back, or it is missing."""


def plain(value: object) -> object:
    """The Python scalar inside a NumPy-like scalar; anything else as it is.

    Example:
        >>> plain(3.5)
        3.5
    """
    if type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
        return value.item()  # type: ignore[attr-defined]
    return value


@attrs.frozen
class ThresholdSpec:
    """A named limit that a target market may override and a backtest sweeps.

    Attributes:
        name: its name in the lifecycle.
        value: the number; shares as fractions (0.8 is 80 %), times in days.
        help: why this number.
        ref: the source of the number.

    Example:
        >>> ThresholdSpec("adopted_at", 0.8).value
        0.8
    """

    name: str
    value: int | float
    help: str = ""
    ref: str = ""


@attrs.frozen
class SignalSpec:
    """One typed fact about a customer.

    Attributes:
        name: its name in the lifecycle.
        kind: flag, count, integer, number, share, change, score, days, date, money or choice.
        label: how the business says it, short; it appears in sentences ("open escalation").
        plural: of the label, for counts; by default the label and an "s".
        opposite: for a flag, how the business says that it is not so; by default "not" and the label.
        help: what it means, at length.
        unit: what one is, such as "EUR".
        low, high: the bounds, both included; None is unbounded.
        step: neighbouring values are a step apart; values between steps are legal. Flags, dates and choices have none.
        default: what absence means; a signal with a default is never missing.
        choices: what a choice may be.
        from_system: the system that knows, such as "CRM".
        ref: the source that asks for it.
        port: whether a composition feeds it.

    Example:
        >>> spec = SignalSpec("health", "score", "health", low=0, high=100, step=1)
        >>> spec.accept(80)
        80
        >>> spec.show(80)
        '80'
    """

    name: str
    kind: Kind
    label: str
    plural: str = ""
    opposite: str = ""
    help: str = ""
    unit: str = ""
    low: int | float | None = None
    high: int | float | None = None
    step: int | float | None = None
    default: Value | None = None
    choices: tuple[str, ...] = ()
    from_system: str = ""
    ref: str = ""
    port: bool = False

    @property
    def numeric(self) -> bool:
        """Whether it can be compared with numbers (dates and choices and flags cannot)."""
        return self.kind not in ("flag", "date", "choice")

    @property
    def never_missing(self) -> bool:
        """Whether absence has a meaning of its own."""
        return self.default is not None

    @property
    def absent(self) -> Value:
        """What is stored while nobody has said anything."""
        return MISSING if self.default is None else self.default

    @property
    def range(self) -> tuple[int | float, int | float]:
        """The bounds as numbers; an unbounded side is the largest exact whole number or finite float."""
        widest = LARGEST if self.kind in _WHOLE else sys.float_info.max
        return (-widest if self.low is None else self.low, widest if self.high is None else self.high)

    @property
    def allowed(self) -> str:
        """What is allowed, in words."""
        match self.kind:
            case "flag":
                return "True or False"
            case "date":
                return "a date, a datetime or an ISO string"
            case "choice":
                return "one of " + ", ".join(repr(c) for c in self.choices)
        what = "a whole number" if self.kind in _WHOLE else "a number"
        match (self.low, self.high):
            case (None, None):
                return what
            case (low, None) if low is not None:
                return f"{what}, at least {show_number(low)}"
            case (None, high) if high is not None:
                return f"{what}, at most {show_number(high)}"
        return f"{what} from {show_number(self.range[0])} to {show_number(self.range[1])}"

    def accept(self, value: object, *, place: str = "") -> Value:
        """The value as it is stored.

        Args:
            value: what somebody reported; NumPy scalars are taken as the Python scalars they are.
            place: what a diagnostic names; by default the signal's name.

        Raises:
            BadValueError: CLM204, when it is of the wrong type, not finite or out of bounds, or None.

        Example:
            >>> SignalSpec("plan", "choice", "plan", choices=("Pro", "Team")).accept("Gold")
            Traceback (most recent call last):
            ...
            clmstate.errors.BadValueError: CLM204 plan: 'Gold' is not allowed for 'plan'. Give one of 'Pro', 'Team'.
        """
        value = plain(value)
        why = self.fault(value)
        if why is not None:
            remedy = f"give {self.allowed}" + (", or CLEAR to forget it" if value is None else "")
            raise BadValueError([Diagnostic("CLM204", place or self.name, f"{shown(value)} {why}", remedy)])
        if self.kind == "date":
            return instant(value)  # type: ignore[arg-type]
        if self.kind in _WHOLE:
            return int(value)  # type: ignore[call-overload, no-any-return]
        if self.numeric and not isinstance(value, int | float):
            return float(value)  # type: ignore[arg-type]
        return value  # type: ignore[return-value]

    def fault(self, value: object) -> str | None:
        """What is wrong with a value, to be read after the value; None if nothing is.

        Example:
            >>> SignalSpec("health", "score", "health", low=0, high=100).fault(130)
            "is above 100, the most that 'health' can be"
        """
        match self.kind:
            case "flag":
                right = isinstance(value, bool)
            case "choice":
                right = isinstance(value, str) and value in self.choices
            case "date":
                return _no_date(value)
            case _:
                return self._number_fault(value)
        return None if right else f"is {'no value of' if value is None else 'not allowed for'} '{self.label}'"

    def _number_fault(self, value: object) -> str | None:
        if value is None:
            return f"is no value of '{self.label}'"
        if isinstance(value, bool) or not isinstance(value, int | float | numbers.Real):
            return "is not a number"
        if not _finite(value):
            return "is not a finite number"
        if self.kind in _WHOLE and value != math.floor(value):
            return "is not a whole number"
        low, high = self.range
        if value < low:  # any real number compares with floats
            return f"is below {show_number(low)}, the least that '{self.label}' can be"
        if value > high:  # type: ignore[operator]
            return f"is above {show_number(high)}, the most that '{self.label}' can be"
        return None

    def to_user(self, stored: Value | None) -> Any:
        """The stored value as users see it: None when missing, dates as dates.

        Example:
            >>> SignalSpec("health", "score", "health").to_user(MISSING) is None
            True
        """
        if stored is None or stored != stored:
            return None
        return from_instant(int(stored)) if self.kind == "date" else stored

    def show(self, value: Value | None, *, brief: bool = False) -> str:
        """A stored value in the business's words: percent, days, currency; "unknown" when missing.

        Args:
            value: as it is stored.
            brief: whether long fractions of percents may be rounded, and are then said to be "about".

        Example:
            >>> SignalSpec("adopted", "share", "users adopted").show(0.8)
            '80 %'
        """
        if value is None or value != value:
            return "unknown"
        match self.kind:
            case "flag":
                return "yes" if value else "no"
            case "choice":
                return str(value)
            case "date":
                return show_instant(int(value))
            case "share" | "change":
                percent = round(float(value) * 100, 7)
                short = round(percent, 2) if brief else percent  # a share of three users is about 33.33 %
                return f"{'' if short == percent else 'about '}{show_number(short)} %"
            case "days":
                return f"{show_number(float(value))} day" + ("" if value == 1 else "s")
            case "count":  # the label says what is counted
                return show_number(float(value))
        return f"{show_number(float(value))} {self.unit}".rstrip()


def _no_date(value: object) -> str | None:
    try:
        instant(value)  # type: ignore[arg-type]
    except BadValueError:
        return "is not a point in time"
    return None


def _finite(value: int | float | numbers.Real) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number too large for a float is finite all the same
        return True


def show_number(value: int | float) -> str:
    """A number as people write it: thousands in groups, no needless zeros, no digit lost.

    Example:
        >>> show_number(1234567.5), show_number(70.0), show_number(0.1)
        ('1,234,567.5', '70', '0.1')
    """
    if isinstance(value, int) or (abs(value) < LARGEST and value == int(value)):
        return f"{int(value):,}"
    return f"{value:,.9f}".rstrip("0") if 1e-9 <= abs(value) < LARGEST else repr(value)
