"""PDF, Mermaid and theme files."""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path
from typing import Any

import pytest

from clmstate import InputError, drawing
from clmstate.drawing import (
    THEMES,
    Brand,
    Card,
    Clause,
    Cover,
    Drawing,
    Frame,
    Lane,
    Overlay,
    Panel,
    PanelRow,
    Pill,
    Said,
    Scene,
    read_brand,
)
from clmstate.drawing.colours import contrast
from clmstate.drawing.pdf import to_pdf
from clmstate.presenting import page
from models.dynamic.customer import Customer
from models.management.relationship import Relationship


def streams(pdf: bytes) -> list[bytes]:
    return [zlib.decompress(found) for found in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)]


def test_a_pdf_says_where_its_objects_are(contract: Any) -> None:
    pdf = drawing.journey(contract).pdf()
    assert pdf == drawing.journey(contract).pdf()
    start = int(re.search(rb"startxref\n(\d+)", pdf)[1])  # type: ignore[index]
    places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n ", pdf[start:])]
    assert all(pdf[place:].startswith(f"{number} 0 obj".encode()) for number, place in enumerate(places, 1))
    assert pdf.count(b"/FontFile2") == 4


def test_the_text_of_a_pdf_can_be_found(line: Any) -> None:
    pdf = drawing.journey(line).pdf()
    letters: dict[str, str] = {}
    for stream in streams(pdf):
        for glyph, char in re.findall(rb"<([0-9A-F]{4})> <([0-9a-f]{4})>", stream):
            letters[glyph.decode()] = chr(int(char, 16))
    shown = " ".join(
        "".join(letters[found[i : i + 4].decode()] for i in range(0, len(found), 4))
        for stream in streams(pdf)
        for found in re.findall(rb"<([0-9A-F]+)> Tj", stream)
    )
    for word in ("Trial", "Onboarding", "Live", "contract signed"):
        assert word in shown


def test_a_pdf_of_foreign_scripts_keeps_their_text(hostile: Any) -> None:
    content = b" ".join(streams(drawing.journey(hostile).pdf()))
    for part in ("顧客成功", "العميل الجديد"):
        assert part.encode("utf-16-be").hex().encode() in content


def test_every_shape_reaches_the_pdf() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">'
        '<path d="M0-50A50 50 0 1 1 0 50A50 50 0 1 1 0-50Z" fill="#000000"/><circle cx="1" cy="1" r="1" fill="#FF0000"/></svg>'
    )
    (content,) = streams(to_pdf(svg, lambda _: b""))
    assert content.count(b" c") >= 8
    assert b"1 0 0 rg" in content


def test_mermaid_shows_hostile_text_as_text(hostile: Any) -> None:
    text = drawing.journey(hostile).mermaid()
    head, _, body = text.partition("flowchart LR")
    assert json.loads(head.splitlines()[1].partition(": ")[2]) == "Hostile"
    assert "<script" not in text
    assert not re.search(r"[<>](?!br/>)", re.sub(r"<br/>|-->|-\.->", "", body))
    assert "#60;script#62;" in body
    assert "\u202e" not in text
    labels = re.findall(r'"([^"]*)"', body)
    assert not any(char in label for label in labels for char in "[]{}|`\\")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("a\\nb", "a#92;#8288;nb"),  # a line would end there
        ("$$x$$", "#36;#8288;#36;x#36;#8288;#36;"),  # a formula
        ("fa:fa-car", "fa#58;#8288;fa-car"),  # an icon
        ("100%%{init}", "100%#8288;%#8288;#123;init#125;"),  # a directive
        ("&lt;b&gt; #35;", "#38;lt#59;b#38;gt#59; #35;35#59;"),
    ],
)
def test_what_mermaid_would_misread_is_written_otherwise(said: str, written: str) -> None:
    assert f'n0["{written}"]' in Drawing(Scene("T", cards=(Card("a", said),))).mermaid()


def test_the_title_of_mermaid_holds_no_markup() -> None:
    assert 'title: "‹b› \\"x\\""' in Drawing(Scene('<b> "x"')).mermaid()


def test_mermaid_has_every_phase_rule_and_line(model: Any) -> None:
    picture = drawing.journey(model)
    text = picture.mermaid()
    assert len(re.findall(r"^  n\d+[\[(]", text, re.MULTILINE)) == len(picture.scene.cards) + len(picture.scene.pills)
    lines = re.findall(r"^  \S+ (?:-->|-\.->|---|-\.-) n\d+$", text, re.MULTILINE)
    assert len([line for line in lines if not line.startswith("  s")]) == len(picture.scene.links)


def test_mermaid_says_what_changed_and_what_is_left_to_do(contract: Any) -> None:
    class Later(contract):  # type: ignore[misc]
        adopt = contract.adopt.evolve(when=contract.users_adopted >= 0.9)

    text = drawing.difference(contract, Later).mermaid()
    assert "[no longer:" in text or "→" in text
    assert "classDef rule_changed" in text
    assert "old words struck out" not in text
    acme = contract("Acme")
    acme.observe(at="2026-03-09", users_adopted=0.2)
    assert "✗ " in drawing.here(acme).mermaid()


