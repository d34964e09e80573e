"""From one version to another: where everything that a customer holds belongs now.

Names stay what they are, unless a mapping says otherwise: ``{"adoption": "in_use", "worry": None}``. None says that something is gone for good and
may be forgotten. Whatever is neither there nor mapped is refused by name, as soon as a customer may hold it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

import attrs

from clmstate.analysis.versions.document import Definition, Model, defined
from clmstate.composition import CompositionDefinition
from clmstate.errors import Diagnostic, InputError, did_you_mean
from clmstate.lifecycle import LifecycleDefinition

__all__ = ["Gone", "Mapped", "Migration", "PartMap", "migration"]

KINDS: Final = ("phases", "groups", "signals", "events", "transitions", "milestones")
_ONE: Final = {
    "phases": "phase", "groups": "group", "signals": "signal", "events": "event", "transitions": "transition", "milestones": "milestone",
}  # fmt: skip


class Gone(InputError):
    """Something that a customer holds has no place in the new version.

    Example:
        >>> issubclass(Gone, InputError)
        True
    """


@attrs.frozen
class Mapped:
    """Where the elements of one lifecycle belong now.

    Attributes:
        old, new: the lifecycle in both versions.
        given: what the mapping says, by old name.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> Mapped(Deal.definition, Deal.definition, {}).get("phases", "new")
        'new'
    """

    old: LifecycleDefinition
    new: LifecycleDefinition
    given: Mapping[str, str | None]

    def get(self, kind: str, name: str) -> str | None:
        """The new name of an old element; None if it may be forgotten.

        Args:
            kind: "phases", "groups", "signals", "events", "transitions" or "milestones".
            name: its old name (of a phase, its path).

        Raises:
            Gone: CLM377, it is neither there nor mapped.
        """
        wanted = self.given.get(name, name)
        if wanted is None and kind != "phases":
            return None
        known: Mapping[str, object] = getattr(self.new, kind)
        if wanted is None:
            raise self.gone(kind, name, "nobody can stand nowhere: map it to a phase", known)
        if wanted not in known:
            raise self.gone(kind, name, "", known)
        return wanted

    def gone(self, kind: str, name: str, remedy: str, known: Iterable[str]) -> Gone:
        """What is said of an element that has no place."""
        wanted = self.given.get(name, name)
        mapped = f", to which '{name}' is mapped," if wanted not in (name, None) else ""
        cause = f"the {_ONE[kind]} '{wanted if wanted is not None else name}'{mapped} is not in {self.new.name}"
        alike = [other for other in known if self._alike(kind, name, other)]
        near = f"did you mean --as {name}={alike[0]}" if alike else f"map it, as in --as {name}=NAME; {did_you_mean(name, known)}"
        forget = "" if kind == "phases" else f"; or forget it with --as {name}="
        return Gone([Diagnostic("CLM377", f"{self.old.name}.{name}", cause, remedy or near + forget)])

    def _alike(self, kind: str, old: str, new: str) -> bool:
        """Whether a new element, which the old version did not have, is called the same by the business."""
        if kind == "transitions" or new in getattr(self.old, kind):
            return False
        one, other = getattr(self.old, kind)[old], getattr(self.new, kind)[new]
        return bool(one.label == other.label)

    def faults(self) -> Iterator[Diagnostic]:
        """Phases and remembered groups without a place: any customer may stand there."""
        for path in self.old.phases:
            try:
                self.get("phases", path)
            except Gone as error:
                yield from error.diagnostics
        for path in self.old.groups:
            if any(t.resume and t.target == path for t in self.old.transitions.values()):
                try:
                    self.get("groups", path)
                except Gone as error:
                    yield from error.diagnostics


@attrs.frozen
class PartMap:
    """Where a part of a composition belongs now.

    Attributes:
        name: its new name.
        inside: where its own elements, or parts, belong.

    Example:
        >>> PartMap("contract", None).name
        'contract'
    """

    name: str
    inside: Mapped | Migration | None


@attrs.frozen(slots=False)
class Migration:
    """Where everything belongs now.

    Attributes:
        old, new: the two versions.
        given: what the mapping says: new names, or None for what may be forgotten. Names are those of the old version; where several lifecycles
            have one of that name, ``Contract.adoption`` says which.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> migration(Deal, Deal).table()
        [('Deal', 'phase', 'new', 'new')]
    """

    old: Definition
    new: Definition
    given: Mapping[str, str | None]

    @cached_property
    def alone(self) -> Mapped:
        """Where the elements of a lifecycle on its own belong."""
        assert isinstance(self.old, LifecycleDefinition)
        assert isinstance(self.new, LifecycleDefinition)
        return _mapped(self.old, self.new, self.given)

    @cached_property
    def parts(self) -> Mapping[str, PartMap | None]:
        """Where the parts of a composition belong, by old name; None is a part that may be forgotten."""
        assert isinstance(self.old, CompositionDefinition)
        assert isinstance(self.new, CompositionDefinition)
        return {name: self._part(self.old, self.new, name) for name in self.old.parts}

    def _part(self, old: CompositionDefinition, new: CompositionDefinition, name: str) -> PartMap | None:
        place = f"{old.name}.{name}"
        wanted = self.given.get(place, self.given.get(name, name))
        if wanted is None:
            return None
        if wanted not in new.parts:
            remedy = f"map it, as in --as {name}=PART, or forget its members with --as {name}=; {did_you_mean(name, new.parts)}"
            raise Gone([Diagnostic("CLM377", place, f"the part '{wanted}' is not in {new.name}", remedy)])
        was, now = old.parts[name], new.parts[wanted]
        if was.many != now.many:
            cause = f"there {'were many' if was.many else 'was one'}, and there {'are many' if now.many else 'is one'} now"
            raise Gone([Diagnostic("CLM377", place, cause, f"map it to another part, or forget its members with --as {name}=")])
        if isinstance(was.member, LifecycleDefinition) and isinstance(now.member, LifecycleDefinition):
            return PartMap(wanted, _mapped(was.member, now.member, self.given))
        if isinstance(was.member, CompositionDefinition) and isinstance(now.member, CompositionDefinition):
            return PartMap(wanted, Migration(was.member, now.member, self.given))
        cause = "a lifecycle and a composition have taken each other's place"
        raise Gone([Diagnostic("CLM377", place, cause, f"map it to another part, or forget its members with --as {name}=")])

    def mapped(self) -> Iterator[Mapped]:
        """The lifecycles that belong together, each pair once."""
        if isinstance(self.old, LifecycleDefinition):
            yield self.alone
            return
        seen: set[tuple[int, int]] = set()
        for part in self.parts.values():
            inside = None if part is None else part.inside
            for one in (inside,) if isinstance(inside, Mapped) else inside.mapped() if inside is not None else ():
                if (id(one.old), id(one.new)) not in seen:
                    seen.add((id(one.old), id(one.new)))
                    yield one

    def faults(self) -> tuple[Diagnostic, ...]:
        """Whatever has no place, though any customer may hold it; all of it."""
        wrong: list[Diagnostic] = []
        if isinstance(self.old, CompositionDefinition) and isinstance(self.new, CompositionDefinition):
            for name in self.old.parts:
                try:
                    self._part(self.old, self.new, name)
                except Gone as error:
                    wrong += error.diagnostics
        if not wrong:
            wrong += (fault for one in self.mapped() for fault in one.faults())
        return tuple(dict.fromkeys([*self._unknown(), *wrong]))

    def _unknown(self) -> Iterator[Diagnostic]:
        """Names in the mapping that the old version does not have."""
        known = set(_names(self.old))
        for name in self.given:
            if name not in known:
                yield Diagnostic(
                    "CLM377", self.old.name, f"the mapping names '{name}', which it does not have", did_you_mean(name, known)
                )

    def table(self) -> list[tuple[str, str, str, str]]:
        """Where every phase and every part belongs: lifecycle, what it is, old name, new name ("" is forgotten)."""
        rows = []
        if isinstance(self.old, CompositionDefinition):
            rows = [(self.old.name, "part", name, part.name if part is not None else "") for name, part in self.parts.items()]
        for one in self.mapped():
            rows += [(one.old.name, "phase", path, one.get("phases", path) or "") for path in one.old.phases]
        return rows


def migration(old: Model, new: Model, given: Mapping[str, str | None] | None = None) -> Migration:
    """How customers of an old version become customers of a new one.

    Args:
        old, new: the two versions.
        given: new names of elements and parts that are called otherwise now; None for what may be forgotten.

    Raises:
        InputError: CLM375 they are not of one sort; CLM377 a phase, a part or a remembered group has no place; all of them.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        >>> class Other(Lifecycle):
        ...     new = Phase("New", initial=True)
        ...     closed = Phase("Won")
        >>> migration(Deal, Other)
        Traceback (most recent call last):
        ...
        clmstate.analysis.versions.migrating.Gone: CLM377 Deal.won: the phase 'won' is not in Other. Did you mean --as won=closed.
        >>> migration(Deal, Other, {"won": "closed"}).alone.get("phases", "won")
        'closed'
    """
    before, after = defined(old), defined(new)
    if type(before) is not type(after):
        cause = f"{before.name} and {after.name} are not of one sort: one is a lifecycle, the other a composition"
        raise InputError([Diagnostic("CLM375", after.name, cause, "name two of one sort")])
    found = Migration(before, after, {} if given is None else dict(given))
    faults = found.faults()
    if faults:
        raise Gone(faults)
    return found


def _mapped(old: LifecycleDefinition, new: LifecycleDefinition, given: Mapping[str, str | None]) -> Mapped:
    own: dict[str, str | None] = {}
    for name, wanted in given.items():
        if name.startswith(f"{old.name}."):
            own[name.removeprefix(f"{old.name}.")] = wanted
        else:
            own.setdefault(name, wanted)
    for path in old.groups:  # whoever moves a group moves the phases in it
        group = own.get(path)
        for child in old.groups[path].children if group is not None else ():
            own.setdefault(child, f"{group}.{child.rpartition('.')[2]}")
    return Mapped(old, new, own)


def _names(d: Definition) -> Iterator[str]:
    if isinstance(d, CompositionDefinition):
        for part in d.parts.values():
            yield from (part.name, f"{d.name}.{part.name}", *_names(part.member))
        return
    for kind in KINDS:
        for name in getattr(d, kind):
            yield from (name, f"{d.name}.{name}")
    for phase in d.phases.values():
        yield from (touchpoint.label for touchpoint in phase.touchpoints)
    yield from (play.label for play in d.plays)
