"""A whole log through a model, to result tables."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from clmstate.composition import Composition
from clmstate.errors import Diagnostic, InputError
from clmstate.lifecycle import Lifecycle
from clmstate.replay.choices import Engine, TableFormat
from clmstate.replay.choosing import WORTH_COLUMNS, columns_can, columns_pay, in_columns, log_in_columns
from clmstate.replay.frames import pl
from clmstate.replay.gathering import Gathering
from clmstate.replay.log import format_of, read_log
from clmstate.replay.one_by_one import one_by_one
from clmstate.replay.results import NOTE, results
from clmstate.replay.rows import Log, Rejected, Row
from clmstate.replay.shape import Shape, shape_of
from clmstate.replay.sources import table_in
from clmstate.replay.tables import TABLES, Found, Tables, frame_of, reject_row, tables_of
from clmstate.replay.views import Views
from clmstate.signals import show_instant

if TYPE_CHECKING:
    from clmstate.replay.columnar import Columnar, Source
    from clmstate.replay.mapping import Mapped
    from clmstate.replay.wholes.fleet import Wholes

__all__ = [
    "Counts",
    "Replayed",
    "columns_can",
    "found_in",
    "replay_file",
    "replay_frame",
    "run",
    "with_sources",
]

TEXT_ENDINGS: Final = (".csv", ".tsv", ".jsonl", ".ndjson")

LARGE_TEXT: Final = 64 << 20
"""Bytes of CSV or JSON Lines from which on a log is dealt out into files, so that its rows are never all in memory."""


MUCH_CSV: Final = 1 << 20
"""Bytes of CSV from which on it goes into columns as it is."""

SHORT_LINE: Final = 40
"""Bytes of a line of CSV, about; so many rows are expected."""


@attrs.frozen
class Counts:
    """How many rows came in, and what became of them; `rows` is always the sum of the other three.

    Example:
        >>> Counts(10, 8, 1, 1).rows
        10
    """

    rows: int
    used: int
    rejected: int
    later: int = 0


@attrs.frozen(slots=False)
class Replayed:
    """What a log did in a model.

    Attributes:
        model: the name of the model.
        source: the log.
        counts: rows in, used, rejected, and later than the date of interest.
        tables: the results.
        as_of_us: the date of interest.
        engine: what played it.
        shape: the parts of the model.
        sources: if the log was made by a mapping: how many rows of each of its tables were used and rejected.
        source_rejects: the rows of those tables that were not used, with reasons.
        values: if somebody asked for them: the values that each move's rule read.

    Example:
        >>> Replayed.__name__
        'Replayed'
    """

    model: str
    source: str
    counts: Counts
    tables: Tables
    as_of_us: int | None
    engine: str
    shape: Shape = attrs.field(repr=False)
    sources: pl.DataFrame | None = attrs.field(default=None, repr=False)
    source_rejects: pl.DataFrame | None = attrs.field(default=None, repr=False)
    values: pl.DataFrame | None = attrs.field(default=None, repr=False)

    @property
    def every_table(self) -> dict[str, pl.DataFrame]:
        """All tables by name, with those of a mapping if there was one, and the values if they were asked for."""
        return dict(self.tables) | self._more

    @property
    def lazy_tables(self) -> dict[str, pl.LazyFrame]:
        """The same, without holding them."""
        return {name: self.tables.lazy(name) for name in TABLES} | {name: table.lazy() for name, table in self._more.items()}

    @property
    def heights(self) -> dict[str, int]:
        """How many rows each of them has."""
        return {name: self.tables.height(name) for name in TABLES} | {name: table.height for name, table in self._more.items()}

    @property
    def customers(self) -> int:
        """How many customers there are."""
        if not self.shape.composed:
            return self.tables.height("phases")  # everybody stands in one
        return int(self.tables.lazy("phases").select(pl.col("customer").n_unique()).collect().item())

    @property
    def _more(self) -> dict[str, pl.DataFrame]:
        more = {"values": self.values, "sources": self.sources, "source_rejects": self.source_rejects}
        return {name: table for name, table in more.items() if table is not None}

    @cached_property
    def views(self) -> Views:
        """What the fleet looks like."""
        return Views(self.tables, self.shape)

    def write(self, folder: str | os.PathLike[str], table_format: TableFormat = "csv") -> None:
        """Writes all tables into a folder, whole or not at all: they are written beside it, and moved there together.

        Raises:
            InputError: CLM307, the folder cannot be written, or holds something else.
        """
        with results(folder) as new:
            self._fill(new, table_format)

    def _fill(self, folder: Path, table_format: TableFormat) -> None:
        for name, table in self.lazy_tables.items():
            if table_format == "parquet":
                table.sink_parquet(folder / f"{name}.parquet")
                continue
            table.with_columns(pl.col("^days$").round(2)).sink_csv(folder / f"{name}.csv", datetime_format="%Y-%m-%d %H:%M:%S")
        note = {
            "model": self.model,
            "log": self.source,
            "rows": attrs.asdict(self.counts),
            "as_of": None if self.as_of_us is None else show_instant(self.as_of_us),
            "tables": self.heights,
        }
        (folder / NOTE).write_text(json.dumps(note, indent=2, ensure_ascii=False) + "\n", "utf-8")


def run(
    model: type[Lifecycle] | type[Composition],
    log: Log,
    *,
    as_of_us: int | None = None,
    engine: Engine = "auto",
    progress: Callable[[int, int], object] = lambda _done, _total: None,
) -> Replayed:
    """Replays a log: every customer through the model.

    Args:
        model: a lifecycle or a composition.
        log: as :func:`clmstate.replay.read_log` gives it.
        as_of_us: the date of interest; later rows are not played, and time passes until then. By default everybody's last row.
        engine: what plays it; all find the same.
        progress: told how many rows of how many have been played.

    Raises:
        InputError: CLM306, polars is not installed.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.replay import Row
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("contract signed", default=False)
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = open.to(won, when=signed)
        >>> done = run(Deal, Log("log.csv", (Row("Acme", 0), Row("Acme", 86_400_000_000, values={"signed": True}))))
        >>> done.tables.stays.select("phase", "days", "open").rows()
        [('open', 1.0, False), ('won', 0.0, True)]
    """
    if engine == "spark":
        cause = "Spark reads files, and this log is in memory"
        raise InputError([Diagnostic("CLM303", log.source, cause, "name a Parquet file, or use another engine")])
    found, used, chosen = found_in(model, log, as_of_us=as_of_us, engine=engine, progress=progress)
    counts = Counts(len(log), used, found.rejects.height, len(log) - used - found.rejects.height)
    shape = shape_of(model)
    return Replayed(model.__name__, log.source, counts, tables_of(found, shape), as_of_us, chosen, shape)


def found_in(
    model: type[Lifecycle] | type[Composition],
    log: Log,
    *,
    as_of_us: int | None = None,
    engine: Engine = "auto",
    progress: Callable[[int, int], object] = lambda _done, _total: None,
) -> tuple[Found, int, Engine]:
    """What an engine finds in a log; for those who put it together with more of the same.

    Args:
        model, log, as_of_us, engine, progress: as for :func:`run`.

    Returns:
        What was found, with the rows that were rejected while they were read; how many rows were used; and what played them.

    Example:
        >>> from clmstate import Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> found_in(Deal, Log("log.csv", (Row("Acme", 0),)))[1:]
        (1, 'compiled')
    """
    total = len(log.rows)
    chosen: Engine = engine if engine != "auto" else "columnar" if total >= WORTH_COLUMNS and columns_can(model) else "compiled"
    if chosen == "columnar":
        found, used = log_in_columns(model, log, as_of_us)
    else:
        found, used = one_by_one(model, log, as_of_us=as_of_us, progress=lambda done: progress(done, total))
    return Found.of({"rejects": list(map(reject_row, log.rejected))}).with_more(found), used, chosen


def replay_file(
    model: type[Lifecycle] | type[Composition],
    path: str | os.PathLike[str],
    *,
    as_of_us: int | None = None,
    ignore: Collection[str] = (),
    tables: str | os.PathLike[str] | None = None,
    engine: Engine = "auto",
    checkpoint: str | os.PathLike[str] | None = None,
    progress: Callable[[int, int], object] = lambda _done, _total: None,
) -> Replayed:
    """Reads a log and replays it.

    Args:
        model: a lifecycle or a composition.
        path: a log as CSV, JSON Lines or Parquet, or a table of a DuckDB or SQLite database as `crm.sqlite:table`;
            or a mapping (.toml) that makes a log of other tables.
        as_of_us: the date of interest, as for :func:`run`.
        ignore: columns to pass over.
        tables: for a mapping, the folder in which its tables are; by default its own.
        engine: what plays it; all find the same.
        checkpoint: a folder that keeps what is done, so that the same call goes on from there if this one is stopped.
        progress: told how much of how much is done.

    Raises:
        InputError: the file cannot be used, as :func:`clmstate.replay.read_log` says; CLM306, polars is not installed; CLM357, the checkpoint is
            of other work; CLM358, another process is at work with it.

    Example:
        >>> from clmstate import Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> replay_file(Deal, "no such folder/log.csv")
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM301 no such folder/log.csv: there is no folder 'no such folder'. Check the path.
    """
    name = os.fspath(path)
    if checkpoint is None and _columns_read_csv(model, name, engine):
        return _csv(model, path, as_of_us, ignore, progress)
    if checkpoint is not None or _is_large_text(name):
        from clmstate.replay.resuming import in_hands, resumable

        if checkpoint is not None:
            return resumable(model, path, checkpoint, as_of_us, ignore, tables, engine, progress)
        return in_hands(model, path, as_of_us, ignore, engine, progress)
    if Path(name).suffix.lower() == ".toml":
        return _mapped(model, path, tables, as_of_us, engine, progress)
    database = table_in(name)
    if database is not None:
        from clmstate.replay.inputs import read_table

        return replay_frame(model, read_table(*database), name=name, as_of_us=as_of_us, ignore=ignore, engine=engine)
    if engine == "spark":
        from clmstate.replay.spark import with_spark

        if format_of(path) != "parquet":
            cause = "Spark reads Parquet only"
            raise InputError([Diagnostic("CLM303", name, cause, "write the log as Parquet, or use another engine")])
        return with_spark(model, path, as_of_us=as_of_us, ignore=ignore)
    if format_of(path) == "parquet" and _columns_read(model, path, engine):
        return _parquet(model, path, as_of_us, ignore, progress)
    log = read_log(path, model, ignore=ignore, progress=progress)
    return run(model, log, as_of_us=as_of_us, engine=engine, progress=progress)


def _columns_read(model: type[Lifecycle] | type[Composition], path: str | os.PathLike[str], engine: Engine) -> bool:
    """Whether a Parquet file goes into columns as it is."""
    from clmstate.replay.parquet import read_stamp

    return engine == "columnar" or (engine == "auto" and columns_pay(model, read_stamp(os.fspath(path), Path(path))[1]))


def _columns_read_csv(model: type[Lifecycle] | type[Composition], name: str, engine: Engine) -> bool:
    """Whether a CSV file goes into columns as it is."""
    path = Path(name)
    if path.suffix.lower() not in TEXT_ENDINGS[:2] or not path.is_file():
        return False
    return engine == "columnar" or (engine == "auto" and path.stat().st_size >= MUCH_CSV and columns_can(model))


def _is_large_text(name: str) -> bool:
    """Whether a log is a text that is better not held in memory."""
    path = Path(name)
    return path.suffix.lower() in TEXT_ENDINGS and path.is_file() and path.stat().st_size > LARGE_TEXT


def _mapped(
    model: type[Lifecycle] | type[Composition],
    path: str | os.PathLike[str],
    tables: str | os.PathLike[str] | None,
    as_of_us: int | None,
    engine: Engine,
    progress: Callable[[int, int], object],
) -> Replayed:
    from clmstate.replay.mapping import read_mapping

    mapped = read_mapping(path, model, tables)
    return with_sources(run(model, mapped.log, as_of_us=as_of_us, engine=engine, progress=progress), mapped)


def with_sources(done: Replayed, mapped: Mapped) -> Replayed:
    """The replay of a log that a mapping made, with what became of the rows of the tables.

    Example:
        >>> with_sources.__name__
        'with_sources'
    """
    counts, rejects = mapped.taken(done.tables.rejects.select("row", "reason").rows())
    texts = {"table": pl.String, "row": pl.Int64, "reasons": pl.String}
    return attrs.evolve(
        done,
        sources=pl.DataFrame([attrs.asdict(taken) for taken in counts]),
        source_rejects=pl.DataFrame(list(rejects), schema=texts, orient="row"),
    )


def replay_frame(
    model: type[Lifecycle] | type[Composition],
    data: Any,
    *,
    name: str = "the log",
    as_of_us: int | None = None,
    ignore: Collection[str] = (),
    engine: Engine = "auto",
) -> Replayed:
    """Replays a log that is a frame of polars, pandas or Arrow, with the columns of a log file.

    Args:
        model: a lifecycle or a composition.
        data: the frame; typed columns, or texts as in CSV.
        name: what diagnostics call it.
        as_of_us: the date of interest, as for :func:`run`.
        ignore: columns to pass over.
        engine: what plays it; all find the same.

    Raises:
        InputError: CLM304 and CLM305, its columns are not those of a log; CLM308, it is no frame.

    Example:
        >>> from clmstate import Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health", 0, 100)
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = open.to(won, when=health >= 70)
        >>> frame = pl.DataFrame({"customer": ["Acme", "Beta"], "at": ["2026-01-30", "2026-01-30"], "health": [80, 180]})
        >>> done = replay_frame(Deal, frame)
        >>> done.counts, done.tables.moves["customer"].to_list()
        (Counts(rows=2, used=1, rejected=1, later=0), ['Acme'])
    """
    from clmstate.replay.inputs import FrameSource, as_frame
    from clmstate.replay.sorting import take_all
    from clmstate.replay.typed import NUMBER

    frame = as_frame(data, name)
    source = FrameSource(model, name, ignore)
    source.checked(frame)
    frame = frame.with_columns(pl.int_range(1, frame.height + 1, dtype=pl.Int64).alias(NUMBER))
    if engine == "columnar" or (engine == "auto" and frame.height >= WORTH_COLUMNS and columns_can(model)):
        gathering = Gathering(shape_of(model))
        work = in_columns(model, source, as_of_us, ignore, gathering.add)
        take_all(work, frame)
        return _done(model, name, work, as_of_us, gathering)
    understood = source.read(frame)
    rows, rejected = [r for r in understood if isinstance(r, Row)], [r for r in understood if isinstance(r, Rejected)]
    return run(model, Log(name, tuple(rows), tuple(rejected), unit="row"), as_of_us=as_of_us, engine="compiled")


def _done(
    model: type[Lifecycle] | type[Composition],
    name: str,
    work: Columnar | Wholes,
    as_of_us: int | None,
    gathering: Gathering,
    unread: Sequence[Rejected] = (),
) -> Replayed:
    found, used = work.finish()
    found.rejects = pl.concat([frame_of("rejects", list(map(reject_row, unread))), found.rejects])
    gathering.add(found)
    counts = Counts(work.seen + len(unread), used, found.rejects.height, work.later)
    return Replayed(model.__name__, name, counts, gathering.tables(), as_of_us, "columnar", gathering.shape)


def _parquet(
    model: type[Lifecycle] | type[Composition],
    path: str | os.PathLike[str],
    as_of_us: int | None,
    ignore: Collection[str],
    progress: Callable[[int, int], object],
) -> Replayed:
    """A Parquet file in pieces."""
    from clmstate.replay.inputs import FrameSource, parquet_pieces
    from clmstate.replay.parquet import read_stamp

    name = os.fspath(path)
    version, total = read_stamp(name, Path(path))
    source = FrameSource(model, name, ignore)
    source.path = path

    def pieces() -> Iterator[pl.DataFrame]:
        for number, piece in enumerate(parquet_pieces(path)):
            if not number:
                source.checked(piece, version)
            yield piece

    return _in_pieces(model, source, pieces, total, as_of_us, ignore, lambda seen: progress(seen, total))


def _csv(
    model: type[Lifecycle] | type[Composition],
    path: str | os.PathLike[str],
    as_of_us: int | None,
    ignore: Collection[str],
    progress: Callable[[int, int], object],
) -> Replayed:
    """A CSV file in pieces."""
    from clmstate.replay.csvcolumns import CsvSource

    size = Path(path).stat().st_size
    source = CsvSource(model, path, ignore, lambda done: progress(done, size))
    pieces = source.pieces()
    return _in_pieces(model, source, lambda: pieces, size // SHORT_LINE, as_of_us, ignore, lambda _: None, pieces.rejected)


def _in_pieces(
    model: type[Lifecycle] | type[Composition],
    source: Source,
    pieces: Callable[[], Iterable[pl.DataFrame]],
    total: int,
    as_of_us: int | None,
    ignore: Collection[str],
    seen: Callable[[int], object],
    unread: Sequence[Rejected] = (),
) -> Replayed:
    """A log in pieces; one that turns out not to be sorted is scattered into files of its customers first."""
    from clmstate.replay.sorting import scattered, sorted_pieces

    name = source.log.source
    gathering = Gathering(shape_of(model))
    work = in_columns(model, source, as_of_us, ignore, gathering.add)
    try:
        for piece in pieces():
            work.take(piece, more=True)
            seen(work.seen)
        return _done(model, name, work, as_of_us, gathering, unread)
    except InputError as error:
        if error.diagnostics[0].code != "CLM351":
            raise
    gathering = Gathering(shape_of(model))
    work = in_columns(model, source, as_of_us, ignore, gathering.add)
    with scattered(iter(pieces()), total) as hands:
        for hand in hands:
            for piece in sorted_pieces(hand):
                work.take(piece, apart=True)
                seen(work.seen)
        return _done(model, name, work, as_of_us, gathering, unread)
