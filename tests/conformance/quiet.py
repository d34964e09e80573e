"""Reports that change next to nothing, told to lifecycles that show at once whether a condition is true.

Engines may end an observation early when nothing that it says can matter. Here every step comes close to mattering: values go to a limit
or one step beside it, dates come nearer by a day, time passes a little. The lifecycle stands in one phase while its condition is true and
in another while it is not, so a truth that was overlooked is seen in the next answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import clmstate
from tests.conformance.generate import DAY, TODAY, Step, model_class
from tests.conformance.harness import Case, Compiled, ask_oracle
from tests.conformance.oracle import Oracle

__all__ = ["lives", "overlooked"]

OPS = ("<", "<=", "==", "!=", ">=", ">")
NEAR: dict[str, tuple[Any, ...]] = {
    "used": (0.4, 0.5, 0.5 + 1e-12, 0.6),
    "seats": (2, 3, 4, 5),
    "mood": (59, 59.5, 60, 60.0, 60.5, 61, 70),
    "trend": (-0.2, 0, 0.0, 0.1),
    "live": (True, False),
    "plan": ("red", "green", "blue"),
}
MODEL = """
class Seen(Lifecycle):
    used = Signal.share("used")
    seats = Signal.count("seats"{default})
    mood = Signal.score("mood", 0, 100)
    trend = Signal.change("trend")
    live = Signal.flag("live"{default_flag})
    plan = Signal.choice("plan", "red", "green", "blue")
    due_on = Signal.date("due")
    met_on = Signal.date("met")
    called = Event("called")
    outside = Phase("Outside", initial=True)
{inside}
    enter = outside.to({entered}, when={condition})
    leave = inside.to(outside, when=unless({condition}))
    first = Milestone("First", when={milestone})
"""

ONE = """    inside = Phase("Inside", touchpoints=[Touchpoint("Visit", why="w", how="h", done={done})])"""
GROUP = """    class inside(Phase.Group, label="Inside"):
        calm = Phase("Calm", initial=True)
        tense = Phase("Tense")
    strain = inside.calm.to(inside.tense, when={strain})
    ease = inside.tense.to(inside.calm, when=unless({strain}))"""


class Asked:
    """Writes conditions that are near the reports below."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def atom(self) -> str:
        op, days = self.rng.choice(OPS), self.rng.choice(["2", "3", "2.5"])
        return self.rng.choice(
            [
                f"used {op} 0.5",
                f"seats {op} 3",
                f"seats {op} 3.5",
                f"mood {op} {self.rng.choice(['60', '60.5'])}",
                f"trend {op} 0",
                "live",
                "~live",
                f"plan {self.rng.choice(['==', '!='])} 'red'",
                "mood.is_missing()",
                f"used + trend {op} 0.5",
                "mood.between(60, 61)",
                "due_on >= met_on",
                *(f"{date}.{term} {op} {days}" for date in ("due_on", "met_on") for term in ("days_since", "days_until")),
                f"called.days_since {op} {days}",
                f"called.times {op} 2",
            ]
        )

    def condition(self) -> str:
        one = f"({self.atom()})"
        roll = self.rng.random()
        if roll < 0.3 and "days" not in one and "called" not in one:
            one = f"{one}.for_days({self.rng.choice([1, 2, 3])})"
        if roll < 0.5:
            return one
        return f"{one} {self.rng.choice('&|')} ({self.atom()})"

    def source(self, *, grouped: bool) -> str:
        sure = self.rng.random() < 0.5
        condition, done, milestone = self.condition(), self.condition(), self.condition()
        return MODEL.format(
            default=", default=3" if sure else "",
            default_flag=", default=False" if sure else "",
            condition=condition,
            inside=GROUP.format(strain=self.condition()) if grouped else ONE.format(done=done),
            entered=self.rng.choice(("inside", "inside.resume")) if grouped else "inside",
            milestone=milestone,
        )


def steps(rng: Random, number: int) -> Iterator[Step]:
    """Reports that change next to nothing."""
    now = TODAY
    due, met = now + 4 * DAY, now - DAY
    yield Step(at=now, values={"due_on": due, "met_on": met, **{name: rng.choice(values) for name, values in NEAR.items()}})
    for _ in range(number):
        now += rng.choice([0, 0, 1, DAY // 2, DAY, DAY, DAY - 1, 2 * DAY])
        if rng.random() < 0.1:  # a date is far, comes nearer, and time passes without a word
            for due in (now + 9 * DAY, now + rng.choice([4, 5, 6]) * DAY):
                met = due - 6 * DAY
                yield Step(at=now, values={"due_on": due, "met_on": met})
            now += rng.choice([2, 3, 4]) * DAY
            yield Step(at=now)
            continue
        values: dict[str, Any] = {name: rng.choice(NEAR[name]) for name in rng.sample(list(NEAR), rng.choice([0, 1, 1, 2, 3]))}
        if rng.random() < 0.2:
            due = max(due, now - 2 * DAY) + rng.choice([-1, 1, 1, 2, 0]) * DAY
            values["due_on"] = due
        if rng.random() < 0.2:
            met = now - rng.choice([0, 1, 2, 3]) * DAY
            values["met_on"] = met
        yield Step(
            at=None if rng.random() < 0.05 else now,
            values=values,
            events=("called",) if rng.random() < 0.05 else (),
        )


def lives(rng: Random, number: int, each: int = 50) -> Iterator[tuple[Case, type[clmstate.Lifecycle]]]:
    """So many lives, each with a lifecycle of its own."""
    asked = Asked(rng)
    for i in range(number):
        source = asked.source(grouped=i % 2 == 1)
        yield Case(source, tuple(steps(rng, each))), model_class(source)


def overlooked(engine: type[Compiled], model: type[clmstate.Lifecycle], steps: Sequence[Step]) -> str:
    """How the touchpoints that data show to be done differ from what the oracle finds true at the end of each step; empty if not."""
    oracle, other = Oracle(model.definition), engine(model)
    done: set[str] = set()
    expected = []
    for index, step in enumerate(steps):
        answer = ask_oracle(oracle, step)
        if answer.moves:
            done.clear()  # a new stay
        part = oracle.parts[0]
        for touchpoint in model.definition.phases[part.phase].touchpoints:
            if touchpoint.label not in done and part.truth(touchpoint.done) is True:
                done.add(touchpoint.label)
                expected.append((part.phase, touchpoint.label, part.at))
        other.ask(step)
        found = [(seen.phase, seen.label, seen.at_us) for seen in other.customer.journey.touchpoints]
        if found != expected:
            return f"step {index}: touchpoints {expected[-3:]}, but {engine.name} {found[-3:]}"
    return ""
