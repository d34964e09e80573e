"""What was found, and what the tests have been through, painted on the journey."""

from __future__ import annotations

from typing import Any

import pytest

from clmstate import Event, Lifecycle, Phase, Risk, Signal, UnknownNameError, drawing, never, unless
from clmstate.analysis import check
from clmstate.drawing import Drawing, Marked


class Claims(Lifecycle):
    """A claim, with a mistake of every sort."""

    denied, answered, paid_out = Event("denied"), Event("answered"), Event("paid out")
    health = Signal.score("health", default=50)
    tickets = Signal.count("open ticket", default=0)
    new = Phase("New", initial=True, owner="Intake", complete=True)
    review = Phase("Review", owner="Experts")
    fast = Phase("Fast lane", owner="Intake", standing="good")
    dispute = Phase("Dispute", owner="Lawyers", standing="at_risk")
    waiting = Phase("Waiting", owner="Lawyers")
    paid = Phase("Paid", final=True, standing="good")
    forgotten = Phase("Forgotten")
    look = new.to(review, when=tickets >= 5)
    hurry = new.to(fast, when=health >= 70)
    excel = new.to(paid, when=health >= 80)
    back = fast.to(review, when=health < 70)
    pay = (review | fast).to(paid, on=paid_out)
    deny = review.to(dispute, on=denied)
    answer = dispute.to(waiting, on=answered)
    deny_again = waiting.to(dispute, on=denied)
    dead = review.to(fast, when=(health >= 70) & (health < 60))
    late = Risk("Too late", sign=unless(health >= 0), phases=[new])
    promises = never(dispute)


class Sound(Lifecycle):
    """Nothing to mend."""

    signed = Event("contract signed")
    new = Phase("New", initial=True)
    won = Phase("Won", final=True)
    win = new.to(won, on=signed)


def laid(picture: Drawing) -> Any:
    assert picture.overlay is not None
    return picture.overlay


def test_marks_go_where_they_belong(contract: Any) -> None:
    marks = {"go_live": Marked("at_risk", "never taken", also=("hear",)), "success": Marked("good")}
    overlay = laid(drawing.marked(contract, marks))
    tones = {name: overlay.covers[name].tone for name in ("rule go_live", "success", "growth", "rule hear")}
    assert tones == {"rule go_live": "at_risk", "success": "good", "growth": "faded", "rule hear": "neutral"}
    assert overlay.covers["rule go_live"].signs == (("at_risk", "1"),)
    assert overlay.covers["rule hear"].signs == (("neutral", "1"),)
    assert [(row.text, row.sign) for row in overlay.panels[0].rows] == [("go live: never taken", ("at_risk", "1"))]
    assert [key.tone for key in overlay.keys] == ["at_risk", "good", "neutral", "faded"]


def test_unknown_names_are_refused(contract: Any) -> None:
    for marks in ({"go_lve": Marked("good")}, {"go_live": Marked("good", also=("sucess",))}):
        with pytest.raises(UnknownNameError, match="CLM406"):
            drawing.marked(contract, marks)
    with pytest.raises(UnknownNameError, match="CLM406"):
        drawing.coverage(contract, {"sucess": 1}, {})


def test_the_gravest_come_first_and_numbers_lead_from_the_map_to_the_list() -> None:
    overlay = laid(drawing.findings(Claims))
    (panel,) = overlay.panels
    signs = [row.sign for row in panel.rows]
    assert [tone for tone, _ in signs] == sorted((tone for tone, _ in signs), key=["at_risk", "watch"].index)
    numbers = [number for _, number in signs if number]
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)]
    on_map = {number for cover in overlay.covers.values() for _, said in cover.signs for number in said.split("·") if number}
    assert on_map == set(numbers)
    heads = {row.text: row.sign[1] for row in panel.rows}
    assert overlay.covers["dispute"].said[0].text == "no good outcome"
    assert heads["dead: dead rule"] == overlay.covers["rule dead"].signs[0][1]


def test_every_error_and_warning_is_counted_also_what_is_not_on_the_map() -> None:
    overlay = laid(drawing.findings(Claims))
    rows = [row.text for row in overlay.panels[0].rows]
    assert {"Too late: sign too late", "Broken promise"} <= set(rows)
    errors = sum(one.severity == "error" for one in check(Claims)) + 1  # and the promise
    assert overlay.subtitle.startswith(f"{errors} errors and ")


def test_where_nothing_is_found_all_is_well() -> None:
    overlay = laid(drawing.findings(Sound))
    assert overlay.subtitle == "The check finds nothing to mend."
    assert {cover.tone for cover in overlay.covers.values()} == {"good"}
    assert overlay.panels == ()


def test_what_the_tests_saw(contract: Any) -> None:
    counts = dict.fromkeys(contract.definition.transitions, 2) | {"go_live": 0, "calm_down": 0}
    del counts["hear"]
    overlay = laid(drawing.coverage(contract, {"onboarding": 3, "growth": 0}, counts))
    assert (overlay.covers["onboarding"].tone, overlay.covers["rule go_live"].tone) == ("good", "at_risk")
    assert overlay.covers["rule hear"].tone == "faded"
    assert overlay.subtitle == "Tests saw 1 of 2 phases and took 13 of 15 rules."
    assert overlay.panels == ()


def test_rules_that_share_a_pill_have_a_sign_each(contract: Any) -> None:
    counts = dict.fromkeys(contract.definition.transitions, 0) | {"save": 4}
    picture = drawing.coverage(contract, {}, counts)
    shared = next(pill for pill in picture.scene.pills if "save" in pill.rules)
    assert shared.rules == ("save", "calm_down")
    assert laid(picture).covers[shared.id].signs == (("good", "4"), ("at_risk", ""))
    assert laid(picture).covers[shared.id].tone == "at_risk"


def test_the_signs_of_a_shared_pill_stand_where_each_rule_begins(contract: Any, painted: Any) -> None:
    counts = dict.fromkeys(contract.definition.transitions, 12)
    read = painted(drawing.coverage(contract, dict.fromkeys(contract.definition.phases, 7), counts).svg(embed_fonts=False))
    (pill,) = (item for item in read.of("pill") if item.name == "rule save")
    assert len(pill.marks) == 2
    assert pill.marks[0].bottom < pill.marks[1].top
    assert all(mark.top >= pill.box.top - 10 and mark.bottom <= pill.box.bottom for mark in pill.marks)


@pytest.mark.parametrize("model", [Claims, Sound])
def test_nothing_overlaps_and_nothing_is_cut(model: Any, painted: Any, faults: Any) -> None:
    for picture in (drawing.findings(model), drawing.coverage(model, dict.fromkeys(model.definition.phases, 1234567), {})):
        for theme in ("light", "dark"):
            read = painted(Drawing(picture.scene, theme, picture.overlay).svg(embed_fonts=False))  # type: ignore[arg-type]
            assert [fault for fault in faults(read) if "leaves" in fault or "overlap" in fault or "cut" in fault] == []


def test_a_long_key_goes_on_in_the_next_line_and_a_long_text_stands_beside_the_map_only(painted: Any, faults: Any) -> None:
    marks = {"new": Marked("at_risk", "wrong " * 40), "win": Marked("watch", "W" * 300, short="short " * 20)}
    picture = drawing.marked(Sound, marks, keys={"at_risk": "a key that goes on " * 12})
    assert faults(painted(picture.svg(embed_fonts=False))) == []
    assert laid(picture).covers["new"].said is None
