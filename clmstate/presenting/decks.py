"""The deck: all boards of a model in the order in which one tells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

from clmstate.composition import Composition
from clmstate.drawing import THEMES, Brand, Theme, ThemeName
from clmstate.errors import Diagnostic, InputError
from clmstate.lifecycle import Lifecycle, LifecycleDefinition
from clmstate.presenting.board import Board
from clmstate.presenting.changes import changed
from clmstate.presenting.closing import ask_boards, change_boards, risk_boards, title_board
from clmstate.presenting.hues import theme_of
from clmstate.presenting.lanes import lanes_boards
from clmstate.presenting.maps import map_board
from clmstate.presenting.phase_boards import phase_boards
from clmstate.presenting.slides import pptx_bytes
from clmstate.presenting.storyboard import storyboard_boards
from clmstate.presenting.supplied import Supplied
from clmstate.presenting.team_boards import team_boards
from clmstate.presenting.timeline import timeline_board
from clmstate.presenting.whole import parts_board
from clmstate.replay import shape_of

__all__ = ["boards", "deck", "themed"]


def deck(
    model: type[Lifecycle] | type[Composition],
    *,
    theme: ThemeName = "light",
    logo: str | Path | None = None,
    brand: Brand | None = None,
    since: type[Lifecycle] | type[Composition] | None = None,
    supplied: Supplied | None = None,
    only: Iterable[int | str] = (),
) -> bytes:
    r"""The slides for the all-hands, as a PPTX file.

    Args:
        model: a lifecycle or a composition.
        theme: light or dark.
        logo: a PNG or JPEG for the upper right corner.
        brand: a company's own colours and logo, from `drawing.read_brand`.
        since: the version of last time; what changed since then gets a slide.
        supplied: figures and feelings from elsewhere.
        only: these slides alone, by number or by words of their titles; all if empty.

    Raises:
        InputError: CLM401 no Graphviz works here; CLM306 python-pptx is not installed; CLM411 the logo cannot be used; CLM413 there is no
            such slide.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> deck(Deal)[:2]
        b'PK'
    """
    every = boards(model, theme=theme, brand=brand, since=since, supplied=supplied, only=only)
    return pptx_bytes(every, themed(theme, brand), logo)


def boards(
    model: type[Lifecycle] | type[Composition],
    *,
    theme: ThemeName = "light",
    brand: Brand | None = None,
    since: type[Lifecycle] | type[Composition] | None = None,
    supplied: Supplied | None = None,
    only: Iterable[int | str] = (),
) -> list[Board]:
    """The same as boards, in order.

    Raises:
        InputError: CLM413 there is no such slide.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> [board.title for board in boards(Deal)][:2]
        ['Deal', 'Deal: the journey']
        >>> [board.title for board in boards(Deal, only=["what we ask", 2])]
        ['Deal: the journey', 'What we ask of you']
    """
    return _chosen(list(_told(model, themed(theme, brand), since, supplied or Supplied())), list(only))


def _chosen(every: list[Board], only: list[int | str]) -> list[Board]:
    """The boards that were asked for, in the order of the deck."""
    wanted = [[number for number, board in enumerate(every, 1) if _is(board, number, asked)] for asked in only]
    titles = ", ".join(f"{number} {board.title}" for number, board in enumerate(every, 1))
    missing = [asked for asked, found in zip(only, wanted, strict=True) if not found]
    if missing:
        raise InputError(
            Diagnostic("CLM413", "slides", f"there is no slide {asked!r:.60}", f"there are: {titles}") for asked in missing
        )
    kept = {number for found in wanted for number in found}
    return [board for number, board in enumerate(every, 1) if number in kept or not only]


def _is(board: Board, number: int, asked: int | str) -> bool:
    """Whether a number or some words of a title mean a board."""
    text = str(asked).strip().lower()
    return number == int(text) if text.isdecimal() else bool(text) and text in board.title.lower()


def themed(theme: ThemeName, brand: Brand | None = None) -> Theme:
    """The colours of a theme, with a company's own where there are any.

    Example:
        >>> themed("light") == THEMES["light"]
        True
    """
    return THEMES[theme] if brand is None else brand.applied(THEMES[theme])


def _told(
    model: type[Lifecycle] | type[Composition], theme: Theme, since: type[Lifecycle] | type[Composition] | None, supplied: Supplied
) -> Iterator[Board]:
    parts = list(dict.fromkeys(part.definition for part in shape_of(model).parts.values()))
    yield title_board(model.definition.title, model.definition.doc, _facts(model, parts), theme)
    if issubclass(model, Composition):
        yield parts_board(model.definition, theme)
    for definition in parts:
        for board in _part(definition, theme_of(definition, parts, theme), supplied):
            said = (
                board.title
                if len(parts) == 1 or board.title.startswith(f"{definition.title}:")
                else f"{definition.title}: {board.title}"
            )
            yield attrs.evolve(board, title=said)
    if since is not None:
        yield from change_boards(changed(since, model), _version(since), theme)
    for definition in parts:
        for board in ask_boards(definition, theme_of(definition, parts, theme)):
            yield board if len(parts) == 1 else attrs.evolve(board, title=f"{definition.title}: what we ask of you")


def _part(definition: LifecycleDefinition, theme: Theme, supplied: Supplied) -> Iterator[Board]:
    """A lifecycle, told from the map to the risks."""
    yield map_board(definition, theme)
    yield from lanes_boards(definition, theme)
    yield from phase_boards(definition, theme)
    for path, phase in definition.phases.items():
        if len(phase.touchpoints) > 1:
            yield from storyboard_boards(definition, path, theme, supplied.feelings, supplied.source)
    if any(phase.touchpoints for phase in definition.phases.values()) or definition.risks:
        yield timeline_board(definition, theme, supplied.shares, supplied.source)
    yield from risk_boards(definition, theme)
    yield from team_boards(definition, theme)


def _facts(model: type[Lifecycle] | type[Composition], parts: list[LifecycleDefinition]) -> list[str]:
    from clmstate.analysis.versions import fingerprint  # for those who make a deck only

    phases, rules = sum(len(d.phases) for d in parts), sum(len(d.transitions) for d in parts)
    definition = model.definition
    market = getattr(definition, "market", "")
    said = [f"{len(parts)} lifecycles" if len(parts) > 1 else "", f"{phases} phases", f"{rules} rules"]
    said += [f"market {market}" if market else "", _version(model) if getattr(definition, "version", "") else ""]
    return [" · ".join(each for each in said if each), f"Definition {fingerprint(model).whole[:19]}"]


def _version(model: type[Lifecycle] | type[Composition]) -> str:
    version = getattr(model.definition, "version", "")
    return f"version {version}" if version else model.__name__
