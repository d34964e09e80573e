"""Compositions in words: their parts, what opens a branch, and what each part learns from the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from clmstate.cli.models import Model
from clmstate.cli.screen import Screen
from clmstate.composition import Composition, CompositionDefinition, PartDefinition
from clmstate.lifecycle import LifecycleDefinition
from clmstate.presenting.criteria import learned

__all__ = ["PartLine", "composition_document", "lines", "show_composition"]


@attrs.frozen
class PartLine:
    """One part of a composition, in words.

    Attributes:
        part: its name.
        what: one or many of which lifecycle.
        opens: when a branch opens, if an event opens it.
        learns: what it learns from other parts, with those it comes from.

    Example:
        >>> PartLine("users", "many User", "", ()).part
        'users'
    """

    part: str
    what: str
    opens: str
    learns: tuple[str, ...]


def lines(definition: CompositionDefinition) -> Iterator[PartLine]:
    """The parts of a composition in order of declaration.

    Example:
        >>> from clmstate import Composition, Lifecycle, Many, Phase
        >>> class User(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     users = Many(User)
        >>> [line.what for line in lines(Account.definition)]
        ['many User']
    """
    for part in definition.parts.values():
        wires = [wire for wire in definition.wires if wire.part == part.name]
        learns = tuple(learned(definition, wire) for wire in wires)
        yield PartLine(part.name, f"{'many' if part.many else 'one'} {part.member.name}", _opens(definition, part), learns)


def _opens(definition: CompositionDefinition, part: PartDefinition) -> str:
    if part.opens_on is None:
        return ""
    owner, event = part.opens_on
    member = definition.parts[owner].member
    label = member.events[event].label if isinstance(member, LifecycleDefinition) else event
    return f"{label} ({owner})"


def composition_document(model: Model) -> dict[str, Any]:
    """A composition for JSON.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> composition_document(Model(Account, "account.py"))["parts"][0]["what"]
        'one Deal'
    """
    d = _definition(model)
    parts = [attrs.asdict(line) for line in lines(d)]
    return {
        "name": d.name,
        "title": d.title,
        "market": d.market,
        "version": d.version,
        "doc": d.doc,
        "source": model.source,
        "parts": parts,
    }


def show_composition(model: Model, screen: Screen) -> None:
    """A composition on the screen.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> show_composition(Model(Account, "account.py"), Screen(plain=True))
        <BLANKLINE>
         Account  account.py
         deal  one Deal
        <BLANKLINE>
    """
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    d = _definition(model)
    more = [model.source, *([f"market {d.market}"] if d.market else []), *([f"version {d.version}"] if d.version else [])]
    screen.line()
    screen.show(
        Padding(Text.assemble((d.title, "bold"), ("  " + f" {screen.marks.bullet} ".join(more), "dim")), (0, 1), expand=False)
    )
    if d.doc:
        screen.show(Padding(Text(" ".join(d.doc.partition("\n\n")[0].split()), "italic"), (0, 1), expand=False))
    grid = Table.grid(padding=(0, 2, 0, 0))
    known = tuple(lines(d))
    more_to_say = any(line.opens or line.learns for line in known)
    for line in known:
        said = [f"opens on: {line.opens}"] if line.opens else []
        said += [f"learns: {learned}" for learned in line.learns]
        grid.add_row(Text(line.part, "bold"), Text(line.what), *([Text("\n".join(said))] if more_to_say else []))
    screen.show(Padding(grid, (0, 1), expand=False))
    screen.line()


def _definition(model: Model) -> CompositionDefinition:
    assert issubclass(model.what, Composition)
    return model.what.definition
