"""Feeds: values that parts have for each other, and the ports that they are brought to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Never

import attrs

from clmstate.composition.nodes import AllOf, AnyOf, Compared, Comparison, FeedNode, NotSo, RollUp, Wire
from clmstate.conditions import Mistake
from clmstate.errors import DefinitionError, shown
from clmstate.lifecycle.elements import Origin
from clmstate.signals import SignalSpec, show_number

__all__ = ["COUNT", "FLAG", "SHARE", "Feed", "Port", "Reach", "Wiring", "inside", "misfits"]


@attrs.frozen
class Reach:
    """What a feed may come to: a flag, or numbers of a kind between bounds (None is unbounded).

    Example:
        >>> Reach("share", 0, 1).words
        'from 0 to 1'
    """

    kind: str
    low: float | None = None
    high: float | None = None

    @property
    def words(self) -> str:
        """The bounds in words."""
        return f"from {'minus infinity' if self.low is None else self.low} to {'any size' if self.high is None else self.high}"


FLAG = Reach("flag")
SHARE = Reach("share", 0, 1)
COUNT = Reach("count", 0)


class Feed:
    """A value that parts have for another part; flags combine with ``&``, ``|`` and ``~``.

    In promises a number also compares with a number: ``never(contract.is_in(Contract.success) & (users.share_in(User.adopted) < 0.8))``.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        ...     fresh = deal.is_in(Deal.new)
        >>> Account.fresh.reach.kind
        'flag'
    """

    def __init__(self, node: FeedNode, reach: Reach, mistakes: tuple[Mistake, ...] = ()) -> None:
        self.node = node
        self.reach = reach
        self._mistakes = mistakes

    def _joined(self, kind: type[AllOf] | type[AnyOf], other: object) -> Feed:
        if not isinstance(other, Feed):
            mistake = Mistake("CLM135", f"{shown(other)} is not a feed", "join what parts say, such as contract.is_in(...)")
            return Feed(self.node, self.reach, (*self._mistakes, mistake))
        wrong = [m for feed in (self, other) for m in feed._mistakes + feed._no_flag()]
        items = tuple(i for feed in (self, other) for i in (feed.node.items if isinstance(feed.node, kind) else (feed.node,)))
        return Feed(kind(items), FLAG, tuple(dict.fromkeys(wrong)))

    def _no_flag(self) -> tuple[Mistake, ...]:
        if self.reach.kind == "flag":
            return ()
        cause = f"a {self.reach.kind} is joined as if it were a flag"
        return (Mistake("CLM135", cause, "use any_in, all_in or none_in, or feed a port of its own"),)

    def __and__(self, other: Feed) -> Feed:
        return self._joined(AllOf, other)

    def __or__(self, other: Feed) -> Feed:
        return self._joined(AnyOf, other)

    def __rand__(self, other: object) -> Feed:
        return self._joined(AllOf, other)

    def __ror__(self, other: object) -> Feed:
        return self._joined(AnyOf, other)

    def __invert__(self) -> Feed:
        return Feed(NotSo(self.node), FLAG, self._mistakes + self._no_flag())

    def _compared(self, op: Comparison, value: object) -> Feed:
        wrong = list(self._mistakes)
        if not isinstance(self.node, RollUp) or self.reach.kind == "flag":
            wrong.append(
                Mistake("CLM135", f"a {self.reach.kind} is compared with {shown(value)}", "compare a count, a share or a sum")
            )
        elif isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            wrong.append(Mistake("CLM135", f"a {self.reach.kind} is compared with {shown(value)}", "compare it with a number"))
        elif self.reach.low is not None and self.reach.high is not None and not self.reach.low <= value <= self.reach.high:
            near = f"did you mean {value / 100}?" if self.reach.kind == "share" and 1 < value <= 100 else "mind its unit"
            cause = f"a {self.reach.kind} goes {self.reach.words}, and is compared with {show_number(value)}"
            wrong.append(Mistake("CLM117", cause, near))
        if wrong or not isinstance(self.node, RollUp) or not isinstance(value, int | float):
            return Feed(self.node, FLAG, tuple(wrong))
        return Feed(Compared(self.node, op, value), FLAG)

    def __ge__(self, value: float) -> Feed:
        return self._compared(">=", value)

    def __gt__(self, value: float) -> Feed:
        return self._compared(">", value)

    def __le__(self, value: float) -> Feed:
        return self._compared("<=", value)

    def __lt__(self, value: float) -> Feed:
        return self._compared("<", value)

    def __bool__(self) -> Never:
        cause = "a feed has no truth of its own, so 'and', 'or', 'not' and chained comparisons would drop part of it"
        raise DefinitionError([Mistake("CLM113", cause, "use & | ~ with parentheses").at("feed")])

    def _stated(self) -> tuple[FeedNode, Origin]:
        """As a state that a promise is about."""
        return self.node, Origin(mistakes=self._mistakes + self._no_flag())


@attrs.frozen
class Wiring:
    """One line of a composition's wiring: a port and its feed.

    Attributes:
        wire: the line as plain data.
        reach: what the feed may come to.
        mistakes: what is wrong with it.

    Example:
        >>> Wiring(Wire("deal", (), "adopted", AllOf(())), FLAG).target
        (('deal',), 'adopted')
    """

    wire: Wire
    reach: Reach
    mistakes: tuple[Mistake, ...] = ()

    @property
    def target(self) -> tuple[tuple[str, ...], str]:
        """The port that is fed, with the path of its part."""
        return (self.wire.part, *self.wire.inner), self.wire.port


@attrs.frozen
class Port:
    """A port addressed by part: ``products[AddOn.contract_open]``.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     paid = Signal.flag("paid", port=True)
        ...     new = Phase("New", initial=True)
        >>> One(Deal)[Deal.paid].spec.label
        'paid'
    """

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
        given: object = feed
        name = self.spec.name if self.spec is not None else "?"
        if not isinstance(given, Feed):
            remedy = "feed what parts say, such as users.share_in(...) or contract.is_in(...)"
            wrong = Mistake("CLM135", f"{shown(given)} is not a feed", remedy)
            return Wiring(Wire(self.part, self.inner, name, AllOf(())), FLAG, (*self.mistakes, wrong))
        found = self.mistakes + given._mistakes
        if any(isinstance(node, Compared) for node in inside(given.node)):
            remedy = "feed the number, and compare it in the condition that reads the port"
            found += (Mistake("CLM135", "a comparison can be promised, but not fed", remedy),)
        if self.spec is not None and not found:
            found = misfits(self.spec, given.reach)
        return Wiring(Wire(self.part, self.inner, name, given.node), given.reach, found)


def inside(feed: FeedNode) -> Iterator[FeedNode]:
    """A feed and all feeds that it is built of, outermost first.

    Example:
        >>> [type(node).__name__ for node in inside(NotSo(RollUp("any", "users")))]
        ['NotSo', 'RollUp']
    """
    yield feed
    match feed:
        case NotSo(of) | Compared(of, _, _):
            yield from inside(of)
        case AllOf(items) | AnyOf(items):
            for item in items:
                yield from inside(item)
        case _:
            pass


def misfits(spec: SignalSpec, reach: Reach) -> tuple[Mistake, ...]:
    """Why a port cannot take what a feed may come to.

    Example:
        >>> misfits(SignalSpec("adopted", "share", "users adopted", low=0, high=1), COUNT)[0].cause
        "the port 'users adopted' is a number from 0 to 1, but its feed goes from 0 to any size"
    """
    if (spec.kind == "flag") != (reach.kind == "flag") or not (spec.numeric or spec.kind == "flag"):
        cause = f"the port '{spec.label}' is a {spec.kind}, its feed a {reach.kind}"
        return (Mistake("CLM135", cause, f"feed it {spec.allowed}"),)
    if reach.kind == "flag":
        return ()
    if spec.kind in ("count", "integer") and reach.kind not in ("count", "integer"):
        cause = f"the port '{spec.label}' is a whole number, its feed a {reach.kind}"
        return (Mistake("CLM135", cause, "declare the port as a share, score or number"),)
    below = spec.low is not None and (reach.low is None or reach.low < spec.low)
    above = spec.high is not None and (reach.high is None or reach.high > spec.high)
    if below or above:
        cause = f"the port '{spec.label}' is {spec.allowed}, but its feed goes {reach.words}"
        return (Mistake("CLM135", cause, "widen the port's bounds, or feed a share"),)
    return ()
