"""The difference of two versions on one map: both versions' phases and rules, the old words struck out beside the new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import attrs

from clmstate.analysis.versions import Aspect, Difference, diff, renamed
from clmstate.drawing.blocks import Pieces, joined
from clmstate.drawing.elsewhere import NOTES, elsewhere, of_touchpoints, only_follows
from clmstate.drawing.journeys import Elements, elements, owners_of
from clmstate.drawing.overlay import Cover, Key, Overlay, Panel, Said, Tone
from clmstate.drawing.picture import Drawing
from clmstate.drawing.rewording import Rewording, word_by_word
from clmstate.drawing.scene import Card, Clause, Frame, Pill
from clmstate.drawing.spoken import STANDING_NAMES
from clmstate.drawing.story import Rule, tell
from clmstate.drawing.theme import ThemeName
from clmstate.lifecycle import ANYWHERE, Lifecycle, LifecycleDefinition, Transition, definition_of

__all__ = ["difference"]

_ALSO = {  # what else may be different about a phase or rule, and how it is called
    "contributors": "who helps",
    "goal": "goal",
    "questions": "questions",
    "initial": "start",
    "final": "end",
    "complete": "completeness",
    "order": "order of its rules",
    "touchpoints": "touchpoints",
    "kind": "kind of line",
    "after": "what comes first",
    "plays": "plays",
    "name": "name in the model",
}
_COUNTED = {
    "threshold": "limit",
    "event": "event",
    "signal": "signal",
    "group": "group",
    "touchpoint": "touchpoint",
    "milestone": "milestone",
    "risk": "risk",
    "success gap": "success gap",
    "promise": "promise",
}


def difference(
    old: type[Lifecycle] | LifecycleDefinition,
    new: type[Lifecycle] | LifecycleDefinition,
    *,
    found: Difference | None = None,
    names: tuple[str, str] = ("", ""),
    renames: Mapping[str, str] | None = None,
    theme: ThemeName = "light",
) -> Drawing:
    """Draws what a new version of a lifecycle adds, removes and changes.

    Args:
        old: a lifecycle class or its definition.
        new: the version that replaces it.
        found: what makes them differ, if it is known already.
        names: what to call the two.
        renames: what is called otherwise now: new names by old ones, of a phase in a group its path.
        theme: ``light`` or ``dark``.

    Raises:
        InputError: CLM377, something is renamed that the old version does not have.

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
    seen = diff(before, after, renames=renames, prove=False) if found is None else found
    before = _called_as_now(before, renames or {})
    owners = tuple(dict.fromkeys((*owners_of(after), *owners_of(before))))
    union = _Union(before, after, elements(before, owners, level="full"), elements(after, owners, level="full"), seen)
    rules = union.rules
    scene = tell(after.title, "", union.cards(), rules, union.frames(), owners)
    covers = union.covers(scene.cards) | union.pill_covers(scene.pills)
    keys = tuple(key for key in _KEYS if key.tone in {cover.tone for cover in covers.values()})
    title = _title(before, after, names if any(names) else None)
    overlay = Overlay(title, union.summary(covers, scene.cards), covers, keys, union.panels())
    return Drawing(scene, theme, overlay)


_KEYS = (
    Key("added", "Added", signed=True),
    Key("changed", "Changed (old words struck out)", signed=True),
    Key("removed", "Removed (dashed)", signed=True),
    Key("faded", "Unchanged"),
)


def _called_as_now(before: LifecycleDefinition, renames: Mapping[str, str]) -> LifecycleDefinition:
    """The old version with the names that things have in the new one."""
    again = renamed(before, {name: wanted for name, wanted in renames.items() if name != wanted})
    return again if isinstance(again, LifecycleDefinition) else before


def _called(definition: LifecycleDefinition) -> str:
    version = f"v{definition.version.removeprefix('v')}" if definition.version else ""
    return " ".join(part for part in (definition.market or definition.name, version) if part)


