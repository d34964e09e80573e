"""From what a walk over whole customers found to result tables, the same as every other engine fills."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clmstate.kernel.tables import NEVER
from clmstate.replay.frames import pl
from clmstate.replay.tables import SCHEMAS, Found, frame_of
from clmstate.replay.typed import picked
from clmstate.replay.wholes.facts import FOUND, LIVES
from clmstate.replay.wholes.layout import Kind, Layout
from clmstate.replay.wholes.sorting_out import by_table, ties

__all__ = ["Lives", "found_tables"]

_CUSTOMER, _AT, _ROUND, _KIND, _LIFE, _FORMULA, _SOURCE, _TARGET, _DUE = range(FOUND)


class Lives:
    """Everybody who was there, in order of customers: rows of numbers, and the names of instances.

    Attributes:
        behind: how many there were before them, of whom nothing is held any more.

    Example:
        >>> Lives().taken(1)[0].shape
        (0, 5)
    """

    def __init__(self) -> None:
        self.behind = 0
        self.numbers = np.empty((0, LIVES), np.int64)
        self.names = pl.Series([], dtype=pl.String)
        self.pieces: list[tuple[NDArray[np.int64], pl.Series]] = []

    def __len__(self) -> int:
        return len(self.numbers) + sum(len(numbers) for numbers, _ in self.pieces)

    def take(self, lives: NDArray[np.int64], joiners: pl.Series) -> None:
        """The lives that began in a walk, with the names that its rows give them; null for parts that are always there."""
        if len(lives):
            rows = pl.Series(lives[:, 2], dtype=pl.Int64)
            named = joiners.gather(rows.set(rows < 0, None)) if joiners.len() else pl.Series([None], dtype=pl.String)
            self.pieces.append((lives.copy(), named.cast(pl.String).new_from_index(0, len(lives)) if not joiners.len() else named))

    def taken(self, upto: int) -> tuple[NDArray[np.int64], pl.Series, int]:
        """The lives of customers before this one, and how many there were before them; they are forgotten here."""
        numbers = np.concatenate([self.numbers, *(piece[0] for piece in self.pieces)])
        names = pl.concat([self.names, *(piece[1].cast(pl.String) for piece in self.pieces)])
        cut, before, self.pieces = int(np.searchsorted(numbers[:, _CUSTOMER], upto)), self.behind, []
        self.numbers, self.names, self.behind = numbers[cut:].copy(), names.tail(len(numbers) - cut), before + cut
        return numbers[:cut], names.head(cut), before


def found_tables(
    layout: Layout,
    found: NDArray[np.int64],
    lives: tuple[NDArray[np.int64], pl.Series, int],
    names: pl.Series,
    last: NDArray[np.int64],
    gone: NDArray[np.int64],
    as_of_us: int | None,
) -> Found:
    """Everything that was found, without those who were left out.

    Args:
        layout: the composition.
        found: rows of what was found; customers count from the first of `names`.
        lives: everybody who was there, as :meth:`Lives.taken` gives them, and so counted.
        names: the customers.
        last: the last instant of each customer.
        gone: the customers who were left to others.
        as_of_us: the date of interest.
    """
    who = _Who(layout, lives, names)
    if gone.size:
        found = found[~np.isin(found[:, _CUSTOMER], gone)]
    found[:, _LIFE] -= lives[2]
    facts = np.array([(0, 0, 0) if k.lowered is None else tuple(k.lowered.arrays.facts[1:4]) for k in layout.kinds], np.int64)
    order, ends, about = by_table(found, facts)
    moves, by_then, reached, signs, left, never = np.split(order, ends[:-1])
    until = last if as_of_us is None else np.maximum(last, as_of_us)
    return Found(
        moves=who.moves(found[moves]),
        by_then=who.moves(found[by_then]),
        lives=who.lives(found[left], found[never], gone, until),
        milestones=who.milestones(found[reached], about[reached]),
        signs=who.signs(found[signs], about[signs], until),
        rejects=frame_of("rejects"),
    )


class _Who:
    """Writes tables about lives."""

    def __init__(self, layout: Layout, lives: tuple[NDArray[np.int64], pl.Series, int], names: pl.Series) -> None:
        self.layout, self.names = layout, names
        self.numbers, self.instance, _ = lives
        self.customer, self.kind, _, self.life, self.born = self.numbers.T

    def moves(self, found: NDArray[np.int64]) -> pl.DataFrame:
        """The table of moves, in order of telling: by round, part and name."""
        found = self.told(found)
        rules = [() if k.lowered is None else k.lowered.program.rules for k in self.layout.kinds]
        phases = [() if k.lowered is None else k.lowered.program.phases for k in self.layout.kinds]
        why = [
            [] if k.lowered is None else [k.lowered.program.definition.why(r.transition) for r in k.lowered.program.rules]
            for k in self.layout.kinds
        ]
        kind, rule = found[:, _KIND], _places(rules, found[:, _KIND], found[:, _FORMULA])
        due = pl.Series(found[:, _DUE])
        return self.table(
            "moves",
            found[:, _LIFE],
            at=found[:, _AT],
            round=np.abs(found[:, _ROUND]),
            transition=_words([[r.transition.name for r in each] for each in rules]).gather(rule),
            source=_words(phases).gather(_places(phases, kind, found[:, _SOURCE])),
            target=_words(phases).gather(_places(phases, kind, found[:, _TARGET])),
            by=_words([["rule" if r.event is None else "event" for r in each] for each in rules]).gather(rule),
            stayed=pl.Series([r.stay for each in rules for r in each], dtype=pl.Boolean).gather(rule),
            due_since=due.set(due == NEVER, None),
            because=_words(why).gather(rule),
        )

    def told(self, found: NDArray[np.int64]) -> NDArray[np.int64]:
        """In order of telling: what happened in one round is told part by part in order of declaration, then by name, and so on inwards."""
        together = ties(found)
        if not together.size:
            return found
        among = found[together]
        columns: dict[str, Any] = {"customer": among[:, _CUSTOMER], "at": among[:, _AT], "round": np.abs(among[:, _ROUND])}
        kinds, instance = among[:, _KIND], self.instance[among[:, _LIFE]]
        for level in range(max(len(kind.steps) for kind in self.layout.kinds)):
            places = np.array([kind.steps[level][0] if level < len(kind.steps) else -1 for kind in self.layout.kinds])
            columns[f"place{level}"] = places[kinds]
            nth = [_nth(kind.steps, level) for kind in self.layout.kinds]
            if max(nth) >= 0:
                columns[f"name{level}"] = _component(instance, np.array(nth)[kinds])
        order = pl.DataFrame(columns).select(pl.arg_sort_by(*columns, maintain_order=True, nulls_last=False)).to_series().to_numpy()
        ordered: NDArray[np.int64] = found.copy()
        ordered[together] = among[order]
        return ordered

    def lives(
        self, left: NDArray[np.int64], never: NDArray[np.int64], gone: NDArray[np.int64], until: NDArray[np.int64]
    ) -> pl.DataFrame:
        """The table of lives."""
        ended = np.full(len(self.numbers), NEVER, np.int64)
        ended[left[:, _LIFE]] = left[:, _AT]
        keep = np.ones(len(self.numbers), np.bool_)
        keep[never[:, _LIFE]] = False
        if gone.size:
            keep &= ~np.isin(self.customer, gone)
        which = np.flatnonzero(keep)
        first = [[""] if k.lowered is None else [k.lowered.program.phases[k.lowered.program.initial]] for k in self.layout.kinds]
        ends = pl.Series(ended[which])
        return self.table(
            "lives",
            which,
            phase=_words(first).gather(picked(self.kind[which])),
            since=self.born[which],
            born=self.born[which],
            left=ends.set(ends == NEVER, None),
            last=np.where(ended[which] == NEVER, until[self.customer[which]], self.born[which]),
        )

    def milestones(self, found: NDArray[np.int64], milestone: NDArray[np.int64]) -> pl.DataFrame:
        """The table of milestones."""
        order = self.told(np.column_stack([found[:, :_FORMULA], milestone, found[:, _FORMULA + 1 :]]))
        names = [[] if k.lowered is None else [name for name, _ in k.lowered.program.milestones] for k in self.layout.kinds]
        labels = [
            [] if k.lowered is None else [k.lowered.program.definition.milestones[name].label for name in each]
            for k, each in zip(self.layout.kinds, names, strict=True)
        ]
        which = _places(names, order[:, _KIND], order[:, _FORMULA])
        said, label = _words(names).gather(which), _words(labels).gather(which)
        return self.table("milestones", order[:, _LIFE], at=order[:, _AT], milestone=said, label=label)

    def signs(self, found: NDArray[np.int64], sign: NDArray[np.int64], until: NDArray[np.int64]) -> pl.DataFrame:
        """The table of warning signs in force."""
        names = [() if k.lowered is None else k.lowered.risks for k in self.layout.kinds]
        labels = [
            [] if k.lowered is None else [k.lowered.program.definition.risks[name].label for name in k.lowered.risks]
            for k in self.layout.kinds
        ]
        which = _places(names, found[:, _KIND], sign)
        risk, label = _words(names).gather(which), _words(labels).gather(which)
        return self.table("signs", found[:, _LIFE], at=until[found[:, _CUSTOMER]], risk=risk, label=label)

    def table(self, name: str, lives: NDArray[np.int64], **columns: Any) -> pl.DataFrame:
        """A table with all its columns, each row about a life."""
        plain: dict[str, Any] = {"text": pl.String, "number": pl.Int64, "flag": pl.Boolean, "time": pl.Int64}
        usual: dict[str, Any] = {"text": "", "number": 1, "flag": False, "time": None}
        columns |= {
            "customer": self.names.gather(picked(self.customer[lives])),
            "part": self.addresses.gather(picked(lives)),
            "life": self.life[lives],
        }
        made = []
        for column, kind in SCHEMAS[name].items():
            if column in columns:
                series = pl.Series(column, columns[column]).cast(plain[kind]).alias(column)
            else:
                series = pl.repeat(usual[kind], len(lives), dtype=plain[kind], eager=True).alias(column)
            made.append(series.cast(pl.Datetime("us", "UTC")) if kind == "time" else series)
        return pl.DataFrame(made)

    @cached_property
    def addresses(self) -> pl.Series:
        """The addresses of all lives: parts, members after them."""
        pieces, order = [pl.Series([], dtype=pl.String)], [np.zeros(0, np.int64)]
        for number, kind in enumerate(self.layout.kinds):
            rows = np.flatnonzero(self.kind == number)
            if rows.size:
                pieces.append(_address(kind, self.instance[rows]))
                order.append(rows)
        back = np.empty(len(self.kind), np.int64)
        back[np.concatenate(order)] = np.arange(len(self.kind))
        return pl.concat(pieces)[back]


def _address(kind: Kind, names: pl.Series) -> pl.Series:
    """The addresses of lives of one kind."""
    steps: list[Any] = []
    nth = 0
    for _, part, many in kind.steps:
        steps.append(pl.lit(part))
        if many:
            steps.append(_component(names, np.full(names.len(), nth)) if kind.depth > 1 else names)
            nth += 1
    address = pl.select(pl.concat_str(steps, separator="/")).to_series()
    return address if kind.depth else address.new_from_index(0, names.len())


def _words(words: Iterable[Iterable[str]]) -> pl.Series:
    """The words of all kinds, one kind after the other."""
    return pl.Series([word for each in words for word in each], dtype=pl.String)


def _places(each: Iterable[Sequence[Any]], kind: NDArray[np.int64], place: NDArray[np.int64]) -> pl.Series:
    """Where what has a place in its kind is among those of all kinds."""
    begins = np.cumsum([0, *map(len, each)])[:-1]
    return picked(begins[kind] + place)


def _nth(steps: tuple[tuple[int, str, bool], ...], level: int) -> int:
    """Which of an instance's names belongs to a step of its way; -1 if it has none."""
    if level >= len(steps) or not steps[level][2]:
        return -1
    return sum(many for _, _, many in steps[:level])


def _component(instance: pl.Series, nth: NDArray[np.int64]) -> pl.Series:
    """The nth of the names in a path; empty where there is none."""
    split = instance.fill_null("").str.split("/")
    return (
        pl.select(pl.lit(split).list.get(pl.lit(pl.Series(np.maximum(nth, 0))), null_on_oob=True))
        .to_series()
        .fill_null("")
        .set(pl.Series(nth < 0), "")
    )
