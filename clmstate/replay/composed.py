"""An instant of a composed customer: joins, values, events, leaves, in that order, then settling."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from clmstate.errors import Diagnostic, InputError, LivelockError, ObservationError, UnknownNameError
from clmstate.lifecycle import Lifecycle, Moves
from clmstate.replay.instants import Instant
from clmstate.replay.playing import Playing
from clmstate.replay.rows import Row
from clmstate.replay.shape import shape_of
from clmstate.signals import CLEAR

__all__ = ["PlayingComposition"]

_ORDER: Mapping[str, int] = {"@join": 0, "@leave": 2}


@attrs.define
class _Together:
    """What rows say together, by the addresses that a living customer has."""

    values: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    events: dict[tuple[str, str, str | None], None] = attrs.field(factory=dict)
    joins: dict[str, None] = attrs.field(factory=dict)
    leaves: dict[str, None] = attrs.field(factory=dict)


class PlayingComposition(Playing):
    """An instant of a composition."""

    def __init__(self, life: Any, instant: Instant, place: Callable[[int], str]) -> None:
        super().__init__(life, instant, place)
        self.shape = shape_of(life.definition)

    def start(self, rows: list[Row]) -> bool:
        """Places the customer with all the parts that rows of this instant name."""
        begins = [row for row in rows if row.event == "@start"]
        said = self.together(rows)
        placed = {self.address(row): row.details["phase"] for row in begins}
        since = {self.address(row): row.details["since"] for row in begins if "since" in row.details}
        values: dict[str, dict[str, Any]] = {address: {} for address in said.joins} | said.values
        try:
            self.life.start(placed, at=self.at, since=since, values=values)
        except ObservationError as error:
            for row in begins:
                self.refuse(row, error)
            return False
        self.lose_what_start_would_lose(rows)
        return True

    def observe(self, rows: list[Row]) -> None:
        """One observation of what the rows say; where it is refused, the rows that are to blame are found on a copy."""
        try:
            self.moves.append(self.observed(self.life, rows))
        except ObservationError as error:
            good = [] if isinstance(error, LivelockError) or len(rows) == 1 else self.tried(rows)
            if not good:
                self.refuse_all(self.left(rows), error)
                return
            try:
                self.moves.append(self.observed(self.life, good))
            except ObservationError as still:
                self.refuse_all(good, still)

    def refuse_all(self, rows: list[Row], error: ObservationError) -> None:
        """Rejects rows that the customer refuses together."""
        for row in rows:
            self.refuse(row, error)

    def tried(self, rows: list[Row]) -> list[Row]:
        """The rows that go together; each of the others is rejected with what the customer says to it. None if no copy can be made."""
        good: list[Row] = []
        before = self.life.snapshot()
        for row in sorted(rows, key=lambda row: (_ORDER.get(row.event, 1), row.instance.count("/"), not row.event)):
            try:
                self.observed(type(self.life).restore(before, engine="compiled"), [*good, row])
            except ObservationError as error:
                self.refuse(row, error)
            except InputError:  # the snapshot does not come back
                return []
            else:
                good.append(row)
        return good

    def observed(self, life: Any, rows: list[Row]) -> Moves:
        """The observation itself."""
        said = self.together(rows)
        moves: Moves = life.observe_all(
            self.at, said.values, events=list(said.events), joins=list(said.joins), leaves=list(said.leaves)
        )
        return moves

    def target(self, row: Row) -> Lifecycle:
        """The part that a row is about.

        Raises:
            UnknownNameError: it is not there.
        """
        whole = self.life._whole
        found: Lifecycle = whole.handle(whole.found(self.address(row))[3])
        return found

    # ---- what rows say

    def address(self, row: Row) -> str:
        """The path of the part that a row is about."""
        return self.shape.way(row.part).address(row.instance)

    def together(self, rows: list[Row]) -> _Together:
        """What rows say, by address."""
        said = _Together()
        for row in rows:
            if row.event == "@join":
                said.joins[self.address(row)] = None
            elif row.event == "@leave":
                said.leaves[self.address(row)] = None
            elif row.event == "@clear":
                said.values.setdefault(self.address(row), {}).update(dict.fromkeys(row.details["signals"], CLEAR))
            for name, value in row.values.items():
                column = self.shape.columns[name]
                address = self.shape.way(column.part).address(row.instance)
                said.values.setdefault(address, {})[column.spec.name] = column.spec.to_user(value)
        for row in rows:
            if row.event and not row.event.startswith("@"):
                for address in self.listeners(row, said.joins):
                    said.events[address, row.event, row.details.get("instance")] = None
        return said

    def listeners(self, row: Row, joining: Mapping[str, None]) -> Iterator[str]:
        """Who is offered a row's event: the part that it names, every member of it, or every part that knows the event.

        Raises:
            UnknownNameError: nobody is there to hear it.
        """
        if row.instance or (row.part and self.shape.way(row.part).many == 0):
            yield self.address(row)
            return
        heard = False
        for address in dict.fromkeys((*self.life.phases, *joining)):
            try:
                part = self.shape.part_at(address)
            except KeyError:  # a member that is itself a composition joins
                continue
            if part == row.part or (not row.part and row.event in self.shape.parts[part].definition.events):
                heard = True
                yield address
        if not heard:
            cause = f"nobody is there to whom '{row.event}' could happen"
            raise UnknownNameError([Diagnostic("CLM217", row.part or self.shape.name, cause, "let somebody join first")])
