"""Small random models, tried out whole: every report that can be made, from every state that there is, told to the independent interpreter.

What is reached there is what the exploration reaches, no more and no less; what is promised is kept there, and what is broken is broken there.
"""

from __future__ import annotations

import copy
import itertools
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import attrs
import pytest

from clmstate import CLEAR, Composition, DefinitionError, Lifecycle, One, Promise
from clmstate.analysis.space import prove
from clmstate.analysis.space.blueprint import blueprint
from clmstate.analysis.space.explore import Explorer, explored
from clmstate.analysis.space.watches import in_passing
from clmstate.composition import AllOf, AnyOf, Compared, NotSo, RollUp, StandsIn
from clmstate.conditions.nodes import InPhase
from tests.conformance.generate import model_class
from tests.conformance.oracle import Livelock, Part
from tests.conformance.whole import Whole, rolled_up

PHASES = ("a", "b", "c", "d")


# ---- models ------------------------------------------------------------------------------------------------------------------


def condition(rng: Random, ports: list[str], signals: list[str]) -> str:
    """A condition over a few flags, one small number and ports; missing values matter."""
    atoms = [*ports, *ports, *signals]
    said = rng.choice(atoms)
    if said == "level":
        said = rng.choice(["(level >= 1)", "(level < 2)", "(level == 1)"])
    if said == "portion":
        said = rng.choice(["(portion >= 0.5)", "(portion > 0.5)", "(portion < 1)", "portion.is_missing()"])
    roll = rng.random()
    if roll < 0.25:
        return f"unless({said})"
    if roll < 0.45 and not said.endswith("missing()"):
        return f"~{said}" if not said.startswith("(") else f"(~{said})"
    if roll < 0.65:
        return f"({said} {rng.choice('&|')} {condition(rng, ports, signals)})"
    return said


def lifecycle(rng: Random, name: str, ports: dict[str, str]) -> str:
    """The source of a lifecycle with up to four phases; in some of them two are a group that is resumed."""
    signals = ["s0", *(["level"] if rng.random() < 0.3 else [])]
    lines = [f"class {name}(Lifecycle):", f'    s0 = Signal.flag("s0"{rng.choice([", default=False", ""])})']
    lines += ['    level = Signal.count("level")'] if "level" in signals else []
    lines += [f'    {port} = Signal.{kind}("{port}", port=True)' for port, kind in ports.items()]
    lines += ['    e0 = Event("e0")']
    count = rng.choice([2, 3, 3, 4])
    names = list(PHASES[:count])
    grouped = count == 4 and rng.random() < 0.6
    lines.append('    a = Phase("A", initial=True)')
    if grouped:
        lines += ["    class g(Phase.Group):", '        c = Phase("C", initial=True)', '        d = Phase("D")']
        names = ["a", "b", "g.c", "g.d"]
        lines.append('    b = Phase("B")')
    else:
        lines += [f'    {n} = Phase("{n.upper()}"{", final=True" if n == "d" else ""})' for n in names[1:]]
    leaving = [n for n in names if n != "d"]
    for number in range(rng.choice([2, 3, 4, 5])):
        source = rng.choice([*leaving, *(["g"] if grouped else [])])
        targets = [n for n in names if n != source and not (source == "g" and n.startswith("g."))]
        if grouped and not source.startswith("g"):
            targets += ["g.resume", "g.resume"]
        target = rng.choice(targets)
        when = condition(rng, list(ports), signals)
        roll = rng.random()
        given = "on=e0" if roll < 0.2 else f"on=e0, when={when}" if roll < 0.4 else f"when={when}"
        lines.append(f"    t{number} = {source}.to({target}, {given})")
    return "\n".join(lines)


