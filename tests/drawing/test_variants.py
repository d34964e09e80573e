"""Target markets side by side: what is not as usual is told word by word, what is as usual is not said again."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from clmstate import Days, Event, Lifecycle, Phase, Signal, Team, Threshold, Transition, drawing, unless
from clmstate.drawing import Card, Drawing


class Deal(Lifecycle):
    """How a deal is won."""

    health = Signal.score("health")
    signed, left = Event("contract signed"), Event("contract ended")
    fine_at = Threshold(60)
    fine = (health >= fine_at).named("fine")
    new = Phase("New", initial=True, owner=Team("Sales"), expected=Days(7, 30))
    live = Phase("Live", owner=Team("Support"), standing="good")
    gone = Phase("Gone", standing="lost", final=True)
    win = new.to(live, on=signed, when=health >= 50)
    slip = live.to(new, when=unless(fine).for_days(14))
    lose = live.to(gone, on=left)


class Large(Deal, market="Enterprise"):
    """More people, more time."""

    new = Deal.new.evolve(owner=Team("Key accounts"), expected=Days(30, 90))
    trial = Phase("Trial", owner=Team("Pre-sales"))
    win = Deal.win.evolve(when=Deal.health >= 70)
    lose = Transition.dropped()
    try_out = Deal.new.to(trial, when=Deal.health >= 20)
    buy = trial.to(Deal.live, on=Deal.signed)


class Small(Deal, market="SMB"):
    """Quick and alone."""

    fine_at = Threshold(40)


def card(picture: Drawing, name: str) -> Card:
    return next(card for card in picture.scene.cards if card.id == name)


def rules(picture: Drawing, name: str) -> list[tuple[tuple[str, str], ...]]:
    return [clause.spans for pill in picture.scene.pills if pill.id == f"rules {name}" for clause in pill.clauses]


@pytest.fixture(scope="module")
def picture() -> Drawing:
    return drawing.markets([Deal, Large, Small])


def tone(picture: Drawing, name: str) -> str:
    assert picture.overlay is not None
    return picture.overlay.covers[name].tone


def test_rows_are_called_by_their_market(picture: Drawing) -> None:
    assert [lane.title for lane in picture.scene.lanes] == ["All others", "Enterprise", "SMB"]


def test_a_phase_says_what_was_and_what_is(picture: Drawing) -> None:
    assert card(picture, "1/new").versions == (
        (("-", "Sales"), ("+", "Key accounts")),
        (("-", "7 to 30 days"), ("+", "30 to 90 days")),
    )
    assert card(picture, "1/trial").versions == ((("+", "only here"),), (("=", "Pre-sales"),))
    assert (tone(picture, "1/new"), tone(picture, "1/live")) == ("changed", "faded")


def test_only_a_phase_that_is_different_itself_is_marked(picture: Drawing) -> None:
    assert (tone(picture, "2/live"), tone(picture, "rules 2/live")) == ("faded", "changed")
    assert (card(picture, "2/live").subtitle, card(picture, "0/live").subtitle) == ("", "Support")


def test_rules_say_where_they_lead_and_what_became_of_them(picture: Drawing) -> None:
    changed, added = rules(picture, "1/new")
    assert changed[:2] == (("=", "to Live: "), ("=", "contract signed and health at least "))
    assert changed[2:] == (("-", "50"), ("+", "70"))
    assert added == (("+", "to Trial: health at least 20"),)
    assert rules(picture, "1/live") == [(("-", "to Gone: contract ended"),)]


def test_a_limit_behind_words_that_stay_is_told(picture: Drawing) -> None:
    assert rules(picture, "2/live")[-1] == (("=", "fine at "), ("-", "60"), ("+", "40"))


def test_a_rule_that_is_as_usual_is_not_said_again(picture: Drawing) -> None:
    assert len(rules(picture, "0/live")) == 2
    assert len(rules(picture, "2/live")) == 1


def test_no_word_is_broken_where_there_is_another_way(picture: Drawing, painted: Any) -> None:
    class Firm(Deal, market="Firm"):
        new = Deal.new.evolve(owner=Team("Implementation"))

    read = painted(drawing.markets([Firm, Large, Small]).svg(embed_fonts=False))
    assert "Implementation" in [text for text, _ in read.items["0/new"].texts]


def test_the_legend_explains_what_occurs(picture: Drawing) -> None:
    assert picture.overlay is not None
    assert [key.tone for key in picture.overlay.keys if key.standing is None] == ["changed", "faded"]
    assert [key.text for key in picture.overlay.keys if key.standing is not None] == ["Good standing", "Lost"]


def test_who_hears_it_is_told_whose_rules_these_are(picture: Drawing, painted: Any) -> None:
    read = painted(picture.svg(embed_fonts=False))
    assert read.items["rules 1/live"].label.startswith("Rules out of Live. to Gone: contract ended.")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_overlaps_and_nothing_is_cut(picture: Drawing, theme: Any, painted: Any, faults: Any) -> None:
    assert faults(painted(attrs.evolve(picture, theme=theme).svg(embed_fonts=False)), ends=False) == []


def test_cards_of_a_row_are_aligned(picture: Drawing, painted: Any) -> None:
    read = painted(picture.svg(embed_fonts=False))
    for lane in picture.scene.lanes:
        boxes = [read.items[name].box for name in lane.members]
        assert len({box.top for box in boxes}) == 1
    assert len({read.items[name].box.bottom for name in picture.scene.lanes[0].members}) == 1


def test_long_names_fit(contract: Any, painted: Any, faults: Any) -> None:
    class Wordy(contract, market="Donaudampfschifffahrtsgesellschaft of all " * 3):  # type: ignore[misc, valid-type]
        success = contract.success.evolve(
            owner=Team("Elektrizitätenhauptbetriebswerk " * 4), label="Success that goes on and on " * 3
        )
        growth = contract.growth.evolve(owner=Team("<b>& quotes"))

    assert faults(painted(drawing.markets([contract, Wordy]).svg(embed_fonts=False)), ends=False) == []


def test_variants_that_are_for_no_market_go_by_their_own_names() -> None:
    class Deal(Lifecycle):
        health = Signal.score("health")
        good_at = Threshold(70)
        new = Phase("New", initial=True)
        won = Phase("Won")
        win = new.to(won, when=health >= good_at)

    class WhatIf(Deal):
        good_at = Threshold(60)

    class Large(Deal, market="Enterprise"):
        good_at = Threshold(50)

    plain = drawing.markets([Deal, WhatIf]).scene
    assert ([lane.title for lane in plain.lanes], plain.title) == (["Deal", "What if"], "Deal: variants side by side")
    assert [lane.title for lane in drawing.markets([Deal, WhatIf, Large]).scene.lanes] == ["All others", "What if", "Enterprise"]


def test_a_pale_phase_with_a_changed_rule_is_not_said_to_be_as_usual_in_all() -> None:
    """It is pale because its owner and length are as usual; the rule below it is not."""
    drawn = drawing.markets([Deal, Large, Small])
    assert drawn.overlay is not None
    assert [key.text for key in drawn.overlay.keys if key.tone == "faded"] == ["owner and length as in the first row"]
