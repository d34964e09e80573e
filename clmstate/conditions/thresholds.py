"""Named limits that conditions compare with."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Never, Self, overload

import attrs

from clmstate.conditions.mistakes import Home, Mistake
from clmstate.conditions.refusing import Built, assigned, number_faults, text_faults
from clmstate.signals import ThresholdSpec, show_number

if TYPE_CHECKING:
    from clmstate.conditions.facade import Condition

__all__ = ["Threshold"]


class Threshold(Built):
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

    _instead = "compare a signal with it, as in (health >= limit); for another limit declare another threshold"

    def __init__(self, value: float, *, help: str = "", ref: str = "") -> None:
        wrong = number_faults(value)
        for what, text in (("help", help), ("ref", ref)):
            wrong += text_faults("CLM118", what, text)
        self._spec = ThresholdSpec("", 0 if number_faults(value) else value, help, ref)
        self._mistakes = tuple(wrong)

    @property
    def spec(self) -> ThresholdSpec:
        """The plain data."""
        return self._spec

    def _described(self) -> str:
        return f"'{self._spec.name}' is a threshold" if self._spec.name else "this is a threshold"

    @property
    def _carried(self) -> tuple[Mistake, ...]:
        if self._spec.name:
            return ()
        cause = f"threshold {show_number(self._spec.value)} is used in a condition before it has a name"
        return (*self._mistakes, Mistake("CLM103", cause, "give it a name in the class body first"))

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

    @overload
    def __get__(self, instance: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> float: ...
    def __get__(self, instance: Any, owner: Any) -> Any:
        return self if instance is None else self._spec.value

    def __set__(self, instance: object, value: Never) -> None:
        raise assigned(instance, self._spec.name, "override it in a variant of the lifecycle")

    def _refuse(self, symbol: str, other: object) -> Condition:
        # a number or a clock to its right knows how to compare itself with a threshold
        return NotImplemented if isinstance(other, Built) and other._measured else super()._refuse(symbol, other)

    if not TYPE_CHECKING:  # for editors two thresholds compare like any two objects

        def __eq__(self, other: object) -> Condition:
            return self._refuse("==", other)

        def __ne__(self, other: object) -> Condition:
            return self._refuse("!=", other)

        __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<Threshold {self._spec.name} = {show_number(self._spec.value)}>"
