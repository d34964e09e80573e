"""The lifecycles of a model: one, or those of a whole customer, each with the place that it has there."""

from __future__ import annotations

import attrs

from clmstate.composition import Composition, CompositionDefinition
from clmstate.lifecycle import Lifecycle, LifecycleDefinition
from clmstate.replay.shape import shape_of

__all__ = ["Part", "parts_of"]


@attrs.frozen
class Part:
    """One lifecycle of a model.

    Attributes:
        path: its path, nested ones with dots; "" for a lifecycle on its own.
        definition: the lifecycle.

    Example:
        >>> from clmstate import Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> part = Part("contract", Deal.definition)
        >>> part.place("new"), part.says("New: no goal"), Part("", Deal.definition).says("New: no goal")
        ('contract.new', 'contract, New: no goal', 'New: no goal')
    """

    path: str
    definition: LifecycleDefinition

    def place(self, name: str) -> str:
        """The path of a phase (or the name of a risk or gap) in the whole."""
        return f"{self.path}.{name}" if self.path else name

    def says(self, text: str) -> str:
        """A remark about this part."""
        return f"{self.path.replace('.', ', ')}, {text}" if self.path else text


def parts_of(
    model: type[Lifecycle] | type[Composition] | LifecycleDefinition | CompositionDefinition,
) -> tuple[Part, ...]:
    """The lifecycles of a model in order of declaration.

    Example:
        >>> from clmstate import Many, One, Phase
        >>> class User(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Customer(Composition):
        ...     users = Many(User)
        >>> [part.path for part in parts_of(Customer)], [part.path for part in parts_of(User)]
        (['users'], [''])
    """
    return tuple(Part(path, part.definition) for path, part in shape_of(model).parts.items())
