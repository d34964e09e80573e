"""The compiled engine: a program as generated Python, one function per phase, for one part in process.

The text, which :mod:`clmstate.kernel.text` writes, is compiled once per definition. What happens in the common observation (known signals,
values in bounds, nothing held, nobody telling) is inline in it; anything else is handed to :mod:`clmstate.kernel.settle`, which knows all
cases. Before the inline text stands :mod:`clmstate.kernel.gate`, where there is one.
"""

from __future__ import annotations

import datetime as dt
import math
import weakref
from collections.abc import Callable, Mapping
from types import CodeType, MappingProxyType
from typing import Any, Final

import attrs

from clmstate.errors import BadValueError, Diagnostic, shown
from clmstate.kernel import gate
from clmstate.kernel.inline import banded
from clmstate.kernel.program import Program, lower_lifecycle
from clmstate.kernel.text import module_text
from clmstate.kernel.timed import one_way, timed_literals
from clmstate.lifecycle import LifecycleDefinition, Moves
from clmstate.signals import MISSING, Value, instant

__all__ = ["UNCHANGED", "Compiled", "State", "compiled", "put_value", "ungated"]


class _Unchanged:
    """The type of :data:`UNCHANGED`.

    Example:
        >>> UNCHANGED
        unchanged
    """

    def __repr__(self) -> str:
        return "unchanged"


UNCHANGED: Final = _Unchanged()
"""The default of every signal in ``observe``: nobody said anything about it."""

NOTHING: Final = Moves()
_NOWHERE: Final[Mapping[str, int]] = MappingProxyType({})

EARLIEST: Final = instant("0001-01-01")
LATEST: Final = instant("9999-12-31T23:59:59.999999")
"""The first and the last instant that Python's dates can show."""

_KNOWN_INSTANTS: dict[str, float] = {}
_MOST_INSTANTS: Final = 100_000


def read_instant(at: Any) -> int:
    """The instant of a point in time, whoever made it.

    Raises:
        BadValueError: CLM206, when it is not a point in time.

    Example:
        >>> read_instant("1970-01-01")
        0
    """
    try:
        us = instant(at)
    except BadValueError:
        raise
    except Exception as error:  # noqa: BLE001 -- somebody else's time zone may raise anything
        why = f"its time zone raises {type(error).__name__}"
    else:
        if EARLIEST <= us <= LATEST:
            return us
        why = "in UTC it is outside the years 1 to 9999"
    cause = f"{shown(at)} is not a point in time: {why}"
    raise BadValueError([Diagnostic("CLM206", "at", cause, "give an ISO date or time, a date or a datetime")])


def as_stored(us: int) -> float:
    """An instant as states store it: a float, which costs no conversion where times are compared; an int where no float is exact.

    Example:
        >>> as_stored(1), as_stored(2**53 + 1)
        (1.0, 9007199254740993)
    """
    stored = float(us)
    return stored if stored == us else us


def _instant_or_none(at: Any) -> float | None:
    """The instant as the inline observation stores it; days named as text are remembered, for logs name the same ones again and again."""
    try:
        us = as_stored(read_instant(at))
    except BadValueError:
        return None  # told where all mistakes of an observation are told together
    if type(us) is int:
        return None  # hundreds of years away, and not a whole second: rare
    if type(at) is str:
        if len(_KNOWN_INSTANTS) >= _MOST_INSTANTS:
            _KNOWN_INSTANTS.clear()
        _KNOWN_INSTANTS[at] = us
    return us


class _LookedAt:
    """What every observation looks at; slots of a base class lie first and side by side, which counts where members are many."""

    __slots__ = ("at", "busy", "open", "phase", "wake", "watched", "whole")


