"""Why not yet: conditions as trees over one customer's data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from clmstate.conditions import evaluate, reads, term_value, words
from clmstate.conditions.nodes import (
    And,
    Between,
    Compare,
    Cond,
    Const,
    DateConst,
    DaysInPhase,
    DaysSince,
    DaysUntil,
    EventDaysSince,
    EventTimes,
    ForDays,
    IsMissing,
    IsTrue,
    Minus,
    Named,
    Not,
    OneOf,
    Or,
    PhaseVisits,
    Plus,
    SignalRef,
    Term,
    ThresholdRef,
    Times,
    Unless,
)
from clmstate.kernel import State
from clmstate.lifecycle import ANYWHERE, Explanation, LifecycleDefinition, Reason, Transition
from clmstate.live.picture import StatePicture
from clmstate.signals import DAY, show_instant, show_number

__all__ = ["explain_place", "explain_transition", "explain_ways_out", "reason"]


def reason(cond: Cond, state: State) -> Reason:
    """A condition as a tree, each leaf with its value and whether it is met.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel import compiled
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        >>> print(*reason((Deal.health >= 70).node, compiled(Deal.definition).new()).lines())
        ? health at least 70 (health unknown)
    """
    return _Reader(state).tree(cond)


class _Reader:
    """Reads one customer's data in the words of the definition."""

    def __init__(self, state: State) -> None:
        self.picture = StatePicture(state)
        self.definition: LifecycleDefinition = state.c.program.definition

    def tree(self, cond: Cond) -> Reason:
        """A condition with everything inside it that is worth a line of its own."""
        truth = evaluate(cond, self.picture)
        match cond:
            case And(items):
                return Reason("all of", truth, "", tuple(map(self.tree, items)))
            case Or(items):
                return Reason("at least one of", truth, "", tuple(map(self.tree, items)))
            case Not(of) if _has_parts(of):
                return Reason("not so", truth, "", (self.tree(of),), negates=True)
            case Unless(of) if _has_parts(of):
                return Reason("unless", truth, "", (self.tree(of),), negates=True)
            case Named(of, label) if _has_parts(of):
                return Reason(label, truth, "", (self.tree(of),))
            case ForDays(of, days) if _has_parts(of):
                return Reason(f"for {_days(term_value(days, self.picture) or 0)}", truth, self.held(cond), (self.tree(of),))
            case _:
                return Reason(words(cond, self.definition), truth, self.value(cond))

    def value(self, cond: Cond) -> str:
        """What the customer's data say about a leaf."""
        match cond:
            case ForDays():
                return ", ".join(part for part in (self.value(cond.of), self.held(cond)) if part)
            # "not live (yes)" could mean both
            case Not(IsTrue(name)) | Unless(IsTrue(name)) if self.picture.signal(name) is not None:
                return self.signal(name)
            case Not(of) | Unless(of) | Named(of):
                return self.value(of)
            case IsTrue(name) | OneOf(name) | IsMissing(SignalRef(name)):  # the words before have named it
                return self.definition.signals[name].show(self.picture.signal(name))
            case Compare(left, _, right):
                return self.sides(left, right)
            case Between(term, low, high):
                return self.sides(term, low, high)
            case _:
                return ", ".join(self.signal(name) for name in reads(cond).signals)

    def sides(self, *sides: Term) -> str:
        """What the data say about the terms of a comparison."""
        return ", ".join(dict.fromkeys(said for term in sides if (said := self.shown(term))))

    def signal(self, name: str) -> str:
        """A signal and its value."""
        spec = self.definition.signals[name]
        return f"{spec.plural if spec.kind == 'count' and spec.plural else spec.label} {spec.show(self.picture.signal(name), brief=True)}"

    def shown(self, term: Term) -> str:
        """A term and its value; constants say nothing new."""
        match term:
            case Const() | ThresholdRef() | DateConst():
                return ""
            case SignalRef(name):
                return self.signal(name)
            case DaysUntil(name) | DaysSince(name):
                return self.elapsed(name, ahead=isinstance(term, DaysUntil))
            case DaysInPhase():
                value = term_value(term, self.picture)
                return "no time told yet" if value is None else f"{_days(value)} so far"
            case EventDaysSince(event):
                label = self.definition.events[event].label
                value = term_value(term, self.picture)
                if value is None:
                    return f"{label}: {'no time told yet' if self.picture.event_times(event) else 'never'}"
                return f"{label} {_days(value)} ago"
            case EventTimes() | PhaseVisits():
                times = term_value(term, self.picture) or 0
                often = {0: "never", 1: "once", 2: "twice"}.get(int(times), f"{times:,} times")
                return f"{often} so far" if times else often
            case Plus() | Minus() | Times():
                inside = dict.fromkeys(name for name in _signals(term))
                value = term_value(term, self.picture)
                total = "unknown" if value is None else show_number(value)
                return f"{', '.join(self.signal(name) for name in inside)}: {total}"
            case _:
                assert_never(term)

    def elapsed(self, name: str, *, ahead: bool) -> str:
        """A date, and how far it is from now."""
        spec, date, now = self.definition.signals[name], self.picture.signal(name), self.picture.now()
        if date is None or now is None:
            return f"{spec.label} {spec.show(date)}" + ("" if date is None else ", no time told yet")
        days = (int(date) - now) // DAY if ahead else (now - int(date)) // DAY
        there = "to go" if ahead else "ago"
        if days < 0:
            days, there = -days, "ago" if ahead else "to go"
        return f"{spec.label} {spec.show(date)}, {_days(days)} {there}"

    def held(self, cond: ForDays) -> str:
        """Since when the condition of a clock has held."""
        since, now = self.picture.held_since(cond), self.picture.now()
        if evaluate(cond.of, self.picture) is not True or since is None or now is None:
            return ""
        return f"since {show_instant(since)}, {_days((now - since) // DAY)}"


