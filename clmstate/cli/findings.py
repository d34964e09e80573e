"""Findings on the screen: by severity, each with a customer who shows it and what to do; what follows from one stands beneath it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from clmstate.analysis.findings import KINDS, Finding
from clmstate.cli.screen import Screen
from clmstate.errors import Diagnostic, InputError, did_you_mean

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["Told", "explain", "finding_data", "show_findings", "told", "verdict"]

_HEADS: Final = {"error": ("Error", "red"), "warning": ("Warning", "yellow"), "info": ("Remark", "cyan")}


@attrs.frozen
class Told:
    """A finding, and the variants that inherit it.

    Attributes:
        finding: the finding.
        also: other lifecycles of which the same is said.

    Example:
        >>> from clmstate.analysis.findings import finding
        >>> Told(finding("CLM510", "Deal", "win", ("win",), "it is dead", "ask for less"), ("BigDeal",)).also
        ('BigDeal',)
    """

    finding: Finding
    also: tuple[str, ...] = ()


def told(findings: Iterable[Finding]) -> tuple[Told, ...]:
    """Findings, each once: what a variant inherits is said of the first lifecycle that has it.

    Example:
        >>> from clmstate.analysis.findings import finding
        >>> said = [finding("CLM510", name, "win", ("win",), "it is dead", "ask for less") for name in ("Deal", "BigDeal")]
        >>> [(one.finding.place, one.also) for one in told(said)]
        [('Deal.win', ('BigDeal',))]
    """
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for one in findings:
        element = one.place.removeprefix(one.lifecycle)
        groups.setdefault((one.code, element, one.message, one.accepted), []).append(one)
    return tuple(Told(several[0], tuple(one.lifecycle for one in several[1:])) for several in groups.values())


def show_findings(findings: Sequence[Finding], screen: Screen, *, remarks: bool) -> None:
    """Prints findings: errors and warnings in full, remarks one line each if they are wanted.

    Example:
        >>> show_findings((), Screen(), remarks=True)
    """
    from rich.padding import Padding
    from rich.text import Text

    every = told(findings)
    shown = {one.finding.key for one in every}
    for severity, (head, style) in _HEADS.items():
        these = [one for one in every if one.finding.severity == severity and not one.finding.accepted]
        roots = [one for one in these if one.finding.beneath not in shown]
        if not roots or (severity == "info" and not remarks):
            continue
        screen.show(Text(f" {head}{'' if len(these) == 1 else 's'}", f"bold {style}"))
        for place, one in enumerate(roots):
            if place and severity != "info":
                screen.line()
            below = [other for other in every if other.finding.beneath == one.finding.key]
            block = _remark(one, screen) if severity == "info" else _block(one, below, screen, style)
            screen.show(Padding(block, (0, 1, 0, 1), expand=False))
        screen.line()
    accepted = [one for one in every if one.finding.accepted]
    if accepted and remarks:
        screen.show(Text(" Accepted", "bold"))
        for one in accepted:
            screen.show(Padding(_accepted(one, screen), (0, 1, 0, 1), expand=False))
        screen.line()


def verdict(findings: Sequence[Finding], *, remarks: bool) -> str:
    """How many there are, in one line.

    Example:
        >>> verdict((), remarks=False)
        'Nothing found.'
    """
    every = told(findings)
    words: list[str] = []
    for severity, (head, _) in _HEADS.items():
        number = sum(1 for one in every if one.finding.severity == severity and not one.finding.accepted)
        if number:
            words.append(f"{number} {head.lower()}{'' if number == 1 else 's'}")
    accepted = sum(1 for one in every if one.finding.accepted)
    if accepted:
        words.append(f"{accepted} accepted")
    if not words:
        return "Nothing found."
    hidden = not remarks and any(one.finding.severity == "info" or one.finding.accepted for one in every)
    return ", ".join(words) + (" (--all shows everything)." if hidden else ".")


def explain(code: str, screen: Screen) -> None:
    """Prints what a code means.

    Raises:
        InputError: CLM342, there is no such code.

    Example:
        >>> explain("CLM510", Screen())
        CLM510 dead rule (error)
        <BLANKLINE>
        No customer can make the condition true...
    """
    kind = KINDS.get(code.upper())
    if kind is None:
        remedy = did_you_mean(code.upper(), KINDS)
        raise InputError([Diagnostic("CLM342", "clmstate check --explain", f"there is no finding {code!r:.60}", remedy)])
    if screen.as_json:
        screen.json({"ok": True, **attrs.asdict(kind)})
        return
    screen.line(f"{kind.code} {kind.title} ({kind.severity})\n")
    screen.line("\n".join(textwrap.wrap(kind.explanation, 96)))


def finding_data(one: Finding) -> dict[str, Any]:
    """A finding for JSON; each evidence has its log as rows that ``clmstate walk`` plays.

    Example:
        >>> from clmstate.analysis.findings import finding
        >>> finding_data(finding("CLM510", "Deal", "win", ("win",), "it is dead", "ask for less"))["severity"]
        'error'
    """
    return {
        "code": one.code,
        "severity": one.severity,
        "title": KINDS[one.code].title,
        "lifecycle": one.lifecycle,
        "place": one.place,
        "about": list(one.about),
        "message": one.message,
        "remedy": one.remedy,
        "evidence": [
            {"customer": dict(e.customer), "shows": e.shows, "replayed": e.replayed, "log": e.rows()} for e in one.evidence
        ],
        "beneath": one.beneath or None,
        "limit": one.limit or None,
        "accepted": one.accepted or None,
    }


def _block(one: Told, below: Sequence[Told], screen: Screen, style: str) -> RenderableType:
    from rich.console import Group
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    found = one.finding
    sign = screen.marks.unmet if found.severity == "error" else "!"
    head = Text.assemble((f"{sign} {found.code} ", f"bold {style}"), (found.place, "bold"), (f"  {KINDS[found.code].title}", "dim"))
    if one.also:
        head.append(f"  (also in {', '.join(one.also)})", "dim")
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for example in found.evidence:
        grid.add_row(Text("for example", "dim"), Text(example.words()))
    remedy = found.remedy[:1].upper() + found.remedy[1:]
    grid.add_row(Text("to mend it", "dim"), Text(remedy + ("" if remedy.endswith(("?", ".")) else "."), "green"))
    if found.limit:
        grid.add_row(Text("note", "dim"), Text(found.limit[:1].upper() + found.limit[1:] + "."))
    lines: list[RenderableType] = [head, Padding(_sentence(found.message), (0, 0, 0, 2), expand=False)]
    lines.append(Padding(grid, (0, 0, 0, 2), expand=False))
    for other in below:
        text = f"{screen.marks.arrow} so, {other.finding.code} {other.finding.place}: {other.finding.message}"
        lines.append(Padding(Text(text, "dim"), (0, 0, 0, 4), expand=False))
    return Group(*lines)


def _sentence(text: str) -> RenderableType:
    from rich.text import Text

    return Text(text[:1].upper() + text[1:] + ".")


def _remark(one: Told, screen: Screen) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    found = one.finding
    grid = Table.grid(padding=(0, 1))
    also = f" (also in {', '.join(one.also)})" if one.also else ""
    text = Text.assemble((found.code, "cyan"), " ", (found.place, "bold"), f": {found.message}", (also, "dim"))
    grid.add_row(Text(screen.marks.bullet, "cyan"), text)
    return grid


def _accepted(one: Told, screen: Screen) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    found = one.finding
    grid = Table.grid(padding=(0, 1))
    text = Text.assemble(
        (found.code, "dim"), " ", (found.place, "bold"), f": {found.message}. ", (f"Accepted: {found.accepted}", "green")
    )
    grid.add_row(Text(screen.marks.met, "green"), text)
    return grid
