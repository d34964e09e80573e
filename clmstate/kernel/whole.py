"""A composed customer: parts in rooms, running totals between them, and the rounds that settle them together.

The cost of an observation follows what it touches: the part it is about, parts whose time has come, and the readers of ports whose
value changed. Everything an observation does is noted in an undo log, so that a refused one leaves no trace.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from clmstate.composition import (
    AllOf,
    AnyOf,
    CompositionDefinition,
    FeedNode,
    NotSo,
    RollUp,
    StandsIn,
    Wire,
    sources,
)
from clmstate.errors import Diagnostic, LivelockError
from clmstate.kernel.compile import Compiled, State, compiled
from clmstate.kernel.rollup import Total, contribution
from clmstate.kernel.settle import MOST_ROUNDS, due_since, enter, instants_of
from clmstate.lifecycle import LifecycleDefinition, Moves

__all__ = ["Member", "Room", "Step", "Whole"]

Step = tuple["Member", tuple[Any, ...]]
"""A move of a part: the part, and what the kernel noted."""

NOTHING: Final = Moves()


class Member:
    """A part with a state: the One of its kind, or one of many.

    Attributes:
        room: the composition instance it belongs to.
        part: its part's name there.
        path: its address, such as ``users/dana``.
        key: its place in the order of telling: by declaration, then by instance name.
        state: its state.
        present: whether it has not left.
        due: the next instant at which time alone may move it.
        totals: the roll-ups that read it: total, contribution, and what it contributes now.
        wires: the wires that ask where it stands.
        handle: the customer object over it, made when somebody asks.
    """

    __slots__ = ("c", "due", "handle", "key", "part", "path", "present", "room", "state", "timed", "totals", "wires")

    def __init__(self, room: Room, part: str, path: str, key: tuple[Any, ...], definition: LifecycleDefinition) -> None:
        self.room, self.part, self.path, self.key = room, part, path, key
        self.c: Compiled = compiled(definition)
        self.state: State = self.c.new()
        self.state.whole = room.whole
        self.state.member = self
        self.present = True
        self.due = math.inf
        self.timed = self.c.timed_leaves
        self.totals: list[list[Any]] = []
        self.wires: list[Bound] = []
        self.handle: Any = None

    def unmoved(self) -> bool:
        """Whether no roll-up sees a difference in its values."""
        return all(not entry[1].signals or entry[1].of(self.state) == entry[2] for entry in self.totals)

    def __repr__(self) -> str:
        return f"<Member {self.path}>"


class Room:
    """One instance of a composition: the whole customer, or a member that is a composition itself.

    Attributes:
        whole: the customer it belongs to.
        definition: its composition.
        parent, part: the room it is in, and its part's name there.
        path: its address; "" for the customer.
        ones: its One parts.
        manys: its members, by part and instance name; those present only.
        bound: its wires, bound to parts and totals.
        handle: the customer object over it, made when somebody asks.
    """

    __slots__ = ("bound", "by_part", "definition", "handle", "key", "manys", "ones", "parent", "part", "path", "totals", "whole")

    def __init__(
        self, whole: Whole, definition: CompositionDefinition, path: str = "", key: tuple[Any, ...] = (), parent: Room | None = None, part: str = ""
    ) -> None:
        self.whole, self.definition, self.path, self.key = whole, definition, path, key
        self.parent, self.part = parent, part
        self.ones: dict[str, Member | Room] = {}
        self.manys: dict[str, dict[str, Member | Room]] = {name: {} for name, part in definition.parts.items() if part.many}
        self.totals: dict[RollUp, Total] = {}
        self.by_part: dict[str, list[tuple[RollUp, Total]]] = {}
        self.bound: list[Bound] = []
        self.handle: Any = None
        for i, (name, part) in enumerate(definition.parts.items()):
            if not part.many:
                self.ones[name] = self.made(name, "", (*key, i, ""))
        for wire in definition.wires:
            self.bind(wire)

    def made(self, part: str, instance: str, key: tuple[Any, ...]) -> Member | Room:
        member = self.definition.parts[part].member
        path = "/".join(x for x in (self.path, part, instance) if x)
        if isinstance(member, LifecycleDefinition):
            return Member(self, part, path, key, member)
        return Room(self.whole, member, path, key, self, part)

    def bind(self, wire: Wire) -> None:
        bound = Bound(self, wire)
        self.bound.append(bound)
        for source in sources(wire.feed):
            if isinstance(source, StandsIn):
                leaf_of(self.ones[source.part], source.inner).wires.append(bound)
            else:
                total = self.totals.get(source)
                if total is None:
                    leaf = self.definition.leaf(source.part, source.inner)
                    step = leaf.signals[source.signal].step if source.signal is not None else None
                    total = self.totals[source] = Total(source, step)
                    self.by_part.setdefault(source.part, []).append((source, total))
                total.readers.append(bound)

    def joined(self, part: str, instance: str, log: list[Callable[[], None]]) -> Member | Room:
        """A member joins; what it contributes is added, and the ports that are fed to it are set."""
        index = list(self.definition.parts).index(part)
        made = self.made(part, instance, (*self.key, index, instance))
        members = self.manys[part]
        members[instance] = made
        log.append(lambda: members.pop(instance))
        for roll_up, total in self.by_part.get(part, ()):
            leaf = leaf_of(made, roll_up.inner)
            how = contribution(leaf.c.program.definition, roll_up)
            leaf.totals.append([total, how, (0,) * (3 if roll_up.signal is not None else 2)])
        for bound in self.bound:
            if bound.wire.part == part:
                leaf = leaf_of(made, bound.wire.inner)
                setattr(leaf.state, f"v_{bound.wire.port}", bound.stored())
        return made

    def leaves(self) -> Iterator[Member]:
        """All parts in it that have a state, in order of telling."""
        for name, part in self.definition.parts.items():
            inside = [self.ones[name]] if not part.many else [self.manys[name][i] for i in sorted(self.manys[name])]
            for one in inside:
                yield from (one,) if isinstance(one, Member) else one.leaves()

    def rooms(self) -> Iterator[Room]:
        """Itself and all compositions inside it."""
        yield self
        for one in (*self.ones.values(), *(m for members in self.manys.values() for m in members.values())):
            if isinstance(one, Room):
                yield from one.rooms()


def leaf_of(one: Member | Room, inner: Iterable[str]) -> Member:
    """The part with a state that stands for a member: itself, or the One part inside that is named."""
    for name in inner:
        assert isinstance(one, Room)
        one = one.ones[name]
    assert isinstance(one, Member)
    return one


class Bound:
    """A wire in one room: computes its feed and knows whom it feeds."""

    __slots__ = ("absent", "last", "room", "slot", "wire")

    def __init__(self, room: Room, wire: Wire) -> None:
        self.room, self.wire = room, wire
        self.slot = f"v_{wire.port}"
        self.absent = room.definition.leaf(wire.part, wire.inner).signals[wire.port].absent
        self.last: Any = None

    def compute(self) -> Any:
        return self._of(self.wire.feed)

    def _of(self, feed: FeedNode) -> Any:
        match feed:
            case RollUp():
                return self.room.totals[feed].value()
            case StandsIn(part, inner, phases):
                member = leaf_of(self.room.ones[part], inner)
                p = member.c.program
                return p.phases[member.state.phase] in phases or p.group[member.state.phase] in phases
            case NotSo(of):
                value = self._of(of)
                return value if value != value else not value
            case AllOf(items):
                values = [self._of(item) for item in items]
                return False if any(v is False for v in values) else next((v for v in values if v != v), True)
            case AnyOf(items):
                values = [self._of(item) for item in items]
                return True if any(v is True for v in values) else next((v for v in values if v != v), False)

    def stored(self) -> Any:
        """The value as the port stores it; a port with a default is never missing."""
        return self.absent if self.last is None or self.last != self.last else self.last

    def targets(self) -> Iterator[Member]:
        part = self.wire.part
        ones = self.room.manys[part].values() if part in self.room.manys else (self.room.ones[part],)
        return (leaf_of(one, self.wire.inner) for one in ones)


class Whole:
    """A composed customer: its rooms and parts, one clock, and the queue of parts that time may move.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> [member.path for member in Whole(Account.definition).room.leaves()]
        ['deal']
    """

    def __init__(self, definition: CompositionDefinition) -> None:
        self.definition = definition
        self.at: float = math.nan
        self.queue: list[tuple[float, int, Member]] = []
        self.queued = 0
        self.journal: list[Step] = []
        self.waiting: list[Member] = []
        self.busy = False
        self.life: Any = None
        self.asked = 0
        self.room = Room(self, definition)
        self.settle_ports()

    def settle_ports(self) -> None:
        """Ports of a fresh (or restored) customer: everything is computed once."""
        log: list[Callable[[], None]] = []
        self.propagate({bound: None for room in self.room.rooms() for bound in room.bound}, _Work(self, log))

    # ---- one observation

    def observe(
        self,
        at: int | None,
        *,
        joins: Iterable[tuple[Room, str, str]] = (),
        values: Iterable[tuple[Callable[[], Member], Mapping[str, Any]]] = (),
        events: Iterable[tuple[Callable[[], Member], str]] = (),
        leaves: Iterable[tuple[Room, str, str]] = (),
        hands: Iterable[tuple[Callable[[], Member], Callable[[State], list[tuple[Any, ...]]]]] = (),
    ) -> tuple[list[Step], list[tuple[Member, str, int]]]:
        """Everything about this customer at one instant: joins, values, events, leaves, moves by hand, then settling.

        Members are given as functions, for some of them join in this very observation.

        Returns:
            The moves in order of telling, and for each event offered its part and the rule it took (-1 if it took none).

        Raises:
            LivelockError: it never settles; nothing has changed anywhere.
        """
        log: list[Callable[[], None]] = []
        work = _Work(self, log)
        try:
            self.arrive(at, work)
            if self.waiting:
                waiting = self.waiting
                log.append(lambda: setattr(self, "waiting", waiting))
                self.waiting = []
                for member in waiting:
                    if member.present:
                        work.wake(member)
            for room, part, name in joins:
                work.welcome(room.joined(part, name, log))
            for find, stored in values:
                work.report(find(), stored)
            for find, event in events:
                work.offer(find(), event)
            for room, part, name in leaves:
                work.dismiss(room, part, name)
            steps: list[Step] = []
            for find, hand in hands:
                steps += work.by_hand(find(), hand)
            self.propagate(work.take_dirty(), work)
            steps += work.rounds()
            work.finish(steps)
        except BaseException:
            for undo in reversed(log):
                undo()
            raise
        return steps, [(member, event, work.took.get(member, -1)) for member, names in work.offered.items() for event in names]

    def touched(self, s: State, old: tuple[Any, ...]) -> Moves:
        """The end of an inline observation of one part, its values stored: done at once if nobody else is concerned.

        Args:
            s: the part's state.
            old: its clock and values as they were.
        """
        member: Member = s.member
        now = s.at
        if not self.waiting and (now == self.at or (now > self.at and not (self.queue and self.queue[0][0] <= now))) and member.unmoved():
            c = s.c
            self.asked += 1
            if c.step[s.phase](s) < 0:
                self.at = now
                start = len(s.journal)
                c.after(s)
                if len(s.journal) > start:
                    self.journal += [(member, entry) for entry in s.journal[start:]]
                if member.timed[s.phase]:
                    self.schedule(member, [])
                return NOTHING
        names = s.c.program.definition.signals
        before = s.c.before(s, old)
        stored = {name: new for name, was in zip(names, old[1:], strict=True) if (new := getattr(s, f"v_{name}")) is not was}
        s.c.load(s, before)
        return self.life.observed(member, None if now != now else int(now), stored)  # type: ignore[no-any-return]

    def place(self, placed: Iterable[tuple[Callable[[], Member], int, float, Mapping[str, Any]]], at: int, joins: Iterable[tuple[Room, str, str]]) -> None:
        """Places parts where they stand, without settling: phases, begins of stays and values are set, ports follow."""
        log: list[Callable[[], None]] = []
        work = _Work(self, log)
        self.arrive(at, work)
        for room, part, name in joins:
            work.welcome(room.joined(part, name, log))
        for find, phase, since, stored in placed:
            member = find()
            s, p = member.state, member.c.program
            work.wake(member)
            s.phase, s.entered = phase, since
            s.visits = tuple(int(path in (p.phases[phase], p.group[phase])) for path in p.visited)
            work.report(member, stored)
            work.moved(member)
        self.propagate(work.take_dirty(), work)
        self.waiting = list(self.room.leaves())
        for member in self.waiting:
            member.state.c.clocks(member.state)
            member.state.unsettled = True

    def schedule(self, member: Member, log: list[Callable[[], None]]) -> None:
        """Queues a part for the next instant at which time alone may move it or reach a milestone."""
        s = member.state
        due = math.inf
        leaves = member.timed[s.phase]
        if leaves and s.at == s.at:
            program = s.c.program
            for leaf in leaves:
                for instant in instants_of(program, leaf, s):
                    if s.at < instant < due:
                        due = instant
        if s.at < s.hold < due:
            due = s.hold
        if due != member.due:
            old = member.due
            log.append(lambda: self.enqueue(old, member))
            self.enqueue(due, member)

    def arrive(self, at: int | None, work: _Work) -> None:
        """Time moves: the first time told starts every part's clock, later ones wake the parts whose time has come."""
        if at is None:
            return
        then = self.at
        work.log.append(lambda: setattr(self, "at", then))
        self.at = at
        if then != then:
            for member in self.room.leaves():
                work.wake(member)
                if member.state.entered != member.state.entered:
                    member.state.entered = at
            return
        while self.queue and self.queue[0][0] <= at:
            due, _, member = heapq.heappop(self.queue)
            if member.due == due and member.present:
                work.log.append(lambda due=due, member=member: self.enqueue(due, member))  # type: ignore[misc]
                work.wake(member)

    def enqueue(self, due: float, member: Member) -> None:
        """Puts a part into the queue; entries that are no longer its own are passed over later."""
        member.due = due
        if due < math.inf:
            self.queued += 1
            heapq.heappush(self.queue, (due, self.queued, member))

    def propagate(self, dirty: dict[Bound, None], work: _Work) -> None:
        """Recomputes ports until none changes; each change wakes its readers."""
        patience = 1000 + 10 * sum(1 for _ in dirty)
        while dirty:
            patience -= 1
            if patience < 0:
                cause = "ports of nested compositions feed each other in a circle"
                raise LivelockError([Diagnostic("CLM138", self.definition.name, cause, "let one of them follow a phase")])
            bound = next(iter(dirty))
            del dirty[bound]
            value = bound.compute()
            if bound.last is not None and (value == bound.last or (value != value and bound.last != bound.last)):
                continue
            last = bound.last
            work.log.append(lambda bound=bound, last=last: setattr(bound, "last", last))  # type: ignore[misc]
            bound.last = value
            stored = bound.stored()
            for member in bound.targets():
                work.wake(member)
                setattr(member.state, bound.slot, stored)
                for entry in member.totals:
                    if bound.wire.port in entry[1].signals:
                        work.recount(member, entry)
            dirty.update(work.take_dirty())


