"""``clmstate check``: what is wrong with some models: mistakes in their definitions, and what proofs find in what is well-formed."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from clmstate.analysis.findings import Finding, sorted_findings
from clmstate.cli.findings import explain, finding_data, show_findings, verdict
from clmstate.cli.models import Loaded, Model, load
from clmstate.cli.options import MODEL_HELP
from clmstate.cli.promises import ASSUMED, Promised, promise_data, promised, show_promises
from clmstate.cli.screen import Screen, as_data, problem
from clmstate.composition import CompositionDefinition
from clmstate.errors import Diagnostic, InputError
from clmstate.lifecycle import LifecycleDefinition

__all__ = ["arguments", "run"]

PROVED: Final = "rules that nobody takes, everybody takes, others shadow, or that never settle; parts that say nothing; order that decides; gaps in complete phases; swings; late warning signs"
EXACTLY: Final = "over all values within bounds, missing ones, defaults and clocks; ports are free"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate check``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", nargs="*", help=MODEL_HELP)
    parser.add_argument("--all", action="store_true", help="print remarks and accepted findings too")
    parser.add_argument("--strict", action="store_true", help="end with 1 for warnings too, unless the model accepts them")
    parser.add_argument("--explain", metavar="CODE", help="say what a finding means, such as CLM515")


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Loads the models, proves what can be proved and says what is wrong: 0 no errors, 1 some; with --strict no warnings either.

    Example:
        >>> from clmstate.cli import main
        >>> main(["check", "no_such_model.py"])
        2
    """
    if options.explain is not None:
        explain(options.explain, screen)
        return 0
    if not options.model:
        remedy = "name one, as in clmstate check models/dynamic"
        raise InputError([Diagnostic("CLM343", "clmstate check", "MODEL is missing", remedy)])
    found = [load(name) for name in options.model]
    models = {(m.source, m.name): m for loaded in found for m in loaded.models}
    loaded = Loaded(tuple(models.values()), tuple(dict.fromkeys(fault for one in found for fault in one.faults)))
    promises = promised(_definitions(model.what.definition for model in loaded.models), screen)
    findings = sorted_findings((*_proved(loaded.models, screen), *_kept(promises)))
    if screen.as_json:
        screen.json(_document(loaded, findings, promises))
    else:
        _show(loaded, findings, promises, screen, remarks=options.all)
    grave = [
        one for one in findings if one.severity == "error" or (options.strict and one.severity == "warning" and not one.accepted)
    ]
    return 1 if loaded.faults or grave else 0


def _proved(models: Sequence[Model], screen: Screen) -> Iterator[Finding]:
    """What proofs find, lifecycle by lifecycle; the parts of a composition too, each once."""
    from clmstate.analysis.proofs import check

    definitions = tuple(_lifecycles(model.what.definition for model in models))
    with screen.progress("proving") as progress:
        for place, definition in enumerate(definitions):
            progress(place, len(definitions))
            yield from check(definition)


def _kept(promises: Iterable[Promised]) -> Iterator[Finding]:
    """What is to be said of promises that are broken or open."""
    from clmstate.analysis.space import findings

    for definition, proofs in promises:
        yield from findings(definition, proofs)


def _lifecycles(definitions: Iterable[LifecycleDefinition | CompositionDefinition]) -> Iterator[LifecycleDefinition]:
    """The lifecycles among some definitions and in their parts, each once."""
    return (one for one in _definitions(definitions) if isinstance(one, LifecycleDefinition))


def _definitions(
    definitions: Iterable[LifecycleDefinition | CompositionDefinition],
) -> Iterator[LifecycleDefinition | CompositionDefinition]:
    """Definitions and those of their parts, each once."""
    seen: set[int] = set()
    waiting = list(definitions)
    while waiting:
        d = waiting.pop(0)
        if id(d) in seen:
            continue
        seen.add(id(d))
        yield d
        if isinstance(d, CompositionDefinition):
            waiting += (part.member for part in d.parts.values())


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


def _document(loaded: Loaded, findings: Sequence[Finding], promises: Sequence[Promised]) -> dict[str, Any]:
    return {
        "ok": not loaded.faults and not any(one.severity == "error" for one in findings),
        "lifecycles": [
            {"name": m.name, "title": m.what.definition.title, "source": m.source, **counts(m.what.definition)}
            for m in loaded.models
        ],
        "faults": [{"source": f.source, "diagnostics": [as_data(d) for d in f.diagnostics]} for f in loaded.faults],
        "findings": [finding_data(one) for one in findings],
        "promises": promise_data(promises),
        "proved": PROVED,
        "exactly": EXACTLY,
    }


def _show(loaded: Loaded, findings: Sequence[Finding], promises: Sequence[Promised], screen: Screen, *, remarks: bool) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    screen.line()
    if loaded.models:
        _show_models(loaded.models, findings, screen)
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
    show_promises(promises, screen)
    show_findings(findings, screen, remarks=remarks)
    mistakes = sum(len(fault.diagnostics) for fault in loaded.faults)
    said = f"{mistakes} mistake{'' if mistakes == 1 else 's'} in the definitions. " if mistakes else ""
    wrong = mistakes or any(one.severity == "error" for one in findings)
    said += verdict(findings, remarks=remarks) if loaded.models else ""
    screen.show(Padding(Text(said.strip(), "red" if wrong else "green"), (0, 1), expand=False))
    grid = Table.grid(padding=(0, 2, 0, 0))
    if loaded.models:
        grid.add_row(Text("looked for", "dim"), Text(PROVED, "dim"))
        grid.add_row(Text("exact", "dim"), Text(EXACTLY, "dim"))
    if any(proofs for _, proofs in promises):
        grid.add_row(Text("promises", "dim"), Text(ASSUMED, "dim"))
    screen.show(Padding(grid, (0, 1), expand=False))
    screen.line()


def _show_models(models: Sequence[Model], findings: Sequence[Finding], screen: Screen) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    wrong = {one.lifecycle for one in findings if one.severity == "error"}
    table = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(3):
        table.add_column(no_wrap=True)
    table.add_column()
    for model in models:
        sign = Text(screen.marks.unmet, "bold red") if model.name in wrong else Text(screen.marks.met, "bold green")
        table.add_row(sign, Text(model.name, "bold"), Text(model.source, "dim"), _counted(model))
    screen.show(Padding(table, (0, 1), expand=False))
    screen.line()


def _counted(model: Model) -> str:
    numbers = counts(model.what.definition)
    return ", ".join(f"{number} {what if number != 1 else what.removesuffix('s')}" for what, number in list(numbers.items())[:4])
