"""Signals: typed facts about a customer and named limits, as plain data.

This room knows values, bounds and time. It does not know conditions.
"""

from clmstate.signals.instants import DAY, When, from_instant, instant, show_instant
from clmstate.signals.spec import CLEAR, LARGEST, MISSING, Clear, Kind, SignalSpec, ThresholdSpec, Value, plain, show_number

__all__ = [
    "CLEAR",
    "DAY",
    "LARGEST",
    "MISSING",
    "Clear",
    "Kind",
    "SignalSpec",
    "ThresholdSpec",
    "Value",
    "When",
    "from_instant",
    "instant",
    "plain",
    "show_instant",
    "show_number",
]
