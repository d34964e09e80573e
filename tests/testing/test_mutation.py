"""Mutants: what they are, which are equal, and which tests notice them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

from clmstate.cli import main
from clmstate.conditions.nodes import walk
from clmstate.errors import ObservationError
from clmstate.kernel import compiled, take_in
from clmstate.lifecycle import LifecycleDefinition
from clmstate.testing.critical import critical_values
from clmstate.testing.mutation import equal, mutants_of, wiring_mutants
from clmstate.testing.mutation.answers import Answers, digest
from models.dynamic import AddOn, Contract, Customer, User
from tests import processes
from tests.testing.deal import Deal, Site


def test_every_kind_of_mistake() -> None:
    kinds = {mutant.kind for mutant in mutants_of(Contract.definition)}
    assert kinds == {
        "and", "clock", "comparison", "condition", "drop", "event", "leaf", "negation", "order", "target", "threshold", "unknown"
    }  # fmt: skip
    assert {mutant.kind for mutant in wiring_mutants(Customer.definition)} == {"roll-up", "wire"}
    assert "resumes nothing" in " ".join(mutant.words for mutant in mutants_of(AddOn.definition))


@pytest.mark.parametrize("model", [AddOn, Contract, Deal, User])
def test_mutants_are_models_that_differ(model: Any) -> None:
    mutants = mutants_of(model.definition)
    assert len({mutant.name for mutant in mutants}) == len(mutants)
    for mutant in mutants:
        changed = mutant.changed()
        assert dict(changed.transitions) != dict(model.definition.transitions) or [*changed.transitions] != [
            *model.definition.transitions
        ]
    assert all(next(iter(walk(t.when)), None) for t in model.definition.transitions.values() if t.when is not None)


def answers(definition: LifecycleDefinition, values: dict[str, Any], phase: int, events: tuple[str, ...]) -> object:
    """The first move of a customer of whom everything is told at once."""
    engine = compiled(definition)
    state = engine.new()
    state.phase = phase
    try:
        plan, _ = take_in(state, 1_767_571_200_000_000, values, events)
    except ObservationError:
        return "never settles"
    return [(engine.program.rules[step[0]].transition.name, step[2]) for step in plan[:1]]


def test_equal_mutants_answer_alike() -> None:
    """The prover against trying: what it calls equal answers alike wherever it is asked, and what it does not is told apart somewhere."""
    d = User.definition
    some = {name: [v for v in critical_values(d, name, 0.0) if v == v][:4] for name in ("logins_28d", "features", "nps")}
    pictures = [
        {"logins_28d": a, "features": b, "nps": c, "trained": t}
        for a in (0, *some["logins_28d"], 3, 4, 8, 16)
        for b in (2, 3, 5, 6)
        for c in (6, 7, 8, 9)
        for t in (False, True)
    ]
    sames = 0
    for mutant in mutants_of(d):
        changed = mutant.changed()
        same = equal(d, changed)
        sames += same
        if same:
            for phase in range(len(d.phases)):
                for values in pictures[::7]:
                    for events in ((), ("departure",)):
                        assert answers(d, values, phase, events) == answers(changed, values, phase, events), mutant.words
    assert sames == 2


PROJECT = {
    "deals.py": """
from clmstate import Lifecycle, Phase, Signal

class Deal(Lifecycle):
    health = Signal.score("health")
    fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
    worry = fine.to(alarm, when=health < 60)
""",
    "test_deals.py": """
from clmstate.testing import scenario
from deals import Deal

def test_worry():
    scenario(Deal).on("2026-01-05", health=50).takes(Deal.worry).is_in(Deal.alarm)

def test_fine():
    scenario(Deal).on("2026-01-05", health=70).stays()