def test_a_theme_file_is_used(tmp_path: Path, contract: Any) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(Drawing(drawing.Scene("Logo")).png(1))
    (tmp_path / "ours.json").write_text(json.dumps({"teams": ["#003A70"], "logo": "logo.png"}))
    brand = read_brand(tmp_path / "ours.json", THEMES)
    picture = Drawing(drawing.journey_scene(contract.definition), brand=brand)
    assert 'fill="#003A70"' in picture.svg(embed_fonts=False)
    assert "data:image/png;base64," in picture.svg(embed_fonts=False)
    assert picture.png(1)[:4] == b"\x89PNG"
    assert picture.pdf()[:5] == b"%PDF-"


def test_a_dark_page_has_a_logo_of_its_own(tmp_path: Path, contract: Any) -> None:
    for name, title in (("logo.png", "Dark ink"), ("white.png", "White ink")):
        (tmp_path / name).write_bytes(Drawing(drawing.Scene(title)).png(1))
    (tmp_path / "ours.json").write_text(json.dumps({"teams": ["#003A70"], "logo": {"light": "logo.png", "dark": "white.png"}}))
    brand = read_brand(tmp_path / "ours.json", THEMES)
    logos = [brand.applied(THEMES[name]).logo for name in ("light", "dark")]
    assert len(set(logos)) == 2
    paper = page(contract, brand=brand)
    assert [paper.count(f'class="logo in-{name}" src="{logo}"') for name, logo in zip(("light", "dark"), logos, strict=True)] == [
        1,
        1,
    ]


def test_a_team_that_a_brand_leaves_alone_has_the_same_hue_by_day_and_by_night() -> None:
    brand = Brand(teams={"light": ("#1B365D",), "dark": ("#3B6FB6",)})  # like our blue on the dark page alone
    numbers = [[THEMES[name].teams.index(colour) for colour in brand.applied(THEMES[name]).teams[1:]] for name in ("light", "dark")]
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{", "no JSON"),
        ("[]", "no object"),
        ('{"temas": []}', "'teams'"),
        ('{"teams": ["blue"]}', "'blue' is no colour"),
        ('{"teams": "#112233"}', "no list"),
        ('{"teams": ["#EEEEEE"]}', "cannot be read on #EEEEEE"),
        ('{"teams": ["#F2A900"]}', "Choose a darker one, such as #C28700."),
        ('{"logo": {"night": "logo.png"}}', "no theme 'night'"),
        ('{"ink": "#CCCCCC"}', "contrast"),
        ('{"teams": [{"light": "#003A70", "dark": "#10182A"}]}', "#10182A does not stand out from the page #0B1220"),
        ('{"teams": ["#003A70", "#003B71"]}', "look the same"),
        ('{"teams": [{"lite": "#003A70"}]}', "no theme 'lite'"),
        ('{"canvas": {}}', "names no colour"),
        ('{"logo": "logo.svg"}', "no .png or .jpg"),
        ('{"logo": "missing.png"}', "cannot be read"),
        ('{"logo": 5}', "no .png"),
    ],
)
def test_a_theme_that_nobody_could_read_is_refused(tmp_path: Path, given: str, said: str) -> None:
    (tmp_path / "ours.json").write_text(given)
    with pytest.raises(InputError, match="CLM405") as refused:
        read_brand(tmp_path / "ours.json", THEMES)
    assert said in str(refused.value)


def test_a_dark_colour_of_a_company_is_lighter_on_a_dark_page(tmp_path: Path) -> None:
    (tmp_path / "ours.json").write_text('{"teams": ["#003A70", {"light": "#00665E"}, {"light": "#7A1F1F", "dark": "#B85050"}]}')
    brand = read_brand(tmp_path / "ours.json", THEMES)
    light, dark = (brand.applied(THEMES[theme]).teams[:3] for theme in ("light", "dark"))
    assert light == ("#003A70", "#00665E", "#7A1F1F")
    assert dark[2] == "#B85050", "what is given for a theme stays"
    assert all(contrast(colour, THEMES["dark"].canvas) >= 3 <= contrast("#FFFFFF", colour) for colour in dark)


def test_half_a_file_is_never_seen(tmp_path: Path, line: Any) -> None:
    (tmp_path / "journey.svg").mkdir()
    with pytest.raises(InputError, match="CLM307"):
        drawing.journey(line).save(tmp_path / "journey.svg")
    assert [found.name for found in tmp_path.iterdir()] == ["journey.svg"]


def test_a_wide_page_has_the_proportions_of_a_slide(model: Any, painted: Any) -> None:
    page = painted(Drawing(drawing.journey_scene(model.definition), wide_page=True).svg(embed_fonts=False))
    assert page.width / page.height == pytest.approx(16 / 9, rel=0.01)


def test_dot_says_what_an_overlay_says(contract: Any) -> None:
    class Later(contract):  # type: ignore[misc]
        adopt = contract.adopt.evolve(when=contract.users_adopted >= 0.9)

    text = drawing.difference(contract, Later).dot()
    assert THEMES["light"].tones["changed"].fill in text
    assert "[80" in text
    assert "[ ] no longer" in text


