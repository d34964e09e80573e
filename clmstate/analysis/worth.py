"""What a result hangs on: the worth of one point of each probability of a chain."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from clmstate.analysis.chains import Chain
from clmstate.analysis.markov import checked

__all__ = ["Worth", "sensitivity"]


@attrs.frozen
class Worth:
    """What one point more of a probability does to a result.

    Attributes:
        source, target: paths; the probability is that of the target one step after the source.
        probability: as it is.
        change: of the result, when the probability is one point higher and the others of its row give way in proportion.

    Example:
        >>> print(Worth("success", "adoption", 0.05, -12.5))
        success → adoption (0.05): -12.5
    """

    source: str
    target: str
    probability: float
    change: float

    def __str__(self) -> str:
        return f"{self.source} → {self.target} ({self.probability:.4g}): {self.change:+.6g}"


def sensitivity(chain: Chain, result: Callable[[Chain], float], *, point: float = 0.01) -> tuple[Worth, ...]:
    """What one point of each transition is worth, the strongest first: what would one point less relapse bring us.

    Each probability is raised by one point while the others of its row give way in proportion, and the result is computed again: no
    approximation. Left out are probabilities of 0 (a way that is not there) and those with no more than a point left to 1.

    Args:
        chain: the chain.
        result: any number that a chain gives, such as ``lambda c: value(c, amounts, discount=0.1)["onboarding"]``.
        point: how much is added, above 0; one percentage point unless said.

    Raises:
        InputError: CLM552, CLM553 a wrong point, and whatever `result` raises.

    Example:
        >>> from clmstate.analysis import chain, expected_steps
        >>> found = sensitivity(chain({"in": {"in": 0.8, "out": 0.2}}), lambda c: expected_steps(c)["in"])
        >>> print(*found, sep="; ")
        in → in (0.8): +0.263158; in → out (0.2): -0.238095
    """
    checked(point=point)
    before = result(chain)
    found = [
        Worth(chain.phases[row], chain.phases[column], p, result(_shifted(chain, row, column, point)) - before)
        for row, path in enumerate(chain.phases)
        if path not in chain.absorbing
        for column, p in enumerate(chain.matrix[row].tolist())
        if p > 0 and p + point < 1
    ]
    return tuple(sorted(found, key=lambda worth: -abs(worth.change)))


def _shifted(chain: Chain, row: int, column: int, point: float) -> Chain:
    matrix = chain.matrix.copy()
    p = matrix[row, column]
    matrix[row] *= (1 - p - point) / (1 - p)
    matrix[row, column] = p + point
    return Chain(chain.phases, matrix)
