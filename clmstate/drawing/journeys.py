"""The journey of a lifecycle: phases from left to right, and on every line the rule that moves a customer along it.

This is the only module of the room that reads definitions; what it finds becomes a scene, and everything after it knows scenes only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias

import attrs

from clmstate.conditions.nodes import Cond, Named, Not, Unless, walk
from clmstate.conditions.words import words
from clmstate.drawing.names import shortened
from clmstate.drawing.picture import Drawing
from clmstate.drawing.scene import Card, Clause, Frame, Kind, Scene
from clmstate.drawing.story import Rule, kinds_from, tell
from clmstate.drawing.theme import ThemeName
from clmstate.lifecycle import ANYWHERE, Lifecycle, LifecycleDefinition, Phase, Transition, definition_of

__all__ = ["Elements", "Level", "elements", "journey", "journey_scene", "kinds", "owners_of", "subtitle"]

Level: TypeAlias = Literal["stage", "full"]

LONG = 64  # characters; a longer condition uses the model's names for its parts


def journey(lifecycle: type[Lifecycle] | LifecycleDefinition, *, level: Level = "stage", theme: ThemeName = "light") -> Drawing:
    """Draws a lifecycle as a journey from left to right.

    Args:
        lifecycle: a lifecycle class or its definition.
        level: ``stage`` for a slide; ``full`` adds touchpoints and what every name in a condition means, for a hand-out.
        theme: ``light`` or ``dark``.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("contract signed")
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won", final=True, standing="good")
        ...     win = open.to(won, when=signed)
        >>> drawing = journey(Deal)
        >>> [card.title for card in drawing.scene.cards]
        ['Open', 'Won']
        >>> drawing.scene.pills[0].kind, drawing.scene.pills[0].clauses[0].text
        ('forward', 'contract signed')
        >>> drawing.svg().startswith("<svg ")
        True
    """
    return Drawing(journey_scene(definition_of(lifecycle), level=level), theme)


def journey_scene(definition: LifecycleDefinition, *, level: Level = "stage") -> Scene:
    """What the journey of a lifecycle says, as data.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     "How a deal is won."
        ...     open = Phase("Open", initial=True)
        >>> journey_scene(Deal.definition).subtitle
        'How a deal is won.'
    """
    found = elements(definition, owners_of(definition), level=level)
    scene = tell(definition.title, subtitle(definition), found.cards, found.rules, found.frames, owners_of(definition))
    return attrs.evolve(scene, legend=attrs.evolve(scene.legend, names=found.names))


@attrs.frozen
class Elements:
    """What a definition brings to a picture, before a story is told of it."""

    cards: tuple[Card, ...]
    rules: tuple[Rule, ...]
    frames: tuple[Frame, ...]
    names: tuple[tuple[str, str], ...]


def kinds(definition: LifecycleDefinition) -> dict[tuple[str, str], Kind]:
    """What each rule does to a customer of each phase that it leaves, by transition and phase.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("contract signed")
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won", final=True, standing="good")
        ...     win = open.to(won, when=signed)
        >>> kinds(Deal.definition)
        {('win', 'open'): 'forward'}
    """
    found = elements(definition, owners_of(definition))
    return kinds_from(found.cards, found.rules)


def owners_of(definition: LifecycleDefinition) -> tuple[str, ...]:
    """The teams that own phases, in order of first appearance.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     open = Phase("Open", initial=True, owner="Sales")
        >>> owners_of(Deal.definition)
        ('Sales',)
    """
    return tuple(dict.fromkeys(phase.owner.name for phase in definition.phases.values() if phase.owner is not None))


def elements(definition: LifecycleDefinition, owners: tuple[str, ...], *, level: Level = "stage") -> Elements:
    """Cards, rules and frames of a definition; colours are those of the owners that are given.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     open = Phase("Open", initial=True)
        >>> [card.title for card in elements(Deal.definition, ()).cards]
        ['Open']
    """
    everyone = 0 if not owners else None  # a model that names no owner is drawn in the first colour
    cards = tuple(
        _card(path, phase, owners, level, everyone, initial=path == definition.initial) for path, phase in definition.phases.items()
    )
    frames = tuple(Frame(path, group.label, group.children) for path, group in definition.groups.items() if group.children)
    saying = _Saying(definition, level)
    rules = tuple(_rule(transition, definition, saying) for transition in definition.transitions.values())
    return Elements(cards, rules, frames, tuple(saying.explained()))


def subtitle(definition: LifecycleDefinition) -> str:
    """What it is, for which market, in which version.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle, version="3"):
        ...     "How a deal is won."
        ...     open = Phase("Open", initial=True)
        >>> subtitle(Deal.definition)
        'How a deal is won. · version 3'
    """
    first = definition.doc.strip().partition("\n\n")[0]
    market = f"Market {definition.market}" if definition.market else ""
    version = f"version {definition.version}" if definition.version else ""
    return " · ".join(part for part in (first, market, version) if part)


def _card(path: str, phase: Phase, owners: tuple[str, ...], level: Level, unowned: int | None, *, initial: bool) -> Card:
    owner = phase.owner.name if phase.owner is not None else ""
    return Card(
        id=path,
        title=phase.label,
        subtitle=owner or ("End of journey" if phase.final else ""),
        detail=str(phase.expected) if level == "full" and phase.expected is not None else "",
        team=owners.index(owner) if phase.owner is not None else None if phase.standing == "lost" else unowned,
        standing=phase.standing if phase.standing != "" else None,
        quote=phase.questions[0] if phase.questions else "",
        notes=tuple(touchpoint.label for touchpoint in phase.touchpoints) if level == "full" else (),
        initial=initial,
        final=phase.final,
    )


class _Saying:
    """Conditions in words; those that the model has a name for are said by that name, and explained once below.

    A slide has no room for what `named` conditions mean: they are named for those who know it. A hand-out says it.
    """

    def __init__(self, definition: LifecycleDefinition, level: Level) -> None:
        self.definition = definition
        self.level = level
        self.names: Mapping[str, Cond] = definition.conditions if level == "stage" else {}
        self.used: dict[str, Cond] = {}

    def say(self, cond: Cond) -> str:
        said = words(cond, self.definition)
        if self.level == "full":
            self.used |= {node.label: node.of for node in walk(cond) if isinstance(node, Named) and not _says_itself(node)}
        if len(said) <= LONG:
            return said
        short, used = shortened(cond, self.names)
        self.used |= used
        return words(short, self.definition)

    def explained(self) -> Iterator[tuple[str, str]]:
        for name, cond in self.used.items():
            yield name, words(cond, self.definition)


def _says_itself(named: Named) -> bool:
    """Whether a name is another one with a word like "not" or "outside" before it, and means no more."""
    match named.of:
        case Not(Named(_, other)) | Unless(Named(_, other)):
            return named.label.split()[-1:] == other.split()[-1:]
    return False


def _rule(transition: Transition, definition: LifecycleDefinition, saying: _Saying) -> Rule:
    target = None if transition.stay else definition.places[transition.target]
    entered = None if target is None else transition.target if isinstance(target, Phase) else target.initial
    sources = tuple(dict.fromkeys(leaf for path in transition.sources for leaf in definition.leaves(path)))
    left_out = set() if target is None or transition.sources == (transition.target,) else set(definition.leaves(transition.target))
    group = transition.sources[0] if len(transition.sources) == 1 and transition.sources[0] in definition.groups else None
    again = entered in sources and transition.sources == (transition.target,)
    return Rule(
        id=f"rule {transition.name}",
        sources=tuple(leaf for leaf in sources if leaf not in left_out or entered is None),
        target=None if again else entered,
        clauses=tuple(_clauses(transition, definition, saying, again=again)),
        name=transition.name,
        tail=group,
        head=transition.target if transition.target in definition.groups else None,
        anywhere=ANYWHERE in transition.sources,
        kind=None if again else transition.kind,
        resumes=tuple(definition.leaves(transition.target)) if transition.resume else (),
    )


def _clauses(transition: Transition, definition: LifecycleDefinition, saying: _Saying, *, again: bool) -> Iterator[Clause]:
    if transition.on is not None:
        event = definition.events[transition.on].label
        yield Clause("event", transition.label if transition.label and transition.when is None else event)
    if transition.when is not None:
        yield Clause("condition", transition.label or saying.say(transition.when))
    if transition.resume:
        yield Clause("source", "to where it was left")
    if again:
        yield Clause("source", "enters it again")
    if saying.level == "full" or (transition.stay and _few_stays(transition, definition)):  # it is all that happens
        yield from _plays(play.label for play in transition.plays)


def _few_stays(transition: Transition, definition: LifecycleDefinition) -> bool:
    """Whether so little keeps a customer in a phase that a slide has room for the plays that come with it."""
    alike = [other for other in definition.transitions.values() if other.stay and set(other.sources) & set(transition.sources)]
    return len(alike) < 3


def _plays(labels: Iterable[str]) -> Iterator[Clause]:
    for label in labels:
        yield Clause("play", label)
