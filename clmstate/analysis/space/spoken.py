"""For whom something was shown, and what shows it, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from clmstate.analysis.findings import Evidence, Report
from clmstate.analysis.space.blueprint import Blueprint, Path
from clmstate.analysis.space.replays import Replay
from clmstate.lifecycle import LifecycleDefinition
from clmstate.signals import show_instant

__all__ = ["evidence_of", "scope_of"]


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
