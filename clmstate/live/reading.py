"""Everything that people may ask of a customer's state; nothing here changes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from clmstate.conditions import evaluate, reads
from clmstate.conditions.lower import Formula, literals, lower
from clmstate.conditions.nodes import Cond
from clmstate.errors import Diagnostic, UnknownNameError, did_you_mean, shown
from clmstate.kernel import LATEST, Compiled, State, next_check
from clmstate.lifecycle import (
    Explanation,
    GroupMeta,
    Journey,
    Lifecycle,
    LifecycleDefinition,
    Move,
    OpenPlay,
    OpenTouchpoint,
    Phase,
    Play,
    Reached,
    Risk,
    Seen,
    SuccessGap,
    Transition,
    Untaken,
)
from clmstate.lifecycle.moves import By
from clmstate.live.explain import explain_place, explain_transition, explain_ways_out
from clmstate.live.picture import StatePicture
from clmstate.live.reports import as_text
from clmstate.signals import DAY, from_instant

__all__ = ["Reading"]


class Reading:
    """A customer's state, as people ask about it.

    Attributes:
        lifecycle: the class.
        state: where the customer stands.
        done: the numbers of plays that are marked done.

    Example:
        >>> from clmstate.live import Life
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> isinstance(Life(Deal), Reading)
        True
    """

    lifecycle: type[Lifecycle]
    state: State
    done: set[int]

    @property
    def definition(self) -> LifecycleDefinition:
        """The definition of the lifecycle."""
        return self.lifecycle.definition

    @property
    def engine(self) -> Compiled:
        """Its compiled program."""
        return self.state.c

    @property
    def path(self) -> str:
        """Its address, if it is a part of a composition."""
        return ""

    @property
    def place(self) -> str:
        """What diagnostics name."""
        raise NotImplementedError

    # ---- where the customer stands, and what is known

    @property
    def phase(self) -> Phase:
        """The leaf phase."""
        return self.definition.phases[self.engine.program.phases[self.state.phase]]

    @property
    def at(self) -> Any:
        """The clock, or None."""
        return None if self.state.at != self.state.at else from_instant(int(self.state.at))

    def signal_value(self, name: str) -> Any:
        """What is known of a signal."""
        return self.definition.signals[name].to_user(getattr(self.state, f"v_{name}"))

    # ---- what happened

    def read(self, step: tuple[Any, ...]) -> Move:
        """The move that a step of a plan stands for."""
        p, d = self.engine.program, self.definition
        source, target = d.phases[p.phases[step[1]]], d.phases[p.phases[step[2]]]
        at = _known(step[4])
        if step[0] < 0:
            held = _known(step[7])
            return Move(self.path, source, target, None, at, "hand", 0, person=step[5], reason=step[6], held_until_us=held)
        rule = p.rules[step[0]]
        by: By = "rule" if rule.event is None else "event"
        values = {n: d.signals[n].to_user(v) for n, v in zip(rule.signals, step[5], strict=True)}
        words = d.why(rule.transition)
        return Move(self.path, source, target, rule.transition, at, by, step[3], rule.stay, values, step[6], words=words)

    def entry(self, step: tuple[Any, ...]) -> Move | Reached | Seen:
        """The entry of the journey that a step of the journal stands for."""
        p = self.engine.program
        match step[0]:
            case -2:
                name = p.milestones[step[1]][0]
                return Reached(self.path, name, self.definition.milestones[name].label, _known(step[2]))
            case -3:
                path = p.phases[step[1]]
                label = self.definition.phases[path].touchpoints[step[2]].label
                return Seen(self.path, path, label, _known(step[3]), step[4], step[5], step[6])
            case _:
                return self.read(step)

    @property
    def journey(self) -> Journey:
        """The path so far."""
        return Journey(tuple(map(self.entry, self.state.journal)))

    def why_untaken(self, event: str, took: Transition | None, phase: int) -> str:
        """Why an event that was offered in a phase changed nothing."""
        path = self.engine.program.phases[phase]
        ways = [t for t in self.definition.ways_out(path) if t.on == event]
        if not ways:
            return f"no way out of {self.definition.phases[path].label} listens to it"
        if took is not None:
            return f"'{took.name}' took its turn"
        return " and ".join(f"'{t.name}' needs {self.definition.why(t)}" for t in ways)

    def untaken_of(self, offered: Iterable[str], took: Transition | None, phase: int) -> tuple[Untaken, ...]:
        """The events offered that nobody took, with why."""
        names = [name for name in dict.fromkeys(offered) if took is None or took.on != name]
        return tuple(Untaken(name, self.why_untaken(name, took, phase), self.path) for name in names)

    # ---- what is to be done

    def plays_of(self, entry: tuple[Any, ...]) -> Iterable[tuple[Play, str, int | None]]:
        """The plays that one entry of the journal opened: the play, what opened it and when."""
        if entry[0] >= 0:
            transition = self.engine.program.rules[entry[0]].transition
            return ((play, transition.name, _known(entry[4])) for play in transition.plays)
        if entry[0] == -2:
            name = self.engine.program.milestones[entry[1]][0]
            return ((play, name, _known(entry[2])) for play in self.definition.milestones[name].plays)
        return ()

    def all_plays(self) -> list[OpenPlay]:
        """Every play that was ever opened, numbered from 1 in order of the journey."""
        opened = [play for entry in self.state.journal for play in self.plays_of(entry)]
        return [OpenPlay(number, self.path, *play) for number, play in enumerate(opened, 1)]

    @property
    def open_plays(self) -> tuple[OpenPlay, ...]:
        """The plays that are not marked done."""
        return tuple(play for play in self.all_plays() if play.number not in self.done)

    @property
    def open_touchpoints(self) -> tuple[OpenTouchpoint, ...]:
        """The touchpoints of this stay that are neither done nor skipped."""
        s = self.state
        entered = _known(s.entered)
        return tuple(
            OpenTouchpoint(t, None if t.due is None or entered is None else min(LATEST, entered + round(t.due.most * DAY)))
            for n, t in enumerate(self.phase.touchpoints)
            if not s.seen & 1 << n
        )

    # ---- what to look out for

    @property
    def warning_signs(self) -> tuple[Risk, ...]:
        """The risks whose sign is true."""
        return tuple(r for r in self.definition.risks.values() if self.stands(r.phases) and self.holds(r.sign))

    @property
    def open_gaps(self) -> tuple[SuccessGap, ...]:
        """The success gaps that are open."""
        return tuple(g for g in self.definition.gaps.values() if self.stands(g.phases) and self.holds(g.when))

    def stands(self, places: tuple[str, ...]) -> bool:
        """Whether the customer stands in one of some phases or groups; none named is anywhere."""
        return not places or StatePicture(self.state).stands_in(places)

    def holds(self, cond: Cond | None, state: State | None = None) -> bool:
        """Whether a condition is true."""
        return cond is not None and evaluate(cond, StatePicture(self.state if state is None else state)) is True

    def explain(self, what: Transition | Phase | GroupMeta | str | None = None) -> Explanation:
        """What a transition, every way into a phase (or group), or every way out of the present phase still needs."""
        if what is None:
            return explain_ways_out(self.state)
        known = self.definition.transitions, self.definition.places
        if isinstance(what, Phase | GroupMeta):
            name = what.path if what.home in self.lifecycle._homes else ""
            known = {}, self.definition.places
        else:
            name = what.name if isinstance(what, Transition) else as_text(what) or ""
        if name in known[0]:
            return explain_transition(known[0][name], self.state)
        if name in known[1]:
            return explain_place(name, self.state)
        cause = f"{shown(name or what)} is neither a transition nor a phase of {self.definition.name}"
        raise UnknownNameError([Diagnostic("CLM203", self.place, cause, did_you_mean(name, [*known[0], *known[1]]))])

    # ---- when to look again

    @property
    def next_check(self) -> Any:
        """The next time at which time alone could change something."""
        us = self.next_check_us
        return None if us is None else from_instant(us)

    @property
    def next_check_us(self) -> int | None:
        """The same as an instant."""
        s = self.state
        step = self.engine.step[s.phase]
        if s.unsettled and s.at == s.at and not s.at < s.hold and (step(s) >= 0 or any(map(self.holds, self.pending()))):
            return int(s.at)  # nobody has asked yet where the customer was placed by hand
        said = self.said_of()
        now = [self.holds(cond) for cond in said]

        def differs(later: State) -> bool:
            moves = not later.at < later.hold and step(later) >= 0
            return moves or [self.holds(cond, later) for cond in said] != now

        return next_check(self.state, self.watched(said), differs)

    def watched(self, said: Iterable[Cond]) -> list[object]:
        """The leaves that may move the customer from here, or change what is said of it."""
        signals = self.definition.signals
        formulas: list[Formula] = [rule.formula for rule in self.engine.program.silent[self.state.phase]]
        formulas += [lower(cond, lambda name: signals[name].never_missing) for cond in said]
        return list(dict.fromkeys(literal.leaf for formula in formulas for literal in literals(formula)))

    def pending(self) -> list[Cond]:
        """The conditions of milestones that are not reached, and of touchpoints that are not done."""
        s, milestones = self.state, self.definition.milestones
        found = [milestones[name].when for i, (name, _) in enumerate(self.engine.program.milestones) if not s.reached & 1 << i]
        found += [t.done for n, t in enumerate(self.phase.touchpoints) if not s.seen & 1 << n]
        return [cond for cond in found if cond is not None]

    def said_of(self) -> list[Cond]:
        """The conditions that say something of the customer here, and that time may change."""
        signs = [r.sign for r in self.definition.risks.values() if self.stands(r.phases)]
        gaps = [g.when for g in self.definition.gaps.values() if self.stands(g.phases)]
        return [cond for cond in (*signs, *gaps, *self.pending()) if cond is not None and reads(cond).clock]


def _known(us: float) -> int | None:
    return None if us != us else int(us)
