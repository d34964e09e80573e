"""Tests of transition logic: scenarios, their failures explained, coverage of a model, mutants of it, and generated tests.

Nothing here is loaded by ``import clmstate``, nor by the pytest plugin before a test uses it.
"""

from clmstate.testing.customers import CustomerScenario
from clmstate.testing.failures import ScenarioFailure
from clmstate.testing.opening import scenario
from clmstate.testing.scenario import Scenario
from clmstate.testing.tabled import Played, understand
from clmstate.testing.tables import Table, read_table_file, read_tables

__all__ = [
    "CustomerScenario",
    "Played",
    "Scenario",
    "ScenarioFailure",
    "Table",
    "read_table_file",
    "read_tables",
    "scenario",
    "understand",
]
