"""Findings that a model accepts, each with its reason: ``accepts = {"CLM518 doze": "the count covers four weeks already"}``."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Final

from clmstate.conditions import Mistake
from clmstate.errors import Diagnostic, did_you_mean, shown

__all__ = ["acceptance_faults", "merged_acceptances"]

_KEY: Final = re.compile(r"(?P<code>CLM5\d\d)(?: (?P<element>\S+))?")


def merged_acceptances(given: Iterable[object], names: Container[str]) -> dict[str, str]:
    """What several classes accept, the nearest reason for each; what names an element that is no longer there is left out.

    Args:
        given: what each class body says, ancestors first.
        names: what the lifecycle declares.

    Example:
        >>> merged_acceptances([{"CLM518 doze": "it is slow"}, {"CLM533": "seen"}], {"doze"})
        {'CLM518 doze': 'it is slow', 'CLM533': 'seen'}
    """
    kept: dict[str, str] = {}
    for one in given:
        if isinstance(one, Mapping):
            for key, reason in one.items():
                said = _KEY.fullmatch(key) if isinstance(key, str) else None
                if said is not None and isinstance(reason, str) and (said["element"] is None or said["element"] in names):
                    kept[key] = reason
    return kept


def acceptance_faults(given: object, names: Iterable[str], place: str) -> Iterator[Diagnostic]:
    """All mistakes in what one class body accepts.

    Args:
        given: what it says.
        names: what the lifecycle declares.
        place: what the diagnostics name.

    Example:
        >>> [str(fault) for fault in acceptance_faults({"CLM518 dose": "it is slow"}, ["doze"], "User.accepts")]
        ["CLM124 User.accepts: 'CLM518 dose' names nothing of this lifecycle. Did you mean 'doze'?"]
    """
    remedy = "write accepts = {'CLM518 name': 'the reason'}: a finding's code, what it is about, and why it is meant so"
    if not isinstance(given, Mapping):
        yield Mistake("CLM124", f"{shown(given)} is no mapping from findings to reasons", remedy).at(place)
        return
    known = tuple(names)
    for key, reason in given.items():
        said = _KEY.fullmatch(key) if isinstance(key, str) else None
        if said is None:
            yield Mistake("CLM124", f"{shown(key)} is no finding", remedy).at(place)
        elif said["element"] is not None and said["element"] not in known:
            yield Mistake("CLM124", f"{shown(key)} names nothing of this lifecycle", did_you_mean(said["element"], known)).at(place)
        if not isinstance(reason, str) or not reason.strip():
            yield Mistake("CLM124", f"{shown(key)} is accepted without a reason", "say why it is meant so").at(place)
