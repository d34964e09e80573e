"""From a scene to everything that a painter needs: text set, places found, and frames that would mislead replaced by words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from clmstate.drawing.blocks import NARROW_TEXT, PILL, PILL_TEXT, Block, typeset
from clmstate.drawing.columns import insiders
from clmstate.drawing.crowding import run_along
from clmstate.drawing.detours import MANY, detoured, without_way
from clmstate.drawing.furniture import NARROWEST, furnish
from clmstate.drawing.layout import GAP, Layout, place
from clmstate.drawing.renderers import RENDERERS, RendererName
from clmstate.drawing.rows import WIDEST, about_as_wide, from_far, in_rows, levels, rows_of, stacked
from clmstate.drawing.scene import Frame, Link, Scene
from clmstate.drawing.standing import touching
from clmstate.drawing.story import LOST, TROUBLED

__all__ = ["Composed", "compose"]

_LARGE = 11.0  # points on a slide of 960 by 540: large enough to look for nothing larger
_ABOUT = 1.3  # times: the estimate of how wide a row is may be that much too wide
_HAND_OUT = 1.3
_WIDEST_GAP = 36.0  # between columns: a longer line says no more
_ROOMY = 26.0  # between columns where several lines run up and down
_ON_A_SLIDE, _ON_A_HAND_OUT = 9, 14  # phases; larger pictures are neither, whatever one does


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
        from clmstate.drawing.lane_grid import place_lanes

        return Composed(*place_lanes(scene))
    if scene.plan == "composite":
        from clmstate.drawing.part_grid import place_parts

        return Composed(scene, *place_parts(scene))
    if scene.plan == "markets":
        from clmstate.drawing.variants import place_markets

        return Composed(scene, *place_markets(scene))
    usual = _journey(scene, _Setting(), renderers)
    most = _ON_A_HAND_OUT if any(card.notes for card in scene.cards) else _ON_A_SLIDE
    return _cleared(_largest(scene, usual, renderers) if scene.pills and len(scene.cards) <= most else usual, renderers)


@attrs.frozen
class _Setting:
    """What may be chosen freely in a picture: whatever makes it largest on a slide."""

    pill_text: int = PILL_TEXT
    """Width of a rule's words."""
    wider_cards: int = 0
    """How much wider than usual cards are, or narrower."""
    room: float = 1.0
    """How wide a row may be, times the usual."""
    aside: bool = False
    """Whether the lost stand in a column of their own."""
    gap: float = GAP
    """Between columns."""


# Each of these makes some shipped model largest; between them the size changes little.
_NARROW = _Setting(NARROW_TEXT, 0, 1.2)
_WIDE = (_Setting(132), _Setting(156, 24), _Setting(132, 48, 1.2), _Setting(216, 0, 1.2))
_WIDE_HAND_OUT = (_Setting(132), _Setting(144), _Setting(156), _Setting(200, 48, 1.4), _Setting(216, 48, 1.4))


@attrs.frozen
class _Placed:
    """A scene that has its places, though its lines may still touch what they should not."""

    given: Scene
    """What was placed: rows may say in words what it shows by lines."""
    setting: _Setting
    composed: Composed
    across: frozenset[Link] = frozenset()
    """Lines between rows, which have no way yet."""
    levels: tuple[float, ...] = ()
    """How high they may run."""


def _cleared(placed: _Placed, renderers: tuple[RendererName, ...]) -> Composed:
    """The same with every line on a way of its own; where there is none, the rule says in words where it comes from."""
    scene, blocks, layout = placed.composed.scene, placed.composed.blocks, placed.composed.layout
    said = _with_words_for(placed.given, without_way(scene, blocks, layout, placed.across, placed.levels))
    if said == placed.given:
        layout = detoured(scene, blocks, layout, placed.across, placed.levels)
        said = _with_words_for(placed.given, touching(scene, blocks, layout))
    if said != placed.given:
        return _cleared(_journey(said, placed.setting, renderers, one_row=not placed.levels), renderers)
    found = Composed(scene, blocks, layout)
    along = run_along(scene.links, layout.routes) if len(scene.links) <= MANY else 0
    if along and placed.setting.gap == GAP:
        setting = attrs.evolve(placed.setting, gap=_ROOMY)
        wider = _cleared(_journey(placed.given, setting, renderers, one_row=not placed.levels), renderers)
        if run_along(wider.scene.links, wider.layout.routes) < along and not _says_less(wider, found):
            return wider
    return found


