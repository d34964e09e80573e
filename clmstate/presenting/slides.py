"""Boards as slides: native shapes that people can edit, real titles, speaker notes; python-pptx is loaded here only."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clmstate.drawing.geometry import Box, Point
from clmstate.drawing.measure import is_right_to_left
from clmstate.drawing.theme import THEMES, Theme, ThemeName
from clmstate.errors import Diagnostic, InputError, not_installed
from clmstate.presenting.board import HEIGHT, WIDTH, Board, Line, Panel, Said, Sign, plain
from clmstate.presenting.frame import subtitle_panel, title_panel
from clmstate.writing import finite

if TYPE_CHECKING:
    from pptx.presentation import Presentation
    from pptx.slide import Slide

__all__ = ["pptx_bytes"]

_POINT = 12_700  # English metric units
_ALIGN = {"left": "l", "middle": "ctr", "right": "r"}
_FONT = "Arial"
_CORNER = 1 - 0.5**0.5


def pptx_bytes(boards: Iterable[Board], theme: ThemeName | Theme = "light", logo: str | Path | None = None) -> bytes:
    r"""A presentation with one slide a board.

    Args:
        boards: in order.
        theme: light or dark, or one with a company's own colours; a logo of its own counts where no other is given.
        logo: a PNG or JPEG for the upper right corner of each slide.

    Raises:
        InputError: CLM306, python-pptx is not installed; CLM411, the logo cannot be used.

    Example:
        >>> pptx_bytes([Board("The first year")])[:2]
        b'PK'
    """
    try:
        import pptx
    except ImportError:
        raise not_installed("slides", "writing them", "python-pptx", "slides", "draw them as pictures, into a folder") from None
    deck = pptx.Presentation()
    colours = THEMES[theme] if isinstance(theme, str) else theme
    _prepared(deck, colours)
    picture = _own_logo(colours) if logo is None else _logo(Path(logo))
    for board in boards:
        _Painter(deck, colours, board, picture).paint()
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def _own_logo(theme: Theme) -> bytes | None:
    """The logo of a theme file, which is kept as a data address."""
    return base64.b64decode(theme.logo.partition("base64,")[2]) if theme.logo else None


def _logo(path: Path) -> bytes:
    try:
        content = finite(path).read_bytes()
    except (OSError, ValueError) as failed:
        cause = f"the logo cannot be read ({getattr(failed, 'strerror', None) or failed})"
        raise InputError([Diagnostic("CLM411", str(path), cause, "name a PNG or JPEG file")]) from None
    if not content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        raise InputError([Diagnostic("CLM411", str(path), "the logo is neither PNG nor JPEG", "name a PNG or JPEG file")])
    return content


def _prepared(deck: Presentation, theme: Theme) -> None:
    """The size of the slides, and a master in our typeface and colours, so that what people add later looks like the rest."""
    from pptx.util import Emu

    stretch = WIDTH * _POINT / int(deck.slide_width or 1)
    deck.slide_width, deck.slide_height = Emu(WIDTH * _POINT), Emu(HEIGHT * _POINT)
    for level in (deck.slide_master, *deck.slide_layouts):
        for shape in level.placeholders:
            shape.left, shape.width = Emu(int(shape.left * stretch)), Emu(int(shape.width * stretch))
    part = next(rel.target_part for rel in deck.slide_master.part.rels.values() if rel.reltype.endswith("/theme"))
    said = part.blob.decode("utf-8")
    said = re.sub(r'(<a:(?:major|minor)Font>\s*<a:latin typeface=")[^"]*', rf"\g<1>{_FONT}", said)
    for number, colour in enumerate([*theme.teams, theme.second, theme.third][:6], 1):
        said = re.sub(rf"(<a:accent{number}>\s*)<a:srgbClr val=\"[0-9A-Fa-f]{{6}}\"", rf'\g<1><a:srgbClr val="{colour[1:]}"', said)
    part._blob = said.encode("utf-8")


class _Painter:
    """One slide."""

    def __init__(self, deck: Presentation, theme: Theme, board: Board, logo: bytes | None) -> None:
        self.theme, self.board, self.logo = theme, board, logo
        self.slide: Slide = deck.slides.add_slide(deck.slide_layouts[5])  # a title and nothing else
        self.made: dict[str, Any] = {}
        self.number = 0

    def paint(self) -> None:
        """Everything on the slide, back to front."""
        fill = self.slide.background.fill
        fill.solid()
        fill.fore_color.rgb = _rgb(self.theme.canvas)
        self.title()
        below = None if self.board.bare else subtitle_panel(self.board, self.theme)
        for shape in (*([below] if below is not None else []), *self.board.shapes):
            match shape:
                case Panel():
                    self.panel(shape)
                case Line():
                    self.line(shape)
                case Sign():
                    self.sign(shape)
        if self.logo is not None:
            self.picture(self.logo)
        if self.board.notes:
            self.slide.notes_slide.notes_text_frame.text = "\n".join(plain(line) for line in self.board.notes)  # type: ignore[union-attr]

    def title(self) -> None:
        """The slide's title is a real one, so that outlines and screen readers find it; a bare board shows it in its first panel."""
        holder: Any = self.slide.shapes.title
        shown = (
            next(s for s in self.board.shapes if isinstance(s, Panel)) if self.board.bare else title_panel(self.board, self.theme)
        )
        self.place(holder, shown.box)
        self.fill_text(holder.text_frame, shown)

    def panel(self, panel: Panel) -> None:
        """A rectangle with its text, or text alone."""
        from pptx.enum.shapes import MSO_SHAPE

        if self.board.bare and panel is self.board.shapes[0]:
            return
        box = panel.box
        if panel.fill is None and panel.line is None:
            made: Any = self.slide.shapes.add_textbox(*_emu(box))
        else:
            kind = MSO_SHAPE.RECTANGLE
            if panel.radius:
                kind = MSO_SHAPE.ROUND_2_SAME_RECTANGLE if panel.flat else MSO_SHAPE.ROUNDED_RECTANGLE
            made = self.slide.shapes.add_shape(kind, *_emu(box))
            if panel.radius:
                made.adjustments[0] = min(0.5, panel.radius / max(min(box.width, box.height), 1))
            self.looks(made, panel.fill, panel.line, panel.weight, dashed=panel.dashed)
        self.named(made, panel.name or (panel.said[0].text if panel.said else "Box"))
        if panel.name:
            self.made[panel.name] = made
        self.fill_text(made.text_frame, panel)

    def fill_text(self, frame: Any, panel: Panel) -> None:
        """Paragraphs as they are; the application breaks the lines."""
        from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE
        from pptx.util import Pt

        frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
        frame.vertical_anchor = MSO_ANCHOR.MIDDLE if panel.middle else MSO_ANCHOR.TOP
        corner = panel.radius * _CORNER  # a rounded rectangle keeps its text that far from its edges by itself
        across, down = (round(max(0.0, each - corner) * _POINT) for each in panel.inset)
        frame.margin_left = frame.margin_right = across
        frame.margin_top = frame.margin_bottom = 0 if panel.middle else down
        for number, said in enumerate(panel.said):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            run = paragraph.add_run()
            run.text = plain(said.text)
            font = run.font
            font.size, font.bold, font.italic = Pt(round(said.size, 1)), said.face in ("Bold", "SemiBold"), said.face == "Italic"
            font.color.rgb = _rgb(said.colour)
            paragraph.space_before = Pt(round(said.above, 1) if number else 0)
            _paragraph_looks(paragraph, said, panel)

    def line(self, line: Line) -> None:
        """A connector where the line is straight, a curve elsewhere."""
        points = [*line.route.points, *([line.route.tip] if line.route.tip is not None else [])]
        if _straight(points):
            self.connector(line, points[0], points[-1])
        else:
            self.curve(line, points[-1])

    def connector(self, line: Line, start: Point, end: Point) -> None:
        """A straight line, glued to what it connects where it ends in the middle of an edge."""
        from pptx.enum.shapes import MSO_CONNECTOR

        made = self.slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, *map(_length, (*start, *end)))
        self.stroke(made, line)
        for end_name, point, glue in zip(line.ends or (), (start, end), (made.begin_connect, made.end_connect), strict=False):
            shape = self.made.get(end_name)
            site = None if shape is None else _site(shape, point)
            if site is not None:
                glue(shape, site)  # type: ignore[no-untyped-call]  # of python-pptx

    def stroke(self, made: Any, line: Line) -> None:
        """Colour, weight, dashes and arrow of a connector."""
        from pptx.enum.dml import MSO_LINE
        from pptx.util import Pt

        _without_style(made)
        made.line.color.rgb, made.line.width = _rgb(line.colour), Pt(line.weight)
        if line.dashed:
            made.line.dash_style = MSO_LINE.DASH
        if line.route.tip is not None:
            made.line._get_or_add_ln().append(_xml('<a:tailEnd xmlns:a="{a}" type="triangle" w="med" len="med"/>'))
        self.named(made, "Line")

    def curve(self, line: Line, tip: Point) -> None:
        """A true cubic curve as a freeform."""
        points = list(line.route.points)
        last = points[-1] if line.route.tip is None else tip
        points[-1] = last
        xs, ys = [x for x, _ in points], [y for _, y in points]
        box = Box(min(xs), min(ys), max(max(xs) - min(xs), 1), max(max(ys) - min(ys), 1))

        def at(point: Point) -> str:
            return f'<a:pt x="{round((point[0] - box.x) * _POINT)}" y="{round((point[1] - box.y) * _POINT)}"/>'

        moves = "".join(
            f"<a:cubicBezTo>{at(points[n])}{at(points[n + 1])}{at(points[n + 2])}</a:cubicBezTo>"
            for n in range(1, len(points) - 2, 3)
        )
        left, top, width, height = _emu(box)
        self.number += 1
        dash = '<a:prstDash val="dash"/>' if line.dashed else ""
        head = '<a:tailEnd type="triangle" w="med" len="med"/>' if line.route.tip is not None else ""
        new = max((int(shape.shape_id) for shape in self.slide.shapes), default=1) + 1
        self.slide.shapes._spTree.append(
            _xml(
                f'<p:sp xmlns:p="{{p}}" xmlns:a="{{a}}"><p:nvSpPr><p:cNvPr id="{new}" name="Curve {self.number}"/><p:cNvSpPr/><p:nvPr/>'
                f'</p:nvSpPr><p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm><a:custGeom>'
                f'<a:avLst/><a:gdLst/><a:ahLst/><a:cxnLst/><a:rect l="0" t="0" r="r" b="b"/><a:pathLst><a:path w="{width}" h="{height}" '
                f'fill="none"><a:moveTo>{at(points[0])}</a:moveTo>{moves}</a:path></a:pathLst></a:custGeom><a:noFill/>'
                f'<a:ln w="{round(line.weight * _POINT)}"><a:solidFill><a:srgbClr val="{line.colour[1:]}"/></a:solidFill>{dash}<a:round/>'
                f"{head}</a:ln></p:spPr></p:sp>"
            )
        )

    def sign(self, sign: Sign) -> None:
        """A small shape."""
        from pptx.enum.shapes import MSO_SHAPE

        kinds = {
            "diamond": MSO_SHAPE.DIAMOND,
            "circle": MSO_SHAPE.OVAL,
            "triangle": MSO_SHAPE.ISOSCELES_TRIANGLE,
            "square": MSO_SHAPE.RECTANGLE,
        }
        made = self.slide.shapes.add_shape(kinds[sign.shape], *_emu(sign.box))
        self.looks(made, sign.fill, sign.edge, 1.2)
        self.named(made, sign.shape.capitalize())

    def looks(self, made: Any, fill: str | None, line: str | None, weight: float, *, dashed: bool = False) -> None:
        """Fill and outline, without the shadow and the effects of the theme's style."""
        from pptx.enum.dml import MSO_LINE
        from pptx.util import Pt

        _without_style(made)
        if fill is None:
            made.fill.background()
        else:
            made.fill.solid()
            made.fill.fore_color.rgb = _rgb(fill)
        if line is None:
            made.line.fill.background()
        else:
            made.line.color.rgb, made.line.width = _rgb(line), Pt(weight)
            if dashed:
                made.line.dash_style = MSO_LINE.DASH

    def place(self, made: Any, box: Box) -> None:
        """Moves a placeholder."""
        made.left, made.top, made.width, made.height = _emu(box)

    def named(self, made: Any, name: str) -> None:
        """What the shape is called in the selection pane."""
        made.name = plain(name)[:120] or "Shape"

    def picture(self, content: bytes) -> None:
        """The logo, in the upper right corner."""
        try:
            made = self.slide.shapes.add_picture(io.BytesIO(content), _length(0), _length(0))
        except Exception as failed:  # noqa: BLE001 -- whatever the image library says about a broken file
            raise InputError(
                [Diagnostic("CLM411", "logo", f"it is no image ({type(failed).__name__})", "name a PNG or JPEG file")]
            ) from None
        scale = min(72 * _POINT / made.width, 36 * _POINT / made.height)
        wide, tall = made.width * scale / _POINT, made.height * scale / _POINT
        self.place(made, Box(WIDTH - 32 - wide, 20, wide, tall))
        made.name = "Logo"


