"""XState 5 as a contestant: its own process, its own clock, the same traffic as JSON.

Whatever is doubtful is decided in its favour: it warms up on the same traffic before it is timed (Python has nothing to
warm up), it remembers each day that it has read, as the other peers do, and the better of its processor time (which includes the threads of its
compiler and garbage collector) and its wall time counts.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import attrs

from .contest import Sample, Traffic

__all__ = ["XState", "find"]

SOURCE = Path(__file__).parent / "peer_xstate"
WARM_UP = 1.0  # seconds; more passes changed nothing


@attrs.define
class XState:
    """The installed peer."""

    label: str
    node: str
    home: Path

    def phases(self, traffic: Traffic) -> list[str]:
        answer = self._run(traffic, 0.0, "--phases")
        return [phase for phases in answer["phases"] for phase in phases]

    def sample(self, traffic: Traffic) -> Sample:
        answer = self._run(traffic, WARM_UP)
        seconds = answer["seconds"]
        return Sample(answer["observations"], seconds, min(seconds, answer["cpu_seconds"]))

    def _run(self, traffic: Traffic, warm_up: float, *flags: str) -> dict[str, Any]:
        path = self.home / f"traffic-{traffic.name}.json"
        path.write_text(json.dumps([[(step.event, step.values) for step in steps] for steps in traffic.fleet]))
        command = [self.node, "bench.mjs", path.name, str(warm_up), *flags]
        answer: dict[str, Any] = json.loads(subprocess.run(command, cwd=self.home, check=True, capture_output=True).stdout)
        return answer


def find(build: Path) -> tuple[XState | None, str]:
    """The peer, installed under `build`, and its version; or None, and why it is absent."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None, f"{'node' if node is None else 'npm'} is not installed on this machine"
    home = build / "bench-xstate"
    home.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "bench.mjs"):
        shutil.copyfile(SOURCE / name, home / name)
    wanted = json.loads((SOURCE / "package.json").read_text())["dependencies"]["xstate"]
    if _installed(home) != wanted:
        command = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock"]
        if subprocess.run(command, cwd=home, check=False, capture_output=True).returncode != 0 or _installed(home) != wanted:
            return None, f"npm could not install xstate {wanted}"
    version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    return XState("XState 5, actors", node, home), f"xstate {wanted} on node {version.removeprefix('v')}"


def _installed(home: Path) -> str | None:
    manifest = home / "node_modules" / "xstate" / "package.json"
    return json.loads(manifest.read_text())["version"] if manifest.exists() else None
