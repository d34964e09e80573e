"""A failed scenario in the terminal: where in the test it was, and the explanation, coloured where the terminal has colours."""

from __future__ import annotations

from typing import Any

import pytest
from _pytest._code.code import TerminalRepr
from _pytest._io import TerminalWriter

from clmstate.testing.failures import DECIDES, ScenarioFailure

__all__ = ["FailedScenario", "shown"]


class FailedScenario(TerminalRepr):
    """How pytest prints a failed scenario.

    Attributes:
        source: the lines of the test up to the one that failed; empty for tables.
        place: file and line.
        failure: headline and sections.

    Example:
        >>> FailedScenario((), "test_deal.py:7", "nobody moved", ()).headline
        'nobody moved'
    """

    def __init__(
        self, source: tuple[str, ...], place: str, headline: str, sections: tuple[tuple[str, tuple[str, ...]], ...]
    ) -> None:
        self.source, self.place, self.headline, self.sections = source, place, headline, sections

    def toterminal(self, tw: TerminalWriter) -> None:
        """Writes it."""
        for line in self.source:
            tw.line(line, bold=line.startswith(">"))
        if self.source:
            tw.line("")
        tw.line(f"E   {self.headline}", red=True, bold=True)
        for heading, lines in self.sections:
            tw.line("E")
            tw.line(f"E     {heading}", bold=True)
            for line in lines:
                tw.write("E       ")
                self._line(tw, line)
        tw.line("")
        tw.line(f"{self.place}: ScenarioFailure")

    def _line(self, tw: TerminalWriter, line: str) -> None:
        body, mark, rest = line.partition(DECIDES)
        sign = body.lstrip()[:1]
        colour = {"✓": {"green": True}, "✗": {"red": True}, "?": {"yellow": True}, "▶": {"bold": True}}.get(sign, {})
        tw.write(body, **colour)
        tw.line(mark + rest, bold=True)


def shown(item: pytest.Item, excinfo: Any, otherwise: Any) -> Any:
    """The failure of an item as pytest is to print it.

    Example:
        >>> shown.__name__
        'shown'
    """
    error: ScenarioFailure = excinfo.value
    entries = [entry for entry in excinfo.traceback if str(entry.path) == str(item.path)]
    if not entries:  # a table: its row is in the text
        return FailedScenario((), f"{item.location[0]}:{(item.location[1] or 0) + 1}", error.headline, error.sections)
    entry = entries[-1]
    try:
        source = list(entry.getsource().deindent())
    except (AttributeError, OSError, IndexError):
        return otherwise
    number = entry.lineno - entry.getfirstlinesource()
    lines = [f"{'>' if i == number else ' '}   {line}" for i, line in enumerate(source[: number + 1])]
    if len(lines) > 24:
        lines = [lines[0], "    ...", *lines[-20:]]
    place = f"{item.location[0]}:{entry.lineno + 1}"
    return FailedScenario(tuple(lines), place, error.headline, error.sections)
