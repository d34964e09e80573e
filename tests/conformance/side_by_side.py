"""Runs the oracle and an engine side by side over random compositions, deed by deed, and says where they differ.

As :mod:`tests.conformance.harness` does for lifecycles alone; here a difference is shrunk to the fewest deeds.
"""

from __future__ import annotations

import copy
import json
import math
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any, Literal

import attrs

import clmstate
from clmstate.composition import AllOf, AnyOf, CompositionDefinition, NotSo, RollUp, StandsIn, Wire, sources
from clmstate.conditions import nodes as n
from clmstate.lifecycle.definition import LifecycleDefinition
from clmstate.signals.spec import CLEAR
from tests.conformance.compose import Crowd, Deed, compositions
from tests.conformance.generate import model_class
from tests.conformance.harness import Compiled, show, users_time
from tests.conformance.oracle import Livelock, Refused, inside
from tests.conformance.whole import PartMoved, Path, Whole
from tests.conformance.whole import Told as Event

Outcome = Literal["moved", "refused", "livelock"]
Model = type[clmstate.Composition]
Told = tuple[list[PartMoved], list[tuple[Path, str, int | None]]]


@attrs.frozen
class WholeAnswer:
    """What one deed did, anywhere."""

    outcome: Outcome
    moves: list[PartMoved]
    phases: list[tuple[Path, str]]
    at: int | None
    untaken: list[tuple[Path, str]]
    values: dict[Path, dict[str, Any]]

    def differs(self, other: WholeAnswer) -> list[str]:
        """The names of what they say differently; ports are compared as far as floats go."""
        names = [field.name for field in attrs.fields(WholeAnswer) if getattr(self, field.name) != getattr(other, field.name)]
        return names if names != ["values"] or not near(self.values, other.values) else []


# ---- the oracle ------------------------------------------------------------------------------------------------------------


def told_of(whole: Whole, deed: Deed) -> tuple[Event, ...]:
    """The events of a deed, those to all of a kind told one by one."""
    if deed.wide is None:
        return deed.events
    container, event, instance = deed.wide
    known = {path: part.definition.events for path, part in whole.parts.items()}
    of_kind = [path for path in known if not container or path[:-1] == container]
    return tuple((path, event, instance) for path in of_kind if event in known[path])


def as_float(value: Any) -> Any:
    return float(value) if isinstance(value, Fraction) else value


def ask_whole(whole: Whole, deed: Deed) -> WholeAnswer:
    """What the oracle answers. Whether a value is possible is no question of meaning: the deed says it."""
    outcome: Outcome = "moved"
    moves: list[PartMoved] = []
    try:
        if deed.bad:
            raise Refused
        if deed.kind == "observe":
            moves = whole.observe(deed.at, deed.values, told_of(whole, deed), deed.joins, deed.leaves)
        elif deed.kind == "start":
            whole.start(deed.placed, deed.at, deed.since, deed.values)
        else:
            moves = whole.move(deed.path, deed.phase, deed.at, deed.until)
    except Refused:
        outcome = "refused"
    except Livelock:
        outcome = "livelock"
    phases = [(path, whole.parts[path].phase) for path in sorted(whole.parts, key=whole.rank)]
    untaken = sorted(whole.untaken) if outcome == "moved" else []
    values = {path: {name: as_float(value) for name, value in part.values.items()} for path, part in whole.parts.items()}
    return WholeAnswer(outcome, moves, phases, whole.at, untaken, values)


# ---- engines ---------------------------------------------------------------------------------------------------------------


def split(path: str) -> Path:
    return tuple(path.split("/"))


