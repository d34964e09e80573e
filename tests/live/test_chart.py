"""The native chart, with the real python-statemachine: alone, and led along by a performer."""

from __future__ import annotations

import asyncio
import copy
import datetime as dt
import random
from typing import Any

import attrs
import pytest
from statemachine import StateChart

from clmstate import (
    CLEAR,
    BadValueError,
    Event,
    Lifecycle,
    LivelockError,
    ObservationError,
    Phase,
    Signal,
    Threshold,
    Transition,
    UnknownNameError,
    anywhere,
    days_in_phase,
    unless,
)
from clmstate.live.chart import LifecycleChart
from clmstate.live.generator import statechart
from clmstate.live.performer import Performer


class Contract(Lifecycle):
    setup_done = Signal.flag("setup signed off", default=False)
    users_adopted = Signal.share("users adopted", port=True)
    escalations = Signal.count("open escalation", plural="open escalations", default=0)
    health = Signal.score("health", 0, 100)
    renewal_on = Signal.date("renewal")
    expansion = Signal.flag("expansion signal", default=False)
    product_bought = Event("product bought", names_instance=True)
    notice = Event("notice received")
    renewed = Event("renewal signed")
    saved = Event("save plan closed")
    ended = Event("contract ended")
    adopted_at = Threshold(0.80)
    relapse_at = Threshold(0.60)

    onboarding = Phase("Onboarding", initial=True)
    adoption = Phase("Adoption")
    success = Phase("Success")

    class renewal(Phase.Group):
        happy = Phase("Happy")
        high_risk = Phase("High risk", initial=True)

    growth = Phase("Growth")
    churned = Phase("Churned", final=True)

    in_window = (renewal_on.days_until <= 120) & unless(renewed.days_since <= 120)
    healthy = (health >= 70) & (escalations == 0)
    worrying = (health < 60) | (escalations >= 2)

    go_live = onboarding.to(adoption, when=setup_done & (users_adopted >= 0.5))
    adopt = adoption.to(success, when=(users_adopted >= adopted_at) & (escalations == 0))
    relapse = success.to(adoption, when=unless(users_adopted >= relapse_at).for_days(14))
    renew_calm = (adoption | success).to(renewal.happy, when=in_window & healthy)
    renew_tense = (adoption | success).to(renewal.high_risk, when=in_window & unless(healthy))
    worry = renewal.happy.to(renewal.high_risk, when=worrying)
    save = renewal.high_risk.to(renewal.happy, on=saved, when=in_window & healthy)
    calm_down = renewal.high_risk.to(renewal.happy, when=healthy & unless(notice.days_since <= 365))
    go_back = renewal.high_risk.to(adoption, on=saved, when=unless(in_window))
    next_term = renewal.to(success, on=renewed)
    grow = (adoption | success | renewal.happy).to(growth, when=expansion & healthy)
    return_from = growth.to(success, when=unless(expansion))
    worry_big = growth.to(renewal.high_risk, when=in_window & worrying)
    hear = onboarding.stay(on=notice)
    alarm = (adoption | success | growth | renewal.happy).to(renewal.high_risk, on=notice)
    lose = anywhere.to(churned, on=ended)


class Pair(Lifecycle):
    """Two groups with a child of the same name, resume, a self-move, and counts that conditions read."""

    load = Signal.integer("load", 0, 9)
    pause = Event("paused")
    resume = Event("resumed")
    again = Event("again")
    ping = Event("ping")
    stop = Event("stopped")

    class work(Phase.Group, initial=True):
        calm = Phase("Calm work", initial=True)
        busy = Phase("Busy work")

    class rest(Phase.Group):
        calm = Phase("Calm rest", initial=True)
        deep = Phase("Deep rest")
        over = Phase("Over", final=True)

    tired = Phase("Tired")

    get_busy = work.calm.to(work.busy, when=load >= 5)
    ease = work.busy.to(work.calm, when=load < 3)
    take_break = work.to(rest, on=pause)
    return_to = rest.to(work.resume, on=resume)
    deepen = rest.calm.to(rest.deep, when=days_in_phase >= 10)
    restart = work.busy.to(work.busy, on=again)
    wear_out = work.busy.to(tired, when=ping.times >= 3)
    recover = tired.to(rest.resume, when=work.busy.visits <= 9)
    quit = anywhere.to(rest.over, on=stop)
    stop_early = work.busy.to(tired, on=stop)


