"""Bands: how far a value may go before any truth changes.

Every condition compares a signal with constants and named limits, so between two neighbouring limits nothing that the program asks can
change. A state remembers the band in which a value lies; a report inside it needs no rule to be asked. Most reports are of that kind.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from clmstate.conditions import free_signals
from clmstate.conditions.lower import Formula, Leaf, literals
from clmstate.conditions.nodes import Compare, Const, DaysSince, DaysUntil, IsTrue, OneOf, Op, SignalRef, ThresholdRef
from clmstate.kernel.expressions import Writer
from clmstate.kernel.program import Program
from clmstate.signals import SignalSpec

__all__ = ["Cuts", "band_lines", "cuts", "date_cuts", "date_lines", "leaves_asked", "whole_cuts", "whole_numbers"]

_Number = TypeVar("_Number", int, float)

Cuts = tuple[int | float, ...] | None
"""Where the truths that read a number change: each is the least value of a new band. None: they change anywhere."""

_MIRRORED: Mapping[Op, Op] = {"<": ">", "<=": ">=", "==": "==", "!=": "!=", ">=": "<=", ">": "<"}


def whole_numbers(spec: SignalSpec) -> bool:
    """Whether a signal takes whole numbers only.

    Example:
        >>> from clmstate.signals import SignalSpec
        >>> whole_numbers(SignalSpec("logins", "count", "logins"))
        True
    """
    return spec.kind in ("count", "integer")


def leaves_asked(program: Program, *, touchpoints: bool = False, phase: int | None = None) -> tuple[Leaf, ...]:
    """The leaves of all that an observation without an event may ask: rules, clocks and milestones, each once.

    Args:
        program: the program.
        touchpoints: whether what shows touchpoints to be done is among them. It need not be for somebody who looks at them at each
            observation while one is open.
        phase: the number of the phase in which they are asked; None for any.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel import lower_lifecycle
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, when=health >= 70)
        >>> leaves_asked(lower_lifecycle(Deal.definition))
        (Compare(left=SignalRef(name='health'), op='>=', right=Const(value=70)),)
    """
    phases = slice(None) if phase is None else slice(phase, phase + 1)
    formulas: list[Formula] = [rule.formula for rules in program.silent[phases] for rule in rules]
    formulas += program.clock_formulas
    formulas += [formula for _, formula in program.milestones]
    if touchpoints:
        formulas += [formula for shown in program.shown[phases] for _, formula in shown]
    return tuple(dict.fromkeys(literal.leaf for formula in formulas for literal in literals(formula)))


def cuts(program: Program, *, touchpoints: bool = False) -> Mapping[str, Cuts]:
    """For each signal that is asked about, where truths change; flags, choices and dates have no cuts.

    `touchpoints` as in :func:`leaves_asked`.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel import lower_lifecycle
        >>> class Deal(Lifecycle):
        ...     health, logins = Signal.score("health"), Signal.count("logins")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, when=(health >= 70) & (logins > 5))
        >>> cuts(lower_lifecycle(Deal.definition))
        {'health': (70,), 'logins': (6,)}
    """
    found: dict[str, set[int | float] | None] = {}
    for leaf in leaves_asked(program, touchpoints=touchpoints):
        match leaf:
            case Compare(SignalRef(name), op, Const() | ThresholdRef() as limit):
                _cut(program, found, name, op, limit)
            case Compare(Const() | ThresholdRef() as limit, op, SignalRef(name)):
                _cut(program, found, name, _MIRRORED[op], limit)
            case SignalRef(name) | IsTrue(name) | OneOf(name):
                found.setdefault(name, set())
            case Compare():
                found.update(dict.fromkeys(free_signals(leaf)))  # arithmetic, other signals, dates
            case _:
                pass  # a clock asks how old it is; what it runs on is asked for itself
    return {name: None if points is None else tuple(sorted(points)) for name, points in found.items()}


def date_cuts(program: Program, *, touchpoints: bool = False) -> Mapping[str, Cuts]:
    """For each date that is asked about, after how many microseconds (before it, if negative) time changes a truth.

    `touchpoints` as in :func:`leaves_asked`.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel import lower_lifecycle
        >>> class Deal(Lifecycle):
        ...     seen_on = Signal.date("last seen")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, when=seen_on.days_since >= 1)
        >>> date_cuts(lower_lifecycle(Deal.definition))
        {'seen_on': (86400000000,)}
    """
    write = Writer(program)
    found: dict[str, set[int | float] | None] = {}
    for leaf in leaves_asked(program, touchpoints=touchpoints):
        match leaf:
            case Compare(DaysUntil(name) | DaysSince(name)) | Compare(_, _, DaysUntil(name) | DaysSince(name)):
                points = found.setdefault(name, set())
                if points is not None:
                    points.update(write.flips(leaf)[1])
            case Compare():
                found.update(dict.fromkeys(free_signals(leaf)))
            case SignalRef(name):
                found.setdefault(name, set())
            case _:
                pass
    dates = {name for name, spec in program.definition.signals.items() if spec.kind == "date"}
    return {name: None if points is None else tuple(sorted(points)) for name, points in found.items() if name in dates}


def date_lines(name: str, points: Iterable[int | float], *, part: bool = False) -> Iterator[str]:
    """Lines that find out whether a date, just given as `_us`, changes a truth, and that wake the customer earlier if it must.

    A part of a composition is woken by the whole: where the date comes earlier than the part is queued for, the whole has to look.

    Example:
        >>> for line in date_lines("seen_on", (60,)):
        ...     print(line)
        _old = _then - _was_seen_on
        _new = _now - _us
        if _new < 60.0: _known = _old < 60.0; _at = _us + 60.0
        else: _known = 60.0 <= _old; _at = _NEVER
        if not _known: _same = False; _s.wake = _STALE
        elif _at < _s.wake: _s.wake = _at
    """
    yield f"_old = _then - _was_{name}"
    yield "_new = _now - _us"
    least = ""
    word = "if"
    for point in points:
        limit = repr(float(point))
        yield f"{word} _new < {limit}: _known = {least}_old < {limit}; _at = _us + {limit}"
        least, word = f"{limit} <= ", "elif"
    if least:
        yield f"else: _known = {least}_old; _at = _NEVER"
    else:
        yield "_known = _old == _old; _at = _NEVER"
    yield "if not _known: _same = False; _s.wake = _STALE"
    yield "elif _at < _s.member.due: _same = False" if part else "elif _at < _s.wake: _s.wake = _at"


def _cut(program: Program, found: dict[str, set[int | float] | None], name: str, op: Op, limit: Const | ThresholdRef) -> None:
    points = found.setdefault(name, set())
    if points is None:
        return
    number = limit.value if isinstance(limit, Const) else program.definition.thresholds[limit.name].value
    if whole_numbers(program.definition.signals[name]):
        points.update(whole_cuts(op, number))
    else:
        points.update(_where(op, number, math.nextafter(number, math.inf)))


def whole_cuts(op: Op, limit: int | float) -> tuple[int, ...]:
    """Where the comparison of a whole number with a limit changes its truth.

    Example:
        >>> whole_cuts(">", 5), whole_cuts("==", 5), whole_cuts(">=", 2.5)
        ((6,), (5, 6), (3,))
    """
    return _where(op, math.ceil(limit), math.floor(limit) + 1)


def _where(op: Op, at: _Number, past: _Number) -> tuple[_Number, ...]:
    return {"<": (at,), ">=": (at,), "<=": (past,), ">": (past,)}.get(op, (at, past))


def band_lines(name: str, points: Iterable[int | float], low: float, high: float, *, whole: bool) -> Iterator[str]:
    """Lines that remember the band of a value that has just been found valid.

    Args:
        name: the signal.
        points: its cuts.
        low, high: its bounds.
        whole: whether the value is an int; the limits are then ints too, which Python compares several times faster. A band is only
            good for values of the type of its limits.

    Example:
        >>> for line in band_lines("health", (60, 70), 0, 100, whole=True):
        ...     print(line)
        if health < 60: _s.lo_health = 0; _s.hi_health = 60
        elif health < 70: _s.lo_health = 60; _s.hi_health = 70
        else: _s.lo_health = 70; _s.hi_health = 101
    """
    end = math.floor(high) + 1 if whole else math.nextafter(high, math.inf)
    least = _as(low, whole)
    inside = sorted({_as(point, whole) for point in points if low < point <= high} - {least})
    for word, point in zip(("if", *["elif"] * len(inside)), inside, strict=False):
        yield f"{word} {name} < {point!r}: _s.lo_{name} = {least!r}; _s.hi_{name} = {point!r}"
        least = point
    start = "else: " if inside else ""
    yield f"{start}_s.lo_{name} = {least!r}; _s.hi_{name} = {end!r}"


def _as(number: float, whole: bool) -> int | float:
    """The least number of a kind that is not below a limit."""
    return math.ceil(number) if whole else float(number)
