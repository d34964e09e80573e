"""The replay of a lifecycle's log in columns: numbers in, moves out, millions of rows a second.

Whatever is not plain goes another way, and is no different for it: a row that is not plainly right is read by
:mod:`clmstate.replay.understand`; rows of an instant that may contradict each other are judged by
:mod:`clmstate.replay.instants`; customers with acts by hand, and those who may never settle, are played on the compiled engine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from clmstate.errors import Diagnostic, InputError
from clmstate.kernel.fleet import OUT_COLUMNS, Out, Rows, standing, suspicious, walk
from clmstate.kernel.intake import in_order
from clmstate.kernel.tables import NEVER, as_arrays
from clmstate.lifecycle import Lifecycle
from clmstate.replay.frames import pl
from clmstate.replay.instants import by_instant
from clmstate.replay.one_by_one import one_by_one
from clmstate.replay.rows import Log, Rejected, Row
from clmstate.replay.tables import SCHEMAS, Found, frame_of, reject_row
from clmstate.replay.typed import NUMBER, Batch, Room, batch_of, changes, picked, with_all_signals
from clmstate.signals import Value

__all__ = ["Columnar", "Source", "columnar"]

_MANY: Final = 100_000
"""Rows of results that are worth giving away."""

_ROOM: Final = 1 << 18
_FLAGGED: Final = 1 << 14


class Source:
    """Where the rows of a log can be had again, one by one, for those that are not plain. Here they are in memory; numbers are places.

    Args:
        log: the rows.

    Attributes:
        window: the piece that is being played.
        whole: all rows, if they are in memory as a frame.

    Example:
        >>> Source(Log("log.csv", (Row("Acme", 0),))).at([0])[0].customer
        'Acme'
    """

    def __init__(self, log: Log) -> None:
        self.log = log
        self.window = self.whole = pl.DataFrame()

    def at(self, numbers: list[int]) -> list[Row | Rejected]:
        """Rows by their numbers."""
        return [self.log.rows[number] for number in numbers]

    def of(self, customers: Collection[str]) -> Log:
        """All rows of some customers, as a log of their own."""
        return attrs.evolve(self.log, rows=tuple(row for row in self.log.rows if row.customer in customers), rejected=())

    def place(self, number: int) -> str:
        """How a diagnostic names a row."""
        return self.log.place(number)


def columnar(
    model: type[Lifecycle],
    frames: Iterable[pl.DataFrame],
    source: Source,
    *,
    as_of_us: int | None = None,
    ignore: Collection[str] = (),
    progress: Callable[[int], object] = lambda _rows: None,
) -> tuple[Found, int]:
    """Plays a log in columns.

    Args:
        model: a lifecycle.
        frames: the log in pieces, each row with its number (:data:`NUMBER`). One piece may be in any order; several must together be
            sorted by customer and time.
        source: looks rows up, for those that are not plain.
        as_of_us: later rows are not played, and time passes until then.
        ignore: columns to pass over.
        progress: told how many rows have been played.

    Returns:
        What was found, and how many rows were used.

    Raises:
        InputError: CLM350, the lifecycle has more of something than columns can hold; CLM351, several pieces are not sorted.

    Example:
        >>> from clmstate import Phase, Signal
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("contract signed", default=False)
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = open.to(won, when=signed)
        >>> frame = pl.DataFrame({"__row": [0], "customer": ["Acme"], "at": [0], "signed": [True]})
        >>> frame = frame.with_columns(pl.col("at").cast(pl.Datetime("us", "UTC")))
        >>> found, used = columnar(Deal, [frame], Source(Log("log", ())))
        >>> found.moves["transition"].to_list(), used
        (['win'], 1)
    """
    work = Columnar(model, source, as_of_us, ignore)
    for frame in frames:
        work.take(frame)
        progress(work.seen)
    return work.finish()


class Columnar:
    """A log on its way through the columns.

    Args:
        model: a lifecycle.
        source: looks rows up.
        as_of_us: the date of interest.
        ignore: columns to pass over.
        sink: takes what was found of customers who are behind us, so that it need not be held.

    Example:
        >>> from clmstate import Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> Columnar(Deal, Source(Log("log", ()))).finish()[1]
        0
    """

    def __init__(
        self,
        model: type[Lifecycle],
        source: Source,
        as_of_us: int | None = None,
        ignore: Collection[str] = (),
        sink: Callable[[Found], object] | None = None,
    ) -> None:
        self.model, self.source, self.ignore, self.sink = model, source, ignore, sink
        self.lowered = as_arrays(model.definition)
        self.as_of_us = as_of_us
        self.state = standing(self.lowered.arrays)
        self.out = Out(np.empty((_ROOM, OUT_COLUMNS), np.int64), np.empty(_FLAGGED, np.int64), np.zeros(2, np.int64))
        self.room = Room()
        self.pieces: list[NDArray[np.int64]] = []
        self.names: list[pl.Series] = []
        self.lives: list[NDArray[np.int64]] = []  # customer, first and last instant
        self.behind = 0  # customers of whom all has been given away, or is in `gone`
        self.customers = 0
        self.previous: tuple[Any, int] | None = None  # customer and instant of the last row
        self.sorted_only = self.mixed = False  # whether a piece must be sorted; whether one was not, and no other may follow
        self.waiting: pl.DataFrame | None = (
            None  # the last piece, until it is known whether the next one goes on with its last instant
        )
        self.broken: list[Rejected] = []
        self.contradicting: list[Rejected] = []
        self.by_hand: set[str] = set()  # customers who are played one by one
        self.gone: set[str] = set()  # the same, and those who may never settle, of those who are behind us
        self.left_out: set[int] = set()  # the same, and those who may never settle, by number
        self.seen = self.later = 0

    # ---- pieces

    def take(self, frame: pl.DataFrame, *, more: bool = False, apart: bool = False) -> None:
        """Plays the next rows.

        Args:
            frame: the rows.
            more: whether the next piece may go on with the last instant of this one.
            apart: whether it has no customer of an earlier piece; then it may be in any order.
        """
        if apart:
            self.previous, self.mixed = None, False
        self.sorted_only = more
        waiting, self.waiting = self.waiting, None
        if waiting is not None:
            again = _again(waiting, frame)
            if again:
                frame = pl.concat([waiting.tail(again), frame], rechunk=True)
            self.play(waiting.head(waiting.height - again))
        if more:
            self.waiting = frame
        else:
            self.play(frame)

    def play(self, frame: pl.DataFrame) -> None:
        """Plays rows that end with an observation."""
        if not frame.height:
            return
        self.seen += frame.height
        self.source.window = frame
        batch = self.until(self.mended(batch_of(frame, self.lowered, self.ignore, self.room)))
        batch = self.judged(self.numbered(self.ordered(batch)))
        self.walk(batch.rows)
        if self.sink is not None and sum(map(len, self.pieces)) + sum(map(len, self.lives)) > _MANY:
            self.sink(self.found(self.customers - 1))

    def finish(self) -> tuple[Found, int]:
        """Closes the last customer, plays those who were left out, and puts everything together."""
        if self.waiting is not None:
            self.play(self.waiting)
            self.waiting = None
        nothing = np.zeros(0, np.int64)
        self.walk(Rows(nothing, nothing, np.zeros(0, np.int16), np.zeros((0, 0)), nothing), last=True)
        found = self.found(self.customers)
        out = self.by_hand | self.gone
        rejected = self.broken + [r for r in self.contradicting if r.customer not in out]
        found.rejects = Found.of({"rejects": [reject_row(r) for r in rejected]}).rejects
        if out:
            found = found.with_more(one_by_one(self.model, self.source.of(out), as_of_us=self.as_of_us)[0])
        return found, self.seen - self.later - found.rejects.height

    # ---- rows that are not plain

    def mended(self, batch: Batch) -> Batch:
        """Odd rows are read one by one: rejected, written back as numbers, or left with their customer to the compiled engine."""
        places = np.flatnonzero(batch.odd)
        if not places.size:
            return batch
        batch = with_all_signals(batch, len(self.lowered.signals))
        drop = np.zeros(batch.odd.size, np.bool_)
        spelled: dict[int, str] = {}
        for place, row in zip(places.tolist(), self.source.at(batch.frame[NUMBER].gather(places).to_list()), strict=True):
            if isinstance(row, Rejected):
                self.broken.append(row)
                drop[place] = True
            else:
                if self.plain(row):
                    self.write_back(batch.rows, place, row)
                else:
                    self.by_hand.add(row.customer)
                spelled[place] = row.customer
        if batch.names.dtype == pl.String:
            batch.names = batch.names.scatter(list(spelled), list(spelled.values()))
            batch.new = changes(batch.names)
        return _kept(batch, ~drop)

    def plain(self, row: Row) -> bool:
        """Whether a row is nothing but values and an event of the model."""
        specs = self.lowered.program.definition.signals
        known = not row.event or row.event in self.lowered.events
        return known and all(n in specs and specs[n].fault(specs[n].to_user(v)) is None for n, v in row.values.items())

    def write_back(self, rows: Rows, place: int, row: Row) -> None:
        """A row that was read one by one, as numbers."""
        rows.at[place] = row.at_us
        rows.event[place] = self.lowered.events.index(row.event) if row.event else -1
        for signal, name in enumerate(self.lowered.signals):
            rows.values[signal, place] = self.number(signal, row.values[name]) if name in row.values else np.nan

    def number(self, signal: int, value: Value) -> float:
        """A stored value as a number."""
        spec = self.lowered.program.definition.signals[self.lowered.signals[signal]]
        return float(spec.choices.index(str(value))) if spec.kind == "choice" else float(value)

    def until(self, batch: Batch) -> Batch:
        """The rows up to the date of interest."""
        if self.as_of_us is None:
            return batch
        keep = batch.rows.at <= self.as_of_us
        self.later += int((~keep).sum())
        return _kept(batch, keep)

    def judged(self, batch: Batch) -> Batch:
        """Rows of one instant that may contradict or repeat each other are judged together."""
        doubtful = np.zeros(batch.rows.at.size, np.bool_)
        if not batch.together or not suspicious(batch.rows, doubtful):
            return batch
        places = np.flatnonzero(doubtful)
        rows = [row for row in self.source.at(batch.frame[NUMBER].gather(places).to_list()) if isinstance(row, Row)]
        used = {id(row) for instant in by_instant(rows, self.source.place) for row in self.kept_of(instant)}
        keep = ~doubtful
        keep[places] = [id(row) in used for row in rows]
        return _kept(batch, keep)

    def kept_of(self, instant: Any) -> tuple[Row, ...]:
        """The rows of an instant that can be played; the others are noted."""
        self.contradicting += instant.rejected
        rows: tuple[Row, ...] = instant.rows
        return rows

    # ---- customers as numbers

    def ordered(self, batch: Batch) -> Batch:
        """The rows by customer and time."""
        names, at = batch.names, batch.rows.at
        if at.size < 2:
            batch.together = False
            return batch
        named = names.gather(np.flatnonzero(batch.new))
        ascending = bool((named.tail(named.len() - 1) > named.head(named.len() - 1)).all())
        sorted_by_time, batch.together = in_order(batch.new, at)
        if ascending and sorted_by_time:
            return batch
        if self.previous is not None or self.sorted_only:
            raise self.unsorted()
        self.mixed = True
        whole = names if names.dtype != pl.String else names.cast(pl.Categorical).to_physical()  # sorting numbers is faster
        keys = pl.DataFrame({"customer": whole, "at": at})
        order = keys.select(pl.arg_sort_by("customer", "at", maintain_order=True)).to_series()
        taken, names = order.to_numpy(), names.gather(order)
        values = np.take(batch.rows.values, taken, axis=1)
        rows = batch.rows._replace(at=at[taken], event=batch.rows.event[taken], values=values)
        return Batch(batch.frame[[NUMBER]][order], names, changes(names), rows, batch.odd)

    def unsorted(self) -> InputError:
        """What is said of pieces that are not in order."""
        return InputError([Diagnostic("CLM351", "the log", "its pieces are not sorted by customer and time", "sort it first")])

    def numbered(self, batch: Batch) -> Batch:
        """The customers as numbers, in order of appearance."""
        names, at = batch.names, batch.rows.at
        if not at.size:
            return batch
        change = batch.new.copy()
        if self.previous is not None:
            if self.mixed or names[0] < self.previous[0] or (names[0] == self.previous[0] and at[0] < self.previous[1]):
                raise self.unsorted()
            change[0] = names[0] != self.previous[0]
        self.previous = names[-1], int(at[-1])
        codes = np.cumsum(change, dtype=np.int64) + (self.customers - 1)
        starts = np.flatnonzero(change)
        self.customers += starts.size
        self.names.append(names.gather(starts).cast(pl.String))
        batch.rows = batch.rows._replace(customer=codes)
        return batch

    # ---- the walk, and what it found

    def walk(self, rows: Rows, *, last: bool = False) -> None:
        """Walks over rows; stops in between whenever there may be no more room for what is found."""
        if rows.at.size:
            firsts = np.flatnonzero(np.append(True, rows.customer[1:] != rows.customer[:-1]))
            lasts = np.append(firsts[1:] - 1, rows.at.size - 1)
            self.lives.append(np.stack([rows.customer[firsts], rows.at[firsts], rows.at[lasts]], axis=1))
        start, done = 0, False
        as_of = NEVER if self.as_of_us is None else self.as_of_us
        while not done:
            self.out.done[:] = 0
            start, done = walk(self.lowered.arrays, self.state, rows, start, self.out, as_of, last)
            self.pieces.append(self.out.found[: self.out.done[0]].copy())
            self.left_out.update(self.out.flagged[: self.out.done[1]].tolist())

    def found(self, upto: int) -> Found:
        """What was found of the customers who are behind us, as tables, without those who were left out; it is forgotten here.

        Args:
            upto: the number of the first customer who is not.
        """
        first, self.behind = self.behind, upto
        every = pl.concat(self.names) if self.names else pl.Series([], dtype=pl.String)
        names, self.names = every.head(upto - first), [every.tail(every.len() - (upto - first))]
        all_found, self.pieces = _parted(self.pieces, OUT_COLUMNS, upto)
        lives, self.lives = _parted(self.lives, 3, upto)
        out = {number for number in self.left_out if number < upto}
        self.left_out -= out
        if self.by_hand:
            out.update((np.flatnonzero(names.is_in(list(self.by_hand)).to_numpy()) + first).tolist())
        gone = np.fromiter(out, np.int64, len(out))
        self.gone.update(names.gather(gone - first).to_list())
        if gone.size:
            all_found, lives = (rows[~np.isin(rows[:, 0], gone)] for rows in (all_found, lives))
        all_found[:, 0] -= first
        lives[:, 0] -= first
        _, rules, clocks, milestones, *_ = self.lowered.arrays.facts.tolist()
        formula, number = all_found[:, 3], all_found[:, 2]
        is_move, is_sign = formula < rules, number == 0
        return Found(
            moves=self.moves(all_found[is_move & (number > 0)], names),
            by_then=self.moves(all_found[is_move & (number < 0)], names),
            lives=self.lives_of(names, lives),
            milestones=self.reached(all_found[~is_move & ~is_sign], names, rules + clocks),
            signs=self.signs(all_found[is_sign], names, rules + clocks + milestones),
            rejects=frame_of("rejects"),
        )

    def moves(self, found: NDArray[np.int64], names: pl.Series) -> pl.DataFrame:
        """The table of moves."""
        p, d = self.lowered.program, self.lowered.program.definition
        formula, rule = found[:, 3], picked(found[:, 3])
        phases = pl.Series(p.phases, dtype=pl.String)
        due = pl.Series(found[:, 6])
        transitions = [rule.transition for rule in p.rules]
        return _table(
            "moves",
            customer=names.gather(picked(found[:, 0])),
            at=found[:, 1],
            round=np.abs(found[:, 2]),
            transition=pl.Series([t.name for t in transitions], dtype=pl.String).gather(rule),
            source=phases.gather(picked(found[:, 4])),
            target=phases.gather(picked(found[:, 5])),
            by=pl.Series(["rule" if t.on is None else "event" for t in transitions], dtype=pl.String).gather(rule),
            stayed=self.lowered.arrays.rules[formula, 3] == 1,
            due_since=due.set(due == NEVER, None),
            because=pl.Series([d.why(t) for t in transitions], dtype=pl.String).gather(rule),
        )

    def lives_of(self, names: pl.Series, found: NDArray[np.int64]) -> pl.DataFrame:
        """The table of lives: one for each customer."""
        starts = np.flatnonzero(np.diff(found[:, 0], prepend=-1))  # a life that two pieces have is told of twice
        code, first, last = found[starts, 0], found[starts, 1], found[np.append(starts[1:], len(found))[: starts.size] - 1, 2]
        lives = pl.DataFrame({"code": code, "first": first, "last": last})
        initial = self.lowered.program.phases[self.lowered.program.initial]
        seen = pl.max_horizontal("last", pl.lit(self.as_of_us, dtype=pl.Int64))
        return _table(
            "lives",
            customer=names.gather(picked(code)),
            phase=pl.repeat(initial, lives.height, dtype=pl.String, eager=True),
            since=lives["first"],
            born=lives["first"],
            last=lives.select(seen).to_series(),
        )

    def reached(self, found: NDArray[np.int64], names: pl.Series, first: int) -> pl.DataFrame:
        """The table of milestones."""
        milestones = [name for name, _ in self.lowered.program.milestones]
        labels = [self.lowered.program.definition.milestones[name].label for name in milestones]
        return _table(
            "milestones",
            customer=names.gather(picked(found[:, 0])),
            at=found[:, 1],
            milestone=pl.Series(milestones, dtype=pl.String).gather(picked(found[:, 3] - first)),
            label=pl.Series(labels, dtype=pl.String).gather(picked(found[:, 3] - first)),
        )

    def signs(self, found: NDArray[np.int64], names: pl.Series, first: int) -> pl.DataFrame:
        """The table of warning signs in force."""
        labels = [self.lowered.program.definition.risks[name].label for name in self.lowered.risks]
        return _table(
            "signs",
            customer=names.gather(picked(found[:, 0])),
            at=np.maximum(found[:, 1], NEVER if self.as_of_us is None else self.as_of_us),
            risk=pl.Series(self.lowered.risks, dtype=pl.String).gather(picked(found[:, 3] - first)),
            label=pl.Series(labels, dtype=pl.String).gather(picked(found[:, 3] - first)),
        )


def _table(name: str, **columns: Any) -> pl.DataFrame:
    """A table with all its columns; the part is the lifecycle itself, in its first life."""
    n = len(columns["customer"])
    plain: dict[str, Any] = {"text": pl.String, "number": pl.Int64, "flag": pl.Boolean, "time": pl.Int64}
    usual: dict[str, Any] = {"text": "", "number": 1, "flag": False, "time": None}
    made = []
    for column, kind in SCHEMAS[name].items():
        series = (
            pl.Series(column, columns[column]) if column in columns else pl.repeat(usual[kind], n, dtype=plain[kind], eager=True)
        )
        series = series.cast(plain[kind]).alias(column)
        made.append(series.cast(pl.Datetime("us", "UTC")) if kind == "time" else series)
    return pl.DataFrame(made)


def _parted(rows: list[NDArray[np.int64]], width: int, upto: int) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """Rows of those who are behind us, and of those who are not."""
    together = np.concatenate([*rows, np.empty((0, width), np.int64)])
    behind = together[:, 0] < upto
    return together[behind], [together[~behind]]


def _again(frame: pl.DataFrame, following: pl.DataFrame) -> int:
    """How many rows at the end of a piece are about the same customer and instant as the first row of the next one."""
    said = ("customer", "at")
    if not (frame.height and following.height) or any(frame[name][-1] != following[name][0] for name in said):
        return 0
    same = (pl.col(name) == pl.lit(following[name].head(1)) for name in said)
    return frame.filter(*same).height


def _kept(batch: Batch, keep: NDArray[np.bool_]) -> Batch:
    if keep.all():
        return batch
    mask, rows = pl.Series(keep), batch.rows
    customer = rows.customer[keep] if rows.customer.size else rows.customer
    values = np.ascontiguousarray(rows.values[:, keep])
    numbers = Rows(customer, rows.at[keep], rows.event[keep], values, rows.signals)
    names = batch.names.filter(mask)
    return Batch(batch.frame.filter(mask), names, changes(names), numbers, batch.odd[keep])
