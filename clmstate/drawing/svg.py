"""Paints a placed scene as SVG.

We paint ourselves instead of pinning everything for a second Graphviz pass. Tried both; our own painting wins because the text is measured
once and never again by another font, every card can carry a role and a label for people who do not see it, a picture can bring its typeface
along, hostile text is escaped in one place, and the bytes depend on nothing but the scene and the layout. The skeleton is the same either
way: boxes and curves are data (`Layout`). `dot` writes the pinned Graphviz form of it for those who want to go on in Graphviz.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from html import unescape
from itertools import pairwise

import attrs

from clmstate.drawing.blocks import Block, Icon, Run
from clmstate.drawing.covers import BAR, WIDEST_STEP, chip_box, covered, in_chip, sign_place, step_width
from clmstate.drawing.furniture import Furniture
from clmstate.drawing.geometry import Box, Point, Route
from clmstate.drawing.layout import RING, Layout
from clmstate.drawing.marks import SIGNED, badge, dots, escape, has_badge, icon_path, sign_of, tone_badge
from clmstate.drawing.measure import FONTS, Face, clean, fits_bundled_font, is_right_to_left, text_width
from clmstate.drawing.overlay import Cover, Key, Overlay
from clmstate.drawing.scene import STANDINGS, Card, Frame, Kind, Lane, Link, Mark, Pill, Scene
from clmstate.drawing.spoken import card_label, pill_label, said_label, scene_label
from clmstate.drawing.theme import Theme
from clmstate.drawing.truetype import woff

__all__ = ["FAMILY", "escape", "paint", "whole_faces"]

FAMILY = "Inter, 'Segoe UI', Roboto, Arial, sans-serif"
WEIGHTS: Mapping[Face, tuple[int, str]] = {
    "Regular": (400, "normal"),
    "Italic": (400, "italic"),
    "SemiBold": (600, "normal"),
    "Bold": (700, "normal"),
}
DASHES: Mapping[Kind, str] = {"relapse": "7 4", "stay": "2 4"}
LINE_WIDTHS: Mapping[Kind, float] = {"at_risk": 2.6, "relapse": 2.0, "next_cycle": 2.0, "stay": 1.6}
RADIUS = 10


def paint(
    scene: Scene,
    blocks: Mapping[str, Block],
    layout: Layout,
    theme: Theme,
    around: Furniture,
    *,
    embed_fonts: bool = True,
    overlay: Overlay | None = None,
) -> str:
    """The picture as one SVG document.

    Args:
        scene: what it says.
        blocks: its text, set.
        layout: where everything stands.
        theme: its colours.
        around: its title and legend, and how large the whole is.
        embed_fonts: bring the typeface along, so that it looks the same everywhere (5 to 10 KB a face).
        overlay: what is laid over it.
    """
    laid = Overlay() if overlay is None else overlay
    set_text = covered(scene, blocks, laid)
    return "\n".join(_Painter(scene, set_text, layout, theme, around, laid).document(embed_fonts=embed_fonts)) + "\n"


def number(value: float) -> str:
    """A coordinate without needless digits."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


