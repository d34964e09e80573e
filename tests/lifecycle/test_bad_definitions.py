"""Thousands of definitions by people who are not at their best: every one is accepted or refused with diagnostics."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import fractions
import itertools
import operator
import random
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from clmstate import (
    Choice,
    Condition,
    Date,
    Days,
    DefinitionError,
    Event,
    Flag,
    Lifecycle,
    Milestone,
    Number,
    Phase,
    Play,
    Promise,
    Risk,
    Signal,
    SuccessGap,
    Team,
    Threshold,
    Touchpoint,
    Transition,
    always_possible,
    anywhere,
    days_in_phase,
    leads_to,
    never,
    unless,
)
from clmstate.conditions import words
from clmstate.conditions.lower import lower

DEFINITIONS = 3_600


class Sulking:
    """A foreign object that raises wherever it is asked anything polite."""

    def __repr__(self) -> str:
        raise RuntimeError("no")

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no")

    __hash__ = None  # type: ignore[assignment]

    def __iter__(self) -> Iterator[Any]:
        raise RuntimeError("no")

    def __len__(self) -> int:
        raise RuntimeError("no")


class Other(Lifecycle):
    health = Signal.score("health")
    signed = Signal.flag("signed")
    notice = Event("notice")
    limit = Threshold(0.5)
    new = Phase("New", initial=True)

    class renewal(Phase.Group):
        happy = Phase("Happy", initial=True)
        sad = Phase("Sad")

    go = new.to(renewal, on=notice)


FOREIGN: list[Callable[[], Any]] = [
    lambda: None, lambda: True, lambda: False, lambda: 0, lambda: 5, lambda: -1, lambda: 0.5, lambda: 1e308, lambda: 10**400,
    lambda: float("nan"), lambda: float("inf"), lambda: "", lambda: "  ", lambda: "x", lambda: "shout", lambda: "two\nlines",
    lambda: "\ud800", lambda: "é" * 500, lambda: b"bytes", list, lambda: [5], lambda: (), lambda: (None,), dict,
    lambda: {"a": 1}, lambda: {5}, object, Sulking, lambda: [Sulking()], lambda: lambda: 1, lambda: int, lambda: ...,
    lambda: NotImplemented, lambda: decimal.Decimal("0.5"), lambda: fractions.Fraction(1, 3), lambda: 1j, lambda: range(3),
    lambda: dt.date(2026, 1, 1), lambda: dt.datetime(2026, 1, 1), lambda: dt.timedelta(3), lambda: "2026-01-01", lambda: iter([1]),
    lambda: (x for x in [Sulking()]),
    lambda: Other, lambda: Other.health, lambda: Other.signed, lambda: Other.notice, lambda: Other.limit, lambda: Other.go,
    lambda: Other.new, lambda: Other.renewal, lambda: Other.renewal.happy,
    lambda: Other.renewal.resume, lambda: Other.health >= 5, lambda: Signal.score("nameless"), lambda: Signal.flag("nameless"),
    lambda: Event("nameless"), lambda: Threshold(1), lambda: Phase("Nameless"), lambda: Phase.Group, lambda: Team("CSM"),
    lambda: Play("Call"), lambda: Play(5), lambda: Team(5), lambda: Days(3), lambda: Touchpoint("Call"), lambda: Touchpoint(None),
    lambda: days_in_phase, lambda: anywhere, Transition.dropped, lambda: never(5), lambda: Milestone("M", when=5),
    lambda: Transition(5, 6), lambda: Promise("never", 5), lambda: Condition(5), lambda: Number(5), lambda: Flag(None),
    lambda: Choice("x"), lambda: Date([]),
]  # fmt: skip

BINARY = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow, operator.matmul,
    operator.lshift, operator.rshift, operator.and_, operator.or_, operator.xor, operator.lt, operator.le, operator.eq,
    operator.ne, operator.ge, operator.gt,
]  # fmt: skip
UNARY = [operator.neg, operator.pos, operator.invert, abs, operator.truth, operator.not_]
OURS = (
    Condition,
    Number,
    Flag,
    Choice,
    Date,
    Threshold,
    Event,
    Phase,
    Transition,
    type(anywhere),
    type(days_in_phase),
    type(Phase.Group),
)


def apply(operation: Callable[..., Any], *sides: Any) -> Any:
    """An operator, where at least one side is ours and the other does not fail by itself."""
    ours = [isinstance(side, OURS) for side in sides]
    foreign = sides[0]
    if not any(ours) or isinstance(foreign, Sulking) or (not ours[0] and operation is operator.mod):
        return foreign
    return operation(*sides)


class Author:
    """Somebody who writes one lifecycle, with some arguments right and some wrong."""

    def __init__(self, seed: int) -> None:
        self.pick = random.Random(seed)
        self.bad = self.pick.choice([0, 0.02, 0.1, 0.25])
        self.known: dict[str, list[Any]] = collections.defaultdict(list)

    def any(self) -> Any:
        mine = [thing for things in self.known.values() for thing in things]
        return self.pick.choice(mine) if mine and self.pick.random() < 0.4 else self.pick.choice(FOREIGN)()

    def or_bad(self, *good: Any) -> Any:
        return self.any() if self.pick.random() < self.bad else self.pick.choice(good)

    def of(self, kind: str) -> Any:
        return self.or_bad(*self.known[kind]) if self.known[kind] else self.any()

    def some(self, **arguments: Callable[[], Any]) -> dict[str, Any]:
        return {name: make() for name, make in arguments.items() if self.pick.random() < 0.4}

    def texts(self, *names: str) -> dict[str, Any]:
        return self.some(**dict.fromkeys(names, lambda: self.or_bad("a text")))

    def signal(self) -> Any:
        name = self.pick.choice(
            ["flag", "count", "integer", "number", "share", "change", "score", "days", "date", "money", "choice"]
        )
        given = self.texts("help", "from_system", "ref") | self.some(
            default=lambda: self.or_bad(None), port=lambda: self.or_bad(True)
        )
        if name == "choice":
            return Signal.choice(self.or_bad("plan"), *self.choices(), **given)
        if name not in ("flag", "date", "share"):
            given |= self.some(high=lambda: self.or_bad(10, 100))
        if name not in ("flag", "date", "share", "count"):
            given |= self.some(low=lambda: self.or_bad(0, 1))
        if name not in ("flag", "date", "count", "number"):
            given |= self.some(step=lambda: self.or_bad(1, 0.1))
        if name == "number":
            given["step"] = self.or_bad(1, 0.1)
        if name in ("count", "flag"):
            given |= self.texts("plural" if name == "count" else "opposite")
        if name in ("money", "score", "integer", "number"):
            given |= self.texts("unit")
        return getattr(Signal, name)(self.or_bad("label"), **given)

    def choices(self) -> list[Any]:
        return ["Pro", "Team"] if self.bad == 0 else [self.or_bad("Pro", "Team") for _ in range(self.pick.randrange(3))]

    def condition(self, depth: int = 3) -> Any:
        roll = self.pick.randrange(13 if depth else 5)
        signal = self.of("signal")
        if self.pick.random() > 3 * self.bad:
            return self.good_condition(depth)
        if roll < 3:
            return apply(self.pick.choice(BINARY), signal, self.or_bad(1, 0.5, 70, "Pro"))
        if roll == 3:
            return signal
        if roll == 4:
            return self.any()
        inner = self.condition(depth - 1)
        match roll:
            case 5:
                return unless(inner)
            case 6:
                return apply(self.pick.choice(UNARY), inner)
            case 7 if isinstance(inner, Condition):
                return inner.for_days(self.or_bad(1, 14, 10**9))
            case 8 if isinstance(inner, Condition):
                return inner.named(self.or_bad("healthy"))
            case 9 if isinstance(inner, Condition):
                return inner.is_missing()
            case 10 if isinstance(signal, Number):
                return signal.between(self.or_bad(1, 2), self.or_bad(3, 4))
            case 11 if isinstance(signal, Choice):
                return signal.one_of(*[self.or_bad("Pro", "Team") for _ in range(self.pick.randrange(3))])
            case 12:
                clock = days_in_phase
                if isinstance(signal, Date):
                    clock = self.pick.choice([signal.days_until, signal.days_since])
                event = self.of("event")
                if isinstance(event, Event) and self.pick.random() < 0.5:
                    clock = self.pick.choice([event.days_since, event.times])
                return apply(self.pick.choice(BINARY), clock, self.or_bad(30, 120))
        left, right = inner, self.condition(depth - 1)
        return apply(self.pick.choice(BINARY if self.pick.random() < 0.3 else [operator.and_, operator.or_]), left, right)

    def good_condition(self, depth: int) -> Any:
        signal = self.of("signal")
        if depth and self.pick.random() < 0.5:
            left, right = self.good_condition(depth - 1), self.good_condition(depth - 1)
            return self.pick.choice([operator.and_, operator.or_])(left, unless(right))
        match signal:
            case Flag():
                return signal
            case Number():
                return self.pick.choice(BINARY[-6:])(signal, self.pick.choice([0, 1]))
            case Choice():
                return signal == signal.spec.choices[0] if signal.spec.choices else signal.is_missing()
            case Date():
                return self.pick.choice(BINARY[-6:])(signal.days_until, 30)
            case _:
                return signal

    def plays(self) -> Any:
        return self.or_bad((), Play("Call"), [Play("Call"), Play("Write", owner="CSM", due=Days(2))], [self.play()])

    def play(self) -> Any:
        return Play(self.or_bad("Call"), **self.texts("why", "how", "ref"), **self.some(owner=self.team, due=self.days))

    def team(self) -> Any:
        return self.or_bad(
            "CSM",
            Team("Sales"),
            Team(self.or_bad("Sales"), **self.texts("help", "ref"), **self.some(side=lambda: self.or_bad("ours", "customer"))),
        )

    def days(self) -> Any:
        return Days(self.or_bad(1), self.or_bad(2)) if self.pick.random() < self.bad else self.or_bad(Days(3), Days(30, 90))

    def touchpoint(self) -> Any:
        given = self.texts("why", "how", "ours", "theirs", "category", "ref")
        return Touchpoint(
            self.or_bad("Call"),
            **given,
            **self.some(owner=self.team, due=self.days, done=self.condition, verdict=lambda: self.or_bad("keep", "skip")),
        )

    def phase(self) -> Any:
        made = Phase(
            self.or_bad("Phase"),
            **self.texts("goal", "help", "ref"),
            **self.some(
                initial=lambda: self.or_bad(False),
                final=lambda: self.or_bad(True, False),
                complete=lambda: self.or_bad(True),
                owner=self.team,
                contributors=lambda: self.or_bad("CSM", ["CSM", "Sales"]),
                questions=lambda: self.or_bad("Why?", ["Why?", "How?"]),
                expected=self.days,
                standing=lambda: self.or_bad("good", "at_risk"),
                touchpoints=lambda: self.or_bad([self.touchpoint()]),
            ),
        )
        return (
            made.evolve(**self.some(label=self.any, owner=self.any, expected=self.any)) if self.pick.random() < self.bad else made
        )

    def group(self, name: str) -> Any:
        def body(namespace: Any) -> None:
            for child in ("happy", "sad", self.pick.choice(["to", "_x", "happy", "calm"] if self.bad else ["calm"])):
                namespace[child] = self.or_bad(Phase(child, initial=child == "happy"))

        given = self.some(label=lambda: self.or_bad("Renewal"), initial=lambda: self.or_bad(False), ref=lambda: self.or_bad("S1"))
        return types.new_class(name, (Phase.Group,), given, body)

    def transition(self) -> Any:
        place = self.of("phase")
        for _ in range(self.pick.randrange(3)):
            place = place | self.of("phase") if isinstance(place, OURS) else place
        if self.pick.random() < 0.1:
            place = anywhere
        if not hasattr(place, "to"):
            return place
        given = self.texts("label", "why", "ref") | self.some(plays=self.plays)
        if self.pick.random() < 0.8:
            given["when"] = self.condition()
        on = self.of("event")
        if self.pick.random() < 0.1 and isinstance(place, Phase):
            return place.stay(on=on, **given)
        if self.pick.random() < 0.5:
            given["on"] = on
        given |= self.some(kind=lambda: self.or_bad("forward"), after=lambda: self.of("transition"))
        made = place.to(self.of("phase"), **given)
        return (
            made.evolve(**self.some(when=self.any, on=self.any, plays=self.any, label=self.any))
            if self.pick.random() < self.bad
            else made
        )

    def extra(self) -> Any:
        match self.pick.randrange(5):
            case 0:
                return Milestone(
                    self.or_bad("M"), when=self.condition(), **self.texts("category", "help", "ref"), **self.some(plays=self.plays)
                )
            case 1:
                return Risk(
                    self.or_bad("R"),
                    **self.texts("help", "ref"),
                    **self.some(
                        sign=self.condition,
                        phases=lambda: self.of("phase"),
                        mitigation=lambda: self.or_bad("educate", ["educate"]),
                        plays=self.plays,
                        interval=self.days,
                    ),
                )
            case 2:
                given = self.texts("ours", "theirs", "plan", "cost", "ref")
                return SuccessGap(
                    self.or_bad("G"),
                    **given,
                    **self.some(when=self.condition, phases=lambda: [self.of("phase")], interval=self.days),
                )
            case 3 if self.bad:
                return Transition.dropped()
            case _:
                return Threshold(self.or_bad(0.5, 3), **self.texts("help", "ref"))

    def promise(self) -> Any:
        match self.pick.randrange(4):
            case 0:
                return never(self.or_bad(self.of("phase"), self.condition()))
            case 1:
                return never(self.of("phase")).before(self.of("phase")).because(self.or_bad("S1"))
            case 2:
                return always_possible(self.of("phase")).until(self.of("phase"))
            case _:
                return leads_to(self.of("phase"), self.any())

    def write(self, namespace: Any) -> None:
        numbers = itertools.count()

        def declare(kind: str, made: Any) -> None:
            name = self.pick.choice([f"{kind}_{next(numbers)}"] * 20 + ["signal_0", "at", "_x", "__x__"] * (self.bad > 0))
            namespace[name] = made
            self.known[kind].append(namespace[name])

        for _ in range(self.pick.randrange(1, 5)):  # conditions need one at least
            declare("signal", self.or_bad(self.signal()))
        for _ in range(self.pick.randrange(3)):
            declare(
                "event",
                self.or_bad(
                    Event(self.or_bad("event"), **self.texts("help", "ref"), **self.some(names_instance=lambda: self.or_bad(True)))
                ),
            )
        declare("phase", Phase("First", initial=True))
        for _ in range(self.pick.randrange(1, 4)):
            declare("phase", self.or_bad(self.phase()))
        if self.pick.random() < 0.3:
            namespace["renewal"] = self.group("renewal")
            self.known["phase"].append(namespace["renewal"])
        for _ in range(self.pick.randrange(4)):
            declare("transition", self.transition())
        for _ in range(self.pick.randrange(3)):
            declare("extra", self.extra())
        if self.pick.random() < 0.4:
            namespace["promises"] = self.or_bad([self.promise()], (self.promise(), self.any()))


def define(seed: int) -> type[Lifecycle]:
    author = Author(seed)
    keywords = author.some(
        title=lambda: author.or_bad("T"),
        market=lambda: author.or_bad("M"),
        version=lambda: author.or_bad("3"),
        refs=lambda: author.or_bad("S1"),
    )
    base = Other if author.pick.random() < 0.2 else Lifecycle
    return types.new_class("Made", (base,), keywords, author.write)  # type: ignore[return-value]


def outcome(seed: int) -> type[Lifecycle] | DefinitionError:
    try:
        return define(seed)
    except DefinitionError as error:
        return error
    except Exception as error:
        error.add_note(f"define({seed})")
        raise


def test_bad_definitions_are_refused_with_diagnostics() -> None:
    codes: collections.Counter[str] = collections.Counter()
    several = accepted = 0
    for seed in range(DEFINITIONS):
        made = outcome(seed)
        if isinstance(made, DefinitionError):
            assert made.diagnostics, seed
            assert str(made).encode(), seed
            several += len(made.diagnostics) > 1
            for found in made.diagnostics:
                assert found.code.startswith("CLM1"), found
                assert all(isinstance(text, str) and text for text in (found.place, found.cause, found.remedy)), found
                codes[found.code] += 1
        else:
            accepted += 1
            for transition in made.definition.transitions.values():
                if transition.when is not None:
                    assert words(transition.when, made.definition)
                    lower(transition.when, lambda name: False)
    print(f"{DEFINITIONS} definitions, {accepted} accepted, {several} with several mistakes: {dict(sorted(codes.items()))}")
    assert DEFINITIONS - accepted > 3_000
    assert several > DEFINITIONS / 3
    assert accepted > DEFINITIONS / 50
    assert len(codes) >= 20


@pytest.mark.parametrize(
    "make",
    [
        lambda: Days("soon"),
        lambda: Days(5, 1),
        lambda: Days(10**400),
        lambda: Days(Sulking()),  # type: ignore[arg-type]
        lambda: bool(Other.health),
        lambda: Other.health in [1, 2],
        lambda: 5 in Other.health,  # type: ignore[operator]
        lambda: Signal.score("nameless").now(5),
    ],
)
def test_what_cannot_travel_is_raised_at_once(make: Callable[[], object]) -> None:
    with pytest.raises(DefinitionError) as raised:
        make()
    assert raised.value.diagnostics[0].code.startswith("CLM1")
