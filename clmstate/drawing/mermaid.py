"""The picture as Mermaid text, for wikis and repositories that draw it themselves.

A rule is a node here too: Mermaid lays the words of a line over other lines and words, and keeps nodes apart. What has a colour of its own
brings its ink along; everything else (titles, frames, plain lines) is left to the page, which may be light or dark.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, pairwise

import attrs

from clmstate.drawing.measure import clean, text_width, wrap
from clmstate.drawing.overlay import Key, Overlay, PanelRow, Said
from clmstate.drawing.scene import Card, Clause, Frame, Kind, Lane, Link, Pill, Scene
from clmstate.drawing.signs import CLAUSE_SIGNS, KIND_SIGNS, STANDING_SIGNS, TONE_SIGNS, marked, meanings
from clmstate.drawing.theme import Theme

__all__ = ["to_mermaid"]

_TO_THE_PAGE: frozenset[Kind] = frozenset({"forward", "branch", "stay"})  # their lines have the page's own colour
_LINE, _PANEL, _ASPECT, _SIZE, _STEP = 150, 260, 1.5, 14, 21  # usual lines of words, shape of a long text, its type and leading
_AS_WRITTEN = frozenset(" ,.-?()'/!%–—→·✓✗↺↘↻●▲◆■⚡…“”")
_MISREAD = re.compile(r"(?<=\$)(?=\$)|(?<=:)(?=fa-)|(?<=\\)(?=n)|(?<=%)(?=[%{])|(?<=ﬂ)(?=°)|(?<=¶)(?=ß)")


def to_mermaid(scene: Scene, theme: Theme, overlay: Overlay | None = None) -> str:
    """A flowchart from left to right.

    Mermaid reads most punctuation as its own, so every character that is no letter, digit or blank is written as a number: whatever a model
    says is shown as text.

    Example:
        >>> from clmstate.drawing.scene import Card
        >>> from clmstate.drawing.theme import THEMES
        >>> print(to_mermaid(Scene("Trial", cards=(Card("trial", "Trial [1]", team=0),)), THEMES["light"]))
        ---
        title: "Trial"
        config: {flowchart: {wrappingWidth: 2000}}
        ---
        flowchart LR
          n0["Trial #91;1#93;"]
          classDef team0 fill:#1D4ED8,stroke:#1D4ED8,color:#FFFFFF
          class n0 team0
        <BLANKLINE>
    """
    laid = Overlay() if overlay is None else overlay
    return "\n".join(_Text(scene, theme, laid).lines()) + "\n"


@attrs.frozen(slots=False)
class _Text:
    scene: Scene
    theme: Theme
    overlay: Overlay

    def lines(self) -> Iterator[str]:
        yield "---"
        yield f"title: {_title(self.overlay.title or self.scene.title)}"
        yield "config: {flowchart: {wrappingWidth: 2000}}"  # lines break where they are broken here
        yield "---"
        yield f"flowchart {'TB' if self.rows else 'LR'}"
        if self.subtitle:
            yield f"  accDescr: {_text(self.subtitle)}"
            yield f'  about["{_label(self.subtitle.split(" · "), _PANEL)}"]'  # nobody sees the line before, and a title is one line
        nodes, links = list(self.nodes()), list(self.links())
        yield from nodes
        yield from (f"  {line}" for line, _ in links)
        yield from self.notes("".join(nodes))
        yield from self.looks()
        yield from _line_looks([look for _, look in links])

    @cached_property
    def subtitle(self) -> str:
        """What stands below the title: whose picture it is of several with one title, the date, how to read it."""
        return clean(self.overlay.subtitle or self.scene.subtitle)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Names that Mermaid takes, by the ids of the scene."""
        cards, frames, pills = self.scene.cards, self.scene.frames, self.scene.pills
        ids = (*(card.id for card in cards), *(frame.id for frame in frames), *(pill.id for pill in pills))
        return {name: f"n{number}" for number, name in enumerate(ids)}

    def nodes(self) -> Iterator[str]:
        """Cards and rules in the order of the journey, from which Mermaid takes what leads forward; then what stands inside what."""
        yield from (f"  {self.card(card)}" for card in self.scene.cards)
        yield from (f"  {self.pill(pill)}" for pill in self.scene.pills if not self.stands_below(pill))
        lanes, frames = self.scene.lanes, self.scene.frames
        held = {
            frame.id: number for frame in frames for number, lane in enumerate(lanes) if set(frame.members) <= set(lane.members)
        }
        for number, lane in enumerate(lanes):
            yield from self.around(f"l{number}", lane, [frame for frame in frames if held.get(frame.id) == number])
        yield from chain.from_iterable(self.around(self.names[frame.id], frame) for frame in frames if frame.id not in held)

    def around(self, name: str, box: Lane | Frame, frames: Sequence[Frame] = ()) -> Iterator[str]:
        """What stands inside a lane or a frame; Mermaid takes a card to where it is named first, so frames of a lane stand in it."""
        yield f'  subgraph {name}["{_text(box.title)}"]'
        yield from ("    direction LR",) if self.rows else ()
        for frame in frames:
            yield from (f"  {line}" for line in self.around(self.names[frame.id], frame))
        framed = {one for frame in frames for one in (*frame.members, *self.between(frame.members))}
        yield from (f"    {self.names[one]}" for one in (*box.members, *self.between(box.members)) if one not in framed)
        yield "  end"

    def between(self, members: tuple[str, ...]) -> Iterator[str]:
        """Rules that lead from some of these to others of them."""
        inside = set(members)
        return (pill for pill, ends in self.ends.items() if ends and ends <= inside)

    @cached_property
    def ends(self) -> Mapping[str, set[str]]:
        """What the lines of each rule lead from and to."""
        ends: dict[str, set[str]] = {pill.id: set() for pill in self.scene.pills}
        for link in self.scene.links:
            for pill, other in ((link.head, link.tail), (link.tail, link.head)):
                if pill in ends:
                    ends[pill].add(other)
        return ends

    @cached_property
    def rows(self) -> bool:
        """Whether there is nothing but rows of cards, one below the other."""
        return self.scene.plan == "markets"

    def stands_below(self, pill: Pill) -> str:
        """The card that a rule without lines is about; "" is none."""
        card = pill.id.removeprefix("rules ")
        return card if card != pill.id and card in self.names else ""

    @cached_property
    def below(self) -> Mapping[str, list[tuple[Clause, ...]]]:
        """What is said below each card, in rules without lines."""
        found: dict[str, list[tuple[Clause, ...]]] = defaultdict(list)
        for pill in self.scene.pills:
            found[self.stands_below(pill)].append(pill.clauses)
        return found

    def card(self, card: Card) -> str:
        cover = self.overlay.covers.get(card.id)
        said: list[str] = [card.subtitle, card.detail, f"“{card.quote}”" if clean(card.quote) else ""]
        said = [_compared(line) for line in card.versions] if card.versions else said
        said += [f"· {note}" for note in card.notes]
        if cover is not None and cover.said is not None:
            said = [*_told(cover.said), f"{cover.number}" if cover.number else ""]
        said += (part for clauses in self.below.get(card.id, ()) for part in ("—", *_clauses(clauses)))
        sign = f"{STANDING_SIGNS[card.standing]} " if card.standing else ""
        around = ('(["', '"])') if card.final else ('["', '"]')
        title = f"{sign}{clean(card.title)} {marked(cover)}".strip()
        return f"{self.names[card.id]}{around[0]}{_label([title, *said])}{around[1]}"

    def pill(self, pill: Pill) -> str:
        cover = self.overlay.covers.get(pill.id)
        said = [*_clauses(pill.clauses)]
        if cover is not None and cover.said is not None:
            sources = [clause for clause in pill.clauses if clause.role == "source" and (pill.stub or clause.rule in cover.counted)]
            said = [*_told(cover.said), *dict.fromkeys(clause.text for clause in sources)]
        first = [pill.number, f"step {cover.number}" if cover is not None and cover.number else "", marked(cover)]
        sign = KIND_SIGNS.get(pill.kind, "")
        words = [part for part in (*first, *said) if clean(part)]
        if sign:
            words[:1] = [f"{sign} {words[0]}" if words else sign]
        return f'{self.names[pill.id]}("{_label(words)}")'

    def links(self) -> Iterator[tuple[str, str]]:
        """The lines, each with its colour; "" is the page's own."""
        names = self.names
        for number, mark in enumerate(self.scene.marks):
            yield f"s{number}((( ))) --> {names[mark.on]}", ""
        for link in self.scene.links:
            dotted = link.kind in ("relapse", "stay")
            arrow = ("-.-" if dotted else "---") if link.head in self.ends else "-.->" if dotted else "-->"
            yield f"{names[link.tail]} {arrow} {names[link.head]}", self.line_look(link)
        if self.rows:
            for lane in self.scene.lanes:
                yield from ((f"{names[one]} ~~~ {names[other]}", "") for one, other in pairwise(lane.members))
            yield from ((f"l{number} ~~~ l{number + 1}", "") for number in range(len(self.scene.lanes) - 1))

    def line_look(self, link: Link) -> str:
        cover = next((self.overlay.covers.get(end) for end in (link.head, link.tail) if end in self.ends), None)
        if cover is not None and cover.tone != "neutral":
            return f"stroke:{self.theme.tones[cover.tone].line},stroke-width:{max(cover.wide, 1.6):g}px"
        return "" if link.kind in _TO_THE_PAGE else f"stroke:{self.theme.kinds[link.kind].line},stroke-width:2px"

    def notes(self, shown: str) -> Iterator[str]:
        """Checklists of an overlay, and what the colours and signs mean that are shown."""
        for number, panel in enumerate(self.overlay.panels):
            rows = [_row(row) for row in panel.rows]
            yield f'  p{number}["{_label([panel.title, *rows, panel.foot], _PANEL)}"]'
        told = [f"k{number}" for number in range(len(self.keys))]
        for name, key in zip(told, self.keys, strict=True):
            yield f'  {name}["{_text(key.text.partition(" (")[0])}"]'  # in brackets: how painted pictures show it
        signs = meanings(shown, self.scene, starts='"(>')
        if signs:
            yield f'  legend["{"<br/>".join(map(_text, _packed(signs.split(" · "), _PANEL)))}"]'
            yield "  style legend fill:none,stroke:none,text-align:left"
            told.append("legend")
        if self.rows:  # above the first one, and below the last one
            yield from (f"  {name} ~~~ l0" for name in ("about",) if self.subtitle)
            yield from (f"  l{len(self.scene.lanes) - 1} ~~~ {name}" for name in told)

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """What the colours of an overlay mean."""
        used = {cover.tone for cover in self.overlay.covers.values()}
        return tuple(key for key in self.overlay.keys if key.tone in used and not key.wide and key.standing is None)

    def looks(self) -> Iterator[str]:
        """Colours, one class for all that look alike."""
        classes: dict[str, tuple[str, list[str]]] = {}

        def add(key: str, fill: str, line: str, ink: str, name: str, more: str = "") -> None:
            classes.setdefault(key, (f"fill:{fill},stroke:{line},color:{ink}{more}", []))[1].append(name)

        for card in self.scene.cards:
            cover = self.overlay.covers.get(card.id)
            if cover is None:
                colour = self.theme.team(card.team)
                add(f"team{'' if card.team is None else card.team}", colour, colour, self.theme.on_team, self.names[card.id])
            else:
                tones = self.theme.tones[cover.tone]
                add(cover.tone, tones.band, tones.line, tones.on_band, self.names[card.id])
        for pill in (pill for pill in self.scene.pills if not self.stands_below(pill)):
            cover = self.overlay.covers.get(pill.id)
            if cover is None:
                own = self.theme.kinds[pill.kind]
                add(f"rule_{pill.kind}", own.fill, own.line, own.ink, self.names[pill.id])
            else:
                tones = self.theme.tones[cover.tone]
                dashes = ",stroke-dasharray:5 4" if cover.dashed else ""
                key = f"rule_{cover.tone}{'_dashed' if dashes else ''}"
                add(key, tones.fill, tones.line, tones.ink, self.names[pill.id], dashes)
        for number, meaning in enumerate(self.keys):
            tones = self.theme.tones[meaning.tone]
            add(meaning.tone, tones.band, tones.line, tones.on_band, f"k{number}")
        for key, (style, names) in classes.items():
            yield f"  classDef {key} {style}"
            yield f"  class {','.join(names)} {key}"
        yield from self.outlines()

    def outlines(self) -> Iterator[str]:
        """What has an outline only, or none, because the page shines through."""
        quiet = self.theme.third
        yield from (f"  style {name} fill:none,stroke:none,text-align:left" for name in ("about",) if self.subtitle)
        yield from (f"  style {self.names[frame.id]} fill:none,stroke:{quiet}" for frame in self.scene.frames)
        for number, lane in enumerate(self.scene.lanes):
            yield f"  style l{number} fill:none,stroke:{self.theme.team(lane.team)}"
        yield from (f"  style s{number} fill:{quiet},stroke:{quiet}" for number in range(len(self.scene.marks)))
        for number in range(len(self.overlay.panels)):
            yield f"  style p{number} fill:none,stroke:{self.theme.tones[self.overlay.panels[number].tone].line},text-align:left"


