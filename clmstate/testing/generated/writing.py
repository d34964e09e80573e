"""A pytest file with generated tests, in which whatever people wrote stays."""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any, Final

import attrs

from clmstate.composition import Composition
from clmstate.lifecycle import ANYWHERE, Lifecycle, LifecycleDefinition
from clmstate.signals import show_instant
from clmstate.testing.generated.deciding import Decided
from clmstate.testing.generated.journeys import Shown, Told, Unreached
from clmstate.testing.generated.rivalling import Resumed, Rivals

__all__ = ["Rewritten", "blocks", "generated_lines", "rewritten"]

_BEGIN: Final = re.compile(r"# -{4} generated: (?P<name>.*?) \[(?P<digest>[0-9a-f]{8})\]")
_TEST: Final = re.compile(r"def (test_\w+)\(")
_END: Final = "# ---- end of generated"
_WIDEST: Final = 120


@attrs.frozen
class Rewritten:
    """A file written anew.

    Attributes:
        text: what is to be in it.
        kept: generated blocks that somebody has changed; they stay as they are.
        gone: blocks whose transition is no more.

    Example:
        >>> Rewritten("", (), ()).kept
        ()
    """

    text: str
    kept: tuple[str, ...]
    gone: tuple[str, ...]


def blocks(
    model: type[Lifecycle],
    shown: Sequence[Shown],
    unreached: Sequence[Unreached],
    pairs: Sequence[Shown] = (),
    fewest: Sequence[Shown] = (),
    decided: Sequence[Decided] = (),
    rivals: Sequence[Rivals] = (),
    resumed: Sequence[Resumed] = (),
) -> dict[str, str]:
    """The generated tests, by the name of their block.

    Args:
        model: the lifecycle.
        shown: transitions, each with its neighbours.
        unreached: what cannot be reached.
        pairs: journeys through all pairs of transitions.
        fewest: journeys in which every transition is taken.
        decided: leaves that decide alone.
        rivals: transitions of which somebody could take either.
        resumed: transitions that go on where a group was left.

    Example:
        >>> from clmstate import Phase, Signal
        >>> from clmstate.testing.generated import shown_transitions
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        >>> print(blocks(Deal, *shown_transitions(Deal.definition))["worry"])
        def test_worry() -> None:
            \"\"\"Fine → Alarm: health below 60.\"\"\"
            begun = scenario(Deal)
            begun.again().on("2026-01-06", health=0).takes(Deal.worry).is_in(Deal.alarm)
            # at a limit, and not beyond it
            begun.again().on("2026-01-06", health=59).takes(Deal.worry).is_in(Deal.alarm)
            begun.again().on("2026-01-06", health=60).stays()
            begun.again().on("2026-01-06", health=61).stays()
        <BLANKLINE>
    """
    writer = _Writer(model)
    found = {one.name: writer.transition(one) for one in shown}
    found |= {f"{where.name} resumes {where.phase}": writer.resumed(where) for where in resumed}
    found |= {f"{one.name} decided by {one.by}": writer.decided(one) for one in decided}
    found |= {f"{both.first} before {both.second}": writer.rivals(both) for both in rivals}
    for number, journey in enumerate(fewest, 1):
        name = "all transitions" if len(fewest) == 1 else f"all transitions {number}"
        found[name] = writer.journey(name.replace(" ", "_"), journey)
    for number, journey in enumerate(pairs, 1):
        found[f"journey {number}"] = writer.journey(f"journey_{number}", journey)
    if unreached:
        lines = ["# Not reached:"]
        for missing in unreached:
            lines += textwrap.wrap(f"{missing.name}: {missing.why}.", _WIDEST, initial_indent="# ", subsequent_indent="#   ")
        found["what cannot be reached"] = "\n".join(lines) + "\n"
    return found


