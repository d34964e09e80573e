"""Coverage of a model from ordinary tests: what of it was seen, and what was not."""

from clmstate.testing.coverage.asking import Asking
from clmstate.testing.coverage.obligations import KINDS, Duty, Ledger, duties, settle
from clmstate.testing.coverage.watching import Seen, Watch

__all__ = ["KINDS", "Asking", "Duty", "Ledger", "Seen", "Watch", "duties", "settle"]
