"""``clmstate fleet``: what a fleet looks like, as a table and as a plot."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from clmstate.cli.models import Model, load_one
from clmstate.cli.options import LOG_HELP, MODEL_HELP, one_of
from clmstate.cli.pictures import write_plot
from clmstate.cli.replay import date_option
from clmstate.cli.screen import Screen
from clmstate.cli.usable import none_usable, something_played
from clmstate.errors import Diagnostic, InputError, did_you_mean
from clmstate.signals import show_instant

if TYPE_CHECKING:
    from clmstate.drawing import Drawing
    from clmstate.replay import Shape
    from clmstate.replay.frames import pl
    from clmstate.replay.population import Population
    from clmstate.replay.run import Replayed

__all__ = ["VIEWS", "arguments", "part_asked", "population_picture", "run"]

_NONE: Final = "·"
_MOST_ROWS: Final = 30
_LONGEST: Final = 36_500
"""Days of the longest step: a hundred years."""


@attrs.frozen
class _Asked:
    """What the command line asks of a view."""

    done: Replayed
    model: Model
    kind: str
    options: argparse.Namespace


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate fleet``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument("log", help=LOG_HELP)
    parser.add_argument("--tables", metavar="FOLDER", help="where the tables of a mapping are; by default beside it")
    parser.add_argument("--view", type=one_of(VIEWS), default="over-time", metavar="VIEW", help=", ".join(VIEWS))
    parser.add_argument("--part", default=None, metavar="PART", help="the kind of part to look at, such as contract or users")
    parser.add_argument("--milestone", metavar="NAME", help="for time-to: the milestone")
    parser.add_argument("--money", metavar="COLUMN", help="for revenue: what a customer is worth, such as annual_value")
    parser.add_argument("--since", metavar="DATE", help="for revenue and population: from when on")
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
    from clmstate.replay.run import replay_file

    as_of = None if options.as_of is None else date_option(options.as_of, "clmstate fleet --as-of")
    if options.days is not None and not 1 <= options.days <= _LONGEST:
        remedy = f"give 1 to {_LONGEST:,}"
        raise InputError([Diagnostic("CLM342", "clmstate fleet --days", f"{options.days} is no length of a step", remedy)])
    model = load_one(options.model, command="clmstate fleet")
    with screen.progress(f"replaying {options.log}") as progress:
        done = replay_file(
            model.what, options.log, as_of_us=as_of, ignore=options.ignore, tables=options.tables, progress=progress
        )  # fmt: skip
    something_played(done)
    if not done.tables.phases.height:
        raise none_usable(done.source, 0, [])
    asked = _Asked(done, model, part_asked(options.part, done.shape, "clmstate fleet"), options)
    title, table, plot = VIEWS[options.view](asked)
    if options.plot is not None:
        write_plot(options.plot, plot())
    if screen.as_json:
        screen.json({"ok": True, "view": options.view, "title": title, "rows": table.to_dicts()})
    else:
        _show(title, table, screen)
    return 0


def part_asked(wanted: str | None, shape: Shape, command: str) -> str:
    """The kind of part that somebody asks for; by default the first.

    Raises:
        InputError: CLM342, there is none of that name.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> from clmstate.replay import shape_of
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> part_asked(None, shape_of(Deal), "clmstate fleet")
        ''
    """
    kinds = [path.replace(".", "/") for path in shape.parts]
    if wanted is None:
        return kinds[0]
    if wanted.replace(".", "/") not in kinds:
        known = [kind for kind in kinds if kind]
        remedy = did_you_mean(wanted, known) if known else "leave it out: the model is a lifecycle on its own"
        raise InputError([Diagnostic("CLM342", f"{command} --part", f"there is no part {wanted!r:.60}", remedy)])
    return wanted.replace(".", "/")


def _show(title: str, table: pl.DataFrame, screen: Screen) -> None:
    from rich.text import Text

    from clmstate.cli.replay import grid

    kept = _columns_that_fit(table, screen.console.width)
    few = _few_rows(table).select(kept)
    cells = {name: [_cell(value, name) for value in few[name]] for name in kept}
    screen.line()
    screen.show(Text(title, "bold"), *([] if table.height else [Text("none")]))
    for number, (names, heads) in enumerate(_blocks(cells, screen.console.width) if table.height else ()):
        shown = grid(*(_is_number(few[name]) for name in names))
        for line in zip(*(heads[name] for name in names), strict=True):
            shown.add_row(*(Text(word, "dim") for word in line))
        for row in zip(*(cells[name] for name in names), strict=True):
            shown.add_row(*row)
        screen.show(*([Text("")] if number else []), shown)
    if (few.height, len(kept)) != (table.height, table.width):
        rows = f"{few.height} of {table.height:,} rows" if few.height < table.height else "all rows"
        columns = f", {len(kept)} of {table.width} columns" if len(kept) < table.width else ""
        screen.line(f"These are {rows}{columns}; --json prints all.")


def _blocks(cells: Mapping[str, list[str]], width: int) -> list[tuple[list[str], dict[str, list[str]]]]:
    """Columns that stand beside each other, and the lines of their heads, so that nothing is cut.

    A head has as many lines as it takes; where even its words are too wide together, tables stand below each other, each with the first column.
    """
    names = list(cells)
    words = {name: [name.replace("_", " ")] for name in names}
    if sum(_widths(words, cells).values()) > width + 2:
        words = {name: name.replace("_", " ").split() or [""] for name in names}
    wide = _widths(words, cells)
    blocks: list[list[str]] = []
    for name in names[1:] or names:
        if not blocks or sum(wide[each] for each in (*blocks[-1], name)) > width + 2:
            blocks.append(names[:1] if name != names[0] else [])
        blocks[-1].append(name)
    tall = [max(len(words[name]) for name in block) for block in blocks]
    return [
        (block, {name: [""] * (lines - len(words[name])) + words[name] for name in block})
        for block, lines in zip(blocks, tall, strict=True)
    ]


def _widths(words: Mapping[str, list[str]], cells: Mapping[str, list[str]]) -> dict[str, int]:
    """How wide each column is, with the space behind it."""
    return {name: 2 + max(map(len, (*words[name], *cells[name]))) for name in cells}


def _is_number(column: pl.Series) -> bool:
    """Whether it stands at the right: numbers, and shares that are written out."""
    return column.dtype.is_numeric() or (column.len() > 0 and all(str(cell) == _NONE or str(cell)[-1:] == "%" for cell in column))


def _few_rows(table: pl.DataFrame) -> pl.DataFrame:
    """Of a course of time, rows at even distances, the first and the last included; of anything else the first.

    Of a curve, the steps and its end.
    """
    if table.columns[:2] == ["days", "share"] and table.height:
        share = table["share"]
        table = table.filter((share != share.shift(1)).fill_null(True) | (table["days"] == table["days"][-1]))
    if table.height <= _MOST_ROWS or table.columns[0] not in ("at", "days"):
        return table.head(_MOST_ROWS)
    return table[[round(i * (table.height - 1) / (_MOST_ROWS - 1)) for i in range(_MOST_ROWS)]]


def _columns_that_fit(table: pl.DataFrame, width: int) -> list[str]:
    """Of columns that are numbered, so many at even distances that they fit; all others."""
    numbered = [name for name in table.columns if name.isdigit()]
    for step in range(1, len(numbered) + 1):
        kept = [name for name in table.columns if not name.isdigit() or numbered.index(name) % step == 0]
        widths = (max(len(name), *(len(_cell(value, name)) for value in table[name])) + 2 for name in kept)
        if sum(widths) <= width:
            return kept
    return table.columns


def _share(value: float) -> str:
    return f"{value:.1%}" if value else _NONE


def _cell(value: Any, name: str) -> str:
    import datetime as dt

    match value:
        case None:
            return "-"
        case dt.datetime():
            return f"{value:%Y-%m-%d}"
        case float() if name.isdigit():  # of many columns, each is narrow
            return f"{value:.0%}"
        case float() if name == "days" and value.is_integer():
            return f"{value:,.0f}"
        case float() if name in ("share", "low", "high", "nrr", "grr"):
            return f"{value:.1%}"
        case float():
            return f"{value:,.1f}"
        case int():
            return f"{value:,}"
    return str(value)


# ---- the views: a title, a table, and how to plot it

View = tuple[str, "pl.DataFrame", Callable[[], str]]


def _labels(asked: _Asked) -> dict[str, str]:
    """The labels of phases by path; where two are called alike, their paths."""
    phases = asked.done.shape.parts[asked.kind.replace("/", ".")].definition.phases
    called = [phase.label for phase in phases.values()]
    return {path: phase.label if called.count(phase.label) == 1 else path for path, phase in phases.items()}


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
        who = _who(asked)
        return bands(f"Where the {who} stand", series, Axis("", dates=True), Axis(who), f"every {days} days")

    return "How many stand in each phase", wide.rename({k: v for k, v in labels.items() if k in wide.columns}), plot


def _funnel(asked: _Asked) -> View:
    from clmstate.replay.plots import bars, share

    found = asked.done.views.funnel()
    found = found.filter(found["kind"] == asked.kind).select("label", "lives", "share", "median_days")

    def plot() -> str:
        values = [(f"{row['label']}", {"share": row["share"] or 0.0}) for row in found.rows(named=True)]
        return bars("How many ever came to each phase", values, share)

    return "How many ever came to each phase, and after how many days (median)", found, plot


def _time_in_phase(asked: _Asked) -> View:
    from clmstate.replay.plots import ranges

    found = asked.done.views.time_in_phase()
    found = found.filter(found["kind"] == asked.kind).drop("kind", "phase")

    def said(row: dict[str, Any]) -> str:
        middle = "most go on" if row["median"] is None else f"{row['median']:,.0f} days"
        return f"{middle}, {row['stays']:,} stays"

    def plot() -> str:
        values = [(r["label"], r["quarter"], r["median"], r["three_quarters"], said(r)) for r in found.rows(named=True)]
        note = "bar: from a quarter to three quarters of the stays; mark: half (Kaplan-Meier)"
        return ranges("How long stays last", values, "days", note)

    return "How long stays last, in days; stays that go on are censored", found, plot


def _who(asked: _Asked) -> str:
    """Of whom a view tells: customers, or the members of a part."""
    part = asked.done.shape.parts[asked.kind.replace("/", ".")]
    return asked.kind.rpartition("/")[2] if part.way.many else "customers"


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
    from clmstate.replay.plots import grid

    days = asked.options.days or 30
    found = asked.done.views.cohorts(asked.kind, days)
    wide = found.pivot("period", index="cohort", values="kept").sort("cohort") if found.height else found
    began = dict(found.filter(found["period"] == 0).select("cohort", "lives").rows())
    names = {cohort: f"{cohort} ({n:,})" for cohort, n in began.items()}

    def plot() -> str:
        periods = [str(period) for period in sorted(set(found["period"].to_list()))]
        cells = {(names[cohort], str(period)): kept for cohort, period, _, kept in found.rows()}
        note = "in brackets: how many began; Kaplan-Meier"
        return grid("Who is kept, by month of beginning", list(names.values()), periods, cells, note, f"periods of {days} days")

    return f"Share kept after so many periods of {days} days, by month of beginning", wide, plot


def _flows(asked: _Asked) -> View:
    from clmstate.replay.plots import bars

    found = asked.done.views.flows()
    found = found.filter(found["kind"] == asked.kind).select("from", "to", "transition", "moves", "lives")

    def plot() -> str:
        rows = found.head(20).rows(named=True)
        values = [(f"{r['from']} → {r['to']} ({r['transition']})", {"moves": r["moves"], _who(asked): r["lives"]}) for r in rows]
        return bars("Moves between phases, and how many made them", values)

    return "Moves between phases, and how many made them", found, plot


def _matrix(asked: _Asked) -> View:
    from clmstate.replay.frames import pl
    from clmstate.replay.plots import grid

    days = asked.options.days or 30
    counts = asked.done.views.transition_counts(days, asked.kind)
    labels = _labels(asked)
    sources = [path for path in labels if path in counts]
    targets = [path for path in labels if any(path in after for after in counts.values())]
    shares = {
        (labels[source], labels[target]): counts[source].get(target, 0) / sum(counts[source].values())
        for source in sources
        for target in targets
    }
    seen = {source: int(sum(counts[source].values())) for source in sources}
    names = {source: labels[source] for source in sources}
    rows = [
        {"from": name, **{labels[target]: _share(shares[name, labels[target]]) for target in targets}, "seen": seen[source]}
        for source, name in names.items()
    ]

    def plot() -> str:
        cells = {place: value for place, value in shares.items() if value}
        return grid(f"Where customers stand {days} days later", list(names.values()), [labels[t] for t in targets], cells)

    return f"Where customers stand {days} days later", pl.DataFrame(rows), plot


def _revenue(asked: _Asked) -> View:
    from clmstate.replay.frames import pl
    from clmstate.replay.money import retained
    from clmstate.replay.plots import bars, share
    from clmstate.replay.sources import read_any

    if asked.options.money is None:
        raise InputError(
            [Diagnostic("CLM343", "clmstate fleet", "no column says what a customer is worth", "name it with --money")]
        )
    first, last = (round(_us(at)) for at in asked.done.views.span())
    since = (first + last) // 2 if asked.options.since is None else date_option(asked.options.since, "clmstate fleet --since")
    options = asked.options
    log = read_any(asked.model.what, options.log, ignore=options.ignore, tables=options.tables)
    found = retained(asked.done, log.rows, options.money, since, last)
    table = pl.DataFrame([{**attrs.asdict(found), "nrr": found.nrr, "grr": found.grr}])

    def plot() -> str:
        told = [("before", found.before, None), ("kept, without growth", found.kept, found.grr), ("after", found.after, found.nrr)]
        named = ("", "GRR", "NRR")
        values = [
            (label if rate is None else f"{label} ({name} {share(rate)})", {"value": value})
            for (label, value, rate), name in zip(told, named, strict=True)
        ]
        when = f"from {show_instant(since)} to {show_instant(last)}"
        return bars(f"What {found.customers:,} customers are worth", values, note=when)

    return "Net and gross revenue retention of those who were customers then", table, plot


def population_picture(found: Population, shape: Shape, kind: str, since: int | None) -> Drawing:
    """The population of a fleet as a picture.

    Example:
        >>> population_picture.__name__
        'population_picture'
    """
    from clmstate.drawing import population
    from clmstate.drawing.whereabouts import day

    part = shape.parts[kind.replace("/", ".")]
    period = "" if since is None else f"since {day(dt.date.fromisoformat(show_instant(since)[:10]))}"
    return population(
        part.definition,
        found.counts,
        changes=found.changes,
        flows=found.flows,
        standings=found.standings,
        period=period,
        who=kind.rpartition("/")[2].replace("_", " ") if part.way.many else "customers",
    )


def _population(asked: _Asked) -> View:
    from clmstate.replay.population import population_of

    since = None if asked.options.since is None else date_option(asked.options.since, "clmstate fleet --since")
    found = population_of(asked.done, asked.kind, since)

    def plot() -> str:
        return population_picture(found, asked.done.shape, asked.kind, since).svg()

    table = found.table()
    moved = "" if since is None else f", and the change since {show_instant(since)}"
    return f"Where they stand{moved}", table.with_columns(table["phase"].replace(_labels(asked))), plot


VIEWS: Final[Mapping[str, Callable[[_Asked], View]]] = {
    "population": _population,
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
