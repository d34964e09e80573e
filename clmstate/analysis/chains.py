"""Markov chains over phases: from probabilities that somebody gives, or from moves that somebody counted.

A chain knows the present phase only: different kinds of customers belong in chains of their own, see :func:`segments`.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from functools import cached_property
from typing import Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from clmstate.analysis.graph import ways
from clmstate.analysis.shape import Given
from clmstate.errors import Diagnostic, InputError, did_you_mean, shown
from clmstate.lifecycle import Journey, LifecycleDefinition, Phase, definition_of

__all__ = ["Chain", "Counts", "Rows", "Vector", "as_path", "chain", "counted", "measured", "number_mistake", "segments"]

Rows: TypeAlias = Mapping[str, Mapping[str, float]] | Mapping[Phase, Mapping[Phase, float]]
"""For each phase (or its path) the phases that may follow in one step, each with a number."""

Counts: TypeAlias = dict[str, dict[str, float]]
"""For each path the paths that followed, each with how often."""

Vector: TypeAlias = NDArray[np.float64]

TOLERANCE: Final = 1e-9


@attrs.frozen(slots=False, eq=False)
class Chain:
    """A Markov chain over phases, one step at a time; what a step is (a move, a month) its numbers decide. Made by :func:`chain`.

    Attributes:
        phases: paths, in the order of rows and columns.
        matrix: the probability of the column's phase one step after the row's; read-only, every row sums to 1.

    Example:
        >>> made = chain({"trial": {"trial": 0.5, "paying": 0.3, "gone": 0.2}})
        >>> made.phases, made.absorbing
        (('trial', 'paying', 'gone'), ('paying', 'gone'))
    """

    phases: tuple[str, ...]
    matrix: Vector

    def __attrs_post_init__(self) -> None:
        self.matrix.setflags(write=False)

    @cached_property
    def place(self) -> Mapping[str, int]:
        """The row and column of each phase."""
        return {path: index for index, path in enumerate(self.phases)}

    @cached_property
    def absorbing(self) -> tuple[str, ...]:
        """Phases that are never left."""
        return tuple(path for index, path in enumerate(self.phases) if self.matrix[index, index] == 1.0)

    @cached_property
    def passing(self) -> tuple[str, ...]:
        """All other phases."""
        return tuple(path for path in self.phases if path not in self.absorbing)

    def of(self, phase: Phase | str) -> int:
        """The row of a phase.

        Raises:
            InputError: CLM555, the chain has no such phase.
        """
        path = as_path(phase)
        if path not in self.place:
            raise InputError([_unknown("chain", phase, self.phases)])
        return self.place[path]


def chain(rows: Rows, *, of: Given | None = None) -> Chain:
    """A chain from given probabilities.

    Args:
        rows: for each phase the probability of each phase one step later, staying included. A phase without a row of its own is never
            left.
        of: the lifecycle that it is about. Its phases then come first, in their order, and a probability for a way that it does not have
            is refused; staying is always possible.

    Raises:
        InputError: everything that is wrong, together. CLM551 a row does not sum to 1 (to within 1e-9), CLM552 a negative number, CLM553
            not a finite number, CLM555 a phase that the lifecycle does not have, CLM556 a way that it does not have, CLM557 no phases.

    Example:
        >>> chain({"trial": {"trial": 0.5, "paying": 0.3}})
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM551 chain, from trial: the probabilities sum to 0.8, not 1. Add the rest, such as the probability of staying.
    """
    made, wrong = _chain(rows, of, "chain", counts=False)
    return _kept(made, wrong)


def measured(counts: Rows, *, of: Given | None = None) -> Chain:
    """A chain from counted moves: of those who were in a phase, the share that was in each phase one step later.

    Args:
        counts: for each phase how often each phase came one step later; need not be whole numbers. A phase without a row is never left.
        of: as in :func:`chain`.

    Raises:
        InputError: as :func:`chain`, and CLM554 a row in which nothing was counted.

    Example:
        >>> measured({"trial": {"paying": 30, "gone": 20, "trial": 50}}).matrix[0].tolist()
        [0.5, 0.3, 0.2]
    """
    made, wrong = _chain(counts, of, "chain", counts=True)
    return _kept(made, wrong)


def segments(counts: Mapping[str, Rows], *, of: Given | None = None) -> dict[str, Chain]:
    """A chain for each segment from its counted moves, so that results can be reported apart.

    One chain for everybody is wrong when customers differ: those who leave easily leave first, so retention seems to rise with tenure
    although nobody changes, and the pooled chain extrapolates wrongly (Fader & Hardie 2007).

    Raises:
        InputError: as :func:`measured`, for all segments together.

    Example:
        >>> made = segments({"small": {"in": {"in": 6, "out": 4}}, "large": {"in": {"in": 9, "out": 1}}})
        >>> {name: one.matrix[0, 0].item() for name, one in made.items()}
        {'small': 0.6, 'large': 0.9}
    """
    made = {name: _chain(rows, of, f"segment {name}", counts=True) for name, rows in counts.items()}
    wrong = [mistake for _, mistakes in made.values() for mistake in mistakes]
    return {name: _kept(one, wrong) for name, (one, _) in made.items()}


def counted(journeys: Iterable[Journey], part: str = "") -> Counts:
    """Counts the moves of journeys, for :func:`measured`; one step is one move. Stays and moves by hand are not counted.

    Args:
        journeys: of any number of customers.
        part: the path of the part whose moves are counted; "" for a lifecycle on its own.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     signed = Event("contract signed")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, on=signed)
        >>> acme = Deal("Acme")
        >>> _ = acme.send(Deal.signed, at="2026-01-30")
        >>> counted([acme.journey])
        {'new': {'won': 1.0}}
    """
    found: Counts = {}
    for journey in journeys:
        for move in journey.moves:
            if move.part == part and move.by != "hand" and not move.stayed:
                row = found.setdefault(move.source.path, {})
                row[move.target.path] = row.get(move.target.path, 0.0) + 1.0
    return found


def as_path(phase: Hashable) -> str:
    """The path of a phase that is given as a phase or as a path.

    Example:
        >>> as_path("onboarding")
        'onboarding'
    """
    return phase.path if isinstance(phase, Phase) else str(phase)


def number_mistake(place: str, given: object, what: str, *, negative: bool = False) -> Diagnostic | None:
    """What is wrong with a number, if anything: it must be finite, and not negative unless that is allowed.

    Example:
        >>> print(number_mistake("chain, from trial", -0.5, "the probability of paying"))
        CLM552 chain, from trial: the probability of paying is -0.5, which is below 0. Give 0 or more.
    """
    if isinstance(given, bool) or not isinstance(given, int | float | np.floating | np.integer) or not math.isfinite(given):
        return Diagnostic("CLM553", place, f"{what} is {shown(given)}, which is no finite number", "give a finite number")
    if given < 0 and not negative:
        return Diagnostic("CLM552", place, f"{what} is {shown(given)}, which is below 0", "give 0 or more")
    return None


def _kept(made: Chain, wrong: list[Diagnostic]) -> Chain:
    if wrong:
        raise InputError(wrong)
    return made


def _unknown(place: str, phase: object, known: Iterable[str]) -> Diagnostic:
    return Diagnostic("CLM555", place, f"{shown(phase)} is not one of its phases", did_you_mean(str(phase), known))


def _chain(rows: Rows, of: Given | None, place: str, *, counts: bool) -> tuple[Chain, list[Diagnostic]]:
    """The chain as far as it can be made, and all that is wrong with it."""
    given = {as_path(source): {as_path(target): n for target, n in row.items()} for source, row in rows.items()}
    definition = None if of is None else definition_of(of)
    named = dict.fromkeys(
        (*(definition.phases if definition is not None else ()), *given, *(t for row in given.values() for t in row))
    )
    matrix = np.zeros((len(named), len(named)))
    wrong: list[Diagnostic] = [] if named else [Diagnostic("CLM557", place, "it has no phases", "give at least one row")]
    places = {path: index for index, path in enumerate(named)}
    if definition is not None:
        wrong += _strangers(definition, given, place)
    for path, index in places.items():
        faults = [number_mistake(f"{place}, from {path}", n, f"the number for {t}") for t, n in given.get(path, {}).items()]
        wrong += (fault for fault in faults if fault is not None)
        if any(faults) or path not in given:
            matrix[index, index] = 1.0
            continue
        total = math.fsum(given[path].values())
        if total <= 0 if counts else abs(total - 1) > TOLERANCE:
            wrong.append(_sums(f"{place}, from {path}", total, counts=counts))
            continue
        for target, n in given[path].items():
            matrix[index, places[target]] = n / total
    return Chain(tuple(named), matrix), wrong


def _sums(place: str, total: float, *, counts: bool) -> Diagnostic:
    if counts:
        return Diagnostic("CLM554", place, "nothing was counted", "leave the row out if the phase is never left")
    remedy = "add the rest, such as the probability of staying" if total < 1 else "make them smaller, or give counts to measured()"
    return Diagnostic("CLM551", place, f"the probabilities sum to {total:.12g}, not 1", remedy)


def _strangers(definition: LifecycleDefinition, given: Mapping[str, Mapping[str, float]], place: str) -> list[Diagnostic]:
    """Phases and ways that the lifecycle does not have."""
    named = dict.fromkeys((*given, *(target for row in given.values() for target in row)))
    wrong = [_unknown(f"{place} of {definition.name}", path, definition.phases) for path in named if path not in definition.phases]
    there = {(way.source, way.target) for way in ways(definition)} | {(path, path) for path in definition.phases}
    for source, row in given.items():
        for target, n in row.items():
            if n != 0 and source in definition.phases and target in definition.phases and (source, target) not in there:
                cause = f"no transition of {definition.name} leads from '{source}' to '{target}'"
                wrong.append(
                    Diagnostic("CLM556", place, cause, "set it to 0, or add the transition; count what is passed on the way")
                )
    return wrong
