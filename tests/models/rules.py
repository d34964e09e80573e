"""Rules of the sources as tests that bite: each holds of its model, and fails of the model without an element that expresses it."""

from __future__ import annotations

import importlib
import pkgutil
import types
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import attrs
import pytest

import models
from clmstate import ClmstateError, Composition, Lifecycle, Transition
from clmstate.gaps import seen_in
from clmstate.lifecycle.elements import altered
from clmstate.replay import read_log

__all__ = ["BITES", "CHECKS", "MODELS", "Check", "lacking", "seen", "shipped", "shows"]

MODELS = Path(models.__file__).parent

BITES = (AssertionError, AttributeError, LookupError, ClmstateError)
"""How a rule fails of a model that lacks something: what is expected does not happen, or cannot even be named."""

Lacking = tuple[str, Callable[[Any], Any]]


@attrs.frozen
class Check:
    """What a test marked with `shows` checks, and of what."""

    items: tuple[str, ...]
    of: Any
    holds: Callable[[Any], None]
    without: tuple[str, ...]


CHECKS: list[Check] = []
"""All of them, as their modules are imported."""


def shows(*items: str, of: Any, without: Iterable[str | Lacking] = ()) -> Callable[[Callable[[Any], None]], Any]:
    """Makes a test of a check: it passes of the model, and fails of the model without each of some elements.

    Args:
        items: what it shows; `clmstate trace` reads them here.
        of: the model.
        without: elements as :func:`lacking` names them, or a name and a function that takes something away.
    """
    removed = [(each, _taker(each)) if isinstance(each, str) else each for each in without]
    cases = [pytest.param(None, id="holds"), *(pytest.param(take, id=f"needs {name}") for name, take in removed)]

    def made(check: Callable[[Any], None]) -> Any:
        CHECKS.append(Check(items, of, check, tuple(name for name, _ in removed)))

        @pytest.mark.parametrize("take", cases)
        def test(take: Callable[[Any], Any] | None) -> None:
            if take is None:
                check(of)
                return
            with pytest.raises(BITES):
                check(take(of))

        test.__name__ = test.__qualname__ = check.__name__
        test.__module__ = check.__module__
        return test

    return made


def _taker(name: str) -> Callable[[Any], Any]:
    return lambda model: lacking(model, name)


def lacking(model: Any, name: str) -> Any:
    """The same lifecycle without something.

    Args:
        model: a lifecycle class.
        name: ``relapse`` (any declared name), ``onboarding/KO call`` (a touchpoint), ``relapse: plays`` (one thing that an element says),
            ``promise S0.7`` (the promises that cite an item), ``play Call`` (a play, wherever it is opened).
    """
    if name.startswith("play "):
        return _variant(model, _playless(model, name.removeprefix("play ")))
    if name.startswith("promise "):
        ref = name.removeprefix("promise ")
        kept = tuple(p for p in model.definition.promises if ref not in p.ref.split(", "))
        assert_there(len(kept) < len(model.definition.promises), name)
        made = _variant(model, {})
        made.definition = attrs.evolve(made.definition, promises=kept)
        return made
    if "/" in name:
        path, _, label = name.partition("/")
        phase = getattr(model, path)
        kept_points = [t for t in phase.touchpoints if t.label != label]
        assert_there(len(kept_points) < len(phase.touchpoints), name)
        return _variant(model, {path: phase.evolve(touchpoints=kept_points)})
    key, _, what = name.partition(": ")
    assert_there(key in model._declared, name)
    element = getattr(model, key)
    if not what:
        return _variant(model, {key: Transition.dropped()})
    empty: Any = () if isinstance(getattr(element, what), tuple) else None if what in ("owner", "expected", "interval") else ""
    assert_there(bool(getattr(element, what)), name)
    changed = attrs.evolve(element, **{what: empty}) if isinstance(element, Transition) else altered(element, **{what: empty})
    return _variant(model, {key: changed})


def _playless(model: Any, label: str) -> dict[str, Any]:
    """Whatever opens a play, without it."""
    body = {}
    for key in model._declared:
        element = getattr(model, key)
        plays = getattr(element, "plays", ())
        kept = tuple(play for play in plays if play.label != label)
        if len(kept) < len(plays):
            body[key] = attrs.evolve(element, plays=kept) if isinstance(element, Transition) else altered(element, plays=kept)
    assert_there(bool(body), label)
    return body


def assert_there(there: bool, name: str) -> None:
    """A name that is not there takes nothing away, and a test that fails because of it would show nothing."""
    if not there:
        raise RuntimeError(f"there is no {name!r} to take away")


def _variant(model: Any, body: dict[str, Any]) -> Any:
    return types.new_class(model.__name__, (model,), {}, lambda namespace: [namespace.__setitem__(*item) for item in body.items()])


def seen(model: Any, log: str) -> Any:
    """What the customers of a sample log tell."""
    return seen_in(model, read_log(MODELS / log, model))


def shipped() -> list[Any]:
    """Every model, a model before its variants."""
    modules = [importlib.import_module(one.name) for one in pkgutil.walk_packages(models.__path__, "models.")]
    found = [
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, (Lifecycle, Composition)) and value.__module__ == module.__name__
    ]
    return sorted(found, key=lambda model: len(model.__mro__))
