"""Every view of a fleet against a computation of its own, in plain Python, from what living customers did."""

from __future__ import annotations

import itertools
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import attrs
import polars as pl
import pytest

from clmstate.analysis import measured
from clmstate.lifecycle import Reached
from clmstate.replay import Row, play, shape_of
from clmstate.replay.money import retained
from clmstate.replay.population import population_of
from clmstate.replay.rows import Log
from clmstate.replay.run import Replayed, run
from clmstate.replay.simulate import Plan, simulate
from clmstate.replay.views import kaplan_meier, kaplan_meier_quantiles
from clmstate.signals import DAY
from models.dynamic.contract import Contract
from models.dynamic.customer import Customer

EVENTS = {"ended": 0.5, "renewed": 1.0, "notice": 0.4, "saved": 1.0}
PLANS = {Contract: Plan(events=EVENTS), Customer: Plan(events=EVENTS | {"departure": 0.4}, members={"users": (3, 3.0)})}
RANKS = {"lost": 0, "at_risk": 1, "watch": 2, "good": 3}


@attrs.define
class Lived:
    """One life as it was lived: phase, begin and end of each stay, and until when it is known."""

    kind: str
    stays: list[list[Any]]
    until: int = 0
    reached: dict[str, int] = attrs.field(factory=dict)

    @property
    def born(self) -> int:
        return int(self.stays[0][1])

    def phase_at(self, at: int) -> str | None:
        return next((phase for phase, begin, end in reversed(self.stays) if begin <= at and (end is None or end > at)), None)


@attrs.frozen
class Fleet:
    log: Log
    done: Replayed
    lives: list[Lived]
    moves: list[tuple[str, str, str, str, str]]
    specs: dict[tuple[str, str], Any]
    kind: str

    def of(self, kind: str) -> list[Lived]:
        return [life for life in self.lives if life.kind == kind]

    def lost_after(self, life: Lived) -> tuple[float, bool]:
        """Days until lost or last seen, and whether it was lost."""
        lost = [begin for phase, begin, _ in life.stays if self.specs[life.kind, phase].standing == "lost"]
        return ((lost[0] if lost else life.until) - life.born) / DAY, bool(lost)


def lived(model: Any, log: Log) -> tuple[list[Lived], list[tuple[str, str, str, str, str]]]:
    """What living customers did."""
    shape, lives, moves = shape_of(model), [], []
    here: dict[tuple[str, str], Lived] = {}
    for step in play(model, log):
        phases = {"": step.life.phase} if model is Contract else step.life.phases
        for address, phase in phases.items():
            if (step.customer, address) not in here:
                first = next((m.source for m in step.moves if m.part == address), phase)
                life = Lived(shape.part_at(address).replace(".", "/") if address else "", [[first.path, step.at_us, None]])
                here[step.customer, address] = life
                lives.append(life)
        for move in step.moves:
            life = here[step.customer, move.part]
            if not move.stayed:
                life.stays[-1][2] = step.at_us
                life.stays.append([move.target.path, step.at_us, None])
                moves.append((life.kind, move.source.path, move.target.path, move.name, f"{step.customer}/{move.part}"))
        for (customer, address), life in list(here.items()):
            if customer != step.customer:
                continue
            if address not in phases:
                life.stays[-1][2] = life.until = step.at_us
                del here[customer, address]
            elif step.used:
                life.until = step.at_us
        for entry in step.life.journey:
            if isinstance(entry, Reached) and (step.customer, entry.part) in here:
                here[step.customer, entry.part].reached.setdefault(entry.name, entry.at_us or 0)
    return lives, moves


@pytest.fixture(scope="module", params=[Contract, Customer])
def fleet(request: pytest.FixtureRequest) -> Fleet:
    model = request.param
    log = simulate(model, customers=40 if model is Contract else 12, weeks=70, seed=12, plan=PLANS[model]).log
    lives, moves = lived(model, log)
    specs = {
        (path.replace(".", "/"), p.path): p for path, part in shape_of(model).parts.items() for p in part.definition.phases.values()
    }
    return Fleet(log, run(model, log, engine="compiled"), lives, moves, specs, "" if model is Contract else "contract")


def product_limit(watched: Iterable[tuple[float, bool]]) -> list[tuple[float, float, float]]:
    """Kaplan-Meier and the sum of Greenwood, step by step."""
    seen = sorted(watched)
    share, greenwood, curve = 1.0, 0.0, [(0.0, 1.0, 0.0)]
    for day in sorted({day for day, _ in seen}):
        at_risk = sum(other >= day for other, _ in seen)
        died = sum(other == day and event for other, event in seen)
        share *= 1 - died / at_risk
        greenwood += died / (at_risk * (at_risk - died)) if at_risk > died else math.inf
        curve.append((day, share, greenwood))
    return curve


def at(curve: list[tuple[float, float, float]], day: float) -> float:
    return [share for when, share, _ in curve if when <= day][-1]


