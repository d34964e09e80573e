"""``clmstate markets``: what differs between the target markets of a lifecycle, as one table."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from clmstate.cli.columns import shared_out
from clmstate.cli.models import Model, load
from clmstate.cli.options import MODEL_HELP
from clmstate.cli.screen import Screen
from clmstate.errors import Diagnostic, InputError
from clmstate.lifecycle import Lifecycle

if TYPE_CHECKING:
    from clmstate.gaps import Difference

__all__ = ["arguments", "families", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate markets``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", nargs="+", help=MODEL_HELP)
    parser.add_argument("--md", action="store_true", help="print Markdown, for a wiki or a pull request")


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Prints a table for each lifecycle that has variants.

    Example:
        >>> from clmstate.cli import main
        >>> main(["markets", "no_such_model.py"])
        2
    """
    loaded = [load(name) for name in options.model]
    for one in loaded:
        if one.faults:
            raise one.faults[0].error()
    found = families([model for one in loaded for model in one.models])
    if not found:
        where = ", ".join(options.model)
        remedy = 'write one: class Enterprise(Contract, market="Enterprise"), and say what differs'
        raise InputError([Diagnostic("CLM336", where, "no lifecycle in it has a variant for a target market", remedy)])
    from clmstate.gaps import market_differences

    tables = [(family, market_differences(family)) for family in found]
    if screen.as_json:
        screen.json({"ok": True, "lifecycles": [_document(family, rows) for family, rows in tables]})
        return 0
    for family, rows in tables:
        (_markdown if options.md else _show)(family, rows, screen)
    return 0


def families(models: list[Model]) -> list[list[type[Lifecycle]]]:
    """Each lifecycle together with its variants, the lifecycle first; those without variants are left out.

    Example:
        >>> families([])
        []
    """
    lifecycles = list(dict.fromkeys(model.lifecycle for model in models if not model.composed))
    found: dict[type[Lifecycle], list[type[Lifecycle]]] = {}
    for each in lifecycles:
        root = next(base for base in reversed(each.__mro__) if base in lifecycles)
        found.setdefault(root, []).append(each)
    return [sorted(family, key=lambda each: len(each.__mro__)) for family in found.values() if len(family) > 1]


def _heads(family: list[type[Lifecycle]]) -> list[str]:
    return [each.definition.market or "all others" for each in family]


def _document(family: list[type[Lifecycle]], rows: tuple[Difference, ...]) -> dict[str, object]:
    names = [each.__name__ for each in family]
    return {
        "lifecycle": names[0],
        "markets": dict(zip(names, _heads(family), strict=True)),
        "differences": [{"what": r.what, "aspect": r.aspect, **dict(zip(names, r.values, strict=True))} for r in rows],
    }


def _markdown(family: list[type[Lifecycle]], rows: tuple[Difference, ...], screen: Screen) -> None:
    screen.line(f"## {family[0].definition.title}: what differs from market to market\n")
    screen.line("| | " + " | ".join(_heads(family)) + " |")
    screen.line("|---|" + "---|" * len(family))
    for row in rows:
        cells = (value.replace("|", "\\|").replace("\n", "<br>") for value in row.values)
        screen.line(f"| **{row.what}** {row.aspect} | " + " | ".join(cells) + " |")
    screen.line()


def _show(family: list[type[Lifecycle]], rows: tuple[Difference, ...], screen: Screen) -> None:
    from rich import box
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    screen.line()
    screen.show(Text.assemble(f" {family[0].definition.title}: ", ("what differs from market to market", "bold")))
    style = box.SIMPLE_HEAD if screen.marks.met == "✓" else box.ASCII
    table = Table(box=style, pad_edge=False, expand=True, header_style="dim", show_lines=False)
    table.add_column("", ratio=4)
    for head in _heads(family):
        table.add_column(head, ratio=5)
    last = ""
    for row in rows:
        what = Text.assemble(
            ("" if row.what == last else row.what, "bold"), "\n" if row.aspect and row.what != last else "", (row.aspect, "dim")
        )
        last = row.what
        first = row.values[0]
        cells = [Text(value or "none", "dim" if value == first and number else "") for number, value in enumerate(row.values)]
        table.add_row(what, *cells)
    screen.show(Padding(shared_out(table, screen.console, screen.console.width - 2), (0, 1), expand=False))
