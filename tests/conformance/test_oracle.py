"""Small scenarios, rule by rule, with answers derived by hand from the page of meaning; everybody who knows the rules must give them."""

from __future__ import annotations

from typing import Any

import pytest

from clmstate import CLEAR, Event, Lifecycle, Milestone, Phase, Signal, Threshold, Transition, anywhere, days_in_phase, unless
from tests.conformance.generate import TODAY, Step
from tests.conformance.harness import ENGINES, Answer, ask_oracle
from tests.conformance.oracle import DAY, Livelock, Oracle


def day(number: float) -> int:
    return TODAY + round(number * DAY)


class Player:
    """A customer of the oracle or of an engine; days are counted from some midnight."""

    def __init__(self, who: str, model: type[Lifecycle]) -> None:
        self.oracle = Oracle(model.definition) if who == "oracle" else None
        self.engine = None if who == "oracle" else ENGINES[who](model)
        self.last: Answer | None = None

    def step(self, step: Step) -> list[str]:
        self.last = ask_oracle(self.oracle, step) if self.oracle is not None else self.engine.ask(step)
        return [f"{name or 'by hand'}: {source} > {target}" for _, name, source, target, _, _ in self.last.moves]

    def observe(self, at: float | None = None, *events: str, **values: Any) -> list[str]:
        return self.step(Step(at=None if at is None else day(at), values=values, events=events))

    def start(self, phase: str, at: float | None = None, since: float | None = None, **values: Any) -> list[str]:
        return self.step(
            Step(
                "start", phase=phase, at=None if at is None else day(at), until=None if since is None else day(since), values=values
            )
        )

    def move(self, phase: str, at: float | None = None, until: float | None = None) -> list[str]:
        return self.step(Step("move", phase=phase, at=None if at is None else day(at), until=None if until is None else day(until)))

    @property
    def phase(self) -> str:
        return self.last.phase

    @property
    def outcome(self) -> str:
        return self.last.outcome

    @property
    def untaken(self) -> list[str]:
        return self.last.untaken

    @property
    def milestones(self) -> list[tuple[str, float | None]]:
        return [(name, None if at is None else (at - TODAY) / DAY) for name, at in self.last.milestones]

    @property
    def due(self) -> list[float | None]:
        return [None if due is None else (due - TODAY) / DAY for *_, due in self.last.moves]


@pytest.fixture(params=["oracle", "compiled", "live", "restored"])
def play(request: pytest.FixtureRequest) -> Any:
    return lambda model: Player(request.param, model)


# ---- 1: missing


class Asking(Lifecycle):
    """One phase to come from, one transition for each question."""

    a = Signal.flag("a")
    b = Signal.flag("b")
    x = Signal.score("x")
    y = Signal.score("y")
    word = Signal.choice("word", "red", "green")
    day = Signal.date("day")
    known = Signal.flag("known", default=False)
    ask = Event("ask")
    here = Phase("Here", initial=True)
    there = Phase("There")
    yes = here.to(there, on=ask, when=a & b)
    back = there.to(here, on=ask)


def asked(condition: Any) -> type[Lifecycle]:
    class Question(Asking):
        yes = Asking.here.to(Asking.there, on=Asking.ask, when=condition)

    return Question


