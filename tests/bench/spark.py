"""The replay on Spark: warm rows a second per core, and what starting costs, apart.

Run alone: ``python -m tests.bench.spark [rows]``. The first replay starts a Java runtime and the workers and lets Numba load; it is told
apart. Then the same job is done again in the same session. Per core means rows for each second of processor time of this process, Java and
all workers together, so that the figure holds also on a machine where others work.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl

from clmstate.replay.spark import spark_session, with_spark
from models.dynamic.contract import Contract
from tests.bench.fleets import WEEKS, fleet

__all__ = ["family_seconds", "main"]


def family_seconds() -> float:
    """Processor seconds of this process and of everybody whom it started, dead or alive."""
    ticks, children = os.sysconf("SC_CLK_TCK"), {}
    spent: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            said = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it ended while we looked
            continue
        spent[int(entry.name)] = (
            sum(int(said[place]) for place in (11, 12, 13, 14)) / ticks
        )  # its own, and that of its dead children
        children.setdefault(int(said[1]), []).append(int(entry.name))
    family = [os.getpid()]
    for one in family:
        family += children.get(one, [])
    return sum(spent.get(one, 0.0) for one in family)


def main(rows: int = 5_200_000, repetitions: int = 3) -> list[dict[str, Any]]:
    """Everything, printed as it is found."""
    customers = rows // WEEKS
    n = customers * WEEKS
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fleet.parquet"
        fleet(customers).write_parquet(path, row_group_size=2_000 * WEEKS)
        begun, cpu = time.perf_counter(), family_seconds()
        with spark_session("local[2]") as session:
            session.range(1).count()
            started = {
                "what": "start of Spark",
                "seconds": round(time.perf_counter() - begun, 1),
                "cpu": round(family_seconds() - cpu, 1),
            }
            print(started, flush=True)
            found.append(started)
            for number in range(repetitions + 1):
                begun, cpu = time.perf_counter(), family_seconds()
                done = with_spark(Contract, path, master="local[2]")
                wall, spent = time.perf_counter() - begun, family_seconds() - cpu
                assert done.counts.used == n, done.counts
                figure = {
                    "what": "first replay" if not number else "warm",
                    "rows": n,
                    "M rows/s per core": round(n / spent / 1e6, 3),
                    "M rows/s, wall": round(n / wall / 1e6, 3),
                    "seconds": round(wall, 1),
                    "moves": done.tables.moves.height,
                }
                print(figure, flush=True)
                found.append(figure)
    warm = sorted(figure["M rows/s per core"] for figure in found if figure["what"] == "warm")
    print(f"warm, median: {warm[len(warm) // 2]} M rows/s per core", flush=True)
    return found


if __name__ == "__main__":
    pl.Config.set_tbl_rows(20)
    main(*map(int, sys.argv[1:2]))
