"""The gap analysis in four steps: how things are, what the team says, risks and their signs, success gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from clmstate.composition import Composition, CompositionDefinition
from clmstate.conditions import words
from clmstate.conditions.nodes import Cond
from clmstate.gaps.impact import impacts
from clmstate.gaps.intervals import FIRST_YEAR, Interval, interval_over
from clmstate.gaps.parts import Part, parts_of
from clmstate.gaps.rising import Rise
from clmstate.gaps.stays import Seen, Stays
from clmstate.gaps.team import Said
from clmstate.gaps.upkeep import Concern, concerns, late_only, next_to_build, touchpoint_findings
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, Phase, Play, Risk, SuccessGap

__all__ = ["Gap", "GapAnalysis", "Hot", "PhaseRisks", "PhaseState", "Sign", "gap_analysis"]


@attrs.frozen
class PhaseState:
    """How a phase is today.

    Attributes:
        path, label, owner, goal: as the model says; the path of a phase of a whole customer begins with the part.
        expected: how long a stay is meant to be; "" if nobody says.
        touchpoints: how many contacts there are in it.
        stays: how long stays really were; None if no customers were replayed.
        part: of a whole customer, the part whose phase it is.
        final: whether nobody leaves it.

    Example:
        >>> PhaseState("open", "Open", "Sales", "we decide", "14 days", 1, None).label
        'Open'
    """

    path: str
    label: str
    owner: str
    goal: str
    expected: str
    touchpoints: int
    stays: Stays | None
    part: str = ""
    final: bool = False


@attrs.frozen
class Sign:
    """What a customer at risk looks like, and what is done about it.

    Attributes:
        risk: the risk.
        sign: its warning sign in words; "" if nothing shows it.
        plays: what is done, each with its owner and how soon.
        interval: when in the first year it is usually seen.
        customers: of whom it was ever on in this phase; None if no customers were replayed.

    Example:
        >>> Sign(Risk("Tired"), "", (), None, None).sign
        ''
    """

    risk: Risk
    sign: str
    plays: tuple[str, ...]
    interval: Interval | None
    customers: tuple[str, ...] | None


@attrs.frozen
class PhaseRisks:
    """The signs to watch for in one phase.

    Example:
        >>> PhaseRisks("open", "Open", ()).signs
        ()
    """

    path: str
    label: str
    signs: tuple[Sign, ...]
    part: str = ""


@attrs.frozen
class Gap:
    """One success gap.

    Attributes:
        gap: the gap, with our view, theirs, plan and cost.
        open_when: the condition in words; "" if nothing shows it.
        phases: the labels of the phases in which it matters; empty is all.
        interval: when in the first year it is usually seen.
        customers: of whom it was ever open; None if no customers were replayed.
        lacks: what nobody has written down: plan, cost, our view or theirs.

    Example:
        >>> Gap(SuccessGap("Idle"), "", (), None, None, ("plan",)).lacks
        ('plan',)
    """

    gap: SuccessGap
    open_when: str
    phases: tuple[str, ...]
    interval: Interval | None
    customers: tuple[str, ...] | None
    lacks: tuple[str, ...]
    part: str = ""


@attrs.frozen
class Hot:
    """Where pains and risks come together: a chance to improve something soon.

    Example:
        >>> Hot("Onboarding", FIRST_YEAR[0], 3).number
        3
    """

    where: str
    interval: Interval | None
    number: int


@attrs.frozen
class GapAnalysis:
    """A gap analysis: the four steps as data.

    Attributes:
        definition: the lifecycle, or the whole customer.
        intervals: the intervals of the first year.
        phases: step one, phase by phase.
        concerns: step one, what teams worry about most, asked of the model.
        touchpoints: step one, what reviews of touchpoints left open.
        rises: step one, how a signal of use goes along the phases: what rules ask, and what replayed customers had; empty if not asked.
        unread: step one, touchpoints that leave facts behind which no rule, sign or gap reads.
        late: step one, phases before a renewal in which nobody talks to the customer.
        build_next: step one, what to add next; "" if all is there.
        said: step two, what the team says; None if it was not asked.
        unheard: step two, our teams from which nothing was heard.
        hot: step two, where pains and risks come together, the most first.
        risks: step three, phase by phase.
        unwatched: step three, phases in which no sign would warn anybody.
        gaps: step four.
        customers: how many customers were replayed; None if none.

    Example:
        >>> from clmstate import Phase
        >>> class Deal(Lifecycle):
        ...     open = Phase("Open", initial=True, goal="we decide", owner="Sales")
        >>> gap_analysis(Deal).unwatched
        ('Open',)
    """

    definition: LifecycleDefinition | CompositionDefinition
    intervals: tuple[Interval, ...]
    phases: tuple[PhaseState, ...]
    concerns: tuple[Concern, ...]
    touchpoints: tuple[str, ...]
    rises: tuple[tuple[str, Rise], ...]
    unread: tuple[str, ...]
    late: tuple[str, ...]
    build_next: str
    said: tuple[Said, ...] | None
    unheard: tuple[str, ...]
    hot: tuple[Hot, ...]
    risks: tuple[PhaseRisks, ...]
    unwatched: tuple[str, ...]
    gaps: tuple[Gap, ...]
    customers: int | None

    @property
    def parts(self) -> tuple[Part, ...]:
        """The lifecycles: one, or those of a whole customer."""
        return parts_of(self.definition)

    @property
    def title(self) -> str:
        """What the model is called."""
        return self.definition.title

    def phase_label(self, path: str) -> str:
        """The label of a phase, with its part where there are several; "" for no phase."""
        return next((_with(phase.part, phase.label) for phase in self.phases if phase.path == path), "")

    def rising(self) -> tuple[tuple[str, str, Rise, str], ...]:
        """What was asked about use that rises: what it was read off, the signal's label, and the answer in words."""
        d = self.parts[0].definition
        return tuple((of, d.signals[rise.signal].label, rise, rise.said(d)) for of, rise in self.rises)

    def pinned(self, interval: Interval | None) -> dict[str, list[str]]:
        """Everything that belongs to an interval (None: to no particular one), by kind."""
        found: dict[str, list[str]] = {"pain point": [], "risk": [], "strength": [], "warning sign": [], "success gap": []}
        for one in self.said or ():
            if one.interval == interval:
                found[one.kind].append(one.text)
        signs = {(phase.part, sign.risk.name): sign for phase in self.risks for sign in phase.signs}
        found["warning sign"] += [sign.risk.label for sign in signs.values() if sign.interval == interval]
        found["success gap"] += [gap.gap.label for gap in self.gaps if gap.interval == interval]
        return {kind: texts for kind, texts in found.items() if texts}

    def as_data(self) -> dict[str, Any]:
        """The analysis for JSON."""
        return {
            "lifecycle": self.definition.name,
            "customers": self.customers,
            "current_state": {
                "phases": [attrs.asdict(phase) | {"stays": _stays(phase.stays)} for phase in self.phases],
                "concerns": [attrs.asdict(concern) for concern in self.concerns],
                "touchpoints": self.touchpoints,
                "rises": [{"of": of, "signal": rise.signal, "steps": rise.steps, "falls": rise.falls} for of, rise in self.rises],
                "unread": self.unread,
                "late": self.late,
                "build_next": self.build_next,
            },
            "team_input": None if self.said is None else self._team(),
            "risks": [
                {"part": phase.part, "phase": phase.path, "signs": [self._sign(sign) for sign in phase.signs]}
                for phase in self.risks
            ],
            "unwatched": self.unwatched,
            "success_gaps": [self._gap(gap) for gap in self.gaps],
            "first_year": [{"interval": str(i), **self.pinned(i)} for i in self.intervals]
            + [{"interval": None, **self.pinned(None)}],
        }

    def _team(self) -> dict[str, Any]:
        return {
            "said": [attrs.asdict(one) | {"interval": _name(one.interval)} for one in self.said or ()],
            "unheard": self.unheard,
            "hot": [{"where": hot.where, "interval": _name(hot.interval), "number": hot.number} for hot in self.hot],
        }

    def _sign(self, sign: Sign) -> dict[str, Any]:
        said = {"risk": sign.risk.name, "label": sign.risk.label, "sign": sign.sign, "mitigation": sign.risk.mitigation}
        return said | {"plays": sign.plays, "interval": _name(sign.interval), "customers": sign.customers}

    def _gap(self, gap: Gap) -> dict[str, Any]:
        said = {
            "part": gap.part,
            "gap": gap.gap.name,
            "label": gap.gap.label,
            "ours": gap.gap.ours,
            "theirs": gap.gap.theirs,
            "open_when": gap.open_when,
        }
        return said | {
            "plan": gap.gap.plan, "cost": gap.gap.cost, "phases": gap.phases, "interval": _name(gap.interval),
            "customers": gap.customers, "lacks": gap.lacks,
        }  # fmt: skip


