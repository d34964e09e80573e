"""The picture as Graphviz source, built by the `graphviz` package, for those who want to go on in Graphviz.

Every node and every spline is pinned (``layout=nop2``), so each Graphviz draws the skeleton that the SVG has. Labels are plain text, not
HTML, because WebAssembly builds of Graphviz cannot set HTML labels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from clmstate.drawing.blocks import Block, Run
from clmstate.drawing.geometry import Box, Route
from clmstate.drawing.layout import Layout
from clmstate.drawing.measure import clean
from clmstate.drawing.renderers import missing_package
from clmstate.drawing.scene import Scene
from clmstate.drawing.theme import Theme

__all__ = ["to_dot"]

_FONT = "Inter, Segoe UI, Roboto, Arial"


def to_dot(scene: Scene, blocks: Mapping[str, Block], layout: Layout, theme: Theme) -> str:
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

    def text(runs: Iterable[Run], below: str = "") -> str:
        """Lines as they are broken in the picture."""
        lines: dict[float, list[str]] = defaultdict(list)
        for run in runs:
            lines[run.y].append(run.text)
        label: str = graphviz.nohtml("\\n".join(graphviz.escape(" ".join(lines[y])) for y in sorted(lines)) + below)
        return label

    def pinned(box: Box) -> dict[str, str]:
        x, y = box.middle
        return {"pos": f"{x:.1f},{layout.height - y:.1f}", "width": f"{box.width / 72:.4f}", "height": f"{box.height / 72:.4f}"}

    graph = graphviz.Digraph("journey", comment=clean(scene.title).replace("\\", "/"))
    graph.attr("graph", layout="nop2", bgcolor=theme.canvas, outputorder="edgesfirst", pad="0.4", fontname=_FONT)
    graph.attr("graph", label=graphviz.escape(clean(scene.title)), fontsize="30", fontcolor=theme.ink, labelloc="t", labeljust="l")
    graph.attr("node", shape="box", style="rounded,filled", fixedsize="true", margin="0", fontname=_FONT, fontsize="13")
    graph.attr("edge", arrowsize="0.9")
    for frame in scene.frames:
        colours = {
            "style": "rounded",
            "color": theme.rule,
            "fontcolor": theme.second,
            "labelloc": "t",
        }  # no fill: it would hide lines
        graph.node(_name(frame.id), label=text(blocks[frame.id].runs), **pinned(layout.boxes[frame.id]), **colours)
    for mark in scene.marks:
        graph.node(
            _name(mark.id), label="", shape="circle", fillcolor=theme.second, color=theme.second, **pinned(layout.boxes[mark.id])
        )
        start, marked = layout.boxes[mark.id].middle, layout.boxes[mark.on]
        straight = Route((start, start, (marked.x - 9, start[1]), (marked.x - 9, start[1])), (marked.x, start[1]))
        graph.edge(_name(mark.id), _name(mark.on), pos=_pos(straight, layout.height), color=theme.second)
    for card in scene.cards:
        block, box, colour = blocks[card.id], layout.boxes[card.id], theme.team(card.team)
        band = f"{colour};{block.header / block.height:.4f}:{theme.card}" if block.header < block.height else colour
        wide = "3" if card.standing in ("at_risk", "lost") else "1.6"
        looks = {
            "fillcolor": band,
            "gradientangle": "270",
            "color": colour,
            "fontcolor": theme.ink,
            "penwidth": wide,
            "labelloc": "b",
        }
        rings = {"peripheries": "2"} if card.final else {}
        graph.node(
            _name(card.id), label=text((run for run in block.runs if run.y > block.header), "\\n"), **pinned(box), **looks, **rings
        )
        header = Box(box.x, box.y, box.width, block.header)
        title = {"shape": "none", "style": "", "fontcolor": theme.on_team, "fontsize": "16"}
        graph.node(
            f"title of {_name(card.id)}", label=text(run for run in block.runs if run.y <= block.header), **pinned(header), **title
        )
    for pill in scene.pills:
        colours = {
            "fillcolor": theme.kinds[pill.kind].fill,
            "color": theme.kinds[pill.kind].line,
            "fontcolor": theme.kinds[pill.kind].ink,
        }
        graph.node(_name(pill.id), label=text(blocks[pill.id].runs), **pinned(layout.boxes[pill.id]), **colours)
    for link, route in zip(scene.links, layout.routes, strict=True):
        style = {"relapse": "dashed", "stay": "dotted"}.get(link.kind, "solid")
        looks = {"color": theme.kinds[link.kind].line, "penwidth": "2.2", "style": style, "dir": "forward" if route.tip else "none"}
        graph.edge(_name(link.tail), _name(link.head), pos=_pos(route, layout.height), **looks)
    return str(graph.source)


def _name(name: str) -> str:
    """A node's name; what follows a colon would be read as a port."""
    return clean(name).replace(":", "_").replace("\\", "/")


def _pos(route: Route, height: float) -> str:
    tip = "" if route.tip is None else f"e,{route.tip[0]:.1f},{height - route.tip[1]:.1f} "
    return tip + " ".join(f"{x:.1f},{height - y:.1f}" for x, y in route.points)
