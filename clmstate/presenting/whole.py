"""A composition as a board: its parts, and what one part sees of another."""

from __future__ import annotations

from collections.abc import Iterator

from clmstate.composition import CompositionDefinition
from clmstate.drawing import Theme
from clmstate.drawing.geometry import Box
from clmstate.lifecycle import LifecycleDefinition
from clmstate.presenting.board import HEIGHT, WIDTH, Board, Panel, Said, Shape, fitting
from clmstate.presenting.criteria import learned
from clmstate.presenting.frame import LEFT, TOP

__all__ = ["parts_board"]


def parts_board(definition: CompositionDefinition, theme: Theme) -> Board:
    """Each part with what it is, and below them what is fed to whom.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase
        >>> from clmstate.drawing import THEMES
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> parts_board(Account.definition, THEMES["light"]).title
        'Account: its parts'
    """
    notes = tuple(f"{part.label}: {part.help}" for part in definition.parts.values() if part.help)
    said = "Each part has its own lifecycle and its own pace, and sees of the others only what is fed to it."
    return Board(f"{definition.title}: its parts", said, tuple(_shapes(definition, theme)), notes)


def _shapes(definition: CompositionDefinition, theme: Theme) -> Iterator[Shape]:
    parts = list(definition.parts.values())
    wide, gap, tall = (WIDTH - 2 * LEFT - 20 * (len(parts) - 1)) / max(len(parts), 1), 20, 210.0
    for number, part in enumerate(parts):
        box = Box(LEFT + number * (wide + gap), TOP, wide, tall)
        colour = theme.team(number)
        band = Box(box.x, box.y, box.width, 38)
        yield Panel(box, (), theme.card, colour, 1.6, 8, name=f"Part {part.label}")
        head = f"{part.label}{' (many)' if part.many else ''}"
        yield Panel(
            band, fitting((Said(head, 18, theme.on_team, "Bold"),), band.width - 16, 38), colour, colour, 1.6, 8, flat=True,
            middle=True, align="middle", inset=(8, 0), name=f"Name of {part.label}",
        )  # fmt: skip
        said = [Said(part.help, 14, theme.ink)] if part.help else []
        if isinstance(part.member, LifecycleDefinition):
            names = ", ".join(phase.label for phase in part.member.phases.values())
            said += [Said("Phases", 12, theme.second, "SemiBold", above=10), Said(names, 14, theme.ink)]
        else:
            said += [Said(", ".join(inner.label for inner in part.member.parts.values()), 14, theme.ink)]
        body = Box(box.x, band.bottom, box.width, tall - 38)
        yield Panel(body, fitting(said, body.width - 24, body.height - 16), inset=(12, 8), name=f"About {part.label}")
    wires = list(_wires(definition))
    if wires:
        box = Box(LEFT, TOP + tall + 18, WIDTH - 2 * LEFT, HEIGHT - TOP - tall - 46)
        lines = (
            Said("What one part sees of another", 15, theme.ink, "Bold"),
            *(Said(line, 15, theme.ink, bullet=True, above=6) for line in wires),
        )
        yield Panel(
            box,
            fitting(lines, box.width - 28, box.height - 20),
            theme.lane,
            theme.rule,
            1,
            8,
            inset=(14, 10),
            name="What one part sees of another",
        )


def _wires(definition: CompositionDefinition) -> Iterator[str]:
    for wire in definition.wires:
        yield f"{definition.parts[wire.part].label}: {learned(definition, wire)}"
    for part in definition.parts.values():
        if part.opens_on is not None:
            owner, event = part.opens_on
            member = definition.parts[owner].member
            label = member.events[event].label if isinstance(member, LifecycleDefinition) else event
            yield f"{part.label}: a branch opens on {label} ({owner})"
