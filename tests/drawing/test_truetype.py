"""As much of the typeface as a picture needs: read back by another library, it draws and measures as the whole does."""

from __future__ import annotations

import io
import itertools
import struct
import zlib

import pytest
from PIL import ImageFont

from clmstate.drawing.measure import FONTS, Face, text_width
from clmstate.drawing.truetype import font, woff

SAID = "Żółć “How do we get live?” 80 % → · é Ω Я AVATAR To"


@pytest.mark.parametrize("face", ["Regular", "Italic", "SemiBold", "Bold"])
def test_what_is_cut_draws_and_measures_as_the_whole(face: Face) -> None:
    pairs = {one + other for one, other in itertools.pairwise(SAID)}
    cut = ImageFont.truetype(io.BytesIO(font(face).cut(SAID, pairs)), 200, layout_engine=ImageFont.Layout.BASIC)
    whole = ImageFont.truetype(str(FONTS / f"Inter-{face}.ttf"), 200, layout_engine=ImageFont.Layout.BASIC)
    for char in set(SAID):
        # hinting looks at other letters too, so a pixel may differ
        assert cut.getbbox(char) == pytest.approx(whole.getbbox(char), abs=3), char
        assert sum(cut.getmask(char)) == pytest.approx(sum(whole.getmask(char)), rel=0.06), char
        assert cut.getlength(char) == pytest.approx(text_width(char, 200, face), abs=2), char
    assert cut.getbbox("Q") == cut.getbbox("\u0531")  # nobody asked for either


def test_a_web_font_holds_the_tables_as_they_are() -> None:
    data = woff("Bold", frozenset(SAID), frozenset())
    sfnt = font("Bold").cut(sorted(frozenset(SAID)))
    assert struct.unpack(">L", data[8:12])[0] == len(data)
    assert struct.unpack(">L", data[16:20])[0] == len(sfnt)
    closer = font("Bold").ids[ord("A")], font("Bold").ids[ord("V")]
    assert struct.pack(">HH", *closer) in font("Bold").cut("AV", ["AV"])  # the pair, in a table of kerning
    assert struct.pack(">HH", *closer) not in font("Bold").cut("AV")
    tables = {}
    for at in range(44, 44 + 20 * struct.unpack(">H", data[12:14])[0], 20):
        tag, offset, packed, length, _ = struct.unpack(">4sLLLL", data[at : at + 20])
        body = data[offset : offset + packed]
        tables[tag] = zlib.decompress(body) if packed < length else body
        assert len(tables[tag]) == length
        assert tables[tag] in sfnt
    assert {b"cmap", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"OS/2", b"name", b"post"} <= set(tables)
    assert len(data) < 8000
