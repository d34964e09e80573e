"""``clmstate diff``: what makes one version of a model differ from another, word by word and rule by rule."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from clmstate.cli.screen import Screen
from clmstate.cli.versions import VERSION_HELP, load_version, pairs

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from clmstate.analysis.versions import Aspect, Change, Difference, Span, Verdict

__all__ = ["arguments", "run"]

CONDITIONS: Final = ("when", "sign", "done")
RELATIONS: Final = {
    "equal": "the same for every customer",
    "stronger": "stronger: true for fewer customers",
    "weaker": "weaker: true for more customers",
    "different": "different: true for some other customers",
    "undecided": "not decided",
}
_SIGNS: Final = {"added": "+", "removed": "-", "changed": "~"}
_COLOURS: Final = {"added": "green", "removed": "red", "changed": "yellow"}
_LONG: Final = 90
"""Words that did not change, beyond which only the ends of them are shown."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``clmstate diff``.

    Example:
        >>> arguments(argparse.ArgumentParser())
    """
    parser.add_argument("old", help=VERSION_HELP)
    parser.add_argument("new", help="the same; git:REV without a model means the other one's")
    parser.add_argument(
        "--as",
        dest="renamed",
        metavar="OLD=NEW",
        action="append",
        default=[],
        help="what is called otherwise now (adoption=in_use); may be repeated",
    )
    parser.add_argument("--md", action="store_true", help="print Markdown, for a pull request")
    parser.add_argument("--rules", action="store_true", help="only what decides how customers fare")
    parser.add_argument("--exit-code", action="store_true", help="end with 1 if customers may fare differently")


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Compares two versions.

    Example:
        >>> from clmstate.cli import main
        >>> main(["diff", "no_such_model.py", "no_such_model_either.py"])
        2
    """
    new = load_version(options.new, command="clmstate diff", like=options.old)
    old = load_version(options.old, command="clmstate diff", like=options.new)
    from clmstate.analysis.versions import diff

    names = (old.name, new.name) if old.name != new.name else (f"{old.name} of {old.source}", f"{new.name} of {new.source}")
    renames = {name: wanted for name, wanted in pairs(options.renamed).items() if wanted is not None}
    found = diff(old.what, new.what, names=names, renames=renames)
    if screen.as_json:
        screen.json({"ok": True, **found.document()})
    elif options.md:
        screen.line("\n".join(_markdown(found, options.rules)))
    else:
        _show(found, screen, options.rules)
    return 1 if options.exit_code and not found.same_rules else 0


def _grouped(found: Difference, rules_only: bool) -> Iterator[tuple[str, list[tuple[Change, list[Aspect]]]]]:
    """What decides how customers fare, then everything else: wording, people, notes."""
    deciding = [(change, [aspect for aspect in change.aspects if aspect.rules]) for change in found.changes if change.rules]
    yield "What customers may notice", deciding
    if not rules_only:
        other = [(change, [a for a in change.aspects if not (a.rules and change.rules)]) for change in found.changes]
        yield "Words, people and notes", [(change, aspects) for change, aspects in other if aspects]


def _verdict(found: Difference) -> str:
    if found.same:
        return "Nothing is different."
    if found.same_rules:
        return "Every customer fares as before; only words, people or spelling have changed."
    number = sum(change.rules for change in found.changes)
    return f"{number} change{'' if number == 1 else 's'} by which customers may fare differently."


def _what(change: Change, found: Difference) -> str:
    """The kind of element, and whose it is where there are several lifecycles."""
    several = len({other.lifecycle for other in found.changes}) > 1
    return f"{change.what} of {change.lifecycle}" if several else change.what


def _proved(change: Change, aspects: list[Aspect], found: Difference) -> tuple[str, list[tuple[str, str]]]:
    """What was proved about a change, and who shows it; nobody, where the condition that it changed through is listed with somebody."""
    verdict = change.verdict
    if verdict is None or not any(aspect.field in CONDITIONS for aspect in aspects):
        return "", []
    told = RELATIONS[verdict.relation] + (f": {verdict.why}" if verdict.why else "")
    if change.through:
        told += f", through {', '.join(change.through)}"
    listed = {other.name for other in found.of("condition") if other.lifecycle == change.lifecycle}
    shown_there = change.through and listed.issuperset(change.through)
    return told, [] if shown_there else list(_customers(verdict))


