"""Drawing: pictures of lifecycles that can be shown to the whole company.

A reader of the definition: it makes a scene (plain data), sets its text, lets Graphviz find the places, and paints SVG, PNG, PDF, DOT or
Mermaid. Overlays say something about the same map without moving it. Importing this room loads no engine; the first picture does.
"""

from typing import TYPE_CHECKING, Any

from clmstate.drawing.brand import Brand, read_brand
from clmstate.drawing.handoffs import lanes
from clmstate.drawing.journeys import Level, journey, journey_scene
from clmstate.drawing.marked import Marked, coverage, marked
from clmstate.drawing.overlay import Cover, Key, Overlay, Panel, PanelRow, Said, Tone
from clmstate.drawing.picture import Drawing
from clmstate.drawing.populations import population
from clmstate.drawing.scene import Card, Clause, Frame, Kind, Lane, Legend, Link, Mark, Pill, Scene
from clmstate.drawing.theme import THEMES, Theme, ThemeName
from clmstate.drawing.whereabouts import here

if TYPE_CHECKING:
    from clmstate.drawing.checked import findings
    from clmstate.drawing.composites import composite
    from clmstate.drawing.differences import difference
    from clmstate.drawing.variants import markets

__all__ = [
    "THEMES",
    "Brand",
    "Card",
    "Clause",
    "Cover",
    "Drawing",
    "Frame",
    "Key",
    "Kind",
    "Lane",
    "Legend",
    "Level",
    "Link",
    "Mark",
    "Marked",
    "Overlay",
    "Panel",
    "PanelRow",
    "Pill",
    "Said",
    "Scene",
    "Theme",
    "ThemeName",
    "Tone",
    "composite",
    "coverage",
    "difference",
    "findings",
    "here",
    "journey",
    "journey_scene",
    "lanes",
    "marked",
    "markets",
    "population",
    "read_brand",
]

_LATER = {"composite": "composites", "difference": "differences", "findings": "checked", "markets": "variants"}


def __getattr__(name: str) -> Any:
    """Maps that ask the analysis load it when they are drawn."""
    if name in _LATER:
        from importlib import import_module

        return getattr(import_module(f"clmstate.drawing.{_LATER[name]}"), name)
    raise AttributeError(f"module 'clmstate.drawing' has no attribute {name!r}")
