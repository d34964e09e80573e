"""Structure, against customers who try everything; where groups are resumed, they remember."""

from __future__ import annotations

from itertools import pairwise, permutations

from hypothesis import given, settings

from clmstate import LifecycleDefinition
from clmstate.analysis import (
    chokepoints,
    journeys,
    loops,
    needed,
    no_good_outcome,
    no_way_out,
    shortest,
    smallest_cut,
    traps,
    unreachable,
    ways,
)

from .walks import fewest, lifecycles, steps, visited


@given(lifecycles())
def test_unreachable_is_exact(d: LifecycleDefinition) -> None:
    assert {p.path for p in unreachable(d)} == d.phases.keys() - visited(d)


@given(lifecycles())
def test_needed_is_exact(d: LifecycleDefinition) -> None:
    found = {n.phase.path: {p.path for p in n.before} for n in needed(d)}
    reached = visited(d)
    for path in reached - {d.initial}:
        assert found[path] == {d.initial} | {w for w in reached - {path, d.initial} if path not in visited(d, without=w)}


@given(lifecycles())
def test_chokepoints_are_exact(d: LifecycleDefinition) -> None:
    reached = visited(d)
    by_phase = {p.at.path: {x.path for x in p.cut_off} for p in chokepoints(d) if hasattr(p.at, "path")}
    by_name = {p.at.name: {x.path for x in p.cut_off} for p in chokepoints(d) if not hasattr(p.at, "path")}
    for path in reached - {d.initial}:
        assert by_phase.get(path, set()) == reached - visited(d, without=path) - {path}
    for name in d.transitions:
        assert by_name.get(name, set()) == reached - visited(d, closed=[name])


@settings(max_examples=60)
@given(lifecycles())
def test_the_smallest_cut_is_smallest_and_cuts(d: LifecycleDefinition) -> None:
    for path in d.phases.keys() - {d.initial}:
        cut = [t.name for t in smallest_cut(d, path)]
        assert path not in visited(d, closed=cut)
        assert len(cut) == fewest(d, path)


@given(lifecycles())
def test_journeys_are_all_simple_ones(d: LifecycleDefinition) -> None:
    """And with each step, the transitions that can take it: the way itself says what a group remembers."""
    end = list(d.phases)[-1]
    if end == d.initial:
        return
    every: dict[tuple[str, ...], list[set[str]]] = {}

    def walk(at: tuple[str, str], path: tuple[str, ...], by: list[set[str]]) -> None:
        if at[0] == end:
            every[path] = by
            return
        onward: dict[tuple[str, str], set[str]] = {}
        for transition, after in steps(d, at):
            if after[0] not in path:
                onward.setdefault(after, set()).add(transition.name)
        for after, names in onward.items():
            walk(after, (*path, after[0]), [*by, names])

    walk((d.initial, ""), (d.initial,), [])
    found = journeys(d, end)
    assert found.complete
    assert {tuple(p.path for p in path.phases): [{t.name for t in by} for by in path.by] for path in found} == every
    lengths = [len(path.phases) for path in found]
    assert lengths == sorted(lengths)
    first = shortest(d, end)
    assert (first is None and not every) or (first is not None and len(first.phases) == lengths[0])


@given(lifecycles())
def test_loops_are_all_loops(d: LifecycleDefinition) -> None:
    reached = visited(d)
    edges = {(w.source, w.target) for w in ways(d) if w.moves}
    order = [p for p in d.phases if p in reached]
    every = {
        (first, *rest)
        for index, first in enumerate(order)
        for n in range(1, len(order))
        for rest in permutations(order[index + 1 :], n)
        if all(step in edges for step in pairwise((first, *rest, first)))
    }
    found = loops(d)
    assert {tuple(p.path for p in loop.phases) for loop in found} == every
    few = loops(d, most=2)
    assert few.complete == (len(every) <= 2)
    assert [len(x.phases) for x in few] == [len(x.phases) for x in list(found)[:2]]


@given(lifecycles())
def test_nobody_gets_out_of_what_is_said_to_hold(d: LifecycleDefinition) -> None:
    """Sound with memory: all states that a customer can be in, whatever was left before."""
    todo = [(d.initial, "")]
    seen = set(todo)
    while todo:
        for _, after in steps(d, todo.pop()):
            if after not in seen:
                seen.add(after)
                todo.append(after)
    stuck = {p.path for p in no_way_out(d)}
    hopeless = {p.path for p in no_good_outcome(d)}
    inside = {p.path: {x.path for x in trap.phases} for trap in traps(d) for p in trap.phases}
    for state in seen:
        for _, after in steps(d, state):
            assert state[0] not in stuck or after[0] == state[0]
            assert state[0] not in hopeless or d.phases[after[0]].standing != "good"
            assert state[0] not in inside or after[0] in inside[state[0]]
