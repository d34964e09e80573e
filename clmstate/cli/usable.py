"""What is said of a log of which nothing can be used: how many rows it has, and what is wrong with the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from clmstate.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from clmstate.replay import Log
    from clmstate.replay.run import Replayed

__all__ = ["none_usable", "something_played", "something_read"]

_MOST: Final = 5


def none_usable(source: str, rows: int, reasons: Sequence[Diagnostic]) -> InputError:
    """An error about rows of which none can be used.

    Args:
        source: where they are from.
        rows: how many there are.
        reasons: what is wrong with the first of them, in order; at most five are shown.

    Example:
        >>> print(none_usable("log.csv", 1, [Diagnostic("CLM311", "log.csv, line 2", "it names no customer", "fill it")]))
        CLM345 log.csv: its only row cannot be used. Mend it, or name another log.
        CLM311 log.csv, line 2: it names no customer. Fill it.
        >>> print(none_usable("log.csv", 0, []))
        CLM345 log.csv: it has no rows. Name another log.
    """
    if not rows:
        return InputError([Diagnostic("CLM345", source, "it has no rows", "name another log")])
    first = reasons[:_MOST]
    cause, remedy = f"none of its {rows:,} rows can be used", "mend them, or name another log"
    if rows == 1:
        cause, remedy = "its only row cannot be used", "mend it, or name another log"
    elif first and len(first) < rows:
        cause += (
            f"; here is what is wrong with the first {len(first)}" if len(first) > 1 else "; here is what is wrong with the first"
        )
    return InputError([Diagnostic("CLM345", source, cause, remedy), *first])


def something_read(log: Log) -> None:
    """Refuses a log of which no row could be read.

    Raises:
        InputError: CLM345, with the first reasons.

    Example:
        >>> from clmstate.replay import Log, Row
        >>> something_read(Log("log.csv", (Row("Acme", 0),)))
    """
    if not log.rows:
        raise none_usable(log.source, len(log), [d for rejected in log.rejected[:_MOST] for d in rejected.diagnostics])


def something_played(done: Replayed) -> None:
    """Refuses a replay that no row of the log, or of the tables of a mapping, took part in; rows that are later than was asked for do.

    Raises:
        InputError: CLM345, with the first reasons.

    Example:
        >>> from clmstate.replay.run import run
        >>> from clmstate import Lifecycle, Phase
        >>> from clmstate.replay import Log, Row
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> something_played(run(Deal, Log("log.csv", (Row("Acme", 0),))))
    """
    if done.counts.used or done.counts.later:
        return
    if done.sources is not None and done.source_rejects is not None:
        rows = int(done.sources["rows"].sum())
        tables = done.source_rejects.head(_MOST).select("table", "row", "reasons").rows()
        reasons = [_reason(reasons, f"{done.source}, table '{table}', row {row}") for table, row, reasons in tables]
    else:
        rows = done.counts.rows
        found = done.tables.rejects.head(_MOST).select("code", "reason").rows()
        reasons = [_reason(f"{code} {reason}") for code, reason in found]
    if rows:
        raise none_usable(done.source, rows, reasons)


def _reason(told: str, row: str = "") -> Diagnostic:
    """A reason from a table of rejects: the first, where there are several."""
    code, _, said = told.splitlines()[0].partition(" ")
    place, colon, rest = said.partition(": ")
    if not colon:
        place, rest = "", said
    cause, _, remedy = rest.partition(". ")
    return Diagnostic(
        code, ", ".join(filter(None, (row, place))), cause, remedy.removesuffix(".") or "mend the row, or the mapping"
    )
