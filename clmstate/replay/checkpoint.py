"""What is done of long work, in a folder: steps that are finished stay finished, whoever kills the process and however."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from clmstate.errors import Diagnostic, InputError

__all__ = ["Checkpoint"]

_NOTE: Final = "checkpoint.json"
_DOING: Final = ".doing-"


class Checkpoint:
    """A folder of finished steps, each a folder of its own that got its name when it was complete.

    Args:
        folder: a new or empty one, or one of the same work.
        about: what makes it the same work, as JSON-ready data: another model, log or date is other work.

    Raises:
        InputError: CLM357, it belongs to other work; CLM358, another process is at work with it; CLM307, it cannot be written, or holds
            something else.

    Example:
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     place = f"{folder}/kept"
        ...     with Checkpoint(place, {"log": "a.csv"}) as kept, kept.doing("first") as step:
        ...         _ = (step / "answer").write_text("42")
        ...     with Checkpoint(place, {"log": "a.csv"}) as kept:
        ...         kept.done("first"), kept.done("second")
        ...     with Checkpoint(place, {"log": "b.csv"}):
        ...         pass
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM357 ...: it is kept of other work: its log is not the same. Name another folder, or remove it.
    """

    def __init__(self, folder: str | os.PathLike[str], about: Mapping[str, Any]) -> None:
        self.folder, self.place = Path(folder), os.fspath(folder)
        self.about = json.loads(json.dumps(about))
        self.lock: Any = None

    def __enter__(self) -> Checkpoint:
        try:
            self._begin()
        except OSError as error:
            self.__exit__()
            raise self._refused("CLM307", f"it cannot be written ({error.strerror})", "name a folder that may be written") from None
        except InputError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self.lock is not None:
            self.lock.close()
            self.lock = None

    def done(self, step: str) -> bool:
        """Whether a step is finished."""
        return self.step(step).is_dir()

    def step(self, step: str) -> Path:
        """The folder of a finished step."""
        return self.folder / step

    @contextmanager
    def doing(self, step: str) -> Iterator[Path]:
        """A folder to fill; it becomes that of the step when all is written, and is gone if that fails."""
        beside = Path(tempfile.mkdtemp(prefix=_DOING, dir=self.folder))
        try:
            yield beside
            beside.rename(self.step(step))
        except OSError as error:
            raise self._refused("CLM307", f"it cannot be written ({error.strerror})", "make room, and go on") from None
        finally:
            shutil.rmtree(beside, ignore_errors=True)

    def forget(self) -> None:
        """Removes the folder: the work is done."""
        self.__exit__()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- beginning, or going on

    def _begin(self) -> None:
        note = self.folder / _NOTE
        if self.folder.exists() and not note.is_file() and (not self.folder.is_dir() or any(self.folder.iterdir())):
            cause = "it is there already, and holds something else"
            raise self._refused("CLM307", cause, "name a new folder, or one that was kept by this command")
        self.folder.mkdir(parents=True, exist_ok=True)
        if not note.is_file():
            fresh = self.folder / f"{_DOING}note"
            fresh.write_text(json.dumps(self.about, indent=2, sort_keys=True) + "\n", "utf-8")
            fresh.replace(note)
        self._locked(note)
        try:
            kept = json.loads(note.read_text("utf-8"))
        except ValueError:
            kept = None
        if kept != self.about:
            theirs = kept if isinstance(kept, dict) else {}
            other = next((key for key in self.about if theirs.get(key) != self.about[key]), "note")
            raise self._refused(
                "CLM357", f"it is kept of other work: its {other} is not the same", "name another folder, or remove it"
            )
        for left in self.folder.glob(f"{_DOING}*"):  # of a process that was killed
            shutil.rmtree(left, ignore_errors=True)

    def _locked(self, note: Path) -> None:
        """One process at a time; the lock goes with the process, however it ends. Where there are no locks, nobody is kept out."""
        try:
            import fcntl
        except ImportError:  # Windows
            return
        self.lock = note.open("rb")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise self._refused("CLM358", "another process is at work with it", "wait for it, or name another folder") from None

    def _refused(self, code: str, cause: str, remedy: str) -> InputError:
        return InputError([Diagnostic(code, self.place, cause, remedy)])
