"""Compositions: a customer as one contract, many products, many users; parts wired through ports.

This room says how parts belong together. It settles nothing: the kernel does.
"""

from clmstate.composition.composition import Composition
from clmstate.composition.feeds import Feed, Port, Wiring
from clmstate.composition.members import Members
from clmstate.composition.meta import CompositionMeta
from clmstate.composition.nodes import (
    AllOf,
    AnyOf,
    Compared,
    CompositionDefinition,
    FeedNode,
    NotSo,
    PartDefinition,
    RollUp,
    RollUpKind,
    StandsIn,
    Wire,
    roll_ups,
    sources,
)
from clmstate.composition.parts import Many, One
from clmstate.composition.wiring import open_ports
from clmstate.composition.words import feed_words, promise_words

__all__ = [
    "AllOf",
    "AnyOf",
    "Compared",
    "Composition",
    "CompositionDefinition",
    "CompositionMeta",
    "Feed",
    "FeedNode",
    "Many",
    "Members",
    "NotSo",
    "One",
    "PartDefinition",
    "Port",
    "RollUp",
    "RollUpKind",
    "StandsIn",
    "Wire",
    "Wiring",
    "feed_words",
    "open_ports",
    "promise_words",
    "roll_ups",
    "sources",
]
