"""Net and gross revenue retention of a fleet, from what customers were worth at two instants."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from clmstate.errors import Diagnostic, InputError, did_you_mean
from clmstate.replay.frames import pl
from clmstate.replay.rows import Row
from clmstate.replay.run import Replayed
from clmstate.replay.tables import kind_of_part

__all__ = ["Retained", "retained"]


@attrs.frozen
class Retained:
    """What became of the revenue of those who were customers at a first instant.

    Attributes:
        customers: how many they were.
        before: what they were worth then.
        after: what the same customers are worth later; who was lost is worth nothing.
        kept: the same, but nobody counts for more than before.

    Example:
        >>> found = Retained(2, 100.0, 120.0, 90.0)
        >>> found.nrr, found.grr
        (1.2, 0.9)
    """

    customers: int
    before: float
    after: float
    kept: float

    @property
    def nrr(self) -> float | None:
        """Net revenue retention: later worth over first worth, growth included; None if nobody was worth anything."""
        return self.after / self.before if self.before else None

    @property
    def grr(self) -> float | None:
        """Gross revenue retention: the same without growth, so never above 1."""
        return self.kept / self.before if self.before else None


def retained(done: Replayed, rows: Iterable[Row], signal: str, from_us: int, to_us: int) -> Retained:
    """Net and gross revenue retention between two instants.

    Args:
        done: the replay; it says who was lost (a phase of standing "lost").
        rows: the log that was replayed.
        signal: the column that says what a customer is worth, such as `annual_value`; its last value counts.
        from_us: the first instant; customers of then are looked at.
        to_us: the later instant.

    Raises:
        InputError: CLM355, there is no such column of money or numbers.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.replay.rows import Log
        >>> from clmstate.replay.run import run
        >>> class Deal(Lifecycle):
        ...     worth = Signal.money("worth", unit="EUR")
        ...     open = Phase("Open", initial=True)
        >>> log = Log("log.csv", (Row("Acme", 0, values={"worth": 100}), Row("Acme", 9, values={"worth": 110})))
        >>> retained(run(Deal, log), log.rows, "worth", 0, 9).nrr
        1.1
    """
    columns = done.shape.columns
    known = [name for name, column in columns.items() if column.spec.numeric]
    if signal not in known:
        raise InputError([Diagnostic("CLM355", done.model, f"{signal!r:.60} is no column of numbers", did_you_mean(signal, known))])
    part = columns[signal].part.replace(".", "/")
    told = [(row.customer, row.at_us, float(row.values[signal])) for row in rows if signal in row.values and row.at_us <= to_us]
    schema = {"customer": pl.String, "at": pl.Int64, "worth": pl.Float64}
    values = pl.DataFrame(told, schema=schema, orient="row").sort("customer", "at", maintain_order=True)
    stays = done.tables.stays.with_columns(kind_of_part(done.shape)).filter(pl.col("kind") == part)
    lost = done.views.known_phases().filter((pl.col("standing") == "lost") & (pl.col("kind") == part))["phase"].to_list()
    gone = stays.filter(pl.col("phase").is_in(lost)).group_by("customer").agg(pl.col("entered").min().to_physical().alias("gone"))
    first = values.filter(pl.col("at") <= from_us).group_by("customer").agg(pl.col("worth").last().alias("before"))
    last = values.group_by("customer").agg(pl.col("worth").last().alias("after"))
    both = first.join(last, on="customer").join(gone, on="customer", how="left")
    both = both.filter(pl.col("gone").is_null() | (pl.col("gone") > from_us))
    after = pl.when(pl.col("gone") <= to_us).then(0.0).otherwise(pl.col("after"))
    sums = both.select(
        pl.len(), pl.col("before").sum(), after.sum().alias("after"), pl.min_horizontal(after, "before").sum().alias("kept")
    ).row(0)
    return Retained(int(sums[0]), float(sums[1]), float(sums[2]), float(sums[3]))
