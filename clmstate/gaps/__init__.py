"""From a model to what it answers, and to what it lacks: traceability, and the gap analysis in four steps."""

from clmstate.gaps.alive import Alive, Alives, alive_in
from clmstate.gaps.elements import Cited, cited
from clmstate.gaps.evidence import marked_tests
from clmstate.gaps.items import Item, read_items
from clmstate.gaps.tracing import Home, Trace, Traced, trace

__all__ = [
    "Alive",
    "Alives",
    "Cited",
    "Home",
    "Item",
    "Trace",
    "Traced",
    "alive_in",
    "cited",
    "marked_tests",
    "read_items",
    "trace",
]
