"""The deck: what stands on the slides, that it fits, and that it is what office programs expect."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from pptx import Presentation
from pptx.util import Emu

from clmstate import Composition, Days, Event, InputError, Lifecycle, Many, One, Phase, Touchpoint
from clmstate.drawing import THEMES, journey, read_brand
from clmstate.presenting import Feeling, Supplied, boards, deck, page
from clmstate.presenting.board import HEIGHT, WIDTH, Panel, Said, fitting, height_of
from models.dynamic.contract import Contract
from models.dynamic.customer import Customer
from tests import processes
from tests.presenting.hostile import BAD, Hostile, HostileCustomer

POINT = 12_700


@cache
def contract_deck() -> bytes:
    return deck(Contract)


@cache
def hostile_deck() -> bytes:
    return deck(HostileCustomer, theme="dark")


def slides(content: bytes) -> list[Any]:
    return list(Presentation(io.BytesIO(content)).slides)


def said_on(slide: Any) -> str:
    return "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)


def titled(content: bytes, title: str) -> Any:
    return next(slide for slide in slides(content) if slide.shapes.title.text_frame.text == title)


def test_everything_that_an_all_hands_needs_is_there() -> None:
    titles = [slide.shapes.title.text_frame.text for slide in slides(contract_deck())]
    for title in (
        "Contract",
        "Contract: the journey",
        "Lanes and hand-offs",
        "Onboarding",
        "Renewal: High risk",
        "Onboarding, touchpoint by touchpoint",
        "The first year: what we do, what can go wrong, what is missing",
        "How we could lose a customer",
        "Where it works, but they do not succeed yet",
        "What this means for Renewals",
        "What we ask of you",
    ):
        assert title in titles


def test_some_slides_alone_by_number_or_by_words_of_their_titles() -> None:
    assert [board.title for board in boards(Contract, only=[2, "LANES"])] == ["Contract: the journey", "Lanes and hand-offs"]
    with pytest.raises(
        InputError, match=r"CLM413 slides: there is no slide 'lnaes'\. There are: 1 Contract, 2 Contract: the journey, 3"
    ):
        boards(Contract, only=["lnaes", 2])
    for nothing in ("", "0", "999"):
        with pytest.raises(InputError, match="CLM413"):
            boards(Contract, only=[nothing])


def test_a_title_that_says_journey_does_not_say_it_twice() -> None:
    class Trip(Lifecycle, title="The shipper's journey"):
        new = Phase("New", initial=True)

    assert [board.title for board in boards(Trip)][:2] == ["The shipper's journey", "The shipper's journey: the map"]


def test_columns_that_would_say_nothing_are_left_out_and_no_day_is_made_up() -> None:
    class Deal(Lifecycle):
        signed = Event("signed")
        new = Phase("New", initial=True, owner="Sales", touchpoints=[Touchpoint("Review"), Touchpoint("Kick-off", due=Days(3))])
        won = Phase("Won", owner="Support")
        win = new.to(won, on=signed)

    every = {board.title: [panel for panel in board.shapes if isinstance(panel, Panel)] for board in boards(Deal)}
    assert [panel.name for panel in every["What this means for Sales"]] == ["You own", "You hand over"]
    year = next(panels for title, panels in every.items() if title.startswith("The first year"))
    said = [(panel.said[0].text, panel.said[1].text) for panel in year if panel.name.startswith("Touchpoint ")]
    assert said == [("Kick-off", "Sales · about day 3"), ("Review", "Sales · in New")]


def test_a_team_has_one_colour_over_all_parts_of_a_customer() -> None:
    class Deal(Lifecycle):
        ended = Event("ended")
        new = Phase("New", initial=True, owner="Sales")
        old = Phase("Old", owner="Support", final=True)
        end = new.to(old, on=ended)

    class Site(Lifecycle):
        shut = Event("shut")
        up = Phase("Up", initial=True, owner="Support")
        down = Phase("Down", owner="Rollout", final=True)
        close = up.to(down, on=shut)

    class Account(Composition):
        deal = One(Deal)
        sites = Many(Site)

    found: dict[str, set[str | None]] = {}
    for board in boards(Account):
        for panel in board.shapes:
            if isinstance(panel, Panel) and panel.name == "Owner":
                found.setdefault(panel.said[0].text, set()).add(panel.fill)
    teams = THEMES["light"].teams
    assert found == {"Sales": {teams[0]}, "Support": {teams[1]}, "Rollout": {teams[2]}}
    maps = page(Account).split('<template data-map="')[1:]
    light = next(one for one in maps if one.startswith('sites" data-theme="light" data-view="full"'))
    assert [colour in light for colour in teams[:3]] == [False, True, True]
    assert '<span class="chip team1">Support</span>' in page(Account)


def test_a_phase_has_question_goal_people_touchpoints_and_criteria() -> None:
    said = said_on(titled(contract_deck(), "Onboarding"))
    for word in (
        "“How do we get live?”",
        "We see a first result that we can show our boss",
        "Implementation",
        "Sales, Customer's administrator",
        "Kick-off call",
        "Implementation · within 3 days",
        "setup signed off and users adopted at least 50 %",
    ):
        assert word in said


def test_a_team_reads_what_it_owns_hands_over_contributes_and_answers() -> None:
    said = said_on(titled(contract_deck(), "What this means for Implementation"))
    for word in (
        "Onboarding",
        "→ Customer Success: Adoption",
        "Touchpoint: Kick-off call",
        "▶ Hand over to Customer Success (within 5 days)",
    ):
        assert word in said


def test_speaker_notes_come_from_the_model() -> None:
    notes = titled(contract_deck(), "Onboarding").notes_slide.notes_text_frame.text
    assert "it is set up, and half of the people work with it" in notes
    assert "60 minutes with decision maker, administrator and key users" in notes
    assert all(slide.has_notes_slide for slide in slides(contract_deck()))


def test_shapes_are_native_and_straight_lines_are_glued() -> None:
    slide = titled(contract_deck(), "Contract: the journey")
    kinds = {str(shape.shape_type) for shape in slide.shapes}
    assert not any("PICTURE" in kind for kind in kinds)
    glued = slide._element.xpath(".//p:cxnSp[.//a:stCxn or .//a:endCxn]")
    assert len(glued) >= 8
    assert len(slide._element.xpath(".//a:cubicBezTo")) >= 4


def test_nothing_is_shown_that_nobody_supplied() -> None:
    plain = [said for board in boards(Contract) for said in words_of(board)]
    assert not any("How it feels" in said for said in plain)
    assert not any(re.search(r"\d+%", said) for said in plain)  # shares that were supplied have no blank before the sign
    more = Supplied({"Usage falls": 0.31}, {"Kick-off call": Feeling(-0.5, "worried")}, "12 interviews")
    told = [said for board in boards(Contract, supplied=more) for said in words_of(board)]
    assert "▲ Usage falls  31%" in told
    assert "worried" in told
    assert "How it feels · 12 interviews" in told


def words_of(board: Any) -> Iterator[str]:
    for shape in board.shapes:
        if isinstance(shape, Panel):
            yield from (said.text for said in shape.said)


def test_everything_stands_on_its_slide() -> None:
    for content in (contract_deck(), hostile_deck()):
        for slide in slides(content):
            for shape in slide.shapes:
                assert shape.left >= 0, shape.name
                assert shape.top >= 0, shape.name
                assert shape.left + shape.width <= Emu(WIDTH * POINT) + POINT, shape.name
                assert shape.top + shape.height <= Emu(HEIGHT * POINT) + POINT, shape.name


def test_what_is_measured_fits() -> None:
    for model in (Contract, Hostile):
        for board in boards(model):
            for shape in board.shapes:
                if isinstance(shape, Panel) and shape.said:
                    tall = height_of(shape.said, shape.box.width - 2 * shape.inset[0])
                    assert tall <= shape.box.height + 3, (board.title, shape.name)


def test_text_shrinks_before_it_is_cut_and_words_stay_whole() -> None:
    said = fitting([Said("Implementation", 20, "#000000", "Bold")], 90, 40)
    assert said[0].size < 20
    assert said[0].text == "Implementation"
    cut = fitting([Said(f"line {number}", 12, "#000000") for number in range(50)], 100, 60)
    assert cut[-1].text == "… and 46 more"


def test_a_logo_is_put_on_every_slide(tmp_path: Path) -> None:
    class Deal(Lifecycle):
        new = Phase("New", initial=True)

    logo = tmp_path / "logo.png"
    logo.write_bytes(journey(Deal).png(scale=1))
    for slide in slides(deck(Deal, logo=logo)):
        assert any(shape.name == "Logo" for shape in slide.shapes)
    for content, cause in ((b"GIF89a", "neither PNG nor JPEG"), (b"\x89PNG\r\n\x1a\nbroken", "no image")):
        logo.write_bytes(content)
        with pytest.raises(InputError, match=cause):
            deck(Deal, logo=logo)
    with pytest.raises(InputError, match="CLM411"):
        deck(Deal, logo=tmp_path / "missing.png")


def test_a_theme_file_brings_colours_and_a_logo(tmp_path: Path) -> None:
    class Deal(Lifecycle):
        new = Phase("New", initial=True, owner="Sales")

    (tmp_path / "logo.png").write_bytes(journey(Deal).png(scale=1))
    (tmp_path / "brand.json").write_text('{"teams": ["#003A70"], "logo": "logo.png"}')
    brand = read_brand(tmp_path / "brand.json", THEMES)
    made = slides(deck(Deal, brand=brand))
    assert all(any(shape.name == "Logo" for shape in slide.shapes) for slide in made)
    assert made[1]._element.xpath('.//a:srgbClr[@val="003A70"]')
    html = page(Deal, brand=brand)
    assert "--team-0:#003A70" in html
    assert html.count("<img ") == 1


def test_hostile_text_is_text_on_slides_and_in_notes() -> None:
    content = hostile_deck()
    everything = "\n".join(said_on(slide) + slide.notes_slide.notes_text_frame.text for slide in slides(content))
    assert BAD[0] in everything
    assert "<!-- --> ]]> &amp;" in everything
    assert "\u202e" not in everything


def faults(content: bytes, folder: Path) -> list[str]:
    """What a port of Microsoft's Open XML validator finds."""
    audit = pytest.importorskip("openxml_audit", reason="pip install openxml-audit")
    (folder / "deck.pptx").write_bytes(content)
    found = audit.validate_pptx(str(folder / "deck.pptx"))
    return [str(error) for error in found.errors] or ([] if found.is_valid else ["not valid"])


