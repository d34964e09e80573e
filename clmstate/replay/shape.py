"""What a log may name: the parts of a model, their signals and their events.

A lifecycle on its own is one part with the empty path. A composition is several: `contract`, `users`, `products.users`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType

import attrs

from clmstate.composition import Composition, CompositionDefinition
from clmstate.lifecycle import Lifecycle, LifecycleDefinition
from clmstate.signals import SignalSpec

__all__ = ["Column", "Model", "PartShape", "Shape", "shape_of"]


@attrs.frozen
class Way:
    """The way from a customer to one of its parts.

    Attributes:
        steps: the parts that lead there, each with whether there are many of it.

    Example:
        >>> way = Way((("products", True), ("users", True)))
        >>> way.many, way.address("crm/dana")
        (2, 'products/crm/users/dana')
    """

    steps: tuple[tuple[str, bool], ...] = ()

    @property
    def many(self) -> int:
        """How many names an instance's path has: 0 for a part that is always there, 1 for `users`, 2 for `products.users`."""
        return sum(many for _, many in self.steps)

    def address(self, instance: str) -> str:
        """The path of an instance as a living customer has it, members after their parts.

        Example:
            >>> Way((("users", True),)).address("dana")
            'users/dana'
        """
        names = iter(instance.split("/"))
        return "/".join(f"{part}/{next(names)}" if many else part for part, many in self.steps)


@attrs.frozen
class PartShape:
    """One part of a model as a log sees it.

    Attributes:
        definition: its lifecycle.
        way: how it is reached.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> PartShape(Deal.definition).way.many
        0
    """

    definition: LifecycleDefinition
    way: Way = Way()


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

    Attributes:
        name: of the model.
        parts: by path, nested ones with dots; one part with the path "" is a lifecycle on its own.
        rooms: members that are compositions themselves, by path; they join and leave as a whole.

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
    rooms: Mapping[str, Way] = attrs.field(factory=dict)

    def way(self, part: str) -> Way:
        """How a part, or a member that is a composition, is reached.

        Raises:
            KeyError: there is none of that path.

        Example:
            >>> from clmstate import Composition, Lifecycle, Many, Phase
            >>> class User(Lifecycle):
            ...     new = Phase("New", initial=True)
            >>> class Account(Composition):
            ...     users = Many(User)
            >>> shape_of(Account).way("users").many
            1
        """
        return self.rooms[part] if part in self.rooms else self.parts[part].way

    @property
    def composed(self) -> bool:
        """Whether the model is a composition."""
        return "" not in self.parts

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        """The columns that may hold values, by name."""
        return MappingProxyType({column.name: column for column in self._signals()})

    def _signals(self) -> Iterator[Column]:
        for path, part in self.parts.items():
            yield from (Column(path, spec) for spec in part.definition.signals.values())

    def part_at(self, address: str) -> str:
        """The part that an address of a living customer belongs to.

        Example:
            >>> from clmstate import Composition, Lifecycle, Many, Phase
            >>> class User(Lifecycle):
            ...     new = Phase("New", initial=True)
            >>> class Account(Composition):
            ...     users = Many(User)
            >>> shape_of(Account).part_at("users/dana")
            'users'
        """
        names = address.split("/")
        for path, part in self.parts.items():
            at = 0
            for name, many in part.way.steps:
                if at >= len(names) or names[at] != name:
                    break
                at += 2 if many else 1
            else:
                if at == len(names) or not part.way.steps:
                    return path
        raise KeyError(address)


Model = type[Lifecycle] | type[Composition] | LifecycleDefinition | CompositionDefinition | Shape
"""What a log can be about."""


def shape_of(model: Model) -> Shape:
    """What a log of this model may name.

    Example:
        >>> from clmstate import Composition, Lifecycle, Many, Phase
        >>> class User(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     users = Many(User)
        >>> list(shape_of(User).parts), list(shape_of(Account).parts)
        ([''], ['users'])
    """
    if isinstance(model, Shape):
        return model
    definition = model.definition if isinstance(model, type) else model
    if isinstance(definition, LifecycleDefinition):
        return Shape(definition.name, MappingProxyType({"": PartShape(definition)}))
    found = dict(_parts(definition, ()))
    return Shape(
        definition.name,
        MappingProxyType({path: part for path, part in found.items() if isinstance(part, PartShape)}),
        MappingProxyType({path: way for path, way in found.items() if isinstance(way, Way)}),
    )


def _parts(definition: CompositionDefinition, above: tuple[tuple[str, bool], ...]) -> Iterator[tuple[str, PartShape | Way]]:
    for part in definition.parts.values():
        steps = (*above, (part.name, part.many))
        path = ".".join(name for name, _ in steps)
        if isinstance(part.member, LifecycleDefinition):
            yield path, PartShape(part.member, Way(steps))
        else:
            if part.many:
                yield path, Way(steps)
            yield from _parts(part.member, steps)
