"""The command line: ``clmstate check | show | draw | walk``.

Starting it loads neither rich nor an engine; the command that was asked for does.
"""

from clmstate.cli.run import main

__all__ = ["main"]
