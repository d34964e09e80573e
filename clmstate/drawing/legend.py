"""What stands around the journey: the title above, and below it what colours, lines and marks mean.

Nothing here moves the journey. Wide journeys leave their lower left empty: the legend goes there where that makes the picture lower.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import TypeAlias

import attrs

from clmstate.drawing.blocks import Icon, IconShape, Run, joined, pieces
from clmstate.drawing.geometry import Box, Point
from clmstate.drawing.layout import Layout
from clmstate.drawing.marks import BADGE_RADIUS, badge_width
from clmstate.drawing.measure import Face, clean, text_width, wrap
from clmstate.drawing.overlay import Key, Overlay, Panel, PanelRow, Tone
from clmstate.drawing.scene import ClauseRole, Kind, Legend, Scene
from clmstate.drawing.spoken import KIND_NAMES, STANDING_NAMES

__all__ = ["READABLE", "Furniture", "Swatch", "furnish", "on_slide"]

PAD = 20
NARROWEST = 720
BESIDE = (400.0, 340.0, 290.0)  # widths that a legend may have that stands at the right
BESIDE_LIST = (*BESIDE, 680.0, 620.0)  # the same for one with a list, which may have two columns there
COLUMN_GAP = 20.0  # between the columns of a list
FEW_LETTERS = 12  # beside a head; they would look lost
NARROWEST_COLUMN = 310.0  # of a list, with the gap
WIDEST = 1492.0  # 14 points are then 9 points on a slide of 960
WIDER_LISTS = (1000.0, 840.0)  # of names, below the other parts of a legend
READABLE = 9 / 14 / 960  # how large a point must be, in widths of a slide, for words of 14 points to be read from the back row
PANEL, NARROW_PANEL = 400, 290.0  # width of a checklist
SIZE = 15
ROW = 26
LINE = 19  # of a text in several lines
NARROWEST_ENTRY = 120.0  # of an entry in several lines
INDENT = 20.0  # of its further lines
GAP = 20  # between entries
_Entered: TypeAlias = tuple[tuple[tuple[str, float, float, bool], ...], float]
"""An entry of a list: words, how far right, how far down, whether it is the head; and how tall it is."""

ROLE_NAMES: dict[ClauseRole, str] = {
    "event": "Event",
    "condition": "Condition",
    "play": "Play that starts",
    "source": "Leaves from",
}


@attrs.frozen
class Swatch:
    """A team's colour in the legend."""

    team: int
    box: Box


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


@attrs.define
class _Rows:
    """The legend in a column of some width, from its own upper left corner."""

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
        face, ink = ("SemiBold", "ink") if heading else ("Regular", "second")
        self.runs.append(Run(text, x, self.height, SIZE, face, ink, "start"))  # type: ignore[arg-type]


@attrs.frozen
class _Entry:
    """One item of the legend: a sign and a word."""

    text: str
    room: float
    team: int | None = None
    kind: Kind | None = None
    shape: IconShape | None = None
    key: Key | None = None


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
    laid = Overlay() if overlay is None else overlay
    inner = max(layout.width, NARROWEST)
    left_of = PAD + (inner - layout.width) / 2
    drawn = _points(layout)
    top_of = _tops(drawn) if beside_title else lambda _: 0.0
    headings = [
        _heading(laid.title or scene.title, laid.subtitle or scene.subtitle, width) for width in (inner, 760, 600, 480, 400)
    ]
    runs, y = min(((some, _under(some, left_of, top_of)) for some in headings), key=lambda found: found[1])
    origin = (left_of, y)
    rows, top = _lowest_picture(scene.legend, None if overlay is None else laid, (layout.height, _depth(drawn)), inner, origin)
    wide = math.ceil(inner) + 2 * PAD
    tall = math.ceil(max(origin[1] + layout.height, top + rows.height)) + PAD + 6
    left = 0.0
    widest = (
        math.inf if overlay is not None or scene.legend.steps else WIDEST
    )  # a journey on its own keeps its words large across the slide
    below, alone = wide, (runs, y)
    for room in BESIDE_LIST if scene.legend.steps and overlay is None else BESIDE:
        beside = _rows(scene.legend, room) if overlay is None else _laid(laid, room)
        longer = _heading(laid.title or scene.title, laid.subtitle or scene.subtitle, inner + GAP + room)
        other, start = min((alone, (longer, _under(longer, left_of, top_of))), key=lambda found: found[1])
        start = max(start, max((run.y for run in other), default=0.0) + 14) if other is longer else start
        size = below + int(room) + GAP, math.ceil(start + max(layout.height, beside.height)) + PAD + 6
        if _on_slide(wide, tall, widest) < _on_slide(*size, widest):
            rows, top, left = beside, start, inner + GAP
            runs, origin = other, (origin[0], start)
            wide, tall = size
    right, down = _to_wide_page(wide, tall) if wide_page else (0, 0)
    moved = [attrs.evolve(run, x=run.x + PAD + left, y=run.y + top) for run in rows.runs]
    return Furniture(
        wide + 2 * right,
        tall + 2 * down,
        (origin[0] + right, origin[1] + down),
        tuple(attrs.evolve(run, x=run.x + right, y=run.y + (0 if run in runs else down)) for run in (*runs, *moved)),
        tuple(attrs.evolve(swatch, box=swatch.box.moved(PAD + left + right, top + down)) for swatch in rows.swatches),
        tuple((kind, (x + PAD + left + right, y + top + down)) for kind, (x, y) in rows.kinds),
        tuple(attrs.evolve(icon, x=icon.x + PAD + left + right, y=icon.y + top + down) for icon in rows.icons),
        tuple((key, (x + PAD + left + right, y + top + down)) for key, (x, y) in rows.keys),
        tuple((box.moved(PAD + left + right, top + down), tone) for box, tone in rows.panels),
        tuple((tone, said, (x + PAD + left + right, y + top + down)) for tone, said, (x, y) in rows.signs),
    )


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


