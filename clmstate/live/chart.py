"""The native python-statemachine chart of a lifecycle, which is moved in two ways.

Alone, the chart decides for itself: its guards read :class:`Facts`, an event is sent by its name, and the library chooses the
transition. Inside the live engine a :class:`~clmstate.live.performer.Performer` leads the same chart along moves that the kernel has
planned; then no guard is asked. The chart knows the definition and the facts only; it does not know that a kernel exists, which makes it
a check on the kernel. Its states, events and transitions are made in :mod:`clmstate.live.generator`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from inspect import iscoroutinefunction
from typing import Any, ClassVar, Final

from statemachine import StateChart
from statemachine.engines.async_ import AsyncEngine
from statemachine.engines.sync import SyncEngine
from statemachine.event import BoundEvent
from statemachine.event_data import TriggerData
from statemachine.orderedset import OrderedSet
from statemachine.transition import Transition as ChartTransition

from clmstate.errors import Diagnostic, LivelockError, ObservationError, UnknownNameError, did_you_mean
from clmstate.lifecycle import Event, LifecycleDefinition, Transition
from clmstate.live.facts import Facts

__all__ = ["EVALUATE", "MOVED_BY_HAND", "LifecycleChart", "Way", "standing"]

EVALUATE: Final = "evaluate"
"""The event on which a chart looks at its facts and takes the transitions that need no event."""

MOVED_BY_HAND: Final = "moved_by_hand"
"""The event that listeners are told of when somebody moved the customer by hand."""

TOGETHER: Final = "together"
"""The argument under which an event carries the further events of its observation; callbacks may ask for it."""


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
        >>> chart = Deal.statechart()()
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
            >>> Deal.statechart()().event_id("model")
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
        self.current_state_value = standing(self.definition, path)


def standing(definition: LifecycleDefinition, path: str) -> Any:
    """How the library writes on the model that it stands in a leaf phase.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> standing(Deal.definition, "new")
        'new'
    """
    group = definition.group_of(path)
    return path if group is None else OrderedSet([group, path])


def _leaf(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    *_, leaf = value
    return str(leaf)
