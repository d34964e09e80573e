"""What models promise, looked at while Hypothesis tells them anything: of a whole customer, of its parts, and of each member."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from clmstate.composition import CompositionDefinition, StandsIn, promise_words
from clmstate.conditions import evaluate, words
from clmstate.conditions.nodes import InPhase
from clmstate.errors import Diagnostic, InputError
from clmstate.kernel import State
from clmstate.lifecycle import LifecycleDefinition, Promise
from clmstate.live.picture import StatePicture
from clmstate.testing.coverage.watching import lifecycles_of

if TYPE_CHECKING:
    from clmstate.analysis.space.onlooker import Onlooker

__all__ = ["StaysPossible", "lifted", "looking_on", "promises_hold", "with_parts"]

_POSSIBLE: Final = ("always_possible", "always_possible_until")


def looking_on(definition: LifecycleDefinition | CompositionDefinition) -> Callable[[], Onlooker]:
    """What makes somebody who looks on, for each journey anew; what is known of states is shared.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase, always_possible
        >>> class Deal(Lifecycle):
        ...     ended = Event("ended")
        ...     open, gone = Phase("Open", initial=True), Phase("Gone", final=True)
        ...     end = open.to(gone, on=ended)
        ...     promises = always_possible(open)
        >>> looking_on(Deal.definition)().definition.name
        'Deal'
    """
    from clmstate.analysis.space.blueprint import Unexplored
    from clmstate.analysis.space.onlooker import Onlooker

    verdicts: dict[tuple[object, ...], bool] = {}
    try:
        Onlooker(definition, verdicts)
    except Unexplored as why:
        raise _unseen(definition.name, "its promises", str(why)) from None
    return lambda: Onlooker(definition, verdicts)


def _unseen(name: str, what: str, why: str) -> InputError:
    remedy = "give promises=False, and invariants instead"
    return InputError([Diagnostic("CLM392", name, f"{what} cannot be looked at: {why}", remedy)])


def with_parts(definition: CompositionDefinition) -> CompositionDefinition:
    """A composition that promises, too, what must stay possible for its parts that are always there.

    Raises:
        InputError: CLM392, something deeper inside promises something.

    Example:
        >>> from clmstate import Composition, Event, Lifecycle, One, Phase, always_possible
        >>> class Deal(Lifecycle):
        ...     ended = Event("ended")
        ...     open, gone = Phase("Open", initial=True), Phase("Gone", final=True)
        ...     end = open.to(gone, on=ended)
        ...     promises = always_possible(open)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> [promise.subject for promise in with_parts(Account.definition).promises]
        [StandsIn(part='deal', inner=(), phases=('open',))]
    """
    more: list[Promise] = []
    for name, part in definition.parts.items():
        if isinstance(part.member, CompositionDefinition):
            promising = next((leaf.name for leaf in lifecycles_of(part.member) if leaf.promises), None)
            if promising is not None:
                raise _unseen(definition.name, f"what {promising} promises", f"it is inside {name}, to which nothing is told")
        elif not part.many:
            more += (own for promise in part.member.promises if (own := lifted(name, promise)) is not None)
    return attrs.evolve(definition, promises=(*definition.promises, *more))


def lifted(name: str, promise: Promise) -> Promise | None:
    """What a part promises to stay possible, as a promise of the whole; None where it is about more than phases.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase, always_possible
        >>> class Deal(Lifecycle):
        ...     ended = Event("ended")
        ...     open, gone = Phase("Open", initial=True), Phase("Gone", final=True)
        ...     end = open.to(gone, on=ended)
        ...     promises = always_possible(open)
        >>> lifted("deal", Deal.definition.promises[0]).subject.part
        'deal'
    """
    states = (promise.subject, promise.other)
    if promise.kind not in _POSSIBLE or not all(state is None or isinstance(state, InPhase) for state in states):
        return None
    subject, other = (None if state is None else StandsIn(name, (), state.phases) for state in states)
    return attrs.evolve(promise, subject=subject, other=other)


class StaysPossible:
    """What members promise to stay possible: asked of each of them alone, as if its ports could still say anything.

    Args:
        definition: the members' lifecycle.
        promises: some of its promises; those of other kinds are left out.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase, always_possible
        >>> class Deal(Lifecycle):
        ...     ended = Event("ended")
        ...     open, gone = Phase("Open", initial=True), Phase("Gone", final=True)
        ...     end = open.to(gone, on=ended)
        ...     promises = always_possible(open)
        >>> state = Deal("Acme")._life.state
        >>> list(StaysPossible(Deal.definition, Deal.definition.promises).broken(state, [], set()))
        []
    """

    def __init__(self, definition: LifecycleDefinition, promises: Iterable[Promise]) -> None:
        self.promises = [promise for promise in promises if promise.kind in _POSSIBLE]
        self.definition = definition
        self.looks_on = looking_on(definition)() if self.promises else None

    def broken(self, state: State, journey: Sequence[Any], over: set[Promise]) -> Iterator[str]:
        """The promises that are broken for somebody, in words.

        Args:
            state: where they stand.
            journey: their moves so far.
            over: the promises whose end has come in this life; those whose end comes now are added.
        """
        for promise in self.promises:
            if self._over(promise, state, journey):
                over.add(promise)
            elif promise not in over and self.looks_on is not None and self.looks_on.lost(promise, state):
                yield promise_words(promise, self.definition)

    def _over(self, promise: Promise, state: State, journey: Sequence[Any]) -> bool:
        end = _phases(promise.other, self.definition)
        if end is None:
            return promise.other is not None and evaluate(promise.other, StatePicture(state)) is True
        return not end.isdisjoint(_where(self.definition, journey))


def promises_hold(state: State, journey: Any, path: str) -> None:
    """Fails when somebody's journey, or the picture in which it ends, breaks a promise of their lifecycle.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase, never
        >>> class Deal(Lifecycle):
        ...     ended = Event("ended")
        ...     open, gone = Phase("Open", initial=True), Phase("Gone", final=True)
        ...     end = open.to(gone, on=ended)
        ...     promises = never(gone)
        >>> promises_hold(Deal("Acme")._life.state, [], "deals/acme")
    """
    definition = state.c.program.definition
    for promise in definition.promises:
        broken = _broken(promise, definition, journey)
        if (
            promise.kind == "never"
            and not isinstance(promise.subject, InPhase)
            and evaluate(promise.subject, StatePicture(state)) is True
        ):
            broken = f"never {words(promise.subject, definition)}"
        assert not broken, f"{path + ': ' if path else ''}a promise is broken: {broken}"


def _broken(promise: Promise, definition: LifecycleDefinition, journey: Any) -> str:
    """What a journey shows against a promise; "" if nothing."""
    where = _where(definition, journey)
    subject, other = _phases(promise.subject, definition), _phases(promise.other, definition)
    if subject is None or (other is None and promise.other is not None):
        return ""
    match promise.kind:
        case "never":
            return next((f"{path} was reached" for path in where if path in subject), "")
        case "never_before":
            first = next((i for i, path in enumerate(where) if path in subject), None)
            if (
                first is not None and other is not None and not any(path in other for path in where[: first + 1])
            ):  # whoever is there has been there
                return f"{where[first]} was reached, and none of {', '.join(sorted(other))} before"
        case "leads_to":
            for before, after in itertools.pairwise(where):
                if other is not None and before in subject and after not in other and after not in subject:
                    return f"{before} was left for {after}"
        case _:
            pass
    return ""


def _where(definition: LifecycleDefinition, journey: Any) -> list[str]:
    """The phases that somebody has been in, in order."""
    moves = [entry for entry in journey if hasattr(entry, "target") and not entry.stayed]
    return [definition.initial, *(move.target.path for move in moves)]


def _phases(cond: Any, definition: LifecycleDefinition) -> frozenset[str] | None:
    """The leaf phases that one side of a promise is about; None where it is about something else."""
    if not isinstance(cond, InPhase):
        return None
    return frozenset(leaf for path in cond.phases for leaf in definition.leaves(path))
