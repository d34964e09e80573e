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
    parser.add_argument("--pairs", action="store_true", help="add journeys that show all pairs of consecutive transitions")


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
    command = f"clmstate testgen {options.model}{' --pairs' if options.pairs else ''}"
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
    counts: dict[str, int]
    unreached: tuple[Any, ...]
    imports: tuple[str, ...] = ()


def _of_lifecycle(found: Model, options: argparse.Namespace) -> _Made:
    from clmstate.testing.generated import blocks, fewest_for_pairs, pair_journeys, shown_transitions

    model = found.lifecycle
    shown, unreached = shown_transitions(model.definition)
    pairs, unpaired = pair_journeys(model.definition) if options.pairs else ([], [])
    not_reached = (*unreached, *unpaired)
    counts = {"transitions": len(shown), "neighbours": sum(len(one.just) + len(one.short) for one in shown), "journeys": len(pairs)}
    if pairs:
        taken = [tuple(name for told in one.steps for name in told.takes) for one in pairs]
        counts |= {"moves": sum(map(len, taken)), "fewest_moves": fewest_for_pairs(model.definition, taken)}
    return _Made(blocks(model, shown, not_reached, pairs), counts, not_reached)


def _of_customer(found: Model, options: argparse.Namespace) -> _Made:
    from clmstate.testing.generated import customer_blocks, customer_imports, scenes_of

    model: Any = found.what
    if options.pairs:
        parts = ", ".join(dict.fromkeys(part.member.name for part in model.definition.parts.values()))
        cause = f"{found.name} is a composition, and pairs of transitions are those of one lifecycle"
        raise InputError([Diagnostic("CLM335", found.source, cause, f"leave --pairs out, or name one of {parts}")])
    scenes, wired, unreached = scenes_of(model)
    counts = {
        "transitions": len(scenes),
        "neighbours": sum(len(one.just) + len(one.short) for one in scenes),
        "journeys": 0,
        "wires": len(wired),
    }
    generated = customer_blocks(model, scenes, wired, unreached)
    return _Made(generated, counts, tuple(unreached), tuple(customer_imports(model, found.module)))


def _tell(said: dict[str, Any], screen: Screen) -> None:
    from rich.text import Text

    screen.line()
    journeys = f", {said['journeys']} journeys through all pairs" if said["journeys"] else ""
    wires = f", {said['wires']} wires" if said.get("wires") else ""
    head = Text.assemble(
        (f" {screen.marks.met} ", "bold green"),
        (str(said["out"]), "bold"),
        f"  {said['transitions']} transitions, {said['neighbours']} neighbours one step from a limit{journeys}{wires}",
    )
    screen.show(head)
    if said.get("moves"):
        moves, fewest = said["moves"], said["fewest_moves"]
        bound = (
            "no other journeys do with fewer (proved)"
            if moves == fewest
            else f"no journeys can do with fewer than {fewest:,} (proved)"
        )
        screen.show(Text(f"   all pairs in {moves:,} moves; {bound}", "dim"))
    for name in said["kept"]:
        screen.show(Text(f"   {name} was changed by somebody and stays as it is", "dim"))
    for name in said["gone"]:
        screen.show(Text(f"   {name} is no more, and its test is gone", "dim"))
    for one in said["unreached"]:
        screen.show(Text.assemble((f" {screen.marks.unmet} ", "bold red"), (one["name"], "bold"), f"  {one['why']}"))
    screen.line()


def _old(out: Path | None) -> str:
    if out is None or not out.exists():
        return ""
    try:
        return out.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise InputError([Diagnostic("CLM389", str(out), f"it cannot be read ({error})", "name another file")]) from None
