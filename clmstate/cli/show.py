"""``clmstate show``: where a customer may stand, and what it takes to get there, in the business's words."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from clmstate.cli.check import counts
from clmstate.cli.compositions import composition_document, show_composition
from clmstate.cli.models import Model, load
from clmstate.cli.options import MODEL_HELP
from clmstate.cli.saving import check_ending, tell_saved
from clmstate.cli.screen import Screen
from clmstate.lifecycle import LifecycleDefinition, Phase
from clmstate.presenting.criteria import Way, group_label, names, ways_in, ways_out
from clmstate.writing import write

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

__all__ = ["STANDINGS", "arguments", "run"]

STANDINGS: Final = {"good": "green", "watch": "yellow", "at_risk": "red", "lost": "bright_black", "": ""}
"""How a standing is coloured."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate show``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument("--md", action="store_true", help="print the hand-out as Markdown, for a wiki or a pull request")
    parser.add_argument(
        "--xlsx", metavar="FILE", help="write the hand-out as a workbook: criteria, plays, fingerprint, a place to sign"
    )
    parser.add_argument("--pdf", metavar="FILE", help="write the hand-out as a PDF")


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Lists phases and criteria of every lifecycle that the name leads to.

    Example:
        >>> from clmstate.cli import main
        >>> main(["show", "no_such_model.py"])
        2
    """
    loaded = load(options.model)
    if loaded.faults and not loaded.models:
        raise loaded.faults[0].error()
    if options.xlsx or options.pdf:
        _hand_out(options, loaded.models, screen)
    elif screen.as_json:
        whole = [composition_document(model) for model in loaded.models if model.composed]
        lifecycles = [_document(model) for model in loaded.models if not model.composed]
        screen.json({"ok": True, "lifecycles": lifecycles} | ({"compositions": whole} if whole else {}))
    elif options.md:
        _hand_out(options, loaded.models, screen)
    else:
        for model in loaded.models:
            (show_composition if model.composed else _show)(model, screen)
    if loaded.faults:  # a folder in which some files are well and some are not
        screen.problems(d for fault in loaded.faults for d in fault.diagnostics)
        return 1
    return 0


def _document(model: Model) -> dict[str, Any]:
    d = model.lifecycle.definition
    return {
        "name": d.name,
        "title": d.title,
        "market": d.market,
        "version": d.version,
        "doc": d.doc,
        "source": model.source,
        "initial": d.initial,
        "counts": counts(d),
        "phases": [
            {
                "path": path,
                "label": phase.label,
                "group": group_label(d, path),
                "owner": phase.owner.name if phase.owner is not None else None,
                "goal": phase.goal,
                "standing": phase.standing,
                "final": phase.final,
                "ways_in": [attrs.asdict(way) for way in ways_in(d, path)],
                "ways_out": [attrs.asdict(way) for way in ways_out(d, path)],
            }
            for path, phase in d.phases.items()
        ],
    }


def _hand_out(options: argparse.Namespace, models: Sequence[Model], screen: Screen) -> None:
    """Prints or writes what leadership signs."""
    from clmstate.presenting.handouts import handout  # loaded for these options only
    from clmstate.presenting.printed import as_markdown, as_pdf, as_xlsx

    wanted = [(Path(name), ending) for name, ending in ((options.xlsx, ".xlsx"), (options.pdf, ".pdf")) if name is not None]
    for path, ending in wanted:
        check_ending(path, (ending,))
    handouts = [handout(model.what) for model in models]
    if options.md:
        screen.line("\n".join(line for each in handouts for line in as_markdown(each)))
    for path, ending in wanted:
        write(path, (as_xlsx if ending == ".xlsx" else as_pdf)(handouts))
        tell_saved(screen, models[0], path)


def _show(model: Model, screen: Screen) -> None:
    from rich import box
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    d = model.lifecycle.definition
    more = [f"market {d.market}"] if d.market else []
    more += [f"version {d.version}"] if d.version else []
    head = Text.assemble((d.title, "bold"), "  ", (f" {screen.marks.bullet} ".join([model.source, *more]), "dim"))
    screen.line()
    screen.show(Padding(head, (0, 1), expand=False))
    if d.doc:
        screen.show(Padding(Text(" ".join(d.doc.partition("\n\n")[0].split()), "italic"), (0, 1), expand=False))
    table = Table(
        box=box.SIMPLE_HEAD if screen.marks.met == "✓" else box.ASCII,
        show_lines=True,
        pad_edge=False,
        expand=True,
        header_style="dim",
    )
    table.add_column("Phase", ratio=5)
    table.add_column("Comes in when", ratio=8)
    table.add_column("Leaves when", ratio=8)
    for path, phase in d.phases.items():
        entries = [_line(screen, Text("customers start here", "dim italic"))] if path == d.initial else []
        entries += [_line(screen, _way("from ", way)) for way in ways_in(d, path)]
        exits = [_line(screen, _way("to ", way)) for way in ways_out(d, path)]
        never = [_line(screen, Text("never: the journey ends here", "dim italic"))]
        table.add_row(_phase(d, path, phase), _stacked(entries), _stacked(exits or never))
    screen.show(Padding(table, (0, 1)))
    named = dict(names(d))
    if named:
        grid = Table.grid(padding=(0, 2, 0, 0))
        for label, meaning in named.items():
            grid.add_row(Text(label, "bold"), Text(meaning))
        screen.show(Padding(Text("In these words", "dim"), (0, 2), expand=False), Padding(grid, (0, 2), expand=False))
        screen.line()


def _line(screen: Screen, text: Text) -> tuple[str, Text]:
    return screen.marks.bullet, text


def _stacked(lines: list[tuple[str, Text]]) -> RenderableType:
    """Lines below each other, each with a hanging indent."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 1, 0, 0))
    for bullet, text in lines:
        grid.add_row(Text(bullet, "dim"), text)
    return grid


def _phase(definition: LifecycleDefinition, path: str, phase: Phase) -> Text:
    from rich.text import Text

    group = group_label(definition, path)
    text = Text.assemble((f"{group}: " if group else "", "dim"), (phase.label, f"bold {STANDINGS[phase.standing]}".strip()))
    if phase.owner is not None:
        text.append(f"\n{phase.owner.name}")
    if phase.standing:
        text.append(f"\n{phase.standing.replace('_', ' ')}", STANDINGS[phase.standing])
    if phase.goal:
        text.append(f"\n{phase.goal}", "italic dim")
    return text


def _way(word: str, way: Way) -> Text:
    from rich.text import Text

    return Text.assemble((word, "dim"), (way.other, "bold"), f": {way.why}")
