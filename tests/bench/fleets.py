"""Fleets in columns: rows a second of the columnar engine, from memory, from Parquet and unsorted, beside peers on the same rows.

Run alone: ``python -m tests.bench.fleets [rows]``. Each figure is rows for each second of processor time of the whole process, polars
held to one thread, so that it is "per core" also on a machine where others work; what came in is counted, never assumed.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # before polars is loaded: figures are per core

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from clmstate.replay.columnar import Columnar, Source
from clmstate.replay.rows import Log
from clmstate.replay.typed import NUMBER
from models.dynamic.contract import Contract
from tests.bench import peer_statemachine, peer_transitions

__all__ = ["fleet", "main", "measure"]

WEEK = 7 * 86_400_000_000
START = 20_458 * 86_400_000_000  # 2026-01-05
WEEKS = 52


def fleet(customers: int, first: int = 0, weeks: int = WEEKS) -> pl.DataFrame:
    """Calm weekly traffic: three signals every week, a bad spell for one customer in ten; sorted by customer and time."""
    rng = np.random.default_rng(first)
    n = customers * weeks
    week = np.tile(np.arange(weeks), customers)
    at = pl.Series("at", START + week * WEEK).cast(pl.Datetime("us", "UTC"))
    base = np.repeat(rng.integers(72, 90, customers), weeks)
    spell = np.repeat((rng.random(customers) < 0.1) * rng.integers(10, 40, customers), weeks)
    bad = (spell > 0) & (week >= spell) & (week < spell + 6)
    health = np.where(bad, 45, base + rng.integers(-1, 2, n)).astype(np.float64)
    adopted = np.clip(0.1 + week * 0.05, 0, np.repeat(rng.uniform(0.7, 0.97, customers), weeks)).round(2)
    first_week = pl.Series(week == 0)
    renewal = (
        pl.select(pl.when(first_week).then(pl.lit(START + 120 * WEEK)).otherwise(None)).to_series().cast(pl.Datetime("us", "UTC"))
    )
    names = pl.Series(np.arange(first, first + customers)).cast(pl.String).str.zfill(8)
    return pl.DataFrame(
        {
            "customer": names.gather(np.repeat(np.arange(customers), weeks)),
            "at": at,
            "setup_done": pl.select(pl.when(pl.Series(week == 5)).then(True).otherwise(None)).to_series(),
            "users_adopted": adopted,
            "escalations": np.where(bad, 2, 0),
            "health": health,
            "renewal_on": renewal,
        }
    )


def columns(frames: Any, *, more: bool = True) -> tuple[int, int]:
    """Plays frames; how many rows were used, and how many moves there were."""
    work = Columnar(Contract, Source(Log("fleet", ())))
    seen = 0
    for frame in frames:
        work.take(frame.with_row_index(NUMBER, seen).with_columns(pl.col(NUMBER).cast(pl.Int64)), more=more)
        seen += frame.height
    found, used = work.finish()
    return used, found.moves.height


def measure(what: str, rows: int, play: Any) -> dict[str, Any]:
    """One figure: rows for each second of processor time."""
    before, wall = time.process_time(), time.perf_counter()
    used, moves = play()
    cpu = time.process_time() - before
    assert used == rows, (used, rows)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "what": what,
        "rows": rows,
        "M rows/s": round(rows / cpu / 1e6, 5),
        "wall": round(rows / (time.perf_counter() - wall) / 1e6, 2),
        "moving": round(moves / rows, 4),
        "peak MB": round(peak),
    }


def peer(maker: Callable[[], Any], customers: int) -> tuple[int, int]:
    """Walks a peer's customers over the same rows, as keywords; what they moved is not counted."""
    frame = fleet(customers).with_columns(pl.col(pl.Datetime).dt.strftime("%Y-%m-%d"))
    told = [(row.pop("customer"), {k: v for k, v in row.items() if v is not None}) for row in frame.iter_rows(named=True)]
    now, one = "", None
    for name, values in told:
        if name != now:
            now, one = name, maker()
        one.observe(**values)
    return len(told), 0


def pieces_of(path: Path, rows: int) -> Iterator[pl.DataFrame]:
    """The rows of a Parquet file in pieces."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(rows, use_threads=False):
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            yield frame


def main(rows: int = 5_000_000) -> list[dict[str, Any]]:
    """Everything, printed as it is found."""
    customers, piece = rows // WEEKS, 2_000 * WEEKS
    n = customers * WEEKS
    columns([fleet(10)])  # compiled once
    found = []

    def told(figure: dict[str, Any]) -> None:
        found.append(figure)
        print(figure, flush=True)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fleet.parquet"
        fleet(customers).write_parquet(path, row_group_size=piece)
        told(measure("from Parquet, sorted", n, lambda: columns(pieces_of(path, piece))))
        sorted_rows = pl.read_parquet(path)
        told(measure("from memory, sorted", n, lambda: columns(sorted_rows.iter_slices(piece))))
        mixed = sorted_rows.sample(fraction=1.0, shuffle=True, seed=3)
        told(measure("from memory, unsorted", n, lambda: columns([mixed], more=False)))
    for name, maker in (("transitions, flat", peer_transitions.maker()), ("python-statemachine", peer_statemachine.maker())):
        few = 60 if name.startswith("t") else 10
        told(measure(name, few * WEEKS, lambda maker=maker, few=few: peer(maker, few)))  # type: ignore[misc]
    ours = found[1]["M rows/s"]
    for figure in found[3:]:
        print(f"columns, from memory: {ours / figure['M rows/s']:,.0f} times {figure['what']}")
    return found


if __name__ == "__main__":
    main(int(float(sys.argv[1])) if len(sys.argv) > 1 else 5_000_000)
