"""Feeds: values that parts have for each other, and the ports that they are brought to."""

from __future__ import annotations

import attrs

from clmstate.composition.nodes import AllOf, AnyOf, FeedNode, NotSo, Wire
from clmstate.conditions import Mistake
from clmstate.errors import shown
from clmstate.signals import SignalSpec

__all__ = ["COUNT", "FLAG", "SHARE", "Feed", "Port", "Reach", "Wiring", "misfits"]


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
        if self.spec is not None and not found:
            found = misfits(self.spec, given.reach)
        return Wiring(Wire(self.part, self.inner, name, given.node), given.reach, found)


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
