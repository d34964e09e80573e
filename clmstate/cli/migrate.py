"""``clmstate migrate``: where every phase and part of an old version belongs in a new one, and snapshots carried over."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from clmstate.cli.screen import Screen
from clmstate.cli.versions import VERSION_HELP, load_version, pairs
from clmstate.errors import ClmstateError, Diagnostic, InputError
from clmstate.writing import finite, write

if TYPE_CHECKING:
    from clmstate.analysis.versions import Migration

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate migrate``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("old", help=VERSION_HELP)
    parser.add_argument("new", help="the same; git:REV without a model means the other one's")
    parser.add_argument("snapshots", nargs="*", metavar="SNAPSHOT", help="JSON files of what snapshot() returned, or lists of them")
    parser.add_argument(
        "--as",
        dest="renamed",
        metavar="OLD=NEW",
        action="append",
        default=[],
        help="what is called otherwise now (adoption=in_use); without NEW it may be forgotten; may be repeated",
    )
    parser.add_argument("--map", metavar="FILE", help='the same as a JSON file: {"adoption": "in_use", "worry": null}')
    parser.add_argument(
        "--out", metavar="FOLDER", default="migrated", help="where snapshots go, under their names (by default migrated)"
    )


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Maps one version to another, and carries snapshots over; nothing is written unless all of them can be.

    Example:
        >>> from clmstate.cli import main
        >>> main(["migrate", "no_such_model.py", "no_such_model_either.py"])
        2
    """
    given = _mapping(options)
    new = load_version(options.new, command="clmstate migrate", like=options.old)
    old = load_version(options.old, command="clmstate migrate", like=options.new)
    from clmstate.analysis.versions import migration

    way = migration(old.what, new.what, given)
    texts: dict[Path, str] = {}
    wrong: list[Diagnostic] = []
    for name in options.snapshots:
        path = Path(options.out) / Path(name).name
        try:
            if path in texts:
                raise InputError([Diagnostic("CLM307", name, "two snapshots have one file name", "rename one of them")])
            texts[path] = _carried(Path(name), way, new.what)
        except ClmstateError as error:
            wrong += (attrs.evolve(d, place=f"{name}, {d.place}") if d.place != name else d for d in error.diagnostics)
    if wrong:
        raise InputError(wrong)
    for path, text in texts.items():
        write(path, text, folders=True)
    _show(way, [str(path) for path in texts], screen)
    return 0


def _mapping(options: argparse.Namespace) -> dict[str, str | None]:
    given: dict[str, str | None] = {}
    if options.map is not None:
        data = _json(Path(options.map))
        if not isinstance(data, dict) or not all(isinstance(value, str | None) for value in data.values()):
            raise InputError(
                [Diagnostic("CLM342", options.map, "it is not a mapping of names", 'write {"old": "new", "gone": null}')]
            )
        given |= data
    return given | pairs(options.renamed)


def _json(path: Path) -> Any:
    try:
        return json.loads(finite(path).read_bytes())
    except OSError as error:
        raise InputError([Diagnostic("CLM301", str(path), f"it cannot be read ({error.strerror})", "check the path")]) from None
    except (ValueError, RecursionError) as error:
        raise InputError([Diagnostic("CLM370", str(path), f"it is not JSON: {str(error)[:200]}", "check the file")]) from None


def _carried(path: Path, way: Migration, model: Any) -> str:
    """The text of a migrated file. Each snapshot in it is restored and taken again, so that what is written is what will be read."""
    from clmstate.analysis.versions import carried

    data = _json(path)
    moved = []
    for one in data if isinstance(data, list) else [data]:
        if not isinstance(one, Mapping):
            raise InputError([Diagnostic("CLM378", str(path), "it is not a snapshot", "give what snapshot() returned")])
        new = carried(one, way)
        again = model.restore(json.dumps(new), engine="compiled").snapshot()
        if again != json.loads(json.dumps(new)):
            parts = sorted(key for key in again.keys() | new.keys() if again.get(key) != json.loads(json.dumps(new)).get(key))
            cause = f"the new version would keep it otherwise ({', '.join(parts)})"
            raise InputError([Diagnostic("CLM378", str(path), cause, "take the snapshot again with the version that it names")])
        moved.append(new)
    return json.dumps(moved if isinstance(data, list) else moved[0], ensure_ascii=False) + "\n"


def _show(way: Migration, written: list[str], screen: Screen) -> None:
    rows = way.table()
    if screen.as_json:
        keys = ("lifecycle", "what", "old", "new")
        screen.json({"ok": True, "map": [dict(zip(keys, row, strict=True)) for row in rows], "written": written})
        return
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    moved = [row for row in rows if row[2] != row[3]]
    screen.line()
    screen.show(Text.assemble(" ", (way.old.name, "bold"), f" {screen.marks.arrow} ", (way.new.name, "bold")))
    stays = len(rows) - len(moved)
    screen.show(
        Text(f" {stays} of {len(rows)} phases and parts keep their names" + ("" if moved else ", and nobody has to move") + ".")
    )
    table = Table.grid(padding=(0, 2, 0, 0))
    for lifecycle, what, old, new in moved:
        table.add_row(
            Text(what, "dim"), f"{lifecycle}.{old}", screen.marks.arrow, Text(new, "bold") if new else Text("forgotten", "red")
        )
    if moved:
        screen.show(Padding(table, (0, 1), expand=False))
    for path in written:
        screen.show(Text.assemble((f" {screen.marks.met} ", "bold green"), path))
    screen.line()
