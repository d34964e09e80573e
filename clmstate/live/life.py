"""One customer of one lifecycle, alive: what is behind ``Contract()``.

The kernel plans each observation completely; only then are the chart and the listeners told. So a refused observation has no effect
anywhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from sys import intern
from types import MethodType
from typing import Any

from clmstate.conditions import Given
from clmstate.errors import BadValueError, Diagnostic, ObservationError, UnknownNameError, did_you_mean, shown
from clmstate.kernel import Plan, State, compiled, enter, put_value, take_in
from clmstate.lifecycle import Engine, Event, Lifecycle, Moves, Phase, Untaken
from clmstate.live.reading import Reading
from clmstate.live.reports import (
    as_text,
    checked_values,
    event_name,
    leaf_number,
    named_values,
    point_in_time,
    said_by_hand,
    together,
)
from clmstate.live.telling import notify, tell_all
from clmstate.signals import Value, show_instant

__all__ = ["Life", "open_life"]


def open_life(instance: Lifecycle, name: str, engine: Engine) -> None:
    """Makes an instance of a lifecycle alive: gives it a state, and the engine's own `observe`.

    Raises:
        ObservationError: CLM212, if the lifecycle has no phases to stand in, or the name or engine is not one.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> Deal("Acme").name
        'Acme'
    """
    Life(type(instance), name, engine).attach(instance)


class Life(Reading):
    """A customer's state with everything that people do with it.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> Life(Deal, "Acme").phase.label
        'New'
    """

    listeners: tuple[Callable[..., Any], ...] = ()
    listening = False  # until there is a listener or a chart
    telling = False
    performer: Any = None

    def __init__(self, lifecycle: type[Lifecycle], name: str = "", kind: Engine = "live") -> None:
        self.lifecycle = lifecycle
        if not lifecycle.definition.phases:
            raise self.refused("CLM212", "it has no phases, so nobody can stand in it", "open a lifecycle that inherits from it")
        self.name = self.opening(name, kind)
        self.kind: Engine = kind
        self.state = compiled(lifecycle.definition).new()
        self.state.life = self
        self.listening = False
        self.done = set()

    @property
    def place(self) -> str:
        """What diagnostics name."""
        return self.lifecycle.definition.name

    def opening(self, name: object, kind: object) -> str:
        """The name of a customer that is opened, once it is found to be one."""
        if as_text(name) is None:
            raise self.refused("CLM212", f"the name {shown(name)} is not a text", "name the customer, or leave the name out")
        if as_text(kind) not in ("live", "compiled"):
            raise self.refused("CLM212", f"there is no engine {shown(kind)}", "use 'live' or 'compiled'")
        return as_text(name) or ""

    def attach(self, instance: Lifecycle) -> None:
        """Puts the engine's own functions onto an instance, so that reporting costs one call."""
        object.__setattr__(instance, "_life", self)  # people may not assign; and a dict of its own would cost memory
        object.__setattr__(instance, "observe", MethodType(self.engine.observe, self.state))
        object.__setattr__(instance, "send", MethodType(self.engine.send, self.state))

    def refused(self, code: str, cause: str, remedy: str) -> ObservationError:
        """An error with one diagnostic."""
        return ObservationError([Diagnostic(code, self.place, cause, remedy)])

    # ---- observing

    def observe(self, *given: Given, at: Any = None, **values: object) -> Moves:
        """One observation; instances call the engine's own function instead."""
        return self.engine.observe(self.state, *given, at=at, **values)

    def send(self, event: Event | str, *given: Given, at: Any = None, instance: str | None = None, **values: object) -> Moves:
        """One observation with an event; instances call the engine's own function instead."""
        return self.send_checked(event, given, at, instance, values, {})

    def observe_checked(self, given: Sequence[Any], at: Any, values: Mapping[str, Any], unknown: Mapping[str, Any]) -> Moves:
        """An observation that is not plain: values are looked at one by one and all mistakes are told together."""
        at, said = self.sorted_out(given, at, values, unknown)
        return self.observation(at, said, ())

    def send_checked(
        self, event: Any, given: Sequence[Any], at: Any, instance: Any, values: Mapping[str, Any], unknown: Mapping[str, Any]
    ) -> Moves:
        """An event with an observation that is not plain, or an event that is offered for the first time."""
        at, said = self.sorted_out(given, at, values, unknown)
        moves = self.observation(at, said, ((event, instance),))
        if isinstance(event, Event) or type(event) is str:
            name = event.name if isinstance(event, Event) else event  # it has just been checked
            self.engine.known_events[event] = intern(name)
        return moves

    def sorted_out(
        self, given: Sequence[Any], at: Any, values: Mapping[str, Any], unknown: Mapping[str, Any]
    ) -> tuple[int | None, dict[str, Any]]:
        """The instant, and all values by name."""
        at, checked, said = named_values(given, at, values, unknown, self.place)
        return self.told_at(at), together(self.lifecycle, checked, said, self.place)

    def observation(self, at: Any, values: Mapping[str, Any], events: Sequence[tuple[Any, str | None]]) -> Moves:
        """One observation with everything in it.

        Args:
            at: an instant in microseconds, anything that is a point in time, or None.
            values: as users give them, by signal; `CLEAR` forgets one.
            events: the events offered, each with the instance that its payload names.

        Raises:
            ObservationError: all that is wrong with it; nothing has changed.
        """
        self.ready()
        now = self.clock(at)
        names = self.event_names(events)
        stored = self.accepted(values)
        plan, taken = take_in(self.state, now, stored, names)
        return self.told(plan, names, taken)

    def ready(self) -> None:
        """Refuses whatever is done while somebody is told."""
        if self.telling:
            cause = "a listener reports to the customer of whom it is being told"
            raise self.refused("CLM209", cause, "collect what you learn and report it afterwards")

    def told_at(self, at: Any) -> int | None:
        """The instant that somebody gives, if any."""
        return None if at is None else point_in_time(at, self.place)

    def clock(self, at: Any) -> int | None:
        """The instant of an observation, which is never before the last one."""
        us = at if type(at) is int else self.told_at(at)
        if us is not None and us < self.state.at:
            cause = f"{show_instant(us)} is before {show_instant(int(self.state.at))}, the last time told"
            raise BadValueError([Diagnostic("CLM205", self.place, cause, "report in order of time")])
        return us

    def accepted(self, values: Mapping[str, Any]) -> dict[str, Value]:
        """Values as they are stored."""
        return checked_values(self.lifecycle, values, self.place)

    def event_names(self, events: Iterable[tuple[Any, Any]]) -> tuple[str, ...]:
        """The names of events; twice offered is twice counted, though it is taken once."""
        return tuple(event_name(self.lifecycle, event, instance, self.place) for event, instance in events)

    # ---- after the plan: tell the chart and the listeners

    def told(self, plan: Plan, offered: Sequence[str], taken: int) -> Moves:
        """The answer to an observation, once everybody has been told."""
        if plan and self.listening:
            self.perform(plan)
        if not offered:
            return Moves(plan, self)
        return Moves(plan, self, self.untaken(offered, taken, plan[0][1] if plan else self.state.phase))

    def untaken(self, offered: Sequence[str], taken: int, phase: int) -> Callable[[], tuple[Untaken, ...]]:
        """The events that nobody took, with why; worked out when somebody asks."""
        took = None if taken < 0 else self.engine.program.rules[taken].transition
        return partial(self.untaken_of, offered, took, phase)

    def perform(self, plan: Sequence[tuple[Any, ...]]) -> None:
        """Moves the chart along and tells the listeners; whoever is told may not observe."""
        busy, self.state.busy, self.telling = self.state.busy, True, True
        try:
            tell_all((tell for step in plan for tell in self.tellings(step)), self.place)
        finally:
            self.state.busy, self.telling = busy, False

    def tellings(self, step: tuple[Any, ...]) -> Iterator[Callable[[], None]]:
        """Who is told of one move: the chart, then each listener."""
        if self.performer is not None:
            phases = self.engine.program.phases
            rule = None if step[0] < 0 else self.engine.program.rules[step[0]]
            name, stay = (None, False) if rule is None else (rule.transition.name, rule.stay)
            yield partial(self.performer.perform, (name, phases[step[1]], phases[step[2]], stay))
        if self.listeners:
            move = self.read(step)
            yield from (partial(notify, listener, move) for listener in self.listeners)

    def listen(self, listener: Callable[..., Any]) -> None:
        """Adds a listener."""
        if not callable(listener):
            raise self.refused("CLM209", f"{shown(listener)} cannot be called", "give a function of one move")
        self.listeners = (*self.listeners, listener)  # those being told now are not disturbed
        self.listening = True

    @property
    def chart(self) -> Any:
        """The chart that moves along; made when somebody asks."""
        if self.kind != "live":
            remedy = f"open it as {self.definition.name}(), or with engine='live'"
            raise self.refused("CLM212", "the compiled engine has no chart", remedy)
        if self.performer is None:
            from clmstate.live.performer import Performer

            p, s = self.engine.program, self.state
            memory = {group: p.phases[leaf] for group, leaf in s.resume.items()}
            self.performer = Performer(self.definition, p.phases[s.phase], memory)
            self.listening = True
        return self.performer.chart

    # ---- placing and moving by hand

    def start(self, phase: Phase | str, *, at: Any = None, since: Any = None, **values: object) -> None:
        """Places the customer where it stands, without settling."""
        self.ready()
        number = leaf_number(self.lifecycle, phase, self.place)
        now, stored = self.clock(self.told_at(at)), self.accepted(values)
        began = now if since is None else point_in_time(since, self.place)
        s, c = self.state, self.engine
        if s.at == s.at or s.journal:
            remedy = "place customers with start() before their first observation"
            raise self.refused("CLM214", "the customer is already on its way", remedy)
        if began is not None and (now is None or began > now):
            cause = "the stay begins after the time told" if now is not None else "the stay has a beginning, but no time is told"
            raise BadValueError([Diagnostic("CLM205", self.place, cause, "give at=, and since= not after it")])
        s.visits = tuple(int(p in (c.program.phases[number], c.program.group[number])) for p in c.program.visited)
        s.phase, s.entered = number, math.nan if began is None else began
        s.at = math.nan if now is None else now
        s.seen = 0
        for name, value in stored.items():
            put_value(s, name, value)
        c.clocks(s)
        s.unsettled = s.busy = True
        self.performer = None

    def move(self, to: Phase | str, *, by: str, reason: str, at: Any = None, hold_until: Any = None) -> Moves:
        """Moves the customer by hand, then settles."""
        self.ready()
        now = self.clock(self.told_at(at))
        plan, _ = take_in(self.state, now, {}, (), self.hand(to, by, reason, now, hold_until))
        return self.told(plan, (), -1)

    def hand(self, to: object, by: object, reason: object, now: int | None, hold_until: object) -> Callable[[State], Plan]:
        """Performs a move by hand on the state, once everything about it has been checked."""
        number = leaf_number(self.lifecycle, to, self.place)
        hold = math.nan if hold_until is None else point_in_time(hold_until, self.place)
        person, why = said_by_hand("a move by hand", self.place, by=by, reason=reason)
        clock = self.state.at if now is None else now
        if hold == hold and not hold > clock:
            past = "which is past" if clock == clock else "but no time has been told"
            cause = f"it is held until {show_instant(int(hold))}, {past}"
            raise BadValueError([Diagnostic("CLM205", self.place, cause, "hold until later than at=, or not at all")])

        def hand(s: State) -> Plan:
            source = s.phase
            enter(s, source, number)
            s.hold = hold
            return [(-1, source, number, 0, s.at, person, why, hold)]

        return hand

    def skip(self, touchpoint: str, *, by: str, why: str) -> None:
        """Notes that a touchpoint of the present stay is skipped."""
        self.ready()
        labels = [t.label for t in self.phase.touchpoints]
        wanted = as_text(touchpoint)
        if wanted is None or wanted not in labels:
            cause = f"{self.phase.label} has no touchpoint {shown(wanted or touchpoint)}"
            raise UnknownNameError([Diagnostic("CLM208", self.place, cause, did_you_mean(wanted or "", labels))])
        person, reason = said_by_hand("a skipped touchpoint", self.place, by=by, why=why)
        s = self.state
        found = next((n for n, label in enumerate(labels) if label == wanted and not s.seen & 1 << n), None)
        if found is None:
            raise self.refused("CLM208", f"'{wanted}' is already done or skipped in this stay", "leave it")
        s.seen |= 1 << found
        s.journal.append((-3, s.phase, found, s.at, "skipped", person, reason))

    def done_play(self, number: int) -> None:
        """Marks a play as done."""
        self.done.add(open_number(number, [play.number for play in self.open_plays], self.place))

    def snapshot(self) -> dict[str, Any]:
        """Everything about the customer as JSON-ready data."""
        from clmstate.live.snapshot import snapshot_of

        return snapshot_of(self)


def open_number(number: object, numbers: Sequence[int], place: str) -> int:
    """The number of a play that is open.

    Raises:
        UnknownNameError: CLM208, if there is none.

    Example:
        >>> open_number(2, [1, 2], "Deal")
        2
    """
    if type(number) is not int or number not in numbers:
        remedy = "open are: " + ", ".join(map(str, numbers)) if numbers else "there are none"
        raise UnknownNameError([Diagnostic("CLM208", place, f"no open play has the number {shown(number)}", remedy)])
    return number
