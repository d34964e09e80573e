"""One composed customer, alive: what is behind ``Customer("Acme")``.

Each part that somebody asks for is a customer object of its own (`acme.contract`, `acme.users["dana"]`); whatever is reported to it is
an observation of the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from clmstate.composition import Composition, CompositionDefinition
from clmstate.conditions import Given
from clmstate.errors import BadValueError, Diagnostic, ObservationError, UnknownNameError, did_you_mean, shown
from clmstate.kernel import Member, Place, Room, Step, Whole
from clmstate.lifecycle import Engine, Move, Moves, OpenPlay, Untaken
from clmstate.live.addresses import Address, find, lifecycle_of, opened
from clmstate.live.part import PartLife
from clmstate.live.reports import as_text, checked_values, event_name, leaf_number, point_in_time, together
from clmstate.live.rooms import RoomLife
from clmstate.live.telling import notify, tell_all
from clmstate.signals import Value, show_instant

__all__ = ["CustomerLife", "open_customer"]

Offer = tuple[Address, str, object]
"""An event that is offered: to whom, its name, and the instance that it names."""


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


class CustomerLife(RoomLife):
    """A composed customer with everything that people do with it.

    Example:
        >>> from clmstate import Lifecycle, One, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> CustomerLife(Account, "Acme", "live").place
        'Account Acme'
    """

    def __init__(self, composition: type[Composition], name: str, kind: Engine) -> None:
        self.composition = composition
        self.definition: CompositionDefinition = composition.definition
        self.place = self.definition.name
        if not self.definition.parts:
            raise self.refused("CLM212", "it has no parts", "open a composition that inherits from it")
        if self.definition.embedded:
            raise self.refused("CLM212", "it is meant to live inside another composition", "open the one that feeds its ports")
        if as_text(name) is None:
            raise self.refused("CLM212", f"the name {shown(name)} is not a text", "name the customer, or leave the name out")
        if as_text(kind) not in ("live", "compiled"):
            raise self.refused("CLM212", f"there is no engine {shown(kind)}", "use 'live' or 'compiled'")
        self.name = as_text(name) or ""
        self.kind: Engine = kind
        self.place = f"{self.place} {self.name}".rstrip()
        self.whole = Whole(self.definition)
        self.whole.life, self.whole.place = self, self.place
        self.customer, self.room, self.path = self, self.whole.room, ""
        self.branches = {}
        self.listeners: list[tuple[RoomLife, Callable[..., Any]]] = []
        self.listening = False
        self.done: set[int] = set()

    def attach(self, instance: Composition) -> None:
        """Puts itself behind an instance."""
        instance.__dict__["_whole"] = self
        self.room.handle = instance

    def ready(self) -> None:
        """Refuses whatever is done while somebody is told."""
        if self.whole.busy:
            cause = "a listener reports to the customer of whom it is being told"
            raise self.refused("CLM209", cause, "collect what you learn and report it afterwards")

    # ---- parts

    def handle(self, one: Member | Room) -> Any:
        """The customer object over a part; made once."""
        if one.handle is None:
            kind = self.kind_of(one)
            made = kind.__new__(kind)
            if isinstance(one, Member):
                PartLife(self, one, kind).attach(made)
            else:
                made.__dict__["_whole"] = RoomLife(self, one)
            one.handle = made
        return one.handle

    def life_of(self, member: Member) -> PartLife:
        """What is behind a part."""
        life: PartLife = self.handle(member)._life
        return life

    def kind_of(self, one: Member | Room) -> Any:
        """The class of a part."""
        if one is self.room:
            return self.composition
        around = one.room if isinstance(one, Member) else one.parent
        assert around is not None
        return self.kind_of(around)._parts[one.part]._member

    def nobody(self, path: str, known: Iterable[str]) -> UnknownNameError:
        """Somebody who is not there is named."""
        near = did_you_mean(path.rpartition("/")[2], known)
        return UnknownNameError([Diagnostic("CLM217", self.place, f"{shown(path)} is not there", near)])

    def found(self, address: object, joining: Sequence[str] = ()) -> Address:
        """What an address names."""
        return find(self, address, joining)

    # ---- observing

    def clock(self, at: Any, place: str | None = None) -> int | None:
        """The instant of an observation, which is never before the last one."""
        where = self.place if place is None else place
        us = at if at is None or type(at) is int else point_in_time(at, where)
        if us is not None and us < self.whole.at:
            cause = f"{show_instant(us)} is before {show_instant(int(self.whole.at))}, the last time told"
            raise BadValueError([Diagnostic("CLM205", where, cause, "report in order of time")])
        return us

    def observe_all(
        self,
        at: Any,
        values: Mapping[Any, Mapping[str, object]],
        events: Iterable[tuple[Any, ...]],
        joins: Iterable[Any],
        leaves: Iterable[Any],
        *,
        given: Sequence[Given] = (),
    ) -> Moves:
        """Everything about this customer at one instant: all of it is looked at before anything is done.

        Args:
            at: when.
            values: for each part its signals.
            events: pairs of a part and an event, or triples with the instance that the event names.
            joins: who joins.
            leaves: who leaves.
            given: checked values, for every part named in `values`.
        """
        self.ready()
        now = self.clock(None if at is None else point_in_time(at, self.place))
        joining: list[str] = []
        late = self.come(self.listed(joins, "joins"), joining)
        offers = self.offers(events, joining, late)
        reports = self.reports(values, given, joining)
        leaving = [find(self, address, joining) for address in self.listed(leaves, "leaves")]
        for address in leaving:
            if not address.many:
                cause = f"'{address.path}' is the only one of its kind, so it cannot leave"
                raise self.refused("CLM218", cause, "move it to a final phase instead")
        if len({address.path for address in leaving}) < len(leaving):
            raise self.refused("CLM217", "somebody leaves twice in one observation", "name each leaver once")
        return self.run(
            now,
            joins=self.places(joining),
            values=[(self.finder(address), stored) for address, stored in reports],
            events=[(self.finder(address), name) for address, name, _ in offers],
            leaves=[
                (self.room_finder(address), address.part, address.instance)
                for address in sorted(leaving, key=lambda address: address.path.count("/"), reverse=True)  # the inner ones first
            ],
        )

    def listed(self, given: object, what: str) -> list[Any]:
        """Several of something; one alone would be taken apart into its letters."""
        if isinstance(given, Iterable) and not isinstance(given, str | bytes | Mapping):
            try:
                return list(given)
            except Exception:  # noqa: BLE001 -- somebody else's object may raise anything
                pass
        raise BadValueError([Diagnostic("CLM204", self.place, f"{what}= is {shown(given)}, not a list", f"write {what}=[...]")])

    def mapping(self, given: object) -> dict[Any, Mapping[str, object]]:
        """For each part its values."""
        if isinstance(given, Mapping) and all(isinstance(said, Mapping) for said in given.values()):
            return dict(given)
        cause = "the values are not a mapping of parts to signals"
        raise BadValueError([Diagnostic("CLM204", self.place, cause, "write {'contract': {'health': 80}}")])

    def reports(self, values: object, given: Sequence[Given], joining: Sequence[str]) -> list[tuple[Address, dict[str, Value]]]:
        """Values as they are stored, for each part; all mistakes are told together."""
        found: dict[str, tuple[Address, dict[str, Value]]] = {}
        wrong: list[ObservationError] = []
        for part, said in self.mapping(values).items():
            address = find(self, part, joining)
            kind = lifecycle_of(self, address)
            place = f"{self.place}, {address.path}"
            if address.path in found:
                raise BadValueError([Diagnostic("CLM204", place, "it is given twice", "say everything about a part in one place")])
            found[address.path] = (address, {})
            try:
                stored = checked_values(kind, together(kind, given, said, place), place, wired=True)
                found[address.path] = (address, stored)
            except (BadValueError, UnknownNameError) as error:
                wrong.append(error)
        if wrong:
            raise type(wrong[0])([diagnostic for error in wrong for diagnostic in error.diagnostics])
        return list(found.values())

    def coming(self, joins: Iterable[object]) -> list[str]:
        """Who joins, compositions before those inside them.

        Raises:
            UnknownNameError: CLM217 and CLM218, somebody cannot join there.
            ObservationError: CLM219, somebody is there already.
        """
        joining: list[str] = []
        for _, error in self.come(joins, joining):
            raise error
        return joining

    def come(self, joins: Iterable[object], joining: list[str]) -> list[tuple[str, UnknownNameError]]:
        """Who joins, compositions before those inside them, is added to the joiners; the others are returned, with why they cannot (yet).

        Raises:
            UnknownNameError: CLM218, what is given is not a path.
            ObservationError: CLM219, somebody is there already.
        """
        paths = []
        for address in joins:
            path = as_text(address)
            if not path:
                cause = f"{shown(address)} is not a path"
                raise UnknownNameError([Diagnostic("CLM218", self.place, cause, "name who joins as 'users/dana'")])
            paths.append(path)
        late: list[tuple[str, UnknownNameError]] = []
        for path in sorted(paths, key=lambda path: path.count("/")):
            try:
                found = find(self, path, [*joining, path])
            except UnknownNameError as error:
                late.append((path, error))
                continue
            if not found.many:
                cause = f"'{path}' is the only one of its kind, so it is there from the start"
                raise self.refused("CLM218", cause, "join members of a part with many")
            if found.here is not None or path in joining:
                raise self.refused("CLM219", f"'{path}' is there already", "let it leave first, or choose another name")
            joining.append(path)
        return late

    def offers(self, events: object, joining: list[str], late: list[tuple[str, UnknownNameError]]) -> list[Offer]:
        """The events that are offered; those whom they let join are added to the joiners, others may join inside them, and all hear events.

        Raises:
            UnknownNameError: somebody cannot join, or nobody is there to hear an event.
        """
        waiting = [self.pair(event) for event in self.listed(events, "events")]
        offers: list[Offer] = []
        while waiting or late:
            later: list[tuple[Any, Any, Any]] = []
            known = len(joining)
            late = self.come([path for path, _ in late], joining)
            unknown = late[0][1] if late else None
            for part, event, instance in waiting:
                try:
                    address = find(self, part, joining)
                except UnknownNameError as error:
                    unknown = error if unknown is None else unknown
                    later.append((part, event, instance))
                    continue
                place = f"{self.place}, {address.path}"
                name = event_name(lifecycle_of(self, address), event, instance, place)
                joining += self.coming_too(opened(self, address, [(name, instance)]), joining)
                offers.append((address, name, instance))
            if unknown is not None and len(later) == len(waiting) and len(joining) == known:
                raise unknown
            waiting = later
        return offers

    def coming_too(self, paths: Iterable[str], joining: Sequence[str]) -> list[str]:
        """Who joins because an event says so."""
        found = []
        for path in paths:
            if path in joining or find(self, path, [*joining, path]).here is not None:
                raise self.refused("CLM219", f"'{path}' is there already", "let it leave first, or choose another name")
            found.append(path)
        return found

    def pair(self, event: object) -> tuple[Any, Any, Any]:
        """A part, an event, and the instance that it names."""
        if isinstance(event, tuple) and len(event) in (2, 3):
            part, name, instance = (*event, None)[:3]
            return part, name, instance
        cause = f"{shown(event)} is not a part and an event"
        raise UnknownNameError([Diagnostic("CLM202", self.place, cause, "write ('contract', Contract.notice)")])

    # ---- who is meant, as the kernel asks: some are there only once the observation is under way

    def finder(self, address: Address) -> Callable[[], Member]:
        """Finds a part."""

        def find_it() -> Member:
            here = address.here if address.here is not None else find(self, address.path).here
            assert isinstance(here, Member)
            return here

        return find_it

    def room_finder(self, address: Address) -> Callable[[], Room]:
        """Finds the room that a part is in."""

        def find_it() -> Room:
            if address.room is not None:
                return address.room
            here = find(self, address.around_path).here
            assert isinstance(here, Room)
            return here

        return find_it

    def places(self, joining: Sequence[str]) -> list[Place]:
        """Where people join."""
        found = [find(self, path, joining) for path in joining]
        return [(self.room_finder(address), address.part, address.instance) for address in found]

    # ---- the observation itself, and telling of it

    def observed(self, member: Member, now: int | None, stored: Mapping[str, Any]) -> Moves:
        """The end of an inline observation that concerns others too."""
        return self.run(now, values=[(lambda: member, stored)])

    def run(self, now: int | None, **observation: Any) -> Moves:
        """One observation, looked at and found right."""
        steps, offered = self.whole.observe(now, **observation)
        if steps and self.listening:
            self.perform(steps)
        heard = [(*offer, offer[0].state.phase) for offer in offered]
        return Moves(steps, self, partial(self.untaken, steps, heard) if heard else ())

    def untaken(self, steps: Sequence[Step], heard: Sequence[tuple[Member, str, int, int]]) -> tuple[Untaken, ...]:
        """The events that nobody took, with why; asked at any time later, it tells of the phase in which they were heard."""
        found: list[Untaken] = []
        for member, name, rule, phase in heard:
            life = self.life_of(member)
            took = None if rule < 0 else member.c.program.rules[rule].transition
            source = next((step[1] for mover, step in steps if mover is member), phase)
            if member.present:
                found += life.untaken_of((name,), took, source)
            else:
                found.append(Untaken(name, "it has left", member.path))
        return tuple(found)

    def read(self, step: Step) -> Move:
        """The move that a step stands for."""
        return self.life_of(step[0]).read(step[1])

    def perform(self, steps: Sequence[Step]) -> None:
        """Tells the charts and listeners of parts, then those of the whole, move by move; whoever is told may not observe."""
        self.whole.busy = True
        try:
            tell_all((tell for step in steps for tell in self.tellings(step)), self.place)
        finally:
            self.whole.busy = False

    def tellings(self, step: Step) -> Iterator[Callable[[], None]]:
        """Who is told of one move."""
        member, raw = step
        life = self.life_of(member)
        yield from life.tellings(raw)
        if self.listeners:
            move = life.read(raw)
            yield from (partial(notify, listener, move) for room, listener in self.listeners if room.own(member.path))

    # ---- placing

    def start(self, placed: Any, at: Any, since: Any, values: Any) -> None:
        """Places the customer with all its parts where they stand, without settling."""
        self.ready()
        if self.whole.at == self.whole.at or self.whole.journal:
            remedy = "place customers with start() before their first observation"
            raise self.refused("CLM214", "the customer is already on its way", remedy)
        for what, given in (("placed", placed), ("since", since)):
            if not isinstance(given, Mapping):
                remedy = "write {'contract': Contract.success}"
                raise BadValueError([Diagnostic("CLM204", self.place, f"{what} is {shown(given)}, not a mapping of parts", remedy)])
        if at is None:
            raise BadValueError([Diagnostic("CLM205", self.place, "nothing says when this is known", "give at=")])
        now = point_in_time(at, self.place)
        said = self.mapping(values)
        everybody = dict.fromkeys((*placed, *since, *said))
        joining = self.coming(self.named(everybody))
        stored = {address.path: known for address, known in self.reports(said, (), joining)}
        everything: dict[str, tuple[Callable[[], Member], int, float, Mapping[str, Any]]] = {}
        for part in everybody:
            address = find(self, part, joining)
            kind, place = lifecycle_of(self, address), f"{self.place}, {address.path}"
            began = now if part not in since else point_in_time(since[part], place)
            if began > now:
                cause = "the stay begins after the time told"
                raise BadValueError([Diagnostic("CLM205", place, cause, "give since= not after at=")])
            if address.path in everything:
                raise BadValueError([Diagnostic("CLM204", place, "it is given twice", "name each part once")])
            number = leaf_number(kind, placed.get(part, kind.definition.initial), place)
            everything[address.path] = (self.finder(address), number, began, stored.get(address.path, {}))
        self.whole.put(everything.values(), now, self.places(joining))

    def named(self, addresses: Iterable[object]) -> list[str]:
        """The members that addresses name, each with those around it."""
        found: dict[str, None] = {}
        for address in addresses:
            steps = (as_text(address) or "").split("/")
            kind: Any = self.composition
            done: list[str] = []
            while steps and isinstance(kind.definition, CompositionDefinition) and steps[0] in kind.definition.parts:
                part = steps.pop(0)
                done.append(part)
                if kind.definition.parts[part].many and steps:
                    done.append(steps.pop(0))
                    found["/".join(done)] = None
                kind = kind._parts[part]._member
        return list(found)

    # ---- reading

    def all_plays(self) -> list[OpenPlay]:
        """Every play that was ever opened, numbered from 1 in order of the journey."""
        plays: list[OpenPlay] = []
        for member, entry in self.whole.journal:
            for play in self.life_of(member).plays_of(entry):
                plays.append(OpenPlay(len(plays) + 1, member.path, *play))
        return plays

    def snapshot(self) -> dict[str, Any]:
        """Everything about the customer as JSON-ready data."""
        from clmstate.live.snapshot import snapshot_of_customer

        return snapshot_of_customer(self)
