"""What users write compositions with: ``One``, ``Many``, and the feeds that wire their ports.

Like conditions, feeds collect mistakes while a class body runs; they are reported together, with their place, when the class is
defined.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

import attrs

from clmstate.composition.nodes import AllOf, AnyOf, CompositionDefinition, FeedNode, NotSo, RollUp, RollUpKind, StandsIn, Wire
from clmstate.conditions import Condition, Mistake, Number, SignalFacade, reads
from clmstate.conditions.nodes import Cond
from clmstate.errors import did_you_mean
from clmstate.lifecycle import Event, GroupMeta, Lifecycle, LifecycleDefinition, Phase, Phases
from clmstate.signals import SignalSpec

if TYPE_CHECKING:
    from clmstate.composition.composition import Composition
    from clmstate.composition.members import Members

__all__ = ["Feed", "Many", "One", "PartFacade", "Port", "Wiring"]

M = TypeVar("M", bound="Lifecycle | Composition")


@attrs.frozen
class Range:
    """What a feed may be: a flag, or numbers of a kind between bounds."""

    kind: str
    low: float | None = None
    high: float | None = None


FLAG = Range("flag")
SHARE = Range("share", 0, 1)
COUNT = Range("count", 0)


class Feed:
    """A value that parts have for another part; flags combine with ``&``, ``|`` and ``~``.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        ...     fresh = deal.is_in(Deal.new)
        >>> Account.fresh.range.kind
        'flag'
    """

    def __init__(self, node: FeedNode, range: Range, mistakes: tuple[Mistake, ...] = ()) -> None:
        self.node = node
        self.range = range
        self._mistakes = mistakes

    def _joined(self, kind: type[AllOf] | type[AnyOf], other: object) -> Feed:
        if not isinstance(other, Feed):
            mistake = Mistake("CLM135", f"{other!r:.60} is not a feed", "join what parts say, such as contract.is_in(...)")
            return Feed(self.node, self.range, (*self._mistakes, mistake))
        wrong = [m for feed in (self, other) for m in feed._mistakes + feed._no_flag()]
        items = tuple(i for feed in (self, other) for i in (feed.node.items if isinstance(feed.node, kind) else (feed.node,)))
        return Feed(kind(items), FLAG, tuple(dict.fromkeys(wrong)))

    def _no_flag(self) -> tuple[Mistake, ...]:
        if self.range.kind == "flag":
            return ()
        return (Mistake("CLM135", f"a {self.range.kind} is joined as if it were a flag", "use any_in, all_in or none_in, or feed a port of its own"),)

    def __and__(self, other: Feed) -> Feed:
        return self._joined(AllOf, other)

    def __or__(self, other: Feed) -> Feed:
        return self._joined(AnyOf, other)

    def __invert__(self) -> Feed:
        return Feed(NotSo(self.node), FLAG, self._mistakes + self._no_flag())


@attrs.frozen
class Wiring:
    """One line of a composition's wiring: a port and its feed."""

    wire: Wire
    mistakes: tuple[Mistake, ...] = ()


@attrs.frozen
class Port:
    """A port addressed by part: ``products[AddOn.contract_open]``."""

    part: str
    inner: tuple[str, ...]
    spec: SignalSpec | None
    mistakes: tuple[Mistake, ...]

    def fed_by(self, feed: Feed) -> Wiring:
        """The line of wiring that feeds this port.

        Example:
            >>> from clmstate import Composition, Lifecycle, Many, One, Phase, Signal
            >>> class User(Lifecycle):
            ...     active = Phase("Active", initial=True)
            >>> class Deal(Lifecycle):
            ...     adopted = Signal.share("users adopted", port=True)
            ...     new = Phase("New", initial=True)
            >>> class Account(Composition):
            ...     deal = One(Deal)
            ...     users = Many(User)
            ...     wiring = (deal[Deal.adopted].fed_by(users.share_in(User.active)),)
            >>> Account.definition.wires[0].port
            'adopted'
        """
        wrong = list(self.mistakes)
        name = self.spec.name if self.spec is not None else "?"
        if not isinstance(feed, Feed):
            wrong.append(Mistake("CLM135", f"{feed!r:.60} is not a feed", "feed what parts say, such as users.share_in(...) or contract.is_in(...)"))
            return Wiring(Wire(self.part, self.inner, name, AllOf(())), tuple(wrong))
        wrong += feed._mistakes
        if self.spec is not None:
            wrong += _misfits(self.spec, feed.range)
        return Wiring(Wire(self.part, self.inner, name, feed.node), tuple(wrong))


