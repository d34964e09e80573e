"""``clmstate replay``: every customer of a log through a model, and what that looks like as tables."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from clmstate.cli.models import Model, load_one
from clmstate.cli.options import LOG_HELP, MODEL_HELP, one_of
from clmstate.cli.screen import Screen
from clmstate.cli.usable import something_played
from clmstate.errors import Diagnostic, InputError
from clmstate.signals import instant, show_instant

if TYPE_CHECKING:
    from rich.table import Table

    from clmstate.replay.frames import pl
    from clmstate.replay.run import Replayed

__all__ = ["arguments", "date_option", "grid", "run"]

_MOST_REASONS: Final = 5
_BAR: Final = 28


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate replay``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    from clmstate.replay.choices import ENGINES, FORMATS

    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument("log", help=LOG_HELP)
    parser.add_argument("--tables", metavar="FOLDER", help="where the tables of a mapping are; by default beside it")
    parser.add_argument("--out", metavar="FOLDER", help="write all tables into this folder, whole or not at all")
    parser.add_argument(
        "--format",
        type=one_of(FORMATS),
        default="csv",
        metavar="FORMAT",
        help="of the tables: csv (default), parquet",
    )
    parser.add_argument("--as-of", metavar="DATE", help="pass over later rows, and look at everybody on this date")
    parser.add_argument("--ignore", metavar="COLUMN", action="append", default=[], help="pass over a column (repeatable)")
    parser.add_argument("--values", action="store_true", help="also a table of the values that decided: what each move's rule read")
    parser.add_argument(
        "--checkpoint",
        metavar="FOLDER",
        help="keep what is done in this folder; if it is stopped, the same command goes on from there",
    )
    parser.add_argument(
        "--engine", type=one_of(ENGINES), default="auto", metavar="ENGINE", help=f"{', '.join(ENGINES)}; all find the same"
    )


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Replays a log and prints a summary; all tables go to a folder, if one is named.

    Example:
        >>> from clmstate.cli import main
        >>> main(["replay", "no_such_model.py", "log.csv"])
        2
    """
    from clmstate.replay.results import may_be_written
    from clmstate.replay.run import replay_file

    if options.out is not None:
        may_be_written(options.out)
    as_of = None if options.as_of is None else date_option(options.as_of, "clmstate replay --as-of")
    model = load_one(options.model, command="clmstate replay")
    with _kept(options.checkpoint), screen.progress(f"replaying {options.log}") as progress:
        done = replay_file(
            model.what,
            options.log,
            as_of_us=as_of,
            ignore=options.ignore,
            tables=options.tables,
            engine=options.engine,
            checkpoint=options.checkpoint,
            progress=progress,
        )
    something_played(done)
    if options.values:
        done = _with_values(done, model, options, as_of, screen)
    if options.out is not None:
        done.write(options.out, options.format)
    if screen.as_json:
        screen.json(_document(done, options.out))
    else:
        _show(done, model, screen, options.out)
    if options.checkpoint is not None:
        from clmstate.replay.resuming import forget

        forget(options.checkpoint)
    return 0


@contextlib.contextmanager
def _kept(checkpoint: str | None) -> Iterator[None]:
    """Says, to whoever interrupts, where what is done is kept."""
    try:
        yield
    except KeyboardInterrupt:
        if checkpoint is not None:
            sys.stderr.write(f"\nWhat is done is kept in {checkpoint}; the same command goes on from there.")
        raise


def _with_values(done: Replayed, model: Model, options: argparse.Namespace, as_of: int | None, screen: Screen) -> Replayed:
    """The same with the values that decided; only customers who moved are looked at again."""
    import attrs

    from clmstate.replay.deciding import values_that_decided
    from clmstate.replay.sources import read_any

    movers = set(done.tables.lazy("moves").select("customer").unique().collect()["customer"].to_list())
    with screen.progress(f"reading {options.log}") as progress:
        log = read_any(
            model.what, options.log, ignore=options.ignore, tables=options.tables, customers=movers, progress=progress
        )  # fmt: skip
    with screen.progress("looking at what decided") as progress:
        return attrs.evolve(done, values=values_that_decided(model.what, log, as_of_us=as_of, progress=progress))


def date_option(text: str, place: str) -> int:
    """The instant of a date on the command line.

    Raises:
        InputError: CLM342, it is none.

    Example:
        >>> date_option("1970-01-01", "--as-of")
        0
    """
    try:
        return instant(text, place=place)
    except ValueError as error:  # a diagnostic of the observation kind; here it is about the command line
        found = getattr(error, "diagnostics", ())
        raise InputError([Diagnostic("CLM342", d.place, d.cause, "give a date such as 2026-01-30") for d in found]) from None


def _document(done: Replayed, folder: str | None) -> dict[str, Any]:
    import attrs

    return {
        "ok": True,
        "model": done.model,
        "log": done.source,
        "engine": done.engine,
        "rows": attrs.asdict(done.counts),
        "as_of": None if done.as_of_us is None else show_instant(done.as_of_us),
        "written_to": folder,
        "tables": done.heights,
        "sources": None if done.sources is None else done.sources.to_dicts(),
        "phases": phase_counts(done).to_dicts(),
        "rejected": done.tables.rejects.head(100).to_dicts(),
    }


