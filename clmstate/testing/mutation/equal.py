"""Mutants that nobody could ever notice: they take the same transitions for every customer, by proof."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from clmstate.conditions.lower import FALSE, UNKNOWN, All, Fixed, Formula, lower
from clmstate.conditions.lower import Any as AnyOf
from clmstate.kernel import Program, Rule, lower_lifecycle
from clmstate.lifecycle import LifecycleDefinition

__all__ = ["equal"]


def equal(definition: LifecycleDefinition, mutant: LifecycleDefinition) -> bool:
    """Whether a mutant takes, in every phase and for every customer, event and memory, the transition that the model takes.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     seats = Signal.count("seat")
        ...     small, big = Phase("Small", initial=True), Phase("Big")
        ...     grow = small.to(big, when=seats >= 10)
        >>> class Same(Deal):
        ...     grow = Deal.grow.evolve(when=Deal.seats > 9)
        >>> class Other(Deal):
        ...     grow = Deal.grow.evolve(when=Deal.seats > 10)
        >>> equal(Deal.definition, Same.definition), equal(Deal.definition, Other.definition)
        (True, False)
    """
    from clmstate.conditions.smt import Prover, UndecidedError

    first, second = lower_lifecycle(definition), lower_lifecycle(mutant)
    prover = Prover(definition)
    try:
        for a, b in _lists(first, second):
            if _same(a, b):
                continue
            for formula in _differences(a, b, definition):
                if prover.possible(prover.symbols.formula(formula)):
                    return False
    except UndecidedError:
        return False
    return True


def _lists(first: Program, second: Program) -> Iterator[tuple[Sequence[Rule], Sequence[Rule]]]:
    """What each phase asks, in order: the rules that need no event, those of each event, and those of two events at once.

    Two are enough: who is taken of three has to come before each of the others.
    """
    for phase in range(len(first.phases)):
        yield first.silent[phase], second.silent[phase]
        events = sorted({str(r.event) for rules in (first.offered[phase], second.offered[phase]) for r in rules})
        for both in itertools.combinations_with_replacement(events, 2):
            yield (
                [r for r in first.offered[phase] if r.event in both],
                [r for r in second.offered[phase] if r.event in both],
            )


def _effect(rule: Rule) -> tuple[Any, ...]:
    return rule.transition.name, rule.target, rule.resumes, rule.stay, rule.event


def _same(a: Sequence[Rule], b: Sequence[Rule]) -> bool:
    return [(_effect(r), r.formula) for r in a] == [(_effect(r), r.formula) for r in b]


def _differences(a: Sequence[Rule], b: Sequence[Rule], definition: LifecycleDefinition) -> Iterator[Formula]:
    """When the first list takes something that the second does not, or takes nothing where the second does."""
    for i, rule in enumerate(a):
        taken = All((rule.formula, *(_not(before, definition) for before in a[:i])))
        yield All((taken, _not_taken(rule, b, definition)))
    yield All((*(_not(rule, definition) for rule in a), AnyOf(tuple(rule.formula for rule in b))))


def _not_taken(rule: Rule, others: Sequence[Rule], definition: LifecycleDefinition) -> Formula:
    for i, other in enumerate(others):
        if _effect(other) == _effect(rule):
            return AnyOf((_not(other, definition), *(before.formula for before in others[:i])))
    return Fixed(True)


def _not(rule: Rule, definition: LifecycleDefinition) -> Formula:
    if rule.transition.when is None:
        return Fixed(False)
    return lower(rule.transition.when, lambda name: definition.signals[name].never_missing, FALSE | UNKNOWN)
