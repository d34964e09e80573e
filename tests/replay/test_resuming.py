"""A replay that is killed goes on where it was, and finds exactly what it would have found; it never holds all rows."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from clmstate import Lifecycle
from clmstate.cli import main
from clmstate.composition import Composition
from clmstate.errors import InputError
from clmstate.replay import hands as dealing
from clmstate.replay import run as running
from clmstate.replay import write_log
from clmstate.replay.checkpoint import Checkpoint
from clmstate.replay.resuming import forget
from clmstate.replay.run import Replayed, replay_file
from clmstate.replay.simulate import Plan, simulate
from models.dynamic.contract import Contract
from models.dynamic.customer import Customer
from tests import processes
from tests.replay.deal import Deal

ROOT = Path(__file__).parents[2]
PLAN = Plan(events={"ended": 0.2, "renewed": 1.0, "notice": 0.3})


def log_of(folder: Path, ending: str = "csv", model: type[Lifecycle] | type[Composition] = Contract, customers: int = 30) -> Path:
    path = folder / f"log.{ending}"
    write_log(path, simulate(model, customers=customers, weeks=30, seed=5, plan=PLAN).log.rows, model)
    if ending == "csv":
        with path.open("a") as file:
            file.write('c00001,yesterday\n"never closed\n,2026-01-05\n')
    return path


def same(one: Replayed, other: Replayed) -> bool:
    """Also in the order of rows."""
    tables = zip(one.every_table.items(), other.every_table.items(), strict=True)
    return one.counts == other.counts and all(mine == yours and a.equals(b) for (mine, a), (yours, b) in tables)


class Stopped(BaseException):
    """What a test stops a replay with."""


def stopping_after(steps: int) -> Any:
    told = iter(range(steps))

    def progress(done: int, total: int) -> None:
        if done > total // 2 and next(told, None) is None:
            raise Stopped

    return progress


@pytest.mark.parametrize(("model", "ending"), [(Contract, "csv"), (Contract, "jsonl"), (Contract, "parquet"), (Customer, "csv")])
def test_stopped_after_any_step_it_goes_on_and_finds_the_same(model: Any, ending: str, tmp_path: Path) -> None:
    path, kept = log_of(tmp_path, ending, model, 30 if model is Contract else 6), tmp_path / "kept"
    whole = replay_file(model, path)
    for steps in (0, 3):
        with pytest.raises(Stopped):
            replay_file(model, path, checkpoint=kept, progress=stopping_after(steps))
    done = sorted(step.name for step in kept.iterdir() if step.name.startswith("hand-"))
    assert 1 <= len(done) < 8
    before = {name: (kept / name).stat().st_mtime_ns for name in done}
    assert same(replay_file(model, path, checkpoint=kept), whole)
    assert before == {name: (kept / name).stat().st_mtime_ns for name in done}, "what was done was done again"
    forget(kept)
    assert not kept.exists()


def test_killed_in_the_middle_it_goes_on(tmp_path: Path) -> None:
    """kill -9 on the command itself, then the same command again."""
    path, kept, out = log_of(tmp_path), tmp_path / "kept", tmp_path / "out"
    program = (
        "import sys, time\n"
        "from clmstate.replay import hands\n"
        "play, count = hands.TextHands.play, iter(range(9))\n"
        "def slow(self, number):\n"
        "    if next(count) == 3:\n"
        "        print('in the middle', flush=True); time.sleep(600)\n"
        "    return play(self, number)\n"
        "hands.TextHands.play = slow\n"
        "from clmstate.cli import main; main(sys.argv[1:])\n"
    )
    words = [
        "replay",
        "models/dynamic/contract.py",
        str(path),
        "--out",
        str(out),
        "--checkpoint",
        str(kept),
        "--engine",
        "compiled",
    ]
    with processes.started([sys.executable, "-c", program, *words], cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "in the middle\n"
        with pytest.raises(InputError, match="CLM358"):
            replay_file(Contract, path, checkpoint=kept, engine="compiled")
    assert not out.exists()
    assert len(list(kept.glob("hand-*"))) == 3
    assert main(words) == 0
    assert not kept.exists(), "results are written, and nothing is left to go on with"
    replay_file(Contract, path, engine="compiled").write(tmp_path / "whole")
    for table in out.iterdir():
        assert table.read_bytes() == (tmp_path / "whole" / table.name).read_bytes(), table.name


def test_a_database_and_a_mapping_go_on_too(tmp_path: Path) -> None:
    path = log_of(tmp_path, "parquet")
    text = pl.read_parquet(path).with_columns(pl.col(pl.Datetime).dt.strftime("%Y-%m-%dT%H:%M:%S"))
    with closing(sqlite3.connect(tmp_path / "crm.sqlite")) as database:
        database.execute(f"create table log ({', '.join(text.columns)})")
        database.executemany(f"insert into log values ({', '.join('?' * text.width)})", text.rows())
        database.commit()
    name = f"{tmp_path}/crm.sqlite:log"
    assert same(replay_file(Contract, name, checkpoint=tmp_path / "a"), replay_file(Contract, name))
    (tmp_path / "deals.csv").write_text("id,name,since,score\n1,Acme,2026-01-05,4\n2,Beta,2026-01-05,40\n3,,2026-01-05,4\n")
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        '[tables]\ndeals = "deals.csv"\n[[row]]\nfrom = "deals"\ncustomer = "name"\nat = "since"\n'
        'values = { health = { column = "score", per = 0.05 } }\n'
    )
    assert same(replay_file(Deal, mapping, checkpoint=tmp_path / "b"), replay_file(Deal, mapping))


def test_a_checkpoint_of_other_work_is_refused(tmp_path: Path) -> None:
    path, kept = log_of(tmp_path), tmp_path / "kept"
    replay_file(Contract, path, checkpoint=kept)
    for change, said in (({"as_of_us": 1}, "date"), ({"ignore": ["nps"]}, "ignored columns")):
        with pytest.raises(InputError, match=f"CLM357.*{said}"):
            replay_file(Contract, path, checkpoint=kept, **change)  # type: ignore[arg-type]
    with path.open("a") as file:
        file.write("c00001,2027-01-05\n")
    with pytest.raises(InputError, match=r"CLM357.*log"):
        replay_file(Contract, path, checkpoint=kept)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="CLM307"):
        replay_file(Contract, path, checkpoint=tmp_path / "mine")
    with pytest.raises(InputError, match="CLM363"):
        replay_file(Contract, path, checkpoint=tmp_path / "new", engine="spark")
    (kept / "checkpoint.json").write_text("{")
    with pytest.raises(InputError, match="CLM357"):
        replay_file(Contract, path, checkpoint=kept)


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    with Checkpoint(tmp_path / "kept", {"log": 1}):
        left = tmp_path / "kept" / ".doing-1"
        left.mkdir()
    with Checkpoint(tmp_path / "kept", {"log": 1}) as kept:
        assert not left.exists()
        with pytest.raises(ZeroDivisionError), kept.doing("step") as step:
            assert 1 / len(list(step.iterdir()))
        assert not kept.done("step")
    assert json.loads((tmp_path / "kept" / "checkpoint.json").read_text()) == {"log": 1}


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_large_text_is_dealt_out_and_nothing_else_changes(ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = log_of(tmp_path, ending)
    whole = replay_file(Contract, path)
    monkeypatch.setattr(running, "LARGE_TEXT", 1000)
    monkeypatch.setattr(dealing, "TEXT_HAND", 5000)
    told: list[tuple[int, int]] = []
    assert same(replay_file(Contract, path, progress=lambda done, total: told.append((done, total))), whole)
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]
    if ending == "csv":
        with pytest.raises(InputError, match="CLM305"):
            replay_file(Deal, path)
