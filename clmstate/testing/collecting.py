"""From ``@pytest.mark.journey`` to scenarios that can be played."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clmstate.composition import Composition
from clmstate.errors import ClmstateError, Diagnostic, InputError, shown
from clmstate.lifecycle import Lifecycle
from clmstate.testing.playing import Playing
from clmstate.testing.tabled import Played, understand
from clmstate.testing.tables import Table, look_at, look_at_file

__all__ = ["begun", "tables_of", "unmarked"]


def tables_of(mark: Any, test: Any) -> Iterator[tuple[str, Played]]:
    """The tables of a marker, each with the name of the test that it becomes.

    Raises:
        ClmstateError: a table is not understood; all that is wrong with it is told.

    Example:
        >>> class Mark:
        ...     args, kwargs = (), {}
        >>> list(tables_of(Mark, None))
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM384 the test: @pytest.mark.journey names no model...
    """
    place = "the test" if test is None else f"{Path(str(test.path)).name}, {test.name}"
    model, tables, wrong = _given(mark, place, None if test is None else Path(str(test.path)).parent)
    seen: dict[str, int] = {}
    found: list[tuple[str, Played]] = []
    for table in tables:
        title = "-".join((table.title or "table").split())
        seen[title] = seen.get(title, 0) + 1
        try:
            found.append((title if seen[title] == 1 else f"{title}-{seen[title]}", understand(model, table)))
        except ClmstateError as error:
            wrong += error.diagnostics
    if wrong:
        raise InputError(wrong)
    yield from found


def _given(mark: Any, place: str, folder: Path | None) -> tuple[type[Lifecycle] | type[Composition], list[Table], list[Diagnostic]]:
    model: Any = mark.args[0] if mark.args else mark.kwargs.get("model")
    if not (isinstance(model, type) and issubclass(model, Lifecycle | Composition)):
        said = "names no model" if model is None else f"names {shown(model)}, which is no lifecycle"
        remedy = "write @pytest.mark.journey(Contract, '''| at | ...''')"
        raise InputError([Diagnostic("CLM384", place, f"@pytest.mark.journey {said}", remedy)])
    text = mark.args[1] if len(mark.args) > 1 else mark.kwargs.get("table")
    file = mark.kwargs.get("file")
    if (text is None) == (file is None):
        cause = "@pytest.mark.journey needs one table"
        raise InputError([Diagnostic("CLM384", place, cause, "give the table as text, or file='scenarios.md'")])
    if file is not None:
        return model, *look_at_file(Path(file) if folder is None else folder / file)
    return model, *look_at(str(text), place)


def begun(played: Played) -> Playing:
    r"""The scenario that a table will tell, before anything is told.

    Example:
        >>> from clmstate import Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> table = look_at("| at |\n|--|\n| 2026-01-05 |")[0][0]
        >>> begun(understand(Deal, table)).steps
        []
    """
    told: Playing = played.opened()
    told.table = played
    return told


def unmarked(test: str) -> InputError:
    """What is wrong when a test asks for a journey that nothing tells.

    Example:
        >>> print(unmarked("test_deal"))
        CLM384 test_deal: it asks for a journey, but no table tells one. Mark it with @pytest.mark.journey(Contract, '''| at | ...''').
    """
    remedy = "mark it with @pytest.mark.journey(Contract, '''| at | ...''')"
    return InputError([Diagnostic("CLM384", test, "it asks for a journey, but no table tells one", remedy)])
