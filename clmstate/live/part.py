"""One part of a composed customer, alive: what is behind ``acme.contract`` and ``acme.users["dana"]``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MethodType
from typing import TYPE_CHECKING, Any

from clmstate.conditions import Given
from clmstate.errors import Diagnostic, UnknownNameError
from clmstate.kernel import Member, State
from clmstate.lifecycle import Explanation, GroupMeta, Lifecycle, Moves, OpenPlay, Phase, Risk, SuccessGap, Transition
from clmstate.live.addresses import find, opened
from clmstate.live.life import Life, open_number
from clmstate.live.reports import checked_values, event_name
from clmstate.signals import Value

if TYPE_CHECKING:
    from clmstate.live.customer import CustomerLife

__all__ = ["PartLife"]


class PartLife(Life):
    """A part of a customer: reads its own state, and reports to the whole.

    Example:
        >>> from clmstate import Composition, One, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> Account("Acme").deal._life.place
        'Account Acme, deal'
    """

    def __init__(self, customer: CustomerLife, member: Member, lifecycle: type[Lifecycle]) -> None:
        self.customer = customer
        self.member = member
        self.lifecycle = lifecycle
        self.name = member.instance or member.part
        self.kind = customer.kind
        self.state = member.state
        self.state.life = self

    def attach(self, instance: Lifecycle) -> None:
        """Puts the engine's own function onto an instance; members may be many, so the rest goes the long way."""
        object.__setattr__(instance, "_life", self)
        object.__setattr__(instance, "observe", MethodType(self.engine.observe_part, self.state))

    @property
    def path(self) -> str:
        """Its address."""
        return self.member.path

    @property
    def place(self) -> str:
        """What diagnostics name."""
        return f"{self.customer.place}, {self.path}"

    @property
    def present(self) -> bool:
        """Whether it has not left."""
        return self.member.present

    # ---- observing

    def observe(self, *given: Given, at: Any = None, **values: object) -> Moves:
        """One observation of the whole."""
        return self.engine.observe_part(self.state, *given, at=at, **values)

    def observation(self, at: Any, values: Mapping[str, Any], events: Sequence[tuple[Any, str | None]]) -> Moves:
        """One observation of the whole, about this part."""
        self.ready()
        now = self.clock(at)
        names = self.event_names(events)
        stored = self.accepted(values)
        joining = []
        if names:
            named = [(name, instance) for name, (_, instance) in zip(names, events, strict=True)]
            joining = self.customer.coming(opened(self.customer, find(self.customer, self.path), named))
        return self.customer.run(
            now,
            joins=self.customer.places(joining),
            values=[(self.itself, stored)],
            events=[(self.itself, name) for name in names],
        )

    def itself(self) -> Member:
        """The part, as the kernel asks for it."""
        return self.member

    def ready(self) -> None:
        """Refuses what is reported of a part that has left, or while a listener is told."""
        self.customer.ready()
        if not self.present:
            remedy = "report to those who are there, or let it join again"
            raise UnknownNameError([Diagnostic("CLM216", self.place, "it has left", remedy)])

    def clock(self, at: Any) -> int | None:
        """The instant of an observation; there is one clock for the whole customer."""
        return self.customer.clock(at, self.place)

    def accepted(self, values: Mapping[str, Any]) -> dict[str, Value]:
        """Values as they are stored; ports are fed by the wiring."""
        return checked_values(self.lifecycle, values, self.place, wired=True)

    def knows(self, event: object) -> bool:
        """Whether an event is one of this part's."""
        try:
            event_name(self.lifecycle, event, None, self.place)
        except UnknownNameError:
            return False
        return True

    # ---- telling

    def listen(self, listener: Callable[..., Any]) -> None:
        """Adds a listener to the moves of this part."""
        super().listen(listener)
        self.customer.listening = True

    @property
    def chart(self) -> Any:
        """The chart that moves along with this part."""
        made = super().chart
        self.customer.listening = True
        return made

    # ---- by hand

    def start(self, phase: Phase | str, *, at: Any = None, since: Any = None, **values: object) -> None:  # noqa: ARG002
        """Refused: parts are placed together."""
        remedy = f"use the customer's start({{'{self.path}': ...}}, at=...)"
        raise self.refused("CLM214", "a part cannot be started apart from its customer", remedy)

    def move(self, to: Phase | str, *, by: str, reason: str, at: Any = None, hold_until: Any = None) -> Moves:
        """Moves this part by hand; then the whole settles."""
        self.ready()
        self.sync()
        now = self.clock(self.told_at(at))
        return self.customer.run(now, hands=[(self.itself, self.hand(to, by, reason, now, hold_until))])

    def skip(self, touchpoint: str, *, by: str, why: str) -> None:
        """Notes that a touchpoint of the present stay is skipped."""
        self.ready()
        before = len(self.sync().journal)
        super().skip(touchpoint, by=by, why=why)
        self.customer.whole.journal += [(self.member, entry) for entry in self.state.journal[before:]]

    def all_plays(self) -> list[OpenPlay]:
        """Every play that this part opened, numbered as for the whole customer."""
        return [play for play in self.customer.all_plays() if play.part == self.path]

    @property
    def open_plays(self) -> tuple[OpenPlay, ...]:
        """The plays of this part that are not marked done."""
        return tuple(play for play in self.customer.open_plays if play.part == self.path)

    def done_play(self, number: int) -> None:
        """Marks a play as done."""
        self.customer.done.add(open_number(number, [play.number for play in self.open_plays], self.place))

    def snapshot(self) -> dict[str, Any]:
        """Refused: a part has no snapshot of its own."""
        raise self.refused("CLM214", "a part has no snapshot of its own", "take the customer's snapshot()")

    # ---- reading, with the customer's clock

    def sync(self) -> State:
        """Its state, with the customer's clock in it: parts that nothing touches are not told of time."""
        whole = self.customer.whole
        if self.present and whole.at == whole.at:
            self.state.at = whole.at
        return self.state

    @property
    def at(self) -> Any:
        """The customer's clock."""
        self.sync()
        return super().at

    def explain(self, what: Transition | Phase | GroupMeta | str | None = None) -> Explanation:
        """What is still needed."""
        self.sync()
        return super().explain(what)

    @property
    def next_check_us(self) -> int | None:
        """When time alone could change something; never for a part that has left."""
        self.sync()
        return super().next_check_us if self.present else None

    @property
    def warning_signs(self) -> tuple[Risk, ...]:
        """The risks whose sign is true."""
        self.sync()
        return super().warning_signs

    @property
    def open_gaps(self) -> tuple[SuccessGap, ...]:
        """The success gaps that are open."""
        self.sync()
        return super().open_gaps
