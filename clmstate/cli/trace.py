"""``clmstate trace``: where each item of a list lives in a folder of models, and what shows it."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from clmstate.cli.models import Model, load
from clmstate.cli.options import COMMANDS
from clmstate.cli.screen import Screen
from clmstate.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from rich.text import Text

    from clmstate.gaps import Alives, Cited, Trace, Traced
    from clmstate.replay import Log

__all__ = ["arguments", "run", "traced"]

_STYLES: Final = {"shown": "green", "context": "dim", "not shown": "yellow", "nowhere": "bold red"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate trace``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("folder", help="a folder of models, with their sample logs")
    parser.add_argument("--items", metavar="FILE", help="the list of items (by default items.tsv in the folder)")
    parser.add_argument("--tests", metavar="FOLDER", help="where tests are marked with items (by default tests/ beside the folder)")
    parser.add_argument("--open", action="store_true", help="list only what is nowhere, or what nothing shows")


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Traces every item: 0 if each is shown or context, else 1.

    Example:
        >>> from clmstate.cli import main
        >>> main(["trace", "no_such_folder"])
        2
    """
    folder = Path(options.folder)
    found = traced(folder, options.items, options.tests)
    if screen.as_json:
        screen.json(_document(found))
    else:
        _show(found, screen, only_open=options.open)
    return 0 if found.complete else 1


def traced(folder: Path, items: str | None = None, tests: str | None = None) -> Trace:
    """The trace of a folder of models.

    Raises:
        InputError: CLM330 there is no such folder; the list of items cannot be read; a model cannot be loaded.

    Example:
        >>> traced(Path("no_such_folder"))
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM330 no_such_folder: there is no such folder. Name a folder of models.
    """
    if not folder.is_dir():
        raise InputError([Diagnostic("CLM330", str(folder), "there is no such folder", "name a folder of models")])
    from clmstate.gaps import marked_tests, read_items, trace
    from clmstate.gaps.alive import merged

    listed = read_items(items if items is not None else folder / "items.tsv")
    loaded = load(str(folder))
    if loaded.faults:
        raise loaded.faults[0].error()
    alive = merged(_alive(folder, loaded.models))
    marked = marked_tests(tests if tests is not None else folder.resolve().parent / "tests")
    return trace(listed, _elements(loaded.models), alive, marked, COMMANDS)


def _elements(models: tuple[Model, ...]) -> Iterator[tuple[str, Cited]]:
    """What the models cite; of a variant only what it says itself."""
    from clmstate.gaps import cited

    for model in models:
        inherited = {
            (element.kind, element.name, element.refs)
            for base in model.what.__mro__[1:]
            for other in models
            if other.what is base
            for element in cited(other.what.definition)
        }
        for element in cited(model.what.definition):
            if (element.kind, element.name, element.refs) not in inherited:
                yield model.source, element


def _alive(folder: Path, models: tuple[Model, ...]) -> Iterator[Alives]:
    """What the sample logs bring to life, each in the first model beside it that understands all of it."""
    from clmstate.gaps import alive_in

    for file in sorted(folder.rglob("*.csv")):
        if _is_log(file):
            beside = [model for model in models if Path(model.source).resolve().parent == file.resolve().parent]
            beside.sort(key=lambda model: len(model.what.__mro__))  # a model before its variants
            found = next(((model, log) for model in beside if (log := _log_for(file, model)) is not None), None)
            if found is not None:
                yield alive_in(found[0].what, found[1], file.relative_to(folder).as_posix())


def _is_log(file: Path) -> bool:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        header = next((row for row in csv.reader(stream) if row and not row[0].startswith("#")), [])
    return {"customer", "at"} <= set(header)


def _log_for(file: Path, model: Model) -> Log | None:
    from clmstate.replay import read_log

    try:
        log = read_log(file, model.what)
    except InputError:
        return None
    return log if log.rows and not log.rejected else None


def _document(found: Trace) -> dict[str, Any]:
    return {
        "ok": found.complete,
        "counts": {state: found.count(state) for state in ("shown", "context", "not shown", "nowhere")},
        "items": [
            {
                "id": one.item.id,
                "kind": one.item.kind,
                "text": one.item.text,
                "state": one.state,
                "lives_in": [{"place": home.place, "kind": home.kind, "source": home.source} for home in one.homes],
                "shown_by": [*one.tests, *map(str, one.seen)],
                "context": one.item.context,
            }
            for one in found.items
        ],
        "unknown": [{"id": ref, "cited_by": place} for ref, place in found.unknown],
    }


def _show(found: Trace, screen: Screen, *, only_open: bool) -> None:
    from rich import box
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD if screen.marks.met == "✓" else box.ASCII, pad_edge=False, header_style="dim", expand=True)
    table.add_column("Item", no_wrap=True)
    table.add_column("says that", ratio=4)
    table.add_column("lives in", ratio=5, overflow="fold")
    table.add_column("is shown by", ratio=6, overflow="fold")
    for one in found.items:
        if not only_open or one.state in ("not shown", "nowhere"):
            table.add_row(Text(one.item.id, _STYLES[one.state]), one.item.text, _homes(one), _shown(one))
    screen.line()
    if table.row_count:
        screen.show(Padding(table, (0, 1)))
    for ref, place in found.unknown:
        screen.show(Text(f" {screen.marks.unmet} {place} cites {ref}, which is not in the list", "red"))
    counts = ", ".join(f"{found.count(state)} {state}" for state in ("shown", "context", "not shown", "nowhere"))
    mark, style = (screen.marks.met, "green") if found.complete else (screen.marks.unmet, "red")
    screen.show(Text.assemble((f" {mark} ", f"bold {style}"), (f"{len(found.items)} items: ", "bold"), counts))
    screen.line()


def _homes(one: Traced) -> Text:
    from rich.text import Text

    if one.item.context:
        return Text(one.item.context, "dim italic")
    text = Text()
    for number, home in enumerate(one.homes[:2]):
        text.append("\n" if number else "")
        text.append(home.place)
        text.append("" if home.kind == "feature" else f"  {home.kind}", "dim")
    if len(one.homes) > 2:
        text.append(f"\nand {len(one.homes) - 2} more", "dim")
    return text if one.homes else Text("nowhere", "bold red")


def _shown(one: Traced) -> Text:
    from rich.text import Text

    lines = [*(test.rpartition("::")[2] for test in one.tests), *(str(seen).rpartition("/")[2] for seen in one.seen)]
    if one.item.context:
        return Text()
    if one.state != "shown":
        return Text("a rule, and no test shows it" if one.item.is_rule and one.homes else "nothing", "yellow")
    more = f"\nand {len(lines) - 2} more" if len(lines) > 2 else ""
    return Text.assemble("\n".join(lines[:2]), (more, "dim"))
