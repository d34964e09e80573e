"""A folder of results that is there whole or not at all, also when whoever writes it is killed between any two steps."""

from __future__ import annotations

import ctypes
import glob
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from clmstate.errors import Diagnostic, InputError

__all__ = ["NOTE", "may_be_written", "results"]

NOTE: Final = "replay.json"
"""What says that a folder is ours."""
_LOCK: Final = "lock"
_EXCHANGE: Final = 2
_HERE: Final = -100


def may_be_written(folder: str | os.PathLike[str]) -> Path:
    """Looks at a folder that is to hold results, before hours are spent on them.

    Raises:
        InputError: CLM307, it is there already, and holds something else.

    Example:
        >>> may_be_written("setup.cfg")
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM307 setup.cfg: it is there already, and not from a replay. Name a new folder, or one that a replay has written.
    """
    target = Path(folder).resolve()  # so that `.` has a name too, and a link stays one
    if target.exists() and not (target / NOTE).is_file() and (not target.is_dir() or any(target.iterdir())):
        cause = "it is there already, and not from a replay"
        raise InputError([Diagnostic("CLM307", os.fspath(folder), cause, "name a new folder, or one that a replay has written")])
    return target


@contextmanager
def results(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """A folder to fill; when all is written it takes the place of the one that is named, in one step where the system can.

    Raises:
        InputError: CLM307, it cannot be written, or holds something else.

    Example:
        >>> with tempfile.TemporaryDirectory() as place:
        ...     for text in ("first", "second"):
        ...         with results(f"{place}/out") as new:
        ...             _ = (new / NOTE).write_text(text)
        ...     [path.name for path in Path(place).iterdir()], (Path(place) / "out" / NOTE).read_text()
        (['out'], 'second')
    """
    target = may_be_written(folder)
    beside: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear_up(target)
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
        with (beside / _LOCK).open("wb") as lock:
            _locked(lock)
            new = beside / "new"
            new.mkdir()
            yield new
            if not (target.exists() and _exchanged(new, target)):
                if target.exists():
                    target.rename(beside / "old")
                new.rename(target)
    except OSError as error:
        cause = f"it cannot be written ({error.strerror or error})"
        raise InputError([Diagnostic("CLM307", os.fspath(folder), cause, "name a folder that may be written")]) from None
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Exchanges two names in one step; False where that cannot be done, and two steps must do."""
    if sys.platform != "linux":
        return False
    try:
        found: int = ctypes.CDLL(None).renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE)
    except (AttributeError, OSError):  # an old library
        return False
    return found == 0


def _clear_up(target: Path) -> None:
    """Removes what killed processes have left beside a folder; if one was killed between two steps, the results before come back."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.*.part"):
        try:
            with (left / _LOCK).open("rb") as lock:
                if not _locked(lock):
                    continue  # somebody is at work with it
                if not target.exists() and (left / "old").is_dir():
                    (left / "old").rename(target)
        except FileNotFoundError:
            continue
        shutil.rmtree(left, ignore_errors=True)


def _locked(file: IO[Any]) -> bool:
    """Whether a lock could be had; it goes with the process, however that ends. Where there are no locks nothing is anybody's."""
    try:
        import fcntl
    except ImportError:  # Windows
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
