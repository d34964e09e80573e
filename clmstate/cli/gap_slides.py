"""The gap analysis as slides: how things are, what the team says, risks, success gaps, and the first year."""

from __future__ import annotations

from collections.abc import Iterator

from clmstate.drawing import THEMES, Theme
from clmstate.gaps import GapAnalysis
from clmstate.presenting.board import Board, Said
from clmstate.presenting.chapters import Column, bullets, columned, heading
from clmstate.presenting.closing import risk_boards, title_board
from clmstate.presenting.slides import pptx_bytes

__all__ = ["gap_boards", "gap_slides"]


def gap_slides(analysis: GapAnalysis) -> bytes:
    """The slides as a PPTX file.

    Raises:
        InputError: CLM306, python-pptx is not installed.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> from clmstate.gaps import gap_analysis
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> gap_slides(gap_analysis(Deal))[:2]
        b'PK'
    """
    return pptx_bytes(gap_boards(analysis))


def gap_boards(analysis: GapAnalysis) -> list[Board]:
    """The same as boards, in order.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> from clmstate.gaps import gap_analysis
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> [board.title for board in gap_boards(gap_analysis(Deal))]
        ['Gap analysis: Deal', '1  How things are', '2  What the team says']
    """
    theme = THEMES["light"]
    return [*_title(analysis, theme), *_current(analysis, theme), *_team(analysis, theme), *_last(analysis, theme)]


def _title(analysis: GapAnalysis, theme: Theme) -> Iterator[Board]:
    facts = [
        "" if analysis.customers is None else f"{analysis.customers} replayed customer{'' if analysis.customers == 1 else 's'}",
        "" if analysis.said is None else f"{len(analysis.said)} observations of the team",
        f"{sum(len(part.definition.risks) for part in analysis.parts)} risks, {len(analysis.gaps)} success gaps",
    ]
    yield title_board(f"Gap analysis: {analysis.title}", "How things are, what the team says, risks, success gaps.", facts, theme)


def _current(analysis: GapAnalysis, theme: Theme) -> Iterator[Board]:
    def phases() -> Iterator[Said]:
        for phase in analysis.phases:
            if phase.final:
                continue
            yield heading(analysis.phase_label(phase.path), theme.ink)
            meant = f"meant to take {phase.expected}" if phase.expected else "nobody says how long it takes"
            yield Said(f"{phase.owner or 'nobody owns it'}; {meant}", 13, theme.second)
            if phase.stays is not None and phase.stays.days:
                yield Said(f"really: {phase.stays}", 13, theme.kinds["at_risk"].line if phase.stays.variable else theme.second)

    def worries() -> Iterator[Said]:
        for concern in analysis.concerns:
            yield heading(concern.question, theme.ink)
            answers = concern.where if concern.asked else ("not asked: there is no log of customers",)
            yield from bullets(answers or ("nothing found",), theme.second)

    columns = [
        Column("Phases", tuple(phases()), theme.teams[0]),
        Column("What teams worry about", tuple(worries()), theme.teams[1]),
    ]
    yield from columned(Board("1  How things are", "From the model, and from customers where they were replayed."), columns, theme)


def _team(analysis: GapAnalysis, theme: Theme) -> Iterator[Board]:
    board = Board("2  What the team says", "From everybody who meets customers, pinned to the first year.")
    if analysis.said is None:
        yield from columned(board, [Column("Nobody was asked yet", (), theme.teams[0])], theme)
        return
    columns = []
    lines_of = theme.kinds
    kinds = (
        ("Pain points", "pain point", lines_of["relapse"].line),
        ("Risks", "risk", lines_of["at_risk"].line),
        ("Strengths", "strength", lines_of["recovery"].line),
    )
    for title, kind, colour in kinds:
        lines = [f"{one.interval.name if one.interval else 'always'}: {one.text}" for one in analysis.said if one.kind == kind]
        columns.append(Column(title, tuple(bullets(lines, theme.ink)), colour))
    hot = [
        f"{hot.where or 'No particular phase'}, {hot.interval.name if hot.interval else 'always'}: {hot.number} pains and risks"
        for hot in analysis.hot
    ]
    notes = (*hot, *([f"Not heard yet: {', '.join(analysis.unheard)}"] if analysis.unheard else []))
    yield from columned(Board(board.title, board.subtitle, notes=notes), columns, theme)
    if notes:
        yield from columned(
            Board("What to improve soon", "Where pains and risks come together, and whom we have not asked."),
            [
                Column(
                    "Improve soon", tuple(bullets(hot or ["nothing that two of us named"], theme.ink)), theme.kinds["at_risk"].line
                ),
                Column("Not heard yet", tuple(bullets(analysis.unheard or ("everybody was heard",), theme.ink)), theme.teams[0]),
            ],
            theme,
        )


def _last(analysis: GapAnalysis, theme: Theme) -> Iterator[Board]:
    numbers = {"How we could lose a customer": "3  ", "Where it works, but they do not succeed yet": "4  "}
    for title, number in numbers.items():
        for part in analysis.parts:
            for board in risk_boards(part.definition, theme):
                if board.title.startswith(title):
                    whose = f"{number}{board.title}: {part.path}" if part.path else number + board.title
                    yield Board(whose, board.subtitle, board.shapes, board.notes, board.bare)
    columns = []
    for place, interval in enumerate(analysis.intervals):
        said: list[Said] = []
        for kind, texts in analysis.pinned(interval).items():
            said += [heading(f"{kind.capitalize()}s", theme.kinds["at_risk"].line if kind == "risk" else theme.second, 12)]
            said += bullets(texts, theme.ink, 12)
        if said:
            columns.append(
                Column(f"{interval.name}, day {interval.days.least:g} to {interval.days.most:g}", tuple(said), theme.teams[place])
            )
    if columns:
        yield from columned(Board("The first year", "Everything beside the interval in which it is usually seen."), columns, theme)
