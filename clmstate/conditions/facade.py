"""What users write conditions with: thin facades over nodes, carrying the operators.

A facade knows its node, the lifecycles its names come from, and the mistakes made while building it. Nothing is raised while a class
body runs (except where Python would silently drop half a condition): mistakes travel with the condition and are reported together,
with their place, when the class is defined.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Final, Never, Self, TypeGuard, overload

import attrs

from clmstate.conditions.free import reads
from clmstate.conditions.mistakes import Home, Mistake
from clmstate.conditions.nodes import (
    And,
    Between,
    Compare,
    Cond,
    Const,
    DaysInPhase,
    ForDays,
    IsMissing,
    Minus,
    Named,
    Not,
    Op,
    Or,
    Plus,
    SignalRef,
    Term,
    ThresholdRef,
    Times,
    Unless,
    walk,
)
from clmstate.conditions.words import Vocabulary, words
from clmstate.errors import BadValueError, DefinitionError, Diagnostic, did_you_mean, shown
from clmstate.signals import LARGEST, ThresholdSpec, show_number

__all__ = [
    "Built",
    "Condition",
    "Elapsed",
    "Numeric",
    "Refusing",
    "Threshold",
    "assigned",
    "days_in_phase",
    "described",
    "no_condition",
    "node_of",
    "number_faults",
    "refused",
    "text_faults",
    "unless",
]

LONGEST: Final = 100_000
"""The most days that a condition can be asked to hold."""

Origin = tuple[frozenset[Home], tuple[Mistake, ...]]


class Refusing:
    """Answers the operators that make no sense for it with a mistake that travels, instead of a traceback."""

    __slots__ = ()
    _instead: ClassVar[str] = "compare a signal with something, as in (health >= 70)"

    def _described(self) -> str:
        return f"{shown(self)} is {_a(type(self).__name__)}"

    def _refuse(self, symbol: str, other: object) -> Condition:
        """A condition that says nothing but what went wrong."""
        if symbol in _LOGICAL:
            mistake = no_condition(self)
        else:
            mistake = Mistake("CLM112", f"{self._described()}, for which '{symbol}' means nothing", self._instead)
        built = [side for side in (self, other) if isinstance(side, Built)]
        return _broken(*(built[0]._with(*built, mistakes=(mistake,)) if built else (frozenset(), (mistake,))))


_LOGICAL: Final = frozenset("&|^~")
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


class Built(Refusing):
    """What every facade has: where its names come from, and what went wrong while it was built."""

    _homes: frozenset[Home] = frozenset()
    _mistakes: tuple[Mistake, ...] = ()

    def __bool__(self) -> Never:
        mistake = Mistake(
            "CLM113",
            "a condition has no truth of its own, so 'and', 'or', 'not', 'in', 'if' and chained comparisons would drop part of it",
            "use & | ~ with parentheses, between(low, high) for a range, and compare signals only where a condition is wanted",
        )
        raise DefinitionError([mistake.at("condition")])

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
    return thing._described() if isinstance(thing, Refusing) else f"{shown(thing)} is {_a(type(thing).__name__)}"


def no_condition(thing: object) -> Mistake:
    """What is said of something that stands where a condition should.

    Example:
        >>> no_condition(True).cause
        'True is a bool, not a condition'
    """
    instead = thing._instead if isinstance(thing, Refusing) else Refusing._instead
    return Mistake("CLM112", f"{described(thing)}, not a condition", instead)


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
    if isinstance(number, bool) or not isinstance(number, int | float):
        return [
            Mistake("CLM112", f"{shown(number)} is not a number", "compare a number with a number, a threshold or another signal")
        ]
    if not -LARGEST <= number <= LARGEST:  # not a number is neither
        what = "too large to be exact" if isinstance(number, int) or math.isfinite(number) else "not a finite number"
        return [Mistake("CLM112", f"{shown(number)} is {what}", f"give a number up to {show_number(LARGEST)}")]
    return []


class Condition(Built):
    """A rule about a customer: true, false, or unknown while what it reads is missing.

    Built by comparing signals; combined with ``&``, ``|`` and ``~``.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     calm = (health >= 70).named("in good health")
        ...     new = Phase("New", initial=True)
        >>> Deal.calm.words(Deal.definition)
        'in good health'
    """

    def __init__(self, node: Cond, homes: frozenset[Home] = frozenset(), mistakes: tuple[Mistake, ...] = ()) -> None:
        self._node = node
        self._homes = homes
        self._mistakes = mistakes
        if not _is_node(node):
            self._node, self._mistakes = _NOTHING, (*mistakes, no_condition(node))

    @property
    def node(self) -> Cond:
        """The plain data behind the facade."""
        return self._node

    def __and__(self, other: Condition) -> Condition:
        return self._joined(And, self, other)

    def __or__(self, other: Condition) -> Condition:
        return self._joined(Or, self, other)

    def __invert__(self) -> Condition:
        return Condition(Not(self.node), *self._with())

    if not TYPE_CHECKING:  # for editors these do not exist, so that `number & flag` and `a & b >= 0.5` are errors there

        def __rand__(self, other: object) -> Condition:
            return self._joined(And, other, self)

        def __ror__(self, other: object) -> Condition:
            return self._joined(Or, other, self)

        def __eq__(self, other: object) -> Condition:
            return self._compared(other)

        __lt__ = __le__ = __gt__ = __ge__ = __ne__ = __eq__
        __hash__ = object.__hash__

    def _compared(self, other: object) -> Condition:
        if self.node is _NOTHING:
            return _broken(*self._with(other))  # said already, and nothing to compare
        if isinstance(other, bool):
            mistake = Mistake("CLM114", f"a condition is compared with {other}", "write the condition itself, or ~ in front of it")
        else:
            mistake = Mistake(
                "CLM114",
                "a condition is compared as if it were a number: & and | bind tighter than comparisons",
                "put parentheses around each comparison, as in a & (b >= 0.5)",
            )
        homes, wrong = self._with(other, mistakes=(mistake,))
        return _broken(homes, tuple(m for m in wrong if not m.cause.endswith("not a condition")))

    def _joined(self, kind: type[And] | type[Or], left: object, right: object) -> Condition:
        parts: list[Cond] = []
        wrong: list[Mistake] = []
        for side in (left, right):
            if not isinstance(side, Condition):
                wrong.append(no_condition(side))
            elif isinstance(side.node, kind):
                parts.extend(side.node.items)
            else:
                parts.append(side.node)
        return Condition(kind(tuple(parts)), *self._with(left, right, mistakes=wrong))

    def _refuse(self, symbol: str, other: object) -> Condition:
        if self.node is _NOTHING:
            return _broken(*self._with(other))
        return super()._refuse(symbol, other)

    def _described(self) -> str:
        return "this is a condition"

    def is_missing(self) -> Condition:
        """Whether this condition is unknown; itself never unknown.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     health = Signal.score("health")
            >>> (Deal.health >= 70).is_missing().node
            IsMissing(of=Compare(left=SignalRef(name='health'), op='>=', right=Const(value=70)))
        """
        return Condition(IsMissing(self.node), *self._with())

    def for_days(self, days: int | Threshold) -> Condition:
        """Whether this has held at every settled picture for so many days (a whole number, at least 1).

        Its clock runs in every phase, starts at the observation after which this first holds and is never reset by a move.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     quiet = Signal.flag("quiet", default=False)
            >>> Deal.quiet.for_days(14).words(Deal.definition)
            'quiet for 14 days'
        """
        wrong: list[Mistake] = []
        count: Const | ThresholdRef = Const(1)
        if isinstance(days, Threshold):
            count = ThresholdRef(days.spec.name)
        elif not _whole_days(days):
            cause = f"for_days({shown(days)}) is not a whole number of days"
            wrong.append(Mistake("CLM115", cause, f"give 1 to {show_number(LONGEST)} days"))
        else:
            count = Const(days)
        inner = reads(self.node)
        if any(isinstance(node, ForDays) for node in walk(self.node)):
            wrong.append(
                Mistake("CLM115", "for_days stands inside for_days", "combine the two conditions first, then say for how long")
            )
        elif inner.clock or inner.events or inner.phases:
            remedy = "keep events, visits and days out of the inner condition and add them with &"
            wrong.append(Mistake("CLM115", "for_days holds an event or a clock of its own", remedy))
        return Condition(ForDays(self.node, count), *self._with(days, mistakes=wrong))

    def named(self, label: str) -> Condition:
        """The same condition under the business's own name for it.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     health = Signal.score("health")
            >>> (Deal.health >= 70).named("healthy").words(Deal.definition)
            'healthy'
        """
        wrong = text_faults("CLM118", "the name of a condition", label, remedy="say what the business calls it", label=True)
        return Condition(Named(self.node, "?" if wrong else label), *self._with(mistakes=wrong))

    def words(self, vocabulary: Vocabulary) -> str:
        """The condition as the business would say it.

        Args:
            vocabulary: a lifecycle's definition, or anything with the same labels.

        Raises:
            DefinitionError: CLM104, when it has no word for what the condition reads.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     tickets = Signal.count("open ticket")
            >>> (Deal.tickets == 0).words(Deal.definition)
            'no open tickets'
        """
        read = reads(self.node)
        wrong = [
            Mistake("CLM104", f"there is no word for the {what} '{name}'", did_you_mean(name, known))
            for what, names, known in (
                ("signal", read.signals, vocabulary.signals),
                ("threshold", read.thresholds, vocabulary.thresholds),
                ("event", read.events, vocabulary.events),
                ("phase", read.phases, vocabulary.places),
            )
            for name in names
            if name not in known
        ]
        if wrong:
            raise DefinitionError([mistake.at("words") for mistake in wrong])
        return words(self.node, vocabulary)

    def __repr__(self) -> str:
        return f"<Condition {self.node!r}>"


_NOTHING: Final = Or(())


def _tangled(other: object) -> TypeGuard[Condition]:
    """Whether a comparison swallowed a condition, as in ``a < 0.5 & b``."""
    return isinstance(other, Condition) and isinstance(other.node, And | Or)


def _is_node(thing: object) -> bool:
    return isinstance(thing, Cond)


def _whole_days(days: object) -> bool:
    return isinstance(days, int) and not isinstance(days, bool) and 1 <= days <= LONGEST


def unless(condition: Condition) -> Condition:
    """True when the condition is false *or unknown*; itself never unknown.

    Example:
        >>> from clmstate import Lifecycle, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        >>> unless(Deal.health >= 70).words(Deal.definition)
        'health below 70 or unknown'
    """
    given: object = condition
    return Condition(Unless(given.node), *given._with()) if isinstance(given, Condition) else refused(given)


def refused(thing: object) -> Condition:
    """A condition that says nothing but that something else stood in its place.

    Example:
        >>> refused(5)._mistakes[0].cause
        '5 is an int, not a condition'
    """
    return _broken(*Built()._with(thing, mistakes=(no_condition(thing),)))


def _broken(homes: frozenset[Home], mistakes: tuple[Mistake, ...]) -> Condition:
    return Condition(_NOTHING, homes, mistakes)


def node_of(condition: Condition | None) -> Cond | None:
    """The node of a condition; its mistakes, if any, are raised here.

    Raises:
        DefinitionError: all mistakes made while building it.

    Example:
        >>> node_of(None) is None
        True
    """
    if condition is None:
        return None
    given: object = condition
    wrong = given._carried if isinstance(given, Condition) else (no_condition(given),)
    if wrong:
        raise DefinitionError([mistake.at("condition") for mistake in wrong])
    return condition.node


class Numeric(Built):
    """A number that conditions compare: a signal, or a linear expression over signals.

    Example:
        >>> from clmstate import Lifecycle, Signal
        >>> class Deal(Lifecycle):
        ...     bought = Signal.count("seat bought", plural="seats bought")
        ...     used = Signal.count("seat used", plural="seats used")
        >>> (Deal.used + 5 <= 0.8 * Deal.bought).words(Deal.definition)
        'seats used plus 5 at most 80 % of seats bought'
    """

    _instead = "compare it with something, as in (health >= 70)"

    def __init__(self, term: Term, homes: frozenset[Home] = frozenset(), mistakes: tuple[Mistake, ...] = ()) -> None:
        self._term_node = term
        self._homes = homes
        self._mistakes = mistakes

    def _term(self) -> Term:
        return self._term_node

    def _described(self) -> str:
        return "this is a number"

    def _operand(self, other: object) -> tuple[Term, list[Mistake]]:
        match other:
            case Threshold():
                return ThresholdRef(other.spec.name), []
            case Numeric():
                return other._term(), []
            case int() | float() if not number_faults(other):
                return Const(other), []
            case _:
                return Const(0), number_faults(other)

    def _limit(self, other: object) -> tuple[Term, list[Mistake]]:
        """What it is compared with; a signal also looks whether it can ever have such a value."""
        return self._operand(other)

    def _compare(self, op: Op, other: object) -> Condition:
        if _tangled(other):
            return other._compared(self)
        term, wrong = self._limit(other)
        return Condition(Compare(self._term(), op, term), *self._with(other, mistakes=wrong))

    def __lt__(self, other: float | Threshold | Numeric) -> Condition:
        return self._compare("<", other)

    def __le__(self, other: float | Threshold | Numeric) -> Condition:
        return self._compare("<=", other)

    def __gt__(self, other: float | Threshold | Numeric) -> Condition:
        return self._compare(">", other)

    def __ge__(self, other: float | Threshold | Numeric) -> Condition:
        return self._compare(">=", other)

    def __eq__(self, other: float | Threshold | Numeric) -> Condition:  # type: ignore[override]
        return self._compare("==", other)

    def __ne__(self, other: float | Threshold | Numeric) -> Condition:  # type: ignore[override]
        return self._compare("!=", other)

    __hash__ = object.__hash__

    def between(self, low: float | Threshold, high: float | Threshold) -> Condition:
        """Whether it lies between two limits, both included.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     health = Signal.score("health")
            >>> Deal.health.between(40, 69).words(Deal.definition)
            'health between 40 and 69'
        """
        (lowest, wrong_low), (highest, wrong_high) = self._limit(low), self._limit(high)
        wrong = wrong_low + wrong_high + _order_faults(lowest, highest)
        return Condition(Between(self._term(), lowest, highest), *self._with(low, high, mistakes=wrong))

    def is_missing(self) -> Condition:
        """Whether it has no value; itself never unknown.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     health = Signal.score("health")
            >>> Deal.health.is_missing().words(Deal.definition)
            'health unknown'
        """
        term = self._term()
        # an expression is missing exactly when a comparison of it is unknown
        node = IsMissing(term) if isinstance(term, SignalRef) else IsMissing(Compare(term, "==", Const(0)))
        return Condition(node, *self._with())

    def _combine(self, kind: Callable[[Term, Term], Term], left: object, right: object) -> Numeric:
        (a, wrong_a), (b, wrong_b) = self._operand(left), self._operand(right)
        return Numeric(kind(a, b), *self._with(left, right, mistakes=wrong_a + wrong_b))

    def __add__(self, other: float | Threshold | Numeric) -> Numeric:
        return self._combine(Plus, self, other)

    def __radd__(self, other: float | Threshold) -> Numeric:
        return self._combine(Plus, other, self)

    def __sub__(self, other: float | Threshold | Numeric) -> Numeric:
        return self._combine(Minus, self, other)

    def __rsub__(self, other: float | Threshold) -> Numeric:
        return self._combine(Minus, other, self)

    def __mul__(self, factor: float | Threshold) -> Numeric:
        term, wrong = self._operand(factor)
        if not isinstance(term, Const | ThresholdRef):
            remedy = "multiply by a number or a threshold; compare products outside and report them as a signal of their own"
            wrong = [Mistake("CLM116", "two signals are multiplied, so no rule over them could be proved", remedy)]
            term = Const(1)
        return Numeric(Times(term, self._term()), *self._with(factor, mistakes=wrong))

    def __rmul__(self, factor: float | Threshold) -> Numeric:
        return self * factor

    def __neg__(self) -> Numeric:
        return self * -1

    def __truediv__(self, divisor: float) -> Numeric:
        if number_faults(divisor) or divisor == 0:
            mistake = Mistake("CLM116", "only a number other than 0 can divide", "multiply both sides instead, as in a >= 0.8 * b")
            return Numeric(self._term(), *self._with(divisor, mistakes=(mistake,)))
        return self * (1 / divisor)

    def _refuse(self, symbol: str, other: object) -> Condition:
        if symbol in _LOGICAL:
            return super()._refuse(symbol, other)
        mistake = Mistake(
            "CLM116", f"'{symbol}' is not linear, so no rule over it could be proved", "add, subtract, or multiply by a number"
        )
        return _broken(*self._with(other, mistakes=(mistake,)))


def _order_faults(low: Term, high: Term) -> list[Mistake]:
    if isinstance(low, Const) and isinstance(high, Const) and low.value > high.value:
        cause = f"nothing lies between {show_number(low.value)} and {show_number(high.value)}"
        return [Mistake("CLM117", cause, "give the smaller number first")]
    return []


class Elapsed(Built):
    """A clock or a counter: whole days, or how often. It compares with constants and thresholds only.

    Example:
        >>> from clmstate import Lifecycle, Signal
        >>> class Deal(Lifecycle):
        ...     renewal_on = Signal.date("renewal")
        >>> (Deal.renewal_on.days_until <= 120).words(Deal.definition)
        'at most 120 days to renewal'
    """

    _instead = "compare it with a number of days or times, or a threshold, as in (days_in_phase >= 30)"

    def __init__(self, term: Term, homes: frozenset[Home] = frozenset(), mistakes: tuple[Mistake, ...] = ()) -> None:
        self._term_node = term
        self._homes = homes
        self._mistakes = mistakes

    def _described(self) -> str:
        return "this is a clock or counter"

    def _operand(self, other: object) -> tuple[Term, list[Mistake]]:
        match other:
            case Threshold():
                return ThresholdRef(other.spec.name), []
            case Built():
                cause = "a clock or counter is compared with something that moves itself"
                return Const(0), [Mistake("CLM112", cause, "compare it with a number or a threshold")]
            case int() | float() if not number_faults(other):
                return Const(other), []
            case _:
                return Const(0), number_faults(other)

    def _compare(self, op: Op, other: object) -> Condition:
        if _tangled(other):
            return other._compared(self)
        term, wrong = self._operand(other)
        return Condition(Compare(self._term_node, op, term), *self._with(other, mistakes=wrong))

    def __lt__(self, other: float | Threshold) -> Condition:
        return self._compare("<", other)

    def __le__(self, other: float | Threshold) -> Condition:
        return self._compare("<=", other)

    def __gt__(self, other: float | Threshold) -> Condition:
        return self._compare(">", other)

    def __ge__(self, other: float | Threshold) -> Condition:
        return self._compare(">=", other)

    def __eq__(self, other: float | Threshold) -> Condition:  # type: ignore[override]
        return self._compare("==", other)

    def __ne__(self, other: float | Threshold) -> Condition:  # type: ignore[override]
        return self._compare("!=", other)

    __hash__ = object.__hash__

    def between(self, low: float | Threshold, high: float | Threshold) -> Condition:
        """Whether it lies between two limits, both included.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     renewal_on = Signal.date("renewal")
            >>> Deal.renewal_on.days_until.between(30, 60).words(Deal.definition)
            'between 30 and 60 days to renewal'
        """
        (lowest, wrong_low), (highest, wrong_high) = self._operand(low), self._operand(high)
        wrong = wrong_low + wrong_high + _order_faults(lowest, highest)
        return Condition(Between(self._term_node, lowest, highest), *self._with(low, high, mistakes=wrong))


days_in_phase = Elapsed(DaysInPhase())
"""Whole days since the present phase was entered; 0 right after a move, missing before the first observation with a time."""


class Threshold(Built):
    """A named limit: overridden by target markets, swept by backtests.

    Args:
        value: the number; shares as fractions (0.8 is 80 %), times in days.
        help: why this number.
        ref: the source of the number.

    Example:
        >>> from clmstate import Lifecycle, Signal, Threshold
        >>> class Deal(Lifecycle):
        ...     adopted = Signal.share("users adopted")
        ...     adopted_at = Threshold(0.80, ref="S4.19")
        ...     done = adopted >= adopted_at
        >>> Deal.done.words(Deal.definition)
        'users adopted at least 80 %'
    """

    _instead = "compare a signal with it, as in (health >= limit); for another limit declare another threshold"

    def __init__(self, value: float, *, help: str = "", ref: str = "") -> None:
        wrong = number_faults(value)
        for what, text in (("help", help), ("ref", ref)):
            wrong += text_faults("CLM118", what, text)
        self._spec = ThresholdSpec("", 0 if number_faults(value) else value, help, ref)
        self._mistakes = tuple(wrong)

    @property
    def spec(self) -> ThresholdSpec:
        """The plain data."""
        return self._spec

    def _described(self) -> str:
        return f"'{self._spec.name}' is a threshold" if self._spec.name else "this is a threshold"

    @property
    def _carried(self) -> tuple[Mistake, ...]:
        if self._spec.name:
            return ()
        cause = f"threshold {show_number(self._spec.value)} is used in a condition before it has a name"
        return (*self._mistakes, Mistake("CLM103", cause, "give it a name in the class body first"))

    def _bind(self, name: str, home: Home) -> Self:
        """The declaration under its name; one that has a name already stays with it, and a twin takes the new one."""
        bound = copy.copy(self) if self._spec.name else self
        bound._spec = attrs.evolve(self._spec, name=name)
        bound._homes = frozenset((home,))
        return bound

    def _rebound(self, home: Home) -> Self:
        twin = copy.copy(self)
        twin._homes = frozenset((home,))
        return twin

    @overload
    def __get__(self, instance: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> float: ...
    def __get__(self, instance: Any, owner: Any) -> Any:
        return self if instance is None else self._spec.value

    def __set__(self, instance: object, value: Never) -> None:
        raise assigned(instance, self._spec.name, "override it in a variant of the lifecycle")

    def _refuse(self, symbol: str, other: object) -> Condition:
        # a number or a clock to its right knows how to compare itself with a threshold
        return NotImplemented if isinstance(other, Numeric | Elapsed) else super()._refuse(symbol, other)

    if not TYPE_CHECKING:  # for editors two thresholds compare like any two objects

        def __eq__(self, other: object) -> Condition:
            return self._refuse("==", other)

        def __ne__(self, other: object) -> Condition:
            return self._refuse("!=", other)

        __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<Threshold {self._spec.name} = {show_number(self._spec.value)}>"


def assigned(instance: object, name: str, remedy: str) -> BadValueError:
    """What is raised when somebody assigns to a declared name of a customer.

    Example:
        >>> print(assigned(object(), "health", "report it with observe(health=...)"))
        CLM207 object: 'health' is set by assignment, so nothing would move. Report it with observe(health=...).
    """
    cause = f"'{name}' is set by assignment, so nothing would move"
    return BadValueError([Diagnostic("CLM207", type(instance).__name__, cause, remedy)])
