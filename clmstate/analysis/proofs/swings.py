"""How easily customers are moved to and fro: by one step of a signal, or only by a wide one (hysteresis)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import attrs
import z3

from clmstate.analysis.findings import Evidence, Finding, Report, finding
from clmstate.analysis.proofs.playing import evidence, log_for, play
from clmstate.analysis.proofs.study import Study
from clmstate.conditions.cells import Cell, exact, grids, roundest
from clmstate.conditions.examples import label_of
from clmstate.conditions.symbols import Key
from clmstate.kernel import Rule
from clmstate.signals import DAY, SignalSpec

__all__ = ["swings"]


@attrs.frozen
class _Swing:
    """There by one rule and back by another, because one signal moves from one cell to another."""

    there: Rule
    back: Rule
    source: int
    target: int
    spec: SignalSpec
    ends: tuple[Cell, Cell]
    values: tuple[Fraction, Fraction]

    @property
    def width(self) -> Fraction:
        return abs(self.values[0] - self.values[1])


def swings(study: Study) -> Iterator[Finding]:
    """CLM518: one step of a signal moves customers to another phase, and one step back moves them back. CLM533: how wide the band is.

    All else stays as it is, and no clock has run long enough: a rule that waits for some days is no reason for a swing.
    """
    for there, back, source, target in _pairs(study):
        for name in there.signals:
            spec = study.definition.signals[name]
            if name in back.signals and spec.numeric:
                narrowest = min(_found(study, there, back, source, target, spec), key=lambda swing: swing.width, default=None)
                if narrowest is not None:
                    yield from _told(study, narrowest)


def _pairs(study: Study) -> Iterator[tuple[Rule, Rule, int, int]]:
    """Rules that lead from one phase to another and back, each pair once."""
    alive = {rule.index for rule in study.program.rules if rule.index not in study.dead and rule.resumes is None}
    for source in range(len(study.program.phases)):
        for there in study.silent(source):
            if there.index not in alive or there.target <= source:
                continue
            for back in study.silent(there.target):
                if back.index in alive and back.target == source:
                    yield there, back, source, there.target


def _found(study: Study, there: Rule, back: Rule, source: int, target: int, spec: SignalSpec) -> Iterator[_Swing]:
    key: Key = ("value", spec.name)
    symbols, prover = study.prover.symbols, study.prover
    variable = symbols.variable(key)
    moved = (z3.Int if symbols.whole(key) else z3.Real)(f"{spec.name}, later")
    calm = [z3.Not(bit) for bit in symbols.clocks.values()]
    goes = [study.taken(there, source), study.rests(target, entered=True), symbols.known(spec.name), *calm]
    comes = [study.taken(back, target), study.rests(source, entered=True), *calm]
    later = [z3.substitute(formula, (variable, moved)) for formula in comes]
    if not prover.possible(*goes, *later, *_bounds(study, key, moved)):
        return
    cells = symbols.cells(key)
    for first in cells:
        for second in cells:
            if first != second and prover.possible(*goes, *later, *_within(variable, first), *_within(moved, second)):
                values = _nearest(first, second, spec)
                yield _Swing(there, back, source, target, spec, (first, second), values)


def _bounds(study: Study, key: Key, variable: z3.ArithRef) -> list[z3.BoolRef]:
    low, high = study.prover.symbols.bounds(key)
    return _within(variable, Cell(low, False, high, False))


def _within(variable: z3.ArithRef, cell: Cell) -> list[z3.BoolRef]:
    within: list[z3.BoolRef] = []
    if cell.low is not None:
        within.append(variable > z3.RealVal(cell.low) if cell.low_open else variable >= z3.RealVal(cell.low))
    if cell.high is not None:
        within.append(variable < z3.RealVal(cell.high) if cell.high_open else variable <= z3.RealVal(cell.high))
    return within


def _nearest(first: Cell, second: Cell, spec: SignalSpec) -> tuple[Fraction, Fraction]:
    """The values on the grid of a signal by which two cells come nearest."""
    step = exact(spec.step) if spec.step else Fraction(1)
    up = first.high is not None and second.low is not None and first.high <= second.low
    lower, upper = (first, second) if up else (second, first)
    assert lower.high is not None
    assert upper.low is not None
    last = math.floor(lower.high / step) * step
    last -= step if not lower.holds(last) and last == lower.high else 0
    next_ = math.ceil(upper.low / step) * step
    next_ += step if not upper.holds(next_) and next_ == upper.low else 0
    low = last if lower.holds(last) else roundest(lower, grids(spec), near=lower.high)
    high = next_ if upper.holds(next_) else roundest(upper, grids(spec), near=upper.low)
    return (low, high) if up else (high, low)


def _told(study: Study, swing: _Swing) -> Iterator[Finding]:
    step = exact(swing.spec.step) if swing.spec.step else Fraction(1)
    there, back = swing.there.transition.name, swing.back.transition.name
    one, other = study.label(swing.source), study.label(swing.target)
    first, second = (swing.spec.show(_plain(value)) for value in swing.values)
    if swing.width <= step:
        shown = _shown(study, swing)
        if shown is not None:
            yield finding(
                "CLM518",
                study.name,
                there,
                (there, back),
                f"one step of {label_of(swing.spec)} ({first} to {second}) moves a customer from {one} to {other} and back ({back})",
                "leave a band between the two limits, or ask for some days with for_days",
                evidence=(shown,),
            )
        return
    width = swing.spec.show(_plain(swing.width))
    users = ""
    if swing.spec.kind == "share" and swing.spec.port:  # a composition feeds it from its members
        users = f"; with {math.floor(1 / swing.width):,} members or fewer, one of them is enough to cross it"
    yield finding(
        "CLM533",
        study.name,
        there,
        (there, back),
        f"{label_of(swing.spec)}: a move by {width} ({first} to {second}) brings a customer who went from {one} to {other} back, and none by less{users}",
        "nothing to do if the band is as wide as you meant it",
    )


def _shown(study: Study, swing: _Swing) -> Evidence | None:
    """Somebody who goes there and back, played."""
    key: Key = ("value", swing.spec.name)
    symbols = study.prover.symbols
    variable, (value, later) = symbols.variable(key), swing.values
    comes = z3.And(study.taken(swing.back, swing.target), study.rests(swing.source, entered=True))
    example = study.prover.satisfy(
        *(cond for rule in (swing.there, swing.back) if (cond := rule.transition.when) is not None and rule is swing.there),
        study.taken(swing.there, swing.source),
        study.rests(swing.target, entered=True),
        variable == z3.RealVal(value),
        z3.substitute(comes, (variable, z3.RealVal(later) if not symbols.whole(key) else z3.IntVal(int(later)))),
        beside=study.conditions,
        near={swing.spec.name: _plain(value)},
        phase=study.path(swing.source),
    )
    log = None if example is None else log_for(study, example, swing.source)
    if example is None or log is None:
        return None
    again = Report(log[-1].at + DAY, {swing.spec.name: _plain(later)})
    once, twice = play(study.definition, log), play(study.definition, (*log, again))
    if once.phase != study.path(swing.target) or twice.phase != study.path(swing.source):
        return None
    shows = f"they go to {study.label(swing.target)}, and with {label_of(swing.spec)} {swing.spec.show(_plain(later))} back to {study.label(swing.source)}"
    return evidence(study, example, shows, (*log, again), replayed=True)


def _plain(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
