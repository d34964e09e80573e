"""Journeys for what a condition alone does not say: who of two transitions comes first, and where a group is resumed."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import attrs

from clmstate.errors import LivelockError
from clmstate.kernel import Rule, compiled
from clmstate.lifecycle import LifecycleDefinition
from clmstate.live.picture import StatePicture
from clmstate.testing.coverage.asking import Asking
from clmstate.testing.coverage.possible import Possible
from clmstate.testing.generated.journeys import Told, played, told_to

if TYPE_CHECKING:
    from clmstate.analysis.proofs.telling import Teller
    from clmstate.analysis.proofs.witness import Witnesses

__all__ = ["Resumed", "Rivals", "resumed", "rivals"]


@attrs.frozen
class Rivals:
    """Two transitions of which somebody could take either, and who takes the first.

    Attributes:
        first, second: the transitions, as they are asked.
        steps: a journey; in its last step both are true.

    Example:
        >>> Rivals("doze", "slip", ()).first
        'doze'
    """

    first: str
    second: str
    steps: tuple[Told, ...]


def rivals(definition: LifecycleDefinition, witnesses: Witnesses | None = None) -> list[Rivals]:
    """For each two transitions that are asked one right after the other somebody for whom both are true, if there can be anybody.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine, alarm, bad = Phase("Fine", initial=True), Phase("Alarm"), Phase("Bad")
        ...     despair = fine.to(bad, when=health < 40)
        ...     worry = fine.to(alarm, when=health < 60)
        >>> [(one.first, one.second, one.steps[0].values, one.steps[0].takes) for one in rivals(Deal.definition)]
        [('despair', 'worry', {'health': 0}, ('despair',))]
    """
    from clmstate.analysis.proofs.following import all_taken
    from clmstate.analysis.proofs.telling import Teller
    from clmstate.analysis.proofs.witness import Witnesses

    witnesses = Witnesses(definition) if witnesses is None else witnesses
    all_taken(witnesses)
    teller, engine = Teller(witnesses, StatePicture), compiled(definition)
    known = Possible(Asking(engine.program))
    found: dict[tuple[str, str], Rivals] = {}
    for asked in (one for several in known.asked.values() for one in several if one.before):
        first, second = asked.before[-1], asked.question
        both = [first.true, second.true, *asked.earlier[:-1]]
        key = first.rule.transition.name, second.rule.transition.name
        if key in found or not known.possible(*both):
            continue
        spots = (spot for phase, _ in asked.places for spot in teller.spots(second.rule, phase))
        heard = next(
            (heard for spot in spots if (heard := teller.told(spot, both)) is not None and heard.takes[:1] == key[:1]), None
        )
        if heard is not None:
            found[key] = Rivals(*key, tuple(played(engine, heard.after.log)))
    for phase, rules in enumerate(engine.program.offered):
        for one, other in itertools.pairwise(rules):
            key = one.transition.name, other.transition.name
            if one.event != other.event and key not in found:
                steps = _at_once(teller, known, phase, one, other)
                found |= {} if steps is None else {key: Rivals(*key, steps)}
    return list(found.values())


def _at_once(teller: Teller, known: Possible, phase: int, first: Rule, second: Rule) -> tuple[Told, ...] | None:
    """A journey in whose last step the events of two transitions happen at once."""
    asking, engine = known.asking, compiled(known.definition)
    events = (str(first.event), str(second.event))
    before = list(itertools.takewhile(lambda rule: rule is not first, engine.program.offered[phase]))
    both = [asking.questions[rule.index].true for rule in (first, second)]
    both += [asking.questions[rule.index].other for rule in before if rule.event in events]
    for heard in (heard for spot in teller.spots(first, phase) if (heard := teller.told(spot, both)) is not None):
        state, last = engine.new(), heard.after.log[-1]
        engine.load(state, heard.spot.stand.state)
        try:
            told = told_to(engine, state, last.at, dict(last.values), *events)
        except LivelockError:
            continue
        if told.takes[:1] == (first.transition.name,):
            return (*played(engine, heard.spot.stand.log), told)
    return None


@attrs.frozen
class Resumed:
    """A transition that resumes a group where it was left.

    Attributes:
        name: the transition.
        phase: the path of the phase that is resumed.
        steps: a journey; its last step resumes it.

    Example:
        >>> Resumed("go_on", "running.success", ()).phase
        'running.success'
    """

    name: str
    phase: str
    steps: tuple[Told, ...]


def resumed(definition: LifecycleDefinition, witnesses: Witnesses | None = None) -> list[Resumed]:
    """For each transition that resumes a group, and each phase in which the group can have been left, somebody who goes on there.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     paid, busy = Signal.flag("paid", default=True), Signal.flag("busy", default=False)
        ...     new, paused = Phase("New", initial=True), Phase("Paused")
        ...     class use(Phase.Group):
        ...         calm, hot = Phase("Calm", initial=True), Phase("Hot")
        ...     begin = new.to(use, when=busy)
        ...     warm_up = use.calm.to(use.hot, when=~busy)
        ...     stop = use.to(paused, when=~paid)
        ...     go_on = paused.to(use.resume, when=paid)
        >>> [(one.name, one.phase, len(one.steps)) for one in resumed(Deal.definition)]
        [('go_on', 'use.calm', 3), ('go_on', 'use.hot', 4)]
    """
    from clmstate.analysis.proofs.following import all_taken, resting
    from clmstate.analysis.proofs.witness import Witnesses

    witnesses = Witnesses(definition) if witnesses is None else witnesses
    all_taken(witnesses)
    engine, study = compiled(definition), witnesses.study
    found: dict[tuple[str, int], Resumed] = {}
    for rule in study.program.rules:
        sources = study.sources(rule) if rule.resumes is not None else ()
        for stand in [stand for stand in witnesses._reached.values() if stand.phase in sources]:
            after = next((one for one in resting(witnesses, stand, rule)), None)
            if after is not None:
                one = Resumed(rule.transition.name, study.path(after.phase), tuple(played(engine, after.log)))
                found.setdefault((rule.transition.name, after.phase), one)
    return list(found.values())
