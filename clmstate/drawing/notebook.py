"""What a notebook shows of a lifecycle, of a customer, and of the classes that define them.

The SVG is what people see. The PNG beside it is for notebooks that somebody else has run: until they are trusted, Jupyter shows no SVG.
Mermaid text is left out: where Jupyter can draw it, it prefers it to our picture.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from clmstate.composition import Composition
from clmstate.errors import InputError
from clmstate.lifecycle import Lifecycle

if TYPE_CHECKING:
    from clmstate.drawing.picture import Drawing

__all__ = ["bundle", "bundle_of"]


def bundle(drawing: Drawing) -> dict[str, Any]:
    """A picture in the forms that Jupyter chooses from.

    Example:
        >>> from clmstate.drawing import Drawing, Scene
        >>> sorted(bundle(Drawing(Scene("Trial"))))
        ['image/png', 'image/svg+xml', 'text/plain']
    """
    found: dict[str, Any] = {"image/svg+xml": _fitting(drawing.svg()), "text/plain": repr(drawing)}
    with suppress(InputError):  # without resvg there is still the SVG
        found["image/png"] = drawing.png(1)
    return found


def _fitting(svg: str) -> str:
    """As wide as the notebook, which is narrower than a slide; never larger where it is part of the page."""
    size = re.compile(r' width="([\d.]+)" height="[\d.]+"')
    return size.sub(r' width="100%" style="max-width:\1px;height:auto"', svg, count=1)


def bundle_of(what: object) -> Mapping[str, Any] | None:
    """The picture of a lifecycle or composition class, or of one customer; None where there is nothing to draw, or nothing draws.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     open = Phase("Open", initial=True)
        >>> bundle_of(Deal)["text/plain"], bundle_of(Lifecycle)
        ('<Lifecycle Deal>', None)
    """
    try:
        drawing = _drawing(what)
        return None if drawing is None else bundle(drawing) | {"text/plain": repr(what)}
    except InputError:  # no renderer here: its repr says at least what it is; `drawing` says what is missing
        return None


def _drawing(what: object) -> Drawing | None:
    from clmstate.drawing.composites import composite
    from clmstate.drawing.journeys import journey
    from clmstate.drawing.whereabouts import here

    if what in (Lifecycle, Composition):
        return None
    if isinstance(what, Lifecycle):
        return here(what)
    if isinstance(what, type) and issubclass(what, Lifecycle):
        return journey(what)
    return composite(what)  # type: ignore[arg-type]  # nothing else asks
