"""What time alone may change: the literals, leaves and clocks of a program that have to be looked at again later."""

from __future__ import annotations

from clmstate.conditions.lower import Formula, Leaf, Literal, literals
from clmstate.conditions.nodes import Compare, DaysInPhase, DaysSince, DaysUntil, EventDaysSince, ForDays
from clmstate.kernel.program import Program

__all__ = ["one_way", "timed_leaves", "timed_literals"]


def timed_literals(formula: Formula) -> tuple[Literal, ...]:
    """The literals of a formula that time alone may change.

    Example:
        >>> from clmstate.conditions.nodes import Const
        >>> timed_literals(Literal(Compare(DaysInPhase(), ">=", Const(30)), 1))
        (Literal(leaf=Compare(left=DaysInPhase(), op='>=', right=Const(value=30)), truths=1),)
    """
    timed = []
    for literal in literals(formula):
        match literal.leaf:
            case ForDays():
                timed.append(literal)
            case Compare(left, _, right):
                if any(isinstance(x, DaysUntil | DaysSince | DaysInPhase | EventDaysSince) for x in (left, right)):
                    timed.append(literal)
            case _:
                pass
    return tuple(dict.fromkeys(timed))


def timed_leaves(program: Program, phase: int, *, touchpoints: bool = True) -> tuple[Leaf, ...]:
    """The leaves that time may change and that may move a part in a phase, reach a milestone or show a touchpoint to be done.

    Args:
        program: the program.
        phase: the number of the phase.
        touchpoints: whether those that show touchpoints to be done are among them.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel import lower_lifecycle
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live", default=False)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, when=live.for_days(30))
        >>> len(timed_leaves(lower_lifecycle(Deal.definition), 0))
        1
    """
    formulas = [rule.formula for rule in program.silent[phase]] + [formula for _, formula in program.milestones]
    if touchpoints:
        formulas += [formula for _, formula in program.shown[phase]]
    return tuple(dict.fromkeys(literal.leaf for formula in formulas for literal in timed_literals(formula)))


def one_way(timed: tuple[Literal, ...]) -> bool:
    """Whether each of these literals, which time may change, changes at most once while values stay.

    Example:
        >>> from clmstate.conditions.nodes import Const
        >>> one_way((Literal(Compare(DaysInPhase(), "==", Const(30)), 1),))
        False
    """
    return not any(isinstance(literal.leaf, Compare) and literal.leaf.op in ("==", "!=") for literal in timed)
