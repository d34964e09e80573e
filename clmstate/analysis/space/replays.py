"""Logs on the compiled engine: what customers really do, picture by picture.

Whatever an exploration thinks possible is shown to nobody before it has happened here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import attrs

from clmstate.analysis.findings import Report
from clmstate.analysis.space.blueprint import Blueprint, Path
from clmstate.analysis.space.looks import Look, Node
from clmstate.analysis.space.ways import Flight
from clmstate.composition import CompositionDefinition, RollUp
from clmstate.conditions.lower import FALSE, TRUE, UNKNOWN
from clmstate.conditions.nodes import And, Cond, Constant, InPhase, Named, Not, Or, Unless
from clmstate.errors import LivelockError
from clmstate.kernel import Compiled, Member, Room, State, Whole, compiled, contribution, leaf_of, take_in
from clmstate.lifecycle import LifecycleDefinition

__all__ = ["Customer", "Real", "Replay", "replayed"]


class Real(Look):
    """A picture of a customer who is there; nothing about it is uncertain.

    Args:
        plan: the model, laid out.
        phases: for each part its phase, by its path and (for a member) its name.
        states: their states.
    """

    def __init__(self, plan: Blueprint, phases: dict[tuple[Path, str], int], states: dict[tuple[Path, str], State]) -> None:
        self.phases, self.states = phases, states
        everybody = frozenset([*range(len(plan.ones)), *(group.path for group in plan.groups)])
        super().__init__(plan, self._as_node(plan), {}, inside=everybody, counted=True)

    def _as_node(self, plan: Blueprint) -> Node:
        def flight(key: tuple[Path, str]) -> Flight:
            return Flight((self.phases[key], ()), frozenset(), False, "", None)

        groups = []
        for group in plan.groups:
            names = sorted({name for path, name in self.phases if name and path[: len(group.path)] == group.path})
            units = []
            for name in names:
                unit = []
                for slot in group.slots:
                    key = ((*group.path, *slot.path), name)
                    known = frozenset(
                        slot.ways.lowered(cond, self._truth(key, cond))
                        for number, cond in group.asked
                        if group.slots[number] is slot
                    )
                    unit.append(flight(key)._replace(assumed=known))
                units.append((tuple(unit), 1))
            groups.append(tuple(units))
        return Node(tuple(flight((slot.path, "")) for slot in plan.ones), tuple(groups))

    def _truth(self, key: tuple[Path, str], cond: Cond) -> int:
        """The truth of a condition, as the compiled engine says."""
        state = self.states[key]
        settled, state.phase = state.phase, self.phases[key]
        try:
            true, known = contribution(state.c.program.definition, RollUp("share_where", "", cond=cond)).of(state)
        finally:
            state.phase = settled
        return TRUE if true else FALSE if known else UNKNOWN

    def known(self, cond: Cond) -> int | None:
        """The truth of a condition of a lifecycle on its own."""
        ways = self.plan.ones[0].ways
        return self._truth(((), ""), _placed(cond, lambda paths: self.phases[(), ""] in ways.numbers(paths)))


def _as_it_is(state: State) -> State:
    """A state that stays as it is while its customer is told more."""
    kept = state.c.new()
    state.c.load(kept, state.c.save(state))
    return kept


def _placed(cond: Cond, stands: Callable[[tuple[str, ...]], bool]) -> Cond:
    """A condition in which it is known where the part stands."""
    match cond:
        case InPhase(paths):
            return Constant(stands(paths))
        case And(items) | Or(items):
            return type(cond)(tuple(_placed(item, stands) for item in items))
        case Not(of) | Unless(of):
            return type(cond)(_placed(of, stands))
        case Named(of, label):
            return Named(_placed(of, stands), label)
        case _:
            return cond


class Customer:
    """A customer on the compiled engine, told of reports.

    Attributes:
        plan: the model, laid out.
        taken: the transitions of the last observation, each with the part that took it, by its path and (for a member) its name.
    """

    def __init__(self, plan: Blueprint) -> None:
        self.plan = plan
        self.taken: tuple[tuple[Path, str, str], ...] = ()
        definition = plan.definition
        self.whole = Whole(definition) if isinstance(definition, CompositionDefinition) else None
        self.state = compiled(definition).new() if isinstance(definition, LifecycleDefinition) else None

    def observe(self, at: int, reports: Sequence[Report]) -> list[Real]:
        """One observation; the picture that each round reads, and last the settled one.

        Raises:
            LivelockError: it never settles.
        """
        if self.state is not None:
            return self._alone(self.state, at, reports)
        assert self.whole is not None
        joins = [row for row in reports if row.event == "@join"] + [opened for row in reports for opened in self._opened(row)]
        leaves = [row for row in reports if row.event == "@leave"]
        told = [row for row in reports if row.values or row.event == "@clear"]
        events = [row for row in reports if row.event and not row.event.startswith("@")]
        before = self.phases()
        steps, _ = self.whole.observe(
            at,
            joins=[self._place(row) for row in joins],
            values=[(self._finder(row), _stored(row, self._leaf(row))) for row in told],
            events=[(self._finder(row), row.event) for row in events],
            leaves=[self._place(row) for row in leaves],
        )
        self.taken = tuple((*self._key(member.path), _name(member.c, step[0])) for member, step in steps)
        now = self.phases()
        moved = {self._key(member.path): member for member, _ in steps}
        start = {
            key: before[key] if key in before else next((s[1] for m, s in steps if self._key(m.path) == key), now[key])
            for key in now
        }
        assert set(moved) <= set(now)
        return self._pictures(start, [(step[3], self._key(member.path), step[2]) for member, step in steps])

    def _alone(self, state: State, at: int, reports: Sequence[Report]) -> list[Real]:
        definition = state.c.program.definition
        values = {name: value for row in reports for name, value in _stored(row, definition).items()}
        start: dict[tuple[Path, str], int] = {((), ""): state.phase}
        plan, _ = take_in(state, at, values, tuple(row.event for row in reports if row.event and not row.event.startswith("@")))
        self.taken = tuple(((), "", _name(state.c, step[0])) for step in plan)
        return self._pictures(start, [(step[3], ((), ""), step[2]) for step in plan])

    def _pictures(self, start: dict[tuple[Path, str], int], moves: Iterable[tuple[int, Any, int]]) -> list[Real]:
        states = {key: _as_it_is(state) for key, state in self.states()}  # what is told later must not change what was seen
        found = [Real(self.plan, start, states)]
        phases = dict(start)
        for _, together in groupby(sorted(moves, key=lambda move: move[0]), key=lambda move: move[0]):
            phases = phases | {key: target for _, key, target in together}
            found.append(Real(self.plan, phases, states))
        return found

    def picture(self) -> Real:
        """The customer as it stands."""
        return Real(self.plan, self.phases(), dict(self.states()))

    # ---- who is there

    def states(self) -> Iterator[tuple[tuple[Path, str], State]]:
        """The state of every part, by its path and name."""
        if self.state is not None:
            yield ((), ""), self.state
        elif self.whole is not None:
            yield from ((self._key(member.path), member.state) for member in self.whole.room.leaves())

    def phases(self) -> dict[tuple[Path, str], int]:
        """The phase of every part."""
        return {key: state.phase for key, state in self.states()}

    def _key(self, address: str) -> tuple[Path, str]:
        names = address.split("/")
        for group in self.plan.groups:
            size = len(group.path)
            if tuple(names[:size]) == group.path:
                return (*group.path, *names[size + 1 :]), names[size]
        return tuple(names), ""

    def _room(self, path: Path) -> Room:
        assert self.whole is not None
        room = self.whole.room
        for name in path:
            inner = room.ones[name]
            assert isinstance(inner, Room)
            room = inner
        return room

    def _place(self, row: Report) -> tuple[Callable[[], Room], str, str]:
        *path, part = row.part.split(".")
        return lambda: self._room(tuple(path)), part, row.instance

    def _opened(self, row: Report) -> Iterator[Report]:
        """Who joins because an event names them."""
        definition = self.plan.definition
        if isinstance(definition, CompositionDefinition) and "instance" in row.details:
            for part in definition.parts.values():
                if part.opens_on == (row.part, row.event):
                    yield Report(row.at, event="@join", part=part.name, instance=row.details["instance"])

    def _finder(self, row: Report) -> Callable[[], Member]:
        path = tuple(row.part.split("."))

        def find() -> Member:
            for group in self.plan.groups:
                size = len(group.path)
                if path[:size] == group.path:
                    return leaf_of(self._room(path[: size - 1]).manys[path[size - 1]][row.instance], path[size:])
            return leaf_of(self._room(path[:-1]).ones[path[-1]], ())

        return find

    def _leaf(self, row: Report) -> LifecycleDefinition:
        path = tuple(row.part.split("."))
        for group in self.plan.groups:
            if path[: len(group.path)] == group.path:
                return next(slot.ways.definition for slot in group.slots if slot.path == path[len(group.path) :])
        return self.plan.ones[self.plan.one[path]].ways.definition


def _name(engine: Compiled, rule: int) -> str:
    """The name of a transition; "" of a move by hand."""
    return engine.program.rules[rule].transition.name if rule >= 0 else ""


def _stored(row: Report, leaf: LifecycleDefinition) -> dict[str, Any]:
    plain: dict[str, Any] = {name.rpartition(".")[2]: value for name, value in row.values.items()}
    plain |= dict.fromkeys(row.details.get("signals", ()) if row.event == "@clear" else ())
    return {name: leaf.signals[name].absent if value is None else value for name, value in plain.items()}


@attrs.frozen
class Replay:
    """A log, played.

    Attributes:
        pictures: for each observation, the picture that each round read and the settled one.
        customer: the customer in the end.
        circle: whether it never settled; what came after is not played.
    """

    pictures: tuple[tuple[Real, ...], ...]
    customer: Customer
    circle: bool = False


def replayed(plan: Blueprint, log: Iterable[Report]) -> Replay:
    """Plays a log; rows of one instant are one observation."""
    customer = Customer(plan)
    pictures: list[tuple[Real, ...]] = []
    for at, rows in groupby(sorted(log, key=lambda row: row.at), key=lambda row: row.at):
        try:
            pictures.append(tuple(customer.observe(at, list(rows))))
        except LivelockError:
            return Replay(tuple(pictures), customer, circle=True)
    return Replay(tuple(pictures), customer)
