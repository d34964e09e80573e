"""What the wires of one customer carry today, and whether that is enough for the next step of whoever reads it.

A port feeds rules. It is *met* when nothing that it feeds stands in the way of the way on that the part hopes for (see `ways_on`); where no
such way reads the port, only its value is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import attrs

from clmstate.composition import Composition, CompositionDefinition
from clmstate.conditions.free import reads
from clmstate.conditions.nodes import walk
from clmstate.conditions.words import words
from clmstate.drawing.whereabouts import ways_on
from clmstate.lifecycle import Lifecycle, Transition

__all__ = ["Carried", "carried", "fed_ports", "part_at"]


@attrs.frozen
class Carried:
    """What stands at a port today.

    Attributes:
        said: its value; of a part with many members, what they have in common.
        met: whether that is enough; None when no way on asks.
        needs: what the way on asks of it.

    Example:
        >>> Carried("63 %", False, "users adopted at least 80 %").met
        False
    """

    said: str
    met: bool | None = None
    needs: str = ""


def carried(customer: Composition) -> dict[str, Carried]:
    """What stands at every wired port of a customer, by ``part.port``.

    Example:
        >>> from clmstate import Lifecycle, Many, One, Phase, Signal
        >>> class User(Lifecycle):
        ...     logins = Signal.count("login", default=0)
        ...     invited = Phase("Invited", initial=True)
        ...     active = Phase("Active")
        ...     begin = invited.to(active, when=logins >= 1)
        >>> class Deal(Lifecycle):
        ...     adopted = Signal.share("users adopted", port=True)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", standing="good")
        ...     win = new.to(won, when=adopted >= 0.8)
        >>> class Customer(Composition):
        ...     deal = One(Deal)
        ...     users = Many(User)
        ...     wiring = (deal[Deal.adopted].fed_by(users.share_in(User.active)),)
        >>> acme = Customer("Acme")
        >>> _ = acme.users.join("eli", at="2026-01-01"), acme.users.join("dana", at="2026-01-01", logins=3)
        >>> carried(acme)
        {'deal.adopted': Carried(said='50 %', met=False, needs='users adopted at least 80 %')}
    """
    definition = type(customer).definition
    fed = dict(fed_ports(definition, ()))
    found: dict[str, list[Carried]] = defaultdict(list)
    for address in customer.phases:
        steps = address.split("/")
        part = tuple(part_at(definition, steps))
        life = _at(customer, definition, steps)
        for port in fed.get(part, ()):
            found[f"{'.'.join(part)}.{port}"].append(_of_part(life, port))
    return {name: _together(several) for name, several in found.items()}


def part_at(definition: CompositionDefinition, steps: list[str]) -> Iterator[str]:
    """The parts that an address leads through; names of members are passed over."""
    name, *rest = steps
    part = definition.parts[name]
    yield name
    rest = rest[1:] if part.many else rest
    if rest and isinstance(part.member, CompositionDefinition):
        yield from part_at(part.member, rest)


def fed_ports(definition: CompositionDefinition, within: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """The parts that wires lead to, each with its ports that are fed."""
    by_part: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for wire in definition.wires:
        by_part[*within, wire.part, *wire.inner].append(wire.port)
    yield from by_part.items()
    for name, part in definition.parts.items():
        if isinstance(part.member, CompositionDefinition):
            yield from fed_ports(part.member, (*within, name))


def _at(inside: Any, definition: CompositionDefinition, steps: list[str]) -> Lifecycle:
    """The customer object at an address."""
    name, *rest = steps
    part = definition.parts[name]
    found = getattr(inside, name)
    if part.many:
        found, rest = found[rest[0]], rest[1:]
    if isinstance(part.member, CompositionDefinition):
        return _at(found, part.member, rest)
    life: Lifecycle = found
    return life


def _of_part(life: Lifecycle, port: str) -> Carried:
    spec = type(life).definition.signals[port]
    value = getattr(life, port)
    said = spec.show(None if value is None else spec.accept(value), brief=True)
    for way in ways_on(life):
        reason = life.explain(way).reason
        asked = [] if reason is None else [leaf.words for leaf in reason.leaves() if leaf.words in set(_asked(life, way, port))]
        if reason is not None and asked:
            blocking = [leaf.words for leaf in reason.blocking() if leaf.words.removeprefix("but ") in asked]
            return Carried(said, not blocking, (blocking or asked)[0])
    return Carried(said)


def _asked(life: Lifecycle, way: Transition, port: str) -> Iterator[str]:
    """The conditions inside a rule that read a port, in the words in which they are explained."""
    if way.when is not None:
        yield from (words(cond, type(life).definition) for cond in walk(way.when) if port in reads(cond).signals)


def _together(several: list[Carried]) -> Carried:
    """What the members of a part have in common; where they differ, of how many it is enough."""
    first, *others = several
    asked = [one for one in several if one.met is not None]
    enough = sum(one.met is True for one in asked)
    said = first.said if all(one.said == first.said for one in others) else f"{enough} of {len(asked)}" if asked else "differs"
    met = None if not asked else enough == len(asked)
    return Carried(said, met, next((one.needs for one in asked if one.met is False), asked[0].needs if asked else ""))
