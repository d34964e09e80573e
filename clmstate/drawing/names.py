"""Short names for long conditions: parts of a condition that its model has a name for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import attrs

from clmstate.conditions.nodes import And, Cond, ForDays, Named, Not, Or, Unless

__all__ = ["shortened"]

_Used: TypeAlias = dict[str, Cond]


def shortened(cond: Cond, names: Mapping[str, Cond]) -> tuple[Cond, dict[str, Cond]]:
    """The condition with its named parts replaced by their names, and what these names stand for.

    Only names of compound conditions are used: "no open escalations" says more than the name that a model gives to it.

    Args:
        cond: any condition.
        names: conditions by the name that the model gives them, as in ``healthy = (health >= 70) & (escalations == 0)``.

    Example:
        >>> from clmstate.conditions.nodes import IsTrue
        >>> ready, live, paid = IsTrue("ready"), IsTrue("live"), IsTrue("paid")
        >>> short, used = shortened(And((paid, ready, live)), {"well_set_up": And((ready, live))})
        >>> [item.label for item in short.items if isinstance(item, Named)], list(used)
        (['well set up'], ['well set up'])
    """
    compound = {name: named for name, named in names.items() if isinstance(named, And | Or)}
    return _short(cond, dict(sorted(compound.items(), key=lambda item: -len(item[1].items))))


def _short(cond: Cond, names: Mapping[str, And | Or]) -> tuple[Cond, _Used]:
    for name, named in names.items():
        if cond == named:
            return _called(name, named)
    match cond:
        case And() | Or():
            return _items_short(cond, names)
        case Not(of) | Unless(of) | ForDays(of):
            part, used = _short(of, names)
            return attrs.evolve(cond, of=part), used
        case _:
            return cond, {}


def _items_short(cond: And | Or, names: Mapping[str, And | Or]) -> tuple[Cond, _Used]:
    used: _Used = {}
    items = list(cond.items)
    for name, named in names.items():
        if type(named) is type(cond) and all(part in items for part in named.items):
            place = items.index(named.items[0])
            called, more = _called(name, named)
            used |= more
            items = [
                *(i for i in items[:place] if i not in named.items),
                called,
                *(i for i in items[place:] if i not in named.items),
            ]
    parts: list[Cond] = []
    for item in items:
        part, more = _short(item, names)
        parts.append(part)
        used |= more
    return (parts[0] if len(parts) == 1 else attrs.evolve(cond, items=tuple(parts))), used


def _called(name: str, named: Cond) -> tuple[Cond, _Used]:
    label = name.strip("_").replace("_", " ")
    return Named(named, label), {label: named}
