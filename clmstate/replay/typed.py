"""From the columns of a log to columns of numbers; what is not plainly right is marked, and looked at row by row elsewhere.

Nothing here decides what is wrong with a row: :mod:`clmstate.replay.understand` does, for the rows that are marked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from clmstate.kernel.fleet import Rows
from clmstate.kernel.intake import bits_as_numbers, may_be_padded, numbers, views_differ
from clmstate.kernel.tables import Lowered
from clmstate.replay.frames import pl
from clmstate.replay.rows import Row
from clmstate.replay.texts import instants_in
from clmstate.signals import DAY, SignalSpec

__all__ = [
    "EVERYWHERE",
    "NUMBER",
    "NUMBERS",
    "Batch",
    "Room",
    "batch_of",
    "bounds_of",
    "buffers_of",
    "changes",
    "frame_of_log",
    "instants",
    "names_of",
    "numbers_of",
    "picked",
    "plainly_written",
    "said_in",
    "with_all_signals",
]

NUMBER: Final = "__row"
"""The column that holds a row's number in its file."""

_FLAGS: Final = {"yes": 1.0, "true": 1.0, "1": 1.0, "no": 0.0, "false": 0.0, "0": 0.0}
_EMPTY: Final = ("", "nan", "null", "none")
_LARGEST: Final = float(np.finfo(np.float64).max)

BLANKS: Final = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
"""What Python takes for blanks around a text; polars knows some fewer."""


@attrs.define
class Batch:
    """Rows in columns of numbers.

    Attributes:
        frame: the columns of the log, and the number of each row.
        names: whom each row is about.
        new: where a name is not that of the row before.
        rows: the same as numbers; customers are not numbered yet.
        odd: rows that are not plainly right.
        together: whether several rows may be about the same customer and instant.

    Example:
        >>> Batch.__name__
        'Batch'
    """

    frame: pl.DataFrame
    names: pl.Series
    new: NDArray[np.bool_]
    rows: Rows
    odd: NDArray[np.bool_]
    together: bool = True


class Room:
    """Room for the numbers of a batch, used again for the next one: fresh memory costs more than filling it.

    Example:
        >>> Room().of(2, 3).shape
        (2, 3)
    """

    def __init__(self) -> None:
        self.held = np.empty(0, np.float64)

    def of(self, columns: int, rows: int) -> NDArray[np.float64]:
        """Columns of so many rows; whatever was in them before is overwritten."""
        if self.held.size < columns * rows:
            self.held = np.empty(columns * rows, np.float64)
        return self.held[: columns * rows].reshape(columns, rows)


def batch_of(frame: pl.DataFrame, lowered: Lowered, ignore: Collection[str] = (), room: Room | None = None) -> Batch:
    """The rows of a frame as numbers.

    Args:
        frame: the columns of a log, and :data:`NUMBER`.
        lowered: the model.
        ignore: columns to pass over.
        room: where to put the numbers; they are valid until it is used again.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel.tables import as_arrays
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health", 0, 100)
        ...     new = Phase("New", initial=True)
        >>> frame = pl.DataFrame({"__row": [1, 2], "customer": ["Acme", "Acme"], "at": [0, 1], "health": [80.0, 180.0]})
        >>> batch = batch_of(frame.with_columns(pl.col("at").cast(pl.Datetime("us", "UTC"))), as_arrays(Deal.definition))
        >>> batch.rows.values.tolist(), batch.odd.tolist()
        ([[80.0, 180.0]], [False, True])
    """
    specs = lowered.program.definition.signals
    n = frame.height
    odd = np.zeros(n, np.bool_)
    names, new = names_of(frame["customer"], odd)
    at = instants(frame["at"])
    if at.null_count():
        odd |= at.is_null().to_numpy()
    said = [name for name in lowered.signals if name in frame.columns and name not in ignore and frame[name].null_count() < n]
    values = (Room() if room is None else room).of(len(said), n)
    for place, name in enumerate(said):
        _take(frame[name], specs[name], values[place], odd)
    for name in ("part", "instance", "details"):
        if name in frame.columns and frame[name].null_count() < n:
            odd |= said_in(frame[name])
    event = _events(frame["event"], lowered.events, odd) if "event" in frame.columns else np.full(n, -1, np.int16)
    signals = np.array([lowered.signals.index(name) for name in said], np.int64)
    numbered = at.fill_null(0).to_numpy(writable=bool(odd.any()))  # an odd row may be written back
    return Batch(frame, names, new, Rows(np.zeros(0, np.int64), numbered, event, values, signals), odd)


