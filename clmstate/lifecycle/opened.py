"""How a customer is opened: what may not replace the ``__init__`` that does it, what is said where it did not, and doing without it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any, Final, Self, TypeVar

from clmstate.errors import DefinitionError, Diagnostic, ObservationError

__all__ = ["Unopened", "opened", "undecorated"]

M = TypeVar("M")

_DECORATORS: Final[Mapping[str, str]] = {"__dataclass_params__": "@dataclass", "__attrs_attrs__": "@attrs.define"}
"""What each decorator that writes an ``__init__`` leaves on the class."""


def undecorated(model: str, names: Container[str]) -> None:
    """Refuses what decorators such as ``@dataclass`` leave on a model.

    Args:
        model: its name.
        names: what is put on it.

    Raises:
        DefinitionError: CLM125, when there is anything of that kind among it.

    Example:
        >>> undecorated("Deal", ("__dataclass_params__",))
        Traceback (most recent call last):
        ...
        clmstate.errors.DefinitionError: CLM125 Deal: @dataclass puts an __init__ of its own in the place of the one that opens a customer. Leave ...
    """
    for mark, decorator in _DECORATORS.items():
        if mark in names:
            cause = f"{decorator} puts an __init__ of its own in the place of the one that opens a customer"
            remedy = "leave the decorator out; for attributes of your own write an __init__ that calls super().__init__(name)"
            raise DefinitionError([Diagnostic("CLM125", model, cause, remedy)])


class Unopened:
    """Stands where the life of a customer will be, for a class whose ``__init__`` forgot to open it.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        ...     def __init__(self, name: str) -> None:
        ...         pass
        >>> Deal("Acme").phase
        Traceback (most recent call last):
        ...
        clmstate.errors.ObservationError: CLM212 Deal: its __init__ has not opened this customer. Call super().__init__(name) in it first.
    """

    def __get__(self, customer: object | None, model: type) -> Self:
        if customer is None:  # whoever inspects the class
            return self
        cause, remedy = "its __init__ has not opened this customer", "call super().__init__(name) in it first"
        raise ObservationError([Diagnostic("CLM212", model.__name__, cause, remedy)])


def opened(model: type[M], name: str, engine: str = "compiled") -> M:
    """A customer of a model, without an ``__init__`` of the model's own: what that asks for is in no log.

    Args:
        model: a lifecycle or a composition.
        name: what the customer is called.
        engine: as in :class:`~clmstate.Lifecycle`.

    Raises:
        ObservationError: CLM212, the model is abstract, or has nothing to stand in.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        ...     def __init__(self, name: str, region: str) -> None:
        ...         super().__init__(name)
        >>> opened(Deal, "Acme").phase.label
        'New'
    """
    lacking = sorted(getattr(model, "__abstractmethods__", ()))
    if lacking:
        cause = f"it is abstract: {', '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} not written yet"
        raise ObservationError(
            [Diagnostic("CLM212", model.__name__, cause, "name a class that inherits from it and has everything")]
        )
    first: Any = [base for base in model.__mro__ if type(base) is type(model)][-1]  # Lifecycle or Composition itself
    customer = model.__new__(model)
    first.__init__(customer, name, engine=engine)
    return customer
