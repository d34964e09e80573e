"""Target markets side by side: phases in columns, one row for each market; what is not as in the first row is marked."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

import attrs

from clmstate.analysis.versions import diff, spans
from clmstate.conditions.free import reads
from clmstate.drawing.blocks import Block, Icon, Pieces, Run, joined, pieces
from clmstate.drawing.furniture import on_slide
from clmstate.drawing.geometry import Box
from clmstate.drawing.journeys import elements, owners_of
from clmstate.drawing.layout import Layout
from clmstate.drawing.legend import standing_keys
from clmstate.drawing.measure import Face, clean, text_width, wrap, wrap_title
from clmstate.drawing.overlay import Cover, Key, Overlay
from clmstate.drawing.picture import Drawing
from clmstate.drawing.scene import Card, Clause, ClauseRole, Lane, Pill, Scene
from clmstate.drawing.spoken import STANDING_NAMES
from clmstate.drawing.theme import ThemeName
from clmstate.errors import Diagnostic, InputError
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, definition_of
from clmstate.lifecycle.meta import spaced

__all__ = ["markets", "place_markets"]

_WIDTHS = (
    (172, 146, 138),
    (172, 146, 114),
    (184, 146, 146),
    (184, 146, 114),
    (200, 146, 146),
    (200, 146, 114),
    (228, 146, 128),
    (156, 122, 122),
)
"""Widths of a phase with rules that differ, of one that itself differs, and of the others."""
_TITLE = 15  # type size of a title that is clearly one
_LEGEND = 57.0  # what stands below, and its distance

_GAP, _PAD = 12.0, 14.0


def markets(lifecycles: Sequence[type[Lifecycle] | LifecycleDefinition], *, theme: ThemeName = "light") -> Drawing:
    """Draws variants of one lifecycle below each other.

    Args:
        lifecycles: the usual one first, then its variants.
        theme: ``light`` or ``dark``.

    Raises:
        InputError: CLM407, when there are fewer than two.

    Example:
        >>> from clmstate import Lifecycle, Phase, Team
        >>> class Deal(Lifecycle):
        ...     open = Phase("Open", initial=True, owner="Sales")
        >>> class Large(Deal, market="Enterprise"):
        ...     open = Deal.open.evolve(owner=Team("Key accounts"))
        >>> drawing = markets([Deal, Large])
        >>> [lane.title for lane in drawing.scene.lanes], drawing.overlay.covers["1/open"].tone
        (['All others', 'Enterprise'], 'changed')
    """
    definitions = [definition_of(each) for each in lifecycles]
    if len(definitions) < 2:
        cause = "markets are drawn side by side, and there is only one"
        raise InputError([Diagnostic("CLM407", "markets", cause, "name a file or folder with the lifecycle and its variants")])
    base = definitions[0]
    paths = tuple(dict.fromkeys(path for definition in definitions for path in definition.phases))
    owners = tuple(dict.fromkeys(owner for definition in definitions for owner in owners_of(definition)))
    cards: list[Card] = []
    pills: list[Pill] = []
    lanes: list[Lane] = []
    covers: dict[str, Cover] = {}
    told = [_Row(definition, owners, base) for definition in definitions]
    differing = {name for row in told[1:] for name in row.differing}
    for number, row in enumerate(told):
        for column, path in enumerate(paths):
            if path not in row.cards:
                continue
            card = attrs.evolve(row.cards[path], id=f"{number}/{path}", step=column, quote="", notes=())
            changed = number > 0 and not row.same(path)
            if number > 0:  # what is as in the first row is not said again
                card = attrs.evolve(card, subtitle="", detail="", versions=row.versions(path) if changed else ())
            cards.append(card)
            covers[card.id] = Cover("neutral" if not number else "changed" if changed else "faded", signed=changed)
            said = (*row.rules(path, differing), *_behind(told, row, path))
            said = said if number == 0 else tuple(clause for clause in said if clause.spans)
            if said:
                pills.append(Pill(f"rules {card.id}", "stay", said, path))
                covers[pills[-1].id] = Cover("changed" if number else "neutral", signed=number > 0)
        members = tuple(f"{number}/{path}" for path in paths if path in row.cards)
        lanes.append(Lane(f"row {number}", _name(row.definition, definitions), members, team=None))
    used = {cover.tone for cover in covers.values()}
    said_ = "One column for each phase; below it the rules out of it that some market changes, as they are and as they become."
    what = "our markets side by side" if any(each.market for each in definitions) else "variants side by side"
    scene = Scene(f"{base.title}: {what}", said_, tuple(cards), tuple(pills), lanes=tuple(lanes), plan="markets")
    keys = (*(key for key in _KEYS if key.tone in used), *standing_keys(scene.cards))
    return Drawing(scene, theme, Overlay(covers=covers, keys=keys))


def _name(definition: LifecycleDefinition, every: Sequence[LifecycleDefinition]) -> str:
    """What a row is called: by its market; the first one is for all the others; a variant that is for no market by its own name."""
    if definition.market:
        return definition.market
    return "All others" if definition is every[0] and any(each.market for each in every) else spaced(definition.name)


_KEYS = (
    Key("changed", "not as in the first row (old words struck out, new ones green)", signed=True),
    Key("faded", "owner and length as in the first row"),
)


class _Row:
    """One market: its cards and rules, compared with the usual ones."""

    def __init__(self, definition: LifecycleDefinition, owners: tuple[str, ...], base: LifecycleDefinition) -> None:
        self.definition, self.base = definition, base
        found = elements(definition, owners, level="full")
        groups = {name: frame.title for frame in found.frames for name in frame.members}
        titled = (attrs.evolve(c, title=f"{groups[c.id]} · {c.title}") if c.id in groups else c for c in found.cards)
        self.cards = {card.id: card for card in titled}
        self.said = {name: definition.why(transition) for name, transition in definition.transitions.items()}
        self.usual = {name: base.why(transition) for name, transition in base.transitions.items()}
        names = dict.fromkeys((*self.said, *self.usual))
        changes = diff(base, definition, prove=False).changes if definition is not base else ()
        self.limits = {
            change.name: (change.name.replace("_", " "), aspect.old, aspect.new)
            for change in changes
            for aspect in change.aspects
            if change.what == "threshold" and aspect.rules
        }
        self.differing = {name for name in names if self.said.get(name) != self.usual.get(name)}

    def same(self, path: str) -> bool:
        """Whether a phase has the owner, length and standing that it usually has."""
        mine, usual = self.definition.phases[path], self.base.phases.get(path)
        return usual is not None and all(getattr(mine, f) == getattr(usual, f) for f in ("owner", "expected", "standing", "label"))

    def versions(self, path: str) -> tuple[Pieces, ...]:
        """Owner, length, standing and name of a phase: what they usually are, and what they are here."""
        mine, usual = self.definition.phases[path], self.base.phases.get(path)
        if usual is None:
            return ((("+", "only here"),), *(((("=", mine.owner.name),),) if mine.owner is not None else ()))
        names = [phase.owner.name if phase.owner is not None else "" for phase in (usual, mine)]
        stays = ["" if phase.expected is None else str(phase.expected) for phase in (usual, mine)]
        standings = [STANDING_NAMES[phase.standing] if phase.standing else "" for phase in (usual, mine)]
        lines = [_was_and_is(*names), _was_and_is(*stays)]
        lines += [_was_and_is(*standings)] if standings[0] != standings[1] else []
        lines += [(("=", "usually "), ("-", usual.label))] if mine.label != usual.label else []
        return tuple(line for line in lines if line)

    def rules(self, path: str, differing: set[str]) -> Iterator[Clause]:
        """The rules out of a phase that are not the same in every market."""
        sources = {**self.base.transitions, **self.definition.transitions}
        for name in (name for name in sources if name in differing):
            transition = sources[name]
            if path not in {leaf for source in transition.sources for leaf in self._leaves(source)}:
                continue
            now, usual = self.said.get(name, ""), self.usual.get(name, "")
            found: Pieces = tuple((span.mark, span.text) for span in spans(usual, now)) if now != usual else ()
            known = self.definition if name in self.definition.transitions else self.base
            to = f"{'stays' if transition.stay else f'to {known.places[transition.target].label}'}: "
            if len(found) == 1:  # a rule that is only here, or not here, as a whole
                found = ((found[0][0], f"{to}{found[0][1]}"),)
            elif found:
                found = (("=", to), *found)
            role: ClauseRole = "condition" if transition.on is None else "event"
            yield Clause(role, joined(found) or f"{to}{now}", name, found)

    def other_limits(self, path: str) -> Iterator[tuple[str, str, str]]:
        """The limits behind the rules out of a phase that are not as usual, while the words of those rules are: label, usual, own."""
        for name, transition in self.definition.transitions.items():
            leaves = {leaf for source in transition.sources for leaf in self._leaves(source)}
            if path in leaves and transition.when is not None and name not in self.differing:
                yield from (self.limits[limit] for limit in reads(transition.when).thresholds if limit in self.limits)

    def _leaves(self, source: str) -> tuple[str, ...]:
        known = self.definition if source in self.definition.places or source == "*" else self.base
        return known.leaves(source)


def _was_and_is(usual: str, here: str) -> Pieces:
    if usual == here:
        return (("=", here),) if here else ()
    return tuple((mark, text) for mark, text in (("-", usual), ("+", here)) if text)


def _behind(told: list[_Row], row: _Row, path: str) -> Iterator[Clause]:
    """Limits that some market changes behind rules whose words stay: in the first row as they are, in others as they become."""
    if row is told[0]:
        usual = {label: old for other in told[1:] for label, old, _ in other.other_limits(path)}
        yield from (Clause("condition", f"{label} {old}", label) for label, old in usual.items())
        return
    for label, old, new in dict.fromkeys(row.other_limits(path)):
        pieces: Pieces = (("=", f"{label} "), *((span.mark, span.text) for span in spans(old, new)))
        yield Clause("condition", joined(pieces), label, pieces)


def place_markets(scene: Scene) -> tuple[Mapping[str, Block], Layout]:
    """Blocks and places of markets side by side, with cards of the width that is largest on a slide; nothing here needs Graphviz."""
    return max((_placed(scene, *widths) for widths in _WIDTHS), key=lambda found: _size(scene, *found))


def _size(scene: Scene, blocks: Mapping[str, Block], layout: Layout) -> float:
    """How large it comes out on a slide; titles smaller than what stands below them count against it, and broken words more."""
    titles = min((run.size for card in scene.cards for run in blocks[card.id].runs if run.face == "Bold"), default=_TITLE)
    said = (
        (text, blocks[card.id].width) for card in scene.cards for text in (card.subtitle, *(t for v in card.versions for _, t in v))
    )
    broken = any(text_width(word, 14, "SemiBold") > width - 14 for text, width in said for word in clean(text).split())
    return on_slide(scene, attrs.evolve(layout, height=layout.height + _LEGEND)) * min(1, titles / _TITLE) * (0.8 if broken else 1)


def _placed(scene: Scene, with_rules: int, different: int, usual: int) -> tuple[Mapping[str, Block], Layout]:
    """Blocks and places with cards of some width."""
    blocks: dict[str, Block] = {}
    asked = {pill.id for pill in scene.pills}
    widths = {card.step: usual for card in scene.cards}
    widths |= {card.step: different for card in scene.cards if card.versions}
    widths |= {card.step: with_rules for card in scene.cards if f"rules {card.id}" in asked}
    size = min((_title_size(card, widths[card.step]) for card in scene.cards), default=16)
    lane_of = {name: lane.id for lane in scene.lanes for name in lane.members}
    rows: dict[tuple[str, bool], list[Card]] = {}
    for card in scene.cards:
        rows.setdefault((lane_of[card.id], _says_more(card)), []).append(card)
    for row in rows.values():
        blocks |= _cards(row, widths, size)
    for pill in scene.pills:
        blocks[pill.id] = _rules(pill, with_rules)
    head = (
        math.ceil(
            min(max((text_width(word, 17, "Bold") for lane in scene.lanes for word in clean(lane.title).split()), default=0), 200)
        )
        + 28
    )
    columns = 1 + max((card.step for card in scene.cards), default=0)
    lefts = list(accumulate((_GAP + widths.get(step, usual) for step in range(columns)), initial=head + _GAP))
    boxes: dict[str, Box] = {}
    y = right = 0.0
    for lane in scene.lanes:
        top = y
        y += _PAD
        names = [card for card in scene.cards if card.id in lane.members]
        lowest = y
        for card in names:
            boxes[card.id] = Box(lefts[card.step], y, blocks[card.id].width, blocks[card.id].height)
            rules = f"rules {card.id}"
            if rules in blocks:
                boxes[rules] = Box(boxes[card.id].x, boxes[card.id].bottom + 8, blocks[rules].width, blocks[rules].height)
            lowest = max(lowest, boxes[rules if rules in blocks else card.id].bottom)
        lines = wrap(lane.title, head - 20, 17, "Bold")
        runs = [Run(line, head / 2, 22 + 22 * index, 17, "Bold", "on_team") for index, line in enumerate(lines)]
        blocks[lane.id] = Block(head, 32 + 22 * (len(lines) - 1), runs=tuple(runs))
        y = max(lowest + _PAD, top + blocks[lane.id].height)
        right = max([right, *(boxes[card.id].right for card in names)])
        boxes[lane.id] = Box(0, top, 0, y - top)
        y += 10
    for lane in scene.lanes:
        boxes[lane.id] = attrs.evolve(boxes[lane.id], width=right + _PAD)
    return blocks, Layout(right + _PAD, max(y - 10, 0), boxes, ())


def _says_more(card: Card) -> bool:
    """Whether a card says more than its title."""
    return bool(card.subtitle or card.detail or card.versions)


def _title_size(card: Card, width: int) -> int:
    """How large the title of a card may be: its words are not broken."""
    words = clean(card.title).split()
    return next(
        (size for size in (16, 15, 14) if all(text_width(word, size, "Bold") <= _title_room(card, width) for word in words)), 13
    )


def _title_room(card: Card, width: int) -> int:
    return width - 16 - (22 if card.standing else 0)


def _cards(cards: Sequence[Card], widths: Mapping[int, int], size: int) -> dict[str, Block]:
    """Cards of a row that say about as much, all as tall, and their headers too; what says nothing but its title is all header."""
    titles = {card.id: wrap_title(card.title, _title_room(card, widths[card.step]), size) for card in cards}
    header = 12 + 20 * max(len(lines) for lines in titles.values())
    found = {card.id: _card(card, widths[card.step], size, titles[card.id], header) for card in cards}
    tall = max(block.height for block in found.values())
    return {name: attrs.evolve(block, height=tall) for name, block in found.items()}


def _card(card: Card, width: int, size: int, title: Sequence[str], header: int) -> Block:
    shift = 10 if card.standing else 0
    first = header / 2 - 10 * (len(title) - 1) + size * 0.36
    runs = [Run(line, width / 2 + shift, first + 20 * index, size, "Bold", "on_team") for index, line in enumerate(title)]
    widest = max((text_width(line, size, "Bold") for line in title), default=0)
    icons = (Icon(card.standing, width / 2 + shift - widest / 2 - 13, header / 2, 12, "on_team"),) if card.standing else ()
    if not _says_more(card):
        return Block(width, header, header, tuple(runs), icons)
    y = float(header + 4)
    said: Sequence[Pieces] = card.versions or [(("=", text),) if text else () for text in (card.subtitle, card.detail)]
    for place, found in enumerate(said):
        face: Face = "SemiBold" if place == 0 else "Regular"
        for line, marks in _lines(found, width - 14, face):
            y += 18
            left = (width - text_width(line, 14, face)) / 2
            whole = Run(line, left, y - 4, 14, face, "owner" if place == 0 else "second", "start")
            runs += pieces(whole, marks)
    return Block(width, math.ceil(y + 8), header, tuple(runs), icons)


def _lines(found: Pieces, room: int, face: Face) -> Iterator[tuple[str, list[str]]]:
    """What was and what is in one line if there is room, else in lines of their own; with the mark of each letter."""
    together = text_width(clean(joined(found)), 14, face) <= room
    for part in (found,) if together else tuple((piece,) for piece in found):
        marks = [mark for mark, text in part for char in clean(text) if char != " "]
        for line in wrap(joined(part), room, 14, face):
            letters = len(line.replace(" ", ""))
            yield line, marks[:letters]
            marks = marks[letters:]


def _rules(pill: Pill, width: int) -> Block:
    runs: list[Run] = []
    icons: list[Icon] = []
    between: list[float] = []
    y = 5.0
    for index, clause in enumerate(pill.clauses):
        if index:
            between.append(y + 5)
            y += 8
        icons.append(Icon(clause.role, 13.5, y + 9.5, 11, "line"))
        marks = [mark for mark, text in clause.spans for char in clean(text) if char != " "]
        for line in wrap(clause.text, width - 34, 14) or ("not here",):
            y += 18
            whole = Run(line, 24, y - 4, 14, "Regular", "words", "start")
            runs += pieces(whole, marks) if marks else [whole]
    return Block(width, math.ceil(y + 7), 0, tuple(runs), tuple(icons), tuple(between))
