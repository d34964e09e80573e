"""Small random lifecycles, and what a customer can do in them when every condition may be true: tried out, with memory."""

from __future__ import annotations

import types
from collections.abc import Iterable
from itertools import combinations
from typing import Any, TypeAlias

from hypothesis import assume
from hypothesis import strategies as st

from clmstate import DefinitionError, Event, Lifecycle, LifecycleDefinition, Phase, Transition, anywhere

State: TypeAlias = tuple[str, str]
"""The phase, and the phase in which the group was last left ("" if never)."""

STANDINGS = ("", "good", "at_risk", "lost")


@st.composite
def lifecycles(draw: st.DrawFn) -> LifecycleDefinition:
    """Up to four phases beside a group of two or three, and up to seven transitions between them of every shape."""
    names = [f"p{i}" for i in range(draw(st.integers(2, 4)))]
    children = [f"c{i}" for i in range(draw(st.integers(2, 3)))]
    final = draw(st.sets(st.sampled_from([*names[1:], *children[1:]]), max_size=2))
    standing = {name: draw(st.sampled_from(STANDINGS)) for name in (*names, *children)}
    shapes = draw(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99), st.booleans()), min_size=1, max_size=7))

    def body(space: Any) -> None:
        space["go"] = Event("go")
        for index, name in enumerate(names):
            space[name] = Phase(name, initial=index == 0, final=name in final, standing=standing[name])
        inside: dict[str, Any] = {}

        def group_body(inner: Any) -> None:
            for index, name in enumerate(children):
                inner[name] = Phase(name, initial=index == 0, final=name in final, standing=standing[name])

        space["g"] = types.new_class("g", (Phase.Group,), inside, group_body)
        places: list[Any] = [space[name] for name in names] + [getattr(space["g"], child) for child in children]
        sources = [p for p in places if not p.final]
        for index, (first, second, union) in enumerate(shapes):
            several = [*sources, space["g"], anywhere]
            source: Any = several[first % len(several)]
            if union and source is not anywhere and source is not sources[0]:
                source = source | sources[0]
            targets = [*places, space["g"], space["g"].resume]
            space[f"t{index}"] = source.to(targets[second % len(targets)], on=space["go"])

    try:
        made = types.new_class("Random", (Lifecycle,), {}, body)
    except DefinitionError:  # such as no source but the target itself
        assume(False)
        raise
    definition: LifecycleDefinition = made.definition  # type: ignore[attr-defined]
    return definition


def steps(d: LifecycleDefinition, at: State, closed: Iterable[str] = ()) -> Iterable[tuple[Transition, State]]:
    """Where a customer can go from here, by MEANING alone: this does not use `ways_out`."""
    phase, left = at
    if d.phases[phase].final:
        return
    group = phase.rpartition(".")[0]
    for t in d.transitions.values():
        if t.name in closed:
            continue
        inside = t.target == group or t.target == phase
        named = phase in t.sources and (t.sources == (phase,) or (t.target != phase and t.target != group))
        by_group = bool(group) and group in t.sources and not inside
        if not (named or by_group or ("*" in t.sources and not inside)):
            continue
        target = t.target
        if target in d.groups:
            target = left if t.resume and left else d.groups[target].initial
        yield t, (target, phase if group else left)


def visited(d: LifecycleDefinition, closed: Iterable[str] = (), without: str = "") -> set[str]:
    """All phases that somebody can be in, when some transitions are closed or a phase is not there."""
    todo: list[State] = [(d.initial, "")]
    seen = set(todo)
    while todo:
        for _, after in steps(d, todo.pop(), closed):
            if after not in seen and after[0] != without:
                seen.add(after)
                todo.append(after)
    return {phase for phase, _ in seen}


def fewest(d: LifecycleDefinition, phase: str) -> int:
    """How many transitions have to be closed to keep everybody out of a phase: all sets, by size."""
    names = list(d.transitions)
    return next(n for n in range(len(names) + 1) for some in combinations(names, n) if phase not in visited(d, some))