def composed(rng: Random) -> str:
    """The source of a composition of one leader and some members, wired both ways at random."""
    leader = lifecycle(rng, "Leader", {"seen": "flag", "portion": "share"} if rng.random() < 0.6 else {"seen": "flag"})
    ports = {"called": "flag"} if rng.random() < 0.7 else {}
    member = lifecycle(rng, "Member", ports)
    phases = [line.split(" = ")[0].strip() for line in member.splitlines() if "Phase(" in line and "Group" not in line]
    paths = [f"Member.g.{p}" if f"        {p} = " in member else f"Member.{p}" for p in phases]
    own = [
        line.split(" = ")[0].strip() for line in leader.splitlines() if ("Phase(" in line and "    a" in line) or "    b =" in line
    ]
    where = "people.where(Member.s0)" if rng.random() < 0.4 else "people"
    lines = [
        "class Top(Composition):",
        "    leader = One(Leader)",
        "    people = Many(Member)",
        "    wiring = (",
        f"        leader[Leader.seen].fed_by({where}.{rng.choice(['any_in', 'none_in', 'all_in'])}({rng.choice(paths)})),",
    ]
    if "portion" in leader:
        lines.append(f"        leader[Leader.portion].fed_by(people.share_in({rng.choice(paths)})),")
    if ports:
        feed = rng.choice([f"leader.is_in(Leader.{rng.choice(own or ['a'])})", f"~people.any_in({rng.choice(paths)})"])
        lines.append(f"        people[Member.called].fed_by({feed}),")
    return "\n\n".join([leader, member, "\n".join([*lines, "    )"])])


def models(seed: int, source: Any) -> Iterator[tuple[str, type[Any]]]:
    rng = Random(seed)
    while True:
        text = source(rng)
        try:
            yield text, model_class(text)
        except DefinitionError as error:
            if not {d.code for d in error.diagnostics} <= {"CLM138", "CLM108", "CLM109", "CLM110", "CLM111", "CLM116", "CLM118"}:
                raise


# ---- everything that can happen ------------------------------------------------------------------------------------------------

Key = tuple[tuple[tuple[str, ...], str, tuple[tuple[str, str], ...]], ...]


@attrs.frozen
class Tried:
    """What happens in a model: for each settled state where one observation leads, with what is true at each picture on the way."""

    start: Key
    first: tuple[Any, ...]
    now: dict[Key, tuple[Any, ...]]
    after: dict[Key, set[tuple[Key, tuple[tuple[Any, ...], ...]]]]


def key(whole: Whole) -> Key:
    """Where everybody stands, and what groups remember; values are no part of it, for all of them can be told anew."""
    return tuple(sorted((path, part.phase, tuple(sorted(part.memory.items()))) for path, part in whole.parts.items()))


def told(part: Part, definition: Any) -> list[tuple[dict[str, Any], tuple[str, ...]]]:
    """Everything that a part can be told about itself, with no event or one."""
    values: dict[str, tuple[Any, ...]] = {"flag": (True, False), "count": (0, 1, 2)}
    own = [spec for spec in definition.signals.values() if not spec.port]
    ways = [(*values[spec.kind], *((CLEAR,) if spec.default is None else ())) for spec in own]
    given = [dict(zip([spec.name for spec in own], chosen, strict=True)) for chosen in itertools.product(*ways)]
    return [(one, events) for one in given for events in ((), *((event,) for event in definition.events))]


