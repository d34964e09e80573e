"""What changed since last time, as lines that people in the room can follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clmstate.composition import Composition
from clmstate.lifecycle import Lifecycle

if TYPE_CHECKING:
    from clmstate.analysis.versions import Aspect, Change

__all__ = ["changed"]

_WORDS = {"added": "new", "removed": "gone", "changed": "changed"}
_RELATIONS = {"stronger": "true for fewer customers", "weaker": "true for more customers", "different": "true for other customers"}

_NOTES = frozenset(("doc", "help", "ref", "refs", "why", "accepts"))


def changed(
    before: type[Lifecycle] | type[Composition], now: type[Lifecycle] | type[Composition]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Changes under two headings, what customers may notice first; each as what it is about, and what about it.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Later(Deal):
        ...     new = Deal.new.evolve(goal="we know what we buy")
        >>> changed(Deal, Later)
        [('Words, people and notes', [('New (phase, changed)', 'goal: we know what we buy')])]
    """
    from clmstate.analysis.versions import diff  # for those who compare only

    found = diff(before, now)
    by_heading = (
        ("What customers may notice", [change for change in found.changes if change.rules]),
        ("Words, people and notes", [change for change in found.changes if not change.rules]),
    )
    said = [(title, [(_head(change), about) for change in some if (about := _about(change))]) for title, some in by_heading]
    return [(title, lines) for title, lines in said if lines]


def _head(change: Change) -> str:
    return f"{change.label or change.name.replace('_', ' ')} ({change.what}, {_WORDS[change.kind]})"


def _about(change: Change) -> str:
    """What matters to a room: of a rule what decides, of the rest no long notes and sources; those are in `clmstate diff`."""
    said = []
    if change.verdict is not None and change.verdict.relation in _RELATIONS:
        through = ", ".join(name.replace("_", " ") for name in change.through)
        said.append(_RELATIONS[change.verdict.relation] + (f", through {through}" if through else ""))
    said += [_aspect(aspect) for aspect in change.aspects if (aspect.rules if change.rules else aspect.field not in _NOTES)]
    return "; ".join(said)


def _aspect(aspect: Aspect) -> str:
    said = aspect.new if not aspect.old else f"“{aspect.old}” is gone" if not aspect.new else f"{aspect.new} (was: {aspect.old})"
    return f"{aspect.field}: {said}" if aspect.field else said
