"""Walking by hand: what is typed is observed; every line can be undone."""

from __future__ import annotations

import contextlib
import shlex
import sys
from typing import Any, Final

import attrs

from clmstate.cli import checklist
from clmstate.cli.models import Model
from clmstate.cli.screen import Screen
from clmstate.cli.telling import Teller
from clmstate.errors import ClmstateError, Diagnostic, InputError, did_you_mean
from clmstate.lifecycle import Lifecycle, Move, opened
from clmstate.presenting.criteria import place_label
from clmstate.replay import Row, write_log
from clmstate.replay.cells import Instant, read_cell, read_instant
from clmstate.replay.understand import spoken
from clmstate.signals import CLEAR, DAY, Value, from_instant, instant, show_instant

__all__ = ["TypingIn"]

WORDS: Final = ("at", "clear", "event", "explain", "help", "journey", "plays", "quit", "save", "signals", "undo")
HELP: Final = """\
  health=80 adopted=80%       what is now known (several at once are one observation)
  event notice                something happened; with values: event saved health=75
  at 2026-02-01   +7          when; alone, time passes until then (+7: seven days later)
  clear health                nobody knows any more
  explain [phase or rule]     why not yet
  journey   plays   signals   the way so far; what is to be done; what is known
  undo   save FILE   quit     take back the last line; write all of it as a log; leave"""


_TYPED: Final = {"flag": "yes or no", "date": "a date such as 2026-01-31", "share": "0 to 100 %"}
"""What is typed for signals whose values are said otherwise in Python."""


@attrs.define
class _Said:
    """What one line says."""

    at_us: int | None = None
    values: dict[str, Value | None] = attrs.field(factory=dict)
    """Stored values; None clears."""
    events: list[tuple[str, str | None]] = attrs.field(factory=list)


