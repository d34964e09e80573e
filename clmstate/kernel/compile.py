"""The compiled engine: a program as generated Python, one function per phase, for one part in process.

The text is written once per definition and holds no user text: names of signals and events are Python identifiers, everything else
is numbers and quoted constants. What happens in the common observation (known signals, values in bounds, nothing held, nobody
telling) is written inline; anything else is handed to :mod:`clmstate.kernel.settle`, which knows all cases. Before the inline text stands
:mod:`clmstate.kernel.gate`, where there is one.
"""

from __future__ import annotations

import datetime as dt
import math
import weakref
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, MappingProxyType
from typing import Any, Final

import attrs

from clmstate.conditions.lower import All, Fixed, Formula, Literal
from clmstate.errors import BadValueError, Diagnostic, shown
from clmstate.kernel import gate
from clmstate.kernel.afterwards import Afterwards
from clmstate.kernel.expressions import Writer
from clmstate.kernel.inline import Inline, banded
from clmstate.kernel.program import Program, Rule, lower_lifecycle
from clmstate.kernel.timed import one_way, timed_leaves, timed_literals
from clmstate.lifecycle import LifecycleDefinition, Moves
from clmstate.signals import MISSING, SignalSpec, Value, instant

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
    text = "\n".join(_Text(program).everything()) + "\n"
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


def _conjuncts(formula: Formula) -> tuple[Formula, ...]:
    match formula:
        case All(items):
            return items
        case Fixed(True):
            return ()
        case _:
            return (formula,)


_CORE: Final = ("at", "phase", "entered", "hold", "visits", "resume", "reached", "seen", "unsettled", "busy")


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


