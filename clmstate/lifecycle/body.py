"""The class body of a lifecycle: names are bound as they are declared, and no name is bound twice."""

from __future__ import annotations

import keyword
from typing import Any, Final

import attrs

from clmstate.conditions import Condition, Home, Mistake, SignalFacade, Threshold
from clmstate.lifecycle.elements import Event, Milestone, Risk, SuccessGap, altered
from clmstate.lifecycle.phases import Dropped, GroupMeta, Phase, Phases, Resume, Transition

__all__ = ["RESERVED", "Body", "Declared"]

Declared = SignalFacade | Threshold | Event | Phase | GroupMeta | Transition | Milestone | Risk | SuccessGap | Condition | Dropped

RESERVED: Final = frozenset(
    """at by chart children definition done_play engine event events explain gaps groups hold_until instance instances join journey label leave
    listen market milestones move moves name next_check observe observe_all on open_gaps open_plays open_touchpoints own part parts phase
    phases plays promises reason refs restore risks send sends settle signal signals since skip snapshot start statechart stays tick title
    thresholds transitions untaken value values version warning_signs when where wiring""".split()
)
"""Names of our own interface: a signal, event or phase with such a name could not be reported or read."""


class Body(dict[str, Any]):
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
        self.mistakes: list[tuple[str, Mistake]] = []
        self._seen: dict[int, str] = {}
        self._kept: list[object] = []  # keeps what was declared alive, so that an id stays its own

    def __setitem__(self, key: str, value: Any) -> None:
        if not isinstance(value, Declared) or (key.startswith("__") and key.endswith("__")):
            if key in self.declared:
                self.mistakes.append((key, _twice(key)))
            elif isinstance(value, Phases | Resume):
                pass  # a source with a name of its own, such as `customer = adoption | success`
            super().__setitem__(key, value)
            return
        if key in self.declared:
            self.mistakes.append((key, _twice(key)))
            return
        bound = self._bound(key, value)
        self.declared[key] = bound
        super().__setitem__(key, bound)

    def _bound(self, key: str, value: Declared) -> Declared:
        if isinstance(value, Condition) and not isinstance(value, SignalFacade):
            return value
        self._name_faults(key, value)
        if not isinstance(value, Dropped):
            first = self._seen.setdefault(id(value), key)
            self._kept.append(value)
            if first != key:
                remedy = "declare it again for the second name"
                self.mistakes.append((key, Mistake("CLM103", f"one declaration has two names, '{first}' and '{key}'", remedy)))
                return value
        match value:
            case SignalFacade() | Threshold() | Event():
                value._bind(key, self.home)
                return value
            case Phase():
                return altered(value, path=key, home=self.home)
            case GroupMeta():
                self.homes.add(value.home)
                self.mistakes += [(f"{key}.{child}", mistake) for child, mistake in value._mistakes]
                if value.path != key:
                    cause = f"the group '{value.path}' is bound to the name '{key}'"
                    self.mistakes.append((key, Mistake("CLM103", cause, f"write it as a nested class: class {key}(Phase.Group)")))
                return value
            case Transition():
                return attrs.evolve(value, name=key)
            case Milestone() | Risk() | SuccessGap():
                return altered(value, name=key)
            case _:
                return value

    def _name_faults(self, key: str, value: Declared) -> None:
        if key.startswith("_"):
            self.mistakes.append(
                (
                    key,
                    Mistake("CLM101", f"the name '{key}' starts with an underscore", "names that begin so are private: rename it"),
                )
            )
        named = isinstance(value, SignalFacade | Event | Phase | GroupMeta)
        if named and (key in RESERVED or keyword.issoftkeyword(key)):
            taken = "CLM101", f"the name '{key}' is one of our own", f"rename it; taken are: {', '.join(sorted(RESERVED))}"
            self.mistakes.append((key, Mistake(*taken)))


def _twice(key: str) -> Mistake:
    return Mistake("CLM102", f"the name '{key}' is given twice", "rename one of them")
