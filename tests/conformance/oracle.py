"""The independent oracle: what a lifecycle means, written rule by rule from the page of meaning, slow and plain.

It reads definition data and shares no code with any engine. Numbers in brackets name rules. Where the page can be read in two ways:
- [1] `between` is two comparisons and "and". [2] Only sums, differences and multiples are rounded, as exact decimals, half to even.
- [3, 4] `times` and `visits` are always known. What began before the first `at` (a stay in any phase, a for_days clock, the last time of
  an event) began at the first `at`. [13] Moves between children neither leave nor enter their group.
- [8] "Into a final phase" asks for the leaf that would be entered now. An event offered twice at one instant counts twice.
- [11] Visits belong to the configuration where a transition reads them. [14] One leaf alone may also lead to its own group's initial phase.
- [16] `start` leaves one visit, of its phase; it writes clocks and reaches no milestones. At `hold_until` the hold is over; a `stay` is no
  move and does not end it. By hand into the phase where one stands is leaving and entering again.
- [20] `due_since` asks for the condition alone, not for holds or rivals; nothing was due before a move by hand in the same observation.
"""

from __future__ import annotations

import copy
import functools
import math
import operator
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs

from clmstate.conditions import nodes as n
from clmstate.lifecycle.definition import LifecycleDefinition
from clmstate.lifecycle.transitions import Transition
from clmstate.signals.spec import CLEAR

DAY = 86_400_000_000
MOST_ROUNDS = 10_000
BY_SIGN = {"<": operator.lt, "<=": operator.le, "==": operator.eq, "!=": operator.ne, ">=": operator.ge, ">": operator.gt}
BY_NODE = {n.Plus: operator.add, n.Minus: operator.sub, n.Times: operator.mul}
Moved = tuple[int, str, str, str, str, int | None]  # round (0 by hand), transition, source, target, by, due since


class Refused(Exception):
    """The observation is not possible; nothing has changed."""


class Livelock(Exception):
    """The rules never settle; nothing has changed. `cycle` holds the phases passed; it is empty after too many rounds."""

    cycle = property(lambda self: self.args[0])


