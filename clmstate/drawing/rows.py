"""Wide journeys in rows: a picture is read from left to right and then goes on below, like text, so that its words stay large enough.

Each row is laid out on its own. One line leads from the end of a row to the beginning of the next, a few others from one row to the next or
back; every other rule that comes from another row says so in words, as rules from far away do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import attrs

from clmstate.drawing.blocks import Block
from clmstate.drawing.detours import MANY
from clmstate.drawing.geometry import Box, Route
from clmstate.drawing.layout import Layout
from clmstate.drawing.scene import Card, Clause, Link, Pill, Scene
from clmstate.drawing.story import TROUBLED
from clmstate.drawing.ways import rounded

__all__ = ["WIDEST", "InRows", "about_as_wide", "from_far", "in_rows", "levels", "rows_of", "stacked"]

WIDEST = 1452.0  # points; with the margins, 14-point text is then 9 points on a slide of 960
_BETWEEN = 27.0  # from a card to the next column of rules, and on
_GAP = 48.0  # between rows
_TRACK = 13.0  # more for each line that runs there
_ACROSS = 3  # lines between two rows, besides the one that leads on; more than that nobody follows
_ROUND = 24.0
_MARGIN = 20.0  # for the line that leads from row to row


def rows_of(scene: Scene, blocks: Mapping[str, Block], widest: float = WIDEST) -> list[tuple[int, ...]]:
    """The steps of each row: as few rows as the width allows, and then of equal width.

    Example:
        >>> cards = tuple(Card(f"c{i}", "Phase", step=i) for i in range(8))
        >>> rows_of(Scene("Long", cards=cards), {card.id: Block(300, 100) for card in cards})
        [(0, 1, 2, 3), (4, 5, 6, 7)]
    """
    steps = sorted({card.step for card in scene.cards})
    widths = _widths(scene, blocks, steps)
    room = widest - 2 * _MARGIN
    rows = _filled(steps, widths, room)
    narrow, wide = 0.0, room
    while wide - narrow > 8:
        middle = (narrow + wide) / 2
        if len(_filled(steps, widths, middle)) == len(rows):
            wide, rows = middle, _filled(steps, widths, middle)
        else:
            narrow = middle
    return rows


def about_as_wide(scene: Scene, blocks: Mapping[str, Block]) -> float:
    """How wide a scene is about in one row.

    Example:
        >>> about_as_wide(Scene("One", cards=(Card("a", "Trial"),)), {"a": Block(142, 100)})
        169.0
    """
    return sum(_widths(scene, blocks, sorted({card.step for card in scene.cards})).values())


def _widths(scene: Scene, blocks: Mapping[str, Block], steps: list[int]) -> dict[int, float]:
    """How wide each step is: its widest card, and the widest rule before it."""
    cards: dict[int, float] = dict.fromkeys(steps, 0.0)
    rules: dict[int, float] = dict.fromkeys(steps, 0.0)
    for card in scene.cards:
        cards[card.step] = max(cards[card.step], blocks[card.id].width)
    by_id = {card.id: card for card in scene.cards} | {frame.id: scene.card(frame.id) for frame in scene.frames}
    heads = {link.tail: link.head for link in scene.links}
    for pill in scene.pills:
        head = heads.get(pill.id)
        if head in by_id:
            rules[by_id[head].step] = max(rules[by_id[head].step], blocks[pill.id].width)
    return {step: cards[step] + rules[step] + _BETWEEN for step in steps}


def _filled(steps: list[int], widths: Mapping[int, float], room: float) -> list[tuple[int, ...]]:
    rows: list[list[int]] = []
    used = 0.0
    for step in steps:
        if not rows or used + widths[step] > room:
            rows.append([])
            used = 0.0
        rows[-1].append(step)
        used += widths[step]
    return [tuple(row) for row in rows]


@attrs.frozen
class InRows:
    """A scene whose rules say in words what no line can show any more, and one scene for each row."""

    scene: Scene
    rows: tuple[Scene, ...]
    wraps: tuple[Link, ...]
    """Lines from the end of a row to the beginning of the next."""
    across: tuple[Link, ...] = ()
    """Other lines between neighbouring rows."""


def in_rows(scene: Scene, rows: Iterable[tuple[int, ...]]) -> InRows:
    """Divides a scene into rows of steps.

    Example:
        >>> cards = (Card("a", "Trial"), Card("b", "Paying", step=1), Card("c", "Gone", step=2))
        >>> links = (Link("a", "p", "at_risk"), Link("p", "c", "at_risk"))
        >>> parted = in_rows(Scene("Long", cards=cards, pills=(Pill("p", "at_risk", ()),), links=links), [(0,), (1,), (2,)])
        >>> parted.scene.pills[0].clauses[0].text, len(parted.rows)
        ('from Trial', 3)
    """
    row_of_step = {step: number for number, row in enumerate(rows) for step in row}
    row = {card.id: row_of_step[card.step] for card in scene.cards}
    row |= {frame.id: row_of_step[scene.card(frame.id).step] for frame in scene.frames}
    titles = {card.id: card.title for card in scene.cards} | {frame.id: frame.title for frame in scene.frames}
    last = {number: _last_card(scene.cards, row, number) for number in set(row.values())}
    tails: dict[str, list[str]] = {pill.id: [] for pill in scene.pills}
    heads: dict[str, str] = {}
    for link in scene.links:
        if link.head in tails:
            tails[link.head].append(link.tail)
        else:
            heads[link.tail] = link.head
    pills: list[Pill] = []
    wraps: dict[int, Link] = {}
    across: dict[int, list[Link]] = defaultdict(list)
    for pill in scene.pills:
        place = row[heads.get(pill.id, (tails[pill.id] or [scene.cards[0].id])[0])]
        row[pill.id] = place
        far = [name for name in tails[pill.id] if row[name] != place]
        if len(far) == 1 == len(tails[pill.id]) and not pill.stub and abs(row[far[0]] - place) == 1:
            link = Link(far[0], pill.id, pill.kind)
            if _leads_on(scene, pill, far[0], place, row, last) and place not in wraps:
                wraps[place], far = link, []
            elif (
                len(scene.links) <= MANY
                and len(across[max(place, row[far[0]])]) < _ACROSS
                and _in_sight(scene, pill, far[0], place > row[far[0]])
            ):
                across[max(place, row[far[0]])].append(link)
                far = []
        pills.append(from_far(pill, [titles[name] for name in far], alone=len(far) == len(tails[pill.id])) if far else pill)
    kept = tuple(link for link in scene.links if row[link.tail] == row[link.head])
    between = tuple(link for links in across.values() for link in links)
    whole = attrs.evolve(scene, pills=tuple(pills), links=(*kept, *wraps.values(), *between))
    rows_of_scene = tuple(_row(whole, kept, row, number) for number in sorted(set(row_of_step.values())))
    return InRows(whole, rows_of_scene, tuple(wraps.values()), between)


def _last_card(cards: tuple[Card, ...], row: Mapping[str, int], number: int) -> str:
    """The card at the end of a row's main way."""
    return max((card for card in cards if row[card.id] == number), key=lambda card: (card.step, -card.track)).id


