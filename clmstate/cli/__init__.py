"""The command line: ``clmstate check | show | draw | walk``.

Starting it loads neither rich nor an engine; the command that was asked for does.
"""

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command of the command line.

    Args:
        argv: the words after ``clmstate``; by default those of this process.

    Returns:
        0 when it is done; 1 when the model has mistakes; 2 when it could not be done as asked.

    Example:
        >>> main(["--version"])
        clmstate 0.1.0
        0
    """
    try:  # whoever interrupts a start sees no traceback either
        from clmstate.cli import run
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return 130
    return run.main(argv)
