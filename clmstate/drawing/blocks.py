"""Cards, pills and frame headers with their text set: how large each is, and where its lines stand inside.

Everything is a whole number of points, because Graphviz truncates fractions, and is measured from the block's upper left corner.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias

import attrs

from clmstate.drawing.measure import Face, clean, is_right_to_left, text_width, wrap, wrap_title
from clmstate.drawing.scene import Card, Clause, ClauseRole, Frame, Pill, Scene, Standing

__all__ = ["Anchor", "Block", "Icon", "IconShape", "Ink", "Pieces", "Run", "joined", "pieces", "typeset"]

Ink: TypeAlias = Literal["ink", "second", "third", "owner", "on_team", "line", "words", "quiet", "gone", "come"]
"""What a text is coloured for; `line` and `words` are those of the pill's kind, `gone` and `come` of what an older and a newer version say."""

Anchor: TypeAlias = Literal["start", "middle"]
IconShape: TypeAlias = ClauseRole | Standing | Literal["met", "unmet", "unknown"]
Pieces: TypeAlias = tuple[tuple[str, str], ...]
"""Text in pieces: "=" as it was, "-" no longer said, "+" new."""

CARD_WIDTH, CARD_WITH_NOTES, CARD_WIDEST = 142, 172, 190
HEADER = 40
_LEAST_BELOW = 40  # the header: a card of nothing but a title still has room for what an overlay says
PILL_TEXT = 108  # width of a rule's words, unless a picture is better with wider or narrower ones
NARROW_TEXT = 88  # then long titles take two lines, too
LONGEST_WORD = 220  # of a rule or a title: a longer one is broken, a shorter one makes room for itself
SHARED_MORE = 18  # in a pill that several rules share
GUTTER = 15
TITLE, OWNER, QUOTE, NOTE, PILL, SOURCE = 19, 14, 15, 14, 14, 13
_FACES: Mapping[ClauseRole, Face] = {"event": "SemiBold", "condition": "Regular", "play": "Regular", "source": "Italic"}
_HAIR = 1.0  # between two pieces of which one is struck out
_CLOSING = ",;:.)"  # nothing stands between a word and one of these
_LONG = 9  # letters; shorter words fit any line
_WITHOUT_BLANKS = "\u0e00"  # from Thai on, most scripts have none
_ASPECT = 1.5  # of the text of a pill that says more than fits the usual width


@attrs.frozen
class Run:
    """One line of text: x is its start or middle, y its baseline."""

    text: str
    x: float
    y: float
    size: float
    face: Face
    ink: Ink
    anchor: Anchor = "middle"
    struck: bool = False


@attrs.frozen
class Icon:
    """A small shape, by its centre and size."""

    shape: IconShape
    x: float
    y: float
    size: float
    ink: Ink


@attrs.frozen
class Block:
    """A box whose content is set; `header` is the height of its coloured band."""

    width: int
    height: int
    header: int = 0
    runs: tuple[Run, ...] = ()
    icons: tuple[Icon, ...] = ()
    rules: tuple[float, ...] = ()
    """Heights of the thin lines between rules that share a pill."""


def typeset(scene: Scene, *, pill_text: int = PILL_TEXT, wider_cards: int = 0) -> Mapping[str, Block]:
    """The block of every card, pill and frame header of a scene, by id.

    Args:
        scene: what it says.
        pill_text: how wide the words of a rule may be, in points.
        wider_cards: how much wider than usual cards are.

    Example:
        >>> block = typeset(Scene("Trial", cards=(Card("trial", "Trial"),)))["trial"]
        >>> block.width, [run.text for run in block.runs]
        (142, ['Trial'])
    """
    usual = (CARD_WITH_NOTES if any(card.notes for card in scene.cards) else CARD_WIDTH) + wider_cards
    narrow = pill_text < PILL_TEXT
    cards = {card: _card(card, usual, usual if narrow else CARD_WIDEST) for card in scene.cards}
    steps = {card.id: card.step for card in scene.cards} | {frame.id: scene.card(frame.id).step for frame in scene.frames}
    ends: dict[str, set[int]] = {pill.id: set() for pill in scene.pills}
    for link in scene.links:
        pill, end = (link.tail, link.head) if link.tail in ends else (link.head, link.tail)
        ends[pill].add(steps[end])
    widths = {pill.id: _words_wide(pill, ends[pill.id], pill_text, PILL_TEXT + wider_cards) for pill in scene.pills}
    blocks = {**_equal_heights(cards), **{pill.id: _pill(pill, widths[pill.id]) for pill in scene.pills}}
    return blocks | {frame.id: _frame(frame) for frame in scene.frames}


