"""clmstate as a contestant: the primary contract of `models/dynamic`, in both engines, with everything on.

Validation, clocks and the journey cannot be switched off, so nothing is: what is measured is what a user gets.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

from . import traffic
from .contest import PythonContestant

__all__ = ["COMPILED", "LIVE", "OBJECTS", "contestants"]

COMPILED = "clmstate, compiled"
OBJECTS = "clmstate, compiled, with datetime objects as time"  # beside it, so that nobody is misled
LIVE = "clmstate, live, chart open"  # judged: python-statemachine performs every move
LAZY = "clmstate, live, chart not asked for"  # what `Contract()` gives until somebody asks for its chart
MODEL = "models.dynamic.contract"


def contestants() -> tuple[list[PythonContestant], str]:
    """Both engines, and nothing; or nobody, and why."""
    try:
        model = importlib.import_module(MODEL)
    except ImportError as error:
        return [], f"clmstate's model is not there yet: {error}"
    ways = {COMPILED: _compiled, LIVE: _live, LAZY: _lazy}
    found = [PythonContestant(label, model, opens) for label, opens in ways.items()]
    found.append(PythonContestant(OBJECTS, model, _compiled, traffic.with_objects))
    return found, ""


def _compiled(model: ModuleType) -> Callable[[], Any]:
    return partial(model.Contract, engine="compiled")


def _live(model: ModuleType) -> Callable[[], Any]:
    def make() -> Any:
        customer = model.Contract()
        assert customer.chart is not None  # a chart is made when it is first asked for
        return customer

    return make


def _lazy(model: ModuleType) -> Callable[[], Any]:
    contract: Callable[[], Any] = model.Contract
    return contract
