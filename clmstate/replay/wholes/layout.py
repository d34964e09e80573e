"""A composition as arrays: its kinds of parts, each with its program, and the roll-ups and wires between them.

Everything lies in three arrays of numbers, so that one loop, compiled once, walks every model. A *kind* is a place in the composition:
a lifecycle (`contract`, `products.users`), or a composition inside (`products`); the first kind is the customer itself. A *node* is one
of a kind: a part with a state, or a room that holds parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from clmstate.composition import (
    AllOf,
    AnyOf,
    Compared,
    Composition,
    CompositionDefinition,
    FeedNode,
    NotSo,
    RollUp,
    StandsIn,
    sources,
)
from clmstate.conditions import lower as low
from clmstate.conditions import reads
from clmstate.errors import Diagnostic, InputError
from clmstate.kernel.tables import Lowered, as_arrays
from clmstate.lifecycle import LifecycleDefinition
from clmstate.replay.shape import shape_of
from clmstate.replay.wholes.places import (
    ALL_OF,
    ANY_OF,
    ENTRY,
    FEED,
    HEAD,
    NOT_SO,
    PROGRAM,
    ROLL_UP,
    ROLL_UP_KINDS,
    STANDS_IN,
    TOTAL,
    WIRE,
    K,
)
from clmstate.signals import SignalSpec

__all__ = ["Kind", "Layout", "columns_of", "layout_of"]

_MOST_ENTRIES: Final = 62
"""Roll-ups that may read one kind of part: they are bits of a word."""


@attrs.define(slots=False, eq=False)
class Kind:
    """A place in a composition.

    Attributes:
        path: as a log names it; "" is the customer.
        parent, part: the kind it is in (-1: none), and its place among the parts there.
        many: whether it has members that join and leave.
        depth: how many names an instance has.
        definition: a lifecycle, or a composition.
        steps: the parts that lead there: place among their siblings, name, whether there are many.
        lowered: the program of a lifecycle.
        entries: the roll-ups that read it: the roll-up's place in its room, how many rooms up that is, and the roll-up.
        stands: the wires that ask where it stands: place in their room, and how many rooms up that is.

    Example:
        >>> Kind.__name__
        'Kind'
    """

    path: str
    parent: int
    part: int
    many: bool
    depth: int
    definition: LifecycleDefinition | CompositionDefinition
    steps: tuple[tuple[int, str, bool], ...]
    lowered: Lowered | None = None
    entries: list[tuple[int, int, RollUp]] = attrs.field(factory=list)
    stands: list[tuple[int, int]] = attrs.field(factory=list)
    roll_ups: list[RollUp] = attrs.field(factory=list)


@attrs.frozen(slots=False, eq=False)
class Layout:
    """A composition as arrays.

    Attributes:
        kinds: its kinds, the customer first.
        table: one row for each kind; see :class:`clmstate.replay.wholes.places.K`.
        numbers: everything that is whole numbers; the table says where what lies.
        floats: everything that is not.
        widths: how many whole numbers and how many others a node needs.
        events: the names of all events.
        event_of: for each kind and event, its place in that kind's program; -1 if it has none.

    Example:
        >>> from clmstate import Composition, Lifecycle, Many, One, Phase
        >>> class User(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     users = Many(User)
        >>> [kind.path for kind in layout_of(Account.definition).kinds]
        ['', 'users']
    """

    kinds: tuple[Kind, ...]
    table: NDArray[np.int64]
    numbers: NDArray[np.int64]
    floats: NDArray[np.float64]
    widths: tuple[int, int]
    events: tuple[str, ...]
    event_of: NDArray[np.int64]


def layout_of(definition: CompositionDefinition) -> Layout:
    """Lays a composition out.

    Raises:
        InputError: CLM350, one of its lifecycles has more of something than columns can hold.

    Example:
        >>> from clmstate import Composition, Lifecycle, Phase, One
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> layout_of(Account.definition).table.shape[0]
        2
    """
    return _Layer(definition).layout()


def columns_of(model: type[Composition]) -> dict[str, tuple[int, int, SignalSpec]]:
    """The columns of a log that hold values: for each its kind, its signal's place there, and the signal.

    Example:
        >>> from clmstate import Lifecycle, Many, Phase, Signal
        >>> class User(Lifecycle):
        ...     logins = Signal.count("login")
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     users = Many(User)
        >>> {name: (kind, place) for name, (kind, place, _) in columns_of(Account).items()}
        {'users.logins': (1, 0)}
    """
    shape = shape_of(model)
    kinds = {kind.path: number for number, kind in enumerate(_Layer(model.definition).kinds)}
    found = {}
    for name, column in shape.columns.items():
        signals = list(shape.parts[column.part].definition.signals)
        found[name] = kinds[column.part], signals.index(column.spec.name), column.spec
    return found


class _Layer:
    """Collects kinds, and writes what is known of them."""

    def __init__(self, definition: CompositionDefinition) -> None:
        self.kinds: list[Kind] = []
        self.place: dict[tuple[int, str], int] = {}  # the kind of a part of a room
        self.numbers: list[int] = []
        self.floats: list[float] = []
        self.name = definition.name
        self.add(definition, "", -1, -1, False, 0, ())
        for room, kind in enumerate(self.kinds):
            if isinstance(kind.definition, CompositionDefinition):
                self.wire(room, kind, kind.definition)
        for kind in self.kinds:
            if isinstance(kind.definition, LifecycleDefinition):
                kind.lowered = as_arrays(kind.definition, _asked(kind))
                if len(kind.entries) > _MOST_ENTRIES:
                    cause = f"more than {_MOST_ENTRIES} roll-ups read '{kind.path}'"
                    raise InputError([Diagnostic("CLM350", self.name, cause, "replay it with --engine compiled")])

    def add(
        self,
        definition: LifecycleDefinition | CompositionDefinition,
        path: str,
        parent: int,
        part: int,
        many: bool,
        depth: int,
        steps: tuple[tuple[int, str, bool], ...],
    ) -> None:
        """A kind, and all kinds inside it."""
        here = len(self.kinds)
        self.kinds.append(Kind(path, parent, part, many, depth, definition, steps))
        if isinstance(definition, CompositionDefinition):
            for place, (name, inside) in enumerate(definition.parts.items()):
                self.place[here, name] = len(self.kinds)
                way = f"{path}.{name}" if path else name
                deeper = (*steps, (place, name, inside.many))
                self.add(inside.member, way, here, place, inside.many, depth + inside.many, deeper)

    def leaf(self, room: int, part: str, inner: Sequence[str]) -> int:
        """The kind that is meant by a part, and the One parts inside it."""
        found = self.place[room, part]
        for name in inner:
            found = self.place[found, name]
        return found

    def wire(self, room: int, kind: Kind, definition: CompositionDefinition) -> None:
        """Who is read by the wires of a room."""
        for number, wire in enumerate(definition.wires):
            for source in sources(wire.feed):
                leaf = self.kinds[self.leaf(room, source.part, source.inner)]
                up = 1 + len(source.inner)
                if isinstance(source, StandsIn):
                    leaf.stands.append((number, up))
                elif source not in kind.roll_ups:
                    leaf.entries.append((len(kind.roll_ups), up, source))
                    kind.roll_ups.append(source)

    # ---- writing

    def layout(self) -> Layout:
        table = np.full((len(self.kinds), len(K)), -1, np.int64)
        events = tuple(dict.fromkeys(e for kind in self.kinds if kind.lowered is not None for e in kind.lowered.events))
        event_of = np.full((len(self.kinds), max(1, len(events))), -1, np.int64)
        for number, kind in enumerate(self.kinds):
            row = table[number]
            row[K.LEAF], row[K.MANY], row[K.DEPTH] = kind.lowered is not None, kind.many, kind.depth
            row[K.PARENT], row[K.PART] = kind.parent, kind.part
            self.template(row, number)
            if kind.lowered is not None:
                self.program(row, kind.lowered)
                self.read_by(row, kind, kind.lowered)
                for event in kind.lowered.events:
                    event_of[number, events.index(event)] = kind.lowered.events.index(event)
        for number, kind in enumerate(self.kinds):
            if isinstance(kind.definition, CompositionDefinition):
                self.room(table, number, kind, kind.definition)
            self.opens(table[number], kind)
        numbers, floats = np.array(self.numbers, np.int64), np.array(self.floats, np.float64)
        return Layout(tuple(self.kinds), table, numbers, floats, _widths(table), events, event_of)

    def put(self, numbers: Any) -> int:
        """Whole numbers at the end; where they begin."""
        begin = len(self.numbers)
        self.numbers += np.asarray(numbers).reshape(-1).tolist()
        return begin

    def put_floats(self, floats: Any) -> int:
        """The same for others."""
        begin = len(self.floats)
        self.floats += np.asarray(floats, np.float64).reshape(-1).tolist()
        return begin

    def template(self, row: NDArray[np.int64], number: int) -> None:
        """The nodes that are made together: one of this kind, and of all kinds inside it that are always there."""
        made = [(number, -1, self.kinds[number].part)]
        for place, (kind, _, _) in enumerate(made):  # it grows on the way
            for inner, inside in enumerate(self.kinds):
                if inside.parent == kind and not inside.many:
                    made.append((inner, place, inside.part))
        row[K.TEMPLATE], row[K.TEMPLATES] = self.put(made), len(made)

    def program(self, row: NDArray[np.int64], lowered: Lowered) -> None:
        """The program of a lifecycle, array by array."""
        a = lowered.arrays
        for column, name in PROGRAM.items():
            array = getattr(a, name)
            row[column] = self.put(array.view(np.int64) if array.dtype == np.uint64 else array.astype(np.int64))
        limits = a.limits[:, :2]
        beyond = np.stack([np.nextafter(limits[:, 0], -np.inf), np.nextafter(limits[:, 1], np.inf)], axis=1)
        row[K.LIMITS] = self.put_floats(np.concatenate([limits, beyond], axis=1))
        row[K.FACTORS], row[K.FIRST_VALUES] = self.put_floats(a.factors), self.put_floats(a.first_values)
        row[K.INITIAL], row[K.N_RULES], row[K.N_CLOCKS], row[K.N_MILESTONES], row[K.N_EVENTS], row[K.N_GROUPS] = a.facts.tolist()
        row[K.WORDS], row[K.N_SIGNALS], row[K.N_VISITS] = a.first_bits.size, a.first_values.size, len(a.visited)
        row[K.N_ELAPSED], row[K.N_SUMS], row[K.N_GATES] = len(a.elapsed), len(a.sums), len(a.gates)
        row[K.N_SIGNS], row[K.N_PHASES] = len(a.signs), len(a.phases)
        row[K.TIMED] = bool(a.rules[:, 4].any())

    def read_by(self, row: NDArray[np.int64], kind: Kind, lowered: Lowered) -> None:
        """The roll-ups that read a kind, and what they depend on."""
        definition = lowered.program.definition
        masks = dict.fromkeys(lowered.signals, 0)
        by_phase = 0
        entries = []
        formula = len(lowered.arrays.formulas) - 1 - len(_asked(kind))
        for bit, (place, up, roll_up) in enumerate(kind.entries):
            entry = dict.fromkeys(ENTRY, -1)
            entry[ENTRY.ROLL_UP], entry[ENTRY.UP], entry[ENTRY.KIND] = place, up, ROLL_UP_KINDS.index(roll_up.kind)
            if roll_up.phases:
                inside = {leaf for path in roll_up.phases for leaf in definition.leaves(path)}
                entry[ENTRY.PHASES] = self.put([path in inside for path in lowered.program.phases])
                by_phase |= 1 << bit
            felt = {name for name in (roll_up.signal, roll_up.weight) if name is not None}
            for field, name in ((ENTRY.SIGNAL, roll_up.signal), (ENTRY.WEIGHT, roll_up.weight)):
                if name is not None:
                    entry[field] = lowered.signals.index(name)
            for field, step in ((ENTRY.STEP, roll_up.signal), (ENTRY.WEIGHT_STEP, roll_up.weight)):
                if step is not None:
                    entry[field] = self.put_floats([definition.signals[step].step or 1])
            for cond, fields in ((roll_up.where, (ENTRY.WHERE,)), (roll_up.cond, (ENTRY.TRUE, ENTRY.FALSE))):
                if cond is not None:
                    felt |= set(reads(cond).signals)
                    for field in fields:
                        entry[field] = formula
                        formula += 1
            for name in felt:
                masks[name] |= 1 << bit
            entries.append(list(entry.values()))
        row[K.ENTRIES], row[K.N_ENTRIES] = self.put(entries), len(entries)
        row[K.SIGNAL_MASK], row[K.PHASE_MASK] = self.put(list(masks.values())), by_phase
        row[K.STANDS], row[K.N_STANDS] = self.put(kind.stands), len(kind.stands)

    def room(self, table: NDArray[np.int64], number: int, kind: Kind, definition: CompositionDefinition) -> None:
        """The roll-ups and wires of a room."""
        row = table[number]
        feeds = [list(_flat(wire.feed)) for wire in definition.wires]
        rows = []
        for place, roll_up in enumerate(kind.roll_ups):
            leaf = self.leaf(number, roll_up.part, roll_up.inner)
            entry = next(i for i, (p, up, r) in enumerate(self.kinds[leaf].entries) if (p, up, r) == (place, up, roll_up))
            readers = [w for w, feed in enumerate(feeds) if any(node is roll_up or node == roll_up for _, node, _ in feed)]
            lifecycle = self.kinds[leaf].definition
            assert isinstance(lifecycle, LifecycleDefinition)
            spec = None if roll_up.signal is None else lifecycle.signals[roll_up.signal]
            step = Fraction(1) if spec is None or spec.step is None else Fraction(Decimal(repr(spec.step)))
            rows.append(
                [
                    ROLL_UP_KINDS.index(roll_up.kind), list(definition.parts).index(roll_up.part), entry, step.numerator,
                    step.denominator, self.way(number, roll_up.part, roll_up.inner), self.put([len(readers), *readers]),
                ]
            )  # fmt: skip
        assert all(len(each) == len(ROLL_UP) for each in rows)
        wires = []
        for wire, feed in zip(definition.wires, feeds, strict=True):
            leaf = self.leaf(number, wire.part, wire.inner)
            lowered = self.kinds[leaf].lowered
            assert lowered is not None
            absent = lowered.arrays.first_values[lowered.signals.index(wire.port)]
            ops = [(op, self.argument(number, kind, node), count) for op, node, count in feed]
            wires.append(
                [
                    list(definition.parts).index(wire.part), definition.parts[wire.part].many, lowered.signals.index(wire.port),
                    self.put_floats([absent]), self.way(number, wire.part, wire.inner), self.put(ops), len(ops),
                ]
            )  # fmt: skip
        assert all(len(each) == len(WIRE) for each in wires)
        row[K.ROLL_UPS], row[K.N_ROLL_UPS] = self.put(rows), len(rows)
        row[K.WIRES], row[K.N_WIRES] = self.put(wires), len(wires)
        row[K.N_PARTS] = len(definition.parts)

    def way(self, room: int, part: str, inner: Sequence[str]) -> int:
        """The places of the One parts inside, one after the other: how many, and which."""
        found, places = self.place[room, part], []
        for name in inner:
            found = self.place[found, name]
            places.append(self.kinds[found].part)
        return self.put([len(places), *places])

    def argument(self, room: int, kind: Kind, node: Any) -> int:
        """What an operation of a feed is about."""
        match node:
            case RollUp():
                return kind.roll_ups.index(node)
            case StandsIn(part, inner, phases):
                leaf = self.kinds[self.leaf(room, part, inner)]
                assert leaf.lowered is not None
                p = leaf.lowered.program
                inside = self.put([path in phases or group in phases for path, group in zip(p.phases, p.group, strict=True)])
                way = self.way(room, part, inner)
                return self.put([self.kinds[self.place[room, part]].part, way, inside])
            case _:
                return 0

    def opens(self, row: NDArray[np.int64], kind: Kind) -> None:
        """For each event of a part, which members beside it its payload lets join."""
        if kind.lowered is None:
            return
        around = self.kinds[kind.parent].definition
        assert isinstance(around, CompositionDefinition)
        name = kind.steps[-1][1]
        found = []
        for event in kind.lowered.events:
            opened = [self.place[kind.parent, p.name] for p in around.parts.values() if p.opens_on == (name, event)]
            found.append(self.put([len(opened), *opened]))
        row[K.OPENS] = self.put(found)


def _asked(kind: Kind) -> tuple[low.Formula, ...]:
    """The conditions of roll-ups that read a kind, as formulas of its program."""
    definition = kind.definition
    assert isinstance(definition, LifecycleDefinition)
    signals = definition.signals
    found = []
    for _, _, roll_up in kind.entries:
        truths = [(roll_up.where, low.TRUE), (roll_up.cond, low.TRUE), (roll_up.cond, low.FALSE)]
        found += [low.lower(cond, lambda name: signals[name].never_missing, t) for cond, t in truths if cond is not None]
    return tuple(found)


def _flat(feed: FeedNode) -> Iterator[tuple[int, FeedNode, int]]:
    """A feed in the order in which a stack computes it: operation, node, how many values it takes."""
    match feed:
        case RollUp():
            yield FEED, feed, 0
        case StandsIn():
            yield STANDS_IN, feed, 0
        case NotSo(of):
            yield from _flat(of)
            yield NOT_SO, feed, 1
        case AllOf(items) | AnyOf(items):
            for item in items:
                yield from _flat(item)
            yield ALL_OF if isinstance(feed, AllOf) else ANY_OF, feed, len(items)
        case Compared():
            raise AssertionError(feed)  # promises ask it, wires do not


def _widths(table: NDArray[np.int64]) -> tuple[int, int]:
    """Gives each kind its places inside a node, and says how long the longest is."""
    most, most_floats = HEAD, 1
    for row in table:
        at, floats = HEAD, 0

        def ints(column: int, size: int, row: NDArray[np.int64] = row) -> None:
            nonlocal at
            row[column] = at
            at += int(size)

        def others(column: int, size: int, row: NDArray[np.int64] = row) -> None:
            nonlocal floats
            row[column] = floats
            floats += int(size)

        if row[K.LEAF]:
            for column in (K.BITS, K.OLD_BITS):
                ints(column, row[K.WORDS])
            for column in (K.HAPPENED, K.TIMES, K.OLD_HAPPENED, K.OLD_TIMES):
                ints(column, row[K.N_EVENTS])
            ints(K.VISITS, row[K.N_VISITS])
            ints(K.MEMORY, row[K.N_GROUPS])
            ints(K.CLOCKS, row[K.N_CLOCKS])
            ints(K.SHARE, TOTAL * row[K.N_ENTRIES])
            ints(K.GIVEN, row[K.N_SIGNALS])
            for column in (K.VALUES, K.LOW, K.HIGH, K.OLD_VALUES):
                others(column, row[K.N_SIGNALS])
            others(K.OWN, row[K.N_ENTRIES])
        else:
            ints(K.CHILD, row[K.N_PARTS])
            ints(K.TOTALS, TOTAL * row[K.N_ROLL_UPS])
            ints(K.DIRTY, row[K.N_WIRES])
            others(K.LAST, row[K.N_WIRES])
        most, most_floats = max(most, at), max(most_floats, floats)
    return most, most_floats
