"""A way for one line around everything that stands there: straight pieces along a grid of what is free, with few bends.

The grid is that of the edges of what stands in the way, so every narrow passage has a line of it. The shortest way is found by A*; a bend
costs as much as some way, and so does crossing another line, so that a line turns rarely and does not run along others.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from typing import TypeAlias

import attrs

from clmstate.drawing.geometry import Box, Point

__all__ = ["CELL", "Port", "cells", "simplest", "way_around"]

Cell: TypeAlias = tuple[int, int]
_Node: TypeAlias = tuple[int, int, int]

CELL = 7.0  # lines nearer than that cannot be told apart
_BEND, _CROSSING = 60.0, 8.0  # what they cost, in points of way; a crossing for each cell of the other line
_WORTH, _DETOUR = 2.0, 300.0  # a way that is that many times longer, and so many points more, is not looked for
_ROOM = 26.0  # a passage that is wider has a line in its middle too
_STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))


@attrs.frozen
class Port:
    """Where a line may begin or end: a point of an outline, how it leaves from there (0 right, 1 down, 2 left, 3 up), and how far straight on.

    Example:
        >>> Port((10, 5), 0, 12).lead
        (22, 5)
    """

    at: Point
    side: int
    straight: float
    cost: float = 0.0

    @property
    def lead(self) -> Point:
        """Where the first straight piece ends."""
        (x, y), (dx, dy) = self.at, _STEPS[self.side]
        return round(x + dx * self.straight, 1), round(y + dy * self.straight, 1)


def cells(points: Iterable[Point]) -> Iterator[Cell]:
    """The cells of a raster that a chain of points runs through.

    Example:
        >>> list(cells([(0, 0), (20, 0)]))
        [(0, 0), (1, 0), (2, 0)]
    """
    before: Cell | None = None
    for (x, y), (to_x, to_y) in pairwise(points):
        count = int(max(abs(to_x - x), abs(to_y - y)) / CELL) + 1
        for step in range(count + 1):
            cell = int((x + (to_x - x) * step / count) // CELL), int((y + (to_y - y) * step / count) // CELL)
            if cell != before:
                yield cell
            before = cell


def simplest(
    pairs: Iterable[tuple[Port, Port]], walls: Sequence[Box], taken: Container[Cell], levels: Sequence[float] = ()
) -> list[Point] | None:
    """The corners of the best line that is straight or has one bend; None, when something stands in the way of each.

    Args:
        pairs: where the line may begin and end.
        walls: what it may run along, but not through; not what it begins and ends at.
        taken: cells that other lines run through.
        levels: how high a line may run across that leaves and arrives upright, with two bends.

    Example:
        >>> simplest([(Port((0, 0), 0, 5), Port((100, 50), 3, 5))], [], frozenset())
        [(0, 0), (100, 0), (100, 50)]
    """
    found: list[tuple[float, list[Point]]] = []
    for tail, head in pairs:
        once = _bent_once(tail, head)
        for points in [*([] if once is None else [once]), *_bent_twice(tail, head, levels)]:
            way = abs(head.at[0] - tail.at[0]) + abs(head.at[1] - tail.at[1])
            found.append((way + _BEND * (len(points) - 2) + tail.cost + head.cost, points))
    best: tuple[float, list[Point]] | None = None
    edges = [(wall.x, wall.y, wall.right, wall.bottom) for wall in walls]
    known: dict[tuple[Point, Point], bool] = {}  # many lines begin or end with the same piece
    for cost, points in sorted(found):
        if best is not None and cost >= best[0]:
            break
        if not any(_crosses(edges, piece, known) for piece in pairwise(points)):
            cost += _CROSSING * sum(cell in taken for cell in set(cells(points)))
            best = (cost, points) if best is None or cost < best[0] else best
    return None if best is None else best[1]


def _bent_once(tail: Port, head: Port) -> list[Point] | None:
    (x, y), (to_x, to_y) = tail.at, head.at
    (dx, dy), (to_dx, to_dy) = _STEPS[tail.side], _STEPS[head.side]
    if (tail.side + head.side) % 2:
        corner = (to_x, y) if dx else (x, to_y)
        out = (corner[0] - x) * dx + (corner[1] - y) * dy
        back = (corner[0] - to_x) * to_dx + (corner[1] - to_y) * to_dy
        return [tail.at, corner, head.at] if out >= tail.straight and back >= head.straight else None
    level = y == to_y if dx else x == to_x
    ahead = (to_x - x) * dx + (to_y - y) * dy
    return [tail.at, head.at] if level and ahead > 0 and (to_dx, to_dy) == (-dx, -dy) else None


def _bent_twice(tail: Port, head: Port, levels: Sequence[float]) -> Iterator[list[Point]]:
    (x, y), (to_x, to_y) = tail.at, head.at
    down = _STEPS[tail.side][1]
    if down and (head.side + 2) % 4 == tail.side and x != to_x:
        for level in levels:
            if (level - y) * down >= tail.straight and (to_y - level) * down >= head.straight:
                yield [tail.at, (x, level), (to_x, level), head.at]


def _crosses(
    edges: Sequence[tuple[float, float, float, float]], piece: tuple[Point, Point], known: dict[tuple[Point, Point], bool]
) -> bool:
    """Whether an upright or level piece runs through a box, of which left, top, right and bottom are given."""
    if piece not in known:
        (x, y), (to_x, to_y) = piece
        low, high, top, deep = min(x, to_x), max(x, to_x), min(y, to_y), max(y, to_y)
        known[piece] = any(low < right and high > left and top < bottom and deep > up for left, up, right, bottom in edges)
    return known[piece]


def way_around(tails: Sequence[Port], heads: Sequence[Port], walls: Sequence[Box], taken: frozenset[Cell]) -> list[Point] | None:
    """The corners of the best way from one of the first ports to one of the others; None, when there is none.

    Args:
        tails: where the line may begin.
        heads: where it may end.
        walls: what it may run along, but not through.
        taken: cells that other lines run through.

    Example:
        >>> way_around([Port((0, 0), 0, 5)], [Port((100, 0), 2, 5)], [Box(40, -10, 20, 15)], frozenset())
        [(0, 0), (5, 0), (5, 5), (60, 5), (60, 0), (100, 0)]
    """
    search = _Search(tails, heads, walls, taken)
    return search.found()


class _Search:
    def __init__(self, tails: Sequence[Port], heads: Sequence[Port], walls: Sequence[Box], taken: frozenset[Cell]) -> None:
        free = [port for port in (*tails, *heads) if not any(_inside(wall, port.lead) for wall in walls)]
        self.tails, self.heads = [port for port in tails if port in free], [port for port in heads if port in free]
        self.rows, self.columns = _sorted_by(taken, 1), _sorted_by(taken, 0)
        self.xs = _lines({port.lead[0] for port in free}, ((wall.x, wall.right) for wall in walls))
        self.ys = _lines({port.lead[1] for port in free}, ((wall.y, wall.bottom) for wall in walls))
        self.across: set[Cell] = set()  # pieces of the grid that lie in a wall: from each point to the right, and down
        self.down: set[Cell] = set()
        for wall in walls:
            left, right = bisect_left(self.xs, wall.x), bisect_left(self.xs, wall.right)
            top, bottom = bisect_left(self.ys, wall.y), bisect_left(self.ys, wall.bottom)
            self.across.update((i, j) for i in range(left, right) for j in range(top + 1, bottom))
            self.down.update((i, j) for i in range(left + 1, right) for j in range(top, bottom))
        self.costs: dict[tuple[int, int, bool], float] = {}
        self.around: dict[Cell, list[tuple[int, int, int, float]]] = {}

    def found(self) -> list[Point] | None:
        if not self.tails or not self.heads:
            return None
        goals: dict[_Node, Port] = {}
        for port in self.heads:
            goals.setdefault((*self._place(port), (port.side + 2) % 4), port)
        xs, ys = [port.lead[0] for port in self.heads], [port.lead[1] for port in self.heads]
        goal = Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
        across = [max(goal.x - x, 0, x - goal.right) for x in self.xs]
        down = [max(goal.y - y, 0, y - goal.bottom) for y in self.ys]
        nearest = min(_rest(across[i], down[j]) for i, j in map(self._place, self.tails))
        most = _WORTH * nearest + 4 * _BEND + _DETOUR
        came: dict[_Node, tuple[float, _Node]] = {}
        queue: list[tuple[float, float, _Node, _Node]] = []
        waiting: dict[_Node, float] = {}  # the least cost at which a node waits in the queue: more than that comes too late
        starts: dict[_Node, Port] = {}
        for port in self.tails:
            node = (*self._place(port), port.side)
            starts.setdefault(node, port)
            heappush(queue, (port.cost + _rest(across[node[0]], down[node[1]]), port.cost, node, _NOWHERE))
        while queue:
            _, cost, node, before = heappop(queue)
            if node in came:
                continue
            came[node] = cost, before
            if node[2] == _END:
                return self._corners(came, node, starts, goals)
            if node in goals:
                end = (node[0], node[1], _END)
                heappush(queue, (cost + goals[node].cost, cost + goals[node].cost, end, node))
            for next_node, more in self._steps(node):
                if next_node in came or cost + more > waiting.get(next_node, most):
                    continue
                least = cost + more + _rest(across[next_node[0]], down[next_node[1]])
                if least <= most:
                    waiting[next_node] = cost + more
                    heappush(queue, (least, cost + more, next_node, node))
        return None

    def _place(self, port: Port) -> Cell:
        x, y = port.lead
        return bisect_left(self.xs, x), bisect_left(self.ys, y)

    def _steps(self, node: _Node) -> list[tuple[_Node, float]]:
        i, j, side = node
        back = (side + 2) % 4
        around = self.around.get((i, j)) or self._around(i, j)
        return [((x, y, to), length if to == side else length + _BEND) for x, y, to, length in around if to != back]

    def _around(self, i: int, j: int) -> list[tuple[int, int, int, float]]:
        """The points beside a point, the side on which they lie, and what the way there costs; looked for once."""
        found = []
        for side, (dx, dy) in enumerate(_STEPS):
            x, y = i + dx, j + dy
            if 0 <= x < len(self.xs) and 0 <= y < len(self.ys):
                first = (i if dx >= 0 else x, j if dy >= 0 else y)
                if first not in (self.across if dx else self.down):
                    key = (*first, bool(dx))
                    found.append((x, y, side, self.costs[key] if key in self.costs else self._cost(key)))
        self.around[i, j] = found
        return found

    def _cost(self, key: tuple[int, int, bool]) -> float:
        """Of one piece of the grid: its length, and what it crosses."""
        i, j, across = key
        lane, start, end = (self.ys[j], self.xs[i], self.xs[i + 1]) if across else (self.xs[i], self.ys[j], self.ys[j + 1])
        crossed = (self.rows if across else self.columns).get(int(lane // CELL), ())
        count = bisect_right(crossed, end // CELL) - bisect_left(crossed, start // CELL) if crossed else 0
        self.costs[key] = end - start + _CROSSING * count
        return self.costs[key]

    def _corners(
        self, came: dict[_Node, tuple[float, _Node]], end: _Node, starts: dict[_Node, Port], goals: dict[_Node, Port]
    ) -> list[Point]:
        nodes: list[_Node] = []
        node = came[end][1]
        while node != _NOWHERE:
            nodes.append(node)
            node = came[node][1]
        nodes.reverse()
        points = [starts[nodes[0]].at, *((self.xs[i], self.ys[j]) for i, j, _ in nodes), goals[nodes[-1]].at]
        return _without_needless(points)


def _sorted_by(taken: Iterable[Cell], axis: int) -> dict[int, list[int]]:
    """Cells by their row (or column), sorted."""
    lanes: dict[int, list[int]] = defaultdict(list)
    for cell in sorted(taken):
        lanes[cell[axis]].append(cell[1 - axis])
    return lanes


def _rest(across: float, down: float) -> float:
    """What is at least still to go: the way, and a bend where it does not lie straight ahead."""
    return across + down + _BEND if across and down else across + down


_NOWHERE: _Node = (-1, -1, -1)  # before the first point
_END = 4  # in place of a direction: arrived


def _inside(box: Box, point: Point) -> bool:
    x, y = point
    return box.x < x < box.right and box.y < y < box.bottom


def _lines(ports: set[float], walls: Iterable[tuple[float, float]]) -> list[float]:
    """The lines of a grid in one direction."""
    edges = sorted({edge for wall in walls for edge in wall})
    middles = {round((one + other) / 2, 1) for one, other in pairwise(edges) if other - one > _ROOM}
    middles |= {
        round(one + (other - one) * part, 1) for one, other in pairwise(edges) if other - one > 2 * _ROOM for part in (0.25, 0.75)
    }
    return sorted({*edges, *middles, *ports})


def _without_needless(points: list[Point]) -> list[Point]:
    """Only the corners of a chain of straight pieces."""
    kept = points[:1]
    for point, following in pairwise(points[1:]):
        straight = any(kept[-1][axis] == point[axis] == following[axis] for axis in (0, 1))
        if not straight and point != kept[-1]:
            kept.append(point)
    return [*kept, points[-1]]
