"""``clmstate fleet``: what a fleet looks like, as a table and as a plot."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from clmstate.cli.models import load_one
from clmstate.cli.options import MODEL_HELP, one_of
from clmstate.cli.pictures import write_plot
from clmstate.cli.replay import date_option
from clmstate.cli.screen import Screen
from clmstate.errors import Diagnostic, InputError, did_you_mean

if TYPE_CHECKING:
    from clmstate.replay import Log
    from clmstate.replay.frames import pl
    from clmstate.replay.run import Replayed

__all__ = ["VIEWS", "arguments", "run"]

_MOST_ROWS: Final = 40


@attrs.frozen
class _Asked:
    """What the command line asks of a view."""

    done: Replayed
    log: Log
    kind: str
    options: argparse.Namespace


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate fleet``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument("log", help="a log: .csv, .jsonl or .parquet")
    parser.add_argument("--view", type=one_of(VIEWS), default="over-time", metavar="VIEW", help=", ".join(VIEWS))
    parser.add_argument("--part", default=None, metavar="PART", help="the kind of part to look at, such as contract or users")
    parser.add_argument("--milestone", metavar="NAME", help="for time-to: the milestone")
    parser.add_argument("--money", metavar="COLUMN", help="for revenue: what a customer is worth, such as annual_value")
    parser.add_argument("--since", metavar="DATE", help="for revenue: from when on")
    parser.add_argument("--days", type=int, default=None, metavar="N", help="length of a step")
    parser.add_argument("--as-of", metavar="DATE", help="pass over later rows, and look at everybody on this date")
    parser.add_argument("--ignore", metavar="COLUMN", action="append", default=[], help="pass over a column (repeatable)")
    parser.add_argument("--plot", metavar="FILE", help="write a plot: .svg or .png")


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Replays a log and shows one view of it.

    Example:
        >>> from clmstate.cli import main
        >>> main(["fleet", "no_such_model.py", "log.csv"])
        2
    """
    from clmstate.replay import read_log
    from clmstate.replay.run import run as replay

    as_of = None if options.as_of is None else date_option(options.as_of, "clmstate fleet --as-of")
    if options.days is not None and options.days < 1:
        raise InputError([Diagnostic("CLM342", "clmstate fleet --days", f"{options.days} is no length", "give at least 1")])
    model = load_one(options.model, command="clmstate fleet")
    with screen.progress(f"reading {options.log}") as progress:
        log = read_log(options.log, model.what, ignore=options.ignore, progress=progress)
    with screen.progress(f"replaying {options.log}") as progress:
        done = replay(model.what, log, as_of_us=as_of, progress=progress)
    if not done.tables.phases.height:
        raise InputError([Diagnostic("CLM345", log.source, f"none of its {len(log)} rows can be used", "see clmstate replay")])
    asked = _Asked(done, log, _kind(options.part, done), options)
    title, table, plot = VIEWS[options.view](asked)
    if options.plot is not None:
        write_plot(options.plot, plot())
    if screen.as_json:
        screen.json({"ok": True, "view": options.view, "title": title, "rows": table.to_dicts()})
    else:
        _show(title, table, screen)
    return 0


def _kind(wanted: str | None, done: Replayed) -> str:
    kinds = [path.replace(".", "/") for path in done.shape.parts]
    if wanted is None:
        return kinds[0]
    if wanted.replace(".", "/") not in kinds:
        known = [kind for kind in kinds if kind]
        remedy = did_you_mean(wanted, known) if known else "leave it out: the model is a lifecycle on its own"
        raise InputError([Diagnostic("CLM342", "clmstate fleet --part", f"there is no part {wanted!r:.60}", remedy)])
    return wanted.replace(".", "/")


def _show(title: str, table: pl.DataFrame, screen: Screen) -> None:
    from rich.text import Text

    from clmstate.cli.replay import grid

    numeric = [kind.is_numeric() for kind in table.dtypes]
    shown = grid(*numeric)
    shown.add_row(*(Text(name.replace("_", " "), "dim") for name in table.columns))
    for row in table.head(_MOST_ROWS).rows():
        shown.add_row(*(_cell(value, name) for value, name in zip(row, table.columns, strict=True)))
    screen.line()
    screen.show(Text(title, "bold"), shown)
    if table.height > _MOST_ROWS:
        screen.line(f"... and {table.height - _MOST_ROWS:,} rows more; --json prints all.")


