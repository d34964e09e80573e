"""Lanes with their cards and lines pinned to a grid; wide pictures go on in further rows of lanes.

Nothing here needs Graphviz. Several ways to set the same lanes are tried, and the one is taken whose words come out largest on a slide.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import attrs

from clmstate.drawing.blocks import Block, Icon, Run
from clmstate.drawing.furniture import READABLE, on_slide
from clmstate.drawing.geometry import Box, Route, around
from clmstate.drawing.handoffs import letters
from clmstate.drawing.layout import START, Layout
from clmstate.drawing.marks import has_badge
from clmstate.drawing.measure import clean, text_width, wrap, wrap_title
from clmstate.drawing.scene import Card, Lane, Link, Pill, Scene
from clmstate.drawing.ways import ARROW, Cell, Grid

__all__ = ["place_lanes"]

_PAD, _CARD, _SLIM = 12.0, 150, 112
_CHIP, _CHIP_HEIGHT = 28, 19
_APART = 6  # a chip and its card
_SPACE = 23  # between lines at one edge of a card
_BETWEEN = 24.0  # rows of lanes
_WORDLESS, _ROW_ON = 0.97, 0.95  # what a size counts without the customers' questions, and for each further row
_MANY = 30  # phases, of which only one number of rows is tried


def place_lanes(scene: Scene) -> tuple[Scene, Mapping[str, Block], Layout]:
    """A scene with lanes as it is drawn (with what a row of lanes adds to it), its blocks and its places."""
    best = _Sheet(scene, 1, quotes=True).placed()
    size = on_slide(best[0], best[2])
    worth = size
    ways = [(1, False), *((count, quotes) for count in _counts(scene, best[2]) for quotes in (True, False))]
    for count, quotes in ways:
        if size >= READABLE:
            return best
        other = _Sheet(scene, count, quotes=quotes).placed()
        found = on_slide(other[0], other[2])
        if found >= READABLE or found * _cost(count, quotes=quotes) > worth:
            best, size, worth = other, found, found * _cost(count, quotes=quotes)
    return best


def _cost(count: int, *, quotes: bool) -> float:
    """What is left of a size where words are left out and lines go on in other rows: it must be worth it."""
    return (1.0 if quotes else _WORDLESS) * _ROW_ON ** (count - 1)


def _counts(scene: Scene, layout: Layout) -> list[int]:
    """Numbers of rows that are worth trying: a few, or in a large picture what makes it about as wide as a slide."""
    columns = len({card.step for card in scene.cards})
    about = max(1, round(math.sqrt(layout.width / layout.height * 9 / 16)))
    few = (2, 3, 4) if len(scene.cards) <= _MANY else ()
    return sorted({count for count in (*few, about) if 1 < count <= columns})


@attrs.frozen
class _Line:
    """From card to card, or from and to other rows; the pill may be drawn as a chip."""

    tail: str | None
    head: str | None
    pill: Pill
    mark: bool = False

    @property
    def chip(self) -> bool:
        return bool(self.pill.number) or has_badge(self.pill.kind)


class _Sheet:
    """Lanes in some number of rows."""

    def __init__(self, scene: Scene, count: int, *, quotes: bool) -> None:
        self.cards = scene.cards if quotes else tuple(attrs.evolve(card, quote="") for card in scene.cards)
        self.by_id = {card.id: card for card in self.cards}
        self.said = scene
        self.columns = _parted(sorted({card.step for card in self.cards}), count)
        row_of_step = {step: number for number, steps in enumerate(self.columns) for step in steps}
        self.row = {card.id: row_of_step[card.step] for card in self.cards}
        self.wide = _CARD if quotes else _slim(self.cards)
        self.head = _head(scene)
        self.heads = {link.tail: link.head for link in scene.links}
        self.steps: list[tuple[str, str]] = []
        self.lines = list(self._lines())
        self.blocks: dict[str, Block] = {}
        self.boxes: dict[str, Box] = {}
        self.pills: list[Pill] = []
        self.drawn: list[tuple[Link, Route]] = []
        self.lanes: list[Lane] = []

    def _lines(self) -> Iterator[tuple[int, _Line]]:
        """Every line with its row; one that goes on in another row has a chip with the same words at both ends."""
        pills = {pill.id: pill for pill in self.said.pills}
        heads = {link.tail: link.head for link in self.said.links if link.tail in pills}
        tails = {link.head: link.tail for link in self.said.links if link.head in pills}
        own = letters()
        used = {pill.number for pill in pills.values()}
        arrived: set[tuple[str, str]] = set()
        for name, pill in pills.items():
            tail, head = tails.get(name), heads[name]
            if tail is None or self.row[tail] == self.row[head]:
                yield self.row[head], _Line(tail, head, pill)
                continue
            if not pill.number:
                pill = attrs.evolve(pill, number=next(letter for letter in own if letter not in used))
                words = ", or ".join(clause.text for clause in pill.clauses)
                titles = self.by_id[tail].title, self.by_id[head].title
                self.steps.append((f"{pill.number}  In the team", f"{titles[0]} → {titles[1]}: {words}"))
            yield self.row[tail], _Line(tail, None, pill)
            if (pill.number, head) not in arrived:
                yield self.row[head], _Line(None, head, attrs.evolve(pill, id=f"{name} arrives"))
            arrived.add((pill.number, head))

    def placed(self) -> tuple[Scene, Mapping[str, Block], Layout]:
        """The scene with what rows add to it, and where everything stands."""
        y = 0.0
        for number, steps in enumerate(self.columns):
            y = _Row(self, number, steps).place(y) + _BETWEEN
        right = max(self.boxes[lane.id].right for lane in self.lanes)
        for lane in self.lanes:
            box = self.boxes[lane.id]
            self.boxes[lane.id] = Box(box.x, box.y, right - box.x, box.height)
        extent = around(self.boxes.values(), (point for _, route in self.drawn for point in route.samples(6)))
        legend = attrs.evolve(self.said.legend, steps=(*self.said.legend.steps, *self.steps))
        subtitle = self.said.subtitle
        if len(self.columns) > 1:
            subtitle += f" What goes on in another row keeps its number{' or letter' if self.steps else ''}."
        scene = attrs.evolve(
            self.said,
            subtitle=subtitle,
            cards=self.cards,
            pills=tuple(self.pills),
            links=tuple(link for link, _ in self.drawn),
            lanes=tuple(self.lanes),
            legend=legend,
        )
        return scene, self.blocks, Layout(extent.right, extent.bottom, self.boxes, tuple(route for _, route in self.drawn))


def _parted(steps: list[int], count: int) -> list[list[int]]:
    """Columns in rows of about the same number."""
    each, more = divmod(len(steps), count)
    ends = [0]
    for row in range(count):
        ends.append(ends[-1] + each + (1 if row < more else 0))
    return [steps[start:end] for start, end in pairwise(ends) if end > start]


def _head(scene: Scene) -> int:
    """The width of the lanes' names: that of the longest word, within reason."""
    words = [word for lane in scene.lanes for word in clean(lane.title).split()]
    return math.ceil(min(max((text_width(word, 17, "Bold") for word in words), default=0), 200)) + 28


