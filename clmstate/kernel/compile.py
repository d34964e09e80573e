"""The compiled engine: a program as generated Python, one function per phase, for one part in process.

The text is written once per definition and holds no user text: names of signals and events are Python identifiers, everything else
is numbers and quoted constants. What happens in the common observation (known signals, values in bounds, nothing held, nobody
telling) is written inline; anything else is handed to :mod:`clmstate.kernel.settle`, which knows all cases.
"""

from __future__ import annotations

import datetime as dt
import math
import weakref
from collections.abc import Callable, Iterator
from typing import Any, Final

import attrs

from clmstate.conditions import reads
from clmstate.conditions.lower import All, Fixed, Formula, Leaf, Literal, literals
from clmstate.conditions.nodes import Compare, Cond, DaysInPhase, DaysSince, DaysUntil, EventDaysSince, ForDays
from clmstate.errors import BadValueError, Diagnostic, shown
from clmstate.kernel.expressions import Writer
from clmstate.kernel.program import Program, Rule, lower_lifecycle
from clmstate.lifecycle import LifecycleDefinition, Moves
from clmstate.signals import DAY, LARGEST, MISSING, SignalSpec, instant

__all__ = ["UNCHANGED", "Compiled", "State", "compiled", "timed_literals"]


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

EARLIEST: Final = instant("0001-01-01")
LATEST: Final = instant("9999-12-31T23:59:59.999999")
"""The first and the last instant that Python's dates can show."""

_EPOCH_DAY: Final = dt.date(1970, 1, 1).toordinal()
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


def _instant_or_none(at: Any) -> float | None:
    """The instant as the inline observation stores it; days named as text are remembered, for logs name the same ones again and again."""
    try:
        us = float(read_instant(at))
    except BadValueError:
        return None  # told where all mistakes of an observation are told together
    if type(at) is str:
        if len(_KNOWN_INSTANTS) >= _MOST_INSTANTS:
            _KNOWN_INSTANTS.clear()
        _KNOWN_INSTANTS[at] = us
    return us


class State:
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
        unsettled: whether rules were not asked at the last observation (placed by hand, or held).
        busy: whether the inline path must not be taken.
        journal: what happened, one tuple each.
        read: for a part of a composition, the roll-ups that read its values, each with what it contributes now.
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
        "at",
        "busy",
        "entered",
        "hold",
        "journal",
        "life",
        "member",
        "phase",
        "reached",
        "read",
        "resume",
        "seen",
        "unsettled",
        "visits",
        "whole",
    )

    at: float
    phase: int
    entered: float
    hold: float
    visits: tuple[int, ...]
    resume: dict[str, int]
    reached: int
    seen: int
    unsettled: bool
    busy: bool
    journal: list[tuple[Any, ...]]
    life: Any
    read: tuple[list[Any], ...]
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
        plain: for each rule, the phase it enters from wherever it is taken; -1 for a stay and for a resumed group.
        one_way: for each rule, whether each of those truths changes at most once while values stay.
        still: for each rule, whether time alone has changed none of them since the clock and values that are given.
        groups: for each phase, its group.
        counts: whether some condition counts visits.
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
    plain: tuple[int, ...]
    one_way: tuple[bool, ...]
    still: tuple[Callable[[State, tuple[Any, ...]], bool] | None, ...]
    groups: tuple[str | None, ...]
    counts: bool
    clocks: Callable[[State], None]
    after: Callable[[State], None]
    notable: bool
    due: tuple[Callable[[State], float] | None, ...]
    observe: Callable[..., Moves]
    observe_part: Callable[..., Moves]
    send: Callable[..., Moves]
    known_events: dict[Any, str]
    source: str


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


