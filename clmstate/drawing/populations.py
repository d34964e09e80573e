"""Where all customers stand: counts on the cards, moves on the lines. Numbers come from whoever has them; nothing is invented."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from clmstate.drawing.journeys import journey_scene
from clmstate.drawing.overlay import Cover, Key, Overlay, Said, Tone
from clmstate.drawing.picture import Drawing
from clmstate.drawing.scene import KINDS, STANDINGS, Scene, Standing
from clmstate.drawing.spoken import KIND_NAMES, STANDING_NAMES
from clmstate.drawing.theme import ThemeName
from clmstate.errors import Diagnostic, UnknownNameError, did_you_mean
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, definition_of

__all__ = ["known", "population"]

THINNEST, THICKEST = 1.2, 10.2


def population(
    lifecycle: type[Lifecycle] | LifecycleDefinition,
    counts: Mapping[str, int],
    *,
    changes: Mapping[str, int] | None = None,
    flows: Mapping[str, int] | None = None,
    standings: Mapping[str, Mapping[Standing, int]] | None = None,
    period: str = "",
    title: str = "",
    who: str = "customers",
    theme: ThemeName = "light",
) -> Drawing:
    """Draws how many customers stand in each phase.

    Args:
        lifecycle: a lifecycle class or its definition.
        counts: customers by phase (path); a phase that is not named shows none.
        changes: how much that number has changed, by phase.
        flows: how many customers moved, by transition.
        standings: the customers of a phase by how they stand.
        period: what changes and flows are about, such as "in May".
        title: of the picture; by default it says how many there are.
        who: what they are called, where they are no customers: users, products.
        theme: ``light`` or ``dark``.

    Raises:
        UnknownNameError: CLM406, a phase or transition that the lifecycle does not have.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("contract signed")
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won", final=True, standing="good")
        ...     win = open.to(won, when=signed)
        >>> population(Deal, {"open": 30, "won": 12}, flows={"win": 7}).overlay.title
        'Where our 42 customers are'
    """
    definition = definition_of(lifecycle)
    for given, names in (
        (counts, definition.phases),
        (changes, definition.phases),
        (standings, definition.phases),
        (flows, definition.transitions),
    ):
        known(given or {}, names, definition.name)
    scene = journey_scene(definition)
    moved = flows or {}
    covers = _cards(scene, counts, changes or {}, standings or {}, period) | _pills(scene, moved)
    return Drawing(
        scene,
        theme,
        Overlay(
            title or _title(sum(counts.values()), who),
            _subtitle(who, moved, changes, standings, period),
            covers,
            _keys(scene, flows, standings or {}),
        ),
    )


def known(given: Iterable[str], names: Iterable[str], where: str) -> None:
    """Refuses names that a lifecycle does not have.

    Raises:
        UnknownNameError: CLM406, all of them.

    Example:
        >>> known(["won"], ["open", "won"], "Deal")
    """
    every = list(names)
    wrong = [name for name in given if name not in every]
    if wrong:
        raise UnknownNameError(
            [Diagnostic("CLM406", where, f"it has nothing called {name!r:.60}", did_you_mean(name, every)) for name in wrong]
        )


def _cards(
    scene: Scene,
    counts: Mapping[str, int],
    changes: Mapping[str, int],
    standings: Mapping[str, Mapping[Standing, int]],
    period: str,
) -> dict[str, Cover]:
    covers: dict[str, Cover] = {}
    for card in scene.cards:
        said = [Said(f"{counts.get(card.id, 0):,}", "number")]
        if card.id in changes:
            change = f"{changes[card.id]:+,}".replace("-", "−") if changes[card.id] else "no change"
            said.append(Said(f"{change} {period}".strip(), "quiet"))
        parts: tuple[tuple[Tone, float], ...] = tuple(
            (s, n) for s, n in sorted(standings.get(card.id, {}).items(), key=lambda item: STANDINGS.index(item[0]))
        )
        covers[card.id] = Cover(card.standing or "neutral", tuple(said), parts)
    return covers


def _pills(scene: Scene, flows: Mapping[str, int]) -> dict[str, Cover]:
    through = _through(scene, flows)
    most = max(through.values(), default=0)
    places = Counter(rule for pill in scene.pills for rule in pill.rules)
    covers: dict[str, Cover] = {}
    for pill in scene.pills:
        n = through[pill.id]
        if n and pill.kind != "stay":
            counted = tuple(rule for rule in pill.rules if flows.get(rule, 0))
            several = not pill.stub and any(clause.role == "source" and clause.rule in counted for clause in pill.clauses)
            split = several or any(places[rule] > 1 for rule in counted)  # nobody said how many came from where
            said = Said(f"{n:,} in all" if split else f"{n:,}", "strong")
            covers[pill.id] = Cover(
                _TONES.get(pill.kind, "neutral"), (said,), wide=round(width(n, most), 1), small=True, counted=counted
            )
        else:
            covers[pill.id] = Cover("faded")
    return covers


def _through(scene: Scene, flows: Mapping[str, int]) -> dict[str, int]:
    """How many customers went along each pill; who stays moves along none."""
    return {pill.id: 0 if pill.kind == "stay" else sum(flows.get(rule, 0) for rule in pill.rules) for pill in scene.pills}


_TONES: Mapping[str, Tone] = {"at_risk": "at_risk", "recovery": "good", "next_cycle": "here", "relapse": "watch"}


def width(n: int, most: int) -> float:
    """How thick the line of that many customers is: 1.2 to 10.2 points, growing with the 0.8th power so that small flows stay visible.

    Example:
        >>> width(100, 100), width(0, 100)
        (10.2, 1.2)
    """
    return THINNEST + (THICKEST - THINNEST) * (n / most) ** 0.8 if most else THINNEST


def _title(total: int, who: str) -> str:
    return f"Where our {total:,} {who} are" if total > 1 else f"Where our {who} are: {total} in all"


def _subtitle(who: str, flows: Mapping[str, int], changes: Mapping[str, int] | None, standings: object, period: str) -> str:
    since = f" {period}" if period else ""
    said = [f"Number on a card: {who} there now{f', below it the change{since}' if changes else ''}."]
    if flows:
        said.append(f"Thickness of a line: how many moved{since}.")
    said.append("Colour of a card: standing; bar: of those in it." if standings else "Colour of a card: standing.")
    return " ".join(said)


def _keys(scene: Scene, flows: Mapping[str, int] | None, standings: Mapping[str, Mapping[Standing, int]]) -> tuple[Key, ...]:
    used = {card.standing for card in scene.cards} | {standing for parts in standings.values() for standing in parts}
    keys = [Key(standing, STANDING_NAMES[standing]) for standing in STANDINGS if standing in used]
    if flows is None:  # nobody said who moved
        return tuple(keys)
    through = _through(scene, flows)
    most = max(through.values(), default=0)
    moved = {pill.kind for pill in scene.pills if through[pill.id]}
    keys += [Key(_TONES.get(kind, "neutral"), KIND_NAMES[kind], 3.0, kind=kind) for kind in KINDS if kind in moved]
    keys += [Key("neutral", f"{most:,} moved", round(width(most, most), 1))] if most else []
    return (*keys, Key("faded", "nobody moved"))
