"""A replay that goes on where it was stopped, and that holds no more than one hand of customers at a time."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Final

from clmstate.analysis.versions import fingerprint
from clmstate.composition import Composition
from clmstate.errors import Diagnostic, InputError
from clmstate.lifecycle import Lifecycle
from clmstate.replay.checkpoint import Checkpoint
from clmstate.replay.choices import Engine
from clmstate.replay.frames import pl
from clmstate.replay.hands import FEWEST, Dealt, Hands, InMemory, ParquetHands, TextHands
from clmstate.replay.log import cannot_open, format_of
from clmstate.replay.run import Counts, Replayed, with_sources
from clmstate.replay.shape import shape_of
from clmstate.replay.sources import table_in
from clmstate.replay.tables import SCHEMAS, Found, tables_of
from clmstate.replay.typed import NUMBER

__all__ = ["forget", "in_hands", "resumable"]

Model = type[Lifecycle] | type[Composition]
Progress = Callable[[int, int], object]

_DEALT: Final = "dealt"
_PARTS: Final = 1000
"""What progress counts to: half of it for dealing, half for playing."""


def resumable(
    model: Model,
    path: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    as_of_us: int | None,
    ignore: Collection[str],
    tables: str | os.PathLike[str] | None,
    engine: Engine,
    progress: Progress,
) -> Replayed:
    """Replays a log hand by hand, and keeps what is done in a folder; with a folder of the same replay it goes on from there.

    Args:
        model, path, as_of_us, ignore, tables, engine, progress: as for :func:`clmstate.replay.run.replay_file`.
        folder: the checkpoint; it stays until somebody forgets it (:func:`forget`).

    Raises:
        InputError: CLM363, Spark keeps no checkpoint; CLM357, CLM358 and CLM307, as for :class:`clmstate.replay.checkpoint.Checkpoint`.
    """
    name = os.fspath(path)
    if engine == "spark":
        cause = "Spark keeps no checkpoint of ours"
        raise InputError([Diagnostic("CLM363", name, cause, "leave out the checkpoint, or use another engine")])
    mapped = None
    if Path(name).suffix.lower() == ".toml":
        from clmstate.replay.mapping import read_mapping

        mapped = read_mapping(path, model, tables)
    with Checkpoint(folder, _about(model, name, as_of_us, ignore, tables)) as kept:
        if mapped is not None:
            hands: Hands = InMemory(model, mapped.log, as_of_us, engine)
        else:
            if not kept.done(_DEALT):
                with kept.doing(_DEALT) as fresh:
                    _deal(model, name, ignore, fresh, progress)
            hands = _dealt(model, name, as_of_us, ignore, engine, kept.step(_DEALT))
        played = []
        for number in range(hands.count):
            step = f"hand-{number}"
            if not kept.done(step):
                with kept.doing(step) as fresh:
                    _write(hands.play(number), fresh)
            played.append(_read(kept.step(step)))
            progress(_PARTS // 2 + _PARTS // 2 * (number + 1) // hands.count, _PARTS)
    done = _together(hands, played)
    return done if mapped is None else with_sources(done, mapped)


def in_hands(
    model: Model,
    path: str | os.PathLike[str],
    as_of_us: int | None,
    ignore: Collection[str],
    engine: Engine,
    progress: Progress,
) -> Replayed:
    """Replays a file hand by hand, so that its rows are never all in memory; they lie in a temporary folder in the meantime.

    Args:
        model, path, as_of_us, ignore, engine, progress: as for :func:`clmstate.replay.run.replay_file`.
    """
    name = os.fspath(path)
    # on Windows a file that is still mapped cannot be removed; that is no reason to fail
    with tempfile.TemporaryDirectory(prefix="clmstate-", ignore_cleanup_errors=True) as folder:
        _deal(model, name, ignore, Path(folder), progress)
        hands = _dealt(model, name, as_of_us, ignore, engine, Path(folder))
        played = []
        for number in range(hands.count):
            played.append(hands.play(number))
            progress(_PARTS // 2 + _PARTS // 2 * (number + 1) // hands.count, _PARTS)
        return _together(hands, played)


def forget(folder: str | os.PathLike[str]) -> None:
    """Removes a checkpoint, if it is one.

    Example:
        >>> forget("no such folder")
    """
    kept = Checkpoint(folder, {})
    if (kept.folder / "checkpoint.json").is_file():
        kept.forget()


def _about(
    model: Model, name: str, as_of_us: int | None, ignore: Collection[str], tables: str | os.PathLike[str] | None
) -> dict[str, Any]:
    """What makes a replay the same one; the engine is no part of it, because all find the same."""
    file = name if (database := table_in(name)) is None else database[0]
    files = [Path(file)]
    if Path(name).suffix.lower() == ".toml":
        files += sorted(p for p in (Path(name).parent if tables is None else Path(tables)).iterdir() if p.is_file())
    about = []
    for path in files:
        try:
            found = path.stat()
        except OSError as error:
            raise InputError([cannot_open(path, error)]) from None
        about.append([path.name, found.st_size, found.st_mtime_ns])
    return {
        "log": [os.path.realpath(file), name.rpartition(":")[2] if database else "", about],
        "model": [model.__name__, fingerprint(model).whole],
        "date": as_of_us,
        "ignored columns": sorted(ignore),
        "format": 1,
    }


def _deal(model: Model, name: str, ignore: Collection[str], folder: Path, progress: Progress) -> None:
    """Deals a log out into a folder."""

    def half(total: int) -> Callable[[int], object]:
        return lambda done: progress(_PARTS // 2 * min(done, total) // max(total, 1), _PARTS)

    database = table_in(name)
    if database is not None:
        from clmstate.replay.inputs import FrameSource, read_table

        frame = read_table(*database)
        FrameSource(model, name, ignore).checked(frame)
        numbered = frame.with_columns(pl.int_range(1, frame.height + 1, dtype=pl.Int64).alias(NUMBER))
        ParquetHands.deal_pieces(iter([numbered]), frame.height, FEWEST, folder, half(frame.height))
        return
    try:
        size = Path(name).stat().st_size
        if (kind := format_of(name)) == "parquet":
            from clmstate.replay.parquet import read_stamp

            ParquetHands.deal(model, Path(name), ignore, folder, half(read_stamp(name, Path(name))[1]))
        else:
            TextHands.deal(model, Path(name), kind, ignore, folder, half(size))
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError([cannot_open(name, error)]) from None


def _dealt(model: Model, name: str, as_of_us: int | None, ignore: Collection[str], engine: Engine, folder: Path) -> Hands:
    text = table_in(name) is None and format_of(name) != "parquet"
    return (TextHands if text else ParquetHands)(model, name, as_of_us, ignore, engine, folder)


def _write(dealt: Dealt, folder: Path) -> None:
    for table in SCHEMAS:
        getattr(dealt.found, table).write_parquet(folder / f"{table}.parquet")
    (folder / "counts.json").write_text(json.dumps({"used": dealt.used, "later": dealt.later}), "utf-8")


def _read(folder: Path) -> Dealt:
    found = Found(**{table: pl.read_parquet(folder / f"{table}.parquet") for table in SCHEMAS})
    counts = json.loads((folder / "counts.json").read_text("utf-8"))
    return Dealt(found, counts["used"], counts["later"])


def _together(hands: Hands, played: list[Dealt]) -> Replayed:
    """The results of all hands as those of the log."""
    before = Found.empty()
    before.rejects = hands.rejects()
    found = before.with_more(*(dealt.found for dealt in played))
    shape = shape_of(hands.model)
    used, later = sum(dealt.used for dealt in played), sum(dealt.later for dealt in played)
    counts = Counts(hands.rows, used, found.rejects.height, later)
    return Replayed(hands.model.__name__, hands.name, counts, tables_of(found, shape), hands.as_of_us, hands.engine, shape)
