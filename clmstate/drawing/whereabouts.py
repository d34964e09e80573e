"""You are here: the path of one customer so far with dates, and what the next phase still needs, with today's values."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

import attrs

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
        (['To Live'], 'You are here · day 0')
    """
    definition = type(life).definition
    scene = journey_scene(definition)
    moves = [move for move in life.journey.moves if not move.stayed]
    path = _Path(life, tuple(moves), since)
    covers = _cards(scene, path) | _pills(scene, path)
    name = life.name or "This customer"
    asked = f" · as of {day(life.at)}" if life.at is not None else ""
    told = f"{len(moves)} {'move' if len(moves) == 1 else 'moves'} so far{asked}"
    keys = [Key("path", "path so far, in order", _PATH)] if moves else []
    keys.append(Key("faded", "possible later", 1.6))
    return Drawing(scene, theme, Overlay(f"{name}: {life.phase.label}", told, covers, tuple(keys), tuple(_panels(life))))


def day(at: dt.date) -> str:
    """A date as people write it.

    Example:
        >>> day(dt.date(2026, 3, 9))
        '9 Mar 2026'
    """
    return f"{at.day} {at:%b %Y}"


@attrs.frozen
class _Path:
    """The moves of a customer, and the dates on their way: with the year where not all are of this one."""

    life: Lifecycle
    moves: tuple[Move, ...]
    since: dt.date | None

    @property
    def with_years(self) -> bool:
        at = self.life.at
        dates = [self.since, *(move.at for move in self.moves)]
        return at is not None and any(date is not None and date.year != at.year for date in dates)

    def short(self, at: dt.date | None, *, year: bool = True) -> str:
        """A date in as few letters as can be."""
        return "…" if at is None else f"{at.day} {at:%b}{f' ’{at:%y}' if year and self.with_years else ''}"

    def span(self, start: dt.date | None, end: dt.date | None) -> str:
        """From one date to another; the year once, where it is the same."""
        if start is not None and end is not None and (start.year, start.month, start.day) == (end.year, end.month, end.day):
            return self.short(end)
        same = start is not None and end is not None and start.year == end.year
        return f"{self.short(start, year=not same)} – {self.short(end)}"

    def stays(self) -> dict[str, list[tuple[dt.date | None, dt.date | None]]]:
        """From when to when the customer was in each phase that was left again."""
        found: dict[str, list[tuple[dt.date | None, dt.date | None]]] = defaultdict(list)
        came = self.since
        for move in self.moves:
            found[move.source.path].append((came, move.at))
            came = move.at
        return found

    @property
    def came(self) -> dt.date | None:
        """When the customer came where they are."""
        return self.moves[-1].at if self.moves else self.since


def _cards(scene: Scene, path: _Path) -> dict[str, Cover]:
    stays, covers = path.stays(), dict[str, Cover]()
    for card in scene.cards:
        if card.id == path.life.phase.path:
            here = [Said("You are here", "strong"), *_so_long(path.life, path.came)]
            covers[card.id] = Cover("here", tuple(here) if card.quote else (Said(" · ".join(said.text for said in here), "plain"),))
        elif stays[card.id]:
            when = [path.span(start, end) for start, end in stays[card.id]]
            if len(when) == 1 and not card.quote:  # a low card: one line, so that it can be read
                covers[card.id] = Cover("path", (Said(f"✓ {when[0]}", "plain"),))
                continue
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


def _pills(scene: Scene, path: _Path) -> dict[str, Cover]:
    covers: dict[str, Cover] = {}
    for pill in scene.pills:
        taken = [
            (number, move)
            for number, move in enumerate(path.moves, 1)
            if move.name in pill.rules and move.source.path in pill.sources
        ]
        if not taken:
            covers[pill.id] = Cover("faded")
            continue
        numbers = [str(number) for number, _ in taken]
        dates = [path.short(move.at) for _, move in taken if move.at is not None]
        came = {move.source.path for _, move in taken}
        groups = {frame.id for frame in scene.frames if came & set(frame.members)}
        covers[pill.id] = Cover(
            "path",
            tuple(Said(date, "strong") for date in dates[-2:] or ["taken"]),
            number="·".join(numbers[-3:]),
            wide=_PATH,
            small=True,
            came=tuple(sorted(came | groups)),
        )
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
    left = len(rows) - _MOST
    more = f"and {left} more condition{'' if left == 1 else 's'}" if left > 0 else ""
    check = life.next_check
    foot = " · ".join(part for part in (more, f"next check {day(check)}" if check is not None else "", _owner(life)) if part)
    yield Panel(f"To {definition.places[way.target].label}", tuple(rows[:_MOST]), foot)


def _owner(life: Lifecycle) -> str:
    return f"owner {life.phase.owner.name}" if life.phase.owner is not None else ""


def _rows(reason: Reason) -> Iterator[PanelRow]:
    """The parts of a conjunction, each as one line; alternatives, and what stands in the way of a named condition, below each other."""
    if reason.words == "all of":
        for child in reason.children:
            yield from _rows(child)
    elif reason.words == "at least one of" and reason.truth is not True:
        yield PanelRow("at least one of:", reason.truth)
        yield from (PanelRow(f"– {_in_one_line(child)}", None, _value(child), listed=True, under=True) for child in reason.children)
    elif reason.children and reason.words not in _JOINED and reason.truth is not True:
        yield PanelRow(reason.words, reason.truth)
        yield from (PanelRow(f"– {leaf.words}", None, leaf.value, listed=True, under=True) for leaf in reason.blocking())
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
        if way.kind in ("recovery", "next_cycle"):
            return standing < _HOPES["at_risk"]  # the model says that it is one
        return (
            way.kind not in ("relapse", "at_risk")
            and standing < _HOPES["at_risk"]
            and (not back or standing in range(_HOPES[life.phase.standing]) or standing == _HOPES["good"])
        )

    return tuple(way for way in sorted(ways, key=hope) if helps(way))
