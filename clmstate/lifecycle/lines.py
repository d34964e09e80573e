"""Where in a file a class body declares what, so that a mistake names its line."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from clmstate.conditions import Home
from clmstate.errors import Diagnostic

__all__ = ["Names", "Spot", "forgotten", "located", "made", "spot"]

Spot = tuple[str, int]
"""A file and a line; the file is empty where nobody could open it."""


class Names(dict[str, Any]):
    """The namespace of a class body in which a group may stand; it knows what was made in it without a name so far, and where.

    Example:
        >>> Names(health=80).nameless
        {}
    """

    home: Home

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.nameless: dict[int, tuple[Any, Spot]] = {}


def made(thing: object, depth: int = 3) -> None:
    """Notes in the class body around that something was made there; whoever binds it to a name takes the note away.

    Args:
        thing: what was made.
        depth: how many calls away the class body is.

    Example:
        >>> made("outside a class body nothing is noted")
    """
    names = sys._getframe(depth).f_locals
    if isinstance(names, Names):
        names.nameless[id(thing)] = (thing, spot(depth))


def forgotten(thing: object) -> None:
    """Takes the note away, because something else was made of it.

    Example:
        >>> forgotten("outside a class body there is no note")
    """
    names = sys._getframe(2).f_locals
    if isinstance(names, Names):
        names.nameless.pop(id(thing), None)


def spot(depth: int = 1) -> Spot:
    """Where the class body stands that called the caller of this function.

    Args:
        depth: how many calls lie between.

    Example:
        >>> def declared():
        ...     return spot()
        >>> declared()  # in a doctest there is no file
        ('', 0)
    """
    frame = sys._getframe(depth + 1)
    module = frame.f_globals.get("__name__", "")
    written = not frame.f_code.co_filename.startswith("<") and module != "types" and not module.startswith("clmstate.")
    return (frame.f_code.co_filename, frame.f_lineno) if written else ("", 0)


def located(mistakes: Iterable[Diagnostic], name: str, spots: Iterable[Mapping[str, Spot]]) -> Iterator[Diagnostic]:
    """Mistakes of a class, each with the file and line of the declaration that it is about.

    Args:
        mistakes: what was found.
        name: the class.
        spots: where it and its parents declare what; a class itself goes by the empty name.

    Example:
        >>> mistake = Diagnostic("CLM110", "Deal.win", "nothing decides when it is taken", "give when= or on=")
        >>> next(located([mistake], "Deal", [{"win": (__file__, 7)}])).where.endswith("lines.py, line 7")
        True
    """
    known = list(spots)
    for mistake in mistakes:
        yield attrs.evolve(mistake, where=_said(mistake.place, name, known))


def _said(place: str, name: str, spots: list[Mapping[str, Spot]]) -> str:
    head, *inside = place.partition(",")[0].split(".")
    if head != name:
        return ""
    for length in range(len(inside), -1, -1):  # of what stands in a group, the group's line is better than none
        for declared in spots:
            file, line = declared.get(".".join(inside[:length]), ("", 0))
            if near := _near(file):
                return f"{near}, line {line}"
    return ""


def _near(file: str) -> str:
    """A file as people call it who stand where we stand; empty if there is none."""
    from pathlib import Path  # only mistakes need it

    path = Path(file)
    if not file or not path.is_file():
        return ""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (OSError, ValueError):
        return path.as_posix()
