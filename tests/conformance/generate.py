"""Random lifecycles, as source in the public syntax, and random traffic for them; all from a seed.

A lifecycle is text that defines a class, so that a failing one can be printed and kept. Traffic is aimed: half of the steps try to make
some way out of the present phase True, with values at the limits that its condition names or a step beside them.
"""

from __future__ import annotations

import datetime as dt
import functools
import linecache
import math
from collections.abc import Iterator
from random import Random
from typing import Any, Literal

import attrs

import clmstate
from clmstate.conditions import nodes as n
from clmstate.lifecycle.definition import LifecycleDefinition
from clmstate.signals.spec import CLEAR, SignalSpec
from tests.conformance.oracle import DAY, Oracle, inside

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
TODAY = (dt.datetime(2026, 1, 1, tzinfo=dt.UTC) - EPOCH) // dt.timedelta(microseconds=1)
OPEN_QUESTIONS = False
"""Whether traffic asks what the page of meaning does not answer: when an event happened that was offered before the first `at`, and
whether resuming a group at a final phase is "into a final phase". Never asked: sums so large, or so near a half of the ninth decimal, that
floats and decimals differ; holds that nobody can time; an event twice in one observation; `start` after anything else was told."""


def moment(us: int) -> dt.datetime:
    """An instant as users give it."""
    return EPOCH + dt.timedelta(microseconds=us)


# ---- what happens ----------------------------------------------------------------------------------------------------------


@attrs.frozen
class Step:
    """One thing that somebody does with a customer. Instants are microseconds, values as they are stored; `bad` values are raw."""

    kind: Literal["observe", "start", "move"] = "observe"
    at: int | None = None
    values: dict[str, Any] = attrs.field(factory=dict)
    events: tuple[str, ...] = ()
    phase: str = ""  # for start and move
    until: int | None = None  # since, for start; hold_until, for move
    bad: dict[str, Any] = attrs.field(factory=dict)  # refused for their values

    def __str__(self) -> str:
        def when(us: int | None) -> str:
            return "" if us is None else moment(us).isoformat()

        given = {
            "at": when(self.at),
            "values": self.values,
            "events": self.events,
            "phase": self.phase,
            "until": when(self.until),
            "bad": self.bad,
        }
        return f"{self.kind}({', '.join(f'{key}={value!r}' for key, value in given.items() if value not in ('', {}, ()))})"


# ---- lifecycles ------------------------------------------------------------------------------------------------------------

KINDS: dict[str, tuple[str, list[str], list[float]]] = {
    # kind: arguments, defaults, limits that conditions may name
    "flag": ("", ["False", "True"], []),
    "count": ("", ["0", "2"], [0, 1, 2, 3, 5]),
    "integer": ("low=-5, high=5", ["0", "-1"], [-5, -2, 0, 1, 3, 5]),
    "number": ("low=0, high=10, step=0.5", ["0.5"], [0, 0.3, 0.5, 1, 2.5, 9.75, 10]),
    "share": ("", ["0.5", "0.0"], [0, 0.1, 0.3, 0.5, 0.615, 0.8, 1]),
    "change": ("", ["0.0"], [-1, -0.2, 0, 0.07, 0.3]),
    "score": ("low=0, high=100", ["50"], [0, 33.3, 40, 60, 70, 100]),
    "days": ("", ["0", "14"], [0, 0.5, 7, 14, 30]),
    "money": ('unit="EUR"', ["0"], [-100, 0, 999.99, 1000, 12000]),
    "choice": ('"red", "green", "blue"', ['"green"'], []),
    "date": ("", ['"2026-01-20"', '"2026-02-01T06:30"'], []),
}
NUMERIC = ("count", "integer", "number", "share", "change", "score", "days", "money")
OPS = ("<", "<=", "==", "!=", ">=", ">")
DATES = ('"2026-01-05"', '"2026-01-20"', '"2026-02-01T06:30"', '"2025-12-31T23:59:59.999999"')