def _cell(value: Any, name: str) -> str:
    import datetime as dt

    match value:
        case None:
            return "-"
        case dt.datetime():
            return f"{value:%Y-%m-%d}"
        case float() if name in ("share", "low", "high", "nrr", "grr") or name.isdigit():
            return f"{value:.1%}"
        case float():
            return f"{value:,.1f}"
        case int():
            return f"{value:,}"
    return str(value)


# ---- the views: a title, a table, and how to plot it

View = tuple[str, "pl.DataFrame", Callable[[], str]]


def _labels(asked: _Asked) -> dict[str, str]:
    """The labels of phases by path."""
    definition = asked.done.shape.parts[asked.kind.replace("/", ".")].definition
    return {path: phase.label for path, phase in definition.phases.items()}


def _us(at: Any) -> float:
    return float(round(at.timestamp() * 1_000_000))


def _over_time(asked: _Asked) -> View:
    from clmstate.replay.plots import Axis, Series, bands

    views = asked.done.views
    days = asked.options.days or 7
    found = views.over_time(days)
    found = found.filter(found["kind"] == asked.kind)
    labels = _labels(asked)
    wide = found.pivot("phase", index="at", values="count").sort("at").select("at", *(p for p in labels if p in found["phase"]))

    def plot() -> str:
        series = [
            Series(labels[name], [(_us(at), float(n)) for at, n in wide.select("at", name).rows()]) for name in wide.columns[1:]
        ]
        return bands("Where the customers stand", series, Axis("", dates=True), Axis("customers"), f"every {days} days")

    return "How many stand in each phase", wide.rename({k: v for k, v in labels.items() if k in wide.columns}), plot


def _funnel(asked: _Asked) -> View:
    from clmstate.replay.plots import bars

    found = asked.done.views.funnel()
    found = found.filter(found["kind"] == asked.kind).select("label", "lives", "share", "median_days")

    def plot() -> str:
        values = [(f"{row['label']}", {"share": row["share"] or 0.0}) for row in found.rows(named=True)]
        return bars("How many ever came to each phase", values, "{:.0%}".format)

    return "How many ever came to each phase, and after how many days (median)", found, plot


def _time_in_phase(asked: _Asked) -> View:
    from clmstate.replay.plots import bars

    found = asked.done.views.time_in_phase()
    found = found.filter(found["kind"] == asked.kind).drop("kind", "phase")

    def plot() -> str:
        values = [(row["label"], {"median days": row["median"] or 0.0}) for row in found.rows(named=True)]
        return bars("How long stays last", values, note="Kaplan-Meier medians: stays that go on are not taken for ended")

    return "How long stays last, in days; stays that go on are censored", found, plot


def _curve(title: str, table: pl.DataFrame, label: str, y: str) -> View:
    from clmstate.replay.plots import Axis, Series, lines

    def plot() -> str:
        points = [(days, share) for days, share in table.select("days", "share").rows()]
        edges = [table.select("days", name).drop_nulls().rows() for name in ("low", "high")]
        series = [Series(label, points, steps=True, low=edges[0], high=edges[1])]
        return lines(title, series, Axis("days"), Axis(y, percent=True, least=0, most=1), "95 % interval shaded")

    return title, table, plot


def _survival(asked: _Asked) -> View:
    return _curve("Who is still a customer (Kaplan-Meier)", asked.done.views.survival(asked.kind), "not lost", "share")


def _time_to(asked: _Asked) -> View:
    from clmstate.replay.frames import pl

    part = asked.done.shape.parts[asked.kind.replace("/", ".")].definition
    name = asked.options.milestone
    if name not in part.milestones:
        cause = "no milestone is named" if name is None else f"{part.name} has no milestone {name!r:.60}"
        raise InputError([Diagnostic("CLM342", "clmstate fleet --milestone", cause, did_you_mean(name or "", part.milestones))])
    table = asked.done.views.time_to(name).with_columns(
        (1 - pl.col("share")).alias("share"), (1 - pl.col("high")).alias("low"), (1 - pl.col("low")).alias("high")
    )
    label = part.milestones[name].label
    return _curve(f"{label}: reached after so many days (Kaplan-Meier)", table, "reached", "share")