def _words_wide(pill: Pill, steps: set[int], pill_text: int, in_card: int) -> int:
    """How wide the words of a rule may be: below or between cards no wider than those, whatever they may be beside them."""
    if pill.kind == "stay":
        return in_card
    return max(pill_text, in_card) if pill.kind == "recovery" and len(steps) == 1 and not pill.stub else pill_text


def _card(card: Card, usual: int, widest: int) -> Block:
    inset = 14 + (22 if card.standing else 0)
    size, titles, width = _title(card.title, inset, usual, widest)
    title_step = round(size * 1.25)
    header = HEADER + title_step * (len(titles) - 1)
    runs: list[Run] = []
    icons: list[Icon] = []
    shift = 11 if card.standing else 0
    for index, title in enumerate(titles):
        runs.append(Run(title, width / 2 + shift, 20 + size * 0.36 + index * title_step, size, "Bold", "on_team"))
    if card.standing:
        taken = max(text_width(title, size, "Bold") for title in titles)
        icons.append(Icon(card.standing, width / 2 + shift - taken / 2 - 14, header / 2, 13, "on_team"))
    y = float(header + 5)
    for line in wrap(card.subtitle, width - 14, OWNER, "SemiBold"):
        y += 20
        runs.append(Run(line, width / 2, y - 5, OWNER, "SemiBold", "owner"))
    for line in wrap(card.detail, width - 14, NOTE):
        y += 19
        runs.append(Run(line, width / 2, y - 5, NOTE, "Regular", "second"))
    quotes = wrap(f"“{clean(card.quote)}”", width - 16, QUOTE, "Italic", fixed=True) if card.quote else ()
    y += 3 if quotes else 0
    for line in quotes:
        y += 21
        runs.append(Run(line, width / 2, y - 5.5, QUOTE, "Italic", "ink"))
    y += 5 if card.notes else 0
    for note in card.notes:
        for index, line in enumerate(wrap(note, width - 36, NOTE)):
            y += 20
            if index == 0:
                runs.append(Run("•", 13, y - 5, NOTE, "Regular", "second", "start"))
            runs.append(Run(line, 24, y - 5, NOTE, "Regular", "second", "start"))
    ends = y + 9 if runs[len(titles) :] else header + _LEAST_BELOW
    return Block(width, math.ceil(ends), header, tuple(runs), tuple(icons))


def _title(title: str, inset: int, usual: int, widest: int) -> tuple[int, tuple[str, ...], int]:
    """Type size, lines and width of the card: one line in a card of usual width if it fits, then a wider card, then more lines."""
    title = clean(title) or "—"
    for size in range(TITLE, 16, -1):
        if text_width(title, size, "Bold") <= usual - inset:
            return size, (title,), usual
    if text_width(title, 18, "Bold") <= widest - inset:
        return 18, (title,), math.ceil(text_width(title, 18, "Bold")) + inset
    longest = max(text_width(word, 17, "Bold") for word in title.split())
    room: float = max(widest - inset, min(longest, LONGEST_WORD), _square(text_width(title, 17, "Bold"), 21))
    lines = wrap_title(title, room, 17)
    taken = max(text_width(line, 17, "Bold") for line in lines)
    return 17, lines, max(usual, math.ceil(taken) + inset)


def _square(total: float, leading: float) -> float:
    """The width that sets a text of that total length in a block of pleasant proportions."""
    return math.sqrt(total * leading * _ASPECT)