def _leaves(one: Member | Room) -> Iterator[Member]:
    return iter((one,)) if isinstance(one, Member) else one.leaves()


class _Work:
    """What one observation does, with the log that undoes it."""

    def __init__(self, whole: Whole, log: list[Callable[[], None]]) -> None:
        self.whole = whole
        self.log = log
        self.before: dict[Member, tuple[Any, ...]] = {}
        self.active: dict[Member, None] = {}
        self.dirty: dict[Bound, None] = {}
        self.offered: dict[Member, list[str]] = {}
        self.took: dict[Member, int] = {}
        self.entered: set[Member] = set()
        self.handed: set[Member] = set()

    def wake(self, member: Member) -> None:
        """A part takes part in the next round; its state is kept so that it can be put back."""
        if member not in self.before:
            s = member.state
            saved, length = s.c.save(s), len(s.journal)
            self.before[member] = saved

            def undo() -> None:
                s.c.load(s, saved)
                del s.journal[length:]

            self.log.append(undo)
            s.at = self.whole.at
        self.active[member] = None

    def recount(self, member: Member, entry: list[Any]) -> None:
        """A part's contribution to one roll-up is computed anew."""
        total, how, old = entry
        new = how.of(member.state) if member.present else (0,) * len(old)
        if new == old:
            return
        total.take(old)
        total.add(new)
        entry[2] = new

        def undo() -> None:
            total.take(new)
            total.add(old)
            entry[2] = old

        self.log.append(undo)
        self.dirty.update(dict.fromkeys(total.readers))

    def take_dirty(self) -> dict[Bound, None]:
        dirty, self.dirty = self.dirty, {}
        return dirty

    def welcome(self, joined: Member | Room) -> None:
        """A member that has just joined takes part in round one."""
        if isinstance(joined, Room):
            self.dirty.update({bound: None for room in joined.rooms() for bound in room.bound})
        for member in _leaves(joined):
            s = member.state
            s.at = s.entered = self.whole.at
            self.before[member] = s.c.save(s)
            self.active[member] = None
            for entry in member.totals:
                self.recount(member, entry)

    def report(self, member: Member, stored: Mapping[str, Any]) -> None:
        self.wake(member)
        for name, value in stored.items():
            setattr(member.state, f"v_{name}", value)
        for entry in member.totals:
            if not entry[1].signals.isdisjoint(stored):
                self.recount(member, entry)

    def offer(self, member: Member, event: str) -> None:
        self.wake(member)
        s = member.state
        names = self.offered.setdefault(member, [])
        if event not in names:
            names.append(event)
            setattr(s, f"e_{event}", s.at)
            setattr(s, f"n_{event}", getattr(s, f"n_{event}") + 1)

    def dismiss(self, room: Room, part: str, name: str) -> None:
        members = room.manys[part]
        gone = members.pop(name)
        self.log.append(lambda: members.update({name: gone}))
        for leaf in _leaves(gone):
            self.wake(leaf)
            leaf.present = False
            leaf.state.busy = True  # whoever still holds it is told that it has left
            self.log.append(lambda leaf=leaf: setattr(leaf, "present", True))  # type: ignore[misc]
            del self.active[leaf]
            for entry in leaf.totals:
                self.recount(leaf, entry)

    def by_hand(self, member: Member, hand: Callable[[State], list[tuple[Any, ...]]]) -> list[Step]:
        self.wake(member)
        plan = hand(member.state)
        self.entered.add(member)
        self.handed.add(member)
        self.moved(member)
        return [(member, step) for step in plan]

    def moved(self, member: Member) -> None:
        """A part has changed its phase: roll-ups and wires that look at phases are told."""
        for entry in member.totals:
            if entry[1].by_phase:
                self.recount(member, entry)
        self.dirty.update(dict.fromkeys(member.wires))

    def rounds(self) -> list[Step]:
        """Synchronous rounds: every part that may move reads the same picture; then ports are computed anew; until nothing moves."""
        plan: list[Step] = []
        seen: set[frozenset[object]] = set()
        number = 1
        active, self.active = self.active, {}
        while True:
            fired = [(member, rule) for member in active if (rule := self.first(member, number)) >= 0]
            if not fired:
                return plan
            if number > 1:
                picture = frozenset(self.picture(member) for member in {m: None for m, _ in plan})
                if picture in seen:
                    raise _livelock(self.whole, plan)
                seen.add(picture)
            if number > MOST_ROUNDS and number > (most := max(MOST_ROUNDS, 4 * sum(1 for _ in self.whole.room.leaves()))):
                raise _endless(self.whole, most)
            taken = [(member, self.take(member, rule, number)) for member, rule in fired]
            plan += sorted(taken, key=lambda step: step[0].key)
            for member, _ in taken:
                self.active[member] = None
                self.moved(member)
            self.whole.propagate(self.take_dirty(), self)
            active, self.active = self.active, {}
            number += 1

    def first(self, member: Member, number: int) -> int:
        s = member.state
        held = s.at < s.hold
        if not held:
            s.hold = math.nan
        if number == 1:
            names = self.offered.get(member)
            if names:
                rule = s.c.offer[s.phase](s, names)
                if rule >= 0:
                    self.took[member] = rule
                    return rule
        if held:
            return -1
        self.whole.asked += 1
        return s.c.step[s.phase](s)

    def take(self, member: Member, rule: int, number: int) -> tuple[Any, ...]:
        s = member.state
        c = s.c
        taken = c.program.rules[rule]
        due = None
        before = self.before[member]
        if number == 1 and taken.event is None and member not in self.handed and (taken.timed or s.unsettled):
            due = due_since(c, before, rule, s.at)
        source = s.phase
        if taken.stay:
            return (rule, source, source, number, s.at, c.reads[rule](s), due)
        target = taken.target if taken.resumes is None else s.resume.get(taken.resumes, taken.target)
        step = (rule, source, target, number, s.at, c.reads[rule](s), due)
        enter(s, source, target)
        self.entered.add(member)
        if taken.event is not None:
            s.hold = math.nan
        return step

    def picture(self, member: Member) -> object:
        s = member.state
        return (id(member), s.phase, member in self.entered, tuple(sorted(s.resume.items())), s.visits)

    def finish(self, steps: list[Step]) -> None:
        """Clocks, milestones and touchpoints are written on the settled picture, and parts queue for when time may move them."""
        whole = self.whole
        notes: list[Step] = []
        for member, step in steps:
            member.state.journal.append(step)
        for member in self.before:
            s = member.state
            if not member.present:
                continue
            s.unsettled = s.busy = s.at < s.hold
            start = len(s.journal)
            s.c.after(s)
            notes += [(member, entry) for entry in s.journal[start:]]
            whole.schedule(member, self.log)
        whole.journal += steps
        whole.journal += sorted(notes, key=lambda note: note[0].key)


def _livelock(whole: Whole, plan: list[Step]) -> LivelockError:
    shown = []
    for member, step in plan[-6:]:
        p = member.c.program
        phases = p.definition.phases
        name = p.rules[step[0]].transition.name if step[0] >= 0 else "by hand"
        shown.append(f"{member.path}: {phases[p.phases[step[1]]].label} → ({name}) {phases[p.phases[step[2]]].label}")
    cause = f"this customer never settles: {'; '.join(shown)}"
    return LivelockError([Diagnostic("CLM210", whole.definition.name, cause, "give these transitions conditions that cannot both be true")])


def _endless(whole: Whole, most: int) -> LivelockError:
    cause = f"this customer has not settled after {most:,} rounds"
    return LivelockError([Diagnostic("CLM211", whole.definition.name, cause, "look for rules that count visits and lead in a circle")])
