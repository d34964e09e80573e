"""Telling others of moves: plain functions and coroutines, one after the other, whoever fails."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any

from clmstate.lifecycle import Move

if TYPE_CHECKING:
    import asyncio

__all__ = ["notify", "tell_all"]


def tell_all(told: Iterable[Callable[[], None]], place: str) -> None:
    """Tells everybody. One who fails must not keep the others from being told; the failures are raised at the end.

    Example:
        >>> tell_all([lambda: print("first"), lambda: print("second")], "Deal")
        first
        second
    """
    wrong: list[Exception] = []
    for tell in told:
        try:
            tell()
        except Exception as error:  # noqa: BLE001 -- a listener may raise anything
            wrong.append(error)
    if len(wrong) == 1:
        raise wrong[0]
    if wrong:
        raise ExceptionGroup(f"{len(wrong)} listeners failed after {place} had moved", wrong)


def notify(listener: Callable[..., Any], move: Move) -> None:
    """Tells one listener; a coroutine is awaited: in the running loop as a task of its own, else here and now.

    Example:
        >>> from clmstate.lifecycle import Phase
        >>> notify(lambda move: print(move.target.label), Move("", Phase("New"), Phase("Won"), None, 0))
        Won
    """
    answer = listener(move)
    if inspect.iscoroutine(answer):
        _finish(answer)


def _finish(told: Coroutine[Any, Any, Any]) -> None:
    import asyncio  # whoever tells nobody in this way need not wait for it to load

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(told)
        return
    task = loop.create_task(told)
    _TOLD.add(task)  # a loop keeps only weak references
    task.add_done_callback(_TOLD.discard)


_TOLD: set[asyncio.Task[Any]] = set()
