"""What users write the parts of a composition with: ``One`` and ``Many``.

Like conditions, parts collect mistakes while a class body runs; they are reported together, with their place, when the class is
defined.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, overload

from clmstate.composition.feeds import COUNT, FLAG, SHARE, Feed, Port, Reach
from clmstate.composition.nodes import CompositionDefinition, RollUp, RollUpKind, StandsIn
from clmstate.conditions import Condition, Mistake, Number, SignalFacade, reads
from clmstate.conditions.nodes import And, Cond
from clmstate.errors import did_you_mean, shown
from clmstate.lifecycle import Event, GroupMeta, Lifecycle, LifecycleDefinition, Phase, Phases
from clmstate.signals import SignalSpec

if TYPE_CHECKING:
    from clmstate.composition.composition import Composition
    from clmstate.composition.members import Members

__all__ = ["Many", "One", "PartFacade"]

M = TypeVar("M", bound="Lifecycle | Composition")


def _no_part(member: object) -> tuple[Mistake, ...]:
    if not isinstance(getattr(member, "definition", None), LifecycleDefinition | CompositionDefinition):
        cause = f"{shown(member)} is neither a lifecycle nor a composition"
        return (Mistake("CLM131", cause, "give a class that inherits from Lifecycle or Composition"),)
    if not isinstance(member, type):
        name = type(member).__name__
        return (Mistake("CLM131", f"{shown(member)} is one {name}, not the class", f"write {name} without parentheses"),)
    return ()


class PartFacade(Generic[M]):
    """A part of a composition, as the class body sees it."""

    _many = False
    _belongs_in: ClassVar[str] = "Composition"
    """In what class body it says something: a lifecycle's refuses it."""

    def __init__(self, member: type[M], *, label: str = "", help: str = "", ref: str = "") -> None:
        self._member = member
        self._label, self._help, self._ref = label, help, ref
        self._name = ""
        self._inner: tuple[str, ...] = ()
        self._where: Cond | None = None
        self._mistakes = _no_part(member)

    def _bind(self, name: str) -> None:
        self._name = name

    @property
    def _leaf(self) -> type[Lifecycle] | None:
        """The lifecycle that is read; None where a composition needs one of its parts to be named."""
        member: object = self._member
        return member if isinstance(member, type) and issubclass(member, Lifecycle) else None

    @property
    def _inside(self) -> dict[str, PartFacade[Any]]:
        """The parts of the composition that it is, if it is one."""
        found: dict[str, PartFacade[Any]] = getattr(self._member, "_parts", {})
        return found

    def _no_leaf(self) -> tuple[Mistake, ...]:
        if self._mistakes or self._leaf is not None:
            return self._mistakes
        ones = [n for n, p in self._inside.items() if isinstance(p, One)]
        where = ".".join((self._name, *self._inner))
        remedy = f"name the part that is meant, as in {where}.{ones[0]}" if ones else "give it a One part"
        return (Mistake("CLM131", f"'{where}' is a composition of several parts", remedy),)

    def __getattr__(self, name: str) -> Any:
        parts = {} if name.startswith("_") else self._inside
        if not isinstance(parts.get(name), One):
            near = f"; {did_you_mean(name, [n for n, p in parts.items() if isinstance(p, One)])}" if parts else ""
            raise AttributeError(f"{type(self).__name__} has no attribute '{name}'{near}")
        inner = object.__new__(type(self))
        inner.__dict__.update(self.__dict__, _member=parts[name]._member, _inner=(*self._inner, name))
        return inner

    def __getitem__(self, port: SignalFacade) -> Port:
        given: object = port
        leaf = self._leaf
        if not isinstance(given, SignalFacade):
            wrong = Mistake("CLM132", f"{shown(given)} is not a signal", "name the port as in contract[Contract.users_adopted]")
            return Port(self._name, self._inner, None, (*self._no_leaf(), wrong))
        spec, mistakes = given.spec, self._no_leaf()
        if leaf is not None and (not given._homes <= leaf._homes or spec.name not in leaf.definition.signals):
            cause = f"'{spec.name}' is not a signal of {leaf.__name__}"
            mistakes += (Mistake("CLM132", cause, did_you_mean(spec.name, _ports(leaf))),)
        elif leaf is not None and not leaf.definition.signals[spec.name].port:
            cause = f"'{spec.name}' is not a port, so people report it"
            mistakes += (Mistake("CLM132", cause, "declare it with port=True if a composition feeds it"),)
        return Port(self._name, self._inner, spec, mistakes)

    def _phases(self, given: Iterable[object]) -> tuple[tuple[str, ...], tuple[Mistake, ...]]:
        leaf = self._leaf
        wrong = list(self._no_leaf())
        paths: list[str] = []
        for place in given:
            if isinstance(place, Phases):
                homes, found = place.homes, place.paths
            elif isinstance(place, Phase | GroupMeta):
                homes, found = frozenset((place.home,)), (place.path,)
            else:
                wrong.append(Mistake("CLM136", f"{shown(place)} is not a phase", "name phases or groups of the part's lifecycle"))
                continue
            if leaf is not None and (not homes <= leaf._homes or any(p not in leaf.definition.places for p in found)):
                cause = f"'{' | '.join(found)}' is not a phase of {leaf.__name__}, the lifecycle of '{self._name}'"
                wrong.append(Mistake("CLM136", cause, did_you_mean(found[0], leaf.definition.places)))
            paths += found
        if not paths and not wrong:
            wrong.append(Mistake("CLM136", f"no phase of '{self._name}' is named", "name at least one"))
        return tuple(dict.fromkeys(paths)), tuple(wrong)


