"""Engines that note what they are asked. A model that nobody watches runs on its own engine, and pays nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import attrs

from clmstate.composition import CompositionDefinition
from clmstate.errors import Diagnostic, InputError
from clmstate.kernel import Compiled, State, compiled, take_in
from clmstate.lifecycle import LifecycleDefinition, Moves
from clmstate.testing.coverage.asking import Asking, Picture

__all__ = ["Looking", "Seen", "Watch", "lifecycles_of"]

_MOST_VALUES = 4


@attrs.define
class Seen:
    """What was seen of one lifecycle; plain data that can be added up.

    Attributes:
        pictures: how often rules were asked about the same.
        taken: how often each transition was taken.
        pairs: how often one was taken right after another.
        phases: how often each phase was entered, or stood in when rules were asked.

    Example:
        >>> Seen().add(Seen(taken=Counter(win=2))).taken["win"]
        2
    """

    pictures: Counter[Picture] = attrs.field(factory=Counter)
    taken: Counter[str] = attrs.field(factory=Counter)
    pairs: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    phases: Counter[str] = attrs.field(factory=Counter)

    def add(self, other: Seen) -> Seen:
        """Adds what was seen elsewhere."""
        for field in ("pictures", "taken", "pairs", "phases"):
            getattr(self, field).update(getattr(other, field))
        return self

    def data(self) -> dict[str, Any]:
        """As JSON-ready data, for another process."""
        return {
            "pictures": [[phase, list(offered), list(sides), n] for (phase, offered, sides), n in self.pictures.items()],
            "taken": dict(self.taken),
            "pairs": [[*pair, n] for pair, n in self.pairs.items()],
            "phases": dict(self.phases),
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Seen:
        """From JSON-ready data.

        Example:
            >>> Seen.of(Seen(phases=Counter(won=1)).data()).phases
            Counter({'won': 1})
        """
        return cls(
            Counter({(phase, tuple(offered), tuple(sides)): n for phase, offered, sides, n in data["pictures"]}),
            Counter(data["taken"]),
            Counter({(a, b): n for a, b, n in data["pairs"]}),
            Counter(data["phases"]),
        )


class _Journal(list[Any]):
    """A part's journal, which knows how far it was looked at, and what was taken last."""

    noted = 0
    last = ""


class Watch:
    """Watches some models.

    Args:
        models: definitions of lifecycles and compositions; parts are watched too.

    Raises:
        InputError: CLM390, two lifecycles have the same name.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel.stand_in import standing_in
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        >>> watch = Watch([Deal.definition])
        >>> with standing_in(watch.engines):
        ...     moves = Deal("Acme").observe(health=59)
        >>> watch.seen["Deal"].taken
        Counter({'worry': 1})
    """

    def __init__(self, models: Iterable[LifecycleDefinition | CompositionDefinition]) -> None:
        self.models = tuple(models)
        self.lifecycles: dict[str, LifecycleDefinition] = {}
        for definition in (d for model in self.models for d in lifecycles_of(model)):
            if self.lifecycles.setdefault(definition.name, definition) != definition:
                cause = "two different lifecycles of this name would be counted as one"
                raise InputError([Diagnostic("CLM390", definition.name, cause, "measure them in two runs")])
        self.seen = {name: Seen() for name in self.lifecycles}
        self.wires: dict[tuple[str, int], set[Any]] = {}
        self.parts: set[tuple[str, str]] = set()
        self.engines = {definition: self._watched(definition) for definition in self.lifecycles.values()}

    def _watched(self, definition: LifecycleDefinition) -> Compiled:
        own = compiled(definition)
        seen, asking = self.seen[definition.name], Asking(own.program)
        kind: Any = type("Watched", (type(own.new()),), {"__slots__": ()})

        def new() -> State:
            state = own.new()
            state.__class__ = kind
            state.journal = _Journal()
            return state

        def asked(ask: Callable[..., int]) -> Callable[..., int]:
            def watched(state: State, *offered: Any) -> int:
                if state.life is not None or hasattr(state, "whole"):  # a copy, on which something is only tried, has neither
                    if type(state.journal) is not _Journal:  # restored: what it tells was seen by somebody else
                        state.journal = _Journal(state.journal)
                        state.journal.noted = len(state.journal)
                    if not offered or not asking.listens[state.phase].isdisjoint(offered[0]):
                        seen.pictures[asking.picture(state, tuple(offered[0]) if offered else ())] += 1
                    seen.phases[asking.program.phases[state.phase]] += 1
                    if hasattr(state, "whole"):
                        self._look_at_wires(state)
                return ask(state, *offered)

            return watched

        def after(state: State) -> None:
            own.after(state)
            if type(state.journal) is _Journal:
                _note(state.journal, seen, asking)

        def observe(state: State, /, *given: Any, at: Any = None, **values: Any) -> Moves:
            return state.life.observe_checked(given, at, values, {})  # type: ignore[no-any-return]

        def send(state: State, event: Any, /, *given: Any, at: Any = None, instance: Any = None, **values: Any) -> Moves:
            return state.life.send_checked(event, given, at, instance, values, {})  # type: ignore[no-any-return]

        engine = attrs.evolve(
            own,
            new=new,
            step=tuple(map(asked, own.step)),
            offer=tuple(map(asked, own.offer)),
            after=after,
            observe=observe,
            observe_part=observe,
            send=send,
        )
        kind.c = engine
        return engine

    def _look_at_wires(self, state: State) -> None:
        room = state.member.room
        self.parts.add((room.definition.name, state.member.part))
        for number, bound in enumerate(room.bound):
            values = self.wires.setdefault((room.definition.name, number), set())
            if len(values) < _MOST_VALUES and bound.last is not None:
                values.add("unknown" if bound.last != bound.last else bound.last)


