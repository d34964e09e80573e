"""What stands around the journey: the title above, and below it or beside it what colours, lines and marks mean.

Nothing here moves the journey. Wide journeys leave their lower left empty: the legend goes there where that makes the picture lower.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import accumulate

import attrs

from clmstate.drawing.blocks import Icon, Run
from clmstate.drawing.geometry import Box, Point
from clmstate.drawing.layout import Layout
from clmstate.drawing.legend import GAP, legend_rows, overlay_rows
from clmstate.drawing.measure import text_width, wrap
from clmstate.drawing.overlay import Key, Overlay, Tone
from clmstate.drawing.panels import LegendRows, Swatch
from clmstate.drawing.scene import Kind, Legend, Scene

__all__ = ["NARROWEST", "READABLE", "Furniture", "furnish", "on_slide"]

PAD = 20
NARROWEST = 720
HEADINGS = (760.0, 600.0, 480.0, 400.0)  # widths of a heading beside which a journey may rise
BELOW = (700.0, 620.0, 540.0, 480.0, 420.0, 380.0)  # widths that a legend may have below a journey
BESIDE = (400.0, 340.0, 290.0)  # widths that a legend may have that stands at the right
BESIDE_LIST = (*BESIDE, 680.0, 620.0)  # the same for one with a list, which may have two columns there
WIDEST = 1492.0  # 14 points are then 9 points on a slide of 960
WIDER_LISTS = (1000.0, 840.0)  # of names, below the other parts of a legend
READABLE = 9 / 14 / 960  # how large a point must be, in widths of a slide, for words of 14 points to be read from the back row
NARROW_PANEL = 290.0  # a checklist that stands in a corner


@attrs.frozen
class Furniture:
    """Size of the whole picture, where the journey stands in it, and everything around it."""

    width: float
    height: float
    origin: Point
    runs: tuple[Run, ...]
    swatches: tuple[Swatch, ...]
    kinds: tuple[tuple[Kind, Point], ...]
    icons: tuple[Icon, ...]
    keys: tuple[tuple[Key, Point], ...] = ()
    panels: tuple[tuple[Box, Tone], ...] = ()
    signs: tuple[tuple[Tone, str, Point], ...] = ()


def furnish(
    scene: Scene, layout: Layout, overlay: Overlay | None = None, *, wide_page: bool = False, beside_title: bool = True
) -> Furniture:
    """Title and legend around a placed scene.

    Args:
        scene: what it says.
        layout: where everything stands.
        overlay: it brings a title, a legend and panels of its own.
        wide_page: proportions of a slide, 16:9; the picture stands in the middle of it.
        beside_title: whether the journey may rise where nothing of the title is above it; a logo may be.

    Example:
        >>> around = furnish(Scene("Journey", "How a customer moves"), Layout(900, 300, {}, ()))
        >>> [run.text for run in around.runs], around.width
        (['Journey', 'How a customer moves'], 940)
    """
    around = _Around(scene, layout, overlay, beside_title)
    below = around.below()
    lists = scene.legend.steps and overlay is None
    # a journey on its own keeps its words large across the slide
    widest = math.inf if overlay is not None or scene.legend.steps else WIDEST
    choices = (below, *(around.beside(below, room) for room in (BESIDE_LIST if lists else BESIDE)))
    best = max(choices, key=lambda choice: _on_slide(choice.wide, choice.tall, widest))
    right, down = _to_wide_page(best.wide, best.tall) if wide_page else (0, 0)
    (left, top), (x, y) = best.corner, best.origin
    rows = best.rows.moved(PAD + left + right, top + down)
    return Furniture(
        best.wide + 2 * right,
        best.tall + 2 * down,
        (x + right, y + down),
        (*(attrs.evolve(run, x=run.x + right) for run in best.heading), *rows.runs),
        tuple(rows.swatches),
        tuple(rows.kinds),
        tuple(rows.icons),
        tuple(rows.keys),
        tuple(rows.panels),
        tuple(rows.signs),
    )


@attrs.frozen
class _Arranged:
    """Heading, journey and legend, and how large the picture is."""

    wide: float
    tall: float
    heading: list[Run]
    origin: Point
    """Of the journey."""
    rows: LegendRows
    corner: Point
    """Of the legend, from the left margin on."""


class _Around:
    """What is to be arranged around one journey."""

    def __init__(self, scene: Scene, layout: Layout, overlay: Overlay | None, beside_title: bool) -> None:
        laid = Overlay() if overlay is None else overlay
        self.scene, self.layout, self.overlay = scene, layout, overlay
        self.title, self.subtitle = laid.title or scene.title, laid.subtitle or scene.subtitle
        self.inner = max(layout.width, NARROWEST)
        self.left = PAD + (self.inner - layout.width) / 2
        self.drawn = _points(layout)
        self.top_of = _tops(self.drawn) if beside_title else lambda _: 0.0

    def legend(self, width: float) -> LegendRows:
        """The legend, or that of the overlay, in a column of that width."""
        return legend_rows(self.scene.legend, width) if self.overlay is None else overlay_rows(self.overlay, width)

    def headed(self, width: float) -> tuple[list[Run], float]:
        """A heading that is at most that wide, and how high the journey may stand."""
        heading = _heading(self.title, self.subtitle, width)
        return heading, _under(heading, self.left, self.top_of)

    def below(self) -> _Arranged:
        """The legend below the journey."""
        heading, start = min((self.headed(width) for width in (self.inner, *HEADINGS)), key=lambda found: found[1])
        origin = (self.left, start)
        rows, top = self._lowest(origin)
        tall = math.ceil(max(start + self.layout.height, top + rows.height)) + PAD + 6
        return _Arranged(math.ceil(self.inner) + 2 * PAD, tall, heading, origin, rows, (0.0, top))

    def beside(self, below: _Arranged, room: float) -> _Arranged:
        """The legend in a column at the right; the heading may reach as far as that."""
        rows = self.legend(room)
        heading, start = below.heading, below.origin[1]
        longer, under = self.headed(self.inner + GAP + room)
        if under < start:
            heading, start = longer, max(under, max((run.y for run in longer), default=0.0) + 14)
        tall = math.ceil(start + max(self.layout.height, rows.height)) + PAD + 6
        return _Arranged(below.wide + int(room) + GAP, tall, heading, (self.left, start), rows, (self.inner + GAP, start))

    def _lowest(self, origin: Point) -> tuple[LegendRows, float]:
        """The legend in the width that makes the picture lowest, and where it starts: below everything that stands above that width."""
        lowest, depth = origin[1] + self.layout.height, _depth(self.drawn)

        def under(rows: LegendRows) -> float:
            used = max((box.right for box, _ in rows.panels), default=0.0)
            used = max(used, *(run.x + text_width(run.text, run.size, run.face) for run in rows.runs), 0.0)
            return origin[1] + depth(PAD + used + 28 - origin[0]) + 12

        def bottom(choice: tuple[LegendRows, float]) -> float:
            return max(lowest, choice[0].height + choice[1])

        narrow = (NARROW_PANEL,) if self.overlay is not None and self.overlay.panels else ()
        widths = [min(width, self.inner) for width in (self.inner, *BELOW, *narrow)]
        found = min(((rows, under(rows)) for rows in map(self.legend, widths)), key=bottom)
        if self.overlay is None and self.scene.legend.names and bottom(found) > lowest:
            found = min((found, _apart(self.scene.legend, widths, under)), key=bottom)
        rows, top = found
        return rows, max(top, lowest - rows.height) if rows.runs else top


def _heading(title: str, subtitle: str, width: float) -> list[Run]:
    """Title and subtitle, at most that wide."""
    runs: list[Run] = []
    y = float(PAD)
    for line in wrap(title, width, 34, "Bold"):
        y += 40
        runs.append(Run(line, PAD, y - 8, 34, "Bold", "ink", "start"))
    for line in wrap(subtitle, width, 18):
        y += 26
        runs.append(Run(line, PAD, y - 2, 18, "Regular", "second", "start"))
    return runs


def _under(heading: list[Run], left_of: float, top_of: Callable[[float], float]) -> float:
    """How high the journey may stand: below the heading, and beside it where there is nothing below."""
    least = PAD + 12.0
    for run in heading:
        right = run.x + text_width(run.text, run.size, run.face) + 28
        least = max(least, run.y + 18 - top_of(right - left_of))
    return math.ceil(least)


def _points(layout: Layout) -> list[tuple[float, float, float]]:
    """How far left things begin, and how far up and down they reach there; with what stands on the corners of boxes."""
    points = [(box.x - 10, box.y - 10, box.bottom) for box in layout.boxes.values()]
    return sorted(points + [(x, y, y) for route in layout.routes for x, y in route.samples(10)])


def _tops(drawn: list[tuple[float, float, float]]) -> Callable[[float], float]:
    """How far up the journey reaches in its part left of some x."""
    xs = [x for x, _, _ in drawn]
    highest = list(accumulate((top for _, top, _ in drawn), min))

    def top_of(right: float) -> float:
        count = bisect_left(xs, right)
        return highest[count - 1] if count else math.inf

    return top_of


def on_slide(scene: Scene, layout: Layout) -> float:
    """How large a point of a whole picture is on a slide of 16:9, in widths of the slide.

    Example:
        >>> round(1 / on_slide(Scene("Journey"), Layout(1600, 300, {}, ())))
        1640
    """
    whole = furnish(scene, layout)
    return min(1 / whole.width, 9 / 16 / whole.height)


def _on_slide(wide: float, tall: float, widest: float) -> float:
    """How large a picture comes out on a slide of 16:9, where it may not become too wide for its words."""
    return min(16 / wide, 9 / tall) if wide <= widest else 0.0


def _to_wide_page(wide: float, tall: float) -> tuple[float, float]:
    """What is missing at each side to a page of 16:9."""
    return max(0.0, math.ceil(tall * 16 / 9 - wide) / 2), max(0.0, math.ceil(wide * 9 / 16 - tall) / 2)


def _apart(legend: Legend, widths: Sequence[float], under: Callable[[LegendRows], float]) -> tuple[LegendRows, float]:
    """The legend with its list of names as wide as there is room below the signs, and where it starts."""
    signs, names = attrs.evolve(legend, names=()), Legend(names=legend.names)
    above = [(rows, under(rows)) for rows in (legend_rows(signs, width) for width in widths)]
    below = [(rows, under(rows)) for rows in (legend_rows(names, width) for width in (*widths, *WIDER_LISTS) if width <= widths[0])]
    choices = (
        (max(start, top + rows.height) + listed.height, rows, top, listed, start) for rows, top in above for listed, start in below
    )
    _, rows, top, listed, start = min(choices, key=lambda choice: choice[0])
    return _followed(rows, listed, max(start - top, rows.height)), top


def _followed(above: LegendRows, below: LegendRows, start: float) -> LegendRows:
    """Two parts of a legend, the second from some height on."""
    runs = [*above.runs, *(attrs.evolve(run, y=run.y + start) for run in below.runs)]
    return attrs.evolve(above, width=max(above.width, below.width), height=start + below.height, runs=runs)


def _depth(drawn: list[tuple[float, float, float]]) -> Callable[[float], float]:
    """How far down the journey reaches in its part left of some x."""
    xs = [x for x, _, _ in drawn]
    lowest = list(accumulate((bottom for _, _, bottom in drawn), max))

    def left_of(right: float) -> float:
        count = bisect_left(xs, right)
        return lowest[count - 1] if count else 0.0

    return left_of
