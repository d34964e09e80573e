"""The hand-out for those who sign: phases, criteria, limits, touchpoints, plays and risks, with the fingerprint of what is signed.

It is one document as data, a few tables in order; Markdown, a workbook and a PDF are three ways to print it.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from clmstate.composition import Composition, CompositionDefinition
from clmstate.conditions import words
from clmstate.drawing.spoken import STANDING_NAMES
from clmstate.lifecycle import Lifecycle, LifecycleDefinition
from clmstate.presenting.criteria import learned, names, place_label, sources, ways_in, ways_out
from clmstate.replay import shape_of
from clmstate.signals import show_number

__all__ = ["Handout", "Table", "handout"]


@attrs.frozen
class Table:
    """One table.

    Attributes:
        title: above it.
        columns: their headings.
        rows: cells as text; a cell may hold several lines.
        widths: how wide the columns are, compared with each other.

    Example:
        >>> Table("Phases", ("Phase",), (("Trial",),)).rows[0]
        ('Trial',)
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()


@attrs.frozen
class Handout:
    """The document of one model.

    Attributes:
        title: what the business calls the model.
        doc: what it is, one paragraph.
        facts: market and version, and the fingerprints.
        tables: in order; those that would be empty are left out.

    Example:
        >>> Handout("Contract", "", (), ()).title
        'Contract'
    """

    title: str
    doc: str
    facts: tuple[str, ...]
    tables: tuple[Table, ...]


def handout(model: type[Lifecycle] | type[Composition]) -> Handout:
    """The hand-out of a lifecycle, or of a composition with all its lifecycles.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True, owner="Sales")
        >>> [table.title for table in handout(Deal).tables]
        ['Phases', 'Criteria', 'For sign-off']
    """
    from clmstate.analysis.versions import fingerprint  # for those who sign only

    definition = model.definition
    prints = fingerprint(model)
    facts = [f"Market: {definition.market}"] if definition.market else []
    facts += [f"Version: {definition.version}"] if definition.version else []
    facts += [f"Rules: {prints.rules}", f"Everything: {prints.whole}"]
    tables: list[Table] = []
    if isinstance(definition, CompositionDefinition):
        tables.append(_parts(definition))
    lifecycles = list(dict.fromkeys(part.definition for part in shape_of(model).parts.values()))
    for lifecycle in lifecycles:
        prefix = f"{lifecycle.title}: " if len(lifecycles) > 1 or lifecycle is not definition else ""
        tables += (attrs.evolve(table, title=_titled(prefix, table.title)) for table in _tables(lifecycle))
    tables.append(_sign_off(lifecycles, prints.whole))
    first = " ".join(definition.doc.strip().partition("\n\n")[0].split())
    return Handout(definition.title, first, tuple(facts), tuple(table for table in tables if table.rows))


def _titled(prefix: str, title: str) -> str:
    return f"{prefix}{title[0].lower()}{title[1:]}" if prefix else title


def _parts(definition: CompositionDefinition) -> Table:
    rows = [
        (
            part.label,
            f"{'many' if part.many else 'one'} {part.member.title}",
            part.help,
            "\n".join(learned(definition, wire) for wire in definition.wires if wire.part == part.name),
        )
        for part in definition.parts.values()
    ]
    return Table("Parts", ("Part", "What", "Meaning", "Learns"), tuple(rows), (3, 3, 6, 6))


