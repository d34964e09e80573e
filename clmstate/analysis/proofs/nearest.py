"""The nearest observation: what would have to be told differently, in as few facts as possible, for a customer to go a certain way.

A customer is taken as it was before an observation. What may be told instead are the variables: values, events, and the time in whole
days. That it takes exactly the wanted transitions and then rests is a formula, round by round; z3 finds the least of all its solutions:
fewest facts told differently, then fewest that are not a matter of more or less (events, what is known at all), then fewest steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

import attrs
import z3

from clmstate.conditions.choosing import fraction_of
from clmstate.conditions.examples import TODAY
from clmstate.conditions.joined import every, negated
from clmstate.conditions.nodes import ForDays
from clmstate.conditions.smt import UndecidedError
from clmstate.conditions.symbols import Symbols, days_of
from clmstate.errors import Diagnostic
from clmstate.kernel import LATEST, Rule, State, enter
from clmstate.signals import DAY, MISSING, SignalSpec, Value

__all__ = ["Nearer", "nearest_report"]

EFFORT: Final = 20_000_000
"""z3's own count of steps; beyond it the question counts as undecided."""


@attrs.frozen
class Nearer:
    """What is told differently.

    Attributes:
        values: the stored values of signals that change; MISSING where one is not known.
        more: events that are told, too.
        fewer: events that are not told.
        days: how many days later; negative is earlier.

    Example:
        >>> Nearer({"health": 70}).values
        {'health': 70}
    """

    values: Mapping[str, Value]
    more: tuple[str, ...] = ()
    fewer: tuple[str, ...] = ()
    days: int = 0


def nearest_report(before: State, now: State, told: Iterable[str], wanted: Iterable[str], *, ports: bool = True) -> Nearer | None:
    """The least change to an observation after which a customer takes exactly some transitions; None if there is none at all.

    Args:
        before: the customer before the observation.
        now: the customer after it: what it knows is what was told.
        told: the events that were told.
        wanted: the names of the transitions that are to be taken; none for nobody to move.
        ports: whether ports are told by people, and may change.

    Raises:
        UndecidedError: CLM521, it took too long.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel import compiled, take_in
        >>> class Deal(Lifecycle):
        ...     health, seats = Signal.score("health"), Signal.count("seat", default=0)
        ...     new, won = Phase("New", initial=True), Phase("Won")
        ...     win = new.to(won, when=(health >= 70) & (seats >= 3))
        >>> before, now = compiled(Deal.definition).new(), compiled(Deal.definition).new()
        >>> _ = take_in(now, TODAY, {"health": 65, "seats": 3}, ())
        >>> nearest_report(before, now, (), ("win",))
        Nearer(values={'health': 70}, more=(), fewer=(), days=0)
    """
    return _Search(before, now, tuple(told), ports).least(tuple(wanted))


