"""The same replay on Spark: the same tables, to the row, for lifecycles and for whole customers."""

from __future__ import annotations

import importlib
import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import polars as pl
import pytest

from clmstate import Composition, Lifecycle, Phase
from clmstate.errors import InputError
from clmstate.replay import spark, write_log
from clmstate.replay.inputs import row_ranges
from clmstate.replay.rows import Log, Row
from clmstate.replay.run import replay_file, run
from clmstate.replay.simulate import Plan, simulate
from models.dynamic.contract import Contract
from models.dynamic.customer import Customer
from tests.conformance.compose import compositions
from tests.conformance.generate import models
from tests.conformance.test_columns import differing, log_of
from tests.conformance.whole_columns import log_of as log_of_wholes

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


Job = tuple[type[Lifecycle] | type[Composition], Path]


def random_jobs(folder: Path, rng: Random, lifecycles: int, rows: int) -> Iterator[Job]:
    """Random models, each in a module of its own and with a log of its own: so many lifecycles, then compositions until so many rows."""

    def job(source: str, name: str, log: Log) -> Job:
        module = f"random_model_{rng.getrandbits(48)}"
        (folder / f"{module}.py").write_text(f"from clmstate import *\n\n{source}", "utf-8")
        model = getattr(importlib.import_module(module), name)
        write_log(folder / f"{module}.parquet", log.rows, model)
        return model, folder / f"{module}.parquet"

    for source, model in itertools.islice(models(rng), lifecycles):
        yield job(source, model.__name__, log_of(rng, model, 30, 30)[0])
    for source, whole in compositions(rng):
        if rows <= 0:
            break
        log, _ = log_of_wholes(rng, whole, 8, 30, plain=False)
        if log.rows:
            rows -= len(log.rows)
            yield job(source, whole.__name__, log)


@pytest.mark.full
def test_one_job_holds_many_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random lifecycles and whole customers (20,000 rows), and one of the book, each with a log of its own, dealt out together."""
    from clmstate.replay.spark import several_with_spark

    seed = int.from_bytes(os.urandom(4), "big")
    monkeypatch.syspath_prepend(tmp_path)
    jobs = list(random_jobs(tmp_path, Random(seed), 25, 20_000))
    write_log(tmp_path / "whole.parquet", simulate(Customer, customers=6, weeks=20, seed=3, plan=PLAN).log.rows, Customer)
    jobs.append((Customer, tmp_path / "whole.parquet"))
    done = several_with_spark(jobs, partitions=3)
    for (model, path), there in zip(jobs, done, strict=True):
        assert differing(replay_file(model, path, engine="compiled"), there) == [], f"seed {seed}, {path.name}"
    composed = sum(there.counts.rows for (model, _), there in zip(jobs, done, strict=True) if issubclass(model, Composition))
    print(
        f"seed {seed}: {len(jobs)} models, {sum(there.counts.rows for there in done)} rows, {composed} of them of whole customers"
    )
    assert composed >= 20_000


def test_what_workers_do_finds_the_same_to_the_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same without Spark between them: a few models are dealt into hands, and each partition is played."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(spark, "PACKED", 2_000)
    jobs = list(random_jobs(tmp_path, Random(11), 2, 500))
    tasks = [spark.Task(model.__module__, model.__name__, str(path), 3 * n, 3) for n, (model, path) in enumerate(jobs)]
    pieces = [piece for task in tasks for within in row_ranges(task.path) for piece in spark.pieces_of(task, within)]
    assert len(pieces) > 3 * len(tasks)
    Random(5).shuffle(pieces)
    dealt = [[spark.packed((hand, piece)) for hand, piece in pieces if hand % 4 == partition] for partition in range(4)]
    found = pl.concat(pl.from_arrow(batch) for batches in dealt for batch in spark.played(tasks, None, (), iter(batches)))
    for number, (model, path) in enumerate(jobs):
        here = replay_file(model, path, engine="compiled")
        there = spark.put_together(model, str(path), found.filter(pl.col("task") == number), here.counts.rows, None)
        assert differing(here, there) == [], path.name


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
