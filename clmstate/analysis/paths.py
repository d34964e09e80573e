"""Journeys that the structure of a lifecycle allows: the shortest, all simple ones, and loops.

Structure only, as in `clmstate.analysis.structure`: a journey listed here may be forbidden by a condition, one that is not listed is
impossible.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Any, Final

import attrs

from clmstate.analysis.graph import Way
from clmstate.analysis.shape import Given, Shape
from clmstate.lifecycle import Phase, Transition, known_phase

__all__ = ["Path", "Paths", "journeys", "loops", "shortest"]

MOST: Final = 1_000


@attrs.frozen
class Path:
    """Phases one after the other, and what leads from each to the next.

    Attributes:
        phases: in order; a loop does not name its first phase again at its end.
        by: for each step the transitions that can take it, in order of priority.

    Example:
        >>> print(Path((Phase("Onboarding"), Phase("Adoption")), ()))
        Onboarding → Adoption
    """

    phases: tuple[Phase, ...]
    by: tuple[tuple[Transition, ...], ...]

    def __str__(self) -> str:
        return " → ".join(phase.label for phase in self.phases)


@attrs.frozen
class Paths(Sequence[Path]):
    """Several paths, the shortest first.

    Attributes:
        paths: as many as were asked for.
        complete: whether there are no others.

    Example:
        >>> len(Paths((), complete=True))
        0
    """

    paths: tuple[Path, ...]
    complete: bool

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: Any) -> Any:
        return self.paths[index]

    def __iter__(self) -> Iterator[Path]:
        return iter(self.paths)


def shortest(lifecycle: Given, to: Phase | str, start: Phase | str | None = None) -> Path | None:
    """The journey with the fewest moves, or None where there is none.

    Args:
        lifecycle: a lifecycle class or its definition.
        to: where it ends.
        start: where it begins; by default where customers start.

    Raises:
        UnknownNameError: CLM203, a phase that the lifecycle does not have.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     signed = Event("contract signed")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, on=signed)
        >>> print(shortest(Deal, Deal.won))
        New → Won
    """
    return next(iter(journeys(lifecycle, to, start, most=1)), None)


def journeys(lifecycle: Given, to: Phase | str, start: Phase | str | None = None, *, most: int = MOST) -> Paths:
    """All simple journeys, in which no phase is entered twice; the shortest first.

    Args:
        lifecycle, to, start: as in :func:`shortest`.
        most: how many to list; ``complete`` says whether there are more.

    Raises:
        UnknownNameError: CLM203, a phase that the lifecycle does not have.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     called, signed = Event("called"), Event("contract signed")
        ...     new = Phase("New", initial=True)
        ...     talking = Phase("Talking")
        ...     won = Phase("Won", final=True)
        ...     call = new.to(talking, on=called)
        ...     win = (new | talking).to(won, on=signed)
        >>> print(*journeys(Deal, "won"), sep="; ")
        New → Won; New → Talking → Won
    """
    import networkx as nx

    shape = Shape(lifecycle)
    begin = shape.definition.initial if start is None else known_phase(shape.definition, start, shape.definition.name)
    end = known_phase(shape.definition, to, shape.definition.name)
    # who begins elsewhere has a past that we do not know, and may be led back into it
    known = start is None
    some = [way for way in shape.ways if not known or not way.again]
    over = shape.over(some)
    if begin == end or not nx.has_path(over, begin, end) or (known and end not in shape.reached):
        return Paths((), complete=True)
    listed = (_path(shape, some, path, known=known) for path in nx.shortest_simple_paths(over, begin, end))
    found = list(islice((path for path in listed if all(path.by)), most + 1))
    return Paths(tuple(found[:most]), complete=len(found) <= most)


def loops(lifecycle: Given, *, most: int = MOST) -> Paths:
    """Feedback loops: ways on which a customer comes back to a phase; each once, from its first declared phase on, the shortest first.

    Args:
        lifecycle: a lifecycle class or its definition.
        most: how many to list; ``complete`` says whether there are more.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     used = Signal.flag("in use")
        ...     adoption = Phase("Adoption", initial=True)
        ...     success = Phase("Success")
        ...     adopt = adoption.to(success, when=used)
        ...     relapse = success.to(adoption, when=~used)
        >>> print(*loops(Deal))
        Adoption → Success
    """
    import networkx as nx

    shape = Shape(lifecycle)
    place = {path: index for index, path in enumerate(shape.definition.phases)}
    over = shape.all.subgraph(shape.reached)
    found: list[list[str]] = []
    for bound in range(2, len(over) + 1):  # the shortest ones completely before longer ones
        within = list(islice(nx.simple_cycles(over, length_bound=bound), most + 1))
        found = within if len(within) <= most else found + [cycle for cycle in within if len(cycle) == bound]
        if len(within) > most:
            break
    turned = [_turned(cycle, place) for cycle in found]
    turned.sort(key=lambda cycle: (len(cycle), [place[path] for path in cycle]))
    kept = (_path(shape, shape.ways, cycle, closed=True) for cycle in turned[:most])
    return Paths(tuple(kept), complete=len(found) <= most)


def _turned(cycle: list[str], place: dict[str, int]) -> list[str]:
    first = cycle.index(min(cycle, key=place.__getitem__))
    return cycle[first:] + cycle[:first]


def _path(shape: Shape, some: Iterable[Way], path: Sequence[str], *, closed: bool = False, known: bool = False) -> Path:
    """A path with the transitions that can take each step; if the past is known, none that would lead back into it."""
    groups = [phase.rpartition(".")[0] for phase in path] if known else []
    steps = enumerate(pairwise([*path, path[0]] if closed else path), 1)
    by = (
        tuple(w.transition for w in some if (w.source, w.target) == step and not (known and shape.leads_back(w, groups[:count])))
        for count, step in steps
    )
    return Path(tuple(map(shape.phase, path)), tuple(by))
