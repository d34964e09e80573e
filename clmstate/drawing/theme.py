"""The colours of a picture by role, light and dark; checked for contrast and under three kinds of colour-blindness."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

import attrs

from clmstate.drawing.overlay import Tone
from clmstate.drawing.scene import Kind, Standing

__all__ = ["THEMES", "LineColours", "Theme", "ThemeName", "ToneColours"]

ThemeName: TypeAlias = Literal["light", "dark"]


@attrs.frozen
class LineColours:
    """The colours of one kind of rule: its line and outline, its pill's fill, the words inside."""

    line: str
    fill: str
    ink: str


@attrs.frozen
class ToneColours:
    """The colours of one tone of an overlay: outline, fill of a pill, words on it; header of a card, words on that."""

    line: str
    fill: str
    ink: str
    band: str
    on_band: str


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
        tones: colours of what an overlay says.
        gone, come: text of an older and of a newer version.
        logo: as a data address; "" is none.
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
    tones: Mapping[Tone, ToneColours]
    gone: str
    come: str
    logo: str = ""

    def team(self, index: int | None) -> str:
        """The colour of an owner; teams beyond the palette share the neutral one, and dots on their cards tell them apart."""
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
    teams=("#1D4ED8", "#087F6B", "#93308F", "#B45309", "#0F0F6B", "#9E5AAF", "#633303", "#2E6051"),
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
    tones=MappingProxyType(
        {
            "faded": ToneColours("#CBD5E1", "#F8FAFC", "#566376", "#EEF2F7", "#475569"),
            "neutral": ToneColours("#64748B", "#F1F5F9", "#0F172A", "#475569", "#FFFFFF"),
            "path": ToneColours("#1D4ED8", "#E8EEFF", "#1E3A8A", "#C7D6FB", "#0F172A"),
            "here": ToneColours("#1D4ED8", "#E8EEFF", "#1D4ED8", "#1D4ED8", "#FFFFFF"),
            "added": ToneColours("#0B7F79", "#E3F4F2", "#075A56", "#0B7F79", "#FFFFFF"),
            "removed": ToneColours("#B3261E", "#FDECEA", "#8C1D17", "#B3261E", "#FFFFFF"),
            "changed": ToneColours("#6D3FC0", "#F0EAFB", "#0F172A", "#6D3FC0", "#FFFFFF"),
            "good": ToneColours("#0B7F79", "#E3F4F2", "#0F172A", "#0B7F79", "#FFFFFF"),
            "watch": ToneColours("#C98A00", "#FFF4DC", "#0F172A", "#F2B134", "#0F172A"),
            "at_risk": ToneColours("#B3261E", "#FDECEA", "#0F172A", "#B3261E", "#FFFFFF"),
            "lost": ToneColours("#334155", "#E8ECF1", "#0F172A", "#334155", "#FFFFFF"),
            "linked": ToneColours("#5B3FD6", "#F0EDFF", "#3F2A9E", "#5B3FD6", "#FFFFFF"),
        }
    ),
    gone="#8C1D17",
    come="#075A56",
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
    teams=("#3B6CF0", "#0E9C84", "#B04FAC", "#C96A14", "#8A5A24", "#7B38A8", "#03815B", "#CB62CB"),  # none is red: red is risk
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
    tones=MappingProxyType(
        {
            "faded": ToneColours("#3A4A66", "#111B2E", "#93A3BA", "#1B2942", "#B6C2D4"),
            "neutral": ToneColours("#93A3BA", "#1C2A44", "#F1F5F9", "#51617C", "#FFFFFF"),
            "path": ToneColours("#8FB0FF", "#1B2A55", "#DCE6FF", "#27407E", "#FFFFFF"),
            "here": ToneColours("#8FB0FF", "#1B2A55", "#DCE6FF", "#3B6CF0", "#FFFFFF"),
            "added": ToneColours("#4FD1C0", "#0E3534", "#C8F5EE", "#0B7F79", "#FFFFFF"),
            "removed": ToneColours("#FF8A7A", "#43191A", "#FFD3CC", "#B3372E", "#FFFFFF"),
            "changed": ToneColours("#C3A6FF", "#2B1F4D", "#F1F5F9", "#7A4FD0", "#FFFFFF"),
            "good": ToneColours("#4FD1C0", "#0E3534", "#F1F5F9", "#0B7F79", "#FFFFFF"),
            "watch": ToneColours("#F2B134", "#3A2C10", "#F1F5F9", "#F2B134", "#0F172A"),
            "at_risk": ToneColours("#FF8A7A", "#43191A", "#F1F5F9", "#C23B31", "#FFFFFF"),
            "lost": ToneColours("#93A3BA", "#1B2533", "#F1F5F9", "#51617C", "#FFFFFF"),
            "linked": ToneColours("#B9A8FF", "#251E4A", "#E6DFFF", "#6A50DC", "#FFFFFF"),
        }
    ),
    gone="#FF8A7A",
    come="#4FD1C0",
)

THEMES: Mapping[ThemeName, Theme] = MappingProxyType({"light": _LIGHT, "dark": _DARK})