class Recorder:
    """A listener that writes down everything it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, ...]] = []

    def before_transition(self, transition: Any, event: Any) -> None:
        rule = getattr(transition, "rule", None)
        self.heard.append(("before", rule.name if rule is not None else "by hand", str(event)))

    def on_exit_state(self, state: Any) -> None:
        self.heard.append(("exit", state.value))

    def on_enter_state(self, state: Any) -> None:
        self.heard.append(("enter", state.value))

    def after_transition(self, source: Any, target: Any) -> None:
        self.heard.append(("after", source.value, target.value if target is not None else "stays"))


def names(chart: LifecycleChart) -> list[str | None]:
    return [name for name, _, _, _ in chart.facts.moves]


def look(chart: LifecycleChart, at: Any = None, **values: object) -> list[str | None]:
    chart.facts.report(at=at, **values)
    chart.send("evaluate")
    return names(chart)


def offer(chart: LifecycleChart, event: str, at: Any = None, **values: object) -> list[str | None]:
    chart.facts.report(at=at, **values)
    chart.send(event)
    return names(chart)


def adopted(**kwargs: Any) -> LifecycleChart:
    chart = Contract.statechart()(**kwargs)
    assert look(chart, "2026-01-01", setup_done=True, users_adopted=0.7) == ["go_live"]
    return chart


# ---- alone


def test_every_transition_is_reached_natively() -> None:
    seen: set[str | None] = set()
    chart = Contract.statechart()()
    steps: list[tuple[str, dict[str, object], str, list[str]]] = [
        ("notice", {"at": "2026-01-01"}, "onboarding", ["hear"]),
        ("evaluate", {"setup_done": True, "users_adopted": 0.9, "escalations": 1}, "adoption", ["go_live"]),
        ("evaluate", {"escalations": 0}, "success", ["adopt"]),
        ("evaluate", {"at": "2026-01-02", "users_adopted": 0.5}, "success", []),
        ("evaluate", {"at": "2026-01-16"}, "adoption", ["relapse"]),
        ("evaluate", {"health": 75, "expansion": True}, "growth", ["grow"]),
        ("evaluate", {"expansion": False, "users_adopted": 0.7}, "success", ["return_from"]),
        ("evaluate", {"expansion": True}, "growth", ["grow"]),
        ("evaluate", {"renewal_on": "2026-04-01", "health": 50}, "renewal.high_risk", ["worry_big"]),
        ("evaluate", {"health": 65, "expansion": False}, "renewal.high_risk", []),
        ("renewed", {}, "success", ["next_term"]),
        ("notice", {}, "renewal.high_risk", ["alarm"]),
        ("saved", {}, "adoption", ["go_back"]),
        ("evaluate", {"at": "2026-07-01", "renewal_on": "2026-08-01"}, "renewal.high_risk", ["renew_tense"]),
        ("saved", {"health": 90}, "renewal.happy", ["save"]),
        ("evaluate", {"health": 55}, "renewal.high_risk", ["worry"]),
        ("evaluate", {"at": "2027-02-01", "health": 80, "renewal_on": "2027-03-01"}, "renewal.happy", ["calm_down"]),
        ("renewed", {"renewal_on": "2028-03-01"}, "success", ["next_term"]),
        ("evaluate", {"at": "2028-01-01"}, "renewal.happy", ["renew_calm"]),
        ("ended", {}, "churned", ["lose"]),
        ("ended", {"health": 10}, "churned", []),
    ]
    for event, values, phase, moves in steps:
        assert offer(chart, event, **values) == moves, (event, values)
        assert chart.path == phase
        seen |= set(moves)
    assert seen == set(Contract.definition.transitions)
    assert chart.is_terminated


def test_an_untaken_event_lets_the_rules_settle_and_counts() -> None:
    chart = Contract.statechart()()
    assert offer(chart, "saved", "2026-01-01", setup_done=True, users_adopted=0.9) == ["go_live", "adopt"]
    assert chart.facts.event_times("saved") == 1
    chart.saved()  # the library's own spelling
    assert chart.facts.event_times("saved") == 2


def test_events_come_before_rules_and_final_ones_first() -> None:
    chart = statechart(Pair)()
    look(chart, load=7)
    assert offer(chart, "stop") == ["quit"]  # declared before, out of `anywhere`, but into a final phase
    assert chart.path == "rest.over"
    chart = statechart(Pair)()
    look(chart, load=7)
    chart.facts.report(load=1)
    assert offer(chart, "pause") == ["take_break"]  # not `ease`, which could be taken too


def test_several_events_in_one_observation() -> None:
    chart = adopted()
    told = Recorder()
    chart.add_listener(told)
    chart.send("notice", together=[Contract.ended, "saved"])
    assert names(chart) == ["lose"]
    assert told.heard[0] == ("before", "lose", "ended")
    assert [chart.facts.event_times(e) for e in ("notice", "saved", "ended")] == [1, 1, 1]


def test_groups_resume_and_self_moves() -> None:
    chart = statechart(Pair)()
    told = Recorder()
    chart.add_listener(told)
    assert chart.configuration_values == {"work", "work.calm"}
    assert look(chart, "2026-01-01", load=6) == ["get_busy"]
    assert told.heard == [
        ("before", "get_busy", "evaluate"),
        ("exit", "work.calm"),
        ("enter", "work.busy"),
        ("after", "work.calm", "work.busy"),
    ]
    assert offer(chart, "pause") == ["take_break"]
    assert look(chart, "2026-01-10") == []
    assert look(chart, "2026-01-11") == ["deepen"]
    assert chart.configuration_values == {"rest", "rest.deep"}
    assert offer(chart, "resume") == ["return_to"]
    assert chart.path == "work.busy", "where it was left, not where the group starts"
    told.heard.clear()
    assert offer(chart, "again", "2026-02-01") == ["restart"]
    assert told.heard[1:3] == [("exit", "work.busy"), ("enter", "work.busy")]
    assert (chart.facts.visits("work.busy"), chart.facts.visits("work"), chart.facts.visits("rest")) == (3, 2, 1)
    chart.send("ping")
    chart.send("ping")
    assert offer(chart, "ping") == ["wear_out", "recover"]
    assert chart.path == "rest.deep"


def test_resume_of_a_group_that_was_never_left_is_its_start() -> None:
    chart = statechart(Pair)(start_value="tired")
    assert look(chart) == ["recover"]
    assert chart.path == "rest.calm"


def test_a_stay_leaves_nothing() -> None:
    chart = Contract.statechart()()
    told = Recorder()
    chart.add_listener(told)
    look(chart, "2026-01-01")
    chart.facts.report(at="2026-02-01")
    assert offer(chart, "notice") == ["hear"]
    assert told.heard == [("before", "hear", "notice"), ("after", "onboarding", "stays")]
    assert chart.facts.visits("onboarding") == 1
    assert chart.facts.entered_at() != chart.facts.now()


def test_clocks_are_written_after_settling() -> None:
    chart = adopted()
    look(chart, users_adopted=0.85)
    assert chart.path == "success"
    look(chart, "2026-03-01", users_adopted=0.4)
    assert look(chart, "2026-03-10", users_adopted=0.7) == []  # the clock stops
    look(chart, "2026-03-11", users_adopted=CLEAR)  # and starts
    assert look(chart, "2026-03-24T23:59") == []
    assert look(chart, "2026-03-25") == ["relapse"]


class Circle(Lifecycle):
    lit = Signal.flag("lit", default=False)
    knock = Event("knocked")
    first = Phase("First", initial=True)
    second = Phase("Second")
    third = Phase("Third")
    enter = first.to(second, on=knock)
    there = second.to(third, when=lit)
    back = third.to(second, when=lit)


def test_a_livelock_is_refused_with_its_cycle_and_nothing_is_kept() -> None:
    chart = statechart(Circle)()
    chart.facts.report(at="2026-01-01")
    chart.send("evaluate")
    chart.facts.report(at="2026-01-02", lit=True)
    with pytest.raises(LivelockError, match=r"CLM210 Circle: .*Second → Third → Second") as caught:
        chart.send("knock")
    assert len(caught.value.diagnostics) == 1
    assert chart.path == "first"
    assert (str(chart.facts.at), chart.facts.signal("lit"), chart.facts.event_times("knock")) == ("2026-01-01", False, 0)
    assert offer(chart, "knock", "2026-01-03") == ["enter"]


@pytest.mark.parametrize(
    ("values", "error", "code"),
    [
        ({"health": 130}, BadValueError, "CLM204"),
        ({"health": None}, BadValueError, "CLM204"),
        ({"healt": 80}, UnknownNameError, "CLM201"),
        ({"at": "2025-01-01"}, BadValueError, "CLM205"),
        ({"at": "yesterday"}, BadValueError, "CLM206"),
    ],
)
def test_refused_reports_change_nothing(values: dict[str, Any], error: type[Exception], code: str) -> None:
    chart = adopted()
    before = chart.facts.mark()
    with pytest.raises(error, match=code):
        chart.facts.report(expansion=True, **values)
    assert chart.facts.mark() == before


def test_unknown_events_are_errors() -> None:
    with pytest.raises(UnknownNameError, match=r"CLM202 Contract: 'notise' is not an event of Contract. Did you mean 'notice'"):
        Contract.statechart()().send("notise")


def test_deleting_a_transition_stops_the_move() -> None:
    class Silent(Contract):
        go_live = Transition.dropped()

    assert look(statechart(Silent)(), setup_done=True, users_adopted=0.7) == []
    left = {name: t for name, t in Contract.definition.transitions.items() if name != "alarm"}
    chart = statechart(attrs.evolve(Contract.definition, transitions=left))()
    look(chart, setup_done=True, users_adopted=0.7)
    assert offer(chart, "notice") == []
    assert offer(adopted(), "notice") == ["alarm"]


def test_a_variant_has_its_own_limits() -> None:
    class Strict(Contract):
        adopted_at = Threshold(0.95)

    assert look(statechart(Contract)(), setup_done=True, users_adopted=0.9) == ["go_live", "adopt"]
    assert look(statechart(Strict)(), setup_done=True, users_adopted=0.9) == ["go_live"]


def test_classes_are_made_once_and_do_not_disturb_each_other() -> None:
    assert statechart(Contract) is Contract.statechart() is statechart(Contract.definition)
    twin = statechart(attrs.evolve(Contract.definition))
    assert twin is not statechart(Contract)
    assert twin.__name__ == "ContractChart"
    assert issubclass(twin, StateChart)
    shared = {id(t) for s in twin.states_map.values() for t in s.transitions}
    assert not shared & {id(t) for s in statechart(Contract).states_map.values() for t in s.transitions}
    for made in (twin, statechart(Contract), twin):
        chart = made()
        assert look(chart, setup_done=True, users_adopted=0.9) == ["go_live", "adopt"]


def test_instances_do_not_share_facts_or_memory() -> None:
    one, two = statechart(Pair)(), statechart(Pair)()
    look(one, load=7)
    offer(one, "pause")
    assert two.path == "work.calm"
    offer(two, "pause")
    offer(two, "resume")
    assert two.path == "work.calm"
    offer(one, "resume")
    assert one.path == "work.busy"


# ---- with the library's own features


def test_guards_read_as_the_business_says_it() -> None:
    (guard,) = statechart(Contract).ways["go_live", "onboarding"].cond
    assert str(guard) == "setup signed off and users adopted at least 50 %"
    assert guard.func.expr == Contract.go_live.when
    assert statechart(Contract).ways["go_live", "onboarding"].rule is Contract.definition.transitions["go_live"]
    table = format(statechart(Contract), "md")
    assert "setup signed off and users adopted at least 50 %" in table
    assert "notice received" in table


def test_a_domain_model_keeps_the_phase() -> None:
    class Row:
        phase: Any = None
        entered = 0

        def on_enter_phase_adoption(self) -> None:
            self.entered += 1

    row = Row()
    chart = adopted(model=row, state_field="phase")
    assert (row.phase, row.entered) == ("adoption", 1)
    offer(chart, "notice")
    again = statechart(Contract)(model=copy.copy(row), state_field="phase")
    assert again.path == "renewal.high_risk"
    assert again.facts.phase == "renewal.high_risk"
    assert offer(again, "renewed") == ["next_term"]


def test_a_listener_that_fails_before_the_move_leaves_phase_and_facts() -> None:
    class Veto:
        def on_exit_phase_adoption(self) -> None:
            raise RuntimeError("not yet")

    chart = adopted()
    chart.add_listener(Veto())
    before = chart.facts.visits("renewal")
    with pytest.raises(RuntimeError, match="not yet"):
        offer(chart, "notice")
    assert (chart.path, chart.facts.phase, chart.facts.visits("renewal")) == ("adoption", "adoption", before)
    chart.facts.report(health=80)  # and it goes on


def test_a_listener_that_fails_after_the_move_cannot_undo_it() -> None:
    class Late:
        def after_transition(self) -> None:
            raise RuntimeError("too late")

    chart = adopted()
    chart.add_listener(Late())
    with pytest.raises(RuntimeError, match="too late"):
        offer(chart, "notice")
    assert chart.path == chart.facts.phase == "renewal.high_risk"


def test_listeners_may_not_report_but_may_send() -> None:
    chart = adopted()

    class Eager:
        def on_enter_state(self, state: Any) -> None:
            with pytest.raises(ObservationError, match="CLM209"):
                chart.facts.report(health=10)
            if state.value == "renewal.high_risk":
                chart.send("renewed")  # queued, as the library does it: the next observation

    chart.add_listener(Eager())
    offer(chart, "notice")
    assert chart.path == "success"
    assert names(chart) == ["next_term"]


def test_a_copy_goes_its_own_way() -> None:
    chart = statechart(Pair)()
    look(chart, "2026-01-01", load=7)
    twin = copy.deepcopy(chart)
    offer(twin, "pause", "2026-01-02")
    offer(twin, "resume")
    assert (twin.path, chart.path, twin.facts.visits("work.busy"), chart.facts.visits("work.busy")) == (
        "work.busy",
        "work.busy",
        2,
        1,
    )
    assert str(chart.facts.at) == "2026-01-01"


def test_a_guard_or_preparation_that_fails_ends_the_observation() -> None:
    class Broken:
        def prepare_event(self) -> None:
            raise RuntimeError("broken")

    chart = Contract.statechart()()
    chart.add_listener(Broken())
    for _ in range(2):
        with pytest.raises(RuntimeError, match="broken"):
            look(chart, setup_done=True, users_adopted=0.7)
    assert chart.path == "onboarding"


def test_a_lifecycle_without_phases_has_no_chart() -> None:
    class Base(Lifecycle):
        health = Signal.score("health")

    with pytest.raises(ObservationError, match="CLM212 Base"):
        Base.statechart()


def test_async_listeners() -> None:
    class Slow:
        def __init__(self) -> None:
            self.entered: list[str] = []

        async def on_enter_state(self, state: Any) -> None:
            await asyncio.sleep(0)
            self.entered.append(state.value)

    async def journey() -> tuple[list[str], list[str | None]]:
        told = Slow()
        chart = Contract.statechart()(listeners=[told])
        await chart.activate_initial_state()
        chart.facts.report(at="2026-01-01", setup_done=True, users_adopted=0.9)
        await chart.send("evaluate")
        moves = names(chart)
        await chart.send("saved", together=["notice"])
        chart.facts.report(renewal_on="2026-02-01")
        await asyncio.gather(chart.send("renewed"), chart.send("ended"))
        assert chart.is_terminated
        await chart.send("notice")
        return told.entered, moves

    entered, moves = asyncio.run(journey())
    assert moves == ["go_live", "adopt"]
    assert entered == ["onboarding", "adoption", "success", "renewal", "renewal.high_risk", "success", "churned"]

    told = Slow()  # and from plain code
    chart = Contract.statechart()(listeners=[told])
    assert look(chart, setup_done=True, users_adopted=0.9) == ["go_live", "adopt"]
    assert told.entered == ["onboarding", "adoption", "success"]


class Hostile(Lifecycle):
    """{statechart:nonsense} Names that the library, Python or our own chart would like to have, and labels that are no identifiers."""

    facts = Signal.flag("said \"yes\" 'really'; {statechart:md} \\ %s", default=False)
    configuration_values = Event("configuration values")
    model = Event('a "model"')
    evaluate = Event("evaluated")
    add_event = Event("added")
    after_transition = Event("after")
    on_enter_state = Event("entered")
    phase_state = Event("phase state")

    configuration = Phase('Confi"guration', initial=True)
    state = Phase("State")
    class_ = Phase("class")
    history_values = Phase("it's history")
    state_field = Phase("{field}", final=True)

    class states(Phase.Group):
        state = Phase("<b>State</b>", initial=True)
        name_ = Phase("Name")

    states_state = Phase("Beside the group")

    to = configuration.to(state, when=facts)
    a = state.to(class_, on=configuration_values)
    b = class_.to(history_values, on=model)
    c = history_values.to(states, on=evaluate)
    d = states.state.to(states_state, on=add_event)
    e = states_state.to(states.resume, on=after_transition)
    f = states.to(class_, on=on_enter_state)
    g = class_.to(state_field, on=phase_state)


def test_hostile_names() -> None:
    chart = Hostile.statechart()()
    assert look(chart, "2026-01-01", facts=True) == ["to"]
    (guard,) = Hostile.statechart().ways["to", "configuration"].cond
    assert '"yes"' in str(guard)
    events = ("configuration_values", "model", Hostile.evaluate, "add_event", "after_transition", "on_enter_state", "phase_state")
    taken = []
    for event in events:
        chart.send(event)
        taken += names(chart)
    assert taken == list("abcdefg")
    assert chart.path == "state_field"
    assert chart.configuration_values == {"state_field"}
    assert chart.facts.event_times("after_transition") == 1


# ---- led along


def traffic(seed: int, steps: int) -> list[tuple[str, dict[str, object]]]:
    dice = random.Random(seed)
    day = dt.date(2026, 1, 1)
    rows = []
    for _ in range(steps):
        day += dt.timedelta(days=dice.choice([0, 1, 5, 20, 60]))
        values: dict[str, object] = {"at": day}
        chances: dict[str, list[object]] = {
            "setup_done": [True, True, False],
            "users_adopted": [0.4, 0.55, 0.7, 0.8, 0.9],
            "escalations": [0, 0, 0, 1, 2],
            "health": [50, 65, 70, 80],
            "renewal_on": [day + dt.timedelta(days=d) for d in (30, 100, 130, 300)],
            "expansion": [True, False, False],
        }
        values |= {name: dice.choice(some) for name, some in chances.items() if dice.random() < 0.4}
        rows.append((dice.choice(["evaluate", "evaluate", "evaluate", "notice", "renewed", "saved"]), values))
    return rows


@pytest.mark.parametrize("seed", range(8))
def test_a_performer_tells_what_the_native_chart_tells(seed: int) -> None:
    chart, native, led = Contract.statechart()(), Recorder(), Recorder()
    chart.add_listener(native)
    performer = Performer(Contract.definition, "onboarding")
    performer.add_listener(led)
    moved = 0
    for event, values in traffic(seed, 60):
        offer(chart, event, **values)
        for move in chart.facts.moves:
            performer.perform(move)
            moved += 1
        assert performer.configuration == chart.path
        assert performer.chart.configuration_values == chart.configuration_values
    assert led.heard == native.heard
    assert moved > 10


def test_a_performer_moves_by_hand_from_anywhere_to_anywhere() -> None:
    told = Recorder()
    for source in Pair.definition.phases:
        for target in Pair.definition.phases:
            performer = Performer(Pair.definition, source)
            performer.add_listener(told)
            told.heard.clear()
            performer.perform((None, source, target, False))
            assert performer.configuration == target
            assert told.heard[0] == ("before", "by hand", "moved_by_hand")
            assert ("exit", source) in told.heard
            assert ("enter", target) in told.heard


def test_a_performer_remembers_where_groups_were_left() -> None:
    performer = Performer(Pair.definition, "rest.calm", {"work": "work.busy"})
    performer.perform(("return_to", "rest.calm", "work.busy", False))
    assert performer.configuration == "work.busy"
    performer.perform((None, "work.busy", "work.calm", False))
    performer.perform((None, "work.calm", "rest.over", False))
    performer.perform((None, "rest.over", "rest.deep", False))
    assert not performer.chart.is_terminated
    performer.perform(("return_to", "rest.deep", "work.calm", False))
    assert performer.chart.configuration_values == {"work", "work.calm"}


def test_a_performer_starts_without_telling_and_late_listeners_are_told() -> None:
    told, late = Recorder(), Recorder()
    performer = Performer(Contract.definition, "success")
    performer.add_listener(told)
    assert told.heard == []
    performer.perform((None, "success", "growth", False))
    performer.chart.add_listener(late)
    performer.perform((None, "growth", "success", False))
    performer.perform((None, "success", "growth", False))
    assert [h[0] for h in late.heard] == ["before", "exit", "enter", "after"] * 2
    assert len(told.heard) == 12


def test_a_planned_move_stands_whatever_a_listener_does() -> None:
    class Veto:
        def before_transition(self) -> None:
            raise RuntimeError("no")

    performer = Performer(Pair.definition, "work.busy")
    performer.add_listener(Veto())
    with pytest.raises(RuntimeError, match="no"):
        performer.perform(("take_break", "work.busy", "rest.calm", False))
    assert performer.configuration == "rest.calm"
    with pytest.raises(RuntimeError, match="no"):
        performer.perform(("return_to", "rest.calm", "work.busy", False))
    assert performer.configuration == "work.busy"


def test_a_led_chart_takes_no_events() -> None:
    chart = Performer(Contract.definition, "adoption").chart
    for send in (lambda: chart.send("notice"), chart.notice, lambda: chart.send("evaluate"), lambda: chart.facts):
        with pytest.raises(ObservationError, match="CLM215 ContractChart"):
            send()
    assert chart.path == "adoption"


def test_a_led_chart_takes_no_async_listeners() -> None:
    class Slow:
        async def on_enter_state(self) -> None: ...

    class Mixed:
        async def flush(self) -> None: ...

    with pytest.raises(ObservationError, match=r"CLM215 ContractChart: an async listener"):
        Performer(Contract.definition, "adoption").add_listener(Slow())
    with pytest.raises(ObservationError, match="CLM215"):
        Performer(Contract.definition, "adoption").chart.add_listener(Slow())
    Performer(Contract.definition, "adoption").add_listener(Mixed())  # nobody calls that
