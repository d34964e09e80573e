"""Chances and money: where customers end up, after how many steps, and what that is worth.

An absorbing chain in its usual form: Q are the probabilities between the phases that are passed, R those from there into absorbing ones,
and ``N = (I - Q)^-1`` the expected visits (Kemeny & Snell, Finite Markov Chains, 1960). All results are computed by solving linear
equations, never by simulation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from clmstate.analysis.chains import Chain, Vector, as_path, number_mistake
from clmstate.errors import Diagnostic, InputError
from clmstate.lifecycle import Phase

__all__ = ["Amounts", "absorption", "checked", "expected_steps", "survival", "value", "visits"]

Amounts: TypeAlias = Mapping[str, float] | Mapping[Phase, float]
"""For phases (or paths) an amount; those left out have 0."""


def visits(chain: Chain) -> dict[str, dict[str, float]]:
    """From each phase that is passed, how many steps are spent in each such phase, the first step included: the matrix N.

    Raises:
        InputError: CLM558, phases from which no absorbing phase can be reached, so that customers stay for ever.

    Example:
        >>> from clmstate.analysis import chain
        >>> visits(chain({"trial": {"trial": 0.75, "paying": 0.25}}))
        {'trial': {'trial': 4.0}}
    """
    return _table(chain.passing, chain.passing, _solved(chain, np.eye(len(chain.passing))))


def expected_steps(chain: Chain) -> dict[str, float]:
    """From each phase that is passed, how many steps it takes until the customer is absorbed.

    For time instead of steps give the time per step to :func:`value`, with ``discount=0``.

    Raises:
        InputError: CLM558, as for :func:`visits`.

    Example:
        >>> from clmstate.analysis import chain
        >>> expected_steps(chain({"trial": {"trial": 0.75, "paying": 0.25}}))
        {'trial': 4.0}
    """
    return _column(chain.passing, _solved(chain, np.ones(len(chain.passing))))


def absorption(chain: Chain) -> dict[str, dict[str, float]]:
    """From each phase, the probability of ending in each absorbing phase; for each they sum to 1.

    Raises:
        InputError: CLM558, as for :func:`visits`.

    Example:
        Accounts receivable: current is paid with .3, overdue with .2; overdue is paid with .5, current with .3, bad with .1.

        >>> from clmstate.analysis import chain
        >>> invoices = chain({
        ...     "current": {"paid": 0.3, "current": 0.5, "overdue": 0.2},
        ...     "overdue": {"paid": 0.5, "current": 0.3, "overdue": 0.1, "bad": 0.1},
        ... })
        >>> {end: round(p, 4) for end, p in absorption(invoices)["current"].items()}
        {'paid': 0.9487, 'bad': 0.0513}
    """
    ends = _rows(chain, chain.absorbing)
    passing = _rows(chain, chain.passing)
    table = np.eye(len(chain.phases))[:, ends]
    table[passing] = _solved(chain, chain.matrix[np.ix_(passing, ends)])
    return _table(chain.phases, chain.absorbing, table)


def value(chain: Chain, amounts: Amounts, *, discount: float = 0.0, steps: int | None = None) -> dict[str, float]:
    """What a customer is worth from each phase on: all amounts of the phases to come, each discounted by when it comes.

    The sum over t from 0 of ``P^t amounts / (1 + discount)^t``, for ever or up to and with step `steps` (Pfeifer & Carraway, Modeling
    customer relationships as Markov chains, Journal of Interactive Marketing 14(2), 2000). Costs are negative amounts. With amounts in
    days and no discount it is the expected time; per phase, amounts of one phase only.

    Args:
        chain: the chain.
        amounts: for each phase what a step in it brings; 0 where it is left out.
        discount: per step, 0.2 for 20 %; 0 or more.
        steps: the last step that counts, 0 or more; None is for ever.

    Raises:
        InputError: CLM552, CLM553 a wrong number; CLM555 an unknown phase; CLM558 as for :func:`visits`, and CLM559 an absorbing phase
            with an amount, both only for ever and without a discount, where the sum may have no end.

    Example:
        Pfeifer & Carraway: who bought in the last year buys again with .3, then .2, .15, .05; a purchase brings 40, a contact costs 4.

        >>> from clmstate.analysis import chain
        >>> buys = {"1": 0.3, "2": 0.2, "3": 0.15, "4": 0.05}
        >>> buyers = chain({at: {"1": p, str(int(at) + 1): 1 - p} for at, p in buys.items()})
        >>> worth = value(buyers, {"1": 40 - 4, "2": -4, "3": -4, "4": -4}, discount=0.2)
        >>> {phase: round(v, 3) for phase, v in worth.items()}
        {'1': 52.32, '2': 5.554, '3': 1.251, '4': -1.82, '5': 0.0}
    """
    checked(discount=discount, **({} if steps is None else {"steps": steps}))
    gains = _amounts(chain, amounts)
    factor = 1.0 / (1.0 + discount)
    if steps is not None:
        total = gains.copy()
        for _ in range(int(steps)):
            total = gains + factor * (chain.matrix @ total)
        return _column(chain.phases, total)
    if discount > 0:
        return _column(chain.phases, _solve(np.eye(len(chain.phases)) - factor * chain.matrix, gains))
    endless = [path for path in chain.absorbing if gains[chain.place[path]] != 0]
    if endless:
        cause = f"customers stay in {', '.join(endless)} for ever, and each step there counts, so the sum has no end"
        raise InputError([Diagnostic("CLM559", "value", cause, "give a discount above 0, or a number of steps")])
    total = np.zeros(len(chain.phases))
    passing = _rows(chain, chain.passing)
    total[passing] = _solved(chain, gains[passing])
    return _column(chain.phases, total)


def survival(chain: Chain, start: Phase | str, steps: int, *, lost: Phase | str | None = None) -> tuple[float, ...]:
    """The probability of not having been absorbed after 0, 1, ... `steps` steps.

    Args:
        chain: the chain.
        start: the phase at step 0.
        steps: how far to look, 0 or more.
        lost: count only this absorbing phase as not surviving; by default all absorbing phases.

    Raises:
        InputError: CLM552, CLM553 a wrong number of steps; CLM555 an unknown phase; CLM560 `lost` is not absorbing.

    Example:
        >>> from clmstate.analysis import chain
        >>> survival(chain({"in": {"in": 0.5, "out": 0.5}}), "in", 3)
        (1.0, 0.5, 0.25, 0.125)
    """
    checked(steps=steps)
    at = np.zeros(len(chain.phases))
    at[chain.of(start)] = 1.0
    ends = chain.absorbing if lost is None else (chain.phases[chain.of(lost)],)
    if lost is not None and ends[0] not in chain.absorbing:
        remedy = f"absorbing are: {', '.join(chain.absorbing) or 'none'}"
        raise InputError(
            [Diagnostic("CLM560", "survival", f"'{ends[0]}' is left again, so being there is no loss for good", remedy)]
        )
    alive = [index for index, path in enumerate(chain.phases) if path not in ends]
    found: list[float] = []
    for _ in range(int(steps) + 1):
        found.append(float(at[alive].sum()))
        at = at @ chain.matrix
    return tuple(found)


def checked(**given: float) -> None:
    """Refuses parameters that are no finite number from 0, and steps that are not whole.

    Example:
        >>> checked(discount=0.1, steps=3)
    """
    wrong = [fault for name, n in given.items() if (fault := number_mistake(name, n, "it")) is not None]
    whole = given.get("steps")
    if not wrong and whole is not None and whole != int(whole):
        wrong.append(Diagnostic("CLM553", "steps", f"it is {whole}, which is no whole number", "give a whole number"))
    if wrong:
        raise InputError(wrong)


def _amounts(chain: Chain, amounts: Amounts) -> Vector:
    gains = np.zeros(len(chain.phases))
    wrong: list[Diagnostic] = []
    for phase, amount in amounts.items():
        fault = number_mistake("amounts", amount, f"the amount of {as_path(phase)}", negative=True)
        wrong += [] if fault is None else [fault]
        gains[chain.of(phase)] = amount if fault is None else 0.0
    if wrong:
        raise InputError(wrong)
    return gains


def _rows(chain: Chain, paths: tuple[str, ...]) -> list[int]:
    return [chain.place[path] for path in paths]


def _solved(chain: Chain, right: Vector) -> Vector:
    """``(I - Q)^-1 right``, once it is clear that everybody is absorbed."""
    reached = set(_rows(chain, chain.absorbing))
    while more := {i for i in range(len(chain.phases)) if i not in reached and any(chain.matrix[i, j] > 0 for j in reached)}:
        reached |= more
    stuck = [path for index, path in enumerate(chain.phases) if index not in reached]
    if stuck:
        cause = f"no absorbing phase can be reached from {', '.join(stuck)}, so customers stay there for ever"
        raise InputError([Diagnostic("CLM558", "chain", cause, "add the way out that is missing, or leave out the row of an end")])
    passing = _rows(chain, chain.passing)
    try:
        return _solve(np.eye(len(passing)) - chain.matrix[np.ix_(passing, passing)], right)
    except np.linalg.LinAlgError:  # there is a way out, of a probability that floats round to nothing
        cause = "so few leave that the computer cannot tell it from nobody"
        raise InputError([Diagnostic("CLM558", "chain", cause, "make a step longer, such as a year")]) from None


def _solve(left: Vector, right: Vector) -> Vector:
    return np.asarray(np.linalg.solve(left, right), dtype=np.float64)


def _column(names: tuple[str, ...], column: Vector) -> dict[str, float]:
    return dict(zip(names, column.tolist(), strict=True))


def _table(rows: tuple[str, ...], columns: tuple[str, ...], table: Vector) -> dict[str, dict[str, float]]:
    return {name: _column(columns, row) for name, row in zip(rows, table, strict=True)}
