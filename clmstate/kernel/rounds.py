"""What one observation does to a composed customer, and the synchronous rounds that settle it.

Every part that takes part is kept as it was before, and every change is noted, so that a refused observation leaves no trace.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from clmstate.errors import Diagnostic, LivelockError
from clmstate.kernel.compile import State, put_value
from clmstate.kernel.rooms import Bound, Member, Room, leaves_of
from clmstate.kernel.settle import MOST_ROUNDS, due_since, enter

if TYPE_CHECKING:
    from clmstate.kernel.whole import Whole

__all__ = ["Step", "Work"]

Step = tuple[Member, tuple[Any, ...]]
"""A move of a part: the part, and what the kernel noted."""


class Work:
    """What one observation does, with the log that undoes it.

    Attributes:
        whole: the customer.
        log: what undoes all that was done, to be called in reverse.
        then: the customer's clock as it was last settled.
        before: for each part that takes part, its state as it was last settled.
        active: the parts that are asked in the next round.
        dirty: wires whose feed may have changed.
        offered: the events offered to each part.
        took: for each part, the rule that an event took.
        entered: parts that entered a phase in this observation.
        handed: parts that were moved by hand.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase
        >>> from clmstate.kernel import Whole
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> Work(Whole(Account.definition), []).rounds()
        []
    """

    def __init__(self, whole: Whole, log: list[Callable[[], None]]) -> None:
        self.whole = whole
        self.log = log
        self.then = whole.at
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
            s.at = self.then  # the clock of those who were not asked stood still
            saved, length = s.c.save(s), len(s.journal)
            self.before[member] = saved

            def undo() -> None:
                s.c.load(s, saved)
                del s.journal[length:]

            self.log.append(undo)
            s.at = self.whole.at
        self.active[member] = None

    def recount(self, member: Member, index: int) -> None:
        """A part's contribution to one of the roll-ups that read it is computed anew."""
        reading, counted = member.readings[index], member.counted
        total, old = reading.total, counted[index]
        new = reading.of(member.state) if member.present else reading.nothing
        if new == old:
            return
        total.take(old)
        total.add(new)
        counted[index] = new

        def undo() -> None:
            total.take(new)
            total.add(old)
            counted[index] = old

        self.log.append(undo)
        self.dirty.update(dict.fromkeys(total.readers))

    def take_dirty(self) -> dict[Bound, None]:
        """The wires whose feed may have changed since this was last asked."""
        dirty, self.dirty = self.dirty, {}
        return dirty

    def welcome(self, joined: Member | Room) -> None:
        """A member that has just joined takes part in round one."""
        if isinstance(joined, Room):
            self.dirty.update({bound: None for room in joined.rooms() for bound in room.bound})
        for member in leaves_of(joined):
            s = member.state
            s.at = s.entered = self.whole.at
            self.before[member] = s.c.save(s)
            self.active[member] = None
            for index in range(len(member.readings)):
                self.recount(member, index)

    def report(self, member: Member, stored: Mapping[str, Any]) -> None:
        """Values, already checked, of one part."""
        self.wake(member)
        for name, value in stored.items():
            put_value(member.state, name, value)
        for index, reading in enumerate(member.readings):
            if not reading.signals.isdisjoint(stored):
                self.recount(member, index)

    def put(self, member: Member, phase: int, since: float, stored: Mapping[str, Any]) -> None:
        """A part is placed where it stands."""
        self.wake(member)
        s, p = member.state, member.c.program
        s.phase, s.entered = phase, since
        s.visits = tuple(int(path in (p.phases[phase], p.group[phase])) for path in p.visited)
        self.report(member, stored)
        self.moved(member)

    def offer(self, member: Member, event: str) -> None:
        """An event is offered to a part; it counts, taken or not."""
        self.wake(member)
        s = member.state
        names = self.offered.setdefault(member, [])
        names.append(event)  # twice offered is twice counted, though it is taken once
        setattr(s, f"e_{event}", s.at)
        setattr(s, f"n_{event}", getattr(s, f"n_{event}") + 1)

    def dismiss(self, room: Room, part: str, name: str) -> None:
        """A member leaves, with all inside it: no roll-up sees it, and it does not settle."""
        members = room.manys[part]
        gone = members.pop(name)
        self.log.append(lambda: members.update({name: gone}))
        for leaf in leaves_of(gone):
            if not leaf.present:  # it has left just before, by itself
                continue
            self.wake(leaf)
            leaf.present = False
            leaf.state.busy = True  # whoever still holds it is told that it has left
            self.log.append(partial(setattr, leaf, "present", True))
            del self.active[leaf]
            for index in range(len(leaf.readings)):
                self.recount(leaf, index)

    def by_hand(self, member: Member, hand: Callable[[State], list[tuple[Any, ...]]]) -> list[Step]:
        """A part is moved by hand."""
        self.wake(member)
        plan = hand(member.state)
        self.entered.add(member)
        self.handed.add(member)
        self.moved(member)
        return [(member, step) for step in plan]

    def moved(self, member: Member) -> None:
        """A part has changed its phase: roll-ups and wires that look at phases are told."""
        for index, reading in enumerate(member.readings):
            if reading.by_phase:
                self.recount(member, index)
        self.dirty.update(dict.fromkeys(member.wires))

    def rounds(self) -> list[Step]:
        """Synchronous rounds: every part that may move reads the same picture; then ports are computed anew; until nothing moves."""
        plan: list[Step] = []
        seen: dict[frozenset[object], int] = {}
        number = 1
        active, self.active = self.active, {}
        while True:
            fired = [(member, rule) for member in active if (rule := self.first(member, number)) >= 0]
            if not fired:
                return plan
            if number > 1:
                picture = frozenset(self.picture(member) for member in {m: None for m, _ in plan})
                if picture in seen:
                    raise _livelock(self.whole, [step for step in plan if step[1][3] >= seen[picture]])
                seen[picture] = number
            if number > MOST_ROUNDS and number > (most := max(MOST_ROUNDS, 4 * sum(1 for _ in self.whole.room.leaves()))):
                raise _endless(self.whole, most)
            taken = [(member, self.take(member, rule, number)) for member, rule in fired]
            plan += _in_order(taken)
            for member, _ in taken:
                self.active[member] = None
                self.moved(member)
            self.whole.propagate(self.take_dirty(), self)
            active, self.active = self.active, {}
            number += 1

    def first(self, member: Member, number: int) -> int:
        """The first rule of a part that is true in this round; -1 if there is none."""
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
        """A part takes a rule."""
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
        """What must come back for the rounds to go on for ever."""
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
            if not s.unsettled:
                s.c.bands(s)
                if not s.open:
                    s.wake = math.inf  # the queue knows when time may move it
        whole.journal += steps
        whole.journal += _in_order(notes)


