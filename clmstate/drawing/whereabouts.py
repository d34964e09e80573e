"""You are here: the path of one customer so far with dates, and what the next phase still needs, with today's values."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from clmstate.drawing.journeys import journey_scene
from clmstate.drawing.overlay import Cover, Key, Overlay, Panel, PanelRow, Said
from clmstate.drawing.picture import Drawing
from clmstate.drawing.scene import Scene
from clmstate.drawing.theme import ThemeName
from clmstate.lifecycle import Lifecycle, Move, Reason, Transition

__all__ = ["day", "here", "ways_on"]

_MOST = 7  # lines of a checklist; more are counted
_PATH = 5.0


def here(life: Lifecycle, *, since: dt.date | None = None, theme: ThemeName = "light") -> Drawing:
    """Draws where a customer stands, how they got there, and what comes next.

    Args:
        life: a customer: an instance of a lifecycle.
        since: when they entered their first phase, if it is known.
        theme: ``light`` or ``dark``.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("contract signed")
        ...     paid = Signal.flag("first invoice paid")
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won")
        ...     live = Phase("Live")
        ...     win = open.to(won, when=signed)
        ...     go_live = won.to(live, when=paid)
        >>> acme = Deal("Acme")
        >>> moves = acme.observe(at="2026-03-09", signed=True)
        >>> drawing = here(acme)
        >>> [panel.title for panel in drawing.overlay.panels], drawing.overlay.covers["won"].said[0].text
        (['To Live'], 'You are here')
    """
    definition = type(life).definition
    scene = journey_scene(definition)
    moves = [move for move in life.journey.moves if not move.stayed]
    covers = _cards(scene, life, moves, since) | _pills(scene, moves)
    name = life.name or "This customer"
    asked = f" · as of {day(life.at)}" if life.at is not None else ""
    told = f"{len(moves)} {'move' if len(moves) == 1 else 'moves'} so far{asked}"
    keys = (Key("path", "path so far, in order", _PATH), Key("faded", "possible later", 1.6))
    return Drawing(scene, theme, Overlay(f"{name}: {life.phase.label}", told, covers, keys, tuple(_panels(life))))


def day(at: dt.date) -> str:
    """A date as people write it.

    Example:
        >>> day(dt.date(2026, 3, 9))
        '9 Mar 2026'
    """
    return f"{at.day} {at:%b %Y}"


def _short(at: dt.date) -> str:
    return f"{at.day} {at:%b}"


def _cards(scene: Scene, life: Lifecycle, moves: list[Move], since: dt.date | None) -> dict[str, Cover]:
    stays: dict[str, list[tuple[dt.date | None, dt.date | None]]] = defaultdict(list)
    came = since
    for move in moves:
        stays[move.source.path].append((came, move.at))
        came = move.at
    present = life.phase.path
    covers: dict[str, Cover] = {}
    for card in scene.cards:
        if card.id == present:
            covers[card.id] = Cover("here", (Said("You are here", "strong"), *_so_long(life, came)))
        elif stays[card.id]:
            when = [f"{_short(start) if start else '…'} – {_short(end) if end else '…'}" for start, end in stays[card.id]]
            more = f"and {len(when) - 2} times more" if len(when) > 3 else ""
            shown = when[-2:] if more else when
            covers[card.id] = Cover(
                "path", (Said("✓ visited", "strong"), *(Said(text, "quiet") for text in (*shown, more) if text))
            )
        else:
            covers[card.id] = Cover("faded", (Said("not yet", "italic"),), dashed=True)
    return covers


def _so_long(life: Lifecycle, came: dt.date | None) -> Iterator[Said]:
    if came is not None and life.at is not None:
        days = (dt.date(life.at.year, life.at.month, life.at.day) - dt.date(came.year, came.month, came.day)).days
        expected = life.phase.expected
        yield Said(f"day {days}" + (f" · expected {expected}" if expected is not None else ""), "plain")


def _pills(scene: Scene, moves: list[Move]) -> dict[str, Cover]:
    covers: dict[str, Cover] = {}
    for pill in scene.pills:
        taken = [(number, move) for number, move in enumerate(moves, 1) if move.name in pill.rules]
        if not taken:
            covers[pill.id] = Cover("faded")
            continue
        last = taken[-1][1].at
        numbers = [str(number) for number, _ in taken]
        dates = [_short(move.at) for _, move in taken if move.at is not None]
        said = " · ".join(dates[-2:]) if last is not None else "taken"
        covers[pill.id] = Cover("path", (Said(said, "strong"),), number="·".join(numbers[-3:]), wide=_PATH, small=True)
    return covers


def _panels(life: Lifecycle) -> Iterator[Panel]:
    """What the way on still needs: forward first, then out of trouble, then round again."""
    definition = type(life).definition
    way = next(iter(ways_on(life)), None)
    if way is None:
        return
    explained = life.explain(way)
    rows = [PanelRow(need, False) for need in explained.needs]
    if explained.reason is not None:
        rows += _rows(explained.reason)
    more = f"and {len(rows) - _MOST} more conditions" if len(rows) > _MOST else ""
    check = life.next_check
    foot = " · ".join(part for part in (more, f"next check {day(check)}" if check is not None else "", _owner(life)) if part)
    yield Panel(f"To {definition.places[way.target].label}", tuple(rows[:_MOST]), foot)


def _owner(life: Lifecycle) -> str:
    return f"owner {life.phase.owner.name}" if life.phase.owner is not None else ""


def _rows(reason: Reason) -> Iterator[PanelRow]:
    """The parts of a conjunction, each as one line; alternatives stand below each other, and what is met is not taken apart."""
    if reason.words == "all of":
        for child in reason.children:
            yield from _rows(child)
    elif reason.words == "at least one of" and reason.truth is not True:
        yield PanelRow("at least one of:", reason.truth)
        yield from (PanelRow(f"– {_in_one_line(child)}", None, _value(child), listed=True) for child in reason.children)
    else:
        yield PanelRow(_in_one_line(reason), reason.truth, _value(reason))


def _in_one_line(reason: Reason) -> str:
    """A condition with what is inside it, where its own words do not say that."""
    if reason.words not in _JOINED:
        return reason.words
    return _JOINED[reason.words].join(_in_one_line(child) for child in reason.children)


_JOINED = {"all of": " and ", "at least one of": " or "}


def _value(reason: Reason) -> str:
    """What the data say: of a leaf its value, of several what stands in the way."""
    blocking = () if reason.truth else (leaf.value for leaf in reason.blocking() if leaf.value)
    return reason.value or ", ".join(dict.fromkeys(blocking))


_HOPES = {"good": 0, "": 1, "watch": 1, "at_risk": 2, "lost": 3}


def ways_on(life: Lifecycle) -> tuple[Transition, ...]:
    """The transitions that a team hopes for: to the best standing first, onwards before back; what is only a way back is none.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("contract signed")
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won", standing="good")
        ...     gone = Phase("Gone", standing="lost")
        ...     lose = open.to(gone, when=~signed)
        ...     win = open.to(won, when=signed)
        >>> [way.name for way in ways_on(Deal())]
        ['win']
    """
    definition = type(life).definition
    order = list(definition.phases)
    path = life.phase.path
    ways = [way for way in definition.ways_out(path) if not way.stay]

    def hope(way: Transition) -> tuple[int, bool, int]:
        group = definition.groups.get(way.target)
        entered = group.initial if group is not None else way.target
        return _HOPES[definition.phases[entered].standing], order.index(entered) < order.index(path), ways.index(way)

    def helps(way: Transition) -> bool:
        standing, back, _ = hope(way)
        return (
            way.kind != "relapse"
            and standing < _HOPES["at_risk"]
            and (not back or standing in range(_HOPES[life.phase.standing]) or standing == _HOPES["good"])
        )

    return tuple(way for way in sorted(ways, key=hope) if helps(way))
