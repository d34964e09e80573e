"""What people report, checked: everything that is wrong is told together, and nothing foreign is trusted.

Values, names and times may be anything that Python knows. They are looked at by type, shown only by :func:`clmstate.errors.shown`,
and stored as plain Python values, so that no later comparison can run somebody else's code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from clmstate.conditions import Given
from clmstate.errors import BadValueError, Diagnostic, UnknownNameError, did_you_mean, shown
from clmstate.kernel import UNCHANGED, compiled, read_instant
from clmstate.lifecycle import Event, GroupMeta, Lifecycle, Phase, known_phase
from clmstate.signals import CLEAR, LARGEST, SignalSpec, Value

__all__ = ["as_text", "checked_values", "event_name", "leaf_number", "named_values", "point_in_time", "said_by_hand", "together"]


def as_text(value: object) -> str | None:
    """A text as plain Python text; None for anything else.

    Example:
        >>> as_text("dana"), as_text(5)
        ('dana', None)
    """
    return str.__str__(value) if isinstance(value, str) else None


def point_in_time(at: object, place: str) -> int:
    """The instant that somebody gives.

    Raises:
        BadValueError: CLM206, if it is none.

    Example:
        >>> point_in_time(20260101, "Deal")
        Traceback (most recent call last):
        ...
        clmstate.errors.BadValueError: CLM206 Deal: 20260101 is not a point in time. Give an ISO date or time such as '2026-01-30' or '2026-01-30T09:00+01:00', a date or a datetime.
    """
    try:
        return read_instant(at)
    except BadValueError as error:
        raise BadValueError([Diagnostic(d.code, place, d.cause, d.remedy) for d in error.diagnostics]) from None


def named_values(
    given: Sequence[object], at: object, values: Mapping[str, object], unknown: Mapping[str, object], place: str
) -> tuple[object, list[Given], dict[str, object]]:
    """The time, checked values, and the others by name. Checked values given by position may have come to stand in any place.

    Raises:
        BadValueError: CLM204, something is given without a name.

    Example:
        >>> named_values((), "2026-01-30", {"health": 80}, {}, "Deal")
        ('2026-01-30', [], {'health': 80})
    """
    checked = [one for one in (*given, at, *values.values()) if isinstance(one, Given)]
    for one in given:
        if one is not UNCHANGED and not isinstance(one, Given):
            cause = f"{shown(one)} is given without a name"
            raise BadValueError([Diagnostic("CLM204", place, cause, "write health=80, or Contract.health.now(80)")])
    said = {name: value for name, value in values.items() if value is not UNCHANGED and not isinstance(value, Given)}
    return (None if isinstance(at, Given) else at), checked, said | dict(unknown)


def together(lifecycle: type[Lifecycle], given: Iterable[object], values: Mapping[str, object], place: str) -> dict[str, object]:
    """Checked values and keywords as one.

    Raises:
        BadValueError: CLM204, a signal is given twice, or something is no value of a signal.
        UnknownNameError: CLM201, a signal of another lifecycle.

    Example:
        >>> together(Lifecycle, (), {"health": 80}, "Deal")
        {'health': 80}
    """
    both = dict(values)
    for one in given:
        if not isinstance(one, Given):
            cause = f"{shown(one)} is not a value of a signal"
            raise BadValueError([Diagnostic("CLM204", place, cause, "write Contract.health.now(80), or health=80")])
        if one.homes and not one.homes <= lifecycle._homes:
            cause = f"'{one.name}' is a signal of another lifecycle"
            raise UnknownNameError([Diagnostic("CLM201", place, cause, did_you_mean(one.name, lifecycle.definition.signals))])
        if one.name in both:
            raise BadValueError([Diagnostic("CLM204", f"{place}.{one.name}", "it is given twice", "give one value")])
        both[one.name] = one.value
    return both


def checked_values(
    lifecycle: type[Lifecycle], values: Mapping[str, object], place: str, *, wired: bool = False
) -> dict[str, Value]:
    """Values as they are stored.

    Args:
        lifecycle: whose signals they are.
        values: as users give them, by signal; `CLEAR` forgets one.
        place: what diagnostics name.
        wired: whether ports are fed by a composition, and so by nobody else.

    Raises:
        UnknownNameError: CLM201, with all that is wrong with the others.
        BadValueError: CLM204 and CLM215, all that is wrong.

    Example:
        >>> from clmstate import Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        >>> checked_values(Deal, {"health": 80}, "Deal")
        {'health': 80}
    """
    signals = lifecycle.definition.signals
    stored: dict[str, Value] = {}
    wrong: list[Diagnostic] = []
    unknown = False
    for given, value in values.items():
        name = as_text(given)
        spec = None if name is None else signals.get(name)
        if spec is None or name is None:
            unknown = True
            wrong.append(Diagnostic("CLM201", place, f"{shown(given)} is not a signal", did_you_mean(name or "", signals)))
        elif wired and spec.port:
            cause = f"'{name}' is a port: the wiring feeds it"
            wrong.append(Diagnostic("CLM215", place, cause, "report what it is computed from"))
        elif value is CLEAR:
            stored[name] = spec.absent
        else:
            try:
                stored[name] = _accepted(spec, value, f"{place}.{name}")
            except BadValueError as error:
                wrong += error.diagnostics
    if wrong:
        raise (UnknownNameError if unknown else BadValueError)(wrong)
    return stored


def _accepted(spec: SignalSpec, value: object, place: str) -> Value:
    """A value as a plain Python value, whatever class it came in."""
    try:
        if spec.kind == "date":
            spec.accept(value, place=place)
            return point_in_time(value, place)
        accepted = spec.accept(value, place=place)
    except BadValueError:
        raise
    except Exception as error:  # noqa: BLE001 -- somebody else's object may raise anything when it is looked at
        cause = f"{shown(value)} cannot be read as a value of '{spec.label}': it raises {type(error).__name__}"
        raise BadValueError([Diagnostic("CLM204", place, cause, f"give {spec.allowed}")]) from None
    if isinstance(accepted, bool):
        return accepted
    if isinstance(accepted, str):
        return str.__str__(accepted)
    if isinstance(accepted, float):
        return float.__float__(accepted)
    whole = int.__int__(accepted)
    return whole if abs(whole) <= LARGEST else float(whole)  # beyond, whole numbers are not exact as the floats that columns hold


def event_name(lifecycle: type[Lifecycle], event: object, instance: object, place: str) -> str:
    """The name of an event that is offered.

    Raises:
        UnknownNameError: CLM202, no such event.
        BadValueError: CLM204, the instance that it names is wrong.

    Example:
        >>> from clmstate import Phase
        >>> class Deal(Lifecycle):
        ...     ended = Event("contract ended")
        ...     new = Phase("New", initial=True)
        >>> event_name(Deal, Deal.ended, None, "Deal")
        'ended'
    """
    events = lifecycle.definition.events
    name = event.name if isinstance(event, Event) else as_text(event)
    if name is None or name not in events:
        raise UnknownNameError(
            [Diagnostic("CLM202", place, f"{shown(name or event)} is not an event", did_you_mean(name or "", events))]
        )
    if isinstance(event, Event) and not event._homes <= lifecycle._homes:
        cause = f"'{name}' is an event of another lifecycle"
        raise UnknownNameError([Diagnostic("CLM202", place, cause, f"send {lifecycle.__name__}.{name}")])
    if instance is not None and not (as_text(instance) or "").strip():
        cause = f"the instance {shown(instance)} is not a name"
        raise BadValueError([Diagnostic("CLM204", f"{place}.{name}", cause, "name it as instance='...'")])
    if instance is not None and not events[name].names_instance:
        cause = f"'{name}' does not name an instance"
        raise BadValueError([Diagnostic("CLM204", f"{place}.{name}", cause, "leave instance= out, or declare names_instance=True")])
    return name


def leaf_number(lifecycle: type[Lifecycle], phase: object, place: str) -> int:
    """The number of a leaf phase that somebody names.

    Raises:
        UnknownNameError: CLM203, it is none.

    Example:
        >>> from clmstate import Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> leaf_number(Deal, Deal.new, "Deal")
        0
    """
    definition = lifecycle.definition
    path = phase.path if isinstance(phase, Phase | GroupMeta) else as_text(phase)
    if path is None:
        cause = f"{shown(phase)} is not a phase of {definition.name}"
        raise UnknownNameError([Diagnostic("CLM203", place, cause, did_you_mean("", definition.phases))])
    path = known_phase(definition, path, place)
    if isinstance(phase, Phase) and phase.home not in lifecycle._homes:
        cause = f"'{path}' is a phase of another lifecycle"
        raise UnknownNameError([Diagnostic("CLM203", place, cause, f"name {lifecycle.__name__}.{path}")])
    return compiled(definition).program.number[path]


def said_by_hand(what: str, place: str, **texts: object) -> tuple[str, ...]:
    """Who decided, and why: what is done by hand says both.

    Raises:
        BadValueError: CLM213, one of them is missing.

    Example:
        >>> said_by_hand("a move by hand", "Deal", by="Dana", reason="signed on paper")
        ('Dana', 'signed on paper')
    """
    found = {name: as_text(text) or "" for name, text in texts.items()}
    wrong = [name for name, text in found.items() if not text.strip()]
    if wrong:
        cause = f"{what} says nothing in {' and '.join(f'{name}=' for name in wrong)}"
        raise BadValueError([Diagnostic("CLM213", place, cause, "say who decided, and why")])
    return tuple(found.values())
