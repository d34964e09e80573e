"""What every board of the deck is made of: columns of text in panels, and boards that go on where one is full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import attrs

from clmstate.drawing import Theme
from clmstate.drawing.geometry import Box
from clmstate.presenting.board import HEIGHT, WIDTH, Board, Panel, Said, Shape, fitting, height_of, part_that_fits
from clmstate.presenting.frame import LEFT, TOP

__all__ = ["BOTTOM", "Column", "bullets", "column_boxes", "columned", "heading", "only"]

BOTTOM = HEIGHT - 24.0
GAP = 18.0


@attrs.frozen
class Column:
    """A heading with paragraphs below it.

    Attributes:
        title: the heading; none if empty.
        said: what stands below.
        colour: of the heading and of the edge.
        share: how much of the width it takes, compared with others.

    Example:
        >>> Column("Goal").share
        1
    """

    title: str
    said: tuple[Said, ...] = ()
    colour: str = ""
    share: float = 1


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
    board: Board, columns: Sequence[Column], theme: Theme, *, top: float = TOP, least: float = 10.5, before: Sequence[Shape] = ()
) -> Iterator[Board]:
    """A board of columns; when one of them holds more than fits at the least readable size, further boards go on.

    Example:
        >>> from clmstate.drawing import THEMES
        >>> long = tuple(Said(f"line {n}", 14, "#000000") for n in range(60))
        >>> [b.title for b in columned(Board("Many"), [Column("Lines", long)], THEMES["light"])]
        ['Many', 'Many (2)']
    """
    rest, number = [column.said for column in columns], 1
    while number == 1 or any(rest):
        shapes: list[Shape] = list(before)
        for index, (column, box) in enumerate(zip(columns, column_boxes(columns, top), strict=True)):
            head = (heading(column.title, column.colour or theme.second),) if column.title else ()
            inner = box.width - 24
            room = box.height - 18 - height_of(head, inner)
            smaller = tuple(attrs.evolve(each, size=min(each.size, least)) for each in rest[index])
            fits, rest[index] = (rest[index], ()) if height_of(smaller, inner) <= room else part_that_fits(rest[index], inner, room)
            if not fits and not rest[index] and number > 1:
                continue
            if not fits and rest[index]:  # one paragraph is longer than a board
                fits, rest[index] = rest[index][:1], rest[index][1:]
            said = (*head, *fitting(fits, inner, room, least)) if fits else head
            shapes.append(Panel(box, said, theme.lane, theme.rule, 1, 8, inset=(12, 9), name=column.title or f"Column {index + 1}"))
        title = board.title if number == 1 else f"{board.title} ({number})"
        yield attrs.evolve(board, title=title, shapes=tuple(shapes), notes=board.notes if number == 1 else ())
        number += 1
