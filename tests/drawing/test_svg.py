"""The SVG itself: what it says to those who hear it, what hostile text does to it, and that it is the same every time."""

from __future__ import annotations

import base64
import re
import sys
import xml.etree.ElementTree as ET
from itertools import pairwise
from typing import Any

import pytest

from clmstate import drawing
from clmstate.drawing import Card, Scene
from clmstate.drawing.picture import Drawing
from clmstate.drawing.svg import escape
from clmstate.drawing.truetype import woff
from tests import processes

SVG = "{http://www.w3.org/2000/svg}"


def test_same_bytes_twice(model: Any) -> None:
    assert drawing.journey(model).svg() == drawing.journey(model).svg()


def test_same_bytes_in_another_process() -> None:
    code = (
        "from clmstate.drawing import Card, Clause, Link, Pill, Scene, Drawing\n"
        "cards = (Card('a', 'A', initial=True), Card('b', 'B', step=1, standing='good'))\n"
        "links = (Link('a', 'p', 'forward'), Link('p', 'b', 'forward'))\n"
        "pills = (Pill('p', 'forward', (Clause('event', 'e'),)),)\n"
        "import hashlib; print(hashlib.sha256(Drawing(Scene('T', cards=cards, pills=pills, links=links)).svg().encode()).hexdigest())"
    )
    runs = [
        processes.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed})
        for seed in ("1", "2")
    ]
    assert runs[0].stdout == runs[1].stdout != ""


def test_both_themes_have_one_skeleton(contract: Any) -> None:
    def skeleton(theme: Any) -> list[str]:
        return re.findall(
            r'(?: d| x| y|width|height|points|transform)="[^"]*"', drawing.journey(contract, theme=theme).svg(embed_fonts=False)
        )

    assert skeleton("light") == skeleton("dark")
    assert drawing.journey(contract, theme="light").svg() != drawing.journey(contract, theme="dark").svg()


def test_people_who_do_not_see_it_hear_it(contract: Any, painted: Any) -> None:
    picture = painted(drawing.journey(contract).svg(embed_fonts=False))
    root = picture.root
    assert root.get("role", "").startswith("graphics-document")
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert title.text == "Contract"
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert "Relapse from Success to Adoption" in (desc.text or "")
    assert picture.items["onboarding"].label == "Onboarding. Implementation. The journey starts here. How do I get live?"
    assert all(item.label for item in picture.items.values())


def test_typeface_comes_along_only_when_wanted(contract: Any) -> None:
    with_fonts, without = drawing.journey(contract).svg(), drawing.journey(contract).svg(embed_fonts=False)
    assert with_fonts.count("@font-face") == 4
    assert "@font-face" not in without
    assert 10_000 < len(with_fonts) - len(without) < 40_000  # the letters that it needs, of each face


def test_greek_brings_its_letters_along() -> None:
    svg = Drawing(Scene("Πελάτης", cards=(Card("a", "Δοκιμή"),))).svg()
    assert svg.count("@font-face") == 1
    font = base64.b64decode(re.findall(r"base64,([^)]*)\)", svg)[0])
    assert font == woff(
        "Bold", frozenset("ΠελάτηςΔοκιμή"), frozenset(a + b for word in ("Πελάτης", "Δοκιμή") for a, b in pairwise(word))
    )


def test_hostile_text_is_shown_as_text(hostile: Any) -> None:
    svg = drawing.journey(hostile).svg()
    root = ET.fromstring(svg)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "desc", "style", "g", "rect", "path", "circle", "text",
    }  # fmt: skip
    assert not any(name.startswith("on") or "href" in name for element in root.iter() for name in element.attrib)
    shown = " ".join(element.text or "" for element in root.iter(f"{SVG}text"))
    for part in ("<script>", "<b>bold</b>", '"quoted"', "\\n", "{x|y}", "and¤bell", "]]>", "تم", "顧客成功"):
        assert part in shown
    assert "\u202e" not in svg
    assert shown.count("words") == 625


@pytest.mark.parametrize("char", ["\x00", "\x0b", "\x1b", "\x85", "\ud800", "\ufffe", "\uffff"])
def test_characters_that_xml_forbids_never_get_in(char: str) -> None:
    svg = Drawing(Scene(f"a{char}b", f"c{char}d", cards=(Card(f"i{char}d", f"e{char}f", quote=char),))).svg()
    ET.fromstring(svg.encode())


def test_escape_covers_content_and_attributes() -> None:
    assert escape("<&>\"'") == "&lt;&amp;&gt;&quot;&#39;"
