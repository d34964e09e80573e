"""Every public name explains itself with an example (that the examples hold is shown by running them as doctests)."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest

import clmstate


def public_packages() -> Iterator[str]:
    yield "clmstate"
    for module in pkgutil.iter_modules(clmstate.__path__, "clmstate."):
        if module.ispkg and not module.name.rpartition(".")[2].startswith("_"):
            yield module.name


def public_names() -> Iterator[tuple[str, str]]:
    for package in public_packages():
        for name in getattr(importlib.import_module(package), "__all__", ()):
            yield package, name


def docstring(value: object) -> str | None:
    """The docstring of a value, of its class where it is an instance of ours; None where Python has no place for one."""
    if inspect.ismodule(value):  # its own names are looked at instead
        return None
    if inspect.isclass(value) or inspect.isroutine(value) or type(value).__module__.partition(".")[0] == "clmstate":
        return inspect.getdoc(value) or ""
    return None


def test_facade_says_what_is_public() -> None:
    assert clmstate.__all__
    assert len(set(clmstate.__all__)) == len(clmstate.__all__)


@pytest.mark.parametrize(("package", "name"), list(public_names()))
def test_public_name_has_an_example(package: str, name: str) -> None:
    text = docstring(getattr(importlib.import_module(package), name))
    assert text is None or ">>> " in text, f"{package}.{name} needs a docstring with a >>> example"
