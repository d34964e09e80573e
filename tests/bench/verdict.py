"""What must be reached, and whether it was: each target judged on the medians of this one run, met or not."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import attrs

from .composed import PRODUCTS, RANDOM, SOME, TURN, Composed
from .contest import Sample
from .costs import Startup
from .fleet_figures import CHARTS, FLAT, FOUND, HALF, MIXED, MIXED_PARQUET, PARQUET, WHOLE, Fleets
from .ours import COMPILED, LIVE

__all__ = [
    "CALM",
    "FLAT_TRANSITIONS",
    "RESTLESS",
    "STATEMACHINE",
    "UNWANTED",
    "XSTATE",
    "Samples",
    "Target",
    "composed_targets",
    "fleet_targets",
    "ratio",
    "targets",
]

CALM, RESTLESS = "calm", "restless"
FLAT_TRANSITIONS = "transitions, flat"
STATEMACHINE = "python-statemachine, "  # what the labels of its variants begin with
XSTATE = "XState 5, actors"

UNWANTED = ["graphviz", "networkx", "numpy", "polars", "pytest", "statemachine", "z3"]  # `import clmstate` does without

Samples = dict[str, list[Sample]]  # of one traffic, by contestant


@attrs.frozen
class Target:
    """One line of the verdict; `met` is None where it could not be measured."""

    what: str
    wanted: str
    found: str
    met: bool | None

    @property
    def word(self) -> str:
        return {True: "met", False: "NOT met", None: "not measured"}[self.met]


def ratio(mine: list[Sample], theirs: list[Sample]) -> float:
    """How many times as fast: the median over repetitions of the ratio within one repetition."""
    return statistics.median(one.rate / other.rate for one, other in zip(mine, theirs, strict=True))


def targets(
    found: dict[str, Samples],
    moving: dict[str, float],
    imported: tuple[float, float] | None,
    unwanted: list[str] | None,
    helped: Startup | None,
) -> Iterator[Target]:
    """All targets, in the order of the report; `found` holds the samples by traffic, `moving` the shares that move."""
    yield Target("calm traffic: few observations move", "at most 3 %", f"{moving[CALM]:.1%}", moving[CALM] <= 0.03)
    yield Target("restless traffic: many do", "38 to 44 %", f"{moving[RESTLESS]:.1%}", 0.38 <= moving[RESTLESS] <= 0.44)
    yield _rate("compiled, three signals given, few moves", found[CALM], 1_000_000)
    yield _rate("compiled, about 40 % of the observations move", found[RESTLESS], 700_000)
    for name, samples in found.items():
        yield _times(f"compiled against transitions, {name}", samples, COMPILED, FLAT_TRANSITIONS, 10)
    for name, samples in found.items():
        yield _times(f"compiled against XState 5, {name}", samples, COMPILED, XSTATE, 1)
    for name, samples in found.items():
        yield _live(name, samples)
    yield _seconds("import clmstate, processor time", None if imported is None else imported[0], 0.100)
    yield _seconds("and the names that a model begins with", None if imported is None else imported[1], 0.100)
    words = "none of " + ", ".join(UNWANTED)
    brought = None if unwanted is None else not unwanted
    yield Target("import clmstate, what it loads", words, "" if unwanted is None else ", ".join(unwanted) or "none", brought)
    yield _seconds("clmstate --help, wall time", None if helped is None else helped.wall, 0.300)


def composed_targets(found: Composed | None) -> Iterator[Target]:
    """The targets for whole customers."""
    if found is None:
        yield Target("a whole customer", "all of its targets", "", None)
        return
    middle, rates = found.middle, found.samples
    moving = max(found.moving.values())
    yield Target("whole customers: few observations move", "at most 10 %", f"{moving:.1%}", moving <= 0.1)
    what = f"a whole customer, {SOME} users and {PRODUCTS} products"
    rate = statistics.median(sample.rate for sample in rates[middle])
    yield Target(what, "at least 150,000 observations/s", f"{rate:,.0f}", rate >= 150_000)
    asked = max(found.asked.values())
    yield Target("phase functions asked per observation, all sizes", "at most 1.3", f"{asked:.2f}", asked <= 1.3)
    for picked in (RANDOM, TURN):
        many, few = (found.labelled(many=many, picked=picked) for many in (True, False))
        share = ratio(rates[many], rates[few])
        words = f"{many.replace(f', {picked}', '')} against {few.replace(f', {picked}', '')}, {picked}"
        yield Target(words, "at least 0.7 of the rate", f"{share:.2f}", share >= 0.7)
    slowest = max(found.built.values())
    yield _seconds(f"a live customer with {SOME} users, built in the slowest way", slowest, 0.5)


def fleet_targets(found: Fleets | None) -> Iterator[Target]:
    """The targets for fleets in columns."""
    if found is None:
        yield Target("fleets in columns", "all of their targets", "", None)
        return
    wanted = {FOUND: 12.0, PARQUET: 6.0, MIXED: 1.5, MIXED_PARQUET: 1.5, WHOLE: 4.0}
    for what, millions in wanted.items():
        rate = found.figures[what].rate / 1e6
        yield Target(f"columns, {what}", f"at least {millions:g} million rows/s per core", f"{rate:.1f}", rate >= millions)
    for peer, times in ((CHARTS, 1000), (FLAT, 80)):
        faster = found.times(peer)
        yield Target(f"columns against {peer}", f"at least {times:,} times as fast", f"{faster:,.0f} times", faster >= times)
    whole, half = found.figures[PARQUET], found.figures[HALF]
    words = f"under 1,000 MB for {whole.rows // 52:,} customers x 52 weeks"
    yield Target("columns, from Parquet: memory", words, f"{whole.peak:,.0f} MB", whole.peak < 1000)
    more = whole.peak / half.peak
    yield Target("columns, twice the customers", "at most 1.3 times the memory", f"{more:.2f} times", more <= 1.3)


def _rate(what: str, samples: Samples, wanted: float) -> Target:
    words = f"at least {wanted:,.0f} observations/s"
    if COMPILED not in samples:
        return Target(what, words, "", None)
    found = statistics.median(sample.rate for sample in samples[COMPILED])
    return Target(what, words, f"{found:,.0f}", found >= wanted)


def _times(what: str, samples: Samples, mine: str, theirs: str, wanted: float) -> Target:
    words = f"at least {wanted:g} times as fast" if wanted != 1 else "faster"
    if mine not in samples or theirs not in samples:
        return Target(what, words, "", None)
    found = ratio(samples[mine], samples[theirs])
    return Target(what, words, f"{found:.1f} times", found >= wanted if wanted != 1 else found > 1)


def _live(name: str, samples: Samples) -> Target:
    """Against the faster of the hand-written charts."""
    what, words = f"live against the fastest hand-written python-statemachine, {name}", "at most 1.0 times its time"
    theirs = [label for label in samples if label.startswith(STATEMACHINE)]
    if LIVE not in samples or not theirs:
        return Target(what, words, "", None)
    found = max(ratio(samples[label], samples[LIVE]) for label in theirs)
    return Target(what, words, f"{found:.2f} times", found <= 1)


def _seconds(what: str, found: float | None, wanted: float) -> Target:
    words = f"under {wanted * 1000:.0f} ms"
    return Target(what, words, "", None) if found is None else Target(what, words, f"{found * 1000:.0f} ms", found < wanted)
