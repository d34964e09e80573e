"""What a scenario has told so far: one frozen value a step, enough to show it and to tell it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from clmstate.conditions import Given
from clmstate.lifecycle import Event, LifecycleDefinition, Moves
from clmstate.signals import CLEAR, instant, show_instant

__all__ = ["Step", "said_values"]


@attrs.frozen
class Step:
    """One thing that was done to a customer, and the moves that it caused.

    Attributes:
        again: does the same to another customer.
        at: when, as it was given; None is "at the same time".
        told: what was told, one sentence part for each, made when somebody asks.
        moves: what it caused.
        start: how many entries the journey had before it.
        phase: the path of the phase before it; "" for a whole customer.

    Example:
        >>> Step(lambda customer: None, "2026-01-30", lambda: iter(["health 80"]), Moves(), 0, "").when
        '2026-01-30'
    """

    again: Callable[[Any], object]
    at: Any
    told: Callable[[], Iterator[str]]
    moves: Moves
    start: int
    phase: str

    @property
    def when(self) -> str:
        """Its time as people read it; "" when time had not moved."""
        return "" if self.at is None else show_instant(instant(self.at))


def said_values(
    definition: LifecycleDefinition, what: tuple[Any, ...], values: Mapping[str, object], instance: str | None = None
) -> Iterator[str]:
    """What an observation tells of one part, in the words of its lifecycle.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        >>> list(said_values(Deal.definition, (), {"health": 80}))
        ['health 80']
    """
    for one in what:
        if isinstance(one, Event):
            named = f" ({instance})" if instance else ""
            yield f"{one.label}{named}"
    given = {one.name: one.value for one in what if isinstance(one, Given)}
    for name, value in {**given, **values}.items():
        spec = definition.signals[name]
        label = spec.plural if spec.kind == "count" and spec.plural else spec.label
        yield f"{label} cleared" if value is CLEAR else f"{label} {spec.show(spec.accept(value))}"