class CompiledCustomer:
    """``Model("x", engine="compiled")``."""

    name = "compiled"
    engine: Literal["live", "compiled"] = "compiled"

    def __init__(self, model: Model) -> None:
        self.model = model
        self.customer: Any = model("x", engine=self.engine)
        self.described = Whole(model.definition).described

    def ask(self, deed: Deed) -> WholeAnswer:
        outcome: Outcome = "moved"
        moves: Any = ()
        try:
            moves = self.do(deed)
        except clmstate.LivelockError:
            outcome = "livelock"
        except clmstate.ObservationError:
            outcome = "refused"
        return self.answer(outcome, moves)

    def reach(self, path: Path) -> Any:
        """What a path leads to on the living customer."""
        found, rest = self.customer, list(path)
        while rest:
            found = getattr(found, rest.pop(0)) if isinstance(found, clmstate.Composition) else found[rest.pop(0)]
        return found

    def given(self, deed: Deed) -> dict[Path, dict[str, Any]]:
        """Values as users give them: dates as dates."""

        def users(path: Path, name: str, value: Any) -> Any:
            what = self.described(path)
            dated = isinstance(what, LifecycleDefinition) and name in what.signals and what.signals[name].kind == "date"
            return users_time(value) if dated and value is not CLEAR else value

        return {
            path: {name: users(path, name, value) for name, value in deed.values.get(path, {}).items()} | deed.bad.get(path, {})
            for path in (*deed.values, *(path for path in deed.bad if path not in deed.values))
        }

    def do(self, deed: Deed) -> Any:
        at, values = users_time(deed.at), self.given(deed)
        if deed.kind == "start":
            since = {"/".join(path): users_time(when) for path, when in deed.since.items()}
            placed = {"/".join(path): phase for path, phase in deed.placed.items()}
            return self.customer.start(placed, at=at, since=since, values={"/".join(path): v for path, v in values.items()})
        if deed.kind == "move":
            if self.described(deed.path) is None or deed.path not in [split(path) for path in self.customer.phases]:
                raise clmstate.ObservationError(())  # there is nobody to ask
            return self.reach(deed.path).move(deed.phase, by="somebody", reason="why", at=at, hold_until=users_time(deed.until))
        if deed.wide is not None:
            container, event, instance = deed.wide
            return self.reach(container).send(event, at=at) if container else self.customer.send(event, at=at, instance=instance)
        if deed.single:
            said = self.said_to_one(deed, at, values)
            if said is not None:
                return said
        return self.customer.observe_all(
            at,
            {"/".join(path): v for path, v in values.items()},
            events=[
                ("/".join(path), event) if name is None else ("/".join(path), event, name) for path, event, name in deed.events
            ],
            joins=["/".join(path) for path in deed.joins],
            leaves=["/".join(path) for path in deed.leaves],
        )

    def said_to_one(self, deed: Deed, at: Any, values: dict[Path, dict[str, Any]]) -> Any:
        """Told to the part itself; None if it is about several."""
        about = {*values, *(path for path, _, _ in deed.events)}
        if not about and len(deed.joins) + len(deed.leaves) == 0:
            return self.customer.tick(at) if at is not None else None
        if len(deed.joins) == 1 and not deed.leaves and not deed.events and about <= set(deed.joins):
            *where, name = deed.joins[0]
            return self.reach(tuple(where)).join(name, at=at, **values.get(deed.joins[0], {}))
        if len(deed.leaves) == 1 and not deed.joins and not about:
            *where, name = deed.leaves[0]
            return self.reach(tuple(where)).leave(name, at=at)
        if len(about) == 1 and not deed.joins and not deed.leaves and len(deed.events) < 2:
            (path,) = about
            if deed.events:
                _, event, instance = deed.events[0]
                payload = {} if instance is None else {"instance": instance}
                return self.reach(path).send(event, at=at, **payload, **values.get(path, {}))
            return self.reach(path).observe(at=at, **values[path])
        return None

    def answer(self, outcome: Outcome, moves: Any) -> WholeAnswer:
        untaken = sorted((split(each.part), each.event) for each in getattr(moves, "untaken", ()))
        phases = [(split(path), phase.path) for path, phase in self.customer.phases.items()]
        values = {}
        for path, _ in phases:
            part, what = self.reach(path), self.described(path)
            values[path] = {name: Compiled.stored(getattr(part, name)) for name in what.signals}
        at = Compiled.stored(self.customer.at)
        return WholeAnswer(outcome, [moved(move) for move in moves or ()], phases, at, untaken, values)

    def journey(self) -> Told:
        """All moves and milestones of this life, as told afterwards."""
        journey = self.customer.journey
        return [moved(move) for move in journey.moves], [(split(each.part), each.name, each.at_us) for each in journey.milestones]


