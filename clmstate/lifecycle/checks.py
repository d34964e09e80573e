"""What can be wrong with a definition; everything is looked at before anything is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from clmstate.conditions import Home, Mistake, reads
from clmstate.conditions.facade import LONGEST
from clmstate.conditions.facts import bound_faults, no_value
from clmstate.conditions.nodes import (
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
    InPhase,
    IsTrue,
    Minus,
    OneOf,
    PhaseVisits,
    Plus,
    SignalRef,
    Term,
    ThresholdRef,
    Times,
    own_terms,
    walk,
)
from clmstate.errors import Diagnostic, did_you_mean, shown
from clmstate.lifecycle.definition import LifecycleDefinition
from clmstate.lifecycle.elements import Origin
from clmstate.lifecycle.fields import field_faults, sound
from clmstate.lifecycle.phases import NOWHERE
from clmstate.lifecycle.transitions import ANYWHERE, Transition
from clmstate.signals import show_number

__all__ = ["check_definition"]

_NUMBERS: Final = ("count", "integer", "number", "share", "change", "score", "days", "money")


def check_definition(
    definition: LifecycleDefinition, homes: frozenset[Home], overridden: frozenset[str] = frozenset()
) -> Iterator[Diagnostic]:
    """All mistakes of a definition that can be seen without proofs.

    Args:
        definition: the lifecycle.
        homes: the identities whose names it may use: its own, its groups' and its parents'.
        overridden: the inherited signals that it declares anew, so that inherited conditions may no longer fit them.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> list(check_definition(Deal.definition, Deal._homes))
        []
    """
    yield from field_faults(definition)
    yield from _Check(sound(definition), homes, overridden).everything()


class _Check:
    def __init__(self, definition: LifecycleDefinition, homes: frozenset[Home], overridden: frozenset[str]) -> None:
        self.d = definition
        self.homes = homes
        self.overridden = overridden
        self.strangers: set[str] = set()
        """What uses names of another lifecycle: that they are not here goes without saying."""

    def place(self, name: str) -> str:
        return f"{self.d.name}.{name}" if name else self.d.name

    def everything(self) -> Iterator[Diagnostic]:
        for name, cond in self.d.conditions.items():
            yield from self.condition(name, cond)
        if self.d.phases:
            yield from self.starts()
        yield from self.phases()
        for transition in self.d.transitions.values():
            yield from self.transition(transition)
        for name, milestone in self.d.milestones.items():
            yield from self.origin(name, milestone.origin, self.missing(milestone.when))
            yield from self.condition(name, milestone.when)
        for name, risk in self.d.risks.items():
            yield from self.origin(name, risk.origin, self.missing(risk.sign, risk.phases))
            yield from self.condition(name, risk.sign)
            yield from self.paths(name, risk.phases)
        for name, gap in self.d.gaps.items():
            yield from self.origin(name, gap.origin, self.missing(gap.when, gap.phases))
            yield from self.condition(name, gap.when)
            yield from self.paths(name, gap.phases)
        for promise in self.d.promises:
            yield from self.origin("promises", promise.origin, self.missing(promise.subject) + self.missing(promise.other))
            yield from self.condition("promises", promise.subject, promised=True)
            yield from self.condition("promises", promise.other, promised=True)

    # ---- where names come from

    def origin(self, name: str, origin: Origin, missing: list[str]) -> Iterator[Diagnostic]:
        """What went wrong on the way, and the lifecycles that names were taken from; `missing` are those that this one lacks."""
        for mistake in origin.mistakes:
            yield mistake.at(self.place(name))
        strange = sorted({h.name for h in origin.homes - self.homes})
        if strange:
            self.strangers.add(name)
        names = " and ".join(map(repr, dict.fromkeys(missing))) if len(strange) == 1 and missing else "a name"
        for home in strange:
            cause, remedy = f"it uses {names} of {home}, which is another lifecycle", "declare it in this lifecycle"
            if home == NOWHERE.name:
                cause, remedy = "it uses a phase that has no name yet", f"{remedy} first"
            elif not home:
                cause, remedy = (
                    f"it uses {names} of a group that stands in no lifecycle",
                    "write the group in this lifecycle's body",
                )
            else:
                remedy += "; parts of a composition read each other through ports"
            yield Mistake("CLM104", cause, remedy).at(self.place(name))

    def missing(self, cond: Cond | None, others: Iterable[str | None] = ()) -> list[str]:
        """The names that a condition reads, or that are used beside it, and that are not in this lifecycle."""
        read = None if cond is None else reads(cond)
        d = self.d
        there = {ANYWHERE, *d.signals, *d.thresholds, *d.events, *d.places, *d.transitions}
        used = () if read is None else (*read.signals, *read.thresholds, *read.events, *read.phases)
        return [each for each in (*used, *others) if each and each not in there]

    def known(self, name: str, what: str, read: Iterable[str], known: Iterable[str]) -> Iterator[Diagnostic]:
        if name in self.strangers:
            return
        there = tuple(known)
        for missing in read:
            if missing and missing not in there:  # what has no name has been told already
                mistake = Mistake(
                    "CLM104", f"it reads the {what} '{missing}', which is not in {self.d.name}", did_you_mean(missing, there)
                )
                yield mistake.at(self.place(name))

    # ---- phases

    def starts(self) -> Iterator[Diagnostic]:
        starts = [p for p, phase in self.d.phases.items() if phase.initial and "." not in p] + [
            g for g, s in self.d.groups.items() if s.starts
        ]
        if len(starts) != 1:
            cause = "no phase is initial" if not starts else f"{len(starts)} phases are initial: {', '.join(starts)}"
            yield Mistake("CLM106", cause, "mark the one phase where customers start with initial=True").at(self.place(""))
        for path, group in self.d.groups.items():
            if not group.children:
                yield Mistake("CLM107", "the group has no phases", "give it at least one phase, or remove it").at(self.place(path))
                continue
            first = [c for c in group.children if self.d.phases[c].initial]
            if len(first) != 1 and len(group.children) > 1:
                cause = "the group has no initial phase" if not first else f"the group has {len(first)} initial phases"
                yield Mistake("CLM107", cause, "mark the phase at which the group is entered with initial=True").at(
                    self.place(path)
                )
        for path in self.d.finals:
            if len(starts) == 1 and path in (starts[0], self.d.initial):
                yield Mistake("CLM106", "the initial phase is final, so nobody ever moves", "start elsewhere").at(self.place(path))

    def phases(self) -> Iterator[Diagnostic]:
        for path, phase in self.d.phases.items():
            for touchpoint in phase.touchpoints:
                place = f"{path}, touchpoint {shown(touchpoint.label)}"
                yield from self.origin(place, touchpoint.origin, self.missing(touchpoint.done))
                yield from self.condition(place, touchpoint.done)

    def paths(self, name: str, paths: Iterable[str]) -> Iterator[Diagnostic]:
        yield from self.known(name, "phase", paths, self.d.places)

    # ---- transitions

    def transition(self, t: Transition) -> Iterator[Diagnostic]:
        place = self.place(t.name)
        yield from self.origin(t.name, t.origin, self.missing(t.when, (*t.sources, t.target, t.on, *t.after)))
        yield from self.condition(t.name, t.when)
        if t.name in self.strangers:
            return
        unknown = [path for path in (*(s for s in t.sources if s != ANYWHERE), t.target) if path and path not in self.d.places]
        for path in unknown:
            remedy = "drop this transition too, or lead it elsewhere; " + did_you_mean(path, self.d.places)
            yield Mistake("CLM105", f"'{path}' is not a phase of {self.d.name}", remedy).at(place)
        if unknown:
            return
        if t.origin.mistakes or not t.target:
            return
        if t.on is not None and t.on not in self.d.events:
            yield Mistake("CLM111", f"'{t.on}' is not an event of {self.d.name}", did_you_mean(t.on, self.d.events)).at(place)
        if t.when is None and t.on is None:
            yield Mistake("CLM110", "nothing decides when it is taken", "give when= a condition, or on= an event").at(place)
        yield from self.shape(t, place)

    def shape(self, t: Transition, place: str) -> Iterator[Diagnostic]:
        for source in t.sources:
            if source in self.d.phases and self.d.phases[source].final:
                remedy = f"remove final=True from '{source}', or this way out"
                yield Mistake("CLM108", f"'{source}' is final, so it has no way out", remedy).at(place)
        self_move = len(t.sources) == 1 and t.sources[0] in self.d.phases and t.target == t.sources[0]
        if self_move and t.on is None:
            yield Mistake("CLM109", "it leads back into the phase it leaves, for ever", "give on= an event").at(place)
        if t.resume and any(self.d.group_of(s) == t.target or s == t.target for s in t.sources):
            yield Mistake(
                "CLM109", "a group is resumed from inside itself", f"name a phase of '{t.target}', or resume it from outside"
            ).at(place)
        elif not any(t in self.d.ways_out(path) for path in self.d.phases) and not any(
            self.d.phases[s].final for s in t.sources if s in self.d.phases
        ):
            yield Mistake("CLM109", "no source is left once its own target is left out", "name another target or source").at(place)

    # ---- conditions

    def condition(self, name: str, cond: Cond | None, *, promised: bool = False) -> Iterator[Diagnostic]:
        if cond is None:
            return
        read = reads(cond)
        yield from self.known(name, "signal", read.signals, self.d.signals)
        yield from self.known(name, "threshold", read.thresholds, self.d.thresholds)
        yield from self.known(name, "event", read.events, self.d.events)
        yield from self.known(name, "phase", read.phases, self.d.places)
        if not self.d.signals.keys() >= set(read.signals) or not self.d.thresholds.keys() >= set(read.thresholds):
            return
        for node in walk(cond):
            yield from (m.at(self.place(name)) for m in self.node(node, promised))

    def node(self, node: Cond, promised: bool) -> Iterator[Mistake]:
        match node:
            case InPhase() if not promised:
                remedy = "a transition already knows its phase: use its sources; roll-ups and promises may ask"
                yield Mistake("CLM122", "a condition asks which phase the customer is in", remedy)
            case IsTrue(name):
                yield from self.kind(name, ("flag",), "as yes or no")
            case OneOf(name, values):
                yield from self.kind(name, ("choice",), "as one of some words")
                for value in values:
                    if self.d.signals[name].fault(value) is not None and self.d.signals[name].kind == "choice":
                        yield no_value(self.d.signals[name], value)
            case Compare(left, _, right):
                yield from self.limits(left, right)
                yield from self.limits(right, left)
            case Between(term, low, high):
                yield from self.limits(term, low)
                yield from self.limits(term, high)
            case ForDays(_, ThresholdRef(name)) if name:
                days = self.d.thresholds[name].value
                if days != int(days) or not 1 <= days <= LONGEST:
                    cause = f"for_days('{name}') is {show_number(days)}"
                    yield Mistake("CLM115", cause, f"give a whole number of days from 1 to {show_number(LONGEST)}")
            case _:
                pass
        for term in own_terms(node):
            match term:
                case DaysUntil(name) | DaysSince(name):
                    yield from self.kind(name, ("date",), "as a date")
                case Plus() | Minus() | Times():
                    yield from self.numbers(term)
                case _:
                    pass

    def numbers(self, term: Term) -> Iterator[Mistake]:
        match term:
            case Plus(left, right) | Minus(left, right):
                yield from self.numbers(left)
                yield from self.numbers(right)
            case Times(_, inner):
                yield from self.numbers(inner)
            case SignalRef(name):
                yield from self.kind(name, _NUMBERS, "as a number")
            case _:
                pass

    def kind(self, name: str, kinds: tuple[str, ...], how: str) -> Iterator[Mistake]:
        """A variant may override a signal by one of another kind, which inherited conditions cannot read."""
        spec = self.d.signals.get(name)
        if spec is not None and spec.kind not in kinds:
            cause = f"it reads '{name}' {how}, but in {self.d.name} that is a {spec.kind}"
            yield Mistake("CLM119", cause, "override the condition too, or keep the signal's kind")

    def limits(self, term: Term, limit: Term) -> Iterator[Mistake]:
        if (
            isinstance(term, EventTimes | PhaseVisits | EventDaysSince | DaysInPhase)
            and isinstance(limit, Const)
            and limit.value < 0
        ):
            cause = f"a count or an elapsed time is compared with {show_number(limit.value)}"
            yield Mistake("CLM117", cause, "compare it with 0 or more")
        if not isinstance(term, SignalRef) or term.name not in self.d.signals:
            return
        spec = self.d.signals[term.name]
        match limit:
            case DateConst() | SignalRef():
                yield from self.kind(
                    term.name, ("date",) if isinstance(limit, DateConst) else ("date", *_NUMBERS), "as something to compare"
                )
            case ThresholdRef(name) if name and spec.numeric:
                yield from bound_faults(spec, self.d.thresholds[name].value, name)
            case Const(value) if spec.numeric and term.name in self.overridden:
                yield from bound_faults(spec, value)
            case Const() | ThresholdRef():
                yield from self.kind(term.name, _NUMBERS, "as a number")
            case _:
                pass


def clocks_of(cond: Cond) -> Iterator[ForDays]:
    """The ``for_days`` conditions inside a condition.

    Example:
        >>> from clmstate.conditions.nodes import IsTrue
        >>> [c.days.value for c in clocks_of(ForDays(IsTrue("quiet"), Const(14)))]
        [14]
    """
    return (node for node in walk(cond) if isinstance(node, ForDays))