def _lowest_picture(
    legend: Legend, laid: Overlay | None, journey: tuple[float, Callable[[float], float]], inner: float, origin: Point
) -> tuple[_Rows, float]:
    """The legend in the width that makes the picture lowest, and where it starts: below everything that stands above that width."""
    tall, depth = journey

    def under(rows: _Rows) -> float:
        used = max((box.right for box, _ in rows.panels), default=0.0)
        used = max(used, *(run.x + text_width(run.text, run.size, run.face) for run in rows.runs), 0.0)
        return origin[1] + depth(PAD + used + 28 - origin[0]) + 12

    narrow = (NARROW_PANEL,) if laid is not None and laid.panels else ()
    widths = [min(width, inner) for width in (inner, 700.0, 620.0, 540.0, 480.0, 420.0, 380.0, *narrow)]
    tried = [_rows(legend, width) if laid is None else _laid(laid, width) for width in widths]

    def bottom(choice: tuple[_Rows, float]) -> float:
        return max(origin[1] + tall, choice[0].height + choice[1])

    found = min(((rows, under(rows)) for rows in tried), key=bottom)
    if laid is None and legend.names and bottom(found) > origin[1] + tall:
        found = min((found, _apart(legend, widths, under)), key=bottom)
    rows, top = found
    return rows, max(top, origin[1] + tall - rows.height) if rows.runs else top


def _apart(legend: Legend, widths: Sequence[float], under: Callable[[_Rows], float]) -> tuple[_Rows, float]:
    """The legend with its list of names as wide as there is room below the signs, and where it starts."""
    signs, names = attrs.evolve(legend, names=()), Legend(names=legend.names)
    above = [(rows, under(rows)) for rows in (_rows(signs, width) for width in widths)]
    below = [(rows, under(rows)) for rows in (_rows(names, width) for width in (*widths, *WIDER_LISTS) if width <= widths[0])]
    choices = (
        (max(start, top + rows.height) + listed.height, rows, top, listed, start) for rows, top in above for listed, start in below
    )
    _, rows, top, listed, start = min(choices, key=lambda choice: choice[0])
    return _followed(rows, listed, max(start - top, rows.height)), top


def _followed(above: _Rows, below: _Rows, start: float) -> _Rows:
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


