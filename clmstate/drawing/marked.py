"""Findings and test coverage on the journey: marks on phases and rules. Plain data; whoever has found something says so here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import attrs

from clmstate.drawing.journeys import journey_scene
from clmstate.drawing.overlay import Cover, Key, Overlay, Panel, PanelRow, Said
from clmstate.drawing.picture import Drawing
from clmstate.drawing.populations import known
from clmstate.drawing.theme import ThemeName
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, definition_of

__all__ = ["MarkLevel", "Marked", "coverage", "marked"]

MarkLevel: TypeAlias = Literal["good", "watch", "at_risk"]
"""good: all is well; watch: look at it; at_risk: it is wrong."""

_MOST = 8  # lines beside the picture; more are counted


@attrs.frozen
class Marked:
    """What is said about one phase or transition.

    Example:
        >>> Marked("at_risk", "no customer can ever take it").level
        'at_risk'
    """

    level: MarkLevel
    text: str = ""


def marked(
    lifecycle: type[Lifecycle] | LifecycleDefinition,
    marks: Mapping[str, Marked],
    *,
    title: str = "",
    subtitle: str = "",
    keys: Mapping[MarkLevel, str] | None = None,
    theme: ThemeName = "light",
) -> Drawing:
    """Draws a journey with marks on its phases and rules; what has none is faded.

    Args:
        lifecycle: a lifecycle class or its definition.
        marks: by phase (path) or transition (name).
        title: of the picture.
        subtitle: below it.
        keys: what the levels mean.
        theme: ``light`` or ``dark``.

    Raises:
        UnknownNameError: CLM406, a phase or transition that the lifecycle does not have.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("contract signed")
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won")
        ...     win = open.to(won, when=signed)
        >>> marked(Deal, {"win": Marked("at_risk", "no customer can ever take it")}).overlay.panels[0].rows[0].text
        'win: no customer can ever take it'
    """
    definition = definition_of(lifecycle)
    known(marks, (*definition.phases, *definition.transitions), definition.name)
    scene = journey_scene(definition)
    covers: dict[str, Cover] = {}
    for card in scene.cards:
        mark = marks.get(card.id)
        said = None if mark is None or not mark.text else (Said(mark.text, "plain"),)
        covers[card.id] = Cover("faded") if mark is None else Cover(mark.level, said, signed=True)
    for pill in scene.pills:
        found = [marks[rule].level for rule in pill.rules if rule in marks]
        covers[pill.id] = Cover(max(found, key=_GRAVITY.index), wide=3.0, signed=True) if found else Cover("faded")
    used = {cover.tone for cover in covers.values()}
    meanings = {"good": "as it should be", "watch": "look at it", "at_risk": "wrong"} | dict(keys or {})
    legend = tuple(Key(level, meanings[level], signed=True) for level in _GRAVITY if level in used)
    overlay = Overlay(title or f"{definition.title}: what was found", subtitle, covers, legend, _panel(definition, marks))
    return Drawing(scene, theme, overlay)


_GRAVITY: tuple[MarkLevel, ...] = ("good", "watch", "at_risk")


def _panel(definition: LifecycleDefinition, marks: Mapping[str, Marked]) -> tuple[Panel, ...]:
    """What the marks say, the gravest first."""
    told = [(name, mark) for name, mark in marks.items() if mark.text and mark.level != "good"]
    told.sort(key=lambda item: -_GRAVITY.index(item[1].level))
    if not told:
        return ()
    rows = tuple(
        PanelRow(f"{_called(definition, name)}: {mark.text}", None if mark.level == "watch" else False)
        for name, mark in told[:_MOST]
    )
    return (Panel("To look at", rows, f"and {len(told) - _MOST} more" if len(told) > _MOST else ""),)


def _called(definition: LifecycleDefinition, name: str) -> str:
    return definition.phases[name].label if name in definition.phases else name.replace("_", " ")


def coverage(
    lifecycle: type[Lifecycle] | LifecycleDefinition,
    phases: Mapping[str, int],
    transitions: Mapping[str, int],
    *,
    theme: ThemeName = "light",
) -> Drawing:
    """Draws which phases and rules the tests have been through, and how often.

    Args:
        lifecycle: a lifecycle class or its definition.
        phases: how often tests saw each phase (path).
        transitions: how often tests took each transition.
        theme: ``light`` or ``dark``.

    Raises:
        UnknownNameError: CLM406, a phase or transition that the lifecycle does not have.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     open = Phase("Open", initial=True)
        >>> coverage(Deal, {"open": 3}, {}).overlay.covers["open"].said[0].text
        'seen 3 times'
    """
    definition = definition_of(lifecycle)
    seen = {name: (n, "seen") for name, n in phases.items()} | {name: (n, "taken") for name, n in transitions.items()}
    marks = {name: _times(n, done) for name, (n, done) in seen.items()}
    missing = sum(n == 0 for n, _ in seen.values())
    told = f"Tests went through {len(seen) - missing} of {len(seen)} phases and rules."
    keys: Mapping[MarkLevel, str] = {"good": "tested", "at_risk": "not tested"}
    return marked(
        definition, marks, title=f"{definition.title}: what the tests have been through", subtitle=told, keys=keys, theme=theme
    )


def _times(n: int, done: str) -> Marked:
    return Marked("good", f"{done} {'once' if n == 1 else f'{n} times'}") if n else Marked("at_risk", f"never {done}")
