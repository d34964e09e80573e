"""``clmstate walk``: one customer through a lifecycle, step by step, from a log or by hand."""

from __future__ import annotations

import argparse
from typing import Any, Final

import attrs

from clmstate.cli import checklist
from clmstate.cli.models import Model, load_one
from clmstate.cli.options import MODEL_HELP
from clmstate.cli.screen import Screen, as_data
from clmstate.cli.telling import Teller, read_date
from clmstate.errors import Diagnostic, InputError, did_you_mean
from clmstate.lifecycle import Lifecycle, Move, Moves
from clmstate.replay import Log, Step, play, read_log
from clmstate.signals import DAY, from_instant, instant, show_instant

__all__ = ["arguments", "run"]

_MOST_LISTED: Final = 12


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate walk``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument("log", nargs="?", help="a log: .csv, .jsonl or .parquet; without one, type what happens")
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
        log = read_log(options.log, model.lifecycle, ignore=options.ignore, progress=progress)
    customer = _customer(log, options.customer)
    walk = _walked(model, log, customer, as_of)
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


def _customer(log: Log, wanted: str | None) -> str:
    known = log.customers
    if wanted is not None:
        if wanted in known:
            return wanted
        raise InputError(
            [Diagnostic("CLM345", log.source, f"there is no customer {wanted!r:.60} with usable rows", did_you_mean(wanted, known))]
        )
    if len(known) == 1:
        return known[0]
    if not known:
        first = log.rejected[:5]
        none = Diagnostic("CLM345", log.source, f"none of its {len(log)} rows can be used", "mend them, or name another log")
        raise InputError([none, *(d for rejected in first for d in rejected.diagnostics)])
    shown = ", ".join(known[:_MOST_LISTED]) + (f" and {len(known) - _MOST_LISTED} more" if len(known) > _MOST_LISTED else "")
    raise InputError(
        [Diagnostic("CLM345", log.source, f"it tells of {len(known)} customers: {shown}", f"name one: --customer '{known[0]}'")]
    )


@attrs.define
class _Stop:
    """One step with the picture right after it."""

    step: Step
    phase: Any
    entries: tuple[Any, ...]
    """Milestones and touchpoints that came with it."""
    ways: list[checklist.Outlook]


@attrs.define
class _Walk:
    model: Model
    log: Log
    customer: str
    stops: list[_Stop]
    life: Lifecycle
    counts: dict[str, int]
    as_of: int | None
    by_then: Moves
    """Moves that time alone has caused between the last row and the date of interest."""

    def document(self) -> dict[str, Any]:
        life = self.life
        again = read_date(life, "next_check")
        return {
            "ok": True,
            "lifecycle": self.model.name,
            "customer": self.customer,
            "log": self.log.source,
            "rows": self.counts,
            "as_of": None if self.as_of is None else show_instant(self.as_of),
            "steps": [
                {
                    "at": show_instant(stop.step.at_us),
                    "moves": [move_data(move) for move in stop.step.moves],
                    "untaken": [{"event": u.event, "why": u.why} for u in stop.step.moves.untaken],
                    "phase": stop.phase.path,
                    "also": [str(entry) for entry in stop.entries],
                    "rejected": [as_data(d) for r in stop.step.rejected for d in r.diagnostics],
                }
                for stop in self.stops
            ],
            "by_then": [move_data(move) for move in self.by_then],
            "rejected": [as_data(d) for r in self.log.rejected for d in r.diagnostics],
            "phase": life.phase.path,
            "label": life.phase.label,
            "next_check": None if again is None else str(again),
            "open_plays": [
                {"number": p.number, "label": p.play.label, "because": p.because, "opened": str(p.opened)} for p in life.open_plays
            ],
            "warning_signs": [risk.label for risk in life.warning_signs],
            "ways_out": [checklist.as_data(way) for way in checklist.outlooks(life)],
        }


def move_data(move: Move) -> dict[str, Any]:
    """A move for JSON.

    Example:
        >>> from clmstate import Phase
        >>> move_data(Move("", Phase("New"), Phase("Won"), None, 0, by="hand", reason="signed on paper"))["reason"]
        'signed on paper'
    """
    return {
        "at": None if move.at_us is None else show_instant(move.at_us),
        "from": move.source.path,
        "to": move.target.path,
        "stayed": move.stayed,
        "transition": move.name,
        "by": move.by,
        "because": move.words or move.reason,
        "person": move.person,
        "reason": move.reason,
        "values": dict(move.values),
        "due_since": None if move.due_since_us is None else show_instant(move.due_since_us),
        "plays": [play.label for play in move.plays],
    }


def _walked(model: Model, log: Log, customer: str, as_of: int | None) -> _Walk:
    stops: list[_Stop] = []
    life: Lifecycle | None = None
    seen = 0
    for step in play(model.lifecycle, log, customers=(customer,), until_us=as_of):
        life = step.life
        entries = life.journey.entries
        also = tuple(entry for entry in entries[seen:] if not isinstance(entry, Move))
        seen = len(entries)
        moved = any(not move.stayed for move in step.moves)
        ways = checklist.hoped_for(checklist.outlooks(life)) if moved else []
        stops.append(_Stop(step, life.phase, also, ways))
    if life is None:
        life = model.lifecycle(customer, engine="compiled")
    by_then = Moves()
    if as_of is not None:
        life = type(life).restore(life.snapshot(), engine="compiled")
        by_then = life.tick(from_instant(as_of))
    mine = [row for row in log.rows if row.customer == customer]
    used = sum(len(stop.step.used) for stop in stops)
    rejected = sum(len(stop.step.rejected) for stop in stops)
    counts = {
        "in": len(log),
        "used": used,
        "rejected": rejected + len(log.rejected),
        "of_others": len(log.rows) - len(mine),
        "later": len(mine) - used - rejected,
    }
    return _Walk(model, log, customer, stops, life, counts, as_of, by_then)


class _Printed:
    """A walk on the screen."""

    def __init__(self, walk: _Walk, screen: Screen, *, quiet: bool) -> None:
        self.walk, self.screen, self.quiet = walk, screen, quiet
        self.teller = Teller(screen, walk.model.lifecycle.definition)
        if any(stop.step.at_us % DAY for stop in walk.stops):
            self.teller.width = 16

    def show(self) -> None:
        walk, teller = self.walk, self.teller
        first = walk.stops[0].step.at_us if walk.stops else None
        teller.title(
            walk.customer, walk.model.lifecycle.definition.title, f"{walk.log.source} {self.screen.marks.bullet} {self.rows()}"
        )
        if first is not None and not any(row.event == "@start" for row in walk.stops[0].step.used):
            teller.starts(first)
        for stop in walk.stops:
            self.stop(stop)
        if walk.as_of is not None and walk.by_then:
            teller.note(f"by {show_instant(walk.as_of)}, time alone has moved the customer")
            for move in walk.by_then:
                teller.move(move)
        teller.now(walk.life, walk.as_of)
        self.rejects()

    def stop(self, stop: _Stop) -> None:
        step, teller = stop.step, self.teller
        if not self.quiet:
            teller.observed(step.at_us, step.used, quiet=not step.moves)
        for row in step.used:
            if row.event == "@start":
                teller.placed(step.at_us, stop.phase, row.details.get("since"))
        for move in step.moves:
            teller.move(move)
        for untaken in step.moves.untaken:
            teller.untaken(untaken)
        for entry in stop.entries:
            teller.entry(entry)
        if not self.quiet:
            teller.missing(stop.ways)
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