def _ports(leaf: type[Lifecycle]) -> list[str]:
    return [name for name, spec in leaf.definition.signals.items() if spec.port]


class One(PartFacade[M]):
    """A part of which a customer has exactly one: ``contract = One(Contract)``.

    Args:
        member: a lifecycle or a composition.
        label: what the business calls it; by default its name.
        help: what it is.
        ref: the source that names it.

    Example:
        >>> from clmstate import Composition, Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> Account("Acme").deal.phase.label
        'New'
    """

    def is_in(self, *phases: Phase | GroupMeta | Phases) -> Feed:
        """Whether the part stands in one of some phases or groups.

        Example:
            >>> from clmstate import Composition, Lifecycle, Phase
            >>> class Deal(Lifecycle):
            ...     new = Phase("New", initial=True)
            >>> class Account(Composition):
            ...     deal = One(Deal)
            ...     fresh = deal.is_in(Deal.new)
            >>> Account.fresh.node
            StandsIn(part='deal', inner=(), phases=('new',))
        """
        paths, wrong = self._phases(phases)
        return Feed(StandsIn(self._name, self._inner, paths), FLAG, wrong)

    @overload
    def __get__(self, instance: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, instance: Composition, owner: Any) -> M: ...
    def __get__(self, instance: Any, owner: Any) -> Any:
        return self if instance is None else instance._part(self._name)


