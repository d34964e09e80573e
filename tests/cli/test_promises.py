"""What ``clmstate check`` says of promises: what holds and for whom, and what is broken, with a log that plays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clmstate import cli

MODEL = """
from clmstate import Composition, Event, Lifecycle, Many, One, Phase, Signal, anywhere, never

class User(Lifecycle):
    logins = Signal.count("login", default=0)
    invited = Phase("Invited", initial=True)
    active = Phase("Active")
    begin = invited.to(active, when=logins >= 5)
    stop = active.to(invited, when=logins < 3)

class Contract(Lifecycle):
    adopted = Signal.share("users active", port=True)
    ended = Event("contract ended")
    trial = Phase("Trial", initial=True)
    running = Phase("Running", standing="good")
    lost = Phase("Lost", final=True, standing="lost")
    begin = trial.to(running, when=adopted >= 0.5)
    lose = anywhere.to(lost, on=ended)

class Customer(Composition):
    contract, users = One(Contract), Many(User)
    wiring = contract[Contract.adopted].fed_by(users.share_in(User.active))
    promises = (
        never(contract.is_in(Contract.running)).before(users.share_in(User.active) >= 0.5),
        PROMISE,
    )
"""


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    return tmp_path / "model.py"


def test_what_holds_is_listed_with_for_whom(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model.write_text(
        MODEL.replace("PROMISE", "never(users.share_in(User.active) > 0).before(users.count() >= 1)"), encoding="utf-8"
    )
    assert cli.main(["check", "model.py"]) == 0
    shown = capsys.readouterr().out
    assert "never contract in Running before share of users in Active at least 50 %  holds for any number of users" in shown
    assert "moves by hand are left out" in shown


def test_what_is_broken_ends_with_a_log_that_plays(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model.write_text(MODEL.replace("PROMISE", "never(contract.is_in(Contract.lost) & users.any_in(User.active))"), encoding="utf-8")
    assert cli.main(["check", "model.py", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert [promise["verdict"] for promise in said["promises"]] == ["holds", "broken"]
    (found,) = [one for one in said["findings"] if one["code"] == "CLM580"]
    (example,) = found["evidence"]
    assert example["replayed"]
    (model.parent / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in example["log"]))
    assert cli.main(["walk", "model.py:Customer", "log.jsonl"]) == 0
    played = capsys.readouterr().out
    assert "Lost" in played
    assert "Active" in played