def _leads_on(scene: Scene, pill: Pill, tail: str, place: int, row: Mapping[str, int], last: Mapping[int, str]) -> bool:
    """Whether a rule leads from the end of one row to the beginning of the next."""
    heads = [scene.card(name) for name in scene.heads(pill)]
    first = min(card.step for card in scene.cards if row[card.id] == place)
    return (
        bool(heads)
        and row[tail] == place - 1
        and tail == last[place - 1]
        and heads[0].step == first
        and pill.kind in ("forward", "branch")
    )


def _in_sight(scene: Scene, pill: Pill, tail: str, down: bool) -> bool:
    """Whether the phase in the lower row stands at its upper edge, so that a line may reach it without passing others."""
    lower = next(iter(scene.heads(pill)), tail) if down else tail
    return scene.card(lower).track < TROUBLED


def from_far(pill: Pill, titles: list[str], *, alone: bool) -> Pill:
    """A rule that says in words where it comes from.

    Example:
        >>> from_far(Pill("p", "forward", ()), ["Trial"], alone=True).clauses[0].text
        'from Trial'
    """
    said = Clause("source", f"{'' if alone else 'also '}from {' and '.join(titles)}", pill.clauses[-1].rule if pill.clauses else "")
    return attrs.evolve(pill, clauses=(*pill.clauses, said), stub=pill.stub or alone)


