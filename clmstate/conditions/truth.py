"""What is said to somebody who asks a condition for its truth, as ``and``, ``or``, ``not`` and ``if`` do."""

from __future__ import annotations

from types import FrameType
from typing import Final

from clmstate.conditions.mistakes import Mistake

__all__ = ["truth_asked"]

_PARENTHESES: Final = "with parentheses around each comparison"
_ANYTHING: Final = (
    "a condition has no truth of its own, so 'and', 'or', 'not', 'in', 'if' and chained comparisons would drop part of it",
    f"write & | ~ {_PARENTHESES}, between(low, high) for a range, and compare signals only where a condition is wanted",
)


def truth_asked(frame: FrameType | None) -> tuple[str, Mistake]:
    """Where a condition was asked for its truth, and what to write there instead.

    Args:
        frame: who asks; what stands on the line is looked up, so that only that is spoken of.

    Example:
        >>> truth_asked(None)[1].cause
        "a condition has no truth of its own, so 'and', 'or', 'not', 'in', 'if' and chained comparisons would drop part of it"
    """
    place = "condition" if frame is None else str(frame.f_locals.get("__qualname__", "condition"))
    cause, remedy = _ANYTHING if frame is None else _said(_segment(frame))
    return place, Mistake("CLM113", cause, remedy)


def _said(segment: str) -> tuple[str, str]:
    """What is wrong with an expression that asks for a truth, and how it is written here."""
    import ast  # only mistakes need it

    try:
        asked = ast.parse(segment, mode="eval").body
    except SyntaxError:
        return _ANYTHING
    match asked:
        case ast.BoolOp(op=joined):
            word, sign = ("and", "&") if isinstance(joined, ast.And) else ("or", "|")
            cause = f"'{word}' cannot join conditions: Python would keep one of them and drop the rest"
            return cause, f"write {sign} for '{word}', {_PARENTHESES}, as in (health >= 70) {sign} signed"
        case ast.UnaryOp(op=ast.Not()):
            cause = "'not' cannot turn a condition round: Python would answer at once, before there is a customer"
            return cause, "write ~ for 'not', as in ~signed; unless(signed) is also true where nobody knows"
        case ast.Compare(ops=[_, _, *_], comparators=parts) if any(
            isinstance(part, ast.BinOp) and isinstance(part.op, ast.BitAnd | ast.BitOr) for part in parts
        ):
            cause = "& and | bind tighter than comparisons, so these are read as one chain"
            return cause, "put parentheses around each comparison, as in (health >= 70) & (tickets == 0)"
        case ast.Compare(ops=[_, _, *_]):
            cause = "comparisons in a chain are no condition: Python would keep the last and drop the rest"
            return cause, "write between(low, high) for a range, as in health.between(50, 70)"
        case _:
            return _ANYTHING


def _segment(frame: FrameType) -> str:
    """The expression that is being worked out, as it is written; "" where nobody can read it."""
    import itertools
    import linecache

    positions = next(itertools.islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), None)
    if positions is None or None in positions:
        return ""
    first, last, begin, end = (number or 0 for number in positions)
    lines = [linecache.getline(frame.f_code.co_filename, number) for number in range(first, last + 1)]
    if not any(lines):
        return ""
    written = b"\n".join(line.rstrip("\n").encode() for line in lines)  # columns count bytes
    return "(" + written[begin : len(written) - len(lines[-1].rstrip("\n").encode()) + end].decode() + "\n)"
