"""Comparing two versions: which elements were added, removed or changed, and what that does to the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal

import attrs

from clmstate.analysis.versions.difference import Aspect, Change, Difference, Verdict, What
from clmstate.analysis.versions.document import Definition, Model, canonical, contents, defined, written_feed
from clmstate.analysis.versions.fingerprints import fingerprint, meant
from clmstate.analysis.versions.renaming import path_of, renamed
from clmstate.analysis.versions.rulewise import Rulewise
from clmstate.analysis.versions.spoken import deciding, said, said_limit, said_signal, said_way, unnamed
from clmstate.composition import CompositionDefinition, PartDefinition, Wire, feed_words, promise_words
from clmstate.conditions import reads, words
from clmstate.conditions.nodes import Cond, Named, walk
from clmstate.errors import Diagnostic, InputError, did_you_mean
from clmstate.lifecycle import ANYWHERE, LifecycleDefinition, Phase, Promise, Transition
from clmstate.signals import ThresholdSpec

__all__ = ["diff"]

_RULES: Final = frozenset(
    (
        *("kind", "low", "high", "step", "choices", "default", "port", "value", "names_instance", "standing", "complete", "final"),
        *("initial", "starts", "target", "resume", "stay", "on", "after", "phases", "from"),
    )
)
"""Fields that decide how customers fare; conditions decide too, by what they mean."""

_SKIPPED: Final = frozenset(("name", "path", "home", "origin", "touchpoints", "sources", "target", "children"))


def diff(
    old: Model,
    new: Model,
    *,
    names: tuple[str, str] | None = None,
    renames: Mapping[str, str] | None = None,
    prove: bool = True,
) -> Difference:
    """What makes one version differ from another.

    Elements belong together if they have the same name, or are renamed. Conditions are compared by what they mean: the solver finds a customer whom
    they treat differently, or proves that there is none.

    Args:
        old, new: lifecycles, compositions or definitions; both of one sort.
        names: how to call them; by default the class names.
        renames: what is called otherwise now: new names by old ones, of a phase in a group its path.
        prove: whether conditions are compared by proof. Without, a condition that is written differently has no verdict.

    Raises:
        InputError: CLM375, one is a lifecycle and the other a composition.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", owner="CSM")
        ...     win = new.to(won, when=health >= 60)
        >>> class Later(Deal):
        ...     won = Deal.won.evolve(owner="Sales")
        ...     win = Deal.win.evolve(when=Deal.health >= 70)
        >>> for change in diff(Deal, Later).changes:
        ...     print(change.name, [(a.field, a.old, a.new) for a in change.aspects], change.verdict and change.verdict.relation)
        won [('owner', 'CSM', 'Sales')] None
        win [('when', 'health at least 60', 'health at least 70')] stronger
    """
    before, after = defined(old), defined(new)
    called = names if names is not None else (before.name, after.name)
    if type(before) is not type(after):
        sort = {LifecycleDefinition: "a lifecycle", CompositionDefinition: "a composition"}
        cause = f"{called[0]} is {sort[type(before)]}, and {called[1]} is {sort[type(after)]}"
        raise InputError([Diagnostic("CLM375", called[1], cause, "compare two of one sort; name a part's lifecycle with :Name")])
    given = {} if renames is None else {name: wanted for name, wanted in renames.items() if name != wanted}
    found = (*_renamed(before, after, given), *_Comparison(prove).definitions(renamed(before, given), after))
    return Difference(*called, (fingerprint(before), fingerprint(after)), found)


def _renamed(old: Definition, new: Definition, names: Mapping[str, str]) -> Iterator[Change]:
    """What is called otherwise now. Logs, snapshots and wiring use names, so customers may notice."""
    kinds: tuple[tuple[What, str], ...] = (
        ("part", "parts"), ("signal", "signals"), ("threshold", "thresholds"), ("event", "events"), ("group", "groups"), ("phase", "phases"),
        ("condition", "conditions"), ("transition", "transitions"), ("milestone", "milestones"), ("risk", "risks"), ("success gap", "gaps"),
    )  # fmt: skip
    known: set[str] = set()
    for one in contents(old).values():
        for what, kind in kinds:
            for name in getattr(one, kind, ()):
                known.add(name)
                wanted = path_of(name, names) if what == "phase" else names.get(name, name)
                if wanted != name:
                    yield Change(one.name, what, wanted, wanted, "changed", (Aspect("name", name, wanted, rules=True),))
    for name in names:
        if name not in known:
            raise InputError(
                [Diagnostic("CLM377", new.name, f"'{name}' is renamed, and {old.name} has no such name", did_you_mean(name, known))]
            )


class _Comparison:
    def __init__(self, prove: bool) -> None:
        self.prove = prove
        self.done: set[tuple[int, int]] = set()

    def definitions(self, old: Definition, new: Definition) -> Iterator[Change]:
        if (id(old), id(new)) in self.done:
            return
        self.done.add((id(old), id(new)))
        if isinstance(old, LifecycleDefinition) and isinstance(new, LifecycleDefinition):
            yield from _Lifecycles(old, new, self.prove).changes()
        elif isinstance(old, CompositionDefinition) and isinstance(new, CompositionDefinition):
            yield from _compositions(old, new)
            for name, part in new.parts.items():
                if name in old.parts and type(old.parts[name].member) is type(part.member):
                    yield from self.definitions(old.parts[name].member, part.member)


# ---- lifecycles ------------------------------------------------------------------------------------------------------------


class _Lifecycles:
    def __init__(self, old: LifecycleDefinition, new: LifecycleDefinition, prove: bool) -> None:
        self.old, self.new, self.prove = old, new, prove
        self.rulewise = Rulewise(old, new)
        self.old_nodes, self.new_nodes = (frozenset(n for cond in deciding(d) for n in walk(cond)) for d in (old, new))

    def changes(self) -> Iterator[Change]:
        old, new = self.old, self.new
        yield from _about(new.name, old, new)
        yield from self.elements("signal", old.signals, new.signals)
        yield from self.elements("threshold", old.thresholds, new.thresholds)
        yield from self.elements("event", old.events, new.events)
        yield from self.elements("group", old.groups, new.groups)
        yield from self.elements("phase", old.phases, new.phases)
        for path, phase in new.phases.items():
            if path in old.phases:
                yield from self.touchpoints(path, old.phases[path], phase)
        yield from self.conditions()
        yield from self.elements("transition", old.transitions, new.transitions)
        orders = tuple(self.orders())
        yield from orders
        yield from self.elements("milestone", old.milestones, new.milestones)
        yield from self.elements("risk", old.risks, new.risks)
        yield from self.elements("success gap", old.gaps, new.gaps)
        yield from _promises(new.name, old, new)
        kinds = ("signals", "thresholds", "events", "phases", "groups", "conditions", "transitions", "milestones", "risks", "gaps")
        for kind in kinds if not orders else (kind for kind in kinds if kind != "transitions"):
            yield from _reordered(new.name, kind, kind, getattr(old, kind), getattr(new, kind))

    def elements(self, what: What, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        for name in dict.fromkeys((*new, *old)):
            if name not in old:
                yield self.only(what, name, new[name], self.new, "added")
            elif name not in new:
                yield self.only(what, name, old[name], self.old, "removed")
            else:
                yield from self.changed(what, name, old[name], new[name])

    def only(self, what: What, name: str, element: Any, d: LifecycleDefinition, kind: Literal["added", "removed"]) -> Change:
        """An element that only one version has. Every kind of it decides something, but for a touchpoint without ``done``."""
        rules = what != "touchpoint" or element.done is not None
        text = _described(what, element, d)
        aspect = Aspect("", "", text, rules) if kind == "added" else Aspect("", text, "", rules)
        return Change(self.new.name, what, name, _label(element, name), kind, (aspect,))

    def changed(self, what: What, name: str, old: Any, new: Any) -> Iterator[Change]:
        aspects = list(self.aspects(old, new))
        verdict = None
        through: tuple[str, ...] = ()
        if isinstance(new, Transition):
            aspects = [*self.ways(old, new), *aspects]
        for field in ("when", "sign", "done"):
            if hasattr(new, field):
                verdict = verdict or self.rule(field, getattr(old, field), getattr(new, field), aspects)
                if through == () and any(aspect.field == field for aspect in aspects):
                    through = self.through(getattr(old, field), getattr(new, field))
        if aspects:
            yield Change(self.new.name, what, name, _label(new, name), "changed", tuple(aspects), verdict, through)

    def aspects(self, old: Any, new: Any) -> Iterator[Aspect]:
        for field in attrs.fields(type(new)):
            a, b = getattr(old, field.name), getattr(new, field.name)
            if field.name in _SKIPPED or a == b or isinstance(a, Cond) or isinstance(b, Cond):
                continue
            was, now = said(a, self.old), said(b, self.new)
            if isinstance(new, ThresholdSpec) and field.name == "value":
                was, now = said_limit(old, self.old), said_limit(new, self.new)
            elif field.name == "on":
                was, now = (d.events[e].label if e is not None else "" for d, e in ((self.old, a), (self.new, b)))
            elif field.name in ("phases", "initial") and not isinstance(b, bool):
                was, now = (
                    " or ".join(d.places[path].label for path in ((paths,) if isinstance(paths, str) else paths))
                    for d, paths in ((self.old, a), (self.new, b))
                )
            pictured = field.name == "kind" and isinstance(new, Transition)
            regrouped = field.name in ("phases", "after") and self.covered(self.old, a) == self.covered(self.new, b)
            yield Aspect(field.name, was, now, field.name in _RULES and not pictured and not regrouped)

    @staticmethod
    def covered(d: LifecycleDefinition, names: tuple[str, ...]) -> frozenset[str]:
        """The leaf phases that are named, or the transitions."""
        return frozenset(leaf for name in names for leaf in (d.leaves(name) if name in d.places else (name,)))

    def rule(self, field: str, old: Cond | None, new: Cond | None, aspects: list[Aspect]) -> Verdict | None:
        """The aspect of a condition, if it says something else than it did, and how it stands to the old one."""
        if (old is None) is (new is None) and (
            old is None
            or new is None
            or (meant(old, self.old) == meant(new, self.new) and words(old, self.old) == words(new, self.new))
        ):
            return None
        was, now = said(old, self.old), said(new, self.new)
        same = old is not None and new is not None and meant(old, self.old) == meant(new, self.new)
        if was == now and old is not None and new is not None:
            names = [_names(old, self.old), _names(new, self.new)]
            alike = {label for label, meaning in names[0].items() if names[1].get(label) == meaning}
            kept = [{(n.label, n.of) for n in walk(cond) if isinstance(n, Named) and n.label in alike} for cond in (old, new)]
            was, now = said(unnamed(old, kept[0]), self.old), said(unnamed(new, kept[1]), self.new)
        aspects.append(Aspect(field, was, now, not same))
        return None if same or not self.prove else self.rulewise.verdict(old, new)

    def through(self, old: Cond | None, new: Cond | None, own: str = "") -> tuple[str, ...]:
        """What made a condition change that is written as it was: conditions that it is made of, else limits."""
        if old is None or old != new:
            return ()
        inside = set(walk(old))
        named = tuple(
            name
            for name, cond in self.new.conditions.items()
            if name != own
            and cond in inside
            and name in self.old.conditions
            and meant(cond, self.new) != meant(self.old.conditions[name], self.old)
        )
        limits = reads(old).thresholds
        return named or tuple(name for name in limits if self.old.thresholds[name].value != self.new.thresholds[name].value)

    def ways(self, old: Transition, new: Transition) -> Iterator[Aspect]:
        """From where to where."""
        if old.sources != new.sources:  # of "anywhere", which phases there are is told with them
            same = _leaves(self.old, old) == _leaves(self.new, new)
            yield Aspect("from", _labels(self.old, old.sources), _labels(self.new, new.sources), not same)
        if old.target != new.target:
            yield Aspect("to", self.old.places[old.target].label, self.new.places[new.target].label, rules=True)

    def touchpoints(self, path: str, old: Phase, new: Phase) -> Iterator[Change]:
        def by_label(phase: Phase) -> dict[str, Any]:
            return {f"{path}, {touchpoint.label}": touchpoint for touchpoint in phase.touchpoints}

        was, now = by_label(old), by_label(new)
        yield from self.elements("touchpoint", was, now)
        yield from _reordered(self.new.name, f"touchpoints of {path}", new.label, was, now)

    def conditions(self) -> Iterator[Change]:
        """Conditions that have a name in the class body. Who uses them is told with the rule that does."""
        old, new = self.old.conditions, self.new.conditions
        for name in dict.fromkeys((*new, *old)):
            if name not in old or name not in new:
                there, d = (new, self.new) if name in new else (old, self.old)
                text = words(unnamed(there[name]), d)
                aspect = Aspect("", *(("", text) if name in new else (text, "")), rules=False)
                yield Change(self.new.name, "condition", name, name, "added" if name in new else "removed", (aspect,))
                continue
            aspects: list[Aspect] = []
            verdict = self.rule("when", old[name], new[name], aspects)
            if aspects:  # a condition decides something where a rule is made of it
                used = old[name] in self.old_nodes and new[name] in self.new_nodes
                aspects = [attrs.evolve(aspect, rules=aspect.rules and used) for aspect in aspects]
                through = self.through(old[name], new[name], name)
                yield Change(self.new.name, "condition", name, name, "changed", tuple(aspects), verdict, through)

    def orders(self) -> Iterator[Change]:
        """Phases in which transitions that both versions have are asked in another order."""
        for path, phase in self.new.phases.items():
            if path not in self.old.phases:
                continue
            was, now = ([t.name for t in d.ways_out(path)] for d in (self.old, self.new))
            both = set(was) & set(now)
            was, now = [name for name in was if name in both], [name for name in now if name in both]
            if was != now:
                aspect = Aspect("order", ", ".join(was), ", ".join(now), rules=True)
                yield Change(self.new.name, "order", path, phase.label, "changed", (aspect,))


def _reordered(lifecycle: str, name: str, label: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Change]:
    """Elements that both versions have, declared in another order; where the order decides, it is told of the phases too."""
    was, now = list(old), list(new)
    both = set(was) & set(now)
    was, now = [each for each in was if each in both], [each for each in now if each in both]
    if was != now:
        aspect = Aspect("declared", ", ".join(was), ", ".join(now), rules=False)
        yield Change(lifecycle, "order", name, label, "changed", (aspect,))


def _names(cond: Cond, d: LifecycleDefinition) -> dict[str, Any]:
    """What each name in a condition means."""
    return {node.label: meant(node.of, d) for node in walk(cond) if isinstance(node, Named)}


def _label(element: Any, name: str) -> str:
    return name if isinstance(element, Transition) else str(getattr(element, "label", name))


def _described(what: What, element: Any, d: LifecycleDefinition) -> str:
    """An element as a whole."""
    label: str = getattr(element, "label", "")
    match what:
        case "signal":
            return said_signal(element)
        case "threshold":
            return said_limit(element, d)
        case "transition":
            return said_way(element, d)
        case "milestone" | "risk" | "success gap":
            cond = element.sign if what == "risk" else element.when
            return label + (f": {words(cond, d)}" if cond is not None else "")
        case _:
            owner = getattr(element, "owner", None)
            return label + (f" ({owner.name})" if owner is not None else "")


def _leaves(d: LifecycleDefinition, transition: Transition) -> frozenset[str]:
    return frozenset(path for path in d.phases if transition in d.ways_out(path))


def _labels(d: LifecycleDefinition, paths: Iterable[str]) -> str:
    return " or ".join("anywhere" if path == ANYWHERE else d.places[path].label for path in paths)


def _about(name: str, old: Definition, new: Definition) -> Iterator[Change]:
    """Title, notes, market and version."""
    fields = ("title", "doc", "market", "version", *(("refs",) if isinstance(new, LifecycleDefinition) else ("embedded",)))
    aspects = []
    for field in fields:
        a, b = getattr(old, field), getattr(new, field)
        was, now = (
            " ".join(str(x if x is not False else "").split()) if not isinstance(x, tuple) else ", ".join(x) for x in (a, b)
        )
        if was != now:
            aspects.append(Aspect(field, was, now, field == "embedded"))
    was, now = ("; ".join(f"{key}: {reason}" for key, reason in getattr(d, "accepts", {}).items()) for d in (old, new))
    aspects += [Aspect("accepts", was, now, rules=False)] if was != now else []
    if aspects:
        yield Change(name, "lifecycle", name, new.title, "changed", tuple(aspects))


def _promises(name: str, old: Definition, new: Definition) -> Iterator[Change]:
    """Promises belong together if they mean the same, or else read the same: then a condition in them has come to mean something else."""
    was, now = ({canonical(_promised(p, d)): p for p in d.promises} for d in (old, new))
    gone = {promise_words(was[key], old): was[key] for key in was if key not in now}
    come = {promise_words(now[key], new) for key in now if key not in was}
    for key in dict.fromkeys((*now, *was)):
        text = promise_words(now[key], new) if key in now else promise_words(was[key], old)
        if key not in was and text in gone:
            aspect = Aspect("means", _spelt(gone[text], old), _spelt(now[key], new), rules=True)
            yield Change(name, "promise", text, text, "changed", (aspect,), through=_limits_of(gone[text], now[key], old, new))
        elif key not in was:
            yield Change(name, "promise", text, text, "added", (Aspect("", "", text, rules=True),))
        elif key not in now and text not in come:
            yield Change(name, "promise", text, text, "removed", (Aspect("", text, "", rules=True),))
        elif key in now:
            pairs = (("", promise_words(was[key], old), text), ("ref", was[key].ref, now[key].ref))
            aspects = tuple(Aspect(field, a, b, rules=False) for field, a, b in pairs if a != b)
            if aspects or was[key] != now[key]:  # spelt otherwise, in words that are the same
                yield Change(name, "promise", text, text, "changed", aspects or (Aspect("spelling", text, text, rules=False),))
    kept = [promise_words(was[key], old) for key in was if key in now]
    yield from _reordered(name, "promises", "promises", kept, [promise_words(was[key], old) for key in now if key in was])


def _spelt(promise: Promise, d: Definition) -> str:
    """A promise without the business's names in it."""
    if isinstance(d, LifecycleDefinition):
        other = None if promise.other is None else unnamed(promise.other)
        promise = attrs.evolve(promise, subject=unnamed(promise.subject), other=other)
    return promise_words(promise, d)


