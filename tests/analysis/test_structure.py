"""One fault each, and a clean twin that differs as little as possible."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from clmstate import Days, Event, Lifecycle, Phase, Play, Signal, Touchpoint, UnknownNameError, anywhere, days_in_phase, unless
from clmstate.analysis import (
    by_calendar,
    chokepoints,
    handoffs,
    journeys,
    loops,
    needed,
    no_good_outcome,
    no_way_out,
    shortest,
    smallest_cut,
    touchpoints_without_why,
    traps,
    unanswered_questions,
    unreachable,
    unsaid,
)
from models.dynamic.addon import AddOn
from models.dynamic.contract import Contract
from models.dynamic.markets import EnterpriseContract
from models.dynamic.user import User
from tests import processes

SHIPPED = [Contract, EnterpriseContract, AddOn, User]


class Clean(Lifecycle):
    """Nothing is wrong with it."""

    start_on = Signal.date("start")
    live = Signal.flag("live")
    health = Signal.score("health", 0, 100)
    quarrel, peace, ended, kicked_off = Event("quarrel"), Event("peace"), Event("ended"), Event("kick-off held")
    setup = Phase(
        "Set-up", initial=True, owner="Services", goal="we are live", questions="How?", touchpoints=Touchpoint("Call", why="plan")
    )
    use = Phase("Use", owner="CSM", goal="we use it", standing="good", questions="What else?")
    dispute = Phase("Dispute", owner="CSM", goal="we are heard", standing="at_risk")
    lawyers = Phase("Lawyers", owner="Legal", goal="it is settled", standing="at_risk")
    gone = Phase("Gone", owner="CSM", goal="we have our data", standing="lost", final=True)
    go_live = setup.to(use, when=live | (days_in_phase >= 90), plays=Play("Celebrate", due=Days(2)))
    fall_out = use.to(dispute, on=quarrel)
    escalate = dispute.to(lawyers, on=quarrel)
    calm = lawyers.to(dispute, on=peace)
    settle = dispute.to(use, on=peace)
    lose = use.to(gone, on=ended)


class NobodyGetsToDispute(Clean):
    fall_out = Clean.use.stay(on=Clean.quarrel)


class NobodyGetsToLawyers(Clean):
    escalate = Clean.dispute.stay(on=Clean.quarrel)


class NoWayOutOfSetup(Clean):
    go_live = Clean.setup.stay(on=Clean.peace)


class TrappedInDispute(Clean):
    settle = Clean.dispute.stay(on=Clean.peace)


class SetupWithoutWhy(Clean):
    setup = Clean.setup.evolve(touchpoints=Touchpoint("Call"))


class SetupUnanswered(Clean):
    setup = Clean.setup.evolve(touchpoints=Touchpoint("Call", why="plan", verdict="remove"))


class SetupByCalendar(Clean):
    go_live = Clean.go_live.evolve(when=days_in_phase >= 90)


class UseWithoutGoal(Clean):
    use = Clean.use.evolve(goal="")


class NobodyOwnsUse(Clean):
    use = Phase("Use", goal="we use it", standing="good", questions="What else?")


def paths(found: Any) -> list[str]:
    return [phase.path for phase in found]


FAULTS: dict[str, tuple[Callable[[Any], Any], type[Lifecycle], Callable[[Any], Any]]] = {
    "unreachable": (unreachable, NobodyGetsToDispute, lambda f: paths(f) == ["dispute", "lawyers"]),
    "no way out": (no_way_out, NoWayOutOfSetup, lambda f: paths(f) == ["setup"]),
    "trap": (
        traps,
        TrappedInDispute,
        lambda f: [(paths(t.phases), [e.name for e in t.entries]) for t in f] == [(["dispute", "lawyers"], ["fall_out"])],
    ),
    "no good outcome": (no_good_outcome, TrappedInDispute, lambda f: paths(f) == ["dispute", "lawyers"]),
    "touchpoint without why": (
        touchpoints_without_why,
        SetupWithoutWhy,
        lambda f: [(p.path, t.label) for p, t in f] == [("setup", "Call")],
    ),
    "unanswered question": (unanswered_questions, SetupUnanswered, lambda f: [(p.path, q) for p, q in f] == [("setup", ("How?",))]),
    "by calendar": (
        by_calendar,
        SetupByCalendar,
        lambda f: [(c.phase.path, c.transitions[0].name) for c in f] == [("setup", "go_live")],
    ),
    "no goal": (unsaid, UseWithoutGoal, lambda f: list(map(str, f)) == ["Use has no goal"]),
    "no owner": (unsaid, NobodyOwnsUse, lambda f: list(map(str, f)) == ["Use has no owner"]),
    "no way in": (unsaid, NobodyGetsToLawyers, lambda f: list(map(str, f)) == ["Lawyers has no way in"]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fault_is_found_and_the_clean_twin_is_silent(fault: str) -> None:
    ask, wrong, expected = FAULTS[fault]
    assert expected(ask(wrong)), ask(wrong)
    assert ask(Clean) == ()


@pytest.mark.parametrize("model", SHIPPED)
def test_shipped_models_have_no_faulty_structure(model: type[Lifecycle]) -> None:
    for ask in (unreachable, no_way_out, traps, no_good_outcome, touchpoints_without_why, unsaid, by_calendar):
        assert ask(model) == (), ask


def test_the_contract() -> None:
    said = list(map(str, needed(Contract)))
    assert "nobody reaches Success without Onboarding, Adoption" in said
    assert str(shortest(Contract, Contract.renewal.happy)) == "Onboarding → Adoption → Happy"
    assert [t.name for t in smallest_cut(Contract, Contract.churned)] == ["lose"]
    assert [t.name for t in smallest_cut(Contract, "growth")] == ["grow"]
    assert {p.at.label: paths(p.cut_off) for p in chokepoints(Contract) if isinstance(p.at, Phase)} == {
        "Adoption": ["success", "renewal.happy", "renewal.high_risk", "growth"]
    }
    back = next(loop for loop in loops(Contract) if str(loop) == "Adoption → Success")
    assert [[t.name for t in by] for by in back.by] == [["adopt"], ["relapse", "lose_sponsor", "refocus"]]


def test_a_list_says_whether_it_was_cut() -> None:
    every = journeys(Contract, Contract.churned)
    assert every.complete
    assert journeys(Contract, Contract.churned, most=len(every)).complete
    few = journeys(Contract, Contract.churned, most=3)
    assert not few.complete
    assert list(few) == list(every)[:3]
    assert every[0] == shortest(Contract, Contract.churned)


def test_hand_offs() -> None:
    assert list(map(str, handoffs(Clean))) == [
        "Services → CSM, when Set-up → Use",
        "CSM → Legal, when Dispute → Lawyers",
        "Legal → CSM, when Lawyers → Dispute",
    ]


def test_where_everybody_ends_up_is_no_trap() -> None:
    class Forever(Lifecycle):
        good, bad = Event("good news"), Event("bad news")
        new = Phase("New", initial=True)
        well = Phase("Well")
        badly = Phase("Badly")
        begin = new.to(well, on=good)
        slip = well.to(badly, on=bad)
        mend = badly.to(well, on=good)

    assert traps(Forever) == ()
    assert no_good_outcome(Forever) == ()  # it calls no phase good


def test_cuts_count_transitions_not_lines() -> None:
    class Leaving(Lifecycle):
        go, ended = Event("go"), Event("ended")
        a = Phase("A", initial=True)
        b = Phase("B")
        c = Phase("C")
        out = Phase("Out", final=True)
        ab = a.to(b, on=go)
        ac = a.to(c, on=go)
        from_b = b.to(out, on=go)
        from_c = c.to(out, on=go)
        lose = anywhere.to(out, on=ended)

    assert [t.name for t in smallest_cut(Leaving, Leaving.out)] in (
        ["ab", "ac", "lose"],
        ["from_b", "from_c", "lose"],
        ["ab", "from_c", "lose"],
        ["ac", "from_b", "lose"],
    )
    assert [t.name for t in smallest_cut(Leaving, Leaving.b)] == ["ab"]


def test_who_is_led_back_has_been_there_before() -> None:
    class Paused(Lifecycle):
        go, pause, back = Event("go"), Event("pause"), Event("back")
        new = Phase("New", initial=True)
        asleep = Phase("Asleep")

        class running(Phase.Group):
            first = Phase("First", initial=True)
            then = Phase("Then")
            never = Phase("Never")

        begin = new.to(running, on=go)
        wait = new.to(asleep, on=pause)
        go_on = running.first.to(running.then, on=go)
        sleep = running.to(asleep, on=pause)
        wake = asleep.to(running.resume, on=back)

    assert paths(unreachable(Paused)) == ["running.never"]  # nobody is led back to where nobody was
    assert [t.name for t in smallest_cut(Paused, Paused.running.then)] == ["go_on"]
    assert list(map(str, journeys(Paused, Paused.running.then))) == ["New → First → Then", "New → Asleep → First → Then"]
    assert "Asleep → Then" in map(str, journeys(Paused, Paused.running.then, Paused.asleep))  # this customer may have been
    assert "Asleep → Then" in map(str, loops(Paused))


class Clocks(Lifecycle):
    """What the calendar decides, and what it does not."""

    signed_on = Signal.date("signature")
    health = Signal.score("health", 0, 100)
    signed, ended = Event("signed"), Event("ended")
    a = Phase("A", initial=True)
    b = Phase("B")
    out = Phase("Out", standing="lost", final=True)
    lose = anywhere.to(out, on=ended)


CALENDAR: dict[str, tuple[Any, bool]] = {
    "days in the phase": (days_in_phase >= 90, True),
    "days since a date": (Clocks.signed_on.days_since > 30, True),
    "a window": (Clocks.signed_on.days_since.between(30, 60), True),
    "not within": (unless(Clocks.signed_on.days_until <= 120), True),
    "either": ((days_in_phase >= 90) | (Clocks.signed_on.days_since > 30), True),
    "long since an event": (Clocks.signed.days_since > 30, True),
    "soon after an event": (Clocks.signed.days_since <= 30, False),
    "health too": ((days_in_phase >= 90) & (Clocks.health >= 50), False),
    "health for some time": ((Clocks.health >= 50).for_days(14), False),
    "how often": (Clocks.signed.times >= 2, False),
}


@pytest.mark.parametrize("case", CALENDAR)
def test_what_the_calendar_decides(case: str) -> None:
    rule, expected = CALENDAR[case]

    class Timed(Clocks):
        go = Clocks.a.to(Clocks.b, when=rule)
        back = Clocks.b.to(Clocks.a, when=Clocks.health < 50)

    class OrByEvent(Timed):
        at_once = Clocks.a.to(Clocks.b, on=Clocks.signed)

    assert paths(c.phase for c in by_calendar(Timed)) == (["a"] if expected else [])
    assert by_calendar(OrByEvent) == ()


@pytest.mark.parametrize("ask", [shortest, journeys, smallest_cut])
def test_unknown_phases_are_refused(ask: Callable[[Any, str], Any]) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'setup'"):
        ask(Clean, "setups")


def test_neither_the_facade_nor_structure_loads_what_it_does_not_need() -> None:
    code = "import sys, clmstate; heavy = {'networkx', 'numpy', 'scipy'}; print(*heavy & sys.modules.keys()); from clmstate.analysis import traps; print(*heavy & sys.modules.keys())"
    done = processes.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


class Resumed(Lifecycle):
    """Customers skip the first phase of a group, and are led back to where they were."""

    go = Event("go")
    new, paused, lost = Phase("New", initial=True), Phase("Paused"), Phase("Lost", final=True)

    class running(Phase.Group):
        calm, busy = Phase("Calm", initial=True), Phase("Busy")

    begin = new.to(running.busy, on=go)
    pause = running.to(paused, on=go)
    go_on = paused.to(running.resume, on=go)
    lose = running.calm.to(lost, on=go)


def test_who_is_led_back_gets_nowhere_new() -> None:
    assert [phase.path for phase in unreachable(Resumed)] == ["lost", "running.calm"]
    assert [str(found) for found in needed(Resumed)] == [
        "nobody reaches Paused without New, Busy",
        "nobody reaches Busy without New",
    ]
    assert shortest(Resumed, Resumed.running.calm) is None
    assert smallest_cut(Resumed, Resumed.lost) == ()
