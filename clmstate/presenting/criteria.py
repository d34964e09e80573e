"""Phases and criteria in words: how customers come in, how they leave, and what the business's own names mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs

from clmstate.composition import CompositionDefinition, Wire
from clmstate.composition import sources as feed_sources
from clmstate.conditions import words
from clmstate.conditions.nodes import Named, walk
from clmstate.lifecycle import LifecycleDefinition, Transition

__all__ = ["Way", "group_label", "learned", "names", "place_label", "sources", "unwanted", "ways_by_hope", "ways_in", "ways_out"]

_RANKS: Final = {"good": 0, "": 1, "watch": 1, "at_risk": 2, "lost": 3}


@attrs.frozen
class Way:
    """One way into or out of a phase, in words.

    Attributes:
        other: the phase or phases at its other end.
        why: what it takes.
        name: of the transition.

    Example:
        >>> Way("Adoption", "setup signed off", "go_live").name
        'go_live'
    """

    other: str
    why: str
    name: str


def ways_in(definition: LifecycleDefinition, path: str) -> Iterator[Way]:
    """How customers get into a phase, transitions in order of declaration.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("signed")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=signed)
        >>> list(ways_in(Deal.definition, "won"))
        [Way(other='New', why='signed', name='win')]
    """
    group = definition.group_of(path)
    for transition in definition.transitions.values():
        enters = transition.target == path or (group is not None and transition.target == group)
        if (
            enters
            and not transition.stay
            and (transition.target == path or transition.resume or definition.groups[transition.target].initial == path)
        ):
            yield Way(sources(definition, transition), definition.why(transition), transition.name)


def ways_out(definition: LifecycleDefinition, path: str) -> Iterator[Way]:
    """How customers leave a phase, in order of priority; what keeps them there is left out.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     ended = Event("contract ended")
        ...     new = Phase("New", initial=True)
        ...     lost = Phase("Lost", final=True)
        ...     lose = new.to(lost, on=ended)
        >>> list(ways_out(Deal.definition, "new"))
        [Way(other='Lost', why='contract ended', name='lose')]
    """
    for transition in definition.ways_out(path):
        if not transition.stay:
            yield Way(definition.places[transition.target].label, definition.why(transition), transition.name)


def ways_by_hope(definition: LifecycleDefinition, path: str) -> list[Transition]:
    """The transitions out of a phase, those first that a team hopes for: to good standing, onwards, in order of priority.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     ended, signed = Event("contract ended"), Signal.flag("signed")
        ...     new = Phase("New", initial=True)
        ...     lost = Phase("Lost", final=True, standing="lost")
        ...     won = Phase("Won", standing="good")
        ...     lose = new.to(lost, on=ended)
        ...     win = new.to(won, when=signed)
        >>> [way.name for way in ways_by_hope(Deal.definition, "new")]
        ['win', 'lose']
    """
    order = list(definition.phases)
    ways = [t for t in definition.ways_out(path) if not t.stay]

    def rank(transition: Transition) -> tuple[int, bool, int]:
        entered = _entered(definition, transition)
        back = order.index(entered) < order.index(path)
        return _RANKS[definition.phases[entered].standing], back, ways.index(transition)

    return sorted(ways, key=rank)


def _entered(definition: LifecycleDefinition, transition: Transition) -> str:
    """The phase that a transition enters, as far as that is known without a customer."""
    group = definition.groups.get(transition.target)
    return group.initial if group is not None else transition.target


def unwanted(definition: LifecycleDefinition, transition: Transition, path: str) -> bool:
    """Whether nobody hopes for a way out of a phase: it is said to be a relapse or an alarm, or leads to loss, to risk, or back to less.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     ended, signed = Event("contract ended"), Signal.flag("signed")
        ...     new = Phase("New", initial=True)
        ...     lost = Phase("Lost", final=True, standing="lost")
        ...     won = Phase("Won", standing="good")
        ...     lose = new.to(lost, on=ended)
        ...     win = new.to(won, when=signed)
        >>> [way.name for way in ways_by_hope(Deal.definition, "new") if unwanted(Deal.definition, way, "new")]
        ['lose']
    """
    if transition.kind is not None:
        return transition.kind in ("relapse", "at_risk")
    entered, order = _entered(definition, transition), list(definition.phases)
    here, there = _RANKS[definition.phases[path].standing], _RANKS[definition.phases[entered].standing]
    back = order.index(entered) < order.index(path)
    return there == _RANKS["lost"] or (there > here and (back or there == _RANKS["at_risk"]))


def sources(definition: LifecycleDefinition, transition: Transition) -> str:
    """Where a transition leads from, in words.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase, anywhere
        >>> class Deal(Lifecycle):
        ...     ended = Event("contract ended")
        ...     new = Phase("New", initial=True)
        ...     lost = Phase("Lost", final=True)
        ...     lose = anywhere.to(lost, on=ended)
        >>> sources(Deal.definition, Deal.lose)
        'anywhere'
    """
    labels = ["anywhere" if source == "*" else definition.places[source].label for source in transition.sources]
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} or {labels[-1]}"


def group_label(definition: LifecycleDefinition, path: str) -> str:
    """The label of a phase's group; "" if it is in none.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> group_label(Deal.definition, "new")
        ''
    """
    group = definition.group_of(path)
    return definition.groups[group].label if group is not None else ""


def learned(definition: CompositionDefinition, wire: Wire) -> str:
    """What a part of a composition learns through a wire, and from whom.

    Example:
        >>> from clmstate import Composition, Lifecycle, Many, One, Phase, Signal
        >>> class User(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Deal(Lifecycle):
        ...     seats = Signal.count("seat", port=True)
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal, users = One(Deal), Many(User)
        ...     wiring = deal[Deal.seats].fed_by(users.count())
        >>> learned(Account.definition, Account.definition.wires[0])
        'seat, from users'
    """
    label = definition.leaf(wire.part, wire.inner).signals[wire.port].label
    return f"{label}, from {' and '.join(dict.fromkeys(source.part for source in feed_sources(wire.feed)))}"


def names(definition: LifecycleDefinition) -> Iterator[tuple[str, str]]:
    """The business's own names for conditions that transitions use, each with what it means.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=(health >= 70).named("healthy"))
        >>> list(names(Deal.definition))
        [('healthy', 'health at least 70')]
    """
    said: dict[str, str] = {}
    for transition in definition.transitions.values():
        if transition.when is not None:
            for node in walk(transition.when):
                if isinstance(node, Named):
                    said.setdefault(node.label, words(node.of, definition))
    yield from said.items()


def place_label(definition: LifecycleDefinition, path: str) -> str:
    """A phase or group as people call it; a phase with its group in front.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     class renewal(Phase.Group, initial=True):
        ...         happy = Phase("Happy", initial=True)
        >>> place_label(Deal.definition, "renewal.happy")
        'Renewal: Happy'
    """
    group = definition.group_of(path)
    label = definition.places[path].label
    return f"{definition.groups[group].label}: {label}" if group is not None else label
