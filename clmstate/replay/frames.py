"""The polars library, for the modules that hold tables; it loads with the first of them.

Raises:
    InputError: CLM306, it is not installed.
"""

from __future__ import annotations

from clmstate.errors import not_installed

try:
    import polars as pl
except ImportError:  # pragma: no cover -- tests run with it
    raise not_installed("clmstate", "a fleet", "polars", "fleet") from None

__all__ = ["pl"]
