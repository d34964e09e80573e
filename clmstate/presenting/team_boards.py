"""One board a team: what it owns, hands over, contributes to, and what it answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

import attrs

from clmstate.drawing import Theme
from clmstate.lifecycle import LifecycleDefinition, Team
from clmstate.presenting.board import Board, Said
from clmstate.presenting.chapters import Column, balanced, columned, heading
from clmstate.presenting.criteria import place_label
from clmstate.presenting.phase_boards import team_colours

if TYPE_CHECKING:
    from clmstate.analysis import Handoff

__all__ = ["team_boards"]

MOST = 3  # columns on a board
_BELOW_EACH_OTHER: Final = (("You own", "You contribute"), ("You hand over", "You take over"), ("You answer",))


def team_boards(definition: LifecycleDefinition, theme: Theme) -> Iterator[Board]:
    """A board for each of our teams.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> from clmstate.drawing import THEMES
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True, owner="Sales")
        >>> [board.title for board in team_boards(Deal.definition, THEMES["light"])]
        ['What this means for Sales']
    """
    colours = team_colours(definition, theme)
    for team in definition.teams:
        if team.side == "ours":
            yield from _board(definition, team, theme, colours.get(team.name, theme.end))


def _board(definition: LifecycleDefinition, team: Team, theme: Theme, colour: str) -> Iterator[Board]:
    owns = [(path, phase) for path, phase in definition.phases.items() if phase.owner == team]
    from clmstate.analysis import handoffs  # a heavy room, for those who make a deck only

    gives = _once((off.taker, off) for off in handoffs(definition) if off.giver == team)
    takes = _once((off.giver, off) for off in handoffs(definition) if off.taker == team)
    helps = [path for path, phase in definition.phases.items() if team in phase.contributors]
    leads = [(path, t) for path, phase in definition.phases.items() for t in phase.touchpoints if t.owner == team]
    answers = [play for play in definition.plays if play.owner == team]

    def items(lines: Iterable[tuple[str, str]]) -> tuple[Said, ...]:
        said: list[Said] = []
        for head, below in lines:
            said.append(Said(head, 13.5, theme.ink, "SemiBold", above=7, keep=bool(below)))
            said += [Said(below, 12, theme.second)] if below else []
        return tuple(said)

    def handed(arrow: str, found: list[tuple[Team, Handoff]]) -> Iterator[tuple[str, str]]:
        for other, off in found:
            phase = place_label(definition, off.target.path).replace(": ", " · ")
            yield f"{arrow} {other.name}: {phase}", definition.why(off.transition)

    asked = [
        ("You own", [(place_label(definition, path), phase.goal) for path, phase in owns]),
        ("You hand over", [*handed("→", gives)]),
        ("You take over", [*handed("←", takes)]),
        (
            "You contribute",
            [
                *((place_label(definition, path), definition.phases[path].goal) for path in helps),
                *(
                    (f"Touchpoint: {t.label}", f"in {place_label(definition, path)}" + (f", within {t.due}" if t.due else ""))
                    for path, t in leads
                ),
            ],
        ),
        ("You answer", [(f"▶ {play.label}" + (f" (within {play.due})" if play.due else ""), play.why) for play in answers]),
    ]
    columns = _columns([(title, items(lines)) for title, lines in asked if lines], colour)
    columns = columns or [Column("You own", (Said("nothing yet", 12.5, theme.third, "Italic"),), colour)]
    notes = (
        f"For {team.name}{': ' + team.help if team.help else ''}.",
        (
            f"You own {len(owns)} phases, hand over {len(gives)} times, take over {len(takes)} times, contribute to {len(helps)} phases, "
            f"lead {len(leads)} touchpoints and have {len(answers)} plays."
        ),
        *(f"{play.label}: {play.how}." for play in answers if play.how),
    )
    yield from columned(Board(f"What this means for {team.name}", team.help, notes=notes), columns, theme)


def _columns(parts: Sequence[tuple[str, tuple[Said, ...]]], colour: str) -> list[Column]:
    """Each part in a column of its own, or, where they are many, several below each other, so that no column is narrow."""
    said = dict(parts)
    pairs = [(title,) for title in said] if len(said) <= MOST else _BELOW_EACH_OTHER
    columns = []
    for titles in pairs:
        first, *others = [title for title in titles if title in said] or [""]
        below = (each for title in others for each in (attrs.evolve(heading(title, colour), above=20), *said[title]))
        if first:
            columns.append(Column(first, (*said[first], *below), colour, heads=tuple(others)))
    return balanced(columns)


def _once(found: Iterable[tuple[Team, Handoff]]) -> list[tuple[Team, Handoff]]:
    """Transitions from several phases of one team are one line."""
    return list({(other.name, off.transition.name): (other, off) for other, off in found}.values())
