"""``clmstate conform``: the phase that a CRM recorded, beside the phase that the model gives."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from clmstate.cli.models import load_one
from clmstate.cli.options import LOG_HELP, MODEL_HELP
from clmstate.cli.screen import Screen, as_data
from clmstate.errors import Diagnostic, InputError, did_you_mean

if TYPE_CHECKING:
    from rich.console import RenderableType

    from clmstate.lifecycle import LifecycleDefinition
    from clmstate.replay.frames import pl

__all__ = ["arguments", "run"]

_MOST: Final = 12


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate conform``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument("log", help=LOG_HELP)
    parser.add_argument("--tables", metavar="FOLDER", help="where the tables of a mapping are; by default beside it")
    parser.add_argument("recorded", help="what was recorded: a .csv with the columns customer, at, phase")
    parser.add_argument("--part", default="", metavar="PART", help="for a composition, the part that was recorded")
    parser.add_argument("--grace", type=int, default=14, metavar="DAYS", help="how long a move may be late (14)")
    parser.add_argument("--ignore", metavar="COLUMN", action="append", default=[], help="pass over a column (repeatable)")


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Compares, and prints what differs.

    Example:
        >>> from clmstate.cli import main
        >>> main(["conform", "no_such_model.py", "log.csv", "recorded.csv"])
        2
    """
    from rich.text import Text

    from clmstate.replay import shape_of
    from clmstate.replay.conforming import conformance, read_records
    from clmstate.replay.sources import read_any

    model = load_one(options.model, command="clmstate conform")
    parts = shape_of(model.what).parts
    if options.part not in parts:
        known = [path for path in parts if path]
        if not options.part:
            remedy = f"name the part that was recorded, with --part: {', '.join(known)}"
            raise InputError([Diagnostic("CLM343", "clmstate conform", "the model is a composition", remedy)])
        remedy = did_you_mean(options.part, known)
        raise InputError([Diagnostic("CLM342", "clmstate conform --part", f"there is no part {options.part!r:.60}", remedy)])
    log = read_any(model.what, options.log, ignore=options.ignore, tables=options.tables)
    definition = parts[options.part].definition
    records, faults = read_records(options.recorded, definition)
    found = conformance(model.what, log, records, part=options.part, grace_days=options.grace)
    if screen.as_json:
        tables = {"records": found.records, "made": found.made, "missed": found.missed}
        shown = {name: table.to_dicts() for name, table in tables.items()}
        screen.json({"ok": True, "agreement": found.agreement, **shown, "rejected": [as_data(d) for d in faults]})
        return 0
    screen.line()
    share = "no records" if found.agreement is None else f"{found.agreement:.1%} of {found.records.height:,} records agree"
    screen.show(Text(f"{share}; {len(faults):,} lines rejected", "bold"))
    for fault in faults[:_MOST]:
        screen.line(f"  {fault}")
    titles = (("Recorded, though no rule was true", found.made), ("Asked for by a rule, but not recorded", found.missed))
    for title, table in titles:
        if table.height:
            screen.line()
            screen.show(Text(f"{title}: {table.height:,}", "bold"), *_differences(table, definition, screen))
            if table.height > _MOST:
                screen.line(f"  ... and {table.height - _MOST:,} more; --json prints all.")
    if found.made.height + found.missed.height:
        screen.line()
        screen.line("data, rule: the smallest change of the one or of the other that explains the line above.")
    return 0


def _differences(table: pl.DataFrame, definition: LifecycleDefinition, screen: Screen) -> Iterator[RenderableType]:
    """Moves that a record and a model tell differently, each with what explains it below."""
    from rich.padding import Padding
    from rich.text import Text

    labels = {path: phase.label for path, phase in definition.phases.items()}
    for row in table.head(_MOST).rows(named=True):
        way = f"{labels.get(row['from'], row['from'])} {screen.marks.arrow} {labels.get(row['to'], row['to'])}"
        rule = f" ({row['rule']})" if row["rule"] else ""
        yield Text(f"  {row['at']:%Y-%m-%d}  {row['customer']}  {way}{rule}")
        why = row.get("explained_by") or f"true since {row['since']:%Y-%m-%d}"
        for name, said in (("", why), ("data: ", row["data"]), ("rule: ", row["limits"])):
            if said:
                yield Padding(Text(name + said, "dim"), (0, 0, 0, 6))
