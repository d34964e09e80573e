"""How long customers really stay in each phase, and how much that differs from one to the next."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import attrs

from clmstate.lifecycle import Lifecycle
from clmstate.replay import Log, play

__all__ = ["Seen", "Stays", "seen_in"]

_DAY: Final = 86_400_000_000

VARIABLE: Final = 3.0
"""Stays are called variable when the longest takes at least so many times as long as the shortest."""


@attrs.frozen
class Stays:
    """The stays of all customers in one phase.

    Attributes:
        days: the length of each finished stay, in days, shortest first.
        open: how many customers are still there at the end of the log.

    Example:
        >>> stays = Stays((20.0, 30.0, 70.0), 1)
        >>> stays.median, stays.variable, str(stays)
        (30.0, True, 'median 30 days, from 20 to 70, 3 stays')
    """

    days: tuple[float, ...] = ()
    open: int = 0

    @property
    def median(self) -> float | None:
        """The middle length in days; None without a finished stay."""
        return statistics.median(self.days) if self.days else None

    @property
    def variable(self) -> bool:
        """Whether the longest took at least three times as long as the shortest (one day at least)."""
        return len(self.days) > 1 and self.days[-1] >= VARIABLE * max(self.days[0], 1.0)

    def __str__(self) -> str:
        if not self.days:
            return "no finished stay"
        number = f"{len(self.days)} stay{'' if len(self.days) == 1 else 's'}"
        spread = "" if len(self.days) == 1 else f", from {self.days[0]:.0f} to {self.days[-1]:.0f}"
        return f"median {self.median:.0f} days{spread}, {number}"


@attrs.frozen
class Seen:
    """What replayed customers tell about a lifecycle.

    Attributes:
        customers: how many there are.
        stays: by phase.
        signs: for each risk and phase (a pair) the customers whose sign was ever on while they were there.
        gaps: for each success gap the customers of whom it was ever open.
        rejected: how many rows of the log were not used.

    Example:
        >>> Seen(0, {}, {}, {}).customers
        0
    """

    customers: int
    stays: Mapping[str, Stays]
    signs: Mapping[tuple[str, str], tuple[str, ...]]
    gaps: Mapping[str, tuple[str, ...]]
    rejected: int = 0


def seen_in(model: type[Lifecycle], log: Log) -> Seen:
    """Plays a log and says how long customers stayed in each phase, whose signs were on and of whom gaps were open.

    A phase that a customer only passes through, in one observation, counts as no stay.

    Example:
        >>> from clmstate import Phase, Signal
        >>> from clmstate.replay import Row
        >>> from clmstate.signals import instant
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("contract signed", default=False)
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = open.to(won, when=signed)
        >>> rows = Row("Acme", instant("2026-01-01")), Row("Acme", instant("2026-01-31"), values={"signed": True})
        >>> str(seen_in(Deal, Log("deals.csv", rows)).stays["open"])
        'median 30 days, 1 stay'
    """
    since: dict[str, tuple[str, int]] = {}
    lengths: dict[str, list[float]] = defaultdict(list)
    signs: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    gaps: dict[str, dict[str, None]] = defaultdict(dict)
    rejected = len(log.rejected)
    for step in play(model, log):
        path, entered = since.setdefault(step.customer, (model.definition.initial, step.at_us))
        for move in step.moves:
            if not move.stayed:
                if step.at_us > entered:  # whoever only passes through has not stayed
                    lengths[path].append((step.at_us - entered) / _DAY)
                path, entered = move.target.path, step.at_us
        if not step.moves:
            path = step.life.phase.path  # where a @start has placed it
        since[step.customer] = (path, entered)
        for risk in step.life.warning_signs:
            signs[risk.name, path][step.customer] = None
        for gap in step.life.open_gaps:
            gaps[gap.name][step.customer] = None
        rejected += len(step.rejected)
    standing = [path for path, _ in since.values()]
    stays = {path: Stays(tuple(sorted(lengths[path])), standing.count(path)) for path in model.definition.phases}
    return Seen(
        len(since),
        stays,
        {where: tuple(who) for where, who in signs.items()},
        {name: tuple(who) for name, who in gaps.items()},
        rejected,
    )
