"""Plots as files: SVG, or PNG where the name says so."""

from __future__ import annotations

from pathlib import Path

from clmstate.errors import Diagnostic, InputError
from clmstate.writing import write

__all__ = ["write_plot"]


def write_plot(path: str, svg: str) -> None:
    """Writes a plot, whole or not at all.

    Raises:
        InputError: CLM303, its ending is neither .svg nor .png; CLM307, it cannot be written.

    Example:
        >>> write_plot("plot.jpg", "<svg/>")
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM303 plot.jpg: the ending '.jpg' is no format of plots. Use .svg or .png.
    """
    target = Path(path)
    match target.suffix.lower():
        case ".svg":
            data = svg.encode()
        case ".png":
            from clmstate.drawing.png import rasterise

            data = rasterise(svg, scale=2.0)
        case ending:
            raise InputError([Diagnostic("CLM303", path, f"the ending {ending!r} is no format of plots", "use .svg or .png")])
    write(path, data)
