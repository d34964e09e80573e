"""Tests of transition logic: scenarios, their failures explained, coverage of a model, mutants of it, and generated tests.

Nothing here is loaded by ``import clmstate``, nor by the pytest plugin before a test uses it; Hypothesis is loaded with the first strategy.
"""

from typing import TYPE_CHECKING, Any

from clmstate.testing.customers import CustomerScenario
from clmstate.testing.failures import ScenarioFailure
from clmstate.testing.opening import scenario
from clmstate.testing.scenario import Scenario
from clmstate.testing.tabled import Played, understand
from clmstate.testing.tables import Table, read_table_file, read_tables

if TYPE_CHECKING:
    from clmstate.testing.properties import Observation, journeys_of, lifecycle_machine, observations_of, signals_of

__all__ = [
    "CustomerScenario",
    "Observation",
    "Played",
    "Scenario",
    "ScenarioFailure",
    "Table",
    "journeys_of",
    "lifecycle_machine",
    "observations_of",
    "read_table_file",
    "read_tables",
    "scenario",
    "signals_of",
    "understand",
]


def __getattr__(name: str) -> Any:
    """Strategies load Hypothesis, when somebody asks for one."""
    if name in ("Observation", "journeys_of", "lifecycle_machine", "observations_of", "signals_of"):
        from clmstate.testing import properties

        return getattr(properties, name)
    raise AttributeError(f"module 'clmstate.testing' has no attribute {name!r}")