def rewritten(
    old: str,
    model: type[Lifecycle] | type[Composition],
    generated: dict[str, str],
    command: str,
    module: str = "",
    imports: Sequence[str] = (),
) -> Rewritten:
    r"""A file with new generated blocks; whatever stands outside them stays, and so do blocks that somebody has changed.

    Args:
        old: what the file holds; nothing, if it is new.
        model: the lifecycle or composition.
        generated: by name, what :func:`blocks` returned.
        command: what makes such a file, for its first line.
        module: where tests import the model from; by default where Python says that it was defined.
        imports: the lines that import what the tests name; by default one that imports the model.

    Example:
        >>> from clmstate import Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> first = rewritten("", Deal, {"win": "def test_win(): pass\n"}, "clmstate testgen deal.py").text
        >>> mine = first + "\n\ndef test_mine(): pass\n"
        >>> rewritten(mine, Deal, {"win": "def test_win(): ...\n"}, "").text == mine.replace("): pass", "): ...", 1)
        False
        >>> "test_mine" in rewritten(mine, Deal, {"win": "def test_win(): ...\n"}, "").text
        True
    """
    waiting = {name: _apart(text, old) for name, text in generated.items()}
    kept: list[str] = []
    gone: list[str] = []
    needed = imports or [f"from {module or model.__module__} import {model.__name__}"]
    lines = old.splitlines() if old.strip() else [*_head(model, command), *needed]
    out: list[str] = []
    at = 0
    while at < len(lines):
        begin = _BEGIN.fullmatch(lines[at].strip())
        if begin is None:
            out.append(lines[at])
            at += 1
            continue
        end = next((i for i in range(at + 1, len(lines)) if lines[i].strip() == _END), len(lines))
        inside, name = "\n".join(lines[at + 1 : end]).strip("\n") + "\n", begin["name"]
        if _digest(inside) != begin["digest"]:
            kept.append(name)
            out += lines[at : end + 1]
            waiting.pop(name, None)
        elif name in waiting:
            out += _block(name, waiting.pop(name))
        else:
            gone.append(name)
            while out and not out[-1].strip():
                out.pop()
        at = end + 1
    for name, text in waiting.items():
        while out and not out[-1].strip():
            out.pop()
        out += ["", "", *_block(name, text)]
    if any("=CLEAR" in line or ": CLEAR" in line for line in out) and not any("import CLEAR" in line for line in out):
        out.insert(next((i for i, line in enumerate(out) if line.startswith("from clmstate")), 0), "from clmstate import CLEAR")
    place = next((i for i, line in enumerate(out) if line.startswith("from clmstate.testing")), -1) + 1
    out[place:place] = [line for line in imports if line not in out]
    return Rewritten("\n".join(out).rstrip("\n") + "\n", tuple(kept), tuple(gone))


def _apart(text: str, old: str) -> str:
    """A generated test under a name that nobody has given to a test of their own."""
    lines, own = old.splitlines(), generated_lines(old)
    taken = {found[1] for i, line in enumerate(lines) if i not in own and (found := _TEST.match(line)) is not None}
    found = _TEST.match(text)
    return text.replace(f"def {found[1]}(", f"def {found[1]}_generated(", 1) if found is not None and found[1] in taken else text


def generated_lines(text: str) -> set[int]:
    r"""The numbers (from 0) of the lines of a file that were generated and that nobody has changed since.

    Example:
        >>> from clmstate import Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> text = rewritten("", Deal, {"win": "def test_win(): pass\n"}, "clmstate testgen deal.py").text
        >>> [text.splitlines()[number] for number in generated_lines(text)]
        ['def test_win(): pass']
    """
    lines = text.splitlines()
    found: set[int] = set()
    for at, line in enumerate(lines):
        begin = _BEGIN.fullmatch(line.strip())
        if begin is not None:
            end = next((i for i in range(at + 1, len(lines)) if lines[i].strip() == _END), len(lines))
            if _digest("\n".join(lines[at + 1 : end]).strip("\n") + "\n") == begin["digest"]:
                found.update(range(at + 1, end))
    return found


def _head(model: type[Lifecycle] | type[Composition], command: str) -> list[str]:
    return [
        f'"""Tests of {model.__name__}, begun by `{command}`.',
        "",
        "Running it again writes what stands between the marks anew. Everything else is yours and stays; so does a generated test that you",
        'change. Take its marks away to make it your own."""',
        "",
        "from clmstate.testing import scenario",
    ]


def _block(name: str, text: str) -> list[str]:
    inside = text.strip("\n") + "\n"
    return [f"# ---- generated: {name} [{_digest(inside)}]", *inside.rstrip("\n").split("\n"), _END]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


