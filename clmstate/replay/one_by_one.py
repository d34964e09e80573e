"""The replay of a log customer by customer on the compiled engine: every case, also compositions and moves by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from clmstate.composition import Composition
from clmstate.errors import ObservationError
from clmstate.lifecycle import Lifecycle, Move, Reached
from clmstate.replay.play import play
from clmstate.replay.playing import Step
from clmstate.replay.rows import Log, Row
from clmstate.replay.tables import Found, reject_row
from clmstate.signals import from_instant

__all__ = ["one_by_one"]


def one_by_one(
    model: type[Lifecycle] | type[Composition],
    log: Log | Iterable[Row],
    *,
    as_of_us: int | None = None,
    progress: Callable[[int], object] = lambda _rows: None,
    told: Callable[[tuple[str, str, int], Move], object] | None = None,
) -> tuple[Found, int]:
    """Plays a log on the compiled engine.

    Args:
        model: a lifecycle or a composition.
        log: the rows, in any order.
        as_of_us: later rows are not played, and time passes until then.
        progress: told how many rows have been played.
        told: told of each move that a row caused, with the values that its rule read: whose it is (customer, part, life), and the move.

    Returns:
        What was found, and how many rows were used.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("contract signed", default=False)
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = open.to(won, when=signed)
        >>> found, used = one_by_one(Deal, [Row("Acme", 0, values={"signed": True})])
        >>> found.moves["transition"].to_list(), used
        (['win'], 1)
    """
    rows: dict[str, list[Any]] = {name: [] for name in ("moves", "by_then", "lives", "milestones", "signs", "rejects")}
    used = 0
    one: _One | None = None
    for step in play(model, log, until_us=as_of_us):
        if one is None or one.life is not step.life:
            if one is not None:
                one.close(as_of_us)
            one = _One(step, rows, told)
        one.step(step)
        used += len(step.used)
        rows["rejects"] += map(reject_row, step.rejected)
        progress(used + len(rows["rejects"]))
    if one is not None:
        one.close(as_of_us)
    return Found.of(rows), used


def _may_join(row: Row) -> bool:
    """Whether a row may change who is there."""
    return row.event in ("@join", "@leave", "@start") or "instance" in row.details


class _One:
    """One customer on the way: what was told of it so far."""

    def __init__(
        self, first: Step, rows: dict[str, list[Any]], told: Callable[[tuple[str, str, int], Move], object] | None = None
    ) -> None:
        self.life, self.rows, self.name, self.told = first.life, rows, first.customer, told
        self.single = isinstance(self.life, Lifecycle)
        self.here: dict[str, list[Any]] = {}  # the open lives by address, as rows of the table
        self.lived: Counter[str] = Counter()
        self.seen = 0

    def step(self, step: Step) -> None:
        """One instant: who came and went, and what happened."""
        changed = not self.here or (not self.single and any(_may_join(row) for row in step.used))
        if changed and step.used:
            self.births(step)
        self.happened(step.at_us, "moves")
        if changed:
            self.departures(step.at_us)
        if step.used:
            for life in self.here.values() if self.single else ():
                life[7] = step.at_us
            self.last = step.at_us

    def births(self, step: Step) -> None:
        present = [""] if self.single else list(self.life.phases)
        entries = self.entries()[self.seen :]
        first = {address: entry.source.path for entry, address in reversed(entries) if isinstance(entry, Move)}
        rejoined = {row.instance and self.address(row.part, row.instance) for row in step.used if row.event == "@join"}
        known = {*present, *first}
        for address in known:
            if address in self.here and address not in rejoined:
                continue
            if address in self.here:
                self.here.pop(address)[6] = step.at_us
            self.lived[address] += 1
            phase, since = self.began(address, step, first.get(address))
            life = [self.name, address, self.lived[address], phase, since, step.at_us, None, step.at_us]
            self.here[address] = life
            self.rows["lives"].append(life)

    def began(self, address: str, step: Step, moved_from: str | None) -> tuple[str, int]:
        for row in step.used:
            if row.event == "@start" and (self.single or self.address(row.part, row.instance) == address):
                state = self.part(address)._life.state
                return self.part(address).phase.path, int(state.entered)
        part = moved_from if moved_from is not None else self.part(address).phase.path
        return part, step.at_us

    def departures(self, at_us: int) -> None:
        if self.single:
            return
        present = self.life.phases
        for address in [address for address in self.here if address not in present]:
            self.here.pop(address)[6] = at_us

    def address(self, part: str, instance: str) -> str:
        from clmstate.replay.shape import shape_of

        return shape_of(type(self.life)).way(part).address(instance)

    def part(self, address: str) -> Any:
        if self.single:
            return self.life
        whole = self.life._whole
        return whole.handle(whole.found(address)[3])

    def entries(self) -> list[tuple[Any, str]]:
        """Everything that happened so far, with the address of the part."""
        if self.single:
            return [(self.life._life.entry(entry), "") for entry in self.life._life.state.journal]
        whole = self.life._whole
        return [(whole.life_of(member).entry(entry), member.path) for member, entry in whole.whole.journal]

    def happened(self, at_us: int, table: str) -> None:
        """What the journal says since the last time."""
        journal = self.life._life.state.journal if self.single else self.life._whole.whole.journal
        new, self.seen = journal[self.seen :], len(journal)
        for raw in new:
            entry = self.life._life.entry(raw) if self.single else self.life._whole.life_of(raw[0]).entry(raw[1])
            who = (self.name, entry.part, self.lived[entry.part])
            match entry:
                case Move():
                    if self.told is not None and table == "moves":
                        self.told(who, entry)
                    self.rows[table].append(
                        (
                            *who, entry.at_us, entry.round, entry.name, entry.source.path, entry.target.path, entry.by, entry.stayed,
                            entry.due_since_us, entry.words, entry.person, entry.reason, entry.held_until_us,
                        )
                    )  # fmt: skip
                case Reached():
                    self.rows["milestones"].append((*who, at_us, entry.name, entry.label))
                case _:
                    pass

    def close(self, as_of_us: int | None) -> None:
        """The customer's last row has been played: time passes until the date of interest, and what is in force is noted."""
        if not self.here:
            return
        if as_of_us is not None and as_of_us > self.last:
            try:
                self.life.tick(from_instant(as_of_us))
                self.last = as_of_us
            except ObservationError:
                pass  # never settling by time alone: the customer stays as it was last seen
            self.happened(as_of_us, "by_then")
        for address, life in self.here.items():
            life[7] = self.last
            for risk in self.part(address).warning_signs:
                self.rows["signs"].append((self.name, address, life[2], self.last, risk.name, risk.label))
