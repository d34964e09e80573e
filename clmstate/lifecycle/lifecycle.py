"""``Lifecycle``: the class that people write, and the customer they get by calling it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeVar

import attrs

from clmstate.conditions import Condition, Given, Home, Mistake, SignalFacade, Threshold
from clmstate.conditions.facade import assigned
from clmstate.errors import DefinitionError, Diagnostic, UnknownNameError, did_you_mean, shown
from clmstate.hooks import HOOKS
from clmstate.lifecycle.acceptances import acceptance_faults, merged_acceptances
from clmstate.lifecycle.body import Body, Declared
from clmstate.lifecycle.checks import check_definition
from clmstate.lifecycle.definition import LifecycleDefinition
from clmstate.lifecycle.elements import Event, Milestone, Risk, SuccessGap, altered, given_or, listed
from clmstate.lifecycle.explanations import Explanation
from clmstate.lifecycle.groups import GroupMeta, GroupSpec
from clmstate.lifecycle.lines import Spot, located, spot
from clmstate.lifecycle.moves import Journey, Moves, OpenPlay, OpenTouchpoint
from clmstate.lifecycle.phases import Phase
from clmstate.lifecycle.promises import Promise
from clmstate.lifecycle.transitions import Dropped, Transition
from clmstate.signals import When

__all__ = ["Engine", "Lifecycle", "LifecycleMeta", "definition_of", "known_phase"]

Engine = Literal["live", "compiled"]
E = TypeVar("E")


class LifecycleMeta(type):
    """The type of lifecycles: collects the class body, checks it as a whole, and makes the definition."""

    definition: LifecycleDefinition
    _declared: dict[str, Declared]
    _own: dict[str, Declared]
    _home: Home
    _spots: dict[str, Spot]
    _homes: frozenset[Home]

    @classmethod
    def __prepare__(cls, name: str, bases: tuple[type, ...], **keywords: Any) -> Body:  # type: ignore[override]
        body = Body(name)
        body.spots[""] = spot()
        return body

    def __new__(  # noqa: D102 -- users write a class
        mcs,
        name: str,
        bases: tuple[type, ...],
        body: dict[str, Any],
        *,
        title: str = "",
        market: str | None = None,
        version: str | None = None,
        refs: Iterable[str] = (),
    ) -> LifecycleMeta:
        if not isinstance(body, Body):  # made by type("Deal", (Lifecycle,), {...}), which prepares nothing
            body = mcs.__prepare__(name, bases).filled(body)
        cls = super().__new__(mcs, name, bases, dict(body))
        cls._own, cls._home, cls._spots = body.declared, body.home, body.spots
        if not bases:  # Lifecycle itself
            cls._homes = frozenset()
            type.__setattr__(cls, "_declared", {})
            return cls
        mistakes = [mistake.at(f"{name}.{key}") for key, mistake in body.mistakes]
        declared = _inherited(cls)
        overridden = frozenset(key for key in body.declared if isinstance(declared.get(key), SignalFacade))
        for key, element in body.declared.items():
            mistakes += [mistake.at(f"{name}.{key}") for mistake in _placed(key, element, declared)]
        for key, element in declared.items():
            type.__setattr__(cls, key, element)
        parents = [base for base in cls.__mro__[1:] if isinstance(base, LifecycleMeta)]
        groups = (element.home for element in declared.values() if isinstance(element, GroupMeta))
        cls._homes = frozenset((*body.homes, *groups)).union(*(parent._homes for parent in parents))
        cls.definition = _definition(cls, declared, parents, title=title, market=market, version=version, refs=listed(refs, str))
        mistakes += _no_promises(cls)
        mistakes += acceptance_faults(cls.__dict__.get("accepts", {}), _names(cls.definition), f"{name}.accepts")
        mistakes += check_definition(cls.definition, cls._homes, overridden)
        if mistakes:
            raise DefinitionError(located(dict.fromkeys(mistakes), name, [body.spots, *(parent._spots for parent in parents)]))
        type.__setattr__(cls, "_declared", declared)
        return cls

    def __init__(cls, name: str, bases: tuple[type, ...], body: Any, **_keywords: Any) -> None:
        super().__init__(name, bases, body)

    def __setattr__(cls, name: str, value: object) -> None:
        cls._keep(name, "replaced")
        super().__setattr__(name, value)

    def __delattr__(cls, name: str) -> None:
        cls._keep(name, "deleted")
        super().__delattr__(name)

    def _keep(cls, name: str, done: str) -> None:
        if name in cls.__dict__.get("_declared", ()):
            cause = f"'{name}' is {done} after the definition, so no reader would see it"
            remedy = f"inherit instead: class Variant({cls.__name__}): {name} = ..."
            raise DefinitionError([Diagnostic("CLM123", cls.__name__, cause, remedy)])

    def __repr__(cls) -> str:
        return f"<Lifecycle {cls.__name__}>"


def _kind(element: Declared) -> type:
    for kind in (Threshold, Event, Phase, GroupMeta, Transition, Milestone, Risk, SuccessGap, SignalFacade):
        if isinstance(element, kind):
            return kind
    return Condition


def _inherited(cls: LifecycleMeta) -> dict[str, Declared]:
    """What is declared above, each re-bound to the child and in Python's order of bases; an override keeps its parent's place."""
    declared: dict[str, Declared] = {}
    for base in reversed(cls.__mro__[1:]):
        for key, element in base._own.items() if isinstance(base, LifecycleMeta) else ():
            if isinstance(element, Dropped):
                declared.pop(key, None)
            else:
                declared[key] = _rebound(element, cls._home)
    return declared


def _rebound(element: Declared, home: Home) -> Declared:
    match element:
        case SignalFacade() | Threshold() | Event() | GroupMeta():
            return element._rebound(home)
        case Phase():
            return altered(element, home=home)
        case _:
            return element


def _placed(key: str, element: Declared, declared: dict[str, Declared]) -> list[Mistake]:
    """Puts what a class body declares among what it inherits, and says what is wrong with that."""
    if isinstance(element, Dropped):
        if declared.pop(key, None) is None:
            return [Mistake("CLM119", f"'{key}' is dropped, but it is not inherited", did_you_mean(key, declared))]
        return []
    wrong = list(element._mistakes) if isinstance(element, Condition | SignalFacade | Threshold) else []
    if key in declared and _kind(declared[key]) is not _kind(element):
        cause = f"'{key}' is a {_kind(declared[key]).__name__} above and a {_kind(element).__name__} here"
        wrong.append(Mistake("CLM119", cause, "rename it, or override it with its own kind"))
    declared[key] = element
    return wrong


def _definition(
    cls: LifecycleMeta,
    declared: dict[str, Declared],
    parents: list[LifecycleMeta],
    *,
    title: str,
    market: str | None,
    version: str | None,
    refs: tuple[str, ...],
) -> LifecycleDefinition:
    def only(kind: type[E]) -> dict[str, E]:
        return {key: element for key, element in declared.items() if isinstance(element, kind)}

    phases, groups = _places(declared)
    above = [parent.definition for parent in parents if "definition" in parent.__dict__]
    first = above[0] if above else None
    kept = (promise for definition in reversed(above) for promise in definition.promises)
    own = (promise for promise in _promises(cls) if isinstance(promise, Promise))
    made = LifecycleDefinition(
        name=cls.__name__,
        title=given_or(title, first.title if first is not None and first.phases else _spaced(cls.__name__)),
        doc=_doc(cls) or (first.doc if first is not None else ""),
        market=market if market is not None else first.market if first is not None else "",
        version=version if version is not None else first.version if first is not None else "",
        signals=MappingProxyType({k: s.spec for k, s in only(SignalFacade).items()}),
        thresholds=MappingProxyType({k: t.spec for k, t in only(Threshold).items()}),
        events=MappingProxyType({k: e.spec for k, e in only(Event).items()}),
        phases=MappingProxyType(phases),
        groups=MappingProxyType(groups),
        transitions=MappingProxyType(only(Transition)),
        milestones=MappingProxyType(only(Milestone)),
        risks=MappingProxyType(only(Risk)),
        gaps=MappingProxyType(only(SuccessGap)),
        promises=tuple(dict.fromkeys((*kept, *own))),
        conditions=MappingProxyType({k: c.node for k, c in only(Condition).items() if not isinstance(c, SignalFacade)}),
        refs=refs or (first.refs if first is not None else ()),
    )
    accepts = merged_acceptances((base.__dict__.get("accepts") for base in reversed(cls.__mro__)), _names(made))
    return attrs.evolve(made, accepts=MappingProxyType(accepts))


def _places(declared: dict[str, Declared]) -> tuple[dict[str, Phase], dict[str, GroupSpec]]:
    """The leaf phases and the groups, in order of declaration."""
    phases: dict[str, Phase] = {}
    groups: dict[str, GroupSpec] = {}
    for key, element in declared.items():
        if isinstance(element, Phase):
            phases[key] = element
        elif isinstance(element, GroupMeta):
            children = {phase.path: phase for phase in element}
            phases.update(children)
            first = next((path for path, phase in children.items() if phase.initial is True), next(iter(children), ""))
            groups[key] = GroupSpec(key, element._label, tuple(children), first, element._starts, _doc(element), element._ref)
    return phases, groups


def _promises(cls: LifecycleMeta) -> tuple[object, ...]:
    """What its own class body promises."""
    given: object = cls.__dict__.get("promises", ())
    return tuple(given) if isinstance(given, tuple | list) else (given,)


def _no_promises(cls: LifecycleMeta) -> list[Diagnostic]:
    place = f"{cls.__name__}.promises"
    remedy = "write never(...), always_possible(...) or leads_to(...)"
    return [
        Mistake("CLM121", f"{shown(promise)} is not a promise", remedy).at(place)
        for promise in _promises(cls)
        if not isinstance(promise, Promise)
    ]


def _names(definition: LifecycleDefinition) -> tuple[str, ...]:
    """What a finding may be about."""
    d = definition
    named = (d.transitions, d.phases, d.groups, d.signals, d.events, d.thresholds, d.milestones, d.risks, d.gaps, d.conditions)
    return tuple(name for names in named for name in names)


def _doc(cls: type) -> str:
    doc = cls.__dict__.get("__doc__")
    return doc.strip() if isinstance(doc, str) else ""


def _spaced(name: str) -> str:
    return "".join(" " + c.lower() if c.isupper() and i and not name[i - 1].isupper() else c for i, c in enumerate(name))


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
    _life: Any

    def __init__(self, name: str = "", *, engine: Engine = "live") -> None:
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
