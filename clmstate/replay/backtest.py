"""Two versions of a model over the same customers: who stands elsewhere, when their paths part, and which rule made the difference.

Both versions are asked at the same instants: at every row of the log, and on a grid of days in between, so that a rule that waits for
time alone is not late in one version and early in the other.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import attrs

from clmstate.composition import Composition, One
from clmstate.conditions import Threshold, reads
from clmstate.errors import Diagnostic, InputError, did_you_mean
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, Transition
from clmstate.replay.choices import Engine
from clmstate.replay.frames import pl
from clmstate.replay.rows import Log, Row
from clmstate.replay.run import Replayed, run
from clmstate.replay.shape import shape_of
from clmstate.signals import DAY

__all__ = ["Backtest", "Sweep", "backtest", "changed_rules", "on_grid", "sweep", "with_threshold"]

Model = type[Lifecycle] | type[Composition]

FLAP_DAYS: Final = 28
"""Who returns within so many days to a phase that they had left is said to flap."""

_WHO: Final = ["customer", "part", "life"]


@attrs.frozen(slots=False)
class Backtest:
    """The same customers under two versions.

    Attributes:
        old, new: the replays; their tables hold everything.
        changed: by kind of part, the rules that the versions write differently, and how ("added", "dropped", "changed").
        grid_days: how many days apart everybody was asked.

    Example:
        >>> Backtest.__name__
        'Backtest'
    """

    old: Replayed
    new: Replayed
    changed: Mapping[str, Mapping[str, str]]
    grid_days: int

    @cached_property
    def elsewhere(self) -> pl.DataFrame:
        """Who stands elsewhere at the end: the phase under each version."""
        sides = [
            one.tables.phases.select(*_WHO, pl.col("phase").alias(name)) for one, name in ((self.old, "old"), (self.new, "new"))
        ]
        both = sides[0].join(sides[1], on=_WHO, how="full", coalesce=True)
        return both.filter(pl.col("old").ne_missing(pl.col("new"))).sort(_WHO)

    @cached_property
    def partings(self) -> pl.DataFrame:
        """When the paths of each life part for the first time, by what, and whether that rule is one that was changed."""
        sides = [_numbered(one) for one in (self.old, self.new)]
        both = sides[0].join(sides[1], on=[*_WHO, "step"], how="full", coalesce=True, suffix="_new")
        same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_new")) for name in ("at", "source", "target"))
        first = both.filter(~same).sort(*_WHO, "step").group_by(_WHO, maintain_order=True).first()
        earlier = pl.min_horizontal("at", "at_new")
        moved = [pl.col("at") == earlier, pl.col("at_new") == earlier]
        parted = first.select(
            *_WHO,
            earlier.alias("at"),
            pl.coalesce(pl.when(moved[0]).then("source"), pl.when(moved[1]).then("source_new")).alias("phase"),
            pl.when(moved[0]).then("target").alias("old_to"),
            pl.when(moved[0]).then("transition").alias("old_rule"),
            pl.when(moved[1]).then("target_new").alias("new_to"),
            pl.when(moved[1]).then("transition_new").alias("new_rule"),
        )
        named = [
            pl.col(name).is_in([rule for rules in self.changed.values() for rule in rules]) for name in ("new_rule", "old_rule")
        ]
        rule = pl.when(named[0]).then("new_rule").when(named[1]).then("old_rule").otherwise(pl.coalesce("new_rule", "old_rule"))
        return parted.with_columns(rule.alias("rule"), (named[0] | named[1]).fill_null(value=False).alias("rule_was_changed"))

    @cached_property
    def customers(self) -> pl.DataFrame:
        """Each life that fares differently: where it stands in the end under each version, and when and by which rule the paths part."""
        parted = self.partings.select(*_WHO, pl.col("at").alias("parted"), "rule")
        both = self.elsewhere.join(parted, on=_WHO, how="full", coalesce=True)
        ends = [
            one.tables.phases.select(*_WHO, pl.col("phase").alias(f"{name}_end"))
            for one, name in ((self.old, "old"), (self.new, "new"))
        ]
        for end, name in zip(ends, ("old", "new"), strict=True):
            both = (
                both.join(end, on=_WHO, how="left").with_columns(pl.coalesce(name, f"{name}_end").alias(name)).drop(f"{name}_end")
            )
        return both.sort(_WHO)

    @cached_property
    def by_rule(self) -> pl.DataFrame:
        """How many paths part at each rule, the most frequent first."""
        keys = ["rule", "phase", "old_to", "new_to"]
        counted = self.partings.group_by(keys).agg(pl.len().alias("lives"), pl.col("at").min().alias("first"))
        return counted.sort(["lives", *keys], descending=[True, False, False, False, False], nulls_last=True)

    @cached_property
    def plays(self) -> pl.DataFrame:
        """Plays that are opened more or less often, the greatest difference first."""
        sides = [
            one.tables.plays.group_by("play", "owner").agg(pl.len().alias(name))
            for one, name in ((self.old, "old"), (self.new, "new"))
        ]
        both = sides[0].join(sides[1], on=["play", "owner"], how="full", coalesce=True)
        both = both.with_columns(pl.col("old", "new").fill_null(0).cast(pl.Int64))
        difference = both.with_columns((pl.col("new") - pl.col("old")).alias("difference"))
        return difference.sort(pl.col("difference").abs(), "play", descending=[True, False])

    def over_time(self) -> pl.DataFrame:
        """How many stand in each phase, on each day of the grid, under each version."""
        sides = [
            one.views.over_time(self.grid_days).rename({"count": name}) for one, name in ((self.old, "old"), (self.new, "new"))
        ]
        keys = ["kind", "phase", "at"]
        both = sides[0].join(sides[1].select(*keys, "new"), on=keys, how="full", coalesce=True)
        return both.with_columns(pl.col("old", "new").fill_null(0)).sort("kind", "at", "phase")

    def since(self, at_us: int) -> pl.DataFrame:
        """Change of customers kept apart from change of rules.

        Under the old version the customers changed since an instant (`customers`); at the end, the new version sees the same customers
        otherwise (`rules`).

        Args:
            at_us: since when.
        """
        then = self.old.views.counts_at(at_us).rename({"count": "then"})
        keys = ["kind", "phase"]
        now = [
            one.views.phase_counts().select(*keys, pl.col("count").alias(name))
            for one, name in ((self.old, "old"), (self.new, "new"))
        ]
        table = now[0].join(now[1], on=keys, how="full", coalesce=True, maintain_order="left").join(then, on=keys, how="left")
        table = table.with_columns(pl.col("then", "old", "new").fill_null(0).cast(pl.Int64))
        return table.with_columns(
            (pl.col("old") - pl.col("then")).alias("customers"), (pl.col("new") - pl.col("old")).alias("rules")
        )


def _numbered(one: Replayed) -> pl.DataFrame:
    """The moves of each life in order."""
    moves = one.tables.moves.filter(~pl.col("stayed")).select(*_WHO, "at", "source", "target", "transition")
    return moves.with_columns(pl.int_range(pl.len()).over(_WHO).alias("step"))


def backtest(
    old: Model,
    new: Model,
    log: Log,
    *,
    new_log: Log | None = None,
    grid_days: int = 7,
    as_of_us: int | None = None,
    engine: Engine = "auto",
) -> Backtest:
    """Replays the same customers under two versions.

    Args:
        old, new: the versions.
        log: as the old version understands it.
        new_log: the same, as the new version understands it; by default the same.
        grid_days: ask everybody at least every so many days, at least 1.
        as_of_us: the date of interest.
        engine: what plays it.

    Raises:
        InputError: CLM352, a grid of less than a day.

    Example:
        >>> from clmstate import Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     good_at = Threshold(70)
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won")
        ...     win = open.to(won, when=health >= good_at)
        >>> class Easier(Deal):
        ...     good_at = Threshold(60)
        >>> found = backtest(Deal, Easier, Log("log.csv", (Row("Acme", 0, values={"health": 65}), Row("Beta", 0, values={"health": 80}))))
        >>> found.elsewhere.rows()
        [('Acme', '', 1, 'open', 'won')]
        >>> found.partings.select("rule", "rule_was_changed").rows()
        [('win', True)]
    """
    if grid_days < 1:
        raise InputError([Diagnostic("CLM352", "backtest", f"a grid of {grid_days} days asks nobody", "give at least 1")])
    logs = [log, log if new_log is None else new_log]
    last = max((row.at_us for one in logs for row in one.rows), default=0) if as_of_us is None else as_of_us
    played = [
        run(model, on_grid(one, grid_days, last), as_of_us=last, engine=engine) for model, one in zip((old, new), logs, strict=True)
    ]
    return Backtest(played[0], played[1], changed_rules(old, new), grid_days)


def on_grid(log: Log, days: int, until_us: int) -> Log:
    """A log in which everybody is asked at least every so many days, from their first row on.

    Example:
        >>> [row.at_us // 86_400_000_000 for row in on_grid(Log("log.csv", (Row("Acme", 0),)), 7, 15 * 86_400_000_000).rows]
        [0, 7, 14]
    """
    told: dict[str, set[int]] = {}
    for row in log.rows:
        told.setdefault(row.customer, set()).add(row.at_us)
    rows = list(log.rows)
    step = days * DAY
    for customer, instants in told.items():
        first = min(instants)
        rows += [Row(customer, at) for at in range(first + step, until_us + 1, step) if at not in instants]
    return attrs.evolve(log, rows=tuple(rows), rejected=log.rejected)


def changed_rules(old: Model, new: Model) -> dict[str, dict[str, str]]:
    """The rules that two versions write differently, by part: "added", "dropped" or "changed" (also by a threshold that they read).

    Example:
        >>> from clmstate import Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     good_at = Threshold(70)
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won")
        ...     win = open.to(won, when=health >= good_at)
        >>> changed_rules(Deal, with_threshold(Deal, "good_at", 60))
        {'': {'win': 'changed'}}
    """
    before, after = shape_of(old).parts, shape_of(new).parts
    found: dict[str, dict[str, str]] = {}
    for path in dict.fromkeys((*before, *after)):
        one = before[path].definition if path in before else None
        other = after[path].definition if path in after else None
        mine = {} if one is None else {name: _meaning(t, one) for name, t in one.transitions.items()}
        yours = {} if other is None else {name: _meaning(t, other) for name, t in other.transitions.items()}
        for name in dict.fromkeys((*mine, *yours)):
            if mine.get(name) != yours.get(name):
                how = "added" if name not in mine else "dropped" if name not in yours else "changed"
                found.setdefault(path, {})[name] = how
    return found


def _meaning(transition: Transition, definition: LifecycleDefinition) -> tuple[Any, ...]:
    """What decides whether a transition is taken."""
    t = transition
    limits = () if t.when is None else tuple((name, definition.thresholds[name].value) for name in sorted(reads(t.when).thresholds))
    return t.sources, t.target, t.on, t.when, t.resume, t.stay, limits


# ---- a threshold, swept


@attrs.frozen
class Sweep:
    """A threshold tried at several values.

    Attributes:
        name: the threshold.
        tried: one replay for each value.
        today: the value that it has.

    Example:
        >>> Sweep("good_at", {}).table().height
        0
    """

    name: str
    tried: Mapping[float, Replayed]
    today: float | None = None

    @property
    def kind(self) -> str:
        """The kind of part whose threshold it is; "" is a lifecycle on its own."""
        return self.name.rpartition(".")[0].replace(".", "/")

    def table(self) -> pl.DataFrame:
        """For each value, how many stand in each phase at the end, and how many flap (return to a phase within four weeks)."""
        pieces = [
            pl.DataFrame(schema={"value": pl.Float64, "kind": pl.String, "phase": pl.String, "label": pl.String, "count": pl.Int64})
        ]
        for value, done in self.tried.items():
            counts = done.views.phase_counts().select(pl.lit(float(value)).alias("value"), "kind", "phase", "label", "count")
            pieces.append(counts.with_columns(pl.col("count").cast(pl.Int64)))
        return pl.concat(pieces)

    def flapping(self) -> pl.DataFrame:
        """For each value, how many customers move, flap, and how many moves there are."""
        rows = []
        for value, done in self.tried.items():
            moves = done.tables.moves.filter(~pl.col("stayed"))
            flaps = done.views.flaps(FLAP_DAYS)["customer"].n_unique()
            rows.append((float(value), moves["customer"].n_unique(), flaps, moves.height))
        names = {"value": pl.Float64, "moving": pl.Int64, "flapping": pl.Int64, "moves": pl.Int64}
        return pl.DataFrame(rows, schema=names, orient="row")


def sweep(
    model: Model,
    name: str,
    values: Sequence[float],
    log: Log,
    *,
    grid_days: int = 7,
    as_of_us: int | None = None,
    engine: Engine = "auto",
    progress: Callable[[int, int], object] = lambda _done, _total: None,
) -> Sweep:
    """Replays the same customers with a threshold at several values.

    Args:
        model: a lifecycle, or a composition.
        name: of the threshold: `adopted_at`, or `contract.adopted_at`.
        values: what it is tried at.
        log: the customers.
        grid_days: ask everybody at least every so many days.
        as_of_us: the date of interest.
        engine: what plays it.
        progress: told how many values of how many are done.

    Raises:
        InputError: CLM353, there is no such threshold.

    Example:
        >>> from clmstate import Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     good_at = Threshold(70)
        ...     open = Phase("Open", initial=True)
        ...     won = Phase("Won")
        ...     win = open.to(won, when=health >= good_at)
        >>> log = Log("log.csv", (Row("Acme", 0, values={"health": 65}), Row("Beta", 0, values={"health": 80})))
        >>> sweep(Deal, "good_at", [60, 70, 90], log).table().filter(pl.col("phase") == "won")["count"].to_list()
        [2, 1, 0]
    """
    last = max((row.at_us for row in log.rows), default=0) if as_of_us is None else as_of_us
    asked = on_grid(log, grid_days, last)
    tried = {}
    for number, value in enumerate(values, 1):
        tried[value] = run(with_threshold(model, name, value), asked, as_of_us=last, engine=engine)
        progress(number, len(values))
    path, _, threshold = name.rpartition(".")
    return Sweep(name, tried, float(shape_of(model).parts[path].definition.thresholds[threshold].value))


def with_threshold(model: Model, name: str, value: float) -> Any:
    """A variant of a model in which one threshold has another value.

    Raises:
        InputError: CLM353, there is no such threshold, or it is in a part that there are many of.

    Example:
        >>> from clmstate import Phase
        >>> class Deal(Lifecycle):
        ...     good_at = Threshold(70)
        ...     open = Phase("Open", initial=True)
        >>> with_threshold(Deal, "good_at", 60).definition.thresholds["good_at"].value
        60
    """
    path, _, threshold = name.rpartition(".")
    parts = shape_of(model).parts
    if path not in parts or threshold not in parts[path].definition.thresholds:
        known = [f"{p}.{t}" if p else t for p, part in parts.items() for t in part.definition.thresholds]
        raise InputError([Diagnostic("CLM353", model.__name__, f"there is no threshold {name!r:.60}", did_you_mean(name, known))])
    if not issubclass(model, Composition):
        return _subclass(model, {threshold: Threshold(value)})
    declared = vars(model).get(path) or getattr(model, path, None)
    if not isinstance(declared, One) or "." in path:
        cause = f"'{path}' is not a part that is always there, and the sweep tries one lifecycle only"
        raise InputError([Diagnostic("CLM353", model.__name__, cause, f"sweep {parts[path].definition.name} on its own")])
    return _subclass(model, {path: One(_subclass(declared._member, {threshold: Threshold(value)}))})


def _subclass(model: Any, body: Mapping[str, Any]) -> Any:
    def fill(namespace: Any) -> None:
        namespace["__module__"] = model.__module__
        namespace["__doc__"] = model.__doc__
        for name, value in body.items():
            namespace[name] = value

    return types.new_class(model.__name__, (model,), {}, fill)
