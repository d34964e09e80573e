"""Everything that can be said about one lifecycle before anyone runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, cast

import attrs

from clmstate.analysis.findings import Finding, finding, sorted_findings
from clmstate.analysis.proofs.circles import never_settles
from clmstate.analysis.proofs.gaps import gaps
from clmstate.analysis.proofs.overlaps import overlaps
from clmstate.analysis.proofs.reach import shape_findings, upkeep_findings
from clmstate.analysis.proofs.returning import straight_back
from clmstate.analysis.proofs.rules import always_true, dead_rules, makes_no_difference, shadowed, true_as_soon_as_known
from clmstate.analysis.proofs.signs import already_ensured, signs_too_late, stays_unseen, waits_for_no
from clmstate.analysis.proofs.study import Study
from clmstate.analysis.proofs.swings import swings
from clmstate.analysis.shape import Given
from clmstate.composition import Composition, CompositionDefinition
from clmstate.conditions.smt import EFFORT, UndecidedError
from clmstate.lifecycle import LifecycleDefinition, definition_of

__all__ = ["accepted", "check"]

_FINDERS: Final[tuple[tuple[str, Callable[[Study], Iterator[Finding]]], ...]] = (
    ("rules that nobody can take", dead_rules),  # first: what is dead is not looked at again
    ("rules that are always preceded by others", shadowed),
    ("rules that are always true", always_true),
    ("rules that ask only whether something is known", true_as_soon_as_known),
    ("parts of conditions that make no difference", makes_no_difference),
    ("circles", never_settles),
    ("rules whose order decides", overlaps),
    ("customers without a rule", gaps),
    ("signals that move customers to and fro", swings),
    ("warning signs that come too late", signs_too_late),
    ("rules that wait for a no", waits_for_no),
    ("parts that earlier rules ensure", already_ensured),
    ("signals without which nobody leaves", stays_unseen),
    ("events that lead straight back", straight_back),
)


def check(model: Given | type[Composition] | CompositionDefinition, *, effort: int = EFFORT) -> tuple[Finding, ...]:
    """What is wrong with a lifecycle, or good to know: errors first, each with a customer who shows it where there is one.

    Conditions are decided exactly over the bounds of their signals, missing values, defaults and clocks; ports are free, as if anything
    could feed them. What could not be decided is a finding of its own (CLM521).

    Args:
        model: a lifecycle class or its definition; of a composition, the lifecycles of its parts are checked, each once. (Promises are
            asked with :func:`clmstate.analysis.prove`.)
        effort: the solver's steps for one question; what takes more is undecided.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, when=(health >= 70) & (health < 60))
        >>> for found in check(Deal):
        ...     print(found.key, "beneath" if found.beneath else "is a root")
        CLM510 Deal.win is a root
        CLM501 Deal.won beneath
        CLM502 Deal.new beneath
    """
    whole = model if isinstance(model, CompositionDefinition) else getattr(model, "definition", None)
    if isinstance(whole, CompositionDefinition):
        members = {id(part.member): part.member for part in whole.parts.values()}
        return sorted_findings(one for member in members.values() for one in check(member, effort=effort))
    definition = definition_of(cast(Given, model))
    if not definition.phases:
        return ()
    study = Study(definition, effort=effort)
    found: list[Finding] = []
    undecided: list[str] = []
    for what, finder in _FINDERS:
        try:
            found += finder(study)
        except UndecidedError:
            undecided.append(what)
    if undecided:
        message = f"the search for {', '.join(undecided)} took too long; what was not looked at is not said to be right"
        found.append(finding("CLM521", definition.name, "", (), message, "simplify the largest conditions", limit="undecided"))
    found += shape_findings(study, found)
    found += upkeep_findings(definition)
    return sorted_findings(accepted(found, definition))


def accepted(found: Sequence[Finding], definition: LifecycleDefinition) -> Iterator[Finding]:
    """Findings with the reasons for which the model accepts them; CLM522 for reasons that no finding needs (any more).

    Errors are accepted by nobody.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        ...     accepts = {"CLM518": "there was a swing once"}
        >>> [one.code for one in accepted((), Deal.definition)]
        ['CLM522']
    """
    used: set[str] = set()
    for one in found:
        keys = (one.code, *(f"{one.code} {name}" for name in (one.place.partition(".")[2], *one.about)))
        key = next((key for key in keys if key in definition.accepts), None)
        if key is not None and one.severity != "error":
            used.add(key)
            yield attrs.evolve(one, accepted=definition.accepts[key])
        else:
            yield one
    for key in definition.accepts:
        if key not in used:
            message = (
                f"it accepts '{key}', which is not found" if not _blamed(key, found) else f"it accepts '{key}', which is an error"
            )
            yield finding("CLM522", definition.name, "accepts", (key,), message, "leave the acceptance out")


def _blamed(key: str, found: Sequence[Finding]) -> bool:
    code, _, name = key.partition(" ")
    return any(one.code == code and (not name or name in one.about) for one in found)
