"""Playing a log: each customer through the model, one observation for each instant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from clmstate.composition import Composition
from clmstate.errors import ObservationError
from clmstate.lifecycle import Engine, Lifecycle, opened
from clmstate.replay.composed import PlayingComposition
from clmstate.replay.instants import by_instant
from clmstate.replay.playing import Playing, Step
from clmstate.replay.rows import Log, Row
from clmstate.signals import CLEAR

__all__ = ["play"]


def play(
    model: type[Lifecycle] | type[Composition],
    log: Log | Iterable[Row],
    *,
    customers: Collection[str] | None = None,
    until_us: int | None = None,
    engine: Engine = "compiled",
) -> Iterator[Step]:
    """Plays a log through a model: customers one after the other by name, each from its first instant to its last.

    Args:
        model: a lifecycle or a composition.
        log: what was read, or rows in any order.
        customers: only these; by default everybody.
        until_us: rows after this instant are left out.
        engine: as for the model itself.

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
    playing: type[Playing] = PlayingComposition if issubclass(model, Composition) else PlayingLifecycle
    chosen = (r for r in rows if (customers is None or r.customer in customers) and (until_us is None or r.at_us <= until_us))
    life: Any = None
    for instant in by_instant(chosen, place):
        if life is None or life.name != instant.customer:
            life = opened(model, instant.customer, engine)
        yield playing(life, instant, place).step()


class PlayingLifecycle(Playing):
    """An instant of a lifecycle on its own."""

    def start(self, rows: list[Row]) -> bool:
        """Places the customer, with all values of the instant."""
        begin = next(row for row in rows if row.event == "@start")
        said, values = begin.details, self.values(rows)
        if not self.attempt(begin, lambda _: self.life.start(said["phase"], at=self.at, since=said.get("since"), **values)):
            return False
        self.lose_what_start_would_lose(rows)
        return True

    def observe(self, rows: list[Row]) -> None:
        """One observation of what the rows say."""
        told = [(row.event, row.details.get("instance")) for row in rows if row.event and not row.event.startswith("@")]
        events = list(dict.fromkeys(told))  # an event that several rows tell of is one event
        try:
            self.moves.append(self.life._life.observation(self.instant.at_us, self.values(rows), events))
        except ObservationError as error:
            for row in rows:
                self.refuse(row, error)

    def target(self, row: Row) -> Any:  # noqa: ARG002 -- every row is about the same lifecycle
        """The lifecycle itself."""
        return self.life

    def values(self, rows: list[Row]) -> dict[str, Any]:
        """What the rows say, as users would: dates as dates."""
        signals = self.life.definition.signals
        found = {name: signals[name].to_user(value) for row in rows for name, value in row.values.items()}
        return found | {name: CLEAR for row in rows if row.event == "@clear" for name in row.details["signals"]}
