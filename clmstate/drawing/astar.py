"""A way for one line around everything that stands there: straight pieces along a grid of what is free, with few bends.

The grid is that of the edges of what stands in the way, so every narrow passage has a line of it. The best way is found by A*; a bend
costs as much as some way, and so does crossing another line, so that a line turns rarely and does not run along others. What is at least
still to go is the way and the bends that it takes if nothing stands there: most of the grid is then never looked at.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from itertools import pairwise, product
from math import inf
from typing import Final

from clmstate.drawing.geometry import Box, Point, around
from clmstate.drawing.orthogonal import BEND, CELL, CROSSING, STEPS, Cell, Port

__all__ = ["way_around"]

_WORTH, _DETOUR = 2.0, 300.0  # a way that is that many times longer, and so many points more, is not looked for
_ROOM = 26.0  # a passage that is wider has a line in its middle too
_UNKNOWN: Final = -1.0  # what a piece of the grid costs, before anybody looks at it


def way_around(tails: Sequence[Port], heads: Sequence[Port], walls: Sequence[Box], taken: frozenset[Cell]) -> list[Point] | None:
    """The corners of the best way from one of the first ports to one of the others; None, when there is none.

    Args:
        tails: where the line may begin.
        heads: where it may end.
        walls: what it may run along, but not through.
        taken: cells that other lines run through.

    Example:
        >>> way_around([Port((0, 0), 0, 5)], [Port((100, 0), 2, 5)], [Box(40, -10, 20, 15)], frozenset())
        [(0, 0), (40, 0), (40, 5), (95, 5), (95, 0), (100, 0)]
    """
    leads = {port.lead for port in (*tails, *heads)}
    free = {lead for lead in leads if not any(_inside(wall, lead) for wall in walls)}
    tails, heads = ([port for port in ports if port.lead in free] for ports in (tails, heads))
    if not tails or not heads:
        return None
    grid = _Grid(free, walls, taken)
    if len(tails) <= len(heads):
        return _found(grid, tails, heads)
    back = _found(grid, heads, tails)  # a way is as good in both directions, and from few ends it is found sooner
    return None if back is None else back[::-1]


class _Grid:
    """Where lines may run: points are numbered column by column."""

    def __init__(self, leads: set[Point], walls: Sequence[Box], taken: Iterable[Cell]) -> None:
        self.taken = _sorted_by(taken, 1), _sorted_by(taken, 0)
        self.xs = _lines({x for x, _ in leads}, ((wall.x, wall.right) for wall in walls))
        self.ys = _lines({y for _, y in leads}, ((wall.y, wall.bottom) for wall in walls))
        self.high = len(self.ys)
        self.across, self.down = self._pieces(walls)

    def _pieces(self, walls: Sequence[Box]) -> tuple[list[float], list[float]]:
        """What the pieces to the right of each point cost, and those below: no end of it in a wall, and out of the grid."""
        wide, high = len(self.xs), self.high
        across, down = [_UNKNOWN] * (wide * high), [_UNKNOWN] * (wide * high)
        across[-high:] = [inf] * high
        down[high - 1 :: high] = [inf] * wide
        for wall in walls:
            left, right = bisect_left(self.xs, wall.x), bisect_left(self.xs, wall.right)
            top, bottom = bisect_left(self.ys, wall.y), bisect_left(self.ys, wall.bottom)
            for start in range(left * high, right * high, high):
                if bottom > top + 1:
                    across[start + top + 1 : start + bottom] = [inf] * (bottom - top - 1)
                if start > left * high:
                    down[start + top : start + bottom] = [inf] * (bottom - top)
        return across, down

    def number(self, point: Point) -> int:
        """The number of a point."""
        return bisect_left(self.xs, point[0]) * self.high + bisect_left(self.ys, point[1])

    def point(self, number: int) -> Point:
        """Where a point lies."""
        return self.xs[number // self.high], self.ys[number % self.high]

    def cost(self, piece: int, *, across: bool) -> float:
        """Of one piece that nobody has looked at: its length, and what it crosses."""
        i, j = divmod(piece, self.high)
        lane, start, end = (self.ys[j], self.xs[i], self.xs[i + 1]) if across else (self.xs[i], self.ys[j], self.ys[j + 1])
        crossed = self.taken[0 if across else 1].get(int(lane // CELL), ())
        count = bisect_right(crossed, end // CELL) - bisect_left(crossed, start // CELL) if crossed else 0
        found = end - start + CROSSING * count
        (self.across if across else self.down)[piece] = found
        return found

    def onward(self) -> list[list[tuple[int, bool, list[float], int, int, float]]]:
        """For each side, where a line may go that came that way.

        The side, whether that is across, what its pieces cost, how far from the number of the point the piece and the next point are,
        and what turning there costs. A number below nought counts from the end, where everything leads out of the grid.
        """
        high = self.high
        ways = [(0, True, self.across, 0, high), (1, False, self.down, 0, 1)]
        ways += [(2, True, self.across, -high, -high), (3, False, self.down, -1, -1)]
        return [[(*way, 0.0 if way[0] == side else BEND) for way in ways if abs(way[0] - side) != 2] for side in range(4)]


def _found(grid: _Grid, tails: Sequence[Port], heads: Sequence[Port]) -> list[Point] | None:
    """The best way.

    A node is the number of a point times four, plus the side to which the line came there; an end is a number below nought.
    """
    goals: dict[int, list[tuple[int, int, Port]]] = defaultdict(list)
    for index, port in enumerate(heads):
        goals[grid.number(port.lead)].append((-1 - index, (port.side + 2) % 4, port))
    rest, onward = _Rest(grid, heads), grid.onward()
    leads = [port.lead for port in tails], [port.lead for port in heads]
    most = _WORTH * min(_usual(tail, head) for tail, head in product(*leads)) + 4 * BEND + _DETOUR
    came: dict[int, int] = {}  # from which node, for each to which the best way is known
    waiting: dict[int, float] = {}  # the least cost at which a node waits in the queue: more than that comes too late
    queue: list[tuple[float, float, int, int]] = []
    starts: dict[int, Port] = {}
    for port in tails:
        node = grid.number(port.lead) * 4 + port.side
        starts.setdefault(node, port)
        heappush(queue, (port.cost + rest.of(node), port.cost, node, node))
    while queue:
        _, cost, node, before = heappop(queue)
        if node in came:
            continue
        came[node] = before
        if node < 0:
            return _corners(grid, came, node, starts, heads)
        point, side = node // 4, node % 4
        for end, arriving, port in goals.get(point, ()):
            if abs(side - arriving) != 2:
                so_far = cost + port.cost + (BEND if side != arriving else 0)
                heappush(queue, (so_far, so_far, end, node))
        for to, across, pieces, piece, on, turn in onward[side]:
            length = pieces[point + piece]
            if length < 0:
                length = grid.cost(point + piece, across=across)
            so_far = cost + length + turn
            if so_far < most:
                following = (point + on) * 4 + to
                if so_far < waiting.get(following, most):
                    least = so_far + (rest.known.get(following) or rest.of(following))
                    if least <= most:
                        waiting[following] = so_far
                        heappush(queue, (least, so_far, following, node))
    return None


def _corners(grid: _Grid, came: dict[int, int], end: int, starts: dict[int, Port], heads: Sequence[Port]) -> list[Point]:
    nodes = [came[end]]
    while came[nodes[-1]] != nodes[-1]:
        nodes.append(came[nodes[-1]])
    nodes.reverse()
    points = [starts[nodes[0]].at, *(grid.point(node // 4) for node in nodes), heads[-1 - end].at]
    return _without_needless(points)


class _Rest:
    """What is at least still to go from a node: the way and the bends that it takes if nothing stands there, and what the end costs.

    Of the ports at which a line arrives in the same direction, it is the box around them that counts.
    """

    def __init__(self, grid: _Grid, heads: Sequence[Port]) -> None:
        self.grid = grid
        self.known: dict[int, float] = {}
        self.goals = []
        for side in sorted({port.side for port in heads}):
            ports = [port for port in heads if port.side == side]
            box, cost = around((), (port.lead for port in ports)), min(port.cost for port in ports)
            ways = [cost + _gap(x, box.x, box.right) for x in grid.xs], [_gap(y, box.y, box.bottom) for y in grid.ys]
            where = [_where(x, box.x, box.right) for x in grid.xs], [_where(y, box.y, box.bottom) for y in grid.ys]
            self.goals.append((_BENDS[(side + 2) % 4], *ways, *where))

    def of(self, node: int) -> float:
        """In points of way; looked for once."""
        least = self.known.get(node)
        if least is None:
            point, side = divmod(node, 4)
            i, j = divmod(point, self.grid.high)
            least = inf
            for bends, across, down, beside, above in self.goals:
                rest = across[i] + down[j] + bends[side][beside[i]][above[j]]
                if rest < least:
                    least = rest
            self.known[node] = least
        return least


def _usual(lead: Point, other: Point) -> float:
    """How far it is from one point to another, with a bend if that does not lie straight ahead."""
    across, down = abs(lead[0] - other[0]), abs(lead[1] - other[1])
    return across + down + BEND if across and down else across + down


def _gap(at: float, low: float, high: float) -> float:
    return max(low - at, 0, at - high)


def _where(at: float, low: float, high: float) -> int:
    """Whether it lies before (0), within (1) or behind (2)."""
    return (at >= low) + (at > high)


def _bends(side: int, arriving: int, beside: int, above: int) -> int:
    """How often a line must turn that goes on on one side and is to arrive in some direction.

    Args:
        side: how it goes on.
        arriving: how it is to arrive.
        beside: whether it lies before, within or behind where it may arrive, from the left.
        above: the same, from the top.
    """

    def away(way: int) -> int:
        """Where the goal lies for who goes that way: ahead (1), beside (0), behind (-1)."""
        dx, dy = STEPS[way]
        return dx * (1 - beside) + dy * (1 - above)

    if (side + arriving) % 2:
        return 1 if away(side) >= 0 and away(arriving) >= 0 else 3
    if side != arriving:
        return 2
    if away(side) < 0:
        return 4
    return 0 if away((side + 1) % 4) == 0 else 2


_BENDS: Final = [
    [[[BEND * _bends(side, arriving, beside, above) for above in range(3)] for beside in range(3)] for side in range(4)]
    for arriving in range(4)
]


def _sorted_by(taken: Iterable[Cell], axis: int) -> dict[int, list[int]]:
    """Cells by their row (or column), sorted."""
    lanes: dict[int, list[int]] = defaultdict(list)
    for cell in sorted(taken):
        lanes[cell[axis]].append(cell[1 - axis])
    return lanes


def _inside(box: Box, point: Point) -> bool:
    x, y = point
    return box.x < x < box.right and box.y < y < box.bottom


def _lines(ports: set[float], walls: Iterable[tuple[float, float]]) -> list[float]:
    """The lines of a grid in one direction."""
    edges = sorted({edge for wall in walls for edge in wall})
    middles = {round((one + other) / 2, 1) for one, other in pairwise(edges) if other - one > _ROOM}
    return sorted({*edges, *middles, *ports})


def _without_needless(points: list[Point]) -> list[Point]:
    """Only the corners of a chain of straight pieces."""
    kept = points[:1]
    for point, following in pairwise(points[1:]):
        straight = any(kept[-1][axis] == point[axis] == following[axis] for axis in (0, 1))
        if not straight and point != kept[-1]:
            kept.append(point)
    return [*kept, points[-1]]
