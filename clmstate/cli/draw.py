"""``clmstate draw``: the journey of a lifecycle as a picture."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Final

from clmstate.cli.models import Model, load, load_one
from clmstate.cli.options import MODEL_HELP, one_of
from clmstate.cli.screen import Screen
from clmstate.errors import Diagnostic, InputError

__all__ = ["arguments", "run"]

LEVELS: Final = ("stage", "full")
THEMES: Final = ("light", "dark")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate draw``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="where to, .svg, .png or .dot (by default the lifecycle's name, .svg); a folder, with / at its end: all of them",
    )
    parser.add_argument(
        "--level", type=one_of(LEVELS), default="stage", help="stage: for a slide; full: for a hand-out, with touchpoints"
    )
    parser.add_argument("--theme", type=one_of(THEMES), default="light", help="light or dark")


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Draws one lifecycle.

    Example:
        >>> from clmstate.cli import main
        >>> main(["draw", "no_such_model.py"])
        2
    """
    given: str | None = options.out
    folder = Path(given) if given is not None and (given.endswith(("/", os.sep)) or Path(given).is_dir()) else None
    models = _lifecycles(options.model) if folder is not None else (load_one(options.model, command="clmstate draw"),)
    lifecycles = [(model, model.lifecycle) for model in models]
    from clmstate.drawing import journey  # loaded for this command only

    drawn = []
    with screen.progress("drawing") as progress:
        for number, (model, lifecycle) in enumerate(lifecycles):
            progress(number, len(lifecycles))
            out = Path(given if given is not None and folder is None else f"{model.name.lower()}.svg")
            if folder is not None:
                out = folder / out
                _made(out.parent)
            drawn.append((model, journey(lifecycle, level=options.level, theme=options.theme).save(out)))
    if screen.as_json:
        found = [{"lifecycle": model.name, "source": model.source, "out": str(saved)} for model, saved in drawn]
        screen.json({"ok": True, **(found[0] if folder is None else {"drawings": found})})
        return 0
    from rich.text import Text

    for model, saved in drawn:
        text = Text.assemble(
            (f"{screen.marks.met} ", "bold green"), (model.name, "bold"), f" {screen.marks.arrow} ", (str(saved), "bold")
        )
        screen.console.print(text, soft_wrap=True)
    return 0


def _lifecycles(name: str) -> tuple[Model, ...]:
    """All lifecycles that a name leads to; none is drawn if one cannot be loaded."""
    loaded = load(name)
    for fault in loaded.faults:
        raise fault.error()
    return tuple(model for model in loaded.models if not model.composed)


def _made(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise InputError(
            [Diagnostic("CLM307", str(folder), f"the folder cannot be made ({error})", "name another folder")]
        ) from None