def _misfits(spec: SignalSpec, range: Range) -> list[Mistake]:
    if (spec.kind == "flag") != (range.kind == "flag") or not (spec.numeric or spec.kind == "flag"):
        return [Mistake("CLM135", f"the port '{spec.label}' is a {spec.kind}, its feed a {range.kind}", f"feed it {spec.allowed}")]
    if range.kind == "flag":
        return []
    whole = spec.kind in ("count", "integer")
    if whole and range.kind not in ("count", "integer"):
        return [Mistake("CLM135", f"the port '{spec.label}' is a whole number, its feed a {range.kind}", "declare the port as a share, score or number")]
    low, high = spec.range
    below = range.low is None or range.low < low
    above = high < spec_limit(spec) and (range.high is None or range.high > high)
    if (below and spec.low is not None) or above:
        wide = f"from {'minus infinity' if range.low is None else range.low} to {'any size' if range.high is None else range.high}"
        return [Mistake("CLM135", f"the port '{spec.label}' is {spec.allowed}, but its feed goes {wide}", "widen the port's bounds, or feed a share")]
    return []


def spec_limit(spec: SignalSpec) -> float:
    """The upper bound that stands for "unbounded".

    Example:
        >>> spec_limit(SignalSpec("a", "count", "a")) == 2**53
        True
    """
    return attrs.evolve(spec, high=None, low=None).range[1]


