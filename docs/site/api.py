"""One page for each package of clmstate, with every public name: its signature, and what its docstring says."""

from __future__ import annotations

import importlib
import inspect
import types
from pathlib import Path
from typing import Final

import clmstate

__all__ = ["write_api"]

PACKAGES: Final = {
    "clmstate": "The front door",
    "clmstate.errors": "Mistakes",
    "clmstate.live": "Live customers",
    "clmstate.analysis": "Analysis",
    "clmstate.replay": "Replay",
    "clmstate.drawing": "Pictures",
    "clmstate.testing": "Tests",
    "clmstate.presenting": "Pages and slides",
    "clmstate.gaps": "Gaps",
}
"""What users call; the kernel is how it works, and stays out."""

_MOST: Final = 200


def write_api(into: Path) -> None:
    """Writes the pages into a folder."""
    into.mkdir(parents=True, exist_ok=True)
    for package, title in PACKAGES.items():
        (into / f"{package.rpartition('.')[2]}.md").write_text(_page(package, title), encoding="utf-8")


def _page(package: str, title: str) -> str:
    module = importlib.import_module(package)
    names = [name for name in module.__all__ if module is clmstate or name not in clmstate.__all__]
    head = (inspect.getdoc(module) or "").partition("\n")[0]
    listed = ", ".join(f":py:obj:`{name}`" for name in names)
    lines = [f"# {title}: `{package}`", "", head, "", "```{eval-rst}", f".. currentmodule:: {package}", "", listed, ""]
    for name in names:
        lines += _directive(name, getattr(module, name))
    return "\n".join((*lines, "```", ""))


def _directive(name: str, value: object) -> list[str]:
    if type(value).__module__ in ("builtins", "types", "typing") and not (inspect.isclass(value) or inspect.isroutine(value)):
        shown = str(value) if isinstance(value, types.GenericAlias | types.UnionType) else repr(value)
        return [
            f".. py:data:: {name}",
            f"   :value: {shown if len(shown) < _MOST else '...'}",
            "",
        ]  # no docstring but that of `dict`
    if inspect.isclass(value):
        kind = "autoexception" if issubclass(value, BaseException) else "autoclass"
        return [f".. {kind}:: {name}", "   :members:", ""]
    return [f".. {'autofunction' if inspect.isroutine(value) else 'autodata'}:: {name}", ""]
