"""Lifecycles: phases, transitions and everything that belongs to them, written as a class and kept as one frozen definition.

This room does not know that engines, pictures or proofs exist.
"""

from clmstate.lifecycle.definition import LifecycleDefinition
from clmstate.lifecycle.elements import Days, Milestone, Play, Risk, SuccessGap, Team, Touchpoint
from clmstate.lifecycle.events import Event, EventSpec
from clmstate.lifecycle.explanations import Explanation, Reason
from clmstate.lifecycle.groups import GroupMeta, GroupSpec
from clmstate.lifecycle.lifecycle import Engine, Lifecycle, definition_of, known_phase
from clmstate.lifecycle.moves import Journey, Move, Moves, OpenPlay, OpenTouchpoint, Reached, Seen, Untaken
from clmstate.lifecycle.opened import opened
from clmstate.lifecycle.phases import Phase
from clmstate.lifecycle.promises import Promise, always_possible, leads_to, never
from clmstate.lifecycle.sources import Phases, anywhere
from clmstate.lifecycle.transitions import ANYWHERE, Transition

__all__ = [
    "ANYWHERE",
    "Days",
    "Engine",
    "Event",
    "EventSpec",
    "Explanation",
    "GroupMeta",
    "GroupSpec",
    "Journey",
    "Lifecycle",
    "LifecycleDefinition",
    "Milestone",
    "Move",
    "Moves",
    "OpenPlay",
    "OpenTouchpoint",
    "Phase",
    "Phases",
    "Play",
    "Promise",
    "Reached",
    "Reason",
    "Risk",
    "Seen",
    "SuccessGap",
    "Team",
    "Touchpoint",
    "Transition",
    "Untaken",
    "always_possible",
    "anywhere",
    "definition_of",
    "known_phase",
    "leads_to",
    "never",
    "opened",
]
