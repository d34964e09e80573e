"""The columnar engine against the compiled one and the oracle, over random lifecycles and logs: the same tables, row for row."""

from __future__ import annotations

import os
from collections import Counter
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
from tests.conformance.generate import TODAY, Step, Traffic, models
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
        last = TODAY - 1
        for _ in range(steps):
            step = traffic.step()
            known = model.definition.signals.keys(), model.definition.events.keys()
            if step.kind != "observe" or step.bad or not (step.values.keys() <= known[0] and set(step.events) <= known[1]):
                continue
            last = at = later(rng, step.at, last)
            values = {signal: value for signal, value in step.values.items() if value is not CLEAR}
            answer = ask_oracle(oracle, Step(at=at, values=values, events=step.events))
            moves += [(name, at, number, *rest) for number, *rest in answer.moves]
            rows += spread(rng, name, at, values, list(step.events))
    rng.shuffle(rows)
    return Log("log", tuple(attrs.evolve(row, number=number) for number, row in enumerate(rows, 1))), moves


def later(rng: Random, at: int | None, last: int) -> int:
    """When a step happens: a log is in order of time, also after an observation that never settled."""
    return at if at is not None and at > last else last + rng.choice([1, DAY // 3, DAY, 2 * DAY])


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


def compare(seed: int, rows: int) -> Counter[str]:
    """Random models and logs until so many rows were played, each compared with the oracle.

    Every fourth log is compared with the compiled engine in every table, and every fourth is played in pieces too.
    """
    rng, counts = Random(seed), Counter[str]()
    for source, model in models(rng):
        log, expected = log_of(rng, model, 40, 40)
        last = max((row.at_us for row in log.rows), default=0)
        as_of = None if rng.random() < 0.5 else last + rng.choice([-40, -3, 0, 40]) * DAY
        try:
            columns = run(model, log, as_of_us=as_of, engine="columnar")
        except InputError as error:
            if error.diagnostics[0].code != "CLM350":
                raise
            counts["refused"] += 1
            continue
        told = columns.tables.moves.with_columns(pl.col("at", "due_since").to_physical())
        found = told.select("customer", "at", "round", "transition", "source", "target", "by", "due_since").rows()
        until = last if as_of is None else as_of
        assert sorted(map(repr, found)) == sorted(repr(move) for move in expected if move[1] <= until), f"seed {seed}:\n{source}"
        if counts["models"] % 4 == 1:
            assert differing(columns, in_pieces(rng, model, log, as_of)) == [], f"seed {seed}:\n{source}"
        if counts["models"] % 4 == 0:
            assert differing(run(model, log, as_of_us=as_of, engine="compiled"), columns) == [], f"seed {seed}:\n{source}"
            counts["compiled"] += len(log.rows)
        counts.update(models=1, moves=len(found), rows=len(log.rows))
        if counts["rows"] >= rows:
            break
    print(f"seed {seed}: {dict(counts)}")
    assert counts["refused"] <= counts["models"] // 10
    return counts


def test_columns_find_what_the_oracle_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    seed = 5 if os.environ.get("CI") else int.from_bytes(os.urandom(4), "big")
    monkeypatch.setattr(columnar, "_MANY", 30)
    assert compare(seed, 85_000)["moves"] > 4_000


@pytest.mark.full
def test_columns_find_what_the_oracle_finds_for_long() -> None:
    assert compare(int.from_bytes(os.urandom(4), "big"), 700_000)["moves"] > 35_000