def test_dot_has_lanes_signs_and_what_they_mean(contract: Any) -> None:
    text = drawing.lanes(contract).dot()
    for lane in drawing.lanes(contract).scene.lanes:
        assert f"name of lane {lane.id}" in text
    journey = drawing.journey(contract).dot()
    assert "⚡ contract ended" in journey.replace("\\n", " ")
    assert "◆ High risk" in journey
    assert "⚡ event · → what we do" in journey


def test_dot_shows_standings_of_cards_without_a_header_and_titles_of_frames_beside_lines() -> None:
    text = drawing.composite(Customer).dot()
    assert 'label="◆ High risk"' in text
    assert "● good · ▲ watch · ◆ at risk · ■ lost" in text
    assert 'label="   Renewal\\l"' in text


def test_words_of_a_rule_fit_into_its_box_in_dot() -> None:
    rules = re.findall(
        r'(?m)^\t"rule [^"]*" \[(.*)\]', drawing.coverage(Relationship, {"benefit": 3}, {"go_on": 1, "enquire": 0}).dot()
    )
    sizes = [float((re.findall(r"fontsize=([\d.]+)", rule) or ["13"])[0]) for rule in rules]
    assert min(sizes) < 13
    for rule, size in zip(rules, sizes, strict=True):
        assert size * 1.2 * (rule.count("\\n") + 1) < 72 * float(re.findall(r"height=([\d.]+)", rule)[0])


def test_a_tick_beside_a_visit_is_not_explained_as_a_recovery() -> None:
    scene = Scene(
        "Trial", cards=(Card("a", "Begun"), Card("b", "Done")), pills=(Pill("go", "forward", (Clause("event", "signed"),)),)
    )
    covers = {"a": Cover("path", (Said("✓ visited", "strong"), Said("→ since May", "quiet")))}
    said = Drawing(scene, overlay=Overlay(covers=covers)).mermaid()
    assert "✓ visited" in said
    assert re.findall(r'legend\["(.*)"\]', said) == ["⚡ event"]


def test_what_stands_below_the_title_is_seen_in_mermaid_too() -> None:
    scene = Scene("Deal", subtitle="A large customer: many decide. · Market Enterprise · version 2", cards=(Card("a", "A"),))
    said = Drawing(scene).mermaid()
    lines = [line.strip() for line in said.splitlines()]
    shown = 'about["A large customer#58; many decide.<br/>Market Enterprise<br/>version 2"]'
    assert lines.index(shown) < lines.index('n0["A"]')
    assert "style about fill:none,stroke:none,text-align:left" in lines
    assert "about" not in Drawing(Scene("Deal", cards=(Card("a", "A"),))).mermaid()


def test_lines_of_what_signs_mean_begin_with_a_sign_in_mermaid(contract: Any) -> None:
    (legend,) = re.findall(r'legend\["(.*)"\]', drawing.journey(contract).mermaid())
    lines = legend.split("<br/>")
    assert len(lines) > 1
    assert all(len(item.split(" ", 1)[0]) == 1 and " " in item for line in lines for item in line.split(" · "))


def test_what_stands_in_brackets_already_gets_no_others() -> None:
    rows = (
        PanelRow("touchpoints", None, listed=True, spans=(("+", "Guided trial"),)),
        PanelRow("window", None, listed=True, below="60 days"),
    )
    overlay = Overlay(panels=(Panel("Not on the map", rows),))
    said = Drawing(Scene("Trial", cards=(Card("a", "A"),)), overlay=overlay).mermaid()
    assert "· touchpoints #91;new#58; Guided trial#93;" in said.replace("<br/>", " ")
    assert "· window (60 days)" in said.replace("<br/>", " ")


def test_frames_of_a_part_stand_inside_it_in_mermaid() -> None:
    cards = tuple(Card(name, name) for name in ("new", "calm", "tense"))
    scene = Scene(
        "Whole",
        cards=cards,
        lanes=(Lane("part", "part", ("new", "calm", "tense")),),
        frames=(Frame("run", "Running", ("calm", "tense")),),
    )
    lines = [line.strip() for line in Drawing(scene).mermaid().splitlines()]
    opened = lines.index('subgraph l0["part"]')
    assert lines[opened : opened + 7] == ['subgraph l0["part"]', 'subgraph n3["Running"]', "n1", "n2", "end", "n0", "end"]
    assert sum(line.startswith("subgraph") for line in lines) == 2


def test_brackets_hold_what_went_and_not_the_comma_before_it() -> None:
    spans = (("=", "signed off"), ("-", ", at most 60 days"), ("=", " and in use"))
    clause = Clause("condition", "signed off and in use", spans=spans)
    said = Drawing(Scene("Trial", cards=(Card("a", "A"),), pills=(Pill("go", "forward", (clause,)),))).mermaid()
    assert "#91;no longer#58; at most 60 days#93; and in use" in said.replace("<br/>", " ")
