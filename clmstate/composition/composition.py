"""``Composition``: several lifecycles at once, each in its own phase, wired where one looks at another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final, Self

import attrs

from clmstate.composition.facade import One, PartFacade, Wiring
from clmstate.composition.members import Members
from clmstate.composition.nodes import CompositionDefinition, PartDefinition, RollUp, Wire, sources
from clmstate.conditions import Mistake, reads
from clmstate.errors import DefinitionError, Diagnostic
from clmstate.lifecycle import Engine, Event, Explanation, Journey, LifecycleDefinition, Moves, OpenPlay, Phase, Risk
from clmstate.lifecycle.lifecycle import _doc, _spaced
from clmstate.signals import When

__all__ = ["HOOKS", "RESERVED", "Composition", "CompositionMeta"]

RESERVED: Final = frozenset(
    """all any at chart count definition done_play events explain join journey leave listen market mean max members milestones min move
    name names next_check observe observe_all open_gaps open_plays open_touchpoints part parts phases plays restore send share skip snapshot
    start sum tick title version warning_signs where wiring""".split()
)


class _Hooks:
    """What a higher room puts here so that ``Customer("Acme")`` can be spelled where people look for it."""

    open: Callable[..., None]
    restore: Callable[..., Any]


HOOKS: Final = _Hooks()


class _Body(dict[str, Any]):
    def __init__(self) -> None:
        super().__init__()
        self.parts: dict[str, PartFacade[Any]] = {}
        self.mistakes: list[tuple[str, Mistake]] = []

    def __setitem__(self, key: str, value: Any) -> None:
        if isinstance(value, PartFacade):
            if key in self.parts:
                self.mistakes.append((key, Mistake("CLM102", f"the name '{key}' is given twice", "rename one of them")))
                return
            if value._name:
                self.mistakes.append((key, Mistake("CLM103", f"one part has two names, '{value._name}' and '{key}'", "declare it again")))
                return
            if key in RESERVED or key.startswith("_"):
                remedy = f"rename it; taken are: {', '.join(sorted(RESERVED))}"
                self.mistakes.append((key, Mistake("CLM101", f"the name '{key}' is one of our own", remedy)))
            value._bind(key)
            self.parts[key] = value
        elif key in self.parts:
            self.mistakes.append((key, Mistake("CLM102", f"the name '{key}' is given twice", "rename one of them")))
            return
        super().__setitem__(key, value)


class CompositionMeta(type):
    """The type of compositions: collects parts and wiring, checks them as a whole, and makes the definition."""

    definition: CompositionDefinition
    _parts: dict[str, PartFacade[Any]]

    @classmethod
    def __prepare__(mcs, name: str, bases: tuple[type, ...], **keywords: Any) -> _Body:  # type: ignore[override]
        return _Body()

    def __new__(
        mcs,
        name: str,
        bases: tuple[type, ...],
        body: _Body,
        *,
        title: str = "",
        market: str | None = None,
        version: str | None = None,
        embedded: bool = False,
    ) -> CompositionMeta:
        cls = super().__new__(mcs, name, bases, dict(body))
        if not bases:
            return cls
        parents = [b for b in cls.__mro__[1:] if isinstance(b, CompositionMeta) and hasattr(b, "_parts")]
        parts: dict[str, PartFacade[Any]] = {}
        wires: list[Wiring] = []
        for parent in reversed(parents):
            parts.update(parent._parts)
        for parent in reversed(parents):
            wires = [w for w in parent._wiring if w not in wires] + wires
        parts.update(body.parts)
        cls._parts = parts
        mistakes = [m.at(f"{name}.{key}") for key, m in body.mistakes]
        wires += _lines(name, body.get("wiring", ()), mistakes)
        cls._wiring = tuple(wires)
        above = parents[0].definition if parents else None
        cls.definition = CompositionDefinition(
            name=name,
            title=title or (above.title if above is not None else _spaced(name)),
            doc=_doc(cls) or (above.doc if above is not None else ""),
            market=market if market is not None else (above.market if above is not None else ""),
            version=version if version is not None else (above.version if above is not None else ""),
            parts=MappingProxyType({key: _part(name, key, part, parts, mistakes) for key, part in parts.items()}),
            wires=(),
            embedded=embedded,
        )
        for line in wires:
            mistakes += (m.at(f"{name}.wiring, {line.wire.part}.{line.wire.port}") for m in line.mistakes)
        if not mistakes:
            ordered, cyclic = _ordered(cls.definition, [line.wire for line in wires])
            cls.definition = attrs.evolve(cls.definition, wires=tuple(ordered))
            mistakes += _wire_faults(cls.definition, cyclic)
        if mistakes:
            raise DefinitionError(dict.fromkeys(mistakes))
        return cls

    _wiring: tuple[Wiring, ...]

    def __init__(cls, name: str, bases: tuple[type, ...], body: Any, **keywords: Any) -> None:
        super().__init__(name, bases, body)

    def __repr__(cls) -> str:
        return f"<Composition {cls.__name__}>"


def _lines(name: str, wiring: object, mistakes: list[Diagnostic]) -> list[Wiring]:
    lines = []
    for line in wiring if isinstance(wiring, tuple | list) else (wiring,):
        if isinstance(line, Wiring):
            lines.append(line)
        else:
            mistake = Mistake("CLM135", f"{line!r:.60} is not a line of wiring", "write part[Lifecycle.port].fed_by(...)")
            mistakes.append(mistake.at(f"{name}.wiring"))
    return lines


def _part(name: str, key: str, part: PartFacade[Any], parts: Mapping[str, PartFacade[Any]], mistakes: list[Diagnostic]) -> PartDefinition:
    mistakes += (m.at(f"{name}.{key}") for m in part._mistakes)
    member = getattr(part._member, "definition", None)
    if isinstance(member, LifecycleDefinition) and not member.phases:
        mistakes.append(Mistake("CLM131", f"{member.name} has no phases", "give a lifecycle that people can stand in").at(f"{name}.{key}"))
    opens_on = None
    event = getattr(part, "_opens_on", None)
    if event is not None:
        owners = [
            n for n, p in parts.items() if isinstance(p, One) and isinstance(event, Event) and p._leaf is not None and event._homes <= p._leaf._homes
        ]
        if not isinstance(event, Event) or not event.name or len(owners) != 1:
            cause = f"opens_on={event!r:.60} is not an event of exactly one One part"
            mistakes.append(Mistake("CLM139", cause, "name an event of a One part of this composition").at(f"{name}.{key}"))
        elif not event.spec.names_instance:
            cause = f"the event '{event.name}' does not name an instance"
            mistakes.append(Mistake("CLM139", cause, "declare it with names_instance=True").at(f"{name}.{key}"))
        else:
            opens_on = (owners[0], event.name)
    return PartDefinition(key, part._many, member, opens_on, part._label or key.replace("_", " "), part._help, part._ref)  # type: ignore[arg-type]


def _ordered(definition: CompositionDefinition, wires: list[Wire]) -> tuple[list[Wire], list[Wire]]:
    """Wires in an order in which no feed reads a port that is fed later, and those that feed each other in a circle."""
    waiting = list(wires)
    done: list[Wire] = []
    while waiting:
        fed_later = {(w.part, w.inner, w.port) for w in waiting}
        ready = [w for w in waiting if not any(port in fed_later for port in _ports_read(w))]
        if not ready:
            return done, waiting
        done += ready
        waiting = [w for w in waiting if w not in ready]
    return done, []


def _ports_read(wire: Wire) -> Iterable[tuple[str, tuple[str, ...], str]]:
    for source in sources(wire.feed):
        if isinstance(source, RollUp):
            names = {source.signal, source.weight} - {None}
            for cond in (source.cond, source.where):
                if cond is not None:
                    names |= set(reads(cond).signals)
            yield from ((source.part, source.inner, name) for name in names if name is not None)


def _wire_faults(definition: CompositionDefinition, cyclic: list[Wire]) -> Iterable[Diagnostic]:
    name = definition.name
    if cyclic:
        circle = ", ".join(f"{w.part}.{w.port}" for w in cyclic)
        remedy = "let one of them follow a phase, which is seen in the next round"
        yield Mistake("CLM138", f"ports feed each other in a circle: {circle}", remedy).at(f"{name}.wiring")
    fed: dict[tuple[tuple[str, ...], str], int] = {}
    for wire in (*definition.wires, *cyclic):
        port = ((wire.part, *wire.inner), wire.port)
        fed[port] = fed.get(port, 0) + 1
        if fed[port] == 2:
            yield Mistake("CLM133", "the port is fed twice", "keep one of the two lines").at(f"{name}.wiring, {wire.part}.{wire.port}")
    if definition.embedded:
        return
    for path, port in open_ports(definition):
        if (path, port) not in fed:
            cause = f"the port '{port}' of {'.'.join(path)} is never fed"
            yield Mistake("CLM134", cause, f"add {'.'.join(path)}[...{port}].fed_by(...) to the wiring").at(f"{name}.wiring")


def open_ports(definition: CompositionDefinition) -> Iterable[tuple[tuple[str, ...], str]]:
    """The ports of all parts that the parts' own compositions leave open, each with the part's path.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     paid = Signal.flag("paid", port=True)
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition, embedded=True):
        ...     deal = One(Deal)
        >>> list(open_ports(Account.definition))
        [(('deal',), 'paid')]
    """
    for part in definition.parts.values():
        if isinstance(part.member, LifecycleDefinition):
            yield from (((part.name,), name) for name, spec in part.member.signals.items() if spec.port)
            continue
        fed = {((w.part, *w.inner), w.port) for w in part.member.wires}
        yield from (((part.name, *path), port) for path, port in open_ports(part.member) if (path, port) not in fed)


class Composition(metaclass=CompositionMeta):
    """A customer as a composition: parts of one or many, each with a lifecycle of its own, wired where one looks at another.

    Subclass it to define one. Class keywords: ``title``, ``market``, ``version``, and ``embedded=True`` for one that is meant to live
    inside another, which feeds the ports it leaves open. Call the class to get one customer.

    Args:
        name: what this customer is called.
        engine: "live" moves python-statemachine charts along, "compiled" leaves them out; both settle alike.

    Raises:
        DefinitionError: on defining a class with mistakes in it; all are reported together.

    Example:
        >>> from clmstate import Lifecycle, Many, One, Phase, Signal
        >>> class User(Lifecycle):
        ...     logins = Signal.count("login", default=0)
        ...     invited = Phase("Invited", initial=True)
        ...     active = Phase("Active")
        ...     start_using = invited.to(active, when=logins >= 5)
        >>> class Contract(Lifecycle):
        ...     adopted = Signal.share("users adopted", port=True)
        ...     onboarding = Phase("Onboarding", initial=True)
        ...     success = Phase("Success")
        ...     adopt = onboarding.to(success, when=adopted >= 0.8)
        >>> class Customer(Composition):
        ...     contract = One(Contract)
        ...     users = Many(User)
        ...     wiring = (contract[Contract.adopted].fed_by(users.share_in(User.active)),)
        >>> acme = Customer("Acme")
        >>> print(acme.users.join("dana", at="2026-01-01", logins=12))
        2026-01-01 users/dana: Invited → Active (at least 5 logins)
        2026-01-01 contract: Onboarding → Success (users adopted at least 80 %)
    """

    definition: ClassVar[CompositionDefinition]
    _whole: Any

    def __init__(self, name: str = "", *, engine: Engine = "live") -> None:
        HOOKS.open(self, name, engine)

    def observe_all(
        self,
        at: When | None = None,
        values: Mapping[Any, Mapping[str, object]] | None = None,
        *,
        events: Iterable[tuple[Any, ...]] = (),
        joins: Iterable[Any] = (),
        leaves: Iterable[Any] = (),
    ) -> Moves:
        """Everything about this customer at one instant: joins, values, events, leaves, then settling.

        Args:
            at: when.
            values: for each part (itself, or its path such as ``"users/dana"``) its signals.
            events: pairs of a part and an event, or triples with the instance that the event names.
            joins: paths of members that join.
            leaves: members, or paths of members, that leave.

        Raises:
            ObservationError: anything wrong in it; nothing has changed anywhere.

        Example:
            >>> from clmstate import Lifecycle, Many, Phase, Signal
            >>> class User(Lifecycle):
            ...     logins = Signal.count("login", default=0)
            ...     invited = Phase("Invited", initial=True)
            ...     active = Phase("Active")
            ...     start_using = invited.to(active, when=logins >= 5)
            >>> class Account(Composition):
            ...     users = Many(User)
            >>> acme = Account("Acme")
            >>> print(*acme.observe_all("2026-01-01", {"users/dana": {"logins": 7}}, joins=["users/dana"]))
            2026-01-01 users/dana: Invited → Active (at least 5 logins)
        """
        result: Moves = self._whole.observe_all(at, values or {}, events, joins, leaves)
        return result

    def send(self, event: Event | str, *, at: When | None = None, instance: str | None = None) -> Moves:
        """Offers an event to every part whose lifecycle knows it, in one observation.

        Raises:
            UnknownNameError: no part knows it; nothing has changed.

        Example:
            >>> from clmstate import Event, Lifecycle, Phase
            >>> class Deal(Lifecycle):
            ...     ended = Event("contract ended")
            ...     open = Phase("Open", initial=True)
            ...     lost = Phase("Lost", final=True)
            ...     lose = open.to(lost, on=ended)
            >>> class Account(Composition):
            ...     deal = One(Deal)
            >>> print(*Account("Acme").send(Deal.ended, at="2026-01-30"))
            2026-01-30 deal: Open → Lost (contract ended)
        """
        result: Moves = self._whole.send(event, at, instance)
        return result

    def tick(self, at: When) -> Moves:
        """Lets time pass: an observation without values.

        Example:
            >>> from clmstate import Lifecycle, Phase
            >>> class Deal(Lifecycle):
            ...     open = Phase("Open", initial=True)
            >>> class Account(Composition):
            ...     deal = One(Deal)
            >>> Account("Acme").tick("2026-01-30")
            ()
        """
        result: Moves = self._whole.observe_all(at, {}, (), (), ())
        return result

    def start(
        self,
        placed: Mapping[str, Phase | str],
        *,
        at: When,
        since: Mapping[str, When] | None = None,
        values: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        """Places an existing customer with all its parts where they stand, without plays and without settling.

        Args:
            placed: for each part or member (by path) the leaf phase in which it stands; members named here join.
            at: when this is known.
            since: for each of them when the stay began; by default `at`.
            values: for each of them what is known.

        Raises:
            ObservationError: unknown parts or phases, wrong values, or the customer is already on its way; nothing has changed.

        Example:
            >>> from clmstate import Lifecycle, Many, One, Phase
            >>> class Deal(Lifecycle):
            ...     open = Phase("Open", initial=True)
            >>> class User(Lifecycle):
            ...     active = Phase("Active", initial=True)
            >>> class Account(Composition):
            ...     deal = One(Deal)
            ...     users = Many(User)
            >>> acme = Account("Acme")
            >>> acme.start({"deal": Deal.open, "users/dana": User.active}, at="2026-01-30")
            >>> {path: phase.label for path, phase in acme.phases.items()}
            {'deal': 'Open', 'users/dana': 'Active'}
        """
        self._whole.start(placed, at, since or {}, values or {})

    @property
    def name(self) -> str:
        """What this customer is called."""
        result: str = self._whole.name
        return result

    @property
    def at(self) -> Any:
        """The customer's clock: the time of the last observation that told one, or None."""
        return self._whole.at_user

    @property
    def phases(self) -> dict[str, Phase]:
        """The phase of every part and every present member, by path."""
        result: dict[str, Phase] = self._whole.phases
        return result

    @property
    def journey(self) -> Journey:
        """One timeline over all parts, also those that have left."""
        result: Journey = self._whole.journey
        return result

    @property
    def open_plays(self) -> tuple[OpenPlay, ...]:
        """Plays of all parts that were opened and not yet marked done."""
        result: tuple[OpenPlay, ...] = self._whole.open_plays
        return result

    def done_play(self, number: int) -> None:
        """Marks an open play as done.

        Raises:
            UnknownNameError: no open play has that number.

        Example:
            >>> from clmstate import Lifecycle, Phase
            >>> class Deal(Lifecycle):
            ...     open = Phase("Open", initial=True)
            >>> class Account(Composition):
            ...     deal = One(Deal)
            >>> Account().done_play(1)
            Traceback (most recent call last):
            ...
            clmstate.errors.UnknownNameError: CLM208 Account: no open play has the number 1. There are none.
        """
        self._whole.done_play(number)

    @property
    def warning_signs(self) -> tuple[tuple[str, Risk], ...]:
        """Risks whose warning sign is true on the settled picture, each with the path of its part."""
        result: tuple[tuple[str, Risk], ...] = self._whole.warning_signs
        return result

    def explain(self) -> dict[str, Explanation]:
        """For every part and present member, what every way out of its phase still needs.

        Example:
            >>> from clmstate import Lifecycle, Phase
            >>> class Deal(Lifecycle):
            ...     open = Phase("Open", initial=True)
            >>> class Account(Composition):
            ...     deal = One(Deal)
            >>> list(Account().explain())
            ['deal']
        """
        result: dict[str, Explanation] = self._whole.explain()
        return result

    @property
    def next_check(self) -> Any:
        """The next time (a date, or a UTC datetime) at which time alone could change something in any part; None if never."""
        return self._whole.next_check

    def listen(self, listener: Callable[..., Any]) -> None:
        """Calls somebody after each observation that moved any part, once per move; coroutines are awaited.

        Example:
            >>> from clmstate import Event, Lifecycle, Phase
            >>> class Deal(Lifecycle):
            ...     ended = Event("contract ended")
            ...     open = Phase("Open", initial=True)
            ...     lost = Phase("Lost", final=True)
            ...     lose = open.to(lost, on=ended)
            >>> class Account(Composition):
            ...     deal = One(Deal)
            >>> acme = Account()
            >>> acme.listen(print)
            >>> _ = acme.deal.send(Deal.ended)
            deal: Open → Lost (contract ended)
        """
        self._whole.listen(listener)

    def snapshot(self) -> dict[str, Any]:
        """Everything about this customer as JSON-ready data; :meth:`restore` brings it back with the same future.

        Example:
            >>> from clmstate import Lifecycle, Phase
            >>> class Deal(Lifecycle):
            ...     open = Phase("Open", initial=True)
            >>> class Account(Composition):
            ...     deal = One(Deal)
            >>> Account.restore(Account("Acme").snapshot()).deal.phase.label
            'Open'
        """
        result: dict[str, Any] = self._whole.snapshot()
        return result

    @classmethod
    def restore(cls, snapshot: Mapping[str, Any] | str, *, engine: Engine = "live") -> Self:
        """A customer from its snapshot, given as data or as JSON text; nobody is told and no play is opened.

        Raises:
            InputError: the snapshot is of another composition, or not a snapshot.

        Example:
            >>> from clmstate import Lifecycle, Phase
            >>> class Deal(Lifecycle):
            ...     open = Phase("Open", initial=True)
            >>> class Account(Composition):
            ...     deal = One(Deal)
            >>> Account.restore("{}")
            Traceback (most recent call last):
            ...
            clmstate.errors.InputError: CLM302 Account: the snapshot has the format None. Give what snapshot() returned, as data or JSON text.
        """
        result: Self = HOOKS.restore(cls, snapshot, engine)
        return result

    def _part(self, name: str) -> Any:
        return self._whole.part(self, name)

    def _members(self, name: str) -> Members[Any]:
        result: Members[Any] = self._whole.members(self, name)
        return result

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"
