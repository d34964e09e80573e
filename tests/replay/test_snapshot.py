"""A public table without history, replayed as the how-to says; what it comes to is known from elsewhere."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from clmstate import Event, Lifecycle, Phase, Signal, anywhere, days_in_phase
from clmstate.replay.run import replay_frame

TELCO = Path(__file__).parents[3] / "shared" / "data" / "ibm_telco" / "Telco-Customer-Churn.csv"


class Line(Lifecycle):
    """A telephone line, from its first bill on."""

    term = Signal.choice("term", "Month-to-month", "One year", "Two year")
    left = Event("line cancelled")
    first_year = Phase("First year", initial=True)
    settled = Phase("Settled", standing="good")
    lost = Phase("Lost", standing="lost", final=True)
    settle = first_year.to(settled, when=days_in_phase >= 365)
    lose = anywhere.to(lost, on=left)


@pytest.mark.skipif(not TELCO.is_file(), reason="the data set is not beside the repository (../shared/data/ibm_telco)")
@pytest.mark.parametrize(
    ("term", "customers", "lost"), [("Month-to-month", 3_875, 1_655), ("One year", 1_473, 166), ("Two year", 1_695, 48)]
)
def test_who_left_by_term(term: str, customers: int, lost: int) -> None:
    table = pl.read_csv(TELCO).filter(pl.col("Contract") == term)
    taken, whom = pl.date(2026, 1, 1), pl.col("customerID").alias("customer")
    months = pl.duration(days=(pl.col("tenure") * 30.4375).round(0).cast(pl.Int64))
    first = table.select(whom, at=taken - months, term="Contract")
    last = table.select(whom, at=taken, event=pl.when(pl.col("Churn") == "Yes").then(pl.lit("left")))
    done = replay_frame(Line, pl.concat([first, last], how="diagonal"))
    assert (done.counts.rows, done.counts.used) == (2 * customers, 2 * customers)
    assert dict(done.views.phase_counts().select("phase", "count").rows())["lost"] == lost
    if term == "Month-to-month":
        a_year = done.views.survival().filter(pl.col("days") <= 365).tail(1)["share"].item()
        assert a_year == pytest.approx(0.703, abs=0.001)
