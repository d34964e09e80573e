"""The literals of the kernel against the plain reading of conditions, over random pictures and exactly at the limits."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clmstate import Event, Lifecycle, Phase, Signal, Threshold
from clmstate.conditions import evaluate
from clmstate.conditions.lower import TRUE, All, Fixed, Formula, Literal, literals, lower
from clmstate.conditions.lower import Any as Some
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
    ThresholdRef,
    Times,
    Unless,
)
from clmstate.kernel import State, clauses, compiled
from clmstate.kernel.expressions import Writer
from clmstate.live.picture import StatePicture
from clmstate.signals import DAY


class Facts(Lifecycle):
    """One signal of each kind, missing and not, so that every node has something to read."""

    flag = Signal.flag("flag")
    sure = Signal.flag("sure", default=False)
    count = Signal.count("count")
    many = Signal.count("many", default=0)
    share = Signal.share("share")
    score = Signal.score("score", 0, 100)
    plan = Signal.choice("plan", "Pro", "Team", "Free")
    level = Signal.choice("level", "low", "high", default="low")
    renewal = Signal.date("renewal")
    first = Signal.date("first contact")
    notice = Event("notice")
    most = Threshold(0.8)
    days = Threshold(3)

    new = Phase("New", initial=True)
    old = Phase("Old")
    held = (count >= 1).for_days(3)
    held_by_limit = flag.for_days(days)
    age = new.to(old, when=held | held_by_limit | (old.visits >= 1) | (new.visits >= 3))


PROGRAM = compiled(Facts.definition).program
WRITER = Writer(PROGRAM)


def holds(formula: Formula) -> Any:
    return eval(f"lambda _s: {WRITER.formula(formula)}", {"_round": round})


def lowered(cond: Cond, truths: int = TRUE) -> Formula:
    return lower(cond, lambda name: Facts.definition.signals[name].never_missing, truths)


# ---- clauses ---------------------------------------------------------------------------------------------------------------

ATOMS = [Literal(IsTrue(name), TRUE) for name in "abcdef"]
FORMULAS: st.SearchStrategy[Formula] = st.recursive(
    st.sampled_from(ATOMS) | st.builds(Fixed, st.booleans()),
    lambda inner: (
        st.builds(All, st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(Some, st.lists(inner, min_size=1, max_size=3).map(tuple))
    ),
    max_leaves=12,
)


def truth(formula: Formula, bits: int) -> bool:
    match formula:
        case Fixed(value):
            return value
        case Literal():
            return bool(bits >> ATOMS.index(formula) & 1)
        case All(items):
            return all(truth(item, bits) for item in items)
        case Some(items):
            return any(truth(item, bits) for item in items)


@given(FORMULAS)
def test_clauses_hold_exactly_when_the_formula_does(formula: Formula) -> None:
    masks = clauses(formula, {atom: i for i, atom in enumerate(ATOMS)})
    assert masks is not None
    for bits in range(1 << len(ATOMS)):
        assert any(bits & mask == mask for mask in masks) == truth(formula, bits)
    assert not any(a != b and a & b == a for a, b in itertools.permutations(masks, 2)), "one clause covers another"


def test_too_many_clauses_are_no_clauses() -> None:
    pairs = [Some((Literal(IsTrue(f"a{i}"), TRUE), Literal(IsTrue(f"b{i}"), TRUE))) for i in range(9)]
    wide = All(tuple(pairs))
    bit = {literal: i for i, literal in enumerate(dict.fromkeys(literals(wide)))}
    assert clauses(wide, bit) is None
    assert len(clauses(All(tuple(pairs[:8])), bit) or ()) == 256


# ---- every node ------------------------------------------------------------------------------------------------------------

OPS = st.sampled_from(["<", "<=", "==", "!=", ">=", ">"])
NUMBER = st.sampled_from(["count", "many", "share", "score"])
DAYS = st.sampled_from([-30, -1, 0, 1, 2.5, 3, 30, 120])
LIMITS = st.sampled_from([Const(0), Const(1), Const(0.3), Const(0.8), Const(3), ThresholdRef("most"), ThresholdRef("days")])
LINEAR = st.builds(SignalRef, NUMBER) | st.builds(
    lambda kind, a, b, factor: kind(Times(Const(factor), SignalRef(a)), SignalRef(b)),
    st.sampled_from([Plus, Minus]),
    NUMBER,
    NUMBER,
    st.sampled_from([0.1, -2, 3]),
)
CLOCKS = (
    st.builds(DaysUntil, st.sampled_from(["renewal", "first"]))
    | st.builds(DaysSince, st.sampled_from(["renewal", "first"]))
    | st.just(DaysInPhase())
    | st.just(EventDaysSince("notice"))
)
COUNTS = st.just(EventTimes("notice")) | st.builds(PhaseVisits, st.sampled_from(["new", "old"]))
DATES = st.builds(SignalRef, st.sampled_from(["renewal", "first"]))
WHOLE = st.builds(Const, DAYS) | st.just(ThresholdRef("days"))
LEAVES: st.SearchStrategy[Cond] = st.one_of(
    st.builds(Constant, st.booleans()),
    st.builds(IsTrue, st.sampled_from(["flag", "sure"])),
    st.builds(OneOf, st.just("plan"), st.sampled_from([("Pro",), ("Pro", "Team")])),
    st.builds(OneOf, st.just("level"), st.just(("high",))),
    st.builds(Compare, LINEAR, OPS, LIMITS),
    st.builds(Compare, LIMITS, OPS, LINEAR),
    st.builds(Compare, LINEAR, OPS, LINEAR),
    st.builds(Compare, CLOCKS, OPS, WHOLE),
    st.builds(Compare, WHOLE, OPS, CLOCKS),
    st.builds(Compare, COUNTS, OPS, WHOLE),
    st.builds(Compare, DATES, OPS, st.builds(DateConst, st.sampled_from([0, DAY, -DAY]))),
    st.builds(Compare, DATES, OPS, DATES),
    st.builds(Between, LINEAR, LIMITS, LIMITS),
    st.builds(Between, CLOCKS, WHOLE, WHOLE),
    st.builds(IsMissing, st.builds(SignalRef, st.sampled_from(["count", "many", "renewal", "plan"]))),
    st.sampled_from([Facts.held.node, Facts.held_by_limit.node]),
)
CONDITIONS: st.SearchStrategy[Cond] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(Unless, inner),
        st.builds(IsMissing, inner),
        st.builds(Named, inner, st.just("so called")),
        st.builds(And, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)
INSTANTS = st.sampled_from([0, 1, -1, DAY, DAY - 1, DAY + 1, 3 * DAY, 3 * DAY - 1, 3 * DAY + 1, -2 * DAY, 30 * DAY, 30 * DAY + 1])
MISSING = st.just(math.nan)


@st.composite
def states(draw: st.DrawFn) -> State:
    s = compiled(Facts.definition).new()
    values: dict[str, st.SearchStrategy[Any]] = {
        "flag": st.booleans() | MISSING,
        "sure": st.booleans(),
        "count": st.integers(0, 5) | MISSING,
        "many": st.integers(0, 5),
        "share": st.sampled_from([0.0, 0.1, 0.3, 0.79, 0.8, 1.0]) | MISSING,
        "score": st.sampled_from([0, 0.3, 1, 3, 70, 100]) | MISSING,
        "plan": st.sampled_from(["Pro", "Team", "Free"]) | MISSING,
        "level": st.sampled_from(["low", "high"]),
        "renewal": INSTANTS | MISSING,
        "first": INSTANTS | MISSING,
    }
    for name, strategy in values.items():
        setattr(s, f"v_{name}", draw(strategy))
    s.at = draw(INSTANTS | MISSING)
    for slot in ("entered", "e_notice", *(f"k{i}" for i in range(len(PROGRAM.clocks)))):
        setattr(s, slot, draw(INSTANTS | MISSING))
    s.n_notice = draw(st.integers(0, 4))  # type: ignore[attr-defined]
    s.visits = tuple(draw(st.integers(0, 4)) for _ in PROGRAM.visited)
    return s


@given(CONDITIONS, states())
def test_literals_say_what_the_condition_says(cond: Cond, state: State) -> None:
    said = evaluate(cond, StatePicture(state))
    bit = 1 if said is True else 2 if said is False else 4
    for truths in range(1, 8):
        assert bool(holds(lowered(cond, truths))(state)) == bool(truths & bit), (cond, truths)


@given(CONDITIONS, states())
def test_each_literal_of_a_leaf_is_what_the_leaf_says(cond: Cond, state: State) -> None:
    """The three truths of a leaf exclude each other; no written text holds for two of them."""
    for literal in literals(lowered(cond)):
        if isinstance(literal.leaf, ForDays):
            continue
        held = [bool(eval(WRITER.literal(Literal(literal.leaf, bit)), {"_s": state, "_round": round})) for bit in (1, 2)]
        assert held != [True, True], literal.leaf


# ---- whole days, without the division ---------------------------------------------------------------------------------------

LIMIT_DAYS = [-3, -1, 0, 1, 2, 30, -2.5, -0.5, 0.5, 2.5, 29.999]


@pytest.mark.parametrize("limit", LIMIT_DAYS)
@pytest.mark.parametrize("op", ["<", "<=", "==", "!=", ">=", ">"])
@pytest.mark.parametrize("term", [DaysUntil("renewal"), DaysSince("renewal"), DaysInPhase(), EventDaysSince("notice")])
@pytest.mark.parametrize("mirrored", [False, True])
def test_whole_days_at_the_microsecond(limit: float, op: Any, term: Any, mirrored: bool) -> None:
    cond = Compare(Const(limit), op, term) if mirrored else Compare(term, op, Const(limit))
    now = 1_767_225_600_000_000
    edges = {round(edge * DAY) + off for edge in (math.floor(limit), math.ceil(limit), limit, limit + 1) for off in (-1, 0, 1)}
    for elapsed in sorted(edges):
        s = compiled(Facts.definition).new()
        s.at = now
        s.v_renewal = now + elapsed if isinstance(term, DaysUntil) else now - elapsed
        s.e_notice = now - elapsed
        s.entered = now - elapsed
        assert bool(holds(lowered(cond))(s)) is evaluate(cond, StatePicture(s)), (elapsed / DAY, elapsed)


@example(0.285, 0.01, 29)
@example(0.284999, 0.01, 28)
@example(-2.5, 1, -2)
@example(1e308, 0.01, 10**310)
@example(2.25, 0.5, 5)
@given(st.just(7.0), st.just(1), st.just(7))
def test_members_count_in_whole_steps_halves_up(value: float, step: float, steps: int) -> None:
    from clmstate.kernel.rollup import in_steps

    found = in_steps(value, step)
    assert found == steps or abs(found - steps) <= abs(steps) // 10**15