def gap_analysis(
    model: type[Lifecycle] | LifecycleDefinition | type[Composition] | CompositionDefinition,
    said: Iterable[Said] | None = None,
    seen: Seen | None = None,
    *,
    intervals: tuple[Interval, ...] = FIRST_YEAR,
    anonymous: bool = False,
    rises: Iterable[tuple[str, Rise]] = (),
) -> GapAnalysis:
    """The four steps, from a model and from what is known beside it.

    Args:
        model: the lifecycle, or the composition: then its parts come one after the other in each step.
        said: what the team says, from :func:`clmstate.gaps.read_team_input`.
        seen: what replayed customers tell, from :func:`clmstate.gaps.seen_in`.
        intervals: the intervals of the first year.
        anonymous: leaves out who said what.
        rises: how use goes along the phases of a lifecycle, each with what it was read off: rules, or customers.

    Example:
        >>> from clmstate import Phase, Risk, Signal
        >>> class Deal(Lifecycle):
        ...     silent = Signal.flag("silent", default=False)
        ...     open = Phase("Open", initial=True)
        ...     quiet = Risk("Nobody answers", sign=silent, mitigation="communicate")
        >>> [(phase.label, [sign.sign for sign in phase.signs]) for phase in gap_analysis(Deal).risks]
        [('Open', ['silent'])]
    """
    parts = parts_of(model)
    heard = None if said is None else tuple(said)
    risks = tuple(_risks(part, phase, seen) for part in parts for phase in part.definition.phases.values() if not phase.final)
    phases = tuple(_state(part, phase, seen) for part in parts for phase in part.definition.phases.values())
    return GapAnalysis(
        definition=model.definition if isinstance(model, type) else model,
        intervals=intervals,
        phases=phases,
        concerns=_concerns(parts, seen),
        touchpoints=tuple(part.says(text) for part in parts for text in touchpoint_findings(part.definition)),
        rises=tuple(rises),
        unread=tuple(part.says(text) for part in parts for text in _unread(part.definition)),
        late=tuple(part.says(text) for part in parts for text in late_only(part.definition)),
        build_next=next((part.says(next_) for part in parts if (next_ := next_to_build(part.definition))), ""),
        said=None if heard is None else tuple(one.anonymous if anonymous else one for one in heard),
        unheard=() if heard is None else _unheard(parts, heard),
        hot=() if heard is None else _hot(phases, heard),
        risks=risks,
        unwatched=tuple(_with(one.part, one.label) for one in risks if not any(sign.sign for sign in one.signs)),
        gaps=tuple(_gap(part, gap, seen) for part in parts for gap in part.definition.gaps.values()),
        customers=None if seen is None else seen.customers,
    )


