"""Lines as straight as they can be, and clear of everything that they have nothing to do with.

Graphviz bends its lines around the boxes that it knows of. It knows nothing of what we hang on them (badges, stubs, the ring of a final
phase, the words above a frame), and on its way to the edge of a card a line may brush the rule that hangs below it. So each line is looked
at here: where there is room, it becomes straight or has one corner; where it would touch something, it goes around; what has no way at all
is left as it was, and whoever composes the picture says it in words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Mapping, Sequence
from functools import cached_property
from itertools import pairwise, product

import attrs

from clmstate.drawing.astar import way_around
from clmstate.drawing.blocks import Block
from clmstate.drawing.ends import level_ends, ports_of
from clmstate.drawing.geometry import Box, Point, Route, around
from clmstate.drawing.layout import Layout
from clmstate.drawing.orthogonal import CELL, Cell, Port, cells, simplest
from clmstate.drawing.scene import Link, Scene
from clmstate.drawing.standing import TOUCHES, Standing
from clmstate.drawing.ways import rounded

__all__ = ["MANY", "detoured", "without_way"]

CLEAR = 6.3  # from everything foreign: the widest line of an overlay then still does not touch it
TIGHT = 4.0  # where there is no such way
_OWN = 8.3  # from the box that it leaves or enters, when it goes around
_SIDE = 4.0  # no other line runs nearer, if it can be helped
_ARROW = 10.0
_LEAVING, _ARRIVING = 12.0, 18.0  # straight on at both ends; the second has an arrow
_NEAR = 120.0  # from the line: what stands further away is not looked at
_ROUND, _CORNER = 24.0, 12.0  # of corners, and what is no more than a corner
_TIGHT_ROUND = 8.0  # where a rounder one would cut off what lets the line pass
MANY = 300  # lines; in larger pictures none goes around, because finding all the ways takes too long
_FEW_CORNERS = 5  # and ends; a line with more is rather a little nearer to what it passes
_MOST_CORNERS = 6  # and ends; a line with more says less of where a rule comes from than words
_LONGER = 2.5  # times: a way around what a line does not quite touch may not be longer than that


def detoured(
    scene: Scene,
    blocks: Mapping[str, Block],
    layout: Layout,
    across: frozenset[Link] = frozenset(),
    levels: Sequence[float] = (),
) -> Layout:
    """The same with better lines; the boxes stay where they are.

    Args:
        scene: what it says.
        blocks: its text, set.
        layout: where everything stands.
        across: lines that have no way yet, and are to have a simple one or none.
        levels: how high those may run from side to side.

    Example:
        >>> from clmstate.drawing.scene import Card
        >>> from clmstate.drawing.standing import touching
        >>> scene = Scene("T", cards=(Card("a", "A"), Card("b", "B"), Card("c", "C")), links=(Link("a", "c", "forward"),))
        >>> boxes = {name: Box(x, 0, 60, 60) for name, x in (("a", 0), ("b", 100), ("c", 200))}
        >>> straight = Route(((60, 30), (80, 30), (120, 30), (190, 30)), (200, 30))
        >>> layout = detoured(scene, {}, Layout(260, 60, boxes, (straight,)))
        >>> touching(scene, {}, layout), layout.height > 60
        ([], True)
    """
    lines = _Lines(scene, layout, Standing(scene, blocks, layout.boxes), across, levels)
    for index in sorted(range(len(scene.links)), key=lambda index: _reach(layout.routes[index])):
        lines.improve(index)
    return _widened(attrs.evolve(layout, routes=tuple(lines.routes)))


def without_way(
    scene: Scene, blocks: Mapping[str, Block], layout: Layout, across: frozenset[Link], levels: Sequence[float]
) -> list[Link]:
    """Those lines between rows that cannot have a simple way, however the others are laid.

    Args:
        scene: what it says.
        blocks: its text, set.
        layout: where everything stands.
        across: lines that are to have a simple way or none.
        levels: how high they may run from side to side.

    Example:
        >>> from clmstate.drawing.scene import Card
        >>> across = Link("a", "d", "forward")
        >>> scene = Scene("T", cards=tuple(Card(name, name) for name in "abcd"), links=(across,))
        >>> boxes = {name: Box(x, y, 60, 60) for name, x, y in (("a", 0, 0), ("b", 70, 0), ("c", 0, 70), ("d", 140, 0))}
        >>> layout = Layout(200, 130, boxes, (Route(((60, 30), (80, 30), (120, 30), (130, 30)), (140, 30)),))
        >>> [link.head for link in without_way(scene, {}, layout, frozenset([across]), [])]
        ['d']
    """
    lines = _Lines(scene, layout, Standing(scene, blocks, layout.boxes), across, levels)
    return [link for index, link in enumerate(scene.links) if link in across and lines.hopeless(index)]


def _reach(route: Route) -> float:
    hull = route.hull
    return hull.width + hull.height


def _widened(layout: Layout) -> Layout:
    """With room for lines that leave what the picture was."""
    whole = Box(0, 0, layout.width, layout.height)
    extent = around([whole], (point for route in layout.routes for point in route.points))
    if extent == whole:
        return layout
    boxes = {name: box.moved(-extent.x, -extent.y) for name, box in layout.boxes.items()}
    return Layout(extent.width, extent.height, boxes, tuple(route.moved(-extent.x, -extent.y) for route in layout.routes))


class _Lines:
    """The lines of a layout, as they are laid again one by one."""

    def __init__(self, scene: Scene, layout: Layout, standing: Standing, across: frozenset[Link], levels: Sequence[float]) -> None:
        self.links, self.boxes, self.standing = scene.links, layout.boxes, standing
        self.across, self.levels = across, levels
        self.routes = list(layout.routes)
        self.known: dict[Route, frozenset[Cell]] = {}
        self.pills = {pill.id: pill for pill in scene.pills}
        self.frames = [layout.boxes[frame.id] for frame in scene.frames]
        self.ended: dict[str, dict[int, Point]] = defaultdict(dict)
        for index, route in enumerate(self.routes):
            self.end(index, route)

    def end(self, index: int, route: Route) -> None:
        """Notes where a line ends."""
        self.ended[self.links[index].tail][index] = route.points[0]
        self.ended[self.links[index].head][index] = route.tip or route.points[-1]

    @cached_property
    def taken(self) -> Counter[Cell]:
        """How many lines and borders of frames run through each cell, or right beside it."""
        placed = [route for link, route in zip(self.links, self.routes, strict=True) if link not in self.across]
        borders = (_beside([*box.corners, box.corners[0]]) for box in self.frames)
        return Counter(cell for each in (*map(self.beside, placed), *borders) for cell in each)

    def beside(self, route: Route) -> frozenset[Cell]:
        """The cells that a line runs through, or right beside."""
        if route not in self.known:
            self.known[route] = _beside(route.outline())
        return self.known[route]

    def hopeless(self, index: int) -> bool:
        """Whether a line that is to have a simple way has none, wherever others may end at its card: at its rule they seldom move."""
        link = self.links[index]
        pill = link.head if link.head in self.pills else link.tail
        others = [other for other in self.ended[pill] if self.links[other] not in self.across]
        ended = [self.ended[pill][other] for other in others]
        ended += [self.facing(pill, self.links[other].head) for other in others if self.links[other].tail == pill]
        return self.simple(index, self.walls(index, TIGHT), frozenset(), ended) is None

    def facing(self, name: str, other: str) -> Point:
        """The middle of the side at which a box looks towards another: there a line leaves that is laid again."""
        box = self.boxes[name]
        rightwards = self.boxes[other].middle[0] > box.middle[0]
        return box.right if rightwards else box.x, box.middle[1]

    def improve(self, index: int) -> None:
        """Lays a line again, if that makes it better."""
        link, route = self.links[index], self.routes[index]
        touches = link in self.across or self.standing.touches(link, route, CLEAR)
        if not touches and (_is_level(route) or _is_arc(route)):
            return
        others = _Others(self.taken, frozenset() if link in self.across else self.beside(route))
        best: list[Point] | None = None
        for clear in (CLEAR, TIGHT):
            corners = self.found(index, others, clear, around_it=touches and self.standing.touches(link, route, clear))
            if corners is not None and (best is None or len(corners) < len(best)):
                best = corners
            if best is not None and len(best) <= _FEW_CORNERS:
                break
        if best is not None:
            self.lay(index, self.drawn(index, best))

    def found(self, index: int, others: _Others, clear: float, *, around_it: bool) -> list[Point] | None:
        """The corners of a better line, or None if it should stay as it is."""
        link, route = self.links[index], self.routes[index]
        ended = [at for name in (link.tail, link.head) for other, at in self.ended[name].items() if other != index]
        walls = self.walls(index, clear)
        corners = self.simple(index, walls, others, ended)
        if corners is not None or link in self.across or not around_it or len(self.links) > MANY:
            return corners
        tail, head = self.boxes[link.tail], self.boxes[link.head]
        shorter = CLEAR - clear
        tails, heads = (self.ports(index, name, ended, shorter) for name in (link.tail, link.head))
        own = [box.grown(_OWN, _OWN, _OWN, _OWN) for box in (tail, head)]
        corners = way_around(tails, heads, [*walls, *own], others.within(self.region(index)))
        if corners is None or (len(corners) > _MOST_CORNERS and link.head in self.pills):
            return None
        much_longer = _long(corners) > _LONGER * _long(route.points[::3])
        return None if much_longer and not self.standing.touches(link, route, TOUCHES) else corners

    def region(self, index: int) -> Box:
        """Where it is looked for a way of a line."""
        link, near = self.links[index], (_NEAR, _NEAR, _NEAR, _NEAR)
        return around([self.boxes[link.tail], self.boxes[link.head]], self.routes[index].points).grown(*near)

    def walls(self, index: int, clear: float) -> list[Box]:
        """What a line must keep off."""
        return self.standing.foreign(self.links[index], self.region(index), clear)

    def simple(self, index: int, walls: Sequence[Box], others: Container[Cell], ended: Sequence[Point]) -> list[Point] | None:
        """The corners of a line with a bend at most, or with two between rows; None, if there is none."""
        link = self.links[index]
        straight = level_ends(self.boxes[link.tail], self.boxes[link.head], ended)
        bent = product(self.ports(index, link.tail, ended), self.ports(index, link.head, ended))
        return simplest([*straight, *bent], walls, others, self.levels if link in self.across else ())

    def ports(self, index: int, name: str, ended: Sequence[Point], shorter: float = 0.0) -> list[Port]:
        """Where the line may end at one of its boxes, perhaps with a shorter straight piece."""
        route = self.routes[index]
        leaving = name == self.links[index].tail
        usual = route.points[0] if leaving else route.tip or route.points[-1]
        straight = _LEAVING if leaving or route.tip is None else _ARRIVING
        return ports_of(self.boxes[name], self.pills.get(name), straight - shorter, usual, ended)

    def lay(self, index: int, route: Route) -> None:
        """Replaces a line."""
        if self.links[index] not in self.across:
            self.taken.subtract(self.beside(self.routes[index]))
        self.taken.update(self.beside(route))
        self.routes[index] = route
        self.end(index, route)

    def drawn(self, index: int, corners: Sequence[Point]) -> Route:
        """A line with these corners; above the way as an arc, where there is room for it."""
        arrow = self.routes[index].tip is not None
        rule, card = (corners[0], corners[-1]) if arrow else (corners[-1], corners[0])
        between_rows = self.links[index] in self.across  # far apart: an arc would be a slope
        if not between_rows and len(corners) == 3 and rule[1] == corners[1][1] < card[1]:
            arc = _arc(corners, arrow=arrow)
            if not self.standing.touches(self.links[index], arc, CLEAR):
                return arc
        found = _with_round_corners(corners, _ROUND, arrow=arrow)
        cut = self.standing.touches(self.links[index], found, TOUCHES)
        return _with_round_corners(corners, _TIGHT_ROUND, arrow=arrow) if cut else found


class _Others:
    """The cells that lines run through, but for one of them."""

    def __init__(self, taken: Counter[Cell], own: frozenset[Cell]) -> None:
        self.taken, self.own = taken, own

    def __contains__(self, cell: object) -> bool:
        return self.taken.get(cell, 0) > (cell in self.own)  # type: ignore[call-overload,no-any-return]  # cells are asked for only

    def within(self, box: Box) -> frozenset[Cell]:
        """Those in some place."""
        columns = range(int(box.x // CELL), int(box.right // CELL) + 1)
        rows = range(int(box.y // CELL), int(box.bottom // CELL) + 1)
        if len(self.taken) < len(columns) * len(rows):
            return frozenset(cell for cell in self.taken if cell[0] in columns and cell[1] in rows and cell in self)
        return frozenset(cell for cell in product(columns, rows) if cell in self)


def _beside(points: Sequence[Point]) -> frozenset[Cell]:
    """The cells that a chain of points runs through, or right beside."""
    shifted = ([(x + by, y + by) for x, y in points] for by in (-_SIDE, 0.0, _SIDE))
    return frozenset(cell for each in shifted for cell in cells(each))


def _is_level(route: Route) -> bool:
    """Whether it is one straight piece, across or down."""
    hull = route.hull
    return hull.width < 0.3 or hull.height < 0.3


def _is_arc(route: Route) -> bool:
    """Whether it is a quarter of a turn between a rule above the way and a card."""
    (x, y), first, last, (to_x, to_y) = route.points[0], route.points[1], route.points[-2], route.points[-1]
    if len(route.points) != 4 or min(route.hull.width, route.hull.height) < _CORNER:
        return False
    from_rule = abs(first[1] - y) < 1 and abs(last[0] - to_x) < 1
    to_rule = abs(first[0] - x) < 1 and abs(last[1] - to_y) < 1
    return from_rule or to_rule


def _long(points: Sequence[Point]) -> float:
    return sum(abs(one[0] - other[0]) + abs(one[1] - other[1]) for one, other in pairwise(points))


def _arc(corners: Sequence[Point], *, arrow: bool) -> Route:
    """A quarter of a turn in place of one corner: level at the rule, upright at the card."""
    (x, y), _, (to_x, to_y) = corners
    if arrow:  # from the rule to the card
        end = to_y - _ARROW
        return Route(((x, y), (x + (to_x - x) * 0.8, y), (to_x, y + (end - y) * 0.25), (to_x, end)), (to_x, to_y))
    return Route(((x, y), (x, to_y + (y - to_y) * 0.25), (to_x - (to_x - x) * 0.2, to_y), (to_x, to_y)))


def _with_round_corners(corners: Sequence[Point], radius: float, *, arrow: bool) -> Route:
    """A chain of straight pieces, with an arrow at its end if it has one."""
    if not arrow:
        return rounded(corners, radius)
    (x, y), (tip_x, tip_y) = corners[-2:]
    length = abs(tip_x - x) + abs(tip_y - y) or 1.0
    base = tip_x - (tip_x - x) * _ARROW / length, tip_y - (tip_y - y) * _ARROW / length
    return Route(rounded([*corners[:-1], base], radius).points, (tip_x, tip_y))