class Writer:
    """Writes one random lifecycle."""

    def __init__(self, rng: Random, name: str) -> None:
        self.rng, self.name = rng, name
        self.lines: list[str] = []
        self.signals: dict[str, str] = {}  # name: kind
        self.events: list[str] = []
        self.thresholds: dict[str, list[str]] = {}  # kind: names
        self.leaves: list[str] = []
        self.groups: dict[str, list[str]] = {}
        self.finals: list[str] = []
        self.named: list[str] = []  # conditions of the class body
        self.arrows = 0
        self.counting = self.chance(0.35)  # whether visits are read: then rules lead forward only, lest nothing ever repeats

    def pick(self, items: Any) -> Any:
        return self.rng.choice(list(items))

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def text(self) -> str:
        self.facts()
        self.places()
        for index in range(self.rng.randint(0, 2)):
            self.lines.append(f"    c{index} = ({self.condition(1)} & {self.condition(1)})")
            self.named.append(f"c{index}")
        self.transitions()
        for index in range(self.rng.randint(0, 2)):
            self.lines.append(f'    m{index} = Milestone("milestone {index}", when={self.condition(1)})')
        body = "\n".join(self.lines)
        return f"class {self.name}(Lifecycle):\n{body}\n" + (self.variant() if self.chance(0.2) else "")

    # -- what is known, and where one stands

    def facts(self) -> None:
        kinds = [self.pick([*KINDS, "date"]) for _ in range(self.rng.randint(1, 6))]
        for index, kind in enumerate(kinds):
            arguments, defaults, _ = KINDS[kind]
            given = [f'"signal {index}"', *([arguments] if arguments else [])]
            if self.chance(0.45):
                given.append(f"default={self.pick(defaults)}")
            self.signals[f"s{index}"] = kind
            self.lines.append(f"    s{index} = Signal.{kind}({', '.join(given)})")
        for index in range(self.rng.randint(1, 4)):
            self.events.append(f"e{index}")
            self.lines.append(f'    e{index} = Event("event {index}")')
        for kind in dict.fromkeys(kinds):
            if kind in NUMERIC and self.chance(0.5):
                self.threshold(kind, self.pick(KINDS[kind][2]))
        if self.chance(0.4):
            self.threshold("elapsed", self.pick([1, 2, 3, 5, 2.5]))
        if self.chance(0.4):
            self.threshold("for_days", self.pick([1, 2, 3, 5]))

    def threshold(self, kind: str, value: float) -> None:
        name = f"k{sum(map(len, self.thresholds.values()))}"
        self.thresholds.setdefault(kind, []).append(name)
        self.lines.append(f"    {name} = Threshold({value})")

    def places(self) -> None:
        singles = self.rng.randint(1, 4)
        groups = self.pick([0, 0, 1, 1, 2 if singles < 3 else 1])
        start_in_group = groups > 0 and self.chance(0.25)
        for index in range(singles):
            initial = ", initial=True" if index == 0 and not start_in_group else ""
            self.leaves.append(f"p{index}")
            self.lines.append(f'    p{index} = Phase("Phase {index}"{initial})')
        for index in range(groups):
            group, first = f"g{index}", self.rng.randint(0, 1)
            self.lines.append(f"    class {group}(Phase.Group{', initial=True' if start_in_group and index == 0 else ''}):")
            self.groups[group] = [f"{group}.{child}" for child in "abc"[: self.rng.randint(2, 3)]]
            for place, child in enumerate(self.groups[group]):
                self.leaves.append(child)
                final = place == 2 and self.chance(0.3)
                self.finals += [child] if final else []
                mark = ", initial=True" if place == first else ", final=True" if final else ""
                self.lines.append(f'        {child[-1]} = Phase("Child {child}"{mark})')
        for index in range(self.pick([0, 1, 1, 1 if groups else 2]) if len(self.leaves) > 1 else 1):
            self.leaves.append(f"z{index}")
            self.finals.append(f"z{index}")
            self.lines.append(f'    z{index} = Phase("End {index}", final=True)')

    # -- conditions

    def limit(self, kind: str) -> str:
        if kind in self.thresholds and self.chance(0.4):
            return self.pick(self.thresholds[kind])
        if kind == "elapsed":
            return self.pick(["0", "1", "2", "3", "5", "10", "1.5"])
        return str(self.pick(KINDS[kind][2]))

    def of_kind(self, *kinds: str) -> list[str]:
        return [name for name, kind in self.signals.items() if kind in kinds]

    def condition(self, depth: int, *, clocks: bool = True) -> str:
        """Text that may stand in parentheses or before ``&``."""
        roll = self.rng.random()
        if depth == 0 or roll < 0.4:
            return f"({self.atom(clocks)})"
        if roll < 0.58:
            return f"({self.condition(depth - 1, clocks=clocks)} & {self.condition(depth - 1, clocks=clocks)})"
        if roll < 0.72:
            return f"({self.condition(depth - 1, clocks=clocks)} | {self.condition(depth - 1, clocks=clocks)})"
        if roll < 0.78:
            return f"(~{self.condition(depth - 1, clocks=clocks)})"
        if roll < 0.84:
            return f"unless({self.condition(depth - 1, clocks=clocks)})"
        if roll < 0.86:
            return f"{self.condition(depth - 1, clocks=clocks)}.is_missing()"
        if roll < 0.9:
            return f'{self.condition(depth - 1, clocks=clocks)}.named("so")'
        if clocks and roll < 0.98:
            days = self.pick([*self.thresholds.get("for_days", [])[:1], "1", "2", "3"])
            return f"{self.condition(depth - 1, clocks=False)}.for_days({days})"
        return self.pick(self.named) if self.named and clocks else f"({self.atom(clocks)})"

    def atom(self, clocks: bool) -> str:
        if clocks and self.chance(0.4):
            return self.elapsed()
        signal = self.pick(self.signals)
        kind = self.signals[signal]
        if self.chance(0.08):
            return f"{signal}.is_missing()"
        if kind == "flag":
            return self.pick([signal, f"~{signal}"])
        if kind == "choice":
            words = self.rng.sample(["red", "green", "blue"], self.rng.randint(1, 2))
            return self.pick(
                [f"{signal}.one_of({', '.join(map(repr, words))})", f"{signal} {self.pick(['==', '!='])} {words[0]!r}"]
            )
        if kind == "date":
            others = [other for other in self.of_kind("date") if other != signal]
            return f"{signal} {self.pick(OPS)} {self.pick(others) if others and self.chance(0.5) else self.pick(DATES)}"
        if self.chance(0.15):
            low, high = sorted(self.rng.sample(KINDS[kind][2], 2))
            return f"{signal}.between({low}, {high})"
        if self.chance(0.4):
            return self.linear(signal)
        return f"{signal} {self.pick(OPS)} {self.limit(kind)}"

    def linear(self, signal: str) -> str:
        others = self.of_kind(*NUMERIC)
        other = self.pick(others)
        limits = [name for kind, names in self.thresholds.items() if kind not in ("elapsed", "for_days") for name in names]
        k = self.pick([*limits, "0.3", "2", "0.1"])
        limit = self.pick(["0", "0.3", "1", "2.5", "70", k])
        op = self.pick(OPS)
        shapes = [
            f"{signal} + {other} {op} {limit}",
            f"{signal} - {other} {op} {limit}",
            f"{self.pick(['2', '0.8', '0.1', '-1.5'])} * {signal} {op} {other}"
            if other != signal
            else f"2 * {signal} {op} {limit}",
            f"{signal} / {self.pick(['3', '4', '7'])} {op} {limit}",
            f"{signal} + 0.1 + 0.2 {op} {limit}",
            f"3 - {signal} {op} {limit}",
            f"-{signal} {op} {k}",
            f"{signal} - {k} {op} 0",
            f"{k} - {signal} {op} {limit}",
            f"{k} * {signal} {op} {limit}",
            f"({signal} * 0.1 + {other} * 0.2) * 3 {op} {limit}",
            f"({signal} + {other}).between(0.3, {self.pick(['3', '70'])})",
            f"({signal} + {other}).is_missing()",
        ]
        return self.pick([*shapes, f"{signal} {op} {other}"] if other != signal else shapes)

    def elapsed(self) -> str:
        dates, event = self.of_kind("date"), self.pick(self.events)
        terms = ["days_in_phase", "days_in_phase", f"{event}.days_since", f"{event}.times"]
        terms += [f"{self.pick(dates)}.{term}" for term in ("days_until", "days_since") for _ in range(4) if dates]
        terms += [f"{self.pick(self.leaves)}.visits"] * 2 if self.counting else []
        terms += [f"{self.pick(self.groups)}.visits"] * 8 if self.groups and self.counting else []
        term = self.pick(terms)
        if self.chance(0.12):
            low = self.rng.randint(0, 3)
            return f"{term}.between({low}, {low + self.rng.randint(0, 4)})"
        limit = self.limit("elapsed")
        if term.endswith("days_until") and self.chance(0.2):
            limit = "-" + limit if not limit.startswith("k") else limit
        return f"{term} {self.pick(['>=', '>=', '>', '<=', '<', '==', '!='])} {limit}"

    # -- transitions

    def arrow(self, source: str, target: str, **given: str) -> None:
        about = ", ".join([target, *(f"{key}={value}" for key, value in given.items() if value)])
        self.lines.append(f"    t{self.arrows} = {source}.to({about})")
        self.arrows += 1

    def reason(self, *, backward: bool) -> dict[str, str]:
        """What a transition needs: rules forward, mostly events backward, lest everything go round for ever."""
        if self.chance((1 if self.counting else 0.5) if backward else 0.3):
            return {"on": self.pick(self.events), "when": self.condition(2) if self.chance(0.4) else ""}
        return {"when": self.condition(2)}

    def is_backward(self, sources: list[str], target: str) -> bool:
        """Whether a way leads to where its sources may have come from."""
        order = [*self.leaves, *self.groups]
        reached = [order.index(leaf) for leaf in self.groups.get(target, [target])]
        return any(min(reached) <= order.index(leaf) for source in sources for leaf in self.groups.get(source, [source]))

    def transitions(self) -> None:
        open_leaves = [leaf for leaf in self.leaves if leaf not in self.finals]
        for place, leaf in enumerate(open_leaves):
            for _ in range(self.pick([1, 1, 2])):
                later = [other for other in self.leaves if other not in open_leaves[: place + 1]]
                earlier = [other for other in self.leaves if other != leaf and other not in later]
                backward = bool(earlier) and (not later or self.chance(0.35))
                if target := self.pick([*(earlier if backward else later)] or [""]):
                    self.arrow(leaf, self.wider(leaf, target), **self.reason(backward=backward))
            if self.chance(0.15):
                self.arrow(leaf, leaf, on=self.pick(self.events), when=self.condition(1) if self.chance(0.4) else "")
            if self.chance(0.15):
                self.lines.append(f"    t{self.arrows} = {leaf}.stay(on={self.pick(self.events)})")
                self.arrows += 1
        if len(open_leaves) > 1 and not self.counting and self.chance(0.15):
            self.refresher(open_leaves)
        for group in self.groups:
            outside = [leaf for leaf in open_leaves if leaf not in self.groups[group]]
            targets = [leaf for leaf in self.leaves if leaf not in self.groups[group] or self.chance(0.2)]
            if targets:
                target = self.pick(targets)
                self.arrow(group, target, **self.reason(backward=self.is_backward([group], target)))
            for source in self.rng.sample(outside, min(len(outside), self.rng.randint(1, 3))):
                self.arrow(source, f"{group}.resume", **self.reason(backward=self.is_backward([source], group)))
            if len(outside) > 1 and self.chance(0.4):
                union = self.rng.sample(outside, 2)
                target = self.pick([group, f"{group}.resume"])
                self.arrow(f"({' | '.join(union)})", target, **self.reason(backward=self.is_backward(union, group)))
        if len(open_leaves) > 1 and self.chance(0.5):
            union = self.rng.sample(open_leaves, 2)
            if self.groups and self.chance(0.4):
                union.append(self.pick(self.groups))
            elsewhere = [leaf for leaf in self.leaves if leaf not in union[:2]] or self.leaves
            target = self.pick(self.leaves if self.chance(0.3) else elsewhere)
            self.arrow(f"({' | '.join(union)})", target, **self.reason(backward=self.is_backward(union, target)))
        for end in self.finals:
            if self.chance(0.6):  # declared late, but taken first when two events come together
                self.arrow(self.pick(["anywhere", self.pick(open_leaves)]), end, on=self.pick(self.events))
        targets = [*self.leaves, *self.finals, *self.groups] if len(open_leaves) > 1 else self.finals
        if targets and self.chance(0.6):
            target = self.pick(targets)
            rule = target in self.finals or (not self.counting and self.chance(0.3))
            self.arrow("anywhere", target, **self.reason(backward=not rule))

    def refresher(self, open_leaves: list[str]) -> None:
        """Out after a while and back at once: a circle that ends, because the stay is a new one."""
        here, there = self.rng.sample(open_leaves, 2)
        self.arrow(here, there, when=f"(days_in_phase >= {self.limit('elapsed')})")
        self.arrow(there, here, when="(days_in_phase == 0)")
        self.lines.append(f"    t{self.arrows} = {here}.stay(on={self.pick(self.events)})")
        self.arrows += 1

    def wider(self, leaf: str, target: str) -> str:
        """A group instead of its child, now and then."""
        group = target.rpartition(".")[0]
        return group if group and not leaf.startswith(group) and self.chance(0.6) else target

    def variant(self) -> str:
        """A child class that overrides, drops and adds."""
        taken = [line.split()[0] for line in self.lines if line.startswith("    t")]
        self.lines = []
        refer = {name: f"{self.name}.{name}" for name in (*self.signals, *self.events, *self.groups)}
        simple = [leaf for leaf in self.leaves if "." not in leaf and leaf not in self.finals]
        if self.thresholds.get("elapsed"):
            self.lines.append(f"    {self.thresholds['elapsed'][0]} = Threshold({self.pick([1, 2, 4])})")
        if taken and self.chance(0.5):
            self.lines.append(f"    {taken[0]} = Transition.dropped()")
        if len(simple) > 1:
            event = refer[self.pick(self.events)]
            name = self.pick([*taken[1:], "t99"])
            self.lines.append(f"    {name} = {self.name}.{simple[-1]}.to({self.name}.{simple[0]}, on={event})")
        return f"\n\nclass {self.name}Variant({self.name}):\n" + "\n".join(self.lines or ["    pass"]) + "\n"


