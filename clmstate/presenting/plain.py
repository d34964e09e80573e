"""A lifecycle as plain JSON, for the small interpreter in the page.

Conditions become rows of one table, each once, in which other rows are named by their number; terms become short lists. Nothing is
decided here: the order of the rules, the clocks and what is counted come from the lowered program, the words from the explanations.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias, assert_never

from clmstate.conditions import reads
from clmstate.conditions.nodes import (
    And,
    Between,
    Compare,
    Cond,
    Const,
    Constant,
    DateConst,
    DaysInPhase,
    DaysSince,
    DaysUntil,
    EventDaysSince,
    EventTimes,
    ForDays,
    InPhase,
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
    children,
)
from clmstate.kernel import State, compiled
from clmstate.kernel.program import Program, Rule
from clmstate.kernel.settle import MOST_ROUNDS
from clmstate.lifecycle import LifecycleDefinition, Reason, Risk, SuccessGap
from clmstate.live.explain import reason
from clmstate.presenting.criteria import place_label, ways_by_hope
from clmstate.signals import SignalSpec

__all__ = ["plain_model", "plain_state", "plain_term", "states_of"]

Json: TypeAlias = Any


def plain_model(definition: LifecycleDefinition) -> dict[str, Json]:
    """Everything that the page's interpreter needs to settle one customer of a lifecycle.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live", default=False)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=live)
        >>> plain_model(Deal.definition)["conditions"]
        [{'is': 'flag', 'signal': 'live', 'words': 'live', 'reads': ['live']}]
    """
    engine = compiled(definition)
    program = engine.program
    table = _Conditions(definition, engine.new())
    rules = [_rule(rule, program, table) for rule in program.rules]
    clocks = [table.number(clock) for clock in program.clocks]
    return {
        "phases": {path: _place(definition, path) for path in definition.phases},
        "groups": {path: {"label": group.label, "initial": group.initial} for path, group in definition.groups.items()},
        "initial": definition.initial,
        "signals": [_signal(spec) for spec in definition.signals.values()],
        "limits": {name: limit.value for name, limit in definition.thresholds.items()},
        "events": {name: event.label for name, event in definition.events.items()},
        "rules": rules,
        "offered": _by_phase(program, program.offered),
        "silent": _by_phase(program, program.silent),
        "ways": {path: [t.name for t in ways_by_hope(definition, path)] for path in definition.phases},
        "signs": [
            {"label": each.label, "when": table.number(when), "phases": list(each.phases), "risk": isinstance(each, Risk)}
            for each, when in _signs(definition)
        ],
        "conditions": table.rows,
        "clocks": clocks,
        "visited": list(program.visited),
        "most_rounds": MOST_ROUNDS,
    }


def _signs(definition: LifecycleDefinition) -> Iterator[tuple[Risk | SuccessGap, Cond]]:
    """Risks with a warning sign, and success gaps that a condition finds open."""
    yield from ((risk, risk.sign) for risk in definition.risks.values() if risk.sign is not None)
    yield from ((gap, gap.when) for gap in definition.gaps.values() if gap.when is not None)


def _by_phase(program: Program, rules: tuple[tuple[Rule, ...], ...]) -> dict[str, list[int]]:
    return {path: [rule.index for rule in some] for path, some in zip(program.phases, rules, strict=True)}


def _place(definition: LifecycleDefinition, path: str) -> dict[str, Json]:
    phase = definition.phases[path]
    return {
        "label": place_label(definition, path),
        "group": definition.group_of(path),
        "final": phase.final,
        "standing": phase.standing,
        "touchpoints": [touchpoint.label for touchpoint in phase.touchpoints],
    }


def _rule(rule: Rule, program: Program, table: _Conditions) -> dict[str, Json]:
    transition, definition = rule.transition, program.definition
    return {
        "name": transition.name,
        "on": rule.event,
        "when": None if transition.when is None else table.number(transition.when),
        "target": program.phases[rule.target],
        "to": place_label(definition, transition.target),
        "resumes": rule.resumes,
        "stay": rule.stay,
        "why": definition.why(transition),
        "plays": [play.label for play in transition.plays],
    }


def _signal(spec: SignalSpec) -> dict[str, Json]:
    return {
        "name": spec.name,
        "kind": spec.kind,
        "label": spec.label,
        "many": spec.plural if spec.kind == "count" and spec.plural else spec.label,
        "unit": spec.unit,
        "low": spec.low,
        "high": spec.high,
        "step": spec.step,
        "default": spec.default,
        "choices": list(spec.choices),
        "port": spec.port,
        "help": spec.help,
    }


class _Conditions:
    """The table: each condition once, with the words that explanations have for it."""

    def __init__(self, definition: LifecycleDefinition, nobody: State) -> None:
        self.definition, self.nobody = definition, nobody
        self.rows: list[dict[str, Json]] = []
        self.numbers: dict[Cond, int] = {}

    def number(self, cond: Cond) -> int:
        """The number of a condition's row, made when it is first asked for; inner conditions come before outer ones."""
        if cond not in self.numbers:
            row = self.plain(cond) | self.said(reason(cond, self.nobody), cond)
            self.numbers[cond] = len(self.rows)
            self.rows.append(row)
        return self.numbers[cond]

    def said(self, tree: Reason, cond: Cond) -> dict[str, Json]:
        """Its words, and either that it is taken apart in a checklist or which of the customer's data belong to it."""
        if tree.children:
            return {"words": tree.words, "apart": True}
        return {"words": tree.words, "reads": list(reads(cond).signals)}

    def plain(self, cond: Cond) -> dict[str, Json]:
        """What it says, without words."""
        match cond:
            case Constant(value):
                return {"is": "constant", "value": value}
            case IsTrue(name):
                return {"is": "flag", "signal": name}
            case OneOf(name, values):
                return {"is": "choice", "signal": name, "values": list(values)}
            case Compare(left, op, right):
                return {"is": "compare", "left": plain_term(left), "op": op, "right": plain_term(right)}
            case Between(term, low, high):
                return {"is": "between", "term": plain_term(term), "low": plain_term(low), "high": plain_term(high)}
            case IsMissing(of) if isinstance(of, SignalRef):
                return {"is": "untold", "signal": of.name}
            case InPhase(phases):
                return {"is": "phase", "phases": list(phases)}
            case Not():
                kind = "not"
            case And():
                kind = "all"
            case Or():
                kind = "any"
            case Unless():
                kind = "unless"
            case IsMissing():
                kind = "missing"
            case Named():
                kind = "named"
            case ForDays(of, days):
                return {"is": "for", "of": [self.number(of)], "days": plain_term(days)}
            case _:
                assert_never(cond)
        return {"is": kind, "of": [self.number(child) for child in children(cond)]}