def _slim(cards: tuple[Card, ...]) -> int:
    """The least width at which no word of a title becomes smaller."""
    rooms = [text_width(word, 17, "Bold") + (34 if card.standing else 16) for card in cards for word in clean(card.title).split()]
    return math.ceil(min(_CARD, max(_SLIM, *rooms, 0)))


class _Row:
    """One row of lanes on a sheet."""

    def __init__(self, sheet: _Sheet, number: int, steps: list[int]) -> None:
        self.sheet, self.number = sheet, number
        self.cards = [card for card in sheet.cards if sheet.row[card.id] == number]
        members = {card.id for card in self.cards}
        ids = (lane.id if number == 0 else f"{lane.id} {number + 1}" for lane in sheet.said.lanes)
        kept = (attrs.evolve(lane, id=name) for lane, name in zip(sheet.said.lanes, ids, strict=True))
        parts = (attrs.evolve(lane, members=tuple(name for name in lane.members if name in members)) for lane in kept)
        self.lanes = [lane for lane in parts if lane.members]
        self.cells = dict(self._cells(steps))
        mine = [line for row, line in sheet.lines if row == number]
        self.between = [line for line in mine if line.tail is not None and line.head is not None]
        starts = [_Line(None, mark.on, Pill(mark.id, "forward", ()), mark=True) for mark in sheet.said.marks if mark.on in members]
        self.arriving = [*starts, *(line for line in mine if line.tail is None)]
        self.leaving = [line for line in mine if line.head is None]
        self.grid = self._grid(())
        self.rightwards = dict(self._leaving_right())
        self.grid = self._grid([(line.tail, self.rightwards[line.pill.id]) for line in self.leaving if line.tail is not None])

    def _grid(self, leaving: Sequence[tuple[str, bool]]) -> Grid:
        return Grid(
            self.cells,
            [(line.tail, line.head) for line in self.between if line.tail is not None and line.head is not None],
            [line.head for line in self.arriving if line.head is not None],
            leaving,
            [line.pill.number for line in self.between],
        )

    def _leaving_right(self) -> Iterator[tuple[str, bool]]:
        """At which side each line leaves that goes on in another row: onwards at the right, back at the left unless that is the fuller one."""
        points = Counter({side: len(ends) for side, ends in self.grid.points().items()})
        onwards = {line.pill.id: self.sheet.row[self.sheet.heads[line.pill.id]] > self.number for line in self.leaving}
        for line in sorted(self.leaving, key=lambda line: not onwards[line.pill.id]):
            if line.tail is not None:
                right = onwards[line.pill.id] or points[line.tail, False] > points[line.tail, True]
                points[line.tail, right] += 1
                yield line.pill.id, right

    def _cells(self, steps: list[int]) -> Iterator[tuple[str, Cell]]:
        """Each card's column is its step; cards of one lane and column stand below each other."""
        for number, lane in enumerate(self.lanes):
            taken: dict[int, int] = {}
            for card in sorted((card for card in self.cards if card.id in lane.members), key=lambda card: card.track):
                column = steps.index(card.step)
                yield card.id, Cell(column, number, taken.get(column, 0))
                taken[column] = taken.get(column, 0) + 1

    def place(self, top: float) -> float:
        """Puts the row on its sheet, and says where it ends."""
        self._set_text()
        self.sides = self._all_sides()
        gaps, corridors, bottom = self._boxes(top)
        boxes = self.sheet.boxes
        routes = self.grid.routes(boxes, gaps, corridors, self.sides.__getitem__)
        for line, route in zip(self.between, routes, strict=True):
            self._between(line, route)
        ends = self.grid.ends(boxes)
        for index, line in enumerate(self.arriving):
            self._arrival(line, *ends[index, "arriving"])
        for index, line in enumerate(self.leaving):
            self._departure(line, *ends[index, "leaving"])
        self.sheet.lanes += self.lanes
        return bottom

    def _set_text(self) -> None:
        blocks, most = self.sheet.blocks, self.grid.most()
        for card in self.cards:
            blocks[card.id] = _card(card, self.sheet.wide, most[card.id] * _SPACE)
        head = self.sheet.head
        for lane in self.lanes:
            lines = wrap(lane.title, head - 20, 17, "Bold")
            runs = [Run(line, head / 2, 22 + 22 * index, 17, "Bold", "on_team") for index, line in enumerate(lines)]
            blocks[lane.id] = Block(head, 32 + 22 * (len(lines) - 1), runs=tuple(runs))
        for line in (*self.between, *self.arriving, *self.leaving):
            if line.chip:
                blocks[line.pill.id] = _chip(line.pill)

    def _all_sides(self) -> list[tuple[float, float]]:
        """What stays free for chips and arrows at both sides of each gap between columns."""
        blocks = self.sheet.blocks
        gaps = 2 + max((cell.column for cell in self.cells.values()), default=0)
        left, right = [8.0] * gaps, [8.0] * gaps
        for line, way in zip(self.between, self.grid.ways, strict=True):
            out = 2 * _APART + blocks[line.pill.id].width if line.chip else 8.0
            for side, gap, room in (
                (left if way.rightwards else right, way.out, out),
                (right if way.enters_left else left, way.into, 20.0),
            ):
                side[gap] = max(side[gap], room)
        for line in self.arriving:
            if line.head is not None:
                gap = self.cells[line.head].column
                right[gap] = max(right[gap], 40.0 if line.mark else 40.0 + blocks[line.pill.id].width)
        for line in self.leaving:
            if line.tail is not None:
                onwards, room = self.rightwards[line.pill.id], 34.0 + blocks[line.pill.id].width
                side, gap = (left if onwards else right), self.cells[line.tail].column + onwards
                side[gap] = max(side[gap], room)
        return list(zip(left, right, strict=True))

    def _boxes(self, top: float) -> tuple[list[Box], list[Box], float]:
        """Cards and lanes are put on the sheet; gaps between columns, corridors between lanes, and where the row ends."""
        sheet, grid = self.sheet, self.grid
        columns = 1 + max((cell.column for cell in self.cells.values()), default=0)
        x, lefts, spans = sheet.head + 2.0, [], []
        for column in range(columns + 1):
            wide = max(grid.gap_width(column, sum(self.sides[column])), 24.0)
            spans.append((x, wide))
            x += wide
            lefts.append(x)
            x += sheet.wide if column < columns else 0
        right = x
        y, corridors = top, []
        for number, lane in enumerate(self.lanes):
            tall = grid.corridor_height(number, 10 if number or grid.in_corridor[number] else 0)
            corridors.append(Box(sheet.head, y, right, tall))
            y += tall
            lane_top = y
            y += _PAD
            for row in range(1 + max(self.cells[name].row for name in lane.members)):
                names = [name for name in lane.members if self.cells[name].row == row]
                height = max(sheet.blocks[name].height for name in names)
                for name in names:
                    own = sheet.blocks[name].height
                    sheet.boxes[name] = Box(lefts[self.cells[name].column], y + (height - own) / 2, sheet.wide, own)
                y += height + _PAD
            y = max(y, lane_top + sheet.blocks[lane.id].height)
            sheet.boxes[lane.id] = Box(0, lane_top, right, y - lane_top)
        last = grid.corridor_height(len(self.lanes), 10 if grid.in_corridor[len(self.lanes)] else 0)
        corridors.append(Box(sheet.head, y, right, last))
        return [Box(left, top, wide, y) for left, wide in spans], corridors, y + last

    def _between(self, line: _Line, route: Route) -> None:
        """A line inside the row, with its chip where it begins."""
        assert line.tail is not None
        assert line.head is not None
        kind = line.pill.kind
        if not line.chip:
            self.sheet.drawn.append((Link(line.tail, line.head, kind), route))
            return
        (x, y), (nx, _) = route.points[0], route.points[2]
        box = self._chip(line, x, y, rightwards=nx > x)
        near, far = (box.x, box.right) if nx > x else (box.right, box.x)
        rest = ((far, y), (far, y), *route.points[2:])
        self.sheet.drawn += [
            (Link(line.tail, line.pill.id, kind), _straight(x, near, y)),
            (Link(line.pill.id, line.head, kind), Route(rest, route.tip)),
        ]

    def _chip(self, line: _Line, x: float, y: float, *, rightwards: bool, apart: float = _APART) -> Box:
        wide = self.sheet.blocks[line.pill.id].width
        box = Box(x + apart if rightwards else x - apart - wide, y - _CHIP_HEIGHT / 2, wide, _CHIP_HEIGHT)
        self.sheet.boxes[line.pill.id] = box
        self.sheet.pills.append(line.pill)
        return box

    def _arrival(self, line: _Line, x: float, y: float) -> None:
        """A line from elsewhere begins before its card: at its chip, or where the journey starts."""
        assert line.head is not None
        if line.mark:
            self.sheet.boxes[line.pill.id] = Box(x - 22 - START, y - START / 2, START, START)
            return
        box = self._chip(line, x, y, rightwards=False, apart=ARROW + 4)
        self.sheet.drawn.append(
            (Link(line.pill.id, line.head, line.pill.kind), Route(_straight(box.right, x - ARROW, y).points, (x, y)))
        )

    def _departure(self, line: _Line, x: float, y: float) -> None:
        """A line to another row ends at its chip."""
        assert line.tail is not None
        onwards = self.rightwards[line.pill.id]
        box = self._chip(line, x, y, rightwards=onwards, apart=ARROW + 4)
        near = box.x if onwards else box.right
        tip = near, y
        back = near - ARROW if onwards else near + ARROW
        self.sheet.drawn.append((Link(line.tail, line.pill.id, line.pill.kind), Route(_straight(x, back, y).points, tip)))


