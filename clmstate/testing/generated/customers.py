"""Journeys of whole customers: for each transition of each part one that takes it, neighbours that do not, and what each wire carries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import groupby
from typing import Any, Final

import attrs

from clmstate.composition import Composition, CompositionDefinition, RollUp, sources
from clmstate.conditions.nodes import Compare, SignalRef, walk
from clmstate.errors import ClmstateError
from clmstate.lifecycle import LifecycleDefinition, Transition
from clmstate.signals import CLEAR, DAY, from_instant
from clmstate.testing.critical import conditions_of, critical_values, limit_of, relevant
from clmstate.testing.generated.journeys import Unreached

_NAMES: Final = ("dana", "eli", "femi", "gita", "hana", "ivo", "june", "kofi")
_MOST_TOGETHER: Final = len(_NAMES)
"""So many members join at once at most."""

__all__ = ["Deed", "Scene", "Wired", "scenes_of"]


@attrs.frozen
class Deed:
    """One observation of a whole customer, and what it does.

    Attributes:
        at: when, as an instant.
        joins, leaves: paths of members.
        values: stored values by part and signal; None forgets one.
        events: part, event, and the instance that it names ("" for none).
        takes: the names of the transitions that it causes, by part.
        phases: where those stand afterwards who moved.

    Example:
        >>> Deed(0).takes
        {}
    """

    at: int
    joins: tuple[str, ...] = ()
    values: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)
    events: tuple[tuple[str, str, str], ...] = ()
    leaves: tuple[str, ...] = ()
    takes: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    phases: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class Scene:
    """A transition of a part, and how a whole customer shows it.

    Attributes:
        part: the name of the part, such as ``users`` or ``products.tool``.
        name: the transition.
        deeds: the journey; its last deed takes the transition.
        just: other last deeds that take it.
        short: other last deeds that do not.

    Example:
        >>> Scene("contract", "win", ()).name
        'win'
    """

    part: str
    name: str
    deeds: tuple[Deed, ...]
    just: tuple[Deed, ...] = ()
    short: tuple[Deed, ...] = ()


@attrs.frozen
class Wired:
    """What a wire carries at the end of some journeys.

    Attributes:
        port: the part and its port, such as ``contract.users_adopted``.
        seen: for each value that was seen, the part (by path) and the deeds that lead to it.

    Example:
        >>> Wired("contract.users_adopted", ()).seen
        ()
    """

    port: str
    seen: tuple[tuple[str, Any, tuple[Deed, ...]], ...]


def scenes_of(model: type[Composition]) -> tuple[list[Scene], list[Wired], list[Unreached]]:
    """For each transition of each part a journey with its neighbours, what each wire carries in them, and what cannot be reached.

    Raises:
        InputError: CLM391, members have members of their own.

    Example:
        >>> from clmstate import Lifecycle, Many, One, Phase, Signal
        >>> class User(Lifecycle):
        ...     logins = Signal.count("login", default=0)
        ...     invited, active = Phase("Invited", initial=True), Phase("Active")
        ...     begin = invited.to(active, when=logins >= 5)
        >>> class Contract(Lifecycle):
        ...     used = Signal.share("users active", port=True)
        ...     trial, live = Phase("Trial", initial=True), Phase("Live")
        ...     go = trial.to(live, when=used >= 0.5)
        >>> class Customer(Composition):
        ...     contract, users = One(Contract), Many(User)
        ...     wiring = contract[Contract.used].fed_by(users.share_in(User.active))
        >>> scenes, wired, unreached = scenes_of(Customer)
        >>> [(scene.part, scene.name, len(scene.just), len(scene.short)) for scene in scenes], unreached
        ([('contract', 'go', 1, 1), ('users', 'begin', 1, 1)], [])
    """
    from clmstate.analysis.space.blueprint import Unexplored
    from clmstate.analysis.space.taking import takings
    from clmstate.errors import Diagnostic, InputError

    try:
        found = takings(model.definition)
    except Unexplored as why:
        remedy = "generate tests for one of its parts"
        raise InputError([Diagnostic("CLM391", model.__name__, f"no journeys can be sought: {why}", remedy)]) from None
    scenes: list[Scene] = []
    unreached: list[Unreached] = []
    for taking in found:
        part = ".".join(taking.part)
        if taking.log is None:
            why_not = (
                "nobody can take it in this customer, whatever is told and however many members there are: its ports never say what it asks"
                if taking.proved
                else "no journey was found that takes it; that is no proof that there is none"
            )
            unreached.append(Unreached(f"{part}.{taking.transition}", why_not, taking.proved))
            continue
        deeds = tuple(_played(model, _told(model.definition, taking.log)))
        just, short = _neighbours(model, deeds, part, taking.transition)
        scenes.append(Scene(part, taking.transition, deeds, just, short))
    return scenes, list(_wires(model, scenes)), unreached


# ---- playing


def _told(definition: CompositionDefinition, log: Iterable[Any]) -> Iterator[Deed]:
    """Reports of one instant as one deed."""
    for at, rows in groupby(log, key=lambda row: row.at):
        deed = Deed(at)
        for row in (row for row in rows if row.part):  # others tell that time passes
            path = _path(definition, row.part, row.instance)
            values = {key.rpartition(".")[2]: value for key, value in row.values.items()}
            values |= dict.fromkeys(row.details.get("signals", ()) if row.event == "@clear" else ())
            if values:
                deed = attrs.evolve(deed, values={**deed.values, path: {**deed.values.get(path, {}), **values}})
            if row.event == "@join":
                deed = attrs.evolve(deed, joins=(*deed.joins, path))
            elif row.event == "@leave":
                deed = attrs.evolve(deed, leaves=(*deed.leaves, path))
            elif row.event and not row.event.startswith("@"):
                deed = attrs.evolve(deed, events=(*deed.events, (path, row.event, str(row.details.get("instance", "")))))
        yield deed


def _path(definition: CompositionDefinition, part: str, instance: str) -> str:
    """The path of a part as people write it: ``users/dana``, ``products/crm/tool``."""
    names, here, found = part.split("."), definition, []
    for name in names:
        found.append(name)
        if here.parts[name].many:
            found.append(instance)
        inner = here.parts[name].member
        here = inner if isinstance(inner, CompositionDefinition) else here
    return "/".join(found)


def leaf_at(definition: CompositionDefinition, path: str) -> LifecycleDefinition:
    """The lifecycle of the part at a path.

    Example:
        >>> from clmstate import Lifecycle, Many, Phase
        >>> class User(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Team(Composition):
        ...     users = Many(User)
        >>> leaf_at(Team.definition, "users/dana").name
        'User'
    """
    names, inner = path.split("/"), definition.parts[path.split("/")[0]]
    rest = names[2:] if inner.many else names[1:]
    member = inner.member
    return member if isinstance(member, LifecycleDefinition) else leaf_at(member, "/".join(rest))


def _part(definition: CompositionDefinition, path: str) -> str:
    """The name of the part at a path, without its members' names."""
    names, here, found = path.split("/"), definition, []
    while names:
        part = here.parts[names[0]]
        found.append(names[0])
        names = names[2:] if part.many else names[1:]
        if isinstance(part.member, CompositionDefinition):
            here = part.member
    return ".".join(found)


def _observed(model: type[Composition], customer: Composition, deed: Deed) -> Deed:
    """Tells a customer, and notes what it does."""
    values = {
        path: {name: as_user(leaf_at(model.definition, path), name, value) for name, value in known.items()}
        for path, known in deed.values.items()
    }
    events = [(path, event, instance) if instance else (path, event) for path, event, instance in deed.events]
    moves = customer.observe_all(from_instant(deed.at), values, events=events, joins=deed.joins, leaves=deed.leaves)
    takes: dict[str, tuple[str, ...]] = {}
    for move in moves:
        takes[move.part] = (*takes.get(move.part, ()), move.name)
    phases = customer.phases
    return attrs.evolve(deed, takes=takes, phases={part: phases[part].path for part in takes if part in phases})


def as_user(leaf: LifecycleDefinition, name: str, value: Any) -> Any:
    """A stored value as people tell it; what is forgotten is cleared.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        >>> as_user(Deal.definition, "health", 80)
        80
    """
    return CLEAR if value is None else leaf.signals[name].to_user(value)


def _played(model: type[Composition], deeds: Iterable[Deed]) -> Iterator[Deed]:
    customer = model("")
    for deed in deeds:
        yield _observed(model, customer, deed)


# ---- neighbours


def _neighbours(
    model: type[Composition], deeds: tuple[Deed, ...], part: str, name: str
) -> tuple[tuple[Deed, ...], tuple[Deed, ...]]:
    """Last deeds near by: values at limits, and one member more or less; those that still take it, and those that do not."""
    last = deeds[-1]
    path = next(where for where, names in last.takes.items() if name in names and _part(model.definition, where) == part)
    just: list[Deed] = []
    short: list[Deed] = []
    for deed in _nearby(model, deeds, path, leaf_at(model.definition, path).transitions[name]):
        if deed == attrs.evolve(last, takes={}, phases={}) or deed.at < (deeds[-2].at if len(deeds) > 1 else deed.at):
            continue
        try:
            *_, told = _played(model, (*deeds[:-1], deed))
        except (ClmstateError, KeyError):
            continue
        (just if name in told.takes.get(path, ()) else short).append(told)
    return tuple(just), tuple(short)


def _nearby(model: type[Composition], deeds: tuple[Deed, ...], path: str, transition: Transition) -> Iterator[Deed]:
    definition = model.definition
    leaf, last = leaf_at(definition, path), attrs.evolve(deeds[-1], takes={}, phases={})
    ports = _ports(definition, path)
    for signal in relevant([transition])[0] if transition.when is not None else ():
        if signal in ports or not leaf.signals[signal].numeric:
            continue
        for value in critical_values(leaf, signal, last.at, [transition.when] if transition.when is not None else []):
            if value == value:
                yield attrs.evolve(last, values={**last.values, path: {**last.values.get(path, {}), signal: value}})
    asked = ports.intersection(relevant([transition])[0])
    there = list(dict.fromkeys(one for deed in deeds for one in deed.joins if one not in [x for d in deeds for x in d.leaves]))
    for group in _read(definition, path, asked):
        members = [one for one in there if one.startswith(f"{group}/")]
        yield attrs.evolve(last, joins=(*last.joins, f"{group}/{_other(members)}"))
        yield from (attrs.evolve(last, leaves=(*last.leaves, one)) for one in members if one not in last.joins)
        yield from (_without(last, one) for one in members if one in last.joins)
    if len(deeds) > 1 and last.at - DAY > deeds[-2].at:
        yield attrs.evolve(last, at=last.at - DAY)


def _read(definition: CompositionDefinition, path: str, ports: frozenset[str]) -> Iterator[str]:
    """The groups of members that some ports of a part read."""
    part = _part(definition, path)
    found = (
        source.part
        for wire in definition.wires
        if ".".join((wire.part, *wire.inner)) == part and wire.port in ports
        for source in sources(wire.feed)
    )
    yield from dict.fromkeys(name for name in found if definition.parts[name].many)


def _ports(definition: CompositionDefinition, path: str) -> frozenset[str]:
    """The ports of a part that the wiring feeds."""
    part = _part(definition, path)
    here, found = definition, set()
    prefix = ""
    for name in [*part.split("."), ""]:
        found |= {wire.port for wire in here.wires if prefix + ".".join((wire.part, *wire.inner)) == part}
        inner = here.parts[name].member if name else None
        if not isinstance(inner, CompositionDefinition):
            break
        here, prefix = inner, f"{prefix}{name}."
    return frozenset(found)


def _without(deed: Deed, member: str) -> Deed:
    """The same without somebody who joins in it."""
    inside = (member, f"{member}/")
    return attrs.evolve(
        deed,
        joins=tuple(one for one in deed.joins if one != member),
        values={path: known for path, known in deed.values.items() if path != member and not path.startswith(inside[1])},
        events=tuple(one for one in deed.events if one[0] != member and not one[0].startswith(inside[1])),
    )


def _other(members: Iterable[str]) -> str:
    used = {one.rpartition("/")[2] for one in members}
    return next(name for name in ("nora", "otto", "pia", "rosa", "somebody") if name not in used)


# ---- wires


def _wires(model: type[Composition], scenes: Iterable[Scene]) -> Iterator[Wired]:
    """The different values that each wire of the composition itself carried at the end of some deed, each after as few deeds as possible."""
    found: dict[str, dict[str, tuple[str, Any, tuple[Deed, ...]]]] = {
        f"{w.part}.{w.port}": {} for w in model.definition.wires if not w.inner
    }
    for scene in scenes:
        for last in (scene.deeds[-1], *scene.just, *scene.short):
            deeds = (*scene.deeds[:-1], last)
            customer: Any = model("")
            for _ in (_observed(model, customer, deed) for deed in deeds):
                pass
            for path in customer.phases:
                for wire in model.definition.wires:
                    key = f"{wire.part}.{wire.port}"
                    if key in found and _part(model.definition, path) == wire.part:
                        value = _port(customer, path, wire.port)
                        known = found[key].get(repr(value))
                        if known is None or len(known[2]) > len(deeds):
                            found[key][repr(value)] = (path, value, deeds)
    for key, path, value, deeds in _at_limits(model, scenes):
        found[key].setdefault(repr(value), (path, value, deeds))
    for key, values in found.items():
        yield Wired(key, tuple(value for _, value in sorted(values.items())))


def _at_limits(model: type[Composition], scenes: Iterable[Scene]) -> Iterator[tuple[str, str, Any, tuple[Deed, ...]]]:
    """Shares of members exactly at the limits that somebody compares them with (80 % is four of five), and with one member fewer."""
    arrivals = {
        (scene.part, phase): scene for scene in scenes for phase in scene.deeds[-1].phases.values() if len(scene.deeds) == 1
    }
    for wire in model.definition.wires:
        feed, reader = wire.feed, model.definition.parts[wire.part]
        if wire.inner or reader.many or not isinstance(feed, RollUp) or feed.kind != "share" or feed.where is not None:
            continue
        scene = next((arrivals[feed.part, phase] for phase in feed.phases if (feed.part, phase) in arrivals), None)
        if scene is None or not isinstance(reader.member, LifecycleDefinition):
            continue
        for limit in _compared(reader.member, wire.port):
            share = Fraction(repr(limit)).limit_denominator(_MOST_TOGETHER)
            if float(share) == limit and share.denominator > 1:
                for inside in (share.numerator, share.numerator - 1):
                    deed = _crowd(scene, feed.part, inside, share.denominator)
                    customer: Any = model("")
                    told = _observed(model, customer, deed)
                    yield f"{wire.part}.{wire.port}", wire.part, _port(customer, wire.part, wire.port), (told,)


def _compared(leaf: LifecycleDefinition, port: str) -> list[float]:
    """The numbers that a lifecycle compares a signal with."""
    pairs = [
        pair
        for cond in conditions_of(leaf)
        for node in walk(cond)
        if isinstance(node, Compare)
        for pair in ((node.left, node.right), (node.right, node.left))
    ]
    limits = (limit_of(leaf, other) for term, other in pairs if term == SignalRef(port))
    return sorted({limit for limit in limits if limit is not None})


def _crowd(scene: Scene, group: str, inside: int, many: int) -> Deed:
    """So many members who go the way of a scene, and others who only join."""
    deed = scene.deeds[-1]
    member = next(path for path in deed.takes if path.startswith(f"{group}/"))
    paths = [f"{group}/{name}" for name in _NAMES[:many]]
    told = [(path, deed.values.get(member, {})) for path in paths[:inside]]
    events = tuple((path, event, instance) for path in paths[:inside] for where, event, instance in deed.events if where == member)
    return Deed(deed.at, tuple(paths), {path: values for path, values in told if values}, events)


def _port(customer: Any, path: str, port: str) -> Any:
    from clmstate.live.addresses import find

    whole = customer._whole
    return whole.life_of(find(whole, path).here).signal_value(port)
