"""The type of compositions: it collects a class body, checks it as a whole, and makes the definition."""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from clmstate.composition.feeds import Wiring
from clmstate.composition.nodes import CompositionDefinition, FeedNode, PartDefinition
from clmstate.composition.parts import One, PartFacade
from clmstate.composition.wiring import faults, in_order, misfit, unreadable
from clmstate.conditions import Mistake
from clmstate.errors import DefinitionError, Diagnostic, shown
from clmstate.lifecycle import Event, LifecycleDefinition, Promise
from clmstate.lifecycle.carried import place_of
from clmstate.lifecycle.lines import Spot, located, spot
from clmstate.lifecycle.meta import doc_of, spaced
from clmstate.lifecycle.opened import undecorated

__all__ = ["RESERVED", "CompositionMeta"]

RESERVED: Final = frozenset(
    """all any at chart count definition done_play events explain join journey leave listen market max mean members milestones min move
    name names next_check observe observe_all open_gaps open_plays open_touchpoints part parts phases plays promises restore send share skip
    snapshot start sum tick title version warning_signs where wiring""".split()  # noqa: SIM905 -- a list of words reads as one
)
"""Names that no part may have, for customers have them."""


class _Body(dict[str, Any]):
    """The namespace of a composition's class body; refuses to bind a part's name twice."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: dict[str, PartFacade[Any]] = {}
        self.mistakes: list[tuple[str, Mistake]] = []
        self.spots: dict[str, Spot] = {}

    def __setitem__(self, key: str, value: Any) -> None:
        self.spots[key] = spot()
        wrong = self._fault(key, value)
        if wrong is not None:
            self.mistakes.append((key, wrong))
            if wrong.code != "CLM101":
                return
        if isinstance(value, PartFacade):
            value._bind(key)
            self.parts[key] = value
        super().__setitem__(key, value)

    def _fault(self, key: str, value: object) -> Mistake | None:
        if key in self.parts or (isinstance(value, PartFacade) and key in self):
            return Mistake("CLM102", f"the name '{key}' is given twice", "rename one of them")
        if not isinstance(value, PartFacade):
            return None
        if value._name:
            return Mistake("CLM103", f"one part has two names, '{value._name}' and '{key}'", "declare it again")
        if key in RESERVED or key.startswith("_"):
            return Mistake("CLM101", f"the name '{key}' is one of our own", f"rename it; taken are: {', '.join(sorted(RESERVED))}")
        return None


class CompositionMeta(ABCMeta):
    """The type of compositions; a composition may be abstract too.

    Example:
        >>> from clmstate import Composition
        >>> class Account(Composition):
        ...     pass
        >>> Account
        <Composition Account>
    """

    definition: CompositionDefinition
    _parts: dict[str, PartFacade[Any]]
    _wiring: tuple[Wiring, ...]
    _spots: dict[str, Spot]

    @classmethod
    def __prepare__(cls, name: str, bases: tuple[type, ...], **keywords: Any) -> _Body:  # type: ignore[override]
        """Remembers what is bound while the class body runs."""
        body = _Body()
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
        embedded: bool = False,
    ) -> CompositionMeta:
        undecorated(name, body)
        if not isinstance(body, _Body):  # made by type("Acme", (Composition,), {...}), which prepares nothing
            given, body = body, mcs.__prepare__(name, bases)
            for key, value in given.items():
                body[key] = value
        cls = super().__new__(mcs, name, bases, dict(body))
        cls._spots = body.spots
        if not bases:  # Composition itself
            return cls
        parents = [b for b in cls.__mro__[1:] if isinstance(b, CompositionMeta) and hasattr(b, "_parts")]
        cls._parts = {key: part for b in reversed(parents) for key, part in b._parts.items()} | body.parts
        mistakes = [m.at(f"{name}.{key}") for key, m in body.mistakes]
        lines = _lines(name, body.get("wiring", ()), mistakes)
        own = {line.target for line in lines}
        inherited = dict.fromkeys(line for b in reversed(parents) for line in b._wiring if line.target not in own)
        cls._wiring = (*inherited, *lines)
        above = parents[0].definition if parents else None
        definition = CompositionDefinition(
            name=name,
            title=title or (above.title if above is not None else spaced(name)),
            doc=doc_of(cls) or (above.doc if above is not None else ""),
            market=market if market is not None else (above.market if above is not None else ""),
            version=version if version is not None else (above.version if above is not None else ""),
            parts=MappingProxyType({key: _part(name, key, part, cls._parts, mistakes) for key, part in cls._parts.items()}),
            wires=(),
            embedded=embedded,
            where=place_of(cls),
        )
        if not mistakes:  # a part that is replaced by another kind takes the lines that fed it with it
            gone = {line for line in inherited if line.wire.part in body.parts and misfit(definition, line)}
            cls._wiring = tuple(line for line in cls._wiring if line not in gone)
        if not mistakes:  # of parts that are wrong, their wiring says nothing new
            wrong = {line: found for line in cls._wiring if (found := line.mistakes or misfit(definition, line))}
            for line, found in wrong.items():
                mistakes += (m.at(f"{name}.wiring, {'.'.join(line.target[0])}.{line.wire.port}") for m in found)
            fitting = [line.wire for line in cls._wiring if line not in wrong]
            definition = attrs.evolve(definition, wires=in_order(definition, fitting))
            mistakes += faults(definition, [line.target for line in wrong])
        if not mistakes:
            kept = [promise for b in reversed(parents) for promise in b.definition.promises]
            promises = tuple(dict.fromkeys((*kept, *_promises(name, body.get("promises", ()), mistakes))))
            definition = attrs.evolve(definition, promises=promises)
            mistakes += _broken_promises(definition)
        if mistakes:
            raise DefinitionError(located(dict.fromkeys(mistakes), name, [body.spots, *(parent._spots for parent in parents)]))
        cls.definition = definition
        return cls

    def __init__(cls, name: str, bases: tuple[type, ...], body: Any, **keywords: Any) -> None:  # noqa: ARG002
        super().__init__(name, bases, body)

    def __setattr__(cls, name: str, value: object) -> None:
        undecorated(cls.__name__, (name,))
        super().__setattr__(name, value)

    def __repr__(cls) -> str:
        return f"<Composition {cls.__name__}>"


def _lines(name: str, wiring: object, mistakes: list[Diagnostic]) -> list[Wiring]:
    lines = []
    for line in wiring if isinstance(wiring, tuple | list) else (wiring,):
        if isinstance(line, Wiring):
            lines.append(line)
        else:
            mistake = Mistake("CLM135", f"{shown(line)} is not a line of wiring", "write part[Lifecycle.port].fed_by(...)")
            mistakes.append(mistake.at(f"{name}.wiring"))
    return lines


def _promises(name: str, given: object, mistakes: list[Diagnostic]) -> list[Promise]:
    made = []
    for promise in given if isinstance(given, tuple | list) else (given,):
        if isinstance(promise, Promise) and isinstance(promise.subject, FeedNode) and isinstance(promise.other, FeedNode | None):
            made.append(promise)
            continue
        if isinstance(promise, Promise):
            cause, remedy = (
                "a promise is about a lifecycle, not about a part",
                "name the part, as in contract.is_in(Contract.churned)",
            )
        else:
            cause, remedy = f"{shown(promise)} is not a promise", "write never(...), always_possible(...) or leads_to(...)"
        found = promise.origin.mistakes if isinstance(promise, Promise) else ()
        mistakes += (m.at(f"{name}.promises") for m in found or (Mistake("CLM121", cause, remedy),))
    return made


def _broken_promises(definition: CompositionDefinition) -> list[Diagnostic]:
    """What of the promises cannot be read; whether they hold is for the analysis to say."""
    wrong: list[Mistake] = []
    for promise in definition.promises:
        wrong += promise.origin.mistakes
        for node in (promise.subject, promise.other):
            if node is not None and not promise.origin.mistakes:
                wrong += unreadable(definition, node, "promise it anew in this composition")
    return [m.at(f"{definition.name}.promises") for m in dict.fromkeys(wrong)]


def _part(
    name: str, key: str, part: PartFacade[Any], parts: Mapping[str, PartFacade[Any]], mistakes: list[Diagnostic]
) -> PartDefinition:
    place = f"{name}.{key}"
    mistakes += (m.at(place) for m in part._mistakes)
    member: Any = getattr(part._member, "definition", None)
    if isinstance(member, LifecycleDefinition) and not member.phases:
        mistakes.append(Mistake("CLM131", f"{member.name} has no phases", "give a lifecycle that people can stand in").at(place))
    if isinstance(member, CompositionDefinition) and not member.parts:
        mistakes.append(Mistake("CLM131", f"{member.name} has no parts", "give a composition of something").at(place))
    opens_on = _opens_on(getattr(part, "_opens_on", None), place, parts, mistakes)
    return PartDefinition(key, part._many, member, opens_on, part._label or key.replace("_", " "), part._help, part._ref)


def _opens_on(
    event: object, place: str, parts: Mapping[str, PartFacade[Any]], mistakes: list[Diagnostic]
) -> tuple[str, str] | None:
    """The One part, and its event, whose payload names who joins."""
    if event is None:
        return None
    owners = []
    if isinstance(event, Event) and event.name:
        ones = [(name, part._leaf) for name, part in parts.items() if isinstance(part, One)]
        owners = [name for name, leaf in ones if leaf is not None and event._homes <= leaf._homes]
    if not isinstance(event, Event) or len(owners) != 1:
        cause = f"opens_on={shown(event)} is not an event of exactly one One part"
        mistakes.append(Mistake("CLM139", cause, "name an event of a One part of this composition").at(place))
        return None
    if not event.spec.names_instance:
        cause = f"the event '{event.name}' does not name an instance"
        mistakes.append(Mistake("CLM139", cause, "declare it with names_instance=True").at(place))
        return None
    return owners[0], event.name
