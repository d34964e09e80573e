"""The results as tables on the terminal and as the page in docs/; one description of each table, two ways to write it."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator

import attrs
from rich.console import Console
from rich.table import Table

from .composed import A_DAY, MIX, PRODUCTS, SOME, Composed
from .contest import Sample, Traffic
from .costs import Costs, Startup
from .fleet_figures import Fleets
from .ours import COMPILED
from .verdict import CALM, FLAT_TRANSITIONS, Samples, Target, ratio

__all__ = ["Results", "page", "show"]


@attrs.frozen
class Results:
    """All that one run found."""

    traffics: dict[str, Traffic]
    moving: dict[str, float]
    samples: dict[str, Samples]
    loop: dict[str, float]  # seconds per observation that the loop itself takes, by traffic
    costs: dict[str, Costs]
    imported: tuple[float, float] | None
    helped: Startup | None
    composed: Composed | None
    fleets: Fleets | None
    targets: list[Target]
    absent: list[str]
    facts: list[str]
    repetitions: int


@attrs.frozen
class Grid:
    """A table: title, heads, rows of text; the first column is text, the others are figures."""

    title: str
    heads: list[str]
    rows: list[list[str]]
    figures: bool = True


def show(results: Results, console: Console) -> None:
    """Print everything."""
    for grid in _grids(results):
        table = Table(title=grid.title, title_justify="left", title_style="bold")
        for number, head in enumerate(grid.heads):
            table.add_column(head, justify="right" if number and grid.figures else "left")
        for row in grid.rows:
            style = "red" if "NOT met" in row else "bold" if row[0].startswith("clmstate") else None
            table.add_row(*row, style=style)
        console.print(table)
    for line in results.absent:
        console.print(f"[yellow]Absent:[/] {line}")


def page(results: Results) -> str:
    """The page as Markdown."""
    verdict, *rest = _grids(results)
    absent = "".join(f"\nAbsent from this run: {line}.\n" for line in results.absent)
    return "\n".join(
        [
            "# Performance",
            "",
            "<!-- written by `make bench`; do not edit -->",
            "",
            "Measured in one run, everybody side by side and in turn, on the model that the documentation uses.",
            "",
            *(f"- {fact}" for fact in results.facts),
            absent,
            *_markdown(verdict),
            *(line for grid in rest for line in _markdown(grid)),
            _TRAFFIC.format(mix=MIX, a_day=A_DAY, **{f"{name}_words": _words(results, name) for name in results.traffics}),
            _METHOD.format(
                repetitions=results.repetitions,
                loops=", ".join(f"{seconds * 1e9:.0f} ns ({name})" for name, seconds in results.loop.items()),
            ),
        ]
    )


def _markdown(grid: Grid) -> Iterator[str]:
    yield f"## {grid.title}"
    yield ""
    yield f"| {' | '.join(grid.heads)} |"
    yield f"|---|{('---:|' if grid.figures else '---|') * (len(grid.heads) - 1)}"
    for row in grid.rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _grids(results: Results) -> Iterator[Grid]:
    rows = [[target.what, target.wanted, target.found or "-", target.word] for target in results.targets]
    yield Grid("Targets", ["what", "wanted", "found", "verdict"], rows, figures=False)
    for name, samples in results.samples.items():
        yield _speeds(f"Observations per second, {name} traffic ({results.moving[name]:.1%} of the observations move)", samples)
    yield _costs(results.costs, len(results.traffics[CALM].fleet[0]))
    if results.composed is not None:
        yield from _composed(results.composed)
    if results.fleets is not None:
        yield _fleets(results.fleets)
    if startup := list(_startup(results)):
        yield Grid("Start-up", ["command", "processor time", "wall time"], startup)


def _speeds(title: str, samples: Samples) -> Grid:
    base = COMPILED if COMPILED in samples else FLAT_TRANSITIONS
    rows = [
        [
            label,
            *_middle(sample.rate for sample in taken),
            f"{_median(s.wall_rate for s in taken):,.0f}",
            _ratio(samples[base], taken),
        ]
        for label, taken in samples.items()
    ]
    rows.sort(key=lambda row: -float(row[1].replace(",", "")))
    return Grid(title, ["who", "per processor second", "middle half", "per wall second", f"{base} is x times as fast"], rows)


def _ratio(base: list[Sample], taken: list[Sample]) -> str:
    return "1" if base is taken else f"{ratio(base, taken):.2f}"


def _middle(rates: Iterable[float]) -> tuple[str, str]:
    ordered = sorted(rates)
    if len(ordered) < 2:
        return f"{ordered[0]:,.0f}", "-"
    low, middle, high = statistics.quantiles(ordered, n=4, method="inclusive")
    return f"{middle:,.0f}", f"{low:,.0f} to {high:,.0f}"


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


def _costs(costs: dict[str, Costs], weeks: int) -> Grid:
    heads = ["who", "define and start, ms", "one more customer, µs", "bytes, first week", f"bytes, after {weeks} calm weeks"]
    rows = [
        [label, f"{c.definition * 1e3:.2f}", f"{c.instance * 1e6:.1f}", f"{c.fresh_bytes:,.0f}", f"{c.kept_bytes:,.0f}"]
        for label, c in costs.items()
    ]
    return Grid("What a definition and a customer cost", heads, rows)


def _composed(found: Composed) -> Iterator[Grid]:
    rows = [
        [
            label,
            *_middle(sample.rate for sample in taken),
            f"{_median(s.wall_rate for s in taken):,.0f}",
            f"{found.moving[label]:.1%}",
            f"{found.asked[label]:.2f}",
        ]
        for label, taken in found.samples.items()
    ]
    heads = ["who reports", "per processor second", "middle half", "per wall second", "move", "phase functions asked each"]
    yield Grid(f"A whole customer: observations per second, with one contract, {PRODUCTS} products and users", heads, rows)
    heads = ["products that read it", "µs, they look and stay", "µs, they pause or go on", "µs each, look", "µs each, move"]
    rows = [
        [
            f"{down.readers:,}",
            *(f"{seconds * 1e6:,.0f}" for seconds in (down.asked, down.moved)),
            *(f"{seconds * 1e6 / down.readers:.2f}" for seconds in (down.asked, down.moved)),
        ]
        for down in found.downward
    ]
    yield Grid("A port that leads down: what it costs that the contract ends, or goes on", heads, rows)
    rows = [[way, f"{seconds * 1e3:.0f}"] for way, seconds in found.built.items()]
    yield Grid(f"A live customer with {SOME} users and {PRODUCTS} products", ["how it is built", "ms"], rows)


def _fleets(found: Fleets) -> Grid:
    heads = ["what is played", "rows", "million rows per processor second", "per wall second", "at most MB"]
    rows = [
        [
            one.what,
            f"{one.rows:,}",
            *(f"{rate / 1e6:,.{1 if rate > 1e6 else 4}f}" for rate in (one.rate, one.wall_rate)),
            f"{one.peak:,.0f}",
        ]
        for one in found.figures.values()
    ]
    return Grid("Fleets in columns", heads, rows)


def _startup(results: Results) -> Iterator[list[str]]:
    if results.imported is not None:
        yield ["`import clmstate` (the statement)", f"{results.imported[0] * 1e3:.0f} ms", "-"]
        yield ["`from clmstate import Lifecycle, Phase, Signal, ...` (the statement)", f"{results.imported[1] * 1e3:.0f} ms", "-"]
    if results.helped is not None:
        yield ["`clmstate --help` (the whole process)", f"{results.helped.cpu * 1e3:.0f} ms", f"{results.helped.wall * 1e3:.0f} ms"]


def _words(results: Results, name: str) -> str:
    traffic = results.traffics[name]
    return (
        f"{traffic.words} {len(traffic.fleet)} customers, {traffic.observations:,} observations, {traffic.signals:.1f} signals in the mean; "
        f"{results.moving[name]:.1%} of the observations end in another phase than they began"
    )


_TRAFFIC = """## The traffic

