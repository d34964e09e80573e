"""Somebody who looks on while a customer is told things, and says which promise was broken just now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clmstate.analysis.findings import Report
from clmstate.analysis.space.blueprint import Path, blueprint
from clmstate.analysis.space.explore import Explorer, Limit, Settled
from clmstate.analysis.space.possible import stuck
from clmstate.analysis.space.proving import any_number
from clmstate.analysis.space.replays import Customer, Real
from clmstate.analysis.space.watches import Before, Leads, Never, Until, watch_of
from clmstate.analysis.space.ways import Local
from clmstate.composition import CompositionDefinition, promise_words
from clmstate.kernel import State
from clmstate.lifecycle import LifecycleDefinition, Promise

__all__ = ["Onlooker"]

_POSSIBLE = ("always_possible", "always_possible_until")


class Onlooker:
    """Looks on, observation by observation, with the promises of a model in mind.

    What must never happen is looked for in every picture. What must stay possible is asked of the state that was reached: it is broken there if
    nothing that could be told leads to it any more, however freely one thinks of what is remembered.

    Args:
        definition: the model.
        verdicts: what is known of states already, to be shared by those who look on at the same model.

    Raises:
        Unexplored: members have members of their own.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase, always_possible
        >>> class Deal(Lifecycle):
        ...     ended = Event("ended")
        ...     open, gone = Phase("Open", initial=True), Phase("Gone", final=True)
        ...     end = open.to(gone, on=ended)
        ...     promises = always_possible(open)
        >>> looks_on = Onlooker(Deal.definition)
        >>> looks_on.told(0, [Report(0)]), looks_on.told(1, [Report(1, event="ended")])
        ((), ('in Open is always possible',))
    """

    def __init__(
        self, definition: LifecycleDefinition | CompositionDefinition, verdicts: dict[tuple[object, ...], bool] | None = None
    ) -> None:
        self.definition = definition
        asked = tuple(state for p in definition.promises for state in (p.subject, p.other) if state is not None)
        self.plan = blueprint(definition, asked)
        self.customer = Customer(self.plan)
        self.verdicts = {} if verdicts is None else verdicts
        self.seen: dict[Promise, int] = {}
        self.watches: dict[Promise, Never | Before | Leads | Until] = {
            promise: Until(promise.other) if promise.kind in _POSSIBLE else watch_of(promise) for promise in definition.promises
        }

    def told(self, at: int, reports: Sequence[Report]) -> tuple[str, ...]:
        """What is told at an instant; the promises that are broken by it, in words.

        Raises:
            LivelockError: the customer never settles.
        """
        pictures = self.customer.observe(at, reports)
        return tuple(promise_words(promise, self.definition) for promise in self.watches if self._broken(promise, pictures))

    def _broken(self, promise: Promise, pictures: Sequence[Real]) -> bool:
        watch = self.watches[promise]
        seen = self.seen[promise] if promise in self.seen else watch.begin(pictures[0])
        broken = False
        for picture in pictures:
            seen, breach = watch.passing(seen, picture)
            broken = broken or breach is not None
        seen, breach = watch.settled(seen, pictures[-1])
        self.seen[promise] = seen
        if isinstance(watch, Until):
            return not seen and self._impossible(promise, self._where(self._states()))
        return broken or breach is not None

    def lost(self, promise: Promise, state: State) -> bool:
        """Whether what a lifecycle promises to stay possible cannot be reached from a state of it, whatever is told to it and to its ports.

        Example:
            >>> from clmstate import Event, Lifecycle, Phase, always_possible
            >>> from clmstate.kernel import compiled
            >>> class Deal(Lifecycle):
            ...     ended = Event("ended")
            ...     open, gone = Phase("Open", initial=True), Phase("Gone", final=True)
            ...     end = open.to(gone, on=ended)
            ...     promises = always_possible(open)
            >>> state = compiled(Deal.definition).new()
            >>> Onlooker(Deal.definition).lost(Deal.definition.promises[0], state)
            False
        """
        return self._impossible(promise, self._where({(): state}))

    def _impossible(self, promise: Promise, ones: tuple[Local, ...]) -> bool:
        """Whether what is promised to stay possible cannot be reached from here."""
        key = (self.definition.promises.index(promise), ones)
        if key not in self.verdicts:
            self.verdicts[key] = self._nowhere(promise, ones)
        return self.verdicts[key]

    def _states(self) -> dict[Path, State]:
        return {path: state for (path, name), state in self.customer.states() if not name}

    def _where(self, states: Mapping[Path, State]) -> tuple[Local, ...]:
        return tuple(
            (states[slot.path].phase, tuple(states[slot.path].resume.get(group, -1) for group in slot.ways.groups))
            for slot in self.plan.ones
        )

    def _nowhere(self, promise: Promise, ones: tuple[Local, ...]) -> bool:
        alone = not self.plan.groups and len(self.plan.ones) == 1
        states = [state for state in (promise.subject, promise.other) if state is not None]
        named = {0} if alone else {part for state in states for part in self.plan.read(state)}
        cone = frozenset(self.plan.cone(set(named)))
        watch = Until(promise.other)
        try:
            dreamer = Explorer(self.plan, cone, (), counted=True, watch=watch, precision="places")
            if not alone:
                dreamer = any_number(self.plan, cone, watch, promise, "places")
            here = Settled(ones, ((),) * len(self.plan.groups))
            return any(still.never for still in stuck(self.plan, cone, promise.subject, [here], dreamer))
        except Limit:
            return False
