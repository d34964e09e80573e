"""Every view of a fleet as a command: a table, JSON, and a plot that is well-formed and says what the table says."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from clmstate.cli import main
from clmstate.cli.fleet import VIEWS
from clmstate.replay import write_log
from clmstate.replay.simulate import Plan, simulate
from models.dynamic.contract import Contract
from models.dynamic.customer import Customer

MODELS = {"contract": "models/dynamic/contract.py", "customer": "models/dynamic/customer.py"}
NEEDED = {
    "time-to": ["--milestone", "first_value"],
    "revenue": ["--money", "annual_value"],
    "population": ["--since", "2026-06-01"],
}


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("logs")
    plan = Plan(events={"ended": 0.3, "renewed": 1.0, "notice": 0.4})
    for name, model, customers in (("contract", Contract, 20), ("customer", Customer, 4)):
        write_log(folder / f"{name}.csv", simulate(model, customers=customers, weeks=50, seed=1, plan=plan).log.rows, model)
    return {name: folder / f"{name}.csv" for name in MODELS}


def fleet(logs: dict[str, Path], model: str, view: str, *words: str) -> int:
    return main(["fleet", MODELS[model], str(logs[model]), "--view", view, *NEEDED.get(view, []), *words])


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_a_table_and_a_plot(
    view: str, logs: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")  # a title on one line
    assert fleet(logs, "contract", view, "--plot", str(tmp_path / "plot.svg"), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["rows"]
    root = ET.fromstring((tmp_path / "plot.svg").read_text("utf-8"))
    texts = [text.strip() for element in root.iter() for text in element.itertext() if text.strip()]
    assert len(texts) > 5
    if view == "population":
        assert {str(row["customers"]) for row in told["rows"]} <= set(texts)
    assert fleet(logs, "contract", view) == 0
    assert told["title"] in capsys.readouterr().out


@pytest.mark.parametrize("view", ["over-time", "matrix"])
@pytest.mark.parametrize("width", [60, 80])
def test_nothing_is_cut_on_a_narrow_screen(
    view: str, width: int, logs: dict[str, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {}
    for wide in (400, width):
        monkeypatch.setenv("COLUMNS", str(wide))
        assert fleet(logs, "contract", view) == 0
        told[wide] = capsys.readouterr().out
    assert "…" not in told[width]
    assert max(map(len, told[width].splitlines())) <= width
    assert set(told[400].split()) <= set(told[width].split())


def test_a_part_of_a_whole_customer_is_looked_at(logs: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for view in ("over-time", "funnel", "survival"):
        assert fleet(logs, "customer", view, "--part", "users", "--plot", str(tmp_path / f"{view}.svg")) == 0
    assert "Champion" in capsys.readouterr().out
    assert fleet(logs, "customer", "funnel", "--part", "user") == 2
    assert "Did you mean 'users'" in capsys.readouterr().err


def test_phases_that_are_called_alike_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "twice.py").write_text(
        "from clmstate import Lifecycle, Phase, Signal\n"
        "class Twice(Lifecycle):\n"
        "    health = Signal.score('health')\n"
        "    new = Phase('New', initial=True)\n"
        "    class a(Phase.Group):\n"
        "        good = Phase('Good', initial=True)\n"
        "    class b(Phase.Group):\n"
        "        good = Phase('Good', initial=True)\n"
        "    up = new.to(a.good, when=health >= 50)\n"
        "    over = a.good.to(b.good, when=health >= 80)\n"
    )
    (tmp_path / "log.csv").write_text("customer,at,health\nAcme,2026-01-05,60\nAcme,2026-02-05,90\nAcme,2026-04-05,90\n")
    assert main(["fleet", str(tmp_path / "twice.py"), str(tmp_path / "log.csv"), "--view", "matrix"]) == 0
    said = capsys.readouterr().out
    assert "a.good" in said
    assert "b.good" in said
