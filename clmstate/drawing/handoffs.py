"""Who owns the customer, and where they are handed over: teams as lanes, phases in columns, hand-offs with their numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import attrs

from clmstate.drawing.blocks import Block, Icon, Run
from clmstate.drawing.geometry import Box, Route, around
from clmstate.drawing.journeys import Level, journey_scene
from clmstate.drawing.layout import Layout
from clmstate.drawing.measure import clean, text_width, wrap
from clmstate.drawing.picture import Drawing
from clmstate.drawing.scene import Card, Clause, Lane, Legend, Link, Pill, Scene
from clmstate.drawing.theme import ThemeName
from clmstate.drawing.ways import Cell, Grid
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, definition_of

__all__ = ["lanes", "lanes_scene", "place_lanes"]

NOBODY = "Nobody"
_PAD, _CARD = 12.0, 150
_CHIP = 28
_BEFORE = 36.0  # between a card and the tracks: room for a number or an arrow
_FROM_NOWHERE = 66.0  # and for a line that begins there
_SPACE = 23  # between lines at one edge of a card


def lanes(lifecycle: type[Lifecycle] | LifecycleDefinition, *, level: Level = "stage", theme: ThemeName = "light") -> Drawing:
    """Draws the owning teams as lanes; a number on a line is a hand-off, explained below.

    Args:
        lifecycle: a lifecycle class or its definition.
        level: ``stage`` leaves out what happens inside a team; ``full`` draws it as thin lines.
        theme: ``light`` or ``dark``.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("contract signed")
        ...     open = Phase("Open", initial=True, owner="Sales")
        ...     live = Phase("Live", owner="Support")
        ...     win = open.to(live, when=signed)
        >>> drawing = lanes(Deal)
        >>> [lane.title for lane in drawing.scene.lanes], drawing.scene.legend.steps
        (['Sales', 'Support'], (('1  Sales → Support', 'Open → Live: contract signed'),))
    """
    return Drawing(lanes_scene(definition_of(lifecycle), level=level), theme)


def lanes_scene(definition: LifecycleDefinition, *, level: Level = "stage") -> Scene:
    """What the lanes of a lifecycle say, as data.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     open = Phase("Open", initial=True)
        >>> [lane.title for lane in lanes_scene(Deal.definition).lanes]
        ['Nobody']
    """
    told = journey_scene(definition)
    teams = told.legend.teams
    titles = {card.id: card.title for card in told.cards}
    for frame in told.frames:
        titles |= {name: f"{frame.title} · {titles[name]}" for name in frame.members}
    cards = tuple(attrs.evolve(card, title=titles[card.id], subtitle="", notes=(), detail="") for card in told.cards)
    names = (*teams, NOBODY)
    by_team = {name: tuple(card.id for card in told.cards if _team(card, teams) == name) for name in names}
    bands = tuple(
        Lane(f"lane {name}", name, members, team=teams.index(name) if name in teams else None)
        for name, members in by_team.items()
        if members
    )
    pills, links, steps = _handed(attrs.evolve(told, cards=cards), teams, level)
    said = (
        "Lanes are teams. A number is a hand-off: that rule changes who owns the customer."
        if pills
        else "Lanes are teams. Nobody hands the customer over: no rule changes who owns them."
    )
    kinds = tuple(kind for kind in told.legend.kinds if kind in {link.kind for link in links})
    legend = Legend(kinds=kinds, standings=told.legend.standings, steps=steps)
    title = f"{definition.title}: who owns the customer, and where we hand over"
    return Scene(title, said, cards, pills, (), links, (), legend, bands, "lanes")


def _team(card: Card, teams: tuple[str, ...]) -> str:
    return card.subtitle if card.subtitle in teams else NOBODY


def _handed(
    told: Scene, teams: tuple[str, ...], level: Level
) -> tuple[tuple[Pill, ...], tuple[Link, ...], tuple[tuple[str, str], ...]]:
    """Lines between cards; those that change the owner carry a number."""
    owners = {card.id: teams[card.team] if card.team is not None and teams else NOBODY for card in told.cards}
    titles = {card.id: card.title for card in told.cards}
    pills: list[Pill] = []
    links: list[Link] = []
    steps: list[tuple[str, str]] = []
    for pill in told.pills:
        heads = [told.card(name) for name in told.heads(pill)]
        for tail in (told.card(name) for name in told.tails(pill)):
            if not heads or heads[0].id == tail.id:
                continue
            head = heads[0]
            if owners[tail.id] == owners[head.id]:
                links += [Link(tail.id, head.id, pill.kind)] if level == "full" or pill.kind in ("forward", "branch") else []
                continue
            number = str(len(steps) + 1)
            handed = attrs.evolve(pill, id=f"{pill.id} {tail.id}", number=number)
            pills.append(handed)
            links += [Link(tail.id, handed.id, pill.kind), Link(handed.id, head.id, pill.kind)]
            steps.append(
                (f"{number}  {owners[tail.id]} → {owners[head.id]}", f"{titles[tail.id]} → {titles[head.id]}: {_words(pill)}")
            )
        if pill.stub and heads:
            number = str(len(steps) + 1)
            handed = attrs.evolve(pill, number=number)
            pills.append(handed)
            links.append(Link(handed.id, heads[0].id, pill.kind))
            come = next((clause.text for clause in reversed(pill.clauses) if clause.role == "source"), "from anywhere")
            steps.append((f"{number}  {come} → {owners[heads[0].id]}", f"to {titles[heads[0].id]}: {_words(pill)}"))
    return tuple(pills), tuple(links), tuple(steps)


def _words(pill: Pill) -> str:
    """All that a pill says, in one line."""
    by_rule: dict[str, list[Clause]] = {}
    for clause in pill.clauses:
        if clause.role in ("event", "condition"):
            by_rule.setdefault(clause.rule, []).append(clause)
    return ", or ".join(", ".join(clause.text for clause in clauses) for clauses in by_rule.values())


def place_lanes(scene: Scene) -> tuple[Mapping[str, Block], Layout]:
    """Blocks and places of a scene with lanes; nothing here needs Graphviz."""
    cells = dict(_cells(scene))
    drawn = list(_lines(scene))
    arriving = _arriving(scene)
    grid = Grid(cells, [(tail, head) for tail, head, _ in drawn], [head for _, head in arriving])
    blocks = _blocks(scene, grid)
    boxes, gaps, corridors = _boxes(scene, grid, blocks)
    routes = grid.routes(boxes, gaps, corridors, lambda gap: (_BEFORE, _before(grid, gap)))
    chips, ends = _chips(grid, arriving, drawn, routes, boxes)
    boxes |= chips
    placed = tuple(ends[link.tail, link.head] for link in scene.links)
    extent = around(boxes.values(), (point for route in placed for point in route.samples(6)))
    return blocks, Layout(extent.right, extent.bottom, boxes, placed)


def _cells(scene: Scene) -> Iterator[tuple[str, Cell]]:
    """Each card's column is its step; cards of one lane and column stand below each other."""
    steps = sorted({card.step for card in scene.cards})
    for number, lane in enumerate(scene.lanes):
        taken: dict[int, int] = {}
        for card in sorted((card for card in scene.cards if card.id in lane.members), key=lambda card: card.track):
            column = steps.index(card.step)
            yield card.id, Cell(column, number, taken.get(column, 0))
            taken[column] = taken.get(column, 0) + 1


