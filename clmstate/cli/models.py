"""Models by name: ``path.py[:Name]``, ``package.module[:Name]``, a frozen definition ``path.json[:Name]``, or a folder."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

import attrs

from clmstate.cli.importing import ALONE, ImportFault, import_file, import_module, shown_path
from clmstate.composition import Composition, CompositionDefinition
from clmstate.errors import ClmstateError, DefinitionError, Diagnostic, InputError, did_you_mean
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, Phase

__all__ = ["Fault", "Loaded", "Model", "load", "load_one"]

_NAMED = re.compile(r"(?P<where>.+):(?P<name>\w*)", re.DOTALL)


@attrs.frozen
class Model:
    """A lifecycle or composition, and the file it was found in.

    Example:
        >>> Model(Lifecycle, "models/deal.py").source
        'models/deal.py'
    """

    what: type[Lifecycle] | type[Composition]
    source: str

    @property
    def name(self) -> str:
        """Its class name."""
        return self.what.__name__

    @property
    def module(self) -> str:
        """The name under which tests beside it import its module.

        Raises:
            InputError: CLM337, it is a frozen definition, or its name is none that can be imported.

        Example:
            >>> Model(Lifecycle, "deal.py").module
            'clmstate.lifecycle.lifecycle'
        """
        name = self.what.__module__
        if self.source.endswith(".json"):
            cause = "it is a frozen definition, and tests import a model from Python"
            raise InputError([Diagnostic("CLM337", self.source, cause, "name the file or module that it was frozen from")])
        if not name.startswith(ALONE):
            return name
        parts = Path(self.source).with_suffix("").parts
        if not parts[-1].isidentifier():
            cause = "nothing can import a file of this name, and tests import a model"
            free = re.sub(r"\W+", "_", parts[-1]).strip("_").lower() or "model"
            remedy = f"call it {free if free.isidentifier() else f'model_{free}'}.py"
            raise InputError([Diagnostic("CLM337", self.source, cause, remedy)])
        return ".".join(parts) if all(part.isidentifier() for part in parts) else parts[-1]

    @property
    def composed(self) -> bool:
        """Whether it is a composition."""
        return issubclass(self.what, Composition)

    @property
    def lifecycle(self) -> type[Lifecycle]:
        """The lifecycle.

        Raises:
            InputError: CLM335, it is a composition.
        """
        if issubclass(self.what, Composition):
            cause = f"{self.name} is a composition, and this is done one lifecycle at a time"
            raise InputError([Diagnostic("CLM335", self.source, cause, f"name one of its parts: {self.parts}")])
        return self.what

    @property
    def parts(self) -> str:
        """What the parts of a composition are called on the command line; "" for a lifecycle.

        Example:
            >>> Model(Lifecycle, "deal.py").parts
            ''
        """
        if not issubclass(self.what, Composition):
            return ""
        names = dict.fromkeys(part.member.name for part in self.what.definition.parts.values())
        return f"{self.source}:{' or :'.join(names)}"


@attrs.frozen
class Fault:
    """A file that could not be loaded, and why.

    Attributes:
        source: the file.
        diagnostics: all that is wrong.
        definition: whether it is the model's definition that is wrong, not the file.

    Example:
        >>> Fault("a.py", (), definition=True).source
        'a.py'
    """

    source: str
    diagnostics: tuple[Diagnostic, ...]
    definition: bool = False

    @classmethod
    def of(cls, source: str, error: ClmstateError) -> Fault:
        """What an error says about a file."""
        return cls(source, error.diagnostics, isinstance(error, DefinitionError))

    def error(self) -> ClmstateError:
        """The error again."""
        return (DefinitionError if self.definition else InputError)(self.diagnostics)


@attrs.frozen
class Loaded:
    """What a name led to: lifecycles with phases, and files that could not be loaded.

    Example:
        >>> Loaded((), ()).models
        ()
    """

    models: tuple[Model, ...]
    faults: tuple[Fault, ...] = ()


def load(name: str) -> Loaded:
    """All lifecycles that a name leads to. Lifecycles without phases (bases, mixins) are left out.

    Args:
        name: ``path.py[:Name]``, ``package.module[:Name]``, a frozen ``path.json[:Name]``, or a folder, whose Python files are all loaded.

    Raises:
        InputError: CLM330 there is nothing of that name, CLM332 there is no lifecycle in it, CLM333 none of that name.

    Example:
        >>> load("no_such_model.py")
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM330 no_such_model.py: there is no such file...
    """
    where, wanted = _split(name)
    if not where.strip():
        raise InputError([Diagnostic("CLM330", "the model", "its name is empty", "name a file, a module or a folder")])
    path = Path(where)
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError):
        is_folder = is_file = False
    if is_folder and not wanted:
        return _folder(path)
    if is_file and path.suffix == ".json":
        return _frozen(path, wanted)
    if is_file and path.suffix != ".py":
        raise InputError([_no_model(path)])
    try:
        if is_file or is_folder:
            module = import_file(path / "__init__.py" if is_folder else path)
        elif path.suffix in (".py", ".json") or "/" in where or "\\" in where or where in (".", "..") or _looks_like_a_file(where):
            raise InputError([_nothing(path)])
        else:
            module = import_module(where)
    except (DefinitionError, ImportFault) as error:
        return Loaded((), (Fault.of(shown_path(path) if is_file else where, error),))
    return Loaded(tuple(_chosen(module, wanted, where)))


def load_one(name: str, *, command: str) -> Model:
    """The one model that a name leads to: the one after the colon, or the only one that is neither a variant nor a part of another.

    Raises:
        DefinitionError: the model has mistakes.
        InputError: CLM334, when there are several; otherwise as :func:`load`.

    Example:
        >>> load_one("no_such_model.py", command="clmstate draw")
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM330 no_such_model.py: there is no such file...
    """
    loaded = load(name)
    if loaded.faults:
        raise loaded.faults[0].error()
    models = _on_their_own(loaded.models)
    if len(models) != 1:
        names = ", ".join(model.name for model in loaded.models)
        first = loaded.models[0]
        remedy = f"name one, such as {command} {first.source}:{first.name}"
        raise InputError([Diagnostic("CLM334", name, f"there are {len(loaded.models)} lifecycles: {names}", remedy)])
    return models[0]


def _on_their_own(models: tuple[Model, ...]) -> tuple[Model, ...]:
    """Without variants of others, and without parts of others."""
    classes = {model.what for model in models}
    parts = [member for model in models if issubclass(model.what, Composition) for member in _parts(model.what.definition)]
    return tuple(
        model
        for model in models
        if not classes.intersection(model.what.__mro__[1:]) and not any(model.what.definition is part for part in parts)
    )


def _parts(whole: CompositionDefinition) -> Iterator[object]:
    for part in whole.parts.values():
        yield part.member
        if isinstance(part.member, CompositionDefinition):
            yield from _parts(part.member)


def _split(name: str) -> tuple[str, str]:
    """Where, and which; a drive letter is no place, and a name that is not there is asked for."""
    said = _NAMED.fullmatch(name)
    if said is None or (len(said["where"]) == 1 and said["where"].isalpha()):
        return name, ""
    return said["where"], said["name"]


def _frozen(path: Path, wanted: str) -> Loaded:
    """What a frozen definition holds: the main one, or another one that it is made of."""
    from clmstate.analysis.versions import read  # loaded for frozen definitions only

    source = shown_path(path)
    try:
        found = read(path.read_bytes(), source)
    except OSError as error:
        raise InputError([Diagnostic("CLM330", source, f"it cannot be read ({error.strerror})", "check the file")]) from None
    except (DefinitionError, InputError) as error:
        return Loaded((), (Fault.of(source, error),))
    if wanted and wanted not in found.all:
        cause = f"there is no lifecycle {wanted!r:.60} in it"
        raise InputError([Diagnostic("CLM333", source, cause, did_you_mean(wanted, found.all))])
    return Loaded((Model(found.all[wanted] if wanted else found.main, source),))


def _folder(folder: Path) -> Loaded:
    models: list[Model] = []
    faults: list[Fault] = []
    files = [f for f in sorted(folder.rglob("*.py")) if not any(p.startswith((".", "_")) for p in f.relative_to(folder).parts)]
    for file in files:
        try:
            module = import_file(file)
        except (DefinitionError, ImportFault) as error:
            faults.append(Fault.of(shown_path(file), error))
            continue
        models += (Model(found, shown_path(file)) for found in _lifecycles(module) if found.__module__ == module.__name__)
    # one mistake breaks every file that imports the broken one: it is said once, where it is
    said = dict.fromkeys(diagnostic for fault in faults for diagnostic in fault.diagnostics)
    once = []
    for fault in faults:
        news = tuple(d for d in fault.diagnostics if d in said)
        for diagnostic in news:
            del said[diagnostic]
        if news:
            once.append(attrs.evolve(fault, diagnostics=news))
    if not models and not faults:
        cause = (
            f"there is no lifecycle in its {len(files)} file{'' if len(files) == 1 else 's'}"
            if files
            else "there are no Python files in it"
        )
        raise InputError([Diagnostic("CLM332", shown_path(folder), cause, "define one: class Contract(Lifecycle), with phases")])
    return Loaded(tuple(models), tuple(once))


def _lifecycles(module: ModuleType) -> list[type[Lifecycle] | type[Composition]]:
    """The lifecycles with phases and compositions with parts that a module knows, each once."""
    found = (v for v in vars(module).values() if isinstance(v, type) and issubclass(v, Lifecycle | Composition))
    return [cls for cls in dict.fromkeys(found) if cls not in (Lifecycle, Composition) and _is_whole(cls)]


def _is_whole(cls: type[Lifecycle] | type[Composition]) -> bool:
    definition = cls.definition
    return bool(definition.phases if isinstance(definition, LifecycleDefinition) else definition.parts)


def _chosen(module: ModuleType, wanted: str, where: str) -> Iterable[Model]:
    known = _lifecycles(module)
    source = where if not where.endswith(".py") else shown_path(Path(where))
    if wanted:
        named = {cls.__name__: cls for cls in known}
        named |= {key: value for key, value in vars(module).items() if isinstance(value, type) and value in known}
        if wanted not in named:
            raise InputError(
                [Diagnostic("CLM333", where, f"there is no lifecycle {wanted!r:.60} in it", did_you_mean(wanted, named))]
            )
        return [Model(named[wanted], source)]
    own = [cls for cls in known if cls.__module__ == module.__name__] or (known if hasattr(module, "__path__") else [])
    if not own:
        bare = [
            k
            for k, v in vars(module).items()
            if isinstance(v, type) and issubclass(v, Lifecycle) and v.__module__ == module.__name__
        ]
        cause = "it defines no lifecycle" + (f" with phases (only {', '.join(bare)})" if bare else "")
        phases = [k for k, v in vars(module).items() if isinstance(v, type) and any(isinstance(x, Phase) for x in vars(v).values())]
        instead = f"write class {phases[0]}(Lifecycle)" if phases else "define one: class Contract(Lifecycle), with phases"
        raise InputError([Diagnostic("CLM332", where, cause, instead)])
    return [Model(cls, source) for cls in own]


def _no_model(path: Path) -> Diagnostic:
    """A file that is something else; most often somebody has changed the order of words."""
    log = path.suffix in (".csv", ".jsonl", ".parquet", ".toml")
    remedy = "name the model first, and the log after it" if log else "name a .py file, a module, a frozen .json file or a folder"
    return Diagnostic("CLM330", shown_path(path), "it is no model", remedy)


def _looks_like_a_file(where: str) -> bool:
    """Whether a name with a dot in it can be no module, because no package is called as it begins."""
    first, dot, _ = where.partition(".")
    if not dot or not first.isidentifier() or Path(first).is_dir():
        return False
    try:
        found = importlib.util.find_spec(first)
    except (ImportError, ValueError):
        return False
    return found is None or found.submodule_search_locations is None


def _nothing(path: Path) -> Diagnostic:
    try:
        siblings: Sequence[str] = [p.name for p in path.parent.iterdir() if p.suffix in (".py", ".json") or p.is_dir()]
        cause = "there is no such file" if path.suffix else "there is no such file or folder"
    except (OSError, ValueError):
        siblings, cause = [], f"there is no folder '{path.parent}'"
    near = did_you_mean(path.name, [s for s in siblings if not s.startswith((".", "_"))])
    remedy = near if near.startswith("did you mean") else "check the path, or name a file, a module or a folder"
    if path.parts[:1] == ("models",) and not Path("models").is_dir():  # copied from a page of ours, and only the repository has it
        remedy = "the models that our pages speak of are in clmstate's repository; clmstate new my_lifecycle writes one here"
    return Diagnostic("CLM330", str(path), cause, remedy)
