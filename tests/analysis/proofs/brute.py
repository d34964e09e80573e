"""Brute force over small domains, for labels: what the plain reading of conditions says of every customer that can be told apart.

Nothing here knows z3: pictures are listed, conditions are evaluated, phases are settled rule by rule.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator

import attrs

from clmstate.conditions import nodes as n
from clmstate.conditions import reads
from clmstate.conditions.evaluate import evaluate
from clmstate.conditions.examples import TODAY, Example
from clmstate.lifecycle import LifecycleDefinition, Transition
from clmstate.signals import DAY

MOST_ROUNDS = 50


def limits(d: LifecycleDefinition, conds: Iterable[n.Cond]) -> dict[str, set[float]]:
    """For each signal the numbers that it is compared with; of sums, every number of each."""
    found: dict[str, set[float]] = {}
    for node in (node for cond in conds for node in n.walk(cond)):
        named = [t.name for t in n.own_terms(node) if isinstance(t, n.SignalRef)]
        numbers = [t.value for t in n.own_terms(node) if isinstance(t, n.Const)]
        numbers += [d.thresholds[t.name].value for t in n.own_terms(node) if isinstance(t, n.ThresholdRef)]
        for name in named:
            spec = d.signals[name]
            joint = len(set(named)) > 1 and spec.low is not None and spec.high is not None
            found.setdefault(name, set()).update(range(int(spec.low), int(spec.high) + 1) if joint else numbers)  # type: ignore[arg-type]
    return found


def values(d: LifecycleDefinition, name: str, near: Iterable[float]) -> tuple[object, ...]:
    """The values of a signal that conditions with these limits can tell apart, None for missing."""
    spec = d.signals[name]
    missing = () if spec.never_missing else (None,)
    match spec.kind:
        case "flag":
            return (*missing, True, False)
        case "choice":
            return (*missing, *spec.choices)
        case "date":
            return (*missing, *(TODAY + days * DAY for days in (-200, -61, -60, -31, -30, -1, 0, 1, 60, 119, 120, 121, 181)))
    step = spec.step or 1
    beside = {round(limit + sign * step, 9) for limit in near for sign in (-1, 0, 1)}
    beside |= {limit for limit in (spec.low, spec.high) if limit is not None} or {0}
    low, high = spec.range
    return (*missing, *sorted(v for v in beside if low <= v <= high and (spec.kind not in ("count", "integer") or v == int(v))))


def pictures(
    d: LifecycleDefinition, conds: tuple[n.Cond, ...], *, stays: Iterable[int] = (0,), at: bool = True
) -> Iterator[Example]:
    """Every customer that conditions can tell apart, clocks left out."""
    near = limits(d, conds)
    signals = sorted({name for cond in conds for name in reads(cond).signals})
    events = sorted({name for cond in conds for name in reads(cond).events})
    happened = [(0, 0), (1, 0), (1, 1), (2, 3)]
    for chosen in itertools.product(*(values(d, name, near.get(name, ())) for name in signals)):
        known = {name: value for name, value in zip(signals, chosen, strict=True) if value is not None}
        for offered in itertools.product(happened, repeat=len(events)):
            times = {event: k for event, (k, _) in zip(events, offered, strict=True) if k}
            last = {event: TODAY - ago * DAY for event, (k, ago) in zip(events, offered, strict=True) if k}
            for stay in stays:
                entered = TODAY - stay * DAY
                if at:
                    yield Example(d, known, entered=entered, times=times, last=last)
            if not at:
                yield Example(d, known, at=None, entered=None, times=times)


def days(d: LifecycleDefinition, clock: n.ForDays) -> int:
    return int(clock.days.value if isinstance(clock.days, n.Const) else d.thresholds[clock.days.name].value)


def held(d: LifecycleDefinition, clocks: tuple[n.ForDays, ...]) -> set[frozenset[n.ForDays]]:
    """Which clocks can be old enough together: any history of pictures, each lasting until one of the clocks may be full."""
    vectors = {frozenset(c for c in clocks if evaluate(c.of, p) is True) for p in pictures(d, tuple(c.of for c in clocks))}
    spans = sorted({days(d, c) for c in clocks})
    ages = {0: 0, **{span: place + 1 for place, span in enumerate(spans)}}
    found = set()
    for length in range(len(spans) + 1):
        for past in itertools.product(
            vectors, repeat=length
        ):  # the last picture lasted spans[0] days, the one before to spans[1], ...
            found.add(frozenset(c for c in clocks if ages[days(d, c)] <= length and all(c in p for p in past[: ages[days(d, c)]])))
    return found


def customers(d: LifecycleDefinition, conds: Iterable[n.Cond], *, untimed: bool = True) -> Iterator[Example]:
    """Every customer that conditions can tell apart, with every set of clocks that a history can leave."""
    asked = tuple(dict.fromkeys(conds))
    clocks = tuple(dict.fromkeys(node for cond in asked for node in n.walk(cond) if isinstance(node, n.ForDays)))
    full = held(d, clocks) if clocks else {frozenset[n.ForDays]()}
    stays = (0,)
    if any(isinstance(t, n.DaysInPhase) for cond in asked for t in n.terms(cond)):
        near = {int(t.value) for cond in asked for t in n.terms(cond) if isinstance(t, n.Const)}
        stays = tuple(sorted({0, *(k + s for k in near for s in (-1, 0, 1) if k + s > 0)}))  # type: ignore[assignment]
    for picture in pictures(d, asked, stays=stays):
        for old in full:
            yield attrs.evolve(picture, since={c: TODAY - days(d, c) * DAY for c in old})
    if untimed:
        yield from pictures(d, asked, at=False)


# ---- settling, rule by rule


def silent(d: LifecycleDefinition, phase: str) -> tuple[Transition, ...]:
    return tuple(t for t in d.ways_out(phase) if t.on is None)


def true(t: Transition, picture: Example) -> bool:
    return t.when is None or evaluate(t.when, picture) is True


def target(d: LifecycleDefinition, t: Transition) -> str:
    return d.groups[t.target].initial if t.target in d.groups else t.target


def settle(d: LifecycleDefinition, phase: str, picture: Example) -> str | None:
    """Where somebody who has just entered a phase comes to rest; None if nowhere."""
    now = attrs.evolve(picture, entered=picture.at)
    for _ in range(MOST_ROUNDS):
        rule = next((t for t in silent(d, phase) if true(t, now)), None)
        if rule is None:
            return phase
        phase = target(d, rule)
    return None


def step_of(d: LifecycleDefinition, name: str) -> float:
    return d.signals[name].step or 1


def nearest(number: float, step: float) -> float:
    return round(math.floor(number / step + 0.5) * step, 9)
