"""What a scenario says when it fails: the journey so far, the condition with what decided it, and what would have passed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from clmstate.kernel import State
from clmstate.lifecycle import Moves, Reason
from clmstate.live.explain import explain_place, explain_transition, reason

if TYPE_CHECKING:
    from clmstate.testing.playing import Playing

__all__ = ["Cause", "ScenarioFailure", "failed", "tree"]

DECIDES = "◀ decides"
_MOST_STEPS = 12
_WIDEST = 100


class ScenarioFailure(AssertionError):
    """An expectation of a scenario that did not hold; its text is the whole explanation.

    Attributes:
        headline: what was expected and what happened, in one line.
        sections: the parts of the explanation, each a heading and its lines.

    Example:
        >>> print(ScenarioFailure("Deal, step 1: nobody moved", ()))
        Deal, step 1: nobody moved
    """

    def __init__(self, headline: str, sections: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
        self.headline, self.sections = headline, sections
        super().__init__(headline, sections)

    def __str__(self) -> str:
        lines = [self.headline]
        for heading, inside in self.sections:
            lines += ["", f"  {heading}", *(f"    {line}" for line in inside)]
        return "\n".join(lines)


@attrs.frozen
class Cause:
    """Why an expectation did not hold.

    Example:
        >>> Cause("nobody moved", ()).headline
        'nobody moved'
    """

    headline: str
    sections: tuple[tuple[str, tuple[str, ...]], ...] = ()


def failed(played: Playing, cause: Cause) -> ScenarioFailure:
    """The failure of a scenario's last step."""
    steps = played.steps
    when = next((step.when for step in reversed(steps) if step.at is not None), "")
    title = f"{played.definition.name}{' ' + played.customer.name if played.customer.name else ''}"
    headline = f"{title}, step {len(steps)}{f' on {when}' if when else ''}: {cause.headline}"
    return ScenarioFailure(headline, (("the journey so far", tuple(_story(played))), *cause.sections))


def _story(played: Playing) -> Iterator[str]:
    steps = played.steps
    left_out = max(0, len(steps) - _MOST_STEPS)
    if left_out:
        yield f"... {left_out} earlier steps"
    when = next((step.when for step in reversed(steps[:left_out]) if step.when), "")
    for number, step in enumerate(steps[left_out:], left_out + 1):
        when = step.when or when
        said = ("; " if not step.phase else ", ").join(step.told()) or ("time passes" if step.at is not None else "nothing new")
        first = f"{'▶' if number == len(steps) else ' '} {number:>2}  {step.when or '(same time)':<11} "
        yield from _folded(first, said)
        for line in str(step.moves).splitlines():
            yield from _folded(" " * 18 + "→ ", line.removeprefix(f"{when} "))


def _folded(first: str, text: str) -> Iterator[str]:
    import textwrap

    yield from textwrap.wrap(text, _WIDEST, initial_indent=first, subsequent_indent=" " * (len(first) + 2), break_long_words=False)


# ---- which leaves decided


def _deciding(node: Reason) -> Iterator[int]:
    """The nodes (by identity) that make a condition what it is: leaves, or a clock that is not old enough."""
    if not node.children:
        yield id(node)
        return
    inside = node.children if node.negates else tuple(child for child in node.children if child.truth is node.truth)
    if not inside:  # what is inside is true, but not for long enough
        yield id(node)
    for child in inside:
        yield from _deciding(child)


def tree(why: Reason, *, decided: bool = True) -> tuple[str, ...]:
    r"""A condition as indented lines; the leaves that decided are marked.

    Args:
        why: the condition, and what was true of it.
        decided: whether it decided at all.

    Example:
        >>> no = Reason("all of", False, "", (Reason("a", True, "a yes"), Reason("b", False, "b no")))
        >>> print(*tree(no), sep="\n")
        ✗ all of
          ✓ a (a yes)
          ✗ b (b no)   ◀ decides
    """
    decides = set(_deciding(why)) if decided else set()
    lines: list[tuple[str, bool]] = []

    def write(node: Reason, indent: str) -> None:
        value = f" ({node.value})" if node.value else ""
        lines.append((f"{indent}{node.mark} {node.words}{value}", id(node) in decides))
        for child in node.children:
            write(child, indent + "  ")

    write(why, "")
    marked = [text for text, marks in lines if marks]
    width = min(max(map(len, marked), default=0), 90)
    return tuple(f"{text:<{width}}   {DECIDES}" if marks else text for text, marks in lines)


# ---- causes


