"""Which models columns can play, and what plays them there: a lifecycle alone, or a composition with all of its parts."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Final

from clmstate.composition import Composition
from clmstate.errors import InputError
from clmstate.lifecycle import Lifecycle
from clmstate.replay.rows import Log
from clmstate.replay.tables import Found

if TYPE_CHECKING:
    from clmstate.replay.columnar import Columnar, Source
    from clmstate.replay.wholes.fleet import Wholes

__all__ = ["WORTH_COLUMNS", "columns_can", "columns_pay", "in_columns", "log_in_columns"]

WORTH_COLUMNS: Final = 20_000
"""From so many rows on, columns are faster even though the engine must be loaded."""


def columns_can(model: type[Lifecycle] | type[Composition]) -> bool:
    """Whether a model can be played in columns.

    Example:
        >>> from clmstate import Many, Phase
        >>> class User(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     users = Many(User)
        >>> columns_can(User), columns_can(Account)
        (True, True)
    """
    from clmstate.kernel.tables import as_arrays
    from clmstate.replay.wholes.layout import layout_of

    try:
        if issubclass(model, Composition):
            layout_of(model.definition)
        else:
            as_arrays(model.definition)
    except InputError:
        return False
    return True


def columns_pay(model: type[Lifecycle] | type[Composition], rows: int) -> bool:
    """Whether a model can be played in columns, and whether so many rows are worth it; whole customers take longer to load.

    Example:
        >>> from clmstate import Many, Phase
        >>> class User(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     users = Many(User)
        >>> columns_pay(User, 10), columns_pay(Account, 10), columns_pay(Account, 1_000_000)
        (True, False, True)
    """
    return (rows >= WORTH_COLUMNS or not issubclass(model, Composition)) and columns_can(model)


def in_columns(
    model: type[Lifecycle] | type[Composition],
    source: Source,
    as_of_us: int | None = None,
    ignore: Collection[str] = (),
    sink: Callable[[Found], object] | None = None,
) -> Columnar | Wholes:
    """What takes the rows of a log in, piece by piece, and plays them in columns.

    Args:
        model: a lifecycle or a composition.
        source: looks rows up, for those that are not plain.
        as_of_us: later rows are not played, and time passes until then.
        ignore: columns to pass over.
        sink: takes what was found of customers who are behind us, so that it need not be held.

    Raises:
        InputError: CLM350, the model has more of something than columns can hold.

    Example:
        >>> from clmstate import Phase
        >>> from clmstate.replay.columnar import Source
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> in_columns(Deal, Source(Log("log", ()))).finish()[1]
        0
    """
    if issubclass(model, Composition):
        from clmstate.replay.wholes.fleet import Wholes

        return Wholes(model, source, as_of_us, ignore, sink)
    from clmstate.replay.columnar import Columnar

    return Columnar(model, source, as_of_us, ignore, sink)


def log_in_columns(model: type[Lifecycle] | type[Composition], log: Log, as_of_us: int | None = None) -> tuple[Found, int]:
    """Plays a log that is in memory in columns.

    Returns:
        What was found, and how many rows were used.

    Example:
        >>> from clmstate import Phase
        >>> from clmstate.replay import Row
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> log_in_columns(Deal, Log("log", (Row("Acme", 0),)))[1]
        1
    """
    from clmstate.replay.columnar import Source
    from clmstate.replay.typed import frame_of_log

    work = in_columns(model, Source(log), as_of_us)
    if issubclass(model, Composition):
        from clmstate.replay.wholes.columns import frame_of_rows
        from clmstate.replay.wholes.layout import columns_of

        work.take(frame_of_rows(log.rows, columns_of(model)))
    else:
        work.take(frame_of_log(log.rows, model.definition.signals))
    return work.finish()
