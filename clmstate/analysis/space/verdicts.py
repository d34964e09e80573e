"""Promises that do not hold, and what cannot be promised at all, as findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clmstate.analysis.findings import Evidence, Finding, finding
from clmstate.analysis.space.blueprint import Blueprint, Group, Unexplored, blueprint
from clmstate.analysis.space.explore import Explorer, Limit, explored
from clmstate.analysis.space.logs import breach_in, log_of
from clmstate.analysis.space.proving import Model, Proof, prove
from clmstate.analysis.space.replays import Replay, replayed
from clmstate.analysis.space.spoken import evidence_of
from clmstate.analysis.space.watches import Never
from clmstate.composition import Compared, CompositionDefinition, RollUp, sources
from clmstate.lifecycle import LifecycleDefinition

__all__ = ["findings"]


def findings(model: Model, proofs: Sequence[Proof] | None = None) -> tuple[Finding, ...]:
    """What is to be said of the promises of a model (CLM580, CLM581), and who is not the only one (CLM582).

    Args:
        model: a lifecycle or a composition; of a composition, its own promises, not those of its parts.
        proofs: what `prove` said of the model, where that was asked already.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase, never
        >>> class Deal(Lifecycle):
        ...     signed = Event("contract signed")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, on=signed)
        ...     promises = never(won)
        >>> for found in findings(Deal):
        ...     print(found)
        CLM580 Deal.promises: 'never in Won' is broken. Change the rules that lead there, or the promise.
    """
    definition = model.definition if isinstance(model, type) else model
    found = [
        one
        for number, proof in enumerate(prove(definition) if proofs is None else proofs)
        for one in _of(definition, proof, number)
    ]
    if isinstance(definition, CompositionDefinition):
        found += _not_the_only_one(definition)
    return tuple(found)


def _of(definition: LifecycleDefinition | CompositionDefinition, proof: Proof, number: int) -> Iterator[Finding]:
    name = definition.name
    element = "promises" if len(definition.promises) == 1 else f"promises[{number}]"
    limit = "; ".join(proof.limits)
    if proof.verdict == "broken" and proof.evidence is not None:
        remedy = "change the rules that lead there, or the promise"
        yield finding(
            "CLM580", name, element, (element,), f"'{proof.words}' is broken", remedy, evidence=(proof.evidence,), limit=limit
        )
    elif proof.verdict == "bounded":
        message = f"nobody was found who breaks '{proof.words}' {proof.scope}; whether that holds for more is open"
        yield finding(
            "CLM581", name, element, (element,), message, "promise something narrower, or accept what is known", limit=limit
        )
    elif proof.verdict == "undecided":
        message = f"whether '{proof.words}' holds could not be decided"
        yield finding(
            "CLM581", name, element, (element,), message, "promise something narrower, or simplify the rules", limit=limit
        )


# ---- mutual exclusion ------------------------------------------------------------------------------------------------------


def _not_the_only_one(definition: CompositionDefinition) -> Iterator[Finding]:
    """Members who look whether one of their own is somewhere, and two of whom get there in one round all the same."""
    try:
        plan = blueprint(definition)
    except Unexplored:
        return
    for number, group in enumerate(plan.groups):
        for roll_up in dict.fromkeys(_own(plan, number, group)):
            shown = _two(plan, number, group, roll_up)
            if shown is not None:
                leaf = definition.leaf(roll_up.part, roll_up.inner)
                places = " or ".join(leaf.places[path].label for path in roll_up.phases)
                message = f"members look whether one of them is in {places}, but two who look in the same round both get there"
                remedy = "let somebody choose: report it as an event, or move one by hand"
                element = ".".join(group.path)
                yield finding("CLM582", definition.name, element, (element, *roll_up.phases), message, remedy, evidence=(shown,))


def _own(plan: Blueprint, number: int, group: Group) -> Iterator[RollUp]:
    """Roll-ups "any" and "none" of a group that are fed to its own members, where a rule into their phases needs nobody there."""
    for line in plan.lines:
        if line.group != number or line.inside:
            continue
        ways = group.slots[line.slot].ways
        for source in sources(line.feed):
            if not isinstance(source, RollUp) or source.kind not in ("any", "none") or (*line.where, source.part) != group.path:
                continue
            inside = ways.numbers(source.phases)
            if any(rule.target in inside and line.port in rule.signals for rule in ways.program.rules):
                yield source


def _two(plan: Blueprint, number: int, group: Group, roll_up: RollUp) -> Evidence | None:
    """Two members who are there together, though one by one only one gets there."""
    both = Never(Compared(RollUp("count", roll_up.part, roll_up.inner, roll_up.phases), ">", 1))
    most = tuple(2 if i == number else 0 for i in range(len(plan.groups)))
    followed = frozenset(plan.cone({group.path}))
    try:
        one_by_one = Explorer(plan, followed, most, counted=True, reporting="one", watch=both, precision="sketch", patience=5_000)
        if explored(one_by_one, one_by_one.start()).broken is not None:
            return None
        together = Explorer(plan, followed, most, counted=True, watch=both, precision="sketch", patience=5_000)
        space = explored(together, together.start())
    except Limit:
        return None
    if space.broken is None:
        return None

    def wanted(replay: Replay) -> bool:
        return breach_in(both, replay) is not None

    log = log_of(plan, [*space.way(space.broken[0]), space.broken], wanted)
    return None if log is None else evidence_of(plan, log, replayed(plan, log), "both of them are there")
