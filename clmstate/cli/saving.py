"""Files that commands write: whole or not at all, and said on the screen."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from clmstate.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from clmstate.cli.models import Model
    from clmstate.cli.screen import Screen

__all__ = ["check_ending", "saved", "tell_saved"]


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


def saved(path: Path, content: bytes) -> Path:
    """Writes a file under another name first, so that there is never half of it.

    Raises:
        InputError: CLM347, it cannot be written.

    Example:
        >>> saved(Path("no/such/folder/deck.pptx"), b"")
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM347 no/such/folder/deck.pptx: it cannot be written (No such file or directory). Check that...
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except (OSError, ValueError) as failed:
        with contextlib.suppress(OSError, ValueError):
            beside.unlink(missing_ok=True)
        why = getattr(failed, "strerror", None) or str(failed)
        remedy = "check that its folder exists and may be written to"
        raise InputError([Diagnostic("CLM347", str(path), f"it cannot be written ({why})", remedy)]) from None
    return path


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