def _compile(program: Program) -> Compiled:
    text = "\n".join(_Text(program).everything()) + "\n"
    from clmstate.kernel import settle

    space: dict[str, Any] = {
        "State": State,
        "_EPOCH": dt.datetime(1970, 1, 1, tzinfo=dt.UTC),
        "_INSTANTS": _KNOWN_INSTANTS,
        "_NAN": MISSING,
        "_NEVER": math.inf,
        "_NOTHING": NOTHING,
        "_UNCHANGED": UNCHANGED,
        "_UTC": dt.UTC,
        "_date": dt.date,
        "_datetime": dt.datetime,
        "_instant": _instant_or_none,
        "_moved": settle.moved,
        "_type": type,
        "_send_slowly": settle.send_slowly,
        "_sent": settle.sent,
        "_str": str,
        "_round": round,
        "_slowly": settle.observe_slowly,
    }
    exec(compile(text, f"<compiled {program.definition.name}>", "exec"), space)
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
        plain=tuple(-1 if rule.stay or rule.resumes is not None else rule.target for rule in program.rules),
        one_way=tuple(_one_way(timed_literals(rule.formula)) for rule in program.rules),
        still=space["STILL"],
        groups=program.group,
        counts=bool(program.visited),
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


def _timed_leaves(program: Program, phase: int) -> tuple[Leaf, ...]:
    from clmstate.conditions.lower import lower

    definition = program.definition
    formulas = [rule.formula for rule in program.silent[phase]] + [formula for _, formula in program.milestones]
    for touchpoint in definition.phases[program.phases[phase]].touchpoints:
        if touchpoint.done is not None:
            formulas.append(lower(touchpoint.done, lambda name: definition.signals[name].never_missing))
    return tuple(dict.fromkeys(literal.leaf for formula in formulas for literal in timed_literals(formula)))


def _one_way(timed: tuple[Literal, ...]) -> bool:
    """Whether each of these literals, which time may change, changes at most once while values stay."""
    return not any(isinstance(literal.leaf, Compare) and literal.leaf.op in ("==", "!=") for literal in timed)


def timed_literals(formula: Formula) -> tuple[Literal, ...]:
    """The literals of a formula that time alone may change.

    Example:
        >>> from clmstate.conditions.nodes import Const
        >>> timed_literals(Literal(Compare(DaysInPhase(), ">=", Const(30)), 1))
        (Literal(leaf=Compare(left=DaysInPhase(), op='>=', right=Const(value=30)), truths=1),)
    """
    timed = []
    for literal in literals(formula):
        match literal.leaf:
            case ForDays():
                timed.append(literal)
            case Compare(left, _, right):
                if any(isinstance(x, DaysUntil | DaysSince | DaysInPhase | EventDaysSince) for x in (left, right)):
                    timed.append(literal)
            case _:
                pass
    return tuple(dict.fromkeys(timed))


def _conjuncts(formula: Formula) -> tuple[Formula, ...]:
    match formula:
        case All(items):
            return items
        case Fixed(True):
            return ()
        case _:
            return (formula,)


_CORE: Final = ("at", "phase", "entered", "hold", "visits", "resume", "reached", "seen", "unsettled", "busy")