def moved(move: Any) -> PartMoved:
    """A move of an engine, as the oracle says it."""
    number = 0 if move.by == "hand" else move.round
    return (number, split(move.part), move.name, move.source.path, move.target.path, move.by, move.due_since_us)


class LiveCustomer(CompiledCustomer):
    """``Model("x")``: the charts that were asked for must stand where the parts stand."""

    name = "live"
    engine = "live"

    def answer(self, outcome: Outcome, moves: Any) -> WholeAnswer:
        answer = super().answer(outcome, moves)
        for place, (path, said) in enumerate(answer.phases):
            if place % 3 == 0:  # others are never asked for their chart
                shown = [state.value for state in self.reach(path)._life.chart.configuration]
                leaf = [value for value in shown if value in self.described(path).phases]
                if leaf != [said]:
                    answer.phases[place] = (path, f"{said}, but the chart stands in {shown}")
        return answer


class RestoredCustomer(CompiledCustomer):
    """``Model.restore(...)`` from its own snapshot, as JSON, before each deed: it must have the same future."""

    name = "restored"

    def ask(self, deed: Deed) -> WholeAnswer:
        self.customer = self.model.restore(json.dumps(self.customer.snapshot()), engine=self.engine)
        return super().ask(deed)


class ShuffledCustomer(CompiledCustomer):
    """Is told everything in another order; what is refused leaves its snapshot as it was."""

    name = "shuffled"

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self.rng = Random(7)

    def ask(self, deed: Deed) -> WholeAnswer:
        def anyhow(items: Any) -> Any:
            return self.rng.sample(list(items), len(items))

        other = attrs.evolve(
            deed,
            values={path: dict(anyhow(given.items())) for path, given in anyhow(deed.values.items())},
            events=tuple(anyhow(deed.events)),
            joins=tuple(anyhow(deed.joins)),
            leaves=tuple(anyhow(deed.leaves)),
            placed=dict(anyhow(deed.placed.items())),
        )
        before = json.dumps(self.customer.snapshot(), sort_keys=True)
        answer = super().ask(other)
        if answer.outcome != "moved" and json.dumps(self.customer.snapshot(), sort_keys=True) != before:
            return attrs.evolve(answer, phases=[((), "something of what was refused has stayed")])
        return answer


CUSTOMERS: Mapping[str, type[CompiledCustomer]] = {
    engine.name: engine for engine in (CompiledCustomer, LiveCustomer, RestoredCustomer, ShuffledCustomer)
}


# ---- side by side ----------------------------------------------------------------------------------------------------------


@attrs.frozen
class WholeCase:
    """One life: a composition, and what happened to one of its customers."""

    source: str
    deeds: tuple[Deed, ...]


def near(mine: Any, yours: Any) -> bool:
    if isinstance(mine, dict) and isinstance(yours, dict):
        return mine.keys() == yours.keys() and all(near(mine[key], yours[key]) for key in mine)
    if isinstance(mine, float) or isinstance(yours, float):
        return mine is not None and yours is not None and math.isclose(mine, yours, rel_tol=1e-12, abs_tol=1e-12)
    return bool(mine == yours)