def _relapses(asked: _Asked) -> View:
    from clmstate.replay.plots import bars

    found = asked.done.views.relapses()
    found = found.filter(found["kind"] == asked.kind).drop("kind")
    labels = _labels(asked)
    found = found.with_columns(found["from"].replace(labels), found["to"].replace(labels))

    def plot() -> str:
        rows = found.rows(named=True)
        values = [(f"{r['from']} → {r['to']}", {"relapses": r["relapses"], "recovered": r["recovered"]}) for r in rows]
        return bars("Relapses, and how many were made good", values)

    return "Moves to a worse standing, how many were made good, and after how many days (median)", found, plot


def _cohorts(asked: _Asked) -> View:
    from clmstate.replay.plots import Axis, Series, lines

    days = asked.options.days or 30
    found = asked.done.views.cohorts(asked.kind, days)
    wide = found.pivot("period", index="cohort", values="kept").sort("cohort") if found.height else found

    def plot() -> str:
        rows: dict[str, list[tuple[float, float]]] = {}
        for cohort, period, _, kept in found.rows():
            rows.setdefault(cohort, []).append((float(period), kept))
        series = [Series(cohort, points) for cohort, points in rows.items()]
        return lines(
            "Retention by month of beginning", series, Axis(f"periods of {days} days"), Axis("kept", percent=True, least=0, most=1)
        )

    return f"Share kept after so many periods of {days} days, by month of beginning", wide, plot


def _flows(asked: _Asked) -> View:
    from clmstate.replay.plots import bars

    found = asked.done.views.flows()
    found = found.filter(found["kind"] == asked.kind).select("from", "to", "transition", "moves", "lives")

    def plot() -> str:
        values = [(f"{r['from']} → {r['to']}", {"moves": r["moves"]}) for r in found.head(20).rows(named=True)]
        return bars("Moves between phases", values)

    return "Moves between phases, and how many made them", found, plot


def _matrix(asked: _Asked) -> View:
    from clmstate.replay.frames import pl
    from clmstate.replay.plots import bars

    days = asked.options.days or 30
    counts = asked.done.views.transition_counts(days, asked.kind)
    phases = [p for p in asked.done.shape.parts[asked.kind.replace("/", ".")].definition.phases if p in counts]
    labels = _labels(asked)
    rows = []
    for source in phases:
        total = sum(counts[source].values())
        rows.append(
            {"from": source, **{target: f"{counts[source].get(target, 0) / total:.1%}" for target in phases}, "seen": int(total)}
        )

    def plot() -> str:
        values = [(labels[source], {"stay": counts[source].get(source, 0.0) / sum(counts[source].values())}) for source in phases]
        return bars(f"Who stands in the same phase {days} days later", values, "{:.0%}".format)

    return f"Where customers stand {days} days later", pl.DataFrame(rows), plot


def _revenue(asked: _Asked) -> View:
    from clmstate.replay.frames import pl
    from clmstate.replay.money import retained
    from clmstate.replay.plots import bars

    if asked.options.money is None:
        raise InputError(
            [Diagnostic("CLM343", "clmstate fleet", "no column says what a customer is worth", "name it with --money")]
        )
    first, last = (round(_us(at)) for at in asked.done.views.span())
    since = (first + last) // 2 if asked.options.since is None else date_option(asked.options.since, "clmstate fleet --since")
    found = retained(asked.done, asked.log.rows, asked.options.money, since, last)
    table = pl.DataFrame([{**attrs.asdict(found), "nrr": found.nrr, "grr": found.grr}])

    def plot() -> str:
        values = [("before", {"value": found.before}), ("kept", {"value": found.kept}), ("after", {"value": found.after})]
        return bars("Revenue of the same customers", values)

    return "Net and gross revenue retention of those who were customers then", table, plot


VIEWS: Final[Mapping[str, Callable[[_Asked], View]]] = {
    "over-time": _over_time,
    "flows": _flows,
    "funnel": _funnel,
    "time-in-phase": _time_in_phase,
    "time-to": _time_to,
    "relapses": _relapses,
    "survival": _survival,
    "cohorts": _cohorts,
    "matrix": _matrix,
    "revenue": _revenue,
}