def _title(before: LifecycleDefinition, after: LifecycleDefinition, names: tuple[str, str] | None) -> str:
    """What is compared: a market with the usual, a version with the one before it, or two by name."""
    if names is None and after.market and not before.market:
        return f"{after.title}: what changes for {_called(after)}"
    was, now = names or (_called(before), _called(after))
    return f"{after.title}: what changes from {was} to {now}" if was != now else f"{after.title}: what changes"


@attrs.frozen(slots=False)
class _Union:
    """The elements of two versions side by side."""

    before: LifecycleDefinition
    after: LifecycleDefinition
    old: Elements
    new: Elements
    found: Difference

    @cached_property
    def told(self) -> Rewording:
        return Rewording(self.before, self.after, self.found)

    def aspects(self, what: str, name: str) -> tuple[Aspect, ...]:
        """All that is different about one element, but for notes."""
        changes = (change for change in self.found.changes if change.what == what and change.name == name)
        return tuple(aspect for change in changes for aspect in change.aspects if aspect.field not in NOTES)

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

    # ---- rules

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        before = {rule.name: rule for rule in self.old.rules}
        after = {rule.name: rule for rule in self.new.rules}
        rules = (self._rule(before.get(name), rule) for name, rule in after.items())
        gone = (attrs.evolve(rule, apart="removed", clauses=_struck(rule)) for name, rule in before.items() if name not in after)
        return (*rules, *gone)

    def _rule(self, old: Rule | None, new: Rule) -> Rule:
        if old is None:
            return attrs.evolve(new, apart="added")
        said = tuple(self._said(old, new))
        if any(clause.spans for clause in said):
            return attrs.evolve(new, apart="changed", clauses=said)
        also = _also(self.aspects("transition", new.name))
        if also:
            return attrs.evolve(new, apart="changed", clauses=(*said, Clause("source", also)))
        return attrs.evolve(new, clauses=said)

    def _said(self, old: Rule, new: Rule) -> Iterator[Clause]:
        """What both versions of a rule say, word by word, and what is different behind those words."""
        for role in ("event", "condition", "source"):
            before, after = (_text(rule, role) for rule in (old, new))
            pieces = word_by_word(before, after)
            if pieces or after:
                yield Clause(role, joined(pieces) or after, spans=pieces)
        was, now = self.before.transitions[new.name], self.after.transitions[new.name]
        for pieces in self.told.behind(was.when, now.when, labelled=bool(now.label)):
            yield Clause("condition", joined(pieces), spans=pieces)
        for pieces in (_from(was, now, self.before, self.after), _to(was, now, self.before, self.after)):
            if pieces:
                yield Clause("source", joined(pieces), spans=pieces)
        yield from _plays(old, new)

    # ---- what is laid over them

    def covers(self, cards: Iterable[Card]) -> dict[str, Cover]:
        return {card.id: self._card(card) for card in cards}

    def _card(self, card: Card) -> Cover:
        owned = (Said(card.subtitle),) if card.subtitle else ()
        if card.id not in self.after.phases:
            return Cover("removed", (Said("removed", "strong"), *owned), dashed=True, signed=True)
        if card.id not in self.before.phases:
            return Cover("added", (Said("new phase", "strong"), *owned), signed=True)
        aspects = self.aspects("phase", card.id)
        aspects += self.aspects("order", card.id)
        touched = any(of_touchpoints(change, card.id) for change in self.found.changes)
        aspects += (Aspect("touchpoints", "", "", rules=False),) if touched and not aspects else ()  # a panel tells of them
        if not aspects:
            return Cover("faded")
        seen = {aspect.field: aspect for aspect in aspects}
        said: list[Said] = []
        for field in ("label", "owner", "standing", "expected"):
            if field == "label" and field in seen:
                said.append(Said(f"formerly {seen[field].old}", "quiet"))
            elif field in seen:
                was, now = (STANDING_NAMES.get(text, text) for text in (seen[field].old, seen[field].new))  # type: ignore[call-overload]
                said += [Said(was, "struck")] if was else []
                said += [Said(now, "come")] if now else []
            elif field == "owner":
                said += owned
        also = _also(aspect for aspect in aspects if aspect.field != "name" or len(aspects) == 1)
        return Cover("changed", (*said, Said(also, "quiet")) if also else tuple(said), signed=True)

    def pill_covers(self, pills: Iterable[Pill]) -> dict[str, Cover]:
        tones: Mapping[str, Tone] = {"added": "added", "removed": "removed", "changed": "changed"}
        apart = {rule.name: rule.apart for rule in self.rules}
        covers: dict[str, Cover] = {}
        for pill in pills:
            tone = tones.get(apart[pill.name], "faded")
            covers[pill.id] = Cover(tone, wide=0 if tone == "faded" else 3.4, dashed=tone == "removed", signed=tone != "faded")
        return covers

    def summary(self, covers: Mapping[str, Cover], cards: Iterable[Card]) -> str:
        """How many of what were added, changed and removed."""
        marked: list[tuple[str, str]] = [("phase", covers[card.id].tone) for card in cards]
        marked += [("rule", rule.apart) for rule in self.rules]
        for change in self.found.changes:
            if change.what in _COUNTED and not only_follows(change) and not {a.field for a in change.aspects} <= NOTES:
                marked.append((_COUNTED[change.what], change.kind))
        said = []
        for kind in ("added", "changed", "removed"):
            names = [name for name, how in marked if how == kind]
            counts = {name: names.count(name) for name in names}
            told = ", ".join(f"{n} {name}{'' if n == 1 else 's'}" for name, n in counts.items())
            said += [f"{kind.capitalize()}: {told}."] if told else []
        return " ".join(said) or "Nothing is different."

    def panels(self) -> tuple[Panel, ...]:
        return elsewhere(self.before, self.after, self.found, self.told)