@attrs.frozen(slots=False)
class _Painter:
    scene: Scene
    blocks: Mapping[str, Block]
    layout: Layout
    theme: Theme
    furniture: Furniture
    overlay: Overlay

    def document(self, *, embed_fonts: bool) -> Iterator[str]:
        lines = list(self.content())
        wide, tall = number(self.furniture.width), number(self.furniture.height)
        prefix = "clm-" + hashlib.sha256("\n".join(lines).encode()).hexdigest()[:10]
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{tall}" viewBox="0 0 {wide} {tall}" '
            f'role="graphics-document document" aria-roledescription="journey diagram" '
            f'aria-labelledby="{prefix}-title {prefix}-desc" font-family="{FAMILY}">'
        )
        yield f'<title id="{prefix}-title">{escape(clean(self.overlay.title or self.scene.title))}</title>'
        yield f'<desc id="{prefix}-desc">{escape(scene_label(self.scene, self.overlay))}</desc>'
        if embed_fonts:
            yield f"<style>{''.join(_font_faces(lines))}</style>"
        yield from lines
        yield "</svg>"

    def content(self) -> Iterator[str]:
        yield f'<rect width="100%" height="100%" fill="{self.theme.canvas}"/>'
        for panel, tone in self.furniture.panels:
            yield self.rectangle("panel", panel, 8, self.theme.card, self.theme.tones[tone].line, 1.6)
        yield from self.texts(self.furniture.runs, Box(0, 0, 0, 0), {}, hidden=True)
        if self.theme.logo:
            right = number(self.furniture.width - 24 - 150)
            yield f'<image x="{right}" y="24" width="150" height="46" preserveAspectRatio="xMaxYMid meet" href="{escape(self.theme.logo)}"/>'
        x, y = self.furniture.origin
        yield f'<g transform="translate({number(x)} {number(y)})">'
        for lane in self.scene.lanes:
            yield from self.lane(lane)
        for frame in self.scene.frames:
            yield from self.frame(frame)
        for link, route in zip(self.scene.links, self.layout.routes, strict=True):
            yield from self.link(link, route)
        for mark in self.scene.marks:
            yield from self.start(mark)
        for pill in self.scene.pills:
            yield from self.pill(pill)
        for card in self.scene.cards:
            yield from self.card(card)
        yield "</g>"
        yield from self.legend()

    def card(self, card: Card) -> Iterator[str]:
        box, block = self.layout.boxes[card.id], self.blocks[card.id]
        cover = self.overlay.covers.get(card.id)
        tones = self.theme.tones[cover.tone] if cover is not None else None
        colour = self.theme.team(card.team) if tones is None else tones.line
        band = colour if tones is None else tones.band
        thick = (
            4.5
            if cover is not None and cover.tone == "here"
            else 3
            if card.standing in ("at_risk", "lost") and tones is None
            else 1.6
        )
        label = card_label(card) + ("" if cover is None else said_label(cover))
        yield f'<g class="card" data-id="{escape(clean(card.id))}" role="graphics-symbol img" aria-label="{escape(label)}">'
        dash = "5 4" if cover is not None and cover.dashed else ""
        plain = tones is None or block.header
        if block.header >= box.height:  # all of it is its header
            yield self.rectangle("box", box, RADIUS, band, colour, thick, dash)
        else:
            yield self.rectangle("box", box, RADIUS, self.theme.card if plain else tones.fill, colour, thick, dash)  # type: ignore[union-attr]
        if 0 < block.header < box.height:
            yield f'<path d="{_header(box, block.header)}" fill="{band}"/>'
        if card.final:
            yield self.rectangle("ring", box.grown(RING, RING, RING, RING), RADIUS + RING, "none", colour, 1.4)
        owner = colour if self.theme.owner_in_colour else self.theme.second
        inks = {"owner": owner, "on_team": self.theme.on_team, "words": self.theme.ink, "quiet": self.theme.second}
        if tones is not None:
            quiet = cover is not None and cover.tone == "faded"
            inks |= {"on_team": tones.on_band, "owner": self.theme.second, "words": tones.ink if quiet else self.theme.ink}
            inks |= {"ink": tones.ink} if quiet else {}
        yield from self.icons(block.icons, box, inks)
        yield from self.texts(block.runs, box, inks)
        if tones is None:
            yield from self.beyond_palette(card.team, (box.right - 3, box.y + 1))
        if cover is not None:
            yield from self.bar(cover, box, card.id)
            yield from self.sign(cover, box)
        yield "</g>"

    def beyond_palette(self, team: int | None, at: Point) -> Iterator[str]:
        """What tells owners apart for whom there is no colour left."""
        if team is not None and team >= len(self.theme.teams):
            yield from dots(team - len(self.theme.teams) + 1, at, self.theme.team(team), self.theme.canvas)

    def sign(self, cover: Cover, box: Box, tops: Iterable[float] = (0.0,)) -> Iterator[str]:
        """What a cover says of its card or pill, as a badge at the corner, or of each rule of a pill where that begins."""
        own = cover.sign or (cover.tone if cover.signed else None)
        for (tone, said), top in zip(cover.signs or ((own, ""),), tops, strict=False):
            if tone is not None:
                y = top or (-1.0 if said else 1.0)  # what is said takes more room, and stands above the first line
                yield from tone_badge(tone, (box.x + 3, box.y + y), self.theme, clean(said))

    def bar(self, cover: Cover, box: Box, card: str) -> Iterator[str]:
        """Shares of a whole at the bottom of a card."""
        total = sum(share for _, share in cover.bar)
        if not total:
            return
        x, wide = box.x + 14, box.width - 28
        high, up = (BAR, 7) if self.blocks[card].header else (3.5, 5)
        for tone, share in cover.bar:
            part = Box(x, box.bottom - high - up, wide * share / total, high)
            yield self.rectangle("share", part, 0, self.theme.tones[tone].band, "none", 0)
            x += part.width

    def pill(self, pill: Pill) -> Iterator[str]:
        box, block = self.layout.boxes[pill.id], self.blocks[pill.id]
        cover = self.overlay.covers.get(pill.id)
        colours = self.theme.kinds[pill.kind]
        line, fill, ink = colours.line, colours.fill, colours.ink
        chip = self.scene.plan == "lanes"
        if chip:
            fill, ink = line, self.theme.canvas
        if cover is not None:
            tones = self.theme.tones[cover.tone]
            line, fill, ink = tones.line, tones.fill, tones.ink
        inks = {"line": line, "words": ink, "quiet": ink}
        label = escape(pill_label(pill, self.scene) + ("" if cover is None else said_label(cover)))
        yield f'<g class="pill {pill.kind}" data-id="{escape(clean(pill.id))}" role="graphics-symbol img" aria-label="{label}">'
        if pill.stub:
            yield self.stub(box, line, cover.wide if cover is not None else 0)
        signed = cover is not None and cover.small and not cover.number and has_badge(pill.kind)
        dashed = (pill.kind == "stay" and self.scene.plan != "markets") or (cover is not None and cover.dashed)
        if cover is not None and cover.small:
            yield from self.through(pill, line, cover)
            box = chip_box(box, block, cover.number, signed=signed)
            block = attrs.evolve(block, runs=in_chip(block, box, self.layout.boxes[pill.id], signed=signed))
        yield self.rectangle(
            "box", box, RADIUS, fill, line, 1, DASHES["relapse" if cover is not None else "stay"] if dashed else ""
        )
        for y in block.rules:
            yield f'<path d="M{number(box.x + 8)} {number(box.y + y)}H{number(box.right - 8)}" stroke="{line}" stroke-opacity=".4"/>'
        yield from self.icons(block.icons, box, inks)
        yield from self.texts(block.runs, box, inks)
        if cover is not None and cover.number:
            yield from self.step(cover, box)
        if cover is not None and (cover.signed or cover.sign or cover.signs):
            yield from self.sign(cover, box, (0.0, *block.rules))
        elif chip:
            yield from sign_of(pill.kind, (box.x + 11, box.middle[1]), ink)
        elif signed:
            x, y = sign_place(block.runs)
            yield from sign_of(pill.kind, (box.x + x, box.y + y), ink)
        elif cover is None or not cover.small:
            yield from badge(pill.kind, (box.x + 3, box.y + 1), line, self.theme.canvas)
        yield "</g>"

    def step(self, cover: Cover, box: Box) -> Iterator[str]:
        """The number of a step, at the left of a pill."""
        tones, middle, wide = self.theme.tones["here"], box.middle[1], step_width(cover.number)
        yield self.rectangle("step", Box(box.x + 4, middle - 11, wide, 22), 6, tones.band, "none", 0)
        run = Run(cover.number, 4 + wide / 2, box.height / 2 + 5, 14 if wide < WIDEST_STEP else 12, "Bold", "words")
        yield from self.texts((run,), box, {"words": tones.on_band})

    def through(self, pill: Pill, colour: str, cover: Cover) -> Iterator[str]:
        """Where a pill shrinks, its lines run on through the place that it leaves."""
        wide, faded = cover.wide, self.theme.tones["faded"].line
        came = [
            (route, not cover.came or link.tail in cover.came)
            for link, route in zip(self.scene.links, self.layout.routes, strict=True)
            if link.head == pill.id
        ]
        came.sort(key=lambda item: item[1])  # what is faded below what is not
        left = [route for link, route in zip(self.scene.links, self.layout.routes, strict=True) if link.tail == pill.id]
        middle = self.layout.boxes[pill.id].middle
        for route, own in came:
            line, thick = (colour, wide) if own else (faded, 1.6)
            yield _curve(route.points[-1], _beside(route.points[::-1]), middle, line, thick)
        for route in left:
            yield _curve(route.points[0], _beside(route.points), middle, colour, wide)
        if pill.stub and not came:
            box = self.layout.boxes[pill.id]
            yield f'<path d="M{number(box.x)} {number(middle[1])}H{number(middle[0])}" stroke="{colour}" stroke-width="{wide or 2.2:g}"/>'

    def frame(self, frame: Frame) -> Iterator[str]:
        box, block = self.layout.boxes[frame.id], self.blocks[frame.id]
        yield f'<g class="frame" data-id="{escape(clean(frame.id))}" role="group" aria-label="{escape(clean(frame.title))}">'
        yield self.rectangle("box", box, RADIUS + 4, self.theme.lane, self.theme.rule, 1.4)
        yield from self.texts(block.runs, box, {})
        yield "</g>"

    def lane(self, lane: Lane) -> Iterator[str]:
        """A band: its name at the left (of a column: above) on its colour."""
        box, block = self.layout.boxes[lane.id], self.blocks[lane.id]
        colour = self.theme.team(lane.team)
        yield f'<g class="lane" data-id="{escape(clean(lane.id))}" role="group" aria-label="{escape(clean(lane.title))}">'
        yield self.rectangle("tint", box, RADIUS, colour, "none", 0).replace("/>", ' fill-opacity=".08"/>')
        head = Box(box.x, box.y, block.width, box.height if self.scene.plan != "composite" else block.height)
        yield self.rectangle("box", head, RADIUS, colour, "none", 0)
        drop = (head.height - block.height) / 2
        yield from self.texts(block.runs, head.moved(0, drop), {"on_team": self.theme.on_team})
        yield "</g>"

    def link(self, link: Link, route: Route) -> Iterator[str]:
        colour, wide = self.theme.kinds[link.kind].line, LINE_WIDTHS.get(link.kind, 2.2)
        cover = self.overlay.covers.get(link.head) if link.head in self.pill_ids else self.overlay.covers.get(link.tail)
        if cover is not None and link.head not in self.pill_ids and link.tail not in self.pill_ids:
            cover = Cover("faded")  # a line without a rule on it says the same whoever stands at its end
        if cover is not None and cover.came and link.head in self.pill_ids and link.tail not in cover.came:
            cover = Cover("faded")
        dashes = DASHES.get(link.kind, "")
        if cover is not None:
            colour, wide = self.theme.tones[cover.tone].line, cover.wide or (1.6 if cover.tone == "faded" else wide)
            dashes = "7 4" if cover.dashed else "" if cover.wide else dashes
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        yield f'<g class="link {link.kind}" data-tail="{escape(clean(link.tail))}" data-head="{escape(clean(link.head))}" aria-hidden="true">'
        yield f'<path d="{_path(route)}" fill="none" stroke="{colour}" stroke-width="{wide}"{dash}/>'
        if route.tip is not None:
            yield f'<path d="{_arrow(route.points[-1], route.tip, max(4.6, wide * 1.1))}" fill="{colour}"/>'
        yield "</g>"

    @cached_property
    def pill_ids(self) -> frozenset[str]:
        return frozenset(pill.id for pill in self.scene.pills)

    def start(self, mark: Mark) -> Iterator[str]:
        """Where the journey starts; as quiet as the card that it leads to."""
        card, (x, y) = self.layout.boxes[mark.on], self.layout.boxes[mark.id].middle
        cover = self.overlay.covers.get(mark.on)
        ink = self.theme.tones["faded"].line if cover is not None and cover.tone == "faded" else self.theme.second
        yield '<g class="start" aria-hidden="true">'
        yield f'<path d="M{number(x)} {number(y)}H{number(card.x - 9)}" stroke="{ink}" stroke-width="2.2"/>'
        yield f'<path d="{_arrow((card.x - 10, y), (card.x, y))}" fill="{ink}"/>'
        yield f'<circle cx="{number(x)}" cy="{number(y)}" r="7" fill="{ink}"/>'
        yield "</g>"

    def stub(self, box: Box, colour: str, wide: float = 0) -> str:
        x, y = box.x, box.middle[1]
        return (
            f'<path d="M{number(x)} {number(y)}h-8" stroke="{colour}" stroke-width="{wide or 2.2:g}"/>'
            f'<circle cx="{number(x - 11)}" cy="{number(y)}" r="4" fill="{self.theme.canvas}" stroke="{colour}" stroke-width="2"/>'
        )

    def swatch(self, key: Key, at: Point) -> Iterator[str]:
        """A tone of an overlay as the legend shows it."""
        x, y = at
        tones = self.theme.tones[key.tone]
        filled = tones.band if key.tone in (*STANDINGS, "here") else tones.fill
        dash = "5 4" if key.tone in ("removed", "linked") else ""
        yield self.rectangle("swatch", Box(x, y - 8, 24, 16), 4, filled, tones.line, 1.4, dash)
        if key.tone in STANDINGS:
            yield icon_path(Icon(key.tone, x + 12, y, 11, "ink"), (0, 0), tones.on_band)

    def legend(self) -> Iterator[str]:
        yield '<g class="legend" aria-hidden="true">'
        for swatch in self.furniture.swatches:
            yield self.rectangle("swatch", swatch.box, 4, self.theme.team(swatch.team), "none", 0)
            yield from self.beyond_palette(swatch.team, swatch.box.middle)
        for key, (x, y) in self.furniture.keys:
            tones = self.theme.tones[key.tone]
            if key.wide:
                yield f'<path d="M{number(x)} {number(y)}h26" stroke="{tones.line}" stroke-width="{key.wide:g}"/>'
                yield f'<path d="{_arrow((x + 25, y), (x + 36, y), max(4.6, key.wide * 1.1))}" fill="{tones.line}"/>'
                if key.kind is not None:
                    yield from badge(key.kind, (x + 8, y), tones.line, self.theme.canvas)
            elif key.signed and key.tone in SIGNED:
                yield from tone_badge(key.tone, (x + 12, y), self.theme)
            else:
                yield from self.swatch(key, (x, y))
        for kind, (x, y) in self.furniture.kinds:
            colours = self.theme.kinds[kind]
            dash = f' stroke-dasharray="{DASHES[kind]}"' if kind in DASHES else ""
            wide = LINE_WIDTHS.get(kind, 2.2)
            arrow = kind != "stay"  # who stays goes nowhere
            yield f'<path d="M{number(x + 8)} {number(y)}h{20 if arrow else 28}" stroke="{colours.line}" stroke-width="{wide}"{dash}/>'
            if arrow:
                yield f'<path d="{_arrow((x + 27, y), (x + 36, y))}" fill="{colours.line}"/>'
            yield from badge(kind, (x + 8, y), colours.line, self.theme.canvas)
        yield from self.icons(self.furniture.icons, Box(0, 0, 0, 0), {})
        for tone, said, at in self.furniture.signs:
            yield from tone_badge(tone, at, self.theme, said)
        yield "</g>"

    def rectangle(self, role: str, box: Box, radius: float, fill: str, stroke: str, wide: float, dash: str = "") -> str:
        x, y, width, height = number(box.x), number(box.y), number(box.width), number(box.height)
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        outline = f' stroke="{stroke}" stroke-width="{wide:g}"{dashes}' if stroke != "none" else ""
        return f'<rect class="{role}" x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}" fill="{fill}"{outline}/>'

    def ink(self, name: str, inks: Mapping[str, str]) -> str:
        known = {"ink": self.theme.ink, "second": self.theme.second, "third": self.theme.third, "quiet": self.theme.second}
        known |= {"gone": self.theme.gone, "come": self.theme.come, "words": self.theme.ink}
        return inks[name] if name in inks else known[name]

    def icons(self, icons: Iterable[Icon], box: Box, inks: Mapping[str, str]) -> Iterator[str]:
        for icon in icons:
            yield icon_path(icon, (box.x, box.y), self.ink(icon.ink, inks))

    def texts(self, runs: Iterable[Run], box: Box, inks: Mapping[str, str], *, hidden: bool = False) -> Iterator[str]:
        for run in runs:
            weight, style = WEIGHTS[run.face]
            looks = "" if weight == 400 else f' font-weight="{weight}"'
            looks += "" if style == "normal" else f' font-style="{style}"'
            centred, left = run.anchor == "middle", box.x + run.x
            if is_right_to_left(run.text):  # painters disagree about where such a line starts; they agree about its middle
                looks += ' direction="rtl"'
                left += 0 if centred else text_width(run.text, run.size, run.face) / 2
                centred = True
            anchor = ' text-anchor="middle"' if centred else ""
            x, y = number(left), number(box.y + run.y)
            looks += ' text-decoration="line-through"' if run.struck else ""
            quiet = ' aria-hidden="true"' if hidden else ""
            colour = self.ink(run.ink, inks)
            yield f'<text x="{x}" y="{y}" font-size="{run.size:g}" fill="{colour}"{looks}{anchor}{quiet}>{escape(run.text)}</text>'


