"""What may have been meant where Python itself refuses a line of a model."""

from __future__ import annotations

import builtins
import inspect
import linecache
import re
import sys
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Final

from clmstate import conditions, lifecycle
from clmstate.composition import Many, One
from clmstate.conditions import Condition, Numeric, Signal
from clmstate.errors import did_you_mean

__all__ = ["mended"]

_CALL: Final = re.compile(r"(?P<called>\w+(?:\.\w+)?)\(\) (?:got|takes|missing)")
_KEYWORD: Final = re.compile(r"unexpected keyword argument '(?P<keyword>\w+)'")
_FROM: Final = re.compile(r"cannot import name '(?P<name>\w+)' from '(?P<module>[\w.]+)'")
_NO_PART: Final = re.compile(r"type '(?P<lifecycle>\w+)' is not subscriptable")
_NOT_CALLED: Final = re.compile(r"'(?P<kind>\w+)' object is not callable")

_ELSEWHERE: Final = {
    "flag": ("bool", "boolean", "yes_no", "yesno", "check", "checkbox", "tick"),
    "share": ("percent", "percentage", "ratio", "rate", "fraction"),
    "count": ("int", "counter", "amount"),
    "number": ("float", "decimal", "double", "numeric"),
    "score": ("rating", "nps", "grade", "points"),
    "money": ("currency", "price", "euro", "eur", "usd", "dollars"),
    "choice": ("text", "string", "str", "enum", "select", "picklist", "options", "category"),
    "date": ("datetime", "day", "time", "timestamp"),
}
"""What kinds of signals are called in other systems."""

_CALLED_SO: Final = {
    "on": ("event", "events", "trigger", "signal"),
    "when": ("if_", "condition", "conditions", "guard", "rule", "where", "cond"),
    "plays": ("action", "actions", "play", "do", "then"),
    "to": ("go_to", "goto", "move_to", "moves_to", "leads_to", "transition", "transition_to", "transitions_to", "next"),
    "standing": ("health", "status", "colour", "color"),
    "initial": ("start", "first"),
    "final": ("end", "last", "terminal"),
    "owner": ("team", "owned_by", "responsible"),
    "default": ("initial_value", "value", "missing"),
}
"""What parts of a model are called elsewhere."""

_SYNTAX: Final = (
    (r"[“”„«»‘’]", "write quotation marks as \" or '"),
    (r"\u00a0", "replace the space that is not a plain one; it was probably copied from a text"),
    (r"=>", "at least is written >="),
    (r"=<", "at most is written <="),
    (r"\|\|", "or is written with one |, with parentheses around each comparison"),
    (r"&&", "and is written with one &, with parentheses around each comparison"),
    (r"!(?!=)", "not is written ~, as in ~signed"),
    (r"[&|(,=]\s*not\b", "not is written ~, as in ~signed"),
    (r"\d\s*%", "write a percentage as a part of one: 80 % is 0.8"),
)
"""What people write who know other languages, and how it is written here; looked for in a line that Python cannot read."""


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
            return (
                _near(error.name or "", ("clmstate",))
                or "install what it imports, or run from the folder that the import is written for"
            )
        case SyntaxError():
            return _syntax(error)
        case ImportError():
            said = _FROM.search(str(error))
            return "" if said is None else _near(said["name"], dir(sys.modules.get(said["module"])))
        case AttributeError():
            if isinstance(error.obj, Numeric) and hasattr(Condition, error.name or ""):
                return f"compare it first, as in (health < 60).{error.name}(...)"
            return _attribute(error.obj, error.name or "")
        case NameError():
            return _name(error)
        case TypeError():
            return _call(str(error))
        case _:
            return ""


def _near(name: str, known: Iterable[str]) -> str:
    known = list(known)
    same = next((ours for ours, others in _CALLED_SO.items() if name.lower() in others and ours in known), "")
    if same:
        return f"did you mean {same!r}?"
    near = did_you_mean(name, (each for each in known if not each.startswith("_")))
    return near if near.startswith("did you mean") else ""


