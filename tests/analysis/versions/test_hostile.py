"""Whatever a file says, the answer is diagnostics or a model; nothing of it is executed."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clmstate.analysis.versions import frozen, thaw
from clmstate.errors import ClmstateError, DefinitionError, Diagnostic, InputError
from models.dynamic.contract import Contract
from models.dynamic.customer import Customer
from tests.conformance.compose import compositions
from tests.conformance.generate import models


def refused(data: Any) -> str:
    """The codes of what is refused; nothing if it is taken."""
    text = data if isinstance(data, str | bytes) else json.dumps(data)
    found: tuple[Diagnostic, ...] = ()
    made = None
    try:
        made = thaw(text, "f.json")
    except (InputError, DefinitionError) as error:
        found = error.diagnostics
    if found:
        assert all(d.code.startswith("CLM") and d.cause and d.remedy for d in found)
        return " ".join(d.code for d in found)
    assert made is not None
    assert json.loads(json.dumps(frozen(made)["main"])) == json.loads(text)["main"]
    return ""


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    for key, inner in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        found += places(inner, (*path, key))
    return found


JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 1e308, 2**70, "", "x", "a b", "__class__", "import os", "é", "\ud800", [], {}, [[]], {"x": 1}, [None],
    {"flag": "nobody"}, {"signal": "nobody"}, {"all": []}, "*", ["*"], {"not": {"not": {}}}, "x = 1; import os",
)  # fmt: skip


def damaged(data: Any, rng: Random) -> Any:
    """A copy in which one or a few places are wrong."""
    twin = copy.deepcopy(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        path = rng.choice(places(twin)[1:])
        around = twin
        for step in path[:-1]:
            around = around[step]
        act = rng.random()
        if act < 0.5:
            around[path[-1]] = copy.deepcopy(rng.choice(JUNK))
        elif act < 0.7:
            del around[path[-1]]
        elif act < 0.85:  # something from elsewhere in the file
            other = twin
            for step in rng.choice(places(data)[1:]):
                try:
                    other = other[step]
                except (LookupError, TypeError):
                    break
            around[path[-1]] = copy.deepcopy(other)
        elif isinstance(around, dict):
            around[f"{path[-1]}{rng.choice('_x')}"] = around.pop(path[-1])
        else:
            around.append(copy.deepcopy(around[path[-1]]))
    return twin


def damage(seed: int, times: int) -> None:
    rng = Random(seed)
    shipped = [frozen(Contract), frozen(Customer)]
    random = [frozen(model) for _, (_, model) in zip(range(12), models(rng), strict=False)]
    random += [frozen(model) for _, (_, model) in zip(range(6), compositions(rng), strict=False)]
    for data in (*shipped, *random):
        del data["fingerprint"]
    codes = {refused(damaged(rng.choice(random if rng.random() < 0.95 else shipped), rng)) for _ in range(times)}
    assert {"CLM371", "CLM372", "CLM373"} <= {code for said in codes for code in said.split()}


def test_damaged_files_are_refused_or_read() -> None:
    damage(1, 250)


@pytest.mark.full
def test_damaged_files_are_refused_or_read_for_long() -> None:
    damage(2, 20_000)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_text_is_refused(text: str | bytes) -> None:
    with pytest.raises(ClmstateError):
        thaw(text)


def phrased(**changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": "Deal",
        "title": "Deal",
        "signals": [{"name": "health", "kind": "score", "label": "health", "low": 0, "high": 100, "step": 1}],
        "phases": [{"name": "new", "label": "New", "initial": True}, {"name": "won", "label": "Won"}],
        "transitions": [{"name": "win", "from": ["new"], "to": "won", "when": {"compare": [{"signal": "health"}, ">=", 70]}}],
    } | changes
    return {"format": "clmstate-definition-1", "main": "Deal", "lifecycles": {"Deal": data}}


def test_it_reads_what_is_right() -> None:
    assert refused(phrased()) == ""


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        ("[" * 100_000, "CLM370", "nests too deeply"),
        ('{"format": "clmstate-definition-1", "format": 2}', "CLM370", "given twice"),
        ('{"a": NaN}', "CLM370", "NaN is not a number"),
        (b"\xff\xfe", "CLM370", "not JSON"),
        ({"format": "clmstate-definition-9"}, "CLM371", "clmstate-definition-1"),
        (phrased(signals=[{"name": "x = 1", "kind": "flag", "label": "x"}]), "CLM372", "not a name"),
        (phrased(signals=[{"name": "ﬁt", "kind": "flag", "label": "x"}]), "CLM372", "not a name"),
        (phrased(signals=[{"name": "class", "kind": "flag", "label": "x"}]), "CLM372", "not a name"),
        (phrased(signals=[{"name": "__init__", "kind": "flag", "label": "x"}]), "CLM372", "underscore"),
        (phrased(signals=[{"name": "observe", "kind": "flag", "label": "x"}]), "CLM101", "our own"),
        (phrased(signals=[{"name": "health", "kind": "scroe", "label": "x"}]), "CLM372", "Did you mean 'score'"),
        (phrased(signals=[{"name": "h", "kind": "share", "label": "x", "step": 0.01, "low": 5}]), "CLM372", "'low'"),
        (phrased(phases=[{"name": "new", "label": "New", "initial": True}]), "CLM372", "no phase 'won'"),
        (phrased(phases=[{"name": "new", "label": "New"}, {"name": "won", "label": "Won"}]), "CLM106", "no phase is initial"),
        (phrased(events=[{"name": "health", "label": "twice"}]), "CLM102", "given twice"),
        (
            phrased(transitions=[{"name": "win", "from": ["new"], "to": "won", "when": {"compare": [{"signal": "health"}, ">=", 700]}}]),
            "CLM117",
            "compared with 700",
        ),
        (
            phrased(transitions=[{"name": "win", "from": ["new"], "to": "won", "when": {"flag": "health"}}]),
            "CLM372",
            "is a score, not a flag",
        ),
        (
            phrased(conditions=[{"name": "c", "when": {"compare": [{"days_in_phase": False}, ">=", 1]}}]),
            "CLM373",
            "not how that is written",
        ),
        (phrased(promises=[{"kind": "leads_to", "subject": {"in_phase": ["new"]}}]), "CLM372", "needs 'other'"),
        (phrased() | {"main": "Del"}, "CLM372", "Did you mean 'Deal'"),
        (
            phrased() | {"compositions": {"A": {"name": "A", "title": "A", "parts": [{"name": "a", "one": "A", "label": "a"}]}}, "main": "A"},
            "CLM372",
            "made of itself",
        ),
        (phrased() | {"fingerprint": {"rules": "sha256:0", "whole": "sha256:0"}}, "CLM374", "changed after"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(data: Any, code: str, said: str) -> None:
    text = data if isinstance(data, str | bytes) else json.dumps(data)
    with pytest.raises(ClmstateError) as caught:
        thaw(text, "f.json")
    assert code in [d.code for d in caught.value.diagnostics]
    assert said in str(caught.value)


def test_all_of_it_is_said_at_once() -> None:
    data = phrased(
        signals=[{"name": "a", "kind": "flog", "label": "a"}, {"name": "b", "kind": "flag"}],
        transitions=[{"name": "go"}],
        promises=[{}],
    )
    with pytest.raises(InputError) as caught:
        thaw(json.dumps(data), "f.json")
    assert [d.place for d in caught.value.diagnostics] == [
        "f.json, lifecycles.Deal.signals[0].kind",
        "f.json, lifecycles.Deal.signals[1]",
        "f.json, lifecycles.Deal.transitions[0]",
        "f.json, lifecycles.Deal.promises[0]",
    ]
