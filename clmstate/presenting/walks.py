"""A customer's way as data for the page: what was told at each instant, what moved, and where everybody stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from clmstate.composition import Composition
from clmstate.lifecycle import Lifecycle, Move
from clmstate.presenting.criteria import place_label
from clmstate.presenting.plain import states_of
from clmstate.replay import Log, Row, Shape, Step, play, shape_of
from clmstate.signals import show_instant

__all__ = ["walk_of"]

Json: TypeAlias = Any


def walk_of(model: type[Lifecycle] | type[Composition], log: Log, customer: str) -> dict[str, Json]:
    """The way of one customer of a log; each step holds only the parts that differ from the step before.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> walk_of(Deal, Log("log.csv", (Row("Acme", 0),)), "Acme")["steps"][0]["date"]
        '1970-01-01'
    """
    shape = shape_of(model)
    steps: list[dict[str, Json]] = []
    before: dict[str, Json] = {}
    seen = 0
    for step in play(model, log, customers=(customer,)):
        entries = step.life.journey.entries
        also = [str(entry) for entry in entries[seen:] if not isinstance(entry, Move)]
        seen = len(entries)
        states = states_of(step.life.snapshot())
        told = {address: {key: value for key, value in state.items() if key != "at"} for address, state in states.items()}
        steps.append(
            {
                "at": step.at_us,
                "date": show_instant(step.at_us),
                "told": list(_told(step, shape)),
                "moves": [_move(move, shape) for move in step.moves],
                "untaken": [f"{untaken.event}: {untaken.why}" for untaken in step.moves.untaken],
                "also": also,
                "states": {address: state for address, state in told.items() if before.get(address) != state},
                "left": [address for address in before if address not in told],
            }
        )
        before = told
    return {"name": customer, "log": log.source, "steps": steps}


def _told(step: Step, shape: Shape) -> Iterator[str]:
    for row in step.used:
        who = shape.way(row.part).address(row.instance) if row.part and row.instance else row.part
        said = list(_said(row, shape))
        if said:
            yield (f"{who}: " if who else "") + ", ".join(said)


def _said(row: Row, shape: Shape) -> Iterator[str]:
    if row.event.startswith("@"):
        yield {"@join": "joins", "@leave": "leaves", "@start": "is placed", "@move": "is moved by hand"}.get(
            row.event, row.event[1:]
        )
    elif row.event:
        labels = (part.definition.events.get(row.event) for part in shape.parts.values())
        label = next((event.label for event in labels if event is not None), row.event)
        instance = row.details.get("instance")
        yield f"{label} ({instance})" if instance else label
    for name, value in row.values.items():
        spec = shape.columns[name].spec
        yield f"{spec.plural if spec.kind == 'count' and spec.plural else spec.label} {spec.show(value)}"


def _move(move: Move, shape: Shape) -> dict[str, Json]:
    definition = shape.parts[shape.part_at(move.part)].definition if move.part else next(iter(shape.parts.values())).definition
    return {
        "address": move.part,
        "rule": move.name,
        "source": move.source.path,
        "target": move.target.path,
        "from": place_label(definition, move.source.path),
        "to": place_label(definition, move.target.path),
        "stayed": move.stayed,
        "why": move.words or move.reason,
        "by": move.by,
        "due": "" if move.due_since_us is None else show_instant(move.due_since_us // 1_000_000 * 1_000_000),
        "plays": [play.label for play in move.plays],
    }
