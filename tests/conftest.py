"""What all tests share: how long and how repeatably random searches run."""

from __future__ import annotations

import os

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
