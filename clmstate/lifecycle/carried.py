"""How a definition travels to another process: by the name of its class, and as it is where there is none to be found there."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Self

import attrs

__all__ = ["Carried", "place_of"]


@attrs.frozen(slots=False, eq=False)
class Carried:
    """A definition that can be copied and pickled. Nobody can change it, so a copy is the definition itself.

    Attributes:
        where: the module and the name of the class that it is the definition of.

    Example:
        >>> import copy, pickle
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> copy.deepcopy(Deal.definition) is Deal.definition
        True
        >>> pickle.loads(pickle.dumps(Deal.definition)).phases["new"].label
        'New'
    """

    where: tuple[str, str] = attrs.field(default=("", ""), kw_only=True, repr=False)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """By reference where that leads back here; a class of ``__main__`` is another one, or none, in another process."""
        module, name = self.where
        if module != "__main__" and _found(module, name) is self:
            return _by_name, self.where
        return _as_it_was, (type(self), {field.name: _plain(getattr(self, field.name)) for field in attrs.fields(type(self))})


def place_of(model: type) -> tuple[str, str]:
    """Where a model is to be found again.

    Example:
        >>> place_of(Carried)
        ('clmstate.lifecycle.carried', 'Carried')
    """
    return model.__module__, model.__qualname__


def _found(module: str, name: str) -> object:
    try:
        return attrgetter(f"{name}.definition")(sys.modules[module])
    except (KeyError, AttributeError):  # made inside a function, or read from a file
        return None


def _by_name(module: str, name: str) -> object:
    __import__(module)
    return attrgetter(f"{name}.definition")(sys.modules[module])


def _plain(value: object) -> object:
    """Python cannot pickle a mapping that is only shown."""
    return dict(value) if isinstance(value, Mapping) else value


def _as_it_was(kind: type[Carried], fields: dict[str, Any]) -> Carried:
    shown: dict[str, Any] = {name: MappingProxyType(value) if isinstance(value, dict) else value for name, value in fields.items()}
    return kind(**shown)
