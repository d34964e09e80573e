"""The difference of two versions on one map: both versions' phases and rules, the old words struck out beside the new."""

from __future__ import annotations

from collections import Counter

import attrs

from clmstate.analysis.versions import Change, Difference, diff, spans
from clmstate.drawing.journeys import Elements, elements, owners_of
from clmstate.drawing.overlay import Cover, Key, Overlay, Panel, PanelRow, Said, Tone
from clmstate.drawing.picture import Drawing
from clmstate.drawing.scene import Card, Clause, Frame
from clmstate.drawing.story import Rule, tell
from clmstate.drawing.theme import ThemeName
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, definition_of

__all__ = ["difference"]

_MOST = 6  # lines of a panel; more are counted
_SHORT, _AROUND = 60, 3  # letters of two texts that are told as they are; words told around what differs in longer ones
_SHOWN = {"owner": "owner", "label": "", "standing": "standing"}
_COUNTED = {
    "phase": "phase",
    "transition": "rule",
    "threshold": "limit",
    "event": "event",
    "signal": "signal",
    "promise": "promise",
}


def difference(
    old: type[Lifecycle] | LifecycleDefinition,
    new: type[Lifecycle] | LifecycleDefinition,
    *,
    found: Difference | None = None,
    names: tuple[str, str] = ("", ""),
    theme: ThemeName = "light",
) -> Drawing:
    """Draws what a new version of a lifecycle adds, removes and changes.

    Args:
        old: a lifecycle class or its definition.
        new: the version that replaces it.
        found: what makes them differ, if it is known already.
        names: what to call the two.
        theme: ``light`` or ``dark``.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won")
        ...     win = open.to(won, when=health >= 60)
        >>> class Later(Deal):
        ...     win = Deal.win.evolve(when=Deal.health >= 70)
        >>> difference(Deal, Later).scene.pills[0].clauses[0].spans
        (('=', 'health at least '), ('-', '60'), ('+', '70'))
    """
    before, after = definition_of(old), definition_of(new)
    seen = diff(before, after, prove=False) if found is None else found
    owners = tuple(dict.fromkeys((*owners_of(after), *owners_of(before))))
    union = _Union(elements(before, owners, level="full"), elements(after, owners, level="full"), seen)
    scene = tell(after.title, "", union.cards(), union.rules(), union.frames(), owners)
    called = names if any(names) else (_called(before), _called(after))
    covers = union.covers(scene.cards) | union.pill_covers(scene.pills)
    keys = tuple(key for key in _KEYS if key.tone in {cover.tone for cover in covers.values()})
    overlay = Overlay(_title(after, called), union.summary(), covers, keys, union.panels())
    return Drawing(scene, theme, overlay)


_KEYS = (
    Key("added", "Added", signed=True),
    Key("changed", "Changed (old words struck out)", signed=True),
    Key("removed", "Removed (dashed)", signed=True),
    Key("faded", "Unchanged"),
)


def _called(definition: LifecycleDefinition) -> str:
    return " ".join(
        part for part in (definition.market or definition.name, definition.version and f"v{definition.version}") if part
    )


def _title(definition: LifecycleDefinition, called: tuple[str, str]) -> str:
    return f"{definition.title}: what changes from {called[0]} to {called[1]}"


