"""A table as a scenario: every cell is understood before anything is played, then row after row is told and looked at."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

import attrs

from clmstate.composition import Composition, CompositionDefinition
from clmstate.errors import BadValueError, ClmstateError, Diagnostic, InputError, did_you_mean
from clmstate.lifecycle import Lifecycle, LifecycleDefinition
from clmstate.signals import CLEAR, SignalSpec, from_instant, instant
from clmstate.testing.customers import CustomerScenario
from clmstate.testing.failures import ScenarioFailure
from clmstate.testing.scenario import Scenario
from clmstate.testing.tables import Row, Table

__all__ = ["COLUMNS", "Played", "understand"]

COLUMNS: Final = {
    "at": "when: 2026-01-30, or +14 for days after the row before; blank is the same observation as the row before",
    "part": "of a whole customer: whom the row is about, such as contract or users/dana",
    "given": "in the first row: the phase in which the customer (or part) stands before the story begins",
    "send": "events that happen, by name or label; product_bought=crm names an instance",
    "joins": "yes: the row's part joins",
    "leaves": "yes: the row's part leaves",
    "takes": "the transitions that are taken, in order; blank is none",
    "phase": "where the customer (or part) stands afterwards; blank is not asked",
    "plays": "the plays that are opened; blank is not asked, - is none",
    "reaches": "the milestones that are reached; blank is not asked, - is none",
    "story": "words for people; nothing is done with them",
}
"""The columns that are no signals, and what they mean."""

_YES: Final = {"yes": True, "true": True, "x": True, "✓": True, "no": False, "false": False, "✗": False}
_OFFSET: Final = re.compile(r"\+\s*(?P<days>\d+(\.\d+)?)\s*(d|days?)?")
_AROUND: Final = re.compile(r"(?P<sign>[+-])\s*(?P<days>\d+)\s*(d|days?)?")


@attrs.define
class _Line:
    """One row, understood.

    Attributes:
        row: as it was written.
        part: the path of the part; "" for a lifecycle on its own.
        values: by signal; a date may be a number of days from the row's time.
        events: name and instance.
    """

    row: Row
    part: str
    at: str | float | None
    given: str | None
    values: dict[str, Any]
    events: list[tuple[str, str | None]]
    joins: bool
    leaves: bool
    takes: list[str]
    phase: str | None
    plays: list[str] | None
    reaches: list[str] | None


@attrs.frozen
class Played:
    r"""A scenario that is written as a table, ready to be played.

    Attributes:
        model: the lifecycle or composition.
        table: as it was written.
        steps: its rows, understood; those of one observation together.

    Example:
        >>> from clmstate import Phase, Signal
        >>> from clmstate.testing import read_tables
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        >>> table = read_tables("| at | health | takes |\n|--|--|--|\n| 2026-01-05 | 60 | |\n| +7 | 59 | worry |")[0]
        >>> understand(Deal, table).play().phase.label
        'Alarm'
    """

    model: type[Lifecycle] | type[Composition]
    table: Table
    steps: tuple[tuple[_Line, ...], ...]

    def play(self, name: str = "", *, engine: Any = None) -> Any:
        """Tells a fresh customer row after row, and checks what each row expects.

        Returns:
            The scenario at the end of the table, to go on with.

        Raises:
            ScenarioFailure: a row's expectation does not hold; the row is shown first.
        """
        __tracebackhide__ = True
        told = self.opened(name, engine=engine)
        self.tell(told)
        return told

    def opened(self, name: str = "", *, engine: Any = None) -> Any:
        """A fresh customer to whom nothing was told yet."""
        made: Any = CustomerScenario if issubclass(self.model, Composition) else Scenario
        return made(self.model, name, engine=engine)

    def tell(self, told: Any) -> None:
        """Tells a customer row after row, and checks what each row expects.

        Raises:
            ScenarioFailure: a row's expectation does not hold.
        """
        __tracebackhide__ = True
        for lines in self.steps:
            if isinstance(told, CustomerScenario):
                self._checked(lines, partial(_tell_whole, told, lines))
            else:
                self._checked(lines, partial(_tell, told, lines[0]))

    def _checked(self, lines: tuple[_Line, ...], tell: Any) -> None:
        __tracebackhide__ = True
        try:
            tell()
        except ScenarioFailure as failure:
            shown = self._shown(lines)
            raise ScenarioFailure(failure.headline, ((f"the row, in {lines[0].row.place}", shown), *failure.sections)) from None
        except ClmstateError as error:
            moved = [Diagnostic(d.code, f"{lines[0].row.place}: {d.place}", d.cause, d.remedy) for d in error.diagnostics]
            raise InputError(moved) from None

    def _shown(self, lines: tuple[_Line, ...]) -> tuple[str, ...]:
        names = [name for name in self.table.columns if any(name in line.row.cells for line in lines)]
        grid = [names, *([line.row.cells.get(name, "") for name in names] for line in lines)]
        widths = [max(len(row[i]) for row in grid) for i in range(len(names))]
        return tuple(" │ ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in grid)


def understand(model: type[Lifecycle] | type[Composition], table: Table) -> Played:
    r"""Understands every cell of a table; nothing is played.

    Args:
        model: the lifecycle or composition that it is about.
        table: what was read.

    Raises:
        InputError: CLM382 a column, CLM383 a cell that is not understood; all of them, each with its row and near names.

    Example:
        >>> from clmstate import Phase, Signal
        >>> from clmstate.testing import read_tables
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine = Phase("Fine", initial=True)
        >>> understand(Deal, read_tables("| at | helth |\n|--|--|\n| 2026-01-05 | 60 |")[0])
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM382 table: there is no column 'helth'. Did you mean 'health'?
    """
    wrong: list[Diagnostic] = []
    lines: list[_Line] = []
    reader = _Reader(model.definition, table, wrong)
    for row in table.rows:
        lines.append(reader.line(row, lines[-1] if lines else None))
    if not table.rows:
        wrong.append(Diagnostic("CLM381", table.source, "the table has no rows", "write one row a step"))
    if wrong:
        raise InputError(dict.fromkeys(wrong))
    steps: list[list[_Line]] = []
    for line in lines:
        composed = isinstance(model.definition, CompositionDefinition)
        if steps and composed and line.at is None and (line.given is None) == (steps[-1][-1].given is None):
            steps[-1].append(line)
        else:
            steps.append([line])
    return Played(model, table, tuple(map(tuple, steps)))


class _Reader:
    """Reads the cells of one table, and notes whatever is wrong."""

    def __init__(self, definition: LifecycleDefinition | CompositionDefinition, table: Table, wrong: list[Diagnostic]) -> None:
        self.definition, self.table, self.wrong = definition, table, wrong
        composed = isinstance(definition, CompositionDefinition)
        columns = set(COLUMNS) if composed else set(COLUMNS) - {"part", "joins", "leaves"}
        signals = {name for leaf in _leaves(definition) for name in leaf.signals}
        for column in table.columns:
            if column not in columns | signals:
                cause = f"there is no column '{column}'"
                wrong.append(Diagnostic("CLM382", table.source, cause, did_you_mean(column, columns | signals)))
        if "at" not in table.columns:
            wrong.append(Diagnostic("CLM382", table.source, "there is no column 'at'", "say when each step happens"))

    def line(self, row: Row, above: _Line | None) -> _Line:
        cells = row.cells
        part = cells.get("part", above.part if above is not None else "") if "part" in self.table.columns else ""
        lifecycle = self.lifecycle(part, row)
        known: LifecycleDefinition | None = lifecycle
        return _Line(
            row,
            part,
            self.time(cells.get("at"), row, above),
            None if known is None or "given" not in cells else self.place(cells["given"], known, row, "given"),
            {} if known is None else self.values(cells, known, row),
            [] if known is None else list(self.events(cells.get("send", ""), known, row)),
            self.yes(cells.get("joins"), row, "joins"),
            self.yes(cells.get("leaves"), row, "leaves"),
            [] if known is None else self.transitions(cells.get("takes", ""), known, row),
            None if known is None or "phase" not in cells else self.place(cells["phase"], known, row, "phase"),
            None if known is None else self.names(cells.get("plays"), {p.label: p.label for p in known.plays}, row, "plays"),
            None
            if known is None
            else self.names(cells.get("reaches"), {m.label: n for n, m in known.milestones.items()}, row, "reaches"),
        )

    def fault(self, row: Row, column: str, cause: str, remedy: str) -> None:
        self.wrong.append(Diagnostic("CLM383", f"{row.place}, {column}", cause, remedy))

    def lifecycle(self, part: str, row: Row) -> LifecycleDefinition | None:
        """The lifecycle of the part that a row is about."""
        here: Any = self.definition
        if isinstance(here, LifecycleDefinition):
            return here
        steps = part.split("/") if part else []
        while steps and isinstance(here, CompositionDefinition):
            name = steps.pop(0)
            if name not in here.parts:
                self.fault(row, "part", f"there is no part '{name}'", did_you_mean(name, here.parts))
                return None
            if here.parts[name].many and not steps:
                self.fault(row, "part", f"'{part}' names no member", f"write {part}/dana")
                return None
            if here.parts[name].many:
                steps.pop(0)
            here = here.parts[name].member
        if isinstance(here, LifecycleDefinition) and not steps:
            return here
        said = any(row.cells.get(column) for column in row.cells if column not in ("at", "story"))
        if said or steps:
            self.fault(row, "part", "it names no part" if not part else f"'{part}' is no part", "write contract, or users/dana")
        return None

    def time(self, said: str | None, row: Row, above: _Line | None) -> str | float | None:
        if said is None:
            if above is None and "given" not in row.cells:
                self.fault(row, "at", "nothing says when it happens", "write a date such as 2026-01-30")
            return None
        if found := _OFFSET.fullmatch(said):
            if above is None:
                self.fault(row, "at", f"'{said}' counts from the row before, and there is none", "begin with a date")
            return float(found["days"])
        try:
            instant(said)
        except BadValueError:
            self.fault(row, "at", f"'{said}' is no point in time", "write 2026-01-30, 2026-01-30T09:00, or +14 for days later")
        return said

    def values(self, cells: Mapping[str, str], definition: LifecycleDefinition, row: Row) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, said in cells.items():
            if name in COLUMNS:
                continue
            if name not in definition.signals:
                if any(name in leaf.signals for leaf in _leaves(self.definition)):
                    cause = f"'{name}' is no signal of {definition.name}"
                    self.fault(row, name, cause, did_you_mean(name, definition.signals))
                continue
            spec = definition.signals[name]
            try:
                found[name] = _value(spec, said)
            except BadValueError as error:
                self.fault(row, name, error.diagnostics[0].cause, error.diagnostics[0].remedy)
        return found

    def events(self, said: str, definition: LifecycleDefinition, row: Row) -> Iterator[tuple[str, str | None]]:
        by_label = {event.label.casefold(): name for name, event in definition.events.items()}
        for one in _listed(said):
            word, _, instance = one.partition("=")
            name = word.strip() if word.strip() in definition.events else by_label.get(word.strip().casefold())
            if name is None:
                self.fault(row, "send", f"'{word.strip()}' is no event", did_you_mean(word.strip(), definition.events))
            else:
                yield name, instance.strip() or None

    def transitions(self, said: str, definition: LifecycleDefinition, row: Row) -> list[str]:
        names = [] if said == "-" else _listed(said)
        for name in names:
            if name not in definition.transitions:
                self.fault(row, "takes", f"'{name}' is no transition", did_you_mean(name, definition.transitions))
        return names

    def place(self, said: str, definition: LifecycleDefinition, row: Row, column: str) -> str | None:
        by_label = {place.label.casefold(): path for path, place in definition.places.items()}
        path = said if said in definition.places else by_label.get(said.casefold())
        if path is None:
            known = [*definition.places, *(place.label for place in definition.places.values())]
            self.fault(row, column, f"'{said}' is no phase", did_you_mean(said, known))
        return path

    def names(self, said: str | None, known: Mapping[str, str], row: Row, column: str) -> list[str] | None:
        """Plays or milestones, by label or name."""
        if said is None:
            return None
        by_label = {label.casefold(): name for label, name in known.items()}
        found = []
        for one in [] if said == "-" else [one.strip() for one in said.split(";")]:
            name = one if one in known.values() else by_label.get(one.casefold())
            if name is None:
                self.fault(row, column, f"'{one}' is not known", did_you_mean(one, [*known, *known.values()]))
            else:
                found.append(name)
        return found

    def yes(self, said: str | None, row: Row, column: str) -> bool:
        if said is None or said == "-":
            return False
        if said.casefold() not in _YES:
            self.fault(row, column, f"'{said}' is neither yes nor no", "write yes, or leave it blank")
        return _YES.get(said.casefold(), False)


def _value(spec: SignalSpec, said: str) -> Any:
    """A cell as a value; a date may be a number of days from the row's time.

    Raises:
        BadValueError: it is none.
    """
    if said.casefold() in ("clear", "unknown", "?"):
        return CLEAR
    if spec.kind == "flag" and said.casefold() in _YES:
        return _YES[said.casefold()]
    if spec.kind == "date" and (around := _AROUND.fullmatch(said)):
        return dt.timedelta(days=int(around["sign"] + around["days"]))
    value: Any = said
    if spec.numeric:
        text = said.replace(",", "").removesuffix(spec.unit).strip()
        percent = text.endswith("%")
        try:
            number = float(text.removesuffix("%").strip())
        except ValueError:
            spec.accept(said)
            raise
        value = round(number / 100, 9) if percent else number
        value = int(value) if value == int(value) and not percent else value
    spec.accept(value)
    return value


def _listed(said: str) -> list[str]:
    return [one.strip() for one in re.split(r"[,;]| then ", said) if one.strip()]


def _leaves(definition: LifecycleDefinition | CompositionDefinition) -> Iterator[LifecycleDefinition]:
    if isinstance(definition, LifecycleDefinition):
        yield definition
        return
    for part in definition.parts.values():
        yield from _leaves(part.member)


# ---- playing


def _when(line: _Line, now: float) -> Any:
    if isinstance(line.at, float):
        return from_instant(int(now) + round(line.at * 86_400_000_000))
    return line.at


def _dated(values: dict[str, Any], at: Any, now: float) -> dict[str, Any]:
    """Dates that are written as days from the row's time."""
    us = instant(at) if at is not None else now
    return {
        name: from_instant(int(us) + round(value.total_seconds() * 1e6)) if isinstance(value, dt.timedelta) else value
        for name, value in values.items()
    }


