"""How many settled states a model has, with so many members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import comb, factorial, prod

import attrs

from clmstate.analysis.space.blueprint import Blueprint, Path, blueprint
from clmstate.analysis.space.explore import Explorer, Members, Reporting, Settled, explored
from clmstate.composition import Composition, CompositionDefinition
from clmstate.errors import Diagnostic, UnknownNameError, did_you_mean
from clmstate.lifecycle import Lifecycle, LifecycleDefinition

__all__ = ["Count", "states"]


@attrs.frozen
class Count:
    """How many settled states there are.

    Attributes:
        kinds: states in which only the number of members in each place matters.
        named: states in which it matters who of them is where.

    Example:
        >>> Count(20, 64).named
        64
    """

    kinds: int
    named: int


def states(
    model: type[Lifecycle] | type[Composition] | LifecycleDefinition | CompositionDefinition,
    members: Mapping[str, int] | None = None,
    *,
    reporting: Reporting = "everybody",
) -> Count:
    """Counts the settled states that can be reached when so many members are there from the beginning and nobody leaves.

    Members of a part that feeds nobody and is fed by nobody are independent, so their states are counted by formula: n members over s
    places are C(n + s - 1, s - 1) kinds and s ** n named states.

    Args:
        model: a lifecycle or a composition.
        members: how many members each part has; those that are not named have none.
        reporting: whether in one observation everybody may be told something, or one part only.

    Raises:
        UnknownNameError: CLM217, when the model has no such part with members.

    Example:
        >>> from clmstate import Composition, Event, Lifecycle, Many, Phase
        >>> class Voucher(Lifecycle):
        ...     issued, used, expired = Event("issued"), Event("used"), Event("expired")
        ...     planned = Phase("Planned", initial=True)
        ...     active = Phase("Active")
        ...     redeemed = Phase("Redeemed", final=True)
        ...     lapsed = Phase("Lapsed", final=True)
        ...     issue = planned.to(active, on=issued)
        ...     redeem = active.to(redeemed, on=used)
        ...     lapse = active.to(lapsed, on=expired)
        >>> class Book(Composition):
        ...     vouchers = Many(Voucher)
        >>> states(Book, {"vouchers": 3}), states(Book, {"vouchers": 100}).kinds
        (Count(kinds=20, named=64), 176851)
    """
    definition = model.definition if isinstance(model, type) else model
    plan = blueprint(definition)
    wanted = dict(members or {})
    counts = tuple(wanted.pop(".".join(group.path), 0) for group in plan.groups)
    for name in wanted:
        remedy = did_you_mean(name, [".".join(group.path) for group in plan.groups])
        raise UnknownNameError([Diagnostic("CLM217", definition.name, f"'{name}' is no part with members", remedy)])
    kinds = named = 1
    for together in _islands(plan):
        found = _island(plan, together, counts, reporting)
        kinds, named = kinds * found.kinds, named * found.named
    return Count(kinds, named)


def _islands(plan: Blueprint) -> Iterable[frozenset[int | Path]]:
    """Parts and groups that are wired together, directly or not."""
    islands: list[set[int | Path]] = []
    for part, read in plan.feeders.items():
        linked = {part, *read}
        for island in [island for island in islands if island & linked]:
            islands.remove(island)
            linked |= island
        islands.append(linked)
    return map(frozenset, islands)


def _island(plan: Blueprint, together: frozenset[int | Path], counts: tuple[int, ...], reporting: Reporting) -> Count:
    inside = tuple(n if group.path in together else 0 for group, n in zip(plan.groups, counts, strict=True))
    alone = len(together) == 1 and sum(inside) > 1 and not any(plan.feeders[part] for part in together)
    if alone:
        places = _explored(plan, together, tuple(min(n, 1) for n in inside), reporting)
        s, n = len(places), sum(inside)
        return Count(comb(n + s - 1, s - 1), s**n)
    found = _explored(plan, together, inside, reporting)
    return Count(len(found), sum(prod(map(_orders, state.groups)) for state in found))


def _explored(plan: Blueprint, together: frozenset[int | Path], members: tuple[int, ...], reporting: Reporting) -> list[Settled]:
    explorer = Explorer(plan, together, members, counted=True, reporting=reporting, moving=False)
    return list(explored(explorer, explorer.start(members)).states)


def _orders(members: Members) -> int:
    """In how many ways named members may share the places."""
    return factorial(sum(n for _, n in members)) // prod(factorial(n) for _, n in members)
