"""What stands in a picture, badges, stubs and titles of frames included, and which lines touch what they have nothing to do with."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping

from clmstate.drawing.blocks import Block
from clmstate.drawing.geometry import Box, Route, around
from clmstate.drawing.layout import RING, Layout
from clmstate.drawing.measure import text_width
from clmstate.drawing.scene import Link, Scene

__all__ = ["TOUCHES", "Standing", "touching"]

TOUCHES = 3.0  # points; a line that is nearer to something seems to belong to it
_INSIDE = 3.0  # how far a line may reach into the box that it ends at
_SAMPLED = 64.0  # points of a curve for which it is looked at in eight places
_STRAIGHT = 0.5
_FIELD = 256.0  # things are kept by squares of that size, so that those near a line are found at once


class Standing:
    """All that stands there, by whom it belongs to.

    Example:
        >>> from clmstate.drawing.scene import Card
        >>> standing = Standing(Scene("T", cards=(Card("a", "A"),)), {}, {"a": Box(0, 0, 20, 20)})
        >>> standing.near(Box(10, 10, 50, 50))
        [('a', Box(x=0, y=0, width=20, height=20))]
    """

    def __init__(self, scene: Scene, blocks: Mapping[str, Block], boxes: Mapping[str, Box]) -> None:
        self.boxes = boxes
        self._every = list(_things(scene, blocks, boxes))
        self._fields: dict[tuple[int, int], list[int]] = defaultdict(list)
        for index, (_, box) in enumerate(self._every):
            for field in _fields(box):
                self._fields[field].append(index)

    def near(self, box: Box) -> list[tuple[str, Box]]:
        """What stands in some place, at least in part."""
        found = sorted({index for field in _fields(box) for index in self._fields.get(field, ())})
        return [self._every[index] for index in found if self._every[index][1].overlaps(box)]

    def foreign(self, link: Link, box: Box, clear: float) -> list[Box]:
        """What a line has nothing to do with that stands in some place, with room around it."""
        own = (link.tail, link.head)
        return [each.grown(clear, clear, clear, clear) for name, each in self.near(box) if name not in own]

    def touches(self, link: Link, route: Route, clear: float) -> bool:
        """Whether a line comes nearer than that to something foreign, or runs through the box that it ends at.

        Where more room is asked for than the least, so does a line that leaves or arrives at an angle: it brushes the corners of its own box.
        """
        if clear > TOUCHES and route.slants:
            return True
        own = [self.boxes[name].grown(-_INSIDE, -_INSIDE, -_INSIDE, -_INSIDE) for name in (link.tail, link.head)]
        inner = [box for box in own if box.width > 0]
        for curve in route.whole():
            hull = around((), curve)
            met = [
                *self.foreign(link, hull.grown(clear, clear, clear, clear), clear),
                *(box for box in inner if box.overlaps(hull)),
            ]
            if not met:
                continue
            if min(hull.width, hull.height) < _STRAIGHT:
                return True
            points = Route(curve).samples(8 * math.ceil((hull.width + hull.height) / _SAMPLED))
            if any(box.holds(point) for point in points for box in met):
                return True
        return False


def touching(scene: Scene, blocks: Mapping[str, Block], layout: Layout) -> list[Link]:
    """Lines that touch something they have nothing to do with, or run through the box that they end at.

    Example:
        >>> from clmstate.drawing.scene import Card
        >>> scene = Scene("T", cards=(Card("a", "A"), Card("b", "B"), Card("c", "C")), links=(Link("a", "c", "forward"),))
        >>> boxes = {name: Box(x, 0, 20, 20) for name, x in (("a", 0), ("b", 40), ("c", 80))}
        >>> straight = Route(((20, 10), (40, 10), (50, 10), (70, 10)), (80, 10))
        >>> [link.head for link in touching(scene, {}, Layout(100, 20, boxes, (straight,)))]
        ['c']
    """
    standing = Standing(scene, blocks, layout.boxes)
    return [link for link, route in zip(scene.links, layout.routes, strict=True) if standing.touches(link, route, TOUCHES)]


def _fields(box: Box) -> Iterator[tuple[int, int]]:
    for column in range(int(box.x // _FIELD), int(box.right // _FIELD) + 1):
        for row in range(int(box.y // _FIELD), int(box.bottom // _FIELD) + 1):
            yield column, row


def _things(scene: Scene, blocks: Mapping[str, Block], boxes: Mapping[str, Box]) -> Iterator[tuple[str, Box]]:
    for card in scene.cards:
        ring = RING if card.final else 0
        yield card.id, boxes[card.id].grown(ring, ring, ring, ring)
    for pill in scene.pills:
        box = boxes[pill.id]
        yield pill.id, box
        if pill.kind not in ("forward", "stay"):
            yield pill.id, Box(box.x - 6, box.y - 8, 18, 18)  # its badge
        if pill.stub:
            yield pill.id, Box(box.x - 20, box.middle[1] - 5, 20, 10)
    for mark in scene.marks:
        start, marked = boxes[mark.id], boxes[mark.on]
        yield mark.on, Box(start.x, start.y, max(marked.x - start.x, start.width), start.height)
    for frame in scene.frames:
        box = boxes[frame.id]
        for run in blocks[frame.id].runs:
            wide = text_width(run.text, run.size, run.face)
            yield f"{frame.id}'s title", Box(box.x + run.x, box.y + run.y - 0.75 * run.size, wide, run.size)
