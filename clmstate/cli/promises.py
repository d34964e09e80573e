"""Promises on the screen: what holds and for whom, what is broken, and what is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from clmstate.cli.screen import Screen
from clmstate.composition import CompositionDefinition
from clmstate.lifecycle import LifecycleDefinition

if TYPE_CHECKING:
    from clmstate.analysis.space import Proof

__all__ = ["ASSUMED", "Promised", "promise_data", "promised", "show_promises"]

Promised: TypeAlias = "tuple[LifecycleDefinition | CompositionDefinition, tuple[Proof, ...]]"
"""A model and what is known of its promises."""

ASSUMED: Final = "anybody may be told anything at any time, several at once; members come and go; moves by hand are left out"


def promised(definitions: Iterable[LifecycleDefinition | CompositionDefinition], screen: Screen) -> list[Promised]:
    """What is known of the promises of some models.

    Example:
        >>> promised((), Screen())
        []
    """
    from clmstate.analysis.space import prove

    said = [one for one in definitions if one.promises or isinstance(one, CompositionDefinition)]
    found: list[Promised] = []
    with screen.progress("promises") as progress:
        for place, definition in enumerate(said):
            progress(place, len(said))
            found.append((definition, prove(definition)))
    return found


def show_promises(found: Sequence[Promised], screen: Screen) -> None:
    """Prints what is known of promises; what variants share, once.

    Example:
        >>> show_promises([], Screen())
    """
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    if not any(proofs for _, proofs in found):
        return
    shared: dict[tuple[str, str, str], list[str]] = {}
    for definition, proofs in found:
        for proof in proofs:
            shared.setdefault((proof.words, proof.verdict, proof.scope), []).append(definition.name)
    signs = {
        "holds": (screen.marks.met, "green", "holds"),
        "broken": (screen.marks.unmet, "bold red", "broken"),
        "bounded": (screen.marks.unknown, "yellow", "nobody breaks it"),
        "undecided": (screen.marks.unknown, "yellow", "undecided"),
    }
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for (words, verdict, scope), names in shared.items():
        mark, style, said = signs[verdict]
        line = Text.assemble(words, "  ", (f"{said} {scope}".strip(), style))
        table.add_row(Text(mark, style), Text(names[0], "bold"), line)
        if names[1:]:
            table.add_row("", "", Text(f"as for {', '.join(names[1:])}", "dim"))
    screen.show(Text(" Promises", "bold"))
    screen.show(Padding(table, (0, 1), expand=False))
    screen.line()


def promise_data(found: Sequence[Promised]) -> list[dict[str, Any]]:
    """What is known of promises as JSON-ready data; the customers who break them stand with the findings.

    Example:
        >>> promise_data([])
        []
    """
    return [
        {
            "lifecycle": definition.name,
            "promise": proof.words,
            "ref": proof.promise.ref,
            "verdict": proof.verdict,
            "scope": proof.scope,
            "limits": list(proof.limits),
            "states": proof.states,
        }
        for definition, proofs in found
        for proof in proofs
    ]
