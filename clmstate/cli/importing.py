"""Importing a model's file or module, leaving `sys.path` as it was, and saying what went wrong with file and line."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import os
import pkgutil
import sys
import traceback
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import attrs

from clmstate.cli.mending import mended
from clmstate.errors import DefinitionError, Diagnostic, InputError, did_you_mean

__all__ = ["ALONE", "ImportFault", "import_file", "import_module", "shown_path"]

ALONE = "clmstate_model_"
"""How the name begins under which a file outside packages is imported."""

_OURS = Path(__file__).resolve().parents[1]


class ImportFault(InputError):
    """A model that cannot be imported; its own definition is not at fault.

    Example:
        >>> issubclass(ImportFault, InputError)
        True
    """


def shown_path(path: Path) -> str:
    """A path as people near it would write it.

    Example:
        >>> shown_path(Path("models") / "deal.py")
        'models/deal.py'
    """
    with contextlib.suppress(ValueError, OSError):
        return path.resolve().relative_to(Path.cwd()).as_posix() or "."
    return path.as_posix()


def import_file(path: Path) -> ModuleType:
    """The module of a file: under its dotted name where it lies in folders that make one, so that it is the same module as for others.

    Raises:
        DefinitionError: one of its lifecycles has mistakes.
        ImportFault: CLM331, it cannot be imported.

    Example:
        >>> import_file(Path("no_such_model.py"))
        Traceback (most recent call last):
        ...
        clmstate.cli.importing.ImportFault: CLM331 no_such_model.py: FileNotFoundError: ...
    """
    file = path.resolve()
    root = _root(file)
    with _reported(shown_path(path)):
        try:
            return _import_below(root, file)
        except ModuleNotFoundError as error:
            other = _folder_holding(file, (error.name or "").partition(".")[0])
            if other is None or other == root:
                raise
            return _import_below(other, file)


def import_module(name: str) -> ModuleType:
    """The module of a dotted name, looked for in this folder and wherever Python looks.

    Raises:
        DefinitionError: one of its lifecycles has mistakes.
        InputError: CLM330, there is no such module.
        ImportFault: CLM331, it cannot be imported.

    Example:
        >>> import_module("clmstate.conditoins")
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM330 clmstate.conditoins: there is no module of that name. Did you mean 'conditions'?
    """
    if not all(part.isidentifier() for part in name.split(".")):
        cause = "it is neither a file, a folder nor the name of a module"
        raise InputError([Diagnostic("CLM330", name, cause, "name a model such as models/contract.py or models.contract")])
    with _reported(name), _searching(Path.cwd()):
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{name}.".startswith(f"{error.name}."):
                raise
            raise InputError([Diagnostic("CLM330", name, "there is no module of that name", _near_modules(name))]) from None


def _near_modules(name: str) -> str:
    parent, _, last = name.rpartition(".")
    if not parent:
        here = [p.stem for p in Path.cwd().glob("*.py")] + [p.name for p in Path.cwd().iterdir() if p.is_dir()]
        near = did_you_mean(name, here)
    else:
        try:
            package = importlib.import_module(parent)
        except Exception:  # noqa: BLE001 -- only a hint is looked for
            return "check the name; it is looked for from the present folder"
        near = did_you_mean(last, [module.name for module in pkgutil.iter_modules(getattr(package, "__path__", []))])
    return near if near.startswith("did you mean") else "check the name; it is looked for from the present folder"


def _root(file: Path) -> Path:
    """The folder from which a file has its dotted name: the present one, or the one that holds its outermost package."""
    with contextlib.suppress(OSError):
        if file.is_relative_to(Path.cwd()):
            return Path.cwd()
    root = file.parent
    while (root / "__init__.py").is_file() and root != root.parent:
        root = root.parent
    return root


def _folder_holding(file: Path, name: str) -> Path | None:
    """The nearest folder around a file in which a module of this name lies."""
    return next((f for f in file.parents if name and ((f / name).is_dir() or (f / f"{name}.py").is_file())), None)


def _import_below(root: Path, file: Path) -> ModuleType:
    parts = list(file.relative_to(root).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    dotted = ".".join(parts)
    with _searching(root, file.parent):
        if len(parts) > 1 and all(part.isidentifier() for part in parts):
            spec = _spec_in_place(dotted)
            if spec is not None and spec.origin is not None and Path(spec.origin).resolve() == file:
                return importlib.import_module(dotted)
        return _import_alone(file)


def _spec_in_place(dotted: str) -> ModuleSpec | None:
    """Where Python finds a dotted name; a package that is missing another module says so, one that is not there does not."""
    try:
        return importlib.util.find_spec(dotted)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{dotted}.".startswith(f"{error.name}."):
            return None
        raise
    except ValueError:  # something stands under that name that was never imported
        return None


def _import_alone(file: Path) -> ModuleType:
    """A file under a name of its own, which no other module has."""
    name = f"{ALONE}{file.stem}_{hashlib.sha256(os.fsencode(file)).hexdigest()[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file.name} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


@contextlib.contextmanager
def _searching(root: Path, *last: Path) -> Iterator[None]:
    """Looks for modules in some folders too, for a while; what a model prints does not mix with our own output."""
    before = list(sys.path)
    sys.path[:] = [str(root), *(p for p in before if p != str(root)), *map(str, last)]
    importlib.invalidate_caches()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        sys.path[:] = before


@contextlib.contextmanager
def _reported(source: str) -> Iterator[None]:
    try:
        yield
    except DefinitionError as error:  # what is raised in the midst of a class body knows no name yet, but a line
        line = _line(source, error)
        raise DefinitionError(d if d.where else attrs.evolve(d, where=line) for d in error.diagnostics) from None
    except InputError:
        raise
    except SystemExit as error:
        raise ImportFault(
            [
                Diagnostic(
                    "CLM331",
                    source,
                    f"it ends Python while it is imported (exit {error.code})",
                    "guard it: if __name__ == '__main__'",
                )
            ]
        ) from None
    except Exception as error:  # noqa: BLE001 -- a model is anybody's code, and may raise anything
        raise ImportFault([_import_diagnostic(source, error)]) from None


def _import_diagnostic(source: str, error: Exception) -> Diagnostic:
    said = traceback.TracebackException.from_exception(error)
    cause = " ".join("".join(list(said.format_exception_only())[-1:]).split()).partition(". Did you mean: ")[0][:300].rstrip(".?")
    cause = cause.replace(".__init__() ", "() ")
    place = _line(source, error)
    return Diagnostic("CLM331", place, cause, mended(error) or ("mend the file" if place == source else "mend that line"))


def _line(source: str, error: Exception) -> str:
    """The line of the model, or of what it imports, in which something was raised."""
    if isinstance(error, SyntaxError) and error.filename and not error.filename.startswith("<"):
        return f"{shown_path(Path(error.filename))}, line {error.lineno}"
    frames = [
        f
        for f in traceback.extract_tb(error.__traceback__)
        if not f.filename.startswith("<") and not Path(f.filename).resolve().is_relative_to(_OURS)
    ]
    frames = [
        f for f in frames if "site-packages" not in f.filename and not f.filename.startswith(sys.base_prefix + os.sep + "lib")
    ] or frames
    return f"{shown_path(Path(frames[-1].filename))}, line {frames[-1].lineno}" if frames else source
