"""One composed customer, alive: what is behind ``Customer("Acme")``.

Each part that somebody asks for is a customer object of its own (`acme.contract`, `acme.users["dana"]`); whatever is reported to it is
an observation of the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MethodType
from typing import Any

from clmstate.composition import Composition, CompositionDefinition, Members
from clmstate.conditions import Given
from clmstate.errors import BadValueError, Diagnostic, ObservationError, UnknownNameError, did_you_mean
from clmstate.kernel import Member, Room, State, Step, Whole, read_instant
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
    Phase,
    Risk,
    Untaken,
    known_phase,
)
from clmstate.live.life import Life
from clmstate.signals import Value, from_instant, show_instant

__all__ = ["CustomerLife", "PartLife", "open_customer"]


def open_customer(instance: Composition, name: str, engine: Engine) -> None:
    """Makes an instance of a composition alive.

    Raises:
        ObservationError: CLM212, if it is meant to live inside another composition, or the name or engine is not one.

    Example:
        >>> from clmstate import Lifecycle, One, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> Account("Acme").name
        'Acme'
    """
    CustomerLife(type(instance), name, engine).attach(instance)


class PartLife(Life):
    """A part of a customer: reads its own state, and reports to the whole."""

    def __init__(self, customer: CustomerLife, member: Member, lifecycle: type[Lifecycle]) -> None:
        self.customer = customer
        self.member = member
        self.lifecycle = lifecycle
        self.definition = member.c.program.definition
        self.name = member.path.rpartition("/")[2]
        self.path = member.path
        self.place = f"{customer.definition.name} {customer.name}, {member.path}" if customer.name else f"{customer.definition.name}, {member.path}"
        self.kind = customer.kind
        self.engine = member.c
        self.state = member.state
        self.state.life = self
        self.listeners = []
        self.listening = False
        self.performer = None
        self.done = set()
        self.known_events = {}

    def observe(self, *given: Given, at: Any = None, **values: object) -> Moves:
        return self.engine.observe_part(self.state, *given, at=at, **values)

    def observation(self, at: Any, values: Mapping[str, Any], events: Sequence[tuple[Any, str | None]]) -> Moves:
        self.here()
        now = self.clock(at)
        names = self.event_names(events)
        stored = self.accepted(values)
        joins = self.customer.opened(self.member, [(name, instance) for name, (_, instance) in zip(names, events, strict=False)])
        return self.customer.run(now, joins=joins, values=[(self.itself, stored)], events=[(self.itself, name) for name in names])

    def itself(self) -> Member:
        return self.member

    def here(self) -> None:
        """Refuses what is reported of a part that has left, or while a listener is told."""
        self.customer.not_while_telling()
        if not self.member.present:
            raise UnknownNameError([Diagnostic("CLM216", self.place, "it has left", "report to those who are there, or let it join again")])

    def clock(self, at: Any) -> int | None:
        return self.customer.clock(at, self.place)

    def accepted(self, values: Mapping[str, Any]) -> dict[str, Value]:
        fed = [name for name in values if name in self.definition.signals and self.definition.signals[name].port]
        if fed:
            cause = f"'{fed[0]}' is a port: the wiring feeds it"
            raise BadValueError([Diagnostic("CLM215", self.place, cause, "report what it is computed from")])
        return super().accepted(values)

    def sync(self) -> State:
        """Its state, with the customer's clock in it (untouched parts are not told of time)."""
        if self.member.present and self.customer.whole.at == self.customer.whole.at:
            self.state.at = self.customer.whole.at
        return self.state

    @property
    def at(self) -> Any:
        self.sync()
        return super().at

    def explain(self, what: Any = None) -> Explanation:
        self.sync()
        return super().explain(what)

    @property
    def next_check(self) -> Any:
        self.sync()
        return super().next_check

    @property
    def warning_signs(self) -> tuple[Risk, ...]:
        self.sync()
        return super().warning_signs

    @property
    def open_gaps(self) -> Any:
        self.sync()
        return super().open_gaps

    def listen(self, listener: Callable[..., Any]) -> None:
        super().listen(listener)
        self.customer.listening = True

    @property
    def chart(self) -> Any:
        made = super().chart
        self.customer.listening = True
        return made

    def start(self, phase: Phase | str, *, at: Any = None, since: Any = None, **values: object) -> None:
        cause = "a part cannot be started apart from its customer"
        raise self.refused("CLM214", cause, f"use the customer's start({{'{self.path}': ...}}, at=...)")

    def move(self, to: Phase | str, *, by: str, reason: str, at: Any = None, hold_until: Any = None) -> Moves:
        self.here()
        now = self.clock(at)
        hand = self.hand(to, by, reason, now, hold_until)
        return self.customer.run(now, hands=[(self.itself, hand)])

    def skip(self, touchpoint: str, *, by: str, why: str) -> None:
        self.here()
        self.sync()
        before = len(self.state.journal)
        super().skip(touchpoint, by=by, why=why)
        self.customer.whole.journal += [(self.member, entry) for entry in self.state.journal[before:]]

    def snapshot(self) -> dict[str, Any]:
        raise self.refused("CLM214", "a part has no snapshot of its own", "take the customer's snapshot()")


