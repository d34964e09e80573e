"""The phase that a CRM recorded beside the phase that the model gives: where they agree, and what explains each difference.

A shadow of each customer stands where the record says, with the data of the log, and is asked at each record which rules are true there. So
one wrong record does not make all later ones wrong.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs

from clmstate.composition import Composition
from clmstate.errors import ClmstateError, Diagnostic, InputError, did_you_mean
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, Transition
from clmstate.live.picture import StatePicture
from clmstate.replay.cells import read_instant
from clmstate.replay.csvfile import read_csv
from clmstate.replay.frames import pl
from clmstate.replay.lines import lines
from clmstate.replay.log import cannot_open
from clmstate.replay.play import play
from clmstate.replay.rows import Log, Rejected, Row
from clmstate.replay.shape import Shape, shape_of
from clmstate.replay.smallest import Change, smallest_change
from clmstate.signals import DAY

__all__ = ["Conformance", "Recorded", "conformance", "read_records"]

Model = type[Lifecycle] | type[Composition]

FOR_EVER: Final = "9999-12-31"


@attrs.frozen
class Recorded:
    """What a CRM says of a customer.

    Example:
        >>> Recorded("Acme", 0, "won").phase
        'won'
    """

    customer: str
    at_us: int
    phase: str


@attrs.frozen
class Conformance:
    """How a record and a model agree.

    Attributes:
        records: each record: the phase recorded, the phase that the model gives, and whether they are the same.
        made: moves that were recorded while no rule of that way was true; `explained_by`, the fewest conditions that were not so, and the
            smallest change of the `data`, or of the rule (`limits`), that would have made them so.
        missed: moves that a rule asked for and that nobody recorded within the days of grace; `data` and `limits`, the smallest change
            that would have made the rule ask for nothing.

    Example:
        >>> Conformance.__name__
        'Conformance'
    """

    records: pl.DataFrame
    made: pl.DataFrame
    missed: pl.DataFrame

    @property
    def agreement(self) -> float | None:
        """The share of records that agree; None without records."""
        agree = self.records["agrees"].mean()
        return None if agree is None else float(agree)  # type: ignore[arg-type]


_RECORDS: Final = {"customer": pl.String, "at": pl.Int64, "recorded": pl.String, "model": pl.String, "agrees": pl.Boolean}
_MADE: Final = {
    "customer": pl.String,
    "at": pl.Int64,
    "from": pl.String,
    "to": pl.String,
    "rule": pl.String,
    "explained_by": pl.String,
    "data": pl.String,
    "limits": pl.String,
}
_MISSED: Final = {
    "customer": pl.String,
    "at": pl.Int64,
    "from": pl.String,
    "to": pl.String,
    "rule": pl.String,
    "since": pl.Int64,
    "data": pl.String,
    "limits": pl.String,
}


def read_records(path: str | os.PathLike[str], definition: LifecycleDefinition) -> tuple[list[Recorded], list[Diagnostic]]:
    """Reads recorded phases: a CSV file with the columns customer, at and phase (a path or a label).

    Returns:
        The records, and what is wrong with lines that are none.

    Raises:
        InputError: CLM301 and CLM302, it cannot be read; CLM356, it lacks a column.

    Example:
        >>> from clmstate import Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> read_records("no such file.csv", Deal.definition)
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM301 no such file.csv: there is no such file. ...
    """
    name = os.fspath(path)
    try:
        with Path(path).open("rb") as stream:
            file = read_csv(name, lines(stream, name))
            records = list(file)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError([cannot_open(path, error)]) from None
    lacking = [column for column in ("customer", "at", "phase") if column not in file.columns]
    if lacking:
        cause = f"the column '{lacking[0]}' is missing"
        raise InputError([Diagnostic("CLM356", name, cause, "give it the columns customer, at, phase")])
    labels = {phase.label: path for path, phase in definition.phases.items()} | {path: path for path in definition.phases}
    found: list[Recorded] = []
    faults: list[Diagnostic] = []
    for record in records:
        if isinstance(record, Rejected):
            faults += record.diagnostics
            continue
        line, place = record.cells, f"{name}, line {record.number}"
        try:
            at = read_instant(line["at"], place)
        except ClmstateError as error:
            faults += error.diagnostics
            continue
        if line["phase"] not in labels or not line["customer"]:
            cause = f"{definition.name} has no phase {line['phase']!r:.60}" if line["customer"] else "it names no customer"
            faults.append(Diagnostic("CLM356", place, cause, did_you_mean(str(line["phase"]), labels)))
            continue
        found.append(Recorded(line["customer"], at, labels[line["phase"]]))
    return found, faults


def conformance(model: Model, log: Log, records: Iterable[Recorded], *, part: str = "", grace_days: int = 14) -> Conformance:
    """Compares a record with a model.

    Args:
        model: a lifecycle, or a composition.
        log: the data.
        records: the phases recorded; of several at one instant the last counts, for the others were passed through.
        part: for a composition, the part that the record is about; there must be one of it.
        grace_days: how long a rule may be true before a move that is not recorded counts as missed.

    Raises:
        InputError: CLM312, there is no such part.

    Example:
        >>> from clmstate import Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health", 0, 100)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=health >= 70)
        >>> log = Log("log.csv", (Row("Acme", 0, values={"health": 65}),))
        >>> found = conformance(Deal, log, [Recorded("Acme", 0, "new"), Recorded("Acme", 86_400_000_000, "won")])
        >>> found.agreement, found.made["explained_by"].to_list()
        (0.5, ['health at least 70 (health 65)'])
    """
    shape = shape_of(model)
    if part not in shape.parts or shape.parts[part].way.many:
        known = [path for path, each in shape.parts.items() if not each.way.many and path]
        raise InputError([Diagnostic("CLM312", model.__name__, f"there is no single part {part!r:.60}", did_you_mean(part, known))])
    by_customer: dict[str, dict[int, Recorded]] = {}
    for record in sorted(records, key=lambda record: (record.customer, record.at_us)):
        by_customer.setdefault(record.customer, {})[record.at_us] = record
    told: dict[str, list[Row]] = {customer: [] for customer in by_customer}
    for row in log.rows:
        if row.customer in told:
            told[row.customer].append(row)
    compared = _Compared(model, shape, part, grace_days * DAY)
    for customer, by_time in by_customer.items():
        rows, theirs = told[customer], list(by_time.values())
        agreed = compared.beside(customer, rows, theirs)
        compared.shadow(customer, rows, theirs, agreed)
    return Conformance(
        _table(compared.records, _RECORDS), _table(compared.made, _MADE), _table(compared.missed, _MISSED)
    )  # fmt: skip


def _table(rows: list[tuple[Any, ...]], schema: Mapping[str, Any]) -> pl.DataFrame:
    table = pl.DataFrame(rows, schema=dict(schema), orient="row")
    times = [name for name in ("at", "since") if name in schema]
    return table.with_columns(pl.col(times).cast(pl.Datetime("us", "UTC")))


class _Compared:
    """The tables as they grow."""

    def __init__(self, model: Model, shape: Shape, part: str, grace: int) -> None:
        self.model, self.part, self.grace = model, part, grace
        self.definition = shape.parts[part].definition
        self.address = shape.parts[part].way.address("")
        self.records: list[tuple[Any, ...]] = []
        self.made: list[tuple[Any, ...]] = []
        self.missed: list[tuple[Any, ...]] = []

    def life(self, customer: Any) -> Any:
        if not self.part:
            return customer
        whole = customer._whole
        return whole.handle(whole.found(self.address)[3])

    def asked(self, rows: list[Row], records: list[Recorded]) -> list[Row]:
        """The rows, with a look at each record."""
        told = {row.at_us for row in rows}
        return rows + [Row(r.customer, r.at_us, self.part) for r in records if r.at_us not in told]

    def beside(self, customer: str, rows: list[Row], records: list[Recorded]) -> set[int]:
        """Where the model itself stands at each record; the instants at which it agrees."""
        agreed: set[int] = set()
        wanted = {record.at_us: record.phase for record in records}
        for step in play(self.model, self.asked(rows, records)):
            if step.at_us in wanted:
                phase = self.life(step.life).phase.path
                self.records.append((customer, step.at_us, wanted[step.at_us], phase, phase == wanted[step.at_us]))
                agreed |= {step.at_us} if phase == wanted[step.at_us] else set()
        return agreed

    def shadow(self, customer: str, rows: list[Row], records: list[Recorded], agreed: set[int]) -> None:
        """Stands where the record says; at each record its rules are asked, unless the model itself went from the one to the other."""
        moved = [self.placed(record, before) for record, before in zip(records, [None, *records], strict=False)]
        wanted = {record.at_us: record.phase for record in records}
        before, then = "", 0
        self.told: set[str] = set()  # of this stay
        true_since: dict[str, int] = {}
        for step in play(self.model, self.asked([*rows, *(row for row in moved if row is not None)], records)):
            if step.at_us not in wanted:
                continue
            life, phase = self.life(step.life), wanted[step.at_us]
            if before and phase != before:
                if life.phase.path != phase and not {then, step.at_us} <= agreed:
                    self.judge(customer, step.at_us, life, before, phase)
                true_since = {}
                self.told = set()
            elif before:
                self.waiting(customer, step.at_us, life, before, true_since)
            before, then = phase, step.at_us

    def placed(self, record: Recorded, before: Recorded | None) -> Row | None:
        """The move by hand that follows a record."""
        if before is not None and before.phase == record.phase:
            return None
        said = {"to": record.phase, "by": "the record", "reason": "as recorded", "hold_until": FOR_EVER}
        return Row(record.customer, record.at_us + 1, self.part, event="@move", details=said)

    def ways(self, source: str) -> Iterator[Transition]:
        return (t for t in self.definition.ways_out(source) if not t.stay)

    def judge(self, customer: str, at: int, life: Any, source: str, target: str) -> None:
        """A recorded move: was any rule of that way true?"""
        ways = [t for t in self.ways(source) if target in self.definition.leaves(t.target)]
        if not ways:
            way = "the model has no such way: add one, or correct the record"
            self.made.append((customer, at, source, target, None, way, "", ""))
            return
        changes = {t.name: self.changes(t, life) for t in ways}
        if any(t.on is None and not changes[t.name] for t in ways):
            return
        events = {t.name: self.definition.events[t.on].label for t in ways if t.on is not None}
        named = {t.name: [Change(f"{e}: not told", f"{e} told")] if (e := events.get(t.name)) else [] for t in ways}
        needed = {name: [*named[name], *changes[name]] for name in changes}
        name = min(needed, key=lambda name: len(needed[name]))
        self.made.append(
            (customer, at, source, target, name, "; ".join(change.leaf for change in needed[name]), *_said(needed[name]))
        )

    def changes(self, t: Transition, life: Any, *, wanted: bool = True) -> tuple[Change, ...]:
        """What would have to be otherwise for a condition to be true; an event that had been told would have moved the shadow already."""
        return () if t.when is None else smallest_change(t.when, StatePicture(life._life.state), self.definition, wanted=wanted)

    def waiting(self, customer: str, at: int, life: Any, source: str, true_since: dict[str, int]) -> None:
        """A record that nothing has changed: has a rule been true for longer than the days of grace?"""
        if life.phase.path != source:
            last = next(move for move in reversed(life.journey.moves) if move.by != "rule")  # it was held against those
            rule = self.definition.transitions.get(last.name)
            told = self.definition.events[rule.on].label if rule is not None and rule.on is not None else "the move by hand"
            self.missed.append((customer, at, source, life.phase.path, last.name, last.at_us, f"{told} not told", ""))
            return
        for t in self.ways(source):
            if t.on is not None or self.changes(t, life):
                true_since.pop(t.name, None)
            elif at - true_since.setdefault(t.name, at) >= self.grace and t.name not in self.told:
                other = _said(self.changes(t, life, wanted=False))
                self.missed.append((customer, at, source, t.target, t.name, true_since[t.name], *other))
                self.told.add(t.name)


def _said(changes: Sequence[Change]) -> tuple[str, str]:
    """The changes of data, and those of limits, that explain a difference; none where one of them cannot be turned that way."""
    ways = ([change.data for change in changes], [change.rule for change in changes])
    data, limits = ("; ".join(said) if all(said) else "" for said in ways)
    return data, limits
