"""Journeys that together show every transition, or every pair of consecutive ones, with as few moves as can be.

The fewest moves are planned on the map of what may follow what (:mod:`clmstate.analysis.proofs.touring`), and then walked: for each move
the solver finds what has to be reported, given all that has happened. Where a planned move cannot be made after all, another planned one
is made first; where none can, the journey ends, and what is still wanted is planned anew without that street. So the plan is a bound, and
what comes out is as short as it wherever every planned move was found.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from typing import Final, Literal

import attrs

from clmstate.analysis.findings import Evidence
from clmstate.analysis.proofs.following import all_taken, ending, names_of, never_taken, resting
from clmstate.analysis.proofs.study import Study
from clmstate.analysis.proofs.touring import BEGIN, END, Place, Street, tour
from clmstate.analysis.proofs.witness import Stand, Witnesses
from clmstate.conditions.smt import UndecidedError
from clmstate.kernel import Rule

__all__ = ["Key", "Missing", "Shows", "Travelled", "travelled"]

Shows = Literal["pairs", "transitions"]
Key = tuple[str, ...]
"""One transition, or two of which one comes right after the other."""

Way = tuple[Place, Place]

_ATTEMPTS: Final = 2
_MOST_PLANS: Final = 12
"""So many times a plan is made anew; what is still wanted then is sought one by one."""

_MOST_PLACES: Final = 3_000


@attrs.frozen
class Missing:
    """Something that no journey shows.

    Attributes:
        key: the transition, or the pair.
        proved: whether it is proved that nobody can show it.

    Example:
        >>> Missing(("win",), proved=True).proved
        True
    """

    key: Key
    proved: bool


@attrs.frozen
class Travelled:
    """Journeys that show what was wanted.

    Attributes:
        logs: the journeys.
        moves: how many transitions they take together.
        fewest: so many are needed at least, by proof, to show the same.
        missing: what none of them shows.

    Example:
        >>> Travelled((), 0, 0, ()).moves
        0
    """

    logs: tuple[Evidence, ...]
    moves: int
    fewest: int
    missing: tuple[Missing, ...]


def travelled(witnesses: Witnesses, shows: Shows, wanted: Iterable[Key]) -> Travelled:
    """Journeys that together show all transitions, or all pairs, with as few moves as were found.

    Args:
        witnesses: the witnesses of single transitions.
        shows: whether it is pairs or transitions that are wanted.
        wanted: which.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health", default=80)
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        ...     calm = alarm.to(fine, when=health >= 70)
        >>> found = travelled(Witnesses(Deal), "pairs", [("worry", "calm"), ("calm", "worry")])
        >>> [len(one.log) for one in found.logs], found.moves, found.fewest, found.missing
        ([3], 3, 3, ())
    """
    all_taken(witnesses)
    map_ = _Map(witnesses, shows)
    asked = list(dict.fromkeys(wanted))
    missing = {key: Missing(key, map_.never(key)) for key in asked if key not in map_.shown}
    best: list[_Journey] = []
    closed: frozenset[Key] = frozenset()
    fewest = 0
    for attempt in range(_ATTEMPTS):
        walker = _Walker(map_, [key for key in asked if key not in missing], closed)
        walker.walk()
        missing |= {key: Missing(key, map_.never(key)) for key in walker.given_up}
        if attempt == 0 or _moves(walker.journeys) < _moves(best):
            best = walker.journeys
        fewest = map_.fewest([key for key in asked if key not in missing])
        if _moves(best) == fewest or walker.closed == closed:
            break
        closed = frozenset(walker.closed)
    logs = tuple(witnesses._evidence(one.stand, f"{shows} are taken") for one in best)
    return Travelled(logs, _moves(best), fewest, tuple(missing.values()))


@attrs.frozen
class _Journey:
    stand: Stand
    names: tuple[str, ...]

    def shows(self, shows: Shows) -> set[Key]:
        """What it shows."""
        if shows == "transitions":
            return {(name,) for name in self.names}
        return {(first, second) for first, second in zip(self.names, self.names[1:], strict=False)}


def _moves(journeys: Iterable[_Journey]) -> int:
    return sum(len(one.names) for one in journeys)


class _Map:
    """What may follow what, in a lifecycle: more than can happen, if anything."""

    def __init__(self, witnesses: Witnesses, shows: Shows) -> None:
        self.witnesses, self.shows = witnesses, shows
        self.study: Study = witnesses.study
        self.rules = {rule.transition.name: rule for rule in self.study.program.rules}
        self._resumed = {rule.resumes for rule in self.rules.values() if rule.resumes is not None}
        self._can: dict[tuple[int, int], bool] = {}
        self.streets = tuple(dict.fromkeys(self._streets()))
        self.shown = {street.shows for street in self.streets}
        self.apart: dict[Key, Stand | None] = {}

    def _streets(self) -> Iterator[Street]:
        program = self.study.program
        begin = program.number[self.study.definition.initial]
        met: set[Place] = set()
        waiting: deque[tuple[Place, int]] = deque([(BEGIN, begin)])
        while waiting:
            before, phase = waiting.popleft()
            for rule in (*program.silent[phase], *program.offered[phase]):
                if not self._takes(rule, phase):
                    continue
                name = rule.transition.name
                for place in self._led(rule, phase, before.left if len(met) < _MOST_PLACES else None):
                    pair = None if before == BEGIN else (before.name, name)
                    yield Street(before, place, (name,) if self.shows == "transitions" else pair)
                    if place not in met:
                        met.add(place)
                        waiting.append((place, place.phase))

    def _takes(self, rule: Rule, phase: int) -> bool:
        key = rule.index, phase
        if key not in self._can:
            try:
                self._can[key] = self.study.can_take(rule, phase)
            except UndecidedError:
                self._can[key] = True
        return self._can[key]

    def _led(self, rule: Rule, phase: int, left: tuple[tuple[str, int], ...] | None) -> Iterator[Place]:
        """Where a rule leads; a group of which it is not known where it was left may have been left anywhere."""
        name, group = rule.transition.name, self.study.program.group
        if rule.stay:
            yield Place(name, phase, left)
        elif left is None:
            yield from (Place(name, target, None) for target in self.study.targets(rule))
        else:
            known = dict(left)
            target = known.get(rule.resumes or "", rule.target)
            inside = group[phase]
            if inside is not None and inside in self._resumed and group[target] != inside:
                known[inside] = phase
            yield Place(name, target, tuple(sorted(known.items())))

    def never(self, key: Key) -> bool:
        """Whether it is proved that nobody can show something."""
        return key not in self.shown or (len(key) == 1 and never_taken(self.witnesses, self.rules[key[0]]))

    def fewest(self, keys: list[Key]) -> int:
        """The fewest moves that show these, whatever conditions say."""
        return tour(self.streets, keys).fewest if keys else 0


class _Walker:
    """Plans tours and walks them.

    Attributes:
        journeys: what was walked.
        closed: names of two places between which nobody could walk when it was planned.
        given_up: what was wanted and never shown.
    """

    def __init__(self, map_: _Map, wanted: Iterable[Key], closed: Iterable[Key]) -> None:
        self.map = map_
        self.wanted = dict.fromkeys(wanted)
        self.closed = set(closed)
        self.journeys: list[_Journey] = []
        self.given_up: set[Key] = set()
        engine = map_.witnesses.engine
        state = engine.new()
        self.begin = Stand((), engine.save(state), state.phase, {})

    def walk(self) -> None:
        """Walks until everything is shown or given up."""
        for _ in range(_MOST_PLANS):
            open_ = [street for street in self.map.streets if self._pair(street) not in self.closed]
            reached = _reached(open_)
            for key in [key for key in self.wanted if key not in reached]:
                if key in self.wanted:  # not yet shown beside another
                    self._apart(key)
            if not self.wanted:
                break
            left = Counter(tour(open_, self.wanted).walked)
            journeys = sum(number for (before, _), number in left.items() if before == BEGIN)
            usual = sum(number for (_, after), number in left.items() if after != END) / max(1, journeys)
            before = len(self.wanted), len(self.closed)
            while left and self.wanted and self._walked(left, usual):
                pass
            if self.wanted and (len(self.wanted), len(self.closed)) == before:  # nothing was learnt: the same plan would fail again
                self._apart(next(iter(self.wanted)))
        while self.wanted:
            self._apart(next(iter(self.wanted)))

    @staticmethod
    def _pair(street: Street) -> Key:
        return (street.before.name, street.after.name)

    def _walked(self, left: Counter[Way], usual: float) -> bool:
        """One journey along what is left of a tour; False where it could not go on as planned."""
        names: list[str] = []
        here, stand = BEGIN, self.begin
        while True:
            ways = self._ways(left, here, stay=len(names) < usual)
            if not ways or ways[0] == END:
                break
            found = next(filter(None, (self._made(stand, place, left) for place in ways if place != END)), None)
            if found is None:
                break
            stand, made = found
            for place in made:
                left[here, place] -= 1
                here = place
                names.append(place.name)
        left[here, END] -= 1
        left += Counter()
        journey = _Journey(stand, tuple(names))
        new = journey.shows(self.map.shows) & self.wanted.keys()
        if new:
            self.journeys.append(journey)
        for key in new:
            del self.wanted[key]
        if not ways or ways[0] == END:
            return bool(names)
        self.closed.update((here.name, place.name) for place in ways if place != END)
        return False

    def _ways(self, left: Counter[Way], here: Place, *, stay: bool) -> list[Place]:
        """The planned places to which one can go next so that the rest of the plan can still be walked, in the order in which to try them.

        As long as the journey is to go on, those that lead away from the end come first.
        """
        far = _to_end(left)
        sign = -1 if stay else 1
        after = sorted((b for (a, b), number in left.items() if a == here and number), key=lambda b: sign * far.get(b, 0))
        return [place for place in after if _hangs_together(left, (here, place))]

    def _made(self, stand: Stand, place: Place, left: Counter[Way]) -> tuple[Stand, list[Place]] | None:
        """A move to a place, and whatever follows at once if nobody can rest there; None where it cannot be made as planned."""
        witnesses = self.map.witnesses
        rule = self.map.rules[place.name]
        try:
            for after in resting(witnesses, stand, rule):
                if after.phase == place.phase:
                    return after, [place]
            for after in witnesses._tried(stand, rule):
                names = names_of(witnesses, after)[len(names_of(witnesses, stand)) :]
                along = _along(left, place, names)
                if along is not None:
                    return after, along
        except UndecidedError:
            pass
        return None

    def _apart(self, key: Key) -> None:
        """A journey of its own for something that no tour leads to."""
        del self.wanted[key]
        witnesses = self.map.witnesses
        if key not in self.map.apart:
            self.map.apart[key] = witnesses._taken.get(key[0]) if len(key) == 1 else next(ending(witnesses, *key), None)
        stand = self.map.apart[key]
        if stand is None:
            self.given_up.add(key)
            return
        journey = _Journey(stand, tuple(names_of(witnesses, stand)))
        self.journeys.append(journey)
        for shown in journey.shows(self.map.shows):
            self.wanted.pop(shown, None)


# ---- what is left of a tour


def _reached(streets: Iterable[Street]) -> set[object]:
    """What is shown by streets to which one can get."""
    out: dict[object, list[Street]] = defaultdict(list)
    for street in streets:
        out[street.before].append(street)
    met, waiting, shown = {BEGIN}, [BEGIN], set()
    while waiting:
        for street in out[waiting.pop()]:
            shown.add(street.shows)
            if street.after not in met:
                met.add(street.after)
                waiting.append(street.after)
    return shown


def _hangs_together(left: Counter[Way], first: Way) -> bool:
    """Whether everything that is left can still be walked when this is walked first; at the end one begins anew."""
    out: dict[Place, list[Place]] = defaultdict(list)
    for (before, after), number in left.items():
        if number - ((before, after) == first) > 0:
            out[before].append(after)
    sources = list(out)
    out[END].append(BEGIN)
    met, waiting = {first[1]}, [first[1]]
    while waiting:
        for after in out.get(waiting.pop(), ()):
            if after not in met:
                met.add(after)
                waiting.append(after)
    return met.issuperset(sources)


def _to_end(left: Counter[Way]) -> dict[Place, int]:
    """How many moves it is to the end, from each place."""
    into: dict[Place, list[Place]] = defaultdict(list)
    for (before, after), number in left.items():
        if number > 0:
            into[after].append(before)
    far, waiting = {END: 0}, deque[Place]([END])
    while waiting:
        place = waiting.popleft()
        for before in into[place]:
            if before not in far:
                far[before] = far[place] + 1
                waiting.append(before)
    return far


def _along(left: Counter[Way], place: Place, names: list[str]) -> list[Place] | None:
    """The planned places that some names lead through; None where they leave the plan."""
    along, spare = [place], Counter(left)
    for name in names[1:]:
        after = next((b for (a, b), number in spare.items() if a == along[-1] and number > 0 and b.name == name), None)
        if after is None:
            return None
        spare[along[-1], after] -= 1
        along.append(after)
    return along
