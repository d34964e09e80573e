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
        explains: whether a failure looks for the nearest observation that would have passed; runs in which nobody reads failures do not.

    Example:
        >>> Settings().engine
        'compiled'
    """

    engine: Engine = "compiled"
    explains: bool = True


SETTINGS = Settings()