def phase_counts(done: Replayed) -> pl.DataFrame:
    """How many stand in each phase, by kind of part, in the model's order.

    Example:
        >>> phase_counts.__name__
        'phase_counts'
    """
    return done.views.phase_counts()


def _show(done: Replayed, model: Model, screen: Screen, folder: str | None) -> None:
    from rich.text import Text

    counts = done.counts
    customers, moves = done.customers, done.tables.height("moves")
    said = f"{_many(counts.rows, 'row')}: {counts.used:,} used, {counts.rejected:,} rejected"
    said += f", {counts.later:,} later than {show_instant(done.as_of_us or 0)}" if counts.later else ""
    screen.line()
    screen.show(Text.assemble((model.what.definition.title, "bold"), f"  {done.source}"))
    screen.line(f"{said}. {_many(customers, 'customer')}, {_many(moves, 'move')}.")
    when = "at their last row" if done.as_of_us is None else f"on {show_instant(done.as_of_us)}"
    screen.line()
    screen.show(Text(f"Where they stand {when}", "bold"), _phases_table(done, screen))
    for title, table in (("Most frequent moves", _moves_table(done)), ("Warning signs in force", _signs_table(done))):
        if table.row_count:
            screen.line()
            screen.show(Text(title, "bold"), table)
    opened, reached = done.tables.height("plays"), done.tables.height("milestones")
    screen.line()
    screen.line(f"{_many(opened, 'play')} opened, {_many(reached, 'milestone')} reached.")
    _rejects(done, screen)
    _sources(done, screen)
    screen.line(f"All tables: {folder}" if folder is not None else "Name a folder with --out for all tables.")


def grid(*right: bool) -> Table:
    """A table without lines; for each column whether it stands at the right.

    Example:
        >>> len(grid(True, False).columns)
        2
    """
    from rich.table import Table

    table = Table.grid(padding=(0, 2, 0, 0))
    for at_right in right:
        table.add_column(justify="right" if at_right else "left", no_wrap=True)
    return table


def _phases_table(done: Replayed, screen: Screen) -> Table:
    from rich.text import Text

    table = grid(False, False, True, True, False)
    found = phase_counts(done).rows(named=True)
    most: dict[str, int] = {}
    for row in found:
        most[row["kind"]] = max(most.get(row["kind"], 1), row["count"])
    block = "█" if screen.marks.arrow == "→" else "#"
    last = None
    for row in found:
        bar = block * max(round(_BAR * row["count"] / most[row["kind"]]), 1 if row["count"] else 0)
        part = "" if row["kind"] == last else row["kind"]
        last = row["kind"]
        days = "" if row["median_days"] is None else f"{_many(round(row['median_days']), 'day')} so far"
        table.add_row(
            f"  {part}", row["label"], f"{row['count']:,}", Text(days, "dim"), Text(bar, _STYLES.get(row["standing"], ""))
        )
    return table


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


_STYLES: Final = {"good": "green", "watch": "yellow", "at_risk": "red", "lost": "dim"}


def _moves_table(done: Replayed) -> Table:
    table = grid(True, False)
    for row in done.views.flows().head(8).rows(named=True):
        part = f"{row['kind']}: " if row["kind"] else ""
        table.add_row(f"  {row['moves']:,}", f"{part}{row['from']} → {row['to']} ({row['transition']})")
    return table


def _signs_table(done: Replayed) -> Table:
    table = grid(True, False)
    for label, count in done.tables.signs["label"].value_counts(sort=True).head(8).rows():
        table.add_row(f"  {count:,}", label)
    return table


def _rejects(done: Replayed, screen: Screen) -> None:
    rejects = done.tables.rejects
    if not rejects.height:
        return
    screen.line()
    screen.line(f"{rejects.height:,} row{'' if rejects.height == 1 else 's'} rejected:")
    reasons = done.views.reasons()
    for code, about, count, first in reasons.head(_MOST_REASONS).rows():
        screen.line(f"  {count:,} x {' '.join((code, about)).strip()}, first: {first.splitlines()[0]}")
    if reasons.height > _MOST_REASONS:
        screen.line(f"  and {reasons.height - _MOST_REASONS:,} more kinds of reasons")


def _sources(done: Replayed, screen: Screen) -> None:
    """What became of the rows of the tables that a mapping names."""
    if done.sources is None or done.source_rejects is None:
        return
    from rich.text import Text

    table = grid(False, True, True, True)
    table.add_row(*(Text(head, "dim") for head in ("", "rows", "used", "rejected")))
    for name, rows, used, rejected in done.sources.rows():
        table.add_row(f"  {name}", f"{rows:,}", f"{used:,}", f"{rejected:,}")
    screen.line()
    screen.show(Text("What became of the tables' rows", "bold"), table)
    kinds: dict[tuple[str, str], list[str]] = {}
    for name, row, reasons in done.source_rejects.rows():
        for reason in reasons.splitlines():
            kinds.setdefault((name, reason.partition(": ")[0]), []).append(f"row {row:,}: {reason}")
    for (name, _), told in sorted(kinds.items(), key=lambda kind: -len(kind[1]))[:_MOST_REASONS]:
        screen.line(f"  {len(told):,} x {name}, first {told[0]}")
    if len(kinds) > _MOST_REASONS:
        screen.line(f"  and {len(kinds) - _MOST_REASONS:,} more kinds of reasons")
