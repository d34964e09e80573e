"""Published answers, to the digits that were printed."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from clmstate.analysis import Chain, absorption, chain, expected_steps, fit_retention, survival, value, visits

STATES = ("1", "2", "3", "4", "5")
HIGH_END = (1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394)
REGULAR = (1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173)


def by_recency(buys: tuple[float, ...]) -> Chain:
    """Pfeifer & Carraway, Journal of Interactive Marketing 14(2), 2000: who buys is in state 1 again, who does not goes one step on."""
    return chain({at: {"1": p, str(int(at) + 1): 1 - p} for at, p in zip(STATES, buys, strict=False)})


def printed(found: dict[str, float], digits: int) -> tuple[str, ...]:
    return tuple(f"{found[at]:.{digits}f}" for at in STATES if at in found)


def test_pfeifer_and_carraway() -> None:
    made = by_recency((0.3, 0.2, 0.15, 0.05))
    gains = {"1": 40.0 - 4, "2": -4.0, "3": -4.0, "4": -4.0}
    assert printed(value(made, gains, discount=0.2), 3) == ("52.320", "5.554", "1.251", "-1.820", "0.000")
    assert printed(value(made, gains, discount=0.2, steps=4), 3) == ("50.115", "4.220", "0.592", "-1.980", "0.000")
    assert printed(expected_steps(made), 3) == ("6.050", "4.622", "3.015", "1.303")


def test_the_same_model_with_other_inputs() -> None:
    made = by_recency((0.5, 0.2, 0.1, 0.0))
    assert printed(value(made, {"1": 100.0}, discount=0.1), 2) == ("231.08", "57.29", "21.01", "0.00", "0.00")


def test_accounts_receivable() -> None:
    made = chain(
        {
            "current": {"paid": 0.3, "current": 0.5, "overdue": 0.2},
            "overdue": {"paid": 0.5, "current": 0.3, "overdue": 0.1, "bad": 0.1},
        }
    )
    found = {start: {end: f"{p:.4f}" for end, p in ends.items()} for start, ends in absorption(made).items()}
    assert found["current"] == {"paid": "0.9487", "bad": "0.0513"}
    assert found["overdue"] == {"paid": "0.8718", "bad": "0.1282"}


def test_a_die_from_a_coin() -> None:
    """Knuth & Yao 1976, as in the case studies of PRISM: 13 states, each face with 1/6 after 11/3 flips."""
    flips = {"0": "12", "1": "34", "2": "56", "3": "1a", "4": "bc", "5": "de", "6": "2f"}
    faces = {"a": "A", "b": "B", "c": "C", "d": "D", "e": "E", "f": "F"}
    rows = {at: {faces.get(to, to): 0.5 for to in both} for at, both in flips.items()}
    made = chain(rows)
    assert len(made.phases) == 13
    assert absorption(made)["0"] == pytest.approx(dict.fromkeys("ABCDEF", 1 / 6), abs=1e-15)
    assert expected_steps(made)["0"] == pytest.approx(Fraction(11, 3), abs=1e-14)
    assert sum(visits(made)["0"].values()) == pytest.approx(Fraction(11, 3), abs=1e-14)


@pytest.mark.parametrize(("seen", "alpha", "beta"), [(HIGH_END, "0.668", "3.806"), (REGULAR, "0.704", "1.182")])
def test_fader_and_hardie(seen: tuple[int, ...], alpha: str, beta: str) -> None:
    """Journal of Interactive Marketing 21(1), 2007: fitted on years 1 to 7."""
    made = fit_retention(seen[:8])
    assert (f"{made.alpha:.3f}", f"{made.beta:.3f}") == (alpha, beta)


@pytest.mark.parametrize(("seen", "by_model", "by_chain"), [(HIGH_END, "0.378", "0.270"), (REGULAR, "0.170", "0.046")])
def test_one_chain_for_everybody_extrapolates_wrongly(seen: tuple[int, ...], by_model: str, by_chain: str) -> None:
    """The trap of the same paper: retention rises with tenure although no customer changes. Seen in year 12: 0.394 and 0.173."""
    rates = [later / earlier for earlier, later in pairwise(seen)]
    assert rates[-1] > rates[0]
    stayed = sum(seen[1:8]) / sum(seen[:7])  # the most likely single rate of years 1 to 7
    single = survival(chain({"in": {"in": stayed, "out": 1 - stayed}}), "in", 12)[12]
    model = fit_retention(seen[:8]).survival(12)
    assert (f"{model:.3f}", f"{single:.3f}") == (by_model, by_chain)
    assert abs(model - seen[12] / seen[0]) < abs(single - seen[12] / seen[0]) / 4
