"""The same replay on Spark: the same tables, to the row, for lifecycles and for whole customers."""

from __future__ import annotations

import importlib
import itertools
import os
from pathlib import Path
from random import Random

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
from tests.conformance.generate import models
from tests.conformance.test_columns import differing, log_of

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


@pytest.mark.full
def test_one_job_holds_many_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty-five random lifecycles and a whole customer, each with a log of its own, dealt out together."""
    from clmstate.replay.spark import several_with_spark

    rng, jobs = Random(int.from_bytes(os.urandom(4), "big")), []
    monkeypatch.syspath_prepend(tmp_path)
    for number, (source, made) in enumerate(itertools.islice(models(rng), 25)):
        (tmp_path / f"random_model_{number}.py").write_text(f"from clmstate import *\n\n{source}", "utf-8")
        model = getattr(importlib.import_module(f"random_model_{number}"), made.__name__)
        log, _ = log_of(rng, model, 30, 30)
        write_log(tmp_path / f"{number}.parquet", log.rows, model)
        jobs.append((model, tmp_path / f"{number}.parquet"))
    write_log(tmp_path / "whole.parquet", simulate(Customer, customers=6, weeks=20, seed=3, plan=PLAN).log.rows, Customer)
    jobs.append((Customer, tmp_path / "whole.parquet"))
    for (model, path), done in zip(jobs, several_with_spark(jobs, partitions=5), strict=True):
        assert differing(replay_file(model, path, engine="compiled"), done) == [], path.name


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