X = Asking.x >= 50


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        (Asking.a & Asking.b, {"a": True}, False),
        (Asking.a | Asking.b, {"a": True}, True),
        (~(Asking.a & Asking.b), {"a": False}, True),  # unknown & False is False
        (~(Asking.a | Asking.b), {"a": False}, False),  # unknown | False is unknown
        (~Asking.a, {}, False),
        (unless(Asking.a), {}, True),
        (unless(Asking.a), {"a": True}, False),
        (X | ~X, {}, False),
        (X, {"x": 50}, True),
        (X.is_missing(), {}, True),
        (X.is_missing(), {"x": 1}, False),
        (unless(X.is_missing()), {"x": 1}, True),
        (Asking.x.is_missing(), {"x": 1}, False),
        (~Asking.x.is_missing(), {}, False),
        (Asking.x != Asking.y, {"x": 1}, False),
        (Asking.x != Asking.y, {"x": 1, "y": 2}, True),
        (Asking.x.between(40, 60), {"x": 40}, True),
        (Asking.x.between(40, 60), {"x": 60}, True),
        (Asking.x.between(40, 60), {"x": 60.0001}, False),
        (~Asking.x.between(40, 60), {}, False),
        (Asking.word.one_of("red"), {"word": "red"}, True),
        (Asking.word != "red", {}, False),
        (Asking.word != "red", {"word": "green"}, True),
        (Asking.day <= "2026-01-03", {"day": day(2)}, True),
        (Asking.day <= "2026-01-03", {"day": day(2) + 1}, False),
        (~(Asking.day <= "2026-01-03"), {}, False),
        (~Asking.known, {}, True),
        (Asking.known.is_missing(), {}, False),
        (Asking.known.is_missing(), {"known": CLEAR}, False),
        (X.named("healthy"), {"x": 50}, True),
    ],
)
def test_1_missing_values_are_unknown_and_only_true_counts(play: Any, condition: Any, values: Any, expected: bool) -> None:
    player = play(asked(condition))
    assert player.observe(0, "ask", **values) == (["yes: here > there"] if expected else [])
    assert player.untaken == ([] if expected else ["ask"])


# ---- 2: exactness


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        (Asking.x + Asking.y == 0.3, {"x": 0.1, "y": 0.2}, True),
        (Asking.x == 0.3, {"x": 0.1 + 0.2}, False),  # a value on its own is never rounded
        (Asking.x + 0 == 0.3, {"x": 0.3 + 1e-10}, True),
        (Asking.x + 0 == 0.3, {"x": 0.3 + 1e-9}, False),
        (Asking.x / 3 * 3 == 1, {"x": 1}, True),
        (Asking.x * 0.1 >= 0.7, {"x": 7}, True),
        (Asking.x - 0.7 <= 0.1, {"x": 0.8}, True),
        (2 * Asking.x - Asking.y > 0, {"x": 1}, False),
        (Asking.x >= 69.5, {"x": 69.5}, True),  # between steps
        ((Asking.x + Asking.y).between(0.3, 1), {"x": 0.1, "y": 0.2}, True),
        ((Asking.x + Asking.y).is_missing(), {"x": 1}, True),
    ],
)
def test_2_expressions_are_rounded_and_values_are_not(play: Any, condition: Any, values: Any, expected: bool) -> None:
    assert bool(play(asked(condition)).observe(0, "ask", **values)) is expected


# ---- 3: time


class Waiting(Lifecycle):
    renewal = Signal.date("renewal")
    ping = Event("ping")
    early = Phase("Early", initial=True)
    late = Phase("Late")
    over = Phase("Over", final=True)
    wait = early.to(late, when=days_in_phase >= 2)
    end = late.to(over, when=renewal.days_until < 0)


def test_3_the_clock_and_the_stay_start_at_the_first_time(play: Any) -> None:
    player = play(Waiting)
    assert player.observe(None) == []  # clock terms are missing
    assert player.observe(5) == []
    assert player.observe(7 - 1 / DAY) == []
    assert player.observe(7) == ["wait: early > late"]


def test_3_without_time_nothing_has_passed_and_the_same_instant_may_come_twice(play: Any) -> None:
    player = play(Waiting)
    player.observe(5)
    assert player.observe(None) == []
    assert player.last.at == day(5)
    assert player.observe(7) == ["wait: early > late"]
    assert player.observe(7) == []


def test_3_going_back_is_refused_and_changes_nothing(play: Any) -> None:
    player = play(Waiting)
    player.observe(5)
    player.observe(4, renewal=day(1))
    assert (player.outcome, player.phase, player.last.at) == ("refused", "early", day(5))
    assert player.observe(7) == ["wait: early > late"]  # renewal is still unknown


# ---- 4: clock terms


class Clocks(Lifecycle):
    until = Signal.date("until")
    ping = Event("ping")
    ask = Event("ask")
    k = Threshold(2)
    a = Phase("A", initial=True)
    b = Phase("B")
    go = a.to(b, on=ask, when=until.days_until <= k)
    back = b.to(a, on=ask)


def clock_question(condition: Any) -> type[Lifecycle]:
    class Question(Clocks):
        go = Clocks.a.to(Clocks.b, on=Clocks.ask, when=condition)

    return Question


