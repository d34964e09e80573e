"""What users write conditions with: thin facades over nodes, carrying the operators.

A facade knows its node, the lifecycles its names come from, and the mistakes made while building it. Nothing is raised while a class
body runs (except where Python would silently drop half a condition): mistakes travel with the condition and are reported together,
with their place, when the class is defined.
"""

from __future__ import annotations

import copy
import datetime as dt
import math
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Never, Protocol, Self, TypeVar, overload

import attrs

from clmstate.conditions.free import reads
from clmstate.conditions.nodes import (
    And,
    Between,
    Compare,
    Cond,
    Const,
    DateConst,
    DaysInPhase,
    DaysSince,
    DaysUntil,
    ForDays,
    IsMissing,
    IsTrue,
    Minus,
    Named,
    Not,
    OneOf,
    Op,
    Or,
    Plus,
    SignalRef,
    Term,
    ThresholdRef,
    Times,
    Unless,
    walk,
)
from clmstate.errors import BadValueError, DefinitionError, Diagnostic
from clmstate.signals import SignalSpec, ThresholdSpec, When, instant

__all__ = [
    "Choice",
    "Condition",
    "Date",
    "Elapsed",
    "Flag",
    "Given",
    "Home",
    "Mistake",
    "Number",
    "Numeric",
    "SignalFacade",
    "Threshold",
    "days_in_phase",
    "node_of",
    "unless",
]

T = TypeVar("T", int, float)


@attrs.frozen
class Mistake:
    """A mistake whose place is not known yet."""

    code: str
    cause: str
    remedy: str

    def at(self, place: str) -> Diagnostic:
        """The diagnostic, once the place is known."""
        return Diagnostic(self.code, place, self.cause, self.remedy)


@attrs.frozen(eq=False)
class Home:
    """The identity of the lifecycle in which a name was declared."""

    name: str


@attrs.frozen
class Given:
    """A signal and a value for it, checked by the editor: what ``Contract.health.now(80)`` makes."""

    name: str
    value: object
    homes: frozenset[Home]


class HoldsValues(Protocol):
    """An instance whose signals can be read."""

    def _signal_value(self, name: str) -> Any: ...


class _Built:
    """What every facade has: where its names come from, and what went wrong while it was built."""

    _homes: frozenset[Home] = frozenset()
    _mistakes: tuple[Mistake, ...] = ()

    def __bool__(self) -> Never:
        mistake = Mistake(
            "CLM113",
            "a condition has no truth of its own, so 'and', 'or', 'not', 'if' and chained comparisons would drop part of it",
            "use & | ~ with parentheses, and between(low, high) for a range",
        )
        raise DefinitionError([mistake.at("condition")])

    def _and(self, *others: object, mistakes: tuple[Mistake, ...] = ()) -> dict[str, Any]:
        """The homes and mistakes of this facade and some others together."""
        built = [self, *(other for other in others if isinstance(other, _Built))]
        return {
            "homes": frozenset().union(*(b._homes for b in built)),
            "mistakes": tuple(dict.fromkeys([m for b in built for m in b._mistakes] + list(mistakes))),
        }


