"""Colours can be read and told apart."""

from __future__ import annotations

import itertools
import re

import pytest

from clmstate.drawing import THEMES, Brand, Card, Drawing, Legend, Scene, Theme
from clmstate.drawing.colours import VISIONS, Vision, contrast, distance
from clmstate.drawing.overlay import TONES
from clmstate.drawing.scene import KINDS, STANDINGS

APART = 5.0  # two colours side by side; 2 is just noticeable


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


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_overlays_have_contrast(theme: Theme) -> None:
    assert set(theme.tones) == set(TONES)
    for tone, colours in theme.tones.items():
        assert contrast(colours.ink, colours.fill) >= 4.5, tone
        assert contrast(colours.on_band, colours.band) >= 4.5, tone
        assert contrast(theme.gone, colours.fill) >= 4.5, tone
        assert contrast(theme.come, colours.fill) >= 4.5, tone
    assert all(contrast(words, ground) >= 4.5 for words in (theme.gone, theme.come) for ground in (theme.card, theme.canvas))


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_owners_and_standings_are_told_apart_by_everybody(theme: Theme, vision: Vision) -> None:
    assert len(theme.teams) == 8
    for colours in ((*theme.teams, theme.end), tuple(theme.standings.values())):
        for one, other in itertools.combinations(colours, 2):
            assert distance(one, other, vision) >= APART, (one, other, vision)


def test_colours_are_seen_as_published() -> None:
    # contrast of two greys, as the Web Content Accessibility Guidelines give it; white and black in OKLab are 1 apart
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert distance("#000000", "#FFFFFF") == pytest.approx(100, abs=0.1)
    assert distance("#FF0000", "#00FF00", "deuteranopia") < distance("#FF0000", "#00FF00") / 2


def test_owners_without_a_colour_of_their_own_are_told_apart_by_dots() -> None:
    teams = tuple(f"Team {number}" for number in range(30))
    cards = tuple(Card(f"c{n}", f"Phase {n}", subtitle=team, team=n, step=n) for n, team in enumerate(teams))
    svg = Drawing(Scene("Many", cards=cards, legend=Legend(teams))).svg(embed_fonts=False)
    painted = [part for part in svg.split('<g class="card"')[1:] if "</g>" in part]
    looks = [
        (re.findall(r'<path d="[^"]*" fill="(#[0-9A-F]+)"', part)[0], tuple(re.findall(r"<circle[^>]*>", part)))
        for part in painted[:-1]
    ]
    assert len({colour for colour, _ in looks}) == len(THEMES["light"].teams) + 1
    assert len(set(looks)) == len(looks) == 29


def test_the_owners_that_a_brand_names_are_not_mistaken_for_the_next_ones() -> None:
    green = "#00665E"
    teams = Brand(teams={"light": ("#003A70", green)}).applied(THEMES["light"]).teams
    assert len(set(teams)) == len(teams) == len(THEMES["light"].teams) + 2
    assert all(distance(green, other, vision) >= APART for other in teams[2:4] for vision in VISIONS)
