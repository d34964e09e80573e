"""Other processes that tests start: every wait for one ends, and none of them waits for what somebody types.

No test is timed. The end is far beyond what any process takes on a slow and busy machine; whoever reaches it hangs, and its test is red.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

SECONDS: Final = 600
"""After so long a process is killed."""


def run(command: Sequence[str | Path], *, check: bool, **options: Any) -> subprocess.CompletedProcess[Any]:
    """`subprocess.run` with an end."""
    if "input" not in options:
        options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run(command, check=check, timeout=SECONDS, **options)


@contextmanager
def started(command: Sequence[str | Path], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A process whose lines are read as it says them; it is killed when the test is done with it."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, **options) as process:
        end = threading.Timer(SECONDS, process.kill)  # then reading finds the end of what it said
        end.daemon = True
        end.start()
        try:
            yield process
        finally:
            end.cancel()
            process.kill()
