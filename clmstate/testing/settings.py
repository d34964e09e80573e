"""What a whole test run says about its scenarios."""

from __future__ import annotations

import attrs

from clmstate.lifecycle import Engine

__all__ = ["SETTINGS", "Settings"]


@attrs.define
class Settings:
    """What holds for every scenario that does not say otherwise.

    Attributes:
        engine: which engine plays it.

    Example:
        >>> Settings().engine
        'compiled'
    """

    engine: Engine = "compiled"


SETTINGS = Settings()
