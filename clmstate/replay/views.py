"""What a fleet looks like: counts, flows, times and money, computed from the result tables of a replay."""

from __future__ import annotations

import attrs

from clmstate.replay.frames import pl
from clmstate.replay.shape import Shape
from clmstate.replay.tables import Tables, kind_of_part

__all__ = ["Views"]


@attrs.frozen
class Views:
    """Views of the tables of one replay.

    Attributes:
        tables: the tables.
        shape: the model that they come from.

    Example:
        >>> from clmstate.replay.tables import Found, tables_of
        >>> shape = Shape("Deal", {})
        >>> Views(tables_of(Found.empty(), shape), shape).flows().height
        0
    """

    tables: Tables
    shape: Shape

    def known_phases(self) -> pl.DataFrame:
        """All phases of the model in its order: kind of part, path, label, standing, whether it is final."""
        rows = [
            (path.replace(".", "/"), phase.path, phase.label, phase.standing or "", phase.final)
            for path, part in self.shape.parts.items()
            for phase in part.definition.phases.values()
        ]
        names = ("kind", "phase", "label", "standing")
        return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String) | {"final": pl.Boolean}, orient="row")

    def phase_counts(self) -> pl.DataFrame:
        """How many stand in each phase now, and the median of the days that they have been there so far."""
        now = self.tables.phases.with_columns(kind_of_part(self.shape))
        counted = now.group_by("kind", "phase").agg(pl.len().alias("count"), pl.col("days").median().alias("median_days"))
        found = self.known_phases().join(counted, on=["kind", "phase"], how="left", maintain_order="left")
        return found.with_columns(pl.col("count").fill_null(0))

    def flows(self) -> pl.DataFrame:
        """How often each transition was taken, the most frequent first."""
        moves = self.tables.moves.filter(~pl.col("stayed")).with_columns(kind_of_part(self.shape))
        keys = ["kind", "source", "target", "transition"]
        counted = moves.group_by(keys).agg(pl.len().alias("moves"), pl.struct("customer", "part").n_unique().alias("lives"))
        labels = self.known_phases().select("kind", "phase", "label")
        for end, name in (("source", "from"), ("target", "to")):
            counted = counted.join(labels.rename({"phase": end, "label": name}), on=["kind", end], how="left")
        return counted.sort(["moves", *keys], descending=[True, False, False, False, False])

    def reasons(self) -> pl.DataFrame:
        """Why rows were rejected: how many of each code, and the first of them."""
        found = self.tables.rejects.sort("row").group_by("code", maintain_order=True)
        return found.agg(pl.len().alias("rows"), pl.col("reason").first().alias("first")).sort(
            "rows", descending=True, maintain_order=True
        )
