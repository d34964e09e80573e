"""Naming models: files, modules, folders; and what is said when one cannot be loaded."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from clmstate import DefinitionError, InputError
from clmstate.cli.models import load, load_one


def names(name: str) -> list[str]:
    return [model.name for model in load(name).models]


def said(name: str) -> str:
    try:
        loaded = load(name)
    except InputError as error:
        return str(error)
    return "\n".join(str(d) for fault in loaded.faults for d in fault.diagnostics)


def test_every_spelling(folder: Path) -> None:
    before = list(sys.path)
    assert names("deal.py") == ["Deal", "BigDeal"]
    assert names("./deal.py:BigDeal") == ["BigDeal"]
    assert names(str(folder / "deal.py")) == ["Deal", "BigDeal"]
    assert names("deal") == ["Deal", "BigDeal"]
    assert names("deal:Deal") == ["Deal"]
    assert names(".") == ["Deal", "BigDeal"]
    assert load_one("deal.py", command="x").name == "Deal"  # the other is a variant of it
    assert sys.path == before


def test_the_same_file_is_the_same_class(folder: Path) -> None:
    assert load("deal.py").models[0].lifecycle is load(str(folder / "deal.py")).models[0].lifecycle
    package = folder / "shop"
    package.mkdir()
    (package / "one.py").write_text((folder / "deal.py").read_text())
    (package / "two.py").write_text("from shop.one import Deal\nclass Small(Deal):\n    pass\n")
    loaded = load("shop").models
    assert [m.name for m in loaded] == ["Deal", "BigDeal", "Small"]
    assert issubclass(loaded[2].lifecycle, loaded[0].lifecycle)


def test_a_file_elsewhere_finds_its_neighbours(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named from another folder, imports that start at the root of its repository still work; `sys.path` is as before."""
    package = folder / "works" / "gallery"
    package.mkdir(parents=True)
    (package / "one.py").write_text((folder / "deal.py").read_text())
    (package / "two.py").write_text("from works.gallery.one import Deal\nclass Small(Deal):\n    pass\n")
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    before = list(sys.path)
    assert names("../works/gallery/two.py") == ["Small"]
    assert sys.path == before


def test_packages_show_what_they_export(folder: Path) -> None:
    package = folder / "store"
    package.mkdir()
    (package / "deals.py").write_text((folder / "deal.py").read_text())
    (package / "__init__.py").write_text("from store.deals import Deal\n")
    assert names("store") == ["Deal", "BigDeal"]  # a folder: its files
    assert names("store:Deal") == ["Deal"]


def test_a_file_named_like_a_module_of_python(folder: Path) -> None:
    (folder / "statistics.py").write_text((folder / "deal.py").read_text())
    assert names("statistics.py") == ["Deal", "BigDeal"]
    assert getattr(sys.modules.get("statistics"), "Deal", None) is None


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ("x = 1\n", "CLM332", "defines no lifecycle"),
        ("from clmstate import *\nclass Base(Lifecycle):\n    a = Signal.flag('a')\n", "CLM332", "only Base"),
        ("import nothing_of_this_name\n", "CLM331", "line 1: ModuleNotFoundError: No module named 'nothing_of_this_name'"),
        ("def f():\n    raise ValueError('too\\nlong')\nf()\n", "CLM331", "line 2: ValueError: too long"),
        ("if True:\nx = 1\n", "CLM331", "line 2: IndentationError"),
        ("raise SystemExit(3)\n", "CLM331", "ends Python while it is imported (exit 3)"),
        ("def f(): f()\nf()\n", "CLM331", "RecursionError"),
        ("from clmstate import Signal\nif Signal.flag('a'): pass\n", "CLM113", "no truth of its own"),
        ("x = '\\0'\0\n", "CLM331", "null bytes"),
        ("\udcff", "CLM331", "SyntaxError"),
    ],
)
def test_a_file_that_cannot_be_used(folder: Path, content: str, code: str, words: str) -> None:
    (folder / "bad.py").write_bytes(content.encode(errors="surrogateescape"))
    assert said("bad.py").startswith(code)
    assert words in said("bad.py")
    assert "\n" not in said("bad.py")


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("deal.py:Dael", "CLM333", "Did you mean 'Deal'"),
        ("deal.py:Base", "CLM333", "no lifecycle 'Base'"),
        ("deal.py:", "CLM332", ""),
        ("del.py", "CLM330", "Did you mean 'deal.py'?"),
        ("dael", "CLM330", "Did you mean 'deal'?"),
        ("no/deal.py", "CLM330", "there is no folder 'no'"),
        ("models/dynamic/contract.py", "CLM330", "are in clmstate's repository; clmstate new my_lifecycle writes one here"),
        ("clmstate.lifecycel", "CLM330", "Did you mean 'lifecycle'"),
        ("not a name", "CLM330", "neither a file, a folder nor the name of a module"),
        ("a\0b.py", "CLM330", ""),
        ("", "CLM330", ""),
        ("json", "CLM332", "defines no lifecycle"),
        ("empty", "CLM332", "no Python files"),
    ],
)
def test_a_name_that_leads_nowhere(folder: Path, name: str, code: str, words: str) -> None:
    (folder / "empty").mkdir()
    if name == "deal.py:":
        assert names(name) == ["Deal", "BigDeal"]
        return
    assert said(name).startswith(code), said(name)
    assert words in said(name)