@lru_cache(64)  # nobody changes a legend that is set, and every picture tries the same few widths again
def _rows(legend: Legend, width: float) -> _Rows:
    rows = _Rows(width)
    groups = list(_groups(legend))
    if legend.steps and len(groups) == 2 and sum(_headed(*group) for group in groups) + 2 * GAP <= width:
        rows.height, x = ROW, 0.0  # above a list, what is short stands in one row
        for heading, entries in groups:
            rows.say(heading, x, heading=True)
            _row(rows, entries, x + text_width(heading, SIZE, "SemiBold") + 16)
            x += _headed(heading, entries) + 2 * GAP
        groups = []
    for heading, entries in groups:
        rows.height += ROW
        rows.say(heading, 0, heading=True)
        beside = text_width(heading, SIZE, "SemiBold") + 16
        if beside + _wide(entries) <= width:
            _row(rows, entries, beside)
            continue
        lines = next(n for n in range(1, len(entries) + 1) if n == len(entries) or _fit(entries, n, width))
        for some in _split(entries, lines):
            rows.height += ROW
            _row(rows, some, 0)
    _steps(rows, legend.steps)
    _names(rows, legend.names)
    return rows


def _headed(heading: str, entries: list[_Entry]) -> float:
    """How wide a group is in one row."""
    return text_width(heading, SIZE, "SemiBold") + 16 + _wide(entries)


