"""One colour for each team over all parts of a customer: who is blue on one slide is blue on the next."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from clmstate.drawing import Theme
from clmstate.drawing.journeys import owners_of
from clmstate.lifecycle import LifecycleDefinition

__all__ = ["shared_owners", "theme_of"]


def theme_of(definition: LifecycleDefinition, parts: Sequence[LifecycleDefinition], theme: Theme) -> Theme:
    """The theme for one part of a customer, with the colours of its owning teams in the order in which the part names them.

    Args:
        definition: the part.
        parts: all of them; the first that names a team gives it its colour.
        theme: what all of them are drawn in.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> from clmstate.drawing import THEMES
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True, owner="Sales")
        >>> class Site(Lifecycle):
        ...     new = Phase("New", initial=True, owner="Support")
        >>> theme_of(Site.definition, [Deal.definition, Site.definition], THEMES["light"]).teams[0] == THEMES["light"].teams[1]
        True
    """
    shared = shared_owners(parts)
    own = [shared.index(owner) for owner in owners_of(definition)]
    others = (colour for number, colour in enumerate(theme.teams) if number not in own)
    return attrs.evolve(theme, teams=(*(theme.team(number) for number in own), *others))


def shared_owners(parts: Sequence[LifecycleDefinition]) -> list[str]:
    """The owning teams of all parts, in the order in which they get their colours.

    Example:
        >>> shared_owners([])
        []
    """
    return list(dict.fromkeys(owner for part in parts for owner in owners_of(part)))