def other_moves(played: Playing, part: str, expected: Sequence[str], taken: Sequence[str]) -> Cause:
    """Other transitions were taken than expected."""
    same = next((i for i, (a, b) in enumerate(zip(expected, taken, strict=False)) if a != b), min(len(expected), len(taken)))
    where = f"{part}: " if part else ""
    headline = f"{where}{_listed(expected)} expected, but {_taken(taken)}"
    sections: list[tuple[str, tuple[str, ...]]] = []
    state = played.arrived(part, played.last.moves, same)
    definition = state.c.program.definition
    if same < len(expected):
        sections.append(_why_not(definition.transitions[expected[same]], state))
    if same < len(taken):
        sections.append(_why(definition.transitions[taken[same]], state))
    near = played.nearest(part, tuple(expected))
    if near.changes:
        sections.append(("it would have passed with", near.changes))
    elif near.impossible:
        said = "whatever this step told, it would not have passed (proved)" + ("; other parts aside" if part else "")
        sections.append((said, ()))
    return Cause(headline, tuple(sections))


def _why_not(transition: Any, state: State) -> tuple[str, tuple[str, ...]]:
    said = explain_transition(transition, state)
    event = None if transition.on is None else transition.on
    told = event is not None and getattr(state, f"e_{event}") == state.at  # it was offered in this very step
    label = "" if event is None else state.c.program.definition.events[event].label
    met = {need: told and need == label for need in said.needs}
    alone = said.reason is None or said.reason.truth is True  # then only what is needed beside the condition can have decided
    width = max((len(need) for need, so in met.items() if not so), default=0)
    lines = [f"✓ {need}" if so else f"✗ {need:<{width}}   {DECIDES}" if alone else f"✗ {need}" for need, so in met.items()]
    if said.reason is not None:
        lines += tree(said.reason, decided=not alone or all(met.values()))
    return f"why not {said.subject}", tuple(lines)


def _why(transition: Any, state: State) -> tuple[str, tuple[str, ...]]:
    definition = state.c.program.definition
    lines = [] if transition.on is None else [f"✓ {definition.events[transition.on].label}"]
    if transition.when is not None:
        lines += tree(reason(transition.when, state))
    said = explain_transition(transition, state)
    return f"why {said.subject}", tuple(lines)


def was_taken(played: Playing, part: str, taken: Sequence[str], *, events: Sequence[str] = ()) -> Cause:
    """A transition was taken that must not be."""
    headline = f"{_listed(events)} should have moved nobody" if events else f"{_listed(taken)} should not have been taken"
    state = played.arrived(part, played.last.moves, 0)
    known = state.c.program.definition.transitions
    return Cause(headline, tuple(_why(known[name], state) for name in taken[:1] if name in known))


def not_there(played: Playing, part: str, expected: str, here: str) -> Cause:
    """The customer stands somewhere else."""
    state: State = played.life_of(part).state
    places = state.c.program.definition.places
    where = f"{part}: " if part else ""
    said = explain_place(expected, state)
    lines: list[str] = []
    for way in said.parts:
        lines += [way.subject, *(f"  ✗ {need}" for need in way.needs)]
        lines += [f"  {line}" for line in (() if way.reason is None else tree(way.reason))]
    return Cause(
        f"{where}expected in {places[expected].label}, but it is in {places[here].label}",
        ((f"ways into {places[expected].label}, as things are now", tuple(lines) or said.needs),),
    )


def not_opened(expected: Iterable[str], opened: Iterable[str]) -> Cause:
    """Other plays were opened."""
    return Cause("other plays were opened than expected", _difference(expected, opened, "opened"))


def not_reached(played: Playing, part: str, expected: Sequence[str], seen: Sequence[str], *, what: str = "milestone") -> Cause:
    """Other milestones were reached, or other signs seen."""
    state: State = played.life_of(part).state
    definition = state.c.program.definition
    sections = list(_difference(expected, seen, "reached" if what == "milestone" else "seen"))
    for name in [*(n for n in expected if n not in seen), *(n for n in seen if n not in expected)][:2]:
        cond = definition.milestones[name].when if what == "milestone" else definition.risks[name].sign
        if cond is not None:
            sections.append((f"{name}, as things are now", tree(reason(cond, state))))
    return Cause(f"other {what}s than expected", tuple(sections))


def other_values(wrong: Mapping[str, tuple[Any, Any]]) -> Cause:
    """Something else is known than expected."""
    said = "; ".join(f"{name} is {found!r}, not {expected!r}" for name, (expected, found) in wrong.items())
    return Cause(said)


def not_refused(code: str, moves: Moves) -> Cause:
    """An observation was accepted that should not have been."""
    said = "\n".join(map(str, moves)) or "nobody moved"
    return Cause(f"this should have been refused with {code}, but it was accepted", (("what it did", tuple(said.splitlines())),))


def _difference(expected: Iterable[str], found: Iterable[str], what: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    missing, surplus = list(expected), []
    for one in found:
        if one in missing:
            missing.remove(one)
        else:
            surplus.append(one)
    sections = []
    if missing:
        sections.append((f"expected, but not {what}", tuple(missing)))
    if surplus:
        sections.append((f"{what}, but not expected", tuple(surplus)))
    return tuple(sections)


def _listed(names: Sequence[str]) -> str:
    return " then ".join(f"'{name}'" for name in names) if names else "no move"


def _taken(names: Sequence[str]) -> str:
    return f"{_listed(names)} {'was' if len(names) == 1 else 'were'} taken" if names else "nobody moved"
