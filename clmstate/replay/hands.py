"""Customers dealt out into hands: no customer is in two, so each hand can be played on its own, now or later, here or elsewhere.

A log that does not fit into memory is dealt into files first; what is held at any time is one hand.
"""

from __future__ import annotations

import json
import os
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final

import attrs

from clmstate.composition import Composition
from clmstate.lifecycle import Lifecycle
from clmstate.replay.choices import Engine
from clmstate.replay.choosing import columns_pay, in_columns
from clmstate.replay.frames import pl
from clmstate.replay.inputs import FrameSource, parquet_pieces
from clmstate.replay.log import Format, _check_file
from clmstate.replay.rows import Log, Record, Rejected, Row
from clmstate.replay.run import found_in
from clmstate.replay.shape import shape_of
from clmstate.replay.sorting import take_all
from clmstate.replay.tables import Found, frame_of, reject_row
from clmstate.replay.understand import Understanding

__all__ = ["Dealt", "Hands", "InMemory", "ParquetHands", "TextHands", "found_in_frame"]

Model = type[Lifecycle] | type[Composition]
Seen = Callable[[int], object]

TEXT_HAND: Final = 16 << 20
"""Bytes of text in a hand, about."""

PARQUET_HAND: Final = 1 << 20
"""Rows of Parquet in a hand, about."""

FEWEST: Final = 8
"""Hands, so that little is lost when somebody kills the process."""

MOST: Final = 256
"""Hands, so that not too many files are open."""

_NOTE: Final = "dealt.json"
_REJECTS: Final = "rejects.parquet"


@attrs.frozen
class Dealt:
    """What a hand was found to hold.

    Attributes:
        found: by the engine.
        used, later: how many rows were used, and how many are later than the date of interest.

    Example:
        >>> Dealt(Found.empty(), 0, 0).used
        0
    """

    found: Found
    used: int
    later: int


def found_in_frame(
    model: Model,
    source: FrameSource,
    frame: pl.DataFrame,
    *,
    as_of_us: int | None = None,
    ignore: Collection[str] = (),
    engine: Engine = "auto",
) -> Dealt:
    """What an engine finds in the rows of a frame.

    Args:
        model: a lifecycle or a composition.
        source: the log that it is a piece of.
        frame: the rows, each with its number (`__row`); no other frame holds rows of the same customers.
        as_of_us: later rows are not played, and time passes until then.
        ignore: columns to pass over.
        engine: what plays it.

    Example:
        >>> from clmstate import Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> frame = pl.DataFrame({"__row": [1], "customer": ["Acme"], "at": ["2026-01-30"]})
        >>> found_in_frame(Deal, FrameSource(Deal, "log.parquet"), frame, engine="compiled").used
        1
    """
    if engine == "columnar" or (engine == "auto" and columns_pay(model, frame.height)):
        work = in_columns(model, source, as_of_us, ignore)
        take_all(work, frame)
        found, used = work.finish()
        return Dealt(found, used, work.later)
    understood = source.read(frame)
    rows, rejected = [r for r in understood if isinstance(r, Row)], [r for r in understood if isinstance(r, Rejected)]
    log = attrs.evolve(source.log, rows=tuple(rows), rejected=tuple(rejected))
    found, used, _ = found_in(model, log, as_of_us=as_of_us, engine=engine)
    return Dealt(found, used, frame.height - used - found.rejects.height)


class Hands(ABC):
    """A log, dealt out.

    Attributes:
        count: how many hands there are.
        rows: how many rows the log has.
        wanted: what is asked to play them.
    """

    count: int
    rows: int

    def __init__(self, model: Model, name: str, as_of_us: int | None, ignore: Collection[str], engine: Engine) -> None:
        self.model, self.name, self.as_of_us, self.ignore = model, name, as_of_us, ignore
        self.wanted = engine

    @property
    def engine(self) -> Engine:
        """What plays them."""
        return self.wanted if self.wanted != "auto" else "columnar" if columns_pay(self.model, self.rows) else "compiled"

    @abstractmethod
    def play(self, number: int) -> Dealt:
        """Plays a hand."""

    def rejects(self) -> pl.DataFrame:
        """The rows that were rejected while they were dealt."""
        return frame_of("rejects")


class InMemory(Hands):
    """Rows that are in memory anyway, such as those that a mapping makes.

    Example:
        >>> from clmstate import Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> hands = InMemory(Deal, Log("map.toml", (Row("Acme", 0),)), None, "compiled")
        >>> sum(hands.play(number).used for number in range(hands.count))
        1
    """

    def __init__(self, model: Model, log: Log, as_of_us: int | None, engine: Engine) -> None:
        super().__init__(model, log.source, as_of_us, (), engine)
        self.log, self.count, self.rows = log, FEWEST, len(log)
        self.hands: list[list[Row]] = [[] for _ in range(self.count)]
        for row in log.rows:
            self.hands[_hand(row.customer, self.count)].append(row)

    def rejects(self) -> pl.DataFrame:
        """Those that the log had already."""
        return frame_of("rejects", list(map(reject_row, self.log.rejected)))

    def play(self, number: int) -> Dealt:
        """Plays a hand."""
        rows = tuple(self.hands[number])
        return _played(self, attrs.evolve(self.log, rows=rows, rejected=()))


