"""A chart that is led along: the kernel has decided, callbacks and listeners are told."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from statemachine.callbacks import SPECS_ALL
from statemachine.dispatcher import Listener, Listeners
from statemachine.event import BoundEvent
from statemachine.event_data import TriggerData
from statemachine.transition import Transition as ChartTransition

from clmstate.lifecycle import LifecycleDefinition
from clmstate.live.chart import MOVED_BY_HAND, standing
from clmstate.live.facts import PlannedMove
from clmstate.live.generator import statechart

__all__ = ["Performer"]


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
        model = SimpleNamespace(state=standing(definition, phase))
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
