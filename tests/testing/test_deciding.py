"""Generated journeys for MC/DC and for the order of transitions: replayed by others, and counted by coverage as what they claim to be."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from clmstate import Event, Lifecycle, Phase, Signal, unless
from clmstate.analysis.proofs.witness import Witnesses
from clmstate.cli import main
from clmstate.kernel import compiled
from clmstate.kernel.stand_in import standing_in
from clmstate.testing.coverage import Asking, Watch, duties, settle
from clmstate.testing.generated import Told, blocks, decisions, fewest_journeys, pair_journeys, resumed, rivals, shown_transitions
from models.dynamic import AddOn, Contract, User
from tests.conformance.generate import model_class, model_source
from tests.testing.deal import Deal
from tests.testing.test_generated import every_journey, lived, replayed


def confirmed(model: Any, journeys: list[tuple[Told, ...]]) -> list[str]:
    """Tells every journey to the oracle and to a live customer, and what of MC/DC coverage misses when all are told to customers."""
    definition = model.definition
    watch = Watch([definition])
    for steps in journeys:
        replayed(definition, [*steps])
        with standing_in(watch.engines):
            lived(model, [*steps])
    asking = Asking(compiled(definition).program)
    ledger = settle(asking, watch.seen[definition.name], *duties(asking))
    return [duty.words for duty in ledger.missing("mcdc")]


@pytest.mark.parametrize("model", [AddOn, Deal, User])
def test_every_leaf_that_can_decide_alone_is_shown_to(model: Any) -> None:
    decided, missing = decisions(model.definition)
    assert missing == []
    assert confirmed(model, [steps for one in decided for _, steps in one.cases]) == []
    for one in decided:
        assert {one.name in steps[-1].takes for _, steps in one.cases} == {True, False}


@pytest.mark.full
def test_every_leaf_of_the_contract() -> None:
    decided, missing = decisions(Contract.definition)
    assert confirmed(Contract, [steps for one in decided for _, steps in one.cases]) == [
        # in Growth nobody can have changed their strategy lately, unless somebody was moved there by hand
        "fewer than 30 days since strategy changed: true or false decides worry_big alone",
        "fewer than 30 days since strategy changed: true or unknown decides worry_big alone",
    ]
    assert [one.name for one in missing if not one.proved] == [
        "worry_big, decided by fewer than 30 days since strategy changed alone"
    ]
    assert sum(one.proved for one in missing) == 8
    for both in rivals(Contract.definition):
        replayed(Contract.definition, [*both.steps])


@pytest.mark.parametrize("model", [AddOn, User])
def test_whoever_could_take_either_takes_the_first(model: Any) -> None:
    found = rivals(model.definition)
    assert len(found) == 2
    for one in found:
        replayed(model.definition, [*one.steps])
        lived(model, [*one.steps])
        assert one.steps[-1].takes[0] == one.first


def test_a_group_is_resumed_wherever_it_can_have_been_left() -> None:
    found = resumed(AddOn.definition)
    assert [one.phase for one in found] == ["running.implementation", "running.adoption", "running.success"]
    for one in found:
        replayed(AddOn.definition, [*one.steps])
        lived(AddOn, [*one.steps])
        assert (one.name, one.steps[-1].takes, one.steps[-1].phase) == ("go_on", ("go_on",), one.phase)
    assert resumed(User.definition) == []


class Shielded(Lifecycle):
    """Leaves that never decide alone, each for another reason."""

    health = Signal.score("health")
    signed = Signal.flag("signed", default=False)
    asked, called = Event("asked"), Event("called")
    fine, alarm, bad = Phase("Fine", initial=True), Phase("Alarm"), Phase("Bad")
    despair = fine.to(bad, when=health < 40)
    calm = alarm.to(fine, on=called, when=signed & (health >= 70))
    tense = alarm.to(bad, on=called, when=unless(signed & (health >= 70)))
    worry = fine.to(alarm, when=(health < 60) & (health >= 40) & ~signed)
    again = alarm.to(fine, on=asked, when=(health < 50) | (health >= 50))


def test_why_a_leaf_never_decides_alone_is_said() -> None:
    decided, missing = decisions(Shielded.definition)
    changes = "whatever else reads the same changes with it, or decides already"
    assert [(one.name, one.why, one.proved) for one in missing] == [
        (
            "tense, decided by signed alone",
            "calm comes before, and takes one of the two; it is never unknown when tense is asked",
            True,
        ),
        ("tense, decided by health at least 70 alone", "calm comes before, and takes one of the two", True),
        ("worry, decided by health at least 40 alone", f"it is never false when worry is asked; {changes}", True),
        ("again, decided by health below 50 alone", changes, True),
        ("again, decided by health at least 50 alone", changes, True),
    ]
    never = {(one.name, one.leaf, a, b): why for one in decided for a, b, why in one.never}
    assert never["worry", "signed", "true", "unknown"] == "the condition treats both alike"
    assert never["worry", "signed", "false", "unknown"] == "it is never unknown when worry is asked"
    assert confirmed(Shielded, [steps for one in decided for _, steps in one.cases]) == []


class Remembered(Lifecycle):
    """What happened in one phase is asked in another one, in which it cannot happen any more."""

    told = Event("told off")
    moved = Event("moved on")
    calm, gone = Phase("Calm", initial=True), Phase("Gone")
    leave = calm.to(gone, on=moved)
    end = Phase("End")
    back = gone.to(calm, on=told)
    give_up = gone.to(end, on=moved, when=told.days_since < 30)


def test_what_happened_before_is_told_before() -> None:
    decided, missing = decisions(Remembered.definition)
    assert missing == []
    assert [truth for truth, _ in decided[0].cases] == ["true", "false", "unknown"]
    days = [
        (steps[-1].at - next(told.at for told in steps if told.event == "told")) // 86_400_000_000
        for _, steps in decided[0].cases[:2]
    ]
    assert days == [29, 30]
    assert confirmed(Remembered, [steps for one in decided for _, steps in one.cases]) == []


def test_the_file_and_the_screen_say_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "test_user.py"
    assert main(["testgen", "models/dynamic/user.py", "--mcdc", "--out", str(out)]) == 0
    assert "12 leaves that decide alone, in 33 observations; 2 times two could be taken" in " ".join(
        capsys.readouterr().out.split()
    )
    text = out.read_text(encoding="utf-8")
    assert "def test_step_back_decided_by_nps() -> None:" in text
    assert "    False and unknown are not told apart: the condition treats both alike." in text
    assert '"""Whoever could take doze or slip takes doze first."""' in text
    mine = text.replace("def test_step_back_decided_by_nps() -> None:", "def test_critics_step_back() -> None:")
    out.write_text(mine + "\n\ndef test_mine() -> None:\n    pass\n", encoding="utf-8")
    assert main(["testgen", "models/dynamic/user.py", "--mcdc", "--out", str(out)]) == 0
    assert "step_back decided by nps was changed by somebody and stays as it is" in " ".join(capsys.readouterr().out.split())
    again = out.read_text(encoding="utf-8")
    assert "def test_critics_step_back" in again
    assert "def test_mine" in again


@pytest.mark.parametrize("seed", [28, *(pytest.param(seed, marks=pytest.mark.full) for seed in range(40) if seed != 28)])
def test_whatever_is_generated_for_random_models_is_replayed_by_the_oracle(seed: int) -> None:
    model = model_class(model_source(Random(seed)))
    definition = model.definition
    witnesses = Witnesses(definition)
    shown, unreached = shown_transitions(definition, witnesses)
    fewest, pairs = fewest_journeys(definition, witnesses), pair_journeys(definition, witnesses)
    decided, _ = decisions(definition, witnesses)
    either, again = rivals(definition, witnesses), resumed(definition, witnesses)
    assert fewest.moves >= fewest.fewest
    assert pairs.moves >= pairs.fewest
    for steps in every_journey([*shown, *fewest.shown, *pairs.shown]):
        replayed(definition, steps)
    for one in (*either, *again):
        replayed(definition, [*one.steps])
    for _, journey in (case for one in decided for case in one.cases):
        replayed(definition, [*journey])
    assert len(blocks(model, shown, unreached, pairs.shown, fewest.shown, decided, either, again)) >= len(shown)
