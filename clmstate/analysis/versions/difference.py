"""The difference between two versions, as plain data: for the terminal, for pictures, for a wiki."""

from __future__ import annotations

import difflib
import re
from typing import Any, Final, Literal

import attrs

from clmstate.analysis.versions.fingerprints import Fingerprint
from clmstate.conditions.examples import Example

__all__ = ["Aspect", "Change", "Customer", "Difference", "Span", "Verdict", "spans"]

What = Literal[
    "lifecycle", "signal", "threshold", "event", "phase", "group", "touchpoint", "condition", "transition", "order", "milestone",
    "risk", "success gap", "promise", "part", "port",
]  # fmt: skip
Relation = Literal["equal", "stronger", "weaker", "different", "undecided"]
Mark = Literal["=", "-", "+"]

_ALIKE: Final = 0.55
"""Texts that have less in common than this are shown as wholes: their words match by chance."""

_KEPT: Final = 0.75
"""Or less than this of the shorter one: a long text of which little is left is still told word by word."""

_WORD: Final = re.compile(r"\w")
_TOKEN: Final = re.compile(r"\s+|[(),;:]|[^\s(),;:]+")


@attrs.frozen
class Span:
    """Some words, and whether both versions have them ("="), only the old one ("-") or only the new one ("+").

    Example:
        >>> Span("+", "70").mark
        '+'
    """

    mark: Mark
    text: str


def spans(old: str, new: str) -> tuple[Span, ...]:
    """Two texts word by word.

    Example:
        >>> [(s.mark, s.text) for s in spans("health at least 70", "health at least 80")]
        [('=', 'health at least '), ('-', '70'), ('+', '80')]
    """
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    matched = difflib.SequenceMatcher(None, a, b, autojunk=False)
    if matched.ratio() < _ALIKE and _kept(matched, a, b) < _KEPT:
        return tuple(Span(mark, text) for mark, text in (("-", old), ("+", new)) if text)  # type: ignore[arg-type]  # marks they are
    found: list[Span] = []
    gone, come = "", ""
    codes = matched.get_opcodes()
    for place, (act, i, j, k, m) in enumerate(codes):
        if act != "equal":
            gone, come = gone + "".join(a[i:j]), come + "".join(b[k:m])
            continue
        same = "".join(a[i:j])
        if 0 < place < len(codes) - 1 and not _WORD.search(same):  # a space between two changes belongs to them
            gone, come = gone + same, come + same
            continue
        found += [*_changed(gone, come), Span("=", same)]
        gone, come = "", ""
    return (*found, *_changed(gone, come))


def _kept(matched: difflib.SequenceMatcher[str], a: list[str], b: list[str]) -> float:
    """The share of the shorter text's words that the other one has too, in the same order."""
    same = sum(
        bool(_WORD.search(a[place])) for start, _, size in matched.get_matching_blocks() for place in range(start, start + size)
    )
    shorter = min(sum(bool(_WORD.search(token)) for token in text) for text in (a, b))
    return same / shorter if shorter else 0.0


def _changed(gone: str, come: str) -> list[Span]:
    return ([Span("-", gone)] if gone.strip() else []) + ([Span("+", come)] if come.strip() else [])


@attrs.frozen
class Aspect:
    """One thing about an element that is not as it was.

    Attributes:
        field: what about it ("when", "owner"); "" is the element itself, which was added or removed.
        old, new: in words; "" is nothing.
        rules: whether customers may fare differently; else only words have changed.

    Example:
        >>> Aspect("owner", "CSM", "Named CSM", rules=False).old
        'CSM'
    """

    field: str
    old: str
    new: str
    rules: bool

    @property
    def words(self) -> tuple[Span, ...]:
        """Old and new, word by word."""
        return spans(self.old, self.new)


@attrs.frozen
class Customer:
    """Somebody whom two rules treat differently.

    Attributes:
        known: what is known about them, in the business's words.
        example: the same as data, of which conditions can be asked.

    Example:
        >>> Customer((("health", "75"),), None).words
        'health 75'
    """

    known: tuple[tuple[str, str], ...]
    example: Example | None

    @property
    def words(self) -> str:
        """One line."""
        return ", ".join(f"{label} {value}" for label, value in self.known) if self.known else "nothing is known"


@attrs.frozen
class Verdict:
    """How the condition of the new version stands to that of the old one.

    Attributes:
        relation: "equal" means the same for every customer; "stronger" is true for fewer customers, "weaker" for more, "different" for some
            others; "undecided" where no proof was possible.
        only_old: somebody for whom only the old condition is true.
        only_new: somebody for whom only the new one is.
        why: why it is undecided.

    Example:
        >>> Verdict("equal").only_old is None
        True
    """

    relation: Relation
    only_old: Customer | None = None
    only_new: Customer | None = None
    why: str = ""


