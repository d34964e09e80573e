"""What is written once an observation has settled, as lines of generated Python: clocks, milestones and touchpoints."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from clmstate.conditions import reads
from clmstate.conditions.nodes import Cond
from clmstate.kernel.expressions import Writer
from clmstate.kernel.program import Program

__all__ = ["Afterwards", "Given"]

Given = Callable[[Collection[str]], str]
"""The text of the question whether any of some signals was given."""


class Afterwards:
    """Writes the lines that follow the rounds.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel import lower_lifecycle
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live", default=False)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, when=live.for_days(30))
        >>> for line in Afterwards(lower_lifecycle(Deal.definition)).lines():
        ...     print(line)
        if _s.v_live:
            if _s.k0 != _s.k0: _s.k0 = _s.at; _s.wake = _STALE
        else: _s.k0 = _NAN
    """

    def __init__(self, program: Program) -> None:
        self.p = program
        self.write = Writer(program)
        self.shown = any(program.shown)

    def functions(self) -> Iterator[str]:
        """`clocks` and `after` as functions of a state, what both ask as bits, and what shows touchpoints to be done."""
        yield from self.touchpoints()
        yield "def truths(_s):"
        formulas = [*self.p.clock_formulas, *(formula for _, formula in self.p.milestones)]
        yield "    return " + (" | ".join(f"({1 << i} if {self.write.formula(f)} else 0)" for i, f in enumerate(formulas)) or "0")
        yield "def clocks(_s):"
        yield "    _s.wake = _STALE"
        yield from (f"    {line}" for line in self.clock_lines())
        yield "def after(_s):"
        yield "    _s.wake = _STALE"
        yield from (f"    {line}" for line in self.lines())

    def touchpoints(self) -> Iterator[str]:
        """For each phase, what says as bits which touchpoints data show to be done; if there may be any, also what notes those that now are."""
        names, full, shows = [], [], []
        for i, shown in enumerate(self.p.shown):
            names.append(f"seen_{i}" if shown else "None")
            full.append(str(sum(1 << n for n, _ in shown)))
            bits = [f"({1 << n} if {self.write.formula(formula)} else 0)" for n, formula in shown]
            shows.append(f"lambda _s: {' | '.join(bits) or 0}, ")
            if shown:
                yield f"def seen_{i}(_s):"
                for n, formula in shown:
                    yield f"    if not _s.seen & {1 << n} and ({self.write.formula(formula)}):"
                    yield f"        _s.seen |= {1 << n}"
                    yield f"        _s.journal.append((-3, {i}, {n}, _s.at, 'done', '', ''))"
                yield f"    return _s.seen & {full[i]} != {full[i]}"
        yield f"_SEEN = ({', '.join(names)},)"
        yield f"_FULL = ({', '.join(full)},)"
        yield f"_SHOWS = ({''.join(shows)})"

    def lines(self, given: Given | None = None) -> Iterator[str]:
        """All of it.

        Args:
            given: how the text asks whether any of some signals was given, where no event was offered and all was written at the last
                observation: then only what reads a given signal, the time or a place can differ.
        """
        yield from self.clock_lines(given)
        if self.p.milestones:
            yield f"if _s.reached != {(1 << len(self.p.milestones)) - 1}:"
            yield from (f"    {line}" for line in self.milestone_lines(given))
        if self.shown:
            yield "_full = _FULL[_s.phase]"
            yield "_s.open = _s.seen & _full != _full"
            yield from self.open_touchpoints()

    def open_touchpoints(self) -> Iterator[str]:
        """Touchpoints of this stay that are open are looked at."""
        if self.shown:
            yield "if _s.open: _s.open = _SEEN[_s.phase](_s)"

    def clock_lines(self, given: Given | None = None) -> Iterator[str]:
        """Clocks start and stop."""
        for i, (clock, formula) in enumerate(zip(self.p.clocks, self.p.clock_formulas, strict=True)):
            test = _given(clock.of, given) if given else ""
            if test == "False":
                continue
            yield from (test,) if test else ()
            indent = "    " if test else ""
            yield f"{indent}if {self.write.formula(formula)}:"
            yield f"{indent}    if _s.k{i} != _s.k{i}: _s.k{i} = _s.at; _s.wake = _STALE"
            yield f"{indent}else: _s.k{i} = _NAN"

    def milestone_lines(self, given: Given | None = None) -> Iterator[str]:
        """Milestones are reached."""
        yield "pass"
        for i, (name, formula) in enumerate(self.p.milestones):
            test = _given(self.p.definition.milestones[name].when, given) if given else ""
            if test == "False":
                continue
            yield from (test,) if test else ()
            indent = "    " if test else ""
            yield f"{indent}if not _s.reached & {1 << i} and ({self.write.formula(formula)}):"
            yield f"{indent}    _s.reached |= {1 << i}"
            yield f"{indent}    _s.journal.append((-2, {i}, _s.at))"


def _given(cond: Cond | None, given: Given) -> str:
    """A test for whether anything that a condition reads was given, where that alone can change its truth; "False" if nothing could be."""
    read = None if cond is None else reads(cond)
    if read is None or read.clock or read.phases:
        return ""
    return f"if {given(read.signals)}:" if read.signals else "False"
