"""Coverage in a pytest run: watches from the start, collects from the workers of pytest-xdist, reports at the end."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from clmstate.composition import CompositionDefinition
from clmstate.errors import ClmstateError, Diagnostic, InputError
from clmstate.kernel import compiled
from clmstate.kernel.stand_in import standing_in
from clmstate.testing.coverage.asking import Asking
from clmstate.testing.coverage.naming import models_named
from clmstate.testing.coverage.obligations import Ledger, duties, settle
from clmstate.testing.coverage.report import as_data, missing_lines, table_lines
from clmstate.testing.coverage.watching import Seen, Watch
from clmstate.testing.coverage.wiring import compositions_of, wiring_ledger
from clmstate.writing import write

__all__ = ["Session"]

_HANDED = "clmstate_coverage"


class Session:
    """What ``--lifecycle-cov`` does in a pytest run.

    Example:
        >>> Session.__name__
        'Session'
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.open = ExitStack()
        self.watch: Watch | None = None
        self.ledgers: list[Ledger] = []
        self.unwritten = ""
        self.reports = self._reports(config.getoption("--lifecycle-cov-report") or ["term-missing"])

    def _reports(self, asked: list[str]) -> list[tuple[str, str]]:
        found = []
        for one in asked:
            kind, _, where = one.partition(":")
            if kind not in ("term", "term-missing", "json", "html") or bool(where) != (kind in ("json", "html")):
                remedy = "write term, term-missing, json:FILE or html:FOLDER"
                raise pytest.UsageError(str(Diagnostic("CLM386", "--lifecycle-cov-report", f"'{one}' is no report", remedy)))
            found.append((kind, where))
        return found

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self) -> None:
        """Puts watching engines in the place of the models' own, before any test module is imported."""
        try:
            models = [model for name in self.config.getoption("--lifecycle-cov") for model in models_named(name)]
            self.watch = Watch([model.definition for model in dict.fromkeys(models)])
        except ClmstateError as error:
            raise pytest.UsageError(str(error)) from None
        self.open.enter_context(standing_in(self.watch.engines))

    @property
    def worker(self) -> Any:
        """What a worker of pytest-xdist hands over; None in any other process."""
        return getattr(self.config, "workeroutput", None)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hands over what was seen, or adds it up and judges it."""
        self.open.close()
        if self.watch is None:
            return
        if self.worker is not None:
            self.worker[_HANDED] = json.dumps(
                {
                    "seen": {name: seen.data() for name, seen in self.watch.seen.items()},
                    "wires": [[*key, sorted(map(json.dumps, values))] for key, values in self.watch.wires.items()],
                    "parts": sorted(self.watch.parts),
                }
            )
            return
        self.ledgers = self._judged(self.watch)
        try:
            self._write()
        except InputError as error:  # pytest would show it as a fault of its own
            self.unwritten = str(error)
            session.exitstatus = session.exitstatus or pytest.ExitCode.USAGE_ERROR
        least = self.config.getoption("--lifecycle-cov-fail-under")
        if least is not None and any(ledger.percent() < least for ledger in self.ledgers) and session.exitstatus == 0:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Adds what a worker of pytest-xdist has seen."""
        said = getattr(node, "workeroutput", {}).get(_HANDED)
        if said is None or self.watch is None:
            return
        data = json.loads(said)
        for name, seen in data["seen"].items():
            self.watch.seen[name].add(Seen.of(seen))
        for composition, number, values in data["wires"]:
            self.watch.wires.setdefault((composition, number), set()).update(map(json.loads, values))
        self.watch.parts.update((a, b) for a, b in data["parts"])

    def _judged(self, watch: Watch) -> list[Ledger]:
        compositions = {c.name: c for m in watch.models if isinstance(m, CompositionDefinition) for c in compositions_of(m)}
        ledgers = [wiring_ledger(definition, watch) for definition in compositions.values()]
        for name, definition in watch.lifecycles.items():
            asking = Asking(compiled(definition).program)
            ledgers.append(settle(asking, watch.seen[name], *duties(asking)))
        return ledgers

    def _write(self) -> None:
        for kind, where in self.reports:
            if kind == "json":
                write(where, json.dumps(as_data(self.ledgers), indent=2, ensure_ascii=False) + "\n", folders=True)
            elif kind == "html":
                from clmstate.testing.coverage.page import page

                assert self.watch is not None
                write(Path(where) / "index.html", page(self.ledgers, self.watch.lifecycles), folders=True)

    def _hint(self, terminalreporter: Any) -> None:
        """How journeys for what is missing can be written by clmstate."""
        flags = {"pair": "--pairs", "outcome": "--mcdc", "mcdc": "--mcdc", "boundary": "--mcdc"}
        missing = [duty for ledger in self.ledgers for duty in ledger.missing() if duty.kind in flags]
        if missing:
            wanted = " ".join(dict.fromkeys(flags[duty.kind] for duty in missing))
            one = [name for name in self.config.getoption("--lifecycle-cov") if len(self.ledgers) == 1]
            line = f"clmstate testgen {one[0] if one else 'MODEL'} {wanted} --out FILE"
            terminalreporter.write_line(f"Journeys that show most of it are written by: {line}")

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The table, and what is missing."""
        if not self.ledgers:
            return
        least = self.config.getoption("--lifecycle-cov-fail-under")
        kinds = [kind for kind, _ in self.reports]
        terminalreporter.section("lifecycle coverage")
        head, *rows = table_lines(self.ledgers, terminalreporter._tw.fullwidth)
        terminalreporter.write_line(head, bold=True)
        for line, ledger in zip(rows, self.ledgers, strict=True):
            good = ledger.percent() >= (100 if least is None else least)
            terminalreporter.write_line(line, green=good, yellow=not good)
        left_out = sum(len(ledger.impossible) for ledger in self.ledgers)
        if left_out:
            terminalreporter.write_line(f"{left_out} more that no customer can show are left out; the prover found them")
        if "term-missing" in kinds:
            for line in missing_lines(self.ledgers):
                terminalreporter.write_line(line, bold=not line.startswith(" "))
            self._hint(terminalreporter)
        for kind, where in self.reports:
            if where and not self.unwritten:
                terminalreporter.write_line(f"written: {where}{'/index.html' if kind == 'html' else ''}")
        if self.unwritten:
            terminalreporter.write_line(self.unwritten, red=True)
        for ledger in self.ledgers:
            if least is not None and ledger.percent() < least:
                said = f"{ledger.model}: {int(ledger.percent() * 10) / 10:.1f} % is below the {least:g} % that were asked for"
                terminalreporter.write_line(said, red=True)
