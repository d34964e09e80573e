"""Tables in files and tables in memory are the same tables."""

from __future__ import annotations

import gc
from pathlib import Path

import attrs
import polars as pl
import pytest

from clmstate.replay import columnar as columns
from clmstate.replay import gathering, inputs, write_log
from clmstate.replay.rows import Log, Row
from clmstate.replay.run import Replayed, replay_file, run
from clmstate.replay.simulate import Plan, simulate
from models.dynamic.contract import Contract
from tests.conformance.test_columns import differing


@pytest.fixture(scope="module")
def log() -> Log:
    """Customers in order, one of whom was moved by hand, and a row that is broken."""
    plan = Plan(events={"ended": 0.2, "renewed": 1.0, "notice": 0.3, "saved": 1.0})
    rows = list(simulate(Contract, customers=30, weeks=30, seed=9, plan=plan).log.rows)
    moved = rows[len(rows) // 2]
    by_hand = {"to": "adoption", "by": "Dana", "reason": "a call"}
    rows.append(Row(moved.customer, moved.at_us + 1, event="@move", details=by_hand))
    rows.sort(key=lambda row: (row.customer, row.at_us))
    return Log("log", tuple(attrs.evolve(row, number=number) for number, row in enumerate(rows, 1)))


def in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of 50 rows, given away at once, and files as soon as 40 rows are held."""
    monkeypatch.setattr(inputs.parquet_pieces, "__defaults__", (50, *(inputs.parquet_pieces.__defaults__ or ())[1:]))
    monkeypatch.setattr(columns, "_MANY", 0)
    monkeypatch.setattr(gathering.Gathering.__init__, "__defaults__", (40,))


@pytest.mark.parametrize("in_order", [True, False], ids=["sorted", "unsorted"])
def test_files_hold_what_memory_holds(log: Log, in_order: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = run(Contract, log, engine="compiled")
    write_log(tmp_path / "log.parquet", log.rows if in_order else log.rows[::-1], Contract)
    in_small_pieces(monkeypatch)
    done = replay_file(Contract, tmp_path / "log.parquet", engine="columnar")
    assert len(done.tables.held["stays"]) > 1  # files
    assert done.heights == {name: table.height for name, table in told.tables}
    assert done.customers == told.customers == 30
    assert done.views.phase_counts().equals(told.views.phase_counts())
    assert done.views.flows().equals(told.views.flows())
    done.write(tmp_path / "out", "parquet")
    for name, table in told.tables:
        written = pl.read_parquet(tmp_path / "out" / f"{name}.parquet")
        assert written.sort(written.columns, nulls_last=True).equals(table.sort(table.columns, nulls_last=True))
    assert differing(told, done) == []


def test_the_files_go_with_the_tables(log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_log(tmp_path / "log.parquet", log.rows, Contract)
    in_small_pieces(monkeypatch)
    done: Replayed | None = replay_file(Contract, tmp_path / "log.parquet", engine="columnar")
    assert done is not None
    held = done.tables.held["stays"]
    assert not isinstance(held, pl.DataFrame)
    folder = held[0].parent
    assert folder.is_dir()
    done = None
    gc.collect()
    assert not folder.exists()
