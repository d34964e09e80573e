"""Mistakes that wait for their place, and the identity of the lifecycles that names come from."""

from __future__ import annotations

import attrs

from clmstate.errors import Diagnostic

__all__ = ["Given", "Home", "Mistake"]


@attrs.frozen
class Mistake:
    """A mistake whose place is not known yet.

    Example:
        >>> print(Mistake("CLM112", "'x' is not a number", "give a number").at("Deal.adopt"))
        CLM112 Deal.adopt: 'x' is not a number. Give a number.
    """

    code: str
    cause: str
    remedy: str

    def at(self, place: str) -> Diagnostic:
        """The diagnostic, once the place is known.

        Example:
            >>> Mistake("CLM112", "'x' is not a number", "give a number").at("Deal.adopt").place
            'Deal.adopt'
        """
        return Diagnostic(self.code, place, self.cause, self.remedy)


@attrs.frozen(eq=False)
class Home:
    """The identity of the lifecycle (or of a group of it) in which a name was declared; two of one name differ.

    Attributes:
        name: the lifecycle's; "" for a group that stands in none.

    Example:
        >>> Home("Deal") == Home("Deal")
        False
    """

    name: str


@attrs.frozen
class Given:
    """A signal and a value for it, checked by the editor: what ``Contract.health.now(80)`` makes.

    Example:
        >>> from clmstate import Lifecycle, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        >>> Deal.health.now(80).name
        'health'
    """

    name: str
    value: object
    homes: frozenset[Home]
