"""Marks on the journey: what was found, what the tests have been through. Plain data; whoever has found something says so here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

import attrs

from clmstate.drawing.journeys import journey_scene
from clmstate.drawing.overlay import Cover, Key, Overlay, Panel, PanelRow, Said, Tone
from clmstate.drawing.picture import Drawing
from clmstate.drawing.populations import known
from clmstate.drawing.scene import Card, Pill
from clmstate.drawing.theme import ThemeName
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, definition_of

__all__ = ["MarkLevel", "Marked", "coverage", "marked"]

MarkLevel: TypeAlias = Literal["good", "watch", "at_risk"]
"""good: all is well; watch: look at it; at_risk: it is wrong."""

_AT_LENGTH, _MOST = 6, 16  # sentences beside the picture, and lines; more are counted
_GRAVITY: tuple[MarkLevel, ...] = ("good", "watch", "at_risk")
_WIDE = 3.0  # lines of what is marked
_FEW = 48  # letters that a card has room for


@attrs.frozen
class Marked:
    """What is said about one phase or transition, or about something that is not on the map.

    Attributes:
        level: how grave it is.
        text: a sentence; it stands beside the map, with the number that the map shows.
        short: the same in a few words: on a card, and as the head of the sentence; "" takes the sentence.
        also: other phases and transitions that it is about.
        called: what it is about, if not by its own name.

    Example:
        >>> Marked("at_risk", "no customer can ever take it").level
        'at_risk'
    """

    level: MarkLevel
    text: str = ""
    short: str = ""
    also: tuple[str, ...] = ()
    called: str = ""


Marks: TypeAlias = Mapping[str, Marked | Sequence[Marked]]


def marked(
    lifecycle: type[Lifecycle] | LifecycleDefinition,
    marks: Marks,
    *,
    title: str = "",
    subtitle: str = "",
    keys: Mapping[MarkLevel, str] | None = None,
    theme: ThemeName = "light",
) -> Drawing:
    """Draws a journey with marks on its phases and rules; what has none is faded.

    Args:
        lifecycle: a lifecycle class or its definition.
        marks: one or several by phase (path) or transition (name); those of "" stand beside the map only.
        title: of the picture.
        subtitle: below it.
        keys: what the levels mean.
        theme: ``light`` or ``dark``.

    Raises:
        UnknownNameError: CLM406, a phase or transition that the lifecycle does not have.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("contract signed")
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won")
        ...     win = open.to(won, when=signed)
        >>> drawing = marked(Deal, {"win": Marked("at_risk", "no customer can ever take it")})
        >>> drawing.overlay.panels[0].rows[0].text, drawing.overlay.covers["rule win"].signs
        ('win: no customer can ever take it', (('at_risk', '1'),))
    """
    definition = definition_of(lifecycle)
    listed = [(name, mark) for name, given in marks.items() for mark in ((given,) if isinstance(given, Marked) else given)]
    named = [name for name, mark in listed for name in (name, *mark.also) if name]
    known(dict.fromkeys(named), (*definition.phases, *definition.transitions), definition.name)
    listed.sort(key=lambda item: -_GRAVITY.index(item[1].level))
    board = _Board(definition, listed)
    scene = journey_scene(definition)
    covers = {card.id: board.card(card) for card in scene.cards} | {pill.id: board.pill(pill) for pill in scene.pills}
    meanings = {"good": "as it should be", "watch": "look at it", "at_risk": "wrong"} | dict(keys or {})
    used = {cover.tone for cover in covers.values()} | {mark.level for _, mark in listed}
    legend = [Key(level, meanings[level], signed=True) for level in reversed(_GRAVITY) if level in used]
    legend += [Key("neutral", "concerned too")] if "neutral" in used else []
    legend += [Key("faded", "nothing found")] if "faded" in used else []
    overlay = Overlay(title or f"{_whole(definition)}: what was found", subtitle, covers, tuple(legend), board.panels())
    return Drawing(scene, theme, overlay)


class _Board:
    """Marks, the gravest first, with their numbers."""

    def __init__(self, definition: LifecycleDefinition, listed: Sequence[tuple[str, Marked]]) -> None:
        self.definition = definition
        self.told: list[tuple[str, Marked, str]] = []
        self.of: dict[str, list[tuple[Marked, str]]] = {}
        self.beside: dict[str, list[str]] = {}
        last = 0
        for name, mark in listed:
            number = ""
            if mark.text and mark.level != "good":
                last += bool(name or mark.also)
                number = str(last) if name or mark.also else ""
                self.told.append((name, mark, number))
            if name:
                self.of.setdefault(name, []).append((mark, number))
            for other in mark.also:
                self.beside.setdefault(other, []).append(number)

    def sign(self, name: str) -> tuple[Tone | None, str]:
        """How a phase or rule is marked, and with which numbers."""
        own = self.of.get(name, [])
        numbers = [number for _, number in own] + self.beside.get(name, [])
        tone: Tone | None = own[0][0].level if own else "neutral" if name in self.beside else None
        return tone, "·".join(sorted({number for number in numbers if number}, key=int))

    def card(self, card: Card) -> Cover:
        tone, number = self.sign(card.id)
        if tone is None:
            return Cover("faded")
        first = next((mark for mark, _ in self.of.get(card.id, ())), None)  # the numbers lead to the others
        gravest = "" if first is None else first.short or (first.text if len(first.text) <= _FEW else "")
        return Cover(tone, (Said(gravest),) if gravest else None, signs=((tone, number),))

    def pill(self, pill: Pill) -> Cover:
        """A rule; of several that share a pill, each has its own sign."""
        signs = tuple(self.sign(rule) for rule in pill.rules)
        tones = [tone for level in (*reversed(_GRAVITY), "neutral") for tone, _ in signs if tone == level]
        if not tones:
            return Cover("faded")
        return Cover(tones[0], wide=0 if tones[0] == "neutral" else _WIDE, signs=signs)

    def panels(self) -> tuple[Panel, ...]:
        """What the marks say."""
        if not self.told:
            return ()
        rows = tuple(self._row(*told, at_length=place < _AT_LENGTH) for place, told in enumerate(self.told[:_MOST]))
        more = f"and {len(self.told) - _MOST} more" if len(self.told) > _MOST else ""
        return (Panel("To look at", rows, more, tone="neutral"),)

    def _row(self, name: str, mark: Marked, number: str, *, at_length: bool) -> PanelRow:
        called = mark.called or _called(self.definition, name)
        text = mark.short or mark.text
        head = f"{called}: {text}" if called else f"{text[:1].upper()}{text[1:]}"
        return PanelRow(head, None, sign=(mark.level, number), below=mark.text if at_length and mark.short else "")


def _whole(definition: LifecycleDefinition) -> str:
    """What the lifecycle is called, with its market."""
    return f"{definition.title} ({definition.market})" if definition.market else definition.title


def _called(definition: LifecycleDefinition, name: str) -> str:
    return definition.phases[name].label if name in definition.phases else name.replace("_", " ")


def coverage(
    lifecycle: type[Lifecycle] | LifecycleDefinition,
    phases: Mapping[str, int],
    transitions: Mapping[str, int],
    *,
    theme: ThemeName = "light",
) -> Drawing:
    """Draws which phases and rules the tests have been through, and how often.

    Args:
        lifecycle: a lifecycle class or its definition.
        phases: how often tests saw each phase (path).
        transitions: how often tests took each transition.
        theme: ``light`` or ``dark``.

    Raises:
        UnknownNameError: CLM406, a phase or transition that the lifecycle does not have.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     open = Phase("Open", initial=True)
        >>> coverage(Deal, {"open": 3}, {}).overlay.covers["open"].said[0].text
        'seen 3 times'
    """
    definition = definition_of(lifecycle)
    known({**phases, **transitions}, (*definition.phases, *definition.transitions), definition.name)
    scene = journey_scene(definition)
    covers = {card.id: _seen(phases.get(card.id)) for card in scene.cards}
    covers |= {pill.id: _taken([transitions.get(rule) for rule in pill.rules]) for pill in scene.pills}
    tones = {tone for cover in covers.values() for tone, _ in cover.signs}
    keys = (
        Key("good", "tested, with how often a rule was taken", signed=True),
        Key("at_risk", "not tested", signed=True),
        Key("faded", "not counted: nobody can get there"),
    )
    faded = {None} if any(cover.tone == "faded" for cover in covers.values()) else set()
    used = tuple(key for key in keys if key.tone in tones or (key.tone == "faded" and faded))
    told = f"Tests saw {_of(phases.values(), 'phase')} and took {_of(transitions.values(), 'rule')}."
    overlay = Overlay(f"{_whole(definition)}: what the tests have been through", told, covers, used)
    return Drawing(scene, theme, overlay)


def _seen(times: int | None) -> Cover:
    """A phase that tests saw so many times; None is not counted."""
    if times is None:
        return Cover("faded")
    tone = _tested(times)
    said = "never seen" if not times else "seen once" if times == 1 else f"seen {times} times"
    return Cover(tone, (Said(said),), signs=((tone, ""),))


def _taken(times: Sequence[int | None]) -> Cover:
    """A pill whose rules tests took so many times."""
    signs: tuple[tuple[Tone | None, str], ...] = tuple((None, "") if n is None else (_tested(n), str(n or "")) for n in times)
    counted = [tone for tone, _ in signs if tone is not None]
    if not counted:
        return Cover("faded")
    return Cover("at_risk" if "at_risk" in counted else "good", wide=_WIDE, signs=signs)


def _tested(times: int) -> Tone:
    return "good" if times else "at_risk"


def _of(counts: Iterable[int], what: str) -> str:
    """How many of how many."""
    listed = list(counts)
    done = sum(1 for n in listed if n)
    many = f"{what}{'' if len(listed) == 1 else 's'}"
    return f"all {done} {many}" if done == len(listed) and done > 1 else f"{done} of {len(listed)} {many}"
