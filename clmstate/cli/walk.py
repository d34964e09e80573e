"""``clmstate walk``: one customer through a lifecycle, step by step, from a log or by hand."""

from __future__ import annotations

import argparse
from typing import Final

from clmstate.cli.models import load_one
from clmstate.cli.options import LOG_HELP, MODEL_HELP
from clmstate.cli.screen import Screen
from clmstate.cli.telling import Teller
from clmstate.cli.usable import something_read
from clmstate.cli.walking import Stop, Walk, walked
from clmstate.errors import Diagnostic, InputError, did_you_mean
from clmstate.replay import Log
from clmstate.replay.sources import read_any
from clmstate.signals import DAY, instant, show_instant

__all__ = ["arguments", "customer_of", "run"]

_MOST_LISTED: Final = 12


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate walk``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument("log", nargs="?", help=f"{LOG_HELP}; without one, type what happens")
    parser.add_argument("--customer", metavar="NAME", help="whom to walk, where the log tells of several")
    parser.add_argument("--as-of", metavar="DATE", help="stop at this date and look at the customer then")
    parser.add_argument(
        "--ignore", metavar="COLUMN", action="append", default=[], help="pass over a column of the log (repeatable)"
    )
    parser.add_argument("--quiet", action="store_true", help="moves only: no observed values, no checklists in between")


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Walks one customer and prints what happens.

    Example:
        >>> from clmstate.cli import main
        >>> main(["walk", "no_such_model.py"])
        2
    """
    as_of = None if options.as_of is None else _date(options.as_of)
    model = load_one(options.model, command="clmstate walk")
    if options.log is None:
        if screen.as_json:
            raise InputError([Diagnostic("CLM343", "clmstate walk", "--json without a log has nothing to report", "name a log")])
        from clmstate.cli.typing_in import TypingIn

        return TypingIn(model, screen, options.customer or "Customer").run()
    with screen.progress(f"reading {options.log}") as progress:
        log = read_any(model.what, options.log, ignore=options.ignore, progress=progress)
    customer = customer_of(log, options.customer)
    walk = walked(model, log, customer, as_of)
    if screen.as_json:
        screen.json(walk.document())
    else:
        _Printed(walk, screen, quiet=options.quiet).show()
    return 0


def _date(text: str) -> int:
    try:
        return instant(text, place="clmstate walk --as-of")
    except ValueError as error:  # a diagnostic of the observation kind; here it is about the command line
        diagnostics = getattr(error, "diagnostics", ())
        raise InputError([Diagnostic("CLM342", d.place, d.cause, "give a date such as 2026-01-30") for d in diagnostics]) from None


def customer_of(log: Log, wanted: str | None) -> str:
    """The customer of a log that somebody named, or the only one.

    Raises:
        InputError: CLM345, when there is none, or several and none was named.

    Example:
        >>> from clmstate.replay import Row
        >>> customer_of(Log("log.csv", (Row("Acme", 0),)), None)
        'Acme'
    """
    something_read(log)
    known = log.customers
    if wanted is not None:
        if wanted in known:
            return wanted
        raise InputError(
            [Diagnostic("CLM345", log.source, f"there is no customer {wanted!r:.60} with usable rows", did_you_mean(wanted, known))]
        )
    if len(known) == 1:
        return known[0]
    shown = ", ".join(known[:_MOST_LISTED]) + (f" and {len(known) - _MOST_LISTED} more" if len(known) > _MOST_LISTED else "")
    raise InputError(
        [Diagnostic("CLM345", log.source, f"it tells of {len(known)} customers: {shown}", f"name one: --customer '{known[0]}'")]
    )


class _Printed:
    """A walk on the screen."""

    def __init__(self, walk: Walk, screen: Screen, *, quiet: bool) -> None:
        self.walk, self.screen, self.quiet = walk, screen, quiet
        self.teller = Teller(screen, walk.model.what)
        if any(stop.step.at_us % DAY for stop in walk.stops):
            self.teller.width = 16

    def show(self) -> None:
        walk, teller = self.walk, self.teller
        first = walk.stops[0].step.at_us if walk.stops else None
        teller.title(walk.customer, walk.model.what.definition.title, f"{walk.log.source} {self.screen.marks.bullet} {self.rows()}")
        if first is not None and not any(row.event == "@start" for row in walk.stops[0].step.used):
            teller.starts(first)
        for stop in walk.stops:
            self.stop(stop)
        if walk.as_of is not None and walk.by_then:
            teller.note(f"by {show_instant(walk.as_of)}, time alone has moved the customer")
            for move in walk.by_then:
                teller.move(move)
        if walk.model.composed:
            teller.now_all(walk.life, walk.lives, walk.as_of)
        else:
            teller.now(walk.life, walk.as_of)
        self.rejects()

    def stop(self, stop: Stop) -> None:
        step, teller = stop.step, self.teller
        if not self.quiet:
            teller.observed(step.at_us, step.used, quiet=not step.moves)
        for row in step.used:
            if row.event == "@start":
                teller.placed(step.at_us, row)
        for move in step.moves:
            teller.move(move)
        for untaken in step.moves.untaken:
            teller.untaken(untaken)
        for entry in stop.entries:
            teller.entry(entry)
        if not self.quiet:
            for address, ways in stop.ways.items():
                teller.missing(ways, address)
            if step.moves:
                self.screen.line()

    def rows(self) -> str:
        counts = self.walk.counts
        said = f"{counts['in']:,} row{'' if counts['in'] == 1 else 's'}: {counts['used']:,} used, {counts['rejected']:,} rejected"
        said += f", {counts['of_others']:,} of other customers" if counts["of_others"] else ""
        return said + (f", {counts['later']:,} later than {show_instant(self.walk.as_of or 0)}" if counts["later"] else "")

    def rejects(self) -> None:
        walk = self.walk
        rejected = [*walk.log.rejected, *(r for stop in walk.stops for r in stop.step.rejected)]
        if rejected:
            self.teller.rejected([d for r in sorted(rejected, key=lambda r: r.number) for d in r.diagnostics], len(rejected))
