"""``clmstate page``: a model as one HTML file to play with."""

from __future__ import annotations

import argparse
from pathlib import Path

from clmstate.cli.models import load_one
from clmstate.cli.options import LOG_HELP, MODEL_HELP
from clmstate.cli.saving import check_ending, tell_saved
from clmstate.cli.screen import Screen
from clmstate.cli.walk import customer_of
from clmstate.writing import write

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate page``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument("--out", metavar="FILE", help="where to (by default the model's name, .html)")
    parser.add_argument("--log", metavar="LOG", help=f"for a customer to step through: {LOG_HELP}")
    parser.add_argument("--customer", metavar="NAME", help="whom to step through, where the log tells of several")
    parser.add_argument("--brand", metavar="FILE", help="a theme file: a company's colours and logo")
    parser.add_argument(
        "--ignore", metavar="COLUMN", action="append", default=[], help="pass over a column of the log (repeatable)"
    )


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Writes the page of one model.

    Example:
        >>> from clmstate.cli import main
        >>> main(["page", "no_such_model.py"])
        2
    """
    model = load_one(options.model, command="clmstate page")
    out = check_ending(Path(options.out or f"{model.name.lower()}.html"), (".html", ".htm"))
    log = customer = None
    if options.log is not None:
        from clmstate.replay.sources import read_any  # loaded for this option only

        with screen.progress(f"reading {options.log}") as progress:
            log = read_any(model.what, options.log, ignore=options.ignore, progress=progress)
        customer = customer_of(log, options.customer)
    from clmstate.drawing import THEMES, read_brand
    from clmstate.presenting import page  # loaded for this command only

    brand = None if options.brand is None else read_brand(options.brand, THEMES)

    write(out, page(model.what, log, customer or "", brand).encode())
    tell_saved(screen, model, out)
    return 0
