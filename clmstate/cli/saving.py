"""What commands say about files that they write: whether the ending is one, and where it was written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from clmstate.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from clmstate.cli.models import Model
    from clmstate.cli.screen import Screen

__all__ = ["check_ending", "tell_saved"]


def check_ending(path: Path, endings: Sequence[str]) -> Path:
    """The path again, if its ending says a format that can be written.

    Raises:
        InputError: CLM346.

    Example:
        >>> check_ending(Path("all-hands.ppt"), (".pptx",))
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM346 all-hands.ppt: its ending '.ppt' is not one that can be written here. Use .pptx.
    """
    if path.suffix.lower() in endings:
        return path
    cause = f"its ending '{path.suffix}' is not one that can be written here" if path.suffix else "its name has no ending"
    raise InputError([Diagnostic("CLM346", str(path), cause, f"use {' or '.join(endings)}")])


def tell_saved(screen: Screen, model: Model, out: Path, more: str = "") -> None:
    """Says what was written, and where.

    Example:
        >>> from clmstate import Lifecycle
        >>> from clmstate.cli.models import Model
        >>> from clmstate.cli.screen import Screen
        >>> tell_saved(Screen(plain=True), Model(Lifecycle, "deal.py"), Path("deal.html"))
        ✓ Lifecycle → deal.html
    """
    if screen.as_json:
        screen.json({"ok": True, "model": model.name, "source": model.source, "out": str(out)})
        return
    from rich.text import Text

    marks = screen.marks
    text = Text.assemble((f"{marks.met} ", "bold green"), (model.name, "bold"), f" {marks.arrow} ", (str(out), "bold"), more)
    screen.console.print(text, soft_wrap=True)
