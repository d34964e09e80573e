"""Models by the name of their module: ``models.dynamic:Customer``, or all of ``models.dynamic``."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from clmstate.composition import Composition
from clmstate.errors import Diagnostic, InputError, did_you_mean
from clmstate.lifecycle import Lifecycle, LifecycleDefinition

__all__ = ["models_named"]


def models_named(name: str) -> list[type[Lifecycle] | type[Composition]]:
    """The lifecycles and compositions that a name stands for.

    Raises:
        InputError: CLM385, there is no such module, or nothing of that name in it.

    Example:
        >>> models_named("clmstate.nothing:Deal")
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM385 clmstate.nothing:Deal: there is no module 'clmstate.nothing'. Name it as in models.dynamic:Customer.
    """
    where, _, wanted = name.partition(":")
    module_name = where.removesuffix(".py").replace("/", ".").strip(".")
    here = str(Path.cwd())
    if here not in sys.path and importlib.util.find_spec(module_name.partition(".")[0]) is None:
        sys.path.insert(0, here)  # as `python -m pytest` does; a worker of pytest-xdist has not done so
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        unknown = bool(error.name) and module_name.startswith(str(error.name))
        near = did_you_mean(module_name, [path.stem for path in Path.cwd().glob("*.py")]) if unknown else ""
        remedy = near if near.startswith("did you mean") else "name it as in models.dynamic:Customer"
        raise InputError(
            [Diagnostic("CLM385", name, f"there is no module '{module_name}'" if unknown else str(error), remedy)]
        ) from None
    known = {key: value for key, value in vars(module).items() if _is_model(value)}
    if wanted:
        if wanted not in known:
            raise InputError([Diagnostic("CLM385", name, f"there is no model '{wanted}' in it", did_you_mean(wanted, known))])
        return [known[wanted]]
    own = [value for value in known.values() if value.__module__ == module.__name__] or list(dict.fromkeys(known.values()))
    if not own:
        raise InputError([Diagnostic("CLM385", name, "there is no lifecycle in it", "name the module that defines one")])
    return _unique(own)


def _unique(models: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(models))


def _is_model(value: Any) -> bool:
    if not (isinstance(value, type) and issubclass(value, Lifecycle | Composition)) or value in (Lifecycle, Composition):
        return False
    definition = value.definition
    return bool(definition.phases if isinstance(definition, LifecycleDefinition) else definition.parts)