def _tell(told: Scenario[Any], line: _Line) -> None:
    __tracebackhide__ = True
    now = told.life.state.at
    at = _when(line, now)
    values = _dated(line.values, at, now)
    if line.given is not None:
        told.given(line.given, at=at, **values)
        return
    model: Any = told.model
    what = [getattr(model, name) for name, _ in line.events]
    instance = next((named for _, named in line.events if named), None)
    told._told(at, tuple(what), instance, values)
    told.takes(*line.takes)
    if line.phase is not None:
        told.is_in(line.phase)
    if line.plays is not None:
        told.opens(*line.plays)
    if line.reaches is not None:
        told.reaches(*line.reaches)


def _tell_whole(told: CustomerScenario[Any], lines: tuple[_Line, ...]) -> None:
    __tracebackhide__ = True
    now = told.whole.at
    at = _when(lines[0], now)
    values: dict[str, dict[str, Any]] = {}
    for line in lines:
        if line.part and (line.values or line.joins):
            values.setdefault(line.part, {}).update(_dated(line.values, at, now))
    if any(line.given is not None for line in lines):
        told.given({line.part: line.given for line in lines if line.given is not None}, at=at, values=values)
        return
    told.on(
        at,
        values,
        events=[(line.part, name, *((named,) if named else ())) for line in lines for name, named in line.events],
        joins=[line.part for line in lines if line.joins],
        leaves=[line.part for line in lines if line.leaves],
    )
    takes: dict[str, list[str]] = {}
    for line in lines:
        if line.takes:
            takes.setdefault(line.part, []).extend(line.takes)
    told.takes(takes)
    told.is_in({line.part: line.phase for line in lines if line.phase is not None})
    plays = [line.plays for line in lines if line.plays is not None]
    if plays:
        told.opens(*(play for several in plays for play in several))
    reaches = {line.part: line.reaches for line in lines if line.reaches is not None}
    if reaches:
        told.reaches(reaches)
