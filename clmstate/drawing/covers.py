"""The text of an overlay, set into the boxes that the journey has: whatever is said, it fits, and nothing moves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import attrs

from clmstate.drawing.blocks import Block, Ink, Run
from clmstate.drawing.geometry import Box, Point
from clmstate.drawing.measure import Face, clean, text_width, wrap
from clmstate.drawing.overlay import Cover, Overlay, Said, SaidAs
from clmstate.drawing.scene import Pill, Scene

__all__ = ["BAR", "WIDEST_STEP", "chip_box", "covered", "in_chip", "sign_place", "step_width"]

_SIZES: Mapping[SaidAs, tuple[float, Face]] = {
    "number": (34, "Bold"),
    "strong": (15, "Bold"),
    "plain": (14, "Regular"),
    "quiet": (14, "Regular"),
    "italic": (14, "Italic"),
    "struck": (14, "Regular"),
    "come": (14, "SemiBold"),
}
_INKS: Mapping[SaidAs, Ink] = {"quiet": "quiet", "struck": "gone", "come": "come"}
_LEADING = 1.28
_SMALLEST = 0.002  # of the usual size: nothing is cut, whatever is said
_READABLE = 0.5
_YIELDS = 1.3  # a number becomes smaller by so much before words do
BAR = 10.0  # height of a bar, and what stands below it
_ABOVE_BAR = 15.0  # the lowest line of text: the lower edge of a card with a bar
_NEARLY, _NOT_SMALLER = (
    0.88,
    0.75,
)  # of the usual size, before a line is rather broken: on a card or pill, and at the right of a name
_BETWEEN = 8.0  # a number and the words beside it
_SIGN = 15.0  # room for the sign of a rule's kind in a small pill
_WIDER = 16.0  # a small pill may be than its place, and higher: its lines run up to it
CHIP = 8.0  # around the text of a small pill
WIDEST_STEP = 62.0  # of a badge with several numbers


def covered(scene: Scene, blocks: Mapping[str, Block], overlay: Overlay) -> dict[str, Block]:
    """The blocks of a scene under an overlay: the same sizes, other text.

    Example:
        >>> from clmstate.drawing.scene import Card
        >>> laid = Overlay(covers={"a": Cover("good", (Said("412", "number"),))})
        >>> block = covered(Scene("One", cards=(Card("a", "Trial"),)), {"a": Block(142, 100, 40)}, laid)["a"]
        >>> [run.text for run in block.runs], block.width
        (['412'], 142)
    """
    changed = dict(blocks)
    for card in scene.cards:
        cover = overlay.covers.get(card.id)
        if cover is not None:
            changed[card.id] = _card(blocks[card.id], cover)
    for pill in scene.pills:
        cover = overlay.covers.get(pill.id)
        if cover is not None and cover.said is not None:
            block = blocks[pill.id]
            step = step_width(cover.number)
            more = _WIDER if cover.small else 0.0
            room = Box(7 + step - more / 2, 3 - more / 2, block.width - 14 - step + more, block.height - 6 + more)
            said = (*cover.said, *_from_where(pill, cover.counted)) if cover.small and not cover.number else cover.said
            changed[pill.id] = attrs.evolve(block, runs=_fitted(said, room), icons=(), rules=())
    return changed


def _from_where(pill: Pill, rules: tuple[str, ...]) -> Iterator[Said]:
    """Where those rules come from beside what the line shows: the card at its beginning, or next to it, is not it, or not the only one."""
    said = dict.fromkeys(clause.text for clause in pill.clauses if clause.role == "source" and clause.rule in {"", *rules})
    return (Said(text, "quiet") for text in said)


def _card(block: Block, cover: Cover) -> Block:
    """The title stays where it is; what stands below it (of a card without a band: at its right) is replaced."""
    if cover.said is None:
        return block
    if not block.header:
        return _beside(block, cover.said, bar=bool(cover.bar))
    title = tuple(run for run in block.runs if run.y <= block.header)
    below = block.height - block.header - 8 - (BAR + 8 if cover.bar else 0)
    room = Box(8, block.header + 4, block.width - 16, below)
    stacked = _fitted(cover.said, room)
    if len(cover.said) > 1 and cover.said[0].how == "number" and _least(stacked) < _NOT_SMALLER * _SIZES["quiet"][0]:
        stacked = max(stacked, _number_first(cover.said, room), key=_least)
    return attrs.evolve(block, runs=(*title, *stacked))


def _least(runs: tuple[Run, ...]) -> float:
    """The size of the smallest type."""
    return min((run.size for run in runs), default=0.0)


def _number_first(said: tuple[Said, ...], room: Box) -> tuple[Run, ...]:
    """In a low box: the number, and the words beside it instead of below."""
    number = _fitted(said[:1], room)
    wide = max(text_width(run.text, run.size, run.face) for run in number)
    words = _fitted(said[1:], Box(room.x, room.y, max(room.width - wide - _BETWEEN, 1.0), room.height))
    widest = max((text_width(run.text, run.size, run.face) for run in words), default=0.0)
    left = room.x + (room.width - wide - _BETWEEN - widest) / 2
    return (
        *(attrs.evolve(run, x=left + wide / 2) for run in number),
        *(attrs.evolve(run, x=left + wide + _BETWEEN + widest / 2) for run in words),
    )


def _beside(block: Block, said: tuple[Said, ...], *, bar: bool) -> Block:
    """A card without a band keeps what it says; what a cover says stands at the right of its name, and all a little higher above a bar."""
    lowest = max((run.y for run in block.runs), default=0.0)
    up = max(0.0, lowest + _ABOVE_BAR - block.height) if bar else 0.0
    own = tuple(attrs.evolve(run, y=run.y - up) for run in block.runs)
    title = [run for run in own if run.face == "Bold"]
    taken = max((run.x + text_width(run.text, run.size, run.face) for run in title), default=0.0)
    room = Box(taken + 8, 0, block.width - taken - 20, block.height)
    found = _fitted(said, room, _NOT_SMALLER)
    widest = max((text_width(run.text, run.size, run.face) for run in found), default=0.0)
    down = sum(run.y for run in title) / len(title) - found[0].y if title and len(found) == 1 else 0.0  # on the line of the name
    right = tuple(attrs.evolve(run, x=room.right - widest / 2, y=run.y + down) for run in found)
    icons = tuple(attrs.evolve(icon, y=icon.y - up) for icon in block.icons)
    named = attrs.evolve(block, runs=own, icons=icons)
    whole = len(found) <= len(said) and _least(found) >= _NOT_SMALLER * _SIZES["plain"][0]
    if whole or not own:
        return attrs.evolve(named, runs=(*own, *right))
    low = max(run.y for run in own) + 4
    ways = (_after_name(named, said), _below_name(named, said, min(low, block.height - 4)), _both_smaller(named, said))
    return max(ways, key=lambda each: _least(each.runs))


def _after_name(block: Block, said: tuple[Said, ...]) -> Block:
    """A long name leaves room at the right of its last line."""
    last = max(block.runs, key=lambda run: run.y)
    left = last.x + text_width(last.text, last.size, last.face) + 8
    found = _set(said, Box(left, 0, max(block.width - left - 12, 1.0), block.height), whole=True)
    return attrs.evolve(block, runs=(*block.runs, *_at_right(found, block.width - 12, last.y)))


def _below_name(block: Block, said: tuple[Said, ...], low: float) -> Block:
    """A long name becomes smaller, and leaves room for one more line above `low`."""
    line = low / (1 + len({run.y for run in block.runs}))
    scale = (low - line) / low
    own = tuple(attrs.evolve(run, y=run.y * scale, size=run.size * scale) for run in block.runs)
    icons = tuple(attrs.evolve(icon, y=icon.y * scale, size=icon.size * scale) for icon in block.icons)
    found = _set(said, Box(14, low - line, block.width - 26, line), whole=True)
    return attrs.evolve(block, runs=(*own, *_at_right(found, block.width - 12, low - line * 0.2)), icons=icons)


def _both_smaller(block: Block, said: tuple[Said, ...]) -> Block:
    """A long name and what is said of it become smaller, beside each other."""
    left, y = min(run.x for run in block.runs), max(run.y for run in block.runs)
    found = _set(said, Box(0, 0, 10 * block.width, block.height), whole=True)
    name = max(run.x + text_width(run.text, run.size, run.face) for run in block.runs) - left
    wide = sum(text_width(run.text, run.size, run.face) + 4 for run in found)
    scale = min(1.0, (block.width - 12 - 8 - left) / (name + wide))
    own = tuple(attrs.evolve(run, x=left + (run.x - left) * scale, size=run.size * scale) for run in block.runs)
    smaller = tuple(attrs.evolve(run, size=run.size * scale) for run in found)
    return attrs.evolve(block, runs=(*own, *_at_right(smaller, block.width - 12, y)))


def _at_right(found: tuple[Run, ...], right: float, y: float) -> Iterator[Run]:
    """Words one after the other on a line, up to its end."""
    for run in reversed(found):
        wide = text_width(run.text, run.size, run.face)
        yield attrs.evolve(run, x=right - wide / 2, y=y)
        right -= wide + 4


def _fitted(said: tuple[Said, ...], room: Box, whole: float = _NEARLY) -> tuple[Run, ...]:
    """Lines centred in a box, smaller where they would not fit; rather a little smaller than broken, down to `whole` of their size."""
    found = _set(said, room, whole=True)
    shown = [one for one in said if clean(one.text)]
    if all(run.size >= whole * _SIZES[one.how][0] for run, one in zip(found, shown, strict=True) if one.how != "number"):
        return found
    return _set(said, room, whole=False)


def _set(said: tuple[Said, ...], room: Box, *, whole: bool) -> tuple[Run, ...]:
    """Lines centred in a box, smaller where they would not fit; whole ones are not broken, and a number is as large as its own room is."""
    scale = narrow = 1.0  # of all, and of words below a number besides
    while True:
        lines = [
            (line, one, _size(one.how, scale, narrow))
            for one in said
            if clean(one.text)
            for line in _broken(one, math.inf if whole else room.width, scale, narrow)
        ]
        tall = sum(size * _LEADING for _, _, size in lines)
        too_wide = {one.how for line, one, size in lines if text_width(line, size, _SIZES[one.how][1]) > room.width}
        if (tall <= room.height and not too_wide) or min(scale, narrow) <= _SMALLEST:
            break
        if tall <= room.height and said[0].how == "number" and "number" not in too_wide:
            narrow *= 0.92
        else:
            scale *= 0.92 if scale > _READABLE else 0.7
    runs = []
    y = room.y + (room.height - tall) / 2
    for line, one, size in lines:
        face = _SIZES[one.how][1]
        y += size * _LEADING
        baseline = y - size * 0.34
        ink = _INKS.get(one.how, "words")
        across = room.x + room.width / 2
        runs.append(Run(line, across, baseline, round(size, 3), face, ink, "middle", one.how == "struck"))
    return tuple(runs)


def _size(how: SaidAs, scale: float, narrow: float) -> float:
    """A type size; where room is short, a large number gives way before words that are small already."""
    return _SIZES[how][0] * (scale if how == "number" else min(1.0, scale * _YIELDS) * narrow)


def _broken(one: Said, width: float, scale: float, narrow: float) -> tuple[str, ...]:
    size, face = _size(one.how, scale, narrow), _SIZES[one.how][1]
    return (clean(one.text),) if one.how == "number" or width == math.inf else wrap(one.text, width, size, face)


def step_width(number: str) -> float:
    """How wide the badge with the number of a step is; 0 without a number.

    Example:
        >>> step_width(""), step_width("3") < step_width("8·10·13")
        (0.0, True)
    """
    return min(max(24.0, text_width(number, 14, "Bold") + 8), WIDEST_STEP) if number else 0.0


def chip_box(box: Box, block: Block, number: str, *, signed: bool = False) -> Box:
    """Where a pill that shrinks to what it says stands: in the middle of its place, as large as its text and the sign before it."""
    widths = [text_width(run.text, run.size, run.face) for run in block.runs]
    wide = max((each + (_SIGN if signed and not index else 0) for index, each in enumerate(widths)), default=0.0) + step_width(
        number
    )
    tall = sum(run.size * _LEADING for run in block.runs)
    x, y = box.middle
    width, height = min(wide + 2 * CHIP, box.width + _WIDER), min(tall + CHIP, box.height + _WIDER)
    return Box(x - width / 2, y - height / 2, width, height)


def in_chip(block: Block, chip: Box, place: Box, *, signed: bool = False) -> tuple[Run, ...]:
    """The text of a pill, measured from the corner of what it shrinks to; its first line makes room for a sign."""
    dx, dy = place.x - chip.x, place.y - chip.y
    aside = _SIGN / 2 if signed else 0
    return tuple(attrs.evolve(run, x=run.x + dx + (0 if index else aside), y=run.y + dy) for index, run in enumerate(block.runs))


def sign_place(runs: tuple[Run, ...]) -> Point:
    """Where the sign of a small pill stands: before its first line, measured from its corner."""
    first = runs[0]
    return first.x - text_width(first.text, first.size, first.face) / 2 - _SIGN / 2 - 2.5, first.y - 0.36 * first.size
