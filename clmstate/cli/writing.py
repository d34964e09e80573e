"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from clmstate.errors import Diagnostic, InputError

__all__ = ["write"]


def write(path: str | Path, content: str | bytes, *, over: bool = True, folders: bool = False) -> Path:
    """Writes a file under a temporary name, and gives it its own when it is complete.

    Args:
        path: where to.
        content: what; a text is written as UTF-8.
        over: whether a file that is there may be replaced.
        folders: whether folders that are missing are made.

    Raises:
        InputError: CLM307, it cannot be written, or is there already.

    Example:
        >>> write(Path("setup.cfg/below/a/file"), "")
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM307 setup.cfg/below/a/file: it cannot be written (...). Name another file.
    """
    path = Path(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    if not over and path.exists():
        raise InputError([Diagnostic("CLM307", str(path), "there is a file of that name already", "name another file")])
    try:
        if folders:
            path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except (OSError, ValueError) as error:
        cause = f"it cannot be written ({error.strerror if isinstance(error, OSError) else error})"
        raise InputError([Diagnostic("CLM307", str(path), cause, "name another file")]) from None
    return path


def _umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now
