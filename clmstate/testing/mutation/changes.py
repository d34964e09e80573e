"""Small mistakes that somebody could make in a model: each gives a mutant, which good tests should notice."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import attrs

from clmstate.composition import AllOf, AnyOf, CompositionDefinition, NotSo, RollUp, Wire
from clmstate.conditions import words
from clmstate.conditions.nodes import And, Between, Compare, Cond, Const, ForDays, IsMissing, Named, Not, Op, Or, Unless
from clmstate.lifecycle import LifecycleDefinition, Transition
from clmstate.signals import show_number
from clmstate.testing.coverage.asking import step_of
from clmstate.testing.critical import limit_of

__all__ = ["Mutant", "mutants_of", "wiring_mutants"]

_LOOSER: Mapping[Op, Op] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
_OPPOSITE: Mapping[Op, Op] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@attrs.frozen
class Mutant:
    """A model with one small mistake in it.

    Attributes:
        model: the lifecycle or composition.
        number: its place among the mutants of the model.
        of: the transitions (or the port) that it concerns.
        kind: what was done.
        words: what was done, for people.
        changed: the definition with the mistake; made when somebody asks.

    Example:
        >>> Mutant("Deal", 1, ("win",), "drop", "win is gone", lambda: None).name
        'Deal 1: win is gone'
    """

    model: str
    number: int
    of: tuple[str, ...]
    kind: str
    words: str
    changed: Callable[[], Any] = attrs.field(eq=False, repr=False)

    @property
    def name(self) -> str:
        """What it is called."""
        return f"{self.model} {self.number}: {self.words}"


def mutants_of(definition: LifecycleDefinition) -> list[Mutant]:
    """The mutants of a lifecycle, in order of its transitions.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        >>> for mutant in mutants_of(Deal.definition):
        ...     print(mutant.words)
        worry: 'health below 60' becomes 'health at most 60'
        worry: 'health below 60' becomes 'health at least 60'
        worry: 'health below 60' becomes 'health below 59'
        worry: 'health below 60' becomes 'health below 61'
        worry has no condition any more
        worry is gone
    """
    found: list[Mutant] = []
    for of, kind, said, transitions in _changes(definition):
        number = len(found) + 1
        found.append(Mutant(definition.name, number, of, kind, said, _evolved(definition, transitions)))
    return found


def _evolved(definition: LifecycleDefinition, transitions: Mapping[str, Transition]) -> Callable[[], LifecycleDefinition]:
    return lambda: attrs.evolve(definition, transitions=MappingProxyType(dict(transitions)))


_Change = tuple[tuple[str, ...], str, str, Mapping[str, Transition]]


def _changes(definition: LifecycleDefinition) -> Iterator[_Change]:
    all_ = dict(definition.transitions)
    for name, t in all_.items():
        if t.when is not None:
            seen: set[Cond] = set()
            for kind, old, new, cond in _rewritten(t.when, definition):
                if cond not in seen and cond != t.when:
                    seen.add(cond)
                    said = f"{name}: {_said(old, definition)} becomes {_said(new, definition)}"
                    yield (name,), kind, said, {**all_, name: attrs.evolve(t, when=cond)}
            yield (name,), "condition", f"{name} has no condition any more", {**all_, name: attrs.evolve(t, when=None)}
            if t.on is not None:
                yield (name,), "event", f"{name} waits for no event any more", {**all_, name: attrs.evolve(t, on=None)}
        for target in _other_targets(definition, t):
            said = f"{name} leads to {definition.phases[target].label}"
            yield (name,), "target", said, {**all_, name: attrs.evolve(t, target=target, resume=False, stay=False)}
        if t.resume:
            yield (name,), "target", f"{name} resumes nothing", {**all_, name: attrs.evolve(t, resume=False)}
        yield (name,), "drop", f"{name} is gone", {n: other for n, other in all_.items() if n != name}
    yield from _swaps(definition)


def _other_targets(definition: LifecycleDefinition, t: Transition) -> list[str]:
    """The phases before and after the target, in order of declaration."""
    paths = list(definition.phases)
    leaf = definition.groups[t.target].initial if t.target in definition.groups else t.target
    at = paths.index(leaf)
    near = [paths[i % len(paths)] for i in (at + 1, at - 1)]
    return [path for path in dict.fromkeys(near) if path not in (leaf, *t.sources) and not (t.stay and path in t.sources)]


def _swaps(definition: LifecycleDefinition) -> Iterator[_Change]:
    """Neighbours in the order in which a phase asks its transitions, exchanged."""
    names = list(definition.transitions)
    done: set[frozenset[str]] = set()
    for path in definition.phases:
        for first, second in itertools.pairwise(definition.ways_out(path)):
            pair = frozenset((first.name, second.name))
            if pair in done or (first.on is None) != (second.on is None):
                continue
            done.add(pair)
            order = list(names)
            i, j = order.index(first.name), order.index(second.name)
            order[i], order[j] = order[j], order[i]
            said = f"{second.name} comes before {first.name}"
            yield (first.name, second.name), "order", said, {name: definition.transitions[name] for name in order}


# ---- conditions


def _rewritten(cond: Cond, definition: LifecycleDefinition) -> Iterator[tuple[str, Cond, Cond | None, Cond]]:
    """What kind of change, what was changed, into what (None: gone), and the whole condition with it."""
    for kind, new in _here(cond, definition):
        yield kind, cond, new, new
    match cond:
        case And(items) | Or(items):
            for i, item in enumerate(items):
                rest = (*items[:i], *items[i + 1 :])
                yield "leaf", item, None, rest[0] if len(rest) == 1 else type(cond)(rest)
                for kind, old, small, changed in _rewritten(item, definition):
                    yield kind, old, small, type(cond)((*items[:i], changed, *items[i + 1 :]))
        case Not(of) | Unless(of) | Named(of) | ForDays(of):
            for kind, old, small, changed in _rewritten(of, definition):
                yield kind, old, small, attrs.evolve(cond, of=changed)
        case _:
            pass


def _here(cond: Cond, definition: LifecycleDefinition) -> Iterator[tuple[str, Cond]]:
    match cond:
        case Compare(left, op, right):
            yield "comparison", Compare(left, _LOOSER[op], right)
            if op in _OPPOSITE:
                yield "comparison", Compare(left, _OPPOSITE[op], right)
            step = step_of(cond, definition)
            for more in (-step, step):
                if (limit := limit_of(definition, right)) is not None:
                    yield "threshold", Compare(left, op, Const(_plain(limit + more)))
                elif (limit := limit_of(definition, left)) is not None:
                    yield "threshold", Compare(Const(_plain(limit + more)), op, right)
        case Between(term, low, high):
            for a, b in ((-1, 0), (1, 0), (0, -1), (0, 1)):
                step = step_of(Compare(term, ">=", low), definition)
                lowest, highest = limit_of(definition, low), limit_of(definition, high)
                if lowest is not None and highest is not None:
                    yield "threshold", Between(term, Const(_plain(lowest + a * step)), Const(_plain(highest + b * step)))
        case Not(of):
            yield "negation", of
        case Unless(of):
            yield "unknown", Not(of)
            yield "negation", of
        case And(items):
            yield "and", Or(items)
        case Or(items):
            yield "and", And(items)
        case ForDays(of, days):
            yield "clock", of
            known = limit_of(definition, days)
            if known is not None:
                yield from (("clock", ForDays(of, Const(int(known) + more))) for more in (-1, 1) if int(known) + more >= 1)
        case Named():
            pass
        case IsMissing():
            yield "negation", Not(cond)
        case _:
            yield "negation", Not(cond)


def _plain(number: float) -> float:
    rounded = round(number, 9)
    return int(rounded) if rounded == int(rounded) else rounded


def _said(cond: Cond | None, definition: LifecycleDefinition) -> str:
    if cond is None:
        return "nothing"
    try:
        said = words(cond, definition)
    except (ValueError, OverflowError):
        said = show_number(0)
    return f"'{said}'" if len(said) <= 90 else f"'{said[:87]}...'"


# ---- wiring


def wiring_mutants(definition: CompositionDefinition) -> list[Mutant]:
    """The mutants of a composition's wiring.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     open, won = Phase("Open", initial=True), Phase("Won")
        >>> class Product(Lifecycle):
        ...     supported = Signal.flag("supported", port=True)
        ...     used = Phase("Used", initial=True)
        >>> class Account(Composition):
        ...     deal, product = One(Deal), One(Product)
        ...     wiring = product[Product.supported].fed_by(deal.is_in(Deal.open))
        >>> [mutant.words for mutant in wiring_mutants(Account.definition)]
        ['product.supported is fed the opposite', 'product.supported is fed nothing']
    """
    found: list[Mutant] = []
    for number, wire in enumerate(definition.wires):
        port = f"{wire.part}.{wire.port}"
        for kind, said, wires in _wires(definition, number, wire):
            changed: Callable[[], CompositionDefinition] = lambda wires=wires: attrs.evolve(definition, wires=wires)  # type: ignore[misc]  # noqa: E731
            found.append(Mutant(definition.name, len(found) + 1, (port,), kind, f"{port} {said}", changed))
    return found


def _wires(definition: CompositionDefinition, number: int, wire: Wire) -> Iterator[tuple[str, str, tuple[Wire, ...]]]:
    def fed(feed: Any) -> tuple[Wire, ...]:
        return (*definition.wires[:number], attrs.evolve(wire, feed=feed), *definition.wires[number + 1 :])

    if definition.leaf(wire.part, wire.inner).signals[wire.port].kind == "flag":
        yield "wire", "is fed the opposite", fed(wire.feed.of if isinstance(wire.feed, NotSo) else NotSo(wire.feed))
    for said, feed in _feeds(wire.feed):
        yield "roll-up", said, fed(feed)
    yield "wire", "is fed nothing", (*definition.wires[:number], *definition.wires[number + 1 :])


def _feeds(feed: Any) -> Iterator[tuple[str, Any]]:
    match feed:
        case RollUp():
            for phase in feed.phases if len(feed.phases) > 1 else ():
                rest = tuple(other for other in feed.phases if other != phase)
                yield f"counts nobody in {phase}", attrs.evolve(feed, phases=rest)
            if feed.where is not None:
                yield "counts everybody", attrs.evolve(feed, where=None)
            other: Any = {"any": "all", "all": "any", "none": "any", "min": "max", "max": "min", "mean": "max"}.get(feed.kind)
            if other is not None:
                yield f"asks for {other}, not {feed.kind}", attrs.evolve(feed, kind=other)
        case NotSo(of):
            yield from ((said, NotSo(changed)) for said, changed in _feeds(of))
        case AllOf(items) | AnyOf(items):
            yield "joins its feeds the other way", (AnyOf if isinstance(feed, AllOf) else AllOf)(items)
            for i in range(len(items)):
                fewer: tuple[Any, ...] = (*items[:i], *items[i + 1 :])
                yield "looks at one feed less", fewer[0] if len(fewer) == 1 else type(feed)(fewer)
        case _:
            if hasattr(feed, "phases") and len(feed.phases) > 1:
                for phase in feed.phases:
                    yield f"does not look at {phase}", attrs.evolve(feed, phases=tuple(p for p in feed.phases if p != phase))