def _equal_heights(cards: Mapping[Card, Block]) -> dict[str, Block]:
    """All cards of a row as tall as the tallest, because they then read as one way; an exceptional one does not stretch the others."""
    rows: dict[bool, list[int]] = {}
    for card, block in cards.items():
        rows.setdefault(card.track >= 10, []).append(block.height)
    usual = {row: max(h for h in heights if h <= 2.2 * sorted(heights)[len(heights) // 2]) for row, heights in rows.items()}
    return {card.id: _taller(block, usual[card.track >= 10]) for card, block in cards.items()}


def _taller(block: Block, height: int) -> Block:
    more = height - block.height
    if more <= 0:
        return block
    body_starts = block.header
    move = min(more / 2, 14)
    runs = [attrs.evolve(run, y=run.y + move) if run.y > body_starts else run for run in block.runs]
    return attrs.evolve(block, height=height, runs=tuple(runs))


def _pill(pill: Pill, pill_text: int) -> Block:
    clauses = [clause for clause in pill.clauses if clean(clause.text)]
    total = sum(text_width(clean(clause.text), PILL) for clause in clauses)
    usual = pill_text + (SHARED_MORE if len(pill.rules) > 1 else 0)
    room = max(usual, _square(total, 18 if pill_text >= PILL_TEXT else 11)) if total > 7 * usual * len(pill.rules) else usual
    room = max(room, min(max((_longest_word(clause) for clause in clauses), default=0.0), LONGEST_WORD))
    runs: list[Run] = []
    icons: list[Icon] = []
    between: list[float] = []
    y = 6.0
    for index, clause in enumerate(clauses):
        if index and clause.rule != clauses[index - 1].rule:
            between.append(y + 6)
            y += 9
        y += 3 if index else 0
        icons.append(Icon(clause.role, 13.5, y + 9.5, 11, "line"))
        marks = [mark for mark, text in clause.spans for char in clean(text) if char != " "]
        size, wide = (SOURCE, room + 10) if clause.role == "source" else (PILL, room)
        for line in wrap(clause.text, wide, size, _FACES[clause.role]):
            y += 18
            whole = Run(line, 9 + GUTTER, y - 4, size, _FACES[clause.role], "words", "start")
            runs += pieces(whole, marks) if marks else [whole]
    widest = max((run.x - 9 - GUTTER + text_width(run.text, run.size, run.face) for run in runs), default=30.0)
    runs = [_centred(run, 9 + GUTTER + widest / 2) if is_right_to_left(run.text) and run.ink == "words" else run for run in runs]
    return Block(math.ceil(9 + GUTTER + widest + 9), math.ceil(y + 7), 0, tuple(runs), tuple(icons), tuple(between))


def _longest_word(clause: Clause) -> float:
    """The width of the longest word; in scripts without blanks, lines may be broken anywhere."""
    size = SOURCE if clause.role == "source" else PILL
    words = (word for word in clean(clause.text).split() if len(word) > _LONG and max(word) < _WITHOUT_BLANKS)
    return max((text_width(word, size, _FACES[clause.role]) + 1 for word in words), default=0.0)


def _centred(run: Run, middle: float) -> Run:
    """Lines from right to left below each other by their middles: how wide they really are is not known."""
    return attrs.evolve(run, x=middle, anchor="middle")


def joined(pieces: Pieces) -> str:
    """The pieces as one text, old words before new ones.

    Example:
        >>> joined((("=", "health at least "), ("-", "60"), ("+", "70"), ("=", " %")))
        'health at least 60 70 %'
    """
    text = ""
    for _, piece in pieces:
        apart = text and not text[-1].isspace() and piece[:1] not in _CLOSING and not piece[:1].isspace()
        text += f" {piece}" if apart else piece
    return text


def pieces(line: Run, marks: list[str]) -> Iterator[Run]:
    """A line in the pieces that a comparison made of it; takes the marks of its letters from the front of the list."""
    piece, last, x = "", "", line.x
    for char in line.text:
        mark = last if char == " " else marks.pop(0)
        if mark != last and piece:
            yield _marked(line, piece, last, x)
            x += text_width(piece, line.size, line.face) + (0.0 if piece.endswith(" ") else _HAIR)
            piece = ""
        piece, last = piece + char, mark
    yield _marked(line, piece, last, x)


def _marked(line: Run, text: str, mark: str, x: float) -> Run:
    ink: Ink = "gone" if mark == "-" else "come" if mark == "+" else line.ink
    return attrs.evolve(line, text=text.rstrip(), x=x, ink=ink, struck=mark == "-")


def _frame(frame: Frame) -> Block:
    lines = wrap(frame.title, max(CARD_WIDEST, _square(text_width(clean(frame.title), 16, "Bold"), 20)), 16, "Bold")
    runs = [Run(line, 12, 20 + 20 * index, 16, "Bold", "second", "start") for index, line in enumerate(lines)]
    widest = _widest(runs)
    return Block(math.ceil(widest) + 24, 10 + 20 * len(lines), 0, tuple(runs))


def _widest(runs: Iterable[Run]) -> float:
    return max((text_width(run.text, run.size, run.face) for run in runs), default=0.0)
