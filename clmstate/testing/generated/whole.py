"""Tests of whole customers as text: one for each transition of each part, and one for each wire."""

from __future__ import annotations

import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from keyword import iskeyword
from typing import Any, Final

from clmstate.composition import Composition, CompositionDefinition
from clmstate.lifecycle import ANYWHERE, LifecycleDefinition
from clmstate.signals import show_instant
from clmstate.testing.generated.customers import Deed, Scene, Wired, leaf_at
from clmstate.testing.generated.journeys import Unreached

__all__ = ["customer_blocks", "customer_imports"]

_WIDEST: Final = 120
_LONG: Final = 24


def customer_blocks(
    model: type[Composition], scenes: Sequence[Scene], wired: Sequence[Wired], unreached: Sequence[Unreached]
) -> dict[str, str]:
    """The generated tests, by the name of their block.

    Example:
        >>> from clmstate import Lifecycle, Many, Phase, Signal
        >>> from clmstate.testing.generated.customers import scenes_of
        >>> class User(Lifecycle):
        ...     logins = Signal.count("login", default=0)
        ...     invited, active = Phase("Invited", initial=True), Phase("Active")
        ...     begin = invited.to(active, when=logins >= 5)
        >>> class Team(Composition):
        ...     users = Many(User)
        >>> print(customer_blocks(Team, *scenes_of(Team))["users.begin"])
        def test_users_begin() -> None:
            \"\"\"users: Invited → Active: at least 5 logins.\"\"\"
            begun = scenario(Team)
            begun.again().on(
                "2026-01-05", {"users/dana": {"logins": 5}}, joins=["users/dana"]
            ).takes({"users/dana": "begin"}).is_in({"users/dana": "active"})
            # at a limit or with somebody more or less, and not beyond it
            begun.again().on("2026-01-05", {"users/dana": {"logins": 6}}, joins=["users/dana"]).takes({"users/dana": "begin"})
            begun.again().on("2026-01-05", {"users/dana": {"logins": 4}}, joins=["users/dana"]).stays()
        <BLANKLINE>
    """
    writer = _Writer(model)
    found = {f"{scene.part}.{scene.name}": writer.scene(scene) for scene in scenes}
    found |= {f"wire {one.port}": writer.wire(one) for one in wired if one.seen}
    if unreached:
        lines = ["# Not reached:"]
        for one in unreached:
            lines += textwrap.wrap(f"{one.name}: {one.why}.", _WIDEST, initial_indent="# ", subsequent_indent="#   ")
        found["what cannot be reached"] = "\n".join(lines) + "\n"
    return found


def customer_imports(model: type[Composition], module: str) -> list[str]:
    """The lines that import the composition and the lifecycles of its parts.

    Example:
        >>> class Team(Composition):
        ...     pass
        >>> customer_imports(Team, "team")
        ['from team import Team']
    """
    names: dict[str, set[str]] = {module: {model.__name__}}
    for name, cls in _classes(model).items():
        names.setdefault(module if cls.__module__ == model.__module__ else cls.__module__, set()).add(name)
    return [f"from {where} import {', '.join(sorted(inside))}" for where, inside in sorted(names.items())]


def _classes(model: type[Composition]) -> dict[str, Any]:
    """The lifecycle classes of the parts, as far as the model's module knows them by their names."""
    known = vars(sys.modules.get(model.__module__, object()))
    leaves = {leaf.name: leaf for leaf in _leaves(model.definition)}
    return {name: known[name] for name, leaf in leaves.items() if getattr(known.get(name), "definition", None) is leaf}


def _leaves(definition: CompositionDefinition) -> Iterator[LifecycleDefinition]:
    for part in definition.parts.values():
        if isinstance(part.member, LifecycleDefinition):
            yield part.member
        else:
            yield from _leaves(part.member)


