"""Checklists beside a journey, and the column that they and a legend are set in."""

from __future__ import annotations

import attrs

from clmstate.drawing.blocks import Icon, IconShape, Run, joined, pieces
from clmstate.drawing.geometry import Box, Point
from clmstate.drawing.marks import BADGE_RADIUS, badge_width
from clmstate.drawing.measure import Face, clean, text_width, wrap
from clmstate.drawing.overlay import Key, Panel, PanelRow, Tone
from clmstate.drawing.scene import Kind

__all__ = ["SIZE", "LegendRows", "Swatch", "add_panel"]

SIZE = 15  # points


@attrs.frozen
class Swatch:
    """A team's colour in the legend."""

    team: int
    box: Box


@attrs.define
class LegendRows:
    """What a legend, or a panel of it, shows in a column of some width, from its own upper left corner.

    Example:
        >>> rows = LegendRows(300)
        >>> rows.say("Champion =", 0, heading=True)
        >>> [run.text for run in rows.moved(20, 40).runs], rows.moved(20, 40).runs[0].x
        (['Champion ='], 20)
    """

    width: float
    height: float = 0.0
    runs: list[Run] = attrs.Factory(list)
    swatches: list[Swatch] = attrs.Factory(list)
    kinds: list[tuple[Kind, Point]] = attrs.Factory(list)
    icons: list[Icon] = attrs.Factory(list)
    keys: list[tuple[Key, Point]] = attrs.Factory(list)
    panels: list[tuple[Box, Tone]] = attrs.Factory(list)
    signs: list[tuple[Tone, str, Point]] = attrs.Factory(list)

    def say(self, text: str, x: float, *, heading: bool = False) -> None:
        """Words where the column ends so far."""
        face, ink = ("SemiBold", "ink") if heading else ("Regular", "second")
        self.runs.append(Run(text, x, self.height, SIZE, face, ink, "start"))  # type: ignore[arg-type]

    def moved(self, right: float, down: float) -> LegendRows:
        """The same somewhere else."""
        return LegendRows(
            self.width,
            self.height,
            [attrs.evolve(run, x=run.x + right, y=run.y + down) for run in self.runs],
            [attrs.evolve(swatch, box=swatch.box.moved(right, down)) for swatch in self.swatches],
            [(kind, (x + right, y + down)) for kind, (x, y) in self.kinds],
            [attrs.evolve(icon, x=icon.x + right, y=icon.y + down) for icon in self.icons],
            [(key, (x + right, y + down)) for key, (x, y) in self.keys],
            [(box.moved(right, down), tone) for box, tone in self.panels],
            [(tone, said, (x + right, y + down)) for tone, said, (x, y) in self.signs],
        )


def add_panel(rows: LegendRows, panel: Panel, width: float) -> None:
    """A checklist in a box."""
    top = rows.height
    rows.height += 12
    for line in wrap(panel.title, width - 28, 17, "Bold"):
        rows.height += 22
        rows.runs.append(Run(line, 14, rows.height - 5, 17, "Bold", "ink", "start"))
    signs = max((badge_width(*row.sign) for row in panel.rows if row.sign is not None), default=0.0)
    for row in panel.rows:
        _panel_row(rows, row, width, signs)
    for line in wrap(panel.foot, width - 28, 14):
        rows.height += 20
        rows.runs.append(Run(line, 14, rows.height - 3, 14, "Regular", "second", "start"))
    rows.height += 12
    rows.panels.append((Box(0, top, width, rows.height - top), panel.tone))
    rows.height += 10


def _panel_row(rows: LegendRows, row: PanelRow, width: float, signs: float) -> None:
    """A line of a checklist: what is asked, and at the right (below, where there is no room) what the data say."""
    rows.height += 1 if row.under else 6
    left = 14.0 if row.listed and not row.under else 40.0
    if row.sign is not None:
        rows.signs.append((*row.sign, (14 + BADGE_RADIUS, rows.height + 10)))
        left = 14 + max(signs, badge_width(*row.sign)) + 9
    elif not row.listed:
        icon: IconShape = "unknown" if row.met is None else "met" if row.met else "unmet"
        rows.icons.append(Icon(icon, 23, rows.height + 10, 13, "come" if row.met else "gone"))
    face: Face = "SemiBold" if row.below or row.sign is not None else "Regular"
    asked = wrap(row.text, width - left - 16, SIZE, face)
    for line in asked:
        rows.height += 20
        rows.runs.append(Run(line, left, rows.height - 5, SIZE, face, "ink", "start"))
    for line in wrap(row.below, width - left - 16, 14):
        rows.height += 18
        rows.runs.append(Run(line, left, rows.height - 4, 14, "Regular", "second", "start"))
    if row.spans:
        _panel_pieces(rows, row, width, left + text_width(asked[-1], SIZE) + 12 if len(asked) == 1 else width)
        return
    said = clean(row.value)
    wide = text_width(said, 14, "SemiBold")
    if said and len(asked) == 1 and left + text_width(asked[0], SIZE) + 16 + wide <= width - 14:
        rows.runs.append(Run(said, width - 14 - wide, rows.height - 5, 14, "SemiBold", "second", "start"))
        return
    for line in wrap(said, width - 56, 14, "SemiBold"):
        rows.height += 18
        rows.runs.append(Run(line, left, rows.height - 4, 14, "SemiBold", "second", "start"))


def _panel_pieces(rows: LegendRows, row: PanelRow, width: float, beside: float) -> None:
    """What two versions say: beside what it is about, if there is room, else below."""
    marks = [mark for mark, text in row.spans for char in clean(text) if char != " "]
    text = joined(row.spans)
    room = width - beside - 14
    if text_width(clean(text), 14) <= room:
        run = Run(clean(text), beside, rows.height - 5, 14, "Regular", "second", "start")
        rows.runs += pieces(run, marks)
        return
    for line in wrap(text, width - 42, 14):
        rows.height += 18
        rows.runs += pieces(Run(line, 28, rows.height - 4, 14, "Regular", "second", "start"), marks)
