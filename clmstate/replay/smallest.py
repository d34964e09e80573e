"""The smallest change that would have decided otherwise.

That is the fewest parts of a condition, and for each of them the nearest value of the data, or of the limit, that turns it.
Of alternatives the one that needs fewest changes is chosen; a value is changed to the nearest one on its signal's grid.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final, Literal

import attrs

from clmstate.conditions import evaluate, term_value, words
from clmstate.conditions.columns import mirrored
from clmstate.conditions.evaluate import Picture
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
    IsMissing,
    IsTrue,
    Named,
    Not,
    OneOf,
    Op,
    Or,
    SignalRef,
    Term,
    ThresholdRef,
    Unless,
)
from clmstate.lifecycle import LifecycleDefinition
from clmstate.signals import DAY, SignalSpec, Value, show_number

__all__ = ["Change", "smallest_change"]

Aim = Literal["true", "false", "not true", "not false"]

_NOT: Final[dict[Aim, Aim]] = {"true": "false", "false": "true", "not true": "not false", "not false": "not true"}
_UNLESS: Final[dict[Aim, Aim]] = {"true": "not true", "not false": "not true", "false": "true", "not true": "true"}
_DENIED: Final[dict[Op, Op]] = {"<": ">=", "<=": ">", "==": "!=", "!=": "==", ">=": "<", ">": "<="}


@attrs.frozen
class Change:
    """What would have to be otherwise about one leaf of a condition.

    Attributes:
        leaf: the leaf, and what the data say, in words.
        data: the nearest data that turn it, in words; "" if no data can.
        rule: the nearest limit that turns it, in words; "" if there is none.
        signal, value: the same data, as stored, where one signal's value is enough.
        limit: the same limit as a number, where it is one.

    Example:
        >>> Change("health at least 70 (health 65)", "health 70 instead of 65", "a limit of 65 instead of 70").signal
        ''
    """

    leaf: str
    data: str = ""
    rule: str = ""
    signal: str = ""
    value: Value | None = None
    limit: float | None = None


def smallest_change(cond: Cond, picture: Picture, definition: LifecycleDefinition, *, wanted: bool = True) -> tuple[Change, ...]:
    """The fewest leaves that must be otherwise for a condition to be true (or not to be true).

    Args:
        cond: the condition.
        picture: one customer at one instant.
        definition: whose signals, words and limits it uses.
        wanted: whether it shall be true; otherwise it shall not, be it false or unknown.

    Returns:
        Nothing if it is so already.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health, tickets = Signal.score("health", 0, 100), Signal.count("open ticket", default=0)
        ...     new, won = Phase("New", initial=True), Phase("Won")
        ...     win = new.to(won, when=(health >= 70) & (tickets == 0))
        >>> acme = Deal("Acme")
        >>> _ = acme.observe(health=65, tickets=0)
        >>> from clmstate.live.picture import StatePicture
        >>> change, = smallest_change(Deal.win.when, StatePicture(acme._life.state), Deal.definition)
        >>> change.data, change.rule
        ('health 70 instead of 65', 'a limit of 65 instead of 70')
    """
    return tuple(_Search(picture, definition).change(cond, "true" if wanted else "not true"))


class _Search:
    def __init__(self, picture: Picture, definition: LifecycleDefinition) -> None:
        self.picture, self.definition = picture, definition

    def change(self, cond: Cond, aim: Aim) -> list[Change]:
        if _reached(evaluate(cond, self.picture), aim):
            return []
        match cond:
            case And(items) | Or(items):
                parts = [self.change(item, aim) for item in items]
                every = isinstance(cond, And) is (aim in ("true", "not false"))  # of these all must be so, of those one
                return [change for part in parts for change in part] if every else _fewest(parts)
            case Not(of):
                return self.change(of, _NOT[aim])
            case Unless(of):
                return self.change(of, _UNLESS[aim])
            case Named(of):
                return self.change(of, aim)
            case ForDays(of, days):
                return self.held(cond, of, days, aim)
            case _:
                return [self.leaf(cond, positive=aim in ("true", "not false"))]

    def held(self, cond: ForDays, of: Cond, days: Const | ThresholdRef, aim: Aim) -> list[Change]:
        """A condition that must hold for some time: it must begin to be so, or the time is too short or too long."""
        since, now = self.picture.held_since(cond), self.picture.now()
        inner, asked = self.change(of, aim), int(term_value(days, self.picture) or 0)
        if since is None or now is None or evaluate(of, self.picture) is not True:
            return [
                attrs.evolve(change, data=f"{change.data}, for {asked} days" if change.data else "", signal="") for change in inner
            ]
        ran = (now - since) // DAY
        said = f"{words(cond, self.definition)} ({ran} days)"
        if aim in ("true", "not false"):
            return [Change(said, f"so for {asked - ran} days more", f"for {ran} days instead of {asked}", limit=float(ran))]
        return _fewest([inner, [Change(said, "", f"for {ran + 1} days instead of {asked}", limit=ran + 1.0)]])

    def leaf(self, cond: Cond, *, positive: bool) -> Change:
        """A leaf, and the nearest data and limit that turn it."""
        found = self.turned(cond, positive=positive)
        return found if positive else attrs.evolve(found, leaf=f"not {found.leaf}")

    def turned(self, cond: Cond, *, positive: bool) -> Change:
        match cond:
            case Compare(left, op, right):
                if isinstance(left, Const | ThresholdRef | DateConst) and not isinstance(right, Const | ThresholdRef | DateConst):
                    left, op, right = right, mirrored(op), left
                return self.compared(cond, left, op if positive else _DENIED[op], right)
            case Between(term, low, high):
                return self.between(cond, term, low, high, positive=positive)
            case IsTrue(name):
                return self.told(cond, name, positive)
            case OneOf(name, chosen):
                other = [word for word in self.definition.signals[name].choices if word not in chosen]
                return self.told(cond, name, chosen[0] if positive else other[0] if other else None)
            case IsMissing(SignalRef(name)) if positive:
                return self.told(cond, name, None)
            case _:
                return Change(self.said(cond))

    def said(self, cond: Cond) -> str:
        """A leaf, and what the data say of it."""
        match cond:
            case IsTrue(name) | OneOf(name) | IsMissing(SignalRef(name)):
                value = self.spec(name).show(self.picture.signal(name))
            case Compare(left, _, right):
                value = ", ".join(filter(None, map(self.term, (left, right))))
            case Between(term):
                value = self.term(term)
            case _:
                value = ""
        return words(cond, self.definition) + (f" ({value})" if value else "")

    def term(self, term: Term) -> str:
        """A term and its value; constants say nothing new."""
        if isinstance(term, Const | ThresholdRef | DateConst):
            return ""
        value = term_value(term, self.picture)
        if isinstance(term, SignalRef):
            return f"{self.spec(term.name).label} {self.spec(term.name).show(value)}"
        if isinstance(term, DaysUntil | DaysSince):
            return f"{self.spec(term.signal).label} {self.spec(term.signal).show(self.picture.signal(term.signal))}"
        return "unknown" if value is None else show_number(value)

    def spec(self, name: str) -> SignalSpec:
        return self.definition.signals[name]

    def told(self, cond: Cond, name: str, value: Value | None) -> Change:
        """Another value of one signal."""
        spec, now = self.spec(name), self.picture.signal(name)
        return Change(self.said(cond), f"{spec.label} {spec.show(value)} instead of {spec.show(now)}", "", name, value)

    # ---- numbers

    def compared(self, cond: Cond, left: Term, op: Op, right: Term) -> Change:
        """A comparison that shall hold with this sign."""
        value, limit = (term_value(term, self.picture) for term in (left, right))
        step = self.step(left)
        rule, number = "", None
        if value is not None and isinstance(right, Const | ThresholdRef):
            number = _nearest(float(value), mirrored(op), step)
            rule = f"{self.limit(left, right, number)} instead of {self.shown(left, limit)}"
        data, name, wanted = "", "", None
        if limit is not None:
            data, name, wanted = self.data(left, _nearest(float(limit), op, step), value)
        return Change(self.said(cond), data, rule, name, wanted, number)

    def between(self, cond: Cond, term: Term, low: Term, high: Term, *, positive: bool) -> Change:
        """A band: into it by its nearer end, or out of it."""
        value, least, most = (term_value(one, self.picture) for one in (term, low, high))
        if least is None or most is None:
            return Change(self.said(cond))
        near = least if value is None or abs(value - least) <= abs(value - most) else most
        if not positive:
            near = near - self.step(term) if near == least else near + self.step(term)
        data, name, wanted = self.data(term, round(float(near), 9), value)
        return Change(self.said(cond), data, "", name, wanted)

    def data(self, term: Term, wanted: float, value: float | None) -> tuple[str, str, Value | None]:
        """What must be told for a term to have a value: in words, the signal, and its stored value."""
        match term:
            case SignalRef(name):
                spec = self.spec(name)
                low, high = spec.range
                if spec.kind != "date" and not low <= wanted <= high:
                    return "", "", None
                stored: Value = int(wanted) if spec.kind in ("count", "integer", "date") else wanted
                return f"{spec.label} {spec.show(stored)} instead of {spec.show(value)}", name, stored
            case DaysUntil(name) | DaysSince(name):
                now, told = self.picture.now(), self.picture.signal(name)
                if now is None:
                    return "", "", None
                date = now + int(wanted) * DAY * (1 if isinstance(term, DaysUntil) else -1)
                spec = self.spec(name)
                return f"{spec.label} {spec.show(date)} instead of {spec.show(told)}", name, date
            case DaysInPhase() if value is not None and wanted > value:
                return f"{show_number(wanted - value)} days later", "", None
            case EventDaysSince(event):
                label = self.definition.events[event].label
                before = "never" if value is None else f"{show_number(value)} days before"
                return f"{label} {show_number(wanted)} days before instead of {before}", "", None
        return "", "", None

    def step(self, term: Term) -> float:
        """How far neighbours of a term lie apart."""
        return float(self.spec(term.name).step or 1) if isinstance(term, SignalRef) else 1.0

    def limit(self, left: Term, right: Term, number: float) -> str:
        """Another limit, by its name if it has one."""
        shown = self.shown(left, number)
        return f"{right.name} {shown}" if isinstance(right, ThresholdRef) else f"a limit of {shown}"

    def shown(self, term: Term, number: float | None) -> str:
        if number is None:
            return "unknown"
        return self.spec(term.name).show(number) if isinstance(term, SignalRef) else show_number(number)


def _reached(truth: bool | None, aim: Aim) -> bool:
    match aim:
        case "true":
            return truth is True
        case "false":
            return truth is False
        case "not true":
            return truth is not True
    return truth is not False


def _fewest(parts: Iterable[list[Change]]) -> list[Change]:
    """The shortest of several ways, the first of those; nothing if there is none."""
    return min((part for part in parts if part), key=len, default=[])


def _nearest(limit: float, op: Op, step: float) -> float:
    """The value that is nearest to a limit and compares with it like this; where it may not be the limit, a neighbour on the grid."""
    match op:
        case ">" | "!=":
            return round((math.floor(round(limit / step, 9)) + 1) * step, 9)
        case "<":
            return round((math.ceil(round(limit / step, 9)) - 1) * step, 9)
    return limit
