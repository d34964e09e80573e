"""Whole customers in columns: rows a second for a contract, products and users, beside python-statemachine with a chart for each of them.

Run alone: ``python -m tests.bench.wholes [rows]``. As in :mod:`tests.bench.fleets`, each figure is rows for each second of processor time
of the whole process, polars held to one thread. The mix is that of :mod:`tests.bench.composed`: 85 % of the rows are a user's report of one
signal, 8 % a product's, 5 % the contract's, 2 % people who join or leave; how many of them move anything is counted.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # before polars is loaded: figures are per core

import numpy as np
import polars as pl

from clmstate.replay.columnar import Source
from clmstate.replay.inputs import parquet_pieces
from clmstate.replay.rows import Log
from clmstate.replay.typed import NUMBER
from clmstate.replay.wholes.fleet import Wholes
from models.dynamic.customer import Customer
from tests.bench import peer_composed

__all__ = ["fleet", "main"]

DAY = 86_400_000_000
START = 20_458 * DAY  # 2026-01-05
PRODUCTS, USERS, REPORTS = 5, 50, 1_000
A_DAY = 100
SETUP = 1 + PRODUCTS + USERS
PIECE = 1 << 17


def fleet(customers: int, seed: int = 3) -> pl.DataFrame:
    """Customers who begin with everybody on board and then report; sorted by customer and time."""
    rng = np.random.default_rng(seed)
    each = SETUP + REPORTS
    n = customers * each
    place = np.tile(np.arange(each), customers)
    setup = place < SETUP
    kind = np.where(setup, 9.0, rng.random(n))
    kind[place == 0] = 0.95  # the contract
    product = setup & (place >= 1) & (place <= PRODUCTS)
    user = setup & (place > PRODUCTS)
    at = START + np.where(setup, place, 0) * 1_000_000 + np.where(setup, 0, (place - SETUP) * DAY // A_DAY + DAY)
    is_user = (kind < 0.85) | user
    is_product = ((kind >= 0.85) & (kind < 0.93)) | product
    is_contract = (kind >= 0.93) & (kind < 0.98)
    comes_or_goes = (kind >= 0.98) & ~setup
    turn = np.cumsum(comes_or_goes.reshape(customers, each), axis=1).reshape(-1)
    guest = turn % 2 == 1  # they come and go in turn, each under a new name
    number = np.where(user, place - PRODUCTS - 1, rng.integers(0, USERS, n))
    number = np.where(is_product, np.where(product, place - 1, rng.integers(0, PRODUCTS, n)), number)
    kinds = np.select([is_contract, is_product, comes_or_goes], [0, 1, 3], 2)
    names = pl.Series(["", "product ", "user ", "guest "]).gather(kinds)
    which = pl.Series(np.where(comes_or_goes, (turn + 1) // 2, number)).cast(pl.String)
    instance = pl.select(pl.when(pl.Series(is_contract)).then(None).otherwise(names + which)).to_series()
    sleeps = (rng.random(n) < 0.04) & ~setup
    what = rng.random(n)

    def column(where: Any, values: Any) -> pl.Series:
        return pl.Series(np.where(where, values, np.nan)).fill_nan(None)

    reports = is_user & ~setup
    acts = np.select([product | user | (comes_or_goes & guest), comes_or_goes], [0, 1], 2)
    day = pl.Series(at).cast(pl.Datetime("us", "UTC"))
    contacts = is_contract & ~setup & (what < 0.2)
    dates = pl.DataFrame({"at": day, "first": place == 0, "contact": contacts}).select(
        pl.when("first").then(pl.lit(START + 9_000 * DAY).cast(pl.Datetime("us", "UTC"))).alias("renewal"),
        pl.when(pl.col("contact") | pl.col("first")).then("at").alias("contact"),
    )
    return pl.DataFrame(
        {
            "customer": pl.Series(np.repeat(np.arange(customers), each)).cast(pl.String).str.zfill(8),
            "part": pl.Series(["contract", "products", "users", "users"]).gather(kinds),
            "instance": instance,
            "at": day,
            "event": pl.Series(["@join", "@leave", None]).gather(acts),
            "contract.setup_done": _yes(place == 0),
            "contract.health": column(is_contract & ~contacts, np.where(place == 0, 80, rng.integers(74, 96, n))),
            "contract.renewal_on": dates["renewal"],
            "contract.last_contact": dates["contact"],
            "products.set_up": _yes(product),
            "products.users_active": column(
                is_product,
                np.where(product, 0.9, np.where(what < 0.03, rng.uniform(0.3, 0.49, n), rng.uniform(0.7, 0.99, n)).round(2)),
            ),
            "users.logins_28d": column(
                user | (reports & (what < 0.8)), np.where(user, 10, np.where(sleeps, 0, rng.integers(9, 16, n)))
            ),
            "users.features": column(user | (reports & (what >= 0.8) & (what < 0.9)), np.where(user, 4, rng.integers(3, 6, n))),
            "users.nps": column(reports & (what >= 0.9), rng.integers(7, 9, n)),
            "users.trained": _yes(user),
            "users.decides": _yes(user & (number == 0)),
        }
    )


def _yes(where: Any) -> pl.Series:
    return pl.Series([True, None]).gather(np.where(where, 0, 1))


def columns(frames: Any, *, more: bool = True) -> tuple[int, int]:
    """Plays frames; how many rows were used, and how many moves there were."""
    work = Wholes(Customer, Source(Log("fleet", ())))
    seen = 0
    for frame in frames:
        if NUMBER not in frame.columns:
            frame = frame.with_columns(pl.int_range(seen, seen + frame.height, dtype=pl.Int64).alias(NUMBER))
        work.take(frame, more=more)
        seen += frame.height
    found, used = work.finish()
    assert work.played_alone == 0, work.played_alone
    return used, found.moves.height


def measure(what: str, rows: int, play: Callable[[], tuple[int, int]]) -> dict[str, Any]:
    """One figure: rows for each second of processor time."""
    cpu, wall = time.process_time(), time.perf_counter()
    used, moves = play()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    assert used == rows, (used, rows)
    return {
        "what": what,
        "rows": rows,
        "M rows/s": round(rows / cpu / 1e6, 5),
        "wall": round(rows / wall / 1e6, 2),
        "moves": round(moves / rows, 4),
    }


def main(rows: int = 4_000_000) -> list[dict[str, Any]]:
    """Everything, printed as it is found; of three runs the fastest, for others may be at work on the machine."""
    customers = max(1, rows // (SETUP + REPORTS))
    n = customers * (SETUP + REPORTS)
    columns([fleet(2)])  # compiled once
    found = []

    def told(what: str, rows: int, play: Callable[[], tuple[int, int]], times: int = 3) -> None:
        found.append(max((measure(what, rows, play) for _ in range(times)), key=lambda figure: figure["M rows/s"]))
        print(found[-1], flush=True)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fleet.parquet"
        fleet(customers).write_parquet(path)
        told("whole customers, from Parquet, sorted", n, lambda: columns(parquet_pieces(path)))
        frame = pl.read_parquet(path)
        told("whole customers, from memory, sorted", n, lambda: columns(frame.iter_slices(PIECE)))
    few = list(peer_composed.rows_of(fleet(3)))
    told("whole customers, python-statemachine", len(few), lambda: peer_composed.play(few))
    print(f"columns, from memory: {found[1]['M rows/s'] / found[2]['M rows/s']:,.0f} times python-statemachine")
    return found


if __name__ == "__main__":
    main(int(float(sys.argv[1])) if len(sys.argv) > 1 else 4_000_000)
