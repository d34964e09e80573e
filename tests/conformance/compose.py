"""Random compositions, as source in the public syntax, and random traffic for their customers; all from a seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from types import SimpleNamespace
from typing import Any, Literal

import attrs

import clmstate
from clmstate.composition import CompositionDefinition
from clmstate.lifecycle.definition import LifecycleDefinition
from tests.conformance.generate import KINDS, NUMERIC, TODAY, Step, Traffic, Writer, model_class, moment
from tests.conformance.oracle import DAY
from tests.conformance.whole import Path, Whole

# ---- what happens ----------------------------------------------------------------------------------------------------------


@attrs.frozen
class Deed:
    """One thing that somebody does with a customer; as a :class:`Step`, with the part that each thing is told of."""

    kind: Literal["observe", "start", "move"] = "observe"
    at: int | None = None
    values: dict[Path, dict[str, Any]] = attrs.field(factory=dict)
    events: tuple[tuple[Path, str, str | None], ...] = ()
    joins: tuple[Path, ...] = ()
    leaves: tuple[Path, ...] = ()
    wide: tuple[Path, str, str | None] | None = None  # an event to all of a kind, or to everybody: ()
    single: bool = False  # whether it is told to the part itself, where it is about one part only
    path: Path = ()  # for move
    phase: str = ""
    until: int | None = None
    placed: dict[Path, str] = attrs.field(factory=dict)  # for start
    since: dict[Path, int] = attrs.field(factory=dict)
    bad: dict[Path, dict[str, Any]] = attrs.field(factory=dict)  # refused for their values

    def __str__(self) -> str:
        given = {name: value for name, value in attrs.asdict(self, recurse=False).items() if value not in ((), {}, None, "", False)}
        said = {name: moment(value).isoformat() if name in ("at", "until") else value for name, value in given.items()}
        return ", ".join(f"{name}={value!r}" for name, value in said.items())


# ---- compositions ----------------------------------------------------------------------------------------------------------

PORTS = {
    "flag": ("", ["False", "True"]),
    "share": ("", ["0.5", "0.0"]),
    "count": ("", ["0", "2"]),
    "number": ("step=0.5", ["0", "2.5"]),
}
FLAGS = ("any_in", "any_in", "all_in", "all_in", "none_in", "none_in", "none_in")
NUMBERS = ("sum", "sum", "mean", "mean", "mean", "mean", "min", "min", "max", "max", "share_where", "count_in")


class LeafWriter(Writer):
    """Writes a small lifecycle with ports."""

    def facts(self) -> None:
        self.ports: dict[str, str] = {}
        self.naming: list[str] = []
        kinds = [
            "flag",
            self.pick(["count", "share", "score"]),
            *(self.pick([*NUMERIC, *NUMERIC, "flag", "choice", "date"]) for _ in range(self.rng.randint(0, 2))),
        ]
        for index, kind in enumerate(kinds):
            arguments, defaults, _ = KINDS[kind]
            self.declare(f"s{index}", kind, arguments, f"default={self.pick(defaults)}" if self.chance(0.5) else "")
        for index in range(self.pick([0, 1, 2, 2, 3, 3])):
            kind = self.pick([*PORTS, "number"])
            arguments, defaults = PORTS[kind]
            self.ports[f"x{index}"] = kind
            self.declare(f"x{index}", kind, arguments, "port=True", f"default={self.pick(defaults)}" if self.chance(0.3) else "")
        for index in range(self.rng.randint(1, 3)):
            self.events.append(f"e{index}")
            names = index == 0 and self.chance(0.6)
            self.naming += [f"e{index}"] * names
            self.lines.append(f'    e{index} = Event("event {index}"{", names_instance=True" if names else ""})')
        if self.chance(0.4):
            self.threshold("elapsed", self.pick([1, 2, 3, 2.5]))
        if self.chance(0.3):
            self.threshold("for_days", self.pick([1, 2, 3]))
        if self.chance(0.3):
            self.threshold("share", self.pick(KINDS["share"][2]))

    def declare(self, name: str, kind: str, *given: str) -> None:
        self.signals[name] = kind
        about = ", ".join([f'"{name} of {self.name}"', *(each for each in given if each)])
        self.lines.append(f"    {name} = Signal.{kind}({about})")

    def atom(self, clocks: bool) -> str:
        """Ports are read more often than chance would have it."""
        if self.ports and self.chance(0.45):
            port = self.pick(self.ports)
            kind = self.ports[port]
            said = self.pick([port, f"~{port}"])
            if kind != "flag":
                said = f"{port} {self.pick(['<', '<=', '>=', '>=', '>', '==', '!='])} {self.limit(kind)}"
            return f"({said}).for_days({self.pick('112')})" if clocks and self.chance(0.15) else said
        return super().atom(clocks)

    def transitions(self) -> None:
        super().transitions()
        open_leaves = [leaf for leaf in self.leaves if leaf not in self.finals]
        for port, kind in self.ports.items():  # there and back as others say: quick to go round for ever
            if len(open_leaves) > 1 and kind == "flag" and not self.counting and self.chance(0.15):
                there, back = self.rng.sample(open_leaves, 2)
                self.arrow(there, back, when=port)
                self.arrow(back, there, when=self.pick([f"~{port}", port]))

    def variant(self) -> str:
        return ""

    def of_members(self) -> str:
        """A condition that a roll-up may read, over the members' signals."""
        atoms = []
        for _ in range(self.pick([1, 1, 2])):
            name = self.pick(self.readable())
            kind = self.signals[name]
            said = f"{self.name}.{name}"
            if self.chance(0.1):
                atoms.append(f"{said}.is_missing()")
            elif kind == "flag":
                atoms.append(self.pick([said, f"~{said}"]))
            elif kind == "choice":
                atoms.append(f'({said} == "{self.pick(["red", "green"])}")')
            elif kind == "date":
                atoms.append(f'({said} >= "2026-01-20")')
            else:
                atoms.append(f"({said} {self.pick(['<', '<=', '>=', '>', '=='])} {self.pick(KINDS[kind][2])})")
        text = self.pick([" & ", " | "]).join(atoms)
        return f"unless({text})" if self.chance(0.15) else text

    def readable(self) -> list[str]:
        """Signals for roll-ups: mostly those that are reported, for ports may go round in a circle."""
        return [name for name in self.signals if name not in self.ports or self.chance(0.2)]

    def number(self, *, weight: bool = False) -> str | None:
        kinds = ("count", "share", "score", "days", "number") if weight else NUMERIC
        names = [name for name in self.readable() if self.signals[name] in kinds and not (weight and name in self.ports)]
        return f"{self.name}.{self.pick(names)}" if names else None

    def phase(self) -> str:
        return f"{self.name}.{self.pick([*self.leaves, *self.leaves, *self.groups])}"

    def some_phases(self) -> str:
        return ", ".join(dict.fromkeys(self.phase() for _ in range(self.pick([1, 1, 2]))))


