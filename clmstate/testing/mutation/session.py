"""Mutants in a pytest run: tests are collected once, then run against one mutant after the other until one of them fails."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from clmstate.composition import Composition, CompositionDefinition
from clmstate.errors import ClmstateError
from clmstate.kernel import compiled
from clmstate.kernel.stand_in import standing_in
from clmstate.lifecycle import Lifecycle
from clmstate.testing.coverage.asking import Asking
from clmstate.testing.coverage.naming import models_named
from clmstate.testing.coverage.watching import Watch
from clmstate.testing.generated.writing import generated_lines
from clmstate.testing.mutation.changes import Mutant, mutants_of, wiring_mutants
from clmstate.testing.settings import SETTINGS

__all__ = ["MutantSession", "all_mutants"]


def all_mutants(models: list[type[Lifecycle] | type[Composition]]) -> list[tuple[Any, Mutant]]:
    """The mutants of some models with all their parts, each with what it changes: a definition, or a class of composition.

    Example:
        >>> all_mutants([])
        []
    """
    found: dict[str, tuple[Any, list[Mutant]]] = {}
    for model in models:
        definition = model.definition
        if isinstance(definition, CompositionDefinition):
            found.setdefault(definition.name, (model, wiring_mutants(definition)))
    for name, lifecycle in Watch([model.definition for model in models]).lifecycles.items():
        found.setdefault(name, (lifecycle, mutants_of(lifecycle)))
    return [(what, mutant) for what, several in found.values() for mutant in several]


class MutantSession:
    """What ``--lifecycle-mutants`` does in a pytest run; the file says which mutants, and where the answers go.

    Example:
        >>> MutantSession.__name__
        'MutantSession'
    """

    def __init__(self, config: pytest.Config) -> None:
        said = json.loads(Path(config.getoption("--lifecycle-mutants")).read_text(encoding="utf-8"))
        self.share, self.of = said["share"]
        self.done = frozenset(said["done"])
        self.out = Path(said["out"])
        self.names: list[str] = said["models"]
        self.killers: dict[str, int] = {}
        self.generated: frozenset[str] = frozenset()
        SETTINGS.explains = False  # that a test fails is all that is asked

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Runs the tests once as they are, then against each mutant."""
        if session.testsfailed and not session.config.option.continue_on_collection_errors:
            return True
        try:
            models = [model for name in self.names for model in models_named(name)]
            watch = Watch([model.definition for model in models])
        except ClmstateError as error:
            raise pytest.UsageError(str(error)) from None
        asked, failed = self._baseline(session, watch)
        if failed:
            self._say({"failed": failed})
            return True
        self.generated = frozenset(_generated(session.items))
        mutants = [(what, mutant) for what, mutant in all_mutants(models) if mutant.name not in self.done]
        for what, mutant in mutants[self.share :: self.of]:
            self._say(self._tried(session.items, asked, what, mutant))
        return True

    def _baseline(self, session: pytest.Session, watch: Watch) -> tuple[dict[str, tuple[float, frozenset[str]]], list[str]]:
        """How long each test takes and what it asks of the models, and the tests that fail without any mutant."""
        askings = {name: Asking(compiled(definition).program) for name, definition in watch.lifecycles.items()}
        asked: dict[str, tuple[float, frozenset[str]]] = {}
        failed: list[str] = []
        with standing_in(watch.engines):
            for item in session.items:
                for seen in watch.seen.values():
                    seen.pictures.clear()
                watch.parts.clear()
                started = time.perf_counter()
                if not _passes(item):
                    failed.append(item.nodeid)
                    continue
                names = {
                    f"{name}.{question.rule.transition.name}"
                    for name, seen in watch.seen.items()
                    for picture in seen.pictures
                    for question in _all_asked(askings[name], picture)
                }
                names |= {composition for composition, _ in watch.parts}
                asked[item.nodeid] = time.perf_counter() - started, frozenset(names)
        return asked, failed

    def _tried(self, items: list[pytest.Item], asked: Any, what: Any, mutant: Mutant) -> dict[str, Any]:
        """Runs the tests that ask about a mutant: those that somebody wrote until one notices, and generated ones likewise."""
        started = time.perf_counter()
        wanted = {mutant.model, *(f"{mutant.model}.{name}" for name in mutant.of)}
        chosen = [item for item in items if item.nodeid in asked and not wanted.isdisjoint(asked[item.nodeid][1])]
        chosen.sort(key=lambda item: (-self.killers.get(item.nodeid, 0), asked[item.nodeid][0]))
        with _mutated(what, mutant):
            killer = self._killer(item for item in chosen if item.nodeid not in self.generated)
            generated = self._killer(item for item in chosen if item.nodeid in self.generated)
        return {
            "mutant": mutant.name,
            "kind": mutant.kind,
            "of": list(mutant.of),
            "model": mutant.model,
            "words": mutant.words,
            "killed_by": killer,
            "killed_by_generated": generated,
            "tests": sum(item.nodeid not in self.generated for item in chosen),
            "generated": sum(item.nodeid in self.generated for item in chosen),
            "seconds": round(time.perf_counter() - started, 3),
        }

    def _killer(self, items: Iterable[pytest.Item]) -> str | None:
        """The first test that fails."""
        killer = next((item.nodeid for item in items if not _passes(item)), None)
        if killer is not None:
            self.killers[killer] = self.killers.get(killer, 0) + 1
        return killer

    def _say(self, line: dict[str, Any]) -> None:
        with self.out.open("a", encoding="utf-8") as out:
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


def _all_asked(asking: Asking, picture: Any) -> Iterator[Any]:
    """All rules that the picture is about, also those that come after the one that is taken: a mutant may let them speak."""
    phase, offered, _ = picture
    return asking.order(phase, offered)


def _generated(items: Iterable[pytest.Item]) -> Iterator[str]:
    """The tests that `clmstate testgen` wrote, and that nobody has changed."""
    lines: dict[Path, set[int]] = {}
    for item in items:
        path, number = item.reportinfo()[:2]
        path = Path(path)
        if path not in lines:
            lines[path] = generated_lines(path.read_text(encoding="utf-8")) if path.suffix == ".py" else set()
        if number is not None and number in lines[path]:
            yield item.nodeid


def _passes(item: pytest.Item) -> bool:
    reports = runtestprotocol(item, nextitem=None, log=False)
    return not any(report.failed for report in reports)


@contextmanager
def _mutated(what: Any, mutant: Mutant) -> Iterator[None]:
    changed = mutant.changed()
    if isinstance(changed, CompositionDefinition):
        own = what.definition
        type.__setattr__(what, "definition", changed)
        try:
            yield
        finally:
            type.__setattr__(what, "definition", own)
        return
    with standing_in({what: compiled(changed)}):
        yield