def _signals(term: Term) -> Iterator[str]:
    match term:
        case SignalRef(name):
            yield name
        case Plus(left, right) | Minus(left, right):
            yield from _signals(left)
            yield from _signals(right)
        case Times(_, inner):
            yield from _signals(inner)
        case _:
            pass


def _has_parts(cond: Cond) -> bool:
    match cond:
        case And() | Or():
            return True
        case Not(of) | Unless(of) | Named(of) | ForDays(of):
            return _has_parts(of)
        case _:
            return False


def _days(number: float) -> str:
    return f"{number:,.0f} day{'' if number == 1 else 's'}"


def explain_transition(transition: Transition, state: State) -> Explanation:
    """What a transition still needs.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase
        >>> from clmstate.kernel import compiled
        >>> class Deal(Lifecycle):
        ...     ended = Event("contract ended")
        ...     new = Phase("New", initial=True)
        ...     lost = Phase("Lost", final=True)
        ...     lose = new.to(lost, on=ended)
        >>> print(explain_transition(Deal.lose, compiled(Deal.definition).new()))
        lose, New → Lost: not yet
          ✗ contract ended
    """
    p = state.c.program
    definition = p.definition
    here = p.phases[state.phase]
    ways = definition.ways_out(here)
    why = None if transition.when is None else reason(transition.when, state)
    met = why is None or why.truth is True
    needs = []
    if transition not in ways:
        needs.append(f"the customer is in {definition.phases[here].label}")
    if transition.on is not None:
        needs.append(definition.events[transition.on].label)
    elif state.at < state.hold:
        needs.append(f"held by hand until {show_instant(int(state.hold))}")
    elif met and not needs:
        first = next(t for t in ways if t.on is None and (t.when is None or evaluate(t.when, StatePicture(state)) is True))
        if first != transition:
            needs.append(f"'{first.name}' comes first")
    sources = " or ".join(definition.places[s].label if s != ANYWHERE else "anywhere" for s in transition.sources)
    arrow = f"stays in {sources}" if transition.stay else f"{sources} → {definition.places[transition.target].label}"
    return Explanation(f"{transition.name}, {arrow}", met and not needs, tuple(needs), why)


def explain_place(path: str, state: State) -> Explanation:
    """What every way from here into a phase (or group) still needs; where no way leads there directly, every way into it.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel import compiled
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live", default=False)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=live)
        >>> print(explain_place("won", compiled(Deal.definition).new()))
        Won: not yet
          win, New → Won: not yet
            ✗ live (no)
    """
    p = state.c.program
    definition = p.definition
    here = p.phases[state.phase]
    label = definition.places[path].label
    if path in (here, definition.group_of(here)):
        return Explanation(f"the customer is in {label}", True)
    inside = (*definition.leaves(path), path, definition.group_of(path))
    into = [t for t in definition.transitions.values() if not t.stay and t.target in inside]
    from_here = [t for t in into if t in definition.ways_out(here)]
    parts = tuple(explain_transition(t, state) for t in from_here or into)
    return Explanation(label, any(part.possible for part in parts), () if parts else ("no transition leads there",), None, parts)


def explain_ways_out(state: State) -> Explanation:
    """What every way out of the present phase still needs.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel import compiled
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live", default=False)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=live)
        >>> print(explain_ways_out(compiled(Deal.definition).new()))
        ways out of New: not yet
          win, New → Won: not yet
            ✗ live (no)
    """
    p = state.c.program
    path = p.phases[state.phase]
    ways = p.definition.ways_out(path)
    parts = tuple(explain_transition(t, state) for t in ways)
    needs = () if parts else ("it is final",) if p.definition.phases[path].final else ("no transition leads out of it",)
    return Explanation(f"ways out of {p.definition.phases[path].label}", any(part.possible for part in parts), needs, None, parts)
