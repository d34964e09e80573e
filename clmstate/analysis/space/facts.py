"""What may be known of one part at one instant, cut into the few ways that its rules can tell apart.

Each signal, clock and counter that a rule reads is a *fact*. Between the constants that rules compare it with, all its values say the same,
so a fact stands in one of a few ways, each with an example. Whether some formulas over literals can hold together is then a search through
few combinations, and what is found is a customer.

Exact for facts that are compared with constants. A comparison of two signals with each other may come out either way here (it then has no
example), and so may whatever counts visits: more is thought possible than is, never less.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import Any, Final, TypeAlias
from typing import Literal as Literal_

import attrs

from clmstate.analysis.space.formulas import EITHER, NEVER_SURE, grounded, leaves
from clmstate.conditions import evaluate, term_value
from clmstate.conditions.lower import FALSE, TRUE, UNKNOWN, All, Fixed, Formula, Leaf
from clmstate.conditions.nodes import (
    Compare,
    DaysInPhase,
    DaysSince,
    DaysUntil,
    EventDaysSince,
    EventTimes,
    ForDays,
    InPhase,
    IsTrue,
    OneOf,
    PhaseVisits,
    SignalRef,
    own_terms,
)
from clmstate.lifecycle import LifecycleDefinition
from clmstate.signals import DAY, SignalSpec, Value

__all__ = [
    "Fact",
    "Facts",
    "Key",
    "Letter",
    "Sample",
    "Sampled",
    "Stand",
    "Surely",
    "cuts",
    "truth_of",
    "variables",
]

Key: TypeAlias = tuple[str, str]
"""What a fact is about: ("value", signal), ("until", date), ("ago", event), ("times", event), ("stay", ""), ("visits", place) or
("held", a condition as text)."""

Sample: TypeAlias = Mapping[Key, Any]
"""Examples of facts: a stored value, whole days, a number of times, or the days that a clock has run; None is missing, or never."""

Letter: TypeAlias = Mapping[int, "Stand"]
"""How the facts stand, by their numbers; those that nobody asked about are left out."""

Surely: TypeAlias = Literal_["", "any", "ran"]
"""How sure an outcome has to be: "" if something remembered may bring it about, "any" whatever is remembered, "ran" whatever is remembered
if all clocks of ``for_days`` have run long enough; both after as much time as one likes."""

_Left: TypeAlias = Mapping[Formula, frozenset[int]]
"""Formulas that are still open, each with the facts that it reads."""

MOST_REMEMBERED: Final = 10_000

NOW: Final = 0
"""Samples are looked at from here; only differences matter."""

_WHOLE: Final = frozenset(("count", "integer"))
_ELAPSED: Final = frozenset(("ago", "stay"))
_REMEMBERED: Final = frozenset(("ago", "times", "stay", "held", "visits"))


@attrs.frozen(eq=False)
class Stand:
    """One way in which a fact may stand.

    Attributes:
        truths: for each leaf about it, whether that is TRUE, FALSE or UNKNOWN then.
        sample: an example; empty where none is known.
    """

    truths: Mapping[Leaf, int]
    sample: Sample


@attrs.frozen(eq=False)
class Fact:
    """One thing that rules read.

    Attributes:
        keys: what it is about.
        stands: the ways in which it may stand.
        remembered: whether it follows from what happened before, so that nobody can report it.
    """

    keys: tuple[Key, ...]
    stands: tuple[Stand, ...]
    remembered: bool

    def fitting(self, offered: str, surely: Surely) -> tuple[Stand, ...]:
        """The ways in which it may stand at an instant with an event; if `surely`, after as much time as one likes."""
        what, name = key = self.keys[0]
        stands = self.stands
        if what == "ago" and offered == name:
            return tuple(stand for stand in stands if stand.sample[key] == 0)
        if surely and what in ("ago", "stay", "held"):
            longest = max((stand.sample[key] for stand in stands if stand.sample[key] is not None), default=0)
            wanted = (None, longest) if what == "ago" else (0, longest) if what == "held" and surely == "any" else (longest,)
            stands = tuple(stand for stand in stands if stand.sample[key] in wanted)
        return stands


def variables(leaf: Leaf) -> frozenset[Key]:
    """What a leaf is about.

    Example:
        >>> sorted(variables(IsTrue("signed")))
        [('value', 'signed')]
    """
    match leaf:
        case IsTrue(name) | OneOf(name, _) | SignalRef(name):
            return frozenset((("value", name),))
        case ForDays(of, _):
            return frozenset((("held", repr(of)),))
        case InPhase():
            return frozenset()
        case _:
            return frozenset(key for term in own_terms(leaf) if (key := _key(term)) is not None)


def _key(term: object) -> Key | None:
    match term:
        case SignalRef(name):
            return "value", name
        case DaysUntil(name) | DaysSince(name):
            return "until", name
        case EventDaysSince(name):
            return "ago", name
        case EventTimes(name):
            return "times", name
        case DaysInPhase():
            return "stay", ""
        case PhaseVisits(path):
            return "visits", path
    return None


class Facts:
    """The facts of a lifecycle, as far as some leaves ask about them.

    Args:
        definition: the lifecycle.
        leaves: what is asked; leaves about ports that somebody feeds are left out by whoever asks.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        >>> from clmstate.conditions.lower import Literal
        >>> low, high = ((Deal.health < 60).node, (Deal.health >= 70).node)
        >>> facts = Facts(Deal.definition, [low, high])
        >>> facts.together(frozenset((Literal(low, TRUE), Literal(high, TRUE)))) is None
        True
        >>> letter = facts.together(frozenset((Literal(low, FALSE | UNKNOWN), Literal(high, TRUE))))
        >>> [dict(stand.sample) for stand in letter.values()]
        [{('value', 'health'): 70}]
    """

    def __init__(self, definition: LifecycleDefinition, leaves: Iterable[Leaf]) -> None:
        self.definition = definition
        self.loose: set[Leaf] = set()
        grouped: dict[Key, list[Leaf]] = {}
        for leaf in dict.fromkeys(leaves):
            keys = {self._home(key) for key in variables(leaf)}
            if len(keys) == 1 and (key := next(iter(keys)))[0] != "visits":
                grouped.setdefault(key, []).append(leaf)
            else:
                self.loose.add(leaf)  # compares two facts, or counts visits
        self.facts: list[Fact] = [self._fact(key, about) for key, about in grouped.items()]
        self.of: dict[Leaf, int] = {leaf: i for i, about in enumerate(grouped.values()) for leaf in about}
        self._found: dict[tuple[frozenset[Formula], str, Surely], Letter | None] = {}
        self._read: dict[Formula, frozenset[int]] = {}
        self._after: dict[tuple[Formula, Stand], Formula] = {}

    def _home(self, key: Key) -> Key:
        """Facts that hang together are one: when an event was last offered, and how often; a date, and the days until then."""
        what, name = key
        if what == "times":
            return "ago", name
        if what == "value" and self.definition.signals[name].kind == "date":
            return "until", name
        return key

    # ---- whether formulas can hold together

    def together(self, formulas: frozenset[Formula], offered: str = "", *, surely: Surely = "") -> Letter | None:
        """Facts with which all these formulas hold; None if there are none.

        Args:
            formulas: over literals of the leaves that were given.
            offered: the event that is offered at this instant; "" if none is.
            surely: if given, only what is reported can be chosen, and the formulas must hold whatever is remembered.
        """
        key = (formulas, offered, surely)
        if key not in self._found:
            self._found[key] = self._search([f for f in formulas if f != Fixed(True)], offered, surely)
        return self._found[key]

    def _search(self, formulas: list[Formula], offered: str, surely: Surely) -> Letter | None:
        letter: dict[int, Stand] = {}

        def look(left: _Left | None) -> bool:
            if not left:
                return left is not None
            asked = frozenset().union(*left.values())
            if surely and all(self.facts[number].remembered for number in asked):
                return self._always(left, sorted(asked), offered, surely)
            open_facts = [n for n in asked if not (surely and self.facts[n].remembered)]
            number = min(open_facts, key=lambda n: (len(self.facts[n].stands), n))
            for stand in self.facts[number].fitting(offered, surely):
                letter[number] = stand
                if look(self._left((self._given(f, stand) if number in about else f) for f, about in left.items())):
                    return True
                del letter[number]
            return False

        doubt = NEVER_SURE if surely else EITHER
        begun = self._left(grounded(formula, lambda leaf: doubt if leaf in self.loose else None) for formula in formulas)
        return dict(letter) if look(begun) else None

    def _left(self, formulas: Iterable[Formula]) -> _Left | None:
        """The formulas that are still open; None if one of them does not hold."""
        left: dict[Formula, frozenset[int]] = {}
        for formula in formulas:
            match formula:
                case Fixed(True):
                    pass
                case Fixed():
                    return None
                case All(items):
                    left |= ((item, self._about(item)) for item in items)
                case _:
                    left[formula] = self._about(formula)
        return left

    def _given(self, formula: Formula, stand: Stand) -> Formula:
        """What is left of a formula once a fact stands like this."""
        key = (formula, stand)
        if key not in self._after:
            self._after[key] = grounded(formula, stand.truths.get)
        return self._after[key]

    def _about(self, formula: Formula) -> frozenset[int]:
        """The facts that a formula reads."""
        if formula not in self._read:
            self._read[formula] = frozenset(self.of[leaf] for leaf in leaves(formula))
        return self._read[formula]

    def _always(self, left: _Left, asked: list[int], offered: str, surely: Surely) -> bool:
        """Whether what is left holds however the remembered facts stand."""
        ways = [self.facts[number].fitting(offered, surely) for number in asked]
        if math.prod(map(len, ways)) > MOST_REMEMBERED:
            return False
        for stands in itertools.product(*ways):
            if any(reduce(self._given, stands, formula) != Fixed(True) for formula in left):
                return False
        return True

    # ---- the ways in which a fact may stand

    def _fact(self, key: Key, leaves: list[Leaf]) -> Fact:
        samples = list(self._samples(key, leaves))
        longest = max((sample[key] for sample in samples if key[0] in _ELAPSED and sample[key] is not None), default=None)
        found: dict[tuple[object, ...], Stand] = {}
        for sample in samples:
            truths = {leaf: _truth(leaf, self.definition, sample) for leaf in leaves}
            apart = (sample[key] is None, sample[key] == 0, sample[key] == longest) if key[0] in _ELAPSED else ()
            found.setdefault((*truths.values(), *apart), Stand(truths, sample))
        return Fact((key,), tuple(found.values()), key[0] in _REMEMBERED)

    def _samples(self, key: Key, leaves: list[Leaf]) -> Iterator[Sample]:
        what, name = key
        if what == "held":
            days = sorted({_days(leaf, self.definition) for leaf in leaves if isinstance(leaf, ForDays)})
            yield from ({key: run} for run in (0, *days))
        elif what == "ago":
            yield {key: None, ("times", name): 0}
            for times in self._numbers(("times", name), leaves, whole=True, low=1):
                yield from ({key: ago, ("times", name): times} for ago in self._numbers(key, leaves, whole=True, low=0))
        elif what == "stay":
            yield from ({key: days} for days in self._numbers(key, leaves, whole=True, low=0))
        else:
            yield from self._of_signal(key, leaves, self.definition.signals[name])

    def _of_signal(self, key: Key, leaves: list[Leaf], spec: SignalSpec) -> Iterator[Sample]:
        match spec.kind:
            case "flag":
                values: list[Any] = [True, False]
            case "choice":
                values = list(spec.choices)
            case "date":
                yield from self._of_date(spec.name, leaves)
                values = []
            case kind:
                low, high = spec.low, spec.high
                values = list(self._numbers(key, leaves, whole=kind in _WHOLE, low=low, high=high, step=spec.step or 1))
        if spec.default is not None:
            values.sort(key=lambda value: value != spec.default)
        else:
            yield {key: None}
        yield from ({key: value} for value in values)

    def _of_date(self, name: str, leaves: list[Leaf]) -> Iterator[Sample]:
        """Days from now where rules count days; instants where they compare with a day; each of both where they do both."""
        kinds = {type(term) for leaf in leaves if isinstance(leaf, Compare) for term in own_terms(leaf)}
        fixed = list(self._numbers(("value", name), leaves, whole=True, step=DAY)) if SignalRef in kinds else [None]
        days = (
            list(self._numbers(("until", name), leaves, whole=True))
            if kinds & {DaysUntil, DaysSince} or fixed == [None]
            else [None]
        )
        yield from ({("until", name): day, ("value", name): at} for day in days for at in fixed)

    def _numbers(
        self,
        key: Key,
        leaves: list[Leaf],
        *,
        whole: bool,
        low: float | None = None,
        high: float | None = None,
        step: float = 1,
    ) -> Iterator[int | float]:
        """Values of a number, at least one between any two of its limits and one at each."""
        at = sorted({cut for leaf in leaves for cut in cuts(self.definition, key, leaf)})
        tried: dict[int | float, None] = {}
        if not at:
            tried[max(low or 0, 0) if high is None or high >= 0 else high] = None
        for cut in at:
            tried |= dict.fromkeys(
                (cut, cut - step, cut + step) if not whole else (_up(cut), _down(cut), _up(cut) - step, _down(cut) + step)
            )
        for below, above in itertools.pairwise(at):
            tried[(below + above) / 2 if not whole else _down((below + above) / 2)] = None
        tried |= dict.fromkeys(bound for bound in (low, high) if bound is not None)
        if whole and at and low is None:
            tried |= dict.fromkeys((_down(at[0]) - step, _up(at[-1]) + step))
        for value in tried:
            if (low is None or value >= low) and (high is None or value <= high):
                yield int(value) if whole or value == int(value) else round(value, 9)


def cuts(definition: LifecycleDefinition, key: Key, leaf: Leaf) -> Iterator[float]:
    """Where a comparison that reads one number changes its truth: its sides are linear, so two values tell.

    Example:
        >>> from clmstate import Lifecycle, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        >>> list(cuts(Deal.definition, ("value", "health"), (Deal.health < 60).node))
        [60.0]
    """
    if not isinstance(leaf, Compare) or key not in {_key(term) for term in own_terms(leaf)}:
        return
    at: list[float] = []
    for value in (0, 1):
        picture = Sampled(definition, {key: value})
        left, right = term_value(leaf.left, picture), term_value(leaf.right, picture)
        if left is None or right is None:
            return
        at.append(left - right)
    slope = at[1] - at[0]
    if slope:
        yield round(-at[0] / slope, 9)


class Sampled:
    """A picture of a customer of whom only samples are known."""

    def __init__(self, definition: LifecycleDefinition, sample: Sample) -> None:
        self.definition, self.sample = definition, sample

    def signal(self, name: str) -> Value | None:
        """The value, or the day that is so many days away."""
        days = self.sample.get(("until", name))
        if days is not None:
            return NOW + int(days) * DAY
        value: Value | None = self.sample.get(("value", name))
        return value

    def threshold(self, name: str) -> int | float:
        """The value of a named limit."""
        return self.definition.thresholds[name].value

    def now(self) -> int:
        """Now."""
        return NOW

    def entered_at(self) -> int | None:
        """When the stay began."""
        return NOW - int(self.sample.get(("stay", ""), 0)) * DAY

    def event_at(self, name: str) -> int | None:
        """When the event was last offered."""
        ago = self.sample.get(("ago", name))
        return None if ago is None else NOW - int(ago) * DAY

    def event_times(self, name: str) -> int:
        """How often."""
        return int(self.sample.get(("times", name), 0))

    def visits(self, path: str) -> int:
        """How often the place was entered; nobody samples it."""
        return int(self.sample.get(("visits", path), 1))

    def held_since(self, cond: ForDays) -> int | None:
        """When the clock was started."""
        return NOW - int(self.sample.get(("held", repr(cond.of)), 0)) * DAY

    def stands_in(self, paths: tuple[str, ...]) -> bool:
        """Where it stands is no fact."""
        raise AssertionError(paths)


def _truth(leaf: Leaf, definition: LifecycleDefinition, sample: Sample) -> int:
    match leaf:
        case SignalRef():
            return UNKNOWN if all(value is None for value in sample.values()) else TRUE
        case ForDays(of, _):
            return TRUE if int(sample[("held", repr(of))]) >= _days(leaf, definition) else FALSE
        case _:
            about = variables(
                leaf
            )  # of a date, the days until then and the day itself are looked at one by one: now may be any day
            return truth_of(leaf, Sampled(definition, {key: value for key, value in sample.items() if key in about}))


def truth_of(leaf: Leaf, picture: Sampled) -> int:
    """The truth of a leaf that reads no clock of ``for_days``, as a bit.

    Example:
        >>> from clmstate import Lifecycle, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        >>> truth_of((Deal.health < 60).node, Sampled(Deal.definition, {("value", "health"): 50})) == TRUE
        True
    """
    if isinstance(leaf, SignalRef):
        return TRUE if picture.signal(leaf.name) is not None else UNKNOWN
    said = evaluate(leaf, picture)
    return UNKNOWN if said is None else TRUE if said else FALSE


def _days(clock: ForDays, definition: LifecycleDefinition) -> int:
    return int(term_value(clock.days, Sampled(definition, {})) or 0)


def _up(value: float) -> int:
    return -_down(-value)


def _down(value: float) -> int:
    return int(value // 1)
