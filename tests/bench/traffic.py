"""Seeded, deterministic traffic for the primary contract: the same steps for every contestant, to the last bit.

Two kinds. *Calm*: every week three signals come in, contracts run three years, and hardly anything moves. *Restless*: the
same weekly rhythm, but only what has changed since the last report is given, and moods and plans flip, so that about four
observations in ten move the customer. How many really move is counted by walking the traffic (`contest.py`), never assumed.
No customer's contract ends: a final phase would make everything after it free.

Days are ISO text, as exports and interfaces of CRMs hold them and as all our documentation writes them. Whoever wants
something else converts it; the conversion is part of the job.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, Protocol

__all__ = ["DATES", "Customer", "Fleet", "Step", "as_text", "calm", "restless", "with_objects"]

NERVOUS = 0.43  # how often a mood or a plan flips; set so that about 40 % of the observations move
WEEK = timedelta(days=7)
START = date(2026, 1, 5)
DATES = ("renewal_on", "last_contact")
Values = dict[str, Any]


class Step(NamedTuple):
    """One observation: an event or none, and the keywords, `at` among them."""

    event: str | None
    values: Values


Fleet = list[list[Step]]


class Customer(Protocol):
    """What the harness asks of a contestant."""

    @property
    def phase(self) -> Any: ...

    def observe(self, **values: Any) -> object: ...

    def send(self, event: Any, /, **values: Any) -> object: ...


def calm(customers: int, weeks: int, seed: int = 7) -> Fleet:
    """Three signals every week, three-year terms, healthy customers with a bad spell now and then."""
    return [as_text(_calm_customer(random.Random(seed * 100_003 + index), weeks)) for index in range(customers)]


def restless(customers: int, weeks: int, seed: int = 11) -> Fleet:
    """What changed, every week; yearly terms, moods and expansion plans that flip, notices taken back."""
    return [as_text(_restless_customer(random.Random(seed * 100_003 + index), weeks)) for index in range(customers)]


def as_text(steps: list[Step]) -> list[Step]:
    """The same steps with their days as ISO text."""
    return [
        Step(event, {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()})
        for event, values in steps
    ]


def with_objects(steps: list[Step]) -> list[Step]:
    """The same steps with datetime objects as time and date objects as days."""
    return [Step(event, {name: _as_object(name, value) for name, value in values.items()}) for event, values in steps]


def _as_object(name: str, value: Any) -> Any:
    if name == "at":
        return datetime.combine(date.fromisoformat(value), time(), UTC)
    return date.fromisoformat(value) if name in DATES else value


def _first(at: date, renewal_on: date) -> Step:
    signals = {"setup_done": False, "users_adopted": 0.1, "escalations": 0, "health": 75, "expansion": False}
    return Step(None, {"at": at, **signals, "renewal_on": renewal_on, "last_contact": at})


def _calm_customer(rng: random.Random, weeks: int) -> list[Step]:
    at = START + timedelta(days=rng.randrange(365))
    renewal_on = at + timedelta(days=3 * 365)
    steps = [_first(at, renewal_on)]
    bad_until = 0
    for week in range(1, weeks):
        at += WEEK
        if rng.random() < 0.004:
            bad_until = week + rng.randrange(3, 12)
        bad = week < bad_until
        adopted = min(0.1 * week, 0.9) + rng.uniform(-0.07, 0.07)
        values: Values = {
            "at": at,
            "users_adopted": round(max(adopted - 0.35 * bad, 0.0), 2),
            "health": rng.randrange(45, 60) if bad else rng.randrange(74, 96),
        }
        if week % 4 == 0 and week > bad_until:
            values["last_contact"] = at - timedelta(days=rng.randrange(6))
        else:
            values["escalations"] = rng.choice((1, 2, 3)) if bad else 0
        if week == 8:
            values["setup_done"] = True
        event = None
        if (renewal_on - at).days <= 30:
            event, renewal_on = "renewed", renewal_on + timedelta(days=3 * 365)
            values["renewal_on"] = renewal_on
        steps.append(Step(event, values))
    return steps


def _restless_customer(rng: random.Random, weeks: int) -> list[Step]:
    at = START + timedelta(days=rng.randrange(365))
    renewal_on = at + timedelta(days=365)
    steps = [_first(at, renewal_on)]
    good, expanding, save_in, idle_until, alone_until = True, False, 0, 0, 0
    known: Values = dict(steps[0].values)
    for week in range(1, weeks):
        at += WEEK
        near = (renewal_on - at).days <= 120
        if week >= idle_until and rng.random() < 0.03:
            idle_until = week + rng.randrange(3, 9)
        idle, was_idle = week < idle_until, week > 1 and known["users_adopted"] < 0.6
        values: Values = {"at": at}
        event = None
        save_in -= 1
        if idle != was_idle or rng.random() < 0.15:
            values["users_adopted"] = round(rng.uniform(0.2, 0.59) if idle else rng.uniform(0.75, 0.99), 2)
        if week == 2:
            values["setup_done"] = True
        elif (renewal_on - at).days <= 30:
            event, renewal_on = "renewed", renewal_on + timedelta(days=365)
            values["renewal_on"] = renewal_on
        elif save_in == 0:
            event, good = "saved", True
        elif save_in < 0 and rng.random() < 0.01:
            event, save_in = "notice", rng.randrange(2, 5)
        elif near and rng.random() < NERVOUS:
            good = not good
        elif rng.random() < NERVOUS:
            expanding = not expanding
            good = good or not near
        elif rng.random() < 0.03:
            event = rng.choice(("delighted", "delighted", "let_down", "strategy_changed"))
        if good != (known["health"] >= 70) or rng.random() < 0.3:
            values["health"] = rng.randrange(72, 99) if good else rng.randrange(30, 60)
        if good or rng.random() < 0.5:
            values["escalations"] = 0 if good else rng.randrange(4)
        values["expansion"] = expanding
        if rng.random() < 0.15 or (at - known["last_contact"]).days > 45:
            values["last_contact"] = at - timedelta(days=rng.randrange(6))
        if rng.random() < 0.03:
            values["nps"] = rng.choice((6, 7, 8, 9, 9, 10, 10, 10))
        if week == alone_until:
            values["sponsor"] = True
        elif week > alone_until and rng.random() < 0.005:
            values["sponsor"], alone_until = False, week + rng.randrange(2, 5)
        values = {name: value for name, value in values.items() if known.get(name) != value}
        if len(values) == 1 and event is None:  # nobody reports that there is nothing to report
            values["health"] = known["health"] + (-1 if known["health"] % 2 else 1)
        known.update(values)
        steps.append(Step(event, values))
    return steps
