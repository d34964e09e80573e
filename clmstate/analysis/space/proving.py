"""Whether promises hold: for all customers, with what is exact and what is not said, or with a customer who breaks them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Literal, TypeAlias

import attrs

from clmstate.analysis.findings import Evidence, Report
from clmstate.analysis.space.blueprint import Blueprint, Path, Unexplored, blueprint
from clmstate.analysis.space.crowds import Asked, Crowd
from clmstate.analysis.space.explore import Explorer, Limit, Precision, Reporting, Settled, Space, Step, Watch, explored
from clmstate.analysis.space.facts import cuts
from clmstate.analysis.space.logs import breach_in, log_of, nothing_told, shortened
from clmstate.analysis.space.possible import Standstill, stuck
from clmstate.analysis.space.replays import Replay, replayed
from clmstate.analysis.space.spoken import evidence_of, scope_of
from clmstate.analysis.space.watches import Before, Leads, Never, Until, existing, must, watch_of
from clmstate.composition import Compared, Composition, CompositionDefinition, FeedNode, RollUp, promise_words, sources
from clmstate.composition.feeds import inside as parts_of
from clmstate.errors import DefinitionError
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, Promise

__all__ = ["Model", "Proof", "Verdict", "prove"]

Model: TypeAlias = type[Lifecycle] | type[Composition] | LifecycleDefinition | CompositionDefinition

Verdict: TypeAlias = Literal["holds", "broken", "bounded", "undecided"]
"""It holds for all customers; somebody breaks it; nobody of those who were looked at breaks it; nothing can be said."""

PATIENCE: Final = 30_000
MOST_BREACHES: Final = 12

_PRECISIONS: Final[tuple[Precision, ...]] = ("places", "facts")

_LIKELY: Final[tuple[tuple[Precision, Reporting, int], ...]] = (
    ("sketch", "one", 1),
    ("sketch", "one", 2),
    ("sketch", "everybody", 1),
    ("sketch", "everybody", 2),
)
_THOROUGH: Final[tuple[tuple[Precision, Reporting, int], ...]] = (
    ("sketch", "one", 3),
    ("facts", "everybody", 1),
    ("facts", "everybody", 2),
)
"""Where somebody who breaks a promise is sought: who is told something at once, and how many members there are of each kind."""


@attrs.frozen
class Proof:
    """What is known about one promise.

    Attributes:
        promise: the promise.
        words: the promise in words.
        verdict: "holds", "broken", "bounded" (nobody among so many members breaks it; beyond that it is open) or "undecided".
        scope: for whom it was shown, such as "for any number of users".
        limits: what is thought freer than it is, or was left out; each as a sentence without its full stop.
        evidence: for a broken promise a customer who breaks it, replayed on the compiled engine.
        states: how many states were looked at.

    Example:
        >>> from clmstate import Lifecycle, Event, Phase, never
        >>> class Deal(Lifecycle):
        ...     signed = Event("contract signed")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, on=signed)
        ...     promises = never(won).before(new)
        >>> print(prove(Deal)[0])
        never in Won before in New: holds for every customer
    """

    promise: Promise
    words: str
    verdict: Verdict
    scope: str = ""
    limits: tuple[str, ...] = ()
    evidence: Evidence | None = None
    states: int = 0

    def __str__(self) -> str:
        verdict = "nobody breaks it" if self.verdict == "bounded" else self.verdict
        said = f"{self.words}: {verdict}" + (f" {self.scope}" if self.scope else "")
        return f"{said} ({'; '.join(self.limits)})" if self.limits else said


def prove(model: Model, promises: Sequence[Promise] | None = None) -> tuple[Proof, ...]:
    """What is known about the promises of a model.

    Every part may be told anything at every observation, several parts at once; members join and leave as they like. Moves by hand and
    `start` are left out.

    Args:
        model: a lifecycle or a composition.
        promises: by default those of the model.

    Raises:
        DefinitionError: a promise that is given here is not well-formed.

    Example:
        >>> from clmstate import Lifecycle, Event, Phase, never
        >>> class Deal(Lifecycle):
        ...     signed = Event("contract signed")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, on=signed)
        ...     promises = never(won)
        >>> proof, = prove(Deal)
        >>> print(proof)
        never in Won: broken
        >>> proof.evidence.rows()
        [{'customer': 'Somebody', 'at': '2026-01-05', 'event': 'signed'}]
    """
    definition = model.definition if isinstance(model, type) else model
    given = definition.promises if promises is None else promises
    mistakes = [mistake.at(f"{definition.name}.promises") for promise in given for mistake in promise.origin.mistakes]
    if mistakes:
        raise DefinitionError(mistakes)
    return tuple(_proved(definition, promise) for promise in given)


def _proved(definition: LifecycleDefinition | CompositionDefinition, promise: Promise) -> Proof:
    words = promise_words(promise, definition)
    try:
        asked = tuple(state for state in (promise.subject, promise.other) if state is not None)
        plan = blueprint(definition, asked)
        possible = promise.kind in ("always_possible", "always_possible_until")
        return _possible(plan, promise, words) if possible else _watched(plan, promise, words)
    except Unexplored as why:
        return Proof(promise, words, "undecided", limits=(str(why),))
    except Limit as why:
        return Proof(promise, words, "undecided", limits=(f"the states are too many: given up {why}",))


def _watched(plan: Blueprint, promise: Promise, words: str) -> Proof:
    """A promise that something never happens."""
    watch = watch_of(promise)
    if not plan.groups and len(plan.ones) == 1:
        return _alone(plan, promise, watch, words)
    named = {part for state in (promise.subject, promise.other) if state is not None for part in plan.read(state)}
    cone = plan.cone(named)
    for precision in _PRECISIONS:
        for followed in (named, cone):
            explorer = any_number(plan, frozenset(followed), watch, promise, precision)
            try:
                space = explored(explorer, explorer.start())
            except Limit:
                continue
            if space.broken is None:
                return Proof(
                    promise, words, "holds", scope_of(plan, followed, None), _limits(plan, followed), None, len(space.states)
                )
        searches = _LIKELY if precision == "places" else _THOROUGH
        everybody = frozenset((*range(len(plan.ones)), *plan.group))  # those whom nobody reads may still keep others from settling
        for who in dict.fromkeys((frozenset(cone), everybody)):
            found = _searched(plan, who, promise, watch, words, searches)
            if found is not None:
                return found
    why = "it can be broken if what roll-ups say is free; no log that does it was found"
    return Proof(promise, words, "undecided", limits=(why, *_limits(plan, cone)))


def _possible(plan: Blueprint, promise: Promise, words: str) -> Proof:
    """A promise that something stays possible."""
    alone = not plan.groups and len(plan.ones) == 1
    named = {0} if alone else {p for state in (promise.subject, promise.other) if state is not None for p in plan.read(state)}
    cone = frozenset(plan.cone(set(named)))
    open_: list[Standstill] = []
    for precision in _PRECISIONS:
        watch = Until(promise.other)
        explorer = Explorer(plan, cone, (), counted=True, watch=watch, precision=precision)
        if not alone:
            explorer = any_number(plan, cone, watch, promise, precision)
        space = explored(explorer, explorer.start())
        states = [state for state in space.states if not state.seen]
        open_ = list(stuck(plan, cone, promise.subject, states, explorer))
        if not open_:
            return Proof(promise, words, "holds", scope_of(plan, cone, None), _limits(plan, cone), None, len(space.states))
        if not alone:
            break
    shown = _standstill(plan, cone, promise, [one for one in open_ if one.never])
    if shown is not None:
        return Proof(promise, words, "broken", evidence=shown)
    where = _standing(plan, open_[0].state)
    why = f"no way was found that can be gone for certain by a customer with {where}"
    return Proof(promise, words, "undecided", limits=(why, *_limits(plan, cone)))


def _standing(plan: Blueprint, state: Settled) -> str:
    said = []
    for slot, local in zip(plan.ones, state.ones, strict=True):
        ways = slot.ways
        label = " ".join(slot.path) or ways.definition.title
        said.append(f"{label} in {ways.definition.phases[ways.program.phases[local[0]]].label}")
    return ", ".join(said)


def _standstill(plan: Blueprint, cone: frozenset[int | Path], promise: Promise, found: Sequence[Standstill]) -> Evidence | None:
    """A customer from whom what was promised cannot be reached any more, on the compiled engine."""
    searches: tuple[tuple[Precision, Reporting, int], ...] = (("sketch", "one", 0), ("sketch", "one", 1), ("sketch", "one", 2))
    if not plan.groups:
        searches = (("facts", "everybody", 0),)
    for precision, reporting, many in searches:
        most = tuple(many if group.path in cone else 0 for group in plan.groups)
        watch = Until(promise.other)
        explorer = Explorer(
            plan, cone, most, counted=True, reporting=reporting, watch=watch, precision=precision, patience=PATIENCE
        )
        try:
            space = explored(explorer, explorer.start())
        except Limit:
            return None
        for still in found:
            places = tuple(local[0] for local in still.state.ones)

            def wanted(replay: Replay, places: tuple[int, ...] = places) -> bool:
                if not replay.pictures or any(
                    must(look, promise.other) for looks in replay.pictures for look in looks if promise.other
                ):
                    return False
                return tuple(flight.local[0] for flight in replay.pictures[-1][-1].node.ones) == places

            for state in space.states:
                if tuple(local[0] for local in state.ones) == places and not state.seen:
                    way = space.way(state)
                    log = log_of(plan, way, wanted) if way else _staying(plan, explorer, state, wanted)
                    if log is not None:
                        log = shortened(plan, log, wanted)
                        return evidence_of(plan, log, replayed(plan, log), "from here it is possible no more")
    return None


def _staying(plan: Blueprint, explorer: Explorer, start: Settled, wanted: Callable[[Replay], bool]) -> tuple[Report, ...] | None:
    """A log of a customer who stays where customers begin."""
    logs = (log_of(plan, [(start, step)], wanted) for step in explorer.steps(start) if step.to == start)
    return nothing_told(plan, wanted) or next(
        (log for log in logs if log is not None), ()
    )  # where nobody settles, nobody has moved


def _alone(plan: Blueprint, promise: Promise, watch: Never | Before | Leads, words: str) -> Proof:
    explorer = Explorer(plan, frozenset((0,)), (), counted=True, watch=watch, precision="places")
    space = explored(explorer, explorer.start())
    if space.broken is not None:
        explorer = attrs.evolve(explorer, precision="facts")
        space = explored(explorer, explorer.start())
    if space.broken is None:
        return Proof(promise, words, "holds", scope_of(plan, (), None), _limits(plan, (0,)), None, len(space.states))
    shown = _shown(plan, space, [space.broken], watch)
    if shown is None:
        explorer = Explorer(plan, frozenset((0,)), (), counted=True, watch=watch)
        breaches = list(_breaches(explorer))
        shown = next((found for space, breach in breaches if (found := _shown(plan, space, [breach], watch)) is not None), None)
    if shown is not None:
        return Proof(promise, words, "broken", evidence=shown, states=len(space.states))
    why = "it can be broken if what is remembered is free; no log that does it was found"
    return Proof(promise, words, "undecided", limits=(why, *_limits(plan, (0,))), states=len(space.states))


def _breaches(explorer: Explorer) -> Iterator[tuple[Space, tuple[Settled, Step]]]:
    """Breaches one after the other, at first those after few observations."""
    space = explored(explorer, explorer.start(), stop=False)
    found = 0
    for state in space.states:
        for step in explorer.steps(state):
            if step.broken:
                yield space, (state, step)
                found += 1
                if found == MOST_BREACHES:
                    return


def _shown(
    plan: Blueprint, space: Space, breaches: Sequence[tuple[Settled, Step]], watch: Never | Before | Leads
) -> Evidence | None:
    """A customer who breaks a promise, on the compiled engine."""

    def wanted(replay: Replay) -> bool:
        return breach_in(watch, replay) is not None

    for state, step in breaches:
        log = log_of(plan, [*space.way(state), (state, step)], wanted)
        if log is not None:
            log = shortened(plan, log, wanted)
            return _evidence(plan, log, watch)
    return None


def _evidence(plan: Blueprint, log: tuple[Report, ...], watch: Never | Before | Leads) -> Evidence:
    replay = replayed(plan, log)
    number = breach_in(watch, replay)
    assert number is not None
    until = sorted({row.at for row in log})[number]
    log = tuple(row for row in log if row.at <= until)
    return evidence_of(plan, log, replayed(plan, log), "the promise is broken")


def _searched(
    plan: Blueprint,
    cone: frozenset[int | Path],
    promise: Promise,
    watch: Never | Before | Leads,
    words: str,
    searches: Sequence[tuple[Precision, Reporting, int]],
) -> Proof | None:
    """Looks for a customer with few members who breaks a promise; None if nothing can be said."""
    covered: tuple[int, ...] | None = None
    states = 0
    for precision, reporting, many in searches:
        most = tuple(many if group.path in cone else 0 for group in plan.groups)
        explorer = Explorer(
            plan, cone, most, counted=True, reporting=reporting, watch=watch, precision=precision, patience=PATIENCE
        )
        try:
            space = explored(explorer, explorer.start())
        except Limit:
            continue
        states = max(states, len(space.states))
        if space.broken is not None:
            shown = _shown(plan, space, [space.broken], watch)
            if shown is not None:
                return Proof(promise, words, "broken", evidence=shown, states=states)
        elif reporting == "everybody" and precision == "facts":
            covered = most
    if covered is None:
        return None
    limits = ("beyond that it is open", *_limits(plan, cone))
    return Proof(promise, words, "bounded", scope_of(plan, cone, covered), limits, None, states)


# ---- any number of members -------------------------------------------------------------------------------------------------


def any_number(
    plan: Blueprint, followed: frozenset[int | Path], watch: Never | Before | Leads | Until, promise: Promise, precision: Precision
) -> Explorer:
    """An exploration in which a few members stand for any number of them."""
    feeds = [state for state in (promise.subject, promise.other) if isinstance(state, FeedNode)]
    needed = [] if isinstance(watch, Until) else list(existing(promise.subject))
    if promise.kind == "leads_to":
        needed += [*existing(promise.subject, wanted=False), *existing(promise.other, wanted=False)]
    most = tuple(needed.count(group.path) if group.path in followed else 0 for group in plan.groups)
    if max(most, default=0) > 2:
        raise Limit("before it began: the promise needs more than two members at once")
    return any_members(plan, followed, most, watch, precision, feeds)


def any_members(
    plan: Blueprint,
    followed: frozenset[int | Path],
    most: tuple[int, ...],
    watch: Watch,
    precision: Precision,
    feeds: Sequence[FeedNode] = (),
) -> Explorer:
    """An exploration in which so many members are followed, and roll-ups may say whatever any number of members can make them say."""
    asked = list(_asked(plan, followed, feeds))
    limits = _compared(plan, feeds)
    crowds = tuple(
        Crowd(group, [one for one in asked if (*one[0], one[1].part) == group.path], limits) if group.path in followed else None
        for group in plan.groups
    )
    return Explorer(plan, followed, most, counted=False, crowds=crowds, watch=watch, precision=precision)


def _asked(plan: Blueprint, followed: frozenset[int | Path], feeds: Sequence[FeedNode]) -> Iterator[Asked]:
    """The roll-ups that matter."""
    for line in plan.lines:
        to = line.slot if line.group is None else plan.groups[line.group].path
        if to in followed and not line.inside:
            yield from ((line.where, source) for source in sources(line.feed) if isinstance(source, RollUp))
    for feed in feeds:
        yield from (((), source) for source in sources(feed) if isinstance(source, RollUp))


def _compared(plan: Blueprint, feeds: Sequence[FeedNode]) -> dict[Asked, list[float]]:
    """For each roll-up the numbers with which somebody compares it."""
    found: dict[Asked, list[float]] = {}
    for line in plan.lines:
        if isinstance(line.feed, RollUp) and not line.inside:
            slots = plan.ones if line.group is None else plan.groups[line.group].slots
            ways = slots[line.slot].ways
            at = found.setdefault((line.where, line.feed), [])
            at += (cut for leaf in ways.port_leaves for cut in cuts(ways.definition, ("value", line.port), leaf))
    for feed in feeds:
        for node in parts_of(feed):
            if isinstance(node, Compared):
                found.setdefault(((), node.of), []).append(node.value)
    return found


def _limits(plan: Blueprint, followed: object) -> tuple[str, ...]:
    """What is thought freer than it is."""
    inside = set(followed) if isinstance(followed, frozenset | set | tuple) else set()
    slots = [slot for i, slot in enumerate(plan.ones) if i in inside]
    slots += [slot for group in plan.groups if group.path in inside for slot in group.slots]
    found = []
    if any(fact.remembered for slot in slots for fact in slot.ways.facts.facts):
        found.append("what is remembered (clocks, days in a phase, earlier events) is thought free")
    if any(slot.ways.facts.loose or slot.ways.mixed for slot in slots):
        found.append("comparisons of two signals and counts of visits are thought free")
    return tuple(found)