def _line_looks(looks: Sequence[str]) -> Iterator[str]:
    """The lines that look alike together, by their numbers."""
    alike: dict[str, list[str]] = defaultdict(list)
    for number, look in enumerate(looks):
        if look:
            alike[look].append(str(number))
    yield from (f"  linkStyle {','.join(numbers)} {look}" for look, numbers in alike.items())


def _clauses(clauses: Iterable[Clause]) -> Iterator[str]:
    """What a rule says; where several share a node, "or" stands between them."""
    before: Clause | None = None
    for clause in clauses:
        if before is not None and clause.rule != before.rule and clause.role != "source":
            yield "or"
        mark = f"{CLAUSE_SIGNS[clause.role]} " if clause.role in CLAUSE_SIGNS else ""
        yield mark + (_compared(clause.spans) if clause.spans else clause.text)
        before = clause


def _compared(spans: Sequence[tuple[str, str]]) -> str:
    """Two versions of a text in one: what was said, an arrow, and what is said now."""
    said: list[str] = []
    for number, (mark, text) in enumerate(spans):
        following = spans[number + 1][0] if number + 1 < len(spans) else ""
        if mark == "-":
            said.append(f"[{text.strip()} →" if following == "+" else f"[no longer: {text.strip(' ,')}]")
        elif mark == "+":
            after_old = number > 0 and spans[number - 1][0] == "-"
            said.append(f"{text.strip()}]" if after_old else f"[new: {text.strip(' ,')}]")
        else:
            said.append(text.strip())
    return " ".join(said)