class PartFacade(Generic[M]):
    """A part of a composition, as the class body sees it."""

    _many = False

    def __init__(self, member: type[M], *, label: str = "", help: str = "", ref: str = "") -> None:
        self._member = member
        self._label, self._help, self._ref = label, help, ref
        self._name = ""
        self._inner: tuple[str, ...] = ()
        self._where: Cond | None = None
        self._mistakes: tuple[Mistake, ...] = ()
        if not isinstance(getattr(member, "definition", None), LifecycleDefinition | CompositionDefinition):
            self._mistakes = (Mistake("CLM131", f"{member!r:.60} is neither a lifecycle nor a composition", "give a class"),)

    def _bind(self, name: str) -> None:
        self._name = name

    @property
    def _leaf(self) -> type[Lifecycle] | None:
        """The lifecycle that is read; None where a composition needs one of its parts to be named."""
        return self._member if isinstance(self._member, type) and issubclass(self._member, Lifecycle) else None

    def _no_leaf(self) -> tuple[Mistake, ...]:
        if self._mistakes or self._leaf is not None:
            return self._mistakes
        ones = [n for n, p in self._member._parts.items() if isinstance(p, One)]
        names = f"name the part that is meant, as in {self._name}.{ones[0]}" if ones else "give it a One part"
        return (Mistake("CLM131", f"'{self._name}' is a composition of several parts", names),)

    def __getattr__(self, name: str) -> Any:
        member = self.__dict__.get("_member")
        parts = getattr(member, "_parts", {})
        if name.startswith("_") or not isinstance(parts.get(name), One):
            raise AttributeError(f"{type(self).__name__} has no attribute '{name}'" + (f"; {did_you_mean(name, parts)}" if parts else ""))
        inner = object.__new__(type(self))
        inner.__dict__.update(self.__dict__, _member=parts[name]._member, _inner=(*self._inner, name))
        return inner

    def __getitem__(self, port: SignalFacade) -> Port:
        wrong = list(self._no_leaf())
        leaf = self._leaf
        spec = port.spec if isinstance(port, SignalFacade) else None
        if spec is None:
            wrong.append(Mistake("CLM132", f"{port!r:.60} is not a signal", "name the port as in contract[Contract.users_adopted]"))
        elif leaf is not None and (not isinstance(port, SignalFacade) or not port._homes <= leaf._homes or spec.name not in leaf.definition.signals):
            wrong.append(Mistake("CLM132", f"'{spec.name}' is not a signal of {leaf.__name__}", did_you_mean(spec.name, _ports(leaf))))
        elif leaf is not None and not leaf.definition.signals[spec.name].port:
            wrong.append(Mistake("CLM132", f"'{spec.name}' is not a port, so people report it", "declare it with port=True if a composition feeds it"))
        return Port(self._name, self._inner, spec, tuple(wrong))

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
                wrong.append(Mistake("CLM136", f"{place!r:.60} is not a phase", "name phases or groups of the part's lifecycle"))
                continue
            if leaf is not None and (not homes <= leaf._homes or any(p not in leaf.definition.places for p in found)):
                cause = f"'{' | '.join(found)}' is not a phase of {leaf.__name__}, the lifecycle of '{self._name}'"
                wrong.append(Mistake("CLM136", cause, did_you_mean(found[0], leaf.definition.places)))
            paths += found
        if not paths and not wrong:
            wrong.append(Mistake("CLM136", f"no phase of '{self._name}' is named", "name at least one"))
        return tuple(paths), tuple(wrong)


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
        """Only the members for whom a condition is true.

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
        kept.__dict__.update(self.__dict__, _where=node, _mistakes=self._mistakes + wrong)
        return kept

    def _condition(self, condition: object) -> tuple[Cond | None, tuple[Mistake, ...]]:
        if not isinstance(condition, Condition):
            return None, (Mistake("CLM137", f"{condition!r:.60} is not a condition", "compare a signal of the members with something"),)
        wrong = list(condition._mistakes)
        leaf = self._leaf
        read = reads(condition.node)
        if leaf is not None and (not condition._homes <= leaf._homes or set(read.signals) - set(leaf.definition.signals)):
            wrong.append(Mistake("CLM137", f"the condition reads another lifecycle than {leaf.__name__}", "use signals of the members only"))
        if read.clock or read.events or read.phases:
            remedy = "let the member move to a phase by that rule, and count the phase"
            wrong.append(Mistake("CLM137", "a roll-up reads time, events or visits of its members", remedy))
        return condition.node, tuple(wrong)

    def _rolled(self, kind: RollUpKind, range: Range, wrong: tuple[Mistake, ...] = (), **given: Any) -> Feed:
        return Feed(RollUp(kind, self._name, self._inner, where=self._where, **given), range, (*self._no_leaf(), *self._mistakes, *wrong))

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

    def _in(self, kind: RollUpKind, range: Range, phases: tuple[object, ...]) -> Feed:
        paths, wrong = self._phases(phases)
        return self._rolled(kind, range, wrong, phases=paths)

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
            >>> Many(User).share_in(User.active).range.high
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
        wrong: list[Mistake] = []
        leaf = self._leaf
        for given in (signal, *(() if weight is None else (weight,))):
            if not isinstance(given, Number):
                wrong.append(Mistake("CLM137", f"{given!r:.60} is not a number of the members", "name one of their numeric signals"))
            elif leaf is not None and (not given._homes <= leaf._homes or given.spec.name not in leaf.definition.signals):
                wrong.append(Mistake("CLM137", f"'{given.spec.name}' is not a signal of {leaf.__name__}", "name a signal of the members"))
        if wrong or not isinstance(signal, Number):
            return self._rolled(kind, COUNT, tuple(wrong))
        spec = signal.spec
        if weight is not None and isinstance(weight, Number) and (weight.spec.low is None or weight.spec.low < 0):
            wrong.append(Mistake("CLM137", f"the weight '{weight.spec.label}' may be negative", "weigh with a signal that is at least 0"))
        range = Range(spec.kind, spec.low, spec.high)
        if kind == "sum":
            range = Range(spec.kind, 0 if spec.low is not None and spec.low >= 0 else None, 0 if spec.high is not None and spec.high <= 0 else None)
        if kind == "mean":
            range = Range("number" if spec.kind in ("count", "integer") else spec.kind, spec.low, spec.high)
        weighed = weight.spec.name if isinstance(weight, Number) else None
        return self._rolled(kind, range, tuple(wrong), signal=spec.name, weight=weighed)

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
        """The mean of a signal over members for whom it (and the weight) is known; missing if there are none.

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
