"""The rows of a log: what was said about whom at which instant; typed, numbered, or rejected with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

import attrs

from clmstate.errors import Diagnostic
from clmstate.signals import Value, show_instant

__all__ = ["ACTS", "FIXED", "VERSION", "Log", "Record", "Rejected", "Row"]

VERSION: Final = 1
"""The version of the log format that is written."""

FIXED: Final = ("customer", "part", "instance", "at", "event", "details")
"""The columns that every log may have; all others are signals."""

ACTS: Final = ("@join", "@leave", "@start", "@move", "@skip", "@clear")
"""What the column `event` may hold beside the model's events."""


@attrs.frozen
class Record:
    """What a file holds at one row, before its cells are understood.

    Attributes:
        number: of the line (text) or row (Parquet), from 1.
        cells: by column; absent, None and "" say nothing.

    Example:
        >>> Record(2, {"customer": "Acme"}).number
        2
    """

    number: int
    cells: Mapping[str, Any]


@attrs.frozen
class Row:
    """One row that a model understands.

    Attributes:
        customer: whom it is about.
        at_us: when, in microseconds since 1970-01-01 UTC.
        part, instance: which part, as paths; "" for a lifecycle on its own.
        event: one of the model's events, one of :data:`ACTS`, or "".
        details: what belongs to the event, as JSON-ready data.
        values: stored values by column (`health`, or `contract.health`); what is not there is unchanged.
        number: of the line or row in its file; 0 if it never was in one.

    Example:
        >>> from clmstate.signals import instant
        >>> print(Row("Acme", instant("2026-01-30"), values={"health": 80}))
        2026-01-30 Acme: health=80
    """

    customer: str
    at_us: int
    part: str = ""
    instance: str = ""
    event: str = ""
    details: Mapping[str, Any] = attrs.field(factory=dict)
    values: Mapping[str, Value] = attrs.field(factory=dict)
    number: int = attrs.field(default=0, eq=False)

    def __str__(self) -> str:
        where = " ".join(filter(None, (self.customer, self.part, self.instance)))
        said = [self.event] if self.event else []
        return f"{show_instant(self.at_us)} {where}: " + ", ".join([*said, *(f"{k}={v}" for k, v in self.values.items())])


@attrs.frozen
class Rejected:
    """A row that was not used, and why.

    Attributes:
        number: of the line or row in its file.
        diagnostics: what is wrong with it; at least one.
        customer: whom it is about, as far as it says so.

    Example:
        >>> Rejected(7, (Diagnostic("CLM311", "log.csv, line 7", "it names no customer", "fill the column 'customer'"),)).number
        7
    """

    number: int
    diagnostics: tuple[Diagnostic, ...]
    customer: str = ""

    def __str__(self) -> str:
        return "\n".join(map(str, self.diagnostics))


@attrs.frozen(slots=False)
class Log:
    """A log that was read: every row of it is in `rows` or in `rejected`.

    Attributes:
        source: the file's name, as it was given.
        rows: what can be played, in the order of the file.
        rejected: what cannot, in the order of the file.
        notes: what was noticed about the file as a whole and does not stop it.
        unit: what a row of the file is called: "line" or "row".

    Example:
        >>> len(Log("log.csv", (), ()))
        0
    """

    source: str
    rows: tuple[Row, ...]
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[Diagnostic, ...] = ()
    unit: str = "line"

    def __len__(self) -> int:
        return len(self.rows) + len(self.rejected)

    def place(self, number: int) -> str:
        """How a diagnostic names a row.

        Example:
            >>> Log("log.csv", ()).place(7)
            'log.csv, line 7'
        """
        return f"{self.source}, {self.unit} {number}"

    @cached_property
    def customers(self) -> tuple[str, ...]:
        """Everybody who has a row that can be played, in order of first appearance."""
        return tuple(dict.fromkeys(row.customer for row in self.rows))