class State(_LookedAt):
    """The state of one part; generated subclasses add a slot for each signal, event and clock.

    Attributes:
        at: the clock, NaN before the first time was told.
        phase: the number of the leaf phase.
        entered: when it was entered.
        hold: until when a move by hand holds; NaN if none does.
        visits: how often each counted place was entered.
        resume: for each group that was left, the phase in which it was.
        reached: milestones reached, as bits.
        seen: touchpoints of this stay that are done or skipped, as bits.
        open: whether a touchpoint of this stay may be open that data may show to be done.
        wake: before this instant time alone changes no truth; minus infinity while that is not known.
        unsettled: whether rules were not asked at the last observation (placed by hand, or held).
        busy: whether the inline path must not be taken.
        journal: what happened, one tuple each.
        watched: for a part of a composition, the signals that roll-ups read, as bits.
        whole: for a part of a composition, the customer; unset otherwise.
        member: for a part of a composition, the part; unset otherwise.
        life: the customer (or part) whose state it is; told after each observation that moved it, if it listens.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live", default=False)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=live)
        >>> state = compiled(Deal.definition).new()
        >>> state.phase, state.journal
        (0, [])
    """

    __slots__ = (
        "entered",
        "hold",
        "journal",
        "life",
        "member",
        "reached",
        "resume",
        "seen",
        "unsettled",
        "visits",
    )

    at: float
    phase: int
    entered: float
    hold: float
    visits: tuple[int, ...]
    resume: Mapping[str, int]
    reached: int
    seen: int
    unsettled: bool
    busy: bool
    journal: list[tuple[Any, ...]]
    life: Any
    open: bool
    wake: float
    watched: int
    whole: Any
    member: Any
    c: Compiled


@attrs.frozen(slots=False, eq=False)
class Compiled:
    """A program as Python functions of a state.

    Attributes:
        program: what was compiled.
        new: makes a fresh state.
        save, load: all that an observation may change, as a tuple.
        before: the same tuple as it was before an inline observation stored its values.
        step: for each phase, the first silent rule that is true, or -1.
        offer: for each phase, the first rule that is true with some events offered, or -1; silent rules are not asked.
        holds: for each rule, whether its condition is true.
        reads: for each rule, the values it reads, in the order of its signals.
        time_truths: for each rule, the truths of its literals that time may change; None where there are none.
        instants: for each rule, when those truths may change, given the values; NaN where a value is missing.
        take: for each rule, takes it in round one, with what follows, if that is one of the usual cases; None, and nothing done, if not.
        banded: the signals whose bands a state remembers.
        bands: remembers the bands of all values of a part.
        one_way: for each rule, whether each of those truths changes at most once while values stay.
        still: for each rule, whether time alone has changed none of them since a clock and dates that are given.
        clocks: writes the clocks.
        after: writes clocks, milestones and touchpoints once the rounds are over.
        notable: whether data alone may add to the journey: a milestone, or a touchpoint that they show to be done.
        due: for each phase, when time may next change a leaf that may move the part, reach a milestone or see a touchpoint; None
            where there is no such leaf.
        observe: the inline observation of a lifecycle on its own.
        observe_part: the inline observation of a part of a composition.
        send: the inline observation with an event, of a lifecycle on its own.
        known_events: the name of each event that was once offered, by whatever it was offered as and found right.
        source: the generated text.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live", default=False)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=live)
        >>> engine = compiled(Deal.definition)
        >>> engine.step[0](engine.new())
        -1
    """

    program: Program
    new: Callable[[], State]
    save: Callable[[State], tuple[Any, ...]]
    load: Callable[[State, tuple[Any, ...]], None]
    before: Callable[[State, tuple[Any, ...]], tuple[Any, ...]]
    step: tuple[Callable[[State], int], ...]
    offer: tuple[Callable[[State, Any], int], ...]
    holds: tuple[Callable[[State], bool], ...]
    reads: tuple[Callable[[State], tuple[Any, ...]], ...]
    time_truths: tuple[Callable[[State], tuple[bool, ...]] | None, ...]
    instants: tuple[Callable[[State], tuple[float, ...]] | None, ...]
    take: tuple[Callable[[State], Any], ...]
    banded: frozenset[str]
    bands: Callable[[State], None]
    one_way: tuple[bool, ...]
    still: tuple[Callable[[State, tuple[Any, ...]], bool] | None, ...]
    clocks: Callable[[State], None]
    after: Callable[[State], None]
    notable: bool
    due: tuple[Callable[[State], float] | None, ...]
    observe: Callable[..., Moves]
    observe_part: Callable[..., Moves]
    send: Callable[..., Moves]
    known_events: dict[Any, str]
    source: str


