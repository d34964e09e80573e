"""Who is measured, and how: one loop for everybody, fresh customers before the clock starts, repetitions in turn.

The garbage collector stays on, as in production. It runs once before each sample, and what is there by then (modules, the prepared
traffic, the customers as they begin) is frozen, as servers do after they have started: nobody pays for a neighbour, or for how
large the prepared traffic happens to be. What an observation leaves behind is collected as usual.
Processor time is what the verdicts use, because other programs may share the machine; wall time stands beside it.
"""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import methodcaller
from types import ModuleType
from typing import Any, Protocol

import attrs

from .traffic import Customer, Fleet, Step

__all__ = [
    "Contestant",
    "Disagreement",
    "PythonContestant",
    "Sample",
    "Traffic",
    "agree",
    "frozen",
    "interleaved",
    "moving_share",
    "phase_path",
]

LONG_ENOUGH = 0.2  # seconds per sample: two orders of magnitude above the scheduler's grain
Make = Callable[[], Customer]


@attrs.frozen
class Traffic:
    """Named traffic, and what was counted in it."""

    name: str
    words: str
    fleet: Fleet = attrs.field(repr=False)

    @property
    def observations(self) -> int:
        return sum(map(len, self.fleet))

    @property
    def signals(self) -> float:
        """Mean number of signals in one observation; `at` is not a signal."""
        return sum(len(step.values) - 1 for steps in self.fleet for step in steps) / self.observations


@attrs.frozen
class Sample:
    """One timed walk through the traffic."""

    observations: int
    wall: float
    cpu: float

    @property
    def rate(self) -> float:
        """Observations per second of processor time."""
        return self.observations / self.cpu

    @property
    def wall_rate(self) -> float:
        return self.observations / self.wall


class Contestant(Protocol):
    """Somebody who can walk traffic."""

    @property
    def label(self) -> str: ...

    def phases(self, traffic: Traffic) -> list[str]:
        """The phase after each observation."""
        ...

    def sample(self, traffic: Traffic) -> Sample:
        """One timed walk."""
        ...


@attrs.define
class PythonContestant:
    """A contestant in this process: the module that defines its chart, and how to get from there to what makes customers.

    `prepares` turns a customer's steps into what this contestant is given instead, before the clock starts.
    """

    label: str
    module: ModuleType
    opens: Callable[[ModuleType], Make] = methodcaller("maker")
    prepares: Callable[[list[Step]], list[Step]] | None = None
    _passes: dict[str, int] = attrs.field(factory=dict)

    def maker(self) -> Make:
        """What makes customers; those of one maker may share what their library lets them share."""
        return self.opens(self.module)

    def phases(self, traffic: Traffic) -> list[str]:
        return [phase for _, phase in _walk(self.maker(), self.fleet(traffic))]

    def fleet(self, traffic: Traffic) -> Fleet:
        """The steps as this contestant is given them."""
        return traffic.fleet if self.prepares is None else [self.prepares(steps) for steps in traffic.fleet]

    def sample(self, traffic: Traffic) -> Sample:
        passes = self._passes.get(traffic.name) or self._calibrate(traffic)
        return self._timed(traffic, passes)

    def _calibrate(self, traffic: Traffic) -> int:
        """As many passes through the traffic as make one sample long enough to trust."""
        once = self._timed(traffic, 1).wall
        passes = self._passes[traffic.name] = min(50, max(1, math.ceil(LONG_ENOUGH / once)))
        return passes

    def _timed(self, traffic: Traffic, passes: int) -> Sample:
        fleet = self.fleet(traffic)
        fleets = [_staff(self.maker(), fleet) for _ in range(passes)]
        with frozen():
            cpu, wall = time.process_time(), time.perf_counter()
            for customers in fleets:
                drive(customers, fleet)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        return Sample(passes * traffic.observations, wall, cpu)


@contextmanager
def frozen() -> Iterator[None]:
    """Nothing that is there now is looked at by the garbage collector, until the outermost of these ends."""
    outermost = not gc.get_freeze_count()
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        if outermost:
            gc.unfreeze()


def drive(customers: list[Customer], fleet: Fleet) -> None:
    """The loop that is timed, the same for everybody who speaks Python."""
    for customer, steps in zip(customers, fleet, strict=True):
        observe, send = customer.observe, customer.send
        for event, values in steps:
            if event is None:
                observe(**values)
            else:
                send(event, **values)


def _staff(make: Make, fleet: Fleet) -> list[Customer]:
    return [make() for _ in fleet]


def _walk(make: Make, fleet: Fleet) -> Iterator[tuple[str, str]]:
    """Each observation's phase before and after."""
    for customer, steps in zip(_staff(make, fleet), fleet, strict=True):
        before = phase_path(customer.phase)
        for step in steps:
            drive([customer], [[step]])
            after = phase_path(customer.phase)
            yield before, after
            before = after


def phase_path(phase: Any) -> str:
    """A phase's path, whether the contestant tells it as a string or as a phase."""
    return str(getattr(phase, "path", phase))


def moving_share(contestant: PythonContestant, traffic: Traffic) -> float:
    """The share of observations after which the customer stands in another phase than before."""
    return statistics.fmean(before != after for before, after in _walk(contestant.maker(), contestant.fleet(traffic)))


class Disagreement(AssertionError):
    """Two contestants put a customer into different phases: what they cost cannot be compared."""


def agree(contestant: Contestant, expected: list[str], traffic: Traffic) -> None:
    """Refuse a contestant who does another job.

    Raises:
        Disagreement: with the first customer and observation that differ.
    """
    found = contestant.phases(traffic)
    if found == expected:
        return
    index = next((i for i, (mine, theirs) in enumerate(zip(found, expected, strict=False)) if mine != theirs), len(expected))
    rest = index
    for number, steps in enumerate(traffic.fleet):
        if rest < len(steps):
            step, before = steps[rest], expected[index - 1] if rest else "the start"
            raise Disagreement(
                f"{contestant.label} disagrees in the {traffic.name} traffic: customer {number}, observation {rest}, from {before}: "
                f"{found[index]} instead of {expected[index]} after {step.event or 'observe'} {step.values}"
            )
        rest -= len(steps)
    raise Disagreement(f"{contestant.label} took {len(found)} observations of {len(expected)} in the {traffic.name} traffic")


def interleaved(
    contestants: list[Contestant], traffic: Traffic, repetitions: int, tell: Callable[[str], None]
) -> dict[str, list[Sample]]:
    """Samples of everybody, taken in turn, so that a slow minute of the machine hits all alike; `tell` hears who is next."""
    samples: dict[str, list[Sample]] = {contestant.label: [] for contestant in contestants}
    for repetition in range(repetitions):
        start = repetition % len(contestants)
        for contestant in contestants[start:] + contestants[:start]:
            tell(contestant.label)
            samples[contestant.label].append(contestant.sample(traffic))
    return samples
