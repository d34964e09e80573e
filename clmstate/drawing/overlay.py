"""What is laid over a journey: the same skeleton with other words and colours. Plain data; `covers` sets its text.

An overlay never moves anything: a cover has the size of the card or pill that it is put on, and its text is made to fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

import attrs

from clmstate.drawing.scene import Kind, Standing

__all__ = ["TONES", "Cover", "Key", "Overlay", "Panel", "PanelRow", "Said", "SaidAs", "Tone"]

Tone: TypeAlias = Literal[
    "faded", "path", "here", "added", "removed", "changed", "good", "watch", "at_risk", "lost", "neutral", "linked"
]
"""What a colour of an overlay means; a glyph, a dash or a word always repeats it."""

TONES: tuple[Tone, ...] = get_args(Tone)
SaidAs: TypeAlias = Literal["number", "strong", "plain", "quiet", "italic", "struck", "come"]


@attrs.frozen
class Said:
    """One text on a cover, and how it is said.

    Example:
        >>> Said("412", "number").how
        'number'
    """

    text: str
    how: SaidAs = "plain"


@attrs.frozen
class Cover:
    """What an overlay shows on one card or pill.

    Attributes:
        tone: its colour.
        said: in place of its own text (of a card: below the title); None keeps its own.
        bar: shares of a whole, drawn as a bar at the bottom of a card.
        number: a badge, such as the number of a step; several are joined.
        wide: how thick the lines of a pill are; 0 is as usual.
        came: the cards and frames from which it says what it says, if not from all; other lines to the pill are faded.
        small: a pill shrinks to what it says, and its lines run up to it.
        counted: the rules of a small pill that its number is about; only of those it says where they come from besides.
        dashed: whether the outline is dashed.
        signed: whether the sign of its tone stands at the corner.
        sign: another tone whose sign stands there.
        signs: in place of that one for each of its rules (a card has one), with a number or a word beside it; a tone of None has none.

    Example:
        >>> Cover("faded").said is None
        True
    """

    tone: Tone
    said: tuple[Said, ...] | None = None
    bar: tuple[tuple[Tone, float], ...] = ()
    number: str = ""
    wide: float = 0
    small: bool = False
    dashed: bool = False
    signed: bool = False
    sign: Tone | None = None
    came: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    signs: tuple[tuple[Tone | None, str], ...] = ()


@attrs.frozen
class PanelRow:
    """A line of a panel: met (True), not met, not known (None), and what the data say.

    Example:
        >>> PanelRow("health at least 70", False, "health 55").value
        'health 55'
    """

    text: str
    met: bool | None
    value: str = ""
    listed: bool = False
    """Whether it is only listed, neither met nor unmet."""
    under: bool = False
    """Whether it is listed as a part of the line above."""
    spans: tuple[tuple[str, str], ...] = ()
    """In place of what the data say, text in pieces: "=" as it was, "-" no longer said, "+" new."""
    sign: tuple[Tone, str] | None = None
    """The sign before it, as on the map, with its number."""
    below: str = ""
    """What is to be said about it at length."""


@attrs.frozen
class Panel:
    """A box beside the journey: a checklist.

    Example:
        >>> Panel("To Success", (PanelRow("health at least 70", False),)).title
        'To Success'
    """

    title: str
    rows: tuple[PanelRow, ...] = ()
    foot: str = ""
    tone: Tone = "here"
    """The colour of its outline."""


@attrs.frozen
class Key:
    """A line of the legend: a tone with its sign, or a line as thick as this, and what it means.

    Example:
        >>> Key("path", "path so far").wide
        0
    """

    tone: Tone
    text: str
    wide: float = 0
    signed: bool = False
    kind: Kind | None = None
    """Of a line: the kind of rule whose sign stands on it."""
    standing: Standing | None = None
    """In place of a tone, the sign of how a customer stands."""


def _frozen(covers: Mapping[str, Cover]) -> Mapping[str, Cover]:
    return MappingProxyType(dict(covers))


@attrs.frozen
class Overlay:
    """Everything that is laid over one scene.

    Attributes:
        title, subtitle: of the picture; "" keeps the scene's.
        covers: by the id of a card or pill; what is not named stays as it is.
        keys: the legend.
        panels: boxes with checklists, beside the legend.

    Example:
        >>> Overlay("Where they are").covers
        mappingproxy({})
    """

    title: str = ""
    subtitle: str = ""
    covers: Mapping[str, Cover] = attrs.field(factory=dict[str, "Cover"], converter=_frozen, hash=False)
    keys: tuple[Key, ...] = ()
    panels: tuple[Panel, ...] = ()
