"""Versions by name: whatever names a model, and ``git:REV[:MODEL]`` for the model as a revision of the repository has it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import attrs

from clmstate.cli.models import Model, load_one
from clmstate.errors import DefinitionError, Diagnostic, InputError

__all__ = ["VERSION_HELP", "load_version", "pairs"]

VERSION_HELP: Final = "a model, or git:REV[:MODEL] for what a revision has (git:HEAD~3:models/contract.py:Contract)"

_GIT: Final = "git:"
_SECONDS: Final = 120


def load_version(name: str, *, command: str, like: str = "") -> Model:
    """The model of a name.

    Args:
        name: as for :func:`clmstate.cli.models.load_one`, or ``git:REV[:MODEL]``.
        command: what a remedy shows.
        like: the model that is meant where ``git:REV`` names none.

    Raises:
        InputError: CLM376, git or the revision cannot be had; otherwise as :func:`load_one`.
        DefinitionError: the model of that revision has mistakes.

    Example:
        >>> load_version("git:no-such-revision:models/deal.py", command="clmstate diff")
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM376 git:no-such-revision:models/deal.py: ...
    """
    if not name.startswith(_GIT):
        return load_one(name, command=command)
    revision, _, model = name.removeprefix(_GIT).partition(":")
    model = model or like
    if not revision or revision.startswith("-"):
        raise _refused(name, "no revision is named", "name a commit, branch or tag, as in git:HEAD~3")
    if not model or model.startswith(_GIT):
        raise _refused(name, "no model is named", f"name one, as in git:{revision}:models/contract.py")
    root = Path(_git(name, "rev-parse", "--show-toplevel").decode().strip())
    below = _git(name, "rev-parse", "--show-prefix").decode().strip()
    archive = _git(name, "archive", "--format=tar", revision, at=root)
    with tempfile.TemporaryDirectory(prefix="clmstate-", ignore_cleanup_errors=True) as folder:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
        text = _frozen(name, model, Path(folder) / below, root)
    from clmstate.analysis.versions import thaw

    return Model(thaw(text, name), name)


def pairs(given: Sequence[str]) -> dict[str, str | None]:
    """New names by old ones, from words such as ``adoption=in_use``; ``adoption=`` gives it none.

    Raises:
        InputError: CLM342, a word names no two names.

    Example:
        >>> pairs(["adoption=in_use", "worry="])
        {'adoption': 'in_use', 'worry': None}
    """
    found: dict[str, str | None] = {}
    for pair in given:
        name, sign, wanted = pair.partition("=")
        if not sign or not name:
            raise InputError([Diagnostic("CLM342", "--as", f"{pair!r:.60} names no two names", "write --as old=new, or --as old=")])
        found[name] = wanted or None
    return found


def _frozen(name: str, model: str, folder: Path, root: Path) -> str:
    """The model, frozen by a process of its own, so that its modules do not mix with those of the present."""
    where, dot, rest = model.partition(".py")
    with_root = Path(where).is_absolute() and Path(where + dot).is_relative_to(root)
    asked = str(Path(where).relative_to(root)) + dot + rest if with_root else model
    if not folder.is_dir():
        raise _refused(name, "that revision has no such folder", "run from a folder that it has")
    ours = str(Path(__file__).resolve().parents[2])
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, (ours, os.environ.get("PYTHONPATH", "")))),
        "PYTHONUTF8": "1",
    }
    words = [sys.executable, "-P", "-m", "clmstate.cli", "freeze", asked, "--out", "-", "--json"]
    try:
        ran = subprocess.run(
            words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise _refused(name, f"importing it takes more than {_SECONDS} seconds", "see what it does when it is imported") from None
    text = ran.stdout.decode(errors="replace")
    if ran.returncode == 0:
        return text
    try:
        found = [Diagnostic(**diagnostic) for diagnostic in json.loads(text)["diagnostics"]]
    except (ValueError, LookupError, TypeError):
        raise _refused(
            name, f"it cannot be frozen ({text[:200]} {ran.stderr.decode(errors='replace')[-200:]})", "check it out"
        ) from None
    revision = name.removeprefix(_GIT).partition(":")[0]
    raise (DefinitionError if ran.returncode == 1 else InputError)(
        attrs.evolve(diagnostic, place=f"git:{revision}, {diagnostic.place}") for diagnostic in found
    )


def _git(name: str, *words: str, at: Path | None = None) -> bytes:
    said: Sequence[str] = ("git", *words)
    try:
        ran = subprocess.run(said, cwd=at, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _refused(name, f"git cannot be run ({error})", "install git, or name two files") from None
    if ran.returncode:
        cause = " ".join(ran.stderr.decode(errors="replace").split())[:200].removeprefix("fatal: ")
        raise _refused(name, cause or "git fails", "run inside the repository, and name a revision that it has")
    return ran.stdout


def _refused(name: str, cause: str, remedy: str) -> InputError:
    return InputError([Diagnostic("CLM376", name, cause.rstrip("."), remedy)])
