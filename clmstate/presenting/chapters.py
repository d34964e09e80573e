"""What every board of the deck is made of: columns of text in panels, and boards that go on where one is full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import attrs

from clmstate.drawing import Theme
from clmstate.drawing.geometry import Box
from clmstate.presenting.board import HEIGHT, WIDTH, Board, Panel, Said, Shape, fitting, height_of, part_that_fits, whole_words
from clmstate.presenting.frame import LEFT, TOP

__all__ = ["BOTTOM", "Column", "balanced", "bullets", "column_boxes", "columned", "heading", "only"]

BOTTOM = HEIGHT - 24.0
GAP = 18.0
MOST, LEAST = 170, 82  # percent: how much larger and smaller than written type may be


@attrs.frozen
class Column:
    """A heading with paragraphs below it.

    Attributes:
        title: the heading; none if empty.
        said: what stands below.
        colour: of the heading and of the edge.
        share: how much of the width it takes, compared with others.
        heads: further headings among the paragraphs; a board that goes on says under which of them.

    Example:
        >>> Column("Goal").share
        1
    """

    title: str
    said: tuple[Said, ...] = ()
    colour: str = ""
    share: float = 1
    heads: tuple[str, ...] = ()

    def rest(self, count: int) -> Column:
        """The same with its last paragraphs alone, under the heading that they stood under.

        Example:
            >>> said = (Said("Pilot", 12, ""), Said("You help", 14, ""), Said("Kick-off", 12, ""))
            >>> Column("You own", said, heads=("You help",)).rest(1).title
            'You help'
        """
        before = self.said[: len(self.said) - count]
        title = next((each.text for each in reversed(before) if each.text in self.heads), self.title)
        return attrs.evolve(self, title=title, said=self.said[-count:])


def heading(text: str, colour: str, size: float = 14) -> Said:
    """A heading inside a panel.

    Example:
        >>> heading("Goal", "#000000").keep
        True
    """
    return Said(text, size, colour, "Bold", above=8, keep=True)


def bullets(lines: Iterable[str], colour: str, size: float = 13) -> Iterator[Said]:
    """Lines with a dot before each.

    Example:
        >>> [said.bullet for said in bullets(["a", "b"], "#000000")]
        [True, True]
    """
    return (Said(line, size, colour, bullet=True, above=3) for line in lines)


def only(said: Iterable[Said | None]) -> tuple[Said, ...]:
    """The paragraphs that there are.

    Example:
        >>> only([None])
        ()
    """
    return tuple(each for each in said if each is not None)


def balanced(columns: Iterable[Column]) -> list[Column]:
    """The same, a column with more to say wider, so that all of them have about the same height.

    Example:
        >>> [column.share for column in balanced([Column("a", (Said("word " * 80, 14, "#000000"),)), Column("b")])]
        [1.3333333333333333, 0.8]
    """
    return [attrs.evolve(column, share=min(max(sum(len(each.text) for each in column.said) / 300, 0.8), 1.4)) for column in columns]


def column_boxes(columns: Sequence[Column], top: float = TOP, bottom: float = BOTTOM) -> list[Box]:
    """Boxes side by side over the width of a board.

    Example:
        >>> [round(box.width) for box in column_boxes([Column("a"), Column("b")])]
        [439, 439]
    """
    room = WIDTH - 2 * LEFT - GAP * (len(columns) - 1)
    total = sum(column.share for column in columns)
    boxes, x = [], LEFT
    for column in columns:
        width = room * column.share / total
        boxes.append(Box(x, top, width, bottom - top))
        x += width + GAP
    return boxes


def columned(
    board: Board, columns: Sequence[Column], theme: Theme, *, top: float = TOP, before: Sequence[Shape] = ()
) -> Iterator[Board]:
    """A board of columns in type as large as they allow; where even the least readable size is too large, further boards go on.

    Example:
        >>> from clmstate.drawing import THEMES
        >>> long = tuple(Said(f"line {n}", 14, "#000000") for n in range(40))
        >>> [b.title for b in columned(Board("Many"), [Column("Lines", long)], THEMES["light"])]
        ['Many', 'Many (2)']
    """
    number, left = 1, list(columns)
    while number == 1 or left:
        boxes = column_boxes(left, top)
        scale = next((percent / 100 for percent in range(MOST, LEAST, -5) if _all_fit(left, boxes, theme, percent / 100)), 1.0)
        placed, rest = [], []
        for column, box in zip(left, boxes, strict=True):
            head, said = _sized(column, theme, scale)
            inner, room = box.width - 24, box.height - 20
            fits, over = part_that_fits(said, inner, room - height_of(head, inner))
            if not fits and over:  # one paragraph is longer than a board
                fits, over = fitting(over[:1], inner, room - height_of(head, inner)), over[1:]
            placed.append((column, box, (*head, *fits)))
            if over:
                rest.append(column.rest(len(over)))
        tall = max(height_of(said, box.width - 24) for _, box, said in placed) + 24
        shapes = [
            Panel(
                attrs.evolve(box, height=min(box.height, max(tall, 120))), said, theme.lane, theme.rule, 1, 8, inset=(12, 9),
                name=column.title or "About",
            )
            for column, box, said in placed
        ]  # fmt: skip
        title = board.title if number == 1 else f"{board.title} ({number})"
        yield attrs.evolve(board, title=title, shapes=(*before, *shapes), notes=board.notes if number == 1 else ("Continued.",))
        left, number = rest, number + 1


def _sized(column: Column, theme: Theme, scale: float) -> tuple[tuple[Said, ...], tuple[Said, ...]]:
    """Heading and paragraphs of a column at some scale."""
    head = (heading(column.title, column.colour or theme.second, 14 * max(scale, 1)),) if column.title else ()
    return head, tuple(attrs.evolve(each, size=each.size * scale, above=each.above * scale) for each in column.said)


def _all_fit(columns: Sequence[Column], boxes: Sequence[Box], theme: Theme, scale: float) -> bool:
    for column, box in zip(columns, boxes, strict=True):
        head, said = _sized(column, theme, scale)
        inner = box.width - 24
        if height_of(head, inner) + height_of(said, inner) + 4 > box.height - 20:
            return False
        if scale > 1 and not whole_words((*head, *said), inner):
            return False
    return True
