"""The kernel: lifecycles lowered to plain tables, and the loop that settles an observation.

It knows neither pictures nor charts nor columns: python-statemachine, Polars and Spark are absent here.
"""

from clmstate.kernel.compile import EARLIEST, LATEST, UNCHANGED, Compiled, State, compiled, put_value, read_instant
from clmstate.kernel.program import Program, Rule, clauses, lower_lifecycle
from clmstate.kernel.rollup import Contribution, Total, contribution
from clmstate.kernel.rooms import Bound, Member, Room, leaf_of, leaves_of
from clmstate.kernel.rounds import Step, Work
from clmstate.kernel.settle import Plan, enter, instants_of, next_check, take_in
from clmstate.kernel.whole import Place, Whole

__all__ = [
    "EARLIEST",
    "LATEST",
    "UNCHANGED",
    "Bound",
    "Compiled",
    "Contribution",
    "Member",
    "Place",
    "Plan",
    "Program",
    "Room",
    "Rule",
    "State",
    "Step",
    "Total",
    "Whole",
    "Work",
    "clauses",
    "compiled",
    "contribution",
    "enter",
    "instants_of",
    "leaf_of",
    "leaves_of",
    "lower_lifecycle",
    "next_check",
    "put_value",
    "read_instant",
    "take_in",
]
