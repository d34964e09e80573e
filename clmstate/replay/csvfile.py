"""Logs as CSV: a header, then one row per line; read so that one broken row costs that row only."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final, TextIO

from clmstate.errors import Diagnostic, InputError
from clmstate.replay.cells import write_cell
from clmstate.replay.lines import LONGEST_LINE, BadLine
from clmstate.replay.rows import FIXED, Record, Rejected, Row
from clmstate.replay.shape import Shape
from clmstate.signals import show_instant

__all__ = ["read_csv", "write_csv"]

_MOST_LINES: Final = 200
"""Lines that one row may span; a quote that is never closed costs no more than itself."""

_STAMP: Final = re.compile(r"#\s*clmstate[ -]log\s+(\S+)")


class CsvFile:
    """The rows of a CSV file. `columns` and `version` are known once it is made; iterating reads on.

    Attributes:
        ahead: lines that were read, and are to be read again.

    Example:
        >>> file = CsvFile("log.csv", iter([(1, "customer,at"), (2, "Acme,2026-01-30")]))
        >>> file.columns, [record.cells["customer"] for record in file]
        (('customer', 'at'), ['Acme'])
    """

    def __init__(self, source: str, numbered: Iterator[tuple[int, str]]) -> None:
        self.source = source
        self.version = "1"
        self._lines = numbered
        self.ahead: deque[tuple[int, str]] = deque()
        self.delimiter, self.columns = self._header()

    def _header(self) -> tuple[str, tuple[str, ...]]:
        for _, line in self._lines:
            if isinstance(line, BadLine):
                raise InputError([Diagnostic("CLM302", self.source, f"its first line cannot be read: {line}", line.remedy)])
            if line.startswith("#"):
                stamped = _STAMP.match(line)
                self.version = stamped[1] if stamped else self.version
            elif line.strip():
                delimiter = max(",;\t", key=line.count)
                try:
                    names = next(csv.reader([line], delimiter=delimiter, strict=True))
                except csv.Error as error:
                    raise InputError(
                        [Diagnostic("CLM302", self.source, f"its header is no CSV ({error})", "name the columns in the first line")]
                    ) from None
                names = [name.strip() for name in names]
                while names and not names[-1]:
                    names.pop()  # spreadsheets leave empty columns at the right
                return delimiter, tuple(names)
        raise InputError([Diagnostic("CLM302", self.source, "it is empty", "give it a header such as customer,at,event and rows")])

    def __iter__(self) -> Iterator[Record | Rejected]:
        while (first := self._next()) is not None:
            number, line = first
            if isinstance(line, BadLine):
                yield self._broken(number, line, line.remedy)
            elif line.strip(f"{self.delimiter} \t"):  # spreadsheets write empty rows as separators
                yield self._row(number, line)

    def _next(self) -> tuple[int, str] | None:
        return self.ahead.popleft() if self.ahead else next(self._lines, None)

    def _broken(self, number: int, cause: str, remedy: str) -> Rejected:
        return Rejected(number, (Diagnostic("CLM310", f"{self.source}, line {number}", cause, remedy),))

    def _row(self, number: int, line: str) -> Record | Rejected:
        """The row that begins at this line; where it cannot end, the lines after it are read again as rows of their own."""
        taken: list[tuple[int, str]] = []
        text = line
        while text.count('"') % 2:
            following = self._next()
            if following is not None:
                taken.append(following)
            if following is None or isinstance(following[1], BadLine) or len(text) > LONGEST_LINE or len(taken) > _MOST_LINES:
                self.ahead.extendleft(reversed(taken))
                return self._broken(
                    number, "a quote is opened and never closed", "close it; a quote inside a quoted field is written twice"
                )
            text += "\n" + following[1]
        try:
            fields = next(csv.reader(io.StringIO(text, newline="") if taken else (text,), delimiter=self.delimiter, strict=True))
        except (csv.Error, StopIteration) as error:
            self.ahead.extendleft(reversed(taken))
            return self._broken(number, f"it is no CSV ({error})", "quote whole fields only; a quote inside one is written twice")
        if len(fields) > len(self.columns) and not any(field.strip() for field in fields[len(self.columns) :]):
            fields = fields[: len(self.columns)]
        if len(fields) != len(self.columns):
            self.ahead.extendleft(reversed(taken))
            cause = f"it has {len(fields)} field{'' if len(fields) == 1 else 's'} where the header has {len(self.columns)}"
            remedy = f"give it the fields of the header, in that order; a field with {self.delimiter!r} in it stands in quotes"
            return self._broken(number, cause, remedy)
        return Record(number, dict(zip(self.columns, fields, strict=True)))


def read_csv(source: str, numbered: Iterator[tuple[int, str]]) -> CsvFile:
    """The rows of a CSV file, given as numbered lines.

    Raises:
        InputError: CLM302, when it has no header.

    Example:
        >>> read_csv("log.csv", iter([(1, "customer;at")])).columns
        ('customer', 'at')
    """
    return CsvFile(source, numbered)


def write_csv(file: TextIO, rows: Iterable[Row], shape: Shape, columns: tuple[str, ...]) -> None:
    """Writes rows below a header; `columns` are the signals that appear.

    Example:
        >>> import sys
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.replay import shape_of
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        >>> write_csv(sys.stdout, [Row("Acme", 0, values={"health": 80})], shape_of(Deal), ("health",))
        customer,part,instance,at,event,details,health
        Acme,,,1970-01-01,,,80
    """
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow((*FIXED, *columns))
    specs = [(name, shape.columns[name].spec) for name in columns]
    for row in rows:
        details = json.dumps(row.details, ensure_ascii=False, sort_keys=True) if row.details else ""
        cells = (write_cell(spec, row.values[name]) if name in row.values else "" for name, spec in specs)
        writer.writerow((row.customer, row.part, row.instance, show_instant(row.at_us), row.event, details, *cells))
