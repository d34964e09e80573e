"""Coverage as a table in the terminal, as JSON, and as data for drawing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from clmstate.testing.coverage.obligations import KINDS, Ledger

__all__ = ["as_data", "missing_lines", "table_lines"]


def table_lines(ledgers: Sequence[Ledger], width: int = 120) -> list[str]:
    """One row a model, one column a kind; columns move together where the terminal is narrow.

    Example:
        >>> print(*table_lines([Ledger("Deal", (), frozenset(), (), {})]), sep=" / ")
        model    total / Deal    100.0%
    """
    kinds = [kind for kind in KINDS if any(ledger.count(kind)[1] for ledger in ledgers)]
    grid = [["model", *(KINDS[kind] for kind in kinds), "total"]]
    for ledger in ledgers:
        cells = [ledger.model]
        for kind in kinds:
            met, owed = ledger.count(kind)
            cells.append(f"{met}/{owed}" if owed else "·")
        grid.append([*cells, f"{_down(ledger.percent()):.1f}%"])
    widths = [max(len(row[i]) for row in grid) for i in range(len(grid[0]))]
    gap = " " * next((gap for gap in (3, 2) if sum(widths) + gap * (len(widths) - 1) <= width), 1)
    return [gap.join([f"{row[0]:<{widths[0]}}", *map(str.rjust, row[1:], widths[1:])]) for row in grid]


def missing_lines(ledgers: Iterable[Ledger], most: int = 20) -> list[str]:
    """What is missing, by model and kind; long lists are cut, and say so.

    Example:
        >>> missing_lines([Ledger("Deal", (), frozenset(), (), {})])
        []
    """
    lines: list[str] = []
    for ledger in ledgers:
        for kind, title in KINDS.items():
            missing = ledger.missing(kind)
            if missing:
                lines.append(f"{ledger.model}, {title} not seen:")
                lines += (f"  {duty.words}" for duty in missing[:most])
                if len(missing) > most:
                    lines.append(f"  ... and {len(missing) - most} more")
    return lines


def as_data(ledgers: Iterable[Ledger]) -> dict[str, Any]:
    """Coverage as JSON-ready data; ``overlay`` is what a picture of the journey needs: how often each phase and transition was seen.

    Example:
        >>> as_data([Ledger("Deal", (), frozenset(), (), {})])["models"]["Deal"]["percent"]
        100.0
    """
    return {
        "format": "clmstate coverage 1",
        "models": {ledger.model: _one(ledger) for ledger in ledgers},
    }


def _one(ledger: Ledger) -> dict[str, Any]:
    def overlay(kind: str) -> dict[str, int]:
        return {duty.of: ledger.hits.get(duty.of, 0) for duty in ledger.owed if duty.kind == kind}

    say: Callable[[Any], dict[str, str]] = lambda duty: {"kind": duty.kind, "of": duty.of, "words": duty.words}  # noqa: E731 -- used twice below
    return {
        "percent": round(_down(ledger.percent()), 1),
        "kinds": {kind: {"met": met, "owed": owed} for kind in KINDS for met, owed in [ledger.count(kind)] if owed},
        "missing": [say(duty) for duty in ledger.missing()],
        "impossible": [say(duty) for duty in ledger.impossible],
        "overlay": {"phases": overlay("phase"), "transitions": overlay("transition")},
    }


def _down(percent: float) -> float:
    """Rounded down, so that 100 % means everything."""
    return int(percent * 10) / 10
