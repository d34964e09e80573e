"""Groups of phases: a nested class with a metaclass that carries ``to`` and ``resume``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeGuard

import attrs

from clmstate.conditions import Condition, Elapsed, Home, Mistake
from clmstate.conditions.nodes import PhaseVisits
from clmstate.errors import DefinitionError, Diagnostic, did_you_mean
from clmstate.lifecycle.elements import Origin, Play, altered, given_or
from clmstate.lifecycle.events import Event
from clmstate.lifecycle.lines import Names, Spot, spot
from clmstate.lifecycle.sources import INSTEAD, Phases, union
from clmstate.lifecycle.transitions import Dropped, MoveKind, Resume, Target, Transition, transition

if TYPE_CHECKING:
    from clmstate.lifecycle.phases import Phase

__all__ = ["GroupMeta", "GroupSpec"]

_CLASS_NAMES: Final = frozenset({"home", "mro", "path", "resume", "to", "visits"})


@attrs.frozen
class GroupSpec:
    """A group of phases, as plain data.

    Attributes:
        path: its name in the lifecycle.
        label: what the business calls it.
        children: paths of its phases, in order.
        initial: the path at which it is entered.
        starts: whether new customers start in this group.
        help: what it is for.
        ref: the source that names it.

    Example:
        >>> GroupSpec("renewal", "Renewal", ("renewal.happy",), "renewal.happy").label
        'Renewal'
    """

    path: str
    label: str
    children: tuple[str, ...]
    initial: str
    starts: bool = False
    help: str = ""
    ref: str = ""


class _GroupBody(Names):
    """The namespace of a group's body; what stands above it in the lifecycle can be named in it as if it were no class of its own."""

    def __init__(self, meta: str, home: Home, around: Names | None = None) -> None:
        super().__init__()
        self.prefix, self.home = meta, home
        self.around = Names() if around is None else around
        self.children: dict[str, Phase | Dropped] = {}
        self.mistakes: list[tuple[str, Mistake]] = []
        self.spots: dict[str, Spot] = {}

    def __missing__(self, key: str) -> Any:
        return self.around[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.spots[key] = spot()
        if key.startswith("__") and key.endswith("__"):  # __module__, __qualname__, __doc__
            super().__setitem__(key, value)
            return
        wrong = self._fault(key, value)
        if wrong is not None:
            self.mistakes.append((key, wrong))
            return
        if _is_phase(value):
            value = altered(value, path=f"{self.prefix}.{key}", home=self.home)
        self.children[key] = value
        super().__setitem__(key, value)

    def _fault(self, key: str, value: object) -> Mistake | None:
        if isinstance(value, GroupMeta):
            return Mistake("CLM107", "a group is inside a group", "groups do not nest: use a composition, or longer phase names")
        if not (_is_phase(value) or isinstance(value, Dropped)):
            remedy = "keep phases only in a group; signals, events and transitions stand in the lifecycle"
            return Mistake("CLM107", f"'{key}' in a group is not a phase", remedy)
        if key in self.children:
            return Mistake("CLM102", f"the name '{key}' is given twice in a group", "rename one of them")
        if key.startswith("_"):
            return Mistake("CLM101", f"the name '{key}' starts with an underscore", "names that begin so are private: rename it")
        if key in _CLASS_NAMES:
            return Mistake(
                "CLM101", f"the name '{key}' is one of our own", f"rename it; taken are: {', '.join(sorted(_CLASS_NAMES))}"
            )
        return None


class GroupMeta(Target, type):
    """The type of groups: a group is a class, so that editors see its phases as attributes.

    Example:
        >>> from clmstate import Phase
        >>> class renewal(Phase.Group):
        ...     happy = Phase("Happy", initial=True)
        ...     high_risk = Phase("High risk")
        >>> [phase.label for phase in renewal], renewal.happy in renewal
        (['Happy', 'High risk'], True)

        Its touchpoints may ask for the signals of the lifecycle around it:

        >>> from clmstate import Lifecycle, Signal, Touchpoint
        >>> class Deal(Lifecycle):
        ...     seats = Signal.count("seat")
        ...     class trial(Phase.Group, initial=True):
        ...         quiet = Phase("Quiet", initial=True, touchpoints=[Touchpoint("Invite", why="try", how="mail", done=seats > 1)])
        >>> Deal.trial.quiet.touchpoints[0].done.left.name
        'seats'
    """

    _instead = INSTEAD

    path: str
    home: Home
    _phases: dict[str, Phase]
    _own: dict[str, Phase | Dropped]
    _label: str
    _starts: bool
    _ref: str
    _mistakes: tuple[tuple[str, Mistake], ...]
    _spots: dict[str, Spot]

    @classmethod
    def __prepare__(cls, name: str, bases: tuple[type, ...], **keywords: Any) -> _GroupBody:  # type: ignore[override]
        around = sys._getframe(1).f_locals
        if not isinstance(around, Names):
            return _GroupBody(name, Home(""))
        return _GroupBody(name, Home(around.home.name), around)

    def __new__(  # noqa: D102 -- users write a nested class
        mcs, name: str, bases: tuple[type, ...], body: _GroupBody, *, label: str = "", initial: bool = False, ref: str = ""
    ) -> GroupMeta:
        cls = super().__new__(mcs, name, bases, dict(body))
        mistakes = list(body.mistakes)
        children: dict[str, Phase] = {}
        for base in reversed(cls.__mro__):
            own = body.children if base is cls else base._own if isinstance(base, GroupMeta) else {}
            for key, child in own.items():
                if _is_phase(child):
                    children[key] = child
                elif children.pop(key, None) is None and base is cls:
                    mistakes.append(
                        (key, Mistake("CLM119", f"'{key}' is dropped, but it is not inherited", did_you_mean(key, children)))
                    )
        cls._own = body.children
        cls.path, cls.home = name, body.home
        phases = {key: altered(child, path=f"{name}.{key}", home=body.home) for key, child in children.items()}
        for key, phase in phases.items():
            type.__setattr__(cls, key, phase)
        cls._phases = phases
        parent = next((b for b in cls.__mro__[1:] if isinstance(b, GroupMeta) and b._phases), None)
        cls._label = given_or(label, parent._label if parent is not None else name.replace("_", " ").capitalize())
        cls._starts = initial if initial is not False else (parent is not None and parent._starts)
        cls._ref = given_or(ref, parent._ref if parent is not None else "")
        cls._mistakes = tuple(mistakes)
        cls._spots = body.spots
        return cls

    def __init__(cls, name: str, bases: tuple[type, ...], body: Any, **_keywords: Any) -> None:
        super().__init__(name, bases, body)

    def _rebound(cls, home: Home) -> GroupMeta:
        body = _GroupBody(cls.path, home)
        body["__doc__"] = cls.__doc__
        body["__module__"] = cls.__module__
        return GroupMeta(cls.path, (cls,), body)

    def __bool__(cls) -> bool:  # type: ignore[override]  # in a class body it refuses, as all that 'or' would choose between
        if isinstance(sys._getframe(1).f_locals, Names):
            super().__bool__()
        return True  # a group is a class too: what documents or inspects classes asks for their truth

    @property
    def resume(cls) -> Resume:
        """The phase in which the group was last left, as a target; its initial phase if it never was.

        Example:
            >>> from clmstate import Event, Phase
            >>> class renewal(Phase.Group):
            ...     happy = Phase("Happy", initial=True)
            >>> Phase("Growth").to(renewal.resume, on=Event("order delivered")).resume
            True
        """
        return Resume(cls.path, cls.home)

    @property
    def visits(cls) -> Elapsed:
        """How often the group was entered in this life."""
        return Elapsed(PhaseVisits(cls.path), frozenset((cls.home,)))

    def to(
        cls,
        target: Phase | GroupMeta | Resume,
        *,
        when: Condition | None = None,
        on: Event | None = None,
        plays: Iterable[Play] | Play = (),
        kind: MoveKind | None = None,
        after: Iterable[Transition] | Transition = (),
        label: str = "",
        why: str = "",
        ref: str = "",
    ) -> Transition:
        """A transition from any phase of the group; the target itself is left out. Arguments as in :meth:`Phase.to`."""
        return transition(union(cls), target, when=when, on=on, plays=plays, kind=kind, after=after, label=label, why=why, ref=ref)

    def __or__(cls, other: Phase | GroupMeta | Phases) -> Phases:  # type: ignore[override]
        return union(cls, other)

    def __ror__(cls, other: Phase | GroupMeta | Phases) -> Phases:  # type: ignore[override]
        return union(other, cls)

    def _where(cls) -> tuple[tuple[str, ...], Origin]:
        return (cls.path,), Origin(frozenset((cls.home,)))

    def _described(cls) -> str:
        return f"'{cls.path}' is a group"

    def __setattr__(cls, name: str, value: object) -> None:
        if name in cls.__dict__.get("_phases", ()):
            cause = f"'{name}' is replaced after the definition, so no reader would see it"
            raise DefinitionError(
                [Diagnostic("CLM123", cls.path, cause, f"extend it instead: class {cls.path}(...): {name} = ...")]
            )
        super().__setattr__(name, value)

    def __iter__(cls) -> Iterator[Phase]:
        return iter(cls._phases.values())

    def __contains__(cls, phase: object) -> bool:
        return _is_phase(phase) and phase in cls._phases.values()

    def __repr__(cls) -> str:
        return f"<Group {cls.path}>" if cls._phases else "<class 'Group'>"


def _is_phase(thing: object) -> TypeGuard[Phase]:
    return isinstance(thing, Target) and not isinstance(thing, GroupMeta)
