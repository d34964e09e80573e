"""The run: find the contestants, make them agree, time them in turn, weigh them, judge, and write it down."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
from datetime import UTC, datetime
from functools import partial
from importlib import metadata
from operator import methodcaller
from pathlib import Path

import attrs
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from . import ours, peer_nobody, peer_plain, peer_statemachine, peer_transitions, traffic, xstate
from .composed import Composed
from .composed import Size as ComposedSize
from .contest import Contestant, Disagreement, PythonContestant, Traffic, agree, interleaved, moving_share
from .costs import Costs, Startup, costs, help_time, import_time, loaded
from .fleet_figures import Fleets
from .fleet_figures import Size as FleetSize
from .report import Results, page, show
from .verdict import (
    CALM,
    FLAT_TRANSITIONS,
    RESTLESS,
    STATEMACHINE,
    UNWANTED,
    XSTATE,
    Samples,
    composed_targets,
    fleet_targets,
    targets,
)

__all__ = ["main"]

ROOT = Path(__file__).resolve().parents[2]
CALM_WORDS = "three signals every week, contracts over three years, a bad spell now and then."
RESTLESS_WORDS = "only what changed since the last report is given, every week; yearly contracts, health and expansion plans that flip, idle months, notices given and taken back."


WIDE = 140  # where the output goes into a file, nothing needs to be wrapped


@attrs.frozen
class Size:
    """How much is measured."""

    customers: int
    weeks: int
    repetitions: int
    processes: int
    composed: ComposedSize
    fleets: FleetSize


FULL = Size(
    20,
    520,
    11,
    15,
    ComposedSize(observations=25_000, repetitions=11, many=100_000, readers=(1, 10, 100, 1_000, 10_000)),
    FleetSize(),
)
QUICK = Size(3, 260, 3, 3, ComposedSize(observations=2_000, repetitions=3, many=2_000, readers=(1, 10, 100)), FleetSize.of(2_000))


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(description="Measure clmstate beside its peers, in one run.")
    parser.add_argument("--quick", action="store_true", help="a smoke run of some seconds; its figures are not worth quoting")
    parser.add_argument("--out", type=Path, help="the page to write (docs/performance.md; with --quick build/performance.md)")
    parser.add_argument("--repetitions", type=int, help="how often everybody takes a turn")
    parser.add_argument(
        "--customers", type=int, help="of the largest fleet, each with 52 weeks (1,000,000; the verdicts ask for that many)"
    )
    chosen = parser.parse_args(arguments)
    size = QUICK if chosen.quick else FULL
    if chosen.repetitions is not None:
        turns = max(1, chosen.repetitions)
        size = attrs.evolve(size, repetitions=turns, composed=attrs.evolve(size.composed, repetitions=turns))
    if chosen.customers is not None:
        size = attrs.evolve(size, fleets=FleetSize.of(max(2, chosen.customers)))
    out = chosen.out or ROOT / ("build/performance.md" if chosen.quick else "docs/performance.md")

    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDE)
    try:
        results = _measure(size, console)
    except Disagreement as error:
        raise SystemExit(f"Nothing was measured: {error}") from error
    show(results, console)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(results), encoding="utf-8")
    console.print(f"Written: {os.path.relpath(out)}")


def _measure(size: Size, console: Console) -> Results:
    load = _load()
    mine, why = ours.contestants()
    node, about = xstate.find(ROOT / "build")
    plain = PythonContestant("if-chain without a library", peer_plain)
    python = [*mine, *_peers(), plain]
    everybody: list[Contestant] = [*python, *([node] if node is not None else [])]
    absent = [why] * (not mine) + [f"{XSTATE}: {about}"] * (node is None)
    kinds = {
        CALM: Traffic(CALM, CALM_WORDS, traffic.calm(size.customers, size.weeks)),
        RESTLESS: Traffic(RESTLESS, RESTLESS_WORDS, traffic.restless(size.customers, size.weeks)),
    }
    total = len(kinds) * (len(everybody) * (1 + size.repetitions) + size.repetitions) + len(python)
    total += (2 + Composed.steps(size.composed) + Fleets.steps()) * bool(mine)
    with _Progress(console, total) as progress:
        for kind in kinds.values():
            expected = plain.phases(kind)
            for contestant in everybody:
                progress.tell(f"agreement, {kind.name}", contestant.label)
                agree(contestant, expected, kind)
        samples, loop = _race(everybody, kinds, size.repetitions, progress)
        weighed = _weigh([one for one in python if one.prepares is None], kinds[CALM], size.repetitions, progress)
        imported, unwanted, helped = _startup(bool(mine), size.processes, progress)
        whole = Composed.measured(size.composed, progress.tell) if mine else None
        fleets = Fleets.measured(size.fleets, progress.tell) if mine else None
    moving = {name: moving_share(plain, kind) for name, kind in kinds.items()}
    return Results(
        traffics=kinds,
        moving=moving,
        samples=samples,
        loop=loop,
        costs=weighed,
        imported=imported,
        helped=helped,
        composed=whole,
        fleets=fleets,
        targets=[*targets(samples, moving, imported, unwanted, helped), *composed_targets(whole), *fleet_targets(fleets)],
        absent=absent,
        facts=[*_facts([about] if node is not None else []), *([f"{load} at the beginning, {_load()} at the end"] if load else [])],
        repetitions=size.repetitions,
    )


def _peers() -> list[PythonContestant]:
    return [
        PythonContestant(STATEMACHINE + "named event", peer_statemachine),
        PythonContestant(STATEMACHINE + "eventless", peer_statemachine, methodcaller("eventless_maker")),
        PythonContestant(FLAT_TRANSITIONS, peer_transitions),
        PythonContestant("transitions, nested", peer_transitions, methodcaller("nested_maker")),
    ]


def _race(
    everybody: list[Contestant], kinds: dict[str, Traffic], repetitions: int, progress: _Progress
) -> tuple[dict[str, Samples], dict[str, float]]:
    nobody = PythonContestant("the loop itself", peer_nobody)
    samples: dict[str, Samples] = {}
    loop: dict[str, float] = {}
    for name, kind in kinds.items():
        found = interleaved([*everybody, nobody], kind, repetitions, partial(progress.tell, name))
        loop[name] = statistics.median(sample.cpu / sample.observations for sample in found.pop(nobody.label))
        samples[name] = found
    return samples, loop


def _weigh(python: list[PythonContestant], kind: Traffic, repetitions: int, progress: _Progress) -> dict[str, Costs]:
    found = {}
    for contestant in python:
        progress.tell("costs", contestant.label)
        found[contestant.label] = costs(contestant, kind, repetitions)
    return found


FIRST_NAMES = "from clmstate import Event, Lifecycle, Phase, Signal, Team, Threshold, Touchpoint, unless"
"""What a model begins with: public names load when somebody asks for one."""


def _startup(
    present: bool, processes: int, progress: _Progress
) -> tuple[tuple[float, float] | None, list[str] | None, Startup | None]:
    if not present:
        return None, None, None
    progress.tell("import clmstate")
    imported = import_time("import clmstate", processes), import_time(FIRST_NAMES, processes)
    progress.tell("clmstate --help")
    return imported, loaded(FIRST_NAMES, UNWANTED), help_time(processes)


def _facts(extra: list[str]) -> list[str]:
    libraries = ["attrs", "python-statemachine", "transitions"]
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in libraries)
    return [
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} processors ({platform.machine()}), {platform.system()}",
        f"{platform.python_implementation()} {platform.python_version()}, {versions}",
        *extra,
    ]


def _load() -> str:
    """How many programs wanted a processor in the last minute; Windows does not tell."""
    return f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""


class _Progress:
    """One line that says what is being measured."""

    def __init__(self, console: Console, total: int) -> None:
        columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
        self._progress = Progress(*columns, console=console, transient=True)
        self._task = self._progress.add_task("", total=total, completed=-1)

    def __enter__(self) -> _Progress:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def tell(self, what: str, who: str = "") -> None:
        """The step before is done, this one begins."""
        self._progress.update(self._task, advance=1, description=f"{what}: {who}" if who else what)
