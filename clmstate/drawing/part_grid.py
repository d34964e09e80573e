"""The parts of a customer pinned to a grid: a panel for each part, its phases below each other, and the wires in the gaps between."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import attrs

from clmstate.drawing.blocks import Block, Icon, Run
from clmstate.drawing.furniture import READABLE, on_slide
from clmstate.drawing.geometry import Box, Route, around
from clmstate.drawing.layout import Layout
from clmstate.drawing.measure import clean, text_width, wrap
from clmstate.drawing.scene import Card, Frame, Lane, Pill, Scene
from clmstate.drawing.ways import Cell, Grid

__all__ = ["READERS", "SMALL", "place_parts"]

_SIDE, _PAD = 16.0, 12.0
_LEGEND = 38.0  # a row below the parts
SMALL = 13  # type size of who reads a port
_FRAME = 8.0  # around the phases of a group
_TITLE = 14  # type size of a group's name
_SPREAD = 60.0  # how much further apart phases may stand in a short panel
_AROUND = 34.0  # what is said on a wire: room before and after it


@attrs.frozen
class _Sizes:
    """How wide and how far apart things are."""

    card: int  # width of a phase
    wire: int  # width of what is said on a wire
    port: int  # height of what stands below the name of a port
    phase: int  # height of a phase: its name, and at the right who is there
    below: float  # a phase: an arrow to the next
    apart: float  # ports

    @property
    def panel(self) -> float:
        """The width of a panel."""
        return self.card + 2 * _SIDE


_USUAL, *_TIGHTER = (
    _Sizes(212, 196, 38, 38, 16.0, 12.0),
    _Sizes(212, 176, 32, 36, 14.0, 10.0),
    _Sizes(207, 166, 30, 34, 12.0, 8.0),
    _Sizes(207, 166, 30, 32, 10.0, 8.0),
)
READERS = _USUAL.card - 16  # room for who reads a port


def place_parts(scene: Scene) -> tuple[Mapping[str, Block], Layout]:
    """Blocks and places of a composite, as tight as a slide asks for; nothing here needs Graphviz."""
    best = _placed(scene, _USUAL)
    size = _on_slide(scene, best[1])
    for sizes in _TIGHTER:
        if size >= READABLE:
            break
        other = _placed(scene, sizes)
        if _on_slide(scene, other[1]) > size:
            best, size = other, _on_slide(scene, other[1])
    return best


def _on_slide(scene: Scene, layout: Layout) -> float:
    return on_slide(scene, attrs.evolve(layout, height=layout.height + _LEGEND))


def _placed(scene: Scene, sizes: _Sizes) -> tuple[Mapping[str, Block], Layout]:
    """Blocks and places at some sizes."""
    cells = {lane.id: Cell(column, 0) for column, lane in enumerate(scene.lanes)}
    cells |= {name: Cell(column, 0, row + 1) for column, lane in enumerate(scene.lanes) for row, name in enumerate(lane.members)}
    wires = [pill for pill in scene.pills if pill.id.startswith("wire ")]
    lines = [(next(scene.tails(pill)), next(scene.heads(pill))) for pill in wires]
    grid = Grid(cells, lines)
    blocks = _blocks(scene, sizes)
    free = _free(grid, [blocks[pill.id].width for pill in wires])
    boxes, gaps, corridor = _columns(scene, grid, blocks, free, sizes)
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


def _blocks(scene: Scene, sizes: _Sizes) -> dict[str, Block]:
    blocks: dict[str, Block] = {}
    for lane in scene.lanes:
        wide = sizes.panel
        lines, below = wrap(lane.title, wide - 24, 19, "Bold"), wrap(lane.subtitle, wide - 24, 14)
        runs = [Run(line, wide / 2, 27 + 24 * index, 19, "Bold", "on_team") for index, line in enumerate(lines)]
        top = 24 * len(lines) + 22
        runs += [Run(line, wide / 2, top + 18 * index, 14, "Regular", "on_team") for index, line in enumerate(below)]
        blocks[lane.id] = Block(int(wide), top + 18 * len(below) - 6, runs=tuple(runs))
    for frame in scene.frames:
        lines = wrap(frame.title, sizes.card / 2 - 12, _TITLE, "SemiBold")  # an arrow may come down in the middle
        runs = [Run(line, _FRAME + 2, 18 + 18 * index, _TITLE, "SemiBold", "second", "start") for index, line in enumerate(lines)]
        blocks[frame.id] = Block(math.ceil(sizes.card + 2 * _FRAME), 8 + 18 * len(lines), runs=tuple(runs))
    for card in scene.cards:
        blocks[card.id] = _card(card, sizes)
    for pill in scene.pills:
        wire = pill.id.startswith("wire ")
        blocks[pill.id] = _said(pill, sizes.wire if wire else sizes.card - 14)
    return blocks


def _card(card: Card, sizes: _Sizes) -> Block:
    """A phase is its name in a box; a port has a band, and below it who reads it."""
    if card.id.startswith("port "):
        return _banded(card, sizes)
    left = 14.0 + (20 if card.standing else 0)
    titles = wrap(card.title, sizes.card - left - 12, 16, "Bold")
    middle = sizes.phase / 2
    runs = [Run(line, left, middle + 6 + 20 * index, 16, "Bold", "ink", "start") for index, line in enumerate(titles)]
    icons = (Icon(card.standing, 20, middle + 0.5, 12, "owner"),) if card.standing else ()
    y = 20.0 * len(titles)
    for line in wrap(card.subtitle, sizes.card - left - 12, 13):
        y += 17
        runs.append(Run(line, left, y + middle - 13, 13, "Regular", "second", "start"))
    return Block(sizes.card, math.ceil(y) + sizes.phase - 20, 0, tuple(runs), icons)


def _banded(card: Card, sizes: _Sizes) -> Block:
    lines = wrap(card.title, sizes.card - 20, 16, "Bold")
    header = 10 + 20 * len(lines)
    runs = [Run(line, sizes.card / 2, 2 + 20 * (index + 1), 16, "Bold", "on_team") for index, line in enumerate(lines)]
    told = wrap(card.subtitle, sizes.card - 16, SMALL)
    body = max(17 * len(told) + 10, sizes.port)
    y = header + (body - 17 * len(told)) / 2
    runs += [Run(line, sizes.card / 2, y + 17 * index + 13, SMALL, "Regular", "second") for index, line in enumerate(told)]
    return Block(sizes.card, header + body, header, tuple(runs))


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
    scene: Scene, grid: Grid, blocks: Mapping[str, Block], free: Mapping[int, tuple[float, float]], sizes: _Sizes
) -> tuple[dict[str, Box], list[Box], Box]:
    """Panels side by side, with room between them for the wires; above them the corridor for wires that pass a panel by."""
    boxes: dict[str, Box] = {}
    top = grid.corridor_height(0, 8)
    x, gaps = 0.0, []
    rules = {pill.id for pill in scene.pills if not pill.id.startswith("wire ")}
    after = {link.tail: link.head for link in scene.links if link.head in rules}
    first = {frame.members[0]: blocks[frame.id].height for frame in scene.frames}
    last = {frame.members[-1] for frame in scene.frames}
    for column, lane in enumerate(scene.lanes):
        wide = grid.gap_width(column, sum(free[column])) if grid.in_gap[column] else 26.0 if column else 0.0
        gaps.append(Box(x, 0, wide, 0))
        x += wide
        y = top + blocks[lane.id].height + sizes.apart
        for name in lane.members:
            block = blocks[name]
            y += first.get(name, 0)
            tall = max(block.height, blocks_of(scene, blocks, name)) if name.startswith("port ") else block.height
            boxes[name] = Box(x + _SIDE, y + (tall - block.height) / 2, sizes.card, block.height)
            y += tall + (sizes.apart if name.startswith("port ") else _PAD if name in after else sizes.below)
            if name in after:
                pill = blocks[after[name]]
                y += 4
                boxes[after[name]] = Box(x + _SIDE + (sizes.card - pill.width) / 2, y, pill.width, pill.height)
                y += pill.height + _PAD + 8
            y += _FRAME if name in last else 0
        boxes[lane.id] = Box(x, top, sizes.panel, y - top + 2)
        x += sizes.panel
    wide = grid.gap_width(len(scene.lanes), sum(free[len(scene.lanes)])) if grid.in_gap[len(scene.lanes)] else 0.0
    gaps.append(Box(x, 0, wide, 0))
    lowest = max((boxes[lane.id].bottom for lane in scene.lanes), default=0)
    for lane in scene.lanes:
        boxes |= dict(_spread(lane, boxes, after, lowest - boxes[lane.id].bottom))
        boxes[lane.id] = attrs.evolve(boxes[lane.id], height=lowest - top)
    boxes |= {frame.id: _around(frame, boxes, blocks[frame.id].height) for frame in scene.frames}
    return boxes, gaps, Box(0, 0, x, top)


def _around(frame: Frame, boxes: Mapping[str, Box], title: int) -> Box:
    """Around the phases of a group, with its name above them."""
    first, last = boxes[frame.members[0]], boxes[frame.members[-1]]
    return Box(first.x - _FRAME, first.y - title, first.width + 2 * _FRAME, last.bottom + _FRAME - first.y + title)


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
