"""Parquet files whose columns have types that no log should have: both engines say the same, and it is never our fault."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from clmstate.errors import InputError
from clmstate.replay.run import replay_file
from tests.replay.deal import Deal

AT = [dt.datetime(2026, 1, day) for day in (5, 6, 7)]
COLUMNS: dict[str, list[Any]] = {
    "customer": ["A", "A", "B"], "part": [""] * 3, "instance": [""] * 3, "at": AT, "event": ["", "notice", ""], "details": [""] * 3,
    "health": [70.0, 40.0, 60.0], "signed": [True, False, None], "renewal_on": AT, "tickets": [1, 2, 3], "plan": ["Pro", "Team", ""],
}  # fmt: skip
TYPED: dict[str, Any] = {
    "bytes": [b"a", b"\xff", b"A"], "float": [1.0, 2.5, None], "nan": [float("nan"), float("inf"), 1e300], "int": [1, 0, 5],
    "large": [2**62, 0, -(2**62)], "bool": [True, False, None], "list": [[1], [], None], "struct": [{"a": 1}, {"a": None}, None],
    "date": [dt.date(2026, 1, 1)] * 3, "time": [dt.time(1)] * 3, "duration": [dt.timedelta(1)] * 3, "nothing": [None] * 3,
    "decimal": [Decimal("1.50")] * 3, "text": ["yes", "\U0001f600", "  "], "numbers in text": ["2026-01-05", "0.5", "12"],
    "category": pl.Series(["yes", "x", ""], dtype=pl.Categorical), "nanoseconds": pl.Series(AT).dt.cast_time_unit("ns"),
    "zone": pl.Series(AT).dt.replace_time_zone("America/New_York"), "byte": pl.Series([1, 2, 3], dtype=pl.UInt8),
}  # fmt: skip


@pytest.mark.parametrize("column", ["customer", "event", "details", "at", "health", "signed", "plan"])
def test_every_type_of_column_is_used_or_refused_alike(column: str, tmp_path: Path) -> None:
    for kind, values in TYPED.items():
        path = tmp_path / f"{kind}.parquet"
        pl.DataFrame({**COLUMNS, column: values}, strict=False).write_parquet(path)
        told = []
        for engine in ("compiled", "columnar"):
            try:
                done = replay_file(Deal, path, engine=engine)  # type: ignore[arg-type]
            except InputError as error:
                told.append(str(error))
            else:
                assert done.counts.rows == done.counts.used + done.counts.rejected == 3
                told.append(str([table.rows() for _, table in done.tables]))
        assert told[0] == told[1], f"{column} as {kind}"
