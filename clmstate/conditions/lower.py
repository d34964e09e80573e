"""Lowering: from three truth values to literals that plainly hold or not.

Negation is pushed down to the leaves. What remains are *literals*: "this leaf is true", "is false", "is unknown", or one of two of
them. Exactly one of the three holds at any time, so "not true" is "false or unknown", and an unknown value costs nothing
afterwards: every literal is an ordinary yes or no, and formulas over them need only *and* and *or*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Final, assert_never

import attrs

from clmstate.conditions.nodes import (
    And,
    Between,
    Compare,
    Cond,
    Const,
    Constant,
    DateConst,
    DaysInPhase,
    EventTimes,
    ForDays,
    InPhase,
    IsMissing,
    IsTrue,
    Minus,
    Named,
    Not,
    OneOf,
    Or,
    PhaseVisits,
    Plus,
    SignalRef,
    Term,
    ThresholdRef,
    Times,
    Unless,
)

__all__ = ["FALSE", "TRUE", "UNKNOWN", "All", "Any", "Fixed", "Formula", "Leaf", "Literal", "ground", "literals", "lower"]

TRUE: Final = 1
FALSE: Final = 2
UNKNOWN: Final = 4
_ANYTHING: Final = TRUE | FALSE | UNKNOWN

Leaf = Compare | IsTrue | OneOf | InPhase | ForDays | SignalRef
"""What a literal is about. A `ForDays` leaf asks only whether its clock is old enough; a `SignalRef` leaf whether it has a value."""


@attrs.frozen(cache_hash=True)
class Literal:
    """A leaf has one of some truths (TRUE, FALSE, UNKNOWN or two of them, as bits)."""

    leaf: Leaf
    truths: int


@attrs.frozen(cache_hash=True)
class Fixed:
    """Holds always, or never."""

    value: bool


@attrs.frozen(cache_hash=True)
class All:
    """Every part holds."""

    items: tuple[Formula, ...]


@attrs.frozen(cache_hash=True)
class Any:
    """At least one part holds."""

    items: tuple[Formula, ...]


Formula = Literal | Fixed | All | Any


def lower(cond: Cond, never_missing: Callable[[str], bool], truths: int = TRUE) -> Formula:
    """The formula that holds exactly when a condition has one of some truths.

    Args:
        cond: the condition.
        never_missing: whether a signal always has a value (it has a default).
        truths: which truths are asked for; by default TRUE, which is what a transition needs.

    Example:
        >>> lower(Unless(IsTrue("a")), lambda name: False)
        Literal(leaf=IsTrue(signal='a'), truths=6)
        >>> lower(Unless(IsTrue("a")), lambda name: True)
        Literal(leaf=IsTrue(signal='a'), truths=2)
    """

    def low(cond: Cond, wanted: int) -> Formula:
        if wanted in (0, _ANYTHING):
            return Fixed(wanted == _ANYTHING)
        match cond:
            case Constant(value):
                return Fixed(bool(wanted & (TRUE if value else FALSE)))
            case IsTrue() | OneOf() | Compare() | InPhase():
                return _literal(cond, wanted, TRUE | FALSE if _always_known(cond, never_missing) else _ANYTHING)
            case Between(term, lowest, highest):
                return low(And((Compare(lowest, "<=", term), Compare(term, "<=", highest))), wanted)
            case IsMissing(of):
                if isinstance(of, SignalRef):
                    inner = (UNKNOWN if wanted & TRUE else 0) | (TRUE if wanted & FALSE else 0)
                    return _literal(of, inner, TRUE if never_missing(of.name) else TRUE | UNKNOWN)
                return low(of, (UNKNOWN if wanted & TRUE else 0) | (TRUE | FALSE if wanted & FALSE else 0))
            case Not(of):
                return low(of, _swapped(wanted))
            case Unless(of):
                return low(of, (FALSE | UNKNOWN if wanted & TRUE else 0) | (TRUE if wanted & FALSE else 0))
            case Named(of):
                return low(of, wanted)
            case And(items):
                return _and([partial(low, item) for item in items], wanted)
            case Or(items):  # by duality: a | b is ~(~a & ~b)
                return _and([partial(low, Not(item)) for item in items], _swapped(wanted))
            case ForDays(of):
                parts: list[Formula] = []
                if wanted & TRUE:
                    parts.append(_all([low(of, TRUE), Literal(cond, TRUE)]))
                if wanted & FALSE:
                    parts.append(_any([low(of, FALSE), _all([low(of, TRUE), Literal(cond, FALSE)])]))
                if wanted & UNKNOWN:
                    parts.append(low(of, UNKNOWN))
                return _any(parts)
            case _:
                assert_never(cond)

    return low(cond, truths)


def literals(formula: Formula) -> Iterator[Literal]:
    """The literals of a formula, in order, with repetitions.

    Example:
        >>> [literal.truths for literal in literals(All((Literal(IsTrue("a"), TRUE), Literal(IsTrue("b"), FALSE))))]
        [1, 2]
    """
    match formula:
        case Literal():
            yield formula
        case All(items) | Any(items):
            for item in items:
                yield from literals(item)
        case Fixed():
            pass
        case _:
            assert_never(formula)


def ground(formula: Formula, truths: Mapping[Leaf, int]) -> Formula:
    """A formula in which some leaves have known truths.

    Example:
        >>> ground(Literal(IsTrue("live"), TRUE), {IsTrue("live"): FALSE})
        Fixed(value=False)
    """
    match formula:
        case Literal(leaf, wanted) if leaf in truths:
            return Fixed(bool(truths[leaf] & wanted))
        case All(items):
            return _all(ground(item, truths) for item in items)
        case Any(items):
            return _any(ground(item, truths) for item in items)
        case _:
            return formula


def _and(parts: list[Callable[[int], Formula]], wanted: int) -> Formula:
    """Kleene *and* of parts, each of which can be asked for any set of truths."""
    true = wanted & TRUE
    match wanted & ~TRUE:
        case 0:
            return _all([part(TRUE) for part in parts])
        case 2:  # FALSE
            false = _any([part(FALSE) for part in parts])
            return _any([_all([part(TRUE) for part in parts]), false]) if true else false
        case 4:  # UNKNOWN: none is false, and not all are true
            none_false = [part(TRUE | UNKNOWN) for part in parts]
            return _all(none_false) if true else _all([*none_false, _any([part(FALSE | UNKNOWN) for part in parts])])
        case _:  # FALSE or UNKNOWN: not all are true
            return _any([part(FALSE | UNKNOWN) for part in parts])


def _all(items: Iterable[Formula]) -> Formula:
    kept: dict[Formula, None] = {}
    for item in items:
        match item:
            case Fixed(False):
                return item
            case Fixed():
                pass
            case All(inner):
                kept.update(dict.fromkeys(inner))
            case _:
                kept[item] = None
    return Fixed(True) if not kept else next(iter(kept)) if len(kept) == 1 else All(tuple(kept))


def _any(items: Iterable[Formula]) -> Formula:
    kept: dict[Formula, None] = {}
    for item in items:
        match item:
            case Fixed(True):
                return item
            case Fixed():
                pass
            case Any(inner):
                kept.update(dict.fromkeys(inner))
            case _:
                kept[item] = None
    return Fixed(False) if not kept else next(iter(kept)) if len(kept) == 1 else Any(tuple(kept))


def _literal(leaf: Leaf, wanted: int, possible: int) -> Formula:
    asked = wanted & possible
    return Fixed(asked != 0) if asked in (0, possible) else Literal(leaf, asked)


def _swapped(truths: int) -> int:
    return (truths & UNKNOWN) | (FALSE if truths & TRUE else 0) | (TRUE if truths & FALSE else 0)


def _always_known(leaf: IsTrue | OneOf | Compare | InPhase, never_missing: Callable[[str], bool]) -> bool:
    match leaf:
        case IsTrue(name) | OneOf(name):
            return never_missing(name)
        case InPhase():
            return True
        case Compare(left, _, right):
            return _term_known(left, never_missing) and _term_known(right, never_missing)
        case _:
            assert_never(leaf)


def _term_known(term: Term, never_missing: Callable[[str], bool]) -> bool:
    match term:
        case Const() | ThresholdRef() | DateConst() | EventTimes() | PhaseVisits():
            return True
        case SignalRef(name):
            return never_missing(name)
        case Plus(left, right) | Minus(left, right):
            return _term_known(left, never_missing) and _term_known(right, never_missing)
        case Times(_, inner):
            return _term_known(inner, never_missing)
        case DaysInPhase():
            return False  # missing before the first observation with a time
        case _:
            return False
