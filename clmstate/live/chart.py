"""The native python-statemachine chart of a lifecycle: generated afresh from its definition, and moved in two ways.

Alone, the chart decides for itself: its guards read :class:`Facts`, an event is sent by its name, and the library chooses the
transition. Inside the live engine a :class:`Performer` leads the same chart along moves that the kernel has planned; then no guard is
asked. The chart knows the definition and the facts only; it does not know that a kernel exists, which makes it a check on the kernel.

Each way out is drawn from its leaf phase: an order across a phase, its group and ``anywhere`` cannot be had from compound states.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from inspect import iscoroutinefunction
from types import SimpleNamespace
from typing import Any, ClassVar, Final

from statemachine import HistoryState, State, StateChart
from statemachine.callbacks import SPECS_ALL
from statemachine.dispatcher import Listener, Listeners
from statemachine.engines.async_ import AsyncEngine
from statemachine.engines.sync import SyncEngine
from statemachine.event import BoundEvent
from statemachine.event import Event as ChartEvent
from statemachine.event_data import TriggerData
from statemachine.factory import StateMachineMetaclass
from statemachine.orderedset import OrderedSet
from statemachine.transition import Transition as ChartTransition

from clmstate.conditions import evaluate, words
from clmstate.conditions.nodes import Cond
from clmstate.errors import Diagnostic, LivelockError, ObservationError, UnknownNameError, did_you_mean
from clmstate.lifecycle import Event, Lifecycle, LifecycleDefinition, Transition, definition_of
from clmstate.live.facts import Facts, PlannedMove

__all__ = ["EVALUATE", "MOVED_BY_HAND", "LifecycleChart", "Performer", "Way", "statechart"]

EVALUATE: Final = "evaluate"
"""The event on which a chart looks at its facts and takes the transitions that need no event."""

MOVED_BY_HAND: Final = "moved_by_hand"
"""The event that listeners are told of when somebody moved the customer by hand."""

TOGETHER: Final = "together"
"""The argument under which an event carries the further events of its observation; callbacks may ask for it."""

_KEPT: Final = "_statechart"  # where a definition keeps its chart class, as it keeps its cached properties
_OF_INSTANCES: Final = frozenset({"model", "history_values", "state_field", "start_configuration_values"})
_HOOKS: Final = frozenset(
    {
        "prepare_event",
        "before_transition",
        "on_transition",
        "after_transition",
        "on_enter_state",
        "on_exit_state",
        "on_invoke_state",
    }
)


class Way(ChartTransition):
    """A transition of the chart, out of one leaf phase; `rule` is the lifecycle's transition that it stands for."""

    rule: Transition


class _Settling:
    """What both engines do around a step: the facts hear of it, and whatever moved is looked at again."""

    sm: Any
    running: bool
    clear_cache: Callable[[], None]
    _again: TriggerData | None = None
    _history: Mapping[str, Any] = {}

    def _heard(self, trigger: TriggerData) -> list[str]:
        """The ids of the events that are offered in this step, if they are the lifecycle's."""
        names, ids = self.sm.event_names, [str(trigger.event), *trigger.kwargs.get(TOGETHER, ())]
        if trigger is not self._again and ids[0] in names:
            if not self.sm.facts.settling:
                self._history = dict(self.sm.history_values)
            self.sm.facts.begin([names[each] for each in ids if each != EVALUATE], self.sm.path)
        return ids

    def _chosen(self, trigger: TriggerData, ids: list[str], enabled: OrderedSet[Any]) -> None:
        if enabled and len(ids) > 1:  # callbacks are told of the event that was taken
            (way,) = enabled
            trigger.event = BoundEvent(id=str(way.events), _sm=self.sm)
            self.clear_cache()
        elif not enabled and ids[0] == EVALUATE:
            self.sm.facts.settle()
        elif not enabled and ids[0] in self.sm.event_names:
            self._look_again()  # nobody took the event: the rules without one come next in the order

    def _look_again(self) -> None:
        self._again = BoundEvent(id=EVALUATE, internal=True, _sm=self.sm).put()

    @contextmanager
    def _watched(self, way: Way | None = None) -> Iterator[None]:
        """Around what calls guards and listeners: if one of them fails, facts and phase go together."""
        facts: Facts = self.sm.facts
        before = None if way is None else (facts.mark(), facts.moves)
        if way is not None:
            facts.move(way.rule, self.sm.leads_to(way))
        try:
            yield
        except BaseException:
            if before is not None:  # the library has put the phase back, unless the failure came after the move
                _, source, target, _ = facts.moves[-1]
                if source == target or self.sm.path != target:
                    facts.reset(*before)
            facts.break_off()
            raise

    def _arrived(self) -> None:
        try:
            self.sm.facts.moved()
        except LivelockError:
            self.sm.facts.forget()
            self.sm.place(self.sm.facts.phase)
            self.sm.history_values = self._history
            raise
        if self.running:
            self._look_again()
        else:
            self.sm.facts.settle()


