"""Lanes and hand-offs as a board: who has the customer when, and what must be true when they are handed over."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from clmstate.drawing import Card, Scene, Theme, journey_scene
from clmstate.drawing.geometry import Box, Route
from clmstate.lifecycle import LifecycleDefinition
from clmstate.presenting.board import HEIGHT, WIDTH, Board, Line, Panel, Said, Shape, fitting
from clmstate.presenting.criteria import place_label
from clmstate.presenting.frame import LEFT, TOP
from clmstate.presenting.leaflets import kinds_of

__all__ = ["lanes_board"]

HEAD = 118.0  # width of a lane's name
LIST = 250.0  # width of the list at the right


@attrs.frozen
class _HandOff:
    """One line of the list: owners, phases, and what must be true."""

    number: int
    source: str
    target: str
    said: str
    forward: bool


def lanes_board(definition: LifecycleDefinition, theme: Theme) -> Board | None:
    """Owners as lanes and every hand-off with its number; None where there is only one owner.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.drawing import THEMES
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live")
        ...     new = Phase("New", initial=True, owner="Sales")
        ...     won = Phase("Won", owner="Support")
        ...     win = new.to(won, when=live)
        >>> lanes_board(Deal.definition, THEMES["light"]).title
        'Lanes and hand-offs'
    """
    scene = journey_scene(definition)
    if len(scene.legend.teams) < 2:
        return None
    offs = _hand_offs(definition, scene)
    grid = _Grid(scene, theme)
    forward = [off for off in offs if off.forward]
    shapes = [*grid.lanes(), *grid.arrows(forward), *grid.cards(), *grid.numbers(forward), *_listed(offs, theme)]
    notes = ("Who hands over to whom, and when:", *(f"{off.number}. {off.said}" for off in offs))
    return Board(
        "Lanes and hand-offs",
        "Who has the customer when, and what must be true when they are handed over; the numbers are those of the list.",
        tuple(shapes),
        notes,
    )


def _hand_offs(definition: LifecycleDefinition, scene: Scene) -> list[_HandOff]:
    """One for each pair of phases, those that lead on first; ends are no hand-offs."""
    from clmstate.analysis import handoffs  # a heavy room, for those who make a deck only

    kinds = kinds_of(scene)
    whys: dict[tuple[str, str], list[str]] = {}
    forward: set[tuple[str, str]] = set()
    for off in handoffs(definition):
        pair = off.source.path, off.target.path
        if off.target.standing == "lost":
            continue
        whys.setdefault(pair, []).append(definition.why(off.transition))
        if kinds.get(off.transition.name) in ("forward", "branch"):
            forward.add(pair)
    pairs = sorted(whys, key=lambda pair: pair not in forward)
    return [
        _HandOff(
            number,
            *pair,
            f"{place_label(definition, pair[0])} → {place_label(definition, pair[1])}: {'; or '.join(whys[pair])}",
            pair in forward,
        )
        for number, pair in enumerate(pairs, 1)
    ]


def _listed(offs: list[_HandOff], theme: Theme) -> Iterator[Shape]:
    """All of them in words."""
    box = Box(WIDTH - LEFT - LIST, TOP, LIST, HEIGHT - TOP - 24)
    said: list[Said] = []
    for forward, title in ((True, "On the way"), (False, "Back, and out of trouble")):
        some = [off for off in offs if off.forward is forward]
        said += [Said(title, 13, theme.ink, "Bold", above=8)] if some else []
        said += (Said(f"{off.number}  {off.said}", 11.5, theme.ink, above=4) for off in some)
    yield Panel(
        box, fitting(said, box.width - 20, box.height - 14), theme.lane, theme.rule, 1, 8, inset=(10, 7), name="When we hand over"
    )


@attrs.define
class _Grid:
    """Lanes from top to bottom, steps of the journey from left to right."""

    scene: Scene
    theme: Theme
    boxes: dict[str, Box] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        lanes, steps = self.lane_names, max(card.step for card in self.scene.cards) + 1
        wide = (WIDTH - 2 * LEFT - HEAD - LIST - 16) / steps
        tall = self.lane_height
        slots: dict[tuple[int, int], list[Card]] = {}
        for card in self.scene.cards:
            slots.setdefault((self.lane(card), card.step), []).append(card)
        for (lane, step), cards in slots.items():
            each = min(46.0, (tall - 10) / len(cards) - 4)
            top = TOP + lane * tall + (tall - 4 - len(cards) * (each + 4)) / 2
            for index, card in enumerate(cards):
                self.boxes[card.id] = Box(LEFT + HEAD + step * wide + wide * 0.12, top + index * (each + 4), wide * 0.76, each)
        assert len(lanes) > 0

    @property
    def lane_names(self) -> tuple[str, ...]:
        """Owners, and those whom nobody owns."""
        return (*self.scene.legend.teams, *(["Nobody yet"] if any(card.team is None for card in self.scene.cards) else []))

    @property
    def lane_height(self) -> float:
        """Of each lane."""
        return (HEIGHT - TOP - 24) / len(self.lane_names)

    def lane(self, card: Card) -> int:
        """Whose lane a phase is in."""
        return len(self.lane_names) - 1 if card.team is None else card.team

    def lanes(self) -> Iterator[Shape]:
        """The lanes with their names."""
        for number, name in enumerate(self.lane_names):
            y, tall = TOP + number * self.lane_height, self.lane_height - 6
            colour = self.theme.team(number) if number < len(self.scene.legend.teams) else self.theme.end
            yield Panel(
                Box(LEFT, y, WIDTH - 2 * LEFT - LIST - 16, tall), (), self.theme.lane, self.theme.rule, 0.75, 8, name=f"Lane {name}"
            )
            box = Box(LEFT, y, HEAD - 14, tall)
            said = fitting((Said(name, 14, self.theme.on_team, "Bold"),), box.width - 12, tall)
            yield Panel(box, said, colour, None, radius=8, middle=True, align="middle", inset=(6, 2), name=f"Name of lane {name}")

    def cards(self) -> Iterator[Shape]:
        """The phases."""
        for card in self.scene.cards:
            box, colour = self.boxes[card.id], self.theme.team(card.team)
            said = fitting((Said(card.title, 13, self.theme.ink, "Bold"),), box.width - 6, box.height)
            yield Panel(
                box,
                said,
                self.theme.card,
                colour,
                1.6,
                6,
                middle=True,
                align="middle",
                inset=(3, 1),
                name=f"Phase {card.title} in its lane",
            )

    def arrows(self, offs: list[_HandOff]) -> Iterator[Shape]:
        """A line for each hand-off, beneath the phases."""
        for off in offs:
            yield Line(self.route(off, offs), self.theme.kinds["forward"].line, 2.2)

    def numbers(self, offs: list[_HandOff]) -> Iterator[Shape]:
        """Its number, near where it begins."""
        for off in offs:
            along = list(self.route(off, offs).samples())
            x, y = along[min(len(along) // 4, 7)]
            yield Panel(
                Box(x - 8, y - 8, 16, 16), (Said(str(off.number), 9, self.theme.on_team, "Bold"),), self.theme.kinds["forward"].line,
                self.theme.canvas, 1, 8, align="middle", middle=True, inset=(0, 0), name=f"Hand-off {off.number}",
            )  # fmt: skip

    def route(self, off: _HandOff, offs: list[_HandOff]) -> Route:
        """Its way; lines that leave or reach one phase are spread along its edge."""
        leaving = [other.number for other in offs if other.source == off.source]
        reaching = [other.number for other in offs if other.target == off.target]
        shifts = (_spread(leaving.index(off.number), len(leaving)), _spread(reaching.index(off.number), len(reaching)))
        return _between(self.boxes[off.source], self.boxes[off.target], *shifts)


def _spread(index: int, count: int) -> float:
    return (index - (count - 1) / 2) * 12.0


def _between(tail: Box, head: Box, leave: float, reach: float) -> Route:
    """From the edge of one phase to the edge of another, bent so that lines do not lie on each other."""
    (tx, ty), (hx, hy) = tail.middle, head.middle
    if abs(tx - hx) < 20:
        down = 1 if hy > ty else -1
        start, tip = (tx + leave, tail.bottom if down > 0 else tail.y), (hx + reach, head.y if down > 0 else head.bottom)
        end = (tip[0], tip[1] - 7 * down)
        bend = (end[1] - start[1]) / 2
        return Route((start, (start[0], start[1] + bend), (end[0], end[1] - bend), end), tip)
    right = 1 if hx > tx else -1
    start, tip = (tail.right if right > 0 else tail.x, ty + leave), (head.x if right > 0 else head.right, hy + reach)
    end = (tip[0] - 7 * right, tip[1])
    bend = max(abs(end[0] - start[0]) * 0.5, 24) * right
    return Route((start, (start[0] + bend, start[1]), (end[0] - bend, end[1]), end), tip)
