"""What is handed out works in an empty environment, on a model outside the repository, without a Graphviz of the system."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests import processes

ROOT = Path(__file__).parents[1]
JUNK = shutil.ignore_patterns("__pycache__", "*.pyc", "*.so", "*.pyd")

MODEL = '''
from clmstate import Event, Lifecycle, Phase, Signal, anywhere


class Trial(Lifecycle):
    """A free trial that becomes a contract, or does not."""

    seats_used = Signal.count("seat used", plural="seats used", default=0)
    ended = Event("trial ended")

    trying = Phase("Trying", initial=True)
    paying = Phase("Paying", standing="good")
    gone = Phase("Gone", standing="lost", final=True)

    buy = trying.to(paying, when=seats_used >= 3)
    pause = paying.to(trying, when=seats_used < 1)
    lose = anywhere.to(gone, on=ended)
'''


def run(
    command: Sequence[str | Path], cwd: Path | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    done = processes.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=env)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist, and the wheel that was built from it: so each is shown to be complete."""
    # a copy: building leaves metadata behind, and would take up what earlier builds left
    source = tmp_path_factory.mktemp("source")
    shutil.copytree(ROOT / "clmstate", source / "clmstate", ignore=JUNK)
    for name in ("models", "tests"):  # what must stay out has to be there
        (source / name).mkdir()
        (source / name / "__init__.py").touch()
    for name in ("setup.cfg", "setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    out = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "build", "--no-isolation", "--outdir", out, source])
    return out


def test_wheel_holds_the_package_and_nothing_else(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    held = {name for name in names if ".dist-info/" not in name}
    there = {p.relative_to(ROOT).as_posix() for p in (ROOT / "clmstate").rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    compiled = {name for name in held if name.endswith((".so", ".pyd"))}  # where there is a compiler
    assert held - compiled == {name for name in there if not name.endswith((".so", ".pyd", ".c", ".h"))}
    assert len(compiled) <= 1
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        sources = {Path(name).name for name in archive.getnames() if "/kernel/c/" in name}
    assert sources == {p.name for p in (ROOT / "clmstate" / "kernel" / "c").iterdir()}
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_wheel_works_in_an_empty_environment(dist: Path, tmp_path: Path) -> None:
    """One test for all steps: the installation is the long part, and workers would repeat it."""
    venv.create(tmp_path / "venv", with_pip=False)
    commands = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    (wheel,) = dist.glob("*.whl")
    options = [
        "--quiet",
        "--prefer-binary",
        "--no-compile",
    ]  # to compile thousands of modules that nobody imports takes the longest
    run([sys.executable, "-m", "pip", "--python", commands / "python", "install", *options, wheel])
    (tmp_path / "trial.py").write_text(MODEL, encoding="utf-8")

    def installed(name: str, *arguments: str) -> str:
        # nothing else on the PATH: no `dot` of the system
        env = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | {"PATH": str(commands)}
        return run([commands / name, *arguments], cwd=tmp_path, env=env).stdout

    code = "import clmstate, importlib.util as u; print(*(n for n in ('models', 'tests', 'pytest') if u.find_spec(n)))"
    assert installed("python", "-c", code).split() == []
    installed("clmstate", "check", "trial.py")
    assert "Paying" in installed("clmstate", "show", "trial.py")
    installed("clmstate", "draw", "trial.py", "--out", "trial.svg")
    assert "Paying" in (tmp_path / "trial.svg").read_text(encoding="utf-8")
    installed("clmstate", "draw", "trial.py", "--out", "trial.png")
    assert (tmp_path / "trial.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