def _steps(rows: _Rows, steps: tuple[tuple[str, str], ...]) -> None:
    """A numbered list, in columns where there is room, all about as long; the numbers stand in a margin of their own."""
    if not steps:
        return
    columns = max(1, min(3, int((rows.width + COLUMN_GAP) // NARROWEST_COLUMN), len(steps) // 2))
    wide = (rows.width + COLUMN_GAP) / columns - COLUMN_GAP
    margin = max((text_width(_numbered(head)[0], SIZE, "SemiBold") + 8 for head, _ in steps), default=0.0)
    _in_columns(rows, [_flowed(head, text, wide, margin) for head, text in steps], columns, wide)


def _names(rows: _Rows, names: tuple[tuple[str, str], ...]) -> None:
    """What the model's names mean, in columns where there is room."""
    if not names:
        return
    columns = max(1, min(3, int((rows.width + COLUMN_GAP) // NARROWEST_COLUMN), len(names) // 2))
    wide = (rows.width + COLUMN_GAP) / columns - COLUMN_GAP
    rows.height += 8
    _in_columns(rows, [_meant(f"{clean(name)} =", clean(meaning), wide) for name, meaning in names], columns, wide)


def _in_columns(rows: _Rows, entries: Sequence[_Entered], columns: int, wide: float) -> None:
    """Entries of a list one below the other, in columns that are all about as long."""
    top, lowest, column = rows.height, rows.height, 0
    total, done = sum(tall for _, tall in entries), 0.0
    for entry, tall in entries:
        if done + tall / 2 > total * (1 + column) / columns:
            column, rows.height = column + 1, top
        for line, left, down, heading in entry:
            rows.height += down
            rows.say(line, column * (wide + COLUMN_GAP) + left, heading=heading)
        rows.height += tall - sum(down for *_, down, _ in entry)
        done, lowest = done + tall, max(lowest, rows.height)
    rows.height = lowest


@lru_cache(512)
def _meant(name: str, meaning: str, wide: float) -> _Entered:
    """A name and, from beside it on, what it means."""
    heads = wrap(name, wide, SIZE, "SemiBold")
    pieces = [(line, 0.0, float(LINE if index else LINE + 4), True) for index, line in enumerate(heads)]
    end = text_width(heads[-1], SIZE, "SemiBold") - 4 if heads else 0.0
    first, others = _beside(meaning.split(), end, wide, INDENT)
    if first:
        pieces.append((first, end + 10, 0.0, False))
    pieces += ((line, INDENT, float(LINE), False) for line in others)
    return tuple(pieces), sum(down for *_, down, _ in pieces)


def _numbered(head: str) -> tuple[str, str]:
    """The number and the words of a head in a list, which two blanks keep apart."""
    number, _, words = head.partition("  ")
    return (number, words) if words else ("", head)


@lru_cache(512)
def _flowed(head: str, text: str, wide: float, margin: float) -> _Entered:
    """An entry whose text begins beside its head, if there is room."""
    number, title = _numbered(head)
    heads = wrap(title, wide - margin, SIZE, "SemiBold")
    pieces = [(number, 0.0, float(ROW), True)] if number else []
    pieces += ((line, margin, 20.0 if index else 0.0 if number else ROW, True) for index, line in enumerate(heads))
    end = margin + (text_width(heads[-1], SIZE, "SemiBold") if heads else 0.0)
    first, others = _beside(clean(text).split(), end, wide, margin)
    if first:
        pieces.append((first, end + 10, 0.0, False))
    pieces += ((line, margin, 20.0, False) for line in others)
    return tuple(pieces), sum(down for *_, down, _ in pieces)


def _beside(words: list[str], end: float, wide: float, margin: float) -> tuple[str, tuple[str, ...]]:
    """The words that stand beside a head which ends there, and the lines below it: as few as can be, and none that is left over."""
    most = next(n for n in range(len(words), -1, -1) if n == 0 or end + 10 + text_width(" ".join(words[:n]), SIZE) <= wide)
    found: list[tuple[int, float, str, tuple[str, ...]]] = []
    for count in sorted({most, max(most - 1, 0), max(most - 2, 0), 0}, reverse=True):
        first = " ".join(words[:count])
        others = wrap(" ".join(words[count:]), wide - margin, SIZE)
        ends = [end + 10 + text_width(first, SIZE) if first else end, *(margin + text_width(line, SIZE) for line in others)]
        alone = count in (1, 2) and bool(others) and len(first) < FEW_LETTERS
        found.append((len(others) + alone, sum((wide - each) ** 2 for each in ends), first, others))
    _, _, first, others = min(found, key=lambda each: each[:2])
    return first, others


def _laid(laid: Overlay, width: float) -> _Rows:
    """The legend of an overlay, with its panels above."""
    rows = _Rows(width)
    for panel in laid.panels:
        _panel(rows, panel, min(width, PANEL))
    if laid.keys:
        rows.height += ROW
        entries = [_Entry(clean(key.text), 46 if key.wide else 34, key=key) for key in laid.keys]
        lined = next((place for place, key in enumerate(laid.keys) if key.wide), 0)
        groups = [entries] if _wide(entries) <= width else [some for some in (entries[:lined], entries[lined:]) if some]
        for place, group in enumerate(groups):  # boxes apart from lines
            lines = next(n for n in range(1, len(group) + 1) if n == len(group) or _fit(group, n, width))
            for index, some in enumerate(_split(group, lines)):
                rows.height += ROW if place or index else 0
                _row(rows, some, 0)
    return rows


def _panel(rows: _Rows, panel: Panel, width: float) -> None:
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


def _panel_row(rows: _Rows, row: PanelRow, width: float, signs: float) -> None:
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


def _panel_pieces(rows: _Rows, row: PanelRow, width: float, beside: float) -> None:
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


def _wide(entries: list[_Entry]) -> float:
    return sum(entry.room + text_width(entry.text, SIZE) + GAP for entry in entries) - GAP


def _split(entries: list[_Entry], lines: int) -> Iterator[list[_Entry]]:
    """Entries in that many lines of about the same number."""
    each = -(-len(entries) // lines)
    return (entries[start : start + each] for start in range(0, len(entries), each))


def _fit(entries: list[_Entry], lines: int, width: float) -> bool:
    return all(_wide(line) <= width for line in _split(entries, lines))


def _row(rows: _Rows, entries: list[_Entry], x: float) -> None:
    for entry in entries:
        _add(rows, entry, x)
        x += _wide([entry]) + GAP


def _add(rows: _Rows, entry: _Entry, x: float) -> None:
    middle = rows.height - 5
    if entry.team is not None:
        rows.swatches.append(Swatch(entry.team, Box(x, middle - 8, 16, 16)))
    if entry.kind is not None:
        rows.kinds.append((entry.kind, (x, middle)))
    if entry.key is not None:
        rows.keys.append((entry.key, (x, middle)))
    if entry.shape is not None:
        rows.icons.append(Icon(entry.shape, x + 7, middle, 13, "second"))
    for index, line in enumerate(wrap(entry.text, max(rows.width - x - entry.room, NARROWEST_ENTRY), SIZE)):
        rows.height += LINE if index else 0  # only what stands alone in its row can be that long
        rows.say(line, x + entry.room)


def _groups(legend: Legend) -> Iterator[tuple[str, list[_Entry]]]:
    if legend.teams:
        yield "Card: owning team", [_Entry(clean(team), 24, team=index) for index, team in enumerate(legend.teams)]
    if legend.kinds:
        yield "Line: what happens", [_Entry(KIND_NAMES[kind], 44, kind=kind) for kind in legend.kinds]
    signs = [_Entry(ROLE_NAMES[role], 20, shape=role) for role in legend.roles]
    signs += [_Entry(STANDING_NAMES[standing], 20, shape=standing) for standing in legend.standings]
    if signs:
        yield "Signs", signs
