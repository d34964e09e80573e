"""The chart class of a lifecycle, generated afresh from its definition.

Each way out is drawn from its leaf phase: an order across a phase, its group and ``anywhere`` cannot be had from compound states.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from statemachine import HistoryState, State
from statemachine.event import Event as ChartEvent
from statemachine.factory import StateMachineMetaclass

from clmstate.conditions import evaluate, words
from clmstate.conditions.nodes import Cond
from clmstate.errors import Diagnostic, ObservationError
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, Transition, definition_of
from clmstate.live.chart import EVALUATE, MOVED_BY_HAND, LifecycleChart, Way

__all__ = ["statechart"]

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
