"""What tests of presenting share: a JavaScript interpreter, and a browser where there is one."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PAGE_FILES = Path(__file__).parents[2] / "clmstate" / "presenting" / "page_files"


def node() -> str | None:
    """Where a JavaScript interpreter is: on the PATH, or the one that Playwright brings."""
    found = shutil.which("node")
    if found is None:
        try:
            from playwright._impl._driver import compute_driver_executable

            found = compute_driver_executable()[0]
        except ImportError:
            return None
    return found


@pytest.fixture
def javascript(tmp_path: Path) -> Callable[[str, Any], Any]:
    """Runs a script that reads `given`, has `Meaning`, and writes JSON of `answer`."""
    found = node()
    if found is None:
        pytest.skip("no JavaScript interpreter: put node on the PATH, or pip install playwright")

    def run(script: str, given: Any) -> Any:
        (tmp_path / "given.json").write_text(json.dumps(given), encoding="utf-8")
        head = f"const {{ DAY, Meaning }} = require({json.dumps(str(PAGE_FILES / 'meaning.js'))});\n"
        head += f"const given = require({json.dumps(str(tmp_path / 'given.json'))});\nlet answer;\n"
        (tmp_path / "run.cjs").write_text(head + script + "\nprocess.stdout.write(JSON.stringify(answer));\n", encoding="utf-8")
        ran = subprocess.run([found, str(tmp_path / "run.cjs")], capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    return run
