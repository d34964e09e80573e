"""The signs of pictures as characters, for formats that have text and no shapes of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping

from clmstate.drawing.overlay import Cover, Tone
from clmstate.drawing.scene import ClauseRole, Kind, Scene, Standing

__all__ = ["CLAUSE_SIGNS", "KIND_SIGNS", "STANDING_SIGNS", "TONE_SIGNS", "marked", "meanings"]

KIND_SIGNS: Mapping[Kind, str] = {"relapse": "↺", "at_risk": "↘", "recovery": "✓", "next_cycle": "↻"}
STANDING_SIGNS: Mapping[Standing, str] = {"good": "●", "watch": "▲", "at_risk": "◆", "lost": "■"}
CLAUSE_SIGNS: Mapping[ClauseRole, str] = {"event": "⚡", "play": "→"}
TONE_SIGNS: Mapping[Tone, str] = {"good": "✓", "watch": "!", "at_risk": "✗"}
_MEANINGS: Mapping[str, str] = {
    "↺": "relapse",
    "↘": "to risk or loss",
    "✓": "recovery",
    "↻": "next cycle",
    "●": "good",
    "▲": "watch",
    "◆": "at risk",
    "■": "lost",
    "⚡": "event",
    "→": "what we do",
}


def marked(cover: Cover | None) -> str:
    """The signs that a cover puts on a card or on the rules of a pill, in brackets; "" is none.

    Example:
        >>> marked(Cover("at_risk", signs=(("good", "4"), ("at_risk", "")))), marked(Cover("faded"))
        ('[✓ 4 · ✗]', '')
    """
    if cover is None or not any(tone is not None for tone, _ in cover.signs):
        return ""
    said = ("–" if tone is None else f"{TONE_SIGNS.get(tone, '')} {number}".strip() for tone, number in cover.signs)
    return f"[{' · '.join(said)}]"


def meanings(shown: str, scene: Scene, *, starts: str) -> str:
    """What the signs mean with which something begins.

    Args:
        shown: the text of a picture.
        scene: what it shows; a tick where nothing is a recovery, say, is no sign of one.
        starts: the characters after which something begins.

    Example:
        >>> from clmstate.drawing.scene import Card, Clause, Pill
        >>> deal = Scene("Deal", cards=(Card("live", "Live", standing="good"),), pills=(Pill("sign", "forward", (Clause("event", "signed"),)),))
        >>> meanings('"● Live" "✓ visited" "⚡ signed"', deal, starts='"')
        '● good · ⚡ event'
    """
    used = {KIND_SIGNS.get(pill.kind) for pill in scene.pills} | {
        STANDING_SIGNS[card.standing] for card in scene.cards if card.standing
    }
    used |= {CLAUSE_SIGNS.get(clause.role) for pill in scene.pills for clause in pill.clauses}
    before = f"(?:[{re.escape(starts)}]|[{''.join(KIND_SIGNS.values())}] )"
    return " · ".join(
        f"{sign} {meaning}" for sign, meaning in _MEANINGS.items() if sign in used and re.search(f"{before}{sign} ", shown)
    )