class Condition(_Built):
    """A rule about a customer: true, false, or unknown while what it reads is missing.

    Built by comparing signals; combined with ``&``, ``|`` and ``~``.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     calm = (health >= 70).named("in good health")
        ...     new = Phase("New", initial=True)
        >>> Deal.calm.words(Deal.definition)
        'in good health'
    """

    def __init__(self, node: Cond, homes: frozenset[Home] = frozenset(), mistakes: tuple[Mistake, ...] = ()) -> None:
        self._node = node
        self._homes = homes
        self._mistakes = mistakes

    @property
    def node(self) -> Cond:
        """The plain data behind the facade."""
        return self._node

    def __and__(self, other: Condition) -> Condition:
        return self._joined(And, self, other)

    def __or__(self, other: Condition) -> Condition:
        return self._joined(Or, self, other)

    def __invert__(self) -> Condition:
        return Condition(Not(self.node), **self._and())

    if not TYPE_CHECKING:  # for editors these do not exist, so that `number & flag` and `a & b >= 0.5` are errors there

        def __rand__(self, other: object) -> Condition:
            return self._joined(And, other, self)

        def __ror__(self, other: object) -> Condition:
            return self._joined(Or, other, self)

        def _compared(self, other: object) -> Condition:
            mistake = Mistake(
                "CLM114",
                "a condition is compared as if it were a number: & and | bind tighter than comparisons",
                "put parentheses around each comparison, as in a & (b >= 0.5)",
            )
            return Condition(self.node, **self._and(other, mistakes=(mistake,)))

        __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _compared
        __hash__ = object.__hash__

    def _joined(self, kind: type[And] | type[Or], left: object, right: object) -> Condition:
        parts: list[Cond] = []
        wrong: list[Mistake] = []
        for side in (left, right):
            if not isinstance(side, Condition):
                wrong.append(_no_condition(side))
            elif isinstance(side.node, kind):
                parts.extend(side.node.items)
            else:
                parts.append(side.node)
        return Condition(kind(tuple(parts)), **self._and(left, right, mistakes=tuple(wrong)))

    def is_missing(self) -> Condition:
        """Whether this condition is unknown; itself never unknown.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     health = Signal.score("health")
            >>> (Deal.health >= 70).is_missing().node
            IsMissing(of=Compare(left=SignalRef(name='health'), op='>=', right=Const(value=70)))
        """
        return Condition(IsMissing(self.node), **self._and())

    def for_days(self, days: int | Threshold) -> Condition:
        """Whether this has held at every settled picture for so many days (a whole number, at least 1).

        Its clock runs in every phase, starts at the observation after which this first holds and is never reset by a move.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     quiet = Signal.flag("quiet", default=False)
            >>> Deal.quiet.for_days(14).words(Deal.definition)
            'quiet for 14 days'
        """
        wrong = []
        if isinstance(days, Threshold):
            count: Const | ThresholdRef = ThresholdRef(days._named())
        else:
            if isinstance(days, bool) or not isinstance(days, int) or days < 1:
                wrong.append(Mistake("CLM115", f"for_days({days!r}) is not a whole number of days, at least 1", "give 1 or more days"))
            count = Const(days)
        inner = reads(self.node)
        if any(isinstance(node, ForDays) for node in walk(self.node)):
            wrong.append(Mistake("CLM115", "for_days inside for_days", "combine the two conditions first, then say for how long"))
        elif inner.clock or inner.events or inner.phases:
            remedy = "keep events, visits and days out of the inner condition and add them with &"
            wrong.append(Mistake("CLM115", "for_days holds an event or a clock of its own", remedy))
        return Condition(ForDays(self.node, count), **self._and(days, mistakes=tuple(wrong)))

    def named(self, label: str) -> Condition:
        """The same condition under the business's own name for it.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     health = Signal.score("health")
            >>> (Deal.health >= 70).named("healthy").words(Deal.definition)
            'healthy'
        """
        return Condition(Named(self.node, label), **self._and())

    def words(self, vocabulary: Any) -> str:
        """The condition as the business would say it.

        Args:
            vocabulary: a lifecycle's definition, or anything with the same labels.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     tickets = Signal.count("open ticket")
            >>> (Deal.tickets == 0).words(Deal.definition)
            'no open tickets'
        """
        from clmstate.conditions.words import words

        return words(self.node, vocabulary)

    def __repr__(self) -> str:
        return f"<Condition {self.node!r}>"


def unless(condition: Condition) -> Condition:
    """True when the condition is false *or unknown*; itself never unknown.

    Example:
        >>> from clmstate import Lifecycle, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        >>> unless(Deal.health >= 70).words(Deal.definition)
        'health below 70 or unknown'
    """
    if not isinstance(condition, Condition):
        built = condition if isinstance(condition, _Built) else _Built()
        return Condition(Or(()), **built._and(mistakes=(_no_condition(condition),)))
    return Condition(Unless(condition.node), **condition._and())


