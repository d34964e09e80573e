"""What every facade of a condition does: it carries its mistakes along, and refuses what means nothing for it.

It does not know conditions: the facade of conditions puts itself where a refusal needs one.
"""

from __future__ import annotations

import copy
import math
import re
import sys
from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, ClassVar, Final, Never, Self

from clmstate.conditions.mistakes import Home, Mistake
from clmstate.conditions.truth import truth_asked
from clmstate.errors import BadValueError, DefinitionError, Diagnostic, shown
from clmstate.signals import LARGEST, show_number

if TYPE_CHECKING:
    from clmstate.conditions.facade import Condition

__all__ = [
    "LOGICAL",
    "Built",
    "Chosen",
    "Origin",
    "Refusing",
    "assigned",
    "described",
    "no_condition",
    "number_faults",
    "text_faults",
]

Origin = tuple[frozenset[Home], tuple[Mistake, ...]]
"""The lifecycles that names come from, and the mistakes made on the way."""


class Refusing:
    """Answers the operators that make no sense for it with a mistake that travels, instead of a traceback."""

    __slots__ = ()
    _broken: ClassVar[Callable[[frozenset[Home], tuple[Mistake, ...]], Condition]]
    _instead: ClassVar[str] = "compare a signal with something, as in (health >= 70)"

    def _described(self) -> str:
        return f"{shown(self)} is {_a(type(self).__name__)}"

    def _refuse(self, symbol: str, other: object) -> Condition:
        """A condition that says nothing but what went wrong."""
        if symbol in LOGICAL:
            mistake = no_condition(self)
        else:
            mistake = Mistake("CLM112", f"{self._described()}, for which '{symbol}' means nothing", self._instead)
        built = [side for side in (self, other) if isinstance(side, Built)]
        return Refusing._broken(*(built[0]._with(*built, mistakes=(mistake,)) if built else (frozenset(), (mistake,))))


_LIKE_A_RULE: Final = re.compile(r"[<>=&|~]|^\w+$")
_NUMBER_SAID: Final = re.compile(r"\s*(?P<digits>-?\d+(\.\d+)?)\s*(?P<percent>%)?\s*")

LOGICAL: Final = frozenset("&|^~")
"""Operators that join conditions."""

_OPERATORS: Final = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "truediv": "/",
    "floordiv": "//",
    "mod": "%",
    "pow": "**",
    "matmul": "@",
    "lshift": "<<",
    "rshift": ">>",
    "and": "&",
    "or": "|",
    "xor": "^",
}
_COMPARISONS: Final = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_UNARY: Final = {"neg": "-", "pos": "+", "invert": "~", "abs": "abs()"}


def _refusal(symbol: str) -> Callable[..., Condition]:
    def refuse(self: Refusing, other: object = None) -> Condition:
        return self._refuse(symbol, other)

    return refuse


# Set from outside, so that editors and type checkers do not see them: there, `number & flag` is an error.
for _name, _symbol in (_OPERATORS | _COMPARISONS | _UNARY).items():
    setattr(Refusing, f"__{_name}__", _refusal(_symbol))
for _name, _symbol in _OPERATORS.items():
    setattr(Refusing, f"__r{_name}__", _refusal(_symbol))


def _no_contents(self: Refusing, item: object) -> Never:
    mistake = Mistake("CLM113", f"{self._described()}, which holds nothing, so 'in' cannot ask for {shown(item)}", self._instead)
    raise DefinitionError([mistake.at("condition")])


setattr(Refusing, "__contains__", _no_contents)  # noqa: B010 -- hidden for the same reason


class Chosen(Refusing):
    """What ``and`` and ``or`` would choose between instead of joining it; it says so instead of having a truth."""

    __slots__ = ()
    _joined: ClassVar[str]
    """What to write instead."""

    def __bool__(self) -> Never:
        cause = f"{self._described()}, neither true nor false, so 'and', 'or', 'not' and 'if' would drop part of what is meant"
        raise DefinitionError([Mistake("CLM113", cause, self._joined).at("class body")])


class Built(Refusing):
    """What every facade has: where its names come from, and what went wrong while it was built."""

    _homes: frozenset[Home] = frozenset()
    _mistakes: tuple[Mistake, ...] = ()
    _measured: ClassVar[bool] = False
    """Whether it knows how to compare itself with a threshold."""

    def __bool__(self) -> Never:
        place, mistake = truth_asked(sys._getframe(1))
        raise DefinitionError([mistake.at(place)])

    @property
    def _carried(self) -> tuple[Mistake, ...]:
        """The mistakes that whatever is built from it must report."""
        return self._mistakes

    def _with(self, *others: object, mistakes: tuple[Mistake, ...] | list[Mistake] = ()) -> Origin:
        """The homes and mistakes of this facade and some others together."""
        built = [self, *(other for other in others if isinstance(other, Built))]
        wrong = dict.fromkeys([mistake for each in built for mistake in each._carried] + list(mistakes))
        return frozenset[Home]().union(*(each._homes for each in built)), tuple(wrong)

    def _told(self) -> Self:
        """The same without its mistakes, once they have been reported under its name."""
        twin = copy.copy(self)
        twin._mistakes = ()
        return twin


