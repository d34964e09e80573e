"""Two versions over the same customers, a threshold swept, fleets and their figures."""

from __future__ import annotations

import math
import re
from pathlib import Path

import polars as pl
import pytest

from clmstate import Lifecycle, Phase, Signal, Threshold, unless
from clmstate.analysis import measured
from clmstate.cli import main
from clmstate.errors import InputError
from clmstate.replay import write_log
from clmstate.replay.backtest import backtest, changed_rules, sweep, with_threshold
from clmstate.replay.money import retained
from clmstate.replay.rows import Log, Row
from clmstate.replay.run import run
from clmstate.replay.simulate import Plan, simulate
from clmstate.replay.views import kaplan_meier
from models.dynamic.contract import Contract
from models.dynamic.customer import Customer

DAY = 86_400_000_000


class Deal(Lifecycle):
    """Won by good health, lost when nobody reports for a month."""

    health = Signal.score("health", 0, 100)
    worth = Signal.money("worth", unit="EUR", low=0)
    good_at = Threshold(70)
    patience = Threshold(28)
    fresh = Phase("Open", initial=True)
    won = Phase("Won", standing="good")
    lost = Phase("Lost", standing="lost", final=True)
    win = fresh.to(won, when=health >= good_at)
    slip = won.to(fresh, when=health < good_at)
    lose = fresh.to(lost, when=unless(health >= 40).for_days(28))


class Patient(Deal):
    lose = Deal.lose.evolve(when=unless(Deal.health >= 40).for_days(56))


def rows(name: str, *health: float, every: int = 7) -> list[Row]:
    return [Row(name, n * every * DAY, values={"health": h}, number=n + 1) for n, h in enumerate(health)]


def test_only_the_changed_rule_makes_a_difference_and_time_is_asked_on_the_grid() -> None:
    log = Log("log", (*rows("slow", 30, 30), *rows("fine", 80, 80), Row("slow", 70 * DAY, values={"health": 50}, number=9)))
    found = backtest(Deal, Patient, log)
    assert found.changed == {"": {"lose": "changed"}}
    assert found.elsewhere.height == 0  # after 56 days it is lost in both
    assert found.partings.select("customer", "rule", "rule_was_changed").rows() == [("slow", "lose", True)]
    assert found.partings["at"].to_list()[0].day == 29  # on the grid, not at the next row of the log
    early = backtest(Deal, Patient, log, as_of_us=40 * DAY)
    assert early.elsewhere.rows() == [("slow", "", 1, "lost", "fresh")]
    assert early.by_rule.row(0, named=True)["new_to"] is None


def test_change_of_rule_is_kept_apart_from_change_of_customers() -> None:
    log = Log("log", tuple(rows("a", 50, 50, 75) + rows("b", 65, 65, 65)))
    table = backtest(Deal, with_threshold(Deal, "good_at", 60), log).since(7 * DAY)
    won = table.filter(pl.col("phase") == "won").row(0, named=True)
    assert (won["then"], won["customers"], won["old"], won["rules"], won["new"]) == (0, 1, 1, 1, 2)


def test_a_version_against_itself_differs_nowhere() -> None:
    log = simulate(Contract, customers=10, weeks=30, seed=2).log
    found = backtest(Contract, Contract, log)
    assert found.changed == {}
    assert found.elsewhere.height == found.partings.height == 0
    assert found.plays.filter(pl.col("difference") != 0).height == 0


def test_a_sweep_counts_who_stands_where_and_who_flaps() -> None:
    log = Log("log", tuple(rows("a", 65, 75, 65, 75, 65, 75) + rows("b", 90, 90, 90, 90, 90, 90)))
    found = sweep(Deal, "good_at", [60, 70, 95], log)
    won = found.table().filter(pl.col("phase") == "won")
    assert won["count"].to_list() == [2, 2, 0]
    assert found.flapping()["flapping"].to_list() == [0, 1, 0]


def test_a_threshold_of_a_part_can_be_swept_and_an_unknown_one_is_told() -> None:
    tried = with_threshold(Customer, "contract.adopted_at", 0.9)
    assert changed_rules(Customer, tried)["contract"]["adopt"] == "changed"
    with pytest.raises(InputError, match=r"Did you mean 'contract\.adopted_at'"):
        with_threshold(Customer, "contract.adoptd_at", 0.9)
    with pytest.raises(InputError, match="CLM353"):
        with_threshold(Customer, "users.daily_at", 20)


# ---- figures of fleets


def test_survival_is_what_textbooks_say() -> None:
    # Kaplan and Meier (1958), section 2: eight items, losses at 1.0+, 2.7+, ... as in their example
    days = [0.8, 1.0, 2.7, 3.1, 5.4, 7.0, 9.2, 12.1]
    censored = [False, True, True, False, False, True, False, True]
    curve = kaplan_meier(days, censored)
    shares = {row["days"]: row["share"] for row in curve.rows(named=True)}
    assert shares[0.8] == pytest.approx(7 / 8)
    assert shares[3.1] == pytest.approx(7 / 10)
    assert shares[5.4] == pytest.approx(21 / 40)
    assert shares[9.2] == pytest.approx(21 / 80)