def node_of(condition: Condition | None) -> Cond | None:
    """The node of a condition; its mistakes, if any, are raised here.

    Raises:
        DefinitionError: all mistakes made while building it.

    Example:
        >>> node_of(None) is None
        True
    """
    if condition is None:
        return None
    if not isinstance(condition, Condition):
        raise DefinitionError([_no_condition(condition).at("condition")])
    if condition._mistakes:
        raise DefinitionError([m.at("condition") for m in condition._mistakes])
    return condition.node


def _no_condition(thing: object) -> Mistake:
    what = f"'{thing._label()}' is a {thing._kind()}" if isinstance(thing, SignalFacade) else f"{thing!r:.60} is a {type(thing).__name__}"
    return Mistake("CLM112", f"{what}, not a condition", "compare it with something, as in (health >= 70)")


class Numeric(_Built):
    """A number that conditions compare: a signal, or a linear expression over signals."""

    def __init__(self, term: Term, homes: frozenset[Home] = frozenset(), mistakes: tuple[Mistake, ...] = ()) -> None:
        self._term_node = term
        self._homes = homes
        self._mistakes = mistakes

    def _term(self) -> Term:
        return self._term_node

    def _operand(self, other: object) -> tuple[Term, tuple[Mistake, ...]]:
        if isinstance(other, Threshold):
            return ThresholdRef(other._named()), ()
        if isinstance(other, Numeric):
            return other._term(), ()
        return Const(other if isinstance(other, int | float) else 0), tuple(_number_faults(other))

    def _compare(self, op: Op, other: object) -> Condition:
        term, wrong = self._operand(other)
        return Condition(Compare(self._term(), op, term), **self._and(other, mistakes=wrong))

    def __lt__(self, other: float | Threshold | Numeric) -> Condition:
        return self._compare("<", other)

    def __le__(self, other: float | Threshold | Numeric) -> Condition:
        return self._compare("<=", other)

    def __gt__(self, other: float | Threshold | Numeric) -> Condition:
        return self._compare(">", other)

    def __ge__(self, other: float | Threshold | Numeric) -> Condition:
        return self._compare(">=", other)

    def __eq__(self, other: float | Threshold | Numeric) -> Condition:  # type: ignore[override]
        return self._compare("==", other)

    def __ne__(self, other: float | Threshold | Numeric) -> Condition:  # type: ignore[override]
        return self._compare("!=", other)

    __hash__ = object.__hash__

    def between(self, low: float | Threshold, high: float | Threshold) -> Condition:
        """Whether it lies between two limits, both included.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     health = Signal.score("health")
            >>> Deal.health.between(40, 69).words(Deal.definition)
            'health between 40 and 69'
        """
        (lowest, wrong_low), (highest, wrong_high) = self._operand(low), self._operand(high)
        return Condition(Between(self._term(), lowest, highest), **self._and(low, high, mistakes=wrong_low + wrong_high))

    def is_missing(self) -> Condition:
        """Whether it has no value; itself never unknown.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     health = Signal.score("health")
            >>> Deal.health.is_missing().words(Deal.definition)
            'health unknown'
        """
        term = self._term()
        # an expression is missing exactly when a comparison of it is unknown
        node = IsMissing(term) if isinstance(term, SignalRef) else IsMissing(Compare(term, "==", Const(0)))
        return Condition(node, **self._and())

    def _combine(self, kind: Callable[[Term, Term], Term], left: object, right: object) -> Numeric:
        (a, wrong_a), (b, wrong_b) = self._operand(left), self._operand(right)
        return Numeric(kind(a, b), **self._and(left, right, mistakes=wrong_a + wrong_b))

    def __add__(self, other: float | Threshold | Numeric) -> Numeric:
        return self._combine(Plus, self, other)

    def __radd__(self, other: float | Threshold) -> Numeric:
        return self._combine(Plus, other, self)

    def __sub__(self, other: float | Threshold | Numeric) -> Numeric:
        return self._combine(Minus, self, other)

    def __rsub__(self, other: float | Threshold) -> Numeric:
        return self._combine(Minus, other, self)

    def __mul__(self, factor: float | Threshold) -> Numeric:
        term, wrong = self._operand(factor)
        if not isinstance(term, Const | ThresholdRef):
            remedy = "multiply by a number or a threshold; compare products outside and report them as a signal of their own"
            wrong = (Mistake("CLM116", "two signals are multiplied, so no rule over them could be proved", remedy),)
            term = Const(1)
        return Numeric(Times(term, self._term()), **self._and(factor, mistakes=wrong))

    def __rmul__(self, factor: float | Threshold) -> Numeric:
        return self * factor

    def __neg__(self) -> Numeric:
        return self * -1

    def __truediv__(self, divisor: float) -> Numeric:
        if isinstance(divisor, bool) or not isinstance(divisor, int | float) or divisor == 0:
            mistake = Mistake("CLM116", "only a number other than 0 can divide", "multiply both sides instead, as in a >= 0.8 * b")
            return Numeric(self._term(), **self._and(divisor, mistakes=(mistake,)))
        return self * (1 / divisor)


