"""``scenario(Model)``: the one way to begin, for lifecycles and for whole customers."""

from __future__ import annotations

from typing import Any, TypeVar, overload

from clmstate.composition import Composition
from clmstate.lifecycle import Engine, Lifecycle
from clmstate.testing.customers import CustomerScenario
from clmstate.testing.scenario import Scenario

__all__ = ["scenario"]

L = TypeVar("L", bound=Lifecycle)
C = TypeVar("C", bound=Composition)


@overload
def scenario(model: type[L], name: str = "", *, engine: Engine | None = None) -> Scenario[L]: ...
@overload
def scenario(model: type[C], name: str = "", *, engine: Engine | None = None) -> CustomerScenario[C]: ...
def scenario(model: Any, name: str = "", *, engine: Engine | None = None) -> Any:
    """A customer to whom things are told, step by step.

    Args:
        model: a lifecycle, or a composition for a whole customer.
        name: what the customer is called.
        engine: "compiled" or "live"; by default what the test run says.

    Example:
        >>> from clmstate import Phase, Signal
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("contract signed", default=False)
        ...     open, won = Phase("Open", initial=True), Phase("Won", final=True)
        ...     win = open.to(won, when=signed)
        >>> scenario(Deal).on("2026-01-30", signed=True).takes(Deal.win).is_in(Deal.won).phase.label
        'Won'
    """
    made = CustomerScenario if issubclass(model, Composition) else Scenario
    return made(model, name, engine=engine)