def _shortened(spans: Iterable[Span]) -> Iterator[tuple[str, str]]:
    """Spans as (mark, text), in which long stretches that did not change are cut."""
    for span in spans:
        text = span.text
        if span.mark == "=" and len(text) > _LONG:
            text = f"{text[: _LONG // 2].rsplit(' ', 1)[0]} … {text[-_LONG // 2 :].split(' ', 1)[-1]}"
        elif span.mark != "=" and len(text) > 3 * _LONG:
            text = f"{text[: 3 * _LONG].rsplit(' ', 1)[0]} …"
        yield span.mark, text


def _customers(verdict: Verdict) -> Iterator[tuple[str, str]]:
    if verdict.only_old is not None:
        yield "true only before", verdict.only_old.words
    if verdict.only_new is not None:
        yield "true only now", verdict.only_new.words


# ---- Markdown --------------------------------------------------------------------------------------------------------------


def _markdown(found: Difference, rules_only: bool) -> Iterator[str]:
    yield f"## {found.old} → {found.new}"
    yield from ("", _verdict(found), "")
    for title, changes in _grouped(found, rules_only):
        if not changes:
            continue
        yield from (f"### {title}", "")
        for change, aspects in changes:
            proved, customers = _proved(change, aspects, found)
            yield f"- **{change.name}** ({_what(change, found)}, {change.kind}){': ' if proved else ''}{proved}"
            for aspect in aspects:
                said = "".join(
                    {"=": text, "-": f"~~{text.strip()}~~ ", "+": f"**{text.strip()}** "}[mark] for mark, text in _pieces(aspect)
                )
                yield f"  - {aspect.field + ': ' if aspect.field else ''}{' '.join(said.split())}"
            yield from (f"  - {when}: *{who}*" for when, who in customers)
        yield ""


def _pieces(aspect: Aspect) -> Iterator[tuple[str, str]]:
    for mark, text in _shortened(aspect.words):
        if mark == "=" or text.strip():
            yield mark, text


# ---- terminal --------------------------------------------------------------------------------------------------------------


def _show(found: Difference, screen: Screen, rules_only: bool) -> None:
    from rich.padding import Padding
    from rich.text import Text

    screen.line()
    screen.show(Text.assemble(" ", (found.old, "bold"), f" {screen.marks.arrow} ", (found.new, "bold")))
    screen.show(Text(f" {_verdict(found)}", "green" if found.same_rules else "yellow"))
    for title, changes in _grouped(found, rules_only):
        if not changes:
            continue
        screen.line()
        screen.show(Text(f" {title}", "bold underline" if screen.console.is_terminal else ""))
        for change, aspects in changes:
            colour = _COLOURS[change.kind]
            head = Text.assemble(
                (f"{_SIGNS[change.kind]} ", f"bold {colour}"), (change.name, "bold"), (f"  {_what(change, found)}", "dim")
            )
            screen.show(Padding(head, (0, 1), expand=False))
            for line in _lines(change, aspects, screen, found):
                screen.show(Padding(line, (0, 1, 0, 5), expand=False))
    renamed = [f"--as {old}={new}" for old, new in found.likely_renames.items()]
    if renamed:
        screen.line()
        screen.show(Padding(Text(f"Only called otherwise? Then compare with {' '.join(renamed)}"), (0, 1), expand=False))
    screen.line()


def _lines(change: Change, aspects: list[Aspect], screen: Screen, found: Difference) -> Iterator[RenderableType]:
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2, 0, 0))
    for aspect in aspects:
        grid.add_row(Text(aspect.field, "dim"), _worded(aspect, screen))
    proved, customers = _proved(change, aspects, found)
    if proved:
        grid.add_row("", Text(proved, "bold"))
    for when, who in customers:
        grid.add_row(Text(when, "dim"), Text(who, "italic"))
    yield grid


def _worded(aspect: Aspect, screen: Screen) -> Text:
    """Old words struck out, new ones underlined; where nothing can be struck out, between signs."""
    from rich.text import Text

    whole = not aspect.field  # an element that was added or removed: its sign says so
    text = Text(no_wrap=False)
    for mark, piece in _pieces(aspect):
        if mark == "=" or whole:
            text.append(piece, "" if mark == "=" else "green" if mark == "+" else "red")
        elif screen.plain or not screen.console.is_terminal:
            text.append(f"[-{piece}-]" if mark == "-" else f"{{+{piece}+}}")
        else:
            if mark == "+" and text.plain and not text.plain[-1].isspace():
                text.append(" ")  # beside what it takes the place of
            text.append(piece, "red strike" if mark == "-" else "green underline")
    return text
