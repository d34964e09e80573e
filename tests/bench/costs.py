"""What else a contestant costs: defining the chart, making a customer, keeping one; and clmstate's own start-up."""

from __future__ import annotations

import gc
import importlib.util
import math
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import ModuleType

import attrs

from .contest import PythonContestant, Traffic, drive
from .traffic import Fleet, Step

__all__ = ["Costs", "Startup", "costs", "help_time", "import_time", "loaded"]

MANY = 100  # customers, where one more should not be lost in what all share
_numbers = count()


@attrs.frozen
class Costs:
    """Of one contestant; medians."""

    definition: float  # seconds: the module executed, the first customer made, the first observation taken
    instance: float  # seconds per further customer, first observation included
    fresh_bytes: float  # per customer after its first observation
    kept_bytes: float  # per customer after all calm traffic


@attrs.frozen
class Startup:
    """Of a command, in a process of its own; medians in seconds."""

    cpu: float
    wall: float


def costs(contestant: PythonContestant, traffic: Traffic, repetitions: int) -> Costs:
    """Measure one contestant; the customers come from the given traffic."""
    fleet = contestant.fleet(traffic)
    definition = statistics.median(_definition(contestant, fleet[0][0]) for _ in range(repetitions))
    beginners = [steps[:1] for steps in fleet] * math.ceil(MANY / len(fleet))
    instance = statistics.median(_instance(contestant, beginners) for _ in range(repetitions))
    return Costs(definition, instance, _bytes(contestant, beginners), _bytes(contestant, fleet))


def _definition(contestant: PythonContestant, first: Step) -> float:
    gc.collect()
    before = time.process_time()
    module = _fresh(contestant.module)
    contestant.opens(module)().observe(**first.values)
    return time.process_time() - before


def _fresh(module: ModuleType) -> ModuleType:
    """The same source executed once more, as a module of another name."""
    name = f"{module.__package__}._again_{next(_numbers)}"
    spec = importlib.util.spec_from_file_location(name, module.__file__)
    assert spec is not None
    assert spec.loader is not None
    again = importlib.util.module_from_spec(spec)
    sys.modules[name] = again  # a class looks for its module here while it is made
    try:
        spec.loader.exec_module(again)
    finally:
        del sys.modules[name]
    return again


def _instance(contestant: PythonContestant, fleet: Fleet) -> float:
    make = contestant.maker()
    drive([make()], fleet[:1])
    firsts = [steps[0].values for steps in fleet]
    gc.collect()
    before = time.process_time()
    kept = []
    for values in firsts:
        customer = make()
        customer.observe(**values)
        kept.append(customer)
    return (time.process_time() - before) / len(kept)


def _bytes(contestant: PythonContestant, fleet: Fleet) -> float:
    """Bytes per customer after its steps; what customers share is made before, by one that is not counted."""
    make = contestant.maker()
    first = make()
    drive([first], fleet[:1])
    gc.collect()
    tracemalloc.start()
    try:
        customers = [make() for _ in fleet]
        drive(customers, fleet)
        gc.collect()
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return used / len(customers)


def import_time(statement: str, repetitions: int) -> float:
    """Median processor seconds of an import statement alone, each in a new interpreter."""
    code = f"import time; before = time.process_time(); {statement}; print(time.process_time() - before)"
    return statistics.median(float(_output([sys.executable, "-c", code])) for _ in range(repetitions))


def loaded(statement: str, unwanted: list[str]) -> list[str]:
    """Those of some libraries that an import statement brings along."""
    code = f"import sys; {statement}; print(*sorted(set({unwanted!r}) & set(sys.modules)))"
    return _output([sys.executable, "-c", code]).split()


def help_time(repetitions: int) -> Startup | None:
    """Median of `clmstate --help`, interpreter included; None where it does not run."""
    script = Path(sys.executable).with_name("clmstate")
    command = [str(script)] if script.exists() else [sys.executable, "-m", "clmstate"]
    try:
        taken = [_timed(lambda: _output([*command, "--help"])) for _ in range(repetitions)]
    except subprocess.CalledProcessError:
        return None
    return Startup(statistics.median(one.cpu for one in taken), statistics.median(one.wall for one in taken))


def _timed(run: Callable[[], object]) -> Startup:
    cpu, wall = _children(), time.perf_counter()
    run()
    return Startup(_children() - cpu, time.perf_counter() - wall)


def _children() -> float:
    """Processor seconds of all finished child processes; Windows does not tell."""
    if sys.platform == "win32":
        return float("nan")
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _output(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
