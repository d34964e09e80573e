"""Logs as Parquet, through polars, which is loaded only here and only when such a file is named."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from clmstate.errors import Diagnostic, InputError, not_installed
from clmstate.replay.cells import Instant
from clmstate.replay.rows import FIXED, VERSION, Record, Row
from clmstate.replay.shape import Shape

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ParquetFile", "read_parquet", "read_stamp", "unsaid", "write_parquet"]

_STAMP = "clmstate-log"
_SLICE = 50_000
_TEXTS = tuple(name for name in FIXED if name != "at")


def _polars(source: str) -> ModuleType:
    try:
        import polars as pl
    except ImportError:
        raise not_installed(source, "Parquet", "polars", "parquet", "use CSV or JSON Lines") from None
    return pl


class ParquetFile:
    """The rows of a Parquet file.

    Attributes:
        columns: their names.
        version: of the log format, as the file's metadata say.
        total: how many rows there are.
        unreadable: the columns that should be text and can never be, each with the type that it has.
    """

    def __init__(self, source: str, frame: pl.DataFrame, version: str, seen: Callable[[int], object]) -> None:
        self.source, self.version = source, version
        self.columns = tuple(frame.columns)
        self.total = frame.height
        self.unreadable = {name: str(kind) for name, kind in frame.schema.items() if name in _TEXTS and not _is_text(name, kind)}
        self._frame, self._seen = frame, seen

    def __iter__(self) -> Iterator[Record]:
        number = 0
        for part in self._frame.iter_slices(_SLICE):
            plain, times = _plain(part)
            for cells in plain.iter_rows():
                number += 1
                yield Record(
                    number,
                    {
                        name: Instant(value) if name in times and value is not None else value
                        for name, value in zip(self.columns, cells, strict=True)
                    },
                )
            self._seen(number)


def _is_text(name: str, kind: pl.DataType) -> bool:
    """Whether a fixed column of this type can be read: names may also be numbers, and details structures."""
    import polars as pl

    if name in ("customer", "instance") and kind.is_integer():
        return True
    if name == "details" and isinstance(kind, pl.Struct):
        return True
    return isinstance(kind, pl.String | pl.Categorical | pl.Enum | pl.Null)


def _plain(frame: pl.DataFrame) -> tuple[pl.DataFrame, frozenset[str]]:
    """The frame with types that Python holds exactly, and the columns that are now instants."""
    import polars as pl

    casts, times = [], []
    for name, kind in frame.schema.items():
        if kind == pl.Date:
            casts.append((pl.col(name).to_physical().cast(pl.Int64) * 86_400_000_000).alias(name))
            times.append(name)
        elif isinstance(kind, pl.Datetime):
            us = pl.col(name).to_physical().cast(pl.Int64)
            us = us * 1000 if kind.time_unit == "ms" else us // 1000 if kind.time_unit == "ns" else us
            casts.append(us.alias(name))
            times.append(name)
        elif isinstance(kind, pl.Categorical | pl.Enum):
            casts.append(pl.col(name).cast(pl.String))
        elif isinstance(kind, pl.Decimal):
            casts.append(pl.col(name).cast(pl.Float64))
    return frame.with_columns(casts), frozenset(times)


def read_parquet(source: str, path: Path, seen: Callable[[int], object] = lambda _: None) -> ParquetFile:
    """The rows of a Parquet file.

    Raises:
        InputError: CLM306 without polars; CLM302 when it is truncated or no Parquet.

    Example:
        >>> read_parquet("log.parquet", Path("no/such.parquet"))
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM302 log.parquet: it is no Parquet file, or only part of one. Write it again.
    """
    pl = _polars(source)
    try:
        with unsaid(pl.exceptions.PanicException):
            frame = pl.read_parquet(path, use_statistics=False)
            stamp = pl.read_parquet_metadata(path).get(_STAMP, "1")
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError):
        raise InputError([Diagnostic("CLM302", source, "it is no Parquet file, or only part of one", "write it again")]) from None
    return ParquetFile(source, frame, stamp, seen)


def read_stamp(source: str, path: Path) -> tuple[str, int]:
    """The version that a Parquet file states, and how many rows it has; nothing else of it is read.

    Raises:
        InputError: CLM301 there is no such file; CLM302 when it is truncated or no Parquet.

    Example:
        >>> read_stamp("log.parquet", Path("no/such.parquet"))
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM301 log.parquet: there is no such file. Check the path.
    """
    pl = _polars(source)
    if not path.is_file():
        cause = "it is a folder" if path.is_dir() else "there is no such file"
        raise InputError([Diagnostic("CLM301", source, cause, "check the path")])
    try:
        with unsaid(pl.exceptions.PanicException):
            rows = pl.scan_parquet(path).select(pl.len()).collect().item()
            return pl.read_parquet_metadata(path).get(_STAMP, "1"), int(rows)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError):
        raise InputError([Diagnostic("CLM302", source, "it is no Parquet file, or only part of one", "write it again")]) from None


@contextlib.contextmanager
def unsaid(panic: type[BaseException]) -> Iterator[None]:
    """Keeps from standard error what polars' threads print about a panic; it cannot be told not to. Everything else is said afterwards."""
    try:
        kept = os.dup(2)
    except OSError:  # there is no standard error
        yield
        return
    panicked = False
    with tempfile.TemporaryFile() as caught:
        os.dup2(caught.fileno(), 2)
        try:
            yield
        except panic:
            panicked = True
            raise
        finally:
            os.dup2(kept, 2)
            caught.seek(0)
            if not panicked:
                while said := caught.read(1 << 16):
                    os.write(2, said)
            os.close(kept)


def write_parquet(path: Path, rows: Iterable[Row], shape: Shape, columns: tuple[str, ...]) -> None:
    """Writes rows as typed columns; `columns` are the signals that appear.

    Raises:
        InputError: CLM306 without polars.

    Example:
        >>> import tempfile
        >>> from clmstate import Lifecycle, Phase
        >>> from clmstate.replay import shape_of
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "log.parquet"
        ...     write_parquet(path, [Row("Acme", 0)], shape_of(Deal), ())
        ...     read_parquet("log.parquet", path).total
        1
    """
    pl = _polars(str(path))
    kept = tuple(rows)
    when = pl.Datetime("us", "UTC")
    data: dict[str, list[Any]] = {name: [] for name in FIXED}
    for row in kept:
        details = json.dumps(row.details, ensure_ascii=False, sort_keys=True) if row.details else None
        for name, value in zip(FIXED, (row.customer, row.part, row.instance, row.at_us, row.event or None, details), strict=True):
            data[name].append(value)
    types = dict.fromkeys(FIXED, pl.String) | {"at": when}
    for name in columns:
        kind = shape.columns[name].spec.kind
        known = {"flag": pl.Boolean, "count": pl.Int64, "integer": pl.Int64, "choice": pl.String, "date": when}
        types[name] = known.get(kind, pl.Float64)
        given = (row.values.get(name) for row in kept)
        data[name] = [float(v) if types[name] == pl.Float64 and v is not None else v for v in given]
    series = []
    for name, values in data.items():
        physical = pl.Int64 if types[name] == when else types[name]
        series.append(pl.Series(name, values, dtype=physical).cast(types[name]))
    pl.DataFrame(series).write_parquet(path, metadata={_STAMP: str(VERSION)})
