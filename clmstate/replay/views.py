"""What a fleet looks like: counts, flows, times and money, computed from the result tables of a replay."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Sequence
from typing import Any

import attrs

from clmstate.replay.frames import pl
from clmstate.replay.shape import Shape
from clmstate.replay.tables import Tables, kind_of_part
from clmstate.signals import DAY

__all__ = ["Views", "kaplan_meier", "kaplan_meier_quantiles"]


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
        now = self.tables.lazy("phases").with_columns(kind_of_part(self.shape))
        counted = now.group_by("kind", "phase").agg(pl.len().alias("count"), pl.col("days").median().alias("median_days")).collect()
        found = self.known_phases().join(counted, on=["kind", "phase"], how="left", maintain_order="left")
        return found.with_columns(pl.col("count").fill_null(0))

    def flows(self) -> pl.DataFrame:
        """How often each transition was taken, the most frequent first."""
        moves = self.tables.lazy("moves").filter(~pl.col("stayed")).with_columns(kind_of_part(self.shape))
        keys = ["kind", "source", "target", "transition"]
        lives = pl.struct("customer", "part").n_unique().alias("lives")
        counted = moves.group_by(keys).agg(pl.len().alias("moves"), lives).collect()
        labels = self.known_phases().select("kind", "phase", "label")
        for end, name in (("source", "from"), ("target", "to")):
            counted = counted.join(labels.rename({"phase": end, "label": name}), on=["kind", end], how="left")
        return counted.sort(["moves", *keys], descending=[True, False, False, False, False])

    def reasons(self) -> pl.DataFrame:
        """Why rows were rejected: how many of each code and column, and the first of them."""
        about = pl.col("reason").str.extract(r"^[^\n]*?, (?:line|row) \d+, ([^:\n]+): ", 1).fill_null("").alias("about")
        found = self.tables.rejects.sort("row").group_by("code", about, maintain_order=True)
        return found.agg(pl.len().alias("rows"), pl.col("reason").first().alias("first")).sort(
            "rows", descending=True, maintain_order=True
        )

    # ---- over time

    def counts_at(self, at_us: int) -> pl.DataFrame:
        """How many stood in each phase at an instant, after whatever happened then."""
        at = pl.lit(at_us).cast(pl.Datetime("us", "UTC"))
        there = (pl.col("entered") <= at) & (pl.col("ended").is_null() | (pl.col("ended") > at))
        standing = self.tables.stays.filter(there).with_columns(kind_of_part(self.shape))
        counted = standing.group_by("kind", "phase").agg(pl.len().alias("count"))
        found = self.known_phases().select("kind", "phase").join(counted, on=["kind", "phase"], how="left", maintain_order="left")
        return found.with_columns(pl.col("count").fill_null(0))

    def over_time(self, days: int = 7) -> pl.DataFrame:
        """How many stand in each phase every so many days, from the first stay to the last instant known."""
        stays = self.tables.stays.with_columns(kind_of_part(self.shape))
        names = pl.Schema({"kind": pl.String(), "phase": pl.String(), "at": pl.Datetime("us", "UTC"), "count": pl.Int64()})
        if not stays.height:
            return pl.DataFrame(schema=names)
        first, last = self.span()
        grid = pl.DataFrame({"at": pl.datetime_range(first, last, f"{days}d", eager=True, time_unit="us")})
        come = stays.select("kind", "phase", pl.col("entered").alias("at"), pl.lit(1, pl.Int64).alias("change"))
        gone = stays.filter(pl.col("ended").is_not_null()).select(
            "kind", "phase", pl.col("ended").alias("at"), pl.lit(-1, pl.Int64).alias("change")
        )
        changes = pl.concat([come, gone]).group_by("kind", "phase", "at").agg(pl.col("change").sum()).sort("at")
        counts = changes.with_columns(pl.col("change").cum_sum().over("kind", "phase").alias("count")).drop("change")
        every = self.known_phases().select("kind", "phase").join(grid, how="cross").sort("at")
        found = every.join_asof(counts, on="at", by=["kind", "phase"], strategy="backward", check_sortedness=False)
        return found.with_columns(pl.col("count").fill_null(0)).select(*names).sort("kind", "phase", "at")

    def span(self) -> tuple[dt.datetime, dt.datetime]:
        """From the first stay to the last instant that is known of anybody."""
        first = self.tables.stays["entered"].min()
        last = self.tables.phases["as_of"].max() or self.tables.stays["ended"].max()
        assert isinstance(first, dt.datetime)
        assert isinstance(last, dt.datetime)
        return first, last

    def flaps(self, days: int) -> pl.DataFrame:
        """Returns to a phase within so many days after it was left."""
        who = ["customer", "part", "life"]
        stays = self.tables.stays.with_columns(
            pl.col("ended").shift(1).over([*who, "phase"]).alias("left"), pl.col("entered").alias("back")
        )
        away = pl.col("back") - pl.col("left")
        return stays.filter(away <= pl.duration(days=days)).select(*who, "phase", "left", "back")

    # ---- how long

    def time_in_phase(self) -> pl.DataFrame:
        """How long stays last: how many there are, how many go on, and quartiles of their days.

        Stays that go on are not taken for ended: the quartiles are those of the Kaplan-Meier curve, and missing where fewer than that
        share of the stays have ended.
        """
        stays = self.tables.stays.with_columns(kind_of_part(self.shape))
        rows = []
        for (kind, phase), group in stays.group_by("kind", "phase", maintain_order=True):
            quartiles = kaplan_meier_quantiles(group["days"].to_list(), group["open"].to_list(), (0.25, 0.5, 0.75))
            rows.append((kind, phase, group.height, int(group["open"].sum()), *quartiles))
        figures = dict.fromkeys(("quarter", "median", "three_quarters"), pl.Float64)
        schema = {"kind": pl.String, "phase": pl.String, "stays": pl.Int64, "going_on": pl.Int64} | figures
        found = pl.DataFrame(rows, schema=schema, orient="row")
        return (
            self.known_phases()
            .select("kind", "phase", "label")
            .join(found, on=["kind", "phase"], how="inner", maintain_order="left")
        )

    def lives(self) -> pl.DataFrame:
        """Every life: when it began, and until when it is known."""
        who = ["customer", "part", "life"]
        stays = self.tables.stays.with_columns(kind_of_part(self.shape))
        until = pl.max_horizontal(pl.col("ended").max(), (pl.col("entered") + pl.duration(microseconds=pl.col("days") * DAY)).max())
        return stays.group_by(*who, "kind", maintain_order=True).agg(pl.col("entered").min().alias("born"), until.alias("until"))

    def until_lost(self) -> pl.DataFrame:
        """For each life the days until it was lost (a phase of standing "lost"), or until it was last seen."""
        who = ["customer", "part", "life"]
        lost = self.known_phases().filter(pl.col("standing") == "lost").select("kind", "phase")
        stays = self.tables.stays.with_columns(kind_of_part(self.shape)).join(lost, on=["kind", "phase"], how="semi")
        ends = stays.group_by(who).agg(pl.col("entered").min().alias("lost_at"))
        lives = self.lives().join(ends, on=who, how="left", maintain_order="left")
        days = (pl.coalesce("lost_at", "until") - pl.col("born")).dt.total_microseconds() / DAY
        return lives.with_columns(days.alias("days"), pl.col("lost_at").is_not_null().alias("lost"))

    def survival(self, kind: str = "") -> pl.DataFrame:
        """Kaplan-Meier survival: the share that is not lost after so many days, with a 95 % interval (Greenwood, log-log)."""
        lives = self.until_lost().filter(pl.col("kind") == kind)
        return kaplan_meier(lives["days"].to_list(), (~lives["lost"]).to_list())

    def time_to(self, milestone: str) -> pl.DataFrame:
        """Kaplan-Meier of the days until a milestone: the share that has *not* reached it after so many days."""
        who = ["customer", "part", "life"]
        reached = self.tables.milestones.filter(pl.col("milestone") == milestone).select(*who, pl.col("at").alias("reached"))
        kinds = [path.replace(".", "/") for path, part in self.shape.parts.items() if milestone in part.definition.milestones]
        lives = self.lives().filter(pl.col("kind").is_in(kinds)).join(reached, on=who, how="left")
        days = (pl.coalesce("reached", "until") - pl.col("born")).dt.total_microseconds() / DAY
        return kaplan_meier(lives.select(days).to_series().to_list(), lives["reached"].is_null().to_list())

    # ---- from where to where

    def funnel(self) -> pl.DataFrame:
        """How many lives ever came to each phase, which share that is, and after how many days (median of those who did)."""
        stays = self.tables.stays.with_columns(kind_of_part(self.shape))
        who = ["customer", "part", "life"]
        first = stays.group_by(*who, "kind", "phase").agg(pl.col("entered").min())
        first = first.join(self.lives().select(*who, "born"), on=who)
        days = ((pl.col("entered") - pl.col("born")).dt.total_microseconds() / DAY).median().alias("median_days")
        counted = first.group_by("kind", "phase").agg(pl.len().alias("lives"), days)
        everybody = self.lives().group_by("kind").agg(pl.len().alias("all"))
        found = (
            self.known_phases()
            .join(counted, on=["kind", "phase"], how="left", maintain_order="left")
            .join(everybody, on="kind", how="left")
        )
        return found.with_columns(pl.col("lives").fill_null(0), (pl.col("lives").fill_null(0) / pl.col("all")).alias("share")).drop(
            "all"
        )

    def relapses(self) -> pl.DataFrame:
        """Moves to a worse standing (but not lost), how many of them were made good again, and after how many days (Kaplan-Meier median)."""
        who = ["customer", "part", "life"]
        rank = pl.col("standing").replace_strict(_RANKS, default=None, return_dtype=pl.Int64).alias("rank")
        known = self.known_phases().select("kind", "phase", rank)
        stays = self.tables.stays.with_columns(kind_of_part(self.shape)).join(
            known, on=["kind", "phase"], how="left", maintain_order="left"
        )
        worse = stays.with_columns(
            pl.col("rank").shift(1).over(who).alias("before"), pl.col("phase").shift(1).over(who).alias("from")
        )
        worse = worse.filter((pl.col("rank") < pl.col("before")) & (pl.col("rank") > 0))  # who is lost has not relapsed
        back = stays.select(*who, pl.col("entered").alias("back"), pl.col("rank").alias("reached"))
        pairs = worse.join(back, on=who).filter((pl.col("back") > pl.col("entered")) & (pl.col("reached") >= pl.col("before")))
        recovered = pairs.group_by(*who, "phase", "entered").agg(pl.col("back").min())
        cases = worse.join(recovered, on=[*who, "phase", "entered"], how="left").join(
            self.lives().select(*who, "until"), on=who, how="left"
        )
        days = ((pl.coalesce("back", "until") - pl.col("entered")).dt.total_microseconds() / DAY).alias("took")
        rows = []
        for (kind, source, target), group in (
            cases.with_columns(days).sort("kind", "from", "phase").group_by("kind", "from", "phase", maintain_order=True)
        ):
            open_cases = group["back"].is_null()
            (median,) = kaplan_meier_quantiles(group["took"].to_list(), open_cases.to_list(), (0.5,))
            rows.append((kind, source, target, group.height, int((~open_cases).sum()), median))
        texts = dict.fromkeys(("kind", "from", "to"), pl.String)
        return pl.DataFrame(
            rows, schema=texts | {"relapses": pl.Int64, "recovered": pl.Int64, "median_days": pl.Float64}, orient="row"
        )

    def cohorts(self, kind: str = "", days: int = 30) -> pl.DataFrame:
        """Retention by the month of beginning: the share of those who began then that is not lost so many periods later.

        By Kaplan-Meier, so those who began late in the month, or were last seen long ago, count for as long as they were seen. Where
        everybody is seen that long, it is the plain share. A period up to which nobody of the cohort was seen is left out.

        Args:
            kind: the kind of part; "" is a lifecycle on its own.
            days: the length of a period.

        Returns:
            `cohort`, `period`, `lives` (how many of them are seen that long, or were lost before) and `kept`.
        """
        lives = self.until_lost().filter(pl.col("kind") == kind)
        seen = ((pl.col("until") - pl.col("born")).dt.total_microseconds() / DAY).alias("seen")
        lives = lives.with_columns(pl.col("born").dt.strftime("%Y-%m").alias("cohort"), seen).sort("cohort")
        rows = []
        for (cohort,), group in lives.group_by("cohort", maintain_order=True):
            curve = kaplan_meier(group["days"].to_list(), (~group["lost"]).to_list())
            last = max(group["seen"].to_list())
            for period in range(int(last // days) + 1):
                at = float(period * days)
                kept = curve.filter(pl.col("days") <= at)["share"][-1]
                rows.append((cohort, period, group.filter((pl.col("seen") >= at) | pl.col("lost")).height, kept))
        schema = pl.Schema({"cohort": pl.String(), "period": pl.Int32(), "lives": pl.UInt32(), "kept": pl.Float64()})
        return pl.DataFrame(rows, schema=schema, orient="row")

    def transition_counts(self, days: int = 30, kind: str = "") -> dict[str, dict[str, float]]:
        """How often a life stood in one phase and, so many days later, in another: what `analysis.measured` makes a chain of.

        Args:
            days: the length of a step.
            kind: the kind of part; "" is a lifecycle on its own.
        """
        who = ["customer", "part", "life"]
        stays = self.tables.stays.with_columns(kind_of_part(self.shape)).filter(pl.col("kind") == kind)
        if not stays.height:
            return {}
        lives = self.lives().filter(pl.col("kind") == kind)
        steps = lives.with_columns(pl.datetime_ranges("born", "until", f"{days}d").alias("at")).explode("at").sort("at")
        placed = steps.select(*who, "at").join_asof(
            stays.select(*who, pl.col("entered").alias("at"), "phase").sort("at"), on="at", by=who, check_sortedness=False
        )
        placed = placed.sort(*who, "at").with_columns(pl.col("phase").shift(-1).over(who).alias("next"))
        counted = placed.drop_nulls("next").group_by("phase", "next").agg(pl.len().alias("count")).sort("phase", "next")
        found: dict[str, dict[str, float]] = {}
        for phase, following, count in counted.rows():
            found.setdefault(phase, {})[following] = float(count)
        return found


_RANKS = {"lost": 0, "at_risk": 1, "watch": 2, "good": 3}


def kaplan_meier(days: Sequence[float], censored: Sequence[bool]) -> pl.DataFrame:
    """The Kaplan-Meier curve, by scipy: after so many days, the share to whom it has not happened, and a 95 % interval.

    Args:
        days: how long each was watched.
        censored: whether it had not happened by then.

    Example:
        >>> kaplan_meier([1.0, 2.0, 3.0, 4.0], [False, True, False, False]).select("days", "share").rows()[1]
        (1.0, 0.75)
    """
    names = ("days", "share", "low", "high")
    if not days:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.Float64))
    from scipy import stats  # most of what a replay would take to start, and most replays draw no curve

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # an interval that cannot be said (nobody left) is NaN
        found = stats.ecdf(stats.CensoredData.right_censored(list(days), list(censored))).sf
        interval: Any = found.confidence_interval(method="log-log")
    low, high = interval.low.probabilities, interval.high.probabilities
    curve = pl.DataFrame({"days": found.quantiles, "share": found.probabilities, "low": low, "high": high})
    start = pl.DataFrame({"days": [0.0], "share": [1.0], "low": [1.0], "high": [1.0]})
    return pl.concat([start, curve.cast(pl.Float64)]).with_columns(pl.col("low", "high").fill_nan(None))


def kaplan_meier_quantiles(days: Sequence[float], censored: Sequence[bool], shares: Sequence[float]) -> tuple[float | None, ...]:
    """After how many days it has happened to such shares of them; None where it has not.

    Example:
        >>> kaplan_meier_quantiles([1.0, 2.0, 3.0, 4.0], [False, False, True, True], (0.25, 0.5, 0.75))
        (1.0, 2.0, None)
    """
    curve = kaplan_meier(days, censored)
    found = []
    for share in shares:
        reached = curve.filter(pl.col("share") <= 1 - share + 1e-12)["days"]
        found.append(float(reached[0]) if reached.len() else None)
    return tuple(found)
