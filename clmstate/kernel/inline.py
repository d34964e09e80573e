"""The common observation as generated Python: known signals, values in bounds, nothing held.

Whatever is not plain is handed over whole, before anything has changed. What is plain ends as early as it can:

1. Every value lies in the band it lay in before, and no instant has come at which time alone changes a truth: nothing can differ.
2. No rule of the phase is true: clocks, milestones and touchpoints are written.
3. A rule is true, and is due to this observation: it is taken, and what follows from it.
4. Anything else, such as a rule that has been due for a while, or more than a few rounds, is settled by :mod:`clmstate.kernel.settle`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from clmstate.kernel.afterwards import Afterwards, Given
from clmstate.kernel.bands import band_lines, cuts, date_cuts, date_lines, whole_numbers
from clmstate.kernel.expressions import Writer
from clmstate.kernel.program import Program, Rule
from clmstate.signals import DAY, LARGEST, SignalSpec

__all__ = ["Inline", "banded"]

_EPOCH_DAY: Final = dt.date(1970, 1, 1).toordinal()
_ENTERING: Final = ("phase", "entered", "seen", "resume", "visits")
"""What entering a phase may change."""


def banded(program: Program) -> tuple[str, ...]:
    """The numbers whose bands a state remembers.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel import lower_lifecycle
        >>> class Deal(Lifecycle):
        ...     live, health = Signal.flag("live"), Signal.score("health")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, when=live & (health >= 70))
        >>> banded(lower_lifecycle(Deal.definition))
        ('health',)
    """
    return tuple(
        name for name, points in cuts(program).items() if points is not None and _is_number(program.definition.signals[name])
    )


class Inline:
    """Writes the observations of one program, and its moves.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel import lower_lifecycle
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live", default=False)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, when=live)
        >>> program = lower_lifecycle(Deal.definition)
        >>> for line in Inline(program).take(program.rules[0]):
        ...     print(line)
        def take_0(_s):
            _source = _s.phase; _entered = _s.entered; _seen = _s.seen; _resume = _s.resume; _visits = _s.visits
            _step = (0, _source, 1, 1, _s.at, (_s.v_live, ), None)
            _s.phase = 1; _s.entered = _s.at; _s.seen = 0
            _next = step_1(_s)
            if _next < 0: return [_step]
            return _further(_s, _step, _next, (_source, _entered, _seen, _resume, _visits))
    """

    def __init__(self, program: Program) -> None:
        self.p = program
        self.write = Writer(program)
        self.afterwards = Afterwards(program)
        self.signals = tuple(program.definition.signals.values())
        self.dates = date_cuts(program)
        self.dated = tuple(spec.name for spec in self.signals if spec.kind == "date")
        self.cuts = cuts(program)
        self.banded = banded(program)

    # ---- moves

    def take(self, rule: Rule) -> Iterator[str]:
        """A rule is taken in the first round of an observation; a rule whose target is not known beforehand has no such function."""
        if not rule.known_target:
            return
        yield f"def take_{rule.index}(_s):"
        yield "    _source = _s.phase; " + "; ".join(f"_{slot} = _s.{slot}" for slot in _ENTERING[1:])
        read = "".join(f"_s.v_{name}, " for name in rule.signals)
        yield f"    _step = ({rule.index}, _source, {rule.target}, 1, _s.at, ({read}), None)"
        sources = [i for i, rules in enumerate(self.p.silent) if rule in rules or rule in self.p.offered[i]]
        same_room = all(self.p.group[i] in (None, self.p.group[rule.target]) for i in sources)
        if same_room and not self.p.visited:
            yield f"    _s.phase = {rule.target}; _s.entered = _s.at; _s.seen = 0"
        else:
            yield f"    _enter(_s, _source, {rule.target})"
        yield f"    _next = step_{rule.target}(_s)"
        yield "    if _next < 0: return [_step]"
        yield "    return _further(_s, _step, _next, (_source, _entered, _seen, _resume, _visits))"

    # ---- observations

    def observe(self, *, part: bool) -> Iterator[str]:
        """The inline observation of a lifecycle on its own, or of a part of a composition."""
        busy = "_s.busy or _s.whole.busy" if part else "_s.busy"
        slowly = f"return _slowly(_s, ({self.places()}*_more), at, {self.named_values()}, _unknown)"
        yield f"def observe{'_part' if part else ''}(_s, {self.places('=...')}/, at=None{self.parameters()}, *_more, **_unknown):"
        yield f"    if _given_0 is not ... or _unknown or {busy}: {slowly}"
        yield from self.store(slowly, part=part)
        yield from self.part_tail() if part else self.tail()

    def part_tail(self) -> Iterator[str]:
        """A part's values are stored: nobody is concerned, or the customer looks."""
        yield "    if _same and _now < _s.wake and not _s.watched & _given:"
        yield "        _whole = _s.whole"
        yield "        if _whole.at <= _now < _whole.wake:"
        yield "            _whole.at = _now"
        yield "            return _NOTHING"
        yield f"    return _s.whole.touched(_s, {self.old_values()})"

    def tail(self) -> Iterator[str]:
        """Values are stored: what they do to a lifecycle on its own."""
        yield "    if _same and _now < _s.wake:"
        yield from (f"        {line}" for line in self.afterwards.open_touchpoints())
        yield "        return _NOTHING"
        dates = "".join(f"_s.v_{name} if {name} is ... else _was_{name}, " for name in self.dated)
        yield from self.decide(self.old_values(), dates, lambda names: " or ".join(f"{name} is not ..." for name in names))

    def settled(self) -> Iterator[str]:
        """The end of an observation whose values somebody else has stored, and that may have changed something.

        It is given the clock and all values as they were, whether all values lie in the bands they lay in, and which were given, as bits.
        """
        number = {spec.name: i for i, spec in enumerate(self.signals)}
        yield "def settled(_s, _old, _same, _given):"
        yield "    _then = _old[0]; _now = _s.at"
        dates = "".join(f"_old[{1 + number[name]}], " for name in self.dated)
        yield from self.decide("_old", dates, lambda names: f"_given & {sum(1 << number[name] for name in names)}")

    def decide(self, old: str, dates: str, given: Given) -> Iterator[str]:
        """Rules are asked, and what follows is written.

        Args:
            old: the text of the clock and all values as they were.
            dates: that of the dates among them.
            given: how to ask whether any of some signals was given.
        """
        yield f"    if _then != _then: return _first(_s, {old})"
        yield "    _rule = _STEP[_s.phase](_s)"
        yield "    if _rule >= 0:"
        yield "        _still = _STILL[_rule]"
        yield f"        _plan = _TAKE[_rule](_s) if _still is None or _now == _then or _still(_s, (_then, {dates})) else None"
        yield f"        if _plan is None: return _moved(_s, {old}, _rule)"
        yield "        _s.journal += _plan"
        yield "        _s.wake = _STALE"
        yield "    elif _same: _s.wake = _WAKE[_s.phase](_s)"
        yield from (f"    {line}" for line in self.afterwards.lines(given))
        yield "    if _rule < 0: return _NOTHING"
        yield "    _life = _s.life"
        yield "    if _life.listening: _life.perform(_plan)"
        yield "    return _Moves(_plan, _life)"

    def send(self) -> Iterator[str]:
        """The same with one event offered, which the customer has seen before."""
        slowly = f"return _send_slowly(_s, event, ({self.places()}*_more), at, instance, {self.named_values()}, _unknown)"
        yield f"def send(_s, event, {self.places('=...')}/, at=None{self.parameters()}, *_more, instance=None, **_unknown):"
        yield "    try: _name = _EVENTS.get(event)"
        yield "    except Exception: _name = None"  # what cannot be looked up is no event
        yield f"    if _name is None or instance is not None or _given_0 is not ... or _unknown or _s.busy or _s.at != _s.at: {slowly}"
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
        return "".join(f", {s.name}=..." for s in self.signals)

    def named_values(self) -> str:
        """All named values, given or not, by name."""
        return "{" + ", ".join(f"{s.name!r}: {s.name}" for s in self.signals) + "}"

    def old_values(self) -> str:
        """The clock and all values as they were; only those that were given have been kept."""
        return f"(_then, {''.join(f'_s.v_{s.name} if {s.name} is ... else _was_{s.name}, ' for s in self.signals)})"

    def store(self, slowly: str, *, part: bool) -> Iterator[str]:
        """Time and values are checked and stored; at the first that is not plain, all is put back and handed over."""
        yield "    _then = _s.at"
        yield "    if at is not None:"
        yield "        if _type(at) is _str:"
        yield "            try: _now = _INSTANTS[at]"
        yield "            except KeyError:"
        yield "                _now = _instant(at)"
        yield f"                if _now is None: {slowly}"
        yield "        elif _type(at) is _datetime and at.tzinfo is _UTC and not at.microsecond:"
        yield "            _now = at - _EPOCH"
        yield "            _now = _now.days * 86400000000.0 + _now.seconds * 1000000.0"
        yield "        else:"
        yield "            _now = _instant(at)"
        yield f"            if _now is None: {slowly}"
        yield f"        if _now < {'_s.whole.at' if part else '_then'}: {slowly}"  # before the first time it is NaN
        yield "        _s.at = _now"
        yield "    else: _s.at = _now = _s.whole.at" if part else "    else: _now = _then"
        yield "    _same = True; _given = 0" if part else "    _same = True"
        for i, spec in enumerate(self.signals):
            yield f"    if {spec.name} is not ...:"
            keep = f"_was_{spec.name} = _s.v_{spec.name}"
            yield f"        {keep}; _given |= {1 << i}" if part else f"        {keep}"
            if part and spec.port:
                yield "        if True:"  # fed by the wiring, not by people
            else:
                yield from (f"        {line}" for line in self.plain_value(spec, part=part))
                yield "        else:"
            yield "            _s.at = _then"
            yield from (f"            {line}" for earlier in self.signals[:i] for line in self.put_back(earlier))
            yield f"            {slowly}"

    def bands(self) -> Iterator[str]:
        """The bands of all values that a settled part has: what is next reported of it is compared with them, be it the first time."""
        yield "def bands(_s):"
        yield "    pass"
        for spec in self.signals:
            x = spec.name
            if x not in self.banded or spec.port:
                continue
            low, high = (max(-LARGEST, min(limit, LARGEST)) for limit in spec.range)
            yield f"    {x} = _s.v_{x}"
            known = {"int": f"if _type({x}) is int:", "float": f"elif {x} == {x}:"}  # what is missing lies in no band
            for kind in ("int",) if whole_numbers(spec) else ("int", "float"):
                yield f"    {known[kind]}"
                lines = band_lines(x, self.cuts[x] or (), low, high, whole=kind == "int")
                yield from (f"        {line}" for line in lines)

    def put_back(self, spec: SignalSpec) -> Iterator[str]:
        """A value stored before is as it was; its band is forgotten."""
        forget = f"; _s.lo_{spec.name} = _NAN" if spec.name in self.banded else ""
        yield f"if {spec.name} is not ...: _s.v_{spec.name} = _was_{spec.name}{forget}"

    def plain_value(self, spec: SignalSpec, *, part: bool) -> Iterator[str]:
        """Lines that store a value which is plainly of the right kind, and say whether it changes anything; ``else`` follows them."""
        x = spec.name
        store, asked = f"_s.v_{x} = {x}", x in self.cuts
        match spec.kind:
            case "flag":
                yield f"if {x} is True or {x} is False:"
                yield from self.stored(x, f"{x} is not _was_{x}", asked)
            case "choice":
                yield f"if _type({x}) is _str and {x} in ({', '.join(map(repr, spec.choices))},):"
                yield from self.stored(x, f"{x} != _was_{x}", asked)
            case "date":
                yield f"if _type({x}) is _str:"
                yield f"    try: _us = _INSTANTS[{x}]"
                yield f"    except KeyError: _us = _instant({x})"
                yield f"elif _type({x}) is _date: _us = ({x}.toordinal() - {_EPOCH_DAY}) * {float(DAY)!r}"
                yield f"else: _us = _instant({x})"
                yield "if _us is not None:"
                yield f"    _s.v_{x} = _us"
                points = self.dates.get(x)
                if points is not None:
                    yield from (f"    {line}" for line in date_lines(x, points, part=part))
                elif asked:
                    yield f"    if _us != _was_{x}: _same = False; _s.wake = _STALE"
            case _:
                kinds = ("int",) if whole_numbers(spec) else ("float", "int")
                low, high = (max(-LARGEST, min(limit, LARGEST)) for limit in spec.range)  # whole numbers beyond are not exact
                word = "if"
                if x in self.banded:
                    typed = f"_type({x}) is int" if whole_numbers(spec) else f"_type({x}) is _type(_s.lo_{x})"
                    yield f"if {typed} and _s.lo_{x} <= {x} < _s.hi_{x}: {store}"
                    word = "elif"
                for kind in kinds:  # each kind of number is compared with its own, which Python does several times faster
                    as_kind = int if kind == "int" else float
                    bounds = (as_kind(low), as_kind(high)) if as_kind(low) == low and as_kind(high) == high else (low, high)
                    yield f"{word} _type({x}) is {kind} and {bounds[0]!r} <= {x} <= {bounds[1]!r}:"
                    word = "elif"
                    if x in self.banded:
                        yield f"    {store}; _same = False"
                        lines = band_lines(x, self.cuts[x] or (), low, high, whole=kind == "int")
                        yield from (f"    {line}" for line in lines)
                    else:
                        yield from self.stored(x, f"{x} != _was_{x}", asked)

    def stored(self, name: str, differs: str, asked: bool) -> Iterator[str]:
        """A value is stored; if something asks for it, it matters whether it differs."""
        if asked:
            yield f"    if {differs}: _same = False"
        yield f"    _s.v_{name} = {name}"


def _is_number(spec: SignalSpec) -> bool:
    return spec.kind not in ("flag", "choice", "date")