class _SyncEngine(_Settling, SyncEngine):
    def select_eventless_transitions(self, trigger_data: TriggerData) -> OrderedSet[Any]:  # noqa: ARG002
        return OrderedSet()  # a generated chart has none

    def select_transitions(self, trigger_data: TriggerData) -> OrderedSet[Any]:
        ids = self._heard(trigger_data)
        with self._watched():
            enabled: OrderedSet[Any] = self._select_transitions(trigger_data, lambda way, _: any(map(way.match, ids)))
        self._chosen(trigger_data, ids, enabled)
        return enabled

    def microstep(self, transitions: list[Any], trigger_data: TriggerData) -> Any:
        with self._watched(transitions[0]):
            result = super().microstep(transitions, trigger_data)
        self._arrived()
        return result


class _AsyncEngine(_Settling, AsyncEngine):
    async def select_eventless_transitions(self, trigger_data: TriggerData) -> OrderedSet[Any]:  # noqa: ARG002
        return OrderedSet()

    async def select_transitions(self, trigger_data: TriggerData) -> OrderedSet[Any]:
        ids = self._heard(trigger_data)
        with self._watched():
            enabled: OrderedSet[Any] = await self._select_transitions(trigger_data, lambda way, _: any(map(way.match, ids)))
        self._chosen(trigger_data, ids, enabled)
        return enabled

    async def microstep(self, transitions: list[Any], trigger_data: TriggerData) -> Any:
        with self._watched(transitions[0]):
            result = await super().microstep(transitions, trigger_data)
        self._arrived()
        return result


class _LedEngine(SyncEngine):
    """Of a chart that is led along: it takes no events, because its customer decides."""

    sm: Any

    def put(self, trigger_data: TriggerData, internal: bool = False) -> None:  # noqa: ARG002
        if trigger_data.event in self.sm.event_names:  # else it is the library's own, such as done.state
            remedy = "send it to the customer, or use a chart of its own: statechart()()"
            raise _led(self.sm, f"'{trigger_data.event}' is sent to a chart that its customer moves", remedy)


def _led(chart: object, cause: str, remedy: str) -> ObservationError:
    return ObservationError([Diagnostic("CLM215", type(chart).__name__, cause, remedy)])


