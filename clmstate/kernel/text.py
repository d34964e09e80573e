"""The text of the module that a program becomes: one function for each question that an engine asks of a phase or a rule.

It holds no user text: names of signals and events are Python identifiers, everything else is numbers and quoted constants.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from clmstate.conditions.lower import All, Fixed, Formula, Literal
from clmstate.kernel import gate
from clmstate.kernel.afterwards import Afterwards
from clmstate.kernel.expressions import Writer
from clmstate.kernel.inline import Inline, banded
from clmstate.kernel.program import Program, Rule
from clmstate.kernel.timed import one_way, timed_leaves, timed_literals
from clmstate.signals import SignalSpec

__all__ = ["module_text"]

_CORE: Final = ("at", "phase", "entered", "hold", "visits", "resume", "reached", "seen", "unsettled", "busy")


def module_text(program: Program) -> str:
    """The module of a program; what it does not define itself (``State``, ``_slowly`` ...) is given to it when it is run.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> from clmstate.kernel import lower_lifecycle
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> module_text(lower_lifecycle(Deal.definition)).splitlines()[0]
        'class PartState(State):'
    """
    return "\n".join(_Text(program).everything()) + "\n"


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


def _conjuncts(formula: Formula) -> tuple[Formula, ...]:
    match formula:
        case All(items):
            return items
        case Fixed(True):
            return ()
        case _:
            return (formula,)
