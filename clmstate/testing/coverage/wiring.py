"""What tests of a composition owe: every part is there once, and every wire has carried what it can."""

from __future__ import annotations

from collections.abc import Iterator

from clmstate.composition import CompositionDefinition, RollUp, sources
from clmstate.testing.coverage.obligations import Duty, Ledger
from clmstate.testing.coverage.watching import Watch

__all__ = ["compositions_of", "wiring_ledger"]


def compositions_of(definition: CompositionDefinition) -> Iterator[CompositionDefinition]:
    """A composition and those that are parts of it.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> [one.name for one in compositions_of(Account.definition)]
        ['Account']
    """
    yield definition
    for part in definition.parts.values():
        if isinstance(part.member, CompositionDefinition):
            yield from compositions_of(part.member)


def wiring_ledger(definition: CompositionDefinition, watch: Watch) -> Ledger:
    """What is owed of the parts and wires of a composition, and what was seen.

    A flag is owed as true and as false; a number as two different values, and as unknown where nobody may be there.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> wiring_ledger(Account.definition, Watch([Account.definition])).missing()
        (Duty(kind='part', of='deal', key=('deal',), words='somebody is in deal'),)
    """
    owed: list[Duty] = []
    met: list[Duty] = []
    for name in definition.parts:
        duty = Duty("part", name, (name,), f"somebody is in {name}")
        owed.append(duty)
        if (definition.name, name) in watch.parts:
            met.append(duty)
    for number, wire in enumerate(definition.wires):
        spec = definition.leaf(wire.part, wire.inner).signals[wire.port]
        seen = watch.wires.get((definition.name, number), set())
        values = {value for value in seen if value != "unknown"}
        where = f"{wire.part}.{wire.port}"
        wanted = [("true", True in values), ("false", False in values)]
        if spec.kind != "flag":
            wanted = [("some value", bool(values)), ("another value", len(values) > 1)]
        if any(
            isinstance(s, RollUp) and s.kind in ("share", "mean", "min", "max", "share_where", "all") for s in sources(wire.feed)
        ):
            wanted.append(("unknown, for nobody is there", "unknown" in seen))
        for said, found in wanted:
            duty = Duty("wire", where, (number, said), f"{where} is fed {said}")
            owed.append(duty)
            if found:
                met.append(duty)
    return Ledger(definition.name, tuple(owed), frozenset(met), (), {})
