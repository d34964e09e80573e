"""Pixels from the painted SVG, by resvg and with our own fonts, so the bytes are the same everywhere."""

from __future__ import annotations

from clmstate.drawing.measure import FONTS, fits_bundled_font
from clmstate.drawing.renderers import missing_package
from clmstate.errors import BadValueError, Diagnostic

__all__ = ["rasterise"]

SMALLEST, LARGEST = 1, 4
_USUAL = 2.0
_USUAL_PIXELS = 1920 * 1080  # what a projector shows; writing more takes longer than all the rest
_MOST_PIXELS = 120_000_000


def rasterise(svg: str, *, scale: float | None = None, width: float = 0, height: float = 0) -> bytes:
    r"""The PNG of an SVG.

    Args:
        svg: a painted picture; its embedded fonts are not needed.
        scale: pixels per point, 1 to 4; by default 2, and fewer in pictures that would then have more than a projector shows (1920 x 1080).
            Very large pictures are drawn smaller, because their pixels would not fit into memory.
        width: of the picture in points, when known.
        height: of the picture in points, when known.

    Raises:
        BadValueError: CLM403, when the scale is not from 1 to 4.

    Example:
        >>> rasterise('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>')[:4]
        b'\x89PNG'
    """
    if scale is None:
        scale = max(SMALLEST, min(_USUAL, (_USUAL_PIXELS / max(width * height, 1)) ** 0.5))
    if not SMALLEST <= scale <= LARGEST:
        remedy = f"give a number from {SMALLEST} to {LARGEST}"
        raise BadValueError([Diagnostic("CLM403", "png", f"the scale {scale!r} cannot be used", remedy)])
    try:
        import resvg_py
    except (ImportError, OSError) as missing:
        raise missing_package("resvg-py", missing) from missing

    pixels = width * height * scale * scale
    if pixels > _MOST_PIXELS:
        scale *= (_MOST_PIXELS / pixels) ** 0.5
    ours = fits_bundled_font("".join(char for char in set(svg) if not char.isspace()))
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=scale,
            dpi=96,
            skip_system_fonts=ours,
            font_files=[str(path) for path in sorted(FONTS.glob("*.ttf"))],
            font_family="Inter",
            sans_serif_family="Inter",
        )
    )
