"""Where everything stands: boxes of fixed size in, coordinates and curves out.

Graphviz's `dot` lays out bare boxes whose sizes `blocks` has measured and whose columns `columns` has decided; it aligns them and bends
the lines around them. Titles, legends and overlays are added afterwards, so they never move anything: every picture of one scene has the same
skeleton.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, TypeAlias

import attrs

from clmstate.drawing.blocks import Block
from clmstate.drawing.columns import Columns, arrange, insiders, spacer
from clmstate.drawing.geometry import Box, Point, Route, around, cut_to
from clmstate.drawing.renderers import RENDERERS, RendererName, lay_out, missing_package
from clmstate.drawing.scene import Frame, Link, Pill, Scene

__all__ = ["Layout", "bare_dot", "place"]

_Ports: TypeAlias = dict[tuple[int, str], tuple[str, int]]

FRAME_SIDE, FRAME_BOTTOM = 11, 14
START = 14
RING = 4  # of the second outline of a final phase
STUB = 12  # before a rule that comes from anywhere
STUB_SEEN = 20.0  # the same with its ring, and room beside that
_ABOVE = -0.9  # of a rule, compared with a card that it stands above
CLEAR = 16  # from the middle of a rule above the way down to the cards beside it, so that its lines come down to them
OVER_CARD = 22  # below a rule that stands right above a card, for the lines of its neighbours
BETWEEN = 18.72  # boxes of one column, in points
GAP = 11.0  # between columns: as much as a line with its arrow needs
PORT_INSET, PORT_GAP = (
    22,
    15,
)  # where lines end on the upper and lower edge of a card: the first from its corner, the next beside it


@attrs.frozen
class Layout:
    """Coordinates of one scene: a box for every card, pill, frame and mark, a route for every link (by its number)."""

    width: float
    height: float
    boxes: Mapping[str, Box]
    routes: tuple[Route, ...]


def place(
    scene: Scene, blocks: Mapping[str, Block], *, gap: float = GAP, renderers: tuple[RendererName, ...] = RENDERERS
) -> Layout:
    """Lays a scene out, from left to right.

    Args:
        scene: what it says.
        blocks: how large everything is.
        gap: between columns, in points.
        renderers: what may find the places.

    Raises:
        InputError: CLM401, when no Graphviz works here.
    """
    if not scene.cards:
        return Layout(0, 0, {}, ())
    plan = _plan(scene, blocks, arrange(scene))
    return _read(plan, lay_out(_source(plan, gap), renderers=renderers))


def bare_dot(scene: Scene, blocks: Mapping[str, Block], columns: Columns) -> str:
    """The DOT source of the first pass: nothing but sizes, columns, order and weights."""
    return _source(_plan(scene, blocks, columns))


@attrs.frozen
class _Plan:
    """What is known of a scene before it is laid out: what Graphviz is told, and what its answer is read with."""

    scene: Scene
    blocks: Mapping[str, Block]
    columns: Columns
    numbers: Mapping[str, str]
    """Names for Graphviz that no model can spoil."""
    sizes: Mapping[str, tuple[float, float]]
    ports: _Ports
    pills: Mapping[str, Pill]
    stubs: frozenset[str]
    """Rules that come from anywhere."""


def _plan(scene: Scene, blocks: Mapping[str, Block], columns: Columns) -> _Plan:
    numbers = {name: f"n{index}" for index, name in enumerate(name for names in columns.order for name in names)}
    pills = {pill.id: pill for pill in scene.pills}
    sizes, ports = _sizes(scene, columns, blocks), _ports(scene, columns, blocks, pills)
    return _Plan(scene, blocks, columns, numbers, sizes, ports, pills, frozenset(pill.id for pill in scene.pills if pill.stub))


def _source(plan: _Plan, gap: float = GAP) -> str:
    try:
        import graphviz
    except (ImportError, OSError) as missing:
        raise missing_package("graphviz", missing) from missing

    graph = graphviz.Digraph("journey")
    graph.attr("graph", rankdir="LR", newrank="true", splines="spline", nodesep=f"{BETWEEN / 72:.2f}", ranksep=f"{gap / 72:.3f}")
    graph.attr("node", shape="box", fixedsize="true", label="", fontsize="1", margin="0")
    graph.body += _columns_of(plan)  # as text: they name nothing but our own numbers, and quoting each takes as long as the layout
    for mark in plan.scene.marks:
        graph.edge(plan.numbers[mark.id], plan.numbers[mark.on], weight="300", dir="none", id=f"m{mark.id}")
    tracks = _tracks(plan)
    graph.body += (_edge_for(plan, index, link, tracks) for index, link in enumerate(plan.scene.links))
    return str(graph.source)


def _columns_of(plan: _Plan) -> Iterator[str]:
    """The boxes, and what keeps them in their columns and in their order."""
    scene, order, numbers = plan.scene, plan.columns.order, plan.numbers
    for name, number in numbers.items():
        width, height = plan.sizes[name]
        yield f"\t{number} [height={height / 72:.4f} width={width / 72:.4f}]\n"
    linked = _linked(scene, plan.columns)
    for names in order:
        yield "\n\t\t".join(("\t{", "rank=same", *(numbers[name] for name in names))) + "\n\t}\n"
        for upper, lower in pairwise(names):
            if (upper, lower) not in linked:  # a second edge beside a real one would push that aside
                yield f"\t{numbers[upper]} -> {numbers[lower]} [style=invis]\n"
    for left, right in pairwise(order):
        if not any((one, other) in linked for one in left for other in right):
            yield f"\t{numbers[left[0]]} -> {numbers[right[0]]} [style=invis weight=0]\n"
        for name in right:
            if name in plan.stubs:  # Graphviz keeps the order of a column for those only that something leads to
                yield f"\t{numbers[left[-1]]} -> {numbers[name]} [style=invis weight=0]\n"


def _linked(scene: Scene, columns: Columns) -> set[tuple[str, str]]:
    """Pairs of boxes that an edge connects, both ways round."""
    pairs = {(_end(scene, columns, link, link.tail), _end(scene, columns, link, link.head)) for link in scene.links}
    pairs |= {(mark.id, mark.on) for mark in scene.marks}
    return pairs | {(head, tail) for tail, head in pairs}


def _sizes(scene: Scene, columns: Columns, blocks: Mapping[str, Block]) -> dict[str, tuple[float, float]]:
    """The room that each box takes: its text, what is drawn around that, and the invisible boxes at both ends of a frame."""
    sizes: dict[str, tuple[float, float]] = {mark.id: (START, START) for mark in scene.marks}
    for frame in scene.frames:
        header, inside = blocks[frame.id], insiders(scene, frame)
        for step in {card.step for card in scene.cards if card.id in frame.members}:
            top, bottom = spacer(frame.id, step, "top"), spacer(frame.id, step, "bottom")
            widest = max(blocks[inner].width for inner in inside if columns.column[inner] == columns.column[top])
            wide = max(widest + 2 * FRAME_SIDE, header.width)
            sizes |= {top: (wide, header.height), bottom: (wide, 2)}
    for card in scene.cards:
        ring = 2 * RING if card.final else 0
        sizes[card.id] = blocks[card.id].width + ring, blocks[card.id].height + ring
    for pill in scene.pills:
        lift = _lift(scene, columns, blocks, pill)
        sizes[pill.id] = blocks[pill.id].width + (STUB if pill.stub else 0), blocks[pill.id].height + lift
    return sizes


def _lift(scene: Scene, columns: Columns, blocks: Mapping[str, Block], pill: Pill) -> int:
    """What a rule above the way needs below it, so that its middle stands above the cards that its lines lead to."""
    names = columns.order[columns.column[pill.id]]
    below = [name for name in names[names.index(pill.id) + 1 :] if name in blocks and columns.height[name] > _ABOVE]
    if columns.height[pill.id] >= _ABOVE or not below:
        return 0
    nearest = min(below, key=lambda name: columns.height[name])
    if names.index(nearest) != names.index(pill.id) + 1:
        return 0
    if nearest not in {other.id for other in scene.pills}:
        return OVER_CARD
    tallest = max((blocks[end].height for end in (*scene.tails(pill), *scene.heads(pill))), default=0)
    return max(0, round((tallest - blocks[nearest].height) / 2 - BETWEEN - blocks[pill.id].height / 2 + CLEAR))


def _edge_for(plan: _Plan, index: int, link: Link, tracks: Mapping[str, set[int]]) -> str:
    columns = plan.columns
    tail, head = _end(plan.scene, columns, link, link.tail), _end(plan.scene, columns, link, link.head)
    ends = [plan.numbers[name] + (f":{plan.ports[index, name][0]}" if (index, name) in plan.ports else "") for name in (tail, head)]
    arrow = link.head not in plan.pills
    backwards = columns.column[tail] > columns.column[head] or (
        columns.column[tail] == columns.column[head] and columns.height[tail] > columns.height[head]
    )
    if backwards:
        ends.reverse()
    way = "none" if not arrow else "back" if backwards else "forward"
    looks = f"arrowsize=1 dir={way} id=l{index} penwidth=2 weight={_weight(link, tracks, into_card=arrow)}"
    return f"\t{ends[0]} -> {ends[1]} [{looks}]\n"


def _tracks(plan: _Plan) -> dict[str, set[int]]:
    """The rows of the phases that each rule connects."""
    tracks: dict[str, set[int]] = defaultdict(set)
    for link in plan.scene.links:
        pill, other = (link.tail, link.head) if link.tail in plan.pills else (link.head, link.tail)
        tracks[pill].add(plan.scene.card(other).track)
    return tracks


def _weight(link: Link, tracks: Mapping[str, set[int]], *, into_card: bool) -> int:
    """How straight a line wants to be: the main way most, ways back least."""
    if link.kind in ("relapse", "next_cycle"):
        return 1
    rows = tracks[link.tail if into_card else link.head]
    if link.kind in ("forward", "branch"):
        return (300 if into_card else 200) if rows == {0} else 20
    if link.kind == "recovery":
        return 2 if into_card else 12
    return 100 if into_card or len(rows) == 1 else 2


def _end(scene: Scene, columns: Columns, link: Link, name: str) -> str:
    """The box that a link is laid out to: for a frame, the member that is nearest to the pill's height."""
    frame = next((frame for frame in scene.frames if frame.id == name), None)
    if frame is None:
        return name
    other = link.head if name == link.tail else link.tail
    return min(frame.members, key=lambda member: (abs(columns.height[member] - columns.height[other]), member))


def _ports(scene: Scene, columns: Columns, blocks: Mapping[str, Block], pills: Mapping[str, Pill]) -> _Ports:
    """Lines to pills above or below a card end at its upper or lower edge, those of one edge side by side and not crossing.

    Graphviz knows the corners and the middle of an edge; how far the end is then moved along the edge stands beside it. Lines that come
    from far above arrive upright; those below, and short ones, leave from near the corner.
    """
    wanted: dict[tuple[str, str, bool], list[tuple[int, int, int]]] = defaultdict(list)
    for index, link in enumerate(scene.links):
        pill = pills[link.tail if link.tail in pills else link.head]
        card = _end(scene, columns, link, link.head if link.tail == pill.id else link.tail)
        recovers = link.kind == "recovery" and link.head == pill.id  # leaves sideways, towards its pill
        edge = "" if recovers else _edge(scene, columns, pill, card)
        if edge:
            offset = columns.column[pill.id] - columns.column[card]
            place = columns.order[columns.column[pill.id]].index(pill.id)  # the nearest rule has the place at the corner
            wanted[card, edge, offset > 0].append((abs(offset), place if edge == "s" else -place, index))
    hanging = {  # cards with a pill right below: its line has the middle of the edge
        _end(scene, columns, link, name)
        for link in scene.links
        for name, pill in ((link.tail, link.head), (link.head, link.tail))
        if columns.column.get(pill) is not None
        and columns.column[_end(scene, columns, link, name)] == columns.column[_end(scene, columns, link, pill)]
        and columns.height[_end(scene, columns, link, pill)] > columns.height[_end(scene, columns, link, name)]
    }
    ports: _Ports = {}
    for (card, edge, rightwards), lines in wanted.items():
        alone = len(lines) == 1 and (card, edge, not rightwards) not in wanted and card not in hanging
        sign = 1 if rightwards else -1
        for rank, (_, _, index) in enumerate(sorted(lines)):
            inset = PORT_INSET + PORT_GAP * min(rank, 3)
            if alone and edge == "s":
                ports[index, card] = edge, 0
            elif edge == "n":
                ports[index, card] = edge, sign * (blocks[card].width // 2 - inset)
            else:
                ports[index, card] = edge + ("e" if rightwards else "w"), -sign * inset
    return ports


def _edge(scene: Scene, columns: Columns, pill: Pill, card: str) -> str:
    if columns.column[pill.id] == columns.column[card]:
        return ""
    below = columns.height[pill.id] - columns.height[card]
    track = scene.card(card).track
    if below < _ABOVE and track == 0:
        return "n"
    return "s" if below > 0.6 else ""


def _read(plan: _Plan, answer: Mapping[str, Any]) -> Layout:
    scene, blocks, columns = plan.scene, plan.blocks, plan.columns
    height = float(answer["bb"].split(",")[3])
    objects = {item["name"]: item for item in answer["objects"] if "pos" in item}
    boxes: dict[str, Box] = {}
    for name, number in plan.numbers.items():
        x, y = (float(value) for value in objects[number]["pos"].split(","))
        wide, tall = (blocks[name].width, blocks[name].height) if name in blocks else plan.sizes[name]
        stub = STUB / 2 if name in plan.stubs else 0
        lift = (plan.sizes[name][1] - tall) / 2 if name in plan.pills else 0
        boxes[name] = Box(round(x - wide / 2 + stub, 1), round(height - y - tall / 2 - lift, 1), wide, tall)
    routes: dict[str, Route] = {
        item["id"]: _route(item["pos"], height) for item in answer.get("edges", ()) if "pos" in item and "id" in item
    }
    frames = {frame.id: _frame_box(frame, scene, columns, blocks, boxes) for frame in scene.frames}
    spacers = {name for name in boxes if "\N{INFORMATION SEPARATOR ONE}" in name}
    boxes = {name: box for name, box in boxes.items() if name not in spacers} | frames
    placed: list[Route] = []
    for index, link in enumerate(scene.links):
        moves = [plan.ports.get((index, _end(scene, columns, link, name)), ("", 0))[1] for name in (link.tail, link.head)]
        found = _finish(routes[f"l{index}"], boxes, frames, link, moves[0], moves[1])
        placed.append(_arched(plan, boxes, link, _reaching(found, plan, boxes, link)))
    return _from_origin(Layout(0, 0, boxes, tuple(placed)), plan.stubs)


def _route(pos: str, height: float) -> Route:
    points: list[Point] = []
    tip: Point | None = None
    for word in pos.split():
        *flag, x, y = word.split(",")
        point = round(float(x), 1), round(height - float(y), 1)
        if flag:
            tip = point
        else:
            points.append(point)
    return Route(tuple(points), tip)


def _finish(route: Route, boxes: Mapping[str, Box], frames: Mapping[str, Box], link: Link, move_tail: int, move_head: int) -> Route:
    """From tail to head whichever way it was laid out, and to a frame's edge where it ends at a frame."""
    tail, head = boxes[link.tail], boxes[link.head]
    start, end = route.points[0], route.points[-1]
    if _distance(start, tail) + _distance(end, head) > _distance(start, head) + _distance(end, tail):
        route = Route(tuple(reversed(route.points)), route.tip)
    route = route.with_ends_moved(move_tail, move_head)
    if link.tail in frames:
        route = cut_to(route, tail, leaving=True)
    if link.head in frames:
        route = cut_to(route, head, leaving=False)
    return route


def _reaching(route: Route, plan: _Plan, boxes: Mapping[str, Box], link: Link) -> Route:
    """A line on to its rule, where the rule keeps some room free below itself."""
    pill = link.head if link.head in plan.pills else link.tail
    (x, y), box = route.points[-1 if pill == link.head else 0], boxes[pill]
    on = min(max(x, box.x), box.right), min(max(y, box.y), box.bottom)
    if abs(on[0] - x) + abs(on[1] - y) < 1 or plan.sizes[pill][1] == box.height:
        return route
    points = (*route.points, (x, y), on, on) if pill == link.head else (on, on, (x, y), *route.points)
    return attrs.evolve(route, points=points)


def _arched(plan: _Plan, boxes: Mapping[str, Box], link: Link, route: Route) -> Route:
    """A line between a rule above the way and a card beside it as an arc, where nothing stands in its way."""
    pill, card = (link.head, link.tail) if link.head in plan.pills else (link.tail, link.head)
    columns = plan.columns
    if (
        card not in columns.height
        or columns.height[pill] - columns.height[card] > _ABOVE
        or abs(columns.column[pill] - columns.column[card]) != 1
    ):
        return route
    place, (x, y) = boxes[pill], route.tip or route.points[0]
    start, level = (place.right if x > place.middle[0] else place.x), place.middle[1]
    if abs(y - boxes[card].y) > 2 or level > y - CLEAR / 2 or abs(x - start) < CLEAR:
        return route
    end = y - 10 if route.tip is not None else y
    arc = ((start, level), (start + (x - start) * 0.8, level), (x, level + (end - level) * 0.25), (x, end))
    found = Route(arc if route.tip is not None else tuple(reversed(arc)), route.tip)
    others = [boxes[name].grown(2, 2, 2, 2) for name in boxes if name in plan.blocks and name not in (pill, card, *_frames(plan))]
    return route if any(box.holds(point) for point in found.samples() for box in others) else found


def _frames(plan: _Plan) -> tuple[str, ...]:
    return tuple(frame.id for frame in plan.scene.frames)


def _distance(point: Point, box: Box) -> float:
    x, y = point
    return max(box.x - x, 0, x - box.right) + max(box.y - y, 0, y - box.bottom)


def _frame_box(frame: Frame, scene: Scene, columns: Columns, blocks: Mapping[str, Block], boxes: Mapping[str, Box]) -> Box:
    """Around its members and around the rules that stand between them."""
    taken = [columns.column[name] for name in frame.members]
    inside = [boxes[name] for name in insiders(scene, frame) if min(taken) <= columns.column[name] <= max(taken)]
    inner = around(inside).grown(FRAME_SIDE, blocks[frame.id].height, FRAME_SIDE, FRAME_BOTTOM)
    short = max(0.0, blocks[frame.id].width - inner.width)
    return inner.grown(short / 2, 0, short / 2, 0)


def _from_origin(layout: Layout, stubs: frozenset[str]) -> Layout:
    """Moves everything so that the picture starts at 0, 0, curves and arrows included, and what stands before rules from anywhere."""
    extent = around(box.grown(STUB_SEEN, 0, 0, 0) if name in stubs else box for name, box in layout.boxes.items())
    beyond = [route for route in layout.routes if around([extent, route.hull]) != extent]  # only those may need more room
    extent = around([extent], (point for route in beyond for point in route.samples()))
    boxes = {name: box.moved(-extent.x, -extent.y) for name, box in layout.boxes.items()}
    routes = tuple(route.moved(-extent.x, -extent.y) for route in layout.routes)
    return Layout(extent.width, extent.height, boxes, routes)
