"""The oracle for compositions: all parts of a customer, wired; every port is computed anew each time, from everything [10, 17].

Where the page of meaning can be read in two ways:
- [6] Whoever joins a member that joins at the same instant does so whatever the order they are told in; likewise those who leave.
- [9] A joiner who leaves at the same instant has lived, and settles nothing. Events may open branches inside branches.
- [10] Telling in the order of declaration and name goes from the outside inwards: all of one member comes before the next.
- [16] `start` is for a customer where nobody has moved or joined; who lives inside a member that is placed is placed with it.
- [17] A mean whose weights are all 0 is missing.
- [20] After a move by hand, the parts that it did not touch may still have been due before.
"""

from __future__ import annotations

import copy
import functools
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

from clmstate.composition import nodes as c
from clmstate.lifecycle.definition import LifecycleDefinition
from tests.conformance.oracle import MOST_ROUNDS, Livelock, Part, Refused, exact

Path = tuple[str, ...]
Told = tuple[Path, str, str | None]  # an event: whose, which, and the instance that it names
PartMoved = tuple[int, Path, str, str, str, str, int | None]  # as of a lifecycle alone, with the part


class Whole:
    """One customer of a composition, told what happens; it answers with the moves that follow, anywhere."""

    def __init__(self, definition: c.CompositionDefinition) -> None:
        self.definition = definition
        self.at: int | None = None
        self.parts: dict[Path, Part] = {}  # those present
        self.rooms: dict[Path, c.CompositionDefinition] = {}  # the compositions that they are in
        self.untaken: list[tuple[Path, str]] = []
        self.milestones: list[tuple[Path, str, int | None]] = []
        self.read: dict[Any, list[Part]] = {}  # who is read, looked up once in an observation
        self.peopled = False  # whether anybody has joined
        self._open((), definition)
        self._feed()

    def observe(
        self,
        at: int | None,
        values: Mapping[Path, Mapping[str, Any]],
        events: Sequence[Told] = (),
        joins: Sequence[Path] = (),
        leaves: Sequence[Path] = (),
    ) -> list[PartMoved]:
        """One observation [6]; the moves, in order."""
        twin = self._begun(at)
        opened = [
            (*path[:-1], part.name, instance or "")
            for path, event, instance in events
            if isinstance(room := self.described(path[:-1]), c.CompositionDefinition)
            for part in room.parts.values()
            if part.opens_on == (path[-1], event)
        ]  # a name that nobody gave is no place to join
        for path in sorted([*joins, *opened], key=len):
            twin._join(path)
        twin._merge(values, events)
        for path in leaves:
            if len(path) < 2 or self.described(path[:-1]) is not None or path not in {*twin.parts, *twin.rooms}:
                raise Refused("only a member that is present may leave")
        if len(set(leaves)) < len(leaves):
            raise Refused("one leaves twice")
        for path in leaves:
            twin.parts = {other: part for other, part in twin.parts.items() if other[: len(path)] != path}
            twin.rooms = {other: room for other, room in twin.rooms.items() if other[: len(path)] != path}
        return self._settle(twin, events, [])

    def start(
        self, placed: Mapping[Path, str], at: int | None, since: Mapping[Path, int], values: Mapping[Path, Mapping[str, Any]]
    ) -> None:
        """Places an existing customer with all its parts, without settling [16]."""
        if self.peopled or any(part.moved for part in self.parts.values()):
            raise Refused("it is on its way")
        twin = self._begun(at)
        for path in placed:
            for size in range(2, len(path) + 1):
                if twin.described(path[: size - 1]) is None and not {path[:size]} & {*twin.parts, *twin.rooms}:
                    twin._join(path[:size])
        for path, phase in placed.items():
            part = twin.parts.get(path)
            if part is None or phase not in part.definition.phases:
                raise Refused("there is no such part or phase")
            part.phase, part.since = phase, since.get(path, twin.at)
            part.visits = Counter([phase, part.group(phase)])
        twin._merge(values, ())
        twin._feed()
        for part in twin.parts.values():
            part.finish(settled=False)
        vars(self).update(vars(twin), untaken=[])

    def move(self, path: Path, target: str, at: int | None, hold_until: int | None) -> list[PartMoved]:
        """Moves a part by hand, then settles [16]."""
        twin = self._begun(at)
        part = twin.parts.get(path)
        if part is None or target not in part.definition.phases:
            raise Refused("there is no such part or phase")
        by_hand = (0, path, "", part.phase, target, "hand", None)
        part.enter(target)
        part.hold = hold_until
        return self._settle(twin, (), [by_hand])

    # ---- who is there

    def described(self, path: Path) -> Any:
        """What a path leads to, present or not: a lifecycle, a composition, or None."""
        found, rest = self.definition, list(path)
        while rest:
            part = found.parts.get(rest.pop(0)) if isinstance(found, c.CompositionDefinition) else None
            if part is None or (part.many and not rest):
                return None
            rest = rest[1:] if part.many else rest
            found = part.member
        return found

    def rank(self, path: Path) -> list[tuple[int, str]]:
        """Its place in the order of telling: declaration, instance name, and so on inwards."""
        found, rest, rank = self.definition, list(path), []
        while rest:
            name = rest.pop(0)
            place, part = list(found.parts).index(name), found.parts[name]
            rank.append((place, rest.pop(0) if part.many else ""))
            found = part.member
        return rank

    def _begun(self, at: int | None) -> Whole:
        twin = copy.copy(self)
        if at is not None and self.at is not None and at < self.at:
            raise Refused("time runs backwards")
        twin.at = self.at if at is None else at
        twin.parts = {path: part.begun(at) for path, part in self.parts.items()}
        twin.rooms, twin.milestones, twin.read = dict(self.rooms), list(self.milestones), {}
        return twin

    def _open(self, path: Path, definition: LifecycleDefinition | c.CompositionDefinition) -> None:
        if isinstance(definition, LifecycleDefinition):
            self.parts[path] = part = Part(definition)
            part.at = part.since = self.at
            return
        self.rooms[path] = definition
        for inner in definition.parts.values():
            if not inner.many:
                self._open((*path, inner.name), inner.member)

    def _join(self, path: Path) -> None:
        room = self.rooms.get(path[:-2]) if len(path) > 1 else None
        part = room.parts.get(path[-2]) if room is not None else None
        if part is None or not part.many or not path[-1] or path in self.parts or path in self.rooms:
            raise Refused("no such place, or it is there already")
        self._open(path, part.member)
        self.peopled = True

    def _merge(self, values: Mapping[Path, Mapping[str, Any]], events: Sequence[Told]) -> None:
        for path in dict.fromkeys([*values, *(path for path, _, _ in events)]):
            part, given, offered = (
                self.parts.get(path),
                values.get(path, {}),
                [event for whose, event, _ in events if whose == path],
            )
            if part is None or any(name in given for name, spec in part.definition.signals.items() if spec.port):
                raise Refused("nobody there, or a port is told")
            part.merge(given, offered)

    # ---- ports

    def _feed(self) -> None:
        """Computes all ports, again and again until none of them changes: so none is read before it is right."""
        changed = True
        while changed:
            changed = False
            for where, room in self.rooms.items():
                for wire in room.wires:
                    value = self._value(where, wire.feed)
                    for part in self._read(where, wire.part, wire.inner):
                        default = part.definition.signals[wire.port].default
                        new = default if value is None else value
                        changed = changed or part.values[wire.port] != new
                        part.values[wire.port] = new

    def _read(self, where: Path, name: str, inner: Path) -> list[Part]:
        """The part that is meant, or the members that are present; nobody comes or goes while ports are fed."""
        if (where, name, inner) not in self.read:
            size, start = len(where) + 1, (*where, name)
            after = size + self.rooms[where].parts[name].many
            found = [p for path, p in self.parts.items() if path[:size] == start and path[after:] == inner and len(path) >= after]
            self.read[where, name, inner] = found
        return self.read[where, name, inner]

    def _value(self, where: Path, feed: c.FeedNode) -> Any:
        match feed:
            case c.StandsIn(part, inner, phases):
                return stands_in(self._read(where, part, inner)[0], phases)
            case c.NotSo(of):
                return {True: False, False: True, None: None}[self._value(where, of)]
            case c.AllOf(items) | c.AnyOf(items):
                found, decides = [self._value(where, item) for item in items], isinstance(feed, c.AnyOf)
                return decides if decides in found else None if None in found else not decides
        return rolled_up(feed, self._read(where, feed.part, feed.inner))

    # ---- settling

    def _settle(self, twin: Whole, events: Sequence[Told], by_hand: list[PartMoved]) -> list[PartMoved]:
        """Rounds until nothing moves; only then is anything kept [10, 11, 12]."""
        order = sorted(twin.parts, key=twin.rank)
        seen: dict[Any, None] = {}
        moves, untaken = list(by_hand), dict.fromkeys((path, event) for path, event, _ in events)
        offered = {path: [event for whose, event in untaken if whose == path] for path in order}
        twin._feed()
        for number in range(1, max(MOST_ROUNDS, 4 * len(order)) + 1):
            picked = {path: twin.parts[path].choose(offered[path] if number == 1 else ()) for path in order}
            if not any(picked.values()):
                break
            for path, t in picked.items():  # all have chosen by the same frozen picture
                if t is not None:
                    part, before = twin.parts[path], self.parts.get(path)
                    asked = number == 1 and t.on is None and self.at is not None and path not in [told[1] for told in by_hand]
                    due = before.due_since(t.when, twin.at) if asked and before is not None else None
                    moves.append((number, path, t.name, part.phase, part.leaf(t), "rule" if t.on is None else "event", due))
                    untaken.pop((path, t.on), None)
                    if not t.stay:
                        part.enter(part.leaf(t))
                        part.hold = None if t.on is not None else part.hold
            twin._feed()
            now = tuple(twin.parts[path].configuration() for path in order)
            if now in seen:
                raise Livelock([[phase for phase, *_ in each] for each in (*list(seen)[list(seen).index(now) :], now)])
            seen[now] = None
        else:
            raise Livelock([])
        for path in order:
            part, known = twin.parts[path], len(twin.parts[path].milestones)
            part.finish()
            twin.milestones += [(path, name, at) for name, at in part.milestones[known:]]
        vars(self).update(vars(twin), untaken=list(untaken))
        return moves


