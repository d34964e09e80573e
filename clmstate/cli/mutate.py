"""``clmstate mutate``: plants small mistakes in a model, and names those that the tests did not notice."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from clmstate.cli.models import Model, load_one
from clmstate.cli.options import MODEL_HELP
from clmstate.cli.screen import Screen
from clmstate.composition import CompositionDefinition
from clmstate.errors import Diagnostic, InputError
from clmstate.lifecycle import LifecycleDefinition

if TYPE_CHECKING:
    from clmstate.testing.mutation.answers import Answers

__all__ = ["arguments", "run"]

FOLDER: Final = Path(".clmstate")
"""Where answers are kept, so that a run that was stopped goes on."""
_SECONDS: Final = 10
"""So long a process may take to end when it is asked to."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate mutate``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument("tests", nargs="*", help="files and folders of tests (default: tests, or those here)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="how many processes (default: all cores)"
    )
    parser.add_argument("--fresh", action="store_true", help="begin again, though a run was stopped")
    parser.add_argument("--fail-under", type=float, metavar="PERCENT", help="exit with 1 when fewer mutants are noticed")
    parser.add_argument("--no-proof", action="store_true", help="do not look for mutants that nobody could notice")


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Plants the mistakes, runs the tests, and tells what they did not notice.

    Returns:
        0 when it is done; 1 when fewer mutants were noticed than asked for; 2 when the tests fail without any mutant.

    Example:
        >>> from clmstate.cli import main
        >>> main(["mutate", "no_such_model.py"])
        2
    """
    from clmstate.testing.mutation.answers import Answers, digest
    from clmstate.testing.mutation.session import all_mutants

    if options.fail_under is not None and not 0 <= options.fail_under <= 100:
        raise InputError(
            [Diagnostic("CLM342", "clmstate mutate --fail-under", f"{options.fail_under:g} is no share", "give 0 to 100 percent")]
        )
    if options.jobs < 1:
        raise InputError(
            [Diagnostic("CLM342", "clmstate mutate --jobs", f"{options.jobs} is no number of processes", "give 1 or more")]
        )
    model = load_one(options.model, command="clmstate mutate")
    options.tests = options.tests or _tests_here()
    missing = [name for name in options.tests if not Path(name.partition("::")[0]).exists()]
    if missing:
        raise InputError([Diagnostic("CLM387", missing[0], "there are no tests of that name", "name a file or folder of tests")])
    every = {mutant.name: (what, mutant) for what, mutant in all_mutants([model.what])}
    definitions = [what if isinstance(what, LifecycleDefinition) else what.definition for what, _ in every.values()]
    kept = Answers(FOLDER, model.name, digest(dict.fromkeys(definitions), options.tests, [model.name, *every]))
    if options.fresh:
        kept.forget()
    started = time.monotonic()
    before = len(kept.known())
    _ask(model, options, kept, len(every), screen)
    known = kept.known()
    answers = [known[name] for name in every if name in known]
    counts = "killed_by" if any(line["tests"] for line in answers) else "killed_by_generated"
    survivors = [line for line in answers if line[counts] is None]
    equal = set() if options.no_proof else _equal(survivors, every, kept, screen)
    told = _Told(
        model, answers, [s for s in survivors if s["mutant"] not in equal], equal, before, time.monotonic() - started, counts
    )
    if screen.as_json:
        screen.json(told.document())
    else:
        told.show(screen)
    return 1 if options.fail_under is not None and told.percent < options.fail_under else 0


def _tests_here() -> list[str]:
    return ["tests"] if Path("tests").exists() else sorted(file.name for file in Path().glob("test_*.py")) or ["tests"]


def _ask(model: Model, options: argparse.Namespace, kept: Answers, total: int, screen: Screen) -> None:
    """Runs the tests in some processes, each with its share of the mutants that have no answer yet."""
    with _resumable(kept, total), kept.room() as room:
        done = sorted(kept.known())
        if len(done) >= total:
            return
        jobs = min(options.jobs, total - len(done))
        running = [_started(model, options.tests, room, (i, jobs), done) for i in range(jobs)]
        try:
            with screen.progress("mutants") as progress:
                while any(process.poll() is None for process in running):
                    progress(len(done) + sum(part.read_bytes().count(b"\n") for part in room.glob("*.jsonl")), total)
                    time.sleep(0.2)
        finally:
            for process in running:
                process.terminate()
            for process in running:
                _ended(process)
        _judge(running, room, model)


def _ended(process: subprocess.Popen[bytes]) -> None:
    """Waits for a process that was asked to end; tests may have taught it not to listen."""
    try:
        process.wait(timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def _resumable(kept: Answers, total: int) -> Iterator[None]:
    """Says, to whoever interrupts, what is kept."""
    try:
        yield
    except KeyboardInterrupt:
        sys.stderr.write(f"\n{len(kept.known()):,} of {total:,} answers are kept; the same command goes on from there.")
        raise


def _started(model: Model, tests: list[str], room: Path, share: tuple[int, int], done: list[str]) -> subprocess.Popen[bytes]:
    """A pytest run that asks a share of the mutants."""
    wanted, out = room / f"{share[0]}.json", room / f"{share[0]}.jsonl"
    name = f"{model.module}:{model.what.__qualname__}"
    wanted.write_text(json.dumps({"models": [name], "share": share, "done": done, "out": str(out)}), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        *tests,
        "-q",
        "-p",
        "no:cacheprovider",
        "--lifecycle-mutants",
        str(wanted),
        *_plugin(),
    ]
    path = os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    with wanted.with_suffix(".log").open("wb") as log:
        env = {**os.environ, "PYTHONPATH": path}
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=env)


def _plugin() -> list[str]:
    """Pytest finds the plugin by its entry point, unless clmstate is used without being installed."""
    points = importlib.metadata.entry_points(group="pytest11")
    return [] if any(point.value == "clmstate.pytest_plugin" for point in points) else ["-p", "clmstate.pytest_plugin"]


def _judge(running: list[subprocess.Popen[bytes]], room: Path, model: Model) -> None:
    """Says what went wrong in the processes, if anything did."""
    for number, process in enumerate(running):
        part, log = room / f"{number}.jsonl", room / f"{number}.log"
        lines = part.read_text(encoding="utf-8").splitlines() if part.exists() else []
        failed = [name for line in lines for name in json.loads(line).get("failed", [])]
        if failed:
            cause = f"{len(failed)} test{'s fail' if len(failed) != 1 else ' fails'} without any mutant, such as {failed[0]}"
            raise InputError([Diagnostic("CLM388", model.name, cause, "mend the tests first, or name those that pass")])
        if process.returncode not in (0, 5) and not lines:
            said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["pytest said nothing"]
            cause = f"the tests could not be run: {' '.join(said[-1].split())[:200].rstrip('.')}"
            raise InputError([Diagnostic("CLM388", model.name, cause, "run them with pytest first")])


def _equal(survivors: list[dict[str, Any]], every: Any, kept: Answers, screen: Screen) -> set[str]:
    """The survivors that nobody could notice, by proof; what was proved once is remembered."""
    from clmstate.testing.mutation.equal import equal

    proved = kept.proved()
    with screen.progress("proofs") as progress:
        for i, line in enumerate(survivors):
            what, mutant = every[line["mutant"]]
            if mutant.name not in proved:
                changed = mutant.changed()
                proved[mutant.name] = not isinstance(changed, CompositionDefinition) and equal(what, changed)
            progress(i + 1, len(survivors))
    kept.prove(proved)
    return {name for name, same in proved.items() if same}


@attrs.frozen
class _Told:
    """What is told at the end."""

    model: Model
    answers: list[dict[str, Any]]
    survivors: list[dict[str, Any]]
    equal: set[str]
    before: int
    seconds: float
    counts: str

    @property
    def counted(self) -> int:
        return len(self.answers) - sum(line["mutant"] in self.equal for line in self.answers)

    @property
    def percent(self) -> float:
        return 100.0 * (self.counted - len(self.survivors)) / self.counted if self.counted else 100.0

    @property
    def generated(self) -> tuple[int, int] | None:
        """How many mutants generated tests notice, and how many of those nobody else does; None where no generated test asks any."""
        if not any(line["generated"] for line in self.answers):
            return None
        noticed = [line for line in self.answers if line["killed_by_generated"] is not None]
        return len(noticed), sum(line["killed_by"] is None for line in noticed)

    def document(self) -> dict[str, Any]:
        killers = Counter(line[self.counts] for line in self.answers if line[self.counts])
        generated = self.generated
        return {
            "ok": True,
            "model": self.model.name,
            "mutants": len(self.answers),
            "equal": sorted(self.equal),
            "noticed": self.counted - len(self.survivors),
            "percent": round(int(self.percent * 10) / 10, 1),
            "survivors": [{k: line[k] for k in ("model", "of", "kind", "words", "tests", "generated")} for line in self.survivors],
            "generated": None if generated is None else {"noticed": generated[0], "alone": generated[1]},
            "killers": dict(killers.most_common()),
            "seconds": round(self.seconds, 1),
        }

    def _by(self) -> str:
        """By which tests, where some are generated."""
        if self.generated is None:
            return ""
        return " by the tests that people wrote" if self.counts == "killed_by" else " by generated tests"

    def show(self, screen: Screen) -> None:
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        screen.line()
        noticed = self.counted - len(self.survivors)
        style = "green" if not self.survivors else "yellow"
        head = Text.assemble(
            (f"{int(self.percent * 10) / 10:.1f} %", f"bold {style}"),
            f" of the mutants of {self.model.name} were noticed{self._by()}: {noticed:,} of {self.counted:,}",
        )
        screen.show(Padding(head, (0, 1), expand=False))
        if self.generated is not None and self.counts == "killed_by":
            found, alone = self.generated
            said = f"counted apart: generated tests noticed {found:,}, and {f'{alone:,} of them' if alone else 'none that'} no other test did"
            screen.show(Padding(Text(said, "dim"), (0, 1), expand=False))
        if self.equal:
            said = f"{len(self.equal)} more take the same transitions for every customer, by proof, and are left out"
            screen.show(Padding(Text(said, "dim"), (0, 1), expand=False))
        if self.before:
            screen.show(Padding(Text(f"{self.before:,} answers are from a run before", "dim"), (0, 1), expand=False))
        if self.survivors:
            screen.line()
            screen.show(
                Padding(
                    Text("Not noticed by any test:" if self.generated is None else "Not noticed by them:", "bold"),
                    (0, 1),
                    expand=False,
                )
            )
            table = Table.grid(padding=(0, 2, 0, 0))
            for _ in range(3):
                table.add_column()
            alone = {line["model"] for line in self.answers} == {self.model.name}
            for line in self.survivors:
                number = line["tests"] if self.counts == "killed_by" else line["generated"]
                asked = f"{number} test{'s' if number > 1 else ''} asked it" if number else "no test asks it"
                table.add_row(
                    Text(screen.marks.unmet, "bold red"),
                    Text(f"{'' if alone else line['model'] + '.'}{line['words']}"),
                    Text(asked, "dim"),
                )
            screen.show(Padding(table, (0, 1), expand=False))
            if self.generated is None:
                screen.line()
                said = f"clmstate testgen {self.model.source} --mcdc --pairs --out FILE writes tests that notice most of them"
                screen.show(Padding(Text(said, "dim"), (0, 1), expand=False))
        screen.line()
        screen.show(Padding(Text(f"{self.seconds:.1f} seconds", "dim"), (0, 1), expand=False))
        screen.line()