def after(curve: list[tuple[float, float, float]], share: float) -> float | None:
    return next((day for day, left, _ in curve if left <= 1 - share + 1e-12), None)


# ---- over time


def test_how_many_stand_where_over_time(fleet: Fleet) -> None:
    found = fleet.done.views.over_time(7).with_columns(pl.col("at").to_physical())
    assert found.height > 300
    for kind, phase, when, count in found.rows():
        assert count == sum(life.phase_at(when) == phase for life in fleet.of(kind)), (kind, phase, when)
    instants = sorted(set(found["at"].to_list()))
    assert {b - a for a, b in itertools.pairwise(instants)} == {7 * DAY}
    assert instants[0] == min(life.born for life in fleet.lives)


def test_where_they_stand_and_how_that_changed(fleet: Fleet) -> None:
    since = (min(life.born for life in fleet.lives) + max(life.until for life in fleet.lives)) // 2
    for kind in {life.kind for life in fleet.lives}:
        found = population_of(fleet.done, kind, since)
        now = Counter(life.stays[-1][0] for life in fleet.of(kind) if life.stays[-1][2] is None)
        then = Counter(life.phase_at(since) for life in fleet.of(kind))
        assert {phase: n for phase, n in found.counts.items() if n} == now
        assert found.changes == {phase: now[phase] - then[phase] for phase in found.counts}
    assert sum(population_of(fleet.done, fleet.kind).flows.values()) > 20


# ---- who moves where


def test_flows(fleet: Fleet) -> None:
    moves: Counter[tuple[str, ...]] = Counter(move[:4] for move in fleet.moves)
    lives = {key: len({who for *rest, who in fleet.moves if tuple(rest) == key}) for key in moves}
    found = fleet.done.views.flows().select("kind", "source", "target", "transition", "moves", "lives").rows()
    assert {tuple(row[:4]): row[4:] for row in found} == {key: (n, lives[key]) for key, n in moves.items()}
    assert [row[4] for row in found] == sorted((row[4] for row in found), reverse=True)


def test_funnel(fleet: Fleet) -> None:
    for row in fleet.done.views.funnel().rows(named=True):
        came = [(life.born, next(b for p, b, _ in life.stays if p == row["phase"])) for life in fleet.of(row["kind"])
                if any(p == row["phase"] for p, _, _ in life.stays)]  # fmt: skip
        assert row["lives"] == len(came)
        assert row["share"] == pytest.approx(len(came) / len(fleet.of(row["kind"])))
        wanted = statistics.median((begin - born) / DAY for born, begin in came) if came else None
        assert row["median_days"] == (None if wanted is None else pytest.approx(wanted))


def test_relapses_and_recoveries(fleet: Fleet) -> None:
    cases: dict[tuple[str, str, str], list[tuple[float, bool]]] = defaultdict(list)
    for life in fleet.lives:
        ranks = [RANKS.get(fleet.specs[life.kind, phase].standing) for phase, _, _ in life.stays]
        for place in range(1, len(ranks)):
            before, now = ranks[place - 1], ranks[place]
            if before is None or not now or now >= before:
                continue
            fell = life.stays[place][1]
            back = [
                b for (_, b, _), rank in zip(life.stays, ranks, strict=True) if b > fell and rank is not None and rank >= before
            ]
            key = (life.kind, life.stays[place - 1][0], life.stays[place][0])
            cases[key].append(((back[0] - fell) / DAY, True) if back else ((life.until - fell) / DAY, False))
    found = fleet.done.views.relapses().rows()
    assert {row[:3] for row in found} == set(cases)
    for kind, source, target, relapses, recovered, median in found:
        mine = cases[kind, source, target]
        assert (relapses, recovered) == (len(mine), sum(event for _, event in mine))
        assert median == after(product_limit(mine), 0.5)


def test_the_matrix_and_the_chain_it_feeds(fleet: Fleet) -> None:
    found = fleet.done.views.transition_counts(30, fleet.kind)
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for life in fleet.of(fleet.kind):
        steps = range(life.born, life.until + 1, 30 * DAY)
        placed = [next(phase for phase, begin, _ in reversed(life.stays) if begin <= step) for step in steps]
        for one, other in itertools.pairwise(placed):
            counted[one][other] += 1
    assert found == counted
    chain = measured(found)
    assert "churned" in chain.absorbing


# ---- how long


def test_time_in_phase_with_stays_that_go_on(fleet: Fleet) -> None:
    found = {(row["kind"], row["phase"]): row for row in fleet.done.views.time_in_phase().rows(named=True)}
    stays: dict[tuple[str, str], list[tuple[float, bool]]] = defaultdict(list)
    for life in fleet.lives:
        for phase, begin, end in life.stays:
            stays[life.kind, phase].append((((life.until if end is None else end) - begin) / DAY, end is not None))
    assert set(found) == set(stays)
    for key, mine in stays.items():
        curve, row = product_limit(mine), found[key]
        assert (row["stays"], row["going_on"]) == (len(mine), sum(not ended for _, ended in mine))
        assert [row[name] for name in ("quarter", "median", "three_quarters")] == [after(curve, s) for s in (0.25, 0.5, 0.75)]


