"""From the cells of a record to a row that the model understands, or to the reasons why not; all of them at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from clmstate.errors import ClmstateError, Diagnostic, did_you_mean
from clmstate.lifecycle import LifecycleDefinition, known_phase
from clmstate.replay.cells import read_cell, read_instant
from clmstate.replay.rows import ACTS, FIXED, Record, Rejected, Row
from clmstate.replay.shape import PartShape, Shape, Way
from clmstate.signals import SignalSpec, Value

__all__ = ["Understanding", "meant", "parse_json", "spoken"]

_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "@start": ("phase",),
    "@move": ("to", "by", "reason"),
    "@skip": ("touchpoint", "by", "why"),
    "@clear": ("signals",),
}
_OPTIONAL: Final[Mapping[str, tuple[str, ...]]] = {"@start": ("since",), "@move": ("hold_until",)}
_REMEMBERED: Final = 50_000
_TIMES: Final = ("since", "hold_until")


def parse_json(text: str | bytes) -> Any:
    """JSON, with everything that Python's parser tolerates or breaks on turned into a ValueError.

    Raises:
        ValueError: no JSON, nested too deeply, or one key given twice.

    Example:
        >>> parse_json('{"a": 1}')
        {'a': 1}
    """
    try:
        return json.loads(text, object_pairs_hook=_once)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(k for k in keys if keys.count(k) > 1)!r:.60} is given twice")
    return found


class Understanding:
    """How the records of one file become rows of one model.

    Args:
        shape: what the model knows.
        place: how a diagnostic names a row by its number.
        ignore: columns that are passed over.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.replay import shape_of
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        >>> reading = Understanding(shape_of(Deal), "log.csv, line {}".format)
        >>> print(reading.row(Record(2, {"customer": "Acme", "at": "2026-01-30", "health": "80"})))
        2026-01-30 Acme: health=80
        >>> print(reading.row(Record(3, {"customer": "Acme", "at": "yesterday"})))
        CLM206 log.csv, line 3, at: 'yesterday' is not a point in time. Give an ISO date or time such as '2026-01-30' or '2026-01-30T09:00+01:00', a date or a datetime.
    """

    def __init__(self, shape: Shape, place: Callable[[int], str], ignore: Collection[str] = ()) -> None:
        self.shape = shape
        self.place = place
        self.ignored = frozenset(ignore)
        self.seen: dict[tuple[str, str], Value | None] = {}  # texts that were understood before, by column: logs repeat themselves

    def row(self, record: Record) -> Row | Rejected:
        """The row, or why it is rejected."""
        return _Reading(self, record).row()

    def unknown(self, columns: Collection[str]) -> list[str]:
        """The columns that are neither fixed nor signals of the model, nor to be ignored."""
        return [c for c in columns if c not in FIXED and c not in self.shape.columns and c not in self.ignored]

    def unknown_column(self, column: str, place: str) -> Diagnostic:
        """What is said about one of those."""
        remedy = meant(column, dict.fromkeys(FIXED, "") | {name: held.spec.label for name, held in self.shape.columns.items()})
        return Diagnostic("CLM305", place, f"{self.shape.name} has no signal for the column {column!r:.60}", remedy)


def meant(said: str, labels: Mapping[str, str]) -> str:
    """What to write instead of a name that is unknown: the one whose label it is, or a near one.

    Args:
        said: the name.
        labels: the label of each name that is known.

    Example:
        >>> meant("Contract signed", {"signed": "contract signed", "ended": "contract ended"})
        "write its name in the model, 'signed'"
        >>> meant("singed", {"signed": "contract signed", "ended": "contract ended"})
        "did you mean 'signed'?"
    """
    name = next((name for name, label in labels.items() if spoken(label) == spoken(said)), "")
    return f"write its name in the model, {name!r}" if spoken(said) and name else did_you_mean(said, labels)


def spoken(label: str) -> str:
    """A label or name as it is heard: capitals, blanks and signs make no difference.

    Example:
        >>> spoken("Seats in use ") == spoken("seats_in_use")
        True
    """
    return "".join(letter for letter in label.casefold() if letter.isalnum())


class _Reading:
    """One record; faults are collected, so that somebody who mends the row sees all of them."""

    def __init__(self, base: Understanding, record: Record) -> None:
        self.base, self.record = base, record
        self.where = base.place(record.number)
        self.faults: list[Diagnostic] = []

    def row(self) -> Row | Rejected:
        customer = self.text("customer")
        if not customer and not self.faults:
            self.fault("CLM311", "", "it names no customer", "fill the column 'customer'")
        at_us = self.instant(self.record.cells.get("at"))
        part, instance, event = self.text("part"), self.text("instance"), self.text("event")
        details = self.details()
        whole = self.base.shape.composed and part == ""
        room = self.base.shape.rooms.get(part)
        shape = None if whole or room is not None else self.part(part)
        values: Mapping[str, Value] = {}
        if whole:
            self.check_whole(instance, event, details)
            values = self.values("")
        elif room is not None:
            self.check_room(part, instance, event, room)
        elif shape is not None:
            self.check_instance(part, instance, event, shape.way)
            self.check_event(event, details, shape.definition)
            values = self.values(part)
            if values and shape.way.many and not instance:
                self.fault("CLM312", "instance", f"it gives values of '{part}', but does not say of which", "name the instance")
        if self.faults or at_us is None:
            return Rejected(self.record.number, tuple(self.faults), customer)
        return Row(customer, at_us, part, instance, event, details, values, self.record.number)

    def fault(self, code: str, column: str, cause: str, remedy: str) -> None:
        self.faults.append(Diagnostic(code, f"{self.where}, {column}" if column else self.where, cause, remedy))

    # ---- the fixed columns

    def text(self, column: str) -> str:
        raw = self.record.cells.get(column)
        if raw is None or raw != raw:
            return ""
        if not isinstance(raw, str):
            if isinstance(raw, int) and not isinstance(raw, bool) and column in ("customer", "instance"):
                return str(raw) if abs(raw) < 10**30 else ""  # a typed table may number its customers
            self.fault("CLM311", column, f"a {type(raw).__name__} is no text", f"write the {column} as text")
            return ""
        if not _encodes(raw):
            self.fault("CLM311", column, f"{raw!r:.60} is half of a character", "write it as UTF-8")
            return ""
        return raw.strip()

    def instant(self, raw: object) -> int | None:
        if raw is None or raw == "" or raw != raw:
            self.fault("CLM311", "", "it does not say when", "fill the column 'at' with a date or time")
            return None
        try:
            return read_instant(raw, f"{self.where}, at")
        except ClmstateError as error:
            self.faults += error.diagnostics
            return None

    def part(self, part: str) -> PartShape | None:
        found = self.base.shape.parts.get(part)
        if found is None:
            known = [path for path in (*self.base.shape.parts, *self.base.shape.rooms) if path]
            remedy = (
                did_you_mean(part, known) if known else f"leave the column empty: {self.base.shape.name} is a lifecycle on its own"
            )
            cause = f"{self.base.shape.name} has no part {part!r:.60}" if part else "it does not say which part it is about"
            self.fault("CLM312", "part", cause, remedy)
        return found

    def check_room(self, part: str, instance: str, event: str, room: Way) -> None:
        """A row about a member that is a composition itself: it joins and leaves as a whole, and its parts have rows of their own."""
        self.check_instance(part, instance, event, room)
        if event not in ("@join", "@leave") or self.values(part):
            inside = [path for path in self.base.shape.parts if path.startswith(f"{part}.")]
            self.fault(
                "CLM312",
                "part",
                f"'{part}' joins and leaves as a whole, and has no signals of its own",
                f"name {' or '.join(inside)}",
            )

    def check_instance(self, part: str, instance: str, event: str, way: Way) -> None:
        names = instance.split("/") if instance else []
        if not names and event and event not in ACTS:
            return  # offered to all instances of the part
        if len(names) != way.many or not all(name.strip() for name in names):
            if way.many == 0:
                what = f"'{part}'" if part else self.base.shape.name
                self.fault(
                    "CLM312", "instance", f"{what} has no instances, but {instance!r:.60} is named", "leave the column empty"
                )
            else:
                form = "/".join(["name"] * way.many)
                self.fault("CLM312", "instance", f"{instance!r:.60} is no instance of '{part}'", f"name one as {form}")
        if event in ("@join", "@leave") and way.many == 0:
            self.fault("CLM314", "event", f"nobody can {event[1:]} a part that is always there", "leave the row out")

    def check_whole(self, instance: str, event: str, details: dict[str, Any]) -> None:
        """A row about the customer as a whole: its values name their part, its event is offered to every part that knows it."""
        if instance:
            self.fault("CLM312", "part", "it names an instance, but not the part", did_you_mean("", self.base.shape.parts))
        if event in ACTS:
            self.fault("CLM312", "part", f"'{event}' does not say which part it is about", did_you_mean("", self.base.shape.parts))
        elif event or details:
            known = [part.definition for part in self.base.shape.parts.values()]
            knows = next((definition for definition in known if event in definition.events), None)
            if knows is None and event:
                remedy = meant(event, {name: spec.label for definition in known for name, spec in definition.events.items()})
                self.fault("CLM314", "event", f"{event!r:.60} is no event of any part of {self.base.shape.name}", remedy)
            else:
                self.check_event(event, details, knows if knows is not None else known[0])

    # ---- events and what belongs to them

    def details(self) -> dict[str, Any]:
        raw = self.record.cells.get("details")
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return {}
        found = raw
        if isinstance(raw, str):
            try:
                found = parse_json(raw)
            except ValueError as error:
                self.fault("CLM315", "details", f"it is no JSON ({error})", 'write an object such as {"instance": "crm"}')
                return {}
        if not isinstance(found, Mapping):
            self.fault(
                "CLM315", "details", f"a {type(found).__name__} is no JSON object", 'write an object such as {"instance": "crm"}'
            )
            return {}
        return {key: value for key, value in found.items() if value is not None}

    def check_event(self, event: str, details: dict[str, Any], definition: LifecycleDefinition) -> None:
        if event == "":
            if details:
                self.fault(
                    "CLM315",
                    "details",
                    "there are details, but no event that they belong to",
                    "name the event, or empty the column",
                )
            return
        if event not in ACTS and event not in definition.events:
            names = {name: spec.label for name, spec in definition.events.items()}
            remedy = did_you_mean(event, [*names, *ACTS]) if event.startswith("@") else meant(event, names)
            self.fault("CLM314", "event", f"{event!r:.60} is no event of {definition.name}", remedy)
            return
        names_instance = event in definition.events and definition.events[event].names_instance
        needed = _NEEDED.get(event, ())
        allowed = (*needed, *_OPTIONAL.get(event, ()), *(("instance",) if names_instance else ()))
        for key in details:
            if key not in allowed:
                remedy = did_you_mean(str(key), allowed) if allowed else "empty the column"
                self.fault("CLM315", "details", f"'{event}' has no detail {key!r:.60}", remedy)
        for key in needed:
            if key not in details:
                self.fault("CLM315", "details", f"'{event}' does not say '{key}'", "write " + _form(event))
        for key in (k for k in allowed if k in details):
            self.faults += self.detail_faults(event, key, details[key], definition)

    def detail_faults(self, event: str, key: str, value: object, definition: LifecycleDefinition) -> Iterator[Diagnostic]:
        place = f"{self.where}, details, {key}"
        if key == "signals":
            names = value if isinstance(value, list) else [None]
            for name in names:
                if not isinstance(name, str) or name not in definition.signals:
                    yield Diagnostic(
                        "CLM315",
                        place,
                        f"{name!r:.60} is no signal of {definition.name}",
                        did_you_mean(str(name), definition.signals),
                    )
            return
        if not isinstance(value, str) or not value.strip() or not _encodes(value):
            yield Diagnostic("CLM315", place, f"{value!r:.60} is not a text", "write " + _form(event))
            return
        try:
            if key in _TIMES:
                read_instant(value, place)
            elif key in ("phase", "to"):
                known_phase(definition, value, place)
        except ClmstateError as error:
            yield from error.diagnostics
        if key == "touchpoint":
            known = [touchpoint.label for phase in definition.phases.values() for touchpoint in phase.touchpoints]
            if value not in known:
                yield Diagnostic("CLM315", place, f"{definition.name} has no touchpoint {value!r:.60}", did_you_mean(value, known))

    # ---- signals

    def values(self, part: str) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for name, raw in self.record.cells.items():
            if raw is None or raw == "" or name in FIXED or name in self.base.ignored:
                continue
            column = self.base.shape.columns.get(name)
            if column is None:
                self.faults.append(self.base.unknown_column(name, self.where))
                continue
            try:
                value = self.value(name, column.spec, raw)
            except ClmstateError as error:
                self.faults += error.diagnostics
                continue
            if value is None:
                continue
            if column.spec.port and self.base.shape.composed:
                self.fault("CLM319", name, f"'{column.spec.label}' is a port: other parts feed it", "leave the column empty")
            elif column.part != part and not (part == "" and self.base.shape.parts[column.part].way.many == 0):
                about = f"'{part}'" if part else "the customer as a whole"
                self.fault(
                    "CLM312",
                    name,
                    f"the row is about {about}, but gives a value of '{column.part}'",
                    "write a row of its own for each part",
                )
            else:
                found[name] = value
        return found

    def value(self, name: str, spec: SignalSpec, raw: object) -> Value | None:
        if not isinstance(raw, str):
            return read_cell(spec, raw, f"{self.where}, {name}")
        seen, key = self.base.seen, (name, raw)
        if key not in seen:
            if len(seen) >= _REMEMBERED:
                seen.clear()
            seen[key] = read_cell(spec, raw, f"{self.where}, {name}")
        return seen[key]


def _encodes(text: str) -> bool:
    """Whether a text can be written to a file; JSON can spell half a character that cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _form(event: str) -> str:
    """What the details of an act look like."""
    parts = [f'"{key}": ' + ('["..."]' if key == "signals" else '"..."') for key in _NEEDED.get(event, ("instance",))]
    return "{" + ", ".join(parts) + "}"