def _paragraph_looks(paragraph: Any, said: Said, panel: Panel) -> None:
    properties = paragraph._p.get_or_add_pPr()
    backwards = is_right_to_left(said.text)
    properties.set("algn", {"l": "r", "r": "l"}.get(_ALIGN[panel.align], "ctr") if backwards else _ALIGN[panel.align])
    if backwards:
        properties.set("rtl", "1")
    indent = round(said.size * _POINT) if said.bullet else 0
    properties.set("marL", str(indent))
    properties.set("indent", str(-indent))
    properties.append(_xml('<a:buChar xmlns:a="{a}" char="•"/>' if said.bullet else '<a:buNone xmlns:a="{a}"/>'))


def _rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor(*bytes.fromhex(colour[1:]))  # type: ignore[no-untyped-call]  # of python-pptx


def _emu(box: Box) -> tuple[Any, Any, Any, Any]:
    left, top, width, height = map(_length, (box.x, box.y, box.width, box.height))
    return left, top, width, height


def _length(points: float) -> Any:
    from pptx.util import Emu

    return Emu(round(points * _POINT))


_SPACES: Mapping[str, str] = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
}


def _xml(said: str) -> Any:
    from pptx.oxml import parse_xml

    return parse_xml(said.replace("{a}", _SPACES["a"]).replace("{p}", _SPACES["p"]))


def _without_style(made: Any) -> None:
    """Drops the reference to the theme's style: its shadow, its outline and its white text."""
    style = made._element.find(f"{{{_SPACES['p']}}}style")
    if style is not None:
        made._element.remove(style)


def _straight(points: list[Point]) -> bool:
    (x1, y1), (x2, y2) = points[0], points[-1]
    long = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5 or 1.0
    return all(abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / long < 1.5 for x, y in points)


def _site(shape: Any, point: Point) -> int | None:
    """Which connection site of a rectangle a point is: above, left, below, right; None if it is none of them."""
    left, top, width, height = (int(each) / _POINT for each in (shape.left, shape.top, shape.width, shape.height))
    sites = ((left + width / 2, top), (left, top + height / 2), (left + width / 2, top + height), (left + width, top + height / 2))
    near = min(range(4), key=lambda n: abs(sites[n][0] - point[0]) + abs(sites[n][1] - point[1]))
    return near if abs(sites[near][0] - point[0]) + abs(sites[near][1] - point[1]) < 6 else None
