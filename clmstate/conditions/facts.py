"""Declared signals: on the class usable in conditions, on a customer the value."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any, Generic, Never, Protocol, Self, TypeVar, overload

import attrs

from clmstate.conditions.facade import Condition
from clmstate.conditions.mistakes import Given, Home, Mistake
from clmstate.conditions.nodes import (
    Compare,
    Cond,
    Const,
    DateConst,
    DaysSince,
    DaysUntil,
    IsMissing,
    IsTrue,
    OneOf,
    Op,
    SignalRef,
    Term,
)
from clmstate.conditions.numbers import Elapsed, Numeric
from clmstate.conditions.refusing import Built, assigned
from clmstate.errors import BadValueError, DefinitionError, did_you_mean, shown
from clmstate.signals import SignalSpec, When, instant, show_number

__all__ = ["Choice", "Date", "Flag", "Number", "SignalFacade", "bound_faults", "no_value"]

T = TypeVar("T", int, float)


class HoldsValues(Protocol):
    """An instance whose signals can be read."""

    def _signal_value(self, name: str) -> Any: ...


class SignalFacade(Built):
    """A declared signal: on the class usable in conditions, on an instance the customer's value.

    Example:
        >>> from clmstate import Signal
        >>> isinstance(Signal.score("health"), SignalFacade)
        True
    """

    def __init__(self, spec: SignalSpec, mistakes: tuple[Mistake, ...] = ()) -> None:
        given: object = spec
        if isinstance(given, SignalSpec):
            self._spec, self._mistakes = given, mistakes
        else:
            remedy = "declare it as in Signal.score('health', 0, 100)"
            self._spec = SignalSpec("", "number", "?")
            self._mistakes = (*mistakes, Mistake("CLM118", f"{shown(given)} is no description of a signal", remedy))

    @property
    def spec(self) -> SignalSpec:
        """The plain data: label, kind, bounds, step, default, origin."""
        return self._spec

    def _described(self) -> str:
        return f"'{self._spec.label}' is {'an' if self._spec.kind[0] in 'aeiou' else 'a'} {self._spec.kind}"

    @property
    def _carried(self) -> tuple[Mistake, ...]:
        """Once it has a name, its own mistakes are reported there; without one, they are reported where it is used."""
        return () if self._spec.name else (*self._mistakes, self._unnamed())

    def _unnamed(self) -> Mistake:
        cause = f"signal '{self._spec.label}' is used in a condition before it has a name"
        return Mistake("CLM103", cause, "give it a name in the class body first")

    def _bind(self, name: str, home: Home) -> Self:
        """The declaration under its name; one that has a name already stays with it, and a twin takes the new one."""
        bound = copy.copy(self) if self._spec.name else self
        bound._spec = attrs.evolve(self._spec, name=name)
        bound._homes = frozenset((home,))
        return bound

    def _rebound(self, home: Home) -> Self:
        twin = copy.copy(self)
        twin._homes = frozenset((home,))
        return twin

    def _given(self, value: object) -> Given:
        if not self._spec.name:
            raise DefinitionError([self._unnamed().at("now")])
        return Given(self._spec.name, value, self._homes)

    def _value(self, instance: HoldsValues) -> Any:
        return instance._signal_value(self._spec.name)

    def __set__(self, instance: object, value: Never) -> None:
        raise assigned(instance, self._spec.name, f"report it with observe({self._spec.name}=...)")

    def is_missing(self) -> Condition:
        """Whether it has no value; itself never unknown.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     renewal_on = Signal.date("renewal")
            >>> Deal.renewal_on.is_missing().words(Deal.definition)
            'renewal unknown'
        """
        return Condition(IsMissing(SignalRef(self._spec.name)), *self._with())

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
        return IsTrue(self._spec.name)

    @overload
    def __get__(self, instance: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> bool | None: ...
    def __get__(self, instance: Any, owner: Any) -> Any:
        return self if instance is None else self._value(instance)

    def now(self, value: bool) -> Given:
        """The flag with a value, for ``observe``; editors check the type.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     signed = Signal.flag("signed")
            >>> Deal.signed.now(True).value
            True
        """
        return self._given(value)


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
        return SignalRef(self._spec.name)

    def _limit(self, other: object) -> tuple[Term, list[Mistake]]:
        term, wrong = self._operand(other)
        if isinstance(term, Const) and not wrong:
            wrong = bound_faults(self._spec, term.value)
        return term, wrong

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
        return self._given(value)


def bound_faults(spec: SignalSpec, value: int | float, through: str = "") -> list[Mistake]:
    """What is wrong with comparing a signal with a constant that it can never have; `through` names the threshold that holds it.

    Example:
        >>> bound_faults(SignalSpec("a", "share", "adopted", low=0, high=1), 80)[0].code
        'CLM117'
    """
    low, high = spec.range
    if low <= value <= high:
        return []
    limit = f"'{through}', which is {show_number(value)}" if through else show_number(value)
    cause = f"'{spec.label}' is compared with {limit}, but it is {spec.allowed}"
    percent = spec.kind in ("share", "change") and abs(value) > 1 and low <= value / 100 <= high
    if percent:
        meant = f"{through} = Threshold({show_number(value / 100)})" if through else show_number(value / 100)
        return [Mistake("CLM117", cause, f"did you mean {meant}?")]
    return [Mistake("CLM117", cause, "compare it with a value that it can have")]


def no_value(spec: SignalSpec, value: object) -> Mistake:
    """What is wrong with comparing a choice with a word that it does not have.

    Example:
        >>> no_value(SignalSpec("a", "choice", "plan", choices=("Team", "Enterprise")), "Entreprise").remedy
        "did you mean 'Enterprise'?"
    """
    near = did_you_mean(value, spec.choices) if isinstance(value, str) else ""
    remedy = near if near.endswith("?") else f"it is {spec.allowed}"
    return Mistake("CLM117", f"{shown(value)} is not a value of '{spec.label}'", remedy)


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
        known = [value for value in values if self._spec.fault(value) is None]
        wrong = [no_value(self._spec, value) for value in values if self._spec.fault(value) is not None]
        if not values:
            wrong.append(Mistake("CLM117", f"one_of() of '{self._spec.label}' names no value", f"name {self._spec.allowed}"))
        return Condition(OneOf(self._spec.name, tuple(known)), *self._with(*values, mistakes=wrong))

    def __eq__(self, other: str) -> Condition:  # type: ignore[override]
        return self.one_of(other)

    def __ne__(self, other: str) -> Condition:  # type: ignore[override]
        return ~self.one_of(other)

    __hash__ = object.__hash__

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
        return self._given(value)


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
        return Elapsed(DaysUntil(self._spec.name), *self._with())

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
        return Elapsed(DaysSince(self._spec.name), *self._with())

    def _instead_of_moment(self, other: object) -> str:
        """What to write where a date is compared with something that is none."""
        if other is None:
            return "ask is_missing() for missing values"
        if isinstance(other, str):
            return "write year, month and day, as in '2026-01-31'"
        if isinstance(other, int | float) and self._spec.name:
            return f"compare a date with a date, or its days with a number: ({self._spec.name}.days_until <= {shown(other)})"
        return "compare a date with a date, or its days_until and days_since with a number"

    def _compare(self, op: Op, other: object) -> Condition:
        term: Term = DateConst(0)
        wrong: list[Mistake] = []
        if isinstance(other, Date):
            term = SignalRef(other.spec.name)
        else:
            try:
                term = DateConst(instant(other))  # type: ignore[arg-type]
            except BadValueError as error:
                wrong = [Mistake("CLM112", error.diagnostics[0].cause, self._instead_of_moment(other))]
        return Condition(Compare(SignalRef(self._spec.name), op, term), *self._with(other, mistakes=wrong))

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
        return self._given(value)
