"""Lines: straight where they can be, around what they would touch, from row to row; and the checker notices when they are not."""

from __future__ import annotations

from typing import Any

import pytest

from clmstate.drawing import Card, Clause, Drawing, Scene, compose, journey
from clmstate.drawing.astar import way_around
from clmstate.drawing.geometry import Box, Route
from clmstate.drawing.orthogonal import Port, cells, simplest
from clmstate.drawing.story import Rule, tell


def untouched(scene: Any, blocks: Any, layout: Any, *_: Any) -> Any:
    """A layout as Graphviz left it."""
    return layout


def sleepers() -> Scene:
    """People who fall asleep and wake up, below a phase that keeps them now and then."""
    cards = [
        Card("invited", "Invited", initial=True),
        Card("active", "Active", standing="good"),
        Card("champion", "Champion", standing="good"),
        Card("asleep", "Asleep", standing="at_risk"),
    ]
    said = {
        "begin": (("invited",), "active", "at least 2 logins in 28 days"),
        "grow": (("active",), "champion", "at least 8 logins in 28 days and knows what it is good for"),
        "doze": (("active",), "asleep", "no logins in 28 days"),
        "wake": (("asleep",), "active", "at least 2 logins in 28 days"),
        "talk": (("active",), None, "one-to-one talk held"),
    }
    rules = [Rule(name, tails, head, (Clause("condition", words),)) for name, (tails, head, words) in said.items()]
    return tell("Sleepers", "", cards, rules, [], ())


def test_the_checker_notices_lines_that_touch_what_is_foreign(painted: Any, faults: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert faults(painted(Drawing(sleepers()).svg(embed_fonts=False))) == []
    monkeypatch.setattr(compose, "detoured", untouched)
    monkeypatch.setattr(compose, "touching", lambda *_: [])
    found = faults(painted(Drawing(sleepers()).svg(embed_fonts=False)))
    assert found == ["the line from 'wake' to 'active' touches 'talk'"]


def long_journey(*more: Rule) -> Scene:
    """Thirty phases in a row, and some further rules."""
    cards = [Card(f"c{i}", f"Phase {i}", initial=i == 0) for i in range(30)]
    steps = [Rule(f"on{i}", (f"c{i}",), f"c{i + 1}", (Clause("condition", "step done"),)) for i in range(29)]
    return tell("Long", "", cards, [*steps, *more], [], ())


def test_a_rule_back_to_the_row_above_is_a_line_and_one_from_far_says_so_in_words(painted: Any, faults: Any) -> None:
    scene = long_journey(
        Rule("near", ("c7",), "c3", (Clause("condition", "not yet"),)), Rule("far", ("c29",), "c1", (Clause("event", "again"),))
    )
    read = painted(Drawing(scene).svg(embed_fonts=False))
    assert faults(read) == []
    drawn = {(line.tail, line.head) for line in read.lines}
    assert ("c7", "near") in drawn
    assert ("c29", "far") not in drawn
    assert "from Phase 29" in read.items["far"].label


def test_lines_between_a_rule_and_a_card_beside_it_are_straight(contract: Any) -> None:
    composed = compose.compose(journey(contract).scene)
    by_ends = {(link.tail, link.head): route for link, route in zip(composed.scene.links, composed.layout.routes, strict=True)}
    for ends in (("onboarding", "rule go_live"), ("rule go_live", "adoption"), ("rule alarm", "renewal.high_risk")):
        assert by_ends[ends].hull.height < 1, ends


def test_no_line_slopes_a_little_where_a_level_way_is_free(contract: Any) -> None:
    composed = compose.compose(journey(contract, level="full").scene)
    assert [route for route in composed.layout.routes if 0.3 <= min(route.hull.width, route.hull.height) < 1] == []


def test_a_picture_is_at_least_as_large_on_a_slide_as_with_the_usual_widths(contract: Any) -> None:
    scene = journey(contract, level="full").scene
    usual = compose._journey(scene, compose._Setting(), compose.RENDERERS)
    chosen = compose._largest(scene, usual, compose.RENDERERS)
    assert compose._size(chosen.composed)[0] >= compose._size(usual.composed)[0]


def test_a_line_with_one_bend_is_preferred_to_one_through_a_wall() -> None:
    corner = simplest([(Port((0, 0), 0, 5), Port((100, 50), 3, 5))], [Box(40, 20, 20, 20)], frozenset())
    assert corner == [(0, 0), (100, 0), (100, 50)]
    assert simplest([(Port((0, 0), 0, 5), Port((100, 50), 3, 5))], [Box(40, -10, 20, 20)], frozenset()) is None


def test_the_way_around_keeps_out_of_walls_and_rather_off_other_lines() -> None:
    tails, heads = [Port((0, 0), 0, 5)], [Port((200, 0), 2, 5)]
    wall = Box(80, -30, 40, 60)
    free = way_around(tails, heads, [wall], frozenset())
    assert free is not None
    above = free[2][1] < 0
    there = frozenset(cells([(0, free[2][1]), (200, free[2][1])]))
    other = way_around(tails, heads, [wall], there)
    assert other is not None
    assert (other[2][1] < 0) != above
    for found in (free, other):
        assert not any(wall.x < x < wall.right and wall.y < y < wall.bottom for x, y in Route(tuple(found)).points)
    assert way_around(tails, heads, [Box(190, -20, 30, 40)], frozenset()) is None
