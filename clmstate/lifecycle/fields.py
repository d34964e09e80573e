"""What can be wrong with the plain parts of a definition: texts that are no texts, teams that are no teams.

Constructors take what they are given, so that all mistakes of a class are found together and each has its place; here is where
they are found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import attrs

from clmstate.conditions import Mistake
from clmstate.conditions.nodes import Cond
from clmstate.conditions.refusing import text_faults
from clmstate.errors import Diagnostic, shown
from clmstate.lifecycle.definition import LifecycleDefinition
from clmstate.lifecycle.elements import Days, Origin, Play, Team, Touchpoint, altered
from clmstate.lifecycle.groups import GroupSpec
from clmstate.lifecycle.transitions import Transition

__all__ = ["field_faults", "sound", "well_made"]

_TEXTS: Final = frozenset(
    [
        "category",
        "cost",
        "doc",
        "from_system",
        "goal",
        "help",
        "how",
        "label",
        "market",
        "ours",
        "plan",
        "ref",
        "theirs",
        "title",
        "version",
        "why",
    ]
)
_FLAGS: Final = frozenset({"initial", "final", "complete", "names_instance"})
_WORDS: Final[dict[str, tuple[str | None, ...]]] = {
    "kind": (None, "forward", "branch", "relapse", "at_risk", "recovery", "next_cycle"),
    "mitigation": ("escalate", "educate", "communicate"),
    "side": ("ours", "customer"),
    "standing": ("good", "watch", "at_risk", "lost", ""),
    "verdict": (None, "keep", "improve", "skip", "remove"),
}
_PARTS: Final[dict[str, tuple[type, str]]] = {
    "contributors": (Team, "a team"),
    "due": (Days, "a length of time"),
    "expected": (Days, "a length of time"),
    "interval": (Days, "a length of time"),
    "owner": (Team, "a team"),
    "plays": (Play, "a play"),
    "questions": (str, "a text"),
    "refs": (str, "a text"),
    "touchpoints": (Touchpoint, "a touchpoint"),
}
_REMEDIES: Final[dict[type, str]] = {
    Team: "give Team('Customer Success') or its name; an owner is one team",
    Days: "give days, as in Days(30, 90)",
    Play: "give Play('Call the sponsor'), or a list of plays",
    Touchpoint: "give Touchpoint('Kick-off call'), or a list of touchpoints",
    str: "give a text, or a list of texts",
}


def field_faults(definition: LifecycleDefinition) -> Iterator[Diagnostic]:
    """All mistakes in the plain parts of a definition.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> list(field_faults(Deal.definition))
        []
    """
    seen: set[int] = set()
    yield from _faults(definition, definition.name, seen)
    held: Iterable[tuple[str, Any]] = (
        *definition.events.items(),
        *definition.groups.items(),
        *definition.phases.items(),
        *definition.transitions.items(),
        *definition.milestones.items(),
        *definition.risks.items(),
        *definition.gaps.items(),
    )
    for name, element in held:
        yield from _faults(element, f"{definition.name}.{name}", seen)
    for path, group in definition.groups.items():
        starts: object = group.starts
        if not isinstance(starts, bool):
            cause = f"initial={shown(starts)} is neither True nor False"
            yield Mistake("CLM118", cause, "say initial=True or leave it out").at(f"{definition.name}.{path}")


def sound(definition: LifecycleDefinition) -> LifecycleDefinition:
    """The definition without what :func:`field_faults` refuses in it, so that the rest can be looked at.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> sound(Deal.definition).initial
        'new'
    """
    return attrs.evolve(
        definition,
        phases={
            path: altered(
                phase,
                initial=phase.initial is True,
                final=phase.final is True,
                touchpoints=tuple(touchpoint for touchpoint in phase.touchpoints if _is(touchpoint, Touchpoint)),
            )
            for path, phase in definition.phases.items()
        },
        groups={path: attrs.evolve(group, starts=group.starts is True) for path, group in definition.groups.items()},
        transitions={name: transition for name, transition in definition.transitions.items() if well_made(transition)},
    )


def well_made(transition: Transition) -> bool:
    """Whether a transition has the shape that ``phase.to(...)`` gives it, so that its meaning can be looked at.

    Example:
        >>> well_made(Transition(("new",), "won")), well_made(Transition(5, "won"))
        (True, False)
    """
    shape: tuple[tuple[object, Any], ...] = (
        (transition.target, str),
        (transition.name, str),
        (transition.sources, tuple),
        (transition.after, tuple),
        (transition.when, Cond | None),
        (transition.on, str | None),
        (transition.origin, Origin),
    )
    return all(isinstance(value, kind) for value, kind in shape) and all(
        _is(path, str) for path in (*transition.sources, *transition.after)
    )


def _is(value: object, kind: type) -> bool:
    return isinstance(value, kind)


def _faults(element: Any, place: str, seen: set[int]) -> Iterator[Diagnostic]:
    """The mistakes of one element and of the plain elements inside it, each element looked at once."""
    if id(element) in seen:
        return
    seen.add(id(element))
    if isinstance(element, Transition) and not well_made(element):
        yield Mistake("CLM105", "it is not made from a phase", "write it as phase.to(other, when=..., on=...)").at(place)
        return
    for field in attrs.fields(type(element)):
        name = field.name
        value: Any = getattr(element, name)
        if name in _TEXTS or (name == "name" and isinstance(element, Team)):
            label = name in ("name", "label") and not isinstance(element, Transition)
            remedy = "say what the business calls it" if label else "give a text"
            for mistake in text_faults("CLM118", f"the {name}", value, remedy=remedy, label=label):
                yield mistake.at(place)
        elif name in _FLAGS and not isinstance(element, GroupSpec | LifecycleDefinition):
            if isinstance(value, bool):
                continue
            yield Mistake("CLM118", f"{name}={shown(value)} is neither True nor False", f"say {name}=True or leave it out").at(
                place
            )
        elif name in _WORDS:
            several: tuple[object, ...] = value if name == "mitigation" else (value,)
            for word in several:
                if not isinstance(word, str | None) or word not in _WORDS[name]:
                    known = ", ".join(w for w in _WORDS[name] if w)
                    yield Mistake("CLM118", f"{name}={shown(word)} is unknown", f"use {known}").at(place)
        elif name in _PARTS:
            yield from _parts(name, value, place, seen)


def _parts(name: str, value: object, place: str, seen: set[int]) -> Iterator[Diagnostic]:
    kind, what = _PARTS[name]
    several: tuple[Any, ...] = value if isinstance(value, tuple) else (value,)
    for part in several:
        if part is None and not isinstance(value, tuple):
            continue
        if not isinstance(part, kind):
            yield Mistake("CLM118", f"{name} holds {shown(part)}, which is not {what}", _REMEDIES[kind]).at(place)
        elif isinstance(part, str):
            for mistake in text_faults("CLM118", f"one of the {name}", part):
                yield mistake.at(place)
        elif not isinstance(part, Days):
            label = getattr(part, "name" if isinstance(part, Team) else "label")
            yield from _faults(part, f"{place}, {what.split()[-1]} {shown(label)}", seen)
