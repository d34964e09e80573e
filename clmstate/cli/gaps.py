"""``clmstate gaps``: the gap analysis of a lifecycle in four steps, pinned to the first year."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from clmstate.cli.columns import shared_out
from clmstate.cli.models import load_one
from clmstate.cli.options import MODEL_HELP
from clmstate.cli.saving import check_ending, tell_saved
from clmstate.cli.screen import Screen
from clmstate.writing import write

if TYPE_CHECKING:
    from rich.table import Table

    from clmstate.gaps import GapAnalysis

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate gaps``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument("--team", metavar="FILE", help="what the team says: .csv or .yaml")
    parser.add_argument("--log", metavar="LOG", help="a log of customers: how long phases really take, whose signs are on")
    parser.add_argument(
        "--ignore", metavar="COLUMN", action="append", default=[], help="pass over a column of the log (repeatable)"
    )
    parser.add_argument(
        "--rises", metavar="SIGNAL", help="ask whether this signal rises from phase to phase, in rules and in the log"
    )
    parser.add_argument("--anonymous", action="store_true", help="leave out who said what")
    parser.add_argument("--md", action="store_true", help="print Markdown, for a wiki or a pull request")
    parser.add_argument("--pptx", metavar="FILE", help="write slides")


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Prints the gap analysis of one lifecycle.

    Example:
        >>> from clmstate.cli import main
        >>> main(["gaps", "no_such_model.py"])
        2
    """
    named = load_one(options.model, command="clmstate gaps")
    model = named.what
    if options.pptx is not None:
        check_ending(Path(options.pptx), (".pptx",))
    from clmstate.gaps import gap_analysis, markdown, read_team_input, rise_in_log, rise_in_rules, seen_in

    seen = said = None
    rises = [] if options.rises is None else [("rules ask for at least", rise_in_rules(named.lifecycle, options.rises))]
    if options.team is not None:
        said = read_team_input(options.team, model.definition)
    if options.log is not None:
        from clmstate.replay.sources import read_any

        with screen.progress(f"reading {options.log}") as progress:
            log = read_any(model, options.log, ignore=options.ignore, progress=progress)
        seen = seen_in(model, log)
        if options.rises is not None:
            rises.append(("customers have on average", rise_in_log(named.lifecycle, log, options.rises)))
    analysis = gap_analysis(model, said, seen, anonymous=options.anonymous, rises=rises)
    if options.pptx is not None:
        from clmstate.cli.gap_slides import gap_slides

        write(options.pptx, gap_slides(analysis))
        tell_saved(screen, named, Path(options.pptx))
    elif screen.as_json:
        screen.json({"ok": True} | analysis.as_data())
    elif options.md:
        screen.line(markdown(analysis).rstrip())
    else:
        _show(analysis, screen)
        if seen is not None and seen.rejected:
            screen.line(f" {seen.rejected} rows of the log were not used; clmstate walk says why")
    return 0


def _show(analysis: GapAnalysis, screen: Screen) -> None:
    from rich.text import Text

    title = Text.assemble(" Gap analysis: ", (analysis.title, "bold"))
    if analysis.customers is not None:
        title.append(f"  {analysis.customers} replayed customer{'' if analysis.customers == 1 else 's'}", "dim")
    screen.line()
    screen.show(title)
    _current(analysis, screen)
    _team(analysis, screen)
    _risks(analysis, screen)
    _gaps(analysis, screen)
    _year(analysis, screen)


def _table(screen: Screen, *columns: tuple[str, int]) -> Table:
    from rich import box
    from rich.table import Table

    style = box.SIMPLE_HEAD if screen.marks.met == "✓" else box.ASCII
    table = Table(box=style, pad_edge=False, expand=True, header_style="dim")
    for name, ratio in columns:
        table.add_column(name, ratio=ratio, overflow="fold")
    return table


def _head(screen: Screen, number: int, said: str) -> None:
    from rich.text import Text

    screen.line()
    screen.show(Text.assemble((f" {number} ", "bold reverse"), (f" {said}", "bold")))


def _remark(screen: Screen, what: str, text: str, style: str = "yellow") -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=26)
    grid.add_row(Text(what, style), Text(text))
    screen.show(Padding(grid, (0, 1)))


def _rows(table: Table, screen: Screen, otherwise: str = "") -> None:
    """A table, or what is said instead of one without rows."""
    from rich.padding import Padding
    from rich.text import Text

    if table.row_count:
        screen.show(Padding(shared_out(table, screen.console, screen.console.width - 2), (0, 1), expand=False))
    else:
        screen.show(Padding(Text(otherwise), (0, 3), expand=False))


def _current(analysis: GapAnalysis, screen: Screen) -> None:
    from rich.text import Text

    _head(screen, 1, "How things are")
    table = _table(screen, ("Phase", 4), ("Owner", 4), ("Expected", 4), ("Really", 6), ("Goal", 8))
    for phase in analysis.phases:
        stays = phase.stays
        really = Text("" if stays is None else str(stays), "yellow" if stays is not None and stays.variable else "")
        if stays is not None and stays.open:
            really.append(f"\n{stays.open} still there", "dim")
        table.add_row(
            Text(analysis.phase_label(phase.path), "bold"), phase.owner, phase.expected, really, Text(phase.goal, "italic dim")
        )
    _rows(table, screen)
    for concern in analysis.concerns:
        if not concern.asked:
            _remark(screen, concern.question, "not asked yet: give --log", "dim")
        else:
            _remark(screen, concern.question, "\n".join(concern.where) or "nothing found", "yellow" if concern.open else "green")
    for of, label, rise, said in analysis.rising():
        _remark(screen, f"Does '{label}' rise?", f"{of}: {said}", "green" if rise.holds else "yellow")
    for what, findings in (("Touchpoints", analysis.touchpoints), ("Too late", analysis.late)):
        if findings:
            _remark(screen, what, "\n".join(findings))
    if analysis.unread:
        _remark(screen, "Nothing reads what these leave behind", "\n".join(analysis.unread), "dim")
    if analysis.build_next:
        _remark(screen, "Build next", analysis.build_next)


