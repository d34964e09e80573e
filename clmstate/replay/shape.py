"""What a log may name: the parts of a model, their signals and their events.

A lifecycle on its own is one part with the empty path. A composition will be several: `contract`, `users`, `products.users`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType

import attrs

from clmstate.lifecycle import Lifecycle, LifecycleDefinition, definition_of
from clmstate.signals import SignalSpec

__all__ = ["Column", "PartShape", "Shape", "shape_of"]


@attrs.frozen
class PartShape:
    """One part of a model as a log sees it.

    Attributes:
        definition: its lifecycle.
        many: how many names an instance's path has: 0 for a part that is always there, 1 for `users`, 2 for `products.users`.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> PartShape(Deal.definition).many
        0
    """

    definition: LifecycleDefinition
    many: int = 0


@attrs.frozen
class Column:
    """A column that holds a signal's values.

    Example:
        >>> from clmstate.signals import SignalSpec
        >>> Column("contract", SignalSpec("health", "score", "health")).name
        'contract.health'
    """

    part: str
    spec: SignalSpec

    @property
    def name(self) -> str:
        """As it is written in a log."""
        return f"{self.part}.{self.spec.name}" if self.part else self.spec.name


@attrs.frozen(slots=False)
class Shape:
    """The parts of a model by path.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        >>> list(shape_of(Deal).columns)
        ['health']
    """

    name: str
    parts: Mapping[str, PartShape]

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        """The columns that may hold values, by name."""
        return MappingProxyType({column.name: column for column in self._signals()})

    def _signals(self) -> Iterator[Column]:
        for path, part in self.parts.items():
            yield from (Column(path, spec) for spec in part.definition.signals.values())


def shape_of(model: type[Lifecycle] | LifecycleDefinition | Shape) -> Shape:
    """What a log of this model may name.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> list(shape_of(Deal).parts)
        ['']
    """
    if isinstance(model, Shape):
        return model
    definition = definition_of(model)
    return Shape(definition.name, MappingProxyType({"": PartShape(definition)}))
