"""How far lines run along each other, so near that one cannot tell them apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from typing import TypeAlias

from clmstate.drawing.geometry import Route
from clmstate.drawing.scene import Link

__all__ = ["run_along"]

_Piece: TypeAlias = tuple[bool, float, float, float]  # whether it is level, where it lies, from where to where

_NEAR = 5.0  # points between the middles of two lines that look like one
_SHORT = 20.0  # as long as lines may meet on the way into what both end at, or cross


def run_along(links: Sequence[Link], routes: Sequence[Route]) -> float:
    """Over how many points lines run along each other; those that lead into one rule, or out of it, may.

    Args:
        links: what the lines connect.
        routes: their ways.

    Example:
        >>> links = Link("a", "b", "forward"), Link("c", "d", "forward")
        >>> routes = [Route(((0, y), (10, y), (90, y), (100, y))) for y in (0, 3)]
        >>> run_along(links, routes)
        100.0
    """
    lanes: dict[tuple[bool, int], list[tuple[int, _Piece]]] = defaultdict(list)
    for index, route in enumerate(routes):
        for piece in _pieces(route):
            for lane in {int((piece[1] + by) // _NEAR) for by in (-_NEAR / 2, _NEAR / 2)}:
                lanes[piece[0], lane].append((index, piece))
    pairs = {pair for lane in lanes.values() for pair in combinations(lane, 2)}
    together: dict[tuple[int, int], float] = defaultdict(float)
    for (one, (_, at, start, end)), (other, (_, other_at, other_start, other_end)) in pairs:
        if not {links[one].tail, links[one].head} & {links[other].tail, links[other].head} and abs(at - other_at) < _NEAR:
            together[one, other] += max(0.0, min(end, other_end) - max(start, other_start))
    return sum(length for length in together.values() if length > _SHORT)


def _pieces(route: Route) -> Iterator[_Piece]:
    """What of a line is level or upright."""
    points = [*route.outline(), *([] if route.tip is None else [route.tip])]
    for (x, y), (to_x, to_y) in pairwise(points):
        if abs(y - to_y) < 1 < abs(x - to_x):
            yield True, (y + to_y) / 2, min(x, to_x), max(x, to_x)
        elif abs(x - to_x) < 1 < abs(y - to_y):
            yield False, (x + to_x) / 2, min(y, to_y), max(y, to_y)
