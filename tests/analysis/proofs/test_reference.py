"""The reference page: every code has a lifecycle that shows it, and a clean twin."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import clmstate
from clmstate import Lifecycle
from clmstate.analysis import KINDS, Finding, check

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "findings.md").read_text()
SECTIONS = {
    found["code"]: found
    for found in re.finditer(
        r"### (?P<code>CLM5\d\d) (?P<title>.+?)\n\n\*(?P<severity>\w+)\.\*.+?```python\n(?P<bad>.+?)```\n\nClean:\n\n```python\n(?P<good>.+?)```",
        PAGE,
        re.DOTALL,
    )
}
OURS = [code for code in KINDS if code < "CLM550"]
SAID = {"error": "Error", "warning": "Warning", "info": "Remark"}


def lifecycle(source: str) -> type[Lifecycle]:
    names = {name: getattr(clmstate, name) for name in clmstate.__all__}
    before = set(names)
    exec(source, names)
    return next(value for name, value in names.items() if name not in before and isinstance(value, type))


def found(source: str, code: str) -> tuple[Finding, ...]:
    return check(lifecycle(source), effort=300) if code == "CLM521" else check(lifecycle(source))


@pytest.mark.parametrize("code", OURS)
def test_each_code_has_a_lifecycle_and_a_clean_twin(code: str) -> None:
    section, kind = SECTIONS[code], KINDS[code]
    assert (section["title"], section["severity"]) == (kind.title, SAID[kind.severity])
    these = [one for one in found(section["bad"], code) if one.code == code]
    assert these
    assert all(not one.beneath for one in these)
    assert all(example.replayed for one in these for example in one.evidence)
    twin = found(section["good"], code)
    assert not [one for one in twin if one.code == code and not one.accepted]
    assert not [one for one in twin if one.severity != "info" and not one.accepted]


def test_nothing_else_is_wrong_with_the_examples() -> None:
    for code, section in SECTIONS.items():
        loud = {one.code for one in found(section["bad"], code) if one.severity != "info" and not one.beneath}
        assert loud <= {code}, code


def test_every_explanation_says_more_than_the_title() -> None:
    assert all(len(KINDS[code].explanation) > 40 for code in OURS)