class Rooms:
    """What is behind ``acme.users``: the members of one part in one room."""

    def __init__(self, customer: CustomerLife, room: Room, part: str) -> None:
        self.customer, self.room, self.part = customer, room, part
        self.label = room.definition.parts[part].label

    def path(self, name: object) -> str:
        return "/".join(x for x in (self.room.path, self.part, str(name)) if x)

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self.room.manys[self.part]))

    def member(self, name: object) -> Any:
        found = self.room.manys[self.part].get(name) if isinstance(name, str) else None
        if found is None:
            raise self.customer.nobody(self.path(name), self.names())
        return self.customer.handle(found)

    def join(self, name: str, given: Sequence[Given], at: Any, values: Mapping[str, Any]) -> Moves:
        path = self.path(name)
        said = {path: values} if values or given else {}
        return self.customer.observe_all(at, said, (), (path,), (), given={path: given})

    def leave(self, name: str, at: Any) -> Moves:
        return self.customer.observe_all(at, {}, (), (), (self.path(name),))

    def send(self, event: Any, given: Sequence[Given], at: Any, values: Mapping[str, Any]) -> Moves:
        paths = [self.path(name) for name in self.names()]
        if not paths:
            self.customer.event_of(self.room.definition.parts[self.part].member, event, self.label)
        said = {path: values for path in paths} if values or given else {}
        return self.customer.observe_all(at, said, [(path, event) for path in paths], (), (), given=dict.fromkeys(paths, given))


