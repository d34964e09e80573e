"""clmstate: customer lifecycles as state machines that can be designed, proved, drawn, tested and replayed.

This module is the front door: every public name is exported here once. Every room loads when somebody first asks for
something in it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from clmstate.hooks import HOOKS

if TYPE_CHECKING:
    from clmstate.composition import Composition, Many, Members, One
    from clmstate.conditions import (
        Choice,
        Condition,
        Date,
        Flag,
        Number,
        Signal,
        Threshold,
        days_in_phase,
        unless,
    )
    from clmstate.errors import (
        BadValueError,
        ClmstateError,
        DefinitionError,
        Diagnostic,
        InputError,
        LivelockError,
        ObservationError,
        UnknownNameError,
    )
    from clmstate.lifecycle import (
        Days,
        Event,
        Explanation,
        Journey,
        Lifecycle,
        LifecycleDefinition,
        Milestone,
        Move,
        Moves,
        Phase,
        Play,
        Promise,
        Risk,
        SuccessGap,
        Team,
        Touchpoint,
        Transition,
        always_possible,
        anywhere,
        leads_to,
        never,
    )
    from clmstate.signals import CLEAR

__all__ = [
    "CLEAR",
    "BadValueError",
    "Choice",
    "ClmstateError",
    "Composition",
    "Condition",
    "Date",
    "Days",
    "DefinitionError",
    "Diagnostic",
    "Event",
    "Explanation",
    "Flag",
    "InputError",
    "Journey",
    "Lifecycle",
    "LifecycleDefinition",
    "LivelockError",
    "Many",
    "Members",
    "Milestone",
    "Move",
    "Moves",
    "Number",
    "ObservationError",
    "One",
    "Phase",
    "Play",
    "Promise",
    "Risk",
    "Signal",
    "SuccessGap",
    "Team",
    "Threshold",
    "Touchpoint",
    "Transition",
    "UnknownNameError",
    "always_possible",
    "anywhere",
    "days_in_phase",
    "leads_to",
    "never",
    "unless",
]

__version__ = "0.1.0"


def _open(instance: Any, name: str, engine: Any) -> None:
    from clmstate.live import open_life

    open_life(instance, name, engine)


def _restore(cls: Any, snapshot: Any, engine: Any) -> Any:
    from clmstate.live import restore_life

    return restore_life(cls, snapshot, engine)


def _statechart(cls: Any) -> Any:
    from clmstate.live.generator import statechart

    return statechart(cls)


def _open_customer(instance: Any, name: str, engine: Any) -> None:
    from clmstate.live import open_customer

    open_customer(instance, name, engine)


def _restore_customer(cls: Any, snapshot: Any, engine: Any) -> Any:
    from clmstate.live import restore_customer

    return restore_customer(cls, snapshot, engine)


def _picture(what: Any) -> Any:
    from clmstate.drawing.notebook import bundle_of

    return bundle_of(what)


if not TYPE_CHECKING:  # a checker reads the imports above, and so knows a misspelt name

    def __getattr__(name: str) -> Any:
        """Public names load when somebody asks for one."""
        if name in __all__:
            for room in ("errors", "signals", "conditions", "lifecycle", "composition"):
                found = getattr(import_module(f"clmstate.{room}"), name, None)
                if found is not None:
                    globals()[name] = found
                    return found
        raise AttributeError(f"module 'clmstate' has no attribute {name!r}")

    def __dir__() -> list[str]:
        """What is public, loaded or not."""
        return sorted({*globals(), *__all__})


HOOKS.open_customer, HOOKS.restore_customer = _open_customer, _restore_customer
HOOKS.open, HOOKS.restore, HOOKS.statechart, HOOKS.picture = _open, _restore, _statechart, _picture
