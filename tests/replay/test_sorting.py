"""Rows in no order: what comes out is what a plain sort makes of them, and every customer is in one piece."""

from __future__ import annotations

from pathlib import Path
from random import Random

import polars as pl
import pytest

from clmstate.replay import sorting, write_log
from clmstate.replay.run import replay_file, replay_frame, run
from clmstate.replay.simulate import simulate
from clmstate.replay.sorting import is_sorted, scattered, sorted_pieces
from models.dynamic.contract import Contract
from tests.conformance.test_columns import differing


def rows(seed: int, count: int, customers: int) -> pl.DataFrame:
    rng = Random(seed)
    named = [f"customer {rng.randrange(customers):04}" + rng.choice(["", "", "", " "]) for _ in range(count)]
    at = pl.Series([rng.randrange(50) for _ in range(count)]).cast(pl.Datetime("us", "UTC"))
    return pl.DataFrame({"__row": range(count), "customer": named, "at": at})


@pytest.mark.parametrize(("count", "customers"), [(1, 1), (2, 1), (300, 7), (9000, 2), (9000, 800)])
def test_a_plain_sort_says_the_same(count: int, customers: int) -> None:
    frame = rows(count, count, customers)
    expected = frame.sort(pl.col("customer").str.strip_chars(), "at", maintain_order=True)
    pieces = list(sorted_pieces(frame, 100))
    assert pl.concat(pieces).equals(expected)
    named = [set(piece["customer"].str.strip_chars()) for piece in pieces]
    assert sum(map(len, named)) == len(set().union(*named))
    assert all(piece.height >= 100 for piece in pieces[:-1])


def test_names_may_be_numbers_and_nobody() -> None:
    frame = pl.DataFrame({"customer": [3, None, 1, 3], "at": ["2026-01-02", "x", "2026-01-02", "2026-01-01"]})
    assert pl.concat(sorted_pieces(frame)).rows() == [(None, "x"), (1, "2026-01-02"), (3, "2026-01-01"), (3, "2026-01-02")]
    assert list(sorted_pieces(frame.clear())) == []


def test_hands_share_no_customer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorting, "HAND", 500)
    frame = rows(5, 4000, 60)
    with scattered(frame.iter_slices(700), frame.height) as hands:
        dealt = list(hands)
    assert len(dealt) == 9
    named = [set(hand["customer"].str.strip_chars()) for hand in dealt]
    assert sum(map(len, named)) == len(set().union(*named))
    assert pl.concat(dealt).sort("__row").equals(frame)


def test_sortedness_is_seen() -> None:
    frame = pl.concat(sorted_pieces(rows(8, 500, 20).with_columns(pl.col("customer").str.strip_chars())))
    assert is_sorted(frame)
    assert is_sorted(frame.head(1))
    assert not is_sorted(frame.reverse())
    assert not is_sorted(frame.with_columns(at=pl.col("at").reverse()))
    assert not is_sorted(frame.with_columns(pl.lit(None, pl.String).alias("customer")))


@pytest.mark.parametrize("order", ["sorted", "shuffled"])
def test_logs_of_many_pieces_are_one_log(order: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = simulate(Contract, customers=30, weeks=30, seed=3).log
    told = run(Contract, log, engine="compiled")
    shuffled = list(log.rows)
    if order == "shuffled":
        Random(3).shuffle(shuffled)
    write_log(tmp_path / "log.parquet", shuffled, Contract)
    monkeypatch.setattr(sorting, "PIECE", 64)
    monkeypatch.setattr(sorting, "HAND", 200)
    monkeypatch.setattr(sorted_pieces, "__defaults__", (64,))
    frame = pl.read_parquet(tmp_path / "log.parquet")
    assert differing(told, replay_frame(Contract, frame, engine="columnar")) == []
    assert differing(told, replay_file(Contract, tmp_path / "log.parquet", engine="columnar")) == []
