"""The type of lifecycles: it collects a class body, checks it as a whole, and makes the definition."""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Iterable
from types import MappingProxyType
from typing import Any, TypeVar

import attrs

from clmstate.conditions import Condition, Home, Mistake, SignalFacade, Threshold
from clmstate.errors import DefinitionError, Diagnostic, did_you_mean, shown
from clmstate.lifecycle.acceptances import acceptance_faults, merged_acceptances
from clmstate.lifecycle.body import Body, Declared
from clmstate.lifecycle.carried import place_of
from clmstate.lifecycle.checks import check_definition
from clmstate.lifecycle.definition import LifecycleDefinition
from clmstate.lifecycle.elements import Milestone, Risk, SuccessGap, altered, given_or, listed
from clmstate.lifecycle.events import Event
from clmstate.lifecycle.groups import GroupMeta, GroupSpec
from clmstate.lifecycle.lines import Spot, located, spot
from clmstate.lifecycle.opened import undecorated
from clmstate.lifecycle.phases import Phase
from clmstate.lifecycle.promises import Promise
from clmstate.lifecycle.transitions import Dropped, Transition

__all__ = ["LifecycleMeta", "doc_of", "spaced"]

E = TypeVar("E")


class LifecycleMeta(ABCMeta):
    """The type of lifecycles: collects the class body, checks it as a whole, and makes the definition.

    It stems from the type of ``abc.ABC``, so that a model may be abstract too.
    """

    definition: LifecycleDefinition
    _declared: dict[str, Declared]
    _own: dict[str, Declared]
    _home: Home
    _spots: dict[str, Spot]
    _homes: frozenset[Home]

    @classmethod
    def __prepare__(cls, name: str, bases: tuple[type, ...], **keywords: Any) -> Body:  # type: ignore[override]
        body = Body(name)
        body.spots[""] = spot()
        return body

    def __new__(  # noqa: D102 -- users write a class
        mcs,
        name: str,
        bases: tuple[type, ...],
        body: dict[str, Any],
        *,
        title: str = "",
        market: str | None = None,
        version: str | None = None,
        refs: Iterable[str] = (),
    ) -> LifecycleMeta:
        undecorated(name, body)
        if not isinstance(body, Body):  # made by type("Deal", (Lifecycle,), {...}), which prepares nothing
            body = mcs.__prepare__(name, bases).filled(body)
        cls = super().__new__(mcs, name, bases, dict(body))
        cls._own, cls._home, cls._spots = body.declared, body.home, body.spots
        if not bases:  # Lifecycle itself
            cls._homes = frozenset()
            type.__setattr__(cls, "_declared", {})
            return cls
        mistakes = [mistake.at(f"{name}.{key}") for key, mistake in body.mistakes]
        declared = _inherited(cls)
        overridden = frozenset(key for key in body.declared if isinstance(declared.get(key), SignalFacade))
        for key, element in body.declared.items():
            mistakes += [mistake.at(f"{name}.{key}") for mistake in _placed(key, element, declared)]
        for key, element in declared.items():
            type.__setattr__(cls, key, element)
        parents = [base for base in cls.__mro__[1:] if isinstance(base, LifecycleMeta)]
        groups = (element.home for element in declared.values() if isinstance(element, GroupMeta))
        cls._homes = frozenset((*body.homes, *groups)).union(*(parent._homes for parent in parents))
        cls.definition = _definition(cls, declared, parents, title=title, market=market, version=version, refs=listed(refs, str))
        mistakes += _no_promises(cls)
        mistakes += acceptance_faults(cls.__dict__.get("accepts", {}), _names(cls.definition), f"{name}.accepts")
        mistakes += check_definition(cls.definition, cls._homes, overridden)
        if mistakes:
            raise DefinitionError(located(dict.fromkeys(mistakes), name, [body.spots, *(parent._spots for parent in parents)]))
        type.__setattr__(cls, "_declared", declared)
        return cls

    def __init__(cls, name: str, bases: tuple[type, ...], body: Any, **_keywords: Any) -> None:
        super().__init__(name, bases, body)

    def __setattr__(cls, name: str, value: object) -> None:
        undecorated(cls.__name__, (name,))
        cls._keep(name, "replaced")
        super().__setattr__(name, value)

    def __delattr__(cls, name: str) -> None:
        cls._keep(name, "deleted")
        super().__delattr__(name)

    def _keep(cls, name: str, done: str) -> None:
        if name in cls.__dict__.get("_declared", ()):
            cause = f"'{name}' is {done} after the definition, so no reader would see it"
            remedy = f"inherit instead: class Variant({cls.__name__}): {name} = ..."
            raise DefinitionError([Diagnostic("CLM123", cls.__name__, cause, remedy)])

    def __repr__(cls) -> str:
        return f"<Lifecycle {cls.__name__}>"


def _kind(element: Declared) -> type:
    for kind in (Threshold, Event, Phase, GroupMeta, Transition, Milestone, Risk, SuccessGap, SignalFacade):
        if isinstance(element, kind):
            return kind
    return Condition


def _kind_said(element: Declared) -> str:
    named = {SignalFacade: "signal", GroupMeta: "group", SuccessGap: "success gap"}
    return named.get(_kind(element), _kind(element).__name__.lower())


def _inherited(cls: LifecycleMeta) -> dict[str, Declared]:
    """What is declared above, each re-bound to the child and in Python's order of bases; an override keeps its parent's place."""
    declared: dict[str, Declared] = {}
    for base in reversed(cls.__mro__[1:]):
        for key, element in base._own.items() if isinstance(base, LifecycleMeta) else ():
            if isinstance(element, Dropped):
                declared.pop(key, None)
            else:
                declared[key] = _rebound(element, cls._home)
    return declared


