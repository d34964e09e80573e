"""``clmstate draw``: the journey of a lifecycle as a picture."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from clmstate.cli.models import load_one
from clmstate.cli.options import MODEL_HELP, one_of
from clmstate.cli.screen import Screen

__all__ = ["arguments", "run"]

LEVELS: Final = ("stage", "full")
THEMES: Final = ("light", "dark")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate draw``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument("--out", metavar="FILE", help="where to, .svg, .png or .dot (by default the lifecycle's name, .svg)")
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
    model = load_one(options.model, command="clmstate draw")
    from clmstate.drawing import journey  # loaded for this command only

    out = Path(options.out if options.out is not None else f"{model.name.lower()}.svg")
    picture = journey(model.lifecycle, level=options.level, theme=options.theme)
    saved = picture.save(out)
    if screen.as_json:
        screen.json({"ok": True, "lifecycle": model.name, "source": model.source, "out": str(saved)})
        return 0
    from rich.text import Text

    text = Text.assemble(
        (f"{screen.marks.met} ", "bold green"), (model.name, "bold"), f" {screen.marks.arrow} ", (str(saved), "bold")
    )
    screen.console.print(text, soft_wrap=True)
    return 0
