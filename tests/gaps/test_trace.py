"""Every item of the list lives somewhere, something shows it, and what is missing is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import models
from clmstate import InputError
from clmstate.cli import main
from clmstate.cli.trace import traced
from clmstate.gaps import Cited, Item, Trace, marked_tests, read_items, trace
from clmstate.gaps.elements import split_refs

MODELS = Path(models.__file__).parent


@pytest.fixture(scope="module")
def ours() -> Trace:
    return traced(MODELS)


def test_all_201_items_are_shown_or_context(ours: Trace) -> None:
    assert len(ours.items) == 201
    assert [one.item.id for one in ours.items if one.state not in ("shown", "context")] == []
    assert ours.unknown == ()
    assert ours.complete


def test_context_is_rare_and_has_reasons(ours: Trace) -> None:
    context = [one.item for one in ours.items if one.state == "context"]
    assert len(context) <= 30
    assert all(len(item.context.split()) >= 8 for item in context)


def test_rules_are_shown_by_tests_alone(ours: Trace) -> None:
    rules = [one for one in ours.items if one.item.is_rule and not one.item.context]
    assert len(rules) > 50
    assert [one.item.id for one in rules if not one.tests] == []


def test_everything_that_is_no_rule_lives_in_a_model_or_a_feature(ours: Trace) -> None:
    for one in ours.items:
        if not one.item.context:
            assert one.homes, one.item.id
            assert one.tests or one.seen, one.item.id


def test_ids_have_the_form_of_their_sources(ours: Trace) -> None:
    by_source = [sum(one.item.id.startswith(f"S{source}.") for one in ours.items) for source in range(5)]
    assert by_source == [46, 36, 28, 56, 35]


ITEM = Item("X.1", "risk", "nobody answers")
RULE = Item("X.2", "rule", "who does not answer is called")
QUIET = Cited("Deal", "risk", "quiet", ("X.1", "X.2"))


@pytest.mark.parametrize(
    ("items", "tests", "states"),
    [
        ([ITEM, RULE], {}, ["not shown", "not shown"]),
        ([ITEM, RULE], {"X.1": ("a",), "X.2": ("b",)}, ["shown", "shown"]),
        ([ITEM, Item("X.3", "rule", "else")], {"X.3": ("b",)}, ["not shown", "nowhere"]),
        ([Item("X.1", "rule", "else", "it is about something else")], {}, ["context"]),
        ([Item("X.9", "rule", "else", feature="clmstate nothing, clmstate.gaps:nothing")], {"X.9": ("b",)}, ["nowhere"]),
        ([Item("X.9", "rule", "else", feature="clmstate.gaps:trace")], {"X.9": ("b",)}, ["shown"]),
    ],
)
def test_states(items: list[Item], tests: dict[str, tuple[str, ...]], states: list[str]) -> None:
    assert [one.state for one in trace(items, [("deal.py", QUIET)], {}, tests).items] == states


def test_what_is_cited_and_not_listed_is_said() -> None:
    found = trace([ITEM], [("deal.py", QUIET)], {}, {"X.7": ("a.py::test_b",)})
    assert found.unknown == (("X.2", "Deal.quiet"), ("X.7", "a.py::test_b"))
    assert not found.complete


def test_several_items_in_one_ref() -> None:
    assert split_refs("S0.1, S0.2; S0.3 S0.4") == ("S0.1", "S0.2", "S0.3", "S0.4")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("id\ttext\nA\tb\n", "CLM304"),
        ("id\tkind\ttext\tfeat\nA\trule\tb\tc\n", "CLM305"),
        ("id\tkind\ttext\nA\trule\t\n", "CLM364"),
        ("id\tkind\ttext\nA\trule\tb\nA\trule\tc\n", "CLM364"),
    ],
)
def test_bad_lists_are_refused(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "items.tsv"
    path.write_text(text)
    with pytest.raises(InputError) as refused:
        read_items(path)
    assert [d.code for d in refused.value.diagnostics] == [code]


@pytest.mark.parametrize(("write", "code"), [(lambda p: None, "CLM301"), (lambda p: p.write_bytes(b"\xff\xfe"), "CLM302")])
def test_unreadable_lists_are_refused(tmp_path: Path, write: Callable[[Path], object], code: str) -> None:
    path = tmp_path / "items.tsv"
    write(path)
    with pytest.raises(InputError) as refused:
        read_items(path)
    assert refused.value.diagnostics[0].code == code


def test_tests_that_cannot_be_read_show_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text("def (")
    (tmp_path / "test_b.py").write_text("@shows('A', 'B', of=1)\ndef test_x(): ...\n@shows\ndef test_y(): ...\n")
    assert {item: [name.split("/")[-1] for name in names] for item, names in marked_tests(tmp_path).items()} == {
        "A": ["test_b.py::test_x"],
        "B": ["test_b.py::test_x"],
    }


MODEL = """
from clmstate import Lifecycle, Phase, Signal

class Deal(Lifecycle):
    signed = Signal.flag("signed", default=False, ref="A.2")
    new = Phase("New", initial=True, ref="A.1")
    won = Phase("Won", ref="A.3")
    win = new.to(won, when=signed)

class SmallDeal(Deal, market="SMB"):
    new = Deal.new.evolve(goal="quick")
"""


def test_a_folder_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "own_models"
    folder.mkdir()
    (folder / "deal.py").write_text(MODEL)
    (folder / "items.tsv").write_text("id\tkind\ttext\nA.1\tstage\tnew\nA.2\tevent\tsigned\nA.3\tstage\twon\nA.4\trule\tmore\n")
    (folder / "deals.csv").write_text("customer,at,signed\nAcme,2026-01-05,\nAcme,2026-02-02,yes\n")
    assert main(["trace", str(folder), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["counts"] == {"shown": 3, "context": 0, "not shown": 0, "nowhere": 1}
    first = told["items"][0]
    assert [home["place"] for home in first["lives_in"]] == ["Deal.new"]  # the variant says nothing of its own about it
    assert first["shown_by"] == ["deals.csv: Acme, 2026-01-05"]
    assert main(["trace", str(folder), "--open"]) == 1
    assert "A.4" in capsys.readouterr().out


def test_no_folder_and_no_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(tmp_path / "nowhere")]) == 2
    assert "CLM330" in capsys.readouterr().err
    assert main(["trace", str(tmp_path)]) == 2
    assert "CLM301" in capsys.readouterr().err
