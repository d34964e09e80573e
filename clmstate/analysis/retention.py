"""Retention when customers differ: the shifted beta-geometric model of Fader & Hardie.

Each customer leaves at each renewal with a probability of its own, which never changes; over all customers these probabilities have a beta
distribution. Those who leave easily leave first, so the retention rate rises with tenure although nobody becomes more loyal. One
homogeneous chain, fitted to the same years, extrapolates wrongly. Source: Fader & Hardie, How to project customer retention,
Journal of Interactive Marketing 21(1), 2007.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import attrs
import numpy as np

from clmstate.analysis.chains import Vector, number_mistake
from clmstate.errors import Diagnostic, InputError

__all__ = ["Retention", "fit_retention"]

BOUND: Final = 15.0
"""Of the logarithms of alpha and beta; beyond it only the limits are left, in which customers are all alike or all opposite."""


@attrs.frozen
class Retention:
    """A fitted model of how long customers stay.

    Attributes:
        alpha, beta: of the beta distribution of the probability to leave, each above 0; it is ``alpha / (alpha + beta)`` on average. When
            both are small, customers differ much.

    Example:
        >>> Retention(1.0, 3.0).rate(1)
        0.75
    """

    alpha: float
    beta: float

    def rate(self, period: int) -> float:
        """Of those who were left after the period before, the share that stays in this one (from 1 on).

        ``(beta + t - 1) / (alpha + beta + t - 1)``, Fader & Hardie 2007.

        Example:
            >>> [round(Retention(0.668, 3.806).rate(year), 3) for year in (1, 2, 7)]
            [0.851, 0.878, 0.936]
        """
        return (self.beta + period - 1) / (self.alpha + self.beta + period - 1)

    def survival(self, period: int) -> float:
        """The share that is left after a period: ``B(alpha, beta + t) / B(alpha, beta)``, Fader & Hardie 2007.

        Example:
            >>> Retention(1.0, 1.0).survival(4)
            0.2
        """
        return math.prod(self.rate(t) for t in range(1, period + 1))


def fit_retention(survivors: Sequence[float]) -> Retention:
    """The model that makes what was seen most likely (maximum likelihood).

    Args:
        survivors: how many customers were left after 0, 1, 2, ... periods, all of one cohort.

    Raises:
        InputError: CLM552, CLM553 a wrong number; CLM561 fewer than three numbers, numbers that rise, or nobody who left: too little
            for two parameters; CLM562 no two parameters are the best: customers do not differ, or some leave at once and the others never.

    Example:
        The high-end cohort, years 0 to 7, of 1,000 customers.

        >>> made = fit_retention([1000, 869, 743, 653, 593, 551, 517, 491])
        >>> round(made.alpha, 3), round(made.beta, 3)
        (0.668, 3.806)
        >>> round(made.survival(12), 2)  # seen: 394 of 1,000
        0.38
    """
    wrong = [m for t, n in enumerate(survivors) if (m := number_mistake(f"survivors, period {t}", n, "the number")) is not None]
    if wrong:
        raise InputError(wrong)
    left = np.array(survivors, dtype=np.float64)
    if len(left) < 3 or bool((np.diff(left) > 0).any()) or left[-1] == left[0]:
        cause = "these numbers do not show how many left after each of two periods or more"
        raise InputError(
            [Diagnostic("CLM561", "survivors", cause, "give one cohort's numbers from period 0 on, none above the one before")]
        )
    return _likeliest(left)


def _likeliest(left: Vector) -> Retention:
    # a third of a second to load, for this question only
    from scipy.optimize import minimize
    from scipy.special import betaln

    lost, last = left[:-1] - left[1:], len(left) - 1
    periods = np.arange(1, last + 1)

    def unlikely(logs: Vector) -> float:
        alpha, beta = np.exp(logs)
        of_leaving = betaln(alpha + 1, beta + periods - 1) - betaln(
            alpha, beta
        )  # B(a + 1, b + t - 1) / B(a, b), Fader & Hardie 2007
        of_staying = betaln(alpha, beta + last) - betaln(alpha, beta)
        return -float(lost @ of_leaving + left[-1] * of_staying) / float(left[0])

    within = [(-BOUND, BOUND)] * 2
    found = minimize(
        unlikely,
        np.zeros(2),
        method="Nelder-Mead",
        bounds=within,
        options={"xatol": 1e-9, "fatol": 1e-13, "maxiter": 4_000, "maxfev": 8_000},
    )
    alpha, beta = (float(x) for x in np.exp(found.x))
    if not found.success or max(abs(found.x)) > BOUND - 1:
        cause = "no two parameters are the best: customers do not seem to differ, or some leave at once and the others never"
        raise InputError(
            [Diagnostic("CLM562", "survivors", cause, "use a chain with a fixed probability to leave, or two of them")]
        )
    return Retention(alpha, beta)