class LifecycleChart(StateChart[Any]):
    """The base of generated charts; :func:`statechart` makes them.

    Args:
        model, state_field, start_value, listeners, kwargs: as python-statemachine has them.
        led: whether a :class:`Performer` moves it.

    Attributes:
        definition: the lifecycle.
        ways: chart transitions by the name of the lifecycle's transition and the leaf phase they lead out of.
        event_names: the lifecycle's events by their id in the chart: the name itself, unless the library needs that name.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> chart = statechart(Deal)()
        >>> chart.path, [str(state) for state in chart.configuration]
        ('new', ['New'])
    """

    definition: ClassVar[LifecycleDefinition]
    ways: ClassVar[Mapping[tuple[str, str], Way]] = {}
    event_names: ClassVar[Mapping[str, str]] = {}

    enable_self_transition_entries = True
    atomic_configuration_update = True
    catch_errors_as_events = False
    validate_disconnected_states = False
    validate_trap_states = False
    validate_final_reachability = False

    def __init__(
        self,
        model: Any = None,
        state_field: str = "state",
        start_value: Any = None,
        listeners: list[object] | None = None,
        *,
        led: bool = False,
        **kwargs: Any,
    ) -> None:
        held = getattr(model, state_field, None)
        start = _leaf(held if held is not None else start_value)
        group = self.definition.groups.get(start or "")
        self._facts = None if led else Facts(self.definition, start if group is None else group.initial)
        super().__init__(model, state_field, start_value, listeners, **kwargs)

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)  # the library refuses names of states, and a phase may be called `model`

    def _get_engine(self) -> SyncEngine | AsyncEngine:
        if self._facts is None:
            return _LedEngine(self)
        return _AsyncEngine(self) if self._callbacks.has_async_callbacks else _SyncEngine(self)

    @property
    def facts(self) -> Facts:
        """What is known about the customer: the guards read it. A chart that its customer moves has none of its own."""
        if self._facts is None:
            raise _led(self, "a chart that its customer moves knows no facts of its own", "ask the customer")
        return self._facts

    @property
    def path(self) -> str:
        """The path of the leaf phase in which the chart stands."""
        return _leaf(self._config.value) or self.definition.initial

    def send(self, event: Event | str, *args: Any, together: Iterable[Event | str] = (), **kwargs: Any) -> Any:
        """Offers an event (or ``evaluate``) on what is known; the chart settles.

        Args:
            event: one of the lifecycle's events, its name, or "evaluate".
            together: further events of the same observation.
            args, kwargs: as python-statemachine has them; what it does not know reaches callbacks.

        Raises:
            UnknownNameError: no such event; nothing has changed.
            LivelockError: the rules never settle; all is as last settled.
        """
        ids = [self.event_id(each) for each in (event, *together)]
        if self.is_terminated and not self.facts.settling:  # observations still merge
            self.facts.begin([self.event_names[each] for each in ids if each != EVALUATE], self.path)
            self.facts.settle()
        if len(ids) > 1:
            kwargs[TOGETHER] = ids[1:]
        return super().send(ids[0], *args, **kwargs)

    def add_listener(self, *listeners: object) -> Any:
        """Attaches listeners as python-statemachine has them.

        Raises:
            ObservationError: CLM215, for an async listener of a chart that its customer moves: it is told in step with the moves.
        """
        hooks = ("on_", "before_", "after_", "prepare_")
        if self._facts is None:
            for listener in listeners:
                if any(iscoroutinefunction(getattr(listener, name)) for name in dir(listener) if name.startswith(hooks)):
                    cause = "an async listener is attached to a chart that its customer moves"
                    raise _led(self, cause, "attach it to the customer with listen()")
        return super().add_listener(*listeners)  # type: ignore[no-untyped-call]

    def event_id(self, event: Event | str) -> str:
        """The id that an event has in the chart.

        Raises:
            UnknownNameError: CLM202, when there is no such event.

        Example:
            >>> from clmstate import Event, Lifecycle, Phase
            >>> class Deal(Lifecycle):
            ...     model = Event("model chosen")
            ...     new = Phase("New", initial=True)
            >>> statechart(Deal)().event_id("model")
            'event_model'
        """
        name = event if isinstance(event, str) else event.name
        for each, known in self.event_names.items():
            if name == known and (each != EVALUATE or isinstance(event, str)):
                return each
        if name in self.event_names:
            return name
        remedy = did_you_mean(name, self.event_names)
        place = self.definition.name
        raise UnknownNameError([Diagnostic("CLM202", place, f"{name!r:.60} is not an event of {place}", remedy)])

    def leads_to(self, way: Way) -> str:
        """The leaf phase that a way would lead to now."""
        if way.target is None:
            return str(way.source.value)
        held = self.history_values.get(way.target.id) if way.target.is_history else None
        leaf = held[0].value if held else way.rule.target
        return self.definition.groups[leaf].initial if leaf in self.definition.groups else leaf

    def place(self, path: str) -> None:
        """Puts the chart into a leaf phase; nobody is told."""
        self.current_state_value = _standing(self.definition, path)


