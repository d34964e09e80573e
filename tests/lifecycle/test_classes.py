"""Model classes beside Python's own ways with classes: abstract bases, decorators that write an ``__init__``, and an own one."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from clmstate import Composition, DefinitionError, Lifecycle, ObservationError, One, Phase, Signal
from clmstate.lifecycle import opened
from clmstate.replay import Row, play
from clmstate.signals import instant


class Deal(Lifecycle):
    """A deal with attributes of its own."""

    signed = Signal.flag("signed", default=False)
    new = Phase("New", initial=True)
    won = Phase("Won", final=True)
    win = new.to(won, when=signed)

    def __init__(self, name: str, region: str) -> None:
        super().__init__(name)
        self.region = region


class Account(Composition):
    deal = One(Deal)

    def __init__(self, name: str, region: str) -> None:
        super().__init__(name)
        self.region = region


def test_a_model_may_be_abstract() -> None:
    class Priced(ABC):
        @abstractmethod
        def price(self) -> int: ...

    class Open(Deal, Priced):
        pass

    class Paid(Open):
        def price(self) -> int:
            return 100

    class Whole(Composition, ABC):
        deal = One(Deal)

    assert Paid("Acme", "EU").price() == 100
    assert Whole("Acme").deal.phase.label == "New"
    with pytest.raises(TypeError, match="abstract"):
        Open("Acme", "EU")
    with pytest.raises(ObservationError, match="CLM212 Open: it is abstract: price is not written yet"):
        opened(Open, "Acme")


@pytest.mark.parametrize(
    "decorate",
    [
        dataclasses.dataclass,
        dataclasses.dataclass(slots=True),
        dataclasses.dataclass(frozen=True),
        attrs.define,
        attrs.frozen,
        attrs.define(slots=False),
    ],
)
def test_a_decorator_that_would_replace_the_opening_is_refused(decorate: Callable[[type], Any]) -> None:
    class Plain(Lifecycle):
        new = Phase("New", initial=True)

    class Whole(Composition):
        deal = One(Plain)

    for model in (Plain, Whole):
        with pytest.raises(
            DefinitionError, match=rf"CLM125 {model.__name__}: @(dataclass|attrs.define) puts an __init__ of its own"
        ):
            decorate(model)
        assert model("Acme").name == "Acme"  # and nothing of it has stayed


def test_who_forgets_to_open_the_customer_is_told() -> None:
    class Forgetful(Lifecycle):
        new = Phase("New", initial=True)

        def __init__(self, name: str) -> None:
            pass

    class Whole(Composition):
        deal = One(Deal)

        def __init__(self, name: str) -> None:
            pass

    for customer in (Forgetful("Acme"), Whole("Acme")):
        with pytest.raises(ObservationError, match=r"CLM212 .*Call super\(\).__init__\(name\)"):
            customer.tick(at="2026-01-05")


def test_what_an_own_init_asks_for_is_in_no_log() -> None:
    assert Deal("Acme", "EU").region == "EU"
    rows = [Row("Acme", instant("2026-01-05"), values={"signed": True})]
    assert [str(move.target) for step in play(Deal, rows) for move in step.moves] == ["Won"]
    assert opened(Account, "Acme").deal.phase.label == "New"