@attrs.frozen
class _Union:
    """The elements of two versions side by side."""

    old: Elements
    new: Elements
    found: Difference

    def change(self, what: str, name: str) -> Change | None:
        return next((change for change in self.found.changes if change.what == what and change.name == name), None)

    def cards(self) -> list[Card]:
        """Those of the new version in its order; a removed one stands where it stood."""
        cards = [attrs.evolve(card, notes=(), detail="") for card in self.new.cards]
        known = {card.id for card in cards}
        for place, card in enumerate(self.old.cards):
            if card.id not in known:
                cards.insert(min(place, len(cards)), attrs.evolve(card, notes=(), detail="", initial=False))
        return cards

    def frames(self) -> list[Frame]:
        frames = {frame.id: frame for frame in self.new.frames}
        for frame in self.old.frames:
            own = frames.get(frame.id, frame)
            frames[frame.id] = attrs.evolve(own, members=tuple(dict.fromkeys((*own.members, *frame.members))))
        return list(frames.values())

    def rules(self) -> list[Rule]:
        before = {rule.name: rule for rule in self.old.rules}
        after = {rule.name: rule for rule in self.new.rules}
        rules = [self._rule(before.get(name), rule) for name, rule in after.items()]
        gone = [attrs.evolve(rule, apart="removed", clauses=_struck(rule)) for name, rule in before.items() if name not in after]
        return [*rules, *gone]

    def _rule(self, old: Rule | None, new: Rule) -> Rule:
        if old is None:
            return attrs.evolve(new, apart="added")
        if (
            old.clauses == new.clauses
            and (old.sources, old.target) == (new.sources, new.target)
            and not self.change("transition", new.name)
        ):
            return attrs.evolve(new, clauses=tuple(clause for clause in new.clauses if clause.role != "play"))
        clauses = [*_compared(old, new)]
        if (old.sources, old.target) != (new.sources, new.target):
            clauses.append(Clause("source", "leads from or to other phases than before"))
        change = self.change("transition", new.name)
        if change is not None and change.through and not any(clause.spans for clause in clauses):
            clauses.append(Clause("source", f"by {' and '.join(name.replace('_', ' ') for name in change.through)}"))
        return attrs.evolve(new, apart="changed", clauses=tuple(clauses))

    def covers(self, cards: tuple[Card, ...]) -> dict[str, Cover]:
        return {card.id: self._card(card) for card in cards}

    def _card(self, card: Card) -> Cover:
        if card.id not in {other.id for other in self.new.cards}:
            return Cover("removed", (Said("removed", "strong"),), dashed=True, signed=True)
        if card.id not in {other.id for other in self.old.cards}:
            return Cover("added", (Said("new phase", "strong"),), signed=True)
        change = self.change("phase", card.id)
        if change is None:
            return Cover("faded")
        said: list[Said] = []
        for aspect in change.aspects:
            if aspect.field in _SHOWN:
                lead = f"{_SHOWN[aspect.field]}: " if _SHOWN[aspect.field] else ""
                said += [Said(f"{lead}{aspect.old}", "struck")] if aspect.old else []
                said += [Said(f"{lead}{aspect.new}", "strong")] if aspect.new else []
        others = [aspect.field for aspect in change.aspects if aspect.field not in _SHOWN]
        said += [Said(f"also: {', '.join(others)}", "quiet")] if others else []
        return Cover("changed", tuple(said) or None, signed=True)

    def pill_covers(self, pills: tuple[object, ...]) -> dict[str, Cover]:
        apart = {rule.name: rule.apart for rule in self.rules()}
        covers: dict[str, Cover] = {}
        for pill in pills:
            how = apart[pill.name]  # type: ignore[attr-defined]
            tone: Tone = (
                "added" if how == "added" else "removed" if how == "removed" else "changed" if how == "changed" else "faded"
            )
            covers[pill.id] = Cover(tone, wide=0 if tone == "faded" else 3.4, dashed=tone == "removed", signed=tone != "faded")  # type: ignore[attr-defined]
        return covers

    def summary(self) -> str:
        """How many of what were added, removed and changed."""
        counts = Counter((change.what, change.kind) for change in self.found.changes)
        said = [f"{n} {_COUNTED[what]}{'' if n == 1 else 's'} {kind}" for (what, kind), n in counts.items() if what in _COUNTED]
        others = sum(n for (what, _), n in counts.items() if what not in _COUNTED)
        said += [f"{others} other {'change' if others == 1 else 'changes'}"] if others else []
        return ", ".join(said) + "." if said else "Nothing is different."

    def panels(self) -> tuple[Panel, ...]:
        """Limits and named conditions that rules look at: they stand on no line of the map."""
        rows = []
        for change in self.found.changes:
            if change.what in ("threshold", "condition"):
                told = "; ".join(_in_short(aspect.old, aspect.new) for aspect in change.aspects if aspect.rules)
                rows += [PanelRow((change.label or change.name).replace("_", " "), None, told, listed=True)] if told else []
        more = f"and {len(rows) - _MOST} more" if len(rows) > _MOST else ""
        return (Panel("Behind the rules", tuple(rows[:_MOST]), more),) if rows else ()


def _in_short(old: str, new: str) -> str:
    """What is different between two texts, with the words around it; short texts stand as they are."""
    if not old or not new or len(old) + len(new) < _SHORT:
        return f"{old or 'nothing'} → {new or 'nothing'}"
    found = list(spans(old, new))
    said: list[str] = []
    for place, span in enumerate(found):
        words = span.text.split()
        if span.mark == "=":
            after, before = words[: _AROUND if place else 0], words[-_AROUND:] if place + 1 < len(found) else []
            said += words if len(words) <= len(after) + len(before) else [*after, "…", *before]
        else:
            said += ["→", *words] if span.mark == "+" and place and found[place - 1].mark == "-" else words
            following = found[place + 1].mark if place + 1 < len(found) else ""
            said += ["→ nothing,"] if span.mark == "-" and following != "+" else []
    return " ".join(said)


def _struck(rule: Rule) -> tuple[Clause, ...]:
    return tuple(attrs.evolve(clause, spans=(("-", clause.text),)) for clause in rule.clauses)


def _compared(old: Rule, new: Rule) -> tuple[Clause, ...]:
    """What both versions say, role by role, word by word."""
    clauses: list[Clause] = []
    for role in ("event", "condition", "source", "play"):
        before = " · ".join(clause.text for clause in old.clauses if clause.role == role)
        after = " · ".join(clause.text for clause in new.clauses if clause.role == role)
        if before == after:
            clauses += (clause for clause in new.clauses if clause.role == role and role != "play")
            continue
        pieces = tuple((span.mark, span.text) for span in spans(before, after))
        clauses.append(Clause(role, " ".join(text.strip() for _, text in pieces), spans=pieces))
    return tuple(clauses)