class _Search:
    """One observation, with everything in it that may be told differently as a variable."""

    def __init__(self, before: State, now: State, told: tuple[str, ...], ports: bool) -> None:
        self.before, self.now, self.told, self.ports = before, now, told, ports
        self.program = now.c.program
        self.definition = self.program.definition
        self.symbols = Symbols(self.definition)
        self.timed = now.at == now.at
        self.at = int(now.at) if self.timed else TODAY
        self.days = z3.Int("(days later)")
        self.offered = {name: z3.Bool(f"(told {name})") for name in self.definition.events}
        self.read: dict[str, None] = {}
        self.changed: list[z3.BoolRef] = []
        self.kinds: list[z3.BoolRef] = []
        self.steps: list[z3.ArithRef] = []

    def least(self, wanted: tuple[str, ...]) -> Nearer | None:
        """The least change."""
        path = self._path(wanted)
        if path is None:
            return None
        optimizer = z3.Optimize()
        optimizer.set("rlimit", EFFORT)
        optimizer.add(*path, *self._history(), *self._facts(), *self.symbols.laws)
        for costs in (self.changed, self.kinds):
            optimizer.minimize(z3.Sum([z3.If(bit, 1, 0) for bit in costs]) if costs else z3.IntVal(0))
        optimizer.minimize(z3.Sum(self.steps) if self.steps else z3.IntVal(0))
        answer = optimizer.check()
        if answer == z3.unknown:
            cause = "what would have passed took too long to find"
            raise UndecidedError([Diagnostic("CLM521", self.definition.name, cause, "simplify the conditions")])
        return None if answer == z3.unsat else self._read(optimizer.model())

    # ---- the way that is wanted

    def _path(self, wanted: tuple[str, ...]) -> list[z3.BoolRef] | None:
        """That exactly these transitions are taken, and nobody moves further; None where they do not follow each other at all."""
        claims: list[z3.BoolRef] = []
        stand = self._standing()
        entered = False
        for number, name in enumerate((*wanted, "")):
            asked = (*(self.program.offered[stand.phase] if number == 0 else ()), *self.program.silent[stand.phase])
            place = next((i for i, rule in enumerate(asked) if rule.transition.name == name), None if name else len(asked))
            if place is None:
                return None
            claims += (negated(self._moves(rule, stand, number, entered)) for rule in asked[:place])
            self.read.update(dict.fromkeys(signal for rule in asked[: place + 1] for signal in rule.signals))
            if name:
                rule = asked[place]
                claims.append(self._moves(rule, stand, number, entered))
                if not rule.stay:
                    resumed = rule.target if rule.resumes is None else stand.resume.get(rule.resumes, rule.target)
                    enter(stand, stand.phase, resumed)
                    entered = True
        return claims

    def _standing(self) -> State:
        engine = self.before.c
        stand = engine.new()
        engine.load(stand, engine.save(self.before))
        return stand

    def _moves(self, rule: Rule, stand: State, number: int, entered: bool) -> z3.BoolRef:
        """Whether a rule moves the customer in a round, if no other does before."""
        if rule.event is not None:
            return every([self.offered[rule.event], self._true(rule, stand, entered)])
        hold = self.before.hold
        if number > 0 or hold != hold:
            return self._true(rule, stand, entered)
        return every([self.at + self.days * DAY >= int(hold), self._true(rule, stand, entered)])  # held: only events move

    def _true(self, rule: Rule, stand: State, entered: bool) -> z3.BoolRef:
        formula = self.symbols.formula(rule.formula, entered=entered)
        visits = [key for key in self.symbols.made() if key[0] == "visits" and key[1] in self.program.visited]
        if visits:
            now = [(self.symbols.variable(key), z3.IntVal(stand.visits[self.program.visited.index(key[1])])) for key in visits]
            formula = z3.substitute(formula, *now)
        return formula

    # ---- what has happened before

    def _history(self) -> Iterator[z3.BoolRef]:
        """What is so because of what has happened, at whatever day it is told."""
        symbols, before = self.symbols, self.before
        yield symbols.timed if self.timed else negated(symbols.timed)
        earliest = 0 if before.at != before.at or not self.timed else -((self.at - int(before.at)) // DAY)
        yield self.days >= earliest
        yield self.days <= (min(3650, (LATEST - self.at) // DAY) if self.timed else 0)
        for clock in tuple(symbols.clocks):
            yield symbols.clocks[clock] == every([symbols.holds(clock.of), self._full(clock)])
        for key in symbols.made():
            what, name = key
            match what:
                case "now":
                    yield symbols.variable(key) == self.at + self.days * DAY
                case "stay" if before.entered == before.entered:
                    yield symbols.variable(key) == (self.at - int(before.entered)) // DAY + self.days
                case "stay":
                    yield symbols.variable(key) == 0
                case "times":
                    yield symbols.variable(key) == getattr(before, f"n_{name}") + z3.If(self.offered[name], 1, 0)
                case "ago":
                    last = getattr(before, f"e_{name}")
                    ago = (self.at - int(last)) // DAY + self.days if last == last else z3.IntVal(0)
                    yield symbols.variable(key) == z3.If(self.offered[name], 0, ago)
                case _:
                    pass

    def _full(self, clock: ForDays) -> z3.BoolRef:
        """Whether a clock that ran before is old enough."""
        start = getattr(self.before, f"k{self.program.clocks.index(clock)}") if clock in self.program.clocks else MISSING
        if start != start or not self.timed:
            return z3.BoolVal(False)
        return self.days >= -((self.at - int(start) - days_of(clock, self.definition) * DAY) // DAY)

    # ---- what may be told differently

    def _facts(self) -> Iterator[z3.BoolRef]:
        """Each fact: as it was told, or changed at a cost."""
        self._cost(self.days != 0, z3.Abs(self.days))
        for name, offered in self.offered.items():
            if self._listens(name):
                self._cost(offered == (name not in self.told))
            else:
                yield offered == (name in self.told)
        for name in self.read:
            spec = self.definition.signals[name]
            yield from self._signal(name, spec, getattr(self.now, f"v_{name}"), free=self.ports or not spec.port)

    def _cost(self, changed: z3.BoolRef, steps: z3.ArithRef | None = None) -> None:
        self.changed.append(changed)
        if steps is None:
            self.kinds.append(changed)
        else:
            self.steps.append(steps)

    def _listens(self, event: str) -> bool:
        return (
            event in self.told
            or any(rule.event == event for rule in self.program.offered[self.before.phase])
            or any(what in ("times", "ago") and name == event for what, name in self.symbols.made())
        )

    def _signal(self, name: str, spec: SignalSpec, was: Any, *, free: bool) -> Iterator[z3.BoolRef]:
        known, same, steps, legal = self.symbols.known(name), z3.BoolVal(True), None, z3.BoolVal(True)
        missing = was != was
        match spec.kind:
            case "flag":
                same = self.symbols.flag(name) == (not missing and bool(was))
            case "choice":
                same = self.symbols.variable(("value", name)) == (0 if missing else spec.choices.index(str(was)))
            case "date":
                same, steps, legal = self._date(name, was)
            case _ if ("value", name) in self.symbols.made():
                same, steps, legal = self._number(name, spec, was)
            case _:
                pass  # only whether it is known matters
        told = negated(known) if missing else every([known, same])
        if not free:
            yield told
            return
        changed = negated(told)
        yield z3.Implies(every([changed, known]), legal)
        if steps is not None:
            self._cost(changed, z3.If(every([changed, known]), steps, z3.RealVal(0)))
            self.kinds.append(known if missing else negated(known))
        else:
            self._cost(changed)

    def _number(self, name: str, spec: SignalSpec, was: Any) -> tuple[z3.BoolRef, z3.ArithRef, z3.BoolRef]:
        value, step = self.symbols.variable(("value", name)), Fraction(repr(spec.step or 1))
        base = Fraction(0) if was != was else Fraction(repr(was))
        number = z3.Int(f"(steps {name})")
        apart = z3.Abs(z3.ToReal(value) - z3.RealVal(base)) if value.is_int() else z3.Abs(value - z3.RealVal(base))
        return value == z3.RealVal(base), apart / z3.RealVal(step), value == z3.RealVal(step) * z3.ToReal(number)

    def _date(self, name: str, was: Any) -> tuple[z3.BoolRef, z3.ArithRef, z3.BoolRef]:
        """A date: a changed one is midnight."""
        until, rest = self.symbols.variable(("until", name)), self.symbols.variable(("rest", name))
        days, more = (0, 0) if was != was else divmod(int(was) - self.at, DAY)
        same = every([until == days - self.days, rest == more])
        return same, z3.ToReal(z3.Abs(until - days + (0 if was != was else self.days))), rest == -self.at % DAY

    # ---- what was found

    def _read(self, model: z3.ModelRef) -> Nearer:
        def true(formula: z3.BoolRef) -> bool:
            return bool(z3.is_true(model.eval(formula, model_completion=True)))

        later = int(fraction_of(model.eval(self.days, model_completion=True)))
        values: dict[str, Value] = {}
        for name in self.read:
            was, value = getattr(self.now, f"v_{name}"), self._value(model, name, later)
            if not (value == was or (value != value and was != was)):
                values[name] = value
        more = tuple(name for name, bit in self.offered.items() if true(bit) and name not in self.told)
        fewer = tuple(name for name in dict.fromkeys(self.told) if not true(self.offered[name]))
        return Nearer(values, more, fewer, later)

    def _value(self, model: z3.ModelRef, name: str, later: int) -> Any:
        spec = self.definition.signals[name]
        if not z3.is_true(model.eval(self.symbols.known(name), model_completion=True)):
            return MISSING

        def of(what: str) -> Fraction:
            return fraction_of(model.eval(self.symbols.variable((what, name)), model_completion=True))

        match spec.kind:
            case "flag":
                return bool(z3.is_true(model.eval(self.symbols.flag(name), model_completion=True)))
            case "choice":
                return spec.choices[int(of("value"))]
            case "date":
                return int(self.at + (later + of("until")) * DAY + of("rest"))
            case _ if ("value", name) not in self.symbols.made():
                was = getattr(self.now, f"v_{name}")
                return was if was == was else math.ceil(spec.range[0]) if math.isfinite(spec.range[0]) else 0
            case _:
                number = of("value")
                return int(number) if number.denominator == 1 else float(number)
