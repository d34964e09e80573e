"""What users' editors see: real mypy --strict and real pyright, with their own settings, on files as users write them."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from tests import processes

HERE = Path(__file__).parent


def mypy(file: Path, cache: Path) -> set[int]:
    """The lines that mypy --strict refuses."""
    options = ["--config-file=", "--strict", "--hide-error-context", "--no-error-summary", f"--cache-dir={cache}"]
    done = processes.run(
        [sys.executable, "-m", "mypy", *options, file.name], cwd=file.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr + done.stdout
    said = re.findall(rf"^{re.escape(file.name)}:(\d+): error:", done.stdout, re.MULTILINE)
    assert done.returncode == bool(said), done.stdout
    return set(map(int, said))


def pyright(file: Path) -> set[int]:
    """The lines that pyright refuses."""
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--outputjson", file.name]
    done = processes.run(command, cwd=file.parent, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr + done.stdout
    found = json.loads(done.stdout)["generalDiagnostics"]
    return {each["range"]["start"]["line"] + 1 for each in found if each["severity"] == "error"}


@pytest.fixture
def cache(request: pytest.FixtureRequest) -> Path:
    """Kept between runs, so that only the first one reads the whole package."""
    return request.config.cache.mkdir("mypy-for-users")


def copy(name: str, to: Path) -> Path:
    """The file where a user has it: outside of the repository and of its settings."""
    file = to / "model.py"
    file.write_text((HERE / name).read_text(encoding="utf-8"), encoding="utf-8")
    return file


def marked(file: Path) -> set[int]:
    return {number for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1) if line.endswith("# E")}


def lines(file: Path, numbers: set[int]) -> str:
    text = file.read_text(encoding="utf-8").splitlines()
    return "\n".join(f"{number}: {text[number - 1]}" for number in sorted(numbers))


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
@pytest.mark.parametrize("name", ["passes.py", "wrong.txt"])
def test_editors_see_what_is_wrong_and_nothing_else(name: str, checker: str, tmp_path: Path, cache: Path) -> None:
    file = copy(name, tmp_path)
    refused, expected = mypy(file, cache) if checker == "mypy" else pyright(file), marked(file)
    assert not expected - refused, f"{checker} does not see:\n{lines(file, expected - refused)}"
    assert not refused - expected, f"{checker} refuses:\n{lines(file, refused - expected)}"


def test_enough_is_marked() -> None:
    assert len(marked(HERE / "wrong.txt")) > 100
    assert not marked(HERE / "passes.py")
