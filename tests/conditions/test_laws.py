"""Laws that hold for every condition and every picture: found by random search."""

from __future__ import annotations

import itertools
from typing import Any, assert_never

from hypothesis import given, settings
from hypothesis import strategies as st

from clmstate.conditions import Truth, evaluate, reads, simplify
from clmstate.conditions import lower as lowering
from clmstate.conditions.lower import FALSE, TRUE, UNKNOWN, Formula, Literal, lower
from clmstate.conditions.nodes import (
    And,
    Between,
    Compare,
    Cond,
    Const,
    Constant,
    DateConst,
    DaysInPhase,
    DaysSince,
    DaysUntil,
    EventDaysSince,
    EventTimes,
    ForDays,
    InPhase,
    IsMissing,
    IsTrue,
    Minus,
    Named,
    Not,
    OneOf,
    Or,
    PhaseVisits,
    Plus,
    SignalRef,
    Term,
    ThresholdRef,
    Times,
    Unless,
    children,
    terms,
    walk,
)
from clmstate.signals import DAY, Value

NUMBERS, FLAGS, CHOICES, DATES = ("n", "m", "n_known"), ("f", "g", "f_known"), ("c",), ("d", "e")
EVENTS, PHASES = ("x", "y"), ("p", "q")


class Random:
    """A picture of random values; those ending in `known` are never missing."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    def signal(self, name: str) -> Value | None:
        value: Value | None = self.data[name]
        return value

    def threshold(self, name: str) -> int | float:
        return 2

    def now(self) -> int | None:
        now: int | None = self.data["now"]
        return now

    def entered_at(self) -> int | None:
        return None if self.data["now"] is None else self.data["now"] - 2 * DAY

    def event_at(self, name: str) -> int | None:
        at: int | None = self.data["at_" + name] if self.data["now"] is not None else None
        return at

    def event_times(self, name: str) -> int:
        return len(name) + (self.data["now"] is not None)

    def visits(self, path: str) -> int:
        return 1 if path == "p" else 3

    def held_since(self, cond: ForDays) -> int | None:
        since: int | None = self.data["since"]
        return since

    def stands_in(self, paths: tuple[str, ...]) -> bool:
        return "p" in paths


days = st.sampled_from([0, DAY, 2 * DAY, 3 * DAY + 1])
pictures = st.fixed_dictionaries(
    {name: st.sampled_from([None, 0, 1, 2, 2.5]) for name in ("n", "m")}
    | {name: st.sampled_from([None, True, False]) for name in ("f", "g")}
    | {name: st.none() | days for name in ("d", "e", "now", "since", "at_x", "at_y")}
    | {"n_known": st.sampled_from([0, 1, 2]), "f_known": st.booleans(), "c": st.sampled_from([None, "a", "b"])}
).map(Random)

limits = st.sampled_from([Const(0), Const(1), Const(2), ThresholdRef("t")])
numbers = st.deferred(
    lambda: (
        st.sampled_from(NUMBERS).map(SignalRef)
        | st.builds(Plus, numbers, limits | numbers)
        | st.builds(Minus, limits | numbers, numbers)
        | st.builds(Times, st.sampled_from([Const(0.5), Const(-1), ThresholdRef("t")]), numbers)
    )
)
clocks = (
    st.sampled_from(DATES).map(DaysUntil)
    | st.sampled_from(DATES).map(DaysSince)
    | st.just(DaysInPhase())
    | st.sampled_from(EVENTS).map(EventDaysSince)
    | st.sampled_from(EVENTS).map(EventTimes)
    | st.sampled_from(PHASES).map(PhaseVisits)
)
operators = st.sampled_from(["<", "<=", "==", "!=", ">=", ">"])
dates = st.sampled_from(DATES).map(SignalRef) | st.just(DateConst(DAY))
plain = (
    st.builds(IsTrue, st.sampled_from(FLAGS))
    | st.builds(OneOf, st.just("c"), st.sampled_from([("a",), ("a", "b")]))
    | st.builds(Compare, numbers, operators, limits | numbers)
    | st.builds(Compare, st.sampled_from(DATES).map(SignalRef), operators, dates)
    | st.builds(Between, numbers, limits, limits)
    | st.builds(IsMissing, st.sampled_from((*NUMBERS, *FLAGS, *CHOICES, *DATES)).map(SignalRef))
)
leaves = (
    plain
    | st.builds(Constant, st.booleans())
    | st.builds(InPhase, st.sampled_from([("p",), ("q",), ("p", "q")]))
    | st.builds(Compare, clocks, operators, limits)
    | st.builds(Between, clocks, limits, limits)
    | st.builds(ForDays, plain | plain.map(Unless) | plain.map(Not), st.sampled_from([Const(1), Const(2), ThresholdRef("t")]))
)


def grown(inner: st.SearchStrategy[Cond]) -> st.SearchStrategy[Cond]:
    several = st.lists(inner, min_size=0, max_size=4).map(tuple)
    return (
        st.builds(Not, inner)
        | st.builds(Unless, inner)
        | st.builds(IsMissing, inner)
        | st.builds(Named, inner, st.just("named"))
        | st.builds(And, several)
        | st.builds(Or, several)
    )


conditions: st.SearchStrategy[Cond] = st.recursive(leaves, grown, max_leaves=12)


def truth_of(leaf: lowering.Leaf, picture: Random) -> Truth:
    """The truth of what a literal is about."""
    match leaf:
        case ForDays(_, needed):  # whether the clock is old enough
            now, since = picture.now(), picture.held_since(leaf)
            least = needed.value if isinstance(needed, Const) else picture.threshold(needed.name)
            return now is not None and since is not None and now - since >= least * DAY
        case SignalRef(name):  # whether it has a value
            return None if picture.signal(name) is None else True
        case _:
            return evaluate(leaf, picture)


def holds(formula: Formula, picture: Random) -> bool:
    match formula:
        case Literal(leaf, truths):
            truth = truth_of(leaf, picture)
            return bool(truths & (UNKNOWN if truth is None else TRUE if truth else FALSE))
        case lowering.Fixed(value):
            return value
        case lowering.All(items):
            return all(holds(item, picture) for item in items)
        case lowering.Any(items):
            return any(holds(item, picture) for item in items)
        case _:
            assert_never(formula)


def known(name: str) -> bool:
    return name.endswith("known")


@settings(max_examples=max(400, settings().max_examples))
@given(conditions, st.lists(pictures, min_size=1, max_size=5))
def test_simplifying_changes_no_truth(cond: Cond, some: list[Random]) -> None:
    shorter = simplify(cond)
    for picture in some:
        assert evaluate(shorter, picture) is evaluate(cond, picture)
    assert simplify(shorter) == shorter
    assert len(list(walk(shorter))) <= len(list(walk(cond)))


@settings(max_examples=max(300, settings().max_examples))
@given(conditions, st.lists(pictures, min_size=1, max_size=5))
def test_lowering_agrees_with_evaluation(cond: Cond, some: list[Random]) -> None:
    formulas = [(wanted, lower(cond, known, wanted)) for wanted in range(8)]
    for picture in some:
        truth = evaluate(cond, picture)
        bit = UNKNOWN if truth is None else TRUE if truth else FALSE
        for wanted, formula in formulas:
            assert holds(formula, picture) is bool(wanted & bit), wanted
    for _, formula in formulas:
        for literal in lowering.literals(formula):
            assert literal.truths in range(1, 7)


def everything(node: object) -> list[object]:
    """All nodes and terms inside, found by looking at every attribute."""
    found = [node]
    for name in getattr(node, "__attrs_attrs__", ()):
        value = getattr(node, name.name)
        for part in value if isinstance(value, tuple) else (value,):
            if hasattr(part, "__attrs_attrs__"):
                found += everything(part)
    return found


@given(conditions)
def test_walking_misses_nothing(cond: Cond) -> None:
    whole = everything(cond)
    assert sorted(map(repr, walk(cond))) == sorted(repr(node) for node in whole if isinstance(node, Cond))
    assert sorted(map(repr, terms(cond))) == sorted(repr(node) for node in whole if isinstance(node, Term))
    assert list(walk(cond)) == [cond, *itertools.chain.from_iterable(walk(child) for child in children(cond))]


@given(conditions)
def test_reads_names_everything_that_is_asked(cond: Cond) -> None:
    asked: dict[str, set[str]] = {"signals": set(), "thresholds": set(), "events": set(), "phases": set(), "clock": set()}

    class Curious(Random):
        def signal(self, name: str) -> Value | None:
            asked["signals"].add(name)
            return super().signal(name)

        def threshold(self, name: str) -> int | float:
            asked["thresholds"].add(name)
            return super().threshold(name)

        def event_at(self, name: str) -> int | None:
            asked["events"].add(name)
            return super().event_at(name)

        def event_times(self, name: str) -> int:
            asked["events"].add(name)
            return super().event_times(name)

        def visits(self, path: str) -> int:
            asked["phases"].add(path)
            return super().visits(path)

        def stands_in(self, paths: tuple[str, ...]) -> bool:
            asked["phases"].update(paths)
            return super().stands_in(paths)

        def now(self) -> int | None:
            asked["clock"].add("now")
            return super().now()

    blank: dict[str, Any] = dict.fromkeys((*NUMBERS, *FLAGS, *CHOICES, *DATES, "now", "since", "at_x", "at_y"))
    full = blank | dict.fromkeys(("n", "m", "n_known"), 1) | dict.fromkeys(("f", "g", "f_known"), True) | {"c": "a"}
    full |= dict.fromkeys(("d", "e", "now", "since", "at_x", "at_y"), DAY)
    for data in (blank, full):
        evaluate(cond, Curious(data))
    read = reads(cond)
    assert asked["signals"] <= set(read.signals)
    assert asked["thresholds"] <= set(read.thresholds)
    assert asked["events"] <= set(read.events)
    assert asked["phases"] <= set(read.phases)
    assert read.clock or not asked["clock"]
