"""One instant on its way through a living customer: what is common to lifecycles and compositions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import attrs

from clmstate.errors import Diagnostic, LivelockError, ObservationError
from clmstate.lifecycle import Moves
from clmstate.replay.instants import Instant
from clmstate.replay.rows import Rejected, Row
from clmstate.signals import from_instant

__all__ = ["Playing", "Step"]


@attrs.frozen
class Step:
    """One instant of one customer, played.

    Attributes:
        customer: who.
        at_us: when.
        moves: what it caused, in order; `moves.untaken` are events that changed nothing.
        used: the rows that were played.
        rejected: the rows that were not, and why.
        life: the customer as it stands now, a lifecycle or a composition; the same object for all steps of a customer.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> from clmstate.replay import play
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
    life: Any = attrs.field(eq=False)


class Playing(ABC):
    """Plays one instant. Order: a start, or else everything observed as one observation; then moves by hand, then skips."""

    def __init__(self, life: Any, instant: Instant, place: Callable[[int], str]) -> None:
        self.life, self.instant, self.place = life, instant, place
        self.moves: list[Moves] = []
        self.rejected = list(instant.rejected)
        self.lost: set[int] = set()

    def step(self) -> Step:
        """Plays it."""
        rows = list(self.instant.rows)
        by_hand = [row for row in rows if row.event == "@move"]
        started = any(row.event == "@start" for row in rows) and self.start(rows)
        if not started:
            told = [row for row in self.left(rows) if row.event not in ("@move", "@start") or row.values]
            if told or (rows and not by_hand):
                self.observe(told)
        for row in self.left(by_hand):
            self.attempt(row, lambda row: self.moves.append(self.move(row)))
        for row in self.left(rows):
            if row.event == "@skip":
                self.attempt(row, self.skip)
        moves = self.moves[0] if len(self.moves) == 1 else _joined(self.moves)
        return Step(self.instant.customer, self.instant.at_us, moves, tuple(self.left(rows)), tuple(self.rejected), self.life)

    # ---- what differs

    @abstractmethod
    def start(self, rows: list[Row]) -> bool:
        """Places the customer, with all values of the instant; False if it cannot be placed."""

    @abstractmethod
    def observe(self, rows: list[Row]) -> None:
        """One observation of what the rows say."""

    @abstractmethod
    def target(self, row: Row) -> Any:
        """The lifecycle that a row is about."""

    # ---- help

    @property
    def at(self) -> Any:
        """The instant as users say it."""
        return from_instant(self.instant.at_us)

    def move(self, row: Row) -> Moves:
        """A move by hand."""
        said = row.details
        moves: Moves = self.target(row).move(
            said["to"], by=said["by"], reason=said["reason"], at=self.at, hold_until=said.get("hold_until")
        )
        return moves

    def skip(self, row: Row) -> None:
        """A touchpoint that is skipped."""
        self.target(row).skip(row.details["touchpoint"], by=row.details["by"], why=row.details["why"])

    def lose_what_start_would_lose(self, rows: list[Row]) -> None:
        """At the instant of a start nothing settles, so an event of that instant would be lost, and nobody can leave."""
        for row in rows:
            if row.event == "@leave" or (row.event and not row.event.startswith("@")):
                cause = f"'{row.event}' is told for the instant of a @start, at which nothing settles"
                self.reject(row, Diagnostic("CLM318", self.place(row.number), cause, "give it a later time"))

    def left(self, rows: list[Row]) -> list[Row]:
        """The rows that have not been rejected."""
        return [row for row in rows if id(row) not in self.lost]

    def attempt(self, row: Row, act: Callable[[Row], object]) -> bool:
        """Does what one row says, or rejects it."""
        try:
            act(row)
        except ObservationError as error:
            self.refuse(row, error)
            return False
        return True

    def refuse(self, row: Row, error: ObservationError) -> None:
        """Rejects a row that the model refuses."""
        kept = "" if isinstance(error, LivelockError) else "; nothing of it was kept"
        self.reject(
            row, *(Diagnostic(d.code, self.place(row.number), f"{d.place}: {d.cause}{kept}", d.remedy) for d in error.diagnostics)
        )

    def reject(self, row: Row, *why: Diagnostic) -> None:
        """Rejects a row."""
        self.rejected.append(Rejected(row.number, why, row.customer))
        self.lost.add(id(row))


def _joined(parts: list[Moves]) -> Moves:
    """What several steps at one instant caused, as one; nothing is lost by reading it now."""
    return Moves([move for part in parts for move in part], None, tuple(untaken for part in parts for untaken in part.untaken))
