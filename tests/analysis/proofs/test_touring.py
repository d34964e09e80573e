"""Tours against trying: the fewest moves are the number that a search through every state of affairs finds."""

from __future__ import annotations

import random

import pytest

from clmstate.analysis.proofs.touring import BEGIN, END, Place, Street, fewest_moves, tour


def fewest_by_trying(first: list[str], pairs: list[tuple[str, str]]) -> int:
    """The fewest moves, by looking at every state of a search: where one is, and which pairs were shown."""
    begun = [(name, frozenset[tuple[str, str]]()) for name in first]
    seen, moves = set(begun), 1
    while not any(shown == frozenset(pairs) for _, shown in begun):
        moves += 1
        after = {(b, shown | {(a, b)}) for a, shown in begun for one, b in pairs if one == a} | {
            (name, s) for _, s in begun for name in first
        }
        begun = [state for state in after if state not in seen]
        seen.update(begun)
    return moves


def test_the_fewest_moves_are_the_fewest() -> None:
    draw = random.Random(3)
    for _ in range(60):
        names = "abcd"[: draw.randint(2, 4)]
        pairs = sorted({(draw.choice(names), draw.choice(names)) for _ in range(draw.randint(1, 6))})
        first = sorted({a for a, _ in pairs if draw.random() < 0.5} or {pairs[0][0]})
        reached = set(first)
        while more := {b for a, b in pairs if a in reached} - reached:
            reached |= more
        pairs = [pair for pair in pairs if pair[0] in reached]
        assert fewest_moves(first, pairs) == fewest_by_trying(first, pairs), (first, pairs)


def test_one_of_several_streets_is_enough() -> None:
    a, b, c = Place("a"), Place("b", 1), Place("b", 2)
    ways = [Street(BEGIN, a, None), Street(a, b, "b"), Street(a, c, "b"), Street(b, a, "back"), Street(c, c, "again")]
    found = tour(ways, ["b", "back"])
    assert (found.moves, found.fewest) == (3, 3)
    assert found.walked == {(BEGIN, a): 1, (a, b): 1, (b, a): 1, (a, END): 1}
    assert tour(ways, ["b", "again"]).moves == 3
    assert tour(ways, ["b", "back", "again"]).moves == 5


def test_what_no_street_shows_is_said() -> None:
    with pytest.raises(ValueError, match="shown by no street"):
        tour([Street(BEGIN, Place("a"), None)], ["b"])