class _Text:
    """Writes the module."""

    def __init__(self, program: Program) -> None:
        self.p = program
        self.write = Writer(program)
        self.signals = tuple(program.definition.signals.values())
        self.slots = (
            *(f"v_{s.name}" for s in self.signals),
            *(f"e_{name}" for name in program.definition.events),
            *(f"n_{name}" for name in program.definition.events),
            *(f"k{i}" for i in range(len(program.clocks))),
        )

    def everything(self) -> Iterator[str]:
        yield "class PartState(State):"
        yield f"    __slots__ = ({', '.join(repr(slot) for slot in self.slots)}{',' if self.slots else ''})"
        yield from self.new()
        yield from self.save_and_load()
        for i in range(len(self.p.phases)):
            yield from self.step(i)
            yield from self.offer(i)
            yield from self.due(i)
        for rule in self.p.rules:
            yield from self.rule(rule)
        count = range(len(self.p.phases))
        rules = range(len(self.p.rules))
        yield "_EVENTS = {}"
        yield f"_STEP = ({''.join(f'step_{i}, ' for i in count)})"
        yield f"DUE = ({''.join(f'due_{i}, ' if _timed_leaves(self.p, i) else 'None, ' for i in count)})"
        yield f"OFFER = ({''.join(f'offer_{i}, ' for i in count)})"
        yield f"HOLDS = ({''.join(f'holds_{i}, ' for i in rules)})"
        yield f"READS = ({''.join(f'reads_{i}, ' for i in rules)})"
        yield f"RULE_INSTANTS = ({''.join(f'instants_{i}, ' if r.timed else 'None, ' for i, r in zip(rules, self.p.rules, strict=True))})"
        yield f"STILL = ({''.join(f'still_{i}, ' if r.timed else 'None, ' for i, r in zip(rules, self.p.rules, strict=True))})"
        yield f"TIME_TRUTHS = ({''.join(f'times_{i}, ' if r.timed else 'None, ' for i, r in zip(rules, self.p.rules, strict=True))})"
        yield from self.touchpoints()
        yield from self.after()
        yield from self.observe(part=False)
        yield from self.observe(part=True)
        yield from self.send()

    def new(self) -> Iterator[str]:
        visits = ", ".join(
            str(int(path in (self.p.phases[self.p.initial], self.p.group[self.p.initial]))) for path in self.p.visited
        )
        yield "def new():"
        yield "    _s = PartState()"
        yield "    _s.at = _s.entered = _s.hold = _NAN"
        yield f"    _s.phase = {self.p.initial}"
        yield f"    _s.visits = ({visits}{',' if visits else ''})"
        yield "    _s.resume = {}"
        yield "    _s.reached = _s.seen = 0"
        yield "    _s.unsettled = False"
        yield "    _s.busy = True"  # until the first observation is over, everything is looked at
        yield "    _s.journal = []"
        yield "    _s.life = None"
        yield "    _s.read = ()"
        for spec in self.signals:
            yield f"    _s.v_{spec.name} = {_stored(spec)}"
        for name in self.p.definition.events:
            yield f"    _s.e_{name} = _NAN"
            yield f"    _s.n_{name} = 0"
        for i in range(len(self.p.clocks)):
            yield f"    _s.k{i} = _NAN"
        yield "    return _s"

    def save_and_load(self) -> Iterator[str]:
        everything = (*_CORE, *self.slots)
        yield "def save(_s):"
        yield f"    return ({''.join(f'_s.{slot}, ' for slot in everything)})"
        yield "def load(_s, _t):"
        yield f"    {''.join(f'_s.{slot}, ' for slot in everything)} = _t"
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

    def due(self, i: int) -> Iterator[str]:
        leaves = _timed_leaves(self.p, i)
        if not leaves:
            return
        yield f"def due_{i}(_s):"
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
        old = {s.name: f"_old[{i}]" for i, s in enumerate(self.signals, 1) if s.kind == "date"}
        now, then = Writer(self.p, now="_now", values=old), Writer(self.p, now="_then", values=old)
        same = (f"({now.literal(x)}) == ({then.literal(x)})" for x in timed)
        yield f"    return {' and '.join(same) if _one_way(timed) else 'False'}"

    def touchpoints(self) -> Iterator[str]:
        """For each phase with touchpoints that data can show to be done, a function that notes those that now are."""
        from clmstate.conditions.lower import lower

        def formula(done: Any) -> str:
            return self.write.formula(lower(done, lambda name: self.p.definition.signals[name].never_missing))

        names = []
        full = []
        for i, path in enumerate(self.p.phases):
            shown = [(n, t) for n, t in enumerate(self.p.definition.phases[path].touchpoints) if t.done is not None]
            names.append(f"seen_{i}" if shown else "None")
            full.append(str(sum(1 << n for n, _ in shown)))
            if shown:
                yield f"def seen_{i}(_s):"
                for n, touchpoint in shown:
                    yield f"    if not _s.seen & {1 << n} and ({formula(touchpoint.done)}):"
                    yield f"        _s.seen |= {1 << n}"
                    yield f"        _s.journal.append((-3, {i}, {n}, _s.at, 'done', '', ''))"
        self.seen = any(name != "None" for name in names)
        yield f"_SEEN = ({', '.join(names)},)"
        yield f"_FULL = ({', '.join(full)},)"

    def after(self) -> Iterator[str]:
        yield "def clocks(_s):"
        yield from (f"    {line}" for line in self.clock_lines())
        yield "    return None"
        yield "def after(_s):"
        yield from (f"    {line}" for line in self.after_lines())
        yield "    return None"

    def clock_lines(self, *, inline: bool = False) -> Iterator[str]:
        for i, (clock, formula) in enumerate(zip(self.p.clocks, self.p.clock_formulas, strict=True)):
            given, indent = self.given(clock.of, "") if inline else ("", "")
            yield from (given,) if given else ()
            yield f"{indent}if {self.write.formula(formula)}:"
            yield f"{indent}    if _s.k{i} != _s.k{i}: _s.k{i} = _s.at"
            yield f"{indent}else: _s.k{i} = _NAN"

    def given(self, cond: Cond | None, indent: str) -> tuple[str, str]:
        """A test for whether anything that a condition reads was given, where that alone can change its truth."""
        read = None if cond is None else reads(cond)
        if read is None or read.clock:
            return "", indent
        return f"{indent}if {' or '.join(f'{name} is not _UNCHANGED' for name in read.signals) or 'False'}:", indent + "    "

    def after_lines(self, *, inline: bool = False) -> Iterator[str]:
        """What is written once the rounds are over.

        Inline, where no event is offered and everything was written at the last observation, only what reads a given signal (or time)
        can differ.
        """
        yield from self.clock_lines(inline=inline)
        if self.p.milestones:
            yield f"if _s.reached != {(1 << len(self.p.milestones)) - 1}:"
        for i, (name, formula) in enumerate(self.p.milestones):
            given, indent = self.given(self.p.definition.milestones[name].when, "    ") if inline else ("", "    ")
            yield from (given,) if given else ()
            yield f"{indent}if not _s.reached & {1 << i} and ({self.write.formula(formula)}):"
            yield f"{indent}    _s.reached |= {1 << i}"
            yield f"{indent}    _s.journal.append((-2, {i}, _s.at))"
        if self.seen:
            yield "_full = _FULL[_s.phase]"
            yield "if _full and _s.seen & _full != _full: _SEEN[_s.phase](_s)"

    def observe(self, *, part: bool) -> Iterator[str]:
        """The inline observation. Whatever is not plain is handed over whole, before anything has changed."""
        busy = "_s.busy or _s.whole.busy" if part else "_s.busy"
        slowly = f"return _slowly(_s, ({self.places()}*_more), at, {self.named_values()}, _unknown)"
        yield f"def observe{'_part' if part else ''}(_s, {self.places('=_UNCHANGED')}/, at=None{self.parameters()}, *_more, **_unknown):"
        yield f"    if _given_0 is not _UNCHANGED or _unknown or {busy}: {slowly}"
        yield from self.store(slowly, part=part)
        if part:
            yield f"    return _s.whole.touched(_s, {self.old_values()})"
            return
        yield "    _rule = _STEP[_s.phase](_s)"
        yield f"    if _rule >= 0: return _moved(_s, {self.old_values()}, _rule)"
        yield from (f"    {line}" for line in self.after_lines(inline=True))
        yield "    return _NOTHING"

    def send(self) -> Iterator[str]:
        """The same with one event offered, which the customer has seen before."""
        slowly = f"return _send_slowly(_s, event, ({self.places()}*_more), at, instance, {self.named_values()}, _unknown)"
        yield f"def send(_s, event, {self.places('=_UNCHANGED')}/, at=None{self.parameters()}, *_more, instance=None, **_unknown):"
        yield "    try: _name = _EVENTS.get(event)"
        yield "    except Exception: _name = None"  # what cannot be looked up is no event
        yield f"    if _name is None or instance is not None or _given_0 is not _UNCHANGED or _unknown or _s.busy: {slowly}"
        yield from self.store(slowly, part=False)
        yield f"    return _sent(_s, {self.old_values()}, _name)"

    def places(self, default: str = "") -> str:
        """Places for checked values such as ``Contract.health.now(80)``: one for each signal, and one more so that a surplus is seen."""
        return "".join(f"_given_{i}{default}, " for i in range(len(self.signals) + 1))

    def parameters(self) -> str:
        """Named values.

        As far as Python is concerned they may be given by position too, for defaults of such parameters cost nothing; but the places
        before them take all that anybody gives so.
        """
        return "".join(f", {s.name}=_UNCHANGED" for s in self.signals)

    def named_values(self) -> str:
        return "{" + ", ".join(f"{s.name!r}: {s.name}" for s in self.signals) + "}"

    def old_values(self) -> str:
        """The clock and all values as they were; only those that were given have been kept."""
        return f"(_then, {''.join(f'_s.v_{s.name} if {s.name} is _UNCHANGED else _was_{s.name}, ' for s in self.signals)})"

    def store(self, slowly: str, *, part: bool) -> Iterator[str]:
        """Time and values are checked and stored; at the first that is not plain, all is put back and handed over."""
        yield "    _then = _s.at"
        yield "    if at is not None:"
        yield "        if _type(at) is _str: _now = _INSTANTS.get(at) or _instant(at)"
        yield "        elif _type(at) is _datetime and at.tzinfo is _UTC and not at.microsecond:"
        yield "            _now = at - _EPOCH"
        yield "            _now = _now.days * 86400000000.0 + _now.seconds * 1000000.0"
        yield "        else: _now = _instant(at)"
        yield f"        if _now is None or not _now >= {'_s.whole' if part else '_s'}.at: {slowly}"
        yield "        _s.at = _now"
        if part:
            yield "    else: _s.at = _s.whole.at"
        for i, spec in enumerate(self.signals):
            yield f"    if {spec.name} is not _UNCHANGED:"
            yield f"        _was_{spec.name} = _s.v_{spec.name}"
            if part and spec.port:
                yield "        if True:"  # fed by the wiring, not by people
            else:
                yield from (f"        {line}" for line in _plain_value(spec))
                yield "        else:"
            yield "            _s.at = _then"
            yield from (f"            if {s.name} is not _UNCHANGED: _s.v_{s.name} = _was_{s.name}" for s in self.signals[:i])
            yield f"            {slowly}"


