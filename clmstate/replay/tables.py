"""Result tables: what a replay found, as polars frames; every engine fills the same columns.

An engine tells moves, lives (who was born where, and was last seen when), milestones and warning signs. Stays, phases and open plays
follow from them here, once for all engines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs

from clmstate.replay.frames import pl
from clmstate.replay.rows import Rejected
from clmstate.replay.shape import Shape
from clmstate.signals import DAY

__all__ = ["SCHEMAS", "TABLES", "Found", "Tables", "frame_of", "tables_of"]

WHO: Final = ("customer", "part", "life")
"""What a life is known by: a member who leaves and joins again lives twice."""

_MOVE: Final = {
    "customer": "text", "part": "text", "life": "number", "at": "time", "round": "number", "transition": "text", "source": "text",
    "target": "text", "by": "text", "stayed": "flag", "due_since": "time", "because": "text", "person": "text", "reason": "text",
    "held_until": "time",
}  # fmt: skip

SCHEMAS: Final[Mapping[str, Mapping[str, str]]] = {
    "moves": _MOVE,
    "by_then": _MOVE,
    "lives": {
        "customer": "text", "part": "text", "life": "number", "phase": "text", "since": "time", "born": "time", "left": "time",
        "last": "time",
    },
    "milestones": {"customer": "text", "part": "text", "life": "number", "at": "time", "milestone": "text", "label": "text"},
    "signs": {"customer": "text", "part": "text", "life": "number", "at": "time", "risk": "text", "label": "text"},
    "rejects": {"row": "number", "customer": "text", "code": "text", "reason": "text"},
}  # fmt: skip
"""The columns that engines fill."""


def frame_of(name: str, rows: Sequence[Sequence[Any]] = ()) -> pl.DataFrame:
    """Rows as a frame with the columns of a table; times are microseconds.

    Example:
        >>> frame_of("rejects", [(7, "Acme", "CLM316", "it has two values")]).height
        1
    """
    plain = {"text": pl.String, "number": pl.Int64, "flag": pl.Boolean, "time": pl.Int64}
    schema = SCHEMAS[name]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    series = [pl.Series(c, list(v), dtype=plain[kind], strict=False) for (c, kind), v in zip(schema.items(), columns, strict=True)]
    return pl.DataFrame(series).with_columns(
        pl.col(c).cast(pl.Datetime("us", "UTC")) for c, kind in schema.items() if kind == "time"
    )


@attrs.define
class Found:
    """What one engine found, as frames with the columns of :data:`SCHEMAS`.

    Example:
        >>> Found.empty().moves.height
        0
    """

    moves: pl.DataFrame
    by_then: pl.DataFrame
    lives: pl.DataFrame
    milestones: pl.DataFrame
    signs: pl.DataFrame
    rejects: pl.DataFrame

    @classmethod
    def of(cls, rows: Mapping[str, Sequence[Sequence[Any]]]) -> Found:
        """From rows by table."""
        return cls(**{name: frame_of(name, rows.get(name, ())) for name in SCHEMAS})

    @classmethod
    def empty(cls) -> Found:
        """Nothing."""
        return cls.of({})

    @property
    def height(self) -> int:
        """How many rows there are in all."""
        return sum(getattr(self, name).height for name in SCHEMAS)

    def with_more(self, *others: Found) -> Found:
        """Both together."""
        return Found(**{name: pl.concat([getattr(one, name) for one in (self, *others)]) for name in SCHEMAS})


TABLES: Final = ("moves", "stays", "phases", "plays", "milestones", "signs", "rejects")
"""The tables of every replay."""


class _Whole:
    """All rows of a table, as an attribute of its name."""

    def __set_name__(self, _: type, name: str) -> None:
        self.name = name

    def __get__(self, tables: Tables, _: object = None) -> pl.DataFrame:
        return tables.table(self.name)


class Tables:
    """The result tables of a replay. Large ones lie in files until somebody asks for all their rows.

    Args:
        held: each table by name, as a frame or as the Arrow files of its parts.
        keeping: whatever must live as long as the files are needed.

    Attributes:
        moves: who moved when, from where to where, by what, and since when it was due.
        stays: every stay in a phase: when it began and ended (null: it goes on), and how many days that is.
        phases: where everybody stood at the end (or as of a date), and since when.
        plays: the plays that were opened; a log marks none as done.
        milestones: who reached what, when.
        signs: the warning signs in force at the end (or as of a date).
        rejects: rows that were not used, with reasons.

    Example:
        >>> tables_of(Found.empty(), Shape("Deal", {})).stays.columns[:4]
        ['customer', 'part', 'life', 'phase']
    """

    def __init__(self, held: Mapping[str, pl.DataFrame | Sequence[Path]], keeping: object = None) -> None:
        self.held, self.keeping = dict(held), keeping

    def __iter__(self) -> Iterator[tuple[str, pl.DataFrame]]:
        return ((name, self.table(name)) for name in TABLES)

    moves = _Whole()
    stays = _Whole()
    phases = _Whole()
    plays = _Whole()
    milestones = _Whole()
    signs = _Whole()
    rejects = _Whole()

    def table(self, name: str) -> pl.DataFrame:
        """All rows of a table; from then on they are in memory."""
        held = self.held[name]
        if not isinstance(held, pl.DataFrame):
            held = self.held[name] = self.lazy(name).collect().sort("row" if name == "rejects" else "customer", maintain_order=True)
        return held

    def lazy(self, name: str) -> pl.LazyFrame:
        """A table to ask something of, without holding all of it; customers may come in any order."""
        held = self.held[name]
        return held.lazy() if isinstance(held, pl.DataFrame) else pl.scan_ipc(list(held))

    def height(self, name: str) -> int:
        """How many rows a table has."""
        held = self.held[name]
        return held.height if isinstance(held, pl.DataFrame) else int(self.lazy(name).select(pl.len()).collect().item())


def reject_row(rejected: Rejected) -> tuple[int, str, str, str]:
    """A rejected row as a row of the table of rejects: all reasons in one text, so that rows count rows.

    Example:
        >>> from clmstate.errors import Diagnostic
        >>> reject_row(Rejected(7, (Diagnostic("CLM311", "log.csv, line 7", "it names no customer", "fill it"),)))
        (7, '', 'CLM311', 'log.csv, line 7: it names no customer. Fill it.')
    """
    said = "\n".join(str(d).removeprefix(f"{d.code} ") for d in rejected.diagnostics)
    return rejected.number, rejected.customer, rejected.diagnostics[0].code, said


def tables_of(found: Found, shape: Shape) -> Tables:
    """The result tables that follow from what an engine found.

    Example:
        >>> tables_of(Found.empty(), Shape("Deal", {})).phases.height
        0
    """
    moves = found.moves.sort("customer", "at", "round", maintain_order=True)
    stays, phases = _stays(found, moves)
    return Tables(
        {
            "moves": moves,
            "stays": stays,
            "phases": phases,
            "plays": _plays(pl.concat([moves, found.by_then]), found.milestones, shape),  # also what is due by the date
            "milestones": found.milestones.sort("customer", "at", maintain_order=True),
            "signs": found.signs.sort("customer", "part", maintain_order=True),
            "rejects": found.rejects.sort("row"),
        }
    )


def _stays(found: Found, moves: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A stay begins with a life or with a move that leaves its phase, and ends with the next one; and the open ones as phases."""
    begun = found.lives.select(*WHO, "phase", pl.col("since").alias("entered"), pl.lit("").alias("entered_by"))
    later = pl.concat([moves, found.by_then]).filter(~pl.col("stayed"))
    entered = later.select(
        *WHO, pl.col("target").alias("phase"), pl.col("at").alias("entered"), pl.col("transition").alias("entered_by")
    )
    stays = pl.concat([begun, entered])
    order = stays.select(pl.arg_sort_by(*WHO, maintain_order=True)).to_series()  # a life begins before its moves
    stays = stays[order]
    begins = order < begun.height
    lives = found.lives.select("left", "last")[order.filter(begins)][begins.cast(pl.Int64).cum_sum() - 1]
    stays = stays.with_columns(lives)
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(-1) for name in WHO)  # the next row is about the same life
    following = [pl.when(same).then(pl.col(name).shift(-1)) for name in ("entered", "phase", "entered_by")]
    stays = stays.with_columns(following[0].alias("ended"), following[1].alias("next"), following[2].alias("ended_by"))
    gone = pl.col("ended").is_null() & pl.col("left").is_not_null()
    stays = stays.with_columns(
        pl.when(gone).then("left").otherwise("ended").alias("ended"),
        pl.when(gone).then(pl.lit("@leave")).otherwise("ended_by").alias("ended_by"),
    )
    until = pl.coalesce("ended", "last")
    days = ((until - pl.col("entered")).dt.total_microseconds() / DAY).alias("days")
    stays = stays.with_columns(days, pl.col("ended").is_null().alias("open"))
    now = stays.filter("open").select(*WHO, "phase", pl.col("entered").alias("since"), "days", pl.col("last").alias("as_of"))
    return stays.drop("left", "last"), now


