"""A failed scenario in the terminal: where in the test it was, and the explanation, as wide as the terminal and coloured if it has colours.

So are mistakes that clmstate names itself, such as a signal that does not exist: the frames of the framework would say nothing more.
"""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, Final

import pytest
from _pytest._code.code import ReprFileLocation, TerminalRepr
from _pytest._io import TerminalWriter

from clmstate.errors import ClmstateError, Diagnostic
from clmstate.testing.failures import DECIDES, ScenarioFailure

__all__ = ["FailedScenario", "folded", "said", "shown"]

_NARROWEST: Final = 60
_STEP: Final = re.compile(r"[▶ ] +\d+  .{11} ")
_BRANCH: Final = re.compile(r" *([✓✗?→] )?")


def said(diagnostics: Iterable[Diagnostic]) -> str:
    """Diagnostics as lines that fit the terminal, each with what goes on below it set in.

    Example:
        >>> print(said([Diagnostic("CLM381", "deal.md, row 1", "it has 6 cells", "leave blanks")]))
        CLM381 deal.md, row 1: it has 6 cells. Leave blanks.
    """
    width = max(_NARROWEST, shutil.get_terminal_size().columns)
    return "\n".join(line for one in diagnostics for line in folded(str(one), width, hang=2))


def folded(line: str, width: int, hang: int | None = None) -> Iterator[str]:
    """A line of an explanation in as many lines as it needs; what goes on is set in below where it began.

    Example:
        >>> list(folded("  ✗ users active at least 70 % (users active 69 %)", 30))
        ['  ✗ users active at least 70 %', '    (users active 69 %)']
    """
    if len(line) <= width or "│" in line:  # the row of a table stays one
        yield line
        return
    begin = _STEP.match(line) or _BRANCH.match(line)
    below = hang if hang is not None else 0 if begin is None else begin.end()
    yield from textwrap.wrap(
        line, width, subsequent_indent=" " * min(below, width // 2), break_long_words=False, break_on_hyphens=False
    )


class FailedScenario(TerminalRepr):
    """How pytest prints a failed scenario.

    Attributes:
        source: the lines of the test up to the one that failed; empty for tables.
        place: file and line.
        kind: the name of the exception.
        headlines: what was expected and what happened; or all that is wrong.
        sections: the parts of the explanation, each a heading and its lines.
        reprcrash: where pytest looks for the line of its summary.

    Example:
        >>> FailedScenario((), ("test_deal.py", 7), "ScenarioFailure", ("nobody moved",)).reprcrash.message
        'nobody moved'
    """

    def __init__(
        self,
        source: tuple[str, ...],
        place: tuple[str, int],
        kind: str,
        headlines: tuple[str, ...],
        sections: tuple[tuple[str, tuple[str, ...]], ...] = (),
    ) -> None:
        self.source, self.place, self.kind, self.headlines, self.sections = source, place, kind, headlines, sections
        self.reprcrash = ReprFileLocation(*place, headlines[0])

    def toterminal(self, tw: TerminalWriter) -> None:
        """Writes it."""
        for line in self.source:
            tw.line(line, bold=line.startswith(">"))
        if self.source:
            tw.line("")
        width = max(_NARROWEST, tw.fullwidth)
        for headline in self.headlines:
            for line in folded(headline, width - 4, hang=2):
                tw.line(f"E   {line}", red=True, bold=True)
        for heading, lines in self.sections:
            tw.line("E")
            tw.line(f"E     {heading}", bold=True)
            for line in lines:
                self._line(tw, line, width - 8)
        tw.line("")
        tw.line(f"{self.place[0]}:{self.place[1]}: {self.kind}")

    def _line(self, tw: TerminalWriter, line: str, width: int) -> None:
        sign = line.lstrip()[:1]
        colour = {"✓": {"green": True}, "✗": {"red": True}, "?": {"yellow": True}, "▶": {"bold": True}}.get(sign, {})
        body, mark, rest = line.partition(DECIDES)
        if len(line) > width:
            body = body.rstrip() + ("   " if mark else "")
        *before, last = folded(body, width - len(mark + rest)) if mark else folded(line, width)
        for one in before:
            tw.line(f"E       {one}", **colour)
        tw.write(f"E       {last}{' ' * (len(body) - len(last)) if not before and mark else '   ' if mark else ''}", **colour)
        tw.line(mark + rest, bold=True)


def shown(item: pytest.Item, excinfo: Any, otherwise: Any) -> Any:
    """The failure of an item as pytest is to print it.

    Example:
        >>> shown.__name__
        'shown'
    """
    error: ScenarioFailure | ClmstateError = excinfo.value
    kind = type(error).__name__
    headlines = (error.headline,) if isinstance(error, ScenarioFailure) else tuple(map(str, error.diagnostics))
    sections = error.sections if isinstance(error, ScenarioFailure) else ()
    entries = [entry for entry in excinfo.traceback if str(entry.path) == str(item.path)]
    if not entries:  # a table: its row is in the text
        if not isinstance(error, ScenarioFailure):
            return otherwise
        return FailedScenario((), (item.location[0], (item.location[1] or 0) + 1), kind, headlines, sections)
    entry = entries[-1]
    try:
        source = list(entry.getsource().deindent())
    except (AttributeError, OSError, IndexError):
        return otherwise
    number = entry.lineno - entry.getfirstlinesource()
    lines = [f"{'>' if i == number else ' '}   {line}" for i, line in enumerate(source[: number + 1])]
    if len(lines) > 24:
        lines = [lines[0], "    ...", *lines[-20:]]
    return FailedScenario(tuple(lines), (item.location[0], entry.lineno + 1), kind, headlines, sections)
