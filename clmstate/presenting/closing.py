"""The boards around the journey: the title, risks and success gaps, what changed, and what we ask of everybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from clmstate.conditions import words
from clmstate.drawing import Theme
from clmstate.drawing.geometry import Box
from clmstate.lifecycle import LifecycleDefinition, Phase, Risk, SuccessGap
from clmstate.presenting.board import HEIGHT, WIDTH, Board, Panel, Said, Shape, fitting
from clmstate.presenting.chapters import Column, bullets, columned
from clmstate.presenting.criteria import place_label

__all__ = ["ask_boards", "change_boards", "open_points", "risk_boards", "title_board"]


def title_board(title: str, doc: str, facts: Iterable[str], theme: Theme) -> Board:
    """The first slide.

    Example:
        >>> from clmstate.drawing import THEMES
        >>> title_board("Contract", "", ["8 phases"], THEMES["light"]).bare
        True
    """
    lines = [line for line in facts if line]
    stripe: list[Shape] = [
        Panel(Box(60 + 52 * number, 150, 46, 8), (), colour, None, name=f"Stripe {number + 1}")
        for number, colour in enumerate(theme.teams[:4])
    ]
    head = Panel(
        Box(60, 170, WIDTH - 120, 90),
        fitting((Said(title, 54, theme.ink, "Bold"),), WIDTH - 120, 90),
        middle=True,
        inset=(0, 0),
        name="Title",
    )
    first = doc.strip().partition("\n\n")[0]
    below = (
        Panel(
            Box(60, 268, WIDTH - 180, 76), fitting((Said(first, 22, theme.second),), WIDTH - 180, 76), inset=(0, 0), name="Subtitle"
        )
        if first
        else None
    )
    foot = Panel(
        Box(60, HEIGHT - 110, WIDTH - 120, 70),
        fitting([Said(line, 14, theme.third) for line in lines], WIDTH - 120, 70),
        inset=(0, 0),
        name="Facts",
    )
    shapes = (head, *stripe, *([below] if below is not None else []), foot)
    return Board(title, bare=True, shapes=shapes, notes=(title, " ".join(doc.split()), *lines))


def risk_boards(definition: LifecycleDefinition, theme: Theme) -> Iterator[Board]:
    """How customers could be lost, and where "it works" is not yet "they succeed".

    Example:
        >>> from clmstate import Lifecycle, Phase, Risk
        >>> from clmstate.drawing import THEMES
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        ...     stuck = Risk("Stuck")
        >>> [board.title for board in risk_boards(Deal.definition, THEMES["light"])]
        ['How we could lose a customer']
    """
    if definition.risks:
        said = [tuple(_risk(risk, definition, theme)) for risk in definition.risks.values()]
        notes = tuple(f"{risk.label}: {risk.help or 'no help is written down'}." for risk in definition.risks.values())
        yield from columned(
            Board("How we could lose a customer", "Each risk with the sign that tells us in time, and what we do then.", notes=notes),
            _in_columns(said, theme.kinds["at_risk"].line), theme,
        )  # fmt: skip
    if definition.gaps:
        said = [tuple(_gap(gap, definition, theme)) for gap in definition.gaps.values()]
        yield from columned(
            Board(
                "Where it works, but they do not succeed yet",
                "What we call success, what the customer calls success, and what closes the gap.",
                notes=tuple(f"{gap.label}: {gap.plan or 'no plan is written down yet'}." for gap in definition.gaps.values()),
            ),
            _in_columns(said, theme.kinds["relapse"].line), theme,
        )  # fmt: skip


def _in_columns(said: list[tuple[Said, ...]], colour: str, most: int = 3) -> list[Column]:
    """Blocks dealt to columns of about the same number."""
    count = min(most, max(len(said), 1))
    each = -(-len(said) // count)
    dealt = [said[start : start + each] for start in range(0, len(said), each)]
    return [Column("", tuple(line for block in some for line in block), colour) for some in dealt]


def _where(phases: tuple[str, ...], definition: LifecycleDefinition) -> str:
    return ", ".join(place_label(definition, path) for path in phases) if phases else "anywhere"


def _risk(risk: Risk, definition: LifecycleDefinition, theme: Theme) -> Iterator[Said]:
    yield Said(f"▲ {risk.label}", 15, theme.kinds["at_risk"].line, "Bold", above=12, keep=True)
    sign = words(risk.sign, definition) if risk.sign is not None else "no sign is written down yet"
    yield Said(f"Sign: {sign}", 13, theme.ink)
    yield Said(f"Where: {_where(risk.phases, definition)}", 12, theme.second)
    answer = [*risk.mitigation, *(play.label for play in risk.plays)]
    if answer:
        yield Said(f"▶ {', '.join(answer)}", 12, theme.second)


def _gap(gap: SuccessGap, definition: LifecycleDefinition, theme: Theme) -> Iterator[Said]:
    yield Said(f"◇ {gap.label}", 16, theme.kinds["relapse"].line, "Bold", above=12, keep=True)
    for head, text in (("We say", gap.ours), ("They say", gap.theirs), ("It costs", gap.cost), ("What closes it", gap.plan)):
        if text:
            yield Said(f"{head}: {text}", 14, theme.ink, above=3)
    if gap.when is not None:
        yield Said(f"Open when {words(gap.when, definition)}, in {_where(gap.phases, definition)}", 12, theme.second, above=3)


def change_boards(changes: Iterable[tuple[str, Iterable[tuple[str, str]]]], before: str, theme: Theme) -> Iterator[Board]:
    """What is different from last time, under headings.

    Example:
        >>> from clmstate.drawing import THEMES
        >>> found = change_boards([("Rules", [("adopt", "70 % (was: 80 %)")])], "last spring", THEMES["light"])
        >>> [board.title for board in found]
        ['What changed since last time']
    """
    columns = []
    for title, lines in changes:
        said: list[Said] = []
        for head, about in lines:
            said += [
                Said(head, 14, theme.ink, "Bold", above=8, keep=bool(about)),
                *([Said(about, 13, theme.second)] if about else []),
            ]
        columns.append(Column(title, tuple(said), theme.kinds["next_cycle"].line))
    if not columns:
        columns = [Column("Nothing", (Said("The definition is the same as it was.", 16, theme.ink),))]
    notes = tuple(f"{column.title}: {sum(said.keep or said.face == 'Bold' for said in column.said)} changes." for column in columns)
    yield from columned(Board("What changed since last time", f"Compared with {before}.", notes=notes), columns, theme)


def open_points(definition: LifecycleDefinition) -> list[tuple[str, list[str]]]:
    """What a model leaves open, by the kind of decision it takes.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> open_points(Deal.definition)[0]
        ('Please decide', ['New has no goal', 'New has no owner'])
    """
    from clmstate.analysis import touchpoints_without_why, unanswered_questions, unsaid  # heavy, for those who make a deck only

    phases = definition.phases.values()
    decide = [str(each) for each in unsaid(definition)]
    decide += [
        f"{phase.label}: who answers “{questions[0]}”?" for phase, questions in unanswered_questions(definition) if not phase.final
    ]
    decide += [f"{phase.label}: {touchpoint.label} has no why" for phase, touchpoint in touchpoints_without_why(definition)]
    decide += [f"Risk “{risk.label}” has no sign" for risk in definition.risks.values() if risk.sign is None]
    decide += [f"Risk “{risk.label}” has no play" for risk in definition.risks.values() if not risk.plays]
    change = [
        f"{_verb(t.verdict)} “{t.label}” in {phase.label}" for phase in phases for t in phase.touchpoints if t.verdict in _VERBS
    ]
    by_hand = [f"{t.label} ({phase.label})" for phase in phases for t in phase.touchpoints if t.done is None]
    return [("Please decide", decide), ("Let us change", change), ("Somebody must tick it off", by_hand)]


_VERBS = {"improve": "Improve", "skip": "Skip", "remove": "Remove"}


def _verb(verdict: str | None) -> str:
    return _VERBS[verdict or ""]


def ask_boards(definition: LifecycleDefinition, theme: Theme) -> Iterator[Board]:
    """What we ask of everybody in the room.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> from clmstate.drawing import THEMES
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> [board.title for board in ask_boards(Deal.definition, THEMES["light"])]
        ['What we ask of you']
    """
    owned = [_owner(phase) for phase in definition.phases.values() if phase.owner is not None]
    owners = list(dict.fromkeys(owned))
    yes = [
        f"{owner}: own {', '.join(place_label(definition, path) for path, p in definition.phases.items() if p.owner and p.owner.name == owner)}"
        for owner in owners
    ]
    yes += ["Everybody: report what you know; the rules move customers, not the calendar"]
    columns = [Column("Say yes to what you own", tuple(bullets(yes, theme.ink, 15)), theme.kinds["recovery"].line)]
    colours = (theme.kinds["at_risk"].line, theme.kinds["relapse"].line, theme.second)
    for (title, lines), colour in zip(open_points(definition), colours, strict=True):
        if lines:
            columns.append(Column(title, tuple(bullets(lines, theme.ink, 14)), colour))
    yield from columned(
        Board(
            "What we ask of you", "Before you leave this room.", notes=("Go through the list and write a name behind each line.",)
        ),
        columns,
        theme,
    )


def _owner(phase: Phase) -> str:
    return "" if phase.owner is None else phase.owner.name
