"""A list of items that models are to answer: what somebody said a lifecycle must express, hold or do.

The file is tab-separated text with a header: `id`, `kind`, `text` (in our own words), `context` (why an item needs nothing in a model),
`feature` (a command such as ``clmstate roles``, or ``module:name``, where a feature answers it).
"""

from __future__ import annotations

import csv
import os
from typing import Final

import attrs

from clmstate.errors import Diagnostic, InputError, did_you_mean
from clmstate.writing import finite

__all__ = ["Item", "read_items"]

_COLUMNS: Final = ("id", "kind", "text", "context", "feature")
_REQUIRED: Final = ("id", "kind", "text")


@attrs.frozen
class Item:
    """One item.

    Attributes:
        id: as elements cite it, such as ``S4.11``.
        kind: what sort of thing it is: stage, rule, risk and so on.
        text: what it says, in our own words.
        context: why it is only context; "" if it is to be answered.
        feature: what answers it beside elements of models: commands and functions, separated by commas.

    Example:
        >>> Item("S4.11", "rule", "a user may learn while the account renews").is_rule
        True
    """

    id: str
    kind: str
    text: str
    context: str = ""
    feature: str = ""

    @property
    def is_rule(self) -> bool:
        """Whether it says how things behave, so that only something that runs can show it."""
        return self.kind == "rule"

    @property
    def features(self) -> tuple[str, ...]:
        """The features that answer it."""
        return tuple(filter(None, (feature.strip() for feature in self.feature.split(","))))


def read_items(path: str | os.PathLike[str]) -> tuple[Item, ...]:
    r"""Reads a list of items.

    Raises:
        InputError: CLM301 it cannot be opened, CLM302 it is no text, CLM304 a column is missing, CLM305 a column that is not known,
            CLM364 an item without id or text, or one that is there twice.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "items.tsv"
        ...     _ = path.write_text("id\tkind\ttext\nS4.11\trule\ta user may learn while the account renews\n")
        ...     print(*read_items(path))
        Item(id='S4.11', kind='rule', text='a user may learn while the account renews', context='', feature='')
    """
    source = os.fspath(path)
    try:
        lines = finite(path).read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise InputError([Diagnostic("CLM302", source, "it is not text in UTF-8", "save it as UTF-8")]) from None
    except (OSError, ValueError) as error:
        cause = f"it cannot be opened ({getattr(error, 'strerror', None) or error})"
        raise InputError([Diagnostic("CLM301", source, cause, "name a tab-separated list of items")]) from None
    rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    header = tuple(next(rows, ()))
    wrong = [
        Diagnostic("CLM304", source, f"the column '{c}' is missing", f"give it {', '.join(_COLUMNS)}")
        for c in _REQUIRED
        if c not in header
    ]
    wrong += [
        Diagnostic("CLM305", source, f"the column '{c}' is not known", did_you_mean(c, _COLUMNS))
        for c in header
        if c not in _COLUMNS
    ]
    if wrong:
        raise InputError(wrong)
    items: dict[str, Item] = {}
    for number, row in enumerate(rows, 2):
        cells = {column: cell.strip() for column, cell in zip(header, row, strict=False)}
        if not any(cells.values()):
            continue
        place = f"{source}, line {number}"
        if not cells.get("id") or not cells.get("text"):
            wrong.append(Diagnostic("CLM364", place, "the item has no id or no text", "fill both"))
        elif cells["id"] in items:
            wrong.append(Diagnostic("CLM364", place, f"the item {cells['id']} is there twice", "remove one"))
        else:
            items[cells["id"]] = Item(**cells)
    if wrong:
        raise InputError(wrong)
    return tuple(items.values())
