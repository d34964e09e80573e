"""The tables that a mapping names: read as texts, with dates, empty cells and joins as the mapping says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from clmstate.errors import Diagnostic, InputError, did_you_mean, shown
from clmstate.replay.frames import pl

__all__ = ["NUMBER", "columns_of", "empty_words", "read_tables"]

NUMBER: Final = "__row"
"""The column that says which row of its table a row is, from 1."""

_SETTINGS: Final = ("file", "join", "dates", "empty", "decimal")
_WITH_COMMA: Final = r"^[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?\s*%?$"
"""A number as it is written where the comma separates decimals, and the point thousands."""


def read_tables(said: object, folder: Path, source: str, empty: frozenset[str] = frozenset()) -> dict[str, pl.DataFrame]:
    """The tables of a mapping as texts, each row with its number; with what is joined to them.

    Args:
        said: what stands under ``[tables]``.
        folder: where the tables are.
        source: the mapping.
        empty: what means an empty cell in all of them, in lower case.

    Raises:
        InputError: CLM301 a table cannot be read, CLM360 a setting says something that cannot be.

    Example:
        >>> read_tables({}, Path("."), "map.toml")
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM360 map.toml: it names no tables. Write [tables] accounts = "accounts.csv".
    """
    if not isinstance(said, dict) or not said:
        raise _refused(source, "it names no tables", 'write [tables] accounts = "accounts.csv"')
    frames: dict[str, pl.DataFrame] = {}
    for name, about in said.items():
        place = f"{source}, table '{name}'"
        wanted = _settings(about, place)
        frame = _cleared(_table(folder / wanted["file"], source), empty | empty_words(wanted.get("empty", []), place))
        if wanted.get("decimal") == ",":
            frame = _with_points(frame)
        for column, written in wanted.get("dates", {}).items():
            frame = frame.with_columns(_iso(frame, column, written, place))
        join = wanted.get("join")
        frames[name] = frame if join is None else _joined(frame, join, frames, place)
    return frames


def empty_words(said: object, place: str) -> frozenset[str]:
    """What means an empty cell, in lower case.

    Raises:
        InputError: CLM360, it is no list of texts.

    Example:
        >>> sorted(empty_words(["N/A", "-"], "map.toml"))
        ['-', 'n/a']
    """
    if not isinstance(said, list) or not all(isinstance(word, str) for word in said):
        raise _refused(place, f"empty = {shown(said)} is no list of texts", 'write empty = ["n/a", "-"]')
    return frozenset(word.strip().lower() for word in said)


def columns_of(frame: pl.DataFrame) -> list[str]:
    """The columns that the table itself has.

    Example:
        >>> columns_of(pl.DataFrame({NUMBER: [1], "id": ["A"]}))
        ['id']
    """
    return [column for column in frame.columns if column != NUMBER]


def _refused(place: str, cause: str, remedy: str) -> InputError:
    return InputError([Diagnostic("CLM360", place, cause, remedy)])


def _settings(said: object, place: str) -> dict[str, Any]:
    """The settings of a table, each of the kind that it must have."""
    wanted: dict[str, Any] = dict(said) if isinstance(said, dict) else {"file": said}
    for key in wanted:
        if key not in _SETTINGS:
            raise _refused(place, f"there is no setting {key!r:.60}", did_you_mean(key, _SETTINGS))
    if not isinstance(wanted.get("file"), str) or not wanted["file"]:
        raise _refused(place, "it does not say which file", 'write accounts = "accounts.csv", or { file = "accounts.csv" }')
    if not isinstance(wanted.get("dates", {}), dict):
        raise _refused(place, f"dates = {shown(wanted['dates'])} names no columns", 'write dates = { since = "%d.%m.%Y" }')
    if wanted.get("decimal", ".") not in (".", ","):
        raise _refused(place, f"decimal = {shown(wanted['decimal'])} separates no decimals", 'write decimal = ","')
    return wanted


def _table(path: Path, source: str) -> pl.DataFrame:
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            frame = pl.read_parquet(path).cast(pl.String, strict=False)
        else:
            with path.open(encoding="utf-8-sig", errors="replace") as file:
                header = file.readline()
            frame = pl.read_csv(path, infer_schema=False, separator=max(",;\t", key=header.count))
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        said = " ".join(str(error).split()).partition(" Consider ")[0].partition(" This error occurred")[0][:160]
        remedy = "save it as CSV in UTF-8" if "utf-8" in said else f"mend the file, or {source}"
        raise InputError([Diagnostic("CLM301", str(path), f"it cannot be read ({said})", remedy)]) from None
    return frame.with_columns(pl.all().fill_null("").str.strip_chars()).with_row_index(NUMBER, 1)


def _cleared(frame: pl.DataFrame, empty: frozenset[str]) -> pl.DataFrame:
    """The table without what stands in it for nothing."""
    if not empty:
        return frame
    texts = pl.exclude(NUMBER)
    return frame.with_columns(pl.when(texts.str.to_lowercase().is_in(sorted(empty))).then(pl.lit("")).otherwise(texts).name.keep())


def _with_points(frame: pl.DataFrame) -> pl.DataFrame:
    """The table with 1.234,5 as 1234.5."""
    texts = pl.exclude(NUMBER)
    pointed = texts.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    return frame.with_columns(pl.when(texts.str.contains(_WITH_COMMA)).then(pointed).otherwise(texts).name.keep())


def _joined(frame: pl.DataFrame, join: object, frames: Mapping[str, pl.DataFrame], place: str) -> pl.DataFrame:
    """The table with the columns of another one, which stands before it."""
    remedy = 'write join = { table = "subscriptions", on = "subscription_id" }, and name that table before'
    if not isinstance(join, dict):
        raise _refused(place, f"it cannot be joined with {shown(join)}", remedy)
    other, on = str(join.get("table", "")), str(join.get("on", ""))
    if other not in frames or on not in frames[other].columns or on not in frame.columns:
        raise _refused(place, f"it cannot be joined with {other!r:.60} on {on!r:.60}", remedy)
    more = frames[other].drop(NUMBER).unique(on, keep="first", maintain_order=True)
    return frame.join(more, on=on, how="left", maintain_order="left", suffix=f"_of_{other}")


def _iso(frame: pl.DataFrame, column: str, written: object, place: str) -> pl.Series:
    """A column of dates as ISO texts. What is not written so stays as it is, and is rejected if it is no date at all."""
    known = columns_of(frame)
    if column not in known:
        raise _refused(place, f"there is no column {column!r:.60} to hold dates", did_you_mean(column, known))
    example = dt.datetime(2026, 1, 31, 14, 5)
    try:
        same = dt.datetime.strptime(example.strftime(str(written)), str(written)).date() == example.date()
    except ValueError:
        same = False
    if not same:
        remedy = 'write "%d.%m.%Y" for 31.01.2026, "%m/%d/%Y" for 01/31/2026, "%d.%m.%Y %H:%M" for 31.01.2026 14:05'
        raise _refused(place, f"{written!r:.60} does not say how dates are written", remedy)

    def iso(text: str) -> str:
        try:
            moment = dt.datetime.strptime(text, str(written))
        except ValueError:
            return text
        return moment.isoformat() if any(sign in str(written) for sign in ("%H", "%I")) else moment.date().isoformat()

    texts = frame[column].unique()
    return frame[column].replace(texts, pl.Series([iso(text) for text in texts], dtype=pl.String))