def _tables(d: LifecycleDefinition) -> Iterator[Table]:
    yield Table(
        "Phases", ("Phase", "Owner", "With", "Goal", "Questions", "Expected", "Standing"), tuple(_phases(d)), (4, 4, 5, 7, 8, 3, 3)
    )
    yield Table("Criteria", ("Phase", "Comes in when", "Leaves when"), tuple(_criteria(d)), (3, 9, 10))
    yield Table("In these words", ("Words", "Meaning"), tuple(names(d)), (3, 12))
    limits = ((limit.name.replace("_", " "), show_number(limit.value), limit.help) for limit in d.thresholds.values())
    yield Table("Limits", ("Limit", "Value", "Why"), tuple(limits), (4, 2, 12))
    heads = ("Phase", "Touchpoint", "Owner", "Within", "Why", "How", "Done when", "Verdict")
    yield Table("Touchpoints", heads, tuple(_touchpoints(d)), (3, 4, 4, 2, 6, 6, 5, 2))
    yield Table("Plays", ("Play", "Owner", "Within", "Opened by", "Why", "How"), tuple(_plays(d)), (5, 4, 2, 6, 6, 6))
    risks = (
        (r.label, _said(r.sign, d), _where(r.phases, d), _listed(r.mitigation), _listed(p.label for p in r.plays))
        for r in d.risks.values()
    )
    yield Table("Risks", ("Risk", "Sign", "Where", "Answer", "Plays"), tuple(risks), (4, 6, 4, 4, 5))
    gaps = ((g.label, g.ours, g.theirs, g.plan, _said(g.when, d)) for g in d.gaps.values())
    yield Table("Success gaps", ("Gap", "We say", "They say", "What closes it", "Open when"), tuple(gaps), (4, 4, 4, 5, 5))
    milestones = ((m.label, _said(m.when, d), m.category) for m in d.milestones.values())
    yield Table("Milestones", ("Milestone", "Reached when", "Category"), tuple(milestones), (5, 9, 3))


def _said(cond: object, d: LifecycleDefinition) -> str:
    return "" if cond is None else words(cond, d)  # type: ignore[arg-type]  # what a definition holds are conditions


def _listed(labels: object) -> str:
    return ", ".join(labels)  # type: ignore[arg-type]  # texts


def _where(paths: tuple[str, ...], d: LifecycleDefinition) -> str:
    return ", ".join(place_label(d, path) for path in paths) or "anywhere"


def _phases(d: LifecycleDefinition) -> Iterator[tuple[str, ...]]:
    for path, phase in d.phases.items():
        yield (
            place_label(d, path),
            phase.owner.name if phase.owner is not None else "",
            ", ".join(team.name for team in phase.contributors),
            phase.goal,
            "\n".join(phase.questions),
            str(phase.expected) if phase.expected is not None else "",
            STANDING_NAMES[phase.standing] if phase.standing else "",
        )


def _criteria(d: LifecycleDefinition) -> Iterator[tuple[str, ...]]:
    for path in d.phases:
        entries = ["customers start here"] if path == d.initial else []
        entries += [f"from {way.other}: {way.why}" for way in ways_in(d, path)]
        exits = [f"to {way.other}: {way.why}" for way in ways_out(d, path)] or ["never"]
        yield place_label(d, path), "\n".join(entries), "\n".join(exits)


def _touchpoints(d: LifecycleDefinition) -> Iterator[tuple[str, ...]]:
    for path, phase in d.phases.items():
        for t in phase.touchpoints:
            owner, due = t.owner or phase.owner, str(t.due) if t.due is not None else ""
            yield (
                place_label(d, path),
                t.label,
                owner.name if owner else "",
                due,
                t.why,
                t.how,
                _said(t.done, d) or "somebody says so",
                t.verdict or "",
            )


def _plays(d: LifecycleDefinition) -> Iterator[tuple[str, ...]]:
    for play in d.plays:
        opened = [f"{sources(d, t)}: {d.why(t)}" for t in d.transitions.values() if play in t.plays]
        opened += [f"milestone {m.label}" for m in d.milestones.values() if play in m.plays]
        opened += [f"risk {r.label}" for r in d.risks.values() if play in r.plays]
        due = str(play.due) if play.due is not None else ""
        yield play.label, play.owner.name if play.owner is not None else "", due, "\n".join(opened), play.why, play.how


def _sign_off(lifecycles: list[LifecycleDefinition], whole: str) -> Table:
    owned: dict[str, list[str]] = {}
    for d in lifecycles:
        for path, phase in d.phases.items():
            if phase.owner is not None:
                label = place_label(d, path) if len(lifecycles) == 1 else f"{d.title}: {place_label(d, path)}"
                owned.setdefault(phase.owner.name, []).append(label)
    rows = [(team, ", ".join(phases), whole[:19], "", "", "") for team, phases in owned.items()]
    return Table("For sign-off", ("Team", "Owns", "Definition", "Name", "Date", "Signature"), tuple(rows), (4, 8, 4, 4, 3, 5))
