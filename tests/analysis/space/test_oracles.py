"""Published numbers of states, and what is known of the protocols behind them."""

from __future__ import annotations

from math import comb

import pytest

from clmstate.analysis.space import Count, prove, states
from clmstate.analysis.space.blueprint import blueprint
from clmstate.analysis.space.explore import Explorer, explored
from tests.analysis.space.protocols import TCommit, TwoPhase, Vouchers


@pytest.mark.parametrize(("n", "kinds", "named"), [(3, 20, 64), (6, 84, 4_096)])
def test_vouchers(n: int, kinds: int, named: int) -> None:
    assert states(Vouchers, {"vouchers": n}) == Count(kinds, named)
    assert states(Vouchers, {"vouchers": n}, reporting="one") == Count(kinds, named)


@pytest.mark.parametrize("n", [3, 6])
def test_vouchers_are_as_many_when_all_are_walked_together(n: int) -> None:
    """What is counted by formula is found by walking too."""
    plan = blueprint(Vouchers.definition)
    explorer = Explorer(plan, frozenset((("vouchers",),)), (n,), counted=True, moving=False)
    assert len(explored(explorer, explorer.start((n,))).states) == comb(n + 3, 3)


def test_a_hundred_vouchers() -> None:
    assert states(Vouchers, {"vouchers": 100}) == Count(176_851, 4**100)


def test_transaction_commit() -> None:
    """34 distinct states where one manager acts at a time, as in the TLA+ specification."""
    assert states(TCommit, {"managers": 3}, reporting="one") == Count(13, 34)


def test_transaction_commit_in_batches_is_not_what_was_specified() -> None:
    """Two managers who act at one instant read the same picture: one commits while the other aborts, and more states follow."""
    assert states(TCommit, {"managers": 3}) == Count(16, 46)
    (proof,) = prove(TCommit)
    assert proof.verdict == "broken"
    assert proof.evidence is not None
    assert [row.event for row in proof.evidence.log] == ["@join", "prepares", "@join", "prepares", "commits", "aborts"]
    assert len({row.at for row in proof.evidence.log}) == 2


@pytest.mark.parametrize("reporting", ["one", "everybody"])
def test_two_phase_commit(reporting: str) -> None:
    """288 distinct states; here batches add nothing, for the coordinator alone decides."""
    found = states(TwoPhase, {"sites": 3}, reporting=reporting)  # type: ignore[arg-type]
    assert found == Count(80, 288)


def test_a_site_that_joins_late_breaks_two_phase_commit() -> None:
    """The protocol is for a fixed set of managers; where sites may join, one that comes after the decision can abort by itself."""
    (proof,) = prove(TwoPhase)
    assert proof.verdict == "broken"
    assert proof.evidence is not None
    assert [row.event for row in proof.evidence.log if row.event.startswith("@")] == ["@join", "@join"]
