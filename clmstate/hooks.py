"""Where the front door leaves what lower rooms need of higher ones: the only calls upwards.

It knows nothing, so that importing ``clmstate`` can fill it without loading anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

__all__ = ["HOOKS", "Hooks"]


class Hooks:
    """What higher rooms put here, so that ``Contract()``, ``Contract.statechart()`` and ``Customer("Acme")`` stand where people look.

    Example:
        >>> import clmstate  # fills them
        >>> callable(HOOKS.open)
        True
    """

    open: Callable[..., None]
    restore: Callable[..., Any]
    statechart: Callable[..., Any]
    open_customer: Callable[..., None]
    restore_customer: Callable[..., Any]


HOOKS: Final = Hooks()
