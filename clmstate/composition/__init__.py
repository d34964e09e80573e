"""Compositions: a customer as one contract, many products, many users; parts wired through ports.

This room says how parts belong together. It settles nothing: the kernel does.
"""

from clmstate.composition.composition import HOOKS, Composition, CompositionMeta, open_ports
from clmstate.composition.facade import Feed, Many, One, Port, Wiring
from clmstate.composition.members import Members
from clmstate.composition.nodes import (
    AllOf,
    AnyOf,
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

__all__ = [
    "HOOKS",
    "AllOf",
    "AnyOf",
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
    "open_ports",
    "roll_ups",
    "sources",
]
