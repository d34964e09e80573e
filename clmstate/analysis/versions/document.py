"""A definition as JSON-ready data: what ``clmstate freeze`` writes.

The data say everything that a definition says, in one way only, so that equal definitions give equal bytes. What has its usual value is
left out. Orders that mean something (of transitions, phases, parts) are lists; names refer, and nothing is written twice: the
definitions that a composition is made of stand side by side, each once.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, assert_never

import attrs

from clmstate.analysis.versions.rules import written_condition
from clmstate.composition import (
    AllOf,
    AnyOf,
    Compared,
    Composition,
    CompositionDefinition,
    FeedNode,
    NotSo,
    PartDefinition,
    RollUp,
    StandsIn,
    Wire,
)
from clmstate.conditions.nodes import Cond
from clmstate.lifecycle import Days, Lifecycle, LifecycleDefinition, Phase, Team, Transition
from clmstate.lifecycle.groups import GroupSpec
from clmstate.signals import SignalSpec, from_instant

__all__ = ["FORMAT", "SCHEMA", "Definition", "Json", "Model", "canonical", "contents", "defined", "document", "pretty"]

FORMAT: Final = "clmstate-definition-1"

SCHEMA: Final = Path(__file__).with_name("definition.schema.json")
"""The JSON Schema of the format."""

Definition = LifecycleDefinition | CompositionDefinition
Model = type[Lifecycle] | type[Composition] | Definition
Json = Any  # what json.dumps takes

BOUNDED: Final[Mapping[str, tuple[str, ...]]] = {
    "flag": (),
    "choice": (),
    "date": (),
    "share": ("step",),
    "count": ("high",),
    "integer": ("low", "high", "step"),
    "number": ("low", "high", "step"),
    "change": ("low", "high", "step"),
    "score": ("low", "high", "step"),
    "days": ("low", "high", "step"),
    "money": ("low", "high", "step"),
}
"""The bounds that each kind of signal lets its author choose; the others follow from the kind. They are always written, None too."""

RENAMED: Final[Mapping[str, str]] = {"from": "sources", "to": "target", "if_missing": "default", "starts": "initial"}


def defined(model: Model) -> Definition:
    """The definition behind a lifecycle or composition, or a definition itself.

    Example:
        >>> from clmstate import Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> defined(Deal) is defined(Deal.definition)
        True
    """
    return model if isinstance(model, LifecycleDefinition | CompositionDefinition) else model.definition


def canonical(data: Json) -> bytes:
    r"""The bytes of JSON-ready data: keys sorted, no spaces, UTF-8.

    Example:
        >>> canonical({"b": 1, "a": "é"})
        b'{"a":"\xc3\xa9","b":1}'
    """
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def pretty(data: Json, *, width: int = 120) -> str:
    r"""JSON text for people: what fits on a line stands on one, so that a change of one rule is a change of few lines.

    Example:
        >>> pretty({"name": "new", "label": "New"})
        '{"name": "new", "label": "New"}\n'
    """
    return "".join(_lines(data, width, "", 0)) + "\n"


def _lines(data: Json, width: int, indent: str, used: int) -> Iterator[str]:
    whole = json.dumps(data, ensure_ascii=False, allow_nan=False)
    if not isinstance(data, dict | list) or not data or len(indent) + used + len(whole) < width:
        yield whole
        return
    deeper = indent + "  "
    pairs = [(json.dumps(key, ensure_ascii=False) + ": ", value) for key, value in data.items()] if isinstance(data, dict) else []
    yield "{" if pairs else "["
    for number, (key, value) in enumerate(pairs or [("", item) for item in data]):
        yield f"{',' if number else ''}\n{deeper}{key}"
        yield from _lines(value, width, deeper, len(key))
    yield f"\n{indent}{'}' if pairs else ']'}"


def document(definition: Definition) -> dict[str, Json]:
    """Everything that a definition says, without its fingerprints.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> sorted(document(Deal.definition))
        ['format', 'lifecycles', 'main']
    """
    found = contents(definition)
    named = {id(each): key for key, each in found.items()}
    lifecycles = {key: _lifecycle(each) for key, each in found.items() if isinstance(each, LifecycleDefinition)}
    compositions = {key: _composition(each, named) for key, each in found.items() if isinstance(each, CompositionDefinition)}
    data: dict[str, Json] = {"format": FORMAT, "main": named[id(definition)], "lifecycles": lifecycles}
    return data | ({"compositions": compositions} if compositions else {})


def contents(definition: Definition) -> dict[str, Definition]:
    """A definition and those it is made of, each once, by a name of its own: the class name, with a number where two share it.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     first = One(Deal)
        ...     second = One(Deal)
        >>> list(contents(Account.definition))
        ['Account', 'Deal']
    """
    found: dict[int, Definition] = {}

    def look(one: Definition) -> None:
        if id(one) not in found:
            found[id(one)] = one
            for part in one.parts.values() if isinstance(one, CompositionDefinition) else ():
                look(part.member)

    look(definition)
    named: dict[str, Definition] = {}
    for one in found.values():
        number, key = 1, one.name
        while key in named:
            number += 1
            key = f"{one.name}_{number}"
        named[key] = one
    return named


# ---- lifecycles ------------------------------------------------------------------------------------------------------------


def _lifecycle(d: LifecycleDefinition) -> dict[str, Json]:
    said = {
        "name": d.name,
        "title": d.title,
        "doc": inspect.cleandoc(d.doc),  # newer Pythons do so themselves
        "market": d.market,
        "version": d.version,
        "refs": list(d.refs),
        "signals": [_signal(spec) for spec in d.signals.values()],
        "thresholds": [_plain(spec) for spec in d.thresholds.values()],
        "events": [_plain(spec) for spec in d.events.values()],
        "phases": list(_places(d)),
        "conditions": [{"name": name, "when": written_condition(cond)} for name, cond in d.conditions.items()],
        "transitions": [_transition(t) for t in d.transitions.values()],
        "milestones": [_plain(m) for m in d.milestones.values()],
        "risks": [_plain(r) for r in d.risks.values()],
        "gaps": [_plain(g) for g in d.gaps.values()],
        "promises": [_plain(p) for p in d.promises],
        "accepts": [{"finding": finding, "reason": reason} for finding, reason in d.accepts.items()],
    }
    return {key: value for key, value in said.items() if value not in ("", [])}


def _signal(spec: SignalSpec) -> dict[str, Json]:
    bounds = {name: getattr(spec, name) for name in BOUNDED[spec.kind]}
    texts = {
        name: getattr(spec, name) for name in ("plural", "opposite", "help", "unit", "from_system", "ref") if getattr(spec, name)
    }
    data = {"name": spec.name, "kind": spec.kind, "label": spec.label, **texts, **bounds}
    if spec.kind == "choice":
        data["choices"] = list(spec.choices)
    if spec.default is not None:
        data["default"] = from_instant(int(spec.default)).isoformat() if spec.kind == "date" else spec.default
    return data | ({"port": True} if spec.port else {})


def _places(d: LifecycleDefinition) -> list[Json]:
    """Phases and groups in order of declaration; the phases of a group stand inside it."""
    said: list[Json] = []
    written: set[str] = set()
    for path, phase in d.phases.items():
        group = d.group_of(path)
        if group is None:
            said.append(_phase(path, phase))
        elif group not in written:
            written.add(group)
            said.append(_group(d, d.groups[group]))
    said += [_group(d, group) for path, group in d.groups.items() if path not in written]
    return said


def _group(d: LifecycleDefinition, group: GroupSpec) -> dict[str, Json]:
    inside = [_phase(path.rpartition(".")[2], d.phases[path]) for path in group.children]
    texts = {name: getattr(group, name) for name in ("help", "ref") if getattr(group, name)}
    return {"group": group.path, "label": group.label, **({"initial": True} if group.starts else {}), **texts, "phases": inside}


def _phase(name: str, phase: Phase) -> dict[str, Json]:
    return {"name": name, **_plain(phase)}


def _transition(t: Transition) -> dict[str, Json]:
    data: dict[str, Json] = {"name": t.name, "from": list(t.sources), "to": t.target, **_plain(t)}
    if t.stay:
        del data["to"]
    return data


_ELSEWHERE: Final[Mapping[type, frozenset[str]]] = {
    Phase: frozenset(("path", "home")),
    Transition: frozenset(("name", "sources", "target")),
}
"""Fields that stand under another name, or that only Python needs."""


def _plain(element: attrs.AttrsInstance) -> dict[str, Json]:
    """The fields of an element under their own names; what is empty, or not so, is left out."""
    skipped = _ELSEWHERE.get(type(element), frozenset())
    data = {}
    for field in attrs.fields(type(element)):
        value = getattr(element, field.name)
        if field.name == "origin" or field.name in skipped or value is None or value is False or value in ("", ()):
            continue
        data[field.name] = _value(value)
    return data


def _value(value: Any) -> Json:
    match value:
        case tuple():
            return [_value(item) for item in value]
        case Days():
            return [value.least, value.most]
        case Team():
            plain = _plain(value)
            plain.pop("side") if value.side == "ours" else None
            return value.name if plain.keys() == {"name"} else plain
        case str() | bool() | int() | float():
            return value
        case _ if isinstance(value, Cond):
            return written_condition(value)
        case _ if isinstance(value, FeedNode):
            return written_feed(value)
        case _:
            return _plain(value)


# ---- compositions ----------------------------------------------------------------------------------------------------------


def _composition(d: CompositionDefinition, named: Mapping[int, str]) -> dict[str, Json]:
    place = {name: number for number, name in enumerate(d.parts)}
    wires = sorted(d.wires, key=lambda wire: (place[wire.part], wire.inner, wire.port))
    said = {
        "name": d.name,
        "title": d.title,
        "doc": inspect.cleandoc(d.doc),  # newer Pythons do so themselves
        "market": d.market,
        "version": d.version,
        "parts": [_part(part, named) for part in d.parts.values()],
        "wiring": [_wire(wire) for wire in wires],
        "promises": [_plain(promise) for promise in d.promises],
    }
    return {key: value for key, value in said.items() if value not in ("", [])} | ({"embedded": True} if d.embedded else {})


def _part(part: PartDefinition, named: Mapping[int, str]) -> dict[str, Json]:
    data: dict[str, Json] = {"name": part.name, "many" if part.many else "one": named[id(part.member)], "label": part.label}
    if part.opens_on is not None:
        data["opens_on"] = {"part": part.opens_on[0], "event": part.opens_on[1]}
    return data | {name: getattr(part, name) for name in ("help", "ref") if getattr(part, name)}


def _wire(wire: Wire) -> dict[str, Json]:
    return {"part": _way(wire.part, wire.inner), "port": wire.port, "fed_by": written_feed(wire.feed)}


def _way(part: str, inner: tuple[str, ...]) -> list[str]:
    return [part, *inner]


def written_feed(feed: FeedNode) -> dict[str, Json]:
    """A feed as JSON-ready data.

    Example:
        >>> written_feed(NotSo(StandsIn("contract", (), ("churned",))))
        {'not': {'stands_in': {'part': ['contract'], 'phases': ['churned']}}}
    """
    match feed:
        case NotSo(of):
            return {"not": written_feed(of)}
        case AllOf(items):
            return {"all": [written_feed(item) for item in items]}
        case AnyOf(items):
            return {"any": [written_feed(item) for item in items]}
        case Compared(of, op, value):
            return {"compare": [written_feed(of), op, value]}
        case StandsIn(part, inner, phases):
            return {"stands_in": {"part": _way(part, inner), "phases": list(phases)}}
        case RollUp():
            data: dict[str, Json] = {"part": _way(feed.part, feed.inner)}
            data |= {"phases": list(feed.phases)} if feed.phases else {}
            data |= {name: getattr(feed, name) for name in ("signal", "weight") if getattr(feed, name) is not None}
            for name in ("cond", "where"):
                cond = getattr(feed, name)
                data |= {} if cond is None else {name: written_condition(cond)}
            return {feed.kind: data}
        case _:
            assert_never(feed)
