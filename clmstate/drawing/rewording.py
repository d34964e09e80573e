"""What two versions of a condition say, piece by piece: words that went, words that came, and limits behind words that stayed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from clmstate.analysis.versions import Difference, spans
from clmstate.conditions import reads, words
from clmstate.conditions.nodes import Cond, Named, walk
from clmstate.drawing.blocks import Pieces
from clmstate.lifecycle import LifecycleDefinition

__all__ = ["Rewording", "shortened_pieces", "word_by_word"]

_LONG, _AROUND = 110, 4  # letters of a text that is told as it is; words told around what differs in a longer one


def word_by_word(old: str, new: str) -> Pieces:
    """Two texts, word by word; () if they are the same.

    Example:
        >>> word_by_word("health at least 60", "health at least 70")
        (('=', 'health at least '), ('-', '60'), ('+', '70'))
    """
    return tuple((span.mark, span.text) for span in spans(old, new)) if old != new else ()


def shortened_pieces(pieces: Pieces) -> Pieces:
    """The same with less of what stayed, where the whole would be long.

    Example:
        >>> long = "so many words " * 9
        >>> from clmstate.drawing.blocks import joined
        >>> joined(shortened_pieces((("=", long), ("-", "60"), ("+", "70"), ("=", f" {long}"))))
        '… words so many words 60 70 so many words so …'
    """
    if sum(len(text) for _, text in pieces) < _LONG:
        return pieces
    return tuple(_shortened(pieces, place) if mark == "=" else (mark, text) for place, (mark, text) in enumerate(pieces))


def _shortened(pieces: Pieces, place: int) -> tuple[str, str]:
    mark, text = pieces[place]
    said = text.split()
    before = said[:_AROUND] if place else []
    after = said[-_AROUND:] if place + 1 < len(pieces) else []
    return (mark, text) if len(said) <= len(before) + len(after) + 1 else (mark, " ".join([*before, "…", *after]))


class Rewording:
    """Two versions of a lifecycle, and how to tell of their conditions.

    Attributes:
        limits: named limits whose value is another now, each in pieces.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal, Threshold
        >>> from clmstate.analysis.versions import diff
        >>> from clmstate.drawing.blocks import joined
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine_at = Threshold(60)
        ...     fine = (health >= fine_at).named("fine")
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won")
        ...     win = open.to(won, when=fine)
        >>> class Later(Deal):
        ...     fine_at = Threshold(70)
        >>> told = Rewording(Deal.definition, Later.definition, diff(Deal, Later, prove=False))
        >>> [joined(pieces) for pieces in told.of(Deal.win.when, Later.definition.transitions["win"].when)]
        ['fine at 60 70']
    """

    def __init__(self, old: LifecycleDefinition, new: LifecycleDefinition, found: Difference) -> None:
        self.old, self.new = old, new
        self.limits: Mapping[str, Pieces] = {
            change.name: _named(change.name.replace("_", " "), aspect.old, aspect.new)
            for change in found.changes
            for aspect in change.aspects
            if change.what == "threshold" and aspect.field == "value"
        }

    def of(self, old: Cond | None, new: Cond | None) -> Iterator[Pieces]:
        """All that differs between two versions of a condition: its words, if they do, and what is behind them."""
        was, now = ("" if cond is None else words(cond, d) for cond, d in ((old, self.old), (new, self.new)))
        if was != now:
            yield word_by_word(was, now)
        yield from self.behind(old, new)

    def behind(self, old: Cond | None, new: Cond | None, *, labelled: bool = False) -> Iterator[Pieces]:
        """What differs and is not in the words: limits, and names that have come to mean something else.

        Args:
            old, new: the condition in both versions.
            labelled: whether a label stands for the whole condition.
        """
        if old is None or new is None:
            return
        hidden = [new] if labelled else [node for node in walk(new) if isinstance(node, Named)]
        read = dict.fromkeys(limit for cond in hidden for limit in reads(cond).thresholds if limit in self.limits)
        yield from (self.limits[limit] for limit in read)
        yield from ((("=", f"{label}: "), ("+", "has a new meaning")) for label in self.new_meanings(old, new))

    def new_meanings(self, old: Cond, new: Cond) -> Iterator[str]:
        """Names in a condition that have come to mean something else, other than by a limit."""
        was = {node.label: node.of for node in walk(old) if isinstance(node, Named)}
        now = {node.label: node.of for node in walk(new) if isinstance(node, Named)}
        others = {label for label, of in now.items() if label in was and was[label] != of}
        for label in (label for label in now if label in others):
            inner = {node.label for node in walk(now[label]) if isinstance(node, Named)}
            if not inner & others:  # else it is told of that one
                yield label


def _named(name: str, old: str, new: str) -> Pieces:
    return (("=", f"{name} "), *word_by_word(old, new))
