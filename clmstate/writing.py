"""Files that people name. What is written gets its name when it is complete, so that nobody ever reads half of it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clmstate.errors import Diagnostic, InputError

__all__ = ["finite", "make_folder", "unfinished", "write"]


def write(path: str | os.PathLike[str], content: str | bytes, *, over: bool = True, folders: bool = False) -> Path:
    """Writes a file, whole or not at all.

    Args:
        path: where to.
        content: what; a text is written as UTF-8.
        over: whether a file that is there may be replaced.
        folders: whether folders that are missing are made.

    Raises:
        InputError: CLM307, it cannot be written, or is there already.

    Example:
        >>> write("no/such/folder/journey.svg", "")
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM307 no/such/folder/journey.svg: there is no folder 'no/such/folder'. Make it, or name another place.
    """
    with unfinished(path, over=over, folders=folders) as place:
        place.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return Path(path)


@contextmanager
def unfinished(path: str | os.PathLike[str], *, over: bool = True, folders: bool = False) -> Iterator[Path]:
    """A place beside a file, for whoever writes it bit by bit; it becomes the file when all is written, and is gone if that fails.

    Args:
        path, over, folders: as in :func:`write`.

    Raises:
        InputError: CLM307, it cannot be written, or is there already.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with unfinished(Path(folder) / "log.csv") as place:
        ...         _ = place.write_text("customer,at")
        ...     [file.name for file in Path(folder).iterdir()]
        ['log.csv']
    """
    begun: Path | None = None
    try:
        place = _place(path)
        if folders:
            make_folder(Path(path).parent)
        if place.exists() and not over:
            raise _refused(path, "there is a file of that name already", "name another file")
        if place.exists() and not place.is_file():  # a pipe, or /dev/stdout: nothing to put in its place
            yield place
            return
        beside = place.with_name(f".unfinished-{os.urandom(6).hex()}")
        beside.touch(exist_ok=False)
        begun = beside
        yield begun
        if place.exists():
            begun.chmod(place.stat().st_mode & 0o777)
        begun.replace(place)
    except FileNotFoundError:
        raise _refused(path, f"there is no folder '{Path(path).parent}'", "make it, or name another place") from None
    except BrokenPipeError:  # whoever read /dev/stdout has gone
        raise
    except OSError as error:
        raise _refused(path, f"it cannot be written ({_said(error)})", "name another file") from None
    finally:
        if begun is not None:
            begun.unlink(missing_ok=True)


def finite(path: str | os.PathLike[str]) -> Path:
    """A file that is about to be read to its end: a device is refused, because some have none, and a terminal waits for somebody to type.

    Raises:
        OSError: it is a device (other than the empty one), or there is nothing of that name.
        ValueError: no file can have such a name.

    Example:
        >>> finite("setup.cfg").name
        'setup.cfg'
    """
    place = Path(path)
    about = place.stat()
    if stat.S_ISCHR(about.st_mode) and not os.path.samestat(about, Path(os.devnull).stat()):
        raise OSError(errno.EINVAL, "it is a device, not a file", os.fspath(path))
    return place


def make_folder(folder: str | os.PathLike[str]) -> Path:
    """Makes a folder, and those above it, where they are missing.

    Raises:
        InputError: CLM307, when it cannot be made.

    Example:
        >>> make_folder("setup.cfg/pictures")
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM307 setup.cfg/pictures: the folder cannot be made (...). Name another folder.
    """
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise _refused(folder, f"the folder cannot be made ({_said(error)})", "name another folder") from None
    return Path(folder)


def _place(path: str | os.PathLike[str]) -> Path:
    """Where a link leads, so that it stays one."""
    try:
        place = Path(os.path.realpath(path))
        if Path(path).exists() and not place.exists():  # /dev/stdout leads to a pipe, which has no name
            place = Path(path)
        folder = place.is_dir()
    except ValueError as error:  # a name that no file can have
        raise _refused(path, f"it cannot be written ({error})", "name another file") from None
    if folder:
        raise _refused(path, "it is a folder", "name a file in it")
    return place


def _refused(path: str | os.PathLike[str], cause: str, remedy: str) -> InputError:
    return InputError([Diagnostic("CLM307", os.fspath(path), cause, remedy)])


def _said(error: OSError | ValueError) -> str:
    """Without the path, which is said already."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
