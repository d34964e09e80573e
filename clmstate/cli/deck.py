"""``clmstate deck``: a model as slides for the all-hands."""

from __future__ import annotations

import argparse
from pathlib import Path

from clmstate.cli.models import load_one
from clmstate.cli.options import MODEL_HELP, one_of
from clmstate.cli.saving import check_ending, saved, tell_saved
from clmstate.cli.screen import Screen

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate deck``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument("--out", metavar="FILE", help="where to (by default the model's name, .pptx)")
    parser.add_argument("--theme", type=one_of(("light", "dark")), default="light", help="light or dark")
    parser.add_argument("--logo", metavar="FILE", help="a PNG or JPEG for the upper right corner of each slide")


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Writes the slides of one model.

    Example:
        >>> from clmstate.cli import main
        >>> main(["deck", "no_such_model.py"])
        2
    """
    model = load_one(options.model, command="clmstate deck")
    out = check_ending(Path(options.out or f"{model.name.lower()}.pptx"), (".pptx",))
    from clmstate.presenting import deck  # loaded for this command only

    with screen.progress("drawing slides"):
        content = deck(model.what, theme=options.theme, logo=options.logo)
    tell_saved(screen, model, saved(out, content))
    return 0