def _straight(start: float, end: float, y: float) -> Route:
    return Route(((start, y), (start, y), (end, y), (end, y)))


def _chip(pill: Pill) -> Block:
    """The number of a line, and room for the sign of its kind."""
    sign = 15 if has_badge(pill.kind) else 0
    wide = max(_CHIP if not sign else 0, math.ceil(text_width(pill.number, 14, "Bold")) + 12 + sign) if pill.number else 22
    runs = (Run(pill.number, (wide + sign) / 2, 14.5, 14, "Bold", "words"),) if pill.number else ()
    return Block(wide, _CHIP_HEIGHT, runs=runs)


def _title(card: Card, room: float) -> tuple[int, tuple[str, ...]]:
    """Size and lines of a title: as large as in one line, and a little smaller where that leaves the name of a phase in a group whole."""
    title = clean(card.title) or "—"
    for size in (18, 17, 16, 15):
        if text_width(title, size, "Bold") <= room:
            return size, (title,)
    lines = [wrap_title(title, room, size) for size in (15, 14)]
    smaller = lines[1][0].endswith("·") and not lines[0][0].endswith("·")
    return (14, lines[1]) if smaller else (15, lines[0])


def _card(card: Card, width: int, least: float) -> Block:
    room = width - (34 if card.standing else 16)
    size, lines = _title(card, room)
    header = 12 + 21 * len(lines)
    shift = 9 if card.standing else 0
    runs = [Run(line, width / 2 + shift, 2 + 21 * (index + 1), size, "Bold", "on_team") for index, line in enumerate(lines)]
    icons = []
    if card.standing:
        widest = max(text_width(line, size, "Bold") for line in lines)
        icons.append(Icon(card.standing, width / 2 + shift - widest / 2 - 13, header / 2, 12, "on_team"))
    y = header + 6.0
    for line in wrap(f"“{clean(card.quote)}”", width - 14, 14, "Italic") if card.quote else ():
        y += 18
        runs.append(Run(line, width / 2, y - 4, 14, "Italic", "ink"))
    tall = math.ceil(max(y + 9, least))
    if card.quote:
        return Block(width, tall, header, tuple(runs), tuple(icons))
    tall = math.ceil(max(header, least))  # nothing but a title: it stands in the middle of a card that is all of one colour
    down = (tall - header) / 2
    return Block(
        width,
        tall,
        tall,
        tuple(attrs.evolve(run, y=run.y + down) for run in runs),
        tuple(attrs.evolve(icon, y=icon.y + down) for icon in icons),
    )
