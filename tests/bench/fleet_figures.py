"""What is measured of fleets, and in which order; every figure comes from a process of its own (:mod:`tests.bench.fleets`)."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs

__all__ = [
    "CHARTS",
    "FLAT",
    "FOUND",
    "HALF",
    "MIXED",
    "MIXED_PARQUET",
    "PARQUET",
    "TABLES",
    "WEEKS",
    "WHOLE",
    "Figure",
    "Fleets",
    "Size",
]

WEEKS = 52
FOUND, TABLES = "sorted, from memory: what was found", "sorted, from memory: all result tables"
PARQUET, HALF = "sorted, from Parquet: all result tables", "sorted, from Parquet: half of the customers"
MIXED, MIXED_PARQUET = "in no order, from memory: all result tables", "in no order, from Parquet: all result tables"
FLAT, CHARTS = "transitions, flat", "python-statemachine"
WHOLE = "whole customers, sorted, from memory: what was found"


@attrs.frozen
class Size:
    """How much is played.

    Attributes:
        customers: of the Parquet file; every one of them has 52 weeks.
        in_memory: of the fleet in memory.
        mixed: of the fleets in no order.
        whole_rows: rows about whole customers, about.
        repetitions: of the shorter plays; a figure is their median.
    """

    customers: int = 1_000_000
    in_memory: int = 600_000
    mixed: int = 300_000
    whole_rows: int = 4_000_000
    repetitions: int = 3

    @classmethod
    def of(cls, customers: int) -> Size:
        """About so many customers."""
        return cls(customers, max(1, customers * 6 // 10), max(1, customers * 3 // 10), min(4_000_000, customers * WEEKS))


@attrs.frozen
class Figure:
    """What one process found.

    Attributes:
        what: it did.
        rows: that it played each time.
        cpu, wall: seconds that it took each time.
        moves: that there were.
        peak: the most megabytes that the process held.
    """

    what: str
    rows: int
    cpu: list[float]
    wall: list[float]
    moves: int
    peak: float

    @property
    def rate(self) -> float:
        """Rows for each second of processor time."""
        return self.rows / statistics.median(self.cpu)

    @property
    def wall_rate(self) -> float:
        """Rows for each second."""
        return self.rows / statistics.median(self.wall)


@attrs.frozen
class Fleets:
    """All that was measured.

    Attributes:
        figures: by what was played.
    """

    figures: dict[str, Figure]

    @staticmethod
    def steps() -> int:
        """How many steps `measured` tells of."""
        return 11

    @classmethod
    def measured(cls, size: Size, tell: Callable[[str, str], object]) -> Fleets:
        """Makes the fleets and plays each way."""
        found: list[Figure] = []
        with tempfile.TemporaryDirectory(prefix="clmstate-bench-") as folder:
            whole, half, mixed = (Path(folder) / f"{name}.parquet" for name in ("whole", "half", "mixed"))
            tell("fleets", f"{size.customers:,} customers are made")
            _child("make", size.customers, 1, whole, half)
            tell("fleets", f"{size.mixed:,} customers are mixed")
            _child("mix", size.mixed, 1, whole, mixed)
            for what, customers, path, times in (
                (FOUND, size.in_memory, whole, size.repetitions),
                (TABLES, size.in_memory, whole, size.repetitions),
                (PARQUET, size.customers, whole, 1),
                (HALF, size.customers // 2, half, 1),
                (MIXED, size.mixed, mixed, 1),
                (MIXED_PARQUET, size.mixed, mixed, 1),
                (FLAT, min(200, size.customers), whole, size.repetitions),
                (CHARTS, min(40, size.customers), whole, size.repetitions),
                (WHOLE, size.whole_rows, whole, size.repetitions),
            ):
                tell("fleets", what)
                found.append(Figure(what, **_child(what, customers, times, path)))
        return cls({figure.what: figure for figure in found})

    def times(self, peer: str) -> float:
        """How many times as fast as a peer."""
        return self.figures[FOUND].rate / self.figures[peer].rate


def _child(what: str, count: int, times: int, *paths: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.fleets", "--play", what, str(count), str(times), *map(str, paths)]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, check=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
