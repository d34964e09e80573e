"""What must hold on every painted picture, measured on the picture itself."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest

from clmstate import drawing


@pytest.fixture(params=["stage", "full"])
def picture(request: pytest.FixtureRequest, model: Any, painted: Any) -> Any:
    return painted(drawing.journey(model, level=request.param).svg(embed_fonts=False))


def test_text_stays_inside_its_box(picture: Any) -> None:
    for item in picture.of("card", "pill", "frame"):
        assert item.texts
        for text, box in item.texts:
            assert item.box.holds(box, slack=-2), (item.name, text)


def test_lines_of_text_do_not_run_into_each_other(picture: Any) -> None:
    for item in picture.items.values():
        for (one, first), (other, second) in itertools.combinations(item.texts, 2):
            assert not first.overlaps(second), (one, other)


def test_boxes_do_not_overlap(picture: Any) -> None:
    for one, other in itertools.combinations(picture.of("card", "pill"), 2):
        assert not one.box.overlaps(other.box), (one.name, other.name)


def test_frames_hold_their_members_and_nothing_else(picture: Any) -> None:
    for frame in picture.of("frame"):
        for item in picture.of("card", "pill"):
            touches = frame.box.overlaps(item.box)
            inner = item.name.startswith(f"{frame.name}.") or {line.tail for line in picture.lines if line.head == item.name} <= {
                card.name for card in picture.of("card") if card.name.startswith(f"{frame.name}.")
            }
            assert not touches or (inner and frame.box.holds(item.box)), (frame.name, item.name)


def test_every_line_ends_at_its_boxes(picture: Any) -> None:
    for line in picture.lines:
        assert picture.items[line.tail].box.distance(*line.points[0]) < 5, (line.tail, line.head)
        assert picture.items[line.head].box.distance(*(line.tip or line.points[-1])) < 5.5, (line.tail, line.head)
        assert (line.tip is not None) == (picture.items[line.head].kind != "pill")


def test_every_pill_is_on_a_line(picture: Any) -> None:
    ends = {end for line in picture.lines for end in (line.tail, line.head)}
    assert {pill.name for pill in picture.of("pill")} <= ends


def test_no_line_crosses_a_foreign_card(picture: Any) -> None:
    for line in picture.lines:
        for card in picture.of("card"):
            if card.name not in (line.tail, line.head) and not {line.tail, line.head} & {card.name.rpartition(".")[0]}:
                inside = [
                    p for p in line.samples() if card.box.left < p[0] < card.box.right and card.box.top < p[1] < card.box.bottom
                ]
                assert not inside, (line.tail, line.head, card.name)


def test_everything_is_on_the_canvas(picture: Any) -> None:
    dx, dy = picture.shift
    for item in picture.items.values():
        assert item.box.left + dx >= 0, item.name
        assert item.box.top + dy >= 0, item.name
        assert item.box.right + dx <= picture.width, item.name
        assert item.box.bottom + dy <= picture.height, item.name
    for text, box in picture.around:
        assert box.left >= 0, text
        assert box.right <= picture.width, text
        assert box.bottom <= picture.height, text


def test_title_and_legend_touch_nothing(picture: Any) -> None:
    dx, dy = picture.shift
    for text, box in picture.around:
        for item in picture.items.values():
            there = type(box)(item.box.left + dx, item.box.top + dy, item.box.right + dx, item.box.bottom + dy)
            assert not box.overlaps(there), (text, item.name)
        for line in picture.lines:
            assert not any(box.left < x + dx < box.right and box.top < y + dy < box.bottom for x, y in line.samples()), text
    for (one, first), (other, second) in itertools.combinations(picture.around, 2):
        assert not first.overlaps(second), (one, other)


def test_the_checker_sees_lines_that_run_along_each_other(contract: Any, painted: Any, faults: Any) -> None:
    svg = drawing.journey(contract).svg(embed_fonts=False)
    assert faults(painted(svg)) == []
    moved = re.search(r'data-tail="renewal.high_risk" data-head="rule go_back"[^>]*>\s*<path d="([^"]*)"', svg)
    other = re.search(r'data-tail="success" data-head="rule renew_tense"[^>]*>\s*<path d="([^"]*)"', svg)
    assert moved is not None
    assert other is not None
    said = " ".join(faults(painted(svg.replace(moved[1], other[1]))))
    assert "'success' to 'rule renew_tense' and 'renewal.high_risk' to 'rule go_back' run along each other for" in said
