"""Hypothesis strategies for any model, and a state machine that checks its promises; what fails shrinks to a short, readable journey."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from clmstate.analysis.findings import Report
from clmstate.composition import Composition, CompositionDefinition
from clmstate.conditions.nodes import Compare, DaysInPhase, DaysSince, DaysUntil, EventDaysSince, ForDays, walk
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, Promise, definition_of
from clmstate.signals import DAY, SignalSpec, from_instant
from clmstate.testing.critical import conditions_of, critical_values, limit_of
from clmstate.testing.customers import CustomerScenario
from clmstate.testing.promising import StaysPossible, lifted, looking_on, promises_hold, with_parts
from clmstate.testing.scenario import Scenario

if TYPE_CHECKING:
    from clmstate.analysis.space.onlooker import Onlooker

__all__ = ["Observation", "journeys_of", "lifecycle_machine", "observations_of", "signals_of"]

BEGIN = dt.date(2026, 1, 5)
M = TypeVar("M", bound=Lifecycle)


@attrs.frozen
class Observation:
    """One observation of a lifecycle, to be told to a scenario or a customer.

    Attributes:
        days: how many days after the one before.
        values: what is told, by signal.
        event: the name of an event; "" if there is none.

    Example:
        >>> Observation(7, {"health": 80})
        after(7, health=80)
    """

    days: int
    values: Mapping[str, Any]
    event: str = ""

    def tell(self, told: Scenario[Any]) -> Scenario[Any]:
        """Tells it."""
        model: Any = told.model
        what = [getattr(model, self.event)] if self.event else []
        instance = "one" if self.event and told.definition.events[self.event].names_instance else None
        if told.life.state.at != told.life.state.at:
            return told.on(BEGIN + dt.timedelta(days=self.days), *what, instance=instance, **self.values)
        return told.after(self.days, *what, instance=instance, **self.values)

    def __repr__(self) -> str:
        said = [str(self.days), *([self.event] if self.event else []), *(f"{k}={_short(v)}" for k, v in self.values.items())]
        return f"after({', '.join(said)})"


def _short(value: Any) -> str:
    return repr(value.isoformat()) if isinstance(value, dt.date) else repr(value)


def signals_of(model: type[Lifecycle] | LifecycleDefinition, *, ports: bool = True) -> st.SearchStrategy[dict[str, Any]]:
    """Values of some signals; those next to a limit of the model come often, and the fewest are the simplest.

    Args:
        model: a lifecycle.
        ports: whether ports are told too, as to a lifecycle on its own.

    Example:
        >>> from clmstate import Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        >>> from hypothesis import find
        >>> find(signals_of(Deal), lambda values: "health" in values)
        {'health': 0}
    """
    definition = definition_of(model)
    specs = [spec for spec in definition.signals.values() if ports or not spec.port]
    return st.fixed_dictionaries({}, optional={spec.name: _values(definition, spec) for spec in specs})


def _values(definition: LifecycleDefinition, spec: SignalSpec) -> st.SearchStrategy[Any]:
    match spec.kind:
        case "flag":
            return st.booleans()
        case "choice":
            return st.sampled_from(spec.choices)
        case "date":
            near = [v for v in critical_values(definition, spec.name, _us(BEGIN)) if v == v]
            days = st.integers(-400, 800).map(lambda away: BEGIN + dt.timedelta(days=away))
            return st.one_of(st.sampled_from([from_instant(int(v)) for v in near]), days) if near else days
    step = spec.step or 1
    low, high = (spec.range[0], spec.range[1])
    low, high = max(low, -1_000_000), min(high, 1_000_000)
    count = int((high - low) / step)
    anything = st.integers(0, count).map(lambda n: _plain(low + n * step, whole=spec.kind in ("count", "integer")))
    if low < 0 <= high:  # the simplest is nothing
        zero = int(-low / step)
        anything = st.integers(-zero, count - zero).map(lambda n: _plain(n * step, whole=spec.kind in ("count", "integer")))
    critical = sorted(v for v in critical_values(definition, spec.name, 0) if v == v and not isinstance(v, str))
    return st.one_of(anything, st.sampled_from(critical)) if critical else anything


def observations_of(model: type[Lifecycle] | LifecycleDefinition, *, ports: bool = True) -> st.SearchStrategy[Observation]:
    """Observations: some days, some values, perhaps an event. Days that the model asks about come often.

    Example:
        >>> from clmstate import Event, Phase
        >>> class Deal(Lifecycle):
        ...     signed = Event("signed")
        ...     new = Phase("New", initial=True)
        >>> from hypothesis import find
        >>> find(observations_of(Deal), lambda one: one.event == "signed")
        after(0, signed)
    """
    definition = definition_of(model)
    days = st.one_of(st.integers(0, 40), st.sampled_from(sorted({1, 7, 30, *_days_asked(definition)})))
    events = st.sampled_from(["", *definition.events])
    return st.builds(Observation, days, signals_of(definition, ports=ports), events)


def _days_asked(definition: LifecycleDefinition) -> Iterable[int]:
    """The numbers of days that conditions compare with, and their neighbours."""
    for cond in conditions_of(definition):
        for node in walk(cond):
            limit = None
            if isinstance(node, ForDays):
                limit = limit_of(definition, node.days)
            elif isinstance(node, Compare):
                sides = (node.left, node.right)
                if any(isinstance(side, DaysUntil | DaysSince | DaysInPhase | EventDaysSince) for side in sides):
                    limit = next((known for side in sides if (known := limit_of(definition, side)) is not None), None)
            if limit is not None:
                yield from (int(limit) + more for more in (-1, 0, 1) if 0 <= int(limit) + more <= 3650)


def journeys_of(model: type[M], *, most: int = 12) -> st.SearchStrategy[Scenario[M]]:
    """Scenarios to which up to `most` observations were told; a shorter journey is a simpler one.

    Example:
        >>> from clmstate import Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        >>> from hypothesis import find
        >>> told = find(journeys_of(Deal), lambda told: told.phase.path == "alarm")
        >>> len(told.steps)
        1
    """
    return st.lists(observations_of(model), max_size=most).map(lambda several: _told(model, several))


def _told(model: type[M], several: list[Observation]) -> Scenario[M]:
    told = Scenario(model)
    for one in several:
        one.tell(told)
    return told


# ---- state machines


def lifecycle_machine(
    model: type[Lifecycle] | type[Composition], *invariants: Callable[[Any], object], members: int = 3, promises: bool = True
) -> type[RuleBasedStateMachine]:
    """A state machine of Hypothesis: it tells anything to a customer and checks what the model promises after every observation.

    All promises of the model are checked, in every picture that its rules look at. Of `always_possible(...)`, which speaks of all futures, it is
    asked of the state that was reached whether anything that could be told leads on. What the parts of a composition promise by themselves is
    checked, too: what a journey can show as it is; what must stay possible with all wires for parts that are always there, and for members as if
    their ports could still say anything.

    Args:
        model: a lifecycle or a composition.
        invariants: functions of a customer; one that raises, or returns False, is broken.
        members: of a composition, how many members of each part come and go.
        promises: whether the model's promises are checked, too.

    Returns:
        A class; its ``TestCase`` is what pytest collects.

    Raises:
        InputError: CLM392, the composition or something inside it promises something, and its members have members of their own.

    Example:
        >>> from clmstate import Phase, Signal, never
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        ...     promises = never(alarm).before(fine)
        >>> machine = lifecycle_machine(Deal)
        >>> from hypothesis import settings
        >>> from hypothesis.stateful import run_state_machine_as_test
        >>> run_state_machine_as_test(machine, settings=settings(max_examples=5, deadline=None, database=None))
    """
    definition = model.definition
    if isinstance(definition, CompositionDefinition):
        whole = with_parts(definition) if promises else definition
        made = _composed(model, invariants, members, looking_on(whole) if promises and whole.promises else None, promises)  # type: ignore[arg-type]
    else:
        made = _alone(model, invariants, looking_on(definition) if promises and definition.promises else None)  # type: ignore[arg-type]
    made.__name__ = made.__qualname__ = f"{model.__name__}Machine"
    made.__module__ = __name__
    # "explain" tries every line of a journey again and again; the journey that is left explains itself
    made.TestCase.settings = settings(made.TestCase.settings, deadline=None, phases=[p for p in Phase if p is not Phase.explain])
    return made


def _kept(broken: Iterable[str]) -> None:
    """Fails when promises are broken."""
    for promise in broken:
        raise AssertionError(f"a promise is broken: {promise}")


def _alone(
    model: type[Lifecycle], invariants: tuple[Callable[[Any], object], ...], looks_on: Callable[[], Onlooker] | None
) -> type[RuleBasedStateMachine]:
    definition = model.definition

    class Machine(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            self.told = Scenario(model)
            self.onlooker = None if looks_on is None else looks_on()

        @rule(said=observations_of(model))
        def observe(self, said: Observation) -> None:
            said.tell(self.told)
            if self.onlooker is not None:
                at = int(self.told.life.state.at)
                stored = {name: definition.signals[name].accept(value) for name, value in said.values.items()}
                _kept(self.onlooker.told(at, [Report(at, stored, said.event)]))

        @invariant()
        def holds(self) -> None:
            told = getattr(self, "told", None)
            if told is not None:
                for one in invariants:
                    assert one(told.customer) is not False, f"{getattr(one, '__name__', one)} does not hold"

    return Machine


def _composed(
    model: type[Composition],
    invariants: tuple[Callable[[Any], object], ...],
    members: int,
    looks_on: Callable[[], Onlooker] | None,
    promises: bool,
) -> type[RuleBasedStateMachine]:
    definition = model.definition
    names = st.integers(1, members).map(lambda n: f"m{n}")
    many = [name for name, part in definition.parts.items() if part.many and isinstance(part.member, LifecycleDefinition)]
    leaves = {name: part.member for name, part in definition.parts.items() if isinstance(part.member, LifecycleDefinition)}

    about = st.one_of(
        [st.tuples(st.just(part), names, observations_of(leaf, ports=False)) for part, leaf in sorted(leaves.items())]
    )
    promising = {name: leaf for name, leaf in leaves.items() if leaf.promises and promises}
    possible = {name: StaysPossible(leaf, [p for p in leaf.promises if definition.parts[name].many or lifted(name, p) is None])
                for name, leaf in promising.items()}  # fmt: skip

    class Machine(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            self.told = CustomerScenario(model).on(BEGIN)
            self.over: dict[str, set[Promise]] = {}
            self.onlooker = None if looks_on is None else looks_on()
            self.look_on()

        @rule(said=about)
        def observe(self, said: tuple[str, str, Observation]) -> None:
            part, name, one = said
            path = f"{part}/{name}" if definition.parts[part].many else part
            there = path in self.told.part_names()
            ports = {wire.port for wire in definition.wires if wire.part == part}
            values = {key: value for key, value in one.values.items() if key not in ports}
            event = "" if not one.event or leaves[part].events[one.event].names_instance else one.event
            self.told.after(one.days, {path: values}, joins=[] if there else [path], events=[(path, event)] if event else [])
            stored = {f"{part}.{key}": leaves[part].signals[key].accept(value) for key, value in values.items()}
            instance = name if definition.parts[part].many else ""
            joined = [] if there else [Report(0, event="@join", part=part, instance=instance)]
            self.look_on(*joined, Report(0, stored, event, part, instance))

        @rule(part=st.sampled_from(many) if many else st.nothing(), name=names)
        def leave(self, part: str, name: str) -> None:
            path = f"{part}/{name}"
            if path in self.told.part_names():
                self.told.leave(path)
                self.over.pop(path, None)
                self.look_on(Report(0, event="@leave", part=part, instance=name))

        def look_on(self, *reports: Report) -> None:
            if self.onlooker is not None:
                at = int(self.told.whole.at)
                _kept(self.onlooker.told(at, [attrs.evolve(report, at=at) for report in reports] or [Report(at)]))

        @invariant()
        def holds(self) -> None:
            told = getattr(self, "told", None)
            if told is None:
                return
            for path in told.part_names() if promising else ():
                part = path.partition("/")[0]
                if part in promising:
                    life = told.life_of(path)
                    journey = [life.entry(entry) for entry in life.state.journal]
                    promises_hold(life.state, journey, path)
                    _kept(
                        f"{promise} (of {path})"
                        for promise in possible[part].broken(life.state, journey, self.over.setdefault(path, set()))
                    )
            for one in invariants:
                assert one(told.customer) is not False, f"{getattr(one, '__name__', one)} does not hold"

    return Machine


def _plain(number: float, *, whole: bool) -> float:
    rounded = round(number, 9)
    return int(rounded) if whole or rounded == int(rounded) else rounded


def _us(day: dt.date) -> int:
    return (day.toordinal() - dt.date(1970, 1, 1).toordinal()) * DAY