def with_all_signals(batch: Batch, count: int) -> Batch:
    """The same with a column for every signal, so that any of them can be written.

    Example:
        >>> import numpy as np
        >>> numbers = Rows(np.zeros(1, int), np.zeros(1, int), np.zeros(1, np.int16), np.ones((1, 1)), np.array([1]))
        >>> batch = Batch(pl.DataFrame(), pl.Series(["a"]), np.ones(1, bool), numbers, np.zeros(1, bool))
        >>> with_all_signals(batch, 2).rows.values.tolist()
        [[nan], [1.0]]
    """
    values = np.full((count, batch.rows.at.size), np.nan)
    values[batch.rows.signals] = batch.rows.values
    return attrs.evolve(batch, rows=batch.rows._replace(values=values, signals=np.arange(count)))


def frame_of_log(rows: Sequence[Row], specs: Mapping[str, SignalSpec]) -> pl.DataFrame:
    """Rows that were understood, as columns; their numbers are their places.

    Example:
        >>> frame_of_log([Row("Acme", 0, values={"health": 80})], {"health": SignalSpec("health", "score", "health")}).height
        1
    """
    columns = [
        pl.Series(NUMBER, range(len(rows)), dtype=pl.Int64),
        pl.Series("customer", [row.customer for row in rows], dtype=pl.String),
        pl.Series("at", [row.at_us for row in rows], dtype=pl.Int64).cast(pl.Datetime("us", "UTC")),
        pl.Series("event", [row.event or None for row in rows], dtype=pl.String),
    ]
    for name in specs:
        given = [row.values.get(name) for row in rows]
        if specs[name].kind == "choice":
            columns.append(pl.Series(name, given, dtype=pl.String))
        elif specs[name].kind == "date":
            columns.append(pl.Series(name, given, dtype=pl.Int64, strict=False).cast(pl.Datetime("us", "UTC")))
        else:
            columns.append(pl.Series(name, [None if v is None else float(v) for v in given], dtype=pl.Float64))
    return pl.DataFrame(columns)


def names_of(column: pl.Series, odd: NDArray[np.bool_]) -> tuple[pl.Series, NDArray[np.bool_]]:
    """Names as they are, and where they change; one that is the same as in the row before is as plain as that one.

    Args:
        column: the names.
        odd: marks rows whose name is not plain.

    Example:
        >>> odd = np.zeros(2, np.bool_)
        >>> names_of(pl.Series(["Acme", " Beta"]), odd)[1].tolist(), odd.tolist()
        ([True, True], [False, True])
    """
    if not column.dtype.is_integer() and column.dtype != pl.String:
        column = column.cast(pl.String, strict=False)
    new = changes(column)
    if column.dtype.is_integer():
        odd |= column.is_null().to_numpy()
        return column, new
    named = column.gather(np.flatnonzero(new))
    if plainly_written(named) and not (named == "").any():
        return column, new
    plain = ((named != "") & (named == named.str.strip_chars(BLANKS))).fill_null(value=False).to_numpy()
    if not plain.all():
        odd |= ~plain[np.cumsum(new) - 1]
    return column, new


def changes(column: pl.Series) -> NDArray[np.bool_]:
    """Where a value is not that of the row before.

    Example:
        >>> changes(pl.Series(["a", "a", "b"])).tolist()
        [True, False, True]
    """
    n = column.len()
    new = np.ones(n, np.bool_)
    if n < 2:
        return new
    if column.dtype != pl.String or column.null_count():
        new[1:] = column.tail(n - 1).ne_missing(column.head(n - 1)).to_numpy()
        return new
    doubt = np.empty(n, np.int64)
    places = doubt[: views_differ(_views(column), new, doubt)]
    if places.size:
        new[places] = (column.gather(places) != column.gather(places - 1)).to_numpy()
    return new


def picked(places: NDArray[Any]) -> pl.Series:
    """Places as polars counts them, so that it need not look at each of them first.

    Example:
        >>> pl.Series(["a", "b"]).gather(picked(np.array([1, 0]))).to_list()
        ['b', 'a']
    """
    return pl.Series(places.astype(np.uint32))


def plainly_written(names: pl.Series) -> bool:
    """Whether no name has blanks around it, as far as that is seen at once.

    Example:
        >>> plainly_written(pl.Series(["Acme", "Beta"])), plainly_written(pl.Series(["Acme", " Beta"]))
        (True, False)
    """
    return names.dtype == pl.String and names.len() > 0 and not names.null_count() and not may_be_padded(_views(names))