@attrs.define
class RoomWriter:
    """Writes one composition."""

    rng: Random
    name: str
    leaves: list[LeafWriter]
    inner: RoomWriter | None
    embedded: bool
    parts: dict[str, tuple[bool, LeafWriter | RoomWriter]] = attrs.field(factory=dict)
    left_open: list[tuple[str, LeafWriter, str]] = attrs.field(factory=list)  # path of One parts, lifecycle, port

    def pick(self, items: Any) -> Any:
        return self.rng.choice(list(items))

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def text(self) -> str:
        one: dict[str, tuple[bool, LeafWriter | RoomWriter]] = {"lead": (False, self.pick(self.leaves))}
        if self.chance(0.35):
            one["side"] = (False, self.pick(self.leaves))
        rest: dict[str, tuple[bool, LeafWriter | RoomWriter]] = {"people": (True, self.pick(self.leaves))}
        if self.chance(0.4 if self.inner is None else 0.2):
            rest["things"] = (True, self.pick(self.leaves))
        if self.inner is not None:
            rest["boxes"] = (self.chance(0.8), self.inner)
        parts = list({**one, **rest}.items())
        self.rng.shuffle(parts)  # the order of declaration is the order of telling
        self.parts = dict(sorted(parts, key=lambda item: item[0] not in one))  # One parts first: events that open need them
        lines = [f"class {self.name}(Composition{', embedded=True' if self.embedded else ''}):"]
        lines += [
            f"    {name} = {'Many' if many else 'One'}({what.name}{self.opened_by() if many else ''})"
            for name, (many, what) in self.parts.items()
        ]
        wires = [f"        {line}," for line in self.wires()]
        return "\n".join([*lines, *(["    wiring = (", *wires, "    )"] if wires else []), ""])

    def opened_by(self) -> str:
        ones = [what for many, what in self.parts.values() if not many and isinstance(what, LeafWriter) and what.naming]
        ones = [what for what in ones if [other for many, other in self.parts.values() if not many].count(what) == 1]
        if not ones or self.chance(0.25):
            return ""
        owner = self.pick(ones)
        return f", opens_on={owner.name}.{self.pick(owner.naming)}"

    def reached(self, *, many: bool) -> list[tuple[str, LeafWriter]]:
        """The lifecycles that feeds can read, with the way to them."""
        found: list[tuple[str, LeafWriter]] = []
        for name, (is_many, what) in self.parts.items():
            if is_many == many:
                inside = [("", what)] if isinstance(what, LeafWriter) else [("." + w, leaf) for w, leaf in what.reached(many=False)]
                found += [(name + way, leaf) for way, leaf in inside]
        return found

    def wires(self) -> Iterator[str]:
        for name, (many, what) in self.parts.items():
            ports = [("", what, port) for port in what.ports] if isinstance(what, LeafWriter) else what.left_open
            for way, leaf, port in ports:
                target = f"{name}.{way}" if way else name
                if self.embedded and not many and self.chance(0.4):
                    self.left_open.append((target, leaf, port))
                else:
                    yield f"{target}[{leaf.name}.{port}].fed_by({self.feed(leaf.ports[port])})"

    def feed(self, kind: str) -> str:
        if kind == "flag":
            return self.flag()
        while True:
            way, leaf = self.pick(self.reached(many=True))
            fits = {"share": ["share_in", "share_where"], "count": ["count_in", "count", "sum"], "number": NUMBERS}[kind]
            if text := self.roll_up(way, leaf, self.pick(fits), whole=kind == "count"):
                return text

    def flag(self, depth: int = 2) -> str:
        roll = self.rng.random()
        if depth and roll < 0.25:
            return f"(~{self.flag(depth - 1)})"
        if depth and roll < 0.68:
            return f"({self.flag(depth - 1)} {self.pick('&|')} {self.flag(depth - 1)})"
        if self.chance(0.45):
            way, leaf = self.pick(self.reached(many=False))
            return f"{way}.is_in({leaf.some_phases()})"
        way, leaf = self.pick(self.reached(many=True))
        return self.roll_up(way, leaf, self.pick(FLAGS)) or ""

    def roll_up(self, way: str, leaf: LeafWriter, kind: str, *, whole: bool = False) -> str | None:
        which = f"{way}.where({leaf.of_members()})" if self.chance(0.35) else way
        if kind == "count":
            return f"{which}.count()"
        if kind.endswith("_in"):
            return f"{which}.{kind}({leaf.some_phases()})"
        if kind == "share_where":
            return f"{which}.share_where({leaf.of_members()})"
        signal = leaf.number()
        if signal is None or (whole and leaf.signals[signal.partition(".")[2]] != "count"):
            return None
        weight = leaf.number(weight=True) if kind == "mean" and self.chance(0.75) else None
        return f"{which}.{kind}({signal}{f', weight={weight}' if weight else ''})"