def _with(part: str, label: str) -> str:
    return f"{part}: {label}" if part else label


def _state(part: Part, phase: Phase, seen: Seen | None) -> PhaseState:
    return PhaseState(
        part.place(phase.path),
        phase.label,
        "" if phase.owner is None else phase.owner.name,
        phase.goal,
        "" if phase.expected is None else str(phase.expected),
        len(phase.touchpoints),
        None if seen is None else seen.stays.get(part.place(phase.path), Stays()),
        part.path,
        phase.final,
    )


def _concerns(parts: tuple[Part, ...], seen: Seen | None) -> tuple[Concern, ...]:
    """Each worry once, with the places of all parts."""
    asked = [concerns(part.definition, None if seen is None else seen.of(part)) for part in parts]
    return tuple(
        attrs.evolve(same[0], where=tuple(part.says(place) for part, one in zip(parts, same, strict=True) for place in one.where))
        for same in zip(*asked, strict=True)
    )


def _unread(d: LifecycleDefinition) -> Iterator[str]:
    return (f"{d.phases[one.phase].label}, {one.touchpoint}" for one in impacts(d) if not one.here and not one.next)


def _risks(part: Part, phase: Phase, seen: Seen | None) -> PhaseRisks:
    """The risks that matter in a phase; those that matter everywhere matter in it."""
    d = part.definition
    here = [r for r in d.risks.values() if not r.phases or any(phase.path in d.leaves(p) for p in r.phases)]
    signs = tuple(_sign(part, risk, phase.path, seen) for risk in here)
    return PhaseRisks(part.place(phase.path), phase.label, signs, part.path)