Seeded and deterministic: every contestant gets the same keywords in the same order, every customer one observation a week.

- **Calm**: {calm_words}.
- **Restless**: {restless_words}.

Time is a day as ISO text, `"2026-01-12"`, as exports hold it and as the documentation writes it; so are the days that signals
hold. Everybody converts them as they see fit. One row has datetime objects as time (and date objects in signals) instead. The first observation of a customer gives everything. No contract ends, because everything after a final phase is free. Before
anything is timed, every contestant walks all of the traffic, and its phase after each observation must be the same as everybody
else's; a contestant that disagrees stops the run.

A **whole customer** is `models.dynamic.customer`: {mix}. {a_day} observations come in a day. Users are picked at random, or in turn in an
order that was shuffled once; they are the objects that `customer.users[name]` gives, kept, except where they are found by name each time. Customers
of all sizes take turns in one run. A port that leads down costs its readers: each of them is looked at when what it says changes, and
only then. There, the contract is moved out and back by hand; all products read whether it is open, and are cancelled ones (which look and stay) or in
use (which pause, or go on).

**Fleets** are customers of the same Contract with 52 weeks each, three signals every week and a bad spell for one in ten; 3.2 % of the
rows move somebody. Peers get the first customers of the same fleet, in keywords that are made before the clock starts.
"""

_METHOD = """## How it is measured, and in whose favour

