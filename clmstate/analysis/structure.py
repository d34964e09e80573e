"""What the shape of a lifecycle alone says: who can get where, and who can get stuck.

**Structure only.** A way counts as open whatever its condition says, so these findings are sound in one direction: where structure says
that nobody gets somewhere, no customer does; where it says that somebody can, a condition may still forbid it. Moves by hand and
`start` put a customer anywhere, and are left out.
"""

from __future__ import annotations

import attrs

from clmstate.analysis.onward import backwards, components, onward
from clmstate.analysis.shape import Given, Shape
from clmstate.lifecycle import Phase, Transition

__all__ = [
    "Chokepoint",
    "Needed",
    "Trap",
    "chokepoints",
    "needed",
    "no_good_outcome",
    "no_way_out",
    "traps",
    "unreachable",
]


def unreachable(lifecycle: Given) -> tuple[Phase, ...]:
    """Phases into which nothing leads from the start, not even if every condition were true.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        >>> [phase.label for phase in unreachable(Deal)]
        ['Won']
    """
    shape = Shape(lifecycle)
    return shape.in_order(shape.definition.phases.keys() - shape.reached)


def no_way_out(lifecycle: Given) -> tuple[Phase, ...]:
    """Phases that are not final, and that nothing leads out of; staying, and entering the same phase again, lead nowhere.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     called = Event("called")
        ...     new = Phase("New", initial=True)
        ...     call = new.stay(on=called)
        >>> [phase.label for phase in no_way_out(Deal)]
        ['New']
    """
    shape = Shape(lifecycle)
    steps = shape.steps(shape.ways)
    return tuple(p for path, p in shape.definition.phases.items() if not p.final and not steps[path])


@attrs.frozen
class Trap:
    """Several phases between which customers can move, but which they can never leave.

    Attributes:
        phases: in order of declaration.
        entries: the transitions that lead in from outside.

    Example:
        >>> Trap((Phase("Dispute"), Phase("Escalated")), ()).phases[0].label
        'Dispute'
    """

    phases: tuple[Phase, ...]
    entries: tuple[Transition, ...]


def traps(lifecycle: Given) -> tuple[Trap, ...]:
    """Sets of several phases that can be reached, and never left again.

    Where every customer ends up in the same set, that is where the lifecycle lives, and no trap: a lifecycle need not have an end.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase
        >>> class Claim(Lifecycle):
        ...     denied, answered, paid_out = Event("denied"), Event("answered"), Event("paid out")
        ...     open = Phase("Open", initial=True)
        ...     dispute = Phase("Dispute")
        ...     waiting = Phase("Waiting")
        ...     paid = Phase("Paid", final=True)
        ...     pay = open.to(paid, on=paid_out)
        ...     deny = open.to(dispute, on=denied)
        ...     answer = dispute.to(waiting, on=answered)
        ...     deny_again = waiting.to(dispute, on=denied)
        >>> [phase.label for trap in traps(Claim) for phase in trap.phases]
        ['Dispute', 'Waiting']
    """
    shape = Shape(lifecycle)
    seen = {path: targets & shape.reached for path, targets in shape.steps(shape.ways).items() if path in shape.reached}
    ends = [part for part in components(seen) if all(seen[path] <= part for path in part)]
    if len(ends) == 1:
        return ()
    found = (_trap(shape, end) for end in ends if len(end) > 1)
    return tuple(sorted(found, key=lambda trap: list(shape.definition.phases).index(trap.phases[0].path)))


def _trap(shape: Shape, inside: frozenset[str]) -> Trap:
    entries = (w.transition for w in shape.ways if w.target in inside and w.source in shape.reached - inside)
    return Trap(shape.in_order(inside), tuple({t.name: t for t in entries}.values()))


def no_good_outcome(lifecycle: Given) -> tuple[Phase, ...]:
    """Phases from which no phase of good standing can be reached any more.

    Phases of standing ``lost`` say so themselves, and are left out; a lifecycle that calls no phase good has nothing to miss.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     signed, quiet = Event("contract signed"), Event("nobody answers")
        ...     new = Phase("New", initial=True)
        ...     stale = Phase("Stale")
        ...     won = Phase("Won", final=True, standing="good")
        ...     win = new.to(won, on=signed)
        ...     fade = new.to(stale, on=quiet)
        >>> [phase.label for phase in no_good_outcome(Deal)]
        ['Stale']
    """
    shape = Shape(lifecycle)
    good = {path for path, phase in shape.definition.phases.items() if phase.standing == "good"}
    if not good:
        return ()
    hopeful = onward(backwards(shape.steps(shape.ways)), good)
    return tuple(p for path, p in shape.definition.phases.items() if path not in hopeful and p.standing != "lost")


@attrs.frozen
class Needed:
    """Nobody reaches a phase without having been in certain others.

    Attributes:
        phase: the phase.
        before: the phases that come first whatever happens, the earliest first.

    Example:
        >>> print(Needed(Phase("Success"), (Phase("Onboarding"), Phase("Adoption"))))
        nobody reaches Success without Onboarding, Adoption
    """

    phase: Phase
    before: tuple[Phase, ...]

    def __str__(self) -> str:
        return f"nobody reaches {self.phase.label} without {', '.join(p.label for p in self.before)}"


def needed(lifecycle: Given) -> tuple[Needed, ...]:
    """For each phase that can be reached (but the first), the phases that everybody passes on the way: its dominators.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     signed = Event("contract signed")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, on=signed)
        >>> print(*needed(Deal))
        nobody reaches Won without New
    """
    shape = Shape(lifecycle)
    before = shape.dominated()
    paths = (path for path in shape.definition.phases if before.get(path))
    return tuple(Needed(shape.phase(path), tuple(map(shape.phase, before[path]))) for path in paths)


@attrs.frozen
class Chokepoint:
    """A phase or a transition without which other phases cannot be reached.

    Attributes:
        at: the phase or the transition.
        cut_off: the phases that nobody reaches without it, in order of declaration.

    Example:
        >>> Chokepoint(Phase("Adoption"), (Phase("Success"),)).cut_off[0].label
        'Success'
    """

    at: Phase | Transition
    cut_off: tuple[Phase, ...]


def chokepoints(lifecycle: Given) -> tuple[Chokepoint, ...]:
    """Phases (but the first) and transitions that others hang on: without them, a phase that can be reached no longer can be.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     called, signed = Event("called"), Event("contract signed")
        ...     new = Phase("New", initial=True)
        ...     talking = Phase("Talking")
        ...     won = Phase("Won", final=True)
        ...     call = new.to(talking, on=called)
        ...     win = talking.to(won, on=signed)
        >>> [(point.at.label or point.at.name, [p.label for p in point.cut_off]) for point in chokepoints(Deal)]
        [('Talking', ['Won']), ('call', ['Talking', 'Won']), ('win', ['Won'])]
    """
    shape = Shape(lifecycle)
    before = shape.dominated()
    found: list[Chokepoint] = []
    for path, phase in shape.definition.phases.items():
        cut_off = {other for other, earlier in before.items() if path in earlier}
        if cut_off and path != shape.definition.initial:
            found.append(Chokepoint(phase, shape.in_order(cut_off)))
    taken = {step[1].name for step in shape.entries.values() if step is not None}
    for transition in shape.definition.transitions.values():
        if transition.name not in taken:  # everybody gets everywhere without it
            continue
        lost = shape.reached - shape.still_reached(closed=(transition.name,))
        if lost:
            found.append(Chokepoint(transition, shape.in_order(lost)))
    return tuple(found)
