"""Lanes and hand-offs as boards: who has the customer when, and what must be true when they are handed over."""

from __future__ import annotations

from collections.abc import Iterator

from clmstate.drawing import Theme
from clmstate.drawing.compose import compose
from clmstate.drawing.geometry import Box
from clmstate.drawing.handoffs import lanes_scene
from clmstate.lifecycle import LifecycleDefinition
from clmstate.presenting.board import HEIGHT, WIDTH, Board, Said
from clmstate.presenting.chapters import Column, columned
from clmstate.presenting.frame import LEFT, TOP
from clmstate.presenting.maps import legend_row, map_shapes

__all__ = ["lanes_boards"]


def lanes_boards(definition: LifecycleDefinition, theme: Theme) -> Iterator[Board]:
    """The lanes with a number on each hand-off, and what the numbers say; nothing where there is only one owner.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.drawing import THEMES
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live")
        ...     new = Phase("New", initial=True, owner="Sales")
        ...     won = Phase("Won", owner="Support")
        ...     win = new.to(won, when=live)
        >>> [board.title for board in lanes_boards(Deal.definition, THEMES["light"])]
        ['Lanes and hand-offs', 'When we hand over']
    """
    scene = lanes_scene(definition)
    if len(scene.lanes) < 2:
        return
    drawn = compose(scene).scene  # what goes on in another row of lanes is said there
    steps = drawn.legend.steps
    notes = ("Who hands over to whom, and when:", *(f"{head}. {said}" for head, said in steps))
    area = Box(LEFT, TOP - 4, WIDTH - 2 * LEFT, HEIGHT - TOP - 40)
    shapes = (*map_shapes(scene, theme, area), *legend_row(scene, theme))
    yield Board("Lanes and hand-offs", drawn.subtitle, shapes, notes)
    if steps:
        count = 1 if len(steps) < 4 else 2 if len(steps) < 11 else 3
        each = -(-len(steps) // count)
        columns = [Column("", tuple(_said(steps[start : start + each], theme))) for start in range(0, len(steps), each)]
        board = Board("When we hand over", "The numbers are those of the lanes.", notes=notes)
        yield from columned(board, columns, theme)


def _said(steps: tuple[tuple[str, str], ...], theme: Theme) -> Iterator[Said]:
    for head, said in steps:
        yield Said(head, 15, theme.ink, "Bold", above=9, keep=True)
        yield Said(said, 14, theme.second)
