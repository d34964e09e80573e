"""From a scene to everything that a painter needs: text set, places found, and frames that would mislead replaced by words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from clmstate.drawing.blocks import Block, typeset
from clmstate.drawing.columns import insiders
from clmstate.drawing.layout import Layout, place
from clmstate.drawing.renderers import RENDERERS, RendererName
from clmstate.drawing.scene import Frame, Link, Scene

__all__ = ["Composed", "compose"]


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
        from clmstate.drawing.lanes import place_lanes

        return Composed(scene, *place_lanes(scene))
    if scene.plan == "composite":
        from clmstate.drawing.composites import place_parts

        return Composed(scene, *place_parts(scene))
    if scene.plan == "markets":
        from clmstate.drawing.markets import place_markets

        return Composed(scene, *place_markets(scene))
    blocks = typeset(scene)
    layout = place(scene, blocks, renderers=renderers)
    misleading = [frame for frame in scene.frames if any(_foreigners(scene, layout, frame))]
    if not misleading:
        return Composed(scene, blocks, layout)
    for frame in misleading:
        scene = _without(scene, frame)
    return compose(scene, renderers=renderers)


def _foreigners(scene: Scene, layout: Layout, frame: Frame) -> Iterator[str]:
    """Cards, pills and other frames that stand in or on a frame without belonging to it."""
    yield from (other.id for other in scene.frames if other != frame and layout.boxes[other.id].overlaps(layout.boxes[frame.id]))
    for name in (*(card.id for card in scene.cards), *(pill.id for pill in scene.pills)):
        if name not in insiders(scene, frame) and layout.boxes[name].overlaps(layout.boxes[frame.id]):
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
