"""Whole logs through models: what comes out is complete, the same on every way in, and whole or not there at all."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import attrs
import duckdb
import polars as pl
import pytest

from clmstate.errors import InputError
from clmstate.replay import read_log, write_log
from clmstate.replay.rows import Log, Row
from clmstate.replay.run import Replayed, replay_file, replay_frame, run
from clmstate.replay.simulate import Plan, simulate
from models.dynamic.contract import Contract
from models.dynamic.customer import Customer
from tests import processes
from tests.conformance.test_columns import differing
from tests.replay.deal import Deal, Flapping

DAY = 86_400_000_000
ACME = Path(__file__).parents[2] / "models" / "dynamic" / "customer_acme.csv"


@pytest.fixture(scope="module")
def log() -> Log:
    plan = Plan(events={"ended": 0.2, "renewed": 1.0, "notice": 0.3, "saved": 1.0})
    return simulate(Contract, customers=25, weeks=40, seed=4, plan=plan).log


@pytest.fixture(scope="module")
def told(log: Log) -> Replayed:
    return run(Contract, log, engine="compiled")


def test_a_whole_customer_has_all_its_parts_in_the_tables() -> None:
    done = run(Customer, read_log(ACME, Customer))
    assert (done.counts.rows, done.counts.used, done.counts.rejected) == (57, 57, 0)
    assert done.tables.phases.filter(pl.col("part") == "contract")["phase"].to_list() == ["success"]
    stays = done.tables.stays.filter(pl.col("part") == "users/dana")
    assert stays["phase"].to_list()[:2] == ["invited", "activated"]
    who = ["customer", "part", "life"]
    gaps = done.tables.stays.with_columns(pl.col("ended").shift(1).over(who).alias("before"))
    assert gaps.filter(pl.col("before").is_not_null() & (pl.col("before") != pl.col("entered"))).height == 0


def test_who_joins_again_lives_again() -> None:
    rows = [
        Row("Acme", 0, "contract"),
        Row("Acme", 0, "users", "dana", "@join"),
        Row("Acme", 9 * DAY, "users", "dana", "@leave"),
        Row("Acme", 20 * DAY, "users", "dana", "@join"),
        Row("Acme", 30 * DAY, "contract"),
    ]
    stays = run(Customer, Log("log", tuple(rows))).tables.stays.filter(pl.col("part") == "users/dana")
    assert stays.select("life", "days", "ended_by", "open").rows() == [(1, 9.0, "@leave", False), (2, 10.0, None, True)]


def test_as_of_a_date_time_passes_and_later_rows_are_counted(log: Log) -> None:
    at = sorted(row.at_us for row in log.rows)[len(log.rows) // 2]
    done = run(Contract, log, as_of_us=at, engine="compiled")
    assert done.counts.later == sum(row.at_us > at for row in log.rows)
    assert done.counts.rows == done.counts.used + done.counts.rejected + done.counts.later
    assert differing(done, run(Contract, log, as_of_us=at, engine="columnar")) == []


def frame(path: Path) -> Any:
    return replay_frame(Contract, pl.read_parquet(path), engine="columnar")


WAYS: dict[str, Callable[[Path], Replayed]] = {
    "parquet": lambda path: replay_file(Contract, path),
    "polars": frame,
    "lazy": lambda path: replay_frame(Contract, pl.scan_parquet(path), engine="columnar"),
    "pandas": lambda path: replay_frame(Contract, pl.read_parquet(path).to_pandas(), engine="columnar"),
    "arrow": lambda path: replay_frame(Contract, pl.read_parquet(path).to_arrow(), engine="columnar"),
    "one by one": lambda path: replay_frame(Contract, pl.read_parquet(path), engine="compiled"),
    "duckdb": lambda path: replay_file(Contract, f"{stored_in_duckdb(path)}:log", engine="columnar"),
    "sqlite": lambda path: replay_file(Contract, f"{stored_in_sqlite(path)}:log", engine="columnar"),
}


def stored_in_duckdb(path: Path) -> Path:
    target = path.with_suffix(".duckdb")
    with duckdb.connect(target) as database:
        database.execute("create table log as select * from read_parquet(?)", [str(path)])
    return target


def stored_in_sqlite(path: Path) -> Path:
    target = path.with_suffix(".sqlite")
    text = pl.read_parquet(path).with_columns(pl.col(pl.Datetime).dt.strftime("%Y-%m-%dT%H:%M:%S"))
    with closing(sqlite3.connect(target)) as database:
        text.to_pandas().to_sql("log", database, index=False)
    return target


@pytest.mark.parametrize("way", WAYS)
def test_every_way_in_finds_the_same(way: str, log: Log, told: Replayed, tmp_path: Path) -> None:
    rows = list(log.rows)
    Random(way).shuffle(rows)
    write_log(tmp_path / "log.parquet", rows, Contract)
    assert differing(told, WAYS[way](tmp_path / "log.parquet")) == []


def test_what_is_broken_is_rejected_and_nothing_is_lost(log: Log, told: Replayed, tmp_path: Path) -> None:
    broken = [
        {"customer": "", "at": "2026-01-05", "health": "70"},
        {"customer": "bad", "at": "yesterday", "health": "70"},
        {"customer": "bad", "at": "2026-01-05", "health": "170"},
        {"customer": "bad", "at": "2026-01-05", "health": "high"},
        {"customer": "bad", "at": "2026-01-06", "event": "notce"},
        {"customer": "bad", "at": "2026-01-07", "users_adopted": "80"},
        {"customer": "bad", "at": "2026-01-08+99:00", "health": "70"},
        {"customer": "twice", "at": "2026-01-05", "health": "70"},
        {"customer": "twice", "at": "2026-01-05T00:00+00:00", "health": "71"},
        {"customer": "zones", "at": "2026-01-05T01:00+01:00", "health": "70"},
        {"customer": "zones", "at": "2026-01-04T23:00-01:00", "health": "70"},
    ]
    write_log(tmp_path / "log.csv", log.rows, Contract)
    good = pl.read_csv(tmp_path / "log.csv", infer_schema=False)
    both = pl.concat([good, pl.DataFrame(broken)], how="diagonal")
    columns = replay_frame(Contract, both, engine="columnar")
    single = replay_frame(Contract, both, engine="compiled")
    assert columns.counts == single.counts
    assert columns.counts.rejected == 10  # of the two zones, one says what the other says
    assert columns.counts.rows == both.height == columns.counts.used + columns.counts.rejected
    assert differing(columns, single) == []
    assert columns.tables.rejects["code"].is_not_null().all()
    mine = columns.tables.moves.filter(~pl.col("customer").is_in(["bad", "twice", "zones"]))
    assert mine.equals(told.tables.moves)


def test_by_hand_and_never_settling_are_the_same_in_columns() -> None:
    rows = [
        Row("Acme", 0, event="@start", details={"phase": "won", "since": "1969-12-01"}),
        Row("Acme", 5 * DAY, values={"health": 40}),
        Row("Beta", 0, values={"signed": True}),
        Row("Beta", 3 * DAY, event="@move", details={"to": "risky", "by": "Dana", "reason": "a call"}),
        Row("Beta", 9 * DAY, event="@clear", details={"signals": ["signed"]}),
        Row("Gamma", 0, values={"signed": True, "health": 20}),
    ]
    log = Log("log", tuple(attrs.evolve(row, number=n) for n, row in enumerate(rows, 1)))
    assert differing(run(Deal, log, engine="compiled"), run(Deal, log, engine="columnar")) == []
    hot = Log("log", (Row("a", 0, number=1), Row("a", DAY, values={"hot": True}, number=2), Row("b", 0, number=3)))
    one, other = (run(Flapping, hot, engine=engine) for engine in ("compiled", "columnar"))
    assert differing(one, other) == []
    assert other.tables.rejects.select("row", "code").rows() == [(2, "CLM210")]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("log.parquet", b"PAR1 but not really", "CLM302"),
        ("log.duckdb:log", b"no database", "CLM302"),
        ("log.sqlite:log", b"no database at all, but long enough to be looked at", "CLM302"),
        ("log.csv", b"", "CLM302"),
        ("log.toml", b"[tables\n", "CLM360"),
    ],
)
def test_files_that_are_not_what_they_say(name: str, text: bytes, code: str, tmp_path: Path) -> None:
    (tmp_path / name.partition(":")[0]).write_bytes(text)
    with pytest.raises(InputError) as caught:
        replay_file(Deal, tmp_path / name)
    assert [d.code for d in caught.value.diagnostics] == [code]


def test_a_truncated_parquet_file_is_refused(log: Log, tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    write_log(path, log.rows, Contract)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match="CLM302"):
        replay_file(Contract, path)


def test_a_database_without_that_table_names_those_it_has(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "crm.sqlite")) as database:
        database.execute("create table logs as select 1 customer")
        database.commit()
    with pytest.raises(InputError, match="Did you mean 'logs'"):
        replay_file(Deal, tmp_path / "crm.sqlite:log")


# ---- whole or not at all


def test_results_are_written_whole_and_over_older_results_only(told: Replayed, tmp_path: Path) -> None:
    told.write(tmp_path / "out")
    note = json.loads((tmp_path / "out" / "replay.json").read_text())
    assert note["rows"]["rows"] == told.counts.rows
    assert {path.stem for path in (tmp_path / "out").glob("*.csv")} == {name for name, _ in told.tables}
    told.write(tmp_path / "out", "parquet")
    assert pl.read_parquet(tmp_path / "out" / "moves.parquet").equals(told.tables.moves)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="CLM307"):
        told.write(tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_killed_in_the_middle_there_is_no_result(log: Log, tmp_path: Path) -> None:
    write_log(tmp_path / "log.csv", log.rows, Contract)
    program = (
        "import sys; from clmstate.replay import run as r; import pathlib, time\n"
        "def slow(self, folder, table_format):\n"
        "    (folder / 'moves.csv').write_text('half'); print('writing', flush=True); time.sleep(600)\n"
        "r.Replayed._fill = slow\n"
        "from clmstate.cli import main; main(sys.argv[1:])\n"
    )
    words = ["replay", "models/dynamic/contract.py", str(tmp_path / "log.csv"), "--out", str(tmp_path / "out")]
    root = Path(__file__).parents[2]
    with processes.started([sys.executable, "-c", program, *words], cwd=root) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
    assert not (tmp_path / "out").exists()
    time.sleep(0)
