"""A part's state as a picture that conditions can be asked about, one node at a time."""

from __future__ import annotations

from clmstate.conditions.nodes import ForDays
from clmstate.kernel import State
from clmstate.signals import Value

__all__ = ["StatePicture"]


class StatePicture:
    """Reads a state as :class:`clmstate.conditions.Picture`; for explanations, where being plain matters more than speed.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel import compiled
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        >>> StatePicture(compiled(Deal.definition).new()).signal("health") is None
        True
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.program = state.c.program

    def signal(self, name: str) -> Value | None:
        """The stored value, its default, or None when missing."""
        value: Value = getattr(self.state, f"v_{name}")
        return None if value != value else value

    def threshold(self, name: str) -> int | float:
        """The value of a named limit."""
        return self.program.definition.thresholds[name].value

    def now(self) -> int | None:
        """The customer's clock."""
        return _known(self.state.at)

    def entered_at(self) -> int | None:
        """When the present leaf phase was entered."""
        return _known(self.state.entered)

    def event_at(self, name: str) -> int | None:
        """When the event was last offered."""
        return _known(getattr(self.state, f"e_{name}"))

    def event_times(self, name: str) -> int:
        """How often the event was offered in this life."""
        times: int = getattr(self.state, f"n_{name}")
        return times

    def visits(self, path: str) -> int:
        """How often the phase (or group) was entered in this life; only places that some condition counts are known."""
        return self.state.visits[self.program.visited.index(path)]

    def held_since(self, cond: ForDays) -> int | None:
        """When the clock of a ``for_days`` condition started, if it runs."""
        return _known(getattr(self.state, f"k{self.program.clocks.index(cond)}"))

    def stands_in(self, paths: tuple[str, ...]) -> bool:
        """Whether the present phase is one of these, or inside one of these groups."""
        path = self.program.phases[self.state.phase]
        return path in paths or self.program.group[self.state.phase] in paths


def _known(us: float) -> int | None:
    return None if us != us else int(us)
