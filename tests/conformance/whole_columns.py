"""Whole customers in columns beside the oracle and the compiled engine, over random compositions and logs: the same tables, row for row."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

import attrs
import polars as pl

from clmstate import Composition
from clmstate.replay import Log, Row
from clmstate.replay.choosing import columns_can
from clmstate.replay.columnar import Source
from clmstate.replay.one_by_one import one_by_one
from clmstate.replay.tables import SCHEMAS, Found
from clmstate.replay.wholes.columns import frame_of_rows
from clmstate.replay.wholes.fleet import Wholes
from clmstate.signals import CLEAR, DAY
from tests.conformance.compose import Crowd, compositions
from tests.conformance.generate import TODAY
from tests.conformance.side_by_side import ask_whole
from tests.conformance.test_columns import later
from tests.conformance.test_compositions import rows_of
from tests.conformance.whole import Whole

Model = type[Composition]
Expected = list[tuple[Any, ...]]


def log_of(rng: Random, model: Model, customers: int, deeds: int, *, plain: bool) -> tuple[Log, Expected]:
    """Rows of random customers, in no order, most of them several to an instant; and every move that the oracle makes of them.

    Args:
        rng: decides.
        model: a composition.
        customers, deeds: how many.
        plain: whether nothing is cleared, refused, or never settles; what the oracle says holds for such logs only.
    """
    rows: list[Row] = []
    moves: Expected = []
    for number in range(customers):
        whole, name = Whole(model.definition), f"c{number:03}"
        crowd = Crowd(rng, whole)
        last = TODAY - 1
        for _ in range(deeds):
            deed = crowd.observed() if rng.random() < 0.93 else crowd.everybody()
            deed = attrs.evolve(deed, at=later(rng, deed.at, last), single=False)
            if plain:
                values = {path: {k: v for k, v in given.items() if v is not CLEAR} for path, given in deed.values.items()}
                deed = attrs.evolve(deed, values=values)
            said = list(rows_of(whole, deed))
            answer = ask_whole(whole, deed) if said else None
            if answer is None or (plain and answer.outcome != "moved"):
                continue
            last = deed.at
            moves += [(name, deed.at, n, "/".join(path), *rest) for n, path, *rest in answer.moves if answer.outcome == "moved"]
            rows += [attrs.evolve(row, customer=name) for row in said]
    rng.shuffle(rows)
    return Log("log", tuple(attrs.evolve(row, number=number) for number, row in enumerate(rows, 1))), moves


def in_pieces(model: Model, log: Log, cuts: Sequence[int] = (), as_of_us: int | None = None) -> tuple[Wholes, Found, int]:
    """A log in columns: as it is, or sorted and in pieces."""
    work = Wholes(model, Source(log), as_of_us)
    frame = frame_of_rows(log.rows, work.specs)
    if cuts:
        frame = frame.sort("customer", "at", maintain_order=True)
        ends = [0, *sorted(cuts), frame.height]
        for begin, end in itertools.pairwise(ends):
            work.take(frame[begin:end], more=True)
    else:
        work.take(frame)
    return work, *work.finish()


def differing(one: Found, other: Found) -> list[str]:
    """The tables in which two engines differ; the order of rows does not matter."""
    found = []
    for name in SCHEMAS:
        mine, yours = (table.sort(table.columns, nulls_last=True) for table in (getattr(one, name), getattr(other, name)))
        found += [] if mine.equals(yours) else [name]
    return found


def agree(seed: int, rows: int, often: int, customers: int = 4) -> Counter[str]:
    """Random models and logs until so many rows were played.

    What is plain is compared with the oracle; what is not, and every `often`-th log, with the compiled engine in every table.
    """
    rng, counts = Random(seed), Counter[str]()
    for number, (source, model) in enumerate(compositions(rng)):
        plain = rng.random() < 0.8
        log, expected = log_of(rng, model, customers, 30, plain=plain)
        if not log.rows:
            continue
        last = max(row.at_us for row in log.rows)
        as_of = None if rng.random() < 0.5 else last + rng.choice([-40, -3, 0, 40]) * DAY
        assert columns_can(model)
        work, found, used = in_pieces(model, log, [rng.randrange(len(log.rows))] if rng.random() < 0.5 else (), as_of)
        place = f"seed {seed}, model {number}:\n{source}"
        if plain:
            told = found.moves.with_columns(pl.col("at", "due_since").to_physical())
            moves = told.select("customer", "at", "round", "part", "transition", "source", "target", "by", "due_since").rows()
            until = last if as_of is None else as_of
            assert sorted(map(repr, moves)) == sorted(repr(move) for move in expected if move[1] <= until), place
            counts["oracle"] += len(log.rows)
        if not plain or number % often == 0:
            theirs, used_there = one_by_one(model, log, as_of_us=as_of)
            assert differing(found, theirs) == [], place
            assert used == used_there
            counts["compiled"] += len(log.rows)
        counts["models"] += 1
        counts["rows"] += len(log.rows)
        counts["customers"] += work.customers if plain else 0
        counts["alone"] += work.played_alone if plain else 0
        counts["moves"] += found.moves.height
        if counts["rows"] >= rows:
            break
    print(f"seed {seed}: {dict(counts)}")
    assert counts["alone"] < 0.3 * counts["customers"]
    return counts
