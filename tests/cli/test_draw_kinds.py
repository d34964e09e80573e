"""``clmstate draw --kind``: every kind from the command line, and what is missing is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from clmstate.testing.coverage import Duty, Ledger
from clmstate.testing.coverage.report import as_data

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
CONTRACT, LOG = str(ROOT / "models/dynamic/contract.py"), str(ROOT / "models/dynamic/acme.csv")


@pytest.mark.parametrize(
    "words",
    [
        ["--kind", "lanes", "--page", "wide"],
        ["--kind", "markets"],
        ["--kind", "diff", "--against", str(ROOT / "models/dynamic/markets.py")],
        ["--kind", "here", "--log", LOG, "--as-of", "2026-10-05"],
        ["--kind", "population", "--log", LOG],
    ],
)
def test_each_kind(run: Callable[..., object], tmp_path: Path, words: list[str]) -> None:
    out = tmp_path / "picture.svg"
    ran = run("draw", CONTRACT, *words, "--out", str(out))
    assert ran.code == 0, ran.err  # type: ignore[attr-defined]
    assert out.read_text(encoding="utf-8").startswith("<svg ")


def test_the_first_stay_begins_with_the_log(run: Callable[..., object], tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(
        "customer,at,event,details,setup_done,users_adopted\nAcme,2026-01-05,,,,\nAcme,2026-02-03,,,yes,0.5\n"
    )
    (tmp_path / "old.csv").write_text(
        'customer,at,event,details,setup_done,users_adopted\nAcme,2026-01-05,@start,"{""phase"": ""onboarding"", ""since"": ""2025-11-30""}",,\nAcme,2026-02-03,,,yes,0.5\n'
    )
    for log, day in (("log.csv", "5 Jan"), ("old.csv", "30 Nov")):
        assert run("draw", CONTRACT, "--kind", "here", "--log", str(tmp_path / log), "--out", str(tmp_path / "here.svg")).code == 0  # type: ignore[attr-defined]
        assert day in (tmp_path / "here.svg").read_text(encoding="utf-8")


def test_who_names_a_variant_sees_what_it_is_a_variant_of(run: Callable[..., object], tmp_path: Path) -> None:
    (tmp_path / "deals.py").write_text(
        "from clmstate import Lifecycle, Phase, Signal\n"
        "class Deal(Lifecycle):\n    health = Signal.score('health')\n    new = Phase('New', initial=True)\n    won = Phase('Won')\n"
        "    win = new.to(won, when=health >= 70)\n"
    )
    (tmp_path / "what_if.py").write_text(
        "from deals import Deal\nclass WhatIf(Deal):\n    win = Deal.win.evolve(when=Deal.health >= 60)\n"
    )
    out = tmp_path / "markets.svg"
    assert run("draw", str(tmp_path / "what_if.py"), "--kind", "markets", "--out", str(out)).code == 0  # type: ignore[attr-defined]
    assert all(name in out.read_text(encoding="utf-8") for name in ("Deal", "What if"))


def test_a_composition_and_one_customer_of_it(run: Callable[..., object], tmp_path: Path) -> None:
    model, log = str(ROOT / "models/dynamic/customer.py:Customer"), str(ROOT / "models/dynamic/customer_acme.csv")
    for words in ([], ["--kind", "composite", "--log", log]):
        assert run("draw", model, *words, "--out", str(tmp_path / "customer.svg")).code == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--kind", "diff"], "--against is missing"),
        (["--kind", "here"], "--log is missing"),
        (["--kind", "population"], "Name the log of your customers: --log LOG"),
        (["--kind", "coverage"], "--lifecycle-cov-report=json:FILE"),
        (["--kind", "population", "--data", "missing.json"], "CLM409"),
        (["--kind", "population", "--data", "wrong.json"], "whole numbers by name"),
        (["--kind", "population", "--data", "other.json"], "CLM406"),
        (["--kind", "composite"], "CLM408"),
        (["--kind", "lane"], "Did you mean 'lanes'?"),
        (["--brand", "missing.json"], "CLM405"),
        (["--scale", "9", "--out", "x.png"], "CLM403"),
    ],
)
def test_what_is_missing_is_said(
    run: Callable[..., object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.json").write_text(json.dumps({"counts": ["success"]}))
    (tmp_path / "other.json").write_text(json.dumps({"counts": {"sucess": 1}}))
    ran = run("draw", CONTRACT, *words)
    assert ran.code == 2  # type: ignore[attr-defined]
    assert said in ran.err  # type: ignore[attr-defined]
    assert not list(tmp_path.glob("*.svg"))


def test_a_gallery_shows_every_model(run: Callable[..., object], tmp_path: Path) -> None:
    (tmp_path / "models" / "small").mkdir(parents=True)
    model = (
        "from clmstate import Lifecycle, Phase, Signal\n"
        "class Deal(Lifecycle):\n"
        "    signed = Signal.flag('signed')\n"
        "    open = Phase('Open', initial=True, owner='Sales')\n"
        "    live = Phase('Live', owner='Support')\n"
        "    win = open.to(live, when=signed)\n"
    )
    (tmp_path / "models" / "small" / "deal.py").write_text(model)
    ran = run("draw", str(tmp_path / "models"), "--kind", "gallery", "--out", str(tmp_path / "out"))
    assert ran.code == 0, ran.err  # type: ignore[attr-defined]
    kept = json.loads((tmp_path / "out" / "digests.json").read_text(encoding="utf-8"))
    assert sorted(kept) == ["small/deal-full.svg", "small/deal-lanes.svg", "small/deal.svg"]
    page = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert all(f"]({file})" in page and (tmp_path / "out" / file).is_file() for file in kept)


def test_a_gallery_says_since_when_a_customer_was_in_the_first_phase(run: Callable[..., object], tmp_path: Path) -> None:
    (tmp_path / "models" / "small").mkdir(parents=True)
    model = (
        "from clmstate import Lifecycle, Phase, Signal\n"
        "class Deal(Lifecycle):\n"
        "    signed = Signal.flag('signed', default=False)\n"
        "    open = Phase('Open', initial=True)\n"
        "    live = Phase('Live')\n"
        "    win = open.to(live, when=signed)\n"
    )
    (tmp_path / "models" / "small" / "deal.py").write_text(model)
    log = "customer,at,signed\nAcme,2026-01-12,no\nAcme,2026-03-16,yes\n"
    (tmp_path / "models" / "small" / "acme.csv").write_text(log)
    ran = run("draw", str(tmp_path / "models"), "--kind", "gallery", "--out", str(tmp_path / "out"))
    assert ran.code == 0, ran.err  # type: ignore[attr-defined]
    assert "✓ 12 Jan – 16 Mar<" in (tmp_path / "out" / "small" / "deal-here.svg").read_text(encoding="utf-8")


def test_a_gallery_counts_customers_as_a_population_does(run: Callable[..., object], tmp_path: Path) -> None:
    """Who moves along a line twice is one customer that moved."""
    (tmp_path / "models" / "small").mkdir(parents=True)
    model = (
        "from clmstate import Lifecycle, Phase, Signal\n"
        "class Deal(Lifecycle):\n"
        "    signed = Signal.flag('signed', default=False)\n"
        "    open = Phase('Open', initial=True)\n"
        "    live = Phase('Live')\n"
        "    win = open.to(live, when=signed)\n"
        "    back = live.to(open, when=~signed)\n"
    )
    (tmp_path / "models" / "small" / "deal.py").write_text(model)
    log = "customer,at,signed\nAcme,2026-01-12,yes\nAcme,2026-02-02,no\nAcme,2026-03-16,yes\nBeta,2026-01-12,no\n"
    (tmp_path / "models" / "small" / "log.csv").write_text(log)
    shown = run("draw", str(tmp_path / "models"), "--kind", "gallery", "--out", str(tmp_path / "out"))
    told = ("--kind", "population", "--log", str(tmp_path / "models" / "small" / "log.csv"))
    asked = run("draw", str(tmp_path / "models" / "small" / "deal.py"), *told, "--out", str(tmp_path / "deal.svg"))
    assert (shown.code, asked.code) == (0, 0)  # type: ignore[attr-defined]
    picture = (tmp_path / "out" / "small" / "deal-population.svg").read_bytes()
    assert picture == (tmp_path / "deal.svg").read_bytes()
    assert b"1 moved" in picture


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"title": 5}, "not a text"),
        ({"who": ["users"]}, "not a text"),
        ({"flows": {"adopt": -1}}, "none of them below 0"),
        ({"flows": {"adopt": True}}, "whole numbers by name"),
        ({"standings": {"success": 3}}, "by phase and standing"),
        ({"standings": {"success": {"fine": 1}}}, "(good, watch, at_risk, lost)"),
    ],
)
def test_numbers_that_are_none_are_refused(run: Callable[..., object], tmp_path: Path, more: dict[str, object], said: str) -> None:
    (tmp_path / "n.json").write_text(json.dumps({"counts": {"success": 4}, "changes": {"success": -2}, **more}))
    ran = run("draw", CONTRACT, "--kind", "population", "--data", str(tmp_path / "n.json"), "--out", str(tmp_path / "n.svg"))
    assert ran.code == 2  # type: ignore[attr-defined]
    assert "CLM409" in ran.err  # type: ignore[attr-defined]
    assert said in " ".join(ran.err.split())  # type: ignore[attr-defined]


def test_a_report_of_coverage_is_drawn_as_it_was_written(run: Callable[..., object], tmp_path: Path) -> None:
    owed = (Duty("phase", "success", (), "Success is reached"), Duty("transition", "adopt", (), "adopt is taken"))
    report = as_data([Ledger("Contract", owed, frozenset(), (), {"success": 3, "adopt": 2})])
    pictures = []
    for number, data in enumerate((report, report["models"]["Contract"]["overlay"])):
        (tmp_path / "c.json").write_text(json.dumps(data))
        out = tmp_path / f"{number}.svg"
        ran = run("draw", CONTRACT, "--kind", "coverage", "--data", str(tmp_path / "c.json"), "--out", str(out))
        assert ran.code == 0, ran.err  # type: ignore[attr-defined]
        pictures.append(out.read_bytes())
    assert pictures[0] == pictures[1]
    assert b"seen 3 times" in pictures[0]


@pytest.mark.parametrize(
    "models", [3, {"Contract": {}}, {"Contract": {"overlay": {"phases": {"success": "x"}, "transitions": {}}}}]
)
def test_what_is_no_report_of_coverage_is_refused(run: Callable[..., object], tmp_path: Path, models: object) -> None:
    (tmp_path / "c.json").write_text(json.dumps({"models": models}))
    ran = run("draw", CONTRACT, "--kind", "coverage", "--data", str(tmp_path / "c.json"), "--out", str(tmp_path / "c.svg"))
    assert ran.code == 2  # type: ignore[attr-defined]
    assert "--lifecycle-cov-report=json:FILE" in "".join(ran.err.split())  # type: ignore[attr-defined]
    assert not (tmp_path / "c.svg").exists()


def test_a_report_of_other_models_is_not_drawn_as_if_nothing_had_been_seen(run: Callable[..., object], tmp_path: Path) -> None:
    seen = {"overlay": {"phases": {}, "transitions": {}}}
    (tmp_path / "c.json").write_text(json.dumps({"format": "clmstate coverage 1", "models": {"AddOn": seen}}))
    ran = run("draw", CONTRACT, "--kind", "coverage", "--data", str(tmp_path / "c.json"), "--out", str(tmp_path / "c.svg"))
    assert ran.code == 2  # type: ignore[attr-defined]
    assert "the report says nothing of Contract, only of AddOn" in " ".join(ran.err.split())  # type: ignore[attr-defined]