def plain_term(term: Term) -> list[Json]:
    """A term as a list: what it is, then what it is about.

    Example:
        >>> plain_term(Plus(SignalRef("seats"), Const(1)))
        ['plus', ['signal', 'seats'], ['number', 1]]
    """
    match term:
        case SignalRef(name):
            return ["signal", name]
        case ThresholdRef(name):
            return ["limit", name]
        case Const(value):
            return ["number", value]
        case DateConst(at):
            return ["number", at]
        case Plus(left, right):
            return ["plus", plain_term(left), plain_term(right)]
        case Minus(left, right):
            return ["minus", plain_term(left), plain_term(right)]
        case Times(factor, inner):
            return ["times", plain_term(factor), plain_term(inner)]
        case DaysUntil(name):
            return ["days_until", name]
        case DaysSince(name):
            return ["days_since", name]
        case DaysInPhase():
            return ["days_in_phase"]
        case EventDaysSince(event):
            return ["event_days", event]
        case EventTimes(event):
            return ["event_times", event]
        case PhaseVisits(path):
            return ["visits", path]
        case _:
            assert_never(term)


def plain_state(snapshot: dict[str, Json]) -> dict[str, Json]:
    """One part of a snapshot as the page's interpreter keeps it.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> plain_state(Deal("Acme").snapshot())["phase"]
        'new'
    """
    kept = ("at", "phase", "entered", "hold", "values", "events", "visits", "resume", "touchpoints", "milestones")
    return {name: snapshot[name] for name in kept} | {"clocks": list(snapshot["clocks"].values())}


def states_of(snapshot: dict[str, Json]) -> dict[str, dict[str, Json]]:
    """Every part that is there, by address; "" is a lifecycle on its own.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> list(states_of(Deal("Acme").snapshot()))
        ['']
    """
    if "members" not in snapshot:
        return {"": plain_state(snapshot)}
    # a composition has one clock: a part that nobody has told of a later time lives in it all the same
    now = {"at": snapshot["at"]}
    return {each["path"]: plain_state(each["state"] | now) for each in snapshot["members"] if each["present"]}