def test_the_truth_behind_a_synthetic_fleet_is_found_again() -> None:
    rate = 0.5  # losses a year
    still = Plan(events={"ended": rate, "renewed": 0, "notice": 0, "saved": 0}, bad_spells=0)
    fleet = simulate(Contract, customers=400, weeks=60, seed=8, plan=still)
    done = run(Contract, fleet.log, engine="columnar")
    year = done.views.survival().filter(pl.col("days") <= 365).row(-1, named=True)
    assert year["low"] <= math.exp(-rate) <= year["high"]
    assert len(fleet.truth) == 400


def test_the_same_seed_gives_the_same_fleet_and_more_customers_change_nobody() -> None:
    few, more = (simulate(Customer, customers=n, weeks=12, seed=5).log.rows for n in (3, 6))
    assert few == more[: len(few)]
    assert few != simulate(Customer, customers=3, weeks=12, seed=6).log.rows


def test_open_stays_are_censored_and_counts_add_up() -> None:
    done = run(Deal, Log("log", tuple(rows("a", 80, 80, 80) + rows("b", 80, 60, 60) + rows("c", 80, 80, 60))))
    views = done.views
    won = views.time_in_phase().filter(pl.col("phase") == "won").row(0, named=True)
    assert (won["stays"], won["going_on"], won["median"]) == (3, 1, 14.0)
    over = views.over_time(7)
    assert over.group_by("at").agg(pl.col("count").sum())["count"].to_list() == [3, 3, 3]
    assert over.filter(pl.col("phase") == "won").sort("at")["count"].to_list() == [3, 2, 1]
    chain = measured(views.transition_counts(7))
    assert chain.matrix.sum(axis=1) == pytest.approx(1)


def test_revenue_of_those_who_were_there() -> None:
    told = [
        Row("grown", 0, values={"health": 80, "worth": 100}),
        Row("grown", 7 * DAY, values={"worth": 150}),
        Row("shrunk", 0, values={"health": 80, "worth": 100}),
        Row("shrunk", 7 * DAY, values={"worth": 60}),
        Row("gone", 0, values={"health": 10, "worth": 100}),
        Row("gone", 30 * DAY),
        Row("late", 8 * DAY, values={"health": 80, "worth": 500}),
    ]
    done = run(Deal, Log("log", tuple(told)))
    found = retained(done, told, "worth", 0, 30 * DAY)
    assert (found.customers, found.nrr, found.grr) == (3, pytest.approx(210 / 300), pytest.approx(160 / 300))


def test_who_fares_differently_is_told_by_name_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "deals.py").write_text(
        "from clmstate import Lifecycle, Phase, Signal, Threshold\n"
        "class Deal(Lifecycle):\n    health = Signal.score('health')\n    good_at = Threshold(70)\n"
        "    new = Phase('New', initial=True)\n    won = Phase('Won')\n"
        "    win = new.to(won, when=health >= good_at)\n    slip = won.to(new, when=health < good_at)\n"
        "class Easier(Deal):\n    good_at = Threshold(60)\n"
    )
    told = {"Acme": (65, 75), "Beta": (90, 90), "Gamma": (50, 65)}  # Acme parts and comes back, Gamma ends elsewhere
    rows = [f"{name},2026-01-{5 + 7 * week:02},{health}" for name, told in told.items() for week, health in enumerate(told)]
    (tmp_path / "log.csv").write_text("\n".join(["customer,at,health", *rows]) + "\n")
    words = [f"{tmp_path}/deals.py:Deal", f"{tmp_path}/deals.py:Easier", f"{tmp_path}/log.csv"]
    assert main(["backtest", *words, "--out", str(tmp_path / "who.csv")]) == 0
    said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert said[said.index("Who stands elsewhere at the end") + 1] == "Gamma New → Won"
    written = [line.split(",") for line in (tmp_path / "who.csv").read_text("utf-8").splitlines()]
    assert [(row[0], row[3], row[4], row[6]) for row in written] == [
        ("customer", "old", "new", "rule"), ("Acme", "won", "won", "win"), ("Gamma", "new", "won", "win")
    ]  # fmt: skip
    assert main(["backtest", words[0], words[2], "--sweep", "good_at=60:70:5", "--out", str(tmp_path / "who.csv")]) == 2
    assert "a sweep has no list of customers" in capsys.readouterr().err


def test_a_sweep_of_a_part_is_told_and_drawn_for_that_part(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "140")  # a column for each phase
    write_log(tmp_path / "log.csv", simulate(Customer, customers=4, weeks=40, seed=5).log.rows, Customer)
    words = ["backtest", "models/dynamic/customer.py", str(tmp_path / "log.csv"), "--sweep", "contract.adopted_at=0.5:0.9:0.2"]
    assert main([*words, "--plot", str(tmp_path / "sweep.svg")]) == 0
    said = capsys.readouterr().out
    assert "Onboarding" in said
    assert "Champion" not in said  # a phase of users
    assert "contract.adopted_at is 0.8 today." in said
    assert re.search(r"With 0\.5, 53 of the log's rows rejected, 53 by CLM210, first: .* never settles", " ".join(said.split()))
    assert "With 0.7" not in said  # only below the limit for a relapse do the rules turn in a circle
    with (tmp_path / "log.csv").open("a", encoding="utf-8") as log:
        log.write("Nobody,sometime\n")
    assert main(words) == 0
    assert "1 of the log's rows rejected with every value; clmstate replay says why." in capsys.readouterr().out
    plot = (tmp_path / "sweep.svg").read_text("utf-8")
    assert "today: 0.8" in plot
    assert "unchanged: " in plot
