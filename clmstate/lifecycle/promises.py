"""Promises: what the team wants to be sure of, whatever customers do.

They hold on settled pictures; in ``never(a)`` and ``before``, passing through counts. The analysis proves them or shows a customer
that breaks them.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Literal, Protocol

import attrs

from clmstate.conditions import Condition, Mistake
from clmstate.conditions.nodes import And, Cond, InPhase
from clmstate.conditions.refusing import text_faults
from clmstate.errors import shown
from clmstate.lifecycle.elements import Origin, Place
from clmstate.lifecycle.groups import GroupMeta
from clmstate.lifecycle.phases import Phase
from clmstate.lifecycle.sources import Phases

__all__ = ["Promise", "Stated", "always_possible", "leads_to", "never"]


class Stated(Protocol):
    """A state that another room can speak of, such as where the parts of a composition stand.

    Example:
        >>> from clmstate.lifecycle.elements import Origin
        >>> class Somewhere:
        ...     def _stated(self):
        ...         return "somewhere", Origin()
        >>> never(Somewhere()).subject
        'somewhere'
    """

    @abstractmethod
    def _stated(self) -> tuple[Any, Origin]:
        """The state as a node, and where its names come from."""


State = Phase | GroupMeta | Phases | Condition | Stated
"""What a promise is about: somewhere in a lifecycle, a condition, or where the parts of a composition stand."""


@attrs.frozen
class Promise:
    """One promise.

    Attributes:
        kind: "never", "never_before", "always_possible", "always_possible_until" or "leads_to".
        subject: what it is about: a condition of a lifecycle (`Cond`), or a feed of a composition (`FeedNode`).
        other: the second part, where there is one.
        ref: the source that asks for it.

    Example:
        >>> never(Phase("Growth")).before(Phase("Adoption")).kind
        'never_before'
    """

    kind: Literal["never", "never_before", "always_possible", "always_possible_until", "leads_to"]
    subject: Any
    other: Any = None
    ref: str = ""
    origin: Origin = attrs.field(default=Origin(), eq=False, repr=False)

    def before(self, other: State) -> Promise:
        """No ``a`` until ``b`` has been: ``never(a).before(b)``.

        Example:
            >>> never(Phase("Growth")).before(Phase("Adoption")).other is None
            False
        """
        return self._with("never", "never_before", other)

    def until(self, other: State) -> Promise:
        """Before ``b``, some log always reaches ``a``: ``always_possible(a).until(b)``.

        Example:
            >>> always_possible(Phase("Success")).until(Phase("Churned")).kind
            'always_possible_until'
        """
        return self._with("always_possible", "always_possible_until", other)

    def when(self, condition: Condition) -> Promise:
        """Only customers of whom a condition is true, as they are settled: ``never(a).when(c)``.

        Example:
            >>> from clmstate import Lifecycle, Phase, Signal, never
            >>> class Deal(Lifecycle):
            ...     managed = Signal.flag("managed")
            ...     calm = Phase("Calm", initial=True)
            ...     doubt = Phase("Doubt")
            ...     worry = calm.to(doubt, when=~managed)
            ...     relax = doubt.to(calm, when=managed)
            ...     promises = never(doubt).when(managed)
            >>> from clmstate.conditions import words
            >>> words(Deal.definition.promises[0].subject, Deal.definition)
            'in Doubt and managed'
        """
        node, origin = _state(condition)
        wrong: tuple[Mistake, ...] = ()
        if self.kind != "never" or not isinstance(self.subject, Cond) or not isinstance(node, Cond):
            wrong = (Mistake("CLM121", f"when() does not follow {self.kind} here", "see docs/semantics.md on promises"),)
        joined = Origin(self.origin.homes | origin.homes, self.origin.mistakes + origin.mistakes + wrong)
        return attrs.evolve(self, subject=self.subject if wrong else And((self.subject, node)), origin=joined)

    def because(self, ref: str) -> Promise:
        """The same promise with the source that asks for it.

        Example:
            >>> never(Phase("Growth")).because("S0.7").ref
            'S0.7'
        """
        wrong = text_faults("CLM121", "the source of a promise", ref)
        origin = Origin(self.origin.homes, (*self.origin.mistakes, *wrong))
        return attrs.evolve(self, ref="" if wrong else ref, origin=origin)

    def _with(self, wanted: str, kind: Literal["never_before", "always_possible_until"], other: State) -> Promise:
        node, origin = _state(other)
        wrong = (
            ()
            if self.kind == wanted
            else (Mistake("CLM121", f"{kind} does not follow {self.kind}", "see docs/semantics.md on promises"),)
        )
        joined = Origin(self.origin.homes | origin.homes, self.origin.mistakes + origin.mistakes + wrong)
        return attrs.evolve(self, kind=kind, other=node, origin=joined)


def never(state: State) -> Promise:
    """No customer is ever in this state; with ``.before(b)``, not until ``b`` has been.

    Example:
        >>> never(Phase("Growth")).kind
        'never'
    """
    node, origin = _state(state)
    return Promise("never", node, origin=origin)


def always_possible(state: State) -> Promise:
    """From everywhere some log reaches this state; with ``.until(b)``, as long as ``b`` has not been.

    Example:
        >>> always_possible(Phase("Success")).kind
        'always_possible'
    """
    node, origin = _state(state)
    return Promise("always_possible", node, origin=origin)


def leads_to(state: State, other: State) -> Promise:
    """Nobody leaves the first state except into the second.

    Example:
        >>> leads_to(Phase("Trial"), Phase("Onboarding")).kind
        'leads_to'
    """
    (node, origin), (into, reached) = _state(state), _state(other)
    return Promise("leads_to", node, into, origin=Origin(origin.homes | reached.homes, origin.mistakes + reached.mistakes))


def _state(state: object) -> tuple[Any, Origin]:
    stated = getattr(type(state), "_stated", None)
    if stated is not None:
        node, origin = stated(state)
        return node, origin
    if isinstance(state, Place):
        paths, origin = state._where()
        return InPhase(paths), origin
    if isinstance(state, Condition):
        return state.node, Origin(*state._with())
    remedy = "promise something about a phase, a group or a condition"
    return InPhase(()), Origin(mistakes=(Mistake("CLM121", f"{shown(state)} is no state of a customer", remedy),))
