"""Playing a log: each customer through the model, one observation for each instant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

import attrs

from clmstate.errors import Diagnostic, LivelockError, ObservationError
from clmstate.lifecycle import Engine, Lifecycle, Moves
from clmstate.replay.instants import Instant, by_instant
from clmstate.replay.rows import Log, Rejected, Row
from clmstate.signals import CLEAR, from_instant

__all__ = ["Step", "play"]


@attrs.frozen
class Step:
    """One instant of one customer, played.

    Attributes:
        customer: who.
        at_us: when.
        moves: what it caused, in order; `moves.untaken` are events that changed nothing.
        used: the rows that were played.
        rejected: the rows that were not, and why.
        life: the customer as it stands now; the same object for all steps of a customer.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> step, = play(Deal, [Row("Acme", 0)])
        >>> step.life.phase.label
        'New'
    """

    customer: str
    at_us: int
    moves: Moves
    used: tuple[Row, ...]
    rejected: tuple[Rejected, ...]
    life: Lifecycle = attrs.field(eq=False)


def play(
    model: type[Lifecycle],
    log: Log | Iterable[Row],
    *,
    customers: Collection[str] | None = None,
    until_us: int | None = None,
    engine: Engine = "compiled",
) -> Iterator[Step]:
    """Plays a log through a lifecycle: customers one after the other by name, each from its first instant to its last.

    Args:
        model: the lifecycle.
        log: what was read, or rows in any order.
        customers: only these; by default everybody.
        until_us: rows after this instant are left out.
        engine: as for the lifecycle itself.

    Yields:
        One step for each instant of a customer; all its rows are in `used` or in `rejected`.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.signals import instant
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("contract signed", default=False)
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = open.to(won, when=signed)
        >>> for step in play(Deal, [Row("Acme", instant("2026-01-30"), values={"signed": True})]):
        ...     print(step.customer, *step.moves)
        Acme 2026-01-30 Open → Won (contract signed)
    """
    rows = log.rows if isinstance(log, Log) else tuple(log)
    place: Callable[[int], str] = log.place if isinstance(log, Log) else "row {}".format
    chosen = (r for r in rows if (customers is None or r.customer in customers) and (until_us is None or r.at_us <= until_us))
    life: Lifecycle | None = None
    for instant in by_instant(chosen, place):
        if life is None or life.name != instant.customer:
            life = model(instant.customer, engine=engine)
        yield _Played(life, instant, place).step()


class _Played:
    """One instant on its way through a life. Order: a start, or else values and events as one observation; then moves by hand, then skips."""

    def __init__(self, life: Lifecycle, instant: Instant, place: Callable[[int], str]) -> None:
        self.life, self.instant, self.place = life, instant, place
        self.moves: list[Moves] = []
        self.rejected = list(instant.rejected)
        self.lost: set[int] = set()

    def step(self) -> Step:
        rows = list(self.instant.rows)
        started = self.start(rows)
        by_hand = [row for row in rows if row.event == "@move"]
        told = [row for row in rows if row.event not in ("@move", "@start") or row.values]
        if not started and (told or (rows and not by_hand)):
            self.observe([row for row in told if not self.is_rejected(row)])
        for row in by_hand:
            if not self.is_rejected(row):
                self.attempt(row, self.move)
        for row in rows:
            if row.event == "@skip" and not self.is_rejected(row):
                self.attempt(row, self.skip)
        moves = self.moves[0] if len(self.moves) == 1 else _joined(self.moves)
        used = tuple(row for row in rows if not self.is_rejected(row))
        return Step(self.instant.customer, self.instant.at_us, moves, used, tuple(self.rejected), self.life)

    # ---- what is done

    def start(self, rows: list[Row]) -> bool:
        """Places the customer, with all values of the instant; nothing settles, so an event of that instant would be lost."""
        begin = next((row for row in rows if row.event == "@start"), None)
        if begin is None:
            return False
        values = self.values(rows)
        since = begin.details.get("since")
        if not self.attempt(begin, lambda _: self.life.start(begin.details["phase"], at=self.at, since=since, **values)):
            return False
        for row in rows:
            if row.event and not row.event.startswith("@"):
                cause = f"'{row.event}' is told for the instant of a @start, at which nothing settles"
                self.reject(row, Diagnostic("CLM318", self.place(row.number), cause, "give it a later time"))
        return True

    def observe(self, rows: list[Row]) -> None:
        told = [(row.event, row.details.get("instance")) for row in rows if row.event and not row.event.startswith("@")]
        events = list(dict.fromkeys(told))  # an event that several rows tell of is one event
        try:
            self.moves.append(self.life._life.observation(self.instant.at_us, self.values(rows), events))
        except ObservationError as error:
            for row in rows:
                self.refuse(row, error)

    def move(self, row: Row) -> None:
        said = row.details
        self.moves.append(
            self.life.move(said["to"], by=said["by"], reason=said["reason"], at=self.at, hold_until=said.get("hold_until"))
        )

    def skip(self, row: Row) -> None:
        self.life.skip(row.details["touchpoint"], by=row.details["by"], why=row.details["why"])

    # ---- help

    @property
    def at(self) -> Any:
        return from_instant(self.instant.at_us)

    def values(self, rows: list[Row]) -> dict[str, Any]:
        """What the rows say, as users would: dates as dates."""
        signals = self.life.definition.signals
        found = {name: signals[name].to_user(value) for row in rows for name, value in row.values.items()}
        return found | {name: CLEAR for row in rows if row.event == "@clear" for name in row.details["signals"]}

    def attempt(self, row: Row, act: Callable[[Row], object]) -> bool:
        try:
            act(row)
        except ObservationError as error:
            self.refuse(row, error)
            return False
        return True

    def refuse(self, row: Row, error: ObservationError) -> None:
        settles = "" if isinstance(error, LivelockError) else "; nothing of it was kept"
        self.reject(
            row,
            *(Diagnostic(d.code, self.place(row.number), f"{d.place}: {d.cause}{settles}", d.remedy) for d in error.diagnostics),
        )

    def reject(self, row: Row, *why: Diagnostic) -> None:
        self.rejected.append(Rejected(row.number, why, row.customer))
        self.lost.add(id(row))

    def is_rejected(self, row: Row) -> bool:
        return id(row) in self.lost


def _joined(parts: list[Moves]) -> Moves:
    """What several steps at one instant caused, as one; nothing is lost by reading it now."""
    return Moves([move for part in parts for move in part], None, tuple(untaken for part in parts for untaken in part.untaken))