class Performer:
    """Leads a chart along moves that were decided elsewhere: callbacks and listeners are told, guards are not asked.

    Args:
        definition: the lifecycle.
        phase: the leaf phase in which the customer stands.
        resume: by group, the leaf phase in which it was last left.

    Attributes:
        chart: the chart that is led along.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     ended = Event("contract ended")
        ...     open = Phase("Open", initial=True)
        ...     lost = Phase("Lost", final=True)
        ...     lose = open.to(lost, on=ended)
        >>> performer = Performer(Deal.definition, "open")
        >>> performer.perform(("lose", "open", "lost", False))
        >>> performer.configuration
        'lost'
        >>> performer.perform((None, "lost", "open", False))  # by hand
        >>> performer.configuration
        'open'
    """

    __slots__ = ("_engine", "_hands", "chart")

    def __init__(self, definition: LifecycleDefinition, phase: str, resume: Mapping[str, str] | None = None) -> None:
        model = SimpleNamespace(state=_standing(definition, phase))
        self.chart: Any = statechart(definition)(model, led=True)
        self._engine = self.chart._engine
        self._hands: dict[tuple[str, str], ChartTransition] = {}
        for group, leaf in (resume or {}).items():
            self._remember(group, leaf)

    @property
    def configuration(self) -> str:
        """The path of the leaf phase in which the chart stands."""
        return str(self.chart.path)

    def add_listener(self, *listeners: object) -> None:
        """Attaches listeners, as :meth:`LifecycleChart.add_listener`."""
        self.chart.add_listener(*listeners)

    def perform(self, move: PlannedMove) -> None:
        """Performs one planned move. If a listener fails, its error is passed on and the move stands all the same."""
        name, source, target, _ = move
        chart, engine = self.chart, self._engine
        if name is None:
            way = self._by_hand(source, target)
            event = MOVED_BY_HAND
        else:
            way = chart.ways[name, source]
            event = str(way.events)
        engine.running = True  # somebody may be moved out of a final phase by hand
        engine.clear_cache()
        try:
            engine.microstep([way], TriggerData(chart, BoundEvent(id=event, _sm=chart)))
        finally:
            if chart.path != target:
                group = chart.definition.group_of(source)
                if group is not None and group != chart.definition.group_of(target):
                    self._remember(group, source)
                chart.place(target)

    def _remember(self, group: str, leaf: str) -> None:
        chart = self.chart
        for history in chart.states_map[group].history:
            chart.history_values[history.id] = [chart._config._instance_states[leaf]]

    def _by_hand(self, source: str, target: str) -> Any:
        """A transition between any two phases; it belongs to no state, so its callbacks are looked up here."""
        chart = self.chart
        way: Any = self._hands.get((source, target))
        if way is None:
            way = ChartTransition(chart.states_map[source], chart.states_map[target], event=MOVED_BY_HAND)
            way._setup()
            self._hands[source, target] = way  # kept: the library knows its callbacks by its address
        own = Listener.from_obj(chart, skip_attrs=chart._protected_attrs)
        told = Listeners.from_listeners([own, *map(Listener.from_obj, chart.active_listeners)])
        told.resolve(way._specs, registry=chart._callbacks, allowed_references=SPECS_ALL)
        return way


def statechart(lifecycle: type[Lifecycle] | LifecycleDefinition) -> type[LifecycleChart]:
    """The native chart class of a lifecycle; made once for each definition. Do not subclass it: its states would be shared.

    Phases are states (their value is the path), groups are compound states, events have their own names, and ``evaluate``
    takes the transitions that need no event.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=health >= 70)
        >>> chart = statechart(Deal)()
        >>> chart.facts.report(at="2026-01-30", health=80)
        >>> chart.send("evaluate")
        >>> chart.path
        'won'
    """
    definition = definition_of(lifecycle)
    made: type[LifecycleChart] | None = vars(definition).get(_KEPT)
    if made is None:
        if not definition.phases:
            cause = "it has no phases, so nobody can stand in it"
            raise ObservationError([Diagnostic("CLM212", definition.name, cause, "take a lifecycle that inherits from it")])
        made = vars(definition)[_KEPT] = _Generator(definition).chart()
    return made


