"""The map of a lifecycle as a board: cards, the names of the rules, and lines, all of them shapes that people can move."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import attrs

from clmstate.drawing import Card, Clause, Lane, Pill, Scene, Theme, journey_scene
from clmstate.drawing.blocks import Block, Run
from clmstate.drawing.compose import Composed, compose
from clmstate.drawing.geometry import Box, Point, Route
from clmstate.drawing.measure import text_width
from clmstate.drawing.spoken import KIND_NAMES, STANDING_NAMES, pill_label
from clmstate.lifecycle import LifecycleDefinition
from clmstate.presenting.board import HEIGHT, WIDTH, Board, Line, Panel, Said, Shape, Sign, fitting
from clmstate.presenting.frame import LEFT, TOP
from clmstate.presenting.leaflets import KIND_SIGNS, STANDING_SIGNS

__all__ = ["legend_row", "map_board", "map_shapes", "overview"]


def overview(definition: LifecycleDefinition, *, signed: bool = True) -> Scene:
    """The journey for the last row of a large room: each rule says its name only, and what keeps a customer in place is left out.

    Args:
        definition: the lifecycle.
        signed: whether the sign of its kind stands before each name; painters of SVG draw a badge instead.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     go_live = new.to(won, when=live)
        >>> overview(Deal.definition).pills[0].clauses[0].text
        '→ go live'
    """
    scene = journey_scene(definition)
    left_out = {pill.id for pill in scene.pills if pill.kind == "stay"}
    pills = tuple(_named(pill, definition, signed=signed) for pill in scene.pills if pill.id not in left_out)
    links = tuple(link for link in scene.links if link.head not in left_out and link.tail not in left_out)
    roles = {clause.role for pill in pills for clause in pill.clauses}
    legend = attrs.evolve(
        scene.legend,
        kinds=tuple(kind for kind in scene.legend.kinds if kind != "stay"),
        roles=tuple(role for role in scene.legend.roles if role in roles),
        names=(),
    )
    return attrs.evolve(scene, pills=pills, links=links, legend=legend)


def _named(pill: Pill, definition: LifecycleDefinition, *, signed: bool) -> Pill:
    """A rule by its name; several rules in one pill are several lines."""
    sign = f"{KIND_SIGNS[pill.kind]} " if signed else ""
    clauses = (
        Clause(
            "condition" if definition.transitions[name].on is None else "event", f"{sign}{name.strip('_').replace('_', ' ')}", name
        )
        for name in pill.rules
    )
    return attrs.evolve(pill, clauses=tuple(clauses))


def map_board(definition: LifecycleDefinition, theme: Theme) -> Board:
    """The map on one slide, with the whole rules in the notes.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> from clmstate.drawing import THEMES
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> map_board(Deal.definition, THEMES["light"]).title
        'Deal: the journey'
    """
    composed = compose(overview(definition))
    area = Box(LEFT, TOP - 2, WIDTH - 2 * LEFT, HEIGHT - TOP - 44)
    shapes = tuple(_Map(composed, theme, area).shapes())
    full = journey_scene(definition)
    notes = ("What moves a customer:", *(f"- {pill.name.replace('_', ' ')}: {pill_label(pill, full)}" for pill in full.pills))
    legend = tuple(legend_row(composed.scene, theme))
    what = "the map" if "journey" in definition.title.lower() else "the journey"
    return Board(f"{definition.title}: {what}", full.subtitle, (*shapes, *legend), notes)


def map_shapes(scene: Scene, theme: Theme, area: Box) -> tuple[Shape, ...]:
    """A scene, laid out and scaled into an area.

    Example:
        >>> from clmstate.drawing import THEMES
        >>> scene = Scene("Trial", cards=(Card("trial", "Trial"),))
        >>> [shape.name for shape in map_shapes(scene, THEMES["light"], Box(0, 0, 400, 200))][:2]
        ['Phase Trial', 'Name of Trial']
    """
    return tuple(_Map(compose(scene), theme, area).shapes())


def legend_row(scene: Scene, theme: Theme) -> Iterator[Shape]:
    """What colours and signs mean, in one row at the foot."""
    entries: list[tuple[str, str, bool]] = [(name, theme.team(number), True) for number, name in enumerate(scene.legend.teams)]
    entries += [(f"{KIND_SIGNS[kind]} {KIND_NAMES[kind]}", theme.kinds[kind].line, False) for kind in scene.legend.kinds]
    entries += [
        (f"{STANDING_SIGNS[standing]} {STANDING_NAMES[standing]}", theme.second, False) for standing in scene.legend.standings
    ]
    x, y, size = LEFT, HEIGHT - 32.0, 10.0
    wide = sum(text_width(label, size, "SemiBold") + (30 if swatch else 16) for label, _, swatch in entries)
    if wide > WIDTH - 2 * LEFT:
        y -= 12
    for label, colour, swatch in entries:
        room = text_width(label, size, "SemiBold") + (30 if swatch else 16)
        if x + room > WIDTH - LEFT and x > LEFT:
            x, y = LEFT, y + 16
        if swatch:
            yield Panel(Box(x, y + 2, 10, 10), fill=colour, radius=2, name=f"Colour of {label}")
        box = Box(x + (14 if swatch else 0), y, room - (16 if swatch else 2), 14)
        said = fitting((Said(label, size, theme.second if swatch else colour, "SemiBold"),), box.width, box.height, 7)
        yield Panel(box, said, inset=(0, 0), middle=True)
        x += room


@attrs.frozen
class _Map:
    """A composed scene, scaled into an area."""

    composed: Composed
    theme: Theme
    area: Box

    @property
    def scale(self) -> float:
        layout = self.composed.layout
        return min(self.area.width / max(layout.width, 1), self.area.height / max(layout.height, 1), 1.25)

    def at(self, point: Point) -> Point:
        """Where a point of the layout is on the slide; the map stands in the middle of its area."""
        layout, scale = self.composed.layout, self.scale
        left = self.area.x + (self.area.width - layout.width * scale) / 2
        top = self.area.y + (self.area.height - layout.height * scale) / 2
        return left + point[0] * scale, top + point[1] * scale

    def box(self, box: Box) -> Box:
        """Where a box of the layout is on the slide."""
        x, y = self.at((box.x, box.y))
        return Box(x, y, box.width * self.scale, box.height * self.scale)

    def shapes(self) -> Iterator[Shape]:
        """From back to front: frames, lines, rules, phases."""
        scene, layout, theme = self.composed.scene, self.composed.layout, self.theme
        boxes = {name: self.box(box) for name, box in layout.boxes.items()}
        for lane in scene.lanes:
            yield from self.lane(lane, boxes[lane.id], self.composed.blocks[lane.id])
        for frame in scene.frames:
            said = (Said(frame.title, 15 * self.scale, theme.second, "Bold"),)
            yield Panel(boxes[frame.id], said, fill=theme.lane, line=theme.rule, radius=8, name=f"Group {frame.title}")
        lines: list[Line] = []
        for link, route in zip(scene.links, layout.routes, strict=True):
            ends = (self.shape_name(link.tail), self.shape_name(link.head))
            weight = 2.0 if link.kind in ("at_risk", "forward", "branch") else 1.5
            lines.append(Line(self.route(route), theme.kinds[link.kind].line, weight, link.kind == "relapse", ends))
        for pill in scene.pills:
            yield from self.pill(pill, boxes[pill.id])
        for card in scene.cards:
            yield from self.card(card, boxes[card.id], self.composed.blocks[card.id])
        for mark in scene.marks:
            box = boxes[mark.id]
            yield Sign("circle", box, theme.second)
            (x, y), tip = box.middle, boxes[mark.on].x
            yield Line(Route(((x, y), (x, y), (tip - 6, y), (tip - 6, y)), (tip, y)), theme.second, 1.5)
        yield from lines

    def lane(self, lane: Lane, box: Box, block: Block) -> Iterator[Shape]:
        """A team's lane and its name."""
        colour = self.theme.team(lane.team)
        yield Panel(box, (), self.theme.lane, self.theme.rule, 0.75, 6, name=f"Lane {lane.title}")
        head = Box(box.x, box.y, block.width * self.scale, box.height)
        said = fitting((Said(lane.title, 17 * self.scale, self.theme.on_team, "Bold"),), head.width - 8, head.height, 5)
        yield Panel(
            head, said, colour, colour, 0.75, 6, align="middle", middle=True, inset=(4, 2), name=f"Name of lane {lane.title}"
        )

    def shape_name(self, name: str) -> str:
        """What the shape of something in the scene is called."""
        scene = self.composed.scene
        titles = {card.id: f"Phase {card.title}" for card in scene.cards} | {f.id: f"Group {f.title}" for f in scene.frames}
        return titles.get(name, f"Rule {name.removeprefix('rule ')}")

    def route(self, route: Route) -> Route:
        """A route of the layout on the slide."""
        return Route(tuple(map(self.at, route.points)), None if route.tip is None else self.at(route.tip))

    def pill(self, pill: Pill, box: Box) -> Iterator[Shape]:
        """A rule."""
        colours = self.theme.kinds[pill.kind]
        size = 14 * self.scale
        said = fitting([Said(c.text, size, colours.ink, "SemiBold") for c in pill.clauses], box.width - 2, box.height, 5)
        if pill.stub:
            x, (_, y) = box.x - 11 * self.scale, box.middle
            yield Line(Route(((x, y), (x, y), (box.x, y), (box.x, y))), colours.line, 1.5)
            yield Sign("circle", Box(x - 4, y - 3, 6, 6), self.theme.canvas, colours.line)
        name = f"Rule {pill.id.removeprefix('rule ')}"
        if self.composed.scene.plan == "lanes":
            sign = KIND_SIGNS[pill.kind] if pill.kind != "forward" else ""
            number = fitting(
                (Said(f"{sign} {pill.number}".strip(), max(size, 9), self.theme.on_team, "Bold"),), box.width + 6, box.height + 4, 6
            )
            yield Panel(
                box.grown(2, 1, 2, 1),
                number,
                colours.line,
                self.theme.canvas,
                1,
                8,
                align="middle",
                middle=True,
                inset=(0, 0),
                name=name,
            )
            return
        yield Panel(box, said, colours.fill, colours.line, 1, 6, align="middle", middle=True, inset=(1, 1), name=name)

    def card(self, card: Card, box: Box, block: Block) -> Iterator[Shape]:
        """A phase: its body, and the coloured band with its name."""
        colour, theme = self.theme.team(card.team), self.theme
        band = Box(box.x, box.y, box.width, block.header * self.scale)
        body = tuple(self.said(run, colour) for run in _paragraphs(block) if run.y > block.header)
        heavy = 2.4 if card.standing in ("at_risk", "lost") else 1.4
        yield Panel(box, (), theme.card, colour, heavy, 6, name=f"Phase {card.title}")
        sign = f"{STANDING_SIGNS[card.standing]} " if card.standing else ""
        title = fitting((Said(f"{sign}{card.title}", 18 * self.scale, theme.on_team, "Bold"),), band.width - 4, band.height, 5)
        yield Panel(
            band,
            title,
            colour,
            colour,
            heavy,
            6,
            flat=band.height < box.height - 1,
            align="middle",
            middle=True,
            inset=(2, 0),
            name=f"Name of {card.title}",
        )
        rest = Box(box.x, band.bottom, box.width, box.bottom - band.bottom)
        yield Panel(
            rest, fitting(body, rest.width - 4, rest.height, 5) if body else (), align="middle", middle=True, inset=(2, 1),
            name=f"About {card.title}",
        )  # fmt: skip

    def said(self, run: Run, colour: str) -> Said:
        """A line of a card as a paragraph."""
        theme = self.theme
        inks = {"ink": theme.ink, "second": theme.second, "third": theme.third, "on_team": theme.on_team}
        owner = colour if theme.owner_in_colour else theme.second
        return Said(run.text, run.size * self.scale, inks.get(run.ink, owner), run.face)


def _paragraphs(block: Block) -> Iterator[Run]:
    """Lines that belong together as one: the application breaks them again."""
    for _, runs in groupby(block.runs, key=lambda run: (run.ink, run.face, run.size, run.y > block.header)):
        some = list(runs)
        yield attrs.evolve(some[0], text=" ".join(run.text for run in some))
