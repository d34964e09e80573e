"""What differs between two versions and stands on no map: touchpoints, risks, milestones, promises, and limits that only those read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clmstate.analysis.versions import CONDITIONS, Change, Difference
from clmstate.conditions import reads
from clmstate.conditions.nodes import Named
from clmstate.drawing.blocks import Pieces
from clmstate.drawing.overlay import Panel, PanelRow
from clmstate.drawing.rewording import Rewording, shortened_pieces, word_by_word
from clmstate.lifecycle import LifecycleDefinition

__all__ = ["NOTES", "elsewhere", "of_touchpoints", "only_follows"]

_MOST, _NAMED = 7, 4  # lines, and names in one; more are counted
_KINDS = {
    "risk": "Risk",
    "success gap": "Success gap",
    "milestone": "Milestone",
    "promise": "Promise",
    "signal": "Signal",
    "event": "Event",
}
_CONDITIONS = {"risk": ("risks", "sign"), "success gap": ("gaps", "when"), "milestone": ("milestones", "when")}
NOTES = frozenset(("help", "ref", "why", "origin", "doc", "interval", "category", "plan", "cost"))
"""What only explains: nobody sees it on a map."""


def elsewhere(before: LifecycleDefinition, after: LifecycleDefinition, found: Difference, told: Rewording) -> tuple[Panel, ...]:
    """A panel with what differs beside the map, if anything does.

    Example:
        >>> from clmstate import Lifecycle, Phase, Touchpoint
        >>> from clmstate.analysis.versions import diff
        >>> class Deal(Lifecycle):
        ...     open = Phase("Open", initial=True)
        >>> class Later(Deal):
        ...     open = Deal.open.evolve(touchpoints=[Touchpoint("Demo", why="they see it")])
        >>> seen = diff(Deal, Later, prove=False)
        >>> (panel,) = elsewhere(Deal.definition, Later.definition, seen, Rewording(Deal.definition, Later.definition, seen))
        >>> [(row.text, row.spans) for row in panel.rows]
        [('Open, touchpoints', (('+', 'Demo'),))]
    """
    rows = [row for row in _rows(before, after, found, told) if row.spans]
    more = f"and {len(rows) - _MOST} more" if len(rows) > _MOST else ""
    return (Panel("Not on the map", tuple(rows[:_MOST]), more, tone="neutral"),) if rows else ()


def _rows(before: LifecycleDefinition, after: LifecycleDefinition, found: Difference, told: Rewording) -> Iterator[PanelRow]:
    for change in found.changes:
        if change.what == "condition" and change.kind == "changed" and not change.through:
            yield from _new_meaning(change, before, after)
    yield from _touchpoints(after, before, found)
    by_rules = {t.on for t in (*before.transitions.values(), *after.transitions.values())}
    listed = [
        c for c in found.changes if c.what in _KINDS and not only_follows(c) and not (c.what == "event" and c.name in by_rules)
    ]
    for change in listed:
        if change.kind == "changed":
            yield _changed(change, before, after, told)
    for what, kind in _KINDS.items():
        labels = {how: [c.label for c in listed if c.what == what and c.kind == how] for how in ("removed", "added")}
        both = (("-", labels["removed"]), ("+", labels["added"]))
        many = sum(map(len, labels.values()))
        yield _row(f"{kind}s" if many > 1 else kind, tuple((mark, _in_short(texts)) for mark, texts in both if texts))
    on_map = {limit for t in after.transitions.values() if t.when is not None for limit in reads(t.when).thresholds}
    for name, pieces in told.limits.items():
        if name not in on_map:
            yield _row(_readers(name, after), pieces)


def only_follows(change: Change) -> bool:
    """Whether an element is another only because a limit, a name or a label that it uses is: that is told where it belongs.

    Example:
        >>> only_follows(Change("Deal", "risk", "idle", "Idle", "changed", (), through=("idle_after",)))
        True
    """
    if change.what == "promise" and change.kind == "changed":
        return bool(change.through) or not change.rules
    return bool(change.through) and all(aspect.field in CONDITIONS or aspect.field in NOTES for aspect in change.aspects)


def _readers(limit: str, after: LifecycleDefinition) -> str:
    """What reads a limit that no rule on the map reads."""
    found = []
    for what, (where, field) in _CONDITIONS.items():
        conds = ((element.label, getattr(element, field)) for element in getattr(after, where).values())
        found += [(_KINDS[what], label) for label, cond in conds if cond is not None and limit in reads(cond).thresholds]
    if len(found) == 1:
        return ": ".join(found[0])
    return f"Limit of {len(found)} risks, gaps and milestones" if found else "Limit"


def _row(text: str, pieces: Pieces) -> PanelRow:
    return PanelRow(text, None, listed=True, spans=shortened_pieces(pieces))


def _new_meaning(change: Change, before: LifecycleDefinition, after: LifecycleDefinition) -> Iterator[PanelRow]:
    """A name in the rules that stands for another condition than before."""
    node = after.conditions[change.name]
    if isinstance(node, Named) and isinstance(before.conditions[change.name], Named):
        for aspect in (aspect for aspect in change.aspects if aspect.rules):
            yield _row(f"Meaning of “{node.label}”", word_by_word(aspect.old, aspect.new))


def of_touchpoints(change: Change, path: str) -> bool:
    """Whether a change is about a touchpoint of a phase.

    Example:
        >>> of_touchpoints(Change("Deal", "touchpoint", "open, Demo", "Demo", "added"), "open")
        True
    """
    return change.what == "touchpoint" and change.name.startswith(f"{path}, ") and not only_follows(change)


def _touchpoints(after: LifecycleDefinition, before: LifecycleDefinition, found: Difference) -> Iterator[PanelRow]:
    """Those of a phase that went and came, in one line."""
    for path, phase in {**before.phases, **after.phases}.items():
        own = [change for change in found.changes if of_touchpoints(change, path)]
        labels = {kind: ", ".join(c.label for c in own if c.kind == kind) for kind in ("removed", "changed", "added")}
        pieces = (("-", labels["removed"]), ("=", labels["changed"] and f"changed: {labels['changed']}"), ("+", labels["added"]))
        yield _row(f"{phase.label}, touchpoints", tuple((mark, text) for mark, text in pieces if text))


def _in_short(labels: Sequence[str]) -> str:
    """A list, of which a few are named."""
    more = f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else ""
    return f"{', '.join(labels[:_NAMED])}{more}"


def _changed(change: Change, before: LifecycleDefinition, after: LifecycleDefinition, told: Rewording) -> PanelRow:
    """One element: what it is called, and what is different about it."""
    pieces: Pieces = ()
    if change.what in _CONDITIONS:
        where, field = _CONDITIONS[change.what]
        conds = (getattr(getattr(d, where)[change.name], field) for d in (before, after))
        for number, piece in enumerate(told.of(*conds)):
            pieces += (("=", ", "), *piece) if number else piece
    for aspect in change.aspects:
        if aspect.field not in NOTES and (aspect.field != _CONDITIONS.get(change.what, ("", ""))[1]):
            pieces += word_by_word(aspect.old, aspect.new) if aspect.field != "means" else (("+", "means something else"),)
    return _row(f"{_KINDS[change.what]}: {change.label}", pieces)
