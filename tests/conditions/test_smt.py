"""z3 against brute force: every truth that two random conditions can have together, over a small domain, clocks and missing values included."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from random import Random

import pytest

from clmstate import Event, Lifecycle, Phase, Signal, Threshold
from clmstate.conditions import nodes as n
from clmstate.conditions import reads
from clmstate.conditions.bound import bound
from clmstate.conditions.evaluate import evaluate
from clmstate.conditions.examples import TODAY, Example
from clmstate.conditions.lower import FALSE, TRUE, UNKNOWN
from clmstate.conditions.smt import NOT_TRUE, Prover, Said, UndecidedError
from clmstate.conditions.symbols import days_of
from clmstate.signals import DAY


class Small(Lifecycle):
    """So few values that all of them can be tried."""

    a = Signal.flag("a")
    b = Signal.flag("b", default=False)
    i = Signal.integer("i", 0, 2)
    j = Signal.integer("j", 0, 2, default=1)
    x = Signal.share("x")
    c = Signal.choice("c", "red", "green")
    d = Signal.date("d")
    e = Event("e")
    limit = Threshold(0.5)
    days = Threshold(2)
    new = Phase("New", initial=True)


DOMAIN: dict[str, tuple[object, ...]] = {
    "a": (None, True, False),
    "b": (True, False),
    "i": (None, 0, 1, 2),
    "j": (0, 1, 2),
    "x": (None, 0, 0.2, 0.3, 0.4, 0.5, 0.75, 1),
    "c": (None, "red", "green"),
    "d": (None, *(TODAY + round(days * DAY) for days in (-3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5))),
}
OPS: tuple[n.Op, ...] = ("<", "<=", "==", "!=", ">=", ">")
LIMITS: tuple[n.Const | n.ThresholdRef, ...] = (n.Const(0.3), n.ThresholdRef("limit"), n.Const(0), n.Const(1))
DAYS: tuple[n.Const | n.ThresholdRef, ...] = (n.Const(1), n.Const(2), n.Const(3), n.ThresholdRef("days"))
NAMES = {TRUE: True, FALSE: False, UNKNOWN: None}


def term(name: str) -> n.SignalRef:
    return n.SignalRef(name)


def atom(rng: Random, clocks: bool) -> n.Cond:
    op = rng.choice(OPS)
    plain: list[n.Cond] = [
        n.IsTrue("a"),
        n.IsTrue("b"),
        n.Compare(term("i"), op, n.Const(rng.choice([0, 1, 1.5, 2]))),
        n.Compare(
            n.Plus(term("i"), n.Times(n.Const(rng.choice([1, 2, -1, 0.5])), term("j"))), op, n.Const(rng.choice([0, 1, 2, 2.5, 3]))
        ),
        n.Compare(n.Minus(term("i"), term("j")), op, n.Const(rng.choice([-1, 0, 1]))),
        n.Compare(term("x"), op, rng.choice(LIMITS)),
        n.Between(term("x"), n.Const(0.3), n.ThresholdRef("limit")),
        n.Compare(n.Times(n.Const(2), term("x")), op, n.Const(0.6)),
        n.OneOf("c", tuple(rng.sample(["red", "green"], rng.randint(1, 2)))),
        n.IsMissing(term(rng.choice("aixcd"))),
    ]
    timed: list[n.Cond] = [
        n.Compare(n.DaysUntil("d"), op, n.Const(rng.choice([-2, -1, 0, 1, 2]))),
        n.Compare(n.DaysSince("d"), op, n.Const(rng.choice([-2, -1, 0, 1, 2]))),
        n.Compare(n.DaysInPhase(), op, n.Const(rng.choice([0, 1, 2]))),
        n.Compare(n.EventDaysSince("e"), op, n.Const(rng.choice([0, 1, 2]))),
        n.Compare(n.EventTimes("e"), op, n.Const(rng.choice([0, 1, 2]))),
    ]
    return rng.choice(plain if not clocks or rng.random() < 0.6 else timed)


def condition(rng: Random, depth: int, *, clocks: bool = True) -> n.Cond:
    roll = rng.random()
    if depth == 0 or roll < 0.3:
        return atom(rng, clocks)
    if roll < 0.5:
        return n.And((condition(rng, depth - 1, clocks=clocks), condition(rng, depth - 1, clocks=clocks)))
    if roll < 0.65:
        return n.Or((condition(rng, depth - 1, clocks=clocks), condition(rng, depth - 1, clocks=clocks)))
    if roll < 0.73:
        return n.Not(condition(rng, depth - 1, clocks=clocks))
    if roll < 0.81:
        return n.Unless(condition(rng, depth - 1, clocks=clocks))
    if roll < 0.85:
        return n.IsMissing(condition(rng, depth - 1, clocks=clocks))
    if clocks:
        days = rng.choice(DAYS)
        return n.ForDays(condition(rng, depth - 1, clocks=False), days)
    return atom(rng, clocks)


def size(*conds: n.Cond) -> int:
    """How many pictures brute force has to look at."""
    number = 1
    for name in {name for cond in conds for name in reads(cond).signals}:
        number *= len(DOMAIN[name])
    number *= 14 if any(reads(cond).events for cond in conds) else 1
    return number * (4 if any(isinstance(t, n.DaysInPhase) for cond in conds for t in n.terms(cond)) else 1)


def pictures(*conds: n.Cond) -> Iterator[Example]:
    """Every customer of the domain, as far as conditions look."""
    signals = sorted({name for cond in conds for name in reads(cond).signals})
    events = sorted({name for cond in conds for name in reads(cond).events})
    stays = range(4) if any(isinstance(t, n.DaysInPhase) for cond in conds for t in n.terms(cond)) else (0,)
    happened = [(0, None), *itertools.product((1, 2, 3), range(4))] if events else [(0, None)]
    for values in itertools.product(*(DOMAIN[name] for name in signals)):
        known = {name: value for name, value in zip(signals, values, strict=True) if value is not None}
        for times, ago in happened:
            offered = {"e": times} if times else {}
            yield Example(Small.definition, known, at=None, entered=None, times=offered)
            for stay in stays:
                last = {} if ago is None else {"e": TODAY - ago * DAY}
                yield Example(Small.definition, known, entered=TODAY - stay * DAY, times=offered, last=last)


def held(clocks: list[n.ForDays]) -> set[frozenset[n.ForDays]]:
    """Which clocks can be old enough together: up to three days, each with any picture."""
    days = {clock: days_of(clock, Small.definition) for clock in clocks}
    vectors = {frozenset(c for c in clocks if evaluate(c.of, picture) is True) for picture in pictures(*(c.of for c in clocks))}
    return {  # a life may be younger than three days
        frozenset(c for c in clocks if days[c] <= age and all(c in day for day in last[: days[c]]))
        for age in range(4)
        for last in itertools.product(vectors, repeat=age)
    }


def brute_force(*conds: n.Cond) -> set[tuple[bool | None, ...]]:
    """All truths that conditions have together."""
    clocks = list(dict.fromkeys(node for cond in conds for node in n.walk(cond) if isinstance(node, n.ForDays)))
    old = held(clocks) if clocks else {frozenset[n.ForDays]()}
    found = set()
    for picture in pictures(*conds):
        for full in old if picture.at is not None else ({frozenset[n.ForDays]()}):
            since = {c: TODAY - days_of(c, Small.definition) * DAY for c in full}
            object.__setattr__(picture, "since", since)  # the same picture with other clocks: a copy of each would take minutes
            found.add(tuple(evaluate(cond, picture) for cond in conds))
    return found


def pairs(seed: int, number: int, most: int) -> Iterator[tuple[n.Cond, n.Cond]]:
    rng = Random(seed)
    while number:
        a, b = condition(rng, 3), condition(rng, 2)
        if size(a, b) <= most:
            number -= 1
            yield a, b


def agree(seed: int, number: int, most: int) -> None:
    for a, b in pairs(seed, number, most):
        prover = Prover(Small.definition)
        truths = brute_force(a, b)
        for first, second in itertools.product(NAMES, NAMES):
            claims = (Said(a, first), Said(b, second))
            wanted = (NAMES[first], NAMES[second]) in truths
            assert prover.possible(*claims) is wanted, (a, b, first, second)
            if wanted and second == TRUE:
                example = prover.satisfy(*claims)
                assert example is not None
                assert prover.agrees(example, *claims), (a, b, first, second, example)
        only_first, only_second = (
            any(t is True and u is not True for t, u in truths),
            any(u is True and t is not True for t, u in truths),
        )
        kind = prover.relation(a, b).kind
        assert kind == {(False, False): "equal", (False, True): "stronger", (True, False): "weaker"}.get(
            (only_first, only_second), "different"
        )


@pytest.mark.parametrize("seed", range(4))
def test_brute_force_agrees(seed: int) -> None:
    agree(seed, 110, 120)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(100, 110))
def test_brute_force_agrees_on_more(seed: int) -> None:
    agree(seed, 200, 4000)


def test_clocks_say_what_they_know_of_one_another() -> None:
    prover = Prover(Small.definition)
    at_least = {k: n.Compare(term("i"), ">=", n.Const(k)) for k in (1, 2)}
    short, long = n.ForDays(at_least[1], n.Const(1)), n.ForDays(at_least[2], n.Const(3))
    assert prover.counterexample(long, short) is None
    assert prover.counterexample(short, long) is not None
    assert not prover.possible(long, n.Compare(term("i"), "<", n.Const(2)))


def test_what_is_always_true_has_held_for_as_long_as_anything() -> None:
    always = n.Compare(n.Minus(term("i"), term("j")), "<=", n.Const(2))  # of numbers up to 2; nothing is read by both
    other, held = n.ForDays(n.IsTrue("b"), n.Const(3)), n.ForDays(n.Unless(n.Not(always)), n.Const(3))
    prover = Prover(Small.definition)
    assert prover.counterexample(other, held) is None
    assert prover.counterexample(held, other) is not None
    assert prover.counterexample(other, n.ForDays(n.Unless(n.Not(always)), n.Const(4))) is not None


def test_an_example_is_round_and_says_no_more_than_it_must() -> None:
    prover = Prover(Small.definition)
    example = prover.satisfy(n.Compare(term("x"), ">", n.Const(0.33)))
    assert example is not None
    assert dict(example.words()) == {"x": "40 %"}
    near = prover.satisfy(n.Compare(term("x"), ">", n.Const(0.33)), near={"x": 0.75})
    assert near is not None
    assert near.values == {"x": 0.75}


def test_versions_with_other_limits_are_compared() -> None:
    prover = Prover(Small.definition)
    rule = n.Compare(term("x"), ">=", n.ThresholdRef("limit"))
    assert prover.relation(bound(rule, Small.definition.thresholds), n.Compare(term("x"), ">=", n.Const(0.3))).kind == "stronger"


def test_a_smallest_clash_is_named() -> None:
    prover = Prover(Small.definition)
    claims = [n.IsTrue("a"), n.Compare(term("i"), ">", n.Const(1)), n.IsTrue("b"), n.Compare(term("i"), "<", n.Const(1))]
    assert prover.clash(claims) == (1, 3)
    assert prover.clash(claims[:3]) == ()


def test_too_much_effort_is_undecided_not_wrong() -> None:
    prover = Prover(Small.definition, effort=1)
    hard = n.And(tuple(n.Compare(n.Plus(term("i"), n.Times(n.Const(k), term("x"))), "!=", n.Const(k)) for k in (2, 3, 5, 7)))
    with pytest.raises(UndecidedError, match="CLM521"):
        prover.possible(hard, Said(n.IsTrue("a"), NOT_TRUE))