def _in_order(steps: list[Step]) -> list[Step]:
    """The order in which parts are told; mostly there is one."""
    return steps if len(steps) < 2 else sorted(steps, key=lambda step: step[0].key)


_MOST_SHOWN = 12


def _livelock(whole: Whole, cycle: list[Step]) -> LivelockError:
    shown, names = [], []
    for member, step in cycle:
        p = member.c.program
        phases, name = p.definition.phases, p.rules[step[0]].transition.name
        shown.append(f"{member.path}: {phases[p.phases[step[1]]].label} → ({name}) {phases[p.phases[step[2]]].label}")
        names.append(f"{p.definition.name}.{name}")
    more = f"; and {len(shown) - _MOST_SHOWN} more moves" if len(shown) > _MOST_SHOWN else ""
    cause = f"this customer never settles: {'; '.join(shown[:_MOST_SHOWN])}{more}, and again"
    remedy = f"give {' and '.join(sorted(set(names)))} conditions that do not come true in turn"
    return LivelockError([Diagnostic("CLM210", whole.place, cause, remedy)])


def _endless(whole: Whole, most: int) -> LivelockError:
    cause = f"this customer has not settled after {most:,} rounds"
    return LivelockError([Diagnostic("CLM211", whole.place, cause, "look for rules that count visits and lead in a circle")])
