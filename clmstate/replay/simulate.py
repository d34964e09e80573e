"""Synthetic fleets: customers whose signals follow simple processes and whose events come at known rates; the truth behind them is kept.

A fleet is for trying a model out and for testing statistics, not a picture of any market: what comes out is what was put in.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, Final

import attrs

from clmstate.composition import Composition
from clmstate.conditions.nodes import Compare, Cond, Const, Not, SignalRef, Term, ThresholdRef, Unless, children
from clmstate.errors import Diagnostic, InputError, did_you_mean
from clmstate.lifecycle import Lifecycle, LifecycleDefinition
from clmstate.replay.rows import Log, Row
from clmstate.replay.shape import PartShape, shape_of
from clmstate.signals import DAY, SignalSpec, Value, instant

__all__ = ["Fleet", "Plan", "simulate"]

Model = type[Lifecycle] | type[Composition]

_YEAR: Final = 365.25


_LONGEST: Final = 5_200
"""Weeks of the longest simulation: a hundred years."""


@attrs.frozen
class Plan:
    """What drives a fleet; every number may be given for one signal or event by name (`health`, `contract.health`).

    Attributes:
        signals: for each signal, any of `start`, `goal` (where it tends to; each customer has its own), `spread` (how far customers
            differ), `noise`, `pull` (the share of the way to the goal made each week), `seen` (the share of weeks in which it is
            reported); a count that good phases ask for, such as logins, tends to what they ask for unless said, other counts to none; for flags `after` (mean days until it turns) and `back` (mean days until it turns back; 0 is never); for dates
            `every` (days until the next).
        events: for each event, how often it happens in a year.
        members: for each part that there are many of, how many members a customer begins with, and how many join in a year.
        bad_spells: how many a customer has in a year, of about eight weeks; signals tend to their worse end during one.

    Example:
        >>> Plan(events={"notice": 0.3}).events["notice"]
        0.3
    """

    signals: Mapping[str, Mapping[str, float]] = attrs.field(factory=dict)
    events: Mapping[str, float] = attrs.field(factory=dict)
    members: Mapping[str, tuple[int, float]] = attrs.field(factory=dict)
    bad_spells: float = 0.5


@attrs.frozen
class Fleet:
    """A synthetic fleet.

    Attributes:
        log: what was reported.
        truth: what was behind it, one record for each customer: when it began, its bad spells, and the goal of each of its signals.

    Example:
        >>> Fleet(Log("simulated", ()), ()).truth
        ()
    """

    log: Log
    truth: tuple[Mapping[str, Any], ...]


def simulate(
    model: Model,
    *,
    customers: int = 100,
    weeks: int = 52,
    seed: int = 0,
    start: str = "2026-01-05",
    plan: Plan | None = None,
) -> Fleet:
    """A fleet of customers who are reported on every week; the same for the same seed, on every machine.

    Args:
        model: whose signals and events are told of. Ports are fed by the model itself, unless it is used alone.
        customers: how many.
        weeks: from the first week of the fleet to the last; customers begin during its first half.
        seed: any whole number.
        start: the first day.
        plan: what drives them.

    Raises:
        InputError: CLM354, the plan names what the model does not know, or a number is not possible.

    Example:
        >>> from clmstate import Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health", 0, 100)
        ...     new = Phase("New", initial=True)
        >>> fleet = simulate(Deal, customers=2, weeks=3, seed=1)
        >>> len(fleet.truth), fleet == simulate(Deal, customers=2, weeks=3, seed=1)
        (2, True)
    """
    chosen = Plan() if plan is None else plan
    if customers < 0 or not 1 <= weeks <= _LONGEST:
        remedy = f"give at least 0 customers, and 1 to {_LONGEST:,} weeks"
        raise InputError([Diagnostic("CLM354", "simulate", f"{customers} customers, {weeks} weeks", remedy)])
    shape = shape_of(model)
    _check(chosen, shape.parts, set(shape.columns))
    rows: list[Row] = []
    truth = []
    first = instant(start)
    for number in range(customers):
        made = _Customer(f"c{number:05}", Random(f"{seed}/{number}"), chosen, first, weeks)
        rows += made.rows(shape.parts)
        truth.append(made.truth)
    log = Log("simulated", tuple(attrs.evolve(row, number=number) for number, row in enumerate(rows, 1)))
    return Fleet(log, tuple(truth))


def _check(plan: Plan, parts: Mapping[str, PartShape], columns: set[str]) -> None:
    short = {column.rpartition(".")[2] for column in columns}
    events = {event for part in parts.values() for event in part.definition.events}
    full = {f"{path}.{event}" for path, part in parts.items() for event in part.definition.events}
    many = {path for path, part in parts.items() if part.way.many}
    given = (
        ("signal", plan.signals, columns | short),
        ("event", plan.events, events | full),
        ("part with many", plan.members, many),
    )
    faults = [
        Diagnostic("CLM354", "plan", f"there is no {what} {name!r:.60}", did_you_mean(name, known))
        for what, names, known in given
        for name in names
        if name not in known
    ]
    numbers = [(name, n) for name, said in plan.signals.items() for n in said.values()] + list(plan.events.items())
    numbers += [(name, n) for name, both in plan.members.items() for n in both] + [("bad_spells", plan.bad_spells)]
    wrong = (name for name, n in numbers if not math.isfinite(n) or (n < 0 and name in plan.events))
    faults += [
        Diagnostic("CLM354", "plan", f"a number of '{name}' is not possible", "give a finite number, not below 0") for name in wrong
    ]
    if faults:
        raise InputError(faults)


class _Customer:
    """One customer: when it begins, when it is unwell, and what is told of it."""

    def __init__(self, name: str, rng: Random, plan: Plan, first: int, weeks: int) -> None:
        self.name, self.rng, self.plan = name, rng, plan
        late = rng.randrange(max(1, weeks // 2))
        self.start, self.weeks = first + late * 7 * DAY, weeks - late
        self.spells: list[tuple[int, int]] = []
        week = rng.expovariate(plan.bad_spells * 7 / _YEAR) if plan.bad_spells > 0 else math.inf
        while week < self.weeks:
            length = 4 + rng.randrange(9)
            self.spells.append((int(week), int(week) + length))
            week += length + rng.expovariate(plan.bad_spells * 7 / _YEAR)
        self.truth: dict[str, Any] = {"customer": name, "start_us": self.start, "bad_spells": self.spells, "goals": {}}

    def unwell(self, week: int) -> bool:
        return any(begin <= week < end for begin, end in self.spells)

    def rows(self, parts: Mapping[str, PartShape]) -> Iterator[Row]:
        for path, part in parts.items():
            if not part.way.many:
                yield from self.told(path, "", part.definition, 0, joins=False, composed=path != "")
            elif part.way.many == 1:
                begun, yearly = self.plan.members.get(path, (4, 2.0))
                later = self.arrivals(yearly)
                for number, week in enumerate([0] * int(begun) + later):
                    yield from self.told(path, f"m{number + 1}", part.definition, week, joins=True, composed=True)

    def arrivals(self, yearly: float) -> list[int]:
        """The weeks in which something that happens so often in a year happens."""
        found = []
        week = self.rng.expovariate(yearly * 7 / _YEAR) if yearly > 0 else math.inf
        while week < self.weeks:
            found.append(int(week))
            week += self.rng.expovariate(yearly * 7 / _YEAR)
        return found

    def told(self, path: str, instance: str, d: LifecycleDefinition, since: int, *, joins: bool, composed: bool) -> Iterator[Row]:
        """The rows about one part."""
        prefix = f"{path}." if path else ""
        specs = {name: spec for name, spec in d.signals.items() if not (spec.port and composed)}
        walks = {
            name: _Process(spec, self.given(prefix + name, name), self.rng, wanted(d, name) if spec.kind == "count" else None)
            for name, spec in specs.items()
        }
        if not instance:
            self.truth["goals"].update({prefix + name: walk.goal for name, walk in walks.items()})
        happen = {event: set(self.arrivals(self.rate(prefix + event, event, d))) for event in d.events}
        for week in range(since, self.weeks):
            at = self.start + week * 7 * DAY
            values = {
                prefix + name: value
                for name, walk in walks.items()
                if (value := walk.week(at, unwell=self.unwell(week))) is not None
            }
            event = "@join" if joins and week == since else ""
            yield Row(self.name, at, path, instance, event, {}, values)
            for name in (event for event, when in happen.items() if week in when and week > since):
                details = {"instance": f"{name}-{week}"} if d.events[name].names_instance else {}
                yield Row(self.name, at + DAY, path, instance, name, details)

    def given(self, full: str, name: str) -> Mapping[str, float]:
        return self.plan.signals.get(full, self.plan.signals.get(name, {}))

    def rate(self, full: str, name: str, d: LifecycleDefinition) -> float:
        """How often an event happens: as planned, else rarely if it ends the customer's way, and about once a year if not."""
        planned = self.plan.events.get(full, self.plan.events.get(name))
        if planned is not None:
            return planned
        ends = any(t.on == name and d.phases[leaf].final for t in d.transitions.values() for leaf in d.leaves(t.target))
        return 0.1 if ends else 0.8


