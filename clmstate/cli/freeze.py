"""``clmstate freeze``: a definition as canonical JSON with its fingerprints, which loads again without running code."""

from __future__ import annotations

import argparse
from pathlib import Path

from clmstate.cli.models import load_one
from clmstate.cli.options import MODEL_HELP
from clmstate.cli.screen import Screen
from clmstate.writing import write

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate freeze``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument("--out", metavar="FILE", help="where to (by default the model's name, .json); - is standard output")


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Freezes one lifecycle or composition.

    Example:
        >>> from clmstate.cli import main
        >>> main(["freeze", "no_such_model.py"])
        2
    """
    model = load_one(options.model, command="clmstate freeze")
    from clmstate.analysis.versions import fingerprint, freeze

    text = freeze(model.what)
    if options.out == "-":
        screen.line(text.removesuffix("\n"))
        return 0
    saved = write(Path(options.out if options.out is not None else f"{model.name.lower()}.json"), text, folders=True)
    print_of = fingerprint(model.what)
    if screen.as_json:
        screen.json(
            {"ok": True, "model": model.name, "source": model.source, "out": str(saved)}
            | {"fingerprint": {"rules": print_of.rules, "whole": print_of.whole}}
        )
        return 0
    from rich.text import Text

    mark = (f"{screen.marks.met} ", "bold green")
    said = Text.assemble(mark, (model.name, "bold"), f" {screen.marks.arrow} ", (str(saved), "bold"))
    screen.console.print(said, soft_wrap=True)
    for name, digest in (("rules", print_of.rules), ("whole", print_of.whole)):
        screen.console.print(Text.assemble((f"  {name}  ", "dim"), digest), soft_wrap=True)
    return 0
