"""Who does what: for each team the phases it owns, what it leads and contributes, and where customers change hands."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from clmstate.analysis import handoffs
from clmstate.composition import CompositionDefinition
from clmstate.lifecycle import LifecycleDefinition, Phase, Play, Team

__all__ = ["Duty", "Role", "roles"]


@attrs.frozen
class Duty:
    """One thing that a team does.

    Attributes:
        lifecycle: the title of the lifecycle that it belongs to.
        where: the phase, or the move between two phases.
        what: what is done there; of a phase that is owned, its goal.
        due: how soon, in words.
        with_whom: the other team of a hand-off.

    Example:
        >>> Duty("Contract", "Onboarding", "Kick-off call", "3 days").what
        'Kick-off call'
    """

    lifecycle: str
    where: str
    what: str = ""
    due: str = ""
    with_whom: str = ""


@attrs.frozen
class Role:
    """What one team does.

    Attributes:
        team: the team.
        owns: phases that it answers for.
        contributes: phases in which it helps.
        leads: touchpoints that it leads: its own, and those without an owner in phases that it owns.
        plays: what it does when a customer moves, reaches a milestone or is at risk.
        gives, takes: moves by which it hands a customer over, or takes one over.

    Example:
        >>> Role(Team("Sales")).owns
        ()
    """

    team: Team
    owns: tuple[Duty, ...] = ()
    contributes: tuple[Duty, ...] = ()
    leads: tuple[Duty, ...] = ()
    plays: tuple[Duty, ...] = ()
    gives: tuple[Duty, ...] = ()
    takes: tuple[Duty, ...] = ()


def roles(definition: LifecycleDefinition | CompositionDefinition) -> tuple[Role, ...]:
    """The teams of a lifecycle, or of all lifecycles of a composition, in order of first appearance.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase, Touchpoint
        >>> class Deal(Lifecycle):
        ...     signed = Event("contract signed")
        ...     new = Phase("New", initial=True, owner="Sales")
        ...     won = Phase("Won", owner="Services", touchpoints=Touchpoint("Kick-off call"))
        ...     win = new.to(won, on=signed)
        >>> sales, services = roles(Deal.definition)
        >>> sales.gives[0].where, services.leads[0].what
        ('New → Won', 'Kick-off call')
    """
    lifecycles = list(_lifecycles(definition))
    teams = dict.fromkeys(team.name for d in lifecycles for team in d.teams)
    first = {name: next(team for d in lifecycles for team in d.teams if team.name == name) for name in teams}
    return tuple(_role(first[name], lifecycles) for name in teams)


def _lifecycles(definition: LifecycleDefinition | CompositionDefinition) -> Iterator[LifecycleDefinition]:
    """Each lifecycle once."""
    if isinstance(definition, LifecycleDefinition):
        yield definition
        return
    seen: set[int] = set()
    for part in definition.parts.values():
        for one in _lifecycles(part.member):
            if id(one) not in seen:
                seen.add(id(one))
                yield one


def _role(team: Team, lifecycles: list[LifecycleDefinition]) -> Role:
    def is_it(other: Team | None) -> bool:
        return other is not None and other.name == team.name

    owns: list[Duty] = []
    contributes: list[Duty] = []
    leads: list[Duty] = []
    plays: list[Duty] = []
    gives: list[Duty] = []
    takes: list[Duty] = []
    for d in lifecycles:
        for path, phase in d.phases.items():
            where = _place(d, path, phase)
            owns += [Duty(d.title, where, phase.goal)] if is_it(phase.owner) else []
            contributes += [Duty(d.title, where, phase.goal)] if any(map(is_it, phase.contributors)) else []
            for point in phase.touchpoints:
                if is_it(point.owner if point.owner is not None else phase.owner):
                    leads.append(Duty(d.title, where, point.label, "" if point.due is None else f"within {point.due}"))
        for name, where, play in _plays(d):
            if is_it(play.owner):
                plays.append(Duty(d.title, where or name, play.label, "" if play.due is None else f"within {play.due}"))
        for hand in handoffs(d):
            way = f"{hand.source} → {hand.target}"
            why = d.why(hand.transition)
            gives += [Duty(d.title, way, why, with_whom=hand.taker.name)] if is_it(hand.giver) else []
            takes += [Duty(d.title, way, why, with_whom=hand.giver.name)] if is_it(hand.taker) else []
    # two rules that ask for the same in the same words are one duty
    return Role(team, *(tuple(dict.fromkeys(duties)) for duties in (owns, contributes, leads, plays, gives, takes)))


def _plays(d: LifecycleDefinition) -> Iterator[tuple[str, str, Play]]:
    for t in d.transitions.values():
        yield from ((t.name, f"when {d.why(t)}", play) for play in t.plays)
    for m in d.milestones.values():
        yield from ((m.name, f"when {m.label} is reached", play) for play in m.plays)
    for r in d.risks.values():
        yield from ((r.name, f"at risk: {r.label}", play) for play in r.plays)


def _place(d: LifecycleDefinition, path: str, phase: Phase) -> str:
    group = d.group_of(path)
    return phase.label if group is None else f"{d.groups[group].label}: {phase.label}"