class _Process:
    """One signal of one customer, week by week."""

    def __init__(self, spec: SignalSpec, given: Mapping[str, float], rng: Random, wanted: float | None = None) -> None:
        self.spec, self.given, self.rng, self.wanted = spec, given, rng, wanted
        low, high = spec.range
        self.low, self.high = max(low, -1e6), min(high, 1e6)
        usual = _USUAL.get(spec.kind, {})
        if spec.low is not None and spec.high is not None and spec.kind in ("score", "integer", "number", "days"):
            width = self.high - self.low
            usual = {
                "start": self.low + 0.6 * width,
                "goal": self.low + 0.75 * width,
                "spread": 0.12 * width,
                "noise": 0.02 * width,
            }
        if wanted is not None:
            usual = {"start": 0.0, "goal": 1.2 * wanted, "spread": 0.4 * wanted, "noise": 0.1 * wanted}
        self.numbers = {**usual, **given}
        spread = self.numbers.get("spread", 0.0)
        self.goal = self.inside(rng.gauss(self.numbers.get("goal", 0.0), spread))
        self.now = self.numbers.get("start", self.goal)
        self.last: Value | None = None
        self.turns = rng.expovariate(1 / max(self.numbers.get("after", 45.0), 1e-9))
        self.days = 0.0
        self.next_date: float | None = None

    def inside(self, x: float) -> float:
        return min(max(x, self.low), self.high)

    def week(self, at: int, *, unwell: bool) -> Value | None:
        """What is reported this week; None if nothing is, or nothing new."""
        value = self.value(at, unwell=unwell)
        if value is None or value == self.last or self.rng.random() >= self.numbers.get("seen", 1.0):
            return None
        self.last = value
        return value

    def value(self, at: int, *, unwell: bool) -> Value | None:
        match self.spec.kind:
            case "flag":
                return self.flag()
            case "date":
                every = self.numbers.get("every", 365.0)
                if self.next_date is None or at > self.next_date:
                    self.next_date = at + round(every * self.rng.uniform(0.8, 1.2)) * DAY
                return int(self.next_date)
            case "choice":
                return self.last if self.last is not None and self.rng.random() < 0.97 else self.rng.choice(self.spec.choices)
        return self.number(unwell=unwell)

    def flag(self) -> bool:
        self.days += 7
        if self.days >= self.turns:
            back = self.numbers.get("back", 0.0)
            self.now = 0.0 if self.now else 1.0
            wait = self.numbers.get("after", 45.0) if not self.now else back
            self.turns = self.days + self.rng.expovariate(1 / wait) if wait else math.inf
        return bool(self.now)

    def number(self, *, unwell: bool) -> int | float:
        goal = self.goal
        if unwell:
            goal = (
                self.high
                if self.spec.kind == "count" and self.wanted is None and self.spec.high is not None
                else goal + 3
                if self.spec.kind == "count" and self.wanted is None
                else 0.45 * goal
            )
        self.now += self.numbers.get("pull", 0.15) * (goal - self.now)
        x = self.inside(self.now + self.rng.gauss(0, self.numbers.get("noise", 0.0)))
        step = self.spec.step or 1
        steps = round(x / step)
        number = self.inside(steps * step)
        return int(number) if self.spec.kind in ("count", "integer") else round(float(number), 9)


