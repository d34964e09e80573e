"""Conditions as JSON-ready data, and back: one key says what it is, its value what it is about.

Reading goes through the same facades as a class body, so that whatever is read could have been written in Python, and is refused with
the same words if it could not.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, assert_never

import attrs

from clmstate.analysis.versions.reader import Reader
from clmstate.conditions import Condition, Elapsed, Home, Numeric, Threshold, days_in_phase, unless
from clmstate.conditions.facts import Choice, Date, Flag, Number, SignalFacade
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
    Or,
    PhaseVisits,
    Plus,
    SignalRef,
    Term,
    ThresholdRef,
    Times,
    Unless,
)
from clmstate.errors import did_you_mean
from clmstate.lifecycle import Event
from clmstate.signals import from_instant, instant

__all__ = ["OPERATORS", "Scope", "read_condition", "written_condition", "written_term"]

Json = Any
S = TypeVar("S", bound=SignalFacade)

OPERATORS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}


# ---- writing ---------------------------------------------------------------------------------------------------------------


def written_condition(cond: Cond) -> dict[str, Json]:
    """A condition as JSON-ready data.

    Example:
        >>> written_condition(Not(Compare(SignalRef("health"), ">=", Const(70))))
        {'not': {'compare': [{'signal': 'health'}, '>=', 70]}}
    """
    match cond:
        case Constant(value):
            return {"constant": value}
        case IsTrue(signal):
            return {"flag": signal}
        case OneOf(signal, values):
            return {"one_of": {"signal": signal, "values": list(values)}}
        case Compare(left, op, right):
            return {"compare": [written_term(left), op, written_term(right)]}
        case Between(term, low, high):
            return {"between": [written_term(term), written_term(low), written_term(high)]}
        case IsMissing(of):
            return {"missing": written_term(of) if isinstance(of, SignalRef) else written_condition(of)}
        case InPhase(phases):
            return {"in_phase": list(phases)}
        case Not(of):
            return {"not": written_condition(of)}
        case And(items):
            return {"all": [written_condition(item) for item in items]}
        case Or(items):
            return {"any": [written_condition(item) for item in items]}
        case Unless(of):
            return {"unless": written_condition(of)}
        case ForDays(of, days):
            return {"held": written_condition(of), "days": written_term(days)}
        case Named(of, label):
            return {"named": label, "is": written_condition(of)}
        case _:
            assert_never(cond)


def written_term(term: Term) -> Json:
    """A term as JSON-ready data; a constant is the number itself.

    Example:
        >>> written_term(Plus(SignalRef("used"), Const(5)))
        {'plus': [{'signal': 'used'}, 5]}
    """
    match term:
        case Const(value):
            return value
        case SignalRef(name):
            return {"signal": name}
        case ThresholdRef(name):
            return {"threshold": name}
        case DateConst(at):
            return {"date": from_instant(at).isoformat()}
        case Plus(left, right):
            return {"plus": [written_term(left), written_term(right)]}
        case Minus(left, right):
            return {"minus": [written_term(left), written_term(right)]}
        case Times(factor, inner):
            return {"times": [written_term(factor), written_term(inner)]}
        case DaysUntil(signal):
            return {"days_until": signal}
        case DaysSince(signal):
            return {"days_since": signal}
        case DaysInPhase():
            return {"days_in_phase": True}
        case EventDaysSince(event):
            return {"days_since_event": event}
        case EventTimes(event):
            return {"times_of_event": event}
        case PhaseVisits(phase):
            return {"visits": phase}
        case _:
            assert_never(term)


# ---- reading ---------------------------------------------------------------------------------------------------------------


@attrs.frozen
class Scope:
    """The names that a condition may use, as the facades of the lifecycle that is being read.

    Attributes:
        home: the identity of that lifecycle.
        signals, thresholds, events: by name.
        visits: how often a phase or group was entered, by path.
    """

    home: Home
    signals: Mapping[str, SignalFacade]
    thresholds: Mapping[str, Threshold]
    events: Mapping[str, Event]
    visits: Mapping[str, Elapsed]


def read_condition(said: Reader, scope: Scope) -> Condition:
    """A condition from JSON-ready data.

    Raises:
        Unreadable: it is not a condition.
    """
    said.deeper()
    keys = tuple(sorted(said.names()))
    reading = _CONDITIONS.get(keys)
    if reading is None:
        raise said.wrong("no condition is written like that", _known(_CONDITIONS, keys))
    return reading(said, scope)


def _known(table: Mapping[tuple[str, ...], object], keys: tuple[str, ...]) -> str:
    return did_you_mean(keys[0] if keys else "", [key for known in table for key in known])


def _flag(said: Reader, scope: Scope) -> Condition:
    return _signal(said.at("flag"), scope, Flag, "a flag")


def _one_of(said: Reader, scope: Scope) -> Condition:
    inner = said.at("one_of").only("signal", "values")
    return _signal(inner.at("signal"), scope, Choice, "a choice").one_of(*(value.text() for value in inner.at("values").items()))


def _compare(said: Reader, scope: Scope) -> Condition:
    left, op, right = said.at("compare").items(3)
    compared = OPERATORS[op.one_of(OPERATORS)]
    date = _date(left, scope)
    result: Condition = compared(*((date, _moment(right, scope)) if date is not None else _measured(left, right, scope)))
    return result


def _measured(left: Reader, right: Reader, scope: Scope) -> tuple[Numeric | Elapsed, object]:
    return _measure(left, scope), read_operand(right, scope)


def _measure(said: Reader, scope: Scope) -> Numeric | Elapsed:
    term = read_operand(said, scope)
    if not isinstance(term, Numeric | Elapsed):
        raise said.wrong("a constant cannot stand there", "compare a signal, a sum or a clock with it")
    return term


def _between(said: Reader, scope: Scope) -> Condition:
    term, low, high = said.at("between").items(3)
    return _measure(term, scope).between(read_operand(low, scope), read_operand(high, scope))  # type: ignore[arg-type]  # facades refuse the rest


def _missing(said: Reader, scope: Scope) -> Condition:
    inner = said.at("missing")
    if tuple(inner.names()) == ("signal",):
        return _signal(inner.at("signal"), scope, SignalFacade, "a signal").is_missing()
    return read_condition(inner, scope).is_missing()


def _in_phase(said: Reader, scope: Scope) -> Condition:
    return Condition(InPhase(tuple(path.text() for path in said.at("in_phase").items())), frozenset((scope.home,)))


def _joined(kind: type[And] | type[Or], key: str) -> Callable[[Reader, Scope], Condition]:
    def read(said: Reader, scope: Scope) -> Condition:
        parts = [read_condition(item, scope) for item in said.at(key).items()]
        if len(parts) < 2:
            raise said.wrong(f"'{key}' joins {len(parts)}", "join two conditions at least")
        return Condition(kind(tuple(part.node for part in parts)), *parts[0]._with(*parts[1:]))

    return read


def _held(said: Reader, scope: Scope) -> Condition:
    days = read_operand(said.at("days"), scope)
    return read_condition(said.at("held"), scope).for_days(days)  # type: ignore[arg-type]  # the facade refuses what is no number of days


_CONDITIONS: Final[Mapping[tuple[str, ...], Callable[[Reader, Scope], Condition]]] = {
    ("flag",): _flag,
    ("one_of",): _one_of,
    ("compare",): _compare,
    ("between",): _between,
    ("missing",): _missing,
    ("in_phase",): _in_phase,
    ("not",): lambda said, scope: ~read_condition(said.at("not"), scope),
    ("all",): _joined(And, "all"),
    ("any",): _joined(Or, "any"),
    ("unless",): lambda said, scope: unless(read_condition(said.at("unless"), scope)),
    ("days", "held"): _held,
    ("is", "named"): lambda said, scope: read_condition(said.at("is"), scope).named(said.at("named").text()),
    ("constant",): lambda said, scope: Condition(Constant(said.at("constant").truth()), frozenset((scope.home,))),
}

Operand = Numeric | Elapsed | Threshold | int | float


def read_operand(said: Reader, scope: Scope) -> Operand:
    """A term from JSON-ready data, as what stands left or right of a comparison.

    Raises:
        Unreadable: it is not a term.
    """
    said.deeper()
    if said.is_number:
        return said.number()
    keys = tuple(said.names())
    reading = _TERMS.get(keys)
    if reading is None:
        raise said.wrong("no term is written like that", _known(_TERMS, keys))
    return reading(said, scope)


def _sum(key: str, combine: Callable[[Any, Any], Any]) -> Callable[[Reader, Scope], Operand]:
    def read(said: Reader, scope: Scope) -> Operand:
        left, right = (read_operand(item, scope) for item in said.at(key).items(2))
        if not isinstance(left, Numeric) and not isinstance(right, Numeric):
            raise said.wrong(f"'{key}' is about no signal", "one of the two is a signal, or a sum of signals")
        result: Operand = combine(left, right)
        return result

    return read


_TERMS: Final[Mapping[tuple[str, ...], Callable[[Reader, Scope], Operand]]] = {
    ("signal",): lambda said, scope: _signal(said.at("signal"), scope, Number, "a number"),
    ("threshold",): lambda said, scope: said.at("threshold").named(scope.thresholds, "threshold"),
    ("plus",): _sum("plus", operator.add),
    ("minus",): _sum("minus", operator.sub),
    ("times",): _sum("times", lambda factor, term: term * factor),
    ("days_until",): lambda said, scope: _signal(said.at("days_until"), scope, Date, "a date").days_until,
    ("days_since",): lambda said, scope: _signal(said.at("days_since"), scope, Date, "a date").days_since,
    ("days_in_phase",): lambda _said, _scope: days_in_phase,
    ("days_since_event",): lambda said, scope: said.at("days_since_event").named(scope.events, "event").days_since,
    ("times_of_event",): lambda said, scope: said.at("times_of_event").named(scope.events, "event").times,
    ("visits",): lambda said, scope: said.at("visits").named(scope.visits, "phase"),
}


def _signal(said: Reader, scope: Scope, kind: type[S], what: str) -> S:
    found = said.named(scope.signals, "signal")
    if not isinstance(found, kind):
        raise said.wrong(f"'{found.spec.name}' is a {found.spec.kind}, not {what}", f"name {what}")
    return found


def _date(said: Reader, scope: Scope) -> Date | None:
    """The date signal that stands there, if one does."""
    found = scope.signals.get(said.at("signal").text()) if not said.is_number and tuple(said.names()) == ("signal",) else None
    return found if isinstance(found, Date) else None


def _moment(said: Reader, scope: Scope) -> Any:
    other = _date(said, scope)
    if other is not None:
        return other
    if said.is_number or tuple(said.names()) != ("date",):
        raise said.wrong("a date is compared with something else", "compare it with a date, or with another signal that is a date")
    text = said.at("date").text()
    instant(text, place=said.place)
    return text
