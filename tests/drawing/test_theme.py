"""Colours can be read and told apart."""

from __future__ import annotations

import itertools

import pytest

from clmstate.drawing import THEMES, Theme
from clmstate.drawing.scene import KINDS, STANDINGS


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_small_text_has_contrast(theme: Theme) -> None:
    pairs = [
        (theme.ink, theme.canvas),
        (theme.second, theme.canvas),
        (theme.ink, theme.card),
        (theme.second, theme.card),
        (theme.second, theme.lane),
    ]
    pairs += [(theme.kinds[kind].ink, theme.kinds[kind].fill) for kind in KINDS]
    if theme.owner_in_colour:
        pairs += [(colour, theme.card) for colour in (*theme.teams, theme.end)]
    for ink, ground in pairs:
        assert contrast(ink, ground) >= 4.5, (ink, ground)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_titles_and_lines_have_contrast(theme: Theme) -> None:
    for colour in (*theme.teams, theme.end):
        assert contrast(theme.on_team, colour) >= 3, colour
    for kind in KINDS:
        assert contrast(theme.kinds[kind].line, theme.canvas) >= 3, kind


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_every_role_has_its_colour(theme: Theme) -> None:
    assert set(theme.kinds) == set(KINDS)
    assert set(theme.standings) == set(STANDINGS)
    assert all(one != other for one, other in itertools.combinations((*theme.teams, theme.end), 2))
    assert theme.team(99) == theme.end