def _largest(scene: Scene, usual: _Placed, renderers: tuple[RendererName, ...]) -> _Placed:
    """The same with the setting that makes the picture come out largest on a slide."""
    size, tall = _size(usual.composed)
    placed = [(size, usual)]
    wide = _WIDE_HAND_OUT if any(card.notes for card in scene.cards) else _WIDE
    for setting in (_NARROW, *(wide if tall else ())) if size < _LARGE else ():
        other = _journey(scene, setting, renderers)
        if not _says_less(other.composed, usual.composed):
            placed.append((_size(other.composed)[0], other))
    size, best = max(placed, key=lambda found: found[0])
    aside = _lost_aside(scene)
    if size < _LARGE and aside != scene and _size(best.composed)[1]:
        other = _journey(aside, attrs.evolve(best.setting, aside=True), renderers)
        if _size(other.composed)[0] > size and not _says_less(other.composed, usual.composed):
            return other
    return best


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
    """How large the words of rules come out on a slide, in points, and whether the picture is taller than that."""
    around = furnish(composed.scene, composed.layout)
    return PILL * min(960 / around.width, 540 / around.height), around.height / around.width > 9 / 16


def _journey(scene: Scene, setting: _Setting, renderers: tuple[RendererName, ...], *, one_row: bool = True) -> _Placed:
    """A journey in some setting: in one row, if it may and does fit, or in several."""
    blocks = typeset(scene, pill_text=setting.pill_text, wider_cards=setting.wider_cards)
    rows = rows_of(scene, blocks, WIDEST * setting.room) if scene.cards else []
    widest = _widest(scene) * setting.room
    one_row = len(rows) <= 1 or (one_row and about_as_wide(scene, blocks) <= _ABOUT * widest)
    layout = _in_one_row(scene, blocks, setting.gap, renderers) if one_row else None
    if layout is None or (len(rows) > 1 and layout.width > widest):
        return _below_each_other(scene, rows, setting, renderers)
    misleading = [frame for frame in scene.frames if any(_foreigners(scene, layout, frame))]
    if not misleading:
        return _Placed(scene, setting, Composed(scene, blocks, layout))
    for frame in misleading:
        scene = _without(scene, frame)
    return _journey(scene, setting, renderers)


def _in_one_row(scene: Scene, blocks: Mapping[str, Block], gap: float, renderers: tuple[RendererName, ...]) -> Layout:
    """A small journey, whose page is wider than it needs, has longer lines."""
    layout = place(scene, blocks, gap=gap, renderers=renderers)
    spare = NARROWEST - layout.width
    if spare <= 0 or not scene.pills:
        return layout
    columns = 2 * len({card.step for card in scene.cards})
    return place(scene, blocks, gap=max(gap, min(GAP + spare / columns, _WIDEST_GAP)), renderers=renderers)


def _with_words_for(scene: Scene, crossing: list[Link]) -> Scene:
    """Rules say in words where they come from, where a line would run through a card; a rule nobody can follow stands at its target."""
    pills = {pill.id: pill for pill in scene.pills}
    titles = {card.id: card.title for card in scene.cards} | {frame.id: frame.title for frame in scene.frames}
    gone: set[Link] = set()
    ended = {end for link in crossing for end in (link.head, link.tail)}
    for name in (name for name in pills if name in ended):
        tails = [link for link in scene.links if link.head == name]
        lost = [link for link in crossing if link.head == name]
        if any(link.tail == name for link in crossing):
            lost = tails
        if lost and any(link.tail == name for link in scene.links):
            gone.update(lost)
            pills[name] = from_far(pills[name], [titles[link.tail] for link in lost], alone=len(lost) == len(tails))
    return attrs.evolve(scene, pills=tuple(pills.values()), links=tuple(link for link in scene.links if link not in gone))


def _widest(scene: Scene) -> float:
    """A hand-out is read from nearby and may be wider than a slide."""
    return WIDEST * (_HAND_OUT if any(card.notes for card in scene.cards) else 1)


def _below_each_other(scene: Scene, rows: list[tuple[int, ...]], setting: _Setting, renderers: tuple[RendererName, ...]) -> _Placed:
    """A wide scene in rows; a frame whose members stand in several becomes a part of their titles."""
    step = {card.id: card.step for card in scene.cards}
    row = {each: number for number, steps in enumerate(rows) for each in steps}
    for frame in scene.frames:
        if len({row[step[name]] for name in frame.members}) > 1:
            return _journey(_without(scene, frame), setting, renderers)
    parted = in_rows(scene, rows)
    blocks = typeset(parted.scene, pill_text=setting.pill_text, wider_cards=setting.wider_cards)
    layouts = [place(each, blocks, gap=setting.gap, renderers=renderers) for each in parted.rows]
    for each, layout in zip(parted.rows, layouts, strict=True):
        for frame in each.frames:
            if any(_foreigners(each, layout, frame)):
                return _journey(_without(scene, frame), setting, renderers)
    composed = Composed(parted.scene, blocks, stacked(parted, layouts))
    return _Placed(scene, setting, composed, frozenset(parted.across), tuple(levels(parted, layouts)))


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
