"""Phases as HTML: question, goal, people, touchpoints and rules in words. What a model says is text here, never markup."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping

from clmstate.conditions import words
from clmstate.drawing.measure import clean
from clmstate.drawing.scene import Kind
from clmstate.drawing.spoken import KIND_NAMES, STANDING_NAMES
from clmstate.lifecycle import LifecycleDefinition, Phase, Touchpoint, Transition
from clmstate.presenting.criteria import place_label, ways_in

__all__ = ["KIND_SIGNS", "STANDING_SIGNS", "leaflet", "text"]

KIND_SIGNS: Mapping[Kind, str] = {
    "forward": "→", "branch": "↗", "relapse": "↺", "at_risk": "↘", "recovery": "✓", "next_cycle": "↻", "stay": "•",
}  # fmt: skip
STANDING_SIGNS = {"good": "●", "watch": "▲", "at_risk": "◆", "lost": "■"}


def text(said: str) -> str:
    r"""Text for content and attributes.

    Example:
        >>> text("<script>'")
        '&lt;script&gt;&#x27;'
    """
    return html.escape(clean(said))


def leaflet(
    definition: LifecycleDefinition, path: str, kinds: Mapping[tuple[str, str], Kind], owners: Mapping[str, int], part: str = ""
) -> str:
    """One phase in words, as an article.

    Args:
        definition: the lifecycle.
        path: of the phase.
        kinds: what each rule does to a customer, by its name and the phase that it leaves.
        owners: the number of each owning team's colour, by name.
        part: of a composition; it makes the article's id unique.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True, goal="we know what we buy")
        >>> "we know what we buy" in leaflet(Deal.definition, "new", {}, {})
        True
    """
    return "\n".join(_leaflet(definition, path, kinds, owners, part))


def _leaflet(
    definition: LifecycleDefinition, path: str, kinds: Mapping[tuple[str, str], Kind], owners: Mapping[str, int], part: str
) -> Iterator[str]:
    phase = definition.phases[path]
    everyone = {team.name for team in (phase.owner, *phase.contributors) if team is not None}
    yield (
        f'<article class="leaflet" data-part="{text(part)}" data-phase="{text(path)}" '
        f'data-teams="{text("|".join(sorted(name.replace("|", " ") for name in everyone)))}">'
    )
    yield f'<p class="chips">{"".join(_chips(phase, owners))}</p>'
    yield f"<h2>{text(place_label(definition, path))}</h2>"
    for question in phase.questions:
        yield f'<p class="question">“{text(question)}”</p>'
    if phase.goal:
        yield f'<p class="goal"><b>Goal</b> {text(phase.goal)}</p>'
    facts = [f"expected {phase.expected}"] if phase.expected is not None else []
    facts += [f"with {', '.join(team.name for team in phase.contributors)}"] if phase.contributors else []
    if facts:
        yield f'<p class="quiet">{text(" · ".join(facts))}</p>'
    if phase.touchpoints:
        yield f"<h3>Touchpoints</h3><ol class=touchpoints>{''.join(_touchpoint(t, definition) for t in phase.touchpoints)}</ol>"
    ways = [(way, kinds.get((way.name, path), "forward")) for way in definition.ways_out(path)]
    yield from _rules("What moves a customer on", ways, definition)
    entries = [f"<li>From {text(way.other)}: {text(way.why)}</li>" for way in ways_in(definition, path)]
    entries = [*(["<li>The journey starts here</li>"] if path == definition.initial else []), *entries]
    if entries:
        yield f"<h3>Comes in when</h3><ul>{''.join(entries)}</ul>"
    yield from _signs(definition, path)
    yield "</article>"


def _chips(phase: Phase, owners: Mapping[str, int]) -> Iterator[str]:
    if phase.owner is not None:
        yield f'<span class="chip team{owners.get(phase.owner.name, "-none")}">{text(phase.owner.name)}</span>'
    if phase.standing:
        yield f'<span class="standing {phase.standing}">{STANDING_SIGNS[phase.standing]} {STANDING_NAMES[phase.standing]}</span>'
    if phase.final:
        yield '<span class="standing">The journey ends here</span>'


def _touchpoint(touchpoint: Touchpoint, definition: LifecycleDefinition) -> str:
    lines = [f"<b>{text(touchpoint.label)}</b>"]
    when = [touchpoint.owner.name] if touchpoint.owner is not None else []
    when += [f"within {touchpoint.due}"] if touchpoint.due is not None else []
    lines += [f'<span class="quiet">{text(" · ".join(when))}</span>'] if when else []
    lines += [f"<span>{text(touchpoint.why)}</span>"] if touchpoint.why else []
    lines += [f'<span class="quiet">{text(touchpoint.how)}</span>'] if touchpoint.how else []
    if touchpoint.done is not None:
        lines.append(f'<span class="done">✓ Done when {text(words(touchpoint.done, definition))}</span>')
    return f"<li>{''.join(lines)}</li>"


def _rules(heading: str, ways: Iterable[tuple[Transition, Kind]], definition: LifecycleDefinition) -> Iterator[str]:
    cards = []
    for way, kind in ways:
        to = "" if way.stay else f" → {text(place_label(definition, way.target))}"
        plays = f'<span class="play">▶ {text(", ".join(play.label for play in way.plays))}</span>' if way.plays else ""
        why = f'<span class="quiet">{text(way.why)}</span>' if way.why else ""
        cards.append(
            f'<li class="rule {kind}" data-rule="{text(way.name)}"><b class="kind">{KIND_SIGNS[kind]} {KIND_NAMES[kind]}{to}</b>'
            f"<span>{text(definition.why(way))}</span>{plays}{why}</li>"
        )
    if cards:
        yield f"<h3>{heading}</h3><ul class=rules>{''.join(cards)}</ul>"


def _signs(definition: LifecycleDefinition, path: str) -> Iterator[str]:
    here = {path, definition.group_of(path)}
    risks = [r for r in definition.risks.values() if here & set(r.phases)]
    gaps = [g for g in definition.gaps.values() if here & set(g.phases)]
    said = [f"<b>{text(r.label)}</b>" + (f": {text(words(r.sign, definition))}" if r.sign is not None else "") for r in risks]
    if said:
        yield f"<h3>Risks to watch here</h3><ul>{''.join(f'<li>{line}</li>' for line in said)}</ul>"
    if gaps:
        lines = "".join(f"<li><b>{text(g.label)}</b>{': ' + text(g.plan) if g.plan else ''}</li>" for g in gaps)
        yield f"<h3>Success gaps</h3><ul>{lines}</ul>"
