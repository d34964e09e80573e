"""Tours: the fewest moves with which journeys can show everything that is wanted, if only the map counts.

A place is where somebody stands right after a transition; a street is the next transition. Each journey is a walk that begins at
:data:`BEGIN` and ends anywhere. The fewest moves that show everything are the cheapest flow that walks at least one of the streets that
show each wanted thing (the Chinese postman's problem, where some streets stand for others), and that hangs together. It is found exactly,
as an integer programme (HiGHS, through `scipy.optimize.milp`): streets that are walked in a circle that nobody can enter are forbidden one
by one, until none is left.

A map says less than a model: a street may be there that no customer can take after all that has happened to them. So the number of moves
is a bound for every set of journeys, and whoever walks a tour that reaches it has a shortest one.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Final

import attrs

__all__ = ["BEGIN", "END", "Place", "Street", "Tour", "fewest_moves", "tour"]


@attrs.frozen(cache_hash=True)
class Place:
    """Where somebody stands right after a transition.

    Attributes:
        name: the transition.
        phase: the number of the phase.
        left: where groups that can be resumed were left, by name; None where that is not known any more.

    Example:
        >>> Place("win").name
        'win'
    """

    name: str
    phase: int = 0
    left: tuple[tuple[str, int], ...] | None = ()


BEGIN: Final = Place("(begin)")
"""The place where every journey begins."""

END: Final = Place("(end)")
"""The place where every journey ends; going there is no move."""


@attrs.frozen
class Street:
    """A way from one place to another: one move.

    Attributes:
        before, after: the places.
        shows: what is shown by whoever walks it; None if nothing is.

    Example:
        >>> Street(BEGIN, Place("win"), None).after.name
        'win'
    """

    before: Place
    after: Place
    shows: Hashable | None


@attrs.frozen
class Tour:
    """How often each street is walked, by its two places; those to :data:`END` are among them.

    Attributes:
        walked: how often, by (before, after).
        moves: how many moves that is.
        fewest: so many are needed at least; the same number, unless the search had to be given up.

    Example:
        >>> Tour({}, 0, 0).moves
        0
    """

    walked: dict[tuple[Place, Place], int]
    moves: int
    fewest: int


def fewest_moves(first: Iterable[str], pairs: Iterable[tuple[str, str]]) -> int:
    """The fewest moves with which journeys can show all pairs of names that may follow each other.

    Args:
        first: the names with which a journey may begin.
        pairs: all pairs of which one may come right after the other.

    Example:
        >>> fewest_moves(["worry"], [("worry", "calm"), ("calm", "worry")])
        3
        >>> fewest_moves(["a", "b"], [("a", "end"), ("b", "end"), ("a", "b")])
        5
    """
    wanted = list(dict.fromkeys(pairs))
    begun = [Street(BEGIN, Place(name), None) for name in dict.fromkeys(first)]
    return tour([*begun, *(Street(Place(a), Place(b), (a, b)) for a, b in wanted)], wanted).fewest if wanted else 0


def tour(streets: Sequence[Street], wanted: Iterable[Hashable], *, effort: int = 2_000) -> Tour:
    """The fewest moves that show everything that is wanted.

    Args:
        streets: the map.
        wanted: what is to be shown; each must be shown by a street that can be reached.
        effort: after so many nodes of the search it is given up, and the best that was found is the answer.

    Raises:
        ValueError: something that is wanted is shown by no street that can be reached.

    Example:
        >>> worry, calm = Place("worry"), Place("calm")
        >>> ways = [Street(BEGIN, worry, None), Street(worry, calm, 1), Street(calm, worry, 2)]
        >>> found = tour(ways, [1, 2])
        >>> found.moves, found.fewest
        (3, 3)
    """
    return _Programme(streets, list(dict.fromkeys(wanted)), effort).solved()


class _Programme:
    """The integer programme of a tour, which grows by what is learnt from circles."""

    def __init__(self, streets: Sequence[Street], wanted: list[Hashable], effort: int) -> None:
        places = dict.fromkeys(place for street in streets for place in (street.before, street.after))
        places.pop(BEGIN, None)
        self.places = tuple(places)
        self.streets = (*dict.fromkeys(streets), *(Street(place, END, None) for place in self.places))
        self.wanted, self.effort = wanted, effort
        self.into: dict[Place, list[int]] = defaultdict(list)
        self.out: dict[Place, list[int]] = defaultdict(list)
        self.shown_by: dict[Hashable, list[int]] = defaultdict(list)
        for number, street in enumerate(self.streets):
            self.out[street.before].append(number)
            self.into[street.after].append(number)
            self.shown_by[street.shows].append(number)
        self.at_least_once = [self.out[BEGIN], *(self.shown_by[what] for what in wanted)]

    def solved(self) -> Tour:
        if not all(self.at_least_once):
            raise ValueError("something that is wanted is shown by no street")
        while True:
            times, fewest = self._cheapest()
            new = list(self._circles(times))
            if not new:
                walked: Counter[tuple[Place, Place]] = Counter()
                for street, number in zip(self.streets, times, strict=True):
                    walked[street.before, street.after] += number
                moves = sum(number for (_, after), number in walked.items() if after != END)
                return Tour({way: number for way, number in walked.items() if number}, moves, fewest)
            self.at_least_once += new

    def _cheapest(self) -> tuple[list[int], int]:
        """How often each street is walked, and the bound that is proved."""
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import coo_array

        rows = [[*((i, 1) for i in self.into[p]), *((i, -1) for i in self.out[p])] for p in self.places]
        rows += [[(i, 1) for i in several] for several in self.at_least_once]
        cells = [(row, i, sign) for row, told in enumerate(rows) for i, sign in told]
        matrix = coo_array(
            ([c[2] for c in cells], ([c[0] for c in cells], [c[1] for c in cells])), shape=(len(rows), len(self.streets))
        )
        low = [0] * len(self.places) + [1] * len(self.at_least_once)
        high = [0.0] * len(self.places) + [np.inf] * len(self.at_least_once)
        cost: Any = np.array([street.after != END for street in self.streets], dtype=float)
        found: Any = milp(
            cost,
            constraints=LinearConstraint(matrix.tocsr(), low, high),
            integrality=np.ones(len(self.streets), dtype=int),
            bounds=Bounds(0, np.inf),
            options={"node_limit": self.effort},
        )
        if found.x is None:
            raise ValueError("something that is wanted cannot be reached")
        return [round(float(x)) for x in found.x], math.ceil(round(float(found.mip_dual_bound), 6))

    def _circles(self, times: list[int]) -> Iterable[list[int]]:
        """What a tour breaks that walks in a circle that nobody enters: one of these streets has to be walked, too."""
        met, waiting = {BEGIN}, [BEGIN]
        while waiting:
            for i in self.out[waiting.pop()]:
                after = self.streets[i].after
                if times[i] and after not in met:
                    met.add(after)
                    waiting.append(after)
        lost = {p for p in self.places if p not in met and any(times[i] for i in self.out[p])}
        entered = {i for p in lost for i in self.into[p] if self.streets[i].before not in lost}
        for what in self.wanted:
            inside = [i for i in self.shown_by[what] if self.streets[i].before in lost]
            if any(times[i] for i in inside):
                yield sorted(entered.union(self.shown_by[what]).difference(inside))
