"""A drawing: one picture as a value that can be looked at, written to a file, or shown in a notebook."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import attrs

from clmstate.drawing.compose import Composed, compose
from clmstate.drawing.dot import to_dot
from clmstate.drawing.legend import furnish
from clmstate.drawing.png import rasterise
from clmstate.drawing.scene import Scene
from clmstate.drawing.svg import paint
from clmstate.drawing.theme import THEMES, ThemeName
from clmstate.errors import Diagnostic, InputError

__all__ = ["Drawing"]


@attrs.frozen(slots=False)
class Drawing:
    r"""A picture of a scene in one theme. Two of the same scene and theme are equal, and so are their bytes.

    Attributes:
        scene: what it says, as data.
        theme: ``light`` or ``dark``.

    Example:
        >>> from clmstate.drawing.scene import Card
        >>> drawing = Drawing(Scene("Trial", cards=(Card("trial", "Trial"),)))
        >>> drawing.svg().count("Trial") > 1, drawing.png(scale=1)[:4]
        (True, b'\x89PNG')
    """

    scene: Scene
    theme: ThemeName = attrs.field(default="light", validator=attrs.validators.in_(THEMES))

    @cached_property
    def _composed(self) -> Composed:
        return compose(self.scene)

    def _painted(self, *, embed_fonts: bool) -> str:
        composed = self._composed
        return paint(composed.scene, composed.blocks, composed.layout, THEMES[self.theme], embed_fonts=embed_fonts)

    def svg(self, *, embed_fonts: bool = True) -> str:
        """The picture as an accessible SVG document.

        Args:
            embed_fonts: bring the typeface along, so that it looks the same everywhere.

        Raises:
            InputError: CLM401, when no Graphviz works here.
        """
        return self._painted(embed_fonts=embed_fonts)

    def png(self, scale: float = 2) -> bytes:
        """The picture as pixels.

        Args:
            scale: pixels per point, 1 to 4.

        Raises:
            InputError: CLM401, when no Graphviz works here.
            BadValueError: CLM403, when the scale is out of range.
        """
        around = furnish(self._composed.scene, self._composed.layout)
        return rasterise(self._painted(embed_fonts=False), scale=scale, width=around.width, height=around.height)

    def dot(self) -> str:
        """The picture as Graphviz source, with every place pinned: ``neato -n2 -Tsvg`` draws it as it is.

        Raises:
            InputError: CLM401, when no Graphviz works here.
        """
        composed = self._composed
        return to_dot(composed.scene, composed.blocks, composed.layout, THEMES[self.theme])

    def save(self, path: str | Path) -> Path:
        """Writes the picture in the format that the file's ending names, and returns where.

        Raises:
            InputError: CLM402 for an unknown ending, CLM404 when the file cannot be written, CLM401 when no Graphviz works here.

        Example:
            >>> Drawing(Scene("Trial")).save("journey.bmp")
            Traceback (most recent call last):
            ...
            clmstate.errors.InputError: CLM402 journey.bmp: pictures are not written as '.bmp'. Use .svg, .png, .dot or .gv.
        """
        place = Path(path)
        match place.suffix.lower():
            case ".svg":
                content = self.svg().encode()
            case ".png":
                content = self.png()
            case ".dot" | ".gv":
                content = self.dot().encode()
            case other:
                cause = (
                    f"pictures are not written as '{other}'" if other else "the name has no ending that says which format is wanted"
                )
                raise InputError([Diagnostic("CLM402", str(path), cause, "use .svg, .png, .dot or .gv")])
        try:
            place.write_bytes(content)
        except OSError as failed:
            remedy = "check that the folder exists and may be written to"
            raise InputError(
                [Diagnostic("CLM404", str(path), f"the picture cannot be written ({failed.strerror})", remedy)]
            ) from failed
        return place

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:  # noqa: ARG002 - Jupyter's signature
        return {"image/svg+xml": self.svg(), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<Drawing {self.scene.title!r}: {len(self.scene.cards)} phases, {len(self.scene.pills)} rules, {self.theme}>"
