"""Which tests say that they show an item: ``@pytest.mark.shows("S4.11")``, read from their source without running them."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

__all__ = ["marked_tests"]


def marked_tests(folder: str | Path) -> Mapping[str, tuple[str, ...]]:
    r"""For each item the tests under a folder that are marked with it, as ``file::test``.

    Counted are functions and classes below a decorator called ``shows`` (such as ``@pytest.mark.shows("S0.7", "S0.8")``) with items as
    plain strings, in files that Python can parse.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     test = Path(folder) / "test_rules.py"
        ...     _ = test.write_text("import pytest\n@pytest.mark.shows('S4.11')\ndef test_pace(): ...\n")
        ...     [name.rpartition('/')[2] for name in marked_tests(folder)["S4.11"]]
        ['test_rules.py::test_pace']
    """
    found: dict[str, list[str]] = defaultdict(list)
    root = Path(folder)
    for file in sorted(root.rglob("test_*.py")):
        try:
            tree = ast.parse(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, SyntaxError):
            continue  # what cannot be read shows nothing
        for item, name in _marked(tree):
            found[item].append(f"{file.relative_to(root.parent).as_posix()}::{name}")
    return {item: tuple(dict.fromkeys(names)) for item, names in found.items()}


def _marked(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for decorator in node.decorator_list:
            if not isinstance(decorator, ast.Call) or _name(decorator.func) != "shows":
                continue
            for argument in decorator.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value, node.name


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
