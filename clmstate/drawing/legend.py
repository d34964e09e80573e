"""What a legend says: what colours, lines and marks mean, and the lists that belong to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias

import attrs

from clmstate.drawing.blocks import Icon, IconShape
from clmstate.drawing.geometry import Box
from clmstate.drawing.measure import clean, leaning, text_width, words, wrap
from clmstate.drawing.overlay import Key, Overlay
from clmstate.drawing.panels import SIZE, LegendRows, Swatch, add_panel
from clmstate.drawing.scene import STANDINGS, Card, ClauseRole, Kind, Legend
from clmstate.drawing.spoken import KIND_NAMES, STANDING_NAMES

__all__ = ["GAP", "legend_rows", "overlay_rows", "standing_keys"]

COLUMN_GAP = 20.0  # between the columns of a list
FEW_LETTERS = 12  # beside a head; they would look lost
NARROWEST_COLUMN = 310.0  # of a list, with the gap
PANEL = 400  # the widest checklist
ROW = 26
LINE = 19  # of a text in several lines
NARROWEST_ENTRY = 120.0  # of an entry in several lines
INDENT = 20.0  # of its further lines
GAP = 20  # between entries
_Entered: TypeAlias = tuple[tuple[tuple[str, float, float, bool], ...], float]
"""An entry of a list: words, how far right, how far down, whether it is the head; and how tall it is."""

ROLE_NAMES: dict[ClauseRole, str] = {
    "event": "Event",
    "condition": "Condition",
    "play": "Play that starts",
    "source": "Leaves from",
}


@attrs.frozen
class _Entry:
    """One item of the legend: a sign and a word."""

    text: str
    room: float
    team: int | None = None
    kind: Kind | None = None
    shape: IconShape | None = None
    key: Key | None = None


@lru_cache(64)  # nobody changes a legend that is set, and every picture tries the same few widths again
def legend_rows(legend: Legend, width: float) -> LegendRows:
    """The legend of a scene in a column of that width, in points; not to be changed.

    Example:
        >>> [run.text for run in legend_rows(Legend(teams=("Sales",)), 300).runs]
        ['Card: owning team', 'Sales']
    """
    rows = LegendRows(width)
    groups = list(_groups(legend))
    if legend.steps and len(groups) == 2 and sum(_headed(*group) for group in groups) + 2 * GAP <= width:
        rows.height, x = ROW, 0.0  # above a list, what is short stands in one row
        for heading, entries in groups:
            rows.say(heading, x, heading=True)
            _row(rows, entries, x + text_width(heading, SIZE, "SemiBold") + 16)
            x += _headed(heading, entries) + 2 * GAP
        groups = []
    for heading, entries in groups:
        rows.height += ROW
        rows.say(heading, 0, heading=True)
        beside = text_width(heading, SIZE, "SemiBold") + 16
        if beside + _wide(entries) <= width:
            _row(rows, entries, beside)
            continue
        lines = next(n for n in range(1, len(entries) + 1) if n == len(entries) or _fit(entries, n, width))
        for some in _split(entries, lines):
            rows.height += ROW
            _row(rows, some, 0)
    _steps(rows, legend.steps)
    _names(rows, legend.names)
    return rows


def overlay_rows(laid: Overlay, width: float) -> LegendRows:
    """The legend of an overlay, with its panels above, in a column of that width in points.

    Example:
        >>> [run.text for run in overlay_rows(Overlay(keys=(Key("path", "path so far"),)), 300).runs]
        ['path so far']
    """
    rows = LegendRows(width)
    for panel in laid.panels:
        add_panel(rows, panel, min(width, PANEL))
    if laid.keys:
        rows.height += ROW
        entries = [_explained(key) for key in laid.keys]
        lined = next((place for place, key in enumerate(laid.keys) if key.wide), 0)
        groups = [entries] if _wide(entries) <= width else [some for some in (entries[:lined], entries[lined:]) if some]
        for place, group in enumerate(groups):  # boxes apart from lines
            lines = next(n for n in range(1, len(group) + 1) if n == len(group) or _fit(group, n, width))
            for index, some in enumerate(_split(group, lines)):
                rows.height += ROW if place or index else 0
                _row(rows, some, 0)
    return rows


def _explained(key: Key) -> _Entry:
    if key.standing is not None:
        return _Entry(clean(key.text), 20, shape=key.standing)
    return _Entry(clean(key.text), 46 if key.wide else 34, key=key)


def standing_keys(cards: Iterable[Card]) -> tuple[Key, ...]:
    """What the signs on cards say of how a customer stands there, as lines of a legend.

    Example:
        >>> [key.text for key in standing_keys([Card("a", "A", standing="watch"), Card("b", "B")])]
        ['Watch']
    """
    used = {card.standing for card in cards}
    return tuple(Key("neutral", STANDING_NAMES[standing], standing=standing) for standing in STANDINGS if standing in used)


def _headed(heading: str, entries: list[_Entry]) -> float:
    """How wide a group is in one row."""
    return text_width(heading, SIZE, "SemiBold") + 16 + _wide(entries)


def _steps(rows: LegendRows, steps: tuple[tuple[str, str], ...]) -> None:
    """A numbered list, in columns where there is room, all about as long; the numbers stand in a margin of their own."""
    if not steps:
        return
    columns = max(1, min(3, int((rows.width + COLUMN_GAP) // NARROWEST_COLUMN), len(steps) // 2))
    wide = (rows.width + COLUMN_GAP) / columns - COLUMN_GAP
    margin = max((text_width(_numbered(head)[0], SIZE, "SemiBold") + 8 for head, _ in steps), default=0.0)
    _in_columns(rows, [_flowed(head, text, wide, margin) for head, text in steps], columns, wide)


def _names(rows: LegendRows, names: tuple[tuple[str, str], ...]) -> None:
    """What the model's names mean, in columns where there is room."""
    if not names:
        return
    columns = max(1, min(3, int((rows.width + COLUMN_GAP) // NARROWEST_COLUMN), len(names) // 2))
    wide = (rows.width + COLUMN_GAP) / columns - COLUMN_GAP
    rows.height += 8
    _in_columns(rows, [_meant(f"{clean(name)} =", clean(meaning), wide) for name, meaning in names], columns, wide)


def _in_columns(rows: LegendRows, entries: Sequence[_Entered], columns: int, wide: float) -> None:
    """Entries of a list one below the other, in columns that are all about as long."""
    top, lowest, column = rows.height, rows.height, 0
    total, done = sum(tall for _, tall in entries), 0.0
    for entry, tall in entries:
        if done + tall / 2 > total * (1 + column) / columns:
            column, rows.height = column + 1, top
        for line, left, down, heading in entry:
            rows.height += down
            rows.say(line, column * (wide + COLUMN_GAP) + left, heading=heading)
        rows.height += tall - sum(down for *_, down, _ in entry)
        done, lowest = done + tall, max(lowest, rows.height)
    rows.height = lowest


@lru_cache(512)
def _meant(name: str, meaning: str, wide: float) -> _Entered:
    """A name and, from beside it on, what it means."""
    heads = wrap(name, wide, SIZE, "SemiBold")
    pieces = [(line, 0.0, float(LINE if index else LINE + 4), True) for index, line in enumerate(heads)]
    end = text_width(heads[-1], SIZE, "SemiBold") - 4 if heads else 0.0
    first, others = _beside(words(meaning), end, wide, INDENT)
    if first:
        pieces.append((first, end + 10, 0.0, False))
    pieces += ((line, INDENT, float(LINE), False) for line in others)
    return tuple(pieces), sum(down for *_, down, _ in pieces)


def _numbered(head: str) -> tuple[str, str]:
    """The number and the words of a head in a list, which two blanks keep apart."""
    number, _, words = head.partition("  ")
    return (number, words) if words else ("", head)


@lru_cache(512)
def _flowed(head: str, text: str, wide: float, margin: float) -> _Entered:
    """An entry whose text begins beside its head, if there is room."""
    number, title = _numbered(head)
    heads = wrap(title, wide - margin, SIZE, "SemiBold")
    pieces = [(number, 0.0, float(ROW), True)] if number else []
    pieces += ((line, margin, 20.0 if index else 0.0 if number else ROW, True) for index, line in enumerate(heads))
    end = margin + (text_width(heads[-1], SIZE, "SemiBold") if heads else 0.0)
    first, others = _beside(words(text), end, wide, margin)
    if first:
        pieces.append((first, end + 10, 0.0, False))
    pieces += ((line, margin, 20.0, False) for line in others)
    return tuple(pieces), sum(down for *_, down, _ in pieces)


def _beside(said: list[str], end: float, wide: float, margin: float) -> tuple[str, tuple[str, ...]]:
    """The words that stand beside a head which ends there, and the lines below it: as few as can be, and none that is left over."""
    most = next(n for n in range(len(said), -1, -1) if n == 0 or end + 10 + text_width(" ".join(said[:n]), SIZE) <= wide)
    found: list[tuple[int, bool, float, str, tuple[str, ...]]] = []
    for count in sorted({most, max(most - 1, 0), max(most - 2, 0), 0}, reverse=True):
        first = " ".join(said[:count])
        others = wrap(" ".join(said[count:]), wide - margin, SIZE)
        ends = [end + 10 + text_width(first, SIZE) if first else end, *(margin + text_width(line, SIZE) for line in others)]
        led = (
            bool(count and others) and "→" in said[count - 1 : count + 1]
        )  # a line with where it comes from apart from where it leads to
        alone = led or (count in (1, 2) and bool(others) and len(first) < FEW_LETTERS)
        torn = led or (bool(count and others) and leaning(said[count - 1]))
        found.append((len(others) + alone, torn, sum((wide - each) ** 2 for each in ends), first, others))
    *_, first, others = min(found, key=lambda each: each[:3])
    return first, others


def _wide(entries: list[_Entry]) -> float:
    return sum(entry.room + text_width(entry.text, SIZE) + GAP for entry in entries) - GAP


def _split(entries: list[_Entry], lines: int) -> Iterator[list[_Entry]]:
    """Entries in that many lines of about the same number."""
    each = -(-len(entries) // lines)
    return (entries[start : start + each] for start in range(0, len(entries), each))


def _fit(entries: list[_Entry], lines: int, width: float) -> bool:
    return all(_wide(line) <= width for line in _split(entries, lines))


def _row(rows: LegendRows, entries: list[_Entry], x: float) -> None:
    for entry in entries:
        _add(rows, entry, x)
        x += _wide([entry]) + GAP


def _add(rows: LegendRows, entry: _Entry, x: float) -> None:
    middle = rows.height - 5
    if entry.team is not None:
        rows.swatches.append(Swatch(entry.team, Box(x, middle - 8, 16, 16)))
    if entry.kind is not None:
        rows.kinds.append((entry.kind, (x, middle)))
    if entry.key is not None:
        rows.keys.append((entry.key, (x, middle)))
    if entry.shape is not None:
        rows.icons.append(Icon(entry.shape, x + 7, middle, 13, "second"))
    for index, line in enumerate(wrap(entry.text, max(rows.width - x - entry.room, NARROWEST_ENTRY), SIZE)):
        rows.height += LINE if index else 0  # only what stands alone in its row can be that long
        rows.say(line, x + entry.room)


def _groups(legend: Legend) -> Iterator[tuple[str, list[_Entry]]]:
    if legend.teams:
        yield "Card: owning team", [_Entry(clean(team), 24, team=index) for index, team in enumerate(legend.teams)]
    if legend.kinds:
        yield "Line: what happens", [_Entry(KIND_NAMES[kind], 44, kind=kind) for kind in legend.kinds]
    signs = [_Entry(ROLE_NAMES[role], 20, shape=role) for role in legend.roles]
    signs += [_Entry(STANDING_NAMES[standing], 20, shape=standing) for standing in legend.standings]
    if signs:
        yield "Signs", signs
