"""The picture as Graphviz source, built by the `graphviz` package, for those who want to go on in Graphviz.

Every node and every spline is pinned (``layout=nop2``), so each Graphviz draws the skeleton that the SVG has. Labels are plain text, not
HTML, because WebAssembly builds of Graphviz cannot set HTML labels; signs that the SVG draws are characters here, and old words that it
strikes out stand in brackets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from clmstate.drawing.blocks import Block, Icon, Run
from clmstate.drawing.covers import covered
from clmstate.drawing.geometry import Box, Route
from clmstate.drawing.layout import Layout
from clmstate.drawing.measure import clean, text_width, wrap
from clmstate.drawing.overlay import Overlay
from clmstate.drawing.renderers import missing_package
from clmstate.drawing.scene import Card, Lane, Link, Mark, Pill, Scene
from clmstate.drawing.signs import CLAUSE_SIGNS, KIND_SIGNS, STANDING_SIGNS, marked, meanings
from clmstate.drawing.theme import Theme

if TYPE_CHECKING:
    from graphviz import Digraph

__all__ = ["to_dot"]

_FONT = "Inter, Segoe UI, Roboto, Arial"
_TITLE, _SUBTITLE, _LEGEND, _CARD, _RULE = 30, 16, 13, 16, 13  # sizes of type
_ABOVE, _BELOW = 80.0, 40.0  # room for the title, and for what the signs mean
_LEADING, _CLEAR = 1.2, 2.0  # of Graphviz's lines, and what stays free above and below them
_STEPS = 320.0  # width of what the numbers stand for


def to_dot(scene: Scene, blocks: Mapping[str, Block], layout: Layout, theme: Theme, overlay: Overlay | None = None) -> str:
    """The pinned DOT source of a placed scene.

    Example:
        >>> from clmstate.drawing.scene import Card
        >>> from clmstate.drawing.theme import THEMES
        >>> block, box = Block(150, 60, 40), Box(0, 0, 150, 60)
        >>> scene = Scene("Trial", cards=(Card("trial", "Trial"),))
        >>> "layout=nop2" in to_dot(scene, {"trial": block}, Layout(150, 60, {"trial": box}, ()), THEMES["light"])
        True
    """
    try:
        import graphviz
    except (ImportError, OSError) as missing:
        raise missing_package("graphviz", missing) from missing

    laid = Overlay() if overlay is None else overlay
    graph = graphviz.Digraph("journey", comment=clean(laid.title or scene.title).replace("\\", "/"))
    graph.attr("graph", layout="nop2", bgcolor=theme.canvas, outputorder="edgesfirst", pad="0.4", fontname=_FONT)
    graph.attr("node", shape="box", style="rounded,filled", fixedsize="true", margin="0", fontname=_FONT, fontsize=str(_RULE))
    graph.attr("edge", arrowsize="0.9")
    picture = _Dot(graph, scene, covered(scene, blocks, laid), layout, theme, laid)
    picture.fill()
    return str(graph.source)


class _Dot:
    """A graph that is filled with what a picture shows, from back to front."""

    def __init__(
        self, graph: Digraph, scene: Scene, blocks: Mapping[str, Block], layout: Layout, theme: Theme, overlay: Overlay
    ) -> None:
        self.graph, self.scene, self.blocks, self.layout = graph, scene, blocks, layout
        self.theme, self.overlay, self.said = theme, overlay, ""

    def fill(self) -> None:
        for lane in self.scene.lanes:
            self.lane(lane)
        for frame in self.scene.frames:
            looks = {
                "style": "rounded",
                "color": self.theme.rule,
                "fontcolor": self.theme.second,
                "labelloc": "t",
            }  # no fill: lines
            lines = [f"   {line}" for line in _lines(self.blocks[frame.id].runs)]  # at the left: lines come in above the middle
            self.node(_name(frame.id), self.layout.boxes[frame.id], lines, "\\l", **looks)
        for mark in self.scene.marks:
            self.mark(mark)
        for card in self.scene.cards:
            self.card(card)
        for pill in self.scene.pills:
            self.pill(pill)
        pills = {pill.id for pill in self.scene.pills}
        for link, route in zip(self.scene.links, self.layout.routes, strict=True):
            self.link(link, route, pills)
        self.around()

    def node(self, name: str, box: Box, lines: Sequence[str], end: str = "\\n", **looks: str) -> None:
        """A node at its place, with the lines of its label."""
        import graphviz

        label = graphviz.nohtml(end.join(graphviz.escape(line) for line in lines) + ("" if end == "\\n" else end))
        x, y = box.middle
        place = {
            "pos": f"{x:.1f},{self.layout.height - y:.1f}",
            "width": f"{box.width / 72:.4f}",
            "height": f"{box.height / 72:.4f}",
        }
        self.graph.node(name, label=label, **place, **looks)
        self.said += "".join(f"\n{line}" for line in lines)

    def text(self, name: str, box: Box, lines: Sequence[str], colour: str, size: int, end: str = "\\n") -> None:
        """Words without a shape of their own."""
        if any(lines):
            self.node(name, box, lines, end, shape="none", style="", fontcolor=colour, fontsize=str(size))

    def lane(self, lane: Lane) -> None:
        """A band or column: its name on its colour."""
        box, block, colour = self.layout.boxes[lane.id], self.blocks[lane.id], self.theme.team(lane.team)
        self.node(f"lane {_name(lane.id)}", box, (), fillcolor=f"{colour}14", color=f"{colour}14")
        head = Box(box.x, box.y, block.width, block.height if self.scene.plan == "composite" else box.height)
        lines = _lines(block.runs)
        self.node(f"name of lane {_name(lane.id)}", head, lines, fillcolor=colour, color=colour, fontcolor=self.theme.on_team)

    def mark(self, mark: Mark) -> None:
        """Where the journey starts."""
        colour, box, marked = self.theme.second, self.layout.boxes[mark.id], self.layout.boxes[mark.on]
        self.node(_name(mark.id), box, (), shape="circle", fillcolor=colour, color=colour)
        start = box.middle
        straight = Route((start, start, (marked.x - 9, start[1]), (marked.x - 9, start[1])), (marked.x, start[1]))
        self.graph.edge(_name(mark.id), _name(mark.on), pos=_pos(straight, self.layout.height), color=colour)

    def card(self, card: Card) -> None:
        """A phase: its shape, the words of its header, and those below."""
        block, box, cover = self.blocks[card.id], self.layout.boxes[card.id], self.overlay.covers.get(card.id)
        tones = None if cover is None else self.theme.tones[cover.tone]
        line = self.theme.team(card.team) if tones is None else tones.line
        band, on_band = (line, self.theme.on_team) if tones is None else (tones.band, tones.on_band)
        body = self.theme.card if tones is None or block.header else tones.fill
        filled = (
            f"{band};{block.header / block.height:.4f}:{body}"
            if 0 < block.header < block.height
            else band
            if block.header
            else body
        )
        heavy = cover is None and card.standing in ("at_risk", "lost")
        looks = {"fillcolor": filled, "gradientangle": "270", "color": line, "penwidth": "3" if heavy else "1.6"}
        looks |= {"peripheries": "2"} if card.final else {}
        looks |= {"style": "rounded,filled,dashed"} if cover is not None and cover.dashed else {}
        self.node(_name(card.id), box, (), **looks)
        title = _lines(run for run in block.runs if run.y <= block.header)
        sign = f"{STANDING_SIGNS[card.standing]} " if card.standing else ""
        head = [f"{sign}{title[0]} {marked(cover)}".strip(), *title[1:]] if title else []
        self.text(f"title of {_name(card.id)}", Box(box.x, box.y, box.width, block.header), head, on_band, _CARD)
        below = _lines(run for run in block.runs if run.y > block.header)
        below[:1] = below[:1] if title else [f"{sign}{line}" for line in below[:1]]  # without a header its name stands below
        below += [f"step {cover.number}"] if cover is not None and cover.number else []
        rest = Box(box.x, box.y + block.header, box.width, box.height - block.header)
        ink = self.theme.ink if tones is None or block.header else tones.ink
        self.text(f"text of {_name(card.id)}", rest, below, ink, _RULE)

    def pill(self, pill: Pill) -> None:
        block, cover, own = self.blocks[pill.id], self.overlay.covers.get(pill.id), self.theme.kinds[pill.kind]
        line, fill, ink = own.line, own.fill, own.ink
        if cover is not None:
            tones = self.theme.tones[cover.tone]
            line, fill, ink = tones.line, tones.fill, tones.ink
        lines = _lines(block.runs, block.icons, block.rules)
        lines = [f"step {cover.number}", *lines] if cover is not None and cover.number else lines
        lines = [marked(cover), *lines] if marked(cover) else lines
        if pill.kind in KIND_SIGNS:
            lines[:1] = [f"{KIND_SIGNS[pill.kind]} {lines[0] if lines else ''}".strip()]
        box = self.layout.boxes[pill.id]
        room = (box.height - 2 * _CLEAR) / max(len(lines), 1)  # signs take lines that the SVG has beside its words
        size = min(_RULE, room / _LEADING)
        looks = {"fillcolor": fill, "color": line, "fontcolor": ink} | ({"fontsize": f"{size:.1f}"} if size < _RULE else {})
        looks |= {"style": "rounded,filled,dashed"} if cover is not None and cover.dashed else {}
        self.node(_name(pill.id), box, lines, **looks)

    def link(self, link: Link, route: Route, pills: set[str]) -> None:
        style, colour, wide = {"relapse": "dashed", "stay": "dotted"}.get(link.kind, "solid"), self.theme.kinds[link.kind].line, 2.2
        cover = self.overlay.covers.get(link.head if link.head in pills else link.tail)
        if cover is not None:
            colour, wide = self.theme.tones[cover.tone].line, cover.wide or (1.6 if cover.tone == "faded" else wide)
            style = "dashed" if cover.dashed else "solid" if cover.wide else style
        looks = {"color": colour, "penwidth": f"{wide:g}", "style": style, "dir": "forward" if route.tip else "none"}
        self.graph.edge(_name(link.tail), _name(link.head), pos=_pos(route, self.layout.height), **looks)

    def around(self) -> None:
        """The title above, below what the signs mean, and at the right what the numbers stand for."""
        steps = [
            line
            for title, said in self.scene.legend.steps
            for line in (title, *(f"     {part}" for part in wrap(said, _STEPS - 40, _LEGEND)))
        ]
        right = Box(self.layout.width + 30, 0, _STEPS, len(steps) * _LEGEND * 1.25)
        self.text("numbers of the picture", right, steps, self.theme.ink, _LEGEND, end="\\l")
        title, subtitle = clean(self.overlay.title or self.scene.title), clean(self.overlay.subtitle or self.scene.subtitle)
        struck = any(run.struck for block in self.blocks.values() for run in block.runs)
        legend = " · ".join(filter(None, (meanings(self.said, self.scene, starts="\n"), "[ ] no longer" if struck else "")))
        for name, said, size, y, colour in (
            ("title", title, _TITLE, -_ABOVE, self.theme.ink),
            ("subtitle", subtitle, _SUBTITLE, -_ABOVE / 2, self.theme.second),
            ("signs", legend, _LEGEND, self.layout.height + _BELOW / 2, self.theme.second),
        ):
            wide = max(text_width(said, size, "SemiBold") * 1.1, 1.0)
            self.text(f"{name} of the picture", Box(0, y, wide, size * 1.3), [said] if said else [], colour, size, end="\\l")


def _lines(runs: Iterable[Run], icons: Sequence[Icon] = (), rules: Sequence[float] = ()) -> list[str]:
    """Lines as they are broken in the picture, the signs before them as characters; "or" stands where a thin line parts two rules."""
    rows: dict[float, list[str]] = defaultdict(list)
    for run in runs:
        rows[run.y].append(f"[{run.text}]" if run.struck else run.text)
    signs = {icon.y: CLAUSE_SIGNS[icon.shape] for icon in icons if icon.shape in CLAUSE_SIGNS}  # type: ignore[index]  # asked just now
    parted = dict.fromkeys(rules, "or")
    lines: list[str] = []
    waiting = ""
    for y, said in sorted([*signs.items(), *parted.items(), *((y, " ".join(texts)) for y, texts in rows.items())]):
        if y in rows:
            lines.append(f"{waiting} {said}".strip())
            waiting = ""
        elif y in parted:
            lines.append(said)
        else:
            waiting = said
    return lines


def _name(name: str) -> str:
    """A node's name; what follows a colon would be read as a port."""
    return clean(name).replace(":", "_").replace("\\", "/")


def _pos(route: Route, height: float) -> str:
    tip = "" if route.tip is None else f"e,{route.tip[0]:.1f},{height - route.tip[1]:.1f} "
    return tip + " ".join(f"{x:.1f},{height - y:.1f}" for x, y in route.points)