def _also(aspects: Iterable[Aspect]) -> str:
    """What else is different, by name."""
    fields = dict.fromkeys(_ALSO[aspect.field] for aspect in aspects if aspect.field in _ALSO)
    return f"also: {', '.join(fields)}" if fields else ""


def _text(rule: Rule, role: str) -> str:
    return " · ".join(clause.text for clause in rule.clauses if clause.role == role)


def _from(old: Transition, new: Transition, before: LifecycleDefinition, after: LifecycleDefinition) -> Pieces:
    """Phases that a rule no longer leaves, and those that it leaves now."""
    gone = [_place(path, before) for path in old.sources if path not in new.sources]
    come = [_place(path, after) for path in new.sources if path not in old.sources]
    return tuple((mark, f"from {' and '.join(labels)}") for mark, labels in (("-", gone), ("+", come)) if labels)


def _to(old: Transition, new: Transition, before: LifecycleDefinition, after: LifecycleDefinition) -> Pieces:
    """Where a rule led, and where it leads now."""
    if (old.target, old.stay) == (new.target, new.stay):
        return ()
    was, now = ("stays" if t.stay else f"to {_place(t.target, d)}" for t, d in ((old, before), (new, after)))
    return ("-", was), ("+", now)


def _place(path: str, definition: LifecycleDefinition) -> str:
    return "anywhere" if path == ANYWHERE else definition.places[path].label


def _struck(rule: Rule) -> tuple[Clause, ...]:
    return tuple(attrs.evolve(clause, spans=(("-", clause.text),)) for clause in rule.clauses)


def _plays(old: Rule, new: Rule) -> Iterator[Clause]:
    """Plays that went and plays that came; the others are not told here."""
    was, now = ([clause.text for clause in rule.clauses if clause.role == "play"] for rule in (old, new))
    for mark, texts in (("-", [text for text in was if text not in now]), ("+", [text for text in now if text not in was])):
        for text in texts:
            pieces: Pieces = ((mark, text),)
            yield Clause("play", text, spans=pieces)
