"""The values that decided: for each move, the signals that its rule read, as they were at that moment.

They are not kept during a replay, which would make every table as wide as the model; they are worked out again for whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final

from clmstate.composition import Composition
from clmstate.lifecycle import Lifecycle, Move
from clmstate.replay.frames import pl
from clmstate.replay.one_by_one import one_by_one
from clmstate.replay.rows import Log
from clmstate.replay.shape import shape_of
from clmstate.signals import SignalSpec, instant, show_instant

__all__ = ["values_that_decided"]

_COLUMNS: Final = {
    "customer": pl.String,
    "part": pl.String,
    "life": pl.Int64,
    "at": pl.Int64,
    "round": pl.Int64,
    "transition": pl.String,
    "signal": pl.String,
    "label": pl.String,
    "value": pl.String,
    "number": pl.Float64,
}


def values_that_decided(
    model: type[Lifecycle] | type[Composition],
    log: Log,
    *,
    as_of_us: int | None = None,
    customers: Collection[str] | None = None,
    progress: Callable[[int, int], object] = lambda _done, _total: None,
) -> pl.DataFrame:
    """The values that each move's rule read when it was taken, ports and roll-ups included: one row for each move and signal.

    Moves by hand, and events that ask nothing, read no values and have no rows.

    Args:
        model: a lifecycle or a composition.
        log: the rows that were replayed.
        as_of_us: the date of interest; later rows are not played.
        customers: only these; by default everybody.
        progress: told how many rows of how many have been played.

    Returns:
        The columns that name a move (`customer`, `part`, `life`, `at`, `round`, `transition`), and then `signal`, its `label`, the `value`
        as people read it ("unknown" if nothing was known), and for numbers, shares (0 to 1) and flags (0 or 1) the `number`.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.replay import Row
        >>> class Deal(Lifecycle):
        ...     adopted = Signal.share("users adopted")
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won")
        ...     win = open.to(won, when=adopted >= 0.8)
        >>> log = Log("log.csv", (Row("Acme", 0, values={"adopted": 0.3}), Row("Acme", 86_400_000_000, values={"adopted": 0.85})))
        >>> values_that_decided(Deal, log).select("customer", "transition", "signal", "value", "number").rows()
        [('Acme', 'win', 'adopted', '85 %', 0.85)]
    """
    shape = shape_of(model)
    kinds: dict[str, str] = {}  # by address, so that each is looked up once
    rows: list[tuple[Any, ...]] = []

    def told(who: tuple[str, str, int], move: Move) -> None:
        address = who[1]
        if address not in kinds:
            kinds[address] = shape.part_at(address)
        specs = shape.parts[kinds[address]].definition.signals
        for name, value in move.values.items():
            spec = specs[name]
            shown, number = _shown(spec, value)
            rows.append((*who, move.at_us, move.round, move.name, name, spec.label, shown, number))

    chosen = log if customers is None else [row for row in log.rows if row.customer in customers]
    total = len(log.rows)
    one_by_one(model, chosen, as_of_us=as_of_us, told=told, progress=lambda done: progress(done, total))
    found = pl.DataFrame(rows, schema=_COLUMNS, orient="row")
    return found.with_columns(pl.col("at").cast(pl.Datetime("us", "UTC"))).sort("customer", "at", "round", maintain_order=True)


def _shown(spec: SignalSpec, value: Any) -> tuple[str, float | None]:
    """A value as people read it, and as a number where it is one."""
    if value is None:
        return "unknown", None
    if spec.kind == "date":
        return show_instant(instant(value)), None
    return spec.show(value), None if isinstance(value, str) else float(value)