""",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in PROJECT.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def mutate(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["mutate", "deals.py", "test_deals.py", "--jobs", "1", "--json", *words])
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, said


def test_what_the_tests_do_not_notice_is_named_and_answers_are_kept(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = mutate(capsys, "--fail-under", "90")
    assert code == 1
    assert said["mutants"] == 6
    assert [one["words"] for one in said["survivors"]] == [
        "worry: 'health below 60' becomes 'health at most 60'",
        "worry: 'health below 60' becomes 'health below 59'",
        "worry: 'health below 60' becomes 'health below 61'",
    ]
    kept = next((project / ".clmstate").glob("*.jsonl"))
    lines = [line for line in kept.read_text(encoding="utf-8").splitlines() if line]
    kept.write_text("\n".join(lines[:3]) + '\n{"mutant": "cut o', encoding="utf-8")  # as a run that was stopped leaves it
    before = sorted(json.loads(line)["mutant"] for line in lines)
    code, again = mutate(capsys)
    assert (code, again["survivors"]) == (0, said["survivors"])
    after = [
        json.loads(line)["mutant"]
        for line in kept.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith('{"mutant": "cut o')
    ]
    assert sorted(set(after)) == before


def test_generated_tests_are_counted_apart(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["testgen", "deals.py", "--out", "test_deals.py"]) == 0
    )  # its test of worry stands beside the one that somebody wrote
    assert "def test_worry_generated() -> None:" in (project / "test_deals.py").read_text(encoding="utf-8")
    capsys.readouterr()
    _, both = mutate(capsys)
    assert both["generated"] == {"noticed": 6, "alone": 3}
    assert both["percent"] == 50.0
    assert main(["mutate", "deals.py", "test_deals.py", "--jobs", "1"]) == 0  # from the answers that were kept
    shown = " ".join(capsys.readouterr().out.split())
    assert "50.0 % of the mutants of Deal were noticed by the tests that people wrote: 3 of 6" in shown
    assert "counted apart: generated tests noticed 6, and 3 of them no other test did" in shown
    (project / "test_deals.py").unlink()
    assert main(["testgen", "deals.py", "--out", "test_deals.py"]) == 0
    capsys.readouterr()
    _, alone = mutate(capsys)
    assert (alone["generated"], alone["percent"]) == ({"noticed": 6, "alone": 6}, 100.0)


def test_tests_that_fail_by_themselves_are_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "test_deals.py").write_text("def test_wrong():\n    assert False\n", encoding="utf-8")
    code, said = mutate(capsys)
    assert code == 2
    assert said["diagnostics"][0]["code"] == "CLM388"
    assert "1 test fails without any mutant, such as test_deals.py::test_wrong" in said["diagnostics"][0]["cause"]


def test_tests_that_are_not_there_are_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mutate", "deals.py", "tests_deals.py", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["diagnostics"][0]["code"] == "CLM387"


def test_wiring_is_broken_too(tmp_path: Path) -> None:
    test = tmp_path / "test_site.py"
    test.write_text(
        "from clmstate.testing import scenario\nfrom tests.testing.deal import Site\n\n"
        "def test_lit():\n    scenario(Site).on('2026-01-05').join('people/dana', logins=9).knows('office', used=1.0)\n",
        encoding="utf-8",
    )
    out, asked = tmp_path / "out.jsonl", tmp_path / "asked.json"
    asked.write_text(
        json.dumps({"models": ["tests.testing.deal:Site"], "share": [0, 1], "done": [], "out": str(out)}), encoding="utf-8"
    )
    root = Path(__file__).resolve().parents[2]
    done = processes.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test), "--lifecycle-mutants", str(asked)],
        capture_output=True, text=True, check=False, cwd=tmp_path, env={"PYTHONPATH": str(root), "PATH": ""},
    )  # fmt: skip
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] if out.exists() else []
    wires = {line["words"]: line["killed_by"] for line in lines if line["model"] == "Site"}
    assert wires == {"office.used is fed nothing": "test_site.py::test_lit"}, done.stdout
    assert wiring_mutants(Site.definition)


def test_what_a_run_leaves_behind_is_gathered_and_cleared_away(tmp_path: Path) -> None:
    def answer(room: Path, name: str) -> None:
        (room / "0.jsonl").write_text(json.dumps({"mutant": name}) + '\n{"mutant": "cut o', encoding="utf-8")

    def interrupted() -> None:
        with kept.room() as room:
            (room / "0.log").write_text("collecting ...", encoding="utf-8")
            answer(room, "one")
            raise KeyboardInterrupt

    kept = Answers(tmp_path / "kept", "Deal", "1f3a")
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [*kept.known()] == ["one"]
    assert [path.name for path in kept.folder.iterdir()] == ["mutants-Deal-1f3a.jsonl"]

    killed = kept.folder / "mutants-Deal-1f3a.1"  # nobody could clean up after it
    killed.mkdir()
    answer(killed, "two")
    with kept.room() as at_work:
        assert [*kept.known()] == ["one", "two"]
        assert not killed.exists()
        kept.forget()
        assert at_work.exists()
    assert not at_work.exists()

    for number in range(8):
        with Answers(kept.folder, "Deal", f"{number}").room() as room:
            answer(room, "one")
    assert len([*kept.folder.glob("*.jsonl")]) == 5


def test_a_run_without_any_answer_leaves_nothing(tmp_path: Path) -> None:
    kept = Answers(tmp_path / "kept", "Deal", "1f3a")
    with kept.room() as room:
        (room / "0.log").write_text("ERROR: no tests", encoding="utf-8")
    assert not kept.folder.exists()


def test_answers_outlive_neither_the_model_nor_clmstate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tests = tmp_path / "test_deal.py"
    tests.write_text("", encoding="utf-8")
    before = digest([Deal.definition], [str(tests)], [])
    assert digest([Deal.definition], [str(tests)], []) == before
    signals = {**Deal.definition.signals, "seats": attrs.evolve(Deal.definition.signals["seats"], default=5)}
    assert digest([attrs.evolve(Deal.definition, signals=signals)], [str(tests)], []) != before
    tests.write_text("# another test", encoding="utf-8")
    after = digest([Deal.definition], [str(tests)], [])
    assert after != before
    monkeypatch.setattr("clmstate.testing.mutation.answers._ourselves", lambda: "another version")
    assert digest([Deal.definition], [str(tests)], []) != after
