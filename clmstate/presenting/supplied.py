"""What no model knows: shares of customers and feelings, from a file that somebody fills in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from clmstate.composition import Composition
from clmstate.errors import Diagnostic, InputError, did_you_mean
from clmstate.lifecycle import Lifecycle
from clmstate.replay import shape_of
from clmstate.writing import finite

__all__ = ["Feeling", "Supplied", "read_supplied"]


@attrs.frozen
class Feeling:
    """How customers felt at a touchpoint, from a survey or from interviews.

    Attributes:
        score: from -1, bad, to 1, good.
        word: theirs, short.

    Example:
        >>> Feeling(-0.4, "worried").word
        'worried'
    """

    score: float = attrs.field(validator=[attrs.validators.ge(-1), attrs.validators.le(1)])
    word: str


@attrs.frozen
class Supplied:
    """Figures and feelings from elsewhere. Nothing of the kind is shown where nothing is given.

    Attributes:
        shares: of customers who met a risk, by the risk's label, 0 to 1.
        feelings: at touchpoints, by their label.
        source: where all this is from, as "212 surveys, spring".

    Example:
        >>> Supplied(shares={"Usage falls": 0.31}, source="last year").shares
        {'Usage falls': 0.31}
    """

    shares: Mapping[str, float] = attrs.field(factory=dict)
    feelings: Mapping[str, Feeling] = attrs.field(factory=dict)
    source: str = ""


def read_supplied(path: str | Path, model: type[Lifecycle] | type[Composition]) -> Supplied:
    """Reads a JSON file: ``{"source": "...", "shares": {"Usage falls": 0.31}, "feelings": {"Kick-off call": [0.2, "curious"]}}``.

    Raises:
        InputError: CLM412, all that is wrong with it.

    Example:
        >>> read_supplied("no_such_file.json", Lifecycle)
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM412 no_such_file.json: it cannot be read (No such file or directory). Check the path.
    """
    try:
        given = json.loads(finite(path).read_text(encoding="utf-8"))
    except OSError as failed:
        raise InputError([Diagnostic("CLM412", str(path), f"it cannot be read ({failed.strerror})", "check the path")]) from None
    except ValueError as failed:
        raise InputError([Diagnostic("CLM412", str(path), f"it is no JSON ({failed})", "see docs/how-to/all-hands.md")]) from None
    parts = [part.definition for part in shape_of(model).parts.values()]
    risks = [risk.label for d in parts for risk in d.risks.values()]
    touchpoints = [t.label for d in parts for phase in d.phases.values() for t in phase.touchpoints]
    wrong = [Diagnostic("CLM412", str(path), cause, remedy) for cause, remedy in _faults(given, risks, touchpoints)]
    if wrong:
        raise InputError(wrong)
    feelings = {label: Feeling(score, word) for label, (score, word) in given.get("feelings", {}).items()}
    return Supplied(given.get("shares", {}), feelings, given.get("source", ""))


def _faults(given: Any, risks: list[str], touchpoints: list[str]) -> Iterator[tuple[str, str]]:
    if not isinstance(given, dict):
        yield "it is no object", "see docs/how-to/all-hands.md"
        return
    known = ("source", "shares", "feelings")
    yield from ((f"there is no place for {key!r:.60}", did_you_mean(key, known)) for key in given if key not in known)
    if not isinstance(given.get("source", ""), str):
        yield "its source is no text", "say where the figures are from"
    for name in ("shares", "feelings"):
        if not isinstance(given.get(name, {}), dict):
            yield f"its {name} are no object", f'write "{name}": {{"...": ...}}'
            return
    for label, share in given.get("shares", {}).items():
        if label not in risks:
            yield f"there is no risk {label!r:.60}", did_you_mean(label, risks)
        elif not _number(share, 0, 1):
            yield f"the share of {label!r:.60} is {share!r:.40}", "give a number from 0 to 1"
    for label, felt in given.get("feelings", {}).items():
        if label not in touchpoints:
            yield f"there is no touchpoint {label!r:.60}", did_you_mean(label, touchpoints)
        elif not (isinstance(felt, list) and len(felt) == 2 and _number(felt[0], -1, 1) and isinstance(felt[1], str)):
            yield f"the feeling at {label!r:.60} is {felt!r:.40}", 'give a number from -1 to 1 and a word, as in [-0.4, "worried"]'


def _number(value: object, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