def test_it_is_valid_open_xml(tmp_path: Path) -> None:
    assert faults(contract_deck(), tmp_path) == []


@pytest.mark.full
def test_a_whole_customer_and_hostile_text_are_valid_open_xml(tmp_path: Path) -> None:
    assert faults(deck(Customer, theme="dark"), tmp_path) == []
    assert faults(hostile_deck(), tmp_path) == []


def test_the_validator_sees_a_fault(tmp_path: Path) -> None:
    class Deal(Lifecycle):
        new = Phase("New", initial=True)

    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(deck(Deal))) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            said = old.read(name)
            new.writestr(name, said.replace(b"<p:spPr>", b"<p:spPr><a:wrong/>") if name == "ppt/slides/slide2.xml" else said)
    assert faults(changed.getvalue(), tmp_path) != []


# ---- what an office program makes of it


def rendered(content: bytes, folder: Path) -> list[str]:
    """The words of each page as LibreOffice sets them, with their places, as XHTML."""
    office, reader = shutil.which("soffice"), shutil.which("pdftotext")
    if office is None or reader is None:
        pytest.skip("install LibreOffice (soffice) and poppler (pdftotext)")
    (folder / "deck.pptx").write_bytes(content)
    profile = (folder / "profile").as_uri()
    processes.run(
        [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir", folder, folder / "deck.pptx"],
        check=True, capture_output=True,
    )  # fmt: skip
    processes.run([reader, "-bbox", folder / "deck.pdf", folder / "words.html"], check=True, capture_output=True)
    return (folder / "words.html").read_text(encoding="utf-8").split("<page ")[1:]


WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')


def overflowing(content: bytes, folder: Path) -> list[tuple[str, str]]:
    """Words that stand in no shape that says them: those that run over an edge, and those that are broken in two."""
    found = []
    for slide, words_of_page in zip(slides(content), rendered(content, folder), strict=True):
        shapes = [shape for shape in slide.shapes if shape.has_text_frame and shape.text_frame.text.strip()]
        boxes = [
            ([edge / POINT for edge in (s.left, s.top, s.left + s.width, s.top + s.height)], set(s.text_frame.text.split()))
            for s in shapes
        ]
        for left, top, right, bottom, word in WORD.findall(words_of_page):
            text, x, y, r, b = unescape(word), float(left), float(top), float(right), float(bottom)
            inside = any(
                text in words and x >= box[0] - 1 and r <= box[2] + 1 and y >= box[1] - 2 and b <= box[3] + 2
                for box, words in boxes
            )
            if not inside and text not in "•":
                found.append((slide.shapes.title.text_frame.text, text))
    return found


def test_no_text_overflows_its_shape_in_libreoffice(tmp_path: Path) -> None:
    assert overflowing(contract_deck(), tmp_path) == []


@pytest.mark.full
def test_no_text_of_a_whole_customer_overflows(tmp_path: Path) -> None:
    assert overflowing(deck(Customer, theme="dark"), tmp_path) == []
