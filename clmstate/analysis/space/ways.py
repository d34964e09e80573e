"""What one part may do at an instant: the rules that it may take, round by round, and what has to be known of it for that.

A part on its way through an observation is a :class:`Flight`: where it stands, and what has been assumed of its facts so far. Facts stay as
they are from the first round to the last, so assumptions add up; what contradicts them is no way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias

from clmstate.analysis.space.facts import Facts, Letter, Sampled, Surely, truth_of, variables
from clmstate.analysis.space.formulas import EITHER, NEVER_SURE, grounded
from clmstate.conditions.lower import FALSE, TRUE, UNKNOWN, Fixed, Formula, Leaf, literals, lower
from clmstate.conditions.nodes import Cond, InPhase
from clmstate.kernel import Rule, lower_lifecycle
from clmstate.lifecycle import LifecycleDefinition

__all__ = ["ANY", "NOBODY_ELSE", "Flight", "Local", "Told", "Ways"]

Local: TypeAlias = tuple[int, tuple[int, ...]]
"""Where a part stands: the number of its phase, and for each group that somebody resumes the phase in which it was left (-1: never)."""

Told: TypeAlias = tuple[int, ...]
"""What the ports say: for each leaf about ports its truth, in the order of `Ways.port_leaves`."""

ANY: Final = EITHER
"""The truth of a leaf about a port of which nothing is known."""

NOBODY_ELSE: Final = "-"
"""Stands for the event of a part that is offered none at all."""

_STAY: Final = frozenset((("stay", ""),))


class Flight(NamedTuple):
    """A part on its way through one observation.

    Attributes:
        local: where it stands now.
        assumed: formulas that hold of its facts.
        moved: whether it has entered a phase in this observation.
        event: the event that it was offered, as far as it took it; "" otherwise.
        start: where it stood before; None if it has just joined.
    """

    local: Local
    assumed: frozenset[Formula]
    moved: bool
    event: str
    start: Local | None

    def forgotten(self) -> Flight:
        """Where it is, and nothing else."""
        return Flight(self.local, frozenset(), self.moved, "", None)


class Ways:
    """A lifecycle as ways from local state to local state.

    Args:
        definition: the lifecycle.
        ports: the signals that somebody else feeds; all others are reported.
        asked: further conditions about its signals that somebody reads.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("signed", default=False)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=signed)
        >>> ways = Ways(Deal.definition)
        >>> [(flight.local[0], None if rule is None else rule.transition.name) for flight, rule in ways.next(ways.begun(ways.first), (), True)]
        [(1, 'win'), (0, None)]
    """

    def __init__(self, definition: LifecycleDefinition, ports: frozenset[str] = frozenset(), asked: tuple[Cond, ...] = ()) -> None:
        self.definition = definition
        self.program = lower_lifecycle(definition)
        self.ports = ports
        resumed = [rule.resumes for rule in self.program.rules if rule.resumes is not None]
        self.groups = tuple(dict.fromkeys(resumed))
        self.first: Local = (self.program.initial, (-1,) * len(self.groups))
        self.unless = {rule.index: self.lowered(rule.transition.when, FALSE | UNKNOWN) for rule in self.program.rules}
        read = [leaf for rule in self.program.rules for f in (rule.formula, self.unless[rule.index]) for leaf in _leaves(f)]
        read += [leaf for cond in asked for truths in (TRUE, FALSE, UNKNOWN) for leaf in _leaves(self.lowered(cond, truths))]
        fed = [leaf for leaf in dict.fromkeys(read) if self._reads_port(leaf)]
        self.port_leaves = tuple(leaf for leaf in fed if all(key[0] == "value" and key[1] in ports for key in variables(leaf)))
        self.mixed = frozenset(fed) - frozenset(self.port_leaves)
        self.facts = Facts(definition, [leaf for leaf in read if leaf not in frozenset(fed) and not isinstance(leaf, InPhase)])
        self._place = {leaf: i for i, leaf in enumerate(self.port_leaves)}
        self._about = {leaf: frozenset(name for _, name in variables(leaf)) for leaf in self.port_leaves}
        self._heard: dict[tuple[object, ...], Told] = {}
        self._next: dict[tuple[Flight, Told, bool, Surely], tuple[tuple[Flight, Rule | None], ...]] = {}

    def lowered(self, cond: Cond | None, truths: int = TRUE) -> Formula:
        """A condition over literals."""
        if cond is None:
            return Fixed(bool(truths & TRUE))
        return lower(cond, lambda name: self.definition.signals[name].never_missing, truths)

    def reported(self, cond: Cond) -> bool:
        """Whether a condition is about facts of the part alone, and not about its ports."""
        return all(leaf in self.facts.of for truths in (TRUE, FALSE, UNKNOWN) for leaf in _leaves(self.lowered(cond, truths)))

    def _reads_port(self, leaf: Leaf) -> bool:
        return any(key[0] in ("value", "until") and key[1] in self.ports for key in variables(leaf))

    @property
    def exact(self) -> bool:
        """Whether every fact is told apart: no comparison of two facts, no count of visits, and nothing that is remembered."""
        return not self.facts.loose and not self.mixed and not any(fact.remembered for fact in self.facts.facts)

    # ---- on the way

    def begun(self, local: Local, assumed: frozenset[Formula] = frozenset(), event: str = "") -> Flight:
        """A part at the beginning of an observation."""
        return Flight(local, assumed, False, event, local)

    def next(self, flight: Flight, told: Told, first: bool, surely: Surely = "") -> tuple[tuple[Flight, Rule | None], ...]:
        """What it may do in a round: each way on, with the rule that it takes; None if it takes none.

        Args:
            flight: where it is.
            told: what its ports say in this round.
            first: whether this is round one, in which events are offered.
            surely: as in :meth:`Facts.together`.
        """
        key = (flight, told, first, surely)
        if key not in self._next:
            self._next[key] = tuple(self._ways(flight, told, first, surely))
        return self._next[key]

    def _ways(self, flight: Flight, told: Told, first: bool, surely: Surely) -> Iterator[tuple[Flight, Rule | None]]:
        phase = flight.local[0]
        if first and flight.event != NOBODY_ELSE:
            for event in dict.fromkeys(rule.event for rule in self.program.offered[phase] if rule.event is not None):
                offered = [rule for rule in self.program.offered[phase] if rule.event == event]
                yield from self._in_order(flight._replace(event=event), offered, told, surely, rest=False)
        yield from self._in_order(flight, list(self.program.silent[phase]), told, surely, rest=True)

    def _in_order(
        self, flight: Flight, rules: list[Rule], told: Told, surely: Surely, *, rest: bool
    ) -> Iterator[tuple[Flight, Rule | None]]:
        assumed = flight.assumed
        for rule in rules:
            taken = self.assuming(assumed, rule.formula, flight, told, surely)
            if taken is not None:
                yield self._entered(flight._replace(assumed=taken), rule), rule
            left = self.assuming(assumed, self.unless[rule.index], flight, told, surely)
            if left is None:
                return
            assumed = left
        if rest:
            yield flight._replace(assumed=assumed), None

    def assuming(
        self, assumed: frozenset[Formula], formula: Formula, flight: Flight, told: Told, surely: Surely = ""
    ) -> frozenset[Formula] | None:
        """What is assumed once a formula holds too; None if it cannot."""
        made = self.ground(formula, told, flight.moved, surely)
        if made == Fixed(False):
            return None
        if made == Fixed(True) or made in assumed:
            return assumed
        both = assumed | {made}
        return both if self.facts.together(both, flight.event, surely=surely) is not None else None

    def ground(self, formula: Formula, told: Told, moved: bool, surely: Surely = "") -> Formula:
        """A formula in which what the ports say, and how long the stay is right after a move, is known."""
        doubt = NEVER_SURE if surely else EITHER

        def known(leaf: Leaf) -> int | None:
            place = self._place.get(leaf)
            if place is not None:
                return doubt if not told or told[place] == ANY else told[place]
            if leaf in self.mixed or leaf in self.facts.loose:
                return doubt
            if moved and variables(leaf) == _STAY:
                return next(s.truths[leaf] for s in self.facts.facts[self.facts.of[leaf]].stands if s.sample[("stay", "")] == 0)
            return None

        return grounded(formula, known)

    def _entered(self, flight: Flight, rule: Rule) -> Flight:
        if rule.stay:
            return flight
        source, memory = flight.local
        target = rule.target
        if rule.resumes is not None:
            left = memory[self.groups.index(rule.resumes)]
            target = target if left < 0 else left
        group = self.program.group[source]
        if group is not None and group != self.program.group[target] and group in self.groups:
            place = self.groups.index(group)
            memory = (*memory[:place], source, *memory[place + 1 :])
        return flight._replace(local=(target, memory), moved=True)

    def letter(self, flight: Flight) -> Letter:
        """Facts with which a flight comes about."""
        found = self.facts.together(flight.assumed, flight.event)
        assert found is not None  # it was asked at every step
        return found

    @property
    def thinkable(self) -> frozenset[str]:
        """The transitions that were possible in anything that was asked so far."""
        return frozenset(rule.transition.name for ways in self._next.values() for _, rule in ways if rule is not None)

    # ---- where it stands

    def numbers(self, paths: tuple[str, ...]) -> frozenset[int]:
        """The numbers of some phases and of those in some groups."""
        return frozenset(self.program.number[leaf] for path in paths for leaf in self.definition.leaves(path))

    def told(self, values: Mapping[str, object], unsure: object) -> Told:
        """What ports say, leaf by leaf.

        Args:
            values: by port; None is missing.
            unsure: the value of a port that may say anything.
        """
        key = tuple(values.values())
        if key not in self._heard:
            signals = self.definition.signals  # a port with a default is never missing
            open_ = frozenset(port for port, value in values.items() if value is unsure)
            known: dict[tuple[str, str], object] = {
                ("value", port): signals[port].default if value is None else value for port, value in values.items()
            }
            picture = Sampled(self.definition, known)
            self._heard[key] = tuple(ANY if self._about[leaf] & open_ else truth_of(leaf, picture) for leaf in self.port_leaves)
        return self._heard[key]


def _leaves(formula: Formula) -> Mapping[Leaf, None]:
    return dict.fromkeys(literal.leaf for literal in literals(formula))
