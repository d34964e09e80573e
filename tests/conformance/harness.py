"""Runs the oracle and an engine side by side over random lifecycles and traffic, step by step, and says where they differ.

A difference is shrunk (steps, what is in them, lines of the model) and printed so that it can be kept as a test of its own.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any, Literal

import attrs

import clmstate
from clmstate.conditions import nodes as n
from clmstate.kernel.compile import ungated
from clmstate.kernel.stand_in import standing_in
from clmstate.lifecycle.definition import LifecycleDefinition
from clmstate.signals.instants import instant
from clmstate.signals.spec import CLEAR
from tests.conformance.generate import Step, Traffic, limits_of, model_class, models, moment
from tests.conformance.oracle import DAY, Livelock, Moved, Oracle, Refused, inside

Outcome = Literal["moved", "refused", "livelock"]


@attrs.frozen
class Answer:
    """What one step did, as far as it can be compared; None is "cannot say"."""

    outcome: Outcome
    moves: list[Moved]
    phase: str
    at: int | None
    milestones: list[tuple[str, int | None]] | None
    untaken: list[str] | None
    values: dict[str, Any] | None

    def differs(self, other: Answer) -> list[str]:
        """The names of what both can say and say differently."""
        names = [field.name for field in attrs.fields(Answer)]
        pairs = {name: (getattr(self, name), getattr(other, name)) for name in names}
        return [name for name, (mine, yours) in pairs.items() if mine is not None and yours is not None and mine != yours]


# ---- the oracle ------------------------------------------------------------------------------------------------------------


def ask_oracle(oracle: Oracle, step: Step) -> Answer:
    """What the oracle answers to a step. Whether a value is possible is no question of meaning: the step says it."""
    outcome: Outcome = "moved"
    moves: list[Moved] = []
    try:
        if step.bad:
            raise Refused
        if step.kind == "observe":
            moves = oracle.observe(step.at, step.values, step.events)
        elif step.kind == "start":
            oracle.start(step.phase, step.at, step.until, step.values)
        else:
            moves = oracle.move(step.phase, step.at, step.until)
    except Refused:
        outcome = "refused"
    except Livelock:
        outcome = "livelock"
    untaken = sorted(oracle.untaken) if outcome == "moved" else []
    return Answer(outcome, moves, oracle.phase, oracle.at, list(oracle.milestones), untaken, dict(oracle.parts[0].values))


# ---- engines ---------------------------------------------------------------------------------------------------------------


def users_time(us: int | None) -> Any:
    return None if us is None else moment(us)


def users_values(model: type[clmstate.Lifecycle], step: Step) -> dict[str, Any]:
    """Values as users give them: dates as dates."""
    signals = model.definition.signals
    dated = {
        name: moment(value)
        for name, value in step.values.items()
        if value is not CLEAR and name in signals and signals[name].kind == "date"
    }
    return {**step.values, **dated, **step.bad}


def moved(move: Any) -> Moved:
    """A move of an engine, as the oracle says it."""
    by_hand = move.by == "hand"
    return (0 if by_hand else move.round, move.name, move.source.path, move.target.path, move.by, move.due_since_us)


class Compiled:
    """``Model("x", engine="compiled")``."""

    name = "compiled"
    by_hand = says_due = True
    engine: Literal["live", "compiled"] = "compiled"

    def __init__(self, model: type[clmstate.Lifecycle]) -> None:
        self.model = model
        self.customer = model("x", engine=self.engine)

    def ask(self, step: Step) -> Answer:
        outcome: Outcome = "moved"
        moves: Any = None
        try:
            moves = self.do(step)
        except clmstate.LivelockError:
            outcome = "livelock"
        except clmstate.ObservationError:
            outcome = "refused"
        return self.answer(outcome, moves)

    def do(self, step: Step) -> Any:
        customer, at, values = self.customer, users_time(step.at), users_values(self.model, step)
        if step.kind == "start":
            return customer.start(step.phase, at=at, since=users_time(step.until), **values)
        if step.kind == "move":
            return customer.move(step.phase, by="somebody", reason="a reason", at=at, hold_until=users_time(step.until))
        if len(step.events) > 1:  # several events at one instant come from logs; no call of the public interface offers them
            return customer._life.observation(at, values, [(event, None) for event in step.events])
        if step.events:
            return customer.send(step.events[0], at=at, **values)
        return customer.observe(at=at, **values)

    def answer(self, outcome: Outcome, moves: Any) -> Answer:
        untaken = sorted(each.event for each in getattr(moves, "untaken", ()))
        milestones = [(reached.name, reached.at_us) for reached in self.customer.journey.milestones]
        values = {name: self.stored(getattr(self.customer, name)) for name in self.model.definition.signals}
        return Answer(outcome, [moved(move) for move in moves or ()], self.phase(), self.at(), milestones, untaken, values)

    @staticmethod
    def stored(value: Any) -> Any:
        return instant(value) if isinstance(value, dt.date) else value

    def journey(self) -> list[Moved] | None:
        """All moves of this life, as told afterwards."""
        return [moved(move) for move in self.customer.journey.moves]

    def phase(self) -> str:
        return self.customer.phase.path

    def at(self) -> int | None:
        return self.stored(self.customer.at)  # type: ignore[no-any-return]


class Python(Compiled):
    """The same without its gate in C: what a machine without a compiler gets."""

    name = "python"

    def __init__(self, model: type[clmstate.Lifecycle]) -> None:
        with standing_in({model.definition: self.engine_of(model.definition)}):
            super().__init__(model)

    @staticmethod
    @functools.lru_cache(maxsize=10)
    def engine_of(definition: LifecycleDefinition) -> Any:
        """Made once for all customers of a model, as the engine with a gate is."""
        return ungated(definition)


class Live(Compiled):
    """``Model("x")``: its chart must stand where the customer stands."""

    name = "live"
    engine = "live"

    def phase(self) -> str:
        said, shown = self.customer.phase.path, [state.value for state in self.customer._life.chart.configuration]
        leaf = [value for value in shown if value in self.model.definition.phases]
        return said if leaf == [said] else f"{said}, but the chart stands in {shown}"


class Restored(Compiled):
    """``Model.restore(...)`` from its own snapshot, as JSON, before each step: it must have the same future."""

    name = "restored"

    def ask(self, step: Step) -> Answer:
        self.customer = self.model.restore(json.dumps(self.customer.snapshot()), engine=self.engine)
        return super().ask(step)


class Part(Compiled):
    """``acme.contract``: all that happens to a customer who is a composition; where nothing is said, time passes for the whole."""

    name = "part"

    def __init__(self, model: type[clmstate.Lifecycle]) -> None:
        self.model = model

        class Acme(clmstate.Composition):
            contract = clmstate.One(model)

        self.whole = Acme("Acme", engine="compiled")
        self.customer = self.whole.contract

    def do(self, step: Step) -> Any:
        if step.at is not None and not step.values and not step.events:
            return self.whole.tick(users_time(step.at))
        return super().do(step)


class Native(Compiled):
    """``Model.statechart()`` used alone: it knows no milestones, no untaken events, no moves by hand."""

    name = "native"
    by_hand = says_due = False

    def __init__(self, model: type[clmstate.Lifecycle]) -> None:
        self.model = model
        self.chart = model.statechart()()

    def do(self, step: Step) -> Any:
        for event in step.events:
            self.chart.event_id(event)  # an unknown event is refused before anything is reported
        self.chart.facts.report(at=users_time(step.at), **users_values(self.model, step))
        first, *others = step.events or ("evaluate",)
        self.chart.send(first, together=others)
        return self.chart.facts.moves

    def answer(self, outcome: Outcome, moves: Any) -> Answer:
        transitions = self.model.definition.transitions
        said: list[Moved] = []  # one part moves once a round, so its moves count the rounds
        for number, (name, source, target, _) in enumerate(moves or (), 1):
            said.append((number, name, source, target, "rule" if transitions[name].on is None else "event", None))
        return Answer(outcome, said, self.phase(), self.at(), None, None, None)

    def journey(self) -> list[Moved] | None:
        return None

    def phase(self) -> str:
        return self.chart.path  # type: ignore[no-any-return]

    def at(self) -> int | None:
        return self.chart.facts.now()  # type: ignore[no-any-return]


ENGINES: Mapping[str, type[Compiled]] = {engine.name: engine for engine in (Compiled, Python, Live, Restored, Native)}


# ---- side by side ----------------------------------------------------------------------------------------------------------


@attrs.frozen
class Case:
    """One life: a model and what happened to one of its customers."""

    source: str
    steps: tuple[Step, ...]
    answers: tuple[Answer, ...] | None = attrs.field(default=None, eq=False, repr=False)
    """What the oracle answered, if it was asked while the steps were made."""


def first_difference(
    engine: type[Compiled], model: type[clmstate.Lifecycle], steps: Sequence[Step], known: Sequence[Answer] | None = None
) -> tuple[int, Answer, Answer | str] | None:
    """The first step that an engine answers otherwise than the oracle (asked now, if its answers are not known), and both answers."""
    oracle, other = Oracle(model.definition), engine(model)
    journey: list[Moved] = []
    for index, step in enumerate(steps):
        expected = ask_oracle(oracle, step) if known is None else known[index]
        if not engine.says_due:
            expected = attrs.evolve(expected, moves=[(*move[:-1], None) for move in expected.moves])
        try:
            found = other.ask(step)
        except Exception as error:  # noqa: BLE001 - whatever an engine raises that it should not is a finding
            return index, expected, f"{type(error).__name__}: {error}"
        if expected.differs(found):
            return index, expected, found
        journey += expected.moves
    told = other.journey()
    if told is not None and told != journey:
        return len(steps) - 1, expected, f"the journey: {told} instead of {journey}"
    return None


def shrunk(engine: type[Compiled], case: Case) -> Case:
    """A case as small as greed makes it that still differs."""

    def kind(source: str, steps: Sequence[Step]) -> object:
        try:
            found = first_difference(engine, model_class(source), steps)
        except Exception:  # noqa: BLE001 - a source that is no lifecycle any more
            return None
        if found is None or isinstance(found[2], str):
            return found and found[2].partition(":")[0]
        return steps[found[0]].kind, found[1].outcome, found[2].outcome, found[1].differs(found[2])

    wanted = kind(case.source, case.steps)

    def still(source: str, steps: Sequence[Step]) -> bool:
        return kind(source, steps) == wanted  # lest it slip into another difference

    source, steps = case.source, list(case.steps)
    found = first_difference(engine, model_class(source), steps)
    steps = steps[: found[0] + 1] if found else steps
    smaller = True
    while smaller:
        smaller = False
        for index in reversed(range(len(steps))):
            for less in (None, *smaller_steps(steps[index])):
                candidate = [*steps[:index], *([] if less is None else [less]), *steps[index + 1 :]]
                if still(source, candidate):
                    steps, smaller = candidate, True
                    break
        lines = source.splitlines()
        for index in reversed(range(1, len(lines))):
            candidate_source = "\n".join(lines[:index] + lines[index + 1 :])
            if still(candidate_source, steps):
                source, smaller = candidate_source, True
                lines = source.splitlines()
    return Case(source, tuple(steps))


def smaller_steps(step: Step) -> Iterator[Step]:
    for name in step.values:
        yield attrs.evolve(step, values={key: value for key, value in step.values.items() if key != name})
    for event in step.events:
        yield attrs.evolve(step, events=tuple(other for other in step.events if other != event))


def report(engine: type[Compiled], case: Case) -> str:
    """A difference for people: the model, the steps, both answers."""
    model = model_class(case.source)
    found = first_difference(engine, model, case.steps)
    assert found is not None
    index, expected, other = found
    lines = [case.source, "", *(f"{place}. {step}" for place, step in enumerate(case.steps[: index + 1], 1)), ""]
    if isinstance(other, str):
        lines += [f"oracle: {expected}", f"{engine.name}: {other}"]
    else:
        for name in expected.differs(other):
            lines += [f"{name}: oracle {getattr(expected, name)!r}", f"{' ' * len(name)}  {engine.name} {getattr(other, name)!r}"]
    return "\n".join(lines)


# ---- what was hit ----------------------------------------------------------------------------------------------------------


class Counts(Counter[str]):
    """How often each feature was hit: nodes and terms by the transitions taken that read them, the rest by steps."""

    def see(
        self, model: type[clmstate.Lifecycle], before: Any, was_untaken: Sequence[str], step: Step, answer: Answer, oracle: Oracle
    ) -> None:
        definition, part = model.definition, oracle.parts[0]
        found = ["steps", step.kind, answer.outcome] + ["in a variant"] * definition.name.endswith("Variant")
        if answer.moves:
            found.append("moving")
        if answer.outcome != "moved":
            found += ["rollback"] * (part is before and oracle.untaken is was_untaken)
            found.append(
                "refused value"
                if step.bad
                else "refused time"
                if step.at is not None and part.at is not None and step.at < part.at
                else "other"
            )
            self.update(found)
            return
        for number, name, source, target, by, due in answer.moves:
            found += ["due_since"] * (due is not None) + ["later round"] * (number > 1) + [f"by {by}"]
            found += ["by hand out of a final phase"] * (by == "hand" and definition.phases[source].final)
            if t := definition.transitions.get(name):
                found += self.seen_in_transition(definition, before, t, source, target)
        found += ["untaken"] * bool(oracle.untaken) + ["several events"] * (len(step.events) > 1)
        found += ["milestone"] * (len(part.milestones) > len(before.milestones))
        found += ["CLEAR"] * (CLEAR in step.values.values())
        found += ["CLEAR to a default"] * any(
            value is CLEAR and definition.signals[name].default is not None for name, value in step.values.items()
        )
        found += ["same instant"] * (step.at is not None and step.at == before.at) + ["no time told"] * (step.at is None)
        found += ["before the first time"] * (part.at is None) + ["fraction of a day"] * ((step.at or 0) % DAY != 0)
        found += ["clock started"] * bool(part.clocks.keys() - before.clocks.keys()) + ["clock stopped"] * bool(
            before.clocks.keys() - part.clocks.keys()
        )
        limits = limits_of(definition)
        for name, value in step.values.items():
            if definition.signals[name].numeric and value is not CLEAR:
                found += ["value at a limit"] * (value in limits[name])
                found += ["value a step beside a limit"] * any(
                    abs(value - limit) == definition.signals[name].step for limit in limits[name]
                )
        if part.hold is not None and part.at is not None and part.at < part.hold:
            free = part.begun(part.at)
            free.hold = None
            found += ["held back a rule"] * (free.choose(()) is not None)
        if before.hold is not None and part.hold is None:
            found.append("hold ended by an event")
        if answer.moves and answer.moves[0][4] != "hand" and before.at is not None:
            found += self.rivals(definition, before, step, answer.moves[0])
        found += ["unknown condition"] * any(t.when is not None and part.truth(t.when) is None for t in part.ways_out())
        self.update(found)

    def rivals(self, definition: Any, before: Any, step: Step, first: Moved) -> Iterator[str]:
        """What an order decided in round one."""
        part = before.begun(step.at)
        part.merge(step.values, step.events)
        able = [t for t in part.ways_out() if t.on in (None, *step.events) and (t.when is None or part.truth(t.when) is True)]
        if len(able) > 1:
            yield "first of several"
            if first[1] != able[0].name:
                taken = definition.transitions[first[1]]
                yield (
                    "an event before a rule"
                    if able[0].on is None
                    else "an end before another event"
                    if taken.on
                    else "a rule before"
                )

    def seen_in_transition(self, definition: Any, before: Any, t: Any, source: str, target: str) -> Iterator[str]:
        for kind in {type(node).__name__ for node in inside(t.when)} if t.when is not None else ():
            yield f"node {kind}"
        read = {node.name for node in inside(t.when) if isinstance(node, n.SignalRef)}
        read |= {node.signal for node in inside(t.when) if isinstance(node, n.IsTrue | n.OneOf | n.DaysUntil | n.DaysSince)}
        for name in read:
            yield f"signal {definition.signals[name].kind}"
        if read:
            yield "reads a default" if any(definition.signals[name].default is not None for name in read) else "reads no default"
        if any(isinstance(node, n.PhaseVisits) and node.phase in definition.groups for node in inside(t.when)):
            yield "visits of a group"
        if t.stay:
            yield "stay"
        elif source == target:
            yield "self-move"
        if t.resume:
            yield "resume" if target != definition.groups[t.target].initial else "resume at the initial phase"
        elif t.target in definition.groups:
            yield "group entered"
        if definition.phases[target].final:
            yield "into a final phase"
        yield (
            "anywhere"
            if "*" in t.sources
            else "union"
            if len(t.sources) > 1
            else "group left"
            if t.sources[0] in definition.groups
            else "own phase"
        )


def lives(
    rng: Random, steps: int, counts: Counts, *, by_hand: bool = True, several: bool = True, each: int = 30
) -> Iterator[tuple[Case, type[clmstate.Lifecycle]]]:
    """Random lives with about so many steps in all, counted as they are made by asking the oracle."""
    left = steps
    for source, model in models(rng):
        for _ in range(4):  # customers of one model
            oracle, done, answers = Oracle(model.definition), list[Step](), list[Answer]()
            traffic = Traffic(rng, model.definition, oracle)
            resting = 0
            while len(done) < each and resting < 3:
                step = traffic.step(several=several)
                if step.kind != "observe" and not by_hand:
                    continue
                before, untaken = oracle.parts[0], oracle.untaken
                answer = ask_oracle(oracle, step)
                counts.see(model, before, untaken, step, answer, oracle)
                done.append(step)
                answers.append(answer)
                resting = resting + 1 if model.definition.phases[oracle.phase].final and not answer.moves else 0
            counts["lives"] += 1
            left -= len(done)
            yield Case(source, tuple(done), tuple(answers)), model
            if left <= 0:
                return
        counts["models"] += 1


def run(engine: type[Compiled], rng: Random, steps: int, *, most: int = 1) -> tuple[Counts, list[str]]:
    """Side by side over random lives; the counts, and reports of the first differences."""
    counts, reports = Counts(), []
    for case, model in lives(rng, steps, counts, by_hand=engine.by_hand):
        if first_difference(engine, model, case.steps, case.answers) is not None:
            reports.append(report(engine, shrunk(engine, case)))
            if len(reports) >= most:
                break
    return counts, reports


def show(counts: Counts) -> str:
    """The counts as a table, the rarest first."""
    return "\n".join(f"{count:>8}  {name}" for name, count in sorted(counts.items(), key=lambda item: (item[1], item[0])))


def main() -> None:
    """Engine, steps and seed come from the command line."""
    name, steps, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    counts, reports = run(ENGINES[name], Random(seed), steps, most=3)
    print(show(counts), *reports, sep=f"\n\n{'=' * 100}\n\n")
    sys.exit(bool(reports))


if __name__ == "__main__":
    main()
