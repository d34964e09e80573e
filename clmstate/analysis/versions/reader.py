"""Reading JSON that anybody may have written: what stands there, and a diagnostic with its place where something else should."""

from __future__ import annotations

import json
import keyword
import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NoReturn, TypeVar

import attrs

from clmstate.errors import Diagnostic, InputError, did_you_mean, shown

__all__ = ["DEEPEST", "Reader", "Unknown", "Unreadable", "parsed"]

T = TypeVar("T")

DEEPEST: Final = 200
"""How deep JSON may nest: far more than a rule that a person could read, and less than would exhaust Python."""


_LONGEST: Final = 160
"""Letters of a place, beyond which its middle is left out."""


class Unreadable(InputError):
    """Something in a frozen definition is not what should stand there.

    Example:
        >>> Reader(5, "frozen.json").text()
        Traceback (most recent call last):
        ...
        clmstate.analysis.versions.reader.Unreadable: CLM372 frozen.json: 5 is not a text. Give a text.
    """


class Unknown(Unreadable):
    """A name stands for nothing; where what it should stand for could not be read, that has been said already.

    Example:
        >>> issubclass(Unknown, Unreadable)
        True
    """


def parsed(text: str | bytes, source: str) -> Any:
    """The data of a JSON text.

    Raises:
        Unreadable: CLM370, it is not JSON; numbers that are no numbers, and a key that is given twice, are not either.

    Example:
        >>> parsed('{"a": 1, "a": 2}', "frozen.json")
        Traceback (most recent call last):
        ...
        clmstate.analysis.versions.reader.Unreadable: CLM370 frozen.json: it is not JSON: the key 'a' is given twice. ...
    """
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except RecursionError:
        cause = "it nests too deeply"
    except ValueError as error:
        cause = f"it is not JSON: {str(error)[:200]}"
    raise Unreadable([Diagnostic("CLM370", source, cause, "write it with clmstate freeze")])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {shown(key)} is given twice")
        found[key] = value
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


@attrs.frozen
class Reader:
    """A value and its place.

    Attributes:
        value: what stands there.
        place: where, such as ``frozen.json, lifecycles.Contract.signals[2]``.
        depth: how deep.

    Example:
        >>> Reader({"label": "Success"}, "frozen.json").at("label").text()
        'Success'
    """

    value: Any
    place: str
    depth: int = 0

    def wrong(self, cause: str, remedy: str, code: str = "CLM372") -> Unreadable:
        """An error at this place."""
        place = self.place if len(self.place) <= _LONGEST else f"{self.place[: _LONGEST // 2]}…{self.place[-_LONGEST // 2 :]}"
        return Unreadable([Diagnostic(code, place, cause, remedy)])

    def deeper(self) -> None:
        """Refuses what nests too deeply."""
        if self.depth > DEEPEST:
            raise self.wrong("it nests too deeply", f"keep conditions within {DEEPEST} levels")

    # ---- objects and lists

    def names(self) -> Iterable[str]:
        """The keys of an object."""
        if not isinstance(self.value, dict):
            raise self.wrong(f"{shown(self.value)} is not an object", "give an object: {...}")
        return self.value.keys()

    def only(self, *needed: str, also: Iterable[str] = ()) -> Reader:
        """The same object, once its keys are known to be right."""
        known = (*needed, *also)
        unknown = [key for key in self.names() if key not in known]
        if unknown:
            raise self.wrong(f"it has a key {shown(unknown[0])}, which means nothing there", did_you_mean(unknown[0], known))
        missing = [key for key in needed if key not in self.value]
        if missing:
            raise self.wrong(f"'{missing[0]}' is missing", f"give {', '.join(needed)}")
        return self

    def has(self, key: str) -> bool:
        """Whether an object has a key."""
        return key in self.names()

    def at(self, key: str) -> Reader:
        """What stands under a key."""
        if key not in self.names():
            raise self.wrong(f"'{key}' is missing", f"give '{key}'")
        joint = ", " if not self.depth else "."
        return Reader(self.value[key], f"{self.place}{joint}{key}", self.depth + 1)

    def items(self, number: int | None = None) -> list[Reader]:
        """The items of a list, of so many if a number is given."""
        if not isinstance(self.value, list):
            raise self.wrong(f"{shown(self.value)} is not a list", "give a list: [...]")
        if number is not None and len(self.value) != number:
            raise self.wrong(f"it has {len(self.value)} items", f"give {number}")
        return [Reader(item, f"{self.place}[{i}]", self.depth + 1) for i, item in enumerate(self.value)]

    def several(self, key: str) -> list[Reader]:
        """The items of a list under a key that may be left out."""
        return self.at(key).items() if self.has(key) else []

    def named_items(self, key: str) -> Iterator[tuple[str, Reader]]:
        """What stands in a list under a key, each with its name, which is given once."""
        found: set[str] = set()
        for item in self.several(key):
            name = item.at("name").identifier()
            if name in found:
                raise item.wrong(f"the name '{name}' is given twice", "rename one of them")
            found.add(name)
            yield name, item

    # ---- plain values

    def text(self) -> str:
        """A text."""
        if not isinstance(self.value, str):
            raise self.wrong(f"{shown(self.value)} is not a text", "give a text")
        try:
            self.value.encode()
        except UnicodeEncodeError:
            raise self.wrong("the text holds half a character", "give whole characters") from None
        return self.value

    def identifier(self, *, private: bool = False) -> str:
        """A name as Python knows it: names become attributes, and stand in generated code."""
        name = self.text()
        if not name.isidentifier() or keyword.iskeyword(name) or unicodedata.normalize("NFKC", name) != name:
            raise self.wrong(f"{shown(name)} is not a name", "give letters, digits and underscores, as for a variable in Python")
        if name.startswith("_" if not private else "__"):
            raise self.wrong(f"the name '{name}' starts with an underscore", "names that begin so are private: rename it")
        return name

    def truth(self) -> bool:
        """True or False."""
        if not isinstance(self.value, bool):
            raise self.wrong(f"{shown(self.value)} is neither true nor false", "give true or false")
        return self.value

    @property
    def is_number(self) -> bool:
        """Whether it is a number."""
        return isinstance(self.value, int | float) and not isinstance(self.value, bool)

    def number(self) -> int | float:
        """A number."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not (isinstance(value, int) or math.isfinite(value)):
            raise self.wrong(f"{shown(value)} is not a number", "give a number")
        return value

    def one_of(self, known: Iterable[str]) -> str:
        """One of some words."""
        words = tuple(known)
        if self.text() not in words:
            raise self.wrong(f"{shown(self.value)} is not known there", did_you_mean(self.text(), words))
        return self.text()

    def named(self, known: Mapping[str, T], what: str) -> T:
        """What a name stands for."""
        name = self.text()
        if name not in known:
            raise Unknown(self.wrong(f"there is no {what} {shown(name)}", did_you_mean(name, known)).diagnostics)
        return known[name]