def first_difference(
    engine: type[CompiledCustomer], model: Model, deeds: Sequence[Deed], known: tuple[Sequence[WholeAnswer], Told] | None = None
) -> tuple[int, WholeAnswer, WholeAnswer | str] | None:
    """The first deed that an engine answers otherwise than the oracle (asked now, if its answers are not known), and both answers."""
    if known is None:
        whole = Whole(model.definition)
        answers = [ask_whole(whole, deed) for deed in deeds]
        known = answers, ([move for answer in answers for move in answer.moves], whole.milestones)
    other = engine(model)
    for index, (deed, answer) in enumerate(zip(deeds, known[0], strict=True)):
        try:
            found = other.ask(deed)
        except Exception as error:  # noqa: BLE001 - whatever an engine raises that it should not is a finding
            return index, answer, f"{type(error).__name__}: {error}"
        if answer.differs(found):
            return index, answer, found
    told = other.journey()
    return None if told == known[1] else (len(deeds) - 1, answer, f"the journey: {told} instead of {known[1]}")


def shrunk(engine: type[CompiledCustomer], case: WholeCase) -> WholeCase:
    """A case as small as greed makes it that still differs in the same way."""

    def kind(source: str, deeds: Sequence[Deed]) -> object:
        try:
            found = first_difference(engine, model_class(source), deeds)  # type: ignore[arg-type]
        except Exception:  # noqa: BLE001 - a source that is no composition any more
            return None
        if found is None or isinstance(found[2], str):
            return found and found[2].partition(":")[0]
        return deeds[found[0]].kind, found[1].outcome, found[2].outcome, tuple(found[1].differs(found[2])[:1])

    wanted, source, deeds = kind(case.source, case.deeds), case.source, list(case.deeds)
    smaller = True
    while smaller:
        smaller = False
        for index in reversed(range(len(deeds))):
            for less in (None, *smaller_deeds(deeds[index])):
                candidate = [*deeds[:index], *([] if less is None else [less]), *deeds[index + 1 :]]
                if candidate and kind(source, candidate) == wanted:
                    deeds, smaller = candidate, True
                    break
        lines = source.splitlines()
        for index in reversed(range(1, len(lines))):
            without = "\n".join(lines[:index] + lines[index + 1 :])
            if kind(without, deeds) == wanted:
                source, smaller = without, True
                lines = source.splitlines()
    return WholeCase(source, tuple(deeds))


def smaller_deeds(deed: Deed) -> Iterator[Deed]:
    def but(**changed: Any) -> Deed:
        return attrs.evolve(deed, **changed)

    for name in ("events", "joins", "leaves"):
        for item in getattr(deed, name):
            yield but(**{name: tuple(other for other in getattr(deed, name) if other != item)})
    for name in ("values", "placed", "since", "bad"):
        for path in getattr(deed, name):
            yield but(**{name: {other: v for other, v in getattr(deed, name).items() if other != path}})
    for path, given in deed.values.items():
        for name in given if len(given) > 1 else ():
            yield but(values={**deed.values, path: {other: v for other, v in given.items() if other != name}})
    if deed.single:
        yield but(single=False)


def report(engine: type[CompiledCustomer], case: WholeCase) -> str:
    """A difference for people: the model, the deeds, both answers."""
    found = first_difference(engine, model_class(case.source), case.deeds)  # type: ignore[arg-type]
    assert found is not None
    index, expected, other = found
    lines = [case.source, "", *(f"{place}. {deed}" for place, deed in enumerate(case.deeds[: index + 1], 1)), ""]
    if isinstance(other, str):
        lines += [f"oracle: {expected}", f"{engine.name}: {other}"]
    else:
        for name in expected.differs(other):
            lines += [f"{name}: oracle {getattr(expected, name)!r}", f"{' ' * len(name)}  {engine.name} {getattr(other, name)!r}"]
    return "\n".join(lines)


# ---- what was hit ----------------------------------------------------------------------------------------------------------


