"""Models and definitions go to other processes: by name where they can be imported there, else as they are."""

from __future__ import annotations

import copy
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clmstate import Composition, Many, One
from clmstate.analysis.versions import freeze
from models.dynamic import Contract, Customer, EnterpriseContract, User
from tests import processes

COPIED: list[Callable[[Any], Any]] = [copy.copy, copy.deepcopy]


def pickled(thing: Any) -> Any:
    return pickle.loads(pickle.dumps(thing))


@pytest.mark.parametrize("model", [Contract, EnterpriseContract, Customer])
def test_a_model_and_its_definition_stay_themselves(model: Any) -> None:
    for way in (*COPIED, pickled):
        assert way(model) is model
        assert way(model.definition) is model.definition


def local() -> list[Any]:
    """Models that no module has under their name."""

    class Contract(EnterpriseContract):  # the name of another one
        pass

    class Account(Composition):
        contract = One(Contract)
        users = Many(User)
        wiring = (
            contract[Contract.users_adopted].fed_by(users.share_in(User.adopted)),
            contract[Contract.sponsor].fed_by(users.any_in(User.champion)),
        )

    return [Contract, Account]


@pytest.mark.parametrize("model", local())
def test_a_definition_that_no_module_has_goes_as_it_is(model: Any) -> None:
    definition = model.definition
    for way in COPIED:
        assert way(definition) is definition
    twin = pickled(definition)
    assert twin is not definition
    assert freeze(twin) == freeze(definition)


def test_another_process_finds_the_same() -> None:
    asked = (
        "import pickle, sys; found = pickle.load(sys.stdin.buffer); from models.dynamic import Contract, Customer; "
        "assert found == (Contract, Contract.definition, Customer, Customer.definition), found"
    )
    told = pickle.dumps((Contract, Contract.definition, Customer, Customer.definition))
    processes.run([sys.executable, "-c", asked], input=told, check=True, cwd=Path(__file__).parents[2])