class _Generator:
    """Makes the states, events and transitions of one chart class, all of them new."""

    def __init__(self, definition: LifecycleDefinition) -> None:
        self.d = definition
        self.taken = {*dir(LifecycleChart), *dir(StateMachineMetaclass), *_OF_INSTANCES, EVALUATE, MOVED_BY_HAND}
        hooks = {f"{when}_{event}" for when in ("before", "on", "after") for event in (*definition.events, EVALUATE, MOVED_BY_HAND)}
        self.taken |= hooks | _HOOKS
        self.events: dict[str | None, ChartEvent] = {None: ChartEvent(id=EVALUATE, name="Evaluate")}
        for name, spec in definition.events.items():
            self.events[name] = ChartEvent(id=self.name(name, f"event_{name}"), name=spec.label)
        self.states: dict[str, State] = {}

    def name(self, *wishes: str) -> str:
        """The first wish that is free; the last one gets as many underscores as it needs."""
        wish = next((w for w in wishes if w not in self.taken), wishes[-1])
        while wish in self.taken:
            wish += "_"
        self.taken.add(wish)
        return wish

    def chart(self) -> type[LifecycleChart]:
        d = self.d
        attributes: dict[str, Any] = {"__module__": __name__, "__qualname__": f"{d.name}Chart", "definition": d}
        attributes |= {str(event): event for event in self.events.values()}
        attributes |= dict(self.top())
        ways = {(rule.name, path): self.way(rule, path) for path in d.phases for rule in _in_order(d, path)}
        attributes["ways"] = ways
        attributes["event_names"] = {str(event): name or EVALUATE for name, event in self.events.items()}
        made: Any = StateMachineMetaclass(f"{d.name}Chart", (LifecycleChart,), attributes)
        made.__doc__ = d.doc  # set here, because the library would fill in what looks like its own placeholders
        return made  # type: ignore[no-any-return]

    def top(self) -> Iterator[tuple[str, State]]:
        done: set[str] = set()
        for path in self.d.phases:
            group = self.d.group_of(path)
            if group is None:
                yield self.name(f"phase_{path}"), self.leaf(path, initial=path == self.d.initial)
            elif group not in done:
                done.add(group)
                yield self.name(f"group_{group}"), self.compound(group)

    def leaf(self, path: str, *, initial: bool) -> State:
        phase = self.d.phases[path]
        self.states[path] = State(phase.label, value=path, initial=initial, final=phase.final)
        return self.states[path]

    def compound(self, path: str) -> State:
        group = self.d.groups[path]
        children = {
            self.name(f"phase_{child.replace('.', '_')}"): self.leaf(child, initial=child == group.initial)
            for child in group.children
        }
        last = HistoryState("where it was left", value=f"{path}.*")
        last.to(self.states[group.initial])
        body: dict[str, Any] = {**children, self.name(f"last_{path}"): last}
        nested: Any = type(State.Compound)  # makes a state of a nested class, as if it had been written so
        starts = self.d.group_of(self.d.initial) == path
        made: State = nested(path, (State.Compound,), body, name=group.label, value=path, initial=starts)
        self.states[path], self.states[f"{path}.*"] = made, last
        return made

    def way(self, rule: Transition, path: str) -> Way:
        source = self.states[path]
        target = self.states[f"{rule.target}.*" if rule.resume else rule.target]
        if rule.target == self.d.group_of(path):  # the group is not left
            target = self.states[self.d.groups[rule.target].initial]
        guard = None if rule.when is None else _guard(rule.when, words(rule.when, self.d))
        made = Way(source, None if rule.stay else target, event=self.events[rule.on], cond=guard)
        made.rule = rule
        source.transitions.add_transitions(made)
        return made


def _in_order(definition: LifecycleDefinition, path: str) -> list[Transition]:
    """The ways out of a phase in the order of round one: events into a final phase, other events, rules without events."""

    def rank(rule: Transition) -> int:
        leaf = definition.groups[rule.target].initial if rule.target in definition.groups else rule.target
        return 2 if rule.on is None else 0 if definition.phases[leaf].final else 1

    return sorted(definition.ways_out(path), key=rank)


def _guard(node: Cond, said: str) -> Callable[[LifecycleChart], bool]:
    def guard(machine: LifecycleChart) -> bool:
        return evaluate(node, machine.facts) is True

    # the library shows `__name__`; it caches signatures by `__qualname__`, which all guards share because they are alike
    guard.__name__ = said
    guard.expr = node  # type: ignore[attr-defined]
    return guard


def _standing(definition: LifecycleDefinition, path: str) -> Any:
    """How the library writes on the model that it stands in a leaf phase."""
    group = definition.group_of(path)
    return path if group is None else OrderedSet([group, path])


def _leaf(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    *_, leaf = value
    return str(leaf)