def _path(route: Route) -> str:
    first, *rest = route.points
    start = f"M{number(first[0])} {number(first[1])}"
    return start + "C" + " ".join(f"{number(x)} {number(y)}" for x, y in rest)


def _beside(points: tuple[Point, ...]) -> Point:
    """The first point of a line that is not where it begins."""
    return next((point for point in points if point != points[0]), points[0])


def _curve(start: Point, before: Point, middle: Point, colour: str, wide: float) -> str:
    """From where a line ended, on in its direction, to the middle of a place."""
    (x, y), (bx, by), (mx, my) = start, before, middle
    length, reach = ((x - bx) ** 2 + (y - by) ** 2) ** 0.5 or 1.0, ((mx - x) ** 2 + (my - y) ** 2) ** 0.5 / 2
    cx, cy = x + (x - bx) / length * reach, y + (y - by) / length * reach
    if abs(y - by) < 1 or abs(x - bx) < 1:  # a line that came level or upright turns once
        cx, cy = (mx, y) if abs(y - by) < 1 else (x, my)
    d = f"M{number(x)} {number(y)}Q{number(cx)} {number(cy)} {number(mx)} {number(my)}"
    return f'<path class="through" d="{d}" fill="none" stroke="{colour}" stroke-width="{wide or 2.2:g}" stroke-linecap="round"/>'


