"""Logs as JSON Lines: one object per line; a key that is left out, or null, is unchanged."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TextIO

from clmstate.errors import Diagnostic, InputError
from clmstate.replay.lines import BadLine
from clmstate.replay.rows import Record, Rejected, Row
from clmstate.replay.shape import Shape
from clmstate.replay.understand import parse_json
from clmstate.signals import show_instant

__all__ = ["read_jsonl", "write_jsonl"]

_STAMP = "clmstate-log"


class JsonLinesFile:
    """The rows of a JSON Lines file. `version` is known once it is made; iterating reads on.

    Example:
        >>> file = JsonLinesFile("log.jsonl", iter([(1, '{"customer": "Acme", "at": "2026-01-30"}')]))
        >>> [record.cells["customer"] for record in file]
        ['Acme']
    """

    columns: tuple[str, ...] = ()

    def __init__(self, source: str, numbered: Iterator[tuple[int, str]]) -> None:
        self.source = source
        self.version = "1"
        self._lines = numbered
        self._first = self._start()

    def _start(self) -> list[Record | Rejected]:
        """The first row, which decides whether the file is JSON Lines at all; a stamp with the version is no row."""
        for number, line in self._lines:
            if not line.strip():
                continue
            first = self._row(number, line)
            if isinstance(first, Rejected):
                cause = first.diagnostics[0].cause
                if isinstance(line, BadLine):
                    raise InputError([Diagnostic("CLM302", self.source, f"its first line cannot be read: {cause}", line.remedy)])
                if not line.lstrip().startswith("{"):
                    said = f"its first line is no JSON object: {cause}"
                    raise InputError([Diagnostic("CLM302", self.source, said, "write one object per line")])
                return [first]
            if set(first.cells) == {_STAMP}:
                self.version = str(first.cells[_STAMP])
                return []
            return [first]
        raise InputError(
            [
                Diagnostic(
                    "CLM302",
                    self.source,
                    "it is empty",
                    'write one object per line, such as {"customer": "Acme", "at": "2026-01-30"}',
                )
            ]
        )

    def __iter__(self) -> Iterator[Record | Rejected]:
        yield from self._first
        for number, line in self._lines:
            if line.strip():
                yield self._row(number, line)

    def _row(self, number: int, line: str) -> Record | Rejected:
        if isinstance(line, BadLine):
            return Rejected(number, (Diagnostic("CLM310", f"{self.source}, line {number}", str(line), line.remedy),))
        try:
            found = parse_json(line)
            if isinstance(found, dict):
                return Record(number, found)
            cause = f"a {type(found).__name__} is no object"
        except ValueError as error:
            cause = f"it is no JSON ({error})"
        remedy = 'write one object per line, such as {"customer": "Acme", "at": "2026-01-30"}'
        return Rejected(number, (Diagnostic("CLM310", f"{self.source}, line {number}", cause, remedy),))


def read_jsonl(source: str, numbered: Iterator[tuple[int, str]]) -> JsonLinesFile:
    """The rows of a JSON Lines file, given as numbered lines.

    Raises:
        InputError: CLM302, when its first line is no JSON object.

    Example:
        >>> read_jsonl("log.jsonl", iter([(1, '{"clmstate-log": 1}')])).version
        '1'
    """
    return JsonLinesFile(source, numbered)


def write_jsonl(file: TextIO, rows: Iterable[Row], shape: Shape, columns: tuple[str, ...]) -> None:
    """Writes one object per row; `columns` are the signals that appear.

    Example:
        >>> import sys
        >>> from clmstate import Lifecycle, Phase
        >>> from clmstate.replay import shape_of
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> write_jsonl(sys.stdout, [Row("Acme", 0)], shape_of(Deal), ())
        {"customer": "Acme", "at": "1970-01-01"}
    """
    dates = {name for name in columns if shape.columns[name].spec.kind == "date"}
    for row in rows:
        said = {
            "customer": row.customer,
            "part": row.part,
            "instance": row.instance,
            "at": show_instant(row.at_us),
            "event": row.event,
        }
        cells: dict[str, object] = {key: value for key, value in said.items() if value}
        if row.details:
            cells["details"] = dict(row.details)
        cells.update((name, show_instant(int(value)) if name in dates else value) for name, value in row.values.items())
        file.write(json.dumps(cells, ensure_ascii=False) + "\n")
