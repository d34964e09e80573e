"""One customer of one lifecycle, alive: what is behind ``Contract()``.

The kernel plans each observation completely; only then are the chart and the listeners told. So a refused observation has no effect
anywhere.
"""

from __future__ import annotations

import asyncio
import inspect
import math
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from types import MethodType
from typing import Any

from clmstate.conditions import Given, reads
from clmstate.conditions.lower import Formula, literals, lower
from clmstate.errors import BadValueError, Diagnostic, ObservationError, UnknownNameError, did_you_mean, shown
from clmstate.kernel import UNCHANGED, Compiled, Plan, State, compiled, enter, next_check, read_instant, take_in
from clmstate.lifecycle import (
    Engine,
    Event,
    Explanation,
    Journey,
    Lifecycle,
    LifecycleDefinition,
    Move,
    Moves,
    OpenPlay,
    OpenTouchpoint,
    Phase,
    Play,
    Reached,
    Risk,
    Seen,
    SuccessGap,
    Transition,
    Untaken,
    known_phase,
)
from clmstate.live.explain import explain_phase, explain_transition, explain_ways_out
from clmstate.signals import CLEAR, DAY, Value, from_instant, show_instant

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
    life = Life(type(instance), name, engine)
    life.attach(instance)


class Life:
    """A customer's state with everything that people ask of it.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> Life(Deal, "Acme").phase.label
        'New'
    """

    def __init__(self, lifecycle: type[Lifecycle], name: str = "", kind: Engine = "live") -> None:
        self.lifecycle = lifecycle
        self.definition: LifecycleDefinition = lifecycle.definition
        self.place = self.definition.name
        if not self.definition.phases:
            raise self.refused("CLM212", "it has no phases, so nobody can stand in it", "open a lifecycle that inherits from it")
        if not isinstance(name, str):
            raise self.refused("CLM212", f"the name {name!r:.60} is not a text", "name the customer, or leave the name out")
        if kind not in ("live", "compiled"):
            raise self.refused("CLM212", f"there is no engine {kind!r:.60}", "use 'live' or 'compiled'")
        self.name = name
        self.kind: Engine = kind
        self.path = ""
        self.engine: Compiled = compiled(self.definition)
        self.state: State = self.engine.new()
        self.state.life = self
        self.listeners: list[Callable[..., Any]] = []
        self.listening = kind == "live"
        self.performer: Any = None
        self.done: set[int] = set()
        self.known_events: dict[Any, str] = {}

    def attach(self, instance: Lifecycle) -> None:
        """Puts the engine's own functions onto an instance, so that reporting costs one call."""
        instance.__dict__.update(_life=self, observe=MethodType(self.engine.observe, self.state), send=MethodType(self.engine.send, self.state))

    def refused(self, code: str, cause: str, remedy: str) -> ObservationError:
        return ObservationError([Diagnostic(code, self.place, cause, remedy)])

    # ---- observing

    def observe(self, *given: Given, at: Any = None, **values: object) -> Moves:
        return self.engine.observe(self.state, *given, at=at, **values)

    def observe_checked(self, given: Sequence[Any], at: Any, values: Mapping[str, Any], unknown: Mapping[str, Any]) -> Moves:
        """An observation that is not plain: values are looked at one by one and all mistakes are told together."""
        at, said = self.sorted_out(given, at, values, unknown)
        return self.observation(at, said, ())

    def sorted_out(
        self, given: Sequence[Any], at: Any, values: Mapping[str, Any], unknown: Mapping[str, Any]
    ) -> tuple[Any, dict[str, Any]]:
        """The time and the values by name. Checked values given by position may stand in any place."""
        checked = [one for one in (*given, at, *values.values()) if isinstance(one, Given)]
        wrong = [one for one in given if one is not UNCHANGED and not isinstance(one, Given)]
        if wrong:
            cause = f"{shown(wrong[0])} is given without a name"
            raise BadValueError([Diagnostic("CLM204", self.place, cause, "write health=80, or Contract.health.now(80)")])
        said = {name: value for name, value in values.items() if value is not UNCHANGED and not isinstance(value, Given)}
        return (None if isinstance(at, Given) else at), self.together(checked, said | dict(unknown))

    def together(self, given: Sequence[Given], values: dict[str, Any]) -> dict[str, Any]:
        """Checked values and keywords as one; a signal given twice is refused."""
        both = dict(values)
        for one in given:
            if not isinstance(one, Given):
                raise BadValueError([Diagnostic("CLM204", self.place, f"{one!r:.60} is not a value of a signal", "write Contract.health.now(80), or health=80")])
            if one.homes and not one.homes <= self.lifecycle._homes:
                cause = f"'{one.name}' is a signal of another lifecycle"
                raise UnknownNameError([Diagnostic("CLM201", self.place, cause, did_you_mean(one.name, self.definition.signals))])
            if one.name in both:
                raise BadValueError([Diagnostic("CLM204", f"{self.place}.{one.name}", "it is given twice", "give one value")])
            both[one.name] = one.value
        return both

    def observation(self, at: Any, values: Mapping[str, Any], events: Sequence[tuple[Any, str | None]]) -> Moves:
        """One observation with everything in it.

        Args:
            at: an instant in microseconds, anything that is a point in time, or None.
            values: as users give them, by signal; `CLEAR` forgets one.
            events: the events offered, each with the instance that its payload names.

        Raises:
            ObservationError: all that is wrong with it; nothing has changed.
        """
        self.not_while_telling()
        now = self.clock(at)
        names = self.event_names(events)
        stored = self.accepted(values)
        plan, taken = take_in(self.state, now, stored, names)
        return self.told(plan, names, taken)

    def send(self, event: Event | str, *given: Given, at: Any = None, instance: str | None = None, **values: object) -> Moves:
        return self.send_checked(event, given, at, instance, values, {})

    def send_checked(
        self, event: Any, given: Sequence[Any], at: Any, instance: Any, values: Mapping[str, Any], unknown: Mapping[str, Any]
    ) -> Moves:
        """An event with an observation that is not plain, or an event that is offered for the first time."""
        at, said = self.sorted_out(given, at, values, unknown)
        moves = self.observation(at, said, ((event, instance),))
        self.known_events[event] = event.name if isinstance(event, Event) else event  # it has just been checked
        return moves

    def clock(self, at: Any) -> int | None:
        if at is None:
            return None
        us = at if type(at) is int else read_instant(at)
        if us < self.state.at:
            cause = f"{show_instant(us)} is before {show_instant(int(self.state.at))}, the last time told"
            raise BadValueError([Diagnostic("CLM205", self.place, cause, "report in order of time")])
        return us

    def accepted(self, values: Mapping[str, Any]) -> dict[str, Value]:
        stored: dict[str, Value] = {}
        wrong: list[Diagnostic] = []
        unknown = False
        for name, value in values.items():
            spec = self.definition.signals.get(name)
            if spec is None:
                unknown = True
                wrong.append(Diagnostic("CLM201", self.place, f"'{name}' is not a signal", did_you_mean(name, self.definition.signals)))
                continue
            try:
                stored[name] = spec.absent if value is CLEAR else spec.accept(value, place=f"{self.place}.{name}")
            except BadValueError as error:
                wrong += error.diagnostics
        if wrong:
            raise (UnknownNameError if unknown else BadValueError)(wrong)
        return stored

    def event_names(self, events: Iterable[tuple[Any, str | None]]) -> tuple[str, ...]:
        names: list[str] = []
        for event, instance in events:
            name = event.name if isinstance(event, Event) else event
            if not isinstance(name, str) or name not in self.definition.events:
                remedy = did_you_mean(str(name), self.definition.events)
                raise UnknownNameError([Diagnostic("CLM202", self.place, f"{name!r:.60} is not an event", remedy)])
            if isinstance(event, Event) and not event._homes <= self.lifecycle._homes:
                cause = f"'{name}' is an event of another lifecycle"
                raise UnknownNameError([Diagnostic("CLM202", self.place, cause, f"send {self.definition.name}.{name}")])
            if instance is not None and (not isinstance(instance, str) or not self.definition.events[name].names_instance):
                cause = f"'{name}' does not name an instance" if isinstance(instance, str) else f"the instance {instance!r:.60} is not a text"
                raise BadValueError([Diagnostic("CLM204", f"{self.place}.{name}", cause, "leave instance= out, or declare names_instance=True")])
            names.append(name)  # twice offered is twice counted, though it is taken once
        return tuple(names)

    def not_while_telling(self) -> None:
        if self.state.busy and self.telling:
            raise self.refused("CLM209", "a listener reports to the customer of whom it is being told", "collect what you learn and report it afterwards")

    telling = False

    # ---- after the plan: tell the chart and the listeners

    def told(self, plan: Plan, offered: Sequence[str], taken: int) -> Moves:
        if plan and self.listening:
            self.perform(plan)
        if not offered:
            return Moves(plan, self.read)
        return Moves(plan, self.read, self.untaken(offered, taken, plan[0][1] if plan else self.state.phase))

    def untaken(self, offered: Sequence[str], taken: int, phase: int) -> Callable[[], tuple[Untaken, ...]]:
        """The events that nobody took, with why; worked out when somebody asks."""
        took = None if taken < 0 else self.engine.program.rules[taken].transition

        def tell() -> tuple[Untaken, ...]:
            return tuple(Untaken(name, self.why_untaken(name, took, phase), self.path) for name in dict.fromkeys(offered) if took is None or took.on != name)

        return tell

    def why_untaken(self, event: str, took: Transition | None, phase: int) -> str:
        path = self.engine.program.phases[phase]
        label = self.definition.phases[path].label
        ways = [t for t in self.definition.ways_out(path) if t.on == event]
        if took is not None and ways:
            return f"'{took.name}' took its turn"
        if not ways:
            return f"no way out of {label} listens to it"
        return " and ".join(f"'{t.name}' needs {self.definition.why(t)}" for t in ways)

    def perform(self, plan: Plan) -> None:
        """Moves the chart along and tells the listeners; whoever is told may not observe."""
        if not plan:
            return
        busy, self.state.busy, self.telling = self.state.busy, True, True
        wrong: list[Exception] = []
        try:
            for step in plan:
                try:
                    self.perform_one(step)
                except Exception as error:  # one who fails must not keep the others from being told
                    wrong.append(error)
        finally:
            self.state.busy, self.telling = busy, False
        if len(wrong) == 1:
            raise wrong[0]
        if wrong:
            raise ExceptionGroup(f"{len(wrong)} listeners failed after {self.place} had moved", wrong)

    def perform_one(self, step: tuple[Any, ...]) -> None:
        if self.performer is not None:
            phases = self.engine.program.phases
            rule = None if step[0] < 0 else self.engine.program.rules[step[0]]
            self.performer.perform((rule and rule.transition.name, phases[step[1]], phases[step[2]], rule is not None and rule.stay))
        if self.listeners:
            move = self.read(step)
            for listener in self.listeners:
                self.tell(listener, move)

    def tell(self, listener: Callable[..., Any], move: Move) -> None:
        answer = listener(move)
        if inspect.iscoroutine(answer):
            _finish(answer)

    def listen(self, listener: Callable[..., Any]) -> None:
        if not callable(listener):
            raise self.refused("CLM209", f"{listener!r:.60} cannot be called", "give a function of one move")
        self.listeners.append(listener)
        self.listening = True

    @property
    def chart(self) -> Any:
        if self.kind != "live":
            raise self.refused("CLM212", "the compiled engine has no chart", f"open it as {self.definition.name}(), or with engine='live'")
        if self.performer is None:
            from clmstate.live.chart import Performer

            p, s = self.engine.program, self.state
            self.performer = Performer(self.definition, p.phases[s.phase], {group: p.phases[leaf] for group, leaf in s.resume.items()})
        return self.performer.chart

    # ---- placing and moving by hand

    def start(self, phase: Phase | str, *, at: Any = None, since: Any = None, **values: object) -> None:
        self.not_while_telling()
        path = known_phase(self.definition, phase, self.place)
        now, stored = self.clock(at), self.accepted(values)
        began = now if since is None else read_instant(since)
        s, c = self.state, self.engine
        if s.at == s.at or s.journal:
            raise self.refused("CLM214", "the customer is already on its way", "start() places customers before their first observation")
        if began is not None and (now is None or began > now):
            raise BadValueError([Diagnostic("CLM205", self.place, "the stay begins after the time told", "give since= at or before at=")])
        number = c.program.number[path]
        s.visits = tuple(int(p in (path, c.program.group[number])) for p in c.program.visited)
        s.phase, s.entered = number, math.nan if began is None else began
        s.at = math.nan if now is None else now
        for name, value in stored.items():
            setattr(s, f"v_{name}", value)
        c.clocks(s)
        s.unsettled = s.busy = True
        self.performer = None

    def move(self, to: Phase | str, *, by: str, reason: str, at: Any = None, hold_until: Any = None) -> Moves:
        self.not_while_telling()
        now = self.clock(at)
        plan, _ = take_in(self.state, now, {}, (), self.hand(to, by, reason, now, hold_until))
        return self.told(plan, (), -1)

    def hand(self, to: Phase | str, by: str, reason: str, now: int | None, hold_until: Any) -> Callable[[State], Plan]:
        """Performs a move by hand on the state, once everything about it has been checked."""
        path = known_phase(self.definition, to, self.place)
        hold = math.nan if hold_until is None else read_instant(hold_until)
        for what, text in (("by", by), ("reason", reason)):
            if not isinstance(text, str) or not text.strip():
                raise BadValueError([Diagnostic("CLM213", self.place, f"a move by hand says nothing in {what}=", "say who decided, and why")])
        clock = self.state.at if now is None else now
        if hold == hold and not hold > clock:
            raise BadValueError([Diagnostic("CLM205", self.place, f"it is held until {show_instant(int(hold))}, which is past", "hold until later, or not at all")])
        number = self.engine.program.number[path]

        def hand(s: State) -> Plan:
            source = s.phase
            enter(s, source, number)
            s.hold = hold
            return [(-1, source, number, 0, s.at, by, reason, hold)]

        return hand

    def skip(self, touchpoint: str, *, by: str, why: str) -> None:
        self.not_while_telling()
        points = self.phase.touchpoints
        found = next((n for n, t in enumerate(points) if t.label == touchpoint), None)
        if found is None:
            cause = f"{self.phase.label} has no touchpoint {touchpoint!r:.60}"
            raise UnknownNameError([Diagnostic("CLM208", self.place, cause, did_you_mean(str(touchpoint), [t.label for t in points]))])
        for what, text in (("by", by), ("why", why)):
            if not isinstance(text, str) or not text.strip():
                raise BadValueError([Diagnostic("CLM213", self.place, f"a skipped touchpoint says nothing in {what}=", "say who decided, and why")])
        s = self.state
        if s.seen & 1 << found:
            raise self.refused("CLM208", f"'{touchpoint}' is already done or skipped in this stay", "leave it")
        s.seen |= 1 << found
        s.journal.append((-3, s.phase, found, s.at, "skipped", by, why))

    # ---- reading

    @property
    def phase(self) -> Phase:
        return self.definition.phases[self.engine.program.phases[self.state.phase]]

    @property
    def at(self) -> Any:
        return None if self.state.at != self.state.at else from_instant(int(self.state.at))

    def signal_value(self, name: str) -> Any:
        return self.definition.signals[name].to_user(getattr(self.state, f"v_{name}"))

    def read(self, step: tuple[Any, ...]) -> Move:
        """The move that a step of a plan stands for."""
        p = self.engine.program
        phases = self.definition.phases
        source, target = phases[p.phases[step[1]]], phases[p.phases[step[2]]]
        at = _known(step[4])
        if step[0] < 0:
            return Move(self.path, source, target, None, at, "hand", 0, person=step[5], reason=step[6], held_until_us=_known(step[7]))
        rule = p.rules[step[0]]
        values = {n: self.definition.signals[n].to_user(v) for n, v in zip(rule.signals, step[5], strict=True)}
        by = "rule" if rule.event is None else "event"
        return Move(self.path, source, target, rule.transition, at, by, step[3], rule.stay, values, step[6], words=self.definition.why(rule.transition))

    @property
    def journey(self) -> Journey:
        return Journey(tuple(map(self.entry, self.state.journal)))

    def entry(self, step: tuple[Any, ...]) -> Move | Reached | Seen:
        match step[0]:
            case -2:
                name = self.engine.program.milestones[step[1]][0]
                return Reached(self.path, name, self.definition.milestones[name].label, _known(step[2]))
            case -3:
                path = self.engine.program.phases[step[1]]
                label = self.definition.phases[path].touchpoints[step[2]].label
                return Seen(self.path, path, label, _known(step[3]), step[4], step[5], step[6])
            case _:
                return self.read(step)

    def plays_of(self, entry: tuple[Any, ...]) -> Iterable[tuple[Play, str, int | None]]:
        """The plays that one entry of the journal opened: the play, what opened it and when."""
        if entry[0] >= 0:
            transition = self.engine.program.rules[entry[0]].transition
            return ((play, transition.name, _known(entry[4])) for play in transition.plays)
        if entry[0] == -2:
            name = self.engine.program.milestones[entry[1]][0]
            return ((play, name, _known(entry[2])) for play in self.definition.milestones[name].plays)
        return ()

    def all_plays(self) -> list[OpenPlay]:
        """Every play that was ever opened, numbered from 1 in order of the journey."""
        opened = [play for entry in self.state.journal for play in self.plays_of(entry)]
        return [OpenPlay(number, self.path, *play) for number, play in enumerate(opened, 1)]

    @property
    def open_plays(self) -> tuple[OpenPlay, ...]:
        return tuple(play for play in self.all_plays() if play.number not in self.done)

    def done_play(self, number: int) -> None:
        still = {play.number for play in self.open_plays}
        if number not in still:
            remedy = "open are: " + ", ".join(map(str, sorted(still))) if still else "there are none"
            raise UnknownNameError([Diagnostic("CLM208", self.place, f"no open play has the number {number!r:.20}", remedy)])
        self.done.add(number)

    @property
    def open_touchpoints(self) -> tuple[OpenTouchpoint, ...]:
        s = self.state
        entered = _known(s.entered)
        return tuple(
            OpenTouchpoint(t, None if t.due is None or entered is None else entered + round(t.due.most * DAY))
            for n, t in enumerate(self.phase.touchpoints)
            if not s.seen & 1 << n
        )

    @property
    def warning_signs(self) -> tuple[Risk, ...]:
        return tuple(r for r in self.definition.risks.values() if r.sign is not None and self.stands(r.phases) and self.holds(r.sign))

    @property
    def open_gaps(self) -> tuple[SuccessGap, ...]:
        return tuple(g for g in self.definition.gaps.values() if g.when is not None and self.stands(g.phases) and self.holds(g.when))

    def stands(self, places: tuple[str, ...], state: State | None = None) -> bool:
        number = (state or self.state).phase
        p = self.engine.program
        return not places or p.phases[number] in places or p.group[number] in places

    def holds(self, cond: Any, state: State | None = None) -> bool:
        from clmstate.conditions import evaluate
        from clmstate.live.picture import StatePicture

        return evaluate(cond, StatePicture(state or self.state)) is True

    def explain(self, what: Transition | Phase | str | None = None) -> Explanation:
        if what is None:
            return explain_ways_out(self.state)
        name = what.name if isinstance(what, Transition) else what.path if isinstance(what, Phase) else what
        if isinstance(name, str) and name in self.definition.transitions:
            return explain_transition(self.definition.transitions[name], self.state)
        if isinstance(name, str) and name in self.definition.phases:
            return explain_phase(self.definition.phases[name], self.state)
        known = (*self.definition.transitions, *self.definition.phases)
        raise UnknownNameError([Diagnostic("CLM203", self.place, f"{name!r:.60} is neither a transition nor a phase", did_you_mean(str(name), known))])

    @property
    def next_check(self) -> Any:
        us = self.next_check_us
        return None if us is None else from_instant(us)

    @property
    def next_check_us(self) -> int | None:
        watched, here = self.watched(), self.said(self.state)

        def differs(later: State) -> bool:
            moves = not later.at < later.hold and self.engine.step[later.phase](later) >= 0
            return moves or self.said(later) != here

        return next_check(self.state, watched, differs)

    def watched(self) -> list[object]:
        """The leaves that may move the customer from here, or change what is said of it."""
        never_missing = {name for name, spec in self.definition.signals.items() if spec.never_missing}
        formulas: list[Formula] = [rule.formula for rule in self.engine.program.silent[self.state.phase]]
        formulas += [formula for _, formula in self.engine.program.milestones]
        for cond in self.said_of():
            if reads(cond).clock:
                formulas.append(lower(cond, never_missing.__contains__))
        return list(dict.fromkeys(literal.leaf for formula in formulas for literal in literals(formula)))

    def said_of(self) -> list[Any]:
        risks = [r.sign for r in self.definition.risks.values() if r.sign is not None]
        gaps = [g.when for g in self.definition.gaps.values() if g.when is not None]
        done = [t.done for t in self.phase.touchpoints if t.done is not None]
        milestones = [m.when for m in self.definition.milestones.values() if m.when is not None]
        return [*risks, *gaps, *done, *milestones]

    def said(self, state: State) -> tuple[bool, ...]:
        return tuple(self.holds(cond, state) for cond in self.said_of() if reads(cond).clock)

    def snapshot(self) -> dict[str, Any]:
        from clmstate.live.snapshot import snapshot_of

        return snapshot_of(self)


def _known(us: float) -> int | None:
    return None if us != us else int(us)


def _finish(told: Coroutine[Any, Any, Any]) -> None:
    """Awaits a listener: in the running loop as a task of its own, else here and now."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(told)
        return
    task = loop.create_task(told)
    _TOLD.add(task)  # a loop keeps only weak references
    task.add_done_callback(_TOLD.discard)


_TOLD: set[asyncio.Task[Any]] = set()
