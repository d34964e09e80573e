"""``clmstate mutate``: plants small mistakes in a model, and names those that the tests did not notice."""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

import attrs

from clmstate.cli.models import Model, load_one
from clmstate.cli.options import MODEL_HELP
from clmstate.cli.screen import Screen
from clmstate.composition import CompositionDefinition
from clmstate.errors import Diagnostic, InputError

__all__ = ["arguments", "run"]

FOLDER: Final = Path(".clmstate")
"""Where answers are kept, so that a run that was stopped goes on."""


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
    from clmstate.testing.mutation.session import all_mutants

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
    kept = FOLDER / f"mutants-{model.name}-{_digest(model, options.tests, every)}.jsonl"
    FOLDER.mkdir(exist_ok=True)
    if options.fresh:
        kept.unlink(missing_ok=True)
    started = time.monotonic()
    before = len(_answers(kept))
    _ask(model, options, kept, len(every), screen)
    known = _answers(kept)
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


def _digest(model: Model, tests: list[str], every: Any) -> str:
    """Changes whenever the model or the tests do."""
    said = hashlib.sha256("\n".join(every).encode())
    for name in tests:
        path = Path(name.partition("::")[0])
        for file in sorted(path.rglob("*") if path.is_dir() else [path]):
            if file.is_file() and file.suffix in (".py", ".md", ".csv"):
                said.update(file.read_bytes())
    said.update(" ".join(tests).encode())
    said.update(model.name.encode())
    for what in {id(what): what for what, _ in every.values()}.values():
        definition = getattr(what, "definition", what)
        rules = (
            definition.wires
            if isinstance(definition, CompositionDefinition)
            else [*definition.transitions.values(), *definition.thresholds.values()]
        )
        said.update(repr(rules).encode())
    return said.hexdigest()[:12]


def _answers(kept: Path) -> dict[str, dict[str, Any]]:
    lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
    found: dict[str, dict[str, Any]] = {}
    for line in lines:
        try:
            said = json.loads(line)
        except ValueError:  # cut off when the run was stopped
            continue
        if "mutant" in said:
            found[said["mutant"]] = said
    return found


def _ask(model: Model, options: argparse.Namespace, kept: Path, total: int, screen: Screen) -> None:
    """Runs the tests in some processes, each with its share of the mutants that have no answer yet."""
    left = sorted(kept.parent.glob(f"{kept.stem}.*.jsonl"))  # by a run that could not even clean up
    _gathered(kept, left)
    for part in left:
        part.unlink()
    done = sorted(_answers(kept))
    if len(done) >= total:
        return
    jobs = min(options.jobs, total - len(done))
    parts = [kept.with_suffix(f".{i}.jsonl") for i in range(jobs)]
    running = []
    name = f"{model.module}:{model.what.__qualname__}"
    for i, part in enumerate(parts):
        part.unlink(missing_ok=True)
        wanted = kept.with_suffix(f".{i}.json")
        wanted.write_text(json.dumps({"models": [name], "share": [i, jobs], "done": done, "out": str(part)}), encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "pytest",
            *options.tests,
            "-q",
            "-p",
            "no:cacheprovider",
            "--lifecycle-mutants",
            str(wanted),
        ]
        path = os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
        with part.with_suffix(".log").open("wb") as log:
            process = subprocess.Popen(
                [*command, *_plugin()], stdout=log, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONPATH": path}
            )
        running.append(process)
    try:
        with screen.progress("mutants") as progress:
            while any(process.poll() is None for process in running):
                progress(len(done) + sum(_lines(part) for part in parts), total)
                time.sleep(0.2)
    finally:
        for process in running:
            if process.poll() is None:
                process.terminate()
            process.wait()
        _gathered(kept, parts)
    _judge(running, parts, model)


def _plugin() -> list[str]:
    """Pytest finds the plugin by its entry point, unless clmstate is used without being installed."""
    points = importlib.metadata.entry_points(group="pytest11")
    return [] if any(point.value == "clmstate.pytest_plugin" for point in points) else ["-p", "clmstate.pytest_plugin"]


def _lines(part: Path) -> int:
    return part.read_bytes().count(b"\n") if part.exists() else 0


def _gathered(kept: Path, parts: list[Path]) -> None:
    """Adds what processes have answered; a line that was cut off when they were stopped stays a line of its own."""
    with kept.open("a", encoding="utf-8") as all_:
        for part in parts:
            if part.exists():
                all_.write("\n" + part.read_text(encoding="utf-8"))


def _judge(running: list[subprocess.Popen[bytes]], parts: list[Path], model: Model) -> None:
    """Says what went wrong in the processes, if anything did."""
    wrong: list[Diagnostic] = []
    for process, part in zip(running, parts, strict=True):
        log = part.with_suffix(".log")
        said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        failed = [
            name
            for line in (part.read_text(encoding="utf-8").splitlines() if part.exists() else [])
            for name in json.loads(line).get("failed", [])
        ]
        if failed:
            cause = f"{len(failed)} test{'s fail' if len(failed) != 1 else ' fails'} without any mutant, such as {failed[0]}"
            wrong.append(Diagnostic("CLM388", model.name, cause, "mend the tests first, or name those that pass"))
        elif process.returncode not in (0, 5) and not _lines(part):
            cause = f"the tests could not be run: {' '.join((said or ['pytest said nothing'])[-1].split())[:200].rstrip('.')}"
            wrong.append(Diagnostic("CLM388", model.name, cause, "run them with pytest first"))
        part.unlink(missing_ok=True)
        part.with_suffix(".json").unlink(missing_ok=True)
        log.unlink()
    if wrong:
        raise InputError(wrong[:1])


def _equal(survivors: list[dict[str, Any]], every: Any, kept: Path, screen: Screen) -> set[str]:
    """The survivors that nobody could notice, by proof; what was proved once is remembered."""
    from clmstate.testing.mutation.equal import equal

    known_file = kept.with_suffix(".equal.json")
    known: dict[str, bool] = json.loads(known_file.read_text(encoding="utf-8")) if known_file.exists() else {}
    with screen.progress("proofs") as progress:
        for i, line in enumerate(survivors):
            what, mutant = every[line["mutant"]]
            if mutant.name not in known:
                changed = mutant.changed()
                known[mutant.name] = not isinstance(changed, CompositionDefinition) and equal(what, changed)
            progress(i + 1, len(survivors))
    known_file.write_text(json.dumps(known), encoding="utf-8")
    return {name for name, same in known.items() if same}


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
            "survivors": [{k: line[k] for k in ("model", "of", "kind", "words", "tests")} for line in self.survivors],
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
            for line in self.survivors:
                asked = f"{line['tests']} test{'s' if line['tests'] > 1 else ''} asked it" if line["tests"] else "no test asks it"
                table.add_row(Text(screen.marks.unmet, "bold red"), Text(f"{line['model']}.{line['words']}"), Text(asked, "dim"))
            screen.show(Padding(table, (0, 1), expand=False))
        screen.line()
        screen.show(Padding(Text(f"{self.seconds:.1f} seconds", "dim"), (0, 1), expand=False))
        screen.line()