def _arrow(base: Point, tip: Point, half: float = 4.6) -> str:
    (bx, by), (tx, ty) = base, tip
    dx, dy = tx - bx, ty - by
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    sx, sy = -dy / length * half, dx / length * half
    corners = ((tx, ty), (bx + sx, by + sy), (bx - sx, by - sy))
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in corners) + "Z"


def _header(box: Box, height: float) -> str:
    """The upper band of a card: round above, straight below."""
    x, y, right, r = box.x, box.y, box.right, RADIUS
    base = number(y + height)
    return (
        f"M{number(x)} {base}V{number(y + r)}Q{number(x)} {number(y)} {number(x + r)} {number(y)}"
        f"H{number(right - r)}Q{number(right)} {number(y)} {number(right)} {number(y + r)}V{base}Z"
    )


_TEXT = re.compile(r"<text ([^>]*)>([^<]*)</text>")


def _font_faces(lines: Iterable[str]) -> Iterator[str]:
    """Our typeface, as much of it as the text of a picture needs."""
    said: dict[Face, list[str]] = {face: [] for face in WEIGHTS}
    for line in lines:
        for looks, text in _TEXT.findall(line):
            said[_face(looks)].append(unescape(text))
    for face, texts in said.items():
        characters = frozenset(char for text in texts for char in text if fits_bundled_font(char))
        if characters:
            pairs = frozenset(one + other for text in texts for one, other in pairwise(text))
            data = base64.b64encode(woff(face, characters, pairs)).decode()
            yield _font_face(face, f"font/woff;base64,{data}", "woff")


