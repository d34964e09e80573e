"""``clmstate deck``: a model as slides for the all-hands."""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path

from clmstate.cli.models import Model, load_one
from clmstate.cli.options import MODEL_HELP, one_of
from clmstate.cli.saving import check_ending, tell_saved
from clmstate.cli.screen import Screen
from clmstate.writing import make_folder, write

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate deck``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="where to, .pptx (by default the model's name); a folder, with / at its end: each slide as a picture",
    )
    parser.add_argument(
        "--only",
        metavar="SLIDE",
        action="append",
        default=[],
        help="this slide alone, by its number or words of its title, such as 2 or lanes; may be repeated",
    )
    parser.add_argument("--pictures", type=one_of(("png", "svg")), default="png", help="of slides in a folder: png or svg")
    parser.add_argument("--theme", type=one_of(("light", "dark")), default="light", help="light or dark")
    parser.add_argument("--logo", metavar="FILE", help="a PNG or JPEG for the upper right corner of each slide")
    parser.add_argument("--brand", metavar="FILE", help="a theme file: a company's colours and logo")
    parser.add_argument("--since", metavar="OLD", help="the version of last time (a model, or git:REV): a slide says what changed")
    parser.add_argument("--supplied", metavar="FILE", help="figures and feelings from elsewhere, as JSON")


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Writes the slides of one model.

    Example:
        >>> from clmstate.cli import main
        >>> main(["deck", "no_such_model.py"])
        2
    """
    model = load_one(options.model, command="clmstate deck")
    given: str = options.out or f"{model.name.lower()}.pptx"
    folder = given.endswith(("/", os.sep)) or Path(given).is_dir()
    if not folder:
        check_ending(Path(given), (".pptx",))
    from clmstate.cli.versions import load_version
    from clmstate.drawing import THEMES, read_brand
    from clmstate.presenting import deck, read_supplied  # loaded for this command only

    brand = None if options.brand is None else read_brand(options.brand, THEMES)

    since = None if options.since is None else load_version(options.since, command="clmstate deck", like=options.model).what
    supplied = None if options.supplied is None else read_supplied(options.supplied, model.what)
    with screen.progress("drawing slides"):
        if folder:
            _pictures(model, options, brand, since, supplied)
        else:
            made = deck(
                model.what,
                theme=options.theme,
                logo=options.logo,
                brand=brand,
                since=since,
                supplied=supplied,
                only=options.only,
            )
            write(given, made)
    tell_saved(screen, model, Path(given))
    return 0


def _pictures(model: Model, options: argparse.Namespace, brand: object, since: object, supplied: object) -> None:
    """Each slide as a picture, named by its number and title."""
    from clmstate.presenting import board_png, board_svg, boards
    from clmstate.presenting.decks import themed

    every = boards(model.what, theme=options.theme, brand=brand, since=since, supplied=supplied, only=options.only)  # type: ignore[arg-type]  # what was loaded
    folder = make_folder(options.out)
    theme = themed(options.theme, brand)  # type: ignore[arg-type]  # what was loaded
    for number, board in enumerate(every, 1):
        name = re.sub(r"[^a-z0-9]+", "-", board.title.lower()).strip("-")[:60]
        content = board_png(board, theme) if options.pictures == "png" else board_svg(board, theme).encode()
        write(folder / f"{number:02}-{name or 'slide'}.{options.pictures}", content)
