"""The replay of a composition's log in columns: whole customers, each with all of its parts, in one walk over sorted rows.

Whatever is not plain goes another way, and is no different for it: a row that is not plainly right is read by
:mod:`clmstate.replay.understand`; customers with acts by hand, with rows that they refuse or that contradict each other, and those who may
never settle, are played on the compiled engine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clmstate.composition import Composition
from clmstate.errors import Diagnostic, InputError
from clmstate.kernel.tables import NEVER
from clmstate.replay.columnar import Source
from clmstate.replay.frames import pl
from clmstate.replay.one_by_one import one_by_one
from clmstate.replay.rows import ACTS, Rejected, Row
from clmstate.replay.tables import Found, reject_row
from clmstate.replay.typed import NUMBER, changes
from clmstate.replay.wholes.columns import Batch, batch_of, code_of
from clmstate.replay.wholes.facts import FACTS, FOUND, GROW, JOIN, LEAVE, LIVES, A, G, Rows
from clmstate.replay.wholes.found import Lives, found_tables
from clmstate.replay.wholes.kernel import known_again, walk
from clmstate.replay.wholes.layout import columns_of, layout_of
from clmstate.replay.wholes.places import K

__all__ = ["Wholes"]

_FOUND: Final = 1 << 18
_LIVES: Final = 1 << 16
_FLAGGED: Final = 1 << 12
_DEEP: Final = 256
_MANY: Final = 1 << 18
"""From so many rows on, what was found of customers who are behind us is given away."""


class Wholes:
    """A composition's log on its way through the columns; used as :class:`clmstate.replay.columnar.Columnar` is.

    Args:
        model: a composition.
        source: looks rows up, for those that are not plain.
        as_of_us: later rows are not played, and time passes until then.
        ignore: columns to pass over.
        sink: takes what was found of customers who are behind us, so that it need not be held.

    Attributes:
        seen: the rows that came in.
        later: those after the date of interest.
        played_alone: how many customers were left to the compiled engine.

    Raises:
        InputError: CLM350, a lifecycle of it has more of something than columns can hold.

    Example:
        >>> from clmstate import Lifecycle, One, Phase
        >>> from clmstate.replay.rows import Log
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> Wholes(Account, Source(Log("log", ()))).finish()[1]
        0
    """

    def __init__(
        self,
        model: type[Composition],
        source: Source,
        as_of_us: int | None = None,
        ignore: Collection[str] = (),
        sink: Callable[[Found], object] | None = None,
    ) -> None:
        self.model, self.source, self.as_of_us, self.ignore, self.sink = model, source, as_of_us, ignore, sink
        self.layout = layout_of(model.definition)
        self.specs = columns_of(model)
        self.places = {kind.path: number for number, kind in enumerate(self.layout.kinds)}
        table = self.layout.table
        self.most, self.deepest = int(table[:, K.TEMPLATES].max()), int(table[:, K.DEPTH].max())
        begin = table[0, K.TEMPLATE]
        first = self.layout.numbers[begin : begin + 3 * table[0, K.TEMPLATES]].reshape(-1, 3)[:, 0]
        self.fixed = np.full(len(table), -1, np.int64)
        self.fixed[first] = np.arange(first.size)
        self.facts = np.zeros(FACTS + 3 * len(A), np.int64)
        self.held: dict[A, NDArray[Any]] = {}
        self.facts[G.CUSTOMER] = -1
        self.ints, self.floats = np.zeros((0, 0), np.int64), np.zeros((0, 0))
        self.room(64)
        self.out = np.empty((_FOUND, FOUND), np.int64), np.empty((_LIVES, LIVES), np.int64), np.empty(_FLAGGED, np.int64)
        held: dict[A, NDArray[Any]] = {
            A.T: table,
            A.M: self.layout.numbers,
            A.X: self.layout.floats,
            A.EVENT_OF: self.layout.event_of,
        }
        for place, array in (held | dict(zip((A.FOUND, A.LIVES, A.FLAGGED), self.out, strict=True))).items():
            self.hold(place, array)
        self.hold(A.FIXED, self.fixed)
        self.hold(A.Z, np.zeros(_DEEP))
        self.pieces: list[NDArray[np.int64]] = []
        self.lives = Lives()
        self.names: list[pl.Series] = []
        self.last: list[NDArray[np.int64]] = []  # customers, and the instant of their last row
        self.behind = 0  # customers of whom all has been given away, or is in `gone`
        self.gone: set[str] = set()  # customers left to the compiled engine, of those who are behind us
        self.customers = 0
        self.previous: tuple[Any, int] | None = None  # customer and instant of the last row
        self.sorted_only = self.mixed = False  # whether a piece must be sorted; whether one was not, and no other may follow
        self.waiting: pl.DataFrame | None = None
        self.broken: list[Rejected] = []
        self.by_hand: set[str] = set()
        self.left_out: set[int] = set()
        self.seen = self.later = self.played_alone = 0

    # ---- pieces

    def take(self, frame: pl.DataFrame, *, more: bool = False, apart: bool = False) -> None:
        """Plays the next rows.

        Args:
            frame: the rows, each with its number.
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
        """Plays rows that end with an instant."""
        if not frame.height:
            return
        self.seen += frame.height
        self.source.window = frame
        batch = batch_of(frame, self.layout, self.specs, self.ignore)
        keep = self.mended(batch)
        if self.as_of_us is not None:
            late = batch.at > self.as_of_us
            self.later += int((late & keep).sum())
            keep &= ~late
        if keep.any():
            rows, joiners = self.ordered(batch, keep)
            self.walk(rows, joiners)
        if self.sink is not None and sum(map(len, self.pieces)) + len(self.lives) > _MANY:
            self.sink(self.found(self.customers - 1))

    def finish(self) -> tuple[Found, int]:
        """Closes the last customer, plays those who were left out, and puts everything together."""
        waiting, self.waiting = self.waiting, None
        if waiting is not None:
            self.play(waiting)
        self.walk(_NOBODY, pl.Series([], dtype=pl.String), last=True)
        found = self.found(self.customers)
        out = self.by_hand | self.gone
        self.played_alone = len(out)
        rejected = [each for each in self.broken if each.customer not in out]
        alone = Found.empty()
        if out:
            log = self.source.of(out)
            rejected += log.rejected
            alone = one_by_one(self.model, log, as_of_us=self.as_of_us)[0]
        found.rejects = Found.of({"rejects": [reject_row(each) for each in rejected]}).rejects
        found = found.with_more(alone)
        return found, self.seen - self.later - found.rejects.height

    def found(self, upto: int) -> Found:
        """What was found of the customers who are behind us, as tables, without those who were left out; it is forgotten here.

        Args:
            upto: the number of the first customer who is not.
        """
        first, self.behind = self.behind, upto
        every = pl.concat(self.names) if self.names else pl.Series([], dtype=pl.String)
        names, self.names = every.head(upto - first), [every.tail(every.len() - (upto - first))]
        found, self.pieces = _parted(self.pieces, FOUND, upto)
        seen, self.last = _parted(self.last, 2, upto)
        out = {number for number in self.left_out if number < upto}
        self.left_out -= out
        if self.by_hand:
            out.update((np.flatnonzero(names.is_in(list(self.by_hand)).to_numpy()) + first).tolist())
        gone = np.fromiter(out, np.int64, len(out)) - first
        self.gone.update(names.gather(gone).to_list())
        lives = self.lives.taken(upto)
        found[:, 0] -= first
        lives[0][:, 0] -= first
        last = np.full(upto - first, NEVER, np.int64)
        np.maximum.at(last, seen[:, 0] - first, seen[:, 1])
        return found_tables(self.layout, found, lives, names, last, gone, self.as_of_us)

    # ---- rows that are not plain

    def mended(self, batch: Batch) -> NDArray[np.bool_]:
        """Odd rows are read one by one: rejected, written back as numbers, or left with their customer to the compiled engine.

        Returns:
            Which rows are kept.
        """
        places = np.flatnonzero(batch.odd)
        keep = np.ones(batch.odd.size, np.bool_)
        if not places.size:
            return keep
        batch.cells = batch.cells.kept(~batch.odd)
        spelled: dict[int, str] = {}
        named: dict[int, str] = {}
        cells: dict[str, list[tuple[int, float]]] = {}
        for place, row in zip(places.tolist(), self.source.at(batch.frame[NUMBER].gather(places).to_list()), strict=True):
            if isinstance(row, Rejected):
                self.broken.append(row)
                keep[place] = False
                continue
            spelled[place] = row.customer
            if row.event in ACTS and row.event not in ("@join", "@leave"):
                self.by_hand.add(row.customer)
            else:
                named[place] = self.write_back(batch, place, row)
                for name, value in row.values.items():
                    spec = self.specs[name][2]
                    number = float(spec.choices.index(str(value))) if spec.kind == "choice" else float(value)
                    cells.setdefault(name, []).append((place, number))
        for name, given in cells.items():
            kind, signal, _ = self.specs[name]
            batch.cells = batch.cells.with_column(kind, signal, [place for place, _ in given], [value for _, value in given])
        if batch.names.dtype == pl.String:
            batch.names = batch.names.scatter(list(spelled), list(spelled.values()))
        batch.joiners = batch.joiners.scatter(list(named), list(named.values()))
        return keep

    def write_back(self, batch: Batch, place: int, row: Row) -> str:
        """A row that was read one by one, as numbers; and the name of whoever it lets join."""
        kind = self.places[row.part] if row.part else -1
        batch.at[place], batch.part[place] = row.at_us, kind
        batch.act[place] = {"@join": JOIN, "@leave": LEAVE}.get(row.event, 0)
        batch.event[place], batch.opened[place], batch.inside[place] = -1, 0, 0
        batch.code[place] = code_of(row.instance) if row.instance else 0
        outer, slash, _ = row.instance.rpartition("/")
        batch.inside[place] = code_of(outer) if slash else 0
        joiner = row.instance
        if row.event in self.layout.events:
            which = self.layout.events.index(row.event)
            batch.event[place] = which if kind < 0 else self.layout.event_of[kind, which]
            if "instance" in row.details:
                joiner = f"{row.instance}/{row.details['instance']}" if row.instance else str(row.details["instance"])
                batch.opened[place] = code_of(joiner)
        return joiner

    # ---- order

    def ordered(self, batch: Batch, keep: NDArray[np.bool_]) -> tuple[Rows, pl.Series]:
        """The rows that are kept, by customer and time, and the names of those who join; customers are numbered as they appear."""
        all_kept = bool(keep.all())
        names = batch.names if all_kept else batch.names.filter(pl.Series(keep))
        at = batch.at if all_kept else batch.at[keep]
        order: NDArray[np.int64] | None = None
        new = changes(names)
        starts = names[np.flatnonzero(new)]
        ascending = starts.len() < 2 or bool((starts.tail(starts.len() - 1) > starts.head(starts.len() - 1)).all())
        if not (ascending and bool(((at[1:] >= at[:-1]) | new[1:]).all())):
            if self.previous is not None or self.sorted_only:
                raise _unsorted()
            self.mixed = True
            keys = pl.DataFrame({"customer": names, "at": at})
            moved = keys.select(pl.arg_sort_by("customer", "at", maintain_order=True)).to_series()
            names, at = names.gather(moved), at[moved.to_numpy()]
            order, new = np.flatnonzero(keep)[moved.to_numpy()], changes(names)
        rows = batch.rows(self.numbered(names, at, new), order, keep)
        joiners = (
            batch.joiners if all_kept and order is None else batch.joiners.gather(np.flatnonzero(keep) if order is None else order)
        )
        return rows, joiners

    def numbered(self, names: pl.Series, at: NDArray[np.int64], new: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The customers as numbers, in order of appearance."""
        change = new.copy()
        if self.previous is not None:
            if self.mixed or names[0] < self.previous[0] or (names[0] == self.previous[0] and at[0] < self.previous[1]):
                raise _unsorted()
            change[0] = names[0] != self.previous[0]
        self.previous = names[-1], int(at[-1])
        codes = np.cumsum(change, dtype=np.int64) + (self.customers - 1)
        starts = np.flatnonzero(change)
        self.customers += starts.size
        self.names.append(names[starts].cast(pl.String))
        ends = np.append(np.flatnonzero(np.diff(codes)), codes.size - 1)
        self.last.append(np.stack([codes[ends], at[ends]], axis=1))
        return codes

    # ---- the walk

    def room(self, nodes: int) -> None:
        """Room for so many nodes; those that are there stay."""
        ints, floats = self.layout.widths
        known = self.facts[G.NODES]
        old = self.ints, self.floats
        self.ints, self.floats = np.full((nodes, ints), -1, np.int64), np.zeros((nodes, floats))
        if known:
            self.ints[:known], self.floats[:known] = old[0][:known], old[1][:known]
        self.hold(A.I, self.ints)
        self.hold(A.F, self.floats)
        wires = max(1, int(self.layout.table[:, K.N_WIRES].max()))
        self.hold(A.Q, np.zeros((6, nodes * wires + 64), np.int64))
        self.hold(A.H, np.full((1 << int(8 * nodes).bit_length(), 4), -1, np.int64))
        known_again(self.facts)

    def hold(self, place: A, array: NDArray[Any]) -> None:
        """Tells the walk where an array is, and holds it as long as it is needed there."""
        assert array.flags.c_contiguous
        self.held[place] = array
        begin = FACTS + 3 * place
        self.facts[begin : begin + 3] = array.ctypes.data, array.shape[0], array.shape[-1]

    def walk(self, rows: Rows, joiners: pl.Series, *, last: bool = False) -> None:
        """Walks over rows; stops in between whenever there may be no more room."""
        for name, column in rows._asdict().items():
            self.hold(A[f"ROW_{name.upper()}"], np.ascontiguousarray(column))
        found, lives, flagged = self.out
        as_of = NEVER if self.as_of_us is None else self.as_of_us
        start, facts = 0, self.facts
        while True:
            start = walk(facts, self.most, self.deepest, start, as_of, last)
            self.pieces.append(found[: facts[G.FOUND_OUT]].copy())
            self.lives.take(lives[: facts[G.LIVES_OUT]], joiners)
            self.left_out.update(flagged[: facts[G.FLAGGED_OUT]].tolist())
            facts[G.FOUND_OUT] = facts[G.LIVES_OUT] = facts[G.FLAGGED_OUT] = 0
            if facts[G.STOPPED] == GROW:
                self.room(2 * len(self.ints))
                if len(lives) < 2 * len(self.ints):
                    lives = np.empty((2 * len(self.ints), LIVES), np.int64)
                    self.out = found, lives, flagged
                    self.hold(A.LIVES, lives)
            elif start >= rows.at.size and not (last and facts[G.CUSTOMER] >= 0):
                return


def _again(frame: pl.DataFrame, following: pl.DataFrame) -> int:
    """How many rows at the end of a piece are about the same customer and instant as the first row of the next one."""
    said = ("customer", "at")
    if not (frame.height and following.height) or any(frame[name][-1] != following[name][0] for name in said):
        return 0
    return frame.filter(*(pl.col(name) == pl.lit(following[name].head(1)) for name in said)).height


def _parted(pieces: list[NDArray[np.int64]], width: int, upto: int) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """Rows about customers before one, and the others; they are in order of customers."""
    rows = np.concatenate([np.empty((0, width), np.int64), *pieces])
    cut = int(np.searchsorted(rows[:, 0], upto))
    return rows[:cut], [rows[cut:].copy()]


def _unsorted() -> InputError:
    return InputError([Diagnostic("CLM351", "the log", "its pieces are not sorted by customer and time", "sort it first")])


def _nobody() -> Rows:
    kinds: dict[str, Any] = {"part": np.int16, "act": np.int8, "event": np.int16, "kinds": np.int16, "signals": np.int16}
    kinds |= {"values": np.float64}
    return Rows(**{name: np.zeros(int(name == "starts"), kinds.get(name, np.int64)) for name in Rows._fields})


_NOBODY: Final = _nobody()
