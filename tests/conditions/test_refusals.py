"""What conditions refuse while they are built: a mistake that travels, with its code and a remedy."""

from __future__ import annotations

import datetime as dt
import math
import operator
from collections.abc import Callable

import pytest

from clmstate import Condition, DefinitionError, Event, Lifecycle, Phase, Signal, Threshold, days_in_phase, unless
from clmstate.conditions import node_of
from clmstate.conditions.nodes import Compare, Const, SignalRef, ThresholdRef

NOT_A_NUMBER = math.nan


class D(Lifecycle):
    health = Signal.score("health", 0, 100)
    adopted = Signal.share("users adopted")
    seats = Signal.count("seat")
    signed = Signal.flag("signed")
    live = Signal.flag("live")
    plan = Signal.choice("plan", "Team", "Pro")
    renewal_on = Signal.date("renewal")
    signed_on = Signal.date("signature")
    notice = Event("notice received")
    limit = Threshold(0.8)
    new = Phase("New", initial=True)

    class calm(Phase.Group):
        sea = Phase("Sea")


REFUSED: list[tuple[str, str, Callable[[], object]]] = [
    ("CLM112", "'70' is a text, not a number", lambda: D.health >= "70"),
    ("CLM112", "None is not a number", lambda: D.health == None),
    ("CLM112", "True is not a number", lambda: D.health == True),
    ("CLM112", "nan is not a finite number", lambda: D.health < NOT_A_NUMBER),
    ("CLM112", "inf is not a finite number", lambda: D.health < math.inf),
    ("CLM112", "is too large to be exact", lambda: D.health < 10**400),
    ("CLM112", "is too large to be exact", lambda: D.health < 1e300),
    ("CLM112", "'renewal' is a date, not a number", lambda: D.health >= D.renewal_on),
    ("CLM112", "'signed' is a flag, not a number", lambda: D.health + D.signed >= 1),
    ("CLM112", "'health' is a score, not a condition", lambda: D.health & D.signed),
    ("CLM112", "'health' is a score, not a condition", lambda: D.signed & D.health),
    ("CLM112", "'health' is a score, not a condition", lambda: D.health | D.health),
    ("CLM112", "'health' is a score, not a condition", lambda: ~D.health),
    ("CLM112", "'health' is a score, not a condition", lambda: unless(D.health)),
    ("CLM112", "5 is an int, not a condition", lambda: unless(5)),
    ("CLM112", "True is a bool, not a condition", lambda: D.signed & True),
    ("CLM112", "'notice received' is an event, not a condition", lambda: D.notice & D.signed),
    ("CLM112", "'notice received' is an event, not a condition", lambda: D.signed | D.notice),
    ("CLM112", "'notice received' is an event, for which '>=' means nothing", lambda: D.notice >= 3),
    ("CLM112", "phase 'New' is a place, not a condition", lambda: D.new & D.signed),
    ("CLM112", "'calm' is a group, not a condition", lambda: D.calm & D.signed),
    ("CLM112", "5 is not a point in time", lambda: D.renewal_on <= 5),
    ("CLM112", "'soon' is not a point in time", lambda: D.renewal_on <= "soon"),
    ("CLM112", "None is not a point in time", lambda: D.renewal_on == None),
    ("CLM112", "'renewal' is a date, for which '-' means nothing", lambda: D.renewal_on - D.signed_on),
    ("CLM112", "'renewal' is a date, for which '+' means nothing", lambda: 30 + D.renewal_on),
    ("CLM112", "'plan' is a choice, for which '>=' means nothing", lambda: D.plan >= "Pro"),
    ("CLM112", "this is a clock or counter, for which '+' means nothing", lambda: days_in_phase + 5),
    ("CLM112", "this is a clock or counter, not a condition", lambda: days_in_phase & D.signed),
    ("CLM112", "compared with something that moves itself", lambda: days_in_phase >= D.health),
    ("CLM112", "'soon' is not a number", lambda: D.renewal_on.days_until <= "soon"),
    ("CLM112", "'limit' is a threshold, for which '>=' means nothing", lambda: D.limit >= 0.5),
    ("CLM112", "'limit' is a threshold, for which '==' means nothing", lambda: D.limit == D.limit),
    ("CLM112", "'limit' is a threshold, for which '+' means nothing", lambda: D.limit + D.limit),
    ("CLM112", "'limit' is a threshold, not a condition", lambda: D.limit & D.signed),
    ("CLM114", "& and | bind tighter", lambda: D.signed & D.adopted >= 0.5),
    ("CLM114", "& and | bind tighter", lambda: D.adopted < 0.5 & D.signed),
    ("CLM114", "as if it were a number", lambda: (D.health >= 70) >= 1),
    ("CLM114", "compared with True", lambda: D.signed == True),
    ("CLM115", "for_days(0)", lambda: D.signed.for_days(0)),
    ("CLM115", "for_days(0.5)", lambda: D.signed.for_days(0.5)),
    ("CLM115", "for_days(True)", lambda: D.signed.for_days(True)),
    ("CLM115", "for_days(1000000)", lambda: D.signed.for_days(1_000_000)),
    ("CLM115", "for_days stands inside for_days", lambda: D.signed.for_days(3).for_days(3)),
    ("CLM115", "holds an event or a clock", lambda: (D.notice.times >= 3).for_days(3)),
    ("CLM115", "holds an event or a clock", lambda: (D.renewal_on.days_until < 3).for_days(3)),
    ("CLM116", "two signals are multiplied", lambda: D.health * D.adopted >= 5),
    ("CLM116", "only a number other than 0 can divide", lambda: D.health / 0 >= 5),
    ("CLM116", "only a number other than 0 can divide", lambda: D.health / D.adopted >= 5),
    ("CLM116", "'/' is not linear", lambda: 5 / D.health >= 5),
    ("CLM116", "'**' is not linear", lambda: D.health**2 >= 5),
    ("CLM116", "'//' is not linear", lambda: D.health // 2),
    ("CLM116", "'%' is not linear", lambda: D.health % 2),
    ("CLM116", "'abs()' is not linear", lambda: abs(D.health)),
    ("CLM117", "compared with 80, but it is a number from 0 to 1", lambda: D.adopted >= 80),
    ("CLM117", "compared with -1", lambda: D.seats > -1),
    ("CLM117", "compared with 130", lambda: D.health.between(0, 130)),
    ("CLM117", "nothing lies between 70 and 40", lambda: D.health.between(70, 40)),
    ("CLM117", "'Gold' is not a value of 'plan'", lambda: D.plan == "Gold"),
    ("CLM117", "5 is not a value of 'plan'", lambda: D.plan != 5),
    ("CLM117", "names no value", D.plan.one_of),
    ("CLM118", "the name of a condition 5 is not a text", lambda: D.signed.named(5)),
    ("CLM118", "the name of a condition is empty", lambda: D.signed.named(" ")),
    ("CLM103", "signal 'x' is used in a condition before it has a name", lambda: Signal.flag("x") & D.signed),
    ("CLM103", "signal 'x' is used in a condition before it has a name", lambda: Signal.score("x").is_missing()),
    ("CLM103", "threshold 0.5 is used in a condition before it has a name", lambda: D.adopted >= Threshold(0.5)),
    ("CLM103", "event 'x' is used before it has a name", lambda: Event("x").times >= 3),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "cause", "make"), REFUSED, ids=[f"{code}-{cause[:40]}-{n}" for n, (code, cause, _) in enumerate(REFUSED)]
)
def test_it_is_refused_once_and_in_words(code: str, cause: str, make: Callable[[], object]) -> None:
    made = make()
    assert isinstance(made, Condition)
    with pytest.raises(DefinitionError) as raised:
        node_of(made)
    (found,) = raised.value.diagnostics
    assert found.code == code
    assert cause in found.cause
    assert found.remedy


