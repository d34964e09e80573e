"""Maps of all customers: what their numbers, lines and colours mean is said in the picture."""

from __future__ import annotations

import re

from clmstate import Event, Lifecycle, Phase, drawing
from clmstate.drawing.covers import _fitted
from clmstate.drawing.geometry import Box
from clmstate.drawing.overlay import Said
from models.dynamic.contract import Contract

FLOWS = {"adopt": 41, "relapse": 9, "worry": 3, "save": 2}


def test_the_legend_names_every_kind_of_line_that_somebody_went_along() -> None:
    overlay = drawing.population(Contract, {"success": 40}, flows=FLOWS).overlay
    assert overlay is not None
    assert [(key.kind, key.text) for key in overlay.keys if key.kind] == [
        ("branch", "Branch"),
        ("relapse", "Relapse"),
        ("at_risk", "At risk"),
        ("recovery", "Recovery"),
    ]


def test_a_line_has_the_sign_of_its_kind_beside_its_number() -> None:
    picture = drawing.population(Contract, {"success": 40}, flows=FLOWS)
    pill = next(pill for pill in picture.scene.pills if "relapse" in pill.rules)
    group = picture.svg(embed_fonts=False).partition(f'data-id="{pill.id}"')[2].partition("</g>")[0]
    assert 'class="badge"' in group
    assert ">9<" in group
    assert ">also from Growth<" not in group  # others of its rules leave Growth, and nobody took those


def test_what_bars_show_is_said_where_there_are_some() -> None:
    plain = drawing.population(Contract, {"success": 40}).overlay
    barred = drawing.population(
        Contract, {"success": 40}, changes={"success": 2}, standings={"success": {"good": 40}}, period="in May"
    )
    assert plain is not None
    assert plain.subtitle == "Number on a card: customers there now. Colour of a card: standing."
    assert barred.overlay is not None
    assert barred.overlay.subtitle == (
        "Number on a card: customers there now, below it the change in May. Colour of a card: standing; bar: of those in it."
    )


def test_a_number_gives_way_before_the_words_below_it() -> None:
    number, words = _fitted((Said("48", "number"), Said("+12 in May", "quiet")), Box(0, 0, 130, 52))
    assert number.size < 34
    assert words.size == 14


def test_the_change_stands_beside_the_number_where_a_card_is_low() -> None:
    class Deal(Lifecycle):
        """One card asks a question and is high; the other says its owner only."""

        bad = Event("bad news")
        good = Phase(
            "Good", initial=True, owner="Support", standing="good", questions=["Why should we stay with you for one more year?"]
        )
        risk = Phase("At risk", owner="Support", standing="at_risk")
        slip = good.to(risk, on=bad)

    said = {"good": 12, "risk": 1_018}
    picture = drawing.population(Deal, said, changes={"good": -3, "risk": 3}, period="since 2026-10-01")
    card = picture.svg(embed_fonts=False).partition('data-id="risk"')[2].partition("</g>")[0]
    sizes = {text: float(size) for size, text in re.findall(r'font-size="([\d.]+)"[^>]*>([^<]+)<', card)}
    assert sizes["1,018"] >= 18
    assert min(sizes.values()) >= 10


def test_a_line_that_begins_nowhere_says_where_its_customers_come_from() -> None:
    picture = drawing.population(Contract, {"churned": 4}, flows={"lose": 4})
    pill = next(pill for pill in picture.scene.pills if "lose" in pill.rules)
    group = picture.svg(embed_fonts=False).partition(f'data-id="{pill.id}"')[2].partition("</g>")[0]
    assert ">4<" in group
    assert ">from anywhere<" in group


def test_a_line_says_which_phases_that_it_does_not_touch_its_number_counts_too() -> None:
    picture = drawing.population(Contract, {"growth": 4}, flows={"grow": 4})
    pill = next(pill for pill in picture.scene.pills if "grow" in pill.rules)
    group = picture.svg(embed_fonts=False).partition(f'data-id="{pill.id}"')[2].partition("</g>")[0]
    said = " ".join(re.findall(r">([^<>]+)</text>", group))
    assert picture.scene.tails(pill)
    assert "4 in all also from" in said
    assert '"4 in all<br/>also from ' in picture.mermaid()


def test_of_several_rules_on_one_line_those_that_somebody_took_say_where_they_come_from() -> None:
    picture = drawing.population(Contract, {"adoption": 9}, flows={"relapse": 4, "lose_sponsor": 3, "refocus": 2})
    pill = next(pill for pill in picture.scene.pills if "relapse" in pill.rules)
    group = picture.svg(embed_fonts=False).partition(f'data-id="{pill.id}"')[2].partition("</g>")[0]
    assert ">9 in all<" in group
    assert group.count(">also from Growth<") == 1


def test_what_is_not_said_of_moves_is_not_explained() -> None:
    silent, still = drawing.population(Contract, {"success": 2}), drawing.population(Contract, {"success": 2}, flows={})
    assert silent.overlay is not None
    assert still.overlay is not None
    assert "nobody moved" not in {key.text for key in silent.overlay.keys}
    assert "nobody moved" in {key.text for key in still.overlay.keys}


def test_others_than_customers_are_called_by_their_name() -> None:
    one = drawing.population(Contract, {"success": 1}, flows={"adopt": 1}, who="products").overlay
    assert one is not None
    assert one.title == "Where our products are: 1 in all"
    assert one.subtitle == "Number on a card: products there now. Thickness of a line: how many moved. Colour of a card: standing."


def test_long_words_below_a_number_leave_it_large() -> None:
    counts, changes = {"success": 128_450}, {"success": 17_203}
    painted = drawing.population(Contract, counts, changes=changes, period="since 2020").svg()
    size = re.search(r'font-size="([0-9.]+)"[^>]*>128,450<', painted)
    assert size is not None
    assert float(size[1]) > 31, "of 34: as large as the card is wide"
