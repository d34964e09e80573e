"""Every mistake has one shape, carries all diagnostics, and is the builtin that a Python programmer expects."""

from __future__ import annotations

import copy
import pickle

import pytest

from clmstate import errors
from clmstate.errors import (
    BadValueError,
    ClmstateError,
    DefinitionError,
    Diagnostic,
    InputError,
    LivelockError,
    ObservationError,
    UnknownNameError,
    did_you_mean,
    shown,
)

ONE = Diagnostic("CLM101", "Deal.at", "the name 'at' is one of our own", "rename it")
TWO = Diagnostic("CLM104", "Deal.go", "it reads the signal 'helth'", "did you mean 'health'?")


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (DefinitionError, TypeError),
        (BadValueError, ValueError),
        (UnknownNameError, KeyError),
        (LivelockError, RuntimeError),
        (InputError, ValueError),
        (ObservationError, ClmstateError),
    ],
)
def test_each_error_is_its_builtin_and_ours(kind: type[ClmstateError], builtin: type[Exception]) -> None:
    error = kind(iter([ONE, TWO]))
    assert isinstance(error, builtin)
    assert isinstance(error, ClmstateError)
    assert error.diagnostics == (ONE, TWO)
    assert str(error).splitlines() == [str(ONE), str(TWO)]
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is kind
        assert twin.diagnostics == error.diagnostics


def test_a_diagnostic_reads_as_sentences() -> None:
    assert str(ONE) == "CLM101 Deal.at: the name 'at' is one of our own. Rename it."
    assert str(TWO) == "CLM104 Deal.go: it reads the signal 'helth'. Did you mean 'health'?"


@pytest.mark.parametrize(
    ("name", "known", "remedy"),
    [
        ("helth", ["health", "wealth", "x"], "did you mean 'health' or 'wealth'?"),
        ("q", ["b", "a"], "known are: a, b"),
        ("q", [], "there are none"),
        ("q", [f"name_{n:02}" for n in range(14)], "known are: " + ", ".join(f"name_{n:02}" for n in range(12)) + " and 2 more"),
    ],
)
def test_near_names_come_first(name: str, known: list[str], remedy: str) -> None:
    assert did_you_mean(name, known) == remedy


def test_a_foreign_repr_may_fail() -> None:
    class Sulking:
        def __repr__(self) -> str:
            raise RuntimeError

    assert shown(Sulking()) == "<Sulking, whose repr raises RuntimeError>"
    assert shown("\ud800") == "<str, whose repr raises UnicodeEncodeError>" or shown("\ud800") == r"'\ud800'"
    assert shown("a\nb") == r"'a\nb'"
    assert len(shown("x" * 1000)) == 60


def test_everything_public_is_said() -> None:
    assert set(errors.__all__) == {
        name
        for name in vars(errors)
        if not name.startswith("_") and getattr(getattr(errors, name), "__module__", "") == errors.__name__
    }