def composition_source(rng: Random) -> str:
    """The source of one random composition (the last class in it); seldom of none, where ports feed each other in a circle."""
    leaves = [LeafWriter(rng, name) for name in "ABCD"[: rng.choice([1, 2, 2, 3, 3, 4])]]
    texts = [leaf.text() for leaf in leaves]
    inner = None
    for name in ("Low", "Mid", "Top")[-rng.choice([1, 1, 2, 2, 3]) :]:
        inner = RoomWriter(rng, name, leaves, inner, embedded=name != "Top")
        texts.append(inner.text())
    return "\n\n".join(texts)


def compositions(rng: Random) -> Iterator[tuple[str, type[clmstate.Composition]]]:
    """Random compositions without end."""
    while True:
        source = composition_source(rng)
        try:
            yield source, model_class(source)  # type: ignore[misc]
        except clmstate.DefinitionError as error:
            if {diagnostic.code for diagnostic in error.diagnostics} != {"CLM138"}:
                raise


# ---- traffic ---------------------------------------------------------------------------------------------------------------

NAMES = ("b", "a", "Z", "10", "9")


class Crowd:
    """What happens to one customer, deed by deed; it looks at the oracle to aim."""

    def __init__(self, rng: Random, oracle: Whole) -> None:
        self.rng, self.oracle = rng, oracle
        self.aims: dict[int, Traffic] = {}
        self.first = True
        self.calm = rng.random() < 0.1

    def aim(self, path: Path) -> Traffic:
        """Traffic of one part."""
        part = self.oracle.parts.get(path)
        definition = self.oracle.described(path) if part is None else part.definition
        if id(definition) not in self.aims:
            self.aims[id(definition)] = Traffic(self.rng, definition, SimpleNamespace())  # type: ignore[arg-type]
        aim = self.aims[id(definition)]
        aim.oracle = SimpleNamespace(at=self.oracle.at, parts=[part])  # type: ignore[assignment]
        return aim

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def pick(self, items: Any) -> Any:
        return self.rng.choice(list(items))

    def deed(self) -> Deed:
        first, self.first = self.first, False
        roll = self.rng.random()
        if roll < 0.04:
            return self.refused()
        if (first and roll < 0.25) or (roll < 0.05 and any(part.moved for part in self.oracle.parts.values())):
            return self.started()
        if roll < 0.1:
            return self.moved()
        if roll < 0.16:
            return self.everybody()
        if roll < 0.2 and self.oracle.at is not None:
            return Deed(at=self.aim(next(iter(self.oracle.parts))).later() or self.oracle.at, single=True)
        if self.calm and not first and self.chance(0.6):
            return self.hardly_changed()
        return self.observed(joining=0.9 if first else 0.3)

    def hardly_changed(self) -> Deed:
        """One part reports what is known of it, or nearly so."""
        path = self.pick(self.oracle.parts)
        aim = self.aim(path)
        values = self.free(aim.definition, aim.hardly_changed())
        return Deed(at=aim.later(), values={path: values} if values else {}, single=True)

    def observed(self, joining: float = 0.3) -> Deed:
        at: int | None = None
        values: dict[Path, dict[str, Any]] = {}
        events: list[tuple[Path, str, str | None]] = []
        joins: list[Path] = []
        for _ in range(self.pick([1, 1, 2, 4]) if self.chance(joining) else 0):
            joins += self.newcomers(joins)[:1]
        for path in joins:
            for leaf, definition in self.leaves_of(path):
                if self.chance(0.6):
                    values[leaf] = self.told_values(definition)
                if definition.events and self.chance(0.15):
                    events += self.told_events(leaf, [self.pick(definition.events)], joins)
        single = len(joins) < 2 and self.chance(0.4)
        if not single or not joins:
            for path in self.rng.sample(
                list(self.oracle.parts), min(len(self.oracle.parts), 1 if single else self.pick([1, 1, 2, 3]))
            ):
                aim = self.aim(path)
                when, given, offered = at, aim.some_values(), aim.some_events()[:2]
                if self.chance(0.8):
                    when, given, offered = aim.aimed(at, given, offered)
                at = when if at is None or (when is not None and when > at) else at
                values[path] = self.free(aim.definition, given)
                events += self.told_events(path, list(dict.fromkeys(offered))[: 1 if single else None], joins)
        for path in () if single else self.opened_by(events):
            for leaf, definition in self.leaves_of(path):
                values |= {leaf: self.told_values(definition)} if self.chance(0.4) else {}
                events += [
                    (leaf, event, None)
                    for event, spec in definition.events.items()
                    if not spec.names_instance and self.chance(0.15)
                ]
            joins += [other for other in self.newcomers([*joins, path]) if other[: len(path)] == path and self.chance(0.3)][:1]
        if at is None:
            at = self.aim(next(iter(self.oracle.parts))).later()
        if at is None and self.oracle.at is None:
            events = []
        leaves = [path for path in self.members() if self.chance(0.08)] if not single or not (values or joins) else []
        values = {path: given for path, given in values.items() if given or self.chance(0.1)}
        if not single:
            leaves += [path for path in joins if self.chance(0.04)]
        self.rng.shuffle(events)
        return Deed(
            at=at,
            values=values,
            events=tuple(dict.fromkeys(events)),
            joins=tuple(joins),
            leaves=tuple(dict.fromkeys(leaves)),
            single=single,
        )

    def opened_by(self, events: list[tuple[Path, str, str | None]]) -> list[Path]:
        """The branches that events open."""
        rooms = [(self.oracle.described(path[:-1]), path, event, instance) for path, event, instance in events]
        return [
            (*path[:-1], part.name, instance or "")
            for room, path, event, instance in rooms
            if isinstance(room, CompositionDefinition)
            for part in room.parts.values()
            if part.opens_on == (path[-1], event)
        ]

    def everybody(self) -> Deed:
        """An event to all of a kind, or to everybody who knows it."""
        owner = self.pick(self.oracle.parts)
        event = self.pick(self.oracle.parts[owner].definition.events)
        names = self.oracle.parts[owner].definition.events[event].names_instance
        container: Path = owner[:-1] if owner[:-1] and self.oracle.described(owner[:-1]) is None else ()
        if (
            not container
            and len({p.definition.events[event].names_instance for p in self.oracle.parts.values() if event in p.definition.events})
            > 1
        ):
            return self.observed()
        at = self.aim(owner).later() or self.oracle.at
        if at is None or (container and names):
            return self.observed()
        return Deed(at=at, wide=(container, event, self.pick(NAMES) if names else None))

    # -- who

    def members(self) -> list[Path]:
        """Members that are present, of any depth."""
        return [
            path for path in (*self.oracle.parts, *self.oracle.rooms) if len(path) > 1 and self.oracle.described(path[:-1]) is None
        ]

    def newcomers(self, joins: list[Path]) -> list[Path]:
        """Members that may join now, also inside those who join now; in a random order, and few of a kind."""
        taken = {*self.oracle.parts, *self.oracle.rooms, *joins}
        rooms: dict[Path, CompositionDefinition] = dict(self.oracle.rooms)
        for path in joins:
            if isinstance(room := self.oracle.described(path), CompositionDefinition):
                rooms[path] = room
        found = [
            (*where, part.name, name)
            for where, room in rooms.items()
            for part in room.parts.values()
            if part.many
            for name in NAMES[: 5 if not where else 3 if len(where) < 3 else 2]
        ]
        found = [path for path in found if path not in taken and path[1:2] != () and len(taken) < 22]
        self.rng.shuffle(found)
        return found

    def leaves_of(self, path: Path) -> Iterator[tuple[Path, LifecycleDefinition]]:
        """The lifecycles that a member brings with it."""
        what = self.oracle.described(path)
        if isinstance(what, LifecycleDefinition):
            yield path, what
        else:
            for part in what.parts.values():
                if not part.many:
                    yield from self.leaves_of((*path, part.name))

    # -- what

    def free(self, definition: LifecycleDefinition, given: Mapping[str, Any]) -> dict[str, Any]:
        """Without ports."""
        return {name: value for name, value in given.items() if not definition.signals[name].port}

    def told_values(self, definition: LifecycleDefinition) -> dict[str, Any]:
        aim = Traffic(self.rng, definition, SimpleNamespace(at=self.oracle.at))  # type: ignore[arg-type]
        return self.free(definition, {name: aim.value(name) for name in definition.signals if self.chance(0.6)})

    def told_events(self, path: Path, events: list[str], joins: list[Path]) -> Iterator[tuple[Path, str, str | None]]:
        definition = self.oracle.described(path)
        for event in events:
            if not definition.events[event].names_instance:
                yield path, event, None
                continue
            room = self.oracle.described(path[:-1])
            opened = [p.name for p in room.parts.values() if p.opens_on == (path[-1], event)] if room is not None else []
            taken = {*self.oracle.parts, *self.oracle.rooms, *joins}
            names = [name for name in NAMES if not any((*path[:-1], part, name) in taken for part in opened)]
            if names and (not opened or len(taken) < 24):
                yield path, event, self.pick(names)

    # -- by hand, and what is refused

    def started(self) -> Deed:
        at = self.aim(next(iter(self.oracle.parts))).later() or self.oracle.at or TODAY
        joins: list[Path] = []
        for _ in range(self.rng.randint(0, 6)):
            joins += self.newcomers(joins)[:1]
        who = [leaf for leaf in self.oracle.parts if self.chance(0.8)] + [
            leaf for path in joins for leaf, _ in self.leaves_of(path)
        ]
        placed = {leaf: self.pick(self.oracle.described(leaf).phases) for leaf in who}
        since = {leaf: at - int(self.pick([0, 1, 3.5, 30]) * DAY) for leaf in who if self.chance(0.5)}
        values = {leaf: self.told_values(self.oracle.described(leaf)) for leaf in who if self.chance(0.6)}
        return Deed("start", at=at, placed=placed, since=since, values={leaf: given for leaf, given in values.items() if given})

    def moved(self) -> Deed:
        path = self.pick(self.oracle.parts)
        step: Step = self.aim(path).moved()
        return Deed("move", at=step.at, path=path, phase=step.phase, until=step.until)

    def opening(self) -> list[tuple[Path, str]]:
        """Events that open branches."""
        return [
            ((*where, part.opens_on[0]), part.opens_on[1])
            for where, room in self.oracle.rooms.items()
            for part in room.parts.values()
            if part.opens_on is not None
        ]

    def refused(self) -> Deed:
        good = self.observed()
        path = self.pick(self.oracle.parts)
        definition = self.oracle.parts[path].definition
        ports = [name for name, spec in definition.signals.items() if spec.port]
        members = self.members()
        many = [(*where, p.name) for where, room in self.oracle.rooms.items() for p in room.parts.values() if p.many]
        absent = [(*m, name) for m in many for name in (*NAMES, "nobody") if (*m, name) not in members]
        options: list[dict[str, Any]] = [
            {"values": {**good.values, ("nowhere",): {"s0": True}}},
            {"values": {**good.values, path: {"nothing": 1}}},
            {"values": {**good.values, self.pick(absent): {"s0": True}}, "joins": (), "events": ()},
            {"events": (*good.events, (path, "nothing", None))},
            {"events": ((self.pick(absent), "e0", None),), "joins": ()},
            {"leaves": (*good.leaves, self.pick([(p.name,) for p in self.oracle.definition.parts.values()]))},
            {"leaves": (self.pick(absent),), "joins": (), "events": ()},
            {"joins": (*good.joins, (self.pick(self.oracle.definition.parts), "", "x"))},
            {"joins": (*good.joins, ("lead",))},
            {"joins": (*good.joins, ("nowhere", "x"))},
            {"bad": {path: {"s0": self.pick([None, "yes", 3])}}},
        ]
        if ports:
            options += [{"values": {**good.values, path: {self.pick(ports): 1}}}] * 3
        if members:
            options += [{"joins": (*good.joins, self.pick(members))}] * 3
        options += [{"events": ((path, event, None),)} for path, event in self.opening()] * 2
        if self.oracle.at is not None:
            options += [{"at": self.oracle.at - self.pick([1, DAY])}] * 2
        options += [{"kind": "move", "path": path, "phase": "nowhere"}, {"kind": "move", "path": self.pick(absent), "phase": "p0"}]
        deed = attrs.evolve(good, single=False, **self.pick(options))
        if deed.kind == "move":
            return Deed("move", at=deed.at, path=deed.path, phase=deed.phase)
        return deed
