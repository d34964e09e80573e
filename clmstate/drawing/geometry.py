"""Points, boxes and curves: the little geometry that placing and painting share. y grows downwards, as in SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TypeAlias

import attrs

__all__ = ["Box", "Point", "Route", "around", "cut_to"]

Point: TypeAlias = tuple[float, float]
Curve: TypeAlias = tuple[Point, Point, Point, Point]

ARROW = 10.0
_SLANT = 0.08  # of what is longer: less than that nobody sees


@attrs.frozen
class Box:
    """A rectangle by its upper left corner.

    Example:
        >>> Box(0, 0, 10, 4).overlaps(Box(10, 0, 5, 5)), Box(0, 0, 10, 4).overlaps(Box(9, 3, 5, 5))
        (False, True)
    """

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> Point:
        """Its centre."""
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def corners(self) -> list[Point]:
        """From the upper left one, clockwise."""
        return [(self.x, self.y), (self.right, self.y), (self.right, self.bottom), (self.x, self.bottom)]

    def overlaps(self, other: Box, gap: float = 0.0) -> bool:
        """Whether the two share an area, or come nearer than that gap."""
        across = self.x < other.right + gap and other.x < self.right + gap
        return across and self.y < other.bottom + gap and other.y < self.bottom + gap

    def holds(self, point: Point, slack: float = 0.0) -> bool:
        """Whether the point lies in it."""
        x, y = point
        return self.x - slack <= x <= self.right + slack and self.y - slack <= y <= self.bottom + slack

    def grown(self, left: float, top: float, right: float, bottom: float) -> Box:
        """The same with margins around it."""
        return Box(self.x - left, self.y - top, self.width + left + right, self.height + top + bottom)

    def moved(self, dx: float, dy: float) -> Box:
        """The same elsewhere."""
        return Box(self.x + dx, self.y + dy, self.width, self.height)


def around(boxes: Iterable[Box], points: Iterable[Point] = ()) -> Box:
    """The smallest box that holds them all.

    Example:
        >>> around([Box(0, 0, 1, 1), Box(4, 2, 1, 1)], [(2, 5)])
        Box(x=0, y=0, width=5, height=5)
    """
    corners = [corner for box in boxes for corner in ((box.x, box.y), (box.right, box.bottom))]
    xs, ys = zip(*corners, *points, strict=True)
    x, y = min(xs), min(ys)
    return Box(x, y, max(xs) - x, max(ys) - y)


@attrs.frozen
class Route:
    """The way of a line from tail to head: a chain of cubic curves (3n + 1 points), and the tip of its arrow if it has one."""

    points: tuple[Point, ...]
    tip: Point | None = None

    def curves(self) -> Iterator[Curve]:
        """Its cubic pieces."""
        points = self.points
        for start in range(0, len(points) - 3, 3):
            yield points[start], points[start + 1], points[start + 2], points[start + 3]

    def whole(self) -> Iterator[Curve]:
        """Its cubic pieces, and its arrow as one more."""
        yield from self.curves()
        if self.tip is not None:
            yield self.points[-1], self.points[-1], self.tip, self.tip

    def samples(self, per_curve: int = 24) -> list[Point]:
        """Points along it, tip included."""
        shares = _along(per_curve)
        points = [
            (a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy)
            for (ax, ay), (bx, by), (cx, cy), (dx, dy) in self.curves()
            for a, b, c, d in shares
        ]
        points.append(self.points[-1])
        if self.tip is not None:
            points.append(self.tip)
        return points

    def outline(self) -> list[Point]:
        """Points along it that straight pieces may join: few where it is straight."""
        points = [self.points[0]]
        for curve in self.curves():
            bent = len({point[0] for point in curve}) > 1 < len({point[1] for point in curve})
            points += [_at(curve, step / 6) for step in range(1, 6)] if bent else ()
            points.append(curve[3])
        return points

    @property
    def hull(self) -> Box:
        """A box that it cannot leave, because a curve stays among the points that bend it."""
        return around((), self.points if self.tip is None else (*self.points, self.tip))

    @property
    def slants(self) -> bool:
        """Whether it leaves or arrives at an angle, neither level nor upright."""
        ends = [point for point, before in zip(self.points, (None, *self.points), strict=False) if point != before]
        return len(ends) > 1 and (_aslant(ends[0], ends[1]) or _aslant(ends[-2], self.tip or ends[-1]))

    def moved(self, dx: float, dy: float) -> Route:
        """The same elsewhere."""
        tip = None if self.tip is None else (self.tip[0] + dx, self.tip[1] + dy)
        return Route(tuple((x + dx, y + dy) for x, y in self.points), tip)

    def with_ends_moved(self, tail: float, head: float) -> Route:
        """The same with its ends shifted sideways; what lies between follows less and less, so the line stays smooth."""
        if tail == head == 0:
            return self
        last = len(self.points) - 1
        points = [(x + tail * (1 - _eased(i, last)) + head * _eased(i, last), y) for i, (x, y) in enumerate(self.points)]
        return Route(tuple(points), None if self.tip is None else (self.tip[0] + head, self.tip[1]))

    def reversed(self) -> Route:
        """The same from head to tail, without the arrow."""
        return Route(tuple(reversed(self.points)))


def cut_to(route: Route, box: Box, *, leaving: bool) -> Route:
    """The part of a route outside a box that it starts in (leaving) or ends in; an arrow then points at the box's edge.

    Example:
        >>> straight = Route(((0, 0), (10, 0), (20, 0), (30, 0)))
        >>> round(cut_to(straight, Box(-5, -5, 20, 10), leaving=True).points[0][0])
        15
    """
    if leaving:
        return _from_exit(route, box)
    if route.tip is None:
        return _from_exit(route.reversed(), box).reversed()
    shorter = _from_exit(route.reversed(), box.grown(ARROW, ARROW, ARROW, ARROW)).reversed()
    (x0, y0), (x1, y1) = shorter.points[-2:]
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    return Route(shorter.points, (x1 + (x1 - x0) / length * ARROW, y1 + (y1 - y0) / length * ARROW))


def _aslant(one: Point, other: Point) -> bool:
    across, down = abs(one[0] - other[0]), abs(one[1] - other[1])
    return min(across, down) > _SLANT * max(across, down)


def _eased(index: int, last: int) -> float:
    """From 0 at the first point (and the one that gives its direction) to 1 at the last."""
    return min(max((index - 1) / max(last - 2, 1), 0.0), 1.0)


def _from_exit(route: Route, box: Box) -> Route:
    curves = list(route.curves())
    for index in range(len(curves) - 1, -1, -1):
        for step in range(63, -1, -1):
            if box.holds(_at(curves[index], step / 64)):
                first = _after(curves[index], (step + 0.5) / 64)
                rest = [point for curve in curves[index + 1 :] for point in curve[1:]]
                return Route((*first, *rest), route.tip)
    return route


def _shares(t: float) -> tuple[float, float, float, float]:
    """How much each point of a curve counts at that parameter."""
    return (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3


@cache
def _along(steps: int) -> tuple[tuple[float, float, float, float], ...]:
    return tuple(_shares(index / steps) for index in range(steps))


def _at(curve: Curve, t: float) -> Point:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve
    a, b, c, d = _shares(t)
    return a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy


def _after(curve: Curve, t: float) -> Curve:
    """The rest of a curve from that parameter on (de Casteljau)."""
    p0, p1, p2, p3 = curve
    p23 = _between(p2, p3, t)
    p12 = _between(p1, p2, t)
    p123 = _between(p12, p23, t)
    p012 = _between(_between(p0, p1, t), p12, t)
    return _between(p012, p123, t), p123, p23, p3


def _between(a: Point, b: Point, t: float) -> Point:
    return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t
