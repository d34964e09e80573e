"""The parts of a condition, and what is left of it without one of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TypeAlias

import attrs

from clmstate.conditions.nodes import And, Cond, ForDays, IsMissing, Named, Not, Or, SignalRef, Unless

__all__ = ["Part", "parts", "shared"]

_Rebuild: TypeAlias = Callable[[Cond], Cond]


@attrs.frozen
class Part:
    """A part of an *and* or an *or*, and the condition without it.

    Attributes:
        said: the part.
        without: the whole condition without it.
        timed: if it stands inside a ``for_days``, the inner condition with and without it; a clock is exact about all three truths.
    """

    said: Cond
    without: Cond
    timed: tuple[Cond, Cond] | None = None


def shared(conditions: Collection[Cond]) -> tuple[frozenset[Cond], ...]:
    """What other rules share, so that a part which makes no difference in one of them may be needed in the next: sets of parts.

    Example:
        >>> from clmstate.conditions.nodes import IsTrue
        >>> shared([And((IsTrue("a"), IsTrue("b")))]) == (frozenset({IsTrue("a"), IsTrue("b")}),)
        True
    """
    return tuple(frozenset(cond.items) for cond in conditions if isinstance(cond, And | Or))


def parts(cond: Cond, atoms: Collection[Cond] = (), units: Collection[frozenset[Cond]] = ()) -> Iterator[Part]:
    """The parts of a condition that could be left out, innermost last; the last of several first.

    Args:
        cond: the condition.
        atoms: conditions that are looked at elsewhere, so that they count as one piece here; so do named ones.
        units: sets of parts that came in together, and are left out together or not at all.

    Example:
        >>> from clmstate.conditions.nodes import IsTrue
        >>> [part.without for part in parts(And((IsTrue("a"), IsTrue("b"))))]
        [IsTrue(signal='a'), IsTrue(signal='b')]
    """
    yield from _parts(cond, lambda inner: inner, None, atoms, units, top=True)


def _parts(
    cond: Cond,
    rebuild: _Rebuild,
    clock: tuple[Cond, _Rebuild] | None,
    atoms: Collection[Cond],
    units: Collection[frozenset[Cond]],
    *,
    top: bool,
) -> Iterator[Part]:
    if not top and (cond in atoms or isinstance(cond, Named)):
        return
    match cond:
        case And(items) | Or(items):
            kind = type(cond)
            for group in _groups(items, kind, units):
                rest = tuple(item for place, item in enumerate(items) if place not in group)
                if rest:
                    left = rest[0] if len(rest) == 1 else kind(rest)
                    said = items[group[0]] if len(group) == 1 else kind(tuple(items[place] for place in group))
                    yield Part(said, rebuild(left), None if clock is None else (clock[0], clock[1](left)))
            loose = {group[0] for group in _groups(items, kind, units) if len(group) == 1}
            for place in sorted(loose):
                yield from _inside(kind, items, place, rebuild, clock, atoms, units)
        case Not(of) | Unless(of):
            outer = type(cond)
            inner_clock = None if clock is None else (clock[0], lambda inner: clock[1](outer(inner)))
            yield from _parts(of, lambda inner: rebuild(outer(inner)), inner_clock, atoms, units, top=False)
        case IsMissing(of) if not isinstance(of, SignalRef):
            inner_clock = None if clock is None else (clock[0], lambda inner: clock[1](IsMissing(inner)))
            yield from _parts(of, lambda inner: rebuild(IsMissing(inner)), inner_clock, atoms, units, top=False)
        case ForDays(of, days):
            yield from _parts(of, lambda inner: rebuild(ForDays(inner, days)), (of, lambda inner: inner), atoms, units, top=False)
        case Named(of):
            yield from _parts(of, rebuild, clock, atoms, units, top=False)
        case _:
            pass


def _inside(
    kind: type[And | Or],
    items: tuple[Cond, ...],
    place: int,
    rebuild: _Rebuild,
    clock: tuple[Cond, _Rebuild] | None,
    atoms: Collection[Cond],
    units: Collection[frozenset[Cond]],
) -> Iterator[Part]:
    def with_(inner: Cond) -> Cond:
        return kind((*items[:place], inner, *items[place + 1 :]))

    inner_clock = None if clock is None else (clock[0], lambda inner: clock[1](with_(inner)))
    yield from _parts(items[place], lambda inner: rebuild(with_(inner)), inner_clock, atoms, units, top=False)


def _groups(items: tuple[Cond, ...], kind: type[And | Or], units: Collection[frozenset[Cond]]) -> list[tuple[int, ...]]:
    """The places that stand or fall together, the last ones first."""
    free = dict.fromkeys(range(len(items)))
    groups: list[tuple[int, ...]] = []
    for unit in sorted(units, key=len, reverse=True):
        if kind is And and unit < frozenset(items):
            places = tuple(place for place in free if items[place] in unit)
            if len(places) == len(unit):
                groups.append(places)
                for place in places:
                    del free[place]
    groups += ((place,) for place in free)
    return sorted(groups, key=lambda group: -group[0])
