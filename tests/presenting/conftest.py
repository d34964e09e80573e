"""What tests of presenting share: a JavaScript interpreter, and a browser where there is one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests import processes

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
        ran = processes.run([found, str(tmp_path / "run.cjs")], capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    return run


def chromium() -> str | None:
    """A browser on this machine; None leaves it to Playwright to use its own."""
    return next(
        (path for name in ("chromium", "chromium-browser", "google-chrome", "chrome") if (path := shutil.which(name))), None
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    with sync_api.sync_playwright() as playwright:
        try:
            found = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        except sync_api.Error as missing:
            pytest.skip(f"no browser: install chromium, or run `playwright install chromium` ({str(missing).splitlines()[0]})")
        yield found
        found.close()


@attrs.define
class Opened:
    """A page in the browser, and whatever it complained about or asked for."""

    page: Any
    complaints: list[str]
    requests: list[str]

    def text(self, selector: str) -> str:
        return str(self.page.inner_text(selector))

    def view(self) -> list[float]:
        """What part of the map is looked at."""
        return [float(word) for word in self.page.get_attribute("#map svg", "viewBox").split()]


@pytest.fixture(scope="session")
def opened(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Opened]]:
    """Opens HTML from a file, as people do."""
    folder = tmp_path_factory.mktemp("pages")
    contexts = []

    def open_page(html: str, **settings: Any) -> Opened:
        context = browser.new_context(**({"viewport": {"width": 1440, "height": 810}, "reduced_motion": "reduce"} | settings))
        contexts.append(context)
        found = Opened(context.new_page(), [], [])
        found.page.on("console", lambda said: found.complaints.append(said.text) if said.type in ("error", "warning") else None)
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.on("request", lambda request: found.requests.append(request.url))
        file = folder / f"{len(contexts)}.html"
        file.write_text(html, encoding="utf-8")
        found.page.goto(file.as_uri())
        if settings.get("java_script_enabled", True):
            found.page.wait_for_selector("html[data-ready]", state="attached")
        return found

    yield open_page
    for context in contexts:
        context.close()
