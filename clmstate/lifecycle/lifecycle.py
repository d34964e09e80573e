"""``Lifecycle``: the class that people write, and the customer they get by calling it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from clmstate.conditions import Given
from clmstate.conditions.refusing import assigned
from clmstate.errors import Diagnostic, ObservationError, UnknownNameError, did_you_mean, shown
from clmstate.hooks import HOOKS, ShownAsPicture
from clmstate.lifecycle.definition import LifecycleDefinition
from clmstate.lifecycle.elements import Risk, SuccessGap
from clmstate.lifecycle.events import Event
from clmstate.lifecycle.explanations import Explanation
from clmstate.lifecycle.meta import LifecycleMeta
from clmstate.lifecycle.moves import Journey, Moves, OpenPlay, OpenTouchpoint
from clmstate.lifecycle.opened import Unopened
from clmstate.lifecycle.phases import Phase
from clmstate.lifecycle.promises import Promise
from clmstate.lifecycle.transitions import Transition
from clmstate.signals import When

__all__ = ["Engine", "Lifecycle", "definition_of", "known_phase"]

Engine = Literal["live", "compiled"]


def definition_of(lifecycle: type[Lifecycle] | LifecycleDefinition | Lifecycle) -> LifecycleDefinition:
    """The definition behind a lifecycle class, an instance or a definition itself.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> definition_of(Deal) is Deal.definition
        True
    """
    return lifecycle if isinstance(lifecycle, LifecycleDefinition) else lifecycle.definition


class Lifecycle(metaclass=LifecycleMeta):
    """One lifecycle: what is known, where a customer stands, and what moves a customer.

    Subclass it to define one. Class keywords: ``title``, ``market``, ``version`` and ``refs``. Call the class to get one customer:
    its signals are then attributes with values, and it is moved by :meth:`observe` and :meth:`send`.

    Args:
        name: what this customer (or part of one) is called.
        engine: "live" moves a python-statemachine chart along, "compiled" leaves it out; both settle alike.

    Raises:
        DefinitionError: on defining a class with mistakes in it; all are reported together.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("contract signed", default=False)
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = open.to(won, when=signed)
        >>> acme = Deal("Acme")
        >>> print(*acme.observe(at="2026-01-30", signed=True))
        2026-01-30 Open → Won (contract signed)
    """

    definition: ClassVar[LifecycleDefinition]
    promises: ClassVar[tuple[Promise, ...] | Promise] = ()
    accepts: ClassVar[Mapping[str, str]] = MappingProxyType({})
    _life: Any = Unopened()
    _repr_mimebundle_ = ShownAsPicture()

    def __init__(self, name: str = "", *, engine: Engine = "live") -> None:
        if type(self) is Lifecycle:
            raise ObservationError(
                [
                    Diagnostic(
                        "CLM212",
                        "Lifecycle",
                        "it is what others inherit from, and has no customers",
                        "write class Contract(Lifecycle): ...",
                    )
                ]
            )
        HOOKS.open(self, name, engine)

    def observe(self, *given: Given, at: When | None = None, **values: object) -> Moves:
        """Reports what is now known; the customer settles, and the moves that it caused are returned.

        Args:
            given: checked values, such as ``Deal.health.now(80)``.
            at: when, never before the last time told; without it time has not moved.
            values: signals by name; names left out keep their values, ``CLEAR`` forgets one.

        Raises:
            BadValueError: a wrong value or a time that runs backwards; nothing has changed.
            UnknownNameError: an unknown signal; nothing has changed.
            LivelockError: the rules never settle; nothing has changed.

        Example:
            >>> from clmstate import Lifecycle, Phase, Signal
            >>> class Deal(Lifecycle):
            ...     health = Signal.score("health")
            ...     new = Phase("New", initial=True)
            >>> Deal().observe(Deal.health.now(80), at="2026-01-30")
            ()
        """
        result: Moves = self._life.observe(*given, at=at, **values)
        return result

    def send(
        self, event: Event | str, *given: Given, at: When | None = None, instance: str | None = None, **values: object
    ) -> Moves:
        """Offers an event, together with what is now known.

        Args:
            event: one of the lifecycle's events, or its name.
            given, at, values: as in :meth:`observe`.
            instance: for an event that names an instance, which one.

        Returns:
            The moves; ``.untaken`` holds the event, with why, if nobody took it.

        Raises:
            UnknownNameError: no such event; nothing has changed. Otherwise as in :meth:`observe`.

        Example:
            >>> from clmstate import Event, Lifecycle, Phase
            >>> class Deal(Lifecycle):
            ...     ended = Event("contract ended")
            ...     open = Phase("Open", initial=True)
            ...     lost = Phase("Lost", final=True)
            ...     lose = open.to(lost, on=ended)
            >>> print(*Deal().send(Deal.ended, at="2026-01-30"))
            2026-01-30 Open → Lost (contract ended)
        """
        result: Moves = self._life.send(event, *given, at=at, instance=instance, **values)
        return result

    def tick(self, at: When) -> Moves:
        """Lets time pass: an observation without values.

        Raises:
            BadValueError: a time that runs backwards; nothing has changed.

        Example:
            >>> from clmstate import Lifecycle, Phase
            >>> class Deal(Lifecycle):
            ...     new = Phase("New", initial=True)
            >>> Deal().tick("2026-01-30")
            ()
        """
        result: Moves = self._life.observe(at=at)
        return result

    def start(self, phase: Phase | str, *, at: When | None = None, since: When | None = None, **values: object) -> None:
        """Places an existing customer in the phase where it stands, without plays and without settling.

        Args:
            phase: a leaf phase or its path.
            at: when this is known.
            since: when the stay began; by default `at`.
            values: what is known.

        Raises:
            ObservationError: an unknown phase, wrong values, or the customer has already moved; nothing has changed.

        Example:
            >>> from clmstate import Lifecycle, Phase, Signal
            >>> class Deal(Lifecycle):
            ...     live = Signal.flag("live", default=False)
            ...     new = Phase("New", initial=True)
            ...     won = Phase("Won")
            ...     win = new.to(won, when=live)
            >>> acme = Deal()
            >>> acme.start(Deal.won, at="2026-01-30", since="2025-06-01", live=True)
            >>> acme.phase.label
            'Won'
        """
        self._life.start(phase, at=at, since=since, **values)

    def move(self, to: Phase | str, *, by: str, reason: str, at: When | None = None, hold_until: When | None = None) -> Moves:
        """Moves the customer by hand, also out of a final phase; then settles. Unheld, rules may undo it.

        Args:
            to: a leaf phase or its path.
            by: who decided.
            reason: why.
            at: when.
            hold_until: until then only events move the customer; the first one ends the hold.

        Raises:
            ObservationError: an unknown phase or time, or no person and reason; nothing has changed.

        Example:
            >>> from clmstate import Lifecycle, Phase, Signal
            >>> class Deal(Lifecycle):
            ...     live = Signal.flag("live", default=False)
            ...     new = Phase("New", initial=True)
            ...     won = Phase("Won")
            ...     win = new.to(won, when=live)
            >>> print(*Deal().move(Deal.won, by="Dana", reason="signed on paper", at="2026-01-30"))
            2026-01-30 New → Won by hand: signed on paper
        """
        result: Moves = self._life.move(to, by=by, reason=reason, at=at, hold_until=hold_until)
        return result

    @property
    def phase(self) -> Phase:
        """The leaf phase in which the customer stands."""
        result: Phase = self._life.phase
        return result

    @property
    def name(self) -> str:
        """What this customer is called."""
        result: str = self._life.name
        return result

    @property
    def at(self) -> Any:
        """The customer's clock: the time of the last observation that told one, or None."""
        return self._life.at

    @property
    def journey(self) -> Journey:
        """The path so far: moves, milestones and touchpoints on one timeline."""
        result: Journey = self._life.journey
        return result

    @property
    def open_plays(self) -> tuple[OpenPlay, ...]:
        """Plays that were opened and not yet marked done."""
        result: tuple[OpenPlay, ...] = self._life.open_plays
        return result

    def done_play(self, number: int) -> None:
        """Marks an open play as done.

        Raises:
            UnknownNameError: no open play has that number.

        Example:
            >>> from clmstate import Lifecycle, Phase
            >>> class Deal(Lifecycle):
            ...     new = Phase("New", initial=True)
            >>> Deal().done_play(1)
            Traceback (most recent call last):
            ...
            clmstate.errors.UnknownNameError: CLM208 Deal: no open play has the number 1. There are none.
        """
        self._life.done_play(number)

    def explain(self, what: Transition | Phase | str | None = None) -> Explanation:
        """Why not yet: what a transition, or every way into a phase, still needs.

        Args:
            what: a transition or phase, or its name; by default every way out of the present phase.

        Raises:
            UnknownNameError: no such transition or phase.

        Example:
            >>> from clmstate import Lifecycle, Phase, Signal
            >>> class Deal(Lifecycle):
            ...     health = Signal.score("health")
            ...     new = Phase("New", initial=True)
            ...     won = Phase("Won")
            ...     win = new.to(won, when=health >= 70)
            >>> acme = Deal()
            >>> acme.observe(health=55)
            ()
            >>> print(acme.explain(Deal.win))
            win, New → Won: not yet
              ✗ health at least 70 (health 55)
        """
        result: Explanation = self._life.explain(what)
        return result

    @property
    def next_check(self) -> Any:
        """The next time (a date, or a UTC datetime) at which time alone could change something; None if never."""
        return self._life.next_check

    def skip(self, touchpoint: str, *, by: str, why: str) -> None:
        """Records that a touchpoint of the present phase is skipped for this stay.

        Raises:
            UnknownNameError: the present phase has no such touchpoint.

        Example:
            >>> from clmstate import Lifecycle, Phase, Touchpoint
            >>> class Deal(Lifecycle):
            ...     new = Phase("New", initial=True, touchpoints=Touchpoint("Kick-off call", why="agree on first value"))
            >>> acme = Deal()
            >>> acme.skip("Kick-off call", by="Dana", why="they know us")
            >>> print(acme.journey)
            skipped 'Kick-off call' by Dana: they know us
        """
        self._life.skip(touchpoint, by=by, why=why)

    @property
    def open_touchpoints(self) -> tuple[OpenTouchpoint, ...]:
        """Touchpoints of the present phase that are neither done nor skipped, each with the day it is due."""
        result: tuple[OpenTouchpoint, ...] = self._life.open_touchpoints
        return result

    @property
    def warning_signs(self) -> tuple[Risk, ...]:
        """Risks whose warning sign is true on the settled picture."""
        result: tuple[Risk, ...] = self._life.warning_signs
        return result

    @property
    def open_gaps(self) -> tuple[SuccessGap, ...]:
        """Success gaps whose condition is true on the settled picture."""
        result: tuple[SuccessGap, ...] = self._life.open_gaps
        return result

    def listen(self, listener: Callable[..., Any]) -> None:
        """Calls somebody after each observation that moved the customer, once per move; coroutines are awaited.

        A listener hears of moves that have happened: it cannot stop them, and may not observe this customer while it is told.

        Example:
            >>> from clmstate import Lifecycle, Phase, Signal
            >>> class Deal(Lifecycle):
            ...     live = Signal.flag("live", default=False)
            ...     new = Phase("New", initial=True)
            ...     won = Phase("Won")
            ...     win = new.to(won, when=live)
            >>> acme = Deal()
            >>> acme.listen(print)
            >>> _ = acme.observe(live=True)
            New → Won (live)
        """
        self._life.listen(listener)

    @property
    def chart(self) -> Any:
        """The python-statemachine chart that moves along with this customer (live engine only); plug listeners into it."""
        return self._life.chart

    def snapshot(self) -> dict[str, Any]:
        """Everything about this customer as JSON-ready data; :meth:`restore` brings it back with the same future.

        Example:
            >>> from clmstate import Lifecycle, Phase
            >>> class Deal(Lifecycle):
            ...     new = Phase("New", initial=True)
            >>> Deal("Acme").snapshot()["phase"]
            'new'
        """
        result: dict[str, Any] = self._life.snapshot()
        return result

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy (``copy``, ``pickle``) is a customer of its own, as a snapshot restores it; listeners stay with the original."""
        own = {key: value for key, value in vars(self).items() if key not in ("_life", "observe", "send")}
        return type(self).restore, (self.snapshot(),), own

    @classmethod
    def restore(cls, snapshot: Mapping[str, Any] | str, *, engine: Engine = "live") -> Self:
        """A customer from its snapshot, given as data or as JSON text; nobody is told and no play is opened.

        Raises:
            InputError: the snapshot is of another lifecycle, or not a snapshot.

        Example:
            >>> from clmstate import Lifecycle, Phase
            >>> class Deal(Lifecycle):
            ...     new = Phase("New", initial=True)
            >>> Deal.restore(Deal("Acme").snapshot()).name
            'Acme'
        """
        result: Self = HOOKS.restore(cls, snapshot, engine)
        return result

    @classmethod
    def statechart(cls) -> Any:
        """A native python-statemachine chart class of this lifecycle, for people who want the library itself.

        Example:
            >>> from clmstate import Lifecycle, Phase
            >>> class Deal(Lifecycle):
            ...     new = Phase("New", initial=True)
            >>> Deal.statechart().__name__
            'DealChart'
        """
        return HOOKS.statechart(cls)

    if not TYPE_CHECKING:  # with it, type checkers would let any name be assigned

        def __setattr__(self, name: str, value: object) -> None:
            declared = type(self)._declared.get(name)
            if declared is not None and not hasattr(type(declared), "__set__"):  # signals and thresholds say more themselves
                raise assigned(self, name, "only observe, send and move change a customer")
            super().__setattr__(name, value)

    def _signal_value(self, name: str) -> Any:
        return self._life.signal_value(name)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} in {self.phase.label}>"


def known_phase(definition: LifecycleDefinition, phase: object, place: str) -> str:
    """The path of a leaf phase given as a phase, a path or a label.

    Raises:
        UnknownNameError: CLM203, when there is none.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> known_phase(Deal.definition, Deal.new, "Deal")
        'new'
    """
    path = phase.path if isinstance(phase, Phase) else phase
    if isinstance(path, str) and path in definition.phases:
        return path
    group = definition.groups.get(path) if isinstance(path, str) else None
    remedy = did_you_mean(str(path), definition.phases) if group is None else f"name one of its phases: {', '.join(group.children)}"
    raise UnknownNameError([Diagnostic("CLM203", place, f"{shown(path)} is not a phase of {definition.name}", remedy)])
