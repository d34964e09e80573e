"""The page's interpreter settles as the compiled engine does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import attrs
import pytest

from clmstate import Lifecycle, LivelockError, Phase, Signal
from clmstate.cli.checklist import as_items
from clmstate.cli.walking import part_of
from clmstate.presenting.criteria import ways_by_hope
from clmstate.presenting.plain import plain_model, plain_state, states_of
from clmstate.replay import play, read_log
from clmstate.signals import CLEAR
from models.dynamic.addon import AddOn
from models.dynamic.contract import Contract
from models.dynamic.customer import Customer
from models.dynamic.markets import EnterpriseContract
from models.dynamic.user import User
from tests.conformance.generate import Traffic, models
from tests.conformance.harness import Compiled, ask_oracle
from tests.conformance.oracle import Oracle

SETTLE = """
const sorted = (value) => Array.isArray(value) ? value.map(sorted)
  : value && typeof value === "object" ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])])) : value;
answer = given.map(({ model, observations }) => observations.map(({ before, told }) => {
  const meaning = new Meaning(model);
  const { state, moves, endless } = meaning.observe(before, told);
  return { moves: moves.map((m) => [m.round, m.rule, m.source, m.target]), endless, after: endless ? null : sorted(state) };
}));
"""


def told(step: Any) -> dict[str, Any]:
    values = {name: None if value is CLEAR else value for name, value in step.values.items()}
    return {"at": step.at, "values": values, "events": list(step.events)}


def observations(model: type[Lifecycle], rng: Random, steps: int) -> list[dict[str, Any]]:
    """What the compiled engine did in one life, with its state before and after each observation."""
    found: list[dict[str, Any]] = []
    oracle, engine = Oracle(model.definition), Compiled(model)
    traffic = Traffic(rng, model.definition, oracle)
    while len(found) < steps:
        step = traffic.step(several=True)
        if oracle.at is None and step.at is None:
            continue  # the page always knows what day it is
        ask_oracle(oracle, step)
        before = plain_state(engine.customer.snapshot())
        answer = engine.ask(step)
        if step.kind != "observe" or answer.outcome == "refused":
            continue
        moves = [[number, name, source, target] for number, name, source, target, _, _ in answer.moves or ()]
        after = None if answer.outcome == "livelock" else plain_state(engine.customer.snapshot())
        found.append({"before": before, "told": told(step), "moves": moves, "endless": after is None, "after": after})
        if model.definition.phases[oracle.phase].final:
            break
    return found


def said(case: dict[str, Any]) -> dict[str, Any]:
    """What is compared: everything but what an endless observation did on its way."""
    after = case["after"]
    if after is not None:  # the page keeps no record of these two
        after = {key: value for key, value in after.items() if key not in ("touchpoints", "milestones")}
    return {"endless": case["endless"], "moves": [] if case["endless"] else case["moves"], "after": after}


def differences(lives: list[tuple[type[Lifecycle], list[dict[str, Any]]]], javascript: Callable[[str, Any], Any]) -> list[Any]:
    given = [
        {"model": plain_model(model.definition), "observations": [{"before": o["before"], "told": o["told"]} for o in life]}
        for model, life in lives
    ]
    answers = javascript(SETTLE, given)
    return [
        (model.__name__, ours["before"], ours["told"], said(ours), said(theirs))
        for (model, life), answer in zip(lives, answers, strict=True)
        for ours, theirs in zip(life, answer, strict=True)
        if said(ours) != said(theirs)
    ]


def test_the_dynamic_customer_settles_alike(javascript: Callable[[str, Any], Any]) -> None:
    rng = Random("the page")
    lives = []
    for model in (Contract, EnterpriseContract, AddOn, User):
        told_so_far = 0
        while told_so_far < 300:
            lives.append((model, observations(model, rng, 30)))
            told_so_far += len(lives[-1][1])
    every = [observation for _, life in lives for observation in life]
    assert len(every) >= 1_000
    assert sum(len(observation["moves"]) for observation in every) >= 200
    assert differences(lives, javascript) == []


def random_lives(seed: str, lives: int) -> list[tuple[type[Lifecycle], list[dict[str, Any]]]]:
    rng = Random(seed)
    found = []
    for _, model in models(rng):
        found += [(model, observations(model, rng, 25)) for _ in range(2)]
        if len(found) >= lives:
            return found
    raise AssertionError("models never end")


def test_random_lifecycles_settle_alike(javascript: Callable[[str, Any], Any]) -> None:
    lives = random_lives("any model", 50)
    assert sum(o["endless"] for _, life in lives for o in life) >= 1
    assert differences(lives, javascript) == []


class Counting(Lifecycle):
    """Whoever starts goes in a circle whose configuration never comes again, because both ways count visits."""

    go = Signal.flag("go", default=False)
    here, there = Phase("Here", initial=True), Phase("There")
    leave = here.to(there, when=go & (here.visits >= 1))
    come_back = there.to(here, when=there.visits >= 1)


def test_a_circle_that_counts_ends_too(javascript: Callable[[str, Any], Any]) -> None:
    customer = Counting("Acme")
    before = plain_state(customer.snapshot())
    with pytest.raises(LivelockError, match="CLM211"):
        customer.observe(at="2026-01-01", go=True)
    told = {"at": 1_767_225_600_000_000, "values": {"go": True}, "events": []}
    [[answer]] = javascript(
        SETTLE, [{"model": plain_model(Counting.definition), "observations": [{"before": before, "told": told}]}]
    )
    assert answer["endless"]


@pytest.mark.full
@pytest.mark.parametrize("seed", range(8))
def test_many_random_lifecycles_settle_alike(seed: int, javascript: Callable[[str, Any], Any]) -> None:
    assert differences(random_lives(f"many {seed}", 400), javascript) == []


CHECKLISTS = """
const { Words } = require(given.words);
answer = given.steps.map(({ model, state }) => {
  const words = new Words(new Meaning(model));
  return model.ways[state.phase].map((name) => words.checklist(state, model.rules.find((rule) => rule.name === name).when)
    .map((item) => [item.words, item.truth, item.value, item.depth]));
});
"""


def test_checklists_say_what_the_command_line_says(javascript: Callable[[str, Any], Any]) -> None:
    root = Path(__file__).parents[2]
    cases = [(Contract, "acme.csv"), (Customer, "customer_acme.csv")]
    steps, expected = [], []
    for model, name in cases:
        for step in play(model, read_log(root / "models" / "dynamic" / name, model)):
            lives = {"": step.life} if model is Contract else {a: part_of(step.life, a) for a in step.life.phases}
            states = states_of(step.life.snapshot())
            for address, life in lives.items():
                steps.append({"model": plain_model(life.definition), "state": states[address]})
                expected.append(
                    [
                        [
                            [i.words, i.truth, i.value, i.depth]
                            for i in as_items(attrs.evolve(life.explain(way), needs=()), way.when)
                        ]
                        for way in ways_by_hope(life.definition, life.phase.path)
                    ]
                )
    given = {"steps": steps, "words": str(root / "clmstate" / "presenting" / "page_files" / "words.js")}
    assert javascript("global.DAY = DAY;" + CHECKLISTS, given) == expected
