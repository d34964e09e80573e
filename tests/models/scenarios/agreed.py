"""What was agreed of a model as a list: what moves somebody, what is just enough, what is just not, and what may follow what.

Each case is asked of a customer of whom everything is told at once. To have them in any phase with any past, they are led there by hand and
kept until the day of the question.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import attrs
import pytest

from clmstate import Event, Phase, Transition
from clmstate.testing import scenario

__all__ = ["Agreed", "Case", "Way", "ask", "cases", "days", "following", "goes_on"]

TODAY = dt.date(2028, 6, 1)

Facts = Mapping[str, Any]
"""What is told; a number of days (:func:`days`) is a date so far away, None is not known."""


def days(number: int) -> dt.timedelta:
    """A date so many days from the day of the question; before it, if negative."""
    return dt.timedelta(days=number)


@attrs.frozen
class Case:
    """One customer, one question.

    Attributes:
        facts: what is told beside what the list says of everybody.
        past: events, and how many days ago they happened; None is what the list says.
        since: for how many days all of it has been so.
        before: what was so more than a year ago.
        takes: what is taken instead of what the list says.
    """

    facts: Facts = attrs.field(factory=dict)
    past: Mapping[Event, int] | None = None
    since: int = 0
    takes: tuple[Transition, ...] | None = None
    before: Facts = attrs.field(factory=dict)


@attrs.frozen
class Agreed:
    """What was agreed of one transition.

    Attributes:
        takes: what is taken, in order; the first is what it is about.
        phase: where somebody stands.
        known: what is known of them, such that they move.
        enough: cases in which they move all the same, by what is said of them.
        short: cases in which nobody moves.
        events: what happens at the same time.
        since, past, before: as of a case.
    """

    takes: tuple[Transition, ...]
    phase: Phase
    known: Facts
    enough: Mapping[str, Case] = attrs.field(factory=dict)
    short: Mapping[str, Case] = attrs.field(factory=dict)
    events: tuple[Event, ...] = ()
    since: int = 0
    past: Mapping[Event, int] = attrs.field(factory=dict)
    before: Facts = attrs.field(factory=dict)


def ask(model: Any, phase: Phase, case: Case, *events: Event) -> Any:
    """A customer in a phase, whose rules are asked today."""
    told = scenario(model).on(TODAY - days(500), **case.before)
    facts = {name: TODAY + value if isinstance(value, dt.timedelta) else value for name, value in case.facts.items()}
    facts = {name: value for name, value in facts.items() if value is not None}
    for event, ago in sorted((case.past or {}).items(), key=lambda one: -one[1]):
        told.on(TODAY - days(ago), event)
    if case.since:
        told.on(TODAY - days(case.since), **facts)
    return told.by_hand(phase, at=TODAY - days(1), hold_until=TODAY).on(TODAY, *events, **facts)


def cases(agreed: Iterable[Agreed]) -> list[Any]:
    """Every case of a list, for a test with ``phase, case, events, takes``."""
    return [case for one in agreed for case in _cases(one)]


def _cases(one: Agreed) -> Iterator[Any]:
    everybody = {"as agreed": Case()} | dict(one.enough)
    for said, several, usual in (("", everybody, one.takes), ("not: ", one.short, ())):
        for name, case in several.items():
            whole = attrs.evolve(
                case,
                facts={**one.known, **case.facts},
                past=one.past if case.past is None else case.past,
                since=case.since or one.since,
                before={**one.before, **case.before},
            )
            takes = usual if case.takes is None else case.takes
            yield pytest.param(one.phase, whole, one.events, takes, id=f"{one.takes[0].name} from {one.phase.path}: {said}{name}")


@attrs.frozen
class Way:
    """How a customer who is calm otherwise takes a transition.

    Attributes:
        phase: from where.
        facts: what is told beside what is calm.
        event: what happens.
        since: for how many days it has to be so.
    """

    phase: Phase
    facts: Facts = attrs.field(factory=dict)
    event: Event | None = None
    since: int = 0


def following(
    model: Any, ways: Mapping[Transition, Way], impossible: Callable[[Phase, Transition], bool] = lambda *_: False
) -> list[tuple[Transition, Transition]]:
    """Every pair of transitions of which one may come right after the other; what is impossible from a phase is left out."""
    d = model.definition
    assert {way.name for way in ways} == {*d.transitions}
    ends = {t: ways[t].phase if t.stay else d.phases[d.leaves(t.target)[0]] for t in ways}
    return [(first, second) for first in ways for second in d.ways_out(ends[first].path) if not impossible(ends[first], second)]


def goes_on(
    model: Any, ways: Mapping[Transition, Way], calm: Facts, calm_in: Mapping[Phase, Facts], *transitions: Transition
) -> Any:
    """A customer who takes some transitions, more than a year apart, and nothing else."""
    at = dt.date(2026, 1, 1)

    def known(phase: Phase, more: Facts, now: dt.date) -> dict[str, Any]:
        facts = {**calm, **calm_in.get(phase, {}), **more}
        return {name: now + value if isinstance(value, dt.timedelta) else value for name, value in facts.items()}

    told = scenario(model).given(ways[transitions[0]].phase, at=at, **_stored(known(ways[transitions[0]].phase, {}, at)))
    for transition in transitions:
        phase = told.phase  # of several from which it leads away, the one where they are
        way = ways[transition]
        at += days(400)
        if way.since:
            told.on(at - days(way.since), **known(phase, way.facts, at)).stays()
        told.on(at, *([] if way.event is None else [way.event]), **known(phase, way.facts, at)).takes(transition)
        if not transition.stay:
            told.is_in(transition.target)
    return told


def _stored(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}