def _lines(scene: Scene) -> Iterator[tuple[str, str, str]]:
    """Tail, head and pill of every line between cards."""
    pills = {pill.id for pill in scene.pills}
    onwards = {link.tail: link.head for link in scene.links if link.tail in pills}
    for link in scene.links:
        if link.head in pills:
            yield link.tail, onwards[link.head], link.head
        elif link.tail not in pills:
            yield link.tail, link.head, ""


def _blocks(scene: Scene, grid: Grid) -> dict[str, Block]:
    blocks: dict[str, Block] = {}
    ends: dict[tuple[str, bool], int] = {}
    for way in grid.ways:
        for key in ((way.tail, way.rightwards), (way.head, not way.enters_left)):
            ends[key] = ends.get(key, 0) + 1
    for name in grid.arriving:
        ends[name, False] = ends.get((name, False), 0) + 1
    for card in scene.cards:
        most = max(ends.get((card.id, True), 0), ends.get((card.id, False), 0))
        blocks[card.id] = _card(card, (most + 1) * _SPACE)
    head = _head(scene)
    for lane in scene.lanes:
        lines = wrap(lane.title, head - 20, 17, "Bold")
        runs = [Run(line, head / 2, 22 + 22 * index, 17, "Bold", "on_team") for index, line in enumerate(lines)]
        blocks[lane.id] = Block(head, 32 + 22 * (len(lines) - 1), runs=tuple(runs))
    for pill in scene.pills:
        wide = max(_CHIP, math.ceil(text_width(pill.number, 14, "Bold")) + 12)
        blocks[pill.id] = Block(wide, 20, runs=(Run(pill.number, wide / 2, 15, 14, "Bold", "words"),))
    return blocks


def _head(scene: Scene) -> int:
    """The width of the lanes' names: that of the longest word, within reason."""
    words = [word for lane in scene.lanes for word in clean(lane.title).split()]
    return math.ceil(min(max((text_width(word, 17, "Bold") for word in words), default=0), 200)) + 28


