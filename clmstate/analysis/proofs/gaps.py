"""Customers whom no rule moves, in a phase that is declared complete: as ranges that can be read.

A point is found; every signal that does not matter is left out, as long as all who remain are still without a rule; ranges are widened to
the limits; the box is put aside; and again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Final

import attrs
import z3

from clmstate.analysis.findings import Finding, finding
from clmstate.analysis.proofs.playing import evidence, log_for, play
from clmstate.analysis.proofs.study import Study
from clmstate.conditions import reads
from clmstate.conditions.cells import Cell, exact
from clmstate.conditions.choosing import fraction_of
from clmstate.conditions.examples import label_of
from clmstate.conditions.nodes import Cond, ForDays, walk
from clmstate.conditions.symbols import Key

__all__ = ["Box", "gaps"]

MOST_BOXES: Final = 5


@attrs.frozen
class Side:
    """What a box says of one signal, clock or count.

    Attributes:
        what: a signal's name, or what is counted.
        key: the variable, if there is one.
        span: for a variable, the first and the last of its cells.
        formula: the same for the solver.
        words: the same for people.
    """

    what: str
    key: Key | None
    span: tuple[int, int] | None
    formula: z3.BoolRef
    words: str


@attrs.frozen
class Box:
    """Customers whom no rule moves: what is not named may be as it likes.

    Attributes:
        sides: what is said of them.
        hairline: whether it lies between two steps of a signal.
        whole: whether everybody in it is without a rule; otherwise it holds somebody who is.
    """

    sides: Mapping[str, Side]
    hairline: bool
    whole: bool

    def __str__(self) -> str:
        return ", ".join(side.words for side in self.sides.values()) or "everybody"


def gaps(study: Study) -> Iterator[Finding]:
    """CLM516 and CLM517: who falls between the rules of a phase that says it is complete."""
    for number in range(len(study.program.phases)):
        phase = study.phase(number)
        if not phase.complete or phase.final:
            continue
        boxes = list(_boxes(study, number))
        more = len(boxes) > MOST_BOXES
        for hairline in (False, True):
            these = [box for box in boxes[:MOST_BOXES] if box.hairline is hairline]
            if these:
                yield _told(study, number, these, hairline=hairline, more=more)


def _told(study: Study, phase: int, boxes: list[Box], *, hairline: bool, more: bool) -> Finding:
    said = "; ".join(map(str, boxes)) + ("; and more" if more else "")
    shown = []
    for box in boxes[:1]:
        claims = [study.rests(phase), study.here(phase), *(side.formula for side in box.sides.values())]
        own = [rule.transition.when for rule in study.silent(phase) if rule.transition.when is not None]
        example = study.prover.satisfy(*claims, beside=[*own, *study.conditions], phase=study.path(phase))
        log = None if example is None else log_for(study, example, phase)
        if example is not None and log is not None and play(study.definition, log).phase == study.path(phase):
            shown.append(evidence(study, example, f"they stay in {study.label(phase)}", log, replayed=True))
    path = study.path(phase)
    what = "between two steps of a signal, no rule covers" if hairline else "it is declared complete, but no rule covers"
    return finding(
        "CLM517" if hairline else "CLM516",
        study.name,
        path,
        (path,),
        f"{what}: {said}",
        "let the limits meet" if hairline else "add a rule for them, or leave complete=True out",
        evidence=tuple(shown),
        limit="the list of ranges is cut" if more else "",
    )


def _boxes(study: Study, phase: int) -> Iterator[Box]:
    """Boxes of customers without a rule; one more than are shown."""
    aside: list[z3.BoolRef] = []
    for _ in range(MOST_BOXES + 1):
        model = study.prover.model(study.prover.symbols.timed, study.here(phase), study.rests(phase), *aside)
        if model is None:
            return
        box = _widened(study, phase, _point(study, phase, model))
        yield box
        if not box.sides:
            return
        aside.append(z3.Not(z3.And([side.formula for side in box.sides.values()])))


def _point(study: Study, phase: int, model: z3.ModelRef) -> dict[str, Side]:
    """The cell in which a model lies."""
    symbols, sides = study.prover.symbols, {}

    def is_true(bit: z3.BoolRef) -> bool:
        return bool(z3.is_true(model.eval(bit, model_completion=True)))

    conds = [rule.transition.when for rule in study.silent(phase) if rule.transition.when is not None]
    made = set(symbols.made())
    for name in dict.fromkeys(name for cond in conds for name in reads(cond).signals):
        spec, known = study.definition.signals[name], symbols.known(name)
        label = label_of(spec)
        key: Key = ("until", name) if spec.kind == "date" else ("value", name)
        if not is_true(known):
            sides[name] = Side(name, None, None, z3.Not(known), f"{label} unknown")
        elif spec.kind == "flag":
            yes = is_true(symbols.flag(name))
            sides[name] = Side(name, None, None, z3.And(known, symbols.flag(name) == yes), f"{label} {'yes' if yes else 'no'}")
        elif spec.kind == "choice":
            chosen = model.eval(symbols.variable(key), model_completion=True).as_long()
            formula = z3.And(known, symbols.variable(key) == chosen)
            sides[name] = Side(name, None, None, formula, f"{label} {spec.choices[chosen]}")
        elif key in made:
            sides[name] = _span(study, key, _cell_of(study, key, model), known)
    for key in sorted(made):
        if key[0] in ("stay", "ago", "times", "visits") and _reads_key(conds, key):
            sides[str(key)] = _span(study, key, _cell_of(study, key, model), z3.BoolVal(True))
    for clock in dict.fromkeys(node for cond in conds for node in walk(cond) if isinstance(node, ForDays)):
        bit = symbols.clock(clock)
        held = is_true(bit)
        words = f"{study.said(clock)}{'' if held else ': not yet'}"
        sides[words] = Side(words, None, None, bit == held, words)
    return sides


def _reads_key(conds: list[Cond], key: Key) -> bool:
    found = [reads(cond) for cond in conds]
    if key[0] == "stay":
        return any(one.clock for one in found)
    return any(key[1] in (*one.events, *one.phases) for one in found)


def _cell_of(study: Study, key: Key, model: z3.ModelRef) -> tuple[int, int]:
    symbols = study.prover.symbols
    value = fraction_of(model.eval(symbols.variable(key), model_completion=True))
    place = next(place for place, cell in enumerate(symbols.cells(key)) if cell.holds(value))
    return place, place


def _span(study: Study, key: Key, span: tuple[int, int], known: z3.BoolRef) -> Side:
    symbols = study.prover.symbols
    cells = symbols.cells(key)
    whole = _joined(cells, span)
    variable, parts = symbols.variable(key), [known]
    if span[0] > 0 and whole.low is not None:
        parts.append(variable > z3.RealVal(whole.low) if whole.low_open else variable >= z3.RealVal(whole.low))
    if span[1] < len(cells) - 1 and whole.high is not None:
        parts.append(variable < z3.RealVal(whole.high) if whole.high_open else variable <= z3.RealVal(whole.high))
    what = key[1] if key[0] in ("value", "until") else str(key)
    return Side(what, key, span, z3.And(parts), _in_words(study, key, whole, span, len(cells)))


def _joined(cells: tuple[Cell, ...], span: tuple[int, int]) -> Cell:
    first, last = cells[span[0]], cells[span[1]]
    return Cell(first.low, first.low_open, last.high, last.high_open)


def _in_words(study: Study, key: Key, cell: Cell, span: tuple[int, int], number: int) -> str:
    what, name = key
    spec = study.definition.signals.get(name) if what in ("value", "until") else None
    places = study.definition.places
    labels = {
        "until": "days to ",
        "stay": "days in the phase",
        "ago": "days since ",
        "times": "number of ",
        "visits": "entries of ",
    }
    if what == "value" and spec is not None:
        label = label_of(spec)
    elif spec is not None:
        label = f"days to {spec.label}"
    else:
        of = study.definition.events[name].label if what in ("ago", "times") else places[name].label if what == "visits" else ""
        label = f"{labels[what]}{of}"
    if span == (0, number - 1):
        return f"{label} known"
    show = spec.show if what == "value" and spec is not None else lambda value: f"{value:g}"
    low = None if span[0] == 0 or cell.low is None else f"{'above' if cell.low_open else 'from'} {show(_number(cell.low))}"
    high = (
        None
        if span[1] == number - 1 or cell.high is None
        else f"{'below' if cell.high_open else 'up to'} {show(_number(cell.high))}"
    )
    return f"{label} {' '.join(part for part in (low, high) if part)}"


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _widened(study: Study, phase: int, sides: dict[str, Side]) -> Box:
    """As few sides as possible, each as wide as possible, while nobody inside has a rule."""
    timed = study.prover.symbols.timed  # who is in a phase has heard the time

    def inside(these: Mapping[str, Side]) -> bool:
        return not study.prover.possible(
            timed, study.here(phase), z3.Not(study.rests(phase)), *(side.formula for side in these.values())
        )

    if not inside(sides):
        return Box(sides, hairline=False, whole=False)
    for what in tuple(sides):
        fewer = {name: side for name, side in sides.items() if name != what}
        if inside(fewer):
            sides = fewer
    for what, side in tuple(sides.items()):
        if side.key is not None and side.span is not None:
            sides = {**sides, what: _wide(study, side, sides, inside)}
    return Box(sides, _hairline(study, sides), whole=True)


def _wide(study: Study, side: Side, sides: Mapping[str, Side], inside: Callable[[Mapping[str, Side]], bool]) -> Side:
    assert side.key is not None
    assert side.span is not None
    known = study.prover.symbols.known(side.what) if side.key[0] in ("value", "until") else z3.BoolVal(True)
    number = len(study.prover.symbols.cells(side.key))
    for down in (True, False):
        while side.span is not None:
            low, high = side.span
            span = (low - 1, high) if down else (low, high + 1)
            if span[0] < 0 or span[1] >= number:
                break
            wider = _span(study, side.key, span, known)
            if not inside({**sides, side.what: wider}):
                break
            side = wider
    return side


def _hairline(study: Study, sides: Mapping[str, Side]) -> bool:
    """Whether some side lies between two steps of its signal."""
    for side in sides.values():
        if side.key is None or side.span is None or side.key[0] != "value":
            continue
        spec = study.definition.signals[side.key[1]]
        step = exact(spec.step) if spec.step else None
        cell = _joined(study.prover.symbols.cells(side.key), side.span)
        if step is None or cell.low is None or cell.high is None:
            continue
        first = math.ceil(cell.low / step) * step
        first += step if not cell.holds(first) else 0
        if not cell.holds(first):
            return True
    return False