@pytest.mark.parametrize(
    ("term", "at", "value", "days"),
    [
        ("days_until", 0, 2, 2),
        ("days_until", 1 / DAY, 2, 1),  # floor
        ("days_until", 2, 2, 0),
        ("days_until", 2 + 1 / DAY, 2, -1),
        ("days_since", 2, 0, 2),
        ("days_since", 2 - 1 / DAY, 0, 1),
        ("days_since", 0, 1 / DAY, -1),
    ],
)
def test_4_days_are_whole_elapsed_days(play: Any, term: str, at: float, value: float, days: int) -> None:
    player = play(clock_question(getattr(Clocks.until, term) == days))
    assert player.observe(at, "ask", until=day(value)) == ["go: a > b"]


def test_4_days_in_phase_is_0_right_after_a_move(play: Any) -> None:
    player = play(clock_question(days_in_phase == 0))
    player.observe(0)
    assert player.observe(1, "ask") == []
    player.move("b", 3)
    assert player.observe(5, "ask") == ["back: b > a"]
    assert player.observe(5, "ask") == ["go: a > b"]


def test_4_an_event_is_missing_until_it_happens_and_counts_at_once(play: Any) -> None:
    player = play(clock_question(unless(Clocks.ping.days_since >= 0)))
    assert player.observe(0, "ask") == ["go: a > b"]
    player = play(clock_question(Clocks.ping.days_since == 0))
    assert player.observe(0, "ask") == []
    assert player.observe(1, "ask", "ping") == ["go: a > b"]
    assert player.untaken == ["ping"]


def test_4_offered_events_count_taken_or_not(play: Any) -> None:
    player = play(clock_question(Clocks.ask.times >= 3))
    assert player.observe(0, "ask") == []
    assert player.observe(0, "ask") == []
    assert player.observe(0, "ask") == ["go: a > b"]


class Counting(Lifecycle):
    ask = Event("ask")
    a = Phase("A", initial=True)

    class g(Phase.Group):
        x = Phase("X", initial=True)
        y = Phase("Y")

    end = Phase("End", final=True)
    third = a.to(end, when=a.visits >= 3)
    into = a.to(g, on=ask)
    across = g.x.to(g.y, on=ask)
    out = g.y.to(a, on=ask)
    group_twice = g.to(end, when=g.visits >= 3)


def test_4_visits_count_every_entry_the_first_included(play: Any) -> None:
    player = play(Counting)
    for _ in range(2):
        assert player.observe(0, "ask") + player.observe(0, "ask") == ["into: a > g.x", "across: g.x > g.y"]
        moves = player.observe(0, "ask")
    assert moves == ["out: g.y > a", "third: a > end"]  # a was visited at birth and twice since; the group only twice


# ---- 5: for_days


class Quiet(Lifecycle):
    quiet = Signal.flag("quiet")
    ask = Event("ask")
    a = Phase("A", initial=True)
    b = Phase("B")
    c = Phase("C")
    slow = a.to(b, when=quiet.for_days(3))
    move_on = b.to(c, on=ask, when=quiet.for_days(5))
    doubt = a.to(c, on=ask, when=quiet.for_days(3).is_missing())


def test_5_a_clock_starts_with_the_settled_picture_and_must_be_old_enough(play: Any) -> None:
    player = play(Quiet)
    assert player.observe(0, quiet=True) == []
    assert player.observe(3 - 1 / DAY) == []
    assert player.observe(3) == ["slow: a > b"]


def test_5_it_stops_when_the_condition_is_not_true(play: Any) -> None:
    for other in (False, CLEAR):
        player = play(Quiet)
        player.observe(0, quiet=True)
        player.observe(2, quiet=other)
        assert player.observe(4, quiet=True) == []  # rounds only read clocks, and this one starts now
        assert player.observe(6) == []
        assert player.observe(7) == ["slow: a > b"]


def test_5_it_runs_in_every_phase_and_no_move_resets_it(play: Any) -> None:
    player = play(Quiet)
    player.observe(0, quiet=True)
    player.observe(3)
    assert player.observe(4, "ask") == []
    assert player.observe(5, "ask") == ["move_on: b > c"]


