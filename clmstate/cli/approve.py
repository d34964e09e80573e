"""``clmstate approve``: says that somebody agrees to a model as it is now, and who agreed to what before."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from clmstate.cli.models import Model, load_one
from clmstate.cli.options import MODEL_HELP
from clmstate.cli.screen import Screen
from clmstate.errors import Diagnostic, InputError
from clmstate.writing import finite, write

if TYPE_CHECKING:
    from clmstate.analysis.versions import Approval, Approved

__all__ = ["arguments", "run"]

STATES: Final = {
    "stands": ("stands", "green"),
    "reworded": ("stands; words, people or notes have changed since", "yellow"),
    "stale": ("stale: a rule has changed since", "red"),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate approve``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument("--by", metavar="NAME", help='who agrees, such as "Dana, VP CS"; without, approvals are only shown')
    parser.add_argument("--note", metavar="TEXT", default="", help="what they say to it")
    parser.add_argument("--on", metavar="DATE", help="the day (by default today)")
    parser.add_argument(
        "--file", metavar="FILE", default="approvals.json", help="where approvals are kept (by default approvals.json)"
    )
    parser.add_argument("--check", action="store_true", help="end with 1 if nobody's approval stands")


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Adds an approval, or shows those there are.

    Example:
        >>> from clmstate.cli import main
        >>> main(["approve", "no_such_model.py"])
        2
    """
    model = load_one(options.model, command="clmstate approve")
    from clmstate.analysis.versions import approve, approved, written_approvals

    path = Path(options.file)
    kept = _kept(path)
    if options.by is not None:
        by = " ".join(options.by.split())
        if not by:
            raise InputError([Diagnostic("CLM342", "--by", "the name is empty", 'say who agrees, as in --by "Dana, VP CS"')])
        new = approve(model.what, by, note=" ".join(options.note.split()), on=_day(options.on))
        kept = (*(one for one in kept if (one.model, one.by) != (new.model, new.by)), new)
        write(path, written_approvals(kept), folders=True)
    elif options.note or options.on is not None:
        raise InputError([Diagnostic("CLM343", "clmstate approve", "--by is missing", 'say who agrees, as in --by "Dana, VP CS"')])
    found = approved(model.what, kept)
    _show(model, found, path, screen)
    return 1 if options.check and not any(one.state != "stale" for one in found) else 0


def _kept(path: Path) -> tuple[Approval, ...]:
    from clmstate.analysis.versions import read_approvals

    if not path.exists():
        return ()
    try:
        return read_approvals(finite(path).read_bytes(), str(path))
    except OSError as error:
        raise InputError([Diagnostic("CLM301", str(path), f"it cannot be read ({error.strerror})", "check the path")]) from None


def _day(given: str | None) -> str:
    if given is None:
        return dt.datetime.now().astimezone().date().isoformat()  # the day of the person who agrees, not of a customer
    try:
        return dt.date.fromisoformat(given).isoformat()
    except ValueError:
        raise InputError([Diagnostic("CLM342", "--on", f"{given!r:.60} is not a day", "write it as 2026-01-30")]) from None


def _show(model: Model, found: tuple[Approved, ...], path: Path, screen: Screen) -> None:
    from clmstate.analysis.versions import fingerprint

    prints = fingerprint(model.what)
    if screen.as_json:
        approvals = [{**attrs.asdict(one.approval), "state": one.state} for one in found]
        screen.json({"ok": True, "model": model.name, "fingerprint": attrs.asdict(prints), "approvals": approvals})
        return
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    screen.line()
    screen.show(Text.assemble(" ", (model.name, "bold"), "  ", (f"{model.source}  rules {prints.rules[:19]}", "dim")))
    table = Table.grid(padding=(0, 2, 0, 0))
    for one in found:
        said, colour = STATES[one.state]
        mark = screen.marks.unmet if one.state == "stale" else screen.marks.met
        table.add_row(Text(mark, f"bold {colour}"), Text(one.approval.by, "bold"), Text(one.approval.on, "dim"), Text(said, colour))
        if one.approval.note:
            table.add_row("", "", "", Text(one.approval.note, "italic"))
    if found:
        screen.show(Padding(table, (0, 1), expand=False))
    else:
        screen.show(Text(f" Nobody has approved it yet, says {path}.", "dim"))
    screen.line()
