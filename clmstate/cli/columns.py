"""How wide the columns of a table are: no word is cut, and what is left is shared out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

__all__ = ["shared_out"]


def shared_out(table: Table, console: Console, width: int) -> Table:
    """A table whose columns are as wide as their longest words at least; what is left goes to each by its ratio.

    Args:
        table: with its rows; each column has a ratio.
        console: where it will be shown.
        width: of the whole table. Where not even the longest words fit, it is left as it is.

    Example:
        >>> from rich.console import Console
        >>> from rich.table import Table
        >>> table = Table(box=None, pad_edge=False)
        >>> table.add_column("who", ratio=1)
        >>> table.add_column("what", ratio=3)
        >>> table.add_row("Implementation", "sets it up")
        >>> [column.width for column in shared_out(table, Console(), 40).columns]
        [19, 19]
    """
    from rich.measure import Measurement

    columns = table.columns
    ratios = [column.ratio or 1 for column in columns]
    table.expand = False
    for column in columns:
        words = (Measurement.get(console, console.options, cell).minimum for cell in (column.header, *column.cells))
        column.width, column.ratio = max(words), None
    left = width - Measurement.get(console, console.options.update(width=10 * width), table).maximum
    for column, ratio in zip(columns, ratios, strict=True):
        if left < 0:
            column.width, column.ratio, table.expand = None, ratio, True
        elif column.width is not None:
            column.width += left * ratio // sum(ratios)
    return table
