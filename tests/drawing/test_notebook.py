"""What a notebook shows."""

from __future__ import annotations

import sys
import types
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from clmstate import Composition, Lifecycle, One, drawing
from clmstate.drawing import notebook
from clmstate.errors import Diagnostic, InputError
from tests import processes

FORMS = {"image/svg+xml", "image/png", "text/plain"}


def shown(what: Any) -> Any:
    method = what._repr_mimebundle_
    assert isinstance(method, types.MethodType)  # IPython asks nothing else of a class
    return method(include=None, exclude=None)


def test_classes_and_customers_are_shown_as_pictures(line: Any) -> None:
    model = line

    class Customer(Composition):
        trial = One(model)

    customer = line("Acme")
    customer.observe(at="2026-03-09", ready=True)
    for what, said in ((line, "Onboarding"), (customer, "You are here"), (Customer, "Onboarding"), (Customer("Acme"), "Acme")):
        bundle = shown(what)
        assert set(bundle) == FORMS
        assert bundle["text/plain"] == repr(what)
        assert said in bundle["image/svg+xml"]
        assert bundle["image/png"][:4] == b"\x89PNG"


def test_a_picture_fits_the_notebook(contract: Any) -> None:
    picture = drawing.journey(contract)
    root = ET.fromstring(shown(picture)["image/svg+xml"])
    wide = ET.fromstring(picture.svg()).get("width")
    assert (root.get("width"), root.get("height")) == ("100%", None)
    assert root.get("style") == f"max-width:{wide}px;height:auto"


def test_what_cannot_be_drawn_is_shown_as_text(line: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(Lifecycle) is shown(Composition) is None

    def nothing_works(_: object) -> Any:
        raise InputError([Diagnostic("CLM401", "drawing", "no Graphviz works here", "install one")])

    monkeypatch.setattr(notebook, "bundle", nothing_works)
    assert shown(line) is None


def test_defining_loads_no_drawing() -> None:
    code = (
        "import sys\nfrom clmstate import Lifecycle, Phase\nclass Deal(Lifecycle):\n    open = Phase('Open', initial=True)\n"
        "Deal._repr_mimebundle_\nassert not [name for name in sys.modules if name.startswith('clmstate.drawing')]"
    )
    processes.run([sys.executable, "-c", code], check=True)


def test_without_pixels_there_is_still_the_picture(line: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    assert set(shown(line)) == FORMS - {"image/png"}