class _Writer:
    """Writes tests of one composition."""

    def __init__(self, model: type[Composition]) -> None:
        self.model, self.definition = model.__name__, model.definition
        self.classes = _classes(model)

    def scene(self, scene: Scene) -> str:
        """The test of a transition."""
        last = scene.deeds[-1]
        path = next(path for path, names in last.takes.items() if scene.name in names and self._is(path, scene.part))
        d = leaf_at(self.definition, path)
        t = d.transitions[scene.name]
        sources = " or ".join("anywhere" if s == ANYWHERE else d.places[s].label for s in t.sources)
        way = f"stays in {sources}" if t.stay else f"{sources} → {d.places[t.target].label}"
        others = [*scene.just, *scene.short]
        names = self._named([*scene.deeds, *others])
        lines = [f"def test_{scene.part.replace('.', '_')}_{scene.name}() -> None:"]
        lines += _docstring(f"{scene.part}: {way}: {d.why(t)}.")
        lines += (f"    {name} = {known}" for known, name in names.items())
        lines.append(f"    begun = scenario({self.model})")
        lines += (line for deed in scene.deeds[:-1] for line in self.deed("begun", deed, names))
        lines += self.deed("begun.again()", last, names)
        if others:
            lines.append("    # at a limit or with somebody more or less, and not beyond it")
        lines += (line for deed in others for line in self.deed("begun.again()", deed, names, stands=False))
        return "\n".join(lines) + "\n"

    def wire(self, wired: Wired) -> str:
        """The test of a wire."""
        port = wired.port.rpartition(".")[2]
        names = self._named([deed for _, _, deeds in wired.seen for deed in deeds])
        lines = [f"def test_{wired.port.replace('.', '_')}_is_fed() -> None:", f'    """What the wiring tells {wired.port}."""']
        lines += (f"    {name} = {known}" for known, name in names.items())
        for path, value, deeds in wired.seen:
            lines.append(f"    told = scenario({self.model})")
            lines += (line for deed in deeds for line in self.deed("told", deed, names, stands=False))
            lines.append(f'    told.knows("{path}", {port}={value!r})')
        return "\n".join(lines) + "\n"

    def _named(self, deeds: Iterable[Deed]) -> dict[str, str]:
        """What is told of somebody more than once gets a name: theirs."""
        counted: Counter[tuple[str, str]] = Counter(
            (path.rpartition("/")[2], self.known(path, values)) for deed in deeds for path, values in deed.values.items()
        )
        names: dict[str, str] = {}
        for (name, known), times in counted.most_common():
            if times > 1 and len(known) > _LONG and name not in names.values() and name.isidentifier() and not iskeyword(name):
                names.setdefault(known, name)
        return names

    def _is(self, path: str, part: str) -> bool:
        return path.split("/")[0] == part.split(".")[0]

    # ---- one observation

    def deed(self, start: str, deed: Deed, names: Mapping[str, str], *, stands: bool = True) -> list[str]:
        """One observation and what it does."""
        told = [f'"{show_instant(deed.at).replace(" ", "T")}"']
        if deed.values:
            said = {path: self.known(path, values) for path, values in deed.values.items()}
            told.append("{" + ", ".join(f'"{path}": {names.get(known, known)}' for path, known in said.items()) + "}")
        if deed.events:
            told.append(f"events=[{', '.join(self.event(*one) for one in deed.events)}]")
        if deed.joins:
            told.append(f"joins=[{_listed(deed.joins)}]")
        if deed.leaves:
            told.append(f"leaves=[{_listed(deed.leaves)}]")
        takes, where = self.takes(deed), self.stands(deed) if stands else ""
        moved = f".takes({takes})" if takes else ".stays()"
        line = f"    {start}.on({', '.join(told)}){moved}{where}"
        if len(line) <= _WIDEST:
            return [line]
        lines = [f"    {start}.on("]
        together = f"        {', '.join(told)}"
        lines += [together] if len(together) <= _WIDEST else [f"        {one}," for one in told]
        end = f"    ){moved}{where}"
        if len(end) <= _WIDEST:
            return [*lines, end]
        by_part = (
            [f"        {takes}"]
            if len(takes) <= _WIDEST - 8
            else ["        {", *(f"            {one}," for one in self.taken(deed)), "        }"]
        )
        return [*lines, "    ).takes(", *by_part, f"    ){where}"]

    def known(self, path: str, values: Any) -> str:
        spec = leaf_at(self.definition, path).signals
        said = []
        for name, value in values.items():
            if value is None:
                said.append(f'"{name}": CLEAR')
            elif spec[name].kind == "date":
                said.append(f'"{name}": "{show_instant(int(value)).replace(" ", "T")}"')
            else:
                said.append(f'"{name}": {_literal(value)}')
        return f"{{{', '.join(said)}}}"

    def event(self, path: str, event: str, instance: str) -> str:
        return f'("{path}", {self.of(path, event)}' + (f', "{instance}")' if instance else ")")

    def takes(self, deed: Deed) -> str:
        """The transitions that are expected, by part; "" for none."""
        return "{" + ", ".join(self.taken(deed)) + "}" if deed.takes else ""

    def taken(self, deed: Deed) -> Iterator[str]:
        """The same part by part."""
        for path, names in deed.takes.items():
            said = [self.of(path, name) for name in names]
            yield f'"{path}": {said[0] if len(said) == 1 else "[" + ", ".join(said) + "]"}'

    def stands(self, deed: Deed) -> str:
        """Where those stand who moved."""
        stands = [f'"{path}": {self.of(path, phase)}' for path, phase in deed.phases.items()]
        return f".is_in({{{', '.join(stands)}}})" if stands else ""

    def of(self, path: str, name: str) -> str:
        """An element of a part's lifecycle: by its class where the module knows it, else by name."""
        leaf = leaf_at(self.definition, path)
        return f"{leaf.name}.{name}" if leaf.name in self.classes else f'"{name}"'


def _literal(value: Any) -> str:
    return repr(value).replace("'", '"') if isinstance(value, str) else repr(value)


def _listed(paths: Iterable[str]) -> str:
    return ", ".join(f'"{path}"' for path in paths)


def _docstring(text: str) -> list[str]:
    folded = textwrap.wrap(text, _WIDEST - 10, break_long_words=False)
    if len(folded) == 1:
        return [f'    """{folded[0]}"""']
    return [f'    """{folded[0]}', *(f"    {line}" for line in folded[1:]), '    """']
