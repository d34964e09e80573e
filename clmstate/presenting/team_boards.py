"""One board a team: what it owns, hands over, contributes to, and what it answers."""

from __future__ import annotations

from collections.abc import Iterator

from clmstate.drawing import Theme
from clmstate.lifecycle import LifecycleDefinition, Team, Transition
from clmstate.presenting.board import Board, Said
from clmstate.presenting.chapters import Column, columned
from clmstate.presenting.criteria import place_label
from clmstate.presenting.phase_boards import team_colours

__all__ = ["hand_overs", "team_boards"]


def hand_overs(definition: LifecycleDefinition) -> Iterator[tuple[Team, Team, str, Transition]]:
    """Every change of owner: who gives, who takes, the phase that is left, and the transition.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live")
        ...     new = Phase("New", initial=True, owner="Sales")
        ...     won = Phase("Won", owner="Support")
        ...     win = new.to(won, when=live)
        >>> [(give.name, take.name) for give, take, _, _ in hand_overs(Deal.definition)]
        [('Sales', 'Support')]
    """
    for path, phase in definition.phases.items():
        for way in definition.ways_out(path):
            group = definition.groups.get(way.target)
            target = definition.phases[way.target if group is None else group.initial]
            if not way.stay and phase.owner is not None and target.owner is not None and target.owner != phase.owner:
                yield phase.owner, target.owner, path, way


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
    gives = [each for each in hand_overs(definition) if each[0] == team]
    takes = [each for each in hand_overs(definition) if each[1] == team]
    helps = [path for path, phase in definition.phases.items() if team in phase.contributors]
    leads = [(path, t) for path, phase in definition.phases.items() for t in phase.touchpoints if t.owner == team]
    answers = [play for play in definition.plays if play.owner == team]

    def items(lines: Iterator[tuple[str, str]]) -> tuple[Said, ...]:
        said: list[Said] = []
        for head, below in lines:
            said.append(Said(head, 13.5, theme.ink, "SemiBold", above=7, keep=bool(below)))
            said += [Said(below, 12, theme.second)] if below else []
        return tuple(said) or (Said("nothing", 12.5, theme.third, "Italic"),)

    columns = [
        Column("You own", items((place_label(definition, path), phase.goal) for path, phase in owns), colour),
        Column(
            "You hand over and take over",
            items(
                [
                    *((f"→ {take.name}: {place_label(definition, way.target)}", definition.why(way)) for _, take, _, way in gives),
                    *(
                        (f"← {give.name}: {place_label(definition, way.target)}", definition.why(way))
                        for give, _, _, way in _once(takes)
                    ),
                ].__iter__()
            ),
            colour,
            share=1.2,
        ),
        Column(
            "You contribute",
            items(
                [
                    *((place_label(definition, path), definition.phases[path].goal) for path in helps),
                    *(
                        (f"Touchpoint: {t.label}", f"in {place_label(definition, path)}" + (f", within {t.due}" if t.due else ""))
                        for path, t in leads
                    ),
                ].__iter__()
            ),
            colour,
        ),
        Column(
            "You answer",
            items((f"▶ {play.label}" + (f" (within {play.due})" if play.due else ""), play.why) for play in answers),
            colour,
        ),
    ]
    notes = (
        f"For {team.name}{': ' + team.help if team.help else ''}.",
        (
            f"You own {len(owns)} phases, hand over {len(gives)} times, take over {len(takes)} times, contribute to {len(helps)} phases, "
            f"lead {len(leads)} touchpoints and have {len(answers)} plays."
        ),
        *(f"{play.label}: {play.how}." for play in answers if play.how),
    )
    yield from columned(Board(f"What this means for {team.name}", team.help, notes=notes), columns, theme)


def _once(takes: list[tuple[Team, Team, str, Transition]]) -> list[tuple[Team, Team, str, Transition]]:
    """Transitions from several phases of one team are one line."""
    found = {(give.name, way.name): (give, take, path, way) for give, take, path, way in takes}
    return list(found.values())
