"""The gate: plain observations checked and stored by C, where the installation could compile it.

It stands before the observations that :mod:`clmstate.kernel.inline` writes, is told the same tables (:func:`~clmstate.kernel.bands.cuts`)
and hands them whatever is not plain. So it is never needed: without a compiler, or with ``CLMSTATE_PURE=1`` in the environment, all is
Python, and only slower.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from typing import Any, Final

from clmstate.conditions.nodes import (
    Compare,
    Const,
    DaysInPhase,
    EventDaysSince,
    EventTimes,
    ForDays,
    PhaseVisits,
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

MOST_SIGNALS: Final = 62
"""A gate keeps what was given as bits of one machine word."""

MOST_PICTURES: Final = 2**63
"""A gate numbers all combinations of bands with one machine word; beyond that it remembers no decisions."""

Memory = tuple[Any, ...]
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
    if not AVAILABLE or len(program.definition.signals) > MOST_SIGNALS:
        return

    def gate(name: str, settled: str, *, part: bool = False, events: dict[Any, str] | None = None) -> Gate:
        return Gate(
            state=space["PartState"],
            signals=tuple(_described(program, part=part)),
            part=part,
            events=events,
            instants=space["_INSTANTS"],
            instant=space["_instant"],
            python=space[name],
            settled=space[settled],
            seen=space["_SEEN"],
            nothing=space["_NOTHING"],
            nan=space["_NAN"],
            memory=None if part else _memory(program, space),
        )

    space["observe"] = gate("observe", "settled")
    space["observe_part"] = gate("observe_part", "settled", part=True)
    space["send"] = gate("send", "_sent", events=space["_EVENTS"])


def _described(program: Program, *, part: bool) -> Iterator[Described]:
    """The signals, for a gate: what is plain about them, and where a truth changes."""
    numbers, dates, remembered = cuts(program), date_cuts(program), banded(program)
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
    if since is None or program.visited or len(program.clocks) + len(program.milestones) > MOST_SIGNALS:
        return None
    pictures = len(program.phases) + 1
    for _, kind, asked, points, _, _, choices, *_ in _described(program, part=False):
        if kind in ("number", "whole") and asked and points is None:
            return None  # compared with another signal
        if asked and kind != "date":
            pictures *= 3 if kind == "flag" else len(choices) + 1 if kind == "choice" else len(points or ()) + 2
    for *_, points in since:
        pictures *= len(points) + 2
    if pictures >= MOST_PICTURES:
        return None
    return (
        since,
        tuple(f"k{i}" for i in range(len(program.clocks))),
        tuple(_rule(rule) for rule in program.rules),
        tuple((name, f"e_{name}", f"n_{name}") for name in program.definition.events),
        tuple(group and sys.intern(group) for group in program.group),  # one object for one group
        space["_FULL"],
        any(space["_SEEN"]),
        space["_STEP"],
        space["OFFER"],
        space["truths"],
        space["_Moves"],
    )


def _rule(rule: Rule) -> tuple[bool, bool, bool, int, tuple[str, ...]]:
    reads = tuple(f"v_{name}" for name in rule.signals)
    return rule.known_target, rule.timed, one_way(timed_literals(rule.formula)), rule.target, reads


def _since(program: Program) -> tuple[tuple[str, bool, tuple[float, ...]], ...] | None:
    """What time runs away from, and after how many microseconds a truth changes; and counts of events, and where.

    Returns:
        Slot, whether it is a count, and its cuts, for each; None if a truth reads something else, or compares them with one another.
    """
    write = Writer(program)
    dates = date_cuts(program)
    found = {(f"v_{name}", False): set(points or ()) for name, points in dates.items()}
    for leaf in leaves_asked(program):
        match leaf:
            case ForDays(_, days):
                found.setdefault((f"k{program.clocks.index(leaf)}", False), set()).add(int(write.number(days)) * DAY)
            case Compare(EventTimes(event), op, Const() | ThresholdRef() as limit):
                found.setdefault((f"n_{event}", True), set()).update(whole_cuts(op, write.number(limit)))
            case Compare(DaysInPhase() | EventDaysSince() as term) | Compare(_, _, DaysInPhase() | EventDaysSince() as term):
                slot = f"e_{term.event}" if isinstance(term, EventDaysSince) else "entered"
                found.setdefault((slot, False), set()).update(write.flips(leaf)[1])
            case Compare() if any(isinstance(term, EventTimes | PhaseVisits) for term in terms(leaf)):
                return None
            case _:
                pass
    return None if None in dates.values() else tuple((*key, tuple(sorted(points))) for key, points in found.items())
