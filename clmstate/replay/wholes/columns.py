"""From the columns of a composition's log to numbers; what is not plainly right is marked, and looked at row by row elsewhere.

Nothing here decides what is wrong with a row: :mod:`clmstate.replay.understand` does, for the rows that are marked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from clmstate.replay.frames import pl
from clmstate.replay.rows import Row
from clmstate.replay.typed import (
    EVERYWHERE,
    NUMBER,
    NUMBERS,
    bounds_of,
    buffers_of,
    instants,
    names_of,
    numbers_of,
    plainly_written,
    said_in,
)
from clmstate.replay.wholes.facts import JOIN, LEAVE, Rows
from clmstate.replay.wholes.intake import cells_in_rows, kinds_of, misplaced, told_in
from clmstate.replay.wholes.layout import Layout
from clmstate.replay.wholes.places import K
from clmstate.signals import SignalSpec

__all__ = ["Batch", "Cells", "batch_of", "code_of", "frame_of_rows"]

_PLAIN_DETAILS: Final = r'^\{"instance": ?"([^"\\/\s][^"\\/]*)"\}$'
"""Details that name an instance, as most of them are written."""

_ACTS: Final = ("", "@join", "@leave")
_UNKNOWN: Final = -9

_WITHIN: Final = 12
"""Texts of so many bytes lie in their views."""


@attrs.define
class Cells:
    """The values that columns tell, column after column: in which rows, and which.

    Example:
        >>> Cells.empty().rows.size
        0
    """

    kinds: NDArray[np.int16]
    signals: NDArray[np.int16]
    ends: NDArray[np.int64]
    rows: NDArray[np.int32]
    values: NDArray[np.float64]

    @classmethod
    def empty(cls) -> Cells:
        """None."""
        nothing = np.zeros(0, np.int16)
        return cls(nothing, nothing, np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0))

    def kept(self, keep: NDArray[np.bool_]) -> Cells:
        """Those of some rows."""
        inside = keep[self.rows]
        if inside.all():
            return self
        ends = np.append(0, np.cumsum(inside))[self.ends]
        return Cells(self.kinds, self.signals, ends, self.rows[inside], self.values[inside])

    def with_column(self, kind: int, signal: int, rows: list[int], values: list[float]) -> Cells:
        """With those of one column more."""
        return Cells(
            np.append(self.kinds, np.int16(kind)),
            np.append(self.signals, np.int16(signal)),
            np.append(self.ends, self.ends[-1] + len(rows)),
            np.append(self.rows, np.array(rows, np.int32)),
            np.append(self.values, values),
        )


@attrs.define
class Batch:
    """Rows of a composition in columns of numbers, in the order of the frame.

    Attributes:
        frame: the columns of the log, and the number of each row.
        names: whom each row is about.
        joiners: the name of the instance of each row, or of whoever its event lets join.
        at, part, act, event, code, inside, opened: as in :class:`clmstate.replay.wholes.facts.Rows`.
        cells: the values.
        odd: rows that are not plainly right.

    Example:
        >>> Batch.__name__
        'Batch'
    """

    frame: pl.DataFrame
    names: pl.Series
    joiners: pl.Series
    at: NDArray[np.int64]
    part: NDArray[np.int16]
    act: NDArray[np.int8]
    event: NDArray[np.int16]
    code: NDArray[np.int64]
    inside: NDArray[np.int64]
    opened: NDArray[np.int64]
    cells: Cells
    odd: NDArray[np.bool_]

    def rows(self, customer: NDArray[np.int64], order: NDArray[np.int64] | None, keep: NDArray[np.bool_]) -> Rows:
        """The rows that are kept, in some order, with the values beside them.

        Args:
            customer: the number of each customer, in that order.
            order: which row comes where; None leaves them as they are.
            keep: which rows are kept, before they are put in order.
        """
        every = bool(keep.all())
        cells = self.cells if every else self.cells.kept(keep)
        rows, n = cells.rows, self.at.size
        columns: tuple[Any, ...] = (self.at, self.part, self.act, self.event, self.code, self.inside, self.opened)
        if order is not None or not every:
            taken = np.flatnonzero(keep) if order is None else order
            to = np.full(n, -1, np.int32)
            to[taken] = np.arange(taken.size, dtype=np.int32)
            rows, n = to[rows], taken.size
            columns = tuple(column[taken] for column in columns)
        starts = np.zeros(n + 1, np.int64)
        out = np.empty(rows.size, np.int16), np.empty(rows.size, np.int16), np.empty(rows.size)
        cells_in_rows(rows, cells.ends, cells.kinds, cells.signals, cells.values, starts, *out)
        at, part, act, event, code, inside, opened = columns
        return Rows(customer, at, part, act, event, code, inside, opened, starts, *out)


def batch_of(
    frame: pl.DataFrame, layout: Layout, specs: Mapping[str, tuple[int, int, SignalSpec]], ignore: Collection[str]
) -> Batch:
    """The rows of a frame as numbers.

    Args:
        frame: the columns of a log, and :data:`clmstate.replay.typed.NUMBER`.
        layout: the composition.
        specs: for each column of values its kind, its place there, and the signal.
        ignore: columns to pass over.
    """
    n = frame.height
    odd = np.zeros(n, np.bool_)
    names, _ = names_of(frame["customer"], odd)
    at = instants(frame["at"])
    if at.null_count():
        odd |= at.is_null().to_numpy()
    part = _parts(frame, layout, odd)
    instance = _instances(frame)
    code = instance.hash(seed=0).to_numpy().view(np.int64).copy() if instance.null_count() < n else np.zeros(n, np.int64)
    unnamed = instance.is_null().to_numpy() if instance.null_count() else np.zeros(n, np.bool_)
    code[unnamed] = 0
    act, event = _events(frame, layout, part, odd)
    depths, leaves = np.append(layout.table[:, K.DEPTH], 0), np.append(layout.table[:, K.LEAF], 1)
    misplaced(part, act, event, unnamed, depths, leaves, odd)
    opened = np.zeros(n, np.int64)
    joiners = instance
    joiners, inside = _inside(joiners, act, part, depths, odd)
    if "details" in frame.columns and frame["details"].null_count() < n:
        joiners = _opened(frame["details"], joiners, layout, part, event, opened, odd)
    cells = _cells(frame, [name for name in frame.columns if name in specs and name not in ignore], specs, layout, part, odd)
    told = at.fill_null(0).to_numpy(writable=True)
    return Batch(frame, names, joiners, told, part, act, event, code, inside, opened, cells, odd)


def code_of(name: str) -> int:
    """A name as a number: no customer has two names of one number, but for odds of one in 2**64 for each two.

    Example:
        >>> code_of("dana") == code_of("dana"), code_of("dana") == code_of("eli")
        (True, False)
    """
    return int(pl.Series([name], dtype=pl.String).hash(seed=0).to_numpy().view(np.int64)[0])


def frame_of_rows(rows: Sequence[Row], specs: Mapping[str, tuple[int, int, SignalSpec]]) -> pl.DataFrame:
    """Rows that were understood, as columns; their numbers are their places.

    Example:
        >>> frame_of_rows([Row("Acme", 0, "users", "dana", "@join")], {})["event"].to_list()
        ['@join']
    """
    import json

    columns = [
        pl.Series(NUMBER, range(len(rows)), dtype=pl.Int64),
        pl.Series("customer", [row.customer for row in rows], dtype=pl.String),
        pl.Series("at", [row.at_us for row in rows], dtype=pl.Int64).cast(pl.Datetime("us", "UTC")),
        pl.Series("part", [row.part or None for row in rows], dtype=pl.String),
        pl.Series("instance", [row.instance or None for row in rows], dtype=pl.String),
        pl.Series("event", [row.event or None for row in rows], dtype=pl.String),
        pl.Series("details", [json.dumps(row.details) if row.details else None for row in rows], dtype=pl.String),
    ]
    said: dict[str, tuple[list[int], list[Any]]] = {}
    for place, row in enumerate(rows):
        for name, value in row.values.items():
            where, values = said.setdefault(name, ([], []))
            where.append(place)
            values.append(value)
    for name, (where, values) in said.items():
        kind = specs[name][2].kind
        dtype: Any = pl.String if kind == "choice" else pl.Int64 if kind == "date" else pl.Float64
        given = values if kind == "choice" else [int(v) if kind == "date" else float(v) for v in values]
        column = pl.Series(name, [None], dtype=dtype).new_from_index(0, len(rows)).scatter(where, pl.Series(given, dtype=dtype))
        columns.append(column.cast(pl.Datetime("us", "UTC")) if kind == "date" else column)
    return pl.DataFrame(columns)


# ---- the fixed columns


def _parts(frame: pl.DataFrame, layout: Layout, odd: NDArray[np.bool_]) -> NDArray[np.int16]:
    """The kinds that rows name; -1 where they name none."""
    n = frame.height
    if "part" not in frame.columns or frame["part"].null_count() == n:
        return np.full(n, -1, np.int16)
    paths = {kind.path: number for number, kind in enumerate(layout.kinds) if kind.path and _named(layout, number)}
    column = frame["part"]
    column = column if column.dtype == pl.String else column.cast(pl.String, strict=False)
    known = pl.Series(["", *paths])
    if max(len(path.encode()) for path in paths) <= _WITHIN and column.n_chunks() == 1:
        part = np.full(n, -1, np.int16)
        views, said, first = _views(column)
        kinds_of(views, said, first, _views(known)[0], np.array([-1, *paths.values()]), part, odd)
        return part
    codes = column.cast(pl.Enum(known), strict=False)
    odd |= (codes.is_null() & column.is_not_null()).to_numpy()
    places = np.array([-1, *paths.values()], np.int16)
    found: NDArray[np.int16] = places[codes.to_physical().fill_null(0).to_numpy()]
    return found


def _views(column: pl.Series) -> tuple[NDArray[np.int64], NDArray[np.uint8], int]:
    """The views of texts, the bits that say where there are any, and the first of those bits."""
    array = column.to_arrow(compat_level=pl.CompatLevel.newest())
    bits, views, *_ = array.buffers()
    said = EVERYWHERE if bits is None or not array.null_count else np.frombuffer(bits, np.uint8)
    return np.frombuffer(views, np.int64).reshape(-1, 2)[array.offset : array.offset + column.len()], said, array.offset


def _named(layout: Layout, kind: int) -> bool:
    """Whether rows may name a kind: lifecycles, and members that are compositions."""
    return layout.kinds[kind].lowered is not None or layout.kinds[kind].many


def _instances(frame: pl.DataFrame) -> pl.Series:
    """The names of instances; null where none is named."""
    if "instance" not in frame.columns:
        return pl.Series("instance", [None], dtype=pl.String).new_from_index(0, frame.height)
    column = frame["instance"]
    column = column if column.dtype == pl.String else column.cast(pl.String, strict=False)
    empty = column == ""
    return column.set(empty, None) if empty.any() else column


def _events(
    frame: pl.DataFrame, layout: Layout, part: NDArray[np.int16], odd: NDArray[np.bool_]
) -> tuple[NDArray[np.int8], NDArray[np.int16]]:
    """Acts and events; most rows tell of none."""
    n = frame.height
    act, event = np.zeros(n, np.int8), np.full(n, -1, np.int16)
    if "event" not in frame.columns or frame["event"].null_count() == n:
        return act, event
    told = np.flatnonzero(frame["event"].is_not_null().to_numpy())
    said = frame["event"].drop_nulls().cast(pl.String, strict=False).cast(pl.Enum([*_ACTS, *layout.events]), strict=False)
    codes = np.append(np.arange(-1, -1 - len(_ACTS), -1), np.arange(len(layout.events) + 1))
    codes[-1] = _UNKNOWN
    codes = codes[said.to_physical().fill_null(len(codes) - 1).to_numpy()]
    act[told[codes == -2]] = JOIN
    act[told[codes == -3]] = LEAVE
    odd[told[codes == _UNKNOWN]] = True
    happened, which = told[codes >= 0], codes[codes >= 0]
    own = part[happened] >= 0
    local = np.where(own, layout.event_of[part[happened], which], which)
    odd[happened[local < 0]] = True
    event[happened] = np.maximum(local, -1)
    return act, event


def _inside(
    joiners: pl.Series, act: NDArray[np.int8], part: NDArray[np.int16], depths: NDArray[np.int64], odd: NDArray[np.bool_]
) -> tuple[pl.Series, NDArray[np.int64]]:
    """For those who join: whom they join, as numbers; their names must be plain, for others are looked up as they are."""
    inside = np.zeros(act.size, np.int64)
    joins = np.flatnonzero(act == JOIN)
    if joins.size:
        names, depth = joiners.gather(joins), depths[part[joins]]
        slashes = names.str.count_matches("/", literal=True).fill_null(99).to_numpy()
        odd[joins] |= slashes + 1 != depth
        if slashes.any() or not plainly_written(names):
            odd[joins] |= (names.str.contains(r"^\s|\s$|\s/|/\s|^/|//|/$")).fill_null(True).to_numpy()
        deeper = joins[depth > 1]
        if deeper.size:
            outer = joiners.gather(deeper).str.replace(r"/[^/]*$", "")
            inside[deeper] = outer.hash(seed=0).to_numpy().view(np.int64)
    return joiners, inside


def _opened(
    details: pl.Series,
    joiners: pl.Series,
    layout: Layout,
    part: NDArray[np.int16],
    event: NDArray[np.int16],
    opened: NDArray[np.int64],
    odd: NDArray[np.bool_],
) -> pl.Series:
    """Whom events let join: details that name an instance, and nothing else, of an event that names one."""
    told = np.flatnonzero(said_in(details))
    if details.dtype != pl.String:
        odd[told] = True
        return joiners
    names = details.gather(told).str.extract(_PLAIN_DETAILS)
    plain = names.is_not_null().to_numpy() & (names == names.str.strip_chars()).fill_null(value=False).to_numpy()
    for place, row in enumerate(told.tolist()):
        lowered = layout.kinds[part[row]].lowered if part[row] >= 0 else None
        naming = lowered is not None and event[row] >= 0
        if naming and lowered is not None:
            naming = lowered.program.definition.events[lowered.events[event[row]]].names_instance
        plain[place] &= naming
    odd[told[~plain]] = True
    rows, names = told[plain], names.filter(pl.Series(plain))
    if rows.size:
        around = joiners.gather(rows)
        full = pl.select(pl.when(around.is_null()).then(names).otherwise(around + "/" + names)).to_series()
        opened[rows] = full.hash(seed=0).to_numpy().view(np.int64)
        joiners = joiners.scatter(rows, full)
    return joiners


# ---- values


def _cells(
    frame: pl.DataFrame,
    names: Sequence[str],
    specs: Mapping[str, tuple[int, int, SignalSpec]],
    layout: Layout,
    part: NDArray[np.int16],
    odd: NDArray[np.bool_],
) -> Cells:
    """What columns tell; values out of bounds, of another part, or of a port make their rows odd."""
    columns = [(frame[name], *specs[name]) for name in names]
    columns = [each for each in columns if each[0].null_count() < frame.height]
    most = sum(column.len() - column.null_count() for column, *_ in columns)
    rows, values, ends = np.empty(most + 1, np.int32), np.empty(most + 1), [0]
    for column, kind, _, spec in columns:
        data, said, first = _data(column, spec, odd)
        low, high, whole = bounds_of(spec)
        span = (np.inf, -np.inf, whole) if spec.port else (low, high, whole)
        shared = bool(layout.table[kind, K.DEPTH] == 0)
        ends.append(told_in(data, said, first, span, part, kind, shared, ends[-1], rows, values, odd))
    kinds, signals = (np.array([each[i] for each in columns], np.int16) for i in (1, 2))
    return Cells(kinds, signals, np.array(ends, np.int64), rows[: ends[-1]], values[: ends[-1]])


def _data(column: pl.Series, spec: SignalSpec, odd: NDArray[np.bool_]) -> tuple[NDArray[Any], NDArray[np.uint8], int]:
    """The values of a column, the bits that say where there are any, and the first of those bits."""
    if spec.kind == "date" and column.dtype == pl.Datetime("us", "UTC"):
        column = column.to_physical()
    elif spec.kind in ("date", "choice") or type(column.dtype) not in (*NUMBERS, pl.Boolean):
        return numbers_of(column, spec, odd), EVERYWHERE, 0
    if column.dtype == pl.Boolean:
        if spec.kind != "flag":
            return numbers_of(column, spec, odd), EVERYWHERE, 0
        bits, said, first = buffers_of(column.rechunk(), np.uint8)
        return np.unpackbits(bits, count=first + column.len(), bitorder="little")[first:], said, first
    data, said, first = buffers_of(column.rechunk(), NUMBERS[type(column.dtype)])
    return data[first:], said, first