def test_survival_with_its_interval(fleet: Fleet) -> None:
    curve = product_limit(fleet.lost_after(life) for life in fleet.of(fleet.kind))
    found = fleet.done.views.survival(fleet.kind)
    assert found["share"][-1] < 1
    for day, share, low, high in found.rows():
        assert share == pytest.approx(at(curve, day))
        greenwood = [g for when, _, g in curve if when <= day][-1]
        if 0 < share < 1:
            wide = 1.959964 * math.sqrt(greenwood) / math.log(share)
            assert (low, high) == (
                pytest.approx(share ** math.exp(-wide), abs=1e-6),
                pytest.approx(share ** math.exp(wide), abs=1e-6),
            )


def test_time_to_first_value(fleet: Fleet) -> None:
    curve = product_limit(
        ((life.reached.get("first_value", life.until) - life.born) / DAY, "first_value" in life.reached)
        for life in fleet.of(fleet.kind)
    )
    found = fleet.done.views.time_to("first_value")
    assert found.height > 5
    assert all(share == pytest.approx(at(curve, day)) for day, share in found.select("days", "share").rows())


def test_cohorts(fleet: Fleet) -> None:
    by_month: dict[str, list[Lived]] = defaultdict(list)
    for life in fleet.of(fleet.kind):
        by_month[pl.Series([life.born]).cast(pl.Datetime("us")).dt.strftime("%Y-%m")[0]].append(life)
    found = fleet.done.views.cohorts(fleet.kind, 30)
    assert set(found["cohort"].to_list()) == set(by_month)
    for cohort, period, lives, kept in found.rows():
        theirs = by_month[cohort]
        curve = product_limit(fleet.lost_after(life) for life in theirs)
        assert kept == pytest.approx(at(curve, period * 30))
        assert lives == sum(life.until - life.born >= period * 30 * DAY or fleet.lost_after(life)[1] for life in theirs)


def test_a_cohort_that_is_seen_throughout_has_plain_shares() -> None:
    rows = [Row(name, 0, event="", number=1) for name in "abcde"]
    rows += [Row(name, day * DAY, event="ended") for name, day in (("a", 20), ("b", 60))]
    rows += [Row(name, 100 * DAY) for name in "abcde"]
    found = run(Contract, Log("log", tuple(rows))).views.cohorts("", 30)
    assert found.select("cohort", "period", "lives", "kept").rows() == [
        ("1970-01", 0, 5, 1.0), ("1970-01", 1, 5, pytest.approx(0.8)), ("1970-01", 2, 5, pytest.approx(0.6)),
        ("1970-01", 3, 5, pytest.approx(0.6)),
    ]  # fmt: skip


def test_kaplan_meier_of_a_textbook() -> None:
    """Remission in leukaemia under 6-MP, in weeks (Freireich and others, 1963): the curve that statisticians know by heart."""
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    going_on = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    watched = [float(week) for week in (*ended, *going_on)]
    censored = [False] * len(ended) + [True] * len(going_on)
    curve = dict(kaplan_meier(watched, censored).select("days", "share").rows())
    told = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert {week: round(curve[week], 3) for week in told} == told
    assert kaplan_meier_quantiles(watched, censored, (0.25, 0.5, 0.75)) == (13.0, 23.0, None)


# ---- money


def test_revenue_that_is_kept(fleet: Fleet) -> None:
    column = "annual_value" if fleet.kind == "" else "contract.annual_value"
    first, last = min(row.at_us for row in fleet.log.rows), max(row.at_us for row in fleet.log.rows)
    since = (first + last) // 2
    worth: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for row in fleet.log.rows:
        if column in row.values:
            worth[row.customer].append((row.at_us, float(row.values[column])))
    stays = fleet.done.tables.stays.filter(pl.col("phase") == "churned").with_columns(pl.col("entered").to_physical())
    gone = dict(stays.select("customer", "entered").rows())
    before = later = kept = 0.0
    customers = 0
    for customer, told in worth.items():
        old = [value for when, value in sorted(told) if when <= since]
        if not old or gone.get(customer, last + 1) <= since:
            continue
        new = 0.0 if customer in gone else sorted(told)[-1][1]
        customers, before, later, kept = customers + 1, before + old[-1], later + new, kept + min(new, old[-1])
    found = retained(fleet.done, fleet.log.rows, column, since, last)
    assert (found.customers, found.before, found.after, found.kept) == (customers, *map(pytest.approx, (before, later, kept)))
    assert found.nrr is not None
    assert found.grr == pytest.approx(kept / before)
    assert found.grr <= min(1.0, found.nrr)
