"""The wiring of a frozen composition, read through the parts' own facades."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

from clmstate.analysis.versions.reader import Reader
from clmstate.analysis.versions.rules import OPERATORS, Scope, read_condition
from clmstate.composition import Feed, Many, One, RollUpKind, Wiring
from clmstate.conditions import Condition, Elapsed
from clmstate.conditions.nodes import PhaseVisits
from clmstate.errors import did_you_mean
from clmstate.lifecycle import Lifecycle, Phases

__all__ = ["read_feed", "read_wiring"]

Parts = Mapping[str, One[Any] | Many[Any]]

_KINDS: Final[tuple[str, ...]] = get_args(RollUpKind)
_SINGLE: Final = ("not", "all", "any", "stands_in", "compare")


def read_wiring(said: Reader, parts: Parts) -> tuple[Wiring, ...]:
    """The lines of a composition's wiring.

    Raises:
        Unreadable: something in them is not what should stand there.
    """
    lines = []
    for item in said.several("wiring"):
        item.only("part", "port", "fed_by")
        part = _part(item.at("part"), parts)
        signals = {name: getattr(leaf, name) for leaf in (_leaf(item.at("part"), part),) for name in leaf.definition.signals}
        port = part[item.at("port").named(signals, "signal")]
        lines.append(port.fed_by(read_feed(item.at("fed_by"), parts)))
    return tuple(lines)


def _part(said: Reader, parts: Parts) -> Any:
    """A part, or the One part inside it that is named."""
    steps = said.items()
    if not steps:
        raise said.wrong("no part is named", did_you_mean("", parts))
    found: Any = steps[0].named(parts, "part")
    for step in steps[1:]:
        found = step.named({name: getattr(found, name) for name, inner in found._inside.items() if isinstance(inner, One)}, "part")
    return found


def _leaf(said: Reader, part: Any) -> type[Lifecycle]:
    leaf: type[Lifecycle] | None = part._leaf
    if leaf is None:
        raise said.wrong("it is a composition of several parts", "name the part inside it too")
    return leaf


def read_feed(said: Reader, parts: Parts) -> Feed:
    """A feed; or what a promise is about, where numbers may be compared.

    Raises:
        Unreadable: it is neither.
    """
    said.deeper()
    keys = tuple(said.names())
    if len(keys) != 1 or keys[0] not in (*_SINGLE, *_KINDS):
        raise said.wrong("no feed is written like that", did_you_mean(keys[0] if keys else "", (*_SINGLE, *_KINDS)))
    (kind,) = keys
    inner = said.at(kind)
    if kind == "not":
        return ~read_feed(inner, parts)
    if kind == "compare":
        rolled, op, value = inner.items(3)
        compared: Feed = OPERATORS[op.one_of(("<", "<=", ">=", ">"))](read_feed(rolled, parts), value.number())
        return compared
    if kind in ("all", "any") and isinstance(inner.value, list):
        feeds = [read_feed(item, parts) for item in inner.items()]
        if len(feeds) < 2:
            raise inner.wrong(f"'{kind}' joins {len(feeds)}", "join two feeds at least")
        whole = feeds[0]
        for feed in feeds[1:]:
            whole = whole & feed if kind == "all" else whole | feed
        return whole
    if kind == "stands_in":
        part = _part(inner.only("part", "phases").at("part"), parts)
        if not isinstance(part, One):
            raise inner.wrong("a part with many members stands in no one phase", "roll its members up, as in share or any")
        return part.is_in(_phases(inner, part))
    return _rolled(kind, inner, parts)


def _rolled(kind: str, said: Reader, parts: Parts) -> Feed:
    """A roll-up, through the method that writes it."""
    needed = {"share_where": ("cond",), "sum": ("signal",), "mean": ("signal",), "min": ("signal",), "max": ("signal",)}.get(kind)
    also = ("weight",) if kind == "mean" else () if needed is not None else ("phases",)
    said.only("part", *(() if needed is None else needed), also=(*also, "where"))
    part = _part(said.at("part"), parts)
    if not isinstance(part, Many):
        raise said.wrong("only a part with many members is rolled up", "ask where it stands instead")
    leaf = _leaf(said.at("part"), part)
    if said.has("where"):
        part = part.where(_condition(said.at("where"), leaf))
    if kind == "share_where":
        return part.share_where(_condition(said.at("cond"), leaf))
    if needed is None:
        if kind == "count" and not said.has("phases"):
            return part.count()
        rolled: Feed = getattr(part, f"{kind}_in")(_phases(said, part))
        return rolled
    signals = {name: getattr(leaf, name) for name in leaf.definition.signals}
    signal = said.at("signal").named(signals, "signal")
    weighed = {"weight": said.at("weight").named(signals, "signal")} if said.has("weight") else {}
    over: Feed = getattr(part, kind)(signal, **weighed)
    return over


def _phases(said: Reader, part: Any) -> Phases:
    leaf = _leaf(said.at("part"), part)
    return Phases(tuple(path.text() for path in said.at("phases").items()), frozenset((leaf._home,)))


def _condition(said: Reader, leaf: type[Lifecycle]) -> Condition:
    d, home = leaf.definition, frozenset((leaf._home,))
    scope = Scope(
        leaf._home,
        {name: getattr(leaf, name) for name in d.signals},
        {name: getattr(leaf, name) for name in d.thresholds},
        {name: getattr(leaf, name) for name in d.events},
        {path: Elapsed(PhaseVisits(path), home) for path in d.places},
    )
    return read_condition(said, scope)
