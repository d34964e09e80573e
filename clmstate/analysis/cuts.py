"""The fewest transitions to close so that nobody gets somewhere, such as into churn.

Structure only, as in `clmstate.analysis.structure`: without these transitions every customer is kept out for certain; where conditions
forbid some journeys anyway, fewer may do.
"""

from __future__ import annotations

from clmstate.analysis.shape import Given, Shape
from clmstate.errors import Diagnostic, InputError
from clmstate.lifecycle import Phase, Transition, known_phase

__all__ = ["smallest_cut"]


def smallest_cut(lifecycle: Given, phase: Phase | str) -> tuple[Transition, ...]:
    """The fewest transitions without which nobody reaches a phase; one of the smallest sets, where there are several.

    A transition from many phases counts once. Exact: for every journey that is still open one of its transitions is asked for, and an
    integer programme (HiGHS, through `scipy.optimize.milp`) finds the smallest choice, until no journey is left.

    Returns:
        Transitions in order of declaration; nothing, when the phase cannot be reached anyway.

    Raises:
        UnknownNameError: CLM203, a phase that the lifecycle does not have.
        InputError: CLM550, the phase is the one in which customers start.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase, anywhere
        >>> class Deal(Lifecycle):
        ...     called, ended = Event("called"), Event("contract ended")
        ...     new = Phase("New", initial=True)
        ...     talking = Phase("Talking")
        ...     lost = Phase("Lost", final=True, standing="lost")
        ...     call = new.to(talking, on=called)
        ...     lose = anywhere.to(lost, on=ended)
        >>> [transition.name for transition in smallest_cut(Deal, Deal.lost)]
        ['lose']
    """
    shape = Shape(lifecycle)
    end = known_phase(shape.definition, phase, shape.definition.name)
    if end == shape.definition.initial:
        raise InputError([_at_the_start(shape.definition.name, end)])
    closed: set[str] = set()
    open_ones: list[set[str]] = []
    while (journey := _open_journey(shape, end, closed)) is not None:
        open_ones.append(journey)
        rest = closed | journey
        while (other := _open_journey(shape, end, rest)) is not None:  # journeys that share nothing bound it from below at once
            open_ones.append(other)
            rest |= other
        closed = _fewest(open_ones)
    return tuple(t for name, t in shape.definition.transitions.items() if name in closed)


def _at_the_start(name: str, path: str) -> Diagnostic:
    cause = f"customers start in '{path}', so nothing keeps them out of it"
    return Diagnostic("CLM550", name, cause, "name a phase that they get to")


def _open_journey(shape: Shape, end: str, closed: set[str]) -> set[str] | None:
    """The names of the transitions of a shortest journey that is still open; None when there is none."""
    entries = shape.first_entries(closed=closed)
    at = next((stood for stood in entries if stood.phase == end), None)
    if at is None:
        return None
    names: set[str] = set()
    while (step := entries[at]) is not None:
        at, transition = step
        names.add(transition.name)
    return names


def _fewest(journeys: list[set[str]]) -> set[str]:
    """The smallest set of names that has one of every journey's."""
    # a third of a second to load, for this question only
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp

    names = sorted(set().union(*journeys))
    rows = np.array([[float(name in journey) for name in names] for journey in journeys])
    costs, whole = np.ones(len(names)), np.ones(len(names), dtype=np.int64)
    found = milp(costs, constraints=LinearConstraint(rows, lb=1.0), bounds=Bounds(0, 1), integrality=whole).x
    assert found is not None, "closing everything is always a choice"
    return {name for name, chosen in zip(names, found.tolist(), strict=True) if chosen > 0.5}
