"""A whole customer: its parts side by side, each with its way forward, and dashed between them what one part knows of another."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from clmstate.analysis.versions.spoken import said_feed
from clmstate.composition import Composition, CompositionDefinition, StandsIn, Wire, sources
from clmstate.conditions.free import reads
from clmstate.drawing.blocks import Block, Icon, Run
from clmstate.drawing.geometry import Box, Route, around
from clmstate.drawing.journeys import Level, journey_scene
from clmstate.drawing.layout import Layout
from clmstate.drawing.measure import clean, text_width, wrap
from clmstate.drawing.overlay import Cover, Key, Overlay, Said, Tone
from clmstate.drawing.picture import Drawing
from clmstate.drawing.scene import Card, Clause, Lane, Link, Pill, Scene
from clmstate.drawing.theme import ThemeName
from clmstate.drawing.ways import Cell, Grid
from clmstate.drawing.wired import Carried, carried, part_at
from clmstate.lifecycle import LifecycleDefinition

__all__ = ["composite", "composite_scene", "place_parts"]

_CARD, _SIDE, _PAD, _PORT = 212, 16.0, 12.0, 38
_SMALL = 13  # type size of who reads a port
_PHASE = 38  # height of a phase: its name, and at the right who is there
_WIRE = 196  # width of what is said on a wire
_BELOW = 16.0  # a phase: an arrow to the next
_SPREAD = 60.0  # how much further apart phases may stand in a short panel
_AROUND = 34.0  # what is said on a wire: room before and after it


def composite(
    whole: type[Composition] | Composition,
    *,
    values: Mapping[str, tuple[str, bool | None]] | None = None,
    level: Level = "stage",
    theme: ThemeName = "light",
) -> Drawing:
    """Draws the parts of a customer with their wiring.

    Args:
        whole: a composition; or one customer, whose places are then shown.
        values: what is known about wired ports, by ``part.port``: what it is today, and whether that is enough. Of a customer, both are
            found; what is given here counts more.
        level: ``full`` says what leads from one phase to the next.
        theme: ``light`` or ``dark``.

    Example:
        >>> from clmstate import Composition, Lifecycle, Many, One, Phase, Signal
        >>> class User(Lifecycle):
        ...     invited = Phase("Invited", initial=True)
        ...     active = Phase("Active")
        >>> class Deal(Lifecycle):
        ...     adopted = Signal.share("users adopted", port=True)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=adopted >= 0.8)
        >>> class Customer(Composition):
        ...     deal = One(Deal)
        ...     users = Many(User)
        ...     wiring = (deal[Deal.adopted].fed_by(users.share_in(User.active)),)
        >>> drawing = composite(Customer)
        >>> [lane.title for lane in drawing.scene.lanes]
        ['deal', 'users']
    """
    customer = whole if isinstance(whole, Composition) else None
    definition = (type(whole) if isinstance(whole, Composition) else whole).definition
    scene = composite_scene(definition, level=level)
    known = ({} if customer is None else carried(customer)) | {name: Carried(*given) for name, given in (values or {}).items()}
    wires = _wired(scene, known)
    covers = wires | _ports(scene, known) | ({} if customer is None else _standing(scene, customer))
    keys = [Key("linked", "what one part knows of another")] if wires else []
    met = {one.met for one in known.values()}
    keys += [Key("good", "enough for the next step", signed=True)] if True in met else []
    keys += [Key("at_risk", "not yet enough", signed=True)] if False in met else []
    keys += [Key("here", "is here")] if customer is not None else []
    title = f"{customer.name}: all parts" if customer is not None and customer.name else ""
    told = f"as of {customer.at}" if customer is not None and customer.at is not None else scene.subtitle
    return Drawing(scene, theme, Overlay(title, told, covers, tuple(keys)))


def _wired(scene: Scene, known: Mapping[str, Carried]) -> dict[str, Cover]:
    """Wires with the sign of what they carry."""
    covers: dict[str, Cover] = {}
    for pill in scene.pills:
        if pill.id.startswith("wire "):
            port = known.get(next(scene.heads(pill)).removeprefix("port "), Carried(""))
            sign: Tone = "linked" if port.met is None else "good" if port.met else "at_risk"
            covers[pill.id] = Cover("linked", dashed=True, sign=sign)
    return covers


def _ports(scene: Scene, known: Mapping[str, Carried]) -> dict[str, Cover]:
    """Ports with what stands there today."""
    covers: dict[str, Cover] = {}
    for card in scene.cards:
        if not card.id.startswith("port "):
            continue
        port = known.get(card.id.removeprefix("port "))
        said: tuple[Said, ...] | None = None
        if port is not None and port.said:
            mark = "" if port.met is None else " – met" if port.met else " – not met yet"
            need = port.needs if port.needs.startswith("but ") else f"needs {port.needs}"
            said = (Said(f"{port.said}{mark}", "strong"), *((Said(need, "quiet"),) if port.met is False and port.needs else ()))
        covers[card.id] = Cover("linked", said, dashed=True)
    return covers


def _standing(scene: Scene, customer: Composition) -> dict[str, Cover]:
    """Who stands where: a part itself, or how many of its members."""
    places: Counter[tuple[str, str]] = Counter()
    total: Counter[str] = Counter()
    many = {".".join(part.path) for part in _parts(type(customer).definition) if part.many}
    for address, phase in customer.phases.items():
        part = ".".join(part_at(type(customer).definition, address.split("/")))
        places[part, phase.path] += 1
        total[part] += 1
    covers: dict[str, Cover] = {}
    for lane in scene.lanes:
        for name in lane.members:
            if name.startswith("port "):
                continue
            n = places[lane.id, name.rpartition("/")[2]]
            if lane.id in many:
                share = f" · {round(100 * n / total[lane.id])} %" if n else ""
                bar: tuple[tuple[Tone, float], ...] = (("here", n), ("faded", total[lane.id] - n)) if n else ()
                covers[name] = Cover(
                    "here" if n else "faded", (Said(f"{n}{share}", "strong"),) if n else (Said("nobody", "italic"),), bar
                )
            else:
                covers[name] = Cover("here", (Said("is here", "strong"),)) if n else Cover("faded")
    return covers


def composite_scene(definition: CompositionDefinition, *, level: Level = "stage") -> Scene:
    """What the map of a composition says, as data.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Customer(Composition):
        ...     deal = One(Deal)
        >>> [card.title for card in composite_scene(Customer.definition).cards]
        ['New']
    """
    parts = _central(list(_parts(definition)), list(_wires(definition, ())))
    unsaid: dict[str, Any] = {"quote": "", "notes": (), "detail": ""} | ({"subtitle": ""} if level == "stage" else {})
    cards: list[Card] = []
    pills: list[Pill] = []
    links: list[Link] = []
    lanes: list[Lane] = []
    wires = list(_wires(definition, ()))
    for number, part in enumerate(parts):
        name = ".".join(part.path)
        fed = [wire for place, wire, _ in wires if place == part.path]
        ports = [_port(name, wire.port, part.member) for wire in fed]
        told = journey_scene(part.member)
        own = tuple(attrs.evolve(card, id=f"{name}/{card.id}", **unsaid, step=number, team=number) for card in told.cards)
        cards += [attrs.evolve(port, team=number, step=number) for port in ports]
        cards += own
        for upper, lower in zip(told.cards, told.cards[1:], strict=False):
            pill = _between(told, upper.id, lower.id)
            if pill is not None and level == "stage":
                links.append(Link(f"{name}/{upper.id}", f"{name}/{lower.id}", pill.kind))
            elif pill is not None:
                moved = attrs.evolve(pill, id=f"{name}:{pill.id}", stub=False)
                pills.append(moved)
                links += [Link(f"{name}/{upper.id}", moved.id, pill.kind), Link(moved.id, f"{name}/{lower.id}", pill.kind)]
        members = (*(port.id for port in ports), *(card.id for card in own))
        lanes.append(Lane(name, part.label, members, part.how_many, number))
    for place, wire, said in wires:
        target = f"port {'.'.join(place)}.{wire.port}"
        for index, source in enumerate(_sources(place, wire, cards)):
            pill = Pill(f"wire {target} {index}", "stay", (Clause("source", said),), wire.port)
            pills.append(pill)
            links += [Link(source, pill.id, "stay"), Link(pill.id, target, "stay")]
    first = definition.doc.strip().partition("\n\n")[0]
    version = " · ".join(
        part
        for part in (definition.market and f"Market {definition.market}", definition.version and f"version {definition.version}")
        if part
    )
    return Scene(
        definition.title,
        " ".join(first.split()) + (f" · {version}" if version else ""),
        tuple(cards),
        tuple(pills),
        (),
        tuple(links),
        lanes=tuple(lanes),
        plan="composite",
    )


_Fed = tuple[tuple[str, ...], Wire, str]


@attrs.frozen
class _Part:
    """A lifecycle inside a composition: the way that leads to it, what it is called, and what opens a branch of it."""

    path: tuple[str, ...]
    label: str
    many: bool
    member: LifecycleDefinition
    opens: str = ""

    @property
    def how_many(self) -> str:
        if self.opens:
            return f"any number: one opens on {self.opens}"
        return "any number" if self.many else "one for each customer"


def _parts(
    definition: CompositionDefinition, within: tuple[str, ...] = (), label: str = "", *, many: bool = False, opens: str = ""
) -> Iterator[_Part]:
    """Every lifecycle inside."""
    for name, part in definition.parts.items():
        said = f"{label} · {part.label}" if label else part.label
        opened = _event(definition, *part.opens_on) if part.opens_on is not None else "" if part.many else opens
        if isinstance(part.member, LifecycleDefinition):
            yield _Part((*within, name), said, many or part.many, part.member, opened)
        else:
            yield from _parts(part.member, (*within, name), said, many=many or part.many, opens=opened)


def _event(definition: CompositionDefinition, part: str, event: str) -> str:
    member = definition.parts[part].member
    return member.events[event].label if isinstance(member, LifecycleDefinition) else event


def _wires(definition: CompositionDefinition, within: tuple[str, ...]) -> Iterator[_Fed]:
    for wire in definition.wires:
        yield (*within, wire.part, *wire.inner), wire, said_feed(wire.feed, definition)
    for name, part in definition.parts.items():
        if isinstance(part.member, CompositionDefinition):
            yield from _wires(part.member, (*within, name))


def _central(parts: list[_Part], wires: list[_Fed]) -> list[_Part]:
    """The part with most wires in the middle, so that fewer lines pass others by."""
    if len(parts) < 3:
        return parts
    busy = Counter(place[0] for place, _, _ in wires)
    busy.update(source.part for _, wire, _ in wires for source in sources(wire.feed))
    first = max(parts, key=lambda part: (busy[part.path[0]], -parts.index(part)))
    others = [part for part in parts if part is not first]
    middle = len(others) // 2
    return [*others[:middle], first, *others[middle:]]


def _port(name: str, port: str, member: LifecycleDefinition) -> Card:
    """A port as a box: what it is called, and which rules read it."""
    readers = [
        rule.name.replace("_", " ")
        for rule in member.transitions.values()
        if rule.when is not None and port in reads(rule.when).signals
    ]
    return Card(f"port {name}.{port}", member.signals[port].label, subtitle=_read_by(readers))


def _read_by(readers: list[str]) -> str:
    """As many of those who read a port as have room in a line, one at least."""
    told = ""
    for count in range(1, len(readers) + 1):
        longer = f"read by {', '.join(readers[:count])}{' …' if count < len(readers) else ''}"
        if told and text_width(longer, _SMALL) > _CARD - 16:
            break
        told = longer
    return told


def _between(told: Scene, upper: str, lower: str) -> Pill | None:
    """The rule that leads from a phase to the next one in the list."""
    for pill in told.pills:
        if lower in {told.card(name).id for name in told.heads(pill)} and upper in {
            told.card(name).id for name in told.tails(pill)
        }:
            return pill
    return None


def _sources(place: tuple[str, ...], wire: Wire, cards: list[Card]) -> Iterator[str]:
    """Where a wire begins: at the phase that it asks about, or at the part as a whole."""
    known = {card.id for card in cards}
    within = place[: len(place) - 1 - len(wire.inner)]
    found: dict[str, None] = {}
    for source in sources(wire.feed):
        path = ".".join((*within, source.part, *source.inner))
        own = [card for card in known if card.startswith((f"{path}/", f"{path}."))]
        phases = source.phases if isinstance(source, StandsIn) or source.phases else ()
        asked = [f"{path}/{phase}" for phase in phases if f"{path}/{phase}" in known]
        if asked:
            found[asked[0]] = None
        elif own:
            found[path if any(card.startswith(f"{path}/") for card in own) else min(own).partition("/")[0]] = None
    yield from list(found)[:1]


def place_parts(scene: Scene) -> tuple[Mapping[str, Block], Layout]:
    """Blocks and places of a composite; nothing here needs Graphviz."""
    cells = {lane.id: Cell(column, 0) for column, lane in enumerate(scene.lanes)}
    cells |= {name: Cell(column, 0, row + 1) for column, lane in enumerate(scene.lanes) for row, name in enumerate(lane.members)}
    wires = [pill for pill in scene.pills if pill.id.startswith("wire ")]
    lines = [(next(scene.tails(pill)), next(scene.heads(pill))) for pill in wires]
    grid = Grid(cells, lines)
    blocks = _blocks(scene)
    free = _free(grid, [blocks[pill.id].width for pill in wires])
    boxes, gaps, corridor = _columns(scene, grid, blocks, free)
    heads = {lane.id: Box(boxes[lane.id].x, boxes[lane.id].y, boxes[lane.id].width, blocks[lane.id].height) for lane in scene.lanes}
    routes = grid.routes(boxes | heads, gaps, [corridor, corridor], lambda gap: free[gap])
    ends = dict(_upright(scene, boxes))
    for pill, route, way in zip(wires, routes, grid.ways, strict=True):
        (tx, ty) = route.tip or route.points[-1]
        block = blocks[pill.id]
        left = tx - 24 - block.width if way.enters_left else tx + 24
        boxes[pill.id] = Box(left, ty - block.height / 2, block.width, block.height)
        near, far = (left, left + block.width) if way.enters_left else (left + block.width, left)
        *rest, _, _ = route.points
        ends[way.tail, pill.id] = Route((*rest, (near, ty), (near, ty)))
        tip = tx - 10 if way.enters_left else tx + 10
        ends[pill.id, way.head] = Route(((far, ty), (far, ty), (tip, ty), (tip, ty)), (tx, ty))
    placed = tuple(ends[link.tail, link.head] for link in scene.links)
    extent = around(boxes.values(), (point for route in placed for point in route.samples(6)))
    boxes = {name: box.moved(-extent.x, -extent.y) for name, box in boxes.items()}
    return blocks, Layout(extent.width, extent.height, boxes, tuple(route.moved(-extent.x, -extent.y) for route in placed))


def _free(grid: Grid, said: list[int]) -> dict[int, tuple[float, float]]:
    """What stays free at the left and the right of each gap: room for words where wires end, little elsewhere."""
    free = dict.fromkeys(range(2 + max((cell.column for cell in grid.cells.values()), default=0)), (18.0, 18.0))
    for way, wide in zip(grid.ways, said, strict=True):
        left, right = free[way.into]
        free[way.into] = (left, max(right, wide + _AROUND)) if way.enters_left else (max(left, wide + _AROUND), right)
    return free


def _blocks(scene: Scene) -> dict[str, Block]:
    blocks: dict[str, Block] = {}
    for lane in scene.lanes:
        wide = _CARD + 2 * _SIDE
        lines, below = wrap(lane.title, wide - 24, 19, "Bold"), wrap(lane.subtitle, wide - 24, 14)
        runs = [Run(line, wide / 2, 27 + 24 * index, 19, "Bold", "on_team") for index, line in enumerate(lines)]
        top = 24 * len(lines) + 22
        runs += [Run(line, wide / 2, top + 18 * index, 14, "Regular", "on_team") for index, line in enumerate(below)]
        blocks[lane.id] = Block(int(wide), top + 18 * len(below) - 6, runs=tuple(runs))
    for card in scene.cards:
        blocks[card.id] = _card(card)
    for pill in scene.pills:
        wire = pill.id.startswith("wire ")
        blocks[pill.id] = _said(pill, _WIRE if wire else _CARD - 14)
    return blocks


def _card(card: Card) -> Block:
    """A phase is its name in a box; a port has a band, and below it who reads it."""
    if card.id.startswith("port "):
        return _banded(card)
    left = 14.0 + (20 if card.standing else 0)
    titles = wrap(card.title, _CARD - left - 12, 16, "Bold")
    runs = [Run(line, left, 25 + 20 * index, 16, "Bold", "ink", "start") for index, line in enumerate(titles)]
    icons = (Icon(card.standing, 20, 19.5, 12, "owner"),) if card.standing else ()
    y = 20.0 * len(titles)
    for line in wrap(card.subtitle, _CARD - left - 12, 13):
        y += 17
        runs.append(Run(line, left, y + 6, 13, "Regular", "second", "start"))
    return Block(_CARD, math.ceil(y) + _PHASE - 20, 0, tuple(runs), icons)


def _banded(card: Card) -> Block:
    lines = wrap(card.title, _CARD - 20, 16, "Bold")
    header = 10 + 20 * len(lines)
    runs = [Run(line, _CARD / 2, 2 + 20 * (index + 1), 16, "Bold", "on_team") for index, line in enumerate(lines)]
    told = wrap(card.subtitle, _CARD - 16, _SMALL)
    body = max(17 * len(told) + 10, _PORT)
    y = header + (body - 17 * len(told)) / 2
    runs += [Run(line, _CARD / 2, y + 17 * index + 13, _SMALL, "Regular", "second") for index, line in enumerate(told)]
    return Block(_CARD, header + body, header, tuple(runs))


def _said(pill: Pill, width: float) -> Block:
    shown = [clause for clause in pill.clauses if clause.role != "play" and clean(clause.text)]
    runs: list[Run] = []
    icons: list[Icon] = []
    y = 5.0
    for clause in shown:
        icons.append(Icon(clause.role, 13.5, y + 9.5, 11, "line"))
        for line in wrap(clause.text, width - 34, 14, "SemiBold" if clause.role == "event" else "Regular"):
            y += 18
            runs.append(Run(line, 24, y - 4, 14, "SemiBold" if clause.role == "event" else "Regular", "words", "start"))
    widest = max((text_width(run.text, run.size, run.face) for run in runs), default=30.0)
    return Block(math.ceil(widest + 34), math.ceil(y + 7), 0, tuple(runs), tuple(icons))


def _columns(
    scene: Scene, grid: Grid, blocks: Mapping[str, Block], free: Mapping[int, tuple[float, float]]
) -> tuple[dict[str, Box], list[Box], Box]:
    """Panels side by side, with room between them for the wires; above them the corridor for wires that pass a panel by."""
    boxes: dict[str, Box] = {}
    top = grid.corridor_height(0, 8)
    x, gaps = 0.0, []
    rules = {pill.id for pill in scene.pills if not pill.id.startswith("wire ")}
    after = {link.tail: link.head for link in scene.links if link.head in rules}
    for column, lane in enumerate(scene.lanes):
        wide = grid.gap_width(column, sum(free[column])) if grid.in_gap[column] else 26.0 if column else 0.0
        gaps.append(Box(x, 0, wide, 0))
        x += wide
        y = top + blocks[lane.id].height + _PAD
        for name in lane.members:
            block = blocks[name]
            tall = max(block.height, blocks_of(scene, blocks, name)) if name.startswith("port ") else block.height
            boxes[name] = Box(x + _SIDE, y + (tall - block.height) / 2, _CARD, block.height)
            y += tall + (_PAD if name in after or name.startswith("port ") else _BELOW)
            if name in after:
                pill = blocks[after[name]]
                y += 4
                boxes[after[name]] = Box(x + _SIDE + (_CARD - pill.width) / 2, y, pill.width, pill.height)
                y += pill.height + _PAD + 8
        boxes[lane.id] = Box(x, top, _CARD + 2 * _SIDE, y - top + 2)
        x += _CARD + 2 * _SIDE
    wide = grid.gap_width(len(scene.lanes), sum(free[len(scene.lanes)])) if grid.in_gap[len(scene.lanes)] else 0.0
    gaps.append(Box(x, 0, wide, 0))
    lowest = max((boxes[lane.id].bottom for lane in scene.lanes), default=0)
    for lane in scene.lanes:
        boxes |= dict(_spread(lane, boxes, after, lowest - boxes[lane.id].bottom))
        boxes[lane.id] = attrs.evolve(boxes[lane.id], height=lowest - top)
    return boxes, gaps, Box(0, 0, x, top)


def _spread(lane: Lane, boxes: Mapping[str, Box], after: Mapping[str, str], spare: float) -> Iterator[tuple[str, Box]]:
    """The phases of a short panel further apart, so that they fill more of it; what they ask stays above them."""
    phases = [name for name in lane.members if not name.startswith("port ")]
    step = min(spare / max(len(phases), 1), _SPREAD)
    for place, name in enumerate(phases):
        yield name, boxes[name].moved(0, step * place)
        if name in after:
            yield after[name], boxes[after[name]].moved(0, step * (place + 0.5))


def blocks_of(scene: Scene, blocks: Mapping[str, Block], port: str) -> int:
    """The height of what is said on the wires into a port."""
    return max((blocks[link.tail].height + 10 for link in scene.links if link.head == port), default=0)


def _upright(scene: Scene, boxes: Mapping[str, Box]) -> Iterator[tuple[tuple[str, str], Route]]:
    """Lines inside a panel, from one card down to the next."""
    for link in scene.links:
        if link.tail in boxes and link.head in boxes:
            tail, head = boxes[link.tail], boxes[link.head]
            x = tail.middle[0]
            end = head.y if link.head not in {card.id for card in scene.cards} else head.y - 10
            tip = None if end == head.y else (x, head.y)
            yield (link.tail, link.head), Route(((x, tail.bottom), (x, tail.bottom), (x, end), (x, end)), tip)