def _told(said: Iterable[Said]) -> Iterator[str]:
    """What an overlay says; Mermaid strikes nothing out."""
    return (f"no longer: {one.text}" if one.how == "struck" else one.text for one in said)


def _row(row: PanelRow) -> str:
    sign = "·" if row.listed else {True: "✓", False: "✗", None: "?"}[row.met]
    if row.sign is not None:
        sign = f"{TONE_SIGNS.get(row.sign[0], '·')} {row.sign[1]}".strip()
    more = clean(_compared(row.spans) or row.below or row.value)
    bracketed = more.startswith("[") and more.endswith("]")
    return f"{sign} {clean(row.text)}" + (f" {more}" if bracketed else f" ({more})" if more else "")


def _label(parts: Iterable[str], usual: float = _LINE) -> str:
    """Lines for a node, broken as we break them; long texts grow in both directions."""
    lines: list[str] = []
    for part in parts:
        room = max(usual, (text_width(clean(part), _SIZE) * _STEP * _ASPECT) ** 0.5)
        lines += wrap(part, room, _SIZE)
    return "<br/>".join(map(_text, lines)) or "#160;"


def _packed(items: Iterable[str], room: float) -> Iterator[str]:
    """As many on a line as fit; a sign stays with what it means."""
    line = ""
    for item in items:
        longer = f"{line} · {item}" if line else item
        if line and text_width(longer, _SIZE) > room:
            yield line
            longer = item
        line = longer
    yield line


def _text(text: str) -> str:
    """Text for a label; what Mermaid could read as its own is written by number."""
    return "".join(char if char.isalnum() or char in _AS_WRITTEN else f"#{ord(char)};" for char in _harmless(text))


def _title(text: str) -> str:
    """Text for the title, which Mermaid takes as it is, and as HTML."""
    return json.dumps(_harmless(text).replace("<", "‹").replace(">", "›"), ensure_ascii=False)


def _harmless(text: str) -> str:
    """Text with a mark without width inside what Mermaid takes for a formula, an icon, the end of a line or a directive."""
    return _MISREAD.sub("\N{WORD JOINER}", clean(text))
