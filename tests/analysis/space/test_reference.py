"""The reference page: what is said of promises and compositions has a model that shows it, and a clean twin."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clmstate.analysis import KINDS, Finding
from clmstate.analysis.space import findings
from tests.conformance.generate import model_class

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "findings.md").read_text(encoding="utf-8")
CODES = [code for code in KINDS if code >= "CLM580"]


def shown(code: str) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    section = PAGE[PAGE.index(f"### {code} {KINDS[code].title}\n") :]
    bad, good = re.findall(r"```python\n(.+?)```", section, re.DOTALL)[:2]
    return findings(model_class(bad)), findings(model_class(good))


@pytest.mark.parametrize("code", CODES)
def test_each_code_has_a_model_and_a_clean_twin(code: str) -> None:
    bad, good = shown(code)
    assert [found.code for found in bad] == [code]
    assert all(example.replayed for found in bad for example in found.evidence)
    assert good == ()