def test_several_are_asked_for_by_name(folder: Path) -> None:
    (folder / "two.py").write_text(
        "from clmstate import Lifecycle, Phase\n"
        "class A(Lifecycle):\n    a = Phase('A', initial=True)\n"
        "class B(Lifecycle):\n    b = Phase('B', initial=True)\n"
    )
    with pytest.raises(
        InputError, match=r"CLM334 two\.py: there are 2 lifecycles: A, B\. Name one, such as clmstate walk two\.py:A\."
    ):
        load_one("two.py", command="clmstate walk")


def test_mistakes_of_a_definition_stay_what_they_are(folder: Path) -> None:
    (folder / "bad.py").write_text(
        "from clmstate import Lifecycle, Phase\nclass A(Lifecycle):\n    a = Phase('A')\n    b = Phase('B')\n"
    )
    with pytest.raises(DefinitionError, match=r"CLM106 A \(bad\.py, line 2\): no phase is initial"):
        load_one("bad.py", command="x")


def test_of_a_composition_and_its_parts_the_composition_is_meant(folder: Path) -> None:
    text = """
from clmstate import Composition, Lifecycle, Many, One, Phase
class User(Lifecycle):
    there = Phase("There", initial=True)
class Team(Composition):
    users = Many(User)
class Customer(Composition):
    lead, teams = One(User), Many(Team)
"""
    (folder / "whole.py").write_text(text)
    assert load_one("whole.py", command="clmstate walk").name == "Customer"
    (folder / "more.py").write_text(text + "class Stranger(Lifecycle):\n    here = Phase('Here', initial=True)\n")
    with pytest.raises(InputError, match="CLM334"):
        load_one("more.py", command="clmstate walk")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("logins = Signal.cuont('login')", "Did you mean 'count'"),
        ("logins = Signal.money('worth', 'EUR')", "Give what follows by its name, as in Signal.money(label, unit=...,"),
        ("a = Phase('A', inital=True)", "Did you mean 'initial'"),
        ("n = Signal.count('n')\n    x = n.for_days(3)", "Compare it first, as in (health < 60).for_days(...)"),
        ("a = Phaze('A')", "Did you mean 'Phase'"),
    ],
)
def test_what_python_refuses_is_answered_with_what_may_be_meant(folder: Path, line: str, said: str) -> None:
    (folder / "bad.py").write_text(f"from clmstate import Lifecycle, Phase, Signal\nclass Deal(Lifecycle):\n    {line}\n")
    with pytest.raises(InputError, match=r"CLM331 bad\.py, line \d: ") as refused:
        load_one("bad.py", command="clmstate walk")
    assert said in str(refused.value)