def model_source(rng: Random, name: str = "Model") -> str:
    """The source of one random lifecycle (the last class in it)."""
    return Writer(rng, name).text()


def model_class(source: str) -> type[clmstate.Lifecycle]:
    """The class that a source defines."""
    file = "<generated model>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    names = {name: getattr(clmstate, name) for name in clmstate.__all__}
    before = set(names)
    exec(compile(source, file, "exec"), names)
    return [value for name, value in names.items() if name not in before and isinstance(value, type)][-1]


def models(rng: Random) -> Iterator[tuple[str, type[clmstate.Lifecycle]]]:
    """Random lifecycles without end; what is written is always a lifecycle."""
    while True:
        source = model_source(rng)
        yield source, model_class(source)


# ---- traffic ---------------------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=100)
def limits_of(definition: LifecycleDefinition) -> dict[str, list[float]]:
    """For each numeric signal the numbers that conditions compare it with."""
    found: dict[str, list[float]] = {name: [] for name in definition.signals}
    for element in (*definition.transitions.values(), *definition.milestones.values()):
        for node in inside(element.when):
            if isinstance(node, n.Compare | n.Between):
                terms = inside(node)
                numbers = [t.value for t in terms if isinstance(t, n.Const)]
                numbers += [definition.thresholds[t.name].value for t in terms if isinstance(t, n.ThresholdRef)]
                for term in terms:
                    if isinstance(term, n.SignalRef):
                        found[term.name] += numbers
    return found