def _a(noun: str) -> str:
    return f"{'an' if noun[:1] in 'AEIOUaeiou' else 'a'} {noun}"


def described(thing: object) -> str:
    """What something is, for a sentence about why it does not belong there.

    Example:
        >>> described(5)
        '5 is an int'
    """
    if isinstance(thing, Refusing):
        return thing._described()
    if isinstance(thing, FunctionType):  # its repr is an address
        return "this is a lambda" if thing.__name__ == "<lambda>" else f"'{thing.__name__}' is a function"
    return f"{shown(thing)} is {_a('text' if isinstance(thing, str) else type(thing).__name__)}"


def no_condition(thing: object) -> Mistake:
    """What is said of something that stands where a condition should.

    Example:
        >>> no_condition(True).cause
        'True is a bool, not a condition'
    """
    return Mistake("CLM112", f"{described(thing)}, not a condition", _instead_of(thing))


def _instead_of(thing: object) -> str:
    """What to write where something stands that is no condition."""
    plain = Refusing._instead
    if isinstance(thing, Refusing):
        return thing._instead
    if isinstance(thing, bool):
        return f"{plain}; a flag or a named condition stands for itself, without 'is True' or '== True' behind it"
    if isinstance(thing, str) and _LIKE_A_RULE.search(thing):
        return "write it without quotation marks, and each comparison in parentheses, as in (health >= 70)"
    if callable(thing):
        return f"{plain}: what is only run can be neither proved nor drawn"
    return plain


def text_faults(code: str, what: str, text: object, *, remedy: str = "give a text", label: bool = False) -> list[Mistake]:
    """What is wrong with a text that somebody gave; a label is one line that says something.

    Example:
        >>> text_faults("CLM118", "the label", 5, label=True)[0].cause
        'the label 5 is not a text'
    """
    if not isinstance(text, str):
        return [Mistake(code, f"{what} {shown(text)} is not a text", remedy)]
    try:
        text.encode()
    except UnicodeEncodeError:
        return [Mistake(code, f"{what} {text!a:.60} holds half a character", remedy)]
    if label and not text.strip():
        return [Mistake(code, f"{what} is empty", remedy)]
    if label and any(c < " " or c == "\x7f" for c in text):
        return [Mistake(code, f"{what} {shown(text)} is not one line", remedy)]
    return []


def number_faults(number: object) -> list[Mistake]:
    """What is wrong with a constant in a condition.

    Example:
        >>> number_faults(True)[0].cause
        'True is not a number'
    """
    if isinstance(number, Built):
        return [Mistake("CLM112", f"{number._described()}, not a number", "compare numbers with numbers")]
    if number is None:
        return [Mistake("CLM112", "None is not a number", "ask is_missing() for missing values")]
    if isinstance(number, str) and (said := _NUMBER_SAID.fullmatch(number)) is not None:
        meant = f"{float(said['digits']) / 100:g}" if said["percent"] else said["digits"]
        return [Mistake("CLM112", f"{shown(number)} is a text, not a number", f"write it without quotation marks: {meant}")]
    if isinstance(number, bool) or not isinstance(number, int | float):
        return [
            Mistake("CLM112", f"{shown(number)} is not a number", "compare a number with a number, a threshold or another signal")
        ]
    if not -LARGEST <= number <= LARGEST:  # not a number is neither
        what = "too large to be exact" if isinstance(number, int) or math.isfinite(number) else "not a finite number"
        return [Mistake("CLM112", f"{shown(number)} is {what}", f"give a number up to {show_number(LARGEST)}")]
    return []


def assigned(instance: object, name: str, remedy: str) -> BadValueError:
    """What is raised when somebody assigns to a declared name of a customer.

    Example:
        >>> print(assigned(object(), "health", "report it with observe(health=...)"))
        CLM207 object: 'health' is set by assignment, so nothing would move. Report it with observe(health=...).
    """
    cause = f"'{name}' is set by assignment, so nothing would move"
    return BadValueError([Diagnostic("CLM207", type(instance).__name__, cause, remedy)])
