"""Places: columns, rows, and frames that hold exactly their members."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from clmstate import Event, Lifecycle, Phase, anywhere, drawing
from clmstate.drawing import Card, Clause, Frame, Scene, journey_scene
from clmstate.drawing.columns import arrange
from clmstate.drawing.compose import compose
from clmstate.drawing.furniture import NARROWEST
from clmstate.drawing.geometry import Box, Route, cut_to
from clmstate.drawing.layout import STUB_SEEN, place
from clmstate.drawing.story import Rule, tell
from models.dynamic.user import User


def test_columns_alternate_between_phases_and_rules(line: Any) -> None:
    assert arrange(journey_scene(line.definition)).order == (
        ("start of trial",),
        ("trial",),
        ("rule sign",),
        ("onboarding",),
        ("rule finish",),
        ("live",),
    )


def test_ways_back_run_above_and_trouble_below(contract: Any) -> None:
    scene = journey_scene(contract.definition)
    boxes = compose(scene).layout.boxes
    main = boxes["success"]
    for above in ("rule relapse", "rule return_from", "rule next_term"):
        assert boxes[above].middle[1] < main.y
    for below in ("rule renew_tense", "rule worry", "rule alarm", "rule go_back", "rule hear"):
        assert boxes[below].y > main.bottom


def test_a_frame_that_would_hold_a_stranger_becomes_a_title() -> None:
    cards = (Card("a", "A", step=0, initial=True), Card("b", "B", step=1), Card("c", "C", step=2))
    scene = tell(
        "T",
        "",
        cards,
        [Rule("r", ("a",), "b"), Rule("s", ("b",), "c"), Rule("t", ("a",), "c", tail="g")],
        [Frame("g", "G", ("a", "c"))],
        (),
    )
    composed = compose(scene)
    assert composed.scene.frames == ()
    assert [card.title for card in composed.scene.cards] == ["G · A", "B", "G · C"]


def test_a_frame_holds_the_rules_between_its_members_whole_also_those_above_them() -> None:
    cards = [Card(name, name.title(), initial=name == "one") for name in ("one", "two", "three", "gone")]
    said = {"on": (("one",), "two"), "further": (("two",), "three"), "back": (("three",), "two"), "leave": (("three",), "gone")}
    rules = [Rule(name, tails, head, (Clause("event", f"{name}, in a good many words"),)) for name, (tails, head) in said.items()]
    boxes = compose(tell("Framed", "", cards, rules, [Frame("in", "In use", ("one", "two", "three"))], ())).layout.boxes
    back = boxes["back"]
    assert boxes["in"].grown(0, -5, 0, 0).holds((back.x, back.y))
    assert boxes["in"].holds((back.right, back.bottom))
    assert not boxes["in"].overlaps(boxes["leave"])


def test_a_scene_without_anything_can_be_placed() -> None:
    assert compose(Scene("Nothing yet")).layout.boxes == {}


def test_cutting_a_route_at_a_frame_keeps_the_arrow_on_its_edge() -> None:
    frame = Box(50, -20, 100, 40)
    route = cut_to(Route(((0, 0), (30, 0), (60, 0), (90, 0)), (100, 0)), frame, leaving=False)
    assert route.tip is not None
    assert abs(route.tip[0] - 50) < 1.5
    assert route.points[0] == (0, 0)


def test_a_line_slants_if_it_leaves_or_arrives_at_an_angle() -> None:
    assert Route(((0, 0), (10, 8), (20, 8), (30, 8))).slants
    assert Route(((0, 0), (0, 0), (20, 10), (30, 10)), (40, 14)).slants
    assert not Route(((0, 0), (10, 0), (20, 10), (20, 30)), (20, 40)).slants


def test_the_lines_of_a_small_journey_are_longer_and_do_not_slant() -> None:
    cards = [Card("smooth", "Smooth", initial=True, standing="good"), Card("friction", "Friction", standing="watch")]
    said = {
        "report": (("smooth",), "friction", "friction reported, or at least 3 open tickets"),
        "solve": (("friction",), "smooth", "problem solved and no open tickets"),
        "open": (("smooth",), None, "ticket opened, upsell or cross-sell"),
        "tell": (("friction",), None, "ticket opened"),
    }
    rules = [Rule(name, tails, head, (Clause("event", words),)) for name, (tails, head, words) in said.items()]
    small = compose(tell("Small", "", cards, rules, [], ()))
    assert place(small.scene, small.blocks).width + 40 < small.layout.width <= NARROWEST
    assert not any(route.slants for route in small.layout.routes)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    size = draw(st.integers(1, 9))
    standings = draw(st.lists(st.sampled_from([None, "good", "watch", "at_risk", "lost"]), min_size=size, max_size=size))
    cards = [Card(f"c{i}", f"Phase {i}", standing=standings[i], initial=i == 0) for i in range(size)]
    names = st.sampled_from([card.id for card in cards])
    rules = []
    for number in range(draw(st.integers(0, 12))):
        sources = tuple(dict.fromkeys(draw(st.lists(names, min_size=1, max_size=4))))
        target = draw(st.none() | names)
        sources = tuple(source for source in sources if source != target) if target else sources[:1]
        if sources:
            clauses = (Clause("condition", draw(st.sampled_from(["ready", "at least 70 and no open escalations for 14 days"]))),)
            rules.append(Rule(f"r{number}", sources, target, clauses, anywhere=target is not None and draw(st.booleans())))
    members = tuple(card.id for card in cards[1 : 1 + draw(st.integers(0, 3))])
    return tell("Random", "", cards, rules, [Frame("g", "Group", members)] if members else [], ())


@settings(max_examples=40)
@given(scenes())
def test_random_journeys_have_a_place_for_everything(scene: Scene) -> None:
    composed = compose(scene)
    boxes = composed.layout.boxes
    placed = [boxes[item.id] for item in (*composed.scene.cards, *composed.scene.pills)]
    for index, box in enumerate(placed):
        assert not any(box.overlaps(other) for other in placed[index + 1 :])
    for link, route in zip(composed.scene.links, composed.layout.routes, strict=True):
        for name, (x, y) in ((link.tail, route.points[0]), (link.head, route.tip or route.points[-1])):
            assert boxes[name].grown(6, 6, 6, 6).holds((x, y)), (link, name)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(-500, 500)), min_size=7, max_size=7), st.booleans())
def test_a_line_stays_in_its_hull(points: list[tuple[float, float]], arrow: bool) -> None:
    route = Route(tuple(points), points[0] if arrow else None)
    assert all(route.hull.holds(point, slack=1e-9) for point in route.samples())


def test_the_ring_before_a_rule_from_anywhere_does_not_touch_the_edge() -> None:
    class Site(Lifecycle):
        opened, closed = Event("opened"), Event("closed")
        planned = Phase("Planned", initial=True)
        live = Phase("Live", standing="good")
        shut = Phase("Shut", final=True)
        go = planned.to(live, on=opened)
        close = anywhere.to(shut, on=closed)

    drawn = compose(journey_scene(Site.definition))
    assert drawn.layout.boxes["rule close"].x == min(box.x for box in drawn.layout.boxes.values()) == STUB_SEEN


def test_long_words_make_room_for_themselves() -> None:
    class Kunde(Lifecycle):
        angebot = Event("Angebot angenommen")
        rettung = Event("Rettungsgespräch erfolgreich")
        einfuehrung = Phase("Einführung", initial=True)
        gefaehrdet = Phase("Abwanderungsgefährdet", standing="at_risk")
        starten = einfuehrung.to(gefaehrdet, on=angebot)
        retten = gefaehrdet.to(einfuehrung, on=rettung)

    drawn = compose(journey_scene(Kunde.definition))
    words = {word for block in drawn.blocks.values() for run in block.runs for word in run.text.split()}
    assert {"angenommen", "Rettungsgespräch", "Abwanderungsgefährdet"} <= words


def test_where_a_stub_begins_no_card_seems_to_be_its_source() -> None:
    """Its ring keeps off what stands before it: who leaves from anywhere does not leave from the card beside it."""
    picture = drawing.journey(User)
    rings = re.findall(r'<circle cx="([0-9.]+)" cy="([0-9.]+)" r="4"', picture.svg(embed_fonts=False))
    cards = [picture._composed.layout.boxes[card.id] for card in picture.scene.cards]
    assert len(rings) == 2
    for x, y in rings:
        room = Box(float(x) - 9, float(y) - 5, 8, 10)
        assert not any(card.overlaps(room) for card in cards)
