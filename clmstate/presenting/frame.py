"""What stands around every board: the title, the line below it, and a foot line."""

from __future__ import annotations

from collections.abc import Iterator

from clmstate.drawing.geometry import Box
from clmstate.drawing.theme import Theme
from clmstate.presenting.board import WIDTH, Board, Panel, Said, Shape, fitting

__all__ = ["LEFT", "TOP", "framed", "subtitle_panel", "title_panel"]

LEFT = 32.0
TOP = 92.0
"""Where the content of a board begins."""


def title_panel(board: Board, theme: Theme) -> Panel:
    """The title of a board, in one or two lines.

    Example:
        >>> from clmstate.drawing import THEMES
        >>> title_panel(Board("The first year"), THEMES["light"]).said[0].text
        'The first year'
    """
    box = Box(LEFT, 18, WIDTH - 2 * LEFT - 84, 40)
    said = fitting((Said(board.title, 28, theme.ink, "Bold"),), box.width, box.height, 12)
    return Panel(box, said, inset=(0, 0), middle=True, name="Title")


def subtitle_panel(board: Board, theme: Theme) -> Panel | None:
    """The line below the title, if there is one."""
    if not board.subtitle.strip():
        return None
    box = Box(LEFT, 60, WIDTH - 2 * LEFT, 22)
    return Panel(box, fitting((Said(board.subtitle, 14, theme.second),), box.width, box.height), inset=(0, 0), name="Subtitle")


def framed(board: Board, theme: Theme) -> Iterator[Shape]:
    """All shapes of a board, the title and the line below it first."""
    if not board.bare:
        yield title_panel(board, theme)
        below = subtitle_panel(board, theme)
        if below is not None:
            yield below
    yield from board.shapes