class Traffic:
    """What happens to one customer, step by step; it looks at the oracle to aim."""

    def __init__(self, rng: Random, definition: LifecycleDefinition, oracle: Oracle) -> None:
        self.rng, self.definition, self.oracle = rng, definition, oracle
        self.limits = limits_of(definition)
        self.first = True
        self.calm = rng.random() < 0.1

    @property
    def part(self) -> Any:
        return self.oracle.parts[0]

    def step(self, *, several: bool = True) -> Step:
        """The next step; with one event at most unless `several`."""
        first, self.first = self.first, False
        roll = self.rng.random()
        if roll < 0.03:
            return self.refused()
        if (first and roll < 0.25) or (roll < 0.035 and self.part.moved):
            return self.started()
        if roll < 0.07 or (roll < 0.35 and self.definition.phases[self.part.phase].final):
            return self.moved()
        if self.calm and not first and self.rng.random() < 0.75:
            return Step(at=self.later(), values=self.hardly_changed())
        at, values, events = self.later(), self.some_values(), self.some_events()
        if self.rng.random() < 0.75:
            at, values, events = self.aimed(at, values, events)
        self.rng.shuffle(events)
        if at is None and self.oracle.at is None and not OPEN_QUESTIONS:
            events = []
        return Step(at=at, values=values, events=tuple(dict.fromkeys(events))[: None if several else 1])

    # -- time

    def later(self) -> int | None:
        now, roll = self.oracle.at, self.rng.random()
        if roll < 0.15:
            return None
        if now is None:
            return TODAY + self.rng.choice([0, 0, DAY // 3])
        if roll < 0.35:
            return now
        if roll < 0.6:
            return now + self.rng.randint(1, 4) * DAY
        if roll < 0.85:
            return now + int(self.rng.random() * 2 * DAY)
        return now + self.rng.choice([1, DAY - 1, DAY + 1, 7 * DAY, 30 * DAY])

    def beside(self, limit: float) -> int:
        """Whole days at a limit or one beside it."""
        return math.floor(limit) + self.rng.choice([0, 0, 1, 1, -1])

    # -- values and events

    def some_values(self) -> dict[str, Any]:
        names = [name for name in self.definition.signals if self.rng.random() < 0.25]
        return {name: CLEAR if self.rng.random() < 0.2 else self.value(name) for name in names}

    def hardly_changed(self) -> dict[str, Any]:
        """A report as most are: what is known, again, or a step beside it."""
        known = {name: value for name, value in self.part.values.items() if value is not None}
        names = self.rng.sample(list(known), min(len(known), self.rng.randint(0, 3)))
        return {name: self.beside_it(name, known[name]) if self.rng.random() < 0.6 else known[name] for name in names}

    def beside_it(self, name: str, value: Any) -> Any:
        """A value next to one that is known, where there is such a thing."""
        match self.definition.signals[name].kind:
            case "flag" | "choice":
                return value
            case "date":
                return value + self.rng.choice([1, -1, 2, 3, 7]) * DAY
            case _:
                return self.clipped(name, value + self.rng.choice([1, -1, 1, -1, 2, 0.5]) * self.step_of(name))

    def some_events(self) -> list[str]:
        return self.rng.sample(
            list(self.definition.events),
            self.rng.choice([0, 0, 0, 1, min(2, len(self.definition.events)), min(3, len(self.definition.events))]),
        )

    def value(self, name: str, limits: list[float] | None = None) -> Any:
        spec = self.definition.signals[name]
        match spec.kind:
            case "flag":
                return self.rng.random() < 0.5
            case "choice":
                return self.rng.choice(spec.choices)
            case "date":
                consts = [TODAY + 4 * DAY, TODAY + 19 * DAY, TODAY + 31 * DAY + 234 * 10**8, TODAY - 1]
                base = self.rng.choice([self.oracle.at or TODAY, *consts])
                return base + self.rng.choice([0, 0, self.rng.randint(-5, 5) * DAY, 1, -1, int(self.rng.random() * DAY)])
        return self.number(spec, limits if limits is not None else self.limits[name])

    def number(self, spec: SignalSpec, limits: list[float]) -> float:
        step = spec.step or 1
        base = self.rng.choice(limits or [1]) if self.rng.random() < 0.9 else self.rng.uniform(0, 10)
        # at the limit, a step beside it, between two steps, and closer than expressions are rounded
        value = base + self.rng.choice([0, 0, 0, step, -step, step / 2, 1e-10, -1e-10, 1e-9, -1e-9, 0.1 * 3 - 0.3, 2 * step])
        low, high = (max(spec.range[0], -1e6), min(spec.range[1], 1e6))
        value = min(max(value, low), high)
        return math.floor(value) if spec.kind in ("count", "integer") else value

    # -- aim

    def aimed(self, at: int | None, values: dict[str, Any], events: list[str]) -> tuple[int | None, dict[str, Any], list[str]]:
        """Tries to make a way out of the present phase True."""
        ways = self.part.ways_out()
        if not ways:
            return at, values, events
        way = self.rng.choice(ways)
        if way.on is not None:
            events = [way.on] if self.rng.random() < 0.8 else [*events, way.on]
        self.plan_at, self.plan, self.plan_events = at, dict(values), events
        if way.when is not None:
            self.aim(way.when, True)
        return self.plan_at, self.plan, self.plan_events

    def aim(self, cond: Any, want: bool) -> None:
        match cond:
            case n.IsTrue(signal):
                self.plan[signal] = want
            case n.OneOf(signal, words):
                others = [word for word in self.definition.signals[signal].choices if word not in words]
                self.plan[signal] = self.rng.choice(words if want or not others else others)
            case n.And(items) | n.Or(items):
                for item in items if want == isinstance(cond, n.And) else [self.rng.choice(items)]:
                    self.aim(item, want)
            case n.Not(of) | n.Unless(of):
                self.aim(of, not want)
            case n.Named(of):
                self.aim(of, want)
            case n.ForDays(of, days):
                self.aim(of, want)
                since = self.part.clocks.get(of)
                self.until(since, self.number_of(days))
            case n.IsMissing(of):
                names = [node.name for node in inside(of) if isinstance(node, n.SignalRef)]
                names += [node.signal for node in inside(of) if isinstance(node, n.IsTrue | n.OneOf)]
                for name in names:
                    self.plan[name] = CLEAR if want else self.value(name)
            case n.Compare(left, op, right):
                self.compare(left, op if want else {"<": ">=", "<=": ">", "==": "!=", "!=": "==", ">=": "<", ">": "<="}[op], right)
            case n.Between(term, low, high):
                self.compare(term, ">=" if want else "<", low if self.rng.random() < 0.7 or not want else high)

    def number_of(self, term: Any) -> float:
        return self.definition.thresholds[term.name].value if isinstance(term, n.ThresholdRef) else getattr(term, "value", 0)

    def until(self, since: int | None, days: float) -> None:
        """Lets time pass until some days after an instant, if that is still ahead."""
        if since is not None:
            target = since + self.beside(days) * DAY + self.rng.choice([0, 0, 0, 1, -1, DAY // 2])
            if self.oracle.at is None or target >= self.oracle.at:
                self.plan_at = target

    def compare(self, left: Any, op: str, right: Any) -> None:
        limit = self.number_of(right)
        now = self.plan_at or self.oracle.at or TODAY
        match left:
            case n.DaysUntil(signal) | n.DaysSince(signal):
                days = self.beside(limit + (1 if ">" in op else -1 if "<" in op else 0))
                sign = 1 if isinstance(left, n.DaysUntil) else -1
                self.plan[signal] = now + sign * days * DAY + self.rng.choice([0, 0, 0, 1, -1])
            case n.DaysInPhase():
                self.until(self.part.since, limit)
            case n.EventDaysSince(event):
                if self.part.last.get(event) is None or self.rng.random() < 0.2:
                    self.plan_events.append(event)
                else:
                    self.until(self.part.last[event], limit)
            case n.EventTimes(event):
                if self.part.times[event] <= limit:
                    self.plan_events.append(event)
            case n.SignalRef(name) if isinstance(right, n.Const | n.ThresholdRef):
                better = {
                    "<": [limit - self.step_of(name), limit - self.step_of(name), limit - 1e-10],
                    ">": [limit + self.step_of(name), limit + 1e-10],
                }
                allowed = better.get(op[:1], [limit]) + ([limit] if "=" in op else [])
                self.plan[name] = self.clipped(name, self.rng.choice(allowed))
            case _:
                for name in (node.name for node in inside(left) + inside(right) if isinstance(node, n.SignalRef)):
                    self.plan[name] = self.value(name)

    def step_of(self, name: str) -> float:
        return self.definition.signals[name].step or 1

    def clipped(self, name: str, value: float) -> float:
        spec = self.definition.signals[name]
        value = min(max(value, spec.range[0]), spec.range[1])
        return math.floor(value) if spec.kind in ("count", "integer") else value

    # -- by hand, and what is refused

    def started(self) -> Step:
        at = self.later()
        since = None if at is None or self.rng.random() < 0.4 else at - int(self.rng.choice([0, 1, 3.5, 30]) * DAY)
        return Step("start", at=at, values=self.some_values(), phase=self.rng.choice(list(self.definition.phases)), until=since)

    def moved(self) -> Step:
        at = self.later()
        now = at or self.oracle.at
        until = None if now is None or self.rng.random() < 0.3 else now + int(self.rng.choice([0.25, 1, 3.5, 10]) * DAY)
        targets = list(self.definition.phases)
        here = self.part.phase
        if self.definition.phases[here].final and "." in here and not OPEN_QUESTIONS:
            targets = [path for path in targets if path.partition(".")[0] == here.partition(".")[0]]
        return Step("move", at=at, phase=self.rng.choice(targets), until=until)

    def refused(self) -> Step:
        name, roll = self.rng.choice(list(self.definition.signals)), self.rng.random()
        if roll < 0.42 and self.oracle.at is not None:
            return Step(at=self.oracle.at - self.rng.choice([1, DAY]), values=self.some_values())
        if roll < 0.48:
            return Step(at=self.later(), values={"nobody": 1})
        if roll < 0.54:
            return Step(at=self.later(), events=("nothing",))
        if roll < 0.6:
            return Step("move", at=self.later(), phase="nowhere")
        spec = self.definition.signals[name]
        bad: list[Any] = [None, math.nan, object]
        bad += {"flag": [1, "yes"], "choice": ["Gold", 3], "date": ["soon", 3]}.get(
            spec.kind, [True, "3", math.inf, *self.outside(spec)]
        )
        others = {key: value for key, value in self.some_values().items() if key != name}
        return Step(at=self.later(), values=others, bad={name: self.rng.choice(bad)})

    def outside(self, spec: SignalSpec) -> list[float]:
        step = spec.step or 1
        found = [limit + sign * step for limit, sign in ((spec.low, -1), (spec.high, 1)) if limit is not None]
        return found + ([0.5] if spec.kind in ("count", "integer") else [])