class _Text:
    """Writes the module."""

    def __init__(self, program: Program) -> None:
        self.p = program
        self.write = Writer(program)
        self.afterwards = Afterwards(program)
        self.signals = tuple(program.definition.signals.values())
        self.slots = (
            *(f"v_{s.name}" for s in self.signals),
            *(f"e_{name}" for name in program.definition.events),
            *(f"n_{name}" for name in program.definition.events),
            *(f"k{i}" for i in range(len(program.clocks))),
        )
        self.bands = tuple(f"{end}_{name}" for name in banded(program) for end in ("lo", "hi"))

    def everything(self) -> Iterator[str]:
        yield "class PartState(State):"
        yield f"    __slots__ = ({''.join(f'{slot!r}, ' for slot in (*self.slots, *self.bands))})"
        yield from self.new()
        yield from self.save_and_load()
        for i in range(len(self.p.phases)):
            yield from self.step(i)
            yield from self.offer(i)
            yield from self.due("due", i, touchpoints=True)
            yield from self.due("wake", i, touchpoints=False)
        for rule in self.p.rules:
            yield from self.rule(rule)
        count = range(len(self.p.phases))
        rules = range(len(self.p.rules))
        yield "_EVENTS = {}"
        yield f"_STEP = ({''.join(f'step_{i}, ' for i in count)})"
        yield f"DUE = ({''.join(f'due_{i}, ' if timed_leaves(self.p, i) else 'None, ' for i in count)})"
        yield f"_WAKE = ({''.join(f'wake_{i}, ' for i in count)})"
        yield f"OFFER = ({''.join(f'offer_{i}, ' for i in count)})"
        yield f"HOLDS = ({''.join(f'holds_{i}, ' for i in rules)})"
        yield f"READS = ({''.join(f'reads_{i}, ' for i in rules)})"
        yield f"RULE_INSTANTS = ({''.join(f'instants_{i}, ' if r.timed else 'None, ' for i, r in zip(rules, self.p.rules, strict=True))})"
        yield f"_STILL = ({''.join(f'still_{i}, ' if r.timed else 'None, ' for i, r in zip(rules, self.p.rules, strict=True))})"
        yield f"TIME_TRUTHS = ({''.join(f'times_{i}, ' if r.timed else 'None, ' for i, r in zip(rules, self.p.rules, strict=True))})"
        inline = Inline(self.p)
        for rule in self.p.rules:
            yield from inline.take(rule)
        yield f"_TAKE = ({''.join(f'take_{r.index}, ' if r.known_target else '_no_plan, ' for r in self.p.rules)})"
        yield from self.afterwards.functions()
        yield from inline.observe(part=False)
        yield from inline.observe(part=True)
        yield from inline.bands()
        yield from inline.send()
        if gate.AVAILABLE:
            yield from inline.settled()

    def new(self) -> Iterator[str]:
        visits = ", ".join(
            str(int(path in (self.p.phases[self.p.initial], self.p.group[self.p.initial]))) for path in self.p.visited
        )
        yield "def new():"
        yield "    _s = PartState()"
        yield "    _s.at = _s.entered = _s.hold = _NAN"
        yield f"    _s.phase = {self.p.initial}"
        yield f"    _s.visits = ({visits}{',' if visits else ''})"
        yield "    _s.resume = _NOWHERE"
        yield "    _s.reached = _s.seen = 0"
        yield "    _s.unsettled = _s.busy = False"
        yield f"    _s.open = {self.afterwards.shown}"
        yield "    _s.journal = []"
        yield "    _s.life = None"
        yield "    _s.watched = 0"
        for spec in self.signals:
            yield f"    _s.v_{spec.name} = {_stored(spec)}"
        for name in self.p.definition.events:
            yield f"    _s.e_{name} = _NAN"
            yield f"    _s.n_{name} = 0"
        for i in range(len(self.p.clocks)):
            yield f"    _s.k{i} = _NAN"
        yield from (f"    _s.{slot} = _NAN" for slot in self.bands)
        yield "    _s.wake = _STALE"
        yield "    return _s"

    def save_and_load(self) -> Iterator[str]:
        everything = (*_CORE, *self.slots)
        yield "def save(_s):"
        yield f"    return ({''.join(f'_s.{slot}, ' for slot in everything)})"
        yield "def load(_s, _t):"
        yield f"    {''.join(f'_s.{slot}, ' for slot in everything)} = _t"
        yield from (f"    _s.{slot} = _NAN" for slot in self.bands)
        yield f"    _s.wake = _STALE; _s.open = {self.afterwards.shown}"
        inline = ("at", *(f"v_{s.name}" for s in self.signals))
        yield "def before(_s, _old):"
        yield f"    {''.join(f'{slot}, ' for slot in inline)} = _old"
        yield f"    return ({''.join(f'{slot}, ' if slot in inline else f'_s.{slot}, ' for slot in everything)})"

    def step(self, i: int) -> Iterator[str]:
        yield f"def step_{i}(_s):"
        yield from self.asked([(_conjuncts(rule.formula), rule.index) for rule in self.p.silent[i]], "    ")
        yield "    return -1"

    def asked(self, rules: list[tuple[tuple[Formula, ...], int]], indent: str) -> Iterator[str]:
        """Rules asked in their order; what neighbours begin with is asked once."""
        rest = list(rules)
        while rest:
            shared = 1
            while rest[0][0] and shared < len(rest) and rest[shared][0][:1] == rest[0][0][:1]:
                shared += 1
            group, rest = rest[:shared], rest[shared:]
            if shared == 1:
                yield f"{indent}if {self.write.formula(All(group[0][0])) or 'True'}: return {group[0][1]}"
            else:
                yield f"{indent}if {self.write.formula(All(group[0][0][:1]))}:"
                yield from self.asked([(parts[1:], rule) for parts, rule in group], indent + "    ")

    def offer(self, i: int) -> Iterator[str]:
        yield f"def offer_{i}(_s, _offered):"
        for rule in self.p.offered[i]:
            formula = self.write.formula(rule.formula)
            needs = "" if formula == "True" else f" and ({formula})"
            yield f"    if {rule.event!r} in _offered{needs}: return {rule.index}"
        yield "    return -1"

    def due(self, name: str, i: int, *, touchpoints: bool) -> Iterator[str]:
        """When time may next change what matters in a phase."""
        leaves = timed_leaves(self.p, i, touchpoints=touchpoints)
        yield f"def {name}_{i}(_s):"
        yield "    _now = _s.at"
        yield "    _due = _NEVER"
        for when in dict.fromkeys(text for leaf in leaves for text in self.write.instants(leaf)):
            yield f"    _at = {when}"
            yield "    if _now < _at < _due: _due = _at"
        yield "    return _due"

    def rule(self, rule: Rule) -> Iterator[str]:
        yield f"def holds_{rule.index}(_s):"
        yield f"    return {self.write.formula(rule.formula)}"
        yield f"def reads_{rule.index}(_s):"
        yield f"    return ({''.join(f'_s.v_{name}, ' for name in rule.signals)})"
        if rule.timed:
            yield f"def times_{rule.index}(_s):"
            timed = timed_literals(rule.formula)
            yield f"    return ({''.join(self.write.literal(x) + ', ' for x in timed)})"
            yield from self.still(rule, timed)
            yield f"def instants_{rule.index}(_s):"
            yield f"    return ({''.join(f'{t}, ' for t in dict.fromkeys(t for x in timed for t in self.write.instants(x.leaf)))})"

    def still(self, rule: Rule, timed: tuple[Literal, ...]) -> Iterator[str]:
        """Whether time alone has changed none of a rule's truths since the last picture, its dates read as they were then."""
        yield f"def still_{rule.index}(_s, _old):"
        yield "    _now = _s.at"
        yield "    _then = _old[0]"
        yield "    if _now == _then: return True"
        old = {name: f"_old[{i}]" for i, name in enumerate((s.name for s in self.signals if s.kind == "date"), 1)}
        now, then = Writer(self.p, now="_now", values=old), Writer(self.p, now="_then", values=old)
        same = (f"({now.literal(x)}) == ({then.literal(x)})" for x in timed)
        yield f"    return {' and '.join(same) if one_way(timed) else 'False'}"


def _stored(spec: SignalSpec) -> str:
    return "_NAN" if spec.default is None else repr(spec.default)