class TypingIn:
    """A customer who is walked from standard input.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> TypingIn(Model(Deal, "deal.py"), Screen(), "Acme").life.phase.label
        'New'
    """

    def __init__(self, model: Model, screen: Screen, customer: str) -> None:
        self.model, self.screen = model, screen
        self.life: Lifecycle = opened(model.lifecycle, customer)
        self.definition = model.lifecycle.definition
        self.teller = Teller(screen, model.lifecycle)
        self.before: list[tuple[dict[str, Any], int, int]] = []
        self.instants: list[int] = []
        self.rows: list[Row] = []

    def run(self) -> int:
        """Reads lines until ``quit`` or the end of the input."""
        tty = sys.stdin is not None and sys.stdin.isatty()
        if tty:
            with contextlib.suppress(ImportError):
                import readline  # noqa: F401 -- being loaded is what gives input() its history
        self.teller.title(self.life.name, self.definition.title, "type what happens; help lists the words, quit leaves")
        self._missing()
        while (line := self._ask(tty)) is not None:
            try:
                if not self._take(line.strip()):
                    break
            except ClmstateError as error:
                self.screen.problems(error.diagnostics)
        return 0

    def _ask(self, tty: bool) -> str | None:
        """The next line; None at the end of the input."""
        if sys.stdin is None:
            return None
        prompt = f"{self.life.at if self.life.at is not None else 'no time yet'} {self.life.phase.label}> " if tty else ""
        try:
            return input(prompt)
        except EOFError:
            if tty:
                self.screen.line()
            return None
        except UnicodeDecodeError:
            raise InputError([Diagnostic("CLM302", "standard input", "it is not UTF-8", "type or pipe text in UTF-8")]) from None

    # ---- lines

    def _take(self, line: str) -> bool:
        """Does what one line says; False to stop."""
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            raise self._refused("a quote is opened and never closed", "close it") from None
        if not words:
            return True
        match words:
            case ["quit" | "exit" | "q"]:
                return False
            case ["help" | "?"]:
                self.screen.line(HELP)
            case ["explain"]:
                self._missing(every=True)
            case ["explain", *rest]:
                self.screen.line(str(self.life.explain(self._named(" ".join(rest)))))
            case ["journey"]:
                self.screen.line(str(self.life.journey) or "nothing yet")
            case ["plays"]:
                self.screen.line(
                    "\n".join(f"{p.number}  {p.play.label}  ({p.because})" for p in self.life.open_plays) or "none is open"
                )
            case ["signals"]:
                self._signals()
            case ["undo"]:
                self._undo()
            case ["save", path]:
                self._save(path)
            case _:
                self._observe(self._understood(self._by_name(words)))
        return True

    def _named(self, said: str) -> str:
        """The name of a phase or rule that is called by its label; whatever else was said as it is."""
        d = self.definition
        labels = {spoken(rule.label): name for name, rule in d.transitions.items() if rule.label}
        labels |= {spoken(phase.label): path for path, phase in d.phases.items()}
        labels |= {spoken(place_label(d, path)): path for path in d.phases}
        return said if said in d.transitions or said in d.phases else labels.get(spoken(said), said)

    def _by_name(self, words: list[str]) -> list[str]:
        """The same, where a line is nothing but the label of an event."""
        rest = words[1:] if words[0] == "event" else words
        said = " ".join(rest)
        called = {spoken(spec.label): name for name, spec in self.definition.events.items()}
        name = "" if "=" in said or said in (*WORDS, *self.definition.events) else called.get(spoken(said), "")
        return [name] if name else words

    def _understood(self, words: list[str]) -> _Said:
        """What the words say together: one observation."""
        said = _Said()
        rest = list(words)
        while rest:
            word = rest.pop(0)
            name, equals, text = word.partition("=")
            if word in ("at", "clear", "event") and not rest:
                raise self._refused(
                    f"'{word}' says nothing", {"at": "at 2026-02-01", "clear": "clear health", "event": "event notice"}[word]
                )
            if word == "at":
                said.at_us = read_instant(rest.pop(0), "at")
            elif word[:1] == "+" and word[1:].rstrip("d").isdecimal() and len(word) < 8:
                said.at_us = self._later(int(word[1:].rstrip("d")))
            elif word == "clear":
                said.values[self._signal(rest.pop(0))] = None
            elif equals:
                known = self._signal(name)
                said.values[known] = read_cell(self.definition.signals[known], text, known)
            elif word == "event" or word in self.definition.events:
                event = rest.pop(0) if word == "event" else word
                names = event in self.definition.events and self.definition.events[event].names_instance
                instance = rest.pop(0) if names and rest and "=" not in rest[0] and rest[0] not in WORDS else None
                said.events.append((event, instance))
            else:
                raise self._refused(
                    f"{word!r:.60} is not understood",
                    did_you_mean(word, [*WORDS, *self.definition.signals, *self.definition.events]),
                )
        return said

    def _later(self, days: int) -> int:
        if self.life.at is None:
            raise self._refused("no time has been told yet, so nothing is later", "say first: at 2026-01-01")
        return read_instant(Instant(instant(self.life.at) + days * DAY), "at")

    def _signal(self, name: str) -> str:
        if name not in self.definition.signals:
            raise self._refused(f"{name!r:.60} is no signal of {self.definition.name}", did_you_mean(name, self.definition.signals))
        return name

    def _refused(self, cause: str, remedy: str) -> InputError:
        return InputError([Diagnostic("CLM347", "this line", cause, remedy)])

    # ---- what they do

    def _observe(self, said: _Said) -> None:
        before = self.life.snapshot()
        seen = len(self.life.journey.entries)
        at = None if said.at_us is None else from_instant(said.at_us)
        known = {name: spec.to_user(said.values[name]) for name, spec in self.definition.signals.items() if name in said.values}
        values = {name: CLEAR if value is None else value for name, value in known.items()}
        moves = self.life._life.observation(at, values, said.events)
        self.before.append((before, len(self.rows), len(self.instants)))
        self._remember(said)
        for move in moves:
            self.teller.move(move)
        for untaken in moves.untaken:
            self.teller.untaken(untaken)
        for entry in self.life.journey.entries[seen:]:
            if not isinstance(entry, Move):
                self.teller.entry(entry)
        self._missing()

    def _remember(self, said: _Said) -> None:
        """The line as rows of a log, from the first time that was told."""
        if self.life.at is None:
            return
        values = {name: value for name, value in said.values.items() if value is not None}
        cleared = [name for name, value in said.values.items() if value is None]
        self.instants.append(instant(self.life.at))
        event, instance = said.events[0] if said.events else ("", None)
        at_us, details = instant(self.life.at), {"instance": instance} if instance else {}
        self.rows.append(Row(self.life.name, at_us, event=event, details=details, values=values))
        for event, instance in said.events[1:]:
            self.rows.append(Row(self.life.name, at_us, event=event, details={"instance": instance} if instance else {}))
        if cleared:
            self.rows.append(Row(self.life.name, at_us, event="@clear", details={"signals": cleared}))

    def _save(self, path: str) -> None:
        write_log(path, self.rows, self.model.lifecycle)
        self.screen.line(f"{len(self.rows)} row{'' if len(self.rows) == 1 else 's'} in {path}")
        if len(self.instants) > len(set(self.instants)):
            self.screen.line(
                "Lines of one instant are one observation in a log: give them times of their own if their order matters."
            )

    def _undo(self) -> None:
        if not self.before:
            raise self._refused("there is nothing to take back", "type what happens first")
        snapshot, rows, instants = self.before.pop()
        del self.rows[rows:], self.instants[instants:]
        self.life = self.model.lifecycle.restore(snapshot, engine="compiled")
        self.screen.line(
            f"back in {self.life.phase.label}" + ("" if self.life.at is None else f", {show_instant(instant(self.life.at))}")
        )

    def _missing(self, *, every: bool = False) -> None:
        """What the next phase still needs; or every way out."""
        if every:
            self.teller.now(self.life, None)
            return
        ways = checklist.outlooks(self.life)
        if ways:
            self.teller.missing(checklist.hoped_for(ways))
        else:
            self.teller.note("the journey ends here" if self.life.phase.final else "no rule leads on from here")

    def _signals(self) -> None:
        width = max(map(len, self.definition.signals), default=0)
        for name, spec in self.definition.signals.items():
            value = self.life._signal_value(name)
            shown = "unknown" if value is None else str(value) if spec.kind == "date" else spec.show(value)
            allowed = _TYPED.get(spec.kind, spec.allowed)
            self.screen.line(f"  {name:<{width}}  {shown}  ({spec.label}: {allowed})")
