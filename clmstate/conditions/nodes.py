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
    "own_terms",
    "terms",
    "walk",
]

Op = Literal["<", "<=", "==", "!=", ">=", ">"]

# ---- terms: what is compared -----------------------------------------------------------------------------------------------


@attrs.frozen(cache_hash=True)
class SignalRef:
    """The value of a signal (number or date)."""

    name: str


@attrs.frozen(cache_hash=True)
class ThresholdRef:
    """The value of a named limit."""

    name: str


@attrs.frozen(cache_hash=True)
class Const:
    """A number as written; it counts as the decimal, not as its binary neighbour."""

    value: int | float


@attrs.frozen(cache_hash=True)
class DateConst:
    """A fixed instant, in microseconds since 1970-01-01 UTC."""

    at: int


@attrs.frozen(cache_hash=True)
class Plus:
    """left + right."""

    left: Term
    right: Term


@attrs.frozen(cache_hash=True)
class Minus:
    """left - right."""

    left: Term
    right: Term


@attrs.frozen(cache_hash=True)
class Times:
    """A constant or a threshold times a term."""

    factor: Const | ThresholdRef
    term: Term


@attrs.frozen(cache_hash=True)
class DaysUntil:
    """Whole days from now until a date: floor((date - at) / day)."""

    signal: str


@attrs.frozen(cache_hash=True)
class DaysSince:
    """Whole days from a date until now: floor((at - date) / day)."""

    signal: str


@attrs.frozen(cache_hash=True)
class DaysInPhase:
    """Whole days since the present (leaf) phase was entered."""


@attrs.frozen(cache_hash=True)
class EventDaysSince:
    """Whole days since an event was last offered; missing if never."""

    event: str


@attrs.frozen(cache_hash=True)
class EventTimes:
    """How often an event was offered in this life."""

    event: str


@attrs.frozen(cache_hash=True)
class PhaseVisits:
    """How often a phase was entered in this life, the first entry included."""

    phase: str


ClockTerm = DaysUntil | DaysSince | DaysInPhase | EventDaysSince | EventTimes | PhaseVisits
Term = SignalRef | ThresholdRef | Const | DateConst | Plus | Minus | Times | ClockTerm


# ---- conditions: true, false or unknown ------------------------------------------------------------------------------------


@attrs.frozen(cache_hash=True)
class Constant:
    """Always true, or always false: what simplification may leave, and what no rule should say."""

    value: bool


@attrs.frozen(cache_hash=True)
class IsTrue:
    """A flag."""

    signal: str


@attrs.frozen(cache_hash=True)
class OneOf:
    """A choice is one of some values."""

    signal: str
    values: tuple[str, ...]


@attrs.frozen(cache_hash=True)
class Compare:
    """A comparison of two terms; unknown when either is missing."""

    left: Term
    op: Op
    right: Term


@attrs.frozen(cache_hash=True)
class Between:
    """low <= term <= high."""

    term: Term
    low: Term
    high: Term


@attrs.frozen(cache_hash=True)
class IsMissing:
    """Whether a condition is unknown, or a signal has no value; itself never unknown."""

    of: Cond | SignalRef


@attrs.frozen(cache_hash=True)
class InPhase:
    """Whether the lifecycle stands in one of some phases; for promises and wiring, not for transitions."""

    phases: tuple[str, ...]


@attrs.frozen(cache_hash=True)
class Not:
    """Kleene negation: the negation of unknown is unknown."""

    of: Cond


@attrs.frozen(cache_hash=True)
class And:
    """All of them."""

    items: tuple[Cond, ...]


@attrs.frozen(cache_hash=True)
class Or:
    """At least one of them."""

    items: tuple[Cond, ...]


@attrs.frozen(cache_hash=True)
class Unless:
    """True when the inner condition is false or unknown; itself never unknown."""

    of: Cond


@attrs.frozen(cache_hash=True)
class ForDays:
    """The inner condition has held at every settled picture for so many days."""

    of: Cond
    days: Const | ThresholdRef


@attrs.frozen(cache_hash=True)
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
        yield from own_terms(node)


def own_terms(node: Cond) -> Iterator[Term]:
    """The terms that one node reads itself, also those inside arithmetic, but not those of the conditions inside it.

    Example:
        >>> list(own_terms(Not(Compare(SignalRef("health"), ">=", Const(70)))))
        []
    """
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
