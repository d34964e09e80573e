"""Every picture of every shipped model, measured as it is painted; and the gallery is up to date."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from clmstate.cli.gallery import Picture, digests, pictures

ROOT = Path(__file__).parents[2]
STAGE_POINTS, SLIDE, SMALLEST = 14, (960, 540), 9.0  # type size, a slide of 16:9 in points, and what can be read from the back row
FEW = 8
SMALLEST_OF_MANY = 7.0  # of lanes and markets with more phases
NEAR, LONG = 7.0, 5  # points from a foreign card, and for how many places of a line, about four points apart


@cache
def drawn() -> tuple[Picture, ...]:
    return tuple(pictures(ROOT / "models"))


FOLDERS = sorted(folder.name for folder in (ROOT / "models").iterdir() if (folder / "__init__.py").exists())


@pytest.mark.parametrize("folder", FOLDERS)
def test_nothing_overlaps_and_nothing_is_cut(folder: str, painted: Any, faults: Any) -> None:
    for picture in drawn():
        if picture.folder != folder:
            continue
        read = painted(picture.drawing.svg(embed_fonts=False))
        mapped = picture.kind in ("journey", "full", "diff", "here", "population")
        whole = picture.kind in ("journey", "full", "diff", "lanes")  # elsewhere rules shrink to what is said of them
        assert faults(read, lines=mapped, ends=whole) == [], picture.file
        if picture.kind in ("lanes", "markets"):
            columns = len({card.step for card in picture.drawing.scene.cards})
            phases = columns if picture.kind == "markets" else len(picture.drawing.scene.cards)
            least = SMALLEST if phases <= FEW else SMALLEST_OF_MANY
            assert STAGE_POINTS * min(SLIDE[0] / read.width, SLIDE[1] / read.height) >= least, picture.file
        if picture.kind == "journey" and len(picture.drawing.scene.cards) <= FEW:
            assert STAGE_POINTS * min(SLIDE[0] / read.width, SLIDE[1] / read.height) >= SMALLEST, picture.file


def test_no_line_runs_along_a_card_that_it_does_not_lead_to(painted: Any) -> None:
    for picture in drawn():
        if picture.kind in ("journey", "full", "diff", "here", "population"):
            read = painted(picture.drawing.svg(embed_fonts=False))
            for line in read.lines:
                for card in read.of("card"):
                    if card.name not in (line.tail, line.head) and card.box.gap(line.hull) < NEAR:
                        near = sum(card.box.away(x, y) < NEAR for x, y in line.dense)
                        assert near < LONG, (picture.file, line.tail, line.head, card.name)


def test_overlays_of_a_model_move_nothing(painted: Any) -> None:
    by_model: dict[str, dict[str, Picture]] = {}
    for picture in drawn():
        by_model.setdefault(f"{picture.folder}/{picture.name}", {})[picture.kind] = picture
    compared = 0
    for kinds in by_model.values():
        for kind in ("here", "population"):
            if kind in kinds:
                plain, laid = (painted(kinds[k].drawing.svg(embed_fonts=False)) for k in ("journey", kind))
                assert {c.name: c.box for c in plain.of("card")} == {c.name: c.box for c in laid.of("card")}
                assert [way.points for way in plain.lines] == [way.points for way in laid.lines]
                compared += 1
    assert compared


def test_the_gallery_is_up_to_date() -> None:
    kept = json.loads((ROOT / "diagrams" / "digests.json").read_text(encoding="utf-8"))
    now = {picture.file: digests(picture.drawing) for picture in drawn()}
    changed = sorted(file for file in {*kept, *now} if kept.get(file) != now.get(file))
    assert changed == [], "run `make diagrams`"
    shown = (ROOT / "diagrams" / "README.md").read_text(encoding="utf-8")
    for file in now:
        assert (ROOT / "diagrams" / file).is_file(), file
        assert f"]({file})" in shown, file