class _Writer:
    """Writes tests of one lifecycle."""

    def __init__(self, model: type[Lifecycle]) -> None:
        self.model = model.__name__
        self.definition: LifecycleDefinition = model.definition

    def transition(self, shown: Shown) -> str:
        d = self.definition
        t = d.transitions[shown.name]
        sources = " or ".join("anywhere" if s == ANYWHERE else d.places[s].label for s in t.sources)
        way = f"stays in {sources}" if t.stay else f"{sources} → {d.places[t.target].label}"
        lines = [f"def test_{shown.name}() -> None:", *_docstring(f"{way}: {d.why(t)}.")]
        lines += self.chain("begun", shown.steps[:-1])
        last = shown.steps[-1]
        lines += self.again(last)
        others = [told for _, told in (*shown.just, *shown.short)]
        near, eventless = [o for o in others if o.event == last.event], [o for o in others if o.event != last.event]
        for said, several in (("at a limit, and not beyond it", near), ("without what has to happen", eventless)):
            lines += [f"    # {said}"] if several else []
            lines += (line for told in several for line in self.again(told))
        return "\n".join(lines) + "\n"

    def decided(self, one: Decided) -> str:
        """The test of a leaf that decides alone: observations that differ in it, under the truth that it has."""
        never = [f"{a.capitalize()} and {b} are not told apart: {why}." for a, b, why in one.never]
        lines = [
            f"def test_{one.name}_decided_by_{one.by}() -> None:",
            *_docstring(f"{one.leaf} decides {one.name} alone.", *never),
        ]
        begun: tuple[Told, ...] | None = None
        for truth, steps in one.cases:
            if begun != steps[:-1]:
                begun = steps[:-1]
                lines += self.chain("begun", begun)
            lines += [f"    # {truth}", *self.again(steps[-1])]
        return "\n".join(lines) + "\n"

    def resumed(self, one: Resumed) -> str:
        """The test of a transition that goes on where a group was left."""
        lines = [f"def test_{one.name}_resumes_{one.phase.replace('.', '_')}() -> None:"]
        lines += _docstring(f"{one.name} goes on in {self.definition.phases[one.phase].label}, where it was left.")
        return "\n".join([*lines, *self.chain("told", one.steps)]) + "\n"

    def rivals(self, one: Rivals) -> str:
        """The test of somebody who could take either of two transitions."""
        lines = [f"def test_{one.first}_comes_before_{one.second}() -> None:"]
        lines += _docstring(f"Whoever could take {one.first} or {one.second} takes {one.first} first.")
        return "\n".join([*lines, *self.chain("told", one.steps)]) + "\n"

    def journey(self, name: str, shown: Shown) -> str:
        taken = [name for told in shown.steps for name in told.takes]
        lines = [f"def test_{name}() -> None:", *_docstring(f"{', '.join(taken)}.")]
        return "\n".join([*lines, *self.chain("told", shown.steps)]) + "\n"

    def chain(self, name: str, steps: Iterable[Told]) -> list[str]:
        lines = [f"    {name} = scenario({self.model})"]
        for told in steps:
            lines += _wrapped(f"    {name}", f".on({self.said(told)})", self.expected(told))
        return lines

    def again(self, told: Told) -> list[str]:
        return _wrapped("    begun.again()", f".on({self.said(told)})", self.expected(told))

    def said(self, told: Told) -> str:
        at = show_instant(told.at).replace(" ", "T")
        parts = [f'"{at}"']
        parts += (f"{self.model}.{event}" for event in told.events)
        if any(self.definition.events[event].names_instance for event in told.events):
            parts.append('instance="one"')
        parts += (f"{name}={self.value(name, value)}" for name, value in told.values.items())
        return ", ".join(parts)

    def value(self, name: str, value: Any) -> str:
        if value is None:
            return "CLEAR"
        spec = self.definition.signals[name]
        if spec.kind == "date":
            return '"' + show_instant(int(value)).replace(" ", "T") + '"'
        return repr(value).replace("'", '"') if isinstance(value, str) else repr(value)

    def expected(self, told: Told) -> str:
        if not told.takes:
            return ".stays()"
        names = ", ".join(f"{self.model}.{name}" for name in told.takes)
        return f".takes({names}).is_in({self.model}.{told.phase})"


def _docstring(text: str, *more: str) -> list[str]:
    """A docstring: one line if it fits; more sentences stand below, each on lines of its own."""
    folded, *rest = [textwrap.wrap(one, _WIDEST - 10, break_long_words=False) for one in (text, *more)]
    if len(folded) == 1 and not rest:
        return [f'    """{folded[0]}"""']
    below = [*folded[1:], *([""] if rest else []), *(line for several in rest for line in several)]
    return [f'    """{folded[0]}', *(f"    {line}".rstrip() for line in below), '    """']


def _wrapped(start: str, told: str, expected: str) -> list[str]:
    line = f"{start}{told}{expected}"
    if len(line) <= _WIDEST:
        return [line]
    inside = told[len(".on(") : -1]
    return [f"{start}.on(", f"        {inside}", f"    ){expected}"]
