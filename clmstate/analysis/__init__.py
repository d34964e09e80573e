"""Analysis: what can be said about a lifecycle before anyone runs it, and what its chances and numbers come to.

A reader of the definition. Structure is asked of the graph of ways; chances of a Markov chain that somebody gives or counts. networkx,
numpy, scipy and z3 load with the questions that need them.
"""

from typing import TYPE_CHECKING, Any

from clmstate.analysis.findings import KINDS, Evidence, Finding, Kind, Report, Severity, finding, sorted_findings
from clmstate.analysis.graph import Attribute, Node, Way, graph, ways
from clmstate.analysis.paths import Path, Paths, journeys, loops, shortest
from clmstate.analysis.structure import (
    Chokepoint,
    Needed,
    Trap,
    chokepoints,
    needed,
    no_good_outcome,
    no_way_out,
    traps,
    unreachable,
)
from clmstate.analysis.upkeep import (
    ByCalendar,
    Handoff,
    Unsaid,
    by_calendar,
    handoffs,
    touchpoints_without_why,
    unanswered_questions,
    unsaid,
)

if TYPE_CHECKING:
    from clmstate.analysis.chains import Chain, Counts, Rows, chain, counted, measured, segments
    from clmstate.analysis.cuts import smallest_cut
    from clmstate.analysis.markov import Amounts, absorption, expected_steps, survival, value, visits
    from clmstate.analysis.proofs import check
    from clmstate.analysis.retention import Retention, fit_retention
    from clmstate.analysis.space import Count, Proof, Verdict, prove, states
    from clmstate.analysis.versions import diff
    from clmstate.analysis.worth import Worth, sensitivity

__all__ = [
    "KINDS",
    "Amounts",
    "Attribute",
    "ByCalendar",
    "Chain",
    "Chokepoint",
    "Count",
    "Counts",
    "Evidence",
    "Finding",
    "Handoff",
    "Kind",
    "Needed",
    "Node",
    "Path",
    "Paths",
    "Proof",
    "Report",
    "Retention",
    "Rows",
    "Severity",
    "Trap",
    "Unsaid",
    "Verdict",
    "Way",
    "Worth",
    "absorption",
    "by_calendar",
    "chain",
    "check",
    "chokepoints",
    "counted",
    "diff",
    "expected_steps",
    "finding",
    "fit_retention",
    "graph",
    "handoffs",
    "journeys",
    "loops",
    "measured",
    "needed",
    "no_good_outcome",
    "no_way_out",
    "prove",
    "segments",
    "sensitivity",
    "shortest",
    "smallest_cut",
    "sorted_findings",
    "states",
    "survival",
    "touchpoints_without_why",
    "traps",
    "unanswered_questions",
    "unreachable",
    "unsaid",
    "value",
    "visits",
    "ways",
]


_LATER = {
    **dict.fromkeys(("Chain", "Counts", "Rows", "chain", "counted", "measured", "segments"), "chains"),
    **dict.fromkeys(("Amounts", "absorption", "expected_steps", "survival", "value", "visits"), "markov"),
    **dict.fromkeys(("Retention", "fit_retention"), "retention"),
    **dict.fromkeys(("Worth", "sensitivity"), "worth"),
    **dict.fromkeys(("Count", "Proof", "Verdict", "prove", "states"), "space"),
    "check": "proofs",
    "diff": "versions",
    "smallest_cut": "cuts",
}
"""What loads numpy, scipy or z3, and where it is."""


def __getattr__(name: str) -> Any:
    """Numbers and proofs load when somebody asks for them."""
    if name in _LATER:
        from importlib import import_module

        return getattr(import_module(f"clmstate.analysis.{_LATER[name]}"), name)
    raise AttributeError(f"module 'clmstate.analysis' has no attribute {name!r}")
