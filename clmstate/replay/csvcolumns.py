"""CSV in columns: lines that are plain go into columns as they are, all others through the reader of rows; so both read the same.

Plain is a line with as many fields as the header, with quotes around whole fields only, in UTF-8. What its fields mean is decided
later, for all of them alike.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from clmstate.errors import InputError
from clmstate.replay.csvfile import CsvFile, read_csv
from clmstate.replay.frames import pl
from clmstate.replay.inputs import FrameSource
from clmstate.replay.lines import LONGEST_LINE, checked_start, line_text
from clmstate.replay.log import _check_file, cannot_open
from clmstate.replay.rows import Log, Record, Rejected, Row
from clmstate.replay.shape import Model
from clmstate.replay.texts import plain_lines, put_together
from clmstate.replay.typed import BLANKS, NUMBER

__all__ = ["CsvColumns", "CsvSource"]

AT_ONCE: Final = 16 << 20
"""Bytes that are read at a time."""


class CsvSource(FrameSource):
    r"""The rows of a CSV file, one by one and in columns.

    Args:
        model: who understands them.
        path: the file.
        ignore: columns to pass over.
        seen: told how many bytes have been read.

    Example:
        >>> import tempfile
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "log.csv"
        ...     _ = path.write_text("customer,at\nAcme,2026-01-30\nBeta\n")
        ...     pieces = CsvSource(Deal, path).pieces()
        ...     [piece.rows() for piece in pieces], pieces.rejected[0].number
        ([[('Acme', '2026-01-30', 2)]], 3)
    """

    def __init__(
        self,
        model: Model,
        path: str | os.PathLike[str],
        ignore: Collection[str] = (),
        seen: Callable[[int], object] = lambda _: None,
    ) -> None:
        super().__init__(model, os.fspath(path), ignore)
        self.log = attrs.evolve(self.log, unit="line")
        self.file, self.seen = Path(path), seen

    def pieces(self, at_once: int = AT_ONCE) -> CsvColumns:
        """The file from its beginning."""
        return CsvColumns(self, at_once)

    def of(self, customers: Collection[str]) -> Log:
        """All rows of some customers: those that can be understood, and the others as rejected."""
        rows: list[Row | Rejected] = []
        for piece in self.pieces():
            rows += self.read(piece.filter(piece["customer"].str.strip_chars(BLANKS).is_in(list(customers))))
        rejected = tuple(row for row in rows if isinstance(row, Rejected))
        return attrs.evolve(self.log, rows=tuple(row for row in rows if isinstance(row, Row)), rejected=rejected)


class CsvColumns:
    """A CSV file in pieces: each a frame of texts, with the number of each line.

    Attributes:
        rejected: the lines that are no rows, of what has been read.

    Raises:
        InputError: as for :func:`clmstate.replay.read_log`.
    """

    def __init__(self, source: CsvSource, at_once: int) -> None:
        self.source, self.at_once = source, at_once
        self.rejected: list[Rejected] = []

    def __iter__(self) -> Iterator[pl.DataFrame]:
        self.rejected.clear()
        try:
            with self.source.file.open("rb") as file:
                yield from self._read(_Block(file, self.source, self.at_once))
        except (OSError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError([cannot_open(self.source.file, error)]) from None

    def _read(self, block: _Block) -> Iterator[pl.DataFrame]:
        file = read_csv(self.source.log.source, block)
        _check_file(file, self.source.base, self.source.log.source)
        one_by_one = iter(file)
        while block.filled():
            plain, records = block.plain(file), []
            for line in np.flatnonzero(~plain).tolist():
                if line < block.at - block.done:
                    continue  # it belonged to a row before
                block.at = block.done + line
                while (record := next(one_by_one, None)) is not None:
                    records.append(record)
                    if not file.ahead:
                        break
                plain[line : block.at - block.done] = False
            frame = block.taken(plain, file)
            self.rejected += (record for record in records if isinstance(record, Rejected))
            good = [record for record in records if isinstance(record, Record)]
            if good:
                frame = pl.concat([frame, _frame(good, file.columns)]).sort(NUMBER)
            if frame.height:
                yield frame


class _Block:
    """Some lines of a file. Iterated, they come one by one, and go on behind the block.

    Attributes:
        at: the line that comes next.
        done: how many lines are behind the block.
    """

    def __init__(self, file: BinaryIO, source: CsvSource, at_once: int) -> None:
        self.file, self.source, self.at_once = file, source, at_once
        self.begun, self.read = b"", 0  # a line that is not complete yet
        self.data, self.starts = b"", np.zeros(1, np.int64)
        self.at = self.done = 0

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return self

    def __next__(self) -> tuple[int, str]:
        line = self.at - self.done
        if line >= self.starts.size - 1 and not self._grow():
            raise StopIteration
        self.at += 1
        return self.at, line_text(self.data[self.starts[line] : self.starts[line + 1]])

    def filled(self) -> bool:
        """Forgets what is behind us, and reads on if that was all; whether there is anything."""
        line = self.at - self.done
        self.data, self.starts, self.done = self.data[self.starts[line] :], self.starts[line:] - self.starts[line], self.at
        return self.starts.size > 1 or self._grow()

    def plain(self, file: CsvFile) -> NDArray[np.bool_]:
        """Which lines of the block are plain."""
        starts, plain = np.empty(self.starts.size, np.int64), np.empty(self.starts.size - 1, np.bool_)
        plain_lines(np.frombuffer(self.data, np.uint8), ord(file.delimiter), len(file.columns), starts, plain)
        if not _is_utf8(self.data):
            for line in np.flatnonzero(plain).tolist():
                plain[line] = _is_utf8(self.data[starts[line] : starts[line + 1]])
        return plain

    def taken(self, plain: NDArray[np.bool_], file: CsvFile) -> pl.DataFrame:
        """The plain lines as columns; we are behind them then."""
        self.at = max(self.at, self.done + plain.size)
        out = np.empty(len(self.data) + 1, np.uint8)
        size = put_together(np.frombuffer(self.data, np.uint8), self.starts, plain, out)
        numbers = pl.Series(NUMBER, np.flatnonzero(plain) + self.done + 1, dtype=pl.Int64)
        if not size:
            return _frame([], file.columns)
        frame = pl.read_csv(
            BytesIO(out[:size].tobytes()),
            has_header=False,
            schema=dict.fromkeys(file.columns, pl.String),
            separator=file.delimiter,
            quote_char='"' if b'"' in self.data else None,
        )
        return frame.with_columns(numbers)

    def _grow(self) -> bool:
        """Reads more lines; whether there were any."""
        cut = 0
        while not cut and (chunk := self.file.read(self.at_once)):
            self.read += len(chunk)
            self.begun += chunk
            cut = self.begun.rfind(b"\n") + 1
            if not cut and len(self.begun) > LONGEST_LINE + 2:
                self.begun = self.begun[: LONGEST_LINE + 2] + b"-\n"  # enough of it to say that it is too long
                while (chunk := self.file.readline(1 << 16)) and not chunk.endswith(b"\n"):
                    self.read += len(chunk)
                cut = len(self.begun)
        self.source.seen(self.read)
        cut = cut or len(self.begun)  # the last line may have no end
        more, self.begun = self.begun[:cut], self.begun[cut:]
        if not more:
            return False
        if not self.at and not self.data:
            end = min(more.find(b"\n") + 1 or len(more), LONGEST_LINE + 2)
            more = checked_start(more[:end], self.source.log.source) + more[end:]
        ends = np.flatnonzero(np.frombuffer(more, np.uint8) == ord("\n")) + 1
        if not ends.size or ends[-1] != len(more):
            ends = np.append(ends, len(more))
        self.starts = np.append(self.starts, ends + len(self.data))
        self.data += more
        return True


def _frame(records: list[Record], columns: tuple[str, ...]) -> pl.DataFrame:
    """Rows that were read one by one, as columns."""
    told: list[pl.Series] = [pl.Series(name, [record.cells[name] for record in records], dtype=pl.String) for name in columns]
    return pl.DataFrame([*told, pl.Series(NUMBER, [record.number for record in records], dtype=pl.Int64)])


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
