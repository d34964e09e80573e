"""From one settled state to the next: every outcome of one observation, and all states that observations lead to.

An observation is any number of reports at one instant: every part may be told anything, members may join and leave. Then rounds follow until
nothing moves, as the kernel does them: all read one picture, each takes the first rule that is true.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator
from typing import Final, Literal, Protocol, TypeAlias

import attrs

from clmstate.analysis.space.blueprint import Blueprint, Group, Path
from clmstate.analysis.space.crowds import Crowd, Values
from clmstate.analysis.space.facts import Surely
from clmstate.analysis.space.formulas import grounded
from clmstate.analysis.space.looks import Look, Node, Unit
from clmstate.analysis.space.ways import NOBODY_ELSE, Flight, Local, Told, Ways
from clmstate.conditions.lower import FALSE, TRUE, UNKNOWN, Fixed, Formula, Leaf
from clmstate.conditions.nodes import ForDays

__all__ = ["Explorer", "Limit", "Members", "Precision", "Reporting", "Settled", "Space", "Step", "Watch", "explored"]

Members: TypeAlias = tuple[tuple[tuple[Local, ...], int], ...]
"""The members of a group: where each of their parts stands, equal ones together with their number."""

Reporting: TypeAlias = Literal["everybody", "one"]
"""Who may be told something in one observation."""

Precision: TypeAlias = Literal["facts", "places", "sketch"]
"""What is kept of everybody from round to round: all that was assumed of their facts; nothing but where they stand, so that more is thought
possible than is; or all of it, but of those who stand in the same places only who came first, so that less is looked at than is possible."""

BREACHED: Final = -1
"""Stands for what is seen once a breach has happened in an observation that has not settled yet."""

MOST_STATES: Final = 20_000
MOST_NODES: Final = 150_000


class Limit(Exception):
    """The exploration was given up; the message says at how many states."""


@attrs.frozen(cache_hash=True)
class Settled:
    """A settled state: where everybody stands, and what was seen on the way here."""

    ones: tuple[Local, ...]
    groups: tuple[Members, ...]
    seen: int = 0


@attrs.frozen
class Step:
    """One observation and where it leads.

    Attributes:
        to: the state that it leads to.
        node: everybody as they arrived, with what has to be known of them.
        left: for each group, where those stood who left in it.
        broken: whether what is watched for happened in it.
    """

    to: Settled
    node: Node
    left: tuple[tuple[tuple[Local, ...], ...], ...]
    broken: bool = False


class Watch(Protocol):
    """Watches pictures go by; what it has seen is a small number that states carry along."""

    def begin(self, look: Look) -> int:
        """What is seen of a customer of whom nothing was told yet."""

    def passing(self, seen: int, look: Look) -> tuple[int, Node | None]:
        """At the picture that a round reads: what is seen now, and the node as it must be if that is a breach (None if it is none)."""

    def settled(self, seen: int, look: Look) -> tuple[int, Node | None]:
        """The same at a settled picture."""


class Unwatched:
    """Watches nothing."""

    def begin(self, look: Look) -> int:  # noqa: ARG002 -- it does not look
        """Nothing."""
        return 0

    def passing(self, seen: int, look: Look) -> tuple[int, Node | None]:  # noqa: ARG002 -- it does not look
        """Nothing."""
        return seen, None

    def settled(self, seen: int, look: Look) -> tuple[int, Node | None]:  # noqa: ARG002 -- it does not look
        """Nothing."""
        return seen, None


@attrs.frozen(slots=False, eq=False)
class Explorer:
    """How a model is explored.

    Attributes:
        plan: the model, laid out.
        inside: the parts and groups that are followed; of all others nothing is known.
        most: for each group, the most members that are followed one by one.
        counted: whether these are all members. If not, they are some of any number, and roll-ups may come to anything that fits.
        reporting: whether everybody may be told something in one observation, or one part only.
        moving: whether members join and leave.
        crowds: for each group, what roll-ups over any number of members may come to.
        watch: what is watched for.
        surely: as in :meth:`Facts.together`.
        waited: whether everybody was told the same a while before, and nothing came of it.
        precision: what is kept from round to round.
        patience: the number of pictures at which to give up.
        work: how many pictures were looked at.
    """

    plan: Blueprint
    inside: frozenset[int | Path]
    most: tuple[int, ...]
    counted: bool
    reporting: Reporting = "everybody"
    moving: bool = True
    crowds: tuple[Crowd | None, ...] = ()
    watch: Watch = attrs.field(factory=Unwatched)
    surely: Surely = ""
    waited: bool = False
    precision: Precision = "facts"
    patience: int = MOST_NODES
    work: dict[str, int] = attrs.field(factory=lambda: {"nodes": 0})

    def start(self, members: tuple[int, ...] | None = None) -> Settled:
        """The state in which customers begin, with some members in their first phase."""
        counts = members or (0,) * len(self.plan.groups)
        groups = tuple(
            ((tuple(slot.ways.first for slot in group.slots), n),) if n else ()
            for group, n in zip(self.plan.groups, counts, strict=True)
        )
        state = Settled(tuple(slot.ways.first for slot in self.plan.ones), groups)
        seen = max(self.watch.begin(look) for look in self.looks(next(iter(self._begun(state)))[0]))
        return attrs.evolve(state, seen=seen)

    # ---- one observation

    def steps(self, state: Settled) -> Iterator[Step]:
        """Every outcome of one observation, each once."""
        done: set[Settled] = set()
        visited: set[object] = set()
        for begun, left in self._begun(state):
            open_ = deque([(begun, state.seen)])
            while open_:
                node, seen = open_.popleft()
                key = (state_of(node, seen), node.first) if self.precision == "sketch" and not node.first else (node, seen)
                if key in visited:
                    continue
                visited.add(key)
                self.work["nodes"] += 1
                if self.work["nodes"] > self.patience:
                    raise Limit(f"after {self.patience:,} pictures")
                for look in self.looks(node):
                    yield from self._rounds(look, seen, left, open_, done)

    def _rounds(
        self,
        look: Look,
        before: int,
        left: tuple[tuple[tuple[Local, ...], ...], ...],
        open_: deque[tuple[Node, int]],
        done: set[Settled],
    ) -> Iterator[Step]:
        seen, breach = (before, None) if before == BREACHED else self.watch.passing(before, look)
        if breach is not None:  # it happened if this observation settles; if it never does, it is refused
            broken = Look(self.plan, breach, look.values, inside=self.inside, counted=self.counted)
            yield from self._on(broken, BREACHED, left, open_, done)
        yield from self._on(look, seen, left, open_, done)

    def _on(
        self,
        look: Look,
        seen: int,
        left: tuple[tuple[tuple[Local, ...], ...], ...],
        open_: deque[tuple[Node, int]],
        done: set[Settled],
    ) -> Iterator[Step]:
        for node, moved in self._round(look):
            if moved:
                open_.append((self._kept(node), seen))
                continue
            if not self.counted:  # those whom nobody follows may have moved
                open_.append((attrs.evolve(look.node, first=False), seen))
            if seen == BREACHED:
                yield Step(state_of(node, 0), node, left, broken=True)
                continue
            final = Look(self.plan, node, look.values, inside=self.inside, counted=self.counted)
            now, breach = self.watch.settled(seen, final)
            if breach is not None:
                yield Step(state_of(breach, now), breach, left, broken=True)
            to = state_of(node, now)
            if to not in done:
                done.add(to)
                yield Step(to, node, left)

    def looks(self, node: Node) -> Iterator[Look]:
        """What the picture may say: one, where members are counted; else one for each way in which roll-ups may stand together."""
        if self.counted:
            yield Look(self.plan, node, {}, inside=self.inside, counted=True)
            return
        ways: list[tuple[Values, ...]] = []
        for crowd, members in zip(self.crowds, node.groups, strict=True):
            if crowd is not None:
                ways.append(crowd.values(tuple(tuple(f.local for f in unit) for unit, n in members for _ in range(n))))
        for chosen in itertools.product(*ways):
            values = {asked: value for some in chosen for asked, value in some.items()}
            yield Look(self.plan, node, values, inside=self.inside, counted=False)

    def _kept(self, node: Node) -> Node:
        """What the next round knows of everybody."""
        if self.precision != "places":
            return node
        ones = tuple(flight.forgotten() for flight in node.ones)
        groups = []
        for members in node.groups:
            together: dict[Unit, int] = {}
            for unit, count in members:
                kept = tuple(flight.forgotten() for flight in unit)
                together[kept] = together.get(kept, 0) + count
            groups.append(tuple(sorted(together.items(), key=repr)))
        return Node(ones, tuple(groups), node.first)

    def _round(self, look: Look) -> Iterator[tuple[Node, bool]]:
        """Everybody's next steps together, each with whether somebody moved."""
        node = look.node
        ones = [
            slot.ways.next(flight, look.ports(None, i), node.first, self.surely) if i in self.inside else ((flight, None),)
            for i, (slot, flight) in enumerate(zip(self.plan.ones, node.ones, strict=True))
        ]
        groups = [
            tuple(self._members(look, number, group, members))
            for number, (group, members) in enumerate(zip(self.plan.groups, node.groups, strict=True))
        ]
        for chosen in itertools.product(*ones):
            for crowd in itertools.product(*groups):
                moved = any(rule is not None for _, rule in chosen) or any(moves for _, moves in crowd)
                yield Node(tuple(flight for flight, _ in chosen), tuple(members for members, _ in crowd), False), moved

    def _members(
        self, look: Look, number: int, group: Group, members: tuple[tuple[Unit, int], ...]
    ) -> Iterator[tuple[tuple[tuple[Unit, int], ...], bool]]:
        """What the members of a group may do in a round."""
        kinds: list[list[tuple[dict[Unit, int], bool]]] = []
        for unit, count in members:
            ways: dict[tuple[Unit, bool], None] = {}
            slots = [
                slot.ways.next(flight, look.ports(number, i, unit), look.node.first, self.surely)
                for i, (slot, flight) in enumerate(zip(group.slots, unit, strict=True))
            ]
            for chosen in itertools.product(*slots):
                ways[tuple(flight for flight, _ in chosen), any(rule is not None for _, rule in chosen)] = None
            kinds.append(list(_shared(tuple(ways), count)))
        for chosen_kinds in itertools.product(*kinds):
            together: dict[Unit, int] = {}
            for some, _ in chosen_kinds:
                for unit, count in some.items():
                    together[unit] = together.get(unit, 0) + count
            yield (
                tuple(sorted(together.items(), key=repr)) if len(together) > 1 else tuple(together.items()),
                any(m for _, m in chosen_kinds),
            )

    # ---- how an observation begins

    def _begun(self, state: Settled) -> Iterator[tuple[Node, tuple[tuple[tuple[Local, ...], ...], ...]]]:
        nobody: tuple[tuple[tuple[Local, ...], ...], ...] = ((),) * len(self.plan.groups)
        if self.reporting == "one":
            yield from self._one_reports(state, nobody)
            return
        if self.waited:
            yield self.resting(state, event="", fresh=True), nobody
            return
        ones = tuple(slot.ways.begun(local) for slot, local in zip(self.plan.ones, state.ones, strict=True))
        groups = [tuple(self._gathered(i, members)) for i, members in enumerate(state.groups)]
        for chosen in itertools.product(*groups):
            yield Node(ones, tuple(members for members, _ in chosen)), tuple(left for _, left in chosen)

    def _gathered(
        self, number: int, members: Members
    ) -> Iterator[tuple[tuple[tuple[Unit, int], ...], tuple[tuple[Local, ...], ...]]]:
        """The members of a group as an observation finds them: some have left, some join."""
        group = self.plan.groups[number]
        if group.path not in self.inside:
            yield (), ()
            return
        size = sum(count for _, count in members)
        leaves = itertools.product(*(range(count + 1) for _, count in members)) if self.moving else [(0,) * len(members)]
        for gone in leaves:
            left = tuple(unit for (unit, _), n in zip(members, gone, strict=True) for _ in range(n))
            stay = [(self._variants(group, unit, joined=False), count - n) for (unit, count), n in zip(members, gone, strict=True)]
            for joiners in range(self.most[number] - size + len(left) + 1) if self.moving else (0,):
                newcomer = self._variants(group, tuple(slot.ways.first for slot in group.slots), joined=True)
                parts = [_shared(tuple((unit, False) for unit in kinds), n) for kinds, n in (*stay, (newcomer, joiners)) if n]
                for chosen in itertools.product(*map(list, parts)):
                    together = {unit: count for some, _ in chosen for unit, count in some.items()}
                    yield tuple(sorted(together.items(), key=repr)), left

    def _one_reports(
        self, state: Settled, nobody: tuple[tuple[tuple[Local, ...], ...], ...]
    ) -> Iterator[tuple[Node, tuple[tuple[tuple[Local, ...], ...], ...]]]:
        """One part is told something, joins or leaves; all others are as they were: at rest under what their ports said."""
        before = self.resting(state)
        for i, slot in enumerate(self.plan.ones):
            if i in self.inside:
                ones = (*before.ones[:i], slot.ways.begun(state.ones[i]), *before.ones[i + 1 :])
                yield attrs.evolve(before, ones=ones), nobody
        for number, group in enumerate(self.plan.groups):
            if group.path not in self.inside:
                continue
            members = before.groups[number]

            def changed(now: dict[Unit, int], number: int = number) -> Node:
                kept = tuple(sorted(((unit, n) for unit, n in now.items() if n), key=repr))
                return attrs.evolve(before, groups=(*before.groups[:number], kept, *before.groups[number + 1 :]))

            for unit, count in members:
                others = {**dict(members), unit: count - 1}
                where = tuple(flight.local for flight in unit)
                for told in self._variants(group, where, joined=False):
                    yield changed({**others, told: others.get(told, 0) + 1}), nobody
                if self.moving:
                    yield changed(others), (*nobody[:number], (where,), *nobody[number + 1 :])
            if self.moving and sum(count for _, count in members) < self.most[number]:
                for told in self._variants(group, tuple(slot.ways.first for slot in group.slots), joined=True):
                    yield changed({**dict(members), told: 1}), nobody

    def resting(self, state: Settled, event: str = NOBODY_ELSE, *, fresh: bool = False) -> Node:
        """Everybody at rest: by what their ports last said no rule of theirs is true; `fresh` if no clock had run long enough then."""
        idle = Node(
            tuple(slot.ways.begun(local, event=event) for slot, local in zip(self.plan.ones, state.ones, strict=True)),
            tuple(
                tuple(
                    (tuple(s.ways.begun(local, event=event) for s, local in zip(group.slots, unit, strict=True)), count)
                    for unit, count in members
                )
                for group, members in zip(self.plan.groups, state.groups, strict=True)
            ),
        )
        look = Look(self.plan, idle, {}, inside=self.inside, counted=self.counted)
        ones = tuple(
            _at_rest(slot.ways, flight, look.ports(None, i), fresh=fresh)
            for i, (slot, flight) in enumerate(zip(self.plan.ones, idle.ones, strict=True))
        )
        groups = tuple(
            tuple(
                (
                    tuple(
                        _at_rest(s.ways, f, look.ports(n, i, unit), fresh=fresh)
                        for i, (s, f) in enumerate(zip(group.slots, unit, strict=True))
                    ),
                    count,
                )
                for unit, count in members
            )
            for n, (group, members) in enumerate(zip(self.plan.groups, idle.groups, strict=True))
        )
        return Node(ones, groups)

    def _variants(self, group: Group, unit: tuple[Local, ...], *, joined: bool) -> tuple[Unit, ...]:
        """A member as an observation finds it, once for each truth of the conditions that roll-ups ask about."""
        flights = [slot.ways.begun(local) for slot, local in zip(group.slots, unit, strict=True)]
        if joined:
            flights = [flight._replace(start=None) for flight in flights]
        found: list[list[Flight]] = [[flight] for flight in flights]
        for number, cond in group.asked if self.counted else ():
            ways = group.slots[number].ways
            if not ways.reported(cond):
                continue  # it follows from ports, too, which may change from round to round: nothing is known of it
            kinds: list[Flight] = []
            for flight in found[number]:
                for truth in (TRUE, FALSE, UNKNOWN):
                    formula: Formula = ways.lowered(cond, truth)
                    if formula == Fixed(False):
                        continue
                    assumed = flight.assumed | {formula}
                    if ways.facts.together(assumed, flight.event) is not None:
                        kinds.append(flight._replace(assumed=assumed))
            found[number] = kinds
        return tuple(itertools.product(*found))


