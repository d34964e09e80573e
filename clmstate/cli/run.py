"""Which command was asked for, and how it ends: 0 done, 1 the model has mistakes, 2 it could not be done as asked."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import Final

from clmstate.cli.options import COMMANDS, Parser, command_parser, main_help, parse_command, split_command
from clmstate.cli.screen import Screen
from clmstate.errors import ClmstateError, DefinitionError, Diagnostic

__all__ = ["main"]

MISTAKES: Final = 1
NOT_AS_ASKED: Final = 2
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141


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
    words = list(sys.argv[1:] if argv is None else argv)
    _say_anything()
    screen = Screen.for_words(words)
    try:
        code = _run(words, screen)
        sys.stdout.flush()
        return code
    except DefinitionError as error:
        screen.problems(error.diagnostics)
        return MISTAKES
    except ClmstateError as error:
        screen.problems(error.diagnostics)
        return NOT_AS_ASKED
    except KeyboardInterrupt:
        screen.interrupted()
        return INTERRUPTED
    except BrokenPipeError:
        _close_stdout()
        return PIPE_CLOSED
    except OSError as error:
        if os.environ.get("CLMSTATE_TRACEBACK"):
            raise
        screen.problems([_not_done_by_the_system(error)])
        return NOT_AS_ASKED
    except Exception as error:  # a user must never see a traceback; this is the one place that says "our fault"
        if os.environ.get("CLMSTATE_TRACEBACK"):
            raise
        screen.problems([_our_fault(error)])
        return NOT_AS_ASKED


def _run(words: list[str], screen: Screen) -> int:
    before, name, after = split_command(words)
    parser = Parser(prog="clmstate", add_help=False)
    parser.add_argument("-h", "--help", action="store_true")
    for option in ("--version", "--json", "--no-color"):
        parser.add_argument(option, action="store_true")
    asked = parse_command(parser, before)
    if asked.version:
        from clmstate import __version__

        screen.line(f"clmstate {__version__}")
        return 0
    if not name or asked.help:
        screen.line(main_help())
        return 0 if asked.help else NOT_AS_ASKED
    parser = command_parser(name)
    command = importlib.import_module(COMMANDS[name].module)
    command.arguments(parser)
    try:
        options = parse_command(parser, after)
    except SystemExit:  # --help has been printed
        return 0
    return int(command.run(options, screen))


def _not_done_by_the_system(error: OSError) -> Diagnostic:
    """A full disk, a name that is too long, too many open files: nobody's mistake in a model, and nobody's in clmstate."""
    place = "clmstate" if error.filename is None else f"{error.filename!s:.60}"
    cause = f"the system refuses it ({error.strerror or type(error).__name__})"
    return Diagnostic("CLM398", place, cause, "see to that, and run it again; CLMSTATE_TRACEBACK=1 shows the details")


def _our_fault(error: Exception) -> Diagnostic:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else f" in {trace.tb_frame.f_globals.get('__name__', '?')}, line {trace.tb_lineno}"
    cause = f"clmstate itself failed ({type(error).__name__}: {' '.join(str(error).split())[:200]}{where})"
    return Diagnostic("CLM399", "clmstate", cause, "please report it, with CLMSTATE_TRACEBACK=1 set for the details")


def _say_anything() -> None:
    """Text that the terminal's encoding does not know is escaped, where Python would fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(OSError, ValueError):
                stream.reconfigure(errors="backslashreplace")


def _close_stdout() -> None:
    """The reader has gone; Python must not try again when it ends."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
