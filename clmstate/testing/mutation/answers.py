"""What tests said about mutants, kept in a file, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, Any, Final

__all__ = ["Answers", "digest"]

_LOCK: Final = "lock"
_KEPT: Final = 5
"""So many sets of answers of one model are kept, the newest; older ones are of no use to anybody."""


class Answers:
    """The answers about the mutants of one model, by one set of tests.

    Args:
        folder: where files are kept.
        model: the model's name.
        about: the :func:`digest` of what the answers are about.

    Example:
        >>> Answers(Path("nowhere"), "Deal", "1f3a").known()
        {}
    """

    def __init__(self, folder: Path, model: str, about: str) -> None:
        self.folder, self.family, self.name = folder, f"mutants-{model}-", f"mutants-{model}-{about}"
        self.path = folder / f"{self.name}.jsonl"

    def known(self) -> dict[str, dict[str, Any]]:
        """The answers, by the name of the mutant."""
        found: dict[str, dict[str, Any]] = {}
        for line in self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []:
            try:
                said = json.loads(line)
            except ValueError:  # cut off when the run was stopped
                continue
            if "mutant" in said:
                found[said["mutant"]] = said
        return found

    def forget(self) -> None:
        """Begins anew."""
        self.path.unlink(missing_ok=True)
        self._equal.unlink(missing_ok=True)
        for room in self._left():
            shutil.rmtree(room, ignore_errors=True)

    @contextmanager
    def room(self) -> Iterator[Path]:
        """A folder for the processes of one run. In the end their answers (`*.jsonl`) are added, and the folder is gone.

        What runs left behind that were killed before they could do so is added, too.
        """
        self.folder.mkdir(exist_ok=True)
        for left in self._left():
            self._close(left)
        self._clear()
        room = self.folder / f"{self.name}.{os.getpid()}"
        room.mkdir(exist_ok=True)
        with (room / _LOCK).open("w") as lock:
            _take(lock)
            try:
                yield room
            finally:
                lock.close()
                self._close(room)
                with suppress(OSError):  # there is something in it, as a rule
                    self.folder.rmdir()

    def _left(self) -> Iterator[Path]:
        """Rooms of runs that are no more."""
        for room in sorted(self.folder.glob(f"{self.name}.*")):
            if room.is_dir() and not _held(room / _LOCK):
                yield room

    def _clear(self) -> None:
        """Takes away what is too old to be asked for again."""
        every = [path for path in self.folder.glob(f"{self.family}*.jsonl") if path != self.path]
        for path in sorted(every, key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT - 1 :]:
            path.unlink(missing_ok=True)
            path.with_suffix(".equal.json").unlink(missing_ok=True)
        for room in self.folder.glob(f"{self.family}*"):
            if room.is_dir() and not room.name.startswith(f"{self.name}.") and not _held(room / _LOCK):
                shutil.rmtree(room, ignore_errors=True)

    def _close(self, room: Path) -> None:
        parts = sorted(room.glob("*.jsonl"))
        if parts:  # where the tests could not even be run, nothing is kept
            with self.path.open("a", encoding="utf-8") as every:
                for part in parts:
                    every.write(
                        "\n" + part.read_text(encoding="utf-8", errors="replace")
                    )  # a line that was cut off stays by itself
        shutil.rmtree(room, ignore_errors=True)

    # ---- proofs

    @property
    def _equal(self) -> Path:
        return self.folder / f"{self.name}.equal.json"

    def proved(self) -> dict[str, bool]:
        """For mutants that somebody has asked the prover about, whether they are equal to the model."""
        try:
            found: dict[str, bool] = json.loads(self._equal.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found

    def prove(self, proved: Mapping[str, bool]) -> None:
        """Keeps what was proved."""
        self._equal.write_text(json.dumps(proved), encoding="utf-8")


def digest(definitions: Iterable[object], tests: Iterable[str], said: Iterable[str]) -> str:
    """Changes whenever the models, the tests or clmstate do, so that no answer outlives what it is about.

    Args:
        definitions: of the models.
        tests: files and folders of tests, as they were named.
        said: whatever else matters.

    Example:
        >>> digest([], [], []) == digest([], [], []) != digest([], [], ["other"])
        True
    """
    found = hashlib.sha256(_ourselves().encode())
    for what in (*definitions, *said):
        found.update(repr(what).encode())
    for name in tests:
        found.update(name.encode())
        path = Path(name.partition("::")[0])
        for file in sorted(path.rglob("*") if path.is_dir() else [path]):
            if file.is_file() and file.suffix in (".py", ".md", ".csv"):
                found.update(file.read_bytes())
    return found.hexdigest()[:12]


@cache
def _ourselves() -> str:
    """Clmstate as it is installed: its version is in what its modules say."""
    found = hashlib.sha256()
    for file in sorted(Path(__file__).parents[2].rglob("*.py")):
        found.update(file.read_bytes())
    return found.hexdigest()


def _take(lock: IO[str]) -> None:
    """Holds a lock for as long as this process lives; on Windows whoever has a file open holds it anyway."""
    try:
        import fcntl
    except ImportError:
        return
    with suppress(OSError):  # some file systems have no locks
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _held(path: Path) -> bool:
    """Whether a process that still lives holds a lock."""
    try:
        import fcntl
    except ImportError:
        try:
            path.unlink(missing_ok=True)
        except PermissionError:
            return True
        return False
    try:
        with path.open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
