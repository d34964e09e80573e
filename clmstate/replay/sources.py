"""Whatever a user can name as a log, as rows in memory: for those who look at rows again after a replay, or play them more than once."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

import attrs

from clmstate.replay.log import format_of, read_log
from clmstate.replay.rows import Log, Rejected, Row
from clmstate.replay.shape import Model

__all__ = ["DATABASE_ENDINGS", "read_any", "table_in"]

DATABASE_ENDINGS: Final = (".duckdb", ".ddb", ".sqlite", ".sqlite3", ".db")


def table_in(name: str) -> tuple[str, str] | None:
    """The database and the table that a name such as `crm.sqlite:log` means; None if it is the name of a file of another kind.

    Example:
        >>> table_in("crm.sqlite:log"), table_in("crm.duckdb"), table_in("log.csv")
        (('crm.sqlite', 'log'), ('crm.duckdb', ''), None)
    """
    file, colon, table = name.rpartition(":")
    if not colon or Path(file).suffix.lower() not in DATABASE_ENDINGS:
        file, table = name, ""
    return (file, table) if Path(file).suffix.lower() in DATABASE_ENDINGS else None


def read_any(
    model: Model,
    path: str | os.PathLike[str],
    *,
    ignore: Collection[str] = (),
    tables: str | os.PathLike[str] | None = None,
    customers: Collection[str] | None = None,
    progress: Callable[[int, int], object] = lambda _done, _total: None,
) -> Log:
    """The rows of a log: of a file, of a table of a database (`crm.sqlite:log`), or of the tables that a mapping (.toml) names.

    Args:
        model: whose signals and events it may name.
        path: its name.
        ignore: columns to pass over.
        tables: for a mapping, the folder in which its tables are; by default its own.
        customers: only these; by default everybody. A Parquet file is then read in pieces, so that the others take no memory.
        progress: told now and then how much is done of how much.

    Raises:
        InputError: as for :func:`clmstate.replay.read_log`, and as the mapping or the database says.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> read_any(Deal, "no such folder/log.csv")
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM301 no such folder/log.csv: there is no folder 'no such folder'. Check the path.
    """
    name = os.fspath(path)
    if Path(name).suffix.lower() == ".toml":
        from clmstate.replay.mapping import read_mapping

        log = read_mapping(path, model, tables).whole_log
    elif (database := table_in(name)) is not None:
        log = _table(model, name, database, ignore)
    elif customers is not None and format_of(path) == "parquet":
        return _only(model, path, customers, ignore)
    else:
        log = read_log(path, model, ignore=ignore, progress=progress)
    return log if customers is None else attrs.evolve(log, rows=tuple(row for row in log.rows if row.customer in customers))


def _table(model: Model, name: str, database: tuple[str, str], ignore: Collection[str]) -> Log:
    from clmstate.replay.frames import pl
    from clmstate.replay.inputs import FrameSource, read_table
    from clmstate.replay.typed import NUMBER

    frame = read_table(*database)
    source = FrameSource(model, name, ignore)
    source.checked(frame)
    understood = source.read(frame.with_columns(pl.int_range(1, frame.height + 1, dtype=pl.Int64).alias(NUMBER)))
    rows, rejected = [r for r in understood if isinstance(r, Row)], [r for r in understood if isinstance(r, Rejected)]
    return Log(name, tuple(rows), tuple(rejected), unit="row")


def _only(model: Model, path: str | os.PathLike[str], customers: Collection[str], ignore: Collection[str]) -> Log:
    from clmstate.replay.inputs import FrameSource

    source = FrameSource(model, os.fspath(path), ignore)
    source.path = path
    return source.of(customers)
