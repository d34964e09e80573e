"""How long customers really stay in each phase, and how much that differs from one to the next."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, Final

import attrs

from clmstate.composition import Composition
from clmstate.gaps.alive import lives
from clmstate.gaps.parts import Part, parts_of
from clmstate.lifecycle import Lifecycle
from clmstate.replay import Log, Step, play
from clmstate.replay.shape import shape_of

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
    """What replayed customers tell about a lifecycle, or about all lifecycles of a composition.

    Attributes:
        customers: how many there are.
        stays: by phase; phases, risks and gaps of a part are named with it (``contract.onboarding``), and its members are counted.
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

    def of(self, part: Part) -> Seen:
        """The same of one part alone, as if it were the whole."""
        start = part.place("")
        own = len(start)
        return attrs.evolve(
            self,
            stays={path[own:]: stays for path, stays in self.stays.items() if path.startswith(start)},
            signs={(risk[own:], path[own:]): who for (risk, path), who in self.signs.items() if path.startswith(start)},
            gaps={gap[own:]: who for gap, who in self.gaps.items() if gap.startswith(start)},
        )


def seen_in(model: type[Lifecycle] | type[Composition], log: Log) -> Seen:
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
    watch = _Watch(model)
    for step in play(model, log):
        watch.see(step)
    return watch.told(len(log.rejected))


class _Watch:
    """Follows every part of every customer from phase to phase; a lifecycle on its own is one part, whose path is ""."""

    def __init__(self, model: type[Lifecycle] | type[Composition]) -> None:
        self.definition, self.shape = model.definition, shape_of(model)
        self.parts = {part.path: part for part in parts_of(model)}
        self.since: dict[str, dict[str, tuple[str, int]]] = defaultdict(dict)
        self.lengths: dict[str, list[float]] = defaultdict(list)
        self.signs: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self.gaps: dict[str, dict[str, None]] = defaultdict(dict)
        self.rejected = 0

    def see(self, step: Step) -> None:
        here = dict(lives(step.life, self.definition))
        since = self.since[step.customer]
        for address in here:
            since.setdefault(address, (self.parts[self.part(address)].definition.initial, step.at_us))
        for move in step.moves:
            if not move.stayed and move.part in since:
                self.leave(step, move.part)
                since[move.part] = (move.target.path, step.at_us)
        moved = {move.part for move in step.moves}
        for address, life in here.items():
            if address not in moved:
                since[address] = (life.phase.path, since[address][1])  # where a @start has placed it
            self.shown(step, address, life)
        for address in since.keys() - here.keys():  # whoever has left the customer has left the phase
            self.leave(step, address)
            del since[address]
        self.rejected += len(step.rejected)

    def leave(self, step: Step, address: str) -> None:
        path, entered = self.since[step.customer][address]
        if step.at_us > entered:  # whoever only passes through has not stayed
            self.lengths[self.place(address, path)].append((step.at_us - entered) / _DAY)

    def shown(self, step: Step, address: str, life: Any) -> None:
        who = f"{step.customer}, {address}" if "/" in address else step.customer
        for risk in life.warning_signs:
            self.signs[self.place(address, risk.name), self.place(address, life.phase.path)][who] = None
        for gap in life.open_gaps:
            self.gaps[self.place(address, gap.name)][who] = None

    def part(self, address: str) -> str:
        return self.shape.part_at(address)

    def place(self, address: str, name: str) -> str:
        return self.parts[self.part(address)].place(name)

    def told(self, rejected: int) -> Seen:
        standing = Counter(self.place(at, path) for parts in self.since.values() for at, (path, _) in parts.items())
        places = [part.place(path) for part in self.parts.values() for path in part.definition.phases]
        return Seen(
            len(self.since),
            {place: Stays(tuple(sorted(self.lengths[place])), standing[place]) for place in places},
            {where: tuple(who) for where, who in self.signs.items()},
            {name: tuple(who) for name, who in self.gaps.items()},
            rejected + self.rejected,
        )
