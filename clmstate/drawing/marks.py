"""The small shapes: a badge for each kind of rule, a mark before each clause, a sign for each standing.

A colour never says anything alone; these repeat it for people who do not tell the colours apart. They are outlines, not letters, so that
they look the same where no font is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from clmstate.drawing.blocks import Icon, IconShape
from clmstate.drawing.geometry import Point
from clmstate.drawing.measure import text_width
from clmstate.drawing.overlay import Tone
from clmstate.drawing.scene import Kind
from clmstate.drawing.theme import Theme

__all__ = ["BADGE_RADIUS", "SIGNED", "badge", "badge_width", "dots", "escape", "has_badge", "icon_path", "sign_of", "tone_badge"]

BADGE_RADIUS = 8.5
_SAID = 12  # type size of what stands beside a sign

# In a square of 100 around the middle. The arrows and the tick are Inter's.
_BADGES: Mapping[Kind, str] = {
    "branch": "M-50 8H-14L14 -26H22V-44L50 -18L22 8V-8L0 16L22 40V24L50 48L22 74V58H14L-14 24H-50Z",
    "relapse": (
        "M2 3-25-24 2-50V-31Q10-30 17-27Q24-24 29-18Q34-13 37-6Q40 2 40 10Q40 18 37 25Q34 33 29 38Q23 44 16 47Q8 50 0 50"
        "Q-8 50-16 47Q-23 44-28 38Q-34 33-37 25Q-40 18-40 10H-27Q-27 17-24 23Q-20 30-14 33Q-8 37 0 37Q8 37 14 33Q20 30 24 23"
        "Q27 17 27 10Q27 2 24-4Q21-10 15-13Q9-17 2-18Z"
    ),
    "at_risk": "M50-41V50H-41V29H-12Q-5 29 4 30Q12 31 20 32Q16 29 12 26Q8 22 4 19L-50-35L-35-50L19 4Q22 8 26 12Q29 16 32 20Q31 12 30 4Q29-5 29-12V-41Z",
    "recovery": "M-50 3-37-11-14 12 37-38 50-25-14 38Z",
    "next_cycle": (
        "M0 50Q-8 50-16 47Q-23 44-29 38Q-34 33-37 25Q-40 18-40 10Q-40 2-37-6Q-34-13-29-18Q-24-24-17-27Q-10-30-2-31V-50L25-24L-2 3V-18"
        "Q-9-17-15-13Q-21-10-24-4Q-27 2-27 10Q-27 17-24 23Q-20 30-14 33Q-8 37 0 37Q8 37 14 33Q20 30 24 23Q27 17 27 10H40"
        "Q40 18 37 25Q34 33 29 38Q23 44 16 47Q8 50 0 50Z"
    ),
}

# plus, minus, delta, tick, exclamation mark, cross
SIGNED: Mapping[Tone, str] = {
    "added": "M-8-48H8V-8H48V8H8V48H-8V8H-48V-8H-8Z",
    "removed": "M-48-9H48V9H-48Z",
    "changed": "M0-50L52 44H-52ZM0-18L-24 28H24Z",
    "good": "M-50 3-37-11-14 12 37-38 50-25-14 38Z",
    "watch": "M-9-52H9L6 18H-6ZM-9 32H9V50H-9Z",
    "at_risk": "M-38-50L0-12L38-50L50-38L12 0L50 38L38 50L0 12L-38 50L-50 38L-12 0L-50-38Z",
}
"""Signs of the tones that say something about a rule."""

_FILLED: Mapping[IconShape, str] = {
    "event": "M12-60L-38 10H-4L-14 60L38-14H4Z",
    "play": "M-34-46L46 0L-34 46Z",
    "good": "M0-50A50 50 0 1 1 0 50A50 50 0 1 1 0-50Z",
    "watch": "M0-50L54 44H-54Z",
    "at_risk": "M0-60L56 0L0 60L-56 0Z",
    "lost": "M-45-45H45V45H-45Z",
}
_DRAWN: Mapping[IconShape, str] = {
    "met": "M-50 0L-14 36L50-36",
    "unmet": "M-38-38L38 38M38-38L-38 38",
    "unknown": "M-30-20A30 28 0 1 1 6 6L0 20M0 44V46",
    "condition": "M-50 34A52 52 0 1 1 50 34M0 22L26-18",
    "source": "M-50 0H-6M-6 0A26 26 0 1 1 46 0A26 26 0 1 1-6 0",
}


_CORNERS = ((-1, -1), (1, 1), (-1, 1), (1, -1))
_DICE: tuple[tuple[Point, ...], ...] = (
    ((0, 0),),
    _CORNERS[:2],
    (*_CORNERS[:2], (0, 0)),
    _CORNERS,
    (*_CORNERS, (0, 0)),
    (*_CORNERS, (-1, 0), (1, 0)),
    (*_CORNERS, (-1, 0), (1, 0), (0, 0)),
    (*_CORNERS, (-1, 0), (1, 0), (0, -1), (0, 1)),
    (*_CORNERS, (-1, 0), (1, 0), (0, -1), (0, 1), (0, 0)),
)


def escape(text: str) -> str:
    """Text for use in XML, in content as well as in attributes.

    Example:
        >>> escape('<script>"5" & more')
        '&lt;script&gt;&quot;5&quot; &amp; more'
    """
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        text = text.replace(char, entity)
    return text


def has_badge(kind: Kind) -> bool:
    """Whether a kind of rule has a sign; a step forward needs none.

    Example:
        >>> has_badge("relapse"), has_badge("forward")
        (True, False)
    """
    return kind in _BADGES


def sign_of(kind: Kind, at: Point, colour: str) -> Iterator[str]:
    """The sign of a kind of rule alone, without the disc.

    Example:
        >>> list(sign_of("forward", (0, 0), "#000000"))
        []
    """
    if kind in _BADGES:
        x, y = (f"{value:.1f}".removesuffix(".0") for value in at)
        yield f'<path class="badge" d="{_BADGES[kind]}" transform="translate({x} {y}) scale(.1)" fill="{colour}"/>'


def badge(kind: Kind, at: Point, colour: str, canvas: str) -> Iterator[str]:
    """The sign of a kind of rule, on a disc; a step forward needs none.

    Example:
        >>> list(badge("forward", (0, 0), "#000000", "#FFFFFF"))
        []
    """
    if kind not in _BADGES:
        return
    x, y = (f"{value:.1f}".removesuffix(".0") for value in at)
    yield f'<g class="badge" transform="translate({x} {y})">'
    yield f'<circle r="{BADGE_RADIUS}" fill="{colour}" stroke="{canvas}" stroke-width="1.5"/>'
    yield f'<path d="{_BADGES[kind]}" transform="scale(.09)" fill="{canvas}"/></g>'


def tone_badge(tone: Tone, at: Point, theme: Theme, said: str = "") -> Iterator[str]:
    """The sign of a tone on a disc, with a number or a word beside it; most tones need none.

    Example:
        >>> from clmstate.drawing.theme import THEMES
        >>> list(tone_badge("faded", (0, 0), THEMES["light"]))
        []
        >>> "12</text>" in "".join(tone_badge("good", (0, 0), THEMES["light"], "12"))
        True
    """
    if tone not in SIGNED and not said:
        return
    x, y = (f"{value:.1f}".removesuffix(".0") for value in at)
    tones = theme.tones[tone]
    yield f'<g class="badge" transform="translate({x} {y})">'
    outline = f'fill="{tones.band}" stroke="{theme.canvas}" stroke-width="1.5"'
    if said:
        wide, high = badge_width(tone, said), 2 * BADGE_RADIUS
        yield f'<rect x="{-BADGE_RADIUS}" y="{-BADGE_RADIUS}" width="{wide:.1f}" height="{high:g}" rx="{BADGE_RADIUS}" {outline}/>'
    else:
        yield f'<circle r="{BADGE_RADIUS}" {outline}/>'
    if tone in SIGNED:
        yield f'<path d="{SIGNED[tone]}" fill-rule="evenodd" transform="scale(.09)" fill="{tones.on_band}"/>'
    if said:
        left = BADGE_RADIUS if tone in SIGNED else 5 - BADGE_RADIUS
        yield f'<text x="{left:g}" y="4" font-size="{_SAID}" fill="{tones.on_band}" font-weight="700">{escape(said)}</text>'
    yield "</g>"


def badge_width(tone: Tone, said: str) -> float:
    """How wide the sign of a tone is with what is said beside it.

    Example:
        >>> badge_width("good", ""), badge_width("good", "7") < badge_width("good", "12")
        (17.0, True)
    """
    if not said:
        return 2 * BADGE_RADIUS
    wide = text_width(said, _SAID, "Bold")
    return 2 * BADGE_RADIUS + wide + 5 if tone in SIGNED else max(2 * BADGE_RADIUS, wide + 10)


def dots(count: int, at: Point, colour: str, canvas: str) -> Iterator[str]:
    """Dots as on a die, on a disc: they tell owners apart that share a colour; from the tenth on the disc has a second ring.

    Example:
        >>> "".join(dots(3, (0, 0), "#000000", "#FFFFFF")).count("<circle")
        4
    """
    x, y = (f"{value:.1f}".removesuffix(".0") for value in at)
    rings, shown = divmod(count - 1, len(_DICE))
    yield f'<g class="badge" transform="translate({x} {y})">'
    for ring in range(rings, 0, -1):
        yield f'<circle r="{BADGE_RADIUS + 3 * ring:g}" fill="{canvas}" stroke="{colour}" stroke-width="1.5"/>'
    yield f'<circle r="{BADGE_RADIUS}" fill="{canvas}" stroke="{colour}" stroke-width="1.5"/>'
    for across, down in _DICE[shown]:
        yield f'<circle cx="{3.6 * across:g}" cy="{3.6 * down:g}" r="1.5" fill="{colour}"/>'
    yield "</g>"


def icon_path(icon: Icon, offset: Point, colour: str) -> str:
    """One small shape as SVG.

    Example:
        >>> icon_path(Icon("play", 5, 5, 10, "line"), (0, 0), "#000000")
        '<path class="icon play" d="M-34-46L46 0L-34 46Z" transform="translate(5 5) scale(0.1)" fill="#000000"/>'
    """
    x, y = (f"{value:.1f}".removesuffix(".0") for value in (icon.x + offset[0], icon.y + offset[1]))
    move = f'transform="translate({x} {y}) scale({icon.size / 100:g})"'
    if icon.shape in _FILLED:
        return f'<path class="icon {icon.shape}" d="{_FILLED[icon.shape]}" {move} fill="{colour}"/>'
    drawn = f'd="{_DRAWN[icon.shape]}" {move}'
    return f'<path class="icon {icon.shape}" {drawn} fill="none" stroke="{colour}" stroke-width="16" stroke-linecap="round"/>'
