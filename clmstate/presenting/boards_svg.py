"""Boards as pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from clmstate.drawing.measure import text_width, wrap
from clmstate.drawing.png import rasterise
from clmstate.drawing.svg import FAMILY, WEIGHTS, escape, number
from clmstate.drawing.theme import THEMES, Theme, ThemeName
from clmstate.presenting.board import HEIGHT, LEADING, SPARE, WIDTH, Board, Line, Panel, Said, Sign, height_of, plain
from clmstate.presenting.frame import framed

__all__ = ["board_png", "board_svg"]


def board_svg(board: Board, theme: ThemeName | Theme = "light") -> str:
    """A board as an SVG document.

    Example:
        >>> board_svg(Board("The first year")).startswith("<svg ")
        True
    """
    return "\n".join(_document(board, THEMES[theme] if isinstance(theme, str) else theme)) + "\n"


def board_png(board: Board, theme: ThemeName | Theme = "light", scale: float = 2) -> bytes:
    r"""A board as pixels, `scale` of them a point.

    Example:
        >>> board_png(Board("The first year"), scale=1)[:4]
        b'\x89PNG'
    """
    return rasterise(board_svg(board, theme), scale=scale, width=WIDTH, height=HEIGHT)


def _document(board: Board, theme: Theme) -> Iterator[str]:
    spoken = ". ".join(plain(said.text) for shape in board.shapes if isinstance(shape, Panel) for said in shape.said)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img" aria-label="{escape(f"{plain(board.title)}. {plain(board.subtitle)} {spoken}")}" font-family="{FAMILY}">'
    )
    yield f"<title>{escape(plain(board.title))}</title>"
    yield f'<rect width="100%" height="100%" fill="{theme.canvas}"/>'
    for shape in framed(board, theme):
        match shape:
            case Panel():
                yield from _panel(shape)
            case Line():
                yield from _line(shape)
            case Sign():
                yield _sign(shape)
    yield "</svg>"


def _panel(panel: Panel) -> Iterator[str]:
    box = panel.box
    if panel.fill or panel.line:
        stroke = f' stroke="{panel.line}" stroke-width="{panel.weight:g}"' if panel.line else ""
        stroke += ' stroke-dasharray="4 3"' if panel.dashed else ""
        if panel.flat:
            path = f"M{number(box.x)} {number(box.bottom)}v{number(panel.radius - box.height)}q0 {-panel.radius:g} {panel.radius:g} {-panel.radius:g}"
            path += f"h{number(box.width - 2 * panel.radius)}q{panel.radius:g} 0 {panel.radius:g} {panel.radius:g}V{number(box.bottom)}Z"
            yield f'<path d="{path}" fill="{panel.fill or "none"}"{stroke}/>'
        else:
            yield (
                f'<rect x="{number(box.x)}" y="{number(box.y)}" width="{number(box.width)}" height="{number(box.height)}" '
                f'rx="{panel.radius:g}" fill="{panel.fill or "none"}"{stroke}/>'
            )
    width = box.width - 2 * panel.inset[0]
    y = box.y + panel.inset[1]
    if panel.middle:
        y = box.y + (box.height - height_of(panel.said, width)) / 2
    for index, said in enumerate(panel.said):
        y += said.above if index else 0
        yield from _paragraph(said, panel, y, width)
        y += height_of([said], width)


def _paragraph(said: Said, panel: Panel, y: float, width: float) -> Iterator[str]:
    indent = said.size if said.bullet else 0
    weight, style = WEIGHTS[said.face]
    looks = ("" if weight == 400 else f' font-weight="{weight}"') + ("" if style == "normal" else f' font-style="{style}"')
    left = panel.box.x + panel.inset[0]
    x = {"left": left + indent, "middle": left + width / 2, "right": left + width}[panel.align]
    anchor = {"left": "", "middle": ' text-anchor="middle"', "right": ' text-anchor="end"'}[panel.align]
    for index, line in enumerate(wrap(said.text, max((width - indent) * SPARE, said.size), said.size, said.face)):
        base = y + (index + 0.82) * said.size * LEADING
        common = f'y="{number(base)}" font-size="{said.size:g}" fill="{said.colour}"{looks}'
        if index == 0 and said.bullet:
            start = x if panel.align == "left" else x - text_width(line, said.size, said.face) / 2
            yield f'<text x="{number(start - indent * 0.8)}" {common}>•</text>'
        yield f'<text x="{number(x)}" {common}{anchor}>{escape(line)}</text>'


def _line(line: Line) -> Iterator[str]:
    points = line.route.points
    path = f"M{number(points[0][0])} {number(points[0][1])}C" + " ".join(f"{number(x)} {number(y)}" for x, y in points[1:])
    dash = ' stroke-dasharray="6 4"' if line.dashed else ""
    yield f'<path d="{path}" fill="none" stroke="{line.colour}" stroke-width="{line.weight:g}"{dash}/>'
    if line.route.tip is not None:
        (bx, by), (tx, ty) = points[-1], line.route.tip
        dx, dy = tx - bx, ty - by
        long = (dx * dx + dy * dy) ** 0.5 or 1.0
        sx, sy = -dy / long * 3.6, dx / long * 3.6
        yield f'<path d="M{number(tx)} {number(ty)}L{number(bx + sx)} {number(by + sy)}L{number(bx - sx)} {number(by - sy)}Z" fill="{line.colour}"/>'


def _sign(sign: Sign) -> str:
    x, y, r, b = sign.box.x, sign.box.y, sign.box.right, sign.box.bottom
    mx, my = sign.box.middle
    edge = f' stroke="{sign.edge}" stroke-width="1.2"' if sign.edge else ""
    points: tuple[tuple[float, float], ...]
    match sign.shape:
        case "circle":
            return f'<circle cx="{number(mx)}" cy="{number(my)}" r="{number(sign.box.width / 2)}" fill="{sign.fill}"{edge}/>'
        case "diamond":
            points = ((mx, y), (r, my), (mx, b), (x, my))
        case "triangle":
            points = ((mx, y), (r, b), (x, b))
        case "square":
            points = ((x, y), (r, y), (r, b), (x, b))
        case _:
            assert_never(sign.shape)
    return f'<polygon points="{" ".join(f"{number(px)},{number(py)}" for px, py in points)}" fill="{sign.fill}"{edge}/>'
