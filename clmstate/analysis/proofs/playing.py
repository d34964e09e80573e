"""Evidence is played on the compiled engine before anybody sees it: a log for an example, and what the engine makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from clmstate.analysis.findings import Evidence, Report
from clmstate.analysis.proofs.study import Study
from clmstate.conditions.examples import TODAY, Example
from clmstate.errors import LivelockError
from clmstate.kernel import State, compiled, enter, take_in
from clmstate.kernel.compile import put_value
from clmstate.lifecycle import LifecycleDefinition
from clmstate.signals import DAY, instant, show_instant

__all__ = ["Played", "evidence", "log_for", "play"]

_HOUR = DAY // 24


@attrs.frozen
class Played:
    """What a log does to a customer.

    Attributes:
        moves: (transition, from, to) for each move, in order.
        last: the moves of the last observation.
        phase: the path of the phase in the end.
        circle: how the rules go round for ever, in words; "" if they do not.

    Example:
        >>> Played((), (), "new").phase
        'new'
    """

    moves: tuple[tuple[str, str, str], ...]
    last: tuple[tuple[str, str, str], ...]
    phase: str
    circle: str = ""


def play(definition: LifecycleDefinition, log: Iterable[Report], *, led: str = "") -> Played:
    """Plays a log on the compiled engine; rows of one instant are one observation.

    Args:
        definition: the lifecycle.
        log: what is reported.
        led: the path of a phase into which the customer is led at the instant of the last observation, before its rules are asked.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live", default=False)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=live)
        >>> play(Deal.definition, [Report(0, {"live": True})]).moves
        (('win', 'new', 'won'),)
    """
    engine = compiled(definition)
    state = engine.new()
    rules, phases = engine.program.rules, engine.program.phases
    moves: list[tuple[str, str, str]] = []
    last: list[tuple[str, str, str]] = []
    rows: dict[int, list[Report]] = {}
    for report in log:
        rows.setdefault(report.at, []).append(report)
    for at, together in sorted(rows.items()):
        if led and at == max(rows):
            state.at = at
            enter(state, state.phase, engine.program.number[led])
        if together[0].event == "@start":
            _start(state, at, together[0])
            continue
        values = {
            name: definition.signals[name].absent if value is None else value
            for one in together
            for name, value in one.values.items()
        }
        try:
            plan, _ = take_in(state, at, values, tuple(one.event for one in together if one.event))
        except LivelockError as error:
            return Played(tuple(moves), (), phases[state.phase], error.diagnostics[0].cause)
        last = [(rules[step[0]].transition.name, phases[step[1]], phases[step[2]]) for step in plan]
        moves += last
    return Played(tuple(moves), tuple(last), phases[state.phase])


def _start(state: State, at: int, report: Report) -> None:
    """Places a customer, as `start` does."""
    engine, program = state.c, state.c.program
    number = program.number[report.details["phase"]]
    since = report.details.get("since")
    state.visits = tuple(int(place in (program.phases[number], program.group[number])) for place in program.visited)
    state.phase, state.at = number, at
    state.entered = at if since is None else instant(since)
    for name, value in report.values.items():
        put_value(state, name, program.definition.signals[name].absent if value is None else value)
    engine.clocks(state)
    state.unsettled = state.busy = True


def log_for(study: Study, example: Example, phase: int, *, event: str | None = None) -> tuple[Report, ...] | None:
    """A log that places a customer in a phase and then tells everything an example says; None where that cannot be.

    The customer is placed an hour before anything is told of them. Clocks are started by telling the same values that long before, and
    events are offered when the example says that they were.
    """
    if any(number > 1 for number in example.visited.values()):
        return None  # nobody can be placed for the second time
    at = example.at if example.at is not None else TODAY
    values = dict(example.values)
    earlier: list[Report] = [Report(start, values) for start in sorted(set(example.since.values())) if start < at]
    for name, number in example.times.items():
        before = number - (name == event)
        last = example.last.get(name, at)
        earlier += (Report(min(last, at - 1 if name != event or number > 1 else at) - k, event=name) for k in range(before))
    entered = at if example.entered is None else example.entered
    placed = min((report.at for report in earlier), default=at) - _HOUR
    since = min(entered, placed)
    details = {"phase": study.path(phase), "since": show_instant(since)} if since != placed else {"phase": study.path(phase)}
    now = [Report(at, values, event=event or "")]
    return (Report(placed, event="@start", details=details), *sorted(earlier, key=lambda report: report.at), *now)


def evidence(study: Study, example: Example, shows: str, log: Sequence[Report] = (), *, replayed: bool = False) -> Evidence:
    """An example as evidence."""
    dates = tuple(name for name, spec in study.definition.signals.items() if spec.kind == "date")
    return Evidence(example.words(), shows, tuple(log), dates, replayed)