def _views(column: pl.Series) -> NDArray[np.int64]:
    """The views of texts: their lengths and beginnings, and the rest of short ones."""
    array = column.rechunk().to_arrow(compat_level=pl.CompatLevel.newest())
    return np.frombuffer(array.buffers()[1], np.int64).reshape(-1, 2)[array.offset : array.offset + column.len()]


def instants(column: pl.Series) -> pl.Series:
    """Microseconds; null where nothing is said or it is not plainly an instant.

    Example:
        >>> instants(pl.Series(["1970-01-02", "soon"])).to_list()
        [86400000000, None]
    """
    match column.dtype:
        case pl.Date():
            return column.to_physical().cast(pl.Int64) * DAY
        case pl.Datetime(time_unit=unit):
            us = column.to_physical().cast(pl.Int64)
            return us * 1000 if unit == "ms" else us // 1000 if unit == "ns" else us
        case pl.String():
            return _moments(column)
        case _:
            return pl.Series(column.name, [None], dtype=pl.Int64).new_from_index(0, column.len())


def _moments(column: pl.Series) -> pl.Series:
    """The instants that texts name in one of the usual ways; null where they do not."""
    array = column.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    n = column.len()
    if not n or column.null_count() == n:
        return pl.Series(column.name, [None], dtype=pl.Int64).new_from_index(0, n)
    _, offsets, data = array.buffers()
    found, plain = np.empty(n, np.int64), np.empty(n, np.bool_)
    instants_in(np.frombuffer(data, np.uint8), np.frombuffer(offsets, np.int64)[array.offset :], found, plain)
    moments = pl.Series(column.name, found)
    return moments if plain.all() and not column.null_count() else moments.set(pl.Series(~plain) | column.is_null(), None)


def said_in(column: pl.Series) -> NDArray[np.bool_]:
    """Where a column says anything.

    Example:
        >>> said_in(pl.Series(["a", " ", None])).tolist()
        [True, False, False]
    """
    said = column.is_not_null()
    if column.dtype == pl.String:
        said = said & (column.str.strip_chars() != "")
    return said.fill_null(value=False).to_numpy()


def _events(column: pl.Series, known: Sequence[str], odd: NDArray[np.bool_]) -> NDArray[np.int16]:
    """The places of events; most rows tell of none."""
    found = np.full(column.len(), -1, np.int16)
    if column.null_count() == column.len():
        return found
    told = np.flatnonzero(column.is_not_null().to_numpy())
    said = column.gather(told).cast(pl.String, strict=False)
    places = {"": -1} | {name: i for i, name in enumerate(known)}
    codes = said.replace_strict(list(places), list(places.values()), default=-2, return_dtype=pl.Int16).fill_null(-2).to_numpy()
    odd[told[codes == -2]] = True
    found[told] = np.maximum(codes, -1)
    return found


NUMBERS: Final[Mapping[type[pl.DataType], Any]] = {
    pl.Float64: np.float64, pl.Float32: np.float32, pl.Int64: np.int64, pl.Int32: np.int32, pl.Int16: np.int16, pl.Int8: np.int8,
}  # fmt: skip
EVERYWHERE: Final = np.zeros(0, np.uint8)
"""The bits of a column that says something in each row."""


def _take(column: pl.Series, spec: SignalSpec, out: NDArray[np.float64], odd: NDArray[np.bool_]) -> None:
    """One signal's values, chunk by chunk; NaN where nothing is said. What is said, but not plainly or out of bounds, is odd."""
    begin, span = 0, bounds_of(spec)
    for chunk in column.get_chunks() if column.n_chunks() > 1 else [column]:
        part = slice(begin, begin + chunk.len())
        begin = part.stop
        if spec.kind == "date" and isinstance(chunk.dtype, pl.Datetime) and chunk.dtype.time_unit == "us":
            chunk = chunk.to_physical()
        elif spec.kind in ("date", "choice"):
            out[part] = numbers_of(chunk, spec, odd[part])
            continue
        if chunk.len() and spec.kind == "flag" and chunk.dtype == pl.Boolean:
            data, said, first = buffers_of(chunk, np.uint8)
            bits_as_numbers(data, first, said, first, out[part])
        elif chunk.len() and type(chunk.dtype) in NUMBERS:
            data, said, first = buffers_of(chunk, NUMBERS[type(chunk.dtype)])
            numbers(data[first:], said, first, span, out[part], odd[part])
        else:
            numbers(numbers_of(chunk, spec, odd[part]), EVERYWHERE, 0, span, out[part], odd[part])