Medians over {repetitions} repetitions. Within a repetition everybody takes a turn, the first one rotating; a ratio is the median of the
ratios within one repetition. Customers are made before the clock starts. The garbage collector is on; what is there before the clock starts (modules,
prepared traffic, customers as they begin) is frozen for it, for everybody alike, so that nobody pays for how much traffic is held ready. The verdicts use processor
time, because other programs may share the machine; what the wall clock said stands beside it. All Python contestants run in
the same loop, `observe(**values)` or `send(event, **values)` over prepared keywords; the loop and the call themselves take
{loops} per observation, and are contained in every figure.

- **clmstate** runs as users get it: validation, clocks, milestones and the journey are on. Live makes its chart when somebody asks for it;
  it is judged with the chart open, so that python-statemachine performs every move, and shown without it too.
- **The hand-written peers** validate nothing, keep no journey, milestones, plays or touchpoints, and may assume that nothing is missing after the first
  observation. Whole elapsed days and "for 14 days" are written out by hand. Days
  are kept as plain numbers, each text that was read is remembered. They share their guards, so that libraries are compared, not authors.
- **python-statemachine** is written in both ways that its documentation offers, a named event and eventless transitions, with the
  options that make it faster; live is compared with the faster one.
- **transitions** shares one machine among all customers, its fastest form; the nested form is shown too.
- **XState** runs in its own process, is warmed up on the same traffic for a second first, remembers the days it has read like the other peers, and is judged by the better of
  its processor and wall time.
- **if-chain without a library** is plain Python with the same guards. It can be neither drawn nor proved nor explained; it
  is there to show what the language itself costs.

**Fleets** are played in a process for each line, on one thread, compiled before the clock starts: processor seconds of the whole process,
and the most memory that it ever held. "What was found" is the engine alone: rows go in, moves, lives, milestones and warning signs come out.
"All result tables" is what `replay_frame` and `replay_file` do: reading, sorting where that is needed, and stays, phases and plays as well.

"Define and start" executes the module that defines the chart, makes the first customer and takes its first observation; imports of libraries
are not in it. "One more customer" includes its first observation. Bytes are what Python's allocator holds per customer
(`tracemalloc`); what customers share is not in them.

## Repeat it

    make bench                                     # the whole run; writes this page
    .venv/bin/python tests/bench/run.py --quick    # a smoke run of some seconds; writes build/performance.md
    .venv/bin/python tests/bench/run.py --customers 200000    # smaller fleets
    .venv/bin/python tests/bench/run.py --help
"""
