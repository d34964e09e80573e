"""What roll-ups over any number of members may say together.

Members are counted by kind: which of the phases and conditions that roll-ups ask about are true of them. A roll-up is then a linear question
about whole numbers ("100 k is at least 80 n"), and which answers go together z3 says for every n at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Final, TypeAlias

import attrs

from clmstate.analysis.space.blueprint import Group, Path
from clmstate.analysis.space.ways import Local
from clmstate.composition import RollUp
from clmstate.conditions.cells import exact
from clmstate.conditions.nodes import Cond

__all__ = ["UNSURE", "Asked", "Crowd", "Values"]

Asked: TypeAlias = tuple[Path, RollUp]
"""A roll-up, with the path of the room in which it is read."""

Values: TypeAlias = Mapping[Asked, Any]
"""What roll-ups come to: a number, True or False; None is missing, `UNSURE` may be anything."""

UNSURE: Final = object()

_COUNTED: Final = frozenset(("count", "share", "any", "all", "none"))


@attrs.frozen
class Range:
    """Some values of a number, with one of them: one value, or all between two ends; no ends are no value at all."""

    low: Fraction | None
    high: Fraction | None
    open: bool
    sample: Any


class Crowd:
    """The members of one group, however many there are.

    Args:
        group: which.
        asked: the roll-ups over it that matter.
        limits: for each of them the numbers with which it is compared.

    Example:
        >>> from clmstate import Composition, Lifecycle, Many, Phase
        >>> from clmstate.analysis.space.blueprint import blueprint
        >>> class User(Lifecycle):
        ...     new = Phase("New", initial=True)
        ...     active = Phase("Active")
        >>> class Account(Composition):
        ...     users = Many(User)
        >>> share = ((), RollUp("share", "users", phases=("active",)))
        >>> some = ((), RollUp("any", "users", phases=("active",)))
        >>> crowd = Crowd(blueprint(Account.definition).groups[0], [share, some], {share: [0.8]})
        >>> [(values[share], values[some]) for values in crowd.values(())]
        [(None, False), (0, False), (0.4, True), (0.8, True), (0.9, True), (1, True)]
    """

    def __init__(self, group: Group, asked: Iterable[Asked], limits: Mapping[Asked, Iterable[float]]) -> None:
        self.group = group
        self.asked = tuple(dict.fromkeys(asked))
        self.ranges = {one: _ranges(one[1], sorted({exact(limit) for limit in limits.get(one, ())})) for one in self.asked}
        self.sets = tuple(dict.fromkeys((self._slot(r), frozenset(self._phases(r))) for _, r in self.asked if r.kind in _COUNTED))
        self.wheres: tuple[tuple[int, Cond], ...] = tuple(
            dict.fromkeys((self._slot(r), r.where) for _, r in self.asked if r.where is not None)
        )
        self._found: dict[tuple[Any, ...], tuple[Values, ...]] = {}

    def values(self, present: tuple[tuple[Local, ...], ...]) -> tuple[Values, ...]:
        """What the roll-ups may come to together.

        Args:
            present: where some members stand who are certainly there, each with the local state of each of its parts.
        """
        kinds = tuple(sorted(tuple(sorted(self._kinds_of(one))) for one in present))
        if kinds not in self._found:
            self._found[kinds] = tuple(self._values(kinds))
        return self._found[kinds]

    def _slot(self, roll_up: RollUp) -> int:
        return [slot.path for slot in self.group.slots].index(roll_up.inner)

    def _phases(self, roll_up: RollUp) -> Iterator[int]:
        ways = self.group.slots[self._slot(roll_up)].ways
        yield from ways.numbers(roll_up.phases) if roll_up.phases else range(len(ways.program.phases))

    def _marks(self, phases: tuple[int, ...]) -> tuple[bool, ...]:
        return tuple(phases[slot] in inside for slot, inside in self.sets)

    def _kinds(self) -> set[tuple[bool, ...]]:
        numbers = [range(len(slot.ways.program.phases)) for slot in self.group.slots]
        return {
            (*self._marks(phases), *bits)
            for phases in itertools.product(*numbers)
            for bits in itertools.product((False, True), repeat=len(self.wheres))
        }

    def _kinds_of(self, unit: tuple[Local, ...]) -> set[tuple[bool, ...]]:
        marks = self._marks(tuple(local[0] for local in unit))
        return {(*marks, *bits) for bits in itertools.product((False, True), repeat=len(self.wheres))}

    def _values(self, present: tuple[tuple[tuple[bool, ...], ...], ...]) -> Iterator[Values]:
        if not self.asked:
            yield {}
            return
        import z3

        number = {kind: z3.Int(f"n{i}") for i, kind in enumerate(sorted(self._kinds()))}
        solver = z3.Solver()
        solver.add([n >= 0 for n in number.values()])
        for kinds in set(present):
            solver.add(z3.Sum([number[kind] for kind in kinds]) >= present.count(kinds))
        yield from self._together(solver, number, list(self.asked), {})

    def _together(self, solver: Any, number: Mapping[Any, Any], rest: list[Asked], so_far: dict[Asked, Any]) -> Iterator[Values]:
        import z3

        if not rest:
            yield dict(so_far)
            return
        asked, *others = rest
        for range_ in self.ranges[asked]:
            solver.push()
            solver.add(self._says(asked[1], range_, number))
            if solver.check() != z3.unsat:
                yield from self._together(solver, number, others, {**so_far, asked: range_.sample})
            solver.pop()

    def _says(self, roll_up: RollUp, range_: Range, number: Mapping[Any, Any]) -> Any:
        import z3

        if roll_up.kind not in _COUNTED:
            return z3.BoolVal(True)
        mark = self.sets.index((self._slot(roll_up), frozenset(self._phases(roll_up))))
        where = None if roll_up.where is None else len(self.sets) + self.wheres.index((self._slot(roll_up), roll_up.where))
        counted = [kind for kind in number if where is None or kind[where]]
        n = z3.Sum([number[kind] for kind in counted])
        k = z3.Sum([number[kind] for kind in counted if kind[mark]])
        match roll_up.kind:
            case "any":
                return (k > 0) == range_.sample
            case "none":
                return (k == 0) == range_.sample
            case "all":
                return n == 0 if range_.sample is None else z3.And(n > 0, (k == n) == range_.sample)
        if range_.low is None:
            return n == 0
        whole = z3.ToReal(n) if roll_up.kind == "share" else z3.RealVal(1)
        low = _real(range_.low) * whole
        if range_.high is None:
            return z3.ToReal(k) > low
        high = _real(range_.high) * whole
        inside = z3.And(k > low, k < high) if range_.open else k == low
        return z3.And(n > 0, inside) if roll_up.kind == "share" else inside


def _real(value: Fraction) -> Any:
    import z3

    return z3.RealVal(f"{value.numerator}/{value.denominator}")


def _ranges(roll_up: RollUp, limits: list[Fraction]) -> tuple[Range, ...]:
    """The values of a roll-up, cut where somebody compares it."""
    match roll_up.kind:
        case "any" | "none":
            return tuple(Range(None, None, False, said) for said in (False, True))
        case "all":
            return tuple(Range(None, None, False, said) for said in (None, False, True))
        case "share":
            at = sorted({Fraction(0), Fraction(1), *(limit for limit in limits if 0 <= limit <= 1)})
            found = [Range(None, None, False, None), Range(at[0], at[0], False, 0)]
            for low, high in itertools.pairwise(at):
                found += [Range(low, high, True, float((low + high) / 2)), Range(high, high, False, _plain(high))]
            return tuple(found)
        case "count":
            whole = sorted({0, *(int(limit) for limit in limits if limit >= 0)})
            counts = [Range(Fraction(whole[0]), Fraction(whole[0]), False, whole[0])]
            for below, above in itertools.pairwise(whole):
                if above - below > 1:
                    counts.append(Range(Fraction(below), Fraction(above), True, below + 1))
                counts.append(Range(Fraction(above), Fraction(above), False, above))
            return (*counts, Range(Fraction(whole[-1]), None, True, whole[-1] + 1))
        case _:
            return (Range(None, None, False, UNSURE),)


def _plain(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