def _syntax(error: SyntaxError) -> str:
    """How it is written here, where the line looks as if it came from another language."""
    if isinstance(error, IndentationError):
        return "begin the lines of one class at the same column; the line above may be the one that is wrong"
    line = re.sub(r"(\"[^\"]*\"|'[^']*')", "''", (error.text or "").partition("#")[0])
    return next((remedy for pattern, remedy in _SYNTAX if re.search(pattern, line)), "")


def _attribute(owner: object, name: str) -> str:
    """What was meant by a name behind a dot."""
    if isinstance(owner, list | tuple | set) and name in ("to", "stay"):
        return f"join phases with |, as in (adoption | success).{name}(...)"
    if owner is Signal:
        kind = next((kind for kind, others in _ELSEWHERE.items() if name.lower() in others), "")
        return f"did you mean '{kind}'?" if kind else _near(name, _kinds()) or f"there are: {', '.join(_kinds())}"
    if isinstance(owner, One | Many):
        return _near(name, dir(owner)) or f"a port is named by its lifecycle, as in contract[Contract.{name}].fed_by(...)"
    return _near(name, dir(owner))


def _kinds() -> list[str]:
    return sorted(each for each in vars(Signal) if not each.startswith("_"))


def _name(error: NameError) -> str:
    """What was meant by a name that nobody knows: something to import, something that stands further down, or a near one."""
    import clmstate

    name = error.name or ""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if name in clmstate.__all__:
        return f"import it, with: from clmstate import {name}"
    if name == "self" or trace is None:
        return "in the class body names stand for themselves: leave out 'self.'" if name else ""
    if name == trace.tb_frame.f_locals.get("__qualname__"):
        return f"inside the class its names stand alone: leave out '{name}.'"
    here = _near(name, {*trace.tb_frame.f_locals, *trace.tb_frame.f_globals})
    return (
        _further_down(name, trace)
        or here
        or _near(name, dir(builtins))
        or "declare it above this line; a text needs quotation marks"
    )


def _further_down(name: str, trace: TracebackType) -> str:
    """Where a name is given in the same file, below the line that uses it."""
    lines = linecache.getlines(trace.tb_frame.f_code.co_filename)
    given = re.compile(rf"\s*(class\s+)?{re.escape(name)}\b\s*(=[^=]|\(|:)")
    below = (number for number, line in enumerate(lines, 1) if number > trace.tb_lineno and given.match(line))
    return next((f"it is declared in line {number}, further down: move this line below it" for number in below), "")


def _call(said: str) -> str:
    """How something of ours is called: the keyword that is near, or all that it takes."""
    if (part := _NO_PART.search(said)) is not None:
        return f"say how many there are of it: One({part['lifecycle']}) or Many({part['lifecycle']})"
    if said.startswith("Signal()"):
        return f"say of which kind it is: {', '.join(f'Signal.{kind}' for kind in _kinds())}"
    if (other := _NOT_CALLED.search(said)) is not None and isinstance(getattr(conditions, other["kind"], None), type):
        return "leave out the parentheses () behind it"
    call = _CALL.search(said)
    called = None if call is None else _ours(call["called"])
    if call is None or called is None:
        return ""
    parameters = inspect.signature(called).parameters
    keyword = _KEYWORD.search(said)
    near = "" if keyword is None else _near(keyword["keyword"], parameters)
    taken = [f"{name}=..." if each.kind is each.KEYWORD_ONLY else name for name, each in parameters.items() if name != "self"]
    overfull = "positional" in said and "missing" not in said and any(p.kind is p.KEYWORD_ONLY for p in parameters.values())
    how = "give what follows by its name, as in" if overfull else "it is called as"
    shown = call["called"].removesuffix(".__init__").replace("Phases.", "Phase.")  # several phases are joined, not written
    return near or f"{how} {shown}({', '.join(taken)})"


def _ours(name: str) -> Callable[..., object] | None:
    """What a name such as ``Signal.money`` or ``Phase.__init__`` stands for in clmstate."""
    import clmstate

    owner, _, method = name.partition(".")
    found = getattr(clmstate, owner, None) or getattr(lifecycle, owner, None)
    if method and method != "__init__":
        found = getattr(found, method, None)
    return found if callable(found) else None