def test_5_it_is_unknown_when_the_condition_is(play: Any) -> None:
    assert play(Quiet).observe(0, "ask") == ["doubt: a > c"]
    assert play(Quiet).observe(0, "ask", quiet=False) == []
    assert play(Quiet).observe(0, "ask", quiet=True) == []


def test_5_a_clock_that_ran_before_the_first_time_starts_then(play: Any) -> None:
    player = play(Quiet)
    player.observe(None, quiet=True)
    assert player.observe(10) == []
    assert player.observe(13) == ["slow: a > b"]


# ---- 7: values


def test_7_absent_names_keep_their_values_and_clear_forgets(play: Any) -> None:
    player = play(asked(Asking.a & Asking.b))
    player.observe(0, a=True)
    assert player.observe(0, "ask", b=True) == ["yes: here > there"]
    player.observe(0, "ask")
    player.observe(0, a=CLEAR)
    assert player.observe(0, "ask") == []


def test_7_unknown_names_and_events_are_refused(play: Any) -> None:
    player = play(Asking)
    player.observe(0, a=True, nobody=1)
    assert player.outcome == "refused"
    player.observe(0, "nothing", a=True)
    assert player.outcome == "refused"
    assert player.observe(0, "ask", b=True) == []  # a is still missing


# ---- 8: events


class Offers(Lifecycle):
    live = Signal.flag("live", default=False)
    one = Event("one")
    two = Event("two")
    a = Phase("A", initial=True)
    b = Phase("B")
    c = Phase("C")
    end = Phase("End", final=True)
    rule = a.to(b, when=live)
    first = a.to(c, on=one)
    second = a.to(end, on=two)
    next_one = c.to(b, on=one)
    onward = c.to(b, when=live)


def test_8_events_into_an_end_come_first_then_events_then_rules(play: Any) -> None:
    player = play(Offers)
    assert player.observe(0, "one", "two", live=True) == ["second: a > end"]
    assert player.untaken == ["one"]
    assert play(Offers).observe(0, "one", live=True) == ["first: a > c", "onward: c > b"]
    assert play(Offers).observe(0, live=True) == ["rule: a > b"]


def test_8_events_expire_after_round_one(play: Any) -> None:
    player = play(Offers)
    assert player.observe(0, "one") == ["first: a > c"]
    assert player.last.moves[0][4] == "event"
    assert player.observe(0, "two") == []
    assert (player.outcome, player.untaken) == ("moved", ["two"])


# ---- 10: rounds and order


class Order(Lifecycle):
    ask = Event("ask")
    x = Signal.count("x", default=0)
    k = Threshold(1)

    class g(Phase.Group, initial=True):
        p = Phase("P", initial=True)
        q = Phase("Q")

    r = Phase("R")
    s = Phase("S")
    t = Phase("T")
    everywhere = anywhere.to(t, on=ask, when=x >= k)
    whole = g.to(s, on=ask, when=x >= 2)
    own = g.p.to(r, on=ask, when=x >= 3)
    own_too = (g.p | r).to(g.q, on=ask, when=x >= 3)


@pytest.mark.parametrize(("x", "move"), [(0, []), (1, ["everywhere: g.p > t"]), (2, ["whole: g.p > s"]), (3, ["own: g.p > r"])])
def test_10_own_phase_then_its_group_then_anywhere_each_as_declared(play: Any, x: int, move: list[str]) -> None:
    assert play(Order).observe(0, "ask", x=x) == move


class OrderOfVariant(Order):
    own = Order.g.p.to(Order.s, on=Order.ask, when=Order.x >= 3)
    fresh = Order.g.p.to(Order.t, on=Order.ask, when=Order.x >= 3)
    k = Threshold(5)


def test_10_an_override_keeps_its_place_and_new_ones_follow(play: Any) -> None:
    assert play(OrderOfVariant).observe(0, "ask", x=3) == ["own: g.p > s"]
    assert play(OrderOfVariant).observe(0, "ask", x=1) == []


class OrderWithout(Order):
    own = Transition.dropped()


def test_10_what_is_dropped_is_gone(play: Any) -> None:
    assert play(OrderWithout).observe(0, "ask", x=3) == ["own_too: g.p > g.q"]


