"""Freezing a definition, and thawing it without running code."""

from __future__ import annotations

from typing import Any

import attrs

from clmstate.analysis.versions.document import Json, Model, defined, document, pretty
from clmstate.analysis.versions.fingerprints import Fingerprint, fingerprint
from clmstate.analysis.versions.reader import Reader, parsed
from clmstate.analysis.versions.reading import Read, read_document

__all__ = ["freeze", "frozen", "read", "thaw"]


def frozen(model: Model) -> dict[str, Json]:
    """A definition as JSON-ready data, with its fingerprints. The format is described in ``docs/reference/definition-format.md``.

    Args:
        model: a lifecycle, a composition, or the definition of one.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> frozen(Deal)["lifecycles"]["Deal"]["phases"]
        [{'name': 'new', 'label': 'New', 'initial': True}]
    """
    definition = defined(model)
    data = document(definition)
    return {"format": data.pop("format"), "fingerprint": attrs.asdict(fingerprint(definition)), **data}


def freeze(model: Model) -> str:
    """A definition as JSON text that says everything it says; equal definitions give equal texts.

    Raises:
        InputError, DefinitionError: what is frozen could not be read again. A definition in Python can be built by hand in ways that no
            class body allows.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> thaw(freeze(Deal)).new.label
        'New'
    """
    text = pretty(frozen(model))
    thaw(text, defined(model).name)
    return text


def thaw(text: str | bytes, source: str = "the definition") -> type[Any]:
    """The lifecycle or composition that was frozen, as a class like any other. No code is executed.

    Args:
        text: what :func:`freeze` returned.
        source: what diagnostics name.

    Raises:
        InputError: CLM370 it is not JSON, CLM371 not a frozen definition, CLM372 something in it is not what should stand there, CLM373 it is
            not written as it should be, CLM374 it was changed after it was frozen.
        DefinitionError: it is a definition with mistakes, with the codes that a class body would get.

    Example:
        >>> thaw("{}")
        Traceback (most recent call last):
        ...
        clmstate.analysis.versions.reader.Unreadable: CLM371 the definition: it is not a frozen definition. ...
    """
    return read(text, source).main


def read(text: str | bytes, source: str) -> Read:
    """As :func:`thaw`, with all definitions that the main one is made of.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> list(read(freeze(Deal), "deal.json").all)
        ['Deal']
    """
    data = parsed(text, source)
    found = read_document(data, source)
    if "fingerprint" in data:
        said = Reader(data, source).at("fingerprint").only("rules", "whole")
        told = Fingerprint(said.at("rules").text(), said.at("whole").text())
        if told != fingerprint(found.main.definition):
            cause = "it was changed after it was frozen: its fingerprint is of something else"
            remedy = "freeze the model again; or, if the change is meant, remove the fingerprint and freeze the file itself"
            raise said.wrong(cause, remedy, "CLM374")
    return found
