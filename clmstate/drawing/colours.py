"""How colours compare: contrast for reading, and distance as people see it who do not tell all of them apart."""

from __future__ import annotations

import math
from typing import Final, Literal, TypeAlias, get_args

__all__ = ["VISIONS", "Vision", "contrast", "distance", "seen"]

Vision: TypeAlias = Literal["usual", "protanopia", "deuteranopia", "tritanopia"]
VISIONS: tuple[Vision, ...] = get_args(Vision)

_Three: TypeAlias = tuple[float, float, float]

# Machado, Oliveira and Fernandes (2009), "A physiologically-based model for simulation of color vision deficiency", severity 1.0
_SEEN: Final[dict[Vision, tuple[_Three, _Three, _Three]]] = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def _linear(colour: str) -> _Three:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return r, g, b


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21, as the Web Content Accessibility Guidelines 2.2 define it.

    Example:
        >>> contrast("#000000", "#FFFFFF")
        21.0
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    r, g, b = _linear(colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def seen(colour: str, vision: Vision) -> _Three:
    """A colour as somebody sees it, in linear red, green and blue from 0 to 1.

    Example:
        >>> seen("#000000", "protanopia")
        (0.0, 0.0, 0.0)
    """
    rgb = _linear(colour)
    if vision == "usual":
        return rgb
    r, g, b = (min(max(sum(m * c for m, c in zip(row, rgb, strict=True)), 0.0), 1.0) for row in _SEEN[vision])
    return r, g, b


def distance(one: str, other: str, vision: Vision = "usual") -> float:
    """How different two colours look, in units of OKLab times 100; about 2 is just noticeable side by side.

    Ottosson (2020), "A perceptual color space for image processing".

    Example:
        >>> distance("#FFFFFF", "#FFFFFF")
        0.0
    """
    a, b = _oklab(seen(one, vision)), _oklab(seen(other, vision))
    return 100 * math.dist(a, b)


def _oklab(rgb: _Three) -> _Three:
    r, g, b = rgb
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )
