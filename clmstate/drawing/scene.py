"""What a picture says, before anybody decides where it stands or how it looks.

A scene is plain frozen data: cards (phases), pills (rules), frames (groups), links (lines), marks and a legend, with text and the *role* of
everything. There are no coordinates and no colours in it: `layout` finds the places, `theme` the colours. So one scene gives the same
skeleton in every theme and format, and an overlay is the same scene with marks added.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Literal, TypeAlias, get_args

import attrs

__all__ = [
    "CLAUSE_ROLES",
    "KINDS",
    "STANDINGS",
    "Card",
    "Clause",
    "ClauseRole",
    "Frame",
    "Kind",
    "Lane",
    "Legend",
    "Link",
    "Mark",
    "MarkRole",
    "Pill",
    "Plan",
    "Scene",
    "Standing",
]

Kind: TypeAlias = Literal["forward", "branch", "relapse", "at_risk", "recovery", "next_cycle", "stay"]
"""What a rule does to a customer; derived by `kinds`, stated in the legend."""

Standing: TypeAlias = Literal["good", "watch", "at_risk", "lost"]
ClauseRole: TypeAlias = Literal["event", "condition", "play", "source"]
MarkRole: TypeAlias = Literal["start"]

Plan: TypeAlias = Literal["journey", "lanes", "composite", "markets"]
"""How a scene finds its places: laid out along the journey, or pinned to a grid."""

KINDS: tuple[Kind, ...] = get_args(Kind)
STANDINGS: tuple[Standing, ...] = get_args(Standing)
CLAUSE_ROLES: tuple[ClauseRole, ...] = get_args(ClauseRole)


@attrs.frozen
class Card:
    """A phase: where a customer can stand.

    Attributes:
        id: unique among everything in the scene that has a place.
        title: the phase's name.
        subtitle: the line below it, mostly the owning team.
        detail: a quieter line below that.
        team: index of the owner among the scene's teams; None when nobody owns it.
        standing: what it means for the customer; None when the model does not say.
        step: how many steps along the journey it stands, from 0: its column.
        track: 0 on the main way, 1 and more beside it, 10 and more at risk, 20 and more lost: its row.
        quote: the question that the customer asks here.
        notes: further lines, shown as a list.
        initial: the journey starts here.
        final: the journey ends here.
        versions: lines that say what was and what is, in pieces; they stand in place of the subtitle and the detail.

    Example:
        >>> Card("adoption", "Adoption", subtitle="Customer Success", step=1).title
        'Adoption'
    """

    id: str
    title: str
    subtitle: str = ""
    detail: str = ""
    team: int | None = None
    standing: Standing | None = None
    step: int = 0
    track: int = 0
    quote: str = ""
    notes: tuple[str, ...] = ()
    initial: bool = False
    final: bool = False
    versions: tuple[tuple[tuple[str, str], ...], ...] = ()


@attrs.frozen
class Clause:
    """One part of what a rule says: the event, the condition, a play, or the phases that it leaves without a line of their own.

    Example:
        >>> Clause("event", "notice received").role
        'event'
    """

    role: ClauseRole
    text: str
    rule: str = ""
    """The name of the rule that says it, where a pill holds several."""
    spans: tuple[tuple[str, str], ...] = ()
    """The same text in pieces: "=" as it was, "-" no longer said, "+" new."""


@attrs.frozen
class Pill:
    """A rule: what moves a customer. It is a node of its own, so its words never overlap a line.

    Rules that do the same between the same phases share a pill, one below the other: each of them is enough.

    Attributes:
        id: unique among everything in the scene that has a place.
        kind: what the rule does to a customer.
        clauses: what it says, from top to bottom.
        name: the rule's name, for those who cannot see the picture.
        rules: the names of all its rules.
        sources: ids of the cards that its rules leave, with a line or without.
        stub: it comes from anywhere (or from so many phases that lines would say less than words): it has a stub instead of a tail.

    Example:
        >>> Pill("go_live", "forward", (Clause("condition", "setup signed off"),)).clauses[0].text
        'setup signed off'
    """

    id: str
    kind: Kind
    clauses: tuple[Clause, ...]
    name: str = ""
    stub: bool = False
    rules: tuple[str, ...] = attrs.field(default=attrs.Factory(lambda self: (self.name,), takes_self=True))
    number: str = ""
    """Where a picture numbers its rules: its number, which is then all that stands on the line."""
    sources: tuple[str, ...] = ()


@attrs.frozen
class Frame:
    """A group of phases, drawn around its cards.

    Example:
        >>> Frame("renewal", "Renewal", ("renewal.happy", "renewal.high_risk")).members[0]
        'renewal.happy'
    """

    id: str
    title: str
    members: tuple[str, ...]


@attrs.frozen
class Lane:
    """A band or a column of a picture: a team, or a part of a customer.

    Example:
        >>> Lane("sales", "Sales", ("trial",), team=0).title
        'Sales'
    """

    id: str
    title: str
    members: tuple[str, ...]
    subtitle: str = ""
    team: int | None = None


@attrs.frozen
class Link:
    """A line between a card (or frame) and a pill. The arrow is at its head, when the head is not a pill.

    Example:
        >>> Link("onboarding", "go_live", "forward").head
        'go_live'
    """

    tail: str
    head: str
    kind: Kind


@attrs.frozen
class Mark:
    """Something added to a card that is not part of the phase itself, such as the start of the journey.

    Example:
        >>> Mark("start", "start", on="onboarding").on
        'onboarding'
    """

    id: str
    role: MarkRole
    on: str


@attrs.frozen
class Legend:
    """What the colours, lines and marks of this picture mean; only those that occur. `names` are the model's names with their meaning.

    Example:
        >>> Legend(teams=("Sales",), kinds=("forward",)).kinds
        ('forward',)
    """

    teams: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    standings: tuple[Standing, ...] = ()
    roles: tuple[ClauseRole, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    steps: tuple[tuple[str, str], ...] = ()
    """A list below the picture: what its numbers stand for."""


@attrs.frozen
class Scene:
    """A whole picture as data.

    Example:
        >>> scene = Scene("Two steps", cards=(Card("a", "Trial"), Card("b", "Paying", step=1)), pills=(Pill("go", "forward", ()),))
        >>> [card.title for card in scene.cards]
        ['Trial', 'Paying']
    """

    title: str
    subtitle: str = ""
    cards: tuple[Card, ...] = ()
    pills: tuple[Pill, ...] = ()
    frames: tuple[Frame, ...] = ()
    links: tuple[Link, ...] = ()
    marks: tuple[Mark, ...] = ()
    legend: Legend = Legend()
    lanes: tuple[Lane, ...] = ()
    plan: Plan = "journey"

    def card(self, name: str) -> Card:
        """The card of that id, or for a frame its first member's."""
        for frame in self.frames:
            if frame.id == name:
                name = frame.members[0]
        return next(card for card in self.cards if card.id == name)

    def tails(self, pill: Pill) -> Iterator[str]:
        """Ids of the cards and frames that a pill's lines come from."""
        return iter(self._ends[0].get(pill.id, ()))

    def heads(self, pill: Pill) -> Iterator[str]:
        """Ids of the cards and frames that a pill leads to; none when the customer stays."""
        return iter(self._ends[1].get(pill.id, ()))

    @cached_property
    def _ends(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Where lines come from and lead to, by what they lead to and come from: large scenes ask for every rule."""
        tails: dict[str, list[str]] = {}
        heads: dict[str, list[str]] = {}
        for link in self.links:
            tails.setdefault(link.head, []).append(link.tail)
            heads.setdefault(link.tail, []).append(link.head)
        return tails, heads
