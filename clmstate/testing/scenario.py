"""Scenarios of one lifecycle: given a customer, when this arrives, then these moves, phases and plays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, Self, TypeVar

from clmstate.conditions import Given
from clmstate.errors import Diagnostic, InputError, ObservationError, UnknownNameError, did_you_mean, shown
from clmstate.lifecycle import (
    Engine,
    Event,
    GroupMeta,
    Lifecycle,
    Milestone,
    Move,
    Moves,
    Phase,
    Play,
    Reached,
    Risk,
    Transition,
    opened,
)
from clmstate.signals import DAY, When, from_instant
from clmstate.testing.failures import (
    failed,
    not_opened,
    not_reached,
    not_refused,
    not_there,
    other_moves,
    other_values,
    was_taken,
)
from clmstate.testing.playing import Playing
from clmstate.testing.settings import SETTINGS
from clmstate.testing.steps import Step, said_values

__all__ = ["Scenario", "one_name"]

L = TypeVar("L", bound=Lifecycle)


class Scenario(Playing, Generic[L]):
    """One customer of a lifecycle, told step by step what happens; each step can be followed by what is expected of it.

    Steps are `given`, `on`, `after`, `then` and `by_hand`; everything else states what the last step must have done and raises
    :class:`ScenarioFailure` if it has not. All return the scenario itself, so that a test reads like the meeting in which it was agreed.

    Args:
        model: the lifecycle.
        name: what the customer is called.
        engine: "compiled" or "live"; by default what the test run says (``--lifecycle-engine``), which is compiled.

    Example:
        >>> from clmstate import Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine = Phase("Fine", initial=True)
        ...     alarm = Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        >>> acme = Scenario(Deal).on("2026-01-05", health=60).stays()
        >>> acme.on("2026-01-12", health=59).takes(Deal.worry).is_in(Deal.alarm).phase.label
        'Alarm'
    """

    def __init__(self, model: type[L], name: str = "", *, engine: Engine | None = None) -> None:
        self.model = model
        self.definition = model.definition
        self.engine: Engine = SETTINGS.engine if engine is None else engine
        self.steps: list[Step] = []
        self.customer: L = opened(model, name, self.engine)
        self.life: Any = self.customer._life  # what is behind it: scenarios look at its journal and at its clock
        if self.engine == "live":
            _ = self.customer.chart  # a chart of python-statemachine moves along

    # ---- what is done

    def given(self, phase: Phase | str, *, at: When | None = None, since: When | None = None, **values: object) -> Self:
        """Places the customer where it stands before the story begins, without settling.

        Args:
            phase: the leaf phase.
            at: when this is known.
            since: when the stay began; by default `at`.
            values: what is known, by signal.

        Raises:
            ObservationError: no such phase, wrong values, or the story has begun.
        """

        def again(customer: Lifecycle) -> None:
            customer.start(phase, at=at, since=since, **values)

        def told() -> Iterator[str]:
            yield f"stands in {self.phase_of(phase)}"
            yield from said_values(self.definition, (), values)

        return self._done(again, at, told)

    def on(self, at: When, *what: Given | Event, instance: str | None = None, **values: object) -> Self:
        """One observation at a point in time.

        Args:
            at: when.
            what: events that happen, and checked values such as ``Contract.health.now(80)``.
            instance: what an event names, such as the product that was bought.
            values: what becomes known, by signal; with none at all, time passes.

        Raises:
            ObservationError: it is refused; see `refuses` for tests of that.
        """
        return self._told(at, what, instance, values)

    def after(self, days: float, *what: Given | Event, instance: str | None = None, **values: object) -> Self:
        """One observation so many days after the one before.

        Raises:
            InputError: CLM380, no time has been told yet.
        """
        now = self.life.state.at
        if now != now:
            cause = "there is no time yet that days could be counted from"
            raise InputError([Diagnostic("CLM380", self.definition.name, cause, "begin with on('2026-01-30')")])
        return self._told(from_instant(int(now) + round(days * DAY)), what, instance, values)

    def then(self, *what: Given | Event, instance: str | None = None, **values: object) -> Self:
        """One more observation at the same time."""
        return self._told(None, what, instance, values)

    def by_hand(self, to: Phase | str, *, at: When | None = None, reason: str = "decided", hold_until: When | None = None) -> Self:
        """Somebody moves the customer by hand.

        Raises:
            ObservationError: no such phase, or the hold is past.
        """

        def again(customer: Lifecycle) -> Moves:
            return customer.move(to, by="somebody", reason=reason, at=at, hold_until=hold_until)

        return self._done(again, at, lambda: iter([f"moved by hand to {self.phase_of(to)}"]))

    def _told(self, at: When | None, what: tuple[Given | Event, ...], instance: str | None, values: dict[str, object]) -> Self:
        if not what:
            life, journal = self.life, self.life.state.journal
            start, phase = len(journal), life.state.phase
            moves = self.customer.observe(at=at, **values)
            self.steps.append(
                Step(_observes(at, values), at, _telling(self, values), moves, start, life.engine.program.phases[phase])
            )
            return self

        def again(customer: Any) -> Moves:
            return _observed(customer, at, what, instance, values)

        return self._done(again, at, lambda: said_values(self.definition, what, values, instance))

    def _done(self, again: Callable[[Any], Any], at: Any, told: Callable[[], Iterator[str]]) -> Self:
        state = self.life.state
        start, phase = len(state.journal), self.life.engine.program.phases[state.phase]
        moves = again(self.customer)
        self.steps.append(Step(again, at, told, Moves() if moves is None else moves, start, phase))
        return self

    # ---- what is expected of the last step

    def takes(self, *transitions: Transition | str) -> Self:
        """Exactly these transitions were taken, in this order.

        Raises:
            ScenarioFailure: others were, or none.
        """
        __tracebackhide__ = True
        expected = [self._transition(t) for t in transitions]
        journal, rules = self.life.state.journal, self.life.engine.program.rules
        taken = [rules[entry[0]].transition.name for entry in journal[self.last.start :] if entry[0] >= 0]
        if taken != expected:
            raise failed(self, other_moves(self, "", expected, taken))
        return self

    def stays(self) -> Self:
        """Nobody moved."""
        __tracebackhide__ = True
        return self.takes()

    def not_takes(self, *transitions: Transition | str) -> Self:
        """None of these transitions was taken, whatever else was."""
        __tracebackhide__ = True
        names = [self._transition(t) for t in transitions]
        found = [move.name for move in self.last.moves if move.name in names]
        if found:
            raise failed(self, was_taken(self, "", found))
        return self

    def is_in(self, phase: Phase | GroupMeta | str) -> Self:
        """The customer stands in this phase, or in one of this group."""
        __tracebackhide__ = True
        path = self._place(phase)
        here = self.phase.path
        if path not in (here, self.definition.group_of(here)):
            raise failed(self, not_there(self, "", path, here))
        return self

    def opens(self, *plays: Play | str) -> Self:
        """Exactly these plays were opened, in any order; with none, no play was."""
        __tracebackhide__ = True
        expected = [play.label if isinstance(play, Play) else play for play in plays]
        self._known("CLM208", "play", expected, [play.label for play in self.definition.plays])
        opened = [play.label for entry in self._news() for play in self._plays_of(entry)]
        if sorted(opened) != sorted(expected):
            raise failed(self, not_opened(expected, opened))
        return self

    def reaches(self, *milestones: Milestone | str) -> Self:
        """Exactly these milestones were reached; with none, no milestone was."""
        __tracebackhide__ = True
        expected = [one if isinstance(one, str) else one.name for one in milestones]
        self._known("CLM208", "milestone", expected, self.definition.milestones)
        reached = [entry.name for entry in self._news() if isinstance(entry, Reached)]
        if sorted(reached) != sorted(expected):
            raise failed(self, not_reached(self, "", expected, reached))
        return self

    def warns(self, *risks: Risk | str) -> Self:
        """Exactly the warning signs of these risks are seen now; with none, no sign is."""
        __tracebackhide__ = True
        expected = [one if isinstance(one, str) else one.name for one in risks]
        self._known("CLM208", "risk", expected, self.definition.risks)
        seen = [risk.name for risk in self.customer.warning_signs]
        if sorted(seen) != sorted(expected):
            raise failed(self, not_reached(self, "", expected, seen, what="warning sign"))
        return self

    def moves_nobody(self, *events: Event | str) -> Self:
        """These events were told, and nobody took them."""
        __tracebackhide__ = True
        expected = [event if isinstance(event, str) else event.name for event in events]
        self._known("CLM202", "event", expected, self.definition.events)
        untaken = [one.event for one in self.last.moves.untaken]
        if missing := [name for name in expected if name not in untaken]:
            raise failed(self, was_taken(self, "", [move.name for move in self.last.moves], events=missing))
        return self

    def due_since(self, at: When) -> Self:
        """The first move of this step was due already at this earlier time."""
        __tracebackhide__ = True
        moves = self.last.moves
        due = next((move.due_since for move in moves), None)
        if due is None or str(due)[:10] != str(at)[:10]:
            raise failed(self, other_values({"due since": (str(at), "not due before" if due is None else str(due))}))
        return self

    def knows(self, **values: object) -> Self:
        """These values are known now; None is unknown."""
        __tracebackhide__ = True
        self._known("CLM201", "signal", values, self.definition.signals)
        known = {name: self.life.signal_value(name) for name in values}
        as_said = {
            name: None if value is None else self.definition.signals[name].to_user(self.definition.signals[name].accept(value))
            for name, value in values.items()
        }
        wrong = {name: (as_said[name], known[name]) for name in values if known[name] != as_said[name]}
        if wrong:
            raise failed(self, other_values(wrong))
        return self

    def refuses(self, code: str, at: When | None = None, *what: Given | Event, **values: object) -> Self:
        """An observation that must be refused with this code, and change nothing."""
        __tracebackhide__ = True
        try:
            moves = _observed(self.customer, at, what, None, values)
        except ObservationError as error:
            if any(diagnostic.code == code for diagnostic in error.diagnostics):
                return self
            raise
        raise failed(self, not_refused(code, moves))

    # ---- reading

    @property
    def phase(self) -> Phase:
        """Where the customer stands now."""
        return self.customer.phase

    def life_of(self, part: str) -> Any:  # noqa: ARG002 -- a lifecycle on its own has no parts
        """What is behind the customer."""
        return self.life

    def before(self) -> Scenario[L]:
        """A customer to whom everything but the last step was told."""
        return self._replayed(self.steps[:-1], "compiled")

    def again(self, *, engine: Engine | None = None) -> Scenario[L]:
        """A fresh customer to whom the same was told, to go on with in another way.

        Example:
            >>> from clmstate import Phase, Signal
            >>> class Deal(Lifecycle):
            ...     health = Signal.score("health")
            ...     new = Phase("New", initial=True)
            >>> begun = Scenario(Deal).on("2026-01-05", health=60)
            >>> begun.again().after(7, health=70).customer.health, begun.customer.health
            (70, 60)
        """
        return self._replayed(self.steps, self.engine if engine is None else engine)

    def _replayed(self, steps: Iterable[Step], engine: Engine) -> Scenario[L]:
        twin = Scenario(self.model, self.customer.name, engine=engine)
        for step in steps:
            twin._done(step.again, step.at, step.told)
        return twin

    def _news(self) -> list[Any]:
        return [self.life.entry(entry) for entry in self.life.state.journal[self.last.start :]]

    def _plays_of(self, entry: Any) -> Iterable[Play]:
        match entry:
            case Move():
                return entry.plays
            case Reached(_, name):
                plays: Iterable[Play] = self.definition.milestones[name].plays
                return plays
            case _:
                return ()

    def _transition(self, given: Transition | str) -> str:
        return one_name(given, self.definition.transitions, self.definition.name)

    def _place(self, given: Phase | GroupMeta | str) -> str:
        path = given if isinstance(given, str) else given.path
        self._known("CLM203", "phase", [path], self.definition.places)
        return path

    def phase_of(self, given: Phase | str) -> str:
        """How the business calls a phase."""
        path = given if isinstance(given, str) else given.path
        return self.definition.places[path].label if path in self.definition.places else path

    def _known(self, code: str, what: str, names: Iterable[str], known: Iterable[str]) -> None:
        everything = set(known)
        for name in names:
            if name not in everything:
                cause = f"{shown(name)} is not a {what}"
                raise UnknownNameError([Diagnostic(code, self.definition.name, cause, did_you_mean(name, everything))])


def one_name(given: Transition | str, known: Iterable[str], place: str) -> str:
    """The name of a transition that is expected.

    Raises:
        UnknownNameError: CLM203, the lifecycle has none of that name.

    Example:
        >>> one_name("adopt", ["adopt"], "Contract")
        'adopt'
    """
    name = given if isinstance(given, str) else given.name
    if name not in known:
        raise UnknownNameError([Diagnostic("CLM203", place, f"{shown(name)} is not a transition", did_you_mean(name, known))])
    return name


def _observes(at: Any, values: dict[str, object]) -> Callable[[Any], Moves]:
    return lambda customer: customer.observe(at=at, **values)


def _telling(scenario: Scenario[Any], values: dict[str, object]) -> Callable[[], Iterator[str]]:
    return lambda: said_values(scenario.definition, (), values)


def _observed(customer: Any, at: Any, what: tuple[Given | Event, ...], instance: str | None, values: dict[str, object]) -> Moves:
    """One observation with any number of events in it."""
    events = [one for one in what if not isinstance(one, Given)]
    given = [one for one in what if isinstance(one, Given)]
    moves: Moves
    if not events:
        moves = customer.observe(*given, at=at, **values)
    elif len(events) == 1:
        moves = customer.send(events[0], *given, at=at, instance=instance, **values)
    else:
        said = {one.name: one.value for one in given} | values
        moves = customer._life.observation(at, said, [(event, instance if event.spec.names_instance else None) for event in events])
    return moves
