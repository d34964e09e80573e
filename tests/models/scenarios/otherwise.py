"""What was agreed of a model, as it holds in a target market: the same list with the market's own numbers, and what differs in kind."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import attrs

from clmstate import Event
from tests.models.scenarios.agreed import Agreed, Case, Facts, Way, ask, cases, days, following, goes_on

__all__ = ["Otherwise", "days"]

Numbers = Mapping[Any, Any]
"""What a value of the list is here; values that are not named stay."""


@attrs.frozen
class Otherwise:
    """A target market, and how it differs from what was agreed of its model.

    Attributes:
        model: the model of the market.
        base: the module with the list of what was agreed of all markets.
        told: for each signal, what its values are here.
        past: for each event, how many days ago it happened here.
        gone: ids of cases that do not hold here; something in `own` stands for each of them.
        own: what was agreed of this market alone.
        ways: how transitions are taken here that only this market has, or takes in another way.
        calm_in: what calm is here in a phase, by its path.
        impossible: phases, by their paths, with transitions that cannot come next where another leads to them.
    """

    model: Any
    base: ModuleType
    told: Mapping[str, Numbers] = attrs.field(factory=dict)
    past: Mapping[Event, Numbers] = attrs.field(factory=dict)
    gone: frozenset[str] = frozenset()
    own: tuple[Agreed, ...] = ()
    ways: Mapping[str, Way] = attrs.field(factory=dict)
    calm_in: Mapping[str, Facts] = attrs.field(factory=dict)
    impossible: frozenset[tuple[str, str]] = frozenset()

    def play(self) -> None:
        """Asks every case, and takes every pair of transitions."""
        left = set(self.gone)
        for case in cases([*self.base.AGREED, *self.own]):
            if case.id in left:
                left.remove(case.id)
                continue
            phase, facts, events, takes = case.values
            told = ask(self.model, self._here(phase), self._case(facts), *map(self._here, events))
            told.takes(*(one.name for one in takes))
        assert not left, "what does not hold here is no case at all"
        ways = {
            self._here(one): self._way(way) for one, way in self.base.WAYS.items() if one.name in self.model.definition.transitions
        }
        ways |= {getattr(self.model, name): self._way(way) for name, way in self.ways.items()}
        calm = {self._here(phase): self._facts(facts) for phase, facts in self.base.CALM_IN.items()}
        calm |= {self.model.definition.phases[path]: facts for path, facts in self.calm_in.items()}
        for pair in following(self.model, ways, self._impossible):
            goes_on(self.model, ways, self._facts(self.base.CALM), calm, *pair)

    def _here(self, one: Any) -> Any:
        """The same element of this market's model."""
        found = self.model
        for name in (one.path if hasattr(one, "path") else one.name).split("."):
            found = getattr(found, name)
        return found

    def _facts(self, facts: Facts) -> dict[str, Any]:
        return {name: self.told.get(name, {}).get(value, value) for name, value in facts.items()}

    def _case(self, case: Case) -> Case:
        past = {self._here(event): self.past.get(event, {}).get(ago, ago) for event, ago in (case.past or {}).items()}
        return attrs.evolve(case, facts=self._facts(case.facts), past=past, before=self._facts(case.before))

    def _way(self, way: Way) -> Way:
        event = None if way.event is None else self._here(way.event)
        return attrs.evolve(way, phase=self._here(way.phase), facts=self._facts(way.facts), event=event)

    def _impossible(self, phase: Any, second: Any) -> bool:
        return (phase.path, second.name) in self.impossible
