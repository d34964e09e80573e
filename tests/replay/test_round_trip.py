"""What is written is read back: every kind of value, every format."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clmstate import InputError
from clmstate.replay import Row, read_log, write_log
from clmstate.replay.cells import Instant
from clmstate.replay.parquet import read_parquet
from clmstate.signals import LARGEST, SignalSpec, instant

from .deal import Deal

INSTANTS = st.integers(instant(dt.date.min), instant(dt.datetime.max))
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), min_size=1, max_size=12)
NAMES = TEXT.map(str.strip).filter(bool)


def values_of(spec: SignalSpec) -> st.SearchStrategy[Any]:
    match spec.kind:
        case "flag":
            return st.booleans()
        case "date":
            return INSTANTS
        case "choice":
            return st.sampled_from(spec.choices)
    low, high = spec.range
    if spec.kind in ("count", "integer"):
        return st.integers(max(int(low), -LARGEST), min(int(high), LARGEST))
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


def details_of(event: str) -> st.SearchStrategy[dict[str, Any]]:
    times = st.dates().map(str)
    match event:
        case "bought":
            return st.fixed_dictionaries({}, optional={"instance": NAMES})
        case "@start":
            return st.fixed_dictionaries({"phase": st.sampled_from(list(Deal.definition.phases))}, optional={"since": times})
        case "@move":
            return st.fixed_dictionaries({"to": st.just("won"), "by": NAMES, "reason": NAMES}, optional={"hold_until": times})
        case "@skip":
            return st.fixed_dictionaries({"touchpoint": st.just("Kick-off call"), "by": NAMES, "why": NAMES})
        case "@clear":
            return st.fixed_dictionaries({"signals": st.lists(st.sampled_from(list(Deal.definition.signals)), min_size=1)})
    return st.just({})


@st.composite
def rows(draw: st.DrawFn) -> Row:
    event = draw(st.sampled_from(["", "", "notice", "bought", "@start", "@move", "@skip", "@clear"]))
    values = draw(st.fixed_dictionaries({}, optional={name: values_of(spec) for name, spec in Deal.definition.signals.items()}))
    return Row(draw(NAMES), draw(INSTANTS), event=event, details=draw(details_of(event)), values=values)


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
@settings(max_examples=120)
@given(logged=st.lists(rows(), max_size=6))
def test_round_trip(ending: str, logged: list[Row]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"log{ending}"
        write_log(path, logged, Deal)
        if ending == ".jsonl" and not logged:
            with pytest.raises(InputError, match="it is empty"):
                read_log(path, Deal)
            return
        log = read_log(path, Deal)
    assert [str(r) for r in log.rejected] == []
    assert list(log.rows) == logged


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_a_log_is_written_whole_or_not_at_all(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"log{ending}"
    path.write_text("as it was")
    with pytest.raises(TypeError):
        write_log(path, [Row("Acme", "no time", values={})], Deal)  # type: ignore[arg-type]
    assert path.read_text() == "as it was"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="CLM307"):
        write_log(tmp_path / "no" / "log.csv", [], Deal)
    with pytest.raises(InputError, match="CLM303"):
        write_log(tmp_path / "log", [], Deal)


def test_parquet_of_others(tmp_path: Path) -> None:
    """Types that other tools write: dates, times with zones and other units, decimals, categories, structs."""
    pl = pytest.importorskip("polars")
    when = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
    frame = pl.DataFrame(
        {
            "customer": pl.Series(["Acme", "Acme"], dtype=pl.Categorical),
            "at": pl.Series([when, None]).dt.convert_time_zone("Asia/Tokyo").dt.cast_time_unit("ns"),
            "renewal_on": pl.Series([dt.date(2027, 1, 1), None]),
            "worth": pl.Series(["12.5", None]).cast(pl.Decimal(10, 2)),
            "tickets": pl.Series([3.0, None]),
            "signed": pl.Series([1, None], dtype=pl.UInt8),
            "event": pl.Series(["bought", None]),
            "details": pl.Series([{"instance": "crm"}, None]),
        }
    )
    frame.write_parquet(tmp_path / "log.parquet")
    log = read_log(tmp_path / "log.parquet", Deal)
    assert log.rows == (
        Row(
            "Acme",
            instant(when),
            event="bought",
            details={"instance": "crm"},
            values={"renewal_on": instant("2027-01-01"), "worth": 12.5, "tickets": 3, "signed": True},
        ),
    )
    assert [r.number for r in log.rejected] == [2]
    assert log.place(2).endswith("log.parquet, row 2")


def test_truncated_parquet(tmp_path: Path) -> None:
    pytest.importorskip("polars")
    path = tmp_path / "log.parquet"
    write_log(path, [Row("Acme", i, values={"health": i % 100}) for i in range(1000)], Deal)
    whole = path.read_bytes()
    assert read_parquet("log.parquet", path).total == 1000
    for length in (0, 4, 10, len(whole) // 2, len(whole) - 4, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError, match="CLM302"):
            read_log(path, Deal)


def test_an_instant_from_a_table_is_a_number() -> None:
    assert Instant(5) == 5