@attrs.frozen
class Change:
    """One element that was added, removed or changed.

    Attributes:
        lifecycle: the lifecycle or composition that it belongs to.
        what: what it is.
        name: its name in the lifecycle; of a touchpoint, the phase and its label.
        label: what the business calls it.
        kind: "added", "removed" or "changed".
        aspects: what about it.
        verdict: for an element with a condition, how the new one stands to the old one.
        through: the conditions or limits by which it changed, where its own condition is written as it was.

    Example:
        >>> Change("Deal", "phase", "won", "Won", "changed", (Aspect("owner", "", "CSM", rules=False),)).rules
        False
    """

    lifecycle: str
    what: What
    name: str
    label: str
    kind: Literal["added", "removed", "changed"]
    aspects: tuple[Aspect, ...] = ()
    verdict: Verdict | None = None
    through: tuple[str, ...] = ()

    @property
    def rules(self) -> bool:
        """Whether customers may fare differently for it."""
        return any(aspect.rules for aspect in self.aspects) and not (self._only_spelt and self.verdict is not None)

    @property
    def _only_spelt(self) -> bool:
        """Whether all that changed in its rules is how the condition is written."""
        equal = self.verdict is not None and self.verdict.relation == "equal"
        return equal and all(aspect.field in CONDITIONS for aspect in self.aspects if aspect.rules)


CONDITIONS: Final = frozenset(("when", "sign", "done"))
"""Fields that hold a condition."""


@attrs.frozen
class Difference:
    """What makes one version differ from another.

    Attributes:
        old, new: their names, as given.
        fingerprints: of the old and of the new one.
        changes: all of them, in the order of the model.

    Example:
        >>> Difference("a", "b", (Fingerprint("1", "2"), Fingerprint("1", "2")), ()).same
        True
    """

    old: str
    new: str
    fingerprints: tuple[Fingerprint, Fingerprint]
    changes: tuple[Change, ...]

    @property
    def same(self) -> bool:
        """Whether nothing at all is different."""
        return not self.changes

    @property
    def same_rules(self) -> bool:
        """Whether every customer fares as before."""
        return not any(change.rules for change in self.changes)

    def of(self, what: What) -> tuple[Change, ...]:
        """The changes of one kind of element.

        Example:
            >>> Difference("a", "b", (Fingerprint("1", "2"), Fingerprint("1", "2")), ()).of("phase")
            ()
        """
        return tuple(change for change in self.changes if change.what == what)

    @property
    def likely_renames(self) -> dict[str, str]:
        """What is gone, and what has come and is called the same: probably one element under another name.

        Example:
            >>> gone, come = (Change("Deal", "phase", name, "In use", kind) for name, kind in (("live", "removed"), ("used", "added")))
            >>> Difference("a", "b", (Fingerprint("1", "2"), Fingerprint("1", "2")), (gone, come)).likely_renames
            {'live': 'used'}
        """
        sides: dict[str, dict[tuple[str, str], list[str]]] = {"removed": {}, "added": {}}
        for change in self.changes:
            if change.kind in sides and change.label:
                sides[change.kind].setdefault((change.what, change.label), []).append(change.name)
        both = ((names, sides["added"].get(key, [])) for key, names in sides["removed"].items())
        return {gone[0]: come[0] for gone, come in both if len(gone) == len(come) == 1}

    def document(self) -> dict[str, Any]:
        """As JSON-ready data.

        Example:
            >>> Difference("a", "b", (Fingerprint("1", "2"), Fingerprint("1", "2")), ()).document()["same_rules"]
            True
        """
        return {
            "old": {"name": self.old, "fingerprint": attrs.asdict(self.fingerprints[0])},
            "new": {"name": self.new, "fingerprint": attrs.asdict(self.fingerprints[1])},
            "same": self.same,
            "same_rules": self.same_rules,
            "changes": [_change(change) for change in self.changes],
        }


def _change(change: Change) -> dict[str, Any]:
    data: dict[str, Any] = {
        "lifecycle": change.lifecycle,
        "what": change.what,
        "name": change.name,
        "label": change.label,
        "kind": change.kind,
        "rules": change.rules,
        "aspects": [
            {"field": a.field, "old": a.old, "new": a.new, "rules": a.rules, "words": [[s.mark, s.text] for s in a.words]}
            for a in change.aspects
        ],
    }
    data |= {"through": list(change.through)} if change.through else {}
    verdict = change.verdict
    if verdict is not None:
        data["verdict"] = {"relation": verdict.relation}
        for key, customer in (("only_old", verdict.only_old), ("only_new", verdict.only_new)):
            if customer is not None:
                data["verdict"][key] = dict(customer.known)
        if verdict.why:
            data["verdict"]["why"] = verdict.why
    return data
