"""A phase touchpoint by touchpoint: why, how, who brings what, and what proves that it happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import attrs

from clmstate.conditions import words
from clmstate.drawing import Theme
from clmstate.drawing.geometry import Box, Route
from clmstate.lifecycle import LifecycleDefinition, Touchpoint
from clmstate.presenting.board import WIDTH, Board, Line, Panel, Said, Shape, Sign, fitting
from clmstate.presenting.chapters import BOTTOM
from clmstate.presenting.criteria import place_label, ways_by_hope
from clmstate.presenting.frame import LEFT, TOP
from clmstate.presenting.phase_boards import team_colours
from clmstate.presenting.supplied import Feeling

__all__ = ["storyboard_boards"]

MOST = 4  # cards on a board
GAP = 26.0
LARGEST = 1.6  # how much larger than written type may be, where there is room


def storyboard_boards(
    definition: LifecycleDefinition, path: str, theme: Theme, feelings: Mapping[str, Feeling] | None = None, source: str = ""
) -> Iterator[Board]:
    """The storyboard of a phase, four touchpoints a board; nothing where it has none.

    Args:
        definition: the lifecycle.
        path: of the phase.
        theme: colours.
        feelings: by the touchpoint's label; without them there is no curve.
        source: where the feelings are from, as "212 surveys".

    Example:
        >>> from clmstate import Lifecycle, Phase, Touchpoint
        >>> from clmstate.drawing import THEMES
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True, touchpoints=[Touchpoint("Kick-off call")])
        >>> [board.title for board in storyboard_boards(Deal.definition, "new", THEMES["light"])]
        ['New, touchpoint by touchpoint']
    """
    phase = definition.phases[path]
    colours = team_colours(definition, theme)
    colour = colours.get(phase.owner.name, theme.end) if phase.owner is not None else theme.end
    asked = f"“{phase.questions[0]}” " if phase.questions else ""
    parts = [phase.touchpoints[start : start + MOST] for start in range(0, len(phase.touchpoints), MOST)]
    for number, some in enumerate(parts):
        story = _Story(definition, path, theme, colour, some, number * MOST, feelings or {}, source)
        title = f"{place_label(definition, path)}, touchpoint by touchpoint" + (f" ({number + 1})" if number else "")
        notes = tuple(
            f"{t.label}: {t.why or 'why is not written down yet'}; {t.how or 'how is not written down yet'}." for t in some
        )
        yield Board(title, f"{asked}What happens, why, how, and what proves that it is done.", tuple(story.shapes()), notes)


@attrs.frozen(slots=False, eq=False)
class _Story:
    """One board of it."""

    definition: LifecycleDefinition
    path: str
    theme: Theme
    colour: str
    touchpoints: Sequence[Touchpoint]
    before: int
    feelings: Mapping[str, Feeling]
    source: str

    @property
    def felt(self) -> bool:
        """Whether there are feelings to show."""
        return any(t.label in self.feelings for t in self.touchpoints)

    def shapes(self) -> Iterator[Shape]:
        """Cards, arrows between them, the curve if there are feelings, and the way on."""
        count = max(len(self.touchpoints), 2)
        wide = (WIDTH - 2 * LEFT - GAP * (count - 1)) / count
        tall = 262.0 if self.felt else 350.0
        boxes = [Box(LEFT + index * (wide + GAP), TOP, wide, tall) for index in range(len(self.touchpoints))]
        for index, (touchpoint, box) in enumerate(zip(self.touchpoints, boxes, strict=True)):
            yield from self.card(touchpoint, box, self.before + index + 1)
        for left, right in pairwise(boxes):
            y = TOP + 60
            yield Line(
                Route(((left.right, y), (left.right, y), (right.x - 8, y), (right.x - 8, y)), (right.x, y)), self.theme.second, 2
            )
        if self.felt:
            yield from self.curve(boxes, TOP + tall + 12)
        yield from self.way_on()

    def card(self, touchpoint: Touchpoint, box: Box, number: int) -> Iterator[Shape]:
        """One touchpoint."""
        theme = self.theme
        band = Box(box.x, box.y, box.width, 34)
        yield Panel(box, (), theme.card, self.colour, 1.6, 8, name=f"Card {touchpoint.label}")
        title = fitting((Said(f"{number}  {touchpoint.label}", 16, theme.on_team, "Bold"),), band.width - 20, band.height)
        yield Panel(band, title, self.colour, self.colour, 1.6, 8, flat=True, middle=True, inset=(10, 0), name=touchpoint.label)
        body = Box(box.x, band.bottom, box.width, box.height - band.height)
        wanted = (attrs.evolve(each, size=each.size * LARGEST, above=each.above * LARGEST) for each in self.body(touchpoint))
        said = fitting(tuple(wanted), body.width - 24, body.height - 16)
        yield Panel(body, said, inset=(12, 8), name=f"About {touchpoint.label}")

    def body(self, touchpoint: Touchpoint) -> Iterator[Said]:
        """When and who, why, how, what each side brings, and what proves it."""
        theme = self.theme
        when = [f"within {touchpoint.due}"] if touchpoint.due is not None else []
        when += [touchpoint.owner.name] if touchpoint.owner is not None else []
        if when:
            yield Said(" · ".join(when), 12, theme.second)
        for head, said in (
            ("Why", touchpoint.why),
            ("How", touchpoint.how),
            ("We bring", touchpoint.ours),
            ("They bring", touchpoint.theirs),
        ):
            if said:
                yield Said(head, 11, theme.second, "SemiBold", above=8, keep=True)
                yield Said(said, 14, theme.ink, "Italic" if head == "Why" else "Regular")
        if touchpoint.done is not None:
            yield Said("✓ Done when", 12, theme.kinds["recovery"].line, "Bold", above=10, keep=True)
            yield Said(words(touchpoint.done, self.definition), 14, theme.ink, "SemiBold")
        else:
            yield Said("○ Done when somebody says so", 12, theme.second, "SemiBold", above=10)

    def curve(self, boxes: Sequence[Box], top: float) -> Iterator[Shape]:
        """How it felt, from what was supplied."""
        theme, height = self.theme, 100.0
        yield Panel(Box(LEFT, top, WIDTH - 2 * LEFT, height), (), theme.lane, None, radius=8, name="How it feels")
        head = (Said(f"How it feels{f' · {self.source}' if self.source else ''}", 12, theme.ink, "Bold"),)
        yield Panel(Box(LEFT + 10, top + 4, 300, 18), head, inset=(0, 0))
        points = []
        for touchpoint, box in zip(self.touchpoints, boxes, strict=True):
            if touchpoint.label in self.feelings:
                feeling = self.feelings[touchpoint.label]
                points.append((box.middle[0], top + height / 2 + 8 - feeling.score * 28, feeling))
        for (x1, y1, _), (x2, y2, _) in pairwise(points):
            bend = (x2 - x1) / 2
            yield Line(Route(((x1, y1), (x1 + bend, y1), (x2 - bend, y2), (x2, y2))), self.colour, 2.4)
        for x, y, feeling in points:
            shape = "circle" if feeling.score > 0.2 else "diamond" if feeling.score < -0.2 else "triangle"
            colour = theme.standings["good" if feeling.score > 0.2 else "at_risk" if feeling.score < -0.2 else "watch"]
            yield Sign(shape, Box(x - 6, y - 6, 12, 12), colour, theme.canvas)  # type: ignore[arg-type]
            said = (Said(feeling.word, 12, theme.ink, "SemiBold"),)
            above = feeling.score > -0.2
            yield Panel(Box(x - 80, y - 24 if above else y + 8, 160, 16), said, align="middle", middle=True, inset=(0, 0))

    def way_on(self) -> Iterator[Shape]:
        """What leads on from here."""
        ways = ways_by_hope(self.definition, self.path)
        if not ways:
            return
        way = ways[0]
        said = f"Leads on to {place_label(self.definition, way.target)} when: {self.definition.why(way)}"
        box = Box(LEFT, BOTTOM - 34, WIDTH - 2 * LEFT, 30)
        line = self.theme.kinds["recovery"].line
        yield Panel(
            box,
            fitting((Said(said, 14, line, "Bold"),), box.width, box.height),
            middle=True,
            align="right",
            inset=(0, 0),
            name="What leads on",
        )