class Part:
    """The state of one part: what is known, where it stands, what it remembers. None as an instant is "before the first `at`"."""

    def __init__(self, definition: LifecycleDefinition) -> None:
        self.definition = definition
        self.at: int | None = None
        self.values: dict[str, Any] = {name: spec.default for name, spec in definition.signals.items()}  # None is missing
        initial = [path for path, phase in definition.phases.items() if phase.initial and "." not in path]
        self.phase = (initial + [group.initial for group in definition.groups.values() if group.starts])[0]
        self.since: int | None = None  # when the stay began
        self.fresh = self.moved = False  # whether the phase was entered in this observation; whether it ever moved
        self.visits = Counter([self.phase, self.group(self.phase)])
        self.memory: dict[str, str] = {}  # the leaf in which a group was last left
        self.times: Counter[str] = Counter()
        self.last: dict[str, int | None] = {}  # when an event was last offered
        self.clocks: dict[n.Cond, int | None] = {}  # since when the condition of a for_days has held
        self.hold: int | None = None
        self.milestones: list[tuple[str, int | None]] = []
        rules, shown = definition.transitions.values(), [t for phase in definition.phases.values() for t in phase.touchpoints]
        asked = [*(element.when for element in (*rules, *definition.milestones.values())), *(t.done for t in shown)]
        self.timed = {node.of for cond in asked for node in inside(cond) if isinstance(node, n.ForDays)}
        self.counted = tuple(node.phase for t in rules for node in inside(t.when) if isinstance(node, n.PhaseVisits))

    def begun(self, at: int | None) -> Part:
        """A copy to work on, at the time of its next observation [3, 12]."""
        if at is not None and self.at is not None and at < self.at:
            raise Refused("time runs backwards")
        twin = copy.copy(self)
        vars(twin).update({name: value.copy() for name, value in vars(self).items() if isinstance(value, dict | list)}, fresh=False)
        if at is not None:
            twin.at, twin.since = at, at if self.since is None else self.since
            for instants in (twin.last, twin.clocks):
                instants.update({key: at for key, instant in instants.items() if instant is None})
        return twin

    def merge(self, values: Mapping[str, Any], events: Sequence[str]) -> None:
        signals = self.definition.signals
        if not (values.keys() <= signals.keys() and set(events) <= self.definition.events.keys()):
            raise Refused("an unknown signal or event")
        self.values.update({name: signals[name].default if value is CLEAR else value for name, value in values.items()})
        self.times.update(events)  # before round one, taken or not [4]
        self.last.update(dict.fromkeys(events, self.at))

    def group(self, leaf: str) -> str:
        return next((path for path, group in self.definition.groups.items() if leaf in group.children), "")

    def leaf(self, t: Transition) -> str:
        """The leaf that a transition enters [13]."""
        group = self.definition.groups.get(t.target)
        return t.target if group is None else self.memory.get(group.path, group.initial) if t.resume else group.initial

    def ways_out(self) -> list[Transition]:
        """The transitions that lead from here: own phase, its group, anywhere; in order of declaration inside each [10, 14]."""
        return ways_out(self.definition, (self.phase, self.group(self.phase), "*"))

    def choose(self, offered: Sequence[str]) -> Transition | None:
        """The transition taken in a round: the first whose condition is True [8, 10]."""
        ways = self.ways_out()
        on_event = [t for t in ways if t.on in offered]
        to_the_end = [t for t in on_event if self.definition.phases[self.leaf(t)].final]
        held = self.hold is not None and (self.at is None or self.at < self.hold)
        order = to_the_end + [t for t in on_event if t not in to_the_end] + [t for t in ways if t.on is None and not held]
        return next((t for t in order if t.when is None or self.truth(t.when) is True), None)

    def enter(self, leaf: str) -> None:
        old, new = self.group(self.phase), self.group(leaf)
        if old and old != new:
            self.memory[old] = self.phase
        self.visits.update([leaf] if old == new else [leaf, new])
        self.phase, self.since, self.fresh, self.moved = leaf, self.at, True, True

    def configuration(self) -> tuple[Any, ...]:
        """What must come back for the rounds to go on for ever [11]."""
        return self.phase, self.fresh, frozenset(self.memory.items()), tuple(self.visits[phase] for phase in self.counted)

    def finish(self, *, settled: bool = True) -> None:
        """After the last round: clocks are written [5], milestones reached [15]."""
        for condition in self.timed:
            if self.truth(condition) is True:
                self.clocks.setdefault(condition, self.at)
            else:
                self.clocks.pop(condition, None)
        for name, milestone in self.definition.milestones.items():
            if settled and name not in dict(self.milestones) and self.truth(milestone.when) is True:
                self.milestones.append((name, self.at))

    def truth(self, cond: Any) -> bool | None:
        """True, False or None for unknown [1]."""
        match cond:
            case n.IsTrue(signal):
                return self.values[signal]
            case n.OneOf(signal, words):
                return None if self.values[signal] is None else self.values[signal] in words
            case n.Compare(left, op, right):
                a, b = self.side(left), self.side(right)
                return None if a is None or b is None else BY_SIGN[op](a, b)
            case n.Between(term, low, high):
                return self.truth(n.And((n.Compare(low, "<=", term), n.Compare(term, "<=", high))))
            case n.IsMissing(of):
                return (self.values[of.name] if isinstance(of, n.SignalRef) else self.truth(of)) is None
            case n.InPhase(phases):
                return self.phase in phases or self.group(self.phase) in phases
            case n.Not(of):
                return {True: False, False: True, None: None}[self.truth(of)]
            case n.And(items) | n.Or(items):
                found, decides = [self.truth(item) for item in items], isinstance(cond, n.Or)
                return decides if decides in found else None if None in found else not decides
            case n.Unless(of):
                return self.truth(of) is not True
            case n.Named(of):
                return self.truth(of)
            case n.ForDays(of, days):  # rounds only read the clock [5]
                since = self.clocks.get(of)
                old = since is not None and self.at is not None and self.at - since >= self.worth(days) * DAY
                return {True: old, False: False, None: None}[self.truth(of)]
        raise NotImplementedError(cond)

    def side(self, term: Any) -> Any:
        """One side of a comparison [2]."""
        value = self.worth(term)
        return round(value, 9) if type(term) in BY_NODE and value is not None else value

    def worth(self, term: Any) -> Any:
        """The exact value of a term, or None if it is missing [2, 4]."""
        match term:
            case n.SignalRef(name):
                return None if self.values[name] is None else exact(self.values[name])
            case n.ThresholdRef(name):
                return exact(self.definition.thresholds[name].value)
            case n.Const(value) | n.DateConst(value):
                return exact(value)
            case n.Plus(left, right) | n.Minus(left, right) | n.Times(left, right):
                a, b = self.worth(left), self.worth(right)
                return None if a is None or b is None else BY_NODE[type(term)](a, b)
            case n.DaysUntil(name):
                return whole_days(self.at, self.values[name])
            case n.DaysSince(name):
                return whole_days(self.values[name], self.at)
            case n.DaysInPhase():
                return whole_days(self.since, self.at)
            case n.EventDaysSince(event):
                return whole_days(self.last.get(event), self.at)
            case n.EventTimes(event):
                return self.times[event]
            case n.PhaseVisits(phase):
                return self.visits[phase]
        raise NotImplementedError(term)

    def due_since(self, cond: n.Cond, at: int) -> int | None:
        """The earliest instant before `at` at which this settled picture alone made a condition True [20]: all are tried."""
        limits = [self.worth(node) for node in inside(cond) if isinstance(node, n.Const | n.ThresholdRef)]
        days = {math.floor(limit) + more for limit in limits for more in (-1, 0, 1, 2)}
        dates = [self.values[name] for name, spec in self.definition.signals.items() if spec.kind == "date"]
        starts = {self.since, *self.last.values(), *self.clocks.values(), *dates} - {None}
        changes = {start + sign * day * DAY + after for start in starts for day in days for sign in (1, -1) for after in (0, 1)}
        twin = copy.copy(self)
        for twin.at in sorted(instant for instant in changes | {self.at} if self.at <= instant < at):
            if twin.truth(cond) is True:
                return twin.at
        return None