def _sign(part: Part, risk: Risk, path: str, seen: Seen | None) -> Sign:
    customers = None if seen is None else seen.signs.get((part.place(risk.name), part.place(path)), ())
    plays = tuple(_play(play) for play in risk.plays)
    return Sign(risk, _words(part.definition, risk.sign), plays, interval_over(risk.interval), customers)


def _play(play: Play) -> str:
    who = [] if play.owner is None else [play.owner.name]
    soon = [] if play.due is None else [f"within {play.due}"]
    return play.label + (f" ({', '.join((*who, *soon))})" if who or soon else "")


def _gap(part: Part, gap: SuccessGap, seen: Seen | None) -> Gap:
    phases = tuple(part.definition.places[path].label for path in gap.phases)
    lacks = tuple(
        what
        for what, said in (("plan", gap.plan), ("cost", gap.cost), ("our view", gap.ours), ("their view", gap.theirs))
        if not said.strip()
    )
    customers = None if seen is None else seen.gaps.get(part.place(gap.name), ())
    return Gap(gap, _words(part.definition, gap.when), phases, interval_over(gap.interval), customers, lacks, part.path)


def _unheard(parts: tuple[Part, ...], said: tuple[Said, ...]) -> tuple[str, ...]:
    heard = {one.team.lower() for one in said}
    teams = dict.fromkeys(team.name for part in parts for team in part.definition.teams if team.side == "ours")
    return tuple(name for name in teams if name.lower() not in heard)


def _hot(phases: tuple[PhaseState, ...], said: tuple[Said, ...]) -> tuple[Hot, ...]:
    """Places and intervals that pains and risks name, those that at least two name."""
    bad = Counter((one.phase, one.interval) for one in said if one.kind != "strength")
    labels = {"": ""} | {phase.path: _with(phase.part, phase.label) for phase in phases}
    return tuple(Hot(labels[path], interval, number) for (path, interval), number in bad.most_common() if number > 1)


def _words(definition: LifecycleDefinition, cond: Cond | None) -> str:
    return "" if cond is None else words(cond, definition)


def _name(interval: Interval | None) -> str | None:
    return None if interval is None else interval.name


def _stays(stays: Stays | None) -> dict[str, Any] | None:
    if stays is None:
        return None
    return {"days": stays.days, "median": stays.median, "open": stays.open, "variable": stays.variable}
