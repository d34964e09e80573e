"""What a native chart knows about its customer: values, the clock, the stay, counts and memory.

The guards of a native chart read these facts as their picture; the chart tells them of every event and every move. They know
nothing of python-statemachine, of the kernel, or of how a transition is chosen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from clmstate.conditions import Given, evaluate, reads
from clmstate.conditions.nodes import Cond, ForDays, walk
from clmstate.errors import (
    BadValueError,
    ClmstateError,
    Diagnostic,
    LivelockError,
    ObservationError,
    UnknownNameError,
    did_you_mean,
)
from clmstate.lifecycle import LifecycleDefinition, Transition
from clmstate.signals import CLEAR, Value, When, from_instant, instant, show_instant

__all__ = ["Facts", "PlannedMove"]

PlannedMove = tuple[str | None, str, str, bool]
"""A move as plain names: the transition (None by hand), the leaf it led from, the leaf it led to, whether the phase was not left."""

_MOST_ROUNDS = 10_000
_STATE = ("_now", "phase", "_entered", "_values", "_offered", "_visits", "_left", "_clocks")


class Facts:
    """What is known about the customer of one native chart; the guards of the chart read it.

    Args:
        definition: the lifecycle.
        phase: the leaf phase in which the customer stands; by default the initial one.

    Attributes:
        phase: the path of the leaf phase in which the customer stands.
        moves: the moves of the last observation, in order.
        settling: whether an observation is under way.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        >>> facts = Facts(Deal.definition)
        >>> facts.report(at="2026-01-30", health=80)
        >>> facts.signal("health"), str(facts.at)
        (80, '2026-01-30')
    """

    def __init__(self, definition: LifecycleDefinition, phase: str | None = None) -> None:
        self.definition = definition
        self.phase = definition.initial if phase is None else phase
        self.moves: tuple[PlannedMove, ...] = ()
        self._now: int | None = None
        self._entered: int | None = None
        self._values: dict[str, Value] = {}
        self._offered: dict[str, tuple[int, int | None]] = {}  # how often, and when last
        self._visits = dict.fromkeys((self.phase, definition.group_of(self.phase) or self.phase), 1)
        self._left: dict[str, str] = {}  # the leaf in which each group was last left
        self._clocks: dict[ForDays, int] = {}
        conditions = [t.when for t in definition.transitions.values() if t.when is not None]
        self._held = tuple(dict.fromkeys(clock for cond in conditions for clock in _clocks_of(cond)))
        self._counted = tuple(dict.fromkeys(path for cond in conditions for path in reads(cond).phases))
        self._settled: tuple[Any, ...] | None = None  # everything as last settled, while something newer is known
        self.settling = False
        self._fresh = False
        self._seen: set[tuple[object, ...]] = set()

    def __deepcopy__(self, memo: object) -> Facts:
        twin = Facts(self.definition)
        twin.reset(self.mark(), self.moves)
        return twin

    # ---- what users do

    def report(self, *given: Given, at: When | None = None, **values: object) -> None:
        """Takes over what is now known; the chart looks at it when an event is sent, or ``evaluate``.

        Args:
            given: checked values, such as ``Deal.health.now(80)``.
            at: when, never before the last time told; without it time has not moved.
            values: signals by name; names left out keep their values, ``CLEAR`` forgets one.

        Raises:
            BadValueError: a wrong value or a time that runs backwards; nothing has changed.
            UnknownNameError: an unknown signal; nothing has changed.
            ObservationError: the chart is just telling its listeners of a move; nothing has changed.

        Example:
            >>> from clmstate import Lifecycle, Phase, Signal
            >>> class Deal(Lifecycle):
            ...     health = Signal.score("health")
            ...     new = Phase("New", initial=True)
            >>> Facts(Deal.definition).report(health=130)
            Traceback (most recent call last):
            ...
            clmstate.errors.BadValueError: CLM204 Deal.health: 130 is above 100, the most that 'health' can be. Give a number from 0 to 100.
        """
        place = self.definition.name
        if self.settling:
            raise ObservationError(
                [Diagnostic("CLM209", place, "it is observed by somebody who is just told of its move", "observe it afterwards")]
            )
        values = {g.name: g.value for g in given} | values
        now, accepted = self._checked(at, values)
        self._keep()
        if now is not None:
            self._entered = now if self._now is None else self._entered
            self._now = now
        for name in values:
            if name in accepted:
                self._values[name] = accepted[name]
            else:
                self._values.pop(name, None)

    @property
    def at(self) -> dt.date | None:
        """The clock: the last time told, as a date or a UTC datetime; None before the first."""
        return None if self._now is None else from_instant(self._now)

    def _checked(self, at: When | None, values: Mapping[str, object]) -> tuple[int | None, dict[str, Value]]:
        name, signals = self.definition.name, self.definition.signals
        now, accepted, wrong = None, {}, list[ClmstateError]()
        try:
            now = None if at is None else instant(at, place=f"{name}.at")
            if now is not None and self._now is not None and now < self._now:
                cause = f"{show_instant(now)} is before {show_instant(self._now)}, which was already told"
                raise BadValueError([Diagnostic("CLM205", f"{name}.at", cause, "report in the order of time")])
        except BadValueError as error:
            wrong.append(error)
        for key, value in values.items():
            if key not in signals:
                remedy = did_you_mean(key, signals)
                wrong.append(
                    UnknownNameError([Diagnostic("CLM201", f"{name}.{key}", f"'{key}' is not a signal of {name}", remedy)])
                )
            elif value is not CLEAR:
                try:
                    accepted[key] = signals[key].accept(value, place=f"{name}.{key}")
                except BadValueError as error:
                    wrong.append(error)
        if wrong:
            raise type(wrong[0])([diagnostic for error in wrong for diagnostic in error.diagnostics])
        return now, accepted

    # ---- what conditions ask: a Picture

    def signal(self, name: str) -> Value | None:
        """The stored value, its default, or None when missing."""
        value = self._values.get(name)
        return self.definition.signals[name].default if value is None else value

    def threshold(self, name: str) -> int | float:
        """The value of a named limit."""
        return self.definition.thresholds[name].value

    def now(self) -> int | None:
        """The clock as an instant."""
        return self._now

    def entered_at(self) -> int | None:
        """When the present leaf phase was entered."""
        return self._entered

    def event_at(self, name: str) -> int | None:
        """When the event was last offered."""
        return self._offered.get(name, (0, None))[1]

    def event_times(self, name: str) -> int:
        """How often the event was offered."""
        return self._offered.get(name, (0, None))[0]

    def visits(self, path: str) -> int:
        """How often the phase or group was entered, the first time included."""
        return self._visits.get(path, 0)

    def held_since(self, cond: ForDays) -> int | None:
        """When the clock of a ``for_days`` condition started, if it runs."""
        return self._clocks.get(cond)

    def stands_in(self, paths: tuple[str, ...]) -> bool:
        """Whether the present phase is one of these, or inside one of these groups."""
        return self.phase in paths or self.definition.group_of(self.phase) in paths

    # ---- what the chart tells

    def begin(self, events: Iterable[str], phase: str) -> None:
        """An observation begins (or goes on) in a phase, and these events are offered in it."""
        if not self.settling:
            self._keep()
            self.settling, self._fresh, self.moves = True, False, ()
            self._seen = set()
            if phase != self.phase:  # somebody placed the chart without a move
                self.phase, self._entered = phase, self._now
        for event in events:
            self._offered[event] = (self.event_times(event) + 1, self._now)

    def move(self, taken: Transition, target: str) -> None:
        """A transition was taken to a leaf phase."""
        source = self.phase
        self.moves += ((taken.name, source, target, taken.stay),)
        if taken.stay:
            return
        left, entered = self.definition.group_of(source), self.definition.group_of(target)
        if left is not None and left != entered:
            self._left[left] = source
        for path in (target,) if entered is None or left == entered else (target, entered):
            self._visits[path] = self.visits(path) + 1
        self.phase, self._entered, self._fresh = target, self._now, True

    def moved(self) -> None:
        """A round has ended with a move.

        Raises:
            LivelockError: the same configuration as at the end of an earlier round; all is as last settled.
        """
        counts = tuple(self.visits(path) for path in self._counted)
        now = (self.phase, self._fresh, tuple(sorted(self._left.items())), counts)
        if now in self._seen:
            first = next(i for i in range(len(self.moves) - 2, -1, -1) if self.moves[i][2] == self.phase)
            around = self.moves[first + 1 :]
            labels = " → ".join(self.definition.phases[p].label for p in (self.phase, *(m[2] for m in around)))
            cause = f"the rules never settle: {labels} ({', '.join(str(m[0]) for m in around)})"
            raise LivelockError(
                [Diagnostic("CLM210", self.definition.name, cause, "make the conditions of these transitions exclude each other")]
            )
        if len(self.moves) >= _MOST_ROUNDS:
            cause = f"it has not settled after {_MOST_ROUNDS:,} rounds"
            raise LivelockError(
                [Diagnostic("CLM211", self.definition.name, cause, "bound the count of visits that keeps it going")]
            )
        self._seen.add(now)

    def settle(self) -> None:
        """Nothing moves any more: the clocks of ``for_days`` are written, once."""
        for clock in self._held:
            if evaluate(clock.of, self) is not True:
                self._clocks.pop(clock, None)
            elif self._now is not None:
                self._clocks.setdefault(clock, self._now)
        self._settled, self.settling = None, False

    def mark(self) -> tuple[Any, ...]:
        """Everything that may change, for :meth:`reset`."""
        return tuple(x.copy() if isinstance(x, dict) else x for x in (getattr(self, name) for name in _STATE))

    def reset(self, mark: tuple[Any, ...], moves: tuple[PlannedMove, ...] = ()) -> None:
        """Everything as it was when the mark was taken."""
        for name, value in zip(_STATE, mark, strict=True):
            setattr(self, name, value)
        self.moves = moves

    def forget(self) -> None:
        """Nothing of what was reported since the last settled picture is kept."""
        if self._settled is not None:
            self.reset(self._settled)
        self._settled, self.settling = None, False

    def break_off(self) -> None:
        """A listener failed: the observation is over, what has moved has moved."""
        self.settling = False

    def _keep(self) -> None:
        if self._settled is None:
            self._settled = self.mark()


def _clocks_of(cond: Cond) -> Iterable[ForDays]:
    return (node for node in walk(cond) if isinstance(node, ForDays))
