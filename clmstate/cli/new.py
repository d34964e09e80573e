"""``clmstate new``: a model of one's own, with a test file and a sample log, that runs as it is."""

from __future__ import annotations

import argparse
import keyword
import re
import shlex
import sys
from pathlib import Path
from typing import Final

from clmstate.cli.screen import Screen
from clmstate.errors import Diagnostic, InputError
from clmstate.writing import write

__all__ = ["arguments", "run"]

_TAKEN: Final = frozenset(("clmstate", "conftest", "models", "pytest", "setup", "test", "tests"))


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate new``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("folder", metavar="DIR", help="a new or empty folder")
    parser.add_argument(
        "--name", metavar="NAME", help="what the lifecycle is called, such as Contract (by default the folder's name)"
    )


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Starts a model; nothing that is there is changed.

    Example:
        >>> from clmstate.cli import main
        >>> main(["new", "setup.cfg"])
        2
    """
    folder = Path(options.folder)
    _free(folder)
    name = _class_name(options.name, folder)
    module = _module_name(name)
    title = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).capitalize()
    from clmstate.cli.starter import LOG, MODEL, NOTES, TESTS

    texts = {f"{module}.py": MODEL, f"test_{module}.py": TESTS, "acme.csv": LOG, "README.md": NOTES}
    written = [write(folder / file, _filled(text, name, module, title), over=False, folders=True) for file, text in texts.items()]
    here = folder.resolve() == Path.cwd()
    steps = [f"clmstate check {module}.py", f"clmstate draw {module}.py", f"clmstate walk {module}.py acme.csv", "pytest"]
    if not here:
        steps.insert(0, f"cd {shlex.quote(str(folder))}")
    if screen.as_json:
        screen.json({"ok": True, "lifecycle": name, "files": [str(path) for path in written], "next": steps})
        return 0
    from rich.text import Text

    for path in written:
        screen.console.print(Text.assemble((f"{screen.marks.met} ", "bold green"), str(path)), soft_wrap=True)
    screen.line()
    screen.line("Next:")
    for step in steps:
        screen.console.print(Text(f"  {step}", "bold"), soft_wrap=True)
    return 0


def _filled(text: str, name: str, module: str, title: str) -> str:
    for key, value in (("{name}", name), ("{module}", module), ("{title}", title)):
        text = text.replace(key, value)
    return text


def _free(folder: Path) -> None:
    try:
        if folder.exists() and not folder.is_dir():
            raise _refused(folder, "it is a file", "name a folder that is not there yet")
        if folder.is_dir() and any(not each.name.startswith(".") for each in folder.iterdir()):
            raise _refused(folder, "there are files in it already, and none of them is to be lost", "name a new or an empty folder")
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise _refused(folder, f"it cannot be read ({error})", "name another folder") from None


def _refused(folder: Path, cause: str, remedy: str) -> InputError:
    return InputError([Diagnostic("CLM379", str(folder), cause, remedy)])


def _class_name(given: str | None, folder: Path) -> str:
    """The name of the lifecycle: as given, or from the folder's."""
    if given is not None:
        if not given.isidentifier() or not given.isascii() or keyword.iskeyword(given) or not given[:1].isupper():
            remedy = "begin with a capital letter, and use letters and digits only, as in Contract"
            raise InputError([Diagnostic("CLM342", "--name", f"{given!r:.60} is no name for a lifecycle", remedy)])
        return given
    words = re.findall(r"[A-Za-z][A-Za-z0-9]*", folder.resolve().name)
    name = "".join(word[:1].upper() + word[1:] for word in words)
    return name if name and not keyword.iskeyword(name) and name != "Lifecycle" else "Contract"


def _module_name(name: str) -> str:
    """The name of its file, which must not hide another module."""
    module = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return f"{module}_lifecycle" if module in _TAKEN or module in sys.stdlib_module_names or keyword.iskeyword(module) else module
