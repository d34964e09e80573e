"""Every engine against the oracle over random compositions: nesting, joins and leaves, roll-ups, ports downwards, several rows at once.

By hand, and longer: ``python -m tests.conformance.side_by_side compiled 100000 7`` (engine, deeds, seed).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from random import Random
from typing import Any

import attrs
import pytest

from clmstate.replay import Row, play
from clmstate.signals.spec import CLEAR
from tests.conformance.compose import Crowd, Deed, compositions
from tests.conformance.harness import show
from tests.conformance.side_by_side import CUSTOMERS, WholeCounts, ask_whole, differing, lives, moved, told_of
from tests.conformance.whole import Path, Whole

FEATURES = {
    *("count", "share", "any", "all", "none", "share_where", "sum", "mean", "min", "max", "where", "weight"),
    *(
        "downward port",
        "~",
        "&",
        "|",
        "over the One inside",
        "a port inside a member",
        "a feed inside a member",
        "a feed at the top",
    ),
    *("missing over nobody", "0 over nobody", "join", "rejoin", "leave", "opens_on", "a composition joins", "a composition leaves"),
    *(
        "nested join",
        "nested leave",
        "join and leave at once",
        "inside a branch that opens",
        "an event of a leaver",
        "moves inside a member",
        "moves three deep",
    ),
    *("simultaneous rows", "told to a part", "to all of a kind", "to everybody", "start", "by hand", "by rule", "by event"),
    *(
        "hold",
        "hold ended by an event",
        "clock",
        "due_since",
        "milestone",
        "untaken",
        "later round",
        "livelock",
        "refused",
        "rollback",
    ),
}


def agree(seed: int, deeds: int, least: int = 0, others: int = 10) -> None:
    """All lives on the compiled engine, and one in `others` on each of the others."""
    counts = WholeCounts()
    for index, life in enumerate(lives(Random(seed), deeds, counts)):
        for number, name in enumerate(CUSTOMERS):
            if name == "compiled" or index % others == number % others:
                difference = differing(CUSTOMERS[name], life)
                assert not difference, f"seed {seed}:\n\n{difference}"
                counts[f"deeds of {name}"] += len(life.case.deeds)
    print(f"seed {seed}:\n{show(counts)}")  # type: ignore[arg-type]
    assert counts["deeds"] >= deeds
    assert counts["moving"] >= 0.25 * counts["deeds"]
    assert {name: counts[name] for name in FEATURES if counts[name] < least} == {}


@pytest.mark.parametrize("seed", [1, 2])
def test_engines_agree_and_every_feature_is_hit_often(seed: int) -> None:
    agree(seed, 10_000, least=60)  # both seeds together: 20,000 deeds; each feature 1,000 times in `make test-full`


def test_engines_agree_somewhere_else_each_time() -> None:
    agree(4 if os.environ.get("CI") else int.from_bytes(os.urandom(4), "big"), 1_200, others=1)


@pytest.mark.full
def test_engines_agree_for_long() -> None:
    agree(int.from_bytes(os.urandom(4), "big"), 120_000, least=1_000)


# ---- a log says the same as observations -----------------------------------------------------------------------------------


def rows_of(whole: Whole, deed: Deed) -> Iterator[Row]:
    """A deed as rows of a log, one for each thing that happened."""

    def row(path: Path, event: str = "", details: Any = None, values: Any = None) -> Row:
        names = [name for size, name in enumerate(path) if whole.described(path[:size]) is not None]
        members = [name for size, name in enumerate(path) if whole.described(path[:size]) is None]
        part = ".".join(names)
        assert deed.at is not None
        return Row(
            "Acme", deed.at, part, "/".join(members), event, details or {}, {f"{part}.{k}": v for k, v in (values or {}).items()}
        )

    for path in deed.joins:
        yield row(path, "@join")
    for path in deed.leaves:
        yield row(path, "@leave")
    told = [deed.wide] if deed.wide is not None and len(deed.wide[0]) < 2 else told_of(whole, deed)
    for path, event, instance in told:  # to all of a kind, or to everybody, in one row
        yield row(path, event, {} if instance is None else {"instance": instance})
    for path, given in deed.values.items():
        for name, value in given.items():
            yield row(path, "@clear", {"signals": [name]}) if value is CLEAR else row(path, values={name: value})


def test_rows_of_a_log_say_the_same_in_any_order() -> None:
    rng, played = Random(3), 0
    for _, (_, model) in zip(range(40), compositions(rng), strict=False):
        whole, moves, rows = Whole(model.definition), [], []
        crowd = Crowd(rng, whole)
        for _ in range(30):
            deed = attrs.evolve(crowd.observed(), single=False)
            if deed.at is None or (whole.at is not None and deed.at <= whole.at):
                continue
            said = list(rows_of(whole, deed))
            answer = ask_whole(whole, deed) if said else None
            if answer is not None and answer.outcome == "moved":
                moves += answer.moves
                rows += said
                played += 1
        steps = list(play(model, rng.sample(rows, len(rows))))
        assert [rejected for step in steps for rejected in step.rejected] == []
        assert [moved(move) for step in steps for move in step.moves] == moves
    assert played > 500