class CustomerLife:
    """A composed customer with everything that people ask of it."""

    def __init__(self, composition: type[Composition], name: str, kind: Engine) -> None:
        self.composition = composition
        self.definition: CompositionDefinition = composition.definition
        self.name = name
        self.kind: Engine = kind
        self.place = f"{self.definition.name} {name}" if isinstance(name, str) and name else self.definition.name
        if not self.definition.parts:
            raise self.refused("CLM212", "it has no parts", "open a composition that inherits from it")
        if self.definition.embedded:
            raise self.refused("CLM212", "it is meant to live inside another composition", "open the one that feeds its ports")
        if not isinstance(name, str):
            raise self.refused("CLM212", f"the name {name!r:.60} is not a text", "name the customer, or leave the name out")
        if kind not in ("live", "compiled"):
            raise self.refused("CLM212", f"there is no engine {kind!r:.60}", "use 'live' or 'compiled'")
        self.whole = Whole(self.definition)
        self.whole.life = self
        self.listeners: list[Callable[..., Any]] = []
        self.listening = False
        self.done: set[int] = set()

    def attach(self, instance: Composition) -> None:
        instance.__dict__["_whole"] = self
        instance.__dict__["_room"] = self.whole.room
        self.whole.room.handle = instance

    def refused(self, code: str, cause: str, remedy: str) -> ObservationError:
        return ObservationError([Diagnostic(code, self.place, cause, remedy)])

    def not_while_telling(self) -> None:
        if self.whole.busy:
            remedy = "collect what you learn and report it afterwards"
            raise self.refused("CLM209", "a listener reports to the customer of whom it is being told", remedy)

    # ---- parts

    def part(self, instance: Any, name: str) -> Any:
        return self.handle(instance._room.ones[name])

    def members(self, instance: Any, name: str) -> Members[Any]:
        return Members(Rooms(self, instance._room, name))

    def handle(self, one: Member | Room) -> Any:
        """The customer object over a part; made once."""
        if one.handle is None:
            cls = self.class_of(one)
            made = cls.__new__(cls)
            if isinstance(one, Member):
                life = PartLife(self, one, cls)
                made.__dict__["_life"] = life
                made.__dict__["observe"] = MethodType(life.engine.observe_part, life.state)
            else:
                made.__dict__.update(_whole=self, _room=one)
            one.handle = made
        return one.handle

    def life_of(self, member: Member) -> PartLife:
        life: PartLife = self.handle(member)._life
        return life

    def class_of(self, one: Member | Room) -> Any:
        if one is self.whole.room:
            return self.composition
        room = one.room if isinstance(one, Member) else one.parent
        assert room is not None
        return self.class_of(room)._parts[one.part]._member

    def nobody(self, path: str, known: Iterable[str]) -> UnknownNameError:
        return UnknownNameError([Diagnostic("CLM217", self.place, f"'{path}' is not there", did_you_mean(path.rpartition("/")[2], known))])

    def found(self, address: object, joining: Iterable[str] = ()) -> tuple[Room, str, str, Member | Room | None]:
        """The room, part and instance that an address names, and what is there; None for what joins in this observation.

        Raises:
            UnknownNameError: CLM217 for what is not there, CLM218 for what is not a part.
        """
        if isinstance(address, Lifecycle | Composition):
            address = self.address(address)
        if not isinstance(address, str):
            raise UnknownNameError([Diagnostic("CLM218", self.place, f"{address!r:.60} is not a part", "give a part, or its path such as 'users/dana'")])
        room: Room | None = self.whole.room
        definition: CompositionDefinition | LifecycleDefinition = self.definition
        here: Member | Room | None = room
        owner, part, instance = self.whole.room, "", ""
        steps = address.split("/")
        path = ""
        while steps:
            part, instance = steps.pop(0), ""
            if isinstance(definition, LifecycleDefinition) or part not in definition.parts:
                known = () if isinstance(definition, LifecycleDefinition) else definition.parts
                cause = f"'{part}' is not a part of {path or self.definition.name}"
                raise UnknownNameError([Diagnostic("CLM218", self.place, cause, did_you_mean(part, known))])
            what = definition.parts[part]
            definition = what.member
            path = f"{path}/{part}" if path else part
            if what.many:
                if not steps or not steps[0]:
                    raise UnknownNameError([Diagnostic("CLM218", self.place, f"'{path}' has many members", f"name one, as in '{path}/dana'")])
                instance = steps.pop(0)
                path = f"{path}/{instance}"
            if room is not None:
                owner = room
                here = room.manys[part].get(instance) if what.many else room.ones[part]
            if here is None and path not in joining:
                raise self.nobody(path, owner.manys[part])
            room = here if isinstance(here, Room) else None
        return owner, part, instance, here

    def address(self, part: Any) -> str:
        """The path of a part that is given as the customer object over it."""
        if isinstance(part, Lifecycle) and isinstance(part._life, PartLife) and part._life.customer is self:
            if not part._life.member.present:
                raise UnknownNameError([Diagnostic("CLM216", part._life.place, "it has left", "report to those who are there, or let it join again")])
            return part._life.path
        if isinstance(part, Composition) and part._whole is self and part.__dict__["_room"].path:
            path: str = part.__dict__["_room"].path
            return path
        raise UnknownNameError([Diagnostic("CLM218", self.place, f"{part!r:.60} is not a part of this customer", "give one of its own parts")])

    def definition_at(self, address: object) -> LifecycleDefinition:
        """The lifecycle at an address, there already or joining."""
        if isinstance(address, Lifecycle):
            address = self.address(address)
        definition: CompositionDefinition | LifecycleDefinition = self.definition
        steps = str(address).split("/")
        while steps and isinstance(definition, CompositionDefinition):
            what = definition.parts[steps.pop(0)]
            definition = what.member
            if what.many and steps:
                steps.pop(0)
        if isinstance(definition, CompositionDefinition):
            inside = ", ".join(f"{address}/{name}" for name in definition.parts)
            raise UnknownNameError([Diagnostic("CLM218", self.place, f"'{address}' is a composition", f"name a part inside: {inside}")])
        return definition

    # ---- observing

    def clock(self, at: Any, place: str | None = None) -> int | None:
        if at is None:
            return None
        us = at if type(at) is int else read_instant(at)
        if us < self.whole.at:
            cause = f"{show_instant(us)} is before {show_instant(int(self.whole.at))}, the last time told"
            raise BadValueError([Diagnostic("CLM205", place or self.place, cause, "report in order of time")])
        return us

    def observe_all(
        self,
        at: Any,
        values: Mapping[Any, Mapping[str, object]],
        events: Iterable[tuple[Any, ...]],
        joins: Iterable[Any],
        leaves: Iterable[Any],
        *,
        given: Mapping[Any, Sequence[Given]] | None = None,
    ) -> Moves:
        self.not_while_telling()
        now = self.clock(at)
        offers = [(*event, None)[:3] if isinstance(event, tuple) and len(event) in (2, 3) else self.no_event(event) for event in events]
        named = [(address, self.event_of(None, event, address), instance) for address, event, instance in offers]
        coming, joining = self.coming(joins, named)
        reports = [(self.finder(address), self.stored(address, said, given, joining)) for address, said in self.mapping(values).items()]
        offered = [(self.finder(address), name) for address, name, _ in named if self.found(address, joining)]
        going = [self.found(address)[:3] for address in leaves]
        for room, part, instance in going:
            if not room.definition.parts[part].many:
                raise self.refused("CLM218", f"'{part}' is the only one of its kind, so it cannot leave", "move it to a final phase instead")
            if instance not in room.manys[part]:
                raise self.nobody(f"{part}/{instance}", room.manys[part])
        if len(set(map(id_of, going))) < len(going):
            raise self.refused("CLM217", "somebody leaves twice in one observation", "name each leaver once")
        return self.run(now, joins=coming, values=reports, events=offered, leaves=going)

    def mapping(self, values: object) -> Mapping[Any, Mapping[str, object]]:
        if not isinstance(values, Mapping) or not all(isinstance(said, Mapping) for said in values.values()):
            raise BadValueError([Diagnostic("CLM204", self.place, "the values are not a mapping of parts to signals", "write {'contract': {'health': 80}}")])
        return values

    def no_event(self, event: object) -> Any:
        raise UnknownNameError([Diagnostic("CLM202", self.place, f"{event!r:.60} is not a part and an event", "write ('contract', Contract.notice)")])

    def stored(self, address: Any, said: Mapping[str, object], given: Mapping[Any, Sequence[Given]] | None, joining: list[str]) -> dict[str, Value]:
        _, _, _, here = self.found(address, joining)
        definition = self.definition_at(address)
        life = self.life_of(here) if isinstance(here, Member) else _Unborn(self, definition, str(address), self.class_at(str(address)))
        return life.accepted(life.together((given or {}).get(address, ()), dict(said)))

    def class_at(self, address: str) -> Any:
        cls: Any = self.composition
        definition: Any = self.definition
        steps = address.split("/")
        while steps:
            part = steps.pop(0)
            what = definition.parts[part]
            cls, definition = cls._parts[part]._member, what.member
            if what.many and steps:
                steps.pop(0)
        return cls

    def coming(self, joins: Iterable[Any], events: Iterable[tuple[Any, str, str | None]]) -> tuple[list[tuple[Any, str, str]], list[str]]:
        """Who joins: those named, and those whose branch an event opens. Rooms are found when it happens, for they may join too."""
        wanted = [address for address in joins]
        for address, name, instance in events:
            _, part, _, here = self.found(address, [a for a in wanted if isinstance(a, str)])
            if isinstance(here, Member):
                wanted += ["/".join(x for x in (r.path, p, i) if x) for r, p, i in self.opened(here, [(name, instance)])]
        joining: list[str] = []
        for address in sorted(wanted, key=lambda a: str(a).count("/")):
            if not isinstance(address, str) or not address:
                raise UnknownNameError([Diagnostic("CLM218", self.place, f"{address!r:.60} is not a path", "name who joins as 'users/dana'")])
            _, _, instance, here = self.found(address, [*joining, address])
            if not instance:
                raise self.refused("CLM218", f"'{address}' is the only one of its kind, so it is there from the start", "join members of a part with many")
            if here is not None or address in joining:
                raise self.refused("CLM219", f"'{address}' is there already", "let it leave first, or choose another name")
            joining.append(address)
        return [(_Later(self, address.split("/")[:-2]), *address.split("/")[-2:]) for address in joining], joining

    def finder(self, address: Any) -> Callable[[], Member]:
        path = address if isinstance(address, str) else self.address(address)

        def find() -> Member:
            here = self.found(path)[3]
            assert isinstance(here, Member)
            return here

        return find

    def event_of(self, definition: Any, event: Any, address: Any) -> str:
        if definition is None:
            self.found(address, (str(address),)) if isinstance(address, str) else self.address(address)
            definition = self.definition_at(address)
            cls = self.class_at(address if isinstance(address, str) else self.address(address))
        else:
            cls = None
        name = event.name if isinstance(event, Event) else event
        foreign = cls is not None and isinstance(event, Event) and not event._homes <= cls._homes
        if not isinstance(definition, LifecycleDefinition) or not isinstance(name, str) or name not in definition.events or foreign:
            known = definition.events if isinstance(definition, LifecycleDefinition) else ()
            raise UnknownNameError([Diagnostic("CLM202", f"{self.place}, {address}", f"{name!r:.60} is not an event", did_you_mean(str(name), known))])
        return name

    def opened(self, member: Member, events: Iterable[tuple[str, str | None]]) -> list[tuple[Room, str, str]]:
        """The branches that events of a part open."""
        opened = []
        for name, instance in events:
            for part in member.room.definition.parts.values():
                if part.opens_on != (member.part, name):
                    continue
                if not isinstance(instance, str) or not instance or "/" in instance:
                    cause = f"'{name}' opens a branch of {part.label}, but names no instance"
                    raise BadValueError([Diagnostic("CLM204", f"{self.place}, {member.path}", cause, f"send it with instance='...', the new one of {part.label}")])
                if instance in member.room.manys[part.name]:
                    raise self.refused("CLM219", f"'{part.name}/{instance}' is there already", "let it leave first, or choose another name")
                opened.append((member.room, part.name, instance))
        return opened

    def send(self, event: Any, at: Any, instance: str | None) -> Moves:
        name = event.name if isinstance(event, Event) else event

        def knows(member: Member) -> bool:
            if name not in member.c.program.definition.events:
                return False
            return not isinstance(event, Event) or bool(event._homes <= self.class_of(member)._homes)

        listening = [m.path for m in self.whole.room.leaves() if knows(m)]
        if not listening:
            known = {e for m in self.whole.room.leaves() for e in m.c.program.definition.events}
            raise UnknownNameError([Diagnostic("CLM202", self.place, f"{name!r:.60} is not an event of any part", did_you_mean(str(name), known))])
        return self.observe_all(at, {}, [(path, name, instance) for path in listening], (), ())

    def observed(self, member: Member, now: int | None, stored: Mapping[str, Any]) -> Moves:
        """The end of an inline observation that concerns others too."""
        return self.run(now, values=[(lambda: member, stored)])

    def run(self, now: int | None, **observation: Any) -> Moves:
        for what in ("joins", "leaves"):
            observation[what] = [(lambda room=room: room, part, name) for room, part, name in observation.get(what, ())]
        steps, offered = self.whole.observe(now, **observation)
        if steps and self.listening:
            self.perform(steps)
        if not offered:
            return Moves(steps, self.read)
        untaken = []
        for member, name, rule in offered:
            took = None if rule < 0 else member.c.program.rules[rule].transition
            if took is None or took.on != name:
                own = next((step[1] for m, step in steps if m is member), member.state.phase)
                why = self.life_of(member).why_untaken(name, took, own) if member.present else "it has left"
                untaken.append(Untaken(name, why, member.path))
        return Moves(steps, self.read, tuple(untaken))

    def read(self, step: Step) -> Move:
        return self.life_of(step[0]).read(step[1])

    def perform(self, steps: Sequence[Step]) -> None:
        self.whole.busy = True
        wrong: list[Exception] = []
        try:
            for member, step in steps:
                life = member.handle._life if member.handle is not None else None
                try:
                    if life is not None:
                        life.perform_one(step)
                except Exception as error:  # one who fails must not keep the others from being told
                    wrong.append(error)
                for listener in self.listeners:
                    try:
                        self.life_of(member).tell(listener, self.read((member, step)))
                    except Exception as error:
                        wrong.append(error)
        finally:
            self.whole.busy = False
        if len(wrong) == 1:
            raise wrong[0]
        if wrong:
            raise ExceptionGroup(f"{len(wrong)} listeners failed after {self.place} had moved", wrong)

    def listen(self, listener: Callable[..., Any]) -> None:
        if not callable(listener):
            raise self.refused("CLM209", f"{listener!r:.60} cannot be called", "give a function of one move")
        self.listeners.append(listener)
        self.listening = True

    # ---- placing

    def start(self, placed: Mapping[str, Any], at: Any, since: Mapping[str, Any], values: Mapping[str, Mapping[str, Any]]) -> None:
        self.not_while_telling()
        if self.whole.at == self.whole.at or self.whole.journal:
            raise self.refused("CLM214", "the customer is already on its way", "start() places customers before their first observation")
        if at is None:
            raise BadValueError([Diagnostic("CLM205", self.place, "nothing says when this is known", "give at=")])
        now = self.clock(at)
        assert now is not None
        wanted: dict[str, None] = {}
        for address in (*placed, *since, *values):
            steps = address.split("/") if isinstance(address, str) else []
            definition: Any = self.definition
            path = ""
            while steps and isinstance(definition, CompositionDefinition) and steps[0] in definition.parts:
                what = definition.parts[steps[0]]
                taken, steps = (2, steps[2:]) if what.many and len(steps) > 1 else (1, steps[1:])
                path = "/".join(str(address).split("/")[: path.count("/") + (1 if path else 0) + taken])
                if what.many and taken == 2:
                    wanted[path] = None
                definition = what.member
        coming, joining = self.coming([path for path in wanted], ())
        everything = []
        for address in dict.fromkeys((*placed, *since, *values)):
            stored = self.stored(address, values.get(address, {}), None, joining)
            definition = self.definition_at(address)
            path = known_phase(definition, placed.get(address, definition.initial), f"{self.place}, {address}")
            began = now if address not in since else read_instant(since[address])
            if began > now:
                raise BadValueError([Diagnostic("CLM205", f"{self.place}, {address}", "the stay begins after the time told", "give since= before at=")])
            everything.append((self.finder(address), list(definition.phases).index(path), began, stored))
        self.whole.put(everything, now, [(lambda room=room: room, part, name) for room, part, name in coming])

    # ---- reading

    @property
    def at_user(self) -> Any:
        return None if self.whole.at != self.whole.at else from_instant(int(self.whole.at))

    def lives(self) -> Iterator[PartLife]:
        return (self.life_of(member) for member in self.whole.room.leaves())

    @property
    def phases(self) -> dict[str, Phase]:
        found = {}
        for member in self.whole.room.leaves():
            p = member.c.program
            found[member.path] = p.definition.phases[p.phases[member.state.phase]]
        return found

    @property
    def journey(self) -> Journey:
        return Journey(tuple(self.life_of(member).entry(entry) for member, entry in self.whole.journal))

    def all_plays(self) -> list[OpenPlay]:
        plays: list[OpenPlay] = []
        for member, entry in self.whole.journal:
            for opened in self.life_of(member).plays_of(entry):
                plays.append(OpenPlay(len(plays) + 1, member.path, *opened))
        return plays

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
    def warning_signs(self) -> tuple[tuple[str, Risk], ...]:
        return tuple((life.path, risk) for life in self.lives() for risk in life.warning_signs)

    def explain(self) -> dict[str, Explanation]:
        return {life.path: life.explain() for life in self.lives()}

    @property
    def next_check(self) -> Any:
        found = [us for life in self.lives() if (us := life.next_check_us) is not None]
        return from_instant(min(found)) if found else None

    def snapshot(self) -> dict[str, Any]:
        from clmstate.live.snapshot import snapshot_of_customer

        return snapshot_of_customer(self)


class _Unborn(PartLife):
    """Checks what is said of a member that joins in this very observation."""

    def __init__(self, customer: CustomerLife, definition: LifecycleDefinition, path: str, lifecycle: type[Lifecycle]) -> None:
        self.customer, self.definition, self.lifecycle = customer, definition, lifecycle
        self.place = f"{customer.place}, {path}"


class _Later:
    """A room that may itself join in this observation: found by its path when it is needed."""

    def __init__(self, customer: CustomerLife, steps: list[str]) -> None:
        self.customer, self.steps = customer, steps

    def joined(self, part: str, name: str, log: list[Callable[[], None]]) -> Member | Room:
        room = self.customer.found("/".join(self.steps))[3] if self.steps else self.customer.whole.room
        assert isinstance(room, Room)
        return room.joined(part, name, log)


def id_of(going: tuple[Room, str, str]) -> tuple[int, str, str]:
    """What tells leavers apart."""
    return (id(going[0]), going[1], going[2])
