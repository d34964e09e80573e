"""Why, and why not yet: a condition as a tree, each leaf with its value, met or not."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

__all__ = ["Explanation", "Reason"]


@attrs.frozen
class Reason:
    """One node of a condition, as it stands for one customer.

    Attributes:
        words: what it says.
        truth: True, False, or None when it cannot be known.
        value: what the customer's data say, in words; "" above the leaves.
        children: the conditions inside it.
        negates: whether it is met when what is inside it is not.

    Example:
        >>> Reason("health at least 70", False, "health 55").mark
        '✗'
    """

    words: str
    truth: bool | None
    value: str = ""
    children: tuple[Reason, ...] = ()
    negates: bool = False

    @property
    def mark(self) -> str:
        """✓ met, ✗ not met, ? unknown."""
        return "?" if self.truth is None else "✓" if self.truth else "✗"

    def leaves(self) -> Iterator[Reason]:
        """The leaves below (or itself), in order.

        Example:
            >>> [leaf.words for leaf in Reason("a", True).leaves()]
            ['a']
        """
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()

    def blocking(self, *, wanted: bool = True) -> Iterator[Reason]:
        """The leaves that stand in the way; one that should not hold, but does, is told with "but".

        Args:
            wanted: whether this is to be true (or, inside a negation, not).

        Example:
            >>> bad = Reason("unless", False, "", (Reason("complaint open", True),), negates=True)
            >>> [leaf.words for leaf in bad.blocking()]
            ['but complaint open']
        """
        if self.truth is wanted:
            return
        if self.children:
            for child in self.children:
                yield from child.blocking(wanted=wanted is not self.negates)
        else:
            yield self if wanted else attrs.evolve(self, words=f"but {self.words}", truth=False if self.truth else self.truth)

    def lines(self, indent: str = "") -> Iterator[str]:
        """The tree as indented lines.

        Example:
            >>> list(Reason("a", None, "a unknown").lines())
            ['? a (a unknown)']
        """
        value = f" ({self.value})" if self.value else ""
        yield f"{indent}{self.mark} {self.words}{value}"
        for child in self.children:
            yield from child.lines(indent + "  ")


@attrs.frozen
class Explanation:
    """What a transition (or every way into a phase) still needs.

    Attributes:
        subject: the transition or phase, in words.
        possible: whether it would be taken if the customer were looked at now (an event offered, if it needs one).
        needs: what stands in the way apart from conditions: the wrong phase, an event not offered, a hold.
        reason: its condition as a tree; None where there is none.
        parts: one explanation for each way, when a phase was asked for.

    Example:
        >>> print(Explanation("adopt", False, ("customer is in Onboarding",), Reason("healthy", True)))
        adopt: not yet
          ✗ customer is in Onboarding
          ✓ healthy
    """

    subject: str
    possible: bool
    needs: tuple[str, ...] = ()
    reason: Reason | None = None
    parts: tuple[Explanation, ...] = ()

    @property
    def missing(self) -> tuple[Reason, ...]:
        """The leaves of conditions that stand in the way; one that should not hold, but does, is told with "but"."""
        own = () if self.reason is None else tuple(self.reason.blocking())
        return own + tuple(leaf for part in self.parts for leaf in part.missing)

    def __str__(self) -> str:
        lines = [f"{self.subject}: {'yes' if self.possible else 'not yet'}"]
        lines += [f"  ✗ {need}" for need in self.needs]
        if self.reason is not None:
            lines += self.reason.lines("  ")
        for part in self.parts:
            lines += ["  " + line for line in str(part).splitlines()]
        return "\n".join(lines)
