"""From a model that z3 found to a customer whom people can read: as little as possible is known about them, and values are round."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs
import z3

from clmstate.conditions.cells import grids, roundest
from clmstate.conditions.examples import TODAY, Example
from clmstate.conditions.free import reads
from clmstate.conditions.joined import negated
from clmstate.conditions.nodes import Cond, DaysInPhase, ForDays, terms, walk
from clmstate.conditions.symbols import Key, days_of
from clmstate.signals import DAY, Value

if TYPE_CHECKING:
    from clmstate.conditions.smt import Prover

__all__ = ["Choosing", "Read", "fraction_of"]


@attrs.frozen
class Read:
    """What claims read, and so what an example has to say.

    Attributes:
        chief: the signals of the claims themselves; of the others an example says nothing that goes without saying.
        signals, events: all that are read.
        names: those, and the phases whose visits are counted.
        clocks: the conditions that are to hold for some days.
        stay: whether the days in the phase are asked for.

    Example:
        >>> from clmstate.conditions.nodes import IsTrue
        >>> Read.of([IsTrue("live")], []).signals
        ('live',)
    """

    chief: frozenset[str]
    signals: tuple[str, ...]
    events: tuple[str, ...]
    names: frozenset[str]
    clocks: tuple[ForDays, ...]
    stay: bool

    def asks(self, key: Key) -> bool:
        """Whether an example needs a value for a variable.

        Example:
            >>> Read.of([], []).asks(("stay", ""))
            False
        """
        return self.stay if key[0] == "stay" else key[0] == "now" or key[1] in self.names

    @classmethod
    def of(cls, claimed: Iterable[Cond], beside: Iterable[Cond]) -> Read:
        """What conditions that are claimed read, and those beside them.

        Example:
            >>> Read.of([], []).stay
            False
        """
        conds = list(claimed)
        chief = frozenset(name for cond in conds for name in reads(cond).signals)
        conds += beside
        found = [reads(cond) for cond in conds]
        signals = tuple(dict.fromkeys(name for one in found for name in one.signals))
        events = tuple(dict.fromkeys(name for one in found for name in one.events))
        phases = frozenset(name for one in found for name in one.phases)
        clocks = tuple(dict.fromkeys(node for cond in conds for node in walk(cond) if isinstance(node, ForDays)))
        stay = any(isinstance(term, DaysInPhase) for cond in conds for term in terms(cond))
        return cls(chief, signals, events, frozenset((*signals, *events, *phases)), clocks, stay)


class Choosing:
    """Chooses a customer for whom certain bits are true.

    Args:
        prover: who knows which customers there are.
        read: what the example has to say.
        near: a reference customer, whose values are kept where they can be.
        at: the instant; by default any.

    Example:
        >>> Choosing.__name__  # Prover.satisfy does it
        'Choosing'
    """

    def __init__(self, prover: Prover, read: Read, near: Mapping[str, Value], at: int | None) -> None:
        self.prover, self.read, self.near, self.at = prover, read, near, at

    def chosen(self, fixed: list[z3.BoolRef], phase: str) -> Example | None:
        """A customer for whom all bits are true, which can be; None if that cannot be at the instant that is asked for."""
        prover = self.prover
        wishes = [prover.literal(wish) for wish in self._wishes()]
        if self.at is not None and ("now", "") in prover.symbols.made():
            fixed.append(prover.literal(prover.symbols.variable(("now", "")) == self.at))
            if not prover.together(*fixed):
                return None
        return self._example(self._nearest(fixed, wishes), fixed, phase)

    def _wishes(self) -> list[z3.BoolRef]:
        """What would make an example plainer, what matters most first."""
        symbols, read, near, at = self.prover.symbols, self.read, self.near, self.at
        wishes = [symbols.timed]
        wishes += (negated(symbols.clock(clock)) for clock in read.clocks)
        wishes += (symbols.variable(("times", name)) == 0 for name in read.events)
        for name in read.signals:
            spec = self.prover.vocabulary.signals[name]
            wanted = near.get(name, spec.default)
            if wanted is None:
                wishes.append(negated(symbols.known(name)))
                continue
            wishes.append(symbols.known(name))
            match spec.kind:
                case "flag":
                    wishes.append(symbols.flag(name) == bool(wanted))
                case "choice":
                    wishes.append(symbols.variable(("value", name)) == spec.choices.index(str(wanted)))
                case "date" if at is not None:
                    wishes.append(symbols.variable(("until", name)) == (int(wanted) - at) // DAY)
                    wishes.append(symbols.variable(("rest", name)) == (int(wanted) - at) % DAY)
                case "date":
                    pass
                case _:
                    wishes.append(symbols.variable(("value", name)) == z3.RealVal(Fraction(repr(wanted))))
        made = symbols.made()
        wishes += (symbols.variable(key) == 0 for key in tuple(made) if key[0] == "rest" and key[1] in read.signals)
        if ("stay", "") in made and read.stay:
            wishes.append(symbols.variable(("stay", "")) == 0)
        return wishes

    def _nearest(self, fixed: list[z3.BoolRef], wishes: list[z3.BoolRef]) -> z3.ModelRef:
        """A model of what is fixed and as many wishes as z3's cores allow, the first ones rather than the last."""
        kept = list(wishes)
        while True:
            model = self.prover.model_of(*fixed, *kept)
            if model is not None:
                fixed += kept
                return model
            core = self.prover.to_blame()
            blamed = [place for place, bit in enumerate(kept) if bit.get_id() in core]
            del kept[blamed[-1] if blamed else -1]

    def _example(self, model: z3.ModelRef, fixed: list[z3.BoolRef], phase: str) -> Example:
        model, chosen = self._joined(model, fixed)
        chosen |= self._values(model)
        symbols, read = self.prover.symbols, self.read
        timed = z3.is_true(model.eval(symbols.timed, model_completion=True))
        at = int(chosen.get(("now", ""), Fraction(TODAY))) if self.at is None else self.at
        values: dict[str, Value] = {}
        told: list[str] = []
        for name in read.signals:
            spec = self.prover.vocabulary.signals[name]
            if not z3.is_true(model.eval(symbols.known(name), model_completion=True)):
                if name in read.chief:
                    told.append(name)
            elif spec.kind == "flag":
                values[name] = z3.is_true(model.eval(symbols.flag(name), model_completion=True))
            elif spec.kind == "date":
                values[name] = int(at + chosen.get(("until", name), Fraction(0)) * DAY + chosen.get(("rest", name), Fraction(0)))
            elif spec.kind == "choice":
                values[name] = spec.choices[int(chosen.get(("value", name), Fraction(0)))]
            elif ("value", name) in chosen:
                number = chosen["value", name]
                values[name] = int(number) if number.denominator == 1 else float(number)
            else:  # only whether it is known matters
                values[name] = spec.default if spec.default is not None else _somewhere(spec.low, spec.high)
            if name not in read.chief and name in values and values[name] == spec.default:
                del values[name]
        times = {name: int(chosen.get(("times", name), Fraction(0))) for name in read.events}
        times = {name: number for name, number in times.items() if number}
        held = [clock for clock in read.clocks if z3.is_true(model.eval(symbols.clock(clock), model_completion=True))]
        return Example(
            self.prover.vocabulary,
            values,
            at=at if timed else None,
            entered=at - int(chosen.get(("stay", ""), Fraction(0))) * DAY if timed else None,
            times=times,
            last={name: at - int(chosen.get(("ago", name), Fraction(0))) * DAY for name in times} if timed else {},
            visited={key[1]: int(chosen[key]) for key in chosen if key[0] == "visits"},
            since={clock: at - days_of(clock, self.prover.vocabulary) * DAY for clock in held},
            phase=phase,
            told=tuple(told),
        )

    def _joined(self, model: z3.ModelRef, fixed: list[z3.BoolRef]) -> tuple[z3.ModelRef, dict[Key, Fraction]]:
        """Values for the variables that are compared with one another, one after the other, and a model that has them."""
        symbols = self.prover.symbols
        chosen: dict[Key, Fraction] = {}
        for key in symbols.made():
            if key in symbols.joint and self.read.asks(key):
                value = fraction_of(model.eval(symbols.variable(key), model_completion=True))
                chosen[key] = value = self._settled(key, value, fixed)
                fixed.append(self.prover.literal(symbols.variable(key) == z3.RealVal(value)))
                model = self.prover.model_of(*fixed) or model
        return model, chosen

    def _values(self, model: z3.ModelRef) -> dict[Key, Fraction]:
        """A readable value for every other variable that is read: any value of the same cell does as well as the model's."""
        symbols = self.prover.symbols
        chosen: dict[Key, Fraction] = {}
        for key in symbols.made():
            if key in symbols.joint or not self.read.asks(key):
                continue
            value = fraction_of(model.eval(symbols.variable(key), model_completion=True))
            spec = self.prover.vocabulary.signals[key[1]] if key[0] == "value" else None
            if key[0] == "rest" or (spec is not None and spec.kind == "choice"):
                chosen[key] = value
                continue
            cell = next(cell for cell in symbols.cells(key) if cell.holds(value))
            wanted = self.near.get(key[1]) if key[0] == "value" else None
            if wanted is None and spec is not None:
                wanted = spec.default
            found = roundest(cell, grids(spec), near=None if wanted is None else Fraction(repr(wanted)))
            chosen[key] = found if found.denominator == 1 or not symbols.whole(key) else value
        return chosen

    def _settled(self, key: Key, value: Fraction, fixed: list[z3.BoolRef]) -> Fraction:
        """The roundest value near a model's for a variable that is compared with others."""
        symbols = self.prover.symbols
        if key[0] == "now":
            steps: tuple[Fraction, ...] = (Fraction(DAY),)
            candidates = [Fraction(TODAY)]
        elif key[0] == "rest":
            steps, candidates = (), [Fraction(0)]
        else:
            steps = grids(self.prover.vocabulary.signals[key[1]] if key[0] == "value" else None)
            candidates = [Fraction(0)]
        candidates += (place(value / step) * step for step in steps for place in (math.floor, math.ceil))
        for candidate in candidates:
            if self.prover.together(*fixed, self.prover.literal(symbols.variable(key) == z3.RealVal(candidate))):
                return candidate
        return value


def fraction_of(value: z3.ExprRef) -> Fraction:
    """The number that z3 gives, exactly.

    Example:
        >>> fraction_of(z3.RealVal("1/3"))
        Fraction(1, 3)
    """
    return (
        Fraction(value.numerator_as_long(), value.denominator_as_long())
        if z3.is_rational_value(value)
        else Fraction(value.as_long())
    )


def _somewhere(low: float | None, high: float | None) -> int | float:
    return 0 if (low is None or low <= 0) and (high is None or high >= 0) else low if low is not None else high or 0
