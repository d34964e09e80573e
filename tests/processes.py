"""Other processes that tests start: every wait for one ends, and none of them waits for what somebody types.

No test is timed. The end is far beyond what any process takes on a slow and busy machine; whoever reaches it hangs, and its test is red.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

SECONDS: Final = 600
"""After so long a process is killed."""


def environment(given: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a process is told. It may keep what it has compiled, as usual, though ours may not: the next need not compile it again."""
    told = os.environ if given is None else given
    return {name: value for name, value in told.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run(command: Sequence[str | Path], *, check: bool, **options: Any) -> subprocess.CompletedProcess[Any]:
    """`subprocess.run` with an end."""
    if "input" not in options:
        options.setdefault("stdin", subprocess.DEVNULL)
    options["env"] = environment(options.get("env"))
    return subprocess.run(command, check=check, timeout=SECONDS, **options)


@contextmanager
def started(command: Sequence[str | Path], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A process whose lines are read as it says them; it is killed when the test is done with it."""
    options["env"] = environment(options.get("env"))
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, **options) as process:
        end = threading.Timer(SECONDS, process.kill)  # then reading finds the end of what it said
        end.daemon = True
        end.start()
        try:
            yield process
        finally:
            end.cancel()
            process.kill()