class Chain(Lifecycle):
    go = Signal.flag("go", default=False)
    a = Phase("A", initial=True)
    b = Phase("B")
    c = Phase("C")
    one = a.to(b, when=go)
    two = b.to(c, when=days_in_phase == 0)


def test_10_rounds_go_on_until_nothing_moves(play: Any) -> None:
    player = play(Chain)
    player.observe(0)
    assert player.observe(4, go=True) == ["one: a > b", "two: b > c"]
    assert [number for number, *_ in player.last.moves] == [1, 2]


# ---- 11: livelock


class Circle(Lifecycle):
    go = Signal.flag("go", default=False)
    often = Signal.count("often", default=0)
    a = Phase("A", initial=True)
    b = Phase("B")
    c = Phase("C")
    into = a.to(b, when=go)
    on = b.to(c, when=go)
    back = c.to(b, when=go)


def test_11_the_same_configuration_twice_is_a_livelock_and_nothing_is_kept(play: Any) -> None:
    player = play(Circle)
    player.observe(0)
    player.observe(1, go=True)
    assert (player.outcome, player.phase, player.last.at) == ("livelock", "a", day(0))
    assert player.observe(0.5) == []  # neither the time nor the value was kept


def test_11_the_oracle_says_the_cycle() -> None:
    with pytest.raises(Livelock) as raised:
        Oracle(Circle.definition).observe(None, {"go": True}, ())
    assert raised.value.cycle == ["b", "c", "b"]


class Fresh(Lifecycle):
    """Back where it was, but entered anew: days_in_phase has changed, so this settles."""

    hear = Event("hear")
    a = Phase("A", initial=True)
    b = Phase("B")
    note = a.stay(on=hear)
    out = a.to(b, when=days_in_phase >= 1)
    back = b.to(a, when=days_in_phase == 0)


def test_11_being_entered_in_this_observation_is_part_of_the_configuration(play: Any) -> None:
    player = play(Fresh)
    player.observe(0)
    assert player.observe(1, "hear") == ["note: a > a", "out: a > b", "back: b > a"]
    assert (player.outcome, player.phase) == ("moved", "a")
    assert player.observe(1.5) == []


class Tired(Lifecycle):
    go = Signal.flag("go", default=False)
    a = Phase("A", initial=True)
    b = Phase("B")
    end = Phase("End", final=True)
    enough = a.to(end, when=a.visits >= 40)
    into = a.to(b, when=go)
    back = b.to(a, when=go)


class Tireless(Tired):
    enough = Tired.a.to(Tired.end, when=Tired.a.visits >= 40_000)


def test_11_visits_that_a_condition_reads_are_part_of_the_configuration(play: Any) -> None:
    player = play(Tired)
    moves = player.observe(0, go=True)
    assert (len(moves), moves[-1], player.outcome) == (79, "enough: a > end", "moved")


def test_11_ten_thousand_rounds_are_an_error_of_their_own(play: Any) -> None:
    player = play(Tireless)
    player.observe(0)
    player.observe(1, go=True)
    assert (player.outcome, player.phase, player.last.at) == ("livelock", "a", day(0))


# ---- 13: groups


class Groups(Lifecycle):
    ask = Event("ask")
    resume_it = Event("resume")
    to_child = Event("to child")
    inner = Event("inner")
    a = Phase("A", initial=True)

    class g(Phase.Group):
        x = Phase("X")
        y = Phase("Y", initial=True)
        z = Phase("Z")

    into = a.to(g, on=ask)
    again = a.to(g.resume, on=resume_it)
    child = a.to(g.z, on=to_child)
    out = g.to(a, on=ask)
    within = g.y.to(g.x, on=inner)


def test_13_groups_are_entered_at_their_initial_phase_at_a_child_or_where_they_were_left(play: Any) -> None:
    player = play(Groups)
    assert player.observe(0, "resume_it") == ["again: a > g.y"]  # never left yet: the initial phase
    assert player.observe(0, "ask") == ["out: g.y > a"]
    assert player.observe(0, "to_child") == ["child: a > g.z"]
    assert player.observe(0, "ask") == ["out: g.z > a"]
    assert player.observe(0, "resume_it") == ["again: a > g.z"]
    assert player.observe(0, "ask") == ["out: g.z > a"]
    assert player.observe(0, "ask") == ["into: a > g.y"]
    assert player.observe(0, "inner") == ["within: g.y > g.x"]
    player.move("a")
    assert player.observe(0, "resume_it") == ["again: a > g.x"]  # left by hand is left too


