"""Lines on a grid: each has a track of its own, in the order in which the fewest cross."""

from __future__ import annotations

from clmstate.drawing.geometry import Box
from clmstate.drawing.ways import Cell, Grid


def test_lines_that_need_not_cross_do_not() -> None:
    cells = {"a": Cell(0, 0), "b": Cell(0, 0, 1), "c": Cell(1, 0), "d": Cell(1, 0, 1)}
    boxes = {"a": Box(0, 0, 100, 40), "b": Box(0, 100, 100, 40), "c": Box(200, 200, 100, 40), "d": Box(200, 300, 100, 40)}
    grid = Grid(cells, [("a", "c"), ("b", "d")])
    gaps = [Box(0, 0, 0, 400), Box(100, 0, 100, 400), Box(300, 0, 0, 400)]
    upper, lower = grid.routes(boxes, gaps, [], lambda _: (20, 20))
    turns = [sorted({x for x, _ in route.points})[-2] for route in (upper, lower)]
    assert turns[0] != turns[1]
    down = {round(route.points[3][0]) for route in (upper, lower)}
    assert len(down) == 2
    middle = [next(x for x, y in route.samples(40) if 150 < y < 190) for route in (upper, lower)]
    assert middle[0] > middle[1]  # the upper line goes down outside of the lower one


def test_a_line_between_cards_of_nearly_one_height_has_no_kink() -> None:
    cells = {"a": Cell(0, 0), "b": Cell(1, 0)}
    gaps = [Box(0, 0, 0, 100), Box(100, 0, 100, 100), Box(300, 0, 0, 100)]
    for tall, heights in ((76, 1), (90, 2)):
        boxes = {"a": Box(0, 0, 100, 70), "b": Box(200, (70 - tall) / 2, 100, tall)}
        routes = Grid(cells, [("a", "b"), ("b", "a")]).routes(boxes, gaps, [], lambda _: (20, 20))
        assert [len({y for _, y in (*route.points, route.tip)}) > 1 for route in routes] == [heights == 2] * 2
