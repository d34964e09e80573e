"""The columnar engine against the compiled one and the oracle, over random lifecycles and logs: the same tables, row for row."""

from __future__ import annotations

import os
from collections.abc import Iterator
from random import Random
from typing import Any

import attrs
import polars as pl
import pytest

import clmstate
from clmstate.errors import InputError
from clmstate.replay import columnar
from clmstate.replay.columnar import Columnar, Source
from clmstate.replay.gathering import Gathering
from clmstate.replay.rows import Log, Row
from clmstate.replay.run import Counts, Replayed, run
from clmstate.replay.shape import shape_of
from clmstate.replay.typed import frame_of_log
from clmstate.signals import CLEAR, DAY
from tests.conformance.generate import Traffic, models
from tests.conformance.harness import ask_oracle
from tests.conformance.oracle import Oracle

Model = type[clmstate.Lifecycle]


def log_of(rng: Random, model: Model, customers: int, steps: int) -> tuple[Log, list[tuple[Any, ...]]]:
    """Rows of random customers, in no order, many of them several to an instant; and every move that the oracle makes of them."""
    rows: list[Row] = []
    moves: list[tuple[Any, ...]] = []
    for number in range(customers):
        oracle, name = Oracle(model.definition), f"c{number:03}"
        traffic = Traffic(rng, model.definition, oracle)
        told: set[int] = set()
        for _ in range(steps):
            step = traffic.step()
            at = oracle.at if step.at is None else step.at
            known = model.definition.signals.keys(), model.definition.events.keys()
            if step.kind != "observe" or step.bad or at is None or any(at <= other for other in told):
                continue  # a log is in order of time, also after an observation that never settled
            if not (step.values.keys() <= known[0] and set(step.events) <= known[1]):
                continue
            told.add(at)
            values = {signal: value for signal, value in step.values.items() if value is not CLEAR}
            answer = ask_oracle(oracle, attrs.evolve(step, at=at, values=values))
            moves += [(name, at, number, *rest) for number, *rest in answer.moves]
            rows += spread(rng, name, at, values, list(step.events))
    rng.shuffle(rows)
    return Log("log", tuple(attrs.evolve(row, number=number) for number, row in enumerate(rows, 1))), moves


def spread(rng: Random, name: str, at: int, values: dict[str, Any], events: list[str]) -> Iterator[Row]:
    """One observation as one row or as several."""
    items = list(values.items())
    cut = rng.randint(0, len(items)) if rng.random() < 0.3 else len(items)
    yield Row(name, at, event=events[0] if events else "", values=dict(items[:cut]))
    for event in events[1:]:
        yield Row(name, at, event=event)
    if items[cut:]:
        yield Row(name, at, values=dict(items[cut:]))


def differing(one: Replayed, other: Replayed) -> list[str]:
    """The tables in which two replays differ; the order of rows does not matter."""
    found = []
    for (name, mine), (_, yours) in zip(one.tables, other.tables, strict=True):
        ordered = [table.sort(table.columns, nulls_last=True) for table in (mine, yours)]
        found += [] if ordered[0].equals(ordered[1]) else [name]
    return found + (["counts"] if one.counts != other.counts else [])


def in_pieces(rng: Random, model: Model, log: Log, as_of: int | None) -> Replayed:
    """The same log in order and in pieces of a few rows, its results given away as soon as may be."""
    gathering = Gathering(shape_of(model))
    work = Columnar(model, Source(log), as_of, sink=gathering.add)
    frame = frame_of_log(log.rows, model.definition.signals).sort("customer", "at", maintain_order=True)
    begin = 0
    while begin < frame.height:
        size = rng.randint(1, 300)
        work.take(frame.slice(begin, size), more=True)
        begin += size
    found, used = work.finish()
    gathering.add(found)
    counts = Counts(work.seen, used, found.rejects.height, work.later)
    return Replayed(model.__name__, log.source, counts, gathering.tables(), as_of, "columnar", gathering.shape)


def compare(seed: int, rows: int) -> int:
    """Random models and logs until so many rows were played; how many moves there were."""
    rng, left, moved, refused, played = Random(seed), rows, 0, 0, 0
    for source, model in models(rng):
        log, expected = log_of(rng, model, 40, 40)
        last = max((row.at_us for row in log.rows), default=0)
        as_of = None if rng.random() < 0.5 else last + rng.choice([-40, -3, 0, 40]) * DAY
        try:
            columns = run(model, log, as_of_us=as_of, engine="columnar")
        except InputError as error:
            if error.diagnostics[0].code != "CLM350":
                raise
            refused += 1
            continue
        if as_of is None:
            told = columns.tables.moves.with_columns(pl.col("at", "due_since").to_physical())
            found = told.select("customer", "at", "round", "transition", "source", "target", "by", "due_since").rows()
            assert sorted(map(repr, found)) == sorted(map(repr, expected)), f"seed {seed}:\n{source}"
        if played % 4 == 1:
            assert differing(columns, in_pieces(rng, model, log, as_of)) == [], f"seed {seed}:\n{source}"
        if as_of is not None or played % 4 == 0:
            assert differing(run(model, log, as_of_us=as_of, engine="compiled"), columns) == [], f"seed {seed}:\n{source}"
        played += 1
        moved += len(expected)
        left -= len(log.rows)
        if left <= 0:
            break
    assert refused <= played // 10
    return moved


def test_columns_find_what_the_oracle_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    seed = 5 if os.environ.get("CI") else int.from_bytes(os.urandom(4), "big")
    monkeypatch.setattr(columnar, "_MANY", 30)
    assert compare(seed, 50_000) > 2_000


@pytest.mark.full
def test_columns_find_what_the_oracle_finds_for_long() -> None:
    assert compare(int.from_bytes(os.urandom(4), "big"), 1_000_000) > 50_000
