"""Why not yet: conditions as trees over one customer's data."""

from __future__ import annotations

from clmstate.conditions import evaluate, phrase, reads, term_value, words
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
    ForDays,
    Named,
    Not,
    Or,
    SignalRef,
    Term,
    ThresholdRef,
    Unless,
)
from clmstate.kernel import State
from clmstate.lifecycle import Explanation, LifecycleDefinition, Phase, Reason, Transition
from clmstate.live.picture import StatePicture
from clmstate.signals import DAY, show_instant

__all__ = ["explain_phase", "explain_transition", "explain_ways_out", "reason"]


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
    def __init__(self, state: State) -> None:
        self.picture = StatePicture(state)
        self.definition: LifecycleDefinition = state.c.program.definition

    def tree(self, cond: Cond) -> Reason:
        truth = evaluate(cond, self.picture)
        said = words(cond, self.definition)
        match cond:
            case And(items) | Or(items):
                head = "all of" if isinstance(cond, And) else "at least one of"
                return Reason(head, truth, "", tuple(self.tree(item) for item in items))
            case Named(of):
                return Reason(said, truth, "", () if not _has_parts(of) else (self.tree(of),)) if _has_parts(of) else self.leaf(cond, said)
            case Not(of) | Unless(of) if _has_parts(of):
                head = "none of this" if isinstance(cond, Not) else "not (or not known to be)"
                return Reason(head, truth, "", (self.tree(of),))
            case ForDays(of, days) if _has_parts(of):
                return Reason(f"for {_days(term_value(days, self.picture) or 0)}", truth, self.held(cond), (self.tree(of),))
            case _:
                return self.leaf(cond, said)

    def leaf(self, cond: Cond, said: str) -> Reason:
        return Reason(said, evaluate(cond, self.picture), self.value(cond))

    def value(self, cond: Cond) -> str:
        """What the customer's data say about a leaf."""
        match cond:
            case ForDays():
                return ", ".join(part for part in (self.value(cond.of), self.held(cond)) if part)
            case Not(of) | Unless(of) | Named(of):
                return self.value(of)
            case Compare(left, _, right):
                return ", ".join(shown for term in (left, right) if (shown := self.shown(term)))
            case Between(term):
                return self.shown(term)
            case _:
                return ", ".join(self.signal(name) for name in reads(cond).signals)

    def signal(self, name: str) -> str:
        spec = self.definition.signals[name]
        value = self.picture.signal(name)
        return f"{spec.plural if spec.kind == 'count' and spec.plural else spec.label} {spec.show(value)}"

    def shown(self, term: Term) -> str:
        match term:
            case Const() | ThresholdRef() | DateConst():
                return ""
            case SignalRef(name):
                return self.signal(name)
            case DaysUntil(name) | DaysSince(name):
                date = self.picture.signal(name)
                spec = self.definition.signals[name]
                if date is None or self.picture.now() is None:
                    return f"{spec.label} {spec.show(date)}" + ("" if date is None else ", no time told yet")
                return f"{spec.label} {spec.show(date)}, {_days(term_value(term, self.picture) or 0)} {'to go' if isinstance(term, DaysUntil) else 'ago'}"
            case DaysInPhase():
                value = term_value(term, self.picture)
                return "no time told yet" if value is None else f"{_days(value)} so far"
            case EventDaysSince(event):
                value = term_value(term, self.picture)
                label = self.definition.events[event].label
                return f"{label} never" if value is None else f"{label} {_days(value)} ago"
            case _:
                value = term_value(term, self.picture)
                return f"{phrase(term, self.definition)} {'unknown' if value is None else f'{value:,}'}"

    def held(self, cond: ForDays) -> str:
        since, now = self.picture.held_since(cond), self.picture.now()
        if evaluate(cond.of, self.picture) is not True or since is None or now is None:
            return ""
        return f"since {show_instant(since)}, {_days((now - since) // DAY)}"


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
    needs = []
    possible = True
    if transition not in ways:
        possible = False
        needs.append(f"the customer is in {definition.phases[here].label}")
    if transition.on is not None:
        needs.append(definition.events[transition.on].label)
    elif state.at < state.hold:
        possible = False
        needs.append(f"held by hand until {show_instant(int(state.hold))}")
    why = None if transition.when is None else reason(transition.when, state)
    met = why is None or why.truth is True
    blocking = None
    if possible and met and transition.on is None:
        blocking = next((t for t in ways[: ways.index(transition)] if t.on is None and t.when is not None and evaluate(t.when, StatePicture(state)) is True), None)
        if blocking is not None:
            needs.append(f"'{blocking.name}' comes first")
    target = definition.places[transition.target].label
    sources = " or ".join(definition.places[s].label if s != "*" else "anywhere" for s in transition.sources)
    arrow = f"stays in {sources}" if transition.stay else f"{sources} → {target}"
    return Explanation(f"{transition.name}, {arrow}", possible and met and not needs, tuple(needs), why)


def explain_phase(phase: Phase, state: State) -> Explanation:
    """What every way from here into a phase still needs; where no way leads there directly, every way into it.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel import compiled
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live", default=False)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=live)
        >>> print(explain_phase(Deal.won, compiled(Deal.definition).new()))
        Won: not yet
          win, New → Won: not yet
            ✗ live (live no)
    """
    p = state.c.program
    definition = p.definition
    if p.phases[state.phase] == phase.path:
        return Explanation(f"{phase.label}: the customer is here", True)
    group = definition.group_of(phase.path)
    into = [t for t in definition.transitions.values() if not t.stay and t.target in (phase.path, group)]
    from_here = [t for t in into if t in definition.ways_out(p.phases[state.phase])]
    parts = tuple(explain_transition(t, state) for t in from_here or into)
    return Explanation(phase.label, any(part.possible for part in parts), () if parts else ("no transition leads there",), None, parts)


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
            ✗ live (live no)
    """
    p = state.c.program
    path = p.phases[state.phase]
    ways = p.definition.ways_out(path)
    parts = tuple(explain_transition(t, state) for t in ways)
    needs = () if parts else ("it is final",) if p.definition.phases[path].final else ("no transition leads out of it",)
    return Explanation(f"ways out of {p.definition.phases[path].label}", any(part.possible for part in parts), needs, None, parts)
