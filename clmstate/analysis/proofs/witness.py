"""Witnesses: a log that leads a customer from the start to a transition, and through it.

Found by search. From every phase that was reached, each way out is tried: z3 says what would have to be reported, given all that has
happened (which clocks run, which events were offered and when, how long the customer has stayed), and the compiled engine takes it in.
Where a clock has to run first, or an event has to have happened, that is reported before. What the engine does not confirm is no
witness, so a log that is shown is right; one that is not found may still exist.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs
import z3

from clmstate.analysis.findings import Evidence, Report
from clmstate.analysis.proofs.study import Study
from clmstate.analysis.shape import Given
from clmstate.conditions import reads
from clmstate.conditions.examples import TODAY, Example
from clmstate.conditions.nodes import Cond, Const, Constant, DaysInPhase, ForDays, ThresholdRef, terms, walk
from clmstate.conditions.smt import UndecidedError
from clmstate.conditions.symbols import days_of
from clmstate.errors import LivelockError
from clmstate.kernel import Rule, State, compiled, take_in
from clmstate.lifecycle import definition_of
from clmstate.signals import DAY, Value

__all__ = ["Witnesses"]

_FEW_DAYS: Final = (1, 7, 30)


@attrs.frozen
class Stand:
    """Where somebody stands after a log.

    Attributes:
        log: what was reported.
        state: what the engine holds, as it saves it.
        phase: the number of the phase.
        known: the values that were reported and not forgotten.
    """

    log: tuple[Report, ...]
    state: tuple[Any, ...]
    phase: int
    known: Mapping[str, Value]


class Witnesses:
    """Logs that reach the transitions and phases of one lifecycle; what was found once is remembered.

    Args:
        lifecycle: a lifecycle class or its definition.
        study: what is already known about it, if somebody has studied it.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, when=(health >= 70).for_days(14))
        >>> found = Witnesses(Deal).taking("win")
        >>> [row for row in found.rows("Acme")]
        [{'customer': 'Acme', 'at': '2026-01-06', 'health': 70}, {'customer': 'Acme', 'at': '2026-01-20'}]
    """

    def __init__(self, lifecycle: Given, study: Study | None = None) -> None:
        self.study = Study(definition_of(lifecycle)) if study is None else study
        self.engine = compiled(self.study.definition)
        self._taken: dict[str, Stand] = {}
        self._reached: dict[tuple[object, ...], Stand] = {}
        self._waiting: deque[Stand] = deque()
        self._read = frozenset(name for cond in self.study.conditions for name in reads(cond).signals)
        state = self.engine.new()
        self._note(Stand((), self.engine.save(state), state.phase, {}))

    # ---- what is asked

    def taking(self, transition: str, *, source: str | None = None) -> Evidence | None:
        """A log whose last row takes a transition; None if none was found.

        Args:
            transition: its name.
            source: the path of the phase from which it is to be taken; by default any.

        Raises:
            KeyError: there is no such transition.
        """
        self.study.definition.transitions[transition]
        key = transition if source is None else f"{transition} from {source}"
        while key not in self._taken and self._waiting:
            self._explore(self._waiting.popleft())
        stand = self._taken.get(key)
        return None if stand is None else self._evidence(stand, f"{transition} is taken")

    def reaching(self, phase: str) -> Evidence | None:
        """A log after which a customer rests in a phase; None if none was found.

        Raises:
            KeyError: there is no such phase.
        """
        number = self.study.program.number[phase]
        while True:
            stand = next((one for one in self._reached.values() if one.phase == number), None)
            if stand is not None:
                return self._evidence(stand, f"they are in {self.study.label(number)}")
            if not self._waiting:
                return None
            self._explore(self._waiting.popleft())

    def _evidence(self, stand: Stand, shows: str) -> Evidence:
        d = self.study.definition
        dates = tuple(name for name, spec in d.signals.items() if spec.kind == "date")
        known = Example(d, stand.known).words()
        return Evidence(known, shows, stand.log, dates, replayed=True)

    # ---- the search

    def _note(self, stand: Stand) -> None:
        state = self._load(stand)
        key = (stand.phase, tuple(sorted(state.resume.items())), tuple(min(n, 4) for n in state.visits))
        if key not in self._reached:
            self._reached[key] = stand
            self._waiting.append(stand)

    def _explore(self, stand: Stand) -> None:
        program = self.study.program
        for rule in (*program.offered[stand.phase], *program.silent[stand.phase]):
            if rule.index in self.study.dead:
                continue
            try:
                for after in self._tried(stand, rule):
                    self._note(after)
                    break
            except UndecidedError:
                continue

    def _tried(self, stand: Stand, rule: Rule) -> Iterator[Stand]:
        """Where one takes a rule: at once, or after something that has to come first."""
        for before in itertools.chain((stand,), self._prepared(stand, rule)):
            for days in self._spans(rule):
                at = self._now(before) + days * DAY
                claims = [self.study.taken(rule, stand.phase), *self._history(before, at, rule.event)]
                example = self._example(rule.transition.when, claims, before, at)
                if example is not None:
                    after = self._told(before, example, at, rule.event)
                    if after is not None and self._takes(rule, stand.phase, after[1]):
                        yield after[0]

    def _takes(self, rule: Rule, phase: int, plan: list[tuple[Any, ...]]) -> bool:
        return bool(plan) and plan[0][0] == rule.index and plan[0][1] == phase

    def _prepared(self, stand: Stand, rule: Rule) -> Iterator[Stand]:
        """Where clocks run, or events have been offered, that a rule asks about, and the customer still rests in the same phase."""
        cond = rule.transition.when
        if cond is None:
            return
        clocks = [node for node in walk(cond) if isinstance(node, ForDays)]
        events = reads(cond).events
        waits = (
            any(isinstance(term, DaysInPhase) for term in terms(cond)) and not stand.log
        )  # a stay begins when time is first told
        started = self._rested(stand, [clock.of for clock in clocks], None) if clocks or waits else None
        if started is not None:
            yield started
        for event in events:
            for first in (stand, *([] if started is None else [started])):
                offered = first
                for _ in range(3):
                    following = self._rested(offered, [], event)
                    if following is None:
                        break
                    offered = following
                    yield offered

    def _rested(self, stand: Stand, conds: list[Cond], event: str | None) -> Stand | None:
        """A report that makes some conditions true, or offers an event, and moves nobody."""
        study, at = self.study, self._now(stand) + DAY
        claims = [study.rests(stand.phase), *self._history(stand, at, event)]
        if event is not None:
            takers = [rule for rule in study.program.offered[stand.phase] if rule.event == event and not rule.stay]
            claims += [z3.Not(study.true(rule)) for rule in takers]
        claims += [study.prover.symbols.holds(cond) for cond in conds]
        example = self._example(None, claims, stand, at)
        after = None if example is None else self._told(stand, example, at, event)
        return None if after is None or after[0].phase != stand.phase else after[0]

    def _example(self, cond: Cond | None, claims: list[z3.BoolRef], stand: Stand, at: int) -> Example | None:
        own = [] if cond is None or isinstance(cond, Constant) else [cond]
        return self.study.prover.satisfy(*own, *claims, beside=self.study.conditions, near=stand.known, at=at)

    def _told(self, stand: Stand, example: Example, at: int, event: str | None) -> tuple[Stand, list[tuple[Any, ...]]] | None:
        """Reports what has changed, and takes it in."""
        d = self.study.definition
        new = {name: value for name, value in example.values.items() if stand.known.get(name) != value}
        gone = [name for name in stand.known if name in self._read and name not in example.values]
        report = Report(at, {**new, **dict.fromkeys(gone)}, event=event or "")
        state = self._load(stand)
        stored = {name: d.signals[name].absent if value is None else value for name, value in report.values.items()}
        try:
            plan, _ = take_in(state, at, stored, () if event is None else (event,))
        except LivelockError:
            return None
        known = {**{name: value for name, value in stand.known.items() if name not in gone}, **new}
        after = Stand((*stand.log, report), self.engine.save(state), state.phase, known)
        for step in plan:
            name = self.study.program.rules[step[0]].transition.name
            self._taken.setdefault(name, after)
            self._taken.setdefault(f"{name} from {self.study.path(step[1])}", after)
        return after, plan

    # ---- what has happened

    def _load(self, stand: Stand) -> State:
        state = self.engine.new()
        self.engine.load(state, stand.state)
        return state

    def _now(self, stand: Stand) -> int:
        return stand.log[-1].at if stand.log else TODAY

    def _spans(self, rule: Rule) -> Iterator[int]:
        """After how many days to report: the next day, or when something is full that the conditions of the phase ask about."""
        d, asked = self.study.definition, [rule.transition.when] if rule.transition.when is not None else []
        spans = dict.fromkeys(_FEW_DAYS)
        for cond in asked:
            for node in walk(cond):
                if isinstance(node, ForDays):
                    spans[days_of(node, d)] = None
            for term in terms(cond):
                if isinstance(term, Const | ThresholdRef) and reads(cond).clock:
                    number = term.value if isinstance(term, Const) else d.thresholds[term.name].value
                    spans.update(dict.fromkeys((int(number), int(number) + 1)))
        yield from sorted((span for span in spans if 0 < span < 4000), key=lambda span: (span not in _FEW_DAYS[:1], span))

    def _history(self, stand: Stand, at: int, event: str | None) -> Iterator[z3.BoolRef]:
        """What is so at an instant because of what has happened."""
        symbols, program, state = self.study.prover.symbols, self.study.program, self._load(stand)
        yield symbols.timed
        for key in symbols.made():
            match key:
                case ("stay", _):
                    entered = at if state.entered != state.entered else int(state.entered)
                    yield symbols.variable(key) == (at - entered) // DAY
                case ("times", name):
                    yield symbols.variable(key) == getattr(state, f"n_{name}") + (name == event)
                case ("ago", name):
                    last = getattr(state, f"e_{name}")
                    if name == event or last == last:
                        yield symbols.variable(key) == (0 if name == event else (at - int(last)) // DAY)
                case ("visits", place) if place in program.visited:
                    yield symbols.variable(key) == state.visits[program.visited.index(place)]
        for clock, bit in symbols.clocks.items():
            start = getattr(state, f"k{program.clocks.index(clock)}") if clock in program.clocks else float("nan")
            full = start == start and at - start >= days_of(clock, self.study.definition) * DAY
            yield bit == symbols.holds(clock.of) if full else z3.Not(bit)
