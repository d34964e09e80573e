"""``Composition``: several lifecycles at once, each in its own phase, wired where one looks at another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from clmstate.composition.members import Members
from clmstate.composition.meta import CompositionMeta
from clmstate.composition.nodes import CompositionDefinition
from clmstate.conditions.refusing import assigned
from clmstate.errors import Diagnostic, ObservationError
from clmstate.hooks import HOOKS, ShownAsPicture
from clmstate.lifecycle import Engine, Event, Explanation, Journey, Moves, OpenPlay, Phase, Promise, Risk
from clmstate.lifecycle.opened import Unopened
from clmstate.signals import When

__all__ = ["Composition"]


class Composition(metaclass=CompositionMeta):
    """A customer as a composition: parts of one or many, each with a lifecycle of its own, wired where one looks at another.

    Subclass it to define one. Class keywords: ``title``, ``market``, ``version``, and ``embedded=True`` for one that is meant to live
    inside another, which feeds the ports it leaves open. Call the class to get one customer.

    Args:
        name: what this customer is called.
        engine: "live" moves python-statemachine charts along, "compiled" leaves them out; both settle alike.

    Raises:
        DefinitionError: on defining a class with mistakes in it; all are reported together.

    Example:
        >>> from clmstate import Composition, Lifecycle, Many, One, Phase, Signal
        >>> class User(Lifecycle):
        ...     logins = Signal.count("login", default=0)
        ...     invited = Phase("Invited", initial=True)
        ...     active = Phase("Active")
        ...     start_using = invited.to(active, when=logins >= 5)
        >>> class Contract(Lifecycle):
        ...     adopted = Signal.share("users adopted", port=True)
        ...     onboarding = Phase("Onboarding", initial=True)
        ...     success = Phase("Success")
        ...     adopt = onboarding.to(success, when=adopted >= 0.8)
        >>> class Customer(Composition):
        ...     contract = One(Contract)
        ...     users = Many(User)
        ...     wiring = (contract[Contract.adopted].fed_by(users.share_in(User.active)),)
        >>> acme = Customer("Acme")
        >>> print(acme.users.join("dana", at="2026-01-01", logins=12))
        2026-01-01 users/dana: Invited → Active (at least 5 logins)
        2026-01-01 contract: Onboarding → Success (users adopted at least 80 %)
    """

    definition: ClassVar[CompositionDefinition]
    promises: ClassVar[tuple[Promise, ...] | Promise] = ()
    _whole: Any = Unopened()
    _repr_mimebundle_ = ShownAsPicture()

    def __init__(self, name: str = "", *, engine: Engine = "live") -> None:
        if type(self) is Composition:
            raise ObservationError(
                [
                    Diagnostic(
                        "CLM212",
                        "Composition",
                        "it is what others inherit from, and has no customers",
                        "write class Customer(Composition): ...",
                    )
                ]
            )
        HOOKS.open_customer(self, name, engine)

    def observe_all(
        self,
        at: When | None = None,
        values: Mapping[Any, Mapping[str, object]] | None = None,
        *,
        events: Iterable[tuple[Any, ...]] = (),
        joins: Iterable[Any] = (),
        leaves: Iterable[Any] = (),
    ) -> Moves:
        """Everything about this customer at one instant: joins, values, events, leaves, then settling.

        Args:
            at: when.
            values: for each part (itself, or its path such as ``"users/dana"``) its signals.
            events: pairs of a part and an event, or triples with the instance that the event names.
            joins: paths of members that join.
            leaves: members, or paths of members, that leave.

        Raises:
            ObservationError: anything wrong in it; nothing has changed anywhere.

        Example:
            >>> from clmstate import Composition, Lifecycle, Many, Phase, Signal
            >>> class User(Lifecycle):
            ...     logins = Signal.count("login", default=0)
            ...     invited = Phase("Invited", initial=True)
            ...     active = Phase("Active")
            ...     start_using = invited.to(active, when=logins >= 5)
            >>> class Account(Composition):
            ...     users = Many(User)
            >>> acme = Account("Acme")
            >>> print(*acme.observe_all("2026-01-01", {"users/dana": {"logins": 7}}, joins=["users/dana"]))
            2026-01-01 users/dana: Invited → Active (at least 5 logins)
        """
        result: Moves = self._whole.observe_all(at, {} if values is None else values, events, joins, leaves)
        return result

    def send(self, event: Event | str, *, at: When | None = None, instance: str | None = None) -> Moves:
        """Offers an event to every part whose lifecycle knows it, in one observation.

        Raises:
            UnknownNameError: no part knows it; nothing has changed.

        Example:
            >>> from clmstate import Composition, Event, Lifecycle, One, Phase
            >>> class Deal(Lifecycle):
            ...     ended = Event("contract ended")
            ...     open = Phase("Open", initial=True)
            ...     lost = Phase("Lost", final=True)
            ...     lose = open.to(lost, on=ended)
            >>> class Account(Composition):
            ...     deal = One(Deal)
            >>> print(*Account("Acme").send(Deal.ended, at="2026-01-30"))
            2026-01-30 deal: Open → Lost (contract ended)
        """
        result: Moves = self._whole.send(event, at, instance)
        return result

    def tick(self, at: When) -> Moves:
        """Lets time pass: an observation without values.

        Example:
            >>> from clmstate import Composition, Lifecycle, One, Phase
            >>> class Deal(Lifecycle):
            ...     open = Phase("Open", initial=True)
            >>> class Account(Composition):
            ...     deal = One(Deal)
            >>> Account("Acme").tick("2026-01-30")
            ()
        """
        result: Moves = self._whole.observe_all(at, {}, (), (), ())
        return result

    def start(
        self,
        placed: Mapping[str, Phase | str],
        *,
        at: When,
        since: Mapping[str, When] | None = None,
        values: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        """Places an existing customer with all its parts where they stand, without plays and without settling.

        Args:
            placed: for each part or member (by path) the leaf phase in which it stands; members named here join.
            at: when this is known.
            since: for each of them when the stay began; by default `at`.
            values: for each of them what is known.

        Raises:
            ObservationError: unknown parts or phases, wrong values, or the customer is already on its way; nothing has changed.

        Example:
            >>> from clmstate import Composition, Lifecycle, Many, One, Phase
            >>> class Deal(Lifecycle):
            ...     open = Phase("Open", initial=True)
            >>> class User(Lifecycle):
            ...     active = Phase("Active", initial=True)
            >>> class Account(Composition):
            ...     deal = One(Deal)
            ...     users = Many(User)
            >>> acme = Account("Acme")
            >>> acme.start({"deal": Deal.open, "users/dana": User.active}, at="2026-01-30")
            >>> {path: phase.label for path, phase in acme.phases.items()}
            {'deal': 'Open', 'users/dana': 'Active'}
        """
        self._whole.start(placed, at, {} if since is None else since, {} if values is None else values)

    @property
    def name(self) -> str:
        """What this customer is called."""
        result: str = self._whole.name
        return result

    @property
    def at(self) -> Any:
        """The customer's clock: the time of the last observation that told one, or None."""
        return self._whole.at_user

    @property
    def phases(self) -> dict[str, Phase]:
        """The phase of every part and every present member, by path."""
        result: dict[str, Phase] = self._whole.phases
        return result

    @property
    def journey(self) -> Journey:
        """One timeline over all parts, also those that have left."""
        result: Journey = self._whole.journey
        return result

    @property
    def open_plays(self) -> tuple[OpenPlay, ...]:
        """Plays of all parts that were opened and not yet marked done."""
        result: tuple[OpenPlay, ...] = self._whole.open_plays
        return result

    def done_play(self, number: int) -> None:
        """Marks an open play as done.

        Raises:
            UnknownNameError: no open play has that number.

        Example:
            >>> from clmstate import Composition, Lifecycle, One, Phase
            >>> class Deal(Lifecycle):
            ...     open = Phase("Open", initial=True)
            >>> class Account(Composition):
            ...     deal = One(Deal)
            >>> Account().done_play(1)
            Traceback (most recent call last):
            ...
            clmstate.errors.UnknownNameError: CLM208 Account: no open play has the number 1. There are none.
        """
        self._whole.done_play(number)

    @property
    def warning_signs(self) -> tuple[tuple[str, Risk], ...]:
        """Risks whose warning sign is true on the settled picture, each with the path of its part."""
        result: tuple[tuple[str, Risk], ...] = self._whole.warning_signs
        return result

    def explain(self) -> dict[str, Explanation]:
        """For every part and present member, what every way out of its phase still needs.

        Example:
            >>> from clmstate import Composition, Lifecycle, One, Phase
            >>> class Deal(Lifecycle):
            ...     open = Phase("Open", initial=True)
            >>> class Account(Composition):
            ...     deal = One(Deal)
            >>> list(Account().explain())
            ['deal']
        """
        result: dict[str, Explanation] = self._whole.explain()
        return result

    @property
    def next_check(self) -> Any:
        """The next time (a date, or a UTC datetime) at which time alone could change something in any part; None if never."""
        return self._whole.next_check

    def listen(self, listener: Callable[..., Any]) -> None:
        """Calls somebody after each observation that moved any part, once per move; coroutines are awaited.

        Example:
            >>> from clmstate import Composition, Event, Lifecycle, One, Phase
            >>> class Deal(Lifecycle):
            ...     ended = Event("contract ended")
            ...     open = Phase("Open", initial=True)
            ...     lost = Phase("Lost", final=True)
            ...     lose = open.to(lost, on=ended)
            >>> class Account(Composition):
            ...     deal = One(Deal)
            >>> acme = Account()
            >>> acme.listen(print)
            >>> _ = acme.deal.send(Deal.ended)
            deal: Open → Lost (contract ended)
        """
        self._whole.listen(listener)

    def snapshot(self) -> dict[str, Any]:
        """Everything about this customer as JSON-ready data; :meth:`restore` brings it back with the same future.

        Example:
            >>> from clmstate import Composition, Lifecycle, One, Phase
            >>> class Deal(Lifecycle):
            ...     open = Phase("Open", initial=True)
            >>> class Account(Composition):
            ...     deal = One(Deal)
            >>> Account.restore(Account("Acme").snapshot()).deal.phase.label
            'Open'
        """
        result: dict[str, Any] = self._whole.snapshot()
        return result

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy (``copy``, ``pickle``) is a customer of its own, as a snapshot restores it; listeners stay with the original."""
        own = {key: value for key, value in vars(self).items() if key not in ("_whole",)}
        return type(self).restore, (self.snapshot(),), own

    @classmethod
    def restore(cls, snapshot: Mapping[str, Any] | str, *, engine: Engine = "live") -> Self:
        """A customer from its snapshot, given as data or as JSON text; nobody is told and no play is opened.

        Raises:
            InputError: the snapshot is of another composition, or not a snapshot.

        Example:
            >>> from clmstate import Composition, Lifecycle, One, Phase
            >>> class Deal(Lifecycle):
            ...     open = Phase("Open", initial=True)
            >>> class Account(Composition):
            ...     deal = One(Deal)
            >>> Account.restore("{}")
            Traceback (most recent call last):
            ...
            clmstate.errors.InputError: CLM302 Account: the snapshot has the format None. Give what snapshot() returned, as data or JSON text.
        """
        result: Self = HOOKS.restore_customer(cls, snapshot, engine)
        return result

    def _part(self, name: str) -> Any:
        return self._whole.part(self, name)

    def _members(self, name: str) -> Members[Any]:
        result: Members[Any] = self._whole.members(self, name)
        return result

    if not TYPE_CHECKING:  # with it, type checkers would let any name be assigned

        def __setattr__(self, name: str, value: object) -> None:
            if name in type(self)._parts:
                raise assigned(self, name, "join, leave, observe, send and move change a customer")
            super().__setattr__(name, value)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"