def _row(whole: Scene, kept: tuple[Link, ...], row: Mapping[str, int], number: int) -> Scene:
    return attrs.evolve(
        whole,
        cards=tuple(card for card in whole.cards if row[card.id] == number),
        pills=tuple(pill for pill in whole.pills if row[pill.id] == number),
        frames=tuple(frame for frame in whole.frames if row[frame.id] == number),
        links=tuple(link for link in kept if row[link.tail] == number),
        marks=tuple(mark for mark in whole.marks if row[mark.on] == number),
    )


def stacked(parted: InRows, layouts: list[Layout]) -> Layout:
    """The rows below each other, with the lines that lead from one to the next."""
    boxes: dict[str, Box] = {}
    routes: dict[tuple[str, str], Route] = {}
    wide = max(layout.width for layout in layouts)
    y = 0.0
    tops: list[float] = []
    for number, (scene, layout) in enumerate(zip(parted.rows, layouts, strict=True)):
        y += _gap(parted, number) if number else 0
        tops.append(y)
        boxes |= {name: box.moved(_MARGIN, y) for name, box in layout.boxes.items()}
        for link, route in zip(scene.links, layout.routes, strict=True):
            routes[link.tail, link.head] = route.moved(_MARGIN, y)
        y += layout.height
    for number, (upper, lower) in enumerate(pairwise(tops)):
        for link in _into(parted, number + 1):
            tail, head = boxes[link.tail], boxes[link.head]
            (x, start), (end, arrive), between = (
                (tail.right, tail.middle[1]),
                (head.x, head.middle[1]),
                lower - _gap(parted, number + 1) / 2,
            )
            assert upper < between
            corners = [
                (x, start),
                (wide + 2 * _MARGIN - 4, start),
                (wide + 2 * _MARGIN - 4, between),
                (4.0, between),
                (4.0, arrive),
                (end, arrive),
            ]
            routes[link.tail, link.head] = rounded(corners, _ROUND)
    for link in parted.across:  # they have no way yet: `detours` finds one
        leaving, arriving = boxes[link.tail].middle, boxes[link.head].middle
        routes[link.tail, link.head] = Route((leaving, leaving, arriving, arriving))
    return Layout(wide + 2 * _MARGIN, y, boxes, tuple(routes[link.tail, link.head] for link in parted.scene.links))


def levels(parted: InRows, layouts: Sequence[Layout]) -> list[float]:
    """How high lines may run between the rows: beside the one that leads on.

    Example:
        >>> rows = Scene("Upper"), Scene("Lower")
        >>> levels(InRows(Scene("Long"), rows, ()), [Layout(100, 80, {}, ()), Layout(100, 80, {}, ())])
        [91.0, 117.0]
    """
    found: list[float] = []
    y = 0.0
    for number, layout in enumerate(layouts):
        if number:
            gap = _gap(parted, number)
            tracks = range(1, int((gap / 2 - 6) // _TRACK) + 1)
            found += sorted(y + gap / 2 + _TRACK * track * way for track in tracks for way in (-1, 1))
            y += gap
        y += layout.height
    return found


def _gap(parted: InRows, number: int) -> float:
    """What stays free above a row: more, the more lines run there."""
    places = {pill.id: index for index, scene in enumerate(parted.rows) for pill in scene.pills}
    places |= {card.id: index for index, scene in enumerate(parted.rows) for card in scene.cards}
    places |= {frame.id: index for index, scene in enumerate(parted.rows) for frame in scene.frames}
    return _GAP + _TRACK * sum(max(places[link.tail], places[link.head]) == number for link in parted.across)


def _into(parted: InRows, number: int) -> Iterator[Link]:
    """The line that leads into a row, if there is one."""
    inside = {pill.id for pill in parted.rows[number].pills}
    return (link for link in parted.wraps if link.head in inside)
