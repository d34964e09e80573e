"""From the tables that there are to a log: a mapping file says which columns become which rows. See docs/how-to/replay.md.

Nothing is lost on the way: every row of every table ends up used, or rejected with all reasons.
"""

from __future__ import annotations

import json
import operator
import os
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from clmstate.errors import Diagnostic, InputError, did_you_mean, shown
from clmstate.replay.foreign import NUMBER, columns_of, empty_words, read_tables
from clmstate.replay.frames import pl
from clmstate.replay.rows import Log, Record, Rejected, Row
from clmstate.replay.shape import Model, shape_of
from clmstate.replay.understand import Understanding, spoken
from clmstate.writing import finite

__all__ = ["Mapped", "Rule", "Taken", "read_mapping"]

_TEXTS: Final = ("from", "customer", "at", "part", "instance", "not_before", "not_after")
_TABLES: Final = ("where", "details", "values", "count_open")
_EVENT: Final = "event"
_SCALED: Final = frozenset(("column", "per", "most"))

Origin = tuple[str, int]
"""A table, and the number of a row of it."""


@attrs.frozen
class Rule:
    """How the rows of a table become rows of a log.

    Attributes:
        table: which table.
        where: only rows in which these columns have these values ("*" is any value).
        customer, at: the columns that say who and when.
        part: the part of the model.
        instance: the column that says which one.
        event: what happens, as in a log; or a mapping with the `column` that says it by name or label, and what its `words` mean.
        details: what belongs to it.
        values: for each column of the log, a column of the table, or a mapping with `column`, `per` (divided by), `most` (at most), or
            `value` (always the same).
        not_before, not_after: columns with dates between which a row may lie.
        count_open: for a column of the log, the columns in which something begins and ends: how many are open is told at each change.

    Example:
        >>> Rule("accounts", customer="account_id", at="signup_date").part
        ''
    """

    table: str
    where: Mapping[str, str] = attrs.field(factory=dict)
    customer: str = ""
    at: str = ""
    part: str = ""
    instance: str = ""
    event: str | Mapping[str, Any] = ""
    details: Mapping[str, Any] = attrs.field(factory=dict)
    values: Mapping[str, Any] = attrs.field(factory=dict)
    not_before: str = ""
    not_after: str = ""
    count_open: Mapping[str, tuple[str, str]] = attrs.field(factory=dict)

    @property
    def columns(self) -> list[str]:
        """The columns of the table that it reads."""
        found = [*self.where, *filter(None, (self.customer, self.at, self.instance, self.not_before, self.not_after))]
        found += [] if isinstance(self.event, str) else [self.event["column"]]
        found += [v if isinstance(v, str) else v["column"] for v in self.values.values() if isinstance(v, str) or "column" in v]
        found += [name for both in self.count_open.values() for name in both]
        return list(dict.fromkeys(found))


@attrs.frozen
class Taken:
    """What became of the rows of one table.

    Attributes:
        table: its name.
        rows, used, rejected: how many there are; the first is always the sum of the others.

    Example:
        >>> Taken("accounts", 3, 2, 1).rows
        3
    """

    table: str
    rows: int
    used: int
    rejected: int


