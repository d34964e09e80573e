"""The sample customers of every model take every transition and bring every element to life, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import pytest

from clmstate.composition import CompositionDefinition
from clmstate.gaps import alive_in
from clmstate.lifecycle import LifecycleDefinition
from clmstate.replay import play, read_log
from models.events import Customer
from models.gap_analysis import Client
from models.journey import Account
from models.management import Relationship
from models.practice import DROP, ENGAGED, NPS, SOURCES, TENURE, WINDOWS
from tests.models.rules import MODELS, shipped

SAMPLES: list[tuple[Any, str]] = [
    (Client, "gap_analysis/clients.csv"),
    (Account, "journey/accounts.csv"),
    (Relationship, "management/relationships.csv"),
    (Customer, "events/customers.csv"),
]
samples = pytest.mark.parametrize(("model", "log"), SAMPLES, ids=[log for _, log in SAMPLES])


def lifecycles(model: Any) -> list[LifecycleDefinition]:
    definition = model.definition
    if isinstance(definition, CompositionDefinition):
        return [part.member for part in definition.parts.values() if isinstance(part.member, LifecycleDefinition)]
    return [definition]


def elements(d: LifecycleDefinition) -> Iterator[tuple[str, str, str]]:
    yield from ((d.name, "transition", name) for name in d.transitions)
    yield from ((d.name, "phase", path) for path in d.phases)
    yield from ((d.name, "milestone", name) for name in d.milestones)
    yield from ((d.name, "risk", name) for name in d.risks)
    yield from ((d.name, "success gap", name) for name in d.gaps)
    yield from ((d.name, "event", name) for name in d.events)
    yield from ((d.name, "touchpoint", f"{path}/{t.label}") for path, phase in d.phases.items() for t in phase.touchpoints)
    yield from ((d.name, "play", play.label) for play in d.plays)


@samples
def test_every_element_comes_alive(model: Any, log: str) -> None:
    alive = alive_in(model, read_log(MODELS / log, model))
    asleep = [element for d in lifecycles(model) for element in elements(d) if element not in alive]
    assert asleep == []


def told(model: Any, log: str, engine: Literal["compiled", "live"]) -> list[tuple[str, str, str, str, str]]:
    steps = list(play(model, read_log(MODELS / log, model), engine=engine))
    assert not [step.rejected for step in steps if step.rejected]
    return [(step.customer, str(move.at), move.part, move.name, move.target.path) for step in steps for move in step.moves]


@samples
def test_both_engines_tell_the_same_story(model: Any, log: str) -> None:
    assert told(model, log, "compiled") == told(model, log, "live")


def test_the_client_who_thrives() -> None:
    alder = [(at, name) for who, at, _, name, _ in told(Client, "gap_analysis/clients.csv", "compiled") if who == "Alder"]
    assert alder == [
        ("2026-02-02", "sign"),
        ("2026-03-09", "get_ready"),
        ("2026-04-13", "go_live"),
        ("2026-06-01", "measure"),
        ("2026-09-07", "grow"),
        ("2026-11-02", "next_round"),
        ("2026-11-02", "measure"),
        ("2027-01-11", "grow"),
    ]


def test_the_account_that_goes_all_the_way() -> None:
    fern = [(at, name) for who, at, _, name, _ in told(Account, "journey/accounts.csv", "compiled") if who == "Fern"]
    assert fern == [
        ("2026-01-26", "begin"),
        ("2026-03-09", "settle_in"),
        ("2026-08-03", "ripen"),
        ("2026-09-07", "grow"),
        ("2027-01-18", "next_term"),
        ("2027-05-10", "ripen"),
    ]


def test_the_customer_whose_renewal_is_no_event() -> None:
    moves = [(at, part, name) for who, at, part, name, _ in told(Customer, "events/customers.csv", "compiled") if who == "Larch"]
    agreement = [(at, name) for at, part, name in moves if part == "agreement"]
    assert ("2026-10-05", "renew_quietly") in agreement
    assert ("2026-12-14", "next_term") in agreement
    assert "question" not in [name for _, name in agreement]


@pytest.mark.parametrize("definition", [d for model, _ in SAMPLES for d in lifecycles(model)], ids=lambda d: str(d.name))
def test_everything_says_why_and_whose(definition: LifecycleDefinition) -> None:
    assert [t.name for t in definition.transitions.values() if not t.why] == []
    for phase in definition.phases.values():
        assert phase.owner, phase.path
        assert phase.goal, phase.path
        assert phase.questions, phase.path
        for t in phase.touchpoints:
            assert all((t.why, t.how, t.owner, t.due, t.verdict, t.category)), t.label
    for play_ in definition.plays:
        assert play_.owner, play_.label
        assert play_.due, play_.label
        assert play_.why, play_.label
    for name, threshold in definition.thresholds.items():
        assert threshold.help, name


def test_limits_of_practitioners_are_named_with_their_source() -> None:
    named = {
        (threshold.value, source)
        for model in shipped()
        if not isinstance(model.definition, CompositionDefinition)
        for threshold in model.definition.thresholds.values()
        for source in SOURCES
        if source in threshold.help
    }
    assert {(0.5, ENGAGED), (0.8, ENGAGED), (0.1, TENURE), (0.5, TENURE), (0.75, TENURE), (-0.2, DROP), (6, NPS), (9, NPS)} <= named
    assert {days for days, source in named if source == WINDOWS} == {30, 60, 90, 120, 180}
