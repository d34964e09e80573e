"""Random lifecycles over tiny domains: what is found is what brute force finds, no more and no less."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from clmstate import Lifecycle
from clmstate.analysis import check
from clmstate.conditions.examples import Example
from clmstate.lifecycle import LifecycleDefinition, Transition
from tests.analysis.proofs.brute import customers, settle, silent, target, true
from tests.analysis.proofs.planting import defined
from tests.conformance.generate import model_class, model_source

ATOMS = (
    "f", "~f", "unless(f)", "g", "~g", "f.is_missing()", "i >= 1", "i < 1", "i >= 2", "i == 1", "unless(i >= 1)", "i.is_missing()",
    "i + j >= 3", "i - j >= 1", "i + j <= 0", "s >= 0.5", "s < 0.5", "s >= 0.8", "unless(s >= 0.5)", "s.is_missing()",
)  # fmt: skip
CLOCKS = ("f.for_days(3)", "f.for_days(5)", "(i >= 1).for_days(3)", "unless(s >= 0.5).for_days(3)")


def condition(rng: Random, depth: int) -> str:
    if depth == 0 or rng.random() < 0.45:
        return f"({rng.choice(ATOMS if rng.random() < 0.85 else CLOCKS)})"
    sign = rng.choice("&&|")
    inner = f"({condition(rng, depth - 1)} {sign} {condition(rng, depth - 1)})"
    return f"unless{inner}" if rng.random() < 0.1 else inner


def lifecycle(rng: Random) -> type[Lifecycle]:
    """Three or four phases, perhaps two of them in a group, and four to seven rules."""
    places = ["a", "b", "h.p", "h.q"] if rng.random() < 0.4 else ["a", "b", "c"]
    lines = [
        'f, g = Signal.flag("f"), Signal.flag("g", default=False)',
        'i, j = Signal.integer("i", 0, 2), Signal.integer("j", 0, 2, default=0)',
        's = Signal.share("s", port=True)',
        'e = Event("e")',
        f'a = Phase("A", initial=True, complete={rng.random() < 0.3})',
        'b = Phase("B")',
    ]
    if "c" in places:
        lines.append('c = Phase("C")')
    else:
        lines += ["class h(Phase.Group):", '    p = Phase("P", initial=True)', '    q = Phase("Q")']
    lines.append('end = Phase("End", final=True)')
    for number in range(rng.randint(4, 7)):
        source = rng.choice([*places, *(["h", "h"] if "h.p" in places else [])])
        targets = [place for place in [*places, "end"] if not place.startswith(source)]
        event = ", on=e" if rng.random() < 0.15 else ""
        lines.append(f"t{number} = {source}.to({rng.choice(targets)}, when={condition(rng, 2)}{event})")
    lines.append("stop = anywhere.to(end, on=e)")
    return defined("class Tiny(Lifecycle):\n" + "".join(f"    {line}\n" for line in lines))


class Judge:
    """What brute force says of one lifecycle."""

    def __init__(self, d: LifecycleDefinition) -> None:
        self.d = d
        self.people = list(customers(d, [t.when for t in d.transitions.values() if t.when is not None]))
        self.rules = [t for t in d.transitions.values() if t.when is not None]
        self.sources = {t.name: [path for path in d.phases if t in d.ways_out(path)] for t in self.rules}

    def dead(self) -> set[str]:
        return {t.name for t in self.rules if self.sources[t.name] and not any(true(t, one) for one in self.people)}

    def always(self) -> set[str]:
        return {t.name for t in self.rules if self.sources[t.name] and all(true(t, one) for one in self.people)}

    def shadowed(self) -> set[str]:
        found = set()
        for t in self.rules:
            first = {path: [o for o in self.d.ways_out(path) if o.on == t.on] for path in self.sources[t.name]}
            before = {path: rules[: rules.index(t)] for path, rules in first.items()}
            if self.d.phases[target(self.d, t)].final is False and t.on is not None:
                continue  # rules into the end come first on events: left to the engine tests
            taken = (any(true(t, one) and not any(true(o, one) for o in before[path]) for one in self.people) for path in before)
            if before and t.name not in self.dead() and not any(taken):
                found.add(t.name)
        return found

    def endless(self) -> bool:
        return any(settle(self.d, path, one) is None for one in self.people for path in self.d.phases)

    def gaps(self) -> bool:
        rules = silent(self.d, "a")
        timed = [one for one in self.people if one.at is not None]
        return self.d.phases["a"].complete and any(not any(true(t, one) for t in rules) for one in timed)

    def overlapping(self) -> set[frozenset[str]]:
        """Pairs that are true together somewhere, the first of all, with different ends, neither a special case of the other."""
        found = set()
        for path in self.d.phases:
            rules = silent(self.d, path)
            for place, second in enumerate(rules):
                for first in rules[:place]:
                    if self.matters(rules, first, second):
                        found.add(frozenset((first.name, second.name)))
        return found

    def matters(self, rules: tuple[Transition, ...], first: Transition, second: Transition) -> bool:
        def apart(one: Example) -> bool:
            ends = settle(self.d, target(self.d, first), one), settle(self.d, target(self.d, second), one)
            return None not in ends and ends[0] != ends[1]

        before = rules[: rules.index(first)]
        special = all(true(second, one) for one in self.people if true(first, one))
        second_taken = rules[: rules.index(second)]
        if not any(true(second, one) and not any(true(o, one) for o in second_taken) for one in self.people):
            return False  # here it is covered; elsewhere it may be taken
        both = (one for one in self.people if true(first, one) and true(second, one) and not any(true(o, one) for o in before))
        return not special and any(apart(one) for one in both)


def agree(seed: int) -> None:
    cls = lifecycle(Random(seed))
    judge, found = Judge(cls.definition), check(cls)

    def named(code: str) -> set[str]:
        return {one.about[0] for one in found if one.code == code}

    assert named("CLM510") == judge.dead(), seed
    assert named("CLM511") == judge.always(), seed
    by_event = {t.name for t in judge.rules if t.on is not None}
    assert named("CLM514") - by_event == judge.shadowed() - by_event, seed
    assert bool(named("CLM516") | named("CLM517")) == judge.gaps(), seed
    assert all(e.replayed for one in found for e in one.evidence), seed
    pairs = {frozenset(one.about) for one in found if one.code == "CLM515"}
    if any("for_days" in str(t.when) or "ForDays" in str(t.when) for t in judge.rules):
        assert not named("CLM519") or judge.endless(), seed
        assert pairs <= judge.overlapping(), seed
    else:
        assert bool(named("CLM519")) == judge.endless(), seed
        gone = named("CLM510") | named("CLM514")
        assert pairs == {pair for pair in judge.overlapping() if not pair & gone}, seed


def seeds(first: int, number: int) -> Iterator[int]:
    yield from range(first, first + number)


@pytest.mark.parametrize("first", [0])
def test_random_lifecycles(first: int) -> None:
    for seed in seeds(first, 20):
        agree(seed)


@pytest.mark.full
@pytest.mark.parametrize("first", range(0, 400, 50))
def test_more_random_lifecycles(first: int) -> None:
    for seed in seeds(first + 20, 50):
        agree(seed)


@pytest.mark.parametrize("seed", [1, 2, 28])
def test_counted_visits_and_resumed_groups_leave_nothing_undecided(seed: int) -> None:
    found = check(model_class(model_source(Random(seed))))
    assert not [one for one in found if one.code == "CLM521"]
