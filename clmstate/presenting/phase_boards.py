"""One board a phase: who asks what, what we aim at, what happens, and what moves a customer on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from clmstate.conditions import words
from clmstate.drawing import Kind, Theme
from clmstate.drawing.geometry import Box
from clmstate.drawing.journeys import kinds
from clmstate.drawing.spoken import KIND_NAMES, STANDING_NAMES
from clmstate.lifecycle import LifecycleDefinition, Phase, Touchpoint, Transition
from clmstate.presenting.board import WIDTH, Board, Panel, Said, Shape, fitting
from clmstate.presenting.chapters import Column, balanced, columned, only
from clmstate.presenting.criteria import place_label, sources, ways_in
from clmstate.presenting.frame import LEFT
from clmstate.presenting.leaflets import KIND_SIGNS, STANDING_SIGNS

__all__ = ["phase_boards", "team_colours"]


def team_colours(definition: LifecycleDefinition, theme: Theme) -> dict[str, str]:
    """The colour of each owning team, as in the journey.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> from clmstate.drawing import THEMES
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True, owner="Sales")
        >>> team_colours(Deal.definition, THEMES["light"])
        {'Sales': '#1D4ED8'}
    """
    owners = dict.fromkeys(phase.owner.name for phase in definition.phases.values() if phase.owner is not None)
    return {name: theme.team(number) for number, name in enumerate(owners)}


def phase_boards(definition: LifecycleDefinition, theme: Theme) -> Iterator[Board]:
    """A board for each phase, two where one cannot hold it.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> from clmstate.drawing import THEMES
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> [board.title for board in phase_boards(Deal.definition, THEMES["light"])]
        ['New']
    """
    does = kinds(definition)
    colours = team_colours(definition, theme)
    for path, phase in definition.phases.items():
        colour = colours.get(phase.owner.name, theme.end) if phase.owner is not None else theme.end
        columns = [
            Column("", tuple(_purpose(definition, path, phase, theme))),
            *([Column("Touchpoints", tuple(_touchpoints(phase, theme)), theme.ink)] if phase.touchpoints else []),
            Column("What moves a customer on", tuple(_ways(definition, path, does, theme)), theme.ink),
        ]
        board = Board(place_label(definition, path), notes=tuple(_notes(definition, path, phase)))
        yield from columned(board, balanced(columns), theme, top=104, before=tuple(_band(definition, path, theme, colour)))


def _band(definition: LifecycleDefinition, path: str, theme: Theme, colour: str) -> Iterator[Shape]:
    """Who owns the phase, how the customer stands, how long it lasts."""
    phase = definition.phases[path]
    said = [phase.owner.name if phase.owner is not None else "Nobody owns it yet"]
    yield Panel(
        Box(LEFT, 62, 230, 26), fitting((Said(said[0], 15, theme.on_team, "Bold"),), 214, 26), colour, None, radius=13,
        middle=True, inset=(14, 0), name="Owner",
    )  # fmt: skip
    facts = [f"{STANDING_SIGNS[phase.standing]} {STANDING_NAMES[phase.standing]}"] if phase.standing else []
    facts += [f"expected {phase.expected}"] if phase.expected is not None else []
    facts += ["the journey starts here"] if path == definition.initial else []
    facts += ["the journey ends here"] if phase.final else []
    if facts:
        box = Box(LEFT + 246, 62, WIDTH - 2 * LEFT - 246, 26)
        yield Panel(
            box,
            fitting((Said("  ·  ".join(facts), 14, theme.second, "SemiBold"),), box.width, box.height),
            middle=True,
            inset=(0, 0),
        )


def _purpose(definition: LifecycleDefinition, path: str, phase: Phase, theme: Theme) -> Iterator[Said]:
    yield from (Said(f"“{question}”", 17, theme.ink, "Italic", above=4) for question in phase.questions)
    if phase.goal:
        yield Said("Goal", 13, theme.second, "Bold", above=14, keep=True)
        yield Said(phase.goal, 15, theme.ink)
    if phase.contributors:
        yield Said("With", 13, theme.second, "Bold", above=12, keep=True)
        yield Said(", ".join(team.name for team in phase.contributors), 13, theme.ink)
    ways = list(ways_in(definition, path))
    if ways or path == definition.initial:
        yield Said("Comes in", 13, theme.second, "Bold", above=12, keep=True)
    if path == definition.initial:
        yield Said("at the start of the journey", 12, theme.ink, bullet=True)
    yield from (Said(f"from {way.other}: {way.why}", 12, theme.ink, bullet=True, above=2) for way in ways)


def _touchpoints(phase: Phase, theme: Theme) -> Iterator[Said]:
    for touchpoint in phase.touchpoints:
        yield Said(touchpoint.label, 15, theme.ink, "Bold", above=10, keep=True)
        yield from only(_about(touchpoint, theme))


def _about(touchpoint: Touchpoint, theme: Theme) -> Iterator[Said | None]:
    when = [touchpoint.owner.name] if touchpoint.owner is not None else []
    when += [f"within {touchpoint.due}"] if touchpoint.due is not None else []
    yield Said(" · ".join(when), 12, theme.second) if when else None
    yield Said(touchpoint.why, 13, theme.ink) if touchpoint.why else None


def _ways(definition: LifecycleDefinition, path: str, does: Mapping[tuple[str, str], Kind], theme: Theme) -> Iterator[Said]:
    ways = definition.ways_out(path)
    if not ways:
        yield Said(
            "Nothing: the journey ends here." if definition.phases[path].final else "Nothing leads out of here yet.", 14, theme.ink
        )
    for way in ways:
        kind = does.get((way.name, path), "forward")
        to = "" if way.stay else f" → {place_label(definition, way.target)}"
        yield Said(f"{KIND_SIGNS[kind]} {KIND_NAMES[kind]}{to}", 13, theme.kinds[kind].line, "Bold", above=8, keep=True)
        yield Said(definition.why(way), 13, theme.ink, keep=bool(way.plays))
        if way.plays:
            yield Said("▶ " + ", ".join(play.label for play in way.plays), 12, theme.second)


def _notes(definition: LifecycleDefinition, path: str, phase: Phase) -> Iterator[str]:
    yield f"{place_label(definition, path)}: {phase.goal or 'no goal is written down yet'}."
    yield from _because(definition, definition.ways_out(path))
    for touchpoint in phase.touchpoints:
        done = f" Done when {words(touchpoint.done, definition)}." if touchpoint.done is not None else ""
        yield f"Touchpoint {touchpoint.label}: {touchpoint.how or touchpoint.why or 'no how is written down yet'}.{done}"
        if touchpoint.ours or touchpoint.theirs:
            yield f"  We bring {touchpoint.ours or '…'}; they bring {touchpoint.theirs or '…'}."
    if phase.ref:
        yield f"Source: {phase.ref}"


def _because(definition: LifecycleDefinition, ways: tuple[Transition, ...]) -> Iterator[str]:
    for way in ways:
        if way.why:
            yield f"{way.name.replace('_', ' ').capitalize()} (from {sources(definition, way)}): {way.why}."
