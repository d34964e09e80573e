"""Files that commands write: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from clmstate.errors import Diagnostic, InputError

__all__ = ["write_bytes", "write_text"]


def write_text(path: str, text: str) -> None:
    """Writes a text in UTF-8.

    Raises:
        InputError: CLM307, it cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_text(f"{folder}/note.txt", "hello")
        ...     Path(folder, "note.txt").read_text()
        'hello'
    """
    write_bytes(path, text.encode())


def write_bytes(path: str, data: bytes) -> None:
    """Writes beside the place, and then moves it there.

    Raises:
        InputError: CLM307, it cannot be written.

    Example:
        >>> write_bytes("/no/such/place/at all", b"")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM307 /no/such/place/at all: it cannot be written (...). Name a file in a folder that may be written.
    """
    target = Path(path)
    beside = ""
    try:
        handle, beside = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        mask = os.umask(0)
        os.umask(mask)
        Path(beside).chmod(0o666 & ~mask)
        Path(beside).replace(target)
        beside = ""
    except (OSError, ValueError) as error:
        cause = f"it cannot be written ({error})"
        raise InputError([Diagnostic("CLM307", path, cause, "name a file in a folder that may be written")]) from None
    finally:
        if beside:
            Path(beside).unlink(missing_ok=True)
