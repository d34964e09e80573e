"""Condition nodes: what a rule says, as plain frozen data with structural equality and hash.

Nodes hold names, numbers and other nodes; never a signal's facade, never a lifecycle. Each back-end is one module beside this one
that matches over these classes and ends in ``assert_never``, so that a new node which a back-end forgot is a type error.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import attrs

__all__ = [
    "And",
    "Between",
    "ClockTerm",
    "Compare",
    "Cond",
    "Const",
    "Constant",
    "DateConst",
    "DaysInPhase",
    "DaysSince",
    "DaysUntil",
    "EventDaysSince",
    "EventTimes",
    "ForDays",
    "InPhase",
    "IsMissing",
    "IsTrue",
    "Minus",
    "Named",
    "Not",
    "OneOf",
    "Op",
    "Or",
    "PhaseVisits",
    "Plus",
    "SignalRef",
    "Term",
    "ThresholdRef",
    "Times",
    "Unless",
    "children",
    "terms",
    "walk",
]

Op = Literal["<", "<=", "==", "!=", ">=", ">"]

_node = attrs.frozen(cache_hash=True)


# ---- terms: what is compared -----------------------------------------------------------------------------------------------


@_node
class SignalRef:
    """The value of a signal (number or date)."""

    name: str


@_node
class ThresholdRef:
    """The value of a named limit."""

    name: str


@_node
class Const:
    """A number as written; it counts as the decimal, not as its binary neighbour."""

    value: int | float


@_node
class DateConst:
    """A fixed instant, in microseconds since 1970-01-01 UTC."""

    at: int


@_node
class Plus:
    """left + right."""

    left: Term
    right: Term


@_node
class Minus:
    """left - right."""

    left: Term
    right: Term


@_node
class Times:
    """A constant or a threshold times a term."""

    factor: Const | ThresholdRef
    term: Term


@_node
class DaysUntil:
    """Whole days from now until a date: floor((date - at) / day)."""

    signal: str


@_node
class DaysSince:
    """Whole days from a date until now: floor((at - date) / day)."""

    signal: str


@_node
class DaysInPhase:
    """Whole days since the present (leaf) phase was entered."""


@_node
class EventDaysSince:
    """Whole days since an event was last offered; missing if never."""

    event: str


@_node
class EventTimes:
    """How often an event was offered in this life."""

    event: str


@_node
class PhaseVisits:
    """How often a phase was entered in this life, the first entry included."""

    phase: str


ClockTerm = DaysUntil | DaysSince | DaysInPhase | EventDaysSince | EventTimes | PhaseVisits
Term = SignalRef | ThresholdRef | Const | DateConst | Plus | Minus | Times | ClockTerm


# ---- conditions: true, false or unknown ------------------------------------------------------------------------------------


@_node
class Constant:
    """Always true, or always false: what simplification may leave, and what no rule should say."""

    value: bool


@_node
class IsTrue:
    """A flag."""

    signal: str


@_node
class OneOf:
    """A choice is one of some values."""

    signal: str
    values: tuple[str, ...]


@_node
class Compare:
    """A comparison of two terms; unknown when either is missing."""

    left: Term
    op: Op
    right: Term


@_node
class Between:
    """low <= term <= high."""

    term: Term
    low: Term
    high: Term


@_node
class IsMissing:
    """Whether a condition is unknown, or a signal has no value; itself never unknown."""

    of: Cond | SignalRef


@_node
class InPhase:
    """Whether the lifecycle stands in one of some phases; for promises and wiring, not for transitions."""

    phases: tuple[str, ...]


@_node
class Not:
    """Kleene negation: the negation of unknown is unknown."""

    of: Cond


@_node
class And:
    """All of them."""

    items: tuple[Cond, ...]


@_node
class Or:
    """At least one of them."""

    items: tuple[Cond, ...]


@_node
class Unless:
    """True when the inner condition is false or unknown; itself never unknown."""

    of: Cond


@_node
class ForDays:
    """The inner condition has held at every settled picture for so many days."""

    of: Cond
    days: Const | ThresholdRef


@_node
class Named:
    """A condition with the business's own name for it."""

    of: Cond
    label: str


Cond = Constant | IsTrue | OneOf | Compare | Between | IsMissing | InPhase | Not | And | Or | Unless | ForDays | Named


def children(cond: Cond) -> tuple[Cond, ...]:
    """The conditions directly inside a condition.

    Example:
        >>> children(Not(IsTrue("a")))
        (IsTrue(signal='a'),)
    """
    match cond:
        case And(items) | Or(items):
            return items
        case Not(of) | Unless(of) | ForDays(of) | Named(of):
            return (of,)
        case IsMissing(of):
            return () if isinstance(of, SignalRef) else (of,)
        case _:
            return ()


def walk(cond: Cond) -> Iterator[Cond]:
    """A condition and all conditions inside it, outermost first.

    Example:
        >>> [type(node).__name__ for node in walk(Not(IsTrue("a")))]
        ['Not', 'IsTrue']
    """
    yield cond
    for child in children(cond):
        yield from walk(child)


def terms(cond: Cond) -> Iterator[Term]:
    """All terms that a condition reads, also those inside arithmetic and inside nested conditions.

    Example:
        >>> list(terms(Compare(SignalRef("health"), ">=", Const(70))))
        [SignalRef(name='health'), Const(value=70)]
    """
    for node in walk(cond):
        match node:
            case Compare(left, _, right):
                yield from _inside(left)
                yield from _inside(right)
            case Between(term, low, high):
                for part in (term, low, high):
                    yield from _inside(part)
            case IsMissing(of) if isinstance(of, SignalRef):
                yield of
            case ForDays(_, days):
                yield days
            case _:
                pass


def _inside(term: Term) -> Iterator[Term]:
    yield term
    match term:
        case Plus(left, right) | Minus(left, right):
            yield from _inside(left)
            yield from _inside(right)
        case Times(factor, inner):
            yield from _inside(factor)
            yield from _inside(inner)
        case _:
            pass
