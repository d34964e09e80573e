"""What holds for every chain: checked on random ones, against exact fractions and against the series that the results stand for."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clmstate.analysis import (
    Chain,
    Retention,
    absorption,
    chain,
    expected_steps,
    fit_retention,
    measured,
    segments,
    sensitivity,
    survival,
    value,
    visits,
)

Counted = dict[str, dict[str, int]]
EXACT = 1e-9


@st.composite
def counts(draw: st.DrawFn) -> Counted:
    """Counted moves between up to five phases and one or two ends; everybody can get to an end, because each phase leads towards one."""
    passing = [f"p{i}" for i in range(draw(st.integers(1, 5)))]
    ends = [f"end{i}" for i in range(draw(st.integers(1, 2)))]
    found: Counted = {}
    for index, at in enumerate(passing):
        row = {to: draw(st.integers(0, 9)) for to in (*passing, *ends)}
        onward = draw(st.sampled_from([*passing[index + 1 :], *ends]))
        row[onward] += draw(st.integers(1, 5))
        found[at] = row
    return found


def exact(found: Counted) -> dict[str, dict[str, Fraction]]:
    return {at: {to: Fraction(n, sum(row.values())) for to, n in row.items()} for at, row in found.items()}


def solved(left: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    """Gauss and Jordan, in fractions."""
    rows = [[*row, b] for row, b in zip(left, right, strict=True)]
    for i in range(len(rows)):
        pivot = next(k for k in range(i, len(rows)) if rows[k][i] != 0)
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for k in range(len(rows)):
            if k != i and rows[k][i] != 0:
                rows[k] = [x - rows[k][i] * y for x, y in zip(rows[k], rows[i], strict=True)]
    return [row[-1] for row in rows]


def fundamental(found: Counted, right: dict[str, Fraction], factor: Fraction = Fraction(1)) -> dict[str, Fraction]:
    p, passing = exact(found), list(found)
    left = [[Fraction(a == b) - factor * p[a][b] for b in passing] for a in passing]
    return dict(zip(passing, solved(left, [right[a] for a in passing]), strict=True))


@given(counts())
def test_rows_sum_to_one(found: Counted) -> None:
    made = measured(found)
    assert made.matrix.sum(axis=1) == pytest.approx(np.ones(len(made.phases)), abs=1e-12)
    assert (made.matrix >= 0).all()
    assert not made.matrix.flags.writeable


@given(counts())
def test_absorption_sums_to_one_and_is_exact(found: Counted) -> None:
    ends = absorption(measured(found))
    p = exact(found)
    for end in {to for row in found.values() for to in row} - found.keys():
        expected = fundamental(found, {at: p[at][end] for at in found})
        for at in found:
            assert sum(ends[at].values()) == pytest.approx(1, abs=EXACT)
            assert ends[at][end] == pytest.approx(float(expected[at]), abs=EXACT)


@given(counts())
def test_steps_are_exact_and_the_sum_of_visits(found: Counted) -> None:
    made = measured(found)
    steps, often = expected_steps(made), visits(made)
    expected = fundamental(found, dict.fromkeys(found, Fraction(1)))
    for at in found:
        assert steps[at] == pytest.approx(float(expected[at]), rel=EXACT)
        assert sum(often[at].values()) == pytest.approx(steps[at], rel=EXACT)
        assert often[at][at] >= 1 - EXACT


@given(counts(), st.sampled_from([Fraction(1, 20), Fraction(1, 5), Fraction(1)]), st.integers(0, 12), st.data())
def test_value_is_the_series_that_it_stands_for(found: Counted, discount: Fraction, steps: int, data: st.DataObject) -> None:
    """Powers in fractions, and what is left out is at most what the largest amount would bring for ever."""
    made, p = measured(found), exact(found)
    gains = {at: Fraction(data.draw(st.integers(-50, 50))) for at in made.phases}
    factor = 1 / (1 + discount)
    total = dict.fromkeys(made.phases, Fraction(0))
    for _ in range(steps + 1):  # Horner: gains + factor P (gains + factor P (...))
        total = {
            at: gains[at] + factor * sum((p[at][to] * total[to] for to in p[at]), Fraction(0))
            if at in p
            else gains[at] + factor * total[at]
            for at in made.phases
        }
    amounts = {at: float(n) for at, n in gains.items()}
    finite = value(made, amounts, discount=float(discount), steps=steps)
    endless = value(made, amounts, discount=float(discount))
    rest = factor ** (steps + 1) / (1 - factor) * max(map(abs, gains.values()))
    for at in made.phases:
        assert finite[at] == pytest.approx(float(total[at]), abs=1e-8)
        assert abs(endless[at] - float(total[at])) <= float(rest) + 1e-8


@given(counts())
def test_value_without_discount_is_expected_time(found: Counted) -> None:
    made = measured(found)
    days = dict.fromkeys(found, 30.0)
    for at, steps in expected_steps(made).items():
        assert value(made, days)[at] == pytest.approx(30 * steps, rel=EXACT)


@given(counts(), st.integers(0, 30))
def test_survival_falls_and_its_sum_is_the_time_until_then(found: Counted, steps: int) -> None:
    made = measured(found)
    alive = survival(made, "p0", steps)
    assert alive[0] == 1
    assert all(later <= earlier + 1e-12 for earlier, later in pairwise(alive))
    still = value(made, dict.fromkeys(found, 1.0), steps=steps)["p0"]
    assert sum(alive) == pytest.approx(still, rel=EXACT)
    assert sum(alive) <= expected_steps(made)["p0"] + EXACT


@given(counts())
def test_survival_of_one_end_leaves_its_share(found: Counted) -> None:
    made = measured(found)
    for end in made.absorbing:
        assert survival(made, "p0", 5, lost=end)[-1] >= 1 - absorption(made)["p0"][end] - EXACT


@given(counts(), st.integers(2, 7))
def test_counting_more_of_the_same_changes_nothing(found: Counted, times: int) -> None:
    more = {at: {to: n * times for to, n in row.items()} for at, row in found.items()}
    assert measured(more).matrix == pytest.approx(measured(found).matrix, abs=1e-15)


@given(counts())
def test_sensitivity_is_the_result_computed_again(found: Counted) -> None:
    """The same point, moved by hand in fractions."""
    p, point = exact(found), Fraction(1, 100)

    def steps(made: Chain) -> float:
        return expected_steps(made)["p0"]

    before = fundamental(found, dict.fromkeys(found, Fraction(1)))["p0"]
    for worth in sensitivity(measured(found), steps):
        row = p[worth.source]
        q = row[worth.target]
        shifted = {to: q + point if to == worth.target else x * (1 - q - point) / (1 - q) for to, x in row.items()}
        passing = list(found)
        left = [[Fraction(a == b) - (shifted if a == worth.source else p[a])[b] for b in passing] for a in passing]
        after = solved(left, [Fraction(1)] * len(passing))[passing.index("p0")]
        assert worth.probability == pytest.approx(float(q), abs=1e-12)
        assert worth.change == pytest.approx(float(after - before), rel=1e-6, abs=1e-7)


def test_a_point_of_relapse_has_a_price() -> None:
    made = chain(
        {
            "adoption": {"adoption": 0.5, "success": 0.4, "churned": 0.1},
            "success": {"success": 0.9, "adoption": 0.08, "churned": 0.02},
        }
    )
    month = {"success": 100.0, "adoption": 60.0}
    found = {(w.source, w.target): w.change for w in sensitivity(made, lambda c: value(c, month, discount=0.01)["adoption"])}
    assert found["success", "adoption"] < 0 < found["adoption", "success"]
    assert found["success", "churned"] < found["success", "adoption"]


@given(st.floats(0.2, 5.0), st.floats(0.2, 10.0), st.integers(3, 12))
def test_retention_is_found_again(alpha: float, beta: float, years: int) -> None:
    """As many survivors as the model expects make that model the most likely one."""
    truth = Retention(alpha, beta)
    found = fit_retention([1000 * truth.survival(year) for year in range(years + 1)])
    for year in range(1, 2 * years):
        assert found.survival(year) == pytest.approx(truth.survival(year), abs=1e-4)


@given(st.fractions(Fraction(1, 20), Fraction(9, 20)), st.fractions(Fraction(11, 20), Fraction(19, 20)))
def test_retention_of_a_mixture_rises_though_nobody_changes(leaves: Fraction, stays: Fraction) -> None:
    made = segments(
        {"small": {"in": {"in": float(leaves), "out": float(1 - leaves)}}, "large": {"in": {"in": stays * 1.0, "out": 1.0 - stays}}}
    )
    apart = [survival(one, "in", 8) for one in made.values()]
    together = [sum(both) / 2 for both in zip(*apart, strict=True)]
    rates = [later / earlier for earlier, later in pairwise(together)]
    assert all(later > earlier for earlier, later in pairwise(rates))