class Looking:
    """What the rules of a lifecycle see when something is told to somebody.

    Args:
        definition: the lifecycle.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        >>> looking = Looking(Deal.definition)
        >>> looking.pictures(compiled(Deal.definition).new(), 0, {"health": 60})
        [(0, (), (0,))]
    """

    def __init__(self, definition: LifecycleDefinition) -> None:
        self.own = compiled(definition)
        self.asking = Asking(self.own.program)
        self._seen: list[Picture] = []
        kind: Any = type("LookedAt", (type(self.own.new()),), {"__slots__": ()})
        kind.c = attrs.evolve(
            self.own, step=tuple(map(self._looking, self.own.step)), offer=tuple(map(self._looking, self.own.offer))
        )
        self._kind = kind

    def _looking(self, ask: Callable[..., int]) -> Callable[..., int]:
        def looked(state: State, *offered: Any) -> int:
            if not offered or not self.asking.listens[state.phase].isdisjoint(offered[0]):
                self._seen.append(self.asking.picture(state, tuple(offered[0]) if offered else ()))
            return ask(state, *offered)

        return looked

    def pictures(self, before: State, at: int, values: Mapping[str, Any], event: str = "") -> list[Picture]:
        """The pictures that rules are asked about; the state is a copy's own, and is used up.

        Args:
            before: where somebody stands.
            at: when, as an instant.
            values: stored values, by signal.
            event: what is offered; "" if nothing is.
        """
        self._seen = []
        before.__class__ = self._kind
        take_in(before, at, dict(values), (event,) if event else ())
        return self._seen


def lifecycles_of(definition: LifecycleDefinition | CompositionDefinition) -> Iterator[LifecycleDefinition]:
    """A lifecycle, or those of all parts of a composition.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> [one.name for one in lifecycles_of(Account.definition)]
        ['Deal']
    """
    if isinstance(definition, LifecycleDefinition):
        yield definition
        return
    for part in definition.parts.values():
        yield from lifecycles_of(part.member)


def _note(journal: _Journal, seen: Seen, asking: Asking) -> None:
    """Counts what a journal tells of that was not counted yet."""
    program = asking.program
    for entry in journal[journal.noted :]:
        if entry[0] == -1:
            journal.last = ""  # moved by hand: what comes now does not follow from what came before
            seen.phases[program.phases[entry[2]]] += 1
        elif entry[0] >= 0:
            name = program.rules[entry[0]].transition.name
            seen.taken[name] += 1
            seen.phases[program.phases[entry[2]]] += 1
            if journal.last:
                seen.pairs[journal.last, name] += 1
            journal.last = name
    journal.noted = len(journal)
