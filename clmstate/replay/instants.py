"""Rows gathered into observations: everything about one customer at one instant, by `MEANING` 6 and 7."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator

import attrs

from clmstate.errors import Diagnostic
from clmstate.replay.rows import Rejected, Row
from clmstate.signals import CLEAR, Clear, Value

__all__ = ["Instant", "by_instant"]

Target = tuple[str, str, str]
"""What a value is given to: part, instance, signal."""


@attrs.frozen
class Instant:
    """All rows about one customer at one instant.

    Attributes:
        customer: whom they are about.
        at_us: when.
        rows: those that can be played, in the order of the file.
        rejected: those that contradict or repeat each other.

    Example:
        >>> Instant("Acme", 0, ()).rows
        ()
    """

    customer: str
    at_us: int
    rows: tuple[Row, ...]
    rejected: tuple[Rejected, ...] = ()


def by_instant(rows: Iterable[Row], place: Callable[[int], str] = "row {}".format) -> Iterator[Instant]:
    """The rows by customer and time; rows of one instant keep the order of the file.

    Two rows that give one signal two values are both rejected; of rows that say the same, the first is kept.

    Args:
        rows: in any order.
        place: how a diagnostic names a row by its number.

    Example:
        >>> rows = [Row("Acme", 1, values={"health": 80}, number=2), Row("Acme", 0, number=3), Row("Acme", 1, values={"health": 70}, number=4)]
        >>> for instant in by_instant(rows):
        ...     print(instant.at_us, len(instant.rows), [str(r) for r in instant.rejected])
        0 1 []
        1 0 ["CLM316 row 2: 'health' has two values at this instant, see also row 4. Keep the one that is true.", "CLM316 row 4: 'health' has two values at this instant, see also row 2. Keep the one that is true."]
    """
    ordered = sorted(rows, key=lambda row: (row.customer, row.at_us))
    for (customer, at_us), group in itertools.groupby(ordered, key=lambda row: (row.customer, row.at_us)):
        together = tuple(group)
        if len(together) == 1 and together[0].event != "@clear":
            yield Instant(customer, at_us, together)
            continue
        wrong = {**_repeated(together, place), **_contradicting(together, place)}
        used = tuple(row for i, row in enumerate(together) if i not in wrong)
        yield Instant(customer, at_us, used, tuple(wrong[i] for i in sorted(wrong)))


def _targets(row: Row) -> Iterator[tuple[Target, Value | Clear]]:
    """What a row gives to which signal; a column that names a part says more than the column `part`."""
    for name, value in row.values.items():
        part, _, signal = name.rpartition(".")
        yield (part, row.instance, signal), value
    if row.event == "@clear":
        yield from (((row.part, row.instance, signal), CLEAR) for signal in row.details["signals"])


def _contradicting(rows: tuple[Row, ...], place: Callable[[int], str]) -> dict[int, Rejected]:
    given: dict[Target, dict[Value | Clear, list[int]]] = {}
    for index, row in enumerate(rows):
        for target, value in _targets(row):
            given.setdefault(target, {}).setdefault(value, []).append(index)
    told: dict[tuple[str, str, str], dict[str, list[int]]] = {}
    for index, row in enumerate(rows):
        if row.event in ("@start", "@move"):
            told.setdefault((row.part, row.instance, row.event), {}).setdefault(_key(row), []).append(index)
    wrong: dict[int, list[Diagnostic]] = {}

    def contradict(indexes: list[int], cause: str) -> None:
        for index in indexes:
            others = [place(rows[other].number).rpartition(", ")[2] for other in indexes if other != index]
            also = f", see also {', '.join(others[:3])}" if others else " in this row"
            wrong.setdefault(index, []).append(
                Diagnostic("CLM316", place(rows[index].number), cause + also, "keep the one that is true")
            )

    for (_, _, signal), values in given.items():
        if len(values) > 1:
            contradict(sorted({i for indexes in values.values() for i in indexes}), f"'{signal}' has two values at this instant")
    for (_, _, event), ways in told.items():
        if len(ways) > 1:
            contradict(
                sorted(i for indexes in ways.values() for i in indexes),
                f"'{event}' is said twice, and differently, at this instant",
            )
    return {index: Rejected(rows[index].number, tuple(found), rows[index].customer) for index, found in wrong.items()}


def _repeated(rows: tuple[Row, ...], place: Callable[[int], str]) -> dict[int, Rejected]:
    first: dict[tuple[str, str, str, str, frozenset[tuple[str, Value]]], int] = {}
    wrong = {}
    for index, row in enumerate(rows):
        seen = first.setdefault((row.part, row.instance, row.event, _key(row), frozenset(row.values.items())), index)
        if seen != index:
            cause = f"it says the same as {place(rows[seen].number).rpartition(', ')[2]}, for the same instant"
            fault = Diagnostic("CLM317", place(row.number), cause, "remove one of them, or give it its own time")
            wrong[index] = Rejected(row.number, (fault,), row.customer)
    return wrong


def _key(row: Row) -> str:
    return json.dumps(row.details, sort_keys=True)
