"""Tables of scenarios: one row a step, inline or from CSV and Markdown files, read with the place of every cell."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import attrs

from clmstate.errors import Diagnostic, InputError, did_you_mean

__all__ = ["Row", "Table", "look_at", "look_at_file", "read_table_file", "read_tables"]

_RULE: Final = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*")
_HEADING: Final = re.compile(r"\s*#{1,6}\s+(?P<title>.+?)\s*#*\s*")


@attrs.frozen
class Row:
    """One row: its cells by column, those that are blank left out.

    Attributes:
        place: where it stands, as a diagnostic names it.
        cells: what is written, by column.
        line: the row as it was written, to be shown.

    Example:
        >>> Row("table, row 1", {"at": "2026-01-05"}).cells["at"]
        '2026-01-05'
    """

    place: str
    cells: dict[str, str]
    line: str = ""


@attrs.frozen
class Table:
    r"""One scenario as a table.

    Attributes:
        title: the heading above it, or the name in its column ``scenario``; "" if it has none.
        columns: the names of its columns.
        rows: its rows.
        source: the file, or "table".

    Example:
        >>> read_tables("| at | health |\n|--|--|\n| 2026-01-05 | 80 |")[0].columns
        ('at', 'health')
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    source: str


def read_tables(text: str, source: str = "table") -> list[Table]:
    r"""The tables of a Markdown text, each with the heading above it.

    Args:
        text: Markdown; what is neither table nor heading is prose, and left alone.
        source: what diagnostics name.

    Raises:
        InputError: CLM381, there is no table, or a row has more cells than there are columns.

    Example:
        >>> table = read_tables("## Adopts\n| at | health |\n|----|---|\n| 2026-01-05 | 80 |\n| 2026-01-06 | |")[0]
        >>> table.title, [row.cells for row in table.rows]
        ('Adopts', [{'at': '2026-01-05', 'health': '80'}, {'at': '2026-01-06'}])
    """
    return _faultless(*look_at(text, source))


def _faultless(tables: list[Table], wrong: list[Diagnostic]) -> list[Table]:
    if wrong:
        raise InputError(wrong)
    return tables


def look_at(text: str, source: str = "table") -> tuple[list[Table], list[Diagnostic]]:
    r"""The tables of a Markdown text as far as they can be read, and what is wrong with them.

    Example:
        >>> tables, wrong = look_at("| at |\n|----|\n| 2026-01-05 | 80 |")
        >>> tables[0].rows[0].cells, [one.code for one in wrong]
        ({'at': '2026-01-05'}, ['CLM381'])
    """
    tables: list[Table] = []
    wrong: list[Diagnostic] = []
    heading, lines = "", text.splitlines()
    at = 0
    while at < len(lines):
        if found := _HEADING.fullmatch(lines[at]):
            heading = found["title"]
        if "|" not in lines[at] or at + 1 >= len(lines) or not _RULE.fullmatch(lines[at + 1]):
            at += 1
            continue
        columns = [_column(cell) for cell in _cells(lines[at])]
        wrong += _column_faults(columns, f"{source}, line {at + 1}")
        at += 2
        rows: list[Row] = []
        while at < len(lines) and "|" in lines[at]:
            place = f"{source}, row {len(rows) + 1} (line {at + 1})"
            cells = _cells(lines[at])
            wrong += _too_many(cells, columns, place)
            rows.append(Row(place, _named(columns, cells), lines[at].strip()))
            at += 1
        tables.append(Table(heading, tuple(columns), tuple(rows), source))
    if not tables:
        remedy = "write | at | health | takes |, a line of dashes, then rows"
        wrong.append(Diagnostic("CLM381", source, "there is no table in it", remedy))
    return tables, wrong


def read_table_file(path: Path) -> list[Table]:
    """The tables of a file: Markdown, or CSV with a column ``scenario`` where it holds several.

    Raises:
        InputError: CLM301 it cannot be read; CLM381 there is no table in it, or a row does not fit.

    Example:
        >>> read_table_file(Path("no_such_table.md"))
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM301 no_such_table.md: there is no such file...
    """
    return _faultless(*look_at_file(path))


def look_at_file(path: Path) -> tuple[list[Table], list[Diagnostic]]:
    """The tables of a file as far as they can be read, and what is wrong with them.

    Raises:
        InputError: CLM301, it cannot be read.

    Example:
        >>> look_at_file(Path("no_such_table.md"))
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM301 no_such_table.md: there is no such file...
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        cause = "there is no such file" if isinstance(error, FileNotFoundError) else f"it cannot be read ({error})"
        near = did_you_mean(path.name, [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else [])
        remedy = near if near.startswith("did you mean") else "check the path; it counts from the folder of the test file"
        raise InputError([Diagnostic("CLM301", path.name, cause, remedy)]) from None
    return _csv(text, path.name) if path.suffix == ".csv" else look_at(text, path.name)


def _csv(text: str, source: str) -> tuple[list[Table], list[Diagnostic]]:
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    wrong: list[Diagnostic] = []
    columns: list[str] = []
    by_scenario: dict[str, list[Row]] = {}
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if not columns:
            columns = [_column(cell) for cell in cells]
            wrong += _column_faults(columns, f"{source}, line 1")
            continue
        place = f"{source}, line {reader.line_num}"
        wrong += _too_many(cells, columns, place)
        row = _named(columns, cells)
        title = row.pop("scenario", "") or next(reversed(by_scenario), "")
        by_scenario.setdefault(title, []).append(Row(place, row, " | ".join(cell.strip() for cell in cells)))
    if not by_scenario:
        wrong.append(Diagnostic("CLM381", source, "there is no row in it", "write a line of column names, then one row a step"))
    kept = tuple(column for column in columns if column != "scenario")
    return [Table(title, kept, tuple(rows), source) for title, rows in by_scenario.items()], wrong


def _cells(line: str) -> list[str]:
    return [cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))]


def _column(name: str) -> str:
    return name.strip().strip("`*_ ")


def _named(columns: Iterable[str], cells: Iterable[str]) -> dict[str, str]:
    return {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if cell.strip()}


def _too_many(cells: list[str], columns: list[str], place: str) -> Iterator[Diagnostic]:
    if len(cells) > len(columns):
        cause = f"it has {len(cells)} cells, but there are {len(columns)} columns"
        yield Diagnostic("CLM381", place, cause, "leave blanks for columns that say nothing; write \\| for a bar inside a cell")


def _column_faults(columns: list[str], place: str) -> Iterator[Diagnostic]:
    for name in dict.fromkeys(name for name in columns if columns.count(name) > 1):
        yield Diagnostic("CLM381", place, f"the column '{name}' is there twice", "put everything about it into one column")
