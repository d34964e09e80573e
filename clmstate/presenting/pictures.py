"""The timeline and the storyboard on their own, for those who want a picture and no slides."""

from __future__ import annotations

from clmstate.drawing import THEMES, ThemeName
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, Phase, definition_of
from clmstate.presenting.board import Board
from clmstate.presenting.storyboard import storyboard_boards
from clmstate.presenting.supplied import Supplied
from clmstate.presenting.timeline import timeline_board

__all__ = ["storyboard", "timeline"]


def timeline(
    lifecycle: type[Lifecycle] | LifecycleDefinition, *, theme: ThemeName = "light", supplied: Supplied | None = None
) -> Board:
    """The first year of a lifecycle: touchpoints, risks, success gaps and milestones by interval.

    `board_svg` and `board_png` make pictures of it, in the same theme.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> timeline(Deal).title
        'The first year: what we do, what can go wrong, what is missing'
    """
    given = supplied or Supplied()
    return timeline_board(definition_of(lifecycle), THEMES[theme], given.shares, given.source)


def storyboard(
    lifecycle: type[Lifecycle] | LifecycleDefinition,
    phase: Phase | str,
    *,
    theme: ThemeName = "light",
    supplied: Supplied | None = None,
) -> tuple[Board, ...]:
    """A phase touchpoint by touchpoint, four of them a board; none where the phase has none.

    Raises:
        KeyError: there is no such phase.

    Example:
        >>> from clmstate import Lifecycle, Phase, Touchpoint
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True, touchpoints=Touchpoint("Kick-off call"))
        >>> [board.title for board in storyboard(Deal, Deal.new)]
        ['New, touchpoint by touchpoint']
    """
    given = supplied or Supplied()
    path = phase if isinstance(phase, str) else phase.path
    return tuple(storyboard_boards(definition_of(lifecycle), path, THEMES[theme], given.feelings, given.source))