def _at_rest(ways: Ways, flight: Flight, told: Told, *, fresh: bool) -> Flight:
    assumed = flight.assumed
    for rule in ways.program.silent[flight.local[0]]:
        formula = grounded(ways.unless[rule.index], _fresh) if fresh else ways.unless[rule.index]
        more = ways.assuming(assumed, formula, flight, told)
        assumed = assumed if more is None else more
    return flight._replace(assumed=assumed)


def _fresh(leaf: Leaf) -> int | None:
    return FALSE if isinstance(leaf, ForDays) else None


def _shared(ways: tuple[tuple[Unit, bool], ...], count: int) -> Iterator[tuple[dict[Unit, int], bool]]:
    """How so many members may share some ways."""
    for chosen in itertools.combinations_with_replacement(ways, count):
        together: dict[Unit, int] = {}
        for unit, _ in chosen:
            together[unit] = together.get(unit, 0) + 1
        yield together, any(moved for _, moved in chosen)


def state_of(node: Node, seen: int) -> Settled:
    """The state that a node is in."""
    groups = []
    for members in node.groups:
        together: dict[tuple[Local, ...], int] = {}
        for unit, count in members:
            where = tuple(flight.local for flight in unit)
            together[where] = together.get(where, 0) + count
        groups.append(tuple(sorted(together.items())))
    return Settled(tuple(flight.local for flight in node.ones), tuple(groups), seen)