def put_value(s: State, name: str, value: Value) -> None:
    """Stores a checked value; the band of the one before is forgotten.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live")
        ...     new = Phase("New", initial=True)
        >>> state = compiled(Deal.definition).new()
        >>> put_value(state, "live", True)
        >>> state.v_live
        True
    """
    setattr(s, f"v_{name}", value)
    if name in s.c.banded:
        setattr(s, f"lo_{name}", MISSING)


_COMPILED: weakref.WeakKeyDictionary[LifecycleDefinition, Compiled] = weakref.WeakKeyDictionary()


def compiled(definition: LifecycleDefinition) -> Compiled:
    """The compiled engine of a definition; made once.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, when=live)
        >>> engine = compiled(Deal.definition)
        >>> state = engine.new()
        >>> engine.step[state.phase](state)
        -1
    """
    found = _COMPILED.get(definition)
    if found is None:
        found = _COMPILED[definition] = _compile(lower_lifecycle(definition))
    return found


def ungated(definition: LifecycleDefinition) -> Compiled:
    """The same engine without its gate: what it is where nothing in C could be compiled.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live")
        ...     new = Phase("New", initial=True)
        >>> ungated(Deal.definition).observe.__name__
        'observe'
    """
    return _compile(lower_lifecycle(definition), gated=False)


def _compile(program: Program, *, gated: bool = True) -> Compiled:
    text = module_text(program)
    from clmstate.kernel import settle

    space: dict[str, Any] = {
        "State": State,
        "_EPOCH": dt.datetime(1970, 1, 1, tzinfo=dt.UTC),
        "_INSTANTS": _KNOWN_INSTANTS,
        "_NAN": MISSING,
        "_NEVER": math.inf,
        "_NOWHERE": _NOWHERE,
        "_NOTHING": NOTHING,
        "_Moves": Moves,
        "_STALE": -math.inf,
        "_UTC": dt.UTC,
        "_date": dt.date,
        "_datetime": dt.datetime,
        "_instant": _instant_or_none,
        "_enter": settle.enter,
        "_first": settle.first,
        "_further": settle.further,
        "_moved": settle.moved,
        "_no_plan": settle.no_plan,
        "_type": type,
        "_send_slowly": settle.send_slowly,
        "_sent": settle.sent,
        "_str": str,
        "_round": round,
        "_slowly": settle.observe_slowly,
    }
    exec(_with_constants(compile(text, f"<compiled {program.definition.name}>", "exec")), space)
    if gated:
        gate.stand_before(program, space)
    made = Compiled(
        program=program,
        new=space["new"],
        save=space["save"],
        load=space["load"],
        before=space["before"],
        step=space["_STEP"],
        offer=space["OFFER"],
        holds=space["HOLDS"],
        reads=space["READS"],
        time_truths=space["TIME_TRUTHS"],
        instants=space["RULE_INSTANTS"],
        take=space["_TAKE"],
        one_way=tuple(one_way(timed_literals(rule.formula)) for rule in program.rules),
        still=space["_STILL"],
        banded=frozenset(banded(program)),
        bands=space["bands"],
        clocks=space["clocks"],
        after=space["after"],
        notable=bool(program.milestones)
        or any(t.done is not None for phase in program.definition.phases.values() for t in phase.touchpoints),
        due=space["DUE"],
        observe=space["observe"],
        observe_part=space["observe_part"],
        send=space["send"],
        known_events=space["_EVENTS"],
        source=text,
    )
    space["PartState"].c = made
    return made


def _with_constants(code: CodeType) -> CodeType:
    """The code with `UNCHANGED` wherever it is written as ``...``: a constant is read faster than a global name."""

    def constant(value: object) -> object:
        match value:
            case CodeType():
                return _with_constants(value)
            case tuple():  # defaults
                return tuple(map(constant, value))
            case _:
                return UNCHANGED if value is ... else value

    return code.replace(co_consts=tuple(map(constant, code.co_consts)))