def _card(card: Card, least: float) -> Block:
    size = next((size for size in (18, 17, 16, 15) if text_width(clean(card.title), size, "Bold") <= _CARD - 34), 15)
    lines = wrap(card.title, _CARD - 34, size, "Bold")
    header = 12 + 21 * len(lines)
    shift = 9 if card.standing else 0
    runs = [Run(line, _CARD / 2 + shift, 4 + 21 * (index + 1), size, "Bold", "on_team") for index, line in enumerate(lines)]
    icons = []
    if card.standing:
        widest = max(text_width(line, size, "Bold") for line in lines)
        icons.append(Icon(card.standing, _CARD / 2 + shift - widest / 2 - 13, header / 2, 12, "on_team"))
    y = header + 6.0
    for line in wrap(f"“{clean(card.quote)}”", _CARD - 14, 14, "Italic") if card.quote else ():
        y += 18
        runs.append(Run(line, _CARD / 2, y - 4, 14, "Italic", "ink"))
    return Block(_CARD, math.ceil(max(y + 9, least)), header, tuple(runs), tuple(icons))


def _boxes(scene: Scene, grid: Grid, blocks: Mapping[str, Block]) -> tuple[dict[str, Box], list[Box], list[Box]]:
    """Cards, lanes, gaps between columns and corridors between lanes."""
    columns = 1 + max((cell.column for cell in grid.cells.values()), default=0)
    boxes: dict[str, Box] = {}
    head = _head(scene)
    x, lefts, spans = head + 8.0, [], []
    for column in range(columns + 1):
        least = _before(grid, column)
        wide = grid.gap_width(column, _BEFORE + least if grid.in_gap[column] else max(24.0, least))
        spans.append((x, wide))
        x += wide
        lefts.append(x)
        x += _CARD if column < columns else 0
    right = x
    y, corridors = 0.0, []
    for number, lane in enumerate(scene.lanes):
        tall = grid.corridor_height(number, 10)
        corridors.append(Box(head, y, right, tall))
        y += tall
        top = y
        y += _PAD
        rows = 1 + max(grid.cells[name].row for name in lane.members)
        for row in range(rows):
            names = [name for name in lane.members if grid.cells[name].row == row]
            height = max(blocks[name].height for name in names)
            for name in names:
                cell = grid.cells[name]
                boxes[name] = Box(lefts[cell.column], y + (height - blocks[name].height) / 2, _CARD, blocks[name].height)
            y += height + _PAD
        y = max(y, top + blocks[lane.id].height)
        boxes[lane.id] = Box(0, top, right, y - top)
    last = grid.corridor_height(len(scene.lanes), 10 if grid.in_corridor[len(scene.lanes)] else 0)
    corridors.append(Box(head, y, right, last))
    gaps = [Box(left, 0, wide, y) for left, wide in spans]
    return boxes, gaps, corridors


def _before(grid: Grid, gap: int) -> float:
    """What stays free before the cards at the right of a gap."""
    return _FROM_NOWHERE if any(grid.cells[name].column == gap for name in grid.arriving) else _BEFORE


def _chips(
    grid: Grid, arriving: list[tuple[str, str]], drawn: list[tuple[str, str, str]], routes: list[Route], boxes: Mapping[str, Box]
) -> tuple[dict[str, Box], dict[tuple[str, str], Route]]:
    """Numbers stand where their lines begin; a line from anywhere is a number before its card."""
    chips: dict[str, Box] = {}
    ends: dict[tuple[str, str], Route] = {}
    for (tail, head, pill), route in zip(drawn, routes, strict=True):
        if not pill:
            ends[tail, head] = route
            continue
        (x, y), (nx, _) = route.points[0], route.points[2]
        way = 1 if nx > x else -1
        left = x + 6 if way > 0 else x - 6 - _CHIP
        chips[pill] = Box(left, y - 10, _CHIP, 20)
        near, far = (left, left + _CHIP) if way > 0 else (left + _CHIP, left)
        ends[tail, pill] = Route(((x, y), (x, y), (near, y), (near, y)))
        rest = ((far, y), (far, y), *route.points[2:]) if route.points[2][0] * way > far * way else route.points
        ends[pill, head] = Route(rest, route.tip)
    for index, (pill, head) in enumerate(arriving):
        x, y = grid.ends(dict(boxes))[index, "arriving"]
        chips[pill] = Box(x - 12 - _CHIP, y - 10, _CHIP, 20)
        ends[pill, head] = Route(((x - 12, y), (x - 12, y), (x - 10, y), (x - 10, y)), (x, y))
    return chips, ends


def _arriving(scene: Scene) -> list[tuple[str, str]]:
    """Pills that come from anywhere, and the cards that they lead to."""
    drawn = {link.head for link in scene.links}
    return [(pill.id, next(scene.heads(pill))) for pill in scene.pills if pill.id not in drawn]