class Many(PartFacade[M]):
    """A part with members that join and leave: ``users = Many(User)``.

    Args:
        member: a lifecycle or a composition.
        opens_on: an event of a One part whose payload names the instance that joins.
        label, help, ref: as for :class:`One`.

    Example:
        >>> from clmstate import Composition, Lifecycle, Phase
        >>> class User(Lifecycle):
        ...     active = Phase("Active", initial=True)
        >>> class Account(Composition):
        ...     users = Many(User)
        >>> acme = Account("Acme")
        >>> _ = acme.users.join("dana", at="2026-01-01")
        >>> [user.phase.label for user in acme.users]
        ['Active']
    """

    _many = True

    def __init__(self, member: type[M], *, opens_on: Event | None = None, label: str = "", help: str = "", ref: str = "") -> None:
        super().__init__(member, label=label, help=help, ref=ref)
        self._opens_on = opens_on

    @overload
    def __get__(self, instance: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, instance: Composition, owner: Any) -> Members[M]: ...
    def __get__(self, instance: Any, owner: Any) -> Any:
        return self if instance is None else instance._members(self._name)

    def where(self, condition: Condition) -> Self:
        """Only the members for whom a condition is true; after another ``where``, for whom both are.

        Example:
            >>> from clmstate import Composition, Lifecycle, Phase, Signal
            >>> class User(Lifecycle):
            ...     admin = Signal.flag("is an administrator", default=False)
            ...     active = Phase("Active", initial=True)
            >>> class Account(Composition):
            ...     users = Many(User)
            ...     admins = users.where(User.admin).count()
            >>> Account.admins.node.where
            IsTrue(signal='admin')
        """
        node, wrong = self._condition(condition)
        kept = object.__new__(type(self))
        kept.__dict__.update(self.__dict__, _where=_both(self._where, node), _mistakes=tuple(dict.fromkeys(self._mistakes + wrong)))
        return kept

    def _condition(self, condition: object) -> tuple[Cond | None, tuple[Mistake, ...]]:
        if not isinstance(condition, Condition):
            cause = f"{shown(condition)} is not a condition"
            return None, (Mistake("CLM137", cause, "compare a signal of the members with something"),)
        wrong = [*self._no_leaf(), *condition._mistakes]
        leaf = self._leaf
        read = reads(condition.node)
        if leaf is not None and (not condition._homes <= leaf._homes or set(read.signals) - set(leaf.definition.signals)):
            cause = f"the condition reads another lifecycle than {leaf.__name__}"
            wrong.append(Mistake("CLM137", cause, "use signals of the members only"))
        if read.clock or read.events or read.phases:
            remedy = "let the member move to a phase by that rule, and count the phase"
            wrong.append(Mistake("CLM137", "a roll-up reads time, events or visits of its members", remedy))
        return condition.node, tuple(wrong)

    def _rolled(self, kind: RollUpKind, reach: Reach, wrong: tuple[Mistake, ...] = (), **given: Any) -> Feed:
        mistakes = dict.fromkeys((*self._no_leaf(), *wrong))
        return Feed(RollUp(kind, self._name, self._inner, where=self._where, **given), reach, tuple(mistakes))

    def count(self) -> Feed:
        """How many members there are.

        Example:
            >>> from clmstate import Lifecycle, Phase
            >>> class User(Lifecycle):
            ...     active = Phase("Active", initial=True)
            >>> Many(User).count().node.kind
            'count'
        """
        return self._rolled("count", COUNT)

    def _in(self, kind: RollUpKind, reach: Reach, phases: tuple[object, ...]) -> Feed:
        paths, wrong = self._phases(phases)
        return self._rolled(kind, reach, wrong, phases=paths)

    def count_in(self, *phases: Phase | GroupMeta | Phases) -> Feed:
        """How many members stand in some phases; 0 over nobody.

        Example:
            >>> from clmstate import Lifecycle, Phase
            >>> class User(Lifecycle):
            ...     active = Phase("Active", initial=True)
            >>> Many(User).count_in(User.active).node.phases
            ('active',)
        """
        return self._in("count", COUNT, phases)

    def share_in(self, *phases: Phase | GroupMeta | Phases) -> Feed:
        """The share of members in some phases; missing over nobody.

        Example:
            >>> from clmstate import Lifecycle, Phase
            >>> class User(Lifecycle):
            ...     active = Phase("Active", initial=True)
            >>> Many(User).share_in(User.active).reach.high
            1
        """
        return self._in("share", SHARE, phases)

    def any_in(self, *phases: Phase | GroupMeta | Phases) -> Feed:
        """Whether any member stands in some phases; False over nobody.

        Example:
            >>> from clmstate import Lifecycle, Phase
            >>> class User(Lifecycle):
            ...     active = Phase("Active", initial=True)
            >>> Many(User).any_in(User.active).node.kind
            'any'
        """
        return self._in("any", FLAG, phases)

    def all_in(self, *phases: Phase | GroupMeta | Phases) -> Feed:
        """Whether all members stand in some phases; missing over nobody.

        Example:
            >>> from clmstate import Lifecycle, Phase
            >>> class User(Lifecycle):
            ...     active = Phase("Active", initial=True)
            >>> Many(User).all_in(User.active).node.kind
            'all'
        """
        return self._in("all", FLAG, phases)

    def none_in(self, *phases: Phase | GroupMeta | Phases) -> Feed:
        """Whether no member stands in some phases; True over nobody.

        Example:
            >>> from clmstate import Lifecycle, Phase
            >>> class User(Lifecycle):
            ...     active = Phase("Active", initial=True)
            >>> Many(User).none_in(User.active).node.kind
            'none'
        """
        return self._in("none", FLAG, phases)

    def share_where(self, condition: Condition) -> Feed:
        """The share of members for whom a condition is true, among those for whom it is known; missing if it is known for nobody.

        Example:
            >>> from clmstate import Lifecycle, Phase, Signal
            >>> class User(Lifecycle):
            ...     logins = Signal.count("login")
            ...     active = Phase("Active", initial=True)
            >>> users = Many(User)
            >>> users.share_where(User.logins >= 5).node.kind
            'share_where'
        """
        node, wrong = self._condition(condition)
        return self._rolled("share_where", SHARE, wrong, cond=node)

    def _over(self, kind: RollUpKind, signal: object, weight: object = None) -> Feed:
        wrong = [m for given in (signal, weight) if given is not None or given is signal for m in self._no_number(given)]
        if isinstance(weight, Number) and (weight.spec.low is None or weight.spec.low < 0):
            cause = f"the weight '{weight.spec.label}' may be negative"
            wrong.append(Mistake("CLM137", cause, "weigh with a signal that is at least 0"))
        if not isinstance(signal, Number) or (weight is not None and not isinstance(weight, Number)):
            return self._rolled(kind, COUNT, tuple(wrong))
        weighed = None if weight is None else weight.spec.name
        return self._rolled(kind, _reach(kind, signal.spec), tuple(wrong), signal=signal.spec.name, weight=weighed)

    def _no_number(self, given: object) -> tuple[Mistake, ...]:
        if not isinstance(given, Number):
            return (Mistake("CLM137", f"{shown(given)} is not a number of the members", "name one of their numeric signals"),)
        leaf = self._leaf
        if leaf is not None and (not given._homes <= leaf._homes or given.spec.name not in leaf.definition.signals):
            return (Mistake("CLM137", f"'{given.spec.name}' is not a signal of {leaf.__name__}", "name a signal of the members"),)
        return ()

    def sum(self, signal: Number[Any]) -> Feed:
        """The sum of a signal; 0 over nobody, missing if it is known for no member.

        Example:
            >>> from clmstate import Lifecycle, Phase, Signal
            >>> class User(Lifecycle):
            ...     logins = Signal.count("login")
            ...     active = Phase("Active", initial=True)
            >>> Many(User).sum(User.logins).node.signal
            'logins'
        """
        return self._over("sum", signal)

    def mean(self, signal: Number[Any], *, weight: Number[Any] | None = None) -> Feed:
        """The mean of a signal over members for whom it (and the weight) is known; missing if there are none, or all weigh 0.

        Example:
            >>> from clmstate import Lifecycle, Phase, Signal
            >>> class User(Lifecycle):
            ...     logins = Signal.count("login")
            ...     active = Phase("Active", initial=True)
            >>> Many(User).mean(User.logins).node.kind
            'mean'
        """
        return self._over("mean", signal, weight)

    def min(self, signal: Number[Any]) -> Feed:
        """The least value of a signal; missing if it is known for no member.

        Example:
            >>> from clmstate import Lifecycle, Phase, Signal
            >>> class User(Lifecycle):
            ...     logins = Signal.count("login")
            ...     active = Phase("Active", initial=True)
            >>> Many(User).min(User.logins).node.kind
            'min'
        """
        return self._over("min", signal)

    def max(self, signal: Number[Any]) -> Feed:
        """The greatest value of a signal; missing if it is known for no member.

        Example:
            >>> from clmstate import Lifecycle, Phase, Signal
            >>> class User(Lifecycle):
            ...     logins = Signal.count("login")
            ...     active = Phase("Active", initial=True)
            >>> Many(User).max(User.logins).node.kind
            'max'
        """
        return self._over("max", signal)


def _both(first: Cond | None, second: Cond | None) -> Cond | None:
    if first is None or second is None:
        return second if first is None else first
    return And((first, second))


def _reach(kind: RollUpKind, spec: SignalSpec) -> Reach:
    """What a roll-up over a signal may come to."""
    if kind == "sum":
        low = 0 if spec.low is not None and spec.low >= 0 else None
        high = 0 if spec.high is not None and spec.high <= 0 else None
        return Reach("number" if spec.kind == "share" else spec.kind, low, high)
    if kind == "mean" and spec.kind in ("count", "integer"):
        return Reach("number", spec.low, spec.high)
    return Reach(spec.kind, spec.low, spec.high)
