"""Scenarios of whole customers: several parts, who joins and leaves, and what each of them does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, Self, TypeVar

from clmstate.composition import Composition, CompositionDefinition
from clmstate.conditions import Given
from clmstate.errors import Diagnostic, InputError, ObservationError, UnknownNameError, did_you_mean, shown
from clmstate.lifecycle import Engine, Event, GroupMeta, LifecycleDefinition, Moves, Phase, Play, Reached, Transition, opened
from clmstate.signals import DAY, When, from_instant
from clmstate.testing.failures import failed, not_opened, not_reached, not_refused, not_there, other_moves, other_values
from clmstate.testing.playing import Playing
from clmstate.testing.scenario import one_name
from clmstate.testing.settings import SETTINGS
from clmstate.testing.steps import Step, said_values

__all__ = ["CustomerScenario"]

C = TypeVar("C", bound=Composition)
Expected = Transition | str | Sequence[Transition | str]
"""What one part is expected to take."""


class CustomerScenario(Playing, Generic[C]):
    """One whole customer, told step by step what happens in any of its parts.

    Parts are named by their path: ``contract``, ``users/dana``, ``products/crm``.

    Args:
        model: the composition.
        name: what the customer is called.
        engine: "compiled" or "live"; by default what the test run says.

    Example:
        >>> from clmstate import Composition, Lifecycle, Many, One, Phase, Signal
        >>> class User(Lifecycle):
        ...     logins = Signal.count("login", default=0)
        ...     invited, active = Phase("Invited", initial=True), Phase("Active")
        ...     begin = invited.to(active, when=logins >= 5)
        >>> class Contract(Lifecycle):
        ...     used = Signal.share("users active", port=True)
        ...     trial, live = Phase("Trial", initial=True), Phase("Live")
        ...     go = trial.to(live, when=used >= 0.5)
        >>> class Customer(Composition):
        ...     contract, users = One(Contract), Many(User)
        ...     wiring = contract[Contract.used].fed_by(users.share_in(User.active))
        >>> acme = CustomerScenario(Customer).join("users/dana", at="2026-01-05", logins=4).stays()
        >>> acme = acme.tell("users/dana", at="2026-01-06", logins=5).takes({"users/dana": User.begin, "contract": Contract.go})
        >>> acme.customer.contract.phase.label
        'Live'
    """

    def __init__(self, model: type[C], name: str = "", *, engine: Engine | None = None) -> None:
        self.model = model
        self.definition: CompositionDefinition = model.definition
        self.engine: Engine = SETTINGS.engine if engine is None else engine
        self.steps: list[Step] = []
        self.customer: C = opened(model, name, self.engine)
        self.whole: Any = self.customer._whole.whole

    # ---- what is done

    def given(
        self,
        placed: Mapping[str, Phase | str],
        *,
        at: When,
        since: Mapping[str, When] | None = None,
        values: Mapping[str, Mapping[str, object]] | None = None,
    ) -> Self:
        """Places the customer with all its parts where they stand before the story begins; members named here are there.

        Raises:
            ObservationError: unknown parts or phases, wrong values, or the story has begun.
        """
        said = {} if values is None else values

        def again(customer: Composition) -> None:
            customer.start(placed, at=at, since=since, values=said)

        def told() -> Iterator[str]:
            for path, phase in placed.items():
                where = phase if isinstance(phase, str) else phase.label
                known = ", ".join(said_values(self.lifecycle(path), (), said.get(path, {})))
                yield f"{path} stands in {where}{f' ({known})' if known else ''}"

        return self._done(again, at, told)

    def on(
        self,
        at: When | None,
        values: Mapping[str, Mapping[str, object]] | None = None,
        *,
        events: Iterable[tuple[Any, ...]] = (),
        joins: Iterable[str] = (),
        leaves: Iterable[str] = (),
    ) -> Self:
        """One observation of everything at one instant; without anything, time passes.

        Args:
            at: when; None is "at the same time".
            values: for each part its signals.
            events: pairs of a part and an event, or triples with the instance that the event names.
            joins, leaves: paths of those who join and leave.

        Raises:
            ObservationError: it is refused; nothing has changed.
        """
        said = {} if values is None else {path: dict(known) for path, known in values.items()}
        offered, joining, leaving = [*events], [*joins], [*leaves]

        def again(customer: Composition) -> Moves:
            return customer.observe_all(at, said, events=offered, joins=joining, leaves=leaving)

        def told() -> Iterator[str]:
            yield from (f"{path} joins" for path in joining)
            for path, known in said.items():
                if known:
                    yield f"{path}: {', '.join(said_values(self.lifecycle(path), (), known))}"
            for path, event, *instance in offered:
                known_event = self.lifecycle(path).events[event if isinstance(event, str) else event.name]
                yield f"{path}: {known_event.label}{f' ({instance[0]})' if instance and instance[0] else ''}"
            yield from (f"{path} leaves" for path in leaving)

        return self._done(again, at, told)

    def after(self, days: float, values: Mapping[str, Mapping[str, object]] | None = None, **more: Any) -> Self:
        """One observation so many days after the one before; `more` as for `on`.

        Raises:
            InputError: CLM380, no time has been told yet.
        """
        now = self.whole.at
        if now != now:
            cause = "there is no time yet that days could be counted from"
            raise InputError([Diagnostic("CLM380", self.definition.name, cause, "begin with on('2026-01-30')")])
        return self.on(from_instant(int(now) + round(days * DAY)), values, **more)

    def tell(self, part: str, *what: Given | Event, at: When | None = None, instance: str | None = None, **values: object) -> Self:
        """One observation of one part: values, and events that happen to it.

        Raises:
            ObservationError: it is refused; nothing has changed.
        """
        said = {one.name: one.value for one in what if isinstance(one, Given)} | values
        events = [(part, one, instance) if one.spec.names_instance else (part, one) for one in what if not isinstance(one, Given)]
        return self.on(at, {part: said} if said or not events else {}, events=events)

    def join(self, path: str, *, at: When | None = None, **values: object) -> Self:
        """A member joins, with what is known of it."""
        return self.on(at, {path: values} if values else {}, joins=[path])

    def leave(self, path: str, *, at: When | None = None) -> Self:
        """A member leaves."""
        return self.on(at, leaves=[path])

    def by_hand(
        self, part: str, to: Phase | str, *, at: When | None = None, reason: str = "decided", hold_until: When | None = None
    ) -> Self:
        """Somebody moves a part by hand."""

        def again(customer: Any) -> Moves:
            moved: Moves = _life(customer, part).move(to, by="somebody", reason=reason, at=at, hold_until=hold_until)
            return moved

        label = to if isinstance(to, str) else to.label
        return self._done(again, at, lambda: iter([f"{part} is moved by hand to {label}"]))

    def _done(self, again: Callable[[Any], Any], at: Any, told: Callable[[], Iterator[str]]) -> Self:
        start = len(self.whole.journal)
        moves = again(self.customer)
        self.steps.append(Step(again, at, told, Moves() if moves is None else moves, start, ""))
        return self

    # ---- what is expected of the last step

    def takes(self, expected: Mapping[str, Expected]) -> Self:
        """Exactly these transitions were taken, by part; those of one part in this order.

        Raises:
            ScenarioFailure: others were, or none.
        """
        __tracebackhide__ = True
        wanted = {path: self._names(path, said) for path, said in expected.items()}
        taken = self._taken()
        for path in (*wanted, *taken):
            if wanted.get(path, []) != taken.get(path, []):
                raise failed(self, other_moves(self, path, wanted.get(path, []), taken.get(path, [])))
        return self

    def stays(self) -> Self:
        """Nobody moved anywhere."""
        __tracebackhide__ = True
        return self.takes({})

    def is_in(self, expected: Mapping[str, Phase | GroupMeta | str]) -> Self:
        """Each of these parts stands in its phase, or in one of its group."""
        __tracebackhide__ = True
        for part, phase in expected.items():
            definition = self.lifecycle(part)
            path = phase if isinstance(phase, str) else phase.path
            if path not in definition.places:
                cause = f"{shown(path)} is not a phase"
                raise UnknownNameError([Diagnostic("CLM203", definition.name, cause, did_you_mean(path, definition.places))])
            here = self.life_of(part).phase.path
            if path not in (here, definition.group_of(here)):
                raise failed(self, not_there(self, part, path, here))
        return self

    def opens(self, *plays: Play | str) -> Self:
        """Exactly these plays were opened, anywhere and in any order; with none, no play was."""
        __tracebackhide__ = True
        expected = [play.label if isinstance(play, Play) else play for play in plays]
        life: Any = self.customer._whole
        opened = [
            play.label
            for member, entry in self.whole.journal[self.last.start :]
            for play, _, _ in life.life_of(member).plays_of(entry)
        ]
        if sorted(opened) != sorted(expected):
            raise failed(self, not_opened(expected, opened))
        return self

    def reaches(self, expected: Mapping[str, Sequence[Any]]) -> Self:
        """Exactly these milestones were reached, by part."""
        __tracebackhide__ = True
        reached: dict[str, list[str]] = {}
        life: Any = self.customer._whole
        for member, entry in self.whole.journal[self.last.start :]:
            said = life.life_of(member).entry(entry)
            if isinstance(said, Reached):
                reached.setdefault(member.path, []).append(said.name)
        wanted = {part: [one if isinstance(one, str) else one.name for one in several] for part, several in expected.items()}
        for part in (*wanted, *reached):
            if sorted(wanted.get(part, [])) != sorted(reached.get(part, [])):
                raise failed(self, not_reached(self, part, wanted.get(part, []), reached.get(part, [])))
        return self

    def knows(self, part: str, **values: object) -> Self:
        """These values are known of a part now, ports included; None is unknown."""
        __tracebackhide__ = True
        known = {name: self.life_of(part).signal_value(name) for name in values}
        wrong = {f"{part}.{name}": (values[name], known[name]) for name in values if known[name] != values[name]}
        if wrong:
            raise failed(self, other_values(wrong))
        return self

    def refuses(
        self, code: str, at: When | None = None, values: Mapping[str, Mapping[str, object]] | None = None, **more: Any
    ) -> Self:
        """An observation (as for `on`) that must be refused with this code, and change nothing."""
        __tracebackhide__ = True
        try:
            moves = self.customer.observe_all(at, values, **more)
        except ObservationError as error:
            if any(diagnostic.code == code for diagnostic in error.diagnostics):
                return self
            raise
        raise failed(self, not_refused(code, moves))

    # ---- reading

    @property
    def phases(self) -> dict[str, Phase]:
        """Where every part stands now."""
        return self.customer.phases

    def part_names(self) -> tuple[str, ...]:
        """The paths of all parts that are there now."""
        return tuple(self.customer.phases)

    def life_of(self, part: str) -> Any:
        """What is behind a part; with the customer's clock."""
        life = _life(self.customer, part)
        life.sync()
        return life

    def lifecycle(self, path: str) -> LifecycleDefinition:
        """The lifecycle of a part, by path.

        Raises:
            UnknownNameError: CLM217, there is no such part.
        """
        from clmstate.live.addresses import find, lifecycle_of

        life: Any = self.customer._whole
        return lifecycle_of(life, find(life, path, life.named([path]))).definition

    def before(self) -> CustomerScenario[C]:
        """A customer to whom everything but the last step was told."""
        return self._replayed(self.steps[:-1], "compiled")

    def again(self, *, engine: Engine | None = None) -> CustomerScenario[C]:
        """A fresh customer to whom the same was told, to go on with in another way."""
        return self._replayed(self.steps, self.engine if engine is None else engine)

    def _replayed(self, steps: Iterable[Step], engine: Engine) -> CustomerScenario[C]:
        twin = CustomerScenario(self.model, self.customer.name, engine=engine)
        for step in steps:
            twin._done(step.again, step.at, step.told)
        return twin

    def _names(self, path: str, said: Expected) -> list[str]:
        several = [said] if isinstance(said, Transition | str) else [*said]
        definition = self.lifecycle(path)
        return [one_name(one, definition.transitions, definition.name) for one in several]

    def _taken(self) -> dict[str, list[str]]:
        taken: dict[str, list[str]] = {}
        for member, entry in self.whole.journal[self.last.start :]:
            if entry[0] >= 0:
                taken.setdefault(member.path, []).append(member.c.program.rules[entry[0]].transition.name)
        return taken


def _life(customer: Any, part: str) -> Any:
    from clmstate.live.addresses import find

    whole = customer._whole
    return whole.life_of(find(whole, part).here)
