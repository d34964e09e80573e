"""Lines of straight pieces between two outlines: where they may begin and end, and the simplest that nothing stands in the way of."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

import attrs

from clmstate.drawing.geometry import Box, Point

__all__ = ["BEND", "CELL", "CROSSING", "STEPS", "Cell", "Port", "cells", "simplest"]

Cell: TypeAlias = tuple[int, int]

CELL = 7.0  # lines nearer than that cannot be told apart
BEND, CROSSING = 60.0, 8.0  # what they cost, in points of way; a crossing for each cell of the other line
STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))


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
        (x, y), (dx, dy) = self.at, STEPS[self.side]
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
        bent = [] if once is None else [once]
        if levels:
            bent += _bent_twice(tail, head, levels)
        for points in bent:
            way = abs(head.at[0] - tail.at[0]) + abs(head.at[1] - tail.at[1])
            found.append((way + BEND * (len(points) - 2) + tail.cost + head.cost, points))
    best: tuple[float, list[Point]] | None = None
    edges = [(wall.x, wall.y, wall.right, wall.bottom) for wall in walls]
    known: dict[tuple[Point, Point], bool] = {}  # many lines begin or end with the same piece
    for cost, points in sorted(found):
        if best is not None and cost >= best[0]:
            break
        if not any(_crosses(edges, piece, known) for piece in pairwise(points)):
            cost += CROSSING * sum(cell in taken for cell in set(cells(points)))
            best = (cost, points) if best is None or cost < best[0] else best
    return None if best is None else best[1]


def _bent_once(tail: Port, head: Port) -> list[Point] | None:
    (x, y), (to_x, to_y) = tail.at, head.at
    (dx, dy), (to_dx, to_dy) = STEPS[tail.side], STEPS[head.side]
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
    down = STEPS[tail.side][1]
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
