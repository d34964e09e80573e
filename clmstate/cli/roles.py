"""``clmstate roles``: for each team what it owns, leads and contributes, and where it hands customers over."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import attrs

from clmstate.cli.models import load_one
from clmstate.cli.options import MODEL_HELP
from clmstate.cli.screen import Screen
from clmstate.errors import Diagnostic, InputError, did_you_mean

if TYPE_CHECKING:
    from clmstate.gaps.roles import Duty, Role

__all__ = ["arguments", "run"]

HEADS: Final = (
    ("owns", "owns"),
    ("leads", "leads"),
    ("plays", "does"),
    ("takes", "takes over"),
    ("gives", "hands over"),
    ("contributes", "contributes to"),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate roles``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument("--team", metavar="NAME", help="only one team")
    parser.add_argument("--md", action="store_true", help="print Markdown, one section for each team")


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Prints who does what.

    Example:
        >>> from clmstate.cli import main
        >>> main(["roles", "no_such_model.py"])
        2
    """
    model = load_one(options.model, command="clmstate roles")
    from clmstate.gaps.roles import roles

    found = roles(model.what.definition)
    if options.team is not None:
        names = [role.team.name for role in found]
        if options.team not in names:
            cause = f"{model.name} has no team {options.team!r:.60}"
            raise InputError([Diagnostic("CLM342", "--team", cause, did_you_mean(options.team, names))])
        found = tuple(role for role in found if role.team.name == options.team)
    if screen.as_json:
        screen.json({"ok": True, "model": model.name, "source": model.source, "roles": [attrs.asdict(role) for role in found]})
    elif options.md:
        screen.line("\n".join(_markdown(model.name, found)))
    else:
        _show(found, screen, several=len({duty.lifecycle for role in found for duty in _all(role)}) > 1)
    return 0


def _all(role: Role) -> Iterator[Duty]:
    for field, _ in HEADS:
        yield from getattr(role, field)


def _said(duty: Duty, field: str, *, several: bool) -> str:
    """A duty in one line."""
    where = f"{duty.lifecycle}, {duty.where}" if several else duty.where
    match field:
        case "owns" | "contributes":
            return where + (f": {duty.what}" if duty.what else "")
        case "takes" | "gives":
            return f"{where} ({'from' if field == 'takes' else 'to'} {duty.with_whom}): {duty.what}"
        case _:
            more = ", ".join(word for word in (where, duty.due) if word)
            return f"{duty.what} ({more})"


def _markdown(name: str, found: tuple[Role, ...]) -> Iterator[str]:
    several = len({duty.lifecycle for role in found for duty in _all(role)}) > 1
    yield from (f"# Who does what: {name}", "")
    for role in found:
        side = " (the customer's people)" if role.team.side == "customer" else ""
        yield from (f"## {role.team.name}{side}", "")
        if role.team.help:
            yield from (role.team.help, "")
        for field, head in HEADS:
            duties = getattr(role, field)
            if duties:
                yield f"**{head.capitalize()}**"
                yield ""
                yield from (f"- {_said(duty, field, several=several)}" for duty in duties)
                yield ""


def _show(found: tuple[Role, ...], screen: Screen, *, several: bool) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    for role in found:
        screen.line()
        side = "  the customer's people" if role.team.side == "customer" else ""
        purpose = f"  {role.team.help}" if role.team.help else ""
        head = Text.assemble((role.team.name, "bold"), (purpose, "italic"), (side, "dim"))
        screen.show(Padding(head, (0, 1), expand=False))
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(no_wrap=True)
        for field, heading in HEADS:
            for number, duty in enumerate(getattr(role, field)):
                said = _said(duty, field, several=several)
                grid.add_row(Text(heading if number == 0 else "", "dim"), Text(said))
        screen.show(Padding(grid, (0, 1, 0, 3), expand=False))
    if not found:
        screen.show(Text(" No team owns or does anything: give phases an owner, as in Phase('Success', owner='CSM').", "dim"))
    screen.line()