def _team(analysis: GapAnalysis, screen: Screen) -> None:
    from rich.text import Text

    _head(screen, 2, "What the team says")
    if analysis.said is None:
        screen.line("   Nobody was asked yet: give --team a file with team, interval, kind and text.")
        return
    table = _table(screen, ("Interval", 4), ("Kind", 3), ("Observation", 12), ("Phase", 4), ("Who", 4))
    styles = {"pain point": "yellow", "risk": "red", "strength": "green"}
    order = {each: number for number, each in enumerate(analysis.intervals)}
    said = sorted(analysis.said, key=lambda one: order[one.interval] if one.interval in order else len(order))
    for one in said:
        who = ", ".join(filter(None, (one.person, one.team)))
        table.add_row(
            one.interval.name if one.interval else "always",
            Text(one.kind, styles[one.kind]),
            one.text,
            analysis.phase_label(one.phase),
            Text(who, "dim"),
        )
    _rows(table, screen)
    for hot in analysis.hot:
        place = f"{hot.where or 'no particular phase'}, {hot.interval.name if hot.interval else 'always'}"
        _remark(screen, "Improve soon", f"{place}: {hot.number} pains and risks")
    if analysis.unheard:
        _remark(screen, "Not heard yet", ", ".join(analysis.unheard))


def _risks(analysis: GapAnalysis, screen: Screen) -> None:
    from rich.text import Text

    _head(screen, 3, "Risks: what a customer at risk looks like")
    table = _table(screen, ("Phase", 4), ("Risk", 6), ("Warning sign", 8), ("What we do", 8), ("Seen at", 4))
    told: set[tuple[str, str]] = set()
    for phase in analysis.risks:
        for number, sign in enumerate(phase.signs):
            shown = Text(sign.sign) if sign.sign else Text("nothing shows it", "red")
            do = Text.assemble((", ".join(sign.risk.mitigation), "dim"), "\n" if sign.plays else "", "\n".join(sign.plays))
            if (phase.part, sign.risk.name) in told:
                do = Text("as above", "dim")
            told.add((phase.part, sign.risk.name))
            seen = "" if sign.customers is None else ", ".join(sign.customers[:3]) or "nobody"
            more = "" if sign.customers is None or len(sign.customers) <= 3 else f" and {len(sign.customers) - 3} more"
            when = Text(f"\n{sign.interval.name}" if sign.interval else "", "dim")
            table.add_row(
                Text("" if number else analysis.phase_label(phase.path), "bold"),
                Text(sign.risk.label) + when,
                shown,
                do,
                seen + more,
            )
    _rows(table, screen, "The model names no risks yet: say in it what a customer at risk looks like, with Risk(...).")
    if analysis.unwatched:
        _remark(screen, "Nothing would warn us in", ", ".join(analysis.unwatched), "red")


def _gaps(analysis: GapAnalysis, screen: Screen) -> None:
    from rich.text import Text

    _head(screen, 4, "Success gaps: it works, and they do not succeed")
    table = _table(screen, ("Gap", 6), ("We say", 5), ("They say", 5), ("Plan", 7), ("While open it costs", 6), ("Open at", 4))
    for gap in analysis.gaps:
        when = Text(f"\n{gap.interval.name}" if gap.interval else "", "dim")
        who = "" if gap.customers is None else ", ".join(gap.customers[:3]) or "nobody"
        table.add_row(
            Text(f"{gap.part}: " if gap.part else "", "bold") + Text(gap.gap.label) + when,
            Text(gap.gap.ours, "dim"),
            gap.gap.theirs,
            Text(gap.gap.plan) if gap.gap.plan else Text("none yet", "red"),
            Text(gap.gap.cost) if gap.gap.cost else Text("unknown", "red"),
            who,
        )
    _rows(
        table,
        screen,
        "The model names no success gaps yet: say in it who uses the product and yet does not succeed, with SuccessGap(...).",
    )


def _year(analysis: GapAnalysis, screen: Screen) -> None:
    from rich.text import Text

    screen.line()
    screen.show(Text(" The first year", "bold"))
    table = _table(screen, ("Interval", 5), ("What the team says", 12), ("Warning signs", 8), ("Success gaps", 8))
    for interval in (*analysis.intervals, None):
        pinned = analysis.pinned(interval)
        if pinned:
            heard = [*pinned.get("pain point", ()), *pinned.get("risk", ()), *pinned.get("strength", ())]
            cells = ("\n".join(heard), "\n".join(pinned.get("warning sign", ())), "\n".join(pinned.get("success gap", ())))
            name = "always" if interval is None else interval.name
            days = "" if interval is None else f"\nday {interval.days.least:g} to {interval.days.most:g}"
            table.add_row(Text.assemble((name, "bold"), (days, "dim")), *cells)
    _rows(table, screen, "Nothing is pinned to an interval yet.")