def _rebound(element: Declared, home: Home) -> Declared:
    match element:
        case SignalFacade() | Threshold() | Event() | GroupMeta():
            return element._rebound(home)
        case Phase():
            return altered(element, home=home)
        case _:
            return element


def _placed(key: str, element: Declared, declared: dict[str, Declared]) -> list[Mistake]:
    """Puts what a class body declares among what it inherits, and says what is wrong with that."""
    if isinstance(element, Dropped):
        if declared.pop(key, None) is None:
            return [Mistake("CLM119", f"'{key}' is dropped, but it is not inherited", did_you_mean(key, declared))]
        return []
    wrong = list(element._mistakes) if isinstance(element, Condition | SignalFacade | Threshold) else []
    if key in declared and _kind(declared[key]) is not _kind(element):
        cause = f"'{key}' is a {_kind_said(declared[key])} above and a {_kind_said(element)} here"
        wrong.append(Mistake("CLM119", cause, "rename it, or override it with its own kind"))
    declared[key] = element
    return wrong


def _definition(
    cls: LifecycleMeta,
    declared: dict[str, Declared],
    parents: list[LifecycleMeta],
    *,
    title: str,
    market: str | None,
    version: str | None,
    refs: tuple[str, ...],
) -> LifecycleDefinition:
    def only(kind: type[E]) -> dict[str, E]:
        return {key: element for key, element in declared.items() if isinstance(element, kind)}

    phases, groups = _places(declared)
    above = [parent.definition for parent in parents if "definition" in parent.__dict__]
    first = above[0] if above else None
    kept = (promise for definition in reversed(above) for promise in definition.promises)
    own = (promise for promise in _promises(cls) if isinstance(promise, Promise))
    made = LifecycleDefinition(
        name=cls.__name__,
        title=given_or(title, first.title if first is not None and first.phases else spaced(cls.__name__)),
        doc=doc_of(cls) or (first.doc if first is not None else ""),
        market=market if market is not None else first.market if first is not None else "",
        version=version if version is not None else first.version if first is not None else "",
        signals=MappingProxyType({k: s.spec for k, s in only(SignalFacade).items()}),
        thresholds=MappingProxyType({k: t.spec for k, t in only(Threshold).items()}),
        events=MappingProxyType({k: e.spec for k, e in only(Event).items()}),
        phases=MappingProxyType(phases),
        groups=MappingProxyType(groups),
        transitions=MappingProxyType(only(Transition)),
        milestones=MappingProxyType(only(Milestone)),
        risks=MappingProxyType(only(Risk)),
        gaps=MappingProxyType(only(SuccessGap)),
        promises=tuple(dict.fromkeys((*kept, *own))),
        conditions=MappingProxyType({k: c.node for k, c in only(Condition).items() if not isinstance(c, SignalFacade)}),
        refs=refs or (first.refs if first is not None else ()),
        where=place_of(cls),
    )
    accepts = merged_acceptances((base.__dict__.get("accepts") for base in reversed(cls.__mro__)), _names(made))
    return attrs.evolve(made, accepts=MappingProxyType(accepts))


def _places(declared: dict[str, Declared]) -> tuple[dict[str, Phase], dict[str, GroupSpec]]:
    """The leaf phases and the groups, in order of declaration."""
    phases: dict[str, Phase] = {}
    groups: dict[str, GroupSpec] = {}
    for key, element in declared.items():
        if isinstance(element, Phase):
            phases[key] = element
        elif isinstance(element, GroupMeta):
            children = {phase.path: phase for phase in element}
            phases.update(children)
            first = next((path for path, phase in children.items() if phase.initial is True), next(iter(children), ""))
            groups[key] = GroupSpec(key, element._label, tuple(children), first, element._starts, doc_of(element), element._ref)
    return phases, groups


def _promises(cls: LifecycleMeta) -> tuple[object, ...]:
    """What its own class body promises."""
    given: object = cls.__dict__.get("promises", ())
    return tuple(given) if isinstance(given, tuple | list) else (given,)


def _no_promises(cls: LifecycleMeta) -> list[Diagnostic]:
    place = f"{cls.__name__}.promises"
    remedy = "write never(...), always_possible(...) or leads_to(...)"
    return [
        Mistake("CLM121", f"{shown(promise)} is not a promise", remedy).at(place)
        for promise in _promises(cls)
        if not isinstance(promise, Promise)
    ]


def _names(definition: LifecycleDefinition) -> tuple[str, ...]:
    """What a finding may be about."""
    d = definition
    named = (d.transitions, d.phases, d.groups, d.signals, d.events, d.thresholds, d.milestones, d.risks, d.gaps, d.conditions)
    return tuple(name for names in named for name in names)


def doc_of(cls: type) -> str:
    """A class's own docstring, without the blanks around it.

    Example:
        >>> doc_of(LifecycleMeta).partition(":")[0]
        'The type of lifecycles'
    """
    doc = cls.__dict__.get("__doc__")
    return doc.strip() if isinstance(doc, str) else ""


def spaced(name: str) -> str:
    """A class's name as words.

    Example:
        >>> spaced("BusinessRelationship"), spaced("CRMDeal")
        ('Business relationship', 'CRMDeal')
    """
    return "".join(" " + c.lower() if c.isupper() and i and not name[i - 1].isupper() else c for i, c in enumerate(name))
