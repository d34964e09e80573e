"""Drawing: pictures of lifecycles that can be shown to the whole company.

A reader of the definition: it makes a scene (plain data), sets its text, lets Graphviz find the places, and paints SVG, PNG or DOT.
Importing this room loads no engine; the first picture does.
"""

from clmstate.drawing.journeys import Level, journey, journey_scene
from clmstate.drawing.picture import Drawing
from clmstate.drawing.scene import Card, Clause, Frame, Kind, Legend, Link, Mark, Pill, Scene
from clmstate.drawing.theme import THEMES, Theme, ThemeName

__all__ = [
    "THEMES",
    "Card",
    "Clause",
    "Drawing",
    "Frame",
    "Kind",
    "Legend",
    "Level",
    "Link",
    "Mark",
    "Pill",
    "Scene",
    "Theme",
    "ThemeName",
    "journey",
    "journey_scene",
]
