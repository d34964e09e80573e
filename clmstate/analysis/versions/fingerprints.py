"""Two fingerprints: of the rules, and of everything.

*Rules* is what decides where a customer stands and what is read off it: signals, thresholds, events, which phases there are and which ways
lead out of them in which order, milestones, warning signs, success gaps, touchpoints' ``done``, standings, promises, parts and wiring. It
does not change with labels, notes, owners, goals, plays and touchpoints, nor with the spelling of a rule: a named limit counts as its
number, a named condition as what it says, and a union of phases as the phases themselves.

*Whole* is everything that the frozen definition holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import attrs

from clmstate.analysis.versions.document import Definition, Json, Model, canonical, contents, defined, document, written_feed
from clmstate.analysis.versions.rules import written_condition
from clmstate.composition import CompositionDefinition
from clmstate.conditions.nodes import Cond
from clmstate.lifecycle import LifecycleDefinition

__all__ = ["Fingerprint", "fingerprint", "meant", "rules_of"]

_KEPT: Final = ("kind", "low", "high", "step", "choices", "default", "port")


@attrs.frozen
class Fingerprint:
    """What identifies a version.

    Attributes:
        rules: of what decides where a customer stands.
        whole: of everything, labels and notes too.

    Example:
        >>> Fingerprint("sha256:12", "sha256:34").rules
        'sha256:12'
    """

    rules: str
    whole: str


def fingerprint(model: Model) -> Fingerprint:
    """The fingerprints of a lifecycle or composition: SHA-256 over canonical JSON (keys sorted, no spaces, UTF-8).

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class SameDeal(Lifecycle):
        ...     new = Phase("Brand new", initial=True, owner="Sales")
        >>> one, other = fingerprint(Deal), fingerprint(SameDeal)
        >>> one.rules == other.rules, one.whole == other.whole
        (True, False)
    """
    definition = defined(model)
    return Fingerprint(_hashed(rules_of(definition)), _hashed(document(definition)))


def _hashed(data: Json) -> str:
    return "sha256:" + hashlib.sha256(canonical(data)).hexdigest()


def rules_of(definition: Definition) -> Json:
    """The part of a definition that the first fingerprint covers, as JSON-ready data.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> rules_of(Deal.definition)["phases"]["new"]
        {'standing': '', 'complete': False, 'final': False, 'ways_out': [], 'done': {}}
    """
    return _lifecycle(definition) if isinstance(definition, LifecycleDefinition) else _composition(definition)


def _lifecycle(d: LifecycleDefinition) -> Json:
    def rule(cond: Cond | None) -> Json:
        return None if cond is None else meant(cond, d)

    return {
        "signals": {name: {key: _plain(getattr(spec, key)) for key in _KEPT} for name, spec in d.signals.items()},
        "thresholds": {name: _plain(spec.value) for name, spec in d.thresholds.items()},
        "events": {name: spec.names_instance for name, spec in d.events.items()},
        "initial": d.initial if d.phases else None,
        "groups": {path: {"initial": group.initial, "phases": sorted(group.children)} for path, group in d.groups.items()},
        "phases": {
            path: {
                "standing": phase.standing,
                "complete": phase.complete,
                "final": phase.final,
                "ways_out": [t.name for t in d.ways_out(path)],
                "done": {t.label: rule(t.done) for t in phase.touchpoints if t.done is not None},
            }
            for path, phase in d.phases.items()
        },
        "transitions": {
            name: {"to": t.target, "resume": t.resume, "stay": t.stay, "on": t.on, "when": rule(t.when), "after": sorted(t.after)}
            for name, t in d.transitions.items()
        },
        "milestones": {name: rule(m.when) for name, m in d.milestones.items()},
        "risks": {name: {"sign": rule(r.sign), "phases": _leaves(d, r.phases)} for name, r in d.risks.items()},
        "gaps": {name: {"when": rule(g.when), "phases": _leaves(d, g.phases)} for name, g in d.gaps.items()},
        "promises": [{"kind": p.kind, "subject": rule(p.subject), "other": rule(p.other)} for p in d.promises],
    }


def _leaves(d: LifecycleDefinition, paths: tuple[str, ...]) -> list[str]:
    return sorted({leaf for path in paths for leaf in d.leaves(path)})


def _composition(d: CompositionDefinition) -> Json:
    found = contents(d)
    named = {id(one): key for key, one in found.items()}
    return {
        "definitions": {
            key: _lifecycle(one) if isinstance(one, LifecycleDefinition) else _parts(one, named) for key, one in found.items()
        }
    }


def _parts(d: CompositionDefinition, named: Mapping[int, str]) -> Json:
    parts = {
        name: {"many": part.many, "of": named[id(part.member)], "opens_on": list(part.opens_on) if part.opens_on else None}
        for name, part in d.parts.items()
    }
    wires = {".".join((wire.part, *wire.inner, wire.port)): written_feed(wire.feed) for wire in d.wires}
    promises = [
        {"kind": p.kind, "subject": written_feed(p.subject), "other": None if p.other is None else written_feed(p.other)}
        for p in d.promises
    ]
    return {"parts": parts, "wiring": wires, "embedded": d.embedded, "promises": promises}


def meant(cond: Cond, definition: LifecycleDefinition) -> Json:
    """What a condition says, however it is spelt: without names for it or its limits, and numbers as the values they are.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal, Threshold
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     limit = Threshold(70)
        ...     healthy = (health >= limit).named("healthy")
        ...     new = Phase("New", initial=True)
        >>> meant(Deal.healthy.node, Deal.definition)
        {'compare': [{'signal': 'health'}, '>=', 70]}
    """
    return _meant(written_condition(cond), definition)


def _meant(data: Any, d: LifecycleDefinition) -> Json:
    if isinstance(data, list):
        return [_meant(item, d) for item in data]
    if not isinstance(data, dict):
        return _plain(data)
    if data.keys() == {"named", "is"}:
        return _meant(data["is"], d)
    if data.keys() == {"threshold"}:
        return _plain(d.thresholds[data["threshold"]].value)
    said = {key: _meant(value, d) for key, value in data.items()}
    for key in ("all", "any"):  # a name in between is gone, so what it held joins its neighbours
        if key in said:
            said[key] = [part for item in said[key] for part in (item[key] if isinstance(item, dict) and key in item else [item])]
    return said


def _plain(value: Any) -> Json:
    """A whole number as one, whether it was written 70 or 70.0."""
    if isinstance(value, tuple):
        return list(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value
