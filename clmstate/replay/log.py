"""Logs: what was observed about customers, as CSV, JSON Lines or Parquet. The format is described in `docs/reference/log-format.md`.

Rows in = rows used + rows rejected, always; a file that cannot be read as a log at all is refused as a whole.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Final, Literal, Protocol

from clmstate.errors import Diagnostic, InputError, did_you_mean
from clmstate.replay.csvfile import read_csv, write_csv
from clmstate.replay.jsonlines import read_jsonl, write_jsonl
from clmstate.replay.lines import lines
from clmstate.replay.parquet import read_parquet, write_parquet
from clmstate.replay.rows import VERSION, Log, Record, Rejected, Row
from clmstate.replay.shape import Model, shape_of
from clmstate.replay.understand import Understanding
from clmstate.writing import unfinished

__all__ = ["Format", "cannot_open", "format_of", "read_log", "write_log"]

Format = Literal["csv", "jsonl", "parquet"]

_ENDINGS: Final[dict[str, Format]] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_REQUIRED: Final = ("customer", "at")


class _File(Protocol):
    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def version(self) -> str: ...
    def __iter__(self) -> Iterator[Record | Rejected]: ...


def format_of(path: str | os.PathLike[str]) -> Format:
    """The format that a file's ending says.

    Raises:
        InputError: CLM303, when it says none that is known.

    Example:
        >>> format_of("log.ndjson")
        'jsonl'
    """
    ending = Path(path).suffix.lower()
    if ending not in _ENDINGS:
        cause = f"the ending {ending!r} is no format of logs" if ending else "its name has no ending"
        if Path(path).is_dir():
            cause = "it is a folder, not a log"
        raise InputError([Diagnostic("CLM303", os.fspath(path), cause, f"use one of {', '.join(_ENDINGS)}")])
    return _ENDINGS[ending]


def read_log(
    path: str | os.PathLike[str],
    model: Model,
    *,
    file_format: Format | None = None,
    ignore: Collection[str] = (),
    progress: Callable[[int, int], object] = lambda _done, _total: None,
) -> Log:
    r"""Reads a log, understood by a model.

    Args:
        path: the file.
        model: whose signals and events it may name.
        file_format: csv, jsonl or parquet; by default its ending says so.
        ignore: columns to pass over.
        progress: told now and then how much is done of how much.

    Raises:
        InputError: the file as a whole cannot be used: CLM301 it cannot be opened, CLM302 it is not what it says, CLM303 unknown ending
            or version, CLM304 a column is missing, CLM305 an unknown column or one given twice, CLM306 polars is not installed.

    Example:
        >>> import tempfile
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "log.csv"
        ...     _ = path.write_text("customer,at,health\nAcme,2026-01-30,80\nAcme,2026-01-31,high\n")
        ...     log = read_log(path, Deal)
        >>> print(*log.rows)
        2026-01-30 Acme: health=80
        >>> len(log), log.rejected[0].diagnostics[0].cause
        (2, "'high' is no value of 'health'")
    """
    source, shape = os.fspath(path), shape_of(model)
    chosen = file_format if file_format is not None else format_of(path)
    unit = "row" if chosen == "parquet" else "line"
    base = Understanding(shape, lambda number: f"{source}, {unit} {number}", ignore)
    rows: list[Row] = []
    rejected: list[Rejected] = []
    try:
        size = _size(Path(path))
        if chosen == "parquet":
            frame = read_parquet(source, Path(path), lambda done: progress(done, frame.total))
            _take(frame, base, rows, rejected, source)
        else:
            with Path(path).open("rb") as stream:
                numbered = lines(stream, source, lambda done: progress(done, size))
                _take(read_csv(source, numbered) if chosen == "csv" else read_jsonl(source, numbered), base, rows, rejected, source)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError([cannot_open(path, error)]) from None
    return Log(source, tuple(rows), tuple(rejected), unit=unit)


def _take(file: _File, base: Understanding, rows: list[Row], rejected: list[Rejected], source: str) -> None:
    _check_file(file, base, source)
    for record in file:
        understood = base.row(record) if isinstance(record, Record) else record
        if isinstance(understood, Row):
            rows.append(understood)
        else:
            rejected.append(understood)


def _check_file(file: _File, base: Understanding, source: str) -> None:
    """Whether a file can be a log of this model at all; everything that speaks against it at once."""
    if file.version != str(VERSION):
        cause = f"it is a log of version {file.version!r:.40}, and this clmstate reads version {VERSION}"
        raise InputError([Diagnostic("CLM303", source, cause, "upgrade clmstate, or write the log again")])
    columns = file.columns
    if not columns:
        return
    faults = []
    for column in _REQUIRED:
        if column not in columns:
            loose = [c for c in columns if c not in base.shape.columns]
            near = did_you_mean(column, loose).replace("known are", "there are")
            remedy = near if near.startswith("did you mean") else f"rename one, or say in a mapping (.toml) which it is; {near}"
            faults.append(Diagnostic("CLM304", source, f"the column '{column}' is missing", remedy))
    for column, kind in getattr(file, "unreadable", {}).items():
        faults.append(
            Diagnostic("CLM304", source, f"the column '{column}' is of the type {kind:.60}, and no text", "write it as text")
        )
    for column in dict.fromkeys(c for c in columns if columns.count(c) > 1):
        faults.append(Diagnostic("CLM305", source, f"the column {column!r:.60} is there twice", "rename or remove one of them"))
    unknown = base.unknown(tuple(dict.fromkeys(columns)))
    if any(fault.code == "CLM304" for fault in faults):
        unknown = []  # probably no log at all, or one with its columns renamed: say that first
    faults += [base.unknown_column(column, source) for column in unknown[:12]]
    if len(unknown) > 12:
        faults.append(
            Diagnostic("CLM305", source, f"{len(unknown) - 12} more columns are unknown", "ignore them by name, or remove them")
        )
    if faults:
        raise InputError(faults)


def _size(path: Path) -> int:
    about = path.stat()
    if stat.S_ISDIR(about.st_mode):
        raise IsADirectoryError(str(path))
    return about.st_size


def cannot_open(path: str | os.PathLike[str], error: Exception) -> Diagnostic:
    """Why a file cannot be opened.

    Example:
        >>> print(cannot_open("no such folder/log.csv", FileNotFoundError()))
        CLM301 no such folder/log.csv: there is no folder 'no such folder'. Check the path.
    """
    place = os.fspath(path)
    match error:
        case FileNotFoundError():
            folder = Path(path).parent
            names = [p.name for p in folder.iterdir() if p.suffix.lower() in _ENDINGS] if folder.is_dir() else []
            cause = "there is no such file" if folder.is_dir() else f"there is no folder '{folder}'"
            remedy = did_you_mean(Path(path).name, names) if names else "check the path"
            return Diagnostic("CLM301", place, cause, remedy.replace("known are", "logs in that folder are"))
        case IsADirectoryError():
            return Diagnostic("CLM301", place, "it is a folder", "name one log file")
        case PermissionError():
            return Diagnostic("CLM301", place, "it may not be read", "ask for the right to read it")
    return Diagnostic("CLM301", place.replace("\0", "?"), f"it cannot be read ({error})", "check the path")


def write_log(
    path: str | os.PathLike[str],
    rows: Iterable[Row],
    model: Model,
    *,
    file_format: Format | None = None,
) -> None:
    """Writes a log, whole or not at all.

    Args:
        path: the file; it is replaced if it is there.
        rows: in order.
        model: whose signals they give.
        file_format: csv, jsonl or parquet; by default the ending says so.

    Raises:
        InputError: CLM303 unknown ending, CLM306 polars is not installed, CLM307 it cannot be written.

    Example:
        >>> import tempfile
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "log.jsonl"
        ...     write_log(path, [Row("Acme", 0, values={"health": 80})], Deal)
        ...     print(path.read_text(), end="")
        {"customer": "Acme", "at": "1970-01-01", "health": 80}
    """
    shape = shape_of(model)
    chosen = file_format if file_format is not None else format_of(path)
    kept = tuple(rows)
    given = {name for row in kept for name in row.values}
    columns = tuple(name for name in shape.columns if name in given)
    with unfinished(path) as place:
        if chosen == "parquet":
            write_parquet(place, kept, shape, columns)
            return
        with place.open("w", encoding="utf-8", newline="") as file:
            (write_csv if chosen == "csv" else write_jsonl)(file, kept, shape, columns)
