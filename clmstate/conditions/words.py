"""Conditions in the business's words: "users adopted at least 80 % and no open escalations"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, assert_never

from clmstate.conditions.nodes import (
    And,
    Between,
    Compare,
    Cond,
    Const,
    Constant,
    DateConst,
    DaysInPhase,
    DaysSince,
    DaysUntil,
    EventDaysSince,
    EventTimes,
    ForDays,
    InPhase,
    IsMissing,
    IsTrue,
    Minus,
    Named,
    Not,
    OneOf,
    Op,
    Or,
    PhaseVisits,
    Plus,
    SignalRef,
    Term,
    ThresholdRef,
    Times,
    Unless,
)
from clmstate.signals import SignalSpec, ThresholdSpec, show_instant

__all__ = ["Vocabulary", "phrase", "words"]


class Labelled(Protocol):
    """Something that the business has a word for."""

    @property
    def label(self) -> str:
        """The word."""


class Vocabulary(Protocol):
    """What the words are taken from; a lifecycle's definition is one."""

    @property
    def signals(self) -> Mapping[str, SignalSpec]:
        """Signals by name."""

    @property
    def thresholds(self) -> Mapping[str, ThresholdSpec]:
        """Named limits by name."""

    @property
    def events(self) -> Mapping[str, Labelled]:
        """Events by name."""

    @property
    def places(self) -> Mapping[str, Labelled]:
        """Phases and groups by path."""


_NEGATED: dict[Op, Op] = {"<": ">=", "<=": ">", "==": "!=", "!=": "==", ">=": "<", ">": "<="}
_MIRRORED: dict[Op, Op] = {"<": ">", "<=": ">=", "==": "==", "!=": "!=", ">=": "<=", ">": "<"}
_OF_VALUES: dict[Op, str] = {"<": "below", "<=": "at most", "==": "exactly", "!=": "other than", ">=": "at least", ">": "above"}
_OF_COUNTS: dict[Op, str] = {
    "<": "fewer than",
    "<=": "at most",
    "==": "exactly",
    "!=": "other than",
    ">=": "at least",
    ">": "more than",
}
_OF_DATES: dict[Op, str] = {"<": "before", "<=": "on or before", "==": "on", "!=": "not on", ">=": "on or after", ">": "after"}


def words(cond: Cond, vocabulary: Vocabulary) -> str:
    """A condition as the business would say it, without a full stop.

    Example:
        >>> from types import SimpleNamespace
        >>> share = SignalSpec("adopted", "share", "users adopted")
        >>> known = SimpleNamespace(signals={"adopted": share}, thresholds={}, events={}, places={})
        >>> words(Compare(SignalRef("adopted"), ">=", Const(0.8)), known)
        'users adopted at least 80 %'
        >>> words(Unless(Compare(SignalRef("adopted"), ">=", Const(0.8))), known)
        'users adopted below 80 % or unknown'
    """
    return _Speaker(vocabulary).say(cond)


def phrase(term: Term, vocabulary: Vocabulary) -> str:
    """A term as the business would say it.

    Example:
        >>> from types import SimpleNamespace
        >>> known = SimpleNamespace(signals={"renewal": SignalSpec("renewal", "date", "renewal")}, thresholds={}, events={}, places={})
        >>> phrase(DaysUntil("renewal"), known)
        'days to renewal'
    """
    return _Speaker(vocabulary).term(term)