class TextHands(Hands):
    """A CSV or JSON Lines file, dealt into a folder: each record as it was read, with its number.

    Args:
        folder: what :meth:`deal` has filled.
    """

    def __init__(
        self, model: Model, name: str, as_of_us: int | None, ignore: Collection[str], engine: Engine, folder: Path
    ) -> None:
        super().__init__(model, name, as_of_us, ignore, engine)
        self.folder = folder
        note = json.loads((folder / _NOTE).read_text("utf-8"))
        self.count, self.rows = note["count"], note["rows"]

    @staticmethod
    def deal(
        model: Model, path: Path, file_format: Format, ignore: Collection[str], folder: Path, seen: Seen = lambda _: None
    ) -> None:
        """Deals a file out into a folder.

        Raises:
            InputError: as for :func:`clmstate.replay.read_log`.
        """
        from clmstate.replay.csvfile import read_csv
        from clmstate.replay.jsonlines import read_jsonl
        from clmstate.replay.lines import lines

        source = os.fspath(path)
        count = min(MOST, max(FEWEST, path.stat().st_size // TEXT_HAND + 1))
        rows, rejected = 0, []
        with ExitStack() as opened:
            numbered = lines(opened.enter_context(path.open("rb")), source, seen)
            file = read_csv(source, numbered) if file_format == "csv" else read_jsonl(source, numbered)
            _check_file(file, Understanding(shape_of(model), _place(source), ignore), source)
            hands = [opened.enter_context((folder / f"{n}.jsonl").open("w", encoding="utf-8")) for n in range(count)]
            for record in file:
                rows += 1
                if isinstance(record, Rejected):
                    rejected.append(reject_row(record))
                    continue
                said = {name: cell for name, cell in record.cells.items() if cell is not None and cell != ""}
                hand = _hand(record.cells.get("customer"), count)
                hands[hand].write(json.dumps([record.number, said], separators=(",", ":")) + "\n")
        frame_of("rejects", rejected).write_parquet(folder / _REJECTS)
        (folder / _NOTE).write_text(json.dumps({"count": count, "rows": rows}), "utf-8")

    def rejects(self) -> pl.DataFrame:
        """Rows that could not even be read."""
        return pl.read_parquet(self.folder / _REJECTS)

    def play(self, number: int) -> Dealt:
        """Plays a hand."""
        base = Understanding(shape_of(self.model), _place(self.name), self.ignore)
        understood = [base.row(Record(row, cells)) for row, cells in self._records(number)]
        rows, rejected = [r for r in understood if isinstance(r, Row)], [r for r in understood if isinstance(r, Rejected)]
        return _played(self, Log(self.name, tuple(rows), tuple(rejected)))

    def _records(self, number: int) -> Iterator[list[Any]]:
        with (self.folder / f"{number}.jsonl").open(encoding="utf-8") as file:
            yield from map(json.loads, file)


class ParquetHands(Hands):
    """A Parquet file, or a table, dealt into a folder of Parquet files.

    Args:
        folder: what :meth:`deal` has filled.
    """

    def __init__(
        self, model: Model, name: str, as_of_us: int | None, ignore: Collection[str], engine: Engine, folder: Path
    ) -> None:
        super().__init__(model, name, as_of_us, ignore, engine)
        self.folder = folder
        note = json.loads((folder / _NOTE).read_text("utf-8"))
        self.count, self.rows = note["count"], note["rows"]

    @staticmethod
    def deal(model: Model, path: Path, ignore: Collection[str], folder: Path, seen: Seen = lambda _: None) -> None:
        """Deals a file out into a folder.

        Raises:
            InputError: as for :func:`clmstate.replay.read_log`.
        """
        from clmstate.replay.parquet import read_stamp

        version, rows = read_stamp(os.fspath(path), path)
        source = FrameSource(model, os.fspath(path), ignore)
        count = min(MOST, max(FEWEST, rows // PARQUET_HAND + 1))
        source.checked(pl.scan_parquet(path).head(0).collect(), version)
        ParquetHands.deal_pieces(parquet_pieces(path), rows, count, folder, seen)

    @staticmethod
    def deal_pieces(pieces: Iterator[pl.DataFrame], rows: int, count: int, folder: Path, seen: Seen = lambda _: None) -> None:
        """Deals numbered rows out into a folder."""
        import pyarrow.parquet as pq

        dealt = 0
        with ExitStack() as opened:
            writers: dict[int, Any] = {}
            for piece in pieces:
                key = (piece["customer"].cast(pl.String).str.strip_chars().hash(seed=0) % count).fill_null(0)
                hands = piece.with_columns(key.alias(_HAND)).partition_by(_HAND, as_dict=True, include_key=False)
                for (hand,), part in hands.items():
                    table = part.to_arrow()
                    if hand not in writers:
                        writer = pq.ParquetWriter(folder / f"{hand}.parquet", table.schema, compression="lz4")
                        writers[hand] = opened.enter_context(writer)
                    writers[hand].write_table(table.cast(writers[hand].schema))
                dealt += piece.height
                seen(dealt)
        (folder / _NOTE).write_text(json.dumps({"count": count, "rows": rows}), "utf-8")

    def play(self, number: int) -> Dealt:
        """Plays a hand."""
        path = self.folder / f"{number}.parquet"
        if not path.is_file():
            return Dealt(Found.empty(), 0, 0)
        source = FrameSource(self.model, self.name, self.ignore)
        frame = pl.read_parquet(path)
        return found_in_frame(self.model, source, frame, as_of_us=self.as_of_us, ignore=self.ignore, engine=self.engine)


_HAND: Final = "__hand"


def _played(hands: Hands, log: Log) -> Dealt:
    found, used, _ = found_in(hands.model, log, as_of_us=hands.as_of_us, engine=hands.engine)
    return Dealt(found, used, len(log) - used - found.rejects.height)


def _hand(customer: object, count: int) -> int:
    """Whose hand a customer is in; a row that names nobody is in any."""
    return zlib.crc32(str(customer).strip().encode("utf-8", "surrogatepass")) % count


def _place(source: str) -> Callable[[int], str]:
    return partial("{}, line {}".format, source)
