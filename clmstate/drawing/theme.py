"""The colours of a picture by role, light and dark; checked for contrast and under three kinds of colour-blindness."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

import attrs

from clmstate.drawing.scene import Kind, Standing

__all__ = ["THEMES", "LineColours", "Theme", "ThemeName"]

ThemeName: TypeAlias = Literal["light", "dark"]


@attrs.frozen
class LineColours:
    """The colours of one kind of rule: its line and outline, its pill's fill, the words inside."""

    line: str
    fill: str
    ink: str


@attrs.frozen
class Theme:
    """Colours by role.

    Attributes:
        canvas: behind everything.
        card: body of a card.
        lane: body of a frame.
        ink: main text; `second` and `third` are quieter.
        rule: outlines of frames.
        teams: owners' colours, in the order in which the teams occur; `end` is for phases that nobody owns.
        standings: colours of the standing of a customer.
        kinds: colours of the kinds of rule.
        on_team: text on an owner's colour.
        owner_in_colour: whether an owner's colour is legible as text on a card.

    Example:
        >>> THEMES["dark"].canvas
        '#0B1220'
        >>> THEMES["light"].team(None) == THEMES["light"].end
        True
    """

    name: ThemeName
    canvas: str
    card: str
    lane: str
    ink: str
    second: str
    third: str
    rule: str
    teams: tuple[str, ...]
    end: str
    standings: Mapping[Standing, str]
    kinds: Mapping[Kind, LineColours]
    on_team: str
    owner_in_colour: bool

    def team(self, index: int | None) -> str:
        """The colour of an owner; teams beyond the palette share the neutral one, and their name on the card tells them apart."""
        return self.end if index is None or index >= len(self.teams) else self.teams[index]


_LIGHT = Theme(
    name="light",
    canvas="#FFFFFF",
    card="#FFFFFF",
    lane="#F6F8FB",
    ink="#0F172A",
    second="#475569",
    third="#64748B",
    rule="#CBD5E1",
    teams=("#1D4ED8", "#087F6B", "#93308F", "#B45309"),
    end="#334155",
    standings=MappingProxyType({"good": "#0B7F79", "watch": "#F2B134", "at_risk": "#B3261E", "lost": "#334155"}),
    kinds=MappingProxyType(
        {
            "forward": LineColours("#475569", "#F1F5F9", "#0F172A"),
            "branch": LineColours("#475569", "#F1F5F9", "#0F172A"),
            "relapse": LineColours("#B26A00", "#FFF4DC", "#6B3F00"),
            "at_risk": LineColours("#B3261E", "#FDECEA", "#8C1D17"),
            "recovery": LineColours("#0B7F79", "#E3F4F2", "#075A56"),
            "next_cycle": LineColours("#1D4ED8", "#E8EEFF", "#1E3A8A"),
            "stay": LineColours("#64748B", "#F6F8FB", "#0F172A"),
        }
    ),
    on_team="#FFFFFF",
    owner_in_colour=True,
)

_DARK = Theme(
    name="dark",
    canvas="#0B1220",
    card="#16223A",
    lane="#111B2E",
    ink="#F1F5F9",
    second="#B6C2D4",
    third="#93A3BA",
    rule="#3A4A66",
    teams=("#3B6CF0", "#0E9C84", "#B04FAC", "#C96A14"),
    end="#51617C",
    standings=MappingProxyType({"good": "#12938B", "watch": "#F2B134", "at_risk": "#D0473D", "lost": "#51617C"}),
    kinds=MappingProxyType(
        {
            "forward": LineColours("#A9B8CC", "#1C2A44", "#F1F5F9"),
            "branch": LineColours("#A9B8CC", "#1C2A44", "#F1F5F9"),
            "relapse": LineColours("#F0B44A", "#3A2C10", "#FFE2A8"),
            "at_risk": LineColours("#FF8A7A", "#43191A", "#FFD3CC"),
            "recovery": LineColours("#4FD1C0", "#0E3534", "#C8F5EE"),
            "next_cycle": LineColours("#8FB0FF", "#1B2A55", "#DCE6FF"),
            "stay": LineColours("#93A3BA", "#111B2E", "#F1F5F9"),
        }
    ),
    on_team="#FFFFFF",
    owner_in_colour=False,
)

THEMES: Mapping[ThemeName, Theme] = MappingProxyType({"light": _LIGHT, "dark": _DARK})
