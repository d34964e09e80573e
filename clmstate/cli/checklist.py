"""What is still missing: the ways out of a phase as checklists, the one that a team hopes for first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs

from clmstate.conditions.nodes import And, Cond, Named, Not, Unless, children
from clmstate.lifecycle import Explanation, Lifecycle, Reason
from clmstate.presenting.criteria import place_label, unwanted, ways_by_hope

if TYPE_CHECKING:
    from rich.console import RenderableType

    from clmstate.cli.screen import Marks

__all__ = ["Item", "Outlook", "as_items", "hoped_for", "outlooks", "render"]


@attrs.frozen
class Item:
    """One line of a checklist.

    Attributes:
        words: what must be so.
        truth: whether it is; None if nobody knows.
        value: what the data say.
        depth: how far it is indented.

    Example:
        >>> Item("health at least 70", None, "health unknown", 0).truth is None
        True
    """

    words: str
    truth: bool | None
    value: str
    depth: int


@attrs.frozen
class Outlook:
    """One way out of the present phase, and what it still needs.

    Attributes:
        target: the phase or group it leads to, in words.
        name: of the transition.
        items: the checklist.
        wanted: whether somebody hopes for it; a way into loss or from calm to risk is not.
        open: how many of its lines are not met.

    Example:
        >>> Outlook("Success", "adopt", ()).open
        0
    """

    target: str
    name: str
    items: tuple[Item, ...]
    wanted: bool = True

    @property
    def open(self) -> int:
        """How many lines of the checklist are not met."""
        return sum(item.truth is not True for item in self.items)


def as_items(explanation: Explanation, when: Cond | None = None) -> Iterator[Item]:
    """The lines of a checklist.

    A conjunction at the top needs no heading: its parts are the lines. What is met is not taken apart. Of a negation that is not met,
    those leaves are named that stand in the way.

    Args:
        explanation: of one transition.
        when: its condition; it says which nodes of the explanation are negations.

    Example:
        >>> parts = (Reason("a", True), Reason("b", None, "b unknown"))
        >>> [item.words for item in as_items(Explanation("x", False, ("contract ended",), Reason("all of", None, "", parts)))]
        ['contract ended', 'a', 'b']
    """
    yield from (Item(need, False, "", 0) for need in explanation.needs)
    if explanation.reason is not None:
        yield from _lines(explanation.reason, when, 0)


def _lines(reason: Reason, cond: Cond | None, depth: int) -> Iterator[Item]:
    inner = _inside(cond, reason)
    if isinstance(cond, And) or (cond is None and reason.words == "all of"):
        for child, part in zip(reason.children, inner, strict=True):
            yield from _lines(child, part, depth)
        return
    met = reason.truth is True
    yield Item(_whole(reason) if met else reason.words, reason.truth, reason.value, depth)
    if met:
        return
    while isinstance(cond, Named) and reason.children and isinstance(cond.of, Named | Not | Unless):
        reason, cond = reason.children[0], cond.of
    if isinstance(cond, Not | Unless):
        for leaf in reason.leaves():
            if reason.children and leaf.truth is (True if reason.truth is False else None):
                yield Item(f"but {leaf.words}" if leaf.truth else leaf.words, reason.truth, leaf.value, depth + 1)
        return
    for child, part in zip(reason.children, _inside(cond, reason), strict=True):
        yield from _lines(child, part, depth + 1)


def _whole(reason: Reason) -> str:
    """What is met, in one line: it is not taken apart."""
    if not reason.negates or not reason.children:
        return reason.words
    (inner,) = reason.children
    joined = {"all of": " and ", "any of": " or "}.get(inner.words)
    return f"{reason.words} {_whole(inner) if joined is None else joined.join(_whole(each) for each in inner.children)}"


def _inside(cond: Cond | None, reason: Reason) -> tuple[Cond | None, ...]:
    """The conditions of a reason's children, as far as both have the same shape."""
    parts: tuple[Cond | None, ...] = children(cond) if cond is not None else ()
    return parts if len(parts) == len(reason.children) else (None,) * len(reason.children)


def outlooks(life: Lifecycle) -> list[Outlook]:
    """Every way out of the present phase, those that lead to something good first; what keeps a customer there is left out.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("signed", default=False)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=signed)
        >>> [(way.target, way.open) for way in outlooks(Deal())]
        [('Won', 1)]
    """
    definition = life.definition
    path = life.phase.path
    return [
        Outlook(
            place_label(definition, way.target),
            way.name,
            tuple(as_items(life.explain(way), way.when)),
            not unwanted(definition, way, path),
        )
        for way in ways_by_hope(definition, path)
    ]


def hoped_for(ways: list[Outlook]) -> list[Outlook]:
    """The ways into the next phase that the team hopes for: those that share the first one's target, the nearest first.

    Example:
        >>> [way.name for way in hoped_for([Outlook("Success", "adopt", ()), Outlook("Growth", "grow", ())])]
        ['adopt']
        >>> hoped_for([Outlook("Churned", "lose", (), wanted=False)])
        []
    """
    wanted = [way for way in ways if way.wanted]
    return sorted((way for way in wanted if way.target == wanted[0].target), key=lambda way: way.open) if wanted else []


def as_data(way: Outlook) -> dict[str, Any]:
    """A checklist for JSON.

    Example:
        >>> as_data(Outlook("Success", "adopt", ()))["to"]
        'Success'
    """
    items = [{"words": i.words, "met": i.truth, "value": i.value, "depth": i.depth} for i in way.items]
    return {"to": way.target, "transition": way.name, "wanted": way.wanted, "open": way.open, "needs": items}


def render(way: Outlook, marks: Marks) -> RenderableType:
    """The checklist, values beside the conditions; of a way that nobody wants, what is true is what stands out.

    Example:
        >>> from rich.console import Console
        >>> from clmstate.cli.screen import Marks
        >>> way = Outlook("Success", "adopt", (Item("health at least 70", False, "health 55", 0),))
        >>> Console(width=60).print(render(way, Marks()))
        ✗ health at least 70  health 55
    """
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2, 0, 0))
    styles = {True: "green", False: "red", None: "yellow"} if way.wanted else {True: "red", False: "green", None: "yellow"}
    calm = way.wanted
    valued = any(item.value for item in way.items)
    for item in way.items:
        line = Table.grid(padding=(0, 1, 0, 0))
        line.add_row(
            Text(marks.truth(item.truth), f"bold {styles[item.truth]}"), Text(item.words, "dim" if item.truth is calm else "")
        )
        cell = Padding(line, (0, 0, 0, 2 * item.depth))
        if valued:
            grid.add_row(cell, Text(item.value, "dim"))
        else:
            grid.add_row(cell)
    return grid