# ---- all states ------------------------------------------------------------------------------------------------------------


@attrs.frozen
class Space:
    """The states that can be reached, in the order of the fewest observations.

    Attributes:
        states: all of them, each with the state and the step that led there first (None for the first).
        after: for each state, the states that one observation leads to.
        broken: the first step that broke what is watched, with the state it was taken in; None if none did.
    """

    states: dict[Settled, tuple[Settled, Step] | None]
    after: dict[Settled, tuple[Settled, ...]]
    broken: tuple[Settled, Step] | None = None

    def way(self, state: Settled) -> list[tuple[Settled, Step]]:
        """The observations that lead to a state."""
        found: list[tuple[Settled, Step]] = []
        before = self.states[state]
        while before is not None:
            found.append(before)
            before = self.states[before[0]]
        return found[::-1]


class Explores(Protocol):
    """Whatever knows the outcomes of one observation."""

    def steps(self, state: Settled) -> Iterator[Step]:
        """Every outcome of one observation."""


def explored(explorer: Explores, start: Settled, *, stop: bool = True, most: int = MOST_STATES) -> Space:
    """All states that observations lead to.

    Args:
        explorer: how they are explored.
        start: where to begin.
        stop: whether to stop at the first breach of what is watched.
        most: the number of states at which to give up.

    Raises:
        Limit: there are more states.
    """
    states: dict[Settled, tuple[Settled, Step] | None] = {start: None}
    after: dict[Settled, tuple[Settled, ...]] = {}
    open_ = deque([start])
    while open_:
        state = open_.popleft()
        reached: dict[Settled, None] = {}
        for step in explorer.steps(state):
            if step.broken:
                if stop:
                    return Space(states, after, (state, step))
                continue
            reached[step.to] = None
            if step.to not in states:
                if len(states) >= most:
                    raise Limit(f"after {most:,} states")
                states[step.to] = (state, step)
                open_.append(step.to)
        after[state] = tuple(reached)
    return Space(states, after)
