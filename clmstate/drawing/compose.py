"""From a scene to everything that a painter needs: text set, places found, and frames that would mislead replaced by words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import attrs

from clmstate.drawing.blocks import PILL_TEXT, Block, typeset
from clmstate.drawing.columns import insiders
from clmstate.drawing.layout import Layout, place
from clmstate.drawing.legend import PAD, furnish
from clmstate.drawing.renderers import RENDERERS, RendererName
from clmstate.drawing.rows import WIDEST, from_far, in_rows, rows_of, stacked
from clmstate.drawing.scene import Frame, Link, Scene
from clmstate.drawing.story import LOST, TROUBLED

__all__ = ["Composed", "compose"]

WIDER, NARROWER = (132, 156), (96,)  # other widths of a rule's words, for pictures that are too tall or too wide
_FEW = 8  # columns of phases that may fit into one row
_HAND_OUT = 1.3
_SMALL = 16  # phases
_ON_A_SLIDE = 9  # phases; pictures of more are no slides, whatever one does


@attrs.frozen
class Composed:
    """A scene that is ready to be painted; it may say in titles what frames could not."""

    scene: Scene
    blocks: Mapping[str, Block]
    layout: Layout


def compose(scene: Scene, *, renderers: tuple[RendererName, ...] = RENDERERS) -> Composed:
    """Sets and places a scene.

    A frame is a promise that exactly its members stand inside. Where the layout would put something else there, the frame is left out
    and its members carry its name in their titles.

    Raises:
        InputError: CLM401, when no Graphviz works here.

    Example:
        >>> from clmstate.drawing.scene import Card
        >>> sorted(compose(Scene("One", cards=(Card("a", "Trial"),))).layout.boxes)
        ['a']
    """
    if scene.plan == "lanes":
        from clmstate.drawing.handoffs import place_lanes

        return Composed(scene, *place_lanes(scene))
    if scene.plan == "composite":
        from clmstate.drawing.composites import place_parts

        return Composed(scene, *place_parts(scene))
    if scene.plan == "markets":
        from clmstate.drawing.variants import place_markets

        return Composed(scene, *place_markets(scene))
    usual = _journey(scene, PILL_TEXT, renderers)
    return usual if len(scene.cards) > _ON_A_SLIDE or not scene.pills else _largest(scene, usual, renderers)


def _largest(scene: Scene, usual: Composed, renderers: tuple[RendererName, ...]) -> Composed:
    """The same with rules as wide, and the lost as far aside, as makes the picture come out largest on a slide."""
    best, width = usual, PILL_TEXT
    size, tall = _size(usual)
    for other_width in WIDER if tall else NARROWER:
        other = _journey(scene, other_width, renderers)
        found, other_tall = _size(other)
        if found <= size or _says_less(other, usual):
            break
        best, size, tall, width = other, found, other_tall, other_width
    aside = _lost_aside(scene) if tall else scene
    if aside == scene:
        return best
    other = _journey(aside, width, renderers)
    return other if _size(other)[0] > size and not _says_less(other, usual) else best


def _says_less(other: Composed, usual: Composed) -> bool:
    """Whether a frame or a line of the usual picture has become words."""
    return len(other.scene.frames) < len(usual.scene.frames) or len(other.scene.links) < len(usual.scene.links)


def _lost_aside(scene: Scene) -> Scene:
    """The same with those who are lost in a column of their own, instead of as a third row below the others."""
    last = max(card.step for card in scene.cards)
    lost = {card.id for card in scene.cards if card.track >= LOST and card.step == last}
    cards = (
        attrs.evolve(card, step=last + 1, track=card.track - LOST + TROUBLED) if card.id in lost else card for card in scene.cards
    )
    return attrs.evolve(scene, cards=tuple(cards)) if lost else scene


def _size(composed: Composed) -> tuple[float, bool]:
    """How large a picture comes out on a slide, and whether it is taller than a slide; words may not become small across the slide."""
    around = furnish(composed.scene, composed.layout)
    room = _widest(composed.scene) + 2 * PAD
    size = min(16 / around.width, 9 / around.height, 16 / room if around.width > room else math.inf)
    return size, around.height / around.width > 9 / 16


def _journey(scene: Scene, pill_text: int, renderers: tuple[RendererName, ...]) -> Composed:
    """A journey whose rules have words of some width: in one row, or in several."""
    blocks = typeset(scene, pill_text=pill_text)
    rows = rows_of(scene, blocks) if scene.cards else []
    layout = place(scene, blocks, renderers=renderers) if len(rows) <= 1 or _may_fit(scene) else None
    if layout is None or (len(rows) > 1 and layout.width > _widest(scene)):
        return _below_each_other(scene, rows, pill_text, renderers)
    misleading = [frame for frame in scene.frames if any(_foreigners(scene, layout, frame))]
    if not misleading:
        said = _with_words_for(scene, _crossing(scene, layout))
        return Composed(scene, blocks, layout) if said == scene else _journey(said, pill_text, renderers)
    for frame in misleading:
        scene = _without(scene, frame)
    return _journey(scene, pill_text, renderers)


def _crossing(scene: Scene, layout: Layout) -> list[Link]:
    """Lines that run through a card they have nothing to do with; in large pictures some do, and finding them all takes long."""
    if len(scene.cards) > _SMALL:
        return []
    members = {frame.id: frame.members for frame in scene.frames}
    found = []
    for link, route in zip(scene.links, layout.routes, strict=True):
        own = {link.tail, link.head, *members.get(link.tail, ()), *members.get(link.head, ())}
        hull = route.hull
        near = [layout.boxes[card.id] for card in scene.cards if card.id not in own and layout.boxes[card.id].overlaps(hull)]
        others = [box.grown(-1, -1, -1, -1) for box in near]
        if others and any(box.holds(point) for point in route.samples() for box in others):
            found.append(link)
    return found


def _with_words_for(scene: Scene, crossing: list[Link]) -> Scene:
    """Rules say in words where they come from, where a line would run through a card; a rule nobody can follow stands at its target."""
    pills = {pill.id: pill for pill in scene.pills}
    titles = {card.id: card.title for card in scene.cards} | {frame.id: frame.title for frame in scene.frames}
    gone: set[Link] = set()
    for name, pill in pills.items():
        tails = [link for link in scene.links if link.head == name]
        lost = [link for link in crossing if link.head == name]
        if any(link.tail == name for link in crossing):
            lost = tails
        if lost and any(link.tail == name for link in scene.links):
            gone.update(lost)
            pills[name] = from_far(pill, [titles[link.tail] for link in lost], alone=len(lost) == len(tails))
    return attrs.evolve(scene, pills=tuple(pills.values()), links=tuple(link for link in scene.links if link not in gone))


def _may_fit(scene: Scene) -> bool:
    """Whether it is worth trying one row: what the rows are found by is an estimate on the wide side."""
    return len({card.step for card in scene.cards}) <= _FEW


def _widest(scene: Scene) -> float:
    """A hand-out is read from nearby and may be wider than a slide."""
    return WIDEST * (_HAND_OUT if any(card.notes for card in scene.cards) else 1)


def _below_each_other(scene: Scene, rows: list[tuple[int, ...]], pill_text: int, renderers: tuple[RendererName, ...]) -> Composed:
    """A wide scene in rows; a frame whose members stand in several becomes a part of their titles."""
    step = {card.id: card.step for card in scene.cards}
    row = {each: number for number, steps in enumerate(rows) for each in steps}
    for frame in scene.frames:
        if len({row[step[name]] for name in frame.members}) > 1:
            return _journey(_without(scene, frame), pill_text, renderers)
    parted = in_rows(scene, rows)
    blocks = typeset(parted.scene, pill_text=pill_text)
    layouts = [place(each, blocks, renderers=renderers) for each in parted.rows]
    for each, layout in zip(parted.rows, layouts, strict=True):
        for frame in each.frames:
            if any(_foreigners(each, layout, frame)):
                return _journey(_without(scene, frame), pill_text, renderers)
    crossing = [link for each, layout in zip(parted.rows, layouts, strict=True) for link in _crossing(each, layout)]
    said = _with_words_for(scene, crossing)
    if said != scene:
        return _journey(said, pill_text, renderers)
    return Composed(parted.scene, blocks, stacked(parted, layouts))


def _foreigners(scene: Scene, layout: Layout, frame: Frame) -> Iterator[str]:
    """Cards, pills and other frames that stand in or on a frame without belonging to it."""
    yield from (other.id for other in scene.frames if other != frame and layout.boxes[other.id].overlaps(layout.boxes[frame.id]))
    inside = insiders(scene, frame)
    for name in (*(card.id for card in scene.cards), *(pill.id for pill in scene.pills)):
        if name not in inside and layout.boxes[name].overlaps(layout.boxes[frame.id]):
            yield name


def _without(scene: Scene, frame: Frame) -> Scene:
    cards = (
        attrs.evolve(card, title=f"{frame.title} · {card.title}") if card.id in frame.members else card for card in scene.cards
    )
    links: list[Link] = []
    for link in scene.links:
        if link.tail == frame.id:
            links += (attrs.evolve(link, tail=member) for member in frame.members)
        else:
            links.append(attrs.evolve(link, head=frame.members[0]) if link.head == frame.id else link)
    frames = tuple(other for other in scene.frames if other != frame)
    return attrs.evolve(scene, cards=tuple(cards), links=tuple(links), frames=frames)