@functools.lru_cache(maxsize=1_000)
def ways_out(definition: LifecycleDefinition, here: tuple[str, ...]) -> list[Transition]:
    ways = [t for t in definition.transitions.values() if t.target not in here or t.sources == here[:1]]  # not to itself
    ways = [t for t in ways if set(here) & set(t.sources)]
    order = sorted(ways, key=lambda t: min(here.index(source) for source in t.sources if source in here))
    return [] if definition.phases[here[0]].final else order


@functools.lru_cache(maxsize=10_000)
def inside(node: Any) -> list[Any]:
    """A node and all nodes in it, conditions and terms alike."""
    fields = [getattr(node, field.name) for field in attrs.fields(type(node))] if attrs.has(type(node)) else []
    items = [item for field in fields for item in (field if isinstance(field, tuple) else (field,))]
    return [node, *(found for item in items if attrs.has(type(item)) for found in inside(item))]


@functools.lru_cache(maxsize=10_000)
def exact(number: int | float) -> int | Fraction:
    """A number counts as the decimal that is written [2]."""
    return number if isinstance(number, int) else Fraction(str(number))


def whole_days(start: int | None, end: int | None) -> int | None:
    return None if start is None or end is None else (end - start) // DAY


class Oracle:
    """One customer of a lifecycle, told what happens; it answers with the moves that follow."""

    def __init__(self, definition: LifecycleDefinition) -> None:
        self.parts, self.untaken = [Part(definition)], list[str]()

    at = property(lambda self: self.parts[0].at)
    phase = property(lambda self: self.parts[0].phase)
    milestones = property(lambda self: self.parts[0].milestones)

    def observe(self, at: int | None, values: Mapping[str, Any], events: Sequence[str]) -> list[Moved]:
        """One observation [6]; the moves, in order."""
        part = self.parts[0].begun(at)
        part.merge(values, events)
        return self._settle([part], events, [])

    def start(self, phase_path: str, at: int | None, since: int | None, values: Mapping[str, Any]) -> None:
        """Places an existing customer, who has not moved yet, without settling [16]."""
        part = self.parts[0].begun(at)
        if part.moved or phase_path not in part.definition.phases:
            raise Refused("it has moved already, or there is no such phase")
        part.merge(values, ())
        part.phase, part.since = phase_path, part.at if since is None else since
        part.visits = Counter([phase_path, part.group(phase_path)])
        part.finish(settled=False)
        self.parts, self.untaken = [part], []

    def move(self, target_path: str, at: int | None, hold_until: int | None) -> list[Moved]:
        """Moves by hand, then settles [16]."""
        part = self.parts[0].begun(at)
        if target_path not in part.definition.phases:
            raise Refused("there is no such phase")
        by_hand = (0, "", part.phase, target_path, "hand", None)
        part.enter(target_path)
        part.hold = hold_until
        return self._settle([part], (), [by_hand])

    def _settle(self, parts: list[Part], events: Sequence[str], by_hand: list[Moved]) -> list[Moved]:
        """Rounds until nothing moves; only then is anything kept [10, 11, 12]."""
        seen: dict[Any, None] = {}  # in order
        moves, untaken = list(by_hand), list(dict.fromkeys(events))
        for number in range(1, max(MOST_ROUNDS, 4 * len(parts)) + 1):
            chosen = [part.choose(events if number == 1 else ()) for part in parts]  # all read the same frozen picture
            if not any(chosen):
                break
            for part, before, t in zip(parts, self.parts, chosen, strict=True):
                if t is not None:
                    asked = number == 1 and t.on is None and not by_hand and before.at is not None
                    due = before.due_since(t.when, part.at) if asked else None
                    moves.append((number, t.name, part.phase, part.leaf(t), "rule" if t.on is None else "event", due))
                    untaken = [event for event in untaken if event != t.on]
                    if not t.stay:
                        part.enter(part.leaf(t))
                        part.hold = None if t.on is not None else part.hold
            now = tuple(part.configuration() for part in parts)
            if now in seen:
                raise Livelock([configuration[0][0] for configuration in (*list(seen)[list(seen).index(now) :], now)])
            seen[now] = None
        else:
            raise Livelock([])
        for part in parts:
            part.finish()
        self.parts, self.untaken = parts, untaken
        return moves
