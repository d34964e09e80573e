"""A definition in which some things are called otherwise, so that it can be compared with a version that calls them so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from clmstate.analysis.versions.document import Definition, Json, document
from clmstate.analysis.versions.reading import read_document

__all__ = ["path_of", "renamed"]

_NAMES: Final = frozenset(
    (
        *("flag", "signal", "weight", "threshold", "days_until", "days_since", "days_since_event", "times_of_event"),
        *("on", "after", "port", "event", "name", "group"),
    )
)
_PATHS: Final = frozenset(("visits", "in_phase", "from", "to", "phases"))
_LISTED: Final = frozenset(
    ("signals", "thresholds", "events", "phases", "conditions", "transitions", "milestones", "risks", "gaps", "parts")
)
"""Lists whose items are elements with a name; a play or a team has a name too, and keeps it."""


def renamed(definition: Definition, names: Mapping[str, str]) -> Definition:
    """The same definition with other names, everywhere they are used. Of a phase in a group the path is given: ``renewal.happy``.

    Raises:
        InputError, DefinitionError: with these names it is no definition; one may be given twice.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> list(renamed(Deal.definition, {"new": "fresh"}).phases)
        ['fresh']
    """
    if not names:
        return definition
    data = document(definition)
    for kind in ("lifecycles", "compositions"):
        for key, one in data.get(kind, {}).items():
            data[kind][key] = {k: _walked(v, k, names, listed=k in _LISTED) for k, v in one.items()} | {"name": one["name"]}
    return read_document(data, definition.name).main.definition


def path_of(path: str, names: Mapping[str, str]) -> str:
    """The new path of a phase or group: its own, or that of its group and its own last name.

    Example:
        >>> path_of("renewal.happy", {"renewal": "extension"})
        'extension.happy'
    """
    if path in names:
        return names[path]
    group, dot, child = path.rpartition(".")
    return f"{names.get(group, group)}{dot}{child}"


def _walked(value: Json, key: str, names: Mapping[str, str], *, listed: bool = False) -> Json:
    match value:
        case dict() if key == "accepts":
            code, space, name = value["finding"].partition(" ")
            return {**value, "finding": f"{code}{space}{path_of(name, names)}"}
        case dict():
            made = {k: v if k == "name" and not listed else _walked(v, k, names) for k, v in value.items()}
            if listed and "group" in value:
                inside = [{**p, "name": f"{value['group']}.{p['name']}"} for p in value["phases"]]
                made["phases"] = [_last(_walked(p, "phases", names, listed=True)) for p in inside]
            return made
        case list():
            return [_walked(item, key, names, listed=listed) for item in value]
        case str() if key in _PATHS or key == "name":
            return path_of(value, names)
        case str() if key in _NAMES or key == "part":
            return names.get(value, value)
        case _:
            return value


def _last(phase: dict[str, Any]) -> dict[str, Any]:
    return {**phase, "name": phase["name"].rpartition(".")[2]}