@attrs.define
class Mapped:
    """Tables as a log; once it has been played, :meth:`taken` says what became of their rows.

    Attributes:
        log: the log; its rows are numbered.
        tables: how many rows each table has.
        origins: for each number, the rows of tables that it came from.
        faults: rows of tables that became no row of the log, and why; the place is the column, where it is about one.

    Example:
        >>> Mapped(Log("mapping.toml", ()), {}, {}, {}).taken([])
        ((), ())
    """

    log: Log
    tables: Mapping[str, int]
    origins: Mapping[int, tuple[Origin, ...]]
    faults: dict[Origin, list[Diagnostic]]

    @property
    def whole_log(self) -> Log:
        """The log with those rows of tables that became no row of it, as rejected ones: for whoever reads it row by row."""
        rejected = []
        for (table, row), found in sorted(self._all_faults().items()):
            place = f"{self.log.source}, table '{table}', row {row}"
            rejected.append(Rejected(row, tuple(attrs.evolve(d, place=f"{place}, {d.place}".removesuffix(", ")) for d in found)))
        return attrs.evolve(self.log, rejected=(*self.log.rejected, *rejected))

    def taken(self, rejected: Iterable[tuple[int, str]]) -> tuple[tuple[Taken, ...], tuple[tuple[str, int, str], ...]]:
        """What became of the rows of each table.

        Args:
            rejected: numbers of rows of the log that were not used, with the reason.

        Returns:
            Counts by table; and table, row and reasons of each rejected row.
        """
        faults = {origin: [_told(reason) for reason in reasons] for origin, reasons in self._all_faults().items()}
        for number, reason in rejected:
            for origin in self.origins.get(number, ()):
                faults.setdefault(origin, []).append(reason)
        counts = []
        for table, rows in self.tables.items():
            bad = sum(1 for name, _ in faults if name == table)
            counts.append(Taken(table, rows, rows - bad, bad))
        reasons = ((table, number, "\n".join(dict.fromkeys(said))) for (table, number), said in sorted(faults.items()))
        return tuple(counts), tuple(reasons)

    def _all_faults(self) -> dict[Origin, list[Diagnostic]]:
        """With the rows that no rule takes."""
        touched = {origin for origins in self.origins.values() for origin in origins}
        every = ((table, number) for table, rows in self.tables.items() for number in range(1, rows + 1))
        remedy = "write a [[row]] that takes it, if it should say something"
        alone = Diagnostic("CLM361", "", "no rule of the mapping takes it", remedy)
        return self.faults | {origin: [alone] for origin in every if origin not in touched and origin not in self.faults}


def read_mapping(path: str | os.PathLike[str], model: Model, tables: str | os.PathLike[str] | None = None) -> Mapped:
    r"""Reads the tables that a mapping names, and makes a log of them.

    Args:
        path: a TOML file.
        model: who shall play the log.
        tables: the folder in which the tables are; by default that of the mapping.

    Raises:
        InputError: CLM301 a file cannot be read, CLM360 the mapping says something that cannot be.

    Example:
        >>> import tempfile
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     seats = Signal.count("seat")
        ...     new = Phase("New", initial=True)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = Path(folder, "accounts.csv").write_text("id,since,n\nA,2026-01-30,5\nB,,7\n")
        ...     text = '[tables]\naccounts = "accounts.csv"\n[[row]]\nfrom = "accounts"\ncustomer = "id"\nat = "since"\nvalues = { seats = "n" }\n'
        ...     _ = Path(folder, "map.toml").write_text(text)
        ...     mapped = read_mapping(f"{folder}/map.toml", Deal)
        >>> print(*mapped.log.rows)
        2026-01-30 A: seats=5
        >>> mapped.taken([])[0]
        (Taken(table='accounts', rows=2, used=1, rejected=1),)
    """
    source = os.fspath(path)
    said = _toml(source)
    folder = Path(path).parent if tables is None else Path(tables)
    frames = read_tables(said.pop("tables", {}), folder, source, empty_words(said.pop("empty", []), source))
    rows = said.pop("row", [])
    if not isinstance(rows, list) or not rows:
        raise InputError(
            [Diagnostic("CLM360", source, "it has no rule for any row", 'write [[row]] and below it from = "accounts"')]
        )
    rules = [_rule(each, frames, number, source) for number, each in enumerate(rows, 1)]
    if said:
        remedy = did_you_mean(next(iter(said)), ("tables", "row", "empty"))
        raise InputError([Diagnostic("CLM360", source, f"{next(iter(said))!r:.60} is no part of a mapping", remedy)])
    made = _Made(model, source, {name: frame.height for name, frame in frames.items()})
    for rule in rules:
        made.rule(rule, frames[rule.table])
    return made.mapped()


