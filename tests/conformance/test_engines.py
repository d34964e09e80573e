"""Every engine against the oracle, over random lifecycles and traffic; and the harness itself against an oracle that errs.

By hand, and longer: ``python -m tests.conformance.harness compiled 1000000 7`` (engine, steps, seed).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

from tests.conformance import harness, oracle
from tests.conformance.conftest import told
from tests.conformance.harness import ENGINES, Counts, first_difference, lives, run

RARE = {"other", "refused", "models", "lives", "before the first time"}
"""Counted, but no aim of their own."""


def agree(name: str, seed: int, steps: int, moving: float = 0.3) -> Counts:
    counts, reports = run(ENGINES[name], Random(seed), steps)
    told(f"{name}, seed {seed}", counts)
    assert not reports, f"seed {seed}:\n\n{reports[0]}"
    assert counts["steps"] >= steps
    assert counts["moving"] >= moving * counts["steps"]
    return counts


@pytest.mark.parametrize("seed", [1, 2])
def test_compiled_agrees_and_every_feature_is_hit_often(seed: int) -> None:
    counts = agree("compiled", seed, 50_000)  # both seeds together: 100,000 steps, each feature 1,000 times
    assert {name: count for name, count in counts.items() if count < 500 and name not in RARE} == {}
    assert counts.keys() >= FEATURES


@pytest.mark.parametrize("seed", [3, 4])
@pytest.mark.parametrize("name", ["live", "native"])
def test_the_charts_agree(name: str, seed: int) -> None:
    agree(name, seed, 25_000)  # both charts and seeds together: 100,000 steps


def test_what_stands_behind_the_gate_agrees() -> None:
    agree("python", 5, 8_000)


def test_who_is_restored_before_every_step_agrees() -> None:
    agree("restored", 3, 10_000)


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_they_agree_somewhere_else_each_time(name: str) -> None:
    seed = 4 if os.environ.get("CI") else int.from_bytes(os.urandom(4), "big")
    agree(name, seed, 4_000, moving=0.2)  # so few models may be quiet ones


@pytest.mark.full
@pytest.mark.parametrize(
    ("name", "steps"), [("compiled", 1_000_000), ("python", 200_000), ("live", 100_000), ("restored", 100_000), ("native", 100_000)]
)
def test_they_agree_for_long(name: str, steps: int) -> None:
    agree(name, int.from_bytes(os.urandom(4), "big"), steps)


FEATURES = {
    *(f"node {kind}" for kind in ("And", "Between", "Compare", "Const", "DateConst", "DaysInPhase", "DaysSince", "DaysUntil")),
    *(
        f"node {kind}"
        for kind in ("EventDaysSince", "EventTimes", "ForDays", "IsMissing", "IsTrue", "Minus", "Named", "Not", "OneOf")
    ),
    *(f"node {kind}" for kind in ("Or", "PhaseVisits", "Plus", "SignalRef", "ThresholdRef", "Times", "Unless")),
    *(
        f"signal {kind}"
        for kind in ("flag", "count", "integer", "number", "share", "change", "score", "days", "money", "choice", "date")
    ),
    *(
        "own phase",
        "group left",
        "union",
        "anywhere",
        "group entered",
        "resume",
        "resume at the initial phase",
        "self-move",
        "stay",
    ),
    *("into a final phase", "an end before another event", "an event before a rule", "first of several", "later round", "livelock"),
    *("by rule", "by event", "by hand", "by hand out of a final phase", "held back a rule", "hold ended by an event", "start"),
    *("milestone", "untaken", "several events", "due_since", "rollback", "refused time", "refused value", "in a variant"),
    *("clock started", "clock stopped", "unknown condition", "CLEAR", "CLEAR to a default", "reads a default", "reads no default"),
    *("same instant", "no time told", "fraction of a day", "value at a limit", "value a step beside a limit", "visits of a group"),
}


# ---- the harness itself ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("return self.truth(of) is not True", "return self.truth(of) is False"),  # [1]
        ("return None if a is None or b is None else BY_SIGN", "return False if a is None or b is None else BY_SIGN"),  # [1]
        (
            "return decides if decides in found else None if None in found",
            "return None if None in found else decides if decides in found",
        ),  # [1]
        ("return round(value, 9) if type(term) in BY_NODE and value is not None else value", "return value"),  # [2]
        ("self.clocks.pop(condition, None)", "pass"),  # [5]
        ("self.at - since >= self.worth(days) * DAY", "self.at - since > self.worth(days) * DAY"),  # [5]
        ("signals[name].default if value is CLEAR else value", "None if value is CLEAR else value"),  # [7]
        ("order = to_the_end + ", "order = "),  # [8]
        ("part.choose(events if number == 1 else ())", "part.choose(events)"),  # [8]
        ("order = sorted(ways, key=", "order = list(ways) or sorted(ways, key="),  # [10]
        ("return self.phase, self.fresh, frozenset", "return self.phase, frozenset"),  # [11]
        ("self.memory.get(group.path, group.initial) if t.resume", "group.initial if t.resume"),  # [13]
        ("if not t.stay:", "if True:"),  # [14]
        ("if settled and name not in dict(self.milestones)", "if settled"),  # [15]
        ("part.hold = None if t.on is not None else part.hold", "pass"),  # [16]
        ("self.at < self.hold)", "self.at <= self.hold)"),  # [16]
        ("part.at if since is None else since", "part.at"),  # [16]
        ("for after in (0, 1)}", "for after in (0,)}"),  # [20]
    ],
)
def test_an_oracle_that_errs_in_one_rule_is_noticed(right: str, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = Path(oracle.__file__).read_text("utf-8")
    assert text.count(right) == 1
    erring = ModuleType("erring_oracle")
    monkeypatch.setitem(sys.modules, "erring_oracle", erring)
    exec(compile(text.replace(right, wrong), "erring_oracle", "exec"), vars(erring))
    for name in ("Oracle", "Refused", "Livelock"):
        monkeypatch.setattr(harness, name, getattr(erring, name))
    engine = ENGINES["compiled"]
    found = (first_difference(engine, model, case.steps, case.answers) for case, model in lives(Random(5), 20_000, Counts()))
    assert any(difference is not None for difference in found)