def feeds_of(definition: CompositionDefinition, inside: Path = ()) -> dict[tuple[Path, str], tuple[Wire, int]]:
    """What feeds each port, by the names of the parts that lead to it, with how deep its composition lies."""
    found = {((*inside, wire.part, *wire.inner), wire.port): (wire, len(inside)) for wire in definition.wires}
    for part in definition.parts.values():
        if isinstance(part.member, CompositionDefinition):
            found |= feeds_of(part.member, (*inside, part.name))
    return found


class WholeCounts(Counter[str]):
    """How often each feature was hit: feeds by the transitions taken that read their ports, the rest by deeds."""

    def see(self, whole: Whole, before: Whole, ever: set[Path], deed: Deed, answer: WholeAnswer) -> None:
        found = ["deeds", deed.kind, answer.outcome]
        if answer.outcome != "moved":
            self.update([*found, "rollback"] if whole.parts is before.parts else found)
            return
        names = {path: self.named(whole, path) for path in (*before.parts, *whole.parts)}
        feeds = feeds_of(whole.definition)
        opened = [told for told in told_of(before, deed) if self.opens(whole, told)]
        joined = {path for path in (*whole.parts, *whole.rooms) if path not in before.parts and path not in before.rooms}
        arrived = [path for path in joined if len(path) > 1 and whole.described(path[:-1]) is None]
        found += ["moving"] * bool(answer.moves) + ["opens_on"] * bool(opened) + ["join"] * bool(arrived)
        found += ["rejoin"] * bool(ever & joined) + ["nested join"] * any(len(path) > 2 for path in arrived)
        found += ["a composition joins"] * any(path in whole.rooms for path in arrived)
        branches = {
            (*path[:-1], part.name, str(instance))
            for path, event, instance in opened
            for part in self.room(whole, path).parts.values()
        }
        spoken = [*deed.values, *deed.joins, *(path for path, _, _ in deed.events)]
        found += ["inside a branch that opens"] * any(path[: len(branch)] == branch for path in spoken for branch in branches)
        found += ["leave"] * bool(deed.leaves) + ["nested leave"] * any(len(path) > 2 for path in deed.leaves)
        found += ["a composition leaves"] * any(path in before.rooms for path in deed.leaves)
        found += ["join and leave at once"] * bool({*deed.joins} & {*deed.leaves})
        found += ["an event of a leaver"] * any(path not in whole.parts for path, _ in whole.untaken)
        told = {*deed.values, *(path for path, _, _ in deed.events)}
        found += ["simultaneous rows"] * (len(told) + len(deed.joins) + len(deed.leaves) > 1) + ["untaken"] * bool(whole.untaken)
        found += ["to all of a kind"] * (deed.wide is not None and deed.wide[0] != ()) + ["to everybody"] * (deed.wide is not None)
        found += ["told to a part"] * deed.single + ["time alone"] * (bool(answer.moves) and deed == Deed(at=deed.at, single=True))
        found += ["milestone"] * (len(whole.milestones) > len(before.milestones))
        for path, part in whole.parts.items():
            old = before.parts.get(path)
            found += ["clock"] * (old is not None and bool(part.clocks.keys() ^ old.clocks.keys()))
            if part.hold is not None and part.at is not None and part.at < part.hold:
                free = part.begun(part.at)
                free.hold = None
                found += ["hold"] * (free.choose(()) is not None)
            found += ["hold ended by an event"] * (old is not None and old.hold is not None and part.hold is None)
        for number, path, name, _, _, by, due in answer.moves:
            found += [f"by {by}"] + ["later round"] * (number > 1) + ["due_since"] * (due is not None)
            found += ["moves inside a member"] * (len(path) > 2) + ["moves three deep"] * (
                names.get(path, ())[3:] != () or len(path) > 4
            )
            transition = self.definition_of(whole, path).transitions.get(name)
            read = (
                {node.name for node in inside(transition.when) if isinstance(node, n.SignalRef)}
                if transition is not None
                else set()
            )
            if transition is not None:
                read |= {node.signal for node in inside(transition.when) if isinstance(node, n.IsTrue)}
            for port in read:
                wire, depth = feeds.get((names.get(path, self.named(whole, path)), port), (None, 0))
                if wire is not None:
                    found += self.of_feed(wire, depth)
        for where, room in whole.rooms.items():
            for wire in room.wires:
                for rule in sources(wire.feed):
                    if (
                        isinstance(rule, RollUp)
                        and not whole._read(where, rule.part, rule.inner)
                        and rule.kind not in ("any", "none", "count")
                    ):
                        found.append("0 over nobody" if rule.kind == "sum" else "missing over nobody")
        self.update(set(found))

    @staticmethod
    def of_feed(wire: Wire, depth: int) -> Iterator[str]:
        yield "a feed inside a member" if depth else "a feed at the top"
        if wire.inner:
            yield "a port inside a member"
        if not isinstance(wire.feed, RollUp | StandsIn):
            yield from (kind for kind, node in (("~", NotSo), ("&", AllOf), ("|", AnyOf)) if node.__name__ in str(wire.feed))
        for rule in sources(wire.feed):
            if isinstance(rule, StandsIn):
                yield "downward port"
            else:
                yield f"{rule.kind}"
                yield from ["where"] * (rule.where is not None) + ["weight"] * (rule.weight is not None)
                yield from ["over the One inside"] * bool(rule.inner)

    @staticmethod
    def named(whole: Whole, path: Path) -> Path:
        """The names of the parts that lead somewhere, without those of members."""
        return tuple(name for size, name in enumerate(path) if whole.described(path[:size]) is not None)

    @staticmethod
    def definition_of(whole: Whole, path: Path) -> LifecycleDefinition:
        described: LifecycleDefinition = whole.described(path)
        return described

    @staticmethod
    def room(whole: Whole, path: Path) -> CompositionDefinition:
        described: CompositionDefinition = whole.described(path[:-1])
        return described

    @staticmethod
    def opens(whole: Whole, told: Event) -> bool:
        room = whole.described(told[0][:-1])
        return isinstance(room, CompositionDefinition) and any(p.opens_on == (told[0][-1], told[1]) for p in room.parts.values())


