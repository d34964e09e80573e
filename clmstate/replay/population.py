"""Where a fleet stands and how it moved, phase by phase: the numbers that a picture of the population shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import attrs

from clmstate.replay.frames import pl
from clmstate.replay.run import Replayed
from clmstate.replay.tables import kind_of_part

__all__ = ["Population", "population_of"]

Standing = Literal["good", "watch", "at_risk", "lost"]

_WHO: Final = ["customer", "part", "life"]


@attrs.frozen
class Population:
    """Where a fleet stands, for one kind of part; `clmstate.drawing.population` draws it.

    Attributes:
        counts: how many stand in each phase.
        changes: how much that has changed since an instant; empty if none was asked for.
        flows: how many moved along each transition (since that instant); who moves twice counts once.
        warned: for how many of them a warning sign is in force.
        standings: for phases of good or no standing in which that is so: how many stand well, and how many are to be watched.

    Example:
        >>> Population({"open": 3}, {}, {}, {"open": 1}, {}).table().rows()
        [('open', 3, None, 1)]
    """

    counts: Mapping[str, int]
    changes: Mapping[str, int]
    flows: Mapping[str, int]
    warned: Mapping[str, int]
    standings: Mapping[str, Mapping[Standing, int]]

    def table(self) -> pl.DataFrame:
        """One row for each phase: how many stand there, the change, and for how many a warning sign is in force."""
        rows = [(phase, n, self.changes.get(phase), self.warned.get(phase, 0)) for phase, n in self.counts.items()]
        names = {"phase": pl.String, "customers": pl.Int64, "change": pl.Int64, "with_warning_sign": pl.Int64}
        return pl.DataFrame(rows, schema=names, orient="row")


def population_of(done: Replayed, kind: str = "", since_us: int | None = None) -> Population:
    """Where the lives of one kind of part stand at the end of a replay.

    A customer stands as the phase says ("good" where it says nothing); one with a warning sign in force is to be watched, unless the
    phase says worse.

    Args:
        done: the replay.
        kind: the kind of part, such as `contract`; "" is a lifecycle on its own.
        since_us: since when changes and flows count; by default flows count from the beginning, and there are no changes.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.replay.rows import Log, Row
        >>> from clmstate.replay.run import run
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("contract signed", default=False)
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = open.to(won, when=signed)
        >>> rows = (Row("Acme", 0), Row("Acme", 9, values={"signed": True}), Row("Beta", 0))
        >>> found = population_of(run(Deal, Log("log.csv", rows)), since_us=5)
        >>> found.counts, found.changes, found.flows
        ({'open': 1, 'won': 1}, {'open': -1, 'won': 1}, {'win': 1})
    """
    views = done.views
    counts = _numbers(views.phase_counts(), kind)
    stays = done.tables.stays.with_columns(kind_of_part(done.shape)).filter((pl.col("kind") == kind) & (pl.col("entered_by") != ""))
    changes: dict[str, int] = {}
    if since_us is not None:
        then = _numbers(views.counts_at(since_us), kind)
        changes = {phase: n - then.get(phase, 0) for phase, n in counts.items()}
        stays = stays.filter(pl.col("entered").to_physical() > since_us)
    taken = stays.group_by("entered_by").agg(pl.struct(_WHO).n_unique().alias("lives"))
    flows = {name: int(n) for name, n in taken.sort("entered_by").rows()}
    warned = _warned(done, kind)
    return Population(counts, changes, flows, warned, _standings(done, kind, counts, warned))


def _numbers(counted: pl.DataFrame, kind: str) -> dict[str, int]:
    return {phase: int(n) for phase, n in counted.filter(pl.col("kind") == kind).select("phase", "count").rows()}


def _warned(done: Replayed, kind: str) -> dict[str, int]:
    """By phase, for how many a warning sign is in force."""
    there = done.tables.phases.join(done.tables.signs.select(_WHO).unique(), on=_WHO, how="semi").with_columns(
        kind_of_part(done.shape)
    )
    counted = there.filter(pl.col("kind") == kind).group_by("phase").agg(pl.len()).sort("phase")
    return {phase: int(n) for phase, n in counted.rows()}


def _standings(done: Replayed, kind: str, counts: Mapping[str, int], warned: Mapping[str, int]) -> dict[str, dict[Standing, int]]:
    phases = done.shape.parts[kind.replace("/", ".")].definition.phases
    found: dict[str, dict[Standing, int]] = {}
    for path, sign in warned.items():
        if (phases[path].standing or "good") == "good":
            standing: dict[Standing, int] = {"good": counts[path] - sign, "watch": sign}
            found[path] = {name: n for name, n in standing.items() if n}
    return found
