"""Generated tests: each journey is replayed by others, regeneration keeps what people wrote, and what cannot be reached is said."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

import pytest

from clmstate import CLEAR, Event, Lifecycle, Phase, Signal
from clmstate.cli import main
from clmstate.lifecycle import LifecycleDefinition
from clmstate.testing import scenario
from clmstate.testing.generated import Shown, Told, blocks, fewest_journeys, pair_journeys, rewritten, shown_transitions
from models.dynamic import AddOn, Contract, User
from tests.conformance.oracle import Oracle
from tests.testing.deal import Deal


def replayed(definition: LifecycleDefinition, steps: list[Told]) -> None:
    """The oracle, which knows no engine, sees the same."""
    oracle = Oracle(definition)
    for told in steps:
        values = {name: definition.signals[name].default if value is None else value for name, value in told.values.items()}
        moves = oracle.observe(told.at, values, [*told.events])
        assert tuple(name for _, name, *_ in moves) == told.takes
        assert oracle.phase == told.phase


def lived(model: Any, steps: list[Told]) -> None:
    """So does a live customer with its chart."""
    life = scenario(model, engine="live")
    signals = model.definition.signals
    for told in steps:
        values = {name: CLEAR if value is None else signals[name].to_user(value) for name, value in told.values.items()}
        events = tuple((event, "one" if model.definition.events[event].names_instance else None) for event in told.events)
        moves = life.life.observation(told.at, values, events)
        assert tuple(move.name for move in moves) == told.takes


def every_journey(shown: list[Shown]) -> list[list[Told]]:
    found = []
    for one in shown:
        found.append([*one.steps])
        found += [[*one.steps[:-1], last] for _, last in (*one.just, *one.short)]
    return found


@pytest.mark.parametrize("model", [AddOn, Deal, User])
def test_the_oracle_and_the_live_engine_replay_every_journey(model: Any) -> None:
    shown, unreached = shown_transitions(model.definition)
    assert [one.name for one in shown] == [*model.definition.transitions]
    assert unreached == []
    for steps in every_journey(shown):
        replayed(model.definition, steps)
        lived(model, steps)
    for one in shown:
        assert one.name in one.steps[-1].takes
        assert all(one.name in told.takes for _, told in one.just)
        assert all(one.name not in told.takes for _, told in one.short)


@pytest.mark.full
def test_the_contract_with_all_its_pairs() -> None:
    shown, unreached = shown_transitions(Contract.definition)
    pairs, fewest = pair_journeys(Contract.definition), fewest_journeys(Contract.definition)
    assert (unreached, pairs.unreached, fewest.unreached) == ([], (), ())
    assert (pairs.moves, fewest.moves) == (pairs.fewest, fewest.fewest) == (228, 23)
    for steps in every_journey([*shown, *pairs.shown, *fewest.shown]):
        replayed(Contract.definition, steps)
        lived(Contract, steps)


def test_all_pairs_of_a_small_model() -> None:
    pairs = pair_journeys(Deal.definition)
    taken = [[name for told in one.steps for name in told.takes] for one in pairs.shown]
    seen = {pair for names in taken for pair in itertools.pairwise(names)}
    assert ("win", "worry") in seen
    assert pairs.unreached == ()
    assert sum(map(len, taken)) == pairs.moves == pairs.fewest
    for one in pairs.shown:
        replayed(Deal.definition, [*one.steps])


def fewest_by_trying(first: list[str], pairs: list[tuple[str, str]]) -> int:
    """The fewest moves, by looking at every state of a search: where one is, and which pairs were shown."""
    begun = [(name, frozenset[tuple[str, str]]()) for name in first]
    seen, moves = set(begun), 1
    while not any(shown == frozenset(pairs) for _, shown in begun):
        moves += 1
        after = {(b, shown | {(a, b)}) for a, shown in begun for one, b in pairs if one == a} | {
            (name, s) for _, s in begun for name in first
        }
        begun = [state for state in after if state not in seen]
        seen.update(begun)
    return moves


@pytest.mark.parametrize("model", [AddOn, Deal, User])
def test_every_transition_in_the_shortest_journeys(model: Any) -> None:
    found = fewest_journeys(model.definition)
    taken = [name for one in found.shown for told in one.steps for name in told.takes]
    assert set(taken) == set(model.definition.transitions)
    assert len(taken) == found.moves == found.fewest
    for one in found.shown:
        replayed(model.definition, [*one.steps])


class Strict(Lifecycle):
    """A door that opens once: what the map of transitions allows, nobody can do twice."""

    key = Event("key turned")
    shut = Phase("Shut", initial=True)
    opened = Phase("Open")
    locked = Phase("Locked")
    enter = shut.to(opened, on=key, when=key.times == 1)
    leave = opened.to(shut, on=key)
    lock = shut.to(locked, on=key, when=key.times > 4)


def test_what_cannot_be_walked_as_planned_is_planned_anew() -> None:
    pairs = pair_journeys(Strict.definition)
    taken = [[name for told in one.steps for name in told.takes] for one in pairs.shown]
    assert taken == [["enter", "leave", "lock"]]
    assert [(one.name, one.proved) for one in pairs.unreached] == [("leave, then enter", False)]
    assert pairs.moves == pairs.fewest == 3
    replayed(Strict.definition, [*pairs.shown[0].steps])


def test_the_bound_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = ["testgen", "models/dynamic/addon.py", "--pairs", "--transitions", "--out", str(tmp_path / "test_addon.py")]
    assert main(written) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "all transitions in 1 journey of 6 moves together; proved shortest" in shown
    assert "all pairs in 5 journeys of 27 moves together; proved shortest" in shown


class Hidden(Lifecycle):
    """A phase that chance hardly ever finds, and a transition that nobody can take."""

    a, b, c, d = Signal.score("a"), Signal.score("b"), Signal.score("c"), Signal.score("d")
    asked = Event("asked")
    begun = Phase("Start", initial=True)
    vault = Phase("Vault")
    early = Phase("Early")
    enter = begun.to(vault, on=asked, when=(a == 17) & (b == 42) & (c == 99) & (d == 7))
    first = begun.to(early, when=(a > 60) & (a < 50))


def random_visits(number: int) -> int:
    """How often random observations of a fresh customer reach the vault."""
    draw = random.Random(2)
    found = 0
    for _ in range(number):
        told = Hidden("", engine="compiled")
        told.send(Hidden.asked, **{name: draw.randint(0, 100) for name in "abcd"})
        found += told.phase == Hidden.vault
    return found


def test_what_chance_hardly_finds_is_generated_at_once() -> None:
    shown, unreached = shown_transitions(Hidden.definition)
    assert [(one.name, len(one.steps)) for one in shown] == [("enter", 1)]
    assert [(one.name, one.proved) for one in unreached] == [("first", True)]
    assert random_visits(5_000) == 0


@pytest.mark.full
def test_a_million_random_observations_do_not_find_it() -> None:
    assert random_visits(1_000_000) == 0


def test_what_people_wrote_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "test_user.py"
    assert main(["testgen", "models/dynamic/user.py", "--out", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    assert "def test_promote() -> None:" in text
    mine = (
        text.replace("begun.again()", "begun.again()  # mine\n    begun.again()", 1)
        + "\n\ndef test_mine() -> None:\n    assert True\n"
    )
    out.write_text(mine, encoding="utf-8")
    assert main(["testgen", "models/dynamic/user.py", "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == mine
    assert "activate was changed by somebody and stays as it is" in capsys.readouterr().out


def test_a_transition_that_is_gone_takes_its_test_along() -> None:
    made = rewritten("", Deal, blocks(Deal, *shown_transitions(Deal.definition)), "clmstate testgen deal.py").text
    fewer = {name: text for name, text in blocks(Deal, *shown_transitions(Deal.definition)).items() if name != "calm"}
    again = rewritten(made, Deal, fewer, "")
    assert again.gone == ("calm",)
    assert "test_calm" not in again.text
    assert "test_worry" in again.text


def test_generated_files_run(pytester: pytest.Pytester) -> None:
    text = rewritten(
        "", Deal, blocks(Deal, *shown_transitions(Deal.definition), pair_journeys(Deal.definition).shown), "clmstate testgen"
    ).text
    pytester.makepyfile(test_generated=text)
    outcomes = pytester.runpytest("-q", "-p", "no:cacheprovider").parseoutcomes()
    assert outcomes["passed"] == len(Deal.definition.transitions) + len(pair_journeys(Deal.definition).shown)
    assert set(outcomes) == {"passed"}


pytest_plugins = ["pytester"]