@attrs.frozen
class Life:
    """A life that was lived with the oracle."""

    case: WholeCase
    model: Model
    answers: list[WholeAnswer]
    told: Told


def lives(rng: Random, deeds: int, counts: WholeCounts, each: int = 40) -> Iterator[Life]:
    """Random lives with about so many deeds in all, counted as they are made by asking the oracle."""
    for source, model in compositions(rng):
        for _ in range(3):  # customers of one model
            whole = Whole(model.definition)
            done: list[Deed] = []
            answers: list[WholeAnswer] = []
            crowd, ever = Crowd(rng, whole), set(whole.parts)
            while len(done) < each:
                deed, before = crowd.deed(), copy.copy(whole)
                done.append(deed)
                answers.append(ask_whole(whole, deed))
                counts.see(whole, before, ever - {*before.parts, *before.rooms}, deed, answers[-1])
                ever |= {*whole.parts, *whole.rooms}
            counts["lives"] += 1
            deeds -= len(done)
            told = [move for answer in answers for move in answer.moves], whole.milestones
            yield Life(WholeCase(source, tuple(done)), model, answers, told)
            if deeds <= 0:
                return
        counts["models"] += 1


def differing(engine: type[CompiledCustomer], life: Life) -> str:
    """What an engine answers otherwise in a life, shrunk and told; nothing if it agrees."""
    found = first_difference(engine, life.model, life.case.deeds, (life.answers, life.told))
    if found is None:
        return ""
    case = WholeCase(life.case.source, life.case.deeds[: found[0] + 1])
    return report(engine, shrunk(engine, case))


def main() -> None:
    """Engine, deeds and seed come from the command line."""
    name, deeds, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    counts = WholeCounts()
    for life in lives(Random(seed), deeds, counts):
        if text := differing(CUSTOMERS[name], life):
            sys.exit(text)
    print(show(counts))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