def test_mistakes_travel_through_everything() -> None:
    eager, wrong = D.adopted >= 80, D.plan == "Gold"
    whole = unless((eager & wrong) | ~D.signed).named("x") & D.live
    with pytest.raises(DefinitionError) as raised:
        node_of(whole)
    assert [d.code for d in raised.value.diagnostics] == ["CLM117", "CLM117"]


def test_what_is_right_is_not_refused() -> None:
    for fine in (
        D.health >= 70,
        D.health == 70.0,
        70 <= D.health,
        D.limit <= D.adopted,
        D.limit * D.seats >= 5,
        D.seats - 5 == 0,
        -D.seats <= 0,
        D.seats / 2 > 1,
        D.renewal_on > D.signed_on,
        D.renewal_on == dt.date(2026, 1, 1),
        D.plan != "Team",
        days_in_phase.between(0, D.limit),
        D.limit >= days_in_phase,
        D.signed.for_days(14) | D.live,
    ):
        assert node_of(fine) is not None


def test_a_threshold_on_the_left_says_the_same() -> None:
    assert (D.limit <= D.adopted).node == Compare(SignalRef("adopted"), ">=", ThresholdRef("limit"))
    assert (0.5 < D.adopted).node == Compare(SignalRef("adopted"), ">", Const(0.5))


@pytest.mark.parametrize("reflected", [operator.and_, operator.or_])
def test_foreign_left_sides_are_refused(reflected: Callable[[object, object], object]) -> None:
    for foreign in (None, 5, "x", [], {}, object()):
        made = reflected(foreign, D.signed)
        assert isinstance(made, Condition)
        assert [m.code for m in made._mistakes] == ["CLM112"]