def _plays(moves: pl.DataFrame, milestones: pl.DataFrame, shape: Shape) -> pl.DataFrame:
    rows = []
    for path, part in shape.parts.items():
        kind = path.replace(".", "/")
        for name, transition in part.definition.transitions.items():
            rows += [(kind, name, play) for play in transition.plays]
        for name, milestone in part.definition.milestones.items():
            rows += [(kind, name, play) for play in milestone.plays]
    known = pl.DataFrame(
        [
            (
                kind,
                name,
                play.label,
                "" if play.owner is None else play.owner.name,
                None if play.due is None else float(play.due.most),
            )
            for kind, name, play in rows
        ],
        schema={"kind": pl.String, "because": pl.String, "play": pl.String, "owner": pl.String, "due_days": pl.Float64},
        orient="row",
    )
    opened = pl.concat(
        [
            moves.select(*WHO, "at", pl.col("transition").alias("because")),
            milestones.select(*WHO, "at", pl.col("milestone").alias("because")),
        ]
    ).with_columns(kind_of_part(shape))
    plays = opened.join(known, on=["kind", "because"], how="inner", maintain_order="left").drop("kind").rename({"at": "opened"})
    due = (pl.col("opened") + pl.duration(microseconds=(pl.col("due_days") * DAY).round().cast(pl.Int64))).alias("due")
    return plays.with_columns(due).drop("due_days").sort("customer", "opened", maintain_order=True)


def kind_of_part(shape: Shape) -> pl.Expr:
    """From the address of a part (`users/dana`) to its path with slashes (`users`): names of members are left out.

    Example:
        >>> str(kind_of_part(Shape("Deal", {}))).count("kind")
        1
    """
    path: Any = pl.lit("")
    for part in sorted(shape.parts, key=len) if shape.composed else ():
        steps = shape.parts[part].way.steps
        pattern = "/".join(f"{name}/[^/]+" if many else name for name, many in steps)
        path = pl.when(pl.col("part").str.contains(f"^{pattern}$")).then(pl.lit(part.replace(".", "/"))).otherwise(path)
    found: pl.Expr = path.alias("kind")
    return found
