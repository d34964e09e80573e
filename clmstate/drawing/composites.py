"""A whole customer: its parts side by side, each with its way forward, and dashed between them what one part knows of another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from clmstate.composition import Composition, CompositionDefinition, StandsIn, Wire, feed_words, sources
from clmstate.conditions.free import reads
from clmstate.drawing.journeys import Level, journey_scene
from clmstate.drawing.legend import standing_keys
from clmstate.drawing.measure import text_width
from clmstate.drawing.overlay import Cover, Key, Overlay, Said, Tone
from clmstate.drawing.part_grid import READERS, SMALL
from clmstate.drawing.picture import Drawing
from clmstate.drawing.scene import Card, Clause, Frame, Lane, Link, Pill, Scene
from clmstate.drawing.theme import ThemeName
from clmstate.drawing.whereabouts import day
from clmstate.drawing.wired import Carried, carried, part_at
from clmstate.lifecycle import LifecycleDefinition

__all__ = ["composite", "composite_scene"]


def composite(
    whole: type[Composition] | Composition,
    *,
    values: Mapping[str, tuple[str, bool | None]] | None = None,
    level: Level = "stage",
    theme: ThemeName = "light",
) -> Drawing:
    """Draws the parts of a customer with their wiring.

    Args:
        whole: a composition; or one customer, whose places are then shown.
        values: what is known about wired ports, by ``part.port``: what it is today, and whether that is enough. Of a customer, both are
            found; what is given here counts more.
        level: ``full`` says what leads from one phase to the next.
        theme: ``light`` or ``dark``.

    Example:
        >>> from clmstate import Composition, Lifecycle, Many, One, Phase, Signal
        >>> class User(Lifecycle):
        ...     invited = Phase("Invited", initial=True)
        ...     active = Phase("Active")
        >>> class Deal(Lifecycle):
        ...     adopted = Signal.share("users adopted", port=True)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=adopted >= 0.8)
        >>> class Customer(Composition):
        ...     deal = One(Deal)
        ...     users = Many(User)
        ...     wiring = (deal[Deal.adopted].fed_by(users.share_in(User.active)),)
        >>> drawing = composite(Customer)
        >>> [lane.title for lane in drawing.scene.lanes]
        ['deal', 'users']
    """
    customer = whole if isinstance(whole, Composition) else None
    definition = (type(whole) if isinstance(whole, Composition) else whole).definition
    scene = composite_scene(definition, level=level)
    known = ({} if customer is None else carried(customer)) | {name: Carried(*given) for name, given in (values or {}).items()}
    wires = _wired(scene, known)
    covers = wires | _ports(scene, known) | ({} if customer is None else _standing(scene, customer))
    keys = [Key("linked", "what one part knows of another")] if wires else []
    met = {one.met for one in known.values()}
    keys += [Key("good", "enough for the next step", signed=True)] if True in met else []
    keys += [Key("at_risk", "not yet enough", signed=True)] if False in met else []
    keys += [Key("here", "is here")] if customer is not None else []
    keys += standing_keys(scene.cards)
    title = f"{customer.name}: all parts" if customer is not None and customer.name else ""
    told = f"as of {day(customer.at)}" if customer is not None and customer.at is not None else scene.subtitle
    return Drawing(scene, theme, Overlay(title, told, covers, tuple(keys)))


def _wired(scene: Scene, known: Mapping[str, Carried]) -> dict[str, Cover]:
    """Wires with the sign of what they carry."""
    covers: dict[str, Cover] = {}
    for pill in scene.pills:
        if pill.id.startswith("wire "):
            port = known.get(next(scene.heads(pill)).removeprefix("port "), Carried(""))
            sign: Tone = "linked" if port.met is None else "good" if port.met else "at_risk"
            covers[pill.id] = Cover("linked", dashed=True, sign=sign)
    return covers


def _ports(scene: Scene, known: Mapping[str, Carried]) -> dict[str, Cover]:
    """Ports with what stands there today."""
    covers: dict[str, Cover] = {}
    for card in scene.cards:
        if not card.id.startswith("port "):
            continue
        port = known.get(card.id.removeprefix("port "))
        said: tuple[Said, ...] | None = None
        if port is not None and port.said:
            mark = "" if port.met is None else " – met" if port.met else " – not met yet"
            need = port.needs if port.needs.startswith("but ") else f"needs {port.needs}"
            said = (Said(f"{port.said}{mark}", "strong"), *((Said(need, "quiet"),) if port.met is False and port.needs else ()))
        covers[card.id] = Cover("linked", said, dashed=True)
    return covers


def _standing(scene: Scene, customer: Composition) -> dict[str, Cover]:
    """Who stands where: a part itself, or how many of its members."""
    places: Counter[tuple[str, str]] = Counter()
    total: Counter[str] = Counter()
    many = {".".join(part.path) for part in _parts(type(customer).definition) if part.many}
    for address, phase in customer.phases.items():
        part = ".".join(part_at(type(customer).definition, address.split("/")))
        places[part, phase.path] += 1
        total[part] += 1
    covers: dict[str, Cover] = {}
    for lane in scene.lanes:
        for name in lane.members:
            if name.startswith("port "):
                continue
            n = places[lane.id, name.rpartition("/")[2]]
            if lane.id in many:
                share = f" · {round(100 * n / total[lane.id])} %" if n else ""
                bar: tuple[tuple[Tone, float], ...] = (("here", n), ("faded", total[lane.id] - n)) if n else ()
                covers[name] = Cover(
                    "here" if n else "faded", (Said(f"{n}{share}", "strong"),) if n else (Said("nobody", "italic"),), bar
                )
            else:
                covers[name] = Cover("here", (Said("is here", "strong"),)) if n else Cover("faded")
    return covers


def composite_scene(definition: CompositionDefinition, *, level: Level = "stage") -> Scene:
    """What the map of a composition says, as data.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Customer(Composition):
        ...     deal = One(Deal)
        >>> [card.title for card in composite_scene(Customer.definition).cards]
        ['New']
    """
    parts = _central(list(_parts(definition)), list(_wires(definition, ())))
    unsaid: dict[str, Any] = {"quote": "", "notes": (), "detail": ""} | ({"subtitle": ""} if level == "stage" else {})
    cards: list[Card] = []
    pills: list[Pill] = []
    links: list[Link] = []
    lanes: list[Lane] = []
    frames: list[Frame] = []
    wires = list(_wires(definition, ()))
    for number, part in enumerate(parts):
        name = ".".join(part.path)
        fed = [wire for place, wire, _ in wires if place == part.path]
        ports = [_port(name, wire.port, part.member) for wire in fed]
        told = journey_scene(part.member)
        own = tuple(attrs.evolve(card, id=f"{name}/{card.id}", **unsaid, step=number, team=number) for card in told.cards)
        frames += _framed(name, told)
        cards += [attrs.evolve(port, team=number, step=number) for port in ports]
        cards += own
        for upper, lower in zip(told.cards, told.cards[1:], strict=False):
            pill = _between(told, upper.id, lower.id)
            if pill is not None and level == "stage":
                links.append(Link(f"{name}/{upper.id}", f"{name}/{lower.id}", pill.kind))
            elif pill is not None:
                moved = attrs.evolve(pill, id=f"{name}:{pill.id}", stub=False)
                pills.append(moved)
                links += [Link(f"{name}/{upper.id}", moved.id, pill.kind), Link(moved.id, f"{name}/{lower.id}", pill.kind)]
        members = (*(port.id for port in ports), *(card.id for card in own))
        lanes.append(Lane(name, part.label, members, part.how_many, number))
    for place, wire, said in wires:
        target = f"port {'.'.join(place)}.{wire.port}"
        for index, source in enumerate(_sources(place, wire, cards)):
            pill = Pill(f"wire {target} {index}", "stay", (Clause("source", said),), wire.port)
            pills.append(pill)
            links += [Link(source, pill.id, "stay"), Link(pill.id, target, "stay")]
    first = definition.doc.strip().partition("\n\n")[0]
    version = " · ".join(
        part
        for part in (definition.market and f"Market {definition.market}", definition.version and f"version {definition.version}")
        if part
    )
    return Scene(
        definition.title,
        " ".join(first.split()) + (f" · {version}" if version else ""),
        tuple(cards),
        tuple(pills),
        tuple(frames),
        tuple(links),
        lanes=tuple(lanes),
        plan="composite",
    )


_Fed = tuple[tuple[str, ...], Wire, str]


@attrs.frozen
class _Part:
    """A lifecycle inside a composition: the way that leads to it, what it is called, and what opens a branch of it."""

    path: tuple[str, ...]
    label: str
    many: bool
    member: LifecycleDefinition
    opens: str = ""

    @property
    def how_many(self) -> str:
        if self.opens:
            return f"any number: one opens on {self.opens}"
        return "any number" if self.many else "one for each customer"


def _parts(
    definition: CompositionDefinition, within: tuple[str, ...] = (), label: str = "", *, many: bool = False, opens: str = ""
) -> Iterator[_Part]:
    """Every lifecycle inside."""
    for name, part in definition.parts.items():
        said = f"{label} · {part.label}" if label else part.label
        opened = _event(definition, *part.opens_on) if part.opens_on is not None else "" if part.many else opens
        if isinstance(part.member, LifecycleDefinition):
            yield _Part((*within, name), said, many or part.many, part.member, opened)
        else:
            yield from _parts(part.member, (*within, name), said, many=many or part.many, opens=opened)


def _event(definition: CompositionDefinition, part: str, event: str) -> str:
    member = definition.parts[part].member
    return member.events[event].label if isinstance(member, LifecycleDefinition) else event


def _wires(definition: CompositionDefinition, within: tuple[str, ...]) -> Iterator[_Fed]:
    for wire in definition.wires:
        yield (*within, wire.part, *wire.inner), wire, feed_words(wire.feed, definition)
    for name, part in definition.parts.items():
        if isinstance(part.member, CompositionDefinition):
            yield from _wires(part.member, (*within, name))


def _central(parts: list[_Part], wires: list[_Fed]) -> list[_Part]:
    """The part with most wires in the middle, so that fewer lines pass others by."""
    if len(parts) < 3:
        return parts
    busy = Counter(place[0] for place, _, _ in wires)
    busy.update(source.part for _, wire, _ in wires for source in sources(wire.feed))
    first = max(parts, key=lambda part: (busy[part.path[0]], -parts.index(part)))
    others = [part for part in parts if part is not first]
    middle = len(others) // 2
    return [*others[:middle], first, *others[middle:]]


def _port(name: str, port: str, member: LifecycleDefinition) -> Card:
    """A port as a box: what it is called, and which rules read it."""
    readers = [
        rule.name.replace("_", " ")
        for rule in member.transitions.values()
        if rule.when is not None and port in reads(rule.when).signals
    ]
    return Card(f"port {name}.{port}", member.signals[port].label, subtitle=_read_by(readers))


def _read_by(readers: list[str]) -> str:
    """As many of those who read a port as have room in a line, one at least."""
    told = ""
    for count in range(1, len(readers) + 1):
        longer = f"read by {', '.join(readers[:count])}{' …' if count < len(readers) else ''}"
        if told and text_width(longer, SMALL) > READERS:
            break
        told = longer
    return told


def _framed(part: str, told: Scene) -> Iterator[Frame]:
    """The groups of a part whose phases stand below each other."""
    places = {card.id: place for place, card in enumerate(told.cards)}
    for frame in told.frames:
        some = sorted(places[name] for name in frame.members)
        if some[-1] - some[0] == len(some) - 1:
            yield Frame(f"{part}:{frame.id}", frame.title, tuple(f"{part}/{told.cards[place].id}" for place in some))


def _between(told: Scene, upper: str, lower: str) -> Pill | None:
    """The rule that leads from a phase to the next one in the list."""
    for pill in told.pills:
        if lower in {told.card(name).id for name in told.heads(pill)} and upper in {
            told.card(name).id for name in told.tails(pill)
        }:
            return pill
    return None


def _sources(place: tuple[str, ...], wire: Wire, cards: list[Card]) -> Iterator[str]:
    """Where a wire begins: at the phase that it asks about, or at the part as a whole."""
    known = {card.id for card in cards}
    within = place[: len(place) - 1 - len(wire.inner)]
    found: dict[str, None] = {}
    for source in sources(wire.feed):
        path = ".".join((*within, source.part, *source.inner))
        own = [card for card in known if card.startswith((f"{path}/", f"{path}."))]
        phases = source.phases if isinstance(source, StandsIn) or source.phases else ()
        asked = [f"{path}/{phase}" for phase in phases if f"{path}/{phase}" in known]
        if asked:
            found[asked[0]] = None
        elif own:
            found[path if any(card.startswith(f"{path}/") for card in own) else min(own).partition("/")[0]] = None
    yield from list(found)[:1]
