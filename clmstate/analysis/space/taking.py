"""Logs of whole customers that take each transition of each part, and proofs that a transition is taken by nobody.

Three searches follow each other. An exploration that thinks too little possible, with one member of each kind, finds what is near. From the
customers that it leaves behind the rest is sought one by one: z3 says what would have to be reported of the part, given what its ports say and
what has happened to it; where its ports say something else, those whom it reads move, members join, are told what roll-ups ask about, and
leave. The compiled engine takes everything in, so what is found is so. Of what is still missing, an exploration that thinks too much possible,
with any number of members, says whether anybody can take it at all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Final

import attrs

from clmstate.analysis.findings import Report
from clmstate.analysis.space.blueprint import Blueprint, Group, Path, Slot, blueprint
from clmstate.analysis.space.explore import Explorer, Limit, Settled, Step, Unwatched, explored
from clmstate.analysis.space.fed import Fed, Log
from clmstate.analysis.space.logs import NAMES, log_of, shortened
from clmstate.analysis.space.proving import any_members
from clmstate.analysis.space.replays import Customer, Replay
from clmstate.composition import CompositionDefinition
from clmstate.conditions.examples import TODAY
from clmstate.errors import ClmstateError
from clmstate.kernel import Rule
from clmstate.signals import DAY

__all__ = ["Taking", "takings"]

_SEARCHES: Final = ((2, 30), (2, 120), (3, 120))
"""Searches from customer to customer: how many members of each kind there are at most, and how many customers are looked at."""

MOST_PICTURES: Final = 6_000
"""Pictures that the exploration looks at for one part."""

MOST_TRIED: Final = 4
"""Ways of the exploration that are tried for one transition."""

LONGEST: Final = 14
"""Observations of a log."""


@attrs.frozen
class Taking:
    """A transition of a part of a customer, and a log whose last observation takes it.

    Attributes:
        part: the part, by its path.
        transition: the name of the transition.
        log: what is reported; None where no log was found.
        proved: whether it is proved that nobody takes it, whatever is reported and however many members there are.

    Example:
        >>> Taking(("contract",), "win", None, proved=True).proved
        True
    """

    part: Path
    transition: str
    log: Log | None
    proved: bool = False


def takings(definition: CompositionDefinition) -> tuple[Taking, ...]:
    """For each transition of each part a log that takes it, as short as it could be made; or that there is none.

    Raises:
        Unexplored: members have members of their own.

    Example:
        >>> from clmstate import Composition, Lifecycle, Many, One, Phase, Signal
        >>> class User(Lifecycle):
        ...     logins = Signal.count("login", default=0)
        ...     invited, active = Phase("Invited", initial=True), Phase("Active")
        ...     begin = invited.to(active, when=logins >= 5)
        >>> class Contract(Lifecycle):
        ...     used = Signal.share("users active", port=True)
        ...     trial, live = Phase("Trial", initial=True), Phase("Live")
        ...     go = trial.to(live, when=used >= 0.5)
        >>> class Customer(Composition):
        ...     contract, users = One(Contract), Many(User)
        ...     wiring = contract[Contract.used].fed_by(users.share_in(User.active))
        >>> for taking in takings(Customer.definition):
        ...     print(taking.transition, [report.event or dict(report.values) for report in taking.log])
        go ['@join', {'users.logins': 5}]
        begin ['@join', {'users.logins': 5}]
    """
    return tuple(_Search(blueprint(definition)).all())


class _Search:
    """The transitions of one composition."""

    def __init__(self, plan: Blueprint) -> None:
        self.plan = plan
        self.found: dict[tuple[Path, str], Log] = {}
        self.slots: dict[Path, tuple[int | Path, Slot]] = {slot.path: (i, slot) for i, slot in enumerate(plan.ones)}
        for group in plan.groups:
            self.slots |= {(*group.path, *slot.path): (group.path, slot) for slot in group.slots}
        self.arrivals: dict[Path, list[Log]] = {}
        self.parts = {path: Fed(plan, path, slot, self.played) for path, (_, slot) in self.slots.items()}

    def all(self) -> Iterator[Taking]:
        """Every transition, in order of the parts."""
        impossible: dict[Path, frozenset[str]] = {}
        by_reading = sorted(self.slots, key=lambda path: len(self.plan.cone({self.slots[path][0]})))
        for path in by_reading:  # whom others read comes first
            impossible[path] = self._sought(path)
        for path, (_, slot) in self.slots.items():
            for name in slot.ways.definition.transitions:
                log = self.found.get((path, name))
                short = None if log is None else shortened(self.plan, log, _takes(path, name))
                yield Taking(path, name, short, log is None and name in impossible[path])

    def _sought(self, path: Path) -> frozenset[str]:
        """Looks for the transitions of a part; says which of them nobody can take."""
        target, slot = self.slots[path]
        cone = frozenset(self.plan.cone({target}))
        impossible: frozenset[str] = frozenset()
        if self.missing(path):
            self._explore(path, slot, cone)
        for most, patience in _SEARCHES:
            if not impossible.issuperset(self.missing(path)):
                self._seek(path, cone, most, patience)
            if not impossible and self.missing(path):
                impossible = frozenset(slot.ways.definition.transitions) - self._thinkable(path)
        return impossible

    def missing(self, path: Path) -> list[str]:
        """The transitions of a part for which no log was found."""
        return [name for name in self.slots[path][1].ways.definition.transitions if (path, name) not in self.found]

    # ---- what is near

    def _explore(self, path: Path, slot: Slot, cone: frozenset[int | Path]) -> None:
        """From state to state, the nearest first, until every transition of a part is found or there are too many."""
        most = tuple(int(group.path in cone) for group in self.plan.groups)
        explorer = Explorer(
            self.plan, cone, most, counted=True, reporting="one", precision="sketch", patience=MOST_PICTURES, work={"nodes": 0}
        )
        ways: dict[Settled, tuple[tuple[Settled, Step], ...]] = {explorer.start(): ()}
        tried: dict[str, int] = {}
        open_ = deque(ways)
        try:
            while open_ and self.missing(path):
                state = open_.popleft()
                for step in explorer.steps(state):
                    way = (*ways[state], (state, step))
                    for name in dict.fromkeys(rule.transition.name for rule in self._passed(slot, path, step)):
                        if (path, name) not in self.found and tried.get(name, 0) < MOST_TRIED:
                            tried[name] = tried.get(name, 0) + 1
                            self._harvest(log_of(self.plan, way, _takes(path, name)) or ())
                    if step.to not in ways:
                        ways[step.to] = way
                        open_.append(step.to)
        except Limit:
            return

    def _passed(self, slot: Slot, path: Path, step: Step) -> Iterator[Rule]:
        """The rules that a part may have taken in an observation, by where it stood and what it was offered."""
        target = self.slots[path][0]
        if isinstance(target, int):
            flights = [step.node.ones[target]]
        else:
            number = self.plan.group[target]
            place = self.plan.groups[number].slots.index(slot)
            flights = [unit[place] for unit, _ in step.node.groups[number]]
        for flight in flights:
            start = (slot.ways.first if flight.start is None else flight.start)[0]
            for rule in (*slot.ways.program.offered[start], *slot.ways.program.silent[start]):
                if rule.event == (flight.event or None) and (rule.stay or flight.moved):
                    yield rule

    # ---- from customer to customer

    def _seek(self, path: Path, cone: frozenset[int | Path], most: int, patience: int) -> None:
        group = self.slots[path][0]
        begin: Log = () if isinstance(group, int) else (Report(TODAY, event="@join", part=".".join(group), instance=NAMES[0]),)
        starts: list[Log] = [begin, *(log for (where, _), log in self.found.items() if self.slots[where][0] in cone)]
        seen: set[object] = set()
        waiting = _Waiting(self, path)
        for log in starts:
            self._keep(log, path, cone, seen, waiting)
        for _ in range(patience):
            before = waiting.next(self.missing(path))
            if before is None:
                return
            for after in self._further(before, path, cone, most):
                if len({row.at for row in after}) <= LONGEST and self._keep(after, path, cone, seen, waiting):
                    self._harvest(after)
                    if not self.missing(path):
                        return

    def _keep(self, log: Log, path: Path, cone: frozenset[int | Path], seen: set[object], waiting: _Waiting) -> bool:
        """Keeps a customer who is unlike all others so far; says whether the log can be told at all."""
        customer = self.played(log)
        if customer is None:
            return False
        key, phases = self._key(cone, customer), [phase for (where, _), phase in customer.phases().items() if where == path]
        if key not in seen and phases:
            seen.add(key)
            waiting.add(log, phases)
        return True

    def _further(self, log: Log, path: Path, cone: frozenset[int | Path], most: int) -> Iterator[Log]:
        """What may be told next: of the part itself, of those whom it reads, and who comes and goes."""
        customer = self.played(log)
        assert customer is not None  # it was played before it was kept

        def found(rule: Rule) -> bool:
            return (path, rule.transition.name) in self.found

        actors = [actor for actor in customer.phases() if self.slots[actor[0]][0] in cone]
        for actor in sorted(actors, key=lambda actor: actor[0] != path):
            yield from self.parts[actor[0]].onwards(log, actor, customer, found if actor[0] == path else None)
        at = log[-1].at + DAY if log else TODAY
        for group in self.plan.groups:
            if group.path not in cone:
                continue
            part = ".".join(group.path)
            names = sorted({name for where, name in customer.phases() if name and where[: len(group.path)] == group.path})
            used = {row.instance for row in log if row.instance}
            name = next(name for name in NAMES if name not in used)
            if len(names) < most:
                yield from ((*log, *self._renamed(rows, name, at)) for rows in self._arrivals(group))
            yield from ((*log, Report(at, event="@leave", part=part, instance=name)) for name in names)

    def _arrivals(self, group: Group) -> list[Log]:
        """How somebody joins: knowing nothing, or going as far as somebody is known to have gone, with and without what roll-ups ask."""
        if group.path not in self.arrivals:
            part = ".".join(group.path)
            rows: list[Log] = [()]
            for (path, transition), log in self.found.items():
                if self.slots[path][0] == group.path and (customer := self.played(log)) is not None:
                    name = next(name for where, name, one in customer.taken if (where, one) == (path, transition))
                    rows.append(tuple(row for row in log if row.instance == name and row.event not in ("@join", "@leave")))
            asked = [{}, *(self.parts[(*group.path, *group.slots[n].path)].making(cond) for n, cond in group.asked)]
            joins = [Report(TODAY, event="@join", part=part)]
            joins += [Report(TODAY, values, "@join", part) for values in asked if values]
            self.arrivals[group.path] = [
                (attrs.evolve(join, at=told[0].at if told else TODAY), *told) for told in rows for join in joins
            ]
        return self.arrivals[group.path]

    def _renamed(self, rows: Log, name: str, at: int) -> Log:
        later = at - rows[0].at
        return tuple(
            told
            for row in rows
            for told in (
                (
                    attrs.evolve(row, at=row.at + later, instance=name, values={}),
                    attrs.evolve(row, at=row.at + later, instance=name, event=""),
                )
                if row.event == "@join" and row.values
                else (attrs.evolve(row, at=row.at + later, instance=name),)
            )
        )

    def _key(self, cone: frozenset[int | Path], customer: Customer | None) -> object:
        """What tells customers apart: where everybody who matters stands, and what their ports say."""
        if customer is None:
            return None
        said = []
        for (path, name), state in customer.states():
            if self.slots[path][0] in cone:
                ports = tuple(repr(getattr(state, f"v_{port}")) for port in sorted(self.slots[path][1].ways.ports))
                asked = self.parts[path].answers(state)
                said.append((path, bool(name), state.phase, tuple(sorted(state.resume.items())), ports, asked))
        return tuple(sorted(said))

    def played(self, log: Log) -> Customer | None:
        """The customer after a log; None if something in it is refused."""
        customer = Customer(self.plan)
        try:
            for at, rows in groupby(log, key=lambda row: row.at):
                customer.observe(at, list(rows))
        except (ClmstateError, KeyError):
            return None
        return customer

    def _harvest(self, log: Log) -> None:
        """Whatever a log takes on its way is shown by its beginning."""
        customer = Customer(self.plan)
        told: Log = ()
        for at, rows in groupby(log, key=lambda row: row.at):
            told = (*told, *(together := tuple(rows)))
            try:
                customer.observe(at, together)
            except (ClmstateError, KeyError):
                return
            for path, _, name in customer.taken:
                self.found.setdefault((path, name), told)

    # ---- from above

    def _thinkable(self, path: Path) -> frozenset[str]:
        """The transitions of a part that somebody may take, for all that is known; the others nobody can."""
        target, slot = self.slots[path]
        everything = frozenset(slot.ways.definition.transitions)
        most = tuple(int(group.path == target) for group in self.plan.groups)
        for followed in (frozenset({target}), frozenset(self.plan.cone({target}))):
            apart = blueprint(self.plan.definition)  # what was asked before is not to be among what is asked now
            explorer = any_members(apart, followed, most, Unwatched(), "places")
            try:
                explored(explorer, explorer.start())
            except Limit:
                continue
            everything &= _slot(apart, path).ways.thinkable
            if everything.isdisjoint(self.missing(path)):
                break
        return everything


class _Waiting:
    """Customers whose ways on were not tried yet. Those come first whose phase misses something and was looked at least often."""

    def __init__(self, search: _Search, path: Path) -> None:
        self.program = search.slots[path][1].ways.program
        self.logs: dict[int, deque[Log]] = {}
        self.looked: dict[int, int] = {}

    def add(self, log: Log, phases: Iterable[int]) -> None:
        """Keeps a customer by the phases of the part that matters."""
        for phase in phases:
            self.logs.setdefault(phase, deque()).append(log)

    def next(self, missing: Iterable[str]) -> Log | None:
        """The next one; None if nobody is left."""
        wanted = frozenset(missing)

        def order(phase: int) -> tuple[bool, int]:
            rules = (*self.program.offered[phase], *self.program.silent[phase])
            return all(rule.transition.name not in wanted for rule in rules), self.looked.get(phase, 0)

        phase = min((phase for phase, logs in self.logs.items() if logs), key=order, default=None)
        if phase is None:
            return None
        self.looked[phase] = self.looked.get(phase, 0) + 1
        return self.logs[phase].popleft()


def _slot(plan: Blueprint, path: Path) -> Slot:
    inside = [((*group.path, *slot.path), slot) for group in plan.groups for slot in group.slots]
    return dict([*((slot.path, slot) for slot in plan.ones), *inside])[path]


def _takes(path: Path, name: str) -> Callable[[Replay], bool]:
    return lambda replay: not replay.circle and any(where == path and one == name for where, _, one in replay.customer.taken)
