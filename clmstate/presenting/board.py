"""A board: panels with text, lines and signs at fixed places, as data; it becomes a slide with native shapes, or a picture.

Everything is in points on a slide of 960 x 540, so a size is what the back row sees. Text is measured when the board is made, with the
metrics of the bundled typeface, which is wider than the Arial of the slides: what fits here fits there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

import attrs

from clmstate.drawing.geometry import Box, Route
from clmstate.drawing.measure import Face, clean, text_width, wrap

__all__ = [
    "HEIGHT",
    "SMALLEST",
    "WIDTH",
    "Align",
    "Board",
    "Line",
    "Panel",
    "Said",
    "Shape",
    "Sign",
    "fitting",
    "height_of",
    "part_that_fits",
    "whole_words",
]

WIDTH, HEIGHT = 960, 540
SMALLEST = 9.0
"""The smallest type that the back row can read."""
LEADING = 1.24  # of the type size, from line to line
SPARE = 0.95  # of a line may be filled: capitals of Arial are up to 6 % wider than those that are measured

Align: TypeAlias = Literal["left", "middle", "right"]
SignShape: TypeAlias = Literal["diamond", "circle", "triangle", "square"]


@attrs.frozen
class Said:
    """One paragraph.

    Attributes:
        text: what it says; one paragraph, whatever line breaks are in it.
        size: of the type, in points.
        colour: as #RRGGBB.
        face: Regular, Italic, SemiBold or Bold.
        bullet: whether a dot stands before it.
        above: space before it, in points.
        keep: whether it must not be the last one of a part, as a heading.

    Example:
        >>> Said("Onboarding", 18, "#000000").face
        'Regular'
    """

    text: str
    size: float
    colour: str
    face: Face = "Regular"
    bullet: bool = False
    above: float = 0
    keep: bool = False


@attrs.frozen
class Panel:
    """A rectangle with text in it; without fill and line it is text alone.

    Attributes:
        box: where.
        said: its paragraphs.
        fill, line: colours; None is none.
        weight: of the line.
        radius: of its corners, in points.
        dashed: whether the line is.
        flat: whether only the upper corners are round.
        align: of the text.
        middle: whether the text is centred from top to bottom.
        inset: between edge and text, sideways and from above.
        name: of the shape, for those who edit or hear the slide.

    Example:
        >>> Panel(Box(0, 0, 100, 40), (Said("Trial", 14, "#000000"),)).inset
        (8, 5)
    """

    box: Box
    said: tuple[Said, ...] = ()
    fill: str | None = None
    line: str | None = None
    weight: float = 1
    radius: float = 0
    dashed: bool = False
    flat: bool = False
    align: Align = "left"
    middle: bool = False
    inset: tuple[float, float] = (8, 5)
    name: str = ""


@attrs.frozen
class Line:
    """A line along a route, with an arrow at its tip if the route has one.

    Attributes:
        route: where.
        colour, weight, dashed: how it looks.
        ends: the indexes of the panels that it connects, among the board's shapes; a straight line is glued to them.

    Example:
        >>> Line(Route(((0, 0), (1, 0), (2, 0), (3, 0))), "#000000").weight
        1.5
    """

    route: Route
    colour: str
    weight: float = 1.5
    dashed: bool = False
    ends: tuple[str, str] | None = None


@attrs.frozen
class Sign:
    """A small shape.

    Example:
        >>> Sign("diamond", Box(0, 0, 8, 8), "#000000").shape
        'diamond'
    """

    shape: SignShape
    box: Box
    fill: str
    edge: str | None = None


Shape: TypeAlias = Panel | Line | Sign


@attrs.frozen
class Board:
    """One slide or picture.

    Attributes:
        title: at the top.
        subtitle: below it.
        shapes: from back to front.
        notes: what the speaker says, line by line.
        bare: whether the title is not drawn, because a shape says it.

    Example:
        >>> Board("The journey").notes
        ()
    """

    title: str
    subtitle: str = ""
    shapes: tuple[Shape, ...] = ()
    notes: tuple[str, ...] = ()
    bare: bool = False


def height_of(said: Iterable[Said], width: float) -> float:
    """How tall paragraphs are in a column of some width.

    Example:
        >>> round(height_of([Said("one line", 10, "#000000")], 200), 1)
        12.4
    """
    total = 0.0
    for number, each in enumerate(said):
        room = (width - (each.size if each.bullet else 0)) * SPARE
        lines = wrap(each.text, max(room, each.size), each.size, each.face) or ("",)
        total += (each.above if number else 0) + len(lines) * each.size * LEADING
    return total


def fitting(said: Sequence[Said], width: float, height: float, smallest: float = SMALLEST) -> tuple[Said, ...]:
    """The paragraphs in type as large as fits, never larger than given; what does not fit at the smallest is cut, and says so.

    Example:
        >>> [each.size for each in fitting([Said("word " * 40, 20, "#000000")], 200, 100)]
        [11.0]
    """
    if not said:
        return ()
    for percent in range(100, 20, -5):
        tried = tuple(
            attrs.evolve(each, size=max(smallest, each.size * percent / 100), above=each.above * percent / 100) for each in said
        )
        if height_of(tried, width) <= height and whole_words(tried, width):
            return tried
        if all(each.size == smallest for each in tried):
            break
    tried = tuple(attrs.evolve(each, size=smallest, above=min(each.above, 3)) for each in said)
    kept, _ = part_that_fits(tried, width, height, reserve=smallest * LEADING)
    rest = len(said) - len(kept)
    more = Said(f"… and {rest} more", smallest, said[-1].colour, "Italic")
    return (*kept, more) if kept else (_cut(tried[0], width, height),)


def whole_words(said: Iterable[Said], width: float) -> bool:
    """Whether the longest word of each paragraph has a line for itself.

    Example:
        >>> whole_words([Said("Implementation", 20, "#000000")], 60)
        False
    """
    for each in said:
        room = (width - (each.size if each.bullet else 0)) * SPARE
        if any(text_width(word, each.size, each.face) > room for word in clean(each.text).split(" ")):
            return False
    return True


def _cut(said: Said, width: float, height: float) -> Said:
    """As much of one paragraph as fits."""
    lines = wrap(said.text, (width - said.size) * SPARE, said.size, said.face)
    most = max(1, int(height / (said.size * LEADING)))
    return said if len(lines) <= most else attrs.evolve(said, text=" ".join(lines[:most])[:-2] + " …")


def part_that_fits(
    said: Sequence[Said], width: float, height: float, reserve: float = 0
) -> tuple[tuple[Said, ...], tuple[Said, ...]]:
    """The first paragraphs, as many as fit, and the others; a heading is not left at the end.

    Example:
        >>> lines = [Said(f"line {n}", 10, "#000000") for n in range(5)]
        >>> [len(part) for part in part_that_fits(lines, 100, 40)]
        [3, 2]
    """
    for count in range(len(said), 0, -1):
        room = height - (reserve if count < len(said) else 0)
        if height_of(said[:count], width) <= room:
            while count and count < len(said) and said[count - 1].keep:
                count -= 1
            return tuple(said[:count]), tuple(said[count:])
    return (), tuple(said)


def plain(text: str) -> str:
    """Text as it may stand in a shape."""
    return clean(text)
