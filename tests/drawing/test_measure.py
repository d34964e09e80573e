"""Text is measured as it will be drawn, and broken where it may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont

from clmstate.drawing.measure import FONTS, Face, clean, fits_bundled_font, is_right_to_left, text_width, words, wrap, wrap_title

FACES: tuple[Face, ...] = ("Regular", "Italic", "SemiBold", "Bold")


@pytest.mark.parametrize("face", FACES)
def test_widths_are_those_of_the_font(face: Face) -> None:
    font = ImageFont.truetype(str(FONTS / f"Inter-{face}.ttf"), 1000, layout_engine=ImageFont.Layout.BASIC)
    for text in ("users adopted at least 80 %", "Größe", "≥ 70 → next", "Δοκιμή", "Проба"):
        assert text_width(text, 1000, face) == pytest.approx(font.getlength(text), rel=0.02)


def test_pairs_stand_closer_or_wider() -> None:
    assert text_width("AV", 100) < text_width("A", 100) + text_width("V", 100)


@given(st.text(max_size=200), st.integers(20, 400))
def test_wrapping_loses_nothing_and_keeps_the_width(text: str, width: int) -> None:
    lines = wrap(text, width, 14)
    assert "".join("".join(lines).split()) == "".join(clean(text).split())
    for line in lines:
        assert text_width(line, 14) <= width + 0.01 or len(line) < 4  # one cluster may be wider than a very narrow box


@given(st.text(max_size=100))
def test_cleaned_text_may_stand_in_xml(text: str) -> None:
    import xml.etree.ElementTree as ET

    from clmstate.drawing.svg import escape

    read = ET.fromstring(f'<a b="{escape(clean(text))}">{escape(clean(text))}</a>'.encode())
    assert read.get("b") == (read.text or "") == clean(text)


@given(st.text(max_size=60))
def test_text_that_can_be_printed_is_cleaned_as_any_other(text: str) -> None:
    assert clean(text + "\u200b") == clean(text)  # a mark that is dropped sends it the long way


def test_lines_are_balanced() -> None:
    lines = wrap("at most 120 days to renewal and health at least 70", 130, 14)
    widths = [text_width(line, 14) for line in lines]
    assert max(widths) - min(widths) < 40


def test_no_word_stands_alone_because_the_next_is_long() -> None:
    assert wrap("at least 3 open issues from onboarding", 88, 14) == ("at least", "3 open", "issues from", "onboarding")
    assert wrap("Tell its users what happens to it", 88, 14) == ("Tell its", "users what", "happens to it")


def test_lines_in_a_box_of_fixed_width_may_be_a_little_longer_than_they_must() -> None:
    asked = "“What changes for me tomorrow?”"
    assert wrap(asked, 126, 15, "Italic") == ("“What", "changes for", "me tomorrow?”")
    assert wrap(asked, 126, 15, "Italic", fixed=True) == ("“What changes", "for me", "tomorrow?”")


def test_scripts_without_blanks_break_anywhere_but_not_before_a_full_stop() -> None:
    lines = wrap("顧客が契約に署名しました。導入を開始します。", 100, 14)
    assert len(lines) > 2
    assert not any(line.startswith("。") for line in lines)


def test_wide_scripts_are_estimated_on_the_wide_side() -> None:
    assert text_width("顧客", 10) >= 20
    assert text_width("🎉", 10) >= 12
    assert text_width("e\u0301", 10) < text_width("ee", 10)


def test_directions_and_coverage() -> None:
    assert is_right_to_left("العميل")
    assert not is_right_to_left("123")
    assert fits_bundled_font("Żółć, Ελλάδα, Привет")
    assert not fits_bundled_font("日本")


def test_what_may_not_begin_a_line_takes_a_character_along() -> None:
    lines = wrap("00000000001)", 24, 14)
    assert lines[-1] == "1)"
    assert all(text_width(line, 14) <= 24 for line in lines)


def test_a_title_rather_breaks_after_its_group() -> None:
    assert wrap("Renewal · A non-event", 108, 16, "Bold") == ("Renewal · A", "non-event")
    assert wrap_title("Renewal · A non-event", 108, 16) == ("Renewal ·", "A non-event")
    assert wrap_title("Renewal · A non-event", 60, 16) == wrap("Renewal · A non-event", 60, 16, "Bold")  # not in one line more
    assert wrap_title("Renewal · Open", 200, 16) == ("Renewal · Open",)


def test_a_number_and_its_unit_are_one_word() -> None:
    assert words("at most 120 days to renewal or 50 %") == ["at", "most", "120 days", "to", "renewal", "or", "50 %"]
    assert words("since 1 Jun 2026") == ["since", "1 Jun", "2026"]
    assert " ".join(words("a\u00a0b  c")) == "a b c"


def test_running_text_does_not_end_a_line_with_what_belongs_to_the_next() -> None:
    said = "Adoption, Success, Growth or Renewal · Happy → Renewal · High risk: notice received"
    assert wrap(said, 400, 15) == ("Adoption, Success, Growth or", "Renewal · Happy → Renewal · High risk: notice received")
    assert wrap(said, 330, 15)[0].endswith("·"), "no room for it in the second line"
    counted = "3 errors and 2 warnings; 1 is accepted with a reason."
    assert wrap(counted, 400, 18) == ("3 errors and 2 warnings;", "1 is accepted with a reason.")


def test_a_line_does_not_end_with_the_word_after_a_comma() -> None:
    assert wrap("from Setting up, In use or Full value", 118, 13, "Italic") == ("from Setting up,", "In use or Full value")
    assert (
        wrap("from Engage, Find the solution or Decide", 166, 13, "Italic")[0] == "from Engage, Find"
    )  # not for a box that is much wider
