"""You are here: dates that tell years apart, lines that the customer took, and what comes next."""

from __future__ import annotations

from clmstate import Event, Lifecycle, Phase, Signal, drawing
from clmstate.drawing.whereabouts import ways_on


class Deal(Lifecycle):
    """Its last rule leads from two phases into trouble, its first out of it and back."""

    health = Signal.score("health")
    renewed = Event("renewal signed")
    new = Phase("New", initial=True, questions=["Who helps us to begin?"])
    success = Phase("Success", standing="good")
    growth = Phase("Growth", standing="good")
    tense = Phase("Tense", standing="at_risk")
    win = new.to(success, when=health >= 80)
    grow = success.to(growth, when=health >= 90)
    worry = (success | growth).to(tense, when=health < 30)
    back = (growth | tense).to(new, when=health.between(40, 60))
    again = growth.to(new, on=renewed, kind="next_cycle")


def walked(*seen: tuple[str, int]) -> Deal:
    acme = Deal("Acme")
    for at, health in seen:
        acme.observe(at=at, health=health)
    return acme


def said(laid: drawing.Overlay | None, name: str) -> list[str]:
    assert laid is not None
    return [text.text for text in laid.covers[name].said or ()]


def test_dates_have_years_where_there_are_several() -> None:
    laid = drawing.here(walked(("2025-11-03", 10), ("2025-12-01", 85), ("2026-01-12", 95), ("2026-01-12", 20))).overlay
    assert said(laid, "success") == ["✓ 1 Dec ’25 – 12 Jan ’26"]
    assert said(laid, "growth") == ["✓ 12 Jan ’26"]  # there and gone on one day
    one_year = drawing.here(walked(("2026-01-05", 85), ("2026-02-10", 95))).overlay
    assert said(one_year, "success") == ["✓ 5 Jan – 10 Feb"]
    assert said(one_year, "new") == ["✓ visited", "… – 5 Jan"]


def test_only_lines_that_the_customer_took_are_part_of_the_path() -> None:
    picture = drawing.here(walked(("2026-01-05", 85), ("2026-02-10", 95), ("2026-03-01", 20)))
    assert picture.overlay is not None
    assert picture.overlay.covers["rule worry"].came == ("growth",)
    path = picture._colours.tones["path"].line
    lines = picture.svg(embed_fonts=False).split('<g class="link ')[1:]
    taken = {
        each.split('data-tail="')[1].partition('"')[0]
        for each in lines
        if 'data-head="rule worry"' in each and path in each.partition("</g>")[0]
    }
    assert taken == {"growth"}


def test_a_rule_that_does_two_things_is_taken_where_the_customer_took_it() -> None:
    picture = drawing.here(walked(("2026-01-05", 85), ("2026-02-10", 20), ("2026-03-01", 50)))
    assert picture.overlay is not None
    kinds = {pill.kind: picture.overlay.covers[pill.id].tone for pill in picture.scene.pills if pill.name == "back"}
    assert kinds == {"relapse": "faded", "recovery": "path"}


def test_a_next_cycle_that_the_model_declares_is_a_way_on() -> None:
    assert [way.name for way in ways_on(walked(("2026-01-05", 85), ("2026-02-10", 95)))] == ["again"]


def test_what_stands_in_the_way_of_a_named_condition_is_listed_below_it() -> None:
    class Named(Lifecycle):
        """A condition with a name and two parts."""

        health = Signal.score("health")
        tickets = Signal.count("open ticket", plural="open tickets", default=0)
        new = Phase("New", initial=True)
        live = Phase("Live", standing="good")
        stuck = Phase("Stuck", standing="watch")
        well = ((health >= 60) & (tickets == 0)).named("all is well")
        begin = new.to(live, when=well)
        stumble = live.to(stuck, when=tickets >= 3, kind="at_risk")

    acme = Named("Acme")
    acme.observe(at="2026-01-05", health=50)
    laid = drawing.here(acme).overlay
    assert laid is not None
    assert [(row.text, row.value, row.under) for row in laid.panels[0].rows] == [
        ("all is well", "", False),
        ("– health at least 60", "health 50", True),
    ]
    acme.observe(at="2026-01-06", health=90)
    assert ways_on(acme) == ()  # into trouble is no way on


def test_two_dates_stand_below_each_other_and_can_be_read() -> None:
    acme = walked(("2025-11-03", 10), ("2025-12-01", 85), ("2026-01-12", 20), ("2026-02-01", 50), ("2026-03-01", 85))
    picture = drawing.here(acme)
    assert said(picture.overlay, "rule win") == ["1 Dec ’25", "1 Mar ’26"]
    group = picture.svg(embed_fonts=False).partition('data-id="rule win"')[2].partition("</g>")[0]
    sizes = [float(text.partition('"')[0]) for text in group.split('font-size="')[1:]]
    assert min(sizes) >= 12


def test_who_has_not_moved_has_no_path_to_explain() -> None:
    def keys(acme: Deal) -> list[str]:
        laid = drawing.here(acme).overlay
        assert laid is not None
        return [key.text for key in laid.keys]

    assert keys(walked(("2026-01-12", 10))) == ["possible later"]
    assert keys(walked(("2026-01-12", 85))) == ["path so far, in order", "possible later"]
