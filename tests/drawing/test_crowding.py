"""Lines that run along each other are noticed, and a picture in which they would has more room between its columns."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from clmstate.drawing import compose
from clmstate.drawing.crowding import run_along
from clmstate.drawing.geometry import Route
from clmstate.drawing.scene import Link
from tests.drawing.test_random_pictures import scene


def line(*corners: tuple[float, float]) -> Route:
    """A chain of straight pieces."""
    points = [corners[0]]
    for (x, y), end in pairwise(corners):
        points += [(x, y), end, end]
    return Route(tuple(points))


LINKS = Link("a", "b", "forward"), Link("c", "d", "forward")


def test_lines_that_cross_or_are_apart_or_meet_shortly_do_not_run_along_each_other() -> None:
    level = line((0, 0), (100, 0))
    assert run_along(LINKS, [level, line((50, -50), (50, 50))]) == 0
    assert run_along(LINKS, [level, line((0, 6), (100, 6))]) == 0
    assert run_along(LINKS, [level, line((90, 40), (90, 2), (108, 2))]) == 0
    assert run_along(LINKS, [level, line((60, 40), (60, 2), (108, 2))]) == pytest.approx(40)


def test_lines_of_one_rule_may_share_their_way() -> None:
    ways = [line((0, 0), (100, 0)), line((0, 30), (50, 30), (50, 0), (100, 0))]
    assert run_along(LINKS, ways) == pytest.approx(50)
    assert run_along((Link("a", "go", "forward"), Link("b", "go", "forward")), ways) == 0


def test_where_they_would_the_columns_stand_further_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def along() -> float:
        composed: Any = compose.compose(scene(1015, 10))
        return run_along(composed.scene.links, composed.layout.routes)

    assert along() == 0
    monkeypatch.setattr(compose, "_says_less", lambda *_: True)
    assert along() > 20
