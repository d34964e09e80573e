"""Logs in no order: dealt out and sorted so that each customer's rows come together, in order of time."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from clmstate.kernel.intake import by_customer, dealt, in_order, rearranged
from clmstate.replay.frames import pl
from clmstate.replay.typed import BLANKS, changes, instants, plainly_written

if TYPE_CHECKING:
    from clmstate.replay.columnar import Source

__all__ = ["HAND", "PIECE", "in_hands", "is_sorted", "scattered", "sorted_pieces", "take_all"]

PIECE: Final = 1 << 18
"""Rows that are played at a time: their numbers fit into the processor's caches."""

HAND: Final = 1 << 20
"""Rows of a hand, about: it is sorted in memory."""

MOST_HANDS: Final = 256

PLAIN: Final = 2 << 30
"""Bytes of a log that is scattered as it is; a larger one is packed, which takes longer."""


class Playing(Protocol):
    """What plays rows in columns.

    Attributes:
        source: looks rows up again.
    """

    source: Source

    def take(self, frame: pl.DataFrame, *, more: bool = False, apart: bool = False) -> None:
        """Plays the next rows: `more` may go on with the last instant; with `apart` no customer was in an earlier piece."""


def take_all(work: Playing, frame: pl.DataFrame) -> None:
    """Plays a log that is in memory, in whatever order: piece by piece, so that little more than the log itself is held.

    Args:
        work: what plays it.
        frame: all rows, each with its number.

    Example:
        >>> take_all.__name__
        'take_all'
    """
    work.source.whole = frame
    if frame.height <= PIECE:
        work.take(frame)
    elif is_sorted(frame):
        for piece in frame.iter_slices(PIECE):
            work.take(piece, more=True)
    else:
        for piece in sorted_pieces(frame):
            work.take(piece, apart=True)


def is_sorted(frame: pl.DataFrame) -> bool:
    """Whether the rows of a log are in order of customer and time, as far as that is plain.

    Example:
        >>> log = pl.DataFrame({"customer": ["a", "a", "b"], "at": ["2026-01-02", "2026-01-30", "2026-01-01"]})
        >>> is_sorted(log), is_sorted(log.reverse())
        (True, False)
    """
    names, at = frame["customer"], instants(frame["at"])
    if frame.height < 2:
        return True
    if names.null_count() or at.null_count():
        return False
    new = changes(names)
    customers = names.gather(np.flatnonzero(new))
    ascending = (customers.tail(customers.len() - 1) > customers.head(customers.len() - 1)).all()
    return bool(ascending and in_order(new, at.to_numpy())[0])


def sorted_pieces(frame: pl.DataFrame, rows: int = PIECE) -> Iterator[pl.DataFrame]:
    """The rows of a log by customer and time, in pieces of whole customers.

    What is not plain (an instant with a zone, spelled out) may still be out of order in its piece.

    Example:
        >>> log = pl.DataFrame({"customer": ["b", "a", "b"], "at": ["2026-01-02", "2026-01-30", "2026-01-01"]})
        >>> [piece.rows() for piece in sorted_pieces(log, 1)]
        [[('a', '2026-01-30')], [('b', '2026-01-01'), ('b', '2026-01-02')]]
    """
    frame = frame.rechunk()  # rows of many chunks are picked four times as slowly
    order, starts = by_customer(_hashes(frame), instants(frame["at"]).fill_null(0).to_numpy())
    customers = _names(frame["customer"].gather(order[starts])).arg_sort().to_numpy()
    order, ends = rearranged(order, starts, customers)
    del starts, customers
    begin = 0
    for end in _cuts(ends, rows):
        yield frame[pl.Series(order[begin:end])]
        begin = end


def _cuts(ends: NDArray[np.int64], rows: int) -> Iterator[int]:
    """Where pieces of so many rows or somewhat more end."""
    begin = 0
    while begin < (ends[-1] if ends.size else 0):
        begin = int(ends[min(int(np.searchsorted(ends, begin + rows)), ends.size - 1)])
        yield begin


@contextmanager
def scattered(pieces: Iterator[pl.DataFrame], rows: int) -> Iterator[Iterator[pl.DataFrame]]:
    """The rows of a log in hands that share no customer, so that each can be sorted in memory on its own.

    They lie in a temporary folder while they are needed.

    Args:
        pieces: the log.
        rows: how many there are in all, about.

    Example:
        >>> with scattered(iter([pl.DataFrame({"customer": ["a", "b"]}), pl.DataFrame({"customer": ["a"]})]), 3) as hands:
        ...     [hand["customer"].sort().to_list() for hand in hands]
        [['a', 'a', 'b']]
    """
    import pyarrow as pa

    count = min(MOST_HANDS, rows // HAND + 1)
    folder = Path(tempfile.mkdtemp(prefix="clmstate-"))
    try:
        writers: dict[Path, Any] = {}
        with ExitStack() as opened:
            for piece in pieces:
                packed = piece.estimated_size() * (rows / max(1, piece.height)) > PLAIN
                for hand, part in enumerate(in_hands(piece, count)):
                    table = part.to_arrow(compat_level=pl.CompatLevel.oldest())
                    path = folder / f"{hand}.arrow"
                    if path not in writers:
                        options = pa.ipc.IpcWriteOptions(compression="lz4" if packed else None)
                        writers[path] = opened.enter_context(pa.ipc.new_file(path, table.schema, options=options))
                    writers[path].write_table(table)
        yield map(_read_back, writers)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def in_hands(piece: pl.DataFrame, count: int) -> Iterator[pl.DataFrame]:
    """The rows of each hand, in their order; who is in which is the same for all pieces of a log, here and on other machines.

    Example:
        >>> log = pl.DataFrame({"customer": ["Acme", "Beta", " Acme"]})
        >>> sorted(hand.height for hand in in_hands(log, 5))
        [0, 0, 0, 1, 2]
    """
    order, ends = dealt(_hashes(piece), count)
    ordered, begin = piece.rechunk()[pl.Series(order)], 0
    for end in ends.tolist():
        yield ordered.slice(begin, end - begin)
        begin = end


def _read_back(path: Path) -> pl.DataFrame:
    import pyarrow as pa

    with pa.ipc.open_file(path) as file:
        frame = pl.from_arrow(file.read_all(), rechunk=False)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _names(names: pl.Series) -> pl.Series:
    return names if names.dtype.is_integer() else names.cast(pl.String, strict=False).str.strip_chars(BLANKS)


def _hashes(frame: pl.DataFrame) -> NDArray[np.uint64]:
    """The same for all rows of a customer, whatever blanks stand around the name."""
    names = frame["customer"]
    names = names if names.dtype.is_integer() or plainly_written(names) else _names(names)
    return names.hash(seed=0).to_numpy()
