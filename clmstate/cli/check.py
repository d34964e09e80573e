"""``clmstate check``: what is wrong with the definitions of some models. Proofs come later, and it says so."""

from __future__ import annotations

import argparse
from typing import Any, Final

from clmstate.cli.models import Loaded, Model, load
from clmstate.cli.options import MODEL_HELP
from clmstate.cli.screen import Screen, as_data, problem
from clmstate.composition import CompositionDefinition
from clmstate.lifecycle import LifecycleDefinition

__all__ = ["arguments", "run"]

LOOKED_AT: Final = "names, types and bounds, initial and final phases, groups, sources and targets of transitions, events, conditions, thresholds, parts and wiring"
NOT_PROVED: Final = "phases that nobody reaches or leaves, rules that contradict, shadow or never settle, gaps between rules, and whether promises hold"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate check``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", nargs="+", help=MODEL_HELP)


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Loads the models and says what is wrong with them: 0 nothing, 1 something.

    Example:
        >>> from clmstate.cli import main
        >>> main(["check", "no_such_model.py"])
        2
    """
    found = [load(name) for name in options.model]
    models = {(m.source, m.name): m for loaded in found for m in loaded.models}
    loaded = Loaded(tuple(models.values()), tuple(dict.fromkeys(fault for one in found for fault in one.faults)))
    if screen.as_json:
        screen.json(_document(loaded))
    else:
        _show(loaded, screen)
    return 1 if loaded.faults else 0


def counts(definition: LifecycleDefinition | CompositionDefinition) -> dict[str, int]:
    """How much of everything a lifecycle or composition has; what it has none of is left out.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> counts(Deal.definition)
        {'phases': 1}
    """
    d = definition
    if isinstance(d, CompositionDefinition):
        return {"parts": len(d.parts), "wires": len(d.wires)} if d.wires else {"parts": len(d.parts)}
    touchpoints = sum(len(phase.touchpoints) for phase in d.phases.values())
    every = {
        "phases": len(d.phases),
        "transitions": len(d.transitions),
        "signals": len(d.signals),
        "events": len(d.events),
        "thresholds": len(d.thresholds),
        "touchpoints": touchpoints,
        "milestones": len(d.milestones),
        "risks": len(d.risks),
        "success gaps": len(d.gaps),
        "promises": len(d.promises),
    }
    return {what: number for what, number in every.items() if number}


def _document(loaded: Loaded) -> dict[str, Any]:
    return {
        "ok": not loaded.faults,
        "lifecycles": [
            {"name": m.name, "title": m.what.definition.title, "source": m.source, **counts(m.what.definition)}
            for m in loaded.models
        ],
        "faults": [{"source": f.source, "diagnostics": [as_data(d) for d in f.diagnostics]} for f in loaded.faults],
        "looked_at": LOOKED_AT,
        "not_proved": NOT_PROVED,
    }


def _show(loaded: Loaded, screen: Screen) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    screen.line()
    if loaded.models:
        table = Table.grid(padding=(0, 2, 0, 0))
        for _ in range(3):
            table.add_column(no_wrap=True)
        table.add_column()
        for model in loaded.models:
            table.add_row(
                Text(screen.marks.met, "bold green"), Text(model.name, "bold"), Text(model.source, "dim"), _counted(model)
            )
        screen.show(Padding(table, (0, 1), expand=False))
        screen.line()
    for fault in loaded.faults:
        number = len(fault.diagnostics)
        head = Text.assemble(
            (f" {screen.marks.unmet} ", "bold red"),
            (fault.source, "bold"),
            (f"  {number} mistake{'' if number == 1 else 's'}", "dim"),
        )
        screen.show(head)
        for diagnostic in fault.diagnostics:
            screen.show(Padding(problem(diagnostic, screen.marks), (0, 1, 0, 3), expand=False))
        screen.line()
    mistakes = sum(len(fault.diagnostics) for fault in loaded.faults)
    verdict = (
        Text("No mistakes in the definitions.", "green")
        if not mistakes
        else Text(f"{mistakes} mistake{'' if mistakes == 1 else 's'} to mend.", "red")
    )
    screen.show(Padding(verdict, (0, 1), expand=False))
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_row(Text("looked at", "dim"), Text(LOOKED_AT, "dim"))
    grid.add_row(Text("not proved yet", "dim"), Text(NOT_PROVED, "dim"))
    screen.show(Padding(grid, (0, 1), expand=False))
    screen.line()


def _counted(model: Model) -> str:
    numbers = counts(model.what.definition)
    return ", ".join(f"{number} {what if number != 1 else what.removesuffix('s')}" for what, number in list(numbers.items())[:4])
