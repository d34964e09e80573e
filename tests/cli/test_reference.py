"""The reference pages say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import clmstate
from clmstate.cli.options import COMMANDS
from clmstate.cli.typing_in import HELP
from clmstate.replay import ACTS, FIXED

PACKAGE = Path(next(iter(clmstate.__path__)))
DOCS = PACKAGE.parent / "docs" / "reference"


@pytest.mark.parametrize("room", ["cli", "replay"])
def test_every_code_is_documented(room: str) -> None:
    page = (DOCS / "log-format.md").read_text() + ((DOCS / "cli.md").read_text() if room == "cli" else "")
    used = {code for file in (PACKAGE / room).glob("*.py") for code in re.findall(r"CLM3\d\d", file.read_text())}
    listed = set(re.findall(r"CLM3\d\d", page))
    assert used - listed == set()


def test_columns_acts_commands_and_words_are_documented() -> None:
    page = (DOCS / "log-format.md").read_text()
    assert all(f"`{word}`" in page for word in (*FIXED, *ACTS))
    page = (DOCS / "cli.md").read_text()
    assert all(f"## {name}\n" in page for name in COMMANDS)
    assert all(line.strip() in page for line in HELP.splitlines())


def test_a_code_says_one_thing() -> None:
    rows = [set(re.findall(r"^\| (CLM\d{3}) \|", (DOCS / page).read_text(), re.MULTILINE)) for page in ("log-format.md", "cli.md")]
    assert rows[0] & rows[1] == set()
