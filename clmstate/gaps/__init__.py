"""From a model to what it answers, and to what it lacks: traceability, and the gap analysis in four steps."""

from clmstate.gaps.alive import Alive, Alives, alive_in
from clmstate.gaps.analysis import Gap, GapAnalysis, Hot, PhaseRisks, PhaseState, Sign, gap_analysis
from clmstate.gaps.elements import Cited, cited
from clmstate.gaps.evidence import marked_tests
from clmstate.gaps.impact import Impact, impacts
from clmstate.gaps.intervals import FIRST_YEAR, Interval, interval_over
from clmstate.gaps.items import Item, read_items
from clmstate.gaps.markdown import markdown
from clmstate.gaps.markets import Difference, market_differences
from clmstate.gaps.rising import Rise, rise_in_log, rise_in_rules
from clmstate.gaps.roles import Duty, Role, roles
from clmstate.gaps.stays import Seen, Stays, seen_in
from clmstate.gaps.team import Said, read_team_input
from clmstate.gaps.tracing import Home, Trace, Traced, trace
from clmstate.gaps.upkeep import Concern, concerns, late_only, next_to_build, touchpoint_findings

__all__ = [
    "FIRST_YEAR",
    "Alive",
    "Alives",
    "Cited",
    "Concern",
    "Difference",
    "Duty",
    "Gap",
    "GapAnalysis",
    "Home",
    "Hot",
    "Impact",
    "Interval",
    "Item",
    "PhaseRisks",
    "PhaseState",
    "Rise",
    "Role",
    "Said",
    "Seen",
    "Sign",
    "Stays",
    "Trace",
    "Traced",
    "alive_in",
    "cited",
    "concerns",
    "gap_analysis",
    "impacts",
    "interval_over",
    "late_only",
    "markdown",
    "marked_tests",
    "market_differences",
    "next_to_build",
    "read_items",
    "read_team_input",
    "rise_in_log",
    "rise_in_rules",
    "roles",
    "seen_in",
    "touchpoint_findings",
    "trace",
]
