"""A frozen definition as classes again, without executing a line of anybody's code.

The data go through the same class bodies, facades and checks as a model in Python: what is read could have been written, and what could
not is refused with the same words. At the end the class is written down again and compared with what was read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

import attrs

from clmstate.analysis.versions.document import BOUNDED, FORMAT, Json, document
from clmstate.analysis.versions.feeds import read_feed, read_wiring
from clmstate.analysis.versions.reader import Reader, Unknown, Unreadable
from clmstate.analysis.versions.rules import Scope, read_condition
from clmstate.composition import Composition, CompositionDefinition, CompositionMeta, Many, One
from clmstate.conditions import Condition, Elapsed, Home, Signal, SignalFacade, Threshold
from clmstate.conditions.nodes import PhaseVisits
from clmstate.errors import BadValueError, DefinitionError, Diagnostic, did_you_mean
from clmstate.lifecycle import (
    ANYWHERE,
    Days,
    Event,
    GroupMeta,
    Lifecycle,
    Milestone,
    Phase,
    Phases,
    Play,
    Promise,
    Risk,
    SuccessGap,
    Team,
    Touchpoint,
    Transition,
    always_possible,
    leads_to,
    never,
)
from clmstate.lifecycle.meta import LifecycleMeta

__all__ = ["Read", "read_document"]

T = TypeVar("T")

_TEXTS: Final = ("title", "doc", "market", "version")
_LISTS: Final = (
    *("signals", "thresholds", "events", "phases", "conditions", "transitions"),
    *("milestones", "risks", "gaps", "promises", "accepts", "refs"),
)
_PROMISES: Final = ("never", "never_before", "always_possible", "always_possible_until", "leads_to")


@attrs.frozen
class Read:
    """What was read: the class of the main definition, and those it is made of, by their names in the document.

    Example:
        >>> Read(Lifecycle, {}).main
        <Lifecycle Lifecycle>
    """

    main: type[Lifecycle] | type[Composition]
    all: Mapping[str, type[Lifecycle] | type[Composition]]


def read_document(data: Json, source: str) -> Read:
    """The classes of a document.

    Raises:
        Unreadable: CLM371 it has another format, CLM372 something in it is not what should stand there; all that was found.
        DefinitionError: what it says is a definition with mistakes; with the codes that a class body would get.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> read_document(document(Deal.definition), "frozen.json").main.new.label
        'New'
    """
    top = Reader(data, source)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        remedy = f"give what clmstate freeze wrote; its format is {FORMAT}"
        raise top.wrong("it is not a frozen definition", remedy, "CLM371")
    top.only("format", "main", "lifecycles", also=("compositions", "fingerprint"))
    shelf = _Shelf(top)
    main = shelf.get(top.at("main"))
    for kind in ("lifecycles", "compositions"):
        for key in top.at(kind).names() if top.has(kind) else ():
            if key not in shelf.made:
                raise top.at(kind).at(key).wrong(f"nothing is made of '{key}'", "leave it out")
    _compare({key: data[key] for key in data if key != "fingerprint"}, document(main.definition), source)
    return Read(main, shelf.made)


class _Shelf:
    """The definitions of a document, each read when it is first asked for."""

    def __init__(self, top: Reader) -> None:
        self.top = top
        self.made: dict[str, type[Lifecycle] | type[Composition]] = {}
        self.open: list[str] = []

    def get(self, said: Reader) -> Any:
        key = said.text()
        if key in self.made:
            return self.made[key]
        if key in self.open:
            raise said.wrong(f"'{key}' is made of itself", "name another definition")
        kinds = [kind for kind in ("lifecycles", "compositions") if self.top.has(kind) and self.top.at(kind).has(key)]
        if len(kinds) != 1:
            known = [k for kind in ("lifecycles", "compositions") if self.top.has(kind) for k in self.top.at(kind).names()]
            raise said.wrong(f"there {'are two definitions' if kinds else 'is no definition'} '{key}'", did_you_mean(key, known))
        if len(self.open) > 20:
            raise said.wrong("compositions nest too deeply", "flatten them")
        self.open.append(key)
        found = self.top.at(kinds[0]).at(key)
        with _refused(found):
            self.made[key] = _lifecycle(found) if kinds[0] == "lifecycles" else _composition(found, self)
        self.open.pop()
        return self.made[key]


@contextlib.contextmanager
def _refused(said: Reader) -> Iterator[None]:
    """What goes wrong while a definition is put together is said of the place where it stands."""
    try:
        yield
    except BadValueError as error:
        raise Unreadable([attrs.evolve(d, code="CLM372", place=f"{said.place}, {d.place}") for d in error.diagnostics]) from None
    except RecursionError:
        raise said.wrong("it nests too deeply", "split conditions, and give the parts names") from None
    except (AttributeError, LookupError, OverflowError, TypeError, ValueError) as error:
        if isinstance(error, DefinitionError | Unreadable):
            raise
        cause = f"it cannot be read ({type(error).__name__}: {str(error)[:120]})"
        raise said.wrong(cause, "write it with clmstate freeze") from None


def _compare(given: Json, written: Json, source: str) -> None:
    """Refuses a document that is not what its own definition is written as."""
    place = _difference(given, written)
    if place is not None:
        cause = "it is not how that is written, so it would be read as something else"
        raise Unreadable([Diagnostic("CLM373", f"{source}{place}", cause, "write it with clmstate freeze")])


def _difference(one: Json, other: Json) -> str | None:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            if key not in one or key not in other:
                return f", {key}"
            inside = _difference(one[key], other[key])
            if inside is not None:
                return f", {key}{inside.replace(', ', '.', 1) if inside.startswith(', ') else inside}"
        return None
    if isinstance(one, list) and isinstance(other, list):
        for number, (left, right) in enumerate(zip(one, other, strict=False)):
            inside = _difference(left, right)
            if inside is not None:
                return f"[{number}]{inside.replace(', ', '.', 1) if inside.startswith(', ') else inside}"
        return None if len(one) == len(other) else f"[{min(len(one), len(other))}]"
    return None if one == other and type(one) is type(other) else ""


# ---- lifecycles ------------------------------------------------------------------------------------------------------------


class _Body:
    """The class body of a lifecycle while it is read. Faults are collected, so that all of them are said."""

    def __init__(self, said: Reader) -> None:
        self.said = said
        self.name = said.at("name").identifier(private=True)
        self.body: Any = LifecycleMeta.__prepare__(self.name, (Lifecycle,))
        self.home: Home = self.body.home
        self.faults: list[Diagnostic] = []
        self.signals: dict[str, SignalFacade] = {}
        self.thresholds: dict[str, Threshold] = {}
        self.events: dict[str, Event] = {}
        self.places: dict[str, Phase | GroupMeta] = {}
        self.visits: dict[str, Elapsed] = {}

    @contextlib.contextmanager
    def collected(self) -> Iterator[None]:
        try:
            yield
        except (DefinitionError, Unreadable) as error:
            if not (isinstance(error, Unknown) and self.faults):  # what should have the name is at fault, and has been told
                self.faults += error.diagnostics

    def bound(self, name: str, element: Any) -> Any:
        """The element under its name; one whose name is taken stays without, and the class body tells."""
        free = name not in self.body.declared
        self.body[name] = element
        return self.body.declared.get(name, element) if free else element

    @property
    def scope(self) -> Scope:
        return Scope(self.home, self.signals, self.thresholds, self.events, self.visits)

    def each(self, key: str, read: Callable[[str, Reader], None]) -> None:
        with self.collected():
            for name, item in self.said.named_items(key):
                with self.collected():
                    read(name, item)

    def condition(self, said: Reader, key: str) -> Condition | None:
        return read_condition(said.at(key), self.scope) if said.has(key) else None

    def union(self, paths: Iterable[Reader]) -> Phases:
        """Phases and groups by path; unknown ones are refused here, because a facade would not know them either."""
        found = {path.text(): self.home if path.text() == ANYWHERE else path.named(self.places, "phase").home for path in paths}
        return Phases(tuple(path.text() for path in paths), frozenset((self.home, *found.values())))


def _lifecycle(said: Reader) -> type[Lifecycle]:
    said.only("name", "title", also=(*_TEXTS, *_LISTS))
    b = _Body(said)
    b.body["__module__"] = __name__
    if said.has("doc"):
        b.body["__doc__"] = said.at("doc").text()
    b.each("signals", lambda name, item: b.signals.update({name: b.bound(name, _signal(item))}))
    b.each("thresholds", lambda name, item: b.thresholds.update({name: b.bound(name, _threshold(item))}))
    b.each("events", lambda name, item: b.events.update({name: b.bound(name, _event(item))}))
    with b.collected():
        _places(b)
    b.each("conditions", lambda name, item: b.bound(name, b.condition(item.only("name", "when"), "when")))
    b.each("transitions", lambda name, item: b.bound(name, _transition(b, item)))
    b.each("milestones", lambda name, item: b.bound(name, _milestone(b, item)))
    b.each("risks", lambda name, item: b.bound(name, _risk(b, item)))
    b.each("gaps", lambda name, item: b.bound(name, _gap(b, item)))
    promises = []
    for item in said.several("promises"):
        with b.collected():
            promises.append(_promise(item, lambda state: read_condition(state, b.scope)))
    if b.faults:
        b.faults += [mistake.at(f"{b.name}.{key}") for key, mistake in b.body.mistakes]
        raise (DefinitionError if all(d.code < "CLM2" for d in b.faults) else Unreadable)(b.faults)
    b.body["promises"] = tuple(promises)
    accepted = [item.only("finding", "reason") for item in said.several("accepts")]
    b.body["accepts"] = {item.at("finding").text(): item.at("reason").text() for item in accepted}
    texts: dict[str, Any] = {key: said.at(key).text() for key in ("title", "market", "version") if said.has(key)}
    refs = tuple(ref.text() for ref in said.several("refs"))
    made: Any = LifecycleMeta(b.name, (Lifecycle,), b.body, refs=refs, **texts)
    return made  # type: ignore[no-any-return]


def _texts(said: Reader, *names: str) -> dict[str, Any]:
    return {name: said.at(name).text() for name in names if said.has(name)}


def _signal(said: Reader) -> SignalFacade:
    kind = said.at("kind").one_of(BOUNDED)
    texts = {"flag": ("opposite",), "count": ("plural", "unit")}.get(kind, ())
    texts += ("unit",) if kind in ("integer", "number", "score", "money") else ()
    texts += ("help", "from_system", "ref")
    more = ("choices",) if kind == "choice" else ()
    said.only("name", "kind", "label", *BOUNDED[kind], *more, also=(*texts, "default", "port"))
    given: dict[str, Any] = _texts(said, *texts)
    given |= {name: said.at(name).number() if said.at(name).value is not None else None for name in BOUNDED[kind]}
    if said.has("default"):
        default = said.at("default")
        given["default"] = default.value if isinstance(default.value, bool | str) else default.number()
    if said.has("port"):
        given["port"] = said.at("port").truth()
    choices = [choice.text() for choice in said.several("choices")]
    made: SignalFacade = getattr(Signal, kind)(said.at("label").text(), *choices, **given)
    return made


def _threshold(said: Reader) -> Threshold:
    said.only("name", "value", also=("help", "ref"))
    return Threshold(said.at("value").number(), **_texts(said, "help", "ref"))


def _event(said: Reader) -> Event:
    texts = ("help", "category", "from_system", "ref")
    said.only("name", "label", also=(*texts, "names_instance"))
    names = said.has("names_instance") and said.at("names_instance").truth()
    return Event(said.at("label").text(), names_instance=names, **_texts(said, *texts))


def _places(b: _Body) -> None:
    """Phases and groups. Touchpoints may count visits of any of them, so how these are counted is known before."""
    items = b.said.several("phases")
    for item in items:
        if item.has("group"):
            _counted(b, item.at("group").identifier(), item)
            for name, inner in item.named_items("phases"):
                _counted(b, f"{item.at('group').text()}.{name}", inner)
        else:
            _counted(b, item.at("name").identifier(), item)
    for item in items:
        with b.collected():
            made = _group(b, item) if item.has("group") else _phase(b, item)
            name = item.at("group" if item.has("group") else "name").text()
            place = b.bound(name, made)
            b.places[name] = place
            b.places |= {phase.path: phase for phase in place} if isinstance(place, GroupMeta) else {}


def _counted(b: _Body, path: str, said: Reader) -> None:
    if path in b.visits:
        raise said.wrong(f"the name '{path}' is given twice", "rename one of them")
    b.visits[path] = Elapsed(PhaseVisits(path), frozenset((b.home,)))


def _group(b: _Body, said: Reader) -> GroupMeta:
    said.only("group", "label", "phases", also=("initial", "help", "ref"))
    name = said.at("group").identifier()
    body: Any = GroupMeta.__prepare__(name, (Phase.Group,))
    body["__module__"] = __name__
    if said.has("help"):
        body["__doc__"] = said.at("help").text()
    for child, inner in said.named_items("phases"):
        body[child] = _phase(b, inner)
    initial = said.has("initial") and said.at("initial").truth()
    return GroupMeta(name, (Phase.Group,), body, label=said.at("label").text(), initial=initial, **_texts(said, "ref"))


def _phase(b: _Body, said: Reader) -> Phase:
    texts = ("goal", "standing", "help", "ref")
    flags = ("initial", "final", "complete")
    said.only("name", "label", also=(*texts, *flags, "owner", "contributors", "questions", "expected", "touchpoints"))
    given: dict[str, Any] = _texts(said, *texts) | {flag: said.at(flag).truth() for flag in flags if said.has(flag)}
    return Phase(
        said.at("label").text(),
        owner=_optional(said, "owner", _team),
        contributors=[_team(team) for team in said.several("contributors")],
        questions=[question.text() for question in said.several("questions")],
        expected=_optional(said, "expected", _days),
        touchpoints=[_touchpoint(b, touchpoint) for touchpoint in said.several("touchpoints")],
        **given,
    )


def _optional(said: Reader, key: str, read: Callable[[Reader], T]) -> T | None:
    return read(said.at(key)) if said.has(key) else None


def _team(said: Reader) -> Team:
    if isinstance(said.value, str):
        return Team(said.text())
    texts: dict[str, Any] = _texts(said.only("name", also=("help", "side", "ref")), "name", "help", "side", "ref")
    return Team(**texts)


def _days(said: Reader) -> Days:
    least, most = (item.number() for item in said.items(2))
    return Days(least, most)


def _plays(said: Reader) -> tuple[Play, ...]:
    return tuple(_play(play) for play in said.several("plays"))


def _play(said: Reader) -> Play:
    texts = _texts(said.only("label", also=("why", "how", "owner", "due", "ref")), "why", "how", "ref")
    return Play(said.at("label").text(), owner=_optional(said, "owner", _team), due=_optional(said, "due", _days), **texts)


def _touchpoint(b: _Body, said: Reader) -> Touchpoint:
    texts = ("why", "how", "ours", "theirs", "category", "verdict", "ref")
    said.only("label", also=(*texts, "owner", "due", "done"))
    return Touchpoint(
        said.at("label").text(),
        owner=_optional(said, "owner", _team),
        due=_optional(said, "due", _days),
        done=b.condition(said, "done"),
        **_texts(said, *texts),
    )


def _transition(b: _Body, said: Reader) -> Transition:
    texts = ("kind", "label", "why", "ref")
    stays = said.has("stay") and said.at("stay").truth()
    said.only("name", "from", *(() if stays else ("to",)), also=(*texts, "stay", "resume", "when", "on", "plays", "after"))
    sources = said.at("from").items()
    union = b.union(sources)
    if stays and (len(sources) != 1 or union.paths == (ANYWHERE,)):
        raise said.wrong("a customer can stay in one phase only", "name the one phase in 'from'")
    target: Any = b.places[union.paths[0]] if stays else said.at("to").named(b.places, "phase")
    if said.has("resume") and said.at("resume").truth():
        if not isinstance(target, GroupMeta):
            raise said.wrong(f"'{target.path}' is not a group, so it cannot be resumed", "name a group in 'to'")
        target = target.resume
    event = said.at("on").named(b.events, "event") if said.has("on") else None
    given: dict[str, Any] = _texts(said, *texts)
    made = union.to(target, when=b.condition(said, "when"), on=event, plays=_plays(said), **given)
    # a variant may have dropped or moved what was meant to win, so these are names only
    return attrs.evolve(made, stay=stays, after=tuple(other.text() for other in said.several("after")))


def _milestone(b: _Body, said: Reader) -> Milestone:
    texts = ("category", "help", "ref")
    said.only("name", "label", "when", also=(*texts, "plays"))
    when = read_condition(said.at("when"), b.scope)
    return Milestone(said.at("label").text(), when=when, plays=_plays(said), **_texts(said, *texts))


def _risk(b: _Body, said: Reader) -> Risk:
    said.only("name", "label", also=("sign", "phases", "mitigation", "plays", "help", "interval", "ref"))
    mitigation: Any = [word.text() for word in said.several("mitigation")]
    return Risk(
        said.at("label").text(),
        sign=b.condition(said, "sign"),
        phases=b.union(said.several("phases")),
        mitigation=mitigation,
        plays=_plays(said),
        interval=_optional(said, "interval", _days),
        **_texts(said, "help", "ref"),
    )


def _gap(b: _Body, said: Reader) -> SuccessGap:
    texts = ("ours", "theirs", "plan", "cost", "ref")
    said.only("name", "label", also=(*texts, "when", "phases", "interval"))
    return SuccessGap(
        said.at("label").text(),
        when=b.condition(said, "when"),
        phases=b.union(said.several("phases")),
        interval=_optional(said, "interval", _days),
        **_texts(said, *texts),
    )


def _promise(said: Reader, state: Callable[[Reader], Any]) -> Promise:
    """A promise; states are conditions in a lifecycle, feeds in a composition."""
    said.only("kind", "subject", also=("other", "ref"))
    kind = said.at("kind").one_of(_PROMISES)
    subject: Any = state(said.at("subject"))
    other: Any = _optional(said, "other", state)
    if (other is None) is (kind not in ("never", "always_possible")):
        raise said.wrong(
            f"a promise '{kind}' {'needs' if other is None else 'has no'} 'other'", "see docs/semantics.md on promises"
        )
    made = leads_to(subject, other) if kind == "leads_to" else (never if kind.startswith("never") else always_possible)(subject)
    if kind == "never_before":
        made = made.before(other)
    elif kind == "always_possible_until":
        made = made.until(other)
    return made.because(said.at("ref").text()) if said.has("ref") else made


# ---- compositions ----------------------------------------------------------------------------------------------------------


def _composition(said: Reader, shelf: _Shelf) -> type[Composition]:
    said.only("name", "title", also=(*_TEXTS, "parts", "wiring", "promises", "embedded"))
    name = said.at("name").identifier(private=True)
    body: Any = CompositionMeta.__prepare__(name, (Composition,))
    body["__module__"] = __name__
    if said.has("doc"):
        body["__doc__"] = said.at("doc").text()
    parts: dict[str, One[Any] | Many[Any]] = {}
    opened: dict[str, Reader] = {}
    for key, item in said.named_items("parts"):
        many = item.has("many")
        item.only("name", "many" if many else "one", "label", also=("opens_on", "help", "ref"))
        member = shelf.get(item.at("many" if many else "one"))
        texts: dict[str, Any] = _texts(item, "label", "help", "ref")
        parts[key] = (Many if many else One)(member, **texts)
        if item.has("opens_on"):
            opened[key] = item.at("opens_on").only("part", "event")
    for key, reader in opened.items():
        parts[key]._opens_on = _opening(reader, parts)  # type: ignore[union-attr]  # the composition's check refuses it on a One
    for key, part in parts.items():
        body[key] = part
    body["wiring"] = read_wiring(said, parts)
    body["promises"] = tuple(_promise(item, lambda state: read_feed(state, parts)) for item in said.several("promises"))
    embedded = said.has("embedded") and said.at("embedded").truth()
    made: Any = CompositionMeta(name, (Composition,), body, embedded=embedded, **_texts(said, "title", "market", "version"))
    assert isinstance(made.definition, CompositionDefinition)
    return made  # type: ignore[no-any-return]


def _opening(said: Reader, parts: Mapping[str, One[Any] | Many[Any]]) -> Event:
    leaf = said.at("part").named(parts, "part")._leaf
    events = {} if leaf is None else {name: getattr(leaf, name) for name in leaf.definition.events}
    found: Event = said.at("event").named(events, "event")
    return found