def observations(whole: Whole, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Everything that can be told to a customer at one instant."""
    many = [part.name for part in whole.definition.parts.values() if part.many]
    for comes in itertools.product((False, True), repeat=len(names) if many else 0):
        changing = [(many[0], name) for name, change in zip(names, comes, strict=bool(many)) if change]
        joins = [path for path in changing if path not in whole.parts]
        leaves = [path for path in changing if path in whole.parts]
        present = [path for path in (*whole.parts, *joins) if path not in leaves]
        kinds = [told(whole.parts.get(path), whole.described(path)) for path in present]  # type: ignore[arg-type]
        for chosen in itertools.product(*kinds):
            yield {
                "values": {path: values for path, (values, _) in zip(present, chosen, strict=True)},
                "events": [(path, event, None) for path, (_, events) in zip(present, chosen, strict=True) for event in events],
                "joins": joins,
                "leaves": leaves,
            }


def pictures(before: Whole, now: Whole, moves: list[Any], joined: list[Any]) -> Iterator[Whole]:
    """The picture that each round read, and the settled one."""
    at = {path: before.parts[path].phase if path in before.parts and path not in joined else None for path in now.parts}
    for path in now.parts:
        if at[path] is None:
            at[path] = next((move[3] for move in moves if move[1] == path), now.parts[path].phase)
    yield standing(now, at)
    for _, together in itertools.groupby(moves, key=lambda move: move[0]):
        at |= {move[1]: move[4] for move in together}
        yield standing(now, at)


def standing(whole: Whole, at: dict[Any, Any]) -> Whole:
    """The same customer, everybody where they stood."""
    twin = copy.copy(whole)
    twin.parts, twin.read = {}, {}
    for path, part in whole.parts.items():
        twin.parts[path] = copy.copy(part)
        twin.parts[path].phase = at[path]
    return twin


def true(whole: Whole, state: Any) -> Any:
    """What the interpreter says of a state."""
    match state:
        case Compared(of, op, limit):
            value = rolled_up(of, whole._read((), of.part, of.inner))
            return (
                None if value is None else {"<": value < limit, "<=": value <= limit, ">=": value >= limit, ">": value > limit}[op]
            )
        case NotSo(of):
            return {True: False, False: True, None: None}[true(whole, of)]
        case AllOf(items) | AnyOf(items):
            found, decides = [true(whole, item) for item in items], isinstance(state, AnyOf)
            return decides if decides in found else None if None in found else not decides
        case _:
            return whole._value((), state)


def tried(definition: Any, states: list[Any], names: tuple[str, ...] = (), most: int = 10_000) -> Tried | None:
    """A model, tried out whole; None where that takes too long."""
    start = Whole(definition)
    first = tuple(true(start, state) for state in states)
    after: dict[Key, set[tuple[Key, tuple[tuple[Any, ...], ...]]]] = {}
    now: dict[Key, tuple[Any, ...]] = {}
    waiting = [start]
    count = 0
    while waiting:
        whole = waiting.pop()
        if key(whole) in after:
            continue
        outcomes = after.setdefault(key(whole), set())
        now[key(whole)] = tuple(true(whole, state) for state in states)
        for given in observations(whole, names):
            count += 1
            if count > most:
                return None
            twin = copy.copy(whole)
            try:
                moves = twin.observe(0, **given)
            except Livelock:
                continue
            passed = tuple(tuple(true(p, state) for state in states) for p in pictures(whole, twin, moves, given["joins"]))
            outcomes.add((key(twin), passed))
            waiting.append(twin)
    return Tried(key(start), first, now, after)


def kept(found: Tried, promise: Promise, a: int, b: int, passing: tuple[bool, bool]) -> bool:
    """Whether a promise is kept in all that can happen."""
    seen: set[tuple[Key, bool]] = set()
    inside = found.first[a if promise.kind == "leads_to" else b] is True and promise.other is not None  # customers begin somewhere
    waiting = [(found.start, inside)]
    open_: list[Key] = []
    while waiting:
        at, bit = waiting.pop()
        if (at, bit) in seen:
            continue
        seen.add((at, bit))
        if not bit:
            open_.append(at)
        for to, passed in found.after[at]:
            now = bit
            for number, picture in enumerate(passed):
                last = number == len(passed) - 1
                if promise.kind == "leads_to":
                    if last and bit and picture[a] is False and picture[b] is False:
                        return False
                    now = picture[a] is True if last else now
                    continue
                now = now or (promise.other is not None and (last or passing[1]) and picture[b] is True)
                if promise.kind in ("never", "never_before") and not now and (last or passing[0]) and picture[a] is True:
                    return False
            waiting.append((to, now))
    return not promise.kind.startswith("always") or all(reaches(found, at, a) for at in open_)


def reaches(found: Tried, at: Key, a: int) -> bool:
    """Whether some log leads from a state to a settled picture with what is wanted; if it is there already, an empty one does."""
    if found.now[at][a] is True:
        return True
    seen, waiting = {at}, [at]
    while waiting:
        for to, passed in found.after[waiting.pop()]:
            if passed[-1][a] is True:
                return True
            if to not in seen:
                seen.add(to)
                waiting.append(to)
    return False


# ---- lifecycles ----------------------------------------------------------------------------------------------------------------


def solo(model: type[Lifecycle]) -> Any:
    """A lifecycle as the only part of a customer, for the interpreter."""

    class Solo(Composition):
        only = One(model)

    return Solo.definition


def promised(rng: Random, paths: list[str]) -> Promise:
    """A promise about some phases."""
    a, b = (InPhase(tuple(rng.sample(paths, rng.choice([1, 1, 2]) if len(paths) > 1 else 1))) for _ in "ab")
    kind = rng.choice(["never", "never_before", "leads_to", "always_possible", "always_possible_until"])
    return Promise(kind, a, None if kind in ("never", "always_possible") else b)  # type: ignore[arg-type]


def agree_alone(seed: int, count: int) -> Counter[str]:
    """Random lifecycles: the same places are reached, and the same promises kept."""
    rng, met = Random(seed), Counter[str]()
    for text, model in itertools.islice(models(seed, lambda rng: lifecycle(rng, "Alone", {})), count):
        d = model.definition
        explorer = Explorer(blueprint(d), frozenset((0,)), (), counted=True)
        ways = explorer.plan.ones[0].ways
        space = explored(explorer, explorer.start())
        there = {
            (ways.program.phases[s.ones[0][0]], tuple(ways.program.phases[p] for p in s.ones[0][1] if p >= 0)) for s in space.states
        }
        promises = [promised(rng, list(d.phases)) for _ in range(4)]
        for promise in promises:
            states = [StandsIn("only", (), c.phases) for c in (promise.subject, promise.other or promise.subject)]
            found = tried(solo(model), states)
            assert found is not None
            reached = {(phase, tuple(m for g, m in memory if g in ways.groups)) for ((_, phase, memory),) in found.after}
            assert there == reached, text
            (proof,) = prove(model, [promise])
            wanted = "holds" if kept(found, promise, 0, 1, (True, True)) else "broken"
            assert proof.verdict == wanted, f"{text}\n{proof}"
            met[f"{promise.kind} {proof.verdict}"] += 1
    return met


def test_lifecycles_agree() -> None:
    met = agree_alone(4, 40)
    assert len(met) == 10, met  # each kind of promise, kept and broken


@pytest.mark.full
def test_many_lifecycles_agree() -> None:
    agree_alone(5, 1_500)


# ---- compositions --------------------------------------------------------------------------------------------------------------


def parts(rng: Random, definition: Any) -> Promise:
    """A promise about where parts stand."""

    def state(depth: int = 1) -> Any:
        leader, member = (definition.parts[name].member for name in ("leader", "people"))
        roll = rng.random()
        if depth and roll < 0.35:
            return rng.choice([AllOf, AnyOf])((state(0), state(0)))
        if depth and roll < 0.45:
            return NotSo(state(0))
        if roll < 0.65:
            return StandsIn("leader", (), (rng.choice(list(leader.phases)),))
        phases = (rng.choice(list(member.phases)),)
        if roll < 0.85:
            return RollUp(rng.choice(["any", "none", "all"]), "people", phases=phases)
        return Compared(RollUp("share", "people", phases=phases), rng.choice(["<", ">=", ">"]), 0.5)

    kind = rng.choice(["never", "never", "never_before", "leads_to"])
    return Promise(kind, state(), None if kind == "never" else state())  # type: ignore[arg-type]


def agree_composed(seed: int, count: int, names: tuple[str, ...]) -> Counter[str]:
    """Random compositions: with so many members the same is reached; what is proved for any number is kept by so many."""
    rng, met = Random(seed), Counter[str]()
    for text, model in models(seed, composed):
        if met["models"] == count:
            return met
        d = model.definition
        promises = [parts(rng, d) for _ in range(3)]
        states = [state for promise in promises for state in (promise.subject, promise.other or promise.subject)]
        found = tried(d, states, names, most=6_000 * len(names))
        if found is None:
            continue
        met["models"] += 1
        plan = blueprint(d)
        explorer = Explorer(plan, frozenset((0, ("people",))), (len(names),), counted=True)
        space = explored(explorer, explorer.start())
        one, many = plan.ones[0].ways.program.phases, plan.groups[0].slots[0].ways.program.phases
        there = {
            (one[s.ones[0][0]], tuple(sorted(many[unit[0][0]] for unit, n in s.groups[0] for _ in range(n)))) for s in space.states
        }
        reached = {
            (
                next(phase for path, phase, _ in at if path == ("leader",)),
                tuple(sorted(phase for path, phase, _ in at if path != ("leader",))),
            )
            for at in found.after
        }
        assert there == reached, text
        for number, promise in enumerate(promises):
            (proof,) = prove(d, [promise])
            passing = tuple(in_passing(state) for state in (promise.subject, promise.other or promise.subject))
            fine = kept(found, promise, 2 * number, 2 * number + 1, passing)  # type: ignore[arg-type]
            assert fine or proof.verdict in ("broken", "undecided"), f"{text}\n{proof}"
            met["not found"] += not fine and proof.verdict == "undecided"
            met[proof.verdict] += 1
    return met


def test_compositions_agree() -> None:
    met = agree_composed(6, 12, ("m1",))
    assert met["holds"]
    assert met["broken"]
    assert not met["not found"]


@pytest.mark.full
def test_compositions_of_two_members_agree() -> None:
    agree_composed(7, 10, ("m1", "m2"))


@pytest.mark.full
def test_many_compositions_agree() -> None:
    agree_composed(8, 60, ("m1",))
