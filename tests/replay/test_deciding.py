"""The values that decided are those of the log, and what the tables say of a date is what a living customer says then."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from clmstate import Lifecycle, Phase, Play, Signal
from clmstate.cli import main
from clmstate.errors import ObservationError
from clmstate.replay import play, read_log, write_log
from clmstate.replay.deciding import values_that_decided
from clmstate.replay.rows import Log, Row
from clmstate.replay.run import run
from clmstate.replay.simulate import Plan, simulate
from clmstate.replay.sources import read_any
from clmstate.signals import DAY, from_instant, instant
from models.dynamic.contract import Contract
from models.dynamic.customer import Customer

ACME = Path(__file__).parents[2] / "models" / "dynamic" / "customer_acme.csv"
PLAN = Plan(events={"ended": 0.2, "renewed": 1.0, "notice": 0.4, "saved": 1.0})


@pytest.fixture(scope="module")
def log() -> Log:
    return simulate(Contract, customers=15, weeks=60, seed=9, plan=PLAN).log


def test_values_are_the_last_ones_told(log: Log) -> None:
    found = values_that_decided(Contract, log).with_columns(pl.col("at").to_physical())
    told: dict[tuple[str, str], list[tuple[int, Any]]] = {}
    for row in sorted(log.rows, key=lambda row: row.at_us):
        for name, value in row.values.items():
            told.setdefault((row.customer, name), []).append((row.at_us, value))
    specs = Contract.definition.signals
    assert found.height > 100
    for customer, at, name, shown in found.select("customer", "at", "signal", "value").rows():
        before = [value for when, value in told.get((customer, name), []) if when <= at]
        last = before[-1] if before else specs[name].default
        assert shown == ("unknown" if last is None else specs[name].show(last)), (customer, at, name)


def test_every_rule_that_reads_signals_says_all_of_them(log: Log) -> None:
    found = values_that_decided(Contract, log)
    moves = run(Contract, log, engine="compiled").tables.moves
    said = found.group_by("customer", "at", "round", "transition").agg(pl.col("signal").sort())
    rules = {rule.transition.name: sorted(rule.signals) for rule in Contract("x", engine="compiled")._life.engine.program.rules}
    reading = moves.filter(pl.col("transition").is_in([name for name, signals in rules.items() if signals]))
    assert said.height == reading.height
    assert all(signals == rules[name] for name, signals in said.select("transition", "signal").rows())


def test_ports_are_values_too() -> None:
    found = values_that_decided(Customer, read_log(ACME, Customer))
    adopted = found.filter((pl.col("part") == "contract") & (pl.col("signal") == "users_adopted"))
    assert adopted.height > 0
    assert adopted["number"].is_between(0, 1).all()
    only = values_that_decided(Customer, read_log(ACME, Customer), customers=["nobody"])
    assert only.height == 0


def test_the_command_writes_them(log: Log, tmp_path: Path) -> None:
    for name in ("log.csv", "log.parquet"):
        write_log(tmp_path / name, log.rows, Contract)
        words = ["replay", "models/dynamic/contract.py", str(tmp_path / name), "--values", "--out", str(tmp_path / "out")]
        assert main(words) == 0
        with (tmp_path / "out" / "values.csv").open(newline="") as file:
            assert len(list(csv.DictReader(file))) == values_that_decided(Contract, log).height
    some = read_any(Contract, tmp_path / "log.parquet", customers=["c00003"])
    assert {row.customer for row in some.rows} == {"c00003"}


@pytest.mark.parametrize("engine", ["compiled", "columnar"])
@pytest.mark.parametrize("share", [0.3, 0.8, None])
def test_what_is_in_force_on_a_date_is_what_living_customers_say(log: Log, share: float | None, engine: Any) -> None:
    at = None if share is None else sorted(row.at_us for row in log.rows)[int(len(log.rows) * share)] + 3 * DAY
    tables = run(Contract, log, as_of_us=at, engine=engine).tables
    phases, signs, plays = set(), set(), []
    last: dict[str, Any] = {}
    for step in play(Contract, log, until_us=at):
        last[step.customer] = step.life
    for name, life in last.items():
        if at is not None:
            try:
                life.tick(from_instant(at))
            except ObservationError as error:  # already at that instant or later
                raise AssertionError(name) from error
        phases.add((name, life.phase.path))
        signs |= {(name, risk.name) for risk in life.warning_signs}
        plays += [(name, instant(opened.opened), opened.play.label) for opened in life.open_plays]
    assert set(tables.phases.select("customer", "phase").rows()) == phases
    assert set(tables.signs.select("customer", "risk").rows()) == signs
    told = tables.plays.with_columns(pl.col("opened").to_physical()).select("customer", "opened", "play").rows()
    assert sorted(told) == sorted(plays)
    assert len(signs) > 3
    assert len(plays) > 20


def test_what_is_due_says_since_when() -> None:
    """A move that nobody looked at for weeks says since when it was due: what a daily look would have found."""
    log = simulate(Contract, customers=12, weeks=60, seed=2, plan=PLAN).log
    weekly = run(Contract, log, engine="compiled").tables.moves
    late = weekly.filter(pl.col("due_since").is_not_null())
    assert late.height > 0
    assert (late["due_since"] < late["at"]).all()
    row = late.row(0, named=True)
    due = round(row["due_since"].timestamp() * 1_000_000)
    before = [r for r in log.rows if r.customer == row["customer"] and r.at_us < due]
    life: Any = None
    for step in play(Contract, before):
        life = step.life
    assert [move.name for move in life.tick(from_instant(due - 1))] == []
    assert [move.name for move in life.tick(from_instant(due))][:1] == [row["transition"]]


@pytest.mark.parametrize("engine", ["compiled", "columnar"])
def test_a_play_that_time_alone_opens_by_the_date_is_open(engine: Any) -> None:
    class Waiting(Lifecycle):
        health = Signal.score("health")
        good = Phase("Good", initial=True)
        bad = Phase("Bad")
        slip = good.to(bad, when=(health < 50).for_days(14), plays=[Play("Call them")])

    rows = (Row("Acme", 0, values={"health": 40}, number=1), Row("Beta", 0, values={"health": 60}, number=2))
    tables = run(Waiting, Log("log", rows), as_of_us=20 * DAY, engine=engine).tables
    assert tables.phases.select("customer", "phase").rows() == [("Acme", "bad"), ("Beta", "good")]
    assert tables.plays.select("customer", "play", "because").rows() == [("Acme", "Call them", "slip")]
    assert tables.moves.height == 0  # nobody has looked at Acme yet: it is a look ahead, and no move of the log
