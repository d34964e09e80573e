"""The picture in words, for people who hear it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from clmstate.drawing.measure import clean
from clmstate.drawing.overlay import Cover, Overlay, PanelRow, Tone
from clmstate.drawing.scene import Card, Kind, Pill, Scene, Standing

__all__ = ["KIND_NAMES", "STANDING_NAMES", "card_label", "pill_label", "said_label", "scene_label"]

KIND_NAMES: Mapping[Kind, str] = {
    "forward": "Forward",
    "branch": "Branch",
    "relapse": "Relapse",
    "at_risk": "At risk",
    "recovery": "Recovery",
    "next_cycle": "Next cycle",
    "stay": "Stays",
}
TONE_NAMES: Mapping[Tone, str] = {
    "here": "You are here",
    "added": "Added",
    "removed": "Removed",
    "changed": "Changed",
    "path": "On the path so far",
}
SIGN_NAMES: Mapping[Tone, str] = {
    "good": "All is well",
    "watch": "To look at",
    "at_risk": "Wrong or missing",
    "neutral": "Concerned",
}
STANDING_NAMES: Mapping[Standing, str] = {"good": "Good standing", "watch": "Watch", "at_risk": "At risk", "lost": "Lost"}


def card_label(card: Card) -> str:
    """What a card says.

    Example:
        >>> card_label(Card("trial", "Trial", subtitle="Sales", quote="When do I start?", initial=True))
        'Trial. Sales. The journey starts here. When do I start?'
    """
    parts = [
        card.title,
        card.subtitle,
        card.detail,
        "The journey starts here" if card.initial else "",
        "The journey ends here" if card.final else "",
    ]
    parts += [f"{'Was' if mark == '-' else 'Now' if mark == '+' else ''} {text}" for line in card.versions for mark, text in line]
    parts += [STANDING_NAMES[card.standing] if card.standing else "", card.quote, *card.notes]
    return _sentences(parts)


def pill_label(pill: Pill, scene: Scene) -> str:
    """What a rule says: its kind, where from and where to, and when."""
    titles = {**{card.id: card.title for card in scene.cards}, **{frame.id: frame.title for frame in scene.frames}}
    tails, heads = [titles[name] for name in scene.tails(pill)], [titles[name] for name in scene.heads(pill)]
    if scene.plan == "markets":
        return _sentences([f"Rules out of {titles[pill.id.removeprefix('rules ')]}", *(clause.text for clause in pill.clauses)])
    way = (f"from {' and '.join(tails)} " if tails else "") + (f"to {heads[0]}" if heads else "")
    return _sentences([f"{KIND_NAMES[pill.kind]} {way}".strip(), *(clause.text for clause in pill.clauses)])


def said_label(cover: Cover) -> str:
    """What an overlay adds to a card or rule.

    Example:
        >>> from clmstate.drawing.overlay import Said
        >>> said_label(Cover("added", (Said("new phase", "strong"),)))
        ' Added. new phase.'
    """
    said = [text.text for text in cover.said or ()]
    step = f"Step {cover.number}" if cover.number else ""
    marks = [f"{SIGN_NAMES.get(tone, '')} {number}".strip() for tone, number in cover.signs if tone is not None]
    spoken = _sentences([TONE_NAMES.get(cover.tone, ""), step, *marks, *said])
    return f" {spoken}" if spoken else ""


def scene_label(scene: Scene, overlay: Overlay | None = None) -> str:
    """What the whole picture says, rule by rule."""
    laid = Overlay() if overlay is None else overlay
    rules = (pill_label(pill, scene) + (said_label(laid.covers[pill.id]) if pill.id in laid.covers else "") for pill in scene.pills)
    panels = [part for panel in laid.panels for part in (panel.title, *map(_row, panel.rows), panel.foot)]
    return _sentences([laid.subtitle or scene.subtitle, *rules, *panels])


def _row(row: PanelRow) -> str:
    """A line of a panel, with its number on the map."""
    number = row.sign[1] if row.sign is not None else ""
    was_and_is = (f"no longer {text.strip()}" if mark == "-" else text.strip() for mark, text in row.spans)
    return " ".join(part for part in (number, row.text, row.value, row.below, ", ".join(was_and_is)) if part)


def _sentences(parts: Iterable[str]) -> str:
    said = [clean(part) for part in parts if clean(part)]
    return " ".join(part if part.endswith((".", "?", "!")) else part + "." for part in said)
