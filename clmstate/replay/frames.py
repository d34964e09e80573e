"""The polars library, for the modules that hold tables; it loads with the first of them.

Raises:
    InputError: CLM306, it is not installed.
"""

from __future__ import annotations

from clmstate.errors import Diagnostic, InputError

try:
    import polars as pl
except ImportError:  # pragma: no cover -- tests run with it
    cause = "tables of results need the package polars"
    raise InputError([Diagnostic("CLM306", "clmstate", cause, "pip install 'clmstate[fleet]'")]) from None

__all__ = ["pl"]
