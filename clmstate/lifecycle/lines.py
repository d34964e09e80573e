"""Where in a file a class body declares what, so that a mistake names its line."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping

import attrs

from clmstate.errors import Diagnostic

__all__ = ["Spot", "located", "spot"]

Spot = tuple[str, int]
"""A file and a line; the file is empty where nobody could open it."""


def spot() -> Spot:
    """Where the class body stands that called the caller of this function.

    Example:
        >>> def declared():
        ...     return spot()
        >>> declared()  # in a doctest there is no file
        ('', 0)
    """
    frame = sys._getframe(2)
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
