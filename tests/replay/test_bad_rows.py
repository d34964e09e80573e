"""Every kind of bad row, as a user has it in a file: rejected with its reason by every engine alike, and nothing is lost."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from clmstate.cli import main
from clmstate.composition import Composition
from clmstate.lifecycle import Lifecycle
from clmstate.replay.run import Replayed, replay_file
from clmstate.replay.spark import several_with_spark, spark_session
from models.dynamic.contract import Contract
from models.dynamic.customer import Customer
from tests.conformance.test_columns import differing

Model = type[Lifecycle] | type[Composition]
Told = dict[str, Any]


def told(day: int | str, part: str = "", instance: str = "", event: str = "", details: str = "", **values: Any) -> Told:
    """A row; its values are those of the part that it names."""
    at = f"2026-01-{day:02}" if isinstance(day, int) else day
    given = {f"{part}.{name}" if part else name: value for name, value in values.items()}
    return {"customer": "Acme", "at": at, "part": part, "instance": instance, "event": event, "details": details, **given}


def joins(day: int | str, name: str = "dana", **values: Any) -> Told:
    return told(day, "users", name, "@join", **values)


ALONE: dict[str, tuple[list[str], list[Told]]] = {
    "an unknown event": (["CLM314"], [told(1, event="noticed"), told(2, health=70)]),
    "an unknown act": (["CLM314"], [told(1, event="@joined"), told(2, health=70)]),
    "an act of compositions": (["CLM314"], [told(1, event="@join"), told(2, health=70)]),
    "an unknown part": (["CLM312"], [told(1, "contract"), told(2, health=70)]),
    "an instance": (["CLM312"], [told(1, "", "dana"), told(2, health=70)]),
    "wrong types": (
        ["CLM204"] * 3,
        [told(1, health="good"), told(2, health="70 %"), told(3, setup_done="maybe"), told(4, health="70")],
    ),
    "out of bounds": (
        ["CLM204"] * 4,
        [told(1, health=170), told(2, health=-1), told(3, escalations=-3), told(4, escalations="1.5"), told(5, health=70)],
    ),
    "said twice": (["CLM317"] * 2, [told(1, health=70), told(1, health=70), told(2, event="notice"), told(2, event="notice")]),
    "contradictions": (["CLM316"] * 2, [told(1, health=70), told(1, health=20), told(2, health=20)]),
    "contradictions across zones": (
        ["CLM316"] * 3,
        [
            told(day, health=n)
            for n, day in enumerate(("2026-01-01T10:00+02:00", "2026-01-01T08:00Z", "2026-01-01 08:00", "2026-01-02"))
        ],
    ),
    "placed when it is on its way": (["CLM214"], [told(1, health=5), told(2, event="@start", details='{"phase": "success"}')]),
    "no times": (
        ["CLM206", "CLM206", "CLM206", "CLM311"],
        [told(day, health=7) for day in ("yesterday", "2026-02-30", "9999-12-31T23:59-14:00", "", 5)],
    ),
    "nobody": (["CLM311"] * 2, [told(1, health=7) | {"customer": name} for name in ("", "  ", " Acme ")]),
    "details that do not fit": (
        ["CLM203", *["CLM315"] * 3],
        [
            told(1, event="product_bought", details="{"),
            told(2, event="product_bought", details='{"instance": 7}'),
            told(3, event="@move", details='{"to": "nowhere", "by": "Eli", "reason": "so"}'),
            told(4, event="@move", details='{"to": "churned"}'),
            told(5, event="@move", details='{"to": "churned", "by": "Eli", "reason": "so"}'),
        ],
    ),
}
TOGETHER: dict[str, tuple[list[str], list[Told]]] = {
    "an unknown event": (["CLM314"], [told(1, "contract", event="noticed"), told(2, "contract", health=70)]),
    "an unknown part": (["CLM312"] * 2, [told(1, "contracts"), told(2, "user", "dana", "@join"), joins(3)]),
    "instances that do not fit": (
        ["CLM312"] * 3,
        [told(1, "contract", "dana"), told(2, "users", logins_28d=5), joins(3, "dana/eli"), joins(4)],
    ),
    "values of another part": (["CLM312"], [told(1, "contract") | {"users.logins_28d": 5}, told(2, "contract", health=7)]),
    "a port": (["CLM319"], [told(1, "contract", users_adopted=0.5), told(2, "contract", health=7)]),
    "wrong types": (["CLM204"] * 2, [told(1, "contract", health="good"), joins(1, logins_28d="many"), joins(2, logins_28d="2")]),
    "out of bounds": (["CLM204"] * 2, [told(1, "contract", health=170), joins(1, logins_28d=-2), joins(2, logins_28d=2)]),
    "said twice": (["CLM317"] * 2, [*[told(1, "contract", health=70)] * 2, *[joins(2)] * 2]),
    "contradictions": (["CLM316"] * 2, [joins(1, logins_28d=2), told(1, "users", "dana", logins_28d=3), joins(2)]),
    "before somebody is there": (
        ["CLM217"] * 2,
        [
            told(1, "users", "dana", logins_28d=3),
            told(1, "users", "dana", "@leave"),
            joins(2),
            told(3, "users", "dana", logins_28d=3),
        ],
    ),
    "after somebody left": (
        ["CLM217"] * 3,
        [
            *(joins(1), told(2, "users", "dana", "@leave"), told(3, "users", "dana", logins_28d=3)),
            *(told(4, "users", "dana", "departure"), told(5, "users", "dana", "@leave"), told(6, "contract", health=7)),
        ],
    ),
    "joins who is there": (["CLM219"], [joins(1), joins(2), told(3, "users", "dana", logins_28d=3)]),
    "a branch that is open": (
        ["CLM219"],
        [told(day, "contract", event="product_bought", details='{"instance": "crm"}') for day in (1, 2)],
    ),
    "a branch without a name": (["CLM204"], [told(1, "contract", event="product_bought"), told(2, "contract", health=7)]),
    "an event for nobody": (["CLM217"], [told(1, "users", event="departure"), told(2, "contract", event="notice")]),
    "placed, and told an event": (
        ["CLM318"],
        [
            told(1, "contract", event="@start", details='{"phase": "success"}'),
            told(1, "contract", event="notice"),
            told(2, "contract"),
        ],
    ),
    "no times": (["CLM206"] * 2, [told(day, "contract", health=7) for day in ("yesterday", "2026-13-01", 5)]),
}
CASES = {Contract: ALONE, Customer: TOGETHER}


def log_of(model: Model) -> tuple[list[Told], dict[int, str], list[tuple[str, str]]]:
    """All cases in one log, a customer for each; which row is of which case, and the codes that are to be found in each."""
    rows: list[Told] = []
    of_row: dict[int, str] = {}
    for case, (_, its) in CASES[model].items():
        for row in its:
            rows.append(row | {"customer": case if row["customer"].strip() == "Acme" else row["customer"]})
            of_row[len(rows)] = case
    return rows, of_row, sorted((case, code) for case, (codes, _) in CASES[model].items() for code in codes)


def files_of(model: Model, folder: Path) -> tuple[Path, Path]:
    """The same rows as CSV and as Parquet of texts."""
    rows, _, _ = log_of(model)
    columns = list(dict.fromkeys(key for row in rows for key in row))
    texts = {key: [None if row.get(key, "") == "" else str(row[key]) for row in rows] for key in columns}
    text, typed = folder / f"{model.__name__}.csv", folder / f"{model.__name__}.parquet"
    pl.DataFrame(texts, schema=dict.fromkeys(columns, pl.String)).write_parquet(typed)
    with text.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return text, typed


def accounted(done: Replayed, model: Model) -> None:
    rows, of_row, codes = log_of(model)
    assert sorted((of_row[row], code) for row, code in done.tables.rejects.select("row", "code").rows()) == codes
    assert (done.counts.rows, done.counts.used) == (len(rows), len(rows) - len(codes))


@pytest.mark.parametrize("model", CASES)
def test_every_engine_rejects_the_same_rows(model: Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, typed = files_of(model, tmp_path)
    done = [replay_file(model, typed, engine=engine) for engine in ("compiled", "columnar")]
    accounted(done[0], model)
    assert differing(*done) == []
    assert main(["replay", f"{model.__module__}:{model.__name__}", str(text), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    counts = done[0].counts
    assert said["rows"] == {"rows": counts.rows, "used": counts.used, "rejected": counts.rejected, "later": 0}
    assert all(row["reason"].count(": ") and row["reason"].rstrip().endswith((".", "?", "}", "]")) for row in said["rejected"])


@pytest.mark.full
def test_spark_rejects_the_same_rows(tmp_path: Path) -> None:
    jobs: list[tuple[Model, Path]] = [(model, files_of(model, tmp_path)[1]) for model in CASES]
    with spark_session("local[2]"):
        for (model, path), there in zip(jobs, several_with_spark(jobs, partitions=2), strict=True):
            accounted(there, model)
            assert differing(replay_file(model, path, engine="compiled"), there) == []