def _number_faults(other: object) -> list[Mistake]:
    if isinstance(other, SignalFacade):
        return [Mistake("CLM112", f"'{other._label()}' is a {other._kind()}, not a number", "compare numbers with numbers")]
    if isinstance(other, bool) or not isinstance(other, int | float):
        return [Mistake("CLM112", f"{other!r:.60} is not a number", "compare a number with a number, a threshold or another signal")]
    if not math.isfinite(other):
        return [Mistake("CLM112", f"{other!r} is not a finite number", "give a finite number; is_missing() asks for missing values")]
    return []


class SignalFacade(_Built):
    """A declared signal: on the class usable in conditions, on an instance the customer's value."""

    def __init__(self, spec: SignalSpec, mistakes: tuple[Mistake, ...] = ()) -> None:
        self._spec = spec
        self._mistakes = mistakes

    @property
    def spec(self) -> SignalSpec:
        """The plain data: label, kind, bounds, step, default, origin."""
        return self._spec

    def _label(self) -> str:
        return self._spec.label or self._spec.name

    def _kind(self) -> str:
        return self._spec.kind

    def _bind(self, name: str, home: Home) -> None:
        self._spec = attrs.evolve(self._spec, name=name)
        self._homes = frozenset((home,))

    def _rebound(self, home: Home) -> Self:
        twin = copy.copy(self)
        twin._homes = frozenset((home,))
        return twin

    def _named(self) -> str:
        if not self._spec.name:
            cause = f"signal '{self._spec.label}' is used in a condition before it has a name"
            raise DefinitionError([Mistake("CLM103", cause, "give it a name in the class body first").at("condition")])
        return self._spec.name

    def _value(self, instance: HoldsValues) -> Any:
        return instance._signal_value(self._spec.name)

    def __set__(self, instance: object, value: Never) -> None:
        cause = f"'{self._spec.name}' is set by assignment, so nothing would move"
        remedy = f"report it with observe({self._spec.name}=...)"
        raise BadValueError([Diagnostic("CLM207", type(instance).__name__, cause, remedy)])

    def __repr__(self) -> str:
        return f"<Signal {self._spec.name or self._spec.label!r} ({self._spec.kind})>"


