"""How wide text is, and where its lines break.

Graphviz and browsers measure with whatever font they find, so boxes are sized here, once, with the metrics of the bundled face that the
pictures embed. No font library is needed for it, and the result is the same on every machine. What that face lacks is drawn by some font of the reader's machine; its width is then estimated on the wide side, so that text of any
script stays inside its box.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Literal, TypeAlias

__all__ = [
    "FONTS",
    "Face",
    "clean",
    "fits_bundled_font",
    "is_right_to_left",
    "kerned",
    "leaning",
    "text_width",
    "words",
    "wrap",
    "wrap_title",
]

Face: TypeAlias = Literal["Regular", "Italic", "SemiBold", "Bold"]

FONTS = Path(__file__).parent / "fonts"

_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_NUMBER_AND_UNIT = re.compile(rf" (\d[\d.,]*) (?=[%€$£]|(?:days?|h|{_MONTHS})\b)")  # "50 %" is one word, and so is "9 Mar"
_UNITS = 1000  # of the metrics
_MANY = 20  # lines; nobody sees whether those are even
_RUNNING = 240.0  # points; text that is set so wide is read on, and its first line may be a little shorter
_LEANING = frozenset(["a", "at", "below", "fewer", "for", "in", "least", "more", "most", "no", "of", "the", "than"])
_HARDLY_WIDER = 1.05  # boxes are as wide as what stands in them: for the look of a line they grow no more than that
_TORN = 1_000_000.0  # what such a word at the end of a line counts: as much as room for a letter that is as wide as it is high
_DROPPED = frozenset("\u00ad\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})


def clean(text: str) -> str:
    r"""Text as it may be shown: white space becomes one blank, control characters become visible, marks that turn the line round go.

    Example:
        >>> clean(" two\n  lines\x00")
        'two lines¤'
    """
    if text.isprintable():  # then a blank is the only white space in it, and nothing has to go
        return " ".join(text.split())
    shown = "".join(_visible(char) for char in text if char not in _DROPPED)
    return " ".join(shown.split())


def _visible(char: str) -> str:
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    return "¤" if category in {"Cc", "Cs", "Cn"} else char


def text_width(text: str, size: float, face: Face = "Regular") -> float:
    """Width of one line in points.

    Example:
        >>> 60 < text_width("Onboarding", 14) < text_width("Onboarding", 14, "Bold") < 100
        True
    """
    return _units_wide(text, face) * size / _UNITS


@lru_cache(maxsize=65_536)
def _units_wide(text: str, face: Face) -> float:
    advances, kerning = _metrics()[face]
    wide = sum(advances[char] if char in advances else _estimate(char) for char in text)
    return wide + sum(kerning.get(left + right, 0) for left, right in pairwise(text))


@cache
def _metrics() -> Mapping[Face, tuple[Mapping[str, float], Mapping[str, float]]]:
    """Widths of characters and of pairs that stand closer or wider, in thousandths of the type size."""
    read = json.loads((FONTS / "metrics.json").read_text(encoding="ascii"))
    return {face: (tables["advances"], tables["kerning"]) for face, tables in read.items()}


def kerned(pair: str, face: Face) -> float:
    """How much closer (negative) two letters stand, in thousandths of the type size.

    Example:
        >>> kerned("AV", "Regular") < 0 == kerned("nn", "Regular")
        True
    """
    return _metrics()[face][1].get(pair, 0)


def _estimate(char: str) -> float:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0.0
    if unicodedata.east_asian_width(char) in {"W", "F"}:
        return 1.4 * _UNITS if ord(char) > 0x1F000 else 1.02 * _UNITS
    if unicodedata.bidirectional(char) in _RIGHT_TO_LEFT:
        return 0.72 * _UNITS
    return 0.95 * _UNITS


def fits_bundled_font(text: str) -> bool:
    """Whether the bundled face has every character of it.

    Example:
        >>> fits_bundled_font("Größe ≥ 5 → gut"), fits_bundled_font("顧客")
        (True, False)
    """
    advances, _ = _metrics()["Regular"]
    return all(char in advances for char in text)


def is_right_to_left(text: str) -> bool:
    """Whether a line runs from right to left, by its first letter that has a direction.

    Example:
        >>> is_right_to_left("2 عميل"), is_right_to_left("customer عميل")
        (True, False)
    """
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction == "L":
            return False
        if direction in _RIGHT_TO_LEFT:
            return True
    return False


@lru_cache(maxsize=4_096)
def wrap(text: str, width: float, size: float, face: Face = "Regular", *, fixed: bool = False) -> tuple[str, ...]:
    """Lines no wider than that, as few as possible and then of equal length, because a short last line looks left over.

    Words that are wider than a line are broken inside, as is text of scripts without blanks. A box of `fixed` width does not become
    narrower with its lines: there they may be a little longer than they must, if that evens them.

    Example:
        >>> wrap("users adopted at least 80 %", 112, 14)
        ('users adopted', 'at least 80 %')
    """
    units = width * _UNITS / size
    pieces = list(_pieces(_bound(text), units, face))
    if not pieces:
        return ()
    lines = _fill(pieces, units, face)
    narrow, wide = 0.0, units
    while len(lines) > 1 and wide - narrow > 0.02 * units:
        middle = (narrow + wide) / 2
        tried = _fill(pieces, middle, face)
        if len(tried) == len(lines) and max(_units_wide(line, face) for line in tried) <= units:
            wide, lines = middle, tried
        else:
            narrow = middle
    if 2 < len(lines) < _MANY:
        least = max(_units_wide(line, face) for line in lines)
        lines = _evened(pieces, min(units, _HARDLY_WIDER * least) if fixed else least, face)
    elif len(lines) == 2:
        lines = _untorn(lines, units, face, running=width >= _RUNNING)
    return tuple(line.replace("\N{NO-BREAK SPACE}", " ").strip() for line in lines)


def words(text: str) -> list[str]:
    """The words of a text, between which a line may break: a number and its unit are one.

    Example:
        >>> words("at most 120 days to renewal")
        ['at', 'most', '120 days', 'to', 'renewal']
    """
    return [word.replace("\N{NO-BREAK SPACE}", " ") for word in _bound(text).split(" ") if word]


def leaning(word: str) -> bool:
    """Whether a word belongs to what follows, so that a line rather does not end with it; so does a number without a unit.

    Example:
        >>> leaning("than"), leaning("2"), leaning("days")
        (True, True, False)
    """
    return word in _LEANING or word.endswith("·") or word.isdecimal()


def _bound(text: str) -> str:
    """Text with what stays together bound by blanks at which no line breaks."""
    text = _NUMBER_AND_UNIT.sub(" \\1\N{NO-BREAK SPACE}", " " + clean(text))
    return text.strip().replace(" · ", "\N{NO-BREAK SPACE}· ")


def wrap_title(title: str, width: float, size: float) -> tuple[str, ...]:
    """A title in bold lines: one of a phase in a group rather breaks after the group than inside the phase's name.

    Example:
        >>> wrap_title("Renewal · A non-event", 108, 16)
        ('Renewal ·', 'A non-event')
    """
    whole, (group, _, phase) = wrap(title, width, size, "Bold"), title.partition(" · ")
    apart = (*wrap(f"{group} ·", width, size, "Bold"), *wrap(phase, width, size, "Bold")) if phase else whole
    return apart if 1 < len(apart) <= len(whole) else whole


def _evened(pieces: list[tuple[str, bool]], units: float, face: Face) -> list[str]:
    """As many lines as if each took what it can, but all about as long: no word stands alone because the next is a long one.

    Of all ways to break, the one whose lines leave the least free, by squares; found from the last line to the first. A line rather does not
    end with a word that belongs to what follows.
    """
    space = _units_wide(" ", face)
    wides = [_units_wide(piece, face) for piece, _ in pieces]
    best: list[tuple[int, float, int]] = [(0, 0.0, 0)] * (len(pieces) + 1)  # lines, free room, where the next line begins
    for first in range(len(pieces) - 1, -1, -1):
        found: tuple[int, float, int] | None = None
        wide = 0.0
        for last in range(first, len(pieces)):
            wide += wides[last] + (space if last > first and pieces[last][1] else 0.0)
            if last > first and wide > units + 0.5:
                break
            lines, free, _ = best[last + 1]
            torn = _TORN if pieces[last][0] in _LEANING and last + 1 < len(pieces) else 0.0
            tried = (lines + 1, free + torn + (units - wide) ** 2, last + 1)
            found = tried if found is None or tried[:2] < found[:2] else found
        best[first] = found or best[first + 1]
    starts = [0]
    while starts[-1] < len(pieces):
        starts.append(best[starts[-1]][2])
    return ["".join(" " * (blank and n > 0) + piece for n, (piece, blank) in enumerate(pieces[i:j])) for i, j in pairwise(starts)]


def _untorn(lines: list[str], units: float, face: Face, *, running: bool) -> list[str]:
    """Two lines; what belongs to the second goes there, if there is room: in running text words that lean on others, and the word after a comma."""
    first, second = lines[0].split(" "), lines[1]
    while running and len(first) > 1 and leaning(first[-1]):
        second = f"{first.pop()} {second}"
    told = [" ".join(first), second] if _units_wide(second, face) <= units else lines
    *kept, last = told[0].split(" ")
    apart = [" ".join(kept), f"{last} {told[1]}"]
    room = min(units, _HARDLY_WIDER * max(_units_wide(line, face) for line in told))
    return apart if len(kept) > 1 and kept[-1].endswith(",") and _units_wide(apart[1], face) <= room else told


def _pieces(text: str, units: float, face: Face) -> Iterator[tuple[str, bool]]:
    """Parts between which a line may break, and whether a blank stands before each."""
    for word in text.split(" "):
        blank, piece, wide = True, "", 0.0
        for char in word:
            more = _units_wide(char, face)
            breakable = char not in _NOT_FIRST and _stands_alone(char) and bool(piece) and piece[-1] != "\u200d"
            ideographs = (
                unicodedata.east_asian_width(char) == "W" and bool(piece) and unicodedata.east_asian_width(piece[-1]) == "W"
            )
            if breakable and (ideographs or wide + more > units):
                yield piece, blank
                blank, piece, wide = False, "", 0.0
            elif char in _NOT_FIRST and wide + more > units and len(piece) > 1 and all(map(_stands_alone, piece[-2:])):
                yield piece[:-1], blank  # what may not begin a line takes the character before it along
                blank, piece, wide = False, piece[-1], _units_wide(piece[-1], face)
            piece, wide = piece + char, wide + more
        if piece:
            yield piece, blank


_NOT_FIRST = frozenset("、。，．！？)」』）")


def _stands_alone(char: str) -> bool:
    """Whether a character is not a part of the one before it."""
    return unicodedata.category(char) not in {"Mn", "Me", "Mc", "Cf"}


def _fill(pieces: list[tuple[str, bool]], units: float, face: Face) -> list[str]:
    lines: list[str] = []
    line, wide = "", 0.0
    space = _units_wide(" ", face)
    for piece, blank in pieces:
        more = _units_wide(piece, face)
        gap = space if blank and line else 0.0
        if line and wide + gap + more > units:
            lines.append(line)
            line, wide = piece, more
        else:
            line, wide = line + (" " if gap else "") + piece, wide + gap + more
    return [*lines, line]
