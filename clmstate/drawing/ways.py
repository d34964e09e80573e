"""Lines on a grid of columns and lanes: horizontal in corridors between lanes, vertical in gaps between columns, so never through a card.

First every line says which gaps and corridors it uses, then these are made wide enough for one track each, then the lines are drawn.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import attrs

from clmstate.drawing.geometry import Box, Point, Route

__all__ = ["TRACK", "Cell", "Grid", "Way", "rounded"]

Before: TypeAlias = Callable[[int], tuple[float, float]]

TRACK = 13.0  # between parallel lines
ARROW = 10.0
_RADIUS = 9.0
_CLOSE = 7.0  # lines that are nearer cannot be told apart
_STEP = 4.0  # a line that would go up or down by no more has a kink, not a bend
_FEW = 8  # lines of a gap of which the best order is looked for


@attrs.frozen
class Cell:
    """Where a card stands: its column, its lane, and its row inside the lane.

    Example:
        >>> Cell(0, 1).row
        0
    """

    column: int
    lane: int
    row: int = 0


@attrs.frozen
class Way:
    """A line from one card to another, and the gaps and corridor that it takes."""

    tail: str
    head: str
    out: int
    into: int
    corridor: int | None
    rightwards: bool
    enters_left: bool


@attrs.frozen
class _Piece:
    """What a line does in one gap: it comes in and goes out, each at a side and a height."""

    line: int
    ends: tuple[tuple[str, float], tuple[str, float]]

    def crosses(self, right: _Piece) -> int:
        """How often it and another cross when the other turns further right; what only just crosses looks like one line, and counts double."""
        met = 0
        for one, other, side in ((self, right, "left"), (right, self, "right")):
            low, high = sorted(y for _, y in one.ends)
            for where, y in other.ends:
                if where == side and low - _CLOSE < y < high + _CLOSE:
                    met += 2 if min(abs(y - low), abs(y - high)) < _CLOSE else 1
        return met


def _fewest_crossings(pieces: list[_Piece]) -> list[_Piece]:
    """From left to right, so that the fewest cross: exactly for a few, and as they come where there are many."""
    if len(pieces) > _FEW:
        return pieces
    costs = [[one.crosses(other) for other in pieces] for one in pieces]
    best: dict[frozenset[int], tuple[int, tuple[int, ...]]] = {frozenset(): (0, ())}
    for _ in pieces:
        longer: dict[frozenset[int], tuple[int, tuple[int, ...]]] = {}
        for placed, (cost, order) in best.items():
            for index in range(len(pieces)):
                if index not in placed:
                    found = cost + sum(costs[left][index] for left in order), (*order, index)
                    longer[placed | {index}] = min(longer.get(placed | {index}, found), found)
        best = longer
    return [pieces[index] for _, order in best.values() for index in order]


class Grid:
    """Cards in columns and lanes, and the lines between them.

    Example:
        >>> grid = Grid({"a": Cell(0, 0), "b": Cell(1, 1)}, [("a", "b")])
        >>> grid.ways[0].out, grid.ways[0].into, grid.ways[0].corridor
        (1, 1, None)
    """

    def __init__(
        self,
        cells: dict[str, Cell],
        lines: Sequence[tuple[str, str]],
        arriving: Sequence[str] = (),
        leaving: Sequence[tuple[str, bool]] = (),
        joined: Sequence[str] = (),
    ) -> None:
        self.cells = cells
        self.joined = tuple(joined)  # for each line a name; those of one name that reach the same card do so at one point
        self.arriving = tuple(arriving)  # cards that a line reaches from nowhere, from the left
        self.leaving = tuple(leaving)  # cards that a line leaves for elsewhere, and whether to the right
        self.ways = [self._way(tail, head) for tail, head in lines]
        self.in_gap = Counter(
            gap for way in self.ways for gap in ({way.out, way.into} if way.out == way.into else (way.out, way.into))
        )
        self.in_corridor = Counter(way.corridor for way in self.ways if way.corridor is not None)

    def _way(self, tail: str, head: str) -> Way:
        source, target = self.cells[tail], self.cells[head]
        rightwards = target.column >= source.column
        enters_left = target.column > source.column
        out = source.column + (1 if rightwards else 0)
        into = target.column + (0 if enters_left else 1)
        corridor = None if out == into else source.lane + (1 if target.lane > source.lane else 0)
        return Way(tail, head, out, into, corridor, rightwards, enters_left)

    def gap_width(self, gap: int, least: float) -> float:
        """How wide a gap between columns must be."""
        return least + TRACK * self.in_gap[gap]

    def corridor_height(self, corridor: int, least: float) -> float:
        """How high a corridor between lanes must be."""
        return least + TRACK * self.in_corridor[corridor]

    def routes(self, boxes: dict[str, Box], gaps: Sequence[Box], corridors: Sequence[Box], before: Before) -> list[Route]:
        """The lines, with an arrow at each end; `before` says what stays free at both sides of a gap."""
        ends = self.ends(boxes)
        levels = self._levels(corridors)
        tracks = self._tracks(ends, levels, gaps, before)
        routes: list[Route] = []
        for index, way in enumerate(self.ways):
            (x, y), (tx, ty) = ends[index, "tail"], ends[index, "head"]
            out = tracks[index, way.out]
            points: list[Point] = [(x, y), (out, y)]
            if way.corridor is not None:
                points += [(out, levels[index]), (tracks[index, way.into], levels[index]), (tracks[index, way.into], ty)]
            else:
                points.append((out, ty))
            points.append((tx - ARROW if way.enters_left else tx + ARROW, ty))
            routes.append(Route(rounded(points).points, (tx, ty)))
        return routes

    def _levels(self, corridors: Sequence[Box]) -> dict[int, float]:
        """How high each line runs that takes a corridor."""
        used: Counter[int] = Counter()
        levels: dict[int, float] = {}
        for index, way in enumerate(self.ways):
            if way.corridor is not None:
                box = corridors[way.corridor]
                first = box.y + (box.height - TRACK * (self.in_corridor[way.corridor] - 1)) / 2
                levels[index] = first + TRACK * used[way.corridor]
                used[way.corridor] += 1
        return levels

    def _tracks(
        self, ends: Mapping[tuple[int, str], Point], levels: Mapping[int, float], gaps: Sequence[Box], before: Before
    ) -> dict[tuple[int, int], float]:
        """Where each line turns in each gap that it takes: in the order in which the fewest cross."""
        pieces: dict[int, list[_Piece]] = {}
        for index, way in enumerate(self.ways):
            start, end = ends[index, "tail"][1], ends[index, "head"][1]
            leaves, enters = "left" if way.rightwards else "right", "left" if not way.enters_left else "right"
            if way.corridor is None:
                pieces.setdefault(way.out, []).append(_Piece(index, ((leaves, start), (enters, end))))
                continue
            on, back = ("right", "left") if way.into > way.out else ("left", "right")
            pieces.setdefault(way.out, []).append(_Piece(index, ((leaves, start), (on, levels[index]))))
            pieces.setdefault(way.into, []).append(_Piece(index, ((back, levels[index]), (enters, end))))
        tracks: dict[tuple[int, int], float] = {}
        for gap, some in pieces.items():
            left, right = before(gap)
            step = (gaps[gap].width - left - right) / len(some)
            for place, piece in enumerate(_fewest_crossings(some)):
                tracks[piece.line, gap] = gaps[gap].x + left + step * (place + 0.5)
        return tracks

    def _together(self, index: int, end: str) -> str:
        """Lines with the same answer reach (or leave) a card at one point."""
        joined = self.joined[index] if end == "head" and self.joined else ""
        return f"to {joined}" if joined else f"{end} {index}"

    def points(self) -> dict[tuple[str, bool], set[str]]:
        """What needs a point of its own at the left (False) and the right side of each card."""
        points: dict[tuple[str, bool], set[str]] = {}
        for index, way in enumerate(self.ways):
            points.setdefault((way.tail, way.rightwards), set()).add(self._together(index, "tail"))
            points.setdefault((way.head, not way.enters_left), set()).add(self._together(index, "head"))
        for index, name in enumerate(self.arriving):
            points.setdefault((name, False), set()).add(f"arriving {index}")
        for index, key in enumerate(self.leaving):
            points.setdefault(key, set()).add(f"leaving {index}")
        return points

    def most(self) -> dict[str, int]:
        """How many points lines need at one side of each card."""
        points = self.points()
        return {name: max(len(points.get((name, right), ())) for right in (False, True)) for name in self.cells}

    def ends(self, boxes: dict[str, Box]) -> dict[tuple[int, str], Point]:
        """Where each line leaves and enters: along an edge, in the order of where it comes from or goes to."""
        wanted: dict[tuple[str, bool], list[tuple[float, int, int, str]]] = {}
        for index, way in enumerate(self.ways):
            up, down = boxes[way.tail].middle[1], boxes[way.head].middle[1]
            around = way.rightwards != way.enters_left  # it leaves and enters at the same side: what is inner above is inner below
            wanted.setdefault((way.tail, way.rightwards), []).append(
                (down, -index if around and down < up else index, index, "tail")
            )
            wanted.setdefault((way.head, not way.enters_left), []).append(
                (up, -index if around and up < down else index, index, "head")
            )
        for index, name in enumerate(self.arriving):
            wanted.setdefault((name, False), []).append((math.inf, 0, index, "arriving"))
        for index, key in enumerate(self.leaving):
            wanted.setdefault(key, []).append((math.inf, 1, index, "leaving"))
        ends: dict[tuple[int, str], Point] = {}
        for (name, right), lines in wanted.items():
            box = boxes[name]
            places: dict[str, int] = {}
            for *_, index, end in sorted(lines):
                places.setdefault(self._together(index, end), len(places))
            for *_, index, end in lines:
                y = box.y + box.height * (places[self._together(index, end)] + 0.5) / len(places)
                ends[index, end] = (box.right if right else box.x, y)
        self._straighten(ends)
        return ends

    def _straighten(self, ends: dict[tuple[int, str], Point]) -> None:
        """Lines across one gap whose ends are nearly level are made level; cards of unlike height put their points unlike."""
        for index, way in enumerate(self.ways):
            (x, y), (tx, ty) = ends[index, "tail"], ends[index, "head"]
            alone = not self._together(index, "head").startswith("to ")
            if way.corridor is None and alone and 0 < abs(y - ty) <= _STEP:
                ends[index, "tail"], ends[index, "head"] = (x, (y + ty) / 2), (tx, (y + ty) / 2)


def rounded(points: Sequence[Point], radius: float = _RADIUS) -> Route:
    """A line of straight pieces as curves, round at its corners.

    Example:
        >>> rounded([(0, 0), (10, 0)]).points
        ((0, 0), (0, 0), (10, 0), (10, 0))
    """
    clear = [point for index, point in enumerate(points) if index == 0 or point != points[index - 1]]
    if len(clear) == 1:
        clear = [clear[0], clear[0]]
    curve: list[Point] = [clear[0]]
    for before, corner, after in zip(clear, clear[1:], clear[2:], strict=False):
        reach = min(radius, _apart(before, corner) / 2, _apart(corner, after) / 2)
        start, end = _towards(corner, before, reach), _towards(corner, after, reach)
        curve += [curve[-1], start, start, corner, corner, end]
    curve += [curve[-1], clear[-1], clear[-1]]
    return Route(tuple(curve))


def _apart(one: Point, other: Point) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _towards(point: Point, other: Point, reach: float) -> Point:
    length = _apart(point, other) or 1.0
    return point[0] + (other[0] - point[0]) * reach / length, point[1] + (other[1] - point[1]) * reach / length
