"""The same replay on Spark: the same tables, to the row, for lifecycles and for whole customers."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from clmstate import Lifecycle, Phase
from clmstate.errors import InputError
from clmstate.replay import write_log
from clmstate.replay.rows import Log, Row
from clmstate.replay.run import replay_file, run
from clmstate.replay.simulate import Plan, simulate
from models.dynamic.contract import Contract
from models.dynamic.customer import Customer
from tests.conformance.test_columns import differing

PLAN = Plan(events={"ended": 0.2, "renewed": 1.0, "notice": 0.3})
BROKEN = {"customer": ["c00001", ""], "at": [1_770_000_000_000_000, 0]}


@pytest.mark.full
def test_spark_finds_the_same_to_the_row(tmp_path: Path) -> None:
    from clmstate.replay.spark import spark_session, with_spark

    with spark_session("local[2]"):
        for number, model in enumerate((Contract, Customer)):
            log = simulate(model, customers=12, weeks=20, seed=number, plan=PLAN).log
            path = tmp_path / f"{model.__name__}.parquet"
            write_log(path, log.rows, model)
            extra = pl.DataFrame(BROKEN).with_columns(pl.col("at").cast(pl.Datetime("us", "UTC")))
            pl.concat([pl.read_parquet(path), extra], how="diagonal").write_parquet(path)
            here = replay_file(model, path, engine="compiled")
            there = with_spark(model, path, partitions=3)
            assert differing(here, there) == []
            assert there.counts.rejected >= 1
            late = here.tables.moves["at"].to_physical().to_list()[here.tables.moves.height // 2]
            assert (
                differing(replay_file(model, path, engine="compiled", as_of_us=late), with_spark(model, path, as_of_us=late)) == []
            )


def test_what_spark_cannot_do_is_told_before_it_is_started(tmp_path: Path) -> None:
    class Hidden(Lifecycle):
        new = Phase("New", initial=True)

    write_log(tmp_path / "log.parquet", [Row("Acme", 0)], Hidden)
    with pytest.raises(InputError, match="CLM359"):
        replay_file(Hidden, tmp_path / "log.parquet", engine="spark")
    with pytest.raises(InputError, match="CLM303"):
        replay_file(Hidden, tmp_path / "log.csv", engine="spark")
    with pytest.raises(InputError, match="CLM303"):
        run(Hidden, Log("log", ()), engine="spark")
