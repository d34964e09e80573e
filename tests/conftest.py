"""What all tests share: how long and how repeatably random searches run, and what a run says at its end."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, settings

# No test is timed, so neither is an example: the machine may be busy. Continuous integration repeats the same examples, so that a
# red run can be repeated; at home every run looks somewhere else.
settings.register_profile(
    "ordinary",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("full", parent=settings.get_profile("ordinary"), derandomize=False, max_examples=2_000)
settings.load_profile("ordinary")  # --hypothesis-profile=full comes later and wins

COUNTED = "conformance"
"""The property under which a test hands over what it has met, also from a process of pytest-xdist."""


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """A block of counts for everybody who agreed with the oracle."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ())]
    met = [value for report in reports for name, value in getattr(report, "user_properties", ()) if name == COUNTED]
    if met:
        terminalreporter.section("agreed with the oracle, and what was met on the way")
    for who, counts in sorted(met, key=lambda one: str(one[0])):
        terminalreporter.write_line(f"{who}: {counts.get('steps', 0):,} steps, {counts.get('moving', 0):,} moving")
        rest = ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items()) if name not in ("steps", "moving"))
        terminalreporter.write_line(f"  {rest}")
