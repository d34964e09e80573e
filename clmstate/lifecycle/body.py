"""The class body of a lifecycle: names are bound as they are declared, and no name is bound twice."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import Any, Final, Self

import attrs

from clmstate.conditions import Condition, Elapsed, Home, Mistake, Numeric, SignalFacade, Threshold
from clmstate.lifecycle.elements import Milestone, Risk, SuccessGap, altered
from clmstate.lifecycle.events import Event
from clmstate.lifecycle.groups import GroupMeta
from clmstate.lifecycle.lines import Names, Spot, spot
from clmstate.lifecycle.phases import Phase
from clmstate.lifecycle.sources import Phases
from clmstate.lifecycle.transitions import ANYWHERE, Dropped, Transition

__all__ = ["MEMBERS", "RESERVED", "Body", "Declared"]

Declared = SignalFacade | Threshold | Event | Phase | GroupMeta | Transition | Milestone | Risk | SuccessGap | Condition | Dropped

MEMBERS: Final = frozenset(
    """accepts at chart definition done_play explain journey listen move name next_check observe open_gaps open_plays open_touchpoints phase
    promises restore send skip snapshot start statechart tick warning_signs""".split()  # noqa: SIM905 -- a list of words reads as one
)
"""What every lifecycle and every customer has: a declaration with such a name would hide it."""

RESERVED: Final = MEMBERS | frozenset(
    """by children engine event events gaps groups hold_until instance instances join label leave market milestones moves observe_all on own
    part parts phases plays reason refs risks sends settle signal signals since stays thresholds title transitions untaken value values
    version when where wiring""".split()  # noqa: SIM905 -- a list of words reads as one
)
"""Names of our own interface: a signal, event or phase with such a name could not be reported or read."""

_SETTINGS: Final = frozenset(("accepts", "promises"))
"""Members that a class body is meant to give."""


class Body(Names):
    """The namespace of a lifecycle's class body.

    Example:
        >>> body = Body("Deal")
        >>> body["health"] = Threshold(0.5)
        >>> body["health"].spec.name
        'health'
    """

    def __init__(self, lifecycle: str) -> None:
        super().__init__()
        self.home = Home(lifecycle)
        self.homes: set[Home] = {self.home}
        self.declared: dict[str, Declared] = {}
        self._mistakes: list[tuple[str, Mistake]] = []
        self.spots: dict[str, Spot] = {}
        self._seen: dict[int, str] = {}
        self._kept: list[object] = []  # keeps what was declared alive, so that an id stays its own

    @property
    def mistakes(self) -> list[tuple[str, Mistake]]:
        """What is wrong, by the name that it is about; a transition without a name goes by how it was made."""
        unnamed: list[tuple[str, Mistake]] = []
        for transition, where in self.nameless.values():
            written, named = _written(transition)
            self.spots[written] = where
            unnamed.append(
                (written, Mistake("CLM103", "this transition has no name, so nobody would take it", f"give it one: {named}"))
            )
        return [*self._mistakes, *unnamed]

    def __setitem__(self, key: str, value: Any) -> None:
        self.spots[key] = spot()
        if isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], Declared) and id(value[0]) not in self._seen:
            (value,) = value
            cause = "there is a comma behind it, which makes it a list that nobody reads"
            self._mistakes.append((key, Mistake("CLM103", cause, "take the comma at the end of the line away")))
        self.nameless.pop(id(value), None)
        if key in self.declared:
            self._mistakes.append((key, _twice(key)))
            return
        if key.startswith("__") and key.endswith("__"):
            if isinstance(value, Declared):
                self._mistakes.append((key, Mistake("CLM101", f"the name '{key}' is Python's own", "rename it")))
            super().__setitem__(key, value)
        elif isinstance(value, Declared):
            self.declared[key] = bound = self._bound(key, value)
            # what is used under its name from here on has been reported under its name
            super().__setitem__(
                key, bound._told() if isinstance(bound, Condition) and not isinstance(bound, SignalFacade) else bound
            )
        else:
            super().__setitem__(key, self._shorthand(key, value))

    def filled(self, given: Mapping[str, Any]) -> Self:
        """Binds names that are given all at once."""
        for key, value in given.items():
            self[key] = value
        return self

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        self.declared.pop(key, None)

    def _shorthand(self, key: str, value: Any) -> Any:
        """A name for a part of something, such as ``customer = adoption | success``; it is told once what is wrong with it."""
        if key in MEMBERS - _SETTINGS and not hasattr(type(value), "__get__"):  # whoever writes a method knows what it replaces
            self._mistakes.append((key, _hides(key, f"my_{key}")))
        base = getattr(type(value), "_belongs_in", "")
        if base:
            cause = "a part of a customer stands in a lifecycle, where it would say nothing"
            self._mistakes.append((key, Mistake("CLM131", cause, f"inherit from {base}: class {self.home.name}({base})")))
        if isinstance(value, Phases):
            self._mistakes += [(key, mistake) for mistake in value.mistakes]
            return attrs.evolve(value, mistakes=())
        if isinstance(value, Numeric | Elapsed):
            self._mistakes += [(key, mistake) for mistake in value._mistakes]
            return value._told()
        return value

    def _bound(self, key: str, value: Declared) -> Declared:
        self._name_faults(key, value)
        if isinstance(value, Dropped):
            return value
        first = self._seen.get(id(value), key)
        if first != key and not (isinstance(value, Condition) and not isinstance(value, SignalFacade)):
            cause = f"one declaration has two names, '{first}' and '{key}'"
            self._mistakes.append((key, Mistake("CLM103", cause, "declare it again for the second name")))
            return value
        bound = self._named(key, value)
        self._kept += (value, bound)
        self._seen[id(value)] = self._seen[id(bound)] = key
        return bound

    def _named(self, key: str, value: Declared) -> Declared:
        match value:
            case SignalFacade() | Threshold() | Event():
                return value._bind(key, self.home)
            case Phase():
                return altered(value, path=key, home=self.home)
            case GroupMeta():
                self._group(key, value)
                return value
            case Transition():
                return attrs.evolve(value, name=key)
            case Milestone() | Risk() | SuccessGap():
                return altered(value, name=key)
            case _:
                return value

    def _group(self, key: str, group: GroupMeta) -> None:
        self.homes.add(group.home)
        self.spots |= {f"{key}.{child}": where for child, where in group._spots.items()}
        self._mistakes += [(f"{key}.{child}", mistake) for child, mistake in group._mistakes]
        for phase in group:
            self._seen[id(phase)] = phase.path
        if group.path != key:
            cause = f"the group '{group.path}' is bound to the name '{key}'"
            self._mistakes.append((key, Mistake("CLM103", cause, f"write it as a nested class: class {key}(Phase.Group)")))

    def _name_faults(self, key: str, value: Declared) -> None:
        if key.startswith("_"):
            remedy = "names that begin so are private: rename it"
            self._mistakes.append((key, Mistake("CLM101", f"the name '{key}' starts with an underscore", remedy)))
        if isinstance(value, Dropped):
            return
        named = isinstance(value, SignalFacade | Event | Phase | GroupMeta)
        if named and (key in RESERVED or keyword.issoftkeyword(key)):
            remedy = f"rename it; taken are: {', '.join(sorted(RESERVED))}"
            self._mistakes.append((key, Mistake("CLM101", f"the name '{key}' is one of our own", remedy)))
        elif key in MEMBERS:
            self._mistakes.append((key, _hides(key, _other_name(key, value))))


def _hides(key: str, instead: str) -> Mistake:
    cause = f"the name '{key}' is one of our own: what every customer has under it would be hidden"
    return Mistake("CLM101", cause, f"rename it, to '{instead}' for example; taken are: {', '.join(sorted(MEMBERS))}")


def _other_name(key: str, value: Declared) -> str:
    """A free name in the spirit of the one that is taken: where a transition leads, or what kind of thing it is."""
    if isinstance(value, Transition):
        named = f"to_{str(value.target).replace('.', '_')}"  # a wrong target may be anything
        return named if value.target and named.isidentifier() else f"{key}_it"
    return f"{key}_{type(value).__name__.lower()}"


def _written(transition: Transition) -> tuple[str, str]:
    """How somebody made a transition, and how it gets a name."""
    sources = ["anywhere" if source == ANYWHERE else source for source in transition.sources]
    source = sources[0] if len(sources) == 1 else f"({' | '.join(sources)})"
    if transition.stay:
        return f"{source}.stay()", f"take_note = {source}.stay(...)"
    name = f"to_{transition.target.replace('.', '_')}" if transition.target else "go_on"
    return f"{source}.to({transition.target})", f"{name} = {source}.to({transition.target}, ...)"


def _twice(key: str) -> Mistake:
    return Mistake("CLM102", f"the name '{key}' is given twice", "rename one of them")
