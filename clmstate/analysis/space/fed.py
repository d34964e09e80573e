"""The ways of one part inside a customer: its ports say what they say, and whatever it is told, the whole customer takes in.

z3 says what would have to be reported of the part, given its ports and what has happened to it; the compiled engine takes it in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import z3

from clmstate.analysis.findings import Report
from clmstate.analysis.proofs.study import Study
from clmstate.analysis.proofs.witness import Stand, Witnesses
from clmstate.analysis.space.blueprint import Blueprint, Path, Slot
from clmstate.analysis.space.replays import Customer
from clmstate.composition import RollUp
from clmstate.conditions import reads
from clmstate.conditions.examples import Example
from clmstate.conditions.joined import negated
from clmstate.conditions.nodes import Cond
from clmstate.conditions.smt import UndecidedError
from clmstate.kernel import Rule, State, contribution

__all__ = ["Actor", "Fed", "Log"]

Log: TypeAlias = tuple[Report, ...]
Actor: TypeAlias = tuple[Path, str]
"""A part by its path, and the name of the member ("" for a part that is always there)."""


class Fed(Witnesses):
    """The ways of one part inside a customer: its ports say what they say, and whatever it is told, the whole customer takes in."""

    def __init__(self, plan: Blueprint, path: Path, slot: Slot, played: Callable[[Log], Customer | None]) -> None:
        self.played, self.path, self.slot = played, path, slot
        self.member = ""
        self.asked: tuple[Cond, ...] = tuple(cond for one in plan.groups for number, cond in one.asked if one.slots[number] is slot)
        super().__init__(slot.ways.definition, Study(slot.ways.definition))

    def answers(self, state: State) -> tuple[bool, ...]:
        """What roll-ups ask about a member."""
        definition = self.slot.ways.definition
        return tuple(contribution(definition, RollUp("share_where", "", cond=cond)).of(state)[0] > 0 for cond in self.asked)

    def making(self, cond: Cond) -> dict[str, Any]:
        """What is to be told of a member so that a condition is true of it, by part and signal."""
        example = self.study.prover.satisfy(cond)
        prefix = ".".join(self.path)
        return {} if example is None else {f"{prefix}.{name}": value for name, value in example.values.items()}

    def onwards(self, log: Log, actor: Actor, customer: Customer, skips: Callable[[Rule], bool] | None) -> Iterator[Log]:
        """Logs that go on with a transition of this part, or with what roll-ups ask about it."""
        state = dict(customer.states())[actor]
        self.member = actor[1]
        stand = Stand(log, self.engine.save(state), state.phase, self._reported(log, actor))
        program = self.study.program
        ports = list(self._ports(state))
        for rule in (*program.offered[stand.phase], *program.silent[stand.phase]):
            if skips is not None and skips(rule):
                continue
            try:
                fits = self.study.prover.possible(self.study.taken(rule, stand.phase), *ports)
                after = next(self._tried(stand, rule), None) if fits else None
            except UndecidedError:
                continue
            if after is not None:
                yield after.log
        for cond in self.asked:
            after = self._rested(stand, [cond], None)
            if after is not None:
                yield after.log

    def _reported(self, log: Log, actor: Actor) -> dict[str, Any]:
        known: dict[str, Any] = {}
        prefix = ".".join(actor[0]) + "."
        for row in log:
            if (row.part + ".") == prefix and row.instance == actor[1]:
                for name in row.details.get("signals", ()) if row.event == "@clear" else ():
                    known.pop(name, None)
                known |= {key.removeprefix(prefix): value for key, value in row.values.items()}
        return known

    def _history(self, stand: Stand, at: int, event: str | None) -> Iterator[z3.BoolRef]:
        yield from super()._history(stand, at, event)
        yield from self._ports(self._load(stand))

    def _ports(self, state: State) -> Iterator[z3.BoolRef]:
        """What the ports say."""
        symbols = self.study.prover.symbols
        for port in self.slot.ways.ports:
            value = getattr(state, f"v_{port}")
            if value != value:
                yield negated(symbols.known(port))
                continue
            yield symbols.known(port)
            spec = self.study.definition.signals[port]
            if spec.kind == "flag":
                yield symbols.flag(port) == bool(value)
            elif spec.kind == "choice":
                yield symbols.variable(("value", port)) == spec.choices.index(str(value))
            elif spec.kind != "date":
                yield symbols.variable(("value", port)) == z3.RealVal(repr(value))

    def _told(self, stand: Stand, example: Example, at: int, event: str | None) -> tuple[Stand, list[tuple[Any, ...]]] | None:
        """Reports what has changed of this part, and lets the whole customer take it in."""
        part, ports = ".".join(self.path), self.slot.ways.ports
        asked = {name for cond in (*self.study.conditions, *self.asked) for name in reads(cond).signals} - ports
        new = {name: value for name, value in example.values.items() if name not in ports and stand.known.get(name) != value}
        gone = [name for name in stand.known if name in asked and name not in example.values]
        details = {"instance": "crm"} if event and self.study.definition.events[event].names_instance else {}
        rows = [Report(at, {f"{part}.{name}": value for name, value in new.items()}, event or "", part, self.member, details)]
        if gone:
            rows.append(Report(at, event="@clear", part=part, instance=self.member, details={"signals": gone}))
        log = (*stand.log, *rows)
        customer = self.played(log)
        state = None if customer is None else dict(customer.states()).get((self.path, self.member))
        if customer is None or state is None:
            return None
        number = {rule.transition.name: rule.index for rule in self.study.program.rules}
        taken = [number[name] for path, member, name in customer.taken if (path, member) == (self.path, self.member)]
        plan: list[tuple[Any, ...]] = [(index, stand.phase if i == 0 else -1) for i, index in enumerate(taken)]
        return Stand(log, self.engine.save(state), state.phase, self._reported(log, (self.path, self.member))), plan
