"""What is frozen says everything, thaws to the same, and lives the same lives."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import attrs
import pytest
from jsonschema import Draft202012Validator

from clmstate import always_possible, leads_to, never
from clmstate.analysis.versions import fingerprint, freeze, frozen, thaw
from clmstate.analysis.versions.document import SCHEMA
from clmstate.cli.models import load
from clmstate.composition import CompositionDefinition
from clmstate.lifecycle import LifecycleDefinition
from models.dynamic.addon import AddOn
from models.dynamic.contract import Contract
from models.dynamic.customer import Customer
from models.dynamic.user import User
from tests import processes
from tests.conformance import harness, side_by_side
from tests.conformance.compose import compositions
from tests.conformance.generate import models

SHIPPED = [model.what for model in load(str(Path(__file__).parents[3] / "models")).models]
CHECKER = Draft202012Validator(json.loads(SCHEMA.read_text()))


def plain(value: Any) -> Any:
    """Everything that a definition holds, without looking at how it is frozen; identities of Python are left out."""
    if isinstance(value, LifecycleDefinition | CompositionDefinition):
        fields = {f.name: plain(getattr(value, f.name)) for f in attrs.fields(type(value)) if f.name != "where"}
        fields["doc"] = " ".join(value.doc.split())
        if isinstance(value, CompositionDefinition):
            fields["wires"] = sorted(fields["wires"], key=repr)
        return fields
    if isinstance(value, Mapping):
        return [(key, plain(inner)) for key, inner in value.items()]
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if attrs.has(type(value)):
        kept = (f.name for f in attrs.fields(type(value)) if f.name not in ("home", "origin"))
        return type(value).__name__, [(name, plain(getattr(value, name))) for name in kept]
    return type(value).__name__, value


def same(model: Any) -> Any:
    text = freeze(model)
    if len(text) < 20_000 or model is Customer:  # the checker is slow
        CHECKER.validate(json.loads(text))
    again = thaw(text)
    assert plain(again.definition) == plain(model.definition)
    assert freeze(again) == text
    return again


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: f"{model.__module__}.{model.__name__}")
def test_shipped_models_thaw_to_the_same(model: Any) -> None:
    same(model)


def test_random_lifecycles_thaw_to_the_same() -> None:
    rng = Random(20261122)
    for _, (_, model) in zip(range(30), models(rng), strict=False):
        same(model)


def test_random_compositions_thaw_to_the_same() -> None:
    rng = Random(20261123)
    for _, (_, model) in zip(range(10), compositions(rng), strict=False):
        same(model)


class Thawed(harness.Compiled):
    """A lifecycle that was frozen and thawed."""

    def __init__(self, model: Any) -> None:
        super().__init__(thaw(freeze(model)))


class ThawedCustomer(side_by_side.CompiledCustomer):
    """A composition that was frozen and thawed."""

    def __init__(self, model: Any) -> None:
        super().__init__(thaw(freeze(model)))


def test_thawed_lifecycles_live_the_same_lives() -> None:
    _, reports = harness.run(Thawed, Random(4), 400)
    assert not reports, reports[0]


def test_thawed_compositions_live_the_same_lives() -> None:
    for life in side_by_side.lives(Random(5), 250, side_by_side.WholeCounts()):
        assert not side_by_side.differing(ThawedCustomer, life)


class Careful(Contract):
    """A promise about some customers only."""

    promises: ClassVar[Any] = never(Contract.churned).when((Contract.health >= 70) & (Contract.escalations == 0)).because("ours")


def test_promises_about_some_customers_thaw_to_the_same() -> None:
    same(Careful)


class Promising(Customer):
    """Promises about where parts stand, and about numbers of them."""

    few = Customer.users.count() <= 500
    promises: ClassVar[Any] = (
        never(Customer.contract.is_in(Contract.churned) & ~(Customer.users.share_in(User.adopted) < 0.5)).because("ours"),
        always_possible(Customer.contract.is_in(Contract.success)).until(Customer.contract.is_in(Contract.churned)),
        leads_to(Customer.products.any_in(AddOn.paused), few),
    )


def test_promises_of_compositions_thaw_to_the_same() -> None:
    assert [p.kind for p in same(Promising).definition.promises][-3:] == ["never", "always_possible_until", "leads_to"]


def test_a_snapshot_of_one_restores_in_the_other() -> None:
    again = thaw(freeze(Contract))
    acme = Contract("Acme")
    acme.observe(at="2026-01-01", setup_done=True, users_adopted=0.9, escalations=0)
    twin = again.restore(acme.snapshot())
    assert twin.phase.path == acme.phase.path
    assert json.dumps(twin.snapshot()) == json.dumps(acme.snapshot())


def test_the_bytes_do_not_depend_on_the_process() -> None:
    """Hashes of texts differ between processes, and so would any order that follows them."""
    code = "from models.dynamic.customer import Customer; from clmstate.analysis.versions import freeze; print(freeze(Customer), end='')"
    texts = {
        processes.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert texts == {freeze(Customer).encode()}


def test_fingerprints_tell_rules_from_words() -> None:
    class Renamed(Contract):
        success = Contract.success.evolve(label="Thriving", owner="Somebody else")

    class Moved(Contract):
        adopt = Contract.adopt.evolve(when=Contract.users_adopted >= 0.9)

    whole, renamed, moved = fingerprint(Contract), fingerprint(Renamed), fingerprint(Moved)
    assert whole.rules == renamed.rules
    assert whole.whole != renamed.whole
    assert whole.rules != moved.rules


def test_accepted_findings_are_frozen_and_no_rules() -> None:
    class Strict(Contract):
        accepts: ClassVar[Any] = {"CLM518 worry": "another reason"}

    assert dict(same(Strict).definition.accepts) == {"CLM518 worry": "another reason"}
    assert frozen(Contract)["lifecycles"]["Contract"]["accepts"][0]["finding"] == "CLM518 worry"
    whole, strict = fingerprint(Contract), fingerprint(Strict)
    assert whole.rules == strict.rules
    assert whole.whole != strict.whole


def test_its_fingerprint_stands_in_it() -> None:
    assert frozen(Contract)["fingerprint"] == attrs.asdict(fingerprint(Contract))