def buffers_of(chunk: pl.Series, kind: Any) -> tuple[NDArray[Any], NDArray[np.uint8], int]:
    """The memory of a column as it is: what is in it, the bits that say where there is anything, and where both begin.

    Example:
        >>> buffers_of(pl.Series([7, 8]), np.int64)[0].tolist()
        [7, 8]
    """
    array = chunk.to_arrow()
    bits, data = array.buffers()
    said = EVERYWHERE if bits is None or not array.null_count else np.frombuffer(bits, np.uint8)
    return np.frombuffer(data, kind), said, array.offset


def numbers_of(column: pl.Series, spec: SignalSpec, odd: NDArray[np.bool_]) -> NDArray[np.float64]:
    """One signal's values; NaN where nothing is said. What is said, but not plainly, is odd.

    Example:
        >>> odd = np.zeros(2, np.bool_)
        >>> numbers_of(pl.Series(["7", "many"]), SignalSpec("logins", "count", "login"), odd).tolist(), odd.tolist()
        ([7.0, nan], [False, True])
    """
    kind = column.dtype
    if kind == pl.Null:
        return np.full(column.len(), np.nan)
    if spec.kind == "date":
        given = instants(column)
        odd |= said_in(column) & given.is_null().to_numpy()
        return given.cast(pl.Float64).fill_null(np.nan).to_numpy()
    if spec.kind == "choice" and not isinstance(kind, pl.String | pl.Categorical | pl.Enum):
        odd |= column.is_not_null().to_numpy()  # no words
        return np.full(column.len(), np.nan)
    if spec.kind == "choice":
        words = column.cast(pl.String, strict=False)
        places = list(range(len(spec.choices)))
        codes = words.replace_strict(list(spec.choices), places, default=None, return_dtype=pl.Float64)
        odd |= said_in(words) & codes.is_null().to_numpy()
        return codes.fill_null(np.nan).to_numpy()
    if kind == pl.String:
        return _written_numbers(column, spec, odd)
    if kind == pl.Boolean and spec.kind != "flag":
        odd |= column.is_not_null().to_numpy()  # True is no number
    if not (kind.is_numeric() or kind == pl.Boolean):
        odd |= column.is_not_null().to_numpy()
        return np.full(column.len(), np.nan)
    numbers = column if kind == pl.Float64 else column.cast(pl.Float64, strict=False)
    return numbers.to_numpy()  # what is null becomes NaN


def _written_numbers(column: pl.Series, spec: SignalSpec, odd: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Numbers and flags that are written as texts. Only what is not said as it is mostly said is looked at twice."""
    flag = spec.kind == "flag"
    known: dict[str, Any] = {"return_dtype": pl.Float64, "default": None}
    found = column.replace_strict(list(_FLAGS), list(_FLAGS.values()), **known) if flag else column.cast(pl.Float64, strict=False)
    values: NDArray[np.float64] = found.fill_null(np.nan).to_numpy(writable=True)
    doubt = np.flatnonzero((column.is_not_null() & ~found.is_finite().fill_null(value=False)).to_numpy())
    if doubt.size:
        text = column.gather(doubt).str.strip_chars().str.to_lowercase()
        again = text.replace_strict(list(_FLAGS), list(_FLAGS.values()), **known) if flag else text.cast(pl.Float64, strict=False)
        plain = again.is_finite().fill_null(value=False)
        odd[doubt] |= (~plain & ~text.is_in(_EMPTY)).to_numpy()
        values[doubt] = again.set(~plain, np.nan).to_numpy()
    return values


def bounds_of(spec: SignalSpec) -> tuple[float, float, bool]:
    """The lowest and the highest number that columns take for a signal, and whether it must be whole.

    Example:
        >>> bounds_of(SignalSpec("live", "flag", "live"))
        (0.0, 1.0, True)
    """
    match spec.kind:
        case "flag":
            return 0.0, 1.0, True
        case "date" | "choice":
            return -np.inf, np.inf, False
        case _:
            low, high = max(float(spec.range[0]), -_LARGEST), min(float(spec.range[1]), _LARGEST)  # what has no end is no number
            return low, high, spec.kind in ("count", "integer")
