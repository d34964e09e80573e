"""Conditions in the business's words: "users adopted at least 80 % and no open escalations".

Negations are pushed to where they read as plain facts ("health below 70", not "not (health at least 70)"), as far as that says the
same, unknown included. What holds "unless" something else comes last in its list: "in the window, unless healthy".
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
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
from clmstate.signals import SignalSpec, ThresholdSpec, show_instant, show_number

__all__ = ["Vocabulary", "phrase", "words"]


class Labelled(Protocol):
    """Something that the business has a word for."""

    @property
    @abstractmethod
    def label(self) -> str:
        """The word."""


class Vocabulary(Protocol):
    """What the words are taken from; a lifecycle's definition is one.

    Example:
        >>> from types import SimpleNamespace
        >>> known: Vocabulary = SimpleNamespace(signals={"live": SignalSpec("live", "flag", "live")}, thresholds={}, events={}, places={})
        >>> words(Not(IsTrue("live")), known)
        'not live'
    """

    @property
    @abstractmethod
    def signals(self) -> Mapping[str, SignalSpec]:
        """Signals by name."""

    @property
    @abstractmethod
    def thresholds(self) -> Mapping[str, ThresholdSpec]:
        """Named limits by name."""

    @property
    @abstractmethod
    def events(self) -> Mapping[str, Labelled]:
        """Events by name."""

    @property
    @abstractmethod
    def places(self) -> Mapping[str, Labelled]:
        """Phases and groups by path."""


_NEGATED: dict[Op, Op] = {"<": ">=", "<=": ">", "==": "!=", "!=": "==", ">=": "<", ">": "<="}
_MIRRORED: dict[Op, Op] = {"<": ">", "<=": ">=", "==": "==", "!=": "!=", ">=": "<=", ">": "<"}
_OF_VALUES: dict[Op, str] = {"<": "below", "<=": "at most", "==": "exactly", "!=": "other than", ">=": "at least", ">": "above"}
_OF_COUNTS: dict[Op, str] = {
    "<": "fewer than",
    "<=": "at most",
    "==": "exactly",
    "!=": "not exactly",
    ">=": "at least",
    ">": "more than",
}
_OF_STAYS: dict[Op, str] = {**_OF_VALUES, "<": "less than", ">": "more than"}
_OF_DATES: dict[Op, str] = {"<": "before", "<=": "on or before", "==": "on", "!=": "not on", ">=": "on or after", ">": "after"}

# leaves whose negation reads as a plain fact
_PLAIN = Compare | Between | IsTrue | OneOf | IsMissing | InPhase | Constant | Unless


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

    # ---- conditions

    def say(self, cond: Cond) -> str:
        match cond:
            case Constant(value):
                return "always" if value else "never"
            case IsTrue(name):
                return self.label(name)
            case OneOf(name, values):
                return f"{self.label(name)} is {_listed(values, 'or')}"
            case Compare(left, op, right):
                return self.compare(left, op, right)
            case Between(term, low, high):
                return self.between(term, low, high)
            case IsMissing(of):
                return self.missing(of, "unknown")
            case InPhase(paths):
                return "in " + _listed(map(self.place, paths), "or")
            case Not(of):
                return self.negated(of)
            case And(items):
                return self.every(items) if items else "always"
            case Or(items):
                return _listed([self.inside(item) for item in items], "or") if items else "never"
            case Unless(of):
                return self.unless(of)
            case ForDays(of, days):
                return f"{self.inside(of)} for {self.days(days)}"
            case Named(_, label):
                return label
            case _:
                assert_never(cond)

    def inside(self, cond: Cond) -> str:
        """A condition as a part of a longer phrase: in brackets where it would run into its neighbours."""
        said = self.say(cond)
        return f"({said})" if self.loose(cond, said) else said

    def loose(self, cond: Cond, said: str) -> bool:
        match cond:
            case And(items) | Or(items):
                return len(items) > 1
            case OneOf(_, values) | InPhase(values):
                return len(values) > 1
            case Not(OneOf(_, values) | InPhase(values)):
                return len(values) > 2
            case Not(And(items) | Or(items)):
                return len(items) > 1
            case Not(Not(of) | Unless(of)):
                return self.loose(of, said)
            case Unless():
                return said.startswith("unless ") or said.endswith((" or unknown", " or never"))
            case _:
                return False

    def every(self, items: tuple[Cond, ...]) -> str:
        """All of them, exceptions last."""
        exceptions = [item.of for item in items if isinstance(item, Unless) and not isinstance(item.of, _PLAIN)]
        rules = [item for item in items if not isinstance(item, Unless) or isinstance(item.of, _PLAIN)]
        rule = _listed([self.inside(item) for item in rules], "and")
        if not exceptions:
            return rule
        last = self.say(exceptions[0]) if len(exceptions) == 1 else _listed(map(self.inside, exceptions), "or")
        return f"{rule}, unless {last}" if rules else f"unless {last}"

    def missing(self, of: Cond | SignalRef, unknown: str) -> str:
        match of:
            case SignalRef(name):
                return f"{self.term(of)} {unknown}" if self.spec(name).kind != "count" else f"number of {self.term(of)} {unknown}"
            case Compare(Plus() | Minus() | Times() as term, "==", Const(0)):  # how an expression is asked whether it is missing
                return f"{self.term(term)} {unknown}"
            case _:
                return f"{unknown} whether {self.inside(of)}"

    def negated(self, of: Cond) -> str:
        match of:
            case Constant(value):
                return self.say(Constant(not value))
            case IsTrue(name):
                return self.spec(name).opposite or f"not {self.label(name)}"
            case OneOf(name, values):
                return f"{self.label(name)} is {_none_of(values)}"
            case Compare(left, op, right):
                return self.compare(left, _NEGATED[op], right)
            case Between(term, low, high):
                return self.between(term, low, high, "not ")
            case IsMissing(inner):
                return self.missing(inner, "known")
            case InPhase(paths):
                return (
                    f"not in {self.place(paths[0])}" if len(paths) == 1 else f"in {_none_of([self.place(path) for path in paths])}"
                )
            case Not(inner) | Unless(inner):  # "not unless a" is "a": for either is true when a is
                return self.say(inner)
            case And(items):
                return self.say(Or(tuple(map(Not, items))))
            case Or(items):
                return self.say(And(tuple(map(Not, items))))
            case Named(_, label):
                return f"not {label}"
            case ForDays():
                return f"not ({self.say(of)})"
            case _:
                assert_never(of)

    def unless(self, of: Cond) -> str:
        match of:
            case Compare(EventDaysSince()):
                return f"{self.negated(of)} or never"
            case Compare() | Between():
                return self.negated(of) + ("" if self.known(of) else " or unknown")
            case IsTrue() | OneOf():
                return self.negated(of) + ("" if self.known(of) else ", or unknown")
            case Unless(inner):
                return self.say(inner)
            case IsMissing() | InPhase() | Constant():
                return self.negated(of)
            case Not(inner) if isinstance(inner, _PLAIN):
                return self.say(inner) + ("" if self.known(inner) else " or unknown")
            case _:
                return f"unless {self.say(of)}"

    def known(self, cond: Cond) -> bool:
        """Whether a leaf is never unknown."""
        match cond:
            case IsTrue(name) | OneOf(name):
                return self.spec(name).never_missing
            case Compare(left, _, right):
                return self.known_term(left) and self.known_term(right)
            case Between(term):
                return self.known_term(term)
            case _:
                return False

    def known_term(self, term: Term) -> bool:
        match term:
            case SignalRef(name):
                return self.spec(name).never_missing
            case Const() | ThresholdRef() | DateConst() | EventTimes() | PhaseVisits():
                return True
            case Plus(left, right) | Minus(left, right):
                return self.known_term(left) and self.known_term(right)
            case Times(_, inner):
                return self.known_term(inner)
            case _:
                return False

    # ---- comparisons

    def compare(self, left: Term, op: Op, right: Term) -> str:
        if isinstance(left, Const | ThresholdRef | DateConst) and not isinstance(right, Const | ThresholdRef | DateConst):
            left, op, right = right, _MIRRORED[op], left
        match left:
            case SignalRef(name) if self.spec(name).kind == "count" and isinstance(right, Const | ThresholdRef):
                return self.count(self.spec(name), op, self.number(right))
            case SignalRef(name) if self.spec(name).kind == "date":
                return f"{self.term(left)} {_OF_DATES[op]} {self.term(right)}"
            case DaysUntil(name):
                return self.elapsed(op, self.number(right), f"to {self.label(name)}", f"past {self.label(name)}", self.label(name))
            case DaysSince(name):
                return self.elapsed(op, self.number(right), f"since {self.label(name)}", f"before {self.label(name)}", "")
            case EventDaysSince():
                return f"{_OF_COUNTS[op]} {self.days(right)} {self.term(left).removeprefix('days ')}"
            case DaysInPhase():
                return f"in this phase for {_OF_STAYS[op]} {self.days(right)}"
            case EventTimes() | PhaseVisits():
                return f"{self.term(left)} {self.times(op, self.number(right))}"
            case _:
                return f"{self.term(left)} {_OF_VALUES[op]} {self.value(right, like=left)}"

    def elapsed(self, op: Op, number: float, ahead: str, behind: str, past: str) -> str:
        """Days to or since a date; a negative number is the other side of it."""
        if past and number == 0 and op in ("<", ">="):
            return f"{past} is past" if op == "<" else f"{past} is not past"
        if number < 0:
            op, number, ahead = _MIRRORED[op], -number, behind
        return f"{_OF_COUNTS[op]} {_days(number)} {ahead}"

    def count(self, spec: SignalSpec, op: Op, number: float) -> str:
        many = spec.plural if spec.plural else spec.label
        match op, number:
            case ("==" | "<=", 0) | ("<", 1):
                return f"no {many}"
            case (">" | "!=", 0):
                return f"at least 1 {spec.label}"
        return f"{_OF_COUNTS[op]} {show_number(number)} {spec.label if number == 1 else many}"

    def times(self, op: Op, number: float) -> str:
        match op, number:
            case ("==" | "<=", 0) | ("<", 1):
                return "never"
            case (">" | "!=", 0):
                return "at least once"
        often = "once" if number == 1 else "twice" if number == 2 else f"{show_number(number)} times"
        return f"{_OF_COUNTS[op]} {often}"

    def between(self, term: Term, low: Term, high: Term, negation: str = "") -> str:
        spec = self.first_signal(term)
        lowest, highest = self.value(low, like=term), self.value(high, like=term)
        if spec is not None and spec.kind in ("share", "change", "money", "days"):
            lowest = lowest.partition(" ")[0]  # the unit is said once
        limits = f"{negation}between {lowest} and {highest}"
        match term:
            case SignalRef() if spec is not None and spec.kind == "count":
                return f"{limits} {self.term(term)}"
            case DaysUntil() | DaysSince() | EventDaysSince():
                return f"{limits} {self.term(term)}"
            case DaysInPhase():
                return f"{negation}in this phase for {lowest} to {highest} days"
            case EventTimes() | PhaseVisits():
                return f"{self.term(term)} {limits} times"
            case _:
                return f"{self.term(term)} {limits}"

    # ---- terms

    def term(self, term: Term) -> str:
        match term:
            case SignalRef(name):
                spec = self.spec(name)
                return spec.plural if spec.kind == "count" and spec.plural else spec.label
            case ThresholdRef() | Const():
                return show_number(self.number(term))
            case DateConst(at):
                return show_instant(at)
            case Plus(left, Times(Const(factor), inner)) if factor < 0:
                return self.term(Minus(left, inner if factor == -1 else Times(Const(-factor), inner)))
            case Plus(left, right):
                return f"{self.value(left, like=right)} plus {self.value(right, like=left)}"
            case Minus(left, right):
                return f"{self.value(left, like=right)} minus {self.part(right, like=left)}"
            case Times(factor, inner):
                return f"{self.factor(self.number(factor))} {self.part(inner, like=inner)}"
            case DaysUntil(name):
                return f"days to {self.label(name)}"
            case DaysSince(name):
                return f"days since {self.label(name)}"
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

    def factor(self, number: float) -> str:
        if number == -1:
            return "minus"
        return f"{show_number(round(number * 100, 7))} % of" if 0 < number < 1 else f"{show_number(number)} times"

    def part(self, term: Term, *, like: Term) -> str:
        said = self.value(term, like=like)
        return f"({said})" if isinstance(term, Plus | Minus) else said

    def value(self, term: Term, *, like: Term) -> str:
        """A constant in the manner of the signal that it is compared with; any other term as itself."""
        if not isinstance(term, Const | ThresholdRef):
            return self.term(term)
        spec = self.first_signal(like)
        return show_number(self.number(term)) if spec is None else spec.show(self.number(term))

    def first_signal(self, term: Term) -> SignalSpec | None:
        match term:
            case SignalRef(name):
                return self.spec(name)
            case Plus(left, right) | Minus(left, right):
                first = self.first_signal(left)
                return self.first_signal(right) if first is None else first
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
        return _days(self.number(term))

    def place(self, path: str) -> str:
        return self.vocabulary.places[path].label

    def spec(self, name: str) -> SignalSpec:
        return self.vocabulary.signals[name]

    def label(self, name: str) -> str:
        return self.vocabulary.signals[name].label


def _days(number: float) -> str:
    return f"{show_number(number)} day{'' if number == 1 else 's'}"


def _listed(items: Iterable[str], last: str) -> str:
    *most, final = tuple(items) or ("nothing",)
    return f"{', '.join(most)} {last} {final}" if most else final


def _none_of(items: tuple[str, ...] | list[str]) -> str:
    match items:
        case (one,):
            return f"not {one}"
        case (one, other):
            return f"neither {one} nor {other}"
        case _:
            return f"none of {_listed(items, 'and')}"