def wanted(d: LifecycleDefinition, signal: str) -> float | None:
    """The most that a rule into a phase of good standing asks of a signal with "at least"; None if no such rule asks.

    Example:
        >>> from clmstate import Phase, Signal
        >>> class User(Lifecycle):
        ...     logins, tickets = Signal.count("login"), Signal.count("ticket", default=0)
        ...     new, active = Phase("New", initial=True), Phase("Active", standing="good")
        ...     adopt = new.to(active, when=(logins >= 8) & ~(tickets >= 3))
        >>> wanted(User.definition, "logins"), wanted(User.definition, "tickets")
        (8.0, None)
    """
    good = [t.when for t in d.transitions.values() if any(d.phases[leaf].standing == "good" for leaf in d.leaves(t.target))]
    return max((limit for when in good if when is not None for limit in _asked(when, signal, d)), default=None)


def _asked(cond: Cond, signal: str, d: LifecycleDefinition) -> Iterator[float]:
    """What is asked of a signal with "at least", except where it is denied."""
    match cond:
        case Not() | Unless():
            return
        case Compare(SignalRef(name), ">=" | ">", limit) if name == signal:
            yield from _limit(limit, d)
        case _:
            for child in children(cond):
                yield from _asked(child, signal, d)


def _limit(term: Term, d: LifecycleDefinition) -> Iterator[float]:
    match term:
        case Const(value):
            yield float(value)
        case ThresholdRef(name):
            yield float(d.thresholds[name].value)
        case _:
            return


_USUAL: Final[Mapping[str, Mapping[str, float]]] = {
    "share": {"start": 0.05, "goal": 0.8, "spread": 0.15, "noise": 0.02, "pull": 0.08},
    "change": {"start": 0.0, "goal": 0.02, "spread": 0.05, "noise": 0.08},
    "count": {"start": 0.0, "goal": 0.3, "spread": 0.3, "noise": 0.4},
    "money": {"start": 20_000.0, "goal": 24_000.0, "spread": 9_000.0, "noise": 0.0, "pull": 0.02},
    "days": {"start": 10.0, "goal": 10.0, "spread": 4.0, "noise": 2.0},
    "number": {"start": 1.0, "goal": 1.0, "spread": 0.5, "noise": 0.1},
}
