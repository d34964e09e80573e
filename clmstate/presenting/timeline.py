"""The first year: what we do, what can go wrong, what is still missing, and what a customer can say, by interval.

A lifecycle has no calendar. What is shown is the plan: each phase of the way that leads forward lasts as long as the middle of what is
expected, and touchpoints are due after its beginning. Shares of customers are shown only where somebody supplies them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import attrs

from clmstate.conditions import words
from clmstate.conditions.nodes import And, Compare, Cond, Const, EventTimes, Named
from clmstate.drawing import Theme, journey_scene
from clmstate.drawing.geometry import Box, Route
from clmstate.lifecycle import LifecycleDefinition, Milestone, Phase, Risk, SuccessGap, Touchpoint
from clmstate.presenting.board import HEIGHT, WIDTH, Board, Line, Panel, Said, Shape, Sign, fitting, whole_words
from clmstate.presenting.frame import LEFT, TOP
from clmstate.presenting.phase_boards import team_colours

__all__ = ["INTERVALS", "Plan", "timeline_board"]

INTERVALS = ((0, 30), (31, 90), (91, 180), (181, 270), (271, 365))
"""In days from signature, both included."""
YEAR = 365.0
HEAD = 108.0
_WIDE = (WIDTH - 2 * LEFT - HEAD) / len(INTERVALS)


@attrs.frozen(slots=False, eq=False)
class Plan:
    """When the phases of the way that leads forward are expected, in days from signature.

    Example:
        >>> from clmstate import Days, Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live")
        ...     new = Phase("New", initial=True, expected=Days(30, 90))
        ...     won = Phase("Won")
        ...     win = new.to(won, when=live)
        >>> Plan(Deal.definition).spans
        {'new': (0.0, 60.0), 'won': (60.0, 365.0)}
    """

    definition: LifecycleDefinition

    @cached_property
    def spans(self) -> dict[str, tuple[float, float]]:
        """Beginning and end of each phase on the way forward that begins within a year."""
        found: dict[str, tuple[float, float]] = {}
        day = 0.0
        for card in sorted((c for c in journey_scene(self.definition).cards if c.track == 0), key=lambda card: card.step):
            phase = self.definition.phases[card.id]
            if day >= YEAR:
                break
            long = YEAR - day if phase.expected is None else (phase.expected.least + phase.expected.most) / 2
            found[card.id] = (day, min(YEAR, day + long))
            day += long
        return found

    def when(self, phases: tuple[str, ...], interval: object = None) -> int | None:
        """The interval in which something that matters in some phases is first expected; None is all year."""
        days = getattr(interval, "least", None)
        if days is None:
            leaves = [leaf for path in phases for leaf in self.definition.leaves(path)]
            starts = [self.spans[leaf][0] for leaf in leaves if leaf in self.spans]
            days = min(starts) if starts else None
        return None if days is None else interval_of(float(days))

    def reached(self, milestone: Milestone) -> float | None:
        """The day on which a milestone is expected: when the phase ends whose way on asks for the same; None where no way does."""
        asked = _asked(milestone.when)
        for way in self.definition.transitions.values():
            events: set[object] = set() if way.on is None else {way.on}
            ends = [self.spans[leaf][1] for path in way.sources for leaf in self.definition.leaves(path) if leaf in self.spans]
            if asked and asked <= _asked(way.when) | events and ends and not way.stay:
                return min(ends)
        return None


def _asked(cond: Cond | None) -> set[object]:
    """What must all be true for a condition: its parts, or the event that has happened."""
    match cond:
        case None:
            return set()
        case Named(of):
            return _asked(of)
        case And(items):
            return {part for item in items for part in _asked(item)}
        case Compare(EventTimes(event), ">=", Const(1)):
            return {event}
        case _:
            return {cond}


def interval_of(day: float) -> int:
    """The number of the interval that a day is in.

    Example:
        >>> interval_of(0), interval_of(31), interval_of(400)
        (0, 1, 4)
    """
    return next((number for number, (_, last) in enumerate(INTERVALS) if day <= last), len(INTERVALS) - 1)


def timeline_board(
    definition: LifecycleDefinition, theme: Theme, shares: Mapping[str, float] | None = None, source: str = ""
) -> Board:
    """The first year on one board.

    Args:
        definition: the lifecycle.
        theme: colours.
        shares: of customers who met a risk, by the risk's label, 0 to 1; none is shown where none is given.
        source: where the shares are from.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> from clmstate.drawing import THEMES
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> timeline_board(Deal.definition, THEMES["light"]).title
        'The first year: what we do, what can go wrong, what is missing'
    """
    year = _Year(Plan(definition), theme, shares or {})
    said = f"{definition.title}. Phases last as long as the middle of what is expected; data decide, not the calendar."
    said += f" Percentages: {source or 'supplied'}." if shares else ""
    return Board("The first year: what we do, what can go wrong, what is missing", said, tuple(year.shapes()), tuple(year.notes()))


@attrs.frozen(slots=False, eq=False)
class _Year:
    """The rows of the board."""

    plan: Plan
    theme: Theme
    shares: Mapping[str, float]

    def shapes(self) -> Iterator[Shape]:
        """Everything, row by row."""
        top, height = TOP, HEIGHT - TOP - 14
        for number, (first, last) in enumerate(INTERVALS):
            x = LEFT + HEAD + number * _WIDE
            if number % 2 == 0:
                yield Panel(Box(x, top, _WIDE, height), (), self.theme.lane, None, radius=8, name=f"Days {first} to {last}")
            said = (Said(f"Day {first}–{last}" if number == 0 else f"{first}–{last}", 13, self.theme.ink, "Bold"),)
            yield Panel(Box(x, top + 2, _WIDE, 20), said, align="middle", middle=True, inset=(0, 0))
        yield from self.bars(top + 24)
        yield from self.row("Touchpoints", "by owner", self.theme.ink, top + 54, 116, self.touchpoints())
        yield from self.row("Risks", "sign we watch", self.theme.kinds["at_risk"].line, top + 174, 122, self.risks())
        yield from self.row("Success gaps", "what is missing", self.theme.kinds["relapse"].line, top + 300, 62, self.gaps())
        yield from self.milestones(top + 374)

    def day(self, day: float) -> float:
        """Where a day is, from left to right: intervals are of one width."""
        number = interval_of(day)
        first, last = INTERVALS[number]
        start = max(first - 1, 0)
        return LEFT + HEAD + (number + min(max((day - start) / (last - start), 0), 1)) * _WIDE

    def bars(self, top: float) -> Iterator[Shape]:
        """The expected phases."""
        yield self.head("Expected phase", "", self.theme.ink, top, 24)
        colours = team_colours(self.plan.definition, self.theme)
        for path, (start, end) in self.plan.spans.items():
            phase = self.plan.definition.phases[path]
            colour = colours.get(phase.owner.name, self.theme.end) if phase.owner is not None else self.theme.end
            left, right = self.day(start) + 1.5, self.day(end) - 1.5
            box = Box(left, top, max(right - left, 6), 24)
            said = fitting((Said(phase.label, 13, self.theme.on_team, "Bold"),), box.width - 4, 24, 7)
            said = said if whole_words(said, box.width - 4) else ()
            yield Panel(box, said, colour, None, radius=7, align="middle", middle=True, inset=(2, 0), name=f"Phase {phase.label}")

    def head(self, title: str, below: str, colour: str, top: float, height: float) -> Panel:
        """The name of a row."""
        said = [Said(title, 13, colour, "Bold"), *([Said(below, 11, self.theme.second)] if below else [])]
        return Panel(
            Box(LEFT, top, HEAD - 8, height), fitting(said, HEAD - 8, height), middle=True, inset=(0, 0), name=f"Row {title}"
        )

    def row(
        self, title: str, below: str, colour: str, top: float, height: float, cells: dict[int | None, list[Panel]]
    ) -> Iterator[Shape]:
        """A row of cards under their intervals; what belongs to none stands in a line of its own below."""
        yield self.head(title, below, colour, top, height)
        always = cells.get(None, [])
        strip = 20.0 if always else 0.0
        for number in range(len(INTERVALS)):
            some = cells.get(number, [])
            room = (height - strip) / max(len(some), 1)
            for index, card in enumerate(some):
                box = Box(LEFT + HEAD + number * _WIDE + 5, top + index * room, _WIDE - 10, min(room - 4, 64))
                yield attrs.evolve(card, box=box, said=fitting(card.said, box.width - 12, box.height - 4))
        if always:
            names = ", ".join(card.said[0].text for card in always)
            box = Box(LEFT + HEAD + 5, top + height - strip, WIDTH - 2 * LEFT - HEAD - 10, strip - 2)
            said = fitting((Said(f"All year: {names}", 10.5, colour, "SemiBold"),), box.width - 12, box.height)
            yield Panel(box, said, always[0].fill, colour, 0.75, 5, middle=True, inset=(6, 0), name=f"{title}, all year")

    def touchpoints(self) -> dict[int | None, list[Panel]]:
        """By the interval in which they are due; touchpoints of phases off the way have no place in the year."""
        found: dict[int | None, list[Panel]] = {}
        colours = team_colours(self.plan.definition, self.theme)
        for day, phase, touchpoint in self.due():
            owner = touchpoint.owner or phase.owner
            colour = colours.get(owner.name, self.theme.end) if owner is not None else self.theme.end
            who = f"{owner.name} · " if owner is not None else ""
            when = f"about day {day:.0f}" if touchpoint.due is not None else f"in {phase.label}"
            said = (Said(touchpoint.label, 11.5, self.theme.ink, "Bold"), Said(f"{who}{when}", 10, self.theme.second))
            card = Panel(
                Box(0, 0, 1, 1),
                said,
                self.theme.card,
                colour,
                1.2,
                6,
                middle=True,
                inset=(6, 2),
                name=f"Touchpoint {touchpoint.label}",
            )
            found.setdefault(interval_of(day), []).append(card)
        return found

    def due(self) -> list[tuple[float, Phase, Touchpoint]]:
        """Each touchpoint with the day on which it is due; after them, at the beginning of their phases, those for which nobody said when."""
        return sorted(self._touched(), key=lambda each: (interval_of(each[0]) or 0, each[2].due is None, each[0]))

    def _touched(self) -> Iterator[tuple[float, Phase, Touchpoint]]:
        for path, (start, _) in self.plan.spans.items():
            phase = self.plan.definition.phases[path]
            for touchpoint in phase.touchpoints:
                day = start + (touchpoint.due.most if touchpoint.due is not None else 0)
                if day <= YEAR:
                    yield day, phase, touchpoint

    def risks(self) -> dict[int | None, list[Panel]]:
        """By the interval in which they are first met."""
        found: dict[int | None, list[Panel]] = {}
        for risk in self.plan.definition.risks.values():
            number = self.plan.when(risk.phases, risk.interval) if risk.phases or risk.interval else None
            found.setdefault(number, []).append(self.risk(risk))
        return found

    def risk(self, risk: Risk) -> Panel:
        """One risk."""
        colours = self.theme.kinds["at_risk"]
        share = f"  {self.shares[risk.label]:.0%}" if risk.label in self.shares else ""
        said = [Said(f"▲ {risk.label}{share}", 11, colours.ink, "Bold")]
        said += [Said(words(risk.sign, self.plan.definition), 9.5, self.theme.second)] if risk.sign is not None else []
        return Panel(
            Box(0, 0, 1, 1), tuple(said), colours.fill, colours.line, 1, 6, middle=True, inset=(6, 2), name=f"Risk {risk.label}"
        )

    def gaps(self) -> dict[int | None, list[Panel]]:
        """By the interval in which they are first met."""
        found: dict[int | None, list[Panel]] = {}
        for gap in self.plan.definition.gaps.values():
            number = self.plan.when(gap.phases, gap.interval) if gap.phases or gap.interval else None
            found.setdefault(number, []).append(self.gap(gap))
        return found

    def gap(self, gap: SuccessGap) -> Panel:
        """One success gap."""
        colours = self.theme.kinds["relapse"]
        said = [
            Said(f"◇ {gap.label}", 11, colours.ink, "Bold"),
            *([Said(gap.theirs, 9.5, self.theme.second)] if gap.theirs else []),
        ]
        return Panel(
            Box(0, 0, 1, 1),
            tuple(said),
            colours.fill,
            colours.line,
            1,
            6,
            middle=True,
            inset=(6, 2),
            name=f"Success gap {gap.label}",
        )

    def milestones(self, top: float) -> Iterator[Shape]:
        """A line with the milestones where the plan expects them; the others are named below."""
        good = self.theme.kinds["recovery"]
        yield self.head("Milestones", "they can say", self.theme.ink, top - 16, 34)
        left, right = LEFT + HEAD + 4, WIDTH - LEFT - 10
        yield Line(Route(((left, top), (left, top), (right, top), (right, top)), (right + 8, top)), self.theme.third, 1.6)
        ends = [0.0, 0.0]
        placed = [(self.plan.reached(m), m) for m in self.plan.definition.milestones.values()]
        for day, milestone in sorted(((d, m) for d, m in placed if d is not None), key=lambda each: each[0]):
            x = self.day(day)
            yield Sign("diamond", Box(x - 6, top - 6, 12, 12), good.line, self.theme.canvas)
            box = Box(min(max(x - 70, LEFT + HEAD), WIDTH - LEFT - 140), 0, 140, 15)
            level = 0 if ends[0] <= box.x else 1
            ends[level] = box.right
            box = attrs.evolve(box, y=top + 8 + 14 * level)
            said = fitting((Said(f"“{milestone.label}”", 11, self.theme.ink, "Italic"),), box.width, box.height, 7)
            yield Panel(box, said, align="middle", middle=True, inset=(0, 0), name=f"Milestone {milestone.label}")
        any_time = [milestone.label for day, milestone in placed if day is None]
        if any_time:
            box = Box(LEFT + HEAD, top + 38, WIDTH - 2 * LEFT - HEAD, 14)
            said = fitting(
                (Said("At any time: " + ", ".join(f"“{label}”" for label in any_time), 10.5, self.theme.second),),
                box.width,
                box.height,
                7,
            )
            yield Panel(box, said, middle=True, inset=(6, 0), name="Milestones at any time")

    def notes(self) -> Iterator[str]:
        """What the speaker may say."""
        yield "The year as planned; a customer moves when data say so, not because a day has come."
        for day, phase, touchpoint in self.due():
            when = f"About day {day:.0f}, {phase.label}" if touchpoint.due is not None else f"In {phase.label}"
            yield f"{when}: {touchpoint.label}. {touchpoint.why}"
        for risk in self.plan.definition.risks.values():
            plays = ", ".join(play.label for play in risk.plays)
            yield f"Risk: {risk.label}. {risk.help}{' We answer with: ' + plays + '.' if plays else ''}"
