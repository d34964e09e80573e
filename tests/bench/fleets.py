"""Fleets in columns: rows a second for each core, from memory, from Parquet and in no order, and what is held, beside peers on the same rows.

Part of `make bench`; alone: ``python -m tests.bench.fleets [--customers N]``. Each figure comes from a process of its own, polars and Numba
held to one thread: rows for each second of processor time of the whole process, and the most memory that it ever held. What came in is
counted, never assumed. Engines are compiled before the clock starts.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ["POLARS_MAX_THREADS"] = os.environ["NUMBA_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # figures are per core

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from clmstate.replay.columnar import Columnar, Source
from clmstate.replay.rows import Log
from clmstate.replay.run import Replayed, replay_file, replay_frame
from clmstate.replay.sorting import PIECE, is_sorted, scattered, sorted_pieces
from clmstate.replay.typed import NUMBER
from models.dynamic.contract import Contract
from tests.bench import peer_statemachine, peer_transitions
from tests.bench.fleet_figures import CHARTS, FLAT, FOUND, MIXED, TABLES, WEEKS, WHOLE, Figure, Fleets, Size

__all__ = ["WEEKS", "fleet", "main", "measure", "pieces_of"]

WEEK = 7 * 86_400_000_000
START = 20_458 * 86_400_000_000  # 2026-01-05
AT_ONCE = 20_000  # customers that are made at a time


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


def _make(whole: Path, half: Path, customers: int) -> None:
    """A Parquet file of a fleet, and one of its first half; neither is ever in memory."""
    schema = fleet(1).to_arrow().schema
    with (
        pq.ParquetWriter(whole, schema, compression="zstd") as all_of_them,
        pq.ParquetWriter(half, schema, compression="zstd") as some,
    ):
        for first in range(0, customers, AT_ONCE):
            made = fleet(min(AT_ONCE, customers - first), first)
            all_of_them.write_table(made.to_arrow(), row_group_size=PIECE)
            left = (customers // 2 - first) * WEEKS
            if left > 0:
                some.write_table(made.head(left).to_arrow(), row_group_size=PIECE)


# ---- what a process of its own does


def _play(what: str, count: int, times: int, paths: list[Path]) -> dict[str, Any]:
    """Plays so many customers so often; the first play of all compiles, and is not counted."""
    if what == "make":
        _make(paths[0], paths[1], count)
        return {}
    if what == "mix":
        first = pl.scan_parquet(paths[0]).head(count * WEEKS).collect()
        first.sample(fraction=1.0, shuffle=True, seed=3).write_parquet(paths[1], row_group_size=PIECE)
        return {}
    if what == WHOLE:
        from tests.bench import wholes

        wholes.columns([wholes.fleet(2)])
        rows = wholes.fleet(max(1, count // (wholes.SETUP + wholes.REPORTS)))
        return _timed(lambda: wholes.columns(rows.iter_slices(PIECE)), rows.height, times)
    columns([fleet(10)])
    if what in (FLAT, CHARTS):
        maker = peer_transitions.maker() if what == FLAT else peer_statemachine.maker()
        observations = keywords(count)
        return _timed(lambda: peer(maker, observations), count * WEEKS, times)
    told(replay_frame(Contract, fleet(10), engine="columnar"))
    pl.concat(sorted_pieces(fleet(10).reverse()))
    with scattered(iter([fleet(10)]), 520) as hands:
        assert all(is_sorted(hand) for hand in hands)
    if what in (FOUND, TABLES, MIXED):
        log = pl.read_parquet(paths[0], n_rows=count * WEEKS)
        if what == FOUND:
            return _timed(lambda: columns(log.iter_slices(PIECE)), count * WEEKS, times)
        return _timed(lambda: told(replay_frame(Contract, log, engine="columnar")), count * WEEKS, times)
    return _timed(lambda: told(replay_file(Contract, paths[0], engine="columnar")), count * WEEKS, times)


def _timed(play: Callable[[], tuple[int, int]], rows: int, times: int) -> dict[str, Any]:
    cpu, wall, moves = [], [], 0
    for _ in range(times):
        before, begun = time.process_time(), time.perf_counter()
        used, moves = play()
        cpu.append(time.process_time() - before)
        wall.append(time.perf_counter() - begun)
        assert used == rows, (used, rows)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rows": rows, "cpu": cpu, "wall": wall, "moves": moves, "peak": peak}


def told(done: Replayed) -> tuple[int, int]:
    """How many rows a replay used, and how many moves it found."""
    return done.counts.used, done.tables.height("moves")


def columns(frames: Any, *, more: bool = True) -> tuple[int, int]:
    """Plays frames; how many rows were used, and how many moves there were."""
    work = Columnar(Contract, Source(Log("fleet", ())))
    seen = 0
    for frame in frames:
        work.take(frame.with_row_index(NUMBER, seen).with_columns(pl.col(NUMBER).cast(pl.Int64)), more=more)
        seen += frame.height
    found, used = work.finish()
    return used, found.moves.height


def keywords(customers: int) -> list[tuple[str, dict[str, Any]]]:
    """The same rows as peers take them: whom they are about, and what is said."""
    frame = fleet(customers).with_columns(pl.col(pl.Datetime).dt.strftime("%Y-%m-%d"))
    return [(row.pop("customer"), {k: v for k, v in row.items() if v is not None}) for row in frame.iter_rows(named=True)]


def peer(maker: Callable[[], Any], rows: list[tuple[str, dict[str, Any]]]) -> tuple[int, int]:
    """Walks a peer's customers over rows; what they moved is not counted."""
    now, one = "", maker()
    for name, values in rows:
        if name != now:
            now, one = name, maker()
        one.observe(**values)
    return len(rows), 0


# ---- for single figures


def measure(what: str, rows: int, play: Any) -> dict[str, Any]:
    """One figure of this process: rows for each second of processor time."""
    found = Figure(what, **_timed(play, rows, 1))
    return {
        "what": what,
        "rows": rows,
        "M rows/s": round(found.rate / 1e6, 5),
        "wall": round(found.wall_rate / 1e6, 2),
        "moving": round(found.moves / rows, 4),
        "peak MB": round(found.peak),
    }


def pieces_of(path: Path, rows: int) -> Iterator[pl.DataFrame]:
    """The rows of a Parquet file in pieces."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(rows, use_threads=False):
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            yield frame


def main(arguments: list[str] | None = None) -> None:
    """All figures of fleets, printed."""
    parser = argparse.ArgumentParser(description="Measure the columnar engine.")
    parser.add_argument("--customers", type=int, default=1_000_000, help="of the largest fleet")
    parser.add_argument("--play", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.play:
        what, count, times, *paths = chosen.play
        print(json.dumps(_play(what, int(count), int(times), list(map(Path, paths)))))
        return
    found = Fleets.measured(Size.of(chosen.customers), lambda _, what: print(f"... {what}", flush=True))
    for figure in found.figures.values():
        rate, wall = figure.rate / 1e6, figure.wall_rate / 1e6
        print(f"{figure.what}: {figure.rows:,} rows, {rate:.4f} M rows/s per core (wall {wall:.4f}), at most {figure.peak:,.0f} MB")
    for name in (FLAT, CHARTS):
        print(f"columns, from memory: {found.times(name):,.0f} times {name}")


if __name__ == "__main__":
    main()
