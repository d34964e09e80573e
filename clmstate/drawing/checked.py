"""What a check of a model finds, painted on its journey: where it is wrong, where to look, and what else is concerned."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from clmstate.analysis import KINDS, Finding, check, sorted_findings
from clmstate.analysis.space import findings as broken
from clmstate.drawing.marked import Marked, MarkLevel, marked
from clmstate.drawing.picture import Drawing
from clmstate.drawing.theme import ThemeName
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, definition_of

__all__ = ["findings"]

_LEVELS: Final[dict[str, MarkLevel]] = {"error": "at_risk", "warning": "watch"}


def findings(
    lifecycle: type[Lifecycle] | LifecycleDefinition, *, found: Iterable[Finding] | None = None, theme: ThemeName = "light"
) -> Drawing:
    """Draws what `clmstate.analysis.check` finds: errors and warnings that the model does not accept.

    Args:
        lifecycle: a lifecycle class or its definition.
        found: what was found, if it is known already.
        theme: ``light`` or ``dark``.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, when=(health >= 70) & (health < 60))
        >>> overlay = findings(Deal).overlay
        >>> overlay.subtitle, overlay.covers["rule win"].tone, overlay.panels[0].rows[0].text
        ('3 errors.', 'at_risk', 'win: dead rule')
    """
    definition = definition_of(lifecycle)
    every = _found(definition) if found is None else tuple(found)
    shown = [one for one in every if one.severity in _LEVELS and not one.accepted]
    places = {*definition.phases, *definition.transitions}
    marks: dict[str, list[Marked]] = {}
    for one in shown:
        on_map = [name for name in one.about if name in places]
        first = one.about[0] if one.about else ""
        place = first if first in places else ""
        others = tuple(name for name in on_map if name != place)
        follows = f", a consequence of {one.beneath.partition('.')[2]}" if one.beneath else ""
        text = f"{one.message[:1].upper()}{one.message[1:]}{follows} ({one.code})"
        called = "" if place else _called(definition, one)
        mark = Marked(_LEVELS[one.severity], text, KINDS[one.code].title, others, called)
        marks.setdefault(place, []).append(mark)
    if not shown:
        marks = {name: [Marked("good")] for name in places}
    return marked(definition, marks, subtitle=_counted(every, shown), keys=_KEYS, theme=theme)


def _found(definition: LifecycleDefinition) -> tuple[Finding, ...]:
    """What proofs find of rules and phases, and of promises."""
    return sorted_findings((*check(definition), *broken(definition))) if definition.promises else check(definition)


_KEYS: Final[dict[MarkLevel, str]] = {
    "good": "nothing to mend",
    "watch": "warning: look at it",
    "at_risk": "error: it cannot be meant so",
}


def _counted(every: Iterable[Finding], shown: Iterable[Finding]) -> str:
    """How much of what was found."""
    severities = [one.severity for one in shown]
    counts = {"error": severities.count("error"), "warning": severities.count("warning")}
    said = " and ".join(f"{n} {what}{'' if n == 1 else 's'}" for what, n in counts.items() if n)
    accepted = sum(bool(one.accepted) and one.severity in _LEVELS for one in every)
    more = f"; {accepted} {'is' if accepted == 1 else 'are'} accepted with a reason" if accepted else ""
    return f"{said or 'The check finds nothing to mend'}{more}."


def _called(definition: LifecycleDefinition, one: Finding) -> str:
    """What is not on the map: a risk or a milestone by its label; the sentence about a promise says which."""
    name = one.place.removeprefix(f"{one.lifecycle}.")
    if name.partition("[")[0] == "promises":
        return ""
    for kind in (definition.risks, definition.gaps, definition.milestones, definition.signals):
        if name in kind:
            return str(kind[name].label)
    return name.replace("_", " ")
