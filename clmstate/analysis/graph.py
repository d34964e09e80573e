"""A lifecycle as a graph of networkx: phases are nodes, and every way out of a phase is an edge.

Groups and ``anywhere`` are expanded by `LifecycleDefinition.ways_out`, the one definition of what leads where. Guards are words here:
nobody looks at whether a condition can be true.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from clmstate.composition import Composition, CompositionDefinition
from clmstate.conditions import words
from clmstate.lifecycle import (
    Days,
    Lifecycle,
    LifecycleDefinition,
    Phase,
    Promise,
    Team,
    Touchpoint,
    Transition,
    definition_of,
)

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["Attribute", "Node", "Way", "graph", "ways"]

Node: TypeAlias = tuple[str, str]
"""A phase in a graph: the name of its lifecycle (in a composition the path of its part), and its path in it."""

Attribute: TypeAlias = str | float | bool
"""What GraphML and GEXF can hold."""

_TOUCHPOINT: Final = ("label", "why", "how", "ours", "theirs", "category", "verdict", "ref")


@attrs.frozen
class Way:
    """One way from one leaf phase into another (or back into the same).

    Attributes:
        source, target: paths of the phases.
        transition: what leads there.
        again: whether it can lead there only when the customer has been there before: ``group.resume`` enters a phase other than the
            group's initial one only where the group was last left.

    Example:
        >>> Way("new", "won", Transition(("new",), "won", name="win")).again
        False
    """

    source: str
    target: str
    transition: Transition
    again: bool = False

    @property
    def moves(self) -> bool:
        """Whether it leads to another phase."""
        return self.source != self.target


def ways(definition: LifecycleDefinition) -> Iterator[Way]:
    """Every way out of every phase in order of declaration and priority, each with the leaf phase that it enters.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     signed = Event("contract signed")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, on=signed)
        >>> [(way.source, way.target, way.transition.name) for way in ways(Deal.definition)]
        [('new', 'won', 'win')]
    """
    for source in definition.phases:
        for transition in definition.ways_out(source):
            for target, again in _entered(definition, transition, source):
                yield Way(source, target, transition, again)


def _entered(definition: LifecycleDefinition, transition: Transition, source: str) -> Iterator[tuple[str, bool]]:
    """The leaf phases that a transition can enter, and whether only those who were there before get there."""
    if transition.stay:
        yield source, False
        return
    group = definition.groups.get(transition.target)
    if group is None:
        yield transition.target, False
        return
    yield group.initial, False
    if transition.resume:  # who was moved out of a final phase by hand has left it too, but no rule leads there
        yield from ((c, True) for c in group.children if c != group.initial and not definition.phases[c].final)


def graph(
    lifecycle: type[Lifecycle] | LifecycleDefinition | type[Composition] | CompositionDefinition,
) -> nx.MultiDiGraph[Node]:
    """A lifecycle as a graph, with everything that it says as attributes; of a composition, all of its parts.

    Nodes are pairs of the lifecycle's name and a phase's path, so that graphs of several lifecycles can be put together with
    `networkx.compose`. Edges are keyed by the transition's name. A transition from several phases is several edges.

    All attributes are text, numbers and booleans, so that they survive GraphML and GEXF. What the model does not say is absent; lists and
    touchpoints are JSON. What is about the lifecycle as a whole is in ``graph.graph``, and, because GEXF has no place for it there,
    also at the phase where customers start. Read a file back with ``node_type=ast.literal_eval``.

    In a composition, nodes are pairs of a part's path and a phase's path in it, and there is one more kind of edge: from a phase that some
    feed asks about to every phase in which a rule reads the port that it feeds. Its key is the port, and its ``kind`` is "wire".

    Args:
        lifecycle: a lifecycle or a composition, the class or its definition.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("contract signed")
        ...     new = Phase("New", initial=True, owner="Sales")
        ...     won = Phase("Won", final=True, standing="good")
        ...     win = new.to(won, when=signed)
        >>> made = graph(Deal)
        >>> made.nodes["Deal", "new"]["owner"]
        'Sales'
        >>> made.edges[("Deal", "new"), ("Deal", "won"), "win"]["words"]
        'contract signed'
    """
    model = lifecycle.definition if isinstance(lifecycle, type) else lifecycle
    if isinstance(model, CompositionDefinition):
        from clmstate.analysis.composed import composed_graph

        return composed_graph(model)
    import networkx as nx

    definition = definition_of(model)
    whole = _whole(definition)
    made: nx.MultiDiGraph[Node] = nx.MultiDiGraph()
    made.graph.update(whole)
    for path, phase in definition.phases.items():
        start = whole if path == definition.initial else {}
        made.add_node((definition.name, path), **(start | _node(definition, path, phase)))
    for order, way in enumerate(ways(definition)):
        source, target, key = (definition.name, way.source), (definition.name, way.target), way.transition.name
        made.add_edge(source, target, key=key)
        made.edges[source, target, key].update(_edge(definition, way, order))
    return made


def _said(**given: object) -> dict[str, Attribute]:
    """What the model says, as GraphML and GEXF can hold it."""
    said: dict[str, Attribute] = {}
    for name, value in given.items():
        match value:
            case None | "" | () | [] | False:
                continue
            case bool() | str() | float():
                said[name] = value
            case int():
                said[name] = float(value)
            case Team():
                said[name] = value.name
            case _:
                said[name] = json.dumps(value, ensure_ascii=False)
    return said


def _whole(definition: LifecycleDefinition) -> dict[str, Attribute]:
    d = definition
    return _said(
        name=d.name,
        lifecycle=d.name,
        title=d.title,
        doc=d.doc,
        market=d.market,
        version=d.version,
        refs=d.refs,
        signals={name: spec.label for name, spec in d.signals.items()} or None,
        events={name: spec.label for name, spec in d.events.items()} or None,
        thresholds={name: spec.value for name, spec in d.thresholds.items()} or None,
        milestones={name: milestone.label for name, milestone in d.milestones.items()} or None,
        promises=[_promise(d, promise) for promise in d.promises],
    )


def _promise(definition: LifecycleDefinition, promise: Promise) -> dict[str, Attribute]:
    other = None if promise.other is None else words(promise.other, definition)
    return _said(kind=promise.kind, subject=words(promise.subject, definition), other=other, ref=promise.ref)


def _node(definition: LifecycleDefinition, path: str, phase: Phase) -> dict[str, Attribute]:
    group = definition.group_of(path)
    return _said(
        label=phase.label,
        lifecycle=definition.name,
        path=path,
        group=group,
        group_label=definition.groups[group].label if group is not None else None,
        initial=path == definition.initial,
        entry=group is not None and definition.groups[group].initial == path,
        final=phase.final,
        owner=phase.owner,
        contributors=[team.name for team in phase.contributors],
        goal=phase.goal,
        questions=phase.questions,
        standing=phase.standing,
        complete=phase.complete,
        help=phase.help,
        ref=phase.ref,
        touchpoints=[_touchpoint(definition, touchpoint) for touchpoint in phase.touchpoints],
        risks=[risk.label for risk in definition.risks.values() if _matters(definition, risk.phases, path)],
        gaps=[gap.label for gap in definition.gaps.values() if _matters(definition, gap.phases, path)],
        **_days("expected", phase.expected),
    )


def _matters(definition: LifecycleDefinition, places: Iterable[str], path: str) -> bool:
    named = tuple(places)
    return not named or any(path in definition.leaves(place) for place in named)


def _days(name: str, days: Days | None) -> dict[str, float]:
    return {} if days is None else {f"{name}_least": float(days.least), f"{name}_most": float(days.most)}


def _touchpoint(definition: LifecycleDefinition, touchpoint: Touchpoint) -> dict[str, Attribute]:
    said = {name: getattr(touchpoint, name) for name in _TOUCHPOINT}
    done = None if touchpoint.done is None else words(touchpoint.done, definition)
    return _said(owner=touchpoint.owner, done=done, **said) | _days("due", touchpoint.due)


def _edge(definition: LifecycleDefinition, way: Way, order: int) -> dict[str, Attribute]:
    t = way.transition
    return {"order": float(order)} | _said(
        name=t.name,
        words=definition.why(t),
        event=definition.events[t.on].label if t.on is not None else None,
        automatic=t.on is None,
        kind="stay" if t.stay else t.kind,
        stay=t.stay,
        resume=t.resume,
        again=way.again,
        plays=[play.label for play in t.plays],
        after=t.after,
        why=t.why,
        ref=t.ref,
    )