class Flag(SignalFacade, Condition):
    """A yes-or-no signal; it is a condition of its own.

    Example:
        >>> from clmstate import Lifecycle, Signal
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("signed", default=False)
        >>> (~Deal.signed).words(Deal.definition)
        'not signed'
    """

    @property
    def node(self) -> Cond:
        """The plain data behind the facade."""
        return IsTrue(self._named())

    @overload
    def __get__(self, instance: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> bool | None: ...
    def __get__(self, instance: Any, owner: Any) -> Any:
        return self if instance is None else self._value(instance)

    def is_missing(self) -> Condition:
        """Whether nobody has said; itself never unknown.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     signed = Signal.flag("signed")
            >>> Deal.signed.is_missing().words(Deal.definition)
            'signed unknown'
        """
        return Condition(IsMissing(SignalRef(self._named())), **self._and())

    def now(self, value: bool) -> Given:
        """The flag with a value, for ``observe``; editors check the type.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     signed = Signal.flag("signed")
            >>> Deal.signed.now(True).value
            True
        """
        return Given(self._named(), value, self._homes)


class Number(SignalFacade, Numeric, Generic[T]):
    """A numeric signal: a count, share, score, amount of money or days.

    Example:
        >>> from clmstate import Lifecycle, Signal
        >>> class Deal(Lifecycle):
        ...     adopted = Signal.share("users adopted")
        >>> (Deal.adopted >= 0.8).words(Deal.definition)
        'users adopted at least 80 %'
    """

    def _term(self) -> Term:
        return SignalRef(self._named())

    def _operand(self, other: object) -> tuple[Term, tuple[Mistake, ...]]:
        term, wrong = super()._operand(other)
        if isinstance(term, Const) and not wrong:
            wrong = tuple(bound_faults(self._spec, term.value))
        return term, wrong

    def _combine(self, kind: Callable[[Term, Term], Term], left: object, right: object) -> Numeric:
        return Numeric(self._term(), **self._and())._combine(kind, _plain(left), _plain(right))

    def __mul__(self, factor: float | Threshold) -> Numeric:
        return Numeric(self._term(), **self._and()) * factor

    @overload
    def __get__(self, instance: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> T | None: ...
    def __get__(self, instance: Any, owner: Any) -> Any:
        return self if instance is None else self._value(instance)

    def now(self, value: T) -> Given:
        """The signal with a value, for ``observe``; editors check the type.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     health = Signal.score("health")
            >>> Deal.health.now(80).value
            80
        """
        return Given(self._named(), value, self._homes)


def _plain(side: object) -> object:
    return Numeric(side._term(), side._homes, side._mistakes) if isinstance(side, Number) else side


def bound_faults(spec: SignalSpec, value: int | float) -> list[Mistake]:
    """What is wrong with comparing a signal with a constant that it can never have.

    Example:
        >>> bound_faults(SignalSpec("a", "share", "adopted", low=0, high=1), 80)[0].code
        'CLM117'
    """
    low, high = spec.range
    if low <= value <= high:
        return []
    cause = f"'{spec.label}' is compared with {value:g}, but it is {spec.allowed}"
    percent = spec.kind in ("share", "change") and abs(value) > 1 and low <= value / 100 <= high
    return [Mistake("CLM117", cause, f"did you mean {value / 100:g}?" if percent else "compare it with a value that it can have")]


class Choice(SignalFacade):
    """A signal that is one of some words.

    Example:
        >>> from clmstate import Lifecycle, Signal
        >>> class Deal(Lifecycle):
        ...     plan = Signal.choice("plan", "Team", "Pro", "Enterprise")
        >>> Deal.plan.one_of("Pro", "Enterprise").words(Deal.definition)
        'plan is Pro or Enterprise'
    """

    def one_of(self, *values: str) -> Condition:
        """Whether it is one of some values.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     plan = Signal.choice("plan", "Team", "Pro")
            >>> Deal.plan.one_of("Pro").node
            OneOf(signal='plan', values=('Pro',))
        """
        wrong = [
            Mistake("CLM117", f"{value!r:.60} is not a value of '{self._label()}'", f"it is {self._spec.allowed}")
            for value in values
            if not isinstance(value, str) or value not in self._spec.choices
        ]
        if not values:
            wrong.append(Mistake("CLM117", f"one_of() of '{self._label()}' names no value", f"name {self._spec.allowed}"))
        return Condition(OneOf(self._named(), values), **self._and(mistakes=tuple(wrong)))

    def __eq__(self, other: str) -> Condition:  # type: ignore[override]
        return self.one_of(other)

    def __ne__(self, other: str) -> Condition:  # type: ignore[override]
        return ~self.one_of(other)

    __hash__ = object.__hash__

    def is_missing(self) -> Condition:
        """Whether it has no value; itself never unknown.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     plan = Signal.choice("plan", "Team", "Pro")
            >>> Deal.plan.is_missing().words(Deal.definition)
            'plan unknown'
        """
        return Condition(IsMissing(SignalRef(self._named())), **self._and())

    @overload
    def __get__(self, instance: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> str | None: ...
    def __get__(self, instance: Any, owner: Any) -> Any:
        return self if instance is None else self._value(instance)

    def now(self, value: str) -> Given:
        """The signal with a value, for ``observe``; editors check the type.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     plan = Signal.choice("plan", "Team", "Pro")
            >>> Deal.plan.now("Pro").value
            'Pro'
        """
        return Given(self._named(), value, self._homes)


class Elapsed(_Built):
    """A clock or a counter: whole days, or how often. It compares with constants and thresholds only.

    Example:
        >>> from clmstate import Lifecycle, Signal
        >>> class Deal(Lifecycle):
        ...     renewal_on = Signal.date("renewal")
        >>> (Deal.renewal_on.days_until <= 120).words(Deal.definition)
        'at most 120 days to renewal'
    """

    def __init__(self, term: Term, homes: frozenset[Home] = frozenset(), mistakes: tuple[Mistake, ...] = ()) -> None:
        self._term_node = term
        self._homes = homes
        self._mistakes = mistakes

    def _operand(self, other: object) -> tuple[Term, tuple[Mistake, ...]]:
        if isinstance(other, Threshold):
            return ThresholdRef(other._named()), ()
        if isinstance(other, _Built):
            cause = "a clock or counter is compared with something that moves itself"
            return Const(0), (Mistake("CLM112", cause, "compare it with a number or a threshold"),)
        return Const(other if isinstance(other, int | float) else 0), tuple(_number_faults(other))

    def _compare(self, op: Op, other: object) -> Condition:
        term, wrong = self._operand(other)
        return Condition(Compare(self._term_node, op, term), **self._and(other, mistakes=wrong))

    def __lt__(self, other: float | Threshold) -> Condition:
        return self._compare("<", other)

    def __le__(self, other: float | Threshold) -> Condition:
        return self._compare("<=", other)

    def __gt__(self, other: float | Threshold) -> Condition:
        return self._compare(">", other)

    def __ge__(self, other: float | Threshold) -> Condition:
        return self._compare(">=", other)

    def __eq__(self, other: float | Threshold) -> Condition:  # type: ignore[override]
        return self._compare("==", other)

    def __ne__(self, other: float | Threshold) -> Condition:  # type: ignore[override]
        return self._compare("!=", other)

    __hash__ = object.__hash__

    def between(self, low: float | Threshold, high: float | Threshold) -> Condition:
        """Whether it lies between two limits, both included.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     renewal_on = Signal.date("renewal")
            >>> Deal.renewal_on.days_until.between(30, 60).words(Deal.definition)
            'between 30 and 60 days to renewal'
        """
        (lowest, wrong_low), (highest, wrong_high) = self._operand(low), self._operand(high)
        return Condition(Between(self._term_node, lowest, highest), **self._and(low, high, mistakes=wrong_low + wrong_high))


days_in_phase = Elapsed(DaysInPhase())
"""Whole days since the present phase was entered; 0 right after a move, missing before the first observation with a time."""


class Date(SignalFacade):
    """A signal that is a date (its midnight) or an exact time.

    Example:
        >>> from clmstate import Lifecycle, Signal
        >>> class Deal(Lifecycle):
        ...     renewal_on = Signal.date("renewal")
        >>> (Deal.renewal_on.days_since > 30).words(Deal.definition)
        'more than 30 days since renewal'
    """

    @property
    def days_until(self) -> Elapsed:
        """Whole days from now until the date, negative once it is past.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     renewal_on = Signal.date("renewal")
            >>> (Deal.renewal_on.days_until < 30).words(Deal.definition)
            'fewer than 30 days to renewal'
        """
        return Elapsed(DaysUntil(self._named()), **self._and())

    @property
    def days_since(self) -> Elapsed:
        """Whole days from the date until now, negative while it is ahead.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     signed_on = Signal.date("signature")
            >>> (Deal.signed_on.days_since >= 180).words(Deal.definition)
            'at least 180 days since signature'
        """
        return Elapsed(DaysSince(self._named()), **self._and())

    def _compare(self, op: Op, other: object) -> Condition:
        term: Term = DateConst(0)
        wrong: tuple[Mistake, ...] = ()
        if isinstance(other, Date):
            term = SignalRef(other._named())
        else:
            try:
                term = DateConst(instant(other))  # type: ignore[arg-type]
            except BadValueError as error:
                wrong = (Mistake("CLM112", error.diagnostics[0].cause, "compare a date with a date, or days_until with a number"),)
        return Condition(Compare(SignalRef(self._named()), op, term), **self._and(other, mistakes=wrong))

    def __lt__(self, other: When | Date) -> Condition:
        return self._compare("<", other)

    def __le__(self, other: When | Date) -> Condition:
        return self._compare("<=", other)

    def __gt__(self, other: When | Date) -> Condition:
        return self._compare(">", other)

    def __ge__(self, other: When | Date) -> Condition:
        return self._compare(">=", other)

    def __eq__(self, other: When | Date) -> Condition:  # type: ignore[override]
        return self._compare("==", other)

    def __ne__(self, other: When | Date) -> Condition:  # type: ignore[override]
        return self._compare("!=", other)

    __hash__ = object.__hash__

    def is_missing(self) -> Condition:
        """Whether it has no value; itself never unknown.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     renewal_on = Signal.date("renewal")
            >>> Deal.renewal_on.is_missing().words(Deal.definition)
            'renewal unknown'
        """
        return Condition(IsMissing(SignalRef(self._named())), **self._and())

    @overload
    def __get__(self, instance: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> dt.date | None: ...
    def __get__(self, instance: Any, owner: Any) -> Any:
        return self if instance is None else self._value(instance)

    def now(self, value: When) -> Given:
        """The signal with a value, for ``observe``; editors check the type.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     renewal_on = Signal.date("renewal")
            >>> Deal.renewal_on.now("2026-12-31").value
            '2026-12-31'
        """
        return Given(self._named(), value, self._homes)


class Threshold(_Built):
    """A named limit: overridden by target markets, swept by backtests.

    Args:
        value: the number; shares as fractions (0.8 is 80 %), times in days.
        help: why this number.
        ref: the source of the number.

    Example:
        >>> from clmstate import Lifecycle, Signal, Threshold
        >>> class Deal(Lifecycle):
        ...     adopted = Signal.share("users adopted")
        ...     adopted_at = Threshold(0.80, ref="S4.19")
        ...     done = adopted >= adopted_at
        >>> Deal.done.words(Deal.definition)
        'users adopted at least 80 %'
    """

    def __init__(self, value: float, *, help: str = "", ref: str = "") -> None:
        wrong = _number_faults(value)
        self._spec = ThresholdSpec("", 0 if wrong else value, help, ref)
        self._mistakes = tuple(wrong)

    @property
    def spec(self) -> ThresholdSpec:
        """The plain data."""
        return self._spec

    def _bind(self, name: str, home: Home) -> None:
        self._spec = attrs.evolve(self._spec, name=name)
        self._homes = frozenset((home,))

    def _rebound(self, home: Home) -> Threshold:
        twin = copy.copy(self)
        twin._homes = frozenset((home,))
        return twin

    def _named(self) -> str:
        if not self._spec.name:
            cause = f"threshold {self._spec.value:g} is used in a condition before it has a name"
            raise DefinitionError([Mistake("CLM103", cause, "give it a name in the class body first").at("condition")])
        return self._spec.name

    @overload
    def __get__(self, instance: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> float: ...
    def __get__(self, instance: Any, owner: Any) -> Any:
        return self if instance is None else self._spec.value

    def __mul__(self, signal: Numeric) -> Numeric:
        return operator.mul(signal, self)

    def __repr__(self) -> str:
        return f"<Threshold {self._spec.name} = {self._spec.value:g}>"