def stands_in(part: Part, phases: Collection[str]) -> bool:
    return part.phase in phases or part.group(part.phase) in phases


def rolled_up(rule: c.RollUp, members: Collection[Part]) -> Any:
    """A roll-up over the members that are present [17]."""
    members = [member for member in members if rule.where is None or member.truth(rule.where) is True]
    standing = [member for member in members if not rule.phases or stands_in(member, rule.phases)]
    match rule.kind:
        case "count":
            return len(standing)
        case "any":
            return bool(standing)
        case "none":
            return not standing
        case "all":
            return len(standing) == len(members) if members else None
        case "share":
            return Fraction(len(standing), len(members)) if members else None
        case "share_where":
            known = [truth for truth in (member.truth(rule.cond) for member in members) if truth is not None]
            return Fraction(known.count(True), len(known)) if known else None
    if rule.kind == "sum" and not members:
        return 0
    read = [name for name in (rule.signal, rule.weight) if name is not None]
    members = [member for member in members if all(member.values[name] is not None for name in read)]
    if rule.kind in ("min", "max") or not members:
        values = [exact(member.values[rule.signal]) for member in members]
        return (min if rule.kind == "min" else max)(values) if values else None
    steps = {name: members[0].definition.signals[name].step for name in read}  # all members are of one kind
    total = sum(math.prod(in_steps(member.values[name], steps[name]) for name in read) for member in members)  # whole numbers [2]
    weight = sum(1 if rule.weight is None else in_steps(member.values[rule.weight], steps[rule.weight]) for member in members)
    step = exact(steps[rule.signal])
    return total * step if rule.kind == "sum" else Fraction(total, weight) * step if weight else None


@functools.lru_cache(maxsize=10_000)
def in_steps(value: float, step: float) -> int:
    """A value as a number of steps of its signal, halves up [2]."""
    return math.floor(round(exact(value) / exact(step), 9) + Fraction(1, 2))
