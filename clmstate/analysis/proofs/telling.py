"""What has to be told so that some formulas hold in a phase when its rules are asked, and what that does.

The places from which somebody could be told something are those that witnesses reached: where one rests in a phase, perhaps after a clock
was started or an event was offered, there or in a phase before, and some days later. What has happened by then is known, so the solver is
asked about signals only, and once for all places where the same is known.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

import attrs

from clmstate.analysis.proofs.following import resting
from clmstate.analysis.proofs.witness import Stand, Witnesses
from clmstate.conditions import evaluate, term_value
from clmstate.conditions.free import reads
from clmstate.conditions.lower import FALSE, TRUE, UNKNOWN, Fixed, Formula, Leaf, ground, literals
from clmstate.conditions.nodes import ForDays, SignalRef
from clmstate.conditions.smt import UndecidedError
from clmstate.kernel import Rule, State
from clmstate.signals import DAY

__all__ = ["Heard", "Spot", "Teller"]

_FARTHEST: Final = 3
"""So many moves at most lie between an event that has to have happened and the phase where it is asked about."""


@attrs.frozen(eq=False)
class Spot:
    """From where somebody is told something, and when.

    Attributes:
        stand: where they stand, and all that has happened.
        at: the instant.
        event: what happens at the same time; None if nothing does.
        picture: what conditions see then of all that nobody tells: the clock, what has happened, and how long ago.
        truths: those of the leaves that read no signal, as far as somebody asked.

    Example:
        >>> Spot(None, 0, None, None).at
        0
    """

    stand: Stand
    at: int
    event: str | None
    picture: Any
    truths: dict[Leaf, int] = attrs.field(factory=dict)

    def known(self, formula: Formula) -> Formula:
        """A formula in which all that nobody tells has its truth."""
        for leaf in _unsaid(formula):
            if leaf not in self.truths:
                self.truths[leaf] = self._truth(leaf)
        return ground(formula, self.truths)

    def _truth(self, leaf: Leaf) -> int:
        if isinstance(leaf, ForDays):  # only whether its clock is old enough; what must hold meanwhile are leaves of their own
            since, days = self.picture.held_since(leaf), term_value(leaf.days, self.picture)
            return TRUE if since is not None and days is not None and self.at - since >= days * DAY else FALSE
        assert not isinstance(leaf, SignalRef)
        found = evaluate(leaf, self.picture)
        return UNKNOWN if found is None else TRUE if found else FALSE


@lru_cache(maxsize=4_096)
def _unsaid(formula: Formula) -> tuple[Leaf, ...]:
    """The leaves of a formula that read nothing that anybody tells."""
    leaves = dict.fromkeys(literal.leaf for literal in literals(formula))
    return tuple(leaf for leaf in leaves if isinstance(leaf, ForDays) or not (isinstance(leaf, SignalRef) or reads(leaf).signals))


@attrs.frozen(eq=False)
class Heard:
    """What was told, and what it did.

    Attributes:
        spot: from where.
        after: where it led.
        takes: the names of the transitions that were taken.

    Example:
        >>> Heard(None, None, ()).takes
        ()
    """

    spot: Spot
    after: Stand
    takes: tuple[str, ...]


class Teller:
    """Finds what to tell, phase by phase.

    Args:
        witnesses: logs that reach phases.
        picture: what conditions see of a state.

    Attributes:
        asked: how often the solver was asked for a customer: what takes time.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.live.picture import StatePicture
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        >>> teller = Teller(Witnesses(Deal), StatePicture)
        >>> rule = teller.witnesses.study.program.rules[0]
        >>> heard = teller.told(next(iter(teller.spots(rule, 0))), [rule.formula])
        >>> dict(heard.after.log[-1].values), heard.takes
        ({'health': 0}, ('worry',))
    """

    def __init__(self, witnesses: Witnesses, picture: Callable[[State], Any]) -> None:
        self.witnesses, self.picture = witnesses, picture
        self.asked = 0
        self._spots: dict[tuple[int, int], tuple[list[Spot], Iterator[Spot]]] = {}
        self._happened: dict[str, list[Stand]] = {}
        self._led: dict[tuple[str, int], list[Stand]] = {}

    def spots(self, rule: Rule, phase: int) -> Iterator[Spot]:
        """From where somebody in a phase could be told what a rule asks for; the plainest first, and sought only when they are wanted."""
        found, more = self._spots.setdefault((rule.index, phase), ([], self._found(rule, phase)))
        at = 0
        while True:
            if at == len(found):
                spot = next(more, None)
                if spot is None:
                    return
                found.append(spot)
            yield found[at]
            at += 1

    def _found(self, rule: Rule, phase: int) -> Iterator[Spot]:
        witnesses = self.witnesses
        usual = list(witnesses._spans(rule))
        spans = [*usual, *dict.fromkeys(days - 1 for days in usual if days > 1 and days - 1 not in usual)]  # a day short of it
        read = () if rule.transition.when is None else reads(rule.transition.when).events
        plain = [stand for stand in witnesses._reached.values() if stand.phase == phase]
        for stand in plain:
            for before in itertools.chain((stand,), self._prepared(stand, rule)):
                yield from self._later(before, spans, [rule.event])
        if rule.event is None:
            for stand in plain:
                yield from self._later(stand, spans[:1], read)
        for stand in sorted(witnesses._taken.values(), key=lambda stand: len(stand.log)):
            if stand.phase == phase and stand not in plain:
                yield from self._later(stand, spans, [rule.event])
        for event in read:
            for stand in self._after(event, phase):
                ago = self._ago(stand, event)
                yield from self._later(stand, [*spans, *(days - ago for days in spans if days > ago)], [rule.event])

    def _later(self, stand: Stand, spans: Iterable[int], events: Iterable[str | None]) -> Iterator[Spot]:
        for event, days in itertools.product(events, spans):
            at = self.witnesses._now(stand) + days * DAY
            state = self.witnesses._load(stand)
            state.at = at
            if state.entered != state.entered:  # the stay begins when time is first told
                state.entered = at
            if event is not None:
                setattr(state, f"e_{event}", at)
                setattr(state, f"n_{event}", getattr(state, f"n_{event}") + 1)
            yield Spot(stand, at, event, self.picture(state))

    def _ago(self, stand: Stand, event: str) -> int:
        """How many days before the last report an event happened."""
        return max(0, int(self.witnesses._now(stand) - getattr(self.witnesses._load(stand), f"e_{event}")) // DAY)

    def _prepared(self, stand: Stand, rule: Rule) -> Iterator[Stand]:
        try:
            yield from self.witnesses._prepared(stand, rule)
        except UndecidedError:
            return

    def _after(self, event: str, phase: int) -> list[Stand]:
        """Where one rests in a phase after an event that happened in another one, a few moves before."""
        if event not in self._happened:
            stands = tuple(self.witnesses._reached.values())
            self._happened[event] = [after for stand in stands for after in self._offered(stand, event)]
        if (event, phase) not in self._led:
            self._led[event, phase] = list(itertools.islice(self._ways(self._happened[event], phase), 2))
        return self._led[event, phase]

    def _offered(self, stand: Stand, event: str) -> Iterator[Stand]:
        try:
            rested = self.witnesses._rested(stand, [], event)
            if rested is not None:
                yield rested
            for rule in self.witnesses.study.program.offered[stand.phase]:
                if rule.event == event and rule.index not in self.witnesses.study.dead:
                    yield from itertools.islice(resting(self.witnesses, stand, rule), 1)
        except UndecidedError:
            return

    def _ways(self, begun: list[Stand], phase: int) -> Iterator[Stand]:
        program = self.witnesses.study.program
        met: set[int] = set()
        for _ in range(_FARTHEST):
            further: dict[int, Stand] = {}
            for stand in begun:
                for rule in (*program.silent[stand.phase], *program.offered[stand.phase]):
                    if rule.stay or rule.target in met or rule.target in further or rule.index in self.witnesses.study.dead:
                        continue
                    try:
                        after = next(resting(self.witnesses, stand, rule), None)
                    except UndecidedError:
                        continue
                    if after is not None and after.phase == phase:
                        yield after
                    elif after is not None:
                        further.setdefault(after.phase, after)
            met.update(further)
            begun = list(further.values())

    def told(self, spot: Spot, formulas: Iterable[Formula], near: Stand | None = None) -> Heard | None:
        """What to tell from a spot so that all formulas hold when the rules of the phase are first asked; None if nothing does.

        Args:
            spot: from where, and when.
            formulas: what is to hold.
            near: somebody whose values are kept where they can be; by default whoever is told.
        """
        witnesses, study = self.witnesses, self.witnesses.study
        wanted = dict.fromkeys(spot.known(formula) for formula in formulas)
        if Fixed(False) in wanted:
            return None
        claims: list[Any] = [study.prover.symbols.timed, *(study.prover.symbols.formula(formula) for formula in wanted)]
        known = spot.stand.known if near is None else near.known
        try:
            if not study.prover.possible(*claims):
                return None
            self.asked += 1
            example = study.prover.satisfy(*claims, beside=study.conditions, near=known, at=spot.at)
            found = None if example is None else witnesses._told(spot.stand, example, spot.at, spot.event)
        except UndecidedError:
            return None
        if found is None:
            return None
        after, plan = found
        return Heard(spot, after, tuple(study.program.rules[step[0]].transition.name for step in plan))
