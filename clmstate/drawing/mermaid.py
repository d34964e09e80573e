"""The journey as Mermaid text, for wikis and repositories that draw it themselves."""

from __future__ import annotations

from collections.abc import Iterator

from clmstate.drawing.measure import clean
from clmstate.drawing.overlay import Cover, Overlay
from clmstate.drawing.scene import Card, Clause, Pill, Scene
from clmstate.drawing.theme import Theme

__all__ = ["to_mermaid"]

_ARROWS = {"relapse": "-.->", "stay": "-.->"}


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
        ---
        flowchart LR
          n0["Trial #91;1#93;"]
          style n0 fill:#1D4ED8,stroke:#1D4ED8,color:#FFFFFF
        <BLANKLINE>
    """
    laid = Overlay() if overlay is None else overlay
    return "\n".join(_lines(scene, theme, laid)) + "\n"


def _lines(scene: Scene, theme: Theme, laid: Overlay) -> Iterator[str]:
    names = {
        name: f"n{index}" for index, name in enumerate((*(card.id for card in scene.cards), *(frame.id for frame in scene.frames)))
    }
    yield "---"
    yield f'title: "{_plain(laid.title or scene.title)}"'
    yield "---"
    yield "flowchart LR"
    framed = {member for frame in scene.frames for member in frame.members}
    for lane in scene.lanes:
        yield f'  subgraph l{scene.lanes.index(lane)}["{_text(lane.title)}"]'
        yield from (f"    {_card(card, names, laid)}" for card in scene.cards if card.id in lane.members)
        yield "  end"
    for frame in scene.frames:
        yield f'  subgraph {names[frame.id]}["{_text(frame.title)}"]'
        yield from (f"    {_card(card, names, laid)}" for card in scene.cards if card.id in frame.members)
        yield "  end"
    inside = framed | {member for lane in scene.lanes for member in lane.members}
    yield from (f"  {_card(card, names, laid)}" for card in scene.cards if card.id not in inside)
    for card in scene.cards:
        cover = laid.covers.get(card.id)
        colours = (theme.team(card.team), theme.team(card.team), theme.on_team)
        if cover is not None:
            tones = theme.tones[cover.tone]
            colours = (tones.band, tones.line, tones.on_band)
        yield f"  style {names[card.id]} fill:{colours[0]},stroke:{colours[1]},color:{colours[2]}"
    for number, pill in enumerate(scene.pills):
        yield from _rule(scene, pill, number, names, laid.covers.get(pill.id))
    pills = {pill.id for pill in scene.pills}
    for link in scene.links:
        if link.tail not in pills and link.head not in pills:
            yield f"  {names[link.tail]} --> {names[link.head]}"


def _card(card: Card, names: dict[str, str], laid: Overlay) -> str:
    cover = laid.covers.get(card.id)
    said = [card.title, card.subtitle] if cover is None or cover.said is None else [card.title, *(one.text for one in cover.said)]
    shown = "<br/>".join(_text(part) for part in said if clean(part))
    around = ('(["', '"])') if card.final else ('["', '"]')
    return f"{names[card.id]}{around[0]}{shown or '#160;'}{around[1]}"


def _rule(scene: Scene, pill: Pill, number: int, names: dict[str, str], cover: Cover | None) -> Iterator[str]:
    tails = [names[name] for name in scene.tails(pill) if name in names]
    heads = [names[name] for name in scene.heads(pill) if name in names]
    if pill.stub or not tails:
        yield f'  from{number}(("#160;"))'
        tails = [f"from{number}"]
    arrow = _ARROWS.get(pill.kind, "-->")
    words = "<br/>".join(_text(_said(clause)) for clause in pill.clauses if clean(clause.text))
    if cover is not None and cover.said is not None:
        words = "<br/>".join(_text(one.text) for one in cover.said)
    words = (f"{_text(pill.number)}<br/>" if pill.number else "") + words
    for tail in tails:
        for head in heads or tails:
            yield f'  {tail} {arrow}|"{words}"| {head}' if words else f"  {tail} {arrow} {head}"


def _said(clause: Clause) -> str:
    return f"→ {clause.text}" if clause.role == "play" else clause.text


def _text(text: str) -> str:
    """Text for a label; what Mermaid could read as its own is written by number."""
    return "".join(char if char.isalnum() or char in " ,–→·✓" else f"#{ord(char)};" for char in clean(text))


def _plain(text: str) -> str:
    """Text for the front matter, which is YAML."""
    return clean(text).replace("\\", "\\\\").replace('"', '\\"')