# ---- 14: self-moves, stay, anywhere


class Selves(Lifecycle):
    again = Event("again")
    hear = Event("hear")
    ask = Event("ask")
    a = Phase("A", initial=True)
    b = Phase("B")

    class g(Phase.Group):
        x = Phase("X", initial=True)
        y = Phase("Y")

    end = Phase("End", final=True)
    renew = a.to(a, on=again)
    note = a.stay(on=hear)
    old = a.to(b, when=days_in_phase >= 3)
    everywhere = anywhere.to(g, on=ask)
    union = (a | b | g).to(b, on=again)
    close = (b | g.y).to(end, on=hear)


def test_14_a_self_move_restarts_the_stay_and_a_stay_does_not(play: Any) -> None:
    player = play(Selves)
    player.observe(0)
    assert player.observe(2, "again") == ["renew: a > a"]
    assert player.observe(4) == []
    assert player.observe(4.5, "hear") == ["note: a > a"]
    assert player.observe(5) == ["old: a > b"]


def test_14_a_taken_stay_asks_for_another_round(play: Any) -> None:
    player = play(Selves)
    player.observe(0)
    assert player.observe(3, "hear") == ["note: a > a", "old: a > b"]
    assert [number for number, *_ in player.last.moves] == [1, 2]


def test_14_anywhere_unions_and_groups_leave_out_the_target(play: Any) -> None:
    player = play(Selves)
    assert player.observe(0, "ask") == ["everywhere: a > g.x"]
    assert player.observe(0, "ask") == []  # the children of a target group are left out too
    assert player.observe(0, "again") == ["union: g.x > b"]
    assert player.observe(0, "again") == []
    assert player.observe(0, "hear") == ["close: b > end"]
    assert player.observe(0, "ask") == []  # final phases have no way out
    assert player.untaken == ["ask"]


# ---- 15: milestones


class Reaching(Lifecycle):
    x = Signal.score("x")
    a = Phase("A", initial=True)
    b = Phase("B")
    c = Phase("C")
    go = a.to(b, when=x >= 10)
    on = b.to(c, when=x >= 10)
    passing = Milestone("b twice", when=b.visits >= 1)
    ten = Milestone("ten", when=x >= 10)
    twenty = Milestone("twenty", when=x >= 20)


def test_15_milestones_are_reached_once_on_the_settled_picture(play: Any) -> None:
    player = play(Reaching)
    player.observe(0, x=25)
    assert player.milestones == [("passing", 0), ("ten", 0), ("twenty", 0)]
    player = play(Reaching)
    player.observe(None, x=10)
    player.observe(1, x=5)
    player.observe(2, x=20)
    assert player.milestones == [("passing", None), ("ten", None), ("twenty", 2)]


class Born(Lifecycle):
    """Everything is true from birth on."""

    ready = Signal.flag("ready", default=True)
    other = Signal.count("other")
    a = Phase("A", initial=True)
    b = Phase("B")
    slow = a.to(b, when=ready.for_days(2))
    at_birth = Milestone("at birth", when=ready)
    always = Milestone("always", when=a.visits >= 1)


@pytest.mark.parametrize("values", [{}, {"other": 1}])
@pytest.mark.parametrize("at", [None, 0])
def test_15_what_is_true_from_birth_counts_from_the_first_observation(play: Any, at: float | None, values: Any) -> None:
    player = play(Born)
    player.observe(at, **values)
    assert player.milestones == [("at_birth", at), ("always", at)]
    player.observe(0)
    assert player.observe(2) == ["slow: a > b"]


def test_15_after_start_they_are_reached_by_the_next_observation(play: Any) -> None:
    player = play(Born)
    player.start("b", 0)
    assert player.milestones == []
    player.observe(1)
    assert player.milestones == [("at_birth", 1)]


# ---- 16: by hand


