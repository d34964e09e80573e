"""What scenarios of one lifecycle and of a whole customer have in common: the steps, and the picture in which a step was decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clmstate.errors import Diagnostic, InputError
from clmstate.kernel import State, enter
from clmstate.lifecycle import Moves
from clmstate.testing.nearest import Near, nearest
from clmstate.testing.settings import SETTINGS
from clmstate.testing.steps import Step

__all__ = ["Playing"]


class Playing:
    """The steps of a scenario, and how to look back at the last one.

    Attributes:
        definition: of the lifecycle or composition.
        customer: the customer.
        steps: what was done so far.
        table: the table that tells it, if one does; it is played when the test begins.

    Example:
        >>> Playing.part_names(None)
        ()
    """

    definition: Any
    customer: Any
    steps: list[Step]
    table: Any = None

    def part_names(self) -> tuple[str, ...]:
        """The paths of the parts that a whole customer has now; none for a lifecycle on its own."""
        return ()

    def play_table(self) -> None:
        """Plays the table that tells it, once."""
        __tracebackhide__ = True
        table, self.table = self.table, None
        if table is not None:
            table.tell(self)

    def life_of(self, part: str) -> Any:
        """What is behind a part (or behind the customer, for "")."""
        raise NotImplementedError

    def before(self) -> Playing:
        """A customer to whom everything but the last step was told."""
        raise NotImplementedError

    @property
    def last(self) -> Step:
        """The last step.

        Raises:
            InputError: CLM380, nothing has happened yet.
        """
        if not self.steps:
            cause = "something is expected before anything has happened"
            raise InputError([Diagnostic("CLM380", self.definition.name, cause, "begin with given(...) or on('2026-01-30')")])
        return self.steps[-1]

    @property
    def moves(self) -> Moves:
        """The moves of the last step."""
        return self.last.moves

    def arrived(self, part: str, moves: Sequence[Any], taken: int) -> State:
        """The picture of a part in which the last step was decided: all that was told has arrived, and so many moves were made."""
        state = self.arriving(part)
        numbers = state.c.program.number
        for move in [move for move in moves if move.part == part and move.by != "hand"][:taken]:
            if not move.stayed:
                enter(state, numbers[move.source.path], numbers[move.target.path])
        return state

    def arriving(self, part: str) -> State:
        """A part as it was before the last step, with everything in it that the step told."""
        now: State = self.life_of(part).state
        known = self.before()
        c = now.c
        state = c.new()
        if part == "" or part in known.part_names():
            c.load(state, c.save(known.life_of(part).state))
        _tell(state, now)
        return state

    def nearest(self, part: str, expected: tuple[str, ...]) -> Near:
        """The nearest observation that would have led to these transitions, as changes to what was told."""
        if not SETTINGS.explains:
            return Near()
        now: State = self.life_of(part).state
        known = self.before()
        before = now.c.new()
        if part == "" or part in known.part_names():
            now.c.load(before, now.c.save(known.life_of(part).state))
        return nearest(before, now, expected, free_ports=part == "")


def _tell(state: State, now: State) -> None:
    """Everything that reports may change comes from `now`; where the part stands and remembers stays."""
    definition = state.c.program.definition
    state.at = now.at
    if state.entered != state.entered:
        state.entered = now.at
    for name in definition.signals:
        setattr(state, f"v_{name}", getattr(now, f"v_{name}"))
    for name in definition.events:
        setattr(state, f"e_{name}", getattr(now, f"e_{name}"))
        setattr(state, f"n_{name}", getattr(now, f"n_{name}"))
