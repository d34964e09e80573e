"""A concrete customer at one instant, small enough to be read: what a proof shows instead of a formula."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from clmstate.conditions.nodes import ForDays
from clmstate.conditions.words import Vocabulary, words
from clmstate.signals import DAY, SignalSpec, Value, instant, show_number

__all__ = ["TODAY", "Example", "label_of"]

TODAY: Final = instant("2026-01-05")
"""The instant of every example, unless its conditions ask for another one. A Monday, for no reason."""


def _frozen(values: Mapping[Any, Any]) -> Mapping[Any, Any]:
    return MappingProxyType(dict(values))


@attrs.frozen
class Example:
    """One customer at one instant; conditions can be asked about it with :func:`clmstate.conditions.evaluate`.

    Attributes:
        vocabulary: whose signals these are: a lifecycle's definition.
        values: stored values of the signals that somebody reported; dates are instants.
        at: the instant; None if no time was told yet.
        entered: when the present phase was entered.
        times: how often each event was offered, if ever.
        last: when each event was last offered, if a time was told.
        visited: how often phases were entered, as far as conditions ask.
        since: for each ``for_days`` condition whose clock matters, when it started.
        phase: the path of the phase; "" if it does not matter.

    Example:
        >>> from types import SimpleNamespace
        >>> from clmstate.signals import SignalSpec
        >>> health = SignalSpec("health", "score", "health", low=0, high=100, step=1)
        >>> known = SimpleNamespace(signals={"health": health}, thresholds={}, events={}, places={})
        >>> dict(Example(known, {"health": 80}).words())
        {'health': '80'}
    """

    vocabulary: Vocabulary
    values: Mapping[str, Value] = attrs.field(factory=dict, converter=_frozen)
    at: int | None = TODAY
    entered: int | None = TODAY
    times: Mapping[str, int] = attrs.field(factory=dict, converter=_frozen)
    last: Mapping[str, int] = attrs.field(factory=dict, converter=_frozen)
    visited: Mapping[str, int] = attrs.field(factory=dict, converter=_frozen)
    since: Mapping[ForDays, int] = attrs.field(factory=dict, converter=_frozen)
    phase: str = ""
    told: tuple[str, ...] = ()
    """The signals that matter and of which nothing is known."""

    # ---- the picture that conditions are asked about

    def signal(self, name: str) -> Value | None:
        """The stored value, its default, or None when missing."""
        return self.values[name] if name in self.values else self.vocabulary.signals[name].default

    def threshold(self, name: str) -> int | float:
        """The value of a named limit."""
        return self.vocabulary.thresholds[name].value

    def now(self) -> int | None:
        """The clock."""
        return self.at

    def entered_at(self) -> int | None:
        """When the present phase was entered."""
        return self.entered

    def event_at(self, name: str) -> int | None:
        """When the event was last offered."""
        return self.last.get(name)

    def event_times(self, name: str) -> int:
        """How often the event was offered."""
        return self.times.get(name, 0)

    def visits(self, path: str) -> int:
        """How often the phase was entered."""
        return self.visited.get(path, 0)

    def held_since(self, cond: ForDays) -> int | None:
        """When the clock of a ``for_days`` condition started."""
        return self.since.get(cond)

    def stands_in(self, paths: tuple[str, ...]) -> bool:
        """Whether the phase, or its group, is one of these."""
        return self.phase in paths or self.phase.rpartition(".")[0] in paths

    # ---- in words

    def words(self) -> tuple[tuple[str, str], ...]:
        """What is known, as (label, value) in the business's words.

        Example:
            >>> from types import SimpleNamespace
            >>> Example(SimpleNamespace(signals={}, thresholds={}, events={}, places={})).words()
            ()
        """
        return tuple(self._words())

    def _words(self) -> Iterator[tuple[str, str]]:
        signals, events = self.vocabulary.signals, self.vocabulary.events
        for name, value in self.values.items():
            spec = signals[name]
            yield label_of(spec), spec.show(value)
        for name in self.told:
            yield label_of(signals[name]), "unknown"
        if self.at is not None and self.entered is not None and self.entered != self.at:
            yield "in this phase for", _days((self.at - self.entered) // DAY)
        for name, number in self.times.items():
            ago = self.last.get(name)
            when = "" if ago is None or self.at is None else f", last {_days((self.at - ago) // DAY)} ago"
            yield events[name].label, f"{number} time{'' if number == 1 else 's'}{when}"
        for path, number in self.visited.items():
            if number > 1:
                yield self.vocabulary.places[path].label, f"entered {number} times"
        for cond, since in self.since.items():
            if self.at is not None:
                yield words(cond.of, self.vocabulary), f"for {_days((self.at - since) // DAY)}"
        if self.at is not None and any(signals[name].kind == "date" for name in self.values):
            yield "today", signals[next(n for n in self.values if signals[n].kind == "date")].show(self.at)


def label_of(spec: SignalSpec) -> str:
    """How a sentence names the values of a signal: counts in the plural.

    Example:
        >>> label_of(SignalSpec("n", "count", "open ticket"))
        'open tickets'
    """
    return (spec.plural or f"{spec.label}s") if spec.kind == "count" else spec.label


def _days(number: int) -> str:
    return f"{show_number(number)} day{'' if number == 1 else 's'}"
