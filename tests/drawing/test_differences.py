"""What a difference says of each change: in the words of the business, where it belongs, and once."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from clmstate import Days, Event, Lifecycle, Phase, Play, Risk, Signal, Team, Threshold, Touchpoint, drawing, never, unless
from clmstate.analysis.versions import renamed
from clmstate.drawing import Drawing, Pill


class Deal(Lifecycle):
    """How a deal is won."""

    health = Signal.score("health")
    quiet_for = Signal.days("days of silence", default=0)
    signed = Event("contract signed")
    fine_at, idle_after = Threshold(60), Threshold(30)
    fine = (health >= fine_at).named("fine")
    new = Phase(
        "Open", initial=True, owner=Team("Sales"), expected=Days(7, 30), touchpoints=[Touchpoint("Demo", why="they see it")]
    )
    live = Phase("Live", owner=Team("Support"), standing="good")
    gone = Phase("Gone", standing="lost", final=True)
    win = new.to(live, when=fine, plays=[Play("Celebrate")])
    slip = live.to(new, when=unless(fine).for_days(14))
    lose = live.to(gone, on=signed)
    idle = Risk("Nobody talks", sign=quiet_for > idle_after, phases=[live])
    promises = never(gone).when(fine)


def pill(picture: Drawing, rule: str) -> Pill:
    return next(pill for pill in picture.scene.pills if rule in pill.rules)


def said(picture: Drawing, rule: str) -> list[tuple[tuple[str, str], ...]]:
    return [clause.spans for clause in pill(picture, rule).clauses if clause.spans]


def laid(picture: Drawing) -> Any:
    assert picture.overlay is not None
    return picture.overlay


def test_a_limit_behind_words_that_stayed_is_told_in_the_rule() -> None:
    class Later(Deal):
        fine_at = Threshold(70)

    picture = drawing.difference(Deal, Later)
    assert said(picture, "win") == [(("=", "fine at "), ("-", "60"), ("+", "70"))]
    assert laid(picture).panels == ()  # promises and conditions only follow
    assert laid(picture).subtitle == "Changed: 2 rules, 1 limit."


def test_a_limit_that_no_rule_reads_is_told_beside_the_map() -> None:
    class Later(Deal):
        idle_after = Threshold(14)

    (panel,) = laid(drawing.difference(Deal, Later)).panels
    assert [(row.text, row.spans) for row in panel.rows] == [
        ("Risk: Nobody talks", (("=", "idle after "), ("-", "30"), ("+", "14"), ("=", " days")))
    ]


def test_a_name_that_means_something_else_is_told_in_the_rule_and_beside_the_map() -> None:
    class Later(Deal):
        fine = ((Deal.health >= Deal.fine_at) & (Deal.quiet_for < 5)).named("fine")
        win = Deal.win.evolve(when=fine)
        slip = Deal.slip.evolve(when=unless(fine).for_days(14))

    picture = drawing.difference(Deal, Later)
    assert said(picture, "win") == [(("=", "fine: "), ("+", "has a new meaning"))]
    (row,) = laid(picture).panels[0].rows
    assert row.text == "Meaning of “fine”"
    assert ("+", " and days of silence below 5 days") in row.spans


def test_plays_are_told_one_by_one() -> None:
    class Later(Deal):
        win = Deal.win.evolve(plays=[Play("Celebrate"), Play("Ask for a reference")])
        lose = Deal.lose.evolve(plays=[Play("Say goodbye")])

    picture = drawing.difference(Deal, Later)
    assert said(picture, "win") == [(("+", "Ask for a reference"),)]
    assert [clause.role for clause in pill(picture, "lose").clauses] == ["event", "play"]


def test_where_a_rule_comes_from_and_leads_to() -> None:
    class Later(Deal):
        lose = (Deal.new | Deal.live).to(Deal.gone, on=Deal.signed)
        win = Deal.new.to(Deal.gone, when=Deal.fine, plays=[Play("Celebrate")])

    picture = drawing.difference(Deal, Later)
    assert said(picture, "lose") == [(("+", "from Open"),)]
    assert said(picture, "win") == [(("-", "to Live"), ("+", "to Gone"))]


def test_a_phase_says_what_is_different_and_keeps_its_owner() -> None:
    class Later(Deal):
        new = Deal.new.evolve(label="Talking", expected=Days(7, 14), goal="We know what we buy")
        live = Deal.live.evolve(owner=Team("Success"), standing="watch")

    covers = laid(drawing.difference(Deal, Later)).covers
    assert [(one.text, one.how) for one in covers["new"].said] == [
        ("formerly Open", "quiet"),
        ("Sales", "plain"),
        ("7 to 30 days", "struck"),
        ("7 to 14 days", "come"),
        ("also: goal", "quiet"),
    ]
    assert [one.text for one in covers["live"].said] == ["Support", "Success", "Good standing", "Watch"]
    assert covers["gone"].tone == "faded"


def test_what_only_explains_changes_nothing_on_the_map() -> None:
    class Later(Deal):
        """Another note."""

        win = Deal.win.evolve(why="we have always done so")
        live = Deal.live.evolve(help="they work with it")

    picture = drawing.difference(Deal, Later)
    assert laid(picture).subtitle == "Nothing is different."
    assert {cover.tone for cover in laid(picture).covers.values()} == {"faded"}


def test_touchpoints_are_told_beside_the_map_and_mark_their_phase() -> None:
    class Later(Deal):
        new = Deal.new.evolve(touchpoints=[Touchpoint("Trial", why="they try it")])

    picture = drawing.difference(Deal, Later)
    assert laid(picture).covers["new"].said[-1].text == "also: touchpoints"
    assert laid(picture).panels[0].rows[0].spans == (("-", "Demo"), ("+", "Trial"))


def test_what_came_and_went_is_listed_by_kind() -> None:
    class Later(Deal):
        seats, spent, nps, size, age = (Signal.count(name) for name in ("seat", "euro", "answer", "person", "day"))

    rows = {row.text: row.spans for row in laid(drawing.difference(Deal, Later)).panels[0].rows}
    assert rows == {"Signals": (("+", "seat, euro, answer, person and 1 more"),)}
    rows = {row.text: row.spans for row in laid(drawing.difference(Later, Deal)).panels[0].rows}
    assert rows["Signals"][0][0] == "-"


def test_what_was_renamed_is_neither_removed_nor_added() -> None:
    later = renamed(Deal.definition, {"live": "in_use", "win": "go_live"})
    apart = {cover.tone for cover in laid(drawing.difference(Deal, later)).covers.values()}
    assert {"removed", "added"} <= apart
    known = drawing.difference(Deal, later, renames={"live": "in_use", "win": "go_live"})
    assert {cover.tone for cover in laid(known).covers.values()} == {"faded", "changed"}
    assert [one.text for one in laid(known).covers["in_use"].said] == ["Support", "also: name in the model"]


@pytest.mark.parametrize(
    ("old", "new", "title"),
    [
        (("", ""), ("Enterprise", "3"), "Deal: what changes for Enterprise v3"),
        (("", "1"), ("", "v2"), "Deal: what changes from Deal v1 to Deal v2"),
        (("SMB", ""), ("Enterprise", ""), "Deal: what changes from SMB to Enterprise"),
        (("", ""), ("", ""), "Deal: what changes"),
    ],
)
def test_the_title_names_what_is_compared(old: tuple[str, str], new: tuple[str, str], title: str) -> None:
    versions = [attrs.evolve(Deal.definition, market=market, version=version) for market, version in (old, new)]
    assert laid(drawing.difference(*versions)).title == title


def test_both_themes_tell_old_from_new_and_nothing_is_cut(painted: Any, faults: Any) -> None:
    class Later(Deal):
        fine_at, idle_after = Threshold(70), Threshold(14)
        live = Deal.live.evolve(owner=Team("Success"))

    picture = drawing.difference(Deal, Later)
    for theme in ("light", "dark"):
        colours = drawing.THEMES[theme]
        svg = attrs.evolve(picture, theme=theme).svg(embed_fonts=False)
        assert f'fill="{colours.gone}"' in svg
        assert f'fill="{colours.come}"' in svg
        assert faults(painted(svg)) == []
