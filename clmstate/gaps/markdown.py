"""The gap analysis as Markdown, for a wiki or a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from clmstate.gaps.analysis import GapAnalysis

__all__ = ["markdown"]


def markdown(analysis: GapAnalysis) -> str:
    """A report in four steps, and the first year as a table.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> from clmstate.gaps import gap_analysis
        >>> class Deal(Lifecycle):
        ...     open = Phase("Open", initial=True, goal="we decide", owner="Sales")
        >>> markdown(gap_analysis(Deal)).splitlines()[0]
        '# Gap analysis: Deal'
    """
    parts = (_head(analysis), _current(analysis), _team(analysis), _risks(analysis), _gaps(analysis), _year(analysis))
    return "\n".join(line for part in parts for line in part)


def _head(a: GapAnalysis) -> Iterator[str]:
    yield from (f"# Gap analysis: {a.title}", "")
    if a.customers is not None:
        yield from (f"With {a.customers} replayed customer{'' if a.customers == 1 else 's'}.", "")


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    columns = list(header)
    yield "| " + " | ".join(columns) + " |"
    yield "|" + "---|" * len(columns)
    for row in rows:
        yield "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in row) + " |"
    yield ""


def _current(a: GapAnalysis) -> Iterator[str]:
    yield from ("## 1. How things are", "")
    rows = (
        (a.phase_label(p.path), p.owner, p.goal, p.expected, "" if p.stays is None else str(p.stays), str(p.touchpoints))
        for p in a.phases
    )
    yield from _table(("Phase", "Owner", "Goal", "Expected", "Really", "Touchpoints"), rows)
    for concern in a.concerns:
        answer = "not asked: give a log of customers" if not concern.asked else "; ".join(concern.where) or "nothing found"
        yield f"- **{concern.question}** {answer}"
    yield from (f"- **Touchpoint** {finding}" for finding in a.touchpoints)
    yield from (f"- **Does '{label}' rise?** {of}: {said}" for of, label, _, said in a.rising())
    yield from (f"- **Nothing reads what it leaves behind** {touchpoint}" for touchpoint in a.unread)
    yield from (f"- **Too late** {finding}" for finding in a.late)
    if a.build_next:
        yield f"- **Build next** {a.build_next}"
    yield ""


def _team(a: GapAnalysis) -> Iterator[str]:
    yield from ("## 2. What the team says", "")
    if a.said is None:
        yield from ("Nobody was asked yet.", "")
        return
    rows = (
        (
            o.interval.name if o.interval else "always",
            o.kind,
            o.text,
            a.phase_label(o.phase),
            ", ".join(filter(None, (o.person, o.team))),
        )
        for o in a.said
    )
    yield from _table(("Interval", "Kind", "Observation", "Phase", "Who"), rows)
    for hot in a.hot:
        where = f"{hot.where or 'no particular phase'}, {hot.interval.name if hot.interval else 'always'}"
        yield f"- **Improve soon** {where}: {hot.number} pains and risks"
    if a.unheard:
        yield f"- **Not heard yet** {', '.join(a.unheard)}"
    yield ""


def _risks(a: GapAnalysis) -> Iterator[str]:
    yield from ("## 3. Risks: what a customer at risk looks like", "")
    for phase in a.risks:
        if phase.signs:
            yield from (f"### {a.phase_label(phase.path)}", "")
            rows = (
                (
                    s.risk.label,
                    s.sign or "**nothing shows it**",
                    ", ".join(s.risk.mitigation),
                    "; ".join(s.plays),
                    s.interval.name if s.interval else "",
                    "" if s.customers is None else ", ".join(s.customers) or "nobody",
                )
                for s in phase.signs
            )
            yield from _table(("Risk", "Warning sign", "We", "Plays", "Usually in", "Seen at"), rows)
    if a.unwatched:
        yield from (f"No sign would warn anybody in: {', '.join(a.unwatched)}.", "")


def _gaps(a: GapAnalysis) -> Iterator[str]:
    yield from ("## 4. Success gaps", "")
    rows = (
        (
            f"{g.part}: {g.gap.label}" if g.part else g.gap.label,
            g.gap.ours,
            g.gap.theirs,
            g.gap.plan or "**none yet**",
            g.gap.cost or "**unknown**",
            g.open_when,
            g.interval.name if g.interval else "",
            "" if g.customers is None else ", ".join(g.customers) or "nobody",
        )
        for g in a.gaps
    )
    yield from _table(("Gap", "We say", "They say", "Plan", "Cost while open", "Open when", "Usually in", "Open at"), rows)


def _year(a: GapAnalysis) -> Iterator[str]:
    yield from ("## The first year", "")
    rows = []
    for interval in (*a.intervals, None):
        pinned = a.pinned(interval)
        if pinned:
            rows.append(
                (
                    "always" if interval is None else str(interval),
                    *(
                        "; ".join(pinned.get(kind, ()))
                        for kind in ("pain point", "risk", "warning sign", "success gap", "strength")
                    ),
                )
            )
    yield from _table(("Interval", "Pain points", "Risks heard", "Warning signs", "Success gaps", "Strengths"), rows)
