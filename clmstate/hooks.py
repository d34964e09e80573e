"""Where the front door leaves what lower rooms need of higher ones: the only calls upwards.

It knows nothing, so that importing ``clmstate`` can fill it without loading anything.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import Any, Final

__all__ = ["HOOKS", "Hooks", "ShownAsPicture"]


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
    picture: Callable[..., Any]


class ShownAsPicture:
    """What a notebook asks for a picture: a class and its instances alike, which no plain method could answer.

    Example:
        >>> import clmstate  # fills HOOKS.picture
        >>> class Shelf:
        ...     _repr_mimebundle_ = ShownAsPicture()
        >>> Shelf._repr_mimebundle_.__self__ is Shelf
        True
    """

    def __get__(self, instance: object | None, owner: type) -> MethodType:
        return MethodType(_picture, owner if instance is None else instance)


def _picture(what: object, include: object = None, exclude: object = None) -> Any:  # noqa: ARG001 - Jupyter's signature
    return HOOKS.picture(what)


HOOKS: Final = Hooks()
