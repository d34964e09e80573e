"""Feeds and promises as the business says them: where all who show a feed or a promise get its words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, assert_never

from clmstate.composition.nodes import AllOf, AnyOf, Compared, CompositionDefinition, FeedNode, NotSo, RollUp, StandsIn
from clmstate.conditions import words
from clmstate.lifecycle import LifecycleDefinition, Promise
from clmstate.signals import show_number

__all__ = ["feed_words", "promise_words"]

_OPS: Final = {"<": "below", "<=": "at most", ">=": "at least", ">": "above"}
_OF_MEMBERS: Final = {"count": "number of", "share": "share of", "any": "any", "all": "all", "none": "no"}
_OF_VALUES: Final = {"sum": "sum of", "mean": "mean of", "min": "least", "max": "greatest"}
_PROMISED: Final[Mapping[str, str]] = {
    "never": "never {}",
    "never_before": "never {} before {}",
    "always_possible": "{} is always possible",
    "always_possible_until": "{} is always possible until {}",
    "leads_to": "whoever is {} can only go on to be {}",
}


def feed_words(feed: FeedNode, definition: CompositionDefinition) -> str:
    """A feed, or the state that a promise of a composition is about, in words.

    Args:
        feed: what is said.
        definition: the composition whose parts it names.

    Example:
        >>> from clmstate import Composition, Lifecycle, Many, Phase
        >>> class User(Lifecycle):
        ...     active = Phase("Active", initial=True)
        >>> class Account(Composition):
        ...     users = Many(User)
        ...     some = users.any_in(User.active)
        >>> feed_words(Account.some.node, Account.definition)
        'any users in Active'
    """
    match feed:
        case StandsIn(part, inner, phases):
            return f"{_part(definition, part, inner)} {_places(phases, definition.leaf(part, inner))}"
        case NotSo(StandsIn(part, inner, phases)):
            return f"{_part(definition, part, inner)} not {_places(phases, definition.leaf(part, inner))}"
        case NotSo(of):
            return f"not ({feed_words(of, definition)})"
        case AllOf(items):
            return " and ".join(_bracketed(item, definition) for item in items)
        case AnyOf(items):
            return " or ".join(_bracketed(item, definition) for item in items)
        case Compared(of, op, value):
            shown = f"{show_number(round(value * 100, 7))} %" if of.kind in ("share", "share_where") else show_number(value)
            return f"{feed_words(of, definition)} {_OPS[op]} {shown}"
        case RollUp():
            return _rolled_up(feed, definition)
        case _:
            assert_never(feed)


def promise_words(promise: Promise, definition: LifecycleDefinition | CompositionDefinition) -> str:
    """A promise of a lifecycle or of a composition in words.

    Args:
        promise: what is said.
        definition: whose promise it is.

    Example:
        >>> from clmstate import Lifecycle, Phase, never
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     promises = never(won).before(new)
        >>> promise_words(Deal.definition.promises[0], Deal.definition)
        'never in Won before in New'
    """
    states = [state for state in (promise.subject, promise.other) if state is not None]
    if isinstance(definition, CompositionDefinition):
        return _PROMISED[promise.kind].format(*(feed_words(state, definition) for state in states))
    return _PROMISED[promise.kind].format(*(words(state, definition) for state in states))


def _bracketed(feed: FeedNode, definition: CompositionDefinition) -> str:
    said = feed_words(feed, definition)
    return f"({said})" if isinstance(feed, AllOf | AnyOf) else said


def _rolled_up(feed: RollUp, definition: CompositionDefinition) -> str:
    leaf = definition.leaf(feed.part, feed.inner)
    whom = _part(definition, feed.part, feed.inner)
    if feed.where is not None:
        whom += f" ({words(feed.where, leaf)})"
    if feed.cond is not None:
        return f"share of {whom} with {words(feed.cond, leaf)}"
    if feed.signal is not None:
        weighed = f", weighed by {leaf.signals[feed.weight].label}" if feed.weight is not None else ""
        return f"{_OF_VALUES[feed.kind]} {leaf.signals[feed.signal].label} of {whom}{weighed}"
    return f"{_OF_MEMBERS[feed.kind]} {whom}" + (f" {_places(feed.phases, leaf)}" if feed.phases else "")


def _part(definition: CompositionDefinition, part: str, inner: tuple[str, ...]) -> str:
    return " ".join((definition.parts[part].label, *(name.replace("_", " ") for name in inner)))


def _places(paths: tuple[str, ...], leaf: LifecycleDefinition) -> str:
    labels = [leaf.places[path].label for path in paths]
    return "in " + " or ".join(", ".join(some) for some in (labels[:-1], labels[-1:]) if some)
