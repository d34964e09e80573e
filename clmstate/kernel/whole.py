"""A composed customer: parts in rooms, running totals between them, one clock, and a queue of what time may move.

The cost of an observation follows what it touches: the part it is about, parts whose time has come, and the readers of ports whose
value changed. Everything an observation does is noted in an undo log, so that a refused one leaves no trace.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

from clmstate.composition import CompositionDefinition
from clmstate.kernel.compile import State, as_stored
from clmstate.kernel.rooms import Bound, Member, Room
from clmstate.kernel.rounds import Step, Work
from clmstate.kernel.settle import begin
from clmstate.lifecycle import Moves

__all__ = ["Place", "Whole"]

NOTHING: Final = Moves()

Place = tuple[Callable[[], Room], str, str]
"""Where somebody joins or leaves: the room (a function, for it may itself join in the same observation), the part and the instance."""


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

    Attributes:
        definition: the composition.
        place: what diagnostics name.
        at: the customer's clock, NaN before the first time was told.
        room: all parts.
        queue: when parts may move by time alone, the next first; entries that are no longer a part's own are passed over.
        wake: before this instant time alone moves nobody; minus infinity while somebody waits.
        waiting: parts that have not settled yet (new, or placed by hand), to be asked at the next observation.
        journal: what happened anywhere.
        busy: whether somebody is being told of moves.
        asked: how often rules were asked so far.
        life: who is told.
    """

    def __init__(self, definition: CompositionDefinition) -> None:
        self.definition = definition
        self.place = definition.name
        self.at: float = math.nan
        self.queue: list[tuple[float, int, Member]] = []
        self.queued = 0
        self.wake = -math.inf
        self.most_queued = 1024
        self.journal: list[Step] = []
        self.waiting: list[Member] = []
        self.busy = False
        self.life: Any = None
        self.asked = 0
        self.room = Room(self, definition)
        self.settle_ports()
        self.waiting += self.room.leaves()  # the first observation looks at everything

    def settle_ports(self) -> None:
        """Ports of a fresh (or restored) customer: everything is computed once."""
        log: list[Callable[[], None]] = []
        self.propagate({bound: None for room in self.room.rooms() for bound in room.bound}, Work(self, log))

    # ---- one observation

    def observe(
        self,
        at: int | None,
        *,
        joins: Iterable[Place] = (),
        values: Iterable[tuple[Callable[[], Member], Mapping[str, Any]]] = (),
        events: Iterable[tuple[Callable[[], Member], str]] = (),
        leaves: Iterable[Place] = (),
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
        work = Work(self, log)
        self.wake = -math.inf
        try:
            self.arrive(at, work)
            if self.waiting:
                waiting = self.waiting
                log.append(partial(setattr, self, "waiting", waiting))
                self.waiting = []
                for member in waiting:
                    if member.present:
                        work.wake(member)
            for find_room, part, name in joins:
                work.welcome(find_room().joined(part, name, log))
            for find, stored in values:
                work.report(find(), stored)
            for find, event in events:
                work.offer(find(), event)
            for find_room, part, name in leaves:
                work.dismiss(find_room(), part, name)
            steps: list[Step] = []
            for find, hand in hands:
                steps += work.by_hand(find(), hand)
            self.propagate(work.take_dirty(), work)
            steps += work.rounds()
            work.finish(steps)
        except BaseException:
            _undone(log)
            raise
        self.rest()
        return steps, [
            (member, event, work.took.get(member, -1)) for member, names in work.offered.items() for event in dict.fromkeys(names)
        ]

    def touched(self, s: State, old: tuple[Any, ...]) -> Moves:
        """The end of an inline observation of one part, its values stored: done at once if nobody else is concerned.

        Args:
            s: the part's state.
            old: its clock and values as they were.
        """
        now = s.at
        if (
            not self.waiting
            and (now == self.at or (now > self.at and not (self.queue and self.queue[0][0] <= now)))
            and (not s.watched or s.member.unmoved())
        ):
            c = s.c
            self.asked += 1
            if c.step[s.phase](s) < 0:  # from here on only what the part is known to need is looked at: members may be many
                self.at = now
                if c.notable:
                    start = len(s.journal)
                    c.after(s)
                    self.journal += [(s.member, entry) for entry in s.journal[start:]]
                else:
                    c.clocks(s)
                if c.due[s.phase] is not None:
                    self.schedule(s.member, [])
                if not s.open:
                    s.wake = math.inf  # the queue knows when time may move it
                self.rest()
                return NOTHING
        member: Member = s.member
        names = s.c.program.definition.signals
        before = s.c.before(s, old)
        stored = {name: new for name, was in zip(names, old[1:], strict=True) if (new := getattr(s, f"v_{name}")) is not was}
        s.c.load(s, before)
        return self.life.observed(member, None if now != now else int(now), stored)  # type: ignore[no-any-return]

    def put(
        self,
        placed: Iterable[tuple[Callable[[], Member], int, float, Mapping[str, Any]]],
        at: int,
        joins: Iterable[Place],
    ) -> None:
        """Places parts where they stand, without settling: phases, begins of stays and values are set, ports follow.

        Args:
            placed: for each of them its phase, when the stay began, and what is known.
            at: when.
            joins: who joins.
        """
        log: list[Callable[[], None]] = []
        work = Work(self, log)
        self.wake = -math.inf
        try:
            self.arrive(at, work)
            for find_room, part, name in joins:
                work.welcome(find_room().joined(part, name, log))
            for find, phase, since, stored in placed:
                work.put(find(), phase, since, stored)
            self.propagate(work.take_dirty(), work)
        except BaseException:
            _undone(log)
            raise
        self.waiting = list(self.room.leaves())
        for member in self.waiting:
            member.state.c.clocks(member.state)
            member.state.unsettled = True

    def rest(self) -> None:
        """The observation is over: until when nobody needs to be asked."""
        self.wake = -math.inf if self.waiting else self.queue[0][0] if self.queue else math.inf

    def schedule(self, member: Member, log: list[Callable[[], None]]) -> None:
        """Queues a part for the next instant at which time alone may move it or reach a milestone."""
        s = member.state
        next_of = s.c.due[s.phase]
        due = math.inf if next_of is None else next_of(s)
        if s.at < s.hold < due:
            due = s.hold
        if due != member.due:
            old = member.due
            log.append(lambda: self.enqueue(old, member))
            self.enqueue(due, member)

    def arrive(self, at: int | None, work: Work) -> None:
        """Time moves: the first time told starts every part's clock, later ones wake the parts whose time has come."""
        if at is None:
            return
        then = self.at
        if then != at:
            work.log.append(partial(setattr, self, "at", then))
            self.at = as_stored(at)
        if then != then:
            for member in self.room.leaves():
                work.wake(member)
                begin(member.state, at)
            return
        while self.queue and self.queue[0][0] <= at:
            due, _, member = heapq.heappop(self.queue)
            if member.due == due and member.present:
                work.log.append(partial(self.enqueue, due, member))
                work.wake(member)

    def enqueue(self, due: float, member: Member) -> None:
        """Puts a part into the queue."""
        member.due = due
        if due == math.inf:
            return
        self.queued += 1
        heapq.heappush(self.queue, (due, self.queued, member))
        if len(self.queue) > self.most_queued:  # mostly entries that are no longer anybody's own
            self.queue = [entry for entry in self.queue if entry[0] == entry[2].due]
            heapq.heapify(self.queue)
            self.most_queued = max(1024, 2 * len(self.queue))

    def propagate(self, dirty: dict[Bound, None], work: Work) -> None:
        """Recomputes ports until none changes (their definition has no circle); each change wakes its readers."""
        while dirty:
            bound = next(iter(dirty))
            del dirty[bound]
            value = bound.compute()
            last = bound.last
            if last is not None and (value == last or (value != value and last != last)):
                continue
            work.log.append(partial(setattr, bound, "last", last))
            bound.last = value
            stored = bound.stored()
            for member in bound.targets():
                work.wake(member)
                setattr(member.state, bound.slot, stored)
                for index, reading in enumerate(member.readings):
                    if bound.wire.port in reading.signals:
                        work.recount(member, index)
            dirty.update(work.take_dirty())


def _undone(log: list[Callable[[], None]]) -> None:
    for undo in reversed(log):
        undo()
