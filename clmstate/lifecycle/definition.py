"""The definition of a lifecycle: the one frozen value that every reader reads.

It holds nodes, names and numbers only. Readers (engines, analysis, drawing, replay) are functions of it; it imports none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType

import attrs

from clmstate.conditions import words
from clmstate.conditions.nodes import Cond, Or
from clmstate.errors import DefinitionError, Diagnostic
from clmstate.lifecycle.carried import Carried
from clmstate.lifecycle.elements import Milestone, Play, Risk, SuccessGap, Team
from clmstate.lifecycle.events import EventSpec
from clmstate.lifecycle.groups import GroupSpec
from clmstate.lifecycle.phases import Phase
from clmstate.lifecycle.promises import Promise
from clmstate.lifecycle.transitions import ANYWHERE, Transition
from clmstate.signals import SignalSpec, ThresholdSpec

__all__ = ["LifecycleDefinition"]


@attrs.frozen(slots=False, eq=False)
class LifecycleDefinition(Carried):
    """Everything that a lifecycle says. All mappings keep the order of declaration; an override keeps its parent's place.

    Attributes:
        name: the class name.
        title: how the business calls it.
        doc: the class's docstring.
        market: the target market it is for; "" is all.
        version: as its authors count.
        signals, thresholds, events: by name.
        phases: leaf phases by path.
        groups: by path.
        transitions, milestones, risks, gaps: by name.
        promises: in order, inherited ones first.
        conditions: conditions that were given a name in the class body.
        refs: sources that the lifecycle as a whole answers.
        accepts: findings of the analysis that are meant so, by code and name, each with its reason.
        where: the module and the name of its class, by which it is pickled.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> list(Deal.definition.phases)
        ['new']
    """

    name: str
    title: str
    doc: str
    market: str
    version: str
    signals: Mapping[str, SignalSpec]
    thresholds: Mapping[str, ThresholdSpec]
    events: Mapping[str, EventSpec]
    phases: Mapping[str, Phase]
    groups: Mapping[str, GroupSpec]
    transitions: Mapping[str, Transition]
    milestones: Mapping[str, Milestone]
    risks: Mapping[str, Risk]
    gaps: Mapping[str, SuccessGap]
    promises: tuple[Promise, ...]
    conditions: Mapping[str, Cond]
    refs: tuple[str, ...] = ()
    accepts: Mapping[str, str] = MappingProxyType({})

    @property
    def places(self) -> Mapping[str, Phase | GroupSpec]:
        """Phases and groups by path."""
        return self._places

    @cached_property
    def _places(self) -> Mapping[str, Phase | GroupSpec]:
        return MappingProxyType({**self.groups, **self.phases})

    @cached_property
    def initial(self) -> str:
        """The leaf phase in which customers start.

        Raises:
            DefinitionError: CLM106, when there is no phase at all.
        """
        for group in self.groups.values():
            if group.starts:
                return group.initial
        for path, phase in self.phases.items():
            if phase.initial and "." not in path:
                return path
        raise DefinitionError(
            [Diagnostic("CLM106", self.name, "it has no phases, so nobody can stand in it", "declare a phase with initial=True")]
        )

    @cached_property
    def finals(self) -> tuple[str, ...]:
        """Leaf phases that have no way out."""
        return tuple(path for path, phase in self.phases.items() if phase.final)

    def group_of(self, path: str) -> str | None:
        """The group that a leaf phase belongs to, if any.

        Example:
            >>> from clmstate import Lifecycle, Phase
            >>> class Deal(Lifecycle):
            ...     class renewal(Phase.Group, initial=True):
            ...         happy = Phase("Happy", initial=True)
            >>> Deal.definition.group_of("renewal.happy")
            'renewal'
        """
        return path.rpartition(".")[0] or None

    def leaves(self, path: str) -> tuple[str, ...]:
        """The leaf phases of a phase, a group or ``*``.

        Example:
            >>> from clmstate import Lifecycle, Phase
            >>> class Deal(Lifecycle):
            ...     class renewal(Phase.Group, initial=True):
            ...         happy = Phase("Happy", initial=True)
            ...         high_risk = Phase("High risk")
            >>> Deal.definition.leaves("renewal")
            ('renewal.happy', 'renewal.high_risk')
        """
        if path == ANYWHERE:
            return tuple(p for p, phase in self.phases.items() if not phase.final)
        return self.groups[path].children if path in self.groups else (path,)

    def ways_out(self, path: str) -> tuple[Transition, ...]:
        """The transitions of a leaf phase in order of priority: its own, its group's, ``anywhere``; each in order of declaration.

        Example:
            >>> from clmstate import Lifecycle, Phase, Signal
            >>> class Deal(Lifecycle):
            ...     signed = Signal.flag("signed")
            ...     new = Phase("New", initial=True)
            ...     won = Phase("Won", final=True)
            ...     win = new.to(won, when=signed)
            >>> [t.name for t in Deal.definition.ways_out("new")]
            ['win']
        """
        return self._ways_out[path]

    @cached_property
    def _ways_out(self) -> Mapping[str, tuple[Transition, ...]]:
        return {path: tuple(self._ordered(path)) for path in self.phases}

    def _ordered(self, path: str) -> Iterator[Transition]:
        if self.phases[path].final:
            return
        for level in (path, self.group_of(path), ANYWHERE):
            if level is not None:
                yield from (t for t in self.transitions.values() if level in t.sources and self._leaves_by(t, path, level))

    def _leaves_by(self, transition: Transition, path: str, level: str) -> bool:
        """Whether a transition leads out of a leaf phase at a level, each transition at its highest one only."""
        if level != path and (path in transition.sources or (level == ANYWHERE and self.group_of(path) in transition.sources)):
            return False
        if transition.sources == (path,):
            return True  # a self-move or a stay: the only source that may be its own target
        if transition.resume and self.group_of(path) == transition.target:
            return False
        return path not in self.leaves(transition.target)

    def why(self, transition: Transition) -> str:
        """What moves a customer along a transition, in the business's words: its own label, else its event and condition.

        Example:
            >>> from clmstate import Event, Lifecycle, Phase, Signal
            >>> class Deal(Lifecycle):
            ...     saved = Event("save plan closed")
            ...     health = Signal.score("health")
            ...     risky = Phase("At risk", initial=True)
            ...     happy = Phase("Happy")
            ...     save = risky.to(happy, on=saved, when=health >= 70)
            >>> Deal.definition.why(Deal.save)
            'save plan closed and health at least 70'
        """
        own = self.transitions.get(transition.name) is transition
        return self._whys[transition.name] if own else self._why(transition)

    @cached_property
    def _whys(self) -> Mapping[str, str]:
        """By name of the transition: every move of every journey says it."""
        return {name: self._why(transition) for name, transition in self.transitions.items()}

    def _why(self, transition: Transition) -> str:
        if transition.label:
            return transition.label
        said = [] if transition.on is None else [self.events[transition.on].label]
        if transition.when is not None:
            rule = words(transition.when, self)
            said.append(f"({rule})" if said and isinstance(transition.when, Or) else rule)
        return " and ".join(said)

    @cached_property
    def teams(self) -> tuple[Team, ...]:
        """All teams that own or contribute to something, in order of first appearance."""
        found: dict[Team, None] = {}
        for phase in self.phases.values():
            for team in (phase.owner, *phase.contributors, *(t.owner for t in phase.touchpoints)):
                if team is not None:
                    found[team] = None
        for play in self.plays:
            if play.owner is not None:
                found[play.owner] = None
        return tuple(found)

    @cached_property
    def plays(self) -> tuple[Play, ...]:
        """All plays of transitions, milestones and risks, in order of first appearance."""
        held: tuple[Transition | Milestone | Risk, ...] = (
            *self.transitions.values(),
            *self.milestones.values(),
            *self.risks.values(),
        )
        return tuple(dict.fromkeys(play for element in held for play in element.plays))
