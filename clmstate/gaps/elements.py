"""Every element of a model that names a source, with what kind of thing it is and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import attrs

from clmstate.composition import CompositionDefinition
from clmstate.lifecycle import LifecycleDefinition

__all__ = ["Cited", "cited", "split_refs"]

_BETWEEN: Final = re.compile(r"[,;\s]+")


@attrs.frozen
class Cited:
    """One element that names the items it answers.

    Attributes:
        model: the class name of the lifecycle or composition.
        kind: "phase", "transition", "touchpoint", "play" and so on.
        name: its name in the model; a touchpoint is ``phase/label``.
        refs: the items, in order.

    Example:
        >>> Cited("Contract", "phase", "adoption", ("S4.19",)).place
        'Contract.adoption'
    """

    model: str
    kind: str
    name: str
    refs: tuple[str, ...]

    @property
    def place(self) -> str:
        """Where it is, as a reader of the code would say it."""
        return f"{self.model}.{self.name}" if self.name else self.model


def split_refs(ref: str) -> tuple[str, ...]:
    """The items that a ``ref`` names; several are separated by commas, semicolons or spaces.

    Example:
        >>> split_refs("S0.20, S0.23")
        ('S0.20', 'S0.23')
    """
    return tuple(filter(None, _BETWEEN.split(ref)))


def cited(definition: LifecycleDefinition | CompositionDefinition) -> Iterator[Cited]:
    """Every element of a lifecycle or composition that names a source, in order of declaration.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True, ref="S0.1")
        >>> [(element.kind, element.place, element.refs) for element in cited(Deal.definition)]
        [('phase', 'Deal.new', ('S0.1',))]
    """
    found = _composed(definition) if isinstance(definition, CompositionDefinition) else _elements(definition)
    for kind, name, ref in found:
        refs = split_refs(ref)
        if refs:
            yield Cited(definition.name, kind, name, refs)


def _composed(definition: CompositionDefinition) -> Iterator[tuple[str, str, str]]:
    for name, part in definition.parts.items():
        yield "part", name, part.ref
    for number, promise in enumerate(definition.promises, 1):
        yield "promise", f"promise {number}", promise.ref


def _elements(d: LifecycleDefinition) -> Iterator[tuple[str, str, str]]:
    yield "lifecycle", "", ", ".join(d.refs)
    for kind, elements in (
        ("signal", d.signals),
        ("event", d.events),
        ("threshold", d.thresholds),
        ("group", d.groups),
        ("phase", d.phases),
        ("transition", d.transitions),
        ("milestone", d.milestones),
        ("risk", d.risks),
        ("success gap", d.gaps),
    ):
        for name, element in elements.items():
            yield kind, name, element.ref
    for path, phase in d.phases.items():
        for touchpoint in phase.touchpoints:
            yield "touchpoint", f"{path}/{touchpoint.label}", touchpoint.ref
    for play in d.plays:
        yield "play", play.label, play.ref
    for team in d.teams:
        yield "team", team.name, team.ref
    for number, promise in enumerate(d.promises, 1):
        yield "promise", f"promise {number}", promise.ref