def _face(looks: str) -> Face:
    """The face of a painted text, by its attributes."""
    if 'font-style="italic"' in looks:
        return "Italic"
    return "Bold" if 'font-weight="700"' in looks else "SemiBold" if 'font-weight="600"' in looks else "Regular"


def whole_faces(text: str) -> str:
    """Our typeface for a document whose text is not all known: Latin in every face, and other alphabets where that text has them.

    Example:
        >>> whole_faces("Żółć").count("@font-face"), whole_faces("Клиент").count("@font-face")
        (4, 8)
    """
    more = any(ord(char) > 0x17F and char.isalpha() and fits_bundled_font(char) for char in set(text))
    return "".join(_whole_face(face, part) for face in WEIGHTS for part in (("latin", "more") if more else ("latin",)))


@cache
def _whole_face(face: Face, part: str) -> str:
    data = base64.b64encode((FONTS / f"Inter-{face}-{part}.woff2").read_bytes()).decode()
    latin = (FONTS / "characters-latin.txt").read_text(encoding="ascii").split()
    only = f"unicode-range:{','.join('U+' + item for item in latin)};" if part == "latin" else ""
    return _font_face(face, f"font/woff2;base64,{data}", "woff2", only)


def _font_face(face: Face, data: str, form: str, only: str = "") -> str:
    weight, style = WEIGHTS[face]
    source = f"src:url(data:{data}) format('{form}')"
    return f"@font-face{{font-family:Inter;font-weight:{weight};font-style:{style};{only}{source}}}"
