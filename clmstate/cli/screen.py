"""What is printed, and where: results on standard output, problems and progress on standard error. rich loads when it is needed."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TextIO

import attrs

from clmstate.errors import Diagnostic

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

__all__ = ["Marks", "Screen"]

_WIDTH = 100
"""Columns where nobody says how wide the terminal is."""

_WIDEST = 120
"""Lines longer than this are hard to read, however wide the terminal is."""


@attrs.frozen
class Marks:
    """Signs, in what the terminal can show.

    Example:
        >>> Marks.of("utf-8").met, Marks.of("ascii").met
        ('✓', '+')
    """

    met: str = "✓"
    unmet: str = "✗"
    unknown: str = "?"
    arrow: str = "→"
    bullet: str = "·"

    @classmethod
    def of(cls, encoding: str | None) -> Marks:
        """The signs that an encoding has."""
        try:
            "✓✗→·─│".encode(encoding or "ascii")
        except (UnicodeEncodeError, LookupError):
            return cls("+", "-", "?", "->", "-")
        return cls()

    def truth(self, truth: bool | None) -> str:
        """The sign of a truth value.

        Example:
            >>> Marks().truth(None)
            '?'
        """
        return self.unknown if truth is None else self.met if truth else self.unmet


@attrs.define(slots=False)
class Screen:
    """One run's output.

    Attributes:
        as_json: results and problems are one JSON document each.
        plain: no colours and no styles.

    Example:
        >>> Screen().line("done")
        done
    """

    as_json: bool = False
    plain: bool = False

    @classmethod
    def for_words(cls, words: Sequence[str]) -> Screen:
        """A screen for a command line, known before the words are parsed, because parsing may have something to say."""
        return cls("--json" in words, "--no-color" in words or bool(os.environ.get("NO_COLOR")))

    # ---- standard output

    @cached_property
    def console(self) -> Console:
        """The console of rich on standard output."""
        return self._console(sys.stdout)

    @cached_property
    def marks(self) -> Marks:
        """The signs that standard output can show."""
        return Marks.of(getattr(sys.stdout, "encoding", None) or "utf-8")

    def line(self, text: str = "") -> None:
        """Prints plain text as it is."""
        sys.stdout.write(text + "\n")

    def show(self, *things: RenderableType) -> None:
        """Prints what rich can render; into a file or pipe without the spaces that fill up lines on a terminal."""
        for thing in things:
            if self.console.is_terminal:
                self.console.print(thing)
                continue
            with self.console.capture() as caught:
                self.console.print(thing)
            self.line("\n".join(line.rstrip() for line in caught.get().removesuffix("\n").split("\n")))

    def json(self, document: object) -> None:
        """Prints one JSON document."""
        self.line(json.dumps(document, indent=2, ensure_ascii=False, default=str))

    # ---- standard error

    def problems(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Prints diagnostics: as text on standard error, or as a JSON document on standard output."""
        found = list(diagnostics)
        sys.stdout.flush()
        if self.as_json:
            self.json({"ok": False, "diagnostics": [as_data(d) for d in found]})
        elif sys.stderr.isatty():
            console = self._console(sys.stderr)
            for diagnostic in found:
                console.print(problem(diagnostic, Marks.of(sys.stderr.encoding)))
        else:
            for diagnostic in found:
                sys.stderr.write(f"{diagnostic}\n")

    def interrupted(self) -> None:
        """Ends the line that somebody stopped in."""
        sys.stderr.write("\n")

    @contextlib.contextmanager
    def progress(self, what: str) -> Iterator[Callable[[int, int], None]]:
        """Shows how far long work has come, on a terminal; yields what to tell it (done, total)."""
        if self.as_json or not sys.stderr.isatty():
            yield lambda _done, _total: None
            return
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        bar = Progress(
            TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
            console=self._console(sys.stderr), transient=True,
        )  # fmt: skip
        with bar:
            task = bar.add_task(what, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)

    def _console(self, stream: TextIO) -> Console:
        from rich.console import Console

        console = Console(
            file=stream,
            color_system=None if self.plain else "auto",
            markup=False,
            highlight=False,
            emoji=False,
            no_color=self.plain,
        )
        if not console.is_terminal and not os.environ.get("COLUMNS", "").isdigit():
            console.width = _WIDTH
        elif console.width > _WIDEST:
            console.width = _WIDEST
        return console


def problem(diagnostic: Diagnostic, marks: Marks) -> RenderableType:
    """A diagnostic as a block with a hanging indent.

    Example:
        >>> from rich.console import Console
        >>> Console(width=60).print(problem(Diagnostic("CLM301", "log.csv", "there is no such file", "check the path"), Marks()))
        ✗ CLM301 log.csv: there is no such file. Check the path.
    """
    from rich.table import Table
    from rich.text import Text

    said = str(diagnostic)
    text = Text(said)
    head = len(diagnostic.code)
    text.stylize("bold red", 0, head)
    text.stylize("bold", head + 1, head + 1 + len(diagnostic.place_and_line))
    text.stylize("green", said.index(". ", head + len(diagnostic.place_and_line) + len(diagnostic.cause)) + 2)
    grid = Table.grid(padding=(0, 1))
    grid.add_row(Text(marks.unmet, "bold red"), text)
    return grid


def as_data(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic for JSON.

    Example:
        >>> as_data(Diagnostic("CLM301", "log.csv", "there is no such file", "check the path"))["code"]
        'CLM301'
    """
    return attrs.asdict(diagnostic)
