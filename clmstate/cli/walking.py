"""A customer's way through a model as data: what was played, where every part stood, and what was still missing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs

from clmstate.cli import checklist
from clmstate.cli.models import Model
from clmstate.cli.screen import as_data
from clmstate.cli.telling import read_date
from clmstate.lifecycle import Lifecycle, Move, Moves, Phase, opened
from clmstate.replay import Log, Step, play, shape_of
from clmstate.signals import from_instant, instant, show_instant

__all__ = ["Stop", "Walk", "move_data", "part_of", "phases_of", "walked"]


@attrs.define
class Stop:
    """One step with the picture right after it.

    Attributes:
        step: what was played.
        phases: where every part stood then; "" is a lifecycle on its own.
        entries: milestones and touchpoints that came with it.
        ways: for the parts that moved and are always there, what the next phase still needs.

    Example:
        >>> Stop.__name__
        'Stop'
    """

    step: Step
    phases: dict[str, Phase]
    entries: tuple[Any, ...]
    ways: dict[str, list[checklist.Outlook]]


@attrs.define
class Walk:
    """A customer's way through a model.

    Attributes:
        model, log, customer: who walked through what.
        stops: one for each instant.
        life: the customer as it stands at the end.
        counts: rows in, used, rejected, of other customers, and later than `as_of`.
        as_of: the date of interest.
        by_then: moves that time alone has caused between the last row and that date.

    Example:
        >>> Walk.__name__
        'Walk'
    """

    model: Model
    log: Log
    customer: str
    stops: list[Stop]
    life: Any
    counts: dict[str, int]
    as_of: int | None
    by_then: Moves

    @property
    def lives(self) -> dict[str, Lifecycle]:
        """Every part that is there at the end, by address."""
        return {address: part_of(self.life, address) for address in phases_of(self.life)}

    @property
    def since(self) -> dt.date:
        """When the customer entered the first phase: with the first row, or as an ``@start`` says."""
        rows = (row for row in self.log.rows if row.customer == self.customer)
        first = min(rows, key=lambda row: (row.at_us, row.event != "@start"))
        since = first.details.get("since") if first.event == "@start" else None
        return dt.date.fromisoformat(show_instant(first.at_us if since is None else instant(since))[:10])

    def document(self) -> dict[str, Any]:
        """All of it for JSON."""
        life = self.life
        again = read_date(life, "next_check")
        return {
            "ok": True,
            "lifecycle": self.model.name,
            "customer": self.customer,
            "log": self.log.source,
            "rows": self.counts,
            "as_of": None if self.as_of is None else show_instant(self.as_of),
            "steps": [
                {
                    "at": show_instant(stop.step.at_us),
                    "moves": [move_data(move) for move in stop.step.moves],
                    "untaken": [{"event": u.event, "why": u.why, "part": u.part} for u in stop.step.moves.untaken],
                    **_standing(stop.phases),
                    "also": [str(entry) for entry in stop.entries],
                    "rejected": [as_data(d) for r in stop.step.rejected for d in r.diagnostics],
                }
                for stop in self.stops
            ],
            "by_then": [move_data(move) for move in self.by_then],
            "rejected": [as_data(d) for r in self.log.rejected for d in r.diagnostics],
            **_standing(phases_of(life)),
            "labels": {address: phase.label for address, phase in phases_of(life).items()},
            "next_check": None if again is None else str(again),
            "open_plays": [
                {"number": p.number, "label": p.play.label, "part": p.part, "because": p.because, "opened": str(p.opened)}
                for p in life.open_plays
            ],
            "warning_signs": [{"part": a, "label": risk.label} for a, part in self.lives.items() for risk in part.warning_signs],
            "ways_out": [
                {"part": a, **checklist.as_data(way)} for a, part in self.lives.items() for way in checklist.outlooks(part)
            ],
        }


def move_data(move: Move) -> dict[str, Any]:
    """A move for JSON.

    Example:
        >>> from clmstate import Phase
        >>> move_data(Move("", Phase("New"), Phase("Won"), None, 0, by="hand", reason="signed on paper"))["reason"]
        'signed on paper'
    """
    return {
        "at": None if move.at_us is None else show_instant(move.at_us),
        "part": move.part,
        "from": move.source.path,
        "to": move.target.path,
        "stayed": move.stayed,
        "transition": move.name,
        "by": move.by,
        "because": move.words or move.reason,
        "person": move.person,
        "reason": move.reason,
        "values": dict(move.values),
        "due_since": None if move.due_since_us is None else show_instant(move.due_since_us),
        "plays": [play.label for play in move.plays],
    }


def phases_of(life: Any) -> dict[str, Phase]:
    """Where every part of a customer stands, by address; "" is a lifecycle on its own.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> {address: phase.label for address, phase in phases_of(Deal()).items()}
        {'': 'New'}
    """
    return {"": life.phase} if isinstance(life, Lifecycle) else life.phases


def part_of(life: Any, address: str) -> Lifecycle:
    """A part of a customer, by address.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> part_of(Deal("Acme"), "").name
        'Acme'
    """
    if isinstance(life, Lifecycle):
        return life
    found: Lifecycle = life._whole.handle(life._whole.found(address)[3])
    return found


def _standing(phases: dict[str, Phase]) -> dict[str, Any]:
    if "" in phases:
        return {"phase": phases[""].path}
    return {"phases": {address: phase.path for address, phase in phases.items()}}


def walked(model: Model, log: Log, customer: str, as_of: int | None) -> Walk:
    """Plays a customer's rows, up to a date if one is given; then time passes until that date, on a copy.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> walked(Model(Deal, "deal.py"), Log("log.csv", ()), "Acme", None).counts["in"]
        0
    """
    stops: list[Stop] = []
    life: Any = None
    shape = shape_of(model.what)
    seen = 0
    for step in play(model.what, log, customers=(customer,), until_us=as_of):
        life = step.life
        entries = life.journey.entries
        also = tuple(entry for entry in entries[seen:] if not isinstance(entry, Move))
        seen = len(entries)
        moved = dict.fromkeys(move.part for move in step.moves if not move.stayed)
        always = [address for address in moved if shape.way(shape.part_at(address)).many == 0]
        ways = {address: checklist.hoped_for(checklist.outlooks(part_of(life, address))) for address in always}
        stops.append(Stop(step, phases_of(life), also, ways))
    if life is None:
        life = opened(model.what, customer)
    by_then = Moves()
    if as_of is not None:
        life = type(life).restore(life.snapshot(), engine="compiled")
        by_then = life.tick(from_instant(as_of))
    mine = [row for row in log.rows if row.customer == customer]
    used = sum(len(stop.step.used) for stop in stops)
    rejected = sum(len(stop.step.rejected) for stop in stops)
    counts = {
        "in": len(log),
        "used": used,
        "rejected": rejected + len(log.rejected),
        "of_others": len(log.rows) - len(mine),
        "later": len(mine) - used - rejected,
    }
    return Walk(model, log, customer, stops, life, counts, as_of, by_then)