def _toml(source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(finite(source).read_text("utf-8"))
    except OSError as error:
        raise InputError([Diagnostic("CLM301", source, f"it cannot be read ({error.strerror})", "check the path")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError([Diagnostic("CLM360", source, f"it is no TOML ({error})", "see docs/how-to/replay.md")]) from None


def _reason(found: Diagnostic) -> Diagnostic:
    """A mistake without the place in the log that nobody wrote, but with the signal that it is about."""
    about = found.place.rpartition(", ")[2]
    return attrs.evolve(found, place="" if " " in about else about)


def _told(reason: Diagnostic) -> str:
    return str(reason) if reason.place else str(reason).replace(" :", "", 1)


def _wrong_settings(said: object, place: str) -> Iterator[Diagnostic]:
    """What in a rule is no setting, or none of its kind."""
    if not isinstance(said, dict):
        yield Diagnostic("CLM360", place, f"{shown(said)} is no rule", 'write [[row]] and below it from = "accounts"')
        return
    for key, value in said.items():
        if key not in (*_TEXTS, _EVENT, *_TABLES):
            yield Diagnostic("CLM360", place, f"there is no setting {key!r:.60}", did_you_mean(key, (*_TEXTS, _EVENT, *_TABLES)))
        elif key == _EVENT:
            if not _is_event(value):
                remedy = 'write an event, as in "ended", or { column = "what", words = { "contract ended" = "ended" } }'
                yield Diagnostic("CLM360", place, f"event = {shown(value)} is no event", remedy)
        elif not isinstance(value, str if key in _TEXTS else dict):
            kind = "a text" if key in _TEXTS else "a table in braces"
            yield Diagnostic("CLM360", place, f"{key} = {shown(value)} is not {kind}", "see docs/how-to/replay.md")
        elif key == "values" and isinstance(value, dict):
            remedy = 'write a column, { column = "uses", per = 12, most = 1 }, or { value = "yes" }'
            wrong = [name for name, wanted in value.items() if not _is_value(wanted)]
            yield from (Diagnostic("CLM360", place, f"{name} = {shown(value[name])} is no value", remedy) for name in wrong)
        elif key == "count_open" and isinstance(value, dict):
            remedy = 'write the columns in which it begins and ends: ["opened", "closed"]'
            wrong = [name for name, both in value.items() if not (_are_texts(both) and len(both) == 2)]
            yield from (
                Diagnostic("CLM360", place, f"{name} = {shown(value[name])} names no two columns", remedy) for name in wrong
            )


def _is_value(wanted: object) -> bool:
    if not isinstance(wanted, dict):
        return isinstance(wanted, str)
    if set(wanted) == {"value"}:
        return not isinstance(wanted["value"], list | dict)
    scales = [wanted[key] for key in ("per", "most") if key in wanted]
    return isinstance(wanted.get("column"), str) and all(type(n) in (int, float) for n in scales) and set(wanted) <= _SCALED


def _is_event(said: object) -> bool:
    """Whether it names an event, or the column that does."""
    if not isinstance(said, dict):
        return isinstance(said, str)
    words = said.get("words", {})
    good = isinstance(words, dict) and all(isinstance(each, str) for each in words.values())
    return good and isinstance(said.get("column"), str) and set(said) <= {"column", "words"}


def _are_texts(said: object) -> bool:
    return isinstance(said, list) and all(isinstance(each, str) for each in said)


def _rule(said: Mapping[str, Any], frames: Mapping[str, pl.DataFrame], number: int, source: str) -> Rule:
    place = f"{source}, row rule {number}"
    faults = list(_wrong_settings(said, place))
    if faults:
        raise InputError(faults)
    table = said.get("from", "")
    if table not in frames:
        raise InputError([Diagnostic("CLM360", place, f"there is no table {table!r:.60}", did_you_mean(table, frames))])
    settings = {key: value for key, value in said.items() if key != "from"}
    settings["where"] = {name: str(value) for name, value in settings.get("where", {}).items()}
    rule = Rule(table, **settings)
    known = columns_of(frames[table])
    if not rule.customer or not (rule.at or rule.count_open):
        faults.append(Diagnostic("CLM360", place, "it does not say who, or when", 'write customer = "...", at = "..."'))
    for column in rule.columns:
        if column not in known:
            faults.append(Diagnostic("CLM360", place, f"'{table}' has no column {column!r:.60}", did_you_mean(column, known)))
    if faults:
        raise InputError(faults)
    return rule


class _Made:
    """The log as it grows."""

    def __init__(self, model: Model, source: str, tables: Mapping[str, int]) -> None:
        self.source, self.tables = source, tables
        self.reading = Understanding(shape_of(model), f"{source}, row {{}}".format)
        self.rows: list[Row] = []
        self.origins: dict[int, tuple[Origin, ...]] = {}
        self.faults: dict[Origin, list[Diagnostic]] = {}
        self.number = 0

    def mapped(self) -> Mapped:
        return Mapped(Log(self.source, tuple(self.rows), unit="row"), self.tables, self.origins, self.faults)

    def rule(self, rule: Rule, frame: pl.DataFrame) -> None:
        """The rows of the log that one rule makes."""
        for column, wanted in rule.where.items():
            frame = frame.filter(pl.col(column) != "" if wanted == "*" else pl.col(column).str.to_lowercase() == wanted.lower())
        good = []
        for cells in frame.iter_rows(named=True):
            why = _outside(rule, cells)
            if why is not None:
                self.faults.setdefault((rule.table, cells[NUMBER]), []).append(why)
            else:
                good.append(cells)
        if rule.count_open:
            self.count(rule, good)
        else:
            for cells in good:
                self.add(rule, cells, cells[rule.at], _values(rule, cells), ((rule.table, cells[NUMBER]),))

    def count(self, rule: Rule, rows: Collection[Mapping[str, Any]]) -> None:
        """How many of something are open, told at each change."""
        for column, (begin, end) in rule.count_open.items():
            changes: dict[tuple[str, str], dict[str, list[tuple[int, int]]]] = {}
            kept: dict[tuple[str, str], Mapping[str, Any]] = {}
            for cells in rows:
                who = (cells[rule.customer], cells[rule.instance] if rule.instance else "")
                kept[who] = cells
                for at, step in ((cells[begin], 1), (cells[end], -1)):
                    if at or step == 1:
                        changes.setdefault(who, {}).setdefault(at, []).append((step, cells[NUMBER]))
            for who, by_instant in changes.items():
                many = 0
                for at, steps in sorted(by_instant.items()):
                    many += sum(step for step, _ in steps)
                    origins = tuple(dict.fromkeys((rule.table, row) for _, row in steps))
                    self.add(rule, kept[who], at, {column: max(0, many)}, origins)

    def event(self, rule: Rule, cells: Mapping[str, Any]) -> str:
        """The event of a row: always the same, or what a column says, as the mapping or the model calls it."""
        if isinstance(rule.event, str):
            return rule.event
        said: str = cells[rule.event["column"]]
        parts = self.reading.shape.parts
        heard = [part for path, part in parts.items() if rule.part in ("", path)]
        words: dict[str, str] = {
            spoken(each): spec.name
            for part in heard
            for spec in part.definition.events.values()
            for each in (spec.label, spec.name)
        }
        words |= {spoken(word): name for word, name in rule.event.get("words", {}).items()}
        return words.get(spoken(said), said)

    def add(self, rule: Rule, cells: Mapping[str, Any], at: str, values: Mapping[str, Any], origins: tuple[Origin, ...]) -> None:
        """One row of the log, if the model understands it."""
        self.number += 1
        said: dict[str, Any] = {
            "customer": cells[rule.customer],
            "at": at,
            "part": rule.part,
            "event": self.event(rule, cells),
            **values,
        }
        said["instance"] = cells[rule.instance] if rule.instance else ""
        said["details"] = json.dumps(dict(rule.details)) if rule.details else ""
        row = self.reading.row(Record(self.number, said))
        if isinstance(row, Rejected):
            for origin in origins:
                self.faults.setdefault(origin, []).extend(_reason(d) for d in row.diagnostics)
        else:
            self.rows.append(row)
            self.origins[self.number] = origins


def _outside(rule: Rule, cells: Mapping[str, Any]) -> Diagnostic | None:
    """Why a row lies outside the dates that it must lie between, if it does."""
    at = cells[rule.at] if rule.at else ""
    for column, outside, word in ((rule.not_before, operator.lt, "before"), (rule.not_after, operator.gt, "after")):
        if column and at and cells[column] and outside(at[:10], cells[column][:10]):  # ISO dates compare as texts
            return Diagnostic("CLM362", rule.at, f"{at} is {word} {column} {cells[column]}", "correct one of them")
    return None


def _values(rule: Rule, cells: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, wanted in rule.values.items():
        if isinstance(wanted, str):
            found[name] = cells[wanted]
        elif "value" in wanted:
            found[name] = wanted["value"]
        else:
            found[name] = _scaled(cells[wanted["column"]], wanted)
    return found


def _scaled(text: str, wanted: Mapping[str, Any]) -> Any:
    try:
        number = float(text) / float(wanted.get("per", 1))
    except (ValueError, ZeroDivisionError):
        return text  # the model says what is wrong with it
    return round(min(number, float(wanted.get("most", number))), 9)
