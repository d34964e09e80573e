"""Where lines may end: anywhere along a card, around the middle of a rule's edges, and not right beside another line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clmstate.drawing.geometry import Box, Point
from clmstate.drawing.orthogonal import Port
from clmstate.drawing.scene import Pill

__all__ = ["level_ends", "ports_of"]

_CORNER = 9.0  # of a box is round
_NEAREST, _SHORT = 5.5, 48.0  # to the corner a straight line of that length may still end, which else could not be straight
_INSET, _EVERY, _APART = 25.0, 21.0, 15.0  # ends along an edge: the first from its corner, the next, and what two must be apart
_WIDE, _OFF_MIDDLE = 90.0, 60.0  # rules that lines may also reach beside their middle, and what that costs in points of way
_AWAY = 0.35  # what it costs to end elsewhere than the line did, in points of way for each


def ports_of(box: Box, pill: Pill | None, straight: float, usual: Point, ended: Sequence[Point]) -> list[Port]:
    """The ends that a line may have at a box.

    Args:
        box: of a card, frame or rule.
        pill: the rule, if it is one.
        straight: how far the line runs straight on from there.
        usual: where it ended before.
        ended: where other lines end.

    Example:
        >>> len(ports_of(Box(0, 0, 120, 40), Pill("go", "forward", ()), 12, (0, 20), []))
        8
    """
    ports: list[Port] = []
    for side, at in _along(box, pill):
        away = abs(at[0] - usual[0]) + abs(at[1] - usual[1])
        off_middle = pill is not None and at[0] not in (box.x, box.right, box.middle[0])
        ports.append(Port(at, side, straight, round(_AWAY * away + (_OFF_MIDDLE if off_middle else 0.0), 1)))
    return [port for port in ports if _free(port, ended)]


def level_ends(tail: Box, head: Box, ended: Sequence[Point]) -> Iterator[tuple[Port, Port]]:
    """The ends of straight lines from one box to another, across or down.

    Example:
        >>> [(one.at, other.at) for one, other in level_ends(Box(0, 0, 50, 40), Box(90, 0, 50, 40), [])][0]
        ((50, 20.0), (90, 20.0))
        >>> [one.at for one, _ in level_ends(Box(0, 28, 50, 40), Box(60, 0, 50, 40), [])]  # short, so that it may be near the corner
        [(50, 34.0)]
    """
    side = 0 if head.x > tail.x else 2
    start, end = (tail.right, head.x) if side == 0 else (tail.x, head.right)
    corner = _NEAREST if abs(end - start) < _SHORT else _CORNER
    for y in (tail.middle[1], head.middle[1], (max(tail.y, head.y) + min(tail.bottom, head.bottom)) / 2):
        pair = Port((start, y), side, 0), Port((end, y), 2 - side, 0)
        if all(box.y + corner <= y <= box.bottom - corner for box in (tail, head)) and all(_free(port, ended) for port in pair):
            yield pair
    side = 1 if head.y > tail.y else 3
    start, end = (tail.bottom, head.y) if side == 1 else (tail.y, head.bottom)
    corner = _NEAREST if abs(end - start) < _SHORT else _CORNER
    for x in (tail.middle[0], head.middle[0], (max(tail.x, head.x) + min(tail.right, head.right)) / 2):
        pair = Port((x, start), side, 0), Port((x, end), 4 - side, 0)
        if all(box.x + corner <= x <= box.right - corner for box in (tail, head)) and all(_free(port, ended) for port in pair):
            yield pair


def _free(port: Port, ended: Sequence[Point]) -> bool:
    """Whether no other line ends right beside it."""
    return all(abs(port.at[0] - x) + abs(port.at[1] - y) >= _APART for x, y in ended)


def _along(box: Box, pill: Pill | None) -> Iterator[tuple[int, Point]]:
    """Sides (as `Port` counts them) and points along them."""
    across, down = (_places(box.x, box.width), _places(box.y, box.height)) if pill is None else (_of_rule(box), [box.middle[1]])
    for y in down:
        yield 0, (box.right, y)
        if pill is None or not pill.stub:
            yield 2, (box.x, y)
    for x in across:
        yield 1, (x, box.bottom)
        yield 3, (x, box.y)


def _of_rule(box: Box) -> list[float]:
    """Where lines come down to a rule: in its middle, or beside that where it is wide."""
    middle = box.middle[0]
    return [middle] if box.width < _WIDE else [middle, middle - box.width / 4, middle + box.width / 4]


def _places(start: float, length: float) -> list[float]:
    count = max(1, int((length - 2 * _INSET) / _EVERY) + 1)
    first = start + (length - (count - 1) * _EVERY) / 2
    return [start + _CORNER, *(round(first + _EVERY * place, 1) for place in range(count)), start + length - _CORNER]
