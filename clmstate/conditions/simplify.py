"""Simplification that never changes what a condition says, unknown included.

Only laws of Kleene logic are used: ``a & ~a`` stays as it is, for it is unknown when ``a`` is.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs

from clmstate.conditions.nodes import And, Cond, Constant, ForDays, InPhase, IsMissing, Named, Not, Or, SignalRef, Unless

__all__ = ["simplify"]


def simplify(cond: Cond) -> Cond:
    """A shorter condition with the same truth for every customer.

    Nested ``and`` and ``or`` are flattened, repetitions and absorbed parts dropped, constants folded, double negations removed.
    Named conditions keep their names.

    Example:
        >>> from clmstate.conditions.nodes import IsTrue
        >>> simplify(And((IsTrue("a"), And((IsTrue("a"), Constant(True))))))
        IsTrue(signal='a')
    """
    match cond:
        case And(items):
            return _gathered(And, items, absorbing=False)
        case Or(items):
            return _gathered(Or, items, absorbing=True)
        case Not(of):
            return _negated(simplify(of))
        case Unless(of):
            inner = simplify(of)
            return _negated(inner) if _never_unknown(inner) else Unless(inner)
        case IsMissing(of) if not isinstance(of, SignalRef):
            inner = simplify(of)
            return Constant(False) if _never_unknown(inner) else IsMissing(inner)
        case Named(of):
            inner = simplify(of)
            return inner if isinstance(inner, Constant) else attrs.evolve(cond, of=inner)
        case ForDays():
            return cond  # its clock belongs to the condition as written
        case _:
            return cond


def _negated(inner: Cond) -> Cond:
    match inner:
        case Constant(value):
            return Constant(not value)
        case Not(of):
            return of
        case _:
            return Not(inner)


def _gathered(kind: Callable[[tuple[Cond, ...]], And | Or], items: tuple[Cond, ...], *, absorbing: bool) -> Cond:
    other = Or if absorbing is False else And
    flat: dict[Cond, None] = {}
    for item in map(simplify, items):
        inner = item.items if isinstance(item, And | Or) and not isinstance(item, other) else (item,)
        flat.update(dict.fromkeys(inner))
    if Constant(absorbing) in flat:
        return Constant(absorbing)
    flat.pop(Constant(not absorbing), None)
    kept = tuple(item for item in flat if not (isinstance(item, other) and any(part in flat for part in item.items)))
    if not kept:
        return Constant(not absorbing)
    return kept[0] if len(kept) == 1 else kind(kept)


def _never_unknown(cond: Cond) -> bool:
    match cond:
        case Constant() | Unless() | IsMissing() | InPhase():
            return True
        case Not(of) | Named(of):
            return _never_unknown(of)
        case And(items) | Or(items):
            return all(map(_never_unknown, items))
        case _:
            return False
