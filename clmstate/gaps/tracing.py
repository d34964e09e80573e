"""Where each item of a list lives in models, and what shows it: a sample customer in whose life it comes alive, or a test."""

from __future__ import annotations

import importlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal

import attrs

from clmstate.gaps.alive import Alive, Key
from clmstate.gaps.elements import Cited
from clmstate.gaps.items import Item

__all__ = ["Home", "Trace", "Traced", "trace"]

State = Literal["shown", "context", "not shown", "nowhere"]


@attrs.frozen
class Home:
    """One place where an item lives.

    Attributes:
        place: the element, as ``Contract.relapse``, or the feature.
        kind: what sort of element it is; "feature" for a feature.
        source: the file of the model; "" for a feature.
        seen: when a sample customer first brought it to life; None if none did.

    Example:
        >>> Home("Contract.relapse", "transition", "models/dynamic/contract.py").seen is None
        True
    """

    place: str
    kind: str
    source: str = ""
    seen: Alive | None = None


@attrs.frozen
class Traced:
    """One item, traced.

    Attributes:
        item: the item.
        homes: where it lives.
        tests: the tests that say they show it.

    Example:
        >>> Traced(Item("S4.11", "rule", "a user may learn while the account renews"), (), ()).state
        'nowhere'
    """

    item: Item
    homes: tuple[Home, ...]
    tests: tuple[str, ...]

    @property
    def seen(self) -> tuple[Alive, ...]:
        """The days on which sample customers brought it to life, each once."""
        return tuple(dict.fromkeys(home.seen for home in self.homes if home.seen is not None))

    @property
    def state(self) -> State:
        """Context, nowhere, not shown, or shown. A rule is shown by tests alone, anything else by a sample customer too."""
        if self.item.context:
            return "context"
        if not self.homes:
            return "nowhere"
        return "shown" if self.tests or (self.seen and not self.item.is_rule) else "not shown"


@attrs.frozen
class Trace:
    """All items, traced.

    Attributes:
        items: one for each item of the list, in its order.
        unknown: what elements cite and the list does not have, with who cites it.

    Example:
        >>> Trace((), ()).complete
        True
    """

    items: tuple[Traced, ...]
    unknown: tuple[tuple[str, str], ...]

    @property
    def complete(self) -> bool:
        """Whether every item is shown or context, and no element cites what is not in the list."""
        return not self.unknown and all(traced.state in ("shown", "context") for traced in self.items)

    def count(self, state: State) -> int:
        """How many items are in a state."""
        return sum(traced.state == state for traced in self.items)


def trace(
    items: Iterable[Item],
    elements: Iterable[tuple[str, Cited]],
    alive: Mapping[Key, Alive],
    tests: Mapping[str, tuple[str, ...]],
    commands: Iterable[str] = (),
) -> Trace:
    """Brings together what is to be answered, who says that it answers it, and what shows that this is so.

    Args:
        items: the list.
        elements: elements that cite items, each with the file of its model.
        alive: when elements came alive, from :func:`clmstate.gaps.alive_in`.
        tests: tests by item, from :func:`clmstate.gaps.marked_tests`.
        commands: the commands that there are; a feature ``clmstate NAME`` must be one of them.

    Example:
        >>> item = Item("S4.19", "phase+criteria", "adopted by a criterion that is written down")
        >>> element = Cited("Contract", "phase", "adoption", ("S4.19",))
        >>> found = trace([item], [("contract.py", element)], {}, {"S4.19": ("tests/test_a.py::test_adopt",)})
        >>> found.items[0].state, found.complete
        ('shown', True)
    """
    homes: dict[str, list[Home]] = defaultdict(list)
    for source, element in elements:
        seen = alive.get((element.model, element.kind, element.name))
        for ref in element.refs:
            homes[ref].append(Home(element.place, element.kind, source, seen))
    known = tuple(commands)
    traced = []
    for item in items:
        features = tuple(Home(feature, "feature") for feature in item.features if _is_there(feature, known))
        traced.append(Traced(item, (*homes.get(item.id, ()), *features), tests.get(item.id, ())))
    listed = {one.item.id for one in traced}
    unknown = [(ref, home.place) for ref, places in homes.items() if ref not in listed for home in places]
    unknown += [(ref, test) for ref, names in tests.items() if ref not in listed for test in names]
    return Trace(tuple(traced), tuple(unknown))


def _is_there(feature: str, commands: tuple[str, ...]) -> bool:
    """Whether a feature exists: a command of ours, or a name in a module."""
    words = feature.split()
    if words[:1] == ["clmstate"]:
        return len(words) > 1 and words[1] in commands
    module, _, name = feature.partition(":")
    try:
        return bool(name) and hasattr(importlib.import_module(module), name)
    except ImportError:
        return False
