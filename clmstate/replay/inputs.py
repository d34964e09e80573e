"""Logs that are tables elsewhere: frames of polars, pandas and Arrow, Parquet files in pieces, tables of DuckDB and SQLite."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from clmstate.errors import Diagnostic, InputError, did_you_mean, not_installed
from clmstate.replay.columnar import Source
from clmstate.replay.frames import pl
from clmstate.replay.log import _check_file
from clmstate.replay.parquet import ParquetFile, unsaid
from clmstate.replay.rows import VERSION, Log, Rejected, Row
from clmstate.replay.shape import Model, shape_of
from clmstate.replay.sorting import PIECE
from clmstate.replay.typed import NUMBER
from clmstate.replay.understand import Understanding

__all__ = ["FrameSource", "as_frame", "parquet_pieces", "read_table", "row_ranges"]

DUCKDB: Final = (".duckdb", ".ddb")
"""Endings of databases that are DuckDB's; all others are SQLite's."""

AT_ONCE: Final = 1 << 19
"""Rows that are read at a time, about."""

_TOO_LARGE: Final = 8 * AT_ONCE
"""Rows of one row group that are not read at once."""


def as_frame(data: Any, source: str = "the log") -> pl.DataFrame:
    """A frame of polars, pandas or Arrow as a frame of polars.

    Raises:
        InputError: CLM308, it is none of these.

    Example:
        >>> as_frame(pl.LazyFrame({"customer": ["Acme"]})).height
        1
        >>> as_frame([1, 2])
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM308 the log: a list is no table. Give a frame of polars, pandas or Arrow, or the name of a file.
    """
    if isinstance(data, pl.LazyFrame):
        return data.collect()
    if isinstance(data, pl.DataFrame):
        return data
    kind = type(data).__module__.partition(".")[0]
    try:
        if kind == "pandas" and type(data).__name__ == "DataFrame":
            frame: pl.DataFrame = pl.from_pandas(data)
            return frame
        if kind == "pyarrow" and type(data).__name__ in ("Table", "RecordBatch"):
            made = pl.from_arrow(data)
            return made if isinstance(made, pl.DataFrame) else made.to_frame()
    except (pl.exceptions.PolarsError, TypeError, ValueError, ImportError) as error:
        cause = f"its columns cannot be read ({' '.join(str(error).split())[:120]})"
        raise InputError([Diagnostic("CLM308", source, cause, "give plain columns: text, numbers, dates")]) from None
    remedy = "give a frame of polars, pandas or Arrow, or the name of a file"
    raise InputError([Diagnostic("CLM308", source, f"a {type(data).__name__} is no table", remedy)])


def read_table(path: str | os.PathLike[str], table: str) -> pl.DataFrame:
    """A table of a DuckDB or SQLite database; the database is only read.

    Raises:
        InputError: CLM301 there is no such file, CLM302 it is no such database, CLM309 it has no such table.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with closing(sqlite3.connect(f"{folder}/crm.sqlite")) as crm:
        ...         _ = crm.execute("create table log as select 'Acme' customer, '2026-01-30' at")
        ...         crm.commit()
        ...     read_table(f"{folder}/crm.sqlite", "log").rows()
        [('Acme', '2026-01-30')]
    """
    place = os.fspath(path)
    if not Path(path).is_file():
        raise InputError([Diagnostic("CLM301", place, "there is no such file", "check the path")])
    read = _duckdb if Path(path).suffix.lower() in DUCKDB else _sqlite
    return read(place, table)


def _unknown_table(place: str, table: str, known: Collection[str]) -> InputError:
    cause = f"it has no table {table!r:.60}" if table else "it is a database, and no table is named"
    remedy = did_you_mean(table, known) + (f": write {place}:TABLE" if not table else "")
    return InputError([Diagnostic("CLM309", place, cause, remedy)])


def _sqlite(place: str, table: str) -> pl.DataFrame:
    try:
        with closing(sqlite3.connect(f"{Path(place).resolve().as_uri()}?mode=ro", uri=True)) as database:
            known = [name for (name,) in database.execute("select name from sqlite_master where type in ('table', 'view')")]
            if table not in known:
                raise _unknown_table(place, table, known)
            quoted = '"' + table.replace('"', '""') + '"'
            cursor = database.execute(f"select * from {quoted}")
            names = [column[0] for column in cursor.description]
            columns = list(zip(*cursor.fetchall(), strict=True)) or [()] * len(names)
    except sqlite3.Error as error:
        raise InputError([Diagnostic("CLM302", place, f"it is no SQLite database ({error})", "check the file")]) from None
    return pl.DataFrame([_series(name, list(values)) for name, values in zip(names, columns, strict=True)])


def _series(name: str, values: list[Any]) -> pl.Series:
    """A column of SQLite, whose cells have types of their own: mixed ones become text."""
    try:
        return pl.Series(name, values, strict=True)
    except (TypeError, pl.exceptions.PolarsError):
        return pl.Series(name, [None if v is None else str(v) for v in values], dtype=pl.String)


def _duckdb(place: str, table: str) -> pl.DataFrame:
    try:
        import duckdb
    except ImportError:
        raise not_installed(place, "reading it", "duckdb", "fleet") from None
    try:
        with duckdb.connect(place, read_only=True) as database:
            known = [name for (name,) in database.execute("select table_name from information_schema.tables").fetchall()]
            if table not in known:
                raise _unknown_table(place, table, known)
            quoted = '"' + table.replace('"', '""') + '"'
            found = pl.from_arrow(database.sql(f"select * from {quoted}").to_arrow_table())
            return found if isinstance(found, pl.DataFrame) else found.to_frame()
    except duckdb.Error as error:
        cause = f"it is no DuckDB database ({' '.join(str(error).split())[:120]})"
        raise InputError([Diagnostic("CLM302", place, cause, "check the file")]) from None


class FrameSource(Source):
    """The rows of a frame, or of a file that is read in pieces, one by one.

    Args:
        model: who understands them.
        name: of the log.
        ignore: columns to pass over.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> source = FrameSource(Deal, "log.parquet")
        >>> source.window = pl.DataFrame({"__row": [7], "customer": ["Acme"], "at": ["2026-01-30T09:00"]})
        >>> source.at([7])[0].customer
        'Acme'
    """

    def __init__(self, model: Model, name: str, ignore: Collection[str] = ()) -> None:
        super().__init__(Log(name, (), unit="row"))
        self.base = Understanding(shape_of(model), self.place, ignore)
        self.window = pl.DataFrame({NUMBER: pl.Series([], dtype=pl.Int64)})
        self.path: str | os.PathLike[str] | None = None

    def checked(self, frame: pl.DataFrame, version: str = str(VERSION)) -> None:
        """Whether columns can be a log of this model at all.

        Raises:
            InputError: as for :func:`clmstate.replay.read_log`.
        """
        columns = frame.drop(NUMBER) if NUMBER in frame.columns else frame
        _check_file(ParquetFile(self.log.source, columns.clear(), version, lambda _: None), self.base, self.log.source)

    def at(self, numbers: list[int]) -> list[Row | Rejected]:
        """Rows of the present piece, understood or rejected."""
        wanted = pl.DataFrame({NUMBER: pl.Series(numbers, dtype=pl.Int64)})
        return self.read(wanted.join(self.window, on=NUMBER, how="left", maintain_order="left"))

    def of(self, customers: Collection[str]) -> Log:
        """All rows of some customers: those that can be understood, and the others as rejected."""
        rows = []
        for piece in parquet_pieces(self.path) if self.path is not None else [self.whole]:
            named = piece["customer"].cast(pl.String).str.strip_chars()
            rows += self.read(piece.filter(named.is_in(list(customers))))
        rejected = tuple(row for row in rows if isinstance(row, Rejected))
        return Log(self.log.source, tuple(row for row in rows if isinstance(row, Row)), rejected, unit="row")

    def read(self, frame: pl.DataFrame) -> list[Row | Rejected]:
        """Rows as they are understood."""
        numbers = frame[NUMBER].to_list()
        file = ParquetFile(self.log.source, frame.drop(NUMBER), str(VERSION), lambda _: None)
        found = []
        for number, record in zip(numbers, file, strict=True):
            found.append(self.base.row(type(record)(number, record.cells)))
        return found


def parquet_pieces(
    path: str | os.PathLike[str], rows: int = PIECE, within: tuple[int, int] | None = None
) -> Iterator[pl.DataFrame]:
    """The rows of a Parquet file in pieces, each row with its number.

    Args:
        path: the file.
        rows: how many a piece has, about.
        within: one of :func:`row_ranges`; by default all rows.

    Raises:
        InputError: CLM302, it is truncated, or no Parquet.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     pl.DataFrame({"customer": ["a", "b", "c"]}).write_parquet(f"{folder}/log.parquet")
        ...     [piece["__row"].to_list() for piece in parquet_pieces(f"{folder}/log.parquet", 2)]
        [[1, 2], [3]]
    """
    with _as_parquet(path):
        for begin, end in row_ranges(path) if within is None else [within]:
            first = begin + 1
            for frame in _read_pieces(path, rows, begin, end):
                yield frame.with_columns(pl.int_range(first, first + frame.height, dtype=pl.Int64).alias(NUMBER))
                first += frame.height


def row_ranges(path: str | os.PathLike[str]) -> list[tuple[int, int]]:
    """Rows that are read at once, by where they begin and end: some row groups together; all, if one is too large for that.

    Raises:
        InputError: as for :func:`parquet_pieces`.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     pl.DataFrame({"customer": ["a", "b", "c"]}).write_parquet(f"{folder}/log.parquet")
        ...     row_ranges(f"{folder}/log.parquet")
        [(0, 3)]
    """
    import pyarrow.parquet as pq

    with _as_parquet(path), pq.ParquetFile(path) as file:
        heights = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
    if max(heights, default=0) > _TOO_LARGE:
        return [(0, sum(heights))]
    ranges, begin, end = [], 0, 0
    for number, height in enumerate(heights, 1):
        end += height
        if end - begin >= AT_ONCE or number == len(heights):
            ranges.append((begin, end))
            begin = end
    return ranges


@contextmanager
def _as_parquet(path: str | os.PathLike[str]) -> Iterator[None]:
    """What is wrong with a file, for people."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise InputError([Diagnostic("CLM301", os.fspath(path), "there is no such file", "check the path")]) from None
        cause = "it is no Parquet file, or only part of one"
        raise InputError([Diagnostic("CLM302", os.fspath(path), cause, "write it again")]) from None


def _read_pieces(path: str | os.PathLike[str], rows: int, begin: int, end: int) -> Iterator[pl.DataFrame]:
    """Polars reads some row groups at once, in half the time of pyarrow; a row group that is too large for that is left to pyarrow."""
    if end - begin > AT_ONCE + _TOO_LARGE:
        import pyarrow.parquet as pq

        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(rows, use_threads=False):
                frame = pl.from_arrow(batch)
                assert isinstance(frame, pl.DataFrame)
                yield frame
        return
    with unsaid(pl.exceptions.PanicException):
        together = pl.scan_parquet(Path(path), glob=False).slice(begin, end - begin).collect()
    yield from together.iter_slices(rows)
