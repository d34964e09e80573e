"""Settling: what one observation does to a part, in every case.

Plan, then perform: everything here computes on the state alone. If an observation is refused, or never settles, the state is put back
and nobody has heard of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from clmstate.conditions.nodes import (
    Compare,
    Const,
    DaysInPhase,
    DaysSince,
    DaysUntil,
    EventDaysSince,
    ForDays,
    ThresholdRef,
)
from clmstate.errors import Diagnostic, LivelockError
from clmstate.kernel.compile import LATEST, as_stored, put_value
from clmstate.kernel.program import Program
from clmstate.lifecycle import Moves
from clmstate.signals import DAY

if TYPE_CHECKING:
    from clmstate.kernel.compile import Compiled, State

__all__ = [
    "Plan",
    "begin",
    "due_since",
    "further",
    "moved",
    "next_check",
    "no_plan",
    "observe_slowly",
    "send_slowly",
    "sent",
    "settle",
    "take_in",
]

MOST_ROUNDS: Final = 10_000
_USUAL: Final = (2, 3, 4)  # rounds; more of them may be a circle

Plan = list[tuple[Any, ...]]
"""The moves of one observation: (rule, source, target, round, at, values, due since), or (-1, source, target, 0, at, person, reason,
hold until) for a move by hand."""


def observe_slowly(s: State, given: Sequence[Any], at: Any, values: Mapping[str, Any], unknown: Mapping[str, Any]) -> Moves:
    """What the inline observation does not do itself: the customer checks everything and settles."""
    moves: Moves = s.life.observe_checked(given, at, values, unknown)
    return moves


def send_slowly(
    s: State, event: Any, given: Sequence[Any], at: Any, instance: Any, values: Mapping[str, Any], unknown: Mapping[str, Any]
) -> Moves:
    """What the inline observation with an event does not do itself: the customer checks everything and settles."""
    moves: Moves = s.life.send_checked(event, given, at, instance, values, unknown)
    return moves


def sent(s: State, old: tuple[Any, ...], event: str) -> Moves:
    """The end of an inline observation with an event: offers it, settles, and says if nobody took it.

    Args:
        s: the state, with the values in it.
        old: the clock and the values as they were.
        event: the event's name.
    """
    c = s.c
    phase = s.phase
    happened, times = f"e_{event}", f"n_{event}"
    kept = (getattr(s, happened), getattr(s, times))
    setattr(s, happened, s.at)
    setattr(s, times, kept[1] + 1)
    taken = rule = c.offer[phase](s, (event,))
    if rule < 0:
        rule = c.step[phase](s)
    plan: Plan | None = None
    if rule < 0:
        plan = []
    elif taken >= 0 or c.still[rule] is None:  # due to this observation
        plan = c.take[rule](s)
    if plan is None:
        now = (getattr(s, happened), getattr(s, times))
        setattr(s, happened, kept[0])
        setattr(s, times, kept[1])
        before = c.before(s, old)
        setattr(s, happened, now[0])
        setattr(s, times, now[1])
        try:
            plan = settle(s, before, rule)
        except BaseException:
            c.load(s, before)
            raise
    s.journal += plan
    c.after(s)
    life = s.life
    if life.listening and plan:
        life.perform(plan)
    if taken >= 0:
        return Moves(plan, life)
    return Moves(plan, life, life.untaken((event,), -1, phase))


def first(s: State, old: tuple[Any, ...]) -> Moves:
    """The end of an inline observation before which no time had been told: everything is looked at.

    Args:
        s: the state, with the values in it.
        old: the clock and the values as they were.
    """
    c = s.c
    before = c.before(s, old)
    begin(s, s.at)
    return _told(s, before, c.step[s.phase](s))


def moved(s: State, old: tuple[Any, ...], rule: int) -> Moves:
    """The end of an inline observation in which a rule is true that is not taken inline: settles, notes what happened and tells.

    Args:
        s: the state, with the values in it.
        old: the clock and the values as they were.
        rule: the rule that is true.
    """
    return _told(s, s.c.before(s, old), rule)


def _told(s: State, before: tuple[Any, ...], rule: int) -> Moves:
    """Settles, notes what happened and tells the customer; or puts everything back."""
    try:
        plan = settle(s, before, rule)
    except BaseException:
        s.c.load(s, before)
        raise
    s.journal += plan
    s.c.after(s)
    life = s.life
    if life.listening and plan:
        life.perform(plan)
    return Moves(plan, life)


def no_plan(_: State) -> Plan | None:
    """A rule whose target depends on where the customer was before: it is settled."""
    return None


def further(s: State, first: tuple[Any, ...], rule: int, kept: tuple[Any, ...]) -> Plan | None:
    """The rounds after the first, while they are few and lead to known phases; None, and nothing done, if not.

    Args:
        s: the state, after the first move.
        first: the first move.
        rule: the rule that is true now.
        kept: what entering phases has changed, as it was before.
    """
    c = s.c
    rules = c.program.rules
    plan: Plan = [first]
    for number in _USUAL:
        taken = rules[rule]
        if not taken.known_target:
            break
        source, target = s.phase, taken.target
        plan.append((rule, source, target, number, s.at, c.reads[rule](s), None))
        enter(s, source, target)
        rule = c.step[target](s)
        if rule < 0:
            return plan
    s.phase, s.entered, s.seen, s.resume, s.visits = kept
    return None


def take_in(
    s: State,
    at: int | None,
    values: Mapping[str, Any],
    events: Collection[str] = (),
    hand: Callable[[State], Plan] | None = None,
) -> tuple[Plan, int]:
    """One observation with everything in it: time, values, events, a move by hand; then settling.

    Args:
        s: the part's state.
        at: the instant, already found not to run backwards; None if time has not moved.
        values: checked values by signal.
        events: the events offered.
        hand: performs a move by hand on the state and notes it.

    Returns:
        The plan, and the rule that an event took (-1 if none did).

    Raises:
        LivelockError: it never settles; the state is as before.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live", default=False)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=live)
        >>> from clmstate.kernel import compiled
        >>> state = compiled(Deal.definition).new()
        >>> plan, taken = take_in(state, 0, {"live": True})
        >>> [(source, target) for _, source, target, *_ in plan]
        [(0, 1)]
    """
    c = s.c
    before = c.save(s)
    start = len(s.journal)
    try:
        _arrive(s, at, values, events)
        plan: Plan = [] if hand is None else hand(s)
        held = s.at < s.hold
        if not held:
            s.hold = math.nan
        taken = rule = c.offer[s.phase](s, events) if events else -1
        if rule < 0 and not held:
            rule = c.step[s.phase](s)
        plan += settle(s, before, rule, by_hand=hand is not None)
        s.unsettled = s.at < s.hold
        s.busy = s.unsettled
        s.journal += plan
        c.after(s)
    except BaseException:
        c.load(s, before)
        del s.journal[start:]
        raise
    return plan, taken


def _arrive(s: State, at: int | None, values: Mapping[str, Any], events: Collection[str]) -> None:
    if at is not None:
        s.at = as_stored(at)
        begin(s, s.at)
    for name, value in values.items():
        put_value(s, name, value)
    for name in events:
        setattr(s, f"e_{name}", s.at)
        setattr(s, f"n_{name}", getattr(s, f"n_{name}") + 1)


def begin(s: State, at: float) -> None:
    """The first time told: the stay starts with it, and events that were offered before count from it."""
    if s.entered != s.entered and at == at:
        s.entered = at
        for name in s.c.program.definition.events:
            if getattr(s, f"n_{name}") and getattr(s, f"e_{name}") != getattr(s, f"e_{name}"):
                setattr(s, f"e_{name}", at)


def settle(s: State, before: tuple[Any, ...], rule: int, *, by_hand: bool = False) -> Plan:
    """The rounds, from the first rule taken until nothing moves.

    Args:
        s: the state, with the observation in it.
        before: all of the state as it was last settled.
        rule: what is taken in round one; -1 is nothing.
        by_hand: whether the customer was moved by hand in this observation, so that the last picture says nothing of its rules.

    Returns:
        One tuple a move.

    Raises:
        LivelockError: the same configuration came twice, or there were too many rounds.
    """
    c = s.c
    rules = c.program.rules
    plan: Plan = []
    seen: set[object] = set()
    entered = by_hand
    number = 1
    while rule >= 0:
        taken = rules[rule]
        source = s.phase
        due = None
        if number == 1 and taken.event is None and not by_hand and (s.unsettled or taken.timed):
            due = due_since(c, before, rule, s.at)
        if taken.stay:
            plan.append((rule, source, source, number, s.at, c.reads[rule](s), due))
        else:
            target = taken.target if taken.resumes is None else s.resume.get(taken.resumes, taken.target)
            plan.append((rule, source, target, number, s.at, c.reads[rule](s), due))
            enter(s, source, target)
            entered = True
            if taken.event is not None:
                s.hold = math.nan  # the first event move ends a hold
        rule = -1 if s.at < s.hold else c.step[s.phase](s)
        if rule >= 0:
            picture = (s.phase, entered, tuple(sorted(s.resume.items())), s.visits)
            if picture in seen:
                raise _livelock(c, plan)
            seen.add(picture)
            number += 1
            if number > MOST_ROUNDS:
                raise _endless(c)
    return plan


def enter(s: State, source: int, target: int) -> None:
    """Leaves a phase and enters another: the stay begins, groups remember, visits count, touchpoints start afresh.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live", default=False)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=live)
        >>> from clmstate.kernel import compiled
        >>> state = compiled(Deal.definition).new()
        >>> enter(state, 0, 1)
        >>> state.phase
        1
    """
    p = s.c.program
    s.phase = target
    s.entered = s.at
    s.seen = 0
    left, entered = p.group[source], p.group[target]
    if left is not None and left != entered:
        s.resume = {**s.resume, left: source}
    if p.visited:
        group = entered if entered != left else None
        s.visits = tuple(n + (path in (p.phases[target], group)) for n, path in zip(s.visits, p.visited, strict=True))


def _livelock(c: Compiled, plan: Plan) -> LivelockError:
    cycle = [plan[-1]]
    for step in reversed(plan[:-1]):
        if cycle[0][1] == plan[-1][2]:
            break
        cycle.insert(0, step)
    phases = c.program.definition.phases
    path = phases[c.program.phases[cycle[0][1]]].label
    for step in cycle:
        path += f" → ({c.program.rules[step[0]].transition.name}) {phases[c.program.phases[step[2]]].label}"
    names = sorted({c.program.rules[step[0]].transition.name for step in cycle})
    remedy = f"give {' and '.join(names)} conditions that cannot both be true"
    return LivelockError([Diagnostic("CLM210", c.program.definition.name, f"this customer never settles: {path}", remedy)])


def _endless(c: Compiled) -> LivelockError:
    cause = f"this customer has not settled after {MOST_ROUNDS:,} rounds"
    return LivelockError(
        [Diagnostic("CLM211", c.program.definition.name, cause, "look for rules that count visits and lead in a circle")]
    )


# ---- what time alone would do ----------------------------------------------------------------------------------------------


def due_since(c: Compiled, before: tuple[Any, ...], rule: int, now: float) -> int | None:
    """The earliest instant before `now` at which the last settled picture alone made a rule's condition true.

    Truths change at few instants only: where a day is full, or a clock old enough. These are looked at in turn.
    """
    o = c.new()
    c.load(o, before)
    start = o.at
    if not start < now:
        return None
    truths = c.time_truths[rule]
    if truths is not None and not o.unsettled and c.one_way[rule]:
        then = truths(o)
        o.at = now
        if truths(o) == then:  # each of them changes at most once, so none has changed
            return None
    when = c.instants[rule]
    instants = [start] if when is None else sorted({start, *(t for t in when(o) if start < t < now)})
    for t in instants:
        o.at = t
        if c.holds[rule](o):
            return int(t)
    return None


def instants_of(program: Program, leaf: object, s: State) -> Iterator[float]:
    """The instants at which time alone may change one leaf; missing values give none.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live", default=False)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=live)
        >>> from clmstate.kernel import compiled
        >>> state = compiled(Deal.definition).new()
        >>> from clmstate.conditions.nodes import Compare, Const, DaysInPhase
        >>> state.entered = 0
        >>> [t / DAY for t in instants_of(state.c.program, Compare(DaysInPhase(), ">=", Const(30)), state)]
        [30.0, 31.0]
    """

    def number(term: object) -> float | None:
        match term:
            case Const(value):
                return value
            case ThresholdRef(name):
                return program.definition.thresholds[name].value
            case _:
                return None

    match leaf:
        case ForDays(_, days):
            start = getattr(s, f"k{program.clocks.index(leaf)}")
            if start == start:
                yield start + int(number(days) or 0) * DAY
        case Compare(left, _, right):
            for term, limit in ((left, number(right)), (right, number(left))):
                if limit is not None:
                    yield from _flips(term, limit, s)
        case _:
            pass


def _flips(term: object, limit: float, s: State) -> Iterator[float]:
    days = (math.ceil(limit), math.floor(limit) + 1)
    match term:
        case DaysUntil(name):
            base = getattr(s, f"v_{name}")
            yield from (base - day * DAY + 1 for day in days if base == base)
            return
        case DaysSince(name):
            base = getattr(s, f"v_{name}")
        case EventDaysSince(event):
            base = getattr(s, f"e_{event}")
        case DaysInPhase():
            base = s.entered
        case _:
            return
    yield from (base + day * DAY for day in days if base == base)


def next_check(s: State, watched: Sequence[object], differs: Callable[[State], bool]) -> int | None:
    """The next instant at which time alone could change something.

    Args:
        s: a settled state.
        watched: the leaves that matter.
        differs: whether a state, at a later instant, would do or say something new.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live", default=False)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=live)
        >>> from clmstate.kernel import compiled
        >>> state = compiled(Deal.definition).new()
        >>> _ = take_in(state, 0, {})
        >>> next_check(state, [], lambda later: True) is None
        True
    """
    if s.at != s.at:
        return None
    instants = {t for leaf in watched for t in instants_of(s.c.program, leaf, s) if s.at < t <= LATEST}
    if s.hold > s.at:
        instants.add(s.hold)
    o = s.c.new()
    s_saved = s.c.save(s)
    for t in sorted(instants):
        s.c.load(o, s_saved)
        o.at = t
        if differs(o):
            return int(t)
    return None
