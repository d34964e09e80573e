"""And, or, not and implies of z3 formulas, and questions about them, without z3's conversions.

z3's own functions take anything and look for what each operand could be turned into. That costs several calls into its library for each
operand, and of the many small proofs of a check it is a fifth. Here every operand is a formula already; what comes out is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import z3

__all__ = ["answer", "every", "implies", "negated", "some"]


def every(formulas: Sequence[z3.BoolRef]) -> z3.BoolRef:
    """Whether all formulas hold.

    Example:
        >>> every([z3.Bool("a"), z3.Bool("b")])
        And(a, b)
    """
    return _joined(z3.Z3_mk_and, formulas)


def some(formulas: Sequence[z3.BoolRef]) -> z3.BoolRef:
    """Whether at least one formula holds.

    Example:
        >>> some([z3.Bool("a"), z3.Bool("b")])
        Or(a, b)
    """
    return _joined(z3.Z3_mk_or, formulas)


def negated(formula: z3.BoolRef) -> z3.BoolRef:
    """Whether a formula does not hold.

    Example:
        >>> negated(z3.Bool("a"))
        Not(a)
    """
    return z3.BoolRef(z3.Z3_mk_not(formula.ctx.ref(), formula.ast), formula.ctx)


def implies(first: z3.BoolRef, second: z3.BoolRef) -> z3.BoolRef:
    """Whether a formula holds wherever another does.

    Example:
        >>> implies(z3.Bool("a"), z3.Bool("b"))
        Implies(a, b)
    """
    return z3.BoolRef(z3.Z3_mk_implies(first.ctx.ref(), first.ast, second.ast), first.ctx)


def answer(solver: z3.Solver, bits: Sequence[z3.BoolRef]) -> z3.CheckSatResult:
    """What a solver says of what it was told, with some bits true.

    Example:
        >>> answer(z3.SimpleSolver(), [z3.Bool("a"), negated(z3.Bool("b"))])
        sat
    """
    return z3.CheckSatResult(z3.Z3_solver_check_assumptions(solver.ctx.ref(), solver.solver, len(bits), _array(bits)))


def _joined(make: Callable[[Any, int, Any], Any], formulas: Sequence[z3.BoolRef]) -> z3.BoolRef:
    context = z3.main_ctx()
    return z3.BoolRef(make(context.ref(), len(formulas), _array(formulas)), context)


def _array(formulas: Sequence[z3.BoolRef]) -> Any:
    return (z3.Ast * len(formulas))(*[formula.ast for formula in formulas])
