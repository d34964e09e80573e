"""A drawing: one picture as a value that can be looked at, written to a file, or shown in a notebook."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import attrs

from clmstate.drawing.brand import Brand
from clmstate.drawing.compose import Composed, compose
from clmstate.drawing.dot import to_dot
from clmstate.drawing.furniture import Furniture, furnish
from clmstate.drawing.mermaid import to_mermaid
from clmstate.drawing.notebook import bundle
from clmstate.drawing.overlay import Overlay
from clmstate.drawing.pdf import to_pdf
from clmstate.drawing.png import rasterise
from clmstate.drawing.scene import Scene
from clmstate.drawing.svg import paint
from clmstate.drawing.theme import THEMES, Theme, ThemeName
from clmstate.errors import Diagnostic, InputError
from clmstate.writing import write

__all__ = ["Drawing"]


@attrs.frozen(slots=False)
class Drawing:
    r"""A picture of a scene in one theme. Two of the same scene and theme are equal, and so are their bytes.

    Attributes:
        scene: what it says, as data.
        theme: ``light`` or ``dark``.
        overlay: what is laid over it; it moves nothing.
        wide_page: with the proportions of a slide, 16:9.
        brand: colours and a logo of a company's own.

    Example:
        >>> from clmstate.drawing.scene import Card
        >>> drawing = Drawing(Scene("Trial", cards=(Card("trial", "Trial"),)))
        >>> drawing.svg().count("Trial") > 1, drawing.png(scale=1)[:4]
        (True, b'\x89PNG')
    """

    scene: Scene
    theme: ThemeName = attrs.field(default="light", validator=attrs.validators.in_(THEMES))
    overlay: Overlay | None = None
    wide_page: bool = False
    brand: Brand | None = None

    @cached_property
    def _composed(self) -> Composed:
        return compose(self.scene)

    @cached_property
    def _furniture(self) -> Furniture:
        composed, no_logo = self._composed, not self._colours.logo
        return furnish(composed.scene, composed.layout, self.overlay, wide_page=self.wide_page, beside_title=no_logo)

    def _painted(self, *, embed_fonts: bool) -> str:
        composed = self._composed
        return paint(
            composed.scene,
            composed.blocks,
            composed.layout,
            self._colours,
            self._furniture,
            embed_fonts=embed_fonts,
            overlay=self.overlay,
        )

    @property
    def _colours(self) -> Theme:
        own = THEMES[self.theme]
        return own if self.brand is None else self.brand.applied(own)

    def svg(self, *, embed_fonts: bool = True) -> str:
        """The picture as an accessible SVG document.

        Args:
            embed_fonts: bring the typeface along, so that it looks the same everywhere.

        Raises:
            InputError: CLM401, when no Graphviz works here.
        """
        return self._painted(embed_fonts=embed_fonts)

    def png(self, scale: float | None = None) -> bytes:
        """The picture as pixels.

        Args:
            scale: pixels per point, 1 to 4; by default 2, in large pictures as many as a projector shows (1920 x 1080).

        Raises:
            InputError: CLM401, when no Graphviz works here.
            BadValueError: CLM403, when the scale is out of range.
        """
        return rasterise(self._painted(embed_fonts=False), scale=scale, width=self._furniture.width, height=self._furniture.height)

    def dot(self) -> str:
        """The picture as Graphviz source, with every place pinned: ``neato -n2 -Tsvg`` draws it as it is.

        Raises:
            InputError: CLM401, when no Graphviz works here.
        """
        composed = self._composed
        return to_dot(composed.scene, composed.blocks, composed.layout, self._colours, self.overlay)

    def pdf(self) -> bytes:
        """The picture as one page of PDF, with the typeface inside.

        Raises:
            InputError: CLM401, when no Graphviz works here.
        """
        return to_pdf(self._painted(embed_fonts=False), lambda svg: rasterise(svg, scale=4))

    def mermaid(self) -> str:
        """The picture as Mermaid text: what it says, without the places.

        Example:
            >>> print(Drawing(Scene("Trial")).mermaid().splitlines()[4])
            flowchart LR
        """
        return to_mermaid(self.scene, self._colours, self.overlay)

    def save(self, path: str | Path, *, scale: float | None = None) -> Path:
        """Writes the picture in the format that the file's ending names, and returns where.

        Args:
            path: where to.
            scale: of a PNG, as for `png`.

        Raises:
            InputError: CLM402 for an unknown ending, CLM307 when the file cannot be written, CLM401 when no Graphviz works here.

        Example:
            >>> Drawing(Scene("Trial")).save("journey.bmp")
            Traceback (most recent call last):
            ...
            clmstate.errors.InputError: CLM402 journey.bmp: pictures are not written as '.bmp'. Use .svg, .png, .pdf, .dot, .gv, .mmd or .md.
        """
        place = Path(path)
        match place.suffix.lower():
            case ".svg":
                content = self.svg().encode()
            case ".png":
                content = self.png(scale)
            case ".pdf":
                content = self.pdf()
            case ".mmd":
                content = self.mermaid().encode()
            case ".md":
                content = f"```mermaid\n{self.mermaid()}```\n".encode()
            case ".dot" | ".gv":
                content = self.dot().encode()
            case other:
                cause = (
                    f"pictures are not written as '{other}'" if other else "the name has no ending that says which format is wanted"
                )
                raise InputError([Diagnostic("CLM402", str(path), cause, "use .svg, .png, .pdf, .dot, .gv, .mmd or .md")])
        return write(place, content)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:  # noqa: ARG002 - Jupyter's signature
        return bundle(self)

    def __repr__(self) -> str:
        return f"<Drawing {self.scene.title!r}: {len(self.scene.cards)} phases, {len(self.scene.pills)} rules, {self.theme}>"