def _plain_value(spec: SignalSpec) -> Iterator[str]:
    """Lines that store a value which is plainly of the right kind; ``else`` follows them."""
    x = spec.name
    low, high = (max(-LARGEST, min(limit, LARGEST)) for limit in spec.range)  # whole numbers beyond are not exact: looked at slowly
    match spec.kind:
        case "flag":
            yield f"if {x} is True or {x} is False: _s.v_{x} = {x}"
        case "choice":
            yield f"if _type({x}) is str and {x} in ({', '.join(map(repr, spec.choices))},): _s.v_{x} = {x}"
        case "date":
            yield f"if _type({x}) is _str: _us = _INSTANTS.get({x}) or _instant({x})"
            yield f"elif _type({x}) is _date: _us = ({x}.toordinal() - {_EPOCH_DAY}) * {float(DAY)!r}"
            yield f"else: _us = _instant({x})"
            yield f"if _us is not None: _s.v_{x} = _us"
        case "count" | "integer":
            yield f"if _type({x}) is int and {low!r} <= {x} <= {high!r}: _s.v_{x} = {x}"
        case _:
            # each kind of number is compared with its own, which Python does several times faster
            yield f"if _type({x}) is float and {float(low)!r} <= {x} <= {float(high)!r}: _s.v_{x} = {x}"
            yield f"elif _type({x}) is int and {low!r} <= {x} <= {high!r}: _s.v_{x} = {x}"


def _stored(spec: SignalSpec) -> str:
    return "_NAN" if spec.default is None else repr(spec.default)
