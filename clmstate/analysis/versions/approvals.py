"""Approvals: who has agreed to which version of a model, and whether they agreed to what it says today.

An approval names fingerprints, not a model: it is stale as soon as a rule changes, whoever forgot to tell. When only words, people or notes have
changed, it still stands, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal

import attrs

from clmstate.analysis.versions.document import Json, Model, defined, pretty
from clmstate.analysis.versions.fingerprints import fingerprint
from clmstate.analysis.versions.reader import Reader, parsed

__all__ = ["Approval", "Approved", "approve", "approved", "read_approvals", "written_approvals"]

FORMAT: Final = "clmstate-approvals-1"
_FIELDS: Final = ("model", "by", "note", "on", "rules", "whole")


@attrs.frozen
class Approval:
    """Somebody's agreement to a version.

    Attributes:
        model: the name of the lifecycle or composition.
        by: who agreed, as people know them.
        rules, whole: the fingerprints of what they agreed to.
        note: what they said.
        on: the day, as an ISO date; "" if nobody said.

    Example:
        >>> Approval("Contract", "Dana, VP CS", "sha256:1", "sha256:2").by
        'Dana, VP CS'
    """

    model: str
    by: str
    rules: str
    whole: str
    note: str = ""
    on: str = ""


@attrs.frozen
class Approved:
    """An approval beside the model as it is now.

    Attributes:
        approval: what was agreed.
        state: "stands": it is what they agreed to; "reworded": the rules are, but words, people or notes have changed; "stale": a rule has
            changed.

    Example:
        >>> Approved(Approval("Contract", "Dana", "1", "2"), "stale").state
        'stale'
    """

    approval: Approval
    state: Literal["stands", "reworded", "stale"]


def approve(model: Model, by: str, *, note: str = "", on: str = "") -> Approval:
    """An approval of a model as it is now.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Renamed(Deal):
        ...     new = Deal.new.evolve(label="Brand new")
        >>> agreed = approve(Deal, "Dana, VP CS")
        >>> approved(Deal, [agreed])[0].state, approved(Renamed, [attrs.evolve(agreed, model="Renamed")])[0].state
        ('stands', 'reworded')
    """
    prints = fingerprint(model)
    return Approval(defined(model).name, by, prints.rules, prints.whole, note, on)


def approved(model: Model, approvals: Iterable[Approval]) -> tuple[Approved, ...]:
    """The approvals of a model, each with whether it still stands.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> approved(Deal, [Approval("Deal", "Dana", "sha256:0", "sha256:0")])[0].state
        'stale'
    """
    now, name = fingerprint(model), defined(model).name

    def state(one: Approval) -> Literal["stands", "reworded", "stale"]:
        return "stands" if one.whole == now.whole else "reworded" if one.rules == now.rules else "stale"

    return tuple(Approved(one, state(one)) for one in approvals if one.model == name)


def written_approvals(approvals: Iterable[Approval]) -> str:
    """The text of an approvals file.

    Example:
        >>> read_approvals(written_approvals([Approval("Deal", "Dana", "1", "2")]), "approvals.json")[0].by
        'Dana'
    """
    said = [{key: value for key, value in attrs.asdict(one).items() if value} for one in approvals]
    return pretty({"format": FORMAT, "approvals": said})


def read_approvals(text: str | bytes, source: str) -> tuple[Approval, ...]:
    """The approvals of a file.

    Raises:
        InputError: CLM370 it is not JSON, CLM371 it has another format, CLM372 something in it is not what should stand there.

    Example:
        >>> read_approvals('{"format": "clmstate-approvals-1", "approvals": []}', "approvals.json")
        ()
    """
    data: Json = parsed(text, source)
    top = Reader(data, source)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise top.wrong("it is not a file of approvals", f"its format is {FORMAT}; clmstate approve writes it", "CLM371")
    found = []
    for item in top.only("format", "approvals").at("approvals").items():
        item.only("model", "by", "rules", "whole", also=("note", "on"))
        given: dict[str, Any] = {key: item.at(key).text() for key in _FIELDS if item.has(key)}
        found.append(Approval(**given))
    return tuple(found)