class Hands(Lifecycle):
    live = Signal.flag("live", default=False)
    ask = Event("ask")
    hear = Event("hear")
    a = Phase("A", initial=True)
    b = Phase("B")
    c = Phase("C")
    end = Phase("End", final=True)
    go = a.to(b, when=live)
    on = b.to(c, when=days_in_phase >= 10)
    undo = c.to(b, when=live)
    jump = c.to(a, on=ask)
    noted = c.stay(on=hear)


def test_16_start_places_without_settling_and_the_stay_begins_when_it_is_said(play: Any) -> None:
    player = play(Hands)
    assert player.start("b", 0, -9, live=True) == []
    assert (player.phase, player.outcome) == ("b", "moved")
    assert player.observe(0.5) == []
    assert player.observe(1) == ["on: b > c", "undo: c > b"]
    player = play(Hands)
    assert player.start("a", 0, live=True) == []  # its rule is true, but nothing settles
    assert player.observe(2) == ["go: a > b"]
    assert player.due == [0]


def test_16_a_move_by_hand_settles_and_rules_may_undo_it(play: Any) -> None:
    player = play(Hands)
    player.observe(0)
    assert player.move("c", 1) == ["by hand: a > c"]
    assert player.last.moves[0][4] == "hand"
    assert player.observe(1, live=True) == ["undo: c > b"]
    assert player.move("c", 2) == ["by hand: b > c", "undo: c > b"]


def test_16_while_held_only_events_move_and_the_hold_ends_in_time(play: Any) -> None:
    player = play(Hands)
    player.observe(0, live=True)
    assert player.move("c", 1, until=5) == ["by hand: b > c"]
    assert player.observe(5 - 1 / DAY) == []
    assert player.observe(5) == ["undo: c > b"]


def test_16_the_first_event_move_ends_the_hold_and_a_stay_does_not(play: Any) -> None:
    player = play(Hands)
    player.observe(0, live=True)
    player.move("c", 1, until=5)
    assert player.observe(2, "hear") == ["noted: c > c"]
    assert player.observe(3) == []
    assert player.observe(4, "ask") == ["jump: c > a", "go: a > b"]


def test_16_by_hand_also_out_of_a_final_phase(play: Any) -> None:
    player = play(Hands)
    player.move("end", 0)
    assert player.observe(1, "ask", live=True) == []
    assert player.move("a", 2) == ["by hand: end > a", "go: a > b"]


# ---- 20: due since


class Due(Lifecycle):
    renewal = Signal.date("renewal")
    quiet = Signal.flag("quiet", default=False)
    ask = Event("ask")
    a = Phase("A", initial=True)
    b = Phase("B")
    c = Phase("C")
    window = a.to(b, when=renewal.days_until <= 10)
    silence = b.to(c, when=quiet.for_days(4))
    after = b.to(c, on=ask, when=days_in_phase >= 1)


def test_20_due_since_is_the_first_instant_of_the_window(play: Any) -> None:
    player = play(Due)
    player.observe(0, renewal=day(20))
    assert player.observe(15) == ["window: a > b"]
    assert player.due == [9 + 1 / DAY]  # eleven whole days no longer fit


def test_20_only_the_previous_picture_counts(play: Any) -> None:
    player = play(Due)
    player.observe(0)
    assert player.observe(15, renewal=day(20)) == ["window: a > b"]
    assert player.due == [None]
    player = play(Due)
    player.observe(0, renewal=day(10) + DAY)
    assert player.observe(1 / DAY) == ["window: a > b"]
    assert player.due == [None]  # due exactly now


def test_20_clocks_of_for_days_and_later_rounds(play: Any) -> None:
    player = play(Due)
    player.observe(0, quiet=True, renewal=day(100))
    assert player.observe(95, "ask") == ["window: a > b", "silence: b > c"]
    assert player.due == [89 + 1 / DAY, None]
    player = play(Due)
    player.observe(0, renewal=day(5))
    player.observe(1, quiet=True)
    assert player.observe(9, "ask") == ["after: b > c"]  # events come first
    assert player.due == [None]
    player = play(Due)
    player.observe(0, renewal=day(5))
    player.observe(1, quiet=True)
    assert player.observe(9) == ["silence: b > c"]
    assert player.due == [5]
