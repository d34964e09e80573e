"""Target markets side by side: phases in columns, one row for each market; what is not as in the first row is marked."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

import attrs

from clmstate.analysis.versions import diff, spans
from clmstate.conditions.free import reads
from clmstate.drawing.blocks import Block, Icon, Run, pieces
from clmstate.drawing.geometry import Box
from clmstate.drawing.journeys import elements, owners_of
from clmstate.drawing.layout import Layout
from clmstate.drawing.legend import READABLE, on_slide
from clmstate.drawing.measure import clean, text_width, wrap
from clmstate.drawing.overlay import Cover, Key, Overlay
from clmstate.drawing.picture import Drawing
from clmstate.drawing.scene import Card, Clause, Lane, Pill, Scene
from clmstate.drawing.theme import ThemeName
from clmstate.errors import Diagnostic, InputError
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, definition_of

__all__ = ["markets", "place_markets"]

_WIDTHS = (
    (172, 138),
    (172, 146),
    (184, 146),
    (164, 146),
    (156, 122),
    (148, 114),
)  # of a phase with rules that differ, and of the others
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
        (['All markets', 'Enterprise'], 'changed')
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
        as_usual = number > 0 and row.as_usual(told, differing)
        for column, path in enumerate(paths):
            if path not in row.cards:
                continue
            card = attrs.evolve(row.cards[path], id=f"{number}/{path}", step=column, quote="", notes=())
            card = attrs.evolve(card, subtitle="", detail="") if as_usual else card  # there is nothing new to say
            said = (*row.rules(path, differing), *_behind(told, row, path))
            cards.append(card)
            same = number > 0 and row.same(path) and not any(clause.spans for clause in said)
            covers[card.id] = Cover("changed", signed=True) if number > 0 and not same else Cover("faded" if same else "neutral")
            if said and (number == 0 or any(clause.spans for clause in said)):
                pills.append(Pill(f"rules {card.id}", "stay", said, path))
                covers[pills[-1].id] = Cover("changed" if any(clause.spans for clause in said) else "neutral")
        members = tuple(f"{number}/{path}" for path in paths if path in row.cards)
        lanes.append(Lane(f"row {number}", row.definition.market or "All markets", members, team=None))
    keys = (
        Key("neutral", "as usual"),
        Key("changed", "not as in the first row (old words struck out)", signed=True),
        Key("faded", "as in the first row"),
    )
    said_ = "One column for each phase; below it the rules out of it that some market changes, where they are and what they become."
    scene = Scene(f"{base.title}: our markets side by side", said_, tuple(cards), tuple(pills), lanes=tuple(lanes), plan="markets")
    return Drawing(scene, theme, Overlay(covers=covers, keys=keys))


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

    def as_usual(self, told: list[_Row], differing: set[str]) -> bool:
        """Whether nothing in the whole row is not as in the first."""
        paths = tuple(self.cards)
        said = (clause for path in paths for clause in (*self.rules(path, differing), *_behind(told, self, path)))
        same = paths == tuple(told[0].cards) and all(self.same(path) for path in paths)
        return same and not any(clause.spans for clause in said)

    def same(self, path: str) -> bool:
        """Whether a phase has the owner, length and standing that it usually has."""
        mine, usual = self.definition.phases[path], self.base.phases.get(path)
        return usual is not None and all(getattr(mine, f) == getattr(usual, f) for f in ("owner", "expected", "standing", "label"))

    def rules(self, path: str, differing: set[str]) -> Iterator[Clause]:
        """The rules out of a phase that are not the same in every market."""
        sources = {**self.base.transitions, **self.definition.transitions}
        for name in (name for name in sources if name in differing):
            transition = sources[name]
            if path not in {leaf for source in transition.sources for leaf in self._leaves(source)}:
                continue
            now, usual = self.said.get(name, ""), self.usual.get(name, "")
            found = tuple((span.mark, span.text) for span in spans(usual, now)) if now != usual else ()
            yield Clause("condition", " ".join(text.strip() for _, text in found) if found else now, name, found)

    def other_limits(self, path: str) -> Iterator[tuple[str, str, str]]:
        """The limits behind the rules out of a phase that are not as usual, while the words of those rules are: label, usual, own."""
        for name, transition in self.definition.transitions.items():
            leaves = {leaf for source in transition.sources for leaf in self._leaves(source)}
            if path in leaves and transition.when is not None and name not in self.differing:
                yield from (self.limits[limit] for limit in reads(transition.when).thresholds if limit in self.limits)

    def _leaves(self, source: str) -> tuple[str, ...]:
        known = self.definition if source in self.definition.places or source == "*" else self.base
        return known.leaves(source)


def _behind(told: list[_Row], row: _Row, path: str) -> Iterator[Clause]:
    """Limits that some market changes behind rules whose words stay: in the first row as they are, in others as they become."""
    if row is told[0]:
        usual = {label: old for other in told[1:] for label, old, _ in other.other_limits(path)}
        yield from (Clause("condition", f"{label} {old}", label) for label, old in usual.items())
        return
    for label, old, new in dict.fromkeys(row.other_limits(path)):
        yield Clause("condition", f"{label} {old} {new}", label, (("=", f"{label} "), ("-", old), ("+", new)))


def place_markets(scene: Scene) -> tuple[Mapping[str, Block], Layout]:
    """Blocks and places of markets side by side, with cards as narrow as a slide asks for; nothing here needs Graphviz."""
    found = _placed(scene, *_WIDTHS[0])
    size = on_slide(scene, found[1])
    for wide_card, narrow_card in _WIDTHS[1:]:
        if size >= READABLE:
            break
        other = _placed(scene, wide_card, narrow_card)
        if on_slide(scene, other[1]) > size:
            found, size = other, on_slide(scene, other[1])
    return found


def _placed(scene: Scene, wide_card: int, narrow_card: int) -> tuple[Mapping[str, Block], Layout]:
    """Blocks and places with cards of some width."""
    blocks: dict[str, Block] = {}
    asked = {pill.id for pill in scene.pills}
    wide = {card.step for card in scene.cards if f"rules {card.id}" in asked}
    for card in scene.cards:
        blocks[card.id] = _card(card, wide_card if card.step in wide else narrow_card)
    for pill in scene.pills:
        blocks[pill.id] = _rules(pill, wide_card)
    head = (
        math.ceil(
            min(max((text_width(word, 17, "Bold") for lane in scene.lanes for word in clean(lane.title).split()), default=0), 200)
        )
        + 28
    )
    columns = 1 + max((card.step for card in scene.cards), default=0)
    lefts = list(accumulate((_GAP + (wide_card if step in wide else narrow_card) for step in range(columns)), initial=head + _GAP))
    boxes: dict[str, Box] = {}
    y = right = 0.0
    for lane in scene.lanes:
        top = y
        y += _PAD
        names = [card for card in scene.cards if card.id in lane.members]
        tall = max((blocks[card.id].height for card in names), default=0)
        for card in names:
            boxes[card.id] = Box(lefts[card.step], y, blocks[card.id].width, tall)
            blocks[card.id] = attrs.evolve(blocks[card.id], height=tall)
        lowest = y + tall
        for card in names:
            rules = f"rules {card.id}"
            if rules in blocks:
                boxes[rules] = Box(boxes[card.id].x, y + tall + 8, blocks[rules].width, blocks[rules].height)
                lowest = max(lowest, boxes[rules].bottom)
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


def _card(card: Card, width: int) -> Block:
    room = width - 16 - (22 if card.standing else 0)
    words = clean(card.title).split()
    size = next((size for size in (16, 15, 14, 13) if all(text_width(word, size, "Bold") <= room for word in words)), 13)
    lines = wrap(card.title, room, size, "Bold")
    header = 12 + 20 * len(lines)
    shift = 10 if card.standing else 0
    runs = [Run(line, width / 2 + shift, 3 + 20 * (index + 1), size, "Bold", "on_team") for index, line in enumerate(lines)]
    widest = max((text_width(line, size, "Bold") for line in lines), default=0)
    icons = (Icon(card.standing, width / 2 + shift - widest / 2 - 13, header / 2, 12, "on_team"),) if card.standing else ()
    y = float(header + 4)
    for text, face in ((card.subtitle, "SemiBold"), (card.detail, "Regular")):
        for line in wrap(text, width - 14, 14, "SemiBold" if face == "SemiBold" else "Regular"):
            y += 18
            runs.append(
                Run(
                    line,
                    width / 2,
                    y - 4,
                    14,
                    "SemiBold" if face == "SemiBold" else "Regular",
                    "owner" if face == "SemiBold" else "second",
                )
            )
    return Block(width, math.ceil(y + 8), header, tuple(runs), icons)


def _rules(pill: Pill, width: int) -> Block:
    runs: list[Run] = []
    icons: list[Icon] = []
    between: list[float] = []
    y = 5.0
    for index, clause in enumerate(pill.clauses):
        if index:
            between.append(y + 5)
            y += 8
        icons.append(Icon("condition", 13.5, y + 9.5, 11, "line"))
        marks = [mark for mark, text in clause.spans for char in clean(text) if char != " "]
        for line in wrap(clause.text, width - 34, 14) or ("not here",):
            y += 18
            whole = Run(line, 24, y - 4, 14, "Regular", "words", "start")
            runs += pieces(whole, marks) if marks else [whole]
    return Block(width, math.ceil(y + 7), 0, tuple(runs), tuple(icons), tuple(between))
