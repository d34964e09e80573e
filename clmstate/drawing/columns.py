"""Which column everything stands in, and in which order from top to bottom; the part of the layout that reads the journey.

A phase's column is its step along the journey, a rule's column the gap before its target; between two phases of one column it stands
between them. Ways back run above the main way, trouble and recovery below it. Graphviz keeps this order and finds the coordinates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import attrs

from clmstate.drawing.scene import Card, Frame, Pill, Scene

__all__ = ["Columns", "arrange", "insiders", "spacer"]


@attrs.frozen
class Columns:
    """Ids from top to bottom by column, columns from left to right; and for each id its column and its height (small is high)."""

    order: tuple[tuple[str, ...], ...]
    column: Mapping[str, int]
    height: Mapping[str, float]


def spacer(frame: str, step: int, end: str) -> str:
    """Id of the invisible box that keeps room for a frame's header (``top``) or lower edge (``bottom``) in one column."""
    return f"{frame}\N{INFORMATION SEPARATOR ONE}{end}{step}"


@attrs.frozen
class _Slot:
    rank: int
    height: float


def arrange(scene: Scene) -> Columns:
    """The columns of a scene.

    Example:
        >>> from clmstate.drawing.scene import Link
        >>> cards = (Card("a", "Trial"), Card("b", "Paying", step=1))
        >>> links = (Link("a", "go", "forward"), Link("go", "b", "forward"))
        >>> arrange(Scene("Two", cards=cards, pills=(Pill("go", "forward", ()),), links=links)).order
        (('a',), ('go',), ('b',))
    """
    slots = {card.id: _Slot(2 * card.step, float(card.track)) for card in scene.cards}
    for mark in scene.marks:
        slots[mark.id] = _Slot(2 * scene.card(mark.on).step - 1, float(scene.card(mark.on).track))
    between: dict[tuple[str, str], str] = {}
    for pill in scene.pills:
        slots[pill.id] = _pill_slot(scene, pill, between)
    ranks: dict[int, list[str]] = defaultdict(list)
    for name, slot in slots.items():
        ranks[slot.rank].append(name)
    order = [_column(scene, sorted(ranks[rank], key=lambda name: slots[name].height), rank, slots) for rank in sorted(ranks)]
    column = {name: index for index, names in enumerate(order) for name in names}
    return Columns(tuple(order), column, {name: slot.height for name, slot in slots.items()})


def _pill_slot(scene: Scene, pill: Pill, between: dict[tuple[str, str], str]) -> _Slot:
    sources = [scene.card(name) for name in scene.tails(pill)]
    targets = [scene.card(name) for name in scene.heads(pill)]
    if not targets:
        return _Slot(2 * sources[0].step, sources[0].track + 0.4)
    target = targets[0]
    if not sources:
        return _Slot(2 * target.step - 1, target.track + 0.3)
    source = max(sources, key=lambda card: card.step)
    if source.step == target.step:
        return _flat_slot(scene, pill, source, target, between)
    if source.step < target.step:
        return _Slot(2 * target.step - 1, _forward_height(source, target))
    span = source.step - target.step
    if pill.kind == "recovery":
        return _Slot(source.step + target.step, source.track + 0.7)
    if pill.kind == "at_risk" or min(source.track, target.track) > 0:
        return _Slot(source.step + target.step, max(source.track, target.track) - 0.5 + 0.01 * span)
    return _Slot(source.step + target.step, -1.0 - span)


def _forward_height(source: Card, target: Card) -> float:
    if target.track > source.track:
        return target.track - 0.3 + 0.02 * (target.step - source.step)
    return source.track + 0.2 if target.track < source.track else float(target.track)


def _flat_slot(scene: Scene, pill: Pill, source: Card, target: Card, between: dict[tuple[str, str], str]) -> _Slot:
    """Between two neighbours of a column the first rule stands in the column, the others beside it."""
    upper, lower = sorted((source, target), key=lambda card: card.track)
    neighbours = not any(card.step == source.step and upper.track < card.track < lower.track for card in scene.cards)
    height = (upper.track + lower.track) / 2
    pair = (upper.id, lower.id)
    recovery_first = pill.kind == "recovery" or not _has_recovery_between(scene, upper, lower)
    if neighbours and pair not in between and recovery_first:
        between[pair] = pill.id
        return _Slot(2 * source.step, height)
    beside = 1 if pill.kind == "at_risk" else -1
    return _Slot(2 * source.step + beside, height)


def _has_recovery_between(scene: Scene, upper: Card, lower: Card) -> bool:
    ends = {upper.id, lower.id}
    return any(
        pill.kind == "recovery" and {scene.card(name).id for name in (*scene.tails(pill), *scene.heads(pill))} == ends
        for pill in scene.pills
    )


def _column(scene: Scene, names: list[str], rank: int, slots: dict[str, _Slot]) -> tuple[str, ...]:
    """Frames keep their members together, with room for the header above and the edge below."""
    for frame in scene.frames:
        members = [name for name in names if name in frame.members]
        if not members:
            continue
        inner = insiders(scene, frame)
        first, last = names.index(members[0]), names.index(members[-1])
        while last + 1 < len(names) and names[last + 1] in inner:  # rules that hang below its last phase
            last += 1
        inside = [name for name in names[first : last + 1] if name in inner]
        outside = [name for name in names[first : last + 1] if name not in inside]
        step = rank // 2
        top, bottom = spacer(frame.id, step, "top"), spacer(frame.id, step, "bottom")
        names = [*names[:first], top, *inside, bottom, *outside, *names[last + 1 :]]
        slots[top], slots[bottom] = _Slot(rank, slots[members[0]].height - 0.1), _Slot(rank, slots[members[-1]].height + 0.1)
    return tuple(names)


def insiders(scene: Scene, frame: Frame) -> tuple[str, ...]:
    """The members of a frame and the rules that lead from one to another (or keep a customer in one)."""
    rules = []
    for pill in scene.pills:
        ends = {*scene.tails(pill), *scene.heads(pill)}
        if ends and ends <= set(frame.members):
            rules.append(pill.id)
    return (*frame.members, *rules)
