"""``clmstate testgen``: writes tests that take every transition, and miss it by one step."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import attrs

from clmstate.cli.models import Model, load_one
from clmstate.cli.options import MODEL_HELP
from clmstate.cli.screen import Screen
from clmstate.errors import Diagnostic, InputError
from clmstate.writing import write

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate testgen``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument("--out", metavar="FILE", help="write to a file, keeping what people wrote in it (default: print)")
    parser.add_argument(
        "--pairs", action="store_true", help="add the shortest journeys through all pairs of consecutive transitions"
    )
    parser.add_argument(
        "--mcdc",
        action="store_true",
        help="add, for each leaf of each condition, observations that differ in it alone; and who comes first where two could be taken",
    )
    parser.add_argument("--transitions", action="store_true", help="add the shortest journeys that take every transition")


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Finds journeys, and writes them as tests.

    Example:
        >>> from clmstate.cli import main
        >>> main(["testgen", "no_such_model.py"])
        2
    """
    from clmstate.testing.generated import rewritten

    found = load_one(options.model, command="clmstate testgen")
    made_of = _of_customer(found, options) if found.composed else _of_lifecycle(found, options)
    flags = "".join(f" --{name}" for name in ("mcdc", "transitions", "pairs") if getattr(options, name))
    command = f"clmstate testgen {options.model}{flags}"
    out = None if options.out is None else Path(options.out)
    made = rewritten(_old(out), found.what, made_of.blocks, command, found.module, made_of.imports)
    if out is not None:
        write(out, made.text, folders=True)
    document: dict[str, Any] = {
        "ok": True,
        "model": found.name,
        **made_of.counts,
        "unreached": [{"name": one.name, "why": one.why, "proved": one.proved} for one in made_of.unreached],
        "kept": list(made.kept),
        "gone": list(made.gone),
        "out": None if out is None else str(out),
    }
    if screen.as_json:
        screen.json(document)
    elif out is None:
        screen.line(made.text.rstrip("\n"))
    else:
        _tell(document, screen)
    return 0


@attrs.frozen
class _Made:
    """What was generated: tests by the name of their block, how many of what, what was not reached, and what tests import."""

    blocks: dict[str, str]
    counts: dict[str, Any]
    unreached: tuple[Any, ...]
    imports: tuple[str, ...] = ()


def _of_lifecycle(found: Model, options: argparse.Namespace) -> _Made:
    from clmstate.analysis.proofs.witness import Witnesses
    from clmstate.testing.generated import (
        Journeys,
        blocks,
        decisions,
        fewest_journeys,
        pair_journeys,
        resumed,
        rivals,
        shown_transitions,
    )

    model, definition = found.lifecycle, found.lifecycle.definition
    witnesses = Witnesses(definition)
    shown, unreached = shown_transitions(definition, witnesses)
    again = resumed(definition, witnesses)
    nothing = Journeys((), (), 0, 0)
    fewest = fewest_journeys(definition, witnesses) if options.transitions else nothing
    pairs = pair_journeys(definition, witnesses) if options.pairs else nothing
    decided, undecided = decisions(definition, witnesses) if options.mcdc else ([], [])
    either = rivals(definition, witnesses) if options.mcdc else []
    not_reached = (*unreached, *pairs.unreached, *undecided)
    counts: dict[str, Any] = {
        "transitions": len(shown),
        "neighbours": sum(len(one.just) + len(one.short) for one in shown),
        "mcdc": {"leaves": len(decided), "observations": sum(len(one.cases) for one in decided), "rivals": len(either)},
        "journeys": {
            what: {"journeys": len(one.shown), "moves": one.moves, "fewest_moves": one.fewest}
            for what, one in (("all transitions", fewest), ("all pairs", pairs))
            if one.shown
        },
    }
    return _Made(blocks(model, shown, not_reached, pairs.shown, fewest.shown, decided, either, again), counts, not_reached)


def _of_customer(found: Model, options: argparse.Namespace) -> _Made:
    from clmstate.testing.generated import customer_blocks, customer_imports, scenes_of

    model: Any = found.what
    asked = next((name for name in ("pairs", "transitions", "mcdc") if getattr(options, name)), None)
    if asked is not None:
        cause = f"{found.name} is a composition, and such journeys are those of one lifecycle"
        raise InputError(
            [Diagnostic("CLM335", found.source, cause, f"leave --{asked} out, or name one of its parts: {found.parts}")]
        )
    scenes, wired, unreached = scenes_of(model)
    counts = {
        "transitions": len(scenes),
        "neighbours": sum(len(one.just) + len(one.short) for one in scenes),
        "journeys": {},
        "wires": len(wired),
    }
    generated = customer_blocks(model, scenes, wired, unreached)
    return _Made(generated, counts, tuple(unreached), tuple(customer_imports(model, found.module)))


def _tell(said: dict[str, Any], screen: Screen) -> None:
    from rich.text import Text

    screen.line()
    wires = f", {said['wires']} wires" if said.get("wires") else ""
    head = Text.assemble(
        (f" {screen.marks.met} ", "bold green"),
        (str(said["out"]), "bold"),
        f"  {said['transitions']} transitions, {said['neighbours']} neighbours one step from a limit{wires}",
    )
    screen.show(head)
    if said.get("mcdc", {}).get("leaves"):
        found = said["mcdc"]
        leaves = f"{found['leaves']} leaves that decide alone, in {found['observations']} observations"
        first = f"; {found['rivals']} times two could be taken" if found["rivals"] else ""
        screen.show(Text(f"   {leaves}{first}", "dim"))
    for what, found in said["journeys"].items():
        moves, fewest, journeys = found["moves"], found["fewest_moves"], found["journeys"]
        bound = "proved shortest" if moves == fewest else f"no journeys can do with fewer than {fewest:,} (proved)"
        number = f"{journeys} journey{'s' if journeys > 1 else ''}"
        screen.show(Text(f"   {what} in {number} of {moves:,} moves together; {bound}", "dim"))
    for name in said["kept"]:
        screen.show(Text(f"   {name} was changed by somebody and stays as it is", "dim"))
    for name in said["gone"]:
        screen.show(Text(f"   {name} is no more, and its test is gone", "dim"))
    if said["unreached"]:
        screen.line()
        _tell_unreached(said["unreached"], screen)
    screen.line()


def _tell_unreached(unreached: list[dict[str, Any]], screen: Screen) -> None:
    """What no test shows: first what was not found, then what nobody can show."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    for proved, heading in ((False, "Not found, though nothing speaks against it:"), (True, "Proved: nobody can show")):
        several = [one for one in unreached if one["proved"] is proved]
        if several:
            table = Table.grid(padding=(0, 1, 0, 0))
            table.add_column()
            table.add_column()
            for one in several:
                mark = Text(screen.marks.unknown, "bold yellow") if not proved else Text(screen.marks.unmet, "dim")
                table.add_row(mark, Text.assemble((one["name"], "bold"), "  ", (one["why"], "dim")))
            screen.show(Padding(Text(heading, "bold"), (0, 1), expand=False))
            screen.show(Padding(table, (0, 1), expand=False))


def _old(out: Path | None) -> str:
    if out is None or not (out.is_file() or out.is_dir()):  # it is not there, or holds nothing, as /dev/stdout
        return ""
    try:
        return out.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise InputError([Diagnostic("CLM389", str(out), f"it cannot be read ({error})", "name another file")]) from None
