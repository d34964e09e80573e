"""The gate: plain observations checked and stored by C, where the installation could compile it.

It stands before the observations that :mod:`clmstate.kernel.inline` writes, is told the same tables (:func:`~clmstate.kernel.bands.cuts`)
and hands them whatever is not plain. So it is never needed: without a compiler, or with ``CLMSTATE_PURE=1`` in the environment, all is
Python, and only slower.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any, Final

from clmstate.conditions import free_signals
from clmstate.conditions.lower import Leaf
from clmstate.conditions.nodes import (
    Compare,
    Const,
    DaysInPhase,
    EventDaysSince,
    EventTimes,
    ForDays,
    PhaseVisits,
    SignalRef,
    ThresholdRef,
    terms,
)
from clmstate.kernel.bands import cuts, date_cuts, leaves_asked, whole_cuts, whole_numbers
from clmstate.kernel.expressions import Writer
from clmstate.kernel.inline import banded
from clmstate.kernel.program import Program, Rule
from clmstate.kernel.timed import one_way, timed_literals
from clmstate.signals import DAY, LARGEST

try:
    if os.environ.get("CLMSTATE_PURE", "0") not in ("", "0"):
        raise ImportError
    from clmstate.kernel._gate import Gate
except ImportError:
    AVAILABLE = False
else:
    AVAILABLE = True

__all__ = ["AVAILABLE", "stand_before"]

MOST_BITS: Final = 62
"""A gate keeps what was given as bits of one machine word; and so what is true."""

MOST_PICTURES: Final = 2**63
"""A gate numbers all combinations of bands with one machine word; beyond that it remembers no decisions."""

Memory = tuple[Any, ...]
Since = tuple[str, bool, tuple[float, ...]]
"""A slot that time runs away from or that counts, whether it counts, and its cuts."""

Look = tuple[tuple[int, ...], tuple[int, ...]]
"""What decides in one phase: the numbers of signals other than dates, and of slots among all :data:`Since`."""
Described = tuple[str, str, bool, tuple[float, ...] | None, float, float, tuple[str, ...], str, str]


def stand_before(program: Program, space: dict[str, Any]) -> None:
    """Puts gates before the observations of a program.

    Args:
        program: the program.
        space: the names of its generated text: ``observe``, ``observe_part`` and ``send`` are replaced.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, when=live)
        >>> print(*Deal("Acme").observe(at="2026-01-05", live=True))  # the same with a gate and without
        2026-01-05 New → Won (live)
    """
    if not AVAILABLE or len(program.definition.signals) > MOST_BITS:
        return

    memory = _memory(program, space)

    def gate(name: str, settled: str, *, part: bool = False, events: dict[Any, str] | None = None) -> Gate:
        return Gate(
            state=space["PartState"],
            signals=tuple(_described(program, part=part, touchpoints=memory is not None and not part)),
            part=part,
            events=events,
            instants=space["_INSTANTS"],
            instant=space["_instant"],
            python=space[name],
            settled=space[settled],
            seen=space["_SEEN"],
            nothing=space["_NOTHING"],
            nan=space["_NAN"],
            memory=None if part else memory,
        )

    space["observe"] = gate("observe", "settled")
    space["observe_part"] = gate("observe_part", "settled", part=True)
    space["send"] = gate("send", "_sent", events=space["_EVENTS"])


def _described(program: Program, *, part: bool, touchpoints: bool) -> Iterator[Described]:
    """The signals, for a gate: what is plain about them, and where a truth changes.

    A gate with a memory remembers of touchpoints too what data show to be done; without one they are looked at each time.
    """
    numbers, dates = cuts(program, touchpoints=touchpoints), date_cuts(program, touchpoints=touchpoints)
    remembered = banded(program)
    for name, spec in program.definition.signals.items():
        low, high, points = -math.inf, math.inf, numbers.get(name)
        match spec.kind:
            case "flag" | "choice":
                kind, points = str(spec.kind), None
            case "date":
                kind, points = "date", dates.get(name)
            case _:
                kind = "whole" if whole_numbers(spec) else "number"
                low, high = (max(-LARGEST, min(limit, LARGEST)) for limit in spec.range)
        if part and spec.port:
            kind = "port"  # fed by the wiring, not by people
        band = f"lo_{name}" if name in remembered else ""
        asked = name in numbers or points is not None
        yield name, kind, asked, points, low, high, tuple(spec.choices), f"v_{name}", band


def _memory(program: Program, space: dict[str, Any]) -> Memory | None:
    """What a gate needs to remember decisions and to write what follows; None if a truth depends on more than bands."""
    since = _since(program)
    described = tuple(_described(program, part=False, touchpoints=True))
    looks = None if since is None else tuple(_look(program, phase, described, since) for phase in range(len(program.phases)))
    if looks is None or None in looks or program.visited or len(program.clocks) + len(program.milestones) > MOST_BITS:
        return None
    if any(number >= MOST_BITS for shown in program.shown for number, _ in shown):
        return None
    return (
        since,
        looks,
        tuple(f"k{i}" for i in range(len(program.clocks))),
        tuple(_rule(rule) for rule in program.rules),
        tuple((name, f"e_{name}", f"n_{name}") for name in program.definition.events),
        tuple(group and sys.intern(group) for group in program.group),  # one object for one group
        space["_FULL"],
        any(program.shown),
        space["_STEP"],
        space["OFFER"],
        space["truths"],
        space["_SHOWS"],
        space["HOLDS"],
        space["_Moves"],
    )


def _rule(rule: Rule) -> tuple[bool, bool, bool, int, tuple[str, ...]]:
    reads = tuple(f"v_{name}" for name in rule.signals)
    return rule.known_target, rule.timed, one_way(timed_literals(rule.formula)), rule.target, reads


def _since(program: Program) -> tuple[Since, ...] | None:
    """What time runs away from, and after how many microseconds a truth changes; and counts of events, and where.

    Returns:
        Slot, whether it is a count, and its cuts, for each; None if a truth reads something else, or compares them with one another.
    """
    write = Writer(program)
    dates = date_cuts(program, touchpoints=True)
    found = {(f"v_{name}", False): set(points or ()) for name, points in dates.items()}
    for leaf in leaves_asked(program, touchpoints=True):
        place = _place(program, leaf)
        match leaf:
            case ForDays(_, days):
                found.setdefault(place, set()).add(int(write.number(days)) * DAY)
            case Compare(EventTimes(), op, Const() | ThresholdRef() as limit):
                found.setdefault(place, set()).update(whole_cuts(op, write.number(limit)))
            case Compare(DaysInPhase() | EventDaysSince()) | Compare(_, _, DaysInPhase() | EventDaysSince()):
                found.setdefault(place, set()).update(write.flips(leaf)[1])
            case Compare() if any(isinstance(term, EventTimes | PhaseVisits) for term in terms(leaf)):
                return None
            case _:
                pass
    return None if None in dates.values() else tuple((*key, tuple(sorted(points))) for key, points in found.items())


def _place(program: Program, leaf: Leaf) -> tuple[str, bool]:
    """The slot of what a leaf reads besides signals, and whether it is a count; an empty name if there is nothing."""
    match leaf:
        case ForDays():
            return f"k{program.clocks.index(leaf)}", False
        case Compare(EventTimes(event)):
            return f"n_{event}", True
        case Compare(EventDaysSince(event)) | Compare(_, _, EventDaysSince(event)):
            return f"e_{event}", False
        case Compare(DaysInPhase()) | Compare(_, _, DaysInPhase()):
            return "entered", False
        case _:
            return "", False


def _look(program: Program, phase: int, described: Iterable[Described], since: tuple[Since, ...]) -> Look | None:
    """What decides in one phase; None if it cannot be told by bands, or if there are too many combinations of them."""
    leaves = leaves_asked(program, touchpoints=True, phase=phase)
    names = {name for leaf in leaves for name in ((leaf.name,) if isinstance(leaf, SignalRef) else free_signals(leaf))}
    dates = {name for name in names if program.definition.signals[name].kind == "date"}
    slots = {(f"v_{name}", False) for name in dates} | {_place(program, leaf) for leaf in leaves}
    places = tuple(i for i, (*slot, _) in enumerate(since) if tuple(slot) in slots)
    pictures = len(program.phases) * math.prod(len(since[i][-1]) + 2 for i in places)
    signals = []
    for i, (name, kind, _, points, _, _, choices, *_) in enumerate(described):
        if name in names - dates:
            if kind in ("number", "whole") and points is None:
                return None  # compared with another signal
            signals.append(i)
            pictures *= 3 if kind == "flag" else len(choices) + 1 if kind == "choice" else len(points or ()) + 2
    return (tuple(signals), places) if pictures < MOST_PICTURES else None
