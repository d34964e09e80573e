"""``clmstate backtest``: what another version of a model, or another threshold, would have done to the customers there are."""

from __future__ import annotations

import argparse
import math
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from clmstate.cli.models import Model, load_one
from clmstate.cli.options import LOG_HELP, MODEL_HELP, one_of
from clmstate.cli.pictures import write_plot
from clmstate.cli.replay import date_option
from clmstate.cli.saving import check_ending
from clmstate.cli.screen import Screen
from clmstate.errors import Diagnostic, InputError
from clmstate.signals import show_instant
from clmstate.writing import write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from clmstate.replay import Log
    from clmstate.replay.backtest import Backtest, Sweep

__all__ = ["arguments", "run"]

_MOST: Final = 8
_MOST_VALUES: Final = 100


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate backtest``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    from clmstate.replay.choices import ENGINES

    parser.add_argument("model", help=f"the version of today: {MODEL_HELP}")
    parser.add_argument("new", nargs="?", help="the version to compare with; leave it out with --sweep")
    parser.add_argument("log", help=LOG_HELP)
    parser.add_argument("--tables", metavar="FOLDER", help="where the tables of a mapping are; by default beside it")
    parser.add_argument("--sweep", metavar="NAME=FROM:TO:BY", help="try a threshold: adopted_at=0.6:0.9:0.05")
    parser.add_argument("--since", metavar="DATE", help="show also how the customers changed since this date")
    parser.add_argument("--as-of", metavar="DATE", help="compare on this date; by default the last row's")
    parser.add_argument("--grid", metavar="DAYS", type=int, default=7, help="ask everybody at least every so many days (7)")
    parser.add_argument("--ignore", metavar="COLUMN", action="append", default=[], help="pass over a column (repeatable)")
    parser.add_argument("--plot", metavar="FILE", help="write a plot: .svg or .png")
    parser.add_argument("--out", metavar="FILE", help="write everybody who fares differently as a table: .csv")
    parser.add_argument("--engine", type=one_of(ENGINES), default="auto", metavar="ENGINE", help=f"{', '.join(ENGINES)}")


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Compares two versions, or tries a threshold, and prints what differs.

    Example:
        >>> from clmstate.cli import main
        >>> main(["backtest", "old.py", "new.py", "log.csv"])
        2
    """
    if (options.sweep is None) == (options.new is None):
        cause = "there is one model only" if options.new is None else "a sweep needs one model, and two are named"
        remedy = "name the other version, or try a threshold with --sweep NAME=FROM:TO:BY"
        raise InputError([Diagnostic("CLM343", "clmstate backtest", cause, remedy)])
    if options.out is not None:
        check_ending(Path(options.out), (".csv",))
        if options.sweep is not None:
            remedy = "leave one of them out; a threshold in a version of its own tells who"
            raise InputError([Diagnostic("CLM343", "clmstate backtest --out", "a sweep has no list of customers", remedy)])
    as_of = None if options.as_of is None else date_option(options.as_of, "clmstate backtest --as-of")
    old = load_one(options.model, command="clmstate backtest")
    if options.sweep is not None:
        return _sweep(options, old, as_of, screen)
    from clmstate.replay.backtest import backtest

    new = load_one(options.new, command="clmstate backtest")
    logs = [_read(options, one, other, screen) for one, other in ((old, new), (new, old))]
    found = backtest(old.what, new.what, logs[0], new_log=logs[1], grid_days=options.grid, as_of_us=as_of, engine=options.engine)
    if options.plot is not None:
        write_plot(options.plot, _plot(found))
    if options.out is not None:
        write(options.out, found.customers.write_csv(datetime_format="%Y-%m-%d %H:%M:%S"))
    since = None if options.since is None else date_option(options.since, "clmstate backtest --since")
    if screen.as_json:
        screen.json(_document(found, since))
    else:
        _show(found, old, new, options, since, screen)
    return 0


def _read(options: argparse.Namespace, model: Model, other: Model, screen: Screen) -> Log:
    """The log as one version understands it; columns that only the other version knows are passed over."""
    from clmstate.replay import shape_of
    from clmstate.replay.sources import read_any

    alien = set(shape_of(other.what).columns) - set(shape_of(model.what).columns)
    with screen.progress(f"reading {options.log}") as progress:
        return read_any(
            model.what, options.log, ignore=[*options.ignore, *alien], tables=options.tables, progress=progress
        )  # fmt: skip


def _document(found: Backtest, since: int | None) -> dict[str, Any]:
    customers = found.old.tables.phases.select("customer", "part", "life").height
    return {
        "ok": True,
        "old": found.old.model,
        "new": found.new.model,
        "lives": customers,
        "changed_rules": {path: dict(rules) for path, rules in found.changed.items()},
        "elsewhere": found.elsewhere.to_dicts(),
        "partings": found.partings.to_dicts(),
        "by_rule": found.by_rule.to_dicts(),
        "plays": found.plays.to_dicts(),
        "change": None if since is None else found.since(since).to_dicts(),
    }


def _show(found: Backtest, old: Model, new: Model, options: argparse.Namespace, since: int | None, screen: Screen) -> None:
    from rich.text import Text

    from clmstate.cli.replay import grid

    lives, parted, elsewhere = (found.old.tables.phases.height, found.partings.height, found.elsewhere.height)
    screen.line()
    screen.show(
        Text.assemble(
            (f"{old.name} of {old.source} against {new.name} of {new.source}", "bold"),
            f"  {options.log}, asked every {options.grid} days",
        )
    )
    rows = found.old.counts
    screen.line(f"{rows.rejected:,} of the log's rows rejected by the first, {found.new.counts.rejected:,} by the second.")
    rules = [f"{path}.{rule}".lstrip(".") + f" ({how})" for path, named in found.changed.items() for rule, how in named.items()]
    screen.line("Rules written differently: " + (", ".join(rules) if rules else "none") + ".")
    screen.line()
    share = f"{elsewhere / lives:.1%}" if lives else "none"
    screen.show(
        Text(f"{elsewhere:,} of {lives:,} stand elsewhere at the end ({share}); the paths of {parted:,} part on the way.", "bold")
    )
    names = {row[0]: row[1] for row in found.new.views.known_phases().select("phase", "label").rows()}
    names |= {row[0]: row[1] for row in found.old.views.known_phases().select("phase", "label").rows()}
    if parted:
        table = grid(True, False, False, False)
        for row in found.by_rule.head(_MOST).rows(named=True):
            old_to, new_to = (names.get(row[side], "stays") if row[side] else "stays" for side in ("old_to", "new_to"))
            table.add_row(
                f"  {row['lives']:,}", row["rule"], f"from {names.get(row['phase'], row['phase'])}:", f"{old_to} → {new_to}"
            )
        screen.line()
        screen.show(Text("The rule that made the difference", "bold"), table)
    if elsewhere:
        _who(found, names, options.out, screen)
    _counts(found, since, screen)
    plays = found.plays.filter(found.plays["difference"] != 0)
    if plays.height:
        table = grid(True, True, True, False)
        for row in plays.head(_MOST).rows(named=True):
            owner = f"{row['play']} ({row['owner']})" if row["owner"] else row["play"]
            table.add_row(f"  {row['difference']:+,}", f"{row['old']:,}", f"→ {row['new']:,}", owner)
        screen.line()
        screen.show(Text("Plays that fire more or less often", "bold"), table)


def _who(found: Backtest, names: dict[str, str], out: str | None, screen: Screen) -> None:
    """By name, those who stand elsewhere at the end."""
    from rich.text import Text

    from clmstate.cli.replay import grid

    table = grid(False, False, False)
    for row in found.elsewhere.head(_MOST).rows(named=True):
        who = "/".join(row[key] for key in ("customer", "part", "instance") if row.get(key))
        old_end, new_end = (names.get(row[side], row[side]) or "not there" for side in ("old", "new"))
        table.add_row(f"  {who}", old_end, f"→ {new_end}")
    screen.line()
    screen.show(Text("Who stands elsewhere at the end", "bold"), table)
    more = found.elsewhere.height - _MOST
    where = f"all in {out}" if out is not None else "--out FILE.csv has all, and when and by which rule their paths part"
    if more > 0 or out is not None:
        screen.line(f"  {f'and {more:,} more; ' if more > 0 else ''}{where}")


def _counts(found: Backtest, since: int | None, screen: Screen) -> None:
    from rich.text import Text

    from clmstate.cli.replay import grid

    first = found.old.views.span()[0]
    at = since if since is not None else round(first.timestamp() * 1_000_000)
    labels = dict(found.old.views.known_phases().select("phase", "label").rows())
    labels |= dict(found.new.views.known_phases().select("phase", "label").rows())
    table = grid(False, True, True, True, True, True) if since is not None else grid(False, True, True, True)
    heads = ["", show_instant(at), "customers", "old now", "rules", "new now"] if since is not None else ["", "old", "rules", "new"]
    table.add_row(*(Text(head, "dim") for head in heads))
    for row in found.since(at).rows(named=True):
        label = "  " + (f"{row['kind']}: " if row["kind"] else "") + labels.get(row["phase"], row["phase"])
        rules = f"{row['rules']:+,}" if row["rules"] else "·"
        middle = [f"{row['then']:,}", f"{row['customers']:+,}" if row["customers"] else "·"] if since is not None else []
        table.add_row(label, *middle, f"{row['old']:,}", rules, f"{row['new']:,}")
    screen.line()
    title = "What the customers did, and what the rules do" if since is not None else "How many stand where"
    screen.show(Text(title, "bold"), table)


def _plot(found: Backtest) -> str:
    from clmstate.replay.plots import bars

    rows = found.since(0).rows(named=True)
    labels = dict(found.old.views.known_phases().select("phase", "label").rows())
    labels |= dict(found.new.views.known_phases().select("phase", "label").rows())
    values = [
        (
            (f"{row['kind']}: " if row["kind"] else "") + labels.get(row["phase"], row["phase"]),
            {"old": float(row["old"]), "new": float(row["new"])},
        )
        for row in rows
    ]
    one, other = found.old.model, found.new.model
    names = f"{one} and {other}" if one != other else f"Two versions of {one}"
    return bars(f"{names}: how many stand where", values, note="same customers, same days")


# ---- a threshold, swept


def _sweep(options: argparse.Namespace, model: Model, as_of: int | None, screen: Screen) -> int:
    from clmstate.replay.backtest import sweep, with_threshold
    from clmstate.replay.sources import read_any

    name, values = sweep_values(options.sweep)
    with_threshold(model.what, name, values[0])  # a wrong name is told before the log is read
    with screen.progress(f"reading {options.log}") as progress:
        log = read_any(model.what, options.log, ignore=options.ignore, tables=options.tables, progress=progress)
    with screen.progress(f"trying {name}") as progress:
        found = sweep(
            model.what, name, values, log, grid_days=options.grid, as_of_us=as_of, engine=options.engine, progress=progress
        )  # fmt: skip
    if options.plot is not None:
        write_plot(options.plot, sweep_plot(found))
    if screen.as_json:
        screen.json({"ok": True, "threshold": name, "phases": found.table().to_dicts(), "flapping": found.flapping().to_dicts()})
    else:
        _show_sweep(found, screen)
    return 0


def sweep_values(text: str) -> tuple[str, list[float]]:
    """What a sweep tries.

    Raises:
        InputError: CLM342, it is not of the form NAME=FROM:TO:BY.

    Example:
        >>> sweep_values("adopted_at=0.6:0.7:0.05")
        ('adopted_at', [0.6, 0.65, 0.7])
    """
    name, _, numbers = text.partition("=")
    try:
        first, last, by = (Decimal(part) for part in numbers.split(":"))
        if not (by > 0 and first.is_finite() and last >= first and (last - first) / by < _MOST_VALUES):
            raise ValueError
        count = int((last - first) / by) + 1
    except (ValueError, InvalidOperation):
        remedy = f"write it as adopted_at=0.6:0.9:0.05, with at most {_MOST_VALUES} values"
        raise InputError([Diagnostic("CLM342", "clmstate backtest --sweep", f"{text!r:.60} cannot be tried", remedy)]) from None
    return name.strip(), [float(first + by * n) for n in range(count)]


def sweep_plot(found: Sweep) -> str:
    """How many stand in each phase, and how many flap, by the value of the threshold.

    Example:
        >>> from clmstate.replay.backtest import Sweep
        >>> sweep_plot(Sweep("adopted_at", {}))[:4]
        '<svg'
    """
    from clmstate.replay.plots import Axis, Series, lines

    phases: dict[str, list[tuple[float, float]]] = {}
    for value, kind, _, label, count in found.table().rows():
        if kind == found.kind:
            phases.setdefault(label, []).append((value, float(count)))
    still = [f"{label} {points[0][1]:,.0f}" for label, points in phases.items() if len({count for _, count in points}) == 1]
    series = [Series(label, points) for label, points in phases.items() if len({count for _, count in points}) > 1]
    series.append(Series("flap", [(value, float(flapping)) for value, _, flapping, _ in found.flapping().rows()], faint=True))
    note = f"unchanged: {', '.join(label for label in still if not label.endswith(' 0'))}" if still else "same customers, same days"
    return lines(
        f"If {found.name} were otherwise",
        series,
        Axis(found.name),
        Axis("how many stand there at the end", least=0),
        note,
        found.today,
    )


def _show_sweep(found: Sweep, screen: Screen) -> None:
    from rich.text import Text

    screen.line()
    screen.show(Text(f"If {found.name} were otherwise: how many stand where at the end", "bold"))
    columns = _sweep_columns(found)
    for first, last in _blocks(columns[0], columns[1:], screen.console.width):
        screen.show(_side_by_side([columns[0], *columns[1 + first : 1 + last]], found.today))
        screen.line()
    if found.today is not None:
        screen.line(f"{found.name} is {found.today:g} today.")
    _rejected(found, screen)
    screen.line("flap: customers who return to a phase within four weeks after leaving it.")


def _sweep_columns(found: Sweep) -> list[list[str]]:
    """What stands in each row, and the same numbers for each value: phases below each other, for a value is shorter than their names."""
    counted = found.table().filter(found.table()["kind"] == found.kind)
    labels = list(dict.fromkeys(counted["label"].to_list()))
    flapping = {row["value"]: row for row in found.flapping().rows(named=True)}
    columns = [[found.name, *labels, "flap", "moves"]]
    for value in found.tried:
        by_label = dict.fromkeys(labels, 0)
        for tried, _, _, label, count in counted.rows():
            by_label[label] += count if tried == value else 0
        numbers = [*by_label.values(), flapping[value]["flapping"], flapping[value]["moves"]]
        columns.append([f"{value:g}", *(f"{number:,}" for number in numbers)])
    return columns


def _blocks(heads: list[str], columns: list[list[str]], width: int) -> Iterator[tuple[int, int]]:
    """Which columns stand side by side, so that none is cut."""
    begin, wide = 0, 2 + max(map(len, heads))
    used = wide
    for number, column in enumerate(columns):
        needed = 2 + max(map(len, column))
        if used + needed > width and number > begin:
            yield begin, number
            begin, used = number, wide
        used += needed
    yield begin, len(columns)


def _side_by_side(columns: list[list[str]], today: float | None) -> Table:
    from rich.text import Text

    from clmstate.cli.replay import grid

    table = grid(False, *[True] * (len(columns) - 1))
    is_today = [n > 0 and today is not None and math.isclose(float(column[0]), today) for n, column in enumerate(columns)]
    for place, cells in enumerate(zip(*columns, strict=True)):
        style = "" if place else "dim"
        table.add_row(*(Text(f"{'  ' if n == 0 else ''}{cell}", "bold" if is_today[n] else style) for n, cell in enumerate(cells)))
    return table


def _rejected(found: Sweep, screen: Screen) -> None:
    """Rows that were not used: those of the log itself, and those that a tried value alone makes impossible, such as by never settling."""
    rejected = {value: done.counts.rejected for value, done in found.tried.items()}
    always = min(rejected.values(), default=0)
    if always:
        screen.line(f"{always:,} of the log's rows rejected with every value; clmstate replay says why.")
    for value, count in rejected.items():
        if count > always:
            code, _, rows, first = found.tried[value].views.reasons().row(0)
            screen.line(f"With {value:g}, {count:,} of the log's rows rejected, {rows:,} by {code}, first: {first.splitlines()[0]}")