def _limits_of(was: Promise, now: Promise, old: Definition, new: Definition) -> tuple[str, ...]:
    """The limits by which a promise changed that is written as it was."""
    if not (isinstance(old, LifecycleDefinition) and isinstance(new, LifecycleDefinition)):
        return ()
    if (was.subject, was.other) != (now.subject, now.other):
        return ()
    read = dict.fromkeys(limit for cond in (now.subject, now.other) if cond is not None for limit in reads(cond).thresholds)
    return tuple(limit for limit in read if old.thresholds[limit].value != new.thresholds[limit].value)


def _promised(promise: Promise, d: Definition) -> Any:
    def state(node: Any) -> Any:
        return node if node is None else meant(node, d) if isinstance(d, LifecycleDefinition) else written_feed(node)

    return [promise.kind, state(promise.subject), state(promise.other)]


# ---- compositions ----------------------------------------------------------------------------------------------------------


def _compositions(old: CompositionDefinition, new: CompositionDefinition) -> Iterator[Change]:
    yield from _about(new.name, old, new)
    for name in dict.fromkeys((*new.parts, *old.parts)):
        if name not in old.parts or name not in new.parts:
            d, added = (new, True) if name in new.parts else (old, False)
            text = _part(d.parts[name])
            aspect = Aspect("", *(("", text) if added else (text, "")), rules=True)
            yield Change(new.name, "part", name, d.parts[name].label, "added" if added else "removed", (aspect,))
            continue
        a, b = old.parts[name], new.parts[name]
        pairs = (
            ("of", a.member.name, b.member.name, False),  # what it is made of is compared by itself
            ("number", _many(a), _many(b), True),
            ("opens on", ".".join(a.opens_on or ()), ".".join(b.opens_on or ()), True),
            ("label", a.label, b.label, False),
            ("help", a.help, b.help, False),
            ("ref", a.ref, b.ref, False),
        )
        aspects = [Aspect(field, was, now, rules) for field, was, now, rules in pairs if was != now]
        if aspects:
            yield Change(new.name, "part", name, b.label, "changed", tuple(aspects))
    yield from _reordered(new.name, "parts", "parts", old.parts, new.parts)
    yield from _wires(old, new)
    yield from _promises(new.name, old, new)


def _part(part: PartDefinition) -> str:
    return f"{_many(part)} {part.member.name}"


def _many(part: PartDefinition) -> str:
    return "many" if part.many else "one"


def _wires(old: CompositionDefinition, new: CompositionDefinition) -> Iterator[Change]:
    def by_port(d: CompositionDefinition) -> dict[str, Wire]:
        return {".".join((wire.part, *wire.inner, wire.port)): wire for wire in d.wires}

    was, now = by_port(old), by_port(new)
    for port in dict.fromkeys((*now, *was)):
        texts = [feed_words(wires[port].feed, d) if port in wires else "" for wires, d in ((was, old), (now, new))]
        if port in was and port in now and written_feed(was[port].feed) == written_feed(now[port].feed):
            continue
        kind: Literal["added", "removed", "changed"] = "changed" if all(texts) else "added" if texts[1] else "removed"
        aspect = Aspect("fed by" if kind == "changed" else "", texts[0], texts[1], rules=True)
        yield Change(new.name, "port", port, port, kind, (aspect,))
