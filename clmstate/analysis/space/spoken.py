"""Promises, states and evidence in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from clmstate.analysis.findings import Evidence, Report
from clmstate.analysis.space.blueprint import Blueprint, Path
from clmstate.analysis.space.replays import Replay
from clmstate.composition import AllOf, AnyOf, Compared, CompositionDefinition, FeedNode, NotSo, RollUp, StandsIn
from clmstate.conditions import words
from clmstate.lifecycle import LifecycleDefinition, Promise
from clmstate.signals import show_instant

__all__ = ["evidence_of", "scope_of", "spoken", "spoken_feed"]

_OPS = {"<": "below", "<=": "at most", ">=": "at least", ">": "above"}


def spoken(promise: Promise, definition: LifecycleDefinition | CompositionDefinition) -> str:
    """A promise in words.

    Example:
        >>> from clmstate import Lifecycle, Phase, never
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     promises = never(won).before(new)
        >>> spoken(Deal.definition.promises[0], Deal.definition)
        'never in Won before in New'
    """
    first = _state(promise.subject, definition)
    second = "" if promise.other is None else _state(promise.other, definition)
    match promise.kind:
        case "never":
            return f"never {first}"
        case "never_before":
            return f"never {first} before {second}"
        case "always_possible":
            return f"{first} is always possible"
        case "always_possible_until":
            return f"{first} is always possible until {second}"
        case _:
            return f"whoever is {first} goes on to be {second}"


def _state(state: object, definition: LifecycleDefinition | CompositionDefinition) -> str:
    if isinstance(state, FeedNode) and isinstance(definition, CompositionDefinition):
        return spoken_feed(state, definition)
    return words(state, definition)  # type: ignore[arg-type]  # a lifecycle's promises are about conditions


def spoken_feed(feed: FeedNode, definition: CompositionDefinition) -> str:
    """A feed in words.

    Example:
        >>> from clmstate import Composition, Lifecycle, Many, Phase
        >>> class User(Lifecycle):
        ...     active = Phase("Active", initial=True)
        >>> class Account(Composition):
        ...     users = Many(User)
        ...     some = users.any_in(User.active)
        >>> spoken_feed(Account.some.node, Account.definition)
        'any users in Active'
    """
    match feed:
        case StandsIn(part, inner, phases):
            return f"{_part(definition, part, inner)} in {_places(definition, part, inner, phases)}"
        case NotSo(StandsIn(part, inner, phases)):
            return f"{_part(definition, part, inner)} not in {_places(definition, part, inner, phases)}"
        case NotSo(of):
            return f"not ({spoken_feed(of, definition)})"
        case AllOf(items):
            return " and ".join(_grouped(item, definition) for item in items)
        case AnyOf(items):
            return " or ".join(_grouped(item, definition) for item in items)
        case Compared(of, op, value):
            shown = f"{round(value * 100, 7):g} %" if of.kind in ("share", "share_where") else f"{value:,g}"
            return f"{spoken_feed(of, definition)} {_OPS[op]} {shown}"
        case RollUp(kind, part, inner, phases, signal, _, cond, where):
            leaf = definition.leaf(part, inner)
            who = _part(definition, part, inner) + (f" with {words(where, leaf)}" if where is not None else "")
            if cond is not None:
                return f"share of {who} with {words(cond, leaf)}"
            if signal is not None:
                return f"{kind} of {leaf.signals[signal].label} over {who}"
            lead = {"count": "number of ", "share": "share of ", "none": "no "}.get(kind, f"{kind} ")
            return f"{lead}{who}" + (f" in {_places(definition, part, inner, phases)}" if phases else "")


def _grouped(feed: FeedNode, definition: CompositionDefinition) -> str:
    said = spoken_feed(feed, definition)
    return f"({said})" if isinstance(feed, AllOf | AnyOf) else said


def _part(definition: CompositionDefinition, part: str, inner: Path) -> str:
    return " ".join((definition.parts[part].label, *(name.replace("_", " ") for name in inner)))


def _places(definition: CompositionDefinition, part: str, inner: Path, phases: Iterable[str]) -> str:
    leaf = definition.leaf(part, inner)
    labels = [leaf.places[path].label for path in phases]
    return " or ".join(", ".join(some) for some in (labels[:-1], labels[-1:]) if some)


def scope_of(plan: Blueprint, followed: Iterable[int | Path], most: Sequence[int] | None) -> str:
    """For whom something was shown: any number of members, or at most so many."""
    groups = [(i, group) for i, group in enumerate(plan.groups) if group.path in set(followed)]
    if not groups:
        return "for every customer"
    if most is None:
        return f"for any number of {_listed([group.label for _, group in groups])}"
    return f"for at most {_listed([f'{most[i]} {group.label}' for i, group in groups])}"


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def evidence_of(plan: Blueprint, log: tuple[Report, ...], replay: Replay, shows: str) -> Evidence:
    """A customer who shows it: where everybody stands in the end, and the log."""
    last = replay.pictures[-1][-1] if replay.pictures else replay.customer.picture()
    found: list[tuple[str, str]] = []
    slots = {slot.path: slot.ways.definition for slot in plan.ones}
    for group in plan.groups:
        slots |= {(*group.path, *slot.path): slot.ways.definition for slot in group.slots}
    for (path, name), number in sorted(last.phases.items()):
        leaf = slots[path]
        label = " ".join((*(part.replace("_", " ") for part in path), *([name] if name else []))) or leaf.title
        found.append((label, leaf.phases[list(leaf.phases)[number]].label))
    told = _told(slots, log)
    dates = tuple(
        ".".join((*path, name)) for path, leaf in slots.items() for name, spec in leaf.signals.items() if spec.kind == "date"
    )
    return Evidence(tuple(found), f"{shows}, after {told}" if told else shows, log, dates, replayed=True)


def _told(slots: Mapping[Path, LifecycleDefinition], log: tuple[Report, ...]) -> str:
    """A log in one sentence."""
    days = []
    for at, rows in groupby(log, key=lambda row: row.at):
        said = [text for row in rows if (text := _row(slots, row))]
        days.append(f"{show_instant(at)}: {', '.join(said) or 'a look'}")
    return "; ".join(days)


def _row(slots: Mapping[Path, LifecycleDefinition], row: Report) -> str:
    path = tuple(filter(None, row.part.split(".")))
    leaf = slots.get(path)
    who = " ".join((*(name.replace("_", " ") for name in path), *filter(None, (row.instance,))))
    said = [{"@join": "joins", "@leave": "leaves", "@clear": "forgets"}.get(row.event, "")]
    if leaf is not None:
        said += [leaf.events[row.event].label] if row.event in leaf.events else []
        for name, value in row.values.items():
            spec = leaf.signals[name.rpartition(".")[2]]
            said.append(f"{spec.label} {spec.show(value)}")
    text = " and ".join(filter(None, said))
    return (
        f"{who} {text}" if who and text.startswith(("joins", "leaves", "forgets")) else f"{who}: {text}" if who and text else text
    )
