"""What may have been meant where Python itself refuses a line of a model."""

from __future__ import annotations

import builtins
import inspect
import re
import sys
from collections.abc import Callable, Iterable
from typing import Final

from clmstate.conditions import Condition, Numeric
from clmstate.errors import did_you_mean

__all__ = ["mended"]

_CALL: Final = re.compile(r"(?P<called>\w+(?:\.\w+)?)\(\) (?:got|takes|missing)")
_KEYWORD: Final = re.compile(r"unexpected keyword argument '(?P<keyword>\w+)'")
_FROM: Final = re.compile(r"cannot import name '(?P<name>\w+)' from '(?P<module>[\w.]+)'")


def mended(error: Exception) -> str:
    """What to write instead, as far as somebody can know; "" if not.

    Example:
        >>> from clmstate import Phase, Signal
        >>> try:
        ...     Signal.shore("users active")
        ... except AttributeError as error:
        ...     mended(error)
        "did you mean 'share' or 'score'?"
        >>> try:
        ...     Phase("New", inital=True)
        ... except TypeError as error:
        ...     mended(error)
        "did you mean 'initial' or 'final'?"
    """
    match error:
        case ModuleNotFoundError():
            return "install what it imports, or run from the folder that the import is written for"
        case ImportError():
            said = _FROM.search(str(error))
            return "" if said is None else _near(said["name"], dir(sys.modules.get(said["module"])))
        case AttributeError():
            if isinstance(error.obj, Numeric) and hasattr(Condition, error.name or ""):
                return f"compare it first, as in (health < 60).{error.name}(...)"
            return _near(error.name or "", dir(error.obj))
        case NameError():
            return _near(error.name or "", _in_scope(error))
        case TypeError():
            return _call(str(error))
        case _:
            return ""


def _near(name: str, known: Iterable[str]) -> str:
    near = did_you_mean(name, (each for each in known if not each.startswith("_")))
    return near if near.startswith("did you mean") else ""


def _in_scope(error: NameError) -> set[str]:
    """Names that the line could have used."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return set(dir(builtins)) | (set() if trace is None else {*trace.tb_frame.f_locals, *trace.tb_frame.f_globals})


def _call(said: str) -> str:
    """How something of ours is called: the keyword that is near, or all that it takes."""
    call = _CALL.search(said)
    called = None if call is None else _ours(call["called"])
    if call is None or called is None:
        return ""
    parameters = inspect.signature(called).parameters
    keyword = _KEYWORD.search(said)
    near = "" if keyword is None else _near(keyword["keyword"], parameters)
    taken = [f"{name}=..." if each.kind is each.KEYWORD_ONLY else name for name, each in parameters.items()]
    return near or f"it is called as {call['called'].removesuffix('.__init__')}({', '.join(taken)})"


def _ours(name: str) -> Callable[..., object] | None:
    """What a name such as ``Signal.money`` or ``Phase.__init__`` stands for in clmstate."""
    import clmstate

    owner, _, method = name.partition(".")
    found = getattr(clmstate, owner, None)
    if method and method != "__init__":
        found = getattr(found, method, None)
    return found if callable(found) else None