class _Speaker:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def say(self, cond: Cond) -> str:
        match cond:
            case Constant(value):
                return "always" if value else "never"
            case IsTrue(name):
                return self.vocabulary.signals[name].label
            case OneOf(name, values):
                return f"{self.vocabulary.signals[name].label} is {_listed(values, 'or')}"
            case Compare(left, op, right):
                return self.compare(left, op, right)
            case Between(term, low, high):
                return self.between(term, low, high)
            case IsMissing(of):
                return f"{self.about(of)} unknown"
            case InPhase(paths):
                return "in " + _listed([self.place(path) for path in paths], "or")
            case Not(of):
                return self.negated(of)
            case And(items):
                return _listed([self.inside(item, Or) for item in items], "and")
            case Or(items):
                return _listed([self.inside(item, And) for item in items], "or")
            case Unless(of):
                return self.unless(of)
            case ForDays(of, days):
                return f"{self.inside(of, And, Or)} for {self.days(days)}"
            case Named(_, label):
                return label
            case _:
                assert_never(cond)

    def inside(self, cond: Cond, *wrapped: type) -> str:
        said = self.say(cond)
        compound = isinstance(cond, wrapped)
        or_unknown = isinstance(cond, Unless) and said.endswith((" or unknown", " or never"))
        return f"({said})" if compound or or_unknown else said

    def about(self, of: Cond | SignalRef) -> str:
        return self.vocabulary.signals[of.name].label if isinstance(of, SignalRef) else f"whether {self.say(of)}"

    def negated(self, of: Cond) -> str:
        match of:
            case IsTrue(name):
                spec = self.vocabulary.signals[name]
                return spec.opposite or f"not {spec.label}"
            case OneOf(name, values):
                return f"{self.vocabulary.signals[name].label} is not {_listed(values, 'or')}"
            case Compare(left, op, right):
                return self.compare(left, _NEGATED[op], right)
            case IsMissing(inner):
                return f"{self.about(inner)} known"
            case InPhase(paths):
                return "not in " + _listed([self.place(path) for path in paths], "or")
            case Not(inner):
                return self.say(inner)
            case _:
                return f"not ({self.say(of)})" if isinstance(of, And | Or | ForDays | Between) else f"not {self.say(of)}"

    def unless(self, of: Cond) -> str:
        if isinstance(of, IsTrue | OneOf | Compare):
            never = isinstance(of, Compare) and isinstance(of.left, EventDaysSince)
            return self.negated(of) + ("" if self.always_known(of) else " or never" if never else " or unknown")
        return "unless " + (self.say(of) if isinstance(of, Named) else f"({self.say(of)})")

    def always_known(self, leaf: IsTrue | OneOf | Compare) -> bool:
        match leaf:
            case IsTrue(name) | OneOf(name):
                return self.vocabulary.signals[name].never_missing
            case Compare(left, _, _):
                known = isinstance(left, SignalRef) and self.vocabulary.signals[left.name].never_missing
                return known or isinstance(left, EventTimes | PhaseVisits)

    def compare(self, left: Term, op: Op, right: Term) -> str:
        if isinstance(left, Const | ThresholdRef | DateConst) and not isinstance(right, Const | ThresholdRef | DateConst):
            left, op, right = right, _MIRRORED[op], left
        match left:
            case SignalRef(name) if self.vocabulary.signals[name].kind == "count" and isinstance(right, Const | ThresholdRef):
                return self.count(self.vocabulary.signals[name], op, self.number(right))
            case SignalRef(name) if self.vocabulary.signals[name].kind == "date":
                return f"{self.term(left)} {_OF_DATES[op]} {self.term(right)}"
            case DaysUntil() | DaysSince() | EventDaysSince():
                number = self.number(right)
                return f"{_OF_COUNTS[op]} {number:g} day{'' if number == 1 else 's'} {self.term(left).removeprefix('days ')}"
            case DaysInPhase():
                return f"in this phase for {_OF_VALUES[op].replace('below', 'less than').replace('above', 'more than')} {self.days(right)}"
            case EventTimes() | PhaseVisits():
                number = self.number(right)
                return f"{self.term(left)} {_OF_COUNTS[op]} {number:g} time{'' if number == 1 else 's'}"
            case _:
                return f"{self.term(left)} {_OF_VALUES[op]} {self.value(right, like=left)}"

    def count(self, spec: SignalSpec, op: Op, number: float) -> str:
        many = spec.plural or spec.label
        if (op, number) in (("==", 0), ("<=", 0), ("<", 1)):
            return f"no {many}"
        if op == ">":
            return f"more than {number:g} {spec.label if number == 1 else many}"
        return f"{_OF_COUNTS[op]} {spec.show(number)} {spec.label if number == 1 else many}"

    def between(self, term: Term, low: Term, high: Term) -> str:
        lowest, highest = self.value(low, like=term), self.value(high, like=term)
        if isinstance(term, SignalRef) and self.vocabulary.signals[term.name].kind == "count":
            return f"between {lowest} and {highest} {self.vocabulary.signals[term.name].plural}"
        if isinstance(term, DaysUntil | DaysSince | EventDaysSince):
            return f"between {lowest} and {highest} {self.term(term)}"
        if lowest.endswith(" %") and highest.endswith(" %"):
            lowest = lowest.removesuffix(" %")
        return f"{self.term(term)} between {lowest} and {highest}"

    def term(self, term: Term) -> str:
        match term:
            case SignalRef(name):
                spec = self.vocabulary.signals[name]
                return spec.plural if spec.kind == "count" and spec.plural else spec.label
            case ThresholdRef() | Const():
                return f"{self.number(term):g}"
            case DateConst(at):
                return show_instant(at)
            case Plus(left, right):
                return f"{self.term(left)} plus {self.value(right, like=left)}"
            case Minus(left, right):
                return f"{self.term(left)} minus {self.value(right, like=left)}"
            case Times(factor, inner):
                number = self.number(factor)
                part = f"{round(number * 100, 7):g} % of" if 0 < number < 1 else f"{number:g} times"
                return f"{part} {self.term(inner)}"
            case DaysUntil(name):
                return f"days to {self.vocabulary.signals[name].label}"
            case DaysSince(name):
                return f"days since {self.vocabulary.signals[name].label}"
            case DaysInPhase():
                return "days in this phase"
            case EventDaysSince(event):
                return f"days since {self.vocabulary.events[event].label}"
            case EventTimes(event):
                return self.vocabulary.events[event].label
            case PhaseVisits(path):
                return f"{self.place(path)} entered"
            case _:
                assert_never(term)

    def value(self, term: Term, *, like: Term) -> str:
        """A constant in the manner of the signal that it is compared with; any other term as itself."""
        if not isinstance(term, Const | ThresholdRef):
            return self.term(term)
        spec = self.first_signal(like)
        return f"{self.number(term):g}" if spec is None else spec.show(self.number(term))

    def first_signal(self, term: Term) -> SignalSpec | None:
        match term:
            case SignalRef(name):
                return self.vocabulary.signals[name]
            case Plus(left, _) | Minus(left, _):
                return self.first_signal(left)
            case Times(_, inner):
                return self.first_signal(inner)
            case _:
                return None

    def number(self, term: Term) -> float:
        match term:
            case ThresholdRef(name):
                return self.vocabulary.thresholds[name].value
            case Const(value):
                return value
            case _:
                raise AssertionError(term)  # definition lets only constants and thresholds get here

    def days(self, term: Term) -> str:
        number = self.number(term)
        return f"{number:g} day{'' if number == 1 else 's'}"

    def place(self, path: str) -> str:
        return self.vocabulary.places[path].label


def _listed(items: list[str] | tuple[str, ...], last: str) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"
